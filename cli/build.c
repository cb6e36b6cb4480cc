/* build.c - `govm build -o X.gbc`: compiles a package whole to a bytecode file. What is written is read back and verified. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/program.h"

/* Writes to a temporary file beside `path` and renames it, so that no half-written file remains. */
static bool write_file(const char *path, const StrBuf *b, Err *e) {
  StrBuf tmp = {0};
  sb_printf(&tmp, "%s.tmp%d", path, (int)getpid());
  FILE *f = fopen(tmp.p, "wb");
  bool ok = f && fwrite(b->p, 1, b->n, f) == b->n;
  if (f && fclose(f) != 0) ok = false;
  if (ok && rename(tmp.p, path) != 0) ok = false;
  if (!ok) {
    err_set(e, "write %s: %s", path, strerror(errno));
    if (f) unlink(tmp.p);
  }
  sb_free(&tmp);
  return ok;
}

int cmd_build(int argc, char **argv) {
  ProgramFlags f = {0};
  int i = 1;
  if (!program_flags(&f, argc, argv, &i)) return 2;
  size_t len = f.output ? strlen(f.output) : 0;
  bool gbc = len > 4 && strcmp(f.output + len - 4, ".gbc") == 0;
  if (i == argc || !gbc) return cli_usage("build -o X.gbc FILES | DIR | IMPORTPATH");
  Program p = {0};
  if (!program_load(&p, &f, argv + i, argc - i, true)) return 1;
  BcModule *m = program_lower(&p, true);
  if (!m) return 1;
  Err e;
  m->goversion = atom_cstr(cli_go_version(cli_goroot(&e)));
  if (!module_verify(m, &e)) return cli_error("internal error: the module does not verify: %s", e.msg);
  StrBuf out = {0};
  module_write(m, &out);
  BcModule *back = module_read((const u8 *)out.p, out.n, &e);
  if (!back || !module_verify(back, &e)) return cli_error("internal error: the module does not read back: %s", e.msg);
  if (!write_file(f.output, &out, &e)) return cli_error("%s", e.msg);
  module_free(back);
  module_free(m);
  sb_free(&out);
  program_free(&p);
  return 0;
}

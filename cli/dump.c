/* dump.c - `govm dump`: shows a stage of the compiler for a file. */
#include <stdio.h>

#include "cli/cache.h"
#include "cli/image.h"
#include "cli/program.h"
#include "frontend/escape.h"
#include "stdlib/natives.h"
#include "vm/govm.h"

static int dump_tokens(const char *path) {
  StrBuf b = {0};
  Err e;
  if (!cli_read_file(path, &b, &e)) return cli_error("%s", e.msg);
  bool ok = syntax_dump_tokens(stdout, path, sb_cstr(&b), b.n);
  sb_free(&b);
  return !ok;
}

static int dump_ast(const char *path) {
  Arena arena = {0};
  DiagSink sink = {0};
  ParseOptions opt = {.check_branches = true};
  File *f;
  Err e;
  if (!syntax_parse_file(&arena, &sink, path, path, &opt, &f, &e)) return cli_error("%s", e.msg);
  diag_sort(&sink);
  diag_print(&sink, stderr, 10);
  ast_dump(stdout, f);
  return sink.nerrors > 0;
}

static int dump_bytecode(ProgramFlags *f, char **args, int n) {
  Program p = {0};
  if (!program_load(&p, f, args, n, true)) return 1;
  BcModule *m = program_lower(&p, true);
  if (!m) return 1;
  StrBuf out = {0};
  const char *prefix = p.main->name->s;
  size_t len = strlen(prefix);
  for (u32 i = 0; i < m->funcs.n; i++) {
    const BcFunc *fn = &m->funcs.v[i];
    if (fn->ncode && strncmp(fn->symbol->s, prefix, len) == 0 && fn->symbol->s[len] == '.') func_disasm(m, fn, &out);
  }
  fputs(sb_cstr(&out), stdout);
  sb_free(&out);
  return 0;
}

/* What gc -m prints. */
static int dump_escape(ProgramFlags *f, char **args, int n) {
  Program p = {0};
  cache_rebuild(); /* what is not analysed has no findings */
  if (!program_load(&p, f, args, n, true)) return 1;
  escape_report_begin(p.main);
  BcModule *m = program_lower(&p, true);
  StrBuf out = {0};
  escape_report_end(&out);
  fputs(sb_cstr(&out), stdout);
  sb_free(&out);
  return m ? 0 : 1;
}

/* Functions without a body that the package reaches and nothing provides: calling one is a fatal error. */
static int dump_missing_natives(ProgramFlags *f, char **args, int n) {
  Program p = {0};
  if (!program_load(&p, f, args, n, true)) return 1;
  BcModule *m = program_lower(&p, true);
  if (!m) return 1;
  vm_new(0, NULL);
  stdlib_register_natives();
  int missing = 0;
  for (u32 i = 0; i < m->funcs.n; i++) {
    const BcFunc *fn = &m->funcs.v[i];
    if (fn->ncode || link_has_native(fn->symbol)) continue;
    puts(fn->symbol->s);
    missing++;
  }
  return missing > 0;
}

int cmd_dump(int argc, char **argv) {
  static const char usage[] = "dump --tokens | --ast | --escape | --bytecode | --natives FILES.go | DIR | IMPORTPATH";
  if (argc < 3) return cli_usage(usage);
  const char *what = argv[1];
  bool is_path = argv[2][0] != '.' && argv[2][0] != '/' && !strstr(argv[2], ".go");
  if (!is_path && strcmp(what, "--natives") != 0) image_use(); /* what is in the image is not compiled again */
  ProgramFlags f = {0};
  if (strcmp(what, "--tokens") == 0) return dump_tokens(argv[2]);
  if (strcmp(what, "--ast") == 0) return dump_ast(argv[2]);
  if (strcmp(what, "--bytecode") == 0) return dump_bytecode(&f, argv + 2, argc - 2);
  if (strcmp(what, "--escape") == 0) return dump_escape(&f, argv + 2, argc - 2);
  if (strcmp(what, "--natives") == 0) return dump_missing_natives(&f, argv + 2, argc - 2);
  return cli_usage(usage);
}

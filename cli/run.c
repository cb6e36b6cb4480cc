/* run.c - `govm run`: compiles the named package and executes it in this process; the exit status is the program's own. */
#include <stdio.h>
#include <stdlib.h>

#include "base/snapshot.h"
#include "cli/buildinfo.h"
#include "cli/image.h"
#include "cli/program.h"
#include "stdlib/natives.h"
#include "vm/govm.h"
#include "vm/link.h"

static bool is_bytecode(const char *path) {
  size_t n = strlen(path);
  return n > 4 && strcmp(path + n - 4, ".gbc") == 0;
}

/* Reads a module from a file, verified. */
static BcModule *read_bytecode(const char *path) {
  StrBuf b = {0};
  Err e;
  if (!cli_read_file(path, &b, &e)) return cli_error("%s", e.msg), NULL;
  BcModule *m = module_read((const u8 *)sb_cstr(&b), b.n, &e);
  if (m && !module_verify(m, &e)) m = NULL;
  if (!m) cli_error("%s: invalid bytecode: %s", path, e.msg);
  sb_free(&b);
  return m;
}

static const char *build_info; /* of what this process compiled */
static BuildVars vars;         /* -ldflags=-X */

/* Gives a string variable of the linked modules another initial value. */
static bool set_variable(BcModule *const *modules, u32 n, const BuildVar *v) {
  for (u32 k = 0; k < n; k++)
    for (u32 i = 0; i < modules[k]->globals.n; i++) {
      const BcGlobal *g = &modules[k]->globals.v[i];
      const BcType *t = &modules[k]->types.v[g->type];
      if (!atom_is(g->symbol, v->symbol) || g->is_extern) continue;
      if (!atom_is(t->key, "string"))
        return fprintf(stderr, "%s: cannot set with -X: not a var of type string (type:%s)\n", v->symbol,
                       t->key->s), false;
      GoString *var = link_global(v->symbol);
      *var = (GoString){(const u8 *)v->value, (i64)strlen(v->value)};
      return true;
    }
  return true;
}

int program_execute(BcModule *const *modules, u32 n, int argc, char **argv) {
  Err e;
  const BcModule *m = modules[n - 1];
  if (m->main_func == BC_NONE) return cli_error("package %s is not a main package", m->main_path ? m->main_path->s : "");
  const char *goroot = image.std ? image.goroot->s : cli_goroot(&e);
  if (image.std) snapshot_release_read_pages(); /* the compiler's */
  vm_new(argc, argv);
  stdlib_set_args(argc, argv);
  stdlib_set_goroot(m->goversion ? m->goversion->s : "go1.26", goroot ? goroot : "");
  if (!image.std) stdlib_register_natives();
  for (u32 i = 0; i < n; i++)
    if (!vm_load(modules[i], &e)) return cli_error("%s", e.msg);
  if (build_info) buildinfo_set_linked(build_info);
  for (u32 i = 0; i < vars.n; i++)
    if (!set_variable(modules, n, &vars.v[i])) return 1;
  int status = vm_run_main();
  fflush(stdout);
  exit(status);
}

/* Whether the command line names a bytecode file, which has its own std. */
static bool names_bytecode(int argc, char **argv) {
  int i = 1;
  while (i < argc && argv[i][0] == '-') i++;
  return i < argc && is_bytecode(argv[i]);
}

int cmd_run(int argc, char **argv) {
  if (!names_bytecode(argc, argv)) image_use();
  BuildFlags f = {0};
  int i = 1, status = build_flags(&f, argc, argv, &i);
  if (status) return status;
  if (i == argc) return cli_usage("run [flags] FILES.go | DIR | IMPORTPATH | X.gbc [args]");
  if (is_bytecode(argv[i])) {
    BcModule *m = read_bytecode(argv[i]);
    return m ? program_execute(&m, 1, argc - i, argv + i) : 1;
  }
  Program p = {0};
  int n = program_count_args(argc - i, argv + i);
  if (!program_load(&p, &f.program, argv + i, n, true)) return 1;
  if (!atom_is(p.main->name, "main")) return cli_error("package %s is not a main package", p.main->path->s);
  if (!program_lower(&p, false)) return 1;
  const LoadPackage *lp = p.main->loader;
  if (!build_link_vars(&f, lp->path->s, &vars)) return 1;
  StrBuf info = {0};
  buildinfo_text(&f, &p, &info);
  build_info = sb_cstr(&info);
  stdlib_set_godebug(loader_godebug(p.loader, p.main->loader, NULL));
  int rest = i + n;
  if (rest < argc && strcmp(argv[rest], "--") == 0) rest++;
  argv[rest - 1] = argv[i];
  return program_execute(p.modules.v, p.modules.n, argc - rest + 1, argv + rest - 1);
}

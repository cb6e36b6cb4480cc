/* program.c - loads, checks and lowers the package that the command line names (program.h). */
#include "cli/program.h"

#include "bytecode/merge.h"
#include "cli/cache.h"
#include "cli/image.h"
#include "frontend/pkgscan.h"

#include <stdio.h>
#include <stdlib.h>

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

/* ---- flags ---- */
/* The value of flag `name` in "-name=value", "--name=value" or "-name value"; NULL when argv[*i] is another flag. */
static const char *flag_value(const char *name, int argc, char **argv, int *i) {
  const char *a = argv[*i] + 1;
  if (*a == '-') a++;
  size_t n = strlen(name);
  if (strncmp(a, name, n) != 0) return NULL;
  if (a[n] == '=') return a + n + 1;
  if (a[n] == 0 && *i + 1 < argc) return argv[++*i];
  return NULL;
}

static bool flag_is(const char *arg, const char *name) {
  arg += arg[1] == '-' ? 2 : 1;
  return strcmp(arg, name) == 0;
}

static void add_mapping(LoadConfig *c, const char *spec) {
  const char *eq = strchr(spec, '=');
  LoadMapping m = {.path = atom_new(spec, (size_t)(eq - spec))};
  for (const char *p = eq + 1; *p;) {
    size_t n = strcspn(p, ",");
    VEC_PUSH(NULL, &m.files, atom_new(p, n)->s);
    p += n + (p[n] == ',');
  }
  if (strncmp(m.path->s, "test/", 5) == 0) m.alias = atom_printf("./%s", m.path->s + 5);
  VEC_PUSH(NULL, &c->mapped, m);
}

static void add_tags(LoadConfig *c, const char *list) {
  for (const char *p = list; *p;) {
    size_t n = strcspn(p, ", ");
    if (n) VEC_PUSH(NULL, &c->tags, atom_new(p, n));
    p += n + (p[n] != 0);
  }
}

static bool takes_machine_flag(int argc, char **argv, int *i) {
  static const char *const valued[] = {"gcflags", "ldflags", "asmflags", "buildmode", "compiler", "p"};
  static const char *const plain[] = {"N", "l", "B", "race", "trimpath", "a", "x", "v", "n", "complete"};
  for (size_t k = 0; k < ARRAY_LEN(plain); k++)
    if (flag_is(argv[*i], plain[k])) return true;
  for (size_t k = 0; k < ARRAY_LEN(valued); k++)
    if (flag_value(valued[k], argc, argv, i)) return true;
  return false;
}

bool program_flags(ProgramFlags *f, int argc, char **argv, int *i) {
  for (; *i < argc && argv[*i][0] == '-' && argv[*i][1]; (*i)++) {
    const char *v;
    if (strcmp(argv[*i], "--") == 0) {
      (*i)++;
      return true;
    }
    if ((v = flag_value("lang", argc, argv, i))) {
      f->lang = v;
    } else if (flag_is(argv[*i], "e")) {
      f->all_errors = true;
    } else if (flag_is(argv[*i], "complete=false")) {
      f->incomplete = true;
    } else if ((v = flag_value("importmap", argc, argv, i))) {
      if (!strchr(v, '=')) return cli_error("-importmap wants PATH=FILE[,FILE...], not '%s'", v), false;
      add_mapping(&f->load, v);
    } else if ((v = flag_value("tags", argc, argv, i))) {
      add_tags(&f->load, v);
    } else if ((v = flag_value("mod", argc, argv, i))) {
      f->load.mod = v;
    } else if ((v = flag_value("modfile", argc, argv, i))) {
      f->load.modfile = v;
    } else if ((v = flag_value("o", argc, argv, i))) {
      f->output = v;
    } else if (!takes_machine_flag(argc, argv, i)) {
      return cli_error("flag provided but not defined: %s", argv[*i]), false;
    }
  }
  return true;
}

/* ---- packages ---- */
int program_count_args(int n, char *const *args) {
  int k = 0;
  while (k < n && has_suffix(args[k], ".go")) k++;
  return k ? k : n > 0;
}

static LoadPackage *load_named(Loader *l, char *const *args, int n) {
  if (has_suffix(args[0], ".go")) return loader_files(l, (const char *const *)args, (u32)n);
  if (args[0][0] == '.' || args[0][0] == '/') return loader_dir(l, args[0]);
  return loader_path(l, args[0]);
}

static Package *import_package(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)pos;
  if (atom_is(path, "unsafe")) return package_unsafe;
  LoadPackage *p = load_import_of(ctx, path);
  if (p && p->types) return p->types;
  err_set(e, "package %s is not in std", path->s);
  return NULL;
}

/* ---- packages that were compiled before (cache.h) ---- */
typedef struct Compiled {
  CacheKey key;
  bool has_key;      /* its module can be kept */
  BcModule *module;  /* from the cache, or lowered; NULL: not yet */
  bool from_cache;
  Symbols symbols;   /* of the module */
} Compiled;

static const Compiled *look_up(Program *p, const ProgramFlags *f, const LoadPackage *lp, bool is_named) {
  CacheContext context = {f->lang, f->incomplete, is_named, p->tested != NULL};
  PtrMap keys = {0};
  Compiled *c = xcalloc(1, sizeof *c);
  for (u32 i = 0; i < lp->imports.n; i++) {
    Compiled *dep = ptrmap_get(&p->compiled, lp->imports.v[i].pkg);
    if (dep && dep->has_key) ptrmap_set(&keys, lp->imports.v[i].pkg, &dep->key);
  }
  c->has_key = cache_key(&context, lp, &keys, &c->key);
  c->module = c->has_key ? cache_get(&c->key) : NULL;
  c->from_cache = c->module != NULL;
  ptrmap_set(&p->compiled, lp, c);
  ptrmap_free(&keys);
  return c;
}

bool program_reuses(const Program *p, const LoadPackage *lp) {
  const Compiled *c = ptrmap_get(&p->compiled, lp);
  return c && c->from_cache;
}

typedef VEC(const Symbols *) SymbolTables;

/* What the packages that lp imports define, transitively: no other package may be needed to use its module. */
static void imported_symbols(const Program *p, const LoadPackage *lp, PtrMap *seen, SymbolTables *out) {
  for (u32 i = 0; i < lp->imports.n; i++) {
    const LoadPackage *dep = lp->imports.v[i].pkg;
    const Compiled *c = dep ? ptrmap_get(&p->compiled, dep) : NULL;
    if (!c || ptrmap_has(seen, dep)) continue;
    ptrmap_set(seen, dep, (void *)dep);
    VEC_PUSH(NULL, out, &c->symbols);
    imported_symbols(p, dep, seen, out);
  }
}

static Package *check_loaded(Program *p, const ProgramFlags *f, LoadPackage *lp, bool is_main, bool whole) {
  bool reuse = image.std && whole && look_up(p, f, lp, is_main)->from_cache; /* bodies were checked then */
  CheckConfig cfg = {
      .goversion = is_main && f->lang ? atom_cstr(f->lang) : lp->goversion,
      .lazy_bodies = reuse || (lp->is_std && !is_main && whole),
      .ignore_func_bodies = lp->is_std && !is_main && !whole,
      .skeletons = reuse || f->load.skeletons,
      .allow_unused_imports = reuse || lp->is_overlaid || f->load.skeletons,
      .disable_unused_check = reuse || (lp->is_std && !is_main),
      .complete = !lp->is_std && !f->incomplete,
      .import = import_package,
      .ctx = lp,
  };
  const Atom *path = atom_is(lp->name, "main") && (is_main || !p->tested) ? lp->name : lp->path;
  Package *pkg = check_package(&cfg, path, lp->files.v, lp->files.n, &p->sink);
  pkg->is_std = lp->is_std;
  pkg->loader = lp;
  lp->types = pkg;
  return pkg;
}

static bool print_errors(Program *p, const ProgramFlags *f) {
  if (p->sink.nerrors == 0) return true;
  fflush(stdout);
  diag_sort(&p->sink);
  diag_print(&p->sink, stderr, f->all_errors ? 0 : 10);
  return false;
}

/* gc type-checks after complaints that are no syntax errors, such as an unused label; errors that are no file's own (no
 * such package, no files) leave nothing to check. */
static bool fit_for_checking(const Program *p) {
  if (diag_has_syntax_errors(&p->sink)) return false;
  u32 parse_errors = 0;
  const LoadPackageList *order = loader_order(p->loader);
  for (u32 i = 0; i < order->n; i++)
    for (u32 k = 0; k < order->v[i]->files.n; k++) parse_errors += order->v[i]->files.v[k]->nerrors;
  return p->sink.nerrors <= parse_errors;
}

static bool new_loader(Program *p, const ProgramFlags *f, bool tests) {
  Err e;
  LoadConfig cfg = f->load;
  cfg.goroot = image_goroot(&e);
  if (image.std) cfg.external = image_external, cfg.goroot_name = image.goroot->s;
  cfg.overlay_dir = cli_overlay();
  cfg.include_tests = cfg.allow_main = tests;
  cfg.no_embeds = f->incomplete;
  cfg.allow_internal = f->incomplete; /* the compiler alone does not look at import paths */
  if (!cfg.goroot) return cli_error("%s", e.msg), false;
  p->goroot = cfg.goroot;
  types_init();
  p->loader = loader_new(&cfg, &p->sink);
  return true;
}

/* Checks all that was loaded, in dependency order, up to the first package with errors. */
static bool check_packages(Program *p, const ProgramFlags *f, const LoadPackage *named, bool whole) {
  const LoadPackageList *order = loader_order(p->loader);
  for (u32 i = 0; i < order->n; i++) {
    LoadPackage *lp = order->v[i];
    if (lp->is_unsafe || lp->types) continue;
    Package *pkg = check_loaded(p, f, lp, lp == named, whole);
    VEC_PUSH(NULL, &p->packages, pkg);
    if (lp == named) p->main = pkg;
    if (pkg->nerrors) return print_errors(p, f);
  }
  return print_errors(p, f);
}

bool program_load(Program *p, const ProgramFlags *f, char *const *args, int n, bool whole) {
  if (!new_loader(p, f, false)) return false;
  if (whole && !image.std) loader_path(p->loader, "runtime");
  LoadPackage *named = load_named(p->loader, args, n);
  if (!named || !fit_for_checking(p)) return print_errors(p, f), false;
  return check_packages(p, f, named, whole);
}

/* Some directories of std hold tests only. */
static bool has_go_files(const Program *p, const Atom *path) {
  PkgScan scan = {0};
  Arena a = {0};
  FileFilter filter = {.goarch = "amd64"};
  const char *dir = arena_printf(&a, "%s/src/%s", p->goroot, path->s);
  pkgscan_dir(&a, dir, dir, &filter, &scan);
  arena_free(&a);
  return scan.go.files.n > 0;
}

bool program_load_library(Program *p, const ProgramFlags *f, char *const *patterns, int n) {
  if (!new_loader(p, f, false)) return false;
  loader_path(p->loader, "runtime");
  loader_path(p->loader, "fmt"); /* what nearly every program uses lies together, so few pages are touched */
  if (!loader_expand(p->loader, (const char *const *)patterns, (u32)n, &p->expanded)) return print_errors(p, f), false;
  for (u32 i = 0; i < p->expanded.n; i++)
    if (has_go_files(p, p->expanded.v[i])) loader_path(p->loader, p->expanded.v[i]->s);
  if (!fit_for_checking(p)) return print_errors(p, f), false;
  return check_packages(p, f, NULL, true);
}

/* ---- tests ---- */
static void mark_needed(PtrMap *needed, LoadPackage *lp) {
  if (ptrmap_get(needed, lp)) return;
  ptrmap_set(needed, lp, lp);
  for (u32 i = 0; i < lp->imports.n; i++)
    if (lp->imports.v[i].pkg) mark_needed(needed, lp->imports.v[i].pkg);
}

/* Moves runtime and what it imports to the front of the list, as they are initialised first. The package under test was
 * loaded before runtime, so that its test files are read even when runtime imports it. */
static void put_runtime_first(Program *p, LoadPackage *runtime) {
  PtrMap needed = {0};
  VEC(Package *) sorted = {0};
  mark_needed(&needed, runtime);
  for (int want = 1; want >= 0; want--)
    for (u32 i = 0; i < p->packages.n; i++)
      if ((ptrmap_get(&needed, p->packages.v[i]->loader) != NULL) == want) VEC_PUSH(NULL, &sorted, p->packages.v[i]);
  ptrmap_free(&needed);
  memcpy(p->packages.v, sorted.v, sorted.n * sizeof *sorted.v);
  VEC_FREE(&sorted);
}

bool program_load_tests(Program *p, const ProgramFlags *f, char *const *args, int n, ProgramMakeMain make) {
  if (!new_loader(p, f, true)) return false;
  p->tested = load_named(p->loader, args, n);
  if (!p->tested || !fit_for_checking(p)) return print_errors(p, f), false;
  StrBuf text = {0};
  bool some = make(p->tested, &text, &p->sink);
  if (!some || p->sink.nerrors) {
    sb_free(&text);
    return print_errors(p, f) && check_packages(p, f, NULL, false);
  }
  const Atom *path = atom_printf("%s.test", p->tested->path->s);
  LoadPackage *named = loader_text(p->loader, path->s, "_testmain.go", sb_cstr(&text), text.n);
  sb_free(&text);
  LoadPackage *runtime = image.std ? NULL : loader_path(p->loader, "runtime");
  if (!fit_for_checking(p)) return print_errors(p, f), false;
  if (!check_packages(p, f, named, true)) return false;
  if (runtime) put_runtime_first(p, runtime);
  return true;
}

/* Lowers packages [from, from + n) to one more module. */
static bool lower_packages(Program *p, const LowerConfig *cfg, u32 from, u32 n) {
  ProgramFlags none = {0};
  BcModule *m = lower_program(cfg, p->packages.v + from, n, n > 1 || p->packages.v[from] == p->main ? p->main : NULL, &p->sink);
  if (!print_errors(p, &none)) return false;
  VEC_PUSH(NULL, &p->modules, m);
  return true;
}

/* The module of package i alone, from the cache or made now. */
static bool lower_package(Program *p, u32 i) {
  const LoadPackage *lp = p->packages.v[i]->loader;
  Compiled *c = ptrmap_get(&p->compiled, lp);
  if (c->from_cache) {
    lower_know_package(p->packages.v[i]);
    VEC_PUSH(NULL, &p->modules, c->module);
  } else {
    PtrMap seen = {0};
    SymbolTables tables = {0};
    imported_symbols(p, lp, &seen, &tables);
    LowerConfig cfg = {.library = true, .defined = &image.symbols, .imports = tables.v, .nimports = tables.n};
    bool ok = lower_packages(p, &cfg, i, 1);
    ptrmap_free(&seen);
    VEC_FREE(&tables);
    if (!ok) return false;
    c->module = VEC_LAST(&p->modules);
    c->module->goversion = image.goversion;
    if (c->has_key) cache_put(&c->key, c->module);
  }
  symbols_add_module(&c->symbols, c->module);
  return true;
}

BcModule *program_lower(Program *p, bool whole_packages) {
  if (image.std) {
    for (u32 i = 0; i < p->packages.n; i++)
      if (!lower_package(p, i)) return NULL;
  } else {
    LowerConfig cfg = {.whole_packages = whole_packages};
    if (!lower_packages(p, &cfg, 0, p->packages.n)) return NULL;
    Err e;
    VEC_LAST(&p->modules)->goversion = atom_cstr(cli_go_version(cli_goroot(&e)));
  }
  return VEC_LAST(&p->modules);
}

BcModule *program_link(const Program *p, Err *e) {
  VEC(const BcModule *) all = {0};
  if (image.std) VEC_PUSH(NULL, &all, image.std);
  for (u32 i = 0; i < p->modules.n; i++) VEC_PUSH(NULL, &all, p->modules.v[i]);
  BcModule *m = module_merge(all.v, all.n, e);
  VEC_FREE(&all);
  return m;
}

BcModule *program_lower_library(Program *p) {
  static const char *const first[] = {
#define STARTUP(symbol) symbol,
#include "stdlib/startup.def"
#undef STARTUP
      NULL,
  };
  LowerConfig cfg = {.library = true, .first = first};
  ProgramFlags none = {0};
  BcModule *m = lower_program(&cfg, p->packages.v, p->packages.n, NULL, &p->sink);
  if (!print_errors(p, &none)) return NULL;
  return m;
}

void program_free(Program *p) {
  if (p->loader) loader_free(p->loader);
  VEC_FREE(&p->packages);
  for (u32 i = 0; i < p->modules.n; i++) module_free(p->modules.v[i]);
  VEC_FREE(&p->modules);
  for (u32 i = 0; i < p->compiled.n; i++) {
    Compiled *c = p->compiled.entries[i].val;
    symbols_free(&c->symbols);
    xfree(c);
  }
  ptrmap_free(&p->compiled);
  diag_free(&p->sink);
}

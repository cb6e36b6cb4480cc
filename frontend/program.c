/* program.c - type-checks everything a loader has loaded. See program.h; start reading at program_check(). */
#include "frontend/program.h"

typedef struct ImportCtx {
  const ProgramConfig *cfg;
  const LoadPackage *importer;
} ImportCtx;

static Package *import_loaded(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)pos;
  const ImportCtx *c = ctx;
  const LoadPackage *p = load_import_of(c->importer, path);
  if (p && p->types) return p->types;
  err_set(e, "package %s is not loaded", path->s);
  return NULL;
}

/* gc type-checks after complaints that are no syntax errors, such as an unused label; the loader's own errors (no such
 * package, no files) leave nothing to check. */
static bool fit_for_checking(Loader *l, const DiagSink *sink) {
  if (diag_has_syntax_errors(sink)) return false;
  u32 parse_errors = 0;
  const LoadPackageList *order = loader_order(l);
  for (u32 i = 0; i < order->n; i++)
    for (u32 k = 0; k < order->v[i]->files.n; k++) parse_errors += order->v[i]->files.v[k]->nerrors;
  return sink->nerrors <= parse_errors;
}

static bool is_root(const ProgramConfig *cfg, const LoadPackage *p) {
  for (u32 i = 0; i < cfg->nroots; i++)
    if (cfg->roots[i] == p) return true;
  return false;
}

static Package *check_one(const ProgramConfig *cfg, LoadPackage *p, DiagSink *sink) {
  if (p->is_unsafe) return package_unsafe;
  if (p->is_external) return cfg->external ? cfg->external(cfg->ctx, p->path) : NULL;
  ImportCtx ctx = {cfg, p};
  CheckConfig c = {.import = import_loaded, .ctx = &ctx};
  const char *lang = p->is_std ? "go1.26" : cfg->lang ? cfg->lang : p->goversion ? p->goversion->s : "go1.26";
  c.goversion = atom_cstr(lang);
  c.complete = !p->is_std;
  c.allow_unused_imports = p->is_overlaid;
  c.lazy_bodies = p->is_std && cfg->lazy_std;
  c.ignore_func_bodies = p->is_std && cfg->nroots && !is_root(cfg, p);
  Package *pkg = check_package(&c, p->path, p->files.v, p->files.n, sink);
  pkg->is_std = p->is_std;
  pkg->loader = p;
  return pkg;
}

bool program_check(Loader *l, const ProgramConfig *cfg, DiagSink *sink) {
  types_init();
  if (!fit_for_checking(l, sink)) return false;
  const LoadPackageList *order = loader_order(l);
  for (u32 i = 0; i < order->n; i++) {
    LoadPackage *p = order->v[i];
    if (p->types) continue;
    u32 before = sink->nerrors;
    p->types = check_one(cfg, p, sink);
    if (sink->nerrors > before || !p->types) return false;
  }
  return sink->nerrors == 0;
}

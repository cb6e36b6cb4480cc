/* list_show.c - packages and modules as values with the fields of go list's types (list_packages.h). */
#include <stdlib.h>

#include "base/map.h"
#include "cli/list_packages.h"
#include "frontend/godebug.h"

static void set_string(Lister *l, Value *v, const char *name, const char *s) {
  value_set(&l->arena, v, name, value_string(&l->arena, s));
}
static void set_bool(Lister *l, Value *v, const char *name, bool b) {
  value_set(&l->arena, v, name, value_bool(&l->arena, b));
}

static Value *strings(Lister *l, const StrVec *s) {
  Value *v = value_list(&l->arena);
  for (u32 i = 0; i < s->n; i++) value_append(&l->arena, v, value_string(&l->arena, s->v[i]));
  return v;
}

static Value *names(Lister *l, const ScanNames *s) {
  Value *v = value_list(&l->arena);
  for (u32 i = 0; i < s->n; i++) value_append(&l->arena, v, value_string(&l->arena, s->v[i].name->s));
  return v;
}

static int by_string(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Import paths as p's tests mean them: those of vendored packages in full. */
static Value *resolved(Lister *l, const ListPackage *p, const ScanNames *s) {
  StrVec out = {0};
  ImportFrom from = {p->path, p->found.dir, p->found.is_std, p->found.module};
  for (u32 i = 0; i < s->n; i++) {
    ImportFound f;
    const char *error;
    bool std_vendored = p->found.is_std && load_resolve(l->loader, &from, s->v[i].name, &f, &error);
    VEC_PUSH(&l->arena, &out, std_vendored ? f.path->s : s->v[i].name->s);
  }
  if (out.n) qsort(out.v, out.n, sizeof *out.v, by_string);
  return strings(l, &out);
}

/* ---- modules ---- */

const char *lister_module_text(Lister *l, const Module *m) {
  StrBuf b = {0};
  sb_puts(&b, m->path->s);
  if (m->version->len) sb_printf(&b, " %s", m->version->s);
  if (m->replace) {
    sb_printf(&b, " => %s", m->replace->path->s);
    if (m->replace->version->len) sb_printf(&b, " %s", m->replace->version->s);
  }
  const char *s = arena_strdup(&l->arena, b.p);
  sb_free(&b);
  return s;
}

Value *lister_module_value(Lister *l, const Module *m) {
  if (!m) return NULL;
  Value *v = value_struct(&l->arena, "*modinfo.ModulePublic");
  v->string = lister_module_text(l, m);
  const char *sum = NULL, *gomod_sum = NULL, *time = NULL;
  if (!m->is_main && m->version->len && !m->replace)
    modules_facts(load_modules(l->loader, NULL), m, &sum, &gomod_sum, &time);
  set_string(l, v, "Path", m->path->s);
  set_string(l, v, "Version", m->version->s);
  value_set(&l->arena, v, "Replace", lister_module_value(l, m->replace));
  set_string(l, v, "Time", time);
  set_bool(l, v, "Main", m->is_main);
  set_bool(l, v, "Indirect", m->indirect);
  set_string(l, v, "Dir", m->dir);
  set_string(l, v, "GoMod", m->gomod);
  set_string(l, v, "GoVersion", m->goversion);
  set_string(l, v, "Deprecated", "");
  value_set(&l->arena, v, "Error", NULL);
  set_string(l, v, "Sum", sum);
  set_string(l, v, "GoModSum", gomod_sum);
  return v;
}

/* ---- errors ---- */

static Value *error_value(Lister *l, const ListPackage *p) {
  if (!p->error) return NULL;
  Value *v = value_struct(&l->arena, "*load.PackageError");
  Value *stack = value_list(&l->arena);
  for (u32 i = 0; i < p->error_stack.n; i++)
    value_append(&l->arena, stack, value_string(&l->arena, p->error_stack.v[i].package));
  v->string = lister_error(l, p);
  value_set(&l->arena, v, "ImportStack", stack);
  set_string(l, v, "Pos", p->error_pos);
  set_string(l, v, "Err", p->error);
  return v;
}

/* ---- dependencies ---- */

static void collect(Lister *l, ListPackage *p, PtrMap *seen, ListPackages *out) {
  for (u32 i = 0; i < p->imports.n; i++) {
    if (ptrmap_get(seen, p->imports.v[i])) continue;
    ptrmap_set(seen, p->imports.v[i], p);
    VEC_PUSH(&l->arena, out, p->imports.v[i]);
    collect(l, p->imports.v[i], seen, out);
  }
}

static int by_path(const void *a, const void *b) {
  return strcmp((*(ListPackage *const *)a)->path->s, (*(ListPackage *const *)b)->path->s);
}

static bool set_deps(Lister *l, Value *v, ListPackage *p) {
  PtrMap seen = {0};
  ListPackages deps = {0};
  Value *paths = value_list(&l->arena), *errors = value_list(&l->arena);
  collect(l, p, &seen, &deps);
  ptrmap_free(&seen);
  if (deps.n) qsort(deps.v, deps.n, sizeof *deps.v, by_path);
  for (u32 i = 0; i < deps.n; i++) {
    value_append(&l->arena, paths, value_string(&l->arena, deps.v[i]->path->s));
    if (deps.v[i]->error) value_append(&l->arena, errors, error_value(l, deps.v[i]));
  }
  value_set(&l->arena, v, "Deps", paths);
  value_set(&l->arena, v, "Error", error_value(l, p));
  value_set(&l->arena, v, "DepsErrors", errors);
  return errors->items.n > 0 || p->error;
}

static Value *import_map(Lister *l, const ListPackage *p) {
  Value *v = value_map(&l->arena);
  for (u32 i = 0; i < p->import_paths.n && i < p->scan.go.imports.n; i++)
    if (strcmp(p->import_paths.v[i], p->scan.go.imports.v[i].name->s) != 0)
      set_string(l, v, p->scan.go.imports.v[i].name->s, p->import_paths.v[i]);
  return v;
}

/* ---- packages ---- */

static void set_files(Lister *l, Value *v, ListPackage *p) {
  const PkgScan *s = &p->scan;
  const struct { const char *name; const StrVec *files; } lists[] = {
      {"GoFiles", &s->go.files}, {"IgnoredGoFiles", &s->ignored}, {"InvalidGoFiles", &s->invalid},
      {"IgnoredOtherFiles", &s->ignored_other}, {"CFiles", &s->c}, {"CXXFiles", &s->cxx}, {"MFiles", &s->m},
      {"HFiles", &s->h}, {"FFiles", &s->f}, {"SFiles", &s->s}, {"SwigFiles", &s->swig},
      {"SwigCXXFiles", &s->swigcxx}, {"SysoFiles", &s->syso},
  };
  for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
    value_set(&l->arena, v, lists[i].name, strings(l, lists[i].files));
    if (i == 0) value_set(&l->arena, v, "CgoFiles", value_list(&l->arena));
  }
  value_set(&l->arena, v, "EmbedPatterns", names(l, &s->go.embeds));
  value_set(&l->arena, v, "EmbedFiles", strings(l, &p->embed_files));
}

static void set_tests(Lister *l, Value *v, ListPackage *p) {
  const struct { const char *names[4]; const ScanGroup *group; const StrVec *embedded;
  } tests[] = {
      {{"TestGoFiles", "TestImports", "TestEmbedPatterns", "TestEmbedFiles"},
       &p->scan.test,
       &p->test_embed_files},
      {{"XTestGoFiles", "XTestImports", "XTestEmbedPatterns", "XTestEmbedFiles"},
       &p->scan.xtest,
       &p->xtest_embed_files},
  };
  for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
    const ScanGroup *g = tests[i].group;
    value_set(&l->arena, v, tests[i].names[0], strings(l, &g->files));
    value_set(&l->arena, v, tests[i].names[1], resolved(l, p, &g->imports));
    value_set(&l->arena, v, tests[i].names[2], names(l, &g->embeds));
    value_set(&l->arena, v, tests[i].names[3], strings(l, tests[i].embedded));
  }
}

static const char *root_of(Lister *l, const ListPackage *p) {
  if (p->found.module && p->found.module->dir) return p->found.module->dir;
  size_t n = strlen(p->dir), k = p->path->len;
  if (n > k + 5 && strcmp(p->dir + n - k, p->path->s) == 0 && strncmp(p->dir + n - k - 5, "/src/", 5) == 0)
    return arena_printf(&l->arena, "%.*s", (int)(n - k - 5), p->dir); /* of GOROOT or GOPATH */
  return "";
}

Value *lister_value(Lister *l, ListPackage *p) {
  Value *v = value_struct(&l->arena, "*load.PackagePublic");
  set_string(l, v, "Dir", p->dir);
  set_string(l, v, "ImportPath", p->path->s);
  set_string(l, v, "Name", p->name ? p->name->s : "");
  set_string(l, v, "Doc", p->scan.doc);
  set_string(l, v, "Root", root_of(l, p));
  set_string(l, v, "ForTest", p->for_test);
  value_set(&l->arena, v, "Module", lister_module_value(l, p->found.module));
  value_set(&l->arena, v, "Match", strings(l, &p->matches));
  set_bool(l, v, "Goroot", p->found.is_std);
  set_bool(l, v, "Standard", p->found.is_std);
  set_bool(l, v, "DepOnly", !p->is_root);
  Value *rest = value_struct(&l->arena, "");
  set_files(l, rest, p);
  value_set(&l->arena, rest, "Imports", strings(l, &p->import_paths));
  value_set(&l->arena, rest, "ImportMap", import_map(l, p));
  set_bool(l, v, "Incomplete", set_deps(l, rest, p));
  if (atom_is(p->name, "main") && !p->found.is_std)
    set_string(l, v, "DefaultGODEBUG",
               godebug_default(&l->arena, load_modules(l->loader, NULL),
                               (const char *const *)p->scan.go.directives.v, p->scan.go.directives.n));
  else
    set_string(l, v, "DefaultGODEBUG", "");
  for (u32 i = 0; i < rest->members.n; i++)
    value_set(&l->arena, v, rest->members.v[i].name, rest->members.v[i].value);
  set_tests(l, v, p);
  return v;
}

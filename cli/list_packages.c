/* list_packages.c - loads packages for `govm list` (cmd/go/internal/load/pkg.go, without compiling).
 * Start reading at lister_load().
 */
#include "cli/list_packages.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/map.h"

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static const char *absolute(Lister *l, const char *dir) {
  if (!*dir) return "";
  char *cwd = *dir == '/' ? NULL : getcwd(NULL, 0);
  const char *out = mod_join(&l->arena, cwd ? cwd : "/", dir);
  free(cwd);
  return out;
}

static void set_error(Lister *l, ListPackage *p, const char *error) {
  if (p->error) return;
  p->error = error;
  for (u32 i = 0; i < l->stack.n; i++) VEC_PUSH(&l->arena, &p->error_stack, l->stack.v[i]);
  if (l->stack.n == 0 || strcmp(VEC_LAST(&l->stack), p->path->s) != 0) VEC_PUSH(&l->arena, &p->error_stack, p->path->s);
}

/* The position "file:line:col" of an import, the file as messages name it. */
static const char *position(Lister *l, const ListPackage *p, const ScanName *n) {
  const char *dir = p->found.dir ? p->found.dir->s : "";
  if (!*dir || strcmp(dir, ".") == 0) return arena_printf(&l->arena, "%s:%u:%u", n->file, n->line, n->col);
  return arena_printf(&l->arena, "%s/%s:%u:%u", dir, n->file, n->line, n->col);
}

/* ---- one package ---- */

static void load_imports(Lister *l, ListPackage *p);

static void check_scan(Lister *l, ListPackage *p) {
  switch (p->scan.problem) {
  case SCAN_OK: break;
  case SCAN_NO_DIR:
  case SCAN_NO_GO: set_error(l, p, arena_printf(&l->arena, "no Go files in %s", p->dir)); break;
  case SCAN_EXCLUDED:
    set_error(l, p, arena_printf(&l->arena, "build constraints exclude all Go files in %s", p->dir));
    break;
  case SCAN_BAD: set_error(l, p, p->scan.error); break;
  }
}

static ListPackage *new_package(Lister *l, const Atom *path) {
  ListPackage *p = NEW(&l->arena, ListPackage);
  p->path = path;
  p->dir = "";
  p->for_test = "";
  p->found.path = path;
  p->scan.doc = "";
  ptrmap_set(&l->packages, path, p);
  return p;
}

static ListPackage *load_found(Lister *l, const ImportFound *f) {
  ListPackage *p = ptrmap_get(&l->packages, f->path);
  if (p) return p;
  FileFilter filter;
  p = new_package(l, f->path);
  p->found = *f;
  p->dir = absolute(l, f->dir->s);
  VEC_PUSH(&l->arena, &l->stack, p->path->s);
  loader_filter(l->loader, &filter);
  if (*p->dir) {
    pkgscan_dir(&l->arena, f->dir->s, p->dir, &filter, &p->scan);
    check_scan(l, p);
  }
  p->name = p->scan.name;
  load_imports(l, p);
  l->stack.n--;
  return p;
}

/* The package that importer (NULL: the command line) means by path; one with an error when there is none. */
static ListPackage *load_path(Lister *l, ListPackage *importer, const Atom *path, const char *pos) {
  ImportFrom from = {0};
  ImportFound f;
  const char *error;
  if (importer) from = (ImportFrom){importer->path, importer->found.dir, importer->found.is_std, importer->found.module};
  u32 reported = l->sink->nerrors;
  if (load_resolve(l->loader, importer ? &from : NULL, path, &f, &error)) {
    ListPackage *p = load_found(l, &f);
    const char *why = importer ? load_check_internal(l->loader, &from, &f) : NULL;
    if (why) {
      set_error(l, importer, why);
      importer->error_pos = pos;
    } else if (importer && p->visiting && !p->error) {
      VEC_PUSH(&l->arena, &l->stack, p->path->s);
      set_error(l, p, "import cycle not allowed");
      l->stack.n--;
    } else if (importer && !why && atom_is(p->name, "main") && !p->error && !importer->is_main_test) {
      VEC_PUSH(&l->arena, &l->stack, p->path->s);
      set_error(l, importer, arena_printf(&l->arena, "import \"%s\" is a program, not an importable package", path->s));
      l->stack.n--;
      importer->error_pos = pos;
    }
    return p;
  }
  if (l->sink->nerrors > reported && !*error) return NULL;
  ListPackage *p = ptrmap_get(&l->packages, path);
  if (p) return p;
  p = new_package(l, path);
  set_error(l, p, error);
  p->error_pos = pos;
  return p;
}

static void load_imports(Lister *l, ListPackage *p) {
  if (l->find_only) {
    for (u32 i = 0; i < p->scan.go.imports.n; i++) VEC_PUSH(&l->arena, &p->import_paths, p->scan.go.imports.v[i].name->s);
    return;
  }
  bool has_runtime = false;
  p->visiting = true;
  for (u32 i = 0; i < p->scan.go.imports.n; i++) {
    const ScanName *n = &p->scan.go.imports.v[i];
    ListPackage *q = load_path(l, p, n->name, position(l, p, n));
    VEC_PUSH(&l->arena, &p->import_paths, q ? q->path->s : n->name->s);
    if (q) VEC_PUSH(&l->arena, &p->imports, q);
    has_runtime |= atom_is(n->name, "runtime");
  }
  if (atom_is(p->name, "main") && !has_runtime && !p->found.is_std) { /* the linker wants it */
    ListPackage *q = load_path(l, NULL, atom_cstr("runtime"), NULL);
    if (q) VEC_PUSH(&l->arena, &p->imports, q);
  }
  p->visiting = false;
}

/* ---- the command line ---- */

static ListPackage *load_files(Lister *l, const char *const *files, u32 n) {
  ListPackage *p = new_package(l, atom_cstr("command-line-arguments"));
  const char *slash = strrchr(files[0], '/');
  const char *dir = slash ? arena_printf(&l->arena, "%.*s", (int)(slash - files[0]), files[0]) : ".";
  Modules *m = load_modules(l->loader, dir);
  p->files_given = true;
  p->found.dir = atom_cstr(dir);
  p->found.module = m && modules_main(m)->n ? modules_main(m)->v[0] : NULL;
  p->dir = absolute(l, dir);
  pkgscan_files(&l->arena, files, n, &p->scan);
  p->name = p->scan.name;
  VEC_PUSH(&l->arena, &l->stack, p->path->s);
  check_scan(l, p);
  load_imports(l, p);
  l->stack.n--;
  return p;
}

static ListPackage *load_root(Lister *l, const Atom *name) {
  ImportFound f;
  const char *error;
  bool is_dir = *name->s == '/' || *name->s == '.';
  if (!is_dir) return load_path(l, NULL, name, NULL);
  if (load_resolve_dir(l->loader, NULL, name->s, &f, &error)) return load_found(l, &f);
  if (!*error) return NULL;
  ListPackage *p = new_package(l, name);
  p->error = error;
  return p;
}

void lister_load(Lister *l, const char *const *args, u32 n, ListPackages *out) {
  static const char *const here[] = {"."};
  if (n > 0 && has_suffix(args[0], ".go")) {
    ListPackage *p = load_files(l, args, n);
    p->is_root = true;
    VEC_PUSH(&l->arena, out, p);
    return;
  }
  if (n == 0) {
    args = here;
    n = 1;
  }
  for (u32 i = 0; i < n; i++) {
    LoadPathList paths = {0};
    loader_expand(l->loader, args + i, 1, &paths);
    for (u32 k = 0; k < paths.n; k++) {
      ListPackage *p = load_root(l, paths.v[k]);
      if (!p) continue;
      VEC_PUSH(&l->arena, &p->matches, args[i]);
      if (p->is_root) continue;
      p->is_root = true;
      VEC_PUSH(&l->arena, out, p);
    }
  }
}

/* ---- tests ---- */

static void add_names(Lister *l, ScanNames *to, const ScanNames *from) {
  for (u32 i = 0; i < from->n; i++) {
    bool have = false;
    for (u32 k = 0; k < to->n; k++) have |= to->v[k].name == from->v[i].name;
    if (!have) VEC_PUSH(&l->arena, to, from->v[i]);
  }
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const ScanName *)a)->name->s, ((const ScanName *)b)->name->s);
}

/* A variant of p that is compiled for p's tests. */
static ListPackage *test_variant(Lister *l, ListPackage *p, const char *path, ScanGroup group) {
  ListPackage *t = new_package(l, atom_cstr(path));
  t->dir = p->dir;
  t->found = p->found;
  t->for_test = p->path->s;
  t->scan.go = group;
  t->scan.doc = p->scan.doc;
  t->name = p->name;
  if (t->scan.go.imports.n) qsort(t->scan.go.imports.v, t->scan.go.imports.n, sizeof(ScanName), by_name);
  return t;
}

static ListPackage *internal_test(Lister *l, ListPackage *p) {
  ScanGroup g = {.directives = p->scan.go.directives};
  for (u32 i = 0; i < p->scan.go.files.n; i++) VEC_PUSH(&l->arena, &g.files, p->scan.go.files.v[i]);
  for (u32 i = 0; i < p->scan.test.files.n; i++) VEC_PUSH(&l->arena, &g.files, p->scan.test.files.v[i]);
  add_names(l, &g.imports, &p->scan.go.imports);
  add_names(l, &g.imports, &p->scan.test.imports);
  ListPackage *t = test_variant(l, p, arena_printf(&l->arena, "%s [%s.test]", p->path->s, p->path->s), g);
  load_imports(l, t);
  return t;
}

static ListPackage *external_test(Lister *l, ListPackage *p, ListPackage *internal) {
  ListPackage *t = test_variant(l, p, arena_printf(&l->arena, "%s_test [%s.test]", p->path->s, p->path->s), p->scan.xtest);
  t->name = atom_printf("%s_test", p->name->s);
  t->is_main_test = true; /* a program's external test may import it */
  load_imports(l, t);
  for (u32 i = 0; internal && i < t->imports.n; i++)
    if (t->imports.v[i] == p) t->imports.v[i] = internal;
  for (u32 i = 0; internal && i < t->import_paths.n; i++)
    if (strcmp(t->import_paths.v[i], p->path->s) == 0) t->import_paths.v[i] = internal->path->s;
  return t;
}

static void add_tests_of(Lister *l, ListPackage *p, ListPackages *out) {
  static const char *const needs[] = {"os", "reflect", "testing", "testing/internal/testdeps"};
  ListPackage *internal = p->scan.test.files.n ? internal_test(l, p) : NULL;
  ListPackage *external = p->scan.xtest.files.n ? external_test(l, p, internal) : NULL;
  ListPackage *main = new_package(l, atom_printf("%s.test", p->path->s));
  main->dir = p->dir;
  main->found = p->found;
  main->name = atom_cstr("main");
  main->is_main_test = true;
  VEC_PUSH(&l->arena, &main->scan.go.files, "_testmain.go");
  for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
    if (i == 1 && p->found.is_std) continue;
    ListPackage *q = load_path(l, NULL, atom_cstr(needs[i]), NULL);
    if (!q) continue;
    VEC_PUSH(&l->arena, &main->imports, q);
    VEC_PUSH(&l->arena, &main->import_paths, q->path->s);
  }
  ListPackage *parts[] = {internal ? internal : external ? NULL : p, external};
  for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
    if (!parts[i]) continue;
    VEC_PUSH(&l->arena, &main->imports, parts[i]);
    VEC_PUSH(&l->arena, &main->import_paths, parts[i]->path->s);
  }
  ListPackage *shown[] = {main, internal, external};
  for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
    if (!shown[i]) continue;
    shown[i]->is_root = true;
    VEC_PUSH(&l->arena, out, shown[i]);
  }
}

void lister_add_tests(Lister *l, ListPackages *roots) {
  u32 n = roots->n;
  for (u32 i = 0; i < n; i++) {
    ListPackage *p = roots->v[i];
    if (!p->error && p->scan.test.files.n + p->scan.xtest.files.n > 0) add_tests_of(l, p, roots);
  }
}

/* ---- dependencies ---- */

static void visit(Lister *l, ListPackage *p, PtrMap *seen, ListPackages *out) {
  if (ptrmap_get(seen, p)) return;
  ptrmap_set(seen, p, p);
  for (u32 i = 0; i < p->imports.n; i++) visit(l, p->imports.v[i], seen, out);
  VEC_PUSH(&l->arena, out, p);
}

void lister_deps(Lister *l, const ListPackages *roots, ListPackages *out) {
  PtrMap seen = {0};
  for (u32 i = 0; i < roots->n; i++) visit(l, roots->v[i], &seen, out);
  ptrmap_free(&seen);
}

const char *lister_error(Lister *l, const ListPackage *p) {
  if (p->error_pos) return arena_printf(&l->arena, "%s: %s", p->error_pos, p->error);
  u32 n = p->error_stack.n;
  if (n > 0 && strcmp(p->error_stack.v[n - 1], p->path->s) == 0 && strstr(p->error, p->path->s)) n--;
  if (n == 0) return p->error;
  StrBuf b = {0};
  sb_puts(&b, "package ");
  for (u32 i = 0; i < n; i++) sb_printf(&b, "%s%s", i ? "\n\timports " : "", p->error_stack.v[i]);
  sb_printf(&b, ": %s", p->error);
  const char *out = arena_strdup(&l->arena, b.p);
  sb_free(&b);
  return out;
}

void lister_free(Lister *l) {
  ptrmap_free(&l->packages);
  arena_free(&l->arena);
}

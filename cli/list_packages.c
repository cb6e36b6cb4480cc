/* list_packages.c - loads packages for `govm list` (cmd/go/internal/load/pkg.go, without compiling).
 * Start reading at lister_load().
 */
#include "cli/list_packages.h"

#include <stdlib.h>

#include "base/map.h"

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static const char *absolute(Lister *l, const char *dir) {
  if (!*dir) return "";
  return mod_join(&l->arena, mod_cwd(&l->arena), dir);
}

/* The first error of p, with what is being loaded as its import stack. */
static void set_error(Lister *l, ListPackage *p, const char *error, const char *pos) {
  if (p->error) return;
  p->error = error;
  p->error_pos = pos;
  for (u32 i = 0; i < l->stack.n; i++) VEC_PUSH(&l->arena, &p->error_stack, l->stack.v[i]);
}

static void push(Lister *l, const char *package, const char *file) {
  VEC_PUSH(&l->arena, &l->stack, (ImportStep){package, file});
}

const char *lister_position(Lister *l, const ListPackage *p, const ScanName *n) {
  const char *dir = p->found.dir ? p->found.dir->s : "";
  if (!*dir || strcmp(dir, ".") == 0) return arena_printf(&l->arena, "%s:%u:%u", n->file, n->line, n->col);
  return arena_printf(&l->arena, "%s/%s:%u:%u", dir, n->file, n->line, n->col);
}

/* ---- one package ---- */

static void load_imports(Lister *l, ListPackage *p);

/* pos: of the import that led to p, or NULL. */
static void check_scan(Lister *l, ListPackage *p, const char *pos) {
  switch (p->scan.problem) {
  case SCAN_OK: break;
  case SCAN_NO_DIR:
  case SCAN_NO_GO: set_error(l, p, arena_printf(&l->arena, "no Go files in %s", p->dir), NULL); break;
  case SCAN_EXCLUDED:
    set_error(l, p, arena_printf(&l->arena, "build constraints exclude all Go files in %s", p->dir), NULL);
    break;
  case SCAN_BAD:
    set_error(l, p, p->scan.error, strncmp(p->scan.error, "found packages", 14) == 0 ? pos : NULL);
    p->error_stack.n = 0;
    break;
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

static int by_string(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Adds the files of a group's patterns to out, sorted, each once. */
static void resolve_group(Lister *l, ListPackage *p, const ScanNames *patterns, StrVec *out) {
  for (u32 i = 0; i < patterns->n; i++) {
    EmbedPattern e = {.pattern = patterns->v[i].name};
    const char *error;
    if (!embed_resolve(&l->arena, p->dir, &e, &error)) {
      set_error(l, p, error, lister_position(l, p, &patterns->v[i]));
      return;
    }
    for (u32 k = 0; k < e.files.n; k++) VEC_PUSH(&l->arena, out, e.files.v[k]);
  }
  if (out->n) qsort(out->v, out->n, sizeof *out->v, by_string);
  u32 kept = 0;
  for (u32 i = 0; i < out->n; i++)
    if (kept == 0 || strcmp(out->v[kept - 1], out->v[i]) != 0) out->v[kept++] = out->v[i];
  out->n = kept;
}

static void resolve_embeds(Lister *l, ListPackage *p) {
  if (!l->embeds) return;
  resolve_group(l, p, &p->scan.go.embeds, &p->embed_files);
  resolve_group(l, p, &p->scan.test.embeds, &p->test_embed_files);
  resolve_group(l, p, &p->scan.xtest.embeds, &p->xtest_embed_files);
}

static ListPackage *load_found(Lister *l, const ImportFound *f, const char *pos, const char *file) {
  ListPackage *p = ptrmap_get(&l->packages, f->path);
  if (p) return p;
  FileFilter filter;
  p = new_package(l, f->path);
  p->found = *f;
  p->dir = absolute(l, f->dir->s);
  push(l, p->path->s, file);
  loader_filter(l->loader, &filter);
  if (*p->dir) {
    pkgscan_dir(&l->arena, f->dir->s, p->dir, &filter, &p->scan);
    check_scan(l, p, pos);
  }
  p->name = p->scan.name;
  resolve_embeds(l, p);
  load_imports(l, p);
  l->stack.n--;
  return p;
}

/* What importer may not import. */
static void check_import(Lister *l, ListPackage *importer, const ImportFrom *from, ListPackage *p,
                         const char *pos, const char *file) {
  const char *why = load_check_internal(l->loader, from, &p->found);
  push(l, p->path->s, file);
  if (why) {
    l->stack.n--;
    if (!importer->error) importer->stack_and_pos = true;
    set_error(l, importer, why, pos);
    l->stack.n++;
  } else if (p->visiting && !p->error) {
    p->is_cycle = true;
    set_error(l, p, "import cycle not allowed", NULL);
  } else if (atom_is(p->name, "main") && !p->error && !importer->is_main_test) {
    set_error(l, importer,
              arena_printf(&l->arena, "import \"%s\" is a program, not an importable package", p->path->s),
              pos);
  }
  l->stack.n--;
}

/* The package that importer (NULL: the command line) means by path; one with an error when there is none. */
static ListPackage *load_path(Lister *l, ListPackage *importer, const Atom *path, const char *pos,
                              const char *file) {
  ImportFrom from = {0};
  ImportFound f;
  const char *error;
  if (importer)
    from = (ImportFrom){importer->path, importer->found.dir, importer->found.is_std, importer->found.module};
  u32 reported = l->sink->nerrors;
  if (load_resolve(l->loader, importer ? &from : NULL, path, &f, &error)) {
    ListPackage *p = load_found(l, &f, pos, file);
    if (importer) check_import(l, importer, &from, p, pos, file);
    return p;
  }
  if (l->sink->nerrors > reported || !*error) return NULL;
  ListPackage *p = ptrmap_get(&l->packages, path);
  if (p) return p;
  p = new_package(l, path);
  push(l, path->s, file);
  set_error(l, p, error, load_error_place(error) == PLACE_POSITION ? pos : NULL);
  l->stack.n--;
  return p;
}

static void load_imports(Lister *l, ListPackage *p) {
  if (l->find_only) {
    return;
  }
  bool has_runtime = false;
  p->visiting = true;
  for (u32 i = 0; i < p->scan.go.imports.n; i++) {
    const ScanName *n = &p->scan.go.imports.v[i];
    ListPackage *q = load_path(l, p, n->name, lister_position(l, p, n), n->file);
    VEC_PUSH(&l->arena, &p->import_paths, q ? q->path->s : n->name->s);
    if (q) VEC_PUSH(&l->arena, &p->imports, q);
    has_runtime |= atom_is(n->name, "runtime");
  }
  if (atom_is(p->name, "main") && !has_runtime && !p->found.is_std) { /* the linker wants it */
    ListPackage *q = load_path(l, NULL, atom_cstr("runtime"), NULL, NULL);
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
  push(l, p->path->s, NULL);
  check_scan(l, p, NULL);
  resolve_embeds(l, p);
  load_imports(l, p);
  l->stack.n--;
  return p;
}

static ListPackage *load_root(Lister *l, const Atom *name) {
  ImportFound f;
  const char *error;
  bool is_dir = *name->s == '/' || *name->s == '.';
  if (!is_dir) return load_path(l, NULL, name, NULL, NULL);
  if (load_resolve_dir(l->loader, NULL, name->s, &f, &error)) {
    Modules *m = load_modules(l->loader, NULL);
    if (f.is_std || modules_mode(m) != MODE_NO_MODULE) return load_found(l, &f, NULL, NULL);
    error = "go: go.mod file not found in current directory or any parent directory; see 'go help modules'";
  }
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
  ListPackage *t =
      test_variant(l, p, arena_printf(&l->arena, "%s_test [%s.test]", p->path->s, p->path->s), p->scan.xtest);
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
    ListPackage *q = load_path(l, NULL, atom_cstr(needs[i]), NULL, NULL);
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
  if (p->error_pos && p->stack_and_pos)
    return arena_printf(&l->arena, "package %s\n\t%s: %s", p->path->s, p->error_pos, p->error);
  if (p->error_pos) return arena_printf(&l->arena, "%s: %s", p->error_pos, p->error);
  u32 n = p->error_stack.n;
  if (n > 0 && !p->is_cycle && strstr(p->error, p->error_stack.v[n - 1].package)) n--;
  if (n == 0) return p->error;
  StrBuf b = {0};
  sb_puts(&b, "package ");
  for (u32 i = 0; i < n; i++) {
    const ImportStep *s = &p->error_stack.v[i];
    sb_printf(&b, "%s%s", i ? "\n\timports " : "", s->package);
    if (p->is_cycle && s->file) sb_printf(&b, " from %s", s->file);
  }
  sb_printf(&b, ": %s", p->error);
  const char *out = arena_strdup(&l->arena, b.p);
  sb_free(&b);
  return out;
}

void lister_free(Lister *l) {
  ptrmap_free(&l->packages);
  arena_free(&l->arena);
}

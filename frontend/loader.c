/* loader.c - the import graph: looking packages up, reading their files, loading what they import.
 * Invariant: a package is entered in l->packages before its imports are followed and appended to l->order
 * after, so that one met again while its state is LOADING closes a cycle. Start reading at load_package().
 * File selection is in loader_files.c, the overlay in loader_overlay.c.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "frontend/loader.h"

#include <stdlib.h>
#include <unistd.h>

#include "frontend/godebug.h"
#include "frontend/loader_import.h"
#include "frontend/loader_priv.h"
#include "frontend/pkgscan_head.h"
#include "frontend/types.h"

enum LoadState { STATE_NEW, STATE_LOADING, STATE_DONE };

#ifndef GOVM_OVERLAY_DIR
#define GOVM_OVERLAY_DIR ""
#endif

/* ---- the loader ---- */

Loader *loader_new(const LoadConfig *config, DiagSink *sink) {
  Loader *l = xcalloc(1, sizeof *l);
  l->config = *config;
  l->sink = sink;
  const char *env = getenv("GOVM_OVERLAY");
  l->overlay_dir = config->overlay_dir ? config->overlay_dir : env ? env : GOVM_OVERLAY_DIR;
  return l;
}

void loader_free(Loader *l) {
  for (u32 i = 0; i < l->packages.n; i++) {
    LoadPackage *p = l->packages.entries[i].val;
    arena_free(&p->arena);
  }
  ptrmap_free(&l->packages);
  VEC_FREE(&l->order);
  VEC_FREE(&l->stack);
  VEC_FREE(&l->std_tags);
  if (l->modules) modules_free(l->modules);
  arena_free(&l->arena);
  xfree(l);
}

const LoadPackageList *loader_order(const Loader *l) { return &l->order; }
LoadPackage *loader_find(const Loader *l, const Atom *path) { return ptrmap_get(&l->packages, path); }

LoadPackage *load_import_of(const LoadPackage *p, const Atom *path) {
  for (u32 i = 0; i < p->imports.n; i++)
    if (p->imports.v[i].path == path) return p->imports.v[i].pkg;
  return NULL;
}

void load_error(Loader *l, LoadPackage *p, Pos pos, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  diag_report(l->sink, pos, false, false, 0, "%s", sb_cstr(&b));
  if (p) p->nerrors++;
  sb_free(&b);
}

static LoadPackage *new_package(Loader *l, const Atom *path, const Atom *dir, bool is_std) {
  LoadPackage *p = NEW(&l->arena, LoadPackage);
  p->path = path;
  p->dir = dir;
  p->is_std = is_std;
  p->name = path;
  return p;
}

/* A package without files: unsafe, or one that the caller has. */
static LoadPackage *enter_opaque(Loader *l, const Atom *path, const Atom *name, void *types) {
  LoadPackage *p = new_package(l, path, atom_cstr(""), true);
  p->name = name;
  p->types = types;
  p->is_unsafe = atom_is(path, "unsafe");
  p->is_external = !p->is_unsafe;
  p->state = STATE_DONE;
  ptrmap_set(&l->packages, path, p);
  VEC_PUSH(NULL, &l->order, p);
  return p;
}

/* The package that the caller has already, NULL when it has none of that path. */
static LoadPackage *enter_external(Loader *l, const Atom *path) {
  const Atom *name;
  void *types = l->config.external ? l->config.external(l->config.ctx, path, &name) : NULL;
  return types ? enter_opaque(l, path, name, types) : NULL;
}

/* ---- files ---- */

static const char *join(Arena *a, const char *dir, const char *name) {
  while (strncmp(dir, "./", 2) == 0) dir += 2;
  if (!*dir || strcmp(dir, ".") == 0) return name;
  return arena_printf(a, "%s/%s", dir, name);
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool imports_c(const File *f) {
  for (u32 i = 0; i < f->decls.n; i++) {
    if (f->decls.v[i]->n.kind != N_ImportDecl) continue;
    const BasicLit *b = ((ImportDecl *)f->decls.v[i])->path;
    if (b && (atom_is(b->value, "\"C\"") || atom_is(b->value, "`C`"))) return true;
  }
  return false;
}

/* Something else than text: a NUL before anything that could be the package clause. */
static bool is_binary(const StrBuf *text) {
  size_t n = text->n < 256 ? text->n : 256;
  const char *nul = n ? memchr(text->p, 0, n) : NULL;
  return nul && !memmem(text->p, (size_t)(nul - text->p), "package", 7);
}

void load_hash_source(LoadPackage *p, const char *path, const StrBuf *text) {
  u64 n = text->n;
  if (p->sources.length == 0) sha256_init(&p->sources);
  sha256_write(&p->sources, path, strlen(path) + 1);
  sha256_write(&p->sources, &n, sizeof n);
  if (n) sha256_write(&p->sources, text->p, n);
}

/* Keeps a file's //go:debug lines; in a program they must be well-formed. */
static void note_directives(Loader *l, LoadPackage *p, const File *f, const StrBuf *text) {
  FileHead head;
  const Atom *key, *value;
  const char *error;
  if (p->is_std || !text->n || !memmem(text->p, text->n, "//go:debug", 10)) return;
  filehead_scan(&p->arena, "", text->p, text->n, &head);
  for (u32 i = 0; i < head.directives.n; i++) {
    const char *line = head.directives.v[i];
    VEC_PUSH(&p->arena, &p->directives, line);
    if (!atom_is(head.package, "main") || godebug_parse_line(&p->arena, line, &key, &value, &error) || !error)
      continue;
    u32 at = 1;
    for (const char *q = text->p, *end = strstr(text->p, line); q < end; q++) at += *q == '\n';
    load_error(l, p, (Pos){.base = f->base, .line = at, .col = 1}, "invalid //go:debug: %s", error);
  }
}

File *load_parse(Loader *l, LoadPackage *p, const char *dir, const char *name, const FileFilter *filter) {
  const char *path = join(&l->arena, dir, name);
  StrBuf text = {0};
  Err e;
  File *f = NULL;
  if (!file_read(path, &text, &e)) {
    load_error(l, p, (Pos){0}, "%s", e.msg);
  } else if (is_binary(&text)) {
    load_error(l, p, (Pos){0}, "reading %s: unexpected NUL in input", path);
  } else if (!filter || file_filter_match(filter, base_name(name), sb_cstr(&text), text.n)) {
    ParseOptions opt = {.check_branches = true, .std = p->is_std};
    char *abs = p->is_std ? NULL : realpath(path, NULL);
    bool skeleton = p->is_std && l->config.skeletons;
    load_hash_source(p, path, &text);
    f = (skeleton ? syntax_parse_skeleton : syntax_parse)(&p->arena, l->sink, path, abs ? abs : path,
                                                          sb_cstr(&text), text.n, &opt);
    free(abs);
    p->nerrors += f->nerrors;
    note_directives(l, p, f, &text);
    if (imports_c(f)) f = NULL; /* cgo is off */
  }
  sb_free(&text);
  return f;
}

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static const char *shown_dir(Loader *l, const LoadPackage *p) {
  char *abs = realpath(*p->dir->s ? p->dir->s : ".", NULL);
  const char *s = arena_strdup(&l->arena, abs ? abs : p->dir->s);
  free(abs);
  return s;
}

static bool no_package_clause(const File *f) { return f->nerrors > 0 && atom_is(f->pkgname->name, "_"); }

/* Adds f to p; complains when its package clause says otherwise than the files before. */
static void add_file(Loader *l, LoadPackage *p, File *f, const char *name) {
  if (p->files.n > 0 && !no_package_clause(f) && f->pkgname->name != p->name) {
    load_error(l, p, l->import_pos, "found packages %s (%s) and %s (%s) in %s", p->name->s,
               base_name(pos_base(p->files.v[0]->base)->filename->s), f->pkgname->name->s, base_name(name),
               shown_dir(l, p));
    return;
  }
  if (p->files.n == 0) p->name = f->pkgname->name;
  VEC_PUSH(&p->arena, &p->files, f);
}

static LoadPackage *xtest_of(Loader *l, LoadPackage *p, const Atom *name) {
  if (!p->xtest) {
    p->xtest = new_package(l, atom_printf("%s_test", p->path->s), p->dir, p->is_std);
    p->xtest->goversion = p->goversion;
    p->xtest->name = name;
  }
  return p->xtest;
}

/* Reads the Go files of p->dir. False, with an error at pos, when there are none to compile. */
/* An error about the package path, behind the imports that led to it. */
static void error_with_stack(Loader *l, LoadPackage *p, const Atom *path, const char *error) {
  StrBuf b = {0};
  for (u32 i = 0; i < l->stack.n; i++) sb_printf(&b, "%s\n\timports ", l->stack.v[i].pkg->path->s);
  load_error(l, p, (Pos){0}, "package %s%s: %s", sb_cstr(&b), path->s, error);
  sb_free(&b);
}

static bool read_dir(Loader *l, LoadPackage *p, Pos pos, bool tests) {
  StrBuf overlay = {0};
  NameVec names = {0};
  FileFilter filter;
  l->import_pos = pos;
  bool replace = false, overlaid = load_overlay_dir(l, p, &overlay, &replace);
  const char *dir = overlaid && replace ? sb_cstr(&overlay) : p->dir->s;
  bool found = load_go_files(&l->arena, *dir ? dir : ".", &names);
  load_filter_for(l, p, &filter);
  for (u32 i = 0; i < names.n; i++) {
    bool test = has_suffix(names.v[i], "_test.go");
    File *f = test && !tests ? NULL : load_parse(l, p, dir, names.v[i], &filter);
    if (!f || atom_is(f->pkgname->name, "documentation")) continue;
    bool external = test && has_suffix(f->pkgname->name->s, "_test");
    add_file(l, external ? xtest_of(l, p, f->pkgname->name) : p, f, names.v[i]);
  }
  if (overlaid && !replace) load_merge_overlay(l, p, overlay.p);
  sb_free(&overlay);
  if (p->files.n > 0 || p->xtest) return true;
  if (p->nerrors > 0) return false;
  if (!found || names.n == 0) {
    load_error(l, p, pos, "no Go files in %s", shown_dir(l, p));
  } else {
    error_with_stack(
        l, p, p->path,
        arena_printf(&l->arena, "build constraints exclude all Go files in %s", shown_dir(l, p)));
  }
  return false;
}

/* ---- import paths ---- */

static bool is_local(const char *path) {
  return strcmp(path, ".") == 0 || strcmp(path, "..") == 0 || strncmp(path, "./", 2) == 0 ||
         strncmp(path, "../", 3) == 0;
}

static ImportFrom from_of(const LoadPackage *p) {
  if (!p) return (ImportFrom){0};
  return (ImportFrom){p->path, p->dir, p->is_std, p->module};
}

static const char *pos_text(Loader *l, Pos pos) {
  RelPos r = pos_rel(pos);
  return arena_printf(&l->arena, "%s:%u:%u", r.filename->s, r.line, r.col);
}

static void check_internal(Loader *l, LoadPackage *from, Pos pos, const LoadPackage *p) {
  if (l->config.allow_internal || !from || from->is_text) return;
  ImportFrom importer = from_of(from);
  ImportFound found = {p->path, p->dir, p->is_std, p->module};
  const char *why = load_check_internal(l, &importer, &found);
  if (!why || from->bad_internal) return;
  from->bad_internal = true;
  load_error(l, from, (Pos){0}, "package %s\n\t%s: %s", from->path->s, pos_text(l, pos), why);
}

/* ---- the graph ---- */

static void follow_imports(Loader *l, LoadPackage *p);

/* Whether the cycle that closes at p with the import at pos starts in one of p's test files. */
static bool leaves_by_test(const Loader *l, const LoadPackage *p, Pos pos) {
  u32 i = l->stack.n - 1;
  while (i > 0 && l->stack.v[i].pkg != p) i--;
  Pos first = i + 1 < l->stack.n ? l->stack.v[i + 1].pos : pos;
  return has_suffix(pos_rel(first).filename->s, "_test.go");
}

static void report_cycle(Loader *l, LoadPackage *from, Pos pos, const LoadPackage *p) {
  StrBuf b = {0};
  sb_printf(&b, "package %s", l->stack.v[0].pkg->path->s);
  for (u32 i = 1; i < l->stack.n; i++)
    sb_printf(&b, "\n\timports %s from %s", l->stack.v[i].pkg->path->s,
              base_name(pos_rel(l->stack.v[i].pos).filename->s));
  sb_printf(&b, "\n\timports %s from %s: import cycle not allowed%s", p->path->s,
            base_name(pos_rel(pos).filename->s), leaves_by_test(l, p, pos) ? " in test" : "");
  load_error(l, from, (Pos){0}, "%s", b.p);
  sb_free(&b);
}

/* Follows p's imports and puts it in order; pos is of the import that led to p. */
static void finish_package(Loader *l, LoadPackage *p, Pos pos) {
  load_embeds(l, p);
  p->state = STATE_LOADING;
  VEC_PUSH(NULL, &l->stack, (Loading){p, pos});
  follow_imports(l, p);
  l->stack.n--;
  p->state = STATE_DONE;
  VEC_PUSH(NULL, &l->order, p);
}

static LoadPackage *load_found(Loader *l, LoadPackage *from, Pos pos, const ImportFound *f, bool tests) {
  LoadPackage *p = loader_find(l, f->path);
  if (p && p->state == STATE_LOADING) report_cycle(l, from, pos, p);
  if (p) return p;
  if (from && f->is_std && (p = enter_external(l, f->path))) return p;
  p = new_package(l, f->path, f->dir, f->is_std);
  p->module = f->module;
  p->goversion = load_goversion(f->module);
  ptrmap_set(&l->packages, f->path, p);
  if (!read_dir(l, p, pos, tests)) {
    p->state = STATE_DONE;
    return NULL;
  }
  finish_package(l, p, pos);
  if (p->xtest) {
    ptrmap_set(&l->packages, p->xtest->path, p->xtest);
    finish_package(l, p->xtest, pos);
  }
  return p;
}

static LoadPackage *load_mapped(Loader *l, LoadPackage *from, Pos pos, const Atom *path) {
  for (u32 i = 0; i < l->config.mapped.n; i++) {
    const LoadMapping *m = &l->config.mapped.v[i];
    if (m->path != path && m->alias != path) continue;
    LoadPackage *p = loader_find(l, m->path);
    if (p && p->state == STATE_LOADING) report_cycle(l, from, pos, p);
    if (p) return p;
    p = new_package(l, m->path, atom_cstr(""), false);
    ptrmap_set(&l->packages, m->path, p);
    for (u32 k = 0; k < m->files.n; k++) {
      File *f = load_parse(l, p, "", m->files.v[k], NULL);
      if (f) add_file(l, p, f, m->files.v[k]);
    }
    finish_package(l, p, pos);
    return p;
  }
  return NULL;
}

/* The package that `from` (NULL: the command line) means by path; NULL after an error at pos. */
static LoadPackage *load_package(Loader *l, LoadPackage *from, Pos pos, const Atom *path, bool tests) {
  ImportFound f;
  LoadPackage *p = load_mapped(l, from, pos, path);
  if (p) return p;
  p = loader_find(l, path);
  if (p && (p->is_unsafe || p->is_external)) return p;
  if (atom_is(path, "unsafe")) return enter_opaque(l, path, path, NULL);
  if (from && (p = enter_external(l, path))) return p;
  ImportFrom importer = from_of(from);
  const char *error;
  if (!load_resolve(l, from ? &importer : NULL, path, &f, &error)) {
    ErrorPlace place = load_error_place(error);
    if (place == PLACE_STACK) {
      error_with_stack(l, from, path, error);
    } else if (*error) {
      load_error(l, from, place == PLACE_NONE ? (Pos){0} : pos, "%s", error);
    }
    return NULL;
  }
  return load_found(l, from, pos, &f, tests);
}

/* The path that an import names; NULL when it cannot be one: the checker says so. */
static const Atom *import_path(const BasicLit *lit) {
  const char *why;
  const Atom *path = lit && !lit->bad ? types_validated_import_path(lit, &why) : NULL;
  return path && !types_import_path_error(path) ? path : NULL;
}

/* The checker's complaint about a path that starts with a slash comes too late for the go command. */
static void check_rooted(Loader *l, LoadPackage *p, const ImportDecl *d) {
  const char *why;
  const Atom *path = d->path && !d->path->bad ? types_validated_import_path(d->path, &why) : NULL;
  if (!path || *path->s != '/' || l->config.allow_internal) return;
  load_error(l, p, (d->local ? &d->local->e : &d->path->e)->n.pos,
             "\"%s\" is not a package path; see 'go help packages'", path->s);
}

static void add_import(Loader *l, LoadPackage *p, const ImportDecl *d) {
  const Atom *path = import_path(d->path);
  if (!path) return check_rooted(l, p, d);
  for (u32 i = 0; i < p->imports.n; i++)
    if (p->imports.v[i].path == path) return;
  VEC_PUSH(&l->arena, &p->imports,
           (LoadImport){.path = path, .pos = (d->local ? &d->local->e : &d->path->e)->n.pos});
}

static void follow_imports(Loader *l, LoadPackage *p) {
  for (u32 i = 0; i < p->files.n; i++) {
    const File *f = p->files.v[i];
    for (u32 k = 0; k < f->decls.n; k++)
      if (f->decls.v[k]->n.kind == N_ImportDecl) add_import(l, p, (const ImportDecl *)f->decls.v[k]);
  }
  for (u32 i = 0; i < p->imports.n; i++) {
    LoadImport *imp = &p->imports.v[i];
    if (p->is_text) imp->pkg = loader_find(l, imp->path);
    if (!imp->pkg) imp->pkg = load_package(l, p, imp->pos, imp->path, false);
    if (!imp->pkg) continue;
    check_internal(l, p, imp->pos, imp->pkg);
    if (!l->config.allow_main && atom_is(imp->pkg->name, "main") && !has_suffix(p->path->s, "_test"))
      load_error(l, p, imp->pos, "import \"%s\" is a program, not an importable package", imp->path->s);
  }
}

/* ---- GODEBUG ---- */

static void add_directives(Loader *l, const LoadPackage *p, StrVec *out) {
  for (u32 i = 0; p && i < p->directives.n; i++) VEC_PUSH(&l->arena, out, p->directives.v[i]);
}

const char *loader_godebug(Loader *l, const LoadPackage *main, const LoadPackage *tested) {
  StrVec lines = {0};
  if (!tested) add_directives(l, main, &lines);
  add_directives(l, tested, &lines);
  if (tested) add_directives(l, tested->xtest, &lines);
  return godebug_default(&l->arena, l->modules, (const char *const *)lines.v, lines.n);
}

/* ---- entry points ---- */

LoadPackage *loader_files(Loader *l, const char *const *files, u32 n) {
  const char *slash = n ? strrchr(files[0], '/') : NULL;
  const Atom *dir = slash ? atom_new(files[0], (size_t)(slash - files[0])) : atom_cstr("");
  Modules *m = load_modules(l, dir->s);
  if (!m) return NULL;
  LoadPackage *p = new_package(l, atom_cstr("command-line-arguments"), dir, false);
  p->module = modules_main(m)->n ? modules_main(m)->v[0] : NULL;
  p->goversion = load_goversion(p->module);
  ptrmap_set(&l->packages, p->path, p);
  for (u32 i = 0; i < n; i++) {
    File *f = load_parse(l, p, "", strncmp(files[i], "./", 2) == 0 ? files[i] + 2 : files[i], NULL);
    if (!f) continue;
    bool external = l->config.include_tests && has_suffix(files[i], "_test.go") &&
                    has_suffix(f->pkgname->name->s, "_test");
    add_file(l, external ? xtest_of(l, p, f->pkgname->name) : p, f, files[i]);
  }
  if (p->files.n == 0 && !p->xtest) {
    if (p->nerrors == 0)
      load_error(l, p, (Pos){0}, "package %s: build constraints exclude all Go files", p->path->s);
    return NULL;
  }
  finish_package(l, p, (Pos){0});
  if (p->xtest) {
    ptrmap_set(&l->packages, p->xtest->path, p->xtest);
    finish_package(l, p->xtest, (Pos){0});
  }
  return p;
}

LoadPackage *loader_dir(Loader *l, const char *dir) {
  ImportFound f;
  const char *error;
  if (load_resolve_dir(l, NULL, dir, &f, &error))
    return load_found(l, NULL, (Pos){0}, &f, l->config.include_tests);
  if (*error) load_error(l, NULL, (Pos){0}, "%s", error);
  return NULL;
}

LoadPackage *loader_path(Loader *l, const char *path) {
  if (is_local(path) || path[0] == '/') return loader_dir(l, path);
  return load_package(l, NULL, (Pos){0}, atom_cstr(path), l->config.include_tests);
}

LoadPackage *loader_text(Loader *l, const char *path, const char *name, const char *text, size_t n) {
  LoadPackage *p = new_package(l, atom_cstr(path), atom_cstr(""), false);
  p->is_text = true;
  ParseOptions opt = {.check_branches = true};
  File *f = syntax_parse(&p->arena, l->sink, name, name, text, n, &opt);
  p->nerrors = f->nerrors;
  ptrmap_set(&l->packages, p->path, p);
  add_file(l, p, f, name);
  finish_package(l, p, (Pos){0});
  return p;
}

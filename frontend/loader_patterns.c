/* loader_patterns.c - what the packages named on a command line stand for: std, all, work, tool, path/...,
 * ./..., directories (cmd/go/internal/search and modload/search.go). Start reading at loader_expand().
 */
#include "frontend/loader_patterns.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/loader_import.h"
#include "frontend/loader_priv.h"
#include "frontend/mod_env.h"
#include "frontend/mod_priv.h"
#include "frontend/pkgscan.h"

/* ---- matching ---- */

/* A glob with "..." for any string; '\1' in both stands for an element "vendor" that is not the last. */
static bool glob(const char *pattern, const char *name) {
  const char *dots = strstr(pattern, "...");
  size_t n = dots ? (size_t)(dots - pattern) : strlen(pattern);
  if (strncmp(pattern, name, n) != 0) return false;
  if (!dots) return !name[n];
  for (const char *p = name + n;; p++) {
    if (glob(dots + 3, p)) return true;
    if (!*p || *p == '\1') return false;
  }
}

static void mark_vendor(StrBuf *b, const char *path) {
  for (;;) {
    size_t n = strcspn(path, "/");
    if (n == 6 && path[n] && memcmp(path, "vendor", 6) == 0) {
      sb_putc(b, '\1');
    } else {
      sb_write(b, path, n);
    }
    if (!path[n]) return;
    sb_putc(b, '/');
    path += n + 1;
  }
}

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

bool pattern_match(const char *pattern, const char *name) {
  StrBuf p = {0}, n = {0};
  mark_vendor(&p, pattern);
  mark_vendor(&n, name);
  const char *ps = sb_cstr(&p), *ns = sb_cstr(&n);
  bool ok = strcmp(ps, "\1/...") != 0 && glob(ps, ns); /* the go command's "vendor/..." matches nothing */
  if (!ok && has_suffix(ps, "\1/...")) { /* x/vendor/... matches x/vendor */
    p.p[p.n - 5] = 0;
    size_t k = strlen(ps);
    ok = strncmp(ns, ps, k) == 0 && strcmp(ns + k, "vendor") == 0 && !strstr(ps, "...");
  } else if (!ok && has_suffix(ps, "/...")) { /* x/... matches x */
    p.p[p.n - 4] = 0;
    ok = glob(ps, ns);
  }
  sb_free(&p);
  sb_free(&n);
  return ok;
}

static bool has_prefix_path(const char *path, const char *prefix) {
  size_t n = strlen(prefix);
  return strncmp(path, prefix, n) == 0 && (n == 0 || prefix[n - 1] == '/' || path[n] == '/' || !path[n]);
}

bool pattern_tree_can_match(const char *pattern, const char *name) {
  const char *dots = strstr(pattern, "...");
  size_t n = dots ? (size_t)(dots - pattern) : strlen(pattern), len = strlen(name);
  if (dots && strncmp(name, pattern, n) == 0) return true;
  return len <= n && strncmp(pattern, name, len) == 0 && (len == n || len == 0 || pattern[len] == '/');
}

/* ---- walking ---- */

typedef struct Walk {
  Loader *l;
  const char *pattern; /* NULL: everything matches */
  const char *root;
  bool is_std, only_std, prune_vendor, prune_modules;
  const Atom *const *ignore; /* patterns of the module's ignore lines */
  u32 nignore;
  LoadPathList *out;
} Walk;

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The subdirectories of dir that may hold packages, sorted. */
static void subdirs(Walk *w, const char *dir, StrVec *out) {
  DIR *d = opendir(dir);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));) {
    const char *name = e->d_name;
    if (*name == '.' || *name == '_' || strcmp(name, "testdata") == 0) continue;
    if (e->d_type == DT_REG) continue;
    const char *path = arena_printf(&w->l->arena, "%s/%s", dir, name);
    struct stat st;
    if (lstat(path, &st) != 0) continue;
    if (S_ISLNK(st.st_mode) && w->pattern && load_is_dir(path))
      fprintf(stderr, "warning: ignoring symlink %s\n", path);
    if (S_ISDIR(st.st_mode)) VEC_PUSH(&w->l->arena, out, arena_strdup(&w->l->arena, name));
  }
  closedir(d);
  if (out->n) qsort(out->v, out->n, sizeof *out->v, by_name);
}

/* Whether dir holds a package, even one with errors. */
static bool holds_package(Walk *w, const char *dir) {
  PkgScan s;
  Arena a = {0};
  FileFilter filter;
  loader_filter(w->l, &filter);
  pkgscan_dir(&a, dir, dir, &filter, &s);
  arena_free(&a);
  return s.problem == SCAN_OK || s.problem == SCAN_BAD;
}

static bool is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Whether an ignore line names the directory sub ("/a/b"): "./x" from the root, "x" anywhere. */
static bool is_ignored(const Walk *w, const char *sub) {
  const char *dir = arena_printf(&w->l->arena, "%s/", sub);
  for (u32 i = 0; i < w->nignore; i++) {
    const char *p = w->ignore[i]->s;
    bool relative = strncmp(p, "./", 2) == 0;
    if (relative) p += 2;
    size_t n = strlen(p);
    const char *want =
        arena_printf(&w->l->arena, "%s%s%s", *p == '/' ? "" : "/", p, n && p[n - 1] == '/' ? "" : "/");
    if (relative ? strncmp(dir, want, strlen(want)) == 0 : strstr(dir, want) != NULL) return true;
  }
  return false;
}

static bool leaves_out(const Walk *w, const char *name) {
  if (strcmp(name, "runtime/cgo") == 0) return w->only_std;
  if (strcmp(name, "builtin") == 0) return w->is_std;
  return false;
}

/* Visits dir, whose import path is name ("" for GOROOT/src). */
static void walk(Walk *w, const char *dir, const char *name, bool top) {
  Arena *a = &w->l->arena;
  const char *base = strrchr(dir, '/');
  if (w->only_std && strcmp(name, "cmd") == 0) return;
  if (w->pattern && !pattern_tree_can_match(w->pattern, name)) return;
  if (!top && is_ignored(w, dir + strlen(w->root))) return;
  if (!top && w->prune_modules && is_file(arena_printf(a, "%s/go.mod", dir))) return;
  if (*name && !leaves_out(w, name) && (!w->pattern || pattern_match(w->pattern, name)) &&
      holds_package(w, dir))
    VEC_PUSH(a, w->out, atom_cstr(name));
  if (!top && w->prune_vendor && base && strcmp(base, "/vendor") == 0) return;
  StrVec dirs = {0};
  subdirs(w, dir, &dirs);
  for (u32 i = 0; i < dirs.n; i++)
    walk(w, arena_printf(a, "%s/%s", dir, dirs.v[i]),
         *name ? arena_printf(a, "%s/%s", name, dirs.v[i]) : dirs.v[i], false);
}

static int by_path(const void *a, const void *b) {
  return strcmp((*(const Atom *const *)a)->s, (*(const Atom *const *)b)->s);
}

/* Sorts out[from..] and drops what occurs twice in it. */
static void sort_from(LoadPathList *out, u32 from) {
  u32 n = out->n - from, kept = from;
  if (n) qsort(out->v + from, n, sizeof *out->v, by_path);
  for (u32 i = from; i < out->n; i++)
    if (kept == from || out->v[kept - 1] != out->v[i]) out->v[kept++] = out->v[i];
  out->n = kept;
}

/* ---- std and modules ---- */

static void walk_std(Loader *l, const char *pattern, LoadPathList *out) {
  u32 from = out->n;
  if (l->config.goroot) {
    const char *src = arena_printf(&l->arena, "%s/src", l->config.goroot);
    Walk w = {.l = l, .pattern = pattern, .root = src, .is_std = true, .only_std = true, .out = out};
    walk(&w, src, "", true);
  } else {
    for (u32 i = 0; i < l->config.std_names.n; i++)
      if (!pattern || pattern_match(pattern, l->config.std_names.v[i]->s))
        VEC_PUSH(&l->arena, out, l->config.std_names.v[i]);
  }
  sort_from(out, from);
}

static void walk_module(Loader *l, Modules *m, Module *mod, const char *pattern, LoadPathList *out) {
  const char *error;
  if (pattern && !pattern_tree_can_match(pattern, mod->path->s)) return;
  if (!modules_fetch(m, mod, &error)) return load_error(l, NULL, (Pos){0}, "pattern %s: %s", pattern, error);
  Walk w = {.l = l, .pattern = pattern, .root = mod->dir, .prune_vendor = true, .out = out};
  w.prune_modules = mod->is_main || (mod->replace && mod->replace->version->len == 0);
  w.ignore = modules_ignores(m, mod, &w.nignore);
  walk(&w, mod->dir, mod->path->s, true);
}

static void walk_mains(Loader *l, Modules *m, LoadPathList *out) {
  u32 from = out->n;
  const ModuleList *mains = modules_main(m);
  for (u32 i = 0; i < mains->n; i++) walk_module(l, m, mains->v[i], NULL, out);
  sort_from(out, from);
}

static void walk_gopath(Loader *l, const char *pattern, LoadPathList *out) {
  for (const char *p = goenv_get("GOPATH"); *p;) {
    size_t n = strcspn(p, ":");
    const char *src = arena_printf(&l->arena, "%.*s/src", (int)n, p);
    Walk w = {.l = l, .pattern = pattern, .root = src, .out = out};
    if (n) walk(&w, src, "", true);
    p += n + (p[n] != 0);
  }
}

/* A pattern of import paths with "..." in it. */
static void expand_paths(Loader *l, Modules *m, const char *pattern, LoadPathList *out) {
  u32 from = out->n;
  ModuleList list = {0};
  const char *error;
  walk_std(l, pattern, out);
  if (modules_mode(m) == MODE_GOPATH) {
    walk_gopath(l, pattern, out);
  } else if (modules_vendoring(m)) {
    for (u32 i = 0; i < modules_main(m)->n; i++) walk_module(l, m, modules_main(m)->v[i], pattern, out);
    Walk w = {.l = l, .pattern = pattern, .root = modules_vendor_dir(m), .prune_vendor = true, .out = out};
    walk(&w, w.root, "", true);
  } else if (!modules_build_list(m, &list, &error)) {
    if (*error) load_error(l, NULL, (Pos){0}, "pattern %s: %s", pattern, error);
    load_modules(l, NULL);
  }
  for (u32 i = 0; i < list.n && !modules_vendoring(m); i++) walk_module(l, m, list.v[i], pattern, out);
  if (modules_mode(m) != MODE_GOPATH) sort_from(out, from);
}

/* ---- all ---- */

typedef struct All {
  Loader *l;
  LoadPathList *out;
  PtrMap seen;
} All;

/* Adds what a package of `from` imports, and what that imports. */
static void add_imports(All *a, const ImportFrom *from, const ScanNames *imports);

static void add_dependency(All *a, const ImportFound *f) {
  if (ptrmap_get(&a->seen, f->path)) return;
  ptrmap_set(&a->seen, f->path, (void *)f->path);
  VEC_PUSH(&a->l->arena, a->out, f->path);
  ImportFrom from = {f->path, f->dir, f->is_std, f->module};
  PkgScan s;
  FileFilter filter;
  loader_filter(a->l, &filter);
  if (!f->dir->len) return;
  pkgscan_dir(&a->l->arena, f->dir->s, f->dir->s, &filter, &s);
  add_imports(a, &from, &s.go.imports);
  if (!f->module || !f->module->is_main) return;
  add_imports(a, &from, &s.test.imports);
  add_imports(a, &from, &s.xtest.imports);
}

static void add_imports(All *a, const ImportFrom *from, const ScanNames *imports) {
  for (u32 i = 0; i < imports->n; i++) {
    ImportFound f;
    const char *error;
    if (atom_is(imports->v[i].name, "C")) continue;
    if (load_resolve(a->l, from, imports->v[i].name, &f, &error)) add_dependency(a, &f);
  }
}

/* The packages of the main modules, and all that they and their tests import. */
static void expand_all(Loader *l, Modules *m, LoadPathList *out) {
  LoadPathList roots = {0};
  All a = {.l = l, .out = out};
  u32 from = out->n;
  walk_mains(l, m, &roots);
  for (u32 i = 0; i < roots.n; i++) {
    ImportFound f;
    const char *error;
    if (load_resolve(l, NULL, roots.v[i], &f, &error)) add_dependency(&a, &f);
  }
  ptrmap_free(&a.seen);
  sort_from(out, from);
}

/* ---- directories ---- */

/* The src of GOROOT, by the name that dir begins with; NULL when dir is elsewhere. */
static const char *goroot_src(Loader *l, const char *dir) {
  if (!l->config.goroot) return NULL;
  const char *src = arena_printf(&l->arena, "%s/src", l->config.goroot);
  if (has_prefix_path(dir, src)) return src;
  char *real = realpath(src, NULL);
  src = real && has_prefix_path(dir, real) ? arena_strdup(&l->arena, real) : NULL;
  free(real);
  return src;
}

/* A pattern like ./x/...: the packages below a directory, in the order of a walk. */
static void expand_dirs(Loader *l, const char *pattern, LoadPathList *out) {
  const char *dots = strstr(pattern, "...");
  size_t n = (size_t)(dots - pattern);
  while (n && pattern[n - 1] != '/') n--;
  const char *start = n ? arena_printf(&l->arena, "%.*s", (int)n, pattern) : ".";
  Modules *m = load_modules(l, start);
  if (!m) return;
  const char *cwd = m->cwd, *dir = mod_join(&l->arena, cwd, start);
  const Atom *prefix = NULL;
  const char *error = NULL, *root = NULL;
  const char *src = goroot_src(l, dir);
  const Module *owner = NULL;
  bool gopath = modules_mode(m) == MODE_GOPATH;
  if (src) {
    prefix = atom_cstr(dir + strlen(src) + (dir[strlen(src)] == '/'));
    root = src;
  } else if (gopath) {
    prefix = load_gopath_path(l, dir);
    root = dir;
  } else if (modules_prefix_of_dir(m, dir, &prefix, &owner)) {
    root = owner->dir;
  } else {
    error = modules_mode(m) == MODE_WORKSPACE ? "modules listed in go.work or their selected dependencies"
                                              : "main module or its selected dependencies";
  }
  if (!load_is_dir(dir))
    return load_error(l, NULL, (Pos){0}, "pattern %s: lstat %s: no such file or directory", pattern, start);
  if (error)
    return load_error(l, NULL, (Pos){0}, "pattern %s: directory prefix %s does not contain %s", pattern,
                      mod_short_path(m, &l->arena, dir), error);
  Walk w = {.l = l, .root = root, .is_std = root == src, .prune_modules = !gopath, .out = out};
  if (owner) w.ignore = modules_ignores(m, owner, &w.nignore);
  const char *rest = pattern + n;
  const char *name = prefix ? prefix->s : arena_printf(&l->arena, "_%s", dir);
  w.pattern = arena_printf(&l->arena, "%s%s%s", name, *name ? "/" : "", rest);
  walk(&w, dir, name, true);
}

/* ---- command lines ---- */

/* path without "." elements, ".." resolved, "./" kept in front (search.CleanPatterns). */
static const char *clean_pattern(Loader *l, const char *p) {
  bool local = *p == '.' && (p[1] == '/' || p[1] == 0 || strncmp(p, "../", 3) == 0 || strcmp(p, "..") == 0);
  if (*p == '/') return mod_join(&l->arena, "/", p);
  StrBuf b = {0};
  while (*p) {
    size_t n = strcspn(p, "/");
    if (n && !(n == 1 && *p == '.')) {
      const char *last = b.n ? strrchr(b.p, '/') : NULL;
      last = last ? last + 1 : sb_cstr(&b);
      if (n == 2 && p[0] == '.' && p[1] == '.' && b.n && strcmp(last, "..") != 0) {
        b.n = (size_t)(last - b.p) - (last > b.p);
        b.p[b.n] = 0;
      } else {
        if (b.n) sb_putc(&b, '/');
        sb_write(&b, p, n);
      }
    }
    p += n + (p[n] == '/');
  }
  bool up = strncmp(sb_cstr(&b), "..", 2) == 0 && (!b.p[2] || b.p[2] == '/');
  const char *out = !b.n           ? "."
                    : local && !up ? arena_printf(&l->arena, "./%s", b.p)
                                   : arena_strdup(&l->arena, b.p);
  sb_free(&b);
  return out;
}

static void expand_one(Loader *l, const char *p, LoadPathList *out) {
  Modules *m = load_modules(l, NULL);
  bool dots = strstr(p, "...") != NULL;
  if (!m) return;
  if (*p == '.' && (!p[1] || p[1] == '/' || (p[1] == '.' && (!p[2] || p[2] == '/')))) {
    if (dots) return expand_dirs(l, p, out);
    VEC_PUSH(&l->arena, out, atom_cstr(p));
  } else if (*p == '/') {
    if (dots) return expand_dirs(l, p, out);
    VEC_PUSH(&l->arena, out, atom_cstr(p));
  } else if (dots) {
    expand_paths(l, m, p, out);
  } else if (strcmp(p, "std") == 0) {
    walk_std(l, NULL, out);
  } else if (strcmp(p, "cmd") == 0) {
    load_error(l, NULL, (Pos){0}, "pattern cmd: govm has none of the go command's packages");
  } else if (strcmp(p, "all") == 0) {
    expand_all(l, m, out);
  } else if (strcmp(p, "work") == 0) {
    walk_mains(l, m, out);
  } else if (strcmp(p, "tool") == 0) {
    u32 n, from = out->n;
    const Atom *const *tools = modules_tools(m, &n);
    for (u32 i = 0; i < n; i++) VEC_PUSH(&l->arena, out, tools[i]);
    sort_from(out, from);
  } else {
    VEC_PUSH(&l->arena, out, atom_cstr(p));
  }
}

bool loader_expand(Loader *l, const char *const *args, u32 n, LoadPathList *out) {
  static const char *const here[] = {"."};
  u32 errors = l->sink->nerrors;
  if (n == 0) {
    args = here;
    n = 1;
  }
  LoadPathList found = {0};
  for (u32 i = 0; i < n; i++) {
    u32 before = found.n, had = l->sink->nerrors;
    expand_one(l, clean_pattern(l, args[i]), &found);
    if (found.n == before && l->sink->nerrors == had)
      fprintf(stderr, "go: warning: \"%s\" matched no packages\n", args[i]);
  }
  PtrMap seen = {0};
  for (u32 i = 0; i < found.n; i++) {
    if (ptrmap_get(&seen, found.v[i])) continue;
    ptrmap_set(&seen, found.v[i], (void *)found.v[i]);
    VEC_PUSH(&l->arena, out, found.v[i]);
  }
  ptrmap_free(&seen);
  return l->sink->nerrors == errors;
}

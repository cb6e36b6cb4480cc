/* loader_import.c - resolves import paths and directories (loader_import.h). Start reading at load_resolve().
 */
#include "frontend/loader_import.h"

#include <stdlib.h>
#include <unistd.h>

#include "frontend/loader_priv.h"
#include "frontend/mod_env.h"
#include "frontend/mod_priv.h"
#include "frontend/pkgscan.h"

static bool has_prefix_path(const char *path, const char *prefix) {
  size_t n = strlen(prefix);
  return strncmp(path, prefix, n) == 0 && (path[n] == 0 || path[n] == '/');
}

static bool is_local(const char *path) {
  return strcmp(path, ".") == 0 || strcmp(path, "..") == 0 || strncmp(path, "./", 2) == 0 ||
         strncmp(path, "../", 3) == 0;
}

/* ---- modules ---- */

static void add_flag_tags(Loader *l) {
  GoFlags flags = {0};
  Err e;
  if (l->config.tags.n || !goflags_parse(&l->arena, &flags, &e)) return;
  for (u32 i = 0; i < flags.n; i++) {
    if (!atom_is(flags.v[i].name, "tags") || !flags.v[i].value) continue;
    for (const char *p = flags.v[i].value->s; *p;) {
      size_t n = strcspn(p, ", ");
      if (n) VEC_PUSH(&l->arena, &l->tags, atom_new(p, n));
      p += n + (p[n] != 0);
    }
  }
}

/* The tags of gc's default experiments and of the least amd64. */
static void add_tool_tags(Loader *l) {
  static const char *const tags[] = {
      "goexperiment.regabiwrappers", "goexperiment.regabiargs",           "goexperiment.dwarf5",
      "goexperiment.greenteagc",     "goexperiment.randomizedheapbase64", "amd64.v1"};
  for (size_t i = 0; i < ARRAY_LEN(tags); i++) VEC_PUSH(&l->arena, &l->tags, atom_cstr(tags[i]));
}

/* The modules; NULL after an error that ends everything, which is reported here when it is new. */
static Modules *modules_ok(Loader *l) {
  const char *error = modules_error(l->modules);
  if (error && error != l->reported) load_error(l, NULL, (Pos){0}, "%s", error);
  l->reported = error;
  return error ? NULL : l->modules;
}

Modules *load_modules(Loader *l, const char *start) {
  if (l->modules && start && modules_mode(l->modules) == MODE_NO_MODULE && !l->modules->config.start) {
    modules_free(l->modules); /* no package has a module yet */
    l->modules = NULL;
    l->tags.n = 0;
  }
  if (l->modules) return modules_ok(l);
  char *abs = start ? realpath(*start ? start : ".", NULL) : NULL;
  ModConfig c = {.goroot = l->config.goroot,
                 .goroot_name = l->config.goroot_name,
                 .mod = l->config.mod,
                 .modfile = l->config.modfile,
                 .start = abs ? arena_strdup(&l->arena, abs) : NULL};
  free(abs);
  l->modules = modules_new(&c);
  for (u32 i = 0; i < l->config.tags.n; i++) VEC_PUSH(&l->arena, &l->tags, l->config.tags.v[i]);
  add_flag_tags(l);
  add_tool_tags(l);
  return modules_ok(l);
}

const Atom *load_goversion(const Module *mod) {
  if (!mod) return NULL;
  Arena a = {0};
  const Atom *v = atom_printf("go%s", goversion_lang(&a, mod->goversion ? mod->goversion : "1.16"));
  arena_free(&a);
  return v;
}

/* ---- std ---- */

/* goroot/src/[vendor/]path when that is a directory, else NULL. */
static const Atom *goroot_dir(Loader *l, const char *vendor, const char *path) {
  if (!l->config.goroot) return NULL;
  const Atom *dir = atom_printf("%s/src/%s%s", l->config.goroot, vendor, path);
  return load_is_dir(dir->s) ? dir : NULL;
}

static bool is_listed_std(const Loader *l, const Atom *path) {
  for (u32 i = 0; i < l->config.std_names.n; i++)
    if (l->config.std_names.v[i] == path) return true;
  return false;
}

static bool find_std(Loader *l, const ImportFrom *from, const Atom *path, ImportFound *out) {
  static const char *const vendors[] = {"cmd/vendor/", "vendor/"};
  for (size_t i = 0; from->is_std && i < ARRAY_LEN(vendors); i++) {
    if (i == 0 && !(from->path && has_prefix_path(from->path->s, "cmd"))) continue;
    const Atom *full = atom_printf("%s%s", vendors[i], path->s), *dir = goroot_dir(l, vendors[i], path->s);
    if (!dir && !is_listed_std(l, full)) continue;
    *out = (ImportFound){full, dir ? dir : atom_cstr(""), true, NULL};
    return true;
  }
  if (path->len == 0) return false;
  const Atom *dir = goroot_dir(l, "", path->s);
  if (!dir && is_listed_std(l, path)) dir = atom_cstr("");
  if (!dir && *l->overlay_dir) { /* a package of govm's own */
    dir = atom_printf("%s/%s", l->overlay_dir, path->s);
    if (!load_is_dir(dir->s)) dir = NULL;
  }
  if (!dir) return false;
  *out = (ImportFound){path, dir, true, NULL};
  return true;
}

/* ---- GOPATH ---- */

const Atom *load_gopath_path(Loader *l, const char *dir) {
  for (const char *p = goenv_get("GOPATH"); *p;) {
    size_t n = strcspn(p, ":");
    const char *src = arena_printf(&l->arena, "%.*s/src", (int)n, p);
    if (n && has_prefix_path(dir, src) && dir[strlen(src)]) return atom_cstr(dir + strlen(src) + 1);
    p += n + (p[n] != 0);
  }
  return NULL;
}

/* The vendor directories between the importer and its GOPATH's src. */
static bool find_vendored(Loader *l, const ImportFrom *from, const Atom *path, ImportFound *out) {
  const char *dir = from->dir ? mod_join(&l->arena, l->modules->cwd, from->dir->s) : "/";
  const Atom *at = load_gopath_path(l, dir);
  if (!at) return false;
  size_t root = strlen(dir) - at->len;
  for (char *d = arena_strdup(&l->arena, dir); strlen(d) >= root; *strrchr(d, '/') = 0) {
    const char *candidate = arena_printf(&l->arena, "%s/vendor/%s", d, path->s);
    if (!pkgscan_has_go_files(candidate)) continue;
    *out = (ImportFound){load_gopath_path(l, candidate),
                         atom_cstr(mod_short_path(l->modules, &l->arena, candidate)), false, NULL};
    return true;
  }
  return false;
}

static bool find_in_gopath(Loader *l, const Atom *path, ImportFound *out, const char **error) {
  StrBuf b = {0};
  const char *how = " (from $GOPATH)";
  sb_printf(&b, "cannot find package \"%s\" in any of:", path->s);
  if (l->config.goroot) sb_printf(&b, "\n\t%s/src/%s (from $GOROOT)", l->config.goroot, path->s);
  const char *list = goenv_get("GOPATH");
  for (const char *p = list; *p;) {
    size_t n = strcspn(p, ":");
    const char *dir = arena_printf(&l->arena, "%.*s/src/%s", (int)n, p, path->s);
    if (n && load_is_dir(dir)) {
      *out = (ImportFound){path, atom_cstr(mod_short_path(l->modules, &l->arena, dir)), false, NULL};
      sb_free(&b);
      return true;
    }
    if (n) sb_printf(&b, "\n\t%s%s", dir, how);
    how = "";
    p += n + (p[n] != 0);
  }
  if (!*list) sb_puts(&b, "\n\t($GOPATH not set. For more details see: 'go help gopath')");
  *error = arena_strdup(&l->arena, b.p);
  sb_free(&b);
  return false;
}

/* ---- all together ---- */

static const char *importer_name(const ImportFrom *from) { return from->path ? from->path->s : NULL; }

static bool find_in_modules(Loader *l, Modules *m, const ImportFrom *from, const Atom *path, ImportFound *out,
                            const char **error) {
  ModFound f;
  if (!modules_find(m, path, from->module, importer_name(from), &f, error)) {
    modules_ok(l);
    return false;
  }
  *out = (ImportFound){path, atom_cstr(mod_short_path(m, &l->arena, f.dir)), false, f.module};
  return true;
}

bool load_resolve(Loader *l, const ImportFrom *from, const Atom *path, ImportFound *out, const char **error) {
  static const ImportFrom nobody;
  if (!from) from = &nobody;
  Modules *m = load_modules(l, NULL);
  bool gopath = m && modules_mode(m) == MODE_GOPATH;
  if (is_local(path->s)) {
    if (m && !gopath && from->path && !l->config.allow_internal) {
      *error = arena_printf(&l->arena,
                            "\"%s\" is relative, but relative import paths are not supported in module mode",
                            path->s);
      return false;
    }
    return load_resolve_dir(l, from, path->s, out, error);
  }
  if (gopath && !from->is_std && find_vendored(l, from, path, out)) return true;
  if (find_std(l, from, path, out)) return true;
  if (!m) return *error = "", false;
  if (gopath) return find_in_gopath(l, path, out, error);
  return find_in_modules(l, m, from, path, out, error);
}

static bool dir_in_goroot(Loader *l, const char *abs, ImportFound *out) {
  const char *src = arena_printf(&l->arena, "%s/src", l->config.goroot ? l->config.goroot : "");
  char *abs_src = l->config.goroot ? realpath(src, NULL) : NULL;
  bool in = abs_src && has_prefix_path(abs, abs_src) && abs[strlen(abs_src)];
  if (in) {
    const Atom *path = atom_cstr(abs + strlen(abs_src) + 1);
    *out = (ImportFound){path, atom_printf("%s/%s", src, path->s), true, NULL};
  }
  free(abs_src);
  return in;
}

bool load_resolve_dir(Loader *l, const ImportFrom *from, const char *path, ImportFound *out,
                      const char **error) {
  const Atom *dir =
      from && from->dir && from->dir->len ? atom_printf("%s/%s", from->dir->s, path) : atom_cstr(path);
  Modules *m = load_modules(l, path);
  if (!m) return *error = "", false;
  char *real = realpath(dir->s, NULL);
  const char *abs = mod_join(&l->arena, m->cwd, dir->s), *why;
  if (real && !load_is_dir(abs)) abs = arena_strdup(&l->arena, real);
  bool in_goroot = real && dir_in_goroot(l, real, out);
  free(real);
  if (in_goroot) return true;
  if (!load_is_dir(abs)) {
    *error = arena_printf(&l->arena, "stat %s: directory not found", abs);
    return false;
  }
  *out = (ImportFound){atom_cstr("command-line-arguments"), atom_cstr(mod_short_path(m, &l->arena, abs)),
                       false, NULL};
  const Atom *p = NULL;
  if (modules_mode(m) == MODE_GOPATH) {
    p = load_gopath_path(l, abs);
    if (p || from) out->path = p ? p : atom_printf("_%s", abs);
  } else if (modules_main(m)->n == 0) {
    if (from) out->path = atom_printf("_%s", abs);
  } else if (modules_path_of_dir(m, abs, &p, &why)) {
    ModFound f;
    out->path = p;
    if (modules_find(m, p, NULL, NULL, &f, &why)) out->module = f.module;
    if (!out->module) out->module = modules_main(m)->v[0];
  } else if (pkgscan_has_go_files(abs)) {
    *error = why;
    return false;
  } else {
    *error = arena_printf(&l->arena, "no Go files in %s", abs);
    return false;
  }
  return true;
}

ErrorPlace load_error_place(const char *error) {
  if (strncmp(error, "can only use path@version", 25) == 0) return PLACE_STACK;
  bool names_importer =
      strncmp(error, "package ", 8) == 0 && strstr(error, " from implicitly required module; ");
  return names_importer ? PLACE_NONE : PLACE_POSITION;
}

/* ---- internal packages ---- */

/* The import path that a package of command-line files would have. */
static const char *path_of_importer(Loader *l, const ImportFrom *from) {
  const Atom *p;
  const char *ignored;
  if (!atom_is(from->path, "command-line-arguments") || !from->module) return from->path->s;
  const char *abs = mod_join(&l->arena, l->modules->cwd, from->dir ? from->dir->s : "");
  return modules_path_of_dir(l->modules, abs, &p, &ignored) ? p->s : ".";
}

const char *load_check_internal(Loader *l, const ImportFrom *from, const ImportFound *p) {
  const char *path = p->path->s, *found = NULL;
  for (const char *q = path; (q = strstr(q, "internal")); q++)
    if ((q == path || q[-1] == '/') && (q[8] == 0 || q[8] == '/')) found = q;
  if (!found || !from->path) return NULL;
  const char *parent = arena_printf(&l->arena, "%.*s", found > path ? (int)(found - path - 1) : 0, path);
  const char *importer = path_of_importer(l, from);
  size_t n = strlen(importer);
  if (n > 5 && strcmp(importer + n - 5, "_test") == 0)
    importer = arena_printf(&l->arena, "%.*s", (int)n - 5, importer);
  if (*parent ? has_prefix_path(importer, parent) : from->is_std) return NULL;
  return arena_printf(&l->arena, "use of internal package %s not allowed", path);
}

/* mod_find.c - from import paths to modules and directories, and back (modload/import.go and load.go).
 * Start reading at modules_find().
 */
#include <stdio.h>
#include <stdlib.h>

#include "frontend/loader_priv.h"
#include "frontend/mod_env.h"
#include "frontend/mod_priv.h"
#include "frontend/pkgscan.h"

static bool has_prefix_path(const char *path, const char *prefix) {
  size_t n = strlen(prefix);
  return strncmp(path, prefix, n) == 0 && (path[n] == 0 || path[n] == '/' || n == 0);
}

static bool PRINTF(3, 4) fail(Modules *m, const char **error, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  *error = arena_strdup(&m->arena, sb_cstr(&b));
  sb_free(&b);
  return false;
}

/* ---- directories of modules ---- */

/* The directory of the package path in the module mpath whose root is mdir; NULL when there is none, or it
 * belongs to a module nested in a local one, or it has no Go files. */
static const char *dir_in_module(Modules *m, const char *path, const char *mpath, const char *mdir,
                                 bool local) {
  if (!has_prefix_path(path, mpath)) return NULL;
  const char *rest = path + strlen(mpath);
  const char *dir = mod_join(&m->arena, mdir, *rest == '/' ? rest + 1 : rest);
  size_t root = strlen(mdir);
  for (char *d = arena_strdup(&m->arena, dir); local && strlen(d) > root; *strrchr(d, '/') = 0)
    if (mod_is_file(arena_printf(&m->arena, "%s/go.mod", d))) return NULL;
  return pkgscan_has_go_files(dir) ? dir : NULL;
}

static bool is_local(Modules *m, const Module *mod) {
  const Replacement *r = mod_replacement(m, (ModVersion){mod->path, mod->version});
  return mod->is_main || (r && r->r.to.version->len == 0);
}

/* ---- import paths that cannot be ---- */

static bool is_std_like(const char *path) { return !memchr(path, '.', strcspn(path, "/")); }

static bool check_path(Modules *m, const char *path, const char **error) {
  static const char *const meta[] = {"std", "cmd", "tool", "work", "all"};
  if (strchr(path, '@'))
    return fail(m, error,
                "can only use path@version syntax with 'go get' and 'go install' in module-aware mode");
  if (*path == '/') return fail(m, error, "\"%s\" is not a package path; see 'go help packages'", path);
  for (size_t i = 0; i < ARRAY_LEN(meta); i++)
    if (strcmp(path, meta[i]) == 0)
      return fail(m, error, "\"%s\" is not an importable package; see 'go help packages'", path);
  const char *why = modpath_check_import(&m->arena, path);
  return !why || fail(m, error, "%s", why);
}

/* ---- what is missing ---- */

/* A replaced module that nothing requires but that has the package. */
static bool replaced_only(Modules *m, const Atom *path, const char **error) {
  for (u32 i = 0; i < m->replacements.n; i++) {
    ModVersion from = m->replacements.v[i].r.from;
    if (!has_prefix_path(path->s, from.path->s)) continue;
    const Atom *selected;
    const char *dir, *ignored;
    if (!mod_selected(m, from.path, false, &selected, &ignored) || selected) continue;
    Module *mod = mod_record(m, from.path, from.version);
    if (!mod_fetch_dir(m, mod, &dir, &ignored) ||
        !dir_in_module(m, path->s, from.path->s, dir, is_local(m, mod)))
      continue;
    return !fail(m, error,
                 "module %s provides package %s and is replaced but not required; to add it:\n\tgo get %s",
                 from.path->s, path->s, modversion_string(&m->arena, from));
  }
  return false;
}

const Module *modules_of_cwd(const Modules *m) {
  const MainModule *best = NULL;
  for (u32 i = 0; i < m->mains.n; i++)
    if (has_prefix_path(m->cwd, m->mains.v[i].root) &&
        (!best || strlen(m->mains.v[i].root) > strlen(best->root)))
      best = &m->mains.v[i];
  return best ? best->mod : NULL;
}

static bool missing(Modules *m, const Atom *path, const Module *importer, const char **error) {
  if (m->mode != MODE_NO_MODULE && replaced_only(m, path, error)) return false;
  const char *goroot = m->config.goroot_name ? m->config.goroot_name : m->config.goroot;
  if (is_std_like(path->s))
    return fail(m, error, "package %s is not in std (%s/src/%s)", path->s, goroot ? goroot : "GOROOT",
                path->s);
  if (m->mode == MODE_NO_MODULE)
    return fail(m, error,
                "no required module provides package %s: go.mod file not found in current directory or any "
                "parent directory; see 'go help modules'",
                path->s);
  if (strcmp(m->mod, "mod") == 0) {
    bool off = strcmp(goenv_get("GOPROXY"), "off") == 0;
    fprintf(stderr, "go: finding module for package %s\n", path->s);
    if (off)
      return fail(m, error, "cannot find module providing package %s: module lookup disabled by GOPROXY=off",
                  path->s);
    return fail(m, error,
                "cannot find module providing package %s: govm uses no network; to add it:\n\tgo get %s",
                path->s, path->s);
  }
  if (m->mod_given)
    return fail(m, error, "cannot find module providing package %s: import lookup disabled by -mod=%s",
                path->s, m->mod);
  if (m->mod_reason)
    return fail(m, error,
                "cannot find module providing package %s: import lookup disabled by -mod=%s\n\t(%s)", path->s,
                m->mod, m->mod_reason);
  if (importer && importer->is_main && importer != modules_of_cwd(m))
    return fail(m, error, "no required module provides package %s; to add it:\n\tcd %s\n\tgo get %s", path->s,
                importer->dir, path->s);
  return fail(m, error, "no required module provides package %s; to add it:\n\tgo get %s", path->s, path->s);
}

/* ---- lookup ---- */

typedef struct Candidate {
  Module *mod;
  const char *dir;
} Candidate;
typedef VEC(Candidate) Candidates;

static bool ambiguous(Modules *m, const Atom *path, const Candidates *c, bool modules, const char **error) {
  StrBuf b = {0};
  sb_printf(&b, "ambiguous import: found package %s in multiple %s:", path->s,
            modules ? "modules" : "directories");
  for (u32 i = 0; i < c->n; i++) {
    const Candidate *x = &c->v[modules ? c->n - 1 - i : i];
    if (!modules) {
      sb_printf(&b, "\n\t%s", x->dir);
    } else {
      sb_printf(&b, "\n\t%s%s%s (%s)", x->mod->path->s, x->mod->version->len ? " " : "", x->mod->version->s,
                x->dir);
    }
  }
  fail(m, error, "%s", b.p);
  sb_free(&b);
  return false;
}

static bool find_vendored(Modules *m, const Atom *path, const Module *importer, ModFound *out,
                          const char **error) {
  Candidates c = {0};
  for (u32 i = 0; i < m->mains.n; i++) {
    const char *dir = dir_in_module(m, path->s, m->mains.v[i].mod->path->s, m->mains.v[i].root, true);
    if (dir) VEC_PUSH(&m->arena, &c, (Candidate){m->mains.v[i].mod, dir});
  }
  const char *dir = dir_in_module(m, path->s, "", modules_vendor_dir(m), false);
  const VendorModule *x = dir ? mod_vendor_package(m, path) : NULL;
  if (x) {
    Module *mod = mod_record(m, x->mod.path, x->mod.version);
    mod->goversion = x->goversion;
    VEC_PUSH(&m->arena, &c, (Candidate){mod, dir});
  } else if (dir && goversion_compare(modules_go_version(m), "1.23") < 0) {
    VEC_PUSH(&m->arena, &c, (Candidate){NULL, dir});
  } else if (dir) {
    fprintf(stderr,
            "go: ignoring package %s which exists in the vendor directory but is missing from "
            "vendor/modules.txt. "
            "To sync the vendor directory run go %s vendor.\n",
            path->s, m->work_file ? "work" : "mod");
  }
  if (c.n > 1) return ambiguous(m, path, &c, false, error);
  if (!c.n) return missing(m, path, importer, error);
  *out = (ModFound){c.v[0].mod, c.v[0].dir};
  return true;
}

typedef struct Search {
  Candidates found;
  VEC(const Module *) no_sum; /* modules that could have the package, but may not be looked into */
} Search;

/* Looks into every module whose path is a prefix of path. */
static bool search_modules(Modules *m, const Atom *path, bool roots_only, Search *s, const char **error) {
  *s = (Search){0};
  for (size_t n = path->len; n > 0; n--) {
    if (n < path->len && path->s[n] != '/') continue;
    const Atom *prefix = atom_new(path->s, n), *version;
    const char *dir;
    if (!mod_selected(m, prefix, roots_only, &version, error)) return false;
    if (!version) continue;
    Module *mod = mod_record(m, prefix, version);
    if (!mod_fetch_dir(m, mod, &dir, error)) {
      if (m->error) return *error = "", false;
      size_t len = strlen(*error), tail = strlen(": missing go.sum entry");
      if (len < tail || strcmp(*error + len - tail, ": missing go.sum entry") != 0) return false;
      VEC_PUSH(&m->arena, &s->no_sum, mod);
      continue;
    }
    dir = dir_in_module(m, path->s, prefix->s, dir, is_local(m, mod));
    if (dir) VEC_PUSH(&m->arena, &s->found, (Candidate){mod, dir});
  }
  return true;
}

static bool missing_sum(Modules *m, const Atom *path, const Search *s, const Module *importer,
                        const char *importer_path, const char **error) {
  StrBuf b = {0};
  const char *by = importer_path ? arena_printf(&m->arena, " (imported by %s)", importer_path) : "";
  if (s->found.n) {
    sb_printf(&b, "missing go.sum entry needed to verify package %s%s is provided by exactly one module",
              path->s, by);
  } else {
    sb_printf(&b, "missing go.sum entry for module providing package %s%s", path->s, by);
  }
  if (importer_path) {
    sb_printf(&b, "; to add:\n\tgo get %s", importer_path);
    if (importer && importer->version->len) sb_printf(&b, "@%s", importer->version->s);
  } else {
    sb_puts(&b, "; to add:\n\tgo mod download");
    for (u32 i = s->no_sum.n; i-- > 0;) sb_printf(&b, " %s", s->no_sum.v[i]->path->s);
  }
  fail(m, error, "%s", b.p);
  sb_free(&b);
  return false;
}

/* The errors of a module that was found: its go.mod, and what the main module's lacks. */
static bool accept(Modules *m, const Atom *path, Module *mod, const Module *importer,
                   const char *importer_path, const char **error) {
  if (mod->is_main) return true;
  ModSummary *s = mod_summary(m, mod);
  if (s->error) return *error = s->error, false;
  const Atom *root;
  if (!mod_roots_fit(m, mod)) {
    m->error = mod_dirty(m);
    return *error = "", false;
  }
  if (!importer || !importer->is_main || strcmp(m->mod, "mod") == 0) return true;
  if (!mod_selected(m, mod->path, true, &root, error)) return false;
  if (root && (m->mode == MODE_WORKSPACE || root == mod->version)) return true;
  if (m->mode == MODE_WORKSPACE) return true;
  return fail(m, error,
              "package %s imports %s from implicitly required module; to add missing requirements, "
              "run:\n\tgo get %s@%s",
              importer_path, path->s, mod->path->s, mod->version->s);
}

bool modules_find(Modules *m, const Atom *path, const Module *importer, const char *importer_path,
                  ModFound *out, const char **error) {
  Search s;
  if (!check_path(m, path->s, error)) return false;
  if (m->error) return *error = "", false;
  if (modules_vendoring(m)) return find_vendored(m, path, importer, out, error);
  bool pruned = m->mode != MODE_MODULE || goversion_compare(modules_go_version(m), "1.17") >= 0;
  if (!pruned && !mod_load_graph(m)) return *error = "", false;
  for (int pass = 0; pass < 2; pass++) {
    if (!search_modules(m, path, pass == 0, &s, error)) return false;
    if (s.found.n > 1) return ambiguous(m, path, &s.found, true, error);
    if (s.no_sum.n) return missing_sum(m, path, &s, importer, importer_path, error);
    if (s.found.n) break;
  }
  if (!s.found.n) return missing(m, path, importer, error);
  Module *mod = s.found.v[0].mod;
  if (!accept(m, path, mod, importer, importer_path, error)) return false;
  *out = (ModFound){mod, s.found.v[0].dir};
  return true;
}

bool modules_fetch(Modules *m, Module *mod, const char **error) {
  const char *dir;
  return mod_fetch_dir(m, mod, &dir, error);
}

/* ---- from directories ---- */

static const Atom *join_path(const Atom *prefix, const char *sub) {
  return *sub ? atom_printf("%s%s%s", prefix->s, prefix->len ? "/" : "", sub) : prefix;
}

/* The import path of dir in a module of the build that is no main module. */
static const Atom *path_in_dependency(Modules *m, const char *dir) {
  ModuleList list = {0};
  const char *ignored, *root;
  if (modules_vendoring(m) || !modules_build_list(m, &list, &ignored)) return NULL;
  for (u32 i = 0; i < list.n; i++) {
    if (list.v[i]->is_main || !mod_fetch_dir(m, list.v[i], &root, &ignored) || !has_prefix_path(dir, root))
      continue;
    const char *sub = dir + strlen(root);
    if (!strchr(sub, '@') && !strstr(sub, "/vendor/"))
      return join_path(list.v[i]->path, *sub ? sub + 1 : sub);
  }
  return NULL;
}

static bool outside(Modules *m, const char *dir, const char **error) {
  const char *shown = mod_short_path(m, &m->arena, dir);
  const char *what =
      strcmp(shown, ".") == 0 ? "current directory" : arena_printf(&m->arena, "directory %s", shown);
  if (m->mode != MODE_WORKSPACE)
    return fail(m, error, "%s outside main module or its selected dependencies", what);
  for (const char *d = dir; *d; d = arena_printf(&m->arena, "%.*s", (int)(strrchr(d, '/') - d), d))
    if (mod_is_file(arena_printf(&m->arena, "%s/go.mod", d)))
      return fail(m, error,
                  "%s is contained in a module that is not one of the workspace modules listed in go.work. "
                  "You can add the module to the workspace using:\n\tgo work use %s",
                  what, mod_short_path(m, &m->arena, d));
  return fail(m, error, "%s outside modules listed in go.work or their selected dependencies", what);
}

bool modules_path_of_dir(Modules *m, const char *dir, const Atom **path, const char **error) {
  const char *not_in = NULL;
  for (u32 i = 0; i < m->mains.n; i++) {
    const MainModule *main = &m->mains.v[i];
    if (!has_prefix_path(dir, main->root) || strchr(dir + strlen(main->root), '@')) continue;
    const char *sub = dir + strlen(main->root);
    if (!*sub) return *path = main->mod->path, true;
    if (strncmp(sub, "/vendor/", 8) == 0) {
      *path = atom_cstr(sub + 8);
      if (!modules_vendoring(m))
        return fail(m, error, "without -mod=vendor, directory %s has no package path", dir);
      return mod_vendor_package(m, *path) ||
             fail(m, error, "directory %s is not a package listed in vendor/modules.txt", dir);
    }
    *path = join_path(main->mod->path, sub + 1);
    if (dir_in_module(m, (*path)->s, main->mod->path->s, main->root, true)) return true;
    not_in = arena_printf(&m->arena, "main module (%s) does not contain package %s", main->mod->path->s,
                          (*path)->s);
  }
  if (not_in) return fail(m, error, "%s", not_in);
  *path = path_in_dependency(m, dir);
  return *path || outside(m, dir, error);
}

bool modules_prefix_of_dir(const Modules *m, const char *dir, const Atom **path, const Module **owner) {
  for (u32 i = 0; i < m->mains.n; i++) {
    const MainModule *main = &m->mains.v[i];
    if (!has_prefix_path(dir, main->root) || (*owner && strlen((*owner)->dir) > strlen(main->root))) continue;
    const char *sub = dir + strlen(main->root);
    *path = join_path(main->mod->path, *sub ? sub + 1 : sub);
    *owner = main->mod;
  }
  return *owner != NULL;
}

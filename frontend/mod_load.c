/* mod_load.c - the main modules: finding go.work and go.mod, reading them, choosing -mod (modload/init.go).
 * Start reading at modules_new().
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/loader_priv.h"
#include "frontend/mod_env.h"
#include "frontend/godebug.h"
#include "frontend/mod_priv.h"

/* ---- paths ---- */

bool mod_is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

const char *mod_cwd(Arena *a) {
  const char *pwd = getenv("PWD");
  struct stat named, real;
  if (pwd && *pwd == '/' && stat(pwd, &named) == 0 && stat(".", &real) == 0 && named.st_dev == real.st_dev &&
      named.st_ino == real.st_ino)
    return mod_join(a, "/", pwd);
  char *cwd = getcwd(NULL, 0);
  const char *out = arena_strdup(a, cwd ? cwd : "/");
  free(cwd);
  return out;
}

const char *mod_join(Arena *a, const char *dir, const char *rel) {
  StrBuf b = {0};
  const char *parts[2] = {*rel == '/' ? "" : dir, rel};
  for (int i = 0; i < 2; i++) {
    for (const char *p = parts[i]; *p;) {
      size_t n = strcspn(p, "/");
      if (n == 2 && p[0] == '.' && p[1] == '.') {
        while (b.n && b.p[--b.n] != '/') continue;
        if (b.p) b.p[b.n] = 0;
      } else if (n && !(n == 1 && *p == '.')) {
        sb_putc(&b, '/');
        sb_write(&b, p, n);
      }
      p += n + (p[n] == '/');
    }
  }
  const char *out = arena_strdup(a, b.n ? b.p : "/");
  sb_free(&b);
  return out;
}

const char *mod_short_path(const Modules *m, Arena *a, const char *path) {
  StrBuf b = {0};
  const char *cwd = m->cwd;
  size_t same = 0; /* up to the last slash, or end, that both have */
  for (size_t i = 0;; i++) {
    bool ends = (!cwd[i] || cwd[i] == '/') && (!path[i] || path[i] == '/');
    if (ends) same = i;
    if (cwd[i] != path[i] || !cwd[i]) break;
  }
  for (const char *p = cwd + same; *p; p += strcspn(p + 1, "/") + 1)
    if (p[1]) sb_puts(&b, b.n ? "/.." : "..");
  const char *rest = path + same;
  if (*rest) sb_puts(&b, b.n ? rest : rest + 1);
  if (!b.n) sb_puts(&b, ".");
  const char *out = b.n < strlen(path) ? arena_strdup(a, b.p) : path;
  sb_free(&b);
  return out;
}

static const char *parent_of(Arena *a, const char *dir) {
  const char *slash = strrchr(dir, '/');
  return slash == dir ? "/" : arena_printf(a, "%.*s", (int)(slash - dir), dir);
}

/* The nearest directory from dir upwards that has a file of that name; NULL. */
static const char *find_up(Arena *a, const char *dir, const char *name) {
  for (;;) {
    if (mod_is_file(arena_printf(a, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name))) return dir;
    if (strcmp(dir, "/") == 0) return NULL;
    dir = parent_of(a, dir);
  }
}

/* ---- records ---- */

typedef struct ModuleVersions {
  ModuleList list;
} ModuleVersions;

Module *mod_record(Modules *m, const Atom *path, const Atom *version) {
  ModuleVersions *v = ptrmap_get(&m->known, path);
  if (!v) ptrmap_set(&m->known, path, v = NEW(&m->arena, ModuleVersions));
  for (u32 i = 0; i < v->list.n; i++)
    if (v->list.v[i]->version == version) return v->list.v[i];
  Module *mod = NEW(&m->arena, Module);
  mod->path = path;
  mod->version = version;
  VEC_PUSH(&m->arena, &v->list, mod);
  return mod;
}

MainModule *mod_main_of(Modules *m, const Atom *path) {
  for (u32 i = 0; i < m->mains.n; i++)
    if (m->mains.v[i].mod->path == path) return &m->mains.v[i];
  return NULL;
}

/* ---- errors ---- */

/* Adds "go: ..." to the errors of the settings. */
static void PRINTF(2, 3) fatal(Modules *m, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  if (m->error) sb_printf(&b, "%s\n", m->error);
  sb_puts(&b, "go: ");
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  m->error = arena_strdup(&m->arena, sb_cstr(&b));
  sb_free(&b);
}

const char *mod_too_new(Modules *m, const char *what, const char *v) {
  if (!v || goversion_compare(v, goversion_local) <= 0) return NULL;
  const char *toolchain = getenv("GOTOOLCHAIN");
  bool shown = toolchain && *toolchain && strcmp(toolchain, "auto") != 0;
  return arena_printf(&m->arena, "%s requires go >= %s (running go %s%s%s)", what, v, goversion_local,
                      shown ? "; GOTOOLCHAIN=" : "", shown ? toolchain : "");
}

/* ---- go.mod ---- */

static bool bad_godebug(Modules *m, const ModFile *f, const char *what) {
  bool bad = false;
  for (u32 i = 0; i < f->godebug.n; i++) {
    const ModSetting *s = &f->godebug.v[i];
    const char *why = godebug_check(&m->arena, "godebug", s->key->s, s->value->s);
    if (why) fatal(m, "error loading %s:\n%s:%u: %s", what, f->name, s->line, why);
    bad |= why != NULL;
  }
  return bad;
}

/* Reads the go.mod of the main module in root; NULL, or what is wrong with it. */
static const char *read_main(Modules *m, const char *root, MainModule *out) {
  Arena *a = &m->arena;
  const char *file = m->config.modfile ? mod_join(a, m->cwd, m->config.modfile) : mod_join(a, root, "go.mod");
  const char *shown = mod_short_path(m, a, file), *errors, *problem = NULL;
  StrBuf text = {0};
  Err e;
  out->root = root;
  if (!file_read(file, &text, &e)) {
    problem = arena_printf(a, "open %s: no such file or directory", shown);
  } else if (!modfile_parse(a, shown, file, sb_cstr(&text), text.n, MODFILE_MAIN, &out->file, &errors)) {
    ModFile lax;
    const char *ignored;
    bool readable = modfile_parse(a, shown, file, sb_cstr(&text), text.n, MODFILE_DEPENDENCY, &lax, &ignored);
    if (readable && lax.go) problem = mod_too_new(m, shown, lax.go->s);
    if (!problem) problem = arena_printf(a, "errors parsing %s:\n%s", shown, errors);
  } else if (out->file.go && (problem = mod_too_new(m, shown, out->file.go->s))) {
    goto out;
  } else if (!out->file.module) {
    problem = arena_printf(a, "error reading %s: missing module declaration. To specify the module path:\n"
                              "\tgo mod edit -module=example.com/mod", shown);
  } else if (atom_is(out->file.module, "go") || atom_is(out->file.module, "toolchain")) {
    problem = arena_printf(a, "error reading %s: invalid module path: \"%s\"", shown, out->file.module->s);
  }
out:
  sb_free(&text);
  return problem;
}

static const char *work_go(const Modules *m) { return m->work.go ? m->work.go->s : "1.18"; }

/* A workspace whose go line is older than a module's. */
static const char *work_too_old(Modules *m, const char *root, const char *v) {
  return arena_printf(
      &m->arena,
      "module %s listed in go.work file requires go >= %s, but go.work %s go %s; to update it:\n"
      "\tgo work use",
      mod_short_path(m, &m->arena, root), v, m->work.go ? "lists" : "implicitly requires", work_go(m));
}

static void add_main(Modules *m, const char *root) {
  MainModule main = {0};
  const char *why = read_main(m, root, &main);
  if (m->mode == MODE_WORKSPACE && why) {
    const char *v = main.file.go ? main.file.go->s : NULL;
    why = v && mod_too_new(m, "", v)
              ? work_too_old(m, root, v)
              : arena_printf(&m->arena, "cannot load module %s listed in go.work file: %s",
                             mod_short_path(m, &m->arena, root), why);
  } else if (m->mode == MODE_WORKSPACE) {
    const char *v = main.file.go ? main.file.go->s : "1.16";
    if (goversion_compare(v, work_go(m)) > 0 && goversion_compare(v, "1.21") >= 0)
      why = work_too_old(m, root, v);
  }
  if (why) return fatal(m, "%s", why);
  if (m->mode != MODE_WORKSPACE && bad_godebug(m, &main.file, "go.mod")) return;
  why = modpath_check_import_kind(&m->arena, main.file.module->s, "module");
  if (why) return fatal(m, "%s", why);
  if (mod_main_of(m, main.file.module))
    return fatal(m, "module %s appears multiple times in workspace", main.file.module->s);
  Module *mod = main.mod = mod_record(m, main.file.module, atom_cstr(""));
  mod->dir = root;
  mod->gomod = m->config.modfile ? mod_join(&m->arena, m->cwd, m->config.modfile)
                                 : mod_join(&m->arena, root, "go.mod");
  mod->goversion = main.file.go ? main.file.go->s : NULL;
  mod->is_main = true;
  VEC_PUSH(&m->arena, &m->mains, main);
  VEC_PUSH(&m->arena, &m->main_list, mod);
  for (u32 i = 0; i < main.file.tool.n; i++) {
    why = modpath_check_import_kind(&m->arena, main.file.tool.v[i]->s, "tool");
    if (why) return fatal(m, "%s", why);
    VEC_PUSH(&m->arena, &m->tools, main.file.tool.v[i]);
  }
}

/* ---- go.work ---- */

static void find_workspace(Modules *m) {
  const char *setting = goenv_get("GOWORK");
  if (strcmp(setting, "off") == 0) return;
  if (*setting && strcmp(setting, "auto") != 0) {
    if (*setting != '/') return fatal(m, "invalid GOWORK: not an absolute path");
    m->work_file = setting;
    return;
  }
  const char *dir = find_up(&m->arena, m->cwd, "go.work");
  if (dir && !(m->config.goroot && strcmp(dir, m->config.goroot) == 0))
    m->work_file = mod_join(&m->arena, dir, "go.work");
}

static void read_workspace(Modules *m) {
  Arena *a = &m->arena;
  const char *shown = mod_short_path(m, a, m->work_file), *errors, *too_new;
  StrBuf text = {0};
  Err e;
  m->mode = MODE_WORKSPACE;
  if (!file_read(m->work_file, &text, &e)) {
    fatal(m, "reading go.work: open %s: no such file or directory", shown);
  } else if (!modfile_parse(a, shown, shown, sb_cstr(&text), text.n, MODFILE_WORK, &m->work, &errors)) {
    fatal(m, "errors parsing go.work:\n%s", errors);
  } else if (m->work.go && (too_new = mod_too_new(m, shown, m->work.go->s))) {
    fatal(m, "%s", too_new);
  } else if (!bad_godebug(m, &m->work, "go.work")) {
    const char *dir = parent_of(a, m->work_file);
    VEC(const char *) roots = {0};
    for (u32 i = 0; i < m->work.use.n; i++) {
      const char *root = mod_join(a, dir, m->work.use.v[i].path->s);
      for (u32 k = 0; k < roots.n; k++)
        if (strcmp(roots.v[k], root) == 0)
          fatal(m, "error loading go.work:\n%s:%u: path %s appears multiple times in workspace", shown,
                m->work.use.v[i].line, root);
      VEC_PUSH(a, &roots, root);
    }
    for (u32 i = 0; !m->error && i < roots.n; i++) add_main(m, roots.v[i]);
  }
  sb_free(&text);
}

/* ---- replacements ---- */

static const Replacement *same_source(const Modules *m, const ModVersion v, u32 from) {
  for (u32 i = from; i < m->replacements.n; i++)
    if (modversion_eq(m->replacements.v[i].r.from, v)) return &m->replacements.v[i];
  return NULL;
}

static const char *replacement_text(Modules *m, const Replacement *r) {
  if (r->r.to.version->len) return modversion_string(&m->arena, r->r.to);
  return mod_join(&m->arena, r->base, r->r.to.path->s);
}

static void add_replacements(Modules *m, const ModFile *f, const char *base, const char *source) {
  u32 from = m->replacements.n;
  for (u32 i = 0; i < f->replace.n; i++) {
    Replacement r = {f->replace.v[i], base, source};
    bool by_work = false;
    for (u32 k = 0; f != &m->work && k < m->work.replace.n; k++)
      by_work |= m->work.replace.v[k].from.path == r.r.from.path;
    if (by_work) continue;
    const Replacement *old = same_source(m, r.r.from, 0);
    if (old && old < m->replacements.v + from &&
        strcmp(replacement_text(m, old), replacement_text(m, &r)) != 0) {
      const char *what = modversion_string(&m->arena, r.r.from);
      fatal(m,
            "conflicting replacements for %s:\n\t%s\n\t%s\nuse \"go work edit -replace %s=[override]\" to "
            "resolve",
            what, replacement_text(m, old), replacement_text(m, &r), what);
      return;
    }
    if (old) {
      m->replacements.v[old - m->replacements.v] = r;
    } else {
      VEC_PUSH(&m->arena, &m->replacements, r);
    }
  }
}

static void read_replacements(Modules *m) {
  if (m->work_file) {
    for (u32 i = 0; i < m->work.replace.n; i++) {
      const ModVersion v = m->work.replace.v[i].from;
      if (mod_main_of(m, v.path) && v.version->len == 0)
        fatal(m, "workspace module %s is replaced at all versions in the go.work file. To fix, remove the "
                 "replacement from the go.work file or specify the version at which to replace the module.",
              v.path->s);
    }
    add_replacements(m, &m->work, parent_of(&m->arena, m->work_file), m->work_file);
  }
  for (u32 i = 0; i < m->mains.n; i++)
    add_replacements(m, &m->mains.v[i].file, m->mains.v[i].root, m->mains.v[i].mod->gomod);
}

/* ---- -mod ---- */

const char *modules_vendor_dir(const Modules *m) {
  if (m->work_file) return mod_join((Arena *)&m->arena, m->work_file, "../vendor");
  return m->mains.n ? mod_join((Arena *)&m->arena, m->mains.v[0].root, "vendor") : NULL;
}

/* Whether vendor/modules.txt begins with "## workspace". */
static bool vendor_is_workspace(const char *dir) {
  StrBuf path = {0}, text = {0};
  sb_printf(&path, "%s/modules.txt", dir);
  bool found = false;
  if (file_read(path.p, &text, NULL) && strncmp(sb_cstr(&text), "## ", 3) == 0) {
    char *save, *line = text.p + 3;
    line[strcspn(line, "\n")] = 0;
    for (char *w = strtok_r(line, ";", &save); w; w = strtok_r(NULL, ";", &save)) {
      w += strspn(w, " \t\r");
      size_t n = strcspn(w, " \t\r");
      found |= n == 9 && memcmp(w, "workspace", 9) == 0;
    }
  }
  sb_free(&path);
  sb_free(&text);
  return found;
}

static void choose_mod(Modules *m) {
  bool work = m->mode == MODE_WORKSPACE;
  if (m->mod_given) {
    if (work && strcmp(m->mod, "readonly") != 0 && strcmp(m->mod, "vendor") != 0)
      fatal(m, "-mod may only be set to readonly or vendor when in workspace mode, but it is set to \"%s\"\n"
               "\tRemove the -mod flag to use the default readonly value, \n"
               "\tor set GOWORK=off to disable workspace mode.", m->mod);
    return;
  }
  m->mod = "readonly";
  const char *dir = modules_vendor_dir(m), *source = work ? "go.work" : "go.mod";
  if (!dir || !load_is_dir(dir) || !m->mains.n) return;
  const Atom *go = work ? m->work.go : m->mains.v[0].file.go;
  if (!go) {
    m->mod_reason =
        arena_printf(&m->arena, "Go version in %s is unspecified, so vendor directory was not used.", source);
  } else if (goversion_compare(go->s, "1.14") < 0) {
    m->mod_reason =
        arena_printf(&m->arena, "Go version in %s is %s, so vendor directory was not used.", source, go->s);
  } else if (vendor_is_workspace(dir) != work) {
    m->mod_reason = work ? "In workspace mode, but vendor directory is not for a workspace"
                         : "Outside workspace mode, but vendor directory is for a workspace.";
  } else {
    m->mod = "vendor";
    m->mod_reason =
        arena_printf(&m->arena, "Go version in %s is at least 1.14 and vendor directory exists.", source);
  }
}

/* -mod and -modfile of GOFLAGS, where the command line gave none. */
static void read_flags(Modules *m) {
  GoFlags flags = {0};
  Err e;
  if (!goflags_parse(&m->arena, &flags, &e)) {
    m->error = arena_strdup(&m->arena, e.msg);
    return;
  }
  for (u32 i = 0; i < flags.n; i++) {
    const GoFlag *f = &flags.v[i];
    if (!f->value) continue;
    if (atom_is(f->name, "mod") && !m->config.mod) m->config.mod = f->value->s;
    if (atom_is(f->name, "modfile") && !m->config.modfile) m->config.modfile = f->value->s;
  }
  m->mod = m->config.mod ? m->config.mod : "";
  m->mod_given = *m->mod != 0;
  static const char *const known[] = {"", "readonly", "vendor", "mod"};
  for (size_t i = 0; i < ARRAY_LEN(known); i++)
    if (strcmp(m->mod, known[i]) == 0) return;
  m->error =
      arena_printf(&m->arena, "-mod=%s not supported (can be '', 'mod', 'readonly', or 'vendor')", m->mod);
}

/* ---- the whole ---- */

/* Whether root is that of the modules std and cmd, whose packages are std's. */
static bool in_goroot(Modules *m, const char *root) {
  char *src = realpath(mod_join(&m->arena, m->config.goroot, "src"), NULL), *real = realpath(root, NULL);
  bool in = src && real && strncmp(real, src, strlen(src)) == 0 &&
            (!real[strlen(src)] || strcmp(real + strlen(src), "/cmd") == 0);
  free(src);
  free(real);
  return in;
}

static void find_main(Modules *m) {
  const char *root = find_up(&m->arena, m->cwd, "go.mod");
  const char *tmp = getenv("TMPDIR");
  if (root && strcmp(root, tmp && *tmp ? tmp : "/tmp") == 0) {
    fprintf(stderr, "go: warning: ignoring go.mod in system temp root %s\n", root);
    root = NULL;
  }
  if (!root && m->config.start) root = find_up(&m->arena, m->config.start, "go.mod");
  if (m->config.modfile) {
    size_t n = strlen(m->config.modfile);
    if (!root)
      return fatal(m, "cannot find main module, but -modfile was set.\n"
                      "\t-modfile cannot be used to set the module root directory.");
    if (n < 4 || strcmp(m->config.modfile + n - 4, ".mod") != 0)
      return fatal(m, "-modfile=%s: file does not have .mod extension", m->config.modfile);
  }
  if (root && m->config.goroot && in_goroot(m, root)) root = NULL;
  m->mode = root ? MODE_MODULE : MODE_NO_MODULE;
  if (root) add_main(m, root);
}

static void set_up(Modules *m) {
  const char *setting = goenv_get("GO111MODULE");
  read_flags(m);
  if (m->error) return;
  if (strcmp(setting, "off") == 0) {
    m->mode = MODE_GOPATH;
    return;
  }
  if (*setting && strcmp(setting, "on") != 0 && strcmp(setting, "auto") != 0)
    return fatal(m, "unknown environment setting GO111MODULE=%s", setting);
  m->mode = MODE_NO_MODULE;
  find_workspace(m);
  if (m->error) return;
  if (m->work_file) {
    read_workspace(m);
  } else {
    find_main(m);
    if (m->mode == MODE_NO_MODULE && strcmp(setting, "auto") == 0) m->mode = MODE_GOPATH;
  }
  if (!m->error) choose_mod(m);
  if (!m->error) read_replacements(m);
  const char *why;
  if (!m->error && modules_vendoring(m) && !mod_vendor_check(m, &why)) fatal(m, "%s", why);
}

Modules *modules_new(const ModConfig *config) {
  Modules *m = xcalloc(1, sizeof *m);
  m->config = *config;
  m->cwd = mod_cwd(&m->arena);
  m->mod = "";
  set_up(m);
  return m;
}

void modules_free(Modules *m) {
  ptrmap_free(&m->known);
  ptrmap_free(&m->summaries);
  ptrmap_free(&m->selected);
  ptrmap_free(&m->required);
  ptrmap_free(&m->vendor_packages);
  arena_free(&m->arena);
  xfree(m);
}

const char *modules_error(const Modules *m) { return m->error; }
const char *modules_work_file(const Modules *m) { return m->work_file ? m->work_file : ""; }
ModMode modules_mode(const Modules *m) { return m->mode; }
const ModuleList *modules_main(const Modules *m) { return &m->main_list; }
Module *modules_command_line(Modules *m) {
  return mod_record(m, atom_cstr("command-line-arguments"), atom_cstr(""));
}
bool modules_vendoring(const Modules *m) { return strcmp(m->mod, "vendor") == 0 && m->mains.n > 0; }

const char *modules_go_version(const Modules *m) {
  if (m->mode == MODE_WORKSPACE) return work_go(m);
  if (m->mode != MODE_MODULE || !m->mains.n) return goversion_local;
  return m->mains.v[0].file.go ? m->mains.v[0].file.go->s : "1.16";
}

void modules_godebugs(const Modules *m, const ModSetting **list, u32 *n) {
  const ModFile *f = m->mode == MODE_WORKSPACE ? &m->work : m->mains.n ? &m->mains.v[0].file : NULL;
  *list = f ? f->godebug.v : NULL;
  *n = f ? f->godebug.n : 0;
}

const Atom *const *modules_tools(const Modules *m, u32 *n) {
  *n = m->tools.n;
  return m->tools.v;
}

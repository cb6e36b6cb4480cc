/* mod_graph.c - the module graph and minimal version selection (modload/buildlist.go, modfile.go and mvs).
 * The graph is walked breadth first from the main modules. A module whose go line is at least 1.17 is pruned:
 * of what it requires, only the versions count, unless what led to it is not pruned.
 */
#include <stdlib.h>

#include "frontend/loader_priv.h"
#include "frontend/mod_priv.h"

const Replacement *mod_replacement(const Modules *m, ModVersion v) {
  const Replacement *wild = NULL;
  for (u32 i = 0; i < m->replacements.n; i++) {
    const Replacement *r = &m->replacements.v[i];
    if (r->r.from.path != v.path) continue;
    if (r->r.from.version == v.version) return r;
    if (r->r.from.version->len == 0) wild = r;
  }
  return wild;
}

static bool is_pruned(const char *goversion) {
  return goversion && goversion_compare(goversion, "1.17") >= 0;
}

static bool is_excluded(const Modules *m, ModVersion v) {
  for (u32 i = 0; i < m->mains.n; i++)
    for (u32 k = 0; k < m->mains.v[i].file.exclude.n; k++)
      if (modversion_eq(m->mains.v[i].file.exclude.v[k], v)) return true;
  return false;
}

/* ---- summaries ---- */

static void PRINTF(4, 5) broken(Modules *m, ModSummary *s, ModVersion v, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  sb_printf(&b, "%s: ", modversion_string(&m->arena, v));
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  s->error = arena_strdup(&m->arena, sb_cstr(&b));
  sb_free(&b);
}

static void fill_summary(Modules *m, ModSummary *s, const ModFile *f) {
  s->path = f->module;
  s->goversion = f->go ? f->go->s : NULL;
  s->pruned = is_pruned(s->goversion);
  for (u32 i = 0; i < f->require.n; i++)
    if (!is_excluded(m, f->require.v[i].mod)) VEC_PUSH(&m->arena, &s->require, f->require.v[i].mod);
  for (u32 i = 0; i < f->ignore.n; i++) VEC_PUSH(&m->arena, &s->ignore, f->ignore.v[i]);
}

/* Parses the go.mod of a dependency. name is what messages call the file. */
static void parse_summary(Modules *m, ModSummary *s, ModVersion v, const char *name, StrBuf *text) {
  ModFile f;
  const char *errors;
  if (!modfile_parse(&m->arena, name, name, sb_cstr(text), text->n, MODFILE_DEPENDENCY, &f, &errors)) {
    broken(m, s, v, "parsing %s: %s", name, errors);
    return;
  }
  fill_summary(m, s, &f);
  if (!s->goversion || goversion_compare(s->goversion, "1.21") < 0) return;
  const char *what = arena_printf(&m->arena, "module %s", modversion_string(&m->arena, v));
  const char *too_new = mod_too_new(m, what, s->goversion);
  if (too_new) s->error = too_new;
}

/* Of a module that is a directory. */
static void read_directory(Modules *m, Module *mod, ModSummary *s, const Replacement *r) {
  StrBuf text = {0};
  ModVersion v = r->r.to;
  const char *file = mod_join(&m->arena, mod_join(&m->arena, r->base, v.path->s), "go.mod");
  const char *shown = mod_short_path(m, &m->arena, file);
  if (!file_read(file, &text, NULL)) {
    broken(m, s, v, "reading %s: open %s: no such file or directory", shown, file);
  } else {
    mod->gomod = file;
    parse_summary(m, s, v, shown, &text);
  }
  sb_free(&text);
}

static void read_version(Modules *m, Module *mod, ModSummary *s, ModVersion actual) {
  StrBuf text = {0};
  Module *at = mod_record(m, actual.path, actual.version);
  if (mod_must_have_sums(m) && !mod_have_sum(m, actual, true)) {
    broken(m, s, actual, "missing go.sum entry for go.mod file; to add it:\n\tgo mod download %s",
           mod->path->s);
  } else if (mod_fetch_gomod(m, at, &text, &s->error)) {
    mod->gomod = mod_cache_file(m, actual, "mod");
    parse_summary(m, s, actual, "go.mod", &text);
    if (!s->error && !s->path) broken(m, s, actual, "parsing go.mod: missing module line");
    if (!s->error && s->path != mod->path && s->path != actual.path)
      broken(m, s, actual,
             "parsing go.mod:\n\tmodule declares its path as: %s\n\t        but was required as: %s",
             s->path->s, mod->path->s);
  }
  sb_free(&text);
}

ModSummary *mod_summary(Modules *m, Module *mod) {
  ModSummary *s = ptrmap_get(&m->summaries, mod);
  if (s) return s;
  ptrmap_set(&m->summaries, mod, s = NEW(&m->arena, ModSummary));
  ModVersion v = {mod->path, mod->version};
  const Replacement *r = mod->is_main ? NULL : mod_replacement(m, v);
  if (mod->is_main) {
    fill_summary(m, s, &mod_main_of(m, mod->path)->file);
  } else if (r && r->r.to.version->len == 0) {
    read_directory(m, mod, s, r);
  } else {
    read_version(m, mod, s, r ? r->r.to : v);
  }
  if (r) {
    mod->replace = NEW(&m->arena, Module);
    *mod->replace = (Module){
        .path = r->r.to.path, .version = r->r.to.version, .gomod = mod->gomod, .goversion = s->goversion};
  }
  if (!mod->is_main) mod->goversion = s->goversion;
  return s;
}

/* ---- the graph ---- */

typedef enum Pruning { PRUNED, UNPRUNED, WORKSPACE } Pruning;

typedef struct GraphNode {
  Module *mod;
  Pruning pruning;
  u32 parent; /* index + 1 of the node that led to it */
} GraphNode;

typedef struct Graph {
  Modules *m;
  VEC(GraphNode) queue;
  PtrMap seen[3]; /* by pruning: Module */
} Graph;

static bool is_newer(const char *v, const char *than) {
  return !than || strcmp(than, "none") == 0 || semver_compare(v, than) > 0;
}

/* v's version counts. */
static void select_version(Modules *m, PtrMap *versions, ModVersion v) {
  const Atom *old = ptrmap_get(versions, v.path);
  if (mod_main_of(m, v.path)) return;
  if (is_newer(v.version->s, old ? old->s : NULL)) ptrmap_set(versions, v.path, (void *)v.version);
}

static void enqueue(Graph *g, ModVersion v, Pruning pruning, u32 parent) {
  MainModule *main = mod_main_of(g->m, v.path);
  Module *mod = main ? main->mod : mod_record(g->m, v.path, v.version);
  if (main && g->m->mode != MODE_WORKSPACE) return;
  if (ptrmap_get(&g->seen[pruning], mod)) return;
  ptrmap_set(&g->seen[pruning], mod, mod);
  VEC_PUSH(NULL, &g->queue, (GraphNode){mod, pruning, parent});
}

/* The error of a node, with the modules that led to it. */
static void graph_error(Graph *g, const GraphNode *at, const ModSummary *s) {
  if (g->m->graph_error) return;
  StrBuf b = {0};
  u32 chain[64], n = 0;
  for (const GraphNode *x = at; x->parent && n < ARRAY_LEN(chain); x = &g->queue.v[x->parent - 1])
    chain[n++] = x->parent - 1;
  while (n > 0) {
    const Module *mod = g->queue.v[chain[--n]].mod;
    if (mod->version->len)
      sb_printf(&b, "%s requires\n\t",
                modversion_string(&g->m->arena, (ModVersion){mod->path, mod->version}));
  }
  const Module *mod = at->mod;
  const Replacement *r = mod_replacement(g->m, (ModVersion){mod->path, mod->version});
  const char *to = r ? modversion_string(&g->m->arena, r->r.to) : NULL;
  if (to && strncmp(s->error, to, strlen(to)) == 0 && s->error[strlen(to)] == ':') {
    sb_printf(&b, "%s (replaced by %s)%s",
              modversion_string(&g->m->arena, (ModVersion){mod->path, mod->version}), to,
              s->error + strlen(to));
  } else {
    sb_puts(&b, s->error);
  }
  g->m->graph_error = arena_strdup(&g->m->arena, sb_cstr(&b));
  sb_free(&b);
}

/* Reads what the module at queue[i] requires. */
static void expand(Graph *g, u32 i) {
  GraphNode n = g->queue.v[i];
  ModSummary *s = mod_summary(g->m, n.mod);
  if (s->error) return graph_error(g, &n, s);
  Pruning next = n.pruning == UNPRUNED || !s->pruned ? UNPRUNED : PRUNED;
  for (u32 k = 0; k < s->require.n; k++) {
    select_version(g->m, &g->m->selected, s->require.v[k]);
    if (n.pruning != PRUNED || !s->pruned) enqueue(g, s->require.v[k], next, i + 1);
  }
}

static void read_graph(Modules *m) {
  if (m->graph_read) return;
  m->graph_read = true;
  Graph g = {.m = m};
  for (u32 i = 0; i < m->mains.n; i++) {
    Module *mod = m->mains.v[i].mod;
    ModSummary *s = mod_summary(m, mod);
    if (m->mode == MODE_WORKSPACE) {
      enqueue(&g, (ModVersion){mod->path, mod->version}, WORKSPACE, 0);
      continue;
    }
    for (u32 k = 0; k < s->require.n; k++) {
      select_version(m, &m->selected, s->require.v[k]);
      enqueue(&g, s->require.v[k], s->pruned ? PRUNED : UNPRUNED, 0);
    }
  }
  for (u32 i = 0; i < g.queue.n; i++) expand(&g, i);
  VEC_FREE(&g.queue);
  for (int i = 0; i < 3; i++) ptrmap_free(&g.seen[i]);
}

static void read_required(Modules *m) {
  if (m->required.n) return;
  for (u32 i = 0; i < m->mains.n; i++) {
    ModSummary *s = mod_summary(m, m->mains.v[i].mod);
    for (u32 k = 0; k < s->require.n; k++) select_version(m, &m->required, s->require.v[k]);
  }
}

bool mod_selected(Modules *m, const Atom *path, bool roots_only, const Atom **version, const char **error) {
  MainModule *main = mod_main_of(m, path);
  *version = NULL;
  read_required(m);
  if (main) return *version = main->mod->version, true;
  if (!roots_only) {
    read_graph(m);
    if (m->graph_error) return *error = m->graph_error, false;
  }
  *version = ptrmap_get(roots_only ? &m->required : &m->selected, path);
  return true;
}

bool mod_roots_fit(Modules *m, Module *mod) {
  if (m->mode != MODE_MODULE || strcmp(m->mod, "readonly") != 0 || mod->is_main) return true;
  ModSummary *s = mod_summary(m, mod);
  const char *go = m->mains.v[0].file.go ? m->mains.v[0].file.go->s : "1.16";
  if (s->goversion && goversion_compare(s->goversion, "1.21") >= 0 && goversion_compare(s->goversion, go) > 0)
    return false;
  for (u32 i = 0; i < s->require.n; i++) {
    const Atom *root = ptrmap_get(&m->required, s->require.v[i].path);
    if (root && semver_compare(s->require.v[i].version->s, root->s) > 0) return false;
  }
  return true;
}

/* ---- the build list ---- */

static int by_path(const void *a, const void *b) {
  return strcmp((*(Module *const *)a)->path->s, (*(Module *const *)b)->path->s);
}

const char *mod_dirty(Modules *m) {
  return arena_printf(&m->arena,
                      m->mod_given
                          ? "go: updates to go.mod needed, disabled by -mod=%s; to update it:\n\tgo mod tidy"
                          : "go: updates to go.mod needed; to update it:\n\tgo mod tidy",
                      m->mod);
}

/* Whether what go.mod requires is what the graph selects. */
static bool roots_selected(Modules *m) {
  if (!mod_must_have_sums(m)) return true;
  const ModFile *f = &m->mains.v[0].file;
  for (u32 i = 0; i < f->require.n; i++) {
    ModVersion v = f->require.v[i].mod;
    const Atom *selected = ptrmap_get(&m->selected, v.path);
    if (selected && semver_compare(selected->s, v.version->s) > 0) return false;
    if (selected && !mod_roots_fit(m, mod_record(m, v.path, v.version))) return false;
  }
  return true;
}

bool mod_load_graph(Modules *m) {
  bool first = !m->graph_read;
  read_required(m);
  read_graph(m);
  if (m->error || !first) return !m->error;
  if (m->graph_error) {
    m->error = arena_printf(&m->arena, "go: %s", m->graph_error);
  } else if (!roots_selected(m)) {
    m->error = mod_dirty(m);
  }
  return !m->error;
}

bool modules_build_list(Modules *m, ModuleList *out, const char **error) {
  u32 mains = m->mains.n;
  for (u32 i = 0; i < mains; i++) VEC_PUSH(&m->arena, out, m->mains.v[i].mod);
  if (modules_vendoring(m)) {
    mod_vendor_read(m);
    for (u32 i = 0; i < m->vendored.n; i++) {
      Module *mod = mod_record(m, m->vendored.v[i].mod.path, m->vendored.v[i].mod.version);
      mod->goversion = m->vendored.v[i].goversion;
      if (m->vendored.v[i].provides) VEC_PUSH(&m->arena, out, mod);
    }
  } else {
    if (!mod_load_graph(m)) return *error = "", false;
    for (u32 i = 0; i < m->selected.n; i++) {
      const PtrMapEntry *e = &m->selected.entries[i];
      if (e->key) VEC_PUSH(&m->arena, out, mod_record(m, e->key, e->val));
    }
  }
  if (mains > 1) qsort(out->v, mains, sizeof *out->v, by_path);
  if (out->n > mains) qsort(out->v + mains, out->n - mains, sizeof *out->v, by_path);
  for (u32 i = 0; i < out->n; i++)
    if (!modules_vendoring(m)) mod_summary(m, out->v[i]);
  return true;
}

const Atom *const *modules_ignores(Modules *m, const Module *mod, u32 *n) {
  ModSummary *s = modules_vendoring(m) && !mod->is_main ? NULL : mod_summary(m, (Module *)mod);
  *n = s ? s->ignore.n : 0;
  return s ? s->ignore.v : NULL;
}

/* loader_overlay.c - the overlay: files of govm's own that replace a std package or some of its declarations.
 * Overridden declarations are removed from the parsed GOROOT files; a constant keeps its place under the name
 * "_", for iota and implicit repetition count on it. Imports that are unused then are the checker's to
 * forgive (is_overlaid). loader.h describes the file OVERLAY. Start reading at load_merge_overlay().
 */
#include "frontend/loader_priv.h"

typedef enum KeyUse { KEY_DROP = 1, KEY_OVERRIDE, KEY_MATCHED } KeyUse;
#define KEY(use) ((void *)(uintptr_t)(use))

typedef struct Overlay {
  Loader *l;
  LoadPackage *p;
  PtrMap added;   /* names that the overlay may declare anew: no error when GOROOT lacks them */
  PtrMap dropped; /* names to leave out: KEY_DROP, or KEY_MATCHED once seen */
  const Atom *file_const, *file_path; /* a constant that holds a file of GOROOT; NULL: none */
  PtrMap names; /* names that the overlay declares: KEY_OVERRIDE until seen in GOROOT's files, then
                   KEY_MATCHED */
} Overlay;

/* Reads the OVERLAY file of dir; maps may be NULL. True when it says replace. */
static bool read_marker(const char *dir, Overlay *o) {
  StrBuf path = {0}, text = {0};
  bool replace = false;
  sb_printf(&path, "%s/OVERLAY", dir);
  if (file_read(path.p, &text, NULL)) {
    char *line_state, *word_state;
    for (char *line = strtok_r(text.p, "\n", &line_state); line; line = strtok_r(NULL, "\n", &line_state)) {
      line[strcspn(line, "#")] = 0;
      char *verb = strtok_r(line, " \t\r", &word_state);
      if (!verb) continue;
      if (o && strcmp(verb, "file") == 0) {
        const char *name = strtok_r(NULL, " \t\r", &word_state), *file = strtok_r(NULL, " \t\r", &word_state);
        if (name && file) o->file_const = atom_cstr(name), o->file_path = atom_cstr(file);
      }
      replace |= strcmp(verb, "replace") == 0;
      PtrMap *m = !o                          ? NULL
                  : strcmp(verb, "add") == 0  ? &o->added
                  : strcmp(verb, "drop") == 0 ? &o->dropped
                                              : NULL;
      for (char *w; m && (w = strtok_r(NULL, " \t\r", &word_state));)
        ptrmap_set(m, atom_cstr(w), KEY(KEY_DROP));
    }
  }
  sb_free(&path);
  sb_free(&text);
  return replace;
}

bool load_overlay_dir(Loader *l, const LoadPackage *p, StrBuf *dir, bool *replace) {
  if (!*l->overlay_dir || !p->is_std) return false;
  sb_reset(dir);
  sb_printf(dir, "%s/%s", l->overlay_dir, p->path->s);
  if (!load_is_dir(dir->p)) return false;
  Arena a = {0};
  NameVec names = {0};
  bool found = load_go_files(&a, dir->p, &names) && names.n > 0;
  arena_free(&a);
  if (found) *replace = read_marker(dir->p, NULL);
  return found;
}

/* ---- names of declarations ---- */

static const Atom *receiver_base(const Expr *t) {
  for (;;) {
    switch (t->n.kind) {
    case N_ParenExpr: t = ((const ParenExpr *)t)->x; break;
    case N_Operation: t = ((const Operation *)t)->x; break;
    case N_IndexExpr: t = ((const IndexExpr *)t)->x; break;
    case N_Name: return ((const Name *)t)->name;
    default: return atom_cstr("?");
    }
  }
}

static const Atom *func_key(const FuncDecl *f) {
  if (!f->recv) return f->name->name;
  return atom_printf("%s.%s", receiver_base(f->recv->type)->s, f->name->name->s);
}

static bool is_anonymous(const Atom *name) { return atom_is(name, "_") || atom_is(name, "init"); }

/* Whether GOROOT's declaration of that name goes; notes that it was met. */
static bool goes(Overlay *o, const Atom *name) {
  bool gone = false;
  if (ptrmap_has(&o->dropped, name)) {
    ptrmap_set(&o->dropped, name, KEY(KEY_MATCHED));
    gone = true;
  }
  if (!is_anonymous(name) && ptrmap_has(&o->names, name)) {
    ptrmap_set(&o->names, name, KEY(KEY_MATCHED));
    gone = true;
  }
  return gone;
}

/* ---- removing ---- */

/* Removes names from a variable declaration; false when none is left. Values go with their names. */
static bool keep_var(Overlay *o, VarDecl *d) {
  u32 kept = 0, n = d->names.n, values = expr_list_len(d->values);
  ListExpr *list = values > 1 ? (ListExpr *)d->values : NULL;
  for (u32 i = 0; i < n; i++) {
    if (goes(o, d->names.v[i]->name)) continue;
    d->names.v[kept] = d->names.v[i];
    if (list && values == n) list->elems.v[kept] = list->elems.v[i];
    kept++;
  }
  if (kept > 0 && kept < n && values > 0 && values != n)
    load_error(o->l, o->p, d->d.n.pos,
               "overlay: variables that share one value cannot be overridden one by one");
  d->names.n = kept;
  if (list && values == n) list->elems.n = kept;
  if (list && values == n && kept == 1) d->values = list->elems.v[0];
  return kept > 0;
}

static bool keep_decl(Overlay *o, Decl *d) {
  switch (d->n.kind) {
  case N_FuncDecl: return !goes(o, func_key((FuncDecl *)d));
  case N_TypeDecl: return !goes(o, ((TypeDecl *)d)->name->name);
  case N_VarDecl: return keep_var(o, (VarDecl *)d);
  case N_ConstDecl: {
    ConstDecl *c = (ConstDecl *)d;
    for (u32 i = 0; i < c->names.n; i++)
      if (goes(o, c->names.v[i]->name)) c->names.v[i]->name = atom_cstr("_");
    return true;
  }
  default: return true;
  }
}

static void remove_overridden(Overlay *o, File *f) {
  u32 kept = 0;
  for (u32 i = 0; i < f->decls.n; i++)
    if (keep_decl(o, f->decls.v[i])) f->decls.v[kept++] = f->decls.v[i];
  f->decls.n = kept;
}

/* ---- what the overlay declares ---- */

typedef void (*NameVisitor)(Overlay *o, const Atom *name, Pos pos);

static void visit_names(Overlay *o, const File *f, NameVisitor visit) {
  for (u32 i = 0; i < f->decls.n; i++) {
    Decl *d = f->decls.v[i];
    const NameList *names = d->n.kind == N_VarDecl     ? &((VarDecl *)d)->names
                            : d->n.kind == N_ConstDecl ? &((ConstDecl *)d)->names
                                                       : NULL;
    if (d->n.kind == N_FuncDecl) visit(o, func_key((FuncDecl *)d), d->n.pos);
    if (d->n.kind == N_TypeDecl) visit(o, ((TypeDecl *)d)->name->name, d->n.pos);
    for (u32 k = 0; names && k < names->n; k++) visit(o, names->v[k]->name, names->v[k]->e.n.pos);
  }
}

static void note_name(Overlay *o, const Atom *name, Pos pos) {
  (void)pos;
  ptrmap_set(&o->names, name, KEY(ptrmap_has(&o->added, name) ? KEY_MATCHED : KEY_OVERRIDE));
}

static void check_name(Overlay *o, const Atom *name, Pos pos) {
  if (is_anonymous(name) || ptrmap_get(&o->names, name) != KEY(KEY_OVERRIDE)) return;
  load_error(o->l, o->p, pos, "overlay: package %s declares no %s to override", o->p->path->s, name->s);
}

static void check_dropped(Overlay *o, const char *dir) {
  for (u32 i = 0; i < o->dropped.n; i++) {
    const PtrMapEntry *e = &o->dropped.entries[i];
    if (e->key && e->val != KEY(KEY_MATCHED))
      load_error(o->l, o->p, (Pos){0}, "%s/OVERLAY: package %s declares no %s to drop", dir, o->p->path->s,
                 ((const Atom *)e->key)->s);
  }
}

/* `const NAME = "..."` with the bytes of a file of GOROOT, as one more file of the package. */
static void add_file_const(Overlay *o) {
  StrBuf path = {0}, data = {0}, text = {0};
  Err e;
  sb_printf(&path, "%s/%s", o->l->config.goroot, o->file_path->s);
  if (!file_read(path.p, &data, &e)) {
    load_error(o->l, o->p, (Pos){0}, "%s", e.msg);
  } else {
    sb_printf(&text, "package %s\n\nconst %s = \"", o->p->name->s, o->file_const->s);
    for (size_t i = 0; i < data.n; i++) sb_printf(&text, "\\x%02x", (u8)data.p[i]);
    sb_puts(&text, "\"\n");
    ParseOptions opt = {.std = true};
    VEC_PUSH(&o->p->arena, &o->p->files,
             syntax_parse(&o->p->arena, o->l->sink, path.p, path.p, sb_cstr(&text), text.n, &opt));
  }
  sb_free(&path);
  sb_free(&data);
  sb_free(&text);
}

void load_merge_overlay(Loader *l, LoadPackage *p, const char *dir) {
  Overlay o = {.l = l, .p = p};
  FileFilter filter;
  NameVec names = {0};
  u32 goroot_files = p->files.n;
  read_marker(dir, &o);
  load_filter_for(l, p, &filter);
  if (load_go_files(&l->arena, dir, &names)) {
    for (u32 i = 0; i < names.n; i++) {
      File *f = load_parse(l, p, dir, names.v[i], &filter);
      if (!f) continue;
      visit_names(&o, f, note_name);
      VEC_PUSH(&p->arena, &p->files, f);
    }
  }
  for (u32 i = 0; i < goroot_files; i++) remove_overridden(&o, p->files.v[i]);
  for (u32 i = goroot_files; i < p->files.n; i++) visit_names(&o, p->files.v[i], check_name);
  check_dropped(&o, dir);
  if (o.file_const) add_file_const(&o);
  p->is_overlaid = true;
  ptrmap_free(&o.added);
  ptrmap_free(&o.dropped);
  ptrmap_free(&o.names);
}

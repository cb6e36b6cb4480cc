/* check_gc.c - what cmd/compile checks between types2 and code generation (noder/irgen.go, noder/writer.go):
 * anonymous interfaces that contain themselves, pragmas on declarations that do not take them, //go:embed and
 * //go:linkname, functions without a body, types that are too large (types/size.go), and operands of print.
 * Runs only for packages without errors; each group runs only when those before it found none, as in gc. */
#include "frontend/check.h"

static void gc_error(Checker *check, Pos pos, const char *msg) {
  check->first_err = true;
  check->pkg->nerrors++;
  diag_report(check->sink, pos, false, false, 0, "%s", msg);
}

/* ---- anonymous interface cycles ---- */

typedef struct CycleFinder {
  Checker *check;
  PtrMap seen;     /* Interface -> itself once visited */
  PtrMap visiting; /* Interface -> itself while its methods are visited */
} CycleFinder;

static bool iface_has_cycle(CycleFinder *f, Interface *t);

static bool visit_iface(CycleFinder *f, Interface *t) {
  if (t->nmethods == 0 && t->nembeddeds == 0) return false;
  if (ptrmap_has(&f->seen, t)) return ptrmap_has(&f->visiting, t);
  ptrmap_set(&f->seen, t, t);
  ptrmap_set(&f->visiting, t, t);
  if (iface_has_cycle(f, t)) return true;
  ptrmap_delete(&f->visiting, t);
  return false;
}

/* Whether t, without going through a defined type, refers to an interface that is being visited. */
static bool visit(CycleFinder *f, Type *t) {
  for (;;) {
    t = t ? type_unalias(t) : NULL;
    if (!t) return false;
    switch (t->kind) {
    case TYPE_POINTER: t = ((Pointer *)t)->base; break;
    case TYPE_ARRAY: t = ((Array *)t)->elem; break;
    case TYPE_CHAN: t = ((Chan *)t)->elem; break;
    case TYPE_SLICE: t = ((Slice *)t)->elem; break;
    case TYPE_MAP:
      if (visit(f, ((Map *)t)->key)) return true;
      t = ((Map *)t)->elem;
      break;
    case TYPE_STRUCT:
      for (u32 i = 0; i < ((Struct *)t)->nfields; i++)
        if (visit(f, ((Struct *)t)->fields[i]->type)) return true;
      return false;
    case TYPE_INTERFACE: return visit_iface(f, (Interface *)t);
    case TYPE_SIGNATURE:
      if (visit(f, (Type *)((Signature *)t)->params)) return true;
      t = (Type *)((Signature *)t)->results;
      break;
    case TYPE_TUPLE:
      for (u32 i = 0; i < ((Tuple *)t)->n; i++)
        if (visit(f, ((Tuple *)t)->vars[i]->type)) return true;
      return false;
    default: return false;
    }
  }
}

static bool iface_has_cycle(CycleFinder *f, Interface *t) {
  TypeSet *s = interface_type_set(t);
  for (u32 i = 0; i < s->nmethods; i++)
    if (visit(f, s->methods[i]->type)) return true;
  return false;
}

static bool find_iface_cycles(void *ctx, void *node) {
  CycleFinder *f = ctx;
  if (((Node *)node)->kind != N_InterfaceType) return true;
  Type *t = type_unalias(((Expr *)node)->type);
  if (type_is(t, TYPE_INTERFACE) && iface_has_cycle(f, (Interface *)t)) {
    gc_error(f->check, ((Node *)node)->pos,
             "invalid recursive type: anonymous interface refers to itself (see https://go.dev/issue/56103)");
    ptrmap_free(&f->visiting); /* reported once */
  }
  return false;
}

/* ---- pragmas ---- */

typedef struct PragmaWalk {
  Checker *check;
  bool have_embed, have_unsafe; /* the file imports embed, unsafe */
  u32 func_depth;               /* > 0: below a function body */
} PragmaWalk;

static void check_pragma(PragmaWalk *w, const Pragma *p, u32 allowed) {
  if (!p) return;
  for (u32 i = 0; i < p->all.n; i++) {
    if (!(p->all.v[i].flag & ~allowed)) continue;
    gc_error(w->check, p->all.v[i].pos, p->all.v[i].flag == PRAGMA_EMBED ? "misplaced go:embed directive"
                                                                       : "misplaced compiler directive");
  }
}

/* A string, a slice of bytes, or embed.FS. */
static bool is_embeddable(Type *t) {
  t = type_unalias(t);
  Object *obj = t->kind == TYPE_NAMED ? ((Named *)t)->obj : NULL;
  if (obj && obj->pkg && atom_is(obj->pkg->path, "embed") && atom_is(obj->name, "FS")) return true;
  Type *u = type_under(t);
  if (u->kind == TYPE_SLICE) {
    u = type_under(((Slice *)u)->elem);
    return u->kind == TYPE_BASIC && ((Basic *)u)->bkind == BK_UINT8;
  }
  return u->kind == TYPE_BASIC && ((Basic *)u)->bkind == BK_STRING;
}

static void check_embed(PragmaWalk *w, const VarDecl *d) {
  if (!d->pragma || !(d->pragma->flags & PRAGMA_EMBED)) return;
  const char *msg = NULL;
  GoVersion lang = types_as_go_version(w->check->conf.goversion ? w->check->conf.goversion->s : NULL);
  if (!w->have_embed)
    msg = "go:embed requires import \"embed\" (or import _ \"embed\", if package is not used)";
  else if (d->names.n > 1)
    msg = "go:embed cannot apply to multiple vars";
  else if (d->values)
    msg = "go:embed cannot apply to var with initializer";
  else if (w->func_depth)
    msg = "go:embed cannot apply to var inside func";
  else if (lang && lang < GO1(16))
    msg = S_printf("go:embed requires go1.16 or later (-lang was set to %s; check go.mod)",
                   w->check->conf.goversion->s);
  for (u32 i = 0; msg && i < d->pragma->all.n; i++) {
    if (d->pragma->all.v[i].flag != PRAGMA_EMBED) continue;
    gc_error(w->check, d->pragma->all.v[i].pos, msg);
    return;
  }
  const Object *var = d->names.v[0]->obj;
  if (!var || !var->type || is_embeddable(var->type)) return;
  StrBuf b = {0};
  type_string(&b, var->type, NULL, NULL);
  gc_error(w->check, var->pos, S_printf("go:embed cannot apply to var of type %s", sb_cstr(&b)));
  sb_free(&b);
}

static bool check_pragmas(void *ctx, void *node) {
  PragmaWalk *w = ctx;
  switch (((Node *)node)->kind) {
  case N_ImportDecl: {
    const ImportDecl *d = node;
    check_pragma(w, d->pragma, 0);
    if (strstr(d->path->value->s, "embed") && strlen(d->path->value->s) == 7) w->have_embed = true;
    if (strstr(d->path->value->s, "unsafe") && strlen(d->path->value->s) == 8) w->have_unsafe = true;
    return false;
  }
  case N_ConstDecl: check_pragma(w, ((ConstDecl *)node)->pragma, 0); break;
  case N_TypeDecl: check_pragma(w, ((TypeDecl *)node)->pragma, 0); break;
  case N_VarDecl:
    check_pragma(w, ((VarDecl *)node)->pragma, PRAGMA_EMBED);
    check_embed(w, node);
    break;
  case N_FuncDecl: check_pragma(w, ((FuncDecl *)node)->pragma, ~(u32)(PRAGMA_EMBED | PRAGMA_GOBUILD)); break;
  case N_BlockStmt: {
    const BlockStmt *b = node;
    w->func_depth++;
    for (u32 i = 0; i < b->list.n; i++) ast_inspect(b->list.v[i], check_pragmas, w);
    w->func_depth--;
    return false;
  }
  default: break;
  }
  return true;
}

/* ---- //go:linkname and missing bodies ---- */

static void check_linknames(Checker *check, const File *f, bool have_unsafe, PtrMap *linknames) {
  for (u32 i = 0; i < f->linknames.n; i++) {
    const Linkname *l = &f->linknames.v[i];
    if (!have_unsafe) {
      gc_error(check, l->pos, "//go:linkname only allowed in Go files that import \"unsafe\"");
      continue;
    }
    if (l->remote && strchr(l->remote->s, '[') && strchr(l->remote->s, ']')) {
      gc_error(check, l->pos, "//go:linkname reference of an instantiation is not allowed");
      continue;
    }
    Object *obj = scope_lookup(check->pkg->scope, l->local);
    if (!obj || (obj->kind != OBJ_FUNC && obj->kind != OBJ_VAR)) {
      GoVersion lang = types_as_go_version(check->conf.goversion ? check->conf.goversion->s : NULL);
      if (!lang || lang >= GO1(18))
        gc_error(check, l->pos, "//go:linkname must refer to declared function or variable");
    } else if (ptrmap_has(linknames, obj)) {
      gc_error(check, l->pos, S_printf("duplicate //go:linkname for %s", l->local->s));
    } else {
      ptrmap_set(linknames, obj, obj);
    }
  }
}

static void check_body(Checker *check, const FuncDecl *d, const PtrMap *linknames) {
  u32 flags = d->pragma ? d->pragma->flags : 0;
  if (d->body && (flags & PRAGMA_NOESCAPE))
    gc_error(check, d->d.n.pos, "can only use //go:noescape with external func implementations");
  if (!d->body && check->conf.complete && !ptrmap_has(linknames, d->name->obj))
    gc_error(check, d->d.n.pos, "missing function body");
}

/* ---- sizes ---- */

enum { CHAN_ELEM_MAX = 1 << 16 };
#define ADDRESS_SPACE ((i64)1 << 50)

typedef struct SizeWalk {
  Checker *check;
  PtrMap seen; /* types */
  Pos pos;     /* of the declaration that needs the type's size */
} SizeWalk;

static void check_size(SizeWalk *w, Type *t);

static void check_array_size(SizeWalk *w, Array *t) {
  check_size(w, t->elem);
  i64 elem = type_is_generic(t->elem) ? 0 : type_sizeof(t->elem);
  if (elem > 0 && t->len > (ADDRESS_SPACE - 1) / elem)
    gc_error(w->check, w->pos, S_printf("type %s larger than address space", S_type(w->check, (Type *)t)));
}

/* Visits the types that t is made of, other packages' defined types excepted. */
static void check_size(SizeWalk *w, Type *t) {
  t = t ? type_unalias(t) : NULL;
  if (!t || t->kind == TYPE_BASIC || ptrmap_has(&w->seen, t)) return;
  ptrmap_set(&w->seen, t, t);
  switch (t->kind) {
  case TYPE_NAMED:
    if (((Named *)t)->obj->pkg == w->check->pkg) check_size(w, type_under(t));
    break;
  case TYPE_POINTER: check_size(w, ((Pointer *)t)->base); break;
  case TYPE_SLICE: check_size(w, ((Slice *)t)->elem); break;
  case TYPE_ARRAY: check_array_size(w, (Array *)t); break;
  case TYPE_MAP:
    check_size(w, ((Map *)t)->key);
    check_size(w, ((Map *)t)->elem);
    break;
  case TYPE_CHAN: {
    Type *elem = ((Chan *)t)->elem;
    check_size(w, elem);
    if (!type_is_generic(elem) && type_sizeof(elem) >= CHAN_ELEM_MAX)
      gc_error(w->check, w->pos, "channel element type too large (>64kB)");
    break;
  }
  case TYPE_STRUCT:
    for (u32 i = 0; i < ((Struct *)t)->nfields; i++) check_size(w, ((Struct *)t)->fields[i]->type);
    break;
  default: break;
  }
}

static bool check_decl_sizes(void *ctx, void *node) {
  SizeWalk *w = ctx;
  const Name *n = node;
  if (n->e.n.kind != N_Name || !n->obj || !pos_eq(n->obj->pos, n->e.n.pos)) return true;
  bool is_generic_type = n->obj->kind == OBJ_TYPENAME && type_is_generic(n->obj->type);
  if (n->obj->kind != OBJ_VAR && (n->obj->kind != OBJ_TYPENAME || is_generic_type)) return true;
  w->pos = n->obj->pos;
  check_size(w, n->obj->type);
  return true;
}

/* ---- operands of print ---- */

/* As gc writes types after types2: structs are spaced. */
static void write_gc_type(Checker *check, StrBuf *out, Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_ARRAY) {
    sb_printf(out, "[%lld]", (long long)((Array *)t)->len);
    write_gc_type(check, out, ((Array *)t)->elem);
  } else if (t->kind == TYPE_STRUCT) {
    Struct *s = (Struct *)t;
    sb_puts(out, "struct {");
    for (u32 i = 0; i < s->nfields; i++) {
      sb_puts(out, i ? "; " : " ");
      if (!s->fields[i]->embedded) sb_printf(out, "%s ", s->fields[i]->name->s);
      write_gc_type(check, out, s->fields[i]->type);
    }
    sb_puts(out, s->nfields ? " }" : "}");
  } else {
    sb_puts(out, S_type(check, t));
  }
}

/* print and println take no arrays and structs (type parameters are not looked through). */
static bool check_print_operands(void *ctx, void *node) {
  Checker *check = ctx;
  const CallExpr *call = node;
  if (call->e.n.kind != N_CallExpr || call->fun->mode != TV_BUILTIN) return true;
  const Name *fun = (Name *)ast_unparen(call->fun);
  if (fun->e.n.kind != N_Name || (fun->obj->builtin != B_PRINT && fun->obj->builtin != B_PRINTLN))
    return true;
  for (u32 i = 0; i < call->args.n; i++) {
    Type *t = call->args.v[i]->type;
    if (type_is_generic(t) || !(under_struct(t) || under_array(t))) continue;
    StrBuf b = {0};
    write_gc_type(check, &b, t);
    gc_error(check, call->e.n.pos, S_printf("illegal types for operand: print\n\t%s", sb_cstr(&b)));
    sb_free(&b);
  }
  return true;
}

/* Reports what gc would refuse to compile although it type-checks. */
void check_gc_restrictions(Checker *check) {
  CycleFinder cycles = {.check = check};
  for (u32 i = 0; i < check->nfiles; i++)
    for (u32 k = 0; k < check->files[i]->decls.n; k++)
      ast_inspect(check->files[i]->decls.v[k], find_iface_cycles, &cycles);
  ptrmap_free(&cycles.seen);
  ptrmap_free(&cycles.visiting);
  if (check->first_err) return;

  PtrMap linknames = {0};
  for (u32 i = 0; i < check->nfiles; i++) {
    PragmaWalk w = {.check = check};
    check_pragma(&w, check->files[i]->pragma, PRAGMA_GOBUILD);
    for (u32 k = 0; k < check->files[i]->decls.n; k++)
      ast_inspect(check->files[i]->decls.v[k], check_pragmas, &w);
    check_linknames(check, check->files[i], w.have_unsafe, &linknames);
  }
  for (u32 i = 0; i < check->pkg->funcs.n; i++) check_body(check, check->pkg->funcs.v[i], &linknames);
  ptrmap_free(&linknames);
  if (check->first_err) return;

  SizeWalk sizes = {.check = check};
  for (u32 i = 0; i < check->nfiles; i++)
    for (u32 k = 0; k < check->files[i]->decls.n; k++)
      ast_inspect(check->files[i]->decls.v[k], check_decl_sizes, &sizes);
  ptrmap_free(&sizes.seen);
  if (check->first_err) return;

  for (u32 i = 0; i < check->nfiles; i++)
    for (u32 k = 0; k < check->files[i]->decls.n; k++)
      ast_inspect(check->files[i]->decls.v[k], check_print_operands, check);
}

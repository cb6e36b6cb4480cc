/* lower_closure.c - what a function body shares with the function literals and range-over-func bodies inside
 * it.
 *
 * analyze_func walks a declaration once, before any instance of it is lowered. For every variable it finds
 * out whether it is used by an inner function, has its address taken, or is assigned again after its
 * declaration (VarInfo); for every function literal and range-over-func body, what it captures (FnInfo). From
 * this and the variable's size follows the kind of capture: a never reassigned small variable is copied into
 * the closure, any other is shared through its address, in the frame or in a heap box (escape.h). A
 * closure object is struct { F uintptr; X0, X1 ... }, a captured variable's Xi being its value or its address. Branches
 * and returns that leave range-over-func bodies are numbered here too; see lower_rangefunc.c. */
#include "frontend/lower_priv.h"
#include <stdio.h>

typedef struct Analysis {
  Lower *lw;
  FnInfo *cur;
} Analysis;

static bool visit(void *ctx, void *node);
static void walk(Analysis *a, void *node) {
  if (node) ast_inspect(node, visit, a);
}

static FnInfo *info_new(Analysis *a, void *node, bool is_range) {
  FnInfo *fi = NEW(&types_arena, FnInfo);
  fi->node = node;
  fi->parent = a->cur;
  fi->is_range = is_range;
  fi->root = is_range ? a->cur->root : fi;
  if (node) ptrmap_set(&lower_shared.fn_infos, node, fi);
  return fi;
}

static bool is_local_var(const Object *o) {
  return o && o->kind == OBJ_VAR && o->varkind != VAR_PACKAGE && o->varkind != VAR_FIELD;
}

static VarInfo *declare_var(Object *o, FnInfo *home) {
  VarInfo *vi = NEW(&types_arena, VarInfo);
  vi->home = home;
  o->lowered = vi;
  return vi;
}

static void use_var(Analysis *a, Object *o) {
  VarInfo *vi = o->lowered;
  if (!vi) vi = declare_var(o, a->cur);
  for (FnInfo *i = a->cur; i && i != vi->home; i = i->parent) {
    vi->captured = true;
    bool have = false;
    for (u32 k = 0; k < i->captures.n; k++) have |= i->captures.v[k] == o;
    if (!have) VEC_PUSH(&types_arena, &i->captures, o);
  }
}

/* The variable that holds the storage of place e, NULL when it is reached through a pointer, slice or map. */
static Object *root_var(Expr *e) {
  for (;;) {
    e = ast_unparen(e);
    switch (e->n.kind) {
    case N_Name: {
      Object *o = ((Name *)e)->obj;
      return is_local_var(o) ? o : NULL;
    }
    case N_SelectorExpr: {
      SelectorExpr *s = (SelectorExpr *)e;
      if (!s->selection) return NULL;
      Type *t = s->x->type;
      for (u32 i = 0;; i++) {
        Type *u = type_core(t);
        if (!u) u = type_under(t);
        if (u->kind == TYPE_POINTER) return NULL;
        if (i + 1 >= s->selection->nindex || u->kind != TYPE_STRUCT) break;
        t = ((Struct *)u)->fields[s->selection->index[i]]->type;
      }
      e = s->x;
      break;
    }
    case N_IndexExpr: {
      IndexExpr *x = (IndexExpr *)e;
      Type *u = x->x->type ? type_core(x->x->type) : NULL;
      if (!u || u->kind != TYPE_ARRAY) return NULL;
      e = x->x;
      break;
    }
    default: return NULL;
    }
  }
}

static VarInfo *root_info(Analysis *a, Expr *e) {
  Object *o = root_var(e);
  if (!o) return NULL;
  if (!o->lowered) declare_var(o, a->cur);
  return o->lowered;
}
static void mark_addr(Analysis *a, Expr *e) {
  VarInfo *vi = root_info(a, e);
  if (vi) vi->addr_taken = true;
}
static void mark_assigned(Analysis *a, Expr *lhs) {
  for (u32 i = 0; i < expr_list_len(lhs); i++) {
    Expr *e = expr_list_at(lhs, i);
    if (defines_name(e)) continue;
    VarInfo *vi = root_info(a, e);
    if (!vi) continue;
    vi->reassigned = true;
    vi->part_assigned |= ast_unparen(e)->n.kind != N_Name;
  }
}

bool defines_name(const Expr *e) {
  if (e->n.kind != N_Name) return false;
  const Object *o = ((const Name *)e)->obj;
  return o && o->kind == OBJ_VAR && pos_eq(o->pos, e->n.pos);
}

static bool method_has_ptr_recv(const Object *m) {
  Type *t = m->type ? type_under(m->type) : NULL;
  if (!t || t->kind != TYPE_SIGNATURE) return false;
  const Signature *s = (Signature *)t;
  return s->recv && type_unalias(s->recv->type)->kind == TYPE_POINTER;
}

/* x.M with a pointer receiver on an addressable x takes the address of x's variable. */
static void visit_selector(Analysis *a, SelectorExpr *s) {
  if (!s->selection || s->selection->kind != SEL_METHOD_VAL || !method_has_ptr_recv(s->selection->obj))
    return;
  Type *t = s->x->type;
  for (u32 i = 0; t; i++) {
    Type *u = type_under(t);
    if (u->kind == TYPE_POINTER) return;
    if (i + 1 >= s->selection->nindex) break;
    if (u->kind != TYPE_STRUCT) return;
    t = ((Struct *)u)->fields[s->selection->index[i]]->type;
  }
  mark_addr(a, s->x);
}

static void declare_signature(FnInfo *fi, Signature *sig) {
  fi->sig = sig;
  if (!sig) return;
  if (sig->recv) declare_var(sig->recv, fi);
  for (u32 i = 0; sig->params && i < sig->params->n; i++) declare_var(sig->params->vars[i], fi);
  for (u32 i = 0; sig->results && i < sig->results->n; i++)
    declare_var(sig->results->vars[i], fi)->reassigned = true;
}

static void visit_func_lit(Analysis *a, FuncLit *l) {
  if (ptrmap_get(&lower_shared.fn_infos, l)) return;
  FnInfo *fi = info_new(a, l, false);
  fi->seq = ++a->cur->root->nfuncs;
  declare_signature(fi, (Signature *)type_under(l->e.type));
  a->cur = fi;
  walk(a, l->body);
  a->cur = fi->parent;
}

bool is_range_func(const ForStmt *s) {
  if (!s->init || s->init->n.kind != N_RangeClause) return false;
  const RangeClause *r = (const RangeClause *)s->init;
  Type *t = r->x->type ? type_core(r->x->type) : NULL;
  return t && t->kind == TYPE_SIGNATURE;
}

static Object *synth_var(FnInfo *home, const char *name, Type *t) {
  Object *o = obj_new_var((Pos){0}, NULL, atom_cstr(name), t, VAR_LOCAL);
  declare_var(o, home)->reassigned = true;
  return o;
}

static void visit_range_func(Analysis *a, ForStmt *s) {
  RangeClause *r = (RangeClause *)s->init;
  walk(a, r->x);
  FnInfo *fi = info_new(a, s, true);
  fi->seq = ++fi->root->nranges;
  fi->state_var = synth_var(a->cur, "#state", typ[BK_INT]);
  a->cur = fi;
  use_var(a, fi->state_var);
  for (u32 i = 0; i < expr_list_len(r->lhs); i++) {
    Expr *e = expr_list_at(r->lhs, i);
    if (r->def && e->n.kind == N_Name && ((Name *)e)->obj) declare_var(((Name *)e)->obj, fi);
    else walk(a, e);
  }
  if (!r->def) mark_assigned(a, r->lhs);
  walk(a, s->body);
  a->cur = fi->parent;
}

bool node_inside(const void *node, const ForStmt *loop) {
  Pos p = ((const Node *)node)->pos, lo = loop->body->s.n.pos, hi = loop->body->rbrace;
  bool after = p.line > lo.line || (p.line == lo.line && p.col > lo.col);
  bool before = p.line < hi.line || (p.line == hi.line && p.col < hi.col);
  return after && before;
}

/* Records an exit in every range-over-func loop that it leaves; `target` NULL is return. */
static void add_exit(Analysis *a, BranchTok tok, Stmt *target) {
  FnInfo *root = a->cur->root;
  if (target && tok != BR_GOTO && target->n.kind == N_LabeledStmt) target = ((LabeledStmt *)target)->stmt;
  int code = 0;
  for (FnInfo *i = a->cur; i->is_range; i = i->parent) {
    ForStmt *loop = (ForStmt *)i->node;
    if (target && (target == &loop->s || node_inside(target, loop))) break;
    if (!root->next_var) root->next_var = synth_var(root, "#next", typ[BK_INT]);
    if (!code) code = target ? -2 - (int)root->nexits++ : -1;
    VEC_PUSH(&types_arena, &i->exits, (RangeExit){code, tok, target});
  }
  if (code) use_var(a, root->next_var);
}

static void visit_return(Analysis *a) {
  FnInfo *root = a->cur->root;
  if (!a->cur->is_range) return;
  add_exit(a, BR_BREAK, NULL);
  for (u32 i = 0; root->sig && root->sig->results && i < root->sig->results->n; i++)
    use_var(a, root->sig->results->vars[i]);
}

static void visit_defer(Analysis *a) {
  FnInfo *root = a->cur->root;
  root->has_defer = true;
  if (!a->cur->is_range) return;
  if (!root->defers_var) root->defers_var = synth_var(root, "#defers", typ[BK_UNSAFEPOINTER]);
  use_var(a, root->defers_var);
}

/* Variables that start as a function literal: calls of them have a known callee unless they are reassigned.
 */
static void note_literals(Analysis *a, AssignStmt *s) {
  u32 n = expr_list_len(s->lhs);
  if (s->op != OP_DEF || expr_list_len(s->rhs) != n) return;
  for (u32 i = 0; i < n; i++) {
    Expr *x = expr_list_at(s->lhs, i), *v = ast_unparen(expr_list_at(s->rhs, i));
    if (v->n.kind == N_FuncLit && defines_name(x)) root_info(a, x)->lit = (FuncLit *)v;
  }
}

static bool visit(void *ctx, void *node) {
  Analysis *a = ctx;
  switch (((Node *)node)->kind) {
  case N_Name: {
    Name *n = node;
    if (!is_local_var(n->obj)) return true;
    if (pos_eq(n->obj->pos, n->e.n.pos) && !n->obj->lowered) declare_var(n->obj, a->cur);
    use_var(a, n->obj);
    return true;
  }
  case N_FuncLit: visit_func_lit(a, node); return false;
  case N_ForStmt:
    if (!is_range_func(node)) return true;
    visit_range_func(a, node);
    return false;
  case N_RangeClause:
    mark_assigned(a, ((RangeClause *)node)->def ? NULL : ((RangeClause *)node)->lhs);
    return true;
  case N_AssignStmt: mark_assigned(a, ((AssignStmt *)node)->lhs); note_literals(a, node); return true;
  case N_Operation: {
    Operation *o = node;
    if (o->op == OP_AND && !o->y) mark_addr(a, o->x);
    return true;
  }
  case N_SliceExpr: mark_addr(a, ((SliceExpr *)node)->x); return true;
  case N_SelectorExpr: visit_selector(a, node); return true;
  case N_CaseClause: {
    CaseClause *c = node;
    if (c->implicit) declare_var(c->implicit, a->cur);
    return true;
  }
  case N_CallStmt:
    if (((CallStmt *)node)->tok == CALL_DEFER) visit_defer(a);
    return true;
  case N_BranchStmt: {
    BranchStmt *b = node;
    if (b->tok == BR_GOTO && b->target)
      ptrmap_set(&lower_shared.fn_infos, b->target, a->cur); /* a label that needs a block */
    if (a->cur->is_range && b->target) add_exit(a, b->tok, b->target);
    return false;
  }
  case N_ReturnStmt: visit_return(a); return true;
  default: return true;
  }
}

FnInfo *analyze_func(Lower *lw, FuncDecl *d) {
  FnInfo *fi = ptrmap_get(&lower_shared.fn_infos, d);
  if (fi) return fi;
  Analysis a = {lw, NULL};
  fi = info_new(&a, d, false);
  a.cur = fi;
  declare_signature(fi, (Signature *)type_under(d->name->obj->type));
  walk(&a, d->body);
  return fi;
}

FnInfo *analyze_package_vars(Lower *lw, Package *p) {
  FnInfo *fi = ptrmap_get(&lower_shared.fn_infos, p);
  if (fi) return fi;
  Analysis a = {lw, NULL};
  fi = info_new(&a, NULL, false);
  ptrmap_set(&lower_shared.fn_infos, p, fi);
  a.cur = fi;
  for (u32 i = 0; i < p->init_order.n; i++) walk(&a, p->init_order.v[i].rhs);
  return fi;
}

FnInfo *info_of(const void *node) {
  FnInfo *fi = ptrmap_get(&lower_shared.fn_infos, node);
  CHECK(fi);
  return fi;
}

/* ---- making closures ---- */
bool var_by_value(const VarInfo *vi, const Layout *ly) {
  return !vi->addr_taken && !vi->reassigned && ly->size <= BYVAL_MAX;
}

static bool capture_by_value(Fn *fn, Object *o) { return var_by_value(o->lowered, fn_layout(fn, o->type)); }
static Type *capture_type(Fn *fn, Object *o) {
  return capture_by_value(fn, o) ? fn_type(fn, o->type) : typ[BK_UNSAFEPOINTER];
}

static Type **capture_types(Fn *fn, FnInfo *info) {
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, info->captures.n + 1);
  for (u32 i = 0; i < info->captures.n; i++) types[i] = capture_type(fn, info->captures.v[i]);
  return types;
}

IrValue *closure_of_values(Fn *fn, u32 func, Type **types, IrValue **vals, u32 n, bool in_frame) {
  if (n == 0) return with_imm(op0(fn, BC_LDFN, &ir_shape_ptr), func);
  Type *t = closure_struct_type(fn->lw, types, n);
  i64 *off = NEW_ARRAY(&fn->f->arena, i64, n + 1);
  struct_offsets((Struct *)t, off);
  IrValue *obj = lower_alloc(fn, lower_layout(fn->lw, t), in_frame);
  IrValue *code = with_imm(op0(fn, BC_LDREC, &ir_shape_word), func);
  store_mem(fn, obj, 0, lower_layout(fn->lw, typ[BK_UINTPTR]), code);
  for (u32 i = 0; i < n; i++) store_mem(fn, obj, off[i + 1], lower_layout(fn->lw, types[i]), vals[i]);
  return obj;
}

static const Atom *inner_name(const Atom *outer, const FnInfo *info, bool outer_is_lit) {
  const char *mid = info->is_range ? "-range" : outer_is_lit ? "." : ".func";
  return atom_printf("%s%s%u", outer->s, mid, info->seq);
}

static FuncInst *inner_inst(Fn *fn, FnInfo *info) {
  FuncInst *root = fn->root_fi;
  bool lit = fn->info->root->node && fn->info->root->node->kind == N_FuncLit;
  FuncInst *fi =
      lower_new_func(fn->lw, inner_name(root->symbol, info, lit), inner_name(root->name, info, lit));
  fi->tparams = fn->fi->tparams;
  fi->targs = fn->fi->targs;
  fi->pkg = fn->fi->pkg;
  return fi;
}

IrValue *make_closure(Fn *fn, FnInfo *info, void (*generate)(Lower *, FuncInst *), bool in_frame) {
  FuncInst *fi = inner_inst(fn, info);
  InnerSpec *spec = NEW(&fn->lw->arena, InnerSpec);
  spec->info = info;
  spec->root = info->is_range ? fn->root_fi : fi;
  fi->generate = generate;
  fi->gen_data = spec;
  u32 n = info->captures.n;
  Type **types = capture_types(fn, info);
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  for (u32 i = 0; i < n; i++) {
    Object *o = info->captures.v[i];
    Binding *b = bind_lookup(fn, o);
    if (capture_by_value(fn, o)) vals[i] = place_load(fn, place_of_obj(fn, o));
    else if (b->kind == BIND_LOCAL) vals[i] = place_addr(fn, place_of_obj(fn, o));
    else vals[i] = ir_var_read(fn->f, fn->b, b->var);
  }
  return closure_of_values(fn, fi->index, types, vals, n, in_frame);
}

IrValue *lower_func_lit(Fn *fn, FuncLit *l) {
  return make_closure(fn, info_of(l), lower_func_lit_generate, l->e.esc & ESC_SELF);
}

void bind_captures(Fn *fn) {
  FnInfo *info = fn->info;
  u32 n = info->captures.n;
  if (n == 0) return;
  fn->f->flags |= BCF_CLOSURE;
  IrValue *ctx = op0(fn, BC_GETCTX, &ir_shape_ptr);
  IrVar *ctx_var = ir_var_new(fn->f, &ir_shape_ptr, NULL);
  ir_var_write(fn->f, fn->b, ctx_var, ctx);
  Type **types = capture_types(fn, info);
  i64 *off = NEW_ARRAY(&fn->f->arena, i64, n + 1);
  struct_offsets((Struct *)closure_struct_type(fn->lw, types, n), off);
  for (u32 i = 0; i < n; i++) {
    Object *o = info->captures.v[i];
    Binding *b = NEW(&fn->f->arena, Binding);
    b->ly = fn_layout(fn, o->type);
    i64 at = off[i + 1];
    if (!capture_by_value(fn, o)) {
      b->kind = BIND_BOX;
      b->var = ir_var_new(fn->f, &ir_shape_ptr, o->name);
      ir_var_write(fn->f, fn->b, b->var, load_mem(fn, ctx, at, lower_layout(fn->lw, typ[BK_UNSAFEPOINTER])));
      b->off = 0; /* the box holds nothing but the variable */
    } else if (b->ly->vc == VC_AGG) {
      b->kind = BIND_MEM;
      b->off = at;
      b->var = ctx_var;
    } else {
      b->kind = BIND_SSA;
      b->var = ir_var_new(fn->f, &b->ly->shape, o->name);
      ir_var_write(fn->f, fn->b, b->var, load_mem(fn, ctx, at, b->ly));
    }
    ptrmap_set(&fn->binds, o, b);
  }
}

/* ---- loop variables ---- */
static const Atom *file_version(const Package *pkg, Pos p) {
  const PosBase *base = pos_base(p.base);
  for (u32 i = 0; pkg && i < pkg->files.n; i++) {
    File *f = pkg->files.v[i];
    const PosBase *fb = pos_base(f->base);
    if (f->base == p.base || (fb->abspath && fb->abspath == base->abspath))
      return f->goversion ? f->goversion : pkg->goversion;
  }
  return pkg ? pkg->goversion : NULL;
}

/* Go 1.22's loop variables: one per iteration. Depends on the version of the file that the loop is in. */
bool loop_vars_per_iteration(const Package *pkg, const ForStmt *s) {
  const Atom *v = file_version(pkg, s->s.n.pos);
  int major = 0, minor = 0;
  if (!v || sscanf(v->s, "go%d.%d", &major, &minor) < 1) return true;
  return major > 1 || (major == 1 && minor >= 22);
}

bool per_iteration_vars(Fn *fn, const ForStmt *s) { return loop_vars_per_iteration(fn->fi->pkg, s); }

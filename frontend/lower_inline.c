/* lower_inline.c - *f(args) where f does nothing but return the address of a composite literal of its parameters:
 *
 *   func NewBuffer(buf []byte) *Buffer { return &Buffer{buf: buf} }
 *
 * The literal's value is made at the call; nothing is allocated and nothing is called, as in gc's code, which inlines f.
 * Only elements that cannot panic are taken, so no traceback can tell the difference.
 */
#include "frontend/lower_priv.h"

/* The parameters' Vars by position; false when one has no name. */
static bool is_param(const Signature *s, const Object *o) {
  for (u32 i = 0; s->params && i < s->params->n; i++)
    if (s->params->vars[i] == o) return true;
  return false;
}

static bool plain_elem(const Signature *s, Expr *e) {
  if (e->n.kind == N_KeyValueExpr) e = ((KeyValueExpr *)e)->value;
  e = ast_unparen(e);
  return e->val || e->mode == TV_NILVALUE || (e->n.kind == N_Name && is_param(s, ((Name *)e)->obj));
}

/* The literal whose address the function returns, NULL when it does anything else. */
static CompositeLit *returned_literal(Object *f) {
  FuncDecl *d = f->decl;
  Signature *s = (Signature *)type_under(f->type);
  if (!d || !d->body || d->body->list.n != 1 || s->recv || s->tparams || s->variadic) return NULL;
  Stmt *only = d->body->list.v[0];
  if (only->n.kind != N_ReturnStmt || !check_func_body(f)) return NULL;
  Expr *r = ((ReturnStmt *)only)->results;
  r = r ? ast_unparen(r) : NULL;
  if (!r || r->n.kind != N_Operation || ((Operation *)r)->op != OP_AND || ((Operation *)r)->y) return NULL;
  Expr *x = ast_unparen(((Operation *)r)->x);
  if (x->n.kind != N_CompositeLit || !x->type || type_under(x->type)->kind != TYPE_STRUCT) return NULL;
  CompositeLit *l = (CompositeLit *)x;
  for (u32 i = 0; i < l->elems.n; i++)
    if (!plain_elem(s, l->elems.v[i])) return NULL;
  return l;
}

static Object *called_func(const CallExpr *c) {
  Expr *x = ast_unparen(c->fun);
  Name *n = x->n.kind == N_Name ? (Name *)x : NULL;
  if (x->n.kind == N_SelectorExpr && !((SelectorExpr *)x)->selection) n = ((SelectorExpr *)x)->sel;
  return n && !n->inst && n->obj && n->obj->kind == OBJ_FUNC ? n->obj : NULL;
}

IrValue *lower_returned_literal(Fn *fn, Operation *deref) {
  Expr *x = ast_unparen(deref->x);
  if (x->n.kind != N_CallExpr) return NULL;
  CallExpr *c = (CallExpr *)x;
  Object *f = called_func(c);
  CompositeLit *l = f ? returned_literal(f) : NULL;
  Signature *s = f ? (Signature *)type_under(f->type) : NULL;
  u32 n = s && s->params ? s->params->n : 0;
  if (!l || c->args.n != n) return NULL; /* f(g()) with several results stays a call */
  IrValue **args = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  lower_args(fn, c, s, args);
  for (u32 i = 0; i < n; i++) {
    Binding *b = NEW(&fn->f->arena, Binding);
    b->ly = fn_layout(fn, s->params->vars[i]->type);
    b->var = ir_var_new(fn->f, &b->ly->shape, NULL);
    ir_var_write(fn->f, fn->b, b->var, args[i]);
    ptrmap_set(&fn->binds, s->params->vars[i], b);
  }
  IrValue *v = lower_complit(fn, l);
  set_pos(fn, deref);
  return v;
}

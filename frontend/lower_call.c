/* lower_call.c - calls: callee, receiver, arguments, results; func values, method values and method
 * expressions.
 *
 * Operands are evaluated in source order: function value or receiver, then arguments. A method is always
 * looked up anew on the substituted type of its operand, so that calls on type parameters need nothing
 * special. */
#include "frontend/lower_priv.h"

/* ---- results ---- */
const IrShape *results_shape(Fn *fn, Tuple *results) {
  if (!results || results->n == 0) return &ir_shape_none;
  if (results->n == 1) return &fn_layout(fn, results->vars[0]->type)->shape;
  return &lower_tuple_layout(fn->lw, fn_tuple(fn, results))->shape;
}

IrValue *results_at(Fn *fn, IrValue *call, Tuple *results, u32 i) {
  if (results->n == 1) return call;
  u32 slot = 0;
  for (u32 k = 0; k < i; k++) slot += fn_layout(fn, results->vars[k]->type)->shape.nslots;
  const Layout *ly = fn_layout(fn, results->vars[i]->type);
  return ly->shape.nslots ? extract(fn, call, slot, &ly->shape) : zero_value(fn, ly);
}

/* ---- callees ---- */
static TypeList *subst_targs(Fn *fn, TypeList *inst) {
  if (!inst || inst->n == 0) return NULL;
  TypeList *l = NEW(&types_arena, TypeList);
  l->n = inst->n;
  l->v = NEW_ARRAY(&types_arena, Type *, inst->n);
  for (u32 i = 0; i < inst->n; i++) l->v[i] = fn_type(fn, inst->v[i]);
  return l;
}

IrValue *lower_func_value(Fn *fn, Object *f, TypeList *inst) {
  return with_imm(op0(fn, BC_LDFN, &ir_shape_ptr), lower_func(fn->lw, f, subst_targs(fn, inst)));
}

static u32 iface_method_index(Type *iface, Package *pkg, const Atom *name) {
  u32 n = iface_num_methods(iface);
  for (u32 i = 0; i < n; i++) {
    Object *m = iface_method(iface, i);
    if (m->name == name && (obj_exported(m) || !pkg || !m->pkg || m->pkg == pkg || m->pkg->path == pkg->path))
      return i;
  }
  BUG("interface %s has no method", name->s);
}

static bool recv_is_pointer(Object *m) {
  Signature *s = (Signature *)type_under(obj_origin(m)->type);
  return s->recv && type_unalias(s->recv->type)->kind == TYPE_POINTER;
}

/* The place of a value that has none: methods with pointer receivers on it were promoted through a pointer.
 */
static Place spill(Fn *fn, IrValue *v, const Layout *ly) {
  if (ly->vc == VC_AGG) {
    Place p = place_of_local(temp_local(fn, ly), ly);
    place_store(fn, p, v);
    return p;
  }
  IrVar *var = ir_var_new(fn->f, &ly->shape, NULL);
  ir_var_write(fn->f, fn->b, var, v);
  return (Place){.kind = PL_VAR, .var = var, .ly = ly};
}

/* Notes that the function calls method `name` through an interface. */
static void note_iface_call(Fn *fn, const Atom *name) {
  BcFunc *f = &fn->lw->m->funcs.v[fn->fi->index];
  lower_iface_call(fn->lw, name);
  for (u32 i = 0; i < f->ncalled; i++)
    if (f->called[i] == name) return;
  const Atom **called = NEW_ARRAY(&fn->lw->m->arena, const Atom *, f->ncalled + 1);
  if (f->ncalled) memcpy(called, f->called, f->ncalled * sizeof *called);
  called[f->ncalled++] = name;
  f->called = called;
}

static void method_receiver(Fn *fn, Callee *c, Type *t, Object *m, Place p) {
  bool is_ptr = type_under(t)->kind == TYPE_POINTER && !type_as_named(t);
  Type *base = is_ptr ? fn_type(fn, ((Pointer *)type_under(t))->base) : t;
  c->kind = CALLEE_FUNC;
  c->obj = m;
  if (recv_is_pointer(m)) {
    if (is_ptr) c->recv = place_load(fn, p);
    else
      c->recv = p.kind == PL_MEM && p.off == 0 ? (op1(fn, BC_NILCHK, &ir_shape_none, p.base), p.base)
                                               : place_addr(fn, p);
    c->recv_type = is_ptr ? t : type_new_pointer(t);
  } else {
    c->recv = is_ptr ? load_mem(fn, place_load(fn, p), 0, lower_layout(fn->lw, base)) : place_load(fn, p);
    c->recv_type = base;
  }
  Named *n = type_as_named(base);
  c->func = lower_func(fn->lw, m, n ? named_targs(n) : NULL);
}

void resolve_method(Fn *fn, Callee *c, Type *t, Package *pkg, const Atom *name, const Place *xp, IrValue *v) {
  int *index;
  u32 nindex;
  bool indirect;
  Object *m = type_lookup(t, true, pkg, name, &index, &nindex, &indirect);
  if (!m || m->kind != OBJ_FUNC) BUG("type %s has no method %s", type_symbol(fn->lw, t)->s, name->s);
  Place p = xp ? *xp : spill(fn, v, lower_layout(fn->lw, t));
  for (u32 i = 0; i + 1 < nindex; i++) {
    Type *u = type_under(t), *ft;
    if (u->kind == TYPE_POINTER) {
      t = fn_type(fn, ((Pointer *)u)->base);
      p = place_of_mem(place_load(fn, p), 0, lower_layout(fn->lw, t));
    }
    i64 off = field_offset(fn, t, (u32)index[i], &ft);
    p = place_field(fn, p, off, lower_layout(fn->lw, ft));
    t = ft;
  }
  if (type_is_interface(t)) {
    c->kind = CALLEE_IFACE;
    c->iface = t;
    c->method = iface_method_index(t, m->pkg, name);
    c->fn = place_load(fn, p);
    note_iface_call(fn, name);
    return;
  }
  method_receiver(fn, c, t, m, p);
}

static void resolve_selector(Fn *fn, Callee *c, SelectorExpr *s) {
  Type *t = expr_type(fn, s->x);
  Object *m = s->selection->obj;
  if (is_placeable(fn, s->x)) {
    Place p = place_of(fn, s->x);
    set_pos(fn, s);
    resolve_method(fn, c, t, m->pkg, m->name, &p, NULL);
    return;
  }
  IrValue *v = lower_expr(fn, s->x);
  set_pos(fn, s);
  resolve_method(fn, c, t, m->pkg, m->name, NULL, v);
}

static Name *func_name(Expr *x) {
  if (x->n.kind == N_IndexExpr) x = ast_unparen(((IndexExpr *)x)->x);
  if (x->n.kind == N_Name) return (Name *)x;
  if (x->n.kind == N_SelectorExpr && !((SelectorExpr *)x)->selection) return ((SelectorExpr *)x)->sel;
  return NULL;
}

static void resolve_callee(Fn *fn, Callee *c, CallExpr *call) {
  Expr *f = ast_unparen(call->fun);
  *c = (Callee){0};
  c->sig = (Signature *)under_of(fn, f->type);
  if (c->sig->t.kind != TYPE_SIGNATURE) c->sig = (Signature *)type_core(&c->sig->t);
  Name *n = func_name(f);
  if (n && n->obj && n->obj->kind == OBJ_FUNC) {
    c->kind = CALLEE_FUNC;
    c->obj = n->obj;
    c->func = BC_NONE; /* an intrinsic needs none */
    u16 op;
    if (!lower_is_intrinsic(n->obj, &op)) c->func = lower_func(fn->lw, n->obj, subst_targs(fn, n->inst));
    return;
  }
  if (f->n.kind == N_SelectorExpr) {
    SelectorExpr *s = (SelectorExpr *)f;
    if (s->selection && s->selection->kind == SEL_METHOD_VAL) {
      resolve_selector(fn, c, s);
      return;
    }
  }
  c->kind = CALLEE_VALUE;
  c->fn = lower_expr(fn, f);
}

/* ---- arguments ---- */
static IrValue *pack_variadic(Fn *fn, Type *slice, IrValue **vals, u32 n, bool in_frame) {
  if (n == 0) return zero_value(fn, lower_layout(fn->lw, slice));
  Type *elem = fn_type(fn, ((Slice *)type_under(slice))->elem);
  const Layout *ely = lower_layout(fn->lw, elem);
  Type *at = type_new_array(elem, n);
  const Layout *aly = lower_layout(fn->lw, at);
  IrLocal *area = in_frame ? addressed_local(fn, aly, NULL) : NULL;
  Place dst = area ? place_of_local(area, aly)
                   : place_of_mem(with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, at)), 0, aly);
  for (u32 i = 0; i < n; i++) place_store(fn, place_field(fn, dst, (i64)i * ely->size, ely), vals[i]);
  IrValue *p = area ? place_addr(fn, dst) : dst.base;
  IrValue *len = k64(fn, n);
  return op3(fn, BC_MK3, &ir_shape_slice, p, len, len);
}

static Type *param_type(Fn *fn, Signature *sig, u32 i, bool spread) {
  u32 np = sig->params->n;
  if (!sig->variadic || i < np - 1 || !spread) return fn_type(fn, sig->params->vars[i]->type);
  return fn_type(fn, ((Slice *)under_of(fn, sig->params->vars[np - 1]->type))->elem);
}

void lower_args(Fn *fn, CallExpr *c, Signature *sig, IrValue **out) {
  u32 np = sig->params ? sig->params->n : 0, n = c->args.n;
  bool multi = n == 1 && c->args.v[0]->type && c->args.v[0]->type->kind == TYPE_TUPLE;
  Tuple *tuple = multi ? (Tuple *)c->args.v[0]->type : NULL;
  if (multi) n = tuple->n;
  bool spread = sig->variadic && !c->has_dots;
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  IrValue *all = multi ? lower_expr(fn, c->args.v[0]) : NULL;
  for (u32 i = 0; i < n; i++) {
    Type *pt = param_type(fn, sig, i, spread);
    if (multi)
      vals[i] = convert_implicit(fn, results_at(fn, all, tuple, i), fn_type(fn, tuple->vars[i]->type), pt);
    else vals[i] = lower_expr_to(fn, c->args.v[i], pt);
  }
  set_pos(fn, c);
  for (u32 i = 0; i < np; i++) {
    if (spread && i == np - 1)
      out[i] = pack_variadic(fn, fn_type(fn, sig->params->vars[i]->type), vals + i, n - i,
                             c->e.esc & ESC_ARGS);
    else out[i] = vals[i];
  }
}

/* ---- the call itself ---- */
static u32 window(IrValue **out, u32 k, IrValue **args, u32 nargs, u32 *slots) {
  for (u32 i = 0; i < nargs; i++) {
    if (args[i]->shape->nslots == 0) continue;
    *slots += args[i]->shape->nslots;
    out[k++] = args[i];
  }
  return k;
}

IrValue *call_callee(Fn *fn, const Callee *c, IrValue **args, u32 nargs) {
  IrValue **a = NEW_ARRAY(&fn->f->arena, IrValue *, nargs + 3);
  const IrShape *result = results_shape(fn, c->sig->results);
  u32 slots = 0, k = 0;
  IrValue *v;
  switch (c->kind) {
  case CALLEE_FUNC:
    if (c->recv) k = window(a, 0, (IrValue **)&c->recv, 1, &slots);
    k = window(a, k, args, nargs, &slots);
    v = ir_value_v(fn->f, fn->b, BC_CALL, result, k, a);
    v->imm = c->func;
    v->u[0] = slots;
    v->u[1] = result->nslots;
    return v;
  case CALLEE_VALUE:
    a[0] = c->fn;
    k = window(a, 1, args, nargs, &slots);
    v = ir_value_v(fn->f, fn->b, BC_CALLC, result, k, a);
    v->u[0] = slots;
    v->u[1] = result->nslots;
    return v;
  case CALLEE_IFACE: break;
  }
  a[0] = extract(fn, c->fn, 0, &ir_shape_ptr);
  a[1] = extract(fn, c->fn, 1, &ir_shape_ptr);
  slots = 1;
  k = window(a, 2, args, nargs, &slots);
  v = ir_value_v(fn->f, fn->b, BC_CALLI, result, k, a);
  v->u[0] = c->method;
  v->imm = (i64)(slots | result->nslots << 16);
  return v;
}

void tail_callee(Fn *fn, const Callee *c, IrValue **args, u32 nargs) {
  u32 nres = results_shape(fn, c->sig->results)->nslots;
  if (c->kind == CALLEE_VALUE || nres != fn->f->nres) { /* go and defer drop results */
    call_callee(fn, c, args, nargs);
    ir_term(fn->f, fn->b, BC_RET0, 0);
    return;
  }
  IrValue **a = NEW_ARRAY(&fn->f->arena, IrValue *, nargs + 3);
  u32 slots = 0, k = 0;
  bool iface = c->kind == CALLEE_IFACE;
  if (iface) {
    a[0] = extract(fn, c->fn, 0, &ir_shape_ptr);
    a[1] = extract(fn, c->fn, 1, &ir_shape_ptr);
    slots = 1;
    k = 2;
  } else if (c->recv) {
    k = window(a, 0, (IrValue **)&c->recv, 1, &slots);
  }
  k = window(a, k, args, nargs, &slots);
  IrValue *t = ir_term_v(fn->f, fn->b, iface ? BC_TAILI : BC_TAILCALL, k, a);
  if (iface) {
    t->u[0] = c->method;
    t->imm = (i64)(slots | nres << 16);
  } else {
    t->imm = c->func;
    t->u[0] = slots;
    t->u[1] = nres;
  }
}

bool is_conversion(const CallExpr *c) { return ast_unparen(c->fun)->mode == TV_TYPE; }

bool is_builtin_call(const CallExpr *c, BuiltinId *id) {
  Expr *f = ast_unparen(c->fun);
  Object *o = NULL;
  if (f->n.kind == N_Name) o = ((Name *)f)->obj;
  if (f->n.kind == N_SelectorExpr && !((SelectorExpr *)f)->selection) o = ((SelectorExpr *)f)->sel->obj;
  if (!o || o->kind != OBJ_BUILTIN) return false;
  *id = o->builtin;
  return true;
}

static IrValue *lower_conversion(Fn *fn, CallExpr *c) {
  Expr *x = c->args.v[0];
  Type *to = expr_type(fn, &c->e);
  const Layout *dst = lower_layout(fn->lw, to);
  if (dst->vc == VC_IFACE || x->mode == TV_NILVALUE) return lower_expr_to(fn, x, to);
  Type *from = expr_type(fn, x);
  bool number = dst->vc == VC_INT || dst->vc == VC_FLOAT || dst->vc == VC_COMPLEX;
  if (x->val && number && const_kind(x->val) >= CONST_INT)
    return const_value(fn, x->val, to); /* to a type parameter */
  IrValue *v = lower_expr(fn, x);
  set_pos(fn, c);
  IrValue *text = c->e.esc ? convert_text_in_frame(fn, v, c->e.esc, from, to) : NULL;
  return text ? text : convert_explicit(fn, v, from, to);
}

/* uintptr(unsafe.Pointer(p)) as an argument of a function that keeps p alive: p's value. */
static Expr *kept_pointer(Expr *e) {
  e = ast_unparen(e);
  if (e->n.kind != N_CallExpr || e->val || !is_conversion((CallExpr *)e)) return NULL;
  Expr *x = ((CallExpr *)e)->args.v[0];
  Type *to = type_under(e->type), *from = x->type ? type_under(x->type) : NULL;
  bool match = to == typ[BK_UINTPTR] && from == typ[BK_UNSAFEPOINTER];
  return match ? x : NULL;
}

/* For functions with //go:uintptrkeepalive or uintptrescapes: evaluates the pointers that the call must keep
 * alive into keep[] (room for one per argument) and the memo; how many. */
u32 keep_alive_operands(Fn *fn, CallExpr *call, const Callee *c, IrValue **keep) {
  const FuncDecl *d = c->obj ? obj_origin(c->obj)->decl : NULL;
  if (!d || !d->pragma || !(d->pragma->flags & (PRAGMA_UINTPTRKEEPALIVE | PRAGMA_UINTPTRESCAPES))) return 0;
  u32 n = 0;
  for (u32 i = 0; i < call->args.n; i++) {
    Expr *p = kept_pointer(call->args.v[i]);
    if (!p) continue;
    keep[n] = lower_expr(fn, p);
    memo_push(fn, p, keep[n++]);
  }
  return n;
}

IrValue *lower_call(Fn *fn, CallExpr *call) {
  BuiltinId id;
  if (is_conversion(call)) return lower_conversion(fn, call);
  if (is_builtin_call(call, &id)) return lower_builtin(fn, call, id);
  Callee c;
  resolve_callee(fn, &c, call);
  u32 np = c.sig->params ? c.sig->params->n : 0, memo = fn->memo.n;
  IrValue **args = NEW_ARRAY(&fn->f->arena, IrValue *, np + 1);
  IrValue **keep = NEW_ARRAY(&fn->f->arena, IrValue *, call->args.n + 1);
  u32 nkeep = keep_alive_operands(fn, call, &c, keep);
  lower_args(fn, call, c.sig, args);
  fn->memo.n = memo;
  set_pos(fn, call);
  u16 op;
  if (c.kind == CALLEE_FUNC && !c.recv && c.obj && lower_is_intrinsic(c.obj, &op))
    return ir_value_v(fn->f, fn->b, op, results_shape(fn, c.sig->results), np, args);
  IrValue *v = call_callee(fn, &c, args, np);
  for (u32 i = 0; i < nkeep; i++) op1(fn, BC_KEEP, &ir_shape_none, keep[i]);
  return v;
}

void lower_callee(Fn *fn, CallExpr *call, Callee *c) {
  resolve_callee(fn, c, call);
  if (c->kind == CALLEE_FUNC && c->func == BC_NONE) c->func = lower_func(fn->lw, c->obj, NULL);
}

/* ---- methods as values ---- */
IrValue *lower_method_value(Fn *fn, SelectorExpr *s) {
  Callee c = {0};
  c.sig = (Signature *)under_of(fn, s->e.type);
  resolve_selector(fn, &c, s);
  if (c.kind == CALLEE_IFACE) op1(fn, BC_NILCHK, &ir_shape_none, extract(fn, c.fn, 0, &ir_shape_ptr));
  return bound_method(fn, &c, s->selection->obj->name, s->e.esc & ESC_SELF);
}

IrValue *lower_method_expr(Fn *fn, SelectorExpr *s) {
  Object *m = s->selection->obj;
  u32 f = lower_method(fn->lw, expr_type(fn, s->x), m->pkg, m->name, false);
  return with_imm(op0(fn, BC_LDFN, &ir_shape_ptr), f);
}

/* lower_expr.c - expressions.
 *
 * lower_expr gives the value in the expression's own (substituted) type; lower_expr_to adds the implicit
 * conversion that an assignment context needs. Constant expressions are materialised from the checker's value
 * and never evaluated again. Not here: operators (lower_expr_op.c), composite literals (lower_expr_lit.c),
 * places (lower_expr_place.c), calls. */
#include "frontend/lower_priv.h"

static IrValue *lower_name(Fn *fn, Name *n) {
  Object *o = n->obj;
  if (n->e.mode == TV_NILVALUE || (o && o->kind == OBJ_NIL)) return zero_value(fn, expr_layout(fn, &n->e));
  CHECK(o);
  if (o->kind == OBJ_FUNC) return lower_func_value(fn, o, n->inst);
  return place_load(fn, place_of_obj(fn, o));
}

/* The field path of x.f on a value that has no place; pointers on the way were handled by is_placeable. */
static IrValue *field_of_value(Fn *fn, SelectorExpr *s) {
  Type *t = expr_type(fn, s->x);
  IrValue *v = lower_expr(fn, s->x);
  set_pos(fn, s);
  i64 off = 0;
  Type *agg = t;
  for (u32 i = 0; i < s->selection->nindex; i++) off += field_offset(fn, t, (u32)s->selection->index[i], &t);
  return agg_field(fn, v, lower_layout(fn->lw, agg), off, lower_layout(fn->lw, t));
}

static IrValue *lower_selector(Fn *fn, SelectorExpr *s) {
  if (!s->selection) {
    Object *o = s->sel->obj;
    if (o->kind == OBJ_FUNC) return lower_func_value(fn, o, s->sel->inst);
    return place_load(fn, place_of_obj(fn, o));
  }
  if (s->selection->kind == SEL_METHOD_VAL) return lower_method_value(fn, s);
  if (s->selection->kind == SEL_METHOD_EXPR) return lower_method_expr(fn, s);
  if (is_placeable(fn, &s->e)) {
    Place p = place_of(fn, &s->e);
    set_pos(fn, s);
    return place_load(fn, p);
  }
  return field_of_value(fn, s);
}

static IrValue *index_string(Fn *fn, IndexExpr *x) {
  IrValue *s = lower_expr(fn, x->x), *i = lower_expr(fn, x->index);
  set_pos(fn, x);
  return op2(fn, BC_LDX_STR, &ir_shape_word, s, i);
}

/* The generic function that x denotes in x[T1, T2] or by inference; NULL when x is something else. */
static Name *generic_name(Expr *x) {
  x = ast_unparen(x);
  if (x->n.kind == N_Name) return (Name *)x;
  if (x->n.kind == N_SelectorExpr && !((SelectorExpr *)x)->selection) return ((SelectorExpr *)x)->sel;
  return NULL;
}

/* m[string(b)], read: the key need not be a copy. Puts it into the memo. */
static void view_key(Fn *fn, IndexExpr *x) {
  Type *u = under_of(fn, x->x->type);
  if (u->kind != TYPE_MAP || has_call(fn, x->x) || has_call(fn, x->index)) return;
  if (lower_layout(fn->lw, fn_type(fn, ((Map *)u)->key))->vc != VC_STRING) return;
  IrValue *key = string_view(fn, x->index);
  if (key) memo_push(fn, x->index, key);
}

static IrValue *lower_index(Fn *fn, IndexExpr *x) {
  Name *g = generic_name(x->x);
  if (g && g->obj && g->obj->kind == OBJ_FUNC) return lower_func_value(fn, g->obj, g->inst);
  Type *u = under_of(fn, x->x->type);
  if (u->kind == TYPE_BASIC) return index_string(fn, x);
  if (u->kind == TYPE_ARRAY && !is_placeable(fn, x->x)) {
    i64 k;
    const Layout *elem = fn_layout(fn, ((Array *)u)->elem);
    if (x->index->val && const_int64_val(const_to_int(x->index->val), &k)) {
      IrValue *v = lower_expr(fn, x->x);
      set_pos(fn, x);
      return agg_field(fn, v, expr_layout(fn, x->x), k * elem->size, elem);
    }
  }
  u32 memo = fn->memo.n;
  view_key(fn, x);
  Place p = place_of(fn, &x->e);
  fn->memo.n = memo;
  set_pos(fn, x);
  return place_load(fn, p);
}

static IrValue *optional(Fn *fn, Expr *e, i64 dflt) { return e ? lower_expr(fn, e) : k64(fn, dflt); }

static IrValue *slice_string(Fn *fn, SliceExpr *s) {
  IrValue *x = lower_expr(fn, s->x), *lo = optional(fn, s->index[0], 0);
  IrValue *hi = s->index[1] ? lower_expr(fn, s->index[1]) : extract(fn, x, 1, &ir_shape_word);
  set_pos(fn, s);
  return op3(fn, BC_SLICE_STR, &ir_shape_str, x, lo, hi);
}

/* The operand as a slice: an array is sliced through its address. */
static IrValue *slice_operand(Fn *fn, SliceExpr *s, Type *u, Type **elem) {
  if (u->kind == TYPE_SLICE) {
    *elem = fn_type(fn, ((Slice *)u)->elem);
    return lower_expr(fn, s->x);
  }
  IrValue *p;
  if (u->kind == TYPE_POINTER) {
    p = lower_expr(fn, s->x);
    u = under_of(fn, ((Pointer *)u)->base);
    set_pos(fn, s);
    op1(fn, BC_NILCHK, &ir_shape_none, p);
  } else {
    p = lower_address(fn, s->x);
  }
  Array *a = (Array *)u;
  *elem = fn_type(fn, a->elem);
  IrValue *len = k64(fn, a->len);
  return op3(fn, BC_MK3, &ir_shape_slice, p, len, len);
}

/* The upper bound of a slice of an array: gc's panic speaks of the array's length, SLICE's of a capacity. */
static void check_array_bound(Fn *fn, Expr *bound, IrValue *v, i64 len, const char *panic) {
  if (!bound || bound->val) return;
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  ir_branch(fn->f, fn->b, op2(fn, BC_LT_U64, &ir_shape_word, k64(fn, len), v), bad, ok);
  start_block(fn, bad);
  call_runtime(fn, panic, NULL, 2, v, k64(fn, len));
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
}

static i64 array_len(Fn *fn, Type *u) {
  if (u->kind == TYPE_POINTER) u = under_of(fn, ((Pointer *)u)->base);
  return u->kind == TYPE_ARRAY ? ((Array *)u)->len : -1;
}

IrValue *lower_slice_expr(Fn *fn, SliceExpr *s) {
  Type *u = under_of(fn, s->x->type), *elem;
  if (u->kind == TYPE_INTERFACE) u = type_core(u);
  if (!u || u->kind == TYPE_BASIC) return slice_string(fn, s);
  IrValue *x = slice_operand(fn, s, u, &elem);
  IrValue *lo = optional(fn, s->index[0], 0);
  IrValue *hi = s->index[1] ? lower_expr(fn, s->index[1]) : extract(fn, x, 1, &ir_shape_word);
  const Layout *ely = lower_layout(fn->lw, elem);
  i64 len = array_len(fn, u);
  if (!s->full) {
    set_pos(fn, s);
    if (len >= 0) check_array_bound(fn, s->index[1], hi, len, "runtime.goPanicSliceAlen");
    return with_imm(op3(fn, BC_SLICE, &ir_shape_slice, x, lo, hi), ely->size);
  }
  IrValue *max = lower_expr(fn, s->index[2]);
  set_pos(fn, s);
  if (len >= 0) check_array_bound(fn, s->index[2], max, len, "runtime.goPanicSlice3Alen");
  IrValue *bounds = op3(fn, BC_MK3, &ir_shape_3words, lo, hi, max);
  return with_imm(op2(fn, BC_SLICE3, &ir_shape_slice, x, bounds), ely->size);
}

static IrValue *receive(Fn *fn, Operation *o, IrValue **ok) {
  Type *ct = expr_type(fn, o->x);
  Type *u = type_under(ct);
  if (u->kind != TYPE_CHAN) u = type_core(ct);
  const Layout *ly = fn_layout(fn, ((Chan *)u)->elem);
  IrValue *ch = lower_expr(fn, o->x);
  set_pos(fn, o);
  u32 n = ly->shape.nslots;
  if (!ok) {
    IrValue *v = op1(fn, BC_RECV, &ly->shape, ch);
    v->u[0] = n;
    return n ? v : zero_value(fn, ly);
  }
  IrValue *v = op1(fn, BC_RECV2, shape_with_bool(fn, ly), ch);
  v->u[0] = n;
  *ok = extract(fn, v, n, &ir_shape_word);
  return n ? extract(fn, v, 0, &ly->shape) : zero_value(fn, ly);
}

const IrShape *shape_with_bool(Fn *fn, const Layout *ly) {
  u32 n = ly->shape.nslots + 1;
  u64 *bits = NEW_ARRAY(&fn->f->arena, u64, (n + 63) / 64);
  memcpy(bits, ly->shape.ptrs ? ly->shape.ptrs : bits,
         ly->shape.nslots ? (ly->shape.nslots + 63) / 64 * 8 : 0);
  IrShape *s = NEW(&fn->f->arena, IrShape);
  *s = (IrShape){n, bits};
  return s;
}

static IrValue *map_index_ok(Fn *fn, IndexExpr *x, IrValue **ok) {
  u32 memo = fn->memo.n;
  view_key(fn, x);
  Place p = place_of(fn, &x->e);
  fn->memo.n = memo;
  set_pos(fn, x);
  u32 n = p.ly->shape.nslots;
  IrValue *v = op2(fn, BC_MAPGET2, shape_with_bool(fn, p.ly), p.base, p.index);
  v->imm = p.map_type;
  v->u[0] = n;
  *ok = extract(fn, v, n, &ir_shape_word);
  return n ? extract(fn, v, 0, &p.ly->shape) : zero_value(fn, p.ly);
}

IrValue *lower_comma_ok(Fn *fn, Expr *e, IrValue **ok) {
  e = ast_unparen(e);
  switch (e->n.kind) {
  case N_IndexExpr: return map_index_ok(fn, (IndexExpr *)e, ok);
  case N_AssertExpr: return lower_assert(fn, (AssertExpr *)e, ok);
  default: return receive(fn, (Operation *)e, ok);
  }
}

IrValue *lower_address(Fn *fn, Expr *e) {
  e = ast_unparen(e);
  if (e->n.kind == N_CompositeLit) {
    const Layout *ly = expr_layout(fn, e);
    set_pos(fn, e);
    IrLocal *area = e->esc & ESC_ADDR && ly->vc == VC_AGG ? addressed_local(fn, ly, NULL) : NULL;
    if (area) {
      complit_fill(fn, (CompositeLit *)e, place_of_local(area, ly), false);
      return place_addr(fn, place_of_local(area, ly));
    }
    IrValue *p = lower_alloc(fn, ly, e->esc & ESC_ADDR);
    if (ly->vc == VC_AGG) complit_fill(fn, (CompositeLit *)e, place_of_mem(p, 0, ly), true);
    else store_mem(fn, p, 0, ly, lower_expr(fn, e));
    return p;
  }
  Place p = place_of(fn, e);
  set_pos(fn, e);
  if (p.kind == PL_MEM && e->n.kind == N_Name && p.off == 0) return p.base;
  return place_addr(fn, p);
}

static IrValue *lower_unary(Fn *fn, Operation *o) {
  switch (o->op) {
  case OP_AND: return lower_address(fn, o->x);
  case OP_MUL: {
    IrValue *v = lower_returned_literal(fn, o);
    if (v) return v;
    Place p = place_of(fn, &o->e);
    set_pos(fn, o);
    return place_load(fn, p);
  }
  case OP_RECV: return receive(fn, o, NULL);
  default: return lower_operation(fn, o);
  }
}

/* The list a, b of a call statement's multi-value position never gets here. */
static IrValue *lower_expr_kind(Fn *fn, Expr *e) {
  switch (e->n.kind) {
  case N_Name: return lower_name(fn, (Name *)e);
  case N_ParenExpr: return lower_expr(fn, ((ParenExpr *)e)->x);
  case N_FuncLit: return lower_func_lit(fn, (FuncLit *)e);
  case N_CompositeLit: return lower_complit(fn, (CompositeLit *)e);
  case N_SelectorExpr: return lower_selector(fn, (SelectorExpr *)e);
  case N_IndexExpr: return lower_index(fn, (IndexExpr *)e);
  case N_SliceExpr: return lower_slice_expr(fn, (SliceExpr *)e);
  case N_AssertExpr: return lower_assert(fn, (AssertExpr *)e, NULL);
  case N_CallExpr: return lower_call(fn, (CallExpr *)e);
  case N_Operation: {
    Operation *o = (Operation *)e;
    return o->y ? lower_operation(fn, o) : lower_unary(fn, o);
  }
  default: BUG("expression node %d", e->n.kind);
  }
}

IrValue *lower_expr(Fn *fn, Expr *e) {
  if (fn->memo.n) {
    IrValue *v = memo_find(fn, e);
    if (v) return v;
  }
  set_pos(fn, e);
  if (e->val) {
    Type *t = expr_type(fn, e);
    if (type_under(t)->kind != TYPE_INTERFACE) return const_value(fn, e->val, t);
    return const_iface(fn, e->val, const_default_type(e->val), t);
  }
  if (e->mode == TV_NILVALUE) return zero_value(fn, expr_layout(fn, e));
  return lower_expr_kind(fn, e);
}

Type *const_default_type(const Const *c) {
  switch (const_kind(c)) {
  case CONST_BOOL: return typ[BK_BOOL];
  case CONST_STRING: return typ[BK_STRING];
  case CONST_INT: return typ[BK_INT];
  case CONST_FLOAT: return typ[BK_FLOAT64];
  default: return typ[BK_COMPLEX128];
  }
}

/* An interface value of a large array or struct: copied in memory. */
static IrValue *big_iface(Fn *fn, Expr *e, Type *from, Type *to) {
  IrValue *box = with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, from));
  const Layout *ly = lower_layout(fn->lw, from);
  Place p = place_of_mem(box, 0, ly);
  if (!copy_big(fn, &p, e, from)) place_store(fn, p, lower_expr(fn, e));
  return op2(fn, BC_MK2, &ir_shape_iface, iface_word_of(fn, from, to), box);
}

IrValue *lower_expr_to(Fn *fn, Expr *e, Type *to) {
  const Layout *dst = lower_layout(fn->lw, to);
  if (e->mode == TV_NILVALUE || (e->type && type_unalias(e->type) == typ[BK_UNTYPED_NIL])) {
    set_pos(fn, e);
    return zero_value(fn, dst);
  }
  Type *from = expr_type(fn, e);
  if (e->val && dst->vc == VC_IFACE && lower_layout(fn->lw, from)->vc != VC_IFACE) {
    set_pos(fn, e);
    return const_iface(fn, e->val, from, to);
  }
  if (dst->vc == VC_IFACE && lower_layout(fn->lw, from)->size > BIG_LOCAL) return big_iface(fn, e, from, to);
  IrValue *v = lower_expr(fn, e);
  set_pos(fn, e);
  if (e->esc & ESC_BOX && dst->vc == VC_IFACE && lower_layout(fn->lw, from)->vc != VC_IFACE)
    return make_iface_in(fn, v, from, to, true);
  return convert_implicit(fn, v, from, to);
}

void lower_effect(Fn *fn, Expr *e) {
  Expr *x = ast_unparen(e);
  if (x->n.kind == N_CallExpr && !x->val) {
    set_pos(fn, x);
    lower_call(fn, (CallExpr *)x);
    return;
  }
  lower_expr(fn, x);
}

void lower_multi(Fn *fn, Expr *list, u32 n, Type **to, IrValue **out) {
  if (n > 1 && expr_list_len(list) == 1) {
    Expr *e = ast_unparen(expr_list_at(list, 0));
    if (e->n.kind != N_CallExpr) { /* comma-ok */
      Tuple *t = e->type->kind == TYPE_TUPLE ? (Tuple *)e->type : NULL;
      Type *vt = t ? fn_type(fn, t->vars[0]->type) : expr_type(fn, e);
      IrValue *ok;
      out[0] = lower_comma_ok(fn, e, &ok);
      out[1] = ok;
      if (to && to[0]) out[0] = convert_implicit(fn, out[0], vt, to[0]);
      if (to && to[1]) out[1] = convert_implicit(fn, ok, typ[BK_BOOL], to[1]);
      return;
    }
    Tuple *t = (Tuple *)e->type;
    IrValue *call = lower_expr(fn, e);
    for (u32 i = 0; i < n; i++) {
      out[i] = results_at(fn, call, t, i);
      if (to && to[i]) out[i] = convert_implicit(fn, out[i], fn_type(fn, t->vars[i]->type), to[i]);
    }
    return;
  }
  for (u32 i = 0; i < n; i++) {
    Expr *e = expr_list_at(list, i);
    out[i] = to && to[i] ? lower_expr_to(fn, e, to[i]) : lower_expr(fn, e);
  }
}

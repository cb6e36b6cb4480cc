/* lower_stmt_range.c - for ... range over integers, strings, arrays, slices, maps and channels.
 *
 * The range expression is evaluated once; a hidden index or iterator drives the loop, and the iteration
 * variables are assigned (or declared anew, Go 1.22) at the start of each iteration. Over functions:
 * lower_rangefunc.c. */
#include "frontend/lower_priv.h"

typedef struct Loop {
  Fn *fn;
  ForStmt *s;
  RangeClause *r;
  Expr *key, *value; /* NULL: absent or blank */
  IrBlock *head, *body, *cont, *done;
  BranchTarget target;
  bool fresh; /* := and one set of variables per iteration */
} Loop;

static Expr *range_lhs(RangeClause *r, u32 i) {
  if (expr_list_len(r->lhs) <= i) return NULL;
  Expr *e = expr_list_at(r->lhs, i);
  return is_blank_expr(e) ? NULL : e;
}

static void loop_init(Loop *l, Fn *fn, ForStmt *s) {
  RangeClause *r = (RangeClause *)s->init;
  *l = (Loop){.fn = fn, .s = s, .r = r, .key = range_lhs(r, 0), .value = range_lhs(r, 1)};
  l->head = new_block(fn);
  l->body = new_block(fn);
  l->cont = new_block(fn);
  l->done = new_block(fn);
  l->fresh = per_iteration_vars(fn, s);
  for (u32 i = 0; r->def && !l->fresh && i < 2; i++) {
    Expr *e = range_lhs(r, i);
    if (e && defines_name(e)) var_declare_init(fn, ((Name *)e)->obj, NULL);
  }
}

static void loop_enter(Loop *l) {
  jump_to(l->fn, l->head);
  l->fn->b = l->head;
}

/* Gives the iteration variables their values: v2 NULL when there is no second one. */
static void loop_assign(Loop *l, IrValue *v1, Type *t1, IrValue *v2, Type *t2) {
  Fn *fn = l->fn;
  bool def = l->r->def && l->fresh;
  u32 memo = fn->memo.n;
  set_pos(fn, l->r);
  if (!l->r->def && l->key && l->value) {
    snapshot_place(fn, l->key);
    snapshot_place(fn, l->value);
  }
  if (l->key && v1) lower_assign_to(fn, l->key, v1, t1, def);
  if (l->value && v2) lower_assign_to(fn, l->value, v2, t2, def);
  fn->memo.n = memo;
}

static void loop_body(Loop *l) {
  Fn *fn = l->fn;
  push_target(fn, &l->target, &l->s->s, l->done, l->cont);
  lower_block(fn, l->s->body);
  fn->targets = l->target.up;
  jump_to(fn, l->cont);
  start_block(fn, l->cont);
  set_pos(fn, l->s);
}

static void loop_close(Loop *l) {
  jump_to(l->fn, l->head);
  ir_seal(l->fn->f, l->head);
  start_block(l->fn, l->done);
}

static IrVar *counter(Fn *fn, IrValue *init) {
  IrVar *v = ir_var_new(fn->f, &ir_shape_word, NULL);
  ir_var_write(fn->f, fn->b, v, init);
  return v;
}
static void increment(Fn *fn, IrVar *v, const Layout *ly) {
  ir_var_write(fn->f, fn->b, v, add_const(fn, ly, ir_var_read(fn->f, fn->b, v), 1));
}

static void range_int(Loop *l, Expr *x) {
  Fn *fn = l->fn;
  Type *t = l->key && x->val ? lhs_type(fn, l->key) : expr_type(fn, x);
  const Layout *ly = lower_layout(fn->lw, t);
  IrValue *n = x->val ? const_value(fn, x->val, t) : lower_expr(fn, x);
  IrVar *i = counter(fn, k64(fn, 0));
  loop_enter(l);
  IrValue *iv = ir_var_read(fn->f, fn->b, i);
  ir_branch(fn->f, fn->b, compare_values(fn, OP_LSS, ly, iv, n), l->body, l->done);
  start_block(fn, l->body);
  loop_assign(l, iv, t, NULL, NULL);
  loop_body(l);
  increment(fn, i, ly);
  loop_close(l);
}

static void range_string(Loop *l, Expr *x) {
  Fn *fn = l->fn;
  IrValue *s = lower_expr(fn, x);
  IrVar *i = counter(fn, k64(fn, 0)), *next = ir_var_new(fn->f, &ir_shape_word, NULL);
  loop_enter(l);
  IrValue *iv = ir_var_read(fn->f, fn->b, i);
  ir_branch(fn->f, fn->b, op2(fn, BC_LT_I64, &ir_shape_word, iv, extract(fn, s, 1, &ir_shape_word)), l->body,
            l->done);
  start_block(fn, l->body);
  IrValue *rn = op2(fn, BC_STR_NEXT, &ir_shape_2words, s, iv);
  ir_var_write(fn->f, fn->b, next, extract(fn, rn, 1, &ir_shape_word));
  loop_assign(l, iv, typ[BK_INT], extract(fn, rn, 0, &ir_shape_word), typ[BK_INT32]);
  loop_body(l);
  ir_var_write(fn->f, fn->b, i, ir_var_read(fn->f, fn->b, next));
  loop_close(l);
}

/* Slices, and arrays in a given place: `elems` is a slice value or, when NULL, the place. */
static void range_elems(Loop *l, IrValue *elems, const Place *array, IrValue *n, Type *elem, i64 len) {
  Fn *fn = l->fn;
  const Layout *ely = fn_layout(fn, elem), *ily = lower_layout(fn->lw, typ[BK_INT]);
  IrVar *i = counter(fn, k64(fn, 0));
  loop_enter(l);
  IrValue *iv = ir_var_read(fn->f, fn->b, i), *v = NULL;
  ir_branch(fn->f, fn->b, op2(fn, BC_LT_I64, &ir_shape_word, iv, n), l->body, l->done);
  start_block(fn, l->body);
  set_pos(fn, l->r);
  if (l->value && elems) v = place_load(fn, (Place){.kind = PL_SLICE, .base = elems, .index = iv, .ly = ely});
  else if (l->value) v = place_load(fn, place_elem(fn, *array, iv, NULL, ely, len));
  loop_assign(l, iv, typ[BK_INT], v, ely->type);
  loop_body(l);
  increment(fn, i, ily);
  loop_close(l);
}

static void range_slice(Loop *l, Expr *x, Slice *u) {
  IrValue *s = lower_expr(l->fn, x);
  range_elems(l, s, NULL, extract(l->fn, s, 1, &ir_shape_word), u->elem, 0);
}

static void range_array_ptr(Loop *l, Expr *x, Array *a) {
  Fn *fn = l->fn;
  IrValue *p = lower_expr(fn, x);
  Place pl = place_of_mem(p, 0, fn_layout(fn, &a->t));
  range_elems(l, NULL, &pl, k64(fn, a->len), a->elem, a->len);
}

/* The array is copied when its elements are used. */
static void range_array(Loop *l, Expr *x, Array *a) {
  Fn *fn = l->fn;
  const Layout *ly = expr_layout(fn, x);
  IrValue *n = k64(fn, a->len);
  if (!l->value) {
    if (has_call(fn, x)) lower_expr(fn, x);
    range_elems(l, NULL, NULL, n, a->elem, a->len);
    return;
  }
  Place copy;
  if (ly->size > BIG_LOCAL) {
    IrValue *p = with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, ly->type));
    copy = place_of_mem(p, 0, ly);
    if (is_placeable(fn, x))
      op2(fn, BC_MOVE_T, &ir_shape_none, p, place_addr(fn, place_of(fn, x)))->imm =
          lower_type(fn->lw, ly->type);
    else store_mem(fn, p, 0, ly, lower_expr(fn, x));
  } else {
    copy = place_of_local(temp_local(fn, ly), ly);
    place_store(fn, copy, lower_expr(fn, x));
  }
  range_elems(l, NULL, &copy, n, a->elem, a->len);
}

static void range_map(Loop *l, Expr *x, Type *t, Map *m) {
  Fn *fn = l->fn;
  IrValue *map = lower_expr(fn, x);
  set_pos(fn, l->r);
  IrValue *it = with_imm(op1(fn, BC_MAPITER, &ir_shape_ptr, map), lower_type(fn->lw, t));
  loop_enter(l);
  IrValue *more = op1(fn, BC_MAPNEXT, &ir_shape_word, it);
  ir_branch(fn->f, fn->b, more, l->body, l->done);
  start_block(fn, l->body);
  Type *kt = fn_type(fn, m->key), *vt = fn_type(fn, m->elem);
  const Layout *ptr = lower_layout(fn->lw, typ[BK_UNSAFEPOINTER]);
  IrValue *k = NULL, *v = NULL;
  if (l->key) k = load_mem(fn, load_mem(fn, it, 0, ptr), 0, lower_layout(fn->lw, kt));
  if (l->value) v = load_mem(fn, load_mem(fn, it, 8, ptr), 0, lower_layout(fn->lw, vt));
  loop_assign(l, k, kt, v, vt);
  loop_body(l);
  loop_close(l);
}

static void range_chan(Loop *l, Expr *x, Chan *c) {
  Fn *fn = l->fn;
  IrValue *ch = lower_expr(fn, x);
  const Layout *ly = fn_layout(fn, c->elem);
  u32 n = ly->shape.nslots;
  loop_enter(l);
  set_pos(fn, l->r);
  IrValue *r = op1(fn, BC_RECV2, shape_with_bool(fn, ly), ch);
  r->u[0] = n;
  ir_branch(fn->f, fn->b, extract(fn, r, n, &ir_shape_word), l->body, l->done);
  start_block(fn, l->body);
  loop_assign(l, n ? extract(fn, r, 0, &ly->shape) : zero_value(fn, ly), ly->type, NULL, NULL);
  loop_body(l);
  loop_close(l);
}

void lower_range(Fn *fn, ForStmt *s) {
  RangeClause *r = (RangeClause *)s->init;
  Expr *x = ast_unparen(r->x);
  Type *t = expr_type(fn, x), *u = type_under(t);
  if (u->kind == TYPE_INTERFACE) u = type_core(t);
  set_pos(fn, r);
  if (u->kind == TYPE_SIGNATURE) {
    lower_range_func(fn, s, r);
    return;
  }
  Loop l;
  loop_init(&l, fn, s);
  switch (u->kind) {
  case TYPE_BASIC:
    if (((Basic *)u)->info & BI_STRING) range_string(&l, x);
    else range_int(&l, x);
    return;
  case TYPE_SLICE: range_slice(&l, x, (Slice *)u); return;
  case TYPE_ARRAY: range_array(&l, x, (Array *)u); return;
  case TYPE_POINTER: range_array_ptr(&l, x, (Array *)under_of(fn, ((Pointer *)u)->base)); return;
  case TYPE_MAP: range_map(&l, x, t, (Map *)u); return;
  case TYPE_CHAN: range_chan(&l, x, (Chan *)u); return;
  default: BUG("range over %s", type_symbol(fn->lw, t)->s);
  }
}

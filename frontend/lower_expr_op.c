/* lower_expr_op.c - unary and binary operators, comparisons, conditions.
 *
 * Which opcode: by the Layout of the operands (ADD_64 for 64-bit integers, ADD_I32, ..., ADD_F64, CONCAT).
 * The integer rows of one width are consecutive in opcodes.def, in the order of enum IntOp. */
#include "frontend/lower_priv.h"

enum IntOp { INT_ADD, INT_SUB, INT_MUL, INT_SHL, INT_NEG, INT_NOT, INT_ADDI, INT_OPS };
static_assert(BC_ADDI_64 == BC_ADD_64 + INT_ADDI && BC_ADD_I32 == BC_ADD_64 + INT_OPS &&
                  BC_ADD_U8 == BC_ADD_64 + 6 * INT_OPS,
              "order of the integer rows");

static u16 int_op(const Layout *ly, enum IntOp k) {
  int w = ly->size == 8 ? 0 : ly->size == 4 ? 1 : ly->size == 2 ? 3 : 5;
  if (w && !ly->is_signed) w++;
  return (u16)(BC_ADD_64 + w * INT_OPS + (int)k);
}

IrValue *add_const(Fn *fn, const Layout *ly, IrValue *x, i64 k) {
  return with_imm(op1(fn, int_op(ly, INT_ADDI), &ir_shape_word, x), k);
}

/* A constant operand that fits the imm column. */
static bool const_imm(const Expr *e, i64 *k) {
  if (!e || !e->val) return false;
  const Const *c = e->val;
  if (const_kind(c) == CONST_BOOL) return *k = const_bool_val(c), true;
  if (const_kind(c) == CONST_STRING) return false;
  return const_int64_val(const_to_int(c), k) && *k == (i32)*k;
}

/* ---- integers ---- */
static IrValue *int_imm(Fn *fn, Op op, const Layout *ly, IrValue *x, i64 k) {
  const IrShape *s = &ir_shape_word;
  switch (op) {
  case OP_ADD: return with_imm(op1(fn, int_op(ly, INT_ADDI), s, x), k);
  case OP_SUB: return k == INT32_MIN ? NULL : with_imm(op1(fn, int_op(ly, INT_ADDI), s, x), -k);
  case OP_MUL: return ly->size == 8 ? with_imm(op1(fn, BC_MULI_64, s, x), k) : NULL;
  case OP_AND: return with_imm(op1(fn, BC_ANDI_64, s, x), k);
  case OP_OR: return with_imm(op1(fn, BC_ORI_64, s, x), k);
  case OP_XOR: return with_imm(op1(fn, BC_XORI_64, s, x), k);
  default: return NULL;
  }
}

/* Whether `x op k` takes k as an immediate, so that it need not be evaluated. */
static bool takes_imm(Op op, const Layout *ly, i64 k) {
  if (ly->vc != VC_INT) return false;
  switch (op) {
  case OP_ADD:
  case OP_AND:
  case OP_OR:
  case OP_XOR: return true;
  case OP_SUB: return k != INT32_MIN;
  case OP_MUL: return ly->size == 8;
  case OP_SHL: return k >= 0 && k < 64 && ly->size == 8;
  case OP_SHR: return k >= 0 && k < 64;
  default: return false;
  }
}

static IrValue *divide(Fn *fn, Op op, const Layout *ly, IrValue *x, IrValue *y) {
  u16 o;
  if (op == OP_REM) o = ly->is_signed ? BC_REM_I64 : BC_REM_U64;
  else if (!ly->is_signed) o = BC_DIV_U64;
  else o = ly->size == 8 ? BC_DIV_I64 : ly->size == 4 ? BC_DIV_I32 : ly->size == 2 ? BC_DIV_I16 : BC_DIV_I8;
  return op2(fn, o, &ir_shape_word, x, y);
}

static IrValue *shift(Fn *fn, Op op, const Layout *ly, IrValue *x, IrValue *y, const Layout *yly,
                      const Expr *yexpr) {
  i64 k;
  if (const_imm(yexpr, &k) && k >= 0 && k < 64) {
    if (op == OP_SHR)
      return with_imm(op1(fn, ly->is_signed ? BC_SHRI_I64 : BC_SHRI_U64, &ir_shape_word, x), k);
    if (ly->size == 8) return with_imm(op1(fn, BC_SHLI_64, &ir_shape_word, x), k);
  } else if (yly->is_signed && !(yexpr && yexpr->val)) {
    op1(fn, BC_CHKSHIFT, &ir_shape_none, y);
  }
  if (op == OP_SHL) return op2(fn, int_op(ly, INT_SHL), &ir_shape_word, x, y);
  return op2(fn, ly->is_signed ? BC_SHR_I64 : BC_SHR_U64, &ir_shape_word, x, y);
}

static IrValue *int_binary(Fn *fn, Op op, const Layout *ly, IrValue *x, IrValue *y, const Expr *yexpr) {
  i64 k;
  if (const_imm(yexpr, &k)) {
    IrValue *v = int_imm(fn, op, ly, x, k);
    if (v) return v;
  }
  switch (op) {
  case OP_ADD: return op2(fn, int_op(ly, INT_ADD), &ir_shape_word, x, y);
  case OP_SUB: return op2(fn, int_op(ly, INT_SUB), &ir_shape_word, x, y);
  case OP_MUL: return op2(fn, int_op(ly, INT_MUL), &ir_shape_word, x, y);
  case OP_AND: return op2(fn, BC_AND_64, &ir_shape_word, x, y);
  case OP_OR: return op2(fn, BC_OR_64, &ir_shape_word, x, y);
  case OP_XOR: return op2(fn, BC_XOR_64, &ir_shape_word, x, y);
  case OP_ANDNOT: return op2(fn, BC_ANDNOT_64, &ir_shape_word, x, y);
  default: return divide(fn, op, ly, x, y);
  }
}

static IrValue *float_binary(Fn *fn, Op op, const Layout *ly, IrValue *x, IrValue *y) {
  u16 base = ly->size == 8 ? BC_ADD_F64 : BC_ADD_F32;
  u16 k = op == OP_ADD ? 0 : op == OP_SUB ? 1 : op == OP_MUL ? 2 : 3;
  return op2(fn, base + k, &ir_shape_word, x, y);
}
static IrValue *complex_binary(Fn *fn, Op op, const Layout *ly, IrValue *x, IrValue *y) {
  u16 base = ly->size == 16 ? BC_ADD_C128 : BC_ADD_C64;
  u16 k = op == OP_ADD ? 0 : op == OP_SUB ? 1 : op == OP_MUL ? 2 : 3;
  return op2(fn, base + k, &ly->shape, x, y);
}
static_assert(BC_DIV_F64 == BC_ADD_F64 + 3 && BC_DIV_F32 == BC_ADD_F32 + 3 &&
                  BC_DIV_C128 == BC_ADD_C128 + 3 && BC_DIV_C64 == BC_ADD_C64 + 3,
              "order of the float and complex rows");

/* x op y of type t; ytype and yexpr (may be NULL) describe y, which a shift has of its own type. */
IrValue *lower_binary(Fn *fn, Op op, Type *t, IrValue *x, IrValue *y, Type *ytype, const Expr *yexpr) {
  const Layout *ly = lower_layout(fn->lw, t);
  if (op == OP_SHL || op == OP_SHR) return shift(fn, op, ly, x, y, lower_layout(fn->lw, ytype), yexpr);
  switch (ly->vc) {
  case VC_INT:
  case VC_PTR: return int_binary(fn, op, ly, x, y, yexpr);
  case VC_FLOAT: return float_binary(fn, op, ly, x, y);
  case VC_COMPLEX: return complex_binary(fn, op, ly, x, y);
  case VC_STRING: return op2(fn, BC_CONCAT, &ir_shape_str, x, y);
  default: BUG("operator %s on %s", op_string(op), type_symbol(fn->lw, t)->s);
  }
}

/* ---- string concatenation: a + b + c is one operation ---- */
static void concat_operands(Fn *fn, Expr *e, IrValue **out, u32 *n, u32 max) {
  Expr *x = ast_unparen(e);
  Operation *o = (Operation *)x;
  if (!x->val && x->n.kind == N_Operation && o->op == OP_ADD && o->y && *n < max - 2) {
    concat_operands(fn, o->x, out, n, max - 1);
    concat_operands(fn, o->y, out, n, max);
    return;
  }
  out[(*n)++] = lower_expr(fn, e);
}

static IrValue *concat(Fn *fn, Operation *o) {
  IrValue *v[256];
  u32 n = 0;
  concat_operands(fn, o->x, v, &n, ARRAY_LEN(v) - 1);
  concat_operands(fn, o->y, v, &n, ARRAY_LEN(v));
  set_pos(fn, o);
  if (n == 2) return op2(fn, BC_CONCAT, &ir_shape_str, v[0], v[1]);
  IrValue *r = ir_value_v(fn->f, fn->b, BC_CONCATN, &ir_shape_str, n, v);
  r->u[0] = n;
  return r;
}

/* ---- comparison ---- */
IrValue *bool_not(Fn *fn, IrValue *v) { return op1(fn, BC_NOT_B, &ir_shape_word, v); }

IrValue *equal_values(Fn *fn, const Layout *ly, IrValue *a, IrValue *b) {
  switch (ly->vc) {
  case VC_INT:
  case VC_PTR: return op2(fn, BC_EQ_64, &ir_shape_word, a, b);
  case VC_FLOAT: return op2(fn, ly->size == 8 ? BC_EQ_F64 : BC_EQ_F32, &ir_shape_word, a, b);
  case VC_COMPLEX: return op2(fn, ly->size == 16 ? BC_EQ_C128 : BC_EQ_C64, &ir_shape_word, a, b);
  case VC_STRING: return op2(fn, BC_EQ_STR, &ir_shape_word, a, b);
  case VC_IFACE: return op2(fn, ly->iface_has_methods ? BC_EQ_IFACE : BC_EQ_EFACE, &ir_shape_word, a, b);
  case VC_AGG:
    if (ly->shape.nslots == 0) return k64(fn, 1);
    if (ly->shape.nslots == 1 && ly->plain_mem) return op2(fn, BC_EQ_64, &ir_shape_word, a, b);
    return with_imm(op2(fn, BC_EQ_T, &ir_shape_word, a, b), lower_type(fn->lw, ly->type));
  default: BUG("values of type %s are not comparable", type_symbol(fn->lw, ly->type)->s);
  }
}

IrValue *compare_values(Fn *fn, Op op, const Layout *ly, IrValue *a, IrValue *b) {
  const IrShape *w = &ir_shape_word;
  if (op == OP_EQL) return equal_values(fn, ly, a, b);
  if (op == OP_NEQ) {
    if (ly->vc == VC_INT || ly->vc == VC_PTR) return op2(fn, BC_NE_64, w, a, b);
    if (ly->vc == VC_FLOAT) return op2(fn, ly->size == 8 ? BC_NE_F64 : BC_NE_F32, w, a, b);
    if (ly->vc == VC_STRING) return op2(fn, BC_NE_STR, w, a, b);
    return bool_not(fn, equal_values(fn, ly, a, b));
  }
  if (op == OP_GTR || op == OP_GEQ) {
    IrValue *t = a;
    a = b;
    b = t;
    op = op == OP_GTR ? OP_LSS : OP_LEQ;
  }
  bool lt = op == OP_LSS;
  switch (ly->vc) {
  case VC_FLOAT:
    if (ly->size == 8) return op2(fn, lt ? BC_LT_F64 : BC_LE_F64, w, a, b);
    return op2(fn, lt ? BC_LT_F32 : BC_LE_F32, w, a, b);
  case VC_STRING: return op2(fn, lt ? BC_LT_STR : BC_LE_STR, w, a, b);
  default:
    if (ly->is_signed) return op2(fn, lt ? BC_LT_I64 : BC_LE_I64, w, a, b);
    return op2(fn, lt ? BC_LT_U64 : BC_LE_U64, w, a, b);
  }
}

/* iface == concrete: the dynamic type is that of the concrete operand and the values are equal. */
static IrValue *compare_mixed(Fn *fn, IrValue *iface, Type *it, IrValue *v, Type *t) {
  const Layout *ly = lower_layout(fn->lw, t);
  IrBlock *same = new_block(fn), *done = new_block(fn), *no = new_block(fn);
  IrVar *r = ir_var_new(fn->f, &ir_shape_word, NULL);
  ir_branch(fn->f, fn->b, assert_type_test(fn, iface, it, t), same, no);
  start_block(fn, no);
  ir_var_write(fn->f, fn->b, r, k64(fn, 0));
  jump_to(fn, done);
  start_block(fn, same);
  IrValue *x = iface_data(fn, extract(fn, iface, 1, &ir_shape_ptr), ly);
  ir_var_write(fn->f, fn->b, r, equal_values(fn, ly, x, v));
  jump_to(fn, done);
  start_block(fn, done);
  return ir_var_read(fn->f, fn->b, r);
}

bool expr_is_nil(const Expr *e) {
  return e->mode == TV_NILVALUE || (e->type && type_unalias(e->type) == typ[BK_UNTYPED_NIL]);
}

static IrValue *compare_nil(Fn *fn, Op op, Expr *x, const void *pos) {
  IrValue *v = lower_expr(fn, x);
  set_pos(fn, pos);
  if (v->shape->nslots > 1) v = extract(fn, v, 0, &ir_shape_ptr);
  return with_imm(op1(fn, op == OP_EQL ? BC_EQI_64 : BC_NEI_64, &ir_shape_word, v), 0);
}

IrValue *equal_mixed(Fn *fn, IrValue *a, Type *at, IrValue *b, Type *bt) {
  const Layout *al = lower_layout(fn->lw, at), *bl = lower_layout(fn->lw, bt);
  if (al->vc == VC_IFACE && bl->vc == VC_IFACE) {
    if (types_identical(at, bt)) return equal_values(fn, al, a, b);
    return op2(fn, BC_EQ_EFACE, &ir_shape_word, to_eface(fn, a, at), to_eface(fn, b, bt));
  }
  if (al->vc == VC_IFACE) return compare_mixed(fn, a, at, b, bt);
  if (bl->vc == VC_IFACE) return compare_mixed(fn, b, bt, a, at);
  return equal_values(fn, al, a, b);
}

static IrValue *lower_comparison(Fn *fn, Operation *o) {
  if (expr_is_nil(o->y)) return compare_nil(fn, o->op, o->x, o);
  if (expr_is_nil(o->x)) return compare_nil(fn, o->op, o->y, o);
  Type *xt = expr_type(fn, o->x), *yt = expr_type(fn, o->y);
  const Layout *ly = lower_layout(fn->lw, xt);
  IrValue *a = ly->vc == VC_STRING && !has_call(fn, o->y) ? string_view(fn, o->x) : NULL;
  if (!a) a = lower_expr(fn, o->x);
  i64 k;
  bool word = ly->vc == VC_INT && (o->op == OP_EQL || o->op == OP_NEQ);
  if (word && const_imm(o->y, &k)) {
    set_pos(fn, o);
    return with_imm(op1(fn, o->op == OP_EQL ? BC_EQI_64 : BC_NEI_64, &ir_shape_word, a), k);
  }
  IrValue *b = ly->vc == VC_STRING ? string_view(fn, o->y) : NULL;
  if (!b) b = lower_expr(fn, o->y);
  set_pos(fn, o);
  if (ly->vc == VC_IFACE || lower_layout(fn->lw, yt)->vc == VC_IFACE) {
    IrValue *eq = equal_mixed(fn, a, xt, b, yt);
    return o->op == OP_EQL ? eq : bool_not(fn, eq);
  }
  return compare_values(fn, o->op, ly, a, b);
}

/* ---- && and || as values; conditions ---- */
static IrValue *lower_logical(Fn *fn, Operation *o) {
  IrBlock *yes = new_block(fn), *no = new_block(fn), *done = new_block(fn);
  IrVar *r = ir_var_new(fn->f, &ir_shape_word, NULL);
  lower_cond(fn, &o->e, yes, no);
  start_block(fn, yes);
  ir_var_write(fn->f, fn->b, r, k64(fn, 1));
  jump_to(fn, done);
  start_block(fn, no);
  ir_var_write(fn->f, fn->b, r, k64(fn, 0));
  jump_to(fn, done);
  start_block(fn, done);
  return ir_var_read(fn->f, fn->b, r);
}

void lower_cond(Fn *fn, Expr *e, IrBlock *yes, IrBlock *no) {
  Expr *x = ast_unparen(e);
  Operation *o = (Operation *)x;
  if (!x->val && x->n.kind == N_Operation && !(fn->memo.n && memo_find(fn, x))) {
    if (o->op == OP_NOT) {
      lower_cond(fn, o->x, no, yes);
      return;
    }
    if (o->op == OP_ANDAND || o->op == OP_OROR) {
      IrBlock *second = new_block(fn);
      if (o->op == OP_ANDAND) lower_cond(fn, o->x, second, no);
      else lower_cond(fn, o->x, yes, second);
      start_block(fn, second);
      lower_cond(fn, o->y, yes, no);
      return;
    }
  }
  IrValue *v = lower_expr(fn, x);
  ir_branch(fn->f, fn->b, v, yes, no);
}

static IrValue *lower_unary_op(Fn *fn, Operation *o) {
  IrValue *x = lower_expr(fn, o->x);
  const Layout *ly = expr_layout(fn, &o->e);
  set_pos(fn, o);
  switch (o->op) {
  case OP_ADD: return x;
  case OP_NOT: return bool_not(fn, x);
  case OP_XOR: return op1(fn, int_op(ly, INT_NOT), &ir_shape_word, x);
  case OP_SUB:
    if (ly->vc == VC_FLOAT) return op1(fn, ly->size == 8 ? BC_NEG_F64 : BC_NEG_F32, &ir_shape_word, x);
    if (ly->vc == VC_COMPLEX) return op1(fn, ly->size == 16 ? BC_NEG_C128 : BC_NEG_C64, &ly->shape, x);
    return op1(fn, int_op(ly, INT_NEG), &ir_shape_word, x);
  default: BUG("unary %s", op_string(o->op));
  }
}

IrValue *lower_operation(Fn *fn, Operation *o) {
  if (!o->y) return lower_unary_op(fn, o);
  switch (o->op) {
  case OP_ANDAND:
  case OP_OROR: return lower_logical(fn, o);
  case OP_EQL:
  case OP_NEQ:
  case OP_LSS:
  case OP_LEQ:
  case OP_GTR:
  case OP_GEQ: return lower_comparison(fn, o);
  default: break;
  }
  const Layout *ly = expr_layout(fn, &o->e);
  if (ly->vc == VC_STRING) return concat(fn, o);
  IrValue *x = lower_expr(fn, o->x);
  i64 k;
  IrValue *y = const_imm(o->y, &k) && takes_imm(o->op, ly, k) ? NULL : lower_expr(fn, o->y);
  set_pos(fn, o);
  return lower_binary(fn, o->op, ly->type, x, y, expr_type(fn, o->y), o->y);
}

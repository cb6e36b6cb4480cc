/* check_operators.c - unary and binary operations, comparisons and shifts.
 *
 * Constant operands are evaluated here, exactly; the results are checked for overflow. Untyped operands are
 * converted to each other's types first (check_match_types). The left operand of a non-constant shift stays
 * untyped until its context gives it a type (ExprInfo.is_lhs, check_update_expr_type). Follows
 * types2/expr.go; the walk over expressions is in check_expr.c. Start reading at check_binary(). */
#include "frontend/check.h"

#define INVALID_OP "invalid operation: "

typedef bool (*OpPredicate)(Type *t);

static OpPredicate unary_predicate(Op op) {
  switch (op) {
  case OP_ADD:
  case OP_SUB: return types_all_numeric;
  case OP_XOR: return types_all_integer;
  case OP_NOT: return types_all_boolean;
  default: return NULL;
  }
}

static OpPredicate binary_predicate(Op op) {
  switch (op) {
  case OP_ADD: return types_all_numeric_or_string;
  case OP_SUB:
  case OP_MUL:
  case OP_DIV: return types_all_numeric;
  case OP_REM:
  case OP_AND:
  case OP_OR:
  case OP_XOR:
  case OP_ANDNOT: return types_all_integer;
  case OP_ANDAND:
  case OP_OROR: return types_all_boolean;
  default: return NULL;
  }
}

/* Checks that the operator is defined on x's type. */
bool check_op(Checker *check, Operand *x, Op op, bool unary) {
  OpPredicate pred = unary ? unary_predicate(op) : binary_predicate(op);
  if (!pred) {
    check_errorf(check, x->expr, E_InvalidSyntaxTree, "unknown operator %s", op_string(op));
    return false;
  }
  if (pred(x->type)) return true;
  check_errorf(check, x->expr, E_UndefinedOp, INVALID_OP "operator %s not defined on %s", op_string(op),
               S_operand(check, x));
  return false;
}

/* The position of the operator when x is an operation, else where x starts. */
Pos types_op_pos(Expr *x) {
  if (!x) return (Pos){0};
  return x->n.kind == N_Operation ? x->n.pos : ast_start_pos(x);
}

/* The name of the operation x for overflow messages; "" when it cannot overflow or is no operation. */
const char *types_op_name(Expr *x) {
  if (!x || x->n.kind != N_Operation) return "";
  bool unary = !((Operation *)x)->y;
  switch (((Operation *)x)->op) {
  case OP_XOR: return unary ? "bitwise complement" : "bitwise XOR";
  case OP_ADD: return unary ? "" : "addition";
  case OP_SUB: return unary ? "" : "subtraction";
  case OP_MUL: return unary ? "" : "multiplication";
  case OP_SHL: return unary ? "" : "shift";
  default: return "";
  }
}

static void unary_const(Checker *check, Operand *x, Operation *e, Op op) {
  if (const_kind(x->val) == CONST_UNKNOWN) return; /* reported before */
  u32 prec = types_is_unsigned(x->type) ? (u32)type_sizeof(x->type) * 8 : 0;
  x->val = const_unary(op, x->val, prec);
  x->expr = (Expr *)e;
  check_overflow(check, x, types_op_pos(x->expr));
}

/* Checks the unary operation e (not the indirection *x) and makes x its result. */
void check_unary(Checker *check, Operand *x, Operation *e) {
  check_expr(check, NULL, x, e->x);
  if (x->mode == OM_INVALID) return;

  Op op = e->op;
  switch (op) {
  case OP_AND:
    /* composite literals are addressable here, though they are no variables */
    if (ast_unparen(e->x)->n.kind != N_CompositeLit && x->mode != OM_VARIABLE) {
      check_errorf(check, x->expr, E_UnaddressableOperand, INVALID_OP "cannot take address of %s",
                   S_operand(check, x));
      x->mode = OM_INVALID;
      return;
    }
    x->mode = OM_VALUE;
    x->type = type_new_pointer(x->type);
    return;
  case OP_RECV: {
    Type *elem = check_chan_elem(check, x->expr, x, true);
    if (!elem) {
      x->mode = OM_INVALID;
      return;
    }
    x->mode = OM_COMMAOK;
    x->type = elem;
    check->has_call_or_recv = true;
    return;
  }
  case OP_TILDE:
    if (!types_all_integer(x->type)) {
      check_error(check, e, E_UndefinedOp, "cannot use ~ outside of interface or type constraint");
      x->mode = OM_INVALID;
      return;
    }
    check_error(check, e, E_UndefinedOp,
                "cannot use ~ outside of interface or type constraint (use ^ for bitwise complement)");
    op = OP_XOR;
    break;
  default: break;
  }

  if (!check_op(check, x, op, true)) x->mode = OM_INVALID;
  else if (x->mode == OM_CONSTANT) unary_const(check, x, e, op);
  else x->mode = OM_VALUE;
}

static TypeError *chan_cond(void *ctx, Type *t, Type *u) {
  bool recv = *(bool *)ctx;
  if (!u) return types_type_errorf("no specific channel type");
  if (u->kind != TYPE_CHAN) return types_type_errorf("non-channel %s", S_type(NULL, t));
  ChanDir dir = ((Chan *)u)->dir;
  if (recv && dir == CHAN_SEND) return types_type_errorf("send-only channel %s", S_type(NULL, t));
  if (!recv && dir == CHAN_RECV) return types_type_errorf("receive-only channel %s", S_type(NULL, t));
  return NULL;
}

/* The element type of channel x for a receive from it or a send to it; NULL (reported) when that is not
 * valid. */
Type *check_chan_elem(Checker *check, const void *at, Operand *x, bool recv) {
  TypeError *err = NULL;
  Type *u = types_common_under(x->type, chan_cond, &recv, &err);
  if (u) return ((Chan *)u)->elem;

  ErrCode code = recv ? E_InvalidReceive : E_InvalidSend;
  const char *what = recv ? "receive from" : "send to";
  if (types_is_type_param(x->type))
    check_errorf(check, at, code, INVALID_OP "cannot %s %s: %s", what, S_operand(check, x), err->msg);
  else check_errorf(check, at, code, INVALID_OP "cannot %s %s %s", what, err->msg, S_operand(check, x));
  return NULL;
}

bool types_is_shift(Op op) { return op == OP_SHL || op == OP_SHR; }
bool types_is_comparison(Op op) { return op >= OP_EQL && op <= OP_GEQ; }

/* Why a comparison is not possible: the offending operand, the code and a cause ("" when it is to be made
 * up). */
typedef struct ComparisonError {
  Operand *at;
  ErrCode code;
  const char *cause;
} ComparisonError;

static bool comparison_ok(Checker *check, Operand *x, Operand *y, Op op, ComparisonError *err) {
  ErrCode ignored;
  if (!operand_assignable_to(x, check, y->type, NULL, &ignored) &&
      !operand_assignable_to(y, check, x->type, NULL, &ignored)) {
    /* reported at y: only there a mismatch is known */
    *err = (ComparisonError){
        y, E_MismatchedTypes,
        S_printf("mismatched types %s and %s", S_type(check, x->type), S_type(check, y->type))};
    return false;
  }
  *err = (ComparisonError){x, E_UndefinedOp, ""};
  if (op == OP_EQL || op == OP_NEQ) {
    if (operand_is_nil(x) || operand_is_nil(y)) {
      /* only nil == nil can fail */
      err->at = y;
      return types_has_nil(operand_is_nil(x) ? y->type : x->type);
    }
    if (!type_comparable_(x->type)) {
      err->cause = check_incomparable_cause(check, x->type);
      return false;
    }
    if (!type_comparable_(y->type)) {
      err->at = y;
      err->cause = check_incomparable_cause(check, y->type);
      return false;
    }
    return true;
  }
  if (!types_all_ordered(x->type)) return false;
  err->at = y;
  return types_all_ordered(y->type);
}

static void comparison_error(Checker *check, Operand *x, Operand *y, Op op, bool switch_case,
                             ComparisonError err) {
  const char *cause = err.cause;
  if (!*cause) {
    if (types_is_type_param(x->type) || types_is_type_param(y->type)) {
      if (!types_is_type_param(x->type)) err.at = y;
      cause =
          S_printf("type parameter %s cannot use operator %s", S_type(check, err.at->type), op_string(op));
    } else {
      const char *what = types_composite_kind(err.at->type);
      cause = S_printf("operator %s not defined on %s", op_string(op),
                       *what ? what : S_type(check, err.at->type));
    }
  }
  if (switch_case)
    check_errorf(check, x->expr, err.code, "invalid case %s in switch on %s (%s)", S_expr(x->expr),
                 S_expr(y->expr), cause);
  else
    check_errorf(check, err.at->expr, err.code, INVALID_OP "%s %s %s (%s)", S_expr(x->expr), op_string(op),
                 S_expr(y->expr), cause);
  x->mode = OM_INVALID;
}

/* Checks x op y and makes x the untyped boolean result. With switch_case x is a case, y the switch's tag and
 * op is taken as ==. */
void check_comparison(Checker *check, Operand *x, Operand *y, Op op, bool switch_case) {
  if (!types_is_valid(x->type) || !types_is_valid(y->type)) {
    x->mode = OM_INVALID;
    return;
  }
  if (switch_case) op = OP_EQL;
  ComparisonError err;
  if (!comparison_ok(check, x, y, op, &err)) {
    comparison_error(check, x, y, op, switch_case, err);
    return;
  }
  if (x->mode == OM_CONSTANT && y->mode == OM_CONSTANT) {
    x->val = const_make_bool(const_compare(x->val, op, y->val)); /* the operands are never materialised */
  } else {
    x->mode = OM_VALUE;
    check_update_expr_type(check, x->expr, types_default(x->type), true);
    check_update_expr_type(check, y->expr, types_default(y->type), true);
  }
  x->type = typ[BK_UNTYPED_BOOL];
}

/* A reason why values of type t cannot be compared, "" when there is no better one than that. */
const char *check_incomparable_cause(Checker *check, Type *t) {
  (void)check;
  TypeKind k = type_under(t)->kind;
  if (k == TYPE_SLICE || k == TYPE_SIGNATURE || k == TYPE_MAP)
    return S_printf("%s can only be compared to nil", types_composite_kind(t));
  TypeError *err = types_comparable_type(t, true, NULL);
  return err ? err->msg : "";
}

static void shift_operand_error(Checker *check, Operand *x) {
  check_errorf(check, x->expr, E_InvalidShiftOperand, INVALID_OP "shifted operand %s must be integer",
               S_operand(check, x));
  x->mode = OM_INVALID;
}

/* Checks the shift count: a non-negative constant that a uint holds, or an integer. *yval is a constant count
 * as an integer. */
static bool shift_count_ok(Checker *check, Operand *y, const Const **yval) {
  if (y->mode == OM_CONSTANT) {
    *yval = const_to_int(y->val); /* 1.0 counts, 1.1 does not */
    if (const_kind(*yval) == CONST_INT && const_sign(*yval) < 0) {
      check_errorf(check, y->expr, E_InvalidShiftCount, INVALID_OP "negative shift count %s",
                   S_operand(check, y));
      return false;
    }
    if (!types_is_untyped(y->type)) return true;
    check_representable(check, y, typ[BK_UINT]);
    if (y->mode == OM_INVALID) return false;
    check_update_expr_type(check, y->expr, typ[BK_UINT], true); /* y itself stays untyped */
    return true;
  }
  if (types_all_integer(y->type)) {
    if (types_all_unsigned(y->type) || check_allow_version(check, GO1(13))) return true;
    check_verify_versionf(check, y->expr, GO1(13), INVALID_OP "signed shift count %s", S_operand(check, y));
    return false;
  }
  if (types_is_untyped(y->type)) {
    check_convert_untyped(check, y, typ[BK_UINT]);
    return y->mode != OM_INVALID;
  }
  check_errorf(check, y->expr, E_InvalidShiftCount, INVALID_OP "shift count %s must be integer",
               S_operand(check, y));
  return false;
}

static void const_shift_result(Checker *check, Operand *x, const Const *xval, Operand *y, const Const *yval,
                               Expr *e, Op op) {
  /* 2.0 << 3: the result is an integer */
  bool unknown = const_kind(x->val) == CONST_UNKNOWN || const_kind(y->val) == CONST_UNKNOWN;
  if (!unknown) {
    enum { SHIFT_BOUND = 1023 - 1 + 52 }; /* the smallest float64 can be written */
    u64 s;
    if (!const_uint64_val(yval, &s) || s > SHIFT_BOUND) {
      check_errorf(check, y->expr, E_InvalidShiftCount, INVALID_OP "invalid shift count %s",
                   S_operand(check, y));
      x->mode = OM_INVALID;
      return;
    }
    if (!types_is_integer(x->type)) x->type = typ[BK_UNTYPED_INT];
    x->val = const_shift(xval, op, (u32)s);
    x->expr = e;
    check_overflow(check, x, types_op_pos(x->expr));
    return;
  }
  x->val = const_unknown;
  if (!types_is_integer(x->type)) x->type = typ[BK_UNTYPED_INT];
}

/* Checks the shift x op y; e is the shift expression, NULL for x op= y. */
static void check_shift(Checker *check, Operand *x, Operand *y, Expr *e, Op op) {
  const Const *xval = x->mode == OM_CONSTANT ? const_to_int(x->val) : NULL, *yval = NULL;
  if (!types_all_integer(x->type) && !(types_is_untyped(x->type) && xval && const_kind(xval) == CONST_INT)) {
    shift_operand_error(check, x);
    return;
  }
  if (!shift_count_ok(check, y, &yval)) {
    x->mode = OM_INVALID;
    return;
  }
  if (x->mode == OM_CONSTANT && y->mode == OM_CONSTANT) {
    const_shift_result(check, x, xval, y, yval, e, op);
    return;
  }
  if (x->mode == OM_CONSTANT && types_is_untyped(x->type)) {
    /* The constant gets the type it would have without the shift: its check waits for that. It may be missing
     * in the map when a declaration cycle evaluates the expression twice. */
    ExprInfo *info = ptrmap_get(&check->untyped, x->expr);
    if (info) info->is_lhs = true;
    x->mode = OM_VALUE;
    return;
  }
  if (!types_all_integer(x->type)) {
    shift_operand_error(check, x);
    return;
  }
  x->mode = OM_VALUE;
}

/* Division: no constant zero divisor, and no complex constant that underflows to one. */
static bool divisor_ok(Checker *check, Operand *x, Operand *y) {
  if (y->mode != OM_CONSTANT) return true;
  bool zero = (x->mode == OM_CONSTANT || types_all_integer(x->type)) && const_sign(y->val) == 0;
  if (!zero && x->mode == OM_CONSTANT && types_is_complex(x->type)) {
    const Const *re = const_real(y->val), *im = const_imag(y->val);
    zero = const_sign(const_binary(re, OP_MUL, re)) == 0 && const_sign(const_binary(im, OP_MUL, im)) == 0;
  }
  if (!zero) return true;
  check_error(check, y->expr, E_DivByZero, INVALID_OP "division by zero");
  return false;
}

static void binary_const(Checker *check, Operand *x, Operand *y, Expr *e, Op op) {
  if (const_kind(x->val) == CONST_UNKNOWN || const_kind(y->val) == CONST_UNKNOWN) {
    x->val = const_unknown;
    return;
  }
  x->val = op == OP_DIV && types_is_integer(x->type) ? const_int_div(x->val, y->val)
                                                     : const_binary(x->val, op, y->val);
  x->expr = e;
  check_overflow(check, x, types_op_pos(x->expr));
}

/* Checks lhs op rhs and makes x its result. e is the expression, NULL in lhs op= rhs. */
void check_binary(Checker *check, Operand *x, Expr *e, Expr *lhs, Expr *rhs, Op op) {
  Operand y = {0};
  check_expr(check, NULL, x, lhs);
  check_expr(check, NULL, &y, rhs);
  if (x->mode == OM_INVALID) return;
  if (y.mode == OM_INVALID) {
    x->mode = OM_INVALID;
    x->expr = y.expr;
    return;
  }
  if (types_is_shift(op)) {
    check_shift(check, x, &y, e, op);
    return;
  }
  check_match_types(check, x, &y);
  if (x->mode == OM_INVALID) return;
  if (types_is_comparison(op)) {
    check_comparison(check, x, &y, op, false);
    return;
  }

  if (!types_identical(x->type, y.type)) {
    if (types_is_valid(x->type) && types_is_valid(y.type)) {
      const char *expr = e ? S_expr(e) : S_printf("%s %s= %s", S_expr(lhs), op_string(op), S_expr(rhs));
      check_errorf(check, x->expr, E_MismatchedTypes, INVALID_OP "%s (mismatched types %s and %s)", expr,
                   S_type(check, x->type), S_type(check, y.type));
    }
    x->mode = OM_INVALID;
    return;
  }
  if (!check_op(check, x, op, false) || ((op == OP_DIV || op == OP_REM) && !divisor_ok(check, x, &y))) {
    x->mode = OM_INVALID;
    return;
  }
  if (x->mode == OM_CONSTANT && y.mode == OM_CONSTANT) binary_const(check, x, &y, e, op);
  else x->mode = OM_VALUE;
}

/* Whether x and y may get matching types by converting an untyped one to the type of the other. If so a
 * failing conversion is the error to report, else the mismatch is. */
static bool may_convert(Operand *x, Operand *y) {
  if (types_is_typed(x->type) && types_is_typed(y->type)) return false;
  if (types_all_numeric(x->type) != types_all_numeric(y->type)) return false;
  if (types_is_non_type_param_interface(x->type) || types_is_non_type_param_interface(y->type)) return true;
  if (types_all_boolean(x->type) != types_all_boolean(y->type)) return false;
  if (types_all_string(x->type) != types_all_string(y->type)) return false;
  if (operand_is_nil(x)) return types_has_nil(y->type);
  if (operand_is_nil(y)) return types_has_nil(x->type);
  return !types_is_pointer(x->type) && !types_is_pointer(y->type);
}

/* Converts untyped x or y to the type of the other where that may work; x->mode is OM_INVALID after an error.
 */
void check_match_types(Checker *check, Operand *x, Operand *y) {
  if (!may_convert(x, y)) return;
  check_convert_untyped(check, x, y->type);
  if (x->mode == OM_INVALID) return;
  check_convert_untyped(check, y, x->type);
  if (y->mode == OM_INVALID) x->mode = OM_INVALID;
}

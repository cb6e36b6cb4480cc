/* check_const.c - constants: representability, rounding, overflow, and conversion of untyped operands.
 * int, uint and uintptr have 64 bits (linux/amd64).
 * Follows types2/const.go. Start reading at types_representable_const() and check_convert_untyped(). */
#include "frontend/check.h"

/* Checks a constant result: typed ones must be representable in their type, untyped integers are limited to
 * 512 bits. op_pos is where the operation is. */
void check_overflow(Checker *check, Operand *x, Pos op_pos) {
  if (const_kind(x->val) == CONST_UNKNOWN) {
    check_error_pos(check, op_pos, E_InvalidConstVal, "constant result is not representable");
    return;
  }
  if (types_is_typed(x->type)) {
    check_representable(check, x, type_under(x->type));
    return;
  }
  enum { PREC = 512 };
  if (const_kind(x->val) == CONST_INT && const_bit_len(x->val) > PREC) {
    const char *op = types_op_name(x->expr);
    check_errorf_pos(check, op_pos, E_InvalidConstVal, "constant %s%soverflow", op, *op ? " " : "");
    x->val = const_unknown;
  }
}

/* Value ranges of the sized integer types by bits; 64-bit and untyped ones need no table. */
static int integer_bits(BasicKind k) {
  switch (k) {
  case BK_INT8:
  case BK_UINT8: return 8;
  case BK_INT16:
  case BK_UINT16: return 16;
  case BK_INT32:
  case BK_UINT32: return 32;
  default: return 64;
  }
}

static bool representable_integer(const Const *x, const Basic *basic, const Const **rounded) {
  x = const_to_int(x);
  if (const_kind(x) != CONST_INT) return false;
  if (rounded) *rounded = x;
  if (basic->bkind == BK_UNTYPED_INT || basic->bkind == BK_UNTYPED_RUNE) return true;
  int bits = integer_bits(basic->bkind);
  i64 v;
  if (basic->info & BI_UNSIGNED) return const_sign(x) >= 0 && const_bit_len(x) <= bits;
  if (!const_int64_val(x, &v)) return false;
  return bits == 64 || (v >= -((i64)1 << (bits - 1)) && v < (i64)1 << (bits - 1));
}

/* x rounded to float32 (or float64), NULL when that overflows. */
static const Const *round_float(const Const *x, bool f32) {
  double d = f32 ? (double)const_float32_val(x) : const_float64_val(x);
  return __builtin_isinf(d) ? NULL : const_make_float64(d);
}

static bool representable_float(const Const *x, const Basic *basic, const Const **rounded) {
  x = const_to_float(x);
  if (const_kind(x) != CONST_FLOAT) return false;
  if (basic->bkind == BK_UNTYPED_FLOAT) return true;
  const Const *r = round_float(x, basic->bkind == BK_FLOAT32);
  if (r && rounded) *rounded = r;
  return r != NULL;
}

static bool representable_complex(const Const *x, const Basic *basic, const Const **rounded) {
  x = const_to_complex(x);
  if (const_kind(x) != CONST_COMPLEX) return false;
  if (basic->bkind == BK_UNTYPED_COMPLEX) return true;
  bool f32 = basic->bkind == BK_COMPLEX64;
  const Const *re = round_float(const_real(x), f32), *im = round_float(const_imag(x), f32);
  if (!re || !im) return false;
  if (rounded) *rounded = const_binary(re, OP_ADD, const_make_imag(im));
  return true;
}

/* Reports whether x can be represented as a value of the basic type; *rounded (when wanted) is that value
 * then. */
bool types_representable_const(const Const *x, Checker *check, Type *basic, const Const **rounded) {
  (void)check;
  if (const_kind(x) == CONST_UNKNOWN) return true; /* avoid follow-up errors */
  const Basic *b = (const Basic *)basic;
  if (b->info & BI_INTEGER) return representable_integer(x, b, rounded);
  if (b->info & BI_FLOAT) return representable_float(x, b, rounded);
  if (b->info & BI_COMPLEX) return representable_complex(x, b, rounded);
  if (b->info & BI_STRING) return const_kind(x) == CONST_STRING;
  if (b->info & BI_BOOLEAN) return const_kind(x) == CONST_BOOL;
  return false;
}

/* Checks that constant x is representable as a value of the basic type and rounds it. */
void check_representable(Checker *check, Operand *x, Type *basic) {
  ErrCode code = E_None;
  const Const *v = check_representation(check, x, basic, &code);
  if (code) {
    check_invalid_conversion(check, code, x, basic);
    x->mode = OM_INVALID;
    return;
  }
  x->val = v;
}

/* The representation of constant x as the basic type, or NULL and a *code. */
const Const *check_representation(Checker *check, Operand *x, Type *basic, ErrCode *code) {
  const Const *v = x->val;
  *code = E_None;
  if (types_representable_const(x->val, check, basic, &v)) return v;
  if (types_is_numeric(x->type) && types_is_numeric(basic))
    *code = !types_is_integer(x->type) && types_is_integer(basic) ? E_TruncatedFloat : E_NumericOverflow;
  else *code = E_InvalidConstVal;
  return NULL;
}

/* Reports that x cannot be converted to target for the reason code. */
void check_invalid_conversion(Checker *check, ErrCode code, Operand *x, Type *target) {
  const char *xs = S_operand(check, x), *ts = S_type(check, target);
  if (code == E_TruncatedFloat) check_errorf(check, x->expr, code, "%s truncated to %s", xs, ts);
  else if (code == E_NumericOverflow) check_errorf(check, x->expr, code, "%s overflows %s", xs, ts);
  else check_errorf(check, x->expr, code, "cannot convert %s to type %s", xs, ts);
}

/* Converts untyped x to the target type (which may be untyped too), for itself and in the tree. */
void check_convert_untyped(Checker *check, Operand *x, Type *target) {
  const Const *val = NULL;
  ErrCode code = E_None;
  Type *new_type = check_implicit_type_and_value(check, x, target, &val, &code);
  if (code) {
    /* a named type that is being declared may have no underlying type yet */
    Type *t = types_is_type_param(target) ? target : type_under(target);
    check_invalid_conversion(check, code, x, t ? t : target);
    x->mode = OM_INVALID;
    return;
  }
  if (val) {
    x->val = val;
    check_update_expr_val(check, x->expr, val);
  }
  if (new_type != x->type) {
    x->type = new_type;
    check_update_expr_type(check, x->expr, new_type, false);
  }
}

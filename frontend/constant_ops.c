/* constant_ops.c - operators on exact constants: unary, binary, shifts, comparisons.
 * An operation that its operands do not allow gives const_unknown (or false); the checker has excluded those
 * before. Source of the semantics: go/constant's UnaryOp, BinaryOp, Shift and Compare. */
#include "frontend/constant_priv.h"

static const Const *negate(const Const *y) {
  switch (y->rep) {
    case REP_INT64:
      if (y->i != INT64_MIN) return const_make_int64(-y->i);
      break;
    case REP_BIG: break;
    case REP_RAT: {
      mpq_t q;
      mpq_init(q);
      mpq_neg(q, y->q);
      return const_take_rat(q);
    }
    case REP_FLOAT: {
      mpfr_t f;
      const_init_float(f);
      mpfr_neg(f, y->f, MPFR_RNDN);
      return const_take_float(f);
    }
    case REP_COMPLEX: return const_make_complex(negate(y->c.re), negate(y->c.im));
    default: return const_unknown;
  }
  mpz_t z;
  const_get_mpz(z, y);
  mpz_neg(z, z);
  return const_take_int(z);
}

/* ^y; prec > 0 keeps the low prec bits of the two's complement. */
static const Const *complement(const Const *y, u32 prec) {
  if (const_kind(y) != CONST_INT) return const_unknown;
  mpz_t z;
  const_get_mpz(z, y);
  mpz_com(z, z);
  if (prec > 0) mpz_fdiv_r_2exp(z, z, prec);
  return const_take_int(z);
}

const Const *const_unary(Op op, const Const *x, u32 prec) {
  switch (op) {
    case OP_ADD: return x->rep >= REP_INT64 ? x : const_unknown;
    case OP_SUB: return negate(x);
    case OP_XOR: return complement(x, prec);
    case OP_NOT: return x->rep == REP_BOOL ? const_make_bool(!x->b) : const_unknown;
    default: return const_unknown;
  }
}

/* The exact quotient of two integers. */
static const Const *int_quotient(const mpz_t a, const mpz_t b) {
  if (mpz_sgn(b) == 0) return const_unknown;
  mpq_t q;
  mpq_init(q);
  mpz_set(mpq_numref(q), a);
  mpz_set(mpq_denref(q), b);
  mpq_canonicalize(q);
  return const_take_rat(q);
}

static const Const *big_binary(const Const *x, Op op, const Const *y) {
  mpz_t a, b, c;
  const Const *result = NULL;
  const_get_mpz(a, x);
  const_get_mpz(b, y);
  mpz_init(c);
  switch (op) {
    case OP_ADD: mpz_add(c, a, b); break;
    case OP_SUB: mpz_sub(c, a, b); break;
    case OP_MUL: mpz_mul(c, a, b); break;
    case OP_DIV: result = int_quotient(a, b); break;
    case OP_REM:
      if (mpz_sgn(b) == 0) result = const_unknown;
      else mpz_tdiv_r(c, a, b);
      break;
    case OP_AND: mpz_and(c, a, b); break;
    case OP_OR: mpz_ior(c, a, b); break;
    case OP_XOR: mpz_xor(c, a, b); break;
    case OP_ANDNOT:
      mpz_com(b, b);
      mpz_and(c, a, b);
      break;
    default: result = const_unknown; break;
  }
  mpz_clear(a);
  mpz_clear(b);
  if (!result) return const_take_int(c);
  mpz_clear(c);
  return result;
}

static const Const *int64_binary(const Const *x, Op op, const Const *y) {
  i64 a = x->i, b = y->i, c = 0;
  bool overflow = false;
  switch (op) {
    case OP_ADD: overflow = __builtin_add_overflow(a, b, &c); break;
    case OP_SUB: overflow = __builtin_sub_overflow(a, b, &c); break;
    case OP_MUL: overflow = __builtin_mul_overflow(a, b, &c); break;
    case OP_REM:
      if (b == 0) return const_unknown;
      c = b == -1 ? 0 : a % b;
      break;
    case OP_AND: c = a & b; break;
    case OP_OR: c = a | b; break;
    case OP_XOR: c = a ^ b; break;
    case OP_ANDNOT: c = a & ~b; break;
    default: overflow = true; break;
  }
  return overflow ? big_binary(x, op, y) : const_make_int64(c);
}

static const Const *rat_binary(const Const *x, Op op, const Const *y) {
  mpq_t c;
  mpq_init(c);
  switch (op) {
    case OP_ADD: mpq_add(c, x->q, y->q); return const_take_rat(c);
    case OP_SUB: mpq_sub(c, x->q, y->q); return const_take_rat(c);
    case OP_MUL: mpq_mul(c, x->q, y->q); return const_take_rat(c);
    case OP_DIV:
      if (mpq_sgn(y->q) == 0) break;
      mpq_div(c, x->q, y->q);
      return const_take_rat(c);
    default: break;
  }
  mpq_clear(c);
  return const_unknown;
}

static const Const *float_binary(const Const *x, Op op, const Const *y) {
  mpfr_t c;
  const_init_float(c); /* NaN: an operation that is not listed stays unknown */
  switch (op) {
    case OP_ADD: mpfr_add(c, x->f, y->f, MPFR_RNDN); break;
    case OP_SUB: mpfr_sub(c, x->f, y->f, MPFR_RNDN); break;
    case OP_MUL: mpfr_mul(c, x->f, y->f, MPFR_RNDN); break;
    case OP_DIV: mpfr_div(c, x->f, y->f, MPFR_RNDN); break;
    default: break;
  }
  return const_take_float(c);
}

static const Const *add(const Const *x, const Const *y) { return const_binary(x, OP_ADD, y); }
static const Const *sub(const Const *x, const Const *y) { return const_binary(x, OP_SUB, y); }
static const Const *mul(const Const *x, const Const *y) { return const_binary(x, OP_MUL, y); }
static const Const *quo(const Const *x, const Const *y) { return const_binary(x, OP_DIV, y); }

/* (a+bi) op (c+di) by the schoolbook formulas, in go/constant's order of operations. */
static const Const *complex_binary(const Const *x, Op op, const Const *y) {
  const Const *a = x->c.re, *b = x->c.im, *c = y->c.re, *d = y->c.im;
  switch (op) {
    case OP_ADD: return const_make_complex(add(a, c), add(b, d));
    case OP_SUB: return const_make_complex(sub(a, c), sub(b, d));
    case OP_MUL: return const_make_complex(sub(mul(a, c), mul(b, d)), add(mul(b, c), mul(a, d)));
    case OP_DIV: {
      const Const *s = add(mul(c, c), mul(d, d));
      return const_make_complex(quo(add(mul(a, c), mul(b, d)), s), quo(sub(mul(b, c), mul(a, d)), s));
    }
    default: return const_unknown;
  }
}

/* Unknown when it is longer than any program could hold. */
static const Const *string_concat(const Const *x, const Const *y) {
  const u64 max_len = (u64)1 << 30;
  if (x->str.len + y->str.len > max_len) return const_unknown;
  Const *c = const_alloc(REP_STRING);
  c->str.len = x->str.len + y->str.len;
  c->str.l = x;
  c->str.r = y;
  return c;
}

const Const *const_binary(const Const *x, Op op, const Const *y) {
  if (!const_match(&x, &y)) return const_unknown;
  switch (x->rep) {
    case REP_BOOL:
      if (op == OP_ANDAND) return const_make_bool(x->b && y->b);
      if (op == OP_OROR) return const_make_bool(x->b || y->b);
      return const_unknown;
    case REP_STRING: return op == OP_ADD ? string_concat(x, y) : const_unknown;
    case REP_INT64: return int64_binary(x, op, y);
    case REP_BIG: return big_binary(x, op, y);
    case REP_RAT: return rat_binary(x, op, y);
    case REP_FLOAT: return float_binary(x, op, y);
    case REP_COMPLEX: return complex_binary(x, op, y);
    default: return const_unknown;
  }
}

const Const *const_int_div(const Const *x, const Const *y) {
  if (const_kind(x) != CONST_INT || const_kind(y) != CONST_INT || const_sign(y) == 0) return const_unknown;
  if (x->rep == REP_INT64 && y->rep == REP_INT64) /* wraps for the one overflow, as go/constant does */
    return const_make_int64(y->i == -1 ? (i64) - (u64)x->i : x->i / y->i);
  mpz_t a, b;
  const_get_mpz(a, x);
  const_get_mpz(b, y);
  mpz_tdiv_q(a, a, b);
  mpz_clear(b);
  return const_take_int(a);
}

const Const *const_shift(const Const *x, Op op, u32 s) {
  if (const_kind(x) != CONST_INT) return const_unknown;
  if (s == 0) return x;
  if (x->rep == REP_INT64 && op == OP_SHR) return const_make_int64(x->i >> (s < 63 ? s : 63));
  mpz_t z;
  const_get_mpz(z, x);
  if (op == OP_SHL) mpz_mul_2exp(z, z, s);
  else mpz_fdiv_q_2exp(z, z, s);
  return const_take_int(z);
}

static bool compare_result(int c, Op op) {
  switch (op) {
    case OP_EQL: return c == 0;
    case OP_NEQ: return c != 0;
    case OP_LSS: return c < 0;
    case OP_LEQ: return c <= 0;
    case OP_GTR: return c > 0;
    case OP_GEQ: return c >= 0;
    default: return false;
  }
}

/* Three-way comparison of strings by bytes. */
static int string_compare(const Atom *a, const Atom *b) {
  int c = memcmp(a->s, b->s, a->len < b->len ? a->len : b->len);
  return c ? c : (a->len > b->len) - (a->len < b->len);
}

bool const_compare(const Const *x, Op op, const Const *y) {
  if (!const_match(&x, &y)) return false;
  switch (x->rep) {
    case REP_BOOL: return (op == OP_EQL || op == OP_NEQ) && compare_result(x->b != y->b, op);
    case REP_STRING: return compare_result(string_compare(const_string_val(x), const_string_val(y)), op);
    case REP_INT64: return compare_result((x->i > y->i) - (x->i < y->i), op);
    case REP_BIG: return compare_result(mpz_cmp(x->z, y->z), op);
    case REP_RAT: return compare_result(mpq_cmp(x->q, y->q), op);
    case REP_FLOAT: return compare_result(mpfr_cmp(x->f, y->f), op);
    case REP_COMPLEX: {
      bool eq = const_compare(x->c.re, OP_EQL, y->c.re) && const_compare(x->c.im, OP_EQL, y->c.im);
      return op == OP_EQL ? eq : op == OP_NEQ && !eq;
    }
    default: return false;
  }
}

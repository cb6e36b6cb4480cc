/* constant.h - exact untyped constants: the operations of go/constant on GMP and MPFR.
 *
 * Values are immutable and live as long as the process (they are few; integers that fit 64 bits hold no GMP object).
 * Kinds are normalised as go/constant does: an operation picks the smallest kind both operands fit, a Float that is
 * integral stays Float until const_to_int. Floats are exact rationals while small and 512-bit MPFR numbers beyond
 * (go/constant's ratVal and floatVal). Nothing here reports errors: an impossible operation gives CONST_UNKNOWN. */
#ifndef GOVM_FRONTEND_CONSTANT_H
#define GOVM_FRONTEND_CONSTANT_H
#include "frontend/ast.h"

typedef enum ConstKind { CONST_UNKNOWN, CONST_BOOL, CONST_STRING, CONST_INT, CONST_FLOAT, CONST_COMPLEX } ConstKind;

ConstKind const_kind(const Const *c);
extern const Const *const const_unknown;
const Const *const_make_bool(bool b);
const Const *const_make_string(const char *s, size_t n);
const Const *const_make_int64(i64 v);
const Const *const_make_uint64(u64 v);
const Const *const_make_float64(double v); /* unknown for Inf and NaN; -0 becomes 0 */
const Const *const_make_imag(const Const *im);
/* The value of a literal's source text (already checked by the lexer); unknown when it is malformed. */
const Const *const_from_literal(const char *text, size_t n, LitKind kind);

bool const_bool_val(const Const *c);
const Atom *const_string_val(const Const *c);
bool const_int64_val(const Const *c, i64 *v);   /* true when exact */
bool const_uint64_val(const Const *c, u64 *v);  /* true when exact */
double const_float64_val(const Const *c);       /* nearest even; may be Inf or 0 */
float const_float32_val(const Const *c);
int const_bit_len(const Const *c);              /* Int only: of the absolute value */
int const_sign(const Const *c);                 /* -1, 0, 1; complex: 0 iff zero */
const Const *const_real(const Const *c);
const Const *const_imag(const Const *c);
const Const *const_to_int(const Const *c);      /* unknown when not integral */
const Const *const_to_float(const Const *c);
const Const *const_to_complex(const Const *c);

const Const *const_unary(Op op, const Const *x, u32 prec);   /* prec: bits of the unsigned type for ^, 0 none */
const Const *const_binary(const Const *x, Op op, const Const *y); /* OP_DIV on Ints: exact quotient as go/constant's QUO;
                                                                  use const_int_div for truncated division */
const Const *const_int_div(const Const *x, const Const *y);
const Const *const_shift(const Const *x, Op op, u32 s);
bool const_compare(const Const *x, Op op, const Const *y);
/* go/constant's String (short, quoted, shortened to 72 runes) and ExactString. */
void const_string(StrBuf *out, const Const *c);
void const_exact_string(StrBuf *out, const Const *c);
void const_quote(StrBuf *out, const char *s, size_t n); /* strconv.Quote */
#endif

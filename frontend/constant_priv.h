/* constant_priv.h - the representation of constants, shared by the constant*.c files.
 *
 * As in go/constant there are two representations each for Int and Float values, and a value is always in the
 * smaller one that fits:
 *   REP_INT64  every integer that fits 64 bits          REP_BIG    the others (mpz)
 *   REP_RAT    fractions whose parts are below 2^4096    REP_FLOAT  512-bit mpfr numbers, never Inf or NaN
 * Binary operations first bring both operands to the higher of the two representations (const_match); the order of
 * ConstRep is the order of that matching. */
#ifndef GOVM_FRONTEND_CONSTANT_PRIV_H
#define GOVM_FRONTEND_CONSTANT_PRIV_H
#include <gmp.h>
#include <mpfr.h>

#include "frontend/constant.h"

typedef enum ConstRep {
  REP_UNKNOWN, REP_BOOL, REP_STRING, REP_INT64, REP_BIG, REP_RAT, REP_FLOAT, REP_COMPLEX
} ConstRep;

struct Const {
  ConstRep rep;
  union {
    bool b;
    i64 i;
    mpz_t z;
    mpq_t q;
    mpfr_t f;
    struct {
      const Const *re, *im;
    } c;
    struct { /* a concatenation is flattened when its text is first wanted: s == NULL until then */
      const Atom *s;
      const Const *l, *r;
      u64 len;
    } str;
  };
};

enum {
  CONST_PREC = 512,       /* mantissa bits of REP_FLOAT */
  CONST_MAX_EXP = 4 << 10 /* fractions with larger parts become floats */
};

extern SNAPSHOT Arena const_arena;
Const *const_alloc(ConstRep rep);
void const_init_float(mpfr_t f); /* CONST_PREC bits; also sets the process's exponent range to that of math/big */

/* The constructors below take over the number (the caller must not clear it) and normalise it. */
const Const *const_take_int(mpz_t z);
const Const *const_take_rat(mpq_t q);
const Const *const_take_float(mpfr_t f);
const Const *const_make_complex(const Const *re, const Const *im);

bool const_small_float(const mpfr_t f);
/* x in representation rep, which must not be lower than its own (numeric values only). */
const Const *const_promote(const Const *x, ConstRep rep);
/* Brings *x and *y to one representation; false when they have none in common. */
bool const_match(const Const **x, const Const **y);
/* An mpz of an Int value; the caller clears it. */
void const_get_mpz(mpz_t z, const Const *x);
/* The closest 512-bit float of an Int or Float value; the caller clears it. */
void const_get_mpfr(mpfr_t f, const Const *x);
#endif

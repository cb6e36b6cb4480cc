/* constant.c - exact constants: representation, construction, literals, accessors, conversions.
 * Invariants: values are in the smallest representation (constant_priv.h); REP_RAT is in lowest terms.
 * Not here: operators (constant_ops.c), text (constant_format.c).
 * Source of the semantics: go/constant's value.go; math/big's Float parsing is followed bit for bit, because
 * numbers beyond 2^4096 are rounded by it and the checker prints them. */
#include <math.h>
#include <stdlib.h>

#include "frontend/constant_priv.h"

SNAPSHOT Arena const_arena;
static const Const unknown_const = {.rep = REP_UNKNOWN};
const Const *const const_unknown = &unknown_const;

/* The digits of numbers are the compiler's memory like everything else (base/snapshot.h). */
static void *realloc_digits(void *p, size_t old, size_t n) {
  (void)old;
  return xrealloc(p, n);
}
static void free_digits(void *p, size_t n) {
  (void)n;
  xfree(p);
}
__attribute__((constructor)) static void own_memory(void) {
  mp_set_memory_functions(xmalloc, realloc_digits, free_digits);
}

/* A zero may point to a word inside the GMP library, which is elsewhere the next time. */
static void own_digits(mpz_t z) {
  if (z->_mp_alloc == 0) mpz_realloc2(z, GMP_NUMB_BITS);
}

Const *const_alloc(ConstRep rep) {
  Const *c = NEW(&const_arena, Const);
  c->rep = rep;
  return c;
}

void const_init_float(mpfr_t f) {
  mpfr_set_emin(INT32_MIN);
  mpfr_set_emax(INT32_MAX);
  mpfr_init2(f, CONST_PREC);
}

static bool small_int(const mpz_t z) { return mpz_sgn(z) == 0 || mpz_sizeinbase(z, 2) < CONST_MAX_EXP; }

/* Whether the exponent of f is small enough for a fraction. */
bool const_small_float(const mpfr_t f) {
  if (mpfr_inf_p(f)) return false;
  if (mpfr_zero_p(f)) return true;
  mpfr_exp_t e = mpfr_get_exp(f);
  return -CONST_MAX_EXP < e && e < CONST_MAX_EXP;
}

const Const *const_take_int(mpz_t z) {
  if (mpz_fits_slong_p(z)) {
    i64 v = mpz_get_si(z);
    mpz_clear(z);
    return const_make_int64(v);
  }
  Const *c = const_alloc(REP_BIG);
  *c->z = *z;
  return c;
}

const Const *const_take_rat(mpq_t q) {
  if (small_int(mpq_numref(q)) && small_int(mpq_denref(q))) {
    own_digits(mpq_numref(q));
    Const *c = const_alloc(REP_RAT);
    *c->q = *q;
    return c;
  }
  mpfr_t f;
  const_init_float(f);
  mpfr_set_q(f, q, MPFR_RNDN);
  mpq_clear(q);
  Const *c = const_alloc(REP_FLOAT);
  *c->f = *f;
  return c;
}

const Const *const_take_float(mpfr_t f) {
  if (!mpfr_number_p(f)) {
    mpfr_clear(f);
    return const_unknown;
  }
  if (mpfr_zero_p(f)) mpfr_set_zero(f, 1);
  Const *c = const_alloc(REP_FLOAT);
  *c->f = *f;
  return c;
}

const Const *const_make_complex(const Const *re, const Const *im) {
  if (re->rep == REP_UNKNOWN || im->rep == REP_UNKNOWN) return const_unknown;
  Const *c = const_alloc(REP_COMPLEX);
  c->c.re = re;
  c->c.im = im;
  return c;
}

/* The kind of c. */
ConstKind const_kind(const Const *c) {
  switch (c->rep) {
    case REP_UNKNOWN: return CONST_UNKNOWN;
    case REP_BOOL: return CONST_BOOL;
    case REP_STRING: return CONST_STRING;
    case REP_INT64:
    case REP_BIG: return CONST_INT;
    case REP_RAT:
    case REP_FLOAT: return CONST_FLOAT;
    case REP_COMPLEX: return CONST_COMPLEX;
  }
  return CONST_UNKNOWN;
}

/* ---- construction ---- */

const Const *const_make_bool(bool b) {
  static const Const values[2] = {{.rep = REP_BOOL, .b = false}, {.rep = REP_BOOL, .b = true}};
  return &values[b];
}

const Const *const_make_string(const char *s, size_t n) {
  Const *c = const_alloc(REP_STRING);
  c->str.s = atom_new(s, n);
  c->str.len = n;
  return c;
}

/* Small integers are shared: most constants of a program are among them. */
const Const *const_make_int64(i64 v) {
  enum { LOW = -16, HIGH = 1024 };
  static SNAPSHOT const Const *small[HIGH - LOW];
  bool shared = v >= LOW && v < HIGH;
  if (shared && small[v - LOW]) return small[v - LOW];
  Const *c = const_alloc(REP_INT64);
  c->i = v;
  if (shared) small[v - LOW] = c;
  return c;
}

const Const *const_make_uint64(u64 v) {
  if (v <= INT64_MAX) return const_make_int64((i64)v);
  mpz_t z;
  mpz_init_set_ui(z, v);
  return const_take_int(z);
}

const Const *const_make_float64(double v) {
  if (!isfinite(v)) return const_unknown;
  mpq_t q;
  mpq_init(q);
  mpq_set_d(q, v);
  return const_take_rat(q);
}

const Const *const_make_imag(const Const *im) {
  if (im->rep == REP_UNKNOWN) return im;
  return const_make_complex(const_make_int64(0), im);
}

/* ---- number literals ---- */

/* The digits, base and exponents of a number literal. */
typedef struct NumLit {
  mpz_t mant;  /* all digits, as one integer */
  int base;
  i64 exp2;    /* binary exponent */
  i64 exp10;   /* decimal exponent, base 10 only */
} NumLit;

static int digit_val(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/* A decimal exponent with sign and underscores; false when it is malformed or does not fit 62 bits. */
static bool parse_exponent(const char **pp, const char *end, i64 *out) {
  const char *p = *pp;
  bool neg = false;
  if (p < end && (*p == '+' || *p == '-')) neg = *p++ == '-';
  i64 v = 0;
  const char *first = p;
  for (; p < end && ((*p >= '0' && *p <= '9') || *p == '_'); p++) {
    if (*p == '_') continue;
    if (v > (INT64_MAX >> 2) / 10) return false;
    v = v * 10 + (*p - '0');
  }
  if (p == first) return false;
  *out = neg ? -v : v;
  *pp = p;
  return true;
}

/* Splits text into a NumLit (initialised; the caller clears mant). With `frac` a fraction and an exponent are
 * allowed and a leading 0 does not mean octal. False when malformed. */
static bool parse_number(const char *text, size_t n, bool frac, NumLit *out) {
  const char *p = text, *end = text + n;
  mpz_init(out->mant);
  out->base = 10;
  out->exp2 = out->exp10 = 0;
  if (n >= 2 && p[0] == '0') {
    char c = p[1] | 0x20;
    out->base = c == 'x' ? 16 : c == 'b' ? 2 : c == 'o' ? 8 : 10;
    if (out->base != 10) p += 2;
    else if (!frac) out->base = 8, p++;
  }
  char *digits = xmalloc(n + 1);
  size_t nd = 0, nfrac = 0;
  bool dot = false, ok = true;
  for (; p < end; p++) {
    if (*p == '_') continue;
    if (*p == '.' && frac && !dot) {
      dot = true;
      continue;
    }
    if (digit_val(*p) >= out->base) break;
    digits[nd++] = *p;
    nfrac += dot;
  }
  digits[nd] = 0;
  if (nd == 0) ok = false;
  else mpz_set_str(out->mant, digits, out->base);
  xfree(digits);
  if (ok && frac && p < end) {
    char c = *p | 0x20;
    if (c == 'e' && out->base == 10) p++, ok = parse_exponent(&p, end, &out->exp10);
    else if (c == 'p') p++, ok = parse_exponent(&p, end, &out->exp2);
  }
  if (out->base == 10) out->exp10 -= (i64)nfrac;
  else out->exp2 -= (i64)nfrac * (out->base == 16 ? 4 : out->base == 8 ? 3 : 1);
  return ok && p == end;
}

/* 5^n as math/big's Float.pow5 computes it, with its rounding; z has its precision set. */
static void float_pow5(mpfr_t z, u64 n) {
  enum { TAB = 27 };
  mpz_t five;
  mpz_init(five);
  mpz_ui_pow_ui(five, 5, n <= TAB ? n : TAB);
  mpfr_set_z(z, five, MPFR_RNDN);
  mpz_clear(five);
  if (n <= TAB) return;
  n -= TAB;
  mpfr_t f;
  mpfr_init2(f, mpfr_get_prec(z) + 64);
  mpfr_set_ui(f, 5, MPFR_RNDN);
  for (; n > 0; n >>= 1) {
    if (n & 1) mpfr_mul(z, z, f, MPFR_RNDN);
    mpfr_mul(f, f, f, MPFR_RNDN);
  }
  mpfr_clear(f);
}

/* The value of lit rounded to CONST_PREC bits; false when an exponent is out of math/big's range. */
static bool lit_to_float(mpfr_t f, const NumLit *lit) {
  const_init_float(f);
  mpfr_set_zero(f, 1);
  if (mpz_sgn(lit->mant) == 0) return true;
  i64 exp2 = lit->exp2 + lit->exp10;
  i64 top = exp2 + (i64)mpz_sizeinbase(lit->mant, 2);
  if (top < INT32_MIN || top > INT32_MAX) return false;
  mpfr_t m;
  mpfr_init2(m, mpz_sizeinbase(lit->mant, 2) + 2);
  mpfr_set_z_2exp(m, lit->mant, exp2, MPFR_RNDN);
  i64 exp5 = lit->exp10;
  if (exp5 == 0) {
    mpfr_set(f, m, MPFR_RNDN);
  } else {
    mpfr_t p;
    mpfr_init2(p, CONST_PREC + 64);
    float_pow5(p, exp5 < 0 ? -(u64)exp5 : (u64)exp5);
    if (exp5 < 0) mpfr_div(f, m, p, MPFR_RNDN);
    else mpfr_mul(f, m, p, MPFR_RNDN);
    mpfr_clear(p);
  }
  mpfr_clear(m);
  return true;
}

/* The exact fraction of lit, whose value is known to be small. */
static void lit_to_rat(mpq_t q, const NumLit *lit) {
  mpq_init(q);
  mpq_set_z(q, lit->mant);
  if (lit->exp10 != 0 && mpz_sgn(lit->mant) != 0) {
    mpz_t p;
    mpz_init(p);
    mpz_ui_pow_ui(p, 10, (unsigned long)llabs(lit->exp10));
    if (lit->exp10 < 0) mpz_set(mpq_denref(q), p), mpq_canonicalize(q);
    else mpz_mul(mpq_numref(q), mpq_numref(q), p);
    mpz_clear(p);
  }
  if (lit->exp2 > 0) mpq_mul_2exp(q, q, (mp_bitcnt_t)lit->exp2);
  if (lit->exp2 < 0) mpq_div_2exp(q, q, (mp_bitcnt_t)-lit->exp2);
}

static const Const *float_literal(const char *text, size_t n) {
  NumLit lit;
  const Const *c = const_unknown;
  if (parse_number(text, n, true, &lit)) {
    mpfr_t f;
    if (!lit_to_float(f, &lit)) {
      mpfr_clear(f);
    } else if (const_small_float(f)) {
      mpq_t q;
      if (mpfr_zero_p(f)) mpq_init(q);
      else lit_to_rat(q, &lit);
      own_digits(mpq_numref(q));
      Const *r = const_alloc(REP_RAT);
      *r->q = *q;
      c = r;
      mpfr_clear(f);
    } else {
      c = const_take_float(f);
    }
  }
  mpz_clear(lit.mant);
  return c;
}

static const Const *int_literal(const char *text, size_t n) {
  NumLit lit;
  if (parse_number(text, n, false, &lit)) return const_take_int(lit.mant);
  bool zero = n == 1 && text[0] == '0';
  mpz_clear(lit.mant);
  return zero ? const_make_int64(0) : const_unknown;
}

/* ---- character and string literals ---- */

/* Decodes one character or escape at *pp for the given quote into a rune or, for \x and octal escapes, a
 * byte. False when malformed. */
static bool unquote_char(const char **pp, const char *end, char quote, i32 *value, bool *is_byte) {
  const char *p = *pp;
  *is_byte = false;
  if (p == end || *p == quote || *p == '\n') return false;
  if (*p != '\\') {
    *pp = p + utf8_decode(p, (size_t)(end - p), value);
    return true;
  }
  if (++p == end) return false;
  static const char names[] = "abfnrtv\\", codes[] = "\a\b\f\n\r\t\v\\";
  char c = *p++;
  const char *s = c ? strchr(names, c) : NULL;
  if (s) {
    *value = codes[s - names];
  } else if (c == '\'' || c == '"') {
    if (c != quote) return false;
    *value = c;
  } else {
    int base = 16, n;
    switch (c) {
      case 'x': n = 2; break;
      case 'u': n = 4; break;
      case 'U': n = 8; break;
      default: base = 8, n = 3, p--; break;
    }
    if (end - p < n) return false;
    u32 v = 0;
    for (int i = 0; i < n; i++, p++) {
      if (digit_val(*p) >= base) return false;
      v = v * (u32)base + (u32)digit_val(*p);
    }
    *is_byte = c == 'x' || base == 8;
    if (*is_byte ? v > 255 : v > 0x10FFFF || (v >= 0xD800 && v < 0xE000)) return false;
    *value = (i32)v;
  }
  *pp = p;
  return true;
}

static const Const *string_literal(const char *text, size_t n) {
  if (n < 2 || text[0] != text[n - 1]) return const_unknown;
  const char *p = text + 1, *end = text + n - 1;
  char *buf = xmalloc(n), *out = buf;
  const Const *c = const_unknown;
  if (text[0] == '`') {
    for (; p < end; p++)
      if (*p != '\r') *out++ = *p;
  } else if (text[0] == '"') {
    while (p < end) {
      i32 r;
      bool is_byte;
      const char *start = p;
      if (!unquote_char(&p, end, '"', &r, &is_byte)) goto out;
      if (is_byte) *out++ = (char)r;
      else if (*start != '\\') memcpy(out, start, (size_t)(p - start)), out += p - start;
      else out += utf8_encode(out, r);
    }
  } else {
    goto out;
  }
  c = const_make_string(buf, (size_t)(out - buf));
out:
  xfree(buf);
  return c;
}

static const Const *rune_literal(const char *text, size_t n) {
  if (n < 2) return const_unknown;
  const char *p = text + 1;
  i32 r;
  bool is_byte;
  if (!unquote_char(&p, text + n - 1, '\'', &r, &is_byte)) return const_unknown;
  return const_make_int64(r);
}

const Const *const_from_literal(const char *text, size_t n, LitKind kind) {
  switch (kind) {
    case LIT_INT: return int_literal(text, n);
    case LIT_FLOAT: return float_literal(text, n);
    case LIT_IMAG:
      if (n == 0 || text[n - 1] != 'i') return const_unknown;
      return const_make_imag(float_literal(text, n - 1));
    case LIT_RUNE: return rune_literal(text, n);
    case LIT_STRING: return string_literal(text, n);
  }
  return const_unknown;
}

/* ---- accessors ---- */

bool const_bool_val(const Const *c) { return c->rep == REP_BOOL && c->b; }

/* Flattens a concatenation, however deep on either side, with an explicit stack. */
const Atom *const_string_val(const Const *c) {
  if (c->rep != REP_STRING) return atom_new("", 0);
  if (c->str.s) return c->str.s;
  VEC(const Const *) stack = {0};
  StrBuf out = {0};
  VEC_PUSH(NULL, &stack, c);
  while (stack.n > 0) {
    const Const *x = VEC_POP(&stack);
    if (x->str.s) {
      sb_write(&out, x->str.s->s, x->str.s->len);
    } else {
      VEC_PUSH(NULL, &stack, x->str.r);
      VEC_PUSH(NULL, &stack, x->str.l);
    }
  }
  Const *m = (Const *)c; /* a cache: the value does not change */
  m->str.s = atom_new(sb_cstr(&out), out.n);
  m->str.l = m->str.r = NULL;
  VEC_FREE(&stack);
  sb_free(&out);
  return c->str.s;
}

bool const_int64_val(const Const *c, i64 *v) {
  *v = 0;
  if (c->rep == REP_INT64) return *v = c->i, true;
  if (c->rep == REP_BIG) { /* the low 64 bits of the two's complement */
    u64 low = mpz_get_ui(c->z);
    *v = (i64)(mpz_sgn(c->z) < 0 ? -low : low);
  }
  return false;
}

bool const_uint64_val(const Const *c, u64 *v) {
  *v = 0;
  if (c->rep == REP_INT64) return *v = (u64)c->i, c->i >= 0;
  if (c->rep != REP_BIG) return false;
  u64 low = mpz_get_ui(c->z);
  *v = mpz_sgn(c->z) < 0 ? -low : low;
  return mpz_fits_ulong_p(c->z);
}

/* q with CONST_PREC bits, rounded to odd: rounding the result again to fewer bits gives what one rounding
 * gives. */
static void rat_round_to_odd(mpfr_t f, const mpq_t q) {
  const_init_float(f);
  int inexact = mpfr_set_q(f, q, MPFR_RNDZ);
  if (inexact == 0 || mpfr_min_prec(f) == CONST_PREC) return;
  if (mpfr_sgn(f) > 0) mpfr_nextabove(f);
  else mpfr_nextbelow(f);
}

void const_get_mpfr(mpfr_t f, const Const *x) {
  const_init_float(f);
  switch (x->rep) {
    case REP_INT64: mpfr_set_si(f, x->i, MPFR_RNDN); break;
    case REP_BIG: mpfr_set_z(f, x->z, MPFR_RNDN); break;
    case REP_RAT: mpfr_set_q(f, x->q, MPFR_RNDN); break;
    case REP_FLOAT: mpfr_set(f, x->f, MPFR_RNDN); break;
    default: mpfr_set_zero(f, 1); break;
  }
}

static void get_float_once(mpfr_t f, const Const *c) {
  if (c->rep == REP_RAT) rat_round_to_odd(f, c->q);
  else const_get_mpfr(f, c);
}

double const_float64_val(const Const *c) {
  if (c->rep == REP_INT64) return (double)c->i;
  mpfr_t f;
  get_float_once(f, c);
  double d = mpfr_get_d(f, MPFR_RNDN);
  mpfr_clear(f);
  return d;
}

float const_float32_val(const Const *c) {
  if (c->rep == REP_INT64) return (float)c->i;
  mpfr_t f;
  get_float_once(f, c);
  float d = mpfr_get_flt(f, MPFR_RNDN);
  mpfr_clear(f);
  return d;
}

int const_bit_len(const Const *c) {
  if (c->rep == REP_BIG) return (int)mpz_sizeinbase(c->z, 2);
  if (c->rep != REP_INT64 || c->i == 0) return 0;
  u64 u = c->i < 0 ? -(u64)c->i : (u64)c->i;
  return 64 - __builtin_clzll(u);
}

int const_sign(const Const *c) {
  switch (c->rep) {
    case REP_INT64: return (c->i > 0) - (c->i < 0);
    case REP_BIG: return mpz_sgn(c->z);
    case REP_RAT: return mpq_sgn(c->q);
    case REP_FLOAT: return mpfr_sgn(c->f);
    case REP_COMPLEX: return const_sign(c->c.re) | const_sign(c->c.im);
    default: return 1; /* an unknown divisor is not reported as zero */
  }
}

const Const *const_real(const Const *c) { return c->rep == REP_COMPLEX ? c->c.re : c; }

const Const *const_imag(const Const *c) {
  if (c->rep == REP_COMPLEX) return c->c.im;
  return c->rep == REP_UNKNOWN ? c : const_make_int64(0);
}

void const_get_mpz(mpz_t z, const Const *x) {
  if (x->rep == REP_BIG) mpz_init_set(z, x->z);
  else mpz_init_set_si(z, x->rep == REP_INT64 ? x->i : 0);
}

/* ---- conversions ---- */

/* The integer that f is or, as errors of rounding may have crept in, the one it is when its last 4 bits are
 * rounded away towards zero or away from it. */
static const Const *float_to_int(const mpfr_t f) {
  enum { DELTA = 4 };
  if (!const_small_float(f)) return const_unknown;
  static const mpfr_rnd_t modes[] = {MPFR_RNDN, MPFR_RNDZ, MPFR_RNDA};
  for (u32 i = 0; i < ARRAY_LEN(modes); i++) {
    mpfr_t t;
    mpfr_init2(t, i == 0 ? CONST_PREC : CONST_PREC - DELTA);
    mpfr_set(t, f, modes[i]);
    if (mpfr_integer_p(t)) {
      mpz_t z;
      mpz_init(z);
      mpfr_get_z(z, t, MPFR_RNDN);
      mpfr_clear(t);
      return const_take_int(z);
    }
    mpfr_clear(t);
  }
  return const_unknown;
}

const Const *const_to_int(const Const *c) {
  switch (c->rep) {
    case REP_INT64:
    case REP_BIG: return c;
    case REP_RAT:
      if (mpz_cmp_ui(mpq_denref(c->q), 1) == 0) {
        mpz_t z;
        mpz_init_set(z, mpq_numref(c->q));
        return const_take_int(z);
      }
      return const_unknown;
    case REP_FLOAT: return float_to_int(c->f);
    case REP_COMPLEX: {
      const Const *re = const_to_float(c);
      return const_kind(re) == CONST_FLOAT ? const_to_int(re) : const_unknown;
    }
    default: return const_unknown;
  }
}

const Const *const_to_float(const Const *c) {
  switch (c->rep) {
    case REP_INT64: return const_promote(c, REP_RAT);
    case REP_BIG: return const_promote(c, small_int(c->z) ? REP_RAT : REP_FLOAT);
    case REP_RAT:
    case REP_FLOAT: return c;
    case REP_COMPLEX: return const_sign(c->c.im) == 0 ? const_to_float(c->c.re) : const_unknown;
    default: return const_unknown;
  }
}

const Const *const_to_complex(const Const *c) {
  if (c->rep < REP_INT64) return const_unknown;
  return const_promote(c, REP_COMPLEX);
}

const Const *const_promote(const Const *x, ConstRep rep) {
  if (x->rep == rep) return x;
  Const *c = const_alloc(rep);
  switch (rep) {
    case REP_BIG:
      const_get_mpz(c->z, x);
      own_digits(c->z);
      break;
    case REP_RAT:
      mpq_init(c->q);
      own_digits(mpq_numref(c->q));
      if (x->rep == REP_BIG) mpq_set_z(c->q, x->z);
      else mpq_set_si(c->q, x->i, 1);
      break;
    case REP_FLOAT: const_get_mpfr(c->f, x); break;
    case REP_COMPLEX:
      c->c.re = x;
      c->c.im = const_make_int64(0);
      break;
    default: BUG("no promotion from representation %d to %d", x->rep, rep);
  }
  return c;
}

bool const_match(const Const **x, const Const **y) {
  if ((*x)->rep == (*y)->rep) return true;
  if ((*x)->rep < REP_INT64 || (*y)->rep < REP_INT64) return false;
  if ((*x)->rep < (*y)->rep) *x = const_promote(*x, (*y)->rep);
  else *y = const_promote(*y, (*x)->rep);
  return true;
}

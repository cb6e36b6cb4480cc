/* constant_format.c - the text of constants, as diagnostics show it (String) and exactly (ExactString).
 * Source of the formats: go/constant's String and ExactString methods, strconv.Quote, math/big's Text('p',
 * 0). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "frontend/constant_priv.h"
#include "frontend/unicode.h"

/* ---- strconv.Quote ---- */

static void quote_rune(StrBuf *out, i32 r, const char *s, int n) {
  static const char names[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
  const char *p = r ? strchr(codes, r < 0x80 ? r : 0x7F) : NULL;
  if (n == 1 && r == RUNE_ERROR) sb_printf(out, "\\x%02x", (u8)*s);
  else if (r == '"' || r == '\\') sb_printf(out, "\\%c", r);
  else if (unicode_is_print(r)) sb_write(out, s, (size_t)n);
  else if (p && *p) sb_printf(out, "\\%c", names[p - codes]);
  else if (r < ' ' || r == 0x7F) sb_printf(out, "\\x%02x", r);
  else if (r < 0x10000) sb_printf(out, "\\u%04x", r);
  else sb_printf(out, "\\U%08x", r);
}

void const_quote(StrBuf *out, const char *s, size_t n) {
  sb_putc(out, '"');
  while (n > 0) {
    i32 r;
    int w = utf8_decode(s, n, &r);
    quote_rune(out, r, s, w);
    s += w;
    n -= (size_t)w;
  }
  sb_putc(out, '"');
}

/* The quoted string, cut to 72 characters. */
static void format_string(StrBuf *out, const Atom *a) {
  enum { MAX_LEN = 72 };
  StrBuf q = {0};
  const_quote(&q, a->s, a->len);
  size_t count = 0, cut = 0;
  for (size_t i = 0; i < q.n; count++) {
    i32 r;
    if (count == MAX_LEN - 3) cut = i;
    i += (size_t)utf8_decode(q.p + i, q.n - i, &r);
  }
  if (count > MAX_LEN) {
    sb_write(out, q.p, cut);
    sb_puts(out, "...");
  } else {
    sb_write(out, q.p, q.n);
  }
  sb_free(&q);
}

/* ---- numbers ---- */

static void format_mpz(StrBuf *out, const mpz_t z) {
  char *s = xmalloc(mpz_sizeinbase(z, 10) + 2);
  mpz_get_str(s, 10, z);
  sb_puts(out, s);
  xfree(s);
}

/* x as fmt prints it with %g: the fewest digits that read back as x; an exponent from 10^6 or below 10^-4. */
static void format_shortest(StrBuf *out, double x) {
  char buf[40];
  int prec = 1;
  for (; prec <= 17; prec++) {
    snprintf(buf, sizeof buf, "%.*e", prec - 1, x);
    if (strtod(buf, NULL) == x) break;
  }
  int exp = atoi(strchr(buf, 'e') + 1);
  if (exp >= -4 && exp < 6) snprintf(buf, sizeof buf, "%.*f", prec - 1 > exp ? prec - 1 - exp : 0, x);
  sb_puts(out, buf);
}

/* A number beyond double's range, in six digits by way of its logarithm. */
static void format_out_of_range(StrBuf *out, const mpfr_t f) {
  mpfr_exp_t exp = mpfr_get_exp(f);
  mpfr_t mant;
  mpfr_init2(mant, CONST_PREC);
  mpfr_set(mant, f, MPFR_RNDN);
  mpfr_set_exp(mant, 0);
  double m = mpfr_get_d(mant, MPFR_RNDN); /* 0.5 <= |m| < 1 */
  mpfr_clear(mant);
  double d = (double)exp * (M_LN2 / M_LN10);
  i64 e = (i64)d;
  m *= pow(10, d - (double)e);
  if (fabs(m) < 1 - 0.5e-6) {
    m *= 10;
    e--;
  } else if (fabs(m) >= 10) {
    m /= 10;
    e++;
  }
  sb_printf(out, "%.6ge%+lld", m, (long long)e);
}

static void format_float(StrBuf *out, const mpfr_t f) {
  double x = mpfr_get_d(f, MPFR_RNDN);
  if (isinf(x) || (mpfr_zero_p(f) != 0) != (x == 0)) {
    format_out_of_range(out, f);
    return;
  }
  char buf[40];
  snprintf(buf, sizeof buf, "%.6g", x);
  if (mpfr_integer_p(f) || strchr(buf, '.')) sb_puts(out, buf);
  else format_shortest(out, x);
}

/* The mantissa in hexadecimal and the binary exponent: 0x.8p+1 is 1. */
static void format_float_exact(StrBuf *out, const mpfr_t f) {
  if (mpfr_zero_p(f)) {
    sb_putc(out, '0');
    return;
  }
  mpz_t z;
  mpz_init(z);
  mpfr_get_z_2exp(z, f); /* CONST_PREC bits, the first one set */
  if (mpz_sgn(z) < 0) sb_putc(out, '-');
  mpz_abs(z, z);
  char *s = xmalloc(mpz_sizeinbase(z, 16) + 2);
  mpz_get_str(s, 16, z);
  mpz_clear(z);
  size_t n = strlen(s);
  while (n > 0 && s[n - 1] == '0') n--;
  sb_puts(out, "0x.");
  sb_write(out, s, n);
  xfree(s);
  sb_printf(out, "p%+ld", (long)mpfr_get_exp(f));
}

static void format_const(StrBuf *out, const Const *c, bool exact) {
  switch (c->rep) {
    case REP_UNKNOWN: sb_puts(out, "unknown"); break;
    case REP_BOOL: sb_puts(out, c->b ? "true" : "false"); break;
    case REP_STRING: {
      const Atom *s = const_string_val(c);
      if (exact) const_quote(out, s->s, s->len);
      else format_string(out, s);
      break;
    }
    case REP_INT64: sb_printf(out, "%lld", (long long)c->i); break;
    case REP_BIG: format_mpz(out, c->z); break;
    case REP_RAT:
      if (exact) {
        format_mpz(out, mpq_numref(c->q));
        if (mpz_cmp_ui(mpq_denref(c->q), 1) == 0) break;
        sb_putc(out, '/');
        format_mpz(out, mpq_denref(c->q));
      } else {
        mpfr_t f;
        const_get_mpfr(f, c);
        format_float(out, f);
        mpfr_clear(f);
      }
      break;
    case REP_FLOAT:
      if (exact) format_float_exact(out, c->f);
      else format_float(out, c->f);
      break;
    case REP_COMPLEX:
      sb_putc(out, '(');
      format_const(out, c->c.re, exact);
      sb_puts(out, " + ");
      format_const(out, c->c.im, exact);
      sb_puts(out, "i)");
      break;
  }
}

void const_string(StrBuf *out, const Const *c) { format_const(out, c, false); }
void const_exact_string(StrBuf *out, const Const *c) { format_const(out, c, true); }

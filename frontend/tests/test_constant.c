/* test_constant.c - exact constants against go/constant: every case of constant_cases.def was computed by it
 * (gen_constant.go). What the table does not reach is asserted below by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "frontend/constant.h"

static const Const *lit(LitKind kind, const char *text) { return const_from_literal(text, strlen(text), kind); }
static const Const *neg(const Const *c) { return const_unary(OP_SUB, c, 0); }

static void expect_text(const char *what, const Const *c, const char *want, bool exact) {
  StrBuf b = {0};
  if (exact) const_exact_string(&b, c);
  else const_string(&b, c);
  if (strcmp(sb_cstr(&b), want) != 0) fail_msg("%s: got %s, want %s", what, sb_cstr(&b), want);
  sb_free(&b);
}
static void expect(const char *what, const Const *c, const char *s, const char *exact) {
  expect_text(what, c, s, false);
  expect_text(what, c, exact, true);
}

typedef struct Case {
  LitKind kind;
  const char *text;
  int a;             /* a kind, operator or shift count, by table */
  LitKind ykind;
  const char *ytext;
  const char *want[6];
  u64 num[4];
  bool negate;
} Case;
enum { INTDIV = OP_COUNT };
#define OP_INTDIV INTDIV

static void test_literals(void **state) {
  (void)state;
  static const Case cases[] = {
#define LITERAL(k, t, ck, s, e) {.kind = k, .text = t, .a = ck, .want = {s, e}},
#define CONVERT(...)
#define FLOATS(...)
#define INTEGER(...)
#define SHIFT(...)
#define BINARY(...)
#define NEGBINARY(...)
#define COMPARE(...)
#include "frontend/tests/constant_cases.def"
#undef LITERAL
#undef CONVERT
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *v = lit(c->kind, c->text);
    if ((int)const_kind(v) != c->a) fail_msg("%s: kind %d, want %d", c->text, const_kind(v), c->a);
    expect(c->text, v, c->want[0], c->want[1]);
  }
}

static void test_conversions(void **state) {
  (void)state;
  static const Case cases[] = {
#define LITERAL(...)
#define CONVERT(k, t, a, b, c, d, e, f) {.kind = k, .text = t, .want = {a, b, c, d, e, f}},
#include "frontend/tests/constant_cases.def"
#undef CONVERT
#undef FLOATS
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *v = lit(c->kind, c->text);
    expect(c->text, const_to_int(v), c->want[0], c->want[1]);
    expect(c->text, const_to_float(v), c->want[2], c->want[3]);
    expect(c->text, neg(v), c->want[4], c->want[5]);
  }
}

static void test_floats(void **state) {
  (void)state;
  static const Case cases[] = {
#define CONVERT(...)
#define FLOATS(k, t, d, f, s) {.kind = k, .text = t, .num = {d, f}, .a = s},
#include "frontend/tests/constant_cases.def"
#undef FLOATS
#undef INTEGER
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *v = lit(c->kind, c->text);
    double d = const_float64_val(v);
    float f = const_float32_val(v);
    u64 dbits;
    u32 fbits;
    memcpy(&dbits, &d, sizeof d);
    memcpy(&fbits, &f, sizeof f);
    if (dbits != c->num[0] || fbits != c->num[1]) fail_msg("%s: got %a and %a", c->text, d, (double)f);
    assert_int_equal(const_sign(v), c->a);
  }
}

static void test_integers(void **state) {
  (void)state;
  static const Case cases[] = {
#define FLOATS(...)
#define INTEGER(k, t, n, x, x64) {.kind = k, .text = t, .a = n, .want = {x, x64}},
#include "frontend/tests/constant_cases.def"
#undef INTEGER
#undef SHIFT
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *v = lit(c->kind, c->text);
    assert_int_equal(const_bit_len(v), c->a);
    expect_text(c->text, const_unary(OP_XOR, v, 0), c->want[0], false);
    expect_text(c->text, const_unary(OP_XOR, v, 64), c->want[1], false);
  }
}

static void test_shifts(void **state) {
  (void)state;
  static const Case cases[] = {
#define INTEGER(...)
#define SHIFT(k, t, n, l, r) {.kind = k, .text = t, .a = n, .want = {l, r}},
#include "frontend/tests/constant_cases.def"
#undef SHIFT
#undef BINARY
#undef NEGBINARY
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *v = lit(c->kind, c->text);
    expect_text(c->text, const_shift(v, OP_SHL, (u32)c->a), c->want[0], false);
    expect_text(c->text, const_shift(neg(v), OP_SHR, (u32)c->a), c->want[1], false);
  }
}

static void test_binary(void **state) {
  (void)state;
  static const Case cases[] = {
#define SHIFT(...)
#define BINARY(k, t, op, yk, yt, s, e) {.kind = k, .text = t, .a = OP_##op, .ykind = yk, .ytext = yt, .want = {s, e}},
#define NEGBINARY(k, t, op, yk, yt, s, e) \
  {.kind = k, .text = t, .a = OP_##op, .ykind = yk, .ytext = yt, .want = {s, e}, .negate = true},
#include "frontend/tests/constant_cases.def"
#undef BINARY
#undef NEGBINARY
#undef COMPARE
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *x = lit(c->kind, c->text), *y = lit(c->ykind, c->ytext);
    if (c->negate) x = neg(x);
    const Const *v = c->a == INTDIV ? const_int_div(x, y) : const_binary(x, (Op)c->a, y);
    char what[256];
    snprintf(what, sizeof what, "%s%s op %d %s", c->negate ? "-" : "", c->text, c->a, c->ytext);
    expect(what, v, c->want[0], c->want[1]);
  }
}

static void test_comparisons(void **state) {
  (void)state;
  static const Case cases[] = {
#define BINARY(...)
#define NEGBINARY(...)
#define COMPARE(k, t, yk, yt, eq, lt, ge) {.kind = k, .text = t, .ykind = yk, .ytext = yt, .num = {eq, lt, ge}},
#include "frontend/tests/constant_cases.def"
  };
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    const Case *c = &cases[i];
    const Const *x = lit(c->kind, c->text), *y = lit(c->ykind, c->ytext);
    assert_int_equal(const_compare(x, OP_EQL, y), c->num[0]);
    assert_int_equal(const_compare(x, OP_NEQ, y), !c->num[0]);
    assert_int_equal(const_compare(x, OP_LSS, y), c->num[1]);
    assert_int_equal(const_compare(x, OP_GEQ, y), c->num[2]);
  }
}

static void test_strings_and_bools(void **state) {
  (void)state;
  const Const *s = const_make_string("", 0);
  for (int i = 0; i < 20000; i++) s = const_binary(s, OP_ADD, const_make_string("ab", 2)); /* left-deep */
  assert_int_equal(const_string_val(s)->len, 40000);
  const Const *r = const_make_string("z", 1);
  for (int i = 0; i < 20000; i++) r = const_binary(const_make_string("y", 1), OP_ADD, r); /* right-deep */
  assert_int_equal(const_string_val(r)->len, 20001);
  assert_int_equal(const_string_val(r)->s[20000], 'z');
  assert_true(const_compare(s, OP_LSS, r));
  assert_true(const_compare(lit(LIT_STRING, "\"a\\x00b\""), OP_GTR, lit(LIT_STRING, "\"a\\x00a\"")));
  const Const *t = const_make_bool(true), *f = const_make_bool(false);
  assert_false(const_bool_val(const_binary(t, OP_ANDAND, f)));
  assert_true(const_bool_val(const_binary(t, OP_OROR, f)));
  assert_true(const_bool_val(const_unary(OP_NOT, f, 0)));
  assert_true(const_compare(t, OP_NEQ, f));
}

static void test_impossible(void **state) {
  (void)state;
  const Const *one = const_make_int64(1), *zero = const_make_int64(0), *s = const_make_string("x", 1);
  assert_int_equal(const_kind(const_binary(one, OP_DIV, zero)), CONST_UNKNOWN);
  assert_int_equal(const_kind(const_binary(one, OP_REM, zero)), CONST_UNKNOWN);
  assert_int_equal(const_kind(const_int_div(one, zero)), CONST_UNKNOWN);
  assert_int_equal(const_kind(const_binary(const_to_float(one), OP_DIV, const_to_float(zero))), CONST_UNKNOWN);
  assert_int_equal(const_kind(const_binary(one, OP_ADD, s)), CONST_UNKNOWN);
  assert_int_equal(const_kind(const_make_float64(1.0 / 0.0)), CONST_UNKNOWN);
  static const char *const bad[] = {"", "\"", "\"\\q\"", "\"\\xg0\"", "\"\\400\"", "\"\\ud800\"", "\"a\nb\""};
  for (u32 i = 0; i < ARRAY_LEN(bad); i++) assert_int_equal(const_kind(lit(LIT_STRING, bad[i])), CONST_UNKNOWN);
  static const char *const bad_num[] = {"", "0x", "1e", "08z", "1.2.3", "e5"};
  for (u32 i = 0; i < ARRAY_LEN(bad_num); i++) {
    assert_int_equal(const_kind(lit(LIT_FLOAT, bad_num[i])), CONST_UNKNOWN);
    assert_int_equal(const_kind(lit(LIT_INT, bad_num[i])), CONST_UNKNOWN);
  }
}

static void test_ranges(void **state) {
  (void)state;
  i64 i;
  u64 u;
  const Const *big = const_make_uint64(UINT64_MAX);
  assert_false(const_int64_val(big, &i));
  assert_int_equal(i, -1);
  assert_true(const_uint64_val(big, &u) && u == UINT64_MAX);
  assert_false(const_uint64_val(const_make_int64(-1), &u));
  assert_true(const_int64_val(const_make_int64(INT64_MIN), &i) && i == INT64_MIN);
  assert_true(const_int64_val(const_binary(big, OP_SUB, const_make_uint64(UINT64_MAX - 5)), &i) && i == 5);
  expect_text("wraps", const_int_div(const_make_int64(INT64_MIN), const_make_int64(-1)), "-9223372036854775808", false);
  expect_text("exact", neg(const_make_int64(INT64_MIN)), "9223372036854775808", false);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_literals),    cmocka_unit_test(test_conversions),       cmocka_unit_test(test_floats),
      cmocka_unit_test(test_integers),    cmocka_unit_test(test_shifts),            cmocka_unit_test(test_binary),
      cmocka_unit_test(test_comparisons), cmocka_unit_test(test_strings_and_bools), cmocka_unit_test(test_impossible),
      cmocka_unit_test(test_ranges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

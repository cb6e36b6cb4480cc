/* test_asm.c - the text form: what is assembled comes back as the same text; what is wrong is named with
 * its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "bytecode/module.h"
#include "bytecode/tests/sample.h"

static BcModule *assemble(const char *text) {
  Err e;
  BcModule *m = module_assemble(text, &e);
  if (!m) fail_msg("%s", e.msg);
  return m;
}

static void test_contents(void **state) {
  (void)state;
  BcModule *m = assemble(SAMPLE);
  assert_int_equal(m->types.n, 8);
  assert_int_equal(m->types.v[2].nfields, 2);
  assert_true(m->types.v[2].fields[1].embedded);
  assert_int_equal(m->types.v[2].fields[1].tag->len, 10);
  assert_int_equal(m->types.v[3].inout[1], 0);
  assert_int_equal(m->strings.v[0].len, 9);
  assert_int_equal(m->globals.v[0].relocs[0].addend, 16);
  assert_int_equal(m->funcs.n, 2);
  const BcFunc *f = &m->funcs.v[0];
  assert_int_equal(f->code[4].op, BC_CALL);
  assert_int_equal(f->code[4].imm, 1);
  assert_int_equal(f->code[6].imm, 5);
  assert_true(f->code[1].f == 1.5);
  assert_int_equal(f->code[10].c, 8);
  assert_int_equal(f->nmaps, 2); /* equal maps are one */
  assert_int_equal(m->funcs.v[1].flags, BCF_WRAPPER | BCF_HASDEFER);
  module_free(m);
}

static void test_round_trip(void **state) {
  (void)state;
  StrBuf a = {0}, b = {0};
  BcModule *m = assemble(SAMPLE);
  module_disasm(m, &a);
  BcModule *again = assemble(sb_cstr(&a));
  module_disasm(again, &b);
  assert_string_equal(sb_cstr(&a), sb_cstr(&b));
  assert_true(a.n > 500);
  sb_free(&a);
  sb_free(&b);
  module_free(m);
  module_free(again);
}

static void test_errors(void **state) {
  (void)state;
  static const struct {
    const char *text, *error;
  } cases[] = {
      {"nonsense\n", "line 1: unknown declaration"},
      {"func \"f\" slots 1\n  FROB r1\n", "line 2: unknown instruction"},
      {"func \"f\" slots 1\n  MOV r1\n", "line 2: a number is expected"},
      {"func \"f\" slots 1\n  MOV r1, r70000\n", "line 2: operand too large"},
      {"func \"f\" slots 1\n  ADDI_64 r1, r1, #4294967296\n", "line 2: immediate too large"},
      {"func \"f\" slots 1\n  JMP ->nowhere\n  RET0\n", "line 2: no such label: nowhere"},
      {"func \"f\" slots 1\n  CALL @3, 0, 0, f\"g\"\n", "line 2: no such name: g"},
      {"func \"f\" slots 1\n  RET0 r1\n", "line 2: text after the end"},
      {"func \"f\" slots 1\n  NEW r0, t0\n  safepoint {9}\n", "line 3: slot beyond the frame"},
      {"string \"abc\n", "line 1: unterminated string"},
      {"string \"a\\qc\"\n", "line 1: unknown escape"},
      {"  RET0\n", "line 1: a line outside"},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    Err e = {0};
    assert_null(module_assemble(cases[i].text, &e));
    if (!strstr(e.msg, cases[i].error)) fail_msg("%s: got: %s", cases[i].text, e.msg);
  }
}

/* Cut anywhere, the text is assembled or rejected, never more. */
static void test_truncated(void **state) {
  (void)state;
  size_t n = strlen(SAMPLE);
  char *text = malloc(n + 1);
  for (size_t i = 0; i < n; i += 3) {
    memcpy(text, SAMPLE, i);
    text[i] = 0;
    Err e;
    BcModule *m = module_assemble(text, &e);
    if (m && module_verify(m, &e)) assert_true(m->funcs.n <= 2);
    module_free(m);
  }
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_contents),
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_truncated),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

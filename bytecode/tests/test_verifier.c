/* test_verifier.c - the sample module passes; each mutant of it is rejected for its own reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "bytecode/module.h"
#include "bytecode/tests/sample.h"

static void test_sample(void **state) {
  (void)state;
  Err e;
  BcModule *m = module_assemble(SAMPLE, &e);
  if (!m || !module_verify(m, &e)) fail_msg("%s", e.msg);
  module_free(m);
}

/* `from`, found once in the sample, replaced by `to`, must give an error with `error` in it. */
static const struct {
  const char *from, *to, *error;
} mutants[] = {
    {"refs 0 _ 6 _ _", "refs 99 _ 6 _ _", "type reference out of range"},
    {"1 offset 8 embedded", "1 offset 20 embedded", "field outside its struct"},
    {"\"main\" - 0 offset 0", "\"main\" - 2 offset 0", "type main.T contains itself"},
    {"size 24 align 8 8 uncommon", "size 24 align 3 8 uncommon", "bad alignment"},
    {"refs 0 _ 6 _ _ in 0 out 0", "refs 5 _ 6 _ _ in 0 out 0", "contains itself"},
    {"itab 4 2", "itab 4 20", "itab out of range"},
    {"reloc 8 global 0 16", "reloc 17 global 0 16", "reference outside the global"},
    {"reloc 8 global 0 16", "reloc 8 itab 7 16", "out of range"},
    {"init \"main\" _ 0", "init \"main\" _ 9", "init function out of range"},
    {"\"main\" 0\n", "\"main\" 5\n", "main function out of range"},
    {"slots 30", "slots 8", "outside the frame"},
    {"LDK r1, #1.5", "LDK r30, #1.5", "slot 30 outside the frame"},
    {"t\"main.T\"", "t77", "type out of range"},
    {"s0\n", "s1\n", "string out of range"},
    {"i0\n", "i1\n", "itab out of range"},
    {"+8\n", "+25\n", "offset outside the global"},
    {"CALL @9, 1, 1", "CALL @2, 1, 1", "no room for the link area"},
    {"CALL @9, 1, 1", "CALL @30, 1, 1", "window outside the frame"},
    {"CALL @9, 1, 1", "CALL @9, 2, 1", "do not fit main.twice"},
    {"ADDI_64 r9, r0, #-1\n  CALL @9, 1, 1", "ADDI_64 r5, r0, #-1\n  CALL @5, 1, 1", "the map marks slot 2"},
    {"CALL @9, 1, 1", "CALL @10, 1, 1", "slot 10 is read before it is written"},
    {"JGTI_I64_B r0, 0, ->loop", "JGTI_I64_B r0, 0, ->99", "jump out of the function"},
    {"JGTI_I64_B r0, 0, ->loop\n  safepoint {2}\n", "JGTI_I64 r0, 0, ->loop\n", "does not poll"},
    {"JGTI_I64_B r0, 0, ->loop\n  safepoint {2}\n", "JGTI_I64_B r0, 0, ->loop\n", "no map for the safepoint"},
    {"JGTI_I64_B r0, 0, ->loop\n  safepoint {2}\n", "JGTI_I64_B r0, 0, ->loop\n  safepoint {}\n",
     "slot 2 is read before it is written"},
    {"GROW r6, r6, r9, t0\n  safepoint {6}\n", "GROW r6, r6, r9, t0\n  safepoint {6 7}\n",
     "the map marks slot 7"},
    {"GROW r6, r6, r9, t0\n  safepoint {6}\n", "GROW r6, r6, r9, t0\n  safepoint {6 20}\n",
     "the map marks slot 20"},
    {"ST_64 r2, r9, #0", "ST_64 r2, r12, #0", "slot 12 is read before it is written"},
    {"  ST_64 r2, r9, #0\n", "  ST_64 r2, r9, #0\n  safepoint {}\n", "a map where no safepoint is"},
    {"line 1 19", "line 7 19", "file out of range"},
    {"  RET0\n", "  LDK r0, #1\n", "falls off the end"},
    {"  RET0\n", "  RET1 r0\n", "return with one result"},
    {"RET1 r4", "RET0", "return without results"},
    {"area 1 3", "area 1 2", "access outside an area"},
    {"area 1 3", "area 11 3", "bad area"},
    {"&1, #16", "&5, #16", "slot 5 is in no area"},
    {"&1, #16", "&1, #17", "access outside an area"},
    {"r5, r0, #3", "r5, r0, #4", "access outside an area"},
    {"MAKECHAN r4, r5, t7", "MAKECHAN r4, r5, t6", "not a channel type"},
    {"LDK r9, #1\n", "LDK r9, #7\n", "select into no area"},
    {"LDK r9, #1\n", "LDK r11, #1\n", "select without its areas"},
    {"recover 8", "recover 80", "recovery outside the code"},
    {"recover 8", "recover 4", "slot 7 is read before it is written"},
    {"slot 0 size 8 align 8 ext 0 type 0\n  result", "slot 1 size 8 align 8 ext 0 type 0\n  result",
     "parameter outside the window"},
    {"slots 12 args 1", "slots 70000 args 1", "frame too large"},
};

static BcModule *mutant(size_t i) {
  const char *at = strstr(SAMPLE, mutants[i].from);
  if (!at) fail_msg("not in the sample: %s", mutants[i].from);
  StrBuf b = {0};
  Err e;
  sb_write(&b, SAMPLE, (size_t)(at - SAMPLE));
  sb_puts(&b, mutants[i].to);
  sb_puts(&b, at + strlen(mutants[i].from));
  BcModule *m = module_assemble(sb_cstr(&b), &e);
  if (!m) fail_msg("%s: %s", mutants[i].to, e.msg);
  sb_free(&b);
  return m;
}

static void test_mutants(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(mutants); i++) {
    Err e = {0};
    BcModule *m = mutant(i);
    if (module_verify(m, &e)) fail_msg("accepted: %s", mutants[i].to);
    if (!strstr(e.msg, mutants[i].error)) fail_msg("%s: got: %s", mutants[i].to, e.msg);
    module_free(m);
  }
}

/* Opcodes that only the VM makes, and numbers that are none. */
static void test_opcodes(void **state) {
  (void)state;
  for (u32 op = BC_EXPAND; op < BC_COUNT + 2; op++) {
    Err e = {0};
    BcModule *m = module_assemble(SAMPLE, &e);
    m->funcs.v[0].code[1].op = op;
    assert_false(module_verify(m, &e));
    assert_non_null(strstr(e.msg, "unknown opcode"));
    module_free(m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sample),
      cmocka_unit_test(test_mutants),
      cmocka_unit_test(test_opcodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

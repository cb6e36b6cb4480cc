/* test_codec.c - the compact form: round trips, and bad files: cut short, bytes changed (with and without a
 * checksum made to fit), other versions. A module that is read in spite of a change is shown to the
 * verifier, which must not fall over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "bytecode/codec.h"
#include "bytecode/merge.h"
#include "bytecode/tests/sample.h"

static StrBuf packed;

static int setup(void **state) {
  (void)state;
  Err e;
  BcModule *m = module_assemble(SAMPLE, &e);
  if (!m) return -1;
  module_write(m, &packed);
  module_free(m);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  sb_free(&packed);
  return 0;
}

static void test_round_trip(void **state) {
  (void)state;
  Err e;
  StrBuf a = {0}, b = {0};
  BcModule *m = module_assemble(SAMPLE, &e);
  BcModule *back = module_read((const u8 *)packed.p, packed.n, &e);
  if (!back) fail_msg("%s", e.msg);
  module_disasm(m, &a);
  module_disasm(back, &b);
  assert_string_equal(sb_cstr(&a), sb_cstr(&b));
  sb_free(&a);
  sb_free(&b);
  module_free(m);
  module_free(back);
}

/* A module with packed functions is like the others for all that look at it. */
static void test_packed(void **state) {
  (void)state;
  Err e;
  StrBuf a = {0}, b = {0}, again = {0};
  BcModule *m = module_assemble(SAMPLE, &e);
  BcModule *back = module_read_packed((const u8 *)packed.p, packed.n, &e);
  if (!back) fail_msg("%s", e.msg);
  module_disasm(m, &a);
  module_disasm(back, &b);
  assert_string_equal(sb_cstr(&a), sb_cstr(&b));
  module_write(back, &again);
  assert_int_equal(again.n, packed.n);
  assert_memory_equal(again.p, packed.p, packed.n);
  assert_true(module_verify(back, &e));
  for (u32 i = 0; i < m->funcs.n; i++) {
    const BcFunc *f = &back->funcs.v[i];
    assert_true(f->npacked && !f->code && f->ncode == m->funcs.v[i].ncode);
    Arena scratch = {0};
    BcFunc whole;
    Insn code[256] = {0};
    assert_true(f->ncode <= ARRAY_LEN(code));
    assert_ptr_equal(func_unpack(back, f, &whole, &scratch, code), &whole);
    assert_ptr_equal(whole.code, code);
    assert_int_equal(whole.npacked, 0);
    if (f->ncode) assert_memory_equal(code, m->funcs.v[i].code, f->ncode * sizeof *code);
    arena_free(&scratch);
  }
  assert_ptr_equal(func_unpack(m, &m->funcs.v[0], NULL, NULL, NULL), &m->funcs.v[0]);
  sb_free(&a);
  sb_free(&b);
  sb_free(&again);
  module_free(m);
  module_free(back);
}

/* What is linked from packed functions owns their tables. */
static void test_packed_merge(void **state) {
  (void)state;
  Err e;
  StrBuf text[2] = {{0}, {0}};
  for (u32 i = 0; i < 2; i++) {
    BcModule *m = (i ? module_read_packed : module_read)((const u8 *)packed.p, packed.n, &e);
    const BcModule *mods[] = {m};
    BcModule *merged = module_merge(mods, 1, &e);
    if (!merged) fail_msg("%s", e.msg);
    for (u32 k = 0; k < merged->funcs.n; k++) assert_int_equal(merged->funcs.v[k].npacked, 0);
    assert_true(module_verify(merged, &e));
    module_disasm(merged, &text[i]);
    module_free(merged);
    module_free(m);
  }
  assert_string_equal(sb_cstr(&text[0]), sb_cstr(&text[1]));
  sb_free(&text[0]);
  sb_free(&text[1]);
}

/* All integers that an LDK can have near the forms' borders. */
static void test_constants(void **state) {
  (void)state;
  static const u64 base[] = {0, 1, 0x7f, 0x80, 1ull << 47, 1ull << 48, 1ull << 49, 1ull << 62, 1ull << 63};
  Err e;
  BcModule *m = module_assemble("func \"f\" slots 1\n  LDK r0, #0\n  RET0\n", &e);
  for (u32 i = 0; i < ARRAY_LEN(base) * 6; i++) {
    u64 k = base[i / 6] + (i % 3) - 1;
    if (i % 6 >= 3) k = 0 - k;
    StrBuf b = {0};
    m->funcs.v[0].code[0].k = k;
    module_write(m, &b);
    BcModule *back = module_read((const u8 *)b.p, b.n, &e);
    assert_non_null(back);
    assert_true(back->funcs.v[0].code[0].k == k);
    module_free(back);
    sb_free(&b);
  }
  module_free(m);
}

static void expect_rejected(const u8 *p, size_t n, const char *why) {
  Err e = {0};
  BcModule *m = module_read(p, n, &e);
  assert_null(m);
  if (why && !strstr(e.msg, why)) fail_msg("%s", e.msg);
}

static void test_header(void **state) {
  (void)state;
  u8 *p = malloc(packed.n);
  const struct {
    u32 at;
    const char *why;
  } cases[] = {{0, "not a govm module"}, {8, "format version"},      {12, "damaged module: sections"},
               {16, "another build"},    {24, "wrong checksum"},     {40, "wrong checksum"}};
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    memcpy(p, packed.p, packed.n);
    p[cases[i].at] ^= 0x40;
    expect_rejected(p, packed.n, cases[i].why);
  }
  free(p);
}

static void test_truncated(void **state) {
  (void)state;
  for (size_t n = 0; n < packed.n; n++) {
    u8 *p = malloc(n ? n : 1); /* exact size: an overrun is seen by AddressSanitizer */
    memcpy(p, packed.p, n);
    if (n > CODEC_HEADER) {
      u64 h = codec_content_hash(p + CODEC_HEADER, n - CODEC_HEADER);
      memcpy(p + offsetof(CodecHeader, content_hash), &h, sizeof h);
    }
    expect_rejected(p, n, NULL);
    free(p);
  }
}

static void test_mutants(void **state) {
  (void)state;
  Err e;
  u32 rng = 1, read = 0, verified = 0;
  u8 *p = malloc(packed.n);
  for (u32 round = 0; round < 40000; round++) {
    memcpy(p, packed.p, packed.n);
    for (u32 k = 0; k <= round % 3; k++) {
      rng = rng * 1664525 + 1013904223;
      u32 at = CODEC_HEADER + (rng >> 8) % (u32)(packed.n - CODEC_HEADER);
      rng = rng * 1664525 + 1013904223;
      p[at] = (u8)(rng >> 13);
    }
    u64 h = codec_content_hash(p + CODEC_HEADER, packed.n - CODEC_HEADER);
    memcpy(p + offsetof(CodecHeader, content_hash), &h, sizeof h);
    BcModule *m = module_read(p, packed.n, &e);
    if (!m) continue;
    read++;
    verified += module_verify(m, &e);
    module_free(m);
  }
  free(p);
  assert_true(read > 1000 && verified > 100 && verified < read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_packed), cmocka_unit_test(test_packed_merge),
      cmocka_unit_test(test_constants), cmocka_unit_test(test_header),
      cmocka_unit_test(test_truncated),  cmocka_unit_test(test_mutants),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}

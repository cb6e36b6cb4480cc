/* test_merge.c - linking modules: one definition per symbol, only what is reachable, methods by the names called,
 * private names kept apart, initialisers of what is imported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "bytecode/merge.h"
#include "bytecode/tests/sample.h"

#define PLAIN " size 8 align 8 8 comparable chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n"
/* t0 int, t1 lib.T with methods Called and Silent, t2 func(lib.T), t3 lib.I */
#define LIB_TYPES                                                                                            \
  "type int \"int\" \"int\" \"int\" -" PLAIN                                                                 \
  "type int \"lib.T\" \"lib.T\" \"T\" \"lib\" size 8 align 8 8 comparable uncommon chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n" \
  "  method \"Called\" - 2 3 3\n"                                                                            \
  "  method \"Silent\" - 2 4 4\n"                                                                            \
  "type func \"func()\" \"func()\" - - size 8 align 8 8 direct chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n"   \
  "type interface \"lib.I\" \"lib.I\" \"I\" \"lib\" size 16 align 8 8 comparable chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n" \
  "  method \"Called\" - 2 _ _\n"                                                                            \
  "itab 3 1\n"                                                                                               \
  "string \"shared\"\n"                                                                                      \
  "global \"lib.used\" 0 data \"\\x07\"\n"                                                                   \
  "global \"lib.unused\" 0 data \"\"\n"                                                                      \
  "global \"..stmp_0\" 0 rodata \"\\x01\"\n"                                                                 \
  "init \"runtime\" _\n"                                                                                     \
  "init \"lib\" 1 imports \"runtime\"\n"                                                                \
  "init \"other\" 2\n"
#define LEAF(symbol, body) "func \"" symbol "\" slots 8\n  line 0 1\n" body "  RET0\n"
#define LIB                                                                                     \
  "module \"go1.26.0\" - _\nfile \"lib.go\"\n" LIB_TYPES                                        \
  "func \"lib.Use\" slots 12\n  called \"Called\"\n  line 0 1\n"                                     \
  "  LDITAB r3, i0\n  LDK r7, #0\n  CALLI @7, r3, 0, #1\n  safepoint {}\n  LDG_64 r0, g\"lib.used\"\n"                \
  "  LEAG r1, g\"..stmp_0\"\n  LDSTR r4, s0\n  RET0\n"                                                                 \
  LEAF("lib.init", "  LDK r0, #1\n")                                                            \
  LEAF("other.init", "  LDK r0, #2\n")                                                          \
  METHOD("lib.T.Called") METHOD("lib.T.Silent") LEAF("lib.Unused", "")                          \
  LEAF("runtime.panicdivide", "")
#define METHOD(symbol) "func \"" symbol "\" slots 4 args 1\n  line 0 1\n  RET0\n"
#define APP                                                                                     \
  "module \"go1.26.0\" \"main\" 0\nfile \"app.go\"\n"                                           \
  "type int \"int\" \"int\" \"int\" - size 8 align 8 8 comparable extern chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n" \
  "string \"own\"\nstring \"shared\"\n"                                                         \
  "global \"lib.used\" 0 extern \"\"\n"                                                         \
  "global \"..stmp_0\" 0 rodata \"\\x02\"\n"                                                    \
  "init \"main\" _ imports \"lib\"\n"                                                           \
  "func \"main.main\" slots 12\n  line 0 3\n"                                \
  "  CALL @5, 0, 0, f\"lib.Use\"\n  safepoint {}\n  LDG_64 r0, g\"lib.used\"\n  LEAG r1, g\"..stmp_0\"\n" \
  "  LDSTR r2, s1\n  RET0\n"                                                                    \
  "func \"lib.Use\" slots 0 extern\n"

static BcModule *assemble(const char *text) {
  Err e;
  BcModule *m = module_assemble(text, &e);
  if (!m) fail_msg("%s", e.msg);
  if (!module_verify(m, &e)) fail_msg("%s", e.msg);
  return m;
}

static BcModule *merged(BcModule *lib, BcModule *app) {
  const BcModule *mods[] = {lib, app};
  Err e;
  BcModule *m = module_merge(mods, 2, &e);
  if (!m) fail_msg("%s", e.msg);
  if (!module_verify(m, &e)) fail_msg("%s", e.msg);
  return m;
}

static const BcFunc *func_named(const BcModule *m, const char *symbol) {
  for (u32 i = 0; i < m->funcs.n; i++)
    if (atom_is(m->funcs.v[i].symbol, symbol)) return &m->funcs.v[i];
  return NULL;
}
static const BcGlobal *global_named(const BcModule *m, const char *symbol) {
  for (u32 i = 0; i < m->globals.n; i++)
    if (atom_is(m->globals.v[i].symbol, symbol)) return &m->globals.v[i];
  return NULL;
}

static void test_reachable(void **state) {
  (void)state;
  BcModule *lib = assemble(LIB), *app = assemble(APP), *m = merged(lib, app);
  assert_string_equal(m->main_path->s, "main");
  assert_ptr_equal(&m->funcs.v[m->main_func], func_named(m, "main.main"));
  assert_non_null(func_named(m, "lib.Use"));
  assert_int_not_equal(func_named(m, "lib.Use")->ncode, 0);
  assert_null(func_named(m, "lib.Unused"));
  assert_non_null(func_named(m, "runtime.panicdivide")); /* the VM enters it */
  assert_non_null(global_named(m, "lib.used"));
  assert_int_equal(global_named(m, "lib.used")->ninit, 1);
  assert_null(global_named(m, "lib.unused"));
  for (u32 i = 0; i < m->funcs.n; i++) assert_false(m->funcs.v[i].flags & BCF_EXTERN);
  for (u32 i = 0; i < m->types.n; i++) assert_false(m->types.v[i].is_extern);
  assert_int_equal(m->strings.n, 1); /* "shared" once, "own" is not used */
  module_free(m);
  module_free(lib);
  module_free(app);
}

static void test_methods(void **state) {
  (void)state;
  BcModule *lib = assemble(LIB), *app = assemble(APP), *m = merged(lib, app);
  const BcType *t = NULL;
  for (u32 i = 0; i < m->types.n; i++)
    if (atom_is(m->types.v[i].key, "lib.T")) t = &m->types.v[i];
  assert_non_null(t);
  assert_int_equal(t->nmethods, 2);
  assert_ptr_equal(&m->funcs.v[t->methods[0].ifn], func_named(m, "lib.T.Called"));
  assert_int_equal(t->methods[1].ifn, BC_NONE);
  assert_int_equal(t->methods[1].tfn, BC_NONE);
  assert_null(func_named(m, "lib.T.Silent"));
  module_free(m);
  module_free(lib);
  module_free(app);
}

/* Reflection keeps exported methods. */
static void test_reflection(void **state) {
  (void)state;
  BcModule *lib = assemble(LIB LEAF("reflect.Value.Method", "")), *app, *m;
  app = assemble(APP "func \"reflect.Value.Method\" slots 0 extern\n"
                 "func \"main.use\" slots 8\n  line 0 1\n  LDFN r0, f\"reflect.Value.Method\"\n  RET0\n"
                 "init \"extra\" _ 3\n");
  assert_null(func_named(m = merged(lib, app), "lib.T.Silent")); /* package extra is not imported */
  module_free(m);
  app->inits.v[0].inits = app->inits.v[1].inits;
  app->inits.v[0].ninits = 1;
  assert_non_null(func_named(m = merged(lib, app), "lib.T.Silent"));
  module_free(m);
  module_free(lib);
  module_free(app);
}

static void test_private_names(void **state) {
  (void)state;
  BcModule *lib = assemble(LIB), *app = assemble(APP), *m = merged(lib, app);
  const BcGlobal *a = global_named(m, "..stmp_0"), *b = global_named(m, "..1.stmp_0");
  assert_non_null(a);
  assert_non_null(b);
  assert_int_equal(a->init[0], 1);
  assert_int_equal(b->init[0], 2);
  module_free(m);
  module_free(lib);
  module_free(app);
}

static void test_inits(void **state) {
  (void)state;
  BcModule *lib = assemble(LIB), *app = assemble(APP), *m = merged(lib, app);
  assert_int_equal(m->inits.n, 3);
  assert_string_equal(m->inits.v[0].path->s, "runtime");
  assert_string_equal(m->inits.v[1].path->s, "lib");
  assert_string_equal(m->inits.v[2].path->s, "main");
  assert_int_equal(m->inits.v[2].nimports, 1);
  assert_non_null(func_named(m, "lib.init"));
  assert_null(func_named(m, "other.init"));
  module_free(m);
  module_free(lib);
  module_free(app);
}

static void test_errors(void **state) {
  (void)state;
  Err e;
  BcModule *lib = assemble(LIB), *app = assemble(APP);
  const BcModule *alone[] = {app}, *library[] = {lib};
  assert_null(module_merge(alone, 1, &e));
  assert_non_null(strstr(e.msg, "not defined"));
  assert_null(module_merge(library, 1, &e));
  assert_string_equal(e.msg, "runtime.main_main\xc2\xb7" "f: function main is undeclared in the main package");
  module_free(lib);
  module_free(app);
}

static void test_string_var(void **state) {
  (void)state;
  Err e;
  BcModule *m = assemble("module \"go1.26.0\" \"main\" _\n"
      "type int \"int\" \"int\" \"int\" -" PLAIN
      "type string \"string\" \"string\" \"string\" - size 16 align 8 8 comparable chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n"
      "string \"old\"\n"
      "global \"main.n\" 0 data \"\"\n"
      "global \"main.empty\" 1 data \"\"\n"
      "global \"main.set\" 1 data \"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"\n  reloc 0 string 0 0\n");
  const char *const names[] = {"main.empty", "main.set"};
  for (u32 i = 0; i < 2; i++) {
    assert_true(module_set_string_var(m, names[i], "v1.2 3", 6, &e));
    const BcGlobal *g = global_named(m, names[i]);
    u64 len;
    memcpy(&len, g->init + 8, sizeof len);
    assert_int_equal(len, 6);
    assert_int_equal(g->nrelocs, 1);
    assert_memory_equal(m->strings.v[g->relocs[0].index].p, "v1.2 3", 6);
  }
  assert_true(module_set_string_var(m, "main.absent", "x", 1, &e));
  assert_false(module_set_string_var(m, "main.n", "x", 1, &e));
  assert_string_equal(e.msg, "main.n: cannot set with -X: not a var of type string (type:int)");
  assert_true(module_verify(m, &e));
  module_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reachable), cmocka_unit_test(test_methods), cmocka_unit_test(test_reflection),
      cmocka_unit_test(test_private_names), cmocka_unit_test(test_inits), cmocka_unit_test(test_errors),
      cmocka_unit_test(test_string_var),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

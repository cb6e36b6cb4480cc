/* test_check_decl.c - what check_package() leaves behind besides diagnostics: the order of initialisation, and function
 * bodies that are checked on demand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "frontend/syntax.h"
#include "frontend/types.h"

static Arena arena;
static DiagSink sink;

static Package *check(const char *text, bool lazy) {
  types_init();
  diag_free(&sink);
  ParseOptions opt = {.check_branches = true};
  File *f = syntax_parse(&arena, &sink, "case.go", "case.go", text, strlen(text), &opt);
  CheckConfig cfg = {.lazy_bodies = lazy};
  return check_package(&cfg, atom_cstr("p"), &f, 1, &sink);
}

/* The names that are initialised, in order: steps are separated by blanks, the variables of one by commas. */
static void expect_init_order(const char *text, const char *want) {
  for (int lazy = 0; lazy < 2; lazy++) {
    const Package *p = check(text, lazy);
    StrBuf got = {0};
    for (u32 i = 0; i < p->init_order.n; i++)
      for (u32 k = 0; k < p->init_order.v[i].nlhs; k++)
        sb_printf(&got, "%s%s", k ? "," : i ? " " : "", p->init_order.v[i].lhs[k]->name->s);
    assert_string_equal(sb_cstr(&got), want);
    assert_int_equal(sink.nerrors, 0);
    sb_free(&got);
  }
}

static void test_init_order(void **state) {
  (void)state;
  expect_init_order("package p\nvar a, b, c = 1, 2, 3\n", "a b c");
  expect_init_order("package p\nvar a = c + b\nvar b = f()\nvar c = 1\nfunc f() int { return d }\nvar d = 3\n",
                    "c d b a");
  expect_init_order("package p\nvar a, b = f()\nfunc f() (int, int) { return c, c }\nvar c = 1\nvar u int\n", "c a,b");
  /* through methods, function literals and functions that call each other */
  expect_init_order("package p\ntype T struct{}\nfunc (T) m() int { return b }\nvar a = T.m(T{})\nvar b = func() int {"
                    " return c }()\nvar c = g(1)\nfunc g(n int) int { return h(n) }\n"
                    "func h(n int) int { if n > 0 { return g(n - 1) }; return d }\nvar d = 1\nvar _ = a\n",
                    "d c b a _");
}

static Object *func_named(const Package *p, const char *name) {
  Object *o = scope_lookup(p->scope, atom_cstr(name));
  assert_true(o && o->kind == OBJ_FUNC);
  return o;
}

static Expr *returned(const Object *fn) {
  const BlockStmt *body = fn->decl->body;
  return ((ReturnStmt *)body->list.v[body->list.n - 1])->results;
}

static void test_lazy_bodies(void **state) {
  (void)state;
  const Package *p = check("package p\n"
                           "func good(x int8) int8 { f := func() int8 { return x }; return f() }\n"
                           "func bad() int { return \"s\" }\n"
                           "func used() int { return 1 + 2 }\n"
                           "func asm()\n"
                           "var v = used()\n",
                           true);
  assert_int_equal(sink.nerrors, 0);
  Object *good = func_named(p, "good"), *bad = func_named(p, "bad"), *used = func_named(p, "used");
  assert_null(returned(good)->type);
  assert_ptr_equal(returned(used)->type, typ[BK_INT]); /* the order of initialisation needed it */
  assert_true(check_func_body(good));
  assert_ptr_equal(returned(good)->type, typ[BK_INT8]);
  assert_true(check_func_body(good));
  assert_true(check_func_body(func_named(p, "asm")));
  assert_false(check_func_body(bad));
  assert_int_equal(sink.nerrors, 1);
  assert_true(check_func_body(bad)); /* reported once */
  assert_int_equal(sink.nerrors, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_init_order), cmocka_unit_test(test_lazy_bodies)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

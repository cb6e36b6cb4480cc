/* test_input.c - where inputs are cut, and when more lines are needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "repl/input.h"
#include "repl/session.h"

/* The items as "kind text|kind text", D declarations, = definition, S statement, : command, ! stray bracket.
 */
static void split_as(const char *text, const char *want) {
  ItemList items = {0};
  StrBuf got = {0};
  input_split(text, strlen(text), &items);
  for (u32 i = 0; i < items.n; i++) {
    const Item *it = &items.v[i];
    if (i) sb_putc(&got, '|');
    sb_printf(&got, "%c %.*s", "D=S:!"[it->kind], (int)(it->end - it->start), text + it->start);
  }
  assert_string_equal(sb_cstr(&got), want);
  sb_free(&got);
  VEC_FREE(&items);
}

static void test_items(void **state) {
  (void)state;
  split_as("", "");
  split_as("// nothing\n\n", "");
  split_as("x := 1; y", "= x := 1|S y");
  split_as("a, b := f()\na\nb // c", "= a, b := f()|S a|S b");
  split_as("var x = 1\nfunc f() {}\ntype T int", "D var x = 1\nfunc f() {}\ntype T int");
  split_as("package main\nimport \"fmt\"\nfmt.Println()", "D import \"fmt\"|S fmt.Println()");
  split_as("x\nconst c = 1\ny", "S x|D const c = 1|S y");
  split_as("a[i], b := 1, 2", "S a[i], b := 1, 2");
  split_as("f(func() {\nx := 1\n})", "S f(func() {\nx := 1\n})");
}

static void test_functions(void **state) {
  (void)state;
  split_as("func (t T) M() {}", "D func (t T) M() {}");
  split_as("func (t *T[K]) M[X any](x X) {}", "D func (t *T[K]) M[X any](x X) {}");
  split_as("func(t T) int { return 1 }(x)", "S func(t T) int { return 1 }(x)");
  split_as("func() {}()", "S func() {}()");
  split_as("func f[T any](x T) T { return x }", "D func f[T any](x T) T { return x }");
}

static void test_headers(void **state) {
  (void)state;
  split_as("for i := 0; i < 3; i++ { f() }; x", "S for i := 0; i < 3; i++ { f() }|S x");
  split_as("if a := []int{1}; len(a) > 0 {\n} else if b := (T{}); b.ok {\n}\nx",
           "S if a := []int{1}; len(a) > 0 {\n} else if b := (T{}); b.ok {\n}|S x");
  split_as("switch x := f(); x {\ncase 1:\n}\ny", "S switch x := f(); x {\ncase 1:\n}|S y");
  split_as("l:\nfor ; ; {\nbreak l\n}\ny", "S l:\nfor ; ; {\nbreak l\n}|S y");
  split_as("for range 3 {}", "S for range 3 {}");
}

static void test_odd_text(void **state) {
  (void)state;
  split_as(":type x\ny", ": :type x|S y");
  split_as("x\n:load it's\ny", "S x|: :load it's|S y");
  split_as("}\nx", "! }|S x");
  split_as("f)(x", "! f)(x");
  split_as("\x01 x", "S \x01 x");
  split_as("x\n/* open", "S x|S /* open");
}

static void more(const char *text) { assert_true(input_incomplete(text, strlen(text))); }
static void whole(const char *text) { assert_false(input_incomplete(text, strlen(text))); }

static void test_incomplete(void **state) {
  (void)state;
  more("func f() {");
  more("func f() {\n\n");
  more("f(1,");
  more("x +");
  more("x :=");
  more("var x =");
  more("`raw");
  more("/* comment");
  more("if x {\n} else {");
  more("type T struct {");
  more("import (");
  more("x; y +");
  more("a.");
  whole("");
  whole("// comment");
  whole("x + 1");
  whole("func f() {}");
  whole("\"open");
  whole("'a");
  whole("type T");
  whole(")");
  whole("f(]");
  whole(":type x +");
  whole("for i := 0; i < 3 { }");
}

static void test_std_paths(void **state) {
  (void)state;
  assert_string_equal(std_path_of("fmt"), "fmt");
  assert_string_equal(std_path_of("json"), "encoding/json");
  assert_null(std_path_of("rand"));     /* math/rand or crypto/rand */
  assert_null(std_path_of("template")); /* text or html */
  assert_null(std_path_of("nothing"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_items),    cmocka_unit_test(test_functions),  cmocka_unit_test(test_headers),
      cmocka_unit_test(test_odd_text), cmocka_unit_test(test_incomplete), cmocka_unit_test(test_std_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

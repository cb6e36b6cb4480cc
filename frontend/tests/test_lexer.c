/* test_lexer.c - the two scanners: tokens, automatic semicolons, positions, directives, and every lexical
 * error's text and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "frontend/parser.h"
#include "frontend/unicode.h"

static char *dump_tokens(const char *text) {
  char *out;
  size_t n;
  FILE *f = open_memstream(&out, &n);
  assert_true(syntax_dump_tokens(f, "x.go", text, strlen(text)));
  fclose(f);
  return out;
}

static void test_tokens(void **state) {
  (void)state;
  char *s = dump_tokens("a := 0x1p-2 /* c */ + 'é' // end\nreturn\n");
  assert_string_equal(
      s, "1:1\tname\ta\n1:3\t:=\n1:6\tfloat\t0x1p-2\n1:21\top\t+\n1:23\trune\t'é'\n1:34\t;\tnewline\n"
         "2:1\treturn\n2:7\t;\tnewline\n3:1\tEOF\n");
  free(s);
  s = dump_tokens("x++ /* a\nb */ y &^= z");
  assert_string_equal(
      s, "1:1\tname\tx\n1:2\top\t++\n1:5\t;\tnewline\n2:6\tname\ty\n2:8\top=\t&^=\n2:12\tname\tz\n"
         "2:13\t;\tEOF\n2:13\tEOF\n");
  free(s);
}

/* The errors of `text`, one per line as line:col: msg. */
static char *errors_of(const char *text, size_t n, u32 *nerrors) {
  Arena arena = {0};
  DiagSink sink = {0};
  File *f = syntax_parse(&arena, &sink, "x.go", NULL, text, n, NULL);
  StrBuf b = {0};
  diag_sort(&sink);
  for (u32 i = 0; i < sink.diags.n; i++)
    sb_printf(&b, "%u:%u: %s\n", sink.diags.v[i].pos.line, sink.diags.v[i].pos.col, sink.diags.v[i].msg);
  *nerrors = f->nerrors;
  char *s = strdup(sb_cstr(&b));
  sb_free(&b);
  diag_free(&sink);
  arena_free(&arena);
  return s;
}

static void test_lexical_errors(void **state) {
  (void)state;
  static const struct {
    const char *literal, *want; /* the literal stands at 2:9 */
  } cases[] = {
      {"0b12", "2:12: invalid digit '2' in binary literal\n"},
      {"089", "2:10: invalid digit '8' in octal literal\n"},
      {"0x", "2:11: hexadecimal literal has no digits\n"},
      {"0x1.8", "2:14: hexadecimal mantissa requires a 'p' exponent\n"},
      {"1e", "2:11: exponent has no digits\n"},
      {"1p2", "2:10: 'p' exponent requires hexadecimal mantissa\n"},
      {"0b1e2", "2:12: 'e' exponent requires decimal mantissa\n"},
      {"1__0", "2:11: '_' must separate successive digits\n"},
      {"0o1.5", "2:12: invalid radix point in octal literal\n"},
      {"''", "2:10: empty rune literal or unescaped '\n"},
      {"'ab'", "2:9: more than one character in rune literal\n"},
      {"'\\400'", "2:14: octal escape value 256 > 255\n"},
      {"'\\ud800'", "2:16: escape is invalid Unicode code point U+D800\n"},
      {"\"\\q\"", "2:11: unknown escape\n"},
      {"\"\\xg\"", "2:12: invalid character 'g' in hexadecimal escape\n"},
      {"\"abc", "2:13: newline in string\n"},
      {"`abc", "2:9: string not terminated\n"},
      {"1 /* x", "2:11: comment not terminated\n"},
      {"1 @", "2:11: invalid character U+0040 '@'\n"},
      {"x\xd9\xa0\xe2\x82\xac", "2:12: invalid character U+20AC '€' in identifier\n"},
      {"\xd9\xa0", "2:9: identifier cannot begin with digit U+0660 '٠'\n"},
  };
  char text[128];
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    u32 nerrors;
    int n = snprintf(text, sizeof text, "package p\nvar x = %s\n", cases[i].literal);
    char *s = errors_of(text, (size_t)n, &nerrors);
    assert_string_equal(s, cases[i].want);
    assert_true(nerrors > 0);
    free(s);
  }
}

static void test_bytes(void **state) {
  (void)state;
  u32 n;
  static const char nul[] = "package p\nvar x\0y int\n", utf8[] = "package p // \xff\n",
                    bom[] = "\xef\xbb\xbfpackage p\n", late_bom[] = "package p\n\xef\xbb\xbfvar x int\n";
  char *s = errors_of(nul, sizeof nul - 1, &n);
  assert_string_equal(s, "2:6: invalid NUL character\n");
  free(s);
  s = errors_of(utf8, sizeof utf8 - 1, &n);
  assert_string_equal(s, "1:14: invalid UTF-8 encoding\n");
  free(s);
  s = errors_of(bom, sizeof bom - 1, &n);
  assert_int_equal(n, 0);
  free(s);
  s = errors_of(late_bom, sizeof late_bom - 1, &n);
  assert_string_equal(s, "2:1: invalid BOM in the middle of the file\n");
  free(s);
}

/* Literals that the fast scanner must accept itself, without the other parser's help. */
static void test_fast_literals(void **state) {
  (void)state;
  static const char *const literals[] = {
      "0",
      "0_7",
      "0b1_0",
      "0B1",
      "0o17",
      "0O_7",
      "017",
      "1_000",
      "0xdead_BEEF",
      "0X_1",
      "1.",
      ".5",
      "1e+3",
      "09.5",
      "09e1",
      "0x1p4",
      "0x.8P-1",
      "0x1.8p1i",
      "08i",
      "1_0.2_5e1_0",
      "'a'",
      "'\\''",
      "'\\n'",
      "'\\377'",
      "'\\x7f'",
      "'\\u00e9'",
      "'\\U0010FFFF'",
      "'世'",
      "\"\\\"q\\u00e9\"",
      "`a\r\nb`",
      "héllo",
      "_x1",
      "\"\"",
      "世界",
  };
  char text[128];
  for (size_t i = 0; i < ARRAY_LEN(literals); i++) {
    Arena arena = {0};
    DiagSink sink = {0};
    ParseOptions opt = {.check_branches = true};
    int n = snprintf(text, sizeof text, "package p\nvar x = %s\n", literals[i]);
    ParseState ps = {.arena = &arena, .sink = &sink, .opt = &opt, .silent = true, .before_pkg = true};
    ps.file = NEW(&arena, File);
    if (!parse_table_driven(&ps, text, (size_t)n)) fail_msg("not accepted: %s", literals[i]);
    const VarDecl *d = (VarDecl *)ps.file->decls.v[0];
    assert_string_equal(ast_expr_cstr(d->values), literals[i]);
    VEC_FREE(&ps.stack);
    diag_free(&sink);
    arena_free(&arena);
  }
}

static void test_line_directives(void **state) {
  (void)state;
  static const char text[] =
      "package p\n//line a.y:10\nvar x int\n/*line b.y:3:7*/var y int\n//line :5:2\nvar z int\n";
  Arena arena = {0};
  DiagSink sink = {0};
  File *f = syntax_parse(&arena, &sink, "x.go", NULL, text, sizeof text - 1, NULL);
  assert_int_equal(f->nerrors, 0);
  static const struct {
    const char *file;
    u32 line, col, abs_line, abs_col;
  } want[] = {{"a.y", 10, 0, 3, 5}, {"b.y", 3, 11, 4, 21}, {"b.y", 5, 6, 6, 5}};
  for (u32 i = 0; i < 3; i++) {
    Pos p = f->decls.v[i]->n.pos;
    RelPos r = pos_rel(p);
    assert_string_equal(r.filename->s, want[i].file);
    assert_int_equal(r.line, want[i].line);
    assert_int_equal(r.col, want[i].col);
    assert_int_equal(p.line, want[i].abs_line);
    assert_int_equal(p.col, want[i].abs_col);
  }
  diag_free(&sink);
  arena_free(&arena);
  u32 n;
  static const char bad[] = "package p\n//line a.y:x\n";
  char *s = errors_of(bad, sizeof bad - 1, &n);
  assert_string_equal(s, "2:12: invalid line number: x\n");
  free(s);
}

static void test_unicode(void **state) {
  (void)state;
  assert_true(unicode_is_letter('z') && unicode_is_letter(0x4e16) && !unicode_is_letter('0'));
  assert_true(unicode_is_digit(0x660) && unicode_is_upper(0xc9) && !unicode_is_upper(0xe9));
  assert_false(unicode_is_print(0x200b) || unicode_is_letter(-1) || unicode_is_letter(0x110000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tokens),          cmocka_unit_test(test_lexical_errors),
      cmocka_unit_test(test_bytes),           cmocka_unit_test(test_fast_literals),
      cmocka_unit_test(test_line_directives), cmocka_unit_test(test_unicode),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

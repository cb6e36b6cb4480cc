/* test_parser.c - the two parsers: equal trees, gc's positions, its syntax and branch errors, directives,
 * printing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "frontend/parser.h"

typedef struct Parsed {
  Arena arena;
  DiagSink sink;
  File *file;
} Parsed;

static Parsed parse(const char *text, bool diagnose_only) {
  Parsed p = {0};
  ParseOptions opt = {.check_branches = true, .diagnose_only = diagnose_only};
  p.file = syntax_parse(&p.arena, &p.sink, "x.go", NULL, text, strlen(text), &opt);
  diag_sort(&p.sink);
  return p;
}

static void release(Parsed *p) {
  diag_free(&p->sink);
  arena_free(&p->arena);
}

static char *dump(const File *f) {
  char *out;
  size_t n;
  FILE *m = open_memstream(&out, &n);
  ast_dump(m, f);
  fclose(m);
  return out;
}

static bool table_driven(const char *text) {
  Arena arena = {0};
  DiagSink sink = {0};
  ParseOptions opt = {.check_branches = true};
  ParseState ps = {.arena = &arena, .sink = &sink, .opt = &opt, .silent = true, .before_pkg = true};
  ps.file = NEW(&arena, File);
  bool ok = parse_table_driven(&ps, text, strlen(text));
  VEC_FREE(&ps.stack);
  diag_free(&sink);
  arena_free(&arena);
  return ok;
}

/* ---- trees ---- */

static const char *const programs[] = {
    "import (\n\t. \"a\"\n\tb \"b\"\n)\nimport _ \"c\"\n",
    "const (\n\ta, b = iota, 1 << iota\n\t_, _\n\tc int = 2\n)\nvar (\n\tx, y int = 1, 2\n\tz = f()\n)\n",
    "type (\n\tA = B\n\tC []int\n\tD [2*N]int\n\tE [...]int\n\tF struct{ A, b int \"t\"; C; *D; p.E; G[int]; "
    "h [4]T }\n)\n",
    "type T[P any, Q interface{ ~int | string; m() }, R *P] struct{}\ntype L[P *int,] int\ntype M[P C|D] "
    "int\n",
    "type A1[P []E] int\ntype A2[P [4]E, Q int] int\ntype Arr [N * 2]int\ntype Call [len(x)]int\n",
    "type I interface { m(a, b int, c ...string) (x, y T); E; p.Q; ~[]byte | chan int; G[A, B] }\n",
    "type F func(int, string) func(a p.T) (chan<- int, <-chan int, chan (<-chan int))\n",
    "func f[P, Q any, R ~int|~string](x P, y ...Q) (r R, err error) { return }\n",
    "func (r *G[P, _]) m() int\nfunc (T) n(func()) {}\n",
    "func f() {\n\tx := T{1, k: {2, 3}, [2]int{}: &U{}}\n\ty = []T{{}, {1}}\n\t_ = map[K]V{}\n\tz := G[int, "
    "[]string]{}\n}\n",
    "func f() {\n\tif x := g(); x == (T{}) {\n\t} else if y {\n\t} else {\n\t}\n\tfor {\n\t}\n\tfor x "
    "{\n\t}\n"
    "\tfor i := 0; i < n; i++ {\n\t}\n\tfor range 10 {\n\t}\n\tfor k, v := range m {\n\t}\n\tfor x[0] = "
    "range c {\n\t}\n}\n",
    "func f() {\n\tswitch {\n\tcase a, b:\n\t\tfallthrough\n\tdefault:\n\t}\n\tswitch x := y.(type) "
    "{\n\tcase int, nil:\n\t}\n"
    "\tswitch z(); t := u.(type) {}\n\tselect {\n\tcase x, ok := <-c:\n\tcase d <- "
    "1:\n\tdefault:\n\t\tg()\n\t}\n}\n",
    "func f() {\nL:\n\tfor {\n\t\tbreak L\n\t\tcontinue L\n\t}\n\tgoto M\nM:\n}\n",
    "func f() {\n\tgo g(x...)\n\tdefer func() { recover() }()\n\tx <- <-y\n\tx, y = y, x\n\tx &^= "
    "1\n\t;;\n\t{ var a int; type b c }\n}\n",
    "var x = a + b*c - -d<<2&^e == f || !g && h != <-c\nvar y = (*T)(p).q[1:2:3].(I).m(chan int(nil), "
    "[]byte(\"\"), func() {})\n",
    "var z = f[int](x)[i][:][j:]\nvar w = <-chan int(nil)\nvar v = [...]string{2: `a\nb`}\nvar u interface{} "
    "= struct{}{}\n",
};

/* The table-driven parser accepts each program and builds what the diagnosing one does. */
static void test_equal_trees(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
    StrBuf text = {0};
    sb_printf(&text, "package p\n%s", programs[i]);
    if (!table_driven(text.p)) fail_msg("program %zu is not accepted by the table-driven parser", i);
    Parsed a = parse(text.p, false), b = parse(text.p, true);
    assert_int_equal(a.file->nerrors + b.file->nerrors, 0);
    char *da = dump(a.file), *db = dump(b.file);
    assert_string_equal(da, db);
    free(da);
    free(db);
    release(&a);
    release(&b);
    sb_free(&text);
  }
}

/* Positions are gc's: of the operator, the opening bracket or parenthesis, the dot, the colon. */
static void test_positions(void **state) {
  (void)state;
  Parsed p = parse("package p\nfunc f() { x := a.b[1](c) + d; L: y++ }\n", false);
  char *s = dump(p.file);
  assert_string_equal(s, "File 1:1 3:1\n"
                         "  PkgName: Name 1:9 p\n"
                         "  DeclList: FuncDecl 2:6\n"
                         "    Name: Name 2:6 f\n"
                         "    Type: FuncType 2:7\n"
                         "    Body: BlockStmt 2:10 2:39\n"
                         "      List: AssignStmt 2:14 :=\n"
                         "        Lhs: Name 2:12 x\n"
                         "        Rhs: Operation 2:27 + binary\n"
                         "          X: CallExpr 2:23\n"
                         "            Fun: IndexExpr 2:20\n"
                         "              X: SelectorExpr 2:18\n"
                         "                X: Name 2:17 a\n"
                         "                Sel: Name 2:19 b\n"
                         "              Index: BasicLit 2:21 int 1\n"
                         "            ArgList: Name 2:24 c\n"
                         "          Y: Name 2:29 d\n"
                         "      List: LabeledStmt 2:33\n"
                         "        Label: Name 2:32 L\n"
                         "        Stmt: AssignStmt 2:36 +=\n"
                         "          Lhs: Name 2:35 y\n");
  free(s);
  release(&p);
}

static void test_extents(void **state) {
  (void)state;
  Parsed p = parse("package p\nvar x = a.b(c, T{1})\n", false);
  const VarDecl *d = (VarDecl *)p.file->decls.v[0];
  Pos start = ast_start_pos(d->values), end = ast_end_pos(d->values);
  assert_true(start.line == 2 && start.col == 9);
  assert_true(end.line == 2 && end.col == 19);
  release(&p);
}

static void test_printing(void **state) {
  (void)state;
  static const char *const exprs[] = {
      "a + b*c",
      "func(x, y int, z ...string) (int, error) {…}",
      "func() {}",
      "[]T{…}",
      "map[K]V{}",
      "x.(type)",
      "f(a, b...)",
      "x[i:j:k]",
      "<-c",
      "(*T)(p)",
      "struct{a, b int; C; d string \"tag\"}",
      "interface{m(); ~int | string}",
      "chan (<-chan int)",
      "chan<- int",
      "[...]int{…}",
      "G[int, string]",
  };
  for (size_t i = 0; i < ARRAY_LEN(exprs); i++) {
    StrBuf text = {0}, want = {0};
    sb_puts(&text, "package p\nvar x = ");
    for (const char *s = exprs[i]; *s;) { /* "…" stands for something */
      if (strncmp(s, "…", 3) == 0) {
        sb_puts(&text, strncmp(exprs[i], "func", 4) == 0 ? "return" : "1");
        s += 3;
      } else {
        sb_putc(&text, *s++);
      }
    }
    for (const char *s = exprs[i]; *s; s++) {
      if (*s == '*' && s[-1] == 'b')
        sb_puts(&want, " * ");
      else
        sb_putc(&want, *s);
    }
    Parsed p = parse(text.p, true);
    assert_int_equal(p.file->nerrors, 0);
    assert_string_equal(ast_expr_cstr(((VarDecl *)p.file->decls.v[0])->values), want.p);
    release(&p);
    sb_free(&text);
    sb_free(&want);
  }
}

/* ---- errors ---- */

static const struct {
  const char *text, *want;
} errors[] = {
    {"", "1:1: syntax error: package statement must be first\n"},
    {"package p\nx := 1\n", "2:1: syntax error: non-declaration statement outside function body\n"},
    {"package p\nfunc f()\n{\n}\n", "3:1: syntax error: unexpected semicolon or newline before {\n"},
    {"package p\nvar x int\nimport \"a\"\n",
     "3:1: syntax error: imports must appear before other declarations\n"},
    {"package p\nimport 1\n", "2:8: syntax error: import path must be a string\n"},
    {"package p\nfunc f() { if { } }\n", "2:15: syntax error: missing condition in if statement\n"},
    {"package p\nfunc f() { if x = y {} }\n", "2:17: syntax error: cannot use assignment x = y as value\n"},
    {"package p\nfunc f() { if x := y; {} }\n", "2:21: syntax error: missing condition in if statement\n"},
    {"package p\nfunc f() { for i := 0; i < 10 { } }\n",
     "2:31: syntax error: unexpected {, expected semicolon or newline\n"},
    {"package p\nfunc f() { x = 1 y = 2 }\n", "2:18: syntax error: unexpected name y at end of statement\n"},
    {"package p\nfunc f() { g(1 2) }\n",
     "2:16: syntax error: unexpected literal 2 in argument list; possibly missing comma or )\n"},
    {"package p\nfunc f() { else }\n", "2:12: syntax error: unexpected keyword else, expected }\n"},
    {"package p\nvar x = \n", "3:1: syntax error: unexpected EOF, expected expression\n"},
    {"package p\nfunc (a, b T) f() {}\n", "2:15: method has multiple receivers\n"},
    {"package p\nfunc f(a int, string) {}\n", "2:21: syntax error: missing parameter type\n"},
    {"package p\nfunc f(a ...int, b int) {}\n", "2:10: can only use ... with final parameter\n"},
    {"package p\ntype T[P any, Q] int\n", "2:16: syntax error: missing type constraint\n"},
    {"package p\nfunc f() { defer (g()) }\n", "2:18: expression in defer must not be parenthesized\n"},
    {"package p\nfunc f() { x[1::2] }\n", "2:16: middle index required in 3-index slice\n"},
    {"package p\nfunc f() { switch x { a: } }\n",
     "2:23: syntax error: unexpected name a, expected case or default or }\n"},
    {"package p\ntype T struct { (A) }\n", "2:17: syntax error: cannot parenthesize embedded type\n"},
    {"package p\nfunc f() { L: }\n", "2:12: label L defined and not used\n"},
    {"package p\nfunc f() { break }\n", "2:12: break is not in a loop, switch, or select\n"},
    {"package p\nfunc f() { for { break L } }\n", "2:24: break label not defined: L\n"},
    {"package p\nfunc f() { L: g(); for { continue L } }\n", "2:35: invalid continue label L\n"},
    {"package p\nfunc f() { goto L; { L: } }\n", "2:17: goto L jumps into block starting at x.go:2:20\n"},
    {"package p\nfunc f() { goto L; x := 1; L: _ = x }\n",
     "2:17: goto L jumps over declaration of x at x.go:2:22\n"},
    {"package p\nfunc f() { switch { case true: fallthrough } }\n",
     "2:32: cannot fallthrough final case in switch\n"},
    {"package p\nfunc f() { L: for { break L }; L: for { break L } }\n",
     "2:32: label L already defined at x.go:2:12\n2:47: invalid break label L\n"},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
    Parsed p = parse(errors[i].text, false);
    StrBuf b = {0};
    for (u32 k = 0; k < p.sink.diags.n; k++)
      sb_printf(&b, "%u:%u: %s\n", p.sink.diags.v[k].pos.line, p.sink.diags.v[k].pos.col,
                p.sink.diags.v[k].msg);
    assert_string_equal(sb_cstr(&b), errors[i].want);
    assert_true(p.file->nerrors > 0);
    assert_false(table_driven(errors[i].text));
    sb_free(&b);
    release(&p);
  }
}

static void test_deep_nesting(void **state) {
  (void)state;
  StrBuf b = {0};
  sb_puts(&b, "package p\nvar x = ");
  for (int i = 0; i < 100000; i++) sb_putc(&b, '(');
  Parsed p = parse(b.p, false);
  assert_int_equal(p.sink.diags.n, 1);
  assert_string_equal(p.sink.diags.v[0].msg, "syntax error: nesting too deep");
  release(&p);
  sb_free(&b);
}

/* ---- directives ---- */

static void test_directives(void **state) {
  (void)state;
  Parsed p = parse("//go:build linux && go1.21\n\npackage p\nimport _ \"unsafe\"\n//go:linkname f "
                   "runtime.f\n//go:noescape\n"
                   "//go:nosplit\nfunc f(x *int)\n//go:linkname g\nfunc g() {}\n",
                   false);
  assert_int_equal(p.file->nerrors, 0);
  assert_string_equal(p.file->goversion->s, "go1.21");
  const FuncDecl *f = (FuncDecl *)p.file->decls.v[1];
  assert_int_equal(f->pragma->flags, PRAGMA_NOESCAPE | PRAGMA_NOSPLIT);
  assert_int_equal(f->pragma->all.v[0].pos.line, 6);
  assert_int_equal(p.file->linknames.n, 2);
  assert_string_equal(p.file->linknames.v[0].remote->s, "runtime.f");
  assert_null(p.file->linknames.v[1].remote);
  assert_int_equal(p.file->directives.n, 5);
  release(&p);
  p = parse("package p\nfunc f() {\n\t//go:noinline\n\tx := 1\n\t_ = x\n}\nvar y int //go:noinline\n", false);
  assert_int_equal(p.sink.diags.n, 2);
  assert_string_equal(p.sink.diags.v[0].msg, "misplaced compiler directive");
  assert_int_equal(p.sink.diags.v[0].pos.line, 3);
  assert_int_equal(p.sink.diags.v[1].pos.line, 7);
  release(&p);
}

static bool tag_is_linux(void *ctx, const Atom *tag) {
  (void)ctx;
  return atom_is(tag, "linux");
}

static void test_build_lines(void **state) {
  (void)state;
  static const struct {
    const char *line;
    int want; /* -1: malformed */
    const char *version;
  } cases[] = {
      {"//go:build linux", 1, ""},
      {"//go:build !linux || (windows && go1.20)", 0, ""},
      {"//go:build linux && !(cgo || race)", 1, ""},
      {"//go:build (linux && go1.22) || (windows && go1.20)", 0, "go1.20"},
      {"//go:build go1", 0, "go1"},
      {"//go:build", -1, NULL},
      {"//go:build a b", -1, NULL},
      {"//go:build !!a", -1, NULL},
      {"//go:build (a", -1, NULL},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    Arena a = {0};
    size_t n = strlen(cases[i].line);
    BuildExpr *x = buildtags_parse(&a, cases[i].line, n);
    assert_int_equal(x ? buildtags_eval(x, tag_is_linux, NULL) : -1, cases[i].want);
    const Atom *v = buildtags_go_version(cases[i].line, n);
    if (cases[i].version) {
      assert_string_equal(v->s, cases[i].version);
    } else {
      assert_null(v);
    }
    arena_free(&a);
  }
}

static bool count_names(void *ctx, void *node) {
  *(int *)ctx += ((Node *)node)->kind == N_Name;
  return true;
}

static void test_inspect(void **state) {
  (void)state;
  Parsed p = parse("package p\nfunc f(a, b int) { for i := range a { g(b, i) } }\n", false);
  int n = 0;
  ast_inspect(p.file->decls.v[0], count_names, &n);
  assert_int_equal(n, 9); /* f a b int i a g b i */
  release(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equal_trees), cmocka_unit_test(test_positions),
      cmocka_unit_test(test_extents),     cmocka_unit_test(test_printing),
      cmocka_unit_test(test_errors),      cmocka_unit_test(test_deep_nesting),
      cmocka_unit_test(test_directives),  cmocka_unit_test(test_build_lines),
      cmocka_unit_test(test_inspect),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_check_expr.c - the checker against gc: every diagnostic of the programs in check_expr_cases.txt and
 * check_decl_cases.txt is gc's (gen_check_cases.py), and the tree carries the types, modes and values that the lowering
 * relies on. Runs at the project's root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "frontend/syntax.h"
#include "frontend/types.h"

#define FILE_NAME "case.go"

static Arena arena;

static Package *import_unsafe(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)ctx;
  (void)pos;
  if (atom_is(path, "unsafe")) return package_unsafe;
  err_set(e, "package %s is not in std", path->s);
  return NULL;
}

/* Parses and checks a program. */
static File *check(DiagSink *sink, const char *text, size_t n, const char *lang) {
  ParseOptions opt = {.check_branches = true};
  File *f = syntax_parse(&arena, sink, FILE_NAME, FILE_NAME, text, n, &opt);
  for (u32 i = 0; i < sink->diags.n; i++)
    if (sink->diags.v[i].syntax) return f;
  CheckConfig cfg = {.goversion = atom_cstr(lang), .import = import_unsafe};
  check_package(&cfg, atom_cstr("p"), &f, 1, sink);
  return f;
}

/* What diag_print() writes, without file names. */
static char *diagnostics(DiagSink *sink) {
  char *text = NULL;
  size_t n = 0;
  FILE *out = open_memstream(&text, &n);
  diag_sort(sink);
  diag_print(sink, out, 0);
  fclose(out);
  char *w = text;
  for (char *p = text; *p;) {
    bool name = strncmp(p, FILE_NAME ":", sizeof FILE_NAME) == 0;
    if (name) p += sizeof FILE_NAME;
    else *w++ = *p++;
  }
  *w = 0;
  return text;
}

static char *read_all(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("cannot open %s", path);
  StrBuf b = {0};
  char buf[4096];
  for (size_t n; (n = fread(buf, 1, sizeof buf, f)) > 0;) sb_write(&b, buf, n);
  fclose(f);
  char *s = strdup(sb_cstr(&b));
  sb_free(&b);
  return s;
}

static void run_case(const char *name, const char *source, const char *want) {
  StrBuf text = {0};
  sb_printf(&text, "package p\n%s", source);
  const char *lang = strstr(source, "-lang=");
  char version[16] = "go1.26";
  if (lang) sscanf(lang, "-lang=%15s", version);
  DiagSink sink = {0};
  check(&sink, sb_cstr(&text), text.n, version);
  char *got = diagnostics(&sink);
  if (strcmp(got, want) != 0) fail_msg("%s: got\n%s\nwant\n%s", name, got, want);
  free(got);
  sb_free(&text);
  diag_free(&sink);
}

/* Runs every case of a file, of which there are at least `least`. */
static void run_cases(const char *file, u32 least) {
  char *all = read_all(file);
  u32 n = 0;
  for (char *p = all; p && strncmp(p, "=== ", 4) == 0; n++) {
    char *name = p + 4, *source = strchr(p, '\n') + 1, *sep = strstr(source, "\n---\n");
    char *want = sep + 5, *next = strstr(want - 1, "\n=== ");
    source[-1] = 0;
    sep[1] = 0;
    p = next ? next + 1 : NULL;
    char *end = next ? next + 1 : want + strlen(want);
    char save = *end;
    *end = 0;
    run_case(name, source, want);
    *end = save;
  }
  assert_true(n >= least);
  free(all);
}

static void test_diagnostics(void **state) {
  (void)state;
  run_cases("frontend/tests/check_expr_cases.txt", 20);
}

static void test_declaration_diagnostics(void **state) {
  (void)state;
  run_cases("frontend/tests/check_decl_cases.txt", 14);
}

/* ---- what is recorded in the tree ---- */

typedef struct Find {
  const char *text;
  Expr *found; /* the last one in source order */
} Find;

static bool find_expr(void *ctx, void *node) {
  Find *f = ctx;
  Node *n = node;
  if (!node_is_expr(n->kind) || n->kind == N_ListExpr) return true;
  StrBuf b = {0};
  ast_expr_string(&b, node);
  if (strcmp(sb_cstr(&b), f->text) == 0 && ((Expr *)n)->mode != TV_NONE) f->found = node;
  sb_free(&b);
  return true;
}

static const char *unqualified(void *ctx, const Package *p) {
  (void)ctx;
  (void)p;
  return "";
}

typedef struct Recorded {
  const char *body; /* of a function after these declarations */
  const char *expr;
  ValueMode mode;
  const char *type;
  const char *val; /* NULL: none */
} Recorded;

static const char decls[] =
    "package p\n"
    "type T struct{ a, b int }\nfunc (T) m(int) string { return \"\" }\nfunc (*T) pm() {}\n"
    "func id[P any](x P) P { return x }\nfunc pair() (int, string) { return 0, \"\" }\n"
    "var (s uint; i int; f float64; arr [4]int; sl []byte; mp map[string]T; ch chan int; e any; t T; b bool)\n"
    "func body() {\n";

static const Recorded recorded[] = {
    /* untyped constants end up with the type of their context */
    {"var x float32 = 1; _ = x", "1", TV_CONST, "float32", "1"},
    {"var x any = 1; _ = x", "1", TV_CONST, "int", "1"},
    {"_ = 'a'", "'a'", TV_CONST, "rune", "97"},
    {"_ = f + 1<<3", "1 << 3", TV_CONST, "float64", "8"},
    {"var x int64 = 1 << s; _ = x", "1 << s", TV_VALUE, "int64", NULL},
    {"var x int64 = 1 << s; _ = x", "1", TV_CONST, "int64", "1"},
    {"_ = 1 << s", "1", TV_CONST, "int", "1"},
    {"i <<= 2.0", "2.0", TV_CONST, "uint", "2"},
    {"_ = i == 1.0", "1.0", TV_CONST, "int", "1"},
    {"_ = e == 1", "1", TV_CONST, "int", "1"},
    {"_ = uint8(255)", "uint8(255)", TV_CONST, "uint8", "255"},
    {"_ = string(65)", "string(65)", TV_CONST, "string", "\"A\""},
    {"_ = []byte(\"x\")", "\"x\"", TV_CONST, "string", "\"x\""},
    {"_ = float32(0.1)", "float32(0.1)", TV_CONST, "float32", "0.1"},
    {"_ = sl[1.0]", "1.0", TV_CONST, "int", "1"},
    {"_ = make([]int, 2.0)", "2.0", TV_CONST, "int", "2"},
    {"print(1, 2.5)", "2.5", TV_CONST, "float64", "2.5"},
    {"_ = complex(1, 2)", "complex(1, 2)", TV_CONST, "complex128", "(1 + 2i)"},
    /* booleans of comparisons */
    {"b = i < 2", "i < 2", TV_VALUE, "bool", NULL},
    {"_ = 1 < 2", "1 < 2", TV_CONST, "bool", "true"},
    {"if i < 2 {}", "i < 2", TV_VALUE, "bool", NULL},
    {"type B bool; var x B = i < 2; _ = x", "i < 2", TV_VALUE, "B", NULL},
    /* nil */
    {"e = nil", "nil", TV_NILVALUE, "any", NULL},
    {"sl = nil", "nil", TV_NILVALUE, "[]byte", NULL},
    {"_ = ch == nil", "nil", TV_NILVALUE, "chan int", NULL},
    /* modes */
    {"_ = arr[1]", "arr[1]", TV_VAR, "int", NULL},
    {"_ = mp[\"a\"]", "mp[\"a\"]", TV_MAPINDEX, "T", NULL},
    {"_ = mp[\"a\"].b", "mp[\"a\"].b", TV_VALUE, "int", NULL},
    {"_ = \"abc\"[1]", "\"abc\"[1]", TV_VALUE, "byte", NULL},
    {"_ = <-ch", "<-ch", TV_COMMAOK, "int", NULL},
    {"_ = e.(int)", "e.(int)", TV_COMMAOK, "int", NULL},
    {"_ = *&t", "*&t", TV_VAR, "T", NULL},
    {"println()", "println()", TV_NOVALUE, NULL, NULL},
    {"_ = T{}", "T", TV_TYPE, "T", NULL},
    {"_ = [...]int{3: 1}", "[...]int{…}", TV_VALUE, "[4]int", NULL},
    {"_ = [...]int{3: 1}", "[...]int", TV_TYPE, "[4]int", NULL},
    /* comma-ok in use has two values */
    {"x, ok := mp[\"a\"]; _, _ = x, ok", "mp[\"a\"]", TV_MAPINDEX, "(T, bool)", NULL},
    {"x, ok := <-ch; _, _ = x, ok", "<-ch", TV_COMMAOK, "(int, bool)", NULL},
    {"x, ok := e.(T); _, _ = x, ok", "e.(T)", TV_COMMAOK, "(T, bool)", NULL},
    /* constant lengths are not evaluated */
    {"_ = len(arr)", "len(arr)", TV_CONST, "int", "4"},
    {"_ = len([2]int{i})", "len([2]int{…})", TV_CONST, "int", "2"},
    {"_ = len([1]int{<-ch})", "len([1]int{…})", TV_VALUE, "int", NULL},
    {"for range arr {}", "arr", TV_CONST, "int", "4"},
    {"for _, v := range arr { _ = v }", "arr", TV_VAR, "[4]int", NULL},
    /* calls, methods, instances, built-ins */
    {"_ = id(1)", "id", TV_VALUE, "func(x int) int", NULL},
    {"_ = id(1)", "1", TV_CONST, "int", "1"},
    {"_ = id[string]", "id[string]", TV_VALUE, "func(x string) string", NULL},
    {"var g func(T) T = id; _ = g", "id", TV_VALUE, "func(x T) T", NULL},
    {"_ = t.m", "t.m", TV_VALUE, "func(int) string", NULL},
    {"_ = T.m", "T.m", TV_VALUE, "func(T, int) string", NULL},
    {"_ = (*T).pm", "(*T).pm", TV_VALUE, "func(*T)", NULL},
    {"_, _ = pair()", "pair()", TV_VALUE, "(int, string)", NULL},
    {"_ = append(sl, 1)", "append", TV_BUILTIN, "func([]byte, ...byte) []byte", NULL},
    {"_ = append(sl, \"x\"...)", "append", TV_BUILTIN, "func([]byte, string...) []byte", NULL},
    {"_ = copy(sl, \"x\")", "copy", TV_BUILTIN, "func([]byte, string) int", NULL},
    {"_ = min(f, 1)", "1", TV_CONST, "float64", "1"},
};

static void run_recorded(const Recorded *r) {
  StrBuf text = {0};
  sb_printf(&text, "%s%s\n}\n", decls, r->body);
  DiagSink sink = {0};
  File *f = check(&sink, sb_cstr(&text), text.n, "go1.26");
  if (sink.nerrors) {
    char *got = diagnostics(&sink);
    fail_msg("%s: %s", r->body, got);
  }
  Find find = {r->expr, NULL};
  ast_inspect(f->decls.v[f->decls.n - 1], find_expr, &find);
  Expr *e = find.found;
  if (!e) fail_msg("%s: no expression %s with a type", r->body, r->expr);
  if (e->mode != r->mode) fail_msg("%s: mode of %s is %d, want %d", r->body, r->expr, e->mode, r->mode);
  StrBuf b = {0};
  if (r->type) {
    type_string(&b, e->type, unqualified, NULL);
    if (strcmp(sb_cstr(&b), r->type) != 0) fail_msg("%s: type of %s is %s", r->body, r->expr, sb_cstr(&b));
  }
  sb_reset(&b);
  if (e->val) const_string(&b, e->val);
  if (!e->val != !r->val || (r->val && strcmp(sb_cstr(&b), r->val) != 0))
    fail_msg("%s: value of %s is %s", r->body, r->expr, e->val ? sb_cstr(&b) : "missing");
  sb_free(&b);
  sb_free(&text);
  diag_free(&sink);
}

static void test_recorded(void **state) {
  (void)state;
  for (u32 i = 0; i < ARRAY_LEN(recorded); i++) run_recorded(&recorded[i]);
}

int main(void) {
  types_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_diagnostics),
      cmocka_unit_test(test_declaration_diagnostics),
      cmocka_unit_test(test_recorded),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  arena_free(&arena);
  return failed;
}

/* test_main.c - finds tests, benchmarks, fuzz targets and examples and writes the main package that runs
 * them. Which functions count, and what an example's output comment is, follows cmd/go/internal/load/test.go
 * and go/doc. */
#define _GNU_SOURCE
#include "cli/test_main.h"

#include <ctype.h>
#include <locale.h>
#include <strings.h>
#include <wctype.h>

#include "cli/cli.h"
#include "frontend/constant.h"
#include "frontend/mod.h"

enum Table { TESTS, BENCHMARKS, FUZZ_TARGETS, EXAMPLES, NTABLES };

typedef struct TestMain {
  StrBuf tables[NTABLES];  /* the composite literals' elements */
  const char *main_pkg;    /* "_test" or "_xtest" when there is a TestMain */
  bool import[2], need[2]; /* of the package and of its external test package */
  const Atom *file;        /* absolute, being scanned */
  DiagSink *sink;
} TestMain;

static const char *const local_names[2] = {"_test", "_xtest"};

static bool has_suffix(const Atom *s, const char *suffix) {
  size_t k = strlen(suffix);
  return s->len >= k && strcmp(s->s + s->len - k, suffix) == 0;
}

bool test_rune_is_lower(i32 r) {
  static locale_t utf8;
  if (!utf8) utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
  return utf8 ? iswlower_l((wint_t)r, utf8) : r >= 'a' && r <= 'z';
}

/* prefix, then nothing or what does not start with a lower case letter. */
static bool is_test_name(const Atom *name, const char *prefix) {
  size_t k = strlen(prefix);
  if (strncmp(name->s, prefix, k) != 0) return false;
  i32 r = 0;
  if (utf8_decode(name->s + k, name->len - k, &r) == 0) return true;
  return !test_rune_is_lower(r);
}

/* func(x *T) or func(x *pkg.T), without results. */
static bool has_test_signature(const FuncDecl *d, const char *arg) {
  if (d->type->results.n || d->type->params.n != 1) return false;
  const Operation *star = (const Operation *)d->type->params.v[0]->type;
  if (!star || star->e.n.kind != N_Operation || star->op != OP_MUL || star->y) return false;
  if (star->x->n.kind == N_SelectorExpr) return atom_is(((const SelectorExpr *)star->x)->sel->name, arg);
  return ast_is_name(star->x, arg);
}

/* Reports a wrong signature: with the file's absolute path and the place of "func", as go/parser has it. */
static bool check_signature(TestMain *t, const FuncDecl *d, const char *arg) {
  const char *name = d->name->name->s;
  const Atom *why = NULL;
  if (!has_test_signature(d, arg))
    why = atom_printf("must be: func %s(%c *testing.%s)", name, tolower(arg[0]), arg);
  if (d->tparams.n) why = atom_cstr("test functions cannot have type parameters");
  if (!why) return true;
  Pos pos = d->name->e.n.pos;
  u32 width = sizeof "func " - 1, col = pos.col > width ? pos.col - width : 1;
  diag_report(t->sink, (Pos){0}, false, false, 0, "%s:%u:%u: wrong signature for %s, %s", t->file->s,
              pos.line, col, name, why->s);
  return false;
}

/* ---- examples ---- */
/* Adds a line without its trailing blanks; of several empty ones only the first. */
static void add_line(StrBuf *out, const char *s, size_t n) {
  while (n && isspace((unsigned char)s[n - 1])) n--;
  if (n == 0 && out->n >= 2 && memcmp(out->p + out->n - 2, "\n\n", 2) == 0) return;
  sb_write(out, s, n);
  sb_putc(out, '\n');
}

/* Adds one comment to its group's text, without the markers. */
static void add_comment(StrBuf *out, const char *s, size_t n) {
  bool line_comment = s[1] == '/';
  s += 2, n -= line_comment ? 2 : 4;
  if (line_comment && n && *s == ' ') s++, n--;
  for (const char *nl; (nl = n ? memchr(s, '\n', n) : NULL);) {
    add_line(out, s, (size_t)(nl - s));
    n -= (size_t)(nl - s) + 1;
    s = nl + 1;
  }
  add_line(out, s, n);
}

static size_t skip_quoted(const char *s, size_t n) {
  size_t i = 1;
  while (i < n && s[i] != s[0] && (s[0] == '`' || s[i] != '\n')) i += s[i] == '\\' && s[0] != '`' ? 2 : 1;
  return i < n ? i + 1 : n;
}

static size_t comment_length(const char *s, size_t n) {
  if (s[1] == '/') {
    const char *nl = memchr(s, '\n', n);
    return nl ? (size_t)(nl - s) : n;
  }
  for (size_t i = 2; i + 1 < n; i++)
    if (s[i] == '*' && s[i + 1] == '/') return i + 2;
  return n;
}

/* The last comment group of the block that s starts with. */
static void last_comment(const char *s, size_t n, StrBuf *out) {
  int depth = 0;
  bool in_group = false;
  u32 newlines = 0;
  for (size_t i = 0; i < n;) {
    char c = s[i];
    size_t len = 1;
    if (c == '/' && i + 1 < n && (s[i + 1] == '/' || s[i + 1] == '*')) {
      len = comment_length(s + i, n - i);
      if (!in_group || newlines > 1) sb_reset(out);
      add_comment(out, s + i, len);
      in_group = true;
      newlines = 0;
    } else if (c == '\n') {
      newlines++;
    } else if (!isspace((unsigned char)c)) {
      in_group = false;
      if (c == '"' || c == '\'' || c == '`') len = skip_quoted(s + i, n - i);
      depth += (c == '{') - (c == '}');
      if (depth == 0) return;
    }
    i += len;
  }
}

/* The expected output in the comment: true when it starts with "Output:" or "Unordered output:". */
static bool output_of(const char *comment, const char **output, bool *unordered) {
  const char *p = comment;
  while (isspace((unsigned char)*p)) p++;
  *unordered = strncasecmp(p, "unordered ", 10) == 0;
  if (*unordered) p += 10;
  if (strncasecmp(p, "output:", 7) != 0) return false;
  *output = p + 7;
  return true;
}

static void add_example(TestMain *t, int which, const FuncDecl *d, const char *text, size_t n) {
  const char *p = text;
  for (u32 line = 1; line < d->body->s.n.pos.line && p; line++) {
    p = memchr(p, '\n', n - (size_t)(p - text));
    if (p) p++;
  }
  if (!p) return;
  p += d->body->s.n.pos.col - 1;
  StrBuf comment = {0};
  const char *output;
  bool unordered;
  last_comment(p, n - (size_t)(p - text), &comment);
  if (output_of(sb_cstr(&comment), &output, &unordered)) {
    StrBuf *b = &t->tables[EXAMPLES];
    sb_printf(b, "\t{\"%s\", %s.%s, ", d->name->name->s, local_names[which], d->name->name->s);
    const_quote(b, output, strlen(output));
    sb_printf(b, ", %s},\n", unordered ? "true" : "false");
    t->need[which] = true;
  }
  sb_free(&comment);
}

/* ---- files ---- */
static void add_test(TestMain *t, int which, enum Table table, const FuncDecl *d, const char *arg) {
  if (!check_signature(t, d, arg)) return;
  sb_printf(&t->tables[table], "\t{\"%s\", %s.%s},\n", d->name->name->s, local_names[which],
            d->name->name->s);
  t->need[which] = true;
}

static void add_test_main(TestMain *t, int which, const FuncDecl *d) {
  if (!check_signature(t, d, "M")) return;
  if (t->main_pkg) {
    diag_report(t->sink, (Pos){0}, false, false, 0, "multiple definitions of TestMain");
    return;
  }
  t->main_pkg = local_names[which];
  t->need[which] = true;
}

static void scan_file(TestMain *t, int which, const File *f) {
  StrBuf text = {0};
  Err e;
  t->file = pos_base(f->base)->abspath;
  if (!cli_read_file(t->file->s, &text, &e)) diag_report(t->sink, (Pos){0}, false, false, 0, "%s", e.msg);
  for (u32 i = 0; i < f->decls.n; i++) {
    const FuncDecl *d = (const FuncDecl *)f->decls.v[i];
    if (d->d.n.kind != N_FuncDecl || d->recv || t->sink->nerrors) continue;
    const Atom *name = d->name->name;
    if (atom_is(name, "TestMain") && !has_test_signature(d, "T")) add_test_main(t, which, d);
    else if (is_test_name(name, "Test")) add_test(t, which, TESTS, d, "T");
    else if (is_test_name(name, "Benchmark")) add_test(t, which, BENCHMARKS, d, "B");
    else if (is_test_name(name, "Fuzz")) add_test(t, which, FUZZ_TARGETS, d, "F");
    else if (is_test_name(name, "Example") && d->body && !d->type->params.n && !d->type->results.n)
      add_example(t, which, d, sb_cstr(&text), text.n);
  }
  sb_free(&text);
}

static bool scan_package(TestMain *t, int which, const LoadPackage *p) {
  bool some = false;
  for (u32 i = 0; p && i < p->files.n; i++) {
    const File *f = p->files.v[i];
    if (!has_suffix(pos_base(f->base)->filename, "_test.go")) continue;
    some = true;
    scan_file(t, which, f);
  }
  return some;
}

static void write_import(StrBuf *b, const TestMain *t, int which, const char *path) {
  if (t->import[which]) sb_printf(b, "\n\t%s \"%s\"\n", t->need[which] ? local_names[which] : "_", path);
  sb_putc(b, '\n');
}

/* Every element stands between empty lines, as in cmd/go's template: line numbers of main show in tracebacks.
 */
static void write_table(StrBuf *b, const char *name, const char *type, StrBuf *elements) {
  sb_printf(b, "var %s = []testing.%s{\n", name, type);
  for (const char *p = sb_cstr(elements); *p;) {
    size_t n = strcspn(p, "\n") + 1;
    sb_putc(b, '\n');
    sb_write(b, p, n);
    p += n;
  }
  sb_puts(b, "\n}\n\n");
  sb_free(elements);
}

bool test_main_text(LoadPackage *p, StrBuf *b, DiagSink *sink) {
  static const struct {
    const char *name, *type;
  } tables[NTABLES] = {
      [TESTS] = {"tests", "InternalTest"},
      [BENCHMARKS] = {"benchmarks", "InternalBenchmark"},
      [FUZZ_TARGETS] = {"fuzzTargets", "InternalFuzzTarget"},
      [EXAMPLES] = {"examples", "InternalExample"},
  };
  TestMain t = {.sink = sink};
  bool some = scan_package(&t, 0, p);
  some |= scan_package(&t, 1, p->xtest);
  t.import[0] = p->files.n > 0;
  t.import[1] = p->xtest != NULL;
  sb_puts(b, "\n// Code generated by 'go test'. DO NOT EDIT.\n\npackage main\n\nimport (\n\t\"os\"\n");
  sb_puts(b, t.main_pkg ? "\n\t\"reflect\"\n\n" : "\n");
  sb_puts(b, "\t\"testing\"\n\t\"testing/internal/testdeps\"\n\n\n");
  write_import(b, &t, 0, p->path->s);
  write_import(b, &t, 1, p->xtest ? p->xtest->path->s : "");
  sb_puts(b, ")\n\n");
  for (int i = 0; i < NTABLES; i++) write_table(b, tables[i].name, tables[i].type, &t.tables[i]);
  const char *path = atom_is(p->path, "command-line-arguments") ? "" : p->path->s;
  const char *module = p->module ? p->module->path->s : "";
  sb_printf(b, "func init() {\n\n\ttestdeps.ModulePath = \"%s\"\n", module);
  sb_printf(b, "\ttestdeps.ImportPath = \"%s\"\n}\n\n", path);
  sb_puts(b, "func main() {\n");
  sb_puts(b, "\tm := testing.MainStart(testdeps.TestDeps{}, tests, benchmarks, fuzzTargets, examples)\n\n");
  if (t.main_pkg) {
    sb_printf(b, "\t%s.TestMain(m)\n", t.main_pkg);
    sb_puts(b, "\tos.Exit(int(reflect.ValueOf(m).Elem().FieldByName(\"exitCode\").Int()))\n\n}\n");
  } else {
    sb_puts(b, "\tos.Exit(m.Run())\n\n}\n");
  }
  return some;
}

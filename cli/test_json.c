/* test_json.c - test output to JSON events (test_json.h): cmd/internal/test2json in C, with the same buffers,
 * so that long and unfinished lines split in the same places.
 * A framing line (=== RUN, --- PASS ...) starts with ^V under -test.v=test2json; once one was seen only lines
 * with it count. Reports of finished tests are held back until what follows shows that their output is over.
 */
#define _GNU_SOURCE
#include "cli/test_json.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "cli/test_main.h"

enum { MARKER = 0x16, INPUT_MAX = 4096, OUTPUT_MAX = 1024 };

typedef void (*LineFunc)(TestJson *c, const char *p, size_t n);

/* Cuts a stream into lines of at most max bytes; longer ones and unfinished benchmark results come in parts.
 */
typedef struct LineBuffer {
  char *b;
  size_t n, max;
  bool mid; /* inside a long line */
  LineFunc line, part;
} LineBuffer;

typedef struct Report { /* a finished test whose event is not written yet */
  const char *action, *test;
  double elapsed; /* -1: unknown */
} Report;

typedef struct Event {
  const char *action, *test, *failed_build, *key, *value, *path;
  const char *output;
  size_t output_len;
  double elapsed; /* -1: none */
} Event;

struct TestJson {
  FILE *out;
  const char *package, *test, *result;
  struct timespec start;
  VEC(Report) reports;
  LineBuffer input, output;
  bool need_marker;
};

/* ---- writing JSON ---- */
/* As encoding/json quotes: HTML's characters, U+2028 and U+2029 escaped, invalid UTF-8 replaced. */
static void put_quoted(StrBuf *b, const char *s, size_t n) {
  sb_putc(b, '"');
  while (n > 0) {
    i32 r;
    int used = utf8_decode(s, n, &r);
    if (r == '"' || r == '\\') sb_printf(b, "\\%c", (char)r);
    else if (r == '\b' || r == '\f' || r == '\n' || r == '\r' || r == '\t')
      sb_printf(b, "\\%c", r == '\b' ? 'b' : r == '\f' ? 'f' : r == '\n' ? 'n' : r == '\r' ? 'r' : 't');
    else if (r < 0x20 || r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029)
      sb_printf(b, "\\u%04x", (unsigned)r);
    else if (r == RUNE_ERROR && used == 1) sb_puts(b, "\\ufffd");
    else sb_write(b, s, (size_t)used);
    s += used;
    n -= (size_t)used;
  }
  sb_putc(b, '"');
}

static void put_field(StrBuf *b, const char *name, const char *value) {
  if (!value || !*value) return;
  sb_printf(b, ",\"%s\":", name);
  put_quoted(b, value, strlen(value));
}

/* The shortest digits that read back as v, as encoding/json writes numbers of this size. */
static void put_number(StrBuf *b, double v) {
  char text[64];
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (strtod(text, NULL) == v) break;
  }
  if (strchr(text, 'e') && v < 1e21 && v >= 1e-6) snprintf(text, sizeof text, v >= 1 ? "%.0f" : "%.9f", v);
  sb_puts(b, text);
}

/* Now, as time.RFC3339Nano prints it in the local zone. */
static void put_time(StrBuf *b) {
  struct timespec t;
  struct tm tm;
  char date[64], fraction[16];
  clock_gettime(CLOCK_REALTIME, &t);
  localtime_r(&t.tv_sec, &tm);
  strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
  size_t n = (size_t)snprintf(fraction, sizeof fraction, ".%09ld", t.tv_nsec);
  while (n > 1 && fraction[n - 1] == '0') n--;
  sb_printf(b, "\"Time\":\"%s%.*s", date, n > 1 ? (int)n : 0, fraction);
  if (tm.tm_gmtoff == 0) sb_putc(b, 'Z');
  else
    sb_printf(b, "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+', labs(tm.tm_gmtoff) / 3600,
              labs(tm.tm_gmtoff) / 60 % 60);
  sb_puts(b, "\",");
}

static void write_event(TestJson *c, const Event *e) {
  StrBuf b = {0};
  sb_putc(&b, '{');
  put_time(&b);
  sb_printf(&b, "\"Action\":\"%s\"", e->action);
  put_field(&b, "Package", c->package);
  put_field(&b, "Test", e->test && *e->test ? e->test : c->test);
  if (e->elapsed >= 0) {
    sb_puts(&b, ",\"Elapsed\":");
    put_number(&b, e->elapsed);
  }
  if (e->output) {
    sb_puts(&b, ",\"Output\":");
    put_quoted(&b, e->output, e->output_len);
  }
  put_field(&b, "FailedBuild", e->failed_build);
  put_field(&b, "Key", e->key);
  put_field(&b, "Value", e->value);
  put_field(&b, "Path", e->path);
  sb_puts(&b, "}\n");
  fwrite(b.p, 1, b.n, c->out);
  fflush(c->out);
  sb_free(&b);
}

static void write_output_event(TestJson *c, const char *p, size_t n) {
  write_event(c, &(Event){.action = "output", .output = p, .output_len = n, .elapsed = -1});
}

/* ---- lines ---- */
/* The end of the line that starts b: a newline, or just before a marker that does not begin it. */
static bool find_eol(const char *b, size_t n, size_t *at, size_t *width) {
  for (size_t i = 0; i < n; i++) {
    if (b[i] == '\n' || (b[i] == MARKER && i > 0)) {
      *at = i;
      *width = b[i] == '\n';
      return true;
    }
  }
  return false;
}

static bool is_benchmark_name(const char *s, size_t n) {
  static const char word[] = "Benchmark";
  size_t k = sizeof word - 1;
  i32 r;
  if (n < k || memcmp(s, word, k) != 0) return false;
  return utf8_decode(s + k, n - k, &r) == 0 || !test_rune_is_lower(r);
}

/* The largest length up to n that does not end inside a UTF-8 sequence. */
static size_t trim_utf8(const char *b, size_t n) {
  for (size_t i = 1; i < 4 && i <= n; i++) {
    u8 ch = (u8)b[n - i];
    if ((ch & 0xc0) == 0x80) continue;
    size_t want = (ch & 0xe0) == 0xc0 ? 2 : (ch & 0xf0) == 0xe0 ? 3 : (ch & 0xf8) == 0xf0 ? 4 : 1;
    return i < want ? n - i : n;
  }
  return n;
}

/* Hands over the first column of a benchmark's result, which is printed long before the rest. */
static void take_benchmark(TestJson *c, LineBuffer *l, size_t *i) {
  const char *b = l->b + *i, *tab = memchr(b, '\t', l->n - *i);
  if (!tab) return;
  size_t n = (size_t)(tab - b);
  while (n > 0 && b[n - 1] == ' ') n--;
  if (!is_benchmark_name(b, n)) return;
  l->part(c, b, (size_t)(tab - b) + 1);
  l->mid = true;
  *i += (size_t)(tab - b) + 1;
}

static void buffer_write(TestJson *c, LineBuffer *l, const char *p, size_t n) {
  while (n > 0) {
    size_t m = l->max - l->n < n ? l->max - l->n : n, i = 0, at, width;
    memcpy(l->b + l->n, p, m);
    l->n += m;
    p += m;
    n -= m;
    for (; i < l->n && find_eol(l->b + i, l->n - i, &at, &width); i += at + width) {
      (l->mid ? l->part : l->line)(c, l->b + i, at + width);
      l->mid = false;
    }
    if (i < l->n && !l->mid) take_benchmark(c, l, &i);
    if (i == 0 && l->n == l->max) {
      i = trim_utf8(l->b, l->n);
      l->part(c, l->b, i);
      l->mid = true;
    }
    l->n -= i;
    memmove(l->b, l->b + i, l->n);
  }
}

static void buffer_flush(TestJson *c, LineBuffer *l) {
  if (l->n > 0) l->part(c, l->b, l->n);
  l->n = 0;
}

static void output_write(TestJson *c, const char *p, size_t n) { buffer_write(c, &c->output, p, n); }

/* ---- framing lines ---- */
static bool starts_with(const char *p, size_t n, const char *prefix) {
  size_t k = strlen(prefix);
  return n >= k && memcmp(p, prefix, k) == 0;
}

static bool starts_with_any(const char *p, size_t n, const char *const *list, size_t nlist) {
  for (size_t i = 0; i < nlist; i++)
    if (starts_with(p, n, list[i])) return true;
  return false;
}

static bool equals(const char *p, size_t n, const char *s) { return n == strlen(s) && memcmp(p, s, n) == 0; }

/* Writes the events of the reports from depth on, innermost first. */
static void flush_reports(TestJson *c, u32 depth) {
  c->test = "";
  while (c->reports.n > depth) {
    Report r = VEC_POP(&c->reports);
    write_event(c, &(Event){.action = r.action, .test = r.test, .elapsed = r.elapsed});
  }
}

/* The word at *s up to a blank; *s goes behind it. */
static const char *cut_word(const char **s) {
  size_t n = strcspn(*s, " ");
  const char *word = atom_new(*s, n)->s;
  *s += n + ((*s)[n] == ' ');
  return word;
}

static const char *trim_space(const char *s, size_t n) {
  while (n > 0 && isspace((unsigned char)*s)) s++, n--;
  while (n > 0 && isspace((unsigned char)s[n - 1])) n--;
  return atom_new(s, n)->s;
}

/* "--- PASS: Name (0.01s)": action and name are parsed off, the event waits. */
static void handle_report(TestJson *c, const char *action, const char *name, u32 indent, bool marked,
                          const char *line, size_t n) {
  Report r = {.action = action, .test = name, .elapsed = -1};
  const char *paren = strstr(name, " (");
  if (paren) {
    char *end;
    double t = strtod(paren + 2, &end);
    if (end > paren + 2 && strcmp(end, "s)") == 0) r.elapsed = t;
    r.test = atom_new(name, (size_t)(paren - name))->s;
  }
  if (c->reports.n >= indent) {
    c->need_marker = marked;
    flush_reports(c, indent);
    c->test = r.test;
    VEC_PUSH(NULL, &c->reports, r);
  }
  output_write(c, line, n);
}

/* "=== RUN   Name". */
static void handle_update(TestJson *c, const char *action, const char *name, bool marked, const char *line,
                          size_t n) {
  Event e = {.action = action, .elapsed = -1};
  const char *rest = name;
  if (strcmp(action, "artifacts") == 0) {
    name = cut_word(&rest);
    e.path = rest;
  } else if (strcmp(action, "attr") == 0) {
    name = cut_word(&rest);
    e.key = cut_word(&rest);
    e.value = rest;
  }
  c->need_marker = marked;
  flush_reports(c, 0);
  c->test = name;
  if (strcmp(action, "name") == 0) return;
  bool pause = strcmp(action, "pause") == 0;
  if (pause) output_write(c, line, n);
  write_event(c, &e);
  if (!pause) output_write(c, line, n);
}

/* A final PASS or FAIL. */
static void handle_result(TestJson *c, bool pass, bool marked, const char *line, size_t n) {
  flush_reports(c, 0);
  c->need_marker = marked;
  output_write(c, line, n);
  c->result = pass ? "pass" : "fail";
}

/* A line that is no framing: its indentation may tell which finished test it belongs to. */
static void handle_plain(TestJson *c, u32 indent, const char *line, size_t n) {
  if (indent > 0 && indent <= c->reports.n) c->test = c->reports.v[indent - 1].test;
  output_write(c, line, n);
}

static void handle_line(TestJson *c, const char *line, size_t n) {
  static const char *const updates[] = {"=== RUN   ", "=== PAUSE ", "=== CONT  ",
                                        "=== NAME  ", "=== PASS  ", "=== FAIL  ",
                                        "=== SKIP  ", "=== ATTR  ", "=== ARTIFACTS "};
  static const char *const reports[] = {"--- PASS: ", "--- FAIL: ", "--- SKIP: ", "--- BENCH: "};
  static const char no_tests[] = "\t[no test files]";
  if (n == 0) return;
  bool marked = line[0] == MARKER;
  if (c->need_marker && !marked) {
    output_write(c, line, n);
    return;
  }
  if (marked) {
    buffer_flush(c, &c->output);
    line++, n--;
  }
  size_t trim = n;
  if (trim > 0 && line[trim - 1] == '\n') trim -= 1 + (trim > 1 && line[trim - 2] == '\r');
  if (equals(line, trim, "=== NAME")) line = "=== NAME  \n", n = 11, trim = 10;
  bool pass = equals(line, trim, "PASS");
  if (pass || equals(line, trim, "FAIL") || starts_with(line, trim, "FAIL\t")) {
    handle_result(c, pass, marked, line, n);
    return;
  }
  if (starts_with(line, n, "?   \t") && trim >= sizeof no_tests - 1 && c->reports.n == 0 &&
      memcmp(line + trim - (sizeof no_tests - 1), no_tests, sizeof no_tests - 1) == 0)
    c->result = "skip";
  u32 indent = 0;
  const char *p = line;
  size_t left = n;
  bool update = starts_with_any(p, left, updates, ARRAY_LEN(updates));
  for (; !update && starts_with(p, left, "    "); indent++) p += 4, left -= 4;
  if (!update && !starts_with_any(p, left, reports, ARRAY_LEN(reports))) {
    handle_plain(c, indent, line, n);
    return;
  }
  char action[16];
  size_t k = 0, at = 4; /* "=== " or "--- " */
  for (; at < left && p[at] != ' '; at++)
    if (p[at] != ':') action[k++] = (char)tolower((unsigned char)p[at]);
  action[k] = 0;
  if (at < left) at++;
  const char *what = atom_cstr(action)->s, *name = trim_space(p + at, left - at);
  if (update) handle_update(c, what, name, marked, line, n);
  else handle_report(c, what, name, indent, marked, line, n);
}

/* ---- the converter ---- */
TestJson *test_json_new(FILE *out, const char *package) {
  TestJson *c = xcalloc(1, sizeof *c);
  c->out = out;
  c->package = package;
  c->test = "";
  c->input =
      (LineBuffer){.b = xmalloc(INPUT_MAX), .max = INPUT_MAX, .line = handle_line, .part = output_write};
  c->output = (LineBuffer){
      .b = xmalloc(OUTPUT_MAX), .max = OUTPUT_MAX, .line = write_output_event, .part = write_output_event};
  clock_gettime(CLOCK_MONOTONIC, &c->start);
  write_event(c, &(Event){.action = "start", .elapsed = -1});
  return c;
}

void test_json_write(TestJson *c, const char *p, size_t n) { buffer_write(c, &c->input, p, n); }

void test_json_close(TestJson *c, bool ok, const char *failed_build) {
  if (!ok) c->result = "fail";
  else if (!c->result || strcmp(c->result, "skip") != 0) c->result = "pass";
  buffer_flush(c, &c->input);
  buffer_flush(c, &c->output);
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  double elapsed = (double)(t.tv_sec - c->start.tv_sec) + (double)(t.tv_nsec - c->start.tv_nsec) * 1e-9;
  write_event(c, &(Event){.action = c->result,
                          .failed_build = ok ? NULL : failed_build,
                          .elapsed = floor(elapsed * 1000 + 0.5) / 1000});
  xfree(c->input.b);
  xfree(c->output.b);
  VEC_FREE(&c->reports);
  xfree(c);
}

static void write_build_event(FILE *out, const char *import_path, const char *action, const char *text,
                              size_t n) {
  StrBuf b = {0};
  sb_puts(&b, "{\"ImportPath\":");
  put_quoted(&b, import_path, strlen(import_path));
  sb_printf(&b, ",\"Action\":\"%s\"", action);
  if (n > 0) {
    sb_puts(&b, ",\"Output\":");
    put_quoted(&b, text, n);
  }
  sb_puts(&b, "}\n");
  fwrite(b.p, 1, b.n, out);
  sb_free(&b);
}

void test_json_build(FILE *out, const char *import_path, const char *text, size_t n) {
  while (n > 0) {
    const char *nl = memchr(text, '\n', n);
    size_t k = nl ? (size_t)(nl - text) + 1 : n;
    write_build_event(out, import_path, "build-output", text, k);
    text += k;
    n -= k;
  }
  write_build_event(out, import_path, "build-fail", NULL, 0);
  fflush(out);
}

/* report.c - printing (report.h). Everything is written at once, so that it stays in order with what Go code
 * writes. */
#include "repl/report.h"

#include <errno.h>
#include <unistd.h>

enum { MAX_DIAGS = 10 };

static bool in_line;
static const char *label = "";

bool report_in_line(void) { return in_line; }
void report_seen(const void *p, size_t n) {
  if (n) in_line = ((const char *)p)[n - 1] != '\n';
}

static void write_fd(int fd, const char *p, size_t n) {
  report_seen(p, n);
  while (n) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return;
    p += k;
    n -= (size_t)k;
  }
}

static void write_format(int fd, const char *before, const char *fmt, va_list ap, const char *after) {
  StrBuf b = {0};
  sb_puts(&b, before);
  sb_vprintf(&b, fmt, ap);
  sb_puts(&b, after);
  write_fd(fd, b.p, b.n);
  sb_free(&b);
}

void report_value(const char *text, size_t n) {
  StrBuf b = {0};
  if (in_line) sb_putc(&b, '\n');
  sb_puts(&b, label);
  label = "";
  sb_write(&b, text, n);
  sb_putc(&b, '\n');
  write_fd(STDOUT_FILENO, b.p, b.n);
  sb_free(&b);
}
void report_label(const char *text) { label = text; }
void report_text(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  write_format(STDOUT_FILENO, "", fmt, ap, "");
  va_end(ap);
}
void report_error(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  write_format(STDERR_FILENO, in_line ? "\n" : "", fmt, ap, "\n");
  va_end(ap);
}
void report_note(const char *fmt, va_list ap) {
  write_format(STDERR_FILENO, in_line ? "\n// " : "// ", fmt, ap, "\n");
}

/* ---- diagnostics ---- */
/* Line number `line` of the input; *n is its length. */
static const char *input_line(const char *input, size_t size, u32 line, size_t *n) {
  const char *p = input, *end = input + size;
  for (; line > 1 && p < end; line--) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    if (!nl) return NULL;
    p = nl + 1;
  }
  const char *nl = memchr(p, '\n', (size_t)(end - p));
  *n = (size_t)((nl ? nl : end) - p);
  return p;
}

static u32 lines_of(const char *input, size_t n) {
  u32 lines = 1;
  for (size_t i = 0; i + 1 < n; i++) lines += input[i] == '\n';
  return lines;
}

/* The line, and below it a caret under byte col: tabs stay tabs, other characters before it become blanks. */
static void add_source(StrBuf *b, const char *line, size_t n, u32 col) {
  sb_puts(b, "\t");
  sb_write(b, line, n);
  sb_puts(b, "\n\t");
  for (u32 i = 0; i + 1 < col && i < n; i++) {
    if (line[i] == '\t') sb_putc(b, '\t');
    else if (((u8)line[i] & 0xc0) != 0x80) sb_putc(b, ' ');
  }
  sb_puts(b, "^\n");
}

static void add_diag(StrBuf *b, const Diag *d, const char *input, size_t n) {
  RelPos p = pos_rel(d->pos);
  bool own = p.filename && atom_is(p.filename, "input");
  u32 last = own ? lines_of(input, n) : 0;
  if (own && p.line > last) {
    if (b->n) return; /* a consequence of what was reported, at what we added */
    size_t end = 0;
    input_line(input, n, last, &end);
    p.line = last;
    p.col = (u32)end + 1;
  }
  if (own) sb_printf(b, "%u:%u: %s\n", p.line, p.col, d->msg);
  else if (p.filename && p.line) sb_printf(b, "%s:%u:%u: %s\n", p.filename->s, p.line, p.col, d->msg);
  else sb_printf(b, "%s\n", d->msg);
  size_t len;
  const char *line = own ? input_line(input, n, p.line, &len) : NULL;
  if (line && len) add_source(b, line, len, p.col);
}

void report_at(const char *input, size_t n, u32 at, const char *fmt, ...) {
  StrBuf b = {0};
  u32 line = 1, start = 0;
  for (u32 i = 0; i < at; i++)
    if (input[i] == '\n') line++, start = i + 1;
  sb_printf(&b, "%u:%u: ", line, at - start + 1);
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  sb_putc(&b, '\n');
  size_t len;
  const char *text = input_line(input, n, line, &len);
  add_source(&b, text, len, at - start + 1);
  write_fd(STDERR_FILENO, b.p, b.n);
  sb_free(&b);
}

void report_diags(DiagSink *sink, const char *input, size_t n) {
  StrBuf b = {0};
  diag_sort(sink);
  for (u32 i = 0; i < sink->diags.n && i < MAX_DIAGS; i++) add_diag(&b, &sink->diags.v[i], input, n);
  if (sink->diags.n > MAX_DIAGS) sb_puts(&b, "too many errors\n");
  if (in_line) write_fd(STDERR_FILENO, "\n", 1);
  write_fd(STDERR_FILENO, b.p ? b.p : "", b.n);
  sb_free(&b);
}

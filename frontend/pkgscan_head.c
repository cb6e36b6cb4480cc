/* pkgscan_head.c - reads the head of one Go file (go/build's read.go: readGoInfo, parseGoEmbed).
 * Invariant: h->p only moves forward and stays within [text, end]. Start reading at filehead_scan().
 */
#include "frontend/pkgscan_head.h"

typedef struct Head {
  Arena *a;
  const char *text, *p, *end, *line_start, *file;
  u32 line;
  FileHead *out;
  const char *comment, *comment_end; /* the comment group that ends on the line before comment_next */
  u32 comment_next;
} Head;

static u32 column(const Head *h, const char *p) { return (u32)(p - h->line_start) + 1; }

static void fail(Head *h, const char *what) {
  if (!h->out->error) h->out->error = arena_printf(h->a, "%u:%u: %s", h->line, column(h, h->p), what);
}

static void newline(Head *h) {
  h->line++;
  h->line_start = h->p;
}

/* Notes a comment; one that follows the last directly extends its group. */
static void note_comment(Head *h, const char *start, u32 line) {
  if (!h->comment || line != h->comment_next) h->comment = start;
  h->comment_end = h->p;
  h->comment_next = h->line + 1;
}

static void line_comment(Head *h) {
  const char *start = h->p, *nl = memchr(start, '\n', (size_t)(h->end - start));
  const char *stop = nl ? nl : h->end;
  h->p = stop;
  size_t n = (size_t)(stop - start);
  if (n > 0 && start[n - 1] == '\r') n--;
  if (!h->out->package && n > 5 && memcmp(start, "//go:", 5) == 0)
    VEC_PUSH(h->a, &h->out->directives, arena_printf(h->a, "%.*s", (int)n, start));
  note_comment(h, start, h->line);
}

static void block_comment(Head *h) {
  const char *start = h->p;
  u32 line = h->line;
  for (h->p += 2; h->p < h->end; h->p++) {
    if (*h->p == '*' && h->p + 1 < h->end && h->p[1] == '/') {
      h->p += 2;
      note_comment(h, start, line);
      return;
    }
    if (*h->p == '\n') {
      h->p++;
      newline(h);
      h->p--;
    }
  }
  fail(h, "comment not terminated");
}

/* Skips blanks and comments. With stop_at_newline set, a line's end is a token (an automatic semicolon). */
static void skip(Head *h, bool stop_at_newline) {
  while (h->p < h->end) {
    char c = *h->p;
    if (c == '\n') {
      if (stop_at_newline) return;
      h->p++;
      newline(h);
    } else if (c == ' ' || c == '\t' || c == '\r') {
      h->p++;
    } else if (c == '/' && h->p + 1 < h->end && h->p[1] == '/') {
      line_comment(h);
    } else if (c == '/' && h->p + 1 < h->end && h->p[1] == '*') {
      u32 line = h->line;
      block_comment(h);
      if (stop_at_newline && h->line != line) return;
    } else {
      return;
    }
  }
}

static bool is_letter(const char *p) {
  return (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || *p == '_' || (u8)*p >= 0x80;
}

static const Atom *word(Head *h) {
  const char *start = h->p;
  if (h->p >= h->end || !is_letter(h->p)) return NULL;
  while (h->p < h->end && (is_letter(h->p) || (*h->p >= '0' && *h->p <= '9'))) h->p++;
  return atom_new(start, (size_t)(h->p - start));
}

static bool semicolon(Head *h) {
  u32 line = h->line;
  skip(h, true);
  if (h->p >= h->end || h->line != line) return true;
  if (*h->p == ';' || *h->p == '\n') {
    if (*h->p++ == '\n') newline(h);
    return true;
  }
  return *h->p == ')';
}

/* The bytes of the string literal at p, unquoted as far as paths need it; NULL when malformed. */
static const Atom *string_literal(Head *h) {
  if (h->p >= h->end || (*h->p != '"' && *h->p != '`')) return NULL;
  char quote = *h->p++;
  const char *start = h->p;
  while (h->p < h->end && *h->p != quote && *h->p != '\n') h->p += *h->p == '\\' && quote == '"' ? 2 : 1;
  if (h->p >= h->end || *h->p != quote) {
    if (h->p > h->end) h->p = h->end;
    return NULL;
  }
  return atom_new(start, (size_t)(h->p++ - start));
}

static bool import_spec(Head *h) {
  u32 line = h->line, col = column(h, h->p);
  if (h->p < h->end && *h->p == '.') {
    h->p++;
  } else {
    word(h);
  }
  skip(h, false);
  const Atom *path = string_literal(h);
  if (!path) return fail(h, "missing import path; require quoted string"), false;
  if (atom_is(path, "C")) h->out->imports_c = true;
  VEC_PUSH(h->a, &h->out->imports, (ScanName){path, h->file, line, col});
  if (!semicolon(h)) return fail(h, "expected ';'"), false;
  return true;
}

static bool import_group(Head *h) {
  h->p++;
  for (;;) {
    skip(h, false);
    if (h->p >= h->end) return fail(h, "expected ')', found 'EOF'"), false;
    if (*h->p == ';') {
      h->p++;
      continue;
    }
    if (*h->p == ')') {
      h->p++;
      return semicolon(h);
    }
    if (!import_spec(h)) return false;
  }
}

/* Leaves h behind the last import: the comments that follow may be //go:embed lines. */
static void imports(Head *h) {
  for (;;) {
    Head last = *h;
    skip(h, false);
    if (h->p < h->end && *h->p == ';') {
      h->p++;
      continue;
    }
    if (!atom_is(word(h), "import")) {
      *h = last;
      return;
    }
    skip(h, false);
    if (!(h->p < h->end && *h->p == '(' ? import_group(h) : import_spec(h))) return;
  }
}

/* The text of the comment group, without comment marks and directives, as ast.CommentGroup.Text. */
static const char *comment_text(Head *h) {
  StrBuf b = {0};
  const char *p = h->comment;
  bool block = false;
  while (p < h->comment_end) {
    const char *nl = memchr(p, '\n', (size_t)(h->comment_end - p));
    const char *stop = nl ? nl : h->comment_end, *q = p;
    if (!block) {
      while (q < stop && (*q == ' ' || *q == '\t')) q++;
      if (stop - q >= 2 && q[0] == '/' && q[1] == '/') {
        bool directive = stop - q > 5 && memcmp(q, "//go:", 5) == 0;
        q += 2;
        if (q < stop && *q == ' ') q++;
        if (!directive) sb_write(&b, q, (size_t)(stop - q));
        if (!directive) sb_putc(&b, '\n');
        p = nl ? nl + 1 : stop;
        continue;
      }
      block = true;
      q += stop - q >= 2 ? 2 : 0;
    }
    const char *close = stop - q >= 2 ? strstr(q, "*/") : NULL;
    if (close && close < stop) {
      stop = close;
      block = false;
    }
    sb_write(&b, q, (size_t)(stop - q));
    sb_putc(&b, '\n');
    p = nl ? nl + 1 : h->comment_end;
  }
  const char *s = arena_strdup(h->a, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* ---- //go:embed ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool embed_parse_args(Arena *a, const char *args, size_t n, const char *file, u32 line, u32 col,
                      ScanNames *out) {
  const char *p = args, *end = args + n;
  for (;;) {
    while (p < end && is_blank(*p)) p++;
    if (p >= end) return true;
    ScanName e = {.file = file, .line = line, .col = col + (u32)(p - args)};
    if (*p == '"' || *p == '`') {
      StrBuf b = {0};
      char quote = *p++;
      while (p < end && *p != quote) {
        if (*p == '\\' && quote == '"') p++;
        if (p < end) sb_putc(&b, *p++);
      }
      bool closed = p < end;
      e.name = atom_new(sb_cstr(&b), b.n);
      sb_free(&b);
      if (!closed || (p + 1 < end && !is_blank(p[1]))) return false;
      p++;
    } else {
      const char *start = p;
      while (p < end && !is_blank(*p)) p++;
      e.name = atom_new(start, (size_t)(p - start));
    }
    VEC_PUSH(a, out, e);
  }
}

static void skip_quoted(Head *h, char quote) {
  for (h->p++; h->p < h->end && *h->p != quote; h->p++) {
    if (*h->p == '\n') {
      if (quote != '`') return;
      h->p++;
      newline(h);
      h->p--;
    } else if (*h->p == '\\' && quote != '`' && h->p + 1 < h->end) {
      h->p++;
    }
  }
  if (h->p < h->end) h->p++;
}

/* Looks for //go:embed at the start of lines in the rest of the file. */
static void embeds(Head *h) {
  bool at_start = true;
  while (h->p < h->end) {
    char c = *h->p;
    if (c == '\n') {
      h->p++;
      newline(h);
      at_start = true;
    } else if (is_blank(c)) {
      h->p++;
    } else if (c == '/' && h->p + 1 < h->end && h->p[1] == '/') {
      const char *start = h->p;
      u32 col = column(h, start);
      line_comment(h);
      size_t n = (size_t)(h->p - start);
      if (!at_start || n < 11 || memcmp(start, "//go:embed", 10) != 0 || !is_blank(start[10])) continue;
      if (!embed_parse_args(h->a, start + 10, n - 10, h->file, h->line, col + 10, &h->out->embeds))
        fail(h, arena_printf(h->a, "invalid quoted string in //go:embed: %.*s", (int)(n - 10), start + 10));
    } else if (c == '/' && h->p + 1 < h->end && h->p[1] == '*') {
      block_comment(h);
    } else if (c == '"' || c == '\'' || c == '`') {
      skip_quoted(h, c);
      at_start = false;
    } else {
      h->p++;
      at_start = false;
    }
  }
}

static bool is_keyword(const Atom *w) {
  static const char *const words[] = {
      "break", "case",   "chan",   "const",  "continue", "default", "defer",     "else", "fallthrough",
      "for",   "func",   "go",     "goto",   "if",       "import",  "interface", "map",  "package",
      "range", "return", "select", "struct", "switch",   "type",    "var"};
  for (size_t i = 0; i < ARRAY_LEN(words); i++)
    if (atom_is(w, words[i])) return true;
  return false;
}

static bool expect_package(Head *h) {
  const char *start = h->p;
  const Atom *w = word(h);
  if (atom_is(w, "package")) return true;
  h->p = start;
  if (start >= h->end) {
    fail(h, "expected 'package', found 'EOF'");
  } else {
    const char *quote = w && !is_keyword(w) ? "" : "'";
    fail(h,
         arena_printf(h->a, "expected 'package', found %s%.*s%s", quote, w ? (int)w->len : 1, start, quote));
  }
  return false;
}

void filehead_scan(Arena *a, const char *file, const char *text, size_t n, FileHead *head) {
  *head = (FileHead){.doc = ""};
  Head h = {.a = a, .text = text, .p = text, .end = text + n, .file = file, .line = 1, .out = head};
  if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) h.p += 3;
  h.line_start = h.p;
  skip(&h, false);
  if (head->error) return;
  u32 line = h.line;
  if (!expect_package(&h)) return;
  if (h.comment && h.comment_next == line) head->doc = comment_text(&h);
  skip(&h, true);
  head->package = word(&h);
  if (!head->package) return fail(&h, "expected package name");
  if (!semicolon(&h)) return fail(&h, "expected ';'");
  imports(&h);
  if (head->error) return;
  bool embed = false;
  for (u32 i = 0; i < head->imports.n; i++) embed |= atom_is(head->imports.v[i].name, "embed");
  if (embed) embeds(&h);
}

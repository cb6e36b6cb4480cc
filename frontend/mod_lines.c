/* mod_lines.c - the lexer and the line structure of go.mod files (modfile/read.go).
 * Invariant: in->tok is the next token; next() replaces it. A syntax error sets in->error once and turns the
 * rest of the input into end of file. Start reading at modlines_split().
 */
#include "frontend/mod_lines.h"

#include "frontend/unicode.h"

enum { TOK_EOF = -1, TOK_EOLCOMMENT = -2, TOK_IDENT = -3, TOK_STRING = -4, TOK_COMMENT = -5 };

typedef struct Token {
  int kind; /* above, or the character */
  const char *text;
  u32 line, col;
} Token;

typedef struct Input {
  Arena *a;
  const char *name, *path, *start, *p, *end;
  u32 line, col; /* of p; the column counts runes */
  Token tok;
  ModLines *out;
  const char *error;
  StrBuf comments; /* lines of the comment block before the next statement */
} Input;

static void fail_at(Input *in, u32 line, u32 col, const char *what) {
  if (!in->error) {
    in->error = col > 1 ? arena_printf(in->a, "%s:%u:%u: %s", in->name, line, col, what)
                        : arena_printf(in->a, "%s:%u: %s", in->name, line, what);
  }
  in->p = in->end;
}

static bool at_prefix(const Input *in, const char *s) {
  size_t n = strlen(s);
  return (size_t)(in->end - in->p) >= n && memcmp(in->p, s, n) == 0;
}

static i32 read_rune(Input *in) {
  i32 r;
  in->p += utf8_decode(in->p, (size_t)(in->end - in->p), &r);
  in->col++;
  if (r == '\n') {
    in->line++;
    in->col = 1;
  }
  return r;
}

static bool is_ident(const Input *in) {
  i32 r;
  if (in->p >= in->end) return false;
  utf8_decode(in->p, (size_t)(in->end - in->p), &r);
  return r > ' ' && r != 0x7f && !strchr("()[]{},", r < 0x80 ? r : 'a') && (r < 0x80 || unicode_is_print(r));
}

static void end_token(Input *in, int kind, const char *start) {
  size_t n = (size_t)(in->p - start);
  if (kind == TOK_COMMENT || kind == TOK_EOLCOMMENT) {
    if (n > 0 && start[n - 1] == '\n') n--;
    if (n > 0 && start[n - 1] == '\r') n--;
  }
  in->tok.kind = kind;
  in->tok.text = arena_printf(in->a, "%.*s", (int)n, start);
}

static bool alone_on_line(const Input *in, const char *p) {
  while (p > in->start && p[-1] != '\n') {
    p--;
    if (*p != ' ' && *p != '\t' && *p != '\r') return false;
  }
  return true;
}

static void lex_string(Input *in) {
  const char *start = in->p;
  u32 line = in->line, col = in->col;
  i32 quote = read_rune(in);
  for (;;) {
    if (in->p >= in->end) return fail_at(in, line, col, "unexpected EOF in string");
    if (*in->p == '\n') return fail_at(in, in->line, in->col, "unexpected newline in string");
    i32 c = read_rune(in);
    if (c == quote) break;
    if (c == '\\' && quote != '`') {
      if (in->p >= in->end) return fail_at(in, line, col, "unexpected EOF in string");
      read_rune(in);
    }
  }
  end_token(in, TOK_STRING, start);
}

static void next(Input *in) {
  static const char block_comment[] = "mod files must use // comments (not /* */ comments)";
  while (in->p < in->end && (*in->p == ' ' || *in->p == '\t' || *in->p == '\r')) read_rune(in);
  const char *start = in->p;
  in->tok = (Token){.kind = TOK_EOF, .text = "", .line = in->line, .col = in->col};
  if (in->p >= in->end) return;
  if (at_prefix(in, "//")) {
    int kind = alone_on_line(in, start) ? TOK_COMMENT : TOK_EOLCOMMENT;
    while (in->p < in->end && read_rune(in) != '\n') continue;
    return end_token(in, kind, start);
  }
  if (at_prefix(in, "/*")) return fail_at(in, in->line, in->col, block_comment);
  if (strchr("\n()[]{},", *in->p) && *in->p) {
    int c = *in->p;
    read_rune(in);
    return end_token(in, c, start);
  }
  if (*in->p == '"' || *in->p == '`') return lex_string(in);
  if (!is_ident(in)) {
    i32 r;
    int k = utf8_decode(in->p, (size_t)(in->end - in->p), &r);
    const char *what = r < ' ' || r == 0x7f
                           ? arena_printf(in->a, "unexpected input character '\\x%02x'", (unsigned)r)
                           : arena_printf(in->a, "unexpected input character '%.*s'", k, in->p);
    return fail_at(in, in->line, in->col, what);
  }
  while (is_ident(in) && !at_prefix(in, "//")) {
    if (at_prefix(in, "/*")) return fail_at(in, in->line, in->col, block_comment);
    read_rune(in);
  }
  end_token(in, TOK_IDENT, start);
}

static bool at_eol(const Input *in) {
  return in->tok.kind == TOK_EOF || in->tok.kind == TOK_EOLCOMMENT || in->tok.kind == '\n';
}

/* ---- comments ---- */

static const char *comment_words(const char *text) {
  text += 2;
  return text + strspn(text, " \t");
}

static void note_comment(Input *in, const char *text) {
  if (in->comments.n) sb_putc(&in->comments, '\n');
  sb_puts(&in->comments, comment_words(text));
  while (in->comments.n && strchr(" \t\r", in->comments.p[in->comments.n - 1]))
    in->comments.p[--in->comments.n] = 0;
}

/* The end of a line: takes its comment, and the comments before it. */
static void end_line(Input *in, ModLine *l) {
  l->suffix = in->tok.kind == TOK_EOLCOMMENT ? in->tok.text : "";
  if (*l->suffix) note_comment(in, l->suffix);
  l->comment = arena_strdup(in->a, sb_cstr(&in->comments));
  sb_reset(&in->comments);
  next(in);
}

/* ---- lines and blocks ---- */

static void add_word(Input *in, ModLine *l) {
  VEC_PUSH(in->a, &l->words, in->tok.text);
  next(in);
}

static void block_line(Input *in, const char *verb, const char *block_comment) {
  ModLine l = {.line = in->tok.line, .col = in->tok.col, .verb = verb};
  while (!at_eol(in)) add_word(in, &l);
  end_line(in, &l);
  if (!*l.comment) l.comment = block_comment;
  VEC_PUSH(in->a, in->out, l);
}

/* The lines up to ")"; the "(" has been read. */
static void block(Input *in, ModLine *head) {
  head->is_block = true;
  head->comment = arena_strdup(in->a, sb_cstr(&in->comments));
  head->suffix = "";
  sb_reset(&in->comments);
  VEC_PUSH(in->a, in->out, *head);
  while (!in->error) {
    switch (in->tok.kind) {
    case TOK_EOLCOMMENT:
    case '\n': next(in); break;
    case TOK_COMMENT:
      note_comment(in, in->tok.text);
      next(in);
      break;
    case TOK_EOF:
      fail_at(in, in->line, in->col,
              arena_printf(in->a, "syntax error (unterminated block started at %s:%u:%u)", in->path,
                           head->line, head->col));
      break;
    case ')':
      sb_reset(&in->comments);
      next(in);
      if (!at_eol(in)) {
        fail_at(in, in->line, in->col, "syntax error (expected newline after closing paren)");
      } else {
        next(in);
      }
      return;
    default: block_line(in, head->verb, head->comment);
    }
  }
}

static void statement(Input *in) {
  ModLine l = {.line = in->tok.line, .col = in->tok.col, .verb = in->tok.text};
  add_word(in, &l);
  for (;;) {
    if (at_eol(in)) {
      end_line(in, &l);
      VEC_PUSH(in->a, in->out, l);
      return;
    }
    if (in->tok.kind != '(') {
      add_word(in, &l);
      continue;
    }
    const char *open = in->tok.text;
    next(in);
    if (at_eol(in)) return block(in, &l);
    if (in->tok.kind == ')') {
      next(in);
      if (at_eol(in)) { /* an empty block */
        l.is_block = true;
        end_line(in, &l);
        VEC_PUSH(in->a, in->out, l);
        return;
      }
      VEC_PUSH(in->a, &l.words, open);
      VEC_PUSH(in->a, &l.words, ")");
    } else {
      VEC_PUSH(in->a, &l.words, open);
    }
  }
}

bool modlines_split(Arena *a, const char *name, const char *path, const char *text, size_t n, ModLines *out,
                    const char **error) {
  Input in = {.a = a,
              .name = name,
              .path = path,
              .start = text,
              .p = text,
              .end = text + n,
              .line = 1,
              .col = 1,
              .out = out};
  next(&in);
  while (!in.error && in.tok.kind != TOK_EOF) {
    switch (in.tok.kind) {
    case '\n':
      sb_reset(&in.comments);
      next(&in);
      break;
    case TOK_COMMENT:
      note_comment(&in, in.tok.text);
      next(&in);
      break;
    case TOK_EOLCOMMENT: next(&in); break;
    default: statement(&in);
    }
  }
  sb_free(&in.comments);
  if (in.error) *error = in.error;
  return !in.error;
}

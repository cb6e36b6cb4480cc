/* diagnose_scan.c - the diagnosing parser's scanner: words every lexical error as gc's scanner does.
 * Characters are read one at a time; NUL, invalid UTF-8 and misplaced byte order marks are reported and
 * skipped wherever they stand, but remain in the text of the token around them. Follows
 * cmd/compile/internal/syntax/scanner.go and source.go. Start reading at scan_next().
 */
#include <stdio.h>

#include "frontend/diagnose.h"
#include "frontend/unicode.h"

static const char *const token_names[] = {
    "",
#define TOKEN(name, text, keyword) text,
#include "frontend/token.def"
#undef TOKEN
};
static const bool token_keywords[] = {
    false,
#define TOKEN(name, text, keyword) keyword,
#include "frontend/token.def"
#undef TOKEN
};

const char *token_string(Token t) { return token_names[t]; }
bool token_is_keyword(Token t) { return token_keywords[t]; }

/* ---- errors ---- */

static void error_at(Dx *d, u32 line, u32 col, const char *msg) {
  parse_error(d->ps, parse_pos_at(d->ps, line, col), "%s", msg);
}

/* At the current character. */
static void error_here(Dx *d, const char *msg) { error_at(d, d->s.chline + 1, d->s.chcol + 1, msg); }

/* At a byte offset from the start of the token. */
static void error_in_token(Dx *d, u32 offset, const char *msg) {
  error_at(d, d->s.line, d->s.col + offset, msg);
}

/* Appends c as Go's %#U does: U+0040 '@'. */
static void put_rune_name(StrBuf *b, i32 c) {
  char utf8[4];
  sb_printf(b, "U+%04X", (unsigned)c);
  if (!unicode_is_print(c)) return;
  sb_puts(b, " '");
  sb_write(b, utf8, (size_t)utf8_encode(utf8, c));
  sb_putc(b, '\'');
}

/* Appends c as Go's %q does. */
static void put_quoted_rune(StrBuf *b, i32 c) {
  static const char from[] = "\a\b\f\n\r\t\v\\'", to[] = "abfnrtv\\'";
  char utf8[4];
  const char *p = c > 0 && c < 0x80 ? strchr(from, c) : NULL;
  sb_putc(b, '\'');
  if (p) {
    sb_printf(b, "\\%c", to[p - from]);
  } else if (unicode_is_print(c)) {
    sb_write(b, utf8, (size_t)utf8_encode(utf8, c));
  } else if (c < 0x80) {
    sb_printf(b, "\\x%02x", (unsigned)c);
  } else {
    sb_printf(b, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
  }
  sb_putc(b, '\'');
}

static void error_rune(Dx *d, const char *before, i32 c, const char *after) {
  StrBuf b = {0};
  sb_puts(&b, before);
  put_rune_name(&b, c);
  sb_puts(&b, after);
  error_here(d, sb_cstr(&b));
  sb_free(&b);
}

/* ---- characters ---- */

static void next_char(Dx *d) {
  Scanner *s = &d->s;
  for (;;) {
    s->chcol += s->chw;
    if (s->ch == '\n') {
      s->chline++;
      s->chcol = 0;
    }
    if (s->r >= s->n) {
      s->ch = -1;
      s->chw = 0;
      return;
    }
    s->chw = (u32)utf8_decode(s->src + s->r, s->n - s->r, &s->ch);
    s->r += s->chw;
    if (s->ch == 0) {
      error_here(d, "invalid NUL character");
    } else if (s->ch == RUNE_ERROR && s->chw == 1) {
      error_here(d, "invalid UTF-8 encoding");
    } else if (s->ch == 0xFEFF) {
      if (s->chline > 0 || s->chcol > 0) error_here(d, "invalid BOM in the middle of the file");
    } else {
      return;
    }
  }
}

void scan_init(Dx *d, const char *text, size_t n) {
  d->s = (Scanner){.src = text, .n = n, .ch = ' '};
  next_char(d);
}

void scan_stop(Dx *d) {
  d->s.r = d->s.n;
  d->s.ch = -1;
  d->s.chw = 0;
  d->s.nlsemi = false;
  d->s.tok = TOK_EOF;
}

/* The offset of the current character. */
static size_t offset_of(const Scanner *s) { return s->r - s->chw; }
static bool accept(Dx *d, i32 c) {
  if (d->s.ch != c) return false;
  next_char(d);
  return true;
}
static i32 lower(i32 c) { return c | 0x20; }
static bool is_ascii_letter(i32 c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_'; }
static bool is_decimal(i32 c) { return c >= '0' && c <= '9'; }
static bool is_hex(i32 c) { return is_decimal(c) || (lower(c) >= 'a' && lower(c) <= 'f'); }

/* ---- identifiers ---- */

static bool at_ident_char(Dx *d, bool first) {
  i32 c = d->s.ch;
  if (unicode_is_letter(c) || c == '_') return true;
  if (unicode_is_digit(c)) {
    if (first) error_rune(d, "identifier cannot begin with digit ", c, "");
    return true;
  }
  if (c >= 0x80) {
    error_rune(d, "invalid character ", c, " in identifier");
    return true;
  }
  return false;
}

static void scan_ident(Dx *d) {
  Scanner *s = &d->s;
  while (is_ascii_letter(s->ch) || is_decimal(s->ch)) next_char(d);
  if (s->ch >= 0x80)
    while (at_ident_char(d, false)) next_char(d);
  const char *p = s->src + s->start;
  size_t n = offset_of(s) - s->start;
  for (Token t = TOK_Break; t <= TOK_Var; t++) {
    if (strlen(token_names[t]) != n || memcmp(token_names[t], p, n) != 0) continue;
    s->nlsemi = t == TOK_Break || t == TOK_Continue || t == TOK_Fallthrough || t == TOK_Return;
    s->tok = t;
    return;
  }
  s->nlsemi = true;
  s->lit = atom_new(p, n);
  s->tok = TOK_Name;
}

/* ---- literals ---- */

static void set_literal(Dx *d, LitKind kind, bool ok) {
  Scanner *s = &d->s;
  s->nlsemi = true;
  s->tok = TOK_Literal;
  s->lit = atom_new(s->src + s->start, offset_of(s) - s->start);
  s->bad = !ok;
  s->kind = kind;
}

enum { SAW_DIGIT = 1, SAW_SEPARATOR = 2 };

/* Accepts digits and '_' of a base; up to base 10 any decimal digit, the first too large one's offset going
 * to *invalid. Tells what it saw. */
static int scan_digits(Dx *d, int base, int *invalid) {
  Scanner *s = &d->s;
  int saw = 0;
  for (;;) {
    if (s->ch == '_') {
      saw |= SAW_SEPARATOR;
    } else if (base <= 10 ? is_decimal(s->ch) : is_hex(s->ch)) {
      if (base <= 10 && s->ch >= '0' + base && invalid && *invalid < 0)
        *invalid = (int)(s->chcol + 1 - s->col);
      saw |= SAW_DIGIT;
    } else {
      return saw;
    }
    next_char(d);
  }
}

static const char *base_name(int base) {
  return base == 2 ? "binary" : base == 8 ? "octal" : base == 10 ? "decimal" : "hexadecimal";
}

/* The offset of the first '_' that does not stand between digits (a base prefix counts as one), or -1. */
static int invalid_separator(const Atom *lit) {
  i32 prefix = ' ', c = '.';
  u32 i = 0, n = lit->len;
  const char *x = lit->s;
  if (n >= 2 && x[0] == '0') {
    prefix = lower(x[1]);
    if (prefix == 'x' || prefix == 'o' || prefix == 'b') {
      c = '0';
      i = 2;
    }
  }
  for (; i < n; i++) {
    i32 before = c;
    c = (u8)x[i];
    if (c == '_') {
      if (before != '0') return (int)i;
    } else if (is_decimal(c) || (prefix == 'x' && is_hex(c))) {
      c = '0';
    } else {
      if (before == '_') return (int)i - 1;
      c = '.';
    }
  }
  return c == '_' ? (int)n - 1 : -1;
}

typedef struct Number {
  bool ok;
  LitKind kind;
  int base;
  i32 prefix; /* 0: decimal, '0': an octal of the old form or a float, else 'x', 'o', 'b' */
  int saw, invalid;
} Number;

static void number_error(Dx *d, Number *z, const char *msg) {
  error_here(d, msg);
  z->ok = false;
}

static void scan_number_prefix(Dx *d, Number *z) {
  if (!accept(d, '0')) return;
  switch (lower(d->s.ch)) {
  case 'x': z->base = 16; break;
  case 'o': z->base = 8; break;
  case 'b': z->base = 2; break;
  default:
    z->base = 8;
    z->prefix = '0';
    z->saw = SAW_DIGIT;
    return;
  }
  z->prefix = lower(d->s.ch);
  next_char(d);
}

static void scan_exponent(Dx *d, Number *z) {
  Scanner *s = &d->s;
  char msg[64];
  i32 e = lower(s->ch);
  bool misfit = e == 'e' ? z->prefix != 0 && z->prefix != '0' : z->prefix != 'x';
  if (z->ok && misfit) {
    snprintf(msg, sizeof msg, "'%c' exponent requires %s mantissa", (char)s->ch,
             e == 'e' ? "decimal" : "hexadecimal");
    number_error(d, z, msg);
  }
  next_char(d);
  z->kind = LIT_FLOAT;
  if (s->ch == '+' || s->ch == '-') next_char(d);
  z->saw = scan_digits(d, 10, NULL) | (z->saw & SAW_SEPARATOR);
  if (!(z->saw & SAW_DIGIT) && z->ok) number_error(d, z, "exponent has no digits");
}

static void scan_number(Dx *d, bool seen_point) {
  Scanner *s = &d->s;
  char msg[64];
  Number z = {.ok = true, .kind = LIT_INT, .base = 10, .invalid = -1};
  if (!seen_point) {
    scan_number_prefix(d, &z);
    z.saw |= scan_digits(d, z.base, &z.invalid);
    if (s->ch == '.') {
      if (z.prefix == 'o' || z.prefix == 'b') {
        snprintf(msg, sizeof msg, "invalid radix point in %s literal", base_name(z.base));
        number_error(d, &z, msg);
      }
      next_char(d);
      seen_point = true;
    }
  }
  if (seen_point) {
    z.kind = LIT_FLOAT;
    z.saw |= scan_digits(d, z.base, &z.invalid);
  }
  if (!(z.saw & SAW_DIGIT) && z.ok) {
    snprintf(msg, sizeof msg, "%s literal has no digits", base_name(z.base));
    number_error(d, &z, msg);
  }
  if (lower(s->ch) == 'e' || lower(s->ch) == 'p') {
    scan_exponent(d, &z);
  } else if (z.prefix == 'x' && z.kind == LIT_FLOAT && z.ok) {
    number_error(d, &z, "hexadecimal mantissa requires a 'p' exponent");
  }
  if (accept(d, 'i')) z.kind = LIT_IMAG;
  set_literal(d, z.kind, z.ok);
  if (z.kind == LIT_INT && z.invalid >= 0 && z.ok) {
    snprintf(msg, sizeof msg, "invalid digit '%c' in %s literal", s->lit->s[z.invalid], base_name(z.base));
    error_in_token(d, (u32)z.invalid, msg);
    z.ok = false;
  }
  if ((z.saw & SAW_SEPARATOR) && z.ok) {
    int i = invalid_separator(s->lit);
    if (i >= 0) {
      error_in_token(d, (u32)i, "'_' must separate successive digits");
      z.ok = false;
    }
  }
  s->bad = !z.ok;
}

static bool scan_escape(Dx *d, i32 quote) {
  Scanner *s = &d->s;
  StrBuf b = {0};
  int n;
  u32 base = 16, max = 0x10FFFF, x = 0;
  if (s->ch == quote || (s->ch > 0 && s->ch < 0x80 && strchr("abfnrtv\\", s->ch))) {
    next_char(d);
    return true;
  }
  if (s->ch < 0) return true; /* the caller complains */
  switch (s->ch) {
  case '0' ... '7': n = 3, base = 8, max = 255; break;
  case 'x': n = 2, max = 255; break;
  case 'u': n = 4; break;
  case 'U': n = 8; break;
  default: error_here(d, "unknown escape"); return false;
  }
  if (base == 16) next_char(d);
  for (int i = 0; i < n; i++) {
    if (s->ch < 0) return true;
    u32 digit = is_decimal(s->ch) ? (u32)(s->ch - '0') : is_hex(s->ch) ? (u32)(lower(s->ch) - 'a' + 10) : 16;
    if (digit >= base) {
      sb_puts(&b, "invalid character ");
      put_quoted_rune(&b, s->ch);
      sb_printf(&b, " in %s escape", base_name((int)base));
      break;
    }
    x = x * base + digit;
    next_char(d);
  }
  if (b.n == 0 && x > max && base == 8) {
    sb_printf(&b, "octal escape value %u > 255", x);
  } else if (b.n == 0 && (x > max || (x >= 0xD800 && x < 0xE000))) {
    sb_puts(&b, "escape is invalid Unicode code point ");
    put_rune_name(&b, (i32)x);
  }
  bool ok = b.n == 0;
  if (!ok) error_here(d, b.p);
  sb_free(&b);
  return ok;
}

static void scan_rune(Dx *d) {
  bool ok = true;
  next_char(d);
  for (int n = 0;; n++) {
    i32 c = d->s.ch;
    if (c == '\'') {
      if (ok && n == 0) error_here(d, "empty rune literal or unescaped '");
      if (ok && n > 1) error_in_token(d, 0, "more than one character in rune literal");
      ok = ok && n == 1;
      next_char(d);
      break;
    }
    if (c == '\n' || c < 0) {
      if (ok && c == '\n') error_here(d, "newline in rune literal");
      if (ok && c < 0) error_in_token(d, 0, "rune literal not terminated");
      ok = false;
      break;
    }
    next_char(d);
    if (c == '\\' && !scan_escape(d, '\'')) ok = false;
  }
  set_literal(d, LIT_RUNE, ok);
}

static void scan_string(Dx *d) {
  bool ok = true;
  next_char(d);
  while (!accept(d, '"')) {
    i32 c = d->s.ch;
    if (c == '\n' || c < 0) {
      if (c == '\n') error_here(d, "newline in string");
      if (c < 0) error_in_token(d, 0, "string not terminated");
      ok = false;
      break;
    }
    next_char(d);
    if (c == '\\' && !scan_escape(d, '"')) ok = false;
  }
  set_literal(d, LIT_STRING, ok);
}

static void scan_raw_string(Dx *d) {
  bool ok = true;
  next_char(d);
  while (!accept(d, '`')) {
    if (d->s.ch < 0) {
      error_in_token(d, 0, "string not terminated");
      ok = false;
      break;
    }
    next_char(d);
  }
  set_literal(d, LIT_STRING, ok);
}

/* ---- comments ---- */

/* True when the text at the current character starts with prefix; reads over what matches, as far as it does.
 */
static bool accept_prefix(Dx *d, const char *prefix) {
  for (; *prefix; prefix++)
    if (!accept(d, *prefix)) return false;
  return true;
}

static void report_directive(Dx *d) {
  Scanner *s = &d->s;
  parse_directive(d->ps, s->line, s->col, s->blank, s->src + s->start, offset_of(s) - s->start);
}

static void scan_line_comment(Dx *d) {
  bool directive = d->s.ch == 'g' ? accept_prefix(d, "go:") : d->s.ch == 'l' && accept_prefix(d, "line ");
  while (d->s.ch >= 0 && d->s.ch != '\n') next_char(d);
  if (directive) report_directive(d);
}

static void scan_full_comment(Dx *d) {
  bool directive = d->s.ch == 'l' && accept_prefix(d, "line ");
  while (d->s.ch >= 0) {
    while (accept(d, '*')) {
      if (accept(d, '/')) {
        if (directive) report_directive(d);
        return;
      }
    }
    next_char(d);
  }
  error_in_token(d, 0, "comment not terminated");
}

/* ---- tokens ---- */

static void set_op(Dx *d, Token t, Op op, int prec) {
  d->s.tok = t;
  d->s.op = op;
  d->s.prec = prec;
}

/* op or op= */
static void set_assign_op(Dx *d, Op op, int prec) {
  set_op(d, accept(d, '=') ? TOK_AssignOp : TOK_Operator, op, prec);
}

static void set_closing(Dx *d, Token t) {
  d->s.nlsemi = true;
  d->s.tok = t;
}

static void set_semi(Dx *d, const char *lit) {
  d->s.lit = atom_cstr(lit);
  d->s.tok = TOK_Semi;
}

static void scan_dot(Dx *d) {
  Scanner *s = &d->s;
  if (is_decimal(s->ch)) {
    scan_number(d, true);
    return;
  }
  s->tok = TOK_Dot;
  if (s->ch == '.' && s->r < s->n && s->src[s->r] == '.') {
    next_char(d);
    next_char(d);
    s->tok = TOK_DotDotDot;
  }
}

/* Operators that start with c, which has been read. False when there is none. */
static bool scan_operator(Dx *d, i32 c) {
  switch (c) {
  case '+':
  case '-': {
    Op op = c == '+' ? OP_ADD : OP_SUB;
    if (accept(d, c)) {
      set_op(d, TOK_IncOp, op, PREC_ADD);
      d->s.nlsemi = true;
    } else {
      set_assign_op(d, op, PREC_ADD);
    }
    return true;
  }
  case '*': set_op(d, accept(d, '=') ? TOK_AssignOp : TOK_Star, OP_MUL, PREC_MUL); return true;
  case '/': set_assign_op(d, OP_DIV, PREC_MUL); return true;
  case '%': set_assign_op(d, OP_REM, PREC_MUL); return true;
  case '&':
    if (accept(d, '&')) {
      set_op(d, TOK_Operator, OP_ANDAND, PREC_ANDAND);
    } else {
      set_assign_op(d, accept(d, '^') ? OP_ANDNOT : OP_AND, PREC_MUL);
    }
    return true;
  case '|':
    if (accept(d, '|')) {
      set_op(d, TOK_Operator, OP_OROR, PREC_OROR);
    } else {
      set_assign_op(d, OP_OR, PREC_ADD);
    }
    return true;
  case '^': set_assign_op(d, OP_XOR, PREC_ADD); return true;
  case '<':
    if (accept(d, '=')) {
      set_op(d, TOK_Operator, OP_LEQ, PREC_CMP);
    } else if (accept(d, '<')) {
      set_assign_op(d, OP_SHL, PREC_MUL);
    } else if (accept(d, '-')) {
      d->s.tok = TOK_Arrow;
    } else {
      set_op(d, TOK_Operator, OP_LSS, PREC_CMP);
    }
    return true;
  case '>':
    if (accept(d, '=')) {
      set_op(d, TOK_Operator, OP_GEQ, PREC_CMP);
    } else if (accept(d, '>')) {
      set_assign_op(d, OP_SHR, PREC_MUL);
    } else {
      set_op(d, TOK_Operator, OP_GTR, PREC_CMP);
    }
    return true;
  case '=':
    if (accept(d, '=')) {
      set_op(d, TOK_Operator, OP_EQL, PREC_CMP);
    } else {
      d->s.tok = TOK_Assign;
    }
    return true;
  case '!':
    if (accept(d, '=')) {
      set_op(d, TOK_Operator, OP_NEQ, PREC_CMP);
    } else {
      set_op(d, TOK_Operator, OP_NOT, PREC_NONE);
    }
    return true;
  case '~': set_op(d, TOK_Operator, OP_TILDE, PREC_NONE); return true;
  }
  return false;
}

/* Delimiters other than '.', and the end of a line. False when c is none. */
static bool scan_delimiter(Dx *d, i32 c) {
  switch (c) {
  case '\n': set_semi(d, "newline"); return true;
  case ';': set_semi(d, "semicolon"); return true;
  case '(': d->s.tok = TOK_Lparen; return true;
  case '[': d->s.tok = TOK_Lbrack; return true;
  case '{': d->s.tok = TOK_Lbrace; return true;
  case ',': d->s.tok = TOK_Comma; return true;
  case ')': set_closing(d, TOK_Rparen); return true;
  case ']': set_closing(d, TOK_Rbrack); return true;
  case '}': set_closing(d, TOK_Rbrace); return true;
  case ':': d->s.tok = accept(d, '=') ? TOK_Define : TOK_Colon; return true;
  }
  return false;
}

static void token_start(Dx *d, bool nlsemi) {
  Scanner *s = &d->s;
  u32 start_line = s->chline, start_col = s->chcol;
  while (s->ch == ' ' || s->ch == '\t' || (s->ch == '\n' && !nlsemi) || s->ch == '\r') next_char(d);
  s->line = s->chline + 1;
  s->col = s->chcol + 1;
  s->blank = s->chline > start_line || start_col == 0;
  s->start = offset_of(s);
}

/* A comment after its first '/', if there is one. True when it is over and stands for a newline that ends a
 * statement. */
static bool scan_comment(Dx *d, bool nlsemi, bool *found) {
  Scanner *s = &d->s;
  *found = true;
  if (accept(d, '/')) {
    scan_line_comment(d);
  } else if (accept(d, '*')) {
    scan_full_comment(d);
    return nlsemi && s->chline + 1 > s->line;
  } else {
    *found = false;
  }
  return false;
}

void scan_next(Dx *d) {
  Scanner *s = &d->s;
  bool nlsemi = s->nlsemi, comment = false;
  s->nlsemi = false;
  for (;;) {
    token_start(d, nlsemi);
    i32 c = s->ch;
    if (is_ascii_letter(c) || (c >= 0x80 && at_ident_char(d, true))) {
      next_char(d);
      scan_ident(d);
      return;
    }
    if (c < 0) {
      s->tok = TOK_EOF;
      if (nlsemi) set_semi(d, "EOF");
      return;
    }
    if (is_decimal(c)) {
      scan_number(d, false);
      return;
    }
    if (c == '"') {
      scan_string(d);
      return;
    }
    if (c == '`') {
      scan_raw_string(d);
      return;
    }
    if (c == '\'') {
      scan_rune(d);
      return;
    }
    if (!strchr("\n;()[]{},:.+-*/%&|^<>=!~", c)) {
      error_rune(d, "invalid character ", c, "");
      next_char(d);
      continue;
    }
    next_char(d);
    if (c == '/') {
      if (scan_comment(d, nlsemi, &comment)) {
        set_semi(d, "newline");
        return;
      }
      if (comment) continue;
    }
    if (c == '.') {
      scan_dot(d);
      return;
    }
    if (scan_delimiter(d, c) || scan_operator(d, c)) return;
  }
}

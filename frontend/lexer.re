/* lexer.re - the fast scanner. Every rule matches a correct token; anything else is LEX_ERROR.
 * Invariants: the text ends in a NUL that no rule but the one for the end matches; all of it is valid UTF-8
 * (lex_init), so that bytes from 0x80 on can be passed over in comments and strings.
 * Comments, raw strings and identifiers with non-ASCII letters are finished by hand.
 * Start reading at lex_next().
 */
#include "frontend/lexer.h"

#include "frontend/grammar.h"
#include "frontend/unicode.h"

static bool valid_utf8(const char *p, const char *end) {
  const char *start = p;
  while (p < end) {
    u64 word;
    if (end - p >= 8 && (memcpy(&word, p, 8), (word & 0x8080808080808080u) == 0)) {
      p += 8;
      continue;
    }
    i32 c;
    int n = utf8_decode(p, (size_t)(end - p), &c);
    if ((c == RUNE_ERROR && n == 1) || (c == 0xFEFF && p != start)) return false;
    p += n;
  }
  return true;
}

bool lex_init(Lexer *lx, ParseState *ps, const char *text, size_t n) {
  *lx = (Lexer){.ps = ps, .cursor = text, .limit = text + n, .line_start = text, .blank_from = text};
  lx->line = 1;
  if (memchr(text, 0, n) || !valid_utf8(text, text + n)) return false;
  if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) lx->cursor += 3;
  return true;
}

static Pos pos_of(const Lexer *lx, const char *p) {
  return parse_pos_at(lx->ps, lx->line, (u32)(p - lx->line_start) + 1);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word(char c) { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_'; }

/* The rest of an identifier in which a non-ASCII letter has been found at p. Its end, or NULL. */
static const char *unicode_ident(const Lexer *lx, const char *start, const char *p) {
  for (;;) {
    if (is_word(*p)) {
      p++;
    } else if ((u8)*p >= 0x80) {
      i32 c;
      int n = utf8_decode(p, (size_t)(lx->limit - p), &c);
      if (!unicode_is_letter(c) && (p == start || !unicode_is_digit(c))) return NULL;
      p += n;
    } else {
      return p;
    }
  }
}

/* Hands a comment to parse_directive when it may be a directive; false when the lexer has to give up. */
static bool directive(Lexer *lx, const char *start, const char *end) {
  bool line = (size_t)(end - start) >= 7 && memcmp(start + 2, "line ", 5) == 0;
  bool go = start[1] == '/' && (size_t)(end - start) >= 5 && memcmp(start + 2, "go:", 3) == 0;
  if (!line && !go) return true;
  if (go && lx->braces > 0) return false;
  bool blank = lx->blank_from <= lx->line_start;
  parse_directive(lx->ps, lx->line, (u32)(start - lx->line_start) + 1, blank, start, (size_t)(end - start));
  return lx->ps->nerrors == 0;
}

/* A full comment that starts at `start`. *newline: it spans lines. False when it is not terminated. */
static bool full_comment(Lexer *lx, const char *start, bool *newline) {
  const char *p = start + 2, *line_start = lx->line_start;
  u32 lines = 0;
  while (!(p[0] == '*' && p[1] == '/')) {
    if (p >= lx->limit) return false;
    if (*p++ == '\n') {
      lines++;
      line_start = p;
    }
  }
  lx->cursor = p + 2;
  if (!directive(lx, start, lx->cursor)) return false;
  *newline = lines > 0;
  lx->line += lines;
  lx->line_start = line_start;
  return true;
}

static bool raw_string(Lexer *lx, const char *start) {
  const char *end = memchr(start + 1, '`', (size_t)(lx->limit - start - 1));
  if (!end) return false;
  for (const char *p = start; (p = memchr(p, '\n', (size_t)(end - p)));) {
    lx->line++;
    lx->line_start = ++p;
  }
  lx->cursor = end + 1;
  return true;
}

/* A number must not run into a letter, digit or, when it has a base prefix, a point. */
static bool number_ends(const char *start, const char *end) {
  int c = start[1] | 0x20;
  bool prefixed = start[0] == '0' && (c == 'x' || c == 'o' || c == 'b');
  return !is_word(*end) && (u8)*end < 0x80 && !(prefixed && *end == '.');
}

/* long: the table of tokens */
int lex_next(Lexer *lx, LexToken *t) {
  const char *p = lx->cursor, *marker = p, *start;
  bool nlsemi = lx->nlsemi, newline;
  lx->nlsemi = false;
  lx->blank_from = p;

#define TOKEN_AT(code) return t->pos = pos_of(lx, start), lx->cursor = p, (code)
#define WITH_OP(code, operator) return t->op = (operator), t->pos = pos_of(lx, start), lx->cursor = p, (code)
#define ENDS_STMT(code) return lx->nlsemi = true, t->pos = pos_of(lx, start), lx->cursor = p, (code)
#define LITERAL(k)                                                         \
  do {                                                                     \
    lx->nlsemi = true;                                                     \
    t->kind = (k);                                                         \
    t->lit = atom_new(start, (size_t)(p - start));                         \
    TOKEN_AT(T_LITERAL);                                                   \
  } while (0)
#define NUMBER(k)                                \
  do {                                           \
    if (!number_ends(start, p)) return LEX_ERROR; \
    LITERAL(k);                                  \
  } while (0)

again:
  start = p;
  /*!re2c
  re2c:define:YYCTYPE = "unsigned char";
  re2c:define:YYCURSOR = p;
  re2c:define:YYMARKER = marker;
  re2c:yyfill:enable = 0;

  any       = [^\x00];
  letter    = [a-zA-Z_];
  name      = letter [a-zA-Z0-9_]*;
  dec       = [0-9] ("_"? [0-9])*;
  hexd      = [0-9a-fA-F];
  hex       = hexd ("_"? hexd)*;
  decimal   = "0" | [1-9] ("_"? dec)?;
  octal     = "0" ("_"? [0-7])+ | "0" [oO] ("_"? [0-7])+;
  binary    = "0" [bB] ("_"? [01])+;
  hexint    = "0" [xX] "_"? hex;
  int       = decimal | octal | binary | hexint;
  exp       = [eE] [+-]? dec;
  hexexp    = [pP] [+-]? dec;
  float     = dec "." dec? exp? | dec exp | "." dec exp?
            | "0" [xX] ("_"? hex "." hex? | "_"? hex | "." hex) hexexp;

  utf8      = [\xc0-\xdf] [\x80-\xbf] | [\xe0-\xef] [\x80-\xbf]{2} | [\xf0-\xf7] [\x80-\xbf]{3};
  u4        = [0-9a-cA-CefEF] hexd{3} | [dD] [0-7] hexd{2};
  escape    = "\\" ([abfnrtv\\] | [0-3] [0-7]{2} | "x" hexd{2} | "u" u4
            | "U" ("0000" u4 | "000" [1-9a-fA-F] hexd{4} | "0010" hexd{4}));

  [ \t\r]+  { goto again; }
  "\n"      {
    Pos at = pos_of(lx, start);
    lx->line++;
    lx->line_start = p;
    if (nlsemi) return t->pos = at, lx->cursor = p, T_SEMI;
    goto again;
  }
  "\x00"    {
    p--;
    if (nlsemi) TOKEN_AT(T_SEMI);
    TOKEN_AT(LEX_EOF);
  }
  "//" [^\n\x00]* {
    if (!directive(lx, start, p)) return LEX_ERROR;
    lx->blank_from = p;
    goto again;
  }
  "/*"      {
    Pos at = pos_of(lx, start);
    if (!full_comment(lx, start, &newline)) return LEX_ERROR;
    p = lx->cursor;
    if (nlsemi && newline) return t->pos = at, T_SEMI;
    lx->blank_from = p;
    goto again;
  }

  "break"       { ENDS_STMT(T_BREAK); }
  "case"        { TOKEN_AT(T_CASE); }
  "chan"        { TOKEN_AT(T_CHAN); }
  "const"       { TOKEN_AT(T_CONST); }
  "continue"    { ENDS_STMT(T_CONTINUE); }
  "default"     { TOKEN_AT(T_DEFAULT); }
  "defer"       { TOKEN_AT(T_DEFER); }
  "else"        { TOKEN_AT(T_ELSE); }
  "fallthrough" { ENDS_STMT(T_FALLTHROUGH); }
  "for"         { TOKEN_AT(T_FOR); }
  "func"        { TOKEN_AT(T_FUNC); }
  "go"          { TOKEN_AT(T_GO); }
  "goto"        { TOKEN_AT(T_GOTO); }
  "if"          { TOKEN_AT(T_IF); }
  "import"      { TOKEN_AT(T_IMPORT); }
  "interface"   { TOKEN_AT(T_INTERFACE); }
  "map"         { TOKEN_AT(T_MAP); }
  "package"     { TOKEN_AT(T_PACKAGE); }
  "range"       { TOKEN_AT(T_RANGE); }
  "return"      { ENDS_STMT(T_RETURN); }
  "select"      { TOKEN_AT(T_SELECT); }
  "struct"      { TOKEN_AT(T_STRUCT); }
  "switch"      { TOKEN_AT(T_SWITCH); }
  "type"        { TOKEN_AT(T_TYPE); }
  "var"         { TOKEN_AT(T_VAR); }

  name      {
    t->lit = atom_new(start, (size_t)(p - start));
    ENDS_STMT(T_NAME);
  }
  name? [\x80-\xff] {
    p = unicode_ident(lx, start, p - 1);
    if (!p) return LEX_ERROR;
    t->lit = atom_new(start, (size_t)(p - start));
    ENDS_STMT(T_NAME);
  }

  int                 { NUMBER(LIT_INT); }
  float               { NUMBER(LIT_FLOAT); }
  (int | dec | float) "i" { NUMBER(LIT_IMAG); }
  "\"" ([^"\\\n\x00] | escape | "\\\"")* "\"" { LITERAL(LIT_STRING); }
  "'" ([^'\\\n\x00\x80-\xff] | utf8 | escape | "\\'") "'" { LITERAL(LIT_RUNE); }
  "`"       {
    t->pos = pos_of(lx, start);
    if (!raw_string(lx, start)) return LEX_ERROR;
    lx->nlsemi = true;
    t->kind = LIT_STRING;
    t->lit = atom_new(start, (size_t)(lx->cursor - start));
    return T_LITERAL;
  }

  "("   { TOKEN_AT(T_LPAREN); }
  "["   { TOKEN_AT(T_LBRACK); }
  "{"   { lx->braces++; TOKEN_AT(T_LBRACE); }
  ")"   { ENDS_STMT(T_RPAREN); }
  "]"   { ENDS_STMT(T_RBRACK); }
  "}"   { lx->braces -= lx->braces > 0; ENDS_STMT(T_RBRACE); }
  ","   { TOKEN_AT(T_COMMA); }
  ";"   { TOKEN_AT(T_SEMI); }
  ":"   { TOKEN_AT(T_COLON); }
  "."   { TOKEN_AT(T_DOT); }
  "..." { TOKEN_AT(T_DDD); }
  "="   { TOKEN_AT(T_ASSIGN); }
  ":="  { WITH_OP(T_DEFINE, OP_DEF); }
  "<-"  { WITH_OP(T_ARROW, OP_RECV); }
  "!"   { WITH_OP(T_NOT, OP_NOT); }
  "~"   { WITH_OP(T_TILDE, OP_TILDE); }
  "||"  { WITH_OP(T_OROR, OP_OROR); }
  "&&"  { WITH_OP(T_ANDAND, OP_ANDAND); }
  "=="  { WITH_OP(T_EQ, OP_EQL); }
  "!="  { WITH_OP(T_NE, OP_NEQ); }
  "<"   { WITH_OP(T_LT, OP_LSS); }
  "<="  { WITH_OP(T_LE, OP_LEQ); }
  ">"   { WITH_OP(T_GT, OP_GTR); }
  ">="  { WITH_OP(T_GE, OP_GEQ); }
  "+"   { WITH_OP(T_PLUS, OP_ADD); }
  "-"   { WITH_OP(T_MINUS, OP_SUB); }
  "|"   { WITH_OP(T_PIPE, OP_OR); }
  "^"   { WITH_OP(T_CARET, OP_XOR); }
  "*"   { WITH_OP(T_STAR, OP_MUL); }
  "/"   { WITH_OP(T_SLASH, OP_DIV); }
  "%"   { WITH_OP(T_PERCENT, OP_REM); }
  "&"   { WITH_OP(T_AMP, OP_AND); }
  "&^"  { WITH_OP(T_ANDNOT, OP_ANDNOT); }
  "<<"  { WITH_OP(T_SHL, OP_SHL); }
  ">>"  { WITH_OP(T_SHR, OP_SHR); }
  "+="  { WITH_OP(T_ASOP, OP_ADD); }
  "-="  { WITH_OP(T_ASOP, OP_SUB); }
  "|="  { WITH_OP(T_ASOP, OP_OR); }
  "^="  { WITH_OP(T_ASOP, OP_XOR); }
  "*="  { WITH_OP(T_ASOP, OP_MUL); }
  "/="  { WITH_OP(T_ASOP, OP_DIV); }
  "%="  { WITH_OP(T_ASOP, OP_REM); }
  "&="  { WITH_OP(T_ASOP, OP_AND); }
  "&^=" { WITH_OP(T_ASOP, OP_ANDNOT); }
  "<<=" { WITH_OP(T_ASOP, OP_SHL); }
  ">>=" { WITH_OP(T_ASOP, OP_SHR); }
  "++"  { lx->nlsemi = true; WITH_OP(T_INC, OP_ADD); }
  "--"  { lx->nlsemi = true; WITH_OP(T_DEC, OP_SUB); }
  *     { return LEX_ERROR; }
  */
}

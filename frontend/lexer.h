/* lexer.h - the fast scanner (lexer.re). It accepts correct tokens only: at the first lexical error it
 * returns LEX_ERROR, and the diagnosing parser takes over. Token codes are the grammar's (grammar.h, T_*). */
#ifndef GOVM_FRONTEND_LEXER_H
#define GOVM_FRONTEND_LEXER_H
#include "frontend/parser.h"

enum { LEX_EOF = 0, LEX_ERROR = -1 };

typedef struct LexToken {
  Pos pos;
  const Atom *lit; /* of names and literals */
  u8 op;           /* Op of operators, op= and ++/-- */
  u8 kind;         /* LitKind */
} LexToken;

typedef struct Lexer {
  ParseState *ps;
  const char *cursor;
  const char *limit;      /* the NUL behind the text */
  const char *line_start; /* of the current line */
  const char *blank_from; /* end of the token or comment before: only white space follows up to the next */
  u32 line;
  u32 braces;  /* nesting of { }: directives inside are left to the diagnosing parser */
  bool nlsemi; /* a newline or the end of the text ends a statement */
} Lexer;

/* The text must be followed by a NUL and outlive the lexer. False when some byte of it is never right: a NUL,
 * invalid UTF-8, a byte order mark that is not at the start. */
bool lex_init(Lexer *lx, ParseState *ps, const char *text, size_t n);
int lex_next(Lexer *lx, LexToken *t);
#endif

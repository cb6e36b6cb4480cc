/* parser.c - runs the table-driven parser: feeds the scanner's tokens to the grammar until the end of the
 * text or the first thing that is wrong or doubtful. It reports nothing; see parser.h.
 */
#include "frontend/parser.h"

#include <stdlib.h>

#include "frontend/grammar.h"
#include "frontend/parser_build.h"

void *GoParseAlloc(void *(*alloc)(size_t));
void GoParse(void *parser, int code, LexToken token, Build *g);
void GoParseFree(void *parser, void (*release)(void *));

/* The "(" of a grouped declaration: directives before it belong to nothing. */
static bool opens_group(int before, int code) {
  return code == T_LPAREN && (before == T_VAR || before == T_CONST || before == T_TYPE || before == T_IMPORT);
}

static void feed_tokens(Build *g, void *parser) {
  ParseState *ps = g->ps;
  int before = LEX_ERROR;
  do {
    g->code = lex_next(&g->lx, &g->token);
    if (g->code == LEX_ERROR) return build_give_up(g);
    ps->before_pkg = false;
    if (ps->pragma && opens_group(before, g->code)) parse_clear_pragma(ps);
    if (g->code == LEX_EOF) {
      parse_clear_pragma(ps);
      ps->file->eof = g->token.pos;
    }
    GoParse(parser, g->code, g->token, g);
    before = g->code;
  } while (g->code != LEX_EOF && !g->failed && ps->nerrors == 0);
}

bool parse_table_driven(ParseState *ps, const char *text, size_t n) {
  char *copy = xmalloc(n + 1);
  memcpy(copy, text, n);
  copy[n] = 0;
  Build g = {.ps = ps};
  if (lex_init(&g.lx, ps, copy, n)) {
    void *parser = GoParseAlloc(xmalloc);
    feed_tokens(&g, parser);
    GoParseFree(parser, xfree);
  } else {
    build_give_up(&g);
  }
  xfree(copy);
  return !g.failed && ps->nerrors == 0;
}

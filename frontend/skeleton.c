/* skeleton.c - files of precompiled packages: declarations, and bodies only where a further module may need them.
 *
 * A package whose code exists already is still needed by the type checker, and generic functions are needed with their
 * bodies, as instances are compiled where they are used. Everything else of a body is blanked in the text, line and
 * column of what follows stay, and the text is parsed again; so trees hold no more than that.
 */
#include "frontend/syntax.h"

static bool is_generic(const FuncDecl *d) {
  if (d->tparams.n) return true;
  if (!d->recv) return false;
  const Expr *t = ast_unparen(d->recv->type);
  if (t->n.kind == N_Operation && !((const Operation *)t)->y) t = ast_unparen(((const Operation *)t)->x);
  return t->n.kind == N_IndexExpr;
}

/* Offset of a physical position in the text; lines[k] is where line k + 1 starts. */
static size_t offset_of(const size_t *lines, Pos p) { return lines[p.line - 1] + p.col - 1; }

static void blank(char *text, size_t from, size_t to) {
  for (size_t i = from; i < to; i++)
    if (text[i] != '\n') text[i] = ' ';
}

File *syntax_parse_skeleton(Arena *arena, DiagSink *sink, const char *name, const char *abspath, const char *text, size_t n,
                            const ParseOptions *opt) {
  Arena scratch = {0};
  const File *f = syntax_parse(&scratch, sink, name, abspath, text, n, opt);
  char *copy = arena_dup(&scratch, text, n + 1);
  VEC(size_t) lines = {0};
  VEC_PUSH(&scratch, &lines, 0);
  for (size_t i = 0; i < n; i++)
    if (text[i] == '\n') VEC_PUSH(&scratch, &lines, i + 1);
  for (u32 i = 0; f->nerrors == 0 && i < f->decls.n; i++) {
    if (f->decls.v[i]->n.kind != N_FuncDecl) continue;
    const FuncDecl *d = (const FuncDecl *)f->decls.v[i];
    if (!d->body || is_generic(d)) continue;
    blank(copy, offset_of(lines.v, d->body->s.n.pos) + 1, offset_of(lines.v, d->body->rbrace));
  }
  File *out = syntax_parse(arena, sink, name, abspath, copy, n, opt);
  arena_free(&scratch);
  return out;
}

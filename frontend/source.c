/* source.c - the process-wide table of position bases and what follows from it: relative positions and their
 * order. Invariant: a file's own base is its own position base; a //line directive's base has a position in
 * the base before it (its line and column are absolute in the file, as all of them are). Follows
 * cmd/compile/internal/syntax/pos.go.
 */
#include <stdio.h>
#include <stdlib.h>

#include "frontend/pos.h"

static SNAPSHOT VEC(PosBase) bases;

u32 pos_base_add(PosBase b) {
  if (bases.n == 0) VEC_PUSH(NULL, &bases, (PosBase){0});
  u32 index = bases.n;
  if (index >= 1u << 20) {
    fputs("govm: too many source files and line directives\n", stderr);
    exit(2);
  }
  if (b.is_file) b.pos.base = index;
  VEC_PUSH(NULL, &bases, b);
  return index;
}

const PosBase *pos_base(u32 index) {
  static const PosBase none;
  return index > 0 && index < bases.n ? &bases.v[index] : &none;
}

RelPos pos_rel(Pos p) {
  const PosBase *b = pos_base(p.base);
  RelPos r = {.filename = b->filename ? b->filename : atom_cstr("")};
  if (b->line) r.line = b->line + (p.line - b->pos.line);
  if (b->col) r.col = p.line == b->pos.line ? b->col + (p.col - b->pos.col) : p.col;
  return r;
}

int pos_cmp(Pos a, Pos b) {
  if (a.base != b.base) {
    const Atom *fa = pos_base(a.base)->filename, *fb = pos_base(b.base)->filename;
    int c = fa == fb ? 0 : strcmp(fa ? fa->s : "", fb ? fb->s : "");
    if (c) return c < 0 ? -1 : 1;
  }
  if (a.line != b.line) return a.line < b.line ? -1 : 1;
  if (a.col != b.col) return a.col < b.col ? -1 : 1;
  return 0;
}

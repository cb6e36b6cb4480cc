/* pos.h - source positions.
 * A Pos names a line and a column (both from 1; the column counts bytes) relative to a position base: a file, or the
 * part of a file after a //line directive. Bases live in one process-wide table (source.c); base 0 is "no base".
 * `pos.line`, `pos.col` are the absolute ones in the file; the relative ones that diagnostics and the runtime print
 * are computed by pos_rel(), as cmd/compile/internal/syntax/pos.go does. */
#ifndef GOVM_FRONTEND_POS_H
#define GOVM_FRONTEND_POS_H
#include "base/base.h"

typedef struct Pos {
  u64 base : 20, line : 24, col : 20;
} Pos;
static_assert(sizeof(Pos) == 8, "Pos is one word");

typedef struct PosBase {
  const Atom *filename; /* as diagnostics print it; "" after a //line directive without one */
  const Atom *abspath;  /* of the physical file, for runtime.Caller and go vet-like output */
  Pos pos;              /* where this base starts: line 1, col 1 of its own file, or just after the directive */
  u32 line, col;        /* the relative position of `pos`; col 0 means columns are unknown after this directive */
  bool is_file;         /* a file's own base, not a //line directive's */
  bool trimmed;
} PosBase;

u32 pos_base_add(PosBase b); /* returns its index, > 0; exits cleanly when there are more than 2^20 - 1 */
const PosBase *pos_base(u32 index);

typedef struct RelPos {
  const Atom *filename;
  u32 line, col; /* col 0: unknown */
} RelPos;
RelPos pos_rel(Pos p);
static inline bool pos_known(Pos p) { return p.line > 0; }
static inline bool pos_eq(Pos a, Pos b) { return a.base == b.base && a.line == b.line && a.col == b.col; }
int pos_cmp(Pos a, Pos b); /* by file name, then line, then column; an unknown position comes first */
#endif

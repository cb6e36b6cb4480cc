/* diag.h - diagnostics: collected, sorted by position, printed once, as the go command prints gc's.
 *
 * A DiagSink belongs to one compilation. Messages are worded exactly as gc words them. Reporting never stops the
 * caller; follow-up errors are the caller's to silence (invalid nodes, invalid types). */
#ifndef GOVM_FRONTEND_DIAG_H
#define GOVM_FRONTEND_DIAG_H
#include "frontend/pos.h"

typedef struct Diag {
  Pos pos;
  const char *msg; /* may hold several lines, the second and later indented by a tab; arena memory of the sink */
  bool soft;       /* types2's soft errors: unused variables and imports */
  bool syntax;     /* a syntax error: at most one is kept per line */
  int code;        /* types2's error code (internal/types/errors), 0 when there is none */
  u32 seq;         /* order of reporting, to sort stably */
} Diag;

typedef struct DiagSink {
  VEC(Diag) diags;
  Arena arena;
  u32 nerrors;
} DiagSink;

void diag_report(DiagSink *s, Pos pos, bool syntax, bool soft, int code, const char *fmt, ...) PRINTF(6, 7);
void diag_sort(DiagSink *s); /* by position; drops exact duplicates and repeated syntax errors on one line */
/* Prints "file:line:col: msg" to out, at most limit lines (0: all) and then "too many errors". */
void diag_print(DiagSink *s, void *file, int limit);
/* Whether a "syntax error: ..." was reported: only then gc does not type-check. */
bool diag_has_syntax_errors(const DiagSink *s);
void diag_free(DiagSink *s);
#endif

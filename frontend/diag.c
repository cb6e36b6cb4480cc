/* diag.c - collecting, sorting and printing diagnostics with gc's rules (cmd/compile/internal/base/print.go):
 * one syntax error per line, no equal message twice in a row on a line, sorted by position when printed, and
 * the count limit applies in the order of reporting. Start reading at diag_report().
 */
#include "frontend/diag.h"

#include <stdio.h>
#include <stdlib.h>

void diag_report(DiagSink *s, Pos pos, bool syntax, bool soft, int code, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  Diag d = {.pos = pos, .soft = soft, .syntax = syntax, .code = code, .seq = s->nerrors};
  d.msg = arena_strdup(&s->arena, sb_cstr(&b));
  sb_free(&b);
  VEC_PUSH(&s->arena, &s->diags, d);
  s->nerrors++;
}

/* gc keeps 8 bits of a column; a saturated column counts as unknown. */
enum { COL_MAX = 255 };
static u32 gc_col(Pos p) { return p.col < COL_MAX ? p.col : COL_MAX; }

static int by_seq(const void *x, const void *y) {
  const Diag *a = x, *b = y;
  return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Position bases are numbered in the order of the files, so this orders by file, line and column. */
static int by_pos(const void *x, const void *y) {
  const Diag *a = x, *b = y;
  if (a->pos.base != b->pos.base) return a->pos.base < b->pos.base ? -1 : 1;
  if (a->pos.line != b->pos.line) return a->pos.line < b->pos.line ? -1 : 1;
  if (gc_col(a->pos) != gc_col(b->pos)) return gc_col(a->pos) < gc_col(b->pos) ? -1 : 1;
  return by_seq(x, y);
}

static bool same_line(Pos a, Pos b) { return a.base == b.base && a.line == b.line; }

/* Drops what gc would not queue, walking in the order of reporting; stops after limit entries unless it is 0.
 */
static u32 keep_queued(Diag *v, u32 n, u32 limit) {
  Pos last_syntax = {0}, last_other = {0};
  const char *last_msg = "";
  u32 kept = 0;
  for (u32 i = 0; i < n && (limit == 0 || kept < limit); i++) {
    if (v[i].syntax) {
      if (pos_known(last_syntax) && same_line(last_syntax, v[i].pos)) continue;
      last_syntax = v[i].pos;
    } else {
      if (pos_known(last_other) && same_line(last_other, v[i].pos) && strcmp(last_msg, v[i].msg) == 0)
        continue;
      last_other = v[i].pos;
      last_msg = v[i].msg;
    }
    v[kept++] = v[i];
  }
  return kept;
}

static u32 drop_repeated(Diag *v, u32 n) {
  u32 kept = 0;
  for (u32 i = 0; i < n; i++)
    if (kept == 0 || !same_line(v[kept - 1].pos, v[i].pos) || gc_col(v[kept - 1].pos) != gc_col(v[i].pos) ||
        strcmp(v[kept - 1].msg, v[i].msg) != 0)
      v[kept++] = v[i];
  return kept;
}

void diag_sort(DiagSink *s) {
  if (s->diags.n == 0) return;
  qsort(s->diags.v, s->diags.n, sizeof(Diag), by_seq);
  s->diags.n = keep_queued(s->diags.v, s->diags.n, 0);
  qsort(s->diags.v, s->diags.n, sizeof(Diag), by_pos);
  s->diags.n = drop_repeated(s->diags.v, s->diags.n);
}

static void print_pos(FILE *f, Pos p) {
  if (!pos_known(p)) return;
  p.col = gc_col(p);
  RelPos r = pos_rel(p);
  fputs(r.filename->s, f);
  if (r.line) fprintf(f, ":%u", r.line);
  if (r.line && r.col && r.col < COL_MAX) fprintf(f, ":%u", r.col);
  fputs(": ", f);
}

void diag_print(DiagSink *s, void *file, int limit) {
  FILE *f = file;
  u32 n = s->diags.n;
  if (n == 0) return;
  Diag *v = xmalloc(n * sizeof *v);
  memcpy(v, s->diags.v, n * sizeof *v);
  qsort(v, n, sizeof *v, by_seq);
  n = keep_queued(v, n, (u32)limit);
  bool full = limit > 0 && n >= (u32)limit;
  Pos last = v[n - 1].pos;
  qsort(v, n, sizeof *v, by_pos);
  n = drop_repeated(v, n);
  for (u32 i = 0; i < n; i++) {
    print_pos(f, v[i].pos);
    fputs(v[i].msg, f);
    fputc('\n', f);
  }
  if (full) {
    print_pos(f, last);
    fputs("too many errors\n", f);
  }
  xfree(v);
}

bool diag_has_syntax_errors(const DiagSink *s) {
  for (u32 i = 0; i < s->diags.n; i++)
    if (s->diags.v[i].syntax) return true;
  return false;
}

void diag_free(DiagSink *s) {
  arena_free(&s->arena);
  *s = (DiagSink){0};
}

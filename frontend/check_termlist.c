/* check_termlist.c - lists of terms, each standing for the union of its terms. The empty list is the empty
 * set. Lists are values: operations return new lists and never change their operands' arrays. Source of the
 * algebra: types2's termlist.go. */
#include <stdlib.h>

#include "frontend/check.h"

static SNAPSHOT Term all_types;
static SNAPSHOT Term *all_terms[] = {&all_types};
const TermList all_termlist = {1, all_terms};

void termlist_string(StrBuf *out, TermList xl, Qualifier q, void *ctx) {
  if (xl.n == 0) sb_puts(out, "∅");
  for (u32 i = 0; i < xl.n; i++) {
    if (i > 0) sb_puts(out, " | ");
    term_string(out, xl.v[i], q, ctx);
  }
}

bool termlist_is_empty(TermList xl) {
  for (u32 i = 0; i < xl.n; i++)
    if (xl.v[i]) return false;
  return true;
}

bool termlist_is_all(TermList xl) {
  for (u32 i = 0; i < xl.n; i++)
    if (xl.v[i] && !xl.v[i]->type) return true;
  return false;
}

/* The list with overlapping terms merged. */
TermList termlist_norm(TermList xl) {
  bool *used = xcalloc(xl.n + 1, sizeof *used);
  TermList rl = {0, NEW_ARRAY(&types_arena, Term *, xl.n)};
  for (u32 i = 0; i < xl.n; i++) {
    Term *xi = xl.v[i];
    if (!xi || used[i]) continue;
    for (u32 j = i + 1; j < xl.n; j++) {
      if (!xl.v[j] || used[j]) continue;
      Term *second, *first = term_union(xi, xl.v[j], &second);
      if (second) continue;
      if (!first->type) {
        xfree(used);
        return all_termlist;
      }
      xi = first;
      used[j] = true;
    }
    rl.v[rl.n++] = xi;
  }
  xfree(used);
  return rl;
}

TermList termlist_union(TermList xl, TermList yl) {
  TermList l = {xl.n + yl.n, NEW_ARRAY(&types_arena, Term *, xl.n + yl.n)};
  if (xl.n) memcpy(l.v, xl.v, xl.n * sizeof *l.v);
  if (yl.n) memcpy(l.v + xl.n, yl.v, yl.n * sizeof *l.v);
  return termlist_norm(l);
}

TermList termlist_intersect(TermList xl, TermList yl) {
  if (termlist_is_empty(xl) || termlist_is_empty(yl)) return (TermList){0};
  TermList rl = {0, NEW_ARRAY(&types_arena, Term *, xl.n * yl.n)};
  for (u32 i = 0; i < xl.n; i++) {
    for (u32 j = 0; j < yl.n; j++) {
      Term *r = term_intersect(xl.v[i], yl.v[j]);
      if (r) rl.v[rl.n++] = r;
    }
  }
  return termlist_norm(rl);
}

bool termlist_equal(TermList xl, TermList yl) {
  return (xl.v == yl.v && xl.n == yl.n) || (termlist_subset_of(xl, yl) && termlist_subset_of(yl, xl));
}

bool termlist_includes(TermList xl, Type *t) {
  for (u32 i = 0; i < xl.n; i++)
    if (term_includes(xl.v[i], t)) return true;
  return false;
}

bool termlist_superset_of(TermList xl, Term *y) {
  for (u32 i = 0; i < xl.n; i++)
    if (term_subset_of(y, xl.v[i])) return true;
  return false;
}

bool termlist_subset_of(TermList xl, TermList yl) {
  if (termlist_is_empty(yl)) return termlist_is_empty(xl);
  for (u32 i = 0; i < xl.n; i++)
    if (!termlist_superset_of(yl, xl.v[i])) return false;
  return true;
}

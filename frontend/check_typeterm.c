/* check_typeterm.c - terms: T, ~T, the empty set (a NULL Term) and the set of all types (type NULL).
 * Source of the algebra: types2's typeterm.go. */
#include "frontend/check.h"

Term *types_new_term(bool tilde, Type *t) {
  Term *x = NEW(&types_arena, Term);
  x->tilde = tilde;
  x->type = t;
  return x;
}

void term_string(StrBuf *out, Term *x, Qualifier q, void *ctx) {
  if (!x) {
    sb_puts(out, "∅");
  } else if (!x->type) {
    sb_puts(out, "𝓤");
  } else {
    if (x->tilde) sb_putc(out, '~');
    type_string(out, x->type, q, ctx);
  }
}

bool term_equal(Term *x, Term *y) {
  if (!x || !y) return x == y;
  if (!x->type || !y->type) return x->type == y->type;
  return x->tilde == y->tilde && types_identical(x->type, y->type);
}

/* The union as one or two terms: *second is NULL when the first covers it. */
Term *term_union(Term *x, Term *y, Term **second) {
  *second = NULL;
  if (!x) return y;
  if (!y || !x->type) return x;
  if (!y->type) return y;
  if (term_disjoint(x, y)) {
    *second = y;
    return x;
  }
  return x->tilde || !y->tilde ? x : y;
}

Term *term_intersect(Term *x, Term *y) {
  if (!x || !y) return NULL;
  if (!x->type) return y;
  if (!y->type) return x;
  if (term_disjoint(x, y)) return NULL;
  return !x->tilde || y->tilde ? x : y;
}

bool term_includes(Term *x, Type *t) {
  if (!x) return false;
  if (!x->type) return true;
  return types_identical(x->type, x->tilde ? type_under(t) : t);
}

bool term_subset_of(Term *x, Term *y) {
  if (!x) return true;
  if (!y) return false;
  if (!y->type) return true;
  if (!x->type || term_disjoint(x, y)) return false;
  return !x->tilde || y->tilde;
}

/* Both terms name a type. */
bool term_disjoint(Term *x, Term *y) {
  Type *ux = y->tilde ? type_under(x->type) : x->type;
  Type *uy = x->tilde ? type_under(y->type) : y->type;
  return !types_identical(ux, uy);
}

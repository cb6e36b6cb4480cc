/* check_typeset.c - type sets of interfaces and unions: methods, terms, comparability.
 * Invariants: methods are sorted (obj_cmp); comparable implies that the terms are all types. A type set is
 * set on its Interface before it is computed, so that recursive interfaces end (the cycle is reported
 * elsewhere). Source of the algorithms: types2's typeset.go. */
#include <stdlib.h>

#include "frontend/check.h"

static SNAPSHOT Term top_term;
static SNAPSHOT Term *top_terms[] = {&top_term};
SNAPSHOT TypeSet top_type_set = {.terms = {1, top_terms}};
SNAPSHOT TypeSet invalid_type_set;

enum { MAX_TERM_COUNT = 100 };

bool typeset_is_empty(TypeSet *s) { return termlist_is_empty(s->terms); }
bool typeset_is_all(TypeSet *s) { return typeset_is_method_set(s) && s->nmethods == 0; }
bool typeset_is_method_set(TypeSet *s) { return !s->comparable && termlist_is_all(s->terms); }
bool typeset_has_terms(TypeSet *s) { return !termlist_is_empty(s->terms) && !termlist_is_all(s->terms); }
bool typeset_subset_of(TypeSet *s1, TypeSet *s2) { return termlist_subset_of(s1->terms, s2->terms); }

static bool term_comparable(void *seen, Term *t) { return t && !types_comparable_type(t->type, false, seen); }

/* Whether every type of s is strictly comparable; seen as in types_comparable_type. */
bool typeset_is_comparable(TypeSet *s, PtrMap *seen) {
  if (termlist_is_all(s->terms)) return s->comparable;
  return typeset_is(s, term_comparable, seen);
}

int typeset_lookup_method(TypeSet *s, Package *pkg, const Atom *name, bool fold_case, Object **method) {
  return types_method_index(s->nmethods, s->methods, pkg, name, fold_case, method);
}

/* Calls f with each term's type and its underlying type until f gives false; with (NULL, NULL) when s has no
 * specific types. Gives f's last answer. */
bool typeset_all(TypeSet *s, bool (*f)(void *ctx, Type *t, Type *u), void *ctx) {
  if (!typeset_has_terms(s)) return f(ctx, NULL, NULL);
  for (u32 i = 0; i < s->terms.n; i++) {
    Term *t = s->terms.v[i];
    Type *u = type_unalias(t->type);
    if (!t->tilde) u = type_under(u);
    if (!f(ctx, t->type, u)) return false;
  }
  return true;
}

/* Calls f with each term until it gives false; with NULL when s has no specific terms. */
bool typeset_is(TypeSet *s, bool (*f)(void *ctx, Term *t), void *ctx) {
  if (!typeset_has_terms(s)) return f(ctx, NULL);
  for (u32 i = 0; i < s->terms.n; i++)
    if (!f(ctx, s->terms.v[i])) return false;
  return true;
}

/* ---- computing an interface's type set ---- */

typedef struct MethodCollector {
  Checker *check;
  PtrMap seen; /* an object set */
  ObjectVec all;
  VEC(Pos) pos; /* of all's elements: their specification, or where they were embedded */
} MethodCollector;

typedef struct DuplicateMethod {
  Pos pos, other_pos;
  Object *m, *other;
} DuplicateMethod;

static void report_duplicate(Checker *check, Pos pos, Object *m, Pos other_pos) {
  ErrorDesc *err = check_new_error(check, E_DuplicateDecl);
  err_addf_pos(err, pos, "duplicate method %s", m->name->s);
  err_addf_pos(err, other_pos, "other declaration of method %s", m->name->s);
  err_report(err);
}

/* Delayed until the types of both methods are complete. Before Go 1.14 embedded methods must not overlap at
 * all. */
static void check_embedded_duplicate(Checker *check, void *ctx) {
  DuplicateMethod *d = ctx;
  if ((pos_known(d->pos) && !check_allow_version(check, GO1(14))) ||
      !types_identical(d->m->type, d->other->type))
    report_duplicate(check, d->pos, d->m, d->other_pos);
}

static void add_method(MethodCollector *c, Pos pos, Object *m, bool is_explicit) {
  Object *other = objset_insert(&c->seen, m);
  if (!other) {
    VEC_PUSH(&types_arena, &c->all, m);
    VEC_PUSH(NULL, &c->pos, pos);
    return;
  }
  if (!c->check) return;
  u32 i = 0;
  while (c->all.v[i] != other) i++;
  if (is_explicit) {
    report_duplicate(c->check, pos, m, c->pos.v[i]);
    return;
  }
  DuplicateMethod *d = NEW(&types_arena, DuplicateMethod);
  *d = (DuplicateMethod){pos, c->pos.v[i], m, other};
  check_later(c->check, check_embedded_duplicate, d);
}

/* The intersection; where it is to be comparable, terms that are not are left out. */
static TermList intersect_term_lists(TermList xterms, bool xcomp, TermList yterms, bool ycomp, bool *comp) {
  TermList terms = termlist_intersect(xterms, yterms);
  *comp = xcomp || ycomp;
  if (*comp && !termlist_is_all(terms)) {
    u32 n = 0;
    for (u32 i = 0; i < terms.n; i++)
      if (!types_comparable_type(terms.v[i]->type, false, NULL)) terms.v[n++] = terms.v[i];
    terms.n = n;
    if (!termlist_is_all(terms)) *comp = false;
  }
  return terms;
}

/* The terms and comparability that an embedded element contributes; its methods go to c. False: ignore it. */
static bool embedded_terms(MethodCollector *c, PtrMap *unions, Pos pos, Type *t, TermList *terms,
                           bool *comparable) {
  Checker *check = c->check;
  bool versioned = pos_known(pos) && check;
  Type *u = type_under(t);
  *comparable = false;
  if (u->kind == TYPE_INTERFACE) {
    TypeSet *tset = types_compute_interface_type_set(check, pos, (Interface *)u);
    if (versioned && check_is_imported_constraint(check, t) &&
        !check_verify_versionf_pos(check, pos, GO1(18), "embedding constraint interface %s",
                                   S_type(check, t)))
      return false;
    *comparable = tset->comparable;
    for (u32 i = 0; i < tset->nmethods; i++) add_method(c, pos, tset->methods[i], false);
    *terms = tset->terms;
    return true;
  }
  if (u->kind == TYPE_UNION) {
    if (versioned &&
        !check_verify_versionf_pos(check, pos, GO1(18), "embedding interface element %s", S_type(check, u)))
      return false;
    TypeSet *tset = types_compute_union_type_set(check, unions, pos, (Union *)u);
    *terms = tset->terms;
    return tset != &invalid_type_set;
  }
  if (!types_is_valid(u)) return false;
  if (versioned &&
      !check_verify_versionf_pos(check, pos, GO1(18), "embedding non-interface type %s", S_type(check, t)))
    return false;
  terms->n = 1;
  terms->v = NEW(&types_arena, Term *);
  terms->v[0] = types_new_term(false, t);
  return true;
}

/* The type set of ityp, computed once; all types while ityp is not complete. check may be NULL. */
TypeSet *types_compute_interface_type_set(Checker *check, Pos pos, Interface *ityp) {
  (void)pos;
  if (ityp->tset) return ityp->tset;
  if (!ityp->complete) return &top_type_set;
  TypeSet *tset = ityp->tset = NEW(&types_arena, TypeSet);
  tset->terms = all_termlist;

  PtrMap own_unions = {0};
  PtrMap *unions = check ? &check->union_type_sets : &own_unions;
  MethodCollector c = {.check = check};
  for (u32 i = 0; i < ityp->nmethods; i++) add_method(&c, ityp->methods[i]->pos, ityp->methods[i], true);
  TermList all = all_termlist;
  bool all_comparable = false;
  for (u32 i = 0; i < ityp->nembeddeds; i++) {
    Pos at = ityp->embed_pos ? ityp->embed_pos[i] : (Pos){0};
    TermList terms;
    bool comparable;
    if (embedded_terms(&c, unions, at, ityp->embeddeds[i], &terms, &comparable))
      all = intersect_term_lists(all, all_comparable, terms, comparable, &all_comparable);
  }
  tset->comparable = all_comparable;
  tset->terms = all;
  types_sort_methods(c.all.n, c.all.v);
  tset->nmethods = c.all.n;
  tset->methods = c.all.v;
  ptrmap_free(&c.seen);
  ptrmap_free(&own_unions);
  VEC_FREE(&c.pos);
  return tset;
}

int types_compare_func(const Object *a, const Object *b) { return obj_cmp(a, b); }

static int compare_methods(const void *a, const void *b) {
  return types_compare_func(*(Object *const *)a, *(Object *const *)b);
}
void types_sort_methods(u32 n, Object **list) {
  if (n > 1) qsort(list, n, sizeof *list, compare_methods);
}

/* The terms of one union element: those of an interface, else one term; ~T is empty when T is not its own
 * underlying type (reported elsewhere). False for invalid types. */
static bool union_element_terms(Checker *check, Pos pos, Term *t, TermList *terms) {
  Type *u = type_under(t->type);
  if (u->kind == TYPE_INTERFACE) {
    *terms = types_compute_interface_type_set(check, pos, (Interface *)u)->terms;
    return true;
  }
  if (!types_is_valid(u)) return false;
  if (t->tilde && !types_identical(t->type, u)) t = NULL;
  terms->n = 1;
  terms->v = NEW(&types_arena, Term *);
  terms->v[0] = t;
  return true;
}

/* The type set of utyp, remembered in union_sets; &invalid_type_set when it has too many terms. */
TypeSet *types_compute_union_type_set(Checker *check, PtrMap *union_sets, Pos pos, Union *utyp) {
  TypeSet *tset = ptrmap_get(union_sets, utyp);
  if (tset) return tset;
  tset = NEW(&types_arena, TypeSet);
  ptrmap_set(union_sets, utyp, tset);
  TermList all = {0};
  for (u32 i = 0; i < utyp->n; i++) {
    TermList terms;
    if (!union_element_terms(check, pos, utyp->terms[i], &terms)) continue;
    all = termlist_union(all, terms);
    if (all.n <= MAX_TERM_COUNT) continue;
    if (check)
      check_errorf_pos(check, pos, E_InvalidUnion,
                       "cannot handle more than %d union terms (implementation limitation)", MAX_TERM_COUNT);
    ptrmap_set(union_sets, utyp, &invalid_type_set);
    return &invalid_type_set;
  }
  tset->terms = all;
  return tset;
}

u32 iface_num_methods(Type *t) { return interface_type_set((Interface *)type_under(t))->nmethods; }

Object *iface_method(Type *t, u32 i) { return interface_type_set((Interface *)type_under(t))->methods[i]; }

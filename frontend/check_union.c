/* check_union.c - parsing and checking union elements: A | ~B | C.
 * A union's own validity (tildes, overlaps, methods) is checked later, when its element types are complete.
 * Source of the algorithms and messages: types2's union.go. */
#include "frontend/check.h"

enum { MAX_TERM_COUNT = 100 };

Union *types_new_union(u32 n, Term **terms) {
  Union *u = NEW(&types_arena, Union);
  u->t.kind = TYPE_UNION;
  u->n = n;
  u->terms = terms;
  return u;
}

/* As gc prints terms: with full package paths. */
static const char *S_term(Term *t) {
  StrBuf b = {0};
  term_string(&b, t, NULL, NULL);
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* A term of a union or of a lone ~T. Type parameters are no terms. */
static Term *parse_tilde(Checker *check, Expr *tx) {
  Expr *x = tx;
  bool tilde = x->n.kind == N_Operation && ((Operation *)x)->op == OP_TILDE;
  if (tilde) x = ((Operation *)x)->x;
  Type *t = check_type(check, x);
  if (types_is_type_param(t)) {
    if (tilde)
      check_errorf(check, x, E_MisplacedTypeParam, "type in term %s cannot be a type parameter", S_expr(tx));
    else
      check_error(check, x, E_MisplacedTypeParam, "term cannot be a type parameter");
    t = typ[BK_INVALID];
  }
  Term *term = types_new_term(tilde, t);
  if (tilde) {
    Term **one = NEW(&types_arena, Term *);
    *one = term;
    check_record_type_and_value(check, tx, OM_TYPEXPR, (Type *)types_new_union(1, one), NULL);
  }
  return term;
}

typedef struct UnionCheck { /* what the delayed check needs */
  u32 n;
  Term **terms;
  Expr **exprs;
} UnionCheck;

/* Index of the first of terms[0..n) that overlaps y, -1 when there is none. Interfaces may overlap. */
static int overlapping_term(u32 n, Term **terms, Term *y) {
  for (u32 i = 0; i < n; i++)
    if (!under_interface(terms[i]->type) && !term_disjoint(terms[i], y)) return (int)i;
  return -1;
}

static void check_interface_term(Checker *check, Expr *at, Term *t, Interface *f) {
  TypeSet *tset = interface_type_set(f);
  const char *s = S_term(t);
  if (tset->nmethods != 0)
    check_errorf(check, at, E_InvalidUnion, "cannot use %s in union (%s contains methods)", s, s);
  else if (t->type == universe_comparable->type)
    check_error(check, at, E_InvalidUnion, "cannot use comparable in union");
  else if (tset->comparable)
    check_errorf(check, at, E_InvalidUnion, "cannot use %s in union (%s embeds comparable)", s, s);
}

static void check_union_terms(Checker *check, void *ctx) {
  UnionCheck *c = ctx;
  for (u32 i = 0; i < c->n; i++) {
    Term *t = c->terms[i];
    Expr *at = c->exprs[i];
    if (!types_is_valid(t->type)) continue;
    Type *u = type_under(t->type);
    Interface *f = type_is(u, TYPE_INTERFACE) ? (Interface *)u : NULL;
    if (t->tilde && f) {
      check_errorf(check, at, E_InvalidUnion, "invalid use of ~ (%s is an interface)",
                   S_type(check, t->type));
    } else if (t->tilde && !types_identical(u, t->type)) {
      check_errorf(check, at, E_InvalidUnion, "invalid use of ~ (underlying type of %s is %s)",
                   S_type(check, t->type), S_type(check, u));
    } else if (f) {
      check_interface_term(check, at, t, f);
    } else {
      int j = overlapping_term(i, c->terms, t);
      if (j >= 0)
        check_soft_errorf(check, at, E_InvalidUnion, "overlapping terms %s and %s", S_term(t),
                          S_term(c->terms[j]));
    }
  }
}

/* The type of a union expression: a Union, or for a single term without ~ that term's type. Each partial
 * union a | b | ... is recorded for its operation. */
Type *types_parse_union(Checker *check, Expr *uexpr) {
  VEC(Expr *) ops = {0}; /* the | operations, outermost first */
  Expr *x = uexpr;
  for (; x->n.kind == N_Operation && ((Operation *)x)->op == OP_OR && ((Operation *)x)->y;
       x = ((Operation *)x)->x)
    VEC_PUSH(&types_arena, &ops, x);
  u32 n = ops.n + 1;
  UnionCheck *c = NEW(&types_arena, UnionCheck);
  c->terms = NEW_ARRAY(&types_arena, Term *, n);
  c->exprs = NEW_ARRAY(&types_arena, Expr *, n);
  Type *u = NULL;
  for (u32 i = 0; i < n; i++) {
    c->exprs[i] = i == 0 ? x : ((Operation *)ops.v[ops.n - i])->y;
    Term *term = parse_tilde(check, c->exprs[i]);
    if (n == 1 && !term->tilde) return term->type;
    if (c->n < MAX_TERM_COUNT) {
      c->terms[c->n++] = term;
      u = (Type *)types_new_union(c->n, c->terms);
    } else if (types_is_valid(u)) {
      check_errorf(check, c->exprs[i], E_InvalidUnion,
                   "cannot handle more than %d union terms (implementation limitation)", MAX_TERM_COUNT);
      u = typ[BK_INVALID];
    }
    if (i > 0) check_record_type_and_value(check, ops.v[ops.n - i], OM_TYPEXPR, u, NULL);
  }
  if (types_is_valid(u)) check_later(check, check_union_terms, c);
  return u;
}

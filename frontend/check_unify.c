/* check_unify.c - type unification: makes two types identical (or assignable) by assigning types to type
 * parameters. Each bound type parameter has a handle to a slot; joined parameters share one. Nothing is
 * undone on failure. Source of the algorithm: types2's unify.go, whose comments give the reasons for its
 * order of cases. */
#include "frontend/check.h"

enum { UNIFICATION_DEPTH_LIMIT = 50 };

struct Unifier {
  TypeParamList *tparams;
  u32 *handle; /* tparams->v[i]'s slot */
  Type **slot; /* NULL: not inferred */
  int depth;
  bool enable_interface_inference; /* use shared methods (Go 1.21) */
};

/* targs may be shorter than tparams and have NULL entries. */
Unifier *types_new_unifier(TypeParamList *tparams, TypeList *targs, bool enable_interface_inference) {
  Unifier *u = NEW(&types_arena, Unifier);
  u32 n = tparams_len(tparams);
  u->tparams = tparams;
  u->handle = NEW_ARRAY(&types_arena, u32, n);
  u->slot = NEW_ARRAY(&types_arena, Type *, n);
  for (u32 i = 0; i < n; i++) {
    u->handle[i] = i;
    u->slot[i] = i < typelist_len(targs) ? targs->v[i] : NULL;
  }
  u->enable_interface_inference = enable_interface_inference;
  return u;
}

static int tparam_index(const Unifier *u, const TypeParam *x) {
  for (u32 i = 0; i < tparams_len(u->tparams); i++)
    if (u->tparams->v[i] == x) return (int)i;
  return -1;
}

/* x as a type parameter that u infers, else NULL. */
TypeParam *unifier_as_bound_type_param(Unifier *u, Type *x) {
  TypeParam *p = as_typeparam(x);
  return p && tparam_index(u, p) >= 0 ? p : NULL;
}

static Type **slot_of(Unifier *u, TypeParam *x) { return &u->slot[u->handle[tparam_index(u, x)]]; }

/* The type inferred for x so far, or NULL. */
Type *unifier_at(Unifier *u, TypeParam *x) { return *slot_of(u, x); }
void unifier_set(Unifier *u, TypeParam *x, Type *t) { *slot_of(u, x) = t; }

/* The number of type parameters without a type. */
u32 unifier_unknowns(Unifier *u) {
  u32 n = 0;
  for (u32 i = 0; i < tparams_len(u->tparams); i++) n += u->slot[u->handle[i]] == NULL;
  return n;
}

TypeList *unifier_inferred(Unifier *u, TypeParamList *tparams) {
  TypeList *l = NEW(&types_arena, TypeList);
  l->n = tparams_len(tparams);
  l->v = NEW_ARRAY(&types_arena, Type *, l->n);
  for (u32 i = 0; i < l->n; i++) l->v[i] = unifier_at(u, tparams->v[i]);
  return l;
}

/* Makes x and y share a slot; false when both have a type already and different slots. */
static bool join(Unifier *u, TypeParam *x, TypeParam *y) {
  u32 hx = u->handle[tparam_index(u, x)], hy = u->handle[tparam_index(u, y)];
  if (hx == hy) return true;
  if (u->slot[hx] && u->slot[hy]) return false;
  u32 from = u->slot[hx] ? hy : hx, to = u->slot[hx] ? hx : hy;
  for (u32 i = 0; i < tparams_len(u->tparams); i++)
    if (u->handle[i] == from) u->handle[i] = to;
  return true;
}

static bool nify(Unifier *u, Type *x, Type *y, u32 mode, IfacePair *p);

bool unifier_unify(Unifier *u, Type *x, Type *y, u32 mode) { return nify(u, x, y, mode, NULL); }

static bool same(Type *x, Type *y) { return x == y || (x && y && type_unalias(x) == type_unalias(y)); }

/* The interface that x (no type parameter) is or names, else NULL. */
static Interface *as_iface(Type *x) { return types_is_type_param(x) ? NULL : under_interface(x); }

/* ---- bound type parameters ---- */

/* px's type was unified with y: whether that stands, and whether y becomes px's type (a defined type or a
 * channel with a direction is the better choice for inexact unification). */
static bool update_bound(Unifier *u, TypeParam *px, Type *x, Type *y, u32 mode) {
  Interface *xi = as_iface(x), *yi = as_iface(y);
  bool xn = type_as_named(x) != NULL, yn = type_as_named(y) != NULL;
  if (xi && yi) {
    if (xn && yn) return types_identical(x, y);
    if (interface_type_set(xi)->nmethods != interface_type_set(yi)->nmethods) return false;
  } else if (xi || yi) {
    return false;
  }
  if ((mode & UNIFY_EXACT) || xn) return true;
  Chan *yc = yn ? NULL : under_chan(y);
  if (yn || (yc && yc->dir != CHAN_BOTH)) unifier_set(u, px, y);
  return true;
}

static bool nify_bound(Unifier *u, TypeParam *px, Type *y, u32 mode, IfacePair *p) {
  Type *x = unifier_at(u, px);
  if (x) return nify(u, x, y, mode, p) && update_bound(u, px, x, y, mode);
  unifier_set(u, px, y);
  return true;
}

/* ---- interfaces, inexactly: shared methods must unify ---- */

static Object *method_by_id(TypeSet *s, Object *m) {
  const Atom *id = types_id(m->pkg, m->name);
  for (u32 i = 0; i < s->nmethods; i++)
    if (types_id(s->methods[i]->pkg, s->methods[i]->name) == id) return s->methods[i];
  return NULL;
}

static bool same_terms(TypeSet *xset, TypeSet *yset) {
  return xset->comparable == yset->comparable && termlist_equal(xset->terms, yset->terms);
}

static bool seen_pair(const IfacePair *p, const IfacePair *q) {
  for (; p; p = p->prev)
    if (iface_pair_identical(p, q)) return true;
  return false;
}

/* One interface's methods must be a subset of the other's. */
static bool nify_two_interfaces(Unifier *u, Interface *xi, Interface *yi, IfacePair *p) {
  TypeSet *xset = interface_type_set(xi), *yset = interface_type_set(yi);
  if (!same_terms(xset, yset)) return false;
  IfacePair q = {xi, yi, p};
  if (seen_pair(p, &q)) return true;
  if (xset->nmethods > yset->nmethods) {
    TypeSet *t = xset;
    xset = yset;
    yset = t;
  }
  for (u32 i = 0; i < xset->nmethods; i++) {
    Object *xm = xset->methods[i], *ym = method_by_id(yset, xm);
    if (!ym || !nify(u, xm->type, ym->type, UNIFY_EXACT, &q)) return false;
  }
  return true;
}

/* y must have all methods of xi. */
static bool nify_interface_methods(Unifier *u, Interface *xi, Type *y, IfacePair *p) {
  TypeSet *xset = interface_type_set(xi);
  for (u32 i = 0; i < xset->nmethods; i++) {
    Object *xm = xset->methods[i];
    Object *ym = types_lookup_field_or_method(y, false, xm->pkg, xm->name, false, NULL, NULL, NULL);
    if (!ym || ym->kind != OBJ_FUNC || !nify(u, xm->type, ym->type, UNIFY_EXACT, p)) return false;
  }
  return true;
}

/* ---- by kind ---- */

static bool nify_fields(Unifier *u, Struct *x, Struct *y, u32 mode, IfacePair *p) {
  if (x->nfields != y->nfields) return false;
  for (u32 i = 0; i < x->nfields; i++) {
    Object *f = x->fields[i], *g = y->fields[i];
    if (f->embedded != g->embedded || struct_tag(x, i) != struct_tag(y, i) ||
        !obj_same_id(f, g->pkg, g->name, false) || !nify(u, f->type, g->type, mode, p))
      return false;
  }
  return true;
}

static bool nify_tuples(Unifier *u, Tuple *x, Tuple *y, u32 mode, IfacePair *p) {
  if (x == y) return true;
  if (tuple_len(x) != tuple_len(y)) return false;
  u->depth++;
  bool ok = true;
  for (u32 i = 0; ok && i < tuple_len(x); i++) ok = nify(u, x->vars[i]->type, y->vars[i]->type, mode, p);
  u->depth--;
  return ok;
}

static bool nify_interfaces_exactly(Unifier *u, Interface *x, Interface *y, IfacePair *p) {
  TypeSet *xset = interface_type_set(x), *yset = interface_type_set(y);
  if (!same_terms(xset, yset) || xset->nmethods != yset->nmethods) return false;
  IfacePair q = {x, y, p};
  if (seen_pair(p, &q)) return true;
  for (u32 i = 0; i < xset->nmethods; i++) {
    Object *f = xset->methods[i], *g = yset->methods[i];
    if (types_id(f->pkg, f->name) != types_id(g->pkg, g->name)) return false;
    if (!nify(u, f->type, g->type, UNIFY_EXACT, &q)) return false;
  }
  return true;
}

static bool nify_named(Unifier *u, Named *x, Named *y, u32 mode, IfacePair *p) {
  TypeList *xargs = named_targs(x), *yargs = named_targs(y);
  if (typelist_len(xargs) != typelist_len(yargs)) return false;
  for (u32 i = 0; i < typelist_len(xargs); i++)
    if (!nify(u, xargs->v[i], yargs->v[i], mode, p)) return false;
  return types_identical_origin(x, y);
}

/* x and y are not the same and x is no bound type parameter. */
static bool nify_kinds(Unifier *u, Type *x, Type *yorig, u32 mode, IfacePair *p) {
  Type *y = type_unalias(yorig);
  x = type_unalias(x);
  if (x->kind == TYPE_TYPEPARAM) { /* outer or otherwise unbound: its core type must do */
    Type *cx = type_core(x);
    return cx && nify(u, cx, yorig, UNIFY_ASSIGN, p);
  }
  if (x->kind != y->kind) return false;
  u32 emode =
      mode & UNIFY_ASSIGN ? mode | UNIFY_EXACT : mode; /* element types must match exactly in assignments */
  switch (x->kind) {
    case TYPE_BASIC: return ((Basic *)x)->bkind == ((Basic *)y)->bkind;
    case TYPE_ARRAY: {
      Array *a = (Array *)x, *b = (Array *)y;
      return (a->len < 0 || b->len < 0 || a->len == b->len) && nify(u, a->elem, b->elem, emode, p);
    }
    case TYPE_SLICE: return nify(u, ((Slice *)x)->elem, ((Slice *)y)->elem, emode, p);
    case TYPE_STRUCT: return nify_fields(u, (Struct *)x, (Struct *)y, emode, p);
    case TYPE_POINTER: return nify(u, ((Pointer *)x)->base, ((Pointer *)y)->base, emode, p);
    case TYPE_TUPLE: return nify_tuples(u, (Tuple *)x, (Tuple *)y, mode, p);
    case TYPE_SIGNATURE: {
      Signature *a = (Signature *)x, *b = (Signature *)y;
      return a->variadic == b->variadic && nify_tuples(u, a->params, b->params, emode, p) &&
             nify_tuples(u, a->results, b->results, emode, p);
    }
    case TYPE_INTERFACE: return nify_interfaces_exactly(u, (Interface *)x, (Interface *)y, p);
    case TYPE_MAP:
      return nify(u, ((Map *)x)->key, ((Map *)y)->key, emode, p) &&
             nify(u, ((Map *)x)->elem, ((Map *)y)->elem, emode, p);
    case TYPE_CHAN:
      return (!(mode & UNIFY_EXACT) || ((Chan *)x)->dir == ((Chan *)y)->dir) &&
             nify(u, ((Chan *)x)->elem, ((Chan *)y)->elem, emode, p);
    case TYPE_NAMED: return nify_named(u, (Named *)x, (Named *)y, mode, p);
    case TYPE_UNION:
    case TYPE_TYPEPARAM:
    case TYPE_ALIAS: return false;
  }
  return false;
}

static void swap(Type **x, Type **y) {
  Type *t = *x;
  *x = *y;
  *y = t;
}

static bool nify_unequal(Unifier *u, Type *x, Type *y, u32 mode, IfacePair *p) {
  /* a defined type, or else a bound type parameter, goes to the side where it is looked for: y and x */
  if (type_as_named(x) || unifier_as_bound_type_param(u, y)) swap(&x, &y);

  /* inexactly, a type literal may match the underlying type of a defined type */
  Named *ny = type_as_named(y);
  if (!(mode & UNIFY_EXACT) && ny && types_is_type_lit(x) &&
      !(u->enable_interface_inference && under_interface(x))) {
    y = type_under((Type *)ny);
    if (same(x, y)) return true;
  }

  TypeParam *px = unifier_as_bound_type_param(u, x), *py = unifier_as_bound_type_param(u, y);
  if (px && py) return join(u, px, py) || nify(u, unifier_at(u, px), unifier_at(u, py), mode, p);
  if (px) return nify_bound(u, px, y, mode, p);

  if (u->enable_interface_inference && !(mode & UNIFY_EXACT)) {
    Interface *xi = as_iface(x), *yi = as_iface(y);
    if (xi && yi) return nify_two_interfaces(u, xi, yi, p);
    if (xi) return nify_interface_methods(u, xi, y, p);
    if (yi) return nify_interface_methods(u, yi, x, p);
  }
  if (types_is_type_param(y)) swap(&x, &y);
  return nify_kinds(u, x, y, mode, p);
}

/* Unifies x and y; p is the chain of interface pairs being compared. Beyond the depth limit types do not
 * unify. */
static bool nify(Unifier *u, Type *x, Type *y, u32 mode, IfacePair *p) {
  if (same(x, y)) return true;
  if (!x || !y || u->depth >= UNIFICATION_DEPTH_LIMIT) return false;
  u->depth++;
  bool ok = nify_unequal(u, x, y, mode, p);
  u->depth--;
  return ok;
}

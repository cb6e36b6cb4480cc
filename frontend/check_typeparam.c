/* check_typeparam.c - type parameters, and lists of types and type parameters.
 * Source of the algorithms: types2's typeparam.go and typelists.go. */
#include "frontend/check.h"

/* A type parameter for obj; the constraint may be set later. Ids order type parameters by creation. */
TypeParam *check_new_type_param(Checker *check, Object *obj, Type *constraint) {
  static SNAPSHOT u64 last_id;
  TypeParam *t = NEW(&types_arena, TypeParam);
  t->t.kind = TYPE_TYPEPARAM;
  t->check = check;
  t->id = check ? ++check->next_id : ++last_id;
  t->obj = obj;
  t->index = -1;
  t->bound = constraint;
  if (!obj->type) obj->type = (Type *)t;
  if (check) check_needs_cleanup(check, (Type *)t);
  else if (constraint) typeparam_iface(t);
  return t;
}

void typeparam_cleanup(TypeParam *t) {
  typeparam_iface(t);
  t->check = NULL;
}

/* The constraint interface of t. A constraint that is no interface is wrapped in an implicit one. */
Interface *typeparam_iface(TypeParam *t) {
  Type *bound = t->bound, *u = type_under(bound);
  Interface *ityp = NULL;
  if (u == typ[BK_INVALID]) return (Interface *)type_empty_interface;
  if (u->kind == TYPE_INTERFACE) {
    if (types_is_type_param(bound))
      return (Interface *)type_empty_interface; /* an error reported elsewhere */
    ityp = (Interface *)u;
  }
  if (!ityp) {
    Type **one = NEW(&types_arena, Type *);
    *one = bound;
    ityp = types_new_interface(0, NULL, 1, one);
    ityp->implicit = true;
    t->bound = (Type *)ityp;
  }
  if (!ityp->tset) {
    Named *n = type_as_named(bound);
    types_compute_interface_type_set(t->check, n ? n->obj->pos : t->obj->pos, ityp);
  }
  return ityp;
}

bool typeparam_is(TypeParam *t, bool (*f)(void *ctx, Term *t), void *ctx) {
  return typeset_is(interface_type_set(typeparam_iface(t)), f, ctx);
}

bool typeparam_typeset(TypeParam *t, bool (*f)(void *ctx, Type *t, Type *u), void *ctx) {
  return typeset_all(interface_type_set(typeparam_iface(t)), f, ctx);
}

TypeList *types_new_type_list(u32 n, Type **v) {
  if (n == 0) return NULL;
  TypeList *l = NEW(&types_arena, TypeList);
  l->n = n;
  l->v = arena_dup(&types_arena, v, n * sizeof *v);
  return l;
}

/* A list of the type parameters (copied), which get their indices; NULL when n == 0. */
TypeParamList *types_bind_tparams(u32 n, TypeParam **list) {
  if (n == 0) return NULL;
  TypeParamList *l = NEW(&types_arena, TypeParamList);
  l->n = n;
  l->v = arena_dup(&types_arena, list, n * sizeof *list);
  for (u32 i = 0; i < n; i++) {
    if (list[i]->index >= 0) BUG("type parameter %s is bound more than once", list[i]->obj->name->s);
    list[i]->index = (int)i;
  }
  return l;
}

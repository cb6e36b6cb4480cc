/* check_alias.c - alias types (types2/alias.go). `actual` memoises what the chain of aliases ends in; it
 * stays NULL while an alias on the chain has no right-hand side yet. */
#include "frontend/check.h"

static Type *unalias(AliasType *a0) {
  if (a0->actual) return a0->actual;
  Type *t = NULL;
  for (AliasType *a = a0; a; a = as_alias(t)) t = a->fromRHS;
  a0->actual = t;
  return t;
}

/* t itself, or what the alias t stands for; NULL while that is not known. */
Type *type_unalias(Type *t) { return type_is(t, TYPE_ALIAS) ? unalias((AliasType *)t) : t; }

/* t, or what it is an alias of, when that is a defined type; else NULL. */
Named *type_as_named(Type *t) {
  t = type_unalias(t);
  return type_is(t, TYPE_NAMED) ? (Named *)t : NULL;
}

/* rhs NULL: not known yet. */
AliasType *check_new_alias(Checker *check, Object *obj, Type *rhs) {
  AliasType *a = NEW(&types_arena, AliasType);
  a->t.kind = TYPE_ALIAS;
  a->obj = obj;
  a->orig = a;
  a->fromRHS = rhs;
  if (!obj->type) obj->type = (Type *)a;
  if (check) check_needs_cleanup(check, (Type *)a);
  return a;
}

/* The instance of a generic alias; targs are as many as it has parameters. */
AliasType *check_new_alias_instance(Checker *check, Pos pos, AliasType *orig, TypeList *targs,
                                    Named *expanding, Context *ctxt) {
  CHECK(typelist_len(targs) > 0);
  Object *obj = obj_new_typename(pos, orig->obj->pkg, orig->obj->name, NULL);
  Type *rhs =
      check_subst(check, pos, orig->fromRHS, types_make_subst_map(orig->tparams, targs), expanding, ctxt);
  AliasType *res = check_new_alias(check, obj, rhs);
  res->orig = orig;
  res->obj = orig->obj;
  res->tparams = orig->tparams;
  res->targs = targs;
  return res;
}

/* Fixes what the alias stands for. */
void alias_cleanup(AliasType *a) { unalias(a); }

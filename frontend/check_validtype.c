/* check_validtype.c - reports types that contain themselves without an indirection.
 * Instances are not expanded: a type parameter is looked up in the instance around it (nest), so that generic
 * types whose expansion would not end are handled too. path is the way here, for the message; it is nest plus
 * what the arguments led through. A type without type parameters that was found valid is not walked again:
 * the answer for it does not depend on what it is nested in, as a cycle through an outer type would lead
 * through it too (types2 walks again and takes exponential time). Source of the algorithm: types2's
 * validtype.go, whose comments prove it. */
#include <stdlib.h>

#include "frontend/check.h"

typedef struct ValidType {
  Checker *check;
  VEC(Named *) nest; /* grown by hand below: slices of these vectors are shared between levels */
  VEC(Named *) path;
  bool incomplete; /* a type was met that is still being declared */
} ValidType;

static bool valid(ValidType *w, Type *t, u32 nnest, u32 npath);

static bool valid_all(ValidType *w, u32 n, Type **v, u32 nnest, u32 npath) {
  for (u32 i = 0; i < n; i++)
    if (!valid(w, v[i], nnest, npath)) return false;
  return true;
}

/* An instance is shown where it was written first. */
static Object *cycle_object(Named *n) { return n->inst ? n->inst->obj : n->obj; }

/* t is nested in itself: its origin becomes invalid and the cycle is reported once. */
static void report_cycle(ValidType *w, Named *t, u32 npath) {
  named_origin(t)->fromRHS = typ[BK_INVALID];
  for (u32 start = 0; start < npath; start++) {
    if (!types_identical((Type *)w->path.v[start], (Type *)t)) continue;
    u32 n = npath - start;
    Object **cycle = NEW_ARRAY(&types_arena, Object *, n);
    for (u32 i = 0; i < n; i++) cycle[i] = cycle_object(w->path.v[start + i]);
    check_cycle_error(w->check, n, cycle, 0);
    return;
  }
  BUG("no start of the cycle of type %s", t->obj->name->s);
}

static bool valid_named(ValidType *w, Named *t, u32 nnest, u32 npath) {
  if (t->valid) return true;
  for (u32 i = 0; i < nnest; i++) {
    if (!types_identical((Type *)w->nest.v[i], (Type *)t)) continue;
    report_cycle(w, t, npath);
    return false;
  }
  VEC_RESERVE(NULL, &w->nest, nnest + 1);
  VEC_RESERVE(NULL, &w->path, npath + 1);
  w->nest.v[nnest] = t;
  w->path.v[npath] = t;
  Type *rhs = named_rhs(named_unpack(named_origin(t)));
  if (!rhs) w->incomplete = true;
  if (!valid(w, rhs, nnest + 1, npath + 1)) return false;
  t->valid = !t->inst && tparams_len(named_type_params(t)) == 0 && !w->incomplete;
  return true;
}

/* A type parameter stands for the type argument of the innermost instance, seen from outside of that
 * instance. */
static bool valid_typeparam(ValidType *w, TypeParam *t, u32 nnest, u32 npath) {
  if (nnest == 0) return true;
  Named *inst = w->nest.v[nnest - 1];
  TypeParamList *tparams = named_type_params(inst);
  TypeList *targs = named_targs(inst);
  for (u32 i = 0; i < tparams_len(tparams) && i < typelist_len(targs); i++) {
    if (tparams->v[i] != t) continue;
    bool ok = valid(w, targs->v[i], nnest - 1, npath);
    w->nest.v[nnest - 1] = inst; /* may have been overwritten */
    return ok;
  }
  return true;
}

static bool valid(ValidType *w, Type *t, u32 nnest, u32 npath) {
  if (!t) return true;
  t = type_unalias(t);
  switch (t->kind) {
    case TYPE_ARRAY: return valid(w, ((Array *)t)->elem, nnest, npath);
    case TYPE_STRUCT:
      for (u32 i = 0; i < ((Struct *)t)->nfields; i++)
        if (!valid(w, ((Struct *)t)->fields[i]->type, nnest, npath)) return false;
      return true;
    case TYPE_UNION:
      for (u32 i = 0; i < ((Union *)t)->n; i++)
        if (!valid(w, ((Union *)t)->terms[i]->type, nnest, npath)) return false;
      return true;
    case TYPE_INTERFACE:
      return valid_all(w, ((Interface *)t)->nembeddeds, ((Interface *)t)->embeddeds, nnest, npath);
    case TYPE_NAMED: return valid_named(w, (Named *)t, nnest, npath);
    case TYPE_TYPEPARAM: return valid_typeparam(w, (TypeParam *)t, nnest, npath);
    default: return true;
  }
}

/* Reports an error when t is directly part of itself. */
void check_valid_type(Checker *check, Named *t) {
  ValidType w = {.check = check};
  valid(&w, (Type *)t, 0, 0);
  VEC_FREE(&w.nest);
  VEC_FREE(&w.path);
}

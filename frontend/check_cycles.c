/* check_cycles.c - direct cycles among type declarations, and finiteness of types (types2/cycles.go). */
#include "frontend/check.h"

/* Follows tname's declarations from type name to type name; a cycle is reported and the name that closes it
 * made invalid. path_idx: absent: not seen; index + 1 on the current path; (void *)-1: done. */
static void direct_cycle(Checker *check, Object *tname, PtrMap *path_idx) {
  void *const done = (void *)-1;
  ObjectVec path = {0};
  for (;;) {
    void *seen = ptrmap_get(path_idx, tname);
    if (seen == done) break;
    if (seen) {
      u32 start = (u32)(uintptr_t)seen - 1;
      tname->type = typ[BK_INVALID];
      check_cycle_error(check, path.n - start, path.v + start,
                        types_first_in_src(path.n - start, path.v + start));
      break;
    }
    VEC_PUSH(&types_arena, &path, tname);
    ptrmap_set(path_idx, tname, (void *)(uintptr_t)path.n);
    DeclInfo *d = ptrmap_get(&check->obj_map, tname);
    Expr *rhs = d->tdecl->type;
    if (!rhs || rhs->n.kind != N_Name) break;
    Object *next = scope_lookup(check->pkg->scope, ((Name *)rhs)->name);
    if (!next || next->kind != OBJ_TYPENAME) break;
    tname = next;
  }
  for (u32 i = 0; i < path.n; i++) ptrmap_set(path_idx, path.v[i], done);
}

/* Reports every cycle of type declarations that goes from name to name without a type literal between. */
void check_direct_cycles(Checker *check) {
  PtrMap path_idx = {0};
  for (u32 i = 0; i < check->obj_list.n; i++)
    if (check->obj_list.v[i]->kind == OBJ_TYPENAME) direct_cycle(check, check->obj_list.v[i], &path_idx);
  ptrmap_free(&path_idx);
}

static bool named_finite_size(Checker *check, Named *n) {
  if (n->state & NAMED_HAS_FINITE) return n->finite;
  Object *obj = named_own_obj(n);
  if (obj->color) {
    u32 start = obj->color - 1, len = check->obj_path.n - start;
    Object **cycle = check->obj_path.v + start;
    check_cycle_error(check, len, cycle, types_first_in_src(len, cycle));
    return false;
  }
  check_push(check, obj);
  bool finite = check_finite_size(check, n->fromRHS);
  check_pop(check);
  if (!(n->state & NAMED_HAS_FINITE)) {
    n->finite = finite;
    n->state |= NAMED_HAS_FINITE;
  }
  return n->finite;
}

/* Whether values of t have a finite size; reports the cycle when they have not. */
bool check_finite_size(Checker *check, Type *t) {
  t = t ? type_unalias(t) : NULL;
  if (!t) return true;
  switch (t->kind) {
  case TYPE_NAMED: return named_finite_size(check, (Named *)t);
  case TYPE_ARRAY: return check_finite_size(check, ((Array *)t)->elem);
  case TYPE_STRUCT: {
    const Struct *s = (const Struct *)t;
    for (u32 i = 0; i < s->nfields; i++)
      if (!check_finite_size(check, s->fields[i]->type)) return false;
    return true;
  }
  default: return true;
  }
}

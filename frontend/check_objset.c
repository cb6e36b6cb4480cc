/* check_objset.c - sets of objects by Id, to find double declarations (types2/objset.go). */
#include "frontend/check.h"

/* Adds obj; the object that has its Id already is returned instead, NULL when there was none. */
Object *objset_insert(PtrMap *set, Object *obj) {
  const Atom *id = types_id(obj->pkg, obj->name);
  Object *alt = ptrmap_get(set, id);
  if (!alt) ptrmap_set(set, id, obj);
  return alt;
}

/* check_selection.c - the types of selector expressions.
 * Follows types2/selection.go. */
#include "frontend/check.h"

static Object *retyped(const Object *v, Type *t) {
  Object *copy = NEW(&types_arena, Object);
  *copy = *v;
  copy->type = t;
  return copy;
}

/* The type of the selector expression x.f: of a field its type; of a method value the method's signature with
 * x's type as receiver; of a method expression a function with the receiver as first parameter. */
Type *selection_type(Selection *s) {
  if (s->kind == SEL_FIELD) return s->obj->type;
  Signature *sig = NEW(&types_arena, Signature);
  *sig = *(Signature *)s->obj->type;
  Object *recv = retyped(sig->recv, s->recv);
  if (s->kind == SEL_METHOD_VAL) {
    sig->recv = recv;
    return (Type *)sig;
  }
  u32 n = tuple_len(sig->params);
  Object **vars = NEW_ARRAY(&types_arena, Object *, n + 1);
  vars[0] = recv;
  for (u32 i = 0; i < n; i++) vars[i + 1] = sig->params->vars[i];
  sig->recv = NULL;
  sig->params = type_new_tuple(vars, n + 1);
  return (Type *)sig;
}

/* check_types.c - the small type kinds: construction and underlying types (types2's array.go, basic.go,
 * chan.go, map.go, pointer.go, slice.go, tuple.go, type.go). */
#include "frontend/check.h"

#define NEW_TYPE(T, k, ...)                  \
  T *t = NEW(&types_arena, T);               \
  *t = (T){.t = {.kind = (k)}, __VA_ARGS__}; \
  return (Type *)t

/* Types of these kinds, complete when their elements are. */
Type *type_new_pointer(Type *base) { NEW_TYPE(Pointer, TYPE_POINTER, .base = base); }
Type *type_new_slice(Type *elem) { NEW_TYPE(Slice, TYPE_SLICE, .elem = elem); }
Type *type_new_array(Type *elem, i64 len) { NEW_TYPE(Array, TYPE_ARRAY, .elem = elem, .len = len); }
Type *type_new_map(Type *key, Type *elem) { NEW_TYPE(Map, TYPE_MAP, .key = key, .elem = elem); }
Type *type_new_chan(ChanDir dir, Type *elem) { NEW_TYPE(Chan, TYPE_CHAN, .dir = dir, .elem = elem); }

/* NULL, the empty tuple, when n is 0. */
Tuple *type_new_tuple(Object **vars, u32 n) {
  if (n == 0) return NULL;
  Tuple *t = NEW(&types_arena, Tuple);
  t->t.kind = TYPE_TUPLE;
  t->n = n;
  t->vars = arena_dup(&types_arena, vars, n * sizeof *vars);
  return t;
}

/* A tuple of one variable. */
Tuple *types_new_tuple1(Object *v) { return type_new_tuple(&v, 1); }

/* A function type without type parameters; recv NULL: no method. */
Type *type_new_signature(Object *recv, Tuple *params, Tuple *results, bool variadic) {
  return (Type *)types_new_signature_type(recv, NULL, NULL, params, results, variadic);
}

/* Takes over fields and tags (NULL: no tags). */
Type *type_new_struct(Object **fields, u32 n, const Atom **tags) {
  NEW_TYPE(Struct, TYPE_STRUCT, .fields = fields, .nfields = n, .tags = tags);
}

/* The underlying type; the invalid type for an alias that is not set up. */
Type *type_under(Type *t) {
  for (;;) {
    switch (t->kind) {
    case TYPE_NAMED: return named_under((Named *)t);
    case TYPE_TYPEPARAM: return (Type *)typeparam_iface((TypeParam *)t);
    case TYPE_ALIAS:
      t = type_unalias(t);
      if (!t) return typ[BK_INVALID];
      break;
    default: return t;
    }
  }
}

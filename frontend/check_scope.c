/* check_scope.c - scopes (types2/scope.go). The universe does not know its children. */
#include "frontend/check.h"
#include <stdlib.h>

/* A scope within parent (NULL: none), for the text from pos to end. */
Scope *scope_new(Scope *parent, Pos pos, Pos end) {
  Scope *s = NEW(&types_arena, Scope);
  s->parent = parent;
  s->pos = pos;
  s->end = end;
  if (parent && parent != universe) {
    s->number = parent->last_child ? parent->last_child->number + 1 : 1;
    if (parent->last_child)
      parent->last_child->next_sibling = s;
    else
      parent->first_child = s;
    parent->last_child = s;
  }
  return s;
}

/* The object of that name in s alone, or NULL. */
Object *scope_lookup(const Scope *s, const Atom *name) { return ptrmap_get(&s->elems, name); }

/* Enters obj unless its name is taken; obj's parent is set when it has none. */
Object *scope_insert(Scope *s, Object *obj) {
  Object *alt = scope_lookup(s, obj->name);
  if (alt) return alt;
  ptrmap_set(&s->elems, obj->name, obj);
  if (!obj->parent) obj->parent = s;
  return NULL;
}

static int cmp_name(const void *a, const void *b) {
  return strcmp((*(Object *const *)a)->name->s, (*(Object *const *)b)->name->s);
}

/* The objects whose name equals `name` but for case, sorted by name; only exported ones when `exported`. */
u32 scope_lookup_ignoring_case(const Scope *s, const Atom *name, bool exported, Object ***objs) {
  ObjectVec found = {0};
  for (u32 i = 0; i < s->elems.n; i++) {
    const Atom *n = s->elems.entries[i].key;
    if (n && (!exported || types_is_exported(n)) && types_equal_fold(n, name))
      VEC_PUSH(&types_arena, &found, s->elems.entries[i].val);
  }
  if (found.n) qsort(found.v, found.n, sizeof *found.v, cmp_name);
  *objs = found.v;
  return found.n;
}

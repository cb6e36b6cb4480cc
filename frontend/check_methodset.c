/* check_methodset.c - complete method sets, promoted methods included.
 * Keep in step with the lookup in check_lookup.c. Source of the algorithm: go/types' methodset.go. */
#include <stdlib.h>

#include "frontend/check.h"
#include "frontend/check_embedded.h"

/* Id Atom -> Selection; NULL for a name that collides or is a field's. */
typedef PtrMap MethodMap;

typedef struct MethodWalk {
  EmbeddedList list;
  MethodMap base;   /* of the shallower depths */
  MethodMap fields; /* names of the fields at the current depth */
  MethodMap methods; /* of the current depth */
} MethodWalk;

static void add_method(MethodWalk *w, u32 entry, Object *f, u32 index, bool indirect) {
  const Atom *id = types_id(f->pkg, f->name);
  Selection *s = NULL;
  if (!w->list.v[entry].multiples && !ptrmap_has(&w->methods, id) && (indirect || !func_has_ptr_recv(f))) {
    s = NEW(&types_arena, Selection);
    s->kind = SEL_METHOD_VAL;
    s->obj = f;
    s->index = embedded_path(&w->list, entry, (int)index, &s->nindex);
    s->indirect = indirect;
  }
  ptrmap_set(&w->methods, id, s);
}

static void walk_entry(MethodWalk *w, u32 e) {
  Type *t = w->list.v[e].type;
  bool indirect = w->list.v[e].indirect;
  Named *named = type_as_named(t);
  if (named) {
    if (embedded_seen(&w->list, e)) return;
    for (u32 i = 0; i < named_num_methods(named); i++) add_method(w, e, named_method(named, i), i, indirect);
  }
  Type *u = type_under(t);
  if (type_is(u, TYPE_STRUCT)) {
    Struct *s = (Struct *)u;
    for (u32 i = 0; i < s->nfields; i++) {
      Object *f = s->fields[i];
      ptrmap_set(&w->fields, types_id(f->pkg, f->name), f);
      if (!f->embedded) continue;
      bool ptr;
      Type *base = types_deref(f->type, &ptr);
      embedded_push(&w->list, base, (int)e, (int)i, indirect || ptr, w->list.v[e].multiples);
    }
  } else if (type_is(u, TYPE_INTERFACE)) {
    TypeSet *tset = interface_type_set((Interface *)u);
    for (u32 i = 0; i < tset->nmethods; i++) add_method(w, e, tset->methods[i], i, true);
  }
}

/* Moves the current depth's names into base, where they do not hide behind shallower ones. */
static void merge_depth(MethodWalk *w) {
  for (u32 i = 0; i < w->methods.n; i++) {
    PtrMapEntry *m = &w->methods.entries[i];
    if (!ptrmap_has(&w->base, m->key))
      ptrmap_set(&w->base, m->key, ptrmap_has(&w->fields, m->key) ? NULL : m->val);
  }
  for (u32 i = 0; i < w->fields.n; i++)
    if (!ptrmap_has(&w->base, w->fields.entries[i].key)) ptrmap_set(&w->base, w->fields.entries[i].key, NULL);
  ptrmap_free(&w->methods);
  ptrmap_free(&w->fields);
  w->methods = w->fields = (PtrMap){0};
}

static int compare_selections(const void *a, const void *b) {
  return obj_cmp((*(Selection *const *)a)->obj, (*(Selection *const *)b)->obj);
}

static MethodSet *sorted_method_set(const MethodMap *base, Type *recv) {
  MethodSet *set = NEW(&types_arena, MethodSet);
  set->v = NEW_ARRAY(&types_arena, Selection *, base->n);
  for (u32 i = 0; i < base->n; i++) {
    Selection *s = base->entries[i].val;
    if (!s) continue;
    s->recv = recv;
    s->type = s->obj->type;
    set->v[set->n++] = s;
  }
  if (set->n > 1) qsort(set->v, set->n, sizeof *set->v, compare_selections);
  return set;
}

MethodSet *type_method_set(Type *T) {
  static MethodSet empty;
  bool is_ptr;
  Type *t = types_deref(T, &is_ptr);
  if (type_as_named(T) && under_pointer(T)) return &empty;
  if (is_ptr && under_interface(t)) return &empty;
  MethodWalk w = {0};
  embedded_init(&w.list, t, is_ptr);
  for (u32 lo = 0, hi = 1; lo < hi; lo = hi, hi = w.list.n) {
    for (u32 e = lo; e < hi; e++) walk_entry(&w, e);
    merge_depth(&w);
    embedded_consolidate(&w.list, hi);
  }
  MethodSet *set = sorted_method_set(&w.base, T);
  ptrmap_free(&w.base);
  embedded_free(&w.list);
  return set;
}

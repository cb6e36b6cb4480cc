/* check_lookup.c - fields and methods by name, missing methods, assertability.
 * The search goes by embedding depth; the entries of all depths stay in one vector, each with a link to the
 * embedded field that led to it, so that the index path is only built for what is found. Keep in step with
 * check_methodset.c. Source of the algorithms and messages: types2's lookup.go. */
#include <stdlib.h>

#include "frontend/check.h"
#include "frontend/check_embedded.h"

/* ---- embedded types, shared with check_methodset.c ---- */

void embedded_push(EmbeddedList *l, Type *t, int parent, int field, bool indirect, bool multiples) {
  if (l->n == l->cap) {
    u32 cap = l->cap * 2;
    EmbeddedType *v = xmalloc(cap * sizeof *v);
    memcpy(v, l->v, l->n * sizeof *v);
    if (l->v != l->first) xfree(l->v);
    l->v = v;
    l->cap = cap;
  }
  l->v[l->n++] = (EmbeddedType){t, parent, field, indirect, multiples};
}

void embedded_init(EmbeddedList *l, Type *t, bool indirect) {
  l->v = l->first;
  l->n = 0;
  l->cap = ARRAY_LEN(l->first);
  embedded_push(l, t, -1, -1, indirect, false);
}

void embedded_free(EmbeddedList *l) {
  if (l->v != l->first) xfree(l->v);
}

/* Merges the entries from `from` on that have identical types, marking what stays as multiple. */
void embedded_consolidate(EmbeddedList *l, u32 from) {
  u32 n = from;
  for (u32 i = from; i < l->n; i++) {
    u32 j = from;
    while (j < n && !types_identical(l->v[j].type, l->v[i].type)) j++;
    if (j < n) l->v[j].multiples = true;
    else l->v[n++] = l->v[i];
  }
  l->n = n;
}

int *embedded_path(const EmbeddedList *l, u32 entry, int last, u32 *n) {
  u32 len = 1;
  for (int e = (int)entry; l->v[e].parent >= 0; e = l->v[e].parent) len++;
  int *path = NEW_ARRAY(&types_arena, int, len);
  *n = len;
  path[--len] = last;
  for (int e = (int)entry; l->v[e].parent >= 0; e = l->v[e].parent) path[--len] = l->v[e].field;
  return path;
}

/* Whether the named type of entry i was seen at an earlier entry: the shallower one hides it. */
bool embedded_seen(const EmbeddedList *l, u32 i) {
  Named *named = type_as_named(l->v[i].type);
  for (u32 j = 0; j < i; j++) {
    Named *other = type_as_named(l->v[j].type);
    if (other && (other == named || (named->inst && types_identical((Type *)other, (Type *)named))))
      return true;
  }
  return false;
}

/* ---- lookup ---- */

typedef struct Lookup {
  Package *pkg;
  const Atom *name;
  bool fold_case;
  EmbeddedList list;
  Object *obj;   /* found at the current depth */
  u32 entry;     /* where */
  int last;      /* its field or method index there */
  bool collision;
} Lookup;

/* Notes a match in entry e; false when it is the second one at this depth. */
static bool lookup_found(Lookup *s, u32 e, Object *obj, int index) {
  s->collision = s->obj || s->list.v[e].multiples;
  s->obj = obj;
  s->entry = e;
  s->last = index;
  return !s->collision;
}

static bool lookup_in_struct(Lookup *s, u32 e, Struct *t) {
  for (u32 i = 0; i < t->nfields; i++) {
    Object *f = t->fields[i];
    if (obj_same_id(f, s->pkg, s->name, s->fold_case)) {
      if (!lookup_found(s, e, f, (int)i)) return false;
    } else if (!s->obj && f->embedded) {
      bool ptr;
      Type *base = types_deref(f->type, &ptr);
      embedded_push(&s->list, base, (int)e, (int)i, s->list.v[e].indirect || ptr, s->list.v[e].multiples);
    }
  }
  return true;
}

/* Looks into entry e; false on a collision. A named type's methods come before its fields. */
static bool lookup_in_entry(Lookup *s, u32 e) {
  Type *t = s->list.v[e].type;
  Object *m;
  Named *named = type_as_named(t);
  if (named) {
    if (embedded_seen(&s->list, e)) return true;
    int i = named_lookup_method(named, s->pkg, s->name, s->fold_case, &m);
    if (i >= 0) return lookup_found(s, e, m, i);
  }
  Type *u = type_under(t);
  if (type_is(u, TYPE_STRUCT)) return lookup_in_struct(s, e, (Struct *)u);
  if (type_is(u, TYPE_INTERFACE)) {
    int i = typeset_lookup_method(interface_type_set((Interface *)u), s->pkg, s->name, s->fold_case, &m);
    if (i >= 0) return lookup_found(s, e, m, i);
  }
  return true;
}

/* Searches depth by depth. Sets s->obj, or s->collision. */
static void lookup_by_depth(Lookup *s) {
  for (u32 lo = 0, hi = 1; lo < hi; lo = hi, hi = s->list.n) {
    for (u32 e = lo; e < hi; e++)
      if (!lookup_in_entry(s, e)) return;
    if (s->obj) return;
    embedded_consolidate(&s->list, hi);
  }
}

static Object *lookup_impl(Type *T, bool addressable, Package *pkg, const Atom *name, bool fold_case,
                           int **index, u32 *nindex, bool *indirect) {
  *index = NULL;
  *nindex = 0;
  *indirect = false;
  if (atom_is(name, "_")) return NULL;
  bool is_ptr;
  Type *t = types_deref(T, &is_ptr);
  if (is_ptr && type_is(type_under(t), TYPE_INTERFACE))
    return NULL; /* a pointer to an interface has no methods */
  Lookup s = {.pkg = pkg, .name = name, .fold_case = fold_case};
  embedded_init(&s.list, t, is_ptr);
  lookup_by_depth(&s);
  Object *obj = s.collision ? NULL : s.obj;
  if (s.obj) {
    bool through_ptr = s.list.v[s.entry].indirect;
    if (obj && obj->kind == OBJ_FUNC && !through_ptr && !addressable && func_has_ptr_recv(obj)) {
      obj = NULL;
      *indirect = true; /* a pointer or addressable receiver is required */
    } else {
      *index = embedded_path(&s.list, s.entry, s.last, nindex);
      *indirect = obj && through_ptr;
    }
  }
  embedded_free(&s.list);
  return obj;
}

/* The field or method `name` of T as seen from pkg, its index path and whether a pointer was followed. When
 * there is none: *index set means an ambiguous selector, *indirect that a method has a pointer receiver and T
 * is no pointer. */
Object *types_lookup_field_or_method(Type *T, bool addressable, Package *pkg, const Atom *name,
                                     bool fold_case, int **index, u32 *nindex, bool *indirect) {
  int *idx;
  u32 nidx;
  bool ind;
  if (!index) index = &idx;
  if (!nindex) nindex = &nidx;
  if (!indirect) indirect = &ind;
  Named *named = type_as_named(T);
  Pointer *p = named ? under_pointer(T) : NULL;
  if (!p) return lookup_impl(T, addressable, pkg, name, fold_case, index, nindex, indirect);
  /* a defined pointer type has its base's fields but none of its methods */
  Object *obj = lookup_impl((Type *)p, false, pkg, name, fold_case, index, nindex, indirect);
  if (!obj || obj->kind != OBJ_FUNC) return obj;
  *index = NULL;
  *nindex = 0;
  *indirect = false;
  return NULL;
}

Object *type_lookup(Type *t, bool addressable, Package *pkg, const Atom *name, int **index, u32 *nindex,
                    bool *indirect) {
  return types_lookup_field_or_method(t, addressable, pkg, name, false, index, nindex, indirect);
}

/* ---- missing methods ---- */

typedef bool (*Equivalent)(void *ctx, Type *x, Type *y);
typedef enum MissingState {
  MM_OK, MM_NOT_FOUND, MM_WRONG_NAME, MM_UNEXPORTED, MM_WRONG_SIG, MM_AMBIGUOUS, MM_PTR_RECV, MM_FIELD
} MissingState;

bool types_equivalent_identical(void *ctx, Type *x, Type *y) {
  (void)ctx;
  return types_identical(x, y);
}

/* How method m stands in interface type set tset; *f is the method found. */
static MissingState missing_in_interface(TypeSet *tset, Object *m, bool is_static, Equivalent eq, void *ctx,
                                         Object **f) {
  if (typeset_lookup_method(tset, m->pkg, m->name, false, f) < 0) {
    *f = NULL;
    return is_static ? MM_NOT_FOUND : MM_OK; /* the dynamic type may have it */
  }
  return eq(ctx, (*f)->type, m->type) ? MM_OK : MM_WRONG_SIG;
}

/* The same for a V that is no interface. */
static MissingState missing_in_type(Checker *check, Type *V, Object *m, Equivalent eq, void *ctx,
                                    Object **f) {
  int *index;
  u32 nindex;
  bool indirect;
  *f = NULL;
  Object *obj = lookup_impl(V, false, m->pkg, m->name, false, &index, &nindex, &indirect);
  if (!obj) {
    if (index) return MM_AMBIGUOUS;
    if (indirect) return MM_PTR_RECV;
    obj = lookup_impl(V, false, m->pkg, m->name, true, &index, &nindex, &indirect);
    if (!obj || obj->kind != OBJ_FUNC) return MM_NOT_FOUND;
    *f = obj;
    return obj->name == m->name ? MM_UNEXPORTED : MM_WRONG_NAME;
  }
  if (obj->kind != OBJ_FUNC) return MM_FIELD;
  *f = obj;
  if (check) check_obj_decl(check, obj);
  return eq(ctx, obj->type, m->type) ? MM_OK : MM_WRONG_SIG;
}

static void explain_wrong_type(Checker *check, Object *f, Object *m, StrBuf *cause) {
  const char *fs = check_func_string(check, f, false), *ms = check_func_string(check, m, false);
  if (strcmp(fs, ms) == 0) {
    fs = check_func_string(check, f, true);
    ms = check_func_string(check, m, true);
  }
  if (strcmp(fs, ms) == 0) cause_set(cause, "(wrong type for method %s)", m->name->s);
  else cause_set(cause, "(wrong type for method %s)\n\t\thave %s\n\t\twant %s", m->name->s, fs, ms);
}

static void explain_missing(Checker *check, MissingState state, Type *V, Type *T, Object *f, Object *m,
                            StrBuf *cause) {
  const char *name = m->name->s;
  if (f && check) check_obj_decl(check, f);
  switch (state) {
    case MM_NOT_FOUND:
      if (types_is_interface_ptr(V)) cause_set(cause, "(%s)", check_interface_ptr_error(check, V));
      else if (types_is_interface_ptr(T)) cause_set(cause, "(%s)", check_interface_ptr_error(check, T));
      else cause_set(cause, "(missing method %s)", name);
      break;
    case MM_WRONG_NAME:
      cause_set(cause, "(missing method %s)\n\t\thave %s\n\t\twant %s", name,
                check_func_string(check, f, false), check_func_string(check, m, false));
      break;
    case MM_UNEXPORTED: cause_set(cause, "(unexported method %s)", name); break;
    case MM_WRONG_SIG: explain_wrong_type(check, f, m, cause); break;
    case MM_AMBIGUOUS: cause_set(cause, "(ambiguous selector %s.%s)", S_type(check, V), name); break;
    case MM_PTR_RECV: cause_set(cause, "(method %s has pointer receiver)", name); break;
    case MM_FIELD: cause_set(cause, "(%s.%s is a field, not a method)", S_type(check, V), name); break;
    case MM_OK: break;
  }
}

/* The first method of interface T that V lacks, or has with a type that is not equivalent (*wrong_type, also
 * for a pointer receiver); NULL when V has them all. An interface V that is not static may lack methods.
 * wrong_type may be NULL. */
Object *check_missing_method(Checker *check, Type *V, Type *T, bool is_static, Equivalent equivalent,
                             void *ctx, StrBuf *cause, bool *wrong_type) {
  TypeSet *want = interface_type_set((Interface *)type_under(T));
  Interface *vi = under_interface(V);
  TypeSet *have = vi && want->nmethods > 0 ? interface_type_set(vi) : NULL;
  if (wrong_type) *wrong_type = false;
  for (u32 i = 0; i < want->nmethods; i++) {
    Object *m = want->methods[i], *f = NULL;
    MissingState state = vi ? missing_in_interface(have, m, is_static, equivalent, ctx, &f)
                            : missing_in_type(check, V, m, equivalent, ctx, &f);
    if (state == MM_OK) continue;
    if (cause) explain_missing(check, state, V, T, f, m, cause);
    if (wrong_type) *wrong_type = state == MM_WRONG_SIG || state == MM_PTR_RECV;
    return m;
  }
  return NULL;
}

/* Whether an embedded field of T's struct has an invalid type: then T's method set is not known. */
static bool has_invalid_embedded_fields(Type *T, PtrMap *seen) {
  Struct *s = under_struct(types_deref_struct_ptr(T));
  if (!s || ptrmap_has(seen, s)) return false;
  ptrmap_set(seen, s, s);
  for (u32 i = 0; i < s->nfields; i++) {
    Object *f = s->fields[i];
    if (f->embedded && (!types_is_valid(f->type) || has_invalid_embedded_fields(f->type, seen))) return true;
  }
  return false;
}

/* Whether V has all methods of interface T, with equivalent types; true when V's methods are not known. */
bool check_has_all_methods(Checker *check, Type *V, Type *T, bool is_static, Equivalent equivalent, void *ctx,
                           StrBuf *cause) {
  if (!types_is_valid(V)) return true;
  if (!check_missing_method(check, V, T, is_static, equivalent, ctx, cause, NULL)) return true;
  PtrMap seen = {0};
  bool invalid = has_invalid_embedded_fields(V, &seen);
  ptrmap_free(&seen);
  return invalid;
}

bool types_is_interface_ptr(Type *T) {
  Pointer *p = under_pointer(T);
  return p && under_interface(p->base);
}

const char *check_interface_ptr_error(Checker *check, Type *T) {
  if (types_is_type_param(under_pointer(T)->base))
    return S_printf("type %s is pointer to type parameter, not type parameter", S_type(check, T));
  return S_printf("type %s is pointer to interface, not interface", S_type(check, T));
}

/* f's name and signature without parameter names; with pkg_info with the packages of unexported fields. */
const char *check_func_string(Checker *check, Object *f, bool pkg_info) {
  StrBuf b = {0};
  sb_puts(&b, f->name->s);
  types_write_method_signature(&b, (Signature *)f->type, check && !pkg_info ? check_qualifier : NULL, check,
                               pkg_info);
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* Whether a value of interface type V can be asserted to have type T: T has the methods of V. */
bool check_assertable_to(Checker *check, Type *V, Type *T, StrBuf *cause) {
  if (under_interface(T)) return true;
  return check_has_all_methods(check, T, V, false, types_equivalent_identical, NULL, cause);
}

/* The same, also for constraint interfaces. */
bool check_new_assertable_to(Checker *check, Type *V, Type *T, StrBuf *cause) {
  if (under_interface(T)) return true;
  return check_implements(check, T, V, false, cause);
}

bool type_implements(Type *t, Type *iface) {
  return check_missing_method(NULL, t, iface, true, types_equivalent_identical, NULL, NULL, NULL) == NULL;
}

/* ---- small helpers ---- */

/* The base type of an unnamed pointer type, else t itself. was_pointer may be NULL. */
Type *types_deref(Type *t, bool *was_pointer) {
  Pointer *p = as_pointer(t);
  if (was_pointer) *was_pointer = p != NULL;
  if (!p) return t;
  return p->base ? p->base : typ[BK_INVALID];
}

/* The base type when t's underlying type is a pointer to a struct, else t. */
Type *types_deref_struct_ptr(Type *t) {
  Pointer *p = under_pointer(t);
  return p && under_struct(p->base) ? p->base : t;
}

int types_field_index(u32 n, Object **fields, Package *pkg, const Atom *name, bool fold_case) {
  if (atom_is(name, "_")) return -1;
  for (u32 i = 0; i < n; i++)
    if (obj_same_id(fields[i], pkg, name, fold_case)) return (int)i;
  return -1;
}

/* The index of the method, which is stored in *method when that is not NULL; -1 when there is none. */
int types_method_index(u32 n, Object **methods, Package *pkg, const Atom *name, bool fold_case,
                       Object **method) {
  int i = types_field_index(n, methods, pkg, name, fold_case);
  if (method) *method = i < 0 ? NULL : methods[i];
  return i;
}

/* check_subst.c - substitution of type arguments for type parameters.
 * A type in which nothing changes is returned as it is, so callers compare pointers.
 * The lowering's substitution (type_subst) goes further than the checker's: types declared inside a generic
 * function become types of their own for each instance of that function, as gc makes them (implicit
 * instances). Source of the algorithm: types2's subst.go; implicit instances follow gc's unified IR. */
#include "frontend/check.h"

typedef struct Subster {
  Pos pos;
  SubstMap smap;
  Checker *check;   /* NULL outside of checking */
  Named *expanding; /* the instance being expanded, or NULL */
  Context *ctxt;
  bool implicit;    /* also instantiate the local types of generic functions */
} Subster;

static Type *subst_type(Subster *s, Type *t);

SubstMap types_make_subst_map(TypeParamList *tparams, TypeList *targs) {
  CHECK(tparams_len(tparams) == typelist_len(targs));
  return (SubstMap){tparams, targs};
}

SubstMap types_make_rename_map(TypeParamList *from, TypeParamList *to) {
  CHECK(tparams_len(from) == tparams_len(to));
  TypeList *targs = NEW(&types_arena, TypeList);
  targs->n = tparams_len(to);
  targs->v = NEW_ARRAY(&types_arena, Type *, targs->n);
  for (u32 i = 0; i < targs->n; i++) targs->v[i] = (Type *)to->v[i];
  return (SubstMap){from, targs};
}

bool subst_map_empty(const SubstMap *m) { return tparams_len(m->tparams) == 0; }

/* What tpar is replaced by; tpar itself when it is not in m or has no type argument yet. */
Type *subst_map_lookup(const SubstMap *m, TypeParam *tpar) {
  for (u32 i = 0; i < tparams_len(m->tparams); i++)
    if (m->tparams->v[i] == tpar) return m->targs->v[i] ? m->targs->v[i] : (Type *)tpar;
  return (Type *)tpar;
}

/* t with the type parameters of smap replaced. t may be NULL (an empty tuple). */
Type *check_subst(Checker *check, Pos pos, Type *t, SubstMap smap, Named *expanding, Context *ctxt) {
  if (!t || subst_map_empty(&smap) || t->kind == TYPE_BASIC) return t;
  if (t->kind == TYPE_TYPEPARAM) return subst_map_lookup(&smap, (TypeParam *)t);
  Subster s = {pos, smap, check, expanding, ctxt, false};
  return subst_type(&s, t);
}

Type *type_subst(Type *t, TypeParamList *tparams, TypeList *targs) {
  if (!t || tparams_len(tparams) == 0) return t;
  Subster s = {.smap = types_make_subst_map(tparams, targs), .ctxt = types_context, .implicit = true};
  return subst_type(&s, t);
}

/* ---- lists: NULL when no element changes, else a new array ---- */

#define SUBST_LIST(fn, T, subst_one)                                       \
  static T **fn(Subster *s, u32 n, T **in) {                               \
    T **out = NULL;                                                        \
    for (u32 i = 0; i < n; i++) {                                          \
      T *u = subst_one(s, in[i]);                                          \
      if (u == in[i]) continue;                                            \
      if (!out) out = arena_dup(&types_arena, in, n * sizeof *in);         \
      out[i] = u;                                                          \
    }                                                                      \
    return out;                                                            \
  }

static Object *clone_object(Object *o, Type *t) {
  Object *copy = arena_dup(&types_arena, o, sizeof *o);
  copy->type = t;
  copy->origin = obj_origin(o);
  copy->lowered = NULL;
  return copy;
}

static Object *subst_object(Subster *s, Object *o) {
  if (!o) return o;
  Type *t = subst_type(s, o->type);
  return t == o->type ? o : clone_object(o, t);
}

static Term *subst_term(Subster *s, Term *x) {
  Type *t = subst_type(s, x->type);
  return t == x->type ? x : types_new_term(x->tilde, t);
}

SUBST_LIST(subst_types, Type, subst_type)
SUBST_LIST(subst_objects, Object, subst_object)
SUBST_LIST(subst_terms, Term, subst_term)

/* The type arguments with s applied, NULL when nothing changes. */
static TypeList *subst_targs(Subster *s, TypeList *targs) {
  Type **v = subst_types(s, targs->n, targs->v);
  return v ? types_new_type_list(targs->n, v) : NULL;
}

static Tuple *subst_tuple(Subster *s, Tuple *t) {
  if (!t) return t;
  Object **vars = subst_objects(s, t->n, t->vars);
  return vars ? type_new_tuple(vars, t->n) : t;
}

/* ---- by kind ---- */

/* Receiver and type parameters stay: a method's receiver is replaced when its instance is expanded. */
static Type *subst_signature(Subster *s, Signature *t) {
  Tuple *params = subst_tuple(s, t->params), *results = subst_tuple(s, t->results);
  if (params == t->params && results == t->results) return (Type *)t;
  Signature *sig = types_new_signature_type(t->recv, t->rparams, t->tparams, params, results, t->variadic);
  return (Type *)sig;
}

static Type *subst_interface(Subster *s, Interface *t) {
  Object **methods = subst_objects(s, t->nmethods, t->methods);
  Type **embeddeds = subst_types(s, t->nembeddeds, t->embeddeds);
  if (!methods && !embeddeds) return (Type *)t;
  CHECK(t->complete);
  Interface *iface = check_new_interface(s->check);
  iface->nembeddeds = t->nembeddeds;
  iface->embeddeds = embeddeds ? embeddeds : t->embeddeds;
  iface->embed_pos = t->embed_pos;
  iface->implicit = t->implicit;
  iface->complete = t->complete;
  iface->nmethods = t->nmethods;
  bool copied;
  iface->methods =
      types_replace_recv_type(t->nmethods, methods ? methods : t->methods, (Type *)t, (Type *)iface, &copied);
  if (!s->check) interface_type_set(iface);
  return (Type *)iface;
}

static Type *subst_alias(Subster *s, AliasType *t) {
  u32 n = tparams_len(t->orig->tparams);
  if (n == 0) {
    if (!s->implicit) return (Type *)t;
    Type *actual = type_unalias((Type *)t), *u = subst_type(s, actual);
    return u == actual ? (Type *)t : u;
  }
  if (typelist_len(t->targs) != n) return typ[BK_INVALID]; /* reported elsewhere */
  TypeList *targs = subst_targs(s, t->targs);
  if (!targs) return (Type *)t;
  return (Type *)check_new_alias_instance(s->check, s->pos, t->orig, targs, s->expanding, s->ctxt);
}

/* ---- implicit instances ---- */

/* The type parameters of the generic function (or method) that declares obj, a type; NULL: none. */
static TypeParamList *implicit_tparams(Object *obj) {
  static SNAPSHOT PtrMap cache; /* TypeName -> TypeParamList */
  if (!obj->parent || !obj->pkg || obj->parent == obj->pkg->scope) return NULL;
  if (ptrmap_has(&cache, obj)) return ptrmap_get(&cache, obj);
  VEC(TypeParam *) list = {0};
  for (Scope *s = obj->parent; s && s != obj->pkg->scope; s = s->parent) {
    for (u32 i = 0; i < s->elems.n; i++) {
      Object *o = s->elems.entries[i].val;
      if (!s->elems.entries[i].key || o->kind != OBJ_TYPENAME || obj_is_alias(o)) continue;
      if (type_is(o->type, TYPE_TYPEPARAM)) VEC_PUSH(&types_arena, &list, (TypeParam *)o->type);
    }
  }
  TypeParamList *l = NULL;
  if (list.n > 0) {
    l = NEW(&types_arena, TypeParamList);
    l->n = list.n;
    l->v = list.v;
  }
  ptrmap_set(&cache, obj, l);
  return l;
}

u32 named_num_implicit(Named *n) {
  Named *orig = named_origin(n);
  return typelist_len(named_targs(n)) - (n->inst ? tparams_len(named_type_params(orig)) : 0);
}

static TypeParamList *concat_tparams(TypeParamList *x, TypeParamList *y) {
  TypeParamList *l = NEW(&types_arena, TypeParamList);
  l->n = tparams_len(x) + tparams_len(y);
  l->v = NEW_ARRAY(&types_arena, TypeParam *, l->n);
  for (u32 i = 0; i < l->n; i++) l->v[i] = i < tparams_len(x) ? x->v[i] : y->v[i - tparams_len(x)];
  return l;
}

/* The type arguments of t in full: those of the function around its declaration, then its own. Where an
 * argument is not given yet it is the type parameter itself. */
static TypeList *full_targs(Named *t, TypeParamList *implicit) {
  Named *orig = named_origin(t);
  TypeParamList *all = concat_tparams(implicit, named_type_params(orig));
  if (typelist_len(named_targs(t)) == all->n) return named_targs(t);
  TypeList *targs = types_make_rename_map(all, all).targs;
  for (u32 i = 0; i < typelist_len(named_targs(t)); i++) targs->v[implicit->n + i] = named_targs(t)->v[i];
  return targs;
}

/* The local type orig with all its type arguments. It is entered in the context before its underlying type is
 * made, which may refer to it. */
static Type *implicit_instance(Subster *s, Named *orig, TypeParamList *implicit, TypeList *targs) {
  u32 h = context_instance_hash((Type *)orig, targs);
  Type *known = context_lookup(s->ctxt, h, (Type *)orig, targs);
  if (known) return known;
  Named *n = NEW(&types_arena, Named);
  n->t.kind = TYPE_NAMED;
  n->obj = orig->obj;
  n->inst = NEW(&types_arena, Instance);
  n->inst->obj = orig->obj;
  n->inst->orig = orig;
  n->inst->targs = targs;
  n->state = NAMED_UNPACKED | NAMED_HAS_METHODS | NAMED_HAS_UNDER | NAMED_HAS_FINITE;
  n->finite = orig->finite;
  n->valid = orig->valid;
  context_update(s->ctxt, h, (Type *)orig, targs, (Type *)n);
  Subster sub = *s;
  sub.smap = types_make_subst_map(concat_tparams(implicit, named_type_params(orig)), targs);
  n->underlying = n->fromRHS = subst_type(&sub, type_under((Type *)orig));
  return (Type *)n;
}

static Type *subst_local(Subster *s, Named *t, TypeParamList *implicit) {
  TypeList *targs = subst_targs(s, full_targs(t, implicit));
  return targs ? implicit_instance(s, named_origin(t), implicit, targs) : (Type *)t;
}

static Type *subst_named(Subster *s, Named *t) {
  Named *orig = named_origin(t);
  TypeParamList *implicit = s->implicit ? implicit_tparams(orig->obj) : NULL;
  if (implicit) return subst_local(s, t, implicit);
  u32 n = tparams_len(named_type_params(orig));
  if (n == 0) return (Type *)t;
  TypeList *targs = named_targs(t);
  if (typelist_len(targs) != n) return typ[BK_INVALID]; /* reported elsewhere */
  targs = subst_targs(s, targs);
  return targs ? check_instance(s->check, s->pos, (Type *)orig, targs, s->expanding, s->ctxt) : (Type *)t;
}

static Type *subst_array(Subster *s, Array *t) {
  Type *elem = t->elem ? subst_type(s, t->elem) : typ[BK_INVALID];
  return elem == t->elem ? (Type *)t : type_new_array(elem, t->len);
}

static Type *subst_slice(Subster *s, Slice *t) {
  Type *elem = t->elem ? subst_type(s, t->elem) : typ[BK_INVALID];
  return elem == t->elem ? (Type *)t : type_new_slice(elem);
}

static Type *subst_struct(Subster *s, Struct *t) {
  Object **fields = subst_objects(s, t->nfields, t->fields);
  return fields ? type_new_struct(fields, t->nfields, t->tags) : (Type *)t;
}

static Type *subst_map_type(Subster *s, Map *t) {
  Type *key = subst_type(s, t->key), *elem = subst_type(s, t->elem);
  return key == t->key && elem == t->elem ? (Type *)t : type_new_map(key, elem);
}

static Type *subst_type(Subster *s, Type *t) {
  switch (t->kind) {
    case TYPE_BASIC: return t;
    case TYPE_ALIAS: return subst_alias(s, (AliasType *)t);
    case TYPE_ARRAY: return subst_array(s, (Array *)t);
    case TYPE_SLICE: return subst_slice(s, (Slice *)t);
    case TYPE_STRUCT: return subst_struct(s, (Struct *)t);
    case TYPE_POINTER: {
      Type *base = subst_type(s, ((Pointer *)t)->base);
      return base == ((Pointer *)t)->base ? t : type_new_pointer(base);
    }
    case TYPE_TUPLE: return (Type *)subst_tuple(s, (Tuple *)t);
    case TYPE_SIGNATURE: return subst_signature(s, (Signature *)t);
    case TYPE_UNION: {
      Union *u = (Union *)t;
      Term **terms = subst_terms(s, u->n, u->terms);
      return terms ? (Type *)types_new_union(u->n, terms) : t;
    }
    case TYPE_INTERFACE: return subst_interface(s, (Interface *)t);
    case TYPE_MAP: return subst_map_type(s, (Map *)t);
    case TYPE_CHAN: {
      Type *elem = subst_type(s, ((Chan *)t)->elem);
      return elem == ((Chan *)t)->elem ? t : type_new_chan(((Chan *)t)->dir, elem);
    }
    case TYPE_NAMED: return subst_named(s, (Named *)t);
    case TYPE_TYPEPARAM: return subst_map_lookup(&s->smap, (TypeParam *)t);
  }
  return t;
}

/* The methods with receiver type `old` replaced by new_; the array `in` itself when there is none (*copied
 * false). */
Object **types_replace_recv_type(u32 n, Object **in, Type *old, Type *new_, bool *copied) {
  Object **out = in;
  *copied = false;
  for (u32 i = 0; i < n; i++) {
    Signature *sig = (Signature *)in[i]->type;
    if (!sig->recv || sig->recv->type != old) continue;
    if (!*copied) {
      out = arena_dup(&types_arena, in, n * sizeof *in);
      *copied = true;
    }
    Signature *new_sig = arena_dup(&types_arena, sig, sizeof *sig);
    new_sig->recv = clone_object(sig->recv, new_);
    out[i] = clone_object(in[i], (Type *)new_sig);
  }
  return out;
}

/* ---- type_is_generic ---- */

static bool mentions_tparam(Type *t);

static bool objects_mention_tparam(u32 n, Object **v) {
  for (u32 i = 0; i < n; i++)
    if (mentions_tparam(v[i]->type)) return true;
  return false;
}
static bool tuple_mentions_tparam(Tuple *t) { return t && objects_mention_tparam(t->n, t->vars); }

static bool types_mention_tparam(u32 n, Type **v) {
  for (u32 i = 0; i < n; i++)
    if (mentions_tparam(v[i])) return true;
  return false;
}

static bool named_mentions_tparam(Named *n) {
  TypeList *targs = named_targs(n);
  TypeParamList *implicit = implicit_tparams(n->obj);
  if (implicit && named_num_implicit(n) == 0) return true;
  if (targs) return types_mention_tparam(targs->n, targs->v);
  return tparams_len(named_type_params(n)) > 0;
}

/* Type literals are finite between names, so this ends. */
static bool mentions_tparam(Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
    case TYPE_BASIC: return false;
    case TYPE_ARRAY: return mentions_tparam(((Array *)t)->elem);
    case TYPE_SLICE: return mentions_tparam(((Slice *)t)->elem);
    case TYPE_STRUCT: return objects_mention_tparam(((Struct *)t)->nfields, ((Struct *)t)->fields);
    case TYPE_POINTER: return mentions_tparam(((Pointer *)t)->base);
    case TYPE_TUPLE: return tuple_mentions_tparam((Tuple *)t);
    case TYPE_SIGNATURE: {
      Signature *sig = (Signature *)t;
      return tparams_len(sig->tparams) > 0 || tuple_mentions_tparam(sig->params) ||
             tuple_mentions_tparam(sig->results);
    }
    case TYPE_UNION:
      for (u32 i = 0; i < ((Union *)t)->n; i++)
        if (mentions_tparam(((Union *)t)->terms[i]->type)) return true;
      return false;
    case TYPE_INTERFACE: {
      Interface *it = (Interface *)t;
      return objects_mention_tparam(it->nmethods, it->methods) ||
             types_mention_tparam(it->nembeddeds, it->embeddeds);
    }
    case TYPE_MAP: return mentions_tparam(((Map *)t)->key) || mentions_tparam(((Map *)t)->elem);
    case TYPE_CHAN: return mentions_tparam(((Chan *)t)->elem);
    case TYPE_NAMED: return named_mentions_tparam((Named *)t);
    case TYPE_TYPEPARAM: return true;
    case TYPE_ALIAS: return false;
  }
  return false;
}

bool type_is_generic(Type *t) { return t && mentions_tparam(t); }

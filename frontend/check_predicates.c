/* check_predicates.c - questions about types: kinds, comparability, identity, defaults; hashing to match
 * identity. Invariant: types_identical(x, y) implies type_hash(x) == type_hash(y). Source of the algorithms:
 * types2's predicates.go; the hash is our own. */
#include "frontend/check.h"
#include "frontend/unicode.h"

bool types_is_valid(Type *t) { return type_unalias(t) != typ[BK_INVALID]; }

/* ---- is*: by the underlying type; a type parameter has none of these ---- */

bool types_is_basic(Type *t, u32 info) {
  Basic *u = under_basic(t);
  return u && (u->info & info) != 0;
}
bool types_is_boolean(Type *t) { return types_is_basic(t, BI_BOOLEAN); }
bool types_is_integer(Type *t) { return types_is_basic(t, BI_INTEGER); }
bool types_is_unsigned(Type *t) { return types_is_basic(t, BI_UNSIGNED); }
bool types_is_float(Type *t) { return types_is_basic(t, BI_FLOAT); }
bool types_is_complex(Type *t) { return types_is_basic(t, BI_COMPLEX); }
bool types_is_numeric(Type *t) { return types_is_basic(t, BI_NUMERIC); }
bool types_is_string(Type *t) { return types_is_basic(t, BI_STRING); }
bool types_is_integer_or_float(Type *t) { return types_is_basic(t, BI_INTEGER | BI_FLOAT); }
bool types_is_const_type(Type *t) { return types_is_basic(t, BI_CONST_TYPE); }

/* ---- all*: for a type parameter every type of its type set must qualify ---- */

static bool term_is_basic(void *info, Term *t) { return t && types_is_basic(t->type, *(u32 *)info); }

bool types_all_basic(Type *t, u32 info) {
  TypeParam *tpar = as_typeparam(t);
  return tpar ? typeparam_is(tpar, term_is_basic, &info) : types_is_basic(t, info);
}
bool types_all_boolean(Type *t) { return types_all_basic(t, BI_BOOLEAN); }
bool types_all_integer(Type *t) { return types_all_basic(t, BI_INTEGER); }
bool types_all_unsigned(Type *t) { return types_all_basic(t, BI_UNSIGNED); }
bool types_all_numeric(Type *t) { return types_all_basic(t, BI_NUMERIC); }
bool types_all_string(Type *t) { return types_all_basic(t, BI_STRING); }
bool types_all_ordered(Type *t) { return types_all_basic(t, BI_ORDERED); }
bool types_all_numeric_or_string(Type *t) { return types_all_basic(t, BI_NUMERIC | BI_STRING); }

/* ---- shapes ---- */

/* Whether t is predeclared, defined or a type parameter. */
bool types_has_name(Type *t) {
  t = type_unalias(t);
  return t->kind == TYPE_BASIC || t->kind == TYPE_NAMED || t->kind == TYPE_TYPEPARAM;
}

/* Whether t is neither a defined type nor a type parameter. */
bool types_is_type_lit(Type *t) {
  t = type_unalias(t);
  return t->kind != TYPE_NAMED && t->kind != TYPE_TYPEPARAM;
}

/* Safe to call while types are being set up: nothing is resolved. */
bool types_is_typed(Type *t) { return !type_is(t, TYPE_BASIC) || !(((Basic *)t)->info & BI_UNTYPED); }
bool types_is_untyped(Type *t) { return !types_is_typed(t); }
bool types_is_untyped_numeric(Type *t) { return types_is_untyped(t) && (((Basic *)t)->info & BI_NUMERIC); }

static bool under_is_interface(Type *t) { return under_interface(t) != NULL; }
bool types_is_type_param(Type *t) { return as_typeparam(t) != NULL; }
bool types_is_non_type_param_interface(Type *t) { return !types_is_type_param(t) && under_is_interface(t); }
bool type_is_interface(Type *t) { return types_is_non_type_param_interface(t); }

/* Whether t is a type parameter with a type set known to be empty; computes nothing. */
bool types_has_empty_typeset(Type *t) {
  TypeParam *tpar = as_typeparam(t);
  if (!tpar || !tpar->bound) return false;
  Named *n = type_as_named(tpar->bound);
  Type *u = n ? n->underlying : type_under(tpar->bound);
  if (!type_is(u, TYPE_INTERFACE)) return false;
  Interface *iface = (Interface *)u;
  return iface->tset && typeset_is_empty(iface->tset);
}

bool types_is_generic(Type *t) {
  AliasType *alias = as_alias(t);
  if (alias && alias->tparams && !alias->targs) return true;
  Named *named = type_as_named(t);
  return named && named->obj && !named->inst && tparams_len(named_type_params(named)) > 0;
}

bool types_has_nil(Type *t);
static bool under_has_nil(void *ctx, Type *u) {
  (void)ctx;
  return u && types_has_nil(u);
}

/* Whether values of type t can be nil; for a type parameter, of every type in its type set. */
bool types_has_nil(Type *t) {
  Type *u = type_under(t);
  switch (u->kind) {
    case TYPE_BASIC: return ((Basic *)u)->bkind == BK_UNSAFEPOINTER;
    case TYPE_SLICE:
    case TYPE_POINTER:
    case TYPE_SIGNATURE:
    case TYPE_MAP:
    case TYPE_CHAN: return true;
    case TYPE_INTERFACE: return !types_is_type_param(t) || types_under_is(t, under_has_nil, NULL);
    default: return false;
  }
}

/* ---- comparability ---- */

static TypeError *comparable_struct(Struct *s, bool dynamic, PtrMap *seen) {
  for (u32 i = 0; i < s->nfields; i++)
    if (types_comparable_type(s->fields[i]->type, dynamic, seen))
      return types_type_errorf("struct containing %s cannot be compared", S_type(NULL, s->fields[i]->type));
  return NULL;
}

static TypeError *comparable_interface(Type *T, Interface *t, bool dynamic, PtrMap *seen) {
  TypeSet *tset = interface_type_set(t);
  if ((dynamic && !types_is_type_param(T)) || typeset_is_comparable(tset, seen)) return NULL;
  return types_type_errorf("%s",
                           typeset_is_empty(tset) ? "empty type set" : "incomparable types in type set");
}

TypeError *types_comparable_type(Type *T, bool dynamic, PtrMap *seen) {
  Type *u = type_under(T);
  switch (u->kind) {
    case TYPE_BASIC: return ((Basic *)u)->bkind == BK_UNTYPED_NIL ? types_type_errorf("%s", "") : NULL;
    case TYPE_POINTER:
    case TYPE_CHAN: return NULL;
    case TYPE_STRUCT:
    case TYPE_ARRAY:
    case TYPE_INTERFACE: break;
    default: return types_type_errorf("%s", "");
  }
  PtrMap own = {0};
  if (!seen) seen = &own;
  TypeError *err = NULL;
  if (!ptrmap_has(seen, T)) {
    ptrmap_set(seen, T, T);
    if (u->kind == TYPE_STRUCT) err = comparable_struct((Struct *)u, dynamic, seen);
    else if (u->kind == TYPE_INTERFACE) err = comparable_interface(T, (Interface *)u, dynamic, seen);
    else if (types_comparable_type(((Array *)u)->elem, dynamic, seen))
      err = types_type_errorf("%s cannot be compared", S_type(NULL, T));
  }
  ptrmap_free(&own);
  return err;
}

bool type_comparable_(Type *t) { return types_comparable_type(t, true, NULL) == NULL; }

/* ---- identity ---- */

bool types_same_pkg(const Package *a, const Package *b) {
  if (!a || !b) return a == b;
  return a == b || a->path == b->path;
}

bool iface_pair_identical(const IfacePair *p, const IfacePair *q) {
  return (p->x == q->x && p->y == q->y) || (p->x == q->y && p->y == q->x);
}

static bool identical_fields(const Comparer *c, Struct *x, Struct *y, IfacePair *p) {
  if (x->nfields != y->nfields) return false;
  for (u32 i = 0; i < x->nfields; i++) {
    Object *f = x->fields[i], *g = y->fields[i];
    if (f->embedded != g->embedded || !obj_same_id(f, g->pkg, g->name, false)) return false;
    if (!c->ignore_tags && struct_tag(x, i) != struct_tag(y, i)) return false;
    if (!comparer_identical(c, f->type, g->type, p)) return false;
  }
  return true;
}

static bool identical_tuples(const Comparer *c, Tuple *x, Tuple *y, IfacePair *p) {
  if (tuple_len(x) != tuple_len(y)) return false;
  for (u32 i = 0; i < tuple_len(x); i++)
    if (!comparer_identical(c, x->vars[i]->type, y->vars[i]->type, p)) return false;
  return true;
}

/* Functions with type parameters are identical when they are after y's are renamed to x's. */
static bool identical_signatures(const Comparer *c, Signature *x, Signature *y, IfacePair *p) {
  u32 n = tparams_len(x->tparams);
  if (n != tparams_len(y->tparams) || x->variadic != y->variadic) return false;
  Tuple *yparams = y->params, *yresults = y->results;
  if (n > 0) {
    SubstMap smap = types_make_rename_map(y->tparams, x->tparams);
    for (u32 i = 0; i < n; i++) {
      Type *ybound = check_subst(NULL, (Pos){0}, y->tparams->v[i]->bound, smap, NULL, types_context);
      if (!comparer_identical(c, x->tparams->v[i]->bound, ybound, p)) return false;
    }
    yparams = (Tuple *)check_subst(NULL, (Pos){0}, (Type *)y->params, smap, NULL, types_context);
    yresults = (Tuple *)check_subst(NULL, (Pos){0}, (Type *)y->results, smap, NULL, types_context);
  }
  return identical_tuples(c, x->params, yparams, p) && identical_tuples(c, x->results, yresults, p);
}

static bool identical_unions(Union *x, Union *y) {
  PtrMap sets = {0};
  TypeSet *xset = types_compute_union_type_set(NULL, &sets, (Pos){0}, x);
  TypeSet *yset = types_compute_union_type_set(NULL, &sets, (Pos){0}, y);
  bool eq = termlist_equal(xset->terms, yset->terms);
  ptrmap_free(&sets);
  return eq;
}

/* Interfaces are identical when their type sets are. A pair that is being compared further up is taken as
 * identical: only anonymous interfaces can be reached in a cycle, through methods of named ones that they
 * embed. */
static bool identical_interfaces(const Comparer *c, Interface *x, Interface *y, IfacePair *p) {
  TypeSet *xset = interface_type_set(x), *yset = interface_type_set(y);
  if (xset->comparable != yset->comparable || xset->nmethods != yset->nmethods) return false;
  if (!termlist_equal(xset->terms, yset->terms)) return false;
  IfacePair q = {x, y, p};
  for (; p; p = p->prev)
    if (iface_pair_identical(p, &q)) return true;
  for (u32 i = 0; i < xset->nmethods; i++) {
    Object *f = xset->methods[i], *g = yset->methods[i];
    if (types_id(f->pkg, f->name) != types_id(g->pkg, g->name)) return false;
    if (!comparer_identical(c, f->type, g->type, &q)) return false;
  }
  return true;
}

static bool identical_named(Named *x, Named *y) {
  TypeList *xargs = named_targs(x), *yargs = named_targs(y);
  if (typelist_len(xargs) != typelist_len(yargs) || !types_identical_origin(x, y)) return false;
  for (u32 i = 0; i < typelist_len(xargs); i++)
    if (!types_identical(xargs->v[i], yargs->v[i])) return false;
  return true;
}

bool comparer_identical(const Comparer *c, Type *x, Type *y, IfacePair *p) {
  if (x == y) return true;
  if (!x || !y) return false;
  x = type_unalias(x);
  y = type_unalias(y);
  if (x == y) return true;
  if (c->ignore_invalids && (x == typ[BK_INVALID] || y == typ[BK_INVALID])) return true;
  if (x->kind != y->kind) return false;
  switch (x->kind) {
    case TYPE_BASIC: return ((Basic *)x)->bkind == ((Basic *)y)->bkind;
    case TYPE_ARRAY: {
      Array *a = (Array *)x, *b = (Array *)y; /* an unknown length is an error reported before */
      return (a->len < 0 || b->len < 0 || a->len == b->len) && comparer_identical(c, a->elem, b->elem, p);
    }
    case TYPE_SLICE: return comparer_identical(c, ((Slice *)x)->elem, ((Slice *)y)->elem, p);
    case TYPE_STRUCT: return identical_fields(c, (Struct *)x, (Struct *)y, p);
    case TYPE_POINTER: return comparer_identical(c, ((Pointer *)x)->base, ((Pointer *)y)->base, p);
    case TYPE_TUPLE: return identical_tuples(c, (Tuple *)x, (Tuple *)y, p);
    case TYPE_SIGNATURE: return identical_signatures(c, (Signature *)x, (Signature *)y, p);
    case TYPE_UNION: return identical_unions((Union *)x, (Union *)y);
    case TYPE_INTERFACE: return identical_interfaces(c, (Interface *)x, (Interface *)y, p);
    case TYPE_MAP:
      return comparer_identical(c, ((Map *)x)->key, ((Map *)y)->key, p) &&
             comparer_identical(c, ((Map *)x)->elem, ((Map *)y)->elem, p);
    case TYPE_CHAN:
      return ((Chan *)x)->dir == ((Chan *)y)->dir &&
             comparer_identical(c, ((Chan *)x)->elem, ((Chan *)y)->elem, p);
    case TYPE_NAMED: return identical_named((Named *)x, (Named *)y);
    case TYPE_TYPEPARAM:
    case TYPE_ALIAS: return false;
  }
  return false;
}

bool types_identical(Type *x, Type *y) { return comparer_identical(&(Comparer){0}, x, y, NULL); }
bool types_identical_ignore_tags(Type *x, Type *y) {
  return comparer_identical(&(Comparer){.ignore_tags = true}, x, y, NULL);
}

bool types_identical_origin(Named *x, Named *y) { return named_origin(x)->obj == named_origin(y)->obj; }

bool types_identical_instance(Type *xorig, TypeList *xargs, Type *yorig, TypeList *yargs) {
  if (typelist_len(xargs) != typelist_len(yargs)) return false;
  for (u32 i = 0; i < typelist_len(xargs); i++)
    if (!types_identical(xargs->v[i], yargs->v[i])) return false;
  return types_identical(xorig, yorig);
}

/* ---- hash ---- */

static u32 mix(u32 h, u32 v) { return (u32)hash_u64((u64)h << 32 | v); }

static u32 hash_tuple(u32 h, Tuple *t) {
  h = mix(h, tuple_len(t));
  for (u32 i = 0; i < tuple_len(t); i++) h = mix(h, type_hash(t->vars[i]->type));
  return h;
}

static u32 hash_struct(u32 h, Struct *s) {
  for (u32 i = 0; i < s->nfields; i++) {
    h = mix(h, s->fields[i]->name->hash);
    h = mix(h, type_hash(s->fields[i]->type));
  }
  return h;
}

/* Names only: the types of methods may lead back to the interface. */
static u32 hash_interface(u32 h, Interface *t) {
  TypeSet *tset = interface_type_set(t);
  for (u32 i = 0; i < tset->nmethods; i++) h = mix(h, tset->methods[i]->name->hash);
  return h;
}

static u32 hash_named(u32 h, Named *n) {
  Object *obj = named_origin(n)->obj;
  TypeList *targs = named_targs(n);
  h = mix(h, obj->name->hash);
  if (obj->pkg) h = mix(h, obj->pkg->path->hash);
  for (u32 i = 0; i < typelist_len(targs); i++) h = mix(h, type_hash(targs->v[i]));
  return h;
}

u32 type_hash(Type *t) {
  if (!t) return 0;
  t = type_unalias(t);
  u32 h = mix(0x9E3779B9u, t->kind);
  switch (t->kind) {
    case TYPE_BASIC: return mix(h, ((Basic *)t)->bkind);
    case TYPE_ARRAY: return mix(mix(h, (u32)((Array *)t)->len), type_hash(((Array *)t)->elem));
    case TYPE_SLICE: return mix(h, type_hash(((Slice *)t)->elem));
    case TYPE_STRUCT: return hash_struct(h, (Struct *)t);
    case TYPE_POINTER: return mix(h, type_hash(((Pointer *)t)->base));
    case TYPE_TUPLE: return hash_tuple(h, (Tuple *)t);
    case TYPE_SIGNATURE: {
      Signature *sig = (Signature *)t;
      u32 n = tparams_len(sig->tparams);
      h = mix(h, n << 1 | sig->variadic);
      return n > 0 ? h : hash_tuple(hash_tuple(h, sig->params), sig->results);
    }
    case TYPE_INTERFACE: return hash_interface(h, (Interface *)t);
    case TYPE_MAP: return mix(mix(h, type_hash(((Map *)t)->key)), type_hash(((Map *)t)->elem));
    case TYPE_CHAN: return mix(mix(h, ((Chan *)t)->dir), type_hash(((Chan *)t)->elem));
    case TYPE_NAMED: return hash_named(h, (Named *)t);
    case TYPE_TYPEPARAM: return mix(h, ((TypeParam *)t)->obj->name->hash);
    case TYPE_UNION:
    case TYPE_ALIAS: return h;
  }
  return h;
}

/* ---- defaults ---- */

/* The default type of an untyped type; every other type is its own. */
Type *types_default(Type *t) {
  if (!type_is(t, TYPE_BASIC)) return t;
  switch (((Basic *)t)->bkind) {
    case BK_UNTYPED_BOOL: return typ[BK_BOOL];
    case BK_UNTYPED_INT: return typ[BK_INT];
    case BK_UNTYPED_RUNE: return type_rune;
    case BK_UNTYPED_FLOAT: return typ[BK_FLOAT64];
    case BK_UNTYPED_COMPLEX: return typ[BK_COMPLEX128];
    case BK_UNTYPED_STRING: return typ[BK_STRING];
    default: return t;
  }
}

/* The "larger" of two untyped numeric types; NULL when x and y differ otherwise. */
Type *types_max_type(Type *x, Type *y) {
  if (x == y) return x;
  if (!types_is_untyped_numeric(x) || !types_is_untyped_numeric(y)) return NULL;
  return ((Basic *)x)->bkind > ((Basic *)y)->bkind ? x : y;
}

/* Whether s is a Go identifier or keyword (the empty string counts). */
bool types_is_valid_name(const Atom *s) {
  for (u32 i = 0; i < s->len;) {
    i32 r;
    u32 at = i;
    i += (u32)utf8_decode(s->s + i, s->len - i, &r);
    if (!(unicode_is_letter(r) || r == '_' || (at > 0 && unicode_is_digit(r)))) return false;
  }
  return true;
}

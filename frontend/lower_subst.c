/* lower_subst.c - substitution of type arguments in what the tree of a generic function says.
 *
 * type_subst knows nothing of types declared inside the generic function: to the checker they are one type, in the
 * program they are one per instance. Here each gets a copy per list of type arguments, with its underlying type
 * substituted; it is told apart from the original by its own TypeName. */
#include "frontend/check.h"
#include "frontend/lower_priv.h"

typedef struct Ctx {
  Lower *lw;
  TypeParamList *tparams;
  TypeList *targs;
  Scope *scope; /* of the type parameters: encloses the function's local types */
} Ctx;

static Type *replace(Ctx *c, Type *t);

static bool is_local_type(const Ctx *c, const Named *n) {
  if (n->inst || !n->obj || !n->obj->parent || !c->scope) return false;
  for (Scope *s = n->obj->parent; s; s = s->parent)
    if (s == c->scope) return true;
  return false;
}

static Type *clone_local(Ctx *c, Named *n) {
  StrBuf b = {0};
  sb_printf(&b, "%p", (void *)n->obj);
  for (u32 i = 0; i < c->targs->n; i++) sb_printf(&b, ",%s", type_symbol(c->lw, c->targs->v[i])->s);
  const Atom *key = atom_new(b.p, b.n);
  sb_free(&b);
  Named *copy = ptrmap_get(&c->lw->local_clones, key);
  if (copy) return &copy->t;
  copy = arena_dup(&types_arena, n, sizeof *n);
  copy->obj = arena_dup(&types_arena, n->obj, sizeof *n->obj);
  copy->obj->lowered = NULL;
  copy->obj->type = &copy->t;
  copy->t.lowered = NULL;
  ptrmap_set(&c->lw->local_clones, key, copy);
  copy->underlying = NULL;
  copy->state = NAMED_UNPACKED | NAMED_HAS_METHODS | NAMED_HAS_UNDER | NAMED_HAS_FINITE;
  copy->underlying = replace(c, type_subst(type_under(&n->t), c->tparams, c->targs));
  return &copy->t;
}

static Type *replace_instance(Ctx *c, Named *n) {
  TypeList *old = named_targs(n);
  if (!old) return &n->t;
  TypeList *l = NULL;
  for (u32 i = 0; i < old->n; i++) {
    Type *a = replace(c, old->v[i]);
    if (a == old->v[i] && !l) continue;
    if (!l) {
      l = NEW(&types_arena, TypeList);
      l->n = old->n;
      l->v = arena_dup(&types_arena, old->v, sizeof(Type *) * old->n);
    }
    l->v[i] = a;
  }
  return l ? type_instantiate(&named_origin(n)->t, l) : &n->t;
}

static Tuple *replace_tuple(Ctx *c, Tuple *t) {
  Object **vars = NULL;
  for (u32 i = 0; t && i < t->n; i++) {
    Type *v = replace(c, t->vars[i]->type);
    if (v == t->vars[i]->type) continue;
    if (!vars) vars = arena_dup(&types_arena, t->vars, sizeof(Object *) * t->n);
    vars[i] = arena_dup(&types_arena, t->vars[i], sizeof(Object));
    vars[i]->type = v;
  }
  return vars ? type_new_tuple(vars, t->n) : t;
}

static Type *replace_struct(Ctx *c, Struct *s) {
  Object **f = NULL;
  for (u32 i = 0; i < s->nfields; i++) {
    Type *t = replace(c, s->fields[i]->type);
    if (t == s->fields[i]->type) continue;
    if (!f) f = arena_dup(&types_arena, s->fields, sizeof(Object *) * s->nfields);
    f[i] = arena_dup(&types_arena, s->fields[i], sizeof(Object));
    f[i]->type = t;
  }
  return f ? type_new_struct(f, s->nfields, s->tags) : &s->t;
}

static Type *replace(Ctx *c, Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_NAMED:
    return is_local_type(c, (Named *)t) ? clone_local(c, (Named *)t) : replace_instance(c, (Named *)t);
  case TYPE_POINTER: {
    Type *b = replace(c, ((Pointer *)t)->base);
    return b == ((Pointer *)t)->base ? t : type_new_pointer(b);
  }
  case TYPE_SLICE: {
    Type *e = replace(c, ((Slice *)t)->elem);
    return e == ((Slice *)t)->elem ? t : type_new_slice(e);
  }
  case TYPE_ARRAY: {
    Type *e = replace(c, ((Array *)t)->elem);
    return e == ((Array *)t)->elem ? t : type_new_array(e, ((Array *)t)->len);
  }
  case TYPE_CHAN: {
    Type *e = replace(c, ((Chan *)t)->elem);
    return e == ((Chan *)t)->elem ? t : type_new_chan(((Chan *)t)->dir, e);
  }
  case TYPE_MAP: {
    Map *m = (Map *)t;
    Type *k = replace(c, m->key), *e = replace(c, m->elem);
    return k == m->key && e == m->elem ? t : type_new_map(k, e);
  }
  case TYPE_STRUCT: return replace_struct(c, (Struct *)t);
  case TYPE_TUPLE: return (Type *)replace_tuple(c, (Tuple *)t);
  case TYPE_SIGNATURE: {
    Signature *s = (Signature *)t;
    Tuple *p = replace_tuple(c, s->params), *r = replace_tuple(c, s->results);
    return p == s->params && r == s->results ? t : type_new_signature(s->recv, p, r, s->variadic);
  }
  default: return t;
  }
}

Type *lower_subst(Lower *lw, Type *t, TypeParamList *tparams, TypeList *targs) {
  Ctx c = {lw, tparams, targs, tparams->n ? tparams->v[0]->obj->parent : NULL};
  return replace(&c, type_subst(t, tparams, targs));
}

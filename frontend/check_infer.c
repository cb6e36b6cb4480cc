/* check_infer.c - type inference: from function arguments, constraints and untyped constants, in that order.
 * Source of the algorithm and messages: types2's infer.go. */
#include "frontend/check.h"

typedef struct Inference {
  Checker *check;
  Pos pos;
  TypeParamList *tparams;
  TypeList *targs;   /* as long as tparams; NULL where not given */
  Tuple *params;     /* with the given type arguments substituted */
  Operand **args;
  bool reverse;      /* the "arguments" are what a function value is assigned to */
  ErrorDesc *err;
  Unifier *u;
} Inference;

static bool all_null(const TypeList *l) {
  for (u32 i = 0; i < l->n; i++)
    if (l->v[i]) return false;
  return true;
}

static bool has_null(const TypeList *l) {
  for (u32 i = 0; i < l->n; i++)
    if (!l->v[i]) return true;
  return false;
}

static void report_mismatch(Inference *c, Type *tpar, Type *targ, Operand *arg) {
  Checker *check = c->check;
  TypeList *targs = unifier_inferred(c->u, c->tparams);
  const char *ts = S_type(check, targ), *es = S_expr(arg->expr), *ps = S_type(check, tpar);
  Pos at = check_pos_at(arg->expr);
  if (all_null(targs)) {
    err_addf_pos(c->err, at, "type %s of %s does not match %s (cannot infer %s)", ts, es, ps,
                 types_type_params_string(c->tparams));
    return;
  }
  SubstMap smap = types_make_subst_map(c->tparams, targs);
  Type *inferred = check_subst(check, at, tpar, smap, NULL, check_context(check));
  if (inferred == tpar) {
    err_addf_pos(c->err, at, "type %s of %s does not match %s", ts, es, ps);
  } else if (c->reverse) {
    err_addf_pos(c->err, at, "inferred type %s for %s does not match type %s of %s", S_type(check, inferred),
                 ps, ts, es);
  } else {
    err_addf_pos(c->err, at, "type %s of %s does not match inferred type %s for %s", ts, es,
                 S_type(check, inferred), ps);
  }
}

/* ---- function arguments ---- */

/* Unifies parameter types with typed arguments; notes in untyped[] which arguments are untyped constants. */
static bool infer_from_args(Inference *c, u32 nargs, bool *untyped) {
  for (u32 i = 0; i < nargs; i++) {
    Operand *arg = c->args[i];
    Type *par = c->params->vars[i]->type;
    if (!types_is_parameterized(c->tparams, par) && !types_is_parameterized(c->tparams, arg->type)) continue;
    if (types_is_typed(arg->type)) {
      if (!unifier_unify(c->u, par, arg->type, UNIFY_ASSIGN)) {
        report_mismatch(c, par, arg->type, arg);
        return false;
      }
    } else if (par->kind == TYPE_TYPEPARAM && !operand_is_nil(arg)) {
      untyped[i] = true; /* only a parameter that is just a type parameter takes its default type */
    }
  }
  return true;
}

/* ---- constraints ---- */

typedef struct CoreTerm {
  u32 n;
  Term *single;
  bool tilde;
} CoreTerm;
static bool count_term(void *ctx, Term *t) {
  CoreTerm *c = ctx;
  if (!t) return false;
  c->n++;
  c->single = t;
  c->tilde |= t->tilde;
  return true;
}

/* The single term of tpar's type set (*single), or a term of the common underlying type; NULL when there is
 * none. */
static Term *core_term(TypeParam *tpar, bool *single) {
  CoreTerm c = {0};
  typeparam_is(tpar, count_term, &c);
  *single = c.n == 1;
  if (c.n == 1) return c.single;
  Type *t = type_core((Type *)tpar);
  return t ? types_new_term(c.tilde, t) : NULL;
}

static bool unify_exactly(void *ctx, Type *x, Type *y) { return unifier_unify(ctx, x, y, UNIFY_EXACT); }

/* Unifies tpar's type with its constraint's core type, and its methods with the constraint's. */
static bool infer_from_constraint(Inference *c, TypeParam *tpar) {
  Checker *check = c->check;
  Type *tx = unifier_at(c->u, tpar);
  bool single;
  Term *core = core_term(tpar, &single);
  if (core && tx) {
    if (!unifier_unify(c->u, tx, core->type, 0)) {
      err_addf_pos(c->err, c->pos, "%s (type %s) does not satisfy %s", S_type(check, (Type *)tpar),
                   S_type(check, tx), S_type(check, tpar->bound));
      return false;
    }
  } else if (core && single && !core->tilde) {
    unifier_set(c->u, tpar, core->type);
  }
  if (!tx || types_is_parameterized(c->tparams, tx)) return true;
  StrBuf cause = {0};
  Type *constraint = (Type *)typeparam_iface(tpar);
  bool ok = check_has_all_methods(check, tx, constraint, true, unify_exactly, c->u, &cause);
  if (!ok)
    err_addf_pos(c->err, c->pos, "%s (type %s) does not satisfy %s %s", S_type(check, (Type *)tpar),
                 S_type(check, tx), S_type(check, tpar->bound), sb_cstr(&cause));
  sb_free(&cause);
  return ok;
}

/* Repeats until nothing new is inferred. */
static bool infer_from_constraints(Inference *c) {
  for (;;) {
    u32 unknowns = unifier_unknowns(c->u);
    for (u32 i = 0; i < c->tparams->n; i++)
      if (!infer_from_constraint(c, c->tparams->v[i])) return false;
    if (unifier_unknowns(c->u) == unknowns) return true;
  }
}

/* ---- untyped constants ---- */

/* A type parameter that is still open gets the default type of the largest of its untyped arguments. */
static bool infer_from_untyped(Inference *c, u32 nargs, const bool *untyped) {
  TypeList *max = unifier_inferred(c->u, c->tparams);
  memset(max->v, 0, max->n * sizeof *max->v);
  for (u32 i = 0; i < nargs; i++) {
    if (!untyped[i]) continue;
    Operand *arg = c->args[i];
    TypeParam *tpar = (TypeParam *)c->params->vars[i]->type;
    if (unifier_at(c->u, tpar)) continue;
    u32 k = 0;
    while (c->tparams->v[k] != tpar) k++;
    Type *m = max->v[k] ? types_max_type(max->v[k], arg->type) : arg->type;
    if (!m) {
      err_addf_pos(c->err, check_pos_at(arg->expr), "mismatched types %s and %s (cannot infer %s)",
                   S_type(c->check, max->v[k]), S_type(c->check, arg->type), S_type(c->check, (Type *)tpar));
      return false;
    }
    max->v[k] = m;
  }
  for (u32 k = 0; k < max->n; k++)
    if (max->v[k]) unifier_set(c->u, c->tparams->v[k], types_default(max->v[k]));
  return true;
}

/* ---- simplification ---- */

typedef struct Path { /* the types being walked, innermost first */
  Type *type;
  const struct Path *up;
} Path;
typedef struct CycleFinder {
  TypeParamList *tparams;
  TypeList *inferred;
} CycleFinder;

static void find_cycles(CycleFinder *w, Type *t, const Path *path);

static void find_cycles_objects(CycleFinder *w, u32 n, Object **v, const Path *path) {
  for (u32 i = 0; i < n; i++) find_cycles(w, v[i]->type, path);
}
static void find_cycles_types(CycleFinder *w, u32 n, Type **v, const Path *path) {
  for (u32 i = 0; i < n; i++) find_cycles(w, v[i], path);
}
static void find_cycles_tuple(CycleFinder *w, Tuple *t, const Path *path) {
  if (t) find_cycles_objects(w, t->n, t->vars, path);
}

static int tparam_index(const TypeParamList *l, const Type *t) {
  for (u32 i = 0; i < l->n; i++)
    if ((Type *)l->v[i] == t) return (int)i;
  return -1;
}

/* Drops inferred types through which a type parameter would contain itself. */
static void find_cycles(CycleFinder *w, Type *t, const Path *path) {
  t = type_unalias(t);
  int index = tparam_index(w->tparams, t);
  for (const Path *p = path; p; p = p->up) {
    if (p->type != t) continue;
    if (index >= 0) w->inferred->v[index] = NULL;
    return;
  }
  Path here = {t, path};
  switch (t->kind) {
    case TYPE_ARRAY: find_cycles(w, ((Array *)t)->elem, &here); break;
    case TYPE_SLICE: find_cycles(w, ((Slice *)t)->elem, &here); break;
    case TYPE_STRUCT: find_cycles_objects(w, ((Struct *)t)->nfields, ((Struct *)t)->fields, &here); break;
    case TYPE_POINTER: find_cycles(w, ((Pointer *)t)->base, &here); break;
    case TYPE_SIGNATURE:
      find_cycles_tuple(w, ((Signature *)t)->params, &here);
      find_cycles_tuple(w, ((Signature *)t)->results, &here);
      break;
    case TYPE_UNION:
      for (u32 i = 0; i < ((Union *)t)->n; i++) find_cycles(w, ((Union *)t)->terms[i]->type, &here);
      break;
    case TYPE_INTERFACE:
      find_cycles_objects(w, ((Interface *)t)->nmethods, ((Interface *)t)->methods, &here);
      find_cycles_types(w, ((Interface *)t)->nembeddeds, ((Interface *)t)->embeddeds, &here);
      break;
    case TYPE_MAP:
      find_cycles(w, ((Map *)t)->key, &here);
      find_cycles(w, ((Map *)t)->elem, &here);
      break;
    case TYPE_CHAN: find_cycles(w, ((Chan *)t)->elem, &here); break;
    case TYPE_NAMED: {
      TypeList *targs = named_targs((Named *)t);
      if (targs) find_cycles_types(w, targs->n, targs->v, &here);
      break;
    }
    case TYPE_TYPEPARAM:
      if (index >= 0 && w->inferred->v[index]) find_cycles(w, w->inferred->v[index], &here);
      break;
    default: break;
  }
}

/* Substitutes inferred types into each other until none of them changes. */
static void simplify(Inference *c, TypeList *inferred) {
  CycleFinder w = {c->tparams, inferred};
  for (u32 i = 0; i < c->tparams->n; i++) find_cycles(&w, (Type *)c->tparams->v[i], NULL);
  bool *dirty = NEW_ARRAY(&types_arena, bool, inferred->n);
  bool any = false;
  for (u32 i = 0; i < inferred->n; i++) any |= dirty[i] = inferred->v[i] && !c->targs->v[i];
  while (any) {
    any = false;
    /* all of one round see the types as they were before it */
    SubstMap smap = types_make_subst_map(c->tparams, types_new_type_list(inferred->n, inferred->v));
    for (u32 i = 0; i < inferred->n; i++) {
      if (!dirty[i]) continue;
      Type *t0 = inferred->v[i];
      Type *t1 = check_subst(c->check, (Pos){0}, t0, smap, NULL, check_context(c->check));
      dirty[i] = t1 != t0;
      if (t1 == t0) continue;
      /* a generic function whose type parameters are all inferred is generic no more */
      if (t1->kind == TYPE_SIGNATURE && tparams_len(((Signature *)t1)->tparams) > 0 &&
          !types_is_parameterized(c->tparams, t1))
        ((Signature *)t1)->tparams = NULL;
      inferred->v[i] = t1;
      any = true;
    }
  }
}

/* The type arguments for tparams, given the first ones (targs, may have NULL entries) and the arguments of a
 * call with the given parameters; NULL when they cannot be inferred, with the reason in err. */
TypeList *check_infer(Checker *check, Pos pos, TypeParamList *tparams, TypeList *targs, Tuple *params,
                      u32 nargs, Operand **args, bool reverse, ErrorDesc *err) {
  CHECK(tparams_len(tparams) > 0 && typelist_len(targs) <= tparams->n && tuple_len(params) == nargs);
  if (typelist_len(targs) == tparams->n && !has_null(targs)) return targs;
  for (u32 i = 0; i < nargs; i++)
    if (args[i]->mode == OM_INVALID) return NULL; /* reported before */

  TypeList *full = NEW(&types_arena, TypeList);
  full->n = tparams->n;
  full->v = NEW_ARRAY(&types_arena, Type *, full->n);
  for (u32 i = 0; i < typelist_len(targs); i++) full->v[i] = targs->v[i];

  Inference c = {.check = check,
                 .pos = pos,
                 .tparams = tparams,
                 .targs = full,
                 .params = params,
                 .args = args,
                 .reverse = reverse,
                 .err = err};
  if (nargs > 0)
    c.params = (Tuple *)check_subst(check, (Pos){0}, (Type *)params, types_make_subst_map(tparams, full),
                                    NULL, check_context(check));
  c.u = types_new_unifier(tparams, full, check_allow_version(check, GO1(21)));
  bool *untyped = NEW_ARRAY(&types_arena, bool, nargs);
  if (!infer_from_args(&c, nargs, untyped) || !infer_from_constraints(&c) ||
      !infer_from_untyped(&c, nargs, untyped))
    return NULL;

  TypeList *inferred = unifier_inferred(c.u, tparams);
  simplify(&c, inferred);
  for (u32 i = 0; i < inferred->n; i++) {
    if (inferred->v[i] && !types_is_parameterized(tparams, inferred->v[i])) continue;
    Object *obj = tparams->v[i]->obj;
    err_addf_pos(err, pos, "cannot infer %s (declared at %s)", obj->name->s, S_pos(obj->pos));
    return NULL;
  }
  return inferred;
}

/* Fresh type parameters in place of tparams, and *renamed: t with them. So a function can be unified with
 * itself. */
TypeParamList *check_rename_tparams(Checker *check, Pos pos, TypeParamList *tparams, Type *t,
                                    Type **renamed) {
  *renamed = t;
  if (tparams_len(tparams) == 0) return NULL;
  TypeParamList *list = NEW(&types_arena, TypeParamList);
  list->n = tparams->n;
  list->v = NEW_ARRAY(&types_arena, TypeParam *, list->n);
  for (u32 i = 0; i < list->n; i++) {
    Object *obj = tparams->v[i]->obj;
    list->v[i] = check_new_type_param(NULL, obj_new_typename(obj->pos, obj->pkg, obj->name, NULL), NULL);
    list->v[i]->index = tparams->v[i]->index;
  }
  SubstMap smap = types_make_rename_map(tparams, list);
  for (u32 i = 0; i < list->n; i++)
    list->v[i]->bound = check_subst(check, pos, tparams->v[i]->bound, smap, NULL, check_context(check));
  *renamed = check_subst(check, pos, t, smap, NULL, check_context(check));
  return list;
}

/* "P", "P and Q", "P, Q, and R". */
const char *types_type_params_string(TypeParamList *list) {
  StrBuf b = {0};
  u32 n = tparams_len(list);
  for (u32 i = 0; i < n; i++) {
    if (i > 0) sb_puts(&b, n == 2 ? " and " : i == n - 1 ? ", and " : ", ");
    sb_puts(&b, list->v[i]->obj->name->s);
  }
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* ---- types_is_parameterized ---- */

typedef struct TpWalker {
  TypeParamList *tparams;
  const Path *ifaces; /* interfaces being walked: only they can lead back to themselves */
} TpWalker;

static bool is_parameterized(TpWalker *w, Type *t);

static bool vars_parameterized(TpWalker *w, u32 n, Object **v) {
  for (u32 i = 0; i < n; i++)
    if (is_parameterized(w, v[i]->type)) return true;
  return false;
}
static bool tuple_parameterized(TpWalker *w, Tuple *t) { return t && vars_parameterized(w, t->n, t->vars); }
static bool term_parameterized(void *ctx, Term *t) { return t && is_parameterized(ctx, t->type); }

static bool iface_parameterized(TpWalker *w, Interface *t) {
  for (const Path *p = w->ifaces; p; p = p->up)
    if (p->type == (Type *)t) return false;
  Path here = {(Type *)t, w->ifaces};
  w->ifaces = &here;
  TypeSet *tset = interface_type_set(t);
  /* of the terms all must be parameterized, as types2 has it */
  bool res = vars_parameterized(w, tset->nmethods, tset->methods) || typeset_is(tset, term_parameterized, w);
  w->ifaces = here.up;
  return res;
}

static bool is_parameterized(TpWalker *w, Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
    case TYPE_ARRAY: return is_parameterized(w, ((Array *)t)->elem);
    case TYPE_SLICE: return is_parameterized(w, ((Slice *)t)->elem);
    case TYPE_STRUCT: return vars_parameterized(w, ((Struct *)t)->nfields, ((Struct *)t)->fields);
    case TYPE_POINTER: return is_parameterized(w, ((Pointer *)t)->base);
    case TYPE_TUPLE: return tuple_parameterized(w, (Tuple *)t);
    case TYPE_SIGNATURE:
      return tuple_parameterized(w, ((Signature *)t)->params) ||
             tuple_parameterized(w, ((Signature *)t)->results);
    case TYPE_INTERFACE: return iface_parameterized(w, (Interface *)t);
    case TYPE_MAP: return is_parameterized(w, ((Map *)t)->key) || is_parameterized(w, ((Map *)t)->elem);
    case TYPE_CHAN: return is_parameterized(w, ((Chan *)t)->elem);
    case TYPE_NAMED: {
      TypeList *targs = named_targs((Named *)t);
      for (u32 i = 0; i < typelist_len(targs); i++)
        if (is_parameterized(w, targs->v[i])) return true;
      return false;
    }
    case TYPE_TYPEPARAM: return tparam_index(w->tparams, t) >= 0;
    default: return false;
  }
}

/* Whether t mentions one of the type parameters. */
bool types_is_parameterized(TypeParamList *tparams, Type *t) {
  return t && tparams_len(tparams) > 0 && is_parameterized(&(TpWalker){.tparams = tparams}, t);
}

/* check_instantiate.c - instances of generic types and functions; satisfaction of constraints.
 * Instances are canonical: the context (check_context.c) gives the same type for identical type arguments.
 * Source of the algorithms and messages: types2's instantiate.go. */
#include "frontend/check.h"

/* The instance of signature orig: its parameters substituted, its type parameters gone. */
static Type *instance_signature(Checker *check, Pos pos, Signature *orig, TypeList *targs, Context *ctxt) {
  u32 want = tparams_len(orig->tparams);
  if (want != typelist_len(targs) &&
      !check_validate_targ_len(check, pos, S_type(check, (Type *)orig), (int)want, (int)typelist_len(targs)))
    return typ[BK_INVALID];
  if (want == 0) return (Type *)orig;
  Type *t = check_subst(check, pos, (Type *)orig, types_make_subst_map(orig->tparams, targs), NULL, ctxt);
  Signature *sig = (Signature *)t;
  if (sig == orig) sig = arena_dup(&types_arena, orig, sizeof *orig);
  sig->tparams = NULL;
  return (Type *)sig;
}

static Type *instance_alias(Checker *check, Pos pos, AliasType *orig, TypeList *targs, Named *expanding,
                            Context *ctxt) {
  u32 want = tparams_len(orig->tparams);
  if (want != typelist_len(targs) &&
      !check_validate_targ_len(check, pos, orig->obj->name->s, (int)want, (int)typelist_len(targs)))
    return typ[BK_INVALID];
  if (want == 0) return (Type *)orig;
  return (Type *)check_new_alias_instance(check, pos, orig, targs, expanding, ctxt);
}

/* The instance of orig (a generic Named, Alias or Signature) for targs. Named types are expanded lazily, so
 * their arguments are counted later. expanding is the instance whose expansion leads here, or NULL. */
Type *check_instance(Checker *check, Pos pos, Type *orig, TypeList *targs, Named *expanding, Context *ctxt) {
  if (!ctxt) ctxt = types_context;
  u32 h = context_instance_hash(orig, targs);
  Type *res = context_lookup(ctxt, h, orig, targs);
  if (res) return res;
  switch (orig->kind) {
    case TYPE_NAMED:
      res = (Type *)check_new_named_instance(check, pos, (Named *)orig, targs, expanding);
      break;
    case TYPE_ALIAS: res = instance_alias(check, pos, (AliasType *)orig, targs, expanding, ctxt); break;
    case TYPE_SIGNATURE: res = instance_signature(check, pos, (Signature *)orig, targs, ctxt); break;
    default: BUG("cannot instantiate a type of kind %d", orig->kind);
  }
  if (res == typ[BK_INVALID]) return res;
  return context_update(ctxt, h, orig, targs, res);
}

Type *type_instantiate(Type *orig, TypeList *targs) {
  return check_instance(NULL, (Pos){0}, orig, targs, NULL, types_context);
}

/* Whether the numbers of type arguments and type parameters agree; reports when they do not. */
bool check_validate_targ_len(Checker *check, Pos pos, const char *name, int want, int got) {
  if (got == want) return true;
  const char *qual = got < want ? "not enough" : "too many";
  if (!check) BUG("%s type arguments for type %s: have %d, want %d", qual, name, got, want);
  check_errorf_pos(check, pos, E_WrongTypeArgCount, "%s type arguments for type %s: have %d, want %d", qual,
                   name, got, want);
  return false;
}

int check_verify(Checker *check, Pos pos, TypeParamList *tparams, TypeList *targs, Context *ctxt,
                 StrBuf *cause) {
  SubstMap smap = types_make_subst_map(tparams, targs);
  for (u32 i = 0; i < tparams->n; i++) {
    TypeParam *tpar = tparams->v[i];
    typeparam_iface(tpar); /* the bound is an interface from now on */
    Type *bound = check_subst(check, pos, tpar->bound, smap, NULL, ctxt);
    if (!check_implements(check, targs->v[i], bound, true, cause)) return (int)i;
  }
  return -1;
}

/* ---- implements ---- */

typedef struct Implements {
  Checker *check;
  Type *V, *T;
  Interface *ti;
  bool constraint;
  const char *verb;
  StrBuf *cause;
} Implements;

/* If T demands comparability, whether V is: strictly, or since Go 1.20 as == allows it. */
static bool comparability_ok(Implements *c) {
  if (!typeset_is_comparable(interface_type_set(c->ti), NULL)) return true;
  if (!types_comparable_type(c->V, false, NULL)) return true;
  if (c->constraint && !types_comparable_type(c->V, true, NULL)) {
    if (!c->check || check_allow_version(c->check, GO1(20))) return true;
    cause_set(c->cause, "%s to %s comparable requires go1.20 or later", S_type(c->check, c->V), c->verb);
    return false;
  }
  if (c->cause) cause_set(c->cause, "%s does not %s comparable", S_type(c->check, c->V), c->verb);
  return false;
}

/* Whether t occurs in T: as an element, or as an element of an element. */
static bool mentions(Type *T, Type *t) {
  if (T->kind == TYPE_INTERFACE) {
    for (u32 i = 0; i < ((Interface *)T)->nembeddeds; i++)
      if (mentions(((Interface *)T)->embeddeds[i], t)) return true;
    return false;
  }
  if (T->kind == TYPE_UNION) {
    for (u32 i = 0; i < ((Union *)T)->n; i++)
      if (mentions(((Union *)T)->terms[i]->type, t)) return true;
    return false;
  }
  return types_identical(T, t);
}

typedef struct TermSearch {
  Type *V;
  Type *alt; /* a term that would include V if it had a ~ */
} TermSearch;

/* Goes on while V is not found. */
static bool term_excludes(void *ctx, Term *t) {
  TermSearch *s = ctx;
  if (term_includes(t, s->V)) return false;
  if (!s->alt && !t->tilde && types_identical(t->type, type_under(t->type))) {
    Term tt = {true, t->type};
    if (term_includes(&tt, s->V)) s->alt = t->type;
  }
  return true;
}

static const char *missing_term_detail(Implements *c, Type *alt) {
  Checker *check = c->check;
  const char *v = S_type(check, c->V), *t = S_type(check, c->T);
  if (alt) return S_printf("possibly missing ~ for %s in %s", S_type(check, alt), t);
  if (mentions((Type *)c->ti, c->V))
    return S_printf("%s mentions %s, but %s is not in the type set of %s", t, v, v, t);
  StrBuf b = {0};
  termlist_string(&b, interface_type_set(c->ti)->terms, NULL, NULL);
  const char *s = S_printf("%s missing in %s", v, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* Whether V, which is no interface, is in the terms of T. */
static bool in_terms(Implements *c) {
  TermSearch s = {c->V, NULL};
  if (!typeset_is(interface_type_set(c->ti), term_excludes, &s)) return true;
  if (c->cause)
    cause_set(c->cause, "%s does not %s %s (%s)", S_type(c->check, c->V), c->verb, S_type(c->check, c->T),
              missing_term_detail(c, s.alt));
  return false;
}

static bool methods_ok(Implements *c) {
  if (check_has_all_methods(c->check, c->V, c->T, true, types_equivalent_identical, NULL, c->cause))
    return true;
  if (c->cause) {
    const char *why = arena_strdup(&types_arena, sb_cstr(c->cause));
    cause_set(c->cause, "%s does not %s %s %s", S_type(c->check, c->V), c->verb, S_type(c->check, c->T), why);
  }
  return false;
}

static void explain_no_interface(Implements *c, Type *Tu) {
  if (!c->cause) return;
  const char *t = S_type(c->check, c->T);
  const char *detail = types_is_interface_ptr(Tu)
                           ? S_printf("type %s is pointer to interface, not interface", t)
                           : S_printf("%s is not an interface", t);
  cause_set(c->cause, "%s does not %s %s (%s)", S_type(c->check, c->V), c->verb, t, detail);
}

/* Whether V implements interface T; with `constraint`, whether it satisfies constraint T. */
bool check_implements(Checker *check, Type *V, Type *T, bool constraint, StrBuf *cause) {
  Type *Vu = type_under(V), *Tu = type_under(T);
  if (!types_is_valid(Vu) || !types_is_valid(Tu)) return true;
  if (Vu->kind == TYPE_POINTER && !types_is_valid(type_under(((Pointer *)Vu)->base))) return true;
  Implements c = {check, V, T, NULL, constraint, constraint ? "satisfy" : "implement", cause};
  if (Tu->kind != TYPE_INTERFACE) {
    explain_no_interface(&c, Tu);
    return false;
  }
  c.ti = (Interface *)Tu;
  TypeSet *tset = interface_type_set(c.ti);
  if (typeset_is_all(tset)) return true;
  Interface *vi = Vu->kind == TYPE_INTERFACE ? (Interface *)Vu : NULL;
  if (vi && typeset_is_empty(interface_type_set(vi))) return true;
  if (typeset_is_empty(tset)) {
    if (cause) cause_set(cause, "cannot %s %s (empty type set)", c.verb, S_type(check, T));
    return false;
  }
  if (!methods_ok(&c)) return false;
  if (!typeset_has_terms(tset)) return comparability_ok(&c);
  if (!vi) return in_terms(&c) && comparability_ok(&c);
  if (!typeset_subset_of(interface_type_set(vi), tset)) {
    if (cause) cause_set(cause, "%s does not %s %s", S_type(check, V), c.verb, S_type(check, T));
    return false;
  }
  return comparability_ok(&c);
}

/* check_named.c - defined types and their instances (types2/named.go).
 *
 * An instance starts with nothing but its origin and type arguments. Unpacking it computes its right-hand
 * side by substitution in the origin's; methods are substituted one by one when asked for; the underlying
 * type is found last, by following right-hand sides. Each step happens once and is recorded in Named.state:
 *   NAMED_UNPACKED      type parameters and right-hand side are known
 *   NAMED_HAS_METHODS   all methods are there (implies UNPACKED)
 *   NAMED_HAS_UNDER     underlying is set (implies UNPACKED)
 *   NAMED_HAS_FINITE    finite is set (implies UNPACKED)
 * A local context stops infinite expansion: an instance met again while it is expanded is the same instance.
 */
#include "frontend/check.h"

/* A defined type for obj, which gets it as its type unless it has one. */
Named *check_new_named(Checker *check, Object *obj, Type *from_rhs) {
  Named *n = NEW(&types_arena, Named);
  n->t.kind = TYPE_NAMED;
  n->check = check;
  n->obj = obj;
  n->fromRHS = from_rhs;
  if (!obj->type) obj->type = (Type *)n;
  if (check) check_needs_cleanup(check, (Type *)n);
  return n;
}

/* `expanding`, when set, is the instance whose expansion leads to this one; both share a context when they
 * belong to one package, because only then they can form a cycle. */
Named *check_new_named_instance(Checker *check, Pos pos, Named *orig, TypeList *targs, Named *expanding) {
  CHECK(typelist_len(targs) > 0);
  Named *n = NEW(&types_arena, Named);
  n->t.kind = TYPE_NAMED;
  n->check = check;
  n->obj = orig->obj;
  n->inst = NEW(&types_arena, Instance);
  n->inst->obj = obj_new_typename(pos, orig->obj->pkg, orig->obj->name, (Type *)n);
  n->inst->orig = orig;
  n->inst->targs = targs;
  if (expanding && expanding->obj->pkg == n->obj->pkg) n->inst->ctxt = expanding->inst->ctxt;
  if (check) check_needs_cleanup(check, (Type *)n);
  return n;
}

/* Instances may go without an underlying type until someone asks; declared types need theirs. */
void named_cleanup(Named *n) {
  if (!n->inst) named_under(n);
  n->check = NULL;
}

TypeList *named_targs(Named *n) { return n->inst ? n->inst->targs : NULL; }

Named *named_origin(Named *n) { return n->inst ? n->inst->orig : n; }

TypeParamList *named_type_params(Named *n) { return named_unpack(n)->tparams; }

static Type *expand_rhs(Named *n);

/* Makes type parameters and right-hand side available; returns n. */
Named *named_unpack(Named *n) {
  if (n->state & NAMED_UNPACKED) return n;
  if (!n->inst) {
    n->state |= NAMED_UNPACKED | NAMED_HAS_METHODS;
    return n;
  }
  Named *orig = named_unpack(n->inst->orig);
  n->fromRHS = expand_rhs(n);
  n->tparams = orig->tparams;
  n->state |= NAMED_UNPACKED;
  if (orig->methods.n == 0) {
    n->state |= NAMED_HAS_METHODS;
    n->inst->ctxt = NULL;
  }
  return n;
}

/* The interface's methods get the instance as receiver; *iface is copied when it is still the origin's. */
static Interface *instance_interface(Named *n, Interface *iface) {
  bool copied;
  Object **methods =
      types_replace_recv_type(iface->nmethods, iface->methods, (Type *)n->inst->orig, (Type *)n, &copied);
  if (!copied) return iface;
  if ((Type *)iface == n->inst->orig->fromRHS) {
    Interface *crafted = check_new_interface(n->check);
    crafted->complete = true;
    crafted->nembeddeds = iface->nembeddeds;
    crafted->embeddeds = iface->embeddeds;
    crafted->nmethods = iface->nmethods;
    iface = crafted;
  }
  iface->methods = methods;
  iface->tset = NULL;
  if (!n->check) interface_type_set(iface);
  return iface;
}

static Type *expand_rhs(Named *n) {
  Instance *inst = n->inst;
  Named *orig = inst->orig;
  if (!inst->ctxt) inst->ctxt = types_new_context();
  if (typelist_len(inst->targs) != tparams_len(orig->tparams)) return typ[BK_INVALID];

  u32 h = context_instance_hash((Type *)orig, inst->targs);
  context_update(inst->ctxt, h, (Type *)orig, inst->targs, (Type *)n);
  Context *ctxt = n->check ? check_context(n->check) : inst->ctxt;
  Type *rhs = check_subst(n->check, inst->obj->pos, orig->fromRHS,
                          types_make_subst_map(orig->tparams, inst->targs), n, ctxt);
  return type_is(rhs, TYPE_INTERFACE) ? (Type *)instance_interface(n, (Interface *)rhs) : rhs;
}

/* ---- methods ---- */

u32 named_num_methods(Named *n) { return named_unpack(named_origin(n))->methods.n; }

/* The i-th method; for an instance substituted when asked for first. */
Object *named_method(Named *n, u32 i) {
  named_unpack(n);
  if (!n->inst) return n->methods.v[i];
  Named *orig = n->inst->orig;
  if (n->methods.n != orig->methods.n) { /* or a later input of a session gave the generic type more */
    VEC_RESERVE(&types_arena, &n->methods, orig->methods.n);
    memset(n->methods.v, 0, orig->methods.n * sizeof *n->methods.v);
    n->methods.n = orig->methods.n;
    n->inst->expanded_methods = 0;
  }
  if (!n->methods.v[i] || obj_origin(n->methods.v[i]) != obj_origin(orig->methods.v[i])) {
    n->methods.v[i] = named_expand_method(n, i);
    if (++n->inst->expanded_methods >= orig->methods.n) {
      n->state |= NAMED_HAS_METHODS;
      n->inst->ctxt = NULL;
    }
  }
  return n->methods.v[i];
}

/* The i-th method with the instance's type arguments in place of the receiver's type parameters. */
Object *named_expand_method(Named *n, u32 i) {
  Object *origm = named_method(n->inst->orig, i);
  Checker *check = n->check;
  if (check) check_obj_decl(check, origm);
  Signature *orig_sig = (Signature *)origm->type;
  bool ptr;
  /* An instance with the receiver's own type parameters, as r in func (r T[P]) m(): that method is the one.
   */
  if (types_deref(orig_sig->recv->type, &ptr) == (Type *)n) return origm;

  Signature *sig = orig_sig;
  if (tparams_len(orig_sig->rparams) == typelist_len(n->inst->targs))
    sig = (Signature *)check_subst(check, origm->pos, (Type *)orig_sig,
                                   types_make_subst_map(orig_sig->rparams, n->inst->targs), n,
                                   check ? check_context(check) : NULL);
  if (sig == orig_sig) sig = arena_dup(&types_arena, orig_sig, sizeof *orig_sig);
  sig->t.lowered = NULL;

  Object *recv = arena_dup(&types_arena, orig_sig->recv, sizeof *recv);
  recv->type = func_has_ptr_recv(origm) ? type_new_pointer((Type *)n) : (Type *)n;
  recv->origin = obj_origin(orig_sig->recv);
  recv->lowered = NULL;
  sig->recv = recv;
  Object *m = arena_dup(&types_arena, origm, sizeof *origm);
  m->origin = obj_origin(origm);
  m->type = (Type *)sig;
  m->lowered = NULL;
  return m;
}

/* Completes a type that is not an instance; u is no defined type. */
void named_set_underlying(Named *n, Type *u) {
  CHECK(!n->inst && u && !type_as_named(u));
  n->fromRHS = n->underlying = u;
  n->state |= NAMED_UNPACKED | NAMED_HAS_METHODS | NAMED_HAS_UNDER;
}

/* Adds m unless there is a method of that name. */
void named_add_method(Named *n, Object *m) {
  named_unpack(n);
  if (named_method_index(n, m->name, false) < 0) VEC_PUSH(&types_arena, &n->methods, m);
}

/* The index among the methods that are there, or -1. */
int named_method_index(Named *n, const Atom *name, bool fold_case) {
  if (atom_is(name, "_")) return -1;
  for (u32 i = 0; i < n->methods.n; i++) {
    const Atom *m = n->methods.v[i]->name;
    if (fold_case ? types_equal_fold(m, name) : m == name) return (int)i;
  }
  return -1;
}

/* The index of the method that pkg means by name, or -1; *method is expanded for an instance. */
int named_lookup_method(Named *n, Package *pkg, const Atom *name, bool fold_case, Object **method) {
  *method = NULL;
  named_unpack(n);
  if (!fold_case && !types_is_exported(name) && !types_same_pkg(n->obj->pkg, pkg)) return -1;
  int i = named_method_index(named_origin(n), name, fold_case);
  if (i >= 0) *method = named_method(n, (u32)i);
  return i;
}

/* ---- underlying types ---- */

Type *named_rhs(Named *n) { return n->fromRHS; }

/* Follows right-hand sides to the first type that is no Named or Alias, and sets it for every Named on the
 * way. There are no direct cycles: check_direct_cycles broke them. */
Type *named_under(Named *n) {
  named_unpack(n);
  if (n->state & NAMED_HAS_UNDER) return n->underlying;
  VEC(Named *) path = {0};
  Type *u = NULL;
  for (Type *rhs = (Type *)n; !u;) {
    if (!rhs) {
      u = typ[BK_INVALID];
    } else if (rhs->kind == TYPE_ALIAS) {
      rhs = type_unalias(rhs);
    } else if (rhs->kind == TYPE_NAMED) {
      Named *t = (Named *)rhs;
      if (t->state & NAMED_HAS_UNDER) {
        u = t->underlying;
      } else {
        VEC_PUSH(&types_arena, &path, t);
        rhs = named_unpack(t)->fromRHS;
      }
    } else {
      u = rhs;
    }
  }
  for (u32 i = 0; i < path.n; i++) {
    path.v[i]->underlying = u;
    path.v[i]->state |= NAMED_HAS_UNDER;
  }
  return u;
}

/* One context serves the whole process, so that equal instances of all packages are one type. */
Context *check_context(Checker *check) {
  (void)check;
  return types_context;
}

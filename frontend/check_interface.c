/* check_interface.c - interface types (types2/interface.go). Type sets are in check_typeset.c. */
#include "frontend/check.h"

/* The type set of t, computed when asked for first. */
TypeSet *interface_type_set(Interface *t) { return types_compute_interface_type_set(t->check, (Pos){0}, t); }

/* An empty, incomplete interface. */
Interface *check_new_interface(Checker *check) {
  Interface *t = NEW(&types_arena, Interface);
  t->t.kind = TYPE_INTERFACE;
  t->check = check;
  if (check) check_needs_cleanup(check, (Type *)t);
  return t;
}

/* Computes the type set and lets go of the checker. */
void interface_cleanup(Interface *t) {
  interface_type_set(t);
  t->check = NULL;
  t->embed_pos = NULL;
}

/* Takes over both arrays; methods without a receiver get the interface. */
Interface *types_new_interface(u32 nmethods, Object **methods, u32 nembeddeds, Type **embeddeds) {
  if (nmethods == 0 && nembeddeds == 0) return (Interface *)type_empty_interface;
  Interface *t = check_new_interface(NULL);
  for (u32 i = 0; i < nmethods; i++) {
    Signature *sig = (Signature *)methods[i]->type;
    if (!sig->recv)
      sig->recv = obj_new_var(methods[i]->pos, methods[i]->pkg, atom_cstr(""), (Type *)t, VAR_RECV);
  }
  types_sort_methods(nmethods, methods);
  t->nmethods = nmethods;
  t->methods = methods;
  t->nembeddeds = nembeddeds;
  t->embeddeds = embeddeds;
  t->complete = true;
  return t;
}

typedef struct TypeSetCtx {
  Interface *ityp;
  Pos pos;
} TypeSetCtx;

static void compute_type_set(Checker *check, void *ctx) {
  TypeSetCtx *c = ctx;
  types_compute_interface_type_set(check, c->pos, c->ityp);
}

/* The method that f declares; NULL after an error. */
static Object *explicit_method(Checker *check, Interface *ityp, Field *f, Object *def) {
  if (atom_is(f->name->name, "_")) {
    check_error(check, f->name, E_BlankIfaceMethod, "methods must have a unique non-blank name");
    return NULL;
  }
  Type *t = check_type(check, f->type);
  if (t->kind != TYPE_SIGNATURE) {
    if (types_is_valid(t))
      check_errorf(check, f->type, E_InvalidSyntaxTree, "%s is not a method signature", S_type(check, t));
    return NULL;
  }
  /* The receiver is the defined type where there is one: error messages are better for it. */
  Named *named = def && def->type ? type_as_named(def->type) : NULL;
  Signature *sig = (Signature *)t;
  Pos pos = f->name->e.n.pos;
  sig->recv = obj_new_var(pos, check->pkg, atom_cstr(""), named ? (Type *)named : (Type *)ityp, VAR_RECV);
  Object *m = obj_new_func(pos, check->pkg, f->name->name, sig);
  check_record_def(check, f->name, m);
  return m;
}

/* Sets ityp up from its syntax. def is the type name it is declared as, or NULL. */
void check_interface_type(Checker *check, Interface *ityp, InterfaceType *iface, Object *def) {
  ObjectVec methods = {0};
  TypeVec embeddeds = {0};
  VEC(Pos) embed_pos = {0};
  for (u32 i = 0; i < iface->methods.n; i++) {
    Field *f = iface->methods.v[i];
    if (!f->name) {
      Type *t = types_parse_union(check, f->type);
      VEC_PUSH(&types_arena, &embeddeds, t);
      VEC_PUSH(&types_arena, &embed_pos, check_pos_at(f->type));
      ityp->nembeddeds = embeddeds.n;
      ityp->embeddeds = embeddeds.v;
      ityp->embed_pos = embed_pos.v;
      continue;
    }
    Object *m = explicit_method(check, ityp, f, def);
    if (m) VEC_PUSH(&types_arena, &methods, m);
    ityp->nmethods = methods.n;
    ityp->methods = methods.v;
  }
  ityp->complete = true;
  if (ityp->nmethods == 0 && ityp->nembeddeds == 0) {
    ityp->tset = &top_type_set;
    return;
  }
  types_sort_methods(ityp->nmethods, ityp->methods);
  TypeSetCtx *c = NEW(&types_arena, TypeSetCtx);
  *c = (TypeSetCtx){ityp, iface->e.n.pos};
  check_later(check, compute_type_set, c);
}

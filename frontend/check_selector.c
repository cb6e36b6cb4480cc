/* check_selector.c - selector expressions: qualified identifiers, fields, methods, method expressions.
 * The second half of types2/call.go. Start reading at check_selector(). */
#include "frontend/check.h"

static void selector_failed(Operand *x, SelectorExpr *e) {
  x->mode = OM_INVALID;
  x->type = typ[BK_INVALID];
  x->expr = (Expr *)e;
}

/* The exported object that e names in package pkg; NULL after an error. Unexported names are not found at
 * all: gc reads packages from export data, which lacks them. */
static Object *qualified_object(Checker *check, SelectorExpr *e, Package *pkg) {
  const Atom *sel = e->sel->name;
  Object *exp = types_is_exported(sel) ? scope_lookup(pkg->scope, sel) : NULL;
  if (!exp) {
    if (pkg->fake || !types_is_valid_name(sel)) return NULL;
    Object **alts;
    if (scope_lookup_ignoring_case(pkg->scope, sel, true, &alts) > 0)
      check_errorf(check, e->sel, E_UndeclaredImportedName, "undefined: %s (but have %s)", S_expr(e),
                   alts[0]->name->s);
    else check_errorf(check, e->sel, E_UndeclaredImportedName, "undefined: %s", S_expr(e));
    return NULL;
  }
  return exp;
}

/* pkg.Name: imported objects are complete, so this is a simple form of check_ident(). */
static void qualified_ident(Checker *check, Operand *x, SelectorExpr *e, Object *pkgname) {
  check_record_use(check, (Name *)e->x, pkgname);
  pkgname->used = true;
  Object *exp = qualified_object(check, e, pkgname->imported);
  if (!exp) {
    selector_failed(x, e);
    return;
  }
  check_record_use(check, e->sel, exp);
  x->type = exp->type;
  x->expr = (Expr *)e;
  switch (exp->kind) {
  case OBJ_CONST:
    x->mode = OM_CONSTANT;
    x->val = exp->val;
    break;
  case OBJ_TYPENAME: x->mode = OM_TYPEXPR; break;
  case OBJ_VAR: x->mode = OM_VARIABLE; break;
  case OBJ_FUNC: x->mode = OM_VALUE; break;
  case OBJ_BUILTIN:
    x->mode = OM_BUILTIN;
    x->id = exp->builtin;
    break;
  default: BUG("unexpected package member %s", exp->name->s);
  }
}

/* Says why x has no single field or method sel that can be used here. */
static void missing_selector_error(Checker *check, Operand *x, SelectorExpr *e, bool ambiguous,
                                   bool indirect) {
  const Atom *sel = e->sel->name;
  if (!types_is_valid(type_under(x->type))) return; /* reported before */
  const char *xs = S_expr(x->expr), *ts = S_type(check, x->type);
  if (ambiguous) {
    check_errorf(check, e->sel, E_AmbiguousSelector, "ambiguous selector %s.%s", xs, sel->s);
    return;
  }
  if (indirect) {
    if (x->mode == OM_TYPEXPR)
      check_errorf(check, e->sel, E_InvalidMethodExpr,
                   "invalid method expression %s.%s (needs pointer receiver (*%s).%s)", ts, sel->s, ts,
                   sel->s);
    else check_errorf(check, e->sel, E_InvalidMethodExpr, "cannot call pointer method %s on %s", sel->s, ts);
    return;
  }
  const char *why;
  if (types_is_interface_ptr(x->type)) {
    why = check_interface_ptr_error(check, x->type);
  } else {
    Object *alt = types_lookup_field_or_method(x->type, x->mode == OM_VARIABLE, check->pkg, sel, true, NULL,
                                               NULL, NULL);
    why = check_lookup_error(check, x->type, sel, alt, false);
  }
  check_errorf(check, e->sel, E_MissingFieldOrMethod, "%s.%s undefined (%s)", xs, sel->s, why);
}

/* T.m: a function whose first parameter is the receiver. False after an error. */
static bool method_expr(Checker *check, Operand *x, SelectorExpr *e, Object *m, int *index, u32 nindex,
                        bool indirect) {
  const char *sel = e->sel->name->s;
  if (m->kind != OBJ_FUNC) {
    check_errorf(check, e->sel, E_MissingFieldOrMethod, "%s.%s undefined (type %s has no method %s)",
                 S_expr(x->expr), sel, S_type(check, x->type), sel);
    return false;
  }
  check_record_selection(check, e, SEL_METHOD_EXPR, x->type, m, index, nindex, indirect);
  Signature *sig = (Signature *)m->type;
  if (!sig->recv) {
    check_error(check, e, E_InvalidDeclCycle, "illegal cycle in method declaration");
    return false;
  }
  /* the receiver has a name when the other parameters have */
  u32 n = tuple_len(sig->params);
  const Atom *name = atom_cstr("");
  if (n > 0 && sig->params->vars[0]->name->len)
    name = sig->recv->name->len ? sig->recv->name : atom_cstr("_");
  Object **vars = NEW_ARRAY(&types_arena, Object *, n + 1);
  vars[0] = obj_new_param(sig->recv->pos, sig->recv->pkg, name, x->type);
  for (u32 i = 0; i < n; i++) vars[i + 1] = sig->params->vars[i];
  Signature *fn = NEW(&types_arena, Signature);
  *fn = (Signature){.t.kind = TYPE_SIGNATURE,
                    .tparams = sig->tparams,
                    .params = type_new_tuple(vars, n + 1),
                    .results = sig->results,
                    .variadic = sig->variadic};
  x->mode = OM_VALUE;
  x->type = (Type *)fn;
  check_add_decl_dep(check, m);
  return true;
}

/* x.f for a field f. */
static void field_value(Checker *check, Operand *x, SelectorExpr *e, Object *f, int *index, u32 nindex,
                        bool indirect) {
  check_record_selection(check, e, SEL_FIELD, x->type, f, index, nindex, indirect);
  x->mode = x->mode == OM_VARIABLE || indirect ? OM_VARIABLE : OM_VALUE;
  x->type = f->type;
}

/* x.m for a method m: a function without receiver. */
static void method_value(Checker *check, Operand *x, SelectorExpr *e, Object *m, int *index, u32 nindex,
                         bool indirect) {
  check_record_selection(check, e, SEL_METHOD_VAL, x->type, m, index, nindex, indirect);
  Signature *sig = NEW(&types_arena, Signature);
  *sig = *(Signature *)m->type;
  sig->recv = NULL;
  x->mode = OM_VALUE;
  x->type = (Type *)sig;
  check_add_decl_dep(check, m);
}

/* Checks selector e and makes x its result. want_type: only a type will do. */
void check_selector(Checker *check, Operand *x, SelectorExpr *e, bool want_type) {
  if (e->x->n.kind == N_Name) {
    Object *obj = check_lookup(check, ((Name *)e->x)->name);
    if (obj && obj->kind == OBJ_PKGNAME) {
      qualified_ident(check, x, e, obj);
      return;
    }
  }

  check_expr_or_type(check, x, e->x, false);
  if (x->mode == OM_BUILTIN)
    check_errorf_pos(check, e->e.n.pos, E_UncalledBuiltin, "invalid use of %s in selector expression",
                     S_operand(check, x));
  if (x->mode == OM_BUILTIN || x->mode == OM_INVALID) {
    selector_failed(x, e);
    return;
  }
  if (want_type) { /* nothing below is a type; the operand's type may be incomplete */
    check_errorf(check, e->sel, E_NotAType, "%s is not a type", S_expr(e));
    selector_failed(x, e);
    return;
  }

  int *index = NULL;
  u32 nindex = 0;
  bool indirect = false;
  Object *obj = types_lookup_field_or_method(x->type, x->mode == OM_VARIABLE, check->pkg, e->sel->name, false,
                                             &index, &nindex, &indirect);
  if (!obj) {
    missing_selector_error(check, x, e, index != NULL, indirect);
    selector_failed(x, e);
    return;
  }
  if (obj->kind == OBJ_FUNC) check_obj_decl(check, obj); /* its signature may not be set up yet */
  if (x->mode == OM_TYPEXPR) {
    if (!method_expr(check, x, e, obj, index, nindex, indirect)) {
      selector_failed(x, e);
      return;
    }
  } else if (obj->kind == OBJ_FUNC) {
    method_value(check, x, e, obj, index, nindex, indirect);
  } else {
    field_value(check, x, e, obj, index, nindex, indirect);
  }
  x->expr = (Expr *)e;
}

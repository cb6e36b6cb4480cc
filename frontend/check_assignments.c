/* check_assignments.c - assignability of values in their contexts: assignments, initialisations, := and
 * returns.
 *
 * check_assignment() is the one gate through which a value reaches a variable: it converts untyped values,
 * rejects generic functions and words the error. The functions after it deal with the shapes of the two sides
 * (n:n, n:1 call, comma-ok) and with identifiers on the left, which do not count as uses. Follows
 * types2/assignments.go. Start reading at check_assignment(). */
#include "frontend/check.h"

/* Checks that x can be assigned to a variable of type T (NULL: the blank identifier) in the context that an
 * error message names; untyped x is converted. x->mode is OM_INVALID after a failure, which has been
 * reported. */
void check_assignment(Checker *check, Operand *x, Type *T, const char *context) {
  check_single_value(check, x);
  switch (x->mode) {
  case OM_INVALID: return;
  case OM_NILVALUE:
  case OM_CONSTANT:
  case OM_VARIABLE:
  case OM_MAPINDEX:
  case OM_VALUE:
  case OM_COMMAOK:
  case OM_COMMAERR: break;
  default:
    check_errorf(check, x->expr, E_IncompatibleAssign, "cannot assign %s to %s in %s", S_operand(check, x),
                 S_type(check, T), context);
    x->mode = OM_INVALID;
    return;
  }

  if (types_is_untyped(x->type)) {
    Type *target = T;
    if (operand_is_nil(x)) {
      if (!T) {
        check_errorf(check, x->expr, E_UntypedNilUse, "use of untyped nil in %s", context);
        x->mode = OM_INVALID;
        return;
      }
    } else if (!T || types_is_non_type_param_interface(T)) {
      target = types_default(x->type);
    }
    ErrCode code = E_None;
    const Const *val = NULL;
    Type *new_type = check_implicit_type_and_value(check, x, target, &val, &code);
    if (code) {
      const char *suffix = "";
      if (code == E_TruncatedFloat) suffix = " (truncated)";
      else if (code == E_NumericOverflow) suffix = " (overflows)";
      else code = E_IncompatibleAssign;
      check_errorf(check, x->expr, code, "cannot use %s as %s value in %s%s", S_operand(check, x),
                   S_type(check, target), context, suffix);
      x->mode = OM_INVALID;
      return;
    }
    if (val) {
      x->val = val;
      check_update_expr_val(check, x->expr, val);
    }
    if (new_type != x->type) {
      x->type = new_type;
      check_update_expr_type(check, x->expr, new_type, false);
    }
  }

  /* x is typed from here on */
  Type *u = type_under(x->type);
  if (u->kind == TYPE_SIGNATURE && tparams_len(((Signature *)u)->tparams) > 0) {
    check_errorf(check, x->expr, E_WrongTypeArgCount,
                 "cannot use generic function %s without instantiation in %s", S_operand(check, x), context);
    x->mode = OM_INVALID;
    return;
  }
  if (!T) return;

  StrBuf cause = {0};
  ErrCode code = E_None;
  if (!operand_assignable_to(x, check, T, &cause, &code)) {
    check_errorf(check, x->expr, code, "cannot use %s as %s value in %s%s%s", S_operand(check, x),
                 S_type(check, T), context, cause.n ? ": " : "", sb_cstr(&cause));
    x->mode = OM_INVALID;
  }
  sb_free(&cause);
}

/* Checks the constant declaration lhs = x; a missing type of lhs becomes x's. */
void check_init_const(Checker *check, Object *lhs, Operand *x) {
  if (x->mode == OM_INVALID || !types_is_valid(x->type) || (lhs->type && !types_is_valid(lhs->type))) {
    if (!lhs->type) lhs->type = typ[BK_INVALID];
    return;
  }
  if (x->mode != OM_CONSTANT) {
    check_errorf(check, x->expr, E_InvalidConstInit, "%s is not constant", S_operand(check, x));
    if (!lhs->type) lhs->type = typ[BK_INVALID];
    return;
  }
  if (!lhs->type) lhs->type = x->type;
  check_assignment(check, x, lhs->type, "constant declaration");
  if (x->mode != OM_INVALID) lhs->val = x->val;
}

/* Checks the variable initialisation lhs = x. A missing type of lhs becomes x's (default) type, or the
 * invalid type after an error; then x->mode is OM_INVALID. */
void check_init_var(Checker *check, Object *lhs, Operand *x, const char *context) {
  if (x->mode == OM_INVALID || !types_is_valid(x->type) || (lhs->type && !types_is_valid(lhs->type))) {
    if (!lhs->type) lhs->type = typ[BK_INVALID];
    x->mode = OM_INVALID;
    return;
  }
  if (!lhs->type) {
    Type *t = x->type;
    if (types_is_untyped(t)) {
      if (t == typ[BK_UNTYPED_NIL]) {
        check_errorf(check, x->expr, E_UntypedNilUse, "use of untyped nil in %s", context);
        lhs->type = typ[BK_INVALID];
        x->mode = OM_INVALID;
        return;
      }
      t = types_default(t);
    }
    lhs->type = t;
  }
  check_assignment(check, x, lhs->type, context);
}

/* The package's own variable that identifier e denotes on the left of an assignment, or NULL. Variables of
 * other packages (dot imports) are left alone: their `used` belongs to them. */
Object *check_lhs_ident_var(Checker *check, const Name *ident) {
  Object *obj = check_lookup(check, ident->name);
  return obj && obj->kind == OBJ_VAR && obj->pkg == check->pkg ? obj : NULL;
}

/* Checks the left-hand side of an assignment and returns its type: NULL for the blank identifier, the invalid
 * type after an error. An identifier on the left is not a use of its variable. */
static Type *check_lhs_var(Checker *check, Expr *lhs) {
  Expr *inner = ast_unparen(lhs);
  Name *ident = inner->n.kind == N_Name ? (Name *)inner : NULL;
  if (ident && atom_is(ident->name, "_")) {
    check_record_def(check, ident, NULL);
    return NULL;
  }
  Object *v = ident ? check_lhs_ident_var(check, ident) : NULL;
  bool v_used = v && v->used;

  Operand x = {0};
  check_expr(check, NULL, &x, lhs);
  if (v) v->used = v_used;

  if (x.mode == OM_INVALID || !types_is_valid(x.type)) return typ[BK_INVALID];
  if (x.mode == OM_VARIABLE || x.mode == OM_MAPINDEX) return x.type;

  if (x.expr->n.kind == N_SelectorExpr) {
    Operand op = {0};
    check_expr(check, NULL, &op, ((SelectorExpr *)x.expr)->x);
    if (op.mode == OM_MAPINDEX) {
      check_errorf(check, x.expr, E_UnaddressableFieldAssign, "cannot assign to struct field %s in map",
                   S_expr(x.expr));
      return typ[BK_INVALID];
    }
  }
  check_errorf(check, x.expr, E_UnassignableOperand,
               "cannot assign to %s (neither addressable nor a map index expression)", S_expr(x.expr));
  return typ[BK_INVALID];
}

/* Checks lhs = rhs when x is NULL, else lhs = x where x is the evaluated right-hand side (then x->mode is
 * OM_INVALID after an error). */
void check_assign_var(Checker *check, Expr *lhs, Expr *rhs, Operand *x, const char *context) {
  Type *T = check_lhs_var(check, lhs);
  if (T && !types_is_valid(T)) {
    if (x) x->mode = OM_INVALID;
    else check_use(check, 1, &rhs);
    return;
  }
  Operand own = {0};
  if (!x) {
    x = &own;
    check_expr(check, under_signature(T) ? types_new_target(T, S_expr(lhs)) : NULL, x, rhs);
  }
  if (!T && strcmp(context, "assignment") == 0) context = "assignment to _ identifier";
  check_assignment(check, x, T, context);
}

/* "(t1, t2, ...)" for messages about argument counts. With variadic a last slice type is printed ...E, with
 * has_dots the last type is printed T... The string is the type arena's. */
const char *check_types_summary(Checker *check, TypeList *list, bool variadic, bool has_dots) {
  u32 n = typelist_len(list);
  StrBuf b = {0};
  sb_putc(&b, '(');
  for (u32 i = 0; i < n; i++) {
    Type *t = list->v[i];
    bool last = i + 1 == n;
    if (i) sb_puts(&b, ", ");
    if (last && variadic) {
      sb_puts(&b, "...");
      if (t && t->kind == TYPE_SLICE) {
        sb_puts(&b, S_type(check, ((Slice *)t)->elem));
        continue;
      }
    }
    if (!t || !types_is_valid(t)) {
      sb_puts(&b, "unknown type");
    } else if (types_is_untyped(t)) {
      /* "number" avoids the impression that a specific numeric type is wanted */
      const char *name = ((Basic *)t)->name;
      sb_puts(&b, types_is_numeric(t) ? "number" : strncmp(name, "untyped ", 8) == 0 ? name + 8 : name);
    } else {
      sb_puts(&b, S_type(check, t));
    }
    if (last && has_dots) sb_puts(&b, "...");
  }
  sb_putc(&b, ')');
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

TypeList *types_operand_types(u32 n, Operand **list) {
  Type **v = NEW_ARRAY(&types_arena, Type *, n);
  for (u32 i = 0; i < n; i++) v[i] = list[i]->type;
  return types_new_type_list(n, v);
}

TypeList *types_var_types(u32 n, Object **list) {
  Type **v = NEW_ARRAY(&types_arena, Type *, n);
  for (u32 i = 0; i < n; i++) v[i] = list[i]->type;
  return types_new_type_list(n, v);
}

/* "1 unit", "2 units" */
const char *types_measure(int x, const char *unit) { return S_printf("%d %s%s", x, unit, x == 1 ? "" : "s"); }

/* "assignment mismatch": l variables but r values, or a call that returns r values. */
static void assign_error(Checker *check, u32 nrhs, Expr **rhs, u32 l, u32 r) {
  Expr *rhs0 = rhs[0], *call = ast_unparen(rhs0);
  const char *vars = types_measure((int)l, "variable"), *vals = types_measure((int)r, "value");
  if (nrhs == 1 && call->n.kind == N_CallExpr)
    check_errorf(check, rhs0, E_WrongAssignCount, "assignment mismatch: %s but %s returns %s", vars,
                 S_expr(((CallExpr *)call)->fun), vals);
  else check_errorf(check, rhs0, E_WrongAssignCount, "assignment mismatch: %s but %s", vars, vals);
}

static void return_error(Checker *check, const void *at, u32 l, Object **lhs, u32 r, Operand **rhs) {
  const char *qualifier = "not enough";
  if (r > l) {
    at = rhs[l]->expr; /* the first extra value */
    qualifier = "too many";
  } else if (r > 0) {
    at = rhs[r - 1]->expr; /* the last value */
  }
  ErrorDesc *err = check_new_error(check, E_WrongResultCount);
  err_addf(err, at, "%s return values", qualifier);
  err_addf_pos(err, (Pos){0}, "have %s",
               check_types_summary(check, types_operand_types(r, rhs), false, false));
  err_addf_pos(err, (Pos){0}, "want %s", check_types_summary(check, types_var_types(l, lhs), false, false));
  err_report(err);
}

static void invalidate_untyped_vars(u32 n, Object **vars) {
  for (u32 i = 0; i < n; i++)
    if (!vars[i]->type) vars[i]->type = typ[BK_INVALID];
}

/* A single call on the right is not treated as 1:1, for the sake of a better message. */
static bool is_single_call(u32 n, Expr **rhs) { return n == 1 && ast_unparen(rhs[0])->n.kind == N_CallExpr; }

static void mismatch_error(Checker *check, Stmt *return_stmt, u32 l, Object **lhs, u32 norig, Expr **orig_rhs,
                           OperandList rhs) {
  if (return_stmt) return_error(check, return_stmt, l, lhs, rhs.n, rhs.v);
  else assign_error(check, norig, orig_rhs, l, rhs.n);
}

/* Checks the initialisation of variables lhs by the expressions orig_rhs. With return_stmt they are the
 * result parameters and values of that return statement. Every variable has a type afterwards. */
void check_init_vars(Checker *check, u32 l, Object **lhs, u32 r, Expr **orig_rhs, Stmt *return_stmt) {
  const char *context = return_stmt ? "return statement" : "assignment";

  if (l == r && !is_single_call(r, orig_rhs)) {
    Operand x = {0};
    for (u32 i = 0; i < l; i++) {
      const char *desc = lhs[i]->name->s;
      if (return_stmt && !*desc) desc = "result variable";
      check_expr(check, types_new_target(lhs[i]->type, desc), &x, orig_rhs[i]);
      check_init_var(check, lhs[i], &x, context);
    }
    return;
  }

  if (r != 1) {
    /* one message only: none about the counts when a value is wrong by itself */
    if (check_use(check, r, orig_rhs)) {
      OperandList rhs = {r, NULL};
      if (return_stmt) rhs = check_expr_list(check, r, orig_rhs);
      mismatch_error(check, return_stmt, l, lhs, r, orig_rhs, rhs);
    }
    invalidate_untyped_vars(l, lhs);
    return;
  }

  bool comma_ok = false;
  OperandList rhs = check_multi_expr(check, orig_rhs[0], l == 2 && !return_stmt, &comma_ok);
  if (l == rhs.n) {
    for (u32 i = 0; i < l; i++) check_init_var(check, lhs[i], rhs.v[i], context);
    if (comma_ok && rhs.v[0]->mode != OM_INVALID && rhs.v[1]->mode != OM_INVALID)
      check_record_comma_ok_types(check, orig_rhs[0], rhs.v);
    return;
  }
  if (rhs.v[0]->mode != OM_INVALID) mismatch_error(check, return_stmt, l, lhs, 1, orig_rhs, rhs);
  invalidate_untyped_vars(l, lhs);
}

/* Checks the assignment of expressions orig_rhs to the operands lhs. */
void check_assign_vars(Checker *check, u32 l, Expr **lhs, u32 r, Expr **orig_rhs) {
  if (l == r && !is_single_call(r, orig_rhs)) {
    for (u32 i = 0; i < l; i++) check_assign_var(check, lhs[i], orig_rhs[i], NULL, "assignment");
    return;
  }

  if (r != 1) {
    bool ok_lhs = check_use_lhs(check, l, lhs);
    bool ok_rhs = check_use(check, r, orig_rhs);
    if (ok_lhs && ok_rhs) assign_error(check, r, orig_rhs, l, r);
    return;
  }

  bool comma_ok = false;
  OperandList rhs = check_multi_expr(check, orig_rhs[0], l == 2, &comma_ok);
  if (l == rhs.n) {
    for (u32 i = 0; i < l; i++) check_assign_var(check, lhs[i], NULL, rhs.v[i], "assignment");
    if (comma_ok && rhs.v[0]->mode != OM_INVALID && rhs.v[1]->mode != OM_INVALID)
      check_record_comma_ok_types(check, orig_rhs[0], rhs.v);
    return;
  }
  if (rhs.v[0]->mode != OM_INVALID) assign_error(check, 1, orig_rhs, l, rhs.n);
  check_use_lhs(check, l, lhs);
}

/* The variable that lhs[i] of a := declares or redeclares; NULL after an error (reported, *has_err set). New
 * variables are also appended to new_vars. */
static Object *short_var_lhs(Checker *check, Expr **lhs, u32 i, ObjectVec *new_vars, bool *has_err) {
  Expr *e = lhs[i];
  if (e->n.kind != N_Name) {
    check_use_lhs(check, 1, &e);
    check_errorf(check, e, E_BadDecl, "non-name %s on left side of :=", S_expr(e));
    *has_err = true;
    return NULL;
  }
  Name *ident = (Name *)e;
  bool blank = atom_is(ident->name, "_");
  for (u32 j = 0; j < i && !blank; j++) {
    if (lhs[j]->n.kind == N_Name && ((Name *)lhs[j])->name == ident->name) {
      check_errorf(check, e, E_RepeatedDecl, "%s repeated on left side of :=", S_expr(e));
      *has_err = true;
      return NULL;
    }
  }
  /* Only this very scope counts: the new variables are declared after the right-hand side. */
  Object *alt = scope_lookup(check->scope, ident->name);
  if (alt) {
    check_record_use(check, ident, alt);
    if (alt->kind == OBJ_VAR) return alt;
    check_errorf(check, e, E_UnassignableOperand, "cannot assign to %s", S_expr(e));
    *has_err = true;
    return NULL;
  }
  Object *obj = obj_new_var(e->n.pos, check->pkg, ident->name, NULL, VAR_LOCAL);
  if (!blank) VEC_PUSH(&types_arena, new_vars, obj);
  check_record_def(check, ident, obj);
  return obj;
}

/* Checks the short variable declaration lhs := rhs; `at` is the statement. */
void check_short_var_decl(Checker *check, const void *at, u32 nlhs, Expr **lhs, u32 nrhs, Expr **rhs) {
  u32 top = check->delayed.n;
  Scope *scope = check->scope;
  Object **vars = NEW_ARRAY(&types_arena, Object *, nlhs);
  ObjectVec new_vars = {0};
  bool has_err = false;
  for (u32 i = 0; i < nlhs; i++) vars[i] = short_var_lhs(check, lhs, i, &new_vars, &has_err);
  for (u32 i = 0; i < nlhs; i++)
    if (!vars[i]) vars[i] = obj_new_var(lhs[i]->n.pos, check->pkg, atom_cstr("_"), NULL, VAR_LOCAL);

  check_init_vars(check, nlhs, vars, nrhs, rhs, NULL);
  check_process_delayed(check, top); /* function literals on the right see the scope as it is now */

  if (new_vars.n == 0 && !has_err) {
    check_soft_errorf_pos(check, ((const Node *)at)->pos, E_NoNewVar, "no new variables on left side of :=");
    return;
  }
  Pos scope_pos = ast_end_pos(rhs[nrhs - 1]);
  for (u32 i = 0; i < new_vars.n; i++) check_declare(check, scope, NULL, new_vars.v[i], scope_pos);
}

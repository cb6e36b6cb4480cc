/* check_range.c - range clauses and the loops they head.
 * Follows types2/range.go. Start reading at check_range_stmt(). */
#include "frontend/check.h"

/* len(x) is constant and x is not evaluated: the lowering sees the length in place of the array. */
static void record_constant_length(Checker *check, Operand *x, Expr *range_var) {
  Type *t = types_array_ptr_deref(type_under(x->type));
  if (t->kind != TYPE_ARRAY) return;
  Operand len = {.mode = OM_CONSTANT,
                 .expr = ast_unparen(range_var),
                 .type = typ[BK_INT],
                 .val = const_make_int64(((Array *)t)->len)};
  check_record(check, &len);
}

/* The key and value types of the range expression x; invalid types after an error. */
static void range_types(Checker *check, Operand *x, Expr **lhs, Expr *extra, Type **key, Type **val) {
  bool ok;
  const char *cause = "";
  *key = types_range_key_val(check, x->type, val, &cause, &ok);
  const char *xs = S_operand(check, x);
  if (!ok && *cause)
    check_soft_errorf(check, x->expr, E_InvalidRangeExpr, "cannot range over %s: %s", xs, cause);
  else if (!ok) check_soft_errorf(check, x->expr, E_InvalidRangeExpr, "cannot range over %s", xs);
  else if (!*key && lhs[0])
    check_soft_errorf(check, lhs[0], E_InvalidIterVar, "range over %s permits no iteration variables", xs);
  else if (!*val && lhs[1])
    check_soft_errorf(check, lhs[1], E_InvalidIterVar, "range over %s permits only one iteration variable",
                      xs);
  else if (extra)
    check_soft_errorf(check, extra, E_InvalidIterVar, "range clause permits at most two iteration variables");
}

/* The variable that lhs of a := clause declares; a dummy after an error. */
static Object *range_var_object(Checker *check, Expr *lhs, ObjectVec *vars) {
  if (lhs->n.kind != N_Name) {
    check_errorf(check, lhs, E_InvalidSyntaxTree, "cannot declare %s", S_expr(lhs));
    return obj_new_var(lhs->n.pos, check->pkg, atom_cstr("_"), NULL, VAR_LOCAL);
  }
  Name *ident = (Name *)lhs;
  Object *obj = obj_new_var(lhs->n.pos, check->pkg, ident->name, NULL, VAR_LOCAL);
  check_record_def(check, ident, obj);
  if (!atom_is(ident->name, "_")) VEC_PUSH(&types_arena, vars, obj);
  return obj;
}

static void declare_range_vars(Checker *check, ForStmt *s, Expr **lhs, Type **rhs, Operand *x) {
  bool over_int = types_is_integer(x->type);
  ObjectVec vars = {0};
  for (u32 i = 0; i < 2; i++) {
    if (!lhs[i]) continue;
    Object *obj = range_var_object(check, lhs[i], &vars);
    if (!rhs[i] || rhs[i] == typ[BK_INVALID]) {
      obj->type = typ[BK_INVALID];
      obj->used = true; /* no complaint about an unused variable */
    } else if (over_int) {
      check_init_var(check, obj, x, "range clause");
    } else {
      Operand y = {.mode = OM_VALUE, .expr = lhs[i], .type = rhs[i]};
      check_init_var(check, obj, &y, "assignment"); /* an error is at the variable */
    }
  }
  if (vars.n == 0) check_error(check, s, E_NoNewVar, "no new variables on left side of :=");
  for (u32 i = 0; i < vars.n; i++)
    check_declare(check, check->scope, NULL, vars.v[i], ((Stmt *)s->body)->n.pos);
}

static void assign_range_vars(Checker *check, Expr **lhs, Type **rhs, Operand *x) {
  bool over_int = types_is_integer(x->type);
  for (u32 i = 0; i < 2; i++) {
    if (!lhs[i] || !rhs[i] || rhs[i] == typ[BK_INVALID]) continue;
    if (over_int) {
      check_assign_var(check, lhs[i], NULL, x, "range clause");
      /* an untyped x has the variable's type now, which must be an integer type */
      if (x->mode != OM_INVALID && !types_is_integer(x->type))
        check_soft_errorf(check, lhs[i], E_InvalidRangeExpr, "cannot use iteration variable of type %s",
                          S_type(check, x->type));
    } else {
      Operand y = {.mode = OM_VALUE, .expr = lhs[i], .type = rhs[i]};
      check_assign_var(check, lhs[i], NULL, &y, "assignment");
    }
  }
}

/* Checks the loop s with range clause rc. */
void check_range_stmt(Checker *check, ForStmt *s, RangeClause *rc) {
  Expr *lhs[3] = {NULL, NULL, NULL}; /* key, value, one too many */
  for (u32 i = 0; i < expr_list_len(rc->lhs) && i < 3; i++) lhs[i] = expr_list_at(rc->lhs, i);

  Operand x = {0};
  check->has_call_or_recv = false;
  check_expr(check, NULL, &x, rc->x);
  Type *types[2] = {NULL, NULL};
  if (x.mode != OM_INVALID) {
    if (!lhs[1] && !check->has_call_or_recv) record_constant_length(check, &x, rc->x);
    range_types(check, &x, lhs, lhs[2], &types[0], &types[1]);
  }

  check_open_scope(check, s); /* after the clause: variables declared there do not see themselves */
  if (rc->def) declare_range_vars(check, s, lhs, types, &x);
  else if (lhs[0]) assign_range_vars(check, lhs, types, &x);
  else if (types_is_integer(x.type)) check_assignment(check, &x, NULL, "range clause");
  check_stmt(check, (Stmt *)s->body);
  check_close_scope(check);
}

static TypeError *range_cond(void *ctx, Type *t, Type *u) {
  (void)ctx;
  if (type_is(u, TYPE_CHAN) && ((Chan *)u)->dir == CHAN_SEND)
    return types_type_errorf("receive from send-only channel %s", S_type(NULL, t));
  return NULL;
}

#define ITERATOR "func must be func(yield func(...) bool): "

/* The key and value types of an iterator function; a cause that is not "" means that sig is none. */
static const char *iterator_types(Signature *sig, Type **key, Type **val) {
  if (tuple_len(sig->params) != 1) return ITERATOR "wrong argument count";
  if (tuple_len(sig->results) != 0) return ITERATOR "unexpected results";
  TypeError *err = NULL;
  Type *u = types_common_under(sig->params->vars[0]->type, NULL, NULL, &err);
  if (!type_is(u, TYPE_SIGNATURE)) {
    if (err) return S_printf(ITERATOR "in yield type, %s", err->msg);
    return ITERATOR "argument is not func";
  }
  Signature *cb = (Signature *)u;
  if (tuple_len(cb->params) > 2) return ITERATOR "yield func has too many parameters";
  Type *res = tuple_len(cb->results) == 1 ? cb->results->vars[0]->type : NULL;
  if (!res || !types_identical(res, typ[BK_BOOL])) {
    if (res && types_is_boolean(res)) return ITERATOR "yield func returns user-defined boolean, not bool";
    return ITERATOR "yield func does not return bool";
  }
  if (tuple_len(cb->params) >= 1) *key = cb->params->vars[0]->type;
  if (tuple_len(cb->params) >= 2) *val = cb->params->vars[1]->type;
  return "";
}

static Type *bad_range(const char *why, Type **val, const char **cause, bool *ok) {
  *ok = false;
  *cause = why;
  return *val = typ[BK_INVALID];
}

/* The key type (NULL: none) of a range over type orig; *val is the value type. *ok is false when there is no
 * such range, *cause may say why then. check NULL: all language versions. */
Type *types_range_key_val(Checker *check, Type *orig, Type **val, const char **cause, bool *ok) {
  TypeError *err = NULL;
  *val = NULL;
  *cause = "";
  *ok = true;
  Type *rtyp = types_common_under(orig, range_cond, NULL, &err);
  if (!rtyp) return bad_range(err->msg, val, cause, ok);

  Type *t = types_array_ptr_deref(rtyp);
  switch (t->kind) {
  case TYPE_BASIC:
    if (types_is_string(t)) {
      *val = type_rune;
      return typ[BK_INT];
    }
    if (!types_is_integer(t)) break;
    if (check && !check_allow_version(check, GO1(22)))
      return bad_range("requires go1.22 or later", val, cause, ok);
    return orig;
  case TYPE_ARRAY: *val = ((Array *)t)->elem; return typ[BK_INT];
  case TYPE_SLICE: *val = ((Slice *)t)->elem; return typ[BK_INT];
  case TYPE_MAP: *val = ((Map *)t)->elem; return ((Map *)t)->key;
  case TYPE_CHAN: return ((Chan *)t)->elem;
  case TYPE_SIGNATURE: {
    if (check && !check_allow_version(check, GO1(23)))
      return bad_range("requires go1.23 or later", val, cause, ok);
    Type *key = NULL;
    const char *why = iterator_types((Signature *)t, &key, val);
    return *why ? bad_range(why, val, cause, ok) : key;
  }
  default: break;
  }
  *ok = false;
  return NULL;
}

/* check_expr.c - expressions.
 *
 * check_raw_expr() checks an expression top down and leaves what it found in an Operand; OM_INVALID means
 * that an error was reported. Types of untyped expressions are provisional: they wait in check->untyped until
 * the context gives the final type, which check_update_expr_type() pushes down the tree again (constants
 * below the root are left alone, they are never materialised). A hint is the element type of an enclosing
 * composite literal whose elements may leave out their type; a Target is the function type an expression is
 * assigned to, for the inference of type arguments. Follows types2/expr.go; operators are in
 * check_operators.c. Start reading at check_raw_expr(). */
#include "frontend/check.h"

#define INVALID_OP "invalid operation: "
enum { NO_VALUE_MODES = 1 << OM_NOVALUE | 1 << OM_BUILTIN | 1 << OM_TYPEXPR };

/* Passes the new type on to the operands of operation x that take part in it. */
static void update_operands(Checker *check, Operation *x, Type *t, bool final) {
  if (x->y && types_is_comparison(x->op)) return; /* the operands have their own, final types */
  check_update_expr_type(check, x->x, t, final);
  if (x->y && !types_is_shift(x->op)) check_update_expr_type(check, x->y, t, final);
}

/* Gives untyped expression x the type t, and its operands where they share it. When t is typed, or final is
 * set, x is done: a constant must be representable as t, the left operand of a shift must be an integer. */
void check_update_expr_type(Checker *check, Expr *x, Type *t, bool final) {
  ExprInfo *old = ptrmap_get(&check->untyped, x);
  if (!old) return;

  switch (x->n.kind) {
  case N_CallExpr:
  case N_Name:
  case N_BasicLit:
  case N_SelectorExpr: break; /* no operands that depend on t */
  case N_ParenExpr: check_update_expr_type(check, ((ParenExpr *)x)->x, t, final); break;
  case N_Operation:
    if (!((Operation *)x)->y && ((Operation *)x)->op == OP_MUL) return;
    if (!old->val) update_operands(check, (Operation *)x, t, final);
    break;
  default: return; /* never untyped */
  }

  if (!final && types_is_untyped(t)) {
    old->type = type_under(t);
    return;
  }
  ptrmap_delete(&check->untyped, x);

  if (old->is_lhs && !types_all_integer(t)) {
    check_errorf(check, x, E_InvalidShiftOperand, INVALID_OP "shifted operand %s (type %s) must be integer",
                 S_expr(x), S_type(check, t));
    return;
  }
  if (old->val) {
    Operand c = {.mode = old->mode, .expr = x, .type = old->type, .val = old->val};
    check_convert_untyped(check, &c, t);
    if (c.mode == OM_INVALID) return;
  }
  check_record_type_and_value(check, x, old->mode, t, old->val);
}

void check_update_expr_val(Checker *check, Expr *x, const Const *val) {
  ExprInfo *info = ptrmap_get(&check->untyped, x);
  if (info) info->val = val;
}

typedef struct ImplicitWalk {
  Checker *check;
  Operand *x;
} ImplicitWalk;

static bool implicit_for_under(void *ctx, Type *u) {
  ImplicitWalk *w = ctx;
  const Const *val;
  ErrCode code;
  return u && check_implicit_type_and_value(w->check, w->x, u, &val, &code);
}

/* Whether a non-constant untyped value (a comparison, a shift to be checked later) of type t may become
 * target. */
static bool untyped_value_fits(Type *t, Type *target) {
  switch (((Basic *)t)->bkind) {
  case BK_UNTYPED_BOOL: return types_is_boolean(target);
  case BK_UNTYPED_INT:
  case BK_UNTYPED_RUNE:
  case BK_UNTYPED_FLOAT:
  case BK_UNTYPED_COMPLEX: return types_is_numeric(target);
  case BK_UNTYPED_STRING: return types_is_string(target);
  default: return false;
  }
}

/* The type that x gets where a value of type target is expected; for a constant that becomes a basic type
 * *val is its value there, else NULL. When no conversion is possible the result is NULL and *code says why.
 */
Type *check_implicit_type_and_value(Checker *check, Operand *x, Type *target, const Const **val,
                                    ErrCode *code) {
  *val = NULL;
  *code = E_None;
  if (x->mode == OM_INVALID || types_is_typed(x->type) || !types_is_valid(target)) return x->type;

  Type *res = NULL;
  if (types_is_untyped(target)) {
    res = types_max_type(x->type, target);
  } else if (operand_is_nil(x)) {
    res = types_has_nil(target) ? target : NULL;
  } else {
    Type *u = type_under(target);
    if (u->kind == TYPE_BASIC && x->mode == OM_CONSTANT) {
      *val = check_representation(check, x, u, code);
      return *code ? NULL : target;
    }
    if (u->kind == TYPE_BASIC) {
      res = untyped_value_fits(x->type, target) ? target : NULL;
    } else if (u->kind == TYPE_INTERFACE && types_is_type_param(target)) {
      ImplicitWalk w = {check, x};
      res = types_under_is(target, implicit_for_under, &w) ? target : NULL;
    } else if (u->kind == TYPE_INTERFACE && typeset_is_all(interface_type_set((Interface *)u))) {
      res = types_default(x->type); /* the dynamic type is concrete */
    }
  }
  if (!res) *code = E_InvalidUntypedConversion;
  return res;
}

/* A Target for expressions assigned to a variable of type t that desc describes; NULL when t is no function
 * type. */
Target *types_new_target(Type *t, const char *desc) {
  Signature *sig = under_signature(t);
  if (!sig) return NULL;
  Target *target = NEW(&types_arena, Target);
  *target = (Target){sig, desc};
  return target;
}

/* Reports a generic type, or a generic function whose type arguments target T cannot tell. */
static void non_generic(Checker *check, Target *T, Operand *x) {
  if (x->mode == OM_INVALID || x->mode == OM_NOVALUE || !x->type) return;
  const char *what = NULL;
  switch (x->type->kind) {
  case TYPE_ALIAS:
  case TYPE_NAMED:
    if (types_is_generic(x->type)) what = "type";
    break;
  case TYPE_SIGNATURE:
    if (!((Signature *)x->type)->tparams) break;
    if (T) {
      check_func_inst(check, T, operand_pos(x), x, NULL, true);
      return;
    }
    what = "function";
    break;
  default: break;
  }
  if (!what) return;
  check_errorf(check, x->expr, E_WrongTypeArgCount, "cannot use generic %s %s without instantiation", what,
               S_expr(x->expr));
  x->mode = OM_INVALID;
  x->type = typ[BK_INVALID];
}

void check_non_generic(Checker *check, Operand *x) { non_generic(check, NULL, x); }

/* A value of a type that is still being declared means a cycle, as in type T [unsafe.Sizeof(T{})]int. */
static void pending_type(Checker *check, Operand *x) {
  if (x->mode == OM_INVALID || x->mode == OM_NOVALUE) return;
  if (check_finite_size(check, x->type)) return;
  x->mode = OM_INVALID;
  x->type = typ[BK_INVALID];
}

static bool assert_expr(Checker *check, Operand *x, AssertExpr *e) {
  check_expr(check, NULL, x, e->x);
  if (x->mode == OM_INVALID) return false;
  if (types_is_type_param(x->type)) {
    check_errorf(check, x->expr, E_InvalidAssert,
                 INVALID_OP "cannot use type assertion on type parameter value %s", S_operand(check, x));
    return false;
  }
  if (!under_interface(x->type)) {
    check_errorf(check, x->expr, E_InvalidAssert, INVALID_OP "%s is not an interface", S_operand(check, x));
    return false;
  }
  Type *T = check_var_type(check, e->type);
  if (!types_is_valid(T)) return false;
  check_type_assertion(check, (Expr *)e, x, T, false);
  x->mode = OM_COMMAOK;
  x->type = T;
  return true;
}

typedef struct IndirectWalk {
  Checker *check;
  Operand *x;
  Type *base;
} IndirectWalk;

static bool indirect_under(void *ctx, Type *u) {
  IndirectWalk *w = ctx;
  if (!type_is(u, TYPE_POINTER)) {
    check_errorf(w->check, w->x->expr, E_InvalidIndirection, INVALID_OP "cannot indirect %s",
                 S_operand(w->check, w->x));
    return false;
  }
  Type *base = ((Pointer *)u)->base;
  if (w->base && !types_identical(base, w->base)) {
    check_errorf(w->check, w->x->expr, E_InvalidIndirection,
                 INVALID_OP "pointers of %s must have identical base types", S_operand(w->check, w->x));
    return false;
  }
  w->base = base;
  return true;
}

/* *x: a pointer indirection or a pointer type. */
static bool star_expr(Checker *check, Operand *x, Operation *e) {
  check_expr_or_type(check, x, e->x, false);
  if (x->mode == OM_INVALID) return false;
  if (x->mode == OM_TYPEXPR) {
    check_valid_var_type(check, e->x, x->type);
    x->type = type_new_pointer(x->type);
    return true;
  }
  IndirectWalk w = {check, x, NULL};
  if (!types_under_is(x->type, indirect_under, &w)) return false;
  x->mode = OM_VARIABLE;
  x->type = w.base;
  return true;
}

/* Checks operation e; *kind becomes EK_STATEMENT for a receive. False after an error. */
static bool operation(Checker *check, Operand *x, Operation *e, ExprKind *kind) {
  if (e->y) {
    check_binary(check, x, (Expr *)e, e->x, e->y, e->op);
  } else if (e->op == OP_MUL) {
    return star_expr(check, x, e);
  } else {
    check_unary(check, x, e);
    if (e->op == OP_RECV) *kind = EK_STATEMENT;
  }
  return x->mode != OM_INVALID;
}

static bool invalid_expr(Checker *check, Expr *e, const char *msg) {
  check_error(check, e, E_InvalidSyntaxTree, msg);
  return false;
}

/* The cases of check_raw_expr() that end with x->expr = e; false after an error. */
static bool expr_internal(Checker *check, Target *T, Operand *x, Expr *e, Type *hint, ExprKind *kind) {
  switch (e->n.kind) {
  case N_BadExpr: return false; /* reported by the parser */
  case N_Name: check_ident(check, x, (Name *)e, false); return true;
  case N_DotsType: return invalid_expr(check, e, "invalid use of ...");
  case N_BasicLit:
    if (((BasicLit *)e)->bad) return false;
    check_basic_lit(check, x, (BasicLit *)e);
    break;
  case N_FuncLit: check_func_lit(check, x, (FuncLit *)e); break;
  case N_CompositeLit: check_composite_lit(check, x, (CompositeLit *)e, hint); break;
  case N_SelectorExpr: check_selector(check, x, (SelectorExpr *)e, false); return true;
  case N_IndexExpr:
    if (check_index_expr(check, x, (IndexExpr *)e))
      check_func_inst(check, T, e->n.pos, x, (IndexExpr *)e, true);
    break;
  case N_SliceExpr: check_slice_expr(check, x, (SliceExpr *)e); break;
  case N_AssertExpr: return assert_expr(check, x, (AssertExpr *)e);
  case N_TypeSwitchGuard:
    check_error(check, e, E_InvalidSyntaxTree, "use of .(type) outside type switch");
    check_use(check, 1, &((TypeSwitchGuard *)e)->x);
    return false;
  case N_ListExpr: return invalid_expr(check, e, "unexpected list of expressions");
  case N_Operation: return operation(check, x, (Operation *)e, kind);
  case N_KeyValueExpr: return invalid_expr(check, e, "no key:value expected");
  case N_ArrayType:
  case N_SliceType:
  case N_StructType:
  case N_FuncType:
  case N_InterfaceType:
  case N_MapType:
  case N_ChanType:
    x->mode = OM_TYPEXPR;
    x->type = check_type(check, e);
    return true;
  default: BUG("unknown expression kind %d", e->n.kind);
  }
  return x->mode != OM_INVALID;
}

static ExprKind expr_dispatch(Checker *check, Target *T, Operand *x, Expr *e, Type *hint) {
  x->mode = OM_INVALID;
  x->type = typ[BK_INVALID];
  x->expr = e;
  if (!check_depth_ok(check, e->n.pos)) return EK_STATEMENT;
  if (e->n.kind == N_CallExpr) return check_call_expr(check, x, (CallExpr *)e);
  if (e->n.kind == N_ParenExpr) { /* inference does not look through parentheses */
    ExprKind kind = check_raw_expr(check, NULL, x, ((ParenExpr *)e)->x, NULL, false);
    x->expr = e;
    return kind;
  }
  ExprKind kind = EK_EXPRESSION;
  if (!expr_internal(check, T, x, e, hint, &kind)) {
    x->mode = OM_INVALID;
    kind = EK_STATEMENT; /* avoids follow-up errors */
  }
  x->expr = e;
  return kind;
}

/* Checks expression or type e and makes x its result. T (may be NULL) is used to infer the type arguments of
 * a generic function e, hint (may be NULL) is the type of a composite literal without one. With allow_generic
 * the result may be an uninstantiated generic type or function. The result says whether e may stand as a
 * statement. */
ExprKind check_raw_expr(Checker *check, Target *T, Operand *x, Expr *e, Type *hint, bool allow_generic) {
  ExprKind kind = expr_dispatch(check, T, x, e, hint);
  if (!allow_generic) non_generic(check, T, x);
  pending_type(check, x);
  check_record(check, x);
  return kind;
}

/* Checks that x, of an interface type, can have dynamic type T; e is the assertion or the case. */
void check_type_assertion(Checker *check, Expr *e, Operand *x, Type *T, bool type_switch) {
  StrBuf cause = {0};
  if (!check_assertable_to(check, x->type, T, &cause)) {
    const char *es = S_expr(e), *ts = S_type(check, T), *cs = sb_cstr(&cause);
    if (type_switch)
      check_errorf(check, e, E_ImpossibleAssert,
                   "impossible type switch case: %s\n\t%s cannot have dynamic type %s %s", es,
                   S_operand(check, x), ts, cs);
    else
      check_errorf(check, e, E_ImpossibleAssert,
                   "impossible type assertion: %s\n\t%s does not implement %s %s", es, ts,
                   S_type(check, x->type), cs);
  }
  sb_free(&cause);
}

/* Checks e as a single value. */
void check_expr(Checker *check, Target *T, Operand *x, Expr *e) {
  check_raw_expr(check, T, x, e, NULL, false);
  check_exclude(check, x, NO_VALUE_MODES);
  check_single_value(check, x);
}

/* Like check_expr, but the result may be an uninstantiated function. */
void check_generic_expr(Checker *check, Operand *x, Expr *e) {
  check_raw_expr(check, NULL, x, e, NULL, true);
  check_exclude(check, x, NO_VALUE_MODES);
  check_single_value(check, x);
}

/* The operands that a value x of expression e stands for: the elements of a tuple, or x itself (copied). */
OperandList check_unpack_operand(Checker *check, Operand *x, Expr *e) {
  (void)check;
  Tuple *t = x->mode != OM_INVALID && type_is(x->type, TYPE_TUPLE) ? (Tuple *)x->type : NULL;
  OperandList list = {t ? t->n : 1, NULL};
  Operand *ops = NEW_ARRAY(&types_arena, Operand, list.n + 1);
  list.v = NEW_ARRAY(&types_arena, Operand *, list.n + 1); /* room for the second value of a comma-ok */
  if (!t) ops[0] = *x;
  for (u32 i = 0; t && i < t->n; i++)
    ops[i] = (Operand){.mode = OM_VALUE, .expr = e, .type = t->vars[i]->type};
  for (u32 i = 0; i < list.n + 1; i++) list.v[i] = &ops[i];
  return list;
}

/* Checks e and returns its value or values. With allow_comma_ok a map index, assertion or receive gives two,
 * and *comma_ok is set. After an error there is one operand of mode OM_INVALID. */
OperandList check_multi_expr(Checker *check, Expr *e, bool allow_comma_ok, bool *comma_ok) {
  Operand x = {0};
  *comma_ok = false;
  check_raw_expr(check, NULL, &x, e, NULL, false);
  check_exclude(check, &x, NO_VALUE_MODES);
  OperandList list = check_unpack_operand(check, &x, e);
  if (allow_comma_ok && (x.mode == OM_MAPINDEX || x.mode == OM_COMMAOK || x.mode == OM_COMMAERR)) {
    Type *ok_type = x.mode == OM_COMMAERR ? type_error : typ[BK_UNTYPED_BOOL];
    *list.v[1] = (Operand){.mode = OM_VALUE, .expr = e, .type = ok_type};
    list.n = 2;
    *comma_ok = true;
  }
  return list;
}

/* Checks e as an element of a composite literal with element type hint. */
void check_expr_with_hint(Checker *check, Operand *x, Expr *e, Type *hint) {
  check_raw_expr(check, NULL, x, e, hint, false);
  check_exclude(check, x, NO_VALUE_MODES);
  check_single_value(check, x);
}

/* Checks e as a value or a type, generic ones when allow_generic is set. */
void check_expr_or_type(Checker *check, Operand *x, Expr *e, bool allow_generic) {
  check_raw_expr(check, NULL, x, e, NULL, allow_generic);
  check_exclude(check, x, 1 << OM_NOVALUE);
  check_single_value(check, x);
}

/* Reports x when its mode is one of modeset (bits 1 << OM_NOVALUE, OM_BUILTIN, OM_TYPEXPR). */
void check_exclude(Checker *check, Operand *x, u32 modeset) {
  if (!(modeset & 1u << x->mode)) return;
  const char *msg;
  ErrCode code;
  switch (x->mode) {
  case OM_NOVALUE:
    msg = modeset & 1 << OM_TYPEXPR ? "used as value" : "used as value or type";
    code = E_TooManyValues;
    break;
  case OM_BUILTIN:
    msg = "must be called";
    code = E_UncalledBuiltin;
    break;
  default:
    msg = "is not an expression";
    code = E_NotAnExpr;
    break;
  }
  check_errorf(check, x->expr, code, "%s %s", S_operand(check, x), msg);
  x->mode = OM_INVALID;
}

/* Reports x when it stands for several values. */
void check_single_value(Checker *check, Operand *x) {
  if (x->mode != OM_VALUE || !type_is(x->type, TYPE_TUPLE)) return;
  check_errorf(check, x->expr, E_TooManyValues, "multiple-value %s in single-value context",
               S_operand(check, x));
  x->mode = OM_INVALID;
}

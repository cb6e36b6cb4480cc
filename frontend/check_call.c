/* check_call.c - calls, conversions written as calls, function instantiation, and expression lists.
 *
 * Arguments may be generic functions themselves: type arguments of callee and arguments are inferred
 * together, over renamed copies of their type parameters (check_arguments). Instantiations are verified at
 * the end of the statement. Follows types2/call.go; selectors are in check_selector.c. Start reading at
 * check_call_expr(). */
#include "frontend/check.h"

#define INVALID_OP "invalid operation: "

/* The type arguments that inst provides, NULL when there is no inst. False after an error. */
static bool explicit_targs(Checker *check, IndexExpr *inst, TypeList **targs, u32 *nx, Expr ***xlist) {
  *targs = NULL;
  *nx = 0;
  *xlist = NULL;
  if (!inst) return true;
  *nx = expr_list_len(inst->index);
  *xlist = expr_list_items(&inst->index);
  *targs = check_type_list(check, *nx, *xlist);
  return *targs != NULL;
}

/* Infers the type arguments of generic function x that targs leaves out, from the function type it is
 * assigned to: as if `var tvar tsig = x` were a call g(tvar) of func g[type parameters of x](function type of
 * x). NULL after an error. */
static TypeList *infer_from_target(Checker *check, Target *T, Pos pos, Operand *x, IndexExpr *inst,
                                   TypeList *targs, bool version_err) {
  Signature *sig = (Signature *)x->type;
  u32 nargs = 0;
  Operand arg, *args[1] = {&arg};
  Tuple *params = NULL;
  bool reverse = false;
  if (T && sig->tparams) {
    if (!version_err && !check_allow_version(check, GO1(21)))
      check_version_errorf_pos(check, inst ? inst->e.n.pos : pos, GO1(21),
                               "%s instantiated function in assignment", inst ? "partially" : "implicitly");
    Signature *gsig = types_new_signature_type(NULL, NULL, NULL, sig->params, sig->results, sig->variadic);
    params = types_new_tuple1(obj_new_param(operand_pos(x), check->pkg, atom_cstr(""), (Type *)gsig));
    Name *name = NEW(&types_arena, Name); /* stands for the variable in messages */
    name->e.n = (Node){N_Name, operand_pos(x)};
    name->name = atom_cstr(T->desc);
    arg = (Operand){.mode = OM_VALUE, .expr = (Expr *)name, .type = (Type *)T->sig};
    nargs = 1;
    reverse = true;
  }
  Type *params2 = NULL;
  TypeParamList *tparams = check_rename_tparams(check, pos, sig->tparams, (Type *)params, &params2);
  ErrorDesc *err = check_new_error(check, E_CannotInferTypeArgs);
  targs = check_infer(check, pos, tparams, targs, (Tuple *)params2, nargs, args, reverse, err);
  if (!targs && !err_empty(err)) err_report(err);
  return targs;
}

/* Instantiates the generic function x with the type arguments of inst and those inferred from T; one of inst
 * and T is not NULL. With infer unset and too few type arguments in inst they are returned and x stays as it
 * is. Else the result is NULL; x->mode is OM_INVALID after an error. */
TypeList *check_func_inst(Checker *check, Target *T, Pos pos, Operand *x, IndexExpr *inst, bool infer) {
  Pos err_pos = inst ? inst->e.n.pos : pos;
  if (inst) x->expr = (Expr *)inst;
  bool version_err = !check_verify_versionf_pos(check, err_pos, GO1(18), "function instantiation");

  TypeList *targs;
  u32 nx;
  Expr **xlist;
  if (!explicit_targs(check, inst, &targs, &nx, &xlist)) {
    x->mode = OM_INVALID;
    return NULL;
  }
  Signature *sig = (Signature *)x->type;
  u32 got = typelist_len(targs), want = tparams_len(sig->tparams);
  if (got > want) {
    check_errorf(check, xlist[got - 1], E_WrongTypeArgCount, "got %u type arguments but want %u", got, want);
    x->mode = OM_INVALID;
    return NULL;
  }
  if (got < want) {
    if (!infer) return targs;
    targs = infer_from_target(check, T, pos, x, inst, targs, version_err);
    if (!targs) {
      x->mode = OM_INVALID;
      return NULL;
    }
  }
  x->type = (Type *)check_instantiate_signature(check, operand_pos(x), x->expr, sig, targs, nx, xlist);
  x->mode = OM_VALUE;
  return NULL;
}

typedef struct VerifyInst {
  Pos pos;
  TypeParamList *tparams;
  TypeList *targs;
  u32 nx;
  Expr **xlist;
} VerifyInst;

static void verify_instantiation(Checker *check, void *ctx) {
  VerifyInst *v = ctx;
  StrBuf cause = {0};
  int i = check_verify(check, v->pos, v->tparams, v->targs, check_context(check), &cause);
  if (i >= 0) {
    Pos pos = (u32)i < v->nx ? ast_start_pos(v->xlist[i]) : v->pos;
    check_soft_errorf_pos(check, pos, E_InvalidTypeArg, "%s", sb_cstr(&cause));
  } else {
    mono_record_instance(&check->mono, check->pkg, v->pos, v->tparams, v->targs, v->nx, v->xlist);
  }
  sb_free(&cause);
}

/* The instance of generic signature `type` with all of targs; recorded at expr, its constraints are verified
 * later. xlist are the expressions of the first nx type arguments. */
Signature *check_instantiate_signature(Checker *check, Pos pos, Expr *expr, Signature *type, TypeList *targs,
                                       u32 nx, Expr **xlist) {
  Signature *inst = (Signature *)check_instance(check, pos, (Type *)type, targs, NULL, check_context(check));
  check_record_instance(check, expr, targs, (Type *)inst);
  VerifyInst *v = NEW(&types_arena, VerifyInst);
  *v = (VerifyInst){pos, type->tparams, targs, nx, xlist};
  check_later(check, verify_instantiation, v);
  return inst;
}

static ExprKind call_failed(Checker *check, Operand *x, CallExpr *call, bool use_args) {
  if (use_args) check_use(check, call->args.n, call->args.v);
  x->mode = OM_INVALID;
  x->expr = (Expr *)call;
  return EK_STATEMENT;
}

/* T(arg), where x is the type T. */
static ExprKind conversion_call(Checker *check, Operand *x, CallExpr *call) {
  check_non_generic(check, x);
  if (x->mode == OM_INVALID) return EK_CONVERSION;
  Type *T = x->type;
  u32 n = call->args.n;
  x->mode = OM_INVALID;
  if (n == 0) {
    check_errorf(check, call, E_WrongArgCount, "missing argument in conversion to %s", S_type(check, T));
  } else if (n > 1) {
    check_use(check, n, call->args.v);
    check_errorf(check, call->args.v[n - 1], E_WrongArgCount, "too many arguments in conversion to %s",
                 S_type(check, T));
  } else {
    check_expr(check, NULL, x, call->args.v[0]);
    Interface *t = types_is_type_param(T) ? NULL : under_interface(T);
    /* after these errors x keeps its mode and type */
    if (x->mode != OM_INVALID && t && !typeset_is_method_set(interface_type_set(t)))
      check_errorf(
          check, call, E_MisplacedConstraintIface,
          "cannot use interface %s in conversion (contains specific type constraints or is comparable)",
          S_type(check, T));
    else if (x->mode != OM_INVALID && call->has_dots)
      check_errorf(check, call->args.v[0], E_BadDotDotDotSyntax, "invalid use of ... in conversion to %s",
                   S_type(check, T));
    else if (x->mode != OM_INVALID) check_conversion(check, x, T);
  }
  x->expr = (Expr *)call;
  return EK_CONVERSION;
}

static ExprKind builtin_call(Checker *check, Operand *x, CallExpr *call) {
  BuiltinId id = x->id;
  if (!check_builtin(check, x, call, id)) x->mode = OM_INVALID;
  x->expr = (Expr *)call;
  if (x->mode != OM_INVALID && x->mode != OM_CONSTANT) check->has_call_or_recv = true;
  return predeclared_funcs[id].kind;
}

static TypeError *call_cond(void *ctx, Type *t, Type *u) {
  (void)ctx;
  return u && u->kind != TYPE_SIGNATURE ? types_type_errorf("%s is not a function", S_type(NULL, t)) : NULL;
}

static Signature *check_arguments(Checker *check, CallExpr *call, Signature *sig, TypeList *targs, u32 nx,
                                  Expr **xlist, OperandList args, TypeList **atargs);

/* Makes x the result of calling sig. */
static void call_result(Operand *x, CallExpr *call, Signature *sig, bool cgo) {
  switch (tuple_len(sig->results)) {
  case 0: x->mode = OM_NOVALUE; break;
  case 1:
    x->mode = cgo ? OM_COMMAERR : OM_VALUE;
    x->type = sig->results->vars[0]->type;
    break;
  default: x->mode = OM_VALUE; x->type = (Type *)sig->results;
  }
  x->expr = (Expr *)call;
  /* without type arguments (inference failed) the result has no proper type */
  if (x->mode == OM_VALUE && tparams_len(sig->tparams) > 0 && types_is_parameterized(sig->tparams, x->type))
    x->mode = OM_INVALID;
}

/* An ordinary call of x; inst is the function's index expression when it has explicit type arguments. */
static ExprKind function_call(Checker *check, Operand *x, CallExpr *call, IndexExpr *inst) {
  bool cgo = x->mode == OM_CGOFUNC;
  TypeError *err = NULL;
  Type *u = types_common_under(x->type, call_cond, NULL, &err);
  if (!u) {
    check_errorf(check, x->expr, E_InvalidCall, INVALID_OP "cannot call %s: %s", S_operand(check, x),
                 err->msg);
    return call_failed(check, x, call, false);
  }
  Signature *sig = (Signature *)u;
  bool was_generic = tparams_len(sig->tparams) > 0;

  TypeList *targs;
  u32 nx;
  Expr **xlist;
  if (!explicit_targs(check, inst, &targs, &nx, &xlist)) return call_failed(check, x, call, true);
  u32 got = nx, want = tparams_len(sig->tparams);
  if (got > want) {
    check_errorf(check, xlist[want], E_WrongTypeArgCount, "got %u type arguments but want %u", got, want);
    return call_failed(check, x, call, true);
  }
  if (inst && got == want && want > 0) {
    /* complete: instantiate at once, for precise types even when the arguments are wrong */
    check_verify_versionf(check, inst, GO1(18), "function instantiation");
    sig = check_instantiate_signature(check, inst->e.n.pos, (Expr *)inst, sig, targs, nx, xlist);
    targs = NULL;
    nx = 0;
  }

  TypeList **atargs;
  OperandList args = check_generic_expr_list(check, call->args.n, call->args.v, &atargs);
  sig = check_arguments(check, call, sig, targs, nx, xlist, args, atargs);
  if (was_generic && tparams_len(sig->tparams) == 0)
    check_record_type_and_value(check, call->fun, OM_VALUE, (Type *)sig, NULL);
  call_result(x, call, sig, cgo);
  check->has_call_or_recv = true;
  return EK_STATEMENT;
}

/* Checks a call, conversion or built-in call and makes x its result. */
ExprKind check_call_expr(Checker *check, Operand *x, CallExpr *call) {
  IndexExpr *inst = NULL;
  if (call->fun->n.kind == N_IndexExpr) {
    /* type arguments wait for the value arguments: inference combines them */
    if (check_index_expr(check, x, (IndexExpr *)call->fun)) inst = (IndexExpr *)call->fun;
    x->expr = call->fun;
    check_record(check, x);
  } else {
    check_expr_or_type(check, x, call->fun, true);
  }
  switch (x->mode) {
  case OM_INVALID: return call_failed(check, x, call, true);
  case OM_TYPEXPR: return conversion_call(check, x, call);
  case OM_BUILTIN: return builtin_call(check, x, call);
  default: return function_call(check, x, call, inst);
  }
}

/* Checks a list of expressions; a single one may stand for several values. */
OperandList check_expr_list(Checker *check, u32 n, Expr **elist) {
  bool comma_ok;
  if (n == 1) return check_multi_expr(check, elist[0], false, &comma_ok);
  OperandList list = {n, NEW_ARRAY(&types_arena, Operand *, n)};
  Operand *ops = NEW_ARRAY(&types_arena, Operand, n);
  for (u32 i = 0; i < n; i++) {
    list.v[i] = &ops[i];
    check_expr(check, NULL, &ops[i], elist[i]);
  }
  return list;
}

/* Checks argument e if it is an explicit function instantiation and returns true then. A partial one stays
 * generic: *targs are its type arguments. */
static bool partial_inst(Checker *check, Operand *x, Expr *e, bool infer, TypeList **targs) {
  *targs = NULL;
  if (e->n.kind != N_IndexExpr || !check_index_expr(check, x, (IndexExpr *)e)) return false;
  *targs = check_func_inst(check, NULL, operand_pos(x), x, (IndexExpr *)e, infer);
  if (*targs) x->expr = e;
  else check_record(check, x); /* the usual evaluators did not see it */
  return true;
}

/* Like check_expr_list, but operands may be uninstantiated or (with targs_list) partially instantiated
 * functions. */
OperandList check_generic_expr_list(Checker *check, u32 n, Expr **elist, TypeList ***targs_list) {
  bool infer =
      n == 0 || !check_allow_version(check, GO1(21)); /* older versions want complete instances here */
  *targs_list = n ? NEW_ARRAY(&types_arena, TypeList *, n) : NULL;
  if (n == 1) {
    Operand x = {0};
    Expr *e = elist[0];
    bool is_index = e->n.kind == N_IndexExpr;
    if (is_index && partial_inst(check, &x, e, infer, &(*targs_list)[0]))
      return check_unpack_operand(check, &x, e);
    check_raw_expr(check, NULL, &x, e, NULL, true);
    check_exclude(check, &x, 1 << OM_NOVALUE | 1 << OM_BUILTIN | 1 << OM_TYPEXPR);
    return check_unpack_operand(check, &x, e);
  }
  OperandList list = {n, NEW_ARRAY(&types_arena, Operand *, n)};
  Operand *ops = NEW_ARRAY(&types_arena, Operand, n);
  for (u32 i = 0; i < n; i++) {
    list.v[i] = &ops[i];
    if (!partial_inst(check, &ops[i], elist[i], infer, &(*targs_list)[i]))
      check_generic_expr(check, &ops[i], elist[i]);
  }
  return list;
}

/* ---- arguments ---- */

/* The parameters of sig as its call sees them: one per argument for the ... parameter. *npars is their number
 * (one less than sig's when the ... arguments are missing and others too). False (reported) when ... is
 * misused. */
static bool call_params(Checker *check, CallExpr *call, Signature *sig, u32 nargs, Tuple **params,
                        u32 *npars) {
  *params = sig->params;
  *npars = tuple_len(sig->params);
  if (!sig->variadic) {
    if (call->has_dots)
      check_errorf(check, call, E_NonVariadicDotDotDot, "cannot use ... in call to non-variadic %s",
                   S_expr(call->fun));
    return !call->has_dots;
  }
  if (call->has_dots) {
    if (call->args.n != 1 || nargs <= 1) return true;
    check_errorf(check, call, E_InvalidDotDotDot, "cannot use ... with %u-valued %s", nargs,
                 S_expr(call->args.v[0]));
    return false;
  }
  if (nargs + 1 < *npars) {
    --*npars; /* for the message */
    return true;
  }
  Object **vars = NEW_ARRAY(&types_arena, Object *, nargs + *npars);
  Object *last = sig->params->vars[*npars - 1];
  Type *elem = ((Slice *)last->type)->elem;
  u32 n = *npars - 1;
  for (u32 i = 0; i < n; i++) vars[i] = sig->params->vars[i];
  while (n < nargs) vars[n++] = obj_new_param(last->pos, last->pkg, last->name, elem);
  *params = n ? type_new_tuple(vars, n) : NULL;
  *npars = nargs;
  return true;
}

static void argument_count_error(Checker *check, CallExpr *call, Signature *sig, OperandList args,
                                 u32 npars) {
  const void *at = call;
  const char *qualifier = "not enough";
  if (args.n > npars) {
    at = args.v[npars]->expr; /* the first extra argument */
    qualifier = "too many";
  } else if (args.n > 0) {
    at = args.v[args.n - 1]->expr; /* the last argument */
  }
  TypeList *have = types_operand_types(args.n, args.v);
  TypeList *want = sig->params ? types_var_types(sig->params->n, sig->params->vars) : NULL;
  ErrorDesc *err = check_new_error(check, E_WrongArgCount);
  err_addf(err, at, "%s arguments in call to %s", qualifier, S_expr(call->fun));
  err_addf_pos(err, (Pos){0}, "have %s", check_types_summary(check, have, false, call->has_dots));
  err_addf_pos(err, (Pos){0}, "want %s", check_types_summary(check, want, sig->variadic, false));
  err_report(err);
}

/* Type parameters of callee and generic arguments, with the type arguments known so far (NULL where not). */
typedef struct InferList {
  TypeParamVec tparams;
  TypeVec targs;
  VEC(u32) generic_args; /* indices of the generic arguments */
} InferList;

static void infer_list_add(InferList *l, TypeParamList *tparams, TypeList *targs) {
  for (u32 i = 0; i < tparams->n; i++) {
    VEC_PUSH(&types_arena, &l->tparams, tparams->v[i]);
    VEC_PUSH(&types_arena, &l->targs, i < typelist_len(targs) ? targs->v[i] : NULL);
  }
}

/* Renames the type parameters of the callee, with *params along. */
static void add_callee(Checker *check, CallExpr *call, Signature *sig, TypeList *targs, Tuple **params,
                       InferList *l) {
  if (!check_allow_version(check, GO1(18))) {
    if (call->fun->n.kind == N_IndexExpr)
      check_version_errorf(check, call->fun, GO1(18), "function instantiation");
    else check_version_errorf(check, call, GO1(18), "implicit function instantiation");
  }
  Type *renamed = NULL;
  TypeParamList *tparams =
      check_rename_tparams(check, call->e.n.pos, sig->tparams, (Type *)*params, &renamed);
  *params = (Tuple *)renamed;
  infer_list_add(l, tparams, targs);
}

/* Gives each generic function argument type parameters of its own, as f(g, g) needs them. */
static void add_generic_args(Checker *check, CallExpr *call, OperandList args, TypeList **atargs,
                             InferList *l) {
  for (u32 i = 0; i < args.n; i++) {
    Operand *arg = args.v[i];
    if (!type_is(arg->type, TYPE_SIGNATURE) || !((Signature *)arg->type)->tparams) continue;
    Signature *asig = NEW(&types_arena, Signature);
    *asig = *(Signature *)arg->type; /* the function object keeps its type */
    Type *renamed = NULL;
    TypeParamList *tparams =
        check_rename_tparams(check, call->e.n.pos, asig->tparams, (Type *)asig, &renamed);
    asig = (Signature *)renamed;
    asig->tparams = tparams;
    arg->type = renamed;
    infer_list_add(l, tparams, atargs && i < call->args.n ? atargs[i] : NULL);
    VEC_PUSH(&types_arena, &l->generic_args, i);
  }
}

static TypeList *sublist(TypeList *l, u32 from, u32 to) {
  return types_new_type_list(to - from, l->v + from);
}

/* Instantiates the generic arguments with targs[j:]. */
static void instantiate_args(Checker *check, CallExpr *call, OperandList args, InferList *l, TypeList *targs,
                             u32 j) {
  for (u32 i = 0; i < l->generic_args.n; i++) {
    Operand *arg = args.v[l->generic_args.v[i]];
    Signature *asig = (Signature *)arg->type;
    u32 k = j + tparams_len(asig->tparams);
    arg->type = (Type *)check_instantiate_signature(check, call->e.n.pos, arg->expr, asig,
                                                    sublist(targs, j, k), 0, NULL);
    check_record(check, arg);
    j = k;
  }
}

/* Infers the type arguments in l and instantiates callee *sig (with *params) and arguments; false after an
 * error. */
static bool infer_call(Checker *check, CallExpr *call, Signature **sig, Tuple **params, u32 nx, Expr **xlist,
                       OperandList args, InferList *l) {
  u32 n = tparams_len((*sig)->tparams);
  TypeParamList *tparams = NEW(&types_arena, TypeParamList);
  *tparams = (TypeParamList){l->tparams.n, l->tparams.v};
  TypeList known = {l->targs.n, l->targs.v};
  ErrorDesc *err = check_new_error(check, E_CannotInferTypeArgs);
  TypeList *targs = check_infer(check, call->e.n.pos, tparams, &known, *params, args.n, args.v, false, err);
  if (!targs) {
    if (!err_empty(err))
      check_errorf_pos(check, err_pos(err), E_CannotInferTypeArgs, "in call to %s, %s", S_expr(call->fun),
                       err_msg(err));
    return false;
  }
  if (n > 0) {
    Signature *rsig =
        check_instantiate_signature(check, call->e.n.pos, call->fun, *sig, sublist(targs, 0, n), nx, xlist);
    if ((*sig)->variadic && !call->has_dots) { /* the parameter list was adjusted to the arguments */
      TypeParamList *callee = NEW(&types_arena, TypeParamList);
      *callee = (TypeParamList){n, tparams->v};
      SubstMap smap = types_make_subst_map(callee, sublist(targs, 0, n));
      *params = (Tuple *)check_subst(check, call->e.n.pos, (Type *)*params, smap, NULL, check_context(check));
    } else {
      *params = rsig->params;
    }
    *sig = rsig;
  }
  instantiate_args(check, call, args, l, targs, n);
  return true;
}

/* Checks the arguments of a call of sig. targs (with their expressions) are the explicit type arguments of
 * the callee, atargs[i] those of argument i when it is a partially instantiated function. The result is the
 * instantiated signature, or sig as it was after an error. */
static Signature *check_arguments(Checker *check, CallExpr *call, Signature *sig, TypeList *targs, u32 nx,
                                  Expr **xlist, OperandList args, TypeList **atargs) {
  Signature *rsig = sig;
  Tuple *params;
  u32 npars;
  if (!call_params(check, call, sig, args.n, &params, &npars)) return rsig;
  if (args.n != npars) {
    argument_count_error(check, call, sig, args, npars);
    return rsig;
  }
  InferList l = {0};
  if (tparams_len(sig->tparams) > 0) add_callee(check, call, sig, targs, &params, &l);
  add_generic_args(check, call, args, atargs, &l);
  if (l.generic_args.n > 0)
    check_verify_versionf(check, args.v[l.generic_args.v[0]]->expr, GO1(21),
                          "implicitly instantiated function as argument");
  if (l.tparams.n > 0 && !infer_call(check, call, &rsig, &params, nx, xlist, args, &l)) return sig;

  if (args.n == 0) return rsig;
  const char *context = NULL;
  for (u32 i = 0; i < args.n; i++) {
    if (!context) context = S_printf("argument to %s", S_expr(call->fun));
    check_assignment(check, args.v[i], params->vars[i]->type, context);
  }
  return rsig;
}

/* Checks the arguments of a call of the built-in append as those of a function with signature sig. */
void check_append_arguments(Checker *check, CallExpr *call, Signature *sig, OperandList args) {
  check_arguments(check, call, sig, NULL, 0, NULL, args, NULL);
}

/* ---- using expressions for their errors and uses only ---- */

static bool use_n(Checker *check, u32 n, Expr **args, bool lhs) {
  bool ok = true;
  for (u32 i = 0; i < n; i++) ok &= check_use1(check, args[i], lhs);
  return ok;
}

/* Checks the expressions (NULL ones are skipped) so that errors in them are reported and variables count as
 * used; reports whether all were right. */
bool check_use(Checker *check, u32 n, Expr **args) { return use_n(check, n, args, false); }

/* Like check_use, for the left-hand sides of an assignment: identifiers there are not used. */
bool check_use_lhs(Checker *check, u32 n, Expr **args) { return use_n(check, n, args, true); }

bool check_use1(Checker *check, Expr *e, bool lhs) {
  if (!e) return true;
  Operand x = {.mode = OM_VALUE};
  Expr *inner = ast_unparen(e);
  if (inner->n.kind == N_ListExpr)
    return use_n(check, ((ListExpr *)inner)->elems.n, ((ListExpr *)inner)->elems.v, lhs);
  if (inner->n.kind != N_Name) {
    check_raw_expr(check, NULL, &x, e, NULL, true);
    return x.mode != OM_INVALID;
  }
  Name *n = (Name *)inner;
  if (atom_is(n->name, "_")) return true;
  Object *v = lhs ? check_lhs_ident_var(check, n) : NULL;
  bool v_used = v && v->used;
  check_expr_or_type(check, &x, inner, true);
  if (v) v->used = v_used;
  return x.mode != OM_INVALID;
}

/* check_stmt.c - statements and function bodies.
 *
 * Scopes open and close with the statement that owns them; function literals met in a statement are checked
 * when the statement is done (check_process_delayed), before names declared later could be seen. Misplaced
 * break, continue, goto, fallthrough and labels were reported by the branch check after parsing. Follows
 * types2/stmt.go. Start reading at check_function_body() and check_stmt(). */
#include "frontend/check.h"
#include "frontend/check_constmap.h"
#include <stdlib.h>

/* Checks body as that of a function with signature sig. decl is the package-level declaration it belongs to
 * (for dependencies; may be NULL), iota the constant iota around a function literal, or NULL. */
void check_function_body(Checker *check, DeclInfo *decl, const char *name, Signature *sig, BlockStmt *body,
                         const Const *iota) {
  (void)name;
  Environment saved = check->env;
  check->env =
      (Environment){.decl = decl, .scope = sig->scope, .version = saved.version, .iota = iota, .sig = sig};

  check_stmt_list(check, &body->list);
  if (tuple_len(sig->results) > 0 && !check_is_terminating(check, (Stmt *)body, NULL))
    check_error_pos(check, body->rbrace, E_MissingReturn, "missing return");
  if (!check->conf.disable_unused_check) check_usage(check, sig->scope);

  if (check->is_panic) ptrmap_free(check->is_panic);
  check->env = saved;
}

static int cmp_var_pos(const void *a, const void *b) {
  return pos_cmp((*(Object *const *)a)->pos, (*(Object *const *)b)->pos);
}

/* Reports the unused variables of scope and of the blocks in it; function literals report their own. */
void check_usage(Checker *check, Scope *scope) {
  ObjectVec unused = {0};
  for (u32 i = 0; i < scope->elems.n; i++) {
    Object *v = scope->elems.entries[i].key ? scope->elems.entries[i].val : NULL;
    if (!v || v->kind != OBJ_VAR || v->used) continue;
    if (v->varkind == VAR_RECV || v->varkind == VAR_PARAM || v->varkind == VAR_RESULT) continue;
    VEC_PUSH(&types_arena, &unused, v);
  }
  if (unused.n > 1) qsort(unused.v, unused.n, sizeof(unused.v[0]), cmp_var_pos);
  for (u32 i = 0; i < unused.n; i++)
    check_soft_errorf_pos(check, unused.v[i]->pos, E_UnusedVar, "declared and not used: %s",
                          unused.v[i]->name->s);
  for (Scope *s = scope->first_child; s; s = s->next_sibling)
    if (!s->is_func) check_usage(check, s);
}

void check_simple_stmt(Checker *check, Stmt *s) {
  if (s) check_stmt(check, s);
}

void check_stmt_list(Checker *check, const StmtList *list) {
  for (u32 i = 0; i < list->n; i++) check_stmt(check, list->v[i]);
}

static void multiple_defaults_error(Checker *check, const void *at, Pos first) {
  RelPos p = pos_rel(first);
  check_errorf(check, at, E_DuplicateDefault, "multiple defaults (first at %s:%u:%u)",
               p.filename ? p.filename->s : "", p.line, p.col);
}

static void multiple_switch_defaults(Checker *check, const SwitchStmt *s) {
  const CaseClause *first = NULL;
  for (u32 i = 0; i < s->body.n; i++) {
    const CaseClause *c = s->body.v[i];
    if (c->cases) continue;
    if (first) multiple_defaults_error(check, c, first->n.pos);
    else first = c;
  }
}

static void multiple_select_defaults(Checker *check, const SelectStmt *s) {
  const CommClause *first = NULL;
  for (u32 i = 0; i < s->body.n; i++) {
    const CommClause *c = s->body.v[i];
    if (c->comm) continue;
    if (first) multiple_defaults_error(check, c, first->n.pos);
    else first = c;
  }
}

/* Opens a scope for node in the current one. */
void check_open_scope(Checker *check, void *node) {
  Scope *scope = scope_new(check->scope, ((Node *)node)->pos, ast_end_pos(node));
  check_record_scope(check, node, scope);
  check->scope = scope;
}

void check_close_scope(Checker *check) { check->scope = check->scope->parent; }

static void suspended_call(Checker *check, const char *keyword, Expr *call) {
  int code = strcmp(keyword, "go") == 0 ? E_InvalidGo : E_InvalidDefer;
  if (call->n.kind != N_CallExpr) {
    check_errorf(check, call, code, "expression in %s must be function call", keyword);
    check_use(check, 1, &call);
    return;
  }
  Operand x = {0};
  const char *msg = NULL;
  switch (check_raw_expr(check, NULL, &x, call, NULL, false)) {
  case EK_CONVERSION: msg = "requires function call, not conversion"; break;
  case EK_EXPRESSION:
    msg = "discards result of";
    code = E_UnusedResults;
    break;
  case EK_STATEMENT: return;
  }
  check_errorf(check, x.expr, code, "%s %s %s", keyword, msg, S_operand(check, &x));
}

/* Checks the values of one case clause against the switch operand x and against the values seen before. */
static void case_values(Checker *check, Operand *x, Expr *cases, ConstMap *seen) {
  for (u32 i = 0; i < expr_list_len(cases); i++) {
    Operand v = {0};
    check_expr(check, NULL, &v, expr_list_at(cases, i));
    if (x->mode == OM_INVALID || v.mode == OM_INVALID) continue;
    check_convert_untyped(check, &v, x->type);
    if (v.mode == OM_INVALID) continue;
    /* v is compared against x, in this order, so that errors are placed at the case */
    Operand res = v;
    check_comparison(check, &res, x, OP_EQL, true);
    if (res.mode == OM_INVALID || v.mode != OM_CONSTANT) continue;
    ConstKey key;
    if (!constkey_case(&key, v.val)) continue;
    const ConstMapEntry *dup = constmap_find(seen, key);
    while (dup && !types_identical(v.type, dup->type)) dup = constmap_next(seen, dup);
    if (dup) {
      ErrorDesc *err = check_new_error(check, E_DuplicateCase);
      err_addf(err, v.expr, "duplicate case %s in expression switch", S_operand(check, &v));
      err_addf_pos(err, dup->pos, "previous case");
      err_report(err);
      continue;
    }
    constmap_add(seen, key, v.type, v.expr->n.pos);
  }
}

/* Whether e denotes the predeclared nil, which stands for a type in a type switch. */
static bool is_nil_expr(Checker *check, Expr *e) {
  e = ast_unparen(e);
  if (e->n.kind != N_Name) return false;
  Object *obj = check_lookup(check, ((Name *)e)->name);
  return obj && obj->kind == OBJ_NIL;
}

typedef struct SeenType {
  Type *type; /* NULL: nil */
  Expr *expr;
} SeenType;
typedef VEC(SeenType) SeenTypes;

/* Checks the types of one clause of a type switch on x (NULL: invalid) and returns the type that the symbolic
 * variable has in the clause. */
static Type *case_types(Checker *check, Operand *x, Expr *types, SeenTypes *seen) {
  Type *T = NULL;
  u32 n = expr_list_len(types);
  for (u32 i = 0; i < n; i++) {
    Expr *e = expr_list_at(types, i);
    if (is_nil_expr(check, e)) {
      Operand dummy = {0};
      T = NULL;
      check_expr(check, NULL, &dummy, e); /* records the type of nil */
    } else {
      T = check_var_type(check, e);
      if (!types_is_valid(T)) continue;
    }
    Expr *other = NULL;
    for (u32 j = 0; j < seen->n && !other; j++) {
      Type *t = seen->v[j].type;
      if ((!T && !t) || (T && t && types_identical(T, t))) other = seen->v[j].expr;
    }
    if (other) {
      ErrorDesc *err = check_new_error(check, E_DuplicateCase);
      err_addf(err, e, "duplicate case %s in type switch", T ? S_type(check, T) : "nil");
      err_addf(err, other, "previous case");
      err_report(err);
      continue;
    }
    VEC_PUSH(&types_arena, seen, (SeenType){T, e});
    if (x && T) check_type_assertion(check, e, x, T, true);
  }
  if (n != 1 || !T) T = x ? x->type : typ[BK_INVALID];
  return T;
}

static void expr_stmt(Checker *check, ExprStmt *s) {
  Operand x = {0};
  ExprKind kind = check_raw_expr(check, NULL, &x, s->x, NULL, false);
  const char *msg;
  int code;
  switch (x.mode) {
  case OM_BUILTIN:
    msg = "must be called";
    code = E_UncalledBuiltin;
    break;
  case OM_TYPEXPR:
    msg = "is not an expression";
    code = E_NotAnExpr;
    break;
  default:
    if (kind == EK_STATEMENT) return;
    msg = "is not used";
    code = E_UnusedExpr;
    break;
  }
  check_errorf(check, x.expr, code, "%s %s", S_operand(check, &x), msg);
}

static void send_stmt(Checker *check, SendStmt *s) {
  Operand ch = {0}, val = {0};
  check_expr(check, NULL, &ch, s->chan);
  check_expr(check, NULL, &val, s->value);
  if (ch.mode == OM_INVALID || val.mode == OM_INVALID) return;
  Type *elem = check_chan_elem(check, s, &ch, false);
  if (elem) check_assignment(check, &val, elem, "send");
}

static void inc_dec_stmt(Checker *check, AssignStmt *s) {
  Operand x = {0};
  check_expr(check, NULL, &x, s->lhs);
  if (x.mode == OM_INVALID) return;
  if (!types_all_numeric(x.type)) {
    const char *op = op_string(s->op);
    check_errorf(check, s->lhs, E_NonNumericIncDec, "invalid operation: %s%s%s (non-numeric type %s)",
                 S_expr(s->lhs), op, op, S_type(check, x.type));
    return;
  }
  check_assign_var(check, s->lhs, NULL, &x, "assignment");
}

static void assign_stmt(Checker *check, AssignStmt *s) {
  if (!s->rhs) {
    inc_dec_stmt(check, s);
    return;
  }
  u32 nlhs = expr_list_len(s->lhs), nrhs = expr_list_len(s->rhs);
  Expr **lhs = expr_list_items(&s->lhs), **rhs = expr_list_items(&s->rhs);
  if (s->op == OP_NONE) {
    check_assign_vars(check, nlhs, lhs, nrhs, rhs);
  } else if (s->op == OP_DEF) {
    check_short_var_decl(check, s, nlhs, lhs, nrhs, rhs);
  } else if (nlhs != 1 || nrhs != 1) {
    check_errorf(check, s, E_MultiValAssignOp, "assignment operation %s requires single-valued expressions",
                 op_string(s->op));
  } else {
    Operand x = {0};
    check_binary(check, &x, NULL, lhs[0], rhs[0], s->op);
    check_assign_var(check, lhs[0], NULL, &x, "assignment");
  }
}

static void return_stmt(Checker *check, ReturnStmt *s) {
  Tuple *res = check->sig->results;
  u32 nres = tuple_len(res), n = expr_list_len(s->results);
  if (n > 0 || nres == 0 || !res->vars[0]->name->len) {
    check_init_vars(check, nres, nres ? res->vars : NULL, n, n ? expr_list_items(&s->results) : NULL,
                    (Stmt *)s);
    return;
  }
  /* implicit results: none of their names may be shadowed here */
  for (u32 i = 0; i < nres; i++) {
    Object *obj = res->vars[i];
    Object *alt = check_lookup(check, obj->name);
    if (!alt || alt == obj) continue;
    ErrorDesc *err = check_new_error(check, E_OutOfScopeResult);
    err_addf(err, s, "result parameter %s not in scope at return", obj->name->s);
    err_addf_pos(err, alt->pos, "inner declaration of %s", S_obj(check, obj));
    err_report(err);
  }
}

static void if_stmt(Checker *check, IfStmt *s) {
  check_open_scope(check, s);
  check_simple_stmt(check, s->init);
  Operand x = {0};
  check_expr(check, NULL, &x, s->cond);
  if (x.mode != OM_INVALID && !types_all_boolean(x.type))
    check_error(check, s->cond, E_InvalidCond, "non-boolean condition in if statement");
  check_stmt(check, (Stmt *)s->then);
  if (s->els) check_stmt(check, s->els);
  check_close_scope(check);
}

static void expr_switch_stmt(Checker *check, SwitchStmt *s) {
  Operand x = {0};
  if (s->tag) {
    check_expr(check, NULL, &x, s->tag);
    /* as if the tag were assigned to a temporary, which is what happens */
    check_assignment(check, &x, NULL, "switch expression");
    if (x.mode != OM_INVALID && !type_comparable_(x.type) && !types_has_nil(x.type)) {
      check_errorf(check, x.expr, E_InvalidExprSwitch, "cannot switch on %s (%s is not comparable)",
                   S_operand(check, &x), S_type(check, x.type));
      x.mode = OM_INVALID;
    }
  } else {
    /* a missing tag is the constant true */
    Name *name = NEW(&types_arena, Name);
    name->e.n.kind = N_Name;
    name->e.n.pos = s->body.n ? s->body.v[0]->n.pos : s->rbrace;
    name->name = atom_cstr("true");
    x.mode = OM_CONSTANT;
    x.type = typ[BK_BOOL];
    x.val = const_make_bool(true);
    x.expr = (Expr *)name;
  }

  multiple_switch_defaults(check, s);
  ConstMap seen = {0};
  for (u32 i = 0; i < s->body.n; i++) {
    CaseClause *clause = s->body.v[i];
    case_values(check, &x, clause->cases, &seen);
    check_open_scope(check, clause);
    check_stmt_list(check, &clause->body);
    check_close_scope(check);
  }
  constmap_free(&seen);
}

/* Checks the expression of a type switch guard; false when it is no interface value (reported). */
static bool type_switch_operand(Checker *check, Operand *x, Expr *e) {
  check_expr(check, NULL, x, e);
  if (x->mode == OM_INVALID) return false;
  if (types_is_type_param(x->type)) {
    check_errorf(check, x->expr, E_InvalidTypeSwitch, "cannot use type switch on type parameter value %s",
                 S_operand(check, x));
    return false;
  }
  if (type_is_interface(x->type)) return true;
  check_errorf(check, x->expr, E_InvalidTypeSwitch, "%s is not an interface", S_operand(check, x));
  return false;
}

static void type_switch_stmt(Checker *check, SwitchStmt *s, TypeSwitchGuard *guard) {
  Name *lhs = guard->lhs;
  if (lhs && atom_is(lhs->name, "_")) {
    check_soft_errorf(check, lhs, E_NoNewVar, "no new variable on left side of :=");
    lhs = NULL;
  } else if (lhs) {
    check_record_def(check, lhs, NULL); /* each clause declares its own variable */
  }
  Operand x = {0};
  Operand *sx = type_switch_operand(check, &x, guard->x) ? &x : NULL;
  multiple_switch_defaults(check, s);

  ObjectVec lhs_vars = {0};
  SeenTypes seen = {0};
  for (u32 i = 0; i < s->body.n; i++) {
    CaseClause *clause = s->body.v[i];
    Type *T = case_types(check, sx, clause->cases, &seen);
    check_open_scope(check, clause);
    if (lhs) {
      Object *obj = obj_new_var(lhs->e.n.pos, check->pkg, lhs->name, T, VAR_LOCAL);
      check_declare(check, check->scope, NULL, obj, clause->colon);
      check_record_implicit(check, clause, obj);
      VEC_PUSH(&types_arena, &lhs_vars, obj);
    }
    check_stmt_list(check, &clause->body);
    check_close_scope(check);
  }
  if (!lhs) return;
  /* the clauses' variables act as one: a use of any of them will do */
  bool used = false;
  for (u32 i = 0; i < lhs_vars.n; i++) {
    used |= lhs_vars.v[i]->used;
    lhs_vars.v[i]->used = true;
  }
  if (!used) check_soft_errorf(check, lhs, E_UnusedVar, "%s declared and not used", lhs->name->s);
}

static void switch_stmt(Checker *check, SwitchStmt *s) {
  check_open_scope(check, s);
  check_simple_stmt(check, s->init);
  if (s->tag && s->tag->n.kind == N_TypeSwitchGuard) type_switch_stmt(check, s, (TypeSwitchGuard *)s->tag);
  else expr_switch_stmt(check, s);
  check_close_scope(check);
}

/* Whether s may stand in a select case: a send, or a receive with or without assignment. */
static bool is_comm_stmt(Stmt *s) {
  Expr *rhs = NULL;
  if (!s || s->n.kind == N_SendStmt) return true;
  if (s->n.kind == N_AssignStmt) rhs = ((AssignStmt *)s)->rhs;
  else if (s->n.kind == N_ExprStmt) rhs = ((ExprStmt *)s)->x;
  if (!rhs || rhs->n.kind == N_ListExpr) return false;
  Operation *op = (Operation *)ast_unparen(rhs);
  return op->e.n.kind == N_Operation && !op->y && op->op == OP_RECV;
}

static void select_stmt(Checker *check, SelectStmt *s) {
  multiple_select_defaults(check, s);
  for (u32 i = 0; i < s->body.n; i++) {
    CommClause *clause = s->body.v[i];
    if (!is_comm_stmt(clause->comm)) {
      check_error(check, clause->comm, E_InvalidSelectCase,
                  "select case must be send or receive (possibly with assignment)");
      continue;
    }
    check_open_scope(check, clause);
    check_simple_stmt(check, clause->comm);
    check_stmt_list(check, &clause->body);
    check_close_scope(check);
  }
}

static void for_stmt(Checker *check, ForStmt *s) {
  if (s->init && s->init->n.kind == N_RangeClause) {
    check_range_stmt(check, s, (RangeClause *)s->init);
    return;
  }
  check_open_scope(check, s);
  check_simple_stmt(check, s->init);
  if (s->cond) {
    Operand x = {0};
    check_expr(check, NULL, &x, s->cond);
    if (x.mode != OM_INVALID && !types_all_boolean(x.type))
      check_error(check, s->cond, E_InvalidCond, "non-boolean condition in for statement");
  }
  check_simple_stmt(check, s->post);
  if (s->post && s->post->n.kind == N_AssignStmt && ((AssignStmt *)s->post)->op == OP_DEF)
    check_use(check, 1, &((AssignStmt *)s->post)->lhs); /* the parser has reported the declaration */
  check_stmt(check, (Stmt *)s->body);
  check_close_scope(check);
}

static void stmt_internal(Checker *check, Stmt *s) {
  switch (s->n.kind) {
  case N_EmptyStmt: break;
  case N_BranchStmt: /* checked after parsing */ break;
  case N_DeclStmt: check_decl_stmt(check, ((DeclStmt *)s)->list.n, ((DeclStmt *)s)->list.v); break;
  case N_LabeledStmt: check_stmt(check, ((LabeledStmt *)s)->stmt); break;
  case N_ExprStmt: expr_stmt(check, (ExprStmt *)s); break;
  case N_SendStmt: send_stmt(check, (SendStmt *)s); break;
  case N_AssignStmt: assign_stmt(check, (AssignStmt *)s); break;
  case N_CallStmt:
    suspended_call(check, ((CallStmt *)s)->tok == CALL_DEFER ? "defer" : "go", ((CallStmt *)s)->call);
    break;
  case N_ReturnStmt: return_stmt(check, (ReturnStmt *)s); break;
  case N_BlockStmt:
    check_open_scope(check, s);
    check_stmt_list(check, &((BlockStmt *)s)->list);
    check_close_scope(check);
    break;
  case N_IfStmt: if_stmt(check, (IfStmt *)s); break;
  case N_SwitchStmt: switch_stmt(check, (SwitchStmt *)s); break;
  case N_SelectStmt: select_stmt(check, (SelectStmt *)s); break;
  case N_ForStmt: for_stmt(check, (ForStmt *)s); break;
  default: check_error(check, s, E_InvalidSyntaxTree, "invalid statement");
  }
}

/* Checks statement s and the function literals in it. */
void check_stmt(Checker *check, Stmt *s) {
  u32 top = check->delayed.n;
  stmt_internal(check, s);
  check_process_delayed(check, top);
}

/* lower_stmt.c - statements: declarations, assignments, if, for, labels, return.
 *
 * Assignments: a single one evaluates the right side first unless the left contains calls, as gc orders them;
 * in tuple assignments the operands of index expressions and indirections on the left are evaluated first
 * (into fn->memo), then the right side, then the stores are made from left to right. Not here: switch
 * (lower_switch.c), range (lower_stmt_range.c), select (lower_select.c). */
#include "frontend/lower_priv.h"

void lower_stmts(Fn *fn, StmtList *list) {
  for (u32 i = 0; i < list->n; i++) lower_stmt(fn, list->v[i]);
}

void lower_block(Fn *fn, BlockStmt *b) { lower_stmts(fn, &b->list); }

/* ---- assignments ---- */
bool is_blank_expr(const Expr *e) { return e->n.kind == N_Name && atom_is(((const Name *)e)->name, "_"); }

/* The type that a value assigned to lhs must have: NULL for the blank identifier. */
Type *lhs_type(Fn *fn, Expr *lhs) {
  lhs = ast_unparen(lhs);
  if (is_blank_expr(lhs)) return NULL;
  if (lhs->n.kind == N_Name) return fn_type(fn, ((Name *)lhs)->obj->type);
  return expr_type(fn, lhs);
}

void lower_assign_to(Fn *fn, Expr *lhs, IrValue *v, Type *vt, bool def) {
  lhs = ast_unparen(lhs);
  if (is_blank_expr(lhs)) return;
  if (def && defines_name(lhs)) {
    Object *o = ((Name *)lhs)->obj;
    set_pos(fn, lhs);
    var_declare_init(fn, o, convert_implicit(fn, v, vt, fn_type(fn, o->type)));
    return;
  }
  v = convert_implicit(fn, v, vt, lhs_type(fn, lhs));
  Place p = place_of(fn, lhs);
  set_pos(fn, lhs);
  place_store(fn, p, v);
}

/* x := T{...}: the literal is built in x's own storage. */
static bool declare_literal(Fn *fn, Object *o, Expr *rhs) {
  rhs = ast_unparen(rhs);
  const Layout *ly = fn_layout(fn, o->type);
  if (rhs->n.kind != N_CompositeLit || ly->vc != VC_AGG || !types_identical(ly->type, expr_type(fn, rhs)))
    return false;
  if (!var_boxed(fn, o, ly) && ly->shape.nslots <= 8) return false;
  Binding *b = var_declare(fn, o);
  complit_fill(fn, (CompositeLit *)rhs, place_of_obj(fn, o), b->kind == BIND_BOX);
  return true;
}

static void declare_var_from(Fn *fn, Object *o, Expr *rhs) {
  if (declare_literal(fn, o, rhs)) return;
  const Layout *ly = fn_layout(fn, o->type);
  if (is_big_copy(fn, rhs, ly->type)) {
    var_declare(fn, o);
    Place p = place_of_obj(fn, o);
    if (copy_big(fn, &p, rhs, ly->type)) return;
  }
  var_declare_init(fn, o, lower_expr_to(fn, rhs, fn_type(fn, o->type)));
}

/* _ = e: evaluated for its effects and panics, without copying large values. */
static void discard(Fn *fn, Expr *e) {
  e = ast_unparen(e);
  if (expr_is_nil(e) || e->n.kind == N_Name) return;
  if (!e->val && e->type->kind != TYPE_TUPLE && expr_layout(fn, e)->vc == VC_AGG && is_placeable(fn, e)) {
    Place p = place_of(fn, e);
    if (p.kind == PL_MEM || p.kind == PL_SLICE) op1(fn, BC_NILCHK, &ir_shape_none, place_addr(fn, p));
    return;
  }
  lower_effect(fn, e);
}

static void assign_single(Fn *fn, Expr *lhs, Expr *rhs, bool def) {
  lhs = ast_unparen(lhs);
  if (is_blank_expr(lhs)) {
    discard(fn, rhs);
    return;
  }
  if (def && defines_name(lhs)) {
    declare_var_from(fn, ((Name *)lhs)->obj, rhs);
    return;
  }
  u32 memo = fn->memo.n;
  if (has_call(fn, lhs)) snapshot_place(fn, lhs);
  Type *t = lhs_type(fn, lhs);
  if (is_big_copy(fn, rhs, t)) {
    Place p = place_of(fn, lhs);
    if (p.kind != PL_MAP && copy_big(fn, &p, rhs, t)) {
      fn->memo.n = memo;
      return;
    }
  }
  IrValue *v = lower_expr_to(fn, rhs, t);
  Place p = place_of(fn, lhs);
  set_pos(fn, lhs);
  place_store(fn, p, v);
  fn->memo.n = memo;
}

static void assign_many(Fn *fn, Expr *lhs, Expr *rhs, bool def) {
  u32 n = expr_list_len(lhs), memo = fn->memo.n;
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, n);
  for (u32 i = 0; i < n; i++) {
    Expr *e = expr_list_at(lhs, i);
    types[i] = lhs_type(fn, e);
    if (!def) snapshot_place(fn, e);
  }
  bool pairs = expr_list_len(rhs) == n;
  for (u32 i = 0; pairs && i < n; i++) { /* nil and constants given to _ have no value to keep */
    Expr *e = expr_list_at(rhs, i);
    if (types[i]) vals[i] = lower_expr_to(fn, e, types[i]);
    else discard(fn, e);
  }
  if (!pairs) lower_multi(fn, rhs, n, types, vals);
  for (u32 i = 0; i < n; i++)
    if (types[i]) lower_assign_to(fn, expr_list_at(lhs, i), vals[i], types[i], def);
  fn->memo.n = memo;
}

static IrValue *one_of(Fn *fn, Type *t) { return const_value(fn, const_make_int64(1), t); }

/* x op= y; y NULL: x++ and x-- */
static void assign_op(Fn *fn, AssignStmt *s) {
  Expr *lhs = ast_unparen(s->lhs);
  u32 memo = fn->memo.n;
  Type *t = lhs_type(fn, lhs);
  const Layout *ly = lower_layout(fn->lw, t);
  snapshot_place(fn, lhs);
  IrValue *y = NULL;
  bool late = s->rhs && has_call(fn, s->rhs);
  if (late) y = lower_expr(fn, s->rhs);
  Place p = place_of(fn, lhs);
  set_pos(fn, s);
  IrValue *x = place_load(fn, p);
  IrValue *v;
  if (!s->rhs && ly->vc == VC_INT) {
    v = add_const(fn, ly, x, s->op == OP_SUB ? -1 : 1);
  } else {
    if (!y) y = s->rhs ? lower_expr(fn, s->rhs) : one_of(fn, t);
    set_pos(fn, s);
    v = lower_binary(fn, s->op, t, x, y, s->rhs ? expr_type(fn, s->rhs) : t, s->rhs);
  }
  place_store(fn, p, v);
  fn->memo.n = memo;
}

static void lower_assign(Fn *fn, AssignStmt *s) {
  if (s->op != OP_NONE && s->op != OP_DEF) assign_op(fn, s);
  else if (expr_list_len(s->lhs) == 1)
    assign_single(fn, expr_list_at(s->lhs, 0), expr_list_at(s->rhs, 0), s->op == OP_DEF);
  else assign_many(fn, s->lhs, s->rhs, s->op == OP_DEF);
}

/* ---- declarations ---- */
static void declare_zero(Fn *fn, Name *n) {
  if (n->obj && !is_blank_expr(&n->e)) var_declare_init(fn, n->obj, NULL);
}

static void lower_var_decl(Fn *fn, VarDecl *d) {
  u32 n = d->names.n;
  if (!d->values) {
    for (u32 i = 0; i < n; i++) declare_zero(fn, d->names.v[i]);
    return;
  }
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, n);
  for (u32 i = 0; i < n; i++) types[i] = d->names.v[i]->obj ? fn_type(fn, d->names.v[i]->obj->type) : NULL;
  bool blank = n == 1 && is_blank_expr(&d->names.v[0]->e);
  if (n == 1 && !blank && expr_list_len(d->values) == 1) {
    declare_var_from(fn, d->names.v[0]->obj, expr_list_at(d->values, 0));
    return;
  }
  if (blank && expr_is_nil(expr_list_at(d->values, 0))) return;
  lower_multi(fn, d->values, n, types, vals);
  for (u32 i = 0; i < n; i++)
    if (!is_blank_expr(&d->names.v[i]->e)) var_declare_init(fn, d->names.v[i]->obj, vals[i]);
}

static void lower_decls(Fn *fn, DeclStmt *s) {
  for (u32 i = 0; i < s->list.n; i++)
    if (s->list.v[i]->n.kind == N_VarDecl) lower_var_decl(fn, (VarDecl *)s->list.v[i]);
}

/* ---- branches ---- */
void push_target(Fn *fn, BranchTarget *t, Stmt *s, IrBlock *brk, IrBlock *cont) {
  *t = (BranchTarget){fn->targets, s, brk, cont};
  fn->targets = t;
}

IrBlock *label_block(Fn *fn, Stmt *label) {
  IrBlock *b = ptrmap_get(&fn->labels, label);
  if (!b) {
    b = new_block(fn);
    ptrmap_set(&fn->labels, label, b);
  }
  return b;
}

void lower_branch(Fn *fn, BranchTok tok, Stmt *target) {
  const ForStmt *loop = fn->info->is_range ? (ForStmt *)fn->info->node : NULL;
  if (tok != BR_GOTO && target->n.kind == N_LabeledStmt) target = ((LabeledStmt *)target)->stmt;
  if (loop && !node_inside(target, loop)) {
    range_body_branch(fn, tok, target);
    return;
  }
  if (tok == BR_GOTO) {
    jump_to(fn, label_block(fn, target));
    set_unreachable(fn);
    return;
  }
  for (BranchTarget *t = fn->targets; t; t = t->up) {
    if (t->stmt != target) continue;
    jump_to(fn, tok == BR_BREAK ? t->brk : t->cont);
    set_unreachable(fn);
    return;
  }
  BUG("branch without a target");
}

static void lower_branch_stmt(Fn *fn, BranchStmt *s) {
  if (s->tok == BR_FALLTHROUGH) {
    jump_to(fn, fn->fallthrough);
    set_unreachable(fn);
  } else {
    lower_branch(fn, s->tok, s->target);
  }
}

static void lower_labeled(Fn *fn, LabeledStmt *s) {
  if (ptrmap_has(&lower_shared.fn_infos, s)) { /* some goto names it */
    IrBlock *b = label_block(fn, &s->s);
    jump_to(fn, b);
    fn->b = b;
  }
  lower_stmt(fn, s->stmt);
}

static void lower_return(Fn *fn, ReturnStmt *s) {
  Tuple *rs = fn->info->root->sig->results;
  u32 n = rs ? rs->n : 0;
  if (!s->results) {
    return_values(fn, NULL);
    return;
  }
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, n + 1);
  for (u32 i = 0; i < n; i++) types[i] = fn_type(fn, rs->vars[i]->type);
  lower_multi(fn, s->results, n, types, vals);
  set_pos(fn, s);
  return_values(fn, vals);
}

/* ---- if and for ---- */
static void lower_if(Fn *fn, IfStmt *s) {
  if (s->init) lower_stmt(fn, s->init);
  IrBlock *yes = new_block(fn), *done = new_block(fn), *no = s->els ? new_block(fn) : done;
  lower_cond(fn, s->cond, yes, no);
  start_block(fn, yes);
  lower_block(fn, s->then);
  jump_to(fn, done);
  if (s->els) {
    start_block(fn, no);
    lower_stmt(fn, s->els);
    jump_to(fn, done);
  }
  start_block(fn, done);
}

static void copy_loop_vars(Fn *fn, ForStmt *s) {
  if (!s->init || s->init->n.kind != N_AssignStmt || !per_iteration_vars(fn, s)) return;
  AssignStmt *a = (AssignStmt *)s->init;
  for (u32 i = 0; a->op == OP_DEF && i < expr_list_len(a->lhs); i++) {
    Expr *e = expr_list_at(a->lhs, i);
    if (defines_name(e)) var_fresh_copy(fn, ((Name *)e)->obj);
  }
}

void lower_for(Fn *fn, ForStmt *s) {
  if (s->init && s->init->n.kind == N_RangeClause) {
    lower_range(fn, s);
    return;
  }
  if (s->init) lower_stmt(fn, s->init);
  IrBlock *head = new_block(fn), *body = new_block(fn), *cont = new_block(fn), *done = new_block(fn);
  jump_to(fn, head);
  fn->b = head;
  if (s->cond) lower_cond(fn, s->cond, body, done);
  else jump_to(fn, body);
  start_block(fn, body);
  BranchTarget t;
  push_target(fn, &t, &s->s, done, cont);
  lower_block(fn, s->body);
  fn->targets = t.up;
  jump_to(fn, cont);
  start_block(fn, cont);
  set_pos(fn, s->post ? (void *)s->post : s);
  copy_loop_vars(fn, s);
  if (s->post) lower_stmt(fn, s->post);
  jump_to(fn, head);
  ir_seal(fn->f, head);
  start_block(fn, done);
}

static void lower_send(Fn *fn, SendStmt *s) {
  Type *u = under_of(fn, s->chan->type);
  if (u->kind != TYPE_CHAN) u = type_core(u);
  IrValue *ch = lower_expr(fn, s->chan);
  IrValue *v = lower_expr_to(fn, s->value, fn_type(fn, ((Chan *)u)->elem));
  set_pos(fn, s);
  op2(fn, BC_SEND, &ir_shape_none, ch, v)->u[0] = v->shape->nslots;
}

void lower_stmt(Fn *fn, Stmt *s) {
  if (s->n.kind != N_BlockStmt && s->n.kind != N_LabeledStmt) set_pos(fn, s);
  switch (s->n.kind) {
  case N_EmptyStmt: return;
  case N_BlockStmt: lower_block(fn, (BlockStmt *)s); return;
  case N_ExprStmt: lower_effect(fn, ((ExprStmt *)s)->x); return;
  case N_SendStmt: lower_send(fn, (SendStmt *)s); return;
  case N_DeclStmt: lower_decls(fn, (DeclStmt *)s); return;
  case N_AssignStmt: lower_assign(fn, (AssignStmt *)s); return;
  case N_BranchStmt: lower_branch_stmt(fn, (BranchStmt *)s); return;
  case N_CallStmt: lower_go_defer(fn, (CallStmt *)s); return;
  case N_ReturnStmt: lower_return(fn, (ReturnStmt *)s); return;
  case N_IfStmt: lower_if(fn, (IfStmt *)s); return;
  case N_ForStmt: lower_for(fn, (ForStmt *)s); return;
  case N_SwitchStmt: lower_switch(fn, (SwitchStmt *)s); return;
  case N_SelectStmt: lower_select(fn, (SelectStmt *)s); return;
  case N_LabeledStmt: lower_labeled(fn, (LabeledStmt *)s); return;
  default: BUG("statement node %d", s->n.kind);
  }
}

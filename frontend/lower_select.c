/* lower_select.c - select statements.
 *
 * As gc's walk does: no cases blocks forever; one case is a plain send or receive; everything else is SELECT,
 * whose cases name frame areas for the value to send or the place to receive. Channels and values are
 * evaluated in source order before anything is chosen; the left sides of receiving assignments only after
 * their case was chosen. */
#include "frontend/lower_priv.h"

typedef struct Case {
  CommClause *clause;
  bool send;
  Operation *recv;  /* receive: the <-c operation */
  Expr *lhs;        /* receive: assigned, NULL */
  bool def;
  const Layout *ly; /* of the element */
  IrLocal *area;
} Case;

static Operation *recv_of(Expr *e) { return (Operation *)ast_unparen(e); }

static Type *elem_of(Fn *fn, Expr *chan) {
  Type *u = under_of(fn, chan->type);
  if (u->kind != TYPE_CHAN) u = type_core(u);
  return fn_type(fn, ((Chan *)u)->elem);
}

static Case case_of(Fn *fn, CommClause *c) {
  Case r = {.clause = c};
  if (!c->comm) return r;
  if (c->comm->n.kind == N_SendStmt) {
    r.send = true;
    r.ly = lower_layout(fn->lw, elem_of(fn, ((SendStmt *)c->comm)->chan));
    return r;
  }
  if (c->comm->n.kind == N_ExprStmt) {
    r.recv = recv_of(((ExprStmt *)c->comm)->x);
  } else {
    AssignStmt *a = (AssignStmt *)c->comm;
    r.recv = recv_of(expr_list_at(a->rhs, 0));
    r.lhs = a->lhs;
    r.def = a->op == OP_DEF;
  }
  r.ly = lower_layout(fn->lw, elem_of(fn, r.recv->x));
  return r;
}

static void assign_received(Fn *fn, const Case *c, IrValue *v, IrValue *ok) {
  u32 n = expr_list_len(c->lhs);
  if (n >= 1) lower_assign_to(fn, expr_list_at(c->lhs, 0), v, c->ly->type, c->def);
  if (n >= 2) lower_assign_to(fn, expr_list_at(c->lhs, 1), ok, typ[BK_BOOL], c->def);
}

static void clause_body(Fn *fn, CommClause *c, IrBlock *done) {
  StmtList list;
  memcpy(&list, &c->body, sizeof list);
  lower_stmts(fn, &list);
  jump_to(fn, done);
}

/* The only case: an ordinary send or receive, then the body. The left side is evaluated after the receive. */
static void single_case(Fn *fn, SelectStmt *s, IrBlock *done) {
  CommClause *c = s->body.v[0];
  Case k = case_of(fn, c);
  if (k.lhs) {
    IrValue *ok = NULL;
    bool two = expr_list_len(k.lhs) == 2;
    IrValue *v = two ? lower_comma_ok(fn, &k.recv->e, &ok) : lower_expr(fn, &k.recv->e);
    assign_received(fn, &k, v, ok);
  } else {
    lower_stmt(fn, c->comm);
  }
  BranchTarget t;
  push_target(fn, &t, &s->s, done, NULL);
  clause_body(fn, c, done);
  fn->targets = t.up;
  start_block(fn, done);
}

/* SELECT's operands: a channel and a direction per case, an area per case for its value. */
static IrValue *emit_select(Fn *fn, SelectStmt *s, Case *cases, u32 n, bool dflt) {
  IrValue **args = NEW_ARRAY(&fn->f->arena, IrValue *, 2 * n + 1);
  IrLocal **areas = NEW_ARRAY(&fn->f->arena, IrLocal *, n + 1);
  for (u32 i = 0; i < n; i++) {
    Case *c = &cases[i];
    c->area = areas[i] = ir_local_new(fn->f, c->ly->shape.nslots ? &c->ly->shape : &ir_shape_word, NULL);
    if (c->send) {
      SendStmt *st = (SendStmt *)c->clause->comm;
      args[2 * i] = lower_expr(fn, st->chan);
      IrValue *v = lower_expr_to(fn, st->value, c->ly->type);
      if (c->ly->shape.nslots) op1(fn, IR_WRITE_LOCAL, &ir_shape_none, v)->local = c->area;
    } else {
      args[2 * i] = lower_expr(fn, c->recv->x);
    }
    args[2 * i + 1] = k64(fn, c->send);
  }
  set_pos(fn, s);
  IrValue *v = ir_value_v(fn->f, fn->b, BC_SELECT, &ir_shape_2words, 2 * n, args);
  v->locals = areas;
  v->u[0] = n;
  v->u[1] = dflt;
  return v;
}

static void chosen(Fn *fn, const Case *c, IrValue *ok) {
  if (!c->lhs) return;
  IrValue *v = zero_value(fn, c->ly);
  if (c->ly->shape.nslots) {
    v = op0(fn, IR_READ_LOCAL, &c->ly->shape);
    v->local = c->area;
  }
  assign_received(fn, c, v, ok);
}

void lower_select(Fn *fn, SelectStmt *s) {
  IrBlock *done = new_block(fn);
  u32 n = 0;
  CommClause *dflt = NULL;
  if (s->body.n == 1 && s->body.v[0]->comm) {
    single_case(fn, s, done);
    return;
  }
  Case *cases = NEW_ARRAY(&fn->f->arena, Case, s->body.n + 1);
  for (u32 i = 0; i < s->body.n; i++) {
    if (s->body.v[i]->comm) cases[n++] = case_of(fn, s->body.v[i]);
    else dflt = s->body.v[i];
  }
  IrValue *r = n || !dflt ? emit_select(fn, s, cases, n, dflt != NULL) : NULL;
  IrValue *which = r ? extract(fn, r, 0, &ir_shape_word) : NULL,
          *ok = r ? extract(fn, r, 1, &ir_shape_word) : NULL;
  BranchTarget t;
  push_target(fn, &t, &s->s, done, NULL);
  for (u32 i = 0; i < n; i++) {
    IrBlock *body = new_block(fn), *next = new_block(fn);
    if (i + 1 < n || dflt)
      ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, which), i), body, next);
    else jump_to(fn, body);
    start_block(fn, body);
    chosen(fn, &cases[i], ok);
    clause_body(fn, cases[i].clause, done);
    start_block(fn, next);
  }
  if (dflt) clause_body(fn, dflt, done);
  else if (n == 0) ir_term(fn->f, fn->b, BC_TRAP, 0);
  fn->targets = t.up;
  start_block(fn, done);
}

/* lower_switch.c - expression switches and type switches.
 *
 * The tag is evaluated once; cases are tested from top to bottom, except that many constant integer or string
 * cases are searched by bisection (they are distinct, so the order of the tests cannot be seen). */
#include "frontend/lower_priv.h"
#include <stdlib.h>

#define BISECT_MIN 8

typedef struct ConstCase {
  const Const *c;
  IrBlock *to;
} ConstCase;

typedef struct Switch {
  Fn *fn;
  IrValue *tag; /* NULL: no tag */
  Type *tag_type;
  IrBlock **bodies;
  IrBlock *dflt, *done;
} Switch;

static bool cases_are_const(SwitchStmt *s, u32 *n) {
  *n = 0;
  for (u32 i = 0; i < s->body.n; i++)
    for (u32 k = 0; k < expr_list_len(s->body.v[i]->cases); k++, ++*n)
      if (!expr_list_at(s->body.v[i]->cases, k)->val) return false;
  return true;
}

static int compare_cases(const void *a, const void *b) {
  const ConstCase *x = a, *y = b;
  return const_compare(x->c, OP_LSS, y->c) ? -1 : const_compare(x->c, OP_EQL, y->c) ? 0 : 1;
}

static void bisect(Switch *sw, ConstCase *c, u32 n) {
  Fn *fn = sw->fn;
  const Layout *ly = lower_layout(fn->lw, sw->tag_type);
  if (n <= 3) {
    for (u32 i = 0; i < n; i++) {
      IrBlock *next = new_block(fn);
      ir_branch(fn->f, fn->b, equal_values(fn, ly, sw->tag, const_value(fn, c[i].c, sw->tag_type)), c[i].to,
                next);
      start_block(fn, next);
    }
    jump_to(fn, sw->dflt);
    return;
  }
  u32 half = n / 2;
  IrBlock *low = new_block(fn), *high = new_block(fn);
  IrValue *mid = const_value(fn, c[half].c, sw->tag_type);
  ir_branch(fn->f, fn->b, compare_values(fn, OP_LSS, ly, sw->tag, mid), low, high);
  start_block(fn, low);
  bisect(sw, c, half);
  start_block(fn, high);
  bisect(sw, c + half, n - half);
}

static bool dispatch_by_bisection(Switch *sw, SwitchStmt *s) {
  u32 n, k = 0;
  if (!sw->tag) return false;
  const Layout *ly = lower_layout(sw->fn->lw, sw->tag_type);
  bool is_bool = ly->under->kind == TYPE_BASIC && ((Basic *)ly->under)->info & BI_BOOLEAN;
  if ((ly->vc != VC_INT && ly->vc != VC_STRING) || is_bool || !cases_are_const(s, &n) || n < BISECT_MIN)
    return false;
  ConstCase *c = xcalloc(n, sizeof *c);
  for (u32 i = 0; i < s->body.n; i++)
    for (u32 j = 0; j < expr_list_len(s->body.v[i]->cases); j++)
      c[k++] = (ConstCase){expr_list_at(s->body.v[i]->cases, j)->val, sw->bodies[i]};
  qsort(c, n, sizeof *c, compare_cases);
  bisect(sw, c, n);
  xfree(c);
  return true;
}

static void test_case(Switch *sw, Expr *e, IrBlock *yes, IrBlock *no) {
  Fn *fn = sw->fn;
  if (!sw->tag) {
    lower_cond(fn, e, yes, no);
    return;
  }
  IrValue *eq;
  if (expr_is_nil(e)) {
    IrValue *w = sw->tag->shape->nslots > 1 ? extract(fn, sw->tag, 0, &ir_shape_ptr) : sw->tag;
    eq = with_imm(op1(fn, BC_EQI_64, &ir_shape_word, w), 0);
  } else {
    Type *t = expr_type(fn, e);
    IrValue *v = lower_expr(fn, e);
    set_pos(fn, e);
    eq = equal_mixed(fn, sw->tag, sw->tag_type, v, t);
  }
  ir_branch(fn->f, fn->b, eq, yes, no);
}

static void dispatch_in_order(Switch *sw, SwitchStmt *s) {
  Fn *fn = sw->fn;
  for (u32 i = 0; i < s->body.n; i++) {
    for (u32 k = 0; k < expr_list_len(s->body.v[i]->cases); k++) {
      IrBlock *next = new_block(fn);
      test_case(sw, expr_list_at(s->body.v[i]->cases, k), sw->bodies[i], next);
      start_block(fn, next);
    }
  }
  jump_to(fn, sw->dflt);
}

static void switch_blocks(Switch *sw, SwitchStmt *s) {
  Fn *fn = sw->fn;
  sw->bodies = NEW_ARRAY(&fn->f->arena, IrBlock *, s->body.n + 1);
  sw->done = sw->dflt = new_block(fn);
  for (u32 i = 0; i < s->body.n; i++) {
    sw->bodies[i] = new_block(fn);
    if (!s->body.v[i]->cases) sw->dflt = sw->bodies[i];
  }
}

static void lower_clause_body(Switch *sw, SwitchStmt *s, u32 i) {
  Fn *fn = sw->fn;
  IrBlock *outer = fn->fallthrough;
  fn->fallthrough = i + 1 < s->body.n ? sw->bodies[i + 1] : NULL;
  StmtList list;
  memcpy(&list, &s->body.v[i]->body, sizeof list);
  lower_stmts(fn, &list);
  fn->fallthrough = outer;
  jump_to(fn, sw->done);
}

static void expr_switch(Fn *fn, SwitchStmt *s) {
  Switch sw = {.fn = fn};
  if (s->tag) {
    sw.tag_type = expr_type(fn, s->tag);
    sw.tag = lower_expr(fn, s->tag);
  }
  switch_blocks(&sw, s);
  if (!dispatch_by_bisection(&sw, s)) dispatch_in_order(&sw, s);
  BranchTarget t;
  push_target(fn, &t, &s->s, sw.done, NULL);
  for (u32 i = 0; i < s->body.n; i++) {
    start_block(fn, sw.bodies[i]); /* the only later edge was the fallthrough from the clause above */
    lower_clause_body(&sw, s, i);
  }
  fn->targets = t.up;
  start_block(fn, sw.done);
}

/* ---- type switches ---- */
typedef struct TypeSwitch {
  Switch sw;
  IrValue *x;
  Type *xt;
  IrValue *dyn; /* dynamic type word, nil for a nil interface */
} TypeSwitch;

/* Binds the clause's variable: the value of the single type named, else the interface itself. */
static void bind_clause(TypeSwitch *ts, CaseClause *c) {
  Fn *fn = ts->sw.fn;
  if (!c->implicit) return;
  Type *t = fn_type(fn, c->implicit->type);
  IrValue *v = ts->x;
  bool single = expr_list_len(c->cases) == 1 && !expr_is_nil(expr_list_at(c->cases, 0));
  if (single) {
    const Layout *ly = lower_layout(fn->lw, t);
    if (ly->vc != VC_IFACE) {
      v = iface_data(fn, extract(fn, ts->x, 1, &ir_shape_ptr), ly);
    } else if (!types_identical(t, ts->xt)) {
      v = convert_implicit(fn, ts->x, ts->xt, t);
    }
  }
  var_declare_init(fn, c->implicit, v);
}

static void test_type(TypeSwitch *ts, Expr *e, IrBlock *yes, IrBlock *no) {
  Fn *fn = ts->sw.fn;
  IrValue *hit;
  if (expr_is_nil(e)) {
    hit = with_imm(op1(fn, BC_EQI_64, &ir_shape_word, ts->dyn), 0);
  } else {
    Type *t = expr_type(fn, e);
    const Layout *ly = lower_layout(fn->lw, t);
    if (ly->vc != VC_IFACE) {
      hit = op2(fn, BC_EQ_64, &ir_shape_word, ts->dyn, ld_type(fn, t));
    } else if (!ly->iface_has_methods) {
      hit = with_imm(op1(fn, BC_NEI_64, &ir_shape_word, ts->dyn), 0);
    } else {
      IrValue *v = with_imm(op1(fn, BC_ASSERT_I2, &ir_shape_3words_iface, ts->x), lower_type(fn->lw, t));
      v->u[0] = lower_layout(fn->lw, ts->xt)->iface_has_methods;
      hit = extract(fn, v, 2, &ir_shape_word);
    }
  }
  ir_branch(fn->f, fn->b, hit, yes, no);
}

static void type_switch(Fn *fn, SwitchStmt *s, TypeSwitchGuard *g) {
  TypeSwitch ts = {.sw = {.fn = fn}};
  ts.xt = expr_type(fn, g->x);
  ts.x = lower_expr(fn, g->x);
  set_pos(fn, g);
  ts.dyn = iface_type_word(fn, ts.x, ts.xt);
  switch_blocks(&ts.sw, s);
  for (u32 i = 0; i < s->body.n; i++) {
    for (u32 k = 0; k < expr_list_len(s->body.v[i]->cases); k++) {
      IrBlock *next = new_block(fn);
      Expr *e = expr_list_at(s->body.v[i]->cases, k);
      set_pos(fn, e);
      test_type(&ts, e, ts.sw.bodies[i], next);
      start_block(fn, next);
    }
  }
  jump_to(fn, ts.sw.dflt);
  BranchTarget t;
  push_target(fn, &t, &s->s, ts.sw.done, NULL);
  for (u32 i = 0; i < s->body.n; i++) {
    start_block(fn, ts.sw.bodies[i]);
    set_pos(fn, s->body.v[i]);
    bind_clause(&ts, s->body.v[i]);
    lower_clause_body(&ts.sw, s, i);
  }
  fn->targets = t.up;
  start_block(fn, ts.sw.done);
}

void lower_switch(Fn *fn, SwitchStmt *s) {
  if (s->init) lower_stmt(fn, s->init);
  if (s->tag && s->tag->n.kind == N_TypeSwitchGuard) type_switch(fn, s, (TypeSwitchGuard *)s->tag);
  else expr_switch(fn, s);
}

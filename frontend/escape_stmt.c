/* escape_stmt.c - data flow of statements (stmt.go, assign.go).
 *
 * Loop depth: a for statement's condition, post statement and body, and what
 * follows a label that a later goto names, lie in one loop more than what is
 * around. Variables that are new in each iteration (Go 1.22) belong to the
 * body; the variable of a three-clause loop is copied from one iteration to the
 * next, through a hidden one outside. */
#include "frontend/escape_priv.h"

static void stmt(Esc *e, Stmt *s);

void esc_stmts(Esc *e, StmtList *l) {
  for (u32 i = 0; i < l->n; i++) stmt(e, l->v[i]);
}

void esc_block(Esc *e, StmtList *l) {
  i32 depth = e->depth;
  esc_stmts(e, l);
  e->depth = depth;
}

static EscHole declare(Esc *e, Object *o) {
  EscLoc *l = esc_var(e, o);
  l->depth = e->depth;
  return hole(l);
}

/* ---- looping labels ---- */
typedef struct LabelScan {
  Esc *e;
  PtrMap seen;
} LabelScan;
static bool scan_label(void *ctx, void *node) {
  LabelScan *s = ctx;
  if (((Node *)node)->kind == N_LabeledStmt) ptrmap_set(&s->seen, node, node);
  if (((Node *)node)->kind != N_BranchStmt) return true;
  BranchStmt *b = node;
  if (b->tok == BR_GOTO && b->target && ptrmap_has(&s->seen, b->target))
    ptrmap_set(&s->e->looping, b->target, b->target);
  return true;
}
void esc_find_loops(Esc *e, void *body) {
  LabelScan s = {e, {0}};
  ast_inspect(body, scan_label, &s);
  ptrmap_free(&s.seen);
}

/* ---- assignments ---- */
static bool is_local_name(Expr *x) {
  return x->n.kind == N_Name && ((Name *)x)->obj && ((Name *)x)->obj->kind == OBJ_VAR;
}

/* The pointer variable p in *p or p.f. */
static Object *pointed_name(Expr *x) {
  x = ast_unparen(x);
  Expr *p = NULL;
  if (x->n.kind == N_Operation && ((Operation *)x)->op == OP_MUL && !((Operation *)x)->y)
    p = ((Operation *)x)->x;
  if (x->n.kind == N_SelectorExpr) {
    SelectorExpr *s = (SelectorExpr *)x;
    if (s->selection && s->selection->kind == SEL_FIELD && s->selection->nindex == 1 && s->x->type &&
        type_under(s->x->type)->kind == TYPE_POINTER)
      p = s->x;
  }
  p = p ? ast_unparen(p) : NULL;
  return p && is_local_name(p) ? ((Name *)p)->obj : NULL;
}

static bool same_safe(Expr *a, Expr *b) {
  a = ast_unparen(a);
  b = ast_unparen(b);
  if (a->n.kind != b->n.kind) return false;
  switch (a->n.kind) {
  case N_Name: return ((Name *)a)->obj && ((Name *)a)->obj == ((Name *)b)->obj;
  case N_SelectorExpr: {
    SelectorExpr *x = (SelectorExpr *)a, *y = (SelectorExpr *)b;
    return x->selection && y->selection && x->selection->kind == SEL_FIELD && x->sel->name == y->sel->name &&
           same_safe(x->x, y->x);
  }
  case N_Operation: {
    Operation *x = (Operation *)a, *y = (Operation *)b;
    return x->op == OP_MUL && y->op == OP_MUL && !x->y && !y->y && same_safe(x->x, y->x);
  }
  default: return false;
  }
}

/* p.buf = p.buf[i:j] and val.x = val.y store no pointer that was not in the
 * object before. */
static bool is_self_assign(Expr *dst, Expr *src) {
  dst = ast_unparen(dst);
  src = ast_unparen(src);
  if (src->n.kind == N_SliceExpr) {
    Expr *x = ((SliceExpr *)src)->x;
    Object *p = pointed_name(dst);
    return p && p == pointed_name(x) && esc_core(x->type)->kind != TYPE_ARRAY;
  }
  if (dst->n.kind != N_SelectorExpr || src->n.kind != N_SelectorExpr) return false;
  SelectorExpr *d = (SelectorExpr *)dst, *s = (SelectorExpr *)src;
  if (!d->selection || !s->selection || d->selection->kind != SEL_FIELD || s->selection->kind != SEL_FIELD)
    return false;
  return same_safe(d->x, s->x);
}

/* The type a value assigned to lhs is converted to. */
static Type *target_type(Expr *lhs) {
  lhs = ast_unparen(lhs);
  if (is_blank_expr(lhs)) return NULL;
  if (lhs->n.kind == N_Name) return ((Name *)lhs)->obj->type;
  return lhs->type;
}

static EscHole target(Esc *e, Expr *lhs, bool def) {
  lhs = ast_unparen(lhs);
  if (is_blank_expr(lhs)) return discard_hole(e);
  if (def && defines_name(lhs)) return declare(e, ((Name *)lhs)->obj);
  return esc_addr(e, lhs);
}

/* One expression with n values: a call, or a comma-ok form. */
static void assign_multi(Esc *e, EscHole *ks, Type **to, u32 n, Expr *rhs) {
  rhs = ast_unparen(rhs);
  Tuple *t = rhs->type && rhs->type->kind == TYPE_TUPLE ? (Tuple *)rhs->type : NULL;
  for (u32 i = 0; t && i < n; i++) ks[i] = esc_converted(e, ks[i], t->vars[i]->type, to[i]);
  if (rhs->n.kind == N_CallExpr) {
    esc_call(e, ks, n, (CallExpr *)rhs);
    return;
  }
  EscHole k = ks[0];
  if (!t)
    k = esc_converted(e, k, rhs->type, to[0]);
  else if (!esc_has_ptrs(t->vars[0]->type))
    k = discard_hole(e);
  esc_expr(e, k, rhs);
}

static void assign_list(Esc *e, Expr *lhs, Expr *rhs, bool def) {
  u32 n = expr_list_len(lhs), m = expr_list_len(rhs);
  EscHole *ks = NEW_ARRAY(&e->arena, EscHole, n);
  Type **to = NEW_ARRAY(&e->arena, Type *, n);
  for (u32 i = 0; i < n; i++) {
    Expr *l = expr_list_at(lhs, i);
    ks[i] = target(e, l, def);
    to[i] = target_type(l);
  }
  if (n > 1 && m == 1) {
    assign_multi(e, ks, to, n, expr_list_at(rhs, 0));
    return;
  }
  for (u32 i = 0; i < n; i++) {
    Expr *l = expr_list_at(lhs, i), *x = expr_list_at(rhs, i);
    if (!def && esc_is_header_data(l)) {
      esc_unsafe_value(e, heap_hole(e), x);
      continue;
    }
    if (!def && is_self_assign(l, x)) ks[i] = discard_hole(e);
    esc_expr_to(e, ks[i], x, to[i]);
  }
}

static void assign(Esc *e, AssignStmt *s) {
  if (s->op == OP_NONE || s->op == OP_DEF) {
    assign_list(e, s->lhs, s->rhs, s->op == OP_DEF);
    return;
  }
  EscHole k = esc_addr(e, s->lhs);
  if (s->rhs) esc_expr(e, k, s->rhs);
}

static void var_decl(Esc *e, VarDecl *d) {
  u32 n = d->names.n, m = expr_list_len(d->values);
  EscHole *ks = NEW_ARRAY(&e->arena, EscHole, n);
  Type **to = NEW_ARRAY(&e->arena, Type *, n);
  for (u32 i = 0; i < n; i++) {
    Name *name = d->names.v[i];
    ks[i] = name->obj && !is_blank_expr(&name->e) ? declare(e, name->obj) : discard_hole(e);
    to[i] = name->obj ? name->obj->type : NULL;
  }
  if (!d->values) return;
  if (n > 1 && m == 1)
    assign_multi(e, ks, to, n, expr_list_at(d->values, 0));
  else
    for (u32 i = 0; i < n; i++) esc_expr_to(e, ks[i], expr_list_at(d->values, i), to[i]);
}

static void return_stmt(Esc *e, ReturnStmt *s) {
  Tuple *rs = e->fn->root->sig ? e->fn->root->sig->results : NULL;
  if (!s->results || !rs) return;
  u32 n = rs->n, m = expr_list_len(s->results);
  EscHole *ks = NEW_ARRAY(&e->arena, EscHole, n);
  Type **to = NEW_ARRAY(&e->arena, Type *, n);
  for (u32 i = 0; i < n; i++) {
    ks[i] = esc_has_ptrs(rs->vars[i]->type) ? hole(esc_var(e, rs->vars[i])) : discard_hole(e);
    to[i] = rs->vars[i]->type;
  }
  if (n > 1 && m == 1)
    assign_multi(e, ks, to, n, expr_list_at(s->results, 0));
  else
    for (u32 i = 0; i < n; i++) esc_expr_to(e, ks[i], expr_list_at(s->results, i), to[i]);
}

/* ---- loops ---- */
/* The loop's variables are new in each iteration: declared in it, with a flow
 * from one iteration's to the next's. */
static void iteration_vars(Esc *e, AssignStmt *init) {
  for (u32 i = 0; i < expr_list_len(init->lhs); i++) {
    Expr *x = expr_list_at(init->lhs, i);
    if (!defines_name(x)) continue;
    EscLoc *var = esc_var(e, ((Name *)x)->obj), *outer = esc_loc(e);
    var->depth = e->depth + 1;
    esc_flow(e, hole(outer), var);
    esc_flow(e, hole(var), outer);
  }
}

static void for_stmt(Esc *e, ForStmt *s) {
  if (s->init) stmt(e, s->init);
  if (s->init && s->init->n.kind == N_AssignStmt && ((AssignStmt *)s->init)->op == OP_DEF &&
      loop_vars_per_iteration(e->pkg, s))
    iteration_vars(e, (AssignStmt *)s->init);
  e->depth++;
  if (s->cond) esc_discard(e, s->cond);
  if (s->post) stmt(e, s->post);
  esc_block(e, &s->body->list);
  e->depth--;
}

static void range_func(Esc *e, ForStmt *s, RangeClause *r) {
  FnInfo *info = info_of(s), *outer = e->fn;
  i32 depth = e->depth;
  EscLoc *body = esc_loc(e);
  body->closure = info;
  VEC_PUSH(&e->arena, &e->closures, ((EscClosure){hole(body), info}));
  /* the call r.x(body): its parameter is unknown unless r.x is a declared
   * function */
  esc_range_call(e, r->x, body);
  declare(e, info->state_var);
  e->fn = info;
  e->depth = 1;
  for (u32 i = 0; i < expr_list_len(r->lhs); i++) target(e, expr_list_at(r->lhs, i), r->def);
  esc_block(e, &s->body->list);
  e->fn = outer;
  e->depth = depth;
}

static void range_stmt(Esc *e, ForStmt *s) {
  RangeClause *r = (RangeClause *)s->init;
  if (is_range_func(s)) {
    range_func(e, s, r);
    return;
  }
  EscLoc *tmp = esc_loc(e);
  Type *u = r->x->type ? esc_core(r->x->type) : NULL;
  esc_expr(e, hole(tmp), r->x);
  bool fresh = loop_vars_per_iteration(e->pkg, s);
  EscHole ks[2] = {discard_hole(e), discard_hole(e)};
  u32 n = expr_list_len(r->lhs);
  for (u32 i = 0; i < n && i < 2; i++) {
    Expr *x = expr_list_at(r->lhs, i);
    if (!fresh || !r->def) ks[i] = target(e, x, r->def);
    e->depth++;
    if (fresh && r->def) ks[i] = target(e, x, true);
    e->depth--;
  }
  e->depth++;
  bool by_value = u && (u->kind == TYPE_ARRAY || u->kind == TYPE_INTERFACE);
  for (u32 i = 0; i < 2 && i < n; i++) { /* a channel's elements and a map's
                                            keys are the first variable's */
    Expr *x = expr_list_at(r->lhs, i);
    Type *to = is_blank_expr(x) ? NULL : target_type(x);
    EscHole k =
        !r->def && to && type_is_interface(to) && !esc_is_tparam(to) ? tee2(e, ks[i], heap_hole(e)) : ks[i];
    esc_flow(e, by_value ? k : shift(k, 1), tmp);
  }
  esc_block(e, &s->body->list);
  e->depth--;
}

/* ---- switch and select ---- */
static void type_switch(Esc *e, SwitchStmt *s, TypeSwitchGuard *g) {
  EscHole k = discard_hole(e);
  for (u32 i = 0; i < s->body.n; i++) {
    Object *o = s->body.v[i]->implicit;
    if (!o) continue;
    EscHole var = declare(e, o);
    if (!esc_has_ptrs(o->type)) continue;
    if (esc_box_kind(o->type, type_empty_interface) == BOX_COPY) var = shift(var, 1);
    k = tee2(e, k, var);
  }
  esc_expr(e, k, g->x);
}

static void switch_stmt(Esc *e, SwitchStmt *s) {
  if (s->init) stmt(e, s->init);
  bool types = s->tag && s->tag->n.kind == N_TypeSwitchGuard;
  if (types)
    type_switch(e, s, (TypeSwitchGuard *)s->tag);
  else if (s->tag)
    esc_discard(e, s->tag);
  for (u32 i = 0; i < s->body.n; i++) {
    CaseClause *c = s->body.v[i];
    for (u32 k = 0; !types && k < expr_list_len(c->cases); k++) esc_discard(e, expr_list_at(c->cases, k));
    StmtList list;
    memcpy(&list, &c->body, sizeof list);
    esc_block(e, &list);
  }
}

static void select_stmt(Esc *e, SelectStmt *s) {
  for (u32 i = 0; i < s->body.n; i++) {
    CommClause *c = s->body.v[i];
    if (c->comm) stmt(e, c->comm);
    StmtList list;
    memcpy(&list, &c->body, sizeof list);
    esc_block(e, &list);
  }
}

static void if_stmt(Esc *e, IfStmt *s) {
  if (s->init) stmt(e, s->init);
  esc_discard(e, s->cond);
  esc_block(e, &s->then->list);
  i32 depth = e->depth;
  if (s->els) stmt(e, s->els);
  e->depth = depth;
}

static void send(Esc *e, SendStmt *s) {
  esc_discard(e, s->chan);
  Type *u = esc_core(s->chan->type);
  esc_expr_to(e, heap_hole(e), s->value, u->kind == TYPE_CHAN ? ((Chan *)u)->elem : s->value->type);
}

static void expr_stmt(Esc *e, Expr *x) {
  x = ast_unparen(x);
  if (x->n.kind == N_CallExpr && !x->val)
    esc_call(e, NULL, 0, (CallExpr *)x);
  else
    esc_discard(e, x);
}

static void stmt(Esc *e, Stmt *s) {
  switch (s->n.kind) {
  case N_EmptyStmt:
  case N_BranchStmt: return;
  case N_BlockStmt: esc_block(e, &((BlockStmt *)s)->list); return;
  case N_ExprStmt: expr_stmt(e, ((ExprStmt *)s)->x); return;
  case N_SendStmt: send(e, (SendStmt *)s); return;
  case N_DeclStmt: {
    DeclList *l = &((DeclStmt *)s)->list;
    for (u32 i = 0; i < l->n; i++)
      if (l->v[i]->n.kind == N_VarDecl) var_decl(e, (VarDecl *)l->v[i]);
    return;
  }
  case N_AssignStmt: assign(e, (AssignStmt *)s); return;
  case N_CallStmt: esc_go_defer(e, (CallStmt *)s); return;
  case N_ReturnStmt: return_stmt(e, (ReturnStmt *)s); return;
  case N_IfStmt: if_stmt(e, (IfStmt *)s); return;
  case N_ForStmt:
    if (((ForStmt *)s)->init && ((ForStmt *)s)->init->n.kind == N_RangeClause)
      range_stmt(e, (ForStmt *)s);
    else
      for_stmt(e, (ForStmt *)s);
    return;
  case N_SwitchStmt: switch_stmt(e, (SwitchStmt *)s); return;
  case N_SelectStmt: select_stmt(e, (SelectStmt *)s); return;
  case N_LabeledStmt:
    if (ptrmap_has(&e->looping, s)) e->depth++;
    stmt(e, ((LabeledStmt *)s)->stmt);
    return;
  default: BUG("statement node %d", s->n.kind);
  }
}

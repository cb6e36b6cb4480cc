/* parser_build.c - the grammar's actions for expressions, types, declarations and statements.
 * parser_build.h has the rules they obey. Parameters and fields are in parser_params.c.
 */
#include "frontend/parser_build.h"

#include "frontend/grammar.h"

/* ---- names, literals, lists ---- */

Name *build_name(Build *g, LexToken t) { return parse_name_new(g->ps, t.pos, t.lit); }

void build_push_name(Build *g, LexToken t) { parse_list_push(g->ps, build_name(g, t)); }

BasicLit *build_literal(Build *g, LexToken t) {
  BasicLit *b = NODE(g->ps, BasicLit, t.pos);
  b->value = t.lit;
  b->lit = t.kind;
  return b;
}

Expr *build_list(Build *g, u32 mark) {
  Expr *first = g->ps->stack.v[mark];
  if (g->ps->stack.n == mark + 1) {
    g->ps->stack.n = mark;
    return first;
  }
  ListExpr *l = NODE(g->ps, ListExpr, first->n.pos);
  parse_list_take(g->ps, mark, &l->elems);
  return &l->e;
}

/* Whether gc's parser of types, given the text of x, builds the tree that x already is. */
static bool is_plain_type(const Expr *x) {
  switch (x->n.kind) {
  case N_Name:
  case N_ArrayType:
  case N_SliceType:
  case N_MapType:
  case N_StructType:
  case N_InterfaceType:
  case N_FuncType: return true;
  case N_ChanType:
    return ((const ChanType *)x)->dir != CHAN_RECV; /* <-chan has another position as an expression */
  case N_SelectorExpr: return ((const SelectorExpr *)x)->x->n.kind == N_Name;
  case N_Operation: {
    const Operation *o = (const Operation *)x;
    return o->op == OP_MUL && !o->y && is_plain_type(o->x);
  }
  case N_IndexExpr: {
    const IndexExpr *i = (const IndexExpr *)x;
    if (i->x->n.kind == N_IndexExpr || !is_plain_type(i->x)) return false;
    for (u32 k = 0; k < expr_list_len(i->index); k++)
      if (!is_plain_type(expr_list_at(i->index, k))) return false;
    return true;
  }
  default: return false;
  }
}

/* ---- expressions ---- */

Expr *build_binary(Build *g, Expr *x, LexToken op, Expr *y) {
  Operation *o = NODE(g->ps, Operation, op.pos);
  o->op = op.op;
  o->x = x;
  o->y = y;
  return &o->e;
}

Expr *build_unary(Build *g, LexToken op, Expr *x) {
  Operation *o = NODE(g->ps, Operation, op.pos);
  o->op = op.op;
  o->x = op.op == OP_AND ? ast_unparen(x) : x;
  return &o->e;
}

/* <- before a channel type belongs to the type, and through chan<- to its element types. */
static void reassociate_arrow(Build *g, Expr *t) {
  ChanDir dir = CHAN_SEND;
  while (dir == CHAN_SEND) {
    if (t->n.kind != N_ChanType) {
      build_give_up(g);
      return;
    }
    ChanType *c = (ChanType *)t;
    dir = c->dir;
    if (dir == CHAN_RECV) build_give_up(g);
    c->dir = CHAN_RECV;
    t = c->elem;
  }
}

Expr *build_receive(Build *g, LexToken arrow, Expr *x) {
  if (x->n.kind != N_ChanType) return build_unary(g, arrow, x);
  reassociate_arrow(g, x);
  return x;
}

Expr *build_paren(Build *g, LexToken lparen, Expr *x) {
  ParenExpr *p = NODE(g->ps, ParenExpr, lparen.pos);
  p->x = x;
  return &p->e;
}

Expr *build_selector(Build *g, Expr *x, LexToken dot, LexToken name) {
  SelectorExpr *s = NODE(g->ps, SelectorExpr, dot.pos);
  s->x = x;
  s->sel = build_name(g, name);
  return &s->e;
}

Expr *build_assertion(Build *g, Expr *x, LexToken dot, Expr *type) {
  AssertExpr *a = NODE(g->ps, AssertExpr, dot.pos);
  a->x = x;
  a->type = type;
  return &a->e;
}

Expr *build_type_switch_guard(Build *g, Expr *x, LexToken dot) {
  TypeSwitchGuard *t = NODE(g->ps, TypeSwitchGuard, dot.pos);
  t->x = x;
  return &t->e;
}

static Expr *new_index(Build *g, Expr *x, LexToken lbrack, u32 mark) {
  IndexExpr *i = NODE(g->ps, IndexExpr, lbrack.pos);
  i->x = x;
  i->index = build_list(g, mark);
  return &i->e;
}

Expr *build_index(Build *g, Expr *x, LexToken lbrack, u32 mark) {
  for (u32 i = mark + 1; i < g->ps->stack.n; i++)
    if (!is_plain_type(g->ps->stack.v[i])) build_give_up(g);
  return new_index(g, x, lbrack, mark);
}

Expr *build_slice(Build *g, Expr *x, LexToken lbrack, Expr *i, Expr *j, Expr *k, bool full) {
  SliceExpr *s = NODE(g->ps, SliceExpr, lbrack.pos);
  s->x = x;
  s->index[0] = i;
  s->index[1] = j;
  s->index[2] = k;
  s->full = full;
  if (full && (!j || !k)) build_give_up(g);
  return &s->e;
}

Expr *build_call(Build *g, Expr *fun, LexToken lparen, u32 mark, bool dots) {
  CallExpr *c = NODE(g->ps, CallExpr, lparen.pos);
  c->fun = fun;
  c->has_dots = dots;
  parse_list_take(g->ps, mark, &c->args);
  return &c->e;
}

Expr *build_func_lit(Build *g, TypeVal type, BlockStmt *body) {
  FuncLit *f = NODE(g->ps, FuncLit, type.start);
  f->type = (FuncType *)type.x;
  f->body = body;
  parse_check_branches(g->ps, body);
  return &f->e;
}

CompositeLit *build_complit(Build *g, LexToken lbrace, u32 mark, LexToken rbrace) {
  CompositeLit *c = NODE(g->ps, CompositeLit, lbrace.pos);
  c->rbrace = rbrace.pos;
  parse_list_take(g->ps, mark, &c->elems);
  for (u32 i = 0; i < c->elems.n; i++) c->nkeys += c->elems.v[i]->n.kind == N_KeyValueExpr;
  return c;
}

Expr *build_typed_complit(Build *g, Expr *type, CompositeLit *lit) {
  lit->type = type;
  switch (type->n.kind) {
  case N_Name:
  case N_SelectorExpr:
  case N_ArrayType:
  case N_SliceType:
  case N_StructType:
  case N_MapType: break;
  case N_IndexExpr:
    if (parse_is_value(type)) build_give_up(g);
    break;
  default: build_give_up(g); break;
  }
  return &lit->e;
}

Expr *build_key_value(Build *g, Expr *key, LexToken colon, Expr *value) {
  KeyValueExpr *kv = NODE(g->ps, KeyValueExpr, colon.pos);
  kv->key = key;
  kv->value = value;
  return &kv->e;
}

/* ---- types ---- */

TypeVal build_type_name(Build *g, LexToken name) { return (TypeVal){&build_name(g, name)->e, name.pos}; }

TypeVal build_qualified(Build *g, LexToken pkg, LexToken dot, LexToken name) {
  return (TypeVal){build_selector(g, &build_name(g, pkg)->e, dot, name), pkg.pos};
}

TypeVal build_instance(Build *g, TypeVal generic, LexToken lbrack, u32 mark) {
  for (u32 i = mark; i < g->ps->stack.n; i++)
    if (!is_plain_type(g->ps->stack.v[i])) build_give_up(g);
  return (TypeVal){new_index(g, generic.x, lbrack, mark), generic.start};
}

TypeVal build_pointer(Build *g, LexToken star, Expr *x) {
  Operation *o = NODE(g->ps, Operation, star.pos);
  o->op = OP_MUL;
  o->x = x;
  return (TypeVal){&o->e, star.pos};
}

TypeVal build_tilde(Build *g, LexToken tilde, Expr *x) {
  Operation *o = NODE(g->ps, Operation, tilde.pos);
  o->op = OP_TILDE;
  o->x = x;
  return (TypeVal){&o->e, tilde.pos};
}

static bool is_union(const Expr *x) {
  return x->n.kind == N_Operation && ((const Operation *)x)->op == OP_OR;
}

/* x | y; when y is a union itself, x becomes its first term. */
TypeVal build_union(Build *g, TypeVal x, LexToken op, Expr *y) {
  Operation *o = NODE(g->ps, Operation, op.pos);
  o->op = OP_OR;
  o->x = x.x;
  o->y = y;
  if (!is_union(y)) return (TypeVal){&o->e, x.start};
  Operation *first = (Operation *)y;
  while (is_union(first->x)) first = (Operation *)first->x;
  o->y = first->x;
  first->x = &o->e;
  return (TypeVal){y, x.start};
}

TypeVal build_array(Build *g, LexToken lbrack, u32 mark, bool comma, Expr *elem) {
  if (comma || g->ps->stack.n != mark + 1) build_give_up(g);
  ArrayType *t = NODE(g->ps, ArrayType, lbrack.pos);
  t->len = build_list(g, mark);
  t->elem = elem;
  return (TypeVal){&t->e, lbrack.pos};
}

TypeVal build_open_array(Build *g, LexToken lbrack, Expr *elem) {
  ArrayType *t = NODE(g->ps, ArrayType, lbrack.pos);
  t->elem = elem;
  return (TypeVal){&t->e, lbrack.pos};
}

TypeVal build_slice_type(Build *g, LexToken lbrack, Expr *elem) {
  SliceType *t = NODE(g->ps, SliceType, lbrack.pos);
  t->elem = elem;
  return (TypeVal){&t->e, lbrack.pos};
}

TypeVal build_map(Build *g, LexToken map, Expr *key, Expr *value) {
  MapType *t = NODE(g->ps, MapType, map.pos);
  t->key = key;
  t->value = value;
  return (TypeVal){&t->e, map.pos};
}

TypeVal build_chan(Build *g, LexToken first, ChanDir dir, Expr *elem) {
  ChanType *t = NODE(g->ps, ChanType, first.pos);
  t->dir = dir;
  t->elem = elem;
  return (TypeVal){&t->e, first.pos};
}

TypeVal build_struct(Build *g, LexToken kw, u32 mark) {
  ParseState *ps = g->ps;
  StructType *t = NODE(ps, StructType, kw.pos);
  u32 n = (ps->stack.n - mark) / 2;
  void **pairs = n ? ps->stack.v + mark : NULL;
  bool tagged = false;
  VEC_RESERVE(ps->arena, &t->fields, n);
  for (u32 i = 0; i < n; i++) {
    VEC_PUSH(ps->arena, &t->fields, pairs[2 * i]);
    tagged |= pairs[2 * i + 1] != NULL;
  }
  if (tagged)
    for (u32 i = 0; i < n; i++) VEC_PUSH(ps->arena, &t->tags, pairs[2 * i + 1]);
  ps->stack.n = mark;
  return (TypeVal){&t->e, kw.pos};
}

TypeVal build_interface(Build *g, LexToken kw, u32 mark) {
  InterfaceType *t = NODE(g->ps, InterfaceType, kw.pos);
  parse_list_take(g->ps, mark, &t->methods);
  return (TypeVal){&t->e, kw.pos};
}

FuncType *build_signature(Build *g, Pos pos, u32 params, u32 results) {
  FuncType *t = NODE(g->ps, FuncType, pos);
  build_params(g, results, false, &t->results);
  build_params(g, params, true, &t->params);
  return t;
}

/* ---- declarations ---- */

void build_import(Build *g, Pragma *pragma, const LexToken *local, LexToken path) {
  ImportDecl *d = NODE(g->ps, ImportDecl, local ? local->pos : path.pos);
  d->pragma = pragma;
  if (local) d->local = build_name(g, *local);
  d->path = build_literal(g, path);
  if (path.kind != LIT_STRING) build_give_up(g);
  parse_list_push(g->ps, d);
}

void build_const(Build *g, Pragma *pragma, u32 names, Expr *type, Expr *values) {
  Name *first = g->ps->stack.v[names];
  ConstDecl *d = NODE(g->ps, ConstDecl, first->e.n.pos);
  d->pragma = pragma;
  d->type = type;
  d->values = values;
  parse_list_take(g->ps, names, &d->names);
  parse_list_push(g->ps, d);
}

void build_var(Build *g, Pragma *pragma, u32 names, Expr *type, Expr *values) {
  Name *first = g->ps->stack.v[names];
  VarDecl *d = NODE(g->ps, VarDecl, first->e.n.pos);
  d->pragma = pragma;
  d->type = type;
  d->values = values;
  parse_list_take(g->ps, names, &d->names);
  parse_list_push(g->ps, d);
}

static TypeDecl *new_type_decl(Build *g, Pragma *pragma, LexToken name, bool alias, Expr *type) {
  TypeDecl *d = NODE(g->ps, TypeDecl, name.pos);
  d->pragma = pragma;
  d->name = build_name(g, name);
  d->alias = alias;
  d->type = type;
  return d;
}

void build_type_decl(Build *g, Pragma *pragma, LexToken name, bool alias, Expr *type) {
  parse_list_push(g->ps, new_type_decl(g, pragma, name, alias, type));
}

/* The leftmost operand of x; *indexed: it is followed by "[". */
static const Expr *leftmost(const Expr *x, bool *indexed) {
  for (*indexed = false;; *indexed = false) {
    const Expr *next = NULL;
    switch (x->n.kind) {
    case N_Operation: next = ((const Operation *)x)->y ? ((const Operation *)x)->x : NULL; break;
    case N_CallExpr: next = ((const CallExpr *)x)->fun; break;
    case N_SelectorExpr: next = ((const SelectorExpr *)x)->x; break;
    case N_AssertExpr: next = ((const AssertExpr *)x)->x; break;
    case N_CompositeLit: next = ((const CompositeLit *)x)->type; break;
    case N_IndexExpr: next = ((const IndexExpr *)x)->x; break;
    case N_SliceExpr: next = ((const SliceExpr *)x)->x; break;
    default: break;
    }
    if (!next) return x;
    *indexed = x->n.kind == N_IndexExpr || x->n.kind == N_SliceExpr;
    if (*indexed && next->n.kind == N_Name) return next;
    x = next;
  }
}

/* name [ items ] type: gc reads a name after "[" as the start of an expression, unless "[" comes next again,
 * and takes a name, or an expression that can be split into a name and a constraint, for a type parameter. */
void build_bracket_type_decl(Build *g, Pragma *pragma, LexToken name, LexToken lbrack, u32 items, bool comma,
                             bool alias, Expr *type) {
  ParseState *ps = g->ps;
  TypeDecl *d = new_type_decl(g, pragma, name, alias, type);
  Field *first = ps->stack.v[items];
  bool single = ps->stack.n == items + 1 && !comma && !first->name, indexed = false, array = false;
  if (single) {
    Name *pname = NULL;
    bool starts_with_name = leftmost(first->type, &indexed)->n.kind == N_Name;
    Expr *constraint =
        starts_with_name && !indexed ? parse_extract_name(ps, first->type, false, &pname) : NULL;
    array = !pname || !constraint;
  }
  if (indexed) build_give_up(g);
  if (array) {
    ArrayType *t = NODE(ps, ArrayType, lbrack.pos);
    t->len = first->type;
    t->elem = type;
    d->type = &t->e;
    ps->stack.n = items;
    if (alias) build_give_up(g);
  } else {
    build_type_params(g, items, &d->tparams);
  }
  parse_list_push(ps, d);
}

void build_group(Build *g, u32 mark) {
  Group *group = NEW(g->ps->arena, Group);
  for (u32 i = mark; i < g->ps->stack.n; i++) {
    Decl *d = g->ps->stack.v[i];
    switch (d->n.kind) {
    case N_ImportDecl: ((ImportDecl *)d)->group = group; break;
    case N_ConstDecl: ((ConstDecl *)d)->group = group; break;
    case N_TypeDecl: ((TypeDecl *)d)->group = group; break;
    default: ((VarDecl *)d)->group = group; break;
    }
  }
}

void build_func(Build *g, Pragma *pragma, Pos pos, Field *recv, LexToken name, const FieldList *tparams,
                FuncType *type, BlockStmt *body) {
  FuncDecl *f = NODE(g->ps, FuncDecl, pos);
  f->pragma = pragma;
  f->recv = recv;
  f->name = build_name(g, name);
  if (tparams) f->tparams = *tparams;
  f->type = type;
  f->body = body;
  parse_check_branches(g->ps, body);
  parse_list_push(g->ps, f);
}

void build_top_level(Build *g, bool import) {
  parse_clear_pragma(g->ps);
  if (import && g->imports_over) build_give_up(g);
  g->imports_over |= !import;
}

/* ---- statements ---- */

BlockStmt *build_block(Build *g, LexToken lbrace, u32 mark, LexToken rbrace) {
  BlockStmt *b = NODE(g->ps, BlockStmt, lbrace.pos);
  b->rbrace = rbrace.pos;
  parse_list_take(g->ps, mark, &b->list);
  return b;
}

/* An empty statement at the end of a list is none. Before another clause a statement needs its ";". */
void build_push_stmt(Build *g, Stmt *s) {
  if (!s) return;
  if (g->code == T_CASE || g->code == T_DEFAULT) build_give_up(g);
  parse_list_push(g->ps, s);
}

Stmt *build_empty(Build *g) { return g->code == T_SEMI ? &NODE(g->ps, EmptyStmt, g->token.pos)->s : NULL; }

Stmt *build_decl_stmt(Build *g, DeclVal d) {
  DeclStmt *s = NODE(g->ps, DeclStmt, d.pos);
  parse_list_take(g->ps, d.mark, &s->list);
  return &s->s;
}

Stmt *build_expr_stmt(Build *g, Expr *x) {
  ExprStmt *s = NODE(g->ps, ExprStmt, x->n.pos);
  s->x = x;
  if (x->n.kind == N_ListExpr) build_give_up(g);
  return &s->s;
}

Stmt *build_assign(Build *g, Expr *lhs, LexToken op, Op kind, Expr *rhs) {
  AssignStmt *a = NODE(g->ps, AssignStmt, op.pos);
  a->op = kind;
  a->lhs = lhs;
  a->rhs = rhs;
  return &a->s;
}

Stmt *build_send(Build *g, Expr *chan, LexToken arrow, Expr *value) {
  SendStmt *s = NODE(g->ps, SendStmt, arrow.pos);
  s->chan = chan;
  s->value = value;
  return &s->s;
}

Stmt *build_label(Build *g, LexToken name, LexToken colon, Stmt *s) {
  LabeledStmt *l = NODE(g->ps, LabeledStmt, colon.pos);
  l->label = build_name(g, name);
  l->stmt = s;
  if (s) return &l->s;
  if (g->code != T_RBRACE) build_give_up(g);
  l->stmt = &NODE(g->ps, EmptyStmt, g->token.pos)->s;
  return &l->s;
}

Stmt *build_branch(Build *g, LexToken kw, BranchTok tok, const LexToken *label) {
  BranchStmt *b = NODE(g->ps, BranchStmt, kw.pos);
  b->tok = tok;
  if (label) b->label = build_name(g, *label);
  return &b->s;
}

/* gc takes a primary expression here. */
Stmt *build_call_stmt(Build *g, LexToken kw, CallTok tok, Expr *call) {
  CallStmt *c = NODE(g->ps, CallStmt, kw.pos);
  c->tok = tok;
  c->call = call;
  if (call->n.kind == N_ParenExpr || call->n.kind == N_Operation || call->n.kind == N_ChanType)
    build_give_up(g);
  return &c->s;
}

Stmt *build_return(Build *g, LexToken kw, Expr *results) {
  ReturnStmt *r = NODE(g->ps, ReturnStmt, kw.pos);
  r->results = results;
  return &r->s;
}

Stmt *build_if(Build *g, LexToken kw, HeaderVal h, BlockStmt *then, Stmt *els) {
  IfStmt *s = NODE(g->ps, IfStmt, kw.pos);
  s->init = h.init;
  s->cond = h.cond;
  s->then = then;
  s->els = els;
  return &s->s;
}

static bool is_define(const Stmt *s) {
  return s && s->n.kind == N_AssignStmt && ((const AssignStmt *)s)->op == OP_DEF;
}

Stmt *build_for(Build *g, LexToken kw, HeaderVal h, BlockStmt *body) {
  ForStmt *s = NODE(g->ps, ForStmt, kw.pos);
  s->init = h.init;
  s->cond = h.cond;
  s->post = h.post;
  s->body = body;
  if (is_define(h.post)) build_give_up(g);
  return &s->s;
}

Stmt *build_switch(Build *g, LexToken kw, HeaderVal h, u32 mark, LexToken rbrace) {
  SwitchStmt *s = NODE(g->ps, SwitchStmt, kw.pos);
  s->init = h.init;
  s->tag = h.cond;
  s->rbrace = rbrace.pos;
  parse_list_take(g->ps, mark, &s->body);
  return &s->s;
}

Stmt *build_select(Build *g, LexToken kw, u32 mark, LexToken rbrace) {
  SelectStmt *s = NODE(g->ps, SelectStmt, kw.pos);
  s->rbrace = rbrace.pos;
  parse_list_take(g->ps, mark, &s->body);
  return &s->s;
}

Stmt *build_range(Build *g, Expr *lhs, bool def, LexToken kw, Expr *x) {
  RangeClause *r = NODE(g->ps, RangeClause, kw.pos);
  r->lhs = lhs;
  r->def = def;
  r->x = x;
  return &r->s;
}

void build_case(Build *g, LexToken kw, Expr *cases, LexToken colon) {
  CaseClause *c = NODE(g->ps, CaseClause, kw.pos);
  c->cases = cases;
  c->colon = colon.pos;
  parse_list_push(g->ps, c);
}

void build_comm(Build *g, LexToken kw, Stmt *comm, LexToken colon) {
  CommClause *c = NODE(g->ps, CommClause, kw.pos);
  c->comm = comm;
  c->colon = colon.pos;
  parse_list_push(g->ps, c);
}

void build_clause_body(Build *g, u32 mark) {
  Node *clause = g->ps->stack.v[mark - 1];
  parse_list_take(g->ps, mark,
                  clause->kind == N_CaseClause ? &((CaseClause *)clause)->body
                                               : &((CommClause *)clause)->body);
}

Stmt *build_switch_simple(Build *g, Stmt *s) {
  if (!is_define(s)) return s;
  AssignStmt *a = (AssignStmt *)s;
  if (a->rhs->n.kind != N_TypeSwitchGuard || a->lhs->n.kind != N_Name) return s;
  ((TypeSwitchGuard *)a->rhs)->lhs = (Name *)a->lhs;
  return build_expr_stmt(g, a->rhs);
}

Expr *build_condition(Build *g, Stmt *s) {
  if (!s) return NULL;
  if (s->n.kind == N_ExprStmt) return ((ExprStmt *)s)->x;
  build_give_up(g);
  return NULL;
}

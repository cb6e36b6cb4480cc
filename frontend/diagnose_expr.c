/* diagnose_expr.c - the diagnosing parser: expressions.
 * Follows cmd/compile/internal/syntax/parser.go. Start reading at dx_expr().
 */
#include "frontend/diagnose.h"

Expr *dx_expr(Dx *d) { return dx_binary_expr(d, NULL, 0); }

static Expr *list_expr(Dx *d, u32 mark) {
  Expr *first = d->ps->stack.v[mark];
  ListExpr *l = NODE(d->ps, ListExpr, first->n.pos);
  parse_list_take(d->ps, mark, &l->elems);
  return &l->e;
}

Expr *dx_expr_list(Dx *d) {
  Expr *x = dx_expr(d);
  if (d->s.tok != TOK_Comma) return x;
  u32 mark = parse_list_mark(d->ps);
  parse_list_push(d->ps, x);
  while (dx_got(d, TOK_Comma)) parse_list_push(d->ps, dx_expr(d));
  return list_expr(d, mark);
}

/* arg { "," arg } [ "," ]; the first may be any expression unless strict. *comma: there was a comma. */
Expr *dx_type_list(Dx *d, bool strict, bool *comma) {
  d->xnest++;
  Expr *x = strict ? dx_type(d) : dx_expr(d);
  *comma = dx_got(d, TOK_Comma);
  Expr *t = *comma ? dx_type_or_null(d) : NULL;
  if (t) {
    u32 mark = parse_list_mark(d->ps);
    parse_list_push(d->ps, x);
    parse_list_push(d->ps, t);
    while (dx_got(d, TOK_Comma) && (t = dx_type_or_null(d))) parse_list_push(d->ps, t);
    x = list_expr(d, mark);
  }
  d->xnest--;
  return x;
}

static Expr *unary_expr(Dx *d);

static Expr *unary_operation(Dx *d, Op op, Expr *(*operand)(Dx *)) {
  Operation *o = NODE(d->ps, Operation, dx_pos(d));
  o->op = op;
  scan_next(d);
  o->x = operand(d);
  return &o->e;
}

/* <-x where x is a channel type: the arrow belongs to the type, and so on through chan<- element types. */
static void reassociate_arrow(Dx *d, Expr *x) {
  ChanDir dir = CHAN_SEND;
  Expr *t = x;
  while (dir == CHAN_SEND && t->n.kind == N_ChanType) {
    ChanType *c = (ChanType *)t;
    dir = c->dir;
    if (dir == CHAN_RECV) dx_syntax_error(d, "unexpected <-, expected chan");
    c->dir = CHAN_RECV;
    t = c->elem;
  }
  if (dir == CHAN_SEND) {
    StrBuf b = {0};
    sb_puts(&b, "unexpected ");
    ast_expr_string(&b, t);
    sb_puts(&b, ", expected chan");
    dx_syntax_error(d, b.p);
    sb_free(&b);
  }
}

static Expr *unary_expr_at_depth(Dx *d) {
  if (d->s.tok == TOK_Operator || d->s.tok == TOK_Star) {
    switch (d->s.op) {
    case OP_MUL:
    case OP_ADD:
    case OP_SUB:
    case OP_NOT:
    case OP_XOR:
    case OP_TILDE: return unary_operation(d, d->s.op, unary_expr);
    case OP_AND: {
      Expr *x = unary_operation(d, OP_AND, unary_expr);
      ((Operation *)x)->x = ast_unparen(((Operation *)x)->x); /* &(T{}) */
      return x;
    }
    default: break;
    }
  } else if (d->s.tok == TOK_Arrow) {
    Pos pos = dx_pos(d);
    scan_next(d);
    Expr *x = unary_expr(d);
    if (x->n.kind == N_ChanType) {
      reassociate_arrow(d, x);
      return x;
    }
    Operation *o = NODE(d->ps, Operation, pos);
    o->op = OP_RECV;
    o->x = x;
    return &o->e;
  }
  return dx_pexpr(d, NULL, true);
}

static Expr *unary_expr(Dx *d) {
  if (dx_too_deep(d)) return dx_bad_expr(d);
  d->depth++;
  Expr *x = unary_expr_at_depth(d);
  d->depth--;
  return x;
}

Expr *dx_binary_expr(Dx *d, Expr *x, int prec) {
  if (!x) x = unary_expr(d);
  while ((d->s.tok == TOK_Operator || d->s.tok == TOK_Star) && d->s.prec > prec) {
    Operation *t = NODE(d->ps, Operation, dx_pos(d));
    int tprec = d->s.prec;
    t->op = d->s.op;
    scan_next(d);
    t->x = x;
    t->y = dx_binary_expr(d, NULL, tprec);
    x = &t->e;
  }
  return x;
}

/* ---- primary expressions ---- */

static Expr *paren_operand(Dx *d, bool keep_parens) {
  Pos pos = dx_pos(d);
  scan_next(d);
  d->xnest++;
  Expr *x = dx_expr(d);
  d->xnest--;
  dx_want(d, TOK_Rparen);
  /* (T){} is an error that is found only after the parentheses */
  if (!keep_parens && d->s.tok != TOK_Lbrace) return x;
  ParenExpr *p = NODE(d->ps, ParenExpr, pos);
  p->x = x;
  return &p->e;
}

static Expr *func_operand(Dx *d) {
  Pos pos = dx_pos(d);
  scan_next(d);
  FuncType *t = dx_func_type(d, "function type", NULL);
  if (d->s.tok != TOK_Lbrace) return &t->e;
  d->xnest++;
  FuncLit *f = NODE(d->ps, FuncLit, pos);
  f->type = t;
  f->body = dx_func_body(d);
  d->xnest--;
  return &f->e;
}

static Expr *operand(Dx *d, bool keep_parens) {
  Expr *x;
  switch (d->s.tok) {
  case TOK_Name: return &dx_name(d)->e;
  case TOK_Literal: return &dx_literal_or_null(d)->e;
  case TOK_Lparen: return paren_operand(d, keep_parens);
  case TOK_Func: return func_operand(d);
  case TOK_Lbrack:
  case TOK_Chan:
  case TOK_Map:
  case TOK_Struct:
  case TOK_Interface: return dx_type(d);
  default:
    x = dx_bad_expr(d);
    dx_syntax_error(d, "expected expression");
    dx_advance(d, TOKSET(TOK_Rparen) | TOKSET(TOK_Rbrack) | TOKSET(TOK_Rbrace));
    return x;
  }
}

static Expr *selector_or_assertion(Dx *d, Expr *x, Pos pos) {
  scan_next(d);
  if (d->s.tok == TOK_Name) {
    SelectorExpr *t = NODE(d->ps, SelectorExpr, pos);
    t->x = x;
    t->sel = dx_name(d);
    return &t->e;
  }
  if (!dx_got(d, TOK_Lparen)) {
    dx_syntax_error(d, "expected name or (");
    dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rparen));
    return x;
  }
  if (dx_got(d, TOK_Type)) {
    TypeSwitchGuard *t = NODE(d->ps, TypeSwitchGuard, pos); /* lhs: simple_stmt */
    t->x = x;
    x = &t->e;
  } else {
    AssertExpr *t = NODE(d->ps, AssertExpr, pos);
    t->x = x;
    t->type = dx_type(d);
    x = &t->e;
  }
  dx_want(d, TOK_Rparen);
  return x;
}

/* The rest of x[i: */
static Expr *slice_rest(Dx *d, Expr *x, Expr *i, Pos pos) {
  d->xnest++;
  SliceExpr *t = NODE(d->ps, SliceExpr, pos);
  t->x = x;
  t->index[0] = i;
  if (d->s.tok != TOK_Colon && d->s.tok != TOK_Rbrack) t->index[1] = dx_expr(d);
  if (d->s.tok == TOK_Colon) {
    t->full = true;
    if (!t->index[1]) {
      dx_error(d, "middle index required in 3-index slice");
      t->index[1] = dx_bad_expr(d);
    }
    scan_next(d);
    if (d->s.tok != TOK_Rbrack) {
      t->index[2] = dx_expr(d);
    } else {
      dx_error(d, "final index required in 3-index slice");
      t->index[2] = dx_bad_expr(d);
    }
  }
  d->xnest--;
  dx_want(d, TOK_Rbrack);
  return &t->e;
}

static Expr *index_or_slice(Dx *d, Expr *x, Pos pos) {
  Expr *i = NULL;
  scan_next(d);
  if (d->s.tok != TOK_Colon) {
    bool comma = false;
    if (d->s.tok == TOK_Rbrack) {
      dx_syntax_error(d, "expected operand");
      i = dx_bad_expr(d);
    } else {
      i = dx_type_list(d, false, &comma);
    }
    if (comma || d->s.tok == TOK_Rbrack) {
      dx_want(d, TOK_Rbrack);
      IndexExpr *t = NODE(d->ps, IndexExpr, pos);
      t->x = x;
      t->index = i;
      return &t->e;
    }
  }
  if (!dx_got(d, TOK_Colon)) {
    dx_syntax_error(d, "expected comma, : or ]");
    dx_advance(d, TOKSET(TOK_Comma) | TOKSET(TOK_Colon) | TOKSET(TOK_Rbrack));
  }
  return slice_rest(d, x, i, pos);
}

static bool argument(Dx *d, void *ctx) {
  CallExpr *t = ctx;
  parse_list_push(d->ps, dx_expr(d));
  t->has_dots = dx_got(d, TOK_DotDotDot);
  return t->has_dots;
}

static Expr *call(Dx *d, Expr *fun, Pos pos) {
  CallExpr *t = NODE(d->ps, CallExpr, pos);
  scan_next(d);
  t->fun = fun;
  d->xnest++;
  u32 mark = parse_list_mark(d->ps);
  dx_list(d, "argument list", TOK_Comma, TOK_Rparen, argument, t);
  parse_list_take(d->ps, mark, &t->args);
  d->xnest--;
  return &t->e;
}

static Expr *complit(Dx *d);
static Expr *bare_complit(Dx *d) {
  if (d->s.tok != TOK_Lbrace || dx_too_deep(d)) return dx_expr(d);
  d->depth++;
  Expr *x = complit(d);
  d->depth--;
  return x;
}

static bool complit_elem(Dx *d, void *ctx) {
  CompositeLit *x = ctx;
  Expr *e = bare_complit(d);
  if (d->s.tok == TOK_Colon) {
    KeyValueExpr *kv = NODE(d->ps, KeyValueExpr, dx_pos(d));
    scan_next(d);
    kv->key = e;
    kv->value = bare_complit(d);
    e = &kv->e;
    x->nkeys++;
  }
  parse_list_push(d->ps, e);
  return false;
}

static Expr *complit(Dx *d) {
  CompositeLit *x = NODE(d->ps, CompositeLit, dx_pos(d));
  d->xnest++;
  dx_want(d, TOK_Lbrace);
  u32 mark = parse_list_mark(d->ps);
  x->rbrace = dx_list(d, "composite literal", TOK_Comma, TOK_Rbrace, complit_elem, x);
  parse_list_take(d->ps, mark, &x->elems);
  d->xnest--;
  return &x->e;
}

/* Whether "{" after an operand of this form starts a composite literal and no block. */
static bool complit_ok(const Dx *d, const Expr *t) {
  switch (t->n.kind) {
  case N_Name:
  case N_SelectorExpr: return d->xnest >= 0;
  case N_IndexExpr: return d->xnest >= 0 && !parse_is_value(t);
  case N_ArrayType:
  case N_SliceType:
  case N_StructType:
  case N_MapType: return true;
  default: return false;
  }
}

Expr *dx_pexpr(Dx *d, Expr *x, bool keep_parens) {
  if (!x) x = operand(d, keep_parens);
  for (;;) {
    Pos pos = dx_pos(d);
    switch (d->s.tok) {
    case TOK_Dot: x = selector_or_assertion(d, x, pos); break;
    case TOK_Lbrack: x = index_or_slice(d, x, pos); break;
    case TOK_Lparen: x = call(d, x, pos); break;
    case TOK_Lbrace: {
      Expr *t = ast_unparen(x);
      if (!complit_ok(d, t)) return x;
      if (t != x) dx_syntax_error(d, "cannot parenthesize type in composite literal");
      CompositeLit *n = (CompositeLit *)complit(d);
      n->type = x;
      x = &n->e;
      break;
    }
    default: return x;
    }
  }
}

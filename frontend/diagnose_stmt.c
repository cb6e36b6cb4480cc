/* diagnose_stmt.c - the diagnosing parser: statements.
 * Follows cmd/compile/internal/syntax/parser.go. Start reading at stmt_or_null().
 */
#include "frontend/diagnose.h"

static Stmt *stmt_or_null(Dx *d);

/* ---- simple statements ---- */

static Stmt *expr_stmt(Dx *d, Expr *x) {
  ExprStmt *s = NODE(d->ps, ExprStmt, x->n.pos);
  s->x = x;
  return &s->s;
}

static Stmt *assign_stmt(Dx *d, Pos pos, Op op, Expr *lhs, Expr *rhs) {
  AssignStmt *s = NODE(d->ps, AssignStmt, pos);
  s->op = op;
  s->lhs = lhs;
  s->rhs = rhs;
  return &s->s;
}

static Stmt *range_clause(Dx *d, Expr *lhs, bool def) {
  RangeClause *r = NODE(d->ps, RangeClause, dx_pos(d));
  scan_next(d);
  r->lhs = lhs;
  r->def = def;
  r->x = dx_expr(d);
  return &r->s;
}

/* After one expression that no = or := follows. */
static Stmt *simple_after_expr(Dx *d, Expr *lhs) {
  Pos pos = dx_pos(d);
  Op op = d->s.op;
  switch (d->s.tok) {
  case TOK_AssignOp: scan_next(d); return assign_stmt(d, pos, op, lhs, dx_expr(d));
  case TOK_IncOp: scan_next(d); return assign_stmt(d, pos, op, lhs, NULL);
  case TOK_Arrow: {
    SendStmt *s = NODE(d->ps, SendStmt, pos);
    scan_next(d);
    s->chan = lhs;
    s->value = dx_expr(d);
    return &s->s;
  }
  default: return expr_stmt(d, lhs);
  }
}

/* At = or :=. */
static Stmt *assignment(Dx *d, Expr *lhs, Token keyword) {
  Pos pos = dx_pos(d);
  Op op = d->s.tok == TOK_Define ? OP_DEF : OP_NONE;
  scan_next(d);
  if (keyword == TOK_For && d->s.tok == TOK_Range) return range_clause(d, lhs, op == OP_DEF);
  Expr *rhs = dx_expr_list(d);
  if (rhs->n.kind == N_TypeSwitchGuard && keyword == TOK_Switch && op == OP_DEF && lhs->n.kind == N_Name) {
    ((TypeSwitchGuard *)rhs)->lhs = (Name *)lhs;
    return expr_stmt(d, rhs);
  }
  return assign_stmt(d, pos, op, lhs, rhs);
}

/* lhs NULL: it has not been read. keyword: the statement whose header this is in, or TOK_NONE. */
static Stmt *simple_stmt(Dx *d, Expr *lhs, Token keyword) {
  if (keyword == TOK_For && d->s.tok == TOK_Range) return range_clause(d, NULL, false);
  if (!lhs) lhs = dx_expr_list(d);
  if (d->s.tok == TOK_Assign || d->s.tok == TOK_Define) return assignment(d, lhs, keyword);
  if (lhs->n.kind != N_ListExpr) return simple_after_expr(d, lhs);
  dx_syntax_error(d, "expected := or = or comma");
  dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rbrace));
  return expr_stmt(d, expr_list_at(lhs, 0));
}

/* ---- blocks and labels ---- */

static void stmt_list(Dx *d, StmtList *out) {
  u32 mark = parse_list_mark(d->ps);
  while (d->s.tok != TOK_EOF && d->s.tok != TOK_Rbrace && d->s.tok != TOK_Case && d->s.tok != TOK_Default) {
    Stmt *s = stmt_or_null(d);
    parse_clear_pragma(d->ps);
    if (!s) break;
    parse_list_push(d->ps, s);
    if (!dx_got(d, TOK_Semi) && d->s.tok != TOK_Rbrace) {
      dx_syntax_error(d, "at end of statement");
      dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rbrace) | TOKSET(TOK_Case) | TOKSET(TOK_Default));
      dx_got(d, TOK_Semi);
    }
  }
  parse_list_take(d->ps, mark, out);
}

/* context: what the block follows; NULL when "{" is known to be next. */
static BlockStmt *block_stmt(Dx *d, const char *context) {
  BlockStmt *s = NODE(d->ps, BlockStmt, dx_pos(d));
  if (!dx_got(d, TOK_Lbrace)) {
    char msg[64];
    strcat(strcpy(msg, "expected { after "), context ? context : "");
    dx_syntax_error(d, msg);
    dx_advance(d, TOKSET(TOK_Name) | TOKSET(TOK_Rbrace));
    s->rbrace = dx_pos(d);
    if (dx_got(d, TOK_Rbrace)) return s;
  }
  stmt_list(d, &s->list);
  s->rbrace = dx_pos(d);
  dx_want(d, TOK_Rbrace);
  return s;
}

BlockStmt *dx_func_body(Dx *d) {
  u32 before = d->ps->nsyntax;
  d->fnest++;
  BlockStmt *body = block_stmt(d, NULL);
  d->fnest--;
  if (before == d->ps->nsyntax) parse_check_branches(d->ps, body);
  return body;
}

static Stmt *labeled_stmt_or_null(Dx *d, Name *label) {
  LabeledStmt *s = NODE(d->ps, LabeledStmt, dx_pos(d));
  s->label = label;
  dx_want(d, TOK_Colon);
  if (d->s.tok == TOK_Rbrace) {
    s->stmt = &NODE(d->ps, EmptyStmt, dx_pos(d))->s;
    return &s->s;
  }
  s->stmt = stmt_or_null(d);
  if (s->stmt) return &s->s;
  dx_syntax_error_at(d, s->s.n.pos, "missing statement after label");
  return NULL;
}

/* ---- headers of if, for and switch ---- */

typedef struct Header {
  Stmt *init;
  Expr *cond;
  Stmt *post;
} Header;

/* Appends x, in parentheses when it is a binary expression, to make an '=' beside it stand out. */
static void put_emphasized(StrBuf *b, const Expr *x) {
  bool binary = x->n.kind == N_Operation && ((const Operation *)x)->y;
  if (binary) sb_putc(b, '(');
  ast_expr_string(b, x);
  if (binary) sb_putc(b, ')');
}

static void not_a_value(Dx *d, Stmt *s) {
  StrBuf b = {0};
  sb_puts(&b, "cannot use ");
  const AssignStmt *a = s->n.kind == N_AssignStmt ? (AssignStmt *)s : NULL;
  if (a && a->op == OP_NONE) {
    sb_puts(&b, "assignment ");
    put_emphasized(&b, a->lhs);
    sb_puts(&b, " = ");
    put_emphasized(&b, a->rhs);
  } else {
    ast_expr_string(&b, s);
  }
  sb_puts(&b, " as value");
  dx_syntax_error_at(d, s->n.pos, b.p);
  sb_free(&b);
}

typedef struct HeaderSemi {
  Pos pos; /* unknown: there was no ";" */
  const Atom *lit;
} HeaderSemi;

/* The condition from the statement that stands in its place. */
static Expr *header_cond(Dx *d, Stmt *s, Token keyword, const HeaderSemi *semi) {
  if (s) {
    if (s->n.kind == N_ExprStmt) return ((ExprStmt *)s)->x;
    not_a_value(d, s);
    return NULL;
  }
  if (keyword != TOK_If || !pos_known(semi->pos)) return NULL;
  if (atom_is(semi->lit, "semicolon")) {
    dx_syntax_error_at(d, semi->pos, "missing condition in if statement");
  } else {
    char msg[64];
    strcat(strcat(strcpy(msg, "unexpected "), semi->lit->s), ", expected { after if clause");
    dx_syntax_error_at(d, semi->pos, msg);
  }
  return &NODE(d->ps, BadExpr, semi->pos)->e;
}

/* What stands between the first ";" of a header and its "{". Returns the statement in the condition's place.
 */
static Stmt *header_rest(Dx *d, Token keyword, Header *h) {
  if (keyword != TOK_For) return d->s.tok == TOK_Lbrace ? NULL : simple_stmt(d, NULL, keyword);
  Stmt *cond = NULL;
  if (d->s.tok != TOK_Semi) {
    if (d->s.tok == TOK_Lbrace) {
      dx_syntax_error(d, "expected for loop condition");
      return NULL;
    }
    cond = simple_stmt(d, NULL, TOK_NONE);
  }
  dx_want(d, TOK_Semi);
  if (d->s.tok != TOK_Lbrace) {
    h->post = simple_stmt(d, NULL, TOK_NONE);
    if (h->post->n.kind == N_AssignStmt && ((AssignStmt *)h->post)->op == OP_DEF)
      dx_syntax_error_at(d, h->post->n.pos, "cannot declare in post statement of for loop");
  }
  return cond;
}

static void header_parts(Dx *d, Token keyword, Header *h) {
  HeaderSemi semi = {0};
  if (d->s.tok != TOK_Semi) {
    if (dx_got(d, TOK_Var)) {
      char msg[64];
      strcat(strcpy(msg, "var declaration not allowed in "), token_string(keyword));
      dx_syntax_error(d, strcat(msg, " initializer"));
    }
    h->init = simple_stmt(d, NULL, keyword);
    if (h->init->n.kind == N_RangeClause) return;
  }
  Stmt *cond;
  if (d->s.tok == TOK_Lbrace) {
    cond = h->init;
    h->init = NULL;
  } else {
    if (d->s.tok == TOK_Semi) {
      semi = (HeaderSemi){dx_pos(d), d->s.lit};
      scan_next(d);
    } else {
      dx_want(d, TOK_Lbrace); /* a better message than asking for ";" */
      if (d->s.tok != TOK_Lbrace) dx_advance(d, TOKSET(TOK_Lbrace) | TOKSET(TOK_Rbrace));
    }
    cond = header_rest(d, keyword, h);
  }
  h->cond = header_cond(d, cond, keyword, &semi);
}

static Header header(Dx *d, Token keyword) {
  Header h = {0};
  dx_want(d, keyword);
  if (d->s.tok == TOK_Lbrace) {
    if (keyword == TOK_If) {
      dx_syntax_error(d, "missing condition in if statement");
      h.cond = dx_bad_expr(d);
    }
    return h;
  }
  int outer = d->xnest;
  d->xnest = -1;
  header_parts(d, keyword, &h);
  d->xnest = outer;
  return h;
}

/* ---- compound statements ---- */

static Stmt *if_stmt(Dx *d) {
  IfStmt *s = NODE(d->ps, IfStmt, dx_pos(d));
  Header h = header(d, TOK_If);
  s->init = h.init;
  s->cond = h.cond;
  s->then = block_stmt(d, "if clause");
  if (!dx_got(d, TOK_Else)) return &s->s;
  if (d->s.tok == TOK_If) {
    s->els = stmt_or_null(d);
  } else if (d->s.tok == TOK_Lbrace) {
    s->els = &block_stmt(d, NULL)->s;
  } else {
    dx_syntax_error(d, "else must be followed by if or statement block");
    dx_advance(d, TOKSET(TOK_Name) | TOKSET(TOK_Rbrace));
  }
  return &s->s;
}

static Stmt *for_stmt(Dx *d) {
  ForStmt *s = NODE(d->ps, ForStmt, dx_pos(d));
  Header h = header(d, TOK_For);
  s->init = h.init;
  s->cond = h.cond;
  s->post = h.post;
  s->body = block_stmt(d, "for clause");
  return &s->s;
}

static const u64 clause_starts = TOKSET(TOK_Case) | TOKSET(TOK_Default) | TOKSET(TOK_Rbrace);

/* The part of a clause from its ":" on. */
static Pos clause_body(Dx *d, StmtList *body) {
  Pos colon = dx_pos(d);
  dx_want(d, TOK_Colon);
  stmt_list(d, body);
  return colon;
}

static void bad_clause(Dx *d) {
  dx_syntax_error(d, "expected case or default or }");
  dx_advance(d, TOKSET(TOK_Colon) | clause_starts);
}

static CaseClause *case_clause(Dx *d) {
  CaseClause *c = NODE(d->ps, CaseClause, dx_pos(d));
  if (dx_got(d, TOK_Case)) {
    c->cases = dx_expr_list(d);
  } else if (!dx_got(d, TOK_Default)) {
    bad_clause(d);
  }
  c->colon = clause_body(d, &c->body);
  return c;
}

static CommClause *comm_clause(Dx *d) {
  CommClause *c = NODE(d->ps, CommClause, dx_pos(d));
  if (dx_got(d, TOK_Case)) {
    c->comm = simple_stmt(d, NULL, TOK_NONE);
  } else if (!dx_got(d, TOK_Default)) {
    bad_clause(d);
  }
  c->colon = clause_body(d, &c->body);
  return c;
}

static void clauses_open(Dx *d, const char *msg) {
  if (dx_got(d, TOK_Lbrace)) return;
  dx_syntax_error(d, msg);
  dx_advance(d, clause_starts);
}

static Stmt *switch_stmt(Dx *d) {
  SwitchStmt *s = NODE(d->ps, SwitchStmt, dx_pos(d));
  Header h = header(d, TOK_Switch);
  s->init = h.init;
  s->tag = h.cond;
  clauses_open(d, "missing { after switch clause");
  u32 mark = parse_list_mark(d->ps);
  while (d->s.tok != TOK_EOF && d->s.tok != TOK_Rbrace) parse_list_push(d->ps, case_clause(d));
  parse_list_take(d->ps, mark, &s->body);
  s->rbrace = dx_pos(d);
  dx_want(d, TOK_Rbrace);
  return &s->s;
}

static Stmt *select_stmt(Dx *d) {
  SelectStmt *s = NODE(d->ps, SelectStmt, dx_pos(d));
  dx_want(d, TOK_Select);
  clauses_open(d, "missing { after select clause");
  u32 mark = parse_list_mark(d->ps);
  while (d->s.tok != TOK_EOF && d->s.tok != TOK_Rbrace) parse_list_push(d->ps, comm_clause(d));
  parse_list_take(d->ps, mark, &s->body);
  s->rbrace = dx_pos(d);
  dx_want(d, TOK_Rbrace);
  return &s->s;
}

/* ---- other statements ---- */

static Stmt *decl_stmt(Dx *d, DxDecl f) {
  DeclStmt *s = NODE(d->ps, DeclStmt, dx_pos(d));
  scan_next(d);
  u32 mark = parse_list_mark(d->ps);
  dx_append_group(d, f);
  parse_list_take(d->ps, mark, &s->list);
  return &s->s;
}

static Stmt *branch_stmt(Dx *d, BranchTok tok) {
  BranchStmt *s = NODE(d->ps, BranchStmt, dx_pos(d));
  s->tok = tok;
  scan_next(d);
  if (tok == BR_GOTO || (tok != BR_FALLTHROUGH && d->s.tok == TOK_Name)) s->label = dx_name(d);
  return &s->s;
}

/* go and defer */
static Stmt *call_stmt(Dx *d, CallTok tok) {
  CallStmt *s = NODE(d->ps, CallStmt, dx_pos(d));
  s->tok = tok;
  scan_next(d);
  Expr *x = dx_pexpr(d, NULL, d->s.tok == TOK_Lparen);
  Expr *t = ast_unparen(x);
  if (t != x)
    parse_error(d->ps, x->n.pos, "expression in %s must not be parenthesized",
                tok == CALL_GO ? "go" : "defer");
  s->call = t;
  return &s->s;
}

static Stmt *return_stmt(Dx *d) {
  ReturnStmt *s = NODE(d->ps, ReturnStmt, dx_pos(d));
  scan_next(d);
  if (d->s.tok != TOK_Semi && d->s.tok != TOK_Rbrace) s->results = dx_expr_list(d);
  return &s->s;
}

static Stmt *stmt_from_name(Dx *d) {
  parse_clear_pragma(d->ps);
  Expr *lhs = dx_expr_list(d);
  if (lhs->n.kind == N_Name && d->s.tok == TOK_Colon) return labeled_stmt_or_null(d, (Name *)lhs);
  return simple_stmt(d, lhs, TOK_NONE);
}

static Stmt *stmt_at_depth(Dx *d) {
  if (d->s.tok == TOK_Name) return stmt_from_name(d);
  if (d->s.tok == TOK_Var) return decl_stmt(d, dx_var_decl);
  if (d->s.tok == TOK_Const) return decl_stmt(d, dx_const_decl);
  if (d->s.tok == TOK_Type) return decl_stmt(d, dx_type_decl);
  parse_clear_pragma(d->ps);
  switch (d->s.tok) {
  case TOK_Lbrace: return &block_stmt(d, NULL)->s;
  case TOK_Operator:
  case TOK_Star:
    switch (d->s.op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_AND:
    case OP_XOR:
    case OP_NOT: return simple_stmt(d, NULL, TOK_NONE);
    default: return NULL;
    }
  case TOK_Literal:
  case TOK_Func:
  case TOK_Lparen:
  case TOK_Lbrack:
  case TOK_Struct:
  case TOK_Map:
  case TOK_Chan:
  case TOK_Interface:
  case TOK_Arrow: return simple_stmt(d, NULL, TOK_NONE);
  case TOK_For: return for_stmt(d);
  case TOK_Switch: return switch_stmt(d);
  case TOK_Select: return select_stmt(d);
  case TOK_If: return if_stmt(d);
  case TOK_Fallthrough: return branch_stmt(d, BR_FALLTHROUGH);
  case TOK_Break: return branch_stmt(d, BR_BREAK);
  case TOK_Continue: return branch_stmt(d, BR_CONTINUE);
  case TOK_Goto: return branch_stmt(d, BR_GOTO);
  case TOK_Go: return call_stmt(d, CALL_GO);
  case TOK_Defer: return call_stmt(d, CALL_DEFER);
  case TOK_Return: return return_stmt(d);
  case TOK_Semi: return &NODE(d->ps, EmptyStmt, dx_pos(d))->s;
  default: return NULL;
  }
}

static Stmt *stmt_or_null(Dx *d) {
  if (dx_too_deep(d)) return NULL;
  d->depth++;
  Stmt *s = stmt_at_depth(d);
  d->depth--;
  return s;
}

/* diagnose.c - the diagnosing parser: error wording and recovery, names, source files and declarations.
 * Invariant: every production consumes at least one token or returns to a caller that does; dx_advance never
 * skips the end of the file. Follows cmd/compile/internal/syntax/parser.go. Start reading at
 * parse_diagnosing().
 */
#include "frontend/diagnose.h"

/* ---- errors and recovery ---- */

Pos dx_pos(Dx *d) { return parse_pos_at(d->ps, d->s.line, d->s.col); }

void dx_error(Dx *d, const char *msg) { parse_error(d->ps, dx_pos(d), "%s", msg); }

const char *dx_token_text(Token t) {
  static char buf[4][32];
  static int next;
  if (t == TOK_Comma) return "comma";
  if (t == TOK_Semi) return "semicolon or newline";
  if (!token_is_keyword(t)) return token_string(t);
  char *p = buf[next++ & 3];
  return strcat(strcpy(p, "keyword "), token_string(t));
}

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

/* Appends what the current token is called in "unexpected X". */
static void put_current_token(StrBuf *b, const Scanner *s) {
  switch (s->tok) {
  case TOK_Name: sb_printf(b, "name %s", s->lit->s); break;
  case TOK_Semi: sb_puts(b, s->lit->s); break;
  case TOK_Literal: sb_printf(b, "literal %s", s->lit->s); break;
  case TOK_Operator: sb_puts(b, op_string(s->op)); break;
  case TOK_AssignOp: sb_printf(b, "%s=", op_string(s->op)); break;
  case TOK_IncOp: sb_printf(b, "%s%s", op_string(s->op), op_string(s->op)); break;
  default: sb_puts(b, dx_token_text(s->tok)); break;
  }
}

void dx_syntax_error_at(Dx *d, Pos pos, const char *msg) {
  const char *glue;
  if (d->s.tok == TOK_EOF && d->ps->nsyntax > 0) return; /* only follow-up errors are left */
  if (has_prefix(msg, "in ") || has_prefix(msg, "at ") || has_prefix(msg, "after ")) {
    glue = " ";
  } else if (has_prefix(msg, "expected ")) {
    glue = ", ";
  } else {
    parse_error(d->ps, pos, "syntax error: %s", msg);
    return;
  }
  StrBuf b = {0};
  put_current_token(&b, &d->s);
  parse_error(d->ps, pos, "syntax error: unexpected %s%s%s", b.p, glue, msg);
  sb_free(&b);
}

void dx_syntax_error(Dx *d, const char *msg) { dx_syntax_error_at(d, dx_pos(d), msg); }

/* Keywords that start a statement: good places to go on inside a function. */
static const u64 statement_starts =
    TOKSET(TOK_Break) | TOKSET(TOK_Const) | TOKSET(TOK_Continue) | TOKSET(TOK_Defer) |
    TOKSET(TOK_Fallthrough) | TOKSET(TOK_For) | TOKSET(TOK_Go) | TOKSET(TOK_Goto) | TOKSET(TOK_If) |
    TOKSET(TOK_Return) | TOKSET(TOK_Select) | TOKSET(TOK_Switch) | TOKSET(TOK_Type) | TOKSET(TOK_Var);
static const u64 declaration_starts =
    TOKSET(TOK_Import) | TOKSET(TOK_Const) | TOKSET(TOK_Type) | TOKSET(TOK_Var) | TOKSET(TOK_Func);

void dx_advance(Dx *d, u64 follow) {
  u64 stop = TOKSET(TOK_EOF) | follow;
  if (follow && d->fnest > 0) stop |= statement_starts;
  while (!(stop & TOKSET(d->s.tok))) {
    scan_next(d);
    if (!follow) break;
  }
}

bool dx_too_deep(Dx *d) {
  if (d->depth < DX_MAX_DEPTH) return false;
  dx_syntax_error(d, "nesting too deep");
  scan_stop(d);
  return true;
}

bool dx_got(Dx *d, Token t) {
  if (d->s.tok != t) return false;
  scan_next(d);
  return true;
}

void dx_want(Dx *d, Token t) {
  char msg[64];
  if (dx_got(d, t)) return;
  strcpy(msg, "expected ");
  dx_syntax_error(d, strcat(msg, dx_token_text(t)));
  dx_advance(d, 0);
}

bool dx_got_assign(Dx *d) {
  if (d->s.tok == TOK_Define) dx_syntax_error(d, "expected =");
  if (d->s.tok != TOK_Define && d->s.tok != TOK_Assign) return false;
  scan_next(d);
  return true;
}

/* list = [ f { sep f } [ sep ] ] close. Returns the position of the closing token. */
Pos dx_list(Dx *d, const char *context, Token sep, Token close, DxElement f, void *ctx) {
  char msg[128];
  bool done = false;
  while (d->s.tok != TOK_EOF && d->s.tok != close && !done) {
    done = f(d, ctx);
    if (dx_got(d, sep) || d->s.tok == close) continue;
    strcpy(msg, "in ");
    strcat(strcat(msg, context), "; possibly missing ");
    strcat(strcat(strcat(msg, dx_token_text(sep)), " or "), dx_token_text(close));
    dx_syntax_error(d, msg);
    dx_advance(d, TOKSET(TOK_Rparen) | TOKSET(TOK_Rbrack) | TOKSET(TOK_Rbrace));
    if (d->s.tok != close) return dx_pos(d);
  }
  Pos pos = dx_pos(d);
  dx_want(d, close);
  return pos;
}

/* ---- names and literals ---- */

Expr *dx_bad_expr(Dx *d) { return &NODE(d->ps, BadExpr, dx_pos(d))->e; }

static Name *blank_name(Dx *d) { return parse_name_new(d->ps, dx_pos(d), atom_cstr("_")); }

Name *dx_name(Dx *d) {
  if (d->s.tok == TOK_Name) {
    Name *n = parse_name_new(d->ps, dx_pos(d), d->s.lit);
    scan_next(d);
    return n;
  }
  Name *n = blank_name(d);
  dx_syntax_error(d, "expected name");
  dx_advance(d, 0);
  return n;
}

void dx_name_list(Dx *d, Name *first, NameList *out) {
  u32 mark = parse_list_mark(d->ps);
  parse_list_push(d->ps, first);
  while (dx_got(d, TOK_Comma)) parse_list_push(d->ps, dx_name(d));
  parse_list_take(d->ps, mark, out);
}

static Expr *type_instance(Dx *d, Expr *typ) {
  bool comma;
  IndexExpr *x = NODE(d->ps, IndexExpr, dx_pos(d));
  dx_want(d, TOK_Lbrack);
  x->x = typ;
  if (d->s.tok == TOK_Rbrack) {
    dx_syntax_error(d, "expected type argument list");
    x->index = dx_bad_expr(d);
  } else {
    x->index = dx_type_list(d, true, &comma);
  }
  dx_want(d, TOK_Rbrack);
  return &x->e;
}

Expr *dx_qualified_name(Dx *d, Name *first) {
  Expr *x;
  if (first) {
    x = &first->e;
  } else if (d->s.tok == TOK_Name) {
    x = &dx_name(d)->e;
  } else {
    x = &blank_name(d)->e;
    dx_syntax_error(d, "expected name");
    dx_advance(d, TOKSET(TOK_Dot) | TOKSET(TOK_Semi) | TOKSET(TOK_Rbrace));
  }
  if (d->s.tok == TOK_Dot) {
    SelectorExpr *s = NODE(d->ps, SelectorExpr, dx_pos(d));
    scan_next(d);
    s->x = x;
    s->sel = dx_name(d);
    x = &s->e;
  }
  return d->s.tok == TOK_Lbrack ? type_instance(d, x) : x;
}

BasicLit *dx_literal_or_null(Dx *d) {
  if (d->s.tok != TOK_Literal) return NULL;
  BasicLit *b = NODE(d->ps, BasicLit, dx_pos(d));
  b->value = d->s.lit;
  b->lit = d->s.kind;
  b->bad = d->s.bad;
  scan_next(d);
  return b;
}

/* ---- declarations ---- */

typedef struct GroupCtx {
  DxDecl f;
  Group *group;
} GroupCtx;

static bool group_element(Dx *d, void *ctx) {
  GroupCtx *g = ctx;
  parse_list_push(d->ps, g->f(d, g->group));
  return false;
}

void dx_append_group(Dx *d, DxDecl f) {
  if (d->s.tok != TOK_Lparen) {
    parse_list_push(d->ps, f(d, NULL));
    return;
  }
  GroupCtx g = {f, NEW(d->ps->arena, Group)};
  parse_clear_pragma(d->ps); /* before the scanner may read the next one */
  scan_next(d);
  dx_list(d, "grouped declaration", TOK_Semi, TOK_Rparen, group_element, &g);
}

static Decl *import_decl(Dx *d, Group *group) {
  ImportDecl *x = NODE(d->ps, ImportDecl, dx_pos(d));
  x->group = group;
  x->pragma = parse_take_pragma(d->ps);
  if (d->s.tok == TOK_Name) {
    x->local = dx_name(d);
  } else if (d->s.tok == TOK_Dot) {
    x->local = parse_name_new(d->ps, dx_pos(d), atom_cstr("."));
    scan_next(d);
  }
  x->path = dx_literal_or_null(d);
  if (!x->path) {
    dx_syntax_error(d, "missing import path");
    dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rparen));
  } else if (!x->path->bad && x->path->lit != LIT_STRING) {
    dx_syntax_error_at(d, x->path->e.n.pos, "import path must be a string");
    x->path->bad = true;
  }
  return &x->d;
}

Decl *dx_const_decl(Dx *d, Group *group) {
  ConstDecl *x = NODE(d->ps, ConstDecl, dx_pos(d));
  x->group = group;
  x->pragma = parse_take_pragma(d->ps);
  dx_name_list(d, dx_name(d), &x->names);
  if (d->s.tok != TOK_EOF && d->s.tok != TOK_Semi && d->s.tok != TOK_Rparen) {
    x->type = dx_type_or_null(d);
    if (dx_got_assign(d)) x->values = dx_expr_list(d);
  }
  return &x->d;
}

/* After the name and "[" at pos, where a name follows: an array type or type parameters. A name followed by
 * "[" can only be a type parameter with an array or slice constraint; otherwise an expression is parsed and
 * split. */
static void array_or_type_params(Dx *d, TypeDecl *x, Pos pos) {
  Name *pname;
  Expr *e = &dx_name(d)->e;
  if (d->s.tok != TOK_Lbrack) {
    d->xnest++;
    e = dx_binary_expr(d, dx_pexpr(d, e, false), 0);
    d->xnest--;
  }
  Expr *ptype = parse_extract_name(d->ps, e, d->s.tok == TOK_Comma, &pname);
  if (pname && (ptype || d->s.tok != TOK_Rbrack)) {
    dx_param_list(d, pname, ptype, TOK_Rbrack, true, false, &x->tparams);
    x->alias = dx_got_assign(d);
    x->type = dx_type_or_null(d);
  } else {
    x->type = dx_array_type(d, pos, e);
  }
}

Decl *dx_type_decl(Dx *d, Group *group) {
  TypeDecl *x = NODE(d->ps, TypeDecl, dx_pos(d));
  x->group = group;
  x->pragma = parse_take_pragma(d->ps);
  x->name = dx_name(d);
  if (d->s.tok == TOK_Lbrack) {
    Pos pos = dx_pos(d);
    scan_next(d);
    if (d->s.tok == TOK_Name) {
      array_or_type_params(d, x, pos);
    } else if (dx_got(d, TOK_Rbrack)) {
      x->type = dx_slice_type(d, pos);
    } else {
      x->type = dx_array_type(d, pos, NULL);
    }
  } else {
    x->alias = dx_got_assign(d);
    x->type = dx_type_or_null(d);
  }
  if (!x->type) {
    x->type = dx_bad_expr(d);
    dx_syntax_error(d, "in type declaration");
    dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rparen));
  }
  return &x->d;
}

Decl *dx_var_decl(Dx *d, Group *group) {
  VarDecl *x = NODE(d->ps, VarDecl, dx_pos(d));
  x->group = group;
  x->pragma = parse_take_pragma(d->ps);
  dx_name_list(d, dx_name(d), &x->names);
  if (dx_got_assign(d)) {
    x->values = dx_expr_list(d);
  } else {
    x->type = dx_type(d);
    if (dx_got_assign(d)) x->values = dx_expr_list(d);
  }
  return &x->d;
}

static Field *receiver(Dx *d) {
  FieldList list = {0};
  dx_param_list(d, NULL, NULL, TOK_Rparen, false, false, &list);
  if (list.n == 0) dx_error(d, "method has no receiver");
  if (list.n > 1) dx_error(d, "method has multiple receivers");
  return list.n ? list.v[0] : NULL;
}

static FuncDecl *func_decl(Dx *d) {
  FuncDecl *f = NODE(d->ps, FuncDecl, dx_pos(d));
  f->pragma = parse_take_pragma(d->ps);
  bool method = dx_got(d, TOK_Lparen);
  if (method) f->recv = receiver(d);
  if (d->s.tok == TOK_Name) {
    f->name = dx_name(d);
    f->type = dx_func_type(d, method ? "method" : NULL, &f->tparams);
  } else {
    f->name = blank_name(d);
    f->type = NODE(d->ps, FuncType, dx_pos(d));
    dx_syntax_error(d, method ? "expected name" : "expected name or (");
    dx_advance(d, TOKSET(TOK_Lbrace) | TOKSET(TOK_Semi));
  }
  if (d->s.tok == TOK_Lbrace) f->body = dx_func_body(d);
  return f;
}

/* ---- source files ---- */

/* A stray token at top level; `last` is the declaration before it. */
static void non_declaration(Dx *d, const Decl *last) {
  if (d->s.tok == TOK_Lbrace && last && last->n.kind == N_FuncDecl && !((const FuncDecl *)last)->body) {
    dx_syntax_error(d, "unexpected semicolon or newline before {");
  } else {
    dx_syntax_error(d, "non-declaration statement outside function body");
  }
  dx_advance(d, declaration_starts);
}

static void top_level_decls(Dx *d) {
  ParseState *ps = d->ps;
  u32 mark = parse_list_mark(ps);
  Token prev = TOK_Import;
  while (d->s.tok != TOK_EOF) {
    Token t = d->s.tok;
    if (t == TOK_Import && prev != TOK_Import)
      dx_syntax_error(d, "imports must appear before other declarations");
    prev = t;
    if (!(declaration_starts & TOKSET(t))) {
      non_declaration(d, ps->stack.n > mark ? VEC_LAST(&ps->stack) : NULL);
      continue;
    }
    scan_next(d);
    if (t == TOK_Func) {
      parse_list_push(ps, func_decl(d));
    } else {
      dx_append_group(d, t == TOK_Import  ? import_decl
                         : t == TOK_Const ? dx_const_decl
                         : t == TOK_Type  ? dx_type_decl
                                          : dx_var_decl);
    }
    parse_clear_pragma(ps); /* before reading on: comments after this ";" belong to the next declaration */
    if (d->s.tok != TOK_EOF && !dx_got(d, TOK_Semi)) {
      dx_syntax_error(d, "after top level declaration");
      dx_advance(d, declaration_starts);
    }
  }
  parse_clear_pragma(ps);
  parse_list_take(ps, mark, &ps->file->decls);
}

void parse_diagnosing(ParseState *ps, const char *text, size_t n) {
  Dx d = {.ps = ps};
  scan_init(&d, text, n);
  scan_next(&d);
  File *f = ps->file;
  f->n.pos = dx_pos(&d);
  ps->before_pkg = false;
  if (!dx_got(&d, TOK_Package)) {
    f->pkgname = blank_name(&d);
    dx_syntax_error(&d, "package statement must be first");
    return;
  }
  f->pragma = parse_take_pragma(ps);
  f->pkgname = dx_name(&d);
  dx_want(&d, TOK_Semi);
  if (ps->nsyntax > 0) return;
  top_level_decls(&d);
  f->eof = dx_pos(&d);
}

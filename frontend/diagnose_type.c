/* diagnose_type.c - the diagnosing parser: types, fields and parameter lists.
 * Follows cmd/compile/internal/syntax/parser.go. Start reading at dx_type_or_null().
 */
#include "frontend/diagnose.h"

Expr *dx_type(Dx *d) {
  Expr *t = dx_type_or_null(d);
  if (t) return t;
  t = dx_bad_expr(d);
  dx_syntax_error(d, "expected type");
  dx_advance(d, TOKSET(TOK_Comma) | TOKSET(TOK_Colon) | TOKSET(TOK_Semi) | TOKSET(TOK_Rparen) |
                    TOKSET(TOK_Rbrack) | TOKSET(TOK_Rbrace));
  return t;
}

static Expr *new_unary(Dx *d, Pos pos, Op op, Expr *x) {
  Operation *o = NODE(d->ps, Operation, pos);
  o->op = op;
  o->x = x;
  return &o->e;
}

static Expr *chan_elem(Dx *d) {
  Expr *t = dx_type_or_null(d);
  if (t) return t;
  t = dx_bad_expr(d);
  dx_syntax_error(d, "missing channel element type");
  return t;
}

/* "[" and what follows have been consumed up to here; len is NULL when it has not been. */
Expr *dx_array_type(Dx *d, Pos pos, Expr *len) {
  if (!len && !dx_got(d, TOK_DotDotDot)) {
    d->xnest++;
    len = dx_expr(d);
    d->xnest--;
  }
  if (d->s.tok == TOK_Comma) {
    dx_syntax_error(d, "unexpected comma; expected ]");
    scan_next(d);
  }
  dx_want(d, TOK_Rbrack);
  ArrayType *t = NODE(d->ps, ArrayType, pos);
  t->len = len;
  t->elem = dx_type(d);
  return &t->e;
}

Expr *dx_slice_type(Dx *d, Pos pos) {
  SliceType *t = NODE(d->ps, SliceType, pos);
  t->elem = dx_type(d);
  return &t->e;
}

/* ---- struct types ---- */

typedef struct StructCtx {
  StructType *type;
  FieldList fields;
  VEC(BasicLit *) tags;
} StructCtx;

static void add_field(Dx *d, StructCtx *c, Pos pos, Name *name, Expr *typ, BasicLit *tag) {
  Field *f = NODE(d->ps, Field, pos);
  f->name = name;
  f->type = typ;
  VEC_PUSH(d->ps->arena, &c->fields, f);
  VEC_PUSH(d->ps->arena, &c->tags, tag);
}

/* After a name with "[" next: []E, [n]E, or the arguments of an instantiated type, whose x is left to the
 * caller. */
static Expr *array_or_type_args(Dx *d) {
  Pos pos = dx_pos(d);
  bool comma;
  dx_want(d, TOK_Lbrack);
  if (dx_got(d, TOK_Rbrack)) return dx_slice_type(d, pos);
  Expr *n = dx_type_list(d, false, &comma);
  dx_want(d, TOK_Rbrack);
  Expr *elem = comma ? NULL : dx_type_or_null(d);
  if (elem) {
    ArrayType *t = NODE(d->ps, ArrayType, pos);
    t->len = n;
    t->elem = elem;
    return &t->e;
  }
  IndexExpr *t = NODE(d->ps, IndexExpr, pos);
  t->index = n;
  return &t->e;
}

static void named_field(Dx *d, StructCtx *c, Pos pos) {
  Name *name = dx_name(d);
  Token t = d->s.tok;
  if (t == TOK_Dot || t == TOK_Literal || t == TOK_Semi || t == TOK_Rbrace) {
    Expr *typ = dx_qualified_name(d, name);
    add_field(d, c, pos, NULL, typ, dx_literal_or_null(d));
    return;
  }
  NameList names = {0};
  dx_name_list(d, name, &names);
  Expr *typ;
  if (names.n == 1 && d->s.tok == TOK_Lbrack) {
    typ = array_or_type_args(d);
    if (typ->n.kind == N_IndexExpr) {
      ((IndexExpr *)typ)->x = &name->e;
      add_field(d, c, pos, NULL, typ, dx_literal_or_null(d));
      return;
    }
  } else {
    typ = dx_type(d);
  }
  BasicLit *tag = dx_literal_or_null(d);
  for (u32 i = 0; i < names.n; i++) add_field(d, c, names.v[i]->e.n.pos, names.v[i], typ, tag);
}

static bool field_decl(Dx *d, void *ctx) {
  StructCtx *c = ctx;
  Pos pos = dx_pos(d);
  Expr *typ;
  switch (d->s.tok) {
  case TOK_Name: named_field(d, c, pos); break;
  case TOK_Star:
    scan_next(d);
    if (d->s.tok == TOK_Lparen) {
      dx_syntax_error(d, "cannot parenthesize embedded type");
      scan_next(d);
      typ = dx_qualified_name(d, NULL);
      dx_got(d, TOK_Rparen);
    } else {
      typ = dx_qualified_name(d, NULL);
    }
    add_field(d, c, pos, NULL, new_unary(d, pos, OP_MUL, typ), dx_literal_or_null(d));
    break;
  case TOK_Lparen:
    dx_syntax_error(d, "cannot parenthesize embedded type");
    scan_next(d);
    if (d->s.tok == TOK_Star) {
      Pos star = dx_pos(d);
      scan_next(d);
      typ = new_unary(d, star, OP_MUL, dx_qualified_name(d, NULL));
    } else {
      typ = dx_qualified_name(d, NULL);
    }
    dx_got(d, TOK_Rparen);
    add_field(d, c, pos, NULL, typ, dx_literal_or_null(d));
    break;
  default:
    dx_syntax_error(d, "expected field name or embedded type");
    dx_advance(d, TOKSET(TOK_Semi) | TOKSET(TOK_Rbrace));
    break;
  }
  return false;
}

static Expr *struct_type(Dx *d) {
  StructCtx c = {.type = NODE(d->ps, StructType, dx_pos(d))};
  dx_want(d, TOK_Struct);
  dx_want(d, TOK_Lbrace);
  dx_list(d, "struct type", TOK_Semi, TOK_Rbrace, field_decl, &c);
  c.type->fields = c.fields;
  bool tagged = false;
  for (u32 i = 0; i < c.tags.n; i++) tagged |= c.tags.v[i] != NULL;
  if (tagged) memcpy(&c.type->tags, &c.tags, sizeof c.tags);
  return &c.type->e;
}

/* ---- interface types ---- */

static Expr *embedded_term(Dx *d) {
  if (d->s.tok == TOK_Operator && d->s.op == OP_TILDE) {
    Pos pos = dx_pos(d);
    scan_next(d);
    return new_unary(d, pos, OP_TILDE, dx_type(d));
  }
  Expr *t = dx_type_or_null(d);
  if (t) return t;
  t = dx_bad_expr(d);
  dx_syntax_error(d, "expected ~ term or type");
  dx_advance(d, TOKSET(TOK_Operator) | TOKSET(TOK_Semi) | TOKSET(TOK_Rparen) | TOKSET(TOK_Rbrack) |
                    TOKSET(TOK_Rbrace));
  return t;
}

static bool at_or(const Dx *d) { return d->s.tok == TOK_Operator && d->s.op == OP_OR; }

/* term { "|" term }; the first term is f's type when f is given. */
static Field *embedded_elem(Dx *d, Field *f) {
  if (!f) {
    f = NODE(d->ps, Field, dx_pos(d));
    f->type = embedded_term(d);
  }
  while (at_or(d)) {
    Operation *o = NODE(d->ps, Operation, dx_pos(d));
    o->op = OP_OR;
    scan_next(d);
    o->x = f->type;
    o->y = embedded_term(d);
    f->type = &o->e;
  }
  return f;
}

static void method_signature(Dx *d, Field *f, Name *name) {
  f->name = name;
  f->type = &dx_func_type(d, "interface method", NULL)->e;
}

static Expr *instance_of(Dx *d, Pos pos, Name *name, const FieldList *args) {
  IndexExpr *t = NODE(d->ps, IndexExpr, pos);
  t->x = &name->e;
  t->index = args->v[0]->type;
  if (args->n > 1) {
    ListExpr *l = NODE(d->ps, ListExpr, args->v[0]->e.n.pos);
    for (u32 i = 0; i < args->n; i++) VEC_PUSH(d->ps->arena, &l->elems, args->v[i]->type);
    t->index = &l->e;
  }
  return &t->e;
}

/* name "[": a generic method, which is an error, or an embedded instantiated type. */
static void method_or_instance(Dx *d, Field *f, Name *name) {
  Pos pos = dx_pos(d);
  scan_next(d);
  if (d->s.tok == TOK_Rbrack) {
    Pos rbrack = dx_pos(d);
    scan_next(d);
    if (d->s.tok == TOK_Lparen) {
      parse_error(d->ps, rbrack, "empty type parameter list");
      method_signature(d, f, name);
    } else {
      parse_error(d->ps, rbrack, "empty type argument list");
      f->type = &name->e;
    }
    return;
  }
  FieldList list = {0};
  dx_param_list(d, NULL, NULL, TOK_Rbrack, false, false, &list);
  if (list.n == 0) {
    if (d->s.tok == TOK_Lparen) {
      method_signature(d, f, name);
    } else {
      f->type = &name->e;
    }
  } else if (list.v[0]->name) {
    method_signature(d, f, name);
    parse_error(d->ps, pos, "interface method must have no type parameters");
  } else {
    f->type = instance_of(d, pos, name, &list);
  }
}

static Field *method_decl(Dx *d) {
  Field *f = NODE(d->ps, Field, dx_pos(d));
  Name *name = dx_name(d);
  if (d->s.tok == TOK_Lparen) {
    method_signature(d, f, name);
  } else if (d->s.tok == TOK_Lbrack) {
    method_or_instance(d, f, name);
  } else {
    f->type = dx_qualified_name(d, name);
  }
  return f;
}

static bool interface_elem(Dx *d, void *ctx) {
  InterfaceType *t = ctx;
  Field *f = d->s.tok == TOK_Name ? method_decl(d) : NULL;
  if (!f || !f->name) f = embedded_elem(d, f);
  VEC_PUSH(d->ps->arena, &t->methods, f);
  return false;
}

static Expr *interface_type(Dx *d) {
  InterfaceType *t = NODE(d->ps, InterfaceType, dx_pos(d));
  dx_want(d, TOK_Interface);
  dx_want(d, TOK_Lbrace);
  dx_list(d, "interface type", TOK_Semi, TOK_Rbrace, interface_elem, t);
  return &t->e;
}

/* ---- function types and parameters ---- */

static void func_result(Dx *d, FieldList *out) {
  if (dx_got(d, TOK_Lparen)) {
    dx_param_list(d, NULL, NULL, TOK_Rparen, false, false, out);
    return;
  }
  Pos pos = dx_pos(d);
  Expr *t = dx_type_or_null(d);
  if (!t) return;
  Field *f = NODE(d->ps, Field, pos);
  f->type = t;
  VEC_PUSH(d->ps->arena, out, f);
}

FuncType *dx_func_type(Dx *d, const char *context, FieldList *tparams) {
  FieldList ignored = {0};
  FuncType *t = NODE(d->ps, FuncType, dx_pos(d));
  if (dx_got(d, TOK_Lbrack)) {
    if (context) {
      char msg[96];
      strcat(strcpy(msg, context), " must have no type parameters");
      dx_syntax_error_at(d, t->e.n.pos, msg);
    }
    if (d->s.tok == TOK_Rbrack) {
      dx_syntax_error(d, "empty type parameter list");
      scan_next(d);
    } else {
      dx_param_list(d, NULL, NULL, TOK_Rbrack, true, false, tparams ? tparams : &ignored);
    }
  }
  dx_want(d, TOK_Lparen);
  dx_param_list(d, NULL, NULL, TOK_Rparen, false, true, &t->params);
  func_result(d, &t->results);
  return t;
}

/* The rest of a parameter that starts with `name` when that decides what it is; NULL when it does not. */
static Field *param_after_name(Dx *d, Field *f, Name *name, bool type_sets) {
  if (d->s.tok == TOK_Lbrack) {
    f->type = array_or_type_args(d);
    if (f->type->n.kind == N_IndexExpr) {
      ((IndexExpr *)f->type)->x = &name->e;
    } else {
      f->name = name;
    }
  } else if (d->s.tok == TOK_Dot) {
    f->type = dx_qualified_name(d, name);
  } else if (type_sets && at_or(d)) {
    f->type = &name->e;
  } else {
    return NULL;
  }
  return type_sets && at_or(d) ? embedded_elem(d, f) : f;
}

static Field *dots_param(Dx *d, Field *f) {
  DotsType *t = NODE(d->ps, DotsType, dx_pos(d));
  scan_next(d);
  t->elem = dx_type_or_null(d);
  if (t->elem) {
    f->type = &t->e;
  } else {
    f->type = dx_bad_expr(d);
    dx_syntax_error(d, "... is missing type");
  }
  return f;
}

/* [ name ] [ "..." ] type, or a name alone; `name` has been consumed when given. In type parameter lists
 * (follow is
 * "]") unions are types too. */
static Field *param_decl_or_null(Dx *d, Name *name, Token follow) {
  bool type_sets = follow == TOK_Rbrack;
  if (!name && type_sets && d->s.tok == TOK_Operator && d->s.op == OP_TILDE) return embedded_elem(d, NULL);
  Field *f = NODE(d->ps, Field, name ? name->e.n.pos : dx_pos(d));
  if (name || d->s.tok == TOK_Name) {
    if (!name) name = dx_name(d);
    Field *whole = param_after_name(d, f, name, type_sets);
    if (whole) return whole;
    f->name = name;
  }
  if (d->s.tok == TOK_DotDotDot) return dots_param(d, f);
  if (type_sets && d->s.tok == TOK_Operator && d->s.op == OP_TILDE) {
    f->type = embedded_elem(d, NULL)->type;
    return f;
  }
  f->type = dx_type_or_null(d);
  if (type_sets && f->type && at_or(d)) f = embedded_elem(d, f);
  if (f->name || f->type) return f;
  char msg[64];
  strcpy(msg, "expected ");
  dx_syntax_error(d, strcat(msg, dx_token_text(follow)));
  dx_advance(d, TOKSET(TOK_Comma) | TOKSET(follow));
  return NULL;
}

typedef struct ParamCtx {
  Name *name; /* of the first parameter, when consumed already */
  Expr *type; /* its type, likewise */
  Token close;
  FieldList *out;
  u32 named; /* parameters with a name and a type */
  u32 typed; /* parameters with a type */
} ParamCtx;

static Field *whole_param(Dx *d, Name *name, Expr *type) {
  Field *f = NODE(d->ps, Field, name->e.n.pos);
  f->name = name;
  f->type = type;
  return f;
}

static bool param_element(Dx *d, void *ctx) {
  ParamCtx *c = ctx;
  Field *f = c->type ? whole_param(d, c->name, c->type) : param_decl_or_null(d, c->name, c->close);
  c->name = NULL;
  c->type = NULL;
  if (!f) return false;
  c->named += f->name && f->type;
  c->typed += f->type != NULL;
  VEC_PUSH(d->ps->arena, c->out, f);
  return false;
}

/* Gives every parameter a name and a type, from right to left; complains where that is impossible. */
static void distribute_types(Dx *d, const ParamCtx *c, Pos end, bool require_names) {
  FieldList *list = c->out;
  Pos bad = {0};
  Expr *type = NULL;
  for (u32 i = list->n; i-- > 0;) {
    Field *f = list->v[i];
    if (f->type) {
      type = f->type;
      if (!f->name) {
        bad = ast_start_pos(type);
        f->name = parse_name_new(d->ps, bad, atom_cstr("_"));
      }
    } else if (type) {
      f->type = type;
    } else {
      bad = f->name->e.n.pos;
      f->type = dx_bad_expr(d);
      f->type->n.pos = bad;
    }
  }
  if (!pos_known(bad)) return;
  const char *msg;
  if (c->named == c->typed) {
    bad = end;
    msg = require_names ? "missing type constraint" : "missing parameter type";
  } else if (require_names) {
    msg =
        list->n == 1 ? "missing type parameter name or invalid array length" : "missing type parameter name";
  } else {
    msg = "missing parameter name";
  }
  dx_syntax_error_at(d, bad, msg);
}

static void check_dots(Dx *d, FieldList *list, bool dots_ok) {
  bool first = true;
  for (u32 i = 0; i < list->n; i++) {
    Field *f = list->v[i];
    if (!f->type || f->type->n.kind != N_DotsType || (dots_ok && i + 1 == list->n)) continue;
    if (first)
      parse_error(d->ps, f->type->n.pos, "%s",
                  dots_ok ? "can only use ... with final parameter" : "invalid use of ...");
    first = false;
    f->type = ((DotsType *)f->type)->elem;
  }
}

/* Parameters up to `close`, the opening token and possibly the first name and type having been consumed. */
void dx_param_list(Dx *d, Name *name, Expr *typ, Token close, bool require_names, bool dots_ok,
                   FieldList *out) {
  if (name && typ && d->s.tok == close) {
    scan_next(d);
    VEC_PUSH(d->ps->arena, out, whole_param(d, name, typ));
    return;
  }
  ParamCtx c = {.name = name, .type = typ, .close = close, .out = out};
  Pos end = dx_list(d, "parameter list", TOK_Comma, close, param_element, &c);
  if (out->n == 0) return;
  if (c.named == 0 && !require_names) {
    for (u32 i = 0; i < out->n; i++) {
      Field *f = out->v[i];
      if (!f->name) continue;
      f->type = &f->name->e;
      f->name = NULL;
    }
  } else if (c.named != out->n) {
    distribute_types(d, &c, end, require_names);
  }
  check_dots(d, out, dots_ok);
}

/* ---- types ---- */

static Expr *chan_type(Dx *d, Pos pos, ChanDir dir) {
  ChanType *t = NODE(d->ps, ChanType, pos);
  t->dir = dir;
  t->elem = chan_elem(d);
  return &t->e;
}

static Expr *map_type(Dx *d, Pos pos) {
  MapType *t = NODE(d->ps, MapType, pos);
  dx_want(d, TOK_Lbrack);
  t->key = dx_type(d);
  dx_want(d, TOK_Rbrack);
  t->value = dx_type(d);
  return &t->e;
}

static Expr *type_at_depth(Dx *d) {
  Pos pos = dx_pos(d);
  Expr *t;
  switch (d->s.tok) {
  case TOK_Star: scan_next(d); return new_unary(d, pos, OP_MUL, dx_type(d));
  case TOK_Arrow:
    scan_next(d);
    dx_want(d, TOK_Chan);
    return chan_type(d, pos, CHAN_RECV);
  case TOK_Func: scan_next(d); return &dx_func_type(d, "function type", NULL)->e;
  case TOK_Lbrack:
    scan_next(d);
    return dx_got(d, TOK_Rbrack) ? dx_slice_type(d, pos) : dx_array_type(d, pos, NULL);
  case TOK_Chan: scan_next(d); return chan_type(d, pos, dx_got(d, TOK_Arrow) ? CHAN_SEND : CHAN_BOTH);
  case TOK_Map: scan_next(d); return map_type(d, pos);
  case TOK_Struct: return struct_type(d);
  case TOK_Interface: return interface_type(d);
  case TOK_Name: return dx_qualified_name(d, NULL);
  case TOK_Lparen:
    scan_next(d);
    t = dx_type(d);
    dx_want(d, TOK_Rparen);
    return t;
  default: return NULL;
  }
}

Expr *dx_type_or_null(Dx *d) {
  if (dx_too_deep(d)) return dx_bad_expr(d);
  d->depth++;
  Expr *t = type_at_depth(d);
  d->depth--;
  return t;
}

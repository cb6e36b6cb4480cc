/* ast_print.c - expressions and simple statements as Go source on one line, for messages.
 * The output is that of cmd/compile/internal/syntax's String (printer.go, ShortForm): bodies of function
 * literals and elements of composite literals are printed as "…", everything else in full.
 */
#include "frontend/ast.h"

static void put(StrBuf *b, const void *node) { ast_expr_string(b, node); }

static void put_list(StrBuf *b, void *const *v, u32 n) {
  for (u32 i = 0; i < n; i++) {
    if (i) sb_puts(b, ", ");
    put(b, v[i]);
  }
}

static void put_params(StrBuf *b, const FieldList *list) {
  sb_putc(b, '(');
  for (u32 i = 0; i < list->n; i++) {
    const Field *f = list->v[i], *next = i + 1 < list->n ? list->v[i + 1] : NULL;
    if (i) sb_puts(b, ", ");
    if (f->name) {
      put(b, f->name);
      if (next && next->name && next->type == f->type) continue;
      sb_putc(b, ' ');
    }
    put(b, f->type);
  }
  sb_putc(b, ')');
}

static void put_signature(StrBuf *b, const FuncType *t) {
  put_params(b, &t->params);
  if (t->results.n == 0) return;
  sb_putc(b, ' ');
  if (t->results.n == 1 && !t->results.v[0]->name) {
    put(b, t->results.v[0]->type);
  } else {
    put_params(b, &t->results);
  }
}

/* Fields from i on that share one declaration; returns the index after them. */
static u32 put_fields(StrBuf *b, const StructType *t, u32 i) {
  u32 first = i;
  const Field *f = t->fields.v[i++];
  if (f->name) {
    put(b, f->name);
    for (; i < t->fields.n && t->fields.v[i]->name && t->fields.v[i]->type == f->type; i++) {
      sb_puts(b, ", ");
      put(b, t->fields.v[i]->name);
    }
    sb_putc(b, ' ');
  }
  put(b, f->type);
  if (first < t->tags.n && t->tags.v[first]) {
    sb_putc(b, ' ');
    put(b, t->tags.v[first]);
  }
  return i;
}

static void put_struct(StrBuf *b, const StructType *t) {
  sb_puts(b, "struct{");
  for (u32 i = 0; i < t->fields.n;) {
    if (i) sb_puts(b, "; ");
    i = put_fields(b, t, i);
  }
  sb_putc(b, '}');
}

static void put_interface(StrBuf *b, const InterfaceType *t) {
  sb_puts(b, "interface{");
  for (u32 i = 0; i < t->methods.n; i++) {
    const Field *m = t->methods.v[i];
    if (i) sb_puts(b, "; ");
    if (m->name) {
      put(b, m->name);
      put_signature(b, (const FuncType *)m->type);
    } else {
      put(b, m->type);
    }
  }
  sb_putc(b, '}');
}

static void put_chan(StrBuf *b, const ChanType *t) {
  const ChanType *e = t->elem && t->elem->n.kind == N_ChanType ? (const ChanType *)t->elem : NULL;
  bool parens = t->dir == CHAN_BOTH && e && e->dir == CHAN_RECV; /* chan (<-chan T) */
  sb_puts(b, t->dir == CHAN_RECV ? "<-chan " : t->dir == CHAN_SEND ? "chan<- " : "chan ");
  if (parens) sb_putc(b, '(');
  put(b, t->elem);
  if (parens) sb_putc(b, ')');
}

static void put_slice(StrBuf *b, const SliceExpr *x) {
  put(b, x->x);
  sb_putc(b, '[');
  put(b, x->index[0]);
  sb_putc(b, ':');
  put(b, x->index[1]);
  if (x->index[2]) {
    sb_putc(b, ':');
    put(b, x->index[2]);
  }
  sb_putc(b, ']');
}

static void put_operation(StrBuf *b, const Operation *x) {
  if (!x->y) {
    sb_puts(b, op_string(x->op));
    put(b, x->x);
    return;
  }
  put(b, x->x);
  sb_printf(b, " %s ", op_string(x->op));
  put(b, x->y);
}

static void put_type(StrBuf *b, const Node *n) {
  switch (n->kind) {
  case N_ArrayType: {
    const ArrayType *t = (const ArrayType *)n;
    sb_putc(b, '[');
    if (t->len) {
      put(b, t->len);
    } else {
      sb_puts(b, "...");
    }
    sb_putc(b, ']');
    put(b, t->elem);
    break;
  }
  case N_SliceType:
    sb_puts(b, "[]");
    put(b, ((const SliceType *)n)->elem);
    break;
  case N_DotsType:
    sb_puts(b, "...");
    put(b, ((const DotsType *)n)->elem);
    break;
  case N_StructType: put_struct(b, (const StructType *)n); break;
  case N_InterfaceType: put_interface(b, (const InterfaceType *)n); break;
  case N_FuncType:
    sb_puts(b, "func");
    put_signature(b, (const FuncType *)n);
    break;
  case N_MapType:
    sb_puts(b, "map[");
    put(b, ((const MapType *)n)->key);
    sb_putc(b, ']');
    put(b, ((const MapType *)n)->value);
    break;
  case N_ChanType: put_chan(b, (const ChanType *)n); break;
  default: break;
  }
}

static void put_stmt(StrBuf *b, const Node *n) {
  switch (n->kind) {
  case N_ExprStmt: put(b, ((const ExprStmt *)n)->x); break;
  case N_SendStmt:
    put(b, ((const SendStmt *)n)->chan);
    sb_puts(b, " <- ");
    put(b, ((const SendStmt *)n)->value);
    break;
  case N_AssignStmt: {
    const AssignStmt *a = (const AssignStmt *)n;
    put(b, a->lhs);
    if (a->rhs) {
      sb_printf(b, " %s= ", op_string(a->op));
      put(b, a->rhs);
    } else {
      sb_printf(b, "%s%s", op_string(a->op), op_string(a->op));
    }
    break;
  }
  case N_RangeClause: {
    const RangeClause *r = (const RangeClause *)n;
    if (r->lhs) {
      put(b, r->lhs);
      sb_puts(b, r->def ? " := " : " = ");
    }
    sb_puts(b, "range ");
    put(b, r->x);
    break;
  }
  default: break;
  }
}

/* long: one case per expression */
void ast_expr_string(StrBuf *b, const void *node) {
  const Node *n = node;
  if (!n) return;
  switch (n->kind) {
  case N_BadExpr: sb_puts(b, "<bad expr>"); break;
  case N_Name: sb_puts(b, ((const Name *)n)->name->s); break;
  case N_BasicLit: sb_puts(b, ((const BasicLit *)n)->value->s); break;
  case N_FuncLit: {
    const FuncLit *f = (const FuncLit *)n;
    put(b, f->type);
    sb_puts(b, f->body && f->body->list.n ? " {…}" : " {}");
    break;
  }
  case N_CompositeLit:
    put(b, ((const CompositeLit *)n)->type);
    sb_puts(b, ((const CompositeLit *)n)->elems.n ? "{…}" : "{}");
    break;
  case N_ParenExpr:
    sb_putc(b, '(');
    put(b, ((const ParenExpr *)n)->x);
    sb_putc(b, ')');
    break;
  case N_SelectorExpr:
    put(b, ((const SelectorExpr *)n)->x);
    sb_putc(b, '.');
    put(b, ((const SelectorExpr *)n)->sel);
    break;
  case N_IndexExpr:
    put(b, ((const IndexExpr *)n)->x);
    sb_putc(b, '[');
    put(b, ((const IndexExpr *)n)->index);
    sb_putc(b, ']');
    break;
  case N_SliceExpr: put_slice(b, (const SliceExpr *)n); break;
  case N_AssertExpr:
    put(b, ((const AssertExpr *)n)->x);
    sb_puts(b, ".(");
    put(b, ((const AssertExpr *)n)->type);
    sb_putc(b, ')');
    break;
  case N_TypeSwitchGuard:
    if (((const TypeSwitchGuard *)n)->lhs) {
      put(b, ((const TypeSwitchGuard *)n)->lhs);
      sb_puts(b, " := ");
    }
    put(b, ((const TypeSwitchGuard *)n)->x);
    sb_puts(b, ".(type)");
    break;
  case N_CallExpr: {
    const CallExpr *c = (const CallExpr *)n;
    put(b, c->fun);
    sb_putc(b, '(');
    put_list(b, (void **)c->args.v, c->args.n);
    sb_puts(b, c->has_dots ? "...)" : ")");
    break;
  }
  case N_Operation: put_operation(b, (const Operation *)n); break;
  case N_KeyValueExpr:
    put(b, ((const KeyValueExpr *)n)->key);
    sb_puts(b, ": ");
    put(b, ((const KeyValueExpr *)n)->value);
    break;
  case N_ListExpr:
    put_list(b, (void **)((const ListExpr *)n)->elems.v, ((const ListExpr *)n)->elems.n);
    break;
  default:
    if (node_is_expr(n->kind)) {
      put_type(b, n);
    } else {
      put_stmt(b, n);
    }
    break;
  }
}

const char *ast_expr_cstr(const void *expr) {
  static StrBuf bufs[8];
  static u32 next;
  StrBuf *b = &bufs[next++ % ARRAY_LEN(bufs)];
  sb_reset(b);
  ast_expr_string(b, expr);
  return sb_cstr(b);
}

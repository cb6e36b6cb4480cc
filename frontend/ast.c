/* ast.c - helpers over the syntax tree: extents, parentheses, walking.
 * Extents follow cmd/compile/internal/syntax/positions.go: an end position is approximate (for blocks and
 * literals that of the closing brace, for names just behind them), good for scopes and no more.
 */
#include "frontend/ast.h"

static const char *const op_names[OP_COUNT] = {
    [OP_NONE] = "",   [OP_DEF] = ":",     [OP_NOT] = "!",  [OP_RECV] = "<-", [OP_TILDE] = "~",
    [OP_OROR] = "||", [OP_ANDAND] = "&&", [OP_EQL] = "==", [OP_NEQ] = "!=",  [OP_LSS] = "<",
    [OP_LEQ] = "<=",  [OP_GTR] = ">",     [OP_GEQ] = ">=", [OP_ADD] = "+",   [OP_SUB] = "-",
    [OP_OR] = "|",    [OP_XOR] = "^",     [OP_MUL] = "*",  [OP_DIV] = "/",   [OP_REM] = "%",
    [OP_AND] = "&",   [OP_ANDNOT] = "&^", [OP_SHL] = "<<", [OP_SHR] = ">>",
};

const char *op_string(Op op) { return op_names[op]; }

Expr *ast_unparen(Expr *x) {
  while (x && x->n.kind == N_ParenExpr) x = ((ParenExpr *)x)->x;
  return x;
}

bool ast_is_name(const void *expr, const char *s) {
  const Name *n = expr;
  return n && n->e.n.kind == N_Name && atom_is(n->name, s);
}

/* ---- extents ---- */

/* The child at which node starts, NULL when it starts at its own position. */
static const void *first_child(const Node *n) {
  switch (n->kind) {
  case N_CompositeLit: return ((const CompositeLit *)n)->type;
  case N_KeyValueExpr: return ((const KeyValueExpr *)n)->key;
  case N_SelectorExpr: return ((const SelectorExpr *)n)->x;
  case N_IndexExpr: return ((const IndexExpr *)n)->x;
  case N_AssertExpr: return ((const AssertExpr *)n)->x;
  case N_TypeSwitchGuard: {
    const TypeSwitchGuard *t = (const TypeSwitchGuard *)n;
    return t->lhs ? (const void *)t->lhs : t->x;
  }
  case N_Operation: return ((const Operation *)n)->y ? ((const Operation *)n)->x : NULL;
  case N_CallExpr: return ((const CallExpr *)n)->fun;
  case N_ListExpr: return ((const ListExpr *)n)->elems.n ? ((const ListExpr *)n)->elems.v[0] : NULL;
  case N_SendStmt: return ((const SendStmt *)n)->chan;
  case N_AssignStmt: return ((const AssignStmt *)n)->lhs;
  case N_RangeClause: {
    const RangeClause *r = (const RangeClause *)n;
    return r->lhs ? r->lhs : r->x;
  }
  default: return NULL;
  }
}

Pos ast_start_pos(const void *node) {
  const Node *n = node;
  for (const void *c; (c = first_child(n));) n = c;
  return n->pos;
}

#define LAST_OR(list, other) ((list).n ? (const void *)VEC_LAST(&(list)) : (const void *)(other))

static const void *last_of_names(const NameList *names, const Expr *type, const Expr *values) {
  return values ? (const void *)values : type ? (const void *)type : LAST_OR(*names, NULL);
}

static const void *last_child_expr(const Node *n) {
  switch (n->kind) {
  case N_KeyValueExpr: return ((const KeyValueExpr *)n)->value;
  case N_FuncLit: return ((const FuncLit *)n)->body;
  case N_ParenExpr: return ((const ParenExpr *)n)->x;
  case N_SelectorExpr: return ((const SelectorExpr *)n)->sel;
  case N_IndexExpr: return ((const IndexExpr *)n)->index;
  case N_SliceExpr:
    return ((const SliceExpr *)n)->x; /* sic: gc's loop over the indices ends in the operand */
  case N_AssertExpr: return ((const AssertExpr *)n)->type;
  case N_TypeSwitchGuard: return ((const TypeSwitchGuard *)n)->x;
  case N_Operation: return ((const Operation *)n)->y ? ((const Operation *)n)->y : ((const Operation *)n)->x;
  case N_CallExpr: return LAST_OR(((const CallExpr *)n)->args, ((const CallExpr *)n)->fun);
  case N_ListExpr: return LAST_OR(((const ListExpr *)n)->elems, NULL);
  case N_ArrayType: return ((const ArrayType *)n)->elem;
  case N_SliceType: return ((const SliceType *)n)->elem;
  case N_DotsType: return ((const DotsType *)n)->elem;
  case N_StructType: return LAST_OR(((const StructType *)n)->fields, NULL);
  case N_Field:
    return ((const Field *)n)->type ? (const void *)((const Field *)n)->type : ((const Field *)n)->name;
  case N_InterfaceType: return LAST_OR(((const InterfaceType *)n)->methods, NULL);
  case N_FuncType:
    return LAST_OR(((const FuncType *)n)->results, LAST_OR(((const FuncType *)n)->params, NULL));
  case N_MapType: return ((const MapType *)n)->value;
  case N_ChanType: return ((const ChanType *)n)->elem;
  default: return NULL;
  }
}

static const void *last_child_other(const Node *n) {
  switch (n->kind) {
  case N_ImportDecl: return ((const ImportDecl *)n)->path;
  case N_ConstDecl: {
    const ConstDecl *d = (const ConstDecl *)n;
    return last_of_names(&d->names, d->type, d->values);
  }
  case N_TypeDecl: return ((const TypeDecl *)n)->type;
  case N_VarDecl: {
    const VarDecl *d = (const VarDecl *)n;
    return last_of_names(&d->names, d->type, d->values);
  }
  case N_FuncDecl: {
    const FuncDecl *d = (const FuncDecl *)n;
    return d->body ? (const void *)d->body : d->type;
  }
  case N_LabeledStmt: return ((const LabeledStmt *)n)->stmt;
  case N_ExprStmt: return ((const ExprStmt *)n)->x;
  case N_SendStmt: return ((const SendStmt *)n)->value;
  case N_DeclStmt: return LAST_OR(((const DeclStmt *)n)->list, NULL);
  case N_AssignStmt: return ((const AssignStmt *)n)->rhs;
  case N_BranchStmt: return ((const BranchStmt *)n)->label;
  case N_CallStmt: return ((const CallStmt *)n)->call;
  case N_ReturnStmt: return ((const ReturnStmt *)n)->results;
  case N_IfStmt:
    return ((const IfStmt *)n)->els ? (const void *)((const IfStmt *)n)->els : ((const IfStmt *)n)->then;
  case N_ForStmt: return ((const ForStmt *)n)->body;
  case N_RangeClause: return ((const RangeClause *)n)->x;
  case N_CaseClause: return LAST_OR(((const CaseClause *)n)->body, NULL);
  case N_CommClause: return LAST_OR(((const CommClause *)n)->body, NULL);
  default: return NULL;
  }
}

static Pos pos_after(Pos p, u32 n) {
  p.col += n;
  return p;
}

static Pos own_end_pos(const Node *n) {
  switch (n->kind) {
  case N_Name: return pos_after(n->pos, ((const Name *)n)->name->len);
  case N_BasicLit: return pos_after(n->pos, ((const BasicLit *)n)->value->len);
  case N_CompositeLit: return ((const CompositeLit *)n)->rbrace;
  case N_BlockStmt: return ((const BlockStmt *)n)->rbrace;
  case N_SwitchStmt: return ((const SwitchStmt *)n)->rbrace;
  case N_SelectStmt: return ((const SelectStmt *)n)->rbrace;
  case N_AssignStmt: return pos_after(ast_end_pos(((const AssignStmt *)n)->lhs), 2); /* x++ */
  case N_CaseClause: return ((const CaseClause *)n)->colon;
  case N_CommClause: return ((const CommClause *)n)->colon;
  default: return n->pos;
  }
}

Pos ast_end_pos(const void *node) {
  const Node *n = node;
  for (;;) {
    const void *c = node_is_expr(n->kind) ? last_child_expr(n) : last_child_other(n);
    if (!c) return own_end_pos(n);
    n = c;
  }
}

/* ---- walking ---- */

typedef struct Walk {
  bool (*f)(void *ctx, void *node);
  void *ctx;
} Walk;

#define WALK_LIST(w, list)                                                                                   \
  for (u32 i_ = 0; i_ < (list).n; i_++) walk((w), (list).v[i_])

static void walk(const Walk *w, void *node);

/* Fields declared together share their type, which is visited once. */
static void walk_fields(const Walk *w, const FieldList *fields) {
  for (u32 i = 0; i < fields->n; i++) {
    Field *f = fields->v[i];
    if (!w->f(w->ctx, f)) continue;
    walk(w, f->name);
    if (i + 1 == fields->n || fields->v[i + 1]->type != f->type) walk(w, f->type);
  }
}

static void walk_expr(const Walk *w, Node *n) {
  switch (n->kind) {
  case N_CompositeLit:
    walk(w, ((CompositeLit *)n)->type);
    WALK_LIST(w, ((CompositeLit *)n)->elems);
    break;
  case N_KeyValueExpr:
    walk(w, ((KeyValueExpr *)n)->key);
    walk(w, ((KeyValueExpr *)n)->value);
    break;
  case N_FuncLit:
    walk(w, ((FuncLit *)n)->type);
    walk(w, ((FuncLit *)n)->body);
    break;
  case N_ParenExpr: walk(w, ((ParenExpr *)n)->x); break;
  case N_SelectorExpr:
    walk(w, ((SelectorExpr *)n)->x);
    walk(w, ((SelectorExpr *)n)->sel);
    break;
  case N_IndexExpr:
    walk(w, ((IndexExpr *)n)->x);
    walk(w, ((IndexExpr *)n)->index);
    break;
  case N_SliceExpr:
    walk(w, ((SliceExpr *)n)->x);
    for (int i = 0; i < 3; i++) walk(w, ((SliceExpr *)n)->index[i]);
    break;
  case N_AssertExpr:
    walk(w, ((AssertExpr *)n)->x);
    walk(w, ((AssertExpr *)n)->type);
    break;
  case N_TypeSwitchGuard:
    walk(w, ((TypeSwitchGuard *)n)->lhs);
    walk(w, ((TypeSwitchGuard *)n)->x);
    break;
  case N_Operation:
    walk(w, ((Operation *)n)->x);
    walk(w, ((Operation *)n)->y);
    break;
  case N_CallExpr:
    walk(w, ((CallExpr *)n)->fun);
    WALK_LIST(w, ((CallExpr *)n)->args);
    break;
  case N_ListExpr: WALK_LIST(w, ((ListExpr *)n)->elems); break;
  case N_ArrayType:
    walk(w, ((ArrayType *)n)->len);
    walk(w, ((ArrayType *)n)->elem);
    break;
  case N_SliceType: walk(w, ((SliceType *)n)->elem); break;
  case N_DotsType: walk(w, ((DotsType *)n)->elem); break;
  case N_StructType:
    walk_fields(w, &((StructType *)n)->fields);
    WALK_LIST(w, ((StructType *)n)->tags);
    break;
  case N_Field:
    walk(w, ((Field *)n)->name);
    walk(w, ((Field *)n)->type);
    break;
  case N_InterfaceType: walk_fields(w, &((InterfaceType *)n)->methods); break;
  case N_FuncType:
    walk_fields(w, &((FuncType *)n)->params);
    walk_fields(w, &((FuncType *)n)->results);
    break;
  case N_MapType:
    walk(w, ((MapType *)n)->key);
    walk(w, ((MapType *)n)->value);
    break;
  case N_ChanType: walk(w, ((ChanType *)n)->elem); break;
  default: break;
  }
}

static void walk_decl(const Walk *w, Node *n) {
  switch (n->kind) {
  case N_ImportDecl:
    walk(w, ((ImportDecl *)n)->local);
    walk(w, ((ImportDecl *)n)->path);
    break;
  case N_ConstDecl:
    WALK_LIST(w, ((ConstDecl *)n)->names);
    walk(w, ((ConstDecl *)n)->type);
    walk(w, ((ConstDecl *)n)->values);
    break;
  case N_TypeDecl:
    walk(w, ((TypeDecl *)n)->name);
    walk_fields(w, &((TypeDecl *)n)->tparams);
    walk(w, ((TypeDecl *)n)->type);
    break;
  case N_VarDecl:
    WALK_LIST(w, ((VarDecl *)n)->names);
    walk(w, ((VarDecl *)n)->type);
    walk(w, ((VarDecl *)n)->values);
    break;
  default:
    walk(w, ((FuncDecl *)n)->recv);
    walk(w, ((FuncDecl *)n)->name);
    walk_fields(w, &((FuncDecl *)n)->tparams);
    walk(w, ((FuncDecl *)n)->type);
    walk(w, ((FuncDecl *)n)->body);
    break;
  }
}

static void walk_stmt(const Walk *w, Node *n) {
  switch (n->kind) {
  case N_LabeledStmt:
    walk(w, ((LabeledStmt *)n)->label);
    walk(w, ((LabeledStmt *)n)->stmt);
    break;
  case N_BlockStmt: WALK_LIST(w, ((BlockStmt *)n)->list); break;
  case N_ExprStmt: walk(w, ((ExprStmt *)n)->x); break;
  case N_SendStmt:
    walk(w, ((SendStmt *)n)->chan);
    walk(w, ((SendStmt *)n)->value);
    break;
  case N_DeclStmt: WALK_LIST(w, ((DeclStmt *)n)->list); break;
  case N_AssignStmt:
    walk(w, ((AssignStmt *)n)->lhs);
    walk(w, ((AssignStmt *)n)->rhs);
    break;
  case N_BranchStmt: walk(w, ((BranchStmt *)n)->label); break;
  case N_CallStmt: walk(w, ((CallStmt *)n)->call); break;
  case N_ReturnStmt: walk(w, ((ReturnStmt *)n)->results); break;
  case N_IfStmt:
    walk(w, ((IfStmt *)n)->init);
    walk(w, ((IfStmt *)n)->cond);
    walk(w, ((IfStmt *)n)->then);
    walk(w, ((IfStmt *)n)->els);
    break;
  case N_ForStmt:
    walk(w, ((ForStmt *)n)->init);
    walk(w, ((ForStmt *)n)->cond);
    walk(w, ((ForStmt *)n)->post);
    walk(w, ((ForStmt *)n)->body);
    break;
  case N_SwitchStmt:
    walk(w, ((SwitchStmt *)n)->init);
    walk(w, ((SwitchStmt *)n)->tag);
    WALK_LIST(w, ((SwitchStmt *)n)->body);
    break;
  case N_SelectStmt: WALK_LIST(w, ((SelectStmt *)n)->body); break;
  case N_RangeClause:
    walk(w, ((RangeClause *)n)->lhs);
    walk(w, ((RangeClause *)n)->x);
    break;
  case N_CaseClause:
    walk(w, ((CaseClause *)n)->cases);
    WALK_LIST(w, ((CaseClause *)n)->body);
    break;
  case N_CommClause:
    walk(w, ((CommClause *)n)->comm);
    WALK_LIST(w, ((CommClause *)n)->body);
    break;
  default: break;
  }
}

static void walk(const Walk *w, void *node) {
  Node *n = node;
  if (!n || !w->f(w->ctx, n)) return;
  if (node_is_expr(n->kind)) {
    walk_expr(w, n);
  } else if (node_is_decl(n->kind)) {
    walk_decl(w, n);
  } else {
    walk_stmt(w, n);
  }
}

void ast_inspect(void *node, bool (*f)(void *ctx, void *node), void *ctx) {
  if (node) walk(&(Walk){f, ctx}, node);
}

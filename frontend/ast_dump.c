/* ast_dump.c - govm dump --ast: one line per node, children indented below their parent:
 *     role: Kind line:col details
 * Roles are gc's field names (syntax/nodes.go), so that a tree can be compared with gc's line by line.
 * Positions are absolute; in the reach of a line directive the relative one follows in brackets.
 */
#include <stdio.h>

#include "frontend/ast.h"

typedef struct Dump {
  FILE *f;
  int depth;
} Dump;

static const char *const kind_names[] = {"None",
#define X(k) #k,
                                         AST_EXPRS(X) AST_DECLS(X) AST_STMTS(X)
#undef X
};
static const char *const lit_names[] = {"int", "float", "imag", "rune", "string"};
static const char *const branch_names[] = {"break", "continue", "goto", "fallthrough"};

static void dump(Dump *d, const char *role, const void *node);

/* Prints text with what would break the line escaped. */
static void put_text(Dump *d, const Atom *a) {
  fputc(' ', d->f);
  for (u32 i = 0; i < a->len; i++) {
    u8 c = (u8)a->s[i];
    if (c == '\n') {
      fputs("\\n", d->f);
    } else if (c < 0x20 || c == 0x7f) {
      fprintf(d->f, "\\x%02x", c);
    } else {
      fputc(c, d->f);
    }
  }
}

static void put_pos(Dump *d, Pos p) {
  fprintf(d->f, " %u:%u", p.line, p.col);
  if (pos_base(p.base)->is_file) return;
  RelPos r = pos_rel(p);
  fprintf(d->f, "[%s:%u:%u]", r.filename->s, r.line, r.col);
}

#define DUMP_LIST(d, role, list)                                                                             \
  for (u32 i_ = 0; i_ < (list).n; i_++) dump((d), (role), (list).v[i_])

/* Fields declared together print their common type once. */
static void dump_fields(Dump *d, const char *role, const FieldList *l) {
  const Expr *type = NULL;
  for (u32 i = 0; i < l->n; i++) {
    const Field *f = l->v[i];
    fprintf(d->f, "%*s%s: Field", 2 * d->depth, "", role);
    put_pos(d, f->e.n.pos);
    fputc('\n', d->f);
    d->depth++;
    dump(d, "Name", f->name);
    if (f->type != type) dump(d, "Type", f->type);
    d->depth--;
    type = f->type;
  }
}

static void put_group(Dump *d, const Group *g) {
  if (g) fputs(" group", d->f);
}

static void put_pragma(Dump *d, const Pragma *p) {
  for (u32 i = 0; p && i < p->all.n; i++) put_text(d, p->all.v[i].text);
}

/* What stands on the node's own line behind its position. */
static void put_details(Dump *d, const Node *n) {
  switch (n->kind) {
  case N_Name: put_text(d, ((const Name *)n)->name); break;
  case N_BasicLit:
    fprintf(d->f, " %s", lit_names[((const BasicLit *)n)->lit]);
    put_text(d, ((const BasicLit *)n)->value);
    break;
  case N_CompositeLit:
    fprintf(d->f, " %u keys", ((const CompositeLit *)n)->nkeys);
    put_pos(d, ((const CompositeLit *)n)->rbrace);
    break;
  case N_SliceExpr:
    for (int i = 0; i < 3; i++) fputs(((const SliceExpr *)n)->index[i] ? " x" : " -", d->f);
    if (((const SliceExpr *)n)->full) fputs(" full", d->f);
    break;
  case N_Operation:
    fprintf(d->f, " %s %s", op_string(((const Operation *)n)->op),
            ((const Operation *)n)->y ? "binary" : "unary");
    break;
  case N_CallExpr:
    if (((const CallExpr *)n)->has_dots) fputs(" dots", d->f);
    break;
  case N_ChanType: fprintf(d->f, " %d", ((const ChanType *)n)->dir); break;
  case N_ImportDecl:
    put_group(d, ((const ImportDecl *)n)->group);
    put_pragma(d, ((const ImportDecl *)n)->pragma);
    break;
  case N_ConstDecl:
    put_group(d, ((const ConstDecl *)n)->group);
    put_pragma(d, ((const ConstDecl *)n)->pragma);
    break;
  case N_TypeDecl:
    put_group(d, ((const TypeDecl *)n)->group);
    if (((const TypeDecl *)n)->alias) fputs(" alias", d->f);
    put_pragma(d, ((const TypeDecl *)n)->pragma);
    break;
  case N_VarDecl:
    put_group(d, ((const VarDecl *)n)->group);
    put_pragma(d, ((const VarDecl *)n)->pragma);
    break;
  case N_FuncDecl: put_pragma(d, ((const FuncDecl *)n)->pragma); break;
  case N_BlockStmt: put_pos(d, ((const BlockStmt *)n)->rbrace); break;
  case N_AssignStmt: fprintf(d->f, " %s=", op_string(((const AssignStmt *)n)->op)); break;
  case N_BranchStmt: {
    const BranchStmt *b = (const BranchStmt *)n;
    fprintf(d->f, " %s", branch_names[b->tok]);
    if (b->target) put_pos(d, b->target->n.pos);
    break;
  }
  case N_CallStmt: fputs(((const CallStmt *)n)->tok == CALL_GO ? " go" : " defer", d->f); break;
  case N_RangeClause:
    if (((const RangeClause *)n)->def) fputs(" def", d->f);
    break;
  case N_SwitchStmt: put_pos(d, ((const SwitchStmt *)n)->rbrace); break;
  case N_SelectStmt: put_pos(d, ((const SelectStmt *)n)->rbrace); break;
  case N_CaseClause: put_pos(d, ((const CaseClause *)n)->colon); break;
  case N_CommClause: put_pos(d, ((const CommClause *)n)->colon); break;
  default: break;
  }
}

#define CHILD(T, role, field) dump(d, role, ((const T *)n)->field)
#define CHILDREN(T, role, field) DUMP_LIST(d, role, ((const T *)n)->field)

/* long: one case per node */
static void dump_expr(Dump *d, const Node *n) {
  switch (n->kind) {
  case N_CompositeLit:
    CHILD(CompositeLit, "Type", type);
    CHILDREN(CompositeLit, "ElemList", elems);
    break;
  case N_KeyValueExpr:
    CHILD(KeyValueExpr, "Key", key);
    CHILD(KeyValueExpr, "Value", value);
    break;
  case N_FuncLit:
    CHILD(FuncLit, "Type", type);
    CHILD(FuncLit, "Body", body);
    break;
  case N_ParenExpr: CHILD(ParenExpr, "X", x); break;
  case N_SelectorExpr:
    CHILD(SelectorExpr, "X", x);
    CHILD(SelectorExpr, "Sel", sel);
    break;
  case N_IndexExpr:
    CHILD(IndexExpr, "X", x);
    CHILD(IndexExpr, "Index", index);
    break;
  case N_SliceExpr:
    CHILD(SliceExpr, "X", x);
    for (int i = 0; i < 3; i++) CHILD(SliceExpr, "Index", index[i]);
    break;
  case N_AssertExpr:
    CHILD(AssertExpr, "X", x);
    CHILD(AssertExpr, "Type", type);
    break;
  case N_TypeSwitchGuard:
    CHILD(TypeSwitchGuard, "Lhs", lhs);
    CHILD(TypeSwitchGuard, "X", x);
    break;
  case N_Operation:
    CHILD(Operation, "X", x);
    CHILD(Operation, "Y", y);
    break;
  case N_CallExpr:
    CHILD(CallExpr, "Fun", fun);
    CHILDREN(CallExpr, "ArgList", args);
    break;
  case N_ListExpr: CHILDREN(ListExpr, "ElemList", elems); break;
  case N_ArrayType:
    CHILD(ArrayType, "Len", len);
    CHILD(ArrayType, "Elem", elem);
    break;
  case N_SliceType: CHILD(SliceType, "Elem", elem); break;
  case N_DotsType: CHILD(DotsType, "Elem", elem); break;
  case N_StructType:
    dump_fields(d, "FieldList", &((const StructType *)n)->fields);
    CHILDREN(StructType, "TagList", tags);
    break;
  case N_InterfaceType: dump_fields(d, "MethodList", &((const InterfaceType *)n)->methods); break;
  case N_FuncType:
    dump_fields(d, "ParamList", &((const FuncType *)n)->params);
    dump_fields(d, "ResultList", &((const FuncType *)n)->results);
    break;
  case N_MapType:
    CHILD(MapType, "Key", key);
    CHILD(MapType, "Value", value);
    break;
  case N_ChanType: CHILD(ChanType, "Elem", elem); break;
  default: break;
  }
}

static void dump_decl(Dump *d, const Node *n) {
  switch (n->kind) {
  case N_ImportDecl:
    CHILD(ImportDecl, "LocalPkgName", local);
    CHILD(ImportDecl, "Path", path);
    break;
  case N_ConstDecl:
    CHILDREN(ConstDecl, "NameList", names);
    CHILD(ConstDecl, "Type", type);
    CHILD(ConstDecl, "Values", values);
    break;
  case N_TypeDecl:
    CHILD(TypeDecl, "Name", name);
    dump_fields(d, "TParamList", &((const TypeDecl *)n)->tparams);
    CHILD(TypeDecl, "Type", type);
    break;
  case N_VarDecl:
    CHILDREN(VarDecl, "NameList", names);
    CHILD(VarDecl, "Type", type);
    CHILD(VarDecl, "Values", values);
    break;
  default: {
    const FuncDecl *f = (const FuncDecl *)n;
    if (f->recv) {
      FieldList recv = {.v = (Field **)&f->recv, .n = 1, .cap = 1};
      dump_fields(d, "Recv", &recv);
    }
    dump(d, "Name", f->name);
    dump_fields(d, "TParamList", &f->tparams);
    dump(d, "Type", f->type);
    dump(d, "Body", f->body);
    break;
  }
  }
}

/* long: one case per node */
static void dump_stmt(Dump *d, const Node *n) {
  switch (n->kind) {
  case N_LabeledStmt:
    CHILD(LabeledStmt, "Label", label);
    CHILD(LabeledStmt, "Stmt", stmt);
    break;
  case N_BlockStmt: CHILDREN(BlockStmt, "List", list); break;
  case N_ExprStmt: CHILD(ExprStmt, "X", x); break;
  case N_SendStmt:
    CHILD(SendStmt, "Chan", chan);
    CHILD(SendStmt, "Value", value);
    break;
  case N_DeclStmt: CHILDREN(DeclStmt, "DeclList", list); break;
  case N_AssignStmt:
    CHILD(AssignStmt, "Lhs", lhs);
    CHILD(AssignStmt, "Rhs", rhs);
    break;
  case N_BranchStmt: CHILD(BranchStmt, "Label", label); break;
  case N_CallStmt: CHILD(CallStmt, "Call", call); break;
  case N_ReturnStmt: CHILD(ReturnStmt, "Results", results); break;
  case N_IfStmt:
    CHILD(IfStmt, "Init", init);
    CHILD(IfStmt, "Cond", cond);
    CHILD(IfStmt, "Then", then);
    CHILD(IfStmt, "Else", els);
    break;
  case N_ForStmt:
    CHILD(ForStmt, "Init", init);
    CHILD(ForStmt, "Cond", cond);
    CHILD(ForStmt, "Post", post);
    CHILD(ForStmt, "Body", body);
    break;
  case N_SwitchStmt:
    CHILD(SwitchStmt, "Init", init);
    CHILD(SwitchStmt, "Tag", tag);
    CHILDREN(SwitchStmt, "Body", body);
    break;
  case N_SelectStmt: CHILDREN(SelectStmt, "Body", body); break;
  case N_RangeClause:
    CHILD(RangeClause, "Lhs", lhs);
    CHILD(RangeClause, "X", x);
    break;
  case N_CaseClause:
    CHILD(CaseClause, "Cases", cases);
    CHILDREN(CaseClause, "Body", body);
    break;
  case N_CommClause:
    CHILD(CommClause, "Comm", comm);
    CHILDREN(CommClause, "Body", body);
    break;
  default: break;
  }
}

static void dump(Dump *d, const char *role, const void *node) {
  const Node *n = node;
  if (!n) return;
  fprintf(d->f, "%*s%s: %s", 2 * d->depth, "", role, kind_names[n->kind]);
  put_pos(d, n->pos);
  put_details(d, n);
  fputc('\n', d->f);
  d->depth++;
  if (node_is_expr(n->kind)) {
    dump_expr(d, n);
  } else if (node_is_decl(n->kind)) {
    dump_decl(d, n);
  } else {
    dump_stmt(d, n);
  }
  d->depth--;
}

void ast_dump(void *file, const File *f) {
  Dump d = {.f = file};
  fputs("File", d.f);
  put_pos(&d, f->n.pos);
  put_pos(&d, f->eof);
  if (f->goversion) put_text(&d, f->goversion);
  put_pragma(&d, f->pragma);
  fputc('\n', d.f);
  d.depth = 1;
  dump(&d, "PkgName", f->pkgname);
  DUMP_LIST(&d, "DeclList", f->decls);
}

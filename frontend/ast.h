/* ast.h - the syntax tree. Its shape is that of cmd/compile/internal/syntax (nodes.go), so that the parser's error
 * positions and the checker's structure agree with gc's.
 *
 * Every node starts with a Node header and lives in its file's arena. `pos` is what gc gives that node:
 *   - binary expressions: the position of the operator's left operand's... see nodes.go: for Operation, Call, Index,
 *     Slice, Assert, Selector and KeyValue it is the position gc's parser sets (p.pos() at creation);
 *   - ast_start_pos / ast_end_pos compute the extent of a node (syntax/positions.go).
 * The parser fills everything but the fields marked [checker]; those are written once by the type checker and read by
 * the lowering. A generic function's body is checked once; the lowering substitutes type arguments.
 */
#ifndef GOVM_FRONTEND_AST_H
#define GOVM_FRONTEND_AST_H
#include "frontend/pos.h"

typedef struct Type Type;       /* types.h */
typedef struct Object Object;   /* types.h */
typedef struct Scope Scope;     /* types.h */
typedef struct Const Const;     /* constant.h */
typedef struct TypeList TypeList;
typedef struct Selection Selection;
typedef struct Package Package;

/* ---- node kinds: NODE(kind, struct) ---- */
#define AST_EXPRS(X)                                                                                          \
  X(BadExpr) X(Name) X(BasicLit) X(CompositeLit) X(KeyValueExpr) X(FuncLit) X(ParenExpr) X(SelectorExpr)     \
  X(IndexExpr) X(SliceExpr) X(AssertExpr) X(TypeSwitchGuard) X(Operation) X(CallExpr) X(ListExpr)            \
  X(ArrayType) X(SliceType) X(DotsType) X(StructType) X(Field) X(InterfaceType) X(FuncType) X(MapType)      \
  X(ChanType)
#define AST_DECLS(X) X(ImportDecl) X(ConstDecl) X(TypeDecl) X(VarDecl) X(FuncDecl)
#define AST_STMTS(X)                                                                                         \
  X(EmptyStmt) X(LabeledStmt) X(BlockStmt) X(ExprStmt) X(SendStmt) X(DeclStmt) X(AssignStmt) X(BranchStmt)  \
  X(CallStmt) X(ReturnStmt) X(IfStmt) X(ForStmt) X(SwitchStmt) X(SelectStmt) X(RangeClause) X(CaseClause)   \
  X(CommClause)

typedef enum NodeKind {
  N_None,
#define X(k) N_##k,
  AST_EXPRS(X) AST_DECLS(X) AST_STMTS(X)
#undef X
      N_COUNT
} NodeKind;
static inline bool node_is_expr(NodeKind k) { return k >= N_BadExpr && k <= N_ChanType; }
static inline bool node_is_decl(NodeKind k) { return k >= N_ImportDecl && k <= N_FuncDecl; }
static inline bool node_is_stmt(NodeKind k) { return k >= N_EmptyStmt && k < N_COUNT; }

typedef struct Node {
  NodeKind kind;
  Pos pos;
} Node;

/* What the checker found out about an expression (types2's TypeAndValue). */
typedef enum ValueMode {
  TV_NONE,      /* not recorded */
  TV_NOVALUE,   /* a call without results */
  TV_BUILTIN,   /* a built-in function */
  TV_TYPE,      /* a type */
  TV_CONST,     /* val is set */
  TV_VAR,       /* addressable */
  TV_MAPINDEX,  /* m[k]: assignable, not addressable, comma-ok allowed */
  TV_VALUE,     /* computed value */
  TV_NILVALUE,  /* untyped nil, converted to `type` */
  TV_COMMAOK,   /* a value that allows comma-ok; type is a 2-tuple when it is used so */
  TV_COMMAERR,
  TV_CGOFUNC
} ValueMode;

typedef struct Expr {
  Node n;
  u8 mode;         /* [checker] ValueMode */
  u8 esc;          /* [lowering] EscMark: what may live in the frame (escape.h) */
  Type *type;      /* [checker] final type; untyped constants have their default or converted type */
  const Const *val; /* [checker] constant value, else NULL */
} Expr;
typedef struct Stmt {
  Node n;
} Stmt;
typedef struct Decl {
  Node n;
} Decl;

typedef VEC(Expr *) ExprList;
typedef VEC(Stmt *) StmtList;
typedef VEC(Decl *) DeclList;

/* ---- operators: order and precedences of syntax/tokens.go ---- */
typedef enum Op {
  OP_NONE,
  OP_DEF,   /* := in AssignStmt */
  OP_NOT,   /* ! */
  OP_RECV,  /* <- */
  OP_TILDE, /* ~ */
  OP_OROR,
  OP_ANDAND,
  OP_EQL,
  OP_NEQ,
  OP_LSS,
  OP_LEQ,
  OP_GTR,
  OP_GEQ,
  OP_ADD,
  OP_SUB,
  OP_OR,
  OP_XOR, /* also unary ^ */
  OP_MUL, /* also unary * */
  OP_DIV,
  OP_REM,
  OP_AND, /* also unary & */
  OP_ANDNOT,
  OP_SHL,
  OP_SHR,
  OP_COUNT
} Op;
const char *op_string(Op op); /* "&&", "<-", ... */

typedef enum LitKind { LIT_INT, LIT_FLOAT, LIT_IMAG, LIT_RUNE, LIT_STRING } LitKind;
typedef enum ChanDir { CHAN_BOTH = 0, CHAN_SEND = 1, CHAN_RECV = 2 } ChanDir; /* SEND: chan<- T, RECV: <-chan T */
typedef enum BranchTok { BR_BREAK, BR_CONTINUE, BR_GOTO, BR_FALLTHROUGH } BranchTok;
typedef enum CallTok { CALL_GO, CALL_DEFER } CallTok;

/* ---- pragmas: //go: directives in front of declarations ---- */
typedef enum PragmaFlag {
  PRAGMA_NOINLINE = 1 << 0,
  PRAGMA_NOSPLIT = 1 << 1,
  PRAGMA_NOESCAPE = 1 << 2,
  PRAGMA_UINTPTRKEEPALIVE = 1 << 3,
  PRAGMA_UINTPTRESCAPES = 1 << 4,
  PRAGMA_NOTINHEAP = 1 << 5,
  PRAGMA_SYSTEMSTACK = 1 << 6,
  PRAGMA_NORACE = 1 << 7,
  PRAGMA_EMBED = 1 << 8,
  PRAGMA_LINKNAMESTD = 1 << 9,
  PRAGMA_GOBUILD = 1 << 10,
  PRAGMA_OTHER = 1 << 11, /* a known function directive without meaning here, e.g. //go:nocheckptr */
} PragmaFlag;
typedef struct PragmaPos {
  Pos pos;
  const Atom *text; /* the whole directive, "//go:noinline" */
  u32 flag;         /* its PragmaFlags */
} PragmaPos;
typedef struct Pragma {
  u32 flags;              /* PragmaFlag */
  VEC(PragmaPos) all;     /* in source order */
} Pragma;
typedef struct Linkname {
  Pos pos;
  const Atom *local, *remote; /* remote NULL: //go:linkname local */
} Linkname;

/* ---- expressions ---- */
typedef struct Name Name;
typedef struct BlockStmt BlockStmt;
typedef struct FuncType FuncType;
typedef struct Field Field;
typedef struct CallExpr CallExpr;

typedef struct BadExpr { Expr e; } BadExpr;
struct Name {
  Expr e;
  const Atom *name;
  Object *obj;      /* [checker] the object it defines or uses; NULL for "_" in assignments, the symbolic variable of a
                       type switch, and package clause names */
  TypeList *inst;   /* [checker] type arguments when this name denotes an instantiated generic function or type */
};
typedef struct BasicLit {
  Expr e;
  const Atom *value; /* source text */
  LitKind lit;
  bool bad;          /* had a lexical error, already reported */
} BasicLit;
typedef struct CompositeLit {
  Expr e;
  Expr *type;      /* NULL: elided */
  ExprList elems;  /* KeyValueExpr or plain */
  u32 nkeys;
  Pos rbrace;
} CompositeLit;
typedef struct KeyValueExpr {
  Expr e;
  Expr *key, *value;
} KeyValueExpr;
typedef struct FuncLit {
  Expr e;
  FuncType *type;
  BlockStmt *body;
  Object *fn;      /* [checker] not used by gc: reserved to the lowering */
  Scope *scope;    /* [checker] */
} FuncLit;
typedef struct ParenExpr {
  Expr e;
  Expr *x;
} ParenExpr;
typedef struct SelectorExpr {
  Expr e;
  Expr *x;
  Name *sel;
  Selection *selection; /* [checker] NULL for qualified identifiers (then sel->obj) */
} SelectorExpr;
typedef struct IndexExpr {
  Expr e;
  Expr *x, *index; /* a ListExpr for several type arguments */
} IndexExpr;
typedef struct SliceExpr {
  Expr e;
  Expr *x;
  Expr *index[3]; /* NULL when left out */
  bool full;      /* three-index form; then index[1] and index[2] were demanded */
} SliceExpr;
typedef struct AssertExpr {
  Expr e;
  Expr *x, *type;
} AssertExpr;
typedef struct TypeSwitchGuard {
  Expr e;
  Name *lhs; /* NULL: no symbolic variable */
  Expr *x;
} TypeSwitchGuard;
typedef struct Operation {
  Expr e;
  Op op;
  Expr *x, *y; /* y NULL: unary */
} Operation;
struct CallExpr {
  Expr e;
  Expr *fun;
  ExprList args;
  bool has_dots;
};
typedef struct ListExpr {
  Expr e;
  ExprList elems;
} ListExpr;
typedef struct ArrayType {
  Expr e;
  Expr *len; /* NULL: [...]T */
  Expr *elem;
} ArrayType;
typedef struct SliceType {
  Expr e;
  Expr *elem;
} SliceType;
typedef struct DotsType {
  Expr e;
  Expr *elem;
} DotsType;
struct Field { /* struct field, parameter, interface element; also type parameter */
  Expr e;
  Name *name;  /* NULL: anonymous */
  Expr *type;  /* fields declared together share the type node */
};
typedef VEC(Field *) FieldList;
typedef struct StructType {
  Expr e;
  FieldList fields;
  VEC(BasicLit *) tags; /* empty, or one per field, NULL without a tag */
} StructType;
typedef struct InterfaceType {
  Expr e;
  FieldList methods; /* name NULL: embedded element */
} InterfaceType;
struct FuncType {
  Expr e;
  FieldList params, results;
};
typedef struct MapType {
  Expr e;
  Expr *key, *value;
} MapType;
typedef struct ChanType {
  Expr e;
  ChanDir dir;
  Expr *elem;
} ChanType;

/* ---- declarations ---- */
typedef struct Group {
  int dummy; /* identity only: declarations of one parenthesised group share it */
} Group;
typedef struct ImportDecl {
  Decl d;
  Group *group;
  Pragma *pragma;
  Name *local; /* NULL: none; "." and "_" as names */
  BasicLit *path;
} ImportDecl;
typedef VEC(Name *) NameList;
typedef struct ConstDecl {
  Decl d;
  Group *group;
  Pragma *pragma;
  NameList names;
  Expr *type, *values; /* NULL when left out; values is a ListExpr for several */
} ConstDecl;
typedef struct TypeDecl {
  Decl d;
  Group *group;
  Pragma *pragma;
  Name *name;
  FieldList tparams;
  bool alias;
  Expr *type;
} TypeDecl;
typedef struct VarDecl {
  Decl d;
  Group *group;
  Pragma *pragma;
  NameList names;
  Expr *type, *values;
} VarDecl;
typedef struct FuncDecl {
  Decl d;
  Pragma *pragma;
  Field *recv; /* NULL: a function */
  Name *name;
  FieldList tparams;
  FuncType *type;
  BlockStmt *body; /* NULL: no body */
  struct EscSummary *esc; /* [lowering] where parameters leak (escape.h); NULL: not analysed */
} FuncDecl;

/* ---- statements ---- */
typedef struct EmptyStmt { Stmt s; } EmptyStmt;
typedef struct LabeledStmt {
  Stmt s;
  Name *label;
  Stmt *stmt;
} LabeledStmt;
struct BlockStmt {
  Stmt s;
  StmtList list;
  Pos rbrace;
};
typedef struct ExprStmt {
  Stmt s;
  Expr *x;
} ExprStmt;
typedef struct SendStmt {
  Stmt s;
  Expr *chan, *value;
} SendStmt;
typedef struct DeclStmt {
  Stmt s;
  DeclList list;
} DeclStmt;
typedef struct AssignStmt {
  Stmt s;
  Op op;          /* OP_NONE: =, OP_DEF: :=, else op= */
  Expr *lhs, *rhs; /* ListExpr for several; rhs NULL: lhs++ or lhs-- with op OP_ADD / OP_SUB */
} AssignStmt;
typedef struct BranchStmt {
  Stmt s;
  BranchTok tok;
  Name *label;  /* NULL when left out */
  Stmt *target; /* set by the branch check after parsing: the enclosing for/switch/select (break, continue) or, for goto
                   and labelled forms, the LabeledStmt (syntax/branches.go) */
} BranchStmt;
typedef struct CallStmt {
  Stmt s;
  CallTok tok;
  Expr *call;
  Expr *defer_at; /* reserved to the lowering of range-over-func */
} CallStmt;
typedef struct ReturnStmt {
  Stmt s;
  Expr *results; /* NULL: none */
} ReturnStmt;
typedef struct IfStmt {
  Stmt s;
  Stmt *init;
  Expr *cond;
  BlockStmt *then;
  Stmt *els; /* NULL, IfStmt or BlockStmt */
} IfStmt;
typedef struct RangeClause { /* stands as ForStmt.init */
  Stmt s;
  Expr *lhs; /* NULL, or ListExpr for two */
  bool def;
  Expr *x;
} RangeClause;
typedef struct ForStmt {
  Stmt s;
  Stmt *init; /* incl. RangeClause */
  Expr *cond;
  Stmt *post;
  BlockStmt *body;
} ForStmt;
typedef struct CaseClause {
  Node n;
  Expr *cases; /* NULL: default; ListExpr for several */
  StmtList body;
  Pos colon;
  Object *implicit; /* [checker] the symbolic variable of a type switch in this clause */
} CaseClause;
typedef struct SwitchStmt {
  Stmt s;
  Stmt *init;
  Expr *tag; /* incl. TypeSwitchGuard; NULL */
  VEC(CaseClause *) body;
  Pos rbrace;
} SwitchStmt;
typedef struct CommClause {
  Node n;
  Stmt *comm; /* NULL: default; SendStmt, ExprStmt or AssignStmt */
  StmtList body;
  Pos colon;
} CommClause;
typedef struct SelectStmt {
  Stmt s;
  VEC(CommClause *) body;
  Pos rbrace;
} SelectStmt;

/* ---- files ---- */
typedef struct File {
  Node n;
  Arena *arena;        /* owns every node */
  u32 base;            /* PosBase of the file */
  Pragma *pragma;
  Name *pkgname;
  DeclList decls;
  Pos eof;
  const Atom *goversion; /* from //go:build, "go1.21", or NULL */
  VEC(Linkname) linknames;
  VEC(PragmaPos) directives; /* every //go: directive of the file, in order */
  bool uses_unsafe_linkname;
  u32 nerrors;
} File;

/* ---- helpers (ast.c) ---- */
Pos ast_start_pos(const void *node);
Pos ast_end_pos(const void *node);
Expr *ast_unparen(Expr *x);          /* strips ParenExprs */
bool ast_is_name(const void *expr, const char *s);
/* Go source text of an expression, as syntax.String prints it (function bodies as {…}). */
void ast_expr_string(StrBuf *out, const void *expr);
const char *ast_expr_cstr(const void *expr); /* one of a few rotating buffers: for one diagnostic's arguments */
/* Calls f on node and, while it returns true, on its children in source order; f(NULL) is not called. */
void ast_inspect(void *node, bool (*f)(void *ctx, void *node), void *ctx);
void ast_dump(void *file /* FILE* */, const File *f); /* govm dump --ast */

/* List access that hides ListExpr: the elements of x, 0 when x is NULL, 1 when it is no list. */
static inline u32 expr_list_len(Expr *x) { return !x ? 0 : x->n.kind == N_ListExpr ? ((ListExpr *)x)->elems.n : 1; }
static inline Expr *expr_list_at(Expr *x, u32 i) {
  return x->n.kind == N_ListExpr ? ((ListExpr *)x)->elems.v[i] : x;
}
/* All elements as an array; *x must stay where it is. */
static inline Expr **expr_list_items(Expr **x) {
  return *x && (*x)->n.kind == N_ListExpr ? ((ListExpr *)*x)->elems.v : x;
}
#endif

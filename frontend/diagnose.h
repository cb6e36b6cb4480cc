/* diagnose.h - the diagnosing parser's insides: a scanner and a recursive-descent parser in the structure of
 * cmd/compile/internal/syntax (scanner.go, parser.go), whose messages, error positions and recovery they
 * reproduce. Runs only over files with an error; it need not be fast. Names: scan_* is diagnose_scan.c; dx_*
 * are the productions, in diagnose.c (files, errors, declarations), diagnose_type.c, diagnose_expr.c and
 * diagnose_stmt.c. Productions named *_or_null may return NULL.
 */
#ifndef GOVM_FRONTEND_DIAGNOSE_H
#define GOVM_FRONTEND_DIAGNOSE_H
#include "frontend/parser.h"

typedef enum Token {
  TOK_NONE,
#define TOKEN(name, text, keyword) TOK_##name,
#include "frontend/token.def"
#undef TOKEN
  TOK_COUNT
} Token;
static_assert(TOK_COUNT <= 64, "token sets are words");
const char *token_string(Token t);
bool token_is_keyword(Token t);

typedef struct Scanner {
  const char *src;
  size_t n;
  /* the current character: ch (-1 at the end) of width chw at src[r - chw]; its position from 0 */
  size_t r;
  i32 ch;
  u32 chw;
  u32 chline, chcol;
  bool nlsemi;
  size_t start; /* offset of the current token */
  /* the current token */
  u32 line, col; /* from 1 */
  bool blank;    /* nothing stands before it on its line */
  Token tok;
  const Atom *lit; /* of TOK_Name, TOK_Literal; "semicolon", "newline" or "EOF" of TOK_Semi */
  bool bad;        /* a literal with an error */
  LitKind kind;
  Op op; /* of TOK_Operator, TOK_Star, TOK_AssignOp, TOK_IncOp */
  int prec;
} Scanner;

typedef enum Precedence { PREC_NONE, PREC_OROR, PREC_ANDAND, PREC_CMP, PREC_ADD, PREC_MUL } Precedence;

typedef struct Dx {
  ParseState *ps;
  Scanner s;
  int fnest; /* function nesting: error recovery stops at statements inside functions */
  int depth; /* of recursion, bounded by DX_MAX_DEPTH */
  int xnest; /* expression nesting; < 0 in the header of if, for and switch, where T{} is no literal */
} Dx;

enum {
  DX_MAX_DEPTH = 2500
}; /* nested operands, types and statements; deeper text ends there with an error */

void scan_init(Dx *d, const char *text, size_t n);
void scan_next(Dx *d);
void scan_stop(Dx *d); /* the end of the file from now on */

/* errors and tokens */
Pos dx_pos(Dx *d);
void dx_error(Dx *d, const char *msg);        /* as is, at the current token */
void dx_syntax_error(Dx *d, const char *msg); /* worded with the current token when msg asks for it */
void dx_syntax_error_at(Dx *d, Pos pos, const char *msg);
bool dx_too_deep(Dx *d); /* reports it, once, when the recursion is */
bool dx_got(Dx *d, Token t);
void dx_want(Dx *d, Token t);
bool dx_got_assign(Dx *d);
#define TOKSET(t) (1ull << (t))
void dx_advance(Dx *d, u64 follow);          /* skips to a token of follow; just one token when follow is 0 */
typedef bool (*DxElement)(Dx *d, void *ctx); /* parses one element; true: no more may follow */
Pos dx_list(Dx *d, const char *context, Token sep, Token close, DxElement f, void *ctx);
const char *dx_token_text(Token t); /* as messages name it: "comma", "keyword range", ")" */

/* names and literals */
Name *dx_name(Dx *d);
void dx_name_list(Dx *d, Name *first, NameList *out);
Expr *dx_qualified_name(Dx *d, Name *first);
BasicLit *dx_literal_or_null(Dx *d);
Expr *dx_bad_expr(Dx *d);

/* declarations */
typedef Decl *(*DxDecl)(Dx *d, Group *group);
void dx_append_group(Dx *d, DxDecl f); /* pushes the declarations on the list stack */
Decl *dx_const_decl(Dx *d, Group *group);
Decl *dx_type_decl(Dx *d, Group *group);
Decl *dx_var_decl(Dx *d, Group *group);

/* types */
Expr *dx_type(Dx *d);
Expr *dx_type_or_null(Dx *d);
FuncType *dx_func_type(Dx *d, const char *context,
                       FieldList *tparams); /* context NULL: type parameters allowed */
Expr *dx_array_type(Dx *d, Pos pos, Expr *len);
Expr *dx_slice_type(Dx *d, Pos pos);
void dx_param_list(Dx *d, Name *name, Expr *typ, Token close, bool require_names, bool dots_ok,
                   FieldList *out);

/* expressions */
Expr *dx_expr(Dx *d);
Expr *dx_binary_expr(Dx *d, Expr *x, int prec);
Expr *dx_pexpr(Dx *d, Expr *x, bool keep_parens);
Expr *dx_expr_list(Dx *d);
Expr *dx_type_list(Dx *d, bool strict, bool *comma);

/* statements */
BlockStmt *dx_func_body(Dx *d);
#endif

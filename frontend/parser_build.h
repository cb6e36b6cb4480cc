/* parser_build.h - the grammar's actions: the values of its symbols, and the functions that build the tree.
 *
 * A list is a mark: its elements are on ps->stack from there on, until the rule that owns the list takes
 * them. Rules reduce in stack order, so a list is complete, and topmost, when it is taken; of two lists in
 * one rule the later one is taken first.
 *
 * Positions and shapes are those that gc's recursive descent gives (diagnose*.c follow it line by line).
 * Where the grammar is wider than gc's parser, or where gc parses the same text as a type that the grammar
 * took for an expression, and the two trees may differ, the action gives up (build_give_up): the diagnosing
 * parser then decides.
 */
#ifndef GOVM_FRONTEND_PARSER_BUILD_H
#define GOVM_FRONTEND_PARSER_BUILD_H
#include "frontend/lexer.h"

typedef struct Build {
  ParseState *ps;
  Lexer lx;
  LexToken token; /* the token being fed: what rules that reduce now have as lookahead */
  int code;       /* its code */
  bool failed;
  bool imports_over; /* a declaration that is no import has been seen */
} Build;

typedef struct TypeVal {
  Expr *x;
  Pos start; /* of the first token, an opening parenthesis that the tree drops included */
} TypeVal;

typedef struct DeclVal {
  Pos pos;  /* of the keyword */
  u32 mark; /* of its declarations */
} DeclVal;

typedef struct HeaderVal {
  Stmt *init, *post;
  Expr *cond;
} HeaderVal;

static inline void build_give_up(Build *g) { g->failed = true; }

/* names, literals, lists */
Name *build_name(Build *g, LexToken t);
void build_push_name(Build *g, LexToken t);
BasicLit *build_literal(Build *g, LexToken t);
Expr *build_list(Build *g, u32 mark); /* the only element, or a ListExpr */

/* expressions */
Expr *build_binary(Build *g, Expr *x, LexToken op, Expr *y);
Expr *build_unary(Build *g, LexToken op, Expr *x);
Expr *build_receive(Build *g, LexToken arrow, Expr *x);
Expr *build_paren(Build *g, LexToken lparen, Expr *x);
Expr *build_selector(Build *g, Expr *x, LexToken dot, LexToken name);
Expr *build_assertion(Build *g, Expr *x, LexToken dot, Expr *type);
Expr *build_type_switch_guard(Build *g, Expr *x, LexToken dot);
Expr *build_index(Build *g, Expr *x, LexToken lbrack, u32 mark);
Expr *build_slice(Build *g, Expr *x, LexToken lbrack, Expr *i, Expr *j, Expr *k, bool full);
Expr *build_call(Build *g, Expr *fun, LexToken lparen, u32 mark, bool dots);
Expr *build_func_lit(Build *g, TypeVal type, BlockStmt *body);
CompositeLit *build_complit(Build *g, LexToken lbrace, u32 mark, LexToken rbrace);
Expr *build_typed_complit(Build *g, Expr *type, CompositeLit *lit);
Expr *build_key_value(Build *g, Expr *key, LexToken colon, Expr *value);

/* types */
TypeVal build_type_name(Build *g, LexToken name);
TypeVal build_qualified(Build *g, LexToken pkg, LexToken dot, LexToken name);
TypeVal build_instance(Build *g, TypeVal generic, LexToken lbrack, u32 mark);
TypeVal build_pointer(Build *g, LexToken star, Expr *x);
TypeVal build_tilde(Build *g, LexToken tilde, Expr *x);
TypeVal build_union(Build *g, TypeVal x, LexToken op, Expr *y);
TypeVal build_array(Build *g, LexToken lbrack, u32 mark, bool comma, Expr *elem);
TypeVal build_open_array(Build *g, LexToken lbrack, Expr *elem); /* [...]T */
TypeVal build_slice_type(Build *g, LexToken lbrack, Expr *elem);
TypeVal build_map(Build *g, LexToken map, Expr *key, Expr *value);
TypeVal build_chan(Build *g, LexToken first, ChanDir dir, Expr *elem);
TypeVal build_struct(Build *g, LexToken kw, u32 mark);    /* of pairs (Field, tag or NULL) */
TypeVal build_interface(Build *g, LexToken kw, u32 mark); /* of Fields */
FuncType *build_signature(Build *g, Pos pos, u32 params, u32 results);

/* fields and parameters (parser_params.c) */
void build_fields(Build *g, u32 names, Expr *type,
                  BasicLit *tag); /* names are replaced by pairs (Field, tag) */
void build_embedded(Build *g, TypeVal type, BasicLit *tag);
void build_method(Build *g, LexToken name, FuncType *type);
void build_interface_elem(Build *g, TypeVal type);
void build_param(Build *g, const LexToken *name, const LexToken *dots, TypeVal type);
void build_result(Build *g, TypeVal type);
void build_params(Build *g, u32 mark, bool dots_ok, FieldList *out);
void build_type_param(Build *g, LexToken name,
                      Expr *constraint); /* of a function; constraint NULL: the next one's */
void build_type_params(Build *g, u32 mark, FieldList *out);
/* An item of what may be type parameters or an array length. constraint NULL: x may be a name with a
 * constraint. */
void build_type_item(Build *g, Expr *x, Expr *constraint);

/* declarations */
void build_import(Build *g, Pragma *pragma, const LexToken *local, LexToken path);
void build_const(Build *g, Pragma *pragma, u32 names, Expr *type, Expr *values);
void build_var(Build *g, Pragma *pragma, u32 names, Expr *type, Expr *values);
void build_type_decl(Build *g, Pragma *pragma, LexToken name, bool alias, Expr *type);
void build_bracket_type_decl(Build *g, Pragma *pragma, LexToken name, LexToken lbrack, u32 items, bool comma,
                             bool alias, Expr *type);
void build_group(Build *g, u32 mark); /* the declarations from mark on stand in one pair of parentheses */
void build_func(Build *g, Pragma *pragma, Pos pos, Field *recv, LexToken name, const FieldList *tparams,
                FuncType *type, BlockStmt *body);
Field *build_receiver(Build *g, u32 mark);
void build_top_level(Build *g, bool import); /* a top-level declaration has ended */

/* statements */
BlockStmt *build_block(Build *g, LexToken lbrace, u32 mark, LexToken rbrace);
void build_push_stmt(Build *g, Stmt *s);
Stmt *build_empty(Build *g);
Stmt *build_decl_stmt(Build *g, DeclVal d);
Stmt *build_expr_stmt(Build *g, Expr *x);
Stmt *build_assign(Build *g, Expr *lhs, LexToken op, Op kind, Expr *rhs);
Stmt *build_send(Build *g, Expr *chan, LexToken arrow, Expr *value);
Stmt *build_label(Build *g, LexToken name, LexToken colon, Stmt *s);
Stmt *build_branch(Build *g, LexToken kw, BranchTok tok, const LexToken *label);
Stmt *build_call_stmt(Build *g, LexToken kw, CallTok tok, Expr *call);
Stmt *build_return(Build *g, LexToken kw, Expr *results);
Stmt *build_if(Build *g, LexToken kw, HeaderVal h, BlockStmt *then, Stmt *els);
Stmt *build_for(Build *g, LexToken kw, HeaderVal h, BlockStmt *body);
Stmt *build_switch(Build *g, LexToken kw, HeaderVal h, u32 mark, LexToken rbrace);
Stmt *build_select(Build *g, LexToken kw, u32 mark, LexToken rbrace);
Stmt *build_range(Build *g, Expr *lhs, bool def, LexToken kw, Expr *x);
void build_case(Build *g, LexToken kw, Expr *cases, LexToken colon);
void build_comm(Build *g, LexToken kw, Stmt *comm, LexToken colon);
void build_clause_body(Build *g, u32 mark); /* the statements from mark on belong to the clause below them */
Stmt *build_switch_simple(Build *g, Stmt *s); /* x := y.(type) in the header of a switch */
Expr *build_condition(Build *g, Stmt *s);     /* of a header; NULL for none */
#endif

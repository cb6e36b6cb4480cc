/* grammar.y - the grammar of Go 1.26 for lemon. Its actions are in parser_build.c and parser_params.c.
 *
 * Types are expressions here; a separate ntype stands where only a type can. Composite literals would make
 * the "{" of if, for and switch ambiguous, so expressions come in two flavours: `e` and, for those headers,
 * `h`, in which T{...} needs parentheses unless T is a literal type. The rules of both flavours must be kept
 * alike. `LOWRES` marks rules that lose against shifting one of the tokens that can continue them.
 *
 * Every list is left-recursive, and its value is a mark on the list stack (parser_build.h). `pragma` is
 * empty: it takes the directives that stand before the token that follows it.
 * Not here: ~T as an operand of an expression, as in [P *A|~B]; the diagnosing parser reads those few.
 * An action runs when its lookahead has been read, and no later: directives read so far are those before it.
 */
%name GoParse
%token_prefix T_
%token_type {LexToken}
%extra_argument {Build *g}
%include {
#include <assert.h>
#include <stdlib.h>

#include "frontend/parser_build.h"
}
%syntax_error { build_give_up(g); }
%stack_overflow { build_give_up(g); }
%stack_size 10000
%nonassoc LOWRES.
%nonassoc NAME LBRACK MAP CHAN STRUCT INTERFACE FUNC TILDE LBRACE DOT LPAREN ARROW.
%left OROR.
%left ANDAND.
%left EQ NE LT LE GT GE.
%left PLUS MINUS PIPE CARET.
%left STAR SLASH PERCENT AMP ANDNOT SHL SHR.
%start_symbol file

%default_type {u32}
%type pragma {Pragma *}
%type ocomma {bool}
%type otag {BasicLit *}
%type e {Expr *}
%type uexpr {Expr *}
%type pexpr {Expr *}
%type h {Expr *}
%type huexpr {Expr *}
%type hpexpr {Expr *}
%type oe {Expr *}
%type val {Expr *}
%type elem {Expr *}
%type complit {CompositeLit *}
%type typename {TypeVal}
%type ntype {TypeVal}
%type ntype_np {TypeVal}
%type ntype_nobrack {TypeVal}
%type ntype_nonrecv {TypeVal}
%type arrtype {TypeVal}
%type chantype {TypeVal}
%type structtype {TypeVal}
%type interfacetype {TypeVal}
%type functype {TypeVal}
%type littype {TypeVal}
%type cfirst {TypeVal}
%type cfirst_union {TypeVal}
%type cunion {TypeVal}
%type cterm {TypeVal}
%type commondecl {DeclVal}
%type sig {FuncType *}
%type block {BlockStmt *}
%type obody {BlockStmt *}
%type stmt {Stmt *}
%type simple {Stmt *}
%type hsimple {Stmt *}
%type ohsimple {Stmt *}
%type ifstmt {Stmt *}
%type ifhdr {HeaderVal}
%type swhdr {HeaderVal}
%type forhdr {HeaderVal}

/* ---- source files ---- */
file ::= PACKAGE(K) pragma(P) NAME(N) SEMI topdecls(L). {
  g->ps->file->n.pos = K.pos;
  g->ps->file->pragma = P;
  g->ps->file->pkgname = build_name(g, N);
  parse_list_take(g->ps, L, &g->ps->file->decls);
}
pragma(A) ::= . { A = parse_take_pragma(g->ps); }
topdecls(A) ::= . { A = parse_list_mark(g->ps); }
topdecls(A) ::= topdecls(A) topdecl SEMI.
topdecl ::= IMPORT importspec. { build_top_level(g, true); }
topdecl ::= IMPORT LPAREN importspecs(L) RPAREN. { build_group(g, L); build_top_level(g, true); }
topdecl ::= commondecl. { build_top_level(g, false); }
topdecl ::= funcdecl. { build_top_level(g, false); }

/* ---- declarations: pushed on the list stack ---- */
importspecs(A) ::= . { A = parse_list_mark(g->ps); }
importspecs(A) ::= importspecs1(A) osemi.
importspecs1(A) ::= importspec. { A = parse_list_mark(g->ps) - 1; }
importspecs1(A) ::= importspecs1(A) SEMI importspec.
importspec ::= pragma(P) LITERAL(T). { build_import(g, P, NULL, T); }
importspec ::= pragma(P) NAME(N) LITERAL(T). { build_import(g, P, &N, T); }
importspec ::= pragma(P) DOT(N) LITERAL(T). { N.lit = atom_cstr("."); build_import(g, P, &N, T); }
osemi ::= .
osemi ::= SEMI.
ocomma(A) ::= . { A = false; }
ocomma(A) ::= COMMA. { A = true; }

commondecl(A) ::= VAR(K) varspec. { A = (DeclVal){K.pos, parse_list_mark(g->ps) - 1}; }
commondecl(A) ::= VAR(K) LPAREN RPAREN. { A = (DeclVal){K.pos, parse_list_mark(g->ps)}; }
commondecl(A) ::= VAR(K) LPAREN varspecs(L) osemi RPAREN. { A = (DeclVal){K.pos, L}; build_group(g, L); }
varspecs(A) ::= varspec. { A = parse_list_mark(g->ps) - 1; }
varspecs(A) ::= varspecs(A) SEMI varspec.
varspec ::= pragma(P) namelist(N) ntype(T). { build_var(g, P, N, T.x, NULL); }
varspec ::= pragma(P) namelist(N) ntype(T) ASSIGN elist(V). {
  Expr *v = build_list(g, V);
  build_var(g, P, N, T.x, v);
}
varspec ::= pragma(P) namelist(N) ASSIGN elist(V). {
  Expr *v = build_list(g, V);
  build_var(g, P, N, NULL, v);
}
commondecl(A) ::= CONST(K) constspec. { A = (DeclVal){K.pos, parse_list_mark(g->ps) - 1}; }
commondecl(A) ::= CONST(K) LPAREN RPAREN. { A = (DeclVal){K.pos, parse_list_mark(g->ps)}; }
commondecl(A) ::= CONST(K) LPAREN constspecs(L) osemi RPAREN. { A = (DeclVal){K.pos, L}; build_group(g, L); }
constspecs(A) ::= constspec. { A = parse_list_mark(g->ps) - 1; }
constspecs(A) ::= constspecs(A) SEMI constspec.
constspec ::= pragma(P) namelist(N). { build_const(g, P, N, NULL, NULL); }
constspec ::= pragma(P) namelist(N) ntype(T). { build_const(g, P, N, T.x, NULL); }
constspec ::= pragma(P) namelist(N) ntype(T) ASSIGN elist(V). {
  Expr *v = build_list(g, V);
  build_const(g, P, N, T.x, v);
}
constspec ::= pragma(P) namelist(N) ASSIGN elist(V). {
  Expr *v = build_list(g, V);
  build_const(g, P, N, NULL, v);
}
commondecl(A) ::= TYPE(K) typespec. { A = (DeclVal){K.pos, parse_list_mark(g->ps) - 1}; }
commondecl(A) ::= TYPE(K) LPAREN RPAREN. { A = (DeclVal){K.pos, parse_list_mark(g->ps)}; }
commondecl(A) ::= TYPE(K) LPAREN typespecs(L) osemi RPAREN. { A = (DeclVal){K.pos, L}; build_group(g, L); }
typespecs(A) ::= typespec. { A = parse_list_mark(g->ps) - 1; }
typespecs(A) ::= typespecs(A) SEMI typespec.
namelist(A) ::= NAME(N). { A = parse_list_mark(g->ps); build_push_name(g, N); }
namelist(A) ::= namelist(A) COMMA NAME(N). { build_push_name(g, N); }

/* ---- type declarations: an array length or type parameters, which only the actions can tell ---- */
typespec ::= pragma(P) NAME(N) ntype_nobrack(T). { build_type_decl(g, P, N, false, T.x); }
typespec ::= pragma(P) NAME(N) ASSIGN ntype(T). { build_type_decl(g, P, N, true, T.x); }
typespec ::= pragma(P) NAME(N) LBRACK(B) RBRACK ntype(T). {
  build_type_decl(g, P, N, false, build_slice_type(g, B, T.x).x);
}
typespec ::= pragma(P) NAME(N) LBRACK(B) DDD RBRACK ntype(T). {
  build_type_decl(g, P, N, false, build_open_array(g, B, T.x).x);
}
typespec ::= pragma(P) NAME(N) LBRACK(B) tplist(L) ocomma(C) RBRACK ntype(T). {
  build_bracket_type_decl(g, P, N, B, L, C, false, T.x);
}
typespec ::= pragma(P) NAME(N) LBRACK(B) tplist(L) ocomma(C) RBRACK ASSIGN ntype(T). {
  build_bracket_type_decl(g, P, N, B, L, C, true, T.x);
}
tplist(A) ::= tpitem. { A = parse_list_mark(g->ps) - 1; }
tplist(A) ::= tplist(A) COMMA tpitem.
tpitem ::= e(X). { build_type_item(g, X, NULL); }
tpitem ::= pexpr(X) cfirst_union(T). { build_type_item(g, X, T.x); }
tpitem ::= pexpr(X) LBRACK(B) RBRACK ntype(T). { build_type_item(g, X, build_slice_type(g, B, T.x).x); }
tpitem ::= pexpr(X) LBRACK(B) RBRACK ntype(T) PIPE(O) cunion(U). {
  build_type_item(g, X, build_union(g, build_slice_type(g, B, T.x), O, U.x).x);
}
tpitem ::= pexpr(X) LBRACK(B) elist(L) ocomma(C) RBRACK cfirst(T). {
  Expr *a = build_array(g, B, L, C, T.x).x;
  build_type_item(g, X, a);
}
cfirst_union(A) ::= cfirst(A).
cfirst_union(A) ::= cfirst(X) PIPE(O) cunion(U). { A = build_union(g, X, O, U.x); }
cfirst(A) ::= typename(A).
cfirst(A) ::= TILDE(O) ntype(T). { A = build_tilde(g, O, T.x); }
cfirst(A) ::= MAP(M) LBRACK ntype(K) RBRACK ntype(V). { A = build_map(g, M, K.x, V.x); }
cfirst(A) ::= structtype(A).
cfirst(A) ::= interfacetype(A).
cfirst(A) ::= chantype(A).
cfirst(A) ::= functype(A).
cunion(A) ::= cterm(A).
cunion(A) ::= cunion(X) PIPE(O) cterm(T). { A = build_union(g, X, O, T.x); }
cterm(A) ::= ntype(A).
cterm(A) ::= TILDE(O) ntype(T). { A = build_tilde(g, O, T.x); }
ftparams(A) ::= ftparam. { A = parse_list_mark(g->ps) - 1; }
ftparams(A) ::= ftparams(A) COMMA ftparam.
ftparam ::= NAME(N). { build_type_param(g, N, NULL); }
ftparam ::= NAME(N) cunion(T). { build_type_param(g, N, T.x); }

/* ---- types ---- */
typename(A) ::= NAME(N). [LOWRES] { A = build_type_name(g, N); }
typename(A) ::= NAME(P) DOT(D) NAME(N). [LOWRES] { A = build_qualified(g, P, D, N); }
typename(A) ::= NAME(N) LBRACK(B) elist(L) ocomma RBRACK. {
  A = build_instance(g, build_type_name(g, N), B, L);
}
typename(A) ::= NAME(P) DOT(D) NAME(N) LBRACK(B) elist(L) ocomma RBRACK. {
  A = build_instance(g, build_qualified(g, P, D, N), B, L);
}
ntype(A) ::= ntype_np(A).
ntype(A) ::= LPAREN(P) ntype(T) RPAREN. { A.x = T.x; A.start = P.pos; }
ntype_np(A) ::= typename(A).
ntype_np(A) ::= STAR(O) ntype(T). { A = build_pointer(g, O, T.x); }
ntype_np(A) ::= arrtype(A).
ntype_np(A) ::= MAP(M) LBRACK ntype(K) RBRACK ntype(V). { A = build_map(g, M, K.x, V.x); }
ntype_np(A) ::= structtype(A).
ntype_np(A) ::= interfacetype(A).
ntype_np(A) ::= functype(A).
ntype_np(A) ::= chantype(A).
ntype_np(A) ::= ARROW(O) CHAN ntype(T). { A = build_chan(g, O, CHAN_RECV, T.x); }
ntype_nobrack(A) ::= typename(A).
ntype_nobrack(A) ::= STAR(O) ntype(T). { A = build_pointer(g, O, T.x); }
ntype_nobrack(A) ::= LPAREN(P) ntype(T) RPAREN. { A.x = T.x; A.start = P.pos; }
ntype_nobrack(A) ::= MAP(M) LBRACK ntype(K) RBRACK ntype(V). { A = build_map(g, M, K.x, V.x); }
ntype_nobrack(A) ::= structtype(A).
ntype_nobrack(A) ::= interfacetype(A).
ntype_nobrack(A) ::= functype(A).
ntype_nobrack(A) ::= chantype(A).
ntype_nobrack(A) ::= ARROW(O) CHAN ntype(T). { A = build_chan(g, O, CHAN_RECV, T.x); }
ntype_nonrecv(A) ::= typename(A).
ntype_nonrecv(A) ::= STAR(O) ntype(T). { A = build_pointer(g, O, T.x); }
ntype_nonrecv(A) ::= LPAREN(P) ntype(T) RPAREN. { A.x = T.x; A.start = P.pos; }
ntype_nonrecv(A) ::= arrtype(A).
ntype_nonrecv(A) ::= MAP(M) LBRACK ntype(K) RBRACK ntype(V). { A = build_map(g, M, K.x, V.x); }
ntype_nonrecv(A) ::= structtype(A).
ntype_nonrecv(A) ::= interfacetype(A).
ntype_nonrecv(A) ::= functype(A).
ntype_nonrecv(A) ::= chantype(A).
arrtype(A) ::= LBRACK(B) RBRACK ntype(T). { A = build_slice_type(g, B, T.x); }
arrtype(A) ::= LBRACK(B) DDD RBRACK ntype(T). { A = build_open_array(g, B, T.x); }
arrtype(A) ::= LBRACK(B) elist(L) ocomma(C) RBRACK ntype(T). { A = build_array(g, B, L, C, T.x); }
chantype(A) ::= CHAN(C) ntype_nonrecv(T). { A = build_chan(g, C, CHAN_BOTH, T.x); }
chantype(A) ::= CHAN(C) ARROW ntype(T). { A = build_chan(g, C, CHAN_SEND, T.x); }
structtype(A) ::= STRUCT(K) LBRACE RBRACE. { A = build_struct(g, K, parse_list_mark(g->ps)); }
structtype(A) ::= STRUCT(K) LBRACE fields(L) osemi RBRACE. { A = build_struct(g, K, L); }
fields(A) ::= fieldmark(A) field.
fields(A) ::= fields(A) SEMI field.
fieldmark(A) ::= . { A = parse_list_mark(g->ps); }
field ::= NAME(N) ntype(T) otag(G). {
  u32 m = parse_list_mark(g->ps);
  build_push_name(g, N);
  build_fields(g, m, T.x, G);
}
field ::= namelist2(L) ntype(T) otag(G). { build_fields(g, L, T.x, G); }
field ::= typename(T) otag(G). { build_embedded(g, T, G); }
field ::= STAR(O) typename(T) otag(G). { build_embedded(g, build_pointer(g, O, T.x), G); }
namelist2(A) ::= NAME(M) COMMA NAME(N). {
  A = parse_list_mark(g->ps);
  build_push_name(g, M);
  build_push_name(g, N);
}
namelist2(A) ::= namelist2(A) COMMA NAME(N). { build_push_name(g, N); }
otag(A) ::= . { A = NULL; }
otag(A) ::= LITERAL(T). { A = build_literal(g, T); }
interfacetype(A) ::= INTERFACE(K) LBRACE RBRACE. { A = build_interface(g, K, parse_list_mark(g->ps)); }
interfacetype(A) ::= INTERFACE(K) LBRACE ielems(L) osemi RBRACE. { A = build_interface(g, K, L); }
ielems(A) ::= ielem. { A = parse_list_mark(g->ps) - 1; }
ielems(A) ::= ielems(A) SEMI ielem.
ielem ::= NAME(N) sig(T). { build_method(g, N, T); }
ielem ::= cunion(T). { build_interface_elem(g, T); }
functype(A) ::= FUNC(K) sig(T). { A.x = &T->e; A.start = K.pos; }
sig(A) ::= LPAREN(P) oparams(L) RPAREN result(R). { A = build_signature(g, P.pos, L, R); }
result(A) ::= . [LOWRES] { A = parse_list_mark(g->ps); }
result(A) ::= ntype_np(T). { A = parse_list_mark(g->ps); build_result(g, T); }
result(A) ::= LPAREN oparams(L) RPAREN. { A = L; }
oparams(A) ::= . { A = parse_list_mark(g->ps); }
oparams(A) ::= params(A) ocomma.
params(A) ::= param. { A = parse_list_mark(g->ps) - 1; }
params(A) ::= params(A) COMMA param.
param ::= ntype(T). { build_param(g, NULL, NULL, T); }
param ::= NAME(N) ntype(T). { build_param(g, &N, NULL, T); }
param ::= NAME(N) DDD(D) ntype(T). { build_param(g, &N, &D, T); }
param ::= DDD(D) ntype(T). { build_param(g, NULL, &D, T); }
funcdecl ::= FUNC pragma(P) NAME(N) sig(T) obody(B). { build_func(g, P, N.pos, NULL, N, NULL, T, B); }
funcdecl ::= FUNC pragma(P) NAME(N) LBRACK(K) ftparams(L) ocomma RBRACK sig(T) obody(B). {
  FieldList tparams = {0};
  build_type_params(g, L, &tparams);
  T->e.n.pos = K.pos;
  build_func(g, P, N.pos, NULL, N, &tparams, T, B);
}
funcdecl ::= FUNC pragma(P) LPAREN(K) oparams(L) RPAREN NAME(N) sig(T) obody(B). {
  Field *recv = build_receiver(g, L);
  build_func(g, P, K.pos, recv, N, NULL, T, B);
}
obody(A) ::= . { A = NULL; }
obody(A) ::= block(A).
block(A) ::= LBRACE(B) stmts(L) RBRACE(R). { A = build_block(g, B, L, R); }

/* ---- expressions ---- */
e(A) ::= uexpr(A).
e(A) ::= e(X) OROR(O) e(Y). { A = build_binary(g, X, O, Y); }
e(A) ::= e(X) ANDAND(O) e(Y). { A = build_binary(g, X, O, Y); }
e(A) ::= e(X) EQ|NE|LT|LE|GT|GE(O) e(Y). { A = build_binary(g, X, O, Y); }
e(A) ::= e(X) PLUS|MINUS|PIPE|CARET(O) e(Y). { A = build_binary(g, X, O, Y); }
e(A) ::= e(X) STAR|SLASH|PERCENT|AMP|ANDNOT|SHL|SHR(O) e(Y). { A = build_binary(g, X, O, Y); }
uexpr(A) ::= pexpr(A).
uexpr(A) ::= STAR(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= AMP(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= PLUS(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= MINUS(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= NOT(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= CARET(O) uexpr(X). { A = build_unary(g, O, X); }
uexpr(A) ::= ARROW(O) uexpr(X). { A = build_receive(g, O, X); }
pexpr(A) ::= LITERAL(T). { A = &build_literal(g, T)->e; }
pexpr(A) ::= NAME(N). { A = &build_name(g, N)->e; }
pexpr(A) ::= LPAREN(T) e(X) RPAREN. { A = build_paren(g, T, X); }
pexpr(A) ::= pexpr(X) DOT(D) NAME(N). { A = build_selector(g, X, D, N); }
pexpr(A) ::= pexpr(X) DOT(D) LPAREN ntype(T) RPAREN. { A = build_assertion(g, X, D, T.x); }
pexpr(A) ::= pexpr(X) DOT(D) LPAREN TYPE RPAREN. { A = build_type_switch_guard(g, X, D); }
pexpr(A) ::= pexpr(X) LBRACK(B) elist(L) ocomma RBRACK. [LOWRES] { A = build_index(g, X, B, L); }
pexpr(A) ::= pexpr(X) LBRACK(B) oe(I) COLON oe(J) RBRACK. { A = build_slice(g, X, B, I, J, NULL, false); }
pexpr(A) ::= pexpr(X) LBRACK(B) oe(I) COLON oe(J) COLON oe(K) RBRACK. {
  A = build_slice(g, X, B, I, J, K, true);
}
pexpr(A) ::= pexpr(X) LPAREN(T) RPAREN. { A = build_call(g, X, T, parse_list_mark(g->ps), false); }
pexpr(A) ::= pexpr(X) LPAREN(T) elist(L) ocomma RPAREN. { A = build_call(g, X, T, L, false); }
pexpr(A) ::= pexpr(X) LPAREN(T) elist(L) DDD ocomma RPAREN. { A = build_call(g, X, T, L, true); }
pexpr(A) ::= littype(T). [LOWRES] { A = T.x; }
pexpr(A) ::= littype(T) complit(L). { A = build_typed_complit(g, T.x, L); }
pexpr(A) ::= chantype(T). { A = T.x; }
pexpr(A) ::= interfacetype(T). { A = T.x; }
pexpr(A) ::= functype(T). [LOWRES] { A = T.x; }
pexpr(A) ::= functype(T) block(B). { A = build_func_lit(g, T, B); }
pexpr(A) ::= pexpr(X) complit(L). { A = build_typed_complit(g, X, L); }
elist(A) ::= e(X). { A = parse_list_mark(g->ps); parse_list_push(g->ps, X); }
elist(A) ::= elist(A) COMMA e(X). { parse_list_push(g->ps, X); }

/* ---- expressions in the headers of if, for and switch ---- */
h(A) ::= huexpr(A).
h(A) ::= h(X) OROR(O) h(Y). { A = build_binary(g, X, O, Y); }
h(A) ::= h(X) ANDAND(O) h(Y). { A = build_binary(g, X, O, Y); }
h(A) ::= h(X) EQ|NE|LT|LE|GT|GE(O) h(Y). { A = build_binary(g, X, O, Y); }
h(A) ::= h(X) PLUS|MINUS|PIPE|CARET(O) h(Y). { A = build_binary(g, X, O, Y); }
h(A) ::= h(X) STAR|SLASH|PERCENT|AMP|ANDNOT|SHL|SHR(O) h(Y). { A = build_binary(g, X, O, Y); }
huexpr(A) ::= hpexpr(A).
huexpr(A) ::= STAR(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= AMP(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= PLUS(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= MINUS(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= NOT(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= CARET(O) huexpr(X). { A = build_unary(g, O, X); }
huexpr(A) ::= ARROW(O) huexpr(X). { A = build_receive(g, O, X); }
hpexpr(A) ::= LITERAL(T). { A = &build_literal(g, T)->e; }
hpexpr(A) ::= NAME(N). { A = &build_name(g, N)->e; }
hpexpr(A) ::= LPAREN(T) e(X) RPAREN. { A = build_paren(g, T, X); }
hpexpr(A) ::= hpexpr(X) DOT(D) NAME(N). { A = build_selector(g, X, D, N); }
hpexpr(A) ::= hpexpr(X) DOT(D) LPAREN ntype(T) RPAREN. { A = build_assertion(g, X, D, T.x); }
hpexpr(A) ::= hpexpr(X) DOT(D) LPAREN TYPE RPAREN. { A = build_type_switch_guard(g, X, D); }
hpexpr(A) ::= hpexpr(X) LBRACK(B) elist(L) ocomma RBRACK. [LOWRES] { A = build_index(g, X, B, L); }
hpexpr(A) ::= hpexpr(X) LBRACK(B) oe(I) COLON oe(J) RBRACK. { A = build_slice(g, X, B, I, J, NULL, false); }
hpexpr(A) ::= hpexpr(X) LBRACK(B) oe(I) COLON oe(J) COLON oe(K) RBRACK. {
  A = build_slice(g, X, B, I, J, K, true);
}
hpexpr(A) ::= hpexpr(X) LPAREN(T) RPAREN. { A = build_call(g, X, T, parse_list_mark(g->ps), false); }
hpexpr(A) ::= hpexpr(X) LPAREN(T) elist(L) ocomma RPAREN. { A = build_call(g, X, T, L, false); }
hpexpr(A) ::= hpexpr(X) LPAREN(T) elist(L) DDD ocomma RPAREN. { A = build_call(g, X, T, L, true); }
hpexpr(A) ::= littype(T). [LOWRES] { A = T.x; }
hpexpr(A) ::= littype(T) complit(L). { A = build_typed_complit(g, T.x, L); }
hpexpr(A) ::= chantype(T). { A = T.x; }
hpexpr(A) ::= interfacetype(T). { A = T.x; }
hpexpr(A) ::= functype(T). [LOWRES] { A = T.x; }
hpexpr(A) ::= functype(T) block(B). { A = build_func_lit(g, T, B); }
hlist(A) ::= h(X). { A = parse_list_mark(g->ps); parse_list_push(g->ps, X); }
hlist(A) ::= hlist(A) COMMA h(X). { parse_list_push(g->ps, X); }

littype(A) ::= arrtype(A).
littype(A) ::= MAP(M) LBRACK ntype(K) RBRACK ntype(V). { A = build_map(g, M, K.x, V.x); }
littype(A) ::= structtype(A).
complit(A) ::= LBRACE(B) RBRACE(R). { A = build_complit(g, B, parse_list_mark(g->ps), R); }
complit(A) ::= LBRACE(B) elems(L) ocomma RBRACE(R). { A = build_complit(g, B, L, R); }
elems(A) ::= elem(X). { A = parse_list_mark(g->ps); parse_list_push(g->ps, X); }
elems(A) ::= elems(A) COMMA elem(X). { parse_list_push(g->ps, X); }
elem(A) ::= val(A).
elem(A) ::= val(K) COLON(C) val(V). { A = build_key_value(g, K, C, V); }
val(A) ::= e(A).
val(A) ::= complit(L). { A = &L->e; }
oe(A) ::= . { A = NULL; }
oe(A) ::= e(A).

/* ---- statements ---- */
simple(A) ::= elist(X). { A = build_expr_stmt(g, build_list(g, X)); }
simple(A) ::= elist(X) ASSIGN(O) elist(Y). {
  Expr *y = build_list(g, Y);
  A = build_assign(g, build_list(g, X), O, OP_NONE, y);
}
simple(A) ::= elist(X) DEFINE(O) elist(Y). {
  Expr *y = build_list(g, Y);
  A = build_assign(g, build_list(g, X), O, OP_DEF, y);
}
simple(A) ::= e(X) ASOP(O) e(Y). { A = build_assign(g, X, O, O.op, Y); }
simple(A) ::= e(X) INC|DEC(O). { A = build_assign(g, X, O, O.op, NULL); }
simple(A) ::= e(X) ARROW(O) e(Y). { A = build_send(g, X, O, Y); }
hsimple(A) ::= hlist(X). { A = build_expr_stmt(g, build_list(g, X)); }
hsimple(A) ::= hlist(X) ASSIGN(O) hlist(Y). {
  Expr *y = build_list(g, Y);
  A = build_assign(g, build_list(g, X), O, OP_NONE, y);
}
hsimple(A) ::= hlist(X) DEFINE(O) hlist(Y). {
  Expr *y = build_list(g, Y);
  A = build_assign(g, build_list(g, X), O, OP_DEF, y);
}
hsimple(A) ::= h(X) ASOP(O) h(Y). { A = build_assign(g, X, O, O.op, Y); }
hsimple(A) ::= h(X) INC|DEC(O). { A = build_assign(g, X, O, O.op, NULL); }
hsimple(A) ::= h(X) ARROW(O) h(Y). { A = build_send(g, X, O, Y); }
ohsimple(A) ::= . { A = NULL; }
ohsimple(A) ::= hsimple(A).
stmts(A) ::= stmt(S). { A = parse_list_mark(g->ps); build_push_stmt(g, S); }
stmts(A) ::= stmts(A) SEMI stmt(S). { build_push_stmt(g, S); }
stmt(A) ::= . { A = build_empty(g); }
stmt(A) ::= block(B). { A = &B->s; }
stmt(A) ::= commondecl(D). { A = build_decl_stmt(g, D); }
stmt(A) ::= simple(A).
stmt(A) ::= NAME(N) COLON(C) stmt(S). { A = build_label(g, N, C, S); }
stmt(A) ::= FALLTHROUGH(K). { A = build_branch(g, K, BR_FALLTHROUGH, NULL); }
stmt(A) ::= BREAK(K). { A = build_branch(g, K, BR_BREAK, NULL); }
stmt(A) ::= BREAK(K) NAME(N). { A = build_branch(g, K, BR_BREAK, &N); }
stmt(A) ::= CONTINUE(K). { A = build_branch(g, K, BR_CONTINUE, NULL); }
stmt(A) ::= CONTINUE(K) NAME(N). { A = build_branch(g, K, BR_CONTINUE, &N); }
stmt(A) ::= GOTO(K) NAME(N). { A = build_branch(g, K, BR_GOTO, &N); }
stmt(A) ::= GO(K) e(X). { A = build_call_stmt(g, K, CALL_GO, X); }
stmt(A) ::= DEFER(K) e(X). { A = build_call_stmt(g, K, CALL_DEFER, X); }
stmt(A) ::= RETURN(K). { A = build_return(g, K, NULL); }
stmt(A) ::= RETURN(K) elist(L). { A = build_return(g, K, build_list(g, L)); }
stmt(A) ::= ifstmt(A).
stmt(A) ::= FOR(K) forhdr(H) block(B). { A = build_for(g, K, H, B); }
stmt(A) ::= SWITCH(K) swhdr(H) LBRACE cases(L) RBRACE(R). { A = build_switch(g, K, H, L, R); }
stmt(A) ::= SELECT(K) LBRACE comms(L) RBRACE(R). { A = build_select(g, K, L, R); }
ifstmt(A) ::= IF(K) ifhdr(H) block(B). { A = build_if(g, K, H, B, NULL); }
ifstmt(A) ::= IF(K) ifhdr(H) block(B) ELSE ifstmt(S). { A = build_if(g, K, H, B, S); }
ifstmt(A) ::= IF(K) ifhdr(H) block(B) ELSE block(S). { A = build_if(g, K, H, B, &S->s); }
ifhdr(A) ::= hsimple(S). { A = (HeaderVal){.cond = build_condition(g, S)}; }
ifhdr(A) ::= ohsimple(I) SEMI hsimple(S). { A = (HeaderVal){.init = I, .cond = build_condition(g, S)}; }
swhdr(A) ::= ohsimple(S). { A = (HeaderVal){.cond = build_condition(g, build_switch_simple(g, S))}; }
swhdr(A) ::= ohsimple(I) SEMI ohsimple(S). {
  A = (HeaderVal){.init = build_switch_simple(g, I), .cond = build_condition(g, build_switch_simple(g, S))};
}
forhdr(A) ::= ohsimple(S). { A = (HeaderVal){.cond = build_condition(g, S)}; }
forhdr(A) ::= ohsimple(I) SEMI ohsimple(S) SEMI ohsimple(P). {
  A = (HeaderVal){.init = I, .cond = build_condition(g, S), .post = P};
}
forhdr(A) ::= RANGE(K) h(X). { A = (HeaderVal){.init = build_range(g, NULL, false, K, X)}; }
forhdr(A) ::= hlist(L) ASSIGN RANGE(K) h(X). {
  A = (HeaderVal){.init = build_range(g, build_list(g, L), false, K, X)};
}
forhdr(A) ::= hlist(L) DEFINE RANGE(K) h(X). {
  A = (HeaderVal){.init = build_range(g, build_list(g, L), true, K, X)};
}
cases(A) ::= . { A = parse_list_mark(g->ps); }
cases(A) ::= cases(A) case stmts(L). { build_clause_body(g, L); }
case ::= CASE(K) elist(L) COLON(C). { build_case(g, K, build_list(g, L), C); }
case ::= DEFAULT(K) COLON(C). { build_case(g, K, NULL, C); }
comms(A) ::= . { A = parse_list_mark(g->ps); }
comms(A) ::= comms(A) comm stmts(L). { build_clause_body(g, L); }
comm ::= CASE(K) simple(S) COLON(C). { build_comm(g, K, S, C); }
comm ::= DEFAULT(K) COLON(C). { build_comm(g, K, NULL, C); }

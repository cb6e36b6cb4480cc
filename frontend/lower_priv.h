/* lower_priv.h - the state of one function being lowered, shared by the files that turn bodies into IR.
 *
 *   lower_closure.c   analysis of a declaration (FnInfo, VarInfo), captures, function literals
 *   lower_func.c      bindings of variables, parameters, results, return, entry points of lower.h
 *   lower_expr*.c     expressions; places (what can be assigned); operators; literals; lower_conv.c
 * conversions lower_call.c      calls, method values, go and defer; lower_builtin.c predeclared functions;
 * lower_wrap.c thunks lower_stmt*.c, lower_switch.c, lower_select.c, lower_rangefunc.c statements;
 * lower_static.c static data
 *
 * Every type read from the tree goes through fn_type(): it substitutes the instance's type arguments and
 * gives untyped leftovers their default type. Values in hand are IrValues in the slot format of their Layout.
 * Invariant: fn->b is always an unfinished block; after a terminator it is a fresh unreachable one. */
#ifndef GOVM_FRONTEND_LOWER_PRIV_H
#define GOVM_FRONTEND_LOWER_PRIV_H
#include "frontend/escape.h"
#include "frontend/lower.h"

#define BIG_LOCAL (64 << 10) /* larger variables live on the heap */
#define SSA_STRUCT_SLOTS 6   /* larger structs are frame areas */
#define BYVAL_MAX 128        /* never reassigned variables up to this size are captured by value */
#define FRAME_AREAS 16384    /* slots of areas that escape analysis puts into one frame; the rest is on the heap */

typedef struct RangeExit { /* a way out of a range-over-func body other than its own break and continue */
  int code;                /* value of #next: -1 return, else from -2 downwards */
  BranchTok tok;
  Stmt *target;            /* NULL: return */
} RangeExit;
struct FnInfo { /* what the analysis found out about one function body; shared by all instances */
  Node *
      node; /* FuncDecl, FuncLit, ForStmt (the body of a range-over-func loop); NULL: variable initialisers */
  FnInfo *parent, *root; /* root: the enclosing real function, itself unless is_range */
  Signature *sig;   /* NULL for initialisers */
  bool is_range;
  bool has_defer;   /* roots: a defer statement in it or its range bodies */
  u32 seq;          /* its number among its root's literals, or range bodies */
  u32 nfuncs, nranges;
  VEC(Object *) captures; /* variables of enclosing functions */
  VEC(RangeExit) exits;   /* is_range: exits that pass through this loop */
  u32 nexits;             /* roots: codes given so far */
  Object *next_var, *defers_var; /* roots: #next, #defers; NULL when not needed */
  Object *state_var;      /* is_range: #state */
  bool in_frame;          /* is_range: the closure does not escape */
  bool results_lost;      /* escape analysis: called where it is not known */
};
typedef struct VarInfo { /* of local variables, parameters and results: Object.lowered */
  FnInfo *home;
  bool captured, addr_taken, reassigned;
  bool part_assigned; /* a field or element of it is assigned */
  bool in_frame;      /* its address does not escape */
  FuncLit *lit;       /* its initial value */
  struct EscLoc *loc; /* during escape analysis */
} VarInfo;

typedef enum BindKind {
  BIND_SSA,   /* var */
  BIND_LOCAL, /* local */
  BIND_BOX,   /* var holds the address of a heap object */
  BIND_MEM    /* at var + off, never written: captured by value */
} BindKind;
typedef struct Binding {
  BindKind kind;
  const Layout *ly;
  IrVar *var;
  IrLocal *local; /* BIND_LOCAL; BIND_BOX of a result in a function with defers: the address once more */
  i64 off;
} Binding;

typedef struct BranchTarget { /* an enclosing statement that break or continue can name */
  struct BranchTarget *up;
  Stmt *stmt;
  IrBlock *brk, *cont; /* cont NULL: switch, select */
} BranchTarget;

typedef struct Memo { const Expr *e; IrValue *v; } Memo;

typedef struct Fn {
  Lower *lw;
  FuncInst *fi;
  FuncInst *root_fi; /* of info->root: names of inner functions derive from it */
  IrFunc *f;
  IrBlock *b;
  FnInfo *info;
  PtrMap binds;    /* Object -> Binding */
  PtrMap labels;   /* LabeledStmt -> IrBlock, of goto */
  u32 nresults;
  Object **result_objs;
  Binding **results; /* NULL where a result needs no variable */
  const Layout **result_lys;
  bool has_defer;  /* results live in the frame or in boxes; returns run the deferred calls */
  BranchTarget *targets;
  IrBlock *fallthrough;
  VEC(Memo) memo;  /* operands that were evaluated ahead of the expression they are part of */
  IrVar *ctx;      /* the closure */
  u32 area_slots;  /* taken by areas that escape analysis allowed */
} Fn;

/* ---- types (lower_func.c) ---- */
Type *fn_type(Fn *fn, Type *t);
static inline const Layout *fn_layout(Fn *fn, Type *t) { return lower_layout(fn->lw, fn_type(fn, t)); }
static inline Type *expr_type(Fn *fn, const Expr *e) { return fn_type(fn, e->type); }
const Layout *expr_layout(Fn *fn, const Expr *e);
static inline Type *under_of(Fn *fn, Type *t) { return type_under(fn_type(fn, t)); }
Type *deref_type(Type *t); /* the base of a pointer type, else t */
Tuple *fn_tuple(Fn *fn, Tuple *t);
u32 lower_static_const(Lower *lw, const Const *c, Type *t);   /* a read-only global that holds the constant */
bool lower_var_is_static(Lower *lw, Object *var, Expr *init); /* lower_static.c: needs no code */

/* ---- emitting ---- */
extern const IrShape ir_shape_3words_iface; /* an interface, then a bool */
#define op0(fn, op, shape) ir_value((fn)->f, (fn)->b, op, shape, 0)
#define op1(fn, op, shape, a) ir_value((fn)->f, (fn)->b, op, shape, 1, a)
#define op2(fn, op, shape, a, b_) ir_value((fn)->f, (fn)->b, op, shape, 2, a, b_)
#define op3(fn, op, shape, a, b_, c) ir_value((fn)->f, (fn)->b, op, shape, 3, a, b_, c)
static inline IrValue *with_imm(IrValue *v, i64 imm) {
  v->imm = imm;
  return v;
}
static inline IrValue *k64(Fn *fn, i64 k) { return ir_const(fn->f, fn->b, (u64)k, &ir_shape_word); }
static inline IrValue *extract(Fn *fn, IrValue *v, u32 first, const IrShape *s) {
  return ir_extract(fn->f, fn->b, v, first, s);
}
static inline void set_pos(Fn *fn, const void *node) { fn->f->cur_pos = ((const Node *)node)->pos; }
IrValue *zero_value(Fn *fn, const Layout *ly);
IrValue *tuple_value(Fn *fn, const IrShape *shape, IrValue **parts, u32 n); /* drops parts without slots */
IrValue *recast(Fn *fn, IrValue *v, const IrShape *shape); /* the same slots with other pointer bits */
IrBlock *new_block(Fn *fn);
void start_block(Fn *fn, IrBlock *b);    /* goes on in b, which gets sealed */
void jump_to(Fn *fn, IrBlock *to);
void set_unreachable(Fn *fn);            /* after a terminator */
IrValue *ld_type(Fn *fn, Type *t);
/* Calls overlay function `symbol`; args are given; result NULL shape: none. */
IrValue *call_runtime(Fn *fn, const char *symbol, const IrShape *result, u32 nargs, ...);
IrValue *call_index(Fn *fn, u32 func, const IrShape *result, IrValue **args, u32 nargs);
Fn *fn_new(Lower *lw, FuncInst *fi);
void fn_emit(Fn *fn);                    /* makes the BcFunc and frees fn */
void fn_add_param(Fn *fn, const Layout *ly, u32 *slot, bool result);
IrValue *fn_param(Fn *fn, const Layout *ly, u32 slot);
void fn_params_of(Fn *fn, Signature *sig,
                  const Layout *recv); /* describes arguments and results (types substituted) */

/* ---- variables and results (lower_func.c) ---- */
bool var_boxed(Fn *fn, Object *o, const Layout *ly);
bool var_by_value(const VarInfo *vi, const Layout *ly);
Binding *bind_lookup(Fn *fn, Object *o);
Binding *var_declare(Fn *fn, Object *o); /* storage without a value: boxes are allocated, zeroed */
void var_declare_init(Fn *fn, Object *o, IrValue *v);  /* v NULL: zero */
void var_fresh_copy(Fn *fn, Object *o);                /* a loop variable's copy for the next iteration */
IrLocal *temp_local(Fn *fn, const Layout *ly);
/* An area whose address may be taken: NULL when the frame has no room for it, or it has no slots. */
IrLocal *addressed_local(Fn *fn, const Layout *ly, const Atom *name);
/* Zeroed memory for a value of ly, in the frame when that is allowed and possible. */
IrValue *lower_alloc(Fn *fn, const Layout *ly, bool in_frame);
void return_values(Fn *fn, IrValue **vals);            /* NULL: the results' current values; ends the block */

/* ---- places (lower_expr_place.c) ---- */
typedef enum PlaceKind {
  PL_BLANK,
  PL_VAR,
  PL_PART,
  PL_LOCAL,
  PL_LOCALX,
  PL_GLOBAL,
  PL_MEM,
  PL_SLICE,
  PL_MAP
} PlaceKind;
typedef struct Place {
  PlaceKind kind;
  const Layout *ly;
  IrVar *var;
  IrLocal *local;
  const Layout *whole; /* LOCAL: of the whole area; PART: of the variable, which is only read */
  u32 global;
  i64 off;
  IrValue *base, *index; /* MEM: address; SLICE: slice, index; MAP: map, key; LOCALX: index */
  i64 len;               /* LOCALX */
  u32 map_type;
} Place;
bool is_placeable(Fn *fn, Expr *e);
Place place_of(Fn *fn, Expr *e);
Place place_of_obj(Fn *fn, Object *o);
Place place_of_mem(IrValue *addr, i64 off, const Layout *ly);
Place place_of_local(IrLocal *l, const Layout *ly);
Place place_field(Fn *fn, Place p, i64 off, const Layout *ly);
Place place_elem(Fn *fn, Place array, IrValue *index, const Expr *const_index, const Layout *elem, i64 len);
IrValue *place_load(Fn *fn, Place p);
void place_store(Fn *fn, Place p, IrValue *v);
void place_zero(Fn *fn, Place p);
IrValue *place_addr(Fn *fn, Place p);
bool copy_big(Fn *fn, const Place *dst, Expr *src,
              Type *t); /* through memory; false: not done, small or no place */
bool is_big_copy(Fn *fn, Expr *src, Type *t);
IrValue *load_mem(Fn *fn, IrValue *addr, i64 off, const Layout *ly);
void store_mem(Fn *fn, IrValue *addr, i64 off, const Layout *ly, IrValue *v);
IrValue *agg_field(Fn *fn, IrValue *v, const Layout *agg, i64 off,
                   const Layout *ly); /* part of a struct or array value */
void snapshot_place(Fn *fn, Expr *e); /* evaluates the operands of assignable e into the memo */
void memo_push(Fn *fn, const Expr *e, IrValue *v);
IrValue *memo_find(Fn *fn, const Expr *e);
bool has_call(Fn *fn, const Expr *e); /* a call, receive or literal function call inside: order matters */
i64 field_offset(Fn *fn, Type *struct_type, u32 index, Type **field_type);

/* ---- expressions ---- */
IrValue *lower_expr(Fn *fn, Expr *e);                /* the value, in e's own type */
IrValue *lower_expr_to(Fn *fn, Expr *e, Type *to);   /* implicitly converted to `to` (already substituted) */
void lower_effect(Fn *fn, Expr *e);                  /* for an expression statement */
void lower_cond(Fn *fn, Expr *e, IrBlock *yes, IrBlock *no);
/* Values of a list that may be one call with several results, converted to types to[i] (NULL: own type). */
void lower_multi(Fn *fn, Expr *list, u32 n, Type **to, IrValue **out);
IrValue *lower_address(Fn *fn, Expr *e);             /* &e: e addressable or a composite literal */
IrValue *lower_operation(Fn *fn, Operation *o);
IrValue *lower_binary(Fn *fn, Op op, Type *t, IrValue *x, IrValue *y, Type *ytype, const Expr *yexpr);
IrValue *add_const(Fn *fn, const Layout *ly, IrValue *x, i64 k); /* integers; k fits the imm column */
IrValue *equal_values(Fn *fn, const Layout *ly, IrValue *a, IrValue *b);
IrValue *compare_values(Fn *fn, Op op, const Layout *ly, IrValue *a, IrValue *b);
IrValue *equal_mixed(Fn *fn, IrValue *a, Type *at, IrValue *b, Type *bt); /* one or both may be interfaces */
IrValue *bool_not(Fn *fn, IrValue *v);
IrValue *lower_complit(Fn *fn, CompositeLit *l);
IrValue *lower_complit_of(Fn *fn, CompositeLit *l, Type *t);
/* lower_static.c: the literal consists of constants and addresses only; *g is a global that holds it */
bool literal_is_static(Fn *fn, CompositeLit *l, Type *t, u32 *g);
bool array_literal_is_static(Fn *fn, CompositeLit *l, Type *array, u32 *g);
void complit_fill(Fn *fn, CompositeLit *l, Place dst, bool zeroed); /* dst is fresh */
IrValue *lower_slice_expr(Fn *fn, SliceExpr *s);
IrValue *lower_comma_ok(Fn *fn, Expr *e, IrValue **ok); /* v, ok := m[k], x.(T), <-c */
Type *const_default_type(const Const *c);
const IrShape *shape_with_bool(Fn *fn, const Layout *ly);

/* *f(args) when f only returns the address of a literal of its parameters: the literal's value; else NULL
 * (lower_inline.c). */
IrValue *lower_returned_literal(Fn *fn, Operation *deref);

/* ---- conversions (lower_conv.c) ---- */
IrValue *const_value(Fn *fn, const Const *c, Type *t);
IrValue *convert_implicit(Fn *fn, IrValue *v, Type *from, Type *to);
IrValue *convert_explicit(Fn *fn, IrValue *v, Type *from, Type *to);
/* Between strings, bytes and runes, without allocation where the marks `esc` of the conversion allow; NULL:
 * not done. */
IrValue *convert_text_in_frame(Fn *fn, IrValue *v, u8 esc, Type *from, Type *to);
IrValue *string_view(Fn *fn, Expr *e);
IrValue *make_iface(Fn *fn, IrValue *v, Type *from, Type *to);
IrValue *make_iface_in(Fn *fn, IrValue *v, Type *from, Type *to, bool in_frame); /* the copy may live in the frame */
IrValue *const_iface(Fn *fn, const Const *c, Type *from, Type *to); /* a constant boxed in static data */
IrValue *iface_word_of(Fn *fn, Type *concrete, Type *iface); /* the first word: type or itab */
IrValue *iface_type_word(Fn *fn, IrValue *v, Type *iface); /* dynamic type, nil for nil */
IrValue *iface_data(Fn *fn, IrValue *data, const Layout *ly); /* value of type ly from a data word */
IrValue *lower_assert(Fn *fn, AssertExpr *a, IrValue **ok);
IrValue *assert_type_test(Fn *fn, IrValue *x, Type *iface,
                          Type *want); /* dynamic type of x is concrete `want` */
IrValue *to_eface(Fn *fn, IrValue *v, Type *iface);

/* ---- calls (lower_call.c) ---- */
typedef enum CalleeKind { CALLEE_FUNC, CALLEE_VALUE, CALLEE_IFACE } CalleeKind;
typedef struct Callee {
  CalleeKind kind;
  u32 func;          /* FUNC */
  u32 method;        /* IFACE: its index in the itab */
  Type *iface;       /* IFACE */
  IrValue *fn;       /* VALUE: the func value; IFACE: the interface value */
  IrValue *recv;     /* FUNC: the receiver argument, NULL */
  Type *recv_type;   /* FUNC: of recv */
  Object *obj;       /* FUNC: the function or method */
  Signature *sig;    /* substituted */
} Callee;
void lower_callee(Fn *fn, CallExpr *call, Callee *c);
u32 keep_alive_operands(Fn *fn, CallExpr *call, const Callee *c, IrValue **keep);
IrValue *lower_call(Fn *fn, CallExpr *c);  /* all results as one value */
IrValue *call_callee(Fn *fn, const Callee *c, IrValue **args, u32 nargs);
void tail_callee(Fn *fn, const Callee *c, IrValue **args, u32 nargs); /* from thunks: ends the block */
/* Resolves method `name` (seen from pkg) of an operand of type t, which is at `p` or, when p is NULL, has the
 * value v. */
void resolve_method(Fn *fn, Callee *c, Type *t, Package *pkg, const Atom *name, const Place *p, IrValue *v);
IrValue *lower_func_value(Fn *fn, Object *f, TypeList *inst);
IrValue *lower_method_value(Fn *fn, SelectorExpr *s);
IrValue *lower_method_expr(Fn *fn, SelectorExpr *s);
bool is_conversion(const CallExpr *c);
bool is_runtime_hex(Type *t);
bool is_builtin_call(const CallExpr *c, BuiltinId *id);
const IrShape *results_shape(Fn *fn, Tuple *results);
IrValue *results_at(Fn *fn, IrValue *call, Tuple *results, u32 i);
void lower_args(Fn *fn, CallExpr *c, Signature *sig, IrValue **out); /* one value per parameter */

/* ---- predeclared functions (lower_builtin.c) ---- */
IrValue *lower_builtin(Fn *fn, CallExpr *c, BuiltinId id);
/* The statement forms (close, delete, print ...) split in two, for go and defer: operands first, the effect
 * later. */
u32 builtin_operands(Fn *fn, CallExpr *c, BuiltinId id, IrValue **vals, Type **types);
void builtin_effect(Fn *fn, CallExpr *c, BuiltinId id, IrValue **vals, Type **types, u32 n);
IrValue *append_values(Fn *fn, IrValue *slice, Type *elem, IrValue **vals, u32 n);

/* ---- thunks (lower_wrap.c) ---- */
void lower_go_defer(Fn *fn, CallStmt *s);
IrValue *bound_method(Fn *fn, const Callee *c, const Atom *name, bool in_frame);

/* ---- closures (lower_closure.c) ---- */
FnInfo *analyze_func(Lower *lw, FuncDecl *d);
FnInfo *analyze_package_vars(Lower *lw, Package *p);
bool node_inside(const void *node, const ForStmt *loop); /* within the loop's body, by position */
FnInfo *info_of(const void *node); /* of a FuncLit or a range-over-func ForStmt that was analysed */
bool is_range_func(const ForStmt *s);
typedef struct InnerSpec { /* gen_data of function literals and range-over-func bodies */
  FnInfo *info;
  FuncInst *root;
} InnerSpec;
void lower_func_lit_generate(Lower *lw, FuncInst *fi);
IrValue *lower_func_lit(Fn *fn, FuncLit *l);
IrValue *make_closure(Fn *fn, FnInfo *info,
                      void (*generate)(Lower *, FuncInst *),
                      bool in_frame); /* captures from fn's variables */
/* A closure over given values: its function reads them at their offsets. */
IrValue *closure_of_values(Fn *fn, u32 func, Type **types, IrValue **vals, u32 n, bool in_frame);
void bind_captures(Fn *fn);
bool per_iteration_vars(Fn *fn, const ForStmt *s);
bool loop_vars_per_iteration(const Package *pkg, const ForStmt *s);

/* ---- statements ---- */
void lower_stmt(Fn *fn, Stmt *s);
void lower_block(Fn *fn, BlockStmt *b);
void lower_for(Fn *fn, ForStmt *s);
void lower_range(Fn *fn, ForStmt *s);
void lower_switch(Fn *fn, SwitchStmt *s);
void lower_select(Fn *fn, SelectStmt *s);
void lower_range_func(Fn *fn, ForStmt *s, RangeClause *r);
void range_body_branch(Fn *fn, BranchTok tok, Stmt *target); /* a branch out of a range-over-func body */
void range_body_return(Fn *fn);                              /* results are stored: leaves all loops */
void range_body_generate(Lower *lw, FuncInst *fi);
void lower_branch(Fn *fn, BranchTok tok, Stmt *target);
Type *lhs_type(Fn *fn, Expr *lhs);
void lower_assign_to(Fn *fn, Expr *lhs, IrValue *v, Type *vt, bool def);
void push_target(Fn *fn, BranchTarget *t, Stmt *s, IrBlock *brk, IrBlock *cont);
void lower_stmts(Fn *fn, StmtList *list);
IrBlock *label_block(Fn *fn, Stmt *label);
bool is_blank_expr(const Expr *e);
bool expr_is_nil(const Expr *e);
bool defines_name(const Expr *e); /* a name on the left of := that is new */
#endif

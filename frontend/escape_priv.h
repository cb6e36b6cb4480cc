/* escape_priv.h - the graph of locations that the files of the escape analysis
 * share.
 *
 *   escape.c         batches, the call graph, results
 *   escape_solve.c   edges, the walk, what outlives what
 *   escape_expr.c    data flow of expressions;  escape_call.c  of calls;
 * escape_stmt.c  of statements
 *
 * A location is a variable or the memory an expression allocates. An edge "dst
 * <- src, derefs" says that src's value, dereferenced so many times (-1: its
 * address), flows to dst. */
#ifndef GOVM_FRONTEND_ESCAPE_PRIV_H
#define GOVM_FRONTEND_ESCAPE_PRIV_H
#include "frontend/escape.h"
#include "frontend/lower_priv.h"

enum { LOC_ESCAPES = 1, LOC_MUTATES = 2, LOC_CALLS = 4 };

typedef struct EscLoc EscLoc;
typedef struct EscEdge {
  EscLoc *src;
  i32 derefs; /* >= -1 */
} EscEdge;
struct EscLoc {
  FnInfo *fn;  /* the function it belongs to */
  Object *var; /* of a variable */
  Expr *x;     /* of an allocation: the expression and the EscMark it earns */
  u8 mark;
  u8 attrs;
  bool param, param_out;
  u8 result;       /* param_out: which */
  bool queued;     /* by walk_all */
  FnInfo *closure; /* of a closure: its function */
  i32 depth;       /* loops around the declaration */
  i32 derefs;      /* walk_one: fewest on a path to the root */
  u32 walk, queued_walk;
  EscLeaks leaks; /* param */
  VEC(EscEdge) edges;
};
typedef struct EscHole { /* where a value flows */
  EscLoc *dst;
  i32 derefs;
} EscHole;
typedef struct EscClosure { /* captures wait until all reassignments are known
                             */
  EscHole k;
  FnInfo *info;
} EscClosure;

typedef struct Esc {
  Lower *lw;
  Arena arena; /* freed after the batch */
  VEC(EscLoc *) locs;
  VEC(EscClosure) closures;
  PtrMap looping; /* LabeledStmt that a later goto names */
  EscLoc heap, mutator, callee, blank;
  Package *pkg;
  FnInfo *fn; /* being walked */
  i32 depth;
  const PtrMap *batch; /* FuncDecl of this batch */
} Esc;

/* ---- escape_solve.c ---- */
EscLoc *esc_loc(Esc *e);            /* a temporary, at the place being walked */
EscLoc *esc_var(Esc *e, Object *o); /* of a local variable; made at its first use */
void esc_flow(Esc *e, EscHole k, EscLoc *src);
EscHole esc_tee(Esc *e, EscHole *k, u32 n);
EscHole esc_spill(Esc *e, EscHole k, Expr *x,
                  u8 mark); /* k = &(what x allocates); the hole for its contents */
void esc_solve(Esc *e);
static inline EscHole hole(EscLoc *l) { return (EscHole){l, 0}; }
static inline EscHole shift(EscHole k, i32 delta) { return (EscHole){k.dst, k.derefs + delta}; }
static inline EscHole heap_hole(Esc *e) { return hole(&e->heap); }
static inline EscHole discard_hole(Esc *e) { return hole(&e->blank); }
static inline EscHole mutator_hole(Esc *e) { return hole(&e->mutator); }
static inline EscHole tee2(Esc *e, EscHole a, EscHole b) { return esc_tee(e, (EscHole[]){a, b}, 2); }

/* ---- types (escape_expr.c) ---- */
void esc_forget_types(void);  /* what the next two found out */
bool esc_has_ptrs(Type *t);   /* may hold pointers */
bool esc_has_tparam(Type *t); /* its layout depends on a type argument */
i64 esc_sizeof(Type *t);      /* -1: depends on a type argument */
typedef enum BoxKind { BOX_NONE, BOX_COPY, BOX_EITHER } BoxKind;
BoxKind esc_box_kind(Type *from, Type *to); /* conversion of a value of type `from` to `to`:
                                               what an interface needs */

/* ---- escape_expr.c ---- */
void esc_expr(Esc *e, EscHole k, Expr *x);
void esc_expr_to(Esc *e, EscHole k, Expr *x, Type *to);         /* implicitly converted */
EscHole esc_converted(Esc *e, EscHole k, Type *from, Type *to); /* for a value that is no expression */
static inline void esc_discard(Esc *e, Expr *x) { esc_expr(e, discard_hole(e), x); }
EscHole esc_addr(Esc *e, Expr *lhs); /* the place assigned to */
void esc_func_lit(Esc *e, EscHole k, FuncLit *l);
EscHole esc_path(EscHole k, Type *t, const Selection *s, u32 n,
                 Type **end);                                /* first n fields of a selection */
Object *esc_static_method(Type *end, Object *m, i32 *delta); /* NULL: dynamic */
void esc_unsafe_value(Esc *e, EscHole k, Expr *x);
bool esc_is_header_data(Expr *x); /* p.Data of a reflect.SliceHeader or
                                     StringHeader: a pointer in disguise */
Type *esc_core(Type *t);          /* its core type, else the underlying one */
static inline bool esc_is_tparam(Type *t) { return type_unalias(t)->kind == TYPE_TYPEPARAM; }

/* ---- escape_call.c ---- */
void esc_call(Esc *e, EscHole *ks, u32 nks, CallExpr *c); /* ks NULL: results are dropped */
void esc_go_defer(Esc *e, CallStmt *s);
void esc_method_value(Esc *e, EscHole k, SelectorExpr *s);
void esc_range_call(Esc *e, Expr *fun, EscLoc *body);
FuncDecl *esc_callee_decl(Object *f);                     /* of a function or method with source */
bool esc_is_replaceable(const Esc *e, const FuncDecl *d); /* another definition may come */

/* ---- escape_stmt.c ---- */
void esc_stmts(Esc *e, StmtList *l);
void esc_block(Esc *e, StmtList *l);        /* restores the loop depth */
void esc_find_loops(Esc *e, void *body);    /* notes the labels that later gotos name */
void esc_init_params(Esc *e, FnInfo *info); /* escape.c: locations of parameters and results */
#endif

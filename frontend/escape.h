/* escape.h - escape analysis: which variables and allocations may live in a
 * frame.
 *
 * A port of cmd/compile/internal/escape to the typed syntax tree. Functions are
 * analysed once each, generic ones in their generic form, in batches: the
 * strongly connected components of the static call graph, callees first. The
 * results stay with the tree: VarInfo.in_frame of variables, Expr.esc of
 * allocating expressions, FnInfo.in_frame of the closures of range-over-func
 * bodies, FuncDecl.esc, what a caller must know. What was not analysed has none
 * of these and lives on the heap. A mark says only that the frame is allowed:
 * the lowering may still choose the heap. Where the lowering has no inlining
 * the results differ from gc's, which inlines first. */
#ifndef GOVM_FRONTEND_ESCAPE_H
#define GOVM_FRONTEND_ESCAPE_H
#include "frontend/lower.h"

typedef struct FnInfo FnInfo; /* lower_priv.h */

enum EscMark {                 /* Expr.esc: does not escape */
               ESC_SELF = 1,   /* what the expression itself allocates: new, make,
                                  a slice literal's array, a closure, a method
                                  value, a string made of others or of bytes */
               ESC_BOX = 2,    /* the copy that an interface made of the value
                                  refers to */
               ESC_ADDR = 4,   /* T{...} whose address is taken: &T{...} or an
                                  elided one */
               ESC_ARGS = 8,   /* a call's array of variadic arguments */
               ESC_THUNK = 16, /* the call of a defer statement: the closure
                                  that holds its operands */
               ESC_SHARED = 32 /* []byte(s): the bytes are only read, s's own do */
};

/* How a parameter's value leaves its function: [0] to the heap, [1] its memory
 * is written, [2] it is called, [3 + i] to result i. 0: it does not, else 1 +
 * how often it is dereferenced on the way. */
enum { ESC_LEAK_HEAP, ESC_LEAK_MUTATOR, ESC_LEAK_CALLEE, ESC_LEAK_RESULT, ESC_LEAKS = 8 };
typedef struct EscLeaks {
  u8 v[ESC_LEAKS];
} EscLeaks;
typedef struct EscSummary { /* FuncDecl.esc. Memory: types_arena */
  u32 n;                    /* receiver and parameters */
  EscLeaks params[];
} EscSummary;

/* BcParam.esc of a function's arguments. */
void escape_params(const FuncDecl *d, BcParam *params, u32 n);
/* Analyses d, whose closures are analysed (analyze_func), and what it calls. */
void escape_func(Lower *lw, FuncDecl *d);
/* Analyses a package's variable initialisers, after analyze_package_vars. */
void escape_package_vars(Lower *lw, Package *p, FnInfo *info);
/* From here on findings about package p are kept; escape_report_end appends
 * them as gc -m prints them, as lines "file:line:col: text" in the order of
 * positions. */
void escape_report_begin(const Package *p);
void escape_report_end(StrBuf *out);
#endif

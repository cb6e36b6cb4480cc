/* verifier_priv.h - verifier.c (tables, operands) and dataflow.c (slots). */
#ifndef GOVM_BYTECODE_VERIFIER_PRIV_H
#define GOVM_BYTECODE_VERIFIER_PRIV_H
#include "bytecode/module.h"

typedef struct Verify {
  const BcModule *m;
  const BcFunc *f; /* the function at hand; NULL while types and data are checked */
  u32 pc;
  Err *err;
  Arena scratch;   /* of the function at hand */
} Verify;

bool verify_fail(Verify *v, const char *fmt, ...) PRINTF(2, 3); /* false; says where */
bool verify_flow(Verify *v);                                   /* after the operands of all of v->f were checked */
/* The window's contents and results, in slots, and the link area below it; false for other instructions. */
bool insn_window(const Insn *i, u32 *window, u32 *nargs, u32 *nres, u32 *gap);
static inline bool kind_reads(u8 k) { return (k >= OPK_R1 && k <= OPK_RN) || (k >= OPK_RK && k <= OPK_RT); }
static inline bool kind_writes(u8 k) { return k >= OPK_W1 && k <= OPK_WX; }
#endif

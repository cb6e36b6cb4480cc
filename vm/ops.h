/* ops.h - the work of instructions that is too long for a handler: C functions called from ops_*.inc.
 * Each gets the goroutine (its pc and fp saved), the frame and the instruction, reads operands and writes
 * results there. */
#ifndef GOVM_VM_OPS_H
#define GOVM_VM_OPS_H
#include "runtime/native.h"

#define OP_HELPER(name) Status op_##name##_c(G *g, Slot *fp, const Insn *pc);
OP_HELPER(EQ_EFACE) OP_HELPER(EQ_IFACE) OP_HELPER(EQ_T) OP_HELPER(EQ_MT)
OP_HELPER(CONCAT) OP_HELPER(CONCATN) OP_HELPER(STR_BYTES) OP_HELPER(BYTES_STR) OP_HELPER(STR_RUNES)
OP_HELPER(RUNES_STR) OP_HELPER(STR_RUNE) OP_HELPER(STR_NEXT)
OP_HELPER(STR_BYTES_T) OP_HELPER(BYTES_STR_T) OP_HELPER(STR_RUNE_T)
OP_HELPER(MAKESLICE) OP_HELPER(GROW) OP_HELPER(APPENDS) OP_HELPER(MAKEMAP) OP_HELPER(MAKECHAN)
OP_HELPER(MAPGET) OP_HELPER(MAPGET2) OP_HELPER(MAPSET) OP_HELPER(MAPADDR) OP_HELPER(MAPDEL)
OP_HELPER(CONVI) OP_HELPER(ASSERT_I) OP_HELPER(ASSERT_I2)
OP_HELPER(RECV) OP_HELPER(RECV2) OP_HELPER(GO)
#undef OP_HELPER

double go_fmin(double a, double b); /* the built-in min and max of floats */
double go_fmax(double a, double b);
u64 go_f64_to_u64(double f);        /* as gc's code for amd64, out of range included */
void go_complex128_div(Slot *out, const Slot *a, const Slot *b); /* runtime.complex128div */
void go_complex64_div(Slot *out, const Slot *a, const Slot *b);
#endif

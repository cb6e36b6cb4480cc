/* fault.h - SIGSEGV and SIGBUS of Go code as panics. */
#ifndef GOVM_VM_FAULT_H
#define GOVM_VM_FAULT_H
#include "runtime/g.h"

void fault_init(void);               /* installs the signal handlers */
/* raises what the last fault means in the instruction at pc */
G *fault_raise(G *g, const Insn *pc, Slot *fp);
/* a C function compares values for the instruction saved in the running goroutine */
extern bool fault_restartable;
extern u64 interp_entry_sp;          /* stack pointer of every handler on entry */
void *interp_fault_handler(void);    /* the cold path that calls fault_raise */
#endif

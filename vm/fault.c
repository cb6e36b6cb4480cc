/* fault.c - memory faults of Go code become panics (DESIGN D22).
 *
 * Nil dereferences are checked by the instructions; a fault remains for pointers made with unsafe, unmapped
 * or protected memory. Where the fault happened in a handler of the interpreter, or in a C library leaf
 * that a handler called, the signal handler makes the thread continue in the handler's cold path `fault`:
 * the interpreter's registers are as at any instruction, and the stack pointer is the one that all handlers
 * have on entry, noted by interp_run. Anywhere else the memory of the VM itself may be half changed, so the
 * program ends - except in comparisons by C functions, which change nothing: they set fault_restartable,
 * and the registers are those saved in g. Only for the clang build, whose register assignment is a calling
 * convention.
 */
#define _GNU_SOURCE /* REG_RIP */
#include "vm/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "runtime/print.h"
#include "vm/vm_priv.h"

u64 interp_entry_sp;
bool fault_restartable;
static u64 fault_address;
static u32 fault_code;

G *fault_raise(G *g, const Insn *pc, Slot *fp) {
  if (!func_of_insn(pc)) pc--; /* the handler was past its advance */
  g->pc = pc + 1;
  g->fp = fp;
  if (fault_address < 4096) {
    panic_rt(g, RT_PANIC_MEM, 0, 0);
  } else if (g->paniconfault) {
    panic_rt(g, RT_PANIC_MEM_ADDR, fault_address, 0);
  } else {
    static char text[160];
    print_format("unexpected fault address 0x%lx\n", (unsigned long)fault_address);
    snprintf(text, sizeof text,
        "fault\n[signal SIGSEGV: segmentation violation code=0x%x addr=0x%lx pc=0x%lx]", fault_code,
             (unsigned long)fault_address, (unsigned long)(uintptr_t)pc);
    go_fatal(text);
  }
  panic_raise(g, pc + 1, fp);
  return g;
}

#ifdef __clang__
extern const char __start_interp_text[], __stop_interp_text[];

static bool in_handler(u64 ip) { return ip >= (u64)__start_interp_text && ip < (u64)__stop_interp_text; }

static void on_fault(int sig, siginfo_t *info, void *context) {
  greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
  u64 ip = (u64)regs[REG_RIP], sp = (u64)regs[REG_RSP];
  bool ours = sched_curg && (u64)regs[REG_R14] == (u64)sched_curg && interp_entry_sp;
  if (fault_restartable) {
    fault_restartable = false;
    regs[REG_R12] = (greg_t)(sched_curg->pc - 1);
    regs[REG_R13] = (greg_t)sched_curg->fp;
    regs[REG_R14] = (greg_t)sched_curg;
  } else if (!ours || (!in_handler(ip) && !in_handler(*(u64 *)sp))) {
    signal(sig, SIG_DFL); /* runs into it again */
    return;
  }
  fault_address = (u64)info->si_addr;
  fault_code = (u32)info->si_code;
  regs[REG_RSP] = (greg_t)interp_entry_sp;
  regs[REG_RIP] = (greg_t)(u64)interp_fault_handler();
}

void fault_init(void) {
  struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGSEGV, &sa, NULL);
  sigaction(SIGBUS, &sa, NULL);
}
#else
void fault_init(void) {}
#endif

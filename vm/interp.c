/* interp.c - the interpreter: dispatch and the handlers of every opcode.
 *
 * The handlers are written once, in ops_*.inc, and built in one of two ways (DESIGN D10): with clang as
 * functions with the preserve_none convention that end in a guaranteed tail call to the next handler; with
 * gcc as labels of one function with computed goto. Both keep pc, fp, g and two scratch registers, ra and
 * fa, in machine registers. Instructions hold the 32-bit address of their handler, so the executable is
 * linked at fixed addresses below 2 GB.
 *
 *   OP(NAME) ... END         a handler; ends in NEXT, a jump, or a SWITCH
 *   COLD(name) ... END       a slow path that handlers leave to with GOTO(name): no spills in the hot handler
 *   NEXT, DISPATCH           the next instruction; the one at pc
 *   SWITCH(call)             call returns the goroutine to go on with (vm_priv.h)
 *   FINISH(status)           the end of an instruction whose work a C function did
 * On entry to a function ra is its FuncRec: the EXPAND stub needs it. No handler takes the address of a
 * local.
 */
#include <math.h>
#include <x86intrin.h>

#include "runtime/chan.h"
#include "runtime/iface.h"
#include "runtime/map.h"
#include "runtime/slice.h"
#include "runtime/str.h"
#include "vm/fault.h"
#include "vm/ops.h"
#include "vm/vm_priv.h"

u32 vm_handlers[BC_COUNT], vm_xhandlers[XOP_COUNT];

/* Operands. */
#define A (fp[pc->a])
#define B (fp[pc->b])
#define C (fp[pc->c])
#define D (fp[pc->d])
#define IMM (pc->imm)
#define ADDR_IMM ((void *)(uintptr_t)(u32)pc->imm)
#define TYPE ((AbiType *)ADDR_IMM)
#define WIDE_OFFSET ((u32)pc->c | (u32)pc->d << 16)
#define SAVE() (g->pc = pc + 1, g->fp = fp)

#ifdef __clang__
#define PRESERVE __attribute__((preserve_none, section("interp_text")))
#define HANDLER_TYPE __attribute__((preserve_none))
#define PARAMS const Insn *pc, Slot *fp, G *g, u64 ra, double fa
#define ARGS pc, fp, g, ra, fa
typedef HANDLER_TYPE void Handler(PARAMS);
#define TAIL [[clang::musttail]] return
#define DISPATCH TAIL((Handler *)(uintptr_t)pc->op)(ARGS)
#define OP(name) static PRESERVE void op_##name(PARAMS) {
#define XOP_BODY(name) static PRESERVE void xop_##name(PARAMS) {
#define COLD(name) static __attribute__((noinline, cold)) PRESERVE void cold_##name(PARAMS) {
#define END }
#define GOTO(name) TAIL cold_##name(ARGS)
#define LEAVE return
#else
#define DISPATCH goto *(void *)(uintptr_t)pc->op
#define OP(name) op_##name : {
#define XOP_BODY(name) xop_##name : {
#define COLD(name) cold_##name : {
#define END }
#define GOTO(name) goto cold_##name
#define LEAVE return
#endif
#define NEXT \
  do {       \
    pc++;    \
    DISPATCH; \
  } while (0)
#define SWITCH(call)               \
  do {                             \
    g = (call);                    \
    if (unlikely(!g)) LEAVE;       \
    pc = g->pc;                    \
    fp = g->fp;                    \
    DISPATCH;                      \
  } while (0)
#define FINISH(st)              \
  do {                              \
    ra = (u64)(st);                 \
    if (unlikely(ra)) GOTO(status); \
    NEXT;                           \
  } while (0)
/* The end of an instruction that allocated: its safepoint. */
#define FINISH_ALLOC                          \
  do {                                        \
    if (unlikely(g_preempted(g))) GOTO(poll); \
    NEXT;                                     \
  } while (0)
#define FINISH_MAY_ALLOC(st)             \
  do {                                       \
    ra = (u64)(st);                          \
    if (unlikely(ra)) GOTO(status);          \
    FINISH_ALLOC;                            \
  } while (0)
/* Raises the run-time error f(x, y). */
#define RAISE(f, x, y)                 \
  do {                                 \
    ra = (u64)(f);                     \
    g->panic_args[0].u = (u64)(x);     \
    g->panic_args[1].u = (u64)(y);     \
    GOTO(raise);                       \
  } while (0)
#define NILCHECK(p)                    \
  do {                                 \
    if (unlikely(!(p))) GOTO(nil);     \
  } while (0)
/* Displaced jump. */
#define JUMP pc = (const Insn *)((const u8 *)pc + pc->imm)

#ifdef __clang__
#pragma clang diagnostic ignored "-Wunused-parameter"
#include "vm/ops_cold.inc"
#include "vm/ops_arith.inc"
#include "vm/ops_float.inc"
#include "vm/ops_jump.inc"
#include "vm/ops_mem.inc"
#include "vm/ops_slice.inc"
#include "vm/ops_data.inc"
#include "vm/ops_call.inc"
#include "vm/ops_fused.inc"

static Handler *const handler_table[BC_COUNT] = {
#undef OP
#define OP(name, a, b, c, d, imm, flags, what) [BC_##name] = op_##name,
#include "bytecode/opcodes.def"
#undef OP
};
static Handler *const xhandler_table[XOP_COUNT + 1] = {
#define XOP(name, what) [XOP_##name] = xop_##name,
#include "vm/xops.def"
#undef XOP
    0};

void interp_init(void) {
  for (u32 i = 0; i < BC_COUNT; i++) vm_handlers[i] = (u32)(uintptr_t)handler_table[i];
  for (u32 i = 0; i < XOP_COUNT; i++) vm_xhandlers[i] = (u32)(uintptr_t)xhandler_table[i];
}

/* Notes the stack pointer that handlers have on entry, then becomes the handler of the instruction at pc
 * (in r12, the first argument of the convention). */
__attribute__((naked)) static PRESERVE void note_sp(PARAMS) {
  __asm__("movq %rsp, interp_entry_sp\n\tmovl (%r12), %eax\n\tjmpq *%rax");
}
void *interp_fault_handler(void) { return (void *)cold_fault; }

void interp_run(G *g) {
  g = call_switched(g);
  if (!g) return;
  note_sp(g->pc, g->fp, g, 0, 0);
}
#else
/* Called once with NULL to learn the addresses of the labels. long: all handlers. */
static void run(G *g) {
  const Insn *pc;
  Slot *fp;
  u64 ra = 0;
  double fa = 0;
  if (!g) {
#define OP_ADDRESS(name) vm_handlers[BC_##name] = (u32)(uintptr_t) && op_##name;
#pragma push_macro("OP")
#undef OP
#define OP(name, a, b, c, d, imm, flags, what) OP_ADDRESS(name)
#include "bytecode/opcodes.def"
#undef OP
#pragma pop_macro("OP")
#define XOP(name, what) vm_xhandlers[XOP_##name] = (u32)(uintptr_t) && xop_##name;
#include "vm/xops.def"
#undef XOP
    return;
  }
  (void)fa;
  pc = g->pc;
  fp = g->fp;
  DISPATCH;
#include "vm/ops_cold.inc"
#include "vm/ops_arith.inc"
#include "vm/ops_float.inc"
#include "vm/ops_jump.inc"
#include "vm/ops_mem.inc"
#include "vm/ops_slice.inc"
#include "vm/ops_data.inc"
#include "vm/ops_call.inc"
#include "vm/ops_fused.inc"
}

void interp_init(void) { run(NULL); }

void interp_run(G *g) {
  g = call_switched(g);
  if (g) run(g);
}
#endif

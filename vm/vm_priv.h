/* vm_priv.h - shared by the files of vm/: handlers, stubs, calls, panics.
 *
 * Conventions. A saved goroutine has g->pc = the instruction to run next and g->fp = its frame; the
 * position (line, slot map) is the instruction before pc, except when g->at_jump is set (pc is a taken back
 * jump that is completed on resumption) or pc is the first instruction of its function (not started: only
 * its arguments live). Functions that return `G *` here switch: they leave the goroutine to go on with (its
 * pc and fp saved) or NULL when hooks.execute must return.
 */
#ifndef GOVM_VM_PRIV_H
#define GOVM_VM_PRIV_H
#include "base/debug.h"
#include "runtime/heap.h"
#include "runtime/sched.h"
#include "runtime/stack.h"
#include "vm/link.h"

typedef enum RtFunc {
#define RTFUNC(id, symbol, nargs) RT_##id,
#include "bytecode/rtfuncs.def"
#undef RTFUNC
  RT_COUNT
} RtFunc;

/* ---- init.c ---- */
typedef VEC(const BcFunc *) VmCalls; /* functions without arguments, to call in this order; malloc's memory */
void init_add_module(LinkedModule *lm); /* its packages are known; a path that was known is a new package */
/* Appends the initialisers of m's packages and of all they import that have not been handed out before. */
void init_collect(const BcModule *m, VmCalls *calls);

/* ---- interp.c ---- */
typedef enum XOp { /* handlers that expansion may choose instead of the plain one of an opcode */
#define XOP(name, what) XOP_##name,
#include "vm/xops.def"
#undef XOP
  XOP_COUNT
} XOp;
extern u32 vm_handlers[BC_COUNT], vm_xhandlers[XOP_COUNT]; /* addresses; filled by interp_init */
void interp_init(void);
void interp_run(G *g); /* from g->pc on, until no goroutine is ready */

/* ---- call.c ---- */
enum { STUB_EXPAND, STUB_SEGRET, STUB_GOEXIT0, STUB_RESUME, STUB_COUNT };
extern Insn vm_stubs[STUB_COUNT];
void call_init(void);
/* Makes the frame of rec with fp = window, called from caller_fp and returning to ret; nargs slots lie at
 * window or are copied from there when a new segment is needed. Sets g->pc and g->fp to the callee's start.
 * */
void call_enter(G *g, FuncRec *rec, void *ctx, Slot *window, Slot *caller_fp, const Insn *ret);
/* The callee's stack check failed: makes the frame in a new segment or handles the preemption request
 * behind it. */
G *call_slow(G *g, FuncRec *rec, void *ctx, Slot *window, Slot *caller_fp, const Insn *ret);
G *call_tail_slow(G *g, FuncRec *rec, Slot *fp);
/* Calls rec above the frame (fp, next pc) of the function that executes there; used for run-time errors and
 * defers. */
void call_above(G *g, FuncRec *rec, const Slot *args, u32 nargs, const Insn *pc, Slot *fp);
Slot *call_frame_top(const Insn *pc, Slot *fp); /* first free slot above the frame, link area left out */
G *call_segret(G *g);
G *call_goexit0(G *g);
G *call_resume(G *g, Slot *fp);                 /* a native's callee returned */
/* a native returned st; pc is its NATIVE instruction */
G *call_native_status(G *g, const Insn *pc, Slot *fp, Status st);
G *call_status(G *g, const Insn *pc, Slot *fp, Status st);        /* an instruction's helper returned st */
G *call_poll(G *g, const Insn *pc, Slot *fp, bool at_jump);       /* a safepoint with g->preempt set */
/* to run g: raises what its waker asked for, completes jumps */
G *call_switched(G *g);
void call_native_pop(G *g);                      /* drops the innermost native's record */
const Insn *insn_target(const Insn *jump);       /* target of an expanded jump */

/* ---- panic.c ---- */
void panic_init(void);                           /* links the VM's own functions */
FuncRec *rt_func(RtFunc f);                      /* NULL when no linked module has it */
/* Records the run-time error in g->panic_fn and panic_args; the status handler raises it. */
Status panic_rt(G *g, RtFunc f, u64 x, u64 y);
void panic_raise(G *g, const Insn *pc, Slot *fp); /* calls g->panic_fn above the frame */
void panic_value(G *g, Slot type, Slot data, const Insn *pc, Slot *fp); /* panic(v) */
void panic_defer(G *g, Slot *fp, void *fn);
Defer *panic_defer_token(G *g, Slot *fp);
void panic_defer_at(G *g, Defer *token, void *fn);
G *panic_run_defers(G *g, const Insn *pc, Slot *fp);
void panic_recover(G *g, Slot *fp, const Insn *pc, Slot *out);
void panic_goexit(G *g);                         /* a host ended it: it runs its deferred calls and ends */
void panic_free_all(G *g);                       /* of a goroutine that ends */
FuncRec *rt_unreachable_method(void);            /* what itabs hold for methods that the linker left out */

/* ---- peephole.c ---- */
void peephole(const BcFunc *f, Insn *code); /* chooses better handlers in the expanded code of f */

/* ---- itab.c ---- */
void itab_roots(GcWork *w);

/* ---- walk.c ---- */
void walk_first(FrameIter *it, const G *g);
void walk_next(FrameIter *it);
void walk_roots(G *g, GcWork *w);
bool walk_func_pos(const Insn *pc, bool exact, FuncPos *pos);

/* ---- natives.c: what only the VM can provide to Go ---- */
enum { MADE_FUNC_SLOTS = 64 };
/* Slots of arguments and results of a call of rec through closure ctx; of the record unless reflect made
 * the value. */
void call_window(const FuncRec *rec, const void *ctx, u32 *nargs, u32 *nres);
void natives_bind(void);                         /* after a module was linked */
extern const NativeDef vm_natives[];
extern const u32 vm_natives_count;
#endif

/* hooks.h - what the runtime asks of the VM: one table, set by vm_new before the first goroutine exists.
 * The runtime never includes vm/; the scheduler runs goroutines, the collector finds roots and tracebacks name frames
 * only through here. All hooks run on the thread that holds the goroutine's P; none of them allocates Go memory.
 */
#ifndef GOVM_RUNTIME_HOOKS_H
#define GOVM_RUNTIME_HOOKS_H
#include "bytecode/abi.h"
#include "runtime/g.h"

/* One frame of a goroutine, as frame_next gives them, newest first. */
typedef struct FrameIter {
  const G *g;
  Slot *fp;            /* this frame */
  const Insn *pc;      /* where it continues: the instruction after the call, or the one to run next when `exact` */
  bool exact;          /* pc itself is the position (not started, or stopped at a jump), not the instruction before it */
  const FuncRec *rec;  /* NULL once the iteration is over */
  u32 flags;           /* of rec: BcFuncFlags */
  /* private to vm/walk.c */
  const Segment *seg;
} FrameIter;

typedef struct FuncPos { /* what a pc means in source terms; strings are immortal */
  const char *func;    /* as runtime.Func.Name prints it: "main.F[...]" */
  const char *file;
  u32 line;
  u32 entry_line;      /* of the declaration */
  const void *entry;   /* code pointer (FuncRec) */
  u64 offset;          /* of pc from the entry, in bytes */
  u32 flags;           /* BcFuncFlags */
} FuncPos;

/* A root: p may be NULL, point into the heap's interior, or anywhere outside the heap (then it is not a root). In a native's
 * window words are given that may be no pointers at all. */
typedef void (*RootVisitor)(void *ctx, void *p);
/* A pointer-holding variable of static data. */
typedef void (*GlobalVisitor)(void *ctx, void *addr, const AbiType *type);

typedef struct VmHooks {
  /* Runs g (status G_RUNNING, on the caller's P) from g->pc, g->fp until it parks, is preempted, yields or ends; these two
   * are saved by then. The cause is in g->status and whatever the scheduler's own function left there. */
  void (*execute)(G *g);
  /* Makes g's first frame: a call of func() value closure that ends in sched_goexit. Allocates the first segment. */
  void (*g_init)(G *g, void *closure);
  /* Frees the segments, defers and panics of a goroutine that ended (a first segment may be kept for g_init). */
  void (*g_free)(G *g, bool keep_first);
  /* Gives every pointer of g's frames, pending defers, panics, natives and its own root fields. g does not run. */
  void (*g_roots)(G *g, RootVisitor visit, void *ctx);
  /* Pointer-holding globals of every linked module. */
  void (*globals)(GlobalVisitor visit, void *ctx);
  /* Other roots of the VM: static closures, reflect's registered pointers, dynamic itabs. */
  void (*vm_roots)(RootVisitor visit, void *ctx);
  /* Iterates g's frames from the newest on; g is the running goroutine (its state was saved) or a stopped one. */
  void (*frame_first)(FrameIter *it, const G *g);
  void (*frame_next)(FrameIter *it);
  /* Position of the frame, or of a return address as Callers gives it (exact false) or of an instruction. */
  bool (*func_pos)(const Insn *pc, bool exact, FuncPos *pos);
} VmHooks;
extern VmHooks vm_hooks; /* defined in vm/vm.c; runtime's unit tests define their own */
#endif

/* hooks.h - what the runtime asks of the VM: one table, set by vm_new before the first goroutine exists.
 * The runtime never includes vm/; the scheduler runs goroutines, the collector finds roots and tracebacks
 * name frames only through here. Static roots come by heap_add_root and heap_add_root_fn. No hook but
 * execute allocates Go memory.
 */
#ifndef GOVM_RUNTIME_HOOKS_H
#define GOVM_RUNTIME_HOOKS_H
#include "runtime/g.h"

/* One frame of a goroutine, as frame_next gives them, newest first. */
typedef struct FrameIter {
  const G *g;
  Slot *fp;            /* this frame */
  /* where it continues: the instruction after the call, or the one to run next when `exact` */
  const Insn *pc;
  /* pc itself is the position (not started, or stopped at a jump), not the instruction before it */
  bool exact;
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

typedef struct GcWork GcWork; /* heap.h: gc_mark_word, gc_mark_words, gc_mark_masked */

typedef struct VmHooks {
  /* Runs g (status G_RUNNING, current) from g->pc - when that is NULL, from the start of g->start_closure -
   * until it parks, is preempted, yields or ends; it goes on with sched_switch()'s goroutine itself and
   * returns when there is none. */
  void (*execute)(G *g);
  /* Marks every pointer of g's frames, pending defers, panics, natives in progress and g's own root fields.
   * g does not run or is at a safepoint with pc and fp saved. Windows of natives may hold words that are no
   * pointers. */
  void (*g_roots)(G *g, GcWork *w);
  /* Iterates g's frames from the newest on; g is stopped or the running one with its state saved. */
  void (*frame_first)(FrameIter *it, const G *g);
  void (*frame_next)(FrameIter *it);
  /* Position of a frame, of a return address as Callers gives it (exact false) or of an instruction (exact
   * true). */
  bool (*func_pos)(const Insn *pc, bool exact, FuncPos *pos);
} VmHooks;
extern VmHooks vm_hooks; /* defined in vm/vm.c; unit tests of the runtime define their own */
#endif

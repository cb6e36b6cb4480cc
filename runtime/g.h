/* g.h - goroutines, Ms and Ps: the structures of the M:P:G scheduler, named as in Go's runtime2.go.
 * One M runs today; nothing outside sched.c may rely on that. Gs, sudogs, timers are off-heap; all Gs are roots. */
#ifndef GOVM_RUNTIME_G_H
#define GOVM_RUNTIME_G_H
#include "runtime/frame.h"

typedef struct G G;
typedef struct M M;
typedef struct P P;
typedef struct Sudog Sudog;
typedef struct AbiType AbiType; /* bytecode/abi.h */

typedef enum GStatus { G_IDLE, G_RUNNABLE, G_RUNNING, G_SYSCALL, G_WAITING, G_DEAD } GStatus;

/* WAIT_REASON(name, text as Go prints it between the brackets of "goroutine 7 [text]:") */
typedef enum WaitReason {
#define WAIT_REASON(name, text) WAIT_##name,
#include "runtime/waitreason.def"
#undef WAIT_REASON
  WAIT_COUNT
} WaitReason;
extern const char *const wait_reason_text[WAIT_COUNT];

/* A pending deferred call. Newest first on g->defers; all entries of a frame are contiguous unless DEFERAT pushed. */
typedef struct Defer Defer;
struct Defer {
  Defer *link;
  void *fn;      /* func() value; a root */
  Slot *fp;      /* frame that deferred it */
  bool rangefunc; /* `head` is used instead of fn: the token of DEFERTOK */
  Defer *head;   /* newest first; owned by this entry */
};

/* A panic or Goexit in progress. Newest first on g->panics. */
typedef struct Panic Panic;
struct Panic {
  Panic *link;
  Slot arg[2];        /* the value, an empty interface; a root */
  Slot *defer_fp;     /* frame of the deferred call that runs now: recover() works in the frame whose fp this is */
  Slot *target_fp;    /* frame whose defers run */
  bool recovered, goexit, repanicked;
  const Insn *pc;     /* where it was raised, and in which frame, for the traceback */
  Slot *fp;
};

struct G {
  /* ---- read by the interpreter's hot path ---- */
  Slot *limit;         /* end of the current segment less STACK_SLACK; 0 to make the next stack check slow (preemption) */
  u32 preempt;         /* polled on taken back jumps; set together with limit = 0 by requests of the scheduler or GC */
  /* ---- saved when it does not run ---- */
  const Insn *pc;
  Slot *fp;
  Segment *seg;        /* current (newest) segment */
  Slot *seg_limit;     /* the real limit, to restore after preemption */
  Defer *defers;
  Panic *panics;
  u64 id;
  u32 status;          /* GStatus */
  WaitReason wait_reason;
  i64 wait_since;      /* nanotime */
  i64 blocked_since;   /* nanotime, while the block profile is on */
  M *m;
  G *sched_link;       /* in a run queue or free list */
  G *all_link;         /* in the list of all Gs */
  const Insn *gopc;    /* pc of the go statement, for "created by" */
  u64 parent_id;
  FuncRec *start_fn;
  void *start_closure; /* root until the first instruction ran */
  void *labels;        /* profiler labels; root */
  Sudog *waiting;      /* sudogs of the channel operation it is parked in */
  void *param;         /* set by the waker: the sudog that fired, or NULL */
  bool select_done, wake_success;
  u32 resume_status;   /* Status when it runs again: ST_OK, ST_PANIC to raise panic_value, or ST_GOEXIT */
  Slot panic_value[2]; /* what native_panic_eface recorded, an empty interface; roots */
  FuncRec *panic_fn;   /* what native_panic_* recorded: the Go function to call, NULL to panic with panic_value */
  Slot panic_args[4];  /* its arguments; roots */
  u32 panic_nargs;
  u32 sig;             /* SIGSEGV after a nil dereference until it is recovered, for the crash's text */
  bool at_jump;        /* pc is a taken back jump: the position is pc itself, it is completed on resumption */
  u64 sched_tick;      /* times it was scheduled */
  i64 ready_since;     /* nanotime, when this wait for the M is measured */
  bool is_system;      /* not counted by deadlock detection and NumGoroutine */
  bool locked_to_thread;
  bool paniconfault;
  u8 fips_indicator;   /* crypto/internal/fips140 */
  bool fips_bypass;
  bool pin_preempt;    /* a preemption waits for procUnpin */
  u32 pinned;          /* procPin: no other goroutine runs on this P before as many procUnpins */
  /* ---- natives in progress (native.h) ---- */
  struct NativeFrame *native; /* innermost native that asked for a CALL or is parked */
  u64 stack_bytes;     /* of all its segments */
  struct Bubble *bubble; /* synctest */
  void *coro;          /* iter's coroutine */
  u64 selectseed;
  void *timer;         /* for time.Sleep */
};

struct P {
  u32 id, status;
  M *m;
  G *runq[256];
  u32 runq_head, runq_tail;
  G *runnext;
  void *mcache;        /* heap.h */
  u64 sched_tick;
  u64 rand_state[2];
};
struct M {
  u32 id;
  P *p;
  G *curg;
  M *all_link;
  void *thread;        /* pthread_t */
};
/* limit and preempt are also written by other threads, to ask for a safepoint: every access is atomic. Others only ever set
 * limit to 0; so it is at any moment 0 or the current segment's. */
static inline bool g_preempted(const G *g) { return __atomic_load_n(&g->preempt, __ATOMIC_RELAXED); }
static inline Slot *g_limit(G *g) { return __atomic_load_n(&g->limit, __ATOMIC_RELAXED); }
static inline void g_set_limit(G *g, Slot *limit) { __atomic_store_n(&g->limit, limit, __ATOMIC_RELAXED); }
#endif

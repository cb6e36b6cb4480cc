/* native.h - the ABI of functions written in C (DESIGN D14).
 *
 *   Status native(G *g, Slot *fp)
 *
 * Arguments are at fp[0], fp[1], ... as for bytecode (strings take 2 slots, slices 3, ...); results are
 * written from fp[0] on, so read the arguments first. A native is no safepoint: nothing is collected or
 * stopped between entry and return; allocation in it only raises the collector's debt. It works at most
 * about 100 us per entry.
 *   ST_OK     done, results are in place
 *   ST_PANIC  g->native_panic_{...}: set with native_panic* below; the interpreter raises it in the caller
 *   ST_PARK   the goroutine was put on some queue with park state by gopark_*; when it is made ready it
 *   continues after the
 *             native as if it had returned ST_OK (results must have been written by the waker or before
 *             parking)
 *   ST_CALL   native_call() was used: run that func value with the given arguments, then call the resume
 *   function
 *   ST_AGAIN  give the scheduler a chance, then call the native again with the same arguments
 *   ST_YIELD  done as ST_OK, but let another goroutine run first
 */
#ifndef GOVM_RUNTIME_NATIVE_H
#define GOVM_RUNTIME_NATIVE_H
#include "runtime/g.h"

typedef enum Status {
  ST_OK, ST_PANIC, ST_PARK, ST_CALL, ST_AGAIN, ST_YIELD, ST_TAIL,
  ST_GOEXIT /* only as G.resume_status: a host ended the goroutine */
} Status;
typedef Status (*NativeFn)(G *g, Slot *fp);

/* One row of a native table: the symbol of the bodyless Go function it provides. */
typedef struct NativeDef {
  const char *symbol; /* "sync.runtime_Semacquire", "reflect.typedmemmove" */
  NativeFn fn;
} NativeDef;

/* A call back into Go. The callee's frame is made above the native's; its results stay where it leaves them
 * and are given to resume, which continues the native: it may return any Status again. `state` words are
 * roots when `state_ptrs` has their bit. */
typedef Status (*ResumeFn)(G *g, Slot *fp, Slot *results);
typedef struct NativeFrame NativeFrame;
struct NativeFrame {
  NativeFrame *link;
  ResumeFn resume;
  Slot *fp;         /* the native's window */
  Slot *callee_fp;
  Slot state[8];
  u32 state_ptrs;
  const Insn *pc;   /* behind the native's NATIVE instruction */
  bool new_segment; /* the callee's frame began a stack segment */
  bool resuming;    /* resume runs: native_call reuses this record and its state */
};
/* Prepares ST_CALL: `closure` is a func value, args are nargs slots. Returns the record to fill state into.
 * */
NativeFrame *native_call(G *g, Slot *fp, void *closure, const Slot *args, u32 nargs, ResumeFn resume);
/* Prepares ST_TAIL: the native's frame is replaced by a call of func value `closure` with these arguments. */
Status native_tail(G *g, Slot *fp, void *closure, const Slot *args, u32 nargs);

/* Raise run-time errors; all return ST_PANIC. The texts are those behind "runtime error: " (a
 * runtime.Error). */
/* runtime.errorString: "makeslice: len out of range" */
Status native_panic_error(G *g, const char *text);
/* runtime.plainError: "close of nil channel", no prefix */
Status native_panic_plain(G *g, const char *text);
Status native_panic_eface(G *g, Slot type, Slot data);      /* any value */
NORETURN void go_fatal(const char *text);                   /* "fatal error: TEXT", all goroutines, exit 2 */
NORETURN void rt_throw(const char *text);                   /* a broken invariant of the VM */
#endif

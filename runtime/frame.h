/* frame.h - function records, frames, stack segments.
 *
 * A Go code pointer (word 0 of a closure, itab.Fun[i], textOff, the operand of CALL) is the address of a
 * FuncRec. A func value is the address of a word that holds such a code pointer: for functions without
 * captured variables that is &rec->self; itab.Fun[i] and reflect's method values work the same way.
 *
 *            fp[-3]  closure the function was called through (valid only when FR_CLOSURE)
 *            fp[-2]  caller's fp
 *            fp[-1]  return pc: an instruction in the caller's expanded code, or one of the VM's stubs
 *   fp ->    fp[0..nargs)   arguments; results replace them from fp[0] on at return
 *            fp[..nslots)   locals, temporaries, windows of calls made from here
 *
 * A call with window w makes the callee's fp = &fp[w]; the caller keeps slots w-3..w-1 free for the link
 * area. Frames never move. When fp + nslots + STACK_SLACK would pass g->limit, the callee gets a new
 * segment: its arguments are copied there, its return pc is the SEGRET stub, which copies the results back
 * and drops the segment (one is kept spare).
 */
#ifndef GOVM_RUNTIME_FRAME_H
#define GOVM_RUNTIME_FRAME_H
#include "bytecode/module.h"

typedef union Slot {
  i64 i;
  u64 u;
  double f;
  float f32;
  void *p;
  u8 *b;
  union Slot *fp;
  const Insn *pc;
} Slot;
static_assert(sizeof(Slot) == 8, "a slot is a word");

enum { LINK_PC = -1, LINK_FP = -2, LINK_CTX = -3, LINK_SLOTS = 3 };
#define STACK_SLACK 32 /* slots beyond limit that every segment has: for the VM's own calls */

typedef struct FuncRec FuncRec;
typedef struct FuncInfo FuncInfo; /* vm/link.h: names, lines, maps, the unexpanded code */
struct FuncRec {
  const Insn *entry;  /* published by a release store; at first the EXPAND stub */
  FuncRec *self;      /* so that &rec->self is the func value without captured variables */
  u32 nslots;
  u16 nargs, nres;    /* slots */
  u32 flags;          /* BcFuncFlags */
  u32 ncode;
  const Insn *code;   /* expanded code, NULL before */
  FuncInfo *info;
};
static_assert(offsetof(FuncRec, entry) == 0 && sizeof(FuncRec) <= 64, "the hot part is one cache line");

typedef struct Segment Segment;
struct Segment {
  Segment *prev, *next; /* towards older / newer segments */
  Slot *end;            /* one past the last slot; g->limit is end - STACK_SLACK of the current segment */
  /* of the call that made this segment: where SEGRET returns to */
  Slot *caller_window;  /* where the results go: the window in the caller's frame */
  Slot *caller_fp;
  const Insn *caller_pc;
  u32 nres;
  u32 size;             /* bytes, header included */
  Slot slots[];
};
#endif

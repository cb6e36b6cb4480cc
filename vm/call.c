/* call.c - frames outside the hot path: stack segments, safepoints, switching goroutines, natives that call
 * back.
 *
 * Every function here that makes a frame leaves the goroutine saved at the callee's first instruction. A
 * frame that does not fit goes to a new segment: its return address is then SEGRET, except for the callee
 * of a native, which returns straight to RESUME and whose segment the native's record drops.
 * Start reading at call_enter() and call_native_status().
 */
#include <stdlib.h>

#include "vm/vm_priv.h"

Insn vm_stubs[STUB_COUNT];

void call_init(void) {
  static const Opcode stub_op[STUB_COUNT] = {[STUB_EXPAND] = BC_EXPAND, [STUB_SEGRET] = BC_SEGRET,
                                             [STUB_GOEXIT0] = BC_GOEXIT0, [STUB_RESUME] = BC_RESUME};
  for (u32 i = 0; i < STUB_COUNT; i++) vm_stubs[i].op = vm_handlers[stub_op[i]];
}

/* ---- frames and segments ---- */
/* With stackseg every stack check must fail, so that every call comes here. */
static void apply_stackseg(G *g) {
  if (unlikely(debug_flags.stackseg)) g_set_limit(g, NULL);
}
static bool has_room(const G *g, const Slot *window, const FuncRec *rec) {
  return !debug_flags.stackseg && window + rec->nslots <= g->seg_limit;
}
static Slot *segment_fp(Segment *s) { return s->slots + LINK_SLOTS; }

/* A segment for rec's frame; window keeps the results' place. */
static Slot *push_segment(G *g, FuncRec *rec, void *ctx, Slot *window, Slot *caller_fp, const Insn *ret) {
  u32 nargs, nres;
  call_window(rec, ctx, &nargs, &nres);
  Segment *s = stack_push(g, rec->nslots + LINK_SLOTS);
  apply_stackseg(g);
  s->caller_window = window;
  s->caller_fp = caller_fp;
  s->caller_pc = ret;
  s->nres = nres;
  memcpy(segment_fp(s), window, nargs * sizeof(Slot));
  return segment_fp(s);
}
static void pop_segment(G *g) {
  stack_pop(g);
  apply_stackseg(g);
}

void call_enter(G *g, FuncRec *rec, void *ctx, Slot *window, Slot *caller_fp, const Insn *ret) {
  if (!rec->code) func_expand(rec);
  if (!has_room(g, window, rec)) {
    window = push_segment(g, rec, ctx, window, caller_fp, ret);
    ret = &vm_stubs[STUB_SEGRET];
  }
  window[LINK_PC].pc = ret;
  window[LINK_FP].fp = caller_fp;
  window[LINK_CTX].p = ctx;
  g->pc = rec->entry;
  g->fp = window;
}

static G *poll_entered(G *g) { return g_preempted(g) ? call_poll(g, g->pc, g->fp, false) : g; }

G *call_slow(G *g, FuncRec *rec, void *ctx, Slot *window, Slot *caller_fp, const Insn *ret) {
  call_enter(g, rec, ctx, window, caller_fp, ret);
  return poll_entered(g);
}

/* The frame at fp becomes rec's; its link area stays unless the frame needs a new segment. */
static void tail_enter(G *g, FuncRec *rec, Slot *fp) {
  if (!rec->code) func_expand(rec);
  if (!has_room(g, fp, rec)) {
    void *ctx = fp[LINK_CTX].p;
    Slot *caller_fp = fp[LINK_FP].fp;
    fp = push_segment(g, rec, ctx, fp, caller_fp, fp[LINK_PC].pc);
    fp[LINK_PC].pc = &vm_stubs[STUB_SEGRET];
    fp[LINK_FP].fp = caller_fp;
    fp[LINK_CTX].p = ctx;
  }
  g->pc = rec->entry;
  g->fp = fp;
}
G *call_tail_slow(G *g, FuncRec *rec, Slot *fp) {
  tail_enter(g, rec, fp);
  return poll_entered(g);
}

Slot *call_frame_top(const Insn *pc, Slot *fp) {
  const FuncRec *rec = func_of_insn(pc - 1);
  if (!rec) rt_throw("call above a frame of no function");
  return fp + rec->nslots + LINK_SLOTS;
}
void call_above(G *g, FuncRec *rec, const Slot *args, u32 nargs, const Insn *pc, Slot *fp) {
  Slot *window = call_frame_top(pc, fp);
  if (nargs) memmove(window, args, nargs * sizeof(Slot));
  call_enter(g, rec, NULL, window, fp, pc);
}

G *call_segret(G *g) {
  Segment *s = g->seg;
  memcpy(s->caller_window, segment_fp(s), s->nres * sizeof(Slot));
  g->pc = s->caller_pc;
  g->fp = s->caller_fp;
  pop_segment(g);
  return g;
}

/* ---- goroutines ---- */
static void start(G *g) {
  void *closure = g->start_closure;
  FuncRec *rec = *(FuncRec **)closure;
  if (!g->seg) stack_push(g, LINK_SLOTS);
  apply_stackseg(g);
  g->start_fn = rec;
  call_enter(g, rec, closure, segment_fp(g->seg), NULL, &vm_stubs[STUB_GOEXIT0]);
}

G *call_switched(G *g) {
  apply_stackseg(g);
  if (unlikely(g->resume_status == ST_GOEXIT)) {
    if (!g->pc) start(g);
    panic_goexit(g);
  } else if (!g->pc) {
    start(g);
  } else if (g->resume_status == ST_PANIC) {
    g->resume_status = ST_OK;
    panic_raise(g, g->pc, g->fp);
  } else if (g->at_jump) {
    g->pc = insn_target(g->pc);
  }
  g->at_jump = false;
  return g;
}
static G *switch_next(void) {
  G *g = sched_switch();
  return g ? call_switched(g) : NULL;
}
static G *yield(G *g) {
  sched_requeue(g);
  return switch_next();
}
G *call_poll(G *g, const Insn *pc, Slot *fp, bool at_jump) {
  g->pc = pc;
  g->fp = fp;
  g->at_jump = at_jump;
  return sched_safepoint(g) ? yield(g) : call_switched(g);
}
G *call_goexit0(G *g) {
  panic_free_all(g);
  sched_exit(g);
  return switch_next();
}

G *call_status(G *g, const Insn *pc, Slot *fp, Status st) {
  switch (st) {
  case ST_OK: break;
  case ST_PANIC: panic_raise(g, pc + 1, fp); return g;
  case ST_PARK: g->pc = pc + 1; g->fp = fp; return switch_next();
  case ST_YIELD: g->pc = pc + 1; g->fp = fp; return yield(g);
  default: rt_throw("an instruction's helper returned an impossible status");
  }
  g->pc = pc + 1;
  g->fp = fp;
  return g;
}

/* ---- natives ---- */
static NativeFrame *free_natives;

static NativeFrame *native_push(G *g, Slot *fp) {
  NativeFrame *n = free_natives;
  if (n) free_natives = n->link;
  else n = xmalloc(sizeof *n);
  *n = (NativeFrame){.link = g->native, .fp = fp, .pc = g->pc};
  g->native = n;
  return n;
}
void call_native_pop(G *g) {
  NativeFrame *n = g->native;
  g->native = n->link;
  n->link = free_natives;
  free_natives = n;
}

NativeFrame *native_call(G *g, Slot *fp, void *closure, const Slot *args, u32 nargs, ResumeFn resume) {
  FuncRec *rec = *(FuncRec **)closure;
  NativeFrame *n = g->native;
  Slot few[16], *copy = nargs <= ARRAY_LEN(few) ? few : xmalloc(nargs * sizeof(Slot));
  memcpy(copy, args, nargs * sizeof(Slot));
  if (!n || n->fp != fp || !n->resuming) {
    n = native_push(g, fp);
  } else if (n->new_segment) {
    pop_segment(g);
  }
  n->resume = resume;
  if (!rec->code) func_expand(rec);
  Slot *window = call_frame_top(n->pc, fp);
  n->new_segment = !has_room(g, window, rec);
  if (n->new_segment) {
    window = segment_fp(stack_push(g, rec->nslots + LINK_SLOTS));
    apply_stackseg(g);
  }
  memcpy(window, copy, nargs * sizeof(Slot));
  if (copy != few) xfree(copy);
  window[LINK_PC].pc = &vm_stubs[STUB_RESUME];
  window[LINK_FP].fp = fp;
  window[LINK_CTX].p = closure;
  n->callee_fp = window;
  g->pc = rec->entry;
  g->fp = window;
  return n;
}

Status native_tail(G *g, Slot *fp, void *closure, const Slot *args, u32 nargs) {
  memmove(fp, args, nargs * sizeof(Slot));
  fp[LINK_CTX].p = closure;
  tail_enter(g, *(FuncRec **)closure, fp);
  return ST_TAIL;
}

G *call_resume(G *g, Slot *fp) {
  NativeFrame *n = g->native;
  if (!n || n->fp != fp) rt_throw("a native's callee returned to another native");
  g->pc = n->pc;
  g->fp = fp;
  n->resuming = true;
  Status st = n->resume(g, fp, n->callee_fp);
  n->resuming = false;
  return call_native_status(g, n->pc - 1, fp, st);
}

/* The native at fp is over: its record, and the segment of its last callee, go. */
static void native_done(G *g, const Slot *fp) {
  NativeFrame *n = g->native;
  if (!n || n->fp != fp) return;
  if (n->new_segment) pop_segment(g);
  call_native_pop(g);
}

G *call_native_status(G *g, const Insn *pc, Slot *fp, Status st) {
  if (st == ST_CALL || st == ST_TAIL) return poll_entered(g);
  native_done(g, fp);
  g->pc = pc + 1;
  g->fp = fp;
  switch (st) {
  case ST_OK:
    g->pc = fp[LINK_PC].pc;
    g->fp = fp[LINK_FP].fp;
    return g;
  case ST_PANIC: panic_raise(g, pc + 1, fp); return g;
  case ST_PARK: return switch_next();
  case ST_YIELD: return yield(g);
  case ST_AGAIN: g->pc = pc; return yield(g);
  default: rt_throw("a native returned an impossible status");
  }
}

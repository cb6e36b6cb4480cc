/* panic.c - defer, panic, recover, Goexit, run-time errors, and the end of an uncaught panic.
 *
 * The loops that run deferred calls are functions of the VM's own module, made here as bytecode:
 * runtime.gopanic, runtime.Goexit and runtime.deferreturn. So a deferred call is an ordinary call from an
 * ordinary frame that lies above the panicking one, and the walker, Callers and tracebacks see what gc's
 * show. Their steps are natives of this file:
 *   gopanic(e):   panicStart; while (fn, ok := panicNext) { fn() }; preprintpanics; fatalpanic
 * panicNext of a panic that was recovered continues at recover_pc of the frame whose deferred call recovered.
 * A frame's Defers are at the head of g->defers when it runs them, as frames end in stack order.
 * Source of the rules: Go's runtime/panic.go (gopanic, gorecover, recovery, printpanics).
 */
#include <stdlib.h>

#include "runtime/fatal.h"
#include "runtime/host.h"
#include "runtime/print.h"
#include "runtime/str.h"
#include "runtime/godebug.h"
#include "vm/vm_priv.h"

static SNAPSHOT FuncRec *rec_gopanic, *rec_deferreturn, *rec_unreachable, *rec_goexit;

/* ---- calls of overlay functions ---- */
static const struct { const char *symbol; u32 nargs; } rt_table[RT_COUNT] = {
#define RTFUNC(id, symbol, nargs) {symbol, nargs},
#include "bytecode/rtfuncs.def"
#undef RTFUNC
};
FuncRec *rt_func(RtFunc f) {
  static SNAPSHOT FuncRec *known[RT_COUNT];
  if (!known[f]) known[f] = link_func(rt_table[f].symbol);
  return known[f];
}
FuncRec *rt_unreachable_method(void) { return rec_unreachable; }

Status panic_rt(G *g, RtFunc f, u64 x, u64 y) {
  g->panic_fn = rt_func(f);
  bool has_text = f == RT_PANIC_ERROR || f == RT_PANIC_PLAIN;
  if (!g->panic_fn) go_fatal(has_text ? (const char *)x : rt_table[f].symbol);
  g->panic_nargs = rt_table[f].nargs;
  g->panic_args[0].u = x;
  g->panic_args[1].u = y;
  if (f == RT_PANIC_MEM) g->sig = 11;
  return ST_PANIC;
}
void panic_raise(G *g, const Insn *pc, Slot *fp) {
  FuncRec *rec = g->panic_fn;
  g->panic_fn = NULL;
  if (rec) call_above(g, rec, g->panic_args, g->panic_nargs, pc, fp);
  else panic_value(g, g->panic_value[0], g->panic_value[1], pc, fp);
}
static Status panic_text(G *g, RtFunc f, const char *text) {
  if (!rt_func(f)) go_fatal(text);
  GoString s = str_from_c(text);
  return panic_rt(g, f, (u64)s.p, (u64)s.len);
}
Status native_panic_error(G *g, const char *text) { return panic_text(g, RT_PANIC_ERROR, text); }
Status native_panic_plain(G *g, const char *text) { return panic_text(g, RT_PANIC_PLAIN, text); }
Status native_panic_eface(G *g, Slot type, Slot data) {
  g->panic_fn = NULL;
  g->panic_value[0] = type;
  g->panic_value[1] = data;
  return ST_PANIC;
}
void panic_value(G *g, Slot type, Slot data, const Insn *pc, Slot *fp) {
  if (!type.p && !godebug.panicnil && rt_func(RT_PANIC_NIL_ERROR)) {
    call_above(g, rt_func(RT_PANIC_NIL_ERROR), NULL, 0, pc, fp);
    return;
  }
  Slot args[2] = {type, data};
  call_above(g, rec_gopanic, args, 2, pc, fp);
}

/* ---- defers ---- */
static Defer *free_defers;

static Defer *defer_new(void) {
  Defer *d = free_defers;
  if (d) free_defers = d->link;
  else d = xmalloc(sizeof *d);
  return d;
}
static void defer_free(Defer *d) {
  d->link = free_defers;
  free_defers = d;
}
void panic_defer(G *g, Slot *fp, void *fn) {
  Defer *d = defer_new();
  *d = (Defer){.link = g->defers, .fn = fn, .fp = fp};
  g->defers = d;
}
Defer *panic_defer_token(G *g, Slot *fp) {
  panic_defer(g, fp, NULL);
  g->defers->rangefunc = true;
  return g->defers;
}
void panic_defer_at(G *g, Defer *token, void *fn) {
  if (!token->rangefunc) go_fatal("defer after range func returned");
  Defer *d = defer_new();
  *d = (Defer){.link = token->head, .fn = fn, .fp = token->fp};
  token->head = d;
  (void)g;
}
/* Takes the next deferred call, of frame fp or (NULL) of any frame. The entries pushed through a token take
 * its place. */
static bool defer_next(G *g, const Slot *fp, void **fn, Slot **frame) {
  for (;;) {
    Defer *d = g->defers;
    if (!d || (fp && d->fp != fp)) return false;
    g->defers = d->link;
    if (!d->rangefunc) {
      *fn = d->fn;
      *frame = d->fp;
      defer_free(d);
      return true;
    }
    Defer *list = d->head;
    if (list) {
      Defer *last = list;
      while (last->link) last = last->link;
      last->link = g->defers;
      g->defers = list;
    }
    defer_free(d);
  }
}
G *panic_run_defers(G *g, const Insn *pc, Slot *fp) {
  call_above(g, rec_deferreturn, NULL, 0, pc + 1, fp);
  return g;
}
/* deferreturn's step: (fn func(), ok bool). */
static Status defer_next_native(G *g, Slot *fp) {
  const Slot *deferreturn = fp[LINK_FP].fp;
  void *fn = NULL;
  Slot *frame;
  bool ok = defer_next(g, deferreturn[LINK_FP].fp, &fn, &frame);
  fp[0].p = fn;
  fp[1].u = ok;
  return ST_OK;
}

/* ---- panics ---- */
static Panic *free_panics;

static Panic *panic_push(G *g, Slot *fp) {
  Panic *p = free_panics;
  if (p) free_panics = p->link;
  else p = xmalloc(sizeof *p);
  *p = (Panic){.link = g->panics, .fp = fp};
  g->panics = p;
  return p;
}
static void panic_pop(G *g) {
  Panic *p = g->panics;
  g->panics = p->link;
  p->link = free_panics;
  free_panics = p;
}
void panic_free_all(G *g) {
  while (g->panics) panic_pop(g);
  while (g->native) call_native_pop(g);
  void *fn;
  Slot *frame;
  while (defer_next(g, NULL, &fn, &frame)) continue;
}

static Status panic_start_native(G *g, Slot *fp) {
  Slot *gopanic = fp[LINK_FP].fp;
  Panic *p = panic_push(g, gopanic);
  p->arg[0] = gopanic[0];
  p->arg[1] = gopanic[1];
  return ST_OK;
}
static Status goexit_start_native(G *g, Slot *fp) {
  panic_push(g, fp[LINK_FP].fp)->goexit = true;
  return ST_OK;
}

/* Goes on at recover_pc of the frame whose deferred call recovered, or in the loop of a Goexit that began
 * above it. */
static Status recovery(G *g) {
  Slot *target = g->panics->target_fp;
  FrameIter it;
  for (walk_first(&it, g); it.rec && it.fp != target; walk_next(&it)) {
    if (g->native && g->native->fp == it.fp) call_native_pop(g);
    if (g->panics && g->panics->fp == it.fp) {
      if (g->panics->goexit) break;
      panic_pop(g);
    }
  }
  if (!it.rec) rt_throw("recovery: the frame is gone");
  if (!g->panics) g->sig = 0;
  bool goexit = it.fp != target;
  if (it.seg != g->seg) stack_pop_to(g, (Segment *)it.seg);
  g->fp = it.fp;
  g->pc = it.rec->code + (goexit ? 1 : it.rec->info->fn->recover_pc);
  g->at_jump = false;
  return ST_TAIL;
}
/* The step of gopanic and Goexit: (fn func(), ok bool). */
static Status panic_next_native(G *g, Slot *fp) {
  Panic *p = g->panics;
  if (!p || p->fp != fp[LINK_FP].fp) rt_throw("bad panic stack");
  if (p->recovered) return recovery(g);
  void *fn = NULL;
  bool ok = defer_next(g, NULL, &fn, &p->target_fp);
  fp[0].p = fn;
  fp[1].u = ok;
  return ST_OK;
}

/* Recovers when exactly one frame that is no wrapper lies between the panic and the function that executes
 * RECOVER. */
void panic_recover(G *g, Slot *fp, const Insn *pc, Slot *out) {
  Panic *p = g->panics;
  out[0].u = out[1].u = 0;
  if (!p || p->goexit || p->recovered) return;
  g->pc = pc + 1;
  g->fp = fp;
  u32 frames = 0;
  FrameIter it;
  for (walk_first(&it, g); it.rec && it.fp != p->fp; walk_next(&it)) {
    if (it.flags & BCF_WRAPPER) continue;
    if (++frames > 1) return;
  }
  if (frames != 1 || !it.rec) return;
  p->recovered = true;
  out[0] = p->arg[0];
  out[1] = p->arg[1];
}

static void goroutine_end(G *g) {
  panic_free_all(g);
  sched_exit(g);
}
static Status goexit_finish_native(G *g, Slot *fp) {
  (void)fp;
  goroutine_end(g);
  return ST_PARK;
}
void host_bury(G *g) { goroutine_end(g); }

/* g, stopped before pc or at a jump, goes on with runtime.Goexit. */
void panic_goexit(G *g) {
  const FuncRec *rec = func_of_insn(g->pc);
  bool exact = g->at_jump || (rec && rec->code == g->pc);
  g->resume_status = ST_OK;
  call_above(g, rec_goexit, NULL, 0, exact ? g->pc + 1 : g->pc, g->fp);
}

/* ---- the end ---- */
static void printpanics(const Panic *p) {
  if (p->link) {
    printpanics(p->link);
    if (p->link->repanicked) return;
    if (!p->link->goexit) print_c("\t");
  }
  if (p->goexit) return;
  print_c("panic: ");
  if (p->arg[0].p) {
    const AbiType *t = p->arg[0].p;
    print_any(t, abi_direct_iface(t) ? (const void *)&p->arg[1] : p->arg[1].p);
  } else {
    print_c("nil");
  }
  if (p->recovered) print_c(p->repanicked ? " [recovered, repanicked]" : " [recovered]");
  print_c("\n");
}
static Status panic_head_native(G *g, Slot *fp) {
  fp[0].p = g->panics;
  return ST_OK;
}
/* The traceback starts in the function that panicked. */
static Status fatalpanic_native(G *g, Slot *fp) {
  const Slot *gopanic = fp[LINK_FP].fp;
  Segment *newest = g->seg;
  if (!host.panicked) print_crash();
  printpanics(g->panics);
  FrameIter it;
  for (walk_first(&it, g); it.rec && it.fp != gopanic; walk_next(&it)) continue;
  if (it.rec) walk_next(&it);
  if (it.rec) { /* a PANIC may be its function's last instruction: the position is given exactly */
    g->pc = it.pc - 1;
    g->at_jump = true;
    g->fp = it.fp;
    g->seg = (Segment *)it.seg;
  }
  if (g->sig)
    print_format("[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x%lx]\n",
        (unsigned long)(uintptr_t)g->pc);
  if (!host.panicked) {
    print_flush();
    fatal_panic_exit(g);
  }
  host.panicked(g);
  g->seg = newest; /* the stack is freed from there on */
  goroutine_end(g);
  return ST_PARK;
}
static Status unreachable_native(G *g, Slot *fp) {
  (void)g;
  (void)fp;
  go_fatal("unreachable method called. linker bug?");
}

/* Texts of the values, by overlay Go code where the program has it. */
static Status preprint_native(G *g, Slot *fp) {
  FuncRec *rec = rt_func(RT_PREPRINTPANICS);
  Slot arg = {.p = g->panics};
  return rec ? native_tail(g, fp, &rec->self, &arg, 1) : ST_OK;
}

/* ---- the VM's own module ---- */
static const NativeDef own_natives[] = {
    {"runtime.vmPanicStart", panic_start_native},   {"runtime.vmGoexitStart", goexit_start_native},
    {"runtime.vmPanicNext", panic_next_native},     {"runtime.vmPanicHead", panic_head_native},
    {"runtime.vmFatalPanic", fatalpanic_native},    {"runtime.vmDeferNext", defer_next_native},
    {"runtime.vmGoexitFinish", goexit_finish_native}, {"runtime.unreachableMethod", unreachable_native},
    {"runtime.vmPreprint", preprint_native},
};
static SNAPSHOT BcModule own;
static u32 add_func(const char *symbol, u32 flags, u32 nslots, u16 nargs, u16 nres, const Insn *code,
    u32 ncode) {
  BcFunc f = {.symbol = atom_cstr(symbol), .name = atom_cstr(symbol), .flags = flags, .nslots = nslots,
      .nargs = nargs,
              .nres = nres, .ncode = ncode, .map_words = 1};
  if (ncode) {
    f.code = arena_dup(&own.arena, code, ncode * sizeof *code);
    f.maps = NEW(&own.arena, u64); /* the arguments, which hold pointers, stay live */
    f.nmaps = 1;
    f.maps[0] = (1u << nargs) - 1;
    f.safepoints = NEW_ARRAY(&own.arena, BcSafepoint, ncode);
    for (u32 i = 0; i < ncode; i++)
      if (op_info[code[i].op].flags & OPF_SAFEPOINT) f.safepoints[f.nsafepoints++] = (BcSafepoint){i, 0};
  } else {
    f.flags |= BCF_NATIVE;
  }
  f.lines = NEW(&own.arena, BcLine);
  f.nlines = 1;
  f.lines[0].line = 860; /* gopanic's in Go 1.26 */
  VEC_PUSH(&own.arena, &own.funcs, f);
  return own.funcs.n - 1;
}
static u32 native_func(const char *symbol, u16 nres) { return add_func(symbol, 0, 2, 0, nres, NULL, 0); }
#define CALL_OWN(w, fn, nres) {.op = BC_CALL, .a = (w), .b = 0, .c = (nres), .imm = (i32)(fn)}

void panic_init(void) {
  link_register_natives(own_natives, ARRAY_LEN(own_natives));
  u32 start = native_func("runtime.vmPanicStart", 0), next = native_func("runtime.vmPanicNext", 2);
  u32 goexit_start = native_func("runtime.vmGoexitStart", 0);
  u32 finish = native_func("runtime.vmGoexitFinish", 0);
  u32 defer = native_func("runtime.vmDeferNext", 2), preprint = native_func("runtime.vmPreprint", 0);
  u32 fatal = native_func("runtime.vmFatalPanic", 0);
  native_func("runtime.unreachableMethod", 0);
  const Insn gopanic[] = {
      CALL_OWN(5, start, 0),          CALL_OWN(5, next, 2), {.op = BC_JF, .a = 6, .imm = 5},
      {.op = BC_CALLC, .a = 10, .b = 5}, {.op = BC_JMP_B, .imm = 1}, CALL_OWN(5, preprint, 0),
      CALL_OWN(5, fatal, 0),          {.op = BC_TRAP},
  };
  const Insn goexit[] = {
      CALL_OWN(3, goexit_start, 0),   CALL_OWN(3, next, 2), {.op = BC_JF, .a = 4, .imm = 5},
      {.op = BC_CALLC, .a = 8, .b = 3}, {.op = BC_JMP_B, .imm = 1}, CALL_OWN(3, finish, 0), {.op = BC_TRAP},
  };
  const Insn deferreturn[] = {
      CALL_OWN(3, defer, 2), {.op = BC_JF, .a = 4, .imm = 4}, {.op = BC_CALLC, .a = 8, .b = 3},
      {.op = BC_JMP_B, .imm = 0}, {.op = BC_RET0},
  };
  add_func("runtime.gopanic", 0, 10, 2, 0, gopanic, ARRAY_LEN(gopanic));
  add_func("runtime.Goexit", 0, 8, 0, 0, goexit, ARRAY_LEN(goexit));
  add_func("runtime.deferreturn", BCF_WRAPPER, 8, 0, 0, deferreturn, ARRAY_LEN(deferreturn));
  own.main_func = BC_NONE;
  VEC_PUSH(&own.arena, &own.files, atom_cstr("runtime/panic.go"));
  Err e;
  if (!link_module(&own, &e)) rt_throw("the VM's own module does not link");
  rec_gopanic = link_func("runtime.gopanic");
  rec_deferreturn = link_func("runtime.deferreturn");
  rec_goexit = link_func("runtime.Goexit");
  rec_unreachable = link_func("runtime.unreachableMethod");
}

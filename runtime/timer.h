/* timer.h - timers: the heap of pending ones, time.Sleep, time.Timer and Ticker with Go 1.23's channel semantics
 * (runtime/time.go): a timer channel's timer is in the heap only while a goroutine waits for the channel, so unreferenced
 * ones are collected; Stop and Reset discard a value that was not received; len and cap of the channel are 0. */
#ifndef GOVM_RUNTIME_TIMER_H
#define GOVM_RUNTIME_TIMER_H
#include "runtime/chan.h"

/* time.Timer and time.Ticker begin with C and initTimer; the rest is ours. Heap object of timer_type(). */
typedef struct Timer Timer;
typedef void (*TimerFn)(Timer *t, i64 delay); /* runs on the M outside any goroutine; delay: how late, ns */
struct Timer {
  void *c;             /* the channel, as time.Timer.C */
  bool init;
  bool is_chan;        /* c is managed with the 1.23 rules */
  u32 blocked;         /* goroutines waiting for the channel */
  i64 when, period;
  TimerFn fn;          /* what it does */
  void *go_fn;         /* func(any, uintptr, int64) given by time.newTimer; a root */
  Slot arg[2];         /* any: the channel or the func() to start; roots */
  i64 index;           /* in the heap of timers, -1: not in it */
  G *g;                /* Sleep */
  u64 bubble;          /* id of the synctest bubble whose clock it follows, 0: real time */
  u32 rand;            /* orders timers of a bubble that are due at the same instant */
};
/* The pending timers of one clock. */
typedef struct TimerHeap {
  VEC(Timer *) v;
} TimerHeap;
i64 timer_heap_next(const TimerHeap *h);        /* when the earliest is due, 0: none */
void timer_heap_run(TimerHeap *h, i64 now);     /* runs those that are due */
void timer_heap_roots(TimerHeap *h, GcWork *w);
void timer_heap_free(TimerHeap *h);             /* its timers never fire */
void timer_init(void);
const AbiType *timer_type(void);

/* ---- for time ---- */
/* newTimer(when, period, f, arg, c): f is recognised through timer_set_known; c NULL: no channel rules. */
Timer *timer_new(i64 when, i64 period, void *go_fn, const Slot *arg, Hchan *c);
bool timer_stop(Timer *t);                            /* was pending */
bool timer_reset(Timer *t, i64 when, i64 period);
Status timer_sleep(G *g, i64 ns);                     /* OK at once for ns <= 0, else PARK */
/* The func values time.sendTime and time.goFunc, and &time.localLoc for the Times they send. */
void timer_set_known(void *send_time, void *go_func, void *local_loc);
void timer_set_start_nano(const i64 *start_nano); /* &time.startNano: the zero of monotonic readings */

/* ---- for C: timers that live in C memory (poll deadlines) ---- */
void timer_start(Timer *t, i64 when, TimerFn fn);     /* t zeroed with index -1 (timer_setup) or stopped */
static inline void timer_setup(Timer *t) { *t = (Timer){.index = -1}; }

/* ---- for the scheduler ---- */
i64 timer_run_due(i64 now);  /* runs what is due; returns the next `when`, 0 when there is none */
i64 timer_next_when(void);   /* 0: none. From any thread */

/* ---- for channels ---- */
void timer_maybe_run_chan(Timer *t);   /* before looking at a timer channel: sends what is due */
void timer_block_chan(Timer *t);       /* a goroutine starts to wait for the channel */
void timer_unblock_chan(Timer *t);
#endif

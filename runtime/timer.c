/* timer.c - the heap of pending timers and what they do. See timer.h; Go's runtime/time.go.
 * Invariants: of each heap, v[i]->index == i and v[0] is the earliest (a 4-ary heap by when); next_when is when the first of
 * real time is due, 0 for none; timers made in a synctest bubble are in the bubble's heap and follow its clock;
 * a timer of a channel is in the heap only while `blocked` > 0 and `when` > 0. One M: sequence numbers and send locks of Go's
 * implementation are not needed, a firing is atomic.
 * Start reading at timer_run_due(). Allocates nothing from the heap; wakes goroutines through channels. */
#include "runtime/timer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "runtime/godebug.h"
#include "runtime/rand.h"
#include "runtime/synctest.h"

static TimerHeap real; /* timers outside synctest bubbles */
static _Atomic i64 next_when;

static void *known_send_time, *known_go_func, *known_local_loc;
static const i64 *known_start_nano;

static u8 timer_mask[] = {1 << 0 | 1 << 5 | 1 << 6 | 1 << 7}; /* c, go_fn, arg */
static const AbiType timer_abi_type = {
    .size = sizeof(Timer), .ptr_bytes = 64, .align = 8, .field_align = 8, .kind = BCK_STRUCT, .gcdata = timer_mask};
static_assert(offsetof(Timer, go_fn) == 40 && offsetof(Timer, arg) == 48, "words 5, 6 and 7");

const AbiType *timer_type(void) { return &timer_abi_type; }

void timer_heap_roots(TimerHeap *h, GcWork *w) {
  for (u32 i = 0; i < h->v.n; i++) {
    Timer *t = h->v.v[i];
    gc_mark_word(w, t);
    gc_mark_word(w, t->go_fn);
    gc_mark_words(w, t->arg, 2);
  }
}
static void timer_roots(GcWork *w) { timer_heap_roots(&real, w); }
void timer_init(void) { heap_add_root_fn(timer_roots); }

void timer_set_known(void *send_time, void *go_func, void *local_loc) {
  known_send_time = send_time;
  known_go_func = go_func;
  known_local_loc = local_loc;
}
void timer_set_start_nano(const i64 *start_nano) { known_start_nano = start_nano; }

/* ---- the heaps ---- */
static TimerHeap *heap_of(const Timer *t) { /* NULL: its bubble is gone */
  if (likely(!t->bubble)) return &real;
  Bubble *b = bubble_find(t->bubble);
  return b ? &b->timers : NULL;
}
static i64 clock_of(const Timer *t) {
  if (likely(!t->bubble)) return nanotime();
  Bubble *b = bubble_find(t->bubble);
  return b ? b->now : 0;
}
static bool timer_less(const Timer *a, const Timer *b) {
  return a->when < b->when || (a->when == b->when && a->rand < b->rand);
}
static void put_at(TimerHeap *h, u32 i, Timer *t) {
  h->v.v[i] = t;
  t->index = i;
}
static void sift_up(TimerHeap *h, u32 i) {
  Timer *t = h->v.v[i];
  while (i > 0) {
    u32 parent = (i - 1) / 4;
    if (!timer_less(t, h->v.v[parent])) break;
    put_at(h, i, h->v.v[parent]);
    i = parent;
  }
  put_at(h, i, t);
}
static void sift_down(TimerHeap *h, u32 i) {
  Timer *t = h->v.v[i];
  for (;;) {
    u32 first = i * 4 + 1, best = first;
    if (first >= h->v.n) break;
    for (u32 k = first + 1; k < first + 4 && k < h->v.n; k++)
      if (timer_less(h->v.v[k], h->v.v[best])) best = k;
    if (!timer_less(h->v.v[best], t)) break;
    put_at(h, i, h->v.v[best]);
    i = best;
  }
  put_at(h, i, t);
}
i64 timer_heap_next(const TimerHeap *h) { return h->v.n ? h->v.v[0]->when : 0; }

static void publish_next(const TimerHeap *h) {
  if (h != &real) return;
  i64 when = timer_heap_next(h);
  i64 old = atomic_load_explicit(&next_when, memory_order_relaxed);
  if (when == old) return;
  atomic_store_explicit(&next_when, when, memory_order_release);
  if (when && (!old || when < old)) sched_timer_added(when);
}
i64 timer_next_when(void) { return atomic_load_explicit(&next_when, memory_order_acquire); }

static void heap_insert(Timer *t) {
  TimerHeap *h = heap_of(t);
  if (unlikely(!h)) return;
  if (h != &real) t->rand = cheaprand();
  VEC_PUSH(NULL, &h->v, t);
  sift_up(h, h->v.n - 1);
  publish_next(h);
}
static void heap_remove(Timer *t) {
  TimerHeap *h = heap_of(t);
  u32 i = (u32)t->index;
  Timer *last = h->v.v[--h->v.n];
  t->index = -1;
  if (last != t) {
    put_at(h, i, last);
    sift_up(h, i);
    sift_down(h, (u32)last->index);
  }
  publish_next(h);
}
static bool in_heap(const Timer *t) { return t->index >= 0; }
static bool needs_heap(const Timer *t) { return !in_heap(t) && t->when > 0 && (!t->is_chan || t->blocked > 0); }
static void add_if_needed(Timer *t) {
  if (needs_heap(t)) heap_insert(t);
}

void timer_heap_free(TimerHeap *h) {
  for (u32 i = 0; i < h->v.n; i++) h->v.v[i]->index = -1;
  VEC_FREE(&h->v);
}

/* ---- firing ---- */
/* t is due: sets its next time, then runs it. */
static void timer_fire(Timer *t, i64 now) {
  i64 delay = now - t->when;
  i64 next = 0;
  if (t->period > 0 && __builtin_add_overflow(t->when, t->period * (1 + delay / t->period), &next)) next = INT64_MAX;
  t->when = next;
  if (in_heap(t)) {
    if (next == 0) {
      heap_remove(t);
    } else {
      TimerHeap *h = heap_of(t);
      sift_down(h, (u32)t->index);
      publish_next(h);
    }
  }
  t->fn(t, delay);
}

void timer_heap_run(TimerHeap *h, i64 now) {
  while (h->v.n && h->v.v[0]->when <= now) timer_fire(h->v.v[0], now);
}
i64 timer_run_due(i64 now) {
  timer_heap_run(&real, now);
  return timer_heap_next(&real);
}

/* ---- what timers do ---- */
typedef struct GoTime { /* time.Time */
  u64 wall;
  i64 ext;
  void *loc;
} GoTime;

/* In a bubble a Time has no monotonic reading. */
static GoTime bubble_time(i64 ns) {
  const i64 unix_to_internal = 62135596800;
  return (GoTime){(u64)(ns % 1000000000), ns / 1000000000 + unix_to_internal, known_local_loc};
}
/* time.Now().Add(-delay). */
static GoTime time_before_now(i64 delay) {
  const i64 unix_to_wall = 2682288000; /* unixToInternal - minWall of package time */
  i64 sec;
  i32 nsec;
  walltime(&sec, &nsec);
  i64 mono = nanotime() - (known_start_nano ? *known_start_nano : 0) - delay;
  i64 ns = sec * 1000000000 + nsec - delay;
  u64 wall_sec = (u64)(ns / 1000000000 + unix_to_wall);
  return (GoTime){(u64)1 << 63 | wall_sec << 30 | (u64)(ns % 1000000000), mono, known_local_loc};
}

static void fire_send_time(Timer *t, i64 delay) { /* time.sendTime: arg is a chan Time */
  GoTime now = t->bubble ? bubble_time(clock_of(t) - delay) : time_before_now(delay);
  chan_timer_send(t->arg[1].p, &now);
}
static void fire_go_func(Timer *t, i64 delay) { /* time.goFunc: arg is a func() */
  (void)delay;
  G *g = sched_go(NULL, t->arg[1].p, NULL);
  Bubble *b = t->bubble ? bubble_find(t->bubble) : NULL;
  if (b) bubble_enter(b, g);
}
/* Of no use outside time's own test: a timer of another function fires without effect. */
static void fire_nothing(Timer *t, i64 delay) {
  (void)t;
  (void)delay;
}
static void fire_sleep(Timer *t, i64 delay) {
  (void)delay;
  G *g = t->g;
  g->timer = NULL;
  xfree(t);
  sched_ready(g, true);
}

static void modify(Timer *t, i64 when, i64 period) {
  t->when = when;
  t->period = period;
  if (!in_heap(t)) return;
  TimerHeap *h = heap_of(t);
  sift_up(h, (u32)t->index);
  sift_down(h, (u32)t->index);
  publish_next(h);
}
/* t has a new time. One of a bubble that is due already fires at once: its main goroutine may be about to exit. */
static void schedule(Timer *t) {
  if (!needs_heap(t)) return;
  i64 now;
  if (t->bubble && t->when <= (now = clock_of(t))) timer_fire(t, now);
  else heap_insert(t);
}

/* Drops the value of an earlier firing that nobody received; whether there was one. The old rules leave it there. */
static bool drain_channel(Timer *t) {
  Hchan *c = t->arg[1].p;
  if (!t->is_chan || c->qcount == 0 || godebug.asynctimerchan) return false;
  chan_discard_buffer(c);
  return true;
}

Timer *timer_new(i64 when, i64 period, void *go_fn, const Slot *arg, Hchan *c) {
  Timer *t = heap_new(&timer_abi_type);
  t->index = -1;
  if (sched_curg) t->bubble = bubble_id(sched_curg);
  t->go_fn = go_fn;
  t->arg[0] = arg[0];
  t->arg[1] = arg[1];
  if (go_fn == known_send_time) t->fn = fire_send_time;
  else if (go_fn == known_go_func) t->fn = fire_go_func;
  else t->fn = fire_nothing;
  if (c) {
    t->is_chan = true;
    c->timer = t;
  }
  modify(t, when, period);
  schedule(t);
  t->init = true;
  return t;
}

/* With the old rules a timer that is due but waits for somebody to look at its channel has fired. */
static void fire_if_async(Timer *t) {
  if (unlikely(godebug.asynctimerchan) && t->is_chan) timer_maybe_run_chan(t);
}

bool timer_stop(Timer *t) {
  fire_if_async(t);
  bool pending = t->when > 0;
  if (in_heap(t)) heap_remove(t);
  t->when = 0;
  return drain_channel(t) || pending;
}

bool timer_reset(Timer *t, i64 when, i64 period) {
  fire_if_async(t);
  bool pending = t->when > 0;
  modify(t, when, period);
  if (drain_channel(t)) pending = true;
  schedule(t);
  return pending;
}

Status timer_sleep(G *g, i64 ns) {
  if (ns <= 0) return ST_OK;
  i64 when;
  if (__builtin_add_overflow(g->bubble ? g->bubble->now : nanotime(), ns, &when)) when = INT64_MAX;
  Timer *t = xmalloc(sizeof(*t));
  timer_setup(t);
  t->bubble = bubble_id(g);
  t->g = g;
  g->timer = t;
  timer_start(t, when, fire_sleep);
  return sched_park(g, WAIT_SLEEP);
}

void timer_start(Timer *t, i64 when, TimerFn fn) {
  t->fn = fn;
  modify(t, when, 0);
  add_if_needed(t);
}

/* ---- channels of timers ---- */
void timer_maybe_run_chan(Timer *t) {
  if (in_heap(t) || t->when == 0) return;
  i64 now = clock_of(t);
  if (t->when <= now) timer_fire(t, now);
}
void timer_block_chan(Timer *t) {
  t->blocked++;
  add_if_needed(t);
}
void timer_unblock_chan(Timer *t) {
  if (--t->blocked == 0 && in_heap(t)) heap_remove(t);
}

/* synctest.c - bubbles. See synctest.h; Go's runtime/synctest.go, whose names it keeps.
 * Invariants: 0 <= running <= total; a member counts as running unless it is parked for a reason that is durable; when neither
 * running nor active is left, exactly one goroutine is made ready (bubble_maybe_wake), and active holds the bubble awake
 * until that one runs. One M: no locks.
 * A bubble is C memory, freed when nothing refers to it any more; ids are never used again.
 * Start reading at bubble_idle() and bubble_maybe_wake(). Allocates goroutines only. */
#include "runtime/synctest.h"

#include "runtime/fatal.h"

static Bubble *bubbles;
static bool registered;
static u64 last_id;

Bubble *bubble_find(u64 id) {
  Bubble *b = bubbles;
  while (b && b->id != id) b = b->link;
  return b;
}

static void bubble_unref(Bubble *b) {
  if (--b->refs > 0) return;
  for (Bubble **p = &bubbles; *p; p = &(*p)->link)
    if (*p == b) {
      *p = b->link;
      break;
    }
  timer_heap_free(&b->timers);
  xfree(b);
}

static bool reason_is_durable(WaitReason why) {
  switch (why) {
  case WAIT_CHAN_RECEIVE_NIL: case WAIT_CHAN_SEND_NIL: case WAIT_SELECT_NO_CASES: case WAIT_SLEEP:
  case WAIT_SYNC_COND_WAIT: case WAIT_COROUTINE: case WAIT_SYNCTEST_RUN: case WAIT_SYNCTEST_WAIT:
  case WAIT_SYNCTEST_CHAN_RECEIVE: case WAIT_SYNCTEST_CHAN_SEND: case WAIT_SYNCTEST_SELECT:
  case WAIT_SYNCTEST_WAITGROUP_WAIT:
    return true;
  default: return false;
  }
}
bool bubble_durable(const G *g) { return g->status == G_WAITING && reason_is_durable(g->wait_reason); }

/* When the bubble is idle: readies the root if a timer is due, else who waits in Wait, else the root. */
static void bubble_maybe_wake(Bubble *b) {
  if (b->running > 0 || b->active > 0) return;
  b->active++;
  i64 next = timer_heap_next(&b->timers);
  G *g = b->waiter && !(next > 0 && next <= b->now) ? b->waiter : b->root;
  sched_ready(g, true);
}

void bubble_add_active(Bubble *b, i64 n) {
  b->active += n;
  if (n < 0) bubble_maybe_wake(b);
}

void bubble_acquire(Bubble *b) {
  b->refs++;
  b->active++;
}
void bubble_release(Bubble *b) {
  bubble_add_active(b, -1);
  bubble_unref(b);
}

/* ---- goroutines ---- */
void bubble_enter(Bubble *b, G *g) {
  g->bubble = b;
  b->refs++;
  b->total++;
  b->running++;
}
static void bubble_remove(Bubble *b, G *g) {
  g->bubble = NULL;
  b->total--;
  b->running--;
}
void bubble_exit(G *g) {
  Bubble *b = g->bubble;
  if (g == b->main) b->done = true;
  bubble_remove(b, g);
  bubble_maybe_wake(b);
  bubble_unref(b);
}
void bubble_park(G *g) {
  if (!bubble_durable(g)) return;
  g->bubble->running--;
  bubble_maybe_wake(g->bubble);
}
void bubble_ready(G *g) {
  if (bubble_durable(g)) g->bubble->running++;
}

void bubble_check_chan(const G *g, const Hchan *c, const char *what) {
  if (bubble_id(g) == c->bubble) return;
  go_fatal(what);
}

/* ---- Run ---- */
static void bubble_roots(GcWork *w) {
  for (Bubble *b = bubbles; b; b = b->link) timer_heap_roots(&b->timers, w);
}

void bubble_run(G *g, void *fn) {
  const i64 base_time = 946684800000000000; /* midnight UTC 2000-01-01 */
  Bubble *b = xcalloc(1, sizeof(*b));
  *b = (Bubble){.id = ++last_id, .now = base_time, .root = g, .active = 1, .link = bubbles};
  bubbles = b;
  if (!registered) heap_add_root_fn(bubble_roots);
  registered = true;
  bubble_enter(b, g);
  b->main = sched_go(g, fn, NULL);
}

Status bubble_idle(G *g) {
  Bubble *b = g->bubble;
  timer_heap_run(&b->timers, b->now);
  if (b->running == 1 && b->active == 1) return ST_OK; /* all others have blocked or exited */
  Status st = sched_park(g, WAIT_SYNCTEST_RUN);
  bubble_add_active(b, -1);
  return st;
}

int bubble_advance(G *g) {
  Bubble *b = g->bubble;
  i64 next = timer_heap_next(&b->timers);
  if (next && !b->done) { /* time stops once the main goroutine has exited */
    b->now = next;
    return BUBBLE_ADVANCED;
  }
  return b->total == 1 ? BUBBLE_OVER : b->done ? BUBBLE_LEFT : BUBBLE_BLOCKED;
}

void bubble_leave(G *g) {
  Bubble *b = g->bubble;
  bubble_remove(b, g);
  b->active = 1; /* nobody is left to wake */
  bubble_unref(b);
}

/* ---- Wait ---- */
Status bubble_wait(G *g) {
  Bubble *b = g->bubble;
  b->waiting = true;
  b->waiter = g;
  return sched_park(g, WAIT_SYNCTEST_WAIT);
}
void bubble_wait_end(G *g) {
  Bubble *b = g->bubble;
  b->active--;
  b->waiter = NULL;
  b->waiting = false;
}

/* sched.c - goroutines, run queues, the loop of the M, deadlock detection. See sched.h; Go's runtime/proc.go.
 * Invariants: a goroutine is in at most one of runnext, runq, a wait queue, the free list; sched_curg is the one that is
 * G_RUNNING; every 61st switch prefers the queue over runnext, so a pair of goroutines that wake each other starves nobody.
 * Other threads touch only the atomics of struct Sched and preempt/limit of the running goroutine.
 * Start reading at sched_loop(), then sched_switch(). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/debug.h"
#include "runtime/fatal.h"
#include "runtime/godebug.h"
#include "runtime/heap_priv.h"
#include "runtime/hooks.h"
#include "runtime/host.h"
#include "runtime/netpoll.h"
#include "runtime/profile.h"
#include "runtime/rand.h"
#include "runtime/sched_priv.h"
#include "runtime/stack.h"
#include "runtime/synctest.h"
#include "runtime/timer.h"

Sched sched;
G *sched_curg; /* written by the M (release), read by sysmon and workers (acquire) */

const char *const wait_reason_text[WAIT_COUNT] = {
#define WAIT_REASON(name, text) text,
#include "runtime/waitreason.def"
#undef WAIT_REASON
};

i64 nanotime(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return ts.tv_sec * 1000000000 + ts.tv_nsec;
}
void walltime(i64 *sec, i32 *nsec) {
  struct timespec ts;
  clock_gettime(CLOCK_REALTIME, &ts);
  *sec = ts.tv_sec;
  *nsec = (i32)ts.tv_nsec;
}

void sched_init(void) {
  sched.start = nanotime();
  godebug_init();
  const char *env = getenv("GOMAXPROCS");
  i64 n = env ? atoll(env) : 0;
  sched.gomaxprocs = n > 0 ? n : sysconf(_SC_NPROCESSORS_ONLN);
}

i64 sched_set_gomaxprocs(i64 n) {
  i64 old = sched.gomaxprocs;
  if (n >= 1) sched.gomaxprocs = n;
  return old;
}
G *sched_current(void) { return sched_curg; }
G *sched_all_gs(void) { return sched.all; }
i64 sched_num_goroutines(void) { return sched.ngoroutines; }
void sched_add_blockers(int n) { sched.blockers += n; }
void sched_set_wake_hook(void (*fn)(void)) { sched.wake_hook = fn; }

static void set_curg(G *g) { __atomic_store_n(&sched_curg, g, __ATOMIC_RELEASE); }
static void clear_preempt(G *g) {
  __atomic_store_n(&g->preempt, 0, __ATOMIC_RELAXED);
  g_set_limit(g, g->seg_limit);
}

/* ---- run queues ---- */
static void runq_put(G *g) {
  g->sched_link = NULL;
  if (sched.runq.tail) sched.runq.tail->sched_link = g;
  else sched.runq.head = g;
  sched.runq.tail = g;
  sched.runq.n++;
}
static G *runq_get(void) {
  G *g = sched.runq.head;
  if (!g) return NULL;
  sched.runq.head = g->sched_link;
  if (!sched.runq.head) sched.runq.tail = NULL;
  sched.runq.n--;
  g->sched_link = NULL;
  return g;
}
static bool runq_empty(void) { return !sched.runnext && !sched.runq.head; }

/* schedfuzz: moves a random number of goroutines from the head of the queue to its end. */
static void runq_shuffle(void) {
  if (sched.runnext && cheaprandn(2)) {
    runq_put(sched.runnext);
    sched.runnext = NULL;
  }
  if (sched.runq.n > 1)
    for (u32 k = cheaprandn((u32)sched.runq.n); k > 0; k--) runq_put(runq_get());
}

/* ---- life of a goroutine ---- */
static G *g_alloc(void) {
  G *g = sched.free;
  if (g) {
    sched.free = g->sched_link;
    G keep = {.seg = g->seg, .stack_bytes = g->stack_bytes, .all_link = g->all_link};
    *g = keep;
    return g;
  }
  enum { BATCH = 32 };
  static G *slab;
  static u32 left;
  if (left == 0) {
    left = BATCH;
    slab = xcalloc(BATCH, sizeof(G));
  }
  g = slab++;
  left--;
  g->all_link = sched.all;
  sched.all = g;
  return g;
}

G *g_new(G *parent, void *closure) {
  G *g = g_alloc();
  if (g->seg) g_set_limit(g, g->seg_limit = segment_limit(g->seg));
  else stack_push(g, 1);
  g->id = ++sched.next_id;
  g->start_closure = closure;
  g->start_fn = *(FuncRec **)closure;
  if (parent) {
    g->parent_id = parent->id;
    g->labels = parent->labels;
  }
  g->status = G_RUNNABLE;
  if (unlikely(parent && parent->bubble)) bubble_enter(parent->bubble, g);
  sched.ngoroutines++;
  return g;
}

G *sched_go(G *parent, void *closure, const Insn *gopc) {
  G *g = g_new(parent, closure);
  g->gopc = gopc;
  sched_ready(g, true);
  return g;
}

G *sched_go_system(void *closure) {
  G *g = g_new(NULL, closure);
  g->is_system = true;
  sched.ngoroutines--;
  runq_put(g);
  return g;
}

void sched_exit(G *g) {
  if (unlikely(host.exited)) host.exited(g);
  if (!g->is_system) sched.ngoroutines--;
  if (unlikely(g->bubble)) bubble_exit(g);
  g->status = G_DEAD;
  if (g->seg->prev || g->seg->size > STACK_MIN) stack_free_all(g);
  else stack_free_spares(g);
  g->pc = NULL;
  g->fp = NULL;
  g->start_closure = g->labels = NULL;
  g->sched_link = sched.free;
  sched.free = g;
  set_curg(NULL);
}

Status sched_park(G *g, WaitReason why) {
  g->status = G_WAITING;
  g->wait_reason = why;
  g->wait_since = 0; /* the collector notes the time: long waits are shown in tracebacks */
  set_curg(NULL);
  if (unlikely(profile_rate[PROFILE_BLOCK] > 0)) profile_park(g);
  if (unlikely(g->bubble)) bubble_park(g);
  return ST_PARK;
}

void sched_ready(G *g, bool next) {
  if (unlikely(g->bubble)) bubble_ready(g);
  if (unlikely(g->blocked_since)) profile_unpark(g);
  if (unlikely(g->sched_tick % 64 == 63)) g->ready_since = nanotime();
  g->status = G_RUNNABLE;
  g->wait_reason = WAIT_ZERO;
  if (!next) {
    runq_put(g);
    return;
  }
  G *old = sched.runnext;
  sched.runnext = g;
  if (old) runq_put(old);
}

void sched_requeue(G *g) {
  g->status = G_RUNNABLE;
  set_curg(NULL);
  runq_put(g);
}

bool sched_alone(void) {
  return !host.active && runq_empty() && timer_next_when() == 0 && netpoll_waiters() == 0 && sched.blockers == 0 &&
         atomic_load(&sched.offloaded) == 0 && atomic_load_explicit(&sched.attention, memory_order_relaxed) == 0;
}

/* ---- switching ---- */
static void make_running(G *g) {
  g->status = G_RUNNING;
  g->sched_tick++;
  if (unlikely(g->ready_since)) {
    hist_add(&sched.latencies, nanotime() - g->ready_since);
    g->ready_since = 0;
  }
  set_curg(g);
  if (unlikely(debug_flags.trace_sched))
    fprintf(stderr, "sched %llu: goroutine %llu\n", (unsigned long long)sched.tick, (unsigned long long)g->id);
  clear_preempt(g);
  atomic_store_explicit(&sched.yield, false, memory_order_relaxed);
  if (unlikely(debug_flags.gcstress | debug_flags.schedfuzz)) sched_preempt();
}

/* Handles what other threads asked for. False: the loop has to stop. */
static bool handle_attention(void) {
  u32 why = atomic_exchange_explicit(&sched.attention, 0, memory_order_acquire);
  if (why & ATTN_STOP) {
    atomic_fetch_or_explicit(&sched.attention, why, memory_order_relaxed);
    return false;
  }
  if (why & ATTN_DONE) offload_complete();
  if (why & ATTN_WAKE && sched.wake_hook) sched.wake_hook();
  if (why & ATTN_HOST && host.attention) host.attention();
  if (why & ATTN_TIMER) timer_run_due(nanotime());
  if (why & ATTN_POLL) netpoll_poll(0);
  return true;
}

G *sched_switch(void) {
  if (unlikely(atomic_load_explicit(&sched.attention, memory_order_relaxed)) && !handle_attention()) return NULL;
  if (unlikely(heap.wanted)) gc_collect(); /* every goroutine is saved here */
  if (unlikely(debug_flags.schedfuzz)) runq_shuffle();
  u64 tick = sched.tick + 1;
  __atomic_store_n(&sched.tick, tick, __ATOMIC_RELAXED);
  G *g = sched.runnext;
  if (likely(g && tick % 61)) {
    sched.runnext = NULL;
  } else {
    g = runq_get();
    if (!g) {
      g = sched.runnext;
      sched.runnext = NULL;
    }
    if (!g) return NULL;
  }
  make_running(g);
  return g;
}

void sched_preempt(void) {
  G *g = __atomic_load_n(&sched_curg, __ATOMIC_ACQUIRE);
  if (!g) return;
  __atomic_store_n(&g->preempt, 1, __ATOMIC_RELAXED);
  g_set_limit(g, NULL);
}

void sched_attention(u32 why) {
  atomic_fetch_or_explicit(&sched.attention, why, memory_order_seq_cst);
  if (atomic_load_explicit(&sched.idle, memory_order_seq_cst)) netpoll_break();
  else sched_preempt();
}
void sched_wake(void) { sched_attention(ATTN_WAKE); }
void sched_stop(void) { sched_attention(ATTN_STOP); }

bool sched_safepoint(G *g) {
  clear_preempt(g);
  /* Not for system goroutines: a collection wakes them, so that the program would never come to rest. */
  if (gc_wanted() || (debug_flags.gcstress && !g->is_system && gc_stress_due())) gc_collect();
  if (unlikely(debug_flags.gcstress | debug_flags.schedfuzz)) sched_preempt();
  if (unlikely(g->pinned)) {
    g->pin_preempt = true;
    return false;
  }
  if (debug_flags.schedfuzz && cheaprandn(8) == 0) return true;
  if (atomic_load_explicit(&sched.attention, memory_order_relaxed)) return true;
  if (!atomic_load_explicit(&sched.yield, memory_order_relaxed)) return false;
  atomic_store_explicit(&sched.yield, false, memory_order_relaxed);
  return !runq_empty();
}

/* ---- the loop ---- */
static NORETURN void deadlock(void) {
  bool any = false;
  for (G *g = sched.all; g; g = g->all_link)
    if (g->status == G_WAITING && !g->is_system) any = true;
  go_fatal(any ? "all goroutines are asleep - deadlock!" : "no goroutines (main called runtime.Goexit) - deadlock!");
}

/* Nothing is runnable: waits for timers, the network, helper threads. */
static void wait_for_work(void) {
  i64 now = nanotime(), next = timer_run_due(now);
  if (!runq_empty()) return;
  if (next == 0 && netpoll_waiters() == 0 && sched.blockers == 0 && atomic_load(&sched.offloaded) == 0) deadlock();
  netpoll_init(); /* before idle: from there on other threads call netpoll_break() */
  atomic_store_explicit(&sched.idle, true, memory_order_seq_cst);
  if (atomic_load_explicit(&sched.attention, memory_order_seq_cst) == 0)
    netpoll_poll(next == 0 ? -1 : next > now ? next - now : 0);
  atomic_store_explicit(&sched.idle, false, memory_order_relaxed);
  sysmon_m_busy();
  timer_run_due(nanotime());
}

void sched_loop(void) {
  sysmon_start();
  for (;;) {
    G *g = sched_switch();
    if (g) {
      vm_hooks.execute(g);
      continue;
    }
    if (atomic_load_explicit(&sched.attention, memory_order_relaxed) & ATTN_STOP) {
      atomic_fetch_and_explicit(&sched.attention, ~(u32)ATTN_STOP, memory_order_relaxed);
      return;
    }
    wait_for_work();
  }
}

/* ---- sudogs ---- */
static Sudog *sudog_free;

Sudog *sudog_acquire(G *g) {
  if (unlikely(!sudog_free)) {
    enum { BATCH = 64 };
    Sudog *s = xcalloc(BATCH, sizeof(Sudog));
    for (u32 i = 0; i < BATCH; i++) {
      s[i].next = sudog_free;
      sudog_free = &s[i];
    }
  }
  Sudog *s = sudog_free;
  sudog_free = s->next;
  *s = (Sudog){.g = g};
  return s;
}
void sudog_release(Sudog *s) {
  s->g = NULL;
  s->next = sudog_free;
  sudog_free = s;
}

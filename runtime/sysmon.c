/* sysmon.c - the monitor thread: every 10 ms it asks a goroutine that has run since its last look to give way and lets the M
 * look at the network; it also calls the M when a timer is due. While the M is idle the M waits for timers and the network
 * itself, and after a while sysmon sleeps until the M is busy again. Go's counterpart: sysmon of runtime/proc.go. */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "runtime/sched_priv.h"
#include "runtime/timer.h"

#define TICK_NS 10000000
enum { IDLE_TICKS = 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond;
static _Atomic i64 wake_at; /* when sysmon looks next; INT64_MAX in deep sleep */

static void sleep_until_locked(i64 when) {
  struct timespec ts = {when / 1000000000, when % 1000000000};
  pthread_cond_timedwait(&cond, &lock, &ts);
}

/* The look every 10 ms; `seen` is the switch count of the last one. The number of idle looks in a row. */
static u32 sysmon_tick(u64 *seen, u32 idle) {
  u64 at = __atomic_load_n(&sched.tick, __ATOMIC_RELAXED);
  if (atomic_load(&sched.idle)) {
    idle++;
  } else {
    idle = 0;
    if (at == *seen) atomic_store_explicit(&sched.yield, true, memory_order_relaxed);
    sched_attention(ATTN_POLL);
  }
  *seen = at;
  return idle;
}

static void *sysmon_main(void *arg) {
  (void)arg;
  u64 seen = 0;
  u32 idle = 0;
  pthread_mutex_lock(&lock);
  for (i64 tick = nanotime() + TICK_NS;;) {
    i64 now = nanotime(), timer = timer_next_when();
    if (timer && timer <= now && !atomic_load(&sched.idle)) {
      sched_attention(ATTN_TIMER);
      timer = now + TICK_NS / 10; /* the M will get there */
    }
    if (now >= tick) {
      idle = sysmon_tick(&seen, idle);
      tick = now + TICK_NS;
    }
    if (idle >= IDLE_TICKS) {
      atomic_store(&wake_at, INT64_MAX);
      if (atomic_load(&sched.idle)) pthread_cond_wait(&cond, &lock);
      idle = 0;
      tick = nanotime() + TICK_NS;
      continue;
    }
    i64 when = timer && timer < tick && !atomic_load(&sched.idle) ? timer : tick;
    atomic_store(&wake_at, when);
    sleep_until_locked(when);
  }
  return NULL;
}

void sysmon_start(void) {
  static bool started;
  if (started) return;
  started = true;
  pthread_condattr_t attr;
  pthread_condattr_init(&attr);
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  pthread_cond_init(&cond, &attr);
  sigset_t all, old;
  sigfillset(&all);
  sigdelset(&all, THREADS_SIGNAL);
  pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the M's thread */
  pthread_t t;
  if (pthread_create(&t, NULL, sysmon_main, NULL) == 0) pthread_detach(t);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void sysmon_signal(void) {
  pthread_mutex_lock(&lock);
  pthread_cond_signal(&cond);
  pthread_mutex_unlock(&lock);
}
void sysmon_m_busy(void) {
  if (atomic_load(&wake_at) == INT64_MAX) sysmon_signal();
}
void sched_timer_added(i64 when) {
  i64 at = atomic_load(&wake_at);
  if (at != INT64_MAX && when < at) sysmon_signal();
}

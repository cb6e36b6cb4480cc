/* metrics.c - reads the counters behind runtime/metrics. See metrics.h. */
#include "runtime/metrics.h"

#include <time.h>

#include "runtime/heap_priv.h"
#include "runtime/sched_priv.h"
#include "runtime/sema.h"
#include "runtime/stack.h"

static void read_heap(MetricCounters *m) {
  m->tiny_allocs = heap_cache.tiny_allocs;
  for (u32 i = 0; i < SC_COUNT; i++) {
    m->class_size[i] = sc_size[i];
    m->class_mallocs[i] = heap.mallocs[i];
    m->class_frees[i] = heap.frees[i];
  }
  m->marked = heap.marked;
  m->globals = heap.globals;
  m->stacks = stack_inuse_bytes();
  m->gogc = heap.percent < 0 ? UINT64_MAX : (u64)heap.percent;
  m->memory_limit = (u64)heap.memory_limit;
  m->pauses = heap.pauses;
  specials_counts(&m->finalizers_queued, &m->finalizers_run, &m->cleanups_queued, &m->cleanups_run);
}

static void read_sched(MetricCounters *m) {
  m->created = sched.next_id;
  for (const G *g = sched.all; g; g = g->all_link) {
    if (g->status == G_DEAD || g->status == G_IDLE) continue;
    m->total++;
    m->runnable += g->status == G_RUNNABLE;
    m->running += g->status == G_RUNNING;
    m->in_syscalls += g->status == G_SYSCALL;
  }
  m->threads = offload_threads() + 2; /* the M and sysmon */
  m->latencies = sched.latencies;
  m->mutex_wait = sema_mutex_wait_ns();
}

static u64 timespec_ns(clockid_t clock) {
  struct timespec ts;
  clock_gettime(clock, &ts);
  return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

void metrics_read(MetricCounters *m) {
  *m = (MetricCounters){0};
  read_heap(m);
  read_sched(m);
  m->uptime = (u64)(nanotime() - sched.start);
  m->cpu_time = timespec_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* metrics.h - the counters behind runtime/metrics; the overlay's metrics.go gives them their names. */
#ifndef GOVM_RUNTIME_METRICS_H
#define GOVM_RUNTIME_METRICS_H
#include "runtime/sizeclass.h"

/* Durations by magnitude: count[i] of those below 2^i ns and not below 2^(i-1). */
typedef struct DurationHist {
  u64 count[64];
} DurationHist;
static inline void hist_add(DurationHist *h, i64 ns) { h->count[ns > 0 ? 64 - __builtin_clzll((u64)ns) : 0]++; }

/* runtime.metricCounters, field by field. Times are nanoseconds. */
typedef struct MetricCounters {
  u64 tiny_allocs;
  u64 class_size[SC_COUNT], class_mallocs[SC_COUNT], class_frees[SC_COUNT]; /* class 0: larger objects */
  u64 marked, globals, stacks;
  u64 gogc, memory_limit;
  DurationHist pauses, latencies;
  u64 created, runnable, running, in_syscalls, total, threads;
  u64 mutex_wait, uptime, cpu_time;
  u64 finalizers_queued, finalizers_run, cleanups_queued, cleanups_run;
} MetricCounters;
static_assert(SC_COUNT == 68, "metricSizeClass");

/* After heap_read_stats, which makes the heap's counts exact. */
void metrics_read(MetricCounters *m);
#endif

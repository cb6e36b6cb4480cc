/* heap_stats.c - runtime.MemStats from the heap's counters. Reading flushes the allocation cache, so counts are exact. */
#include "runtime/heap_priv.h"
#include "runtime/stack.h"

void heap_read_stats(HeapStats *s) {
  *s = (HeapStats){0};
  u64 tiny = heap_cache.tiny_allocs;
  sweep_all();
  cache_flush();
  for (u32 i = 1; i < SC_COUNT; i++) {
    s->mallocs += heap.mallocs[i];
    s->frees += heap.frees[i];
    if (i < ARRAY_LEN(s->by_size)) {
      s->by_size[i].size = sc_size[i];
      s->by_size[i].mallocs = heap.mallocs[i];
      s->by_size[i].frees = heap.frees[i];
    }
  }
  s->mallocs += heap.mallocs[0] + tiny;
  s->frees += heap.frees[0] + tiny;
  s->total_alloc = heap.total_alloc;
  s->alloc = heap.total_alloc - heap.freed_bytes;
  s->heap_objects = s->mallocs - s->frees;
  s->heap_inuse = heap.pages_inuse << SC_PAGE_SHIFT;
  s->heap_sys = heap.used;
  s->heap_idle = s->heap_sys - s->heap_inuse;
  s->heap_released = heap.released;
  s->stack_inuse = stack_inuse_bytes();
  s->stack_sys = stack_sys_bytes();
  s->mspan_inuse = s->mspan_sys = heap.mspan_bytes;
  s->gc_sys = heap.gc_bytes;
  s->sys = s->heap_sys + s->stack_sys + s->mspan_sys + s->gc_sys;
  s->next_gc = heap.trigger;
  s->last_gc_unix_ns = heap.last_gc;
  s->pause_total_ns = heap.pause_total;
  memcpy(s->pause_ns, heap.pause_ns, sizeof(s->pause_ns));
  memcpy(s->pause_end, heap.pause_end, sizeof(s->pause_end));
  s->num_gc = (u32)heap.num_gc;
  s->num_forced_gc = (u32)heap.num_forced;
}

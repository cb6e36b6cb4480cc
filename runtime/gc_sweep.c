/* gc_sweep.c - a collection from start to end: stop, mark, sweep; pacing by GOGC.
 * Sweeping is lazy for small spans (when an allocation of the class wants one, when pages run out, at the latest when the
 * next collection starts) and immediate for large objects. Invariants between collections: mark bits of swept spans are
 * clear; alloc_bits of spans outside the cache are exact; heap.live is what the last mark found plus what was allocated.
 * Start reading at gc_collect(). */
#include <stdio.h>
#include <time.h>

#include "base/debug.h"
#include "runtime/heap_priv.h"
#include "runtime/sched.h"
#include "runtime/stack.h"

#define HEAP_MINIMUM ((u64)4 << 20)

/* ---- sweeping ---- */
static void clobber_freed(HeapSpan *s) {
  for (u32 i = 0; i < s->nelems; i++)
    if (span_bit(s->alloc_bits, i) && !span_bit(s->mark_bits, i))
      memset(s->base + (u64)i * s->elem_size, 0xdb, s->elem_size);
}

static void sweep_large(HeapSpan *s) {
  s->sweep_gen = heap.sweep_gen;
  if (span_bit(s->mark_bits, 0)) {
    s->mark_bits[0] = 0;
    return;
  }
  span_list_remove(&heap.large, s);
  heap.frees[0]++;
  heap.large_free_bytes += s->npages << SC_PAGE_SHIFT;
  heap.freed_bytes += s->npages << SC_PAGE_SHIFT;
  pages_free(s);
}

bool sweep_span(HeapSpan *s) {
  u32 words = span_words(s), live = 0;
  for (u32 i = 0; i < words; i++) live += (u32)__builtin_popcountll(s->mark_bits[i]);
  u32 freed = s->alloc_count - live;
  s->sweep_gen = heap.sweep_gen;
  if (freed) {
    heap.frees[s->spc / 2] += freed;
    heap.freed_bytes += (u64)freed * s->elem_size;
    if (debug_flags.clobber) clobber_freed(s);
    s->need_zero = 1;
  }
  u64 *bits = s->alloc_bits;
  s->alloc_bits = s->mark_bits;
  s->mark_bits = bits;
  memset(bits, 0, words * sizeof(u64));
  s->alloc_count = live;
  if (live == 0) {
    /* descriptors expect alloc_bits first */
    if (s->alloc_bits > s->mark_bits) {
      bits = s->alloc_bits;
      s->alloc_bits = s->mark_bits;
      s->mark_bits = bits;
    }
    pages_free(s);
    return true;
  }
  Central *c = &heap.central[s->spc];
  span_list_push(live == s->nelems ? &c->full : &c->partial, s);
  return false;
}

static HeapSpan *unswept_pop(Central *c) {
  for (int k = 0; k < 2; k++) {
    HeapSpan *s = c->unswept[k];
    if (!s) continue;
    c->unswept[k] = s->next;
    s->next = s->prev = NULL;
    return s;
  }
  return NULL;
}

bool sweep_some(u32 spc) {
  Central *c = &heap.central[spc];
  for (HeapSpan *s; (s = unswept_pop(c));)
    if (!sweep_span(s) && c->partial.head == s) return true;
  return false;
}

void sweep_all(void) {
  if (!heap.unswept) return;
  heap.unswept = false;
  for (u32 i = 0; i < HEAP_NSPC; i++)
    for (HeapSpan *s; (s = unswept_pop(&heap.central[i]));) sweep_span(s);
}

/* ---- pacing ---- */
static void set_trigger(u64 globals) {
  if (heap.percent < 0) {
    heap.trigger = UINT64_MAX;
  } else {
    u64 roots = stack_inuse_bytes() + globals;
    u64 goal = heap.marked + (heap.marked + roots) * (u64)heap.percent / 100;
    u64 least = HEAP_MINIMUM * (u64)heap.percent / 100;
    if (debug_flags.tiny) least /= 64;
    heap.trigger = goal > least ? goal : least;
  }
  if (heap.memory_limit != INT64_MAX) {
    u64 limit = (u64)heap.memory_limit - (u64)heap.memory_limit / 32;
    u64 least = heap.marked + heap.marked / 16 + (1 << 20);
    if (limit < least) limit = least;
    if (heap.trigger > limit) heap.trigger = limit;
  }
}

i64 gc_set_percent(i64 percent) {
  i64 old = heap.percent;
  heap.percent = percent < 0 ? -1 : percent;
  set_trigger(0);
  if (heap.live >= heap.trigger) gc_request();
  return old;
}

i64 gc_set_memory_limit(i64 limit) {
  i64 old = heap.memory_limit;
  if (limit >= 0) {
    heap.memory_limit = limit;
    set_trigger(0);
  }
  return old;
}

/* ---- checking ---- */
/* Every span's counts, bits and page table entries; all spans are swept and none is cached. */
static void heap_verify(void) {
  u64 pages = 0;
  for (u32 k = 0; k < heap.spans.n; k++) {
    HeapSpan *s = heap.spans.v[k];
    if (s->state != SPAN_SMALL && s->state != SPAN_LARGE) continue;
    pages += s->npages;
    u32 used = 0;
    for (u32 i = 0; i < span_words(s); i++) {
      used += (u32)__builtin_popcountll(s->alloc_bits[i]);
      if (s->mark_bits[i]) rt_throw("gccheck: mark bits are not clear");
    }
    if (used != s->alloc_count) rt_throw("gccheck: a span's count differs from its bits");
    u64 first = (u64)(s->base - heap.base) >> SC_PAGE_SHIFT;
    for (u64 i = 0; i < s->npages; i++)
      if (heap.page_table[first + i] != s) rt_throw("gccheck: the page table does not lead to the span");
  }
  if (pages != heap.pages_inuse) rt_throw("gccheck: wrong number of pages in use");
}

/* ---- a collection ---- */
void gc_request(void) {
  if (heap.wanted) return;
  heap.wanted = true;
  sched_preempt();
}
void gc_request_full(void) {
  heap.wanted_full = true;
  gc_request();
}
bool gc_wanted(void) { return heap.wanted; }

/* A collection whose work exceeds STRESS_WORK is followed by as many safepoints without one as make the work per safepoint
 * that again, so that deep stacks and large heaps slow a program down by a constant factor. The distance varies around that
 * number (by a fixed sequence, so runs repeat): no safepoint of a loop is left out for good. */
bool gc_stress_due(void) {
  enum { STRESS_WORK = 2048 };
  static u64 wait, lcg;
  if (wait > 1) {
    wait--;
    return false;
  }
  u64 rounds = heap.work / STRESS_WORK;
  lcg = lcg * 6364136223846793005u + 1442695040888963407u;
  wait = (u64)debug_flags.gcstress * (rounds ? 1 + (lcg >> 33) % (2 * rounds + 1) : 1);
  return true;
}
u64 gc_cycles(void) { return heap.num_gc; }
u64 heap_live_bytes(void) { return heap.live; }

static void record_pause(i64 start) {
  i64 ns = nanotime() - start;
  u64 slot = heap.num_gc % ARRAY_LEN(heap.pause_ns);
  i64 sec;
  i32 nsec;
  walltime(&sec, &nsec);
  heap.last_gc = (u64)sec * 1000000000u + (u64)nsec;
  heap.pause_ns[slot] = (u64)ns;
  hist_add(&heap.pauses, ns);
  heap.pause_end[slot] = heap.last_gc;
  heap.pause_total += (u64)ns;
  heap.num_gc++;
}

void gc_collect(void) {
  i64 start = nanotime();
  bool full = heap.wanted_full;
  heap.wanted = heap.wanted_full = false;
  sweep_all();
  u64 keep = heap.trigger == UINT64_MAX ? UINT64_MAX : (heap.trigger + heap.trigger / 10) >> SC_PAGE_SHIFT;
  if (keep > heap.pages_inuse) keep -= heap.pages_inuse;
  else keep = 0;
  pages_scavenge(keep + 64);
  cache_flush();
  if (debug_flags.gccheck) heap_verify();
  u64 before = heap.live, globals;
  heap.marked = gc_mark_all(&globals);
  heap.globals = globals;
  heap.live = heap.marked;
  heap.sweep_gen++;
  for (u32 i = 0; i < HEAP_NSPC; i++) {
    Central *c = &heap.central[i];
    c->unswept[0] = c->partial.head;
    c->unswept[1] = c->full.head;
    c->partial.head = c->full.head = NULL;
  }
  heap.unswept = true;
  for (HeapSpan *s = heap.large.head, *next; s; s = next) {
    next = s->next;
    sweep_large(s);
  }
  set_trigger(globals);
  if (full || debug_flags.clobber || debug_flags.gccheck) sweep_all();
  if (debug_flags.gccheck) heap_verify();
  if (full) heap.num_forced++;
  if (heap.wanted_scavenge) pages_scavenge(0);
  heap.wanted_scavenge = false;
  record_pause(start);
  if (debug_flags.trace_gc)
    fprintf(stderr, "gc %llu: %llu -> %llu KB, next at %llu KB, %lld us\n", (unsigned long long)heap.num_gc,
            (unsigned long long)before >> 10, (unsigned long long)heap.marked >> 10,
            (unsigned long long)heap.trigger >> 10, (long long)(nanotime() - start) / 1000);
  specials_wake();
}

void gc_collect_full(void) {
  heap.wanted_full = true;
  gc_collect();
}

void gc_free_os_memory(void) {
  heap.wanted_scavenge = true;
  gc_request_full();
}

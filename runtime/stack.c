/* stack.c - see stack.h. Segments of up to SLAB bytes are cut from slabs and recycled through a free list per power of two;
 * larger ones are mapped and unmapped. A goroutine's segments double in size, up to STACK_CACHED_MAX, so deep recursion needs
 * few of them; the segment dropped last stays linked behind the current one as spare.
 * Start reading at stack_push(). No locks: one M. */
#include "runtime/stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/debug.h"
#include "runtime/native.h"
#include "runtime/print.h"

enum { MIN_SHIFT = 11, MAX_SHIFT = 18, SLAB = 256 << 10 };
static_assert(STACK_MIN == 1 << MIN_SHIFT && STACK_CACHED_MAX == 1 << MAX_SHIFT, "segment sizes");

static Segment *free_segments[MAX_SHIFT + 1]; /* through next */
static u8 *slab_next, *slab_end;
static u64 inuse_bytes, sys_bytes;
static i64 max_bytes = 1000000000;

static void *stack_map(size_t n) {
  void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) go_fatal("runtime: cannot allocate memory for a goroutine stack");
  sys_bytes += n;
  return p;
}

static u32 size_shift(size_t bytes) {
  u32 shift = MIN_SHIFT;
  while (((size_t)1 << shift) < bytes) shift++;
  return shift;
}

static Segment *segment_alloc(size_t bytes) {
  Segment *s;
  u32 shift = size_shift(bytes);
  if (shift > MAX_SHIFT) {
    bytes = ALIGN_UP(bytes, 4096);
    s = stack_map(bytes);
  } else {
    bytes = (size_t)1 << shift;
    s = free_segments[shift];
    if (s) {
      free_segments[shift] = s->next;
    } else if (bytes > SLAB / 8) {
      s = stack_map(bytes);
    } else {
      if ((size_t)(slab_end - slab_next) < bytes) {
        slab_next = stack_map(SLAB);
        slab_end = slab_next + SLAB;
      }
      s = (Segment *)slab_next;
      slab_next += bytes;
    }
  }
  s->size = (u32)bytes;
  s->end = (Slot *)((u8 *)s + bytes);
  s->prev = s->next = NULL;
  inuse_bytes += bytes;
  return s;
}

static void segment_free(G *g, Segment *s) {
  inuse_bytes -= s->size;
  g->stack_bytes -= s->size;
  if (s->size > STACK_CACHED_MAX) {
    sys_bytes -= s->size;
    munmap(s, s->size);
    return;
  }
  u32 shift = size_shift(s->size);
  s->next = free_segments[shift];
  free_segments[shift] = s;
}

/* The limit of the segment left must not stay, not even while a request is pending: another thread sets preempt first and
 * limit a moment later, and until then calls would be checked against the wrong segment. */
static void segment_use(G *g, Segment *s) {
  g->seg = s;
  g->seg_limit = segment_limit(s);
  g_set_limit(g, g->seg_limit);
  if (g_preempted(g)) g_set_limit(g, NULL);
}

static NORETURN void stack_overflow(G *g) {
  print_format("runtime: goroutine stack exceeds %lld-byte limit\n", (long long)max_bytes);
  print_format("runtime: sp=%p stack=[%p, %p]\n", (void *)g->fp, (void *)g->seg, (void *)g->seg->end);
  print_flush();
  go_fatal("stack overflow");
}

Segment *stack_push(G *g, u32 need) {
  size_t bytes = sizeof(Segment) + ((size_t)need + STACK_SLACK + LINK_SLOTS) * sizeof(Slot);
  Segment *cur = g->seg, *s = cur ? cur->next : NULL;
  if (s && s->size < bytes) {
    segment_free(g, s);
    cur->next = s = NULL;
  }
  if (!s) {
    size_t want = !cur ? STACK_MIN : cur->size < STACK_CACHED_MAX / 2 ? cur->size * 2 : STACK_CACHED_MAX;
    if (debug_flags.tiny | debug_flags.stackseg) want = STACK_MIN;
    if (want < bytes) want = bytes;
    /* With a segment per call a frame takes many times its size. */
    u64 limit = (u64)max_bytes * (debug_flags.stackseg ? 16 : 1);
    if (unlikely(g->stack_bytes + want > limit)) stack_overflow(g);
    s = segment_alloc(want);
    g->stack_bytes += s->size;
    s->prev = cur;
    if (cur) cur->next = s;
  }
  segment_use(g, s);
  return s;
}

void stack_free_spares(G *g) {
  Segment *s = g->seg ? g->seg->next : NULL;
  if (!s) return;
  g->seg->next = NULL;
  for (Segment *next; s; s = next) {
    next = s->next;
    segment_free(g, s);
  }
}

void stack_pop(G *g) {
  stack_free_spares(g);
  segment_use(g, g->seg->prev);
  if (debug_flags.stackseg) stack_free_spares(g);
}

void stack_pop_to(G *g, Segment *seg) {
  while (g->seg != seg) stack_pop(g);
}

Segment *stack_find(G *g, const Slot *p) {
  for (Segment *s = g->seg; s; s = s->prev)
    if (p >= s->slots && p < s->end) return s;
  return NULL;
}

void stack_free_all(G *g) {
  if (!g->seg) return;
  stack_free_spares(g);
  for (Segment *s = g->seg, *prev; s; s = prev) {
    prev = s->prev;
    segment_free(g, s);
  }
  g->seg = NULL;
  g->seg_limit = NULL;
  g_set_limit(g, NULL);
}

i64 stack_set_max(i64 bytes) {
  i64 old = max_bytes;
  max_bytes = bytes;
  return old;
}
u64 stack_inuse_bytes(void) { return inuse_bytes; }
u64 stack_sys_bytes(void) { return sys_bytes; }

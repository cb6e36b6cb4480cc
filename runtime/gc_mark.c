/* gc_mark.c - marking: roots, the explicit mark stack, precise scanning of objects by type.
 * Invariant: an object whose mark bit is set and that may hold pointers is on the mark stack, in the prefetch ring, or has
 * been scanned. The stack grows by doubling and is never recursion.
 * Words of native windows and conservative scans may be anything: a word counts only when it points into a slot in use.
 * Start reading at gc_mark_all(). */
#include <stdlib.h>
#include <sys/mman.h>

#include "base/debug.h"
#include "runtime/heap_priv.h"
#include "runtime/hooks.h"
#include "runtime/print.h"
#include "runtime/sched.h"

enum { RING = 8, FIRST_STACK = 1 << 16 };

typedef struct MarkItem {
  u8 *obj;
  HeapSpan *span;
} MarkItem;
struct GcWork {
  MarkItem *stack;
  u64 n, cap;
  MarkItem ring[RING];
  u32 ring_at, ring_used;
  u64 marked;   /* bytes */
  u64 globals;  /* bytes of roots with pointers, for the pacer */
  u64 areas;    /* frames and windows scanned */
};
static GcWork gc_work;

static SNAPSHOT VEC(HeapRoot) roots;
static VEC(HeapRootFn) root_fns;

void heap_add_root(void *addr, const AbiType *t) {
  if (t->ptr_bytes) VEC_PUSH(NULL, &roots, (HeapRoot){addr, t});
}
void heap_reserve_roots(u32 spare) { VEC_RESERVE(NULL, &roots, roots.n + spare); }
void heap_add_root_fn(HeapRootFn fn) { VEC_PUSH(NULL, &root_fns, fn); }

/* ---- the mark stack ---- */
static void stack_grow(GcWork *w) {
  u64 cap = w->cap ? w->cap * 2 : FIRST_STACK;
  MarkItem *s = mmap(NULL, cap * sizeof(MarkItem), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (s == MAP_FAILED) heap_out_of_memory(cap * sizeof(MarkItem) >> SC_PAGE_SHIFT);
  if (w->cap) {
    memcpy(s, w->stack, w->n * sizeof(MarkItem));
    munmap(w->stack, w->cap * sizeof(MarkItem));
  }
  heap.gc_bytes += (cap - w->cap) * sizeof(MarkItem);
  w->stack = s;
  w->cap = cap;
}

/* Marks the slot that holds p, which is inside the heap. `in_use` also checks that the slot is allocated. */
static inline void mark_heap(GcWork *w, const u8 *p, bool in_use) {
  HeapSpan *s = heap.page_table[(u64)(p - heap.base) >> SC_PAGE_SHIFT];
  if (unlikely(!s || s->state < SPAN_SMALL)) return;
  u32 i = span_index(s, p);
  if (unlikely(i >= s->nelems)) return;
  u64 bit = (u64)1 << (i & 63), *word = &s->mark_bits[i >> 6];
  if (*word & bit) return;
  if (unlikely(in_use) && !span_bit(s->alloc_bits, i)) return;
  *word |= bit;
  u64 bytes = span_elem_bytes(s);
  w->marked += bytes;
  if (!s->tags) return;
  if (w->n == w->cap) stack_grow(w);
  u8 *obj = s->base + i * bytes;
  __builtin_prefetch(obj);
  w->stack[w->n++] = (MarkItem){obj, s};
}
static inline void mark_word(GcWork *w, const void *p) {
  if ((u64)((const u8 *)p - heap.base) < heap.used) mark_heap(w, p, false);
}

void gc_mark_word(GcWork *w, const void *p) {
  if (heap_contains(p)) mark_heap(w, p, true);
}
void gc_mark_words(GcWork *w, Slot *p, u64 n) {
  w->areas++;
  for (u64 i = 0; i < n; i++) gc_mark_word(w, p[i].p);
}
void gc_mark_masked(GcWork *w, Slot *p, const u64 *mask, u64 n) {
  w->areas++;
  for (u64 i = 0; i < n; i += 64) {
    u64 m = mask[i / 64];
    for (; m; m &= m - 1) {
      u64 k = i + (u64)__builtin_ctzll(m);
      if (k < n) gc_mark_word(w, p[k].p);
    }
  }
}

/* ---- pointer masks of types ---- */

/* Sets in mask the pointer words of a value of type t at byte offset `off`. */
static void mask_fill(u8 *mask, const AbiType *t, u64 off) {
  if (!t->ptr_bytes) return;
  if (!(t->tflag & ABI_TFLAG_GCMASK_ON_DEMAND)) {
    for (u64 i = 0; i < t->ptr_bytes / 8; i++)
      if (t->gcdata[i / 8] >> (i & 7) & 1) mask[(off / 8 + i) / 8] |= (u8)(1u << ((off / 8 + i) & 7));
    return;
  }
  if (t->kind == BCK_ARRAY) {
    const AbiArrayType *a = (const AbiArrayType *)t;
    for (u64 i = 0; i < a->len; i++) mask_fill(mask, a->elem, off + i * a->elem->size);
  } else if (t->kind == BCK_STRUCT) {
    const AbiStructType *s = (const AbiStructType *)t;
    for (i64 i = 0; i < s->nfields; i++) mask_fill(mask, s->fields[i].typ, off + s->fields[i].offset);
  } else {
    rt_throw("heap: a pointer mask on demand of a type that is no array or struct");
  }
}

const u8 *heap_gc_mask(const AbiType *t) {
  if (!(t->tflag & ABI_TFLAG_GCMASK_ON_DEMAND)) return t->gcdata;
  u8 **cell = (u8 **)t->gcdata;
  if (!*cell) {
    u8 *mask = xcalloc(1, t->ptr_bytes / 64 + 16);
    mask_fill(mask, t, 0);
    *cell = mask;
  }
  return *cell;
}

/* ---- GOVM_DEBUG=escheck ---- */
typedef struct StackRange {
  const u8 *lo, *hi;
} StackRange;
static VEC(StackRange) stack_ranges; /* of all goroutines, sorted, while marking */

static int by_address(const void *a, const void *b) {
  const StackRange *x = a, *y = b;
  return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static void find_stacks(void) {
  stack_ranges.n = 0;
  for (G *g = sched_all_gs(); g; g = g->all_link)
    for (Segment *s = g->status == G_DEAD ? NULL : g->seg; s; s = s->prev)
      VEC_PUSH(NULL, &stack_ranges, ((StackRange){(u8 *)s->slots, (u8 *)s->end}));
  if (stack_ranges.n) qsort(stack_ranges.v, stack_ranges.n, sizeof(StackRange), by_address);
}

static bool in_stack(const u8 *p) {
  u32 lo = 0, hi = stack_ranges.n;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (p < stack_ranges.v[mid].lo) hi = mid;
    else if (p >= stack_ranges.v[mid].hi) lo = mid + 1;
    else return true;
  }
  return false;
}

/* A value of type t at p, in the heap or a global: no pointer in it may lead to a frame. */
static void check_no_frames(const u8 *p, const AbiType *t, u64 bytes) {
  u64 nwords = t->ptr_bytes / 8;
  if (!nwords) return;
  const u8 *mask = heap_gc_mask(t);
  for (u64 at = 0; at + t->size <= bytes; at += t->size)
    for (u64 i = 0; i < nwords; i++) {
      void *v = ((void **)(p + at))[i];
      if (!(mask[i / 8] >> (i & 7) & 1) || !in_stack(v)) continue;
      GoString name = abi_type_string(t);
      print_format("govm: escheck: word %llu of a %.*s at %p is %p, in a frame\n", (unsigned long long)i,
                   (int)name.len, name.p, (const void *)(p + at), v);
      print_flush();
      rt_throw("pointer to a frame in the heap");
    }
}

/* ---- scanning ---- */
static inline u64 mask_word(const u8 *mask, u64 word, u64 nwords) {
  u64 m = 0, bytes = (nwords - word * 64 + 7) / 8;
  if (likely(bytes >= 8)) memcpy(&m, mask + word * 8, 8);
  else
    for (u64 i = 0; i < bytes; i++) m |= (u64)mask[word * 8 + i] << (8 * i);
  return m;
}

/* A value of type t at p. */
static void scan_value(GcWork *w, u8 *p, const AbiType *t) {
  u64 nwords = t->ptr_bytes / 8;
  if (!nwords) return;
  const u8 *mask = heap_gc_mask(t);
  void **v = (void **)p;
  for (u64 k = 0; k * 64 < nwords; k++)
    for (u64 m = mask_word(mask, k, nwords); m; m &= m - 1) mark_word(w, v[k * 64 + (u64)__builtin_ctzll(m)]);
}

/* `bytes` of repeated values of type t at p; what does not make a whole value is zero. */
static void scan_repeated(GcWork *w, u8 *p, u64 bytes, const AbiType *t) {
  u64 size = t->size;
  if (size == 8) { /* plain pointers */
    void **v = (void **)p;
    for (u64 i = 0; i < bytes / 8; i++) mark_word(w, v[i]);
    return;
  }
  u64 nwords = t->ptr_bytes / 8;
  if (nwords > 64) {
    for (u8 *end = p + bytes; p + size <= end; p += size) scan_value(w, p, t);
    return;
  }
  u64 mask = mask_word(heap_gc_mask(t), 0, nwords);
  for (u8 *end = p + bytes; p + size <= end; p += size) {
    void **v = (void **)p;
    for (u64 m = mask; m; m &= m - 1) mark_word(w, v[__builtin_ctzll(m)]);
  }
}

static void scan_object(GcWork *w, MarkItem it) {
  HeapSpan *s = it.span;
  u32 tag = s->tags[span_index(s, it.obj)];
  if (unlikely(debug_flags.escheck) && tag) check_no_frames(it.obj, heap_tag_type(tag), span_elem_bytes(s));
  if (tag) scan_repeated(w, it.obj, span_elem_bytes(s), heap_tag_type(tag));
}

/* Scans until nothing is left. Items pass through a ring, so that an object's memory arrives while others are scanned. */
void gc_drain(GcWork *w) {
  for (;;) {
    MarkItem in = {0};
    if (w->n) {
      in = w->stack[--w->n];
      __builtin_prefetch(&in.span->tags[span_index(in.span, in.obj)]);
    } else if (w->ring_used == 0) {
      return;
    }
    MarkItem out = w->ring[w->ring_at];
    w->ring[w->ring_at] = in;
    w->ring_at = (w->ring_at + 1) % RING;
    if (in.obj) w->ring_used++;
    if (out.obj) {
      w->ring_used--;
      scan_object(w, out);
    }
  }
}

/* ---- roots ---- */
static void mark_roots(GcWork *w) {
  i64 now = nanotime();
  for (u32 i = 0; i < roots.n; i++) {
    w->globals += roots.v[i].type->ptr_bytes;
    if (unlikely(debug_flags.escheck)) check_no_frames(roots.v[i].addr, roots.v[i].type, roots.v[i].type->size);
    scan_value(w, roots.v[i].addr, roots.v[i].type);
  }
  for (u32 i = 0; i < root_fns.n; i++) root_fns.v[i](w);
  specials_mark_roots(w);
  gc_drain(w);
  for (G *g = sched_all_gs(); g; g = g->all_link) {
    if (g->status == G_DEAD || g->status == G_IDLE) continue;
    if (g->wait_since == 0 && (g->status == G_WAITING || g->status == G_SYSCALL)) g->wait_since = now;
    if (vm_hooks.g_roots) vm_hooks.g_roots(g, w);
    gc_drain(w);
  }
}

void gc_scan_contents(GcWork *w, void *obj) {
  HeapSpan *s = heap_span_of(obj);
  if (!s || !s->tags) return;
  u64 bytes = span_elem_bytes(s);
  scan_object(w, (MarkItem){s->base + span_index(s, obj) * bytes, s});
}
const AbiType *heap_object_type(const void *p, u64 *bytes) {
  HeapSpan *s = heap_span_of(p);
  if (!s || !s->tags || !s->tags[span_index(s, p)]) return NULL;
  *bytes = span_elem_bytes(s);
  return heap_tag_type(s->tags[span_index(s, p)]);
}
bool gc_is_marked(const void *obj) {
  HeapSpan *s = heap_span_of(obj);
  return !s || span_bit(s->mark_bits, span_index(s, obj));
}
void gc_mark_keep(const void *obj) {
  HeapSpan *s = heap_span_of(obj);
  u32 i = span_index(s, obj);
  s->mark_bits[i >> 6] |= (u64)1 << (i & 63);
  gc_work.marked += span_elem_bytes(s);
}

u64 gc_mark_all(u64 *globals) {
  GcWork *w = &gc_work;
  w->marked = w->globals = w->areas = 0;
  heap.marking = true;
  if (unlikely(debug_flags.escheck)) find_stacks();
  mark_roots(w);
  specials_finish();
  heap.marking = false;
  *globals = w->globals;
  heap.work = w->marked / 64 + w->areas * 4;
  return w->marked;
}

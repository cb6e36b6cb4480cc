/* heap_pages.c - the reservation and its pages: allocation and coalescing of runs, span descriptors, return to the OS.
 * Invariants: page_table has an entry for each page of a live span and for the first and last page of a free run, else NULL;
 * two neighbouring free runs are either merged or differ in `zeroed`; heap.used only grows.
 * Runs below EXACT_BINS pages have a bin per length, longer ones a bin per power of two.
 * Start reading at pages_alloc(). Takes no locks; fails only when the OS refuses memory. */
#include "runtime/heap_priv.h"

#include <sys/mman.h>

#include "base/debug.h"

#define RESERVE_MAX ((u64)256 << 30)
#define RESERVE_MIN ((u64)1 << 28)
#define GROW_PAGES ((u64)512) /* 4 MB */
#define HUGE_FROM ((u64)16 << 20) /* larger heaps ask for huge pages: random access is bound by TLB misses otherwise */

Heap heap;

void pages_init(void) {
  for (u64 size = RESERVE_MAX; size >= RESERVE_MIN; size /= 2) {
    void *p = mmap((void *)HEAP_BASE_HINT, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) continue;
    u64 table = (size >> SC_PAGE_SHIFT) * sizeof(HeapSpan *);
    heap.page_table = mmap(NULL, table, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (heap.page_table == MAP_FAILED) {
      munmap(p, size);
      continue;
    }
    heap.base = (u8 *)ALIGN_UP((uintptr_t)p, SC_PAGE_SIZE);
    heap.reserved = size - (u64)(heap.base - (u8 *)p);
    heap.reserved &= ~(u64)(SC_PAGE_SIZE - 1);
    return;
  }
  heap_out_of_memory(0);
}

/* ---- lists ---- */
void span_list_push(SpanList *l, HeapSpan *s) {
  s->prev = NULL;
  s->next = l->head;
  if (l->head) l->head->prev = s;
  l->head = s;
}

void span_list_remove(SpanList *l, HeapSpan *s) {
  if (s->prev) s->prev->next = s->next;
  else l->head = s->next;
  if (s->next) s->next->prev = s->prev;
  s->next = s->prev = NULL;
}

static u32 bin_of(u64 npages) {
  return npages < EXACT_BINS ? (u32)npages : EXACT_BINS + (u32)(63 - __builtin_clzll(npages)) - 7;
}
static void bin_insert(HeapSpan *run) {
  u32 b = bin_of(run->npages);
  span_list_push(&heap.bins[b], run);
  heap.bin_bits[b >> 6] |= (u64)1 << (b & 63);
}
static void bin_remove(HeapSpan *run) {
  u32 b = bin_of(run->npages);
  span_list_remove(&heap.bins[b], run);
  if (!heap.bins[b].head) heap.bin_bits[b >> 6] &= ~((u64)1 << (b & 63));
}
/* The first non-empty bin from b on, PAGE_BINS when there is none. */
static u32 bin_next(u32 b) {
  if (b >= PAGE_BINS) return PAGE_BINS;
  u32 w = b >> 6;
  u64 bits = heap.bin_bits[w] & ~(u64)0 << (b & 63);
  while (!bits) {
    if (++w >= ARRAY_LEN(heap.bin_bits)) return PAGE_BINS;
    bits = heap.bin_bits[w];
  }
  return w * 64 + (u32)__builtin_ctzll(bits);
}

/* ---- descriptors ---- */
static HeapSpan *descriptor_new(u64 bytes) {
  HeapSpan *s = xcalloc(1, bytes);
  heap.mspan_bytes += bytes;
  s->index = heap.spans.n;
  VEC_PUSH(NULL, &heap.spans, s);
  return s;
}

/* A descriptor for a span of this class with its bitmaps and tags behind it; bitmaps are clear, tags may be stale. */
static HeapSpan *descriptor_for_span(u32 spc, u32 nelems) {
  Central *c = &heap.central[spc];
  HeapSpan *s = c->spare;
  u64 words = (nelems + 63) / 64;
  if (s) {
    c->spare = s->next;
  } else {
    u64 tags = spc & 1 ? 0 : ALIGN_UP(nelems * sizeof(u32), 8);
    s = descriptor_new(sizeof(HeapSpan) + words * 16 + tags);
    s->alloc_bits = (u64 *)(s + 1);
    s->mark_bits = s->alloc_bits + words;
    s->tags = tags ? (u32 *)(s->mark_bits + words) : NULL;
  }
  memset(s->alloc_bits, 0, words * 16);
  if (s->tags) memset(s->tags, 0, nelems * sizeof(u32));
  s->next = s->prev = NULL;
  s->specials = NULL;
  return s;
}

static HeapSpan *run_new(u8 *base, u64 npages, bool zeroed) {
  HeapSpan *r = heap.run_spare;
  if (r) heap.run_spare = r->next;
  else r = descriptor_new(sizeof(HeapSpan));
  r->state = SPAN_FREE;
  r->base = base;
  r->npages = npages;
  r->zeroed = zeroed;
  r->next = r->prev = NULL;
  return r;
}
static void run_drop(HeapSpan *r) {
  r->state = SPAN_DEAD;
  r->next = heap.run_spare;
  heap.run_spare = r;
}

/* ---- runs ---- */
static u64 page_of(const u8 *p) { return (u64)(p - heap.base) >> SC_PAGE_SHIFT; }

/* Enters [base, base + npages) as free, merged with its free neighbours of the same kind. */
static void run_insert(u8 *base, u64 npages, bool zeroed) {
  u64 first = page_of(base);
  HeapSpan *before = first > 0 ? heap.page_table[first - 1] : NULL;
  if (before && before->state == SPAN_FREE && before->zeroed == zeroed) {
    bin_remove(before);
    heap.page_table[first - 1] = NULL;
    heap.page_table[page_of(before->base)] = NULL;
    base = before->base;
    npages += before->npages;
    run_drop(before);
  }
  u64 end = page_of(base) + npages;
  HeapSpan *after = end < heap.used >> SC_PAGE_SHIFT ? heap.page_table[end] : NULL;
  if (after && after->state == SPAN_FREE && after->zeroed == zeroed) {
    bin_remove(after);
    heap.page_table[end] = NULL;
    heap.page_table[end + after->npages - 1] = NULL;
    npages += after->npages;
    run_drop(after);
  }
  HeapSpan *r = run_new(base, npages, zeroed);
  heap.page_table[page_of(base)] = heap.page_table[page_of(base) + npages - 1] = r;
  bin_insert(r);
}

static bool heap_grow(u64 npages) {
  u64 want = debug_flags.tiny ? npages : (npages + GROW_PAGES - 1) / GROW_PAGES * GROW_PAGES;
  u64 bytes = want << SC_PAGE_SHIFT;
  if (bytes > heap.reserved - heap.used) {
    want = npages;
    bytes = want << SC_PAGE_SHIFT;
    if (bytes > heap.reserved - heap.used) return false;
  }
  u8 *p = heap.base + heap.used;
  if (mprotect(p, bytes, PROT_READ | PROT_WRITE) != 0) return false;
  if (heap.used >= HUGE_FROM) madvise(p, bytes, MADV_HUGEPAGE);
  heap.used += bytes;
  heap.released += bytes;
  run_insert(p, want, true);
  return true;
}

static HeapSpan *run_find(u64 npages) {
  u32 b = bin_of(npages);
  if (b >= EXACT_BINS) {
    for (HeapSpan *r = heap.bins[b].head; r; r = r->next)
      if (r->npages >= npages) return r;
    b++;
  }
  b = bin_next(b);
  return b < PAGE_BINS ? heap.bins[b].head : NULL;
}

HeapSpan *pages_alloc(u64 npages, u32 spc, u32 nelems) {
  HeapSpan *r = run_find(npages);
  if (!r) {
    if (heap.unswept) { /* dead spans may be waiting to be swept */
      sweep_all();
      r = run_find(npages);
    }
    if (!r && (!heap_grow(npages) || !(r = run_find(npages)))) return NULL;
  }
  bin_remove(r);
  u8 *base = r->base;
  bool zeroed = r->zeroed;
  u64 first = page_of(base), rest = r->npages - npages;
  heap.page_table[first] = heap.page_table[first + r->npages - 1] = NULL;
  run_drop(r);
  if (rest) run_insert(base + (npages << SC_PAGE_SHIFT), rest, zeroed);
  HeapSpan *s = descriptor_for_span(spc, nelems);
  s->base = base;
  s->npages = npages;
  s->need_zero = !zeroed;
  if (zeroed) heap.released -= npages << SC_PAGE_SHIFT;
  for (u64 i = 0; i < npages; i++) heap.page_table[first + i] = s;
  heap.pages_inuse += npages;
  return s;
}

void pages_free(HeapSpan *s) {
  u64 first = page_of(s->base);
  for (u64 i = 0; i < s->npages; i++) heap.page_table[first + i] = NULL;
  heap.pages_inuse -= s->npages;
  u8 *base = s->base;
  u64 npages = s->npages;
  s->state = SPAN_DEAD;
  s->next = heap.central[s->spc].spare;
  heap.central[s->spc].spare = s;
  if (debug_flags.clobber) memset(base, 0xdb, npages << SC_PAGE_SHIFT);
  run_insert(base, npages, false);
}

u64 pages_free_count(void) {
  return ((heap.used - heap.released) >> SC_PAGE_SHIFT) - heap.pages_inuse;
}

void pages_scavenge(u64 keep_pages) {
  for (u32 b = PAGE_BINS; b-- > 0 && pages_free_count() > keep_pages;) {
    for (HeapSpan *r = heap.bins[b].head, *next; r; r = next) {
      next = r->next;
      if (r->zeroed) continue;
      if (pages_free_count() <= keep_pages) return;
      u8 *base = r->base;
      u64 npages = r->npages;
      if (madvise(base, npages << SC_PAGE_SHIFT, MADV_DONTNEED) != 0) return;
      bin_remove(r);
      heap.page_table[page_of(base)] = heap.page_table[page_of(base) + npages - 1] = NULL;
      run_drop(r);
      heap.released += npages << SC_PAGE_SHIFT;
      run_insert(base, npages, true);
      next = heap.bins[b].head; /* the bin changed; zeroed runs are skipped */
      while (next && next->zeroed) next = next->next;
    }
  }
}

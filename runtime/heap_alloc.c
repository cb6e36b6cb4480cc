/* heap_alloc.c - allocation: the slow path of the cache, tiny objects, large objects, type tags.
 * A current span hands out the free slots of one group of 64 at a time (HeapSpan.cache); when its groups are used up the
 * next span comes from the class's swept spans, from sweeping, or from fresh pages. heap.live counts a current span as full.
 * Start reading at heap_alloc_class() in heap.h, then heap_alloc_slow(). Never collects; may ask for a collection. */
#include <stdio.h>
#include <stdlib.h>

#include "base/debug.h"
#include "runtime/fatal.h"
#include "runtime/heap_priv.h"
#include "runtime/iface.h"

HeapCache heap_cache;
u64 heap_zerobase;
static HeapSpan empty_span; /* never has a free slot */

void heap_init(void) {
  if (heap.base) return;
  sc_init();
  pages_init();
  heap.percent = 100;
  heap.memory_limit = INT64_MAX;
  const char *gogc = getenv("GOGC");
  if (gogc && *gogc) gc_set_percent(strcmp(gogc, "off") == 0 ? -1 : atoll(gogc));
  else gc_set_percent(100);
  for (u32 i = 0; i < HEAP_NSPC; i++) heap_cache.alloc[i] = &empty_span;
}

void heap_out_of_memory(u64 npages) {
  fprintf(stderr, "runtime: out of memory: cannot allocate %llu-byte block (%llu in use)\n",
          (unsigned long long)npages << SC_PAGE_SHIFT, (unsigned long long)heap.live);
  fatal_no_trace("out of memory");
}

/* ---- type tags ---- */

/* Descriptors beyond 2 GB get tags with the top bit set: indices into a table. They live for ever, as reflect keeps them. */
static VEC(const AbiType *) far_types;
static VEC(u32) far_index; /* open hash of indices + 1 */

static void far_rehash(void) {
  u32 cap = far_index.cap ? far_index.cap * 2 : 256;
  xfree(far_index.v);
  far_index.v = xcalloc(cap, sizeof(u32));
  far_index.cap = cap;
  for (u32 i = 0; i < far_types.n; i++) {
    u32 h = (u32)hash_u64((uintptr_t)far_types.v[i]) & (cap - 1);
    while (far_index.v[h]) h = (h + 1) & (cap - 1);
    far_index.v[h] = i + 1;
  }
}

u32 heap_type_tag_slow(const AbiType *t) {
  if (far_types.n * 2 >= far_index.cap) far_rehash();
  u32 h = (u32)hash_u64((uintptr_t)t) & (far_index.cap - 1);
  for (; far_index.v[h]; h = (h + 1) & (far_index.cap - 1))
    if (far_types.v[far_index.v[h] - 1] == t) return (far_index.v[h] - 1) | 0x80000000u;
  VEC_PUSH(NULL, &far_types, t);
  far_index.v[h] = far_types.n;
  return (far_types.n - 1) | 0x80000000u;
}

const AbiType *heap_tag_type(u32 tag) {
  return tag & 0x80000000u ? far_types.v[tag & 0x7fffffffu] : (const AbiType *)(uintptr_t)tag;
}

/* ---- spans of the cache ---- */

static void gc_check_trigger(void) {
  if (unlikely(heap.live >= heap.trigger)) gc_request();
}

/* Sets s->cache to the next group with free slots, from `group` on; false when there is none. */
static bool span_next_group(HeapSpan *s, u32 group) {
  u32 words = span_words(s);
  for (; group < words; group++) {
    u64 free_slots = ~s->alloc_bits[group];
    u32 left = s->nelems - group * 64;
    if (left < 64) free_slots &= ((u64)1 << left) - 1;
    if (!free_slots) continue;
    s->group = group;
    s->cache = free_slots;
    s->alloc_bits[group] |= free_slots; /* handed out; cache_flush gives back what is left */
    return true;
  }
  return false;
}

/* Takes a span out of the cache: alloc_bits become exact. */
static void span_uncache(HeapSpan *s) {
  if (s == &empty_span) return;
  Central *c = &heap.central[s->spc];
  u64 left = (u64)(s->nelems - s->alloc_count) * s->elem_size;
  heap.live -= left;
  if (s->cache) s->alloc_bits[s->group] &= ~s->cache;
  s->cache = 0;
  span_list_push(s->alloc_count == s->nelems ? &c->full : &c->partial, s);
}

void cache_flush(void) {
  for (u32 i = 0; i < HEAP_NSPC; i++) {
    HeapSpan *s = heap_cache.alloc[i];
    if (s == &empty_span) continue;
    heap.total_alloc += (u64)s->alloc_count * s->elem_size;
    heap.mallocs[i / 2] += s->alloc_count;
    span_uncache(s);
    heap_cache.alloc[i] = &empty_span;
  }
  heap_cache.tiny = NULL;
  heap_cache.tiny_offset = 0;
}

static HeapSpan *span_fresh(u32 spc) {
  u32 class = spc / 2;
  u32 nelems = ((u32)sc_pages[class] << SC_PAGE_SHIFT) / sc_size[class];
  HeapSpan *s = pages_alloc(sc_pages[class], spc, nelems);
  if (!s) heap_out_of_memory(sc_pages[class]);
  s->spc = (u8)spc;
  s->elem_size = sc_size[class];
  s->nelems = nelems;
  s->div_magic = UINT32_MAX / sc_size[class] + 1;
  s->alloc_count = 0;
  s->sweep_gen = heap.sweep_gen;
  s->cache = 0;
  s->group = 0;
  s->state = SPAN_SMALL;
  return s;
}

static HeapSpan *span_with_room(u32 spc) {
  Central *c = &heap.central[spc];
  if (!c->partial.head && heap.unswept) sweep_some(spc);
  HeapSpan *s = c->partial.head;
  if (!s) return span_fresh(spc);
  span_list_remove(&c->partial, s);
  return s;
}

/* Replaces the current span of the class. */
static HeapSpan *cache_refill(u32 spc) {
  HeapSpan *old = heap_cache.alloc[spc];
  if (old != &empty_span) {
    heap.total_alloc += (u64)old->alloc_count * old->elem_size;
    heap.mallocs[spc / 2] += old->alloc_count;
    span_uncache(old);
  }
  HeapSpan *s = span_with_room(spc);
  heap.live += (u64)(s->nelems - s->alloc_count) * s->elem_size;
  /* counted again when it leaves the cache */
  heap.total_alloc -= (u64)s->alloc_count * s->elem_size;
  heap.mallocs[spc / 2] -= s->alloc_count;
  heap_cache.alloc[spc] = s;
  if (!span_next_group(s, 0)) rt_throw("heap: a span of the partial list is full");
  gc_check_trigger();
  return s;
}

void *heap_alloc_slow(u32 spc, u32 tag) {
  HeapSpan *s = heap_cache.alloc[spc];
  if (s == &empty_span || !span_next_group(s, s->group + 1)) cache_refill(spc);
  return heap_alloc_class(spc, tag);
}

/* ---- the other ways to allocate ---- */

void *heap_alloc_tiny(size_t size, u32 align) {
  u32 off = heap_cache.tiny_offset;
  if (size == 12) align = 8; /* as gc does: a 64-bit field of such a struct must stay aligned on 32-bit systems */
  if (align < 8) {
    if ((size & 7) == 0) align = 8;
    else if ((size & 3) == 0 && align < 4) align = 4;
    else if ((size & 1) == 0 && align < 2) align = 2;
  }
  off = ALIGN_UP(off, align ? align : 1);
  if (heap_cache.tiny && off + size <= HEAP_TINY_SIZE) {
    heap_cache.tiny_offset = off + (u32)size;
    heap_cache.tiny_allocs++;
    return heap_cache.tiny + off;
  }
  u8 *p = heap_alloc_class(HEAP_TINY_SPC, 0);
  if (!heap_cache.tiny || size < heap_cache.tiny_offset) {
    heap_cache.tiny = p;
    heap_cache.tiny_offset = (u32)size;
  }
  return p;
}

void *heap_alloc_large(size_t size, const AbiType *t) {
  bool noscan = !t || !t->ptr_bytes;
  u64 npages = (size + SC_PAGE_SIZE - 1) >> SC_PAGE_SHIFT;
  if (size > HEAP_MAX_ALLOC) heap_out_of_memory(npages);
  u32 spc = HEAP_SPC(0, noscan);
  HeapSpan *s = pages_alloc(npages, spc, 1);
  if (!s) heap_out_of_memory(npages);
  s->spc = (u8)spc;
  s->elem_size = 0;
  s->large_size = ALIGN_UP(size, 8);
  s->nelems = 1;
  s->alloc_count = 1;
  s->alloc_bits[0] = 1;
  s->sweep_gen = heap.sweep_gen;
  s->cache = 0;
  s->state = SPAN_LARGE;
  if (s->tags) s->tags[0] = heap_type_tag(t);
  if (s->need_zero) memset(s->base, 0, npages << SC_PAGE_SHIFT);
  span_list_push(&heap.large, s);
  u64 bytes = npages << SC_PAGE_SHIFT;
  heap.live += bytes;
  heap.total_alloc += bytes;
  heap.large_alloc_bytes += bytes;
  heap.mallocs[0]++;
  gc_check_trigger();
  return s->base;
}

void *heap_alloc(size_t size, const AbiType *t) {
  if (size == 0) return &heap_zerobase;
  if (size > SC_MAX_SMALL) return heap_alloc_large(size, t);
  if (t && t->ptr_bytes) return heap_alloc_class(HEAP_SPC(sc_class(size), 0), heap_type_tag(t));
  if (size < HEAP_TINY_SIZE) return heap_alloc_tiny(size, t ? t->align : 1);
  return heap_alloc_class(HEAP_SPC(sc_class(size), 1), 0);
}

void *heap_alloc_noscan_uninit(size_t size) {
  if (size < HEAP_TINY_SIZE || size > SC_MAX_SMALL) return heap_alloc(size, NULL);
  u32 spc = HEAP_SPC(sc_class(size), 1);
  HeapSpan *s = heap_cache.alloc[spc];
  u64 c = s->cache;
  if (unlikely(c == 0)) return heap_alloc_slow(spc, 0);
  u32 i = s->group * 64 + (u32)__builtin_ctzll(c);
  s->cache = c & (c - 1);
  s->alloc_count++;
  return s->base + (u64)i * s->elem_size;
}

void *heap_new_array(const AbiType *t, u64 n) {
  if (n == 1) return heap_new(t);
  return heap_alloc(t->size * n, t);
}

void *heap_find_object(const void *p, size_t *size) {
  HeapSpan *s = heap_span_of(p);
  if (!s) return NULL;
  u32 i = span_index(s, p);
  if (i >= s->nelems) return NULL;
  u64 bytes = span_elem_bytes(s);
  if (size) *size = bytes;
  return s->base + i * bytes;
}

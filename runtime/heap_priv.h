/* heap_priv.h - the heap's internals, shared by heap_pages.c, heap_alloc.c, gc_mark.c, gc_sweep.c, special.c, heap_stats.c.
 *
 * Every page of the reservation has an entry in page_table: its span, NULL when it belongs to none; of a free run only the
 * first and last page have one. A span's life: SPAN_FREE (run of pages) -> SPAN_SMALL / SPAN_LARGE -> swept empty -> FREE.
 * Small spans are on exactly one list of their central, or current in heap_cache.
 */
#ifndef GOVM_RUNTIME_HEAP_PRIV_H
#define GOVM_RUNTIME_HEAP_PRIV_H
#include "runtime/metrics.h"
#include "runtime/heap.h"

enum { EXACT_BINS = 128, LOG_BINS = 26, PAGE_BINS = EXACT_BINS + LOG_BINS };

typedef struct SpanList { HeapSpan *head; } SpanList;
typedef struct Central {
  SpanList partial; /* swept, with free slots */
  SpanList full;    /* swept, without */
  HeapSpan *unswept[2]; /* partial and full spans of before the last collection */
  HeapSpan *spare;  /* descriptors of this span class ready for reuse, through next */
} Central;

typedef struct Heap {
  u8 *base;
  u64 used;              /* bytes from base on that may hold spans */
  u64 reserved;
  HeapSpan **page_table;
  VEC(HeapSpan *) spans; /* every descriptor, dead ones too; HeapSpan.index */
  SpanList bins[PAGE_BINS];
  u64 bin_bits[(PAGE_BINS + 63) / 64];
  Central central[HEAP_NSPC];
  SpanList large;
  HeapSpan *run_spare;   /* descriptors without bits: free runs */
  u32 sweep_gen;
  bool wanted, wanted_full; /* a collection was asked for; one that also sweeps */
  bool wanted_scavenge;  /* and gives all free pages back */
  bool unswept;          /* some central may have unswept spans */
  bool marking;
  /* pacing, bytes */
  i64 percent;
  i64 memory_limit;
  u64 live;              /* at the last mark plus allocated since; current cache spans count as full */
  u64 trigger;
  u64 marked;            /* by the last collection */
  u64 work;              /* of the last collection: about a unit per small object, several per frame */
  /* statistics */
  u64 pages_inuse, released, freed_bytes;
  u64 total_alloc, mallocs[SC_COUNT], frees[SC_COUNT], large_alloc_bytes, large_free_bytes;
  u64 mspan_bytes, gc_bytes;
  u64 num_gc, num_forced, pause_total, last_gc;
  u64 pause_ns[256], pause_end[256];
  DurationHist pauses;
  u64 globals;           /* bytes scanned by the last collection */
} Heap;
extern Heap heap;

/* heap_pages.c */
void pages_init(void);
HeapSpan *pages_alloc(u64 npages, u32 spc, u32 nelems); /* state set by the caller; need_zero valid; NULL: out of memory */
void pages_free(HeapSpan *s);                           /* the descriptor is recycled */
void pages_scavenge(u64 keep_pages);                    /* returns free pages beyond that many to the OS */
u64 pages_free_count(void);
void span_list_push(SpanList *l, HeapSpan *s);
void span_list_remove(SpanList *l, HeapSpan *s);

/* heap_alloc.c */
void cache_flush(void);  /* gives all current spans back to the centrals; alloc_bits become exact */
NORETURN void heap_out_of_memory(u64 npages);
const AbiType *heap_tag_type(u32 tag);

/* gc_mark.c */
u64 gc_mark_all(u64 *globals);       /* marks from all roots; bytes marked, bytes of roots */
void gc_drain(GcWork *w);
void gc_scan_contents(GcWork *w, void *obj); /* what obj refers to, without marking obj */
bool gc_is_marked(const void *obj);
void gc_mark_keep(const void *obj);  /* after tracing: keeps an object whose contents have been traced */

/* gc_sweep.c */
bool sweep_span(HeapSpan *s);        /* true: freed altogether, else put on its list; s is on no list before */
bool sweep_some(u32 spc);            /* one unswept span of the class to partial; false: none left */
void sweep_all(void);

/* special.c */
/* How many were queued and how many taken from the queue so far. */
void specials_counts(u64 *finalizers, u64 *finalizers_run, u64 *cleanups, u64 *cleanups_run);
enum SpecialKind { SPECIAL_FINALIZER, SPECIAL_WEAK, SPECIAL_CLEANUP, SPECIAL_BUBBLE };
void specials_mark_roots(GcWork *w); /* before tracing */
void specials_finish(void);          /* after tracing: queues what is due, clears weak handles */
void specials_wake(void);            /* the goroutines that wait for the queue or for the end of a cycle */

static inline bool heap_contains(const void *p) { return (u64)((const u8 *)p - heap.base) < heap.used; }
static inline HeapSpan *heap_span_of(const void *p) {
  u64 off = (u64)((const u8 *)p - heap.base);
  if (off >= heap.used) return NULL;
  HeapSpan *s = heap.page_table[off >> SC_PAGE_SHIFT];
  return s && s->state >= SPAN_SMALL ? s : NULL;
}
static inline u32 span_index(const HeapSpan *s, const void *p) {
  return s->elem_size ? (u32)((u64)((const u8 *)p - s->base) * s->div_magic >> 32) : 0;
}
static inline u64 span_elem_bytes(const HeapSpan *s) { return s->elem_size ? s->elem_size : s->large_size; }
static inline bool span_bit(const u64 *bits, u32 i) { return bits[i >> 6] >> (i & 63) & 1; }
static inline u32 span_words(const HeapSpan *s) { return (s->nelems + 63) / 64; }
#endif

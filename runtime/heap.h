/* heap.h - the garbage-collected heap: allocation, roots, collection, specials, statistics, write barriers.
 *
 * One reservation at 0xc000000000 is cut into 8 KB pages; runs of pages are spans; a span holds objects of one size class
 * (Go's 68) or one large object, either all with or all without pointers. Objects are zeroed. A span with pointers keeps a
 * 32-bit type tag per object: the collector scans an object as repeated values of that type over its whole size, so what
 * was allocated as n elements of T is tagged T. Interior pointers are found through the page table; pointers outside the
 * reservation are ignored.
 *
 * Rules. Allocation never collects: it raises g->preempt and g->limit of the running goroutine once heap_live passes the
 * trigger, and the interpreter's next safepoint calls sched_safepoint(), which calls gc_collect() with all Gs saved. The
 * collector is stop-the-world mark and (lazy) sweep, non-moving. All stores of pointers to heap memory go through the
 * entry points at the end of this header, so that a concurrent collector needs changes only there.
 * One M: no function here locks; sysmon touches nothing of the heap.
 */
#ifndef GOVM_RUNTIME_HEAP_H
#define GOVM_RUNTIME_HEAP_H
#include "bytecode/abi.h"
#include "runtime/native.h"
#include "runtime/sizeclass.h"

#define HEAP_BASE_HINT 0xc000000000u
#define HEAP_MAX_ALLOC ((u64)1 << 48) /* what gc calls maxAlloc: larger requests are errors of the Go program */

/* ---- start ---- */
void heap_init(void); /* once, before anything else; reads GOGC. Exits when the reservation fails */

/* ---- allocation ---- */
typedef struct Special Special;
typedef struct HeapSpan HeapSpan;
struct HeapSpan {
  u64 cache;          /* free slots of the current group of 64: bit i is slot group * 64 + i */
  u8 *base;
  u32 *tags;          /* per slot; NULL: no pointers */
  u32 group;          /* index of the group in cache */
  u32 elem_size;      /* bytes; large objects: 0, see npages */
  u32 alloc_count;    /* slots in use */
  u32 nelems;
  u8 need_zero;       /* free slots hold old data */
  u8 state;           /* SpanState */
  u8 spc;             /* span class: size class * 2 + noscan */
  u8 zeroed;          /* free runs: the pages are known to be zero */
  u32 div_magic;      /* index = offset * div_magic >> 32 */
  u64 npages;
  u64 large_size;     /* bytes of a large object as requested, rounded up to 8 */
  u64 *alloc_bits;    /* slots in use after the last sweep */
  u64 *mark_bits;
  HeapSpan *next, *prev; /* in its central list or free list */
  Special *specials;  /* sorted by address of the object, then kind */
  u32 index;          /* in heap.spans */
  u32 sweep_gen;      /* == heap.sweep_gen: swept */
};
enum SpanState { SPAN_DEAD, SPAN_FREE, SPAN_SMALL, SPAN_LARGE };

#define HEAP_SPC(sizeclass, noscan) ((sizeclass) * 2 + (noscan))
enum { HEAP_NSPC = SC_COUNT * 2, HEAP_TINY_SIZE = 16 };
#define HEAP_TINY_SPC HEAP_SPC(2, 1)

/* The allocation cache of the one P: the current span of every span class, and the tiny allocator's block. */
typedef struct HeapCache {
  HeapSpan *alloc[HEAP_NSPC]; /* never NULL: at first a span without free slots */
  u8 *tiny;
  u32 tiny_offset;
  u64 tiny_allocs;
} HeapCache;
extern HeapCache heap_cache;
extern u64 heap_zerobase; /* the address of all objects of size zero */

void *heap_alloc_slow(u32 spc, u32 tag);        /* takes a new span; aborts the program when memory is exhausted */
u32 heap_type_tag_slow(const AbiType *t);       /* descriptors beyond 2 GB, made by reflect */
void *heap_alloc_large(size_t size, const AbiType *t);
void *heap_alloc_tiny(size_t size, u32 align);  /* size < 16 */
void *heap_alloc(size_t size, const AbiType *t); /* zeroed; t: repeated element type, NULL for no pointers. size 0 is fine */
void *heap_alloc_noscan_uninit(size_t size);    /* contents undefined: the caller overwrites all of it at once */

static inline u32 heap_type_tag(const AbiType *t) {
  return likely((uintptr_t)t <= INT32_MAX) ? (u32)(uintptr_t)t : heap_type_tag_slow(t);
}
/* An object of a span class; tag 0 for spans without pointers. */
static inline void *heap_alloc_class(u32 spc, u32 tag) {
  HeapSpan *s = heap_cache.alloc[spc];
  u64 c = s->cache;
  if (unlikely(c == 0)) return heap_alloc_slow(spc, tag);
  u32 i = s->group * 64 + (u32)__builtin_ctzll(c);
  s->cache = c & (c - 1);
  s->alloc_count++;
  u8 *p = s->base + (u64)i * s->elem_size;
  if (s->tags) s->tags[i] = tag;
  if (s->need_zero) memset(p, 0, s->elem_size);
  return p;
}
/* new(T). */
static inline void *heap_new(const AbiType *t) {
  u64 size = t->size;
  if (likely(size - 1 < SC_MAX_SMALL)) {
    if (t->ptr_bytes) return heap_alloc_class(HEAP_SPC(sc_class(size), 0), heap_type_tag(t));
    if (size < HEAP_TINY_SIZE) return heap_alloc_tiny(size, t->align);
    return heap_alloc_class(HEAP_SPC(sc_class(size), 1), 0);
  }
  return size == 0 ? (void *)&heap_zerobase : heap_alloc_large(size, t);
}
/* Room for n elements; the caller has checked that n * t->size is at most HEAP_MAX_ALLOC. */
void *heap_new_array(const AbiType *t, u64 n);
/* The heap object that p points into: its start and size; NULL when p is not in the heap. */
void *heap_find_object(const void *p, size_t *size);

/* ---- roots ---- */
typedef struct HeapRoot { void *addr; const AbiType *type; } HeapRoot;
void heap_add_root(void *addr, const AbiType *t); /* a global variable: scanned as one value of type t */
typedef struct GcWork GcWork;
void heap_reserve_roots(u32 spare);               /* room for that many more */
typedef void (*HeapRootFn)(GcWork *w);            /* calls gc_mark_word / gc_mark_words on its roots */
void heap_add_root_fn(HeapRootFn fn);             /* of a C module that holds references: timers, finalizer queue ... */
void gc_mark_word(GcWork *w, const void *p);      /* p may be anything */
void gc_mark_words(GcWork *w, Slot *p, u64 n);
void gc_mark_masked(GcWork *w, Slot *p, const u64 *mask, u64 n); /* those of p[0..n) whose bit is set */
const u8 *heap_gc_mask(const AbiType *t);         /* bit per word of ptr_bytes; makes it for GCMASK_ON_DEMAND */

/* ---- collection ---- */
void gc_request(void);           /* sets the running goroutine's preempt: its next safepoint collects */
void gc_request_full(void);      /* the same, a forced one that also sweeps everything: runtime.GC() */
bool gc_wanted(void);            /* a collection was asked for and has not started */
bool gc_stress_due(void);        /* under gcstress, asked once at every safepoint: whether to collect there */
void gc_collect(void);           /* marks now; every goroutine must be saved (none between safepoints). Sweeps lazily */
void gc_collect_full(void);      /* collects and sweeps everything: runtime.GC() */
i64 gc_set_percent(i64 percent); /* debug.SetGCPercent: negative is off. Returns the old value */
i64 gc_set_memory_limit(i64 limit); /* kept and returned; negative only reads */
u64 gc_cycles(void);
void gc_free_os_memory(void);    /* debug.FreeOSMemory: asks for a full collection that gives all free pages back */

typedef struct HeapStats { /* bytes and counts as runtime.MemStats names them */
  u64 alloc, total_alloc, sys, mallocs, frees;
  u64 heap_sys, heap_idle, heap_inuse, heap_released, heap_objects;
  u64 stack_inuse, stack_sys, mspan_inuse, mspan_sys, gc_sys, other_sys;
  u64 next_gc, last_gc_unix_ns, pause_total_ns, pause_ns[256], pause_end[256];
  u32 num_gc, num_forced_gc;
  double gc_cpu_fraction;
  struct { u32 size; u64 mallocs, frees; } by_size[61];
} HeapStats;
void heap_read_stats(HeapStats *s);
u64 heap_live_bytes(void);
/* The type that p's object is scanned as, repeated over its *bytes; NULL: not in the heap, or without pointers. */
const AbiType *heap_object_type(const void *p, u64 *bytes);
void heap_dump(int fd); /* debug.WriteHeapDump */

/* ---- specials: what is attached to objects. addr may be interior; false when addr is not in the heap ---- */
/* runtime.SetFinalizer: fn is a func value; `type`, `nret` describe the call for the Go side. False also when one is set. */
bool heap_set_finalizer(void *obj, void *fn, u64 nret, AbiType *arg_type, AbiType *obj_ptr_type);
void heap_remove_finalizer(void *obj);
/* runtime.AddCleanup: fn is a func() value, run once obj is unreachable. Returns an id for heap_remove_cleanup, 0 if not. */
u64 heap_add_cleanup(void *ptr, void *fn);
void heap_remove_cleanup(void *ptr, u64 id);
/* weak pointers: the handle of ptr's object plus offset, the same one for the same ptr; NULL for NULL. */
void *heap_weak_handle(void *ptr);
/* The synctest bubble that ptr was associated with, 0 for none; add: associates it when it has none. */
u64 heap_bubble(void *ptr, u64 add);
void heap_remove_bubble(void *ptr);
void *heap_weak_strong(void *handle); /* NULL once the object is gone */

/* What the system goroutine drains: finalizers and cleanups that are due, oldest first. */
typedef struct FinqEntry {
  void *fn;      /* finalizer: func(*T) ...; cleanup: func() */
  void *arg;     /* the object, NULL for cleanups */
  u64 nret;
  AbiType *arg_type, *obj_ptr_type;
} FinqEntry;
bool finq_next(FinqEntry *e); /* false when empty */
/* For the native in which that goroutine waits: parks it until something is queued; ST_OK when something is already. */
Status finq_wait(G *g);
bool finq_drained(void); /* nothing is due and what was due has run */
/* For the goroutine that runs pool cleanups: parks it until gc_cycles() differs from `seen`. One waiter each. */
Status gc_cycle_wait(G *g, u64 seen);

/* ---- memory access of Go code (DESIGN D21) and write barriers ---- */
#define MEM_ACCESS(name, T)                                                    \
  typedef T __attribute__((may_alias, aligned(1))) MemAlias_##name;                        \
  static inline T mem_ld_##name(const void *p) { return *(MemAlias_##name const *)p; } \
  static inline void mem_st_##name(void *p, T v) { *(MemAlias_##name *)p = v; }
typedef void *VoidPtr;
MEM_ACCESS(8, u8) MEM_ACCESS(16, u16) MEM_ACCESS(32, u32) MEM_ACCESS(64, u64)
MEM_ACCESS(i8, i8) MEM_ACCESS(i16, i16) MEM_ACCESS(i32, i32) MEM_ACCESS(i64, i64)
MEM_ACCESS(f32, float) MEM_ACCESS(f64, double) MEM_ACCESS(ptr, VoidPtr)
#undef MEM_ACCESS

/* *dst = v, a pointer word in heap or global memory. */
static inline void ptr_store(void *dst, void *v) { mem_st_ptr(dst, v); }
/* Copies a value of type t; may overlap. */
static inline void typed_memmove(const AbiType *t, void *dst, const void *src) { memmove(dst, src, t->size); }
/* Copies n elements; may overlap. */
static inline void typed_slice_copy(const AbiType *elem, void *dst, const void *src, u64 n) {
  memmove(dst, src, n * elem->size);
}
static inline void typed_memclr(const AbiType *t, void *p) { memset(p, 0, t->size); }
static inline void typed_memclr_array(const AbiType *elem, void *p, u64 n) { memset(p, 0, n * elem->size); }

/* ---- values between frame slots and memory ----
 * Slots hold scalars extended to 64 bits and aggregates in memory layout; on this little-endian machine storing is a copy
 * of the value's bytes, and only loading a narrow scalar has to extend. */
typedef enum SlotRep { REP_ZERO, REP_64, REP_I8, REP_U8, REP_I16, REP_U16, REP_I32, REP_U32, REP_BYTES } SlotRep;
static inline SlotRep slot_rep(const AbiType *t) {
  static const u8 by_kind[BCK_UNSAFEPOINTER + 1] = {
      [BCK_BOOL] = REP_U8, [BCK_INT] = REP_64, [BCK_INT8] = REP_I8, [BCK_INT16] = REP_I16, [BCK_INT32] = REP_I32,
      [BCK_INT64] = REP_64, [BCK_UINT] = REP_64, [BCK_UINT8] = REP_U8, [BCK_UINT16] = REP_U16, [BCK_UINT32] = REP_U32,
      [BCK_UINT64] = REP_64, [BCK_UINTPTR] = REP_64, [BCK_FLOAT32] = REP_U32, [BCK_FLOAT64] = REP_64,
      [BCK_COMPLEX64] = REP_64, [BCK_COMPLEX128] = REP_BYTES, [BCK_ARRAY] = REP_BYTES, [BCK_CHAN] = REP_64,
      [BCK_FUNC] = REP_64, [BCK_INTERFACE] = REP_BYTES, [BCK_MAP] = REP_64, [BCK_POINTER] = REP_64,
      [BCK_SLICE] = REP_BYTES, [BCK_STRING] = REP_BYTES, [BCK_STRUCT] = REP_BYTES, [BCK_UNSAFEPOINTER] = REP_64};
  return t->size == 0 ? REP_ZERO : (SlotRep)by_kind[t->kind];
}
/* dst slots = the value of `size` bytes at src; the pad bytes of the last slot are cleared. */
static inline void slot_load_rep(Slot *dst, const void *src, SlotRep rep, u64 size) {
  switch (rep) {
  case REP_ZERO: break;
  case REP_64: dst->u = mem_ld_64(src); break;
  case REP_I8: dst->i = mem_ld_i8(src); break;
  case REP_U8: dst->u = mem_ld_8(src); break;
  case REP_I16: dst->i = mem_ld_i16(src); break;
  case REP_U16: dst->u = mem_ld_16(src); break;
  case REP_I32: dst->i = mem_ld_i32(src); break;
  case REP_U32: dst->u = mem_ld_32(src); break;
  case REP_BYTES:
    if (size & 7) dst[size >> 3].u = 0;
    memmove(dst, src, size);
    break;
  }
}
static inline void slot_load(Slot *dst, const void *src, const AbiType *t) { slot_load_rep(dst, src, slot_rep(t), t->size); }
/* Memory at dst = the value in src slots, with write barriers. */
static inline void slot_store(void *dst, const Slot *src, const AbiType *t) { memmove(dst, src, t->size); }
#endif

/* special.c - what is attached to heap objects: finalizers, cleanups, weak handles; the queue of what is due.
 * Specials hang on the object's span, sorted by address and kind. As in Go: what a finalizer's object refers to is kept alive
 * by the finalizer, the object itself is not; an object found dead with a finalizer lives one more cycle and its weak handles
 * are cleared at once; cleanups and the freeing of weak handles happen when it is dead without a finalizer.
 * Start reading at specials_finish(). The collector calls in with the world stopped. */
#include <stdlib.h>

#include "runtime/heap_priv.h"
#include "runtime/sched.h"

struct Special {
  Special *next;
  u8 *addr;       /* as given, may be interior */
  u32 kind;
  u64 id;         /* cleanups */
  u64 nret;
  void *fn;       /* finalizer or cleanup func value; the weak handle */
  AbiType *arg_type, *obj_ptr_type;
};
static u64 next_cleanup_id = 1;
static VEC(HeapSpan *) special_spans; /* spans that have specials; some entries may be stale or double */

/* Weak handles of addresses outside the heap (globals): never cleared. */
typedef struct StaticWeak { void *ptr; u64 *handle; } StaticWeak;
static VEC(StaticWeak) static_weak;

/* ---- the queue ---- */
static VEC(FinqEntry) finq;
static u32 finq_head;
static bool finq_taken; /* something has been taken from the queue since the drainer waited last */
static u64 queued[2], taken[2]; /* finalizers, cleanups */
static G *finq_waiter;
static G *cycle_waiter;

static void finq_roots(GcWork *w) {
  for (u32 i = finq_head; i < finq.n; i++) {
    gc_mark_word(w, finq.v[i].fn);
    gc_mark_word(w, finq.v[i].arg);
    gc_mark_word(w, finq.v[i].arg_type);
    gc_mark_word(w, finq.v[i].obj_ptr_type);
  }
  for (u32 i = 0; i < static_weak.n; i++) gc_mark_word(w, static_weak.v[i].handle);
}

bool finq_next(FinqEntry *e) {
  if (finq_head == finq.n) {
    finq_head = finq.n = 0;
    return false;
  }
  *e = finq.v[finq_head++];
  taken[!e->arg]++;
  finq_taken = true;
  return true;
}

void specials_counts(u64 *finalizers, u64 *finalizers_run, u64 *cleanups, u64 *cleanups_run) {
  *finalizers = queued[0];
  *cleanups = queued[1];
  *finalizers_run = taken[0];
  *cleanups_run = taken[1];
}

Status finq_wait(G *g) {
  if (finq_head < finq.n) return ST_OK;
  finq_waiter = g;
  finq_taken = false;
  return sched_park(g, WAIT_FINALIZER_WAIT);
}

/* The goroutine that drains the queue waits only after it has run what it took. */
bool finq_drained(void) { return finq_head == finq.n && (finq_waiter || !finq_taken); }

Status gc_cycle_wait(G *g, u64 seen) {
  if (heap.num_gc != seen) return ST_OK;
  cycle_waiter = g;
  return sched_park(g, WAIT_FORCE_GC_IDLE);
}

void specials_wake(void) {
  G *g = finq_waiter;
  if (g && finq_head < finq.n) {
    finq_waiter = NULL;
    sched_ready(g, false);
  }
  g = cycle_waiter;
  if (g) {
    cycle_waiter = NULL;
    sched_ready(g, false);
  }
}

/* ---- attaching ---- */
static Special **special_place(HeapSpan *s, const u8 *addr, u32 kind) {
  Special **p = &s->specials;
  while (*p && ((*p)->addr < addr || ((*p)->addr == addr && (*p)->kind < kind))) p = &(*p)->next;
  return p;
}

static Special *special_add(HeapSpan *s, Special **at, u8 *addr, u32 kind) {
  static bool registered;
  if (!registered) {
    heap_add_root_fn(finq_roots);
    registered = true;
  }
  if (!s->specials) VEC_PUSH(NULL, &special_spans, s);
  Special *sp = xcalloc(1, sizeof(*sp));
  sp->addr = addr;
  sp->kind = kind;
  sp->next = *at;
  *at = sp;
  return sp;
}

bool heap_set_finalizer(void *obj, void *fn, u64 nret, AbiType *arg_type, AbiType *obj_ptr_type) {
  HeapSpan *s = heap_span_of(obj);
  if (!s) return false;
  Special **at = special_place(s, obj, SPECIAL_FINALIZER);
  if (*at && (*at)->addr == obj && (*at)->kind == SPECIAL_FINALIZER) return false;
  Special *sp = special_add(s, at, obj, SPECIAL_FINALIZER);
  sp->fn = fn;
  sp->nret = nret;
  sp->arg_type = arg_type;
  sp->obj_ptr_type = obj_ptr_type;
  return true;
}

void heap_remove_finalizer(void *obj) {
  HeapSpan *s = heap_span_of(obj);
  if (!s) return;
  Special **at = special_place(s, obj, SPECIAL_FINALIZER), *sp = *at;
  if (!sp || sp->addr != obj || sp->kind != SPECIAL_FINALIZER) return;
  *at = sp->next;
  xfree(sp);
}

u64 heap_add_cleanup(void *ptr, void *fn) {
  HeapSpan *s = heap_span_of(ptr);
  if (!s) return 0;
  Special *sp = special_add(s, special_place(s, ptr, SPECIAL_CLEANUP), ptr, SPECIAL_CLEANUP);
  sp->fn = fn;
  return sp->id = next_cleanup_id++;
}

void heap_remove_cleanup(void *ptr, u64 id) {
  HeapSpan *s = heap_span_of(ptr);
  if (!s) return;
  for (Special **p = &s->specials; *p; p = &(*p)->next) {
    Special *sp = *p;
    if (sp->kind != SPECIAL_CLEANUP || sp->id != id) continue;
    *p = sp->next;
    xfree(sp);
    return;
  }
}

void *heap_weak_handle(void *ptr) {
  if (!ptr) return NULL;
  HeapSpan *s = heap_span_of(ptr);
  if (!s) {
    for (u32 i = 0; i < static_weak.n; i++)
      if (static_weak.v[i].ptr == ptr) return static_weak.v[i].handle;
    u64 *h = xmalloc(sizeof(u64));
    *h = (uintptr_t)ptr;
    VEC_PUSH(NULL, &static_weak, (StaticWeak){ptr, h});
    return h;
  }
  Special **at = special_place(s, ptr, SPECIAL_WEAK);
  if (*at && (*at)->addr == ptr && (*at)->kind == SPECIAL_WEAK) return (*at)->fn;
  u64 *h = heap_alloc_class(HEAP_SPC(sc_class(8), 1), 0);
  *h = (uintptr_t)ptr;
  special_add(s, at, ptr, SPECIAL_WEAK)->fn = h;
  return h;
}

void *heap_weak_strong(void *handle) { return handle ? (void *)(uintptr_t) * (u64 *)handle : NULL; }

u64 heap_bubble(void *ptr, u64 add) {
  HeapSpan *s = heap_span_of(ptr);
  if (!s) return 0;
  Special **at = special_place(s, ptr, SPECIAL_BUBBLE);
  if (*at && (*at)->addr == ptr && (*at)->kind == SPECIAL_BUBBLE) return (*at)->id;
  if (add) special_add(s, at, ptr, SPECIAL_BUBBLE)->id = add;
  return add;
}
void heap_remove_bubble(void *ptr) {
  HeapSpan *s = heap_span_of(ptr);
  if (!s) return;
  Special **at = special_place(s, ptr, SPECIAL_BUBBLE), *sp = *at;
  if (!sp || sp->addr != ptr || sp->kind != SPECIAL_BUBBLE) return;
  *at = sp->next;
  xfree(sp);
}

/* ---- the collector ---- */
void specials_mark_roots(GcWork *w) {
  u32 kept = 0;
  for (u32 i = 0; i < special_spans.n; i++) {
    HeapSpan *s = special_spans.v[i];
    if (s->state < SPAN_SMALL || !s->specials || (kept && special_spans.v[kept - 1] == s)) continue;
    special_spans.v[kept++] = s;
    for (Special *sp = s->specials; sp; sp = sp->next) {
      gc_mark_word(w, sp->fn);
      gc_mark_word(w, sp->arg_type);
      gc_mark_word(w, sp->obj_ptr_type);
      if (sp->kind == SPECIAL_FINALIZER) gc_scan_contents(w, sp->addr);
    }
  }
  special_spans.n = kept;
}

static void special_due(Special *sp, void *obj) {
  if (sp->kind == SPECIAL_BUBBLE) return;
  if (sp->kind != SPECIAL_WEAK) queued[sp->kind == SPECIAL_CLEANUP]++;
  if (sp->kind == SPECIAL_WEAK) *(u64 *)sp->fn = 0;
  else
    VEC_PUSH(NULL, &finq, (FinqEntry){.fn = sp->fn,
                                      .arg = sp->kind == SPECIAL_FINALIZER ? obj : NULL,
                                      .nret = sp->nret,
                                      .arg_type = sp->arg_type,
                                      .obj_ptr_type = sp->obj_ptr_type});
}

/* The specials [*first, *end) of one dead object. */
static void object_died(Special **first, const Special *end) {
  bool revived = false;
  for (Special *sp = *first; sp != end; sp = sp->next)
    if (sp->kind == SPECIAL_FINALIZER) revived = true;
  if (revived) gc_mark_keep((*first)->addr);
  for (Special **p = first; *p != end;) {
    Special *sp = *p;
    if (revived && (sp->kind == SPECIAL_CLEANUP || sp->kind == SPECIAL_BUBBLE)) {
      p = &sp->next;
      continue;
    }
    special_due(sp, sp->addr);
    *p = sp->next;
    xfree(sp);
  }
}

void specials_finish(void) {
  for (u32 i = 0; i < special_spans.n; i++) {
    HeapSpan *s = special_spans.v[i];
    for (Special **p = &s->specials; *p;) {
      u32 index = span_index(s, (*p)->addr);
      Special **end = p;
      while (*end && span_index(s, (*end)->addr) == index) end = &(*end)->next;
      if (gc_is_marked((*p)->addr)) {
        p = end;
        continue;
      }
      const Special *stop = *end;
      object_died(p, stop);
      while (*p != stop) p = &(*p)->next;
    }
  }
}

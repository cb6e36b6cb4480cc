/* stack.h - segments of goroutine stacks: sizes, free lists, slabs. frame.h has the layout; vm/ makes and drops them at calls.
 * Sizes are powers of two from STACK_MIN on; each size has a free list, filled from slabs. Segments never move. */
#ifndef GOVM_RUNTIME_STACK_H
#define GOVM_RUNTIME_STACK_H
#include "runtime/g.h"

enum { STACK_MIN = 2048, STACK_CACHED_MAX = 256 << 10 };

/* Gives g a new current segment with room for `need` slots (slack not counted): links it behind g->seg, sets g->seg,
 * g->seg_limit and, unless a preemption request is pending, g->limit. Uses g->seg->next when one is kept and large enough.
 * Past the limit of debug.SetMaxStack it reports the fatal error "stack overflow". */
Segment *stack_push(G *g, u32 need);
/* Drops g's current segment, the previous one becomes current again; the dropped one is kept as spare for the next push. */
void stack_pop(G *g);
/* Drops every segment newer than seg, which becomes current (recover, Goexit). */
void stack_pop_to(G *g, Segment *seg);
/* The segment of g that holds the slot at p; NULL when none. */
Segment *stack_find(G *g, const Slot *p);
void stack_free_all(G *g);           /* of a dead goroutine */
void stack_free_spares(G *g);        /* the collector drops spares of goroutines that did not run for a while */
i64 stack_set_max(i64 bytes);        /* debug.SetMaxStack; returns the old value, 1000000000 at first */
u64 stack_inuse_bytes(void);
u64 stack_sys_bytes(void);

static inline Slot *segment_limit(const Segment *s) { return s->end - STACK_SLACK; }
#endif

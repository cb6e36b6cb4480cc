/* synctest.h - bubbles of package testing/synctest: goroutines that share a fake clock, which advances when all of them are
 * durably blocked. Rules and texts of Go's runtime/synctest.go; the loop of Run is in the overlay (synctest.go).
 * Channels, timers and other objects name their bubble by id, so that they may outlive it. */
#ifndef GOVM_RUNTIME_SYNCTEST_H
#define GOVM_RUNTIME_SYNCTEST_H
#include "runtime/timer.h"

typedef struct Bubble Bubble;
struct Bubble {
  u64 id;
  i64 now;           /* fake time, ns since 1970 */
  G *root;           /* the caller of Run */
  G *waiter;         /* the caller of Wait while it waits */
  G *main;           /* the goroutine that Run started */
  bool waiting;      /* somebody is in Wait */
  bool done;         /* main has exited */
  i64 total;         /* goroutines */
  i64 running;       /* of these, those that are not durably blocked */
  i64 active;        /* other reasons why the bubble is not idle */
  i64 refs;          /* total, and handles that internal/synctest.Acquire gave out */
  TimerHeap timers;
  Bubble *link;
};
static inline u64 bubble_id(const G *g) { return g && g->bubble ? g->bubble->id : 0; }
Bubble *bubble_find(u64 id); /* NULL: none, or its last goroutine is gone */

/* ---- for the scheduler; g->bubble is not NULL ---- */
void bubble_enter(Bubble *b, G *g);  /* g, new and runnable, becomes a member */
void bubble_exit(G *g);              /* g ends */
void bubble_park(G *g);              /* its status and wait reason are set */
void bubble_ready(G *g);             /* its status and wait reason are still those of the wait */

/* ---- for channels and semaphores ---- */
/* The bubble of c is not g's: ends the program with "<what> from outside bubble". */
void bubble_check_chan(const G *g, const Hchan *c, const char *what);
bool bubble_durable(const G *g);     /* parked, and only its bubble can wake it */

/* ---- for internal/synctest ---- */
void bubble_run(G *g, void *fn);     /* g becomes the root of a new bubble; fn, a func(), its main goroutine */
Status bubble_idle(G *g);            /* runs timers that are due, then parks the root until the bubble is idle */
enum { BUBBLE_ADVANCED, BUBBLE_OVER, BUBBLE_LEFT, BUBBLE_BLOCKED };
int bubble_advance(G *g);            /* the root: moves the clock to the next timer, or says how the run ended */
void bubble_leave(G *g);             /* the root is no member any more */
Status bubble_wait(G *g);            /* parks g until all others are durably blocked; one at a time */
void bubble_wait_end(G *g);          /* g runs again */
void bubble_acquire(Bubble *b);      /* a handle that keeps the bubble, and keeps it from being idle */
void bubble_release(Bubble *b);
void bubble_add_active(Bubble *b, i64 n); /* n = -1 may wake somebody */
enum { BUBBLE_ASSOC_NONE, BUBBLE_ASSOC_CURRENT, BUBBLE_ASSOC_OTHER };
#endif

/* coro.c - the coroutines of package iter: a goroutine that waits in a coro object until somebody switches to it.
 * The object's first word is that goroutine (overlay/runtime/extern.go). */
#include "runtime/synctest.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(coro_start) { /* (c *coro, fn func()) */
  G **c = fp[0].p, *started = g_new(g, fp[1].p);
  started->status = G_WAITING;
  started->wait_reason = WAIT_COROUTINE;
  if (started->bubble) bubble_park(started);
  *c = started;
  return ST_OK;
}

NATIVE_FN(coro_switch) { /* (c *coro) */
  G **c = fp[0].p, *next = *c;
  if (!next) go_fatal("coroswitch on exited coro");
  *c = g;
  Bubble *b = g->bubble;
  if (b) bubble_add_active(b, 1); /* it is not idle between the two */
  sched_park(g, WAIT_COROUTINE);
  sched_ready(next, true);
  if (b) bubble_add_active(b, -1);
  return ST_PARK;
}

NATIVE_FN(coro_exit) { /* (c *coro): the caller is about to return from its goroutine's first function */
  G **c = fp[0].p, *next = *c;
  *c = NULL;
  if (next) sched_ready(next, true);
  return ST_OK;
}

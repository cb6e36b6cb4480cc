/* host.c - ending goroutines for a host; see host.h.
 * A killed goroutine has resume_status ST_GOEXIT: when it runs next the interpreter calls runtime.Goexit
 * above the frame where it stopped. So a wait is given up by taking the goroutine out of every queue a waker
 * would find it in. */
#include "runtime/host.h"

#include "runtime/chan_priv.h"
#include "runtime/sched_priv.h"
#include "runtime/sema.h"

HostHooks host;

void host_notify(void) { sched_attention(ATTN_HOST); }

/* Whether g, which waits, was taken out of what it waits for (or nothing would ever wake it). */
static bool leave_wait(G *g) {
  switch (g->wait_reason) {
  case WAIT_SLEEP:
    if (!g->timer) return false;
    timer_stop(g->timer);
    xfree(g->timer);
    g->timer = NULL;
    return true;
  case WAIT_CHAN_RECEIVE:
  case WAIT_CHAN_SEND:
  case WAIT_SELECT:
  case WAIT_SYNCTEST_CHAN_RECEIVE:
  case WAIT_SYNCTEST_CHAN_SEND:
  case WAIT_SYNCTEST_SELECT:
    if (!g->waiting) return false;
    select_dequeue_others(g, NULL);
    g->waiting = NULL;
    return true;
  case WAIT_CHAN_RECEIVE_NIL:
  case WAIT_CHAN_SEND_NIL:
  case WAIT_SELECT_NO_CASES: return true;
  default: return sema_leave(g);
  }
}

void host_kill(G *g) {
  g->resume_status = ST_GOEXIT;
  if (g->status == G_WAITING && leave_wait(g)) sched_ready(g, true);
}

/* synctest.c - internal/synctest and the natives of its loop in the overlay; runtime/synctest.h does the work. */
#include "runtime/synctest.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(synctest_in_bubble) {
  fp[0].u = g->bubble != NULL;
  return ST_OK;
}
NATIVE_FN(synctest_id) {
  fp[0].u = bubble_id(g);
  return ST_OK;
}
NATIVE_FN(synctest_run) { /* (f func()) */
  bubble_run(g, fp[0].p);
  return ST_OK;
}
NATIVE_FN(synctest_idle) { return bubble_idle(g); }
NATIVE_FN(synctest_advance) { /* () int */
  fp[0].i = bubble_advance(g);
  return ST_OK;
}
NATIVE_FN(synctest_leave) {
  bubble_leave(g);
  return ST_OK;
}
NATIVE_FN(synctest_wait) { /* () bool: false when somebody else waits */
  fp[0].u = !g->bubble->waiting;
  return fp[0].u ? bubble_wait(g) : ST_OK;
}
NATIVE_FN(synctest_wait_end) {
  bubble_wait_end(g);
  return ST_OK;
}
NATIVE_FN(synctest_acquire) { /* () uint64 */
  if (g->bubble) bubble_acquire(g->bubble);
  fp[0].u = bubble_id(g);
  return ST_OK;
}
NATIVE_FN(synctest_release) { /* (id uint64) */
  bubble_release(bubble_find(fp[0].u));
  return ST_OK;
}
NATIVE_FN(synctest_borrow) { /* (id uint64): the goroutine acts as one of the bubble, 0: no more */
  g->bubble = fp[0].u ? bubble_find(fp[0].u) : NULL;
  return ST_OK;
}

/* ---- objects ---- */
static int association(const G *g, u64 id) {
  return !id ? BUBBLE_ASSOC_NONE : id == bubble_id(g) ? BUBBLE_ASSOC_CURRENT : BUBBLE_ASSOC_OTHER;
}
NATIVE_FN(synctest_associate) { /* (p unsafe.Pointer) int */
  fp[0].i = association(g, heap_bubble(fp[0].p, bubble_id(g)));
  return ST_OK;
}
NATIVE_FN(synctest_is_associated) {
  fp[0].u = association(g, heap_bubble(fp[0].p, 0)) == BUBBLE_ASSOC_CURRENT;
  return ST_OK;
}
NATIVE_FN(synctest_disassociate) {
  heap_remove_bubble(fp[0].p);
  return ST_OK;
}

/* time.c - clocks, timers and Sleep for package time. */
#include "runtime/sched.h"
#include "runtime/chan.h"
#include "runtime/synctest.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(time_now) { /* (sec int64, nsec int32, mono int64) */
  i64 sec;
  i32 nsec;
  walltime(&sec, &nsec);
  fp[0].i = sec;
  fp[1].i = nsec;
  fp[2].i = nanotime();
  return ST_OK;
}

NATIVE_FN(time_nano) {
  fp[0].i = nanotime();
  return ST_OK;
}

/* The same for package time, where a synctest bubble's goroutines see its clock, without a monotonic reading. */
NATIVE_FN(time_runtime_now) {
  if (likely(!g->bubble)) return time_now(g, fp);
  fp[0].i = g->bubble->now / 1000000000;
  fp[1].i = g->bubble->now % 1000000000;
  fp[2].i = 0;
  return ST_OK;
}
NATIVE_FN(time_runtime_nano) {
  fp[0].i = g->bubble ? g->bubble->now : nanotime();
  return ST_OK;
}

NATIVE_FN(time_sleep) { return timer_sleep(g, fp[0].i); }

/* timer.c recognises these two functions and runs them in C. */
static void know_time_functions(void) {
  static bool known;
  if (known) return;
  known = true;
  FuncRec *send = link_func("time.sendTime"), *go = link_func("time.goFunc");
  timer_set_known(send ? &send->self : NULL, go ? &go->self : NULL, link_global("time.localLoc"));
  timer_set_start_nano(link_global("time.startNano"));
}

NATIVE_FN(time_new_timer) { /* (when, period int64, f func(any, uintptr, int64), arg any, cp unsafe.Pointer) *Timer */
  know_time_functions();
  fp[0].p = timer_new(fp[0].i, fp[1].i, fp[2].p, fp + 3, fp[5].p);
  return ST_OK;
}

static void check_bubble(const G *g, const Timer *t, const char *message) {
  if (unlikely(t->bubble) && !g->bubble) go_fatal(message);
}
NATIVE_FN(time_stop_timer) {
  NIL_CHECK(fp[0].p);
  check_bubble(g, fp[0].p, "stop of synctest timer from outside bubble");
  fp[0].u = timer_stop(fp[0].p);
  return ST_OK;
}

NATIVE_FN(time_reset_timer) {
  NIL_CHECK(fp[0].p);
  check_bubble(g, fp[0].p, "reset of synctest timer from outside bubble");
  fp[0].u = timer_reset(fp[0].p, fp[1].i, fp[2].i);
  return ST_OK;
}

NATIVE_FN(trace_clock_units) { /* per second: the trace clock is nanotime */
  fp[0].u = 1000000000;
  return ST_OK;
}

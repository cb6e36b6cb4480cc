/* sync.c - semaphores and notify lists of sync, internal/sync and internal/poll; spinning; procPin. */
#include "runtime/rand.h"
#include "runtime/sched.h"
#include "runtime/sema.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(sync_semacquire) { return sema_acquire(g, fp[0].p, false, WAIT_SEMACQUIRE); }
NATIVE_FN(sync_semacquire_waitgroup) { /* (s *uint32, synctestDurable bool) */
  return sema_acquire(g, fp[0].p, false, fp[1].u & 1 ? WAIT_SYNCTEST_WAITGROUP_WAIT : WAIT_SYNC_WAITGROUP_WAIT);
}
NATIVE_FN(sync_semacquire_mutex) { return sema_acquire(g, fp[0].p, fp[1].u & 1, WAIT_SYNC_MUTEX_LOCK); }
NATIVE_FN(sync_semacquire_rlock) { return sema_acquire(g, fp[0].p, fp[1].u & 1, WAIT_SYNC_RWMUTEX_RLOCK); }
NATIVE_FN(sync_semacquire_lock) { return sema_acquire(g, fp[0].p, fp[1].u & 1, WAIT_SYNC_RWMUTEX_LOCK); }
NATIVE_FN(sync_semrelease) { return sema_release(g, fp[0].p, fp[1].u & 1, fp); }
NATIVE_FN(poll_semrelease) { return sema_release(g, fp[0].p, false, NULL); }

NATIVE_FN(sync_notify_add) {
  fp[0].u = notify_list_add(fp[0].p);
  return ST_OK;
}
NATIVE_FN(sync_notify_wait) { return notify_list_wait(g, fp[0].p, (u32)fp[1].u); }
NATIVE_FN(sync_notify_all) {
  notify_list_notify_all(fp[0].p);
  return ST_OK;
}
NATIVE_FN(sync_notify_one) {
  notify_list_notify_one(fp[0].p);
  return ST_OK;
}
NATIVE_FN(sync_notify_check) {
  if (fp[0].u != sizeof(NotifyList)) rt_throw("sync.notifyList has another size");
  return ST_OK;
}

/* One M: nobody else can release a lock while we spin. */
NATIVE_FN(sync_can_spin) {
  fp[0].u = false;
  return ST_OK;
}
NATIVE_FN(sync_nothing) { return ST_OK; }
NATIVE_FN(sync_proc_pin) {
  g->pinned++;
  fp[0].i = 0;
  return ST_OK;
}
NATIVE_FN(sync_proc_unpin) {
  g->pinned--;
  if (unlikely(g->pin_preempt) && g->pinned == 0) {
    g->pin_preempt = false;
    sched_preempt();
  }
  return ST_OK;
}

NATIVE_FN(runtime_rand) {
  fp[0].u = rt_rand();
  return ST_OK;
}
NATIVE_FN(runtime_randn) {
  fp[0].u = cheaprandn((u32)fp[0].u);
  return ST_OK;
}

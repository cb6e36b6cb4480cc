/* sema.h - semaphores of sync and internal/poll, and sync.Cond's notifyList, as Go's runtime/sema.go. */
#ifndef GOVM_RUNTIME_SEMA_H
#define GOVM_RUNTIME_SEMA_H
#include "runtime/sched.h"

/* Waits until *addr > 0 and decrements it. lifo: to the front of the waiters. OK or PARK. */
Status sema_acquire(G *g, u32 *addr, bool lifo, WaitReason why);
/* Increments *addr and wakes a waiter. handoff: it gets the count and runs at once: the result is ST_YIELD then. fp: the
 * native's window, for the mutex profile; may be NULL. */
Status sema_release(G *g, u32 *addr, bool handoff, Slot *fp);

u64 sema_mutex_wait_ns(void); /* that goroutines have spent blocked in sync.Mutex and sync.RWMutex */

/* g, which waits for a semaphore, waits no more, and nobody will wake it; false when it does not wait for one. */
bool sema_leave(G *g);

typedef struct NotifyList { /* sync.notifyList */
  u32 wait;    /* ticket of the next waiter */
  u32 notify;  /* ticket of the next one to be notified */
  u64 lock;
  Sudog *head, *tail;
} NotifyList;
static_assert(sizeof(NotifyList) == 32, "sync.notifyList");
static inline u32 notify_list_add(NotifyList *l) { return l->wait++; }
Status notify_list_wait(G *g, NotifyList *l, u32 ticket);
void notify_list_notify_all(NotifyList *l);
void notify_list_notify_one(NotifyList *l);
#endif

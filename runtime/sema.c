/* sema.c - semaphores by address and notify lists. See sema.h; Go's runtime/sema.go.
 * Waiters of one address form a queue: its head is in the hash table (through next), the others hang on it (through
 * waitlink, waittail = last). The releaser passes the count to the waiter it wakes, so nobody has to try again.
 * The address is kept alive by the waiting frames. One M: no locks. */
#include "runtime/sema.h"

#include <stdio.h>
#include <stdlib.h>

#include "runtime/fatal.h"
#include "runtime/profile.h"

static Sudog **table;
static u32 table_size, table_used;

static Sudog **bucket(const void *addr) { return &table[hash_u64((uintptr_t)addr >> 2) & (table_size - 1)]; }

static void table_grow(void) {
  Sudog **old = table;
  u32 n = table_size;
  table_size = n ? n * 2 : 256;
  table = xcalloc(table_size, sizeof(Sudog *));
  for (u32 i = 0; i < n; i++)
    for (Sudog *s = old[i], *next; s; s = next) {
      next = s->next;
      Sudog **b = bucket(s->addr);
      s->next = *b;
      *b = s;
    }
  xfree(old);
}

/* Where the head of addr's queue is linked; *result is NULL when there is no queue. */
static Sudog **queue_find(const void *addr) {
  Sudog **p = bucket(addr);
  while (*p && (*p)->addr != addr) p = &(*p)->next;
  return p;
}

static void queue_put(u32 *addr, Sudog *s, bool lifo) {
  if (table_used >= table_size) table_grow();
  s->addr = addr;
  s->waitlink = NULL;
  Sudog **p = queue_find(addr), *head = *p;
  if (!head) {
    s->waittail = s;
    s->next = NULL;
    *p = s;
    table_used++;
  } else if (lifo) {
    s->waitlink = head;
    s->waittail = head->waittail;
    s->next = head->next;
    *p = s;
  } else {
    head->waittail->waitlink = s;
    head->waittail = s;
  }
}

static Sudog *queue_get(u32 *addr) {
  if (!table_size) return NULL;
  Sudog **p = queue_find(addr), *head = *p;
  if (!head) return NULL;
  Sudog *second = head->waitlink;
  if (second) {
    second->waittail = head->waittail;
    second->next = head->next;
    *p = second;
  } else {
    *p = head->next;
    table_used--;
  }
  return head;
}

static u64 mutex_wait_ns;
u64 sema_mutex_wait_ns(void) { return mutex_wait_ns; }

Status sema_acquire(G *g, u32 *addr, bool lifo, WaitReason why) {
  if (likely(*addr > 0)) {
    --*addr;
    return ST_OK;
  }
  Sudog *s = sudog_acquire(g);
  bool mutex = why == WAIT_SYNC_MUTEX_LOCK || why == WAIT_SYNC_RWMUTEX_LOCK || why == WAIT_SYNC_RWMUTEX_RLOCK;
  s->acquire_time = mutex ? nanotime() : 0;
  queue_put(addr, s, lifo);
  return sched_park(g, why);
}

Status sema_release(G *g, u32 *addr, bool handoff, Slot *fp) {
  Sudog *s = queue_get(addr);
  if (!s) {
    ++*addr;
    return ST_OK;
  }
  if (s->acquire_time) {
    i64 waited = nanotime() - s->acquire_time;
    mutex_wait_ns += (u64)waited;
    if (unlikely(profile_rate[PROFILE_MUTEX] > 0) && fp) profile_mutex(g, fp, waited);
  }
  sched_ready(s->g, true);
  sudog_release(s);
  return handoff ? ST_YIELD : ST_OK;
}

/* Takes s out of the queue whose head *p is. */
static void queue_remove(Sudog **p, Sudog *s) {
  Sudog *head = *p;
  if (s == head) {
    queue_get(s->addr);
    return;
  }
  Sudog *prev = head;
  while (prev->waitlink != s) prev = prev->waitlink;
  prev->waitlink = s->waitlink;
  if (head->waittail == s) head->waittail = prev;
}

bool sema_leave(G *g) {
  for (u32 i = 0; i < table_size; i++)
    for (Sudog **p = &table[i]; *p; p = &(*p)->next)
      for (Sudog *s = *p; s; s = s->waitlink) {
        if (s->g != g) continue;
        queue_remove(p, s);
        sudog_release(s);
        return true;
      }
  return false;
}

/* ---- sync.Cond ---- */
static bool ticket_less(u32 a, u32 b) { return (i32)(a - b) < 0; }

Status notify_list_wait(G *g, NotifyList *l, u32 ticket) {
  if (ticket_less(ticket, l->notify)) return ST_OK; /* notified already */
  Sudog *s = sudog_acquire(g);
  s->ticket = ticket;
  if (l->tail) l->tail->next = s;
  else l->head = s;
  l->tail = s;
  return sched_park(g, WAIT_SYNC_COND_WAIT);
}

static void notify_wake(Sudog *s) {
  const G *by = sched_curg;
  if (unlikely(s->g->bubble) && by && s->g->bubble != by->bubble) {
    fprintf(stderr, "semaphore wake of synctest goroutine %llu from outside bubble\n", (unsigned long long)s->g->id);
    go_fatal("semaphore wake of synctest goroutine from outside bubble");
  }
  sched_ready(s->g, true);
  sudog_release(s);
}

void notify_list_notify_all(NotifyList *l) {
  Sudog *s = l->head;
  l->head = l->tail = NULL;
  l->notify = l->wait;
  for (Sudog *next; s; s = next) {
    next = s->next;
    notify_wake(s);
  }
}

void notify_list_notify_one(NotifyList *l) {
  if (l->wait == l->notify) return;
  u32 ticket = l->notify++;
  Sudog *prev = NULL;
  for (Sudog *s = l->head; s; prev = s, s = s->next) {
    if (s->ticket != ticket) continue;
    if (prev) prev->next = s->next;
    else l->head = s->next;
    if (l->tail == s) l->tail = prev;
    notify_wake(s);
    return;
  }
}

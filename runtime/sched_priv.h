/* sched_priv.h - the scheduler's state, shared by sched.c (goroutines, queues, loop), sysmon.c and offload.c. */
#ifndef GOVM_RUNTIME_SCHED_PRIV_H
#define GOVM_RUNTIME_SCHED_PRIV_H
#include <stdatomic.h>

#include "runtime/metrics.h"
#include "runtime/sched.h"

/* Reasons for the M to leave the fast path of sched_switch. */
enum Attention { ATTN_TIMER = 1, ATTN_POLL = 2, ATTN_DONE = 4, ATTN_WAKE = 8, ATTN_STOP = 16, ATTN_HOST = 32 };

typedef struct GQueue {
  G *head, *tail;
  u64 n;
} GQueue;

typedef struct Sched {
  G *runnext;
  GQueue runq;
  u64 tick;              /* goroutine switches; read by sysmon */
  G *all;                /* through all_link */
  G *free;               /* dead ones, through sched_link */
  u64 next_id;
  i64 ngoroutines;       /* alive, system ones left out */
  i64 gomaxprocs;
  i64 start;             /* nanotime at the start */
  DurationHist latencies; /* from runnable to running, of every 64th time that a goroutine is scheduled */
  int blockers;
  void (*wake_hook)(void);
  _Atomic u32 attention; /* set by any thread, taken by the M */
  _Atomic bool yield;    /* sysmon wants the running goroutine to give way */
  _Atomic bool idle;     /* the M waits in netpoll_poll */
  _Atomic i64 offloaded; /* calls on helper threads */
} Sched;
extern Sched sched;

/* From any thread: raises the flag, preempts the running goroutine or wakes the idle M. */
void sched_attention(u32 why);

/* sysmon.c */
void sysmon_start(void);
void sysmon_m_busy(void);          /* the M leaves its idle wait: sysmon must not sleep deeply */
/* offload.c */
u64 offload_threads(void);         /* helper threads that exist */
void offload_complete(void);       /* on the M: finishes the calls that are done */
#endif

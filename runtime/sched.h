/* sched.h - the scheduler: goroutine creation and states, run queues, the loop of the M, sysmon, deadlock detection,
 * blocking calls on helper threads. Names and rules follow Go's runtime/proc.go.
 *
 * One M and one P run Go code today. Other threads: sysmon (asks the running goroutine to yield every 10 ms and when a timer
 * is due) and the workers of sched_offload; they touch only atomics and the completion queue.
 *
 * States. G_RUNNABLE: in exactly one run queue. G_RUNNING: sched_current(). G_WAITING: parked; whoever parked it has put it
 * where a waker finds it. G_SYSCALL: an offloaded call. Its pc and fp are saved in all but G_RUNNING.
 *
 * The interpreter: hooks.execute(g) runs g from g->pc (or, when g->pc is NULL, from the start of g->start_closure) until it
 * parks, yields or exits; it may switch to sched_switch()'s result itself instead of returning. On (re)entry it looks at
 * g->resume_status: ST_PANIC means that the waker recorded a panic to raise in g (send on a channel closed meanwhile).
 */
#ifndef GOVM_RUNTIME_SCHED_H
#define GOVM_RUNTIME_SCHED_H
#include "runtime/native.h"

void sched_init(void);          /* the M, P and (later, with the first goroutine) sysmon */
G *sched_current(void);         /* the running goroutine, NULL in the scheduler */
extern G *sched_curg;           /* the same, for inline use */

/* ---- life of a goroutine ---- */
/* A new runnable goroutine in func() value `closure`, not queued. parent may be NULL (main, system goroutines). It has its
 * first stack segment; pc and fp are NULL until hooks.execute starts it. The first one gets id 1. */
G *g_new(G *parent, void *closure);
/* The go statement: g_new, then into runnext. gopc is the pc of the statement. */
G *sched_go(G *parent, void *closure, const Insn *gopc);
G *sched_go_system(void *closure); /* not counted by deadlock detection and NumGoroutine, hidden in tracebacks */
/* g, running, has returned from its first function or finished Goexit: dead, its memory reused. Then sched_switch(). */
void sched_exit(G *g);
/* Parks the running goroutine (its pc and fp are saved by the interpreter when it sees ST_PARK). Returns ST_PARK. */
Status sched_park(G *g, WaitReason why);
/* g (G_WAITING or G_SYSCALL) becomes runnable: goready. next: at the front, as Go does for channel wakeups. */
void sched_ready(G *g, bool next);
/* g, running and saved, goes to the end of the global queue: Gosched, preemption. */
void sched_requeue(G *g);
i64 sched_num_goroutines(void); /* NumGoroutine */
G *sched_all_gs(void);          /* first of the list through all_link, dead ones included; newest first */

/* ---- what to run ---- */
/* The next goroutine when one is ready at once (timers and, now and then, the network were looked at), already
 * G_RUNNING, current and with its limit set; NULL: return from hooks.execute to the loop, which may have to wait. */
G *sched_switch(void);
/* The loop of the M: runs goroutines until sched_stop(). Never returns otherwise. */
void sched_loop(void);
void sched_stop(void);          /* makes sched_loop return at the next switch: tests, the REPL */
/* Called by the interpreter at a safepoint with g saved when g->preempt is set: restores g->limit, collects if asked.
 * True: g should yield (sched_requeue, then sched_switch). */
bool sched_safepoint(G *g);
/* Asks the running goroutine to come to sched_safepoint soon; from any thread. */
void sched_preempt(void);

/* ---- waiting for the outside ---- */
/* Runs fn(arg) on a helper thread while other goroutines run; then, on the M, done(g, arg), which may write g's frame, and
 * makes g ready. Returns ST_PARK; the goroutine is G_SYSCALL meanwhile and not counted as asleep. */
Status sched_offload(G *g, void (*fn)(void *), void (*done)(G *, void *), void *arg);
bool sched_alone(void);         /* nothing else is runnable: a blocking call may as well be made directly */
/* Keeps deadlock detection quiet while n > 0: signal handlers, debuggers. */
void sched_add_blockers(int n);
/* Wakes the M from any thread or signal handler: it looks at its queues again. */
#define THREADS_SIGNAL SIGRTMIN /* the only one that helper threads and sysmon do not block; for calls made on all threads */
void sched_wake(void);
/* fn runs on the M, outside any goroutine, soon after each sched_wake(). */
void sched_set_wake_hook(void (*fn)(void));

/* ---- sudogs: a goroutine waiting on a channel or semaphore ---- */
struct Hchan;
struct Sudog {
  G *g;
  Sudog *next, *prev;      /* in the wait queue */
  union {
    Slot *slots;           /* frame slots to send from or receive into */
    void *mem;             /* memory, when is_mem: reflect, natives */
  } elem;
  struct Hchan *c;
  Slot *ok;                /* where a receive's ok goes, or NULL; select: the result pair */
  Sudog *waitlink;         /* the next sudog of the same goroutine; semaphores: next waiter on the address */
  Sudog *waittail;
  u32 case_index;          /* select */
  u32 ticket;              /* semaphores, notifyList */
  bool is_mem, is_select, is_send, success;
  i64 acquire_time;
  void *addr;              /* semaphore address */
};
Sudog *sudog_acquire(G *g);
void sudog_release(Sudog *s);

/* ---- for timer.c ---- */
void sched_timer_added(i64 when); /* the earliest timer is now due at `when` */

/* ---- time and counters ---- */
i64 nanotime(void);                       /* CLOCK_MONOTONIC */
void walltime(i64 *sec, i32 *nsec);
i64 sched_set_gomaxprocs(i64 n);          /* runtime.GOMAXPROCS: the number is kept; n < 1 only reads */
#endif

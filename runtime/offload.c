/* offload.c - calls that may block (read of a terminal, wait4, flock ...) on helper threads, so that other goroutines run.
 * Threads are created on demand and kept; each waits for work. A finished call is queued and the M told; the M then runs
 * `done` and readies the goroutine. Locks: `lock` protects both queues and the count; nothing is called under it. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "runtime/sched_priv.h"

typedef struct Job Job;
struct Job {
  Job *next;
  G *g;
  void (*fn)(void *);
  void (*done)(G *, void *);
  void *arg;
};
typedef struct JobQueue { Job *head, *tail; } JobQueue;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static JobQueue todo, finished;
static int idle_threads;
static u64 threads; /* written by the M */

static void job_put(JobQueue *q, Job *j) {
  j->next = NULL;
  if (q->tail) q->tail->next = j;
  else q->head = j;
  q->tail = j;
}
static Job *job_get(JobQueue *q) {
  Job *j = q->head;
  if (j && !(q->head = j->next)) q->tail = NULL;
  return j;
}

static void *worker_main(void *arg) {
  (void)arg;
  pthread_mutex_lock(&lock);
  for (;;) {
    Job *j;
    while (!(j = job_get(&todo))) {
      idle_threads++;
      pthread_cond_wait(&work, &lock);
      idle_threads--;
    }
    pthread_mutex_unlock(&lock);
    j->fn(j->arg);
    pthread_mutex_lock(&lock);
    job_put(&finished, j);
    pthread_mutex_unlock(&lock);
    sched_attention(ATTN_DONE);
    pthread_mutex_lock(&lock);
  }
  return NULL;
}

u64 offload_threads(void) { return threads; }

static bool worker_start(void) {
  sigset_t all, old;
  sigfillset(&all);
  sigdelset(&all, THREADS_SIGNAL);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pthread_t t;
  bool ok = pthread_create(&t, NULL, worker_main, NULL) == 0;
  if (ok) pthread_detach(t), threads++;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return ok;
}

Status sched_offload(G *g, void (*fn)(void *), void (*done)(G *, void *), void *arg) {
  Job *j = xmalloc(sizeof(*j));
  *j = (Job){.g = g, .fn = fn, .done = done, .arg = arg};
  atomic_fetch_add(&sched.offloaded, 1);
  pthread_mutex_lock(&lock);
  bool need = idle_threads == 0 || todo.head;
  job_put(&todo, j);
  if (!need) pthread_cond_signal(&work);
  pthread_mutex_unlock(&lock);
  if (need && !worker_start()) go_fatal("runtime: failed to create new OS thread");
  g->status = G_SYSCALL;
  g->wait_since = 0;
  __atomic_store_n(&sched_curg, NULL, __ATOMIC_RELAXED);
  return ST_PARK;
}

void offload_complete(void) {
  for (;;) {
    pthread_mutex_lock(&lock);
    Job *j = job_get(&finished);
    pthread_mutex_unlock(&lock);
    if (!j) return;
    atomic_fetch_sub(&sched.offloaded, 1);
    if (j->done) j->done(j->g, j->arg);
    sched_ready(j->g, false);
    xfree(j);
  }
}

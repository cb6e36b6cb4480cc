/* threads.c - system calls that change the state of a thread, made on all threads: syscall.AllThreadsSyscall.
 * Go code runs on one thread; the others (sysmon, helpers) block all signals but THREADS_SIGNAL, whose handler makes the call. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/sched.h"
#include "stdlib/natives/natives.h"

static struct {
  Slot args[7];
  i64 result;
  int error;
  _Atomic u32 done;
  _Atomic bool differs;
} call;

static i64 make_call(int *error) {
  const Slot *a = call.args;
  i64 r = syscall((long)a[0].u, a[1].u, a[2].u, a[3].u, a[4].u, a[5].u, a[6].u);
  *error = r == -1 ? errno : 0;
  return r;
}

static void on_signal(int sig) {
  (void)sig;
  int saved = errno, error;
  if (make_call(&error) != call.result || error != call.error) atomic_store(&call.differs, true);
  atomic_fetch_add(&call.done, 1);
  errno = saved;
}

/* Asks every other thread of the process to make the call; how many there are. */
static u32 signal_others(void) {
  DIR *tasks = opendir("/proc/self/task");
  if (!tasks) return 0;
  u32 n = 0;
  pid_t pid = getpid(), me = (pid_t)syscall(SYS_gettid);
  for (struct dirent *d; (d = readdir(tasks));) {
    pid_t tid = (pid_t)atoi(d->d_name);
    if (tid > 0 && tid != me && syscall(SYS_tgkill, pid, tid, THREADS_SIGNAL) == 0) n++;
  }
  closedir(tasks);
  return n;
}

NATIVE_FN(syscall_all_threads) { /* (trap, a1, ..., a6 uintptr) (r1, r2, err uintptr) */
  memcpy(call.args, fp, sizeof call.args);
  call.result = make_call(&call.error);
  if (call.result != -1) {
    struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;
    sigfillset(&act.sa_mask);
    atomic_store(&call.done, 0);
    atomic_store(&call.differs, false);
    sigaction(THREADS_SIGNAL, &act, &old);
    u32 others = signal_others();
    while (atomic_load(&call.done) < others) nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    sigaction(THREADS_SIGNAL, &old, NULL);
    if (atomic_load(&call.differs)) go_fatal("AllThreadsSyscall results differ between threads; runtime corrupted");
  }
  fp[0].i = call.result;
  fp[1].u = 0;
  fp[2].u = (u64)call.error;
  return ST_OK;
}

/* os.c - arguments, environment, exit, system calls, signals, the network poller: os, syscall, internal/poll, os/signal. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "runtime/host.h"
#include "runtime/netpoll.h"
#include "runtime/print.h"
#include "runtime/sched.h"
#include "runtime/signal.h"
#include "stdlib/natives.h"
#include "stdlib/natives/natives.h"

extern char **environ;

static struct {
  int argc;
  char **argv;
  const char *version, *goroot, *godebug;
} process;

void stdlib_set_args(int argc, char **argv) {
  process.argc = argc;
  process.argv = argv;
}

void stdlib_set_goroot(const char *version, const char *goroot) {
  process.version = version;
  process.goroot = goroot;
}

/* A []string of n C strings. */
static GoSlice string_slice(char **strs, i64 n) {
  AbiType *t = link_type_by_key("string");
  if (!t) rt_throw("no descriptor of string");
  GoString *v = heap_new_array(t, (u64)n);
  for (i64 i = 0; i < n; i++) {
    GoString s = str_from_c(strs[i]);
    ptr_store(&v[i].p, (void *)s.p);
    v[i].len = s.len;
  }
  return (GoSlice){(u8 *)v, n, n};
}

NATIVE_FN(os_args) {
  ret_slice(fp, string_slice(process.argv, process.argc));
  return ST_OK;
}

NATIVE_FN(os_envs) {
  i64 n = 0;
  while (environ[n]) n++;
  ret_slice(fp, string_slice(environ, n));
  return ST_OK;
}

NATIVE_FN(runtime_getenv) {
  char *name = c_string(arg_string(fp));
  const char *v = getenv(name);
  xfree(name);
  ret_string(fp, v ? str_from_c(v) : (GoString){0});
  return ST_OK;
}

NATIVE_FN(runtime_version) {
  ret_string(fp, str_from_c(process.version ? process.version : "go1.26"));
  return ST_OK;
}

void stdlib_set_godebug(const char *settings) { process.godebug = settings; }

NATIVE_FN(runtime_process_godebug) {
  ret_string(fp, str_from_c(process.godebug ? process.godebug : ""));
  return ST_OK;
}

NATIVE_FN(runtime_goroot) {
  ret_string(fp, str_from_c(process.goroot ? process.goroot : ""));
  return ST_OK;
}

NATIVE_FN(syscall_exit) {
  print_flush();
  exit((int)fp[0].i);
}

NATIVE_FN(syscall_page_size) {
  fp[0].i = sysconf(_SC_PAGESIZE);
  return ST_OK;
}

/* ---- raw system calls: one native brackets the call. While nothing else could run, it is made in place; calls that may
 * block for long go through the poller (network, pipes) or block the one M (files, terminals), as their fds allow. ---- */
static i64 raw_syscall(const Slot *a) { return syscall((long)a[0].u, a[1].u, a[2].u, a[3].u, a[4].u, a[5].u, a[6].u); }

typedef struct OffloadedCall {
  Slot args[7];
  Slot *window; /* of the parked native: frames never move */
  i64 result;
  int error;
} OffloadedCall;

static void offloaded_run(void *arg) {
  OffloadedCall *c = arg;
  c->result = raw_syscall(c->args);
  c->error = c->result == -1 ? errno : 0;
}

static void ret_syscall(Slot *fp, i64 r, int err) {
  fp[0].i = r;
  fp[1].u = 0;
  fp[2].u = (u64)err;
}

static void offloaded_done(G *g __attribute__((unused)), void *arg) {
  OffloadedCall *c = arg;
  ret_syscall(c->window, c->result, c->error);
  xfree(c);
}

/* Calls that may wait for the outside for ever: other goroutines must run meanwhile. */
static bool may_block(u64 nr) {
  switch (nr) {
  case SYS_read:
  case SYS_readv:
  case SYS_wait4:
  case SYS_waitid:
  case SYS_nanosleep:
  case SYS_poll:
  case SYS_select:
  case SYS_pselect6:
  case SYS_ppoll:
  case SYS_epoll_wait:
  case SYS_futex:
  case SYS_flock:
  case SYS_connect:
  case SYS_accept:
  case SYS_accept4:
  case SYS_recvfrom:
  case SYS_recvmsg: return true;
  default: return false;
  }
}

/* This process is a child between fork and exec: it has no helper threads, and only the goroutine that forked may run. */
static bool forked_child;

/* Syscall6(num, a1..a6) (r1, r2, errno) of internal/runtime/syscall/linux. */
NATIVE_FN(syscall_syscall6) {
  if (may_block(fp[0].u) && !forked_child && !sched_alone()) {
    OffloadedCall *c = xmalloc(sizeof *c);
    memcpy(c->args, fp, sizeof c->args);
    c->window = fp;
    return sched_offload(g, offloaded_run, offloaded_done, c);
  }
  bool output = fp[0].u == SYS_write && host.output;
  int fd = (int)fp[1].i;
  if (output) host_output(fd, fp[2].p, (size_t)fp[3].u);
  i64 r = raw_syscall(fp);
  int err = r == -1 ? errno : 0;
  if (output) host_output_end(fd);
  ret_syscall(fp, r, err);
  return ST_OK;
}

NATIVE_FN(syscall_raw_no_error) { /* (trap, a1, a2, a3) (r1, r2) */
  Slot a[7] = {fp[0], fp[1], fp[2], fp[3]};
  fp[0].i = raw_syscall(a);
  fp[1].u = 0;
  return ST_OK;
}

/* rawVforkSyscall(trap, a1, a2, a3) (r1, Errno), for clone(flags, ...) and clone3(&args, size): the child would run Go code on a
 * shared C stack, so CLONE_VM and CLONE_VFORK are taken away: a plain fork. */
NATIVE_FN(syscall_raw_vfork) {
  enum { FLAG_CLONE_VM = 0x100, FLAG_CLONE_VFORK = 0x4000 };
  const u64 vfork_flags = FLAG_CLONE_VM | FLAG_CLONE_VFORK;
  if (fp[0].u == SYS_clone3) *(u64 *)fp[1].p &= ~vfork_flags; /* the first word of the arguments */
  else fp[1].u &= ~vfork_flags;
  print_flush();
  i64 r = syscall((long)fp[0].u, fp[1].u, fp[2].u, fp[3].u, 0, 0, 0);
  if (r == 0) {
    forked_child = true;
    g->pinned++;
  }
  fp[0].i = r;
  fp[1].u = r == -1 ? (u64)errno : 0;
  return ST_OK;
}

NATIVE_FN(syscall_gettimeofday) {
  NIL_CHECK(fp[0].p);
  fp[0].u = gettimeofday(fp[0].p, NULL) == 0 ? 0 : (u64)errno;
  return ST_OK;
}

NATIVE_FN(runtime_fcntl) { /* (fd, cmd, arg int32) (int32, int32) */
  i64 r = syscall(SYS_fcntl, fp[0].i, fp[1].i, fp[2].i);
  fp[0].i = r;
  fp[1].i = r == -1 ? errno : 0;
  return ST_OK;
}

NATIVE_FN(runtime_write) { /* (fd uintptr, p unsafe.Pointer, n int32) int32 */
  int fd = (int)fp[0].i;
  host_output(fd, fp[1].p, (size_t)fp[2].i);
  i64 r = write(fd, fp[1].p, (size_t)fp[2].i);
  fp[0].i = r == -1 ? -errno : r;
  host_output_end(fd);
  return ST_OK;
}

NATIVE_FN(runtime_vgetrandom) { /* (p []byte, flags uint32) (ret int, supported bool) */
  fp[0].i = -1;
  fp[1].u = false;
  return ST_OK;
}

/* ---- internal/poll ---- */
NATIVE_FN(poll_init) { return ST_OK; }
NATIVE_FN(poll_open) { /* (fd uintptr) (uintptr, int) */
  int err = 0;
  PollDesc *pd = netpoll_open((int)fp[0].u, &err);
  fp[0].p = pd;
  fp[1].i = err;
  return ST_OK;
}
NATIVE_FN(poll_close) {
  netpoll_close(fp[0].p);
  return ST_OK;
}
NATIVE_FN(poll_reset) {
  fp[0].i = netpoll_reset(fp[0].p, (int)fp[1].i);
  return ST_OK;
}
NATIVE_FN(poll_wait) { return netpoll_wait(g, fp[0].p, (int)fp[1].i, fp); }
NATIVE_FN(poll_wait_canceled) { return netpoll_wait_canceled(g, fp[0].p, (int)fp[1].i); }
NATIVE_FN(poll_set_deadline) {
  netpoll_set_deadline(fp[0].p, fp[1].i, (int)fp[2].i);
  return ST_OK;
}
NATIVE_FN(poll_unblock) {
  netpoll_unblock(fp[0].p);
  return ST_OK;
}
NATIVE_FN(poll_is_server) {
  fp[0].u = netpoll_is_poll_descriptor(fp[0].u);
  return ST_OK;
}

/* ---- os/signal ---- */
NATIVE_FN(signal_enable_n) {
  signal_enable((u32)fp[0].u);
  return ST_OK;
}
NATIVE_FN(signal_disable_n) {
  signal_disable((u32)fp[0].u);
  return ST_OK;
}
NATIVE_FN(signal_ignore_n) {
  signal_ignore((u32)fp[0].u);
  return ST_OK;
}
NATIVE_FN(signal_ignored_n) {
  fp[0].u = signal_ignored((u32)fp[0].u);
  return ST_OK;
}
NATIVE_FN(signal_recv_n) { return signal_recv(g, fp); }
NATIVE_FN(signal_wait_idle_n) {
  return signal_idle() ? ST_OK : ST_AGAIN;
}
/* A write to a broken pipe on descriptor 1 or 2 ends the program, unless it listens for SIGPIPE or ignores it. */
NATIVE_FN(os_sigpipe) {
  if (signal_ignored(SIGPIPE) || signal_wanted(SIGPIPE)) return ST_OK;
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
  exit(2);
}

/* signal.c - signals: the queue of os/signal, SIGQUIT's dump, default actions. See signal.h; Go's runtime/sigqueue.go.
 * A handler only sets a bit in `pending` and wakes the M, which hands the signals to the goroutine in signal_recv. Signals
 * nobody asked for keep the system's default action, except SIGQUIT (dump, exit 2) and SIGPIPE (ignored: writes fail with
 * EPIPE and package os raises the signal itself for descriptors 1 and 2). While a program listens, deadlock detection is
 * off, as a signal may still come. */
#include "runtime/signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "runtime/print.h"
#include "runtime/traceback.h"

enum { NSIG_MAX = 65 };

static _Atomic u64 pending;     /* bit per signal, set by handlers */
static u64 wanted, ignored;     /* of os/signal */
static G *receiver;
static Slot *receiver_result;
static bool listening;

static void deliver(void) {
  if (!receiver) return;
  u64 bits = atomic_load(&pending) & wanted;
  if (!bits) return;
  u32 sig = (u32)__builtin_ctzll(bits);
  atomic_fetch_and(&pending, ~((u64)1 << sig));
  G *g = receiver;
  receiver = NULL;
  receiver_result->u = sig;
  sched_ready(g, false);
}

static NORETURN void quit_dump(void) {
  print_c("SIGQUIT: quit\n");
  G *g = sched_current();
  if (g) {
    print_c("\n");
    traceback_goroutine(g);
  }
  traceback_others(g);
  print_flush();
  _exit(2);
}

static void on_wake(void) {
  if (atomic_load(&pending) >> SIGQUIT & 1 && !(wanted >> SIGQUIT & 1)) quit_dump();
  deliver();
}

static void handler(int sig) {
  atomic_fetch_or(&pending, (u64)1 << sig);
  sched_wake();
}

static void install(int sig, void (*fn)(int)) {
  /* SIGQUIT interrupts a system call that the M makes itself; package os repeats it, and the M gets to the dump. */
  struct sigaction sa = {.sa_handler = fn, .sa_flags = SA_ONSTACK | (sig == SIGQUIT ? 0 : SA_RESTART)};
  sigfillset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

void signal_init(void) {
  sched_set_wake_hook(on_wake);
  install(SIGPIPE, SIG_IGN);
  install(SIGQUIT, handler);
}

static bool can_catch(u32 sig) { return sig > 0 && sig < NSIG_MAX - 1 && sig != SIGKILL && sig != SIGSTOP; }

void signal_enable(u32 sig) {
  if (!listening) {
    listening = true;
    sched_add_blockers(1);
  }
  if (!can_catch(sig)) return;
  wanted |= (u64)1 << sig;
  ignored &= ~((u64)1 << sig);
  install((int)sig, handler);
}

void signal_disable(u32 sig) {
  if (!can_catch(sig)) return;
  wanted &= ~((u64)1 << sig);
  install((int)sig, sig == SIGQUIT ? handler : sig == SIGPIPE ? SIG_IGN : SIG_DFL);
}

void signal_ignore(u32 sig) {
  if (!can_catch(sig)) return;
  wanted &= ~((u64)1 << sig);
  ignored |= (u64)1 << sig;
  install((int)sig, SIG_IGN);
}

bool signal_ignored(u32 sig) {
  if (!can_catch(sig)) return false;
  struct sigaction sa;
  if (sig == SIGPIPE) return ignored >> SIGPIPE & 1;
  return sigaction((int)sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

Status signal_recv(G *g, Slot *result) {
  receiver = g;
  receiver_result = result;
  Status st = sched_park(g, WAIT_ZERO);
  g->status = G_SYSCALL; /* as it is in Go: never a deadlock */
  deliver();
  return st;
}

void signal_wait_idle(void) { deliver(); }

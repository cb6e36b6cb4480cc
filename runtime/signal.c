/* signal.c - signals: the queue of os/signal, SIGQUIT's dump, default actions. See signal.h; Go's runtime/sigqueue.go.
 * A handler only sets a bit in `pending` and wakes the M, which hands the signals to the goroutine in signal_recv. Signals
 * nobody asked for keep the system's default action, except SIGQUIT (dump, exit 2), SIGPIPE (ignored: writes fail with
 * EPIPE and package os raises the signal itself for descriptors 1 and 2) and those that a Go program survives. While a program listens, deadlock detection is
 * off, as a signal may still come. */
#include "runtime/signal.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "runtime/print.h"
#include "runtime/traceback.h"

enum { NSIG_MAX = 65 };

static _Atomic u64 pending;     /* bit per signal that was wanted when it came, set by handlers */
static _Atomic bool dump;       /* SIGQUIT came and was not wanted */
static _Atomic u64 wanted;      /* of os/signal */
static u64 ignored;
static u64 inherited;           /* SIGHUP and SIGINT, when the process was started with them ignored (nohup) */
static G *receiver;
static bool received;           /* the receiver took a signal and has not come back */
static Slot *receiver_result;
static bool listening;

static void deliver(void) {
  if (!receiver) return;
  u64 bits = atomic_load(&pending);
  if (!bits) return;
  u32 sig = (u32)__builtin_ctzll(bits);
  atomic_fetch_and(&pending, ~((u64)1 << sig));
  G *g = receiver;
  receiver = NULL;
  received = true;
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
  if (atomic_load(&dump)) quit_dump();
  deliver();
}

static void handler(int sig) {
  u64 bit = (u64)1 << sig;
  if (atomic_load(&wanted) & bit) atomic_fetch_or(&pending, bit);
  else if (sig == SIGQUIT) atomic_store(&dump, true);
  else return;
  sched_wake();
}

static void install(int sig, void (*fn)(int)) {
  /* SIGQUIT interrupts a system call that the M makes itself; package os repeats it, and the M gets to the dump. */
  struct sigaction sa = {.sa_handler = fn, .sa_flags = SA_ONSTACK | (sig == SIGQUIT ? 0 : SA_RESTART)};
  sigfillset(&sa.sa_mask);
  sigaction(sig, &sa, NULL);
}

/* Signals that end a C program and that Go catches without doing anything. */
static const int no_action[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGIO, SIGPWR};
static void do_nothing(int sig) { (void)sig; }

static void install_default(int sig) {
  void (*fn)(int) = sig == SIGQUIT ? handler : sig == SIGPIPE || inherited >> sig & 1 ? SIG_IGN : SIG_DFL;
  for (u32 i = 0; i < ARRAY_LEN(no_action); i++)
    if (no_action[i] == sig) fn = do_nothing;
  install(sig, fn);
}

void signal_init(void) {
  sched_set_wake_hook(on_wake);
  install_default(SIGPIPE);
  install_default(SIGQUIT);
  for (u32 i = 0; i < ARRAY_LEN(no_action); i++) install_default(no_action[i]);
}

static bool can_catch(u32 sig) { return sig > 0 && sig < NSIG_MAX - 1 && sig != SIGKILL && sig != SIGSTOP; }

void signal_enable(u32 sig) {
  if (!listening) {
    listening = true;
    sched_add_blockers(1);
  }
  if (!can_catch(sig)) return;
  if ((sig == SIGHUP || sig == SIGINT) && signal_ignored(sig) && !(ignored >> sig & 1)) inherited |= (u64)1 << sig;
  wanted |= (u64)1 << sig;
  ignored &= ~((u64)1 << sig);
  install((int)sig, handler);
}

void signal_disable(u32 sig) {
  if (!can_catch(sig)) return;
  wanted &= ~((u64)1 << sig);
  install_default((int)sig);
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

bool signal_wanted(u32 sig) { return can_catch(sig) && atomic_load(&wanted) >> sig & 1; }

Status signal_recv(G *g, Slot *result) {
  receiver = g;
  receiver_result = result;
  received = false;
  Status st = sched_park(g, WAIT_ZERO);
  g->status = G_SYSCALL; /* as it is in Go: never a deadlock */
  deliver();
  return st;
}

bool signal_idle(void) {
  deliver();
  return !received && !atomic_load(&pending);
}

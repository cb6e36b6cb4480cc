/* eval.c - running evaluations and waiting for input (eval.h).
 *
 * A fatal error of Go code comes from deep inside the runtime (go_fatal never returns), so the handler leaves
 * with longjmp to the loop below, the only place in govm that does. What it abandons is one goroutine in the
 * middle of an instruction; the runtime calls go_fatal only where its own structures are whole and no lock is
 * held. */
#include "repl/eval.h"

#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "repl/report.h"
#include "runtime/fatal.h"
#include "runtime/hooks.h"
#include "runtime/host.h"
#include "runtime/print.h"
#include "runtime/sched.h"
#include "runtime/traceback.h"

static G *current; /* of the evaluation, NULL between evaluations */
static bool ended; /* it is over */
static EvalEnd outcome;
static bool waiting, *wait_interrupted;
static atomic_bool interrupt;
static sigjmp_buf fatal_exit;
static const char *fatal_text;

/* ---- tracebacks: the frames of the user's own code ---- */
static bool is_user_frame(const FuncPos *pos) {
  if (pos->flags & BCF_WRAPPER) return false;
  const char *slash = strchr(pos->func, '/'), *dot = strchr(pos->func, '.');
  return strncmp(pos->func, "main.", 5) == 0 || (slash && dot && dot < slash);
}

static void print_user_frames(const G *g) {
  FrameIter it;
  u32 n = 0, elided = 0;
  for (vm_hooks.frame_first(&it, g); it.rec; vm_hooks.frame_next(&it)) {
    FuncPos pos;
    if (!vm_hooks.func_pos(it.pc, it.exact, &pos) || !is_user_frame(&pos)) continue;
    if (++n > 20) {
      elided++;
      continue;
    }
    print_format("%s%s\n\t%s:%u\n", pos.func, it.rec->nargs ? "(...)" : "()", pos.file, pos.line);
  }
  if (elided) print_format("...%u frames elided...\n", elided);
  FuncPos pos;
  if (g->gopc && vm_hooks.func_pos(g->gopc, false, &pos) && is_user_frame(&pos))
    print_format("created by %s\n\t%s:%u\n", pos.func, pos.file, pos.line);
}
static void print_goroutine(G *g) {
  if (!g->pc) return;
  print_c("\n");
  traceback_header(g);
  print_user_frames(g);
}

/* ---- hooks ---- */
static void on_exit_of(G *g) {
  if (g != current) return;
  ended = true;
  current = NULL;
  sched_stop();
}

static void on_panic(G *g) {
  print_goroutine(g);
  if (g == current) outcome = EVAL_PANIC;
  else print_format("(goroutine %llu has ended; the session goes on)\n", (unsigned long long)g->id);
  print_flush();
}

static NORETURN void on_fatal(const char *text) {
  fatal_text = text;
  siglongjmp(fatal_exit, 1);
}

static void abandon(void) {
  ended = true;
  current = NULL;
  sched_stop();
}

static void on_attention(void) {
  if (!waiting && !current) return; /* eval_run will see it */
  if (!atomic_exchange(&interrupt, false)) return;
  if (waiting) {
    *wait_interrupted = true;
    sched_stop();
    return;
  }
  outcome = EVAL_INTERRUPTED;
  print_end();
  print_c("interrupted\n");
  print_goroutine(current);
  print_flush();
  host_kill(current);
  if (current->status == G_WAITING || current->status == G_SYSCALL) abandon(); /* it ends when it wakes up */
}

static void on_sigint(int sig) {
  (void)sig;
  atomic_store(&interrupt, true);
  host_notify();
}

void eval_init(void (*input)(void)) {
  host.active = true;
  host.attention = on_attention;
  host.input = input;
  host.exited = on_exit_of;
  host.panicked = on_panic;
  fatal_set_handler(on_fatal);
  struct sigaction sa = {.sa_handler = on_sigint, .sa_flags = SA_RESTART | SA_ONSTACK};
  sigfillset(&sa.sa_mask);
  sigaction(SIGINT, &sa, NULL);
}

/* ---- running ---- */
/* After go_fatal: with a running goroutine that one is over, else all wait for ever and the evaluation is
 * given up. */
static void after_fatal(void) {
  static u32 deadlocks;
  G *g = sched_current();
  print_end();
  print_format("fatal error: %s\n", fatal_text);
  if (g) {
    print_goroutine(g);
    print_flush();
    if (g == current) outcome = EVAL_FATAL;
    host_bury(g);
    return;
  }
  if (!current) return print_flush();
  deadlocks = outcome == EVAL_FATAL ? deadlocks + 1 : 0;
  outcome = EVAL_FATAL;
  print_goroutine(current);
  print_flush();
  host_kill(current);
  if (current->status == G_WAITING || deadlocks) abandon();
}

/* Runs goroutines until sched_stop or a fatal error. */
static void run_some(void) {
  if (sigsetjmp(fatal_exit, 0) == 0) sched_loop();
  else after_fatal();
}

EvalEnd eval_run(FuncRec *rec) {
  if (atomic_exchange(&interrupt, false)) { /* while it was compiled */
    report_error("interrupted");
    return EVAL_INTERRUPTED;
  }
  current = g_new(NULL, &rec->self);
  ended = false;
  outcome = EVAL_DONE;
  sched_ready(current, true);
  while (!ended) run_some();
  print_flush();
  return outcome;
}

void eval_wait(int fd, const bool *done, bool *interrupted) {
  waiting = true;
  wait_interrupted = interrupted;
  *interrupted = atomic_exchange(&interrupt, false); /* since the prompt was shown */
  sched_add_blockers(1);
  host_watch(fd);
  while (!*done && !*interrupted) run_some();
  host_watch(-1);
  sched_add_blockers(-1);
  waiting = false;
  if (atomic_exchange(&interrupt, false)) *interrupted = true; /* together with the end of the line */
}

void eval_forget_interrupt(void) { atomic_store(&interrupt, false); }
void eval_wake(void) { sched_stop(); }

/* fatal.c - go_fatal, rt_throw and the end of a program that panicked: texts, tracebacks, exit code 2. See fatal.h.
 * The handler, when set, takes over before anything is printed or ended (the REPL, unit tests). */
#include "runtime/fatal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/print.h"
#include "runtime/sched.h"
#include "runtime/traceback.h"

static FatalHandler handler;
static bool dying;

void fatal_set_handler(FatalHandler h) { handler = h; }

static NORETURN void crash_exit(void) {
  print_flush();
  if (traceback_level().crash) {
    signal(SIGABRT, SIG_DFL);
    abort();
  }
  _exit(2);
}

static NORETURN void fatal_exit(const char *prefix, const char *text) {
  if (handler) handler(text);
  print_end();
  print_crash();
  print_format("%s%s\n", prefix, text);
  if (dying) { /* the traceback itself failed */
    print_flush();
    _exit(5);
  }
  dying = true;
  if (traceback_level().level > 0) {
    G *g = sched_current();
    if (g) {
      print_c("\n");
      traceback_goroutine(g);
    }
    traceback_others(g);
  }
  crash_exit();
}

void go_fatal(const char *text) { fatal_exit("fatal error: ", text); }
void rt_throw(const char *text) { fatal_exit("fatal error: govm: ", text); }

void fatal_no_trace(const char *text) {
  if (handler) handler(text);
  print_end();
  print_format("fatal error: %s\n", text);
  print_flush();
  _exit(2);
}

void fatal_panic_exit(G *g) {
  TracebackLevel level = traceback_level();
  dying = true;
  if (level.level > 0) {
    print_c("\n");
    traceback_goroutine(g);
    if (level.all) traceback_others(g);
  }
  crash_exit();
}

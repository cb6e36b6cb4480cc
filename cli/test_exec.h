/* test_exec.h - runs one test binary: starts it in its package's directory, takes what it writes, ends it
 * when it runs too long, and words the result line. The caller polls its descriptors. */
#ifndef GOVM_CLI_TEST_EXEC_H
#define GOVM_CLI_TEST_EXEC_H
#include <poll.h>
#include <sys/types.h>

#include "base/base.h"

typedef struct TestRun {
  const char *dir, *package;
  char *const *argv;      /* the program and its arguments, NULL at the end */
  bool direct;            /* it writes to our standard output itself; nothing is taken */
  bool hold;              /* output is handed on when it has ended, unless it passed and show_pass is off */
  bool keep;              /* output is looked at for warnings and for its last newline */
  bool show_pass, marker; /* marker: the FAIL line starts with ^V for test2json */
  i64 kill_after;         /* nanoseconds until SIGQUIT; 0: never */
  i64 wait_delay;         /* nanoseconds that output may go on after the process ended; 0: unlimited */
  void (*write)(void *ctx, const char *p, size_t n); /* output and result lines */
  void *ctx;
  /* private */
  pid_t pid;
  int pidfd, out, status;
  bool exited, killed, incomplete;
  double started, exit_time, deadline;
  StrBuf text;
} TestRun;

/* Seconds of the monotonic clock. */
double test_now(void);
/* Starts the process; false when there is none, errno says why. */
bool test_run_start(TestRun *r);
/* What to poll for: two entries, -1 when one is of no interest. */
void test_run_poll(const TestRun *r, struct pollfd fds[2]);
/* When to call test_run_step without an event: a time of test_now, 0 for never. */
double test_run_deadline(const TestRun *r);
/* Handles events and time limits; true when the process and its output have ended. */
bool test_run_step(TestRun *r, const struct pollfd fds[2]);
/* Writes the result line; true when the test passed. Frees what test_run_start made. */
bool test_run_finish(TestRun *r);
#endif

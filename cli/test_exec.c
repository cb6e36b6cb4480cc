/* test_exec.c - one running test binary (test_exec.h). Follows runTestActor.Act of cmd/go and os/exec:
 * standard input is /dev/null, both outputs are one pipe or our own standard output, SIGQUIT after the time
 * limit so that the stacks are printed, and output that others hold open is given up some time after the
 * process ended. */
#define _GNU_SOURCE
#include "cli/test_exec.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/test_flags.h"

double test_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Prints "what: why" as package os words it, and ends the child. */
static NORETURN void child_failed(const char *what, const char *name) {
  const char *why = strerror(errno);
  fprintf(stderr, "%s %s: %c%s\n", what, name, tolower((unsigned char)why[0]), why + 1);
  _exit(1);
}

static NORETURN void exec_child(const TestRun *r, int out) {
  int in = open("/dev/null", O_RDONLY);
  dup2(in, 0);
  if (!r->direct) dup2(out, 1);
  dup2(1, 2);
  if (in > 2) close(in);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  if (chdir(r->dir) != 0) child_failed("chdir", r->dir);
  setenv("PWD", r->dir, 1);
  execvp(r->argv[0], r->argv);
  child_failed("fork/exec", r->argv[0]);
}

bool test_run_start(TestRun *r) {
  int fds[2] = {-1, -1};
  r->pidfd = r->out = -1;
  if (!r->direct && pipe2(fds, O_CLOEXEC) != 0) return false;
  fflush(NULL);
  r->started = test_now();
  r->deadline = r->kill_after > 0 ? r->started + (double)r->kill_after * 1e-9 : 0;
  r->pid = fork();
  if (r->pid == 0) exec_child(r, fds[1]);
  if (fds[1] >= 0) close(fds[1]);
  r->out = fds[0];
  if (r->pid > 0) r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
  return r->pid > 0;
}

void test_run_poll(const TestRun *r, struct pollfd fds[2]) {
  fds[0] = (struct pollfd){r->exited ? -1 : r->pidfd, POLLIN, 0};
  fds[1] = (struct pollfd){r->out, POLLIN, 0};
}

double test_run_deadline(const TestRun *r) {
  if (r->exited) return r->wait_delay > 0 ? r->exit_time + (double)r->wait_delay * 1e-9 : 0;
  return r->deadline;
}

static void take_output(TestRun *r) {
  char buf[65536];
  ssize_t n = read(r->out, buf, sizeof buf);
  if (n < 0 && errno == EINTR) return;
  if (n <= 0) {
    close(r->out);
    r->out = -1;
    return;
  }
  if (r->keep || r->hold) sb_write(&r->text, buf, (size_t)n);
  if (!r->hold) r->write(r->ctx, buf, (size_t)n);
}

static void run_out_of_time(TestRun *r) {
  if (r->exited) {
    close(r->out);
    r->out = -1;
    r->incomplete = true;
    return;
  }
  kill(r->pid, r->killed ? SIGKILL : SIGQUIT);
  r->killed = true;
  r->deadline = r->wait_delay > 0 ? test_now() + (double)r->wait_delay * 1e-9 : 0;
}

bool test_run_step(TestRun *r, const struct pollfd fds[2]) {
  double limit = test_run_deadline(r);
  if (fds[1].revents) take_output(r);
  if (fds[0].revents && waitpid(r->pid, &r->status, 0) == r->pid) {
    r->exited = true;
    r->exit_time = test_now();
  } else if (limit > 0 && test_now() >= limit) {
    run_out_of_time(r);
  }
  return r->exited && r->out < 0;
}

/* ---- the result ---- */
static void say(TestRun *r, const char *fmt, ...) PRINTF(2, 3);
static void say(TestRun *r, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  r->write(r->ctx, sb_cstr(&b), b.n);
  sb_free(&b);
}

static const char *duration(i64 ns) {
  StrBuf b = {0};
  test_format_duration(ns, &b);
  const char *s = atom_cstr(sb_cstr(&b))->s;
  sb_free(&b);
  return s;
}

static bool has_line(const StrBuf *b, const char *line) {
  const char *hit = b->n ? memmem(b->p, b->n, line, strlen(line)) : NULL;
  return hit && (hit == b->p || hit[-1] == '\n');
}

static const char *nothing_run(const TestRun *r) {
  if (has_line(&r->text, "testing: warning: -fuzz matches more than one fuzz test, won't fuzz\n"))
    return "[-fuzz matches more than one fuzz test, won't fuzz]";
  if (has_line(&r->text, "testing: warning: no fuzz tests to fuzz\n")) return " [no fuzz tests to fuzz]";
  return has_line(&r->text, "testing: warning: no tests to run\n") ? " [no tests to run]" : "";
}

static void say_exit(TestRun *r) {
  if (r->incomplete && r->status == 0) {
    say(r, "exec: WaitDelay expired before I/O complete\n");
  } else if (WIFEXITED(r->status)) {
    say(r, "exit status %d\n", WEXITSTATUS(r->status));
  } else {
    const char *name = strsignal(WTERMSIG(r->status));
    say(r, "signal: %c%s%s\n", tolower((unsigned char)name[0]), name + 1,
        WCOREDUMP(r->status) ? " (core dumped)" : "");
  }
}

bool test_run_finish(TestRun *r) {
  double seconds = test_now() - r->started;
  bool ok = r->status == 0 && !r->incomplete, text = r->keep && r->text.n > 0;
  bool newline = text && r->text.p[r->text.n - 1] != '\n';
  if (r->hold && (!ok || r->show_pass)) r->write(r->ctx, r->text.p, r->text.n);
  if (ok) {
    if (newline) say(r, "\n");
    say(r, "ok  \t%s\t%.3fs%s\n", r->package, seconds, nothing_run(r));
  } else {
    if (r->killed) say(r, "*** Test killed with quit: ran too long (%s).\n", duration(r->kill_after));
    else if (r->incomplete) say(r, "*** Test I/O incomplete %s after exiting.\n", duration(r->wait_delay));
    if (!WIFEXITED(r->status) || r->incomplete || !text) say_exit(r);
    else if (newline) say(r, "\n");
    say(r, "%sFAIL\t%s\t%.3fs\n", r->marker ? "\x16" : "", r->package, seconds);
  }
  if (r->pidfd >= 0) close(r->pidfd);
  sb_free(&r->text);
  return ok;
}

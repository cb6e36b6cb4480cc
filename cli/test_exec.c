/* test_exec.c - runs a test binary in its package's directory with /dev/null as input, collects what it
 * writes, kills it when it runs too long, and prints the result line. */
#define _GNU_SOURCE
#include "cli/test_exec.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct Running {
  pid_t pid;
  int pidfd, out; /* out: -1 when streaming or at its end */
  bool exited, killed;
  double exit_time;
  StrBuf text;
} Running;

static const double WAIT_DELAY = 5; /* seconds that output may go on after the process ended */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double test_parse_duration(const char *s) {
  static const struct {
    const char *unit;
    double seconds;
  } units[] = {{"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
  double total = 0;
  if (strcmp(s, "0") == 0) return 0;
  if (!*s) return -1;
  while (*s) {
    char *end;
    if (!isdigit((unsigned char)*s) && *s != '.') return -1;
    double v = strtod(s, &end);
    size_t n = 0, i;
    while (end[n] && !isdigit((unsigned char)end[n]) && end[n] != '.') n++;
    for (i = 0; i < ARRAY_LEN(units); i++)
      if (strlen(units[i].unit) == n && strncmp(units[i].unit, end, n) == 0) break;
    if (i == ARRAY_LEN(units)) return -1;
    total += v * units[i].seconds;
    s = end + n;
  }
  return total;
}

static NORETURN void exec_child(const TestRun *r, int out) {
  int in = open("/dev/null", O_RDONLY);
  dup2(in, 0);
  dup2(r->stream ? 1 : out, 1);
  dup2(1, 2);
  if (in > 2) close(in);
  if (chdir(r->dir) != 0) fprintf(stderr, "chdir %s failed\n", r->dir);
  setenv("PWD", r->dir, 1);
  size_t n = 0;
  while (r->args[n]) n++;
  char **argv = xcalloc(n + 2, sizeof *argv);
  argv[0] = (char *)r->binary;
  memcpy(argv + 1, r->args, n * sizeof *argv);
  execv(r->binary, argv);
  perror(r->binary);
  _exit(127);
}

static bool start(Running *p, const TestRun *r) {
  int fds[2] = {-1, -1};
  if (!r->stream && pipe2(fds, O_CLOEXEC) != 0) return false;
  fflush(NULL);
  p->pid = fork();
  if (p->pid < 0) return false;
  if (p->pid == 0) exec_child(r, fds[1]);
  p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0);
  p->out = fds[0];
  if (fds[1] >= 0) close(fds[1]);
  return true;
}

static void take_output(Running *p, bool echo) {
  char buf[65536];
  ssize_t n = read(p->out, buf, sizeof buf);
  if (n <= 0) {
    close(p->out);
    p->out = -1;
    return;
  }
  sb_write(&p->text, buf, (size_t)n);
  if (echo) {
    fwrite(buf, 1, (size_t)n, stdout);
    fflush(stdout);
  }
}

/* Waits for the process and its output. False when others still hold the output open long after it ended. */
static bool wait_for(Running *p, const TestRun *r, double started) {
  double deadline = r->timeout > 0 ? started + r->timeout : 0;
  while (!p->exited || p->out >= 0) {
    double t = now(), until = p->exited ? p->exit_time + WAIT_DELAY : deadline;
    if (until > 0 && t >= until) {
      if (p->exited) return false;
      kill(p->pid, p->killed ? SIGKILL : SIGQUIT);
      p->killed = true;
      deadline = t + WAIT_DELAY;
      continue;
    }
    struct pollfd fds[2] = {{p->exited ? -1 : p->pidfd, POLLIN, 0}, {p->out, POLLIN, 0}};
    poll(fds, 2, until > 0 ? (int)((until - t) * 1000) + 1 : -1);
    if (fds[1].revents) take_output(p, r->show_pass);
    if (fds[0].revents) p->exited = true, p->exit_time = now();
  }
  return true;
}

static bool has_line(const StrBuf *b, const char *line) {
  const char *hit = b->n ? memmem(b->p, b->n, line, strlen(line)) : NULL;
  return hit && (hit == b->p || hit[-1] == '\n');
}

static void print_exit(int status) {
  if (WIFEXITED(status)) {
    printf("exit status %d\n", WEXITSTATUS(status));
  } else {
    const char *name = strsignal(WTERMSIG(status));
    printf("signal: %c%s%s\n", tolower((unsigned char)name[0]), name + 1,
           WCOREDUMP(status) ? " (core dumped)" : "");
  }
}

bool test_exec(const TestRun *r) {
  Running p = {.out = -1};
  double started = now();
  if (!start(&p, r)) {
    printf("fork/exec %s: failed\nFAIL\t%s [build failed]\n", r->binary, r->package);
    return false;
  }
  bool complete = wait_for(&p, r, started);
  int status;
  waitpid(p.pid, &status, 0);
  close(p.pidfd);
  if (p.out >= 0) close(p.out);
  double seconds = now() - started;
  bool ok = status == 0 && complete, shown = r->show_pass || r->stream;
  if (!ok && !shown) fwrite(p.text.p, 1, p.text.n, stdout);
  bool newline = p.text.n > 0 && p.text.p[p.text.n - 1] != '\n' && (shown || !ok);
  if (p.killed) printf("*** Test killed with quit: ran too long (%gs).\n", r->timeout);
  if (!complete) printf("*** Test I/O incomplete %gs after exiting.\n", WAIT_DELAY);
  if (!ok && status == 0)
    printf("exec: WaitDelay expired before I/O complete\n");
  else if (!ok && (!WIFEXITED(status) || p.text.n == 0))
    print_exit(status);
  else if (newline)
    putchar('\n');
  const char *norun = has_line(&p.text, "testing: warning: no tests to run\n") ? " [no tests to run]" : "";
  if (ok)
    printf("ok  \t%s\t%.3fs%s\n", r->package, seconds, norun);
  else
    printf("FAIL\t%s\t%.3fs\n", r->package, seconds);
  fflush(stdout);
  sb_free(&p.text);
  return ok;
}

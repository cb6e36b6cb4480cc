/* test.c - `govm test`: for each package, compiles it with its tests to an executable of its own
 * (test_build.h) and runs that in the package's directory (test_exec.h), several at a time. Flags and output
 * are go test's. One thread: jobs go through the states below, in package order where order shows; at most -p
 * processes are alive. Runs start in package order and only when the builds before them are done, results are
 * printed in package order. Differences from the go command: docs/testing.md. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/image.h"
#include "cli/test_build.h"
#include "cli/test_exec.h"
#include "cli/test_json.h"
#include "cli/test_packages.h"

typedef enum JobState { JOB_WAITING, JOB_BUILDING, JOB_BUILT, JOB_RUNNING, JOB_DONE } JobState;

typedef struct Session Session;
typedef struct Job {
  Session *session;
  const TestTarget *target;
  JobState state;
  TestBuild build;
  TestRun run;
  ArgList argv;
  TestJson *json;
  StrBuf report; /* what is printed when its turn comes */
  int pidfd;     /* of the compiler */
} Job;

struct Session {
  TestFlags f;
  TestTargets targets;
  Job *jobs;
  u32 n, next_build, next_run, next_print;
  int active;                /* processes alive */
  const char *work;          /* directory of intermediate files */
  bool failed;               /* the exit status is 1 */
  bool build_failed;         /* something did not compile */
  bool stop;                 /* -failfast: start no more tests */
  bool stream;               /* tests write while they run: no package named, benchmarks, fuzzing */
  bool pass_on;              /* output is printed as it comes and looked at, too */
  bool output_is_dir;        /* -o */
  VEC(const Atom *) printed; /* compile errors that were printed */
};

enum { MAX_BACKLOG = 16 }; /* executables that wait to be run */

static volatile sig_atomic_t interrupted;

static void on_signal(int sig) { interrupted = sig; }

/* ---- output ---- */
/* Output of a test and its result lines: to the JSON converter, to us, or kept until the package's turn. */
static void job_write(void *ctx, const char *p, size_t n) {
  Job *j = ctx;
  if (j->json) {
    test_json_write(j->json, p, n);
  } else if (j->run.hold) {
    sb_write(&j->report, p, n);
  } else {
    fwrite(p, 1, n, stdout);
    fflush(stdout);
  }
}

static void job_line(Job *j, const char *line) { job_write(j, line, strlen(line)); }

/* Errors of the compiler, each once: a package that several tests import fails for all of them. */
static void print_messages(Session *s, const TestBuild *b) {
  if (b->messages.n == 0) return;
  size_t head = strcspn(b->messages.p, "[\n"), line = strcspn(b->messages.p, "\n"); /* "# p [q.test]" */
  while (head > 0 && b->messages.p[head - 1] == ' ') head--;
  const Atom *text = atom_printf("%.*s%s", (int)head, b->messages.p, b->messages.p + line);
  for (u32 i = 0; i < s->printed.n; i++)
    if (s->printed.v[i] == text) return;
  VEC_PUSH(NULL, &s->printed, text);
  fflush(stdout);
  if (s->f.json) test_json_build(stdout, b->failed, b->messages.p, b->messages.n);
  else fwrite(b->messages.p, 1, b->messages.n, stderr);
}

static void job_done(Job *j, bool ok) {
  Session *s = j->session;
  bool built = j->build.status == TEST_BUILT || j->build.status == TEST_NO_TESTS;
  if (j->json) test_json_close(j->json, ok, built ? NULL : j->build.failed);
  j->json = NULL;
  j->state = JOB_DONE;
  if (!ok) s->failed = true;
  if (j->build.binary && !s->f.keep_work) unlink(j->build.binary);
  if (!s->f.keep_work) rmdir(j->build.work);
}

/* ---- commands shown by -x and -n ---- */
static void show_word(const Session *s, const char *word) {
  size_t n = strlen(s->work);
  if (strncmp(word, s->work, n) == 0) fprintf(stderr, "$WORK%s", word + n);
  else fputs(word, stderr);
}

static void show_build(const Session *s, const Job *j) {
  fputs("mkdir -p ", stderr);
  show_word(s, j->build.work);
  fputs("/\ngovm test -c -o ", stderr);
  show_word(s, j->build.binary);
  for (int i = 0; i < j->build.nargs; i++) fprintf(stderr, " %s", j->build.args[i]);
  fputc('\n', stderr);
}

static void show_run(const Session *s, const Job *j) {
  for (u32 i = 0; j->argv.v[i]; i++) {
    if (i > 0) fputc(' ', stderr);
    show_word(s, j->argv.v[i]);
  }
  fputc('\n', stderr);
}

/* ---- building ---- */
static bool start_build(Session *s) {
  Job *j = &s->jobs[s->next_build];
  j->build = (TestBuild){.args = j->target->args, .nargs = j->target->nargs};
  j->build.work = atom_printf("%s/b%03u", s->work, s->next_build + 1)->s;
  s->next_build++;
  if (mkdir(j->build.work, 0777) != 0 || !test_build_start(&j->build, &s->f)) {
    cli_error("cannot start a process in %s: %s", j->build.work, strerror(errno));
    return false;
  }
  j->pidfd = (int)syscall(SYS_pidfd_open, j->build.pid, 0);
  j->state = JOB_BUILDING;
  s->active++;
  return true;
}

static void end_build(Session *s, Job *j) {
  int status;
  waitpid(j->build.pid, &status, 0);
  close(j->pidfd);
  s->active--;
  test_build_finish(&j->build, status);
  bool ok = j->build.status == TEST_BUILT || j->build.status == TEST_NO_TESTS;
  if (!ok && j->build.status != TEST_SETUP_FAILED) s->build_failed = true;
  if (ok && j->build.binary && (s->f.print || s->f.print_only)) show_build(s, j);
  j->state = JOB_BUILT;
}

/* ---- running ---- */
/* Where -c, -o and profiles want the executable; NULL: nowhere. */
static const char *kept_path(const Session *s, const Job *j) {
  const char *name = strrchr(j->build.binary, '/') + 1, *out = s->f.output;
  if (!s->f.compile_only && !s->f.profile && !*out) return NULL;
  if (!*out) return name;
  if (strcmp(out, "/dev/null") == 0) return NULL;
  size_t n = strlen(out);
  return s->output_is_dir ? atom_printf("%s%s%s", out, out[n - 1] == '/' ? "" : "/", name)->s : out;
}

static bool keep_binary(const Session *s, const Job *j) {
  Err e;
  const char *to = kept_path(s, j);
  if (!to || s->f.print_only) return true;
  if (s->output_is_dir) mkdir(s->f.output, 0777);
  return test_build_keep(&j->build, to, &e) || cli_error("%s", e.msg) == 0;
}

/* Where generated inputs of fuzz targets are remembered. */
static const char *fuzz_cache(const Job *j) {
  const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  const char *root = base && *base ? base : atom_printf("%s/.cache", home && *home ? home : "/tmp")->s;
  return atom_printf("-test.fuzzcachedir=%s/govm/fuzz/%s", root, j->build.path)->s;
}

static void set_arguments(const Session *s, Job *j) {
  for (u32 i = 0; i < s->f.exec.n; i++) VEC_PUSH(NULL, &j->argv, s->f.exec.v[i]);
  VEC_PUSH(NULL, &j->argv, (char *)j->build.binary);
  VEC_PUSH(NULL, &j->argv, (char *)"-test.paniconexit0");
  if (*s->f.fuzz) VEC_PUSH(NULL, &j->argv, (char *)fuzz_cache(j));
  for (u32 i = 0; i < s->f.args.n; i++) VEC_PUSH(NULL, &j->argv, s->f.args.v[i]);
  VEC_PUSH(NULL, &j->argv, NULL);
}

static void run_binary(Session *s, Job *j) {
  const i64 second = 1000000000;
  i64 limit = s->f.timeout, delay = limit / 10 < 5 * second ? 5 * second : limit / 10;
  bool limited = limit > 0 && !*s->f.fuzz && !*s->f.bench;
  set_arguments(s, j);
  if (s->f.print || s->f.print_only) show_run(s, j);
  if (s->f.print_only) {
    job_done(j, true);
    return;
  }
  TestRun *r = &j->run;
  r->dir = j->build.dir;
  r->package = j->build.path;
  r->argv = j->argv.v;
  r->direct = s->stream && !j->json;
  r->keep = !s->stream;
  r->show_pass = s->f.show_pass;
  r->marker = j->json || s->f.json_markers;
  r->wait_delay = limited ? delay : 0;
  r->kill_after = limited ? limit + (delay < 60 * second ? 60 * second : delay) : 0;
  if (test_run_start(r)) {
    j->state = JOB_RUNNING;
    s->active++;
    return;
  }
  job_line(
      j,
      atom_printf("fork/exec %s: %s\nFAIL\t%s\t0.000s\n", j->argv.v[0], strerror(errno), j->build.path)->s);
  job_done(j, false);
}

/* The package's turn to run: its test is started, or what there is to say instead is said. */
static void start_run(Session *s) {
  Job *j = &s->jobs[s->next_run++];
  TestBuildStatus status = j->build.status;
  bool skip = (j->target->from_pattern && j->build.excluded) || (s->stop && status != TEST_SETUP_FAILED);
  bool silent = s->f.compile_only && (status == TEST_BUILT || status == TEST_BUILD_FAILED);
  j->run = (TestRun){.write = job_write, .ctx = j, .hold = !s->stream && !s->pass_on};
  if (skip) {
    job_done(j, true);
    return;
  }
  print_messages(s, &j->build);
  if (s->f.json && !silent) j->json = test_json_new(stdout, j->build.path);
  if (silent) {
    job_done(j, status == TEST_BUILT && keep_binary(s, j));
  } else if (status == TEST_BUILT) {
    run_binary(s, j);
  } else if (status == TEST_NO_TESTS) {
    if (!s->f.print_only) job_line(j, atom_printf("?   \t%s\t[no test files]\n", j->build.path)->s);
    job_done(j, true);
  } else {
    const char *what = status == TEST_SETUP_FAILED ? "setup" : "build";
    job_line(j, atom_printf("FAIL\t%s [%s failed]\n", j->build.path, what)->s);
    job_done(j, false);
  }
}

static void end_run(Session *s, Job *j) {
  s->active--;
  bool ok = test_run_finish(&j->run);
  if (!ok && s->f.fail_fast) s->stop = true;
  if (!keep_binary(s, j)) ok = false;
  job_done(j, ok);
}

/* ---- the loop ---- */
static bool may_run(const Session *s) {
  if (s->next_run == s->n || s->jobs[s->next_run].state != JOB_BUILT) return false;
  if (!*s->f.bench || s->f.compile_only) return true;
  /* Benchmarks have the machine for themselves. */
  return s->next_build == s->n && s->active == 0 && s->next_run == s->next_print;
}

static bool may_build(const Session *s) {
  bool bench = *s->f.bench && !s->f.compile_only;
  return s->next_build < s->n && (bench || s->next_build - s->next_run < MAX_BACKLOG);
}

/* Starts what may be started and prints what is ready. False when a process cannot be started. */
static bool advance(Session *s) {
  for (bool more = true; more;) {
    more = false;
    if (s->active < s->f.parallel && !interrupted) {
      if (may_run(s)) {
        start_run(s);
        more = true;
      } else if (may_build(s)) {
        if (!start_build(s)) return false;
        more = true;
      }
    }
    for (; s->next_print < s->n && s->jobs[s->next_print].state == JOB_DONE; s->next_print++, more = true) {
      Job *j = &s->jobs[s->next_print];
      fwrite(j->report.p, 1, j->report.n, stdout);
      fflush(stdout);
      sb_free(&j->report);
    }
  }
  return true;
}

/* Waits for the next event of the running processes and handles all there are. */
static void wait_events(Session *s) {
  VEC(struct pollfd) fds = {0};
  double wake = 0;
  for (u32 i = s->next_print; i < s->next_build; i++) {
    Job *j = &s->jobs[i];
    struct pollfd two[2] = {{j->pidfd, POLLIN, 0}, {-1, 0, 0}};
    if (j->state != JOB_BUILDING && j->state != JOB_RUNNING) continue;
    if (j->state == JOB_RUNNING) {
      double d = test_run_deadline(&j->run);
      test_run_poll(&j->run, two);
      if (d > 0 && (wake == 0 || d < wake)) wake = d;
    }
    VEC_PUSH(NULL, &fds, two[0]);
    VEC_PUSH(NULL, &fds, two[1]);
  }
  double left = wake - test_now();
  int ms = wake == 0 || left > 3600 ? -1 : left < 0 ? 0 : (int)(left * 1000) + 1;
  int n = poll(fds.v, fds.n, ms);
  for (u32 i = s->next_print, k = 0; n >= 0 && i < s->next_build; i++) {
    Job *j = &s->jobs[i];
    if (j->state != JOB_BUILDING && j->state != JOB_RUNNING) continue;
    const struct pollfd *two = &fds.v[k];
    k += 2;
    if (j->state == JOB_BUILDING && two[0].revents) end_build(s, j);
    else if (j->state == JOB_RUNNING && test_run_step(&j->run, two)) end_run(s, j);
  }
  VEC_FREE(&fds);
}

/* SIGTERM came to us alone: ends the processes; what Ctrl-C sends, they have got themselves. */
static void pass_signal(const Session *s) {
  for (u32 i = 0; i < s->next_build; i++) {
    const Job *j = &s->jobs[i];
    if (j->state == JOB_BUILDING) kill(j->build.pid, SIGTERM);
    if (j->state == JOB_RUNNING) kill(j->run.pid, SIGTERM);
  }
}

static bool run_jobs(Session *s) {
  bool passed = false;
  while (advance(s) && s->next_print < s->n) {
    if (interrupted && s->active == 0) break;
    if (interrupted == SIGTERM && !passed) pass_signal(s), passed = true;
    wait_events(s);
  }
  return s->next_print == s->n;
}

/* ---- the command ---- */
static bool check_combination(Session *s) {
  const TestFlags *f = &s->f;
  size_t n = strlen(f->output);
  struct stat st;
  s->output_is_dir = n && (f->output[n - 1] == '/' || (stat(f->output, &st) == 0 && S_ISDIR(st.st_mode)));
  bool null = strcmp(f->output, "/dev/null") == 0;
  if (s->n > 1 && *f->fuzz) return fputs("cannot use -fuzz flag with multiple packages\n", stderr), false;
  if (*f->fuzz && test_names_std(s->targets.v[0].args[0]))
    return fputs("cannot use -fuzz flag on package outside the main module\n", stderr), false;
  if (f->profile && *f->fuzz)
    return fprintf(stderr, "cannot use %s flag with -fuzz flag\n", f->profile), false;
  if (s->n > 1 && f->profile)
    return fprintf(stderr, "cannot use %s flag with multiple packages\n", f->profile), false;
  if (s->n > 1 && *f->output && !s->output_is_dir && !null)
    return fputs("with multiple packages, -o must refer to a directory or /dev/null\n", stderr), false;
  return true;
}

static bool open_work(Session *s) {
  const char *base = getenv("TMPDIR");
  char *work = (char *)atom_printf("%s/govm-testXXXXXX", base && *base ? base : "/tmp")->s;
  if (!mkdtemp(work)) return cli_error("cannot make a directory like %s: %s", work, strerror(errno)), false;
  s->work = work;
  if (s->f.keep_work || s->f.print) fprintf(stderr, "WORK=%s\n", work);
  struct sigaction act = {.sa_handler = on_signal};
  sigaction(SIGINT, &act, NULL);
  sigaction(SIGTERM, &act, NULL);
  return true;
}

/* Removes what an interrupted run leaves. */
static void close_work(Session *s) {
  for (u32 i = 0; i < s->next_build && !s->f.keep_work; i++) {
    const TestBuild *b = &s->jobs[i].build;
    if (s->jobs[i].state == JOB_DONE) continue;
    if (b->binary) unlink(b->binary);
    rmdir(b->work);
  }
  if (!s->f.keep_work) rmdir(s->work);
}

static void free_session(Session *s) {
  for (u32 i = 0; i < s->n; i++) {
    test_build_free(&s->jobs[i].build);
    sb_free(&s->jobs[i].report);
    VEC_FREE(&s->jobs[i].argv);
  }
  xfree(s->jobs);
  VEC_FREE(&s->printed);
  test_targets_free(&s->targets);
  test_flags_free(&s->f);
}

int cmd_test(int argc, char **argv) {
  Session s = {0};
  int status;
  if (argc > 1 && strcmp(argv[1], TEST_COMPILE) == 0) return test_build_main(argc - 1, argv + 1);
  image_use();
  if (!test_flags_parse(&s.f, argc, argv, &status)) return status;
  if (!test_targets(&s.f, &s.targets)) return 1;
  s.n = s.targets.n;
  if (!check_combination(&s) || !open_work(&s)) return 1;
  s.stream = s.f.packages.n == 0 || *s.f.bench || *s.f.fuzz;
  s.pass_on = s.f.json || (s.f.show_pass && (s.n == 1 || s.f.parallel == 1));
  s.jobs = xcalloc(s.n, sizeof *s.jobs);
  for (u32 i = 0; i < s.n; i++) s.jobs[i] = (Job){.session = &s, .target = &s.targets.v[i]};
  if (!run_jobs(&s)) s.failed = true;
  close_work(&s);
  bool all_built = !s.f.compile_only || !s.build_failed;
  if (s.failed && !interrupted && all_built && !s.f.json && !*s.f.fuzz && s.f.packages.n > 0) puts("FAIL");
  fflush(stdout);
  bool failed = s.failed;
  free_session(&s);
  return failed;
}

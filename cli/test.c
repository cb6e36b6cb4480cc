/* test.c - `govm test`: for each package, compiles it with its tests to an executable of its own (bundle.h)
 * in a child process and runs that in the package's directory. Flags and output are go test's. Not here: the
 * tests' main package (test_main.c), running a binary (test_exec.c). */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/program.h"
#include "cli/test_exec.h"
#include "cli/test_main.h"

typedef struct TestCommand {
  ProgramFlags flags;
  VEC(char *) packages;
  VEC(char *) args; /* of the test binary */
  bool compile_only, verbose, bench, fail_fast;
  const char *timeout;
} TestCommand;

/* What the compiling child tells its parent: its exit status, and a file with import path and directory. */
enum BuildStatus { BUILD_OK, BUILD_FAILED, BUILD_SETUP_FAILED, BUILD_NO_TESTS };

static const char *const bool_flags[] = {"v", "short", "failfast", "benchmem", "fullpath", "artifacts"};
static const char *const valued_flags[] = {
    "run",          "skip",             "bench",         "benchtime",    "count",
    "cpu",          "timeout",          "parallel",      "list",         "shuffle",
    "fuzz",         "fuzztime",         "outputdir",     "cpuprofile",   "fuzzminimizetime",
    "memprofile",   "memprofilerate",   "blockprofile",  "mutexprofile", "mutexprofilefraction",
    "trace",        "blockprofilerate",
};

static bool is_listed(const char *const *list, size_t n, const char *name, size_t len) {
  for (size_t i = 0; i < n; i++)
    if (strlen(list[i]) == len && strncmp(list[i], name, len) == 0) return true;
  return false;
}

static void note_flag(TestCommand *c, const char *name, size_t len, const char *value) {
  bool on = strcmp(value, "false") != 0;
  if (len == 1 && *name == 'v') c->verbose = on;
  if (len == 8 && strncmp(name, "failfast", len) == 0) c->fail_fast = on;
  if (len == 5 && strncmp(name, "bench", len) == 0) c->bench = *value != 0;
  if (len == 4 && strncmp(name, "list", len) == 0) c->verbose = true;
  if (len == 7 && strncmp(name, "timeout", len) == 0) c->timeout = value;
}

/* Takes one flag of the test binary: false when args[*i] is none. */
static bool take_test_flag(TestCommand *c, int argc, char **argv, int *i) {
  const char *a = argv[*i] + 1;
  if (*a == '-') a++;
  if (strncmp(a, "test.", 5) == 0) a += 5;
  size_t len = strcspn(a, "=");
  const char *value = a[len] ? a + len + 1 : NULL;
  if (is_listed(bool_flags, ARRAY_LEN(bool_flags), a, len)) {
    if (!value) value = "true";
  } else if (is_listed(valued_flags, ARRAY_LEN(valued_flags), a, len)) {
    if (!value && *i + 1 < argc) value = argv[++*i];
    if (!value) return false;
  } else {
    return false;
  }
  note_flag(c, a, len, value);
  char *arg;
  if (asprintf(&arg, "-test.%.*s=%s", (int)len, a, value) < 0) return false;
  VEC_PUSH(NULL, &c->args, arg);
  return true;
}

static bool parse_command(TestCommand *c, int argc, char **argv) {
  c->timeout = "10m0s";
  int i = 1;
  for (; i < argc; i++) {
    char *a = argv[i];
    int next = i;
    if (strcmp(a, "-args") == 0 || strcmp(a, "--args") == 0) break;
    if (a[0] != '-') {
      VEC_PUSH(NULL, &c->packages, a);
    } else if (strcmp(a, "-c") == 0) {
      c->compile_only = true;
    } else if (strncmp(a, "-vet=", 5) == 0) {
      continue;
    } else if (!take_test_flag(c, argc, argv, &i)) {
      char *one[2] = {a, i + 1 < argc ? argv[i + 1] : NULL};
      next = 0;
      if (!program_flags(&c->flags, strchr(a, '=') || !one[1] ? 1 : 2, one, &next)) return false;
      i += next > 1 && strcmp(a, "-v") != 0;
    }
  }
  for (i++; i < argc; i++) VEC_PUSH(NULL, &c->args, argv[i]);
  if (test_parse_duration(c->timeout) < 0)
    return cli_error("invalid value \"%s\" for flag -timeout: parse error", c->timeout), false;
  return true;
}

/* ---- compiling ---- */
/* In the child: loads, lowers, writes the executable. */
static enum BuildStatus build(const TestCommand *c, char *package, const char *binary, const char *facts) {
  Program p = {0};
  Err e;
  bool ok = program_load_tests(&p, &c->flags, package, test_main_text);
  if (!p.tested) return BUILD_SETUP_FAILED;
  FILE *f = fopen(facts, "we");
  char *dir = realpath(*p.tested->dir->s ? p.tested->dir->s : ".", NULL);
  if (f) {
    fprintf(f, "%s\n%s\n", p.tested->path->s, dir ? dir : "");
    fclose(f);
  }
  free(dir);
  if (!ok) return BUILD_FAILED;
  if (!p.main) return BUILD_NO_TESTS;
  BcModule *m = program_lower(&p, false);
  if (!m) return BUILD_FAILED;
  m->goversion = atom_cstr(cli_go_version(cli_goroot(&e)));
  if (!bundle_write(binary, m, &e)) return cli_error("%s", e.msg), BUILD_FAILED;
  return BUILD_OK;
}

static enum BuildStatus build_in_child(const TestCommand *c, char *package, const char *binary,
                                       const char *facts) {
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    int status = build(c, package, binary, facts);
    fflush(NULL);
    _exit(status);
  }
  int status;
  if (pid < 0 || waitpid(pid, &status, 0) < 0) return BUILD_SETUP_FAILED;
  if (!WIFEXITED(status)) fprintf(stderr, "govm: the compiler was ended by signal %d\n", WTERMSIG(status));
  return WIFEXITED(status) ? (enum BuildStatus)WEXITSTATUS(status) : BUILD_FAILED;
}

/* Reads import path and directory that the child left. */
static void read_facts(const char *facts, char *package, StrBuf *path, StrBuf *dir) {
  StrBuf text = {0};
  Err e;
  if (cli_read_file(facts, &text, &e)) {
    const char *s = sb_cstr(&text), *nl = strchr(s, '\n');
    sb_write(path, s, (size_t)(nl - s));
    sb_write(dir, nl + 1, strcspn(nl + 1, "\n"));
  } else {
    sb_puts(path, package);
  }
  sb_free(&text);
}

/* ---- one package ---- */
static bool run_binary(const TestCommand *c, const char *binary, const char *path, const char *dir) {
  VEC(char *) args = {0};
  StrBuf timeout = {0};
  VEC_PUSH(NULL, &args, (char *)"-test.paniconexit0");
  sb_printf(&timeout, "-test.timeout=%s", c->timeout);
  VEC_PUSH(NULL, &args, (char *)sb_cstr(&timeout));
  for (u32 i = 0; i < c->args.n; i++) VEC_PUSH(NULL, &args, c->args.v[i]);
  VEC_PUSH(NULL, &args, NULL);
  double limit = test_parse_duration(c->timeout);
  TestRun r = {
      .binary = binary,
      .dir = dir,
      .package = path,
      .args = args.v,
      .stream = c->packages.n == 0 || c->bench,
      .show_pass = c->verbose,
      .timeout = limit > 0 ? limit + (limit / 10 > 60 ? limit / 10 : 60) : 0,
  };
  bool ok = test_exec(&r);
  sb_free(&timeout);
  VEC_FREE(&args);
  return ok;
}

/* Moves a file, to another file system too. */
static bool move_file(const char *from, const char *to) {
  StrBuf b = {0};
  Err e;
  if (rename(from, to) == 0) return true;
  FILE *f = cli_read_file(from, &b, &e) ? fopen(to, "we") : NULL;
  bool ok = f && fwrite(b.p, 1, b.n, f) == b.n && fchmod(fileno(f), 0755) == 0;
  if (f && fclose(f) != 0) ok = false;
  sb_free(&b);
  return ok;
}

/* The name that -c gives the binary: -o, or the last element of the path with ".test". */
static const char *kept_name(const TestCommand *c, const char *path) {
  if (c->flags.output) return c->flags.output;
  const char *slash = strrchr(path, '/');
  return atom_printf("%s.test", slash ? slash + 1 : path)->s;
}

static bool test_package(const TestCommand *c, char *package, const char *tmp) {
  StrBuf path = {0}, dir = {0};
  const char *facts = atom_printf("%s/facts", tmp)->s;
  const Atom *base = atom_cstr(package);
  char *abs = package[0] == '.' || package[0] == '/' ? realpath(package, NULL) : NULL;
  const char *name = strrchr(abs ? abs : base->s, '/');
  const char *binary = atom_printf("%s/%s.test", tmp, name ? name + 1 : base->s)->s;
  free(abs);
  unlink(facts);
  enum BuildStatus status = build_in_child(c, package, binary, facts);
  read_facts(facts, package, &path, &dir);
  bool ok = status == BUILD_OK || status == BUILD_NO_TESTS;
  if (!ok) {
    printf("FAIL\t%s [%s failed]\n", sb_cstr(&path), status == BUILD_SETUP_FAILED ? "setup" : "build");
  } else if (status == BUILD_NO_TESTS) {
    printf("?   \t%s\t[no test files]\n", sb_cstr(&path));
  } else if (c->compile_only) {
    const char *kept = kept_name(c, sb_cstr(&path));
    ok = move_file(binary, kept) || cli_error("cannot write %s", kept) == 0;
  } else {
    ok = run_binary(c, binary, sb_cstr(&path), sb_cstr(&dir));
  }
  fflush(stdout);
  unlink(binary);
  unlink(facts);
  sb_free(&path);
  sb_free(&dir);
  return ok;
}

int cmd_test(int argc, char **argv) {
  TestCommand c = {0};
  if (!parse_command(&c, argc, argv)) return 2;
  const char *base = getenv("TMPDIR");
  char *tmp = (char *)atom_printf("%s/govm-test-XXXXXX", base && *base ? base : "/tmp")->s;
  if (!mkdtemp(tmp)) return cli_error("cannot make a directory like %s", tmp);
  bool ok = true;
  char here[] = ".";
  if (c.packages.n == 0) ok = test_package(&c, here, tmp);
  for (u32 i = 0; i < c.packages.n && (ok || !c.fail_fast); i++) ok &= test_package(&c, c.packages.v[i], tmp);
  rmdir(tmp);
  if (!ok && c.packages.n > 0) puts("FAIL");
  fflush(stdout);
  return !ok;
}

/* test_flags.h - the command line of `govm test`: go test's flags, packages and arguments for the tests. */
#ifndef GOVM_CLI_TEST_FLAGS_H
#define GOVM_CLI_TEST_FLAGS_H
#include "cli/build_flags.h"

typedef VEC(char *) ArgList;

typedef struct TestFlags {
  BuildFlags build;         /* of these, program and what changes the executable */
  ArgList packages;         /* as given: empty means the current directory */
  ArgList args;             /* what every test binary gets, "-test.timeout=10m0s" ... */
  ArgList exec;             /* -exec: the program that starts the binary, and its arguments */
  bool compile_only;        /* -c */
  bool json;                /* -json */
  bool show_pass;           /* the output of passing tests is shown: -v, -list, -help for the test */
  bool json_markers;        /* -v=test2json without -json */
  bool fail_fast;           /* -failfast */
  bool print, print_only;   /* -x, -n */
  bool keep_work;           /* -work */
  const char *bench, *fuzz; /* "" without */
  const char *profile;      /* the flag that writes a profile, "-cpuprofile"; NULL */
  const char *output;       /* -o, "" */
  i64 timeout;              /* nanoseconds; 0: none */
  int parallel;             /* -p */
  int argc;    /* the command line itself, and the working directory before -C, for a process that */
  char **argv; /* parses it again */
  int start_dir;
} TestFlags;

/* Parses argv[1..argc) as cmd/go does: flags before and behind one list of packages, unknown flags and what
 * follows them are for the test binary. *status is the exit status when the result is false; the message is
 * printed. */
bool test_flags_parse(TestFlags *f, int argc, char **argv, int *status);
void test_flags_free(TestFlags *f);

/* Nanoseconds of a duration as Go writes it ("1h10m", "1.5s"); false when it is none. */
bool test_parse_duration(const char *s, i64 *ns);
/* As time.Duration.String prints it: "1m30s". */
void test_format_duration(i64 ns, StrBuf *out);
#endif

/* test_exec.h - runs one test binary and prints its result line, as cmd/go/internal/test does. */
#ifndef GOVM_CLI_TEST_EXEC_H
#define GOVM_CLI_TEST_EXEC_H
#include "base/base.h"

typedef struct TestRun {
  const char *binary, *dir, *package;
  char *const *args; /* behind argv[0], NULL at the end */
  bool stream;       /* the test writes to our standard output itself */
  bool show_pass;    /* print the output of passing tests too */
  double timeout;    /* seconds until it is killed; 0: never */
} TestRun;

/* True when the test passed; the "ok" or "FAIL" line is printed. */
bool test_exec(const TestRun *r);
/* Seconds of a duration as Go writes it ("1h10m", "1.5s"); -1 when it is none. */
double test_parse_duration(const char *s);
#endif

/* test_packages.h - the packages that the arguments of `govm test` name. */
#ifndef GOVM_CLI_TEST_PACKAGES_H
#define GOVM_CLI_TEST_PACKAGES_H
#include "cli/test_flags.h"

typedef struct TestTarget {
  char **args; /* .go files, one directory or one import path */
  int nargs;
  bool from_pattern; /* found by a pattern: not tested when build constraints leave nothing of it */
} TestTarget;
typedef VEC(TestTarget) TestTargets;

/* Expands the arguments, each package once; false after a message. */
bool test_targets(const TestFlags *f, TestTargets *out);
void test_targets_free(TestTargets *t);
#endif

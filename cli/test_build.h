/* test_build.h - compiles one package with its tests to an executable, in a child process. */
#ifndef GOVM_CLI_TEST_BUILD_H
#define GOVM_CLI_TEST_BUILD_H
#include <sys/types.h>

#include "cli/test_flags.h"

typedef enum TestBuildStatus {
  TEST_BUILT,
  TEST_BUILD_FAILED, /* the package or what it imports does not compile */
  TEST_SETUP_FAILED, /* its files or imports are not in order */
  TEST_NO_TESTS,     /* it compiles and has no test files */
} TestBuildStatus;

typedef struct TestBuild {
  char *const *args; /* what names the package: .go files, a directory or an import path */
  int nargs;
  const char *work; /* an own directory for intermediate files, below the command's */
  pid_t pid;        /* of the compiler while it runs */
  /* the result */
  TestBuildStatus status;
  const char *path;   /* import path; what the command line says when it is not known */
  const char *dir;    /* absolute, where the tests are run */
  const char *binary; /* the executable, in work */
  const char *failed; /* the package that is to blame, as `go list` names it: "p [p.test]" */
  StrBuf messages;    /* "# package" and the errors */
  bool excluded;      /* build constraints leave no files */
} TestBuild;

/* Starts the compiler; args, nargs and work are set. With f->print_only it stops after loading. */
bool test_build_start(TestBuild *b, const TestFlags *f);
/* What a compiler does that is a process of its own: argv is TEST_COMPILE, work directory, number of
 * arguments, the arguments, the command line of `govm test`. Returns the exit status. */
#define TEST_COMPILE "-compile-for"
int test_build_main(int argc, char **argv);
/* Whether the argument names a package of std. */
bool test_names_std(const char *arg);
/* Takes the result of the compiler that ended with wait status `status`. */
void test_build_finish(TestBuild *b, int status);
/* Moves the executable to its place (-c, -o); false and *e when it cannot. */
bool test_build_keep(const TestBuild *b, const char *to, Err *e);
void test_build_free(TestBuild *b);
#endif

/* program.h - from what the command line names to checked packages and a module: what run, check, build, test and dump share. */
#ifndef GOVM_CLI_PROGRAM_H
#define GOVM_CLI_PROGRAM_H
#include "cli/cli.h"
#include "frontend/loader.h"
#include "frontend/lower.h"

typedef struct ProgramFlags { /* flags that several subcommands take */
  const char *lang;           /* -lang=go1.N, NULL */
  bool all_errors;            /* -e: no limit of 10 */
  bool incomplete;            /* -complete=false: functions may lack bodies, as for go tool compile */
  const char *output;         /* -o */
  LoadConfig load;
} ProgramFlags;

/* Takes the flags in front of argv[*i]: true and *i behind them, or false after a message (the exit status is 2).
 * Flags that only concern machine code (-gcflags, -N, -l ...) are accepted and do nothing. */
bool program_flags(ProgramFlags *f, int argc, char **argv, int *i);

typedef struct Program {
  DiagSink sink;
  Loader *loader;
  const char *goroot;      /* image_goroot() */
  VEC(Package *) packages; /* in dependency order, runtime first */
  Package *main;           /* the package named, or the tests' main */
  LoadPackage *tested;     /* program_load_tests: the package under test */
  LoadPathList expanded;   /* program_load_library: what the patterns name, packages with nothing but tests included */
  VEC(BcModule *) modules; /* program_lower: in the order of linking */
  PtrMap compiled;         /* with an image in use: LoadPackage -> Compiled (program.c) */
} Program;

/* Loads and checks the package that args[0..n) names: .go files, one directory or one import path. Diagnostics are printed
 * on standard error. With whole set, runtime and what it imports are loaded too, so that the result can be lowered; bodies of
 * std functions are checked when lowering reaches them. With an image in use std is not loaded. False when there were errors. */
bool program_load(Program *p, const ProgramFlags *f, char *const *args, int n, bool whole);
/* Loads and checks the package that args[0..n) names (as for program_load) with its _test.go files, and the package `main`
 * that make writes for it: it gets the package under test and returns false when there is nothing to run, the package is then
 * checked alone and p->main is NULL. Errors as above; p->packages is empty until loading succeeded, and its last one has the
 * errors when checking failed. */
typedef bool (*ProgramMakeMain)(LoadPackage *tested, StrBuf *text, DiagSink *sink);
bool program_load_tests(Program *p, const ProgramFlags *f, char *const *args, int n, ProgramMakeMain make);
/* Lowers it to p->modules: one for the whole program, or, with an image in use (image.h), one per package, with externs.
 * Returns that of the package named, which is the last; NULL after printed errors. whole_packages: see LowerConfig. */
BcModule *program_lower(Program *p, bool whole_packages);
/* Whether the package's module was kept by an earlier run (cache.h): it is not compiled. */
bool program_reuses(const Program *p, const LoadPackage *lp);
/* Loads and checks the packages that the patterns name, which are no programs, runtime and all they import; then makes one module of them that
 * later ones build on. */
bool program_load_library(Program *p, const ProgramFlags *f, char *const *patterns, int n);
BcModule *program_lower_library(Program *p);
/* One module, without externs, of those of the image in use and of the program's packages; shares their memory. NULL and *e. */
BcModule *program_link(const Program *p, Err *e);
/* How many of args name the package: the leading .go files, else one. */
int program_count_args(int n, char *const *args);
void program_free(Program *p);
/* Links the modules, runs main of the last one in this process with os.Args = argv, and exits with the program's status;
 * returns 1 when it cannot. */
int program_execute(BcModule *const *modules, u32 n, int argc, char **argv);
#endif

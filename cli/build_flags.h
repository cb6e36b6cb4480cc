/* build_flags.h - go build's flags, which `govm build` and `govm run` take. */
#ifndef GOVM_CLI_BUILD_FLAGS_H
#define GOVM_CLI_BUILD_FLAGS_H
#include "cli/program.h"

typedef struct BuildVar { /* -ldflags=-X importpath.name=value */
  const char *symbol, *value;
} BuildVar;
typedef VEC(BuildVar) BuildVars;

typedef struct BuildFlags {
  ProgramFlags program;
  const char *output; /* -o, NULL */
  const char *tags, *ldflags, *gcflags, *asmflags; /* as given, NULL: not given */
  bool trimpath;
  bool verbose;       /* -v: names the packages compiled */
  bool commands;      /* -x: prints what is done */
  bool dry;           /* -n: prints it and does nothing */
} BuildFlags;

/* Takes the flags in front of argv[*i] and leaves *i behind them. 0, or the exit status after a message. -C
 * has changed the directory. */
int build_flags(BuildFlags *f, int argc, char **argv, int *i);
/* The variables that -X sets in program `path`, for the caller to free; false after a message. */
bool build_link_vars(const BuildFlags *f, const char *path, BuildVars *out);
#endif

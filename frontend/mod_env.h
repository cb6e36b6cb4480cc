/* mod_env.h - the go command's settings: environment variables, the file that `go env -w` writes, GOFLAGS.
 */
#ifndef GOVM_FRONTEND_MOD_ENV_H
#define GOVM_FRONTEND_MOD_ENV_H
#include "base/base.h"

/* The variable of that name: the environment's, else that of the file GOENV, else the default that the go
 * command has (GOPATH, GOMODCACHE, GOPROXY, ...), else "". The string lives as long as the process. */
const char *goenv_get(const char *name);

typedef struct GoFlag {
  const Atom *name;  /* without dashes */
  const Atom *value; /* NULL: none was given */
} GoFlag;
typedef VEC(GoFlag) GoFlags;
/* The flags in GOFLAGS; false and *e when they are malformed or no command has such a flag. */
bool goflags_parse(Arena *a, GoFlags *out, Err *e);
/* Splits a list of words in which '...' and "..." quote; false when a quote is not closed. */
bool quoted_split(Arena *a, const char *s, GoFlags *words, Err *e);
#endif

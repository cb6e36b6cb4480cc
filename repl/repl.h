/* repl.h - the interactive session as a whole. */
#ifndef GOVM_REPL_REPL_H
#define GOVM_REPL_REPL_H
#include "repl/session.h"

typedef struct ReplConfig {
  SessionConfig session; /* quiet also leaves out banner and prompts */
  const char *goversion; /* "go1.26.11" */
} ReplConfig;

/* Runs the session on standard input until it ends; the VM exists and has its natives. From a terminal:
 * prompts, editing, history, status 0. From anything else: the whole input is read, then evaluated item by
 * item; 1 when an item failed. */
int repl_run(const ReplConfig *cfg);
#endif

/* traceback.h - goroutine tracebacks, as Go 1.26 prints them:
 *     goroutine 1 [running]:
 *     main.f(...)
 *     	/abs/file.go:3 +0x27
 *     created by main.main in goroutine 1
 * Argument values are never printed: every frame with parameters prints "(...)", others "()". Frames come from the VM's walker. */
#ifndef GOVM_RUNTIME_TRACEBACK_H
#define GOVM_RUNTIME_TRACEBACK_H
#include "runtime/g.h"

typedef struct TracebackLevel {
  i32 level;   /* 0 none, 1 single/all as usual, 2 system: runtime frames too */
  bool all;    /* all goroutines */
  bool crash;
} TracebackLevel;
/* GOTRACEBACK as debug.SetTraceback gives it: none, single, all, system, crash, a number. */
void traceback_set_level(const char *s);
TracebackLevel traceback_level(void);

void traceback_header(G *g);          /* "goroutine 7 [chan receive, 2 minutes]:" */
void traceback_goroutine(G *g);       /* header and frames, at most 100, then created by */
void traceback_others(G *me);         /* every other goroutine worth showing, a blank line before each */
/* runtime.Stack: into out. */
void traceback_stack(G *g, bool all, StrBuf *out);
#endif

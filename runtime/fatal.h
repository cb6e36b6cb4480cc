/* fatal.h - ends of the program: the texts of Go's fatal errors and of broken invariants, exit code 2.
 * go_fatal and rt_throw are declared in native.h. */
#ifndef GOVM_RUNTIME_FATAL_H
#define GOVM_RUNTIME_FATAL_H
#include "runtime/native.h"

/* Called instead of exiting: the REPL ends the evaluation, tests note the text. It must not return. */
typedef void (*FatalHandler)(const char *text);
void fatal_set_handler(FatalHandler h);
/* After an unrecovered panic was printed: the goroutines as GOTRACEBACK asks, then exit 2. */
NORETURN void fatal_panic_exit(G *g);
/* "fatal error: TEXT" with only the text, no goroutines: unrecoverable errors such as "all goroutines are asleep - deadlock!"
 * print all goroutines; this one is for out of memory. */
NORETURN void fatal_no_trace(const char *text);
#endif

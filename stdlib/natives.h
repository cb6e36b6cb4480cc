/* natives.h - the C half of the standard library. */
#ifndef GOVM_STDLIB_H
#define GOVM_STDLIB_H
#include "vm/link.h"

/* Registers every row of natives.def with the linker: once, before the first module is linked. */
void stdlib_register_natives(void);
/* What the process gives its Go program: os.Args, the environment is the process's own. argv must outlive the program. */
void stdlib_set_args(int argc, char **argv);
/* runtime.Version() and the GOROOT that runtime.GOROOT() falls back to. */
void stdlib_set_goroot(const char *version, const char *goroot);
/* The default GODEBUG of a program that this process compiled and runs; it must outlive the program. */
void stdlib_set_godebug(const char *settings);
#endif

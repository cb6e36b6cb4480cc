/* bundle.h - an executable that carries its program: a copy of govm with a module behind it. Started, it
 * runs that module and takes the whole command line as os.Args, so that programs which execute themselves
 * again work. Layout of the end of the file: the module as module_write makes it, its length (8 bytes,
 * little endian), 8 bytes of magic. */
#ifndef GOVM_CLI_BUNDLE_H
#define GOVM_CLI_BUNDLE_H
#include "bytecode/module.h"

/* Writes the executable to `path`, through a temporary file beside it. */
bool bundle_write(const char *path, const BcModule *m, Err *e);
/* The module behind the running executable, verified. NULL with an empty message: there is none, this is
 * plain govm. */
BcModule *bundle_of_self(Err *e);
#endif

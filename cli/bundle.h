/* bundle.h - writes executables that carry their program: the runner, which govm holds as data, with a
 * module behind it (bytecode/bundle.h). */
#ifndef GOVM_CLI_BUNDLE_H
#define GOVM_CLI_BUNDLE_H
#include "bytecode/module.h"

/* Writes the executable to `path`. info: see bytecode/bundle.h; NULL for none. */
bool bundle_write(const char *path, const BcModule *m, Err *e);
bool bundle_write_info(const char *path, const BcModule *m, const char *info, Err *e);
/* Replaces the file `path`: through a temporary file beside it, so that it is either whole or what it was. */
bool file_replace(const char *path, const void *p, size_t n, int mode, Err *e);
#endif

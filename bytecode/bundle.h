/* bundle.h - an executable that carries its program: the runner with a module behind it.
 *
 * The module, the build information (text, as runtime/debug parses it) and a trailer follow the runner,
 * page aligned, up to the end of the file. They are a segment of the executable: the runner's program
 * header of type PT_NOTE, which nothing needs, becomes a PT_LOAD for them. So the kernel maps them, and the
 * program needs neither /proc nor its own file to find them. The segment is below 2 GB, where the VM can
 * use string constants in place.
 */
#ifndef GOVM_BYTECODE_BUNDLE_H
#define GOVM_BYTECODE_BUNDLE_H
#include "bytecode/module.h"

#define BUNDLE_ADDRESS 0x4000000u /* of the segment: behind the runner's own, which begin at 4 MB */

typedef struct Bundle {
  const u8 *module; /* as module_write made it */
  u64 nmodule;
  const char *info;
  u64 ninfo;
} Bundle;

/* The bundle in this process's executable. False: it has none. */
bool bundle_of_self(Bundle *b);
/* The bundle in a file's contents. False: it has none. */
bool bundle_in_file(const u8 *p, size_t n, Bundle *b);
/* The executable: runner[0..n) with m and info behind it. False and *e when the runner is no executable that
 * can be appended to. */
bool bundle_make(const u8 *runner, size_t n, const BcModule *m, const char *info, StrBuf *out, Err *e);
#endif

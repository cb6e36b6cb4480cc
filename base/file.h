/* file.h - reading and writing whole files. */
#ifndef GOVM_BASE_FILE_H
#define GOVM_BASE_FILE_H
#include "base/base.h"

/* Appends the bytes of the file to out. False and *e (may be NULL) when it cannot be read, worded as Go's os
 * package does: "open x: no such file or directory", "read x: is a directory". */
bool file_read(const char *path, StrBuf *out, Err *e);
/* Writes all n bytes, whatever single calls take; false and errno when it cannot. */
bool file_write_all(int fd, const void *p, size_t n);
#endif

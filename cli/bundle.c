/* bundle.c - the runner's bytes, and executables made of them (bundle.h). */
#include "cli/bundle.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytecode/bundle.h"

/* The runner as the build made it, without symbols. */
__asm__(".section .rodata\n"
        ".balign 64\n"
        ".globl runner_start, runner_end\n"
        "runner_start: .incbin \"" GOVM_RUNNER_FILE "\"\n"
        "runner_end: .byte 0\n"
        ".previous\n");
extern const u8 runner_start[], runner_end[];

bool file_replace(const char *path, const void *p, size_t n, int mode, Err *e) {
  StrBuf tmp = {0};
  sb_printf(&tmp, "%s.tmp%d", path, (int)getpid());
  int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool ok = fd >= 0 && file_write_all(fd, p, n);
  int error = errno;
  if (fd >= 0 && close(fd) != 0 && ok) ok = false, error = errno;
  if (ok && rename(tmp.p, path) != 0) ok = false, error = errno;
  if (!ok) {
    err_set(e, "open %s: %s", path, strerror(error));
    if (fd >= 0) unlink(tmp.p);
  }
  sb_free(&tmp);
  return ok;
}

bool bundle_write_info(const char *path, const BcModule *m, const char *info, Err *e) {
  StrBuf out = {0};
  bool ok = bundle_make(runner_start, (size_t)(runner_end - runner_start), m, info ? info : "", &out, e) &&
            file_replace(path, out.p, out.n, 0777, e);
  sb_free(&out);
  return ok;
}

bool bundle_write(const char *path, const BcModule *m, Err *e) { return bundle_write_info(path, m, NULL, e); }

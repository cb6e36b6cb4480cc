/* file.c - reading and writing whole files (file.h). */
#include "base/file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Sets *e to "what path: reason" with the text that Go has for the error number. */
static bool fail(Err *e, const char *what, const char *path, int error) {
  const char *reason = strerror(error);
  return err_set(e, "%s %s: %c%s", what, path, tolower((u8)*reason), *reason ? reason + 1 : "");
}

bool file_read(const char *path, StrBuf *out, Err *e) {
  struct stat st;
  FILE *f = fopen(path, "rbe");
  if (!f) return fail(e, "open", path, errno);
  int error = fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode) ? EISDIR : 0;
  char buf[64 << 10];
  for (size_t n; !error && (n = fread(buf, 1, sizeof buf, f)) > 0;) sb_write(out, buf, n);
  if (!error && ferror(f)) error = errno;
  fclose(f);
  return !error || fail(e, "read", path, error);
}

bool file_write_all(int fd, const void *p, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    p = (const u8 *)p + k;
    n -= (size_t)k;
  }
  return true;
}

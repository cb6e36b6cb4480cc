/* file.c - reading whole files (file.h). */
#include "base/file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

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

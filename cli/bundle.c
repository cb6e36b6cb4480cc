/* bundle.c - writes and finds modules behind govm's own executable (bundle.h). */
#include "cli/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "govmGBC";

typedef struct Trailer {
  u64 length;
  char magic[8];
} Trailer;

/* Whether a module is behind the executable; *plain is where it starts, or the file's size without one. */
static bool find_trailer(int fd, off_t *plain, Trailer *t) {
  struct stat st;
  *plain = 0;
  if (fstat(fd, &st) != 0) return false;
  *plain = st.st_size;
  off_t at = st.st_size - (off_t)sizeof *t;
  if (at < 0 || pread(fd, t, sizeof *t, at) != (ssize_t)sizeof *t) return false;
  if (memcmp(t->magic, magic, sizeof magic) != 0 || t->length > (u64)at) return false;
  *plain = at - (off_t)t->length;
  return true;
}

static bool copy_bytes(int from, FILE *to, off_t n) {
  char buf[65536];
  while (n > 0) {
    ssize_t got = read(from, buf, n < (off_t)sizeof buf ? (size_t)n : sizeof buf);
    if (got <= 0 || fwrite(buf, 1, (size_t)got, to) != (size_t)got) return false;
    n -= got;
  }
  return true;
}

static bool write_all(FILE *out, const StrBuf *module) {
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (self < 0) return false;
  off_t plain;
  Trailer t;
  find_trailer(self, &plain, &t);
  t.length = module->n;
  memcpy(t.magic, magic, sizeof magic);
  bool ok = copy_bytes(self, out, plain) && fwrite(module->p, 1, module->n, out) == module->n &&
            fwrite(&t, sizeof t, 1, out) == 1;
  close(self);
  return ok;
}

bool bundle_write(const char *path, const BcModule *m, Err *e) {
  StrBuf tmp = {0}, module = {0};
  module_write(m, &module);
  sb_printf(&tmp, "%s.tmp%d", path, (int)getpid());
  FILE *out = fopen(tmp.p, "wbe");
  bool ok = out && write_all(out, &module) && fchmod(fileno(out), 0755) == 0;
  if (out && fclose(out) != 0) ok = false;
  if (ok && rename(tmp.p, path) != 0) ok = false;
  if (!ok) {
    err_set(e, "write %s: %s", path, strerror(errno));
    if (out) unlink(tmp.p);
  }
  sb_free(&module);
  sb_free(&tmp);
  return ok;
}

BcModule *bundle_of_self(Err *e) {
  *e = (Err){0};
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return NULL;
  off_t at;
  Trailer t;
  BcModule *m = NULL;
  if (find_trailer(fd, &at, &t)) {
    u8 *p = xmalloc(t.length);
    if (pread(fd, p, t.length, at) != (ssize_t)t.length) {
      err_set(e, "the program's bytecode cannot be read: %s", strerror(errno));
    } else {
      m = module_read(p, t.length, e);
      if (m && !module_verify(m, e)) m = NULL;
    }
    xfree(p);
  }
  close(fd);
  return m;
}

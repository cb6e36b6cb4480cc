/* mod_zip.c - zip files (APPNOTE 6.3: central directory, zip64; stored and deflated entries).
 * Every offset and length of the file is checked before use; zlib inflates. Start reading at zip_open().
 */
#include "frontend/mod_zip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
  LOCAL_SIG = 0x04034b50, CENTRAL_SIG = 0x02014b50, END_SIG = 0x06054b50,
  END64_SIG = 0x06064b50, LOCATOR64_SIG = 0x07064b50,
  LOCAL_SIZE = 30, CENTRAL_SIZE = 46, END_SIZE = 22, END64_SIZE = 56, LOCATOR64_SIZE = 20,
};
static const u64 max_file = 500u << 20; /* what the go command accepts at most */

static u32 le(const u8 *p, int n) {
  u32 v = 0;
  for (int i = n - 1; i >= 0; i--) v = v << 8 | p[i];
  return v;
}
static u64 le64(const u8 *p) { return le(p, 4) | (u64)le(p + 4, 4) << 32; }

static bool fits(const Zip *z, u64 offset, u64 n) { return offset <= z->n && n <= z->n - offset; }

/* ---- the directory ---- */

static bool bad_zip(Err *e) { return err_set(e, "zip: not a valid zip file"); }

/* Where the central directory is and how many entries it has. */
static bool find_directory(const Zip *z, u64 *offset, u64 *count, Err *e) {
  if (z->n < END_SIZE) return bad_zip(e);
  size_t lowest = z->n > END_SIZE + 0xffff ? z->n - END_SIZE - 0xffff : 0, at = z->n - END_SIZE;
  while (le(z->data + at, 4) != END_SIG) {
    if (at == lowest) return bad_zip(e);
    at--;
  }
  const u8 *end = z->data + at;
  *count = le(end + 10, 2);
  *offset = le(end + 16, 4);
  if (*count != 0xffff && *offset != 0xffffffff) return true;
  if (at < LOCATOR64_SIZE || le(end - LOCATOR64_SIZE, 4) != LOCATOR64_SIG) return true;
  u64 where = le64(end - LOCATOR64_SIZE + 8);
  if (!fits(z, where, END64_SIZE) || le(z->data + where, 4) != END64_SIG) return bad_zip(e);
  *count = le64(z->data + where + 32);
  *offset = le64(z->data + where + 48);
  return true;
}

/* The 64-bit sizes in the extra field, for those that do not fit 32 bits. */
static void read_zip64(ZipEntry *entry, const u8 *extra, size_t n) {
  while (n >= 4) {
    size_t size = le(extra + 2, 2);
    const u8 *p = extra + 4, *end = p + size;
    if (size > n - 4) return;
    u64 *fields[] = {&entry->size, &entry->packed, &entry->offset};
    for (int i = 0; le(extra, 2) == 1 && i < 3; i++) {
      if (*fields[i] != 0xffffffff || end - p < 8) continue;
      *fields[i] = le64(p);
      p += 8;
    }
    extra += 4 + size;
    n -= 4 + size;
  }
}

static bool read_directory(Zip *z, Err *e) {
  u64 at = 0, count = 0;
  if (!find_directory(z, &at, &count, e)) return false;
  for (u64 i = 0; i < count; i++) {
    if (!fits(z, at, CENTRAL_SIZE) || le(z->data + at, 4) != CENTRAL_SIG) return bad_zip(e);
    const u8 *p = z->data + at;
    u32 name = le(p + 28, 2), extra = le(p + 30, 2), comment = le(p + 32, 2);
    if (!fits(z, at + CENTRAL_SIZE, (u64)name + extra + comment)) return bad_zip(e);
    ZipEntry entry = {.method = (u16)le(p + 10, 2), .crc = le(p + 16, 4), .packed = le(p + 20, 4),
                      .size = le(p + 24, 4), .offset = le(p + 42, 4)};
    entry.name = arena_printf(&z->arena, "%.*s", (int)name, (const char *)p + CENTRAL_SIZE);
    if (strlen(entry.name) != name) return bad_zip(e);
    read_zip64(&entry, p + CENTRAL_SIZE + name, extra);
    VEC_PUSH(&z->arena, &z->entries, entry);
    at += CENTRAL_SIZE + name + extra + comment;
  }
  return true;
}

bool zip_open(Zip *z, const char *path, Err *e) {
  struct stat st;
  *z = (Zip){0};
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return err_set(e, "open %s: %s", path, strerror(errno));
  bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
  void *p = ok ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  close(fd);
  if (p == MAP_FAILED) return bad_zip(e);
  z->data = p;
  z->n = (size_t)st.st_size;
  return read_directory(z, e);
}

void zip_close(Zip *z) {
  if (z->data) munmap((void *)z->data, z->n);
  arena_free(&z->arena);
  *z = (Zip){0};
}

/* ---- content ---- */

static bool inflate_all(const u8 *in, size_t n, u8 *out, size_t size) {
  z_stream s = {.next_in = (Bytef *)in, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)size};
  if (inflateInit2(&s, -MAX_WBITS) != Z_OK) return false;
  int rc = inflate(&s, Z_FINISH);
  inflateEnd(&s);
  return rc == Z_STREAM_END && s.total_out == size;
}

bool zip_read(const Zip *z, const ZipEntry *entry, StrBuf *out, Err *e) {
  u8 empty;
  if (entry->size > max_file || !fits(z, entry->offset, LOCAL_SIZE)) return bad_zip(e);
  const u8 *p = z->data + entry->offset;
  u64 start = entry->offset + LOCAL_SIZE + le(p + 26, 2) + le(p + 28, 2);
  if (le(p, 4) != LOCAL_SIG || !fits(z, start, entry->packed)) return bad_zip(e);
  const u8 *in = z->data + start;
  if (entry->method == 0) {
    if (entry->packed != entry->size) return bad_zip(e);
    sb_write(out, in, entry->size);
  } else if (entry->method == 8) {
    u8 *buf = entry->size ? xmalloc(entry->size) : &empty;
    bool ok = inflate_all(in, entry->packed, buf, entry->size);
    if (ok) sb_write(out, buf, entry->size);
    if (entry->size) xfree(buf);
    if (!ok) return err_set(e, "%s: flate: corrupt input", entry->name);
  } else {
    return err_set(e, "%s: zip: unsupported compression algorithm", entry->name);
  }
  if (crc32(0, (const Bytef *)sb_cstr(out) + out->n - entry->size, (uInt)entry->size) != entry->crc)
    return err_set(e, "%s: zip: checksum error", entry->name);
  return true;
}

static bool is_folder(const ZipEntry *entry) {
  size_t n = strlen(entry->name);
  return n == 0 || entry->name[n - 1] == '/';
}

const char *zip_hash(Arena *a, Zip *z, Err *e) {
  HashedFiles files = {0};
  for (u32 i = 0; i < z->entries.n; i++) {
    StrBuf text = {0};
    Sha256 s;
    HashedFile f = {.name = z->entries.v[i].name};
    if (strchr(f.name, '\n')) {
      err_set(e, "dirhash: filenames with newlines are not supported");
      return NULL;
    }
    if (is_folder(&z->entries.v[i])) continue;
    bool ok = zip_read(z, &z->entries.v[i], &text, e);
    sha256_init(&s);
    sha256_write(&s, sb_cstr(&text), text.n);
    sha256_sum(&s, f.sum);
    sb_free(&text);
    if (!ok) return NULL;
    VEC_PUSH(&z->arena, &files, f);
  }
  return dirhash_hash1(a, &files);
}

/* ---- unpacking ---- */

bool make_dirs(const char *dir, Err *e) {
  Arena a = {0};
  char *path = arena_strdup(&a, dir);
  bool ok = true;
  for (char *p = path + 1;; p++) {
    if (*p && *p != '/') continue;
    char c = *p;
    *p = 0;
    if (mkdir(path, 0777) != 0 && errno != EEXIST) ok = err_set(e, "mkdir %s: %s", path, strerror(errno));
    *p = c;
    if (!c || !ok) break;
  }
  arena_free(&a);
  return ok;
}

/* Whether a name from a zip stays below the folder it is unpacked in. */
static bool safe_name(const char *name) {
  for (const char *p = name;;) {
    size_t n = strcspn(p, "/");
    if (n == 0 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.')) return false;
    if (memchr(p, '\\', n) || memchr(p, ':', n)) return false;
    if (!p[n]) return true;
    p += n + 1;
  }
}

static bool write_file(const char *path, const StrBuf *text, mode_t mode, Err *e) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return err_set(e, "open %s: %s", path, strerror(errno));
  size_t done = 0;
  ssize_t k = 0;
  while (done < text->n && (k = write(fd, text->p + done, text->n - done)) > 0) done += (size_t)k;
  bool ok = done == text->n || err_set(e, "write %s: %s", path, strerror(errno));
  if (close(fd) != 0 && ok) ok = err_set(e, "close %s: %s", path, strerror(errno));
  return ok;
}

static bool unpack_entry(const Zip *z, const ZipEntry *entry, const char *name, const char *dir,
                         bool writable, Err *e) {
  Arena a = {0};
  StrBuf text = {0};
  char *path = arena_printf(&a, "%s/%s", dir, name), *slash = strrchr(path, '/');
  *slash = 0;
  bool ok = make_dirs(path, e);
  *slash = '/';
  ok = ok && zip_read(z, entry, &text, e) && write_file(path, &text, writable ? 0666 : 0444, e);
  sb_free(&text);
  arena_free(&a);
  return ok;
}

/* Calls visit for every folder below dir and dir itself, the inner ones first. */
static bool each_folder(const char *dir, bool (*visit)(const char *dir, Err *e), Err *e) {
  Arena a = {0};
  DIR *d = opendir(dir);
  bool ok = true;
  for (struct dirent *x; d && ok && (x = readdir(d));) {
    if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
    struct stat st;
    const char *path = arena_printf(&a, "%s/%s", dir, x->d_name);
    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) ok = each_folder(path, visit, e);
  }
  if (d) closedir(d);
  arena_free(&a);
  return ok && visit(dir, e);
}

static bool make_read_only(const char *dir, Err *e) {
  return chmod(dir, 0555) == 0 || err_set(e, "chmod %s: %s", dir, strerror(errno));
}

bool zip_unpack(const Zip *z, const char *prefix, const char *dir, bool writable, Err *e) {
  size_t n = strlen(prefix);
  if (!make_dirs(dir, e)) return false;
  for (u32 i = 0; i < z->entries.n; i++) {
    const ZipEntry *entry = &z->entries.v[i];
    if (is_folder(entry)) continue;
    if (strncmp(entry->name, prefix, n) != 0 || entry->name[n] != '/')
      return err_set(e, "unexpected file name %s", entry->name);
    if (!safe_name(entry->name + n + 1)) return err_set(e, "invalid file name %s", entry->name);
    if (!unpack_entry(z, entry, entry->name + n + 1, dir, writable, e)) return false;
  }
  return writable || each_folder(dir, make_read_only, e);
}

static bool remove_files(const char *dir) {
  Arena a = {0};
  chmod(dir, 0777);
  DIR *d = opendir(dir);
  bool ok = d != NULL;
  for (struct dirent *x; ok && (x = readdir(d));) {
    if (strcmp(x->d_name, ".") == 0 || strcmp(x->d_name, "..") == 0) continue;
    struct stat st;
    const char *path = arena_printf(&a, "%s/%s", dir, x->d_name);
    ok = lstat(path, &st) == 0 && (S_ISDIR(st.st_mode) ? remove_files(path) : unlink(path) == 0);
  }
  if (d) closedir(d);
  arena_free(&a);
  return ok && rmdir(dir) == 0;
}

bool tree_remove(const char *dir, Err *e) {
  return remove_files(dir) || err_set(e, "remove %s: %s", dir, strerror(errno));
}

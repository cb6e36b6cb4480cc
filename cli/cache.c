/* cache.c - compiled packages on disk (cache.h).
 *
 *   DIR/xx/KEY.gbc    the module in the compact form, then the SHA-256 of key and module; xx begins KEY
 *   DIR/xx/KEY.PID.N  an entry that is being written
 *   DIR/trim.txt      its modification time is when entries were last trimmed
 *
 * Invariants: a file named KEY.gbc was complete and synced before it got its name, and is never written to
 * again. Its modification time is when it was last used, to the hour, as in Go's build cache. Any number of
 * processes may read, write and trim at once. Start reading at cache_key(), cache_get(), cache_put().
 */
#include "cli/cache.h"

#include "base/file.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/map.h"
#include "bytecode/codec.h"
#include "cli/cli.h"
#include "cli/image.h"

enum { HOUR = 3600, DAY = 24 * HOUR, KEEP_UNUSED = 5 * DAY };
static const u64 default_limit = (u64)1 << 30; /* bytes; $GOVM_CACHE_SIZE is in megabytes */

static const char *cache_dir; /* NULL: not looked for yet; "": none, or given up */
static bool rebuild;

/* ---- the folder ---- */
static const char *find_dir(void) {
  const char *own = getenv("GOVM_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (own && *own) return strcmp(own, "off") == 0 ? "" : atom_cstr(own)->s;
  if (xdg && *xdg == '/') return atom_printf("%s/govm", xdg)->s;
  if (home && *home == '/') return atom_printf("%s/.cache/govm", home)->s;
  return "";
}

static bool cache_on(void) {
  if (!cache_dir) cache_dir = image.std ? find_dir() : "";
  return *cache_dir != 0;
}

/* One warning, and no cache for the rest of the run. */
static void PRINTF(1, 2) give_up(const char *fmt, ...) {
  if (!*cache_dir) return;
  va_list ap;
  fflush(stdout);
  fputs("govm: warning: the package cache is not used: ", stderr);
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  cache_dir = "";
}

static const char *entry_dir(const CacheKey *key) {
  return atom_printf("%s/%02x", cache_dir, key->sum[0])->s;
}

static const char *entry_path(const CacheKey *key) {
  char hex[65];
  for (u32 i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", key->sum[i]);
  return atom_printf("%s/%s", entry_dir(key), hex)->s;
}

static bool make_dirs(const char *path) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
  if (errno != ENOENT) return false;
  const char *slash = strrchr(path, '/');
  if (!slash || slash == path || !make_dirs(atom_new(path, (size_t)(slash - path))->s)) return false;
  return mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* ---- keys ---- */
static void hash_str(Sha256 *h, const char *s) { sha256_write(h, s ? s : "", s ? strlen(s) + 1 : 1); }

/* What the linker noted of the contents of this executable. */
static void hash_build_id(Sha256 *h) {
  const Elf64_Phdr *ph = (const Elf64_Phdr *)getauxval(AT_PHDR);
  u64 n = getauxval(AT_PHNUM);
  for (u64 i = 0; ph && i < n; i++) {
    if (ph[i].p_type != PT_NOTE) continue;
    const u8 *p = (const u8 *)ph[i].p_vaddr, *end = p + ph[i].p_memsz;
    while (p + sizeof(Elf64_Nhdr) <= end) {
      const Elf64_Nhdr *nh = (const Elf64_Nhdr *)p;
      const u8 *desc = p + sizeof *nh + ALIGN_UP(nh->n_namesz, 4u);
      if (nh->n_type == NT_GNU_BUILD_ID) sha256_write(h, desc, nh->n_descsz);
      p = desc + ALIGN_UP(nh->n_descsz, 4u);
    }
  }
}

/* govm's build and the standard library inside it. */
static void hash_compiler(Sha256 *h) {
  u64 abi = codec_abi_hash();
  hash_build_id(h);
  sha256_write(h, &abi, sizeof abi);
  sha256_write(h, image.identity, sizeof image.identity);
}

/* Not code that depends on more than the package and its imports: link names reach into any package, functions
 * without a body are some other package's. */
static bool can_keep(const LoadPackage *lp) {
  if (lp->is_std || lp->is_unsafe || lp->is_external || lp->is_text || lp->nerrors) return false;
  if (!lp->sources.length) return false;
  for (u32 i = 0; i < lp->imports.n; i++)
    if (!lp->imports.v[i].pkg) return false;
  for (u32 i = 0; i < lp->files.n; i++) {
    const File *f = lp->files.v[i];
    if (f->linknames.n) return false;
    for (u32 k = 0; k < f->decls.n; k++) {
      const FuncDecl *d = (const FuncDecl *)f->decls.v[k];
      if (d->d.n.kind == N_FuncDecl && !d->body) return false;
    }
  }
  return true;
}

static const char *full_dir(const LoadPackage *lp) {
  char *abs = realpath(lp->dir && lp->dir->len ? lp->dir->s : ".", NULL);
  const char *s = atom_cstr(abs ? abs : "")->s;
  free(abs);
  return s;
}

bool cache_key(const CacheContext *c, const LoadPackage *lp, const PtrMap *keys, CacheKey *out) {
  if (!cache_on() || !can_keep(lp)) return false;
  Sha256 h, sources = lp->sources;
  bool is_main = atom_is(lp->name, "main"), special = c->is_named && (is_main || c->lang);
  u8 sum[32], flags[3] = {c->incomplete, special, is_main && c->tested};
  sha256_init(&h);
  hash_str(&h, "govm package");
  hash_compiler(&h);
  hash_str(&h, special ? c->lang : NULL);
  sha256_write(&h, flags, sizeof flags);
  hash_str(&h, lp->path->s);
  hash_str(&h, lp->name->s);
  hash_str(&h, full_dir(lp));
  hash_str(&h, lp->goversion ? lp->goversion->s : NULL);
  sha256_sum(&sources, sum);
  sha256_write(&h, sum, sizeof sum);
  for (u32 i = 0; i < lp->imports.n; i++) {
    const LoadPackage *dep = lp->imports.v[i].pkg;
    const CacheKey *key = ptrmap_get(keys, dep);
    if (!key && !dep->is_external && !dep->is_unsafe) return false;
    hash_str(&h, lp->imports.v[i].path->s);
    hash_str(&h, dep->path->s);
    if (key) sha256_write(&h, key->sum, sizeof key->sum);
  }
  sha256_sum(&h, out->sum);
  return true;
}

/* The hash that ends an entry. */
static void entry_sum(const CacheKey *key, const void *p, size_t n, u8 out[32]) {
  Sha256 h;
  sha256_init(&h);
  sha256_write(&h, key->sum, sizeof key->sum);
  sha256_write(&h, p, n);
  sha256_sum(&h, out);
}

/* ---- reading ---- */
/* Marks the entry as used; once an hour is enough. */
static void touch(int fd) {
  struct stat st;
  if (fstat(fd, &st) == 0 && time(NULL) - st.st_mtime > HOUR) futimens(fd, NULL);
}

static bool read_all(int fd, StrBuf *out) {
  char buf[65536];
  for (;;) {
    ssize_t n = read(fd, buf, sizeof buf);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    sb_write(out, buf, (size_t)n);
  }
}

static BcModule *decode(const CacheKey *key, const StrBuf *b, Err *e) {
  u8 sum[32];
  if (b->n < sizeof sum) return err_set(e, "it is cut short"), NULL;
  size_t n = b->n - sizeof sum;
  entry_sum(key, b->p, n, sum);
  if (memcmp(b->p + n, sum, sizeof sum) != 0) return err_set(e, "it is damaged"), NULL;
  BcModule *m = module_read((const u8 *)b->p, n, e);
  if (!m || module_verify(m, e)) return m;
  module_free(m);
  return NULL;
}

void cache_rebuild(void) { rebuild = true; }

BcModule *cache_get(const CacheKey *key) {
  if (!cache_on() || rebuild) return NULL;
  const char *path = atom_printf("%s.gbc", entry_path(key))->s;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT) give_up("open %s: %s", path, strerror(errno));
    return NULL;
  }
  StrBuf b = {0};
  Err e;
  BcModule *m = NULL;
  if (!read_all(fd, &b)) {
    give_up("read %s: %s", path, strerror(errno));
  } else if (!(m = decode(key, &b, &e))) {
    unlink(path); /* the next run makes it again */
    give_up("%s: %s", path, e.msg);
  } else {
    touch(fd);
  }
  close(fd);
  sb_free(&b);
  return m;
}

/* ---- trimming ---- */
typedef struct Entry {
  const char *path;
  i64 used;
  u64 size;
} Entry;
typedef VEC(Entry) Entries;

static void list_entries(Entries *out) {
  for (u32 i = 0; i < 256; i++) {
    const char *dir = atom_printf("%s/%02x", cache_dir, i)->s;
    DIR *d = opendir(dir);
    if (!d) continue;
    for (struct dirent *de; (de = readdir(d));) {
      struct stat st;
      if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) continue;
      VEC_PUSH(NULL, out, ((Entry){atom_printf("%s/%s", dir, de->d_name)->s, st.st_mtime, (u64)st.st_size}));
    }
    closedir(d);
  }
}

static int oldest_first(const void *a, const void *b) {
  const Entry *x = a, *y = b;
  return x->used < y->used ? -1 : x->used > y->used;
}

static u64 size_limit(void) {
  const char *s = getenv("GOVM_CACHE_SIZE");
  char *end;
  if (!s || !*s) return default_limit;
  unsigned long long mb = strtoull(s, &end, 10);
  return *end ? default_limit : (u64)mb << 20;
}

static bool is_whole(const char *path) { return strcmp(path + strlen(path) - 4, ".gbc") == 0; }

/* Removes what was not used for days, what some process did not finish, and the oldest entries beyond the
 * limit. */
static void trim(void) {
  Entries all = {0};
  u64 total = 0, limit = size_limit();
  i64 now = time(NULL);
  list_entries(&all);
  for (u32 i = 0; i < all.n; i++) total += all.v[i].size;
  if (all.n) qsort(all.v, all.n, sizeof *all.v, oldest_first);
  for (u32 i = 0; i < all.n; i++) {
    const Entry *x = &all.v[i];
    i64 age = now - x->used;
    if (age < KEEP_UNUSED && total <= limit && (is_whole(x->path) || age < HOUR)) continue;
    if (unlink(x->path) == 0) total -= x->size;
  }
  VEC_FREE(&all);
}

/* At most once a day, or when the limit is a small one. */
static void trim_sometimes(void) {
  const char *mark = atom_printf("%s/trim.txt", cache_dir)->s;
  struct stat st;
  bool due = stat(mark, &st) != 0 || time(NULL) - st.st_mtime > DAY || getenv("GOVM_CACHE_SIZE");
  if (!due) return;
  int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return;
  futimens(fd, NULL);
  close(fd);
  trim();
}

/* ---- writing ---- */
static void sync_dir(const char *dir) {
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

static bool write_entry(const CacheKey *key, const StrBuf *b) {
  static u32 count;
  const char *dir = entry_dir(key), *base = entry_path(key);
  const char *tmp = atom_printf("%s.%d.%u", base, (int)getpid(), count++)->s;
  if (!make_dirs(dir)) return false;
  int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  bool ok = file_write_all(fd, b->p, b->n) && fsync(fd) == 0;
  int error = errno;
  if (close(fd) != 0 && ok) ok = false, error = errno;
  if (ok && rename(tmp, atom_printf("%s.gbc", base)->s) != 0) ok = false, error = errno;
  if (ok) sync_dir(dir);
  else unlink(tmp);
  errno = error;
  return ok;
}

void cache_put(const CacheKey *key, const BcModule *m) {
  if (!cache_on()) return;
  StrBuf b = {0};
  u8 sum[32];
  module_write(m, &b);
  entry_sum(key, b.p, b.n, sum);
  sb_write(&b, sum, sizeof sum);
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  sigaction(SIGXFSZ, &ignore, &before); /* beyond a limit of the size of files: an error, not the end */
  if (write_entry(key, &b)) trim_sometimes();
  else give_up("%s: %s", cache_dir, strerror(errno));
  sigaction(SIGXFSZ, &before, NULL);
  sb_free(&b);
}

/* ---- govm clean ---- */
static void remove_all(void) {
  Entries all = {0};
  list_entries(&all);
  for (u32 i = 0; i < all.n; i++) unlink(all.v[i].path);
  for (u32 i = 0; i < 256; i++) rmdir(atom_printf("%s/%02x", cache_dir, i)->s);
  unlink(atom_printf("%s/trim.txt", cache_dir)->s);
  VEC_FREE(&all);
}

int cmd_clean(int argc, char **argv) {
  bool cache = false;
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i] + 1 + (argv[i][0] == '-' && argv[i][1] == '-');
    if (argv[i][0] != '-') return cli_error("clean -cache cannot be used with package arguments");
    if (strcmp(name, "cache") == 0) cache = true;
    else if (strcmp(name, "testcache") != 0 && strcmp(name, "fuzzcache") != 0)
      return fprintf(stderr, "flag provided but not defined: -%s\n", name), cli_usage("clean -cache");
  }
  cache_dir = find_dir();
  if (cache && *cache_dir) remove_all();
  return 0;
}

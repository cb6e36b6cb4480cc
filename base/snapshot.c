/* snapshot.c - writing and mapping of snapshots (snapshot.h).
 *
 * A range of the state is stored as the runs of its pages that are not zero. Mapping makes the whole range
 * anonymous memory when it has gaps, and lays one private file mapping over it per run; pages are read when
 * they are touched and copied when they are written to.
 * Start reading at snapshot_write() and snapshot_map().
 */
#include "base/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/region.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define REGISTER_ROOT(p, n) __lsan_register_root_region(p, n)
#endif
#endif
#ifndef REGISTER_ROOT
#define REGISTER_ROOT(p, n) ((void)0)
#endif

#define PAGE ((size_t)4096)
#define GAP ((size_t)1 << 20) /* zeros of this length end a run: mapping one more costs about 2 us */
#define MAGIC "govmsnap"

typedef struct Run {
  u64 addr, size; /* page aligned */
  u64 at;         /* file offset from the head; 0: anonymous zero pages */
} Run;

typedef struct SnapHead {
  char magic[8];
  u64 id;        /* executable and build */
  u64 check;     /* of the head's bytes, this field being 0 */
  u64 head_size; /* bytes, page aligned: this, the runs, the section */
  u64 total;     /* bytes, page aligned */
  u64 section_at;
  u32 nruns, npages; /* npages: of all runs that are stored */
} SnapHead;

extern u8 __start_snapshot[], __stop_snapshot[]; /* the section; symbols of the linker's */
extern const ElfW(Ehdr) __ehdr_start;
extern const u8 etext[], edata[], end[];

static struct {
  struct { u8 *base; size_t size; } v[8];
  u32 n;
} ranges;

static size_t section_size(void) { return (size_t)(__stop_snapshot - __start_snapshot); }

static u64 mix(u64 h, u64 x) { return hash_u64(h ^ x) + 0x9e3779b97f4a7c15u; }

/* FNV over words, as hash_bytes, but all 64 bits of it. */
static u64 hash_words(u64 h, const void *p, size_t n) {
  u64 w;
  for (size_t i = 0; i + 8 <= n; i += 8) {
    memcpy(&w, (const u8 *)p + i, 8);
    h = (h ^ w) * 0x100000001b3u;
    h ^= h >> 29;
  }
  return n % 8 ? mix(h, hash_bytes((const u8 *)p + n / 8 * 8, n % 8)) : h;
}

/* The linker's build id when the executable has one, and where its parts are. */
static u64 executable_id(u64 build) {
  u64 h = mix(mix(build, section_size()), (u64)__start_snapshot);
  h = mix(mix(mix(h, (u64)etext), (u64)edata), (u64)end);
  h = mix(mix(h, (u64)(uintptr_t)xmalloc), (u64)(uintptr_t)snapshot_map);
  const u8 *file = (const u8 *)&__ehdr_start;
  const ElfW(Phdr) *ph = (const void *)(file + __ehdr_start.e_phoff);
  for (u32 i = 0; i < __ehdr_start.e_phnum; i++)
    if (ph[i].p_type == PT_NOTE) h = hash_words(h, (const void *)ph[i].p_vaddr, ph[i].p_memsz);
  return h;
}

/* Where the kernel puts stacks and libraries shows in padding and in the order of addresses; so a recording
 * runs without randomisation where that is allowed. */
bool snapshot_record(char **argv, Err *e) {
  int old = personality(0xffffffff);
  if (old >= 0 && !(old & ADDR_NO_RANDOMIZE) && personality((unsigned long)old | ADDR_NO_RANDOMIZE) >= 0 &&
      (personality(0xffffffff) & ADDR_NO_RANDOMIZE))
    execv("/proc/self/exe", argv);
  mallopt(M_MMAP_THRESHOLD, 0); /* libc's blocks are then high too, where no text or number looks like them */
  return region_start(e);
}

void snapshot_add_range(void *base, size_t n) {
  CHECK(((uintptr_t)base | n) % PAGE == 0 && ranges.n < ARRAY_LEN(ranges.v));
  if (n == 0) return;
  ranges.v[ranges.n].base = base;
  ranges.v[ranges.n++].size = n;
}

/* ---- what must not be in a snapshot: addresses of memory that a later process has elsewhere ---- */
typedef struct Foreign {
  uintptr_t from, to;
  char name[64];
} Foreign;
typedef VEC(Foreign) ForeignVec;

/* A foreign mapping is high, where the kernel puts what nobody asked a place for; libc's blocks are there too while
 * recording (snapshot_record). What is lower looks like small numbers and short texts. */
static bool list_foreign(ForeignVec *out, Err *e) {
  FILE *f = fopen("/proc/self/maps", "re");
  if (!f) return err_set(e, "/proc/self/maps: %s", strerror(errno));
  char line[512];
  while (fgets(line, sizeof line, f)) {
    unsigned long from, to;
    int name = 0;
    if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &from, &to, &name) < 2) continue;
    if (!name) name = (int)strlen(line);
    line[strcspn(line, "\n")] = 0;
    if (from < 0x7e0000000000u || from >= (uintptr_t)1 << 47) continue;
    Foreign *m = out->n ? &VEC_LAST(out) : NULL;
    if (m && m->to == from && strcmp(m->name, line + name) == 0) {
      m->to = to;
      continue;
    }
    VEC_PUSH(NULL, out, (Foreign){.from = from, .to = to});
    const char *what = line[name] ? line + name : "anonymous memory";
    snprintf(VEC_LAST(out).name, sizeof VEC_LAST(out).name, "%s", what);
  }
  fclose(f);
  return true;
}

static const Foreign *foreign_at(const ForeignVec *maps, uintptr_t p) {
  u32 lo = 0, hi = maps->n;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (p < maps->v[mid].from) hi = mid;
    else if (p >= maps->v[mid].to) lo = mid + 1;
    else return &maps->v[mid];
  }
  return NULL;
}

/* Describes the first few foreign pointers of [p, p + n) in *out; returns how many there are. */
static u32 scan_words(const ForeignVec *maps, const void *p, size_t n, StrBuf *out, u32 found) {
  if (!maps->n) return found;
  uintptr_t lowest = maps->v[0].from, above = VEC_LAST(maps).to;
  const uintptr_t *w = p;
  for (size_t i = 0; i < n / sizeof *w; i++) {
    if (w[i] < lowest || w[i] >= above || w[i] % 8) continue;
    const Foreign *m = foreign_at(maps, w[i]);
    if (!m) continue;
    if (found++ < 4)
      sb_printf(out, "%s%p holds %#lx in %s", out->n ? "; " : "", (void *)&w[i], w[i], m->name);
  }
  return found;
}

/* ---- writing ---- */
typedef VEC(Run) RunVec;

static bool page_is_zero(const u8 *p) {
  const u64 *w = (const u64 *)p;
  for (size_t i = 0; i < PAGE / 8; i += 8)
    if (w[i] | w[i + 1] | w[i + 2] | w[i + 3] | w[i + 4] | w[i + 5] | w[i + 6] | w[i + 7]) return false;
  return true;
}

/* Appends the runs of one range; offsets come later. The anonymous run that covers its gaps goes first. */
static void add_runs(RunVec *out, u8 *base, size_t size) {
  u32 first = out->n;
  VEC_PUSH(NULL, out, (Run){.addr = (u64)base, .size = size});
  size_t from = 0, to = 0; /* the current run; empty when equal */
  for (size_t i = 0; i <= size; i += PAGE) {
    bool zero = i == size || page_is_zero(base + i);
    if (!zero && from == to) from = i;
    if (!zero) to = i + PAGE;
    if (from != to && (i == size || (zero && i - to >= GAP))) {
      VEC_PUSH(NULL, out, (Run){.addr = (u64)(base + from), .size = to - from, .at = 1});
      from = to;
    }
  }
  if (out->n == first + 2 && out->v[first + 1].size == size) out->v[first] = out->v[--out->n];
}

static bool write_at(int fd, const void *p, size_t n, off_t at, Err *e) {
  while (n) {
    ssize_t k = pwrite(fd, p, n, at);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return err_set(e, "writing a snapshot: %s", k ? strerror(errno) : "nothing written");
    p = (const u8 *)p + k;
    n -= (size_t)k;
    at += k;
  }
  return true;
}

static bool check_foreign(const RunVec *runs, Err *e) {
  ForeignVec maps = {0};
  StrBuf what = {0};
  bool ok = list_foreign(&maps, e);
  u32 found = 0;
  if (ok) {
    found = scan_words(&maps, __start_snapshot, section_size() & ~(size_t)7, &what, found);
    for (u32 i = 0; i < runs->n; i++)
      if (runs->v[i].at) found = scan_words(&maps, (void *)runs->v[i].addr, runs->v[i].size, &what, found);
  }
  if (found)
    ok = err_set(e, "the state has %u pointers to memory that is not saved: %s", found, sb_cstr(&what));
  sb_free(&what);
  VEC_FREE(&maps);
  return ok;
}

/* The head with its table and the section, in memory of its own. */
static SnapHead *make_head(RunVec *runs, u64 build) {
  size_t section_at = ALIGN_UP(sizeof(SnapHead) + runs->n * sizeof(Run), 64);
  size_t size = ALIGN_UP(section_at + section_size(), PAGE), at = size;
  SnapHead *h = calloc(1, size);
  if (!h) region_out_of_memory();
  for (u32 i = 0; i < runs->n; i++) {
    Run *r = &runs->v[i];
    if (!r->at) continue;
    r->at = at;
    at += r->size;
  }
  *h = (SnapHead){.id = executable_id(build), .head_size = size, .total = at, .section_at = section_at,
                  .nruns = runs->n, .npages = (u32)((at - size) / PAGE)};
  memcpy(h->magic, MAGIC, sizeof h->magic);
  memcpy(h + 1, runs->v, runs->n * sizeof(Run));
  memcpy((u8 *)h + section_at, __start_snapshot, section_size());
  h->check = hash_words(0, h, size);
  return h;
}

bool snapshot_write(int fd, off_t at, u64 build, Err *e) {
  CHECK(at % (off_t)PAGE == 0);
  size_t used = ALIGN_UP(region_stop(), PAGE);
  RunVec runs = {0};
  if (used) add_runs(&runs, (u8 *)REGION_BASE, used);
  for (u32 i = 0; i < ranges.n; i++) add_runs(&runs, ranges.v[i].base, ranges.v[i].size);
  bool ok = check_foreign(&runs, e);
  if (ok) {
    SnapHead *h = make_head(&runs, build);
    ok = write_at(fd, h, h->head_size, at, e);
    for (u32 i = 0; i < runs.n && ok; i++)
      if (runs.v[i].at)
        ok = write_at(fd, (void *)runs.v[i].addr, runs.v[i].size, at + (off_t)runs.v[i].at, e);
    free(h);
  }
  VEC_FREE(&runs);
  return ok;
}

/* ---- mapping ---- */
static bool damaged(Err *e, const char *how) { return err_set(e, "the snapshot is %s", how); }

/* Reads the fixed part and judges what can be judged by it. */
static bool read_head(SnapHead *h, int fd, off_t at, u64 build, Err *e) {
  struct stat st;
  if (fstat(fd, &st) < 0) return err_set(e, "reading a snapshot: %s", strerror(errno));
  if (at < 0 || at % (off_t)PAGE || st.st_size < at + (off_t)sizeof *h) return damaged(e, "cut short");
  ssize_t k = pread(fd, h, sizeof *h, at);
  if (k < 0) return err_set(e, "reading a snapshot: %s", strerror(errno));
  if (k != sizeof *h) return damaged(e, "cut short");
  if (memcmp(h->magic, MAGIC, sizeof h->magic)) return damaged(e, "not one (bad magic number)");
  if (h->id != executable_id(build)) return damaged(e, "of another executable or build");
  if (h->total > (u64)(st.st_size - at)) return damaged(e, "cut short");
  size_t section_at = ALIGN_UP(sizeof *h + (u64)h->nruns * sizeof(Run), 64);
  if (h->section_at != section_at || h->head_size != ALIGN_UP(section_at + section_size(), PAGE) ||
      h->total != h->head_size + h->npages * PAGE)
    return damaged(e, "damaged");
  return true;
}

static bool map_run(const Run *r, int fd, off_t at, Err *e) {
  int flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE | (r->at ? 0 : MAP_ANONYMOUS);
  void *p = mmap((void *)r->addr, r->size, PROT_READ | PROT_WRITE, flags, r->at ? fd : -1,
                 r->at ? at + (off_t)r->at : 0);
  if (p == MAP_FAILED) return err_set(e, "mapping a snapshot: %s", strerror(errno));
  REGISTER_ROOT(p, r->size);
  return true;
}

static size_t mapped_size; /* of the region, in this process */

bool snapshot_map(int fd, off_t at, u64 build, Err *e) {
  SnapHead fixed;
  if (!read_head(&fixed, fd, at, build, e)) return false;
  u8 *head = mmap(NULL, fixed.head_size, PROT_READ, MAP_PRIVATE, fd, at);
  if (head == MAP_FAILED) return err_set(e, "mapping a snapshot: %s", strerror(errno));
  u64 check = fixed.check;
  fixed.check = 0;
  bool ok = hash_words(hash_words(0, &fixed, sizeof fixed), head + sizeof fixed,
                       fixed.head_size - sizeof fixed) == check;
  if (!ok) damaged(e, "damaged");
  const Run *runs = (const Run *)(head + sizeof fixed);
  for (u32 i = 0; i < fixed.nruns && ok; i++) {
    ok = map_run(&runs[i], fd, at, e);
    size_t end = runs[i].addr + runs[i].size - REGION_BASE;
    if (region_has((void *)runs[i].addr) && end > mapped_size) mapped_size = end;
  }
  if (ok) memcpy(__start_snapshot, head + fixed.section_at, section_size());
  munmap(head, fixed.head_size);
  return ok;
}

/* ---- giving back ---- */
void snapshot_release_read_pages(void) {
  enum { BATCH = 2048 };
  const u64 present = (u64)1 << 63, of_file = (u64)1 << 61; /* proc(5), pagemap; a page that was written to is not the file's */
  u64 entries[BATCH];
  int fd = mapped_size ? open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  for (size_t at = 0; at < mapped_size; at += BATCH * PAGE) {
    u8 *base = (u8 *)REGION_BASE + at;
    ssize_t got = pread(fd, entries, sizeof entries, (off_t)((uintptr_t)base / PAGE * sizeof(u64)));
    size_t n = got > 0 ? (size_t)got / sizeof(u64) : 0;
    for (size_t i = 0, j; i < n; i = j + 1) {
      for (j = i; j < n && (entries[j] & present) && (entries[j] & of_file); j++) {}
      if (j > i) madvise(base + i * PAGE, (j - i) * PAGE, MADV_DONTNEED);
    }
  }
  close(fd);
}

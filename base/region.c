/* region.c - xmalloc and its family: libc's heap, or the region of a snapshot being recorded (region.h).
 *
 * The region is a bump allocator with one free list per size class. Blocks are multiples of 16 bytes up to
 * 1 KB, above that an eighth of a power of two apart. A freed block is cleared at once: nothing stale, such
 * as the address of a stack variable, can reach the saved memory, and long runs of free memory are pages of
 * zeros, which are not stored.
 */
#include "base/region.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

typedef struct Block {
  u64 capacity;       /* bytes from `next` on */
  struct Block *next; /* in its free list; the first word of the contents otherwise */
} Block;

enum {
  BLOCK_HEADER = 8,
  SMALL_BLOCK = 1024, /* up to here one class per 16 bytes */
  SMALL_CLASSES = SMALL_BLOCK / 16 + 1,
  MAX_CLASSES = SMALL_CLASSES + 8 * 32
};

static struct {
  bool recording;
  u8 *next, *end;
  Block *free[MAX_CLASSES];
} region;

void region_out_of_memory(void) {
  fputs("govm: out of memory\n", stderr);
  exit(2);
}

bool region_start(Err *e) {
  CHECK(!region.recording);
  void *base = (void *)REGION_BASE;
  void *p = mmap(base, REGION_SIZE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (p != base) {
    int err = p == MAP_FAILED ? errno : EEXIST;
    if (p != MAP_FAILED) munmap(p, REGION_SIZE);
    return err_set(e, "cannot reserve memory at %p: %s", base, strerror(err));
  }
  region.next = base;
  region.end = region.next + REGION_SIZE;
  region.recording = true;
  return true;
}

bool region_recording(void) { return region.recording; }

size_t region_stop(void) {
  CHECK(region.recording);
  region.recording = false;
  return (size_t)(region.next - (u8 *)REGION_BASE);
}

/* The class of a request of n bytes; *size is the size of its blocks, header included. */
static u32 class_of(size_t n, size_t *size) {
  size_t block = ALIGN_UP(n + BLOCK_HEADER, 16);
  if (block <= SMALL_BLOCK) {
    *size = block;
    return (u32)(block / 16);
  }
  u32 lg = 63 - (u32)__builtin_clzll(block - 1); /* 2^lg < block <= 2^(lg+1) */
  size_t step = (size_t)1 << (lg - 3);
  *size = ALIGN_UP(block, step);
  return SMALL_CLASSES + (lg - 10) * 8 + (u32)((*size - ((size_t)1 << lg)) / step) - 1;
}

static Block *block_of(void *p) { return (Block *)((u8 *)p - BLOCK_HEADER); }

static void *region_alloc(size_t n) {
  if (unlikely(n >= REGION_SIZE)) region_out_of_memory();
  size_t size;
  Block **list = &region.free[class_of(n, &size)], *b = *list;
  if (b) {
    *list = b->next;
    b->next = NULL;
  } else {
    if (unlikely(size + 16 > (size_t)(region.end - region.next))) region_out_of_memory();
    if (region.next == (u8 *)REGION_BASE) region.next += 16 - BLOCK_HEADER; /* contents are aligned to 16 */
    b = (Block *)region.next;
    region.next += size;
    b->capacity = size - BLOCK_HEADER;
  }
  return &b->next;
}

static void region_free(void *p) {
  Block *b = block_of(p);
  memset(p, 0, b->capacity);
  size_t size;
  Block **list = &region.free[class_of(b->capacity, &size)];
  b->next = *list;
  *list = b;
}

void *xmalloc(size_t n) {
  if (unlikely(region.recording)) return region_alloc(n);
  void *p = malloc(n ? n : 1);
  if (!p) region_out_of_memory();
  return p;
}

void *xcalloc(size_t n, size_t size) {
  if (unlikely(region.recording)) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) region_out_of_memory();
    return region_alloc(bytes);
  }
  void *p = calloc(n ? n : 1, size ? size : 1);
  if (!p) region_out_of_memory();
  return p;
}

static void *region_realloc(void *p, size_t n) {
  size_t capacity = block_of(p)->capacity;
  if (n <= capacity && region.recording) return p;
  void *q = xmalloc(n);
  memcpy(q, p, n < capacity ? n : capacity);
  xfree(p);
  return q;
}

void *xrealloc(void *p, size_t n) {
  if (region_has(p)) return region_realloc(p, n);
  if (!p && region.recording) return region_alloc(n);
  p = realloc(p, n ? n : 1);
  if (!p) region_out_of_memory();
  return p;
}

void xfree(void *p) {
  if (likely(!region_has(p))) free(p);
  else if (region.recording) region_free(p);
}

/* test_snapshot.c - a process records state; another one of the same executable maps it, uses it, lets it
 * grow. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/region.h"
#include "base/snapshot.h"

#if defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1 /* has a heap of its own, which the check does not know */
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { NAMES = 20000, AT = 8192, BUILD = 7, LOW_SIZE = 1 << 20 };
#define LOW ((u8 *)0x61000000)

typedef u32 (*Step)(u32);
static u32 twice(u32 x) { return 2 * x; }

static SNAPSHOT PtrMap names;
static SNAPSHOT VEC(u32) numbers;
static SNAPSHOT u32 version = 3; /* one with an initial value */
static SNAPSHOT Step step;
static SNAPSHOT Arena arena;
static SNAPSHOT char *text;
static SNAPSHOT u8 *hole; /* a freed block that is large: its pages are not stored */
static SNAPSHOT void *planted;
static u32 forgotten; /* not part of the state */

#define REQUIRE(cond)                                                       \
  do {                                                                      \
    if (!(cond)) {                                                          \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond);            \
      _exit(3);                                                             \
    }                                                                       \
  } while (0)

static const Atom *name(u32 i) { return atom_printf("name %u", i); }

static void reserve_low(void) {
  void *p = mmap(LOW, LOW_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(p == LOW);
}

static void make_state(void) {
  for (u32 i = 0; i < NAMES; i++) {
    ptrmap_set(&names, name(i), (void *)name(NAMES - 1 - i));
    VEC_PUSH(NULL, &numbers, i * i);
  }
  void *freed = xmalloc(100);
  memset(freed, 0xff, 100);
  xfree(freed);
  text = xmalloc(100); /* the same block, cleared */
  REQUIRE(text == freed && text[50] == 0);
  strcpy(text, "hello");
  hole = xcalloc(8, 1 << 20);
  hole[5 << 20] = 1;
  xfree(hole);
  arena_strdup(&arena, "in the arena");
  ptrmap_reserve(&names, NAMES);
  version = 4;
  forgotten = 1;
  step = twice;
  reserve_low();
  LOW[17] = 42;
  snapshot_add_range(LOW, LOW_SIZE);
}

static int record(char **argv) {
  const char *path = argv[2];
  Err e;
  REQUIRE(snapshot_record(argv, &e));
  make_state();
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
  REQUIRE(fd >= 0);
  if (!snapshot_write(fd, AT, BUILD, &e)) {
    fprintf(stderr, "%s\n", e.msg);
    _exit(4);
  }
  void *p = xmalloc(1);
  REQUIRE(!region_has(p)); /* the recording is over */
  xfree(p);
  return close(fd);
}

static void check_state(void) {
  REQUIRE(version == 4 && forgotten == 0 && step(21) == 42);
  REQUIRE(strcmp(text, "hello") == 0 && region_has(text));
  REQUIRE(LOW[17] == 42 && LOW[18] == 0 && LOW[LOW_SIZE - 1] == 0);
  REQUIRE(numbers.n == NAMES && names.n == NAMES);
  for (u32 i = 0; i < NAMES; i++) {
    REQUIRE(ptrmap_get(&names, name(i)) == name(NAMES - 1 - i));
    REQUIRE(numbers.v[i] == i * i);
  }
  REQUIRE(hole[5 << 20] == 0);
}

static void grow_state(void) {
  PtrMapEntry *entries = names.entries;
  for (u32 i = NAMES; i < 2 * NAMES; i++) ptrmap_set(&names, name(i), text);
  REQUIRE(names.entries == entries); /* there was room */
  for (u32 i = NAMES; i < 3 * NAMES; i++) VEC_PUSH(NULL, &numbers, i);
  REQUIRE(!region_has(numbers.v) && numbers.v[NAMES - 1] == (NAMES - 1) * (NAMES - 1));
  for (u32 i = 2 * NAMES; i < 5 * NAMES; i++) ptrmap_set(&names, name(i), text);
  REQUIRE(ptrmap_get(&names, name(3)) == name(NAMES - 4) && ptrmap_get(&names, name(4 * NAMES)) == text);
  text = xrealloc(text, 10000);
  REQUIRE(!region_has(text) && strcmp(text, "hello") == 0);
  xfree(text);
  REQUIRE(region_has(arena.blocks));
  arena_alloc(&arena, 1 << 20);
  arena_free(&arena);
  VEC_FREE(&numbers);
  ptrmap_free(&names);
}

static int map(const char *path, u64 build) {
  Err e;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  if (!snapshot_map(fd, AT, build, &e)) {
    puts(e.msg);
    REQUIRE(version == 3 && !names.n);
    return 1;
  }
  close(fd);
  check_state();
  grow_state();
  return 0;
}

/* A variable of the state that refers to libc's heap, and one that refers to libc. */
static int record_foreign(char **argv, bool heap) {
  Err e;
  REQUIRE(snapshot_record(argv, &e));
  planted = heap ? malloc(64) : (void *)&stdout->_IO_read_ptr;
  int fd = open(argv[2], O_RDWR | O_CREAT | O_TRUNC, 0600);
  bool ok = snapshot_write(fd, AT, BUILD, &e);
  if (heap) free(planted);
  if (!ok) puts(e.msg);
  return ok ? 0 : 1;
}

/* ---- the tests: each step is a process of this executable ---- */
static char self[512], dir[64];

static const char *file(const char *name) {
  static char path[2][128];
  static u32 next;
  char *p = path[next++ % 2];
  snprintf(p, sizeof path[0], "%s/%s", dir, name);
  return p;
}

/* Runs `self verb path`; its exit status, and what it printed in *out. */
static int run(const char *verb, const char *path, char out[512]) {
  int fds[2];
  assert_int_equal(pipe(fds), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(fds[1], 1);
    close(fds[0]);
    execl(self, self, verb, path, (char *)NULL);
    _exit(127);
  }
  close(fds[1]);
  size_t n = 0;
  for (ssize_t k; n < 511 && (k = read(fds[0], out + n, 511 - n)) > 0;) n += (size_t)k;
  out[n] = 0;
  close(fds[0]);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect_refused(const char *verb, const char *path, const char *message) {
  char out[512];
  assert_int_equal(run(verb, path, out), 1);
  assert_non_null(strstr(out, message));
}

static void test_map(void **state) {
  (void)state;
  char out[512];
  assert_int_equal(run("record", file("a"), out), 0);
  assert_int_equal(run("map", file("a"), out), 0);
  assert_int_equal(run("map", file("a"), out), 0); /* the first has changed nothing in the file */
  struct stat st;
  assert_int_equal(stat(file("a"), &st), 0);
  assert_in_range(st.st_size, 1 << 20, 6 << 20); /* without the hole and the low range's zeros */
}

static u8 *slurp(const char *path, size_t *n) {
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  u8 *p = malloc(16 << 20);
  *n = fread(p, 1, 16 << 20, f);
  fclose(f);
  return p;
}

static void test_reproducible(void **state) {
  (void)state;
  char out[512];
  assert_int_equal(run("record", file("a"), out), 0);
  setenv("LONGER", "environment, so that the stack is elsewhere", 1);
  assert_int_equal(run("record", file("b"), out), 0);
  size_t na, nb;
  u8 *a = slurp(file("a"), &na), *b = slurp(file("b"), &nb);
  assert_int_equal(na, nb);
  assert_memory_equal(a, b, na);
  free(a);
  free(b);
}

static void write_bytes(const char *path, const u8 *p, size_t n) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(p, 1, n, f), n);
  fclose(f);
}

static void test_damaged(void **state) {
  (void)state;
  char out[512];
  assert_int_equal(run("record", file("a"), out), 0);
  expect_refused("map-other", file("a"), "of another executable or build");
  size_t n;
  u8 *p = slurp(file("a"), &n);
  for (size_t cut = AT - 1; cut < n; cut += cut / 3) {
    write_bytes(file("b"), p, cut);
    expect_refused("map", file("b"), "cut short");
  }
  for (size_t i = 0; i < 4096; i += 8) { /* the head: whatever is changed, it is noticed */
    p[AT + i] ^= 0x11;
    write_bytes(file("b"), p, n);
    expect_refused("map", file("b"), "the snapshot is ");
    p[AT + i] ^= 0x11;
    if (i >= 128) i += 120;
  }
  free(p);
}

static void test_foreign(void **state) {
  (void)state;
  if (!SANITIZED) expect_refused("heap", file("a"), "1 pointers to memory that is not saved");
  expect_refused("libc", file("a"), "libc.so");
}

static int remove_files(void **state) {
  (void)state;
  unlink(file("a"));
  unlink(file("b"));
  return rmdir(dir);
}

static int make_dir(void **state) {
  (void)state;
  strcpy(dir, "/tmp/govm-snapshot-XXXXXX");
  return mkdtemp(dir) ? 0 : -1;
}

int main(int argc, char **argv) {
  if (argc == 3) {
    if (strcmp(argv[1], "record") == 0) return record(argv);
    if (strcmp(argv[1], "map") == 0) return map(argv[2], BUILD);
    if (strcmp(argv[1], "map-other") == 0) return map(argv[2], BUILD + 1);
    return record_foreign(argv, strcmp(argv[1], "heap") == 0);
  }
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_map),
      cmocka_unit_test(test_reproducible),
      cmocka_unit_test(test_damaged),
      cmocka_unit_test(test_foreign),
  };
  return cmocka_run_group_tests(tests, make_dir, remove_files);
}

/* base.h - the few things every folder needs: integers, arenas, vectors, atoms, string buffers, errors.
 *
 * Memory: an Arena hands out zeroed memory and is freed as a whole; nothing in the front end calls free().
 * Under GOVM_DEBUG=arenamalloc=1 every object is its own malloc, so that AddressSanitizer sees overruns.
 * Atoms are interned, immutable, immortal byte strings: two atoms are equal when their pointers are.
 * Not here: OS wrappers (os.h), debug switches (debug.h), hash maps (map.h).
 * The atom table and arenas are used by one thread at a time (the compiler's).
 */
#ifndef GOVM_BASE_H
#define GOVM_BASE_H

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define ALIGN_UP(n, a) (((n) + (a) - 1) & ~((a) - 1))
#define MUST_USE __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))
/* For static variables that are state of the compiler or the linker, with or without an initial value:
 * `static SNAPSHOT PtrMap symbols;`. A snapshot saves them (snapshot.h); tools/check_snapshot.py finds those
 * that are not marked. */
#define SNAPSHOT __attribute__((section("snapshot")))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* A broken invariant of govm itself. Prints "fatal: file:line: what" and aborts; never for bad input. */
NORETURN void base_bug(const char *file, int line, const char *fmt, ...) PRINTF(3, 4);
#define BUG(...) base_bug(__FILE__, __LINE__, __VA_ARGS__)
/* Checked in every build: the compiler's invariants are cheap and its wrong results are not. */
#define CHECK(cond)                           \
  do {                                        \
    if (unlikely(!(cond))) BUG("%s", #cond); \
  } while (0)

/* ---- allocation that cannot fail quietly: exits with "govm: out of memory" ---- */
void *xmalloc(size_t n);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
void xfree(void *p); /* what the three above gave; memory that libc or a library made is free()'s */

/* ---- arenas ---- */
typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
  ArenaBlock *blocks;
  u8 *next, *end;
  size_t total; /* bytes handed out */
} Arena;

void arena_free(Arena *a); /* releases everything; the arena is empty and usable again */
void *arena_alloc(Arena *a, size_t n) __attribute__((malloc)); /* zeroed, aligned to 8 */
void *arena_dup(Arena *a, const void *p, size_t n);
char *arena_strdup(Arena *a, const char *s);
char *arena_printf(Arena *a, const char *fmt, ...) PRINTF(2, 3);
#define NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define NEW_ARRAY(arena, T, n) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(n)))

/* ---- vectors: VEC(T) v = {0}; the memory is the arena's, or malloc's when the arena is NULL ---- */
#define VEC(T)  \
  struct {      \
    T *v;       \
    u32 n, cap; \
  }
void vec_grow(Arena *a, void *vec, size_t elem, u32 need); /* vec points to a VEC */
#define VEC_PUSH(arena, vec, ...)                                                           \
  do {                                                                                      \
    if ((vec)->n == (vec)->cap) vec_grow((arena), (vec), sizeof(*(vec)->v), (vec)->n + 1); \
    (vec)->v[(vec)->n++] = (__VA_ARGS__);                                                   \
  } while (0)
#define VEC_RESERVE(arena, vec, need)                                                        \
  do {                                                                                       \
    if ((vec)->cap < (need)) vec_grow((arena), (vec), sizeof(*(vec)->v), (need)); \
  } while (0)
#define VEC_LAST(vec) ((vec)->v[(vec)->n - 1])
#define VEC_POP(vec) ((vec)->v[--(vec)->n])
#define VEC_FREE(vec) (xfree((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)

/* ---- atoms ---- */
typedef struct Atom {
  u32 hash, len;
  char s[]; /* len bytes and a NUL; may contain NULs */
} Atom;
const Atom *atom_new(const char *s, size_t n);
const Atom *atom_cstr(const char *s);
void atoms_reserve(u32 extra); /* room for that many more without copying the table */
const Atom *atom_printf(const char *fmt, ...) PRINTF(1, 2);
static inline bool atom_is(const Atom *a, const char *s) { return a && strcmp(a->s, s) == 0; }

/* ---- growable byte strings (malloc'ed; sb_free) ---- */
typedef struct StrBuf {
  char *p; /* NUL-terminated when n > 0 */
  size_t n, cap;
} StrBuf;
void sb_free(StrBuf *b);
void sb_reset(StrBuf *b); /* keeps the memory */
void sb_putc(StrBuf *b, int c);
void sb_puts(StrBuf *b, const char *s);
void sb_write(StrBuf *b, const void *p, size_t n);
void sb_printf(StrBuf *b, const char *fmt, ...) PRINTF(2, 3);
void sb_vprintf(StrBuf *b, const char *fmt, va_list ap);
const char *sb_cstr(StrBuf *b); /* never NULL; valid until the next change */

/* ---- errors of the environment: bool + Err* ---- */
typedef struct Err {
  char msg[512];
} Err;
/* Formats into e (when not NULL) and returns false, so that `return err_set(e, ...)` reads well. */
bool err_set(Err *e, const char *fmt, ...) PRINTF(2, 3);

/* ---- hashing ---- */
u32 hash_bytes(const void *p, size_t n);
static inline u64 hash_u64(u64 x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

/* ---- UTF-8, as Go decodes it: an invalid byte is one U+FFFD of width 1 ---- */
#define RUNE_ERROR 0xFFFD
int utf8_decode(const char *s, size_t n, i32 *rune); /* bytes used, 0 when n == 0 */
int utf8_encode(char *out, i32 rune);                /* bytes written, 1..4; invalid runes as U+FFFD */

#endif

/* base.c - arenas, vectors, atoms, string buffers, errors, UTF-8 (base.h has the contract). */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/debug.h"
#include "base/map.h"
#include "base/region.h"
#include "base/snapshot.h"

void base_bug(const char *file, int line, const char *fmt, ...) {
  va_list ap;
  fflush(stdout);
  fprintf(stderr, "govm: internal error: %s:%d: ", file, line);
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  abort();
}

/* ---- arenas ---- */
struct ArenaBlock {
  ArenaBlock *next;
  u64 size;
};
/* Blocks grow with the arena, from the first size to the last, their header included. */
#define ARENA_FIRST ((size_t)8 << 10)
#define ARENA_LAST ((size_t)256 << 10)

void arena_free(Arena *a) {
  for (ArenaBlock *b = a->blocks; b;) {
    ArenaBlock *next = b->next;
    xfree(b);
    b = next;
  }
  *a = (Arena){0};
}

static void *arena_block(Arena *a, size_t n) {
  ArenaBlock *b = xcalloc(1, sizeof *b + n);
  b->next = a->blocks;
  b->size = n;
  a->blocks = b;
  return b + 1;
}

void *arena_alloc(Arena *a, size_t n) {
  n = ALIGN_UP(n ? n : 1, 8);
  a->total += n;
  if (unlikely((size_t)(a->end - a->next) < n)) {
    size_t size = a->total < ARENA_FIRST ? ARENA_FIRST : a->total < ARENA_LAST ? ALIGN_UP(a->total, ARENA_FIRST) : ARENA_LAST;
    size -= sizeof(ArenaBlock) + 16;
    if (n > size / 8 || debug_flags.arenamalloc) return arena_block(a, n);
    a->next = arena_block(a, size);
    a->end = a->next + size;
  }
  void *p = a->next;
  a->next += n;
  return p;
}

void *arena_dup(Arena *a, const void *p, size_t n) {
  void *q = arena_alloc(a, n);
  if (n) memcpy(q, p, n);
  return q;
}

char *arena_strdup(Arena *a, const char *s) { return arena_dup(a, s, strlen(s) + 1); }

char *arena_printf(Arena *a, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  char *s = arena_dup(a, sb_cstr(&b), b.n + 1);
  sb_free(&b);
  return s;
}

/* ---- vectors ---- */
typedef VEC(u8) ByteVec; /* every VEC has this shape */

void vec_grow(Arena *a, void *vec, size_t elem, u32 need) {
  ByteVec *v = vec;
  u64 cap = v->cap ? (u64)v->cap * 2 : 8;
  if (cap < need) cap = need;
  if (cap > UINT32_MAX) region_out_of_memory();
  if (a) {
    u8 *p = arena_alloc(a, cap * elem);
    if (v->n) memcpy(p, v->v, v->n * elem);
    v->v = p;
  } else {
    v->v = xrealloc(v->v, cap * elem);
  }
  v->cap = (u32)cap;
}

/* ---- hashing: FNV-1a over 8-byte words, finished by a mix ---- */
u32 hash_bytes(const void *ptr, size_t n) {
  const u8 *p = ptr;
  u64 h = 0xcbf29ce484222325u ^ n, w;
  for (; n >= 8; n -= 8, p += 8) {
    memcpy(&w, p, 8);
    h = (h ^ w) * 0x100000001b3u;
    h ^= h >> 29;
  }
  for (; n; n--) h = (h ^ *p++) * 0x100000001b3u;
  return (u32)hash_u64(h);
}

/* ---- atoms ---- */
/* A slot is an atom's address and, above its 47 bits, the upper bits of the hash: a lookup reads hardly any atom but the one
 * it finds, so that few pages of a mapped snapshot are touched. Three quarters are full at most. */
static SNAPSHOT struct {
  u64 *slots;
  u32 n, cap;
  Arena arena;
} atoms;
#define SLOT_ATOM(slot) ((const Atom *)((slot) & (((u64)1 << 47) - 1)))
#define SLOT_TAG(hash) ((u64)((hash) >> 15) << 47)

static bool atoms_full(u64 n) { return n * 4 >= (u64)atoms.cap * 3; }

/* Makes room for `need` atoms. */
static void atoms_rehash(u32 need) {
  u32 old = atoms.cap;
  u64 *from = atoms.slots;
  if (!atoms.cap) atoms.cap = 4096;
  while (atoms_full(need)) atoms.cap *= 2;
  atoms.slots = xcalloc(atoms.cap, sizeof *atoms.slots);
  for (u32 i = 0; i < old; i++) {
    if (!from[i]) continue;
    u32 j = SLOT_ATOM(from[i])->hash & (atoms.cap - 1);
    while (atoms.slots[j]) j = (j + 1) & (atoms.cap - 1);
    atoms.slots[j] = from[i];
  }
  xfree(from);
}

const Atom *atom_new(const char *s, size_t n) {
  if (atoms_full(atoms.n)) atoms_rehash(atoms.n + 1);
  u32 h = hash_bytes(s, n), j = h & (atoms.cap - 1);
  for (u64 slot; (slot = atoms.slots[j]); j = (j + 1) & (atoms.cap - 1)) {
    const Atom *t = SLOT_ATOM(slot);
    if ((slot ^ SLOT_TAG(h)) >> 47 == 0 && t->hash == h && t->len == n && (n == 0 || memcmp(t->s, s, n) == 0)) return t;
  }
  Atom *t = arena_alloc(&atoms.arena, sizeof *t + n + 1);
  t->hash = h;
  t->len = (u32)n;
  if (n) memcpy(t->s, s, n);
  atoms.slots[j] = (u64)t | SLOT_TAG(h);
  atoms.n++;
  return t;
}

void atoms_reserve(u32 extra) {
  if (atoms_full((u64)atoms.n + extra)) atoms_rehash(atoms.n + extra);
}

const Atom *atom_cstr(const char *s) { return atom_new(s, strlen(s)); }

const Atom *atom_printf(const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  const Atom *t = atom_new(sb_cstr(&b), b.n);
  sb_free(&b);
  return t;
}

/* ---- string buffers ---- */
void sb_free(StrBuf *b) {
  xfree(b->p);
  *b = (StrBuf){0};
}

void sb_reset(StrBuf *b) {
  b->n = 0;
  if (b->p) b->p[0] = 0;
}

static void sb_need(StrBuf *b, size_t more) {
  if (b->n + more + 1 <= b->cap) return;
  size_t cap = b->cap ? b->cap * 2 : 64;
  if (cap < b->n + more + 1) cap = b->n + more + 1;
  b->p = xrealloc(b->p, cap);
  b->cap = cap;
}

void sb_write(StrBuf *b, const void *p, size_t n) {
  sb_need(b, n);
  if (n) memcpy(b->p + b->n, p, n);
  b->n += n;
  b->p[b->n] = 0;
}

void sb_putc(StrBuf *b, int c) {
  char ch = (char)c;
  sb_write(b, &ch, 1);
}

void sb_puts(StrBuf *b, const char *s) { sb_write(b, s, strlen(s)); }

void sb_vprintf(StrBuf *b, const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  CHECK(n >= 0);
  sb_need(b, (size_t)n);
  vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
  va_end(again);
  b->n += (size_t)n;
}

void sb_printf(StrBuf *b, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(b, fmt, ap);
  va_end(ap);
}

const char *sb_cstr(StrBuf *b) { return b->p ? b->p : ""; }

/* ---- errors ---- */
bool err_set(Err *e, const char *fmt, ...) {
  if (!e) return false;
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(e->msg, sizeof e->msg, fmt, ap);
  va_end(ap);
  return false;
}

/* ---- UTF-8 ---- */
int utf8_decode(const char *str, size_t n, i32 *rune) {
  const u8 *s = (const u8 *)str;
  *rune = RUNE_ERROR;
  if (n == 0) return 0;
  u8 c = s[0];
  if (c < 0x80) return *rune = c, 1;
  int len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4 || n < (size_t)len) return 1;
  i32 r = c & (0xFF >> (len + 1));
  for (int i = 1; i < len; i++) {
    if ((s[i] & 0xC0) != 0x80) return 1;
    r = r << 6 | (s[i] & 0x3F);
  }
  if ((len == 3 && r < 0x800) || (len == 4 && r < 0x10000) || r > 0x10FFFF || (r >= 0xD800 && r < 0xE000)) return 1;
  *rune = r;
  return len;
}

int utf8_encode(char *out, i32 r) {
  if (r < 0 || r > 0x10FFFF || (r >= 0xD800 && r < 0xE000)) r = RUNE_ERROR;
  if (r < 0x80) return out[0] = (char)r, 1;
  if (r < 0x800) return out[0] = (char)(0xC0 | r >> 6), out[1] = (char)(0x80 | (r & 0x3F)), 2;
  if (r < 0x10000) {
    out[0] = (char)(0xE0 | r >> 12);
    out[1] = (char)(0x80 | (r >> 6 & 0x3F));
    out[2] = (char)(0x80 | (r & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | r >> 18);
  out[1] = (char)(0x80 | (r >> 12 & 0x3F));
  out[2] = (char)(0x80 | (r >> 6 & 0x3F));
  out[3] = (char)(0x80 | (r & 0x3F));
  return 4;
}

/* ---- pointer maps: open addressing over an insertion-ordered entry array ---- */
static u32 ptrmap_slot(const PtrMap *m, const void *key) {
  u32 j = (u32)hash_u64((u64)(uintptr_t)key) & (m->nslots - 1);
  while (m->slots[j] && m->entries[m->slots[j] - 1].key != key) j = (j + 1) & (m->nslots - 1);
  return j;
}

void *ptrmap_get(const PtrMap *m, const void *key) {
  if (!m->nslots) return NULL;
  u32 i = m->slots[ptrmap_slot(m, key)];
  return i ? m->entries[i - 1].val : NULL;
}

bool ptrmap_has(const PtrMap *m, const void *key) { return m->nslots && m->slots[ptrmap_slot(m, key)]; }

/* Drops deleted entries and makes the table large enough for `extra` more. */
static void ptrmap_rehash(PtrMap *m, u32 extra) {
  u32 live = 0;
  for (u32 i = 0; i < m->n; i++)
    if (m->entries[i].key) m->entries[live++] = m->entries[i];
  m->n = live;
  m->nslots = 16;
  while (m->nslots < (live + extra) * 2 || m->nslots < live * 4) m->nslots *= 2;
  xfree(m->slots);
  m->slots = xcalloc(m->nslots, sizeof *m->slots);
  for (u32 i = 0; i < m->n; i++) m->slots[ptrmap_slot(m, m->entries[i].key)] = i + 1;
}

void ptrmap_set(PtrMap *m, const void *key, void *val) {
  CHECK(key);
  if (m->n * 2 >= m->nslots) ptrmap_rehash(m, 0);
  u32 j = ptrmap_slot(m, key);
  if (m->slots[j]) {
    m->entries[m->slots[j] - 1].val = val;
    return;
  }
  if (m->n == m->cap) {
    m->cap = m->cap ? m->cap * 2 : 8;
    m->entries = xrealloc(m->entries, m->cap * sizeof *m->entries);
  }
  m->entries[m->n] = (PtrMapEntry){key, val};
  m->slots[j] = ++m->n;
}

void ptrmap_reserve(PtrMap *m, u32 extra) {
  ptrmap_rehash(m, extra + 1);
  if (m->cap - m->n >= extra) return;
  m->cap = m->n + extra;
  m->entries = xrealloc(m->entries, m->cap * sizeof *m->entries);
}

void ptrmap_delete(PtrMap *m, const void *key) {
  if (!m->nslots) return;
  u32 i = m->slots[ptrmap_slot(m, key)];
  if (!i) return;
  m->entries[i - 1] = (PtrMapEntry){NULL, NULL}; /* its slot stays taken until the next rehash */
}

void ptrmap_free(PtrMap *m) {
  xfree(m->entries);
  xfree(m->slots);
  *m = (PtrMap){0};
}

/* hash.c - hashing of Go values: memhash and friends of Go's runtime/hash64.go (after wyhash) and alg.go.
 * The keys are drawn once per process; Go code that hashes through Type.Hasher ends up here too. See iface.h. */
#include "runtime/iface.h"
#include "runtime/rand.h"

#define C0 33054211828000289u
#define C1 23344194077549503u
#define M5 0x1d8e4e27c47d124fu

static u64 hashkey[4] = {1, 1, 1, 1};

void hash_init(void) {
  for (u32 i = 0; i < ARRAY_LEN(hashkey); i++) hashkey[i] = rt_rand() | 1;
}

static inline u64 mix(u64 a, u64 b) {
  unsigned __int128 m = (unsigned __int128)a * b;
  return (u64)(m >> 64) ^ (u64)m;
}
static inline u64 r4(const u8 *p) {
  u32 v;
  memcpy(&v, p, 4);
  return v;
}
static inline u64 r8(const u8 *p) {
  u64 v;
  memcpy(&v, p, 8);
  return v;
}

u64 memhash(const void *ptr, u64 seed, u64 n) {
  const u8 *p = ptr;
  u64 a, b;
  seed ^= hashkey[0];
  if (likely(n <= 16)) {
    if (n >= 8) {
      a = r8(p);
      b = r8(p + n - 8);
    } else if (n >= 4) {
      a = r4(p);
      b = r4(p + n - 4);
    } else if (n > 0) {
      a = p[0] | (u64)p[n >> 1] << 8 | (u64)p[n - 1] << 16;
      b = 0;
    } else {
      return seed;
    }
    return mix(M5 ^ n, mix(a ^ hashkey[1], b ^ seed));
  }
  u64 left = n;
  if (left > 48) {
    u64 seed1 = seed, seed2 = seed;
    for (; left > 48; left -= 48, p += 48) {
      seed = mix(r8(p) ^ hashkey[1], r8(p + 8) ^ seed);
      seed1 = mix(r8(p + 16) ^ hashkey[2], r8(p + 24) ^ seed1);
      seed2 = mix(r8(p + 32) ^ hashkey[3], r8(p + 40) ^ seed2);
    }
    seed ^= seed1 ^ seed2;
  }
  for (; left > 16; left -= 16, p += 16) seed = mix(r8(p) ^ hashkey[1], r8(p + 8) ^ seed);
  a = r8(p + left - 16);
  b = r8(p + left - 8);
  return mix(M5 ^ n, mix(a ^ hashkey[1], b ^ seed));
}

u64 memhash32(const void *p, u64 seed) {
  u64 a = r4(p);
  return mix(M5 ^ 4, mix(a ^ hashkey[1], a ^ seed ^ hashkey[0]));
}
u64 memhash64(const void *p, u64 seed) {
  u64 a = r8(p);
  return mix(M5 ^ 8, mix(a ^ hashkey[1], a ^ seed ^ hashkey[0]));
}

u64 f32hash(const void *p, u64 h) {
  float f = mem_ld_f32(p);
  if (f == 0) return C1 * (C0 ^ h);
  if (f != f) return C1 * (C0 ^ h ^ rt_rand());
  return memhash(p, h, 4);
}
u64 f64hash(const void *p, u64 h) {
  double f = mem_ld_f64(p);
  if (f == 0) return C1 * (C0 ^ h);
  if (f != f) return C1 * (C0 ^ h ^ rt_rand());
  return memhash(p, h, 8);
}
u64 c64hash(const void *p, u64 h) { return f32hash((const u8 *)p + 4, f32hash(p, h)); }
u64 c128hash(const void *p, u64 h) { return f64hash((const u8 *)p + 8, f64hash(p, h)); }

static Status hash_dynamic(G *g, const AbiType *t, const Slot *data, u64 seed, u64 *h) {
  if (!t) {
    *h = seed;
    return ST_OK;
  }
  if (!t->equal) return panic_with_type(g, "hash of unhashable type ", t);
  Status st = typehash(g, t, iface_data(t, data), seed ^ C0, h);
  *h *= C1;
  return st;
}
Status nilinterhash(G *g, const void *p, u64 seed, u64 *h) {
  const Slot *v = p;
  return hash_dynamic(g, v[0].p, v + 1, seed, h);
}
Status interhash(G *g, const void *p, u64 seed, u64 *h) {
  const Slot *v = p;
  const AbiItab *tab = v[0].p;
  return hash_dynamic(g, tab ? tab->type : NULL, v + 1, seed, h);
}

static bool field_is_blank(const AbiStructField *f) {
  GoString s = abi_name_text(f->name.bytes);
  return s.len == 1 && s.p[0] == '_';
}

Status typehash(G *g, const AbiType *t, const void *p, u64 seed, u64 *h) {
  if (t->tflag & ABI_TFLAG_REGULAR_MEMORY) {
    *h = t->size == 8 ? memhash64(p, seed) : t->size == 4 ? memhash32(p, seed) : memhash(p, seed, t->size);
    return ST_OK;
  }
  switch (t->kind) {
  case BCK_FLOAT32: *h = f32hash(p, seed); return ST_OK;
  case BCK_FLOAT64: *h = f64hash(p, seed); return ST_OK;
  case BCK_COMPLEX64: *h = c64hash(p, seed); return ST_OK;
  case BCK_COMPLEX128: *h = c128hash(p, seed); return ST_OK;
  case BCK_STRING: *h = strhash(p, seed); return ST_OK;
  case BCK_INTERFACE:
    return ((const AbiInterfaceType *)t)->nmethods ? interhash(g, p, seed, h) : nilinterhash(g, p, seed, h);
  case BCK_ARRAY: {
    const AbiArrayType *a = (const AbiArrayType *)t;
    *h = seed;
    for (u64 i = 0; i < a->len; i++) {
      Status st = typehash(g, a->elem, (const u8 *)p + i * a->elem->size, *h, h);
      if (st != ST_OK) return st;
    }
    return ST_OK;
  }
  case BCK_STRUCT: {
    const AbiStructType *s = (const AbiStructType *)t;
    *h = seed;
    for (i64 i = 0; i < s->nfields; i++) {
      const AbiStructField *f = &s->fields[i];
      if (field_is_blank(f)) continue;
      Status st = typehash(g, f->typ, (const u8 *)p + f->offset, *h, h);
      if (st != ST_OK) return st;
    }
    return ST_OK;
  }
  default: return panic_with_type(g, "hash of unhashable type ", t);
  }
}

/* map_priv.h - groups, control words and lookup, shared by map.c and map_iter.c.
 * A group is a control word of 8 bytes and 8 slots of key and element. A control byte is the hash's low 7 bits, CTRL_EMPTY
 * or CTRL_DELETED; a bit set has bit 7 of the byte of each matching slot. */
#ifndef GOVM_RUNTIME_MAP_PRIV_H
#define GOVM_RUNTIME_MAP_PRIV_H
#include "runtime/map.h"

enum { CTRL_EMPTY = 0x80, CTRL_DELETED = 0xfe, MAX_TABLE_CAPACITY = 1024, MAX_AVG_GROUP_LOAD = 7 };
#define BITS_LSB 0x0101010101010101u
#define BITS_MSB 0x8080808080808080u
#define CTRL_ALL_EMPTY BITS_MSB

static inline u64 match_h2(u64 ctrl, u64 h2) {
  u64 v = ctrl ^ BITS_LSB * h2;
  return (v - BITS_LSB) & ~v & BITS_MSB;
}
static inline u64 match_empty(u64 ctrl) { return ctrl & ~(ctrl << 6) & BITS_MSB; }
static inline u64 match_empty_or_deleted(u64 ctrl) { return ctrl & BITS_MSB; }
static inline u64 match_full(u64 ctrl) { return ~ctrl & BITS_MSB; }
static inline u32 first_slot(u64 bits) { return (u32)__builtin_ctzll(bits) >> 3; }

static inline u64 hash_h1(u64 h) { return h >> 7; }
static inline u64 hash_h2(u64 h) { return h & 0x7f; }

static inline u64 group_ctrl(const u8 *g) { return mem_ld_64(g); }
static inline void group_set_ctrl(u8 *g, u32 i, u8 c) { g[i] = c; }
static inline u8 *group_key(const AbiMapType *t, u8 *g, u32 i) { return g + 8 + i * t->slot_size; }
static inline u8 *group_elem(const AbiMapType *t, u8 *g, u32 i) { return g + 8 + i * t->slot_size + t->elem_off; }
/* The key or element itself, behind its pointer when large. */
static inline u8 *key_at(const AbiMapType *t, u8 *g, u32 i) {
  u8 *k = group_key(t, g, i);
  return t->flags & ABI_MAP_INDIRECT_KEY ? mem_ld_ptr(k) : k;
}
static inline u8 *elem_at(const AbiMapType *t, u8 *g, u32 i) {
  u8 *e = group_elem(t, g, i);
  return t->flags & ABI_MAP_INDIRECT_ELEM ? mem_ld_ptr(e) : e;
}
static inline u8 *table_group(const AbiMapType *t, const MapTable *tab, u64 i) { return tab->groups + i * t->group_size; }
static inline MapTable *dir_at(const GoMap *m, u64 i) { return ((MapTable **)m->dir)[i]; }
static inline u64 dir_index(const GoMap *m, u64 hash) { return m->dir_len == 1 ? 0 : hash >> (m->global_shift & 63); }

/* Keys as looked up: one of the three fast classes, or an address. */
typedef struct MapKey {
  const void *p;
  u64 u;       /* MAP_KEY_32, MAP_KEY_64 */
  GoString s;  /* MAP_KEY_STR */
} MapKey;
static inline __attribute__((always_inline)) MapKey map_key_of(MapKeyClass cls, const void *p) {
  MapKey k = {.p = p};
  if (cls == MAP_KEY_64) k.u = mem_ld_64(p);
  else if (cls == MAP_KEY_32) k.u = mem_ld_32(p);
  else if (cls == MAP_KEY_STR) k.s = *(const GoString *)p;
  return k;
}
static inline __attribute__((always_inline)) bool map_key_equal(G *g, const AbiMapType *t, MapKeyClass cls,
                                                                const MapKey *k, const void *stored) {
  if (cls == MAP_KEY_64) return k->u == mem_ld_64(stored);
  if (cls == MAP_KEY_32) return (u32)k->u == mem_ld_32(stored);
  if (cls == MAP_KEY_STR) return str_bytes_equal(&k->s, stored);
  bool eq;
  /* A key in a map is hashable, and so is k, as it has been hashed: comparing them cannot panic. */
  return type_equal(g, t->key, k->p, stored, &eq) == ST_OK && eq;
}
static inline __attribute__((always_inline)) Status map_hash(G *g, const AbiMapType *t, MapKeyClass cls, const MapKey *k,
                                                             u64 seed, u64 *h) {
  if (cls == MAP_KEY_64) *h = memhash64(&k->u, seed);
  else if (cls == MAP_KEY_32) *h = memhash32(&k->u, seed);
  else if (cls == MAP_KEY_STR) *h = memhash(k->s.p, seed, (u64)k->s.len);
  else return typehash(g, t->key, k->p, seed, h);
  return ST_OK;
}

/* The group that holds the key and *slot; NULL when absent. m is not empty. */
static inline __attribute__((always_inline)) u8 *map_find(G *g, const AbiMapType *t, GoMap *m, MapKeyClass cls,
                                                          const MapKey *k, u64 hash, u32 *slot) {
  u64 h2 = hash_h2(hash);
  if (m->dir_len == 0) {
    u8 *group = m->dir;
    for (u64 b = match_h2(group_ctrl(group), h2); b; b &= b - 1) {
      u32 i = first_slot(b);
      if (map_key_equal(g, t, cls, k, cls == MAP_KEY_GENERIC ? key_at(t, group, i) : group_key(t, group, i))) {
        *slot = i;
        return group;
      }
    }
    return NULL;
  }
  const MapTable *tab = dir_at(m, dir_index(m, hash));
  u64 mask = tab->length_mask;
  for (u64 at = hash_h1(hash) & mask, step = 0;; at = (at + ++step) & mask) {
    u8 *group = table_group(t, tab, at);
    /* The slot is not known before the control word is here: in a map beyond the caches fetch all of a small group. */
    if (m->dir_len >= 16) {
      __builtin_prefetch(group + 64);
      __builtin_prefetch(group + 128);
    }
    u64 ctrl = group_ctrl(group);
    for (u64 b = match_h2(ctrl, h2); b; b &= b - 1) {
      u32 i = first_slot(b);
      if (map_key_equal(g, t, cls, k, cls == MAP_KEY_GENERIC ? key_at(t, group, i) : group_key(t, group, i))) {
        *slot = i;
        return group;
      }
    }
    if (match_empty(ctrl)) return NULL;
  }
}
/* Instructions of Go code that overlap are reported as Go does. */
static inline void map_check_writing(const GoMap *m, const char *what) {
  if (unlikely(m->writing)) go_fatal(what);
}
#endif

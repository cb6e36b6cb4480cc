/* map.c - maps: make, get, assign, delete, clear, clone, growth. See map.h; Go's internal/runtime/maps (map.go, table.go,
 * group.go), with whose structures and invariants everything here agrees:
 *   the group count of a table is a power of two, and no table is full: a probe ends at a group with an empty slot;
 *   a slot is made empty on deletion only when its group has an empty slot already, else deleted (tombstone);
 *   a replaced table has index -1 and is no longer written: iterators may still walk it.
 * Operations are specialised by key class through the always_inline functions of map_priv.h.
 * Not here: iteration (map_iter.c). Start reading at map_find(), then assign(). Allocates; never parks. */
#include "runtime/map.h"

#include "runtime/map_priv.h"
#include "runtime/rand.h"

static u8 word2_mask[] = {1 << 2};
static const AbiType map_type = {
    .size = sizeof(GoMap), .ptr_bytes = 24, .align = 8, .field_align = 8, .kind = BCK_STRUCT, .gcdata = word2_mask};
static const AbiType table_type = {
    .size = sizeof(MapTable), .ptr_bytes = 24, .align = 8, .field_align = 8, .kind = BCK_STRUCT, .gcdata = word2_mask};
static u8 word0_mask[] = {1};
static const AbiType table_ptr_type = {
    .size = 8, .ptr_bytes = 8, .align = 8, .field_align = 8, .kind = BCK_POINTER, .gcdata = word0_mask};
static_assert(offsetof(GoMap, dir) == 16 && offsetof(MapTable, groups) == 16, "word 2");

MapKeyClass map_key_class(const AbiMapType *t) {
  const AbiType *k = t->key;
  if (t->flags & ABI_MAP_INDIRECT_KEY) return MAP_KEY_GENERIC;
  if (k->kind == BCK_STRING) return MAP_KEY_STR;
  if (!(k->tflag & ABI_TFLAG_REGULAR_MEMORY)) return MAP_KEY_GENERIC;
  return k->size == 8 ? MAP_KEY_64 : k->size == 4 ? MAP_KEY_32 : MAP_KEY_GENERIC;
}

/* ---- tables ---- */
static u16 max_growth_left(u16 capacity) {
  return (u16)(capacity <= ABI_MAP_GROUP_SLOTS ? capacity - 1 : capacity * MAX_AVG_GROUP_LOAD / ABI_MAP_GROUP_SLOTS);
}
static u8 *groups_new(const AbiMapType *t, u64 n) {
  u8 *g = heap_new_array(t->group, n);
  for (u64 i = 0; i < n; i++) mem_st_64(g + i * t->group_size, CTRL_ALL_EMPTY);
  return g;
}
static u64 round_pow2(u64 n) { return n <= 1 ? 1 : (u64)1 << (64 - __builtin_clzll(n - 1)); }

static MapTable *table_new(const AbiMapType *t, u64 capacity, i64 index, u8 local_depth) {
  if (capacity < ABI_MAP_GROUP_SLOTS) capacity = ABI_MAP_GROUP_SLOTS;
  capacity = round_pow2(capacity);
  MapTable *tab = heap_new(&table_type);
  tab->index = index;
  tab->local_depth = local_depth;
  tab->capacity = (u16)capacity;
  tab->growth_left = max_growth_left(tab->capacity);
  tab->length_mask = capacity / ABI_MAP_GROUP_SLOTS - 1;
  ptr_store(&tab->groups, groups_new(t, tab->length_mask + 1));
  return tab;
}

static GoMap *map_new(void) {
  GoMap *m = heap_new(&map_type);
  m->seed = rt_rand();
  return m;
}

GoMap *map_make(const AbiMapType *t, i64 hint) {
  GoMap *m = map_new();
  if (hint <= ABI_MAP_GROUP_SLOTS) return m;
  u64 target = (u64)hint * ABI_MAP_GROUP_SLOTS / MAX_AVG_GROUP_LOAD;
  if (target < (u64)hint || (u64)hint > HEAP_MAX_ALLOC) return m;
  u64 n = round_pow2((target + MAX_TABLE_CAPACITY - 1) / MAX_TABLE_CAPACITY), bytes;
  if (__builtin_mul_overflow(n * MAX_TABLE_CAPACITY, t->group_size, &bytes) || bytes > HEAP_MAX_ALLOC) return m;
  m->global_depth = (u8)__builtin_ctzll(n);
  m->global_shift = (u8)(64 - m->global_depth);
  MapTable **dir = heap_new_array(&table_ptr_type, n);
  for (u64 i = 0; i < n; i++) ptr_store(&dir[i], table_new(t, target / n, (i64)i, m->global_depth));
  ptr_store(&m->dir, dir);
  m->dir_len = (i64)n;
  return m;
}

/* ---- lookup ---- */
/* The error of a key that cannot be hashed, met by an operation on an empty map. */
static Status key_error(G *g, const AbiType *t, const void *p) {
  if (t->tflag & ABI_TFLAG_REGULAR_MEMORY) return ST_OK;
  switch (t->kind) {
  case BCK_FLOAT32: case BCK_FLOAT64: case BCK_COMPLEX64: case BCK_COMPLEX128: case BCK_STRING: return ST_OK;
  case BCK_INTERFACE: {
    const Slot *v = p;
    if (!v[0].p) return ST_OK;
    const AbiType *dyn = ((const AbiInterfaceType *)t)->nmethods ? ((AbiItab *)v[0].p)->type : v[0].p;
    if (dyn->equal) return key_error(g, dyn, iface_data(dyn, v + 1));
    StrBuf b = {0};
    GoString name = abi_type_string(dyn);
    sb_printf(&b, "hash of unhashable type: %.*s", (int)name.len, (const char *)name.p);
    Status st = native_panic_plain(g, sb_cstr(&b));
    sb_free(&b);
    return st;
  }
  case BCK_ARRAY: {
    const AbiArrayType *a = (const AbiArrayType *)t;
    Status st = ST_OK;
    for (u64 i = 0; i < a->len && st == ST_OK; i++) st = key_error(g, a->elem, (const u8 *)p + i * a->elem->size);
    return st;
  }
  case BCK_STRUCT: {
    const AbiStructType *s = (const AbiStructType *)t;
    Status st = ST_OK;
    for (i64 i = 0; i < s->nfields && st == ST_OK; i++)
      st = key_error(g, s->fields[i].typ, (const u8 *)p + s->fields[i].offset);
    return st;
  }
  default: return ST_OK;
  }
}
static Status empty_map_key(G *g, const AbiMapType *t, const void *key) {
  return t->flags & ABI_MAP_HASH_MIGHT_PANIC ? key_error(g, t->key, key) : ST_OK;
}

static const char read_and_write[] = "concurrent map read and map write", two_writes[] = "concurrent map writes";

/* For the classes that cannot panic. */
static inline __attribute__((always_inline)) void *get_fast(const AbiMapType *t, GoMap *m, MapKeyClass cls,
                                                            const MapKey *k) {
  if (!m || m->used == 0) return NULL;
  map_check_writing(m, read_and_write);
  u64 hash;
  u32 slot;
  (void)map_hash(NULL, t, cls, k, m->seed, &hash);
  u8 *group = map_find(NULL, t, m, cls, k, hash, &slot);
  return group ? elem_at(t, group, slot) : NULL;
}
void *map_get_64(const AbiMapType *t, GoMap *m, u64 key) {
  MapKey k = {.u = key};
  return get_fast(t, m, MAP_KEY_64, &k);
}
void *map_get_32(const AbiMapType *t, GoMap *m, u32 key) {
  MapKey k = {.u = key};
  return get_fast(t, m, MAP_KEY_32, &k);
}
void *map_get_str(const AbiMapType *t, GoMap *m, const u8 *p, i64 len) {
  MapKey k = {.s = {p, len}};
  return get_fast(t, m, MAP_KEY_STR, &k);
}

Status map_get_entry(G *g, const AbiMapType *t, GoMap *m, const void *key, void **stored_key, void **elem) {
  *stored_key = *elem = NULL;
  if (!m || m->used == 0) return empty_map_key(g, t, key);
  map_check_writing(m, read_and_write);
  MapKey k = {.p = key};
  u64 hash;
  u32 slot;
  Status st = typehash(g, t->key, key, m->seed, &hash);
  if (st != ST_OK) return st;
  u8 *group = map_find(g, t, m, MAP_KEY_GENERIC, &k, hash, &slot);
  if (!group) return ST_OK;
  *stored_key = key_at(t, group, slot);
  *elem = elem_at(t, group, slot);
  return ST_OK;
}

Status map_get(G *g, const AbiMapType *t, GoMap *m, const void *key, void **elem) {
  switch (map_key_class(t)) {
  case MAP_KEY_64: *elem = map_get_64(t, m, mem_ld_64(key)); return ST_OK;
  case MAP_KEY_32: *elem = map_get_32(t, m, mem_ld_32(key)); return ST_OK;
  case MAP_KEY_STR: *elem = map_get_str(t, m, ((const GoString *)key)->p, ((const GoString *)key)->len); return ST_OK;
  default: {
    void *stored;
    return map_get_entry(g, t, m, key, &stored, elem);
  }
  }
}

/* ---- growth ---- */
/* Hash of a key that is in the map already: cannot panic. */
static u64 rehash_key(G *g, const AbiMapType *t, MapKeyClass cls, const GoMap *m, const void *key) {
  MapKey k = map_key_of(cls, key);
  u64 h;
  if (map_hash(g, t, cls, &k, m->seed, &h) != ST_OK) rt_throw("map: a stored key cannot be hashed");
  return h;
}

/* Puts an entry known to be absent into a table with room and without tombstones. */
static void put_unchecked(const AbiMapType *t, MapTable *tab, u64 hash, void *key, void *elem) {
  u64 mask = tab->length_mask;
  for (u64 at = hash_h1(hash) & mask, step = 0;; at = (at + ++step) & mask) {
    u8 *group = table_group(t, tab, at);
    u64 b = match_empty_or_deleted(group_ctrl(group));
    if (!b) continue;
    u32 i = first_slot(b);
    if (t->flags & ABI_MAP_INDIRECT_KEY) ptr_store(group_key(t, group, i), key);
    else typed_memmove(t->key, group_key(t, group, i), key);
    if (t->flags & ABI_MAP_INDIRECT_ELEM) ptr_store(group_elem(t, group, i), elem);
    else typed_memmove(t->elem, group_elem(t, group, i), elem);
    tab->growth_left--;
    tab->used++;
    group_set_ctrl(group, i, (u8)hash_h2(hash));
    return;
  }
}

/* Moves every entry of a group to left, or to right when the hash has a bit of `mask`. */
static void move_group(G *g, const AbiMapType *t, MapKeyClass cls, const GoMap *m, u8 *group, MapTable *left,
                       MapTable *right, u64 mask) {
  for (u64 b = match_full(group_ctrl(group)); b; b &= b - 1) {
    u32 i = first_slot(b);
    u8 *key = key_at(t, group, i);
    u64 hash = rehash_key(g, t, cls, m, key);
    put_unchecked(t, hash & mask ? right : left, hash, key, elem_at(t, group, i));
  }
}

static void replace_table(GoMap *m, MapTable *tab) {
  u64 n = (u64)1 << (m->global_depth - tab->local_depth);
  for (u64 i = 0; i < n; i++) ptr_store(&((MapTable **)m->dir)[tab->index + (i64)i], tab);
}

static void grow_to_table(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m) {
  MapTable *tab = table_new(t, 2 * ABI_MAP_GROUP_SLOTS, 0, 0);
  move_group(g, t, cls, m, m->dir, tab, tab, 0);
  MapTable **dir = heap_new_array(&table_ptr_type, 1);
  ptr_store(&dir[0], tab);
  ptr_store(&m->dir, dir);
  m->dir_len = 1;
  m->global_depth = 0;
  m->global_shift = 64;
}

static void table_grow(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m, MapTable *tab) {
  MapTable *bigger = table_new(t, (u64)tab->capacity * 2, tab->index, tab->local_depth);
  for (u64 i = 0; i <= tab->length_mask; i++) move_group(g, t, cls, m, table_group(t, tab, i), bigger, bigger, 0);
  replace_table(m, bigger);
  tab->index = -1;
}

static void directory_double(GoMap *m) {
  MapTable **dir = heap_new_array(&table_ptr_type, (u64)m->dir_len * 2);
  for (i64 i = 0; i < m->dir_len; i++) {
    MapTable *tab = dir_at(m, (u64)i);
    ptr_store(&dir[2 * i], tab);
    ptr_store(&dir[2 * i + 1], tab);
    if (tab->index == i) tab->index = 2 * i; /* only where the table appears first */
  }
  m->global_depth++;
  m->global_shift--;
  ptr_store(&m->dir, dir);
  m->dir_len *= 2;
}

static void table_split(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m, MapTable *tab) {
  u8 depth = tab->local_depth + 1;
  MapTable *left = table_new(t, MAX_TABLE_CAPACITY, -1, depth), *right = table_new(t, MAX_TABLE_CAPACITY, -1, depth);
  u64 mask = (u64)1 << (64 - depth);
  for (u64 i = 0; i <= tab->length_mask; i++) move_group(g, t, cls, m, table_group(t, tab, i), left, right, mask);
  if (tab->local_depth == m->global_depth) directory_double(m);
  left->index = tab->index;
  replace_table(m, left);
  right->index = left->index + ((i64)1 << (m->global_depth - left->local_depth));
  replace_table(m, right);
  tab->index = -1;
}

static u16 tombstones(const MapTable *tab) {
  return (u16)(tab->capacity * MAX_AVG_GROUP_LOAD / ABI_MAP_GROUP_SLOTS - tab->used - tab->growth_left);
}

/* Turns tombstones that no probe sequence needs into empty slots, when that frees a tenth of the table. */
static void prune_tombstones(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m, MapTable *tab) {
  if (tombstones(tab) * 10 < tab->capacity) return;
  bool needed[MAX_TABLE_CAPACITY / ABI_MAP_GROUP_SLOTS] = {false};
  u64 mask = tab->length_mask;
  for (u64 i = 0; i <= mask; i++) {
    u8 *group = table_group(t, tab, i);
    for (u64 b = match_full(group_ctrl(group)); b; b &= b - 1) {
      u8 *key = key_at(t, group, first_slot(b));
      MapKey k = map_key_of(cls, key);
      if (!map_key_equal(g, t, cls, &k, key)) continue; /* never looked up */
      u64 hash = rehash_key(g, t, cls, m, key);
      for (u64 at = hash_h1(hash) & mask, step = 0; at != i; at = (at + ++step) & mask)
        if (match_empty_or_deleted(group_ctrl(table_group(t, tab, at)))) needed[at] = true;
    }
    if (match_empty(group_ctrl(group))) needed[i] = true;
  }
  u32 n = 0;
  for (u64 i = 0; i <= mask; i++)
    if (!needed[i]) n += (u32)__builtin_popcountll(match_empty_or_deleted(group_ctrl(table_group(t, tab, i))));
  if (n * 10 < tab->capacity) return;
  for (u64 i = 0; i <= mask; i++) {
    if (needed[i]) continue;
    u8 *group = table_group(t, tab, i);
    for (u64 b = match_empty_or_deleted(group_ctrl(group)); b; b &= b - 1) {
      group_set_ctrl(group, first_slot(b), CTRL_EMPTY);
      tab->growth_left++;
    }
  }
}

/* ---- assignment ---- */
/* Fills slot i of the group with the key and a zero element. */
static inline u8 *slot_insert(const AbiMapType *t, u8 *group, u32 i, u64 hash, const void *key) {
  u8 *k = group_key(t, group, i), *e = group_elem(t, group, i);
  if (unlikely(t->flags & (ABI_MAP_INDIRECT_KEY | ABI_MAP_INDIRECT_ELEM))) {
    if (t->flags & ABI_MAP_INDIRECT_KEY) {
      void *mem = heap_new(t->key);
      ptr_store(k, mem);
      k = mem;
    }
    if (t->flags & ABI_MAP_INDIRECT_ELEM) {
      void *mem = heap_new(t->elem);
      ptr_store(e, mem);
      e = mem;
    }
  }
  typed_memmove(t->key, k, key);
  group_set_ctrl(group, i, (u8)hash_h2(hash));
  return e;
}

/* The element slot in the table, NULL when the table was replaced and the map has to be asked again. */
static inline __attribute__((always_inline)) u8 *table_assign(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m,
                                                              MapTable *tab, u64 hash, const MapKey *k) {
  u64 mask = tab->length_mask, h2 = hash_h2(hash);
  u8 *deleted_group = NULL;
  u32 deleted_slot = 0;
  for (u64 at = hash_h1(hash) & mask, step = 0;; at = (at + ++step) & mask) {
    u8 *group = table_group(t, tab, at);
    u64 ctrl = group_ctrl(group);
    for (u64 b = match_h2(ctrl, h2); b; b &= b - 1) {
      u32 i = first_slot(b);
      u8 *stored = key_at(t, group, i);
      if (!map_key_equal(g, t, cls, k, stored)) continue;
      if (t->flags & ABI_MAP_NEED_KEY_UPDATE) typed_memmove(t->key, stored, k->p);
      return elem_at(t, group, i);
    }
    u64 b = match_empty_or_deleted(ctrl);
    if (!b) continue;
    u32 i = first_slot(b);
    if (group[i] == CTRL_DELETED) {
      if (!deleted_group) {
        deleted_group = group;
        deleted_slot = i;
      }
      continue;
    }
    if (deleted_group) {
      group = deleted_group;
      i = deleted_slot;
      tab->growth_left++; /* a tombstone is reused, no empty slot */
    }
    if (unlikely(tab->growth_left == 0)) prune_tombstones(g, t, cls, m, tab);
    if (likely(tab->growth_left > 0)) {
      u8 *elem = slot_insert(t, group, i, hash, k->p);
      tab->growth_left--;
      tab->used++;
      m->used++;
      return elem;
    }
    if (tab->capacity * 2 <= MAX_TABLE_CAPACITY) table_grow(g, t, cls, m, tab);
    else table_split(g, t, cls, m, tab);
    return NULL;
  }
}

static inline __attribute__((always_inline)) Status assign(G *g, const AbiMapType *t, MapKeyClass cls, GoMap *m,
                                                           const void *key, void **elem) {
  MapKey k = map_key_of(cls, key);
  u64 hash;
  Status st = map_hash(g, t, cls, &k, m->seed, &hash);
  if (unlikely(st != ST_OK)) return st;
  if (!m->dir) ptr_store(&m->dir, groups_new(t, 1));
  if (m->dir_len == 0) {
    u8 *group = m->dir;
    u32 i;
    if (m->used < ABI_MAP_GROUP_SLOTS) {
      if (m->used && map_find(g, t, m, cls, &k, hash, &i)) {
        if (t->flags & ABI_MAP_NEED_KEY_UPDATE) typed_memmove(t->key, key_at(t, group, i), key);
        *elem = elem_at(t, group, i);
        return ST_OK;
      }
      u64 b = match_empty_or_deleted(group_ctrl(group));
      if (!b) go_fatal("small map with no empty slot (concurrent map writes?)");
      *elem = slot_insert(t, group, first_slot(b), hash, key);
      m->used++;
      return ST_OK;
    }
    grow_to_table(g, t, cls, m);
  }
  u8 *e;
  while (!(e = table_assign(g, t, cls, m, dir_at(m, dir_index(m, hash)), hash, &k))) {}
  *elem = e;
  return ST_OK;
}

Status map_assign(G *g, const AbiMapType *t, GoMap *m, const void *key, void **elem) {
  if (!m) return native_panic_plain(g, "assignment to entry in nil map");
  map_check_writing(m, two_writes);
  switch (map_key_class(t)) {
  case MAP_KEY_64: return assign(g, t, MAP_KEY_64, m, key, elem);
  case MAP_KEY_32: return assign(g, t, MAP_KEY_32, m, key, elem);
  case MAP_KEY_STR: return assign(g, t, MAP_KEY_STR, m, key, elem);
  default: return assign(g, t, MAP_KEY_GENERIC, m, key, elem);
  }
}

/* ---- deletion ---- */
static void slot_clear(const AbiMapType *t, u8 *group, u32 i) {
  u8 *k = group_key(t, group, i), *e = group_elem(t, group, i);
  if (t->flags & ABI_MAP_INDIRECT_KEY) ptr_store(k, NULL);
  else if (t->key->ptr_bytes) typed_memclr(t->key, k);
  if (t->flags & ABI_MAP_INDIRECT_ELEM) ptr_store(e, NULL);
  else typed_memclr(t->elem, e); /* always: m[k] op= v relies on it */
}

Status map_delete(G *g, const AbiMapType *t, GoMap *m, const void *key) {
  if (!m || m->used == 0) return empty_map_key(g, t, key);
  map_check_writing(m, two_writes);
  MapKeyClass cls = map_key_class(t);
  MapKey k = map_key_of(cls, key);
  u64 hash;
  u32 i;
  Status st = map_hash(g, t, cls, &k, m->seed, &hash);
  if (st != ST_OK) return st;
  u8 *group = map_find(g, t, m, cls, &k, hash, &i);
  if (!group) return ST_OK;
  slot_clear(t, group, i);
  m->used--;
  u8 ctrl = CTRL_EMPTY;
  if (m->dir_len > 0) {
    MapTable *tab = dir_at(m, dir_index(m, hash));
    tab->used--;
    if (match_empty(group_ctrl(group))) {
      tab->growth_left++;
    } else {
      ctrl = CTRL_DELETED;
      m->tombstone_possible = true;
    }
  }
  group_set_ctrl(group, i, ctrl);
  if (m->used == 0) m->seed = rt_rand(); /* makes collisions harder to provoke */
  return ST_OK;
}

static void table_clear(const AbiMapType *t, MapTable *tab) {
  u16 most = max_growth_left(tab->capacity);
  if (tab->used == 0 && tab->growth_left == most) return;
  for (u64 i = 0; i <= tab->length_mask; i++) {
    u8 *group = table_group(t, tab, i);
    if (match_full(group_ctrl(group))) typed_memclr(t->group, group);
    mem_st_64(group, CTRL_ALL_EMPTY);
  }
  tab->used = 0;
  tab->growth_left = most;
}

void map_clear(const AbiMapType *t, GoMap *m) {
  if (!m || (m->used == 0 && !m->tombstone_possible)) return;
  map_check_writing(m, two_writes);
  if (m->dir_len == 0) {
    typed_memclr(t->group, m->dir);
    mem_st_64(m->dir, CTRL_ALL_EMPTY);
  } else {
    MapTable *last = NULL;
    for (i64 i = 0; i < m->dir_len; i++) {
      MapTable *tab = dir_at(m, (u64)i);
      if (tab != last) table_clear(t, tab);
      last = tab;
    }
    m->tombstone_possible = false;
  }
  m->used = 0;
  m->clear_seq++;
  m->seed = rt_rand();
}

/* ---- clone ---- */
static void clone_group(const AbiMapType *t, u8 *to, u8 *from) {
  typed_memmove(t->group, to, from);
  for (u32 i = 0; i < ABI_MAP_GROUP_SLOTS; i++) {
    void *p;
    if (t->flags & ABI_MAP_INDIRECT_KEY && (p = mem_ld_ptr(group_key(t, from, i)))) {
      void *copy = heap_new(t->key);
      typed_memmove(t->key, copy, p);
      ptr_store(group_key(t, to, i), copy);
    }
    if (t->flags & ABI_MAP_INDIRECT_ELEM && (p = mem_ld_ptr(group_elem(t, from, i)))) {
      void *copy = heap_new(t->elem);
      typed_memmove(t->elem, copy, p);
      ptr_store(group_elem(t, to, i), copy);
    }
  }
}
static u8 *clone_groups(const AbiMapType *t, u8 *from, u64 n) {
  u8 *to = groups_new(t, n);
  for (u64 i = 0; i < n; i++) clone_group(t, to + i * t->group_size, from + i * t->group_size);
  return to;
}

GoMap *map_clone(const AbiMapType *t, GoMap *m) {
  map_check_writing(m, "concurrent map clone and map write");
  GoMap *copy = heap_new(&map_type);
  *copy = *m;
  if (!m->dir) return copy;
  if (m->dir_len == 0) {
    ptr_store(&copy->dir, clone_groups(t, m->dir, 1));
    return copy;
  }
  MapTable **dir = heap_new_array(&table_ptr_type, (u64)m->dir_len);
  for (i64 i = 0; i < m->dir_len; i++) {
    MapTable *tab = dir_at(m, (u64)i);
    if (i > 0 && tab == dir_at(m, (u64)i - 1)) {
      ptr_store(&dir[i], dir[i - 1]);
      continue;
    }
    MapTable *new_tab = heap_new(&table_type);
    *new_tab = *tab;
    ptr_store(&new_tab->groups, clone_groups(t, tab->groups, tab->length_mask + 1));
    ptr_store(&dir[i], new_tab);
  }
  ptr_store(&copy->dir, dir);
  return copy;
}

/* map_iter.c - iteration over maps, as Iter of Go's internal/runtime/maps/table.go: random start, no entry twice, deleted
 * entries are not seen, changed ones with their latest value, whatever grows meanwhile.
 * The iterator keeps walking the table (or the single group) it started even when that has been replaced; keys found in a
 * replaced one are looked up again. Keys unequal to themselves (NaN) cannot be looked up, deleted or updated: they are
 * taken from the old place unless the map was cleared.
 * Start reading at map_iter_next(). */
#include "runtime/map_priv.h"
#include "runtime/rand.h"

static u8 iter_mask[] = {0x0f, 0x06}; /* key, elem, typ, m; tab, group */
static const AbiType iter_type = {
    .size = sizeof(MapIter), .ptr_bytes = 88, .align = 8, .field_align = 8, .kind = BCK_STRUCT, .gcdata = iter_mask};
static_assert(offsetof(MapIter, tab) == 72 && offsetof(MapIter, group) == 80, "words 9 and 10");

const AbiType *map_iter_type(void) { return &iter_type; }

void map_iter_init(MapIter *it, const AbiMapType *t, GoMap *m) {
  it->typ = t;
  if (!m || m->used == 0) return;
  it->m = m;
  it->entry_offset = rt_rand();
  it->dir_offset = rt_rand();
  it->global_depth = m->global_depth;
  it->clear_seq = m->clear_seq;
  it->dir_idx = 0;
  it->group = NULL;
  if (m->dir_len == 0) { /* -1: a small map */
    it->dir_idx = -1;
    it->group = m->dir;
  }
}

MapIter *map_iter_new(const AbiMapType *t, GoMap *m) {
  MapIter *it = heap_new(&iter_type);
  map_iter_init(it, t, m);
  return it;
}

/* The present key and element for the key of slot i in a group that has been replaced; false when it is gone. */
static bool grown_entry(MapIter *it, u32 i) {
  const AbiMapType *t = it->typ;
  void *key = key_at(t, it->group, i), *stored, *elem;
  if (map_get_entry(NULL, t, it->m, key, &stored, &elem) != ST_OK) rt_throw("map: a stored key cannot be hashed");
  if (stored) {
    it->key = stored;
    it->elem = elem;
    return true;
  }
  bool equal;
  if (it->clear_seq != it->m->clear_seq || type_equal(NULL, t->key, key, key, &equal) != ST_OK || equal) return false;
  it->key = key;
  it->elem = elem_at(t, it->group, i);
  return true;
}

static bool take_slot(MapIter *it, u32 i, bool grown) {
  if (grown) return grown_entry(it, i);
  it->key = key_at(it->typ, it->group, i);
  it->elem = elem_at(it->typ, it->group, i);
  return true;
}

static void next_small(MapIter *it) {
  bool grown = it->m->dir_len > 0;
  while (it->entry_idx < ABI_MAP_GROUP_SLOTS) {
    u32 i = (u32)((it->entry_idx++ + it->entry_offset) % ABI_MAP_GROUP_SLOTS);
    if (!(it->group[i] & CTRL_EMPTY) && take_slot(it, i, grown)) return;
  }
  it->key = it->elem = NULL;
}

/* The table at the iterator's place in the directory. */
static void resolve_table(MapIter *it) {
  const GoMap *m = it->m;
  i64 i = (i64)(((u64)it->dir_idx + it->dir_offset) & (u64)(m->dir_len - 1));
  MapTable *tab = dir_at(m, (u64)i);
  if (tab->index != i) it->dir_offset -= (u64)(i - tab->index); /* first call: start where the table appears first */
  it->tab = tab;
}

/* The next entry of it->tab; false at its end. */
static bool next_in_table(MapIter *it) {
  u64 mask = (u64)it->tab->capacity - 1;
  bool grown = it->tab->index == -1;
  while (it->entry_idx <= mask) {
    u64 at = (it->entry_idx + it->entry_offset) & mask;
    u32 i = (u32)(at & (ABI_MAP_GROUP_SLOTS - 1));
    if (i == 0 || !it->group) it->group = table_group(it->typ, it->tab, at / ABI_MAP_GROUP_SLOTS);
    u64 full = match_full(group_ctrl(it->group)) & ~(u64)0 << (8 * i);
    if (!full) {
      it->entry_idx += ABI_MAP_GROUP_SLOTS - i;
      continue;
    }
    u32 found = first_slot(full);
    it->entry_idx += found - i;
    if (it->entry_idx > mask) break;
    it->entry_idx++;
    if (take_slot(it, found, grown)) return true;
  }
  return false;
}

void map_iter_next(MapIter *it) {
  const GoMap *m = it->m;
  if (!m) {
    it->key = it->elem = NULL;
    return;
  }
  map_check_writing(m, "concurrent map iteration and map write");
  if (it->dir_idx < 0) {
    next_small(it);
    return;
  }
  if (it->global_depth != m->global_depth) { /* the directory grew: the same place has a multiple of the index */
    int orders = m->global_depth - it->global_depth;
    it->dir_idx <<= orders;
    it->dir_offset <<= orders;
    it->global_depth = m->global_depth;
  }
  while (it->dir_idx < m->dir_len) {
    if (!it->tab) resolve_table(it);
    if (next_in_table(it)) return;
    /* Steps over all entries of the table, and over what it was split into. */
    it->dir_idx += (i64)1 << (m->global_depth - it->tab->local_depth);
    it->tab = NULL;
    it->group = NULL;
    it->entry_idx = 0;
  }
  it->key = it->elem = NULL;
}

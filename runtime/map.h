/* map.h - Go's maps: the Swiss tables of internal/runtime/maps, same structures, hashing, growth and iteration, so that Go
 * code of that package and this code may work on the same map.
 *
 * Keys are passed by address: a slot with a scalar key serves, as the low bytes come first. Values are returned by address:
 * load them with slot_load, store with slot_store. ST_PANIC comes from unhashable interface keys and from nil maps.
 * "fatal error: concurrent map writes" and its kin are go_fatal.
 */
#ifndef GOVM_RUNTIME_MAP_H
#define GOVM_RUNTIME_MAP_H
#include "runtime/iface.h"

typedef struct GoMap {
  u64 used;             /* elements; first, read by len() */
  u64 seed;
  void *dir;            /* dir_len == 0: the one group; else array of tables */
  i64 dir_len;          /* 0 or 1 << global_depth */
  u8 global_depth, global_shift;
  u8 writing;
  bool tombstone_possible;
  u64 clear_seq;
} GoMap;
typedef struct MapTable {
  u16 used, capacity, growth_left;
  u8 local_depth;
  i64 index;            /* first place in the directory, -1: replaced */
  u8 *groups;
  u64 length_mask;      /* number of groups - 1 */
} MapTable;
typedef struct MapIter {
  void *key;            /* NULL: at the end */
  void *elem;
  const AbiMapType *typ;
  GoMap *m;
  u64 entry_offset, dir_offset, clear_seq;
  u8 global_depth;
  i64 dir_idx;
  MapTable *tab;
  u8 *group;
  u64 entry_idx;
} MapIter;
static_assert(sizeof(GoMap) == 48 && sizeof(MapTable) == 32 && sizeof(MapIter) == 96, "internal/runtime/maps");

/* How keys are hashed and compared: constant per map type, so expansion can choose a function once. */
typedef enum MapKeyClass { MAP_KEY_GENERIC, MAP_KEY_32, MAP_KEY_64, MAP_KEY_STR } MapKeyClass;
MapKeyClass map_key_class(const AbiMapType *t);

GoMap *map_make(const AbiMapType *t, i64 hint);
/* Address of the element of *key, NULL when absent (m may be nil). */
Status map_get(G *g, const AbiMapType *t, GoMap *m, const void *key, void **elem);
/* The three fast ones cannot panic; only for their class. */
void *map_get_32(const AbiMapType *t, GoMap *m, u32 key);
void *map_get_64(const AbiMapType *t, GoMap *m, u64 key);
void *map_get_str(const AbiMapType *t, GoMap *m, const u8 *p, i64 len);
/* Also the key as stored; for reflect and iteration. */
Status map_get_entry(G *g, const AbiMapType *t, GoMap *m, const void *key, void **stored_key, void **elem);
/* Address of the element of *key, inserted (zero) when absent. ST_PANIC "assignment to entry in nil map". */
Status map_assign(G *g, const AbiMapType *t, GoMap *m, const void *key, void **elem);
Status map_delete(G *g, const AbiMapType *t, GoMap *m, const void *key);
void map_clear(const AbiMapType *t, GoMap *m);
GoMap *map_clone(const AbiMapType *t, GoMap *m); /* m not nil */
static inline i64 map_len(const GoMap *m) { return m ? (i64)m->used : 0; }

/* range: init, then next until it->key is NULL. An iterator is heap memory of type map_iter_type() (or any zeroed memory
 * whose pointers are roots). */
const AbiType *map_iter_type(void);
void map_iter_init(MapIter *it, const AbiMapType *t, GoMap *m);
void map_iter_next(MapIter *it);
MapIter *map_iter_new(const AbiMapType *t, GoMap *m);
#endif

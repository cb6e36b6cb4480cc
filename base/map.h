/* map.h - a hash map from pointers (atoms, nodes, types) to pointers, in insertion order.
 * Keys are compared by identity. Not for Go's maps (runtime/maps.c). Iterate over m->entries. */
#ifndef GOVM_BASE_MAP_H
#define GOVM_BASE_MAP_H
#include "base/base.h"

typedef struct PtrMapEntry {
  const void *key;
  void *val;
} PtrMapEntry;
typedef struct PtrMap {
  PtrMapEntry *entries; /* [0, n), in insertion order; a deleted entry has key NULL */
  u32 n, cap;
  u32 *slots; /* index + 1 into entries, 0 when empty */
  u32 nslots; /* a power of two or 0 */
} PtrMap;

void *ptrmap_get(const PtrMap *m, const void *key);           /* NULL when absent */
bool ptrmap_has(const PtrMap *m, const void *key);
void ptrmap_set(PtrMap *m, const void *key, void *val);       /* memory is malloc's */
/* Room for that many more keys without another allocation (there is one now when need be). */
void ptrmap_reserve(PtrMap *m, u32 extra);
void ptrmap_delete(PtrMap *m, const void *key);
void ptrmap_free(PtrMap *m);
#endif

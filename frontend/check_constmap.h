/* check_constmap.h - maps from constant values to where and with which type they were seen, for duplicate cases of
 * switches and duplicate keys of map literals. A value may be entered several times with different types. */
#ifndef GOVM_FRONTEND_CHECK_CONSTMAP_H
#define GOVM_FRONTEND_CHECK_CONSTMAP_H
#include "frontend/types.h"

typedef struct ConstKey {
  u64 kind; /* ConstKind, and whether an Int is an unsigned one beyond int64 */
  u64 a, b; /* the value's bits, or the string's atom */
} ConstKey;
typedef struct ConstMapEntry {
  ConstKey key;
  Type *type;
  Pos pos;
  u32 next; /* index + 1 of the next entry in its hash chain */
} ConstMapEntry;
typedef struct ConstMap {
  VEC(ConstMapEntry) entries;
  u32 *heads; /* index + 1 */
  u32 nheads; /* a power of two, or 0 */
} ConstMap;

/* The key of a switch case's value: integers, exactly representable floats and strings only, as gc. */
bool constkey_case(ConstKey *key, const Const *val);
/* The key of a map literal's constant key; equal for equal values of different kinds (1, 1.0, 1+0i). False for
 * integers beyond 64 bits, which are never duplicates. */
bool constkey_literal(ConstKey *key, const Const *val);
/* The first entry with this key, and the next one after e; NULL at the end. Valid until constmap_add. */
const ConstMapEntry *constmap_find(const ConstMap *m, ConstKey key);
const ConstMapEntry *constmap_next(const ConstMap *m, const ConstMapEntry *e);
void constmap_add(ConstMap *m, ConstKey key, Type *type, Pos pos);
void constmap_free(ConstMap *m);
#endif

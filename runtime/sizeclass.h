/* sizeclass.h - Go's 68 size classes (runtime/sizeclasses.go): sizes and pages are part of observable behaviour, because
 * append rounds capacities up to them. Class 0 stands for large objects. */
#ifndef GOVM_RUNTIME_SIZECLASS_H
#define GOVM_RUNTIME_SIZECLASS_H
#include "base/base.h"

enum {
  SC_COUNT = 68,
  SC_MAX_SMALL = 32768,       /* larger objects get their own span */
  SC_SMALL_MAX = 1024,        /* up to here classes are looked up by 8 bytes, above by 128 */
  SC_PAGE_SHIFT = 13,
  SC_PAGE_SIZE = 1 << SC_PAGE_SHIFT,
  SC_MIN_HEADER = 512         /* above this size gc adds a type header to objects with pointers */
};
extern const u16 sc_size[SC_COUNT];  /* object size; 0 for class 0. 32768 fits */
extern const u8 sc_pages[SC_COUNT];  /* pages per span */
extern u8 sc_class8[SC_SMALL_MAX / 8 + 1];                       /* by (size + 7) / 8 */
extern u8 sc_class128[(SC_MAX_SMALL - SC_SMALL_MAX) / 128 + 1];  /* by (size - 1024 + 127) / 128 */

/* The class of objects of 1 .. SC_MAX_SMALL bytes. */
static inline u32 sc_class(size_t size) {
  if (size <= SC_SMALL_MAX - 8) return sc_class8[(size + 7) / 8];
  return sc_class128[(size - SC_SMALL_MAX + 127) / 128];
}
void sc_init(void); /* fills the two lookup tables */
/* Bytes that gc's allocator would give for a request: what append sizes its result with (roundupsize of msize.go). */
size_t sc_round_up(size_t size, bool noscan);
#endif

/* slice.h - making and growing slices with gc's rules: nextslicecap, roundupsize, the panics of makeslice and growslice. */
#ifndef GOVM_RUNTIME_SLICE_H
#define GOVM_RUNTIME_SLICE_H
#include "runtime/heap.h"

/* make([]elem, len, cap): out = 3 slots. ST_PANIC "makeslice: len out of range" or "makeslice: cap out of range". */
Status slice_make(G *g, const AbiType *elem, i64 len, i64 cap, Slot *out);
/* out = s with n more elements (uninitialised ones are zero or old contents of the array, the caller stores them); keeps the
 * array when cap suffices, else copies to one of gc's capacity. ST_PANIC "growslice: len out of range". out may be s. */
Status slice_grow(G *g, const AbiType *elem, const Slot *s, i64 n, Slot *out);
/* out = append(s, p[0..n)...). p may point into s. */
Status slice_append(G *g, const AbiType *elem, const Slot *s, const void *p, i64 n, Slot *out);
/* copy(dst, p[0..n)): the number of elements copied. */
static inline i64 slice_copy(const AbiType *elem, const Slot *dst, const void *p, i64 n) {
  if (n > dst[1].i) n = dst[1].i;
  if (n > 0) typed_slice_copy(elem, dst[0].p, p, (u64)n);
  return n;
}
#endif

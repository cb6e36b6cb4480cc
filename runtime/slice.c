/* slice.c - makeslice and growslice of Go's runtime/slice.go: same capacities, same panics. See slice.h. */
#include "runtime/slice.h"

Status slice_make(G *g, const AbiType *elem, i64 len, i64 cap, Slot *out) {
  u64 bytes;
  bool bad = __builtin_mul_overflow(elem->size, (u64)cap, &bytes) || bytes > HEAP_MAX_ALLOC;
  if (unlikely(bad || len < 0 || len > cap)) {
    bad = __builtin_mul_overflow(elem->size, (u64)len, &bytes) || bytes > HEAP_MAX_ALLOC || len < 0;
    return native_panic_error(g, bad ? "makeslice: len out of range" : "makeslice: cap out of range");
  }
  void *p = heap_alloc(bytes, elem);
  out[0].p = p;
  out[1].i = len;
  out[2].i = cap;
  return ST_OK;
}

static i64 next_slice_cap(i64 new_len, i64 old_cap) {
  enum { THRESHOLD = 256 };
  u64 cap = (u64)old_cap;
  if (new_len > (i64)(cap + cap)) return new_len;
  if (old_cap < THRESHOLD) return (i64)(cap + cap);
  do cap += (cap + 3 * THRESHOLD) >> 2;
  while (cap < (u64)new_len);
  return (i64)cap <= 0 ? new_len : (i64)cap;
}

/* A new array for s with room for new_len elements; the old ones are copied, the rest is zero. */
static Status grow_slow(G *g, const AbiType *elem, const Slot *s, i64 new_len, Slot *out) {
  if (new_len < 0) return native_panic_error(g, "growslice: len out of range");
  u64 size = elem->size;
  if (size == 0) {
    out[0].p = &heap_zerobase;
    out[1].i = out[2].i = new_len;
    return ST_OK;
  }
  i64 cap = next_slice_cap(new_len, s[2].i);
  u64 bytes;
  bool overflow = __builtin_mul_overflow(size, (u64)cap, &bytes);
  bool noscan = elem->ptr_bytes == 0;
  u64 rounded = sc_round_up(bytes, noscan);
  cap = (i64)(size == 8 ? rounded / 8 : size == 1 ? rounded : rounded / size);
  rounded = (u64)cap * size;
  if (overflow || rounded > HEAP_MAX_ALLOC) return native_panic_error(g, "growslice: len out of range");
  u64 used = (u64)s[1].i * size;
  u8 *p;
  if (noscan) {
    p = heap_alloc_noscan_uninit(rounded);
    memset(p + used, 0, rounded - used);
  } else {
    p = heap_alloc(rounded, elem);
  }
  if (used) memcpy(p, s[0].p, used);
  out[0].p = p;
  out[1].i = new_len;
  out[2].i = cap;
  return ST_OK;
}

Status slice_grow(G *g, const AbiType *elem, const Slot *s, i64 n, Slot *out) {
  i64 new_len = (i64)((u64)s[1].i + (u64)n);
  if (unlikely((u64)new_len > (u64)s[2].i)) return grow_slow(g, elem, s, new_len, out);
  Slot base = s[0], cap = s[2]; /* the areas may overlap */
  out[0] = base;
  out[1].i = new_len;
  out[2] = cap;
  return ST_OK;
}

Status slice_append(G *g, const AbiType *elem, const Slot *s, const void *p, i64 n, Slot *out) {
  i64 old_len = s[1].i;
  if (n == 0) {
    Slot v[3] = {s[0], s[1], s[2]};
    memcpy(out, v, sizeof(v));
    return ST_OK;
  }
  Status st = slice_grow(g, elem, s, n, out);
  if (st != ST_OK) return st;
  u8 *at = out[0].b + (u64)old_len * elem->size;
  if (p) typed_slice_copy(elem, at, p, (u64)n);
  else memset(at, 0, (u64)n * elem->size);
  return st;
}

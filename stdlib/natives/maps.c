/* maps.c - maps, allocation and typed memory for internal/runtime/maps, reflect and internal/reflectlite. */
#include "runtime/chan.h"
#include "runtime/map.h"
#include "runtime/print.h"
#include "runtime/slice.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(rt_newobject) {
  fp[0].p = heap_new(fp[0].p);
  return ST_OK;
}
NATIVE_FN(rt_newarray) { /* (t *Type, n int) unsafe.Pointer */
  const AbiType *t = fp[0].p;
  i64 n = fp[1].i;
  if (n < 0 || (t->size && (u64)n > HEAP_MAX_ALLOC / t->size)) return native_panic_plain(g, "runtime: allocation size out of range");
  fp[0].p = heap_new_array(t, (u64)n);
  return ST_OK;
}
NATIVE_FN(rt_typedmemmove) { /* (t, dst, src) */
  typed_memmove(fp[0].p, fp[1].p, fp[2].p);
  return ST_OK;
}
NATIVE_FN(rt_typedmemclr) {
  typed_memclr(fp[0].p, fp[1].p);
  return ST_OK;
}
NATIVE_FN(rt_typedmemclrpartial) { /* (t, ptr, off, size) */
  memset(fp[1].p, 0, fp[3].u);
  return ST_OK;
}
NATIVE_FN(rt_typedarrayclear) { /* (elem, ptr, len) */
  typed_memclr_array(fp[0].p, fp[1].p, fp[2].u);
  return ST_OK;
}
NATIVE_FN(rt_memmove) {
  memmove(fp[0].p, fp[1].p, fp[2].u);
  return ST_OK;
}
NATIVE_FN(rt_typedslicecopy) { /* (elem, dst, src Slice) int */
  fp[0].i = slice_copy(fp[0].p, fp + 1, fp[4].p, fp[5].i);
  return ST_OK;
}
NATIVE_FN(rt_growslice) { /* (t, old Slice, num int) Slice: len stays */
  Slot old[3] = {fp[1], fp[2], fp[3]}, out[3];
  Status st = slice_grow(g, fp[0].p, old, fp[4].i, out);
  if (st != ST_OK) return st;
  fp[0] = out[0];
  fp[1] = old[1];
  fp[2] = out[2];
  return ST_OK;
}
NATIVE_FN(rt_unsafeslice) { /* (t, ptr, len): checks only */
  const AbiType *t = fp[0].p;
  u64 n = fp[2].u, size;
  const char *bad_len = "unsafe.Slice: len out of range", *nil = "unsafe.Slice: ptr is nil and len is not zero";
  if ((i64)n < 0) return native_panic_error(g, bad_len);
  if (t->size == 0 && !fp[1].p && n > 0) return native_panic_error(g, nil);
  if (__builtin_mul_overflow(t->size, n, &size) || size > 0 - fp[1].u)
    return native_panic_error(g, fp[1].p ? bad_len : nil);
  return ST_OK;
}

/* ---- maps ---- */
NATIVE_FN(map_n_make) { /* (t, cap int) */
  fp[0].p = map_make(fp[0].p, fp[1].i);
  return ST_OK;
}
static Status map_lookup(G *g, Slot *fp, const void *key) {
  void *elem;
  Status st = map_get(g, fp[0].p, fp[1].p, key, &elem);
  if (st == ST_OK) fp[0].p = elem;
  return st;
}
NATIVE_FN(map_n_access) { return map_lookup(g, fp, fp[2].p); }
NATIVE_FN(map_n_access_str) { return map_lookup(g, fp, fp + 2); }
static Status map_store(G *g, const AbiMapType *t, GoMap *m, const void *key, const void *val) {
  void *elem;
  Status st = map_assign(g, t, m, key, &elem);
  if (st == ST_OK) typed_memmove(t->elem, elem, val);
  return st;
}
NATIVE_FN(map_n_assign) { return map_store(g, fp[0].p, fp[1].p, fp[2].p, fp[3].p); }
NATIVE_FN(map_n_assign_str) { return map_store(g, fp[0].p, fp[1].p, fp + 2, fp[4].p); }
NATIVE_FN(map_n_delete) { return map_delete(g, fp[0].p, fp[1].p, fp[2].p); }
NATIVE_FN(map_n_delete_str) { return map_delete(g, fp[0].p, fp[1].p, fp + 2); }
NATIVE_FN(map_n_len) {
  fp[0].i = map_len(fp[0].p);
  return ST_OK;
}
NATIVE_FN(map_n_clear) {
  if (fp[1].p) map_clear(fp[0].p, fp[1].p);
  return ST_OK;
}
NATIVE_FN(map_n_clone) { /* clone(m any) any */
  if (fp[1].p) fp[1].p = map_clone(fp[0].p, fp[1].p);
  return ST_OK;
}
NATIVE_FN(rt_typehash) { /* (t, p, h) */
  u64 h;
  Status st = typehash(g, fp[0].p, fp[1].p, fp[2].u, &h);
  if (st == ST_OK) fp[0].u = h;
  return st;
}
NATIVE_FN(rt_memhash) { /* (p, seed, n) */
  fp[0].u = memhash(fp[0].p, fp[1].u, fp[2].u);
  return ST_OK;
}
NATIVE_FN(rt_strhash) { /* (p *string, seed) */
  fp[0].u = strhash(fp[0].p, fp[1].u);
  return ST_OK;
}
NATIVE_FN(rt_memequal) { /* (a, b, size) bool */
  fp[0].u = fp[0].p == fp[1].p || memcmp(fp[0].p, fp[1].p, fp[2].u) == 0;
  return ST_OK;
}

/* ---- channels ---- */
NATIVE_FN(chan_n_make) { /* (t, size) */
  return chan_make(g, fp[0].p, fp[1].i, fp);
}
NATIVE_FN(chan_n_len) {
  fp[0].i = chan_len(fp[0].p);
  return ST_OK;
}
NATIVE_FN(chan_n_cap) {
  fp[0].i = chan_cap(fp[0].p);
  return ST_OK;
}
NATIVE_FN(chan_n_close) { return chan_close(g, fp[0].p); }
NATIVE_FN(chan_n_send) { /* (ch, val ptr, nb bool) bool */
  bool done = true, block = !(fp[2].u & 1);
  Hchan *c = fp[0].p;
  void *val = fp[1].p;
  if (block) fp[0].u = true;
  Status st = chan_send_mem(g, c, val, block, &done);
  if (!block && st == ST_OK) fp[0].u = done;
  return st;
}
NATIVE_FN(chan_n_recv) { /* (ch, nb bool, val ptr) (selected, received bool) */
  bool done = true, block = !(fp[1].u & 1);
  Hchan *c = fp[0].p;
  void *val = fp[2].p;
  fp[0].u = true;
  fp[1].u = false;
  Status st = chan_recv_mem(g, c, val, fp + 1, block, &done);
  if (!block && st == ST_OK) fp[0].u = done;
  return st;
}
NATIVE_FN(chan_n_rselect) { /* ([]runtimeSelect) (int, bool) */
  return chan_rselect(g, fp[0].p, fp[1].i, fp);
}

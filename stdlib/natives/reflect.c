/* reflect.c - type descriptors for reflect and internal/reflectlite: offsets are addresses below 2 GB (vm/itab.c). */
#include "stdlib/natives/natives.h"

NATIVE_FN(reflect_resolve_off) { /* (ptrInModule unsafe.Pointer, off int32) unsafe.Pointer */
  fp[0].p = type_resolve_off((i32)fp[1].i);
  return ST_OK;
}

NATIVE_FN(reflect_add_off) { /* (ptr unsafe.Pointer) int32 */
  fp[0].i = type_add_reflect_off(fp[0].p);
  return ST_OK;
}

/* typelinks() (sections []unsafe.Pointer, offset [][]int32): one section that starts at address 0. */
NATIVE_FN(reflect_typelinks) {
  static i32 *offsets;
  static u32 known;
  u32 n;
  AbiType **types = link_typelinks(&n);
  if (known != n) {
    offsets = xmalloc(n * sizeof *offsets); /* not in place of the last list, which may be in use */
    for (u32 i = 0; i < n; i++) offsets[i] = (i32)(uintptr_t)types[i];
    known = n;
  }
  AbiType *ptr = link_type_by_key("unsafe.Pointer");
  if (!ptr) rt_throw("no descriptor of unsafe.Pointer");
  void **section = heap_new_array(ptr, 1);
  GoSlice *offset = heap_new_array(ptr, sizeof *offset / sizeof(void *));
  offset->p = (void *)offsets;
  offset->len = offset->cap = n;
  ret_slice(fp, (GoSlice){(void *)section, 1, 1});
  ret_slice(fp + 3, (GoSlice){(void *)offset, 1, 1});
  return ST_OK;
}

/* gcbits(x any) []byte, for reflect's tests: a byte per word of the object that x points to, 1 for pointers, up to the last. */
NATIVE_FN(reflect_gcbits) {
  const AbiType *t = ((const AbiPtrType *)fp[0].p)->elem;
  u8 *obj = fp[1].p;
  u64 bytes = t->size;
  const AbiType *held = heap_object_type(obj, &bytes);
  if (held) t = held;
  u64 words = t->ptr_bytes ? bytes / t->size * (t->size / 8) : 0;
  u8 *mask = heap_alloc(words, NULL);
  const u8 *bits = t->ptr_bytes ? heap_gc_mask(t) : NULL;
  u64 n = 0;
  for (u64 i = 0; i < words; i++) {
    u64 k = i % (t->size / 8);
    mask[i] = k < t->ptr_bytes / 8 && (bits[k / 8] >> (k & 7) & 1);
    if (mask[i]) n = i + 1;
  }
  ret_slice(fp, (GoSlice){mask, (i64)n, (i64)words});
  return ST_OK;
}

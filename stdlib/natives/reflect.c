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

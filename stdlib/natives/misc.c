/* misc.c - small natives of std's corners: cpu features, FIPS indicators, synctest outside bubbles, interface conversion. */
#include <unistd.h>

#include "stdlib/natives/natives.h"

/* internal/cpu: no feature is reported, so that packages choose their portable code. */
NATIVE_FN(cpu_cpuid) {
  memset(fp, 0, 4 * sizeof *fp);
  return ST_OK;
}
NATIVE_FN(cpu_xgetbv) {
  memset(fp, 0, 2 * sizeof *fp);
  return ST_OK;
}
NATIVE_FN(cpu_level) {
  fp[0].i = 1;
  return ST_OK;
}

/* crypto/internal/fips140: the service indicator and the bypass belong to the goroutine. */
NATIVE_FN(fips_get_indicator) {
  fp[0].u = g->fips_indicator;
  return ST_OK;
}
NATIVE_FN(fips_set_indicator) {
  g->fips_indicator = (u8)fp[0].u;
  return ST_OK;
}
NATIVE_FN(fips_set_bypass) {
  g->fips_bypass = true;
  return ST_OK;
}
NATIVE_FN(fips_unset_bypass) {
  g->fips_bypass = false;
  return ST_OK;
}
NATIVE_FN(fips_is_bypassed) {
  fp[0].u = g->fips_bypass;
  return ST_OK;
}
NATIVE_FN(ret_false) {
  fp[0].u = false;
  return ST_OK;
}
NATIVE_FN(ret_zero) {
  fp[0].u = 0;
  return ST_OK;
}

/* ifaceE2I(t *Type, src any, dst unsafe.Pointer): *dst = src.(t), t an interface with methods. */
NATIVE_FN(iface_e2i) {
  AbiInterfaceType *t = fp[0].p;
  AbiType *dynamic = fp[1].p;
  void *data = fp[2].p;
  void **dst = fp[3].p;
  GoString missing = {0};
  AbiItab *itab = itab_get(t, dynamic, &missing);
  if (!itab) {
    panic_rt(g, RT_PANIC_ASSERT_I, (u64)(uintptr_t)dynamic, (u64)(uintptr_t)t);
    g->panic_args[2].p = (void *)missing.p;
    g->panic_args[3].i = missing.len;
    return ST_PANIC;
  }
  ptr_store(dst, itab);
  ptr_store(dst + 1, data);
  return ST_OK;
}

NATIVE_FN(reflect_not_in_heap) {
  fp[0].u = heap_find_object(fp[0].p, NULL) == NULL;
  return ST_OK;
}

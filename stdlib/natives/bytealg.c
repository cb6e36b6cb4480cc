/* bytealg.c - internal/bytealg, math and math/big helpers where C is much faster than bytecode, memory primitives. */
#define _GNU_SOURCE
#include <math.h>

#include "stdlib/natives/natives.h"

NATIVE_FN(bytealg_index_byte) { /* (b []byte, c byte) int */
  const u8 *p = fp[0].p, *q = fp[1].i ? memchr(p, (int)(u8)fp[3].u, (size_t)fp[1].i) : NULL;
  fp[0].i = q ? q - p : -1;
  return ST_OK;
}
NATIVE_FN(bytealg_index_byte_string) { /* (s string, c byte) int */
  const u8 *p = fp[0].p, *q = fp[1].i ? memchr(p, (int)(u8)fp[2].u, (size_t)fp[1].i) : NULL;
  fp[0].i = q ? q - p : -1;
  return ST_OK;
}
static i64 count_byte(const u8 *p, i64 n, u8 c) {
  i64 count = 0;
  for (i64 i = 0; i < n; i++) count += p[i] == c;
  return count;
}
NATIVE_FN(bytealg_count) {
  fp[0].i = count_byte(fp[0].p, fp[1].i, (u8)fp[3].u);
  return ST_OK;
}
NATIVE_FN(bytealg_count_string) {
  fp[0].i = count_byte(fp[0].p, fp[1].i, (u8)fp[2].u);
  return ST_OK;
}
static i64 sign(int c) { return c < 0 ? -1 : c > 0; }
NATIVE_FN(bytealg_compare) { /* (a, b []byte) int */
  fp[0].i = sign(str_compare(fp[0].p, fp[1].i, fp[3].p, fp[4].i));
  return ST_OK;
}
NATIVE_FN(bytealg_compare_string) {
  fp[0].i = sign(str_compare(fp[0].p, fp[1].i, fp[2].p, fp[3].i));
  return ST_OK;
}
NATIVE_FN(bytealg_equal) { /* (a, b []byte) bool */
  fp[0].u = str_equal(fp[0].p, fp[1].i, fp[3].p, fp[4].i);
  return ST_OK;
}
NATIVE_FN(bytealg_make_no_zero) { /* (n int) []byte */
  i64 n = fp[0].i;
  if (n < 0 || (u64)n > HEAP_MAX_ALLOC) return native_panic_error(g, "makeslice: len out of range");
  size_t cap = sc_round_up((size_t)n, true);
  fp[0].p = heap_alloc_noscan_uninit(cap);
  fp[1].i = n;
  fp[2].i = (i64)cap;
  return ST_OK;
}

/* Functions of float64s that glibc rounds correctly or that Go's own code computes the same way to the last bit. */
#define MATH1(name, expr)   \
  NATIVE_FN(math_##name) {  \
    double x = fp[0].f;     \
    fp[0].f = (expr);       \
    return ST_OK;           \
  }
MATH1(sqrt, sqrt(x))
MATH1(floor, floor(x))
MATH1(ceil, ceil(x))
MATH1(trunc, trunc(x))

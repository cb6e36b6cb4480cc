/* big.c - math/big's vector kernels on 64-bit words, least significant first. All vectors of a call are as
 * long as z, which may be one of the others. Semantics: math/big/arith.go. */
#include "stdlib/natives/natives.h"

typedef unsigned __int128 u128;

NATIVE_FN(big_add_vv) { /* (z, x, y []Word) (c Word) */
  u64 *z = fp[0].p, *x = fp[3].p, *y = fp[6].p, carry = 0;
  for (i64 i = 0, n = fp[1].i; i < n; i++) {
    u128 sum = (u128)x[i] + y[i] + carry;
    z[i] = (u64)sum;
    carry = (u64)(sum >> 64);
  }
  fp[0].u = carry;
  return ST_OK;
}

NATIVE_FN(big_sub_vv) { /* (z, x, y []Word) (c Word) */
  u64 *z = fp[0].p, *x = fp[3].p, *y = fp[6].p, borrow = 0;
  for (i64 i = 0, n = fp[1].i; i < n; i++) {
    u128 diff = (u128)x[i] - y[i] - borrow;
    z[i] = (u64)diff;
    borrow = (u64)(diff >> 64) & 1;
  }
  fp[0].u = borrow;
  return ST_OK;
}

NATIVE_FN(big_lsh_vu) { /* (z, x []Word, s uint) (c Word) */
  u64 *z = fp[0].p, *x = fp[3].p, c = 0;
  i64 n = fp[1].i;
  unsigned s = (unsigned)fp[6].u & 63;
  if (s == 0) {
    if (n) memmove(z, x, (size_t)n * sizeof *z);
  } else if (n > 0) {
    c = x[n - 1] >> (64 - s);
    for (i64 i = n - 1; i > 0; i--) z[i] = x[i] << s | x[i - 1] >> (64 - s);
    z[0] = x[0] << s;
  }
  fp[0].u = c;
  return ST_OK;
}

NATIVE_FN(big_rsh_vu) { /* (z, x []Word, s uint) (c Word) */
  u64 *z = fp[0].p, *x = fp[3].p, c = 0;
  i64 n = fp[1].i;
  unsigned s = (unsigned)fp[6].u & 63;
  if (s == 0) {
    if (n) memmove(z, x, (size_t)n * sizeof *z);
  } else if (n > 0) {
    c = x[0] << (64 - s);
    for (i64 i = 1; i < n; i++) z[i - 1] = x[i - 1] >> s | x[i] << (64 - s);
    z[n - 1] = x[n - 1] >> s;
  }
  fp[0].u = c;
  return ST_OK;
}

NATIVE_FN(big_mul_add_vww) { /* (z, x []Word, y, r Word) (c Word): z = x*y + r */
  u64 *z = fp[0].p, *x = fp[3].p, y = fp[6].u, c = fp[7].u;
  for (i64 i = 0, n = fp[1].i; i < n; i++) {
    u128 v = (u128)x[i] * y + c;
    z[i] = (u64)v;
    c = (u64)(v >> 64);
  }
  fp[0].u = c;
  return ST_OK;
}

NATIVE_FN(big_add_mul_vvww) { /* (z, x, y []Word, m, a Word) (c Word): z = x + y*m + a */
  u64 *z = fp[0].p, *x = fp[3].p, *y = fp[6].p, m = fp[9].u, c = fp[10].u;
  for (i64 i = 0, n = fp[1].i; i < n; i++) {
    u128 v = (u128)y[i] * m + x[i] + c;
    z[i] = (u64)v;
    c = (u64)(v >> 64);
  }
  fp[0].u = c;
  return ST_OK;
}

/* fields.c - multiplication in the fields of public-key cryptography, where gc has assembly: vectors times words for bigmod
 * (RSA), the field of edwards25519, that of P-256, and Poly1305. Operands are secret: nothing branches on them. */
#include "stdlib/natives/natives.h"

typedef unsigned __int128 u128;

/* ---- bigmod ---- */
static u64 add_mul_vvw(u64 *z, const u64 *x, i64 n, u64 y) { /* z += x * y; the carry */
  u64 carry = 0;
  for (i64 i = 0; i < n; i++) {
    u128 v = (u128)x[i] * y + z[i] + carry;
    z[i] = (u64)v;
    carry = (u64)(v >> 64);
  }
  return carry;
}
NATIVE_FN(bigmod_add_mul_vvw) { /* (z, x []uint, y uint) (carry uint) */
  if (fp[4].i < fp[1].i) return native_panic_plain(g, "bigmod: operands of different size");
  fp[0].u = add_mul_vvw(fp[0].p, fp[3].p, fp[1].i, fp[6].u);
  return ST_OK;
}
static Status add_mul_fixed(G *g, Slot *fp, i64 bits) { /* (z, x *uint, y uint) (c uint) */
  NIL_CHECK(fp[0].p);
  NIL_CHECK(fp[1].p);
  fp[0].u = add_mul_vvw(fp[0].p, fp[1].p, bits / 64, fp[2].u);
  return ST_OK;
}
NATIVE_FN(bigmod_add_mul_1024) { return add_mul_fixed(g, fp, 1024); }
NATIVE_FN(bigmod_add_mul_1536) { return add_mul_fixed(g, fp, 1536); }
NATIVE_FN(bigmod_add_mul_2048) { return add_mul_fixed(g, fp, 2048); }

/* ---- edwards25519: five limbs of 51 bits, a little over; modulus 2^255 - 19 ---- */
enum { FE_BITS = 51 };
static const u64 fe_mask = ((u64)1 << FE_BITS) - 1;

static void fe_mul(u64 v[5], const u64 a[5], const u64 b[5]) {
  u128 r[5];
  for (int i = 0; i < 5; i++) {
    r[i] = 0;
    for (int j = 0; j <= i; j++) r[i] += (u128)a[j] * b[i - j];
    for (int j = i + 1; j < 5; j++) r[i] += (u128)(a[j] * 19) * b[5 + i - j];
  }
  u64 c[5], t[5];
  for (int i = 0; i < 5; i++) c[i] = (u64)(r[i] >> FE_BITS);
  for (int i = 0; i < 5; i++) t[i] = ((u64)r[i] & fe_mask) + (i ? c[i - 1] : c[4] * 19);
  for (int i = 0; i < 5; i++) v[i] = (t[i] & fe_mask) + (i ? t[i - 1] >> FE_BITS : (t[4] >> FE_BITS) * 19);
}
NATIVE_FN(fe_mul_n) { /* (v, x, y *Element) */
  for (int i = 0; i < 3; i++) NIL_CHECK(fp[i].p);
  fe_mul(fp[0].p, fp[1].p, fp[2].p);
  return ST_OK;
}
NATIVE_FN(fe_square_n) { /* (v, x *Element) */
  for (int i = 0; i < 2; i++) NIL_CHECK(fp[i].p);
  fe_mul(fp[0].p, fp[1].p, fp[1].p);
  return ST_OK;
}

/* ---- P-256: Montgomery form, four limbs, fully reduced; -1/p mod 2^64 is 1 ---- */
static const u64 p256[4] = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};

static void p256_mul(u64 out[4], const u64 a[4], const u64 b[4]) {
  u64 t[6] = {0};
  for (int i = 0; i < 4; i++) {
    u128 v = (u128)t[4] + add_mul_vvw(t, a, 4, b[i]);
    t[4] = (u64)v;
    t[5] = (u64)(v >> 64);
    v = (u128)t[4] + add_mul_vvw(t, p256, 4, t[0]);
    memmove(t, t + 1, 3 * sizeof *t);
    t[3] = (u64)v;
    t[4] = t[5] + (u64)(v >> 64);
  }
  u64 less[4], borrow = 0;
  for (int i = 0; i < 4; i++) {
    u128 d = (u128)t[i] - p256[i] - borrow;
    less[i] = (u64)d;
    borrow = (u64)(d >> 64) & 1;
  }
  u64 keep = 0 - (u64)(t[4] < borrow); /* all ones when t < p */
  for (int i = 0; i < 4; i++) out[i] = (t[i] & keep) | (less[i] & ~keep);
}
NATIVE_FN(p256_mul_n) { /* (out1, arg1, arg2 *[4]uint64) */
  for (int i = 0; i < 3; i++) NIL_CHECK(fp[i].p);
  p256_mul(fp[0].p, fp[1].p, fp[2].p);
  return ST_OK;
}
NATIVE_FN(p256_square_n) { /* (out1, arg1 *[4]uint64) */
  for (int i = 0; i < 2; i++) NIL_CHECK(fp[i].p);
  p256_mul(fp[0].p, fp[1].p, fp[1].p);
  return ST_OK;
}

/* ---- Poly1305: h = (h + block) * r mod 2^130 - 5, as in x/crypto's sum_generic.go ---- */
typedef struct MacState {
  u64 h[3], r[2], s[2];
} MacState;

static void poly1305_block(u64 h[3], const u64 r[2], const u8 block[16], u64 top) {
  u64 m[2];
  memcpy(m, block, sizeof m);
  u128 v = (u128)h[0] + m[0];
  u64 h0 = (u64)v;
  v = (u128)h[1] + m[1] + (u64)(v >> 64);
  u64 h1 = (u64)v, h2 = h[2] + (u64)(v >> 64) + top;
  v = (u128)h0 * r[0];
  u64 t0 = (u64)v;
  v = (v >> 64) + (u128)h1 * r[0] + (u128)h0 * r[1];
  u64 t1 = (u64)v;
  v = (v >> 64) + h2 * r[0] + (u128)h1 * r[1];
  u64 t2 = (u64)v, t3 = (u64)(v >> 64) + h2 * r[1];
  u128 cc = (u128)t3 << 64 | (t2 & ~(u64)3); /* 4 * what is above 2^130; that times 5 is added */
  u128 low = (u128)t1 << 64 | t0, sum = low + cc;
  t2 = (t2 & 3) + (sum < low);
  low = sum;
  sum += cc >> 2;
  h[0] = (u64)sum;
  h[1] = (u64)(sum >> 64);
  h[2] = t2 + (sum < low);
}
NATIVE_FN(poly1305_update) { /* (state *macState, msg []byte) */
  NIL_CHECK(fp[0].p);
  MacState *s = fp[0].p;
  const u8 *p = fp[1].p;
  i64 n = fp[2].i;
  for (; n >= 16; n -= 16, p += 16) poly1305_block(s->h, s->r, p, 1);
  if (n > 0) {
    u8 last[16] = {0};
    memcpy(last, p, (size_t)n);
    last[n] = 1;
    poly1305_block(s->h, s->r, last, 0);
  }
  return ST_OK;
}

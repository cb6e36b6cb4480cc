/* ciphers.c - AES (FIPS 197) with the expanded keys of crypto/internal/fips140/aes, GHASH (SP 800-38D, with the table of
 * multiples that gcm makes) and ChaCha20 (RFC 8439). AES uses tables, as gc's portable code does. */
#include "stdlib/natives/natives.h"

static inline u32 rotl32(u32 x, int n) { return x << n | x >> (32 - n); }
static inline u32 rotr32(u32 x, int n) { return x >> n | x << (32 - n); }
static inline u32 be32(const u8 *p) {
  u32 x;
  memcpy(&x, p, 4);
  return __builtin_bswap32(x);
}
static inline u64 be64(const u8 *p) {
  u64 x;
  memcpy(&x, p, 8);
  return __builtin_bswap64(x);
}
static inline void put_be32(u8 *p, u32 x) {
  x = __builtin_bswap32(x);
  memcpy(p, &x, 4);
}
static inline void put_be64(u8 *p, u64 x) {
  x = __builtin_bswap64(x);
  memcpy(p, &x, 8);
}

/* ---- AES ---- */
typedef struct BlockExpanded {
  i64 rounds;
  u32 enc[60], dec[60];
} BlockExpanded;

static u8 sbox[256], inverse_sbox[256];
static u32 te[256], td[256]; /* S-box and column mixing of one byte; those of the other bytes are rotations */

static u8 times2(u8 x) { return (u8)(x << 1 ^ (x >> 7) * 0x1b); }

static void make_tables(void) {
  u8 power[256], log[256] = {0};
  u8 x = 1;
  for (int i = 0; i < 255; i++) { /* 3 generates the field's nonzero elements */
    power[i] = x;
    log[x] = (u8)i;
    x ^= times2(x);
  }
  for (int i = 0; i < 256; i++) {
    u8 v = i ? power[(255 - log[i]) % 255] : 0, s = v;
    for (int k = 0; k < 4; k++) s ^= v = (u8)(v << 1 | v >> 7);
    sbox[i] = s ^ 0x63;
    inverse_sbox[sbox[i]] = (u8)i;
  }
  for (int i = 0; i < 256; i++) {
    u32 s = sbox[i], s2 = times2((u8)s);
    te[i] = s2 << 24 | s << 16 | s << 8 | (s2 ^ s);
    u32 t = inverse_sbox[i], t2 = times2((u8)t), t4 = times2((u8)t2), t8 = times2((u8)t4);
    td[i] = (t8 ^ t4 ^ t2) << 24 | (t8 ^ t) << 16 | (t8 ^ t4 ^ t) << 8 | (t8 ^ t2 ^ t);
  }
}

/* One block; `step` is 1 to encrypt and 3 to decrypt: from which column a row's next byte comes. */
static inline void aes_block(const u32 *key, i64 rounds, const u32 *table, const u8 *box, int step, u8 *dst, const u8 *src) {
  u32 s[4], t[4];
  for (int i = 0; i < 4; i++) s[i] = be32(src + 4 * i) ^ key[i];
  for (i64 r = 1; r < rounds; r++) {
    key += 4;
    for (int i = 0; i < 4; i++)
      t[i] = key[i] ^ table[s[i] >> 24] ^ rotr32(table[s[(i + step) & 3] >> 16 & 255], 8) ^
             rotr32(table[s[(i + 2) & 3] >> 8 & 255], 16) ^ rotr32(table[s[(i + 3 * step) & 3] & 255], 24);
    memcpy(s, t, sizeof s);
  }
  key += 4;
  for (int i = 0; i < 4; i++)
    put_be32(dst + 4 * i, key[i] ^ ((u32)box[s[i] >> 24] << 24 | (u32)box[s[(i + step) & 3] >> 16 & 255] << 16 |
                                    (u32)box[s[(i + 2) & 3] >> 8 & 255] << 8 | box[s[(i + 3 * step) & 3] & 255]));
}
static bool key_is_sane(const BlockExpanded *c) {
  if (!te[0]) make_tables();
  return c->rounds >= 10 && c->rounds <= 14;
}
static void aes_encrypt_block(const BlockExpanded *c, u8 *dst, const u8 *src) {
  aes_block(c->enc, c->rounds, te, sbox, 1, dst, src);
}
NATIVE_FN(aes_encrypt) { /* (c *blockExpanded, dst, src *[16]byte) */
  for (int i = 0; i < 3; i++) NIL_CHECK(fp[i].p);
  if (key_is_sane(fp[0].p)) aes_encrypt_block(fp[0].p, fp[1].p, fp[2].p);
  return ST_OK;
}
NATIVE_FN(aes_decrypt) {
  for (int i = 0; i < 3; i++) NIL_CHECK(fp[i].p);
  const BlockExpanded *c = fp[0].p;
  if (key_is_sane(c)) aes_block(c->dec, c->rounds, td, inverse_sbox, 3, fp[1].p, fp[2].p);
  return ST_OK;
}
NATIVE_FN(aes_ctr) { /* (c *blockExpanded, dst, src []byte, ivlo, ivhi uint64): len(dst) >= len(src), at most 8 blocks */
  NIL_CHECK(fp[0].p);
  const BlockExpanded *c = fp[0].p;
  u8 stream[8 * 16], *dst = fp[1].p;
  const u8 *src = fp[4].p;
  i64 n = fp[5].i < (i64)sizeof stream ? fp[5].i : (i64)sizeof stream;
  u64 lo = fp[7].u, hi = fp[8].u;
  if (n == 0 || !key_is_sane(c)) return ST_OK;
  for (i64 i = 0; i < n; i += 16) {
    u8 counter[16];
    put_be64(counter, hi);
    put_be64(counter + 8, lo);
    hi += ++lo == 0;
    aes_encrypt_block(c, stream + i, counter);
  }
  for (i64 i = 0; i < n; i++) stream[i] ^= src[i];
  memcpy(dst, stream, (size_t)n);
  return ST_OK;
}

/* ---- GHASH ---- */
typedef struct FieldElement {
  u64 low, high;
} FieldElement;

NATIVE_FN(gcm_hash_blocks) { /* (table *[16]gcmFieldElement, y *gcmFieldElement, blocks []byte) */
  static const u16 reduction[16] = {0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0,
                                    0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0};
  for (int i = 0; i < 2; i++) NIL_CHECK(fp[i].p);
  const FieldElement *table = fp[0].p;
  FieldElement *y = fp[1].p;
  const u8 *p = fp[2].p;
  for (i64 n = fp[3].i; n >= 16; n -= 16, p += 16) {
    FieldElement z = {0, 0};
    u64 words[2] = {y->high ^ be64(p + 8), y->low ^ be64(p)};
    for (int i = 0; i < 2; i++)
      for (int bit = 0; bit < 64; bit += 4) {
        u64 out = z.high & 15;
        const FieldElement *t = &table[words[i] >> bit & 15];
        z.high = (z.high >> 4 | z.low << 60) ^ t->high;
        z.low = z.low >> 4 ^ (u64)reduction[out] << 48 ^ t->low;
      }
    *y = z;
  }
  return ST_OK;
}

/* ---- ChaCha20 ---- */
static inline void quarter_round(u32 *x, int a, int b, int c, int d) {
  x[a] += x[b], x[d] = rotl32(x[d] ^ x[a], 16);
  x[c] += x[d], x[b] = rotl32(x[b] ^ x[c], 12);
  x[a] += x[b], x[d] = rotl32(x[d] ^ x[a], 8);
  x[c] += x[d], x[b] = rotl32(x[b] ^ x[c], 7);
}
static void chacha20_block(u32 out[16], const u32 in[16]) {
  memcpy(out, in, 64);
  for (int i = 0; i < 10; i++) {
    for (int k = 0; k < 4; k++) quarter_round(out, k, k + 4, k + 8, k + 12);
    for (int k = 0; k < 4; k++) quarter_round(out, k, 4 + ((k + 1) & 3), 8 + ((k + 2) & 3), 12 + ((k + 3) & 3));
  }
  for (int i = 0; i < 16; i++) out[i] += in[i];
}
NATIVE_FN(chacha20_xor_blocks) { /* (key *[8]uint32, counter *uint32, nonce *[3]uint32, dst, src []byte) */
  for (int i = 0; i < 3; i++) NIL_CHECK(fp[i].p);
  u32 state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, stream[16], *counter = fp[1].p;
  memcpy(state + 4, fp[0].p, 32);
  memcpy(state + 13, fp[2].p, 12);
  u8 *dst = fp[3].p;
  const u8 *src = fp[6].p;
  for (i64 n = fp[7].i < fp[4].i ? fp[7].i : fp[4].i; n >= 64; n -= 64, src += 64, dst += 64) {
    state[12] = (*counter)++;
    chacha20_block(stream, state);
    u32 block[16];
    memcpy(block, src, 64);
    for (int i = 0; i < 16; i++) block[i] ^= stream[i];
    memcpy(dst, block, 64);
  }
  return ST_OK;
}

/* rand.c - see rand.h. rt_rand is ChaCha8 with Go's block structure replaced by a plain ChaCha of 8 rounds, reseeded from
 * its own output after every refill (fast key erasure); cheaprand is wyrand, as in Go's runtime/rand.go. */
#include "runtime/rand.h"

#include <sys/random.h>
#include <time.h>

#include "base/debug.h"

static u32 chacha_key[8];
static u64 chacha_buf[16];
static u32 chacha_at = ARRAY_LEN(chacha_buf);
static u64 wy_state;

static inline u32 rotl(u32 x, int n) { return x << n | x >> (32 - n); }
static inline void quarter(u32 *s, int a, int b, int c, int d) {
  s[a] += s[b], s[d] = rotl(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = rotl(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = rotl(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = rotl(s[b] ^ s[c], 7);
}
static void chacha_block(u32 out[16], u32 counter) {
  u32 in[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  memcpy(in + 4, chacha_key, sizeof(chacha_key));
  in[12] = counter;
  memcpy(out, in, sizeof(in));
  for (int round = 0; round < 8; round += 2) {
    for (int i = 0; i < 4; i++) quarter(out, i, 4 + i, 8 + i, 12 + i);
    for (int i = 0; i < 4; i++) quarter(out, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
  }
  for (int i = 0; i < 16; i++) out[i] += in[i];
}

static void chacha_refill(void) {
  u32 block[16];
  for (u32 i = 0; i < ARRAY_LEN(chacha_buf) / 8; i++) {
    chacha_block(block, i);
    memcpy(chacha_buf + i * 8, block, sizeof(block));
  }
  chacha_block(block, UINT32_MAX);
  memcpy(chacha_key, block, sizeof(chacha_key));
  chacha_at = 0;
}

void rand_init(void) {
  if (debug_flags.schedfuzz) {
    u64 x = (u64)debug_flags.schedfuzz;
    for (u32 i = 0; i < 8; i++) chacha_key[i] = (u32)(x = hash_u64(x + i + 1));
  } else if (getrandom(chacha_key, sizeof(chacha_key), 0) != sizeof(chacha_key)) {
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    for (u32 i = 0; i < 8; i++) chacha_key[i] ^= (u32)hash_u64((u64)ts.tv_nsec + i * (u64)ts.tv_sec);
  }
  wy_state = rt_rand();
}

u64 rt_rand(void) {
  if (chacha_at == ARRAY_LEN(chacha_buf)) chacha_refill();
  return chacha_buf[chacha_at++];
}

u32 cheaprand(void) {
  wy_state += 0xa0761d6478bd642fu;
  unsigned __int128 m = (unsigned __int128)wy_state * (wy_state ^ 0xe7037ed1a0b428dbu);
  return (u32)((u64)(m >> 64) ^ (u64)m);
}
u32 cheaprandn(u32 n) { return (u32)((u64)cheaprand() * n >> 32); }

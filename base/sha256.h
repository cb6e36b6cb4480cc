/* sha256.h - SHA-256 (FIPS 180-4). */
#ifndef GOVM_BASE_SHA256_H
#define GOVM_BASE_SHA256_H
#include "base/base.h"

typedef struct Sha256 {
  u32 state[8];
  u64 length; /* bytes written */
  u8 block[64];
} Sha256;
void sha256_init(Sha256 *s);
void sha256_write(Sha256 *s, const void *p, size_t n);
void sha256_sum(Sha256 *s, u8 out[32]); /* ends the hash */
void sha256_compress(u32 state[8], const u8 *block); /* section 6.2.2: one block of 64 bytes */
#endif

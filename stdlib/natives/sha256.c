/* sha256.c - crypto/internal/fips140/sha256's blocks. */
#include "base/sha256.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(sha256_blocks) { /* (h *[8]uint32, p []byte): p is a whole number of blocks of 64 bytes */
  const u8 *p = fp[1].p;
  NIL_CHECK(fp[0].p);
  for (i64 n = fp[2].i; n >= 64; n -= 64, p += 64) sha256_compress(fp[0].p, p);
  return ST_OK;
}

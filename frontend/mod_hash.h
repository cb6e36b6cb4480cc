/* mod_hash.h - SHA-256, and the hash "h1:" that go.sum has of a module's files
 * (golang.org/x/mod/sumdb/dirhash). */
#ifndef GOVM_FRONTEND_MOD_HASH_H
#define GOVM_FRONTEND_MOD_HASH_H
#include "base/base.h"

typedef struct Sha256 {
  u32 state[8];
  u64 length; /* bytes written */
  u8 block[64];
} Sha256;
void sha256_init(Sha256 *s);
void sha256_write(Sha256 *s, const void *p, size_t n);
void sha256_sum(Sha256 *s, u8 out[32]); /* ends the hash */

/* One file of a module: its name as the hash sees it ("path@version/x.go") and its SHA-256. */
typedef struct HashedFile {
  const char *name;
  u8 sum[32];
} HashedFile;
typedef VEC(HashedFile) HashedFiles;
/* "h1:..." of the files, which are sorted here. */
const char *dirhash_hash1(Arena *a, HashedFiles *files);
/* Of a lone go.mod. */
const char *dirhash_gomod(Arena *a, const char *text, size_t n);
#endif

/* mod_hash.h - the hash "h1:" that go.sum has of a module's files (golang.org/x/mod/sumdb/dirhash). */
#ifndef GOVM_FRONTEND_MOD_HASH_H
#define GOVM_FRONTEND_MOD_HASH_H
#include "base/sha256.h"

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

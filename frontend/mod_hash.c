/* mod_hash.c - dirhash.Hash1: the hashes of go.sum. */
#include "frontend/mod_hash.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b) {
  return strcmp(((const HashedFile *)a)->name, ((const HashedFile *)b)->name);
}

static void base64(const u8 *p, size_t n, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < n; i += 3) {
    u32 v = (u32)p[i] << 16 | (u32)(i + 1 < n ? p[i + 1] : 0) << 8 | (i + 2 < n ? p[i + 2] : 0);
    for (int k = 0; k < 4; k++) *out++ = i + (size_t)k <= n ? digits[v >> (18 - 6 * k) & 63] : '=';
  }
  *out = 0;
}

const char *dirhash_hash1(Arena *a, HashedFiles *files) {
  if (files->n) qsort(files->v, files->n, sizeof *files->v, by_name);
  Sha256 s;
  u8 sum[32];
  char text[48];
  sha256_init(&s);
  for (u32 i = 0; i < files->n; i++) {
    char hex[65];
    for (int k = 0; k < 32; k++) {
      hex[2 * k] = "0123456789abcdef"[files->v[i].sum[k] >> 4];
      hex[2 * k + 1] = "0123456789abcdef"[files->v[i].sum[k] & 15];
    }
    sha256_write(&s, hex, 64);
    sha256_write(&s, "  ", 2);
    sha256_write(&s, files->v[i].name, strlen(files->v[i].name));
    sha256_write(&s, "\n", 1);
  }
  sha256_sum(&s, sum);
  base64(sum, 32, text);
  return arena_printf(a, "h1:%s", text);
}

const char *dirhash_gomod(Arena *a, const char *text, size_t n) {
  HashedFiles files = {0};
  HashedFile f = {.name = "go.mod"};
  Sha256 s;
  sha256_init(&s);
  sha256_write(&s, text, n);
  sha256_sum(&s, f.sum);
  VEC_PUSH(a, &files, f);
  return dirhash_hash1(a, &files);
}

/* mod_zip.h - zip files of modules: reading them and unpacking them into the module cache. */
#ifndef GOVM_FRONTEND_MOD_ZIP_H
#define GOVM_FRONTEND_MOD_ZIP_H
#include "frontend/mod_hash.h"

typedef struct ZipEntry {
  const char *name;
  u64 offset; /* of its local header */
  u64 packed, size;
  u32 crc;
  u16 method; /* 0 stored, 8 deflated */
} ZipEntry;
typedef struct Zip {
  Arena arena;
  const u8 *data; /* the file, mapped */
  size_t n;
  VEC(ZipEntry) entries;
} Zip;

/* Reads the directory of a zip file; false and *e when it is none. zip_close() in either case. */
bool zip_open(Zip *z, const char *path, Err *e);
void zip_close(Zip *z);
/* Appends an entry's content to out, checked against its size and CRC. */
bool zip_read(const Zip *z, const ZipEntry *entry, StrBuf *out, Err *e);
/* The hash "h1:..." of its content, as go.sum has it; NULL and *e on failure. */
const char *zip_hash(Arena *a, Zip *z, Err *e);
/* Unpacks the files below "prefix/" into dir, which must not exist; files and folders become read-only
 * unless writable. What does not have a safe name below the prefix is an error. */
bool zip_unpack(const Zip *z, const char *prefix, const char *dir, bool writable, Err *e);
/* Removes a tree, read-only folders included. */
bool tree_remove(const char *dir, Err *e);
/* mkdir -p. */
bool make_dirs(const char *dir, Err *e);
#endif

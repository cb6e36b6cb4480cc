/* cache.h - compiled packages of users, kept between runs.
 *
 * A package's module is stored under a key: the SHA-256 of everything that it depends on, namely the
 * compiler (govm's build and the image), the flags that matter, the package's path, directory, language
 * version, the names and contents of its files, and the keys of what it imports. Whoever finds a module
 * under its key need not check bodies nor lower. The folder is $GOVM_CACHE ("off": none), else
 * $XDG_CACHE_HOME/govm, else $HOME/.cache/govm; without any of these nothing is kept. Entries are written
 * aside, synced and renamed, and verified whole when read. A cache that cannot be used is one warning, and
 * the run goes on without it.
 */
#ifndef GOVM_CLI_CACHE_H
#define GOVM_CLI_CACHE_H
#include "base/map.h"
#include "bytecode/module.h"
#include "frontend/loader.h"

typedef struct CacheKey {
  u8 sum[32];
} CacheKey;

/* What decides about a package's module besides the package. */
typedef struct CacheContext {
  const char *lang; /* -lang; NULL */
  bool incomplete;  /* -complete=false */
  bool is_named;    /* it is the package that the command line names */
  bool tested;      /* compiled for a test */
} CacheContext;

/* The key of lp, whose imports are in keys (LoadPackage -> CacheKey) unless they are std's. False: the
 * package cannot be kept, nor can what imports it. */
bool cache_key(const CacheContext *c, const LoadPackage *lp, const PtrMap *keys, CacheKey *out);
/* The module kept under the key; NULL when there is none. */
BcModule *cache_get(const CacheKey *key);
void cache_put(const CacheKey *key, const BcModule *m);
/* From now on nothing is found: everything is compiled again (build -a). */
void cache_rebuild(void);

/* `govm clean -cache`: removes everything that the cache keeps. */
int cmd_clean(int argc, char **argv);
#endif

/* mod_version.h - versions and paths of modules: semantic versions (golang.org/x/mod/semver), Go versions
 * (internal/gover), rules for module and import paths (golang.org/x/mod/module).
 * Functions that return const char * for an error give NULL when all is well; the text is the arena's.
 */
#ifndef GOVM_FRONTEND_MOD_VERSION_H
#define GOVM_FRONTEND_MOD_VERSION_H
#include "base/base.h"

/* A module at a version; version "" is a main module or a directory, "none" an absent one. */
typedef struct ModVersion {
  const Atom *path, *version;
} ModVersion;
typedef VEC(ModVersion) ModVersions;
static inline bool modversion_eq(ModVersion a, ModVersion b) {
  return a.path == b.path && a.version == b.version;
}
/* "path@version", or the path alone. */
const char *modversion_string(Arena *a, ModVersion v);

bool semver_valid(const char *v);
/* <0, 0, >0; an invalid version is less than any valid one. Build suffixes do not count. */
int semver_compare(const char *v, const char *w);
/* With the missing parts filled in and the build suffix removed, "+incompatible" excepted; NULL when invalid.
 */
const Atom *semver_canonical(const char *v);
size_t semver_major_len(const char *v); /* of "v1" in "v1.2.3" */
/* Whether v has the form of a version that names a commit: v0.0.0-yyyymmddhhmmss-abcdefabcdef and its kin. */
bool semver_is_pseudo(const char *v);

/* Go versions: "1.21", "1.21rc2", "1.21.3", without "go" in front. */
int goversion_compare(const char *x, const char *y);
bool goversion_valid(const char *x);
/* The language version, "1.21" of "1.21.3"; an arena string. */
const char *goversion_lang(Arena *a, const char *x);
/* The version that this front end implements. */
extern const char goversion_local[];

/* The index where the suffix "/v2" or ".v2" of a module path starts, its length for none; false when the
 * suffix is malformed. */
bool modpath_split(const char *path, size_t *major);
const char *modpath_check(Arena *a, const char *path);        /* a module path that a proxy may have */
const char *modpath_check_import(Arena *a, const char *path); /* an import path */
const char *modpath_check_import_kind(Arena *a, const char *path, const char *kind);
const char *modpath_check_file(Arena *a, const char *path); /* the name of a file in a module */
/* Whether v is a version for a path with that suffix; the error is what follows "version ... invalid: ". */
const char *modpath_check_major(Arena *a, const char *v, const char *major);
/* Upper case as "!lower", for file systems that do not tell them apart. */
const char *modpath_escape(Arena *a, const char *s);
#endif

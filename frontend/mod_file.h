/* mod_file.h - go.mod and go.work files, read as golang.org/x/mod/modfile reads them.
 * A file is parsed whole or not at all: with errors, modfile_parse gives false and every message, each on a
 * line of its own as the go command prints it ("go.mod:3: unknown directive: x"). Memory is the arena's.
 */
#ifndef GOVM_FRONTEND_MOD_FILE_H
#define GOVM_FRONTEND_MOD_FILE_H
#include "frontend/mod_version.h"

typedef struct ModRequire {
  ModVersion mod;
  bool indirect;
} ModRequire;
typedef struct ModReplace {
  ModVersion from; /* version "": every version */
  ModVersion to;   /* version "": a directory */
} ModReplace;
typedef struct ModRetract {
  const Atom *low, *high;
  const char *rationale;
} ModRetract;
typedef struct ModSetting {
  const Atom *key, *value;
  u32 line;
} ModSetting;
typedef struct ModUse {
  const Atom *path;
  u32 line;
} ModUse;

typedef struct ModFile {
  const char *name;        /* as messages print it */
  const Atom *module;      /* NULL: no module line */
  const char *deprecated;  /* "" when it is not */
  const Atom *go;          /* "1.21"; NULL without a go line */
  const Atom *toolchain;   /* NULL */
  VEC(ModSetting) godebug;
  VEC(ModRequire) require;
  VEC(ModReplace) replace;
  ModVersions exclude;
  VEC(ModRetract) retract;
  VEC(const Atom *) tool, ignore;
  VEC(ModUse) use; /* of a go.work file */
} ModFile;

typedef enum ModFileKind {
  MODFILE_MAIN,       /* go.mod of a main module: every directive counts */
  MODFILE_DEPENDENCY, /* of another module: unknown directives and those for main modules are skipped */
  MODFILE_WORK        /* go.work */
} ModFileKind;

/* name is the file as messages show it, path its full name. */
bool modfile_parse(Arena *a, const char *name, const char *path, const char *text, size_t n, ModFileKind kind,
                   ModFile *out, const char **errors);
/* Whether a path is a directory's ("./x", "../x", "/x") rather than a module's. */
bool modfile_is_dir(const char *path);
#endif

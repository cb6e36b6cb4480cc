/* loader_import.h - where an import path leads: std, a module, a vendor directory, GOPATH. */
#ifndef GOVM_FRONTEND_LOADER_IMPORT_H
#define GOVM_FRONTEND_LOADER_IMPORT_H
#include "frontend/loader.h"
#include "frontend/mod.h"

typedef struct ImportFrom { /* the importing package; all NULL for the command line */
  const Atom *path, *dir;
  bool is_std;
  const Module *module;
} ImportFrom;

typedef struct ImportFound {
  const Atom *path; /* of the package: "vendor/golang.org/x/..." where the import says golang.org/x/... */
  const Atom *dir;  /* short, for messages: relative to the working directory when that is shorter */
  bool is_std;
  const Module *module; /* NULL: std, GOPATH, or no module */
} ImportFound;

/* Resolves path; false and *error (without a position) when nothing provides it; "" when that has been
 * reported. */
bool load_resolve(Loader *l, const ImportFrom *from, const Atom *path, ImportFound *out, const char **error);
/* How such an error is shown: behind the import's position, behind the packages that led to it, or alone. */
typedef enum ErrorPlace { PLACE_POSITION, PLACE_STACK, PLACE_NONE } ErrorPlace;
ErrorPlace load_error_place(const char *error);
/* The package in a directory: relative to the importer's when there is one, else to the working directory. */
bool load_resolve_dir(Loader *l, const ImportFrom *from, const char *dir, ImportFound *out,
                      const char **error);
/* "use of internal package x not allowed" when from may not import p; NULL when it may. */
const char *load_check_internal(Loader *l, const ImportFrom *from, const ImportFound *p);
/* The modules, set up at the first call; NULL after an error, which has been reported once. start: a
 * directory above which go.mod may be when there is none above the working directory, or NULL. */
Modules *load_modules(Loader *l, const char *start);
/* The import path of an absolute directory below some GOPATH's src; NULL. */
const Atom *load_gopath_path(Loader *l, const char *dir);
/* The language version of packages of a module: "go1.21"; NULL for the latest. */
const Atom *load_goversion(const Module *mod);
#endif

/* program.h - type-checks everything a loader has loaded, imports before importers. */
#ifndef GOVM_FRONTEND_PROGRAM_H
#define GOVM_FRONTEND_PROGRAM_H
#include "frontend/loader.h"
#include "frontend/types.h"

typedef struct ProgramConfig {
  const char *lang;     /* -lang of user packages, "go1.N"; NULL: their module's, else the current version */
  bool lazy_std;        /* function bodies of std are checked by check_func_body() on demand */
  /* When roots are given (govm check), of all other packages of std only the declarations are checked. */
  LoadPackage *const *roots;
  u32 nroots;
  /* Gives packages that the loader calls external (LoadPackage.is_external); may be NULL when there are none. */
  Package *(*external)(void *ctx, const Atom *path);
  void *ctx;
} ProgramConfig;

/* Checks all loaded packages; afterwards LoadPackage.types is each one's Package. Stops at the first package that has
 * errors, since those that import it would only repeat them. False when there are errors (in the loader's sink, which
 * must be `sink`), of loading too. */
bool program_check(Loader *l, const ProgramConfig *cfg, DiagSink *sink);
#endif

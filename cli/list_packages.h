/* list_packages.h - the packages that `govm list` shows, and what they import, from the heads of their files.
 */
#ifndef GOVM_CLI_LIST_PACKAGES_H
#define GOVM_CLI_LIST_PACKAGES_H
#include "base/map.h"
#include "cli/list_value.h"
#include "frontend/embed.h"
#include "frontend/loader_import.h"
#include "frontend/pkgscan.h"

typedef struct ListPackage ListPackage;
typedef VEC(ListPackage *) ListPackages;

typedef struct ImportStep { /* a package, and the file that imports it; NULL for what the command line names
                             */
  const char *package, *file;
} ImportStep;

struct ListPackage {
  const Atom *path; /* "m/p", "m/p.test", "m/p [m/p.test]" */
  const char *dir;  /* absolute; "" when it is not known */
  ImportFound found;
  PkgScan scan;
  const Atom *name;
  const char *for_test;   /* the package that a test variant belongs to, or "" */
  StrVec matches;         /* the patterns of the command line that name it */
  ListPackages imports;   /* what it imports, in the order of scan.go.imports, then implicit ones */
  StrVec import_paths;    /* of scan.go.imports, as resolved */
  StrVec embed_files, test_embed_files, xtest_embed_files;
  const char *error, *error_pos; /* NULL: none */
  VEC(ImportStep) error_stack; /* the packages that led to the error */
  bool is_cycle, stack_and_pos;
  bool is_root, files_given, visiting, is_main_test;
};

typedef struct Lister {
  Arena arena;
  Loader *loader;
  DiagSink *sink;
  PtrMap packages; /* path Atom -> ListPackage */
  bool find_only;  /* imports are not followed */
  bool embeds;     /* the files of //go:embed patterns are wanted */
  VEC(ImportStep) stack;
} Lister;

/* Loads what the command line names; errors of patterns go to the sink. */
void lister_load(Lister *l, const char *const *args, u32 n, ListPackages *out);
/* Adds the test packages of roots behind them, as go list -test does. */
void lister_add_tests(Lister *l, ListPackages *roots);
/* roots and all that they import, each behind its imports. */
void lister_deps(Lister *l, const ListPackages *roots, ListPackages *out);
/* The package as go list's type Package. */
Value *lister_value(Lister *l, ListPackage *p);
/* A module as go list's type Module. */
Value *lister_module_value(Lister *l, const Module *m);
/* "file:line:col" of an import or pattern, the file as messages name it. */
const char *lister_position(Lister *l, const ListPackage *p, const ScanName *n);
/* "path version => replacement" */
const char *lister_module_text(Lister *l, const Module *m);
/* The package's error as the go command prints it. */
const char *lister_error(Lister *l, const ListPackage *p);
void lister_free(Lister *l);
#endif

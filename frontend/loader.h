/* loader.h - finds, reads and parses packages: those named on the command line and, transitively, what they
 * import.
 *
 * Where an import path is looked up, in this order:
 *   "unsafe"                 a package without files
 *   LoadConfig.mapped        lists of files given by the caller ("./a", "test/a" of multi-package tests)
 *   LoadConfig.external      packages that the caller has already (a precompiled image)
 *   "./x", "../x"            relative to the importing package's directory
 *   GOROOT/src/x             std; for imports by std itself its vendor directories first
 *   modules                  mod.h: main modules, vendor directories, replacements, the module cache; or GOPATH
 *
 * Which files of a directory belong to a package: go/build's rules (names that start with "_" or ".",
 * _GOOS_GOARCH suffixes, //go:build lines, import "C" with cgo off). std packages are read for an unknown
 * GOARCH with the tags purego and math_big_pure_go, except where frontend/std_files.def says otherwise, so
 * that their portable versions are taken. runtime.GOARCH remains amd64, which is also what user packages are
 * read for.
 *
 * Overlay: the Go files of stdlib/overlay/<path> change a std package. A file OVERLAY beside them says how,
 * by the first word of each line ("#" starts a comment):
 *   replace       the overlay's files are the whole package
 *   add NAME...   may be new; otherwise a declaration must replace one of GOROOT's
 *   drop NAME...  a declaration of GOROOT's that is left out
 *   file NAME F   a constant with the bytes of GOROOT/F: what Go's own build would have generated
 * Names are Func, Type, Var, Const or Type.Method. Without the file the overlay overrides declarations one by
 * one; an override that matches nothing is an error.
 *
 * Errors: everything wrong with packages and files is reported to the sink, as the go command words it, and
 * loading goes on; a LoadPackage with nerrors > 0 or a missing import is not fit for checking.
 * Memory: packages and their trees live as long as the Loader.
 */
#ifndef GOVM_FRONTEND_LOADER_H
#define GOVM_FRONTEND_LOADER_H
#include "frontend/mod_hash.h"
#include "frontend/syntax.h"

typedef struct LoadPackage LoadPackage;

typedef struct LoadImport {
  const Atom *path; /* as written */
  Pos pos;          /* of the first import declaration: its name or path */
  LoadPackage *pkg; /* NULL: not found, reported */
} LoadImport;

typedef struct LoadFile { /* a file that a //go:embed directive names */
  const char *name; /* relative to the package's directory */
  const char *data;
  size_t n;
} LoadFile;
typedef struct LoadEmbed {
  const Atom *var; /* the package's variable */
  VEC(LoadFile) files;
} LoadEmbed;

struct LoadPackage {
  const Atom *path;        /* "fmt", "vendor/golang.org/x/net/idna", "command-line-arguments" */
  const Atom *name;        /* of the package clause */
  const Atom *dir;         /* "" for unsafe, external and mapped packages */
  const Atom *goversion;   /* of the module's go line, "go1.21"; NULL: the latest */
  Arena arena;             /* owns the trees */
  VEC(File *) files;       /* in the order of their names */
  VEC(LoadImport) imports; /* distinct, in order of first appearance */
  VEC(LoadEmbed) embeds;   /* with the content of the files */
  VEC(const char *) directives; /* //go: lines before package clauses, of a user's files with go:debug */
  LoadPackage *xtest;      /* with include_tests: the package NAME_test in the same directory, or NULL */
  bool is_std, is_unsafe, is_external;
  bool is_text; /* from loader_text: its imports mean packages that are loaded already, tests' too, first */
  bool bad_internal; /* an import of an internal package was reported */
  bool is_overlaid; /* overrides were merged in: GOROOT's files may be left with unused imports */
  u32 nerrors;      /* of this package alone */
  u32 state;        /* the loader's: see loader.c */
  const struct Module *module; /* NULL: std, or of no module */
  Sha256 sources;   /* hash of the names and texts of its files that were parsed, and of embedded ones */
  void *types;      /* for the caller: its checked Package */
};

typedef struct LoadMapping {
  const Atom *path;  /* the package's path, "test/a" */
  const Atom *alias; /* another way to import it, "./a"; or NULL */
  VEC(const char *) files;
} LoadMapping;

typedef struct LoadConfig {
  const char *goroot;      /* the tree that holds src/ */
  const char *goroot_name; /* what messages call it; NULL: goroot */
  const char *overlay_dir; /* NULL: environment GOVM_OVERLAY, else the build's own; "": none */
  const char *mod, *modfile; /* the flags -mod and -modfile; NULL: GOFLAGS decides */
  VEC(const Atom *) tags;  /* additional build tags, of user packages; GOFLAGS decides when there are none */
  VEC(const Atom *) std_names; /* the packages of std, for when there is no goroot */
  bool include_tests;      /* _test.go files of the packages named by the caller */
  bool allow_internal;     /* no complaint about internal packages */
  bool no_embeds;          /* files of //go:embed directives are not looked for */
  bool allow_main;         /* no complaint about importing a package main */
  bool skeletons;          /* std: bodies of functions that are not generic are left out of the trees */
  /* The caller's package (LoadPackage.types) and its name; NULL: it has none. */
  void *(*external)(void *ctx, const Atom *path, const Atom **name);
  void *ctx;
  VEC(LoadMapping) mapped;
} LoadConfig;

typedef struct Loader Loader;

/* The config is copied; its strings and lists must outlive the loader, as must the sink. */
Loader *loader_new(const LoadConfig *config, DiagSink *sink);
void loader_free(Loader *l);

/* Each loads one package and all that it imports. NULL after errors that leave no package; check the sink's
 * nerrors. */
LoadPackage *loader_files(Loader *l, const char *const *files, u32 n); /* path "command-line-arguments" */
LoadPackage *loader_dir(Loader *l, const char *dir);
LoadPackage *loader_path(Loader *l, const char *path); /* an import path, or ./dir */
/* A package from text that is in no file (the REPL, tests); name is what diagnostics print. */
LoadPackage *loader_text(Loader *l, const char *path, const char *name, const char *text, size_t n);

/* Replaces the patterns of a command line (std, all, work, path/..., ./...; none: ".") by import paths, each
 * once, as the go command does; what names one package is kept as it is. loader_path() takes every entry.
 * False after reported errors. Lists of .go files are not for it. */
typedef VEC(const Atom *) LoadPathList;
bool loader_expand(Loader *l, const char *const *args, u32 n, LoadPathList *out);

/* The default GODEBUG of a main package: "key=value,...", from its module's Go version, godebug lines and the
 * //go:debug lines of its files; "" for none. For a test's main, those of the package under test and its
 * tests. */
const char *loader_godebug(Loader *l, const LoadPackage *main, const LoadPackage *tested);

/* All loaded packages, imports before importers. */
typedef VEC(LoadPackage *) LoadPackageList;
const LoadPackageList *loader_order(const Loader *l);
LoadPackage *loader_find(const Loader *l, const Atom *path); /* by its own path; NULL when not loaded */
LoadPackage *load_import_of(const LoadPackage *p, const Atom *path); /* by the path as p writes it; NULL */

/* Whether dir/name, with the text given, belongs to a build for these settings: file name suffix and build
 * line. */
typedef struct FileFilter {
  const char *goarch;      /* NULL: an unknown architecture */
  const Atom *const *tags; /* besides linux, unix, gc, go1.1 .. go1.26 */
  u32 ntags;
} FileFilter;
bool file_filter_match(const FileFilter *f, const char *name, const char *text, size_t n);
/* The filter for packages of users: this machine's, with the loader's tags. */
void loader_filter(Loader *l, FileFilter *out);
#endif

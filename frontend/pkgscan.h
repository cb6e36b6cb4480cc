/* pkgscan.h - what a directory holds as a Go package, from the heads of its files alone: the names of its
 * files by kind, package name, synopsis, imports, //go:embed patterns and //go:debug lines. It is go/build's
 * ImportDir, with cgo off; `govm list` and package patterns need no more than this.
 */
#ifndef GOVM_FRONTEND_PKGSCAN_H
#define GOVM_FRONTEND_PKGSCAN_H
#include "frontend/loader.h"

typedef VEC(const char *) StrVec;

typedef struct ScanName { /* an import path or a pattern, with where it stands */
  const Atom *name;
  const char *file; /* without its directory */
  u32 line, col;
} ScanName;
typedef VEC(ScanName) ScanNames;

typedef struct ScanGroup { /* the package's own files, its tests, its external tests */
  StrVec files;
  ScanNames imports, embeds; /* sorted by name, each name once, at its first place */
  StrVec directives;         /* //go:debug and other //go: lines before the package clause */
} ScanGroup;

typedef enum ScanProblem { SCAN_OK, SCAN_NO_DIR, SCAN_NO_GO, SCAN_EXCLUDED, SCAN_BAD } ScanProblem;

typedef struct PkgScan {
  const Atom *name; /* NULL: no package clause was found */
  const char *doc;  /* the first sentence of the package comment; "" for none */
  ScanGroup go, test, xtest;
  StrVec ignored, invalid, ignored_other, c, cxx, m, h, f, s, swig, swigcxx, syso;
  ScanProblem problem;
  const char *error; /* SCAN_BAD: the first malformed file's message */
} PkgScan;

/* Scans dir ("" is the working directory); the result's memory is the arena's. shown is the directory as
 * messages name it. */
void pkgscan_dir(Arena *a, const char *dir, const char *shown, const FileFilter *filter, PkgScan *out);
/* Scans the files given (paths) as one package, as `go list x.go` does. */
void pkgscan_files(Arena *a, const char *const *files, u32 n, PkgScan *out);
/* Whether dir has a file that ends in ".go" and is none of "_x.go" and ".x.go": the go command's "is a
 * package directory". */
bool pkgscan_has_go_files(const char *dir);
#endif

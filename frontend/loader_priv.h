/* loader_priv.h - shared by loader*.c. */
#ifndef GOVM_FRONTEND_LOADER_PRIV_H
#define GOVM_FRONTEND_LOADER_PRIV_H
#include "base/map.h"
#include "frontend/buildtags.h"
#include "frontend/loader.h"

typedef VEC(char *) NameVec;

typedef struct Loading {
  LoadPackage *pkg;
  Pos pos; /* of the import that led to it */
} Loading;

struct Loader {
  LoadConfig config;
  DiagSink *sink;
  Arena arena;             /* package records and names */
  const char *overlay_dir; /* "" when there is none */
  PtrMap packages;         /* path Atom -> LoadPackage */
  LoadPackageList order;
  VEC(Loading) stack;         /* packages being loaded, outermost first */
  VEC(const Atom *) std_tags; /* of the filter that load_filter_for made last */
  bool module_known;          /* the fields below are set */
  const Atom *module_path;    /* NULL: no go.mod */
  const Atom *module_root;
  const Atom *module_go; /* "go1.21" or NULL */
};

/* loader_files.c */
void load_filter_for(Loader *l, const LoadPackage *p, FileFilter *out);
bool load_is_dir(const char *path);
bool load_read_file(const char *path, StrBuf *out, Err *e);
bool load_go_files(Arena *a, const char *dir, NameVec *out);

/* loader.c: an error of package p (or of none) at an unknown or known position. */
void load_error(Loader *l, LoadPackage *p, Pos pos, const char *fmt, ...) PRINTF(4, 5);
/* Reads dir/name and parses it into p's arena; NULL when it does not belong to the build or cannot be read.
 */
File *load_parse(Loader *l, LoadPackage *p, const char *dir, const char *name, const FileFilter *filter);

/* loader_overlay.c: true when the overlay has files for p. replace: they are all of it. */
bool load_overlay_dir(Loader *l, const LoadPackage *p, StrBuf *dir, bool *replace);
/* Parses the overlay's files, drops what they override from p->files, and appends them. */
void load_merge_overlay(Loader *l, LoadPackage *p, const char *dir);

/* loader_module.c: finds the go.mod above dir, once per loader. */
void load_find_module(Loader *l, const char *dir);
#endif

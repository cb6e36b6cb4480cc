/* loader_priv.h - shared by loader*.c. */
#ifndef GOVM_FRONTEND_LOADER_PRIV_H
#define GOVM_FRONTEND_LOADER_PRIV_H
#include "base/file.h"
#include "base/map.h"
#include "frontend/buildtags.h"
#include "frontend/loader.h"
#include "frontend/mod.h"

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
  Modules *modules;           /* load_modules() makes it */
  const char *reported;       /* the error of the modules that has been reported */
  Pos import_pos;             /* of the import that the package being read is for */
  VEC(const Atom *) tags;     /* additional build tags, those of GOFLAGS included */
};

/* loader_files.c */
void load_filter_for(Loader *l, const LoadPackage *p, FileFilter *out);
bool load_is_dir(const char *path);
bool load_go_files(Arena *a, const char *dir, NameVec *out);

/* loader.c: an error of package p (or of none) at an unknown or known position. */
void load_error(Loader *l, LoadPackage *p, Pos pos, const char *fmt, ...) PRINTF(4, 5);
/* Reads dir/name and parses it into p's arena; NULL when it does not belong to the build or cannot be read.
 */
File *load_parse(Loader *l, LoadPackage *p, const char *dir, const char *name, const FileFilter *filter);

/* Adds a file's name and text to the hash of p's sources. */
void load_hash_source(LoadPackage *p, const char *path, const StrBuf *text);

/* loader_embed.c: finds and reads the files of p's //go:embed directives. */
void load_embeds(Loader *l, LoadPackage *p);

/* loader_overlay.c: true when the overlay has files for p. replace: they are all of it. */
bool load_overlay_dir(Loader *l, const LoadPackage *p, StrBuf *dir, bool *replace);
/* Parses the overlay's files, drops what they override from p->files, and appends them. */
void load_merge_overlay(Loader *l, LoadPackage *p, const char *dir);

#endif

/* mod_priv.h - shared by mod_*.c: the state of Modules. */
#ifndef GOVM_FRONTEND_MOD_PRIV_H
#define GOVM_FRONTEND_MOD_PRIV_H
#include "base/map.h"
#include "frontend/mod.h"

typedef struct MainModule {
  Module *mod;
  ModFile file;
  const char *root; /* absolute */
} MainModule;

typedef struct Replacement {
  ModReplace r;
  const char *base;   /* what a relative directory is relative to */
  const char *source; /* the file that says so */
} Replacement;

/* What the go.mod of a module of the graph says. */
typedef struct ModSummary {
  const Atom *path; /* of its module line, NULL without */
  const char *goversion;
  ModVersions require;
  VEC(const Atom *) ignore;
  bool pruned;       /* its go line is at least 1.17 */
  const char *error; /* the file cannot be had */
} ModSummary;

typedef struct SumEntry {
  ModVersion mod; /* of a go.mod alone: version "v1.0.0/go.mod" */
  const Atom *hash, *file;
} SumEntry;

typedef struct VendorModule {
  ModVersion mod, replace;
  bool is_explicit, provides; /* provides packages */
  const char *goversion;
} VendorModule;

struct Modules {
  Arena arena;
  ModConfig config;
  const char *error;
  ModMode mode;
  const char *cwd;
  VEC(MainModule) mains;
  ModuleList main_list;
  const char *work_file; /* absolute; NULL outside workspace mode */
  ModFile work;
  const char *mod; /* "readonly", "vendor", "mod" */
  bool mod_given;
  const char *mod_reason; /* why it is not vendor, though there is a vendor directory; NULL */
  VEC(Replacement) replacements;
  PtrMap known;     /* path Atom -> VEC of Module, as ModuleVersions * */
  PtrMap summaries; /* Module -> ModSummary */
  bool sums_read;
  VEC(SumEntry) sums;
  bool graph_read;
  const char *graph_error;
  PtrMap selected; /* path Atom -> version Atom */
  PtrMap required; /* path Atom of what some main module requires itself -> version Atom */
  bool vendor_read;
  VEC(VendorModule) vendored;
  PtrMap vendor_packages; /* import path Atom -> index + 1 of its module in vendored */
  VEC(const Atom *) tools;
};

/* mod_load.c */
/* The record of a module at a version, made when there is none. */
Module *mod_record(Modules *m, const Atom *path, const Atom *version);
MainModule *mod_main_of(Modules *m, const Atom *path); /* NULL when path is no main module's */
/* path as messages show it: relative to the working directory when that is shorter. */
const char *mod_short_path(const Modules *m, Arena *a, const char *path);
bool mod_is_file(const char *path);
/* "X requires go >= 1.99 (running go 1.26.11)" when v is newer than what is implemented; else NULL. */
const char *mod_too_new(Modules *m, const char *what, const char *v);

/* mod_graph.c */
/* What module path@version is replaced by; NULL when it is not. */
const Replacement *mod_replacement(const Modules *m, ModVersion v);
ModSummary *mod_summary(Modules *m, Module *mod);
/* The version of path that the build uses, NULL for none. With roots_only, what main modules require
 * themselves decides. False after an error in the graph. */
bool mod_selected(Modules *m, const Atom *path, bool roots_only, const Atom **version, const char **error);
/* Reads the whole graph; false with m->error set when it cannot be read, or go.mod does not agree with it. */
bool mod_load_graph(Modules *m);
/* "go: updates to go.mod needed..." */
const char *mod_dirty(Modules *m);
/* Whether all that a main module needs is in its go.mod at the right version, as far as mod shows. */
bool mod_roots_fit(Modules *m, Module *mod);

/* mod_fetch.c */
/* The root directory of a module's source, extracted when need be. */
bool mod_fetch_dir(Modules *m, Module *mod, const char **dir, const char **error);
/* The text of the go.mod of a module in the cache or a proxy, checked against go.sum. */
bool mod_fetch_gomod(Modules *m, const Module *mod, StrBuf *text, const char **error);
/* Where the go.mod of a downloaded module is in the cache, whether or not it exists. */
const char *mod_cache_file(Modules *m, ModVersion v, const char *suffix);

/* mod_sum.c */
bool mod_must_have_sums(const Modules *m);
const char *mod_sum_of(Modules *m, ModVersion v, bool gomod); /* NULL: not in go.sum */
bool mod_have_sum(Modules *m, ModVersion v, bool gomod);
/* Checks a hash against go.sum: false and a text for a mismatch. Without an entry it is true. */
bool mod_check_sum(Modules *m, ModVersion v, bool gomod, const char *hash, const char **error);

/* mod_vendor.c */
void mod_vendor_read(Modules *m);
/* False and the text of what contradicts go.mod. */
bool mod_vendor_check(Modules *m, const char **error);
const VendorModule *mod_vendor_package(Modules *m, const Atom *path); /* NULL: not listed */
#endif

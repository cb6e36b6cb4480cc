/* mod.h - modules: which module and which directory provide an import path, as the go command decides it
 * (cmd/go/internal/modload). Nothing is ever fetched from a network: modules come from the main module, its
 * vendor directory, replacements, the module cache, and GOPROXY=file://.
 *
 * One Modules belongs to one loader. It is set up by modules_new() from the environment and the working
 * directory; go.mod files of dependencies are read when the first import needs them.
 * Errors: functions that can fail give false and set *error, a text as the go command prints it behind a
 * position; or set it to "" for an error that ends the go command at once: that one is modules_error(),
 * whole. Memory is that of the Modules.
 */
#ifndef GOVM_FRONTEND_MOD_H
#define GOVM_FRONTEND_MOD_H
#include "frontend/mod_file.h"

typedef struct Modules Modules;

/* What is known of a module of the build. */
typedef struct Module {
  const Atom *path, *version; /* version "": a main module */
  struct Module *replace;     /* what it is replaced by, or NULL; a directory has version "" */
  const char *dir;            /* the root of its source, absolute; NULL: not on this machine */
  const char *gomod;          /* its go.mod; NULL when there is none */
  const char *goversion;      /* its go line; NULL when there is none */
  bool is_main, indirect;
} Module;
typedef VEC(Module *) ModuleList;

typedef enum ModMode { MODE_GOPATH, MODE_NO_MODULE, MODE_MODULE, MODE_WORKSPACE } ModMode;

typedef struct ModConfig {
  const char *goroot;   /* NULL when there is no tree */
  const char *goroot_name; /* what messages call it; NULL: goroot */
  const char *mod;      /* -mod=...; NULL: not given */
  const char *modfile;  /* -modfile=...; NULL */
  const char *start;    /* where to look for go.mod when the working directory has none above it; NULL */
  bool needs_cache_rw;  /* -modcacherw */
} ModConfig;

/* Reads go.work and the go.mod of the main modules. Check modules_error(). */
Modules *modules_new(const ModConfig *config);
void modules_free(Modules *m);
/* What is wrong with the settings, go.mod, go.work, go.sum or the module graph; NULL while all is well. */
const char *modules_error(const Modules *m);

ModMode modules_mode(const Modules *m);
const ModuleList *modules_main(const Modules *m); /* in the order of go.work */
/* The module "command-line-arguments", for when there is no main module. */
Module *modules_command_line(Modules *m);
const Module *modules_of_cwd(const Modules *m); /* that holds the working directory, or NULL */
const char *modules_work_file(const Modules *m);  /* go.work; "" outside workspace mode */
bool modules_vendoring(const Modules *m);         /* -mod=vendor, given or by default */
/* The Go version that governs GODEBUG defaults: of go.work or the main go.mod; the local one without. */
const char *modules_go_version(const Modules *m);
/* Their godebug lines: go.work's, or the main module's. */
void modules_godebugs(const Modules *m, const ModSetting **list, u32 *n);
const Atom *const *modules_tools(const Modules *m, u32 *n);

typedef struct ModFound {
  Module *module; /* NULL: of no module (vendored by hand) */
  const char *dir; /* absolute */
} ModFound;
/* Looks an import path up that is not in std. importer is the module of the importing package, NULL for the
 * command line or std; importer_path that package's path, for messages. */
bool modules_find(Modules *m, const Atom *path, const Module *importer, const char *importer_path,
                  ModFound *out, const char **error);
/* The import path of an absolute directory in a main module, a vendor directory or a module of the build. */
bool modules_path_of_dir(Modules *m, const char *dir, const Atom **path, const char **error);
/* The import path that a directory of a main module stands for, whether it holds a package or not. */
bool modules_prefix_of_dir(const Modules *m, const char *dir, const Atom **path, const Module **owner);
/* Every module of the build, main modules first, then by path; with vendoring, those of modules.txt. */
bool modules_build_list(Modules *m, ModuleList *out, const char **error);
/* The module's source on this machine, extracted when it is in the cache or a file proxy only. */
bool modules_fetch(Modules *m, Module *mod, const char **error);
/* Like modules_fetch, but only for what is unpacked already. */
bool modules_fetch_known(Modules *m, Module *mod);
/* What go.sum and the cache know of a module: NULL for what is not known. */
void modules_facts(Modules *m, const Module *mod, const char **sum, const char **gomod_sum,
                   const char **time);
/* The working directory: PWD when it says so, as os.Getwd does. */
const char *mod_cwd(Arena *a);
/* dir joined with rel, which may be absolute; "." and ".." are resolved by their names. */
const char *mod_join(Arena *a, const char *dir, const char *rel);
const char *modules_vendor_dir(const Modules *m); /* NULL without */
/* The patterns of a module's ignore lines. */
const Atom *const *modules_ignores(Modules *m, const Module *mod, u32 *n);
#endif

/* build.c - `govm build`: compiles packages; a program becomes one executable that needs nothing, or a
 * bytecode file.
 *
 * As go build: of one main package the executable is written, of several packages nothing unless -o names a
 * directory; a package that is no program is only checked, unless -o names a file, which then gets its
 * bytecode. Several packages are built one after the other, each in a process of its own. What a run leaves
 * is whole or what was there before. Start reading at cmd_build().
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytecode/codec.h"
#include "bytecode/merge.h"
#include "cli/buildinfo.h"
#include "cli/bundle.h"
#include "cli/image.h"
#include "frontend/mod.h"

/* ---- names ---- */
static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static bool is_dir(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Without its directory. */
static const char *file_name(const LoadPackage *lp, u32 i) {
  return base_name(pos_base(lp->files.v[i]->base)->filename->s);
}

/* "v2" and higher: the element before it names the program (load.isVersionElement). */
static bool is_version(const char *s) {
  if (s[0] != 'v' || s[1] == '0' || (s[1] == '1' && !s[2])) return false;
  size_t n = strspn(s + 1, "0123456789");
  return n > 0 && !s[1 + n];
}

/* The name of the executable: the last element of the import path, or the first file's name. */
static const char *default_name(const LoadPackage *lp) {
  if (atom_is(lp->path, "command-line-arguments")) {
    const char *file = file_name(lp, 0);
    return atom_new(file, strlen(file) - strlen(".go"))->s;
  }
  const char *elem = base_name(lp->path->s);
  if (elem == lp->path->s || !is_version(elem)) return elem;
  return base_name(atom_new(lp->path->s, (size_t)(elem - 1 - lp->path->s))->s);
}

/* The Go tree that std is from: the image's, or the one in use. */
static const char *goroot_of_std(void) {
  Err e;
  return image.std ? image.goroot->s : cli_goroot(&e);
}

/* ---- -trimpath ---- */
/* The name a file of package lp gets: import path and base name, the module's version behind its path;
 * files of the command line are "./x.go". */
static const Atom *trimmed_name(const LoadPackage *lp, const char *file) {
  const char *path = lp->path->s, *name = base_name(file);
  if (atom_is(lp->path, "command-line-arguments")) return atom_printf("./%s", name);
  const Module *mod = lp->module;
  if (!mod || !mod->version->len) return atom_printf("%s/%s", path, name);
  return atom_printf("%s@%s%s/%s", mod->path->s, mod->version->s, path + mod->path->len, name);
}

/* The absolute folders of users' packages, as file names in modules begin -> LoadPackage. */
static void package_dirs(const Program *p, PtrMap *out) {
  const LoadPackageList *all = loader_order(p->loader);
  for (u32 i = 0; i < all->n; i++) {
    const LoadPackage *lp = all->v[i];
    if (lp->is_std || lp->is_unsafe || lp->is_external || !lp->dir) continue;
    char *abs = realpath(lp->dir->len ? lp->dir->s : ".", NULL);
    if (abs) ptrmap_set(out, atom_cstr(abs), (void *)lp);
    free(abs);
  }
}

static void trim_paths(BcModule *m, const Program *p) {
  PtrMap dirs = {0};
  package_dirs(p, &dirs);
  const char *roots[] = {atom_printf("%s/", cli_overlay())->s, atom_printf("%s/src/", goroot_of_std())->s};
  for (u32 i = 0; i < m->files.n; i++) {
    const char *file = m->files.v[i]->s;
    const char *name = base_name(file);
    for (u32 k = 0; k < ARRAY_LEN(roots); k++)
      if (strncmp(file, roots[k], strlen(roots[k])) == 0) m->files.v[i] = atom_cstr(file + strlen(roots[k]));
    if (name == file) continue;
    const LoadPackage *lp = ptrmap_get(&dirs, atom_new(file, (size_t)(name - 1 - file)));
    if (lp) m->files.v[i] = trimmed_name(lp, file);
  }
  ptrmap_free(&dirs);
}

/* ---- what -x and -n print, what -v prints ---- */
static void print_compile(const BuildFlags *f, const LoadPackage *lp) {
  fprintf(stderr, "cd %s\ngovm compile -p %s", lp->dir && lp->dir->len ? lp->dir->s : ".", lp->path->s);
  if (lp->goversion) fprintf(stderr, " -lang=%s", lp->goversion->s);
  if (f->tags) fprintf(stderr, " -tags=%s", f->tags);
  if (f->trimpath) fprintf(stderr, " -trimpath");
  for (u32 i = 0; i < lp->files.n; i++) fprintf(stderr, " ./%s", file_name(lp, i));
  fprintf(stderr, " # internal\n");
}

static void print_link(const char *output, const BuildVars *vars) {
  fprintf(stderr, "govm link -o %s", output);
  for (u32 i = 0; i < vars->n; i++) fprintf(stderr, " -X '%s=%s'", vars->v[i].symbol, vars->v[i].value);
  fprintf(stderr, " # internal\n");
}

static void print_packages(const BuildFlags *f, const Program *p) {
  const LoadPackageList *all = loader_order(p->loader);
  for (u32 i = 0; i < all->n; i++) {
    const LoadPackage *lp = all->v[i];
    if (lp->is_std || lp->is_unsafe || lp->is_external || program_reuses(p, lp)) continue;
    if (f->verbose) fprintf(stderr, "%s\n", lp->path->s);
    if (f->commands || f->dry) print_compile(f, lp);
  }
}

/* ---- errors: under the name of the package that has them ---- */
/* What is printed on standard error from now on is kept, until blame() prints it. */
static int keep_stderr(int *saved) {
  int fd = memfd_create("messages", MFD_CLOEXEC);
  fflush(stderr);
  *saved = dup(STDERR_FILENO);
  if (fd >= 0) dup2(fd, STDERR_FILENO);
  return fd;
}

/* The package whose source does not compile; NULL: its files or imports are not in order. */
static const LoadPackage *faulty_package(const Program *p) {
  const LoadPackageList *all = p->loader ? loader_order(p->loader) : NULL;
  for (u32 i = 0; all && i < all->n; i++)
    for (u32 k = 0; k < all->v[i]->files.n; k++)
      if (all->v[i]->files.v[k]->nerrors) return all->v[i];
  return p->packages.n ? VEC_LAST(&p->packages)->loader : NULL;
}

/* Prints what was kept, under "# path"; files of the working directory are "./x.go". */
static void blame(int fd, int saved, const LoadPackage *faulty) {
  fflush(stderr);
  dup2(saved, STDERR_FILENO);
  close(saved);
  off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
  if (size > 0) {
    char *text = xmalloc((size_t)size + 1);
    ssize_t n = pread(fd, text, (size_t)size, 0);
    text[n > 0 ? n : 0] = 0;
    if (faulty) fprintf(stderr, "# %s\n", faulty->path->s);
    for (char *p = text, *end; *p; p = end) {
      end = p + strcspn(p, "\n");
      end += *end == '\n';
      size_t name = strcspn(p, ":/ \t\n");
      bool bare = faulty && name > 3 && p[name] == ':' && memcmp(p + name - 3, ".go", 3) == 0;
      fprintf(stderr, "%s%.*s", bare ? "./" : "", (int)(end - p), p);
    }
    xfree(text);
  }
  if (fd >= 0) close(fd);
}

/* ---- one package ---- */
typedef struct Build {
  const BuildFlags *flags;
  const char *dir;    /* executables go there: -o names a directory */
  const char *output; /* the file -o names */
  bool alone;         /* the only package: its executable is kept without -o too */
} Build;

/* Whether the file may be replaced: it is a program, an object, bytecode or empty. */
static bool may_replace(const char *path, const LoadPackage *lp) {
  static const char *const magics[] = {"\177ELF", "!<arch>\n", CODEC_MAGIC, "#!"};
  struct stat st;
  char head[8] = {0};
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) return true;
  FILE *file = fopen(path, "re");
  size_t n = file ? fread(head, 1, sizeof head, file) : 0;
  if (file) fclose(file);
  for (u32 i = 0; n && i < ARRAY_LEN(magics); i++)
    if (memcmp(head, magics[i], strlen(magics[i])) == 0) return true;
  const char *pkg = lp->path->s;
  fprintf(stderr, "%s: govm build %s: build output \"%s\" already exists and is not an object file\n",
          pkg, pkg, path);
  return false;
}

/* Creates the directories above path. */
static void make_parents(const char *path) {
  StrBuf b = {0};
  for (const char *p = path; *p; p++) {
    if (*p == '/' && b.n) mkdir(b.p, 0777);
    sb_putc(&b, *p);
  }
  sb_free(&b);
}

static bool set_var(BcModule *m, const char *symbol, const char *value, Err *e) {
  return module_set_string_var(m, symbol, value, strlen(value), e);
}

/* What gc's linker sets: -X, and variables of package runtime. */
static bool set_vars(const Build *b, BcModule *m, Program *p, const BuildVars *vars, const char *info, Err *e) {
  for (u32 i = 0; i < vars->n; i++)
    if (!set_var(m, vars->v[i].symbol, vars->v[i].value, e)) return false;
  return buildinfo_set(m, info, e) &&
         set_var(m, "runtime.godebugDefault", loader_godebug(p->loader, p->main->loader, NULL), e) &&
         (b->flags->trimpath || set_var(m, "runtime.linkedGOROOT", goroot_of_std(), e));
}

/* The program, ready to be written: NULL after a message. */
static BcModule *make_program(const Build *b, Program *p, const BuildVars *vars, const char *info) {
  Err e;
  const LoadPackage *lp = p->main->loader;
  BcModule *m = program_link(p, &e);
  if (m && set_vars(b, m, p, vars, info, &e)) {
    if (b->flags->trimpath) trim_paths(m, p);
    if (module_verify(m, &e)) return m;
  }
  fprintf(stderr, "# %s\n%s\n", lp->path->s, e.msg);
  if (m) module_free(m);
  return NULL;
}

static bool write_bytecode(const char *path, const BcModule *m, Err *e) {
  StrBuf out = {0};
  module_write(m, &out);
  BcModule *back = module_read((const u8 *)out.p, out.n, e);
  bool ok = back && module_verify(back, e) && file_replace(path, out.p, out.n, 0666, e);
  if (back) module_free(back);
  sb_free(&out);
  return ok;
}

static int write_output(const char *path, const BcModule *m, const LoadPackage *lp, const char *info) {
  Err e;
  if (!may_replace(path, lp)) return 1;
  make_parents(path);
  bool executable = m->main_func != BC_NONE && !has_suffix(path, ".gbc");
  bool ok = executable ? bundle_write_info(path, m, info, &e) : write_bytecode(path, m, &e);
  if (ok) return 0;
  fprintf(stderr, "%s: govm build %s: %s\n", lp->path->s, lp->path->s, e.msg);
  return 1;
}

/* The file to write, NULL for none. */
static const char *output_of(const Build *b, const LoadPackage *lp, bool is_main) {
  if (b->dir) return is_main ? atom_printf("%s/%s", b->dir, default_name(lp))->s : NULL;
  if (b->output) return b->output;
  return b->alone && is_main ? default_name(lp) : NULL;
}

/* The exit status of a build that is well and of a package that is no program. */
enum { BUILD_OK = 0, BUILD_NO_MAIN = 100 };

/* Compiles what was loaded, and writes it when there is an output. */
static int compile(const Build *b, Program *p, const char *output, const BuildVars *vars) {
  const LoadPackage *lp = p->main->loader;
  bool is_main = atom_is(lp->name, "main");
  StrBuf info = {0};
  BcModule *m = program_lower(p, !is_main), *program = NULL;
  if (!m) return 1;
  bool bytecode = output && has_suffix(output, ".gbc") && m->main_func == BC_NONE; /* may lack a main function */
  if (is_main && !bytecode) {
    buildinfo_text(b->flags, p, &info);
    m = program = make_program(b, p, vars, sb_cstr(&info));
  }
  int status = !m ? 1 : output ? write_output(output, m, lp, sb_cstr(&info)) : 0;
  if (program) module_free(program);
  sb_free(&info);
  return status;
}

static int build_loaded(const Build *b, Program *p) {
  const BuildFlags *f = b->flags;
  const LoadPackage *lp = p->main->loader;
  bool is_main = atom_is(lp->name, "main");
  const char *output = output_of(b, lp, is_main);
  BuildVars vars = {0};
  if (output && !b->output && is_dir(output))
    return cli_error("build output \"%s\" already exists and is a directory", output);
  print_packages(f, p);
  int status = is_main && !build_link_vars(f, lp->path->s, &vars);
  if (!status && output && (f->commands || f->dry)) print_link(output, &vars);
  if (!status && !f->dry) status = compile(b, p, output, &vars);
  VEC_FREE(&vars);
  return status ? status : is_main ? BUILD_OK : BUILD_NO_MAIN;
}

static int build_package(const Build *b, char *const *args, int n) {
  Program p = {0};
  int saved, fd = keep_stderr(&saved);
  bool loaded = program_load(&p, &b->flags->program, args, n, true);
  blame(fd, saved, loaded ? NULL : faulty_package(&p));
  int status = loaded ? build_loaded(b, &p) : 1;
  program_free(&p);
  return status;
}

/* The same in a child process. */
static int build_apart(const Build *b, char *const *args, int n) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) return cli_error("fork: %s", strerror(errno));
  if (pid == 0) {
    int status = build_package(b, args, n);
    fflush(stdout);
    _exit(status);
  }
  int status;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* ---- the command ---- */
typedef struct PackageArg { /* what names one package: .go files, or one directory or import path */
  char *const *args;
  int n;
} PackageArg;
typedef VEC(PackageArg) PackageArgs;

/* The packages that the arguments name; patterns are replaced by what they match, in *names, which the caller frees.
 * False after a message. */
static bool expand_args(BuildFlags *f, char *const *args, int n, PackageArgs *out, char ***names) {
  if (n && has_suffix(args[0], ".go")) {
    for (int i = 0; i < n; i++)
      if (!has_suffix(args[i], ".go"))
        return cli_error("named files must all be .go files: %s", args[i]), false;
    VEC_PUSH(NULL, out, ((PackageArg){args, n}));
    return true;
  }
  Err e;
  DiagSink sink = {0};
  LoadConfig cfg = f->program.load;
  LoadPathList paths = {0};
  cfg.goroot = image_goroot(&e);
  if (image.std) cfg.external = image_external;
  cfg.overlay_dir = cli_overlay();
  if (!cfg.goroot) return cli_error("%s", e.msg), false;
  Loader *l = loader_new(&cfg, &sink);
  bool ok = loader_expand(l, (const char *const *)args, (u32)n, &paths) && sink.nerrors == 0;
  if (!ok) diag_print(&sink, stderr, 0);
  *names = xcalloc(paths.n + 1, sizeof **names);
  for (u32 i = 0; i < paths.n; i++) (*names)[i] = (char *)paths.v[i]->s;
  for (u32 i = 0; i < paths.n; i++) VEC_PUSH(NULL, out, ((PackageArg){*names + i, 1}));
  loader_free(l);
  diag_free(&sink);
  return ok;
}

/* -o names a directory: it is one, or ends in a slash and becomes one. */
static bool names_directory(const char *o) { return is_dir(o) || has_suffix(o, "/"); }

int cmd_build(int argc, char **argv) {
  image_use();
  signal(SIGXFSZ, SIG_IGN); /* beyond a limit of the size of files: an error, not the end */
  BuildFlags f = {0};
  PackageArgs list = {0};
  char **names = NULL;
  int i = 1, status = build_flags(&f, argc, argv, &i), mains = 0;
  if (status) return status;
  if (!expand_args(&f, argv + i, argc - i, &list, &names)) {
    xfree(names);
    return 1;
  }
  Build b = {.flags = &f, .alone = list.n == 1};
  bool discard = f.output && strcmp(f.output, "/dev/null") == 0;
  if (f.output && !discard) {
    if (names_directory(f.output)) {
      size_t len = strlen(f.output);
      while (len > 1 && f.output[len - 1] == '/') len--;
      b.dir = atom_new(f.output, len)->s;
    } else {
      b.output = f.output;
    }
  }
  if (discard) b.alone = false;
  bool too_many = b.output && list.n > 1;
  if (too_many) status = cli_error("cannot write multiple packages to non-directory %s", b.output);
  for (u32 k = 0; k < list.n && !too_many; k++) {
    int one = list.n == 1 ? build_package(&b, list.v[k].args, list.v[k].n)
                          : build_apart(&b, list.v[k].args, list.v[k].n);
    mains += one == BUILD_OK;
    if (one != BUILD_OK && one != BUILD_NO_MAIN) status = one;
  }
  if (!status && b.dir && mains == 0) status = cli_error("no main packages to build");
  VEC_FREE(&list);
  xfree(names);
  return status;
}

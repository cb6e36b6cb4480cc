/* image.c - `govm image`: what the build does to put the standard library into the executable; and its use (image.h).
 *
 *   govm image -o STD.gbc          compiles all of std into one library module
 *   govm image -o GOVM STD.gbc     writes this executable with that module, linked, and the packages, checked
 */
#include "cli/image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/snapshot.h"
#include "bytecode/codec.h"
#include "cli/program.h"
#include "stdlib/natives.h"
#include "vm/govm.h"

SNAPSHOT Image image;

typedef struct ImageTrailer { /* the last bytes of the file */
  u64 at;                     /* file offset of the snapshot */
  u64 low_base;               /* vm_low_base() of the process that recorded it */
  char magic[8];
} ImageTrailer;
static const char magic[8] = "govmIMG";
enum { PAGE = 4096, SPARE_ATOMS = 1 << 14, SPARE_SYMBOLS = 1 << 12 };

/* ---- use ---- */
static bool read_trailer(int fd, off_t *size, ImageTrailer *t) {
  struct stat st;
  *size = 0;
  if (fstat(fd, &st) != 0) return false;
  *size = st.st_size;
  if (st.st_size < (off_t)sizeof *t || pread(fd, t, sizeof *t, st.st_size - (off_t)sizeof *t) != sizeof *t) return false;
  return memcmp(t->magic, magic, sizeof magic) == 0;
}

static bool use_off(void) {
  const char *s = getenv("GOVM_IMAGE");
  return s && strcmp(s, "off") == 0;
}

bool image_use(void) {
  if (use_off()) return false;
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ImageTrailer t;
  off_t size;
  bool there = read_trailer(fd, &size, &t);
  if (there) {
    Err e;
    vm_prepare();
    bool ok = vm_low_base() == t.low_base || err_set(&e, "its address space is taken");
    if (!ok || !snapshot_map(fd, (off_t)t.at, codec_abi_hash(), &e)) {
      fprintf(stderr, "govm: the standard library inside this executable cannot be used: %s\n", e.msg);
      exit(2);
    }
  }
  close(fd);
  return there;
}

const char *image_goroot(Err *e) {
  const char *own = getenv("GOVM_GOROOT");
  if (!image.std || (own && *own)) return cli_goroot(e);
  char src[PATH_MAX];
  snprintf(src, sizeof src, "%s/src/runtime", image.goroot->s);
  return access(src, R_OK | X_OK) == 0 ? image.goroot->s : "";
}

void *image_external(void *ctx, const Atom *path, const Atom **name) {
  (void)ctx;
  Package *p = ptrmap_get(&image.packages, path);
  if (p) *name = p->name;
  return p;
}

/* ---- making it ---- */
#define OWN_PACKAGE "internal/replshow" /* of the overlay alone: prints the values of sessions */
static char *contents[] = {"std", OWN_PACKAGE};

static bool write_module(const BcModule *m, const char *path, Err *e) {
  StrBuf b = {0};
  module_write(m, &b);
  FILE *f = fopen(path, "wbe");
  bool ok = f && fwrite(b.p, 1, b.n, f) == b.n;
  if (f && fclose(f) != 0) ok = false;
  sb_free(&b);
  return ok || err_set(e, "%s cannot be written", path);
}

static int compile_library(const ProgramFlags *f) {
  Program p = {0};
  Err e;
  if (!program_load_library(&p, f, contents, ARRAY_LEN(contents))) return 1;
  BcModule *m = program_lower_library(&p);
  if (!m) return 1;
  m->goversion = atom_cstr(cli_go_version(cli_goroot(&e)));
  bool ok = write_module(m, f->output, &e);
  module_free(m);
  program_free(&p);
  return ok ? 0 : cli_error("%s", e.msg);
}

/* Bodies that later modules may instantiate are checked now. */
static bool check_generic_bodies(Package *p) {
  bool ok = true;
  for (u32 i = 0; i < p->funcs.n; i++) {
    FuncDecl *d = p->funcs.v[i];
    if (!d->body || !d->name->obj || !d->name->obj->type) continue;
    Signature *s = (Signature *)type_under(d->name->obj->type);
    if ((s->tparams && s->tparams->n) || (s->rparams && s->rparams->n)) ok &= check_func_body(d->name->obj);
  }
  return ok;
}

static bool link_library(const char *path, Err *e) {
  StrBuf b = {0};
  if (!cli_read_file(path, &b, e)) return false;
  BcModule *m = module_read_packed((const u8 *)sb_cstr(&b), b.n, e);
  Sha256 h;
  sha256_init(&h);
  sha256_write(&h, b.p, b.n);
  sha256_sum(&h, image.identity);
  sb_free(&b);
  if (!m) return false;
  image.std = m;
  image.goversion = m->goversion;
  image.goroot = atom_cstr(cli_goroot(e));
  symbols_add_module(&image.symbols, m);
  vm_prepare();
  vm_link_new();
  stdlib_register_natives();
  return vm_load(m, e);
}

static bool copy_self(FILE *out, Err *e) {
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return err_set(e, "/proc/self/exe: %s", strerror(errno));
  char buf[65536];
  ssize_t n;
  while ((n = read(fd, buf, sizeof buf)) > 0)
    if (fwrite(buf, 1, (size_t)n, out) != (size_t)n) break;
  close(fd);
  return n == 0 || err_set(e, "the executable cannot be copied: %s", strerror(errno));
}

/* The executable's bytes, the snapshot at the next page, the trailer. */
static bool write_executable(const char *path, Err *e) {
  char tmp[PATH_MAX]; /* no StrBuf: its memory would be part of the state */
  if ((size_t)snprintf(tmp, sizeof tmp, "%s.tmp", path) >= sizeof tmp) return err_set(e, "%s: %s", path, strerror(ENAMETOOLONG));
  FILE *out = fopen(tmp, "wbe");
  bool ok = out || err_set(e, "%s: %s", tmp, strerror(errno));
  ok = ok && copy_self(out, e) && (fflush(out) == 0 || err_set(e, "%s: %s", tmp, strerror(errno)));
  ImageTrailer t = {.at = ok ? ALIGN_UP((u64)ftello(out), (u64)PAGE) : 0, .low_base = vm_low_base()};
  memcpy(t.magic, magic, sizeof magic);
  if (ok) ok = snapshot_write(fileno(out), (off_t)t.at, codec_abi_hash(), e);
  if (ok && (fseeko(out, 0, SEEK_END) != 0 || fwrite(&t, sizeof t, 1, out) != 1 || fchmod(fileno(out), 0755) != 0))
    ok = err_set(e, "%s: %s", tmp, strerror(errno));
  if (out && fclose(out) != 0 && ok) ok = err_set(e, "%s: %s", tmp, strerror(errno));
  if (ok && rename(tmp, path) != 0) ok = err_set(e, "%s: %s", path, strerror(errno));
  if (!ok) unlink(tmp);
  return ok;
}

/* What is in the image besides the library: declarations, and bodies that later modules may instantiate. */
static void identify(const Program *p) {
  Sha256 h;
  sha256_init(&h);
  sha256_write(&h, image.identity, sizeof image.identity);
  for (u32 i = 0; i < p->packages.n; i++) {
    const LoadPackage *lp = p->packages.v[i]->loader;
    Sha256 sources = lp->sources;
    u8 sum[32];
    sha256_sum(&sources, sum);
    sha256_write(&h, sum, sizeof sum);
  }
  sha256_sum(&h, image.identity);
}

/* Working directory and environment must not show in the image: paths are made absolute, in memory that is not saved. */
static bool leave_surroundings(const char **std, const char **output, Err *e) {
  static char cwd[PATH_MAX], out[PATH_MAX * 2], module[PATH_MAX];
  if (!cli_goroot(e)) return false;
  if (!realpath(*std, module)) return err_set(e, "%s: %s", *std, strerror(errno));
  *std = module;
  if (**output != '/') {
    if (!getcwd(cwd, sizeof cwd)) return err_set(e, "the working directory: %s", strerror(errno));
    snprintf(out, sizeof out, "%s/%s", cwd, *output);
    *output = out;
  }
  clearenv();
  return chdir("/") == 0 || err_set(e, "/: %s", strerror(errno));
}

static int make_image(ProgramFlags *f, const char *std) {
  Program *p = xcalloc(1, sizeof *p); /* part of the state: packages refer to its sink */
  Err e;
  if (!leave_surroundings(&std, &f->output, &e)) return cli_error("%s", e.msg);
  f->load.skeletons = true;
  if (!program_load_library(p, f, contents, ARRAY_LEN(contents))) return 1;
  for (u32 i = 0; i < p->packages.n; i++) {
    Package *pkg = p->packages.v[i];
    pkg->compiled = true;
    ptrmap_set(&image.packages, pkg->path, pkg);
    lower_know_package(pkg);
    if (!check_generic_bodies(pkg)) return cli_error("package %s does not check", pkg->path->s);
  }
  for (u32 i = 0; i < p->expanded.n; i++)
    if (!atom_is(p->expanded.v[i], OWN_PACKAGE)) VEC_PUSH(NULL, &image.names, p->expanded.v[i]);
  if (!link_library(std, &e)) return cli_error("%s: %s", std, e.msg);
  identify(p);
  vm_snapshot();
  atoms_reserve(SPARE_ATOMS);
  PtrMap *maps[] = {&image.symbols.funcs, &image.symbols.types, &image.symbols.globals};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) ptrmap_reserve(maps[i], SPARE_SYMBOLS);
  return write_executable(f->output, &e) ? 0 : cli_error("%s", e.msg);
}

static bool is_module(const char *path) {
  size_t n = strlen(path);
  return n > 4 && strcmp(path + n - 4, ".gbc") == 0;
}

/* Whether a module comes first, as program_flags would find it: recording has to begin before anything else is done. */
static bool wants_snapshot(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (is_module(argv[i]) && strcmp(argv[i - 1], "-o") != 0) return true;
  return false;
}

int cmd_image(int argc, char **argv) {
  Err e;
  if (wants_snapshot(argc, argv) && !snapshot_record(argv - 1, &e)) return cli_error("%s", e.msg);
  ProgramFlags f = {0};
  int i = 1;
  if (!program_flags(&f, argc, argv, &i)) return 2;
  if (!f.output || i + (i < argc && is_module(argv[i])) != argc) return cli_usage("image -o OUT [STD.gbc]");
  return i < argc ? make_image(&f, argv[i]) : compile_library(&f);
}

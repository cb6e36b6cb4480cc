/* loader_files.c - which files of a directory belong to a package, and reading them.
 * Follows go/build (build.go: matchFile, goodOSArchFile, shouldBuild, parseFileHeader). Start at
 * file_filter_match().
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "frontend/loader_import.h"
#include "frontend/loader_priv.h"

static const char *const known_os[] = {
    "aix",   "android", "darwin", "dragonfly", "freebsd", "hurd",    "illumos", "ios",     "js",
    "linux", "nacl",    "netbsd", "openbsd",   "plan9",   "solaris", "wasip1",  "windows", "zos",
};
static const char *const known_arch[] = {
    "386",     "amd64",  "amd64p32", "arm",      "armbe",     "arm64",       "arm64be", "loong64",
    "mips",    "mipsle", "mips64",   "mips64le", "mips64p32", "mips64p32le", "ppc",     "ppc64",
    "ppc64le", "riscv",  "riscv64",  "s390",     "s390x",     "sparc",       "sparc64", "wasm",
};

static bool in_list(const char *const *list, size_t n, const char *s) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(list[i], s) == 0) return true;
  return false;
}
#define IN_LIST(list, s) in_list((list), ARRAY_LEN(list), (s))

/* ---- tags ---- */

enum { GO_MINOR = 26 };

static bool has_tag(void *ctx, const Atom *tag) {
  const FileFilter *f = ctx;
  if (atom_is(tag, "linux") || atom_is(tag, "unix") || atom_is(tag, "gc")) return true;
  if (f->goarch && atom_is(tag, f->goarch)) return true;
  if (strncmp(tag->s, "go1.", 4) == 0) {
    char *end;
    long v = strtol(tag->s + 4, &end, 10);
    return end != tag->s + 4 && *end == 0 && v >= 1 && v <= GO_MINOR;
  }
  for (u32 i = 0; i < f->ntags; i++)
    if (f->tags[i] == tag) return true;
  return false;
}

/* The _GOOS, _GOARCH or _GOOS_GOARCH at the end of a file's name. */
static bool name_matches(const FileFilter *f, const char *name) {
  char buf[256];
  size_t n = strcspn(name, ".");
  if (n >= sizeof buf) return true;
  memcpy(buf, name, n);
  buf[n] = 0;
  char *first = strchr(buf, '_');
  if (!first) return true;
  char *last = strrchr(buf, '_');
  if (strcmp(last, "_test") == 0) {
    *last = 0;
    last = strrchr(buf, '_');
    if (!last) return true;
  }
  const char *word = last + 1;
  if (IN_LIST(known_os, word)) return has_tag((void *)f, atom_cstr(word));
  if (!IN_LIST(known_arch, word)) return true;
  if (!has_tag((void *)f, atom_cstr(word))) return false;
  if (last == first && last == buf) return true;
  *last = 0;
  char *os = strrchr(buf, '_');
  return !os || !IN_LIST(known_os, os + 1) || has_tag((void *)f, atom_cstr(os + 1));
}

/* ---- build lines ---- */

/* The build line among the comments before the package clause; *len 0 when there is none. */
static const char *find_build_line(const char *text, size_t n, size_t *len) {
  const char *p = text, *end = text + n;
  *len = 0;
  while (p < end) {
    if (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || (u8)*p == 0xef || (u8)*p == 0xbb ||
        (u8)*p == 0xbf) {
      p++;
      continue;
    }
    if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
      const char *nl = memchr(p, '\n', (size_t)(end - p));
      if (!nl) nl = end;
      if (nl - p > 10 && memcmp(p, "//go:build", 10) == 0 && (p[10] == ' ' || p[10] == '\t')) {
        *len = (size_t)(nl - p);
        return p;
      }
      p = nl;
    } else if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
      const char *close = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
      if (!close) return NULL;
      p = close + 2;
    } else {
      return NULL;
    }
  }
  return NULL;
}

bool file_filter_match(const FileFilter *f, const char *name, const char *text, size_t n) {
  size_t len;
  if (!name_matches(f, name)) return false;
  const char *line = find_build_line(text, n, &len);
  if (!line) return true;
  Arena a = {0};
  BuildExpr *x = buildtags_parse(&a, line, len);
  bool ok = !x || buildtags_eval(x, has_tag, (void *)f); /* a malformed line is the parser's to report */
  arena_free(&a);
  return ok;
}

void loader_filter(Loader *l, FileFilter *out) {
  load_modules(l, NULL);
  *out = (FileFilter){.goarch = "amd64", .tags = l->tags.v, .ntags = l->tags.n};
}

void load_filter_for(Loader *l, const LoadPackage *p, FileFilter *out) {
  static const char *const default_tags[] = {
#define STD_TAG(tag) tag,
#define STD_ARCH(path)
#define STD_NOTAG(path, tag)
#include "frontend/std_files.def"
#undef STD_TAG
#undef STD_ARCH
#undef STD_NOTAG
  };
  static const char *const amd64_packages[] = {
#define STD_TAG(tag)
#define STD_ARCH(path) path,
#define STD_NOTAG(path, tag)
#include "frontend/std_files.def"
#undef STD_TAG
#undef STD_ARCH
#undef STD_NOTAG
  };
  static const char *const without[][2] = {
#define STD_TAG(tag)
#define STD_ARCH(path)
#define STD_NOTAG(path, tag) {path, tag},
#include "frontend/std_files.def"
#undef STD_TAG
#undef STD_ARCH
#undef STD_NOTAG
  };
  loader_filter(l, out);
  if (!p->is_std) return;
  if (!IN_LIST(amd64_packages, p->path->s)) out->goarch = NULL;
  l->std_tags.n = 0;
  for (size_t i = 0; i < ARRAY_LEN(default_tags); i++) {
    bool off = false;
    for (size_t k = 0; k < ARRAY_LEN(without); k++)
      off |= atom_is(p->path, without[k][0]) && strcmp(without[k][1], default_tags[i]) == 0;
    if (!off) VEC_PUSH(NULL, &l->std_tags, atom_cstr(default_tags[i]));
  }
  out->tags = l->std_tags.v;
  out->ntags = l->std_tags.n;
}

/* ---- reading ---- */

bool load_is_dir(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The names of dir's Go files, sorted; memory of the arena. False when it cannot be read. */
bool load_go_files(Arena *a, const char *dir, NameVec *out) {
  DIR *d = opendir(dir);
  if (!d) return false;
  for (struct dirent *e; (e = readdir(d));) {
    size_t n = strlen(e->d_name);
    if (n < 4 || strcmp(e->d_name + n - 3, ".go") != 0 || e->d_name[0] == '_' || e->d_name[0] == '.')
      continue;
    VEC_PUSH(a, out, arena_strdup(a, e->d_name));
  }
  closedir(d);
  if (out->n) qsort(out->v, out->n, sizeof *out->v, by_name);
  return true;
}

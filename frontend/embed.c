/* embed.c - resolves //go:embed patterns (embed.h). Start reading at embed_resolve(). */
#include "frontend/embed.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "frontend/mod_version.h"

/* ---- patterns: path.Match over one element at a time ---- */

static size_t rune_len(const char *s) {
  i32 r;
  return (size_t)utf8_decode(s, strlen(s), &r);
}

/* Matches one [class] at *p against the rune at s; -1 when the class is malformed. *p moves behind it. */
static int match_class(const char **p, const char *s) {
  const char *q = *p + 1;
  bool negated = *q == '^', hit = false;
  i32 c, lo, hi;
  utf8_decode(s, strlen(s), &c);
  q += negated;
  for (bool first = true; first || *q != ']'; first = false) {
    if (!*q || (*q == ']' && first) || *q == '-') return -1;
    if (*q == '\\' && !*++q) return -1;
    q += utf8_decode(q, strlen(q), &lo);
    hi = lo;
    if (*q == '-') {
      q++;
      if (!*q || *q == ']' || *q == '-' || (*q == '\\' && !*++q)) return -1;
      q += utf8_decode(q, strlen(q), &hi);
    }
    hit |= *s && lo <= c && c <= hi;
  }
  *p = q + 1;
  return hit != negated && *s;
}

/* Whether the element s matches the pattern p, which ends at a slash or NUL. -1: malformed. */
static int match_elem(const char *p, const char *s) {
  for (; *p && *p != '/'; ) {
    if (*p == '*') {
      while (*p == '*') p++;
      for (;; s += rune_len(s)) {
        int r = match_elem(p, s);
        if (r != 0 || !*s) return r;
      }
    }
    if (*p == '[') {
      int r = match_class(&p, s);
      if (r < 0) return r;
      if (!r) return match_elem(p, "") < 0 ? -1 : 0;
      s += rune_len(s);
      continue;
    }
    bool escaped = *p == '\\';
    if (escaped && (!*++p || *p == '/')) return -1;
    size_t n = *p == '?' && !escaped ? 0 : rune_len(p); /* 0: any rune */
    if (!*s || (n && strncmp(p, s, n) != 0)) {
      int rest = match_elem(p + (n ? n : 1), "");
      return rest < 0 ? -1 : 0;
    }
    s += n ? n : rune_len(s);
    p += n ? n : 1;
  }
  return !*s;
}

/* fs.ValidPath, "." excepted, and well-formed as a pattern. */
static bool valid_pattern(const char *p) {
  if (strcmp(p, ".") == 0 || !*p) return false;
  for (;;) {
    size_t n = strcspn(p, "/");
    if (n == 0 || (n == 1 && *p == '.') || (n == 2 && p[0] == '.' && p[1] == '.')) return false;
    if (match_elem(p, "") < 0) return false;
    if (!p[n]) return true;
    p += n + 1;
  }
}

/* ---- files ---- */

typedef VEC(const char *) Names;

typedef struct Resolve {
  Arena *a;
  const char *dir;
  bool all; /* the pattern begins with "all:" */
  EmbedPattern *out;
  const char **error;
} Resolve;

static bool PRINTF(2, 3) fail(Resolve *r, const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  *r->error = arena_printf(r->a, "pattern %s: %s", r->out->pattern->s, sb_cstr(&b));
  sb_free(&b);
  return false;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void sort_names(Names *n) {
  if (n->n) qsort(n->v, n->n, sizeof *n->v, by_name);
}

static void list_dir(Resolve *r, const char *path, Names *out) {
  DIR *d = opendir(path);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));)
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
      VEC_PUSH(r->a, out, arena_strdup(r->a, e->d_name));
  closedir(d);
  sort_names(out);
}

static const char *full_path(Resolve *r, const char *rel) {
  return *rel ? arena_printf(r->a, "%s/%s", *r->dir ? r->dir : ".", rel) : *r->dir ? r->dir : ".";
}

/* Names that no module contains: version control's, and what a zip file may not hold. */
static bool is_bad_name(Resolve *r, const char *name) {
  static const char *const bad[] = {"", ".bzr", ".hg", ".git", ".svn"};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++)
    if (strcmp(name, bad[i]) == 0) return true;
  return modpath_check_file(r->a, name) != NULL;
}

static bool starts_module(Resolve *r, const char *rel) {
  struct stat st;
  return stat(full_path(r, arena_printf(r->a, "%s/go.mod", rel)), &st) == 0;
}

static void add(Resolve *r, const char *rel) { VEC_PUSH(r->a, &r->out->files, rel); }

/* Adds the files below a directory that would be part of the module. */
static void add_tree(Resolve *r, const char *rel) {
  Names names = {0};
  list_dir(r, full_path(r, rel), &names);
  for (u32 i = 0; i < names.n; i++) {
    const char *name = names.v[i], *sub = arena_printf(r->a, "%s/%s", rel, name);
    struct stat st;
    if (is_bad_name(r, name) || ((*name == '.' || *name == '_') && !r->all)) continue;
    if (lstat(full_path(r, sub), &st) != 0) continue;
    if (S_ISREG(st.st_mode)) add(r, sub);
    if (S_ISDIR(st.st_mode) && !starts_module(r, sub)) add_tree(r, sub);
  }
}

/* Checks that rel and the directories it is in belong to the module. */
static bool check_place(Resolve *r, const char *rel, const char *what) {
  for (char *dir = arena_strdup(r->a, rel);;) {
    struct stat st;
    bool self = strcmp(dir, rel) == 0;
    if (starts_module(r, dir)) return fail(r, "cannot embed %s %s: in different module", what, rel);
    if (!self && lstat(full_path(r, dir), &st) == 0 && !S_ISDIR(st.st_mode))
      return fail(r, "cannot embed %s %s: in non-directory %s", what, rel, dir);
    char *slash = strrchr(dir, '/');
    const char *elem = slash ? slash + 1 : dir;
    if (is_bad_name(r, elem))
      return fail(r, "cannot embed %s %s: %s %s", what, rel, self ? "invalid name" : "in invalid directory",
                  elem);
    if (!slash) return true;
    *slash = 0;
  }
}

static bool add_match(Resolve *r, const char *rel) {
  struct stat st;
  if (lstat(full_path(r, rel), &st) != 0)
    return fail(r, "lstat %s: no such file or directory", full_path(r, rel));
  if (!check_place(r, rel, S_ISDIR(st.st_mode) ? "directory" : "file")) return false;
  u32 before = r->out->files.n;
  if (S_ISDIR(st.st_mode)) {
    add_tree(r, rel);
    return r->out->files.n > before ||
           fail(r, "cannot embed directory %s: contains no embeddable files", rel);
  }
  if (!S_ISREG(st.st_mode)) return fail(r, "cannot embed irregular file %s", rel);
  add(r, rel);
  return true;
}

/* Adds what the rest of the pattern matches below rel. */
static bool expand(Resolve *r, const char *rel, const char *pattern) {
  Names names = {0};
  list_dir(r, full_path(r, rel), &names);
  size_t n = strcspn(pattern, "/");
  for (u32 i = 0; i < names.n; i++) {
    if (match_elem(pattern, names.v[i]) != 1) continue;
    const char *sub = *rel ? arena_printf(r->a, "%s/%s", rel, names.v[i]) : names.v[i];
    if (pattern[n] ? !expand(r, sub, pattern + n + 1) : !add_match(r, sub)) return false;
  }
  return true;
}

bool embed_resolve(Arena *a, const char *dir, EmbedPattern *out, const char **error) {
  const char *pattern = out->pattern->s;
  bool all = strncmp(pattern, "all:", 4) == 0;
  Resolve r = {.a = a, .dir = dir, .all = all, .out = out, .error = error};
  pattern += all ? 4 : 0;
  if (!valid_pattern(pattern)) return fail(&r, "invalid pattern syntax");
  if (!expand(&r, "", pattern)) return false;
  if (out->files.n == 0) return fail(&r, "no matching files found");
  qsort(out->files.v, out->files.n, sizeof *out->files.v, by_name);
  u32 kept = 0;
  for (u32 i = 0; i < out->files.n; i++)
    if (kept == 0 || strcmp(out->files.v[kept - 1], out->files.v[i]) != 0)
      out->files.v[kept++] = out->files.v[i];
  out->files.n = kept;
  return true;
}

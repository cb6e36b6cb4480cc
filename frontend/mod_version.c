/* mod_version.c - semantic versions, Go versions and module paths, after golang.org/x/mod/semver,
 * internal/gover and golang.org/x/mod/module.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include "frontend/mod_version.h"

#include <strings.h>

#include "frontend/unicode.h"

const char *modversion_string(Arena *a, ModVersion v) {
  return v.version && v.version->len ? arena_printf(a, "%s@%s", v.path->s, v.version->s) : v.path->s;
}

/* ---- semantic versions ---- */

typedef struct Span {
  const char *p;
  size_t n;
} Span;

typedef struct Semver {
  Span major, minor, patch, prerelease, build;
  int parts; /* how many of major, minor and patch are written */
} Semver;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_ident(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

static bool parse_int(const char **p, Span *out) {
  const char *s = *p;
  while (is_digit(**p)) (*p)++;
  *out = (Span){s, (size_t)(*p - s)};
  return out->n > 0 && (out->n == 1 || *s != '0');
}

/* Dot-separated identifiers behind the sign at **p; numeric ones have no leading zeros in a prerelease. */
static bool parse_identifiers(const char **p, bool prerelease, Span *out) {
  const char *s = (*p)++, *start = *p;
  for (;; (*p)++) {
    if (is_ident(**p)) continue;
    bool numeric = true;
    for (const char *q = start; q < *p; q++) numeric &= is_digit(*q);
    if (*p == start || (prerelease && numeric && *p - start > 1 && *start == '0')) return false;
    if (**p != '.') break;
    start = *p + 1;
  }
  *out = (Span){s, (size_t)(*p - s)};
  return true;
}

static bool parse_semver(const char *v, Semver *s) {
  static const Span zero = {"0", 1};
  *s = (Semver){.minor = zero, .patch = zero};
  if (!v || *v++ != 'v' || !parse_int(&v, &s->major)) return false;
  s->parts = 1;
  if (!*v) return true;
  if (*v++ != '.' || !parse_int(&v, &s->minor)) return false;
  s->parts = 2;
  if (!*v) return true;
  if (*v++ != '.' || !parse_int(&v, &s->patch)) return false;
  s->parts = 3;
  if (*v == '-' && !parse_identifiers(&v, true, &s->prerelease)) return false;
  if (*v == '+' && !parse_identifiers(&v, false, &s->build)) return false;
  return !*v;
}

static int compare_bytes(Span x, Span y) {
  int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
  return c ? c : x.n < y.n ? -1 : x.n > y.n;
}

static int compare_ints(Span x, Span y) {
  return x.n != y.n ? (x.n < y.n ? -1 : 1) : x.n ? memcmp(x.p, y.p, x.n) : 0;
}

static bool all_digits(Span x) {
  for (size_t i = 0; i < x.n; i++)
    if (!is_digit(x.p[i])) return false;
  return true;
}

static Span next_identifier(Span *x) {
  Span id = {x->p + 1, 0};
  while (id.n + 1 < x->n && id.p[id.n] != '.') id.n++;
  *x = (Span){x->p + 1 + id.n, x->n - 1 - id.n};
  return id;
}

static int compare_prerelease(Span x, Span y) {
  if (x.n == 0 || y.n == 0) return (x.n == 0) - (y.n == 0);
  while (x.n && y.n) {
    Span a = next_identifier(&x), b = next_identifier(&y);
    bool na = all_digits(a), nb = all_digits(b);
    if (na != nb) return na ? -1 : 1;
    int c = na ? compare_ints(a, b) : compare_bytes(a, b);
    if (c) return c;
  }
  return (x.n > 0) - (y.n > 0);
}

bool semver_valid(const char *v) {
  Semver s;
  return parse_semver(v, &s);
}

int semver_compare(const char *v, const char *w) {
  Semver x, y;
  bool a = parse_semver(v, &x), b = parse_semver(w, &y);
  if (!a || !b) return a - b;
  int c = compare_ints(x.major, y.major);
  if (!c) c = compare_ints(x.minor, y.minor);
  if (!c) c = compare_ints(x.patch, y.patch);
  return c ? c : compare_prerelease(x.prerelease, y.prerelease);
}

const Atom *semver_canonical(const char *v) {
  Semver s;
  if (!parse_semver(v, &s)) return NULL;
  bool incompatible = s.build.n == 13 && memcmp(s.build.p, "+incompatible", 13) == 0;
  const char *missing = s.parts == 1 ? ".0.0" : s.parts == 2 ? ".0" : "";
  return atom_printf("%.*s%s%s", (int)(strlen(v) - s.build.n), v, missing,
                     incompatible ? "+incompatible" : "");
}

size_t semver_major_len(const char *v) {
  Semver s;
  return parse_semver(v, &s) ? s.major.n + 1 : 0;
}

bool semver_is_pseudo(const char *v) {
  Semver s;
  if (!parse_semver(v, &s) || s.parts != 3 || s.prerelease.n == 0) return false;
  const char *p = s.prerelease.p, *end = p + s.prerelease.n;
  const char *rev = end; /* "...<14 digits>-<revision>" */
  while (rev > p && rev[-1] != '-') rev--;
  if (rev == end || rev - p < 16 || !all_digits((Span){rev - 15, 14})) return false;
  for (const char *q = rev; q < end; q++)
    if (*q == '.') return false;
  const char *time = rev - 15;
  bool base = s.minor.n == 1 && *s.minor.p == '0' && s.patch.n == 1 && *s.patch.p == '0';
  if (time == p + 1) return base;
  return time - p >= 3 && time[-1] == '.' && time[-2] == '0' && (time[-3] == '-' || time[-3] == '.');
}

/* ---- Go versions ---- */

const char goversion_local[] = "1.26.11";

typedef struct GoVersion {
  Span major, minor, patch, kind, pre;
} GoVersion;

static bool parse_goversion(const char *x, GoVersion *v) {
  *v = (GoVersion){0};
  if (!x || !parse_int(&x, &v->major)) return false;
  if (!*x) {
    v->minor = v->patch = (Span){"0", 1};
    return true;
  }
  if (*x++ != '.' || !parse_int(&x, &v->minor)) return false;
  if (!*x) {
    if (compare_ints(v->minor, (Span){"21", 2}) < 0) v->patch = (Span){"0", 1};
    return true;
  }
  if (*x == '.') return x++, parse_int(&x, &v->patch) && !*x;
  const char *kind = x;
  while (*x >= 'a' && *x <= 'z') x++;
  v->kind = (Span){kind, (size_t)(x - kind)};
  if (v->kind.n == 0) return false;
  return !*x || (parse_int(&x, &v->pre) && !*x);
}

int goversion_compare(const char *x, const char *y) {
  GoVersion a, b;
  if (!parse_goversion(x, &a)) a = (GoVersion){0};
  if (!parse_goversion(y, &b)) b = (GoVersion){0};
  int c = compare_ints(a.major, b.major);
  if (!c) c = compare_ints(a.minor, b.minor);
  if (!c) c = compare_ints(a.patch, b.patch);
  if (!c && (a.kind.n || b.kind.n))
    c = a.kind.n && b.kind.n ? compare_bytes(a.kind, b.kind) : (int)a.kind.n - (int)b.kind.n;
  return c ? c : compare_ints(a.pre, b.pre);
}

bool goversion_valid(const char *x) {
  GoVersion v;
  return parse_goversion(x, &v);
}

const char *goversion_lang(Arena *a, const char *x) {
  GoVersion v;
  if (!parse_goversion(x, &v)) return "";
  return arena_printf(a, "%.*s.%.*s", (int)v.major.n, v.major.p, (int)v.minor.n, v.minor.p);
}

/* ---- paths ---- */

/* gopkg.in/yaml.v3, gopkg.in/check.v1-unstable: the version is never missing. */
static bool split_gopkg_in(const char *path, size_t *major) {
  size_t n = strlen(path), i = n;
  *major = n;
  if (n > 9 && strcmp(path + n - 9, "-unstable") == 0) i = n -= 9;
  while (i > 0 && is_digit(path[i - 1])) i--;
  if (i <= 1 || i == n || path[i - 1] != 'v' || path[i - 2] != '.') return false;
  if (path[i] == '0' && n - i > 1) return false;
  *major = i - 2;
  return true;
}

bool modpath_split(const char *path, size_t *major) {
  if (strncmp(path, "gopkg.in/", 9) == 0) return split_gopkg_in(path, major);
  size_t n = strlen(path), i = n;
  bool dot = false;
  *major = n;
  while (i > 0 && (is_digit(path[i - 1]) || path[i - 1] == '.')) dot |= path[--i] == '.';
  if (i <= 1 || i == n || path[i - 1] != 'v' || path[i - 2] != '/') return true;
  if (dot || path[i] == '0' || strcmp(path + i, "1") == 0) return false;
  *major = i - 2;
  return true;
}

static bool utf8_valid(const char *s) {
  for (size_t n = strlen(s); n > 0;) {
    i32 r;
    int k = utf8_decode(s, n, &r);
    if (r == RUNE_ERROR && k == 1) return false;
    s += k;
    n -= (size_t)k;
  }
  return true;
}

static bool reserved_on_windows(const char *elem, size_t n) {
  static const char *const names[] = {"CON",  "PRN",  "AUX",  "NUL",  "COM1", "COM2", "COM3", "COM4",
                                      "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3",
                                      "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (strlen(names[i]) == n && strncasecmp(elem, names[i], n) == 0) return true;
  return false;
}

/* A character as Go's %q prints it. */
static const char *quoted_rune(Arena *a, const char *p, size_t n) {
  i32 r;
  int k = utf8_decode(p, n, &r);
  if (r == '\'' || r == '\\') return arena_printf(a, "'\\%c'", r);
  if (r < ' ' || r == 0x7f) {
    static const char *const named = "abtnvfr";
    if (r >= 7 && r <= 13) return arena_printf(a, "'\\%c'", named[r - 7]);
    return arena_printf(a, "'\\x%02x'", (unsigned)r);
  }
  return arena_printf(a, "'%.*s'", k, p);
}

typedef enum PathKind { PATH_MODULE, PATH_IMPORT, PATH_FILE } PathKind;

static bool char_ok(const char *p, size_t n, PathKind kind, int *used) {
  i32 r;
  *used = utf8_decode(p, n, &r);
  if (is_ident(*p) || *p == '.' || *p == '_' || *p == '~' || (kind == PATH_IMPORT && *p == '+')) return true;
  if (kind != PATH_FILE) return false;
  return r < 0x80 ? strchr("!#$%&()+,=@[]^{} ", r) != NULL && r : unicode_is_letter(r);
}

static const char *check_elem(Arena *a, const char *e, size_t n, PathKind kind) {
  size_t dots = 0, base = n;
  if (n == 0) return "empty path element";
  for (size_t i = 0; i < n; i++) {
    dots += e[i] == '.';
    if (e[i] == '.' && base == n) base = i;
  }
  if (dots == n) return arena_printf(a, "invalid path element \"%.*s\"", (int)n, e);
  if (*e == '.' && kind == PATH_MODULE) return "leading dot in path element";
  if (e[n - 1] == '.') return "trailing dot in path element";
  int used;
  for (size_t i = 0; i < n; i += (size_t)used)
    if (!char_ok(e + i, n - i, kind, &used))
      return arena_printf(a, "invalid char %s", quoted_rune(a, e + i, n - i));
  if (reserved_on_windows(e, base))
    return arena_printf(a, "\"%.*s\" disallowed as path element component on Windows", (int)base, e);
  if (kind == PATH_FILE) return NULL;
  const char *tilde = memrchr(e, '~', base);
  if (tilde && tilde + 1 < e + base && all_digits((Span){tilde + 1, (size_t)(e + base - tilde - 1)}))
    return "trailing tilde and digits in path element";
  return NULL;
}

static const char *check_path(Arena *a, const char *path, PathKind kind) {
  if (!utf8_valid(path)) return "invalid UTF-8";
  if (!*path) return "empty string";
  if (*path == '-' && kind != PATH_FILE) return "leading dash";
  if (strstr(path, "//")) return "double slash";
  if (path[strlen(path) - 1] == '/') return "trailing slash";
  for (const char *p = path;;) {
    size_t n = strcspn(p, "/");
    const char *why = check_elem(a, p, n, kind);
    if (why || !p[n]) return why;
    p += n + 1;
  }
}

const char *modpath_check_import_kind(Arena *a, const char *path, const char *kind) {
  const char *why = check_path(a, path, PATH_IMPORT);
  return why ? arena_printf(a, "malformed %s path \"%s\": %s", kind, path, why) : NULL;
}

const char *modpath_check_import(Arena *a, const char *path) {
  return modpath_check_import_kind(a, path, "import");
}

const char *modpath_check_file(Arena *a, const char *path) {
  const char *why = check_path(a, path, PATH_FILE);
  return why ? arena_printf(a, "malformed file path \"%s\": %s", path, why) : NULL;
}

static const char *check_module_path(Arena *a, const char *path) {
  const char *why = check_path(a, path, PATH_MODULE);
  if (why) return why;
  size_t n = strcspn(path, "/"), major;
  if (!memchr(path, '.', n)) return "missing dot in first path element";
  for (size_t i = 0; i < n; i++) {
    bool ok = path[i] == '-' || path[i] == '.' || is_digit(path[i]) || (path[i] >= 'a' && path[i] <= 'z');
    if (!ok)
      return arena_printf(a, "invalid char %s in first path element", quoted_rune(a, path + i, n - i));
  }
  return modpath_split(path, &major) ? NULL : "invalid version";
}

const char *modpath_check(Arena *a, const char *path) {
  const char *why = check_module_path(a, path);
  return why ? arena_printf(a, "malformed module path \"%s\": %s", path, why) : NULL;
}

const char *modpath_check_major(Arena *a, const char *v, const char *major) {
  size_t want = strlen(major), got = semver_major_len(v);
  if (want > 9 && *major == '.' && strcmp(major + want - 9, "-unstable") == 0) want -= 9;
  if (strncmp(v, "v0.0.0-", 7) == 0 && want == 3 && strncmp(major, ".v1", 3) == 0) return NULL;
  if (want == 0) {
    const char *build = strchr(v, '+');
    bool low = got == 2 && (v[1] == '0' || v[1] == '1');
    if (low || (build && strcmp(build, "+incompatible") == 0)) return NULL;
    return arena_printf(a, "should be v0 or v1, not %.*s", (int)got, v);
  }
  if (got == want - 1 && memcmp(v, major + 1, got) == 0) return NULL;
  return arena_printf(a, "should be %.*s, not %.*s", (int)want - 1, major + 1, (int)got, v);
}

const char *modpath_escape(Arena *a, const char *s) {
  StrBuf b = {0};
  for (; *s; s++) {
    bool upper = *s >= 'A' && *s <= 'Z';
    if (upper) sb_putc(&b, '!');
    sb_putc(&b, upper ? *s - 'A' + 'a' : *s);
  }
  const char *out = arena_strdup(a, sb_cstr(&b));
  sb_free(&b);
  return out;
}

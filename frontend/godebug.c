/* godebug.c - GODEBUG settings and their defaults (godebug.h). */
#include "frontend/godebug.h"

#include <stdlib.h>


static const struct Setting {
  const char *name;
  int changed;
  const char *old;
} settings[] = {
#define GODEBUG_SETTING(name, changed, old) {name, changed, old},
#define GODEBUG_REMOVED(name, since)
#include "frontend/godebugs.def"
#undef GODEBUG_SETTING
#undef GODEBUG_REMOVED
};

static const struct Removed {
  const char *name;
  int since;
} removed[] = {
#define GODEBUG_SETTING(name, changed, old)
#define GODEBUG_REMOVED(name, since) {name, since},
#include "frontend/godebugs.def"
#undef GODEBUG_SETTING
#undef GODEBUG_REMOVED
};

const char *godebug_check(Arena *a, const char *verb, const char *key, const char *value) {
  if (strpbrk(key, " \t")) return "key contains space";
  if (strpbrk(value, " \t")) return "value contains space";
  if (strchr(key, ',')) return "key contains comma";
  if (strchr(value, ',')) return "value contains comma";
  if (strcmp(key, "default") == 0) {
    if (strncmp(value, "go", 2) != 0 || !goversion_valid(value + 2))
      return "value for default= must be goVERSION";
    if (goversion_compare(value + 2, goversion_local) > 0)
      return arena_printf(a, "default=%s too new (toolchain is go%s)", value, goversion_local);
    return NULL;
  }
  for (size_t i = 0; i < ARRAY_LEN(settings); i++)
    if (strcmp(settings[i].name, key) == 0) return NULL;
  for (size_t i = 0; i < ARRAY_LEN(removed); i++)
    if (strcmp(removed[i].name, key) == 0)
      return arena_printf(a, "use of removed %s \"%s\", see https://go.dev/doc/godebug#go-1%d", verb, key,
                          removed[i].since);
  return arena_printf(a, "unknown %s \"%s\"", verb, key);
}

bool godebug_parse_line(Arena *a, const char *line, const Atom **key, const Atom **value,
                        const char **error) {
  *error = NULL;
  if (strncmp(line, "//go:debug", 10) != 0) return false;
  if (line[10] && line[10] != ' ' && line[10] != '\t') return false;
  const char *s = line + 10 + strspn(line + 10, " \t\r");
  size_t n = strlen(s);
  while (n && strchr(" \t\r", s[n - 1])) n--;
  const char *eq = memchr(s, '=', n);
  if (!eq) {
    *error = "missing key=value";
    return false;
  }
  *key = atom_new(s, (size_t)(eq - s));
  *value = atom_new(eq + 1, n - (size_t)(eq - s) - 1);
  *error = godebug_check(a, "//go:debug setting", (*key)->s, (*value)->s);
  return !*error;
}

/* ---- defaults ---- */

typedef struct Pair {
  const char *key, *value;
} Pair;
typedef VEC(Pair) Pairs;

static void set(Arena *a, Pairs *p, const char *key, const char *value) {
  for (u32 i = 0; i < p->n; i++) {
    if (strcmp(p->v[i].key, key) != 0) continue;
    p->v[i].value = value;
    return;
  }
  VEC_PUSH(a, p, (Pair){key, value});
}

/* What restores the behaviour of Go 1.minor. */
static void set_old(Arena *a, Pairs *p, const char *goversion) {
  if (strncmp(goversion, "1.", 2) != 0) return;
  char *end;
  long minor = strtol(goversion + 2, &end, 10);
  if (end == goversion + 2 || (*end && *end != '.')) return;
  for (size_t i = 0; i < ARRAY_LEN(settings); i++)
    if (minor < settings[i].changed) set(a, p, settings[i].name, settings[i].old);
}

static int by_key(const void *x, const void *y) {
  return strcmp(((const Pair *)x)->key, ((const Pair *)y)->key);
}

const char *godebug_default(Arena *a, const Modules *m, const char *const *directives, u32 n) {
  Pairs own = {0}, all = {0};
  const ModSetting *lines = NULL;
  u32 nlines = 0;
  const char *version = m ? modules_go_version(m) : goversion_local, *error;
  const char *least = getenv("DEB_GOMINCOMPAT");
  if (least && *least && goversion_compare(version, least) < 0) version = least;
  if (m) modules_godebugs(m, &lines, &nlines);
  for (u32 i = 0; i < nlines; i++) set(a, &own, lines[i].key->s, lines[i].value->s);
  for (u32 i = 0; i < n; i++) {
    const Atom *key, *value;
    if (godebug_parse_line(a, directives[i], &key, &value, &error)) set(a, &own, key->s, value->s);
  }
  for (u32 i = 0; i < own.n; i++) {
    if (strcmp(own.v[i].key, "default") != 0) continue;
    const char *v = own.v[i].value;
    v += strncmp(v, "go", 2) == 0 ? 2 : 0;
    if (goversion_valid(v)) version = v;
  }
  set_old(a, &all, version);
  for (u32 i = 0; i < own.n; i++)
    if (strcmp(own.v[i].key, "default") != 0) set(a, &all, own.v[i].key, own.v[i].value);
  if (all.n) qsort(all.v, all.n, sizeof *all.v, by_key);
  StrBuf b = {0};
  for (u32 i = 0; i < all.n; i++) sb_printf(&b, "%s%s=%s", i ? "," : "", all.v[i].key, all.v[i].value);
  const char *out = arena_strdup(a, sb_cstr(&b));
  sb_free(&b);
  return out;
}

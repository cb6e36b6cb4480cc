/* mod_file.c - the directives of go.mod and go.work (modfile/rule.go and work.go).
 * Start reading at modfile_parse(). Messages are collected in p->errors; a line with an error adds nothing.
 */
#include "frontend/mod_file.h"

#include "frontend/mod_env.h"
#include "frontend/mod_lines.h"

typedef struct Parse {
  Arena *a;
  ModFile *f;
  ModFileKind kind;
  const ModLine *line;
  const char **args;
  u32 nargs;
  VEC(const ModLine *) retract_lines; /* of f->retract */
  StrBuf errors;
} Parse;

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* Reports at the current line; false, for the convenience of callers. */
static bool PRINTF(2, 3) fail(Parse *p, const char *fmt, ...) {
  if (p->errors.n) sb_putc(&p->errors, '\n');
  sb_printf(&p->errors, "%s:%u", p->f->name, p->line->line);
  if (p->line->col > 1) sb_printf(&p->errors, ":%u", p->line->col);
  sb_puts(&p->errors, ": ");
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&p->errors, fmt, ap);
  va_end(ap);
  return false;
}

/* ---- words ---- */

bool modfile_is_dir(const char *s) {
  bool drive = ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) && s[1] == ':';
  return is(s, ".") || is(s, "..") || strncmp(s, "./", 2) == 0 || strncmp(s, "../", 3) == 0 ||
         strncmp(s, ".\\", 2) == 0 || strncmp(s, "..\\", 3) == 0 || *s == '/' || *s == '\\' || drive;
}

/* A word's value: quotes removed. NULL with *why when it is malformed. */
static const Atom *parse_string(const char *w, const char **why) {
  size_t n = strlen(w);
  if (*w == '"') {
    StrBuf b = {0};
    *why = "invalid syntax";
    for (size_t i = 1; i + 1 < n; i++) {
      if (w[i] == '\\' && (w[i + 1] == '\\' || w[i + 1] == '"')) {
        i++;
      } else if (w[i] == '\\') {
        return sb_free(&b), NULL;
      }
      sb_putc(&b, w[i]);
    }
    const Atom *out = atom_new(sb_cstr(&b), b.n);
    sb_free(&b);
    return out;
  }
  *why = "unquoted string cannot contain quote";
  return strpbrk(w, "\"'`") ? NULL : atom_cstr(w);
}

static const Atom *path_word(Parse *p, const char *w) {
  const char *why;
  const Atom *s = parse_string(w, &why);
  if (!s) fail(p, "invalid quoted string: %s", why);
  return s;
}

/* "verb path: " in front of an error about a version. */
static const char *about(Parse *p, const Atom *path) {
  return path->len ? arena_printf(p->a, "%s %s: ", p->line->verb, path->s)
                   : arena_printf(p->a, "%s: ", p->line->verb);
}

/* A version that names a branch, a commit, or any v1: only a network says what it is. */
static bool fail_query(Parse *p, const Atom *path, const Atom *version) {
  const char *why = modpath_check(p->a, path->s);
  if (why) return fail(p, "%s", why);
  if (strcmp(goenv_get("GOPROXY"), "off") == 0) return fail(p, "module lookup disabled by GOPROXY=off");
  return fail(p, "%sversion \"%s\" is not canonical, and govm uses no network; to resolve it:\n\tgo mod tidy",
              about(p, path), version->s);
}

/* A word with quotes in it as Go's %q prints it, between the quotes. */
static const char *escaped(Parse *p, const char *w) {
  StrBuf b = {0};
  for (; *w; w++) {
    if (*w == '"' || *w == '\\') sb_putc(&b, '\\');
    sb_putc(&b, *w);
  }
  const char *out = arena_strdup(p->a, sb_cstr(&b));
  sb_free(&b);
  return out;
}

/* A canonical version for path; NULL after an error. */
static const Atom *version_word(Parse *p, const Atom *path, const char *w) {
  const char *why;
  const Atom *s = parse_string(w, &why);
  if (!s) {
    fail(p, "%sversion \"%s\" invalid: %s", about(p, path), escaped(p, w), why);
    return NULL;
  }
  const Atom *v = semver_canonical(s->s);
  size_t major;
  if (p->kind == MODFILE_MAIN && !modpath_split(path->s, &major)) {
    fail(p, "%sversion \"%s\" invalid: malformed module path \"%s\"", about(p, path), s->s, path->s);
    return NULL;
  }
  if (p->kind == MODFILE_MAIN && v != s) return fail_query(p, path, s), NULL;
  if (!v) fail(p, "%sversion \"%s\" invalid: must be of the form v1.2.3", about(p, path), s->s);
  return v;
}

/* path and version that fit together. */
static bool module_words(Parse *p, const char *path_text, const char *version_text, ModVersion *out) {
  size_t major;
  if (!(out->path = path_word(p, path_text))) return false;
  if (!(out->version = version_word(p, out->path, version_text))) return false;
  if (!modpath_split(out->path->s, &major)) return fail(p, "invalid module path");
  const char *why = modpath_check_major(p->a, out->version->s, out->path->s + major);
  if (why) return fail(p, "%sversion \"%s\" invalid: %s", about(p, out->path), out->version->s, why);
  return true;
}

static bool
go_version_ok(const char *s) { /* ^([1-9][0-9]*)\.(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?([a-z]+[0-9]+)?$ */
  for (int part = 0; part < 3; part++) {
    size_t n = strspn(s, "0123456789");
    if (n == 0 || (*s == '0' && (n > 1 || part == 0))) return false;
    s += n;
    if (part == 0 && *s != '.') return false;
    if (*s != '.') break;
    if (part == 2) return false;
    s++;
  }
  size_t kind = strspn(s, "abcdefghijklmnopqrstuvwxyz");
  size_t n = strspn(s + kind, "0123456789");
  return !s[kind + n] && (kind > 0) == (n > 0);
}

/* "1.20" of "v1.20-something" in the go line of a dependency. */
static const char *lax_go_version(Parse *p, const char *s) {
  if (*s == 'v') s++;
  size_t major = strspn(s, "0123456789");
  if (major == 0 || *s == '0' || s[major] != '.') return NULL;
  size_t minor = strspn(s + major + 1, "0123456789");
  if (minor == 0 || (minor > 1 && s[major + 1] == '0') || !s[major + 1 + minor]) return NULL;
  return arena_printf(p->a, "%.*s", (int)(major + 1 + minor), s);
}

/* ---- directives ---- */

static bool add_go(Parse *p) {
  if (p->f->go) return fail(p, "repeated go statement");
  if (p->nargs != 1) return fail(p, "go directive expects exactly one argument");
  const char *v = p->args[0];
  if (!go_version_ok(v)) v = p->kind == MODFILE_DEPENDENCY ? lax_go_version(p, v) : NULL;
  if (!v) return fail(p, "invalid go version '%s': must match format 1.23.0", p->args[0]);
  p->f->go = atom_cstr(v);
  return true;
}

static bool add_toolchain(Parse *p) {
  if (p->f->toolchain) return fail(p, "repeated toolchain statement");
  if (p->nargs != 1) return fail(p, "toolchain directive expects exactly one argument");
  const char *s = p->args[0];
  if (!is(s, "default") && !is(s, "go1") && strncmp(s, "go1.", 4) != 0)
    return fail(p, "invalid toolchain version '%s': must match format go1.23.0 or default", s);
  p->f->toolchain = atom_cstr(s);
  return true;
}

/* What a "Deprecated:" paragraph of the module line's comment says. */
static const char *deprecation(Parse *p) {
  const char *s = p->line->comment;
  for (; s && strncmp(s, "Deprecated:", 11) != 0; s = strstr(s, "\n\n") ? strstr(s, "\n\n") + 2 : NULL)
    continue;
  if (!s) return "";
  s += 11;
  s += strspn(s, " ");
  const char *end = strstr(s, "\n\n");
  return arena_printf(p->a, "%.*s", (int)(end ? (size_t)(end - s) : strlen(s)), s);
}

static bool add_module(Parse *p) {
  if (p->f->module) return fail(p, "repeated module statement");
  if (p->nargs != 1) return fail(p, "usage: module module/path");
  p->f->module = path_word(p, p->args[0]);
  p->f->deprecated = deprecation(p);
  return p->f->module != NULL;
}

static bool add_godebug(Parse *p) {
  const char *eq = p->nargs == 1 ? strchr(p->args[0], '=') : NULL;
  if (!eq || strpbrk(p->args[0], "\"`',")) return fail(p, "usage: godebug key=value");
  ModSetting s = {atom_new(p->args[0], (size_t)(eq - p->args[0])), atom_cstr(eq + 1), p->line->line};
  VEC_PUSH(p->a, &p->f->godebug, s);
  return true;
}

/* The comment on the line is "indirect", or "indirect;" and more. */
static bool is_indirect(const ModLine *l) {
  if (!*l->suffix) return false;
  const char *s = l->suffix + 2 + strspn(l->suffix + 2, " \t");
  size_t n = strcspn(s, " \t\r"), rest = n + strspn(s + n, " \t\r");
  return s[rest] ? n == 9 && strncmp(s, "indirect;", 9) == 0 : n == 8 && strncmp(s, "indirect", 8) == 0;
}

static bool add_require(Parse *p) {
  ModRequire r = {.indirect = is_indirect(p->line)};
  if (p->nargs != 2) return fail(p, "usage: %s module/path v1.2.3", p->line->verb);
  if (!module_words(p, p->args[0], p->args[1], &r.mod)) return false;
  if (is(p->line->verb, "require")) {
    VEC_PUSH(p->a, &p->f->require, r);
  } else {
    VEC_PUSH(p->a, &p->f->exclude, r.mod);
  }
  return true;
}

static bool replace_target(Parse *p, u32 arrow, ModReplace *r) {
  r->to.version = atom_cstr("");
  if (!(r->to.path = path_word(p, p->args[arrow + 1]))) return false;
  const char *path = r->to.path->s;
  if (p->nargs == arrow + 3) {
    size_t major;
    if (!(r->to.version = version_word(p, r->to.path, p->args[arrow + 2]))) return false;
    if (p->kind == MODFILE_MAIN && modpath_split(path, &major)) {
      const char *why = modpath_check_major(p->a, r->to.version->s, path + major);
      if (why) return fail(p, "%sversion \"%s\" invalid: %s", about(p, r->to.path), r->to.version->s, why);
    }
    if (modfile_is_dir(path))
      return fail(p, "replacement module directory path \"%s\" cannot have version", path);
    return true;
  }
  if (!modfile_is_dir(path)) {
    if (strchr(path, '@'))
      return fail(p, "replacement module must match format 'path version', not 'path@version'");
    return fail(
        p, "replacement module without version must be directory path (rooted or starting with . or ..)");
  }
  if (strchr(path, '\\'))
    return fail(p, "replacement directory appears to be Windows path (on a non-windows system)");
  return true;
}

static bool add_replace(Parse *p) {
  ModReplace r = {.from.version = atom_cstr("")};
  const char *verb = p->line->verb;
  size_t major;
  u32 arrow = p->nargs >= 2 && is(p->args[1], "=>") ? 1 : 2;
  if (p->nargs < arrow + 2 || p->nargs > arrow + 3 || !is(p->args[arrow], "=>"))
    return fail(p,
                "usage: %s module/path [v1.2.3] => other/module v1.4\n\t or %s module/path [v1.2.3] => "
                "../local/directory",
                verb, verb);
  if (!(r.from.path = path_word(p, p->args[0]))) return false;
  if (!modpath_split(r.from.path->s, &major)) return fail(p, "%sinvalid module path", about(p, r.from.path));
  if (arrow == 2 && !module_words(p, p->args[0], p->args[1], &r.from)) return false;
  if (!replace_target(p, arrow, &r)) return false;
  VEC_PUSH(p->a, &p->f->replace, r);
  return true;
}

/* "v1.0.0" or "[v1.0.0, v1.2.0]"; *why is set when it is neither. */
static bool version_interval(Parse *p, ModRetract *r, u32 *used, const char **why) {
  const char *w[5] = {0};
  for (u32 i = 0; i < 5 && i < p->nargs; i++) w[i] = p->args[i];
  if (!w[0] || is(w[0], "(")) return *why = "expected '[' or version", false;
  if (!is(w[0], "[")) {
    *used = 1;
    r->low = r->high = atom_cstr(w[0]);
  } else {
    *used = 5;
    if (!w[1]) return *why = "expected version after '['", false;
    if (!w[2] || !is(w[2], ",")) return *why = "expected ',' after version", false;
    if (!w[3]) return *why = "expected version after ','", false;
    if (!w[4] || !is(w[4], "]")) return *why = "expected ']' after version", false;
    r->low = atom_cstr(w[1]);
    r->high = atom_cstr(w[3]);
  }
  for (int i = 0; i < 2 && p->kind != MODFILE_MAIN; i++) {
    const Atom **v = i ? &r->high : &r->low;
    if (!(*v = semver_canonical((*v)->s))) return false;
  }
  return true;
}

static bool add_retract(Parse *p) {
  ModRetract r = {.rationale = p->line->comment};
  const char *why = "invalid version";
  u32 used;
  bool strict = p->kind == MODFILE_MAIN;
  if (!version_interval(p, &r, &used, &why)) return strict ? fail(p, "%s", why) : true;
  if (p->nargs > used && strict) return fail(p, "unexpected token after version: \"%s\"", p->args[used]);
  VEC_PUSH(p->a, &p->f->retract, r);
  VEC_PUSH(p->a, &p->retract_lines, p->line);
  return true;
}

static bool add_path(Parse *p) {
  if (p->nargs != 1) return fail(p, "%s directive expects exactly one argument", p->line->verb);
  const Atom *s = path_word(p, p->args[0]);
  if (!s) return false;
  if (is(p->line->verb, "tool")) {
    VEC_PUSH(p->a, &p->f->tool, s);
  } else {
    VEC_PUSH(p->a, &p->f->ignore, s);
  }
  return true;
}

static bool add_use(Parse *p) {
  if (p->nargs != 1) return fail(p, "usage: %s local/dir", p->line->verb);
  const Atom *s = path_word(p, p->args[0]);
  if (s) VEC_PUSH(p->a, &p->f->use, (ModUse){s, p->line->line});
  return s != NULL;
}

enum { IN_MAIN = 1 << MODFILE_MAIN, IN_DEPENDENCY = 1 << MODFILE_DEPENDENCY, IN_WORK = 1 << MODFILE_WORK };

static const struct Directive {
  const char *verb;
  int where, block; /* files that know the directive, files that know it as a block */
  bool (*add)(Parse *p);
} directives[] = {
    {"go", IN_MAIN | IN_DEPENDENCY | IN_WORK, 0, add_go},
    {"toolchain", IN_MAIN | IN_WORK, 0, add_toolchain},
    {"module", IN_MAIN | IN_DEPENDENCY, IN_MAIN | IN_DEPENDENCY, add_module},
    {"godebug", IN_MAIN | IN_WORK, IN_MAIN | IN_WORK, add_godebug},
    {"require", IN_MAIN | IN_DEPENDENCY, IN_MAIN | IN_DEPENDENCY, add_require},
    {"exclude", IN_MAIN, IN_MAIN, add_require},
    {"replace", IN_MAIN | IN_WORK, IN_MAIN | IN_WORK, add_replace},
    {"retract", IN_MAIN | IN_DEPENDENCY, IN_MAIN | IN_DEPENDENCY, add_retract},
    {"tool", IN_MAIN, IN_MAIN, add_path},
    {"ignore", IN_MAIN | IN_DEPENDENCY, IN_MAIN | IN_DEPENDENCY, add_path},
    {"use", IN_WORK, IN_WORK, add_use},
};

static const struct Directive *find_directive(const Parse *p, const char *verb) {
  for (size_t i = 0; i < ARRAY_LEN(directives); i++)
    if (is(directives[i].verb, verb) && directives[i].where & 1 << p->kind) return &directives[i];
  return NULL;
}

/* The head of a block; false when its lines are to be skipped. */
static bool known_block(Parse *p) {
  const ModLine *l = p->line;
  const struct Directive *d = find_directive(p, l->verb);
  if (l->words.n == 1 && d && d->block & 1 << p->kind) return true;
  if (p->kind == MODFILE_DEPENDENCY) return false;
  StrBuf words = {0};
  for (u32 i = 0; i < l->words.n; i++) sb_printf(&words, "%s%s", i ? " " : "", l->words.v[i]);
  fail(p, "unknown block type: %s", sb_cstr(&words));
  sb_free(&words);
  return false;
}

/* The versions that a retract line names must fit the module's path, which may stand below the line. */
static bool check_retract(Parse *p, const ModRetract *r) {
  const Atom *path = p->f->module, *versions[] = {r->low, r->high};
  size_t major;
  if (!modpath_split(path->s, &major)) return true;
  for (int i = 0; i < 2; i++) {
    const Atom *v = versions[i];
    if (semver_canonical(v->s) != v) return fail_query(p, path, v);
    const char *why = modpath_check_major(p->a, v->s, path->s + major);
    if (why) return fail(p, "%sversion \"%s\" invalid: %s", about(p, path), v->s, why);
  }
  return true;
}

static void check_retracts(Parse *p) {
  for (u32 i = 0; i < p->f->retract.n; i++) {
    p->line = p->retract_lines.v[i];
    if (!p->f->module) {
      fail(p, "no module directive found, so retract cannot be used");
      return;
    }
    check_retract(p, &p->f->retract.v[i]);
  }
}

bool modfile_parse(Arena *a, const char *name, const char *path, const char *text, size_t n, ModFileKind kind,
                   ModFile *out, const char **errors) {
  ModLines lines = {0};
  *out = (ModFile){.name = name, .deprecated = ""};
  Parse p = {.a = a, .f = out, .kind = kind};
  if (!modlines_split(a, name, path, text, n, &lines, errors)) return false;
  const char *block = NULL; /* the verb of the block that the lines at hand are in */
  bool skip = false;
  for (u32 i = 0; i < lines.n; i++) {
    p.line = &lines.v[i];
    if (p.line->is_block) {
      block = p.line->verb;
      skip = !known_block(&p);
      continue;
    }
    bool in_block = block && p.line->verb == block; /* the same string, not an equal one */
    if (!in_block) block = NULL;
    if (in_block && skip) continue;
    const struct Directive *d = find_directive(&p, p.line->verb);
    p.args = p.line->words.v + !in_block;
    p.nargs = p.line->words.n - !in_block;
    if (d) {
      d->add(&p);
    } else if (kind != MODFILE_DEPENDENCY) {
      fail(&p, "unknown directive: %s", p.line->verb);
    }
  }
  if (kind == MODFILE_MAIN) check_retracts(&p);
  bool ok = p.errors.n == 0;
  if (!ok) *errors = arena_strdup(a, sb_cstr(&p.errors));
  sb_free(&p.errors);
  return ok;
}

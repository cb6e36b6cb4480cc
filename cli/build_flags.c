/* build_flags.c - reads go build's flags, with the wording of Go's package flag and of the go command.
 *
 * What concerns machine code, the C compiler or processes of the toolchain has no effect: -gcflags,
 * -asmflags, -p, -work and the like. What would change the program in a way that cannot be had is an error:
 * -race, -msan, -asan, -cover, build modes other than exe.
 */
#include "cli/build_flags.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cache.h"
#include "frontend/mod_env.h"

typedef enum FlagKind { FLAG_BOOL, FLAG_STRING, FLAG_COUNT, FLAG_PACKAGE } FlagKind;

static const struct FlagRow {
  const char *name;
  FlagKind kind;
} rows[] = {
    {"o", FLAG_STRING}, {"v", FLAG_BOOL}, {"x", FLAG_BOOL}, {"n", FLAG_BOOL}, {"tags", FLAG_STRING},
    {"trimpath", FLAG_BOOL}, {"ldflags", FLAG_PACKAGE}, {"gcflags", FLAG_PACKAGE}, {"a", FLAG_BOOL},
    {"asmflags", FLAG_PACKAGE}, {"p", FLAG_COUNT}, {"race", FLAG_BOOL}, {"msan", FLAG_BOOL},
    {"asan", FLAG_BOOL}, {"cover", FLAG_BOOL}, {"covermode", FLAG_STRING}, {"coverpkg", FLAG_STRING},
    {"work", FLAG_BOOL}, {"buildmode", FLAG_STRING}, {"buildvcs", FLAG_STRING},
    {"compiler", FLAG_STRING}, {"installsuffix", FLAG_STRING}, {"json", FLAG_BOOL},
    {"linkshared", FLAG_BOOL}, {"mod", FLAG_STRING}, {"modcacherw", FLAG_BOOL},
    {"modfile", FLAG_STRING}, {"overlay", FLAG_STRING}, {"pgo", FLAG_STRING}, {"pkgdir", FLAG_STRING},
    {"toolexec", FLAG_STRING}, {"gccgoflags", FLAG_PACKAGE}, {"C", FLAG_STRING}, {"lang", FLAG_STRING},
    {"e", FLAG_BOOL}, {"importmap", FLAG_STRING}, {"complete", FLAG_BOOL}, {"N", FLAG_BOOL},
    {"l", FLAG_BOOL}, {"B", FLAG_BOOL},
};

static bool for_run; /* the flags of `govm run` */

static int bad_usage(void) {
  if (for_run) fprintf(stderr, "usage: govm run [build flags] package [arguments...]\n");
  else fprintf(stderr, "usage: govm build [-o output] [build flags] [packages]\n");
  fprintf(stderr, "Run 'govm help %s' for details.\n", for_run ? "run" : "build");
  return 2;
}

static int PRINTF(1, 2) flag_error(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  return bad_usage();
}

/* ---- values ---- */
static bool parse_bool(const char *s, bool *v) {
  static const char *const words[] = {"1", "t", "T", "true", "TRUE", "True",
                                      "0", "f", "F", "false", "FALSE", "False"};
  for (u32 i = 0; i < ARRAY_LEN(words); i++) {
    if (strcmp(s, words[i]) != 0) continue;
    *v = i < 6;
    return true;
  }
  return false;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* The form of [pattern=]flags: NULL when it is right. */
static const char *package_flag_fault(const char *v) {
  static Err e;
  Arena a = {0};
  GoFlags words = {0};
  while (is_space(*v)) v++;
  if (*v && *v != '-') {
    const char *eq = strchr(v, '=');
    if (!eq) return "missing =<value> in <pattern>=<value>";
    if (eq == v) return "missing <pattern> in <pattern>=<value>";
    if (*v == '"' || *v == '\'') {
      err_set(&e, "parameter may not start with quote character %c", *v);
      return e.msg;
    }
    v = eq + 1;
  }
  bool ok = quoted_split(&a, v, &words, &e);
  arena_free(&a);
  return ok ? NULL : e.msg;
}

/* ---- what cannot be had ---- */
static int refuse(const char *name, const char *v, bool on) {
  static const char *const modes[] = {"archive", "c-archive", "c-shared", "pie", "shared", "plugin"};
  static const char *const sanitizers[] = {"race", "msan", "asan", "cover", "linkshared"};
  for (u32 i = 0; on && i < ARRAY_LEN(sanitizers); i++) {
    if (strcmp(name, sanitizers[i]) != 0) continue;
    cli_error("-%s is not supported on linux/amd64", name);
    return 2;
  }
  if (strcmp(name, "compiler") == 0 && strcmp(v, "gc") != 0)
    return flag_error("invalid value \"%s\" for flag -compiler: unknown compiler \"%s\"", v, v);
  if (strcmp(name, "buildmode") != 0 || strcmp(v, "exe") == 0 || strcmp(v, "default") == 0) return 0;
  for (u32 i = 0; i < ARRAY_LEN(modes); i++) {
    if (strcmp(v, modes[i]) != 0) continue;
    fprintf(stderr, "-buildmode=%s not supported on linux/amd64\n", v);
    return 1;
  }
  fprintf(stderr, "buildmode=%s not supported\n", v);
  return 1;
}

/* ---- one flag ---- */
/* Hands a flag that other commands have too to their reader. */
static bool pass_on(BuildFlags *f, const char *name, const char *v) {
  char *arg = (char *)atom_printf(v ? "-%s=%s" : "-%s", name, v)->s;
  char *argv[] = {"build", arg, NULL};
  int i = 1;
  return program_flags(&f->program, 2, argv, &i);
}

static int set_string(BuildFlags *f, const char *name, const char *v) {
  if (strcmp(name, "o") == 0) f->output = v;
  if (strcmp(name, "ldflags") == 0) f->ldflags = v;
  if (strcmp(name, "gcflags") == 0) f->gcflags = v;
  if (strcmp(name, "asmflags") == 0) f->asmflags = v;
  if (strcmp(name, "tags") == 0) f->tags = v;
  if (strcmp(name, "mod") == 0) f->program.load.mod = v;
  if (strcmp(name, "modfile") == 0) f->program.load.modfile = v;
  if (strcmp(name, "tags") == 0) f->program.load.tags.n = 0; /* the last one counts */
  bool shared = strcmp(name, "tags") == 0 || strcmp(name, "lang") == 0 || strcmp(name, "importmap") == 0;
  if (shared && !pass_on(f, name, v)) return 2;
  return refuse(name, v, false);
}

static int set_bool(BuildFlags *f, const char *name, bool on) {
  if (strcmp(name, "v") == 0) f->verbose = on;
  if (strcmp(name, "x") == 0) f->commands = on;
  if (strcmp(name, "n") == 0) f->dry = on;
  if (strcmp(name, "trimpath") == 0) f->trimpath = on;
  if (strcmp(name, "a") == 0 && on) cache_rebuild();
  if (strcmp(name, "e") == 0) f->program.all_errors = on;
  if (strcmp(name, "complete") == 0) f->program.incomplete = !on;
  return refuse(name, "", on);
}

static int set_flag(BuildFlags *f, const struct FlagRow *row, const char *v) {
  bool on = true;
  char *end;
  const char *fault;
  switch (row->kind) {
  case FLAG_BOOL:
    if (v && !parse_bool(v, &on))
      return flag_error("invalid boolean value \"%s\" for -%s: parse error", v, row->name);
    return set_bool(f, row->name, on);
  case FLAG_COUNT:
    errno = 0;
    strtol(v, &end, 0);
    if (!*v || *end || errno)
      return flag_error("invalid value \"%s\" for flag -%s: parse error", v, row->name);
    return 0;
  case FLAG_PACKAGE:
    fault = package_flag_fault(v);
    if (fault) return flag_error("invalid value \"%s\" for flag -%s: %s", v, row->name, fault);
    return set_string(f, row->name, v);
  case FLAG_STRING: break;
  }
  return set_string(f, row->name, v);
}

static const struct FlagRow *find_row(const char *name, size_t n) {
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    if (strlen(rows[i].name) == n && memcmp(rows[i].name, name, n) == 0) return &rows[i];
  return NULL;
}

/* -C DIR comes first, so that all other paths are relative to it. */
static int change_dir(const char *dir, bool first) {
  if (!first)
    return flag_error("invalid value \"%s\" for flag -C: -C flag must be first flag on command line", dir);
  if (chdir(dir) == 0) return 0;
  return cli_error("chdir %s: %s", dir, strerror(errno));
}

/* The flags in GOFLAGS that are build's, as if they came first. */
static int flags_of_environment(BuildFlags *f) {
  Arena a = {0};
  GoFlags list = {0};
  Err e;
  int status = 0;
  if (!goflags_parse(&a, &list, &e)) {
    fprintf(stderr, "%s\n", e.msg);
    status = 1;
  }
  for (u32 i = 0; i < list.n && !status; i++) {
    const Atom *name = list.v[i].name, *value = list.v[i].value;
    const struct FlagRow *row = find_row(name->s, name->len);
    if (!row || strcmp(row->name, "C") == 0) continue;
    if (!value && row->kind != FLAG_BOOL) status = flag_error("flag needs an argument: -%s", row->name);
    else status = set_flag(f, row, value ? value->s : NULL);
  }
  arena_free(&a);
  return status;
}

int build_flags(BuildFlags *f, int argc, char **argv, int *i) {
  for_run = strcmp(argv[0], "run") == 0;
  int status = flags_of_environment(f);
  if (status) return status;
  for (int first = *i; *i < argc && argv[*i][0] == '-' && argv[*i][1]; (*i)++) {
    if (strcmp(argv[*i], "--") == 0) {
      (*i)++;
      break;
    }
    const char *name = argv[*i] + 1 + (argv[*i][1] == '-'), *eq = strchr(name, '=');
    size_t n = eq ? (size_t)(eq - name) : strlen(name);
    if (n == 0 || *name == '-') return flag_error("bad flag syntax: %s", argv[*i]);
    if (strcmp(name, "h") == 0 || strcmp(name, "help") == 0) return bad_usage();
    const struct FlagRow *row = find_row(name, n);
    if (!row) return flag_error("flag provided but not defined: -%.*s", (int)n, name);
    bool is_first = *i == first;
    const char *v = eq ? eq + 1 : NULL;
    if (!v && row->kind != FLAG_BOOL) {
      if (*i + 1 == argc) return flag_error("flag needs an argument: -%s", row->name);
      v = argv[++*i];
    }
    status = strcmp(row->name, "C") == 0 ? change_dir(v, is_first) : set_flag(f, row, v);
    if (status) return status;
  }
  return 0;
}

/* ---- -ldflags ---- */
static bool link_error(const char *path, const char *what, const char *arg) {
  fprintf(stderr, "# %s\n%s%s\n", path, what, arg);
  return false;
}

/* def is importpath.name=value; dots in the path's last element are escaped in symbols. */
static bool add_var(const char *path, const char *def, BuildVars *out) {
  const char *eq = strchr(def, '='), *dot = eq, *slash;
  while (dot && dot > def && *dot != '.') dot--;
  if (!eq || *dot != '.')
    return link_error(path, "govm link: -X flag requires argument of the form importpath.name=value", "");
  StrBuf symbol = {0};
  for (slash = dot; slash > def && *slash != '/';) slash--;
  for (const char *p = def; p < eq; p++) {
    if (*p == '.' && p > slash && p < dot) sb_puts(&symbol, "%2e");
    else sb_putc(&symbol, *p);
  }
  VEC_PUSH(NULL, out, ((BuildVar){atom_new(symbol.p, symbol.n)->s, eq + 1}));
  sb_free(&symbol);
  return true;
}

/* The linker's flags: -s, -w and what only concerns other linkers' formats have nothing to act on. */
static bool read_link_flags(const char *path, const GoFlags *words, BuildVars *out) {
  static const char *const plain[] = {"s", "w", "v", "d", "c", "n", "a", "g", "h", "e", "f", "linkshared",
                                      "compressdwarf", "checklinkname", "bindnow", "aslr", "pruneweakmap"};
  static const char *const valued[] = {"buildid", "extld", "extldflags", "linkmode", "I", "r", "B", "E", "H",
                                       "L", "R", "T", "buildmode", "funcalign", "libgcc", "tmpdir",
                                       "strictdups", "k"};
  for (u32 i = 0; i < words->n; i++) {
    const char *word = words->v[i].name->s, *name = word + 1 + (word[0] == '-' && word[1] == '-');
    const char *eq = strchr(name, '=');
    size_t n = eq ? (size_t)(eq - name) : strlen(name);
    bool is_x = word[0] == '-' && n == 1 && *name == 'X', known = is_x, has_value = is_x;
    for (size_t k = 0; !known && k < ARRAY_LEN(plain); k++)
      known = strlen(plain[k]) == n && memcmp(plain[k], name, n) == 0;
    for (size_t k = 0; !known && k < ARRAY_LEN(valued); k++)
      known = has_value = strlen(valued[k]) == n && memcmp(valued[k], name, n) == 0;
    if (word[0] != '-' || !known) return link_error(path, "flag provided but not defined: ", word);
    const char *v = eq ? eq + 1 : NULL;
    if (has_value && !v && i + 1 == words->n) return link_error(path, "flag needs an argument: ", word);
    if (has_value && !v) v = words->v[++i].name->s;
    if (is_x && !add_var(path, v, out)) return false;
  }
  return true;
}

bool build_link_vars(const BuildFlags *f, const char *path, BuildVars *out) {
  const char *s = f->ldflags ? f->ldflags : "";
  Arena a = {0};
  GoFlags words = {0};
  Err e;
  while (is_space(*s)) s++;
  if (*s && *s != '-') { /* pattern=flags */
    const char *eq = strchr(s, '=');
    size_t n = (size_t)(eq - s);
    bool all = n == 3 && memcmp(s, "all", n) == 0;
    if (!all && (strlen(path) != n || memcmp(path, s, n) != 0)) return true;
    s = eq + 1;
  }
  bool ok = quoted_split(&a, s, &words, &e) && read_link_flags(path, &words, out);
  arena_free(&a);
  return ok;
}

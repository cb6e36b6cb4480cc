/* test_flags.c - parses the command line of `govm test` (test_flags.h). Follows cmd/go's testflag.go and
 * cmdflag: a table of flags with their kinds, one parser for GOFLAGS and arguments.
 * Invariant: what is passed on to the test binary has been checked and is written as the flag package prints
 * it, -test.NAME=VALUE. */
#define _GNU_SOURCE
#include "cli/test_flags.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cache.h"

typedef enum FlagKind {
  FLAG_BOOL,
  FLAG_INT,
  FLAG_STRING,
  FLAG_DURATION,
  FLAG_VERBOSE,
  FLAG_SHUFFLE,
  FLAG_VET
} FlagKind;
enum FlagUse {
  USE_PASS = 1,   /* goes to the test binary */
  USE_REFUSE = 2, /* a build mode that govm does not have */
};

typedef struct FlagDef {
  const char *name;
  FlagKind kind;
  u8 use;
} FlagDef;

static const FlagDef flag_defs[] = {
    {"artifacts", FLAG_BOOL, USE_PASS},
    {"bench", FLAG_STRING, USE_PASS},
    {"benchmem", FLAG_BOOL, USE_PASS},
    {"benchtime", FLAG_STRING, USE_PASS},
    {"blockprofile", FLAG_STRING, USE_PASS},
    {"blockprofilerate", FLAG_STRING, USE_PASS},
    {"count", FLAG_INT, USE_PASS},
    {"cpu", FLAG_STRING, USE_PASS},
    {"cpuprofile", FLAG_STRING, USE_PASS},
    {"failfast", FLAG_BOOL, USE_PASS},
    {"fullpath", FLAG_BOOL, USE_PASS},
    {"fuzz", FLAG_STRING, USE_PASS},
    {"fuzzminimizetime", FLAG_STRING, USE_PASS},
    {"fuzztime", FLAG_STRING, USE_PASS},
    {"list", FLAG_STRING, USE_PASS},
    {"memprofile", FLAG_STRING, USE_PASS},
    {"memprofilerate", FLAG_STRING, USE_PASS},
    {"mutexprofile", FLAG_STRING, USE_PASS},
    {"mutexprofilefraction", FLAG_STRING, USE_PASS},
    {"outputdir", FLAG_STRING, USE_PASS},
    {"parallel", FLAG_INT, USE_PASS},
    {"run", FLAG_STRING, USE_PASS},
    {"short", FLAG_BOOL, USE_PASS},
    {"shuffle", FLAG_SHUFFLE, USE_PASS},
    {"skip", FLAG_STRING, USE_PASS},
    {"timeout", FLAG_DURATION, USE_PASS},
    {"trace", FLAG_STRING, USE_PASS},
    {"v", FLAG_VERBOSE, USE_PASS},
    {"C", FLAG_STRING, 0},
    {"a", FLAG_BOOL, 0},
    {"asmflags", FLAG_STRING, 0},
    {"buildmode", FLAG_STRING, 0},
    {"buildvcs", FLAG_STRING, 0},
    {"c", FLAG_BOOL, 0},
    {"compiler", FLAG_STRING, 0},
    {"e", FLAG_BOOL, 0},
    {"exec", FLAG_STRING, 0},
    {"gccgoflags", FLAG_STRING, 0},
    {"gcflags", FLAG_STRING, 0},
    {"installsuffix", FLAG_STRING, 0},
    {"json", FLAG_BOOL, 0},
    {"lang", FLAG_STRING, 0},
    {"ldflags", FLAG_STRING, 0},
    {"mod", FLAG_STRING, 0},
    {"modcacherw", FLAG_BOOL, 0},
    {"modfile", FLAG_STRING, 0},
    {"n", FLAG_BOOL, 0},
    {"o", FLAG_STRING, 0},
    {"p", FLAG_INT, 0},
    {"pgo", FLAG_STRING, 0},
    {"tags", FLAG_STRING, 0},
    {"trimpath", FLAG_BOOL, 0},
    {"vet", FLAG_VET, 0},
    {"work", FLAG_BOOL, 0},
    {"x", FLAG_BOOL, 0},
    {"asan", FLAG_BOOL, USE_REFUSE},
    {"cover", FLAG_BOOL, USE_REFUSE},
    {"covermode", FLAG_STRING, USE_REFUSE},
    {"coverpkg", FLAG_STRING, USE_REFUSE},
    {"coverprofile", FLAG_STRING, USE_REFUSE},
    {"linkshared", FLAG_BOOL, USE_REFUSE},
    {"msan", FLAG_BOOL, USE_REFUSE},
    {"overlay", FLAG_STRING, USE_REFUSE},
    {"pkgdir", FLAG_STRING, USE_REFUSE},
    {"race", FLAG_BOOL, USE_REFUSE},
    {"toolexec", FLAG_STRING, USE_REFUSE},
};

typedef struct Parser {
  TestFlags *f;
  ArgList explicit_args; /* for the test binary */
  const char *unknown;   /* the first flag that is not ours */
  const char *outputdir;
  bool timeout_set, artifacts;
  int status;
} Parser;

static bool usage(Parser *p) {
  fputs("usage: govm test [build/test flags] [packages] [build/test flags & test binary flags]\n", stderr);
  p->status = 2;
  return false;
}

static bool bad_usage(Parser *p, const char *fmt, ...) PRINTF(2, 3);
static bool bad_usage(Parser *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  return usage(p);
}

static const char *keep(StrBuf *b) {
  const char *s = atom_new(b->p, b->n)->s;
  sb_free(b);
  return s;
}

static const FlagDef *find_flag(const char *name, size_t n) {
  for (size_t i = 0; i < ARRAY_LEN(flag_defs); i++)
    if (strlen(flag_defs[i].name) == n && strncmp(flag_defs[i].name, name, n) == 0) return &flag_defs[i];
  return NULL;
}

static bool named(const FlagDef *d, const char *name) { return strcmp(d->name, name) == 0; }

/* ---- values ---- */
/* As strconv.ParseBool. */
static bool parse_bool(const char *s, bool *out) {
  static const char *const words[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                      "0", "f", "F", "FALSE", "false", "False"};
  for (size_t i = 0; i < ARRAY_LEN(words); i++)
    if (strcmp(s, words[i]) == 0) return *out = i < ARRAY_LEN(words) / 2, true;
  return false;
}

static bool parse_int(const char *s, i64 *out) {
  char *end;
  if (!*s || *s == ' ') return false;
  errno = 0;
  bool binary = s[0] == '0' && (s[1] == 'b' || s[1] == 'B');
  *out = binary ? strtoll(s + 2, &end, 2) : strtoll(s, &end, 0);
  return *end == 0 && errno == 0;
}

/* A decimal int64, as strconv.ParseInt(s, 10, 64); the name of what is wrong otherwise. */
static const char *parse_seed(const char *s) {
  const char *p = s + (*s == '-' || *s == '+');
  if (!*p || p[strspn(p, "0123456789")]) return "invalid syntax";
  errno = 0;
  strtoll(s, NULL, 10);
  return errno == ERANGE ? "value out of range" : NULL;
}

/* What is wrong with an analyzer list of -vet, NULL when nothing. */
static const char *check_vet(const char *value) {
  static const char *const analyzers[] = {
      "all",          "off",           "appends",     "asmdecl",          "assign",       "atomic",
      "bool",         "bools",         "buildtag",    "buildtags",        "cgocall",      "composites",
      "copylocks",    "defers",        "directive",   "errorsas",         "framepointer", "hostport",
      "httpresponse", "ifaceassert",   "loopclosure", "lostcancel",       "methods",      "nilfunc",
      "printf",       "rangeloops",    "shift",       "sigchanyzer",      "slog",         "stdmethods",
      "stdversion",   "stringintconv", "structtag",   "testinggoroutine", "tests",        "timeformat",
      "unmarshal",    "unreachable",   "unsafeptr",   "unusedresult",     "waitgroup",
  };
  if (strchr(value, '=')) return "-vet argument cannot contain equal signs";
  if (strchr(value, ' ')) return "-vet argument is comma-separated list, cannot contain spaces";
  for (const char *p = value; *value;) {
    size_t n = strcspn(p, ",");
    bool known = false;
    if (n == 0) return "-vet argument contains empty list element";
    for (size_t i = 0; i < ARRAY_LEN(analyzers); i++)
      known |= strlen(analyzers[i]) == n && strncmp(analyzers[i], p, n) == 0;
    const char *why = "-vet argument must be a supported analyzer or a distinguished value; found";
    if (!known) return atom_printf("%s %.*s", why, (int)n, p)->s;
    if (!p[n]) return NULL;
    p += n + 1;
  }
  return NULL;
}

/* Checks the value and writes it as the flag package prints it; NULL after a message. */
static const char *check_value(Parser *p, const FlagDef *d, const char *name, const char *value) {
  const char *why = "parse error";
  bool on;
  i64 n;
  StrBuf b = {0};
  switch (d->kind) {
  case FLAG_BOOL:
    if (parse_bool(value, &on)) return on ? "true" : "false";
    return bad_usage(p, "invalid boolean value \"%s\" for -%s: %s", value, name, why), NULL;
  case FLAG_VERBOSE:
    if (strcmp(value, "test2json") == 0) return value;
    if (parse_bool(value, &on)) return on ? "true" : "false";
    return bad_usage(p, "invalid boolean value \"%s\" for -%s: invalid flag -test.v=%s", value, name, value),
           NULL;
  case FLAG_INT:
    if (parse_int(value, &n)) return atom_printf("%lld", (long long)n)->s;
    break;
  case FLAG_DURATION:
    if (!test_parse_duration(value, &n)) break;
    test_format_duration(n, &b);
    return keep(&b);
  case FLAG_SHUFFLE:
    if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0 || !(why = parse_seed(value))) return value;
    sb_puts(&b, "-shuffle argument must be \"on\", \"off\", or an int64: ");
    sb_printf(&b, "strconv.ParseInt: parsing \"%s\": %s", value, why);
    why = keep(&b);
    break;
  case FLAG_VET:
    if (!(why = check_vet(value))) return value;
    break;
  case FLAG_STRING:
    if (!named(d, "outputdir") || !*value || *value == '/') return value;
    char *cwd = getcwd(NULL, 0);
    sb_printf(&b, "%s/%s", cwd ? cwd : "", value);
    free(cwd);
    return keep(&b);
  }
  return bad_usage(p, "invalid value \"%s\" for flag -%s: %s", value, name, why), NULL;
}

/* ---- effects ---- */
static void split_words(ArgList *list, const char *s) {
  for (s += strspn(s, " \t"); *s; s += strspn(s, " \t")) {
    char quote = *s == '"' || *s == '\'' ? *s : 0;
    size_t n = quote ? strcspn(s + 1, quote == '"' ? "\"" : "'") : strcspn(s, " \t");
    VEC_PUSH(NULL, list, (char *)atom_new(s + (quote != 0), n)->s);
    s += n + (quote ? 1 + (s[n + 1] != 0) : 0);
  }
}

static bool program_flag(Parser *p, const char *name, const char *value) {
  int i = 0;
  char *arg = (char *)atom_printf("-%s=%s", name, value)->s;
  return program_flags(&p->f->build.program, 1, &arg, &i) || usage(p);
}

static bool refuse(Parser *p, const FlagDef *d) {
  bool cover = strncmp(d->name, "cover", 5) == 0;
  p->status = 2;
  cli_error("-%s is not supported: %s", d->name,
            cover ? "govm does not count covered statements" : "govm has no such kind of build");
  return false;
}

/* The directory to work in: only the first argument may say so. */
static bool change_dir(Parser *p, const char *dir) {
  if (chdir(dir) == 0) return true;
  p->status = 1;
  cli_error("chdir %s: %s", dir, strerror(errno));
  return false;
}

static bool is_profile(const FlagDef *d) {
  return named(d, "trace") || named(d, "blockprofile") || named(d, "cpuprofile") || named(d, "memprofile") ||
         named(d, "mutexprofile");
}

/* What govm itself does about a flag. */
static bool apply(Parser *p, const FlagDef *d, const char *value) {
  TestFlags *f = p->f;
  bool on = strcmp(value, "true") == 0;
  i64 n = 0;
  if (d->use == USE_REFUSE) return (d->kind == FLAG_BOOL && !on) || refuse(p, d);
  if (d->kind == FLAG_VERBOSE)
    f->json_markers = strcmp(value, "test2json") == 0, f->show_pass = on || f->json_markers;
  if (d->kind == FLAG_DURATION) test_parse_duration(value, &f->timeout), p->timeout_set = true;
  if (is_profile(d)) f->profile = *value ? atom_printf("-%s", d->name)->s : NULL;
  if (named(d, "bench")) f->bench = value;
  if (named(d, "fuzz")) f->fuzz = value;
  if (named(d, "failfast")) f->fail_fast = on;
  if (named(d, "artifacts")) p->artifacts = on;
  if (named(d, "outputdir")) p->outputdir = value;
  if (named(d, "a") && on) cache_rebuild();
  if (named(d, "c")) f->compile_only = on;
  if (named(d, "json")) f->json = on;
  if (named(d, "n")) f->print_only = on;
  if (named(d, "x")) f->print = on;
  if (named(d, "work")) f->keep_work = on;
  if (named(d, "o")) f->output = value;
  if (named(d, "exec")) f->exec.n = 0, split_words(&f->exec, value);
  if (named(d, "C")) return change_dir(p, value);
  if (named(d, "e")) f->build.program.all_errors = on;
  if (named(d, "asmflags")) f->build.asmflags = value;
  if (named(d, "gcflags")) f->build.gcflags = value;
  if (named(d, "ldflags")) f->build.ldflags = value;
  if (named(d, "mod")) f->build.program.load.mod = value;
  if (named(d, "modfile")) f->build.program.load.modfile = value;
  if (named(d, "tags") || named(d, "lang")) return program_flag(p, d->name, value);
  if (named(d, "p")) {
    parse_int(value, &n);
    if (n < 1 || n > INT_MAX)
      return p->status = 1, cli_error("-p must be a positive integer: %s", value), false;
    f->parallel = (int)n;
  }
  return true;
}

/* ---- arguments ---- */
typedef enum Parsed { PARSED_FLAG, PARSED_OTHER, PARSED_UNKNOWN, PARSED_ARGS, PARSED_END, PARSED_BAD } Parsed;

/* Takes one argument at argv[*i], and its value. */
static Parsed parse_one(Parser *p, int argc, char **argv, int *i, bool *has_value) {
  char *raw = argv[(*i)++];
  const char *a = raw[0] == '-' && raw[1] == '-' ? raw + 1 : raw;
  if (strcmp(raw, "--") == 0) return PARSED_END;
  if (strcmp(a, "-?") == 0 || strcmp(a, "-h") == 0 || strcmp(a, "-help") == 0) return usage(p), PARSED_BAD;
  if (a[0] != '-' || !a[1] || a[1] == '-' || a[1] == '=') return PARSED_OTHER;
  const char *name = a + 1, *eq = strchr(name, '=');
  size_t len = eq ? (size_t)(eq - name) : strlen(name);
  bool long_name = strncmp(name, "test.", 5) == 0;
  const FlagDef *d = long_name ? find_flag(name + 5, len - 5) : find_flag(name, len);
  *has_value = eq != NULL;
  if (!d || (long_name && d->use != USE_PASS)) return strcmp(a, "-args") == 0 ? PARSED_ARGS : PARSED_UNKNOWN;
  const char *value = eq ? eq + 1 : NULL, *shown = atom_new(name, len)->s;
  if (!value && (d->kind == FLAG_BOOL || d->kind == FLAG_VERBOSE)) value = "true";
  if (!value && *i < argc) value = argv[(*i)++];
  if (!value) return bad_usage(p, "flag needs an argument: -%s", shown), PARSED_BAD;
  value = check_value(p, d, shown, value);
  if (!value || !apply(p, d, value)) return PARSED_BAD;
  if (named(d, "list")) p->f->show_pass |= *value != 0;
  if (d->use == USE_PASS)
    VEC_PUSH(NULL, &p->explicit_args, (char *)atom_printf("-test.%s=%s", d->name, value)->s);
  return PARSED_FLAG;
}

static void push_rest(Parser *p, int argc, char **argv, int i) {
  for (; i < argc; i++) VEC_PUSH(NULL, &p->explicit_args, argv[i]);
}

static bool parse_args(Parser *p, int argc, char **argv) {
  bool in_list = false, list_closed = false, after_unknown = false;
  for (int i = 1; i < argc;) {
    bool has_value = false, was_after_unknown = after_unknown;
    char *raw = argv[i];
    after_unknown = false;
    Parsed what = parse_one(p, argc, argv, &i, &has_value);
    if (what == PARSED_BAD) return false;
    if (what == PARSED_END) return push_rest(p, argc, argv, i - 1), true;
    if (what == PARSED_ARGS) return push_rest(p, argc, argv, i), true;
    if (what == PARSED_OTHER && (in_list || !list_closed)) {
      in_list = list_closed = true;
      VEC_PUSH(NULL, &p->f->packages, raw);
    } else if (what == PARSED_OTHER) {
      if (!was_after_unknown) return push_rest(p, argc, argv, i - 1), true;
      VEC_PUSH(NULL, &p->explicit_args, raw);
    } else {
      in_list = false;
    }
    if (what != PARSED_UNKNOWN) continue;
    list_closed = true;
    if (!p->unknown) p->unknown = raw;
    VEC_PUSH(NULL, &p->explicit_args, raw);
    after_unknown = !has_value;
  }
  return true;
}

/* GOFLAGS: the flags that are ours, as if they came first. */
static bool parse_goflags(Parser *p) {
  const char *env = getenv("GOFLAGS");
  ArgList words = {0};
  bool ok = true;
  if (env) split_words(&words, env);
  for (u32 i = 0; i < words.n && ok; i++) {
    bool has_value;
    int at = 0;
    const char *name = words.v[i] + strspn(words.v[i], "-");
    if (words.v[i][0] != '-' || !find_flag(name, strcspn(name, "="))) continue;
    ok = parse_one(p, 1, &words.v[i], &at, &has_value) != PARSED_BAD;
  }
  VEC_FREE(&words);
  return ok;
}

/* Whether the test binary is asked for its own help. */
static bool asks_help(const ArgList *args) {
  for (u32 i = 0; i < args->n && strcmp(args->v[i], "--") != 0; i++)
    if (strcmp(args->v[i], "-h") == 0 || strcmp(args->v[i], "-help") == 0 ||
        strcmp(args->v[i], "--help") == 0)
      return true;
  return false;
}

static void collect(Parser *p) {
  TestFlags *f = p->f;
  if (f->json) VEC_PUSH(NULL, &f->args, (char *)"-test.v=test2json");
  if (!p->timeout_set) VEC_PUSH(NULL, &f->args, (char *)"-test.timeout=10m0s");
  if ((f->profile || p->artifacts) && !p->outputdir) {
    char *cwd = getcwd(NULL, 0);
    VEC_PUSH(NULL, &f->args, (char *)atom_printf("-test.outputdir=%s", cwd ? cwd : "")->s);
    free(cwd);
  }
  for (u32 i = 0; i < p->explicit_args.n; i++) VEC_PUSH(NULL, &f->args, p->explicit_args.v[i]);
  f->show_pass |= asks_help(&p->explicit_args);
}

static int cpu_count(void) {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

bool test_flags_parse(TestFlags *f, int argc, char **argv, int *status) {
  *f = (TestFlags){.bench = "",
                   .fuzz = "",
                   .output = "",
                   .timeout = 600000000000,
                   .parallel = cpu_count(),
                   .argc = argc,
                   .argv = argv};
  f->start_dir = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  Parser p = {.f = f};
  bool ok = parse_goflags(&p) && parse_args(&p, argc, argv);
  if (ok && p.unknown && f->compile_only)
    ok = bad_usage(&p, "govm: unknown flag %s cannot be used with -c", p.unknown);
  if (ok) collect(&p);
  VEC_FREE(&p.explicit_args);
  *status = p.status;
  return ok;
}

void test_flags_free(TestFlags *f) {
  if (f->start_dir >= 0) close(f->start_dir);
  VEC_FREE(&f->packages);
  VEC_FREE(&f->args);
  VEC_FREE(&f->exec);
}

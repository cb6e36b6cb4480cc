/* mod_env.c - the go command's settings (cmd/go/internal/cfg and base/goflags.go). */
#include "frontend/mod_env.h"

#include <stdio.h>
#include <stdlib.h>

#include "frontend/loader_priv.h"

/* ---- variables ---- */

static const char *from_env(const char *name) {
  const char *v = getenv(name);
  return v && *v ? v : NULL;
}

static const char *goenv_file(void) {
  const char *file = from_env("GOENV"), *config = from_env("XDG_CONFIG_HOME"), *home = from_env("HOME");
  if (file) return strcmp(file, "off") == 0 ? NULL : file;
  if (config) return atom_printf("%s/go/env", config)->s;
  return home ? atom_printf("%s/.config/go/env", home)->s : NULL;
}

/* The value of NAME=value in the file that `go env -w` writes. */
static const char *from_file(const char *name) {
  const char *file = goenv_file(), *found = NULL;
  StrBuf text = {0};
  size_t n = strlen(name);
  if (file && file_read(file, &text, NULL)) {
    for (const char *p = sb_cstr(&text); *p; p += strcspn(p, "\n"), p += *p == '\n') {
      size_t len = strcspn(p, "\r\n");
      if (len > n && strncmp(p, name, n) == 0 && p[n] == '=') found = atom_new(p + n + 1, len - n - 1)->s;
    }
  }
  sb_free(&text);
  return found && *found ? found : NULL;
}

static const char *by_default(const char *name) {
  if (strcmp(name, "GOPROXY") == 0) return "direct"; /* no network is used, so no host is named */
  if (strcmp(name, "GOSUMDB") == 0) return "off";
  if (strcmp(name, "GOENV") == 0) return goenv_file() ? goenv_file() : "off";
  if (strcmp(name, "GOPATH") == 0) return from_env("HOME") ? atom_printf("%s/go", getenv("HOME"))->s : "";
  if (strcmp(name, "GOMODCACHE") == 0) {
    const char *path = goenv_get("GOPATH");
    size_t n = strcspn(path, ":");
    return n ? atom_printf("%.*s/pkg/mod", (int)n, path)->s : "";
  }
  return "";
}

const char *goenv_get(const char *name) {
  const char *v = from_env(name);
  if (!v) v = from_file(name);
  return v ? v : by_default(name);
}

/* ---- GOFLAGS ---- */

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool quoted_split(Arena *a, const char *s, GoFlags *words, Err *e) {
  for (;;) {
    while (is_space(*s)) s++;
    if (!*s) return true;
    const char *start = s;
    if (*s == '\'' || *s == '"') {
      const char *close = strchr(s + 1, *s);
      if (!close) return err_set(e, "unterminated %c string", *s);
      start++;
      s = close;
      VEC_PUSH(a, words, (GoFlag){atom_new(start, (size_t)(s - start)), NULL});
      s++;
    } else {
      while (*s && !is_space(*s)) s++;
      VEC_PUSH(a, words, (GoFlag){atom_new(start, (size_t)(s - start)), NULL});
    }
  }
}

/* Flags that some subcommand of go has. */
static bool known_flag(const Atom *name) {
  static const char *const names[] = {
      "C", "a", "asan", "asmflags", "bench", "benchmem", "benchtime", "blockprofile", "blockprofilerate",
      "buildmode", "buildvcs", "c", "cache", "changed", "compat", "compiled", "compiler", "count", "cover",
      "covermode", "coverpkg", "coverprofile", "cpu", "cpuprofile", "debug-actiongraph",
      "debug-runtime-trace", "debug-trace", "deps", "diff", "dropexclude", "e", "exec", "export", "f",
      "failfast", "find", "fix", "fullpath", "fuzz", "fuzzcache", "fuzzminimizetime", "fuzztime",
      "gccgoflags", "gcflags", "go", "i", "installsuffix", "json", "ldflags", "linkshared", "list", "m",
      "memprofile", "memprofilerate", "mod", "modcache", "modcacherw", "modfile", "msan", "mutexprofile",
      "mutexprofilefraction", "n", "o", "outputdir", "overlay", "p", "parallel", "pgo", "pkgdir", "print",
      "r", "race", "retracted", "reuse", "run", "short", "shuffle", "skip", "t", "tags", "test",
      "testcache", "timeout", "toolexec", "tool", "trace", "trimpath", "u", "v", "versions", "vet",
      "vettool", "work", "x"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (atom_is(name, names[i])) return true;
  return false;
}

bool goflags_parse(Arena *a, GoFlags *out, Err *e) {
  GoFlags words = {0};
  Err why;
  if (!quoted_split(a, goenv_get("GOFLAGS"), &words, &why))
    return err_set(e, "go: parsing $GOFLAGS: %s", why.msg);
  for (u32 i = 0; i < words.n; i++) {
    const char *s = words.v[i].name->s, *name = s + 1 + (s[0] == '-' && s[1] == '-');
    if (*s != '-' || !*name || *name == '-' || *name == '=')
      return err_set(e, "go: parsing $GOFLAGS: non-flag \"%s\"", s);
    const char *eq = strchr(name, '=');
    GoFlag f = {eq ? atom_new(name, (size_t)(eq - name)) : atom_cstr(name), eq ? atom_cstr(eq + 1) : NULL};
    if (!known_flag(f.name)) return err_set(e, "go: parsing $GOFLAGS: unknown flag -%s", f.name->s);
    VEC_PUSH(a, out, f);
  }
  return true;
}

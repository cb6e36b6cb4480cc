/* env.c - where govm finds Go's tree and its own overlay; `govm env`, `govm version`, messages. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/buildinfo.h"
#include "base/file.h"
#include "cli/cli.h"
#include "frontend/mod.h"
#include "frontend/mod_env.h"

int cli_error(const char *fmt, ...) {
  va_list ap;
  fflush(stdout);
  fputs("govm: ", stderr);
  va_start(ap, fmt);
  vfprintf(stderr, fmt, ap);
  va_end(ap);
  fputc('\n', stderr);
  return 1;
}

int cli_usage(const char *usage) {
  fprintf(stderr, "usage: govm %s\n", usage);
  return 2;
}

bool cli_read_file(const char *path, StrBuf *out, Err *e) { return file_read(path, out, e); }

/* Reads a small file; NULL when it cannot. */
static char *read_small(const char *path) {
  static char buf[8192];
  FILE *f = fopen(path, "r");
  if (!f) return NULL;
  size_t n = fread(buf, 1, sizeof buf - 1, f);
  fclose(f);
  buf[n] = 0;
  return buf;
}

static bool is_goroot(const char *dir) {
  char path[PATH_MAX];
  if (!dir || !*dir) return false;
  snprintf(path, sizeof path, "%s/src/internal/goversion/goversion.go", dir);
  const char *text = read_small(path);
  return text && strstr(text, "const Version = 26\n");
}

/* `go env GOROOT`, NULL without a go command. */
static const char *go_env_goroot(void) {
  static char line[PATH_MAX];
  FILE *p = popen("go env GOROOT 2>/dev/null", "r");
  if (!p) return NULL;
  bool ok = fgets(line, sizeof line, p) != NULL;
  pclose(p);
  line[strcspn(line, "\n")] = 0;
  return ok && *line ? line : NULL;
}

const char *cli_goroot(Err *e) {
  static char found[PATH_MAX];
  if (*found) return found;
  const char *own = getenv("GOVM_GOROOT");
  if (own && *own) {
    if (!is_goroot(own)) {
      err_set(e, "GOVM_GOROOT=%s is not a Go 1.26 source tree", own);
      return NULL;
    }
    return realpath(own, found) ? found : own;
  }
  const char *places[] = {GOVM_FALLBACK_GOROOT, "/usr/lib/go-1.26", "/usr/share/go-1.26", "/usr/local/go",
                          NULL};
  const char *hit = NULL;
  for (size_t i = 0; places[i] && !hit; i++)
    if (is_goroot(places[i])) hit = places[i];
  if (!hit && is_goroot(go_env_goroot())) hit = go_env_goroot();
  if (!hit) {
    err_set(e, "no Go 1.26 source tree found: install Debian's golang-1.26-src or set GOVM_GOROOT to one");
    return NULL;
  }
  return realpath(hit, found) ? found : hit;
}

const char *cli_go_version(const char *goroot) {
  static char version[64];
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/VERSION", goroot);
  const char *text = read_small(path);
  if (!text || strncmp(text, "go1.26", 6) != 0) return "go1.26";
  snprintf(version, sizeof version, "%.*s", (int)strcspn(text, "\n"), text);
  return version;
}

const char *cli_overlay(void) {
  const char *own = getenv("GOVM_OVERLAY");
  return own && *own ? own : GOVM_OVERLAY_DIR;
}

int cmd_version(int argc, char **argv) {
  int i = 1;
  bool modules = false;
  for (; i < argc && argv[i][0] == '-'; i++) {
    if (strcmp(argv[i], "-m") != 0 && strcmp(argv[i], "-v") != 0) {
      fprintf(stderr, "flag provided but not defined: %s\n", argv[i]);
      return cli_usage("version [-m] [-v] [file ...]");
    }
    modules |= argv[i][1] == 'm';
  }
  if (i < argc) return buildinfo_print(argc - i, argv + i, modules);
  if (i > 1) return cli_error("version: flag can only be used when files are given"), 2;
  Err e;
  const char *goroot = cli_goroot(&e);
  printf("govm version devel, %s linux/amd64\n", goroot ? cli_go_version(goroot) : "go1.26");
  return 0;
}

/* GOMOD as the go command sees it: the main module's go.mod, /dev/null for none, "" in GOPATH mode. */
static const char *env_gomod(const Modules *m) {
  if (modules_mode(m) == MODE_GOPATH) return "";
  const Module *main = modules_of_cwd(m);
  return main ? main->gomod : "/dev/null";
}

int cmd_env(int argc, char **argv) {
  Err e;
  const char *goroot = cli_goroot(&e);
  const ModConfig config = {.goroot = goroot};
  Modules *m = modules_new(&config);
  const struct { const char *name, *value; } vars[] = {
      {"CGO_ENABLED", "0"},
      {"GO111MODULE", goenv_get("GO111MODULE")},
      {"GOARCH", "amd64"},
      {"GODEBUG", goenv_get("GODEBUG")},
      {"GOENV", goenv_get("GOENV")},
      {"GOFLAGS", goenv_get("GOFLAGS")},
      {"GOMOD", env_gomod(m)},
      {"GOMODCACHE", goenv_get("GOMODCACHE")},
      {"GOOS", "linux"},
      {"GOPATH", goenv_get("GOPATH")},
      {"GOPROXY", goenv_get("GOPROXY")},
      {"GOROOT", goroot ? goroot : ""},
      {"GOVERSION", goroot ? cli_go_version(goroot) : ""},
      {"GOVM_OVERLAY", cli_overlay()},
      {"GOWORK", modules_work_file(m)},
  };
  for (size_t i = 0; argc == 1 && i < ARRAY_LEN(vars); i++) printf("%s='%s'\n", vars[i].name, vars[i].value);
  for (int j = 1; j < argc; j++) {
    const char *value = "";
    for (size_t i = 0; i < ARRAY_LEN(vars); i++)
      if (strcmp(argv[j], vars[i].name) == 0) value = vars[i].value;
    puts(value);
  }
  modules_free(m);
  return 0;
}

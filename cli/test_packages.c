/* test_packages.c - file lists, directories, import paths and patterns such as ./... (test_packages.h). */
#include "cli/test_packages.h"

#include <stdio.h>
#include <stdlib.h>

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static void add_target(TestTargets *out, char *const *args, int n, bool from_pattern) {
  TestTarget t = {.args = xcalloc((size_t)n, sizeof *args), .nargs = n, .from_pattern = from_pattern};
  memcpy(t.args, args, (size_t)n * sizeof *args);
  VEC_PUSH(NULL, out, t);
}

static bool file_list(const TestFlags *f, TestTargets *out) {
  for (u32 i = 0; i < f->packages.n; i++)
    if (!has_suffix(f->packages.v[i], ".go"))
      return cli_error("named files must be .go files: %s", f->packages.v[i]), false;
  add_target(out, f->packages.v, (int)f->packages.n, false);
  return true;
}

static bool is_listed(const ArgList *args, const char *path) {
  for (u32 i = 0; i < args->n; i++)
    if (strcmp(args->v[i], path) == 0) return true;
  return false;
}

static bool expand(const TestFlags *f, TestTargets *out) {
  Err e;
  DiagSink sink = {0};
  LoadPathList paths = {0};
  LoadConfig config = f->build.program.load;
  config.goroot = cli_goroot(&e);
  config.overlay_dir = cli_overlay();
  Loader *l = loader_new(&config, &sink);
  bool ok = loader_expand(l, (const char *const *)f->packages.v, f->packages.n, &paths);
  if (!ok) diag_print(&sink, stderr, 0);
  for (u32 i = 0; ok && i < paths.n; i++) {
    char *path = (char *)paths.v[i]->s;
    add_target(out, &path, 1, !is_listed(&f->packages, path));
  }
  if (ok && out->n == 0) ok = cli_error("no packages to test") == 0;
  loader_free(l);
  diag_free(&sink);
  return ok;
}

bool test_targets(const TestFlags *f, TestTargets *out) {
  char here[] = ".";
  char *arg = (char *)atom_cstr(here)->s;
  if (f->packages.n == 0) return add_target(out, &arg, 1, false), true;
  return has_suffix(f->packages.v[0], ".go") ? file_list(f, out) : expand(f, out);
}

void test_targets_free(TestTargets *t) {
  for (u32 i = 0; i < t->n; i++) xfree(t->v[i].args);
  VEC_FREE(t);
}

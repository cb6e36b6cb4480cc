/* test_packages.c - file lists, directories, import paths and patterns such as ./... (test_packages.h). */
#define _GNU_SOURCE
#include "cli/test_packages.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static void add_target(TestTargets *out, char **args, int n, bool from_pattern) {
  for (u32 i = 0; i < out->n; i++)
    if (out->v[i].nargs == 1 && n == 1 && strcmp(out->v[i].args[0], args[0]) == 0) return;
  TestTarget t = {.args = xcalloc((size_t)n, sizeof *args), .nargs = n, .from_pattern = from_pattern};
  memcpy(t.args, args, (size_t)n * sizeof *args);
  VEC_PUSH(NULL, out, t);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* Adds dir, named `shown`, when it has Go files, then what is below it. */
static void walk(TestTargets *out, const char *dir, const char *shown) {
  struct dirent **list;
  int n = scandir(dir, &list, NULL, by_name);
  bool added = false;
  for (int i = 0; i < n; i++) {
    const char *name = list[i]->d_name;
    if (added || !has_suffix(name, ".go") || name[0] == '.' || name[0] == '_') continue;
    char *arg = (char *)atom_cstr(shown)->s;
    add_target(out, &arg, 1, true);
    added = true;
  }
  for (int i = 0; i < n; i++) {
    struct stat st;
    const char *name = list[i]->d_name, *path = atom_printf("%s/%s", dir, name)->s;
    bool skip = name[0] == '.' || name[0] == '_' || strcmp(name, "testdata") == 0 || strcmp(name, "vendor") == 0;
    bool is_dir = !skip && lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
    if (is_dir && access(atom_printf("%s/go.mod", path)->s, F_OK) != 0) walk(out, path, atom_printf("%s/%s", shown, name)->s);
    free(list[i]);
  }
  if (n >= 0) free(list);
}

/* Expands x/...: below a directory, or below a package of GOROOT. */
static bool expand(TestTargets *out, const char *arg) {
  size_t n = strlen(arg) - strlen("/...");
  const char *root = atom_new(arg, n)->s, *dir = root;
  Err e;
  u32 before = out->n;
  if (arg[0] != '.' && arg[0] != '/') {
    const char *goroot = cli_goroot(&e);
    if (!goroot) return cli_error("%s", e.msg), false;
    dir = atom_printf("%s/src/%s", goroot, root)->s;
  }
  walk(out, dir, root);
  if (out->n == before) fprintf(stderr, "govm: warning: \"%s\" matched no packages\n", arg);
  return true;
}

static bool file_list(const TestFlags *f, TestTargets *out) {
  for (u32 i = 0; i < f->packages.n; i++)
    if (!has_suffix(f->packages.v[i], ".go")) return cli_error("named files must be .go files: %s", f->packages.v[i]), false;
  add_target(out, f->packages.v, (int)f->packages.n, false);
  return true;
}

bool test_targets(const TestFlags *f, TestTargets *out) {
  char here[] = ".", *arg = (char *)atom_cstr(here)->s;
  if (f->packages.n == 0) return add_target(out, &arg, 1, false), true;
  if (has_suffix(f->packages.v[0], ".go")) return file_list(f, out);
  for (u32 i = 0; i < f->packages.n; i++) {
    if (!has_suffix(f->packages.v[i], "/..."))
      add_target(out, &f->packages.v[i], 1, false);
    else if (!expand(out, f->packages.v[i]))
      return false;
  }
  if (out->n == 0) return cli_error("no packages to test"), false;
  return true;
}

void test_targets_free(TestTargets *t) {
  for (u32 i = 0; i < t->n; i++) xfree(t->v[i].args);
  VEC_FREE(t);
}

/* test_loader.c - package loading over small trees made in a temporary directory: a GOROOT of a few packages,
 * overlays, modules, and each error's text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "frontend/loader.h"

static char root[64];

/* Writes root/path, making its directories. */
static void put(const char *path, const char *text) {
  char full[512];
  snprintf(full, sizeof full, "%s/%s", root, path);
  for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
    *p = 0;
    mkdir(full, 0777);
    *p = '/';
  }
  FILE *f = fopen(full, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static int make_tree(void **state) {
  (void)state;
  strcpy(root, "/tmp/govm-loader-XXXXXX");
  if (!mkdtemp(root) || chdir(root)) return -1;
  put("goroot/src/fmt/print.go",
      "package fmt\nimport (\n\t\"io\"\n\t\"internal/a\"\n)\nvar _, _ = io.X, a.X\n");
  put("goroot/src/fmt/print_test.go", "package fmt\n");
  put("goroot/src/fmt/x_test.go", "package fmt_test\nimport \"fmt\"\n");
  put("goroot/src/io/io.go",
      "package io\nimport \"golang.org/x/v\"\nconst (\n\tX = iota\n\tY\n\tZ\n)\n"
      "func Read(p []byte) int\nfunc (r *R[T]) Close() {}\ntype R[T any] int\nvar A, B = 1, 2\n");
  put("goroot/src/io/io_windows.go", "package io\nimport \"windows\"\n");
  put("goroot/src/io/io_amd64.go", "package io\nimport \"amd64\"\n");
  put("goroot/src/io/io_generic.go", "//go:build !amd64 && purego\n\npackage io\n");
  put("goroot/src/io/cgo.go", "package io\nimport \"C\"\n");
  put("goroot/src/internal/a/a.go", "package a\nimport _ \"unsafe\"\nconst X = 1\n");
  put("goroot/src/vendor/golang.org/x/v/v.go", "package v\n");
  put("goroot/src/syscall/s_linux_amd64.go", "package syscall\n");
  put("goroot/src/hash/maphash/a.go", "//go:build purego\n\npackage maphash\n");
  put("goroot/src/hash/maphash/b.go", "//go:build !purego\n\npackage maphash\n");
  put("goroot/src/runtime/r.go", "package runtime\n");
  return 0;
}

static int remove_tree(void **state) {
  (void)state;
  char cmd[128];
  snprintf(cmd, sizeof cmd, "rm -rf '%s'", root);
  return chdir("/") || system(cmd);
}

static DiagSink *sink_of(LoadConfig *c, Loader **l, const char *overlay) {
  DiagSink *sink = calloc(1, sizeof *sink);
  c->goroot = "goroot";
  c->overlay_dir = overlay;
  *l = loader_new(c, sink);
  return sink;
}

static void done(Loader *l, DiagSink *sink) {
  loader_free(l);
  diag_free(sink);
  free(sink);
}

/* What diag_print prints. */
static char *printed(DiagSink *sink) {
  char *out;
  size_t n;
  FILE *f = open_memstream(&out, &n);
  diag_sort(sink);
  diag_print(sink, f, 0);
  fclose(f);
  return out;
}

static char *names_of(const LoadPackage *p) {
  StrBuf b = {0};
  for (u32 i = 0; i < p->files.n; i++) {
    const char *name = pos_base(p->files.v[i]->base)->filename->s;
    const char *slash = strrchr(name, '/');
    sb_printf(&b, "%s%s", i ? " " : "", slash ? slash + 1 : name);
  }
  char *s = strdup(sb_cstr(&b));
  sb_free(&b);
  return s;
}

static void assert_files(const LoadPackage *p, const char *want) {
  char *s = names_of(p);
  assert_string_equal(s, want);
  free(s);
}

/* ---- the graph and the files ---- */

static void test_order_and_files(void **state) {
  (void)state;
  LoadConfig c = {0};
  Loader *l;
  DiagSink *sink = sink_of(&c, &l, "");
  LoadPackage *p = loader_path(l, "fmt");
  assert_non_null(p);
  assert_int_equal(sink->nerrors, 0);
  StrBuf b = {0};
  for (u32 i = 0; i < loader_order(l)->n; i++) sb_printf(&b, "%s ", loader_order(l)->v[i]->path->s);
  assert_string_equal(b.p, "vendor/golang.org/x/v io unsafe internal/a fmt ");
  sb_free(&b);
  assert_files(p, "print.go");
  LoadPackage *io = load_import_of(p, atom_cstr("io"));
  assert_files(io, "io.go io_generic.go");
  assert_true(io->is_std);
  assert_string_equal(load_import_of(io, atom_cstr("golang.org/x/v"))->path->s, "vendor/golang.org/x/v");
  assert_true(loader_find(l, atom_cstr("unsafe"))->is_unsafe);
  assert_files(loader_path(l, "syscall"), "s_linux_amd64.go");
  assert_files(loader_path(l, "hash/maphash"), "b.go");
  done(l, sink);
}

static void test_tests(void **state) {
  (void)state;
  LoadConfig c = {.include_tests = true};
  Loader *l;
  DiagSink *sink = sink_of(&c, &l, "");
  LoadPackage *p = loader_path(l, "fmt");
  assert_files(p, "print.go print_test.go");
  assert_files(p->xtest, "x_test.go");
  assert_ptr_equal(load_import_of(p->xtest, atom_cstr("fmt")), p);
  assert_ptr_equal(VEC_LAST(loader_order(l)), p->xtest);
  done(l, sink);
}

static void *only_io(void *ctx, const Atom *path, const Atom **name) {
  *name = path;
  return atom_is(path, "io") ? ctx : NULL;
}

static void test_external_and_mapped(void **state) {
  (void)state;
  LoadConfig c = {.external = only_io, .ctx = &c};
  Loader *l;
  put("multi/a.go", "package a\nconst X = 1\n");
  put("multi/main.go",
      "package main\nimport (\n\t\"./a\"\n\t\"io\"\n\tb \"test/a\"\n)\nvar _, _ = a.X, b.X\n");
  LoadMapping m = {.path = atom_cstr("test/a"), .alias = atom_cstr("./a")};
  VEC_PUSH(NULL, &m.files, "multi/a.go");
  VEC_PUSH(NULL, &c.mapped, m);
  DiagSink *sink = sink_of(&c, &l, "");
  const char *files[] = {"multi/main.go"};
  LoadPackage *p = loader_files(l, files, 1);
  assert_int_equal(sink->nerrors, 0);
  assert_ptr_equal(load_import_of(p, atom_cstr("./a")), load_import_of(p, atom_cstr("test/a")));
  assert_true(load_import_of(p, atom_cstr("io"))->is_external);
  assert_ptr_equal(load_import_of(p, atom_cstr("io"))->types, &c);
  done(l, sink);
  VEC_FREE(&m.files);
  VEC_FREE(&c.mapped);
}

static void test_filter(void **state) {
  (void)state;
  const Atom *tags[] = {atom_cstr("mine")};
  FileFilter amd64 = {"amd64", tags, 1}, unknown = {NULL, NULL, 0};
  static const struct {
    const char *name, *text;
    bool amd64, unknown;
  } cases[] = {
      {"x.go", "package p", true, true},
      {"x_linux.go", "package p", true, true},
      {"x_darwin.go", "package p", false, false},
      {"x_linux_amd64.go", "package p", true, false},
      {"x_amd64_test.go", "package p", true, false},
      {"linux.go", "package p", true, true},
      {"x_arm64.go", "package p", false, false},
      {"x.go", "// c\n\n//go:build mine\n\npackage p", true, false},
      {"x.go", "/* c */\n//go:build go1.26 && !go1.27 && unix && gc\npackage p", true, true},
      {"x.go", "package p\n//go:build ignore\n", true, true},
      {"x.go", "//go:build ignore\npackage p", false, false},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    size_t n = strlen(cases[i].text);
    assert_int_equal(file_filter_match(&amd64, cases[i].name, cases[i].text, n), cases[i].amd64);
    assert_int_equal(file_filter_match(&unknown, cases[i].name, cases[i].text, n), cases[i].unknown);
  }
}

static void test_module(void **state) {
  (void)state;
  LoadConfig c = {0};
  Loader *l;
  put("mod/go.mod", "module example.com/m // the module\n\ngo 1.21.3\n");
  put("mod/main.go",
      "package main\nimport (\n\t\"example.com/m/sub\"\n\t\"other.org/v\"\n)\nvar _, _ = sub.X, v.X\n");
  put("mod/sub/s.go", "package sub\nconst X = 1\n");
  put("mod/vendor/other.org/v/v.go", "package v\nconst X = 1\n");
  DiagSink *sink = sink_of(&c, &l, "");
  LoadPackage *p = loader_dir(l, "./mod");
  assert_int_equal(sink->nerrors, 0);
  assert_string_equal(p->path->s, "example.com/m");
  assert_string_equal(p->goversion->s, "go1.21");
  assert_string_equal(pos_base(p->files.v[0]->base)->filename->s, "mod/main.go");
  assert_files(load_import_of(p, atom_cstr("example.com/m/sub")), "s.go");
  done(l, sink);
}

/* ---- errors ---- */

static void assert_errors(const char *const *files, u32 n, const char *dir, const char *want) {
  LoadConfig c = {0};
  Loader *l;
  DiagSink *sink = sink_of(&c, &l, "");
  if (dir) {
    loader_path(l, dir);
  } else {
    loader_files(l, files, n);
  }
  char *s = printed(sink), *at;
  StrBuf b = {0}; /* with the tree's own path as ROOT */
  for (char *p = s; *p; p++) {
    at = strncmp(p, root, strlen(root)) == 0 ? p : NULL;
    if (at) {
      sb_puts(&b, "ROOT");
      p += strlen(root) - 1;
    } else {
      sb_putc(&b, *p);
    }
  }
  assert_string_equal(sb_cstr(&b), want);
  sb_free(&b);
  free(s);
  done(l, sink);
}

static void test_errors(void **state) {
  (void)state;
  const char *bad[] = {"bad.go"}, *none[] = {"none.go"}, *binary[] = {"binary.go"}, *empty[] = {"empty.go"};
  put("bad.go", "package main\nimport \"foo/bar\"\nimport \"x.org/y\"\nimport \"internal/a\"\n");
  put("empty.go", "");
  put("two/a.go", "package p\n");
  put("two/b.go", "package q\n");
  put("ignored/a.go", "//go:build ignore\npackage p\n");
  put("dir/README", "no Go\n");
  put("binary.go", "");
  FILE *f = fopen("binary.go", "wb");
  fwrite("\x7f"
         "ELF\0\0\0",
         1, 7, f);
  fclose(f);
  assert_errors(
      bad, 1, NULL,
      "package command-line-arguments\n\tbad.go:4:8: use of internal package internal/a not allowed\n"
      "bad.go:2:8: package foo/bar is not in std (goroot/src/foo/bar)\n"
      "bad.go:3:8: no required module provides package x.org/y: go.mod file not found in current directory "
      "or "
      "any parent directory; see 'go help modules'\n");
  assert_errors(none, 1, NULL, "open none.go: no such file or directory\n");
  assert_errors(binary, 1, NULL, "reading binary.go: unexpected NUL in input\n");
  assert_errors(empty, 1, NULL, "empty.go:1:1: syntax error: package statement must be first\n");
  assert_errors(NULL, 0, "./two", "found packages p (a.go) and q (b.go) in ROOT/two\n");
  assert_errors(NULL, 0, "./ignored",
                "package command-line-arguments: build constraints exclude all Go files in ROOT/ignored\n");
  assert_errors(NULL, 0, "./dir", "no Go files in ROOT/dir\n");
  assert_errors(NULL, 0, "./nodir", "stat ROOT/nodir: directory not found\n");
  assert_errors(NULL, 0, "nosuch", "package nosuch is not in std (goroot/src/nosuch)\n");
}

static void test_cycle(void **state) {
  (void)state;
  put("cyc/go.mod", "module m\n");
  put("cyc/m.go", "package main\nimport _ \"m/a\"\n");
  put("cyc/a/a.go", "package a\nimport _ \"m/b\"\n");
  put("cyc/b/b.go", "package b\nimport _ \"m/a\"\n");
  assert_errors(NULL, 0, "./cyc",
                "package m\n\timports m/a from m.go\n\timports m/b from a.go\n\timports m/a from b.go: "
                "import cycle not "
                "allowed\n");
}

/* ---- overlay ---- */

static char *declared(const LoadPackage *p) {
  StrBuf b = {0};
  for (u32 i = 0; i < p->files.n; i++) {
    const File *f = p->files.v[i];
    for (u32 k = 0; k < f->decls.n; k++) {
      const Decl *d = f->decls.v[k];
      if (d->n.kind == N_FuncDecl) sb_printf(&b, "%s ", ((FuncDecl *)d)->name->name->s);
      if (d->n.kind == N_TypeDecl) sb_printf(&b, "%s ", ((TypeDecl *)d)->name->name->s);
      if (d->n.kind == N_ConstDecl) sb_printf(&b, "%s ", ((ConstDecl *)d)->names.v[0]->name->s);
      if (d->n.kind == N_VarDecl) sb_printf(&b, "%s ", ((VarDecl *)d)->names.v[0]->name->s);
    }
  }
  char *s = strdup(sb_cstr(&b));
  sb_free(&b);
  return s;
}

static void test_overlay_merge(void **state) {
  (void)state;
  LoadConfig c = {0};
  Loader *l;
  put("ov/io/o.go",
      "package io\nfunc Read(p []byte) int { return helper() }\nfunc helper() int { return Y }\n"
      "const Y = 7\nfunc (r R[T]) Close() {}\nvar A = 3\n");
  put("ov/io/OVERLAY", "# comment\nadd helper\n");
  DiagSink *sink = sink_of(&c, &l, "ov");
  LoadPackage *p = loader_path(l, "io");
  assert_int_equal(sink->nerrors, 0);
  assert_true(p->is_overlaid);
  char *s = declared(p);
  assert_string_equal(s, "X _ Z R B Read helper Y Close A ");
  free(s);
  done(l, sink);
}

static void test_overlay_replace(void **state) {
  (void)state;
  LoadConfig c = {0};
  Loader *l;
  put("ov2/runtime/own.go", "package runtime\n");
  put("ov2/runtime/OVERLAY", "replace\n");
  DiagSink *sink = sink_of(&c, &l, "ov2");
  LoadPackage *p = loader_path(l, "runtime");
  assert_files(p, "own.go");
  assert_false(p->is_overlaid);
  done(l, sink);
}

static void test_overlay_mismatch(void **state) {
  (void)state;
  LoadConfig c = {0};
  Loader *l;
  put("ov3/io/o.go", "package io\nfunc Gone() {}\n");
  put("ov3/io/OVERLAY", "drop Nothing\n");
  DiagSink *sink = sink_of(&c, &l, "ov3");
  loader_path(l, "io");
  char *s = printed(sink);
  assert_string_equal(s, "ov3/io/OVERLAY: package io declares no Nothing to drop\n"
                         "ov3/io/o.go:2:6: overlay: package io declares no Gone to override\n");
  free(s);
  done(l, sink);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order_and_files),
      cmocka_unit_test(test_tests),
      cmocka_unit_test(test_external_and_mapped),
      cmocka_unit_test(test_filter),
      cmocka_unit_test(test_module),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_cycle),
      cmocka_unit_test(test_overlay_merge),
      cmocka_unit_test(test_overlay_replace),
      cmocka_unit_test(test_overlay_mismatch),
  };
  return cmocka_run_group_tests(tests, make_tree, remove_tree);
}

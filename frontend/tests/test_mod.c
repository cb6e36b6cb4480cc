/* test_mod.c - modules: versions and paths, the parser of go.mod and go.work, minimal version selection over
 * directories, hashes of go.sum, zip files, patterns, heads of files, //go:embed patterns, GODEBUG defaults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "frontend/embed.h"
#include "frontend/godebug.h"
#include "frontend/loader_patterns.h"
#include "frontend/mod.h"
#include "frontend/mod_env.h"
#include "frontend/mod_zip.h"
#include "frontend/pkgscan_head.h"

static Arena arena;
static char root[64];

/* Writes root/path, making its directories. */
static void put_bytes(const char *path, const void *data, size_t n) {
  char full[512];
  snprintf(full, sizeof full, "%s/%s", root, path);
  *strrchr(full, '/') = 0;
  assert_true(make_dirs(full, NULL));
  full[strlen(full)] = '/';
  FILE *f = fopen(full, "w");
  assert_non_null(f);
  fwrite(data, 1, n, f);
  fclose(f);
}
static void put(const char *path, const char *text) { put_bytes(path, text, strlen(text)); }

static int make_root(void **state) {
  (void)state;
  strcpy(root, "/tmp/govm-mod-XXXXXX");
  static const char *const unset[] = {"GOFLAGS",    "GOWORK", "GO111MODULE",    "GOPROXY",
                                      "GOMODCACHE", "GOPATH", "DEB_GOMINCOMPAT"};
  for (size_t i = 0; i < ARRAY_LEN(unset); i++) unsetenv(unset[i]);
  setenv("GOENV", "off", 1);
  setenv("GOTOOLCHAIN", "local", 1);
  return mkdtemp(root) && chdir(root) == 0 ? 0 : -1;
}

static int remove_root(void **state) {
  (void)state;
  arena_free(&arena);
  return chdir("/") || !tree_remove(root, NULL);
}

/* ---- versions and paths ---- */

static void test_semver(void **state) {
  (void)state;
  static const char *const ascending[] = {
      "bad",           "v1.0.0-alpha",   "v1.0.0-alpha.1", "v1.0.0-alpha.beta",
      "v1.0.0-beta.2", "v1.0.0-beta.11", "v1.0.0-rc.1",    "v1.0.0",
      "v1.2",          "v1.2.1",         "v1.10.0",        "v2"};
  for (size_t i = 0; i + 1 < ARRAY_LEN(ascending); i++) {
    assert_true(semver_compare(ascending[i], ascending[i + 1]) < 0);
    assert_true(semver_compare(ascending[i + 1], ascending[i]) > 0);
    assert_int_equal(semver_compare(ascending[i], ascending[i]), 0);
  }
  static const char *const bad[] = {"",          "1.0.0",   "v",           "v01.0.0",  "v1.0.0-",
                                    "v1.0.0-01", "v1.0.0+", "v1.0.0-a..b", "v1.2-pre", "v1.x"};
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) assert_false(semver_valid(bad[i]));
  assert_string_equal(semver_canonical("v1")->s, "v1.0.0");
  assert_string_equal(semver_canonical("v2.1.0+incompatible")->s, "v2.1.0+incompatible");
  assert_string_equal(semver_canonical("v1.1.0-a+build")->s, "v1.1.0-a");
  assert_null(semver_canonical("master"));
}

static void test_pseudo(void **state) {
  (void)state;
  static const char *const yes[] = {
      "v0.0.0-20191109021931-daa7c04131f5", "v1.2.4-0.20191109021931-daa7c04131f5",
      "v1.2.3-pre.0.20191109021931-daa7c04131f5", "v2.0.1-0.20191109021931-daa7c04131f5+incompatible"};
  static const char *const no[] = {"v1.2.3", "v1.2.3-pre", "v0.0.0-2019110902193-daa7c04131f5",
                                   "v1.2.4-20191109021931-daa7c04131f5", "v0.0.0-20191109021931-"};
  for (size_t i = 0; i < ARRAY_LEN(yes); i++) assert_true(semver_is_pseudo(yes[i]));
  for (size_t i = 0; i < ARRAY_LEN(no); i++) assert_false(semver_is_pseudo(no[i]));
}

static void test_go_versions(void **state) {
  (void)state;
  static const char *const ascending[] = {"",     "1",       "1.2",    "1.19",    "1.20rc1", "1.20",
                                          "1.21", "1.21rc1", "1.21.0", "1.21.10", "1.26"};
  for (size_t i = 0; i + 1 < ARRAY_LEN(ascending); i++)
    assert_true(goversion_compare(ascending[i], ascending[i + 1]) < 0);
  assert_string_equal(goversion_lang(&arena, "1.21.3"), "1.21");
  assert_false(goversion_valid("1.x"));
  assert_true(goversion_valid("1.22rc1"));
}

static void assert_why(const char *got, const char *want) {
  if (!want) {
    assert_null(got);
  } else {
    assert_non_null(got);
    assert_string_equal(got, want);
  }
}

static void test_paths(void **state) {
  (void)state;
  assert_why(modpath_check(&arena, "example.com/a/v2"), NULL);
  assert_why(modpath_check(&arena, "std"),
             "malformed module path \"std\": missing dot in first path element");
  assert_why(modpath_check(&arena, "example.com/a/v1"),
             "malformed module path \"example.com/a/v1\": invalid version");
  assert_why(modpath_check(&arena, "Example.com/a"),
             "malformed module path \"Example.com/a\": invalid char 'E' in first path element");
  assert_why(modpath_check_import(&arena, "a b"), "malformed import path \"a b\": invalid char ' '");
  assert_why(modpath_check_import(&arena, "a//b"), "malformed import path \"a//b\": double slash");
  assert_why(modpath_check_import(&arena, "a/../b"),
             "malformed import path \"a/../b\": invalid path element \"..\"");
  assert_why(modpath_check_import(&arena, "x/aux.c"),
             "malformed import path \"x/aux.c\": \"aux\" disallowed as path element component on Windows");
  assert_why(modpath_check_major(&arena, "v2.0.0", ""), "should be v0 or v1, not v2");
  assert_why(modpath_check_major(&arena, "v2.0.0+incompatible", ""), NULL);
  assert_why(modpath_check_major(&arena, "v3.0.0", "/v2"), "should be v2, not v3");
  size_t major;
  assert_true(modpath_split("gopkg.in/yaml.v3", &major));
  assert_int_equal(major, strlen("gopkg.in/yaml"));
  assert_false(modpath_split("gopkg.in/yaml", &major));
  assert_string_equal(modpath_escape(&arena, "example.com/BigA"), "example.com/!big!a");
}

/* ---- go.mod ---- */

static void test_modfile(void **state) {
  (void)state;
  static const char text[] =
      "// Deprecated: use b.\nmodule \"example.com/a\" // the name\n\ngo 1.21.3\ntoolchain go1.22.0\n"
      "godebug panicnil=1\nrequire example.com/b v1.0.0\nrequire (\n\t// why\n\texample.com/c v0.1.0 // "
      "indirect\n"
      "\texample.com/d/v2 v2.0.0 // indirect; really\n\texample.com/e v1.0.0 // indirectly\n)\n"
      "replace example.com/b => ../b\nreplace example.com/c v0.1.0 => example.com/cc v1.1.0\n"
      "exclude (\n\texample.com/b v1.1.0\n)\nretract [v1.0.0, v1.0.9] // broken\nretract v1.2.0\n"
      "tool example.com/a/cmd\nignore ./x\n";
  ModFile f;
  const char *errors;
  assert_true(modfile_parse(&arena, "go.mod", "go.mod", text, strlen(text), MODFILE_MAIN, &f, &errors));
  assert_string_equal(f.module->s, "example.com/a");
  assert_string_equal(f.deprecated, "use b.\nthe name");
  assert_string_equal(f.go->s, "1.21.3");
  assert_string_equal(f.toolchain->s, "go1.22.0");
  assert_int_equal(f.godebug.n, 1);
  assert_int_equal(f.require.n, 4);
  assert_false(f.require.v[0].indirect);
  assert_true(f.require.v[1].indirect);
  assert_true(f.require.v[2].indirect);
  assert_false(f.require.v[3].indirect);
  assert_int_equal(f.replace.n, 2);
  assert_int_equal(f.replace.v[0].from.version->len, 0);
  assert_string_equal(f.replace.v[1].to.version->s, "v1.1.0");
  assert_int_equal(f.exclude.n, 1);
  assert_string_equal(f.retract.v[0].high->s, "v1.0.9");
  assert_string_equal(f.retract.v[0].rationale, "broken");
  assert_int_equal(f.retract.n, 2);
  assert_int_equal(f.tool.n, 1);
  assert_int_equal(f.ignore.n, 1);
}

static void assert_modfile_errors(ModFileKind kind, const char *text, const char *want) {
  ModFile f;
  const char *errors = NULL;
  bool ok = modfile_parse(&arena, "go.mod", "/x/go.mod", text, strlen(text), kind, &f, &errors);
  assert_int_equal(ok, want == NULL);
  if (want) assert_string_equal(errors, want);
}

static void test_modfile_errors(void **state) {
  (void)state;
  assert_modfile_errors(MODFILE_MAIN, "module a\nfoo\n", "go.mod:2: unknown directive: foo");
  assert_modfile_errors(MODFILE_DEPENDENCY, "module a\nfoo\nfoo (\n\tx\n)\nreplace x\n", NULL);
  assert_modfile_errors(MODFILE_DEPENDENCY, "module a\ngo v1.20-x\n", NULL);
  assert_modfile_errors(MODFILE_MAIN, "go v1.20\n",
                        "go.mod:1: invalid go version 'v1.20': must match format 1.23.0");
  assert_modfile_errors(MODFILE_WORK, "use ./a\nrequire a v1.0.0\nuse\n",
                        "go.mod:2: unknown directive: require\ngo.mod:3: usage: use local/dir");
  assert_modfile_errors(MODFILE_MAIN, "require (\n",
                        "go.mod:2: syntax error (unterminated block started at /x/go.mod:1:1)");
  assert_modfile_errors(MODFILE_MAIN, "module \"a\n", "go.mod:1:10: unexpected newline in string");
  assert_modfile_errors(MODFILE_MAIN, "module \"a", "go.mod:1:8: unexpected EOF in string");
  assert_modfile_errors(MODFILE_MAIN, "\1", "go.mod:1: unexpected input character '\\x01'");
}

/* Cut anywhere, a file is parsed or refused, without harm. */
static void test_modfile_cut(void **state) {
  (void)state;
  static const char text[] = "module a\nrequire (\n\tb.c/d v1.0.0 // indirect\n)\nretract [v1.0.0, "
                             "v1.1.0]\nreplace a.b/c => \"./d e\"\n";
  for (size_t n = 0; n < sizeof text; n++) {
    ModFile f;
    const char *errors;
    for (int kind = MODFILE_MAIN; kind <= MODFILE_WORK; kind++) {
      Arena a = {0};
      char *copy = malloc(n + 1);
      memcpy(copy, text, n);
      copy[n] = 0;
      modfile_parse(&a, "go.mod", "go.mod", copy, n, (ModFileKind)kind, &f, &errors);
      free(copy);
      arena_free(&a);
    }
  }
}

/* ---- selection ---- */

/* "path version" of the build list, joined by commas. */
static const char *build_list(void) {
  ModConfig c = {0};
  Modules *m = modules_new(&c);
  ModuleList list = {0};
  const char *error = modules_error(m);
  StrBuf b = {0};
  if (!error && modules_build_list(m, &list, &error)) {
    for (u32 i = 0; i < list.n; i++)
      sb_printf(&b, "%s%s%s%s", i ? "," : "", list.v[i]->path->s, list.v[i]->version->len ? " " : "",
                list.v[i]->version->s);
  } else {
    sb_puts(&b, *error ? error : modules_error(m));
  }
  const char *s = arena_strdup(&arena, sb_cstr(&b));
  sb_free(&b);
  modules_free(m);
  return s;
}

static void test_selection(void **state) {
  (void)state;
  put("b1/go.mod", "module e.c/b\ngo 1.16\nrequire e.c/c v1.1.0\n");
  put("b2/go.mod", "module e.c/b\ngo 1.16\nrequire e.c/c v1.2.0\n");
  put("c/go.mod", "module e.c/c\ngo 1.16\nrequire e.c/d v0.5.0\n");
  put("d/go.mod", "module e.c/d\n");
  static const char replaced[] =
      "replace (\n\te.c/b v1.0.0 => ./b1\n\te.c/b v1.1.0 => ./b2\n\te.c/c => ./c\n\te.c/d => ./d\n)\n";
  StrBuf b = {0};
  sb_printf(&b, "module m.x/m\ngo 1.16\nrequire e.c/b v1.0.0\nrequire e.c/c v1.0.0 // indirect\n%s",
            replaced);
  put("go.mod", b.p);
  assert_string_equal(build_list(), "go: updates to go.mod needed; to update it:\n\tgo mod tidy");
  setenv("GOFLAGS", "-mod=mod", 1);
  assert_string_equal(build_list(), "m.x/m,e.c/b v1.0.0,e.c/c v1.1.0,e.c/d v0.5.0");
  sb_reset(&b);
  sb_printf(&b, "module m.x/m\ngo 1.16\nrequire e.c/b v1.1.0\nexclude e.c/c v1.2.0\n%s", replaced);
  put("go.mod", b.p);
  assert_string_equal(build_list(), "m.x/m,e.c/b v1.1.0");
  sb_reset(&b);
  sb_printf(&b, "module m.x/m\ngo 1.17\nrequire e.c/b v1.0.0\n%s", replaced);
  put("go.mod", b.p);
  put("b1/go.mod", "module e.c/b\ngo 1.17\nrequire e.c/c v1.1.0\n");
  put("c/go.mod", "module e.c/c\ngo 1.17\nrequire e.c/d v0.5.0\n");
  assert_string_equal(build_list(), "m.x/m,e.c/b v1.0.0,e.c/c v1.1.0"); /* d is pruned */
  unsetenv("GOFLAGS");
  sb_free(&b);
  unlink("go.mod");
}

/* ---- hashes and zip files ---- */

static void test_hashes(void **state) {
  (void)state;
  Sha256 s;
  u8 sum[32];
  static const u8 want[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
                            0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
                            0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
  sha256_init(&s);
  sha256_write(&s, "a", 1);
  sha256_write(&s, "bc", 2);
  sha256_sum(&s, sum);
  assert_memory_equal(sum, want, 32);
  for (size_t n = 0; n < 200; n++) { /* in pieces as at once */
    char text[200];
    u8 again[32];
    memset(text, 'x', sizeof text);
    sha256_init(&s);
    sha256_write(&s, text, n);
    sha256_sum(&s, sum);
    sha256_init(&s);
    for (size_t i = 0; i < n; i++) sha256_write(&s, text + i, 1);
    sha256_sum(&s, again);
    assert_memory_equal(sum, again, 32);
  }
  assert_string_equal(dirhash_gomod(&arena, "", 0), "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=");
}

/* a@v1/x.txt with "hello\n", stored; the CRC is right. */
static const u8 small_zip[] =
    "PK\3\4\12\0\0\0\0\0\0\0\0\0\x20\x30\x3a\x36\6\0\0\0\6\0\0\0\12\0\0\0a@v1/x.txthello\n"
    "PK\1\2\12\0\12\0\0\0\0\0\0\0\0\0\x20\x30\x3a\x36\6\0\0\0\6\0\0\0\12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a@"
    "v1/x.txt"
    "PK\5\6\0\0\0\0\1\0\1\0\x38\0\0\0\x2e\0\0\0\0";

static void test_zip(void **state) {
  (void)state;
  size_t n = sizeof small_zip;
  Zip z;
  Err e;
  StrBuf text = {0};
  put_bytes("z.zip", small_zip, n);
  assert_true(zip_open(&z, "z.zip", &e));
  assert_int_equal(z.entries.n, 1);
  assert_true(zip_read(&z, &z.entries.v[0], &text, &e));
  assert_string_equal(text.p, "hello\n");
  assert_string_equal(zip_hash(&arena, &z, &e), "h1:p0Ghz3y3AN/Gmo9XGQOwccaEBZU1xV32xUVAWjXaFKU=");
  assert_true(zip_unpack(&z, "a@v1", "out", false, &e));
  assert_false(zip_unpack(&z, "b@v1", "other", false, &e));
  zip_close(&z);
  sb_reset(&text);
  assert_true(file_read("out/x.txt", &text, &e));
  assert_string_equal(text.p, "hello\n");
  assert_true(tree_remove("out", &e));
  sb_free(&text);
}

/* Any byte of a zip file may be wrong, and it may end anywhere. */
static void test_zip_damaged(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * sizeof small_zip; i++) {
    u8 bytes[sizeof small_zip];
    size_t n = i < sizeof bytes ? sizeof bytes : i - sizeof bytes;
    memcpy(bytes, small_zip, sizeof bytes);
    if (i < sizeof bytes) bytes[i] ^= 0xff;
    put_bytes("d.zip", bytes, n);
    Zip z;
    Err e;
    if (zip_open(&z, "d.zip", &e)) zip_hash(&arena, &z, &e);
    zip_close(&z);
  }
}

/* ---- packages ---- */

static void test_patterns(void **state) {
  (void)state;
  assert_true(pattern_match("a/...", "a"));
  assert_true(pattern_match("a/...", "a/b/c"));
  assert_false(pattern_match("a/...", "ab"));
  assert_true(pattern_match("a...", "ab/c"));
  assert_true(pattern_match(".../c", "a/b/c"));
  assert_false(pattern_match("a/...", "a/vendor/b"));
  assert_true(pattern_match("a/vendor/...", "a/vendor/b"));
  assert_true(pattern_match("a/...", "a/vendor"));
  assert_true(pattern_tree_can_match("a/b/...", "a"));
  assert_false(pattern_tree_can_match("a/b/...", "c"));
}

static void test_heads(void **state) {
  (void)state;
  static const char text[] =
      "// Copyright.\n\n//go:build x\n//go:debug a=1\n\n// Package p does.\n// More.\npackage p // x\n"
      "import \"fmt\"\nimport (\n\t. \"a\"; b `b`\n\t_ \"embed\"\n)\n//go:embed x \"y z\"\nvar s = "
      "`\n//go:embed no\n`\n"
      "var t /* */ string //go:embed no\n";
  FileHead h;
  filehead_scan(&arena, "f.go", text, strlen(text), &h);
  assert_null(h.error);
  assert_string_equal(h.package->s, "p");
  assert_string_equal(h.doc, "Package p does.\nMore.\n");
  assert_int_equal(h.imports.n, 4);
  assert_string_equal(h.imports.v[2].name->s, "b");
  assert_int_equal(h.imports.v[1].line, 11);
  assert_int_equal(h.imports.v[1].col, 2);
  assert_int_equal(h.embeds.n, 2);
  assert_string_equal(h.embeds.v[1].name->s, "y z");
  assert_int_equal(h.directives.n, 2);
  filehead_scan(&arena, "f.go", "func", 4, &h);
  assert_string_equal(h.error, "1:1: expected 'package', found 'func'");
  for (size_t n = 0; n < strlen(text); n++)
    filehead_scan(&arena, "f.go", arena_printf(&arena, "%.*s", (int)n, text), n, &h);
}

static void assert_embeds(const char *pattern, const char *want) {
  EmbedPattern e = {.pattern = atom_cstr(pattern)};
  const char *error;
  StrBuf b = {0};
  if (embed_resolve(&arena, "emb", &e, &error)) {
    for (u32 i = 0; i < e.files.n; i++) sb_printf(&b, "%s%s", i ? "," : "", e.files.v[i]);
  } else {
    sb_puts(&b, error);
  }
  assert_string_equal(sb_cstr(&b), want);
  sb_free(&b);
}

static void test_embed(void **state) {
  (void)state;
  static const char *const files[] = {"a.txt",   "b[1].txt", "d/x", "d/.y",  "d/_z",
                                      "d/sub/x", "m/go.mod", "m/x", ".git/c"};
  for (size_t i = 0; i < ARRAY_LEN(files); i++) put(arena_printf(&arena, "emb/%s", files[i]), "x");
  assert_embeds("*.txt", "a.txt,b[1].txt");
  assert_embeds("b\\[?].txt", "b[1].txt");
  assert_embeds("[^a-a]*.txt", "b[1].txt");
  assert_embeds("d", "d/sub/x,d/x");
  assert_embeds("all:d", "d/.y,d/_z,d/sub/x,d/x");
  assert_embeds("d/_z", "d/_z");
  assert_embeds("m", "pattern m: cannot embed directory m: in different module");
  assert_embeds(".git", "pattern .git: cannot embed directory .git: invalid name .git");
  assert_embeds("nothing", "pattern nothing: no matching files found");
  assert_embeds("../x", "pattern ../x: invalid pattern syntax");
  assert_embeds("[a", "pattern [a: invalid pattern syntax");
  assert_embeds("", "pattern : invalid pattern syntax");
}

static void test_godebug(void **state) {
  (void)state;
  static const char *const lines[] = {"//go:debug default=go1.24", "//go:debug panicnil=1",
                                      "//go:debug nosuch=1", "//go:build x"};
  assert_string_equal(godebug_default(&arena, NULL, lines, 0), "");
  const char *got = godebug_default(&arena, NULL, lines, ARRAY_LEN(lines));
  assert_non_null(strstr(got, "panicnil=1"));
  assert_non_null(strstr(got, "updatemaxprocs=0"));
  assert_null(strstr(got, "randseednop"));
  assert_null(strstr(got, "nosuch"));
  assert_string_equal(godebug_check(&arena, "godebug", "x509sha1", "1"),
                      "use of removed godebug \"x509sha1\", see https://go.dev/doc/godebug#go-124");
}

static void test_goflags(void **state) {
  (void)state;
  GoFlags f = {0};
  Err e;
  setenv("GOFLAGS", "-mod=mod '-tags=a b' --v", 1);
  assert_true(goflags_parse(&arena, &f, &e));
  assert_int_equal(f.n, 3);
  assert_string_equal(f.v[1].value->s, "a b");
  assert_null(f.v[2].value);
  setenv("GOFLAGS", "-mod=mod 'x", 1);
  assert_false(goflags_parse(&arena, &f, &e));
  assert_string_equal(e.msg, "go: parsing $GOFLAGS: unterminated ' string");
  unsetenv("GOFLAGS");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_semver),      cmocka_unit_test(test_pseudo),
      cmocka_unit_test(test_go_versions), cmocka_unit_test(test_paths),
      cmocka_unit_test(test_modfile),     cmocka_unit_test(test_modfile_errors),
      cmocka_unit_test(test_modfile_cut), cmocka_unit_test(test_selection),
      cmocka_unit_test(test_hashes),      cmocka_unit_test(test_zip),
      cmocka_unit_test(test_zip_damaged), cmocka_unit_test(test_patterns),
      cmocka_unit_test(test_heads),       cmocka_unit_test(test_embed),
      cmocka_unit_test(test_godebug),     cmocka_unit_test(test_goflags),
  };
  return cmocka_run_group_tests(tests, make_root, remove_root);
}

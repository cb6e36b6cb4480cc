/* test_build.c - the compiling child of `govm test` (test_build.h): one process per package, because a
 * compilation leaves its state behind. Packages of the user's are compiled against the image of std; for
 * those of std itself the child executes govm again without it. It hands back its exit status and two files
 * in its work directory: "facts" (import path, directory, name of the binary, package to blame, one per line)
 * and "messages", what it printed. */
#define _GNU_SOURCE
#include "cli/test_build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytecode/merge.h"
#include "cli/buildinfo.h"
#include "cli/bundle.h"
#include "cli/image.h"
#include "cli/test_main.h"

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

static bool is_test_file(const char *name) { return has_suffix(name, "_test.go"); }

/* ---- in the child: which package is to blame ---- */
static bool has_own_tests(const LoadPackage *p) {
  for (u32 i = 0; i < p->files.n; i++)
    if (is_test_file(pos_base(p->files.v[i]->base)->filename->s)) return true;
  return false;
}

/* Whether p is compiled again for the test: it reaches the package under test, whose test files change it. */
static bool reaches(const LoadPackage *p, const LoadPackage *tested, PtrMap *seen) {
  if (p == tested) return true;
  if (ptrmap_get(seen, p)) return false;
  ptrmap_set(seen, p, (void *)p);
  for (u32 i = 0; i < p->imports.n; i++)
    if (p->imports.v[i].pkg && reaches(p->imports.v[i].pkg, tested, seen)) return true;
  return false;
}

/* The name of package p of this build: "p", or "p [tested.test]" when it is another one than outside the
 * test. */
static const char *package_desc(const LoadPackage *p, const LoadPackage *tested) {
  PtrMap seen = {0};
  bool changed = has_own_tests(tested) || atom_is(tested->name, "main");
  bool for_test = p == tested ? changed : p == tested->xtest || (changed && reaches(p, tested, &seen));
  ptrmap_free(&seen);
  return for_test ? atom_printf("%s [%s.test]", p->path->s, tested->path->s)->s : p->path->s;
}

/* The package whose errors ended the check. */
static const char *checked_desc(const Program *p) {
  const Package *last = VEC_LAST(&p->packages);
  const LoadPackage *lp = last->loader;
  return lp->is_text ? lp->path->s : package_desc(lp, p->tested);
}

/* A package with syntax errors in files that are no tests: gc would report them. NULL: loading failed
 * otherwise. */
static const LoadPackage *syntax_errors_in(const Program *p) {
  const LoadPackageList *order = loader_order(p->loader);
  for (u32 i = 0; i < order->n; i++)
    for (u32 k = 0; k < order->v[i]->files.n; k++) {
      const File *f = order->v[i]->files.v[k];
      if (f->nerrors && !is_test_file(pos_base(f->base)->filename->s)) return order->v[i];
    }
  return NULL;
}

/* The package that the message says is missing, NULL when it says something else. */
static const char *missing_package(const char *msg) {
  static const char *const heads[] = {"no required module provides package ", "package "};
  for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
    size_t n = strlen(heads[i]);
    if (strncmp(msg, heads[i], n) != 0 || (i == 1 && !strstr(msg, " is not in std"))) continue;
    return atom_new(msg + n, strcspn(msg + n, " ;:\n"))->s;
  }
  return NULL;
}

/* Whom loading blames: what is missing, or the tests when the first error is in a test file. */
static const char *load_desc(const Program *p, const char *named) {
  if (!p->tested) return named;
  const char *path = p->tested->path->s;
  if (p->sink.diags.n == 0) return path;
  const Diag *d = &p->sink.diags.v[0];
  const char *missing = missing_package(d->msg), *file = d->pos.line ? pos_rel(d->pos).filename->s : "";
  if (missing) return missing;
  if (d->syntax || strstr(d->msg, "wrong signature") || strstr(d->msg, "multiple definitions"))
    return atom_printf("%s.test", path)->s;
  bool tests = is_test_file(file) || strstr(d->msg, "not allowed in test");
  return tests ? atom_printf("%s [%s.test]", path, path)->s : path;
}

/* ---- in the child: compiling ---- */
static bool not_wanted(LoadPackage *tested, StrBuf *text, DiagSink *sink) {
  (void)tested, (void)text, (void)sink;
  return false;
}

/* The last element of the path, as the go command names executables: a major version is none. */
static const char *binary_name(const LoadPackage *p) {
  const char *path = atom_is(p->path, "command-line-arguments") ? p->name->s : p->path->s;
  const char *slash = strrchr(path, '/'), *elem = slash ? slash + 1 : path;
  bool version =
      slash && elem[0] == 'v' && elem[1] > '0' && elem[1] <= '9' && !elem[1 + strspn(elem + 1, "0123456789")];
  if (version && strcmp(elem, "v1") != 0) {
    const char *before = slash;
    while (before > path && before[-1] != '/') before--;
    return atom_printf("%.*s.test", (int)(slash - before), before)->s;
  }
  return atom_printf("%s.test", elem)->s;
}

static void write_facts(const TestBuild *b, const Program *p, const char *failed) {
  FILE *f = fopen(atom_printf("%s/facts", b->work)->s, "we");
  if (!f) return;
  const char *dir = p->tested && *p->tested->dir->s ? p->tested->dir->s : ".";
  char *abs = realpath(dir, NULL);
  fprintf(f, "%s\n%s\n%s\n%s\n", p->tested ? p->tested->path->s : b->args[0], abs ? abs : dir,
          p->tested ? binary_name(p->tested) : "x.test", failed);
  fclose(f);
  free(abs);
}

static bool set_var(BcModule *m, const char *symbol, const char *value, Err *e) {
  return module_set_string_var(m, symbol, value, strlen(value), e);
}

/* What a linker puts into a test: that it is one, GODEBUG's defaults, build information, variables of -X. */
static bool set_link_vars(const TestFlags *f, const Program *p, BcModule *m, StrBuf *info, Err *e) {
  BuildVars vars = {0};
  bool ok = build_link_vars(&f->build, p->tested->path->s, &vars);
  for (u32 i = 0; ok && i < vars.n; i++) ok = set_var(m, vars.v[i].symbol, vars.v[i].value, e);
  VEC_FREE(&vars);
  buildinfo_text(&f->build, p, info);
  return ok && buildinfo_set(m, sb_cstr(info), e) && set_var(m, "testing.testBinary", "1", e) &&
         set_var(m, "runtime.linkedGOROOT", image.std ? image.goroot->s : cli_goroot(e), e) &&
         set_var(m, "runtime.godebugDefault", loader_godebug(p->loader, p->main->loader, p->tested), e);
}

/* Compiles and links what was checked to the executable; false after messages. */
static bool link_test(const TestFlags *f, Program *p, const char *binary) {
  Err e = {0};
  StrBuf info = {0};
  LoadPackage *main = p->main->loader;
  main->module = p->tested->module;
  if (!program_lower(p, false)) return false;
  BcModule *m = image.std ? program_link(p, &e) : p->modules.v[0]; /* that of a program compiled whole */
  bool ok = m && set_link_vars(f, p, m, &info, &e) && bundle_write_info(binary, m, sb_cstr(&info), &e);
  if (*e.msg) cli_error("%s", e.msg);
  sb_free(&info);
  return ok;
}

static TestBuildStatus compile(const TestBuild *b, const TestFlags *f) {
  Program p = {0};
  bool ok = program_load_tests(&p, &f->build.program, b->args, b->nargs,
                               f->print_only ? not_wanted : test_main_text);
  const LoadPackage *bad = ok || !p.loader ? NULL : syntax_errors_in(&p);
  if (!ok && p.packages.n == 0 && !bad) {
    write_facts(b, &p, load_desc(&p, b->args[0]));
    return TEST_SETUP_FAILED;
  }
  write_facts(b, &p,
              ok    ? p.tested->path->s
              : bad ? package_desc(bad, p.tested ? p.tested : bad)
                    : checked_desc(&p));
  if (!ok) return TEST_BUILD_FAILED;
  if (f->print_only) return has_own_tests(p.tested) || p.tested->xtest ? TEST_BUILT : TEST_NO_TESTS;
  if (!p.main) return TEST_NO_TESTS;
  const char *binary = atom_printf("%s/%s", b->work, binary_name(p.tested))->s;
  return link_test(f, &p, binary) ? TEST_BUILT : TEST_BUILD_FAILED;
}

/* ---- processes ---- */
bool test_names_std(const char *arg) {
  Err e;
  const char *goroot = cli_goroot(&e);
  char *dir = realpath(arg, NULL), *src = goroot ? realpath(atom_printf("%s/src", goroot)->s, NULL) : NULL;
  bool local = arg[0] == '.' || arg[0] == '/';
  bool in = local && dir && src && strncmp(dir, src, strlen(src)) == 0;
  if (!local && goroot) in = access(atom_printf("%s/src/%s", goroot, arg)->s, F_OK) == 0;
  free(dir);
  free(src);
  return in;
}

/* Becomes a process that does without the image. */
static void exec_compiler(const TestBuild *b, const TestFlags *f) {
  VEC(char *) argv = {0};
  VEC_PUSH(NULL, &argv, (char *)"govm");
  VEC_PUSH(NULL, &argv, (char *)"test");
  VEC_PUSH(NULL, &argv, (char *)TEST_COMPILE);
  VEC_PUSH(NULL, &argv, (char *)b->work);
  VEC_PUSH(NULL, &argv, (char *)atom_printf("%d", b->nargs)->s);
  for (int i = 0; i < b->nargs; i++) VEC_PUSH(NULL, &argv, b->args[i]);
  for (int i = 0; i < f->argc; i++) VEC_PUSH(NULL, &argv, f->argv[i]);
  VEC_PUSH(NULL, &argv, NULL);
  setenv("GOVM_IMAGE", "off", 1);
  if (fchdir(f->start_dir) == 0) execv("/proc/self/exe", argv.v);
  cli_error("cannot start the compiler: %s", strerror(errno));
  _exit(TEST_BUILD_FAILED);
}

bool test_build_start(TestBuild *b, const TestFlags *f) {
  const char *messages = atom_printf("%s/messages", b->work)->s;
  fflush(NULL);
  b->pid = fork();
  if (b->pid != 0) return b->pid > 0;
  int fd = open(messages, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd >= 0) dup2(fd, 2);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  /* The tests of a package of std want it, and all of std that imports it, compiled again. */
  if (image.std && b->nargs == 1 && test_names_std(b->args[0])) exec_compiler(b, f);
  TestBuildStatus status = compile(b, f);
  fflush(NULL);
  _exit((int)status);
}

int test_build_main(int argc, char **argv) {
  TestFlags f;
  int status, n = argc > 2 ? atoi(argv[2]) : 0;
  if (n < 1 || argc < 4 + n || !test_flags_parse(&f, argc - 3 - n, argv + 3 + n, &status))
    return TEST_BUILD_FAILED;
  TestBuild b = {.work = argv[1], .nargs = n, .args = argv + 3};
  return (int)compile(&b, &f);
}

/* ---- in the parent ---- */
/* The line at *s, which goes behind it. */
static const char *take_line(const char **s) {
  size_t n = strcspn(*s, "\n");
  const char *line = atom_new(*s, n)->s;
  *s += n + ((*s)[n] == '\n');
  return line;
}

static bool is_continuation(const char *s) { return *s == '\t'; }

/* Adds one line; a file of the working directory gets "./", as the go command shortens paths. */
static void add_message(StrBuf *out, const char *line, size_t n) {
  const char *go = memmem(line, n, ".go:", 4), *slash = memchr(line, '/', n);
  bool bare = go && go > line && (!slash || slash > go) && !memchr(line, ' ', (size_t)(go - line));
  if (bare && !is_continuation(line) && go[4] >= '0' && go[4] <= '9') sb_puts(out, "./");
  sb_write(out, line, n);
}

/* "# package" and the messages; loading stops at the first error, compiling goes on. */
static void add_messages(TestBuild *b, const char *text) {
  bool setup = b->status == TEST_SETUP_FAILED;
  if (!*text) return;
  sb_printf(&b->messages, "# %s\n", setup ? b->path : b->failed);
  for (const char *p = text; *p;) {
    size_t n = strcspn(p, "\n");
    if (setup && p > text && !is_continuation(p)) break;
    add_message(&b->messages, p, n + (p[n] == '\n'));
    p += n + (p[n] == '\n');
  }
  if (b->messages.p[b->messages.n - 1] != '\n') sb_putc(&b->messages, '\n');
}

void test_build_finish(TestBuild *b, int status) {
  StrBuf facts = {0}, text = {0};
  Err e;
  bool exited = WIFEXITED(status) && WEXITSTATUS(status) <= TEST_NO_TESTS;
  b->pid = 0;
  b->status = exited ? (TestBuildStatus)WEXITSTATUS(status) : TEST_BUILD_FAILED;
  b->path = b->failed = b->args[0];
  const char *messages = atom_printf("%s/messages", b->work)->s,
             *facts_file = atom_printf("%s/facts", b->work)->s;
  if (cli_read_file(facts_file, &facts, &e)) {
    const char *p = sb_cstr(&facts);
    b->path = take_line(&p);
    b->dir = take_line(&p);
    b->binary = atom_printf("%s/%s", b->work, take_line(&p))->s;
    b->failed = take_line(&p);
  }
  cli_read_file(messages, &text, &e);
  if (!exited) {
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    sb_printf(&text, "govm: the compiler ended with %s %d\n", WIFEXITED(status) ? "exit status" : "signal",
              code);
  }
  b->excluded = strstr(sb_cstr(&text), "build constraints exclude all Go files") != NULL;
  if (b->status == TEST_BUILD_FAILED || b->status == TEST_SETUP_FAILED) add_messages(b, sb_cstr(&text));
  else fputs(sb_cstr(&text), stderr); /* warnings */
  unlink(messages);
  unlink(facts_file);
  sb_free(&facts);
  sb_free(&text);
}

static bool copy_file(const char *from, const char *to) {
  StrBuf b = {0};
  Err e;
  FILE *f = cli_read_file(from, &b, &e) ? fopen(to, "we") : NULL;
  bool ok = f && fwrite(b.p, 1, b.n, f) == b.n && fchmod(fileno(f), 0755) == 0;
  if (f && fclose(f) != 0) ok = false;
  if (!ok && f) unlink(to);
  sb_free(&b);
  return ok;
}

bool test_build_keep(const TestBuild *b, const char *to, Err *e) {
  const char *tmp = atom_printf("%s.tmp%d", to, (int)getpid())->s;
  if (rename(b->binary, to) == 0) return true;
  if (copy_file(b->binary, tmp) && rename(tmp, to) == 0) return true;
  return err_set(e, "write %s: %s", to, strerror(errno));
}

void test_build_free(TestBuild *b) { sb_free(&b->messages); }

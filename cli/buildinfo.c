/* buildinfo.c - build information as text, in modules and in executables (buildinfo.h).
 * Follows cmd/go/internal/load's setBuildInfo and cmd/go/internal/version. */
#include "cli/buildinfo.h"

#include <stdio.h>
#include <stdlib.h>

#include "bytecode/bundle.h"
#include "bytecode/merge.h"
#include "frontend/mod.h"
#include "vm/link.h"

/* What modload.ModInfoData puts around the text; runtime/debug cuts 16 bytes off both ends. */
static const char info_start[] = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
static const char info_end[] = "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";

/* As strconv.Quote would, where the value needs it (debug.BuildInfo's String). */
static void put_setting(StrBuf *out, const char *key, const char *value) {
  bool quote = !*value ? false : strpbrk(value, " \t\r\n\"`") != NULL;
  sb_printf(out, "build\t%s=", key);
  if (!quote) {
    sb_printf(out, "%s\n", value);
    return;
  }
  sb_putc(out, '"');
  for (const char *p = value; *p; p++) {
    if (*p == '"' || *p == '\\') sb_putc(out, '\\');
    if (*p == '\n') sb_puts(out, "\\n");
    else if (*p == '\t') sb_puts(out, "\\t");
    else if (*p == '\r') sb_puts(out, "\\r");
    else sb_putc(out, *p);
  }
  sb_puts(out, "\"\n");
}

static void put_settings(const BuildFlags *f, const Program *p, StrBuf *out) {
  const char *godebug = loader_godebug(p->loader, p->main->loader, p->tested);
  if (f->asmflags) put_setting(out, "-asmflags", f->asmflags);
  put_setting(out, "-buildmode", "exe");
  put_setting(out, "-compiler", "gc");
  if (f->gcflags) put_setting(out, "-gcflags", f->gcflags);
  if (f->ldflags && !f->trimpath) put_setting(out, "-ldflags", f->ldflags);
  if (f->program.load.tags.n) {
    StrBuf tags = {0};
    for (u32 i = 0; i < f->program.load.tags.n; i++)
      sb_printf(&tags, "%s%s", i ? "," : "", f->program.load.tags.v[i]->s);
    put_setting(out, "-tags", sb_cstr(&tags));
    sb_free(&tags);
  }
  if (f->trimpath) put_setting(out, "-trimpath", "true");
  if (*godebug) put_setting(out, "DefaultGODEBUG", godebug);
  put_setting(out, "CGO_ENABLED", "0");
  put_setting(out, "GOARCH", "amd64");
  put_setting(out, "GOOS", "linux");
  put_setting(out, "GOAMD64", "v1");
}

/* ---- modules ---- */
/* The modules that the program's packages come from: the main one first, then by path. */
static void modules_of(const Program *p, ModuleList *out) {
  const LoadPackageList *all = loader_order(p->loader);
  for (u32 i = 0; i < all->n; i++) {
    Module *mod = (Module *)all->v[i]->module;
    u32 k = 0;
    if (!mod) continue;
    while (k < out->n && out->v[k] != mod) k++;
    if (k == out->n) VEC_PUSH(NULL, out, mod);
  }
}

static int by_path(const void *a, const void *b) {
  return strcmp((*(Module *const *)a)->path->s, (*(Module *const *)b)->path->s);
}

/* The hash that go.sum beside gomod has for the module's source; "" without one. */
static const Atom *sum_of(const char *gomod, const Module *mod) {
  StrBuf path = {0}, text = {0};
  Err e;
  const Atom *sum = atom_cstr(""), *key = atom_printf("%s %s ", mod->path->s, mod->version->s);
  sb_printf(&path, "%.*s.sum", (int)(strlen(gomod) - strlen(".mod")), gomod);
  if (cli_read_file(path.p, &text, &e))
    for (const char *p = sb_cstr(&text); *p; p += strcspn(p, "\n"), p += *p == '\n')
      if (strncmp(p, key->s, key->len) == 0) sum = atom_new(p + key->len, strcspn(p + key->len, "\r\n"));
  sb_free(&path);
  sb_free(&text);
  return sum;
}

static void put_module(StrBuf *out, const char *word, const Module *mod, const char *gomod) {
  bool vendored = mod->version->len && !mod->dir;
  const char *version = mod->is_main ? "(devel)" : mod->version->s;
  sb_printf(out, "%s\t%s\t%s", word, mod->path->s, version);
  const Module *r = mod->replace, *from = r ? r : mod;
  if (r) sb_printf(out, "\n=>\t%s\t%s", r->path->s, r->version->len ? r->version->s : "(devel)");
  bool has_sum = gomod && from->version->len && !vendored;
  sb_printf(out, "\t%s\n", has_sum ? sum_of(gomod, from)->s : "");
}

static void put_modules(const Program *p, StrBuf *out) {
  ModuleList mods = {0};
  const LoadPackage *lp = p->main->loader;
  const Module *own = lp->module;
  const char *gomod = NULL;
  modules_of(p, &mods);
  if (mods.n) qsort(mods.v, mods.n, sizeof *mods.v, by_path);
  for (u32 i = 0; i < mods.n; i++)
    if (mods.v[i]->is_main) gomod = mods.v[i]->gomod;
  bool from_files = atom_is(lp->path, "command-line-arguments");
  if (own && !from_files) put_module(out, "mod", own, gomod);
  for (u32 i = 0; i < mods.n; i++)
    if (mods.v[i] != own || from_files) put_module(out, "dep", mods.v[i], gomod);
  VEC_FREE(&mods);
}

void buildinfo_text(const BuildFlags *f, const Program *p, StrBuf *out) {
  const LoadPackage *lp = p->main->loader;
  sb_printf(out, "path\t%s\n", lp->path->s);
  put_modules(p, out);
  put_settings(f, p, out);
}

static void put_frame(const char *text, StrBuf *out) {
  sb_printf(out, "%s%s", info_start, text);
  sb_write(out, info_end, sizeof info_end - 1);
}

void buildinfo_set_linked(const char *text) {
  StrBuf b = {0};
  GoString *var = link_global("runtime.modinfo");
  if (!var) return;
  put_frame(text, &b);
  *var = (GoString){(const u8 *)b.p, (i64)b.n};
}

bool buildinfo_set(BcModule *m, const char *text, Err *e) {
  StrBuf b = {0};
  put_frame(text, &b);
  bool ok = module_set_string_var(m, "runtime.modinfo", b.p, b.n, e);
  sb_free(&b);
  return ok;
}

/* ---- govm version FILE ---- */
static void print_info(const char *path, const BcModule *m, const Bundle *b, bool modules) {
  printf("%s: %s\n", path, m->goversion ? m->goversion->s : "go1.26");
  const char *p = b->info, *end = p + b->ninfo;
  while (modules && p < end) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    if (!nl) nl = end;
    printf("\t%.*s\n", (int)(nl - p), p);
    p = nl + 1;
  }
}

int buildinfo_print(int argc, char **argv, bool modules) {
  int status = 0;
  for (int i = 0; i < argc; i++) {
    StrBuf file = {0};
    Bundle b;
    Err e = {0};
    BcModule *m = NULL;
    if (!cli_read_file(argv[i], &file, &e))
      fprintf(stderr, "%s: %s\n", argv[i], e.msg);
    else if (!bundle_in_file((const u8 *)sb_cstr(&file), file.n, &b))
      fprintf(stderr, "%s: could not read Go build info from %s: not a Go executable\n", argv[i], argv[i]);
    else if (!(m = module_read(b.module, b.nmodule, &e)))
      fprintf(stderr, "%s: could not read Go build info from %s: %s\n", argv[i], argv[i], e.msg);
    if (m) print_info(argv[i], m, &b, modules);
    else status = 1;
    if (m) module_free(m);
    sb_free(&file);
  }
  return status;
}

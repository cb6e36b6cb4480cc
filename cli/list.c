/* list.c - `govm list`: packages and modules, plain, as JSON, or by a template (cmd/go/internal/list). */
#include <stdio.h>
#include <stdlib.h>

#include "cli/image.h"
#include "cli/list_packages.h"
#include "cli/list_template.h"
#include "cli/program.h"
#include "frontend/loader_patterns.h"

typedef struct ListCommand {
  LoadConfig load;
  const char *format; /* -f */
  bool json, modules, deps, test, errors, find;
  StrVec fields; /* of -json=... */
  const char *const *args;
  u32 nargs;
} ListCommand;

static const char usage[] =
    "list [-f FORMAT] [-json[=FIELDS]] [-m] [-deps] [-test] [-e] [-find] [-tags LIST] [-mod MODE] [PACKAGES]";

/* ---- flags ---- */

static void split_commas(const char *s, StrVec *out) {
  while (*s) {
    size_t n = strcspn(s, ",");
    if (n) VEC_PUSH(NULL, out, atom_new(s, n)->s);
    s += n + (s[n] != 0);
  }
}

/* A boolean flag: true when arg is it; "-name=false" clears it. */
static bool bool_flag(const char *arg, const char *name, bool *out) {
  size_t n = strlen(name);
  if (strncmp(arg, name, n) != 0 || (arg[n] && arg[n] != '=')) return false;
  *out = !arg[n] || strcmp(arg + n + 1, "false") != 0;
  return true;
}

/* A flag with a value, in this word or the next; NULL when arg is another. */
static const char *value_flag(int argc, char **argv, int *i, const char *arg, const char *name) {
  size_t n = strlen(name);
  if (strncmp(arg, name, n) != 0) return NULL;
  if (arg[n] == '=') return arg + n + 1;
  return !arg[n] && *i + 1 < argc ? argv[++*i] : NULL;
}

static bool take_flag(ListCommand *c, int argc, char **argv, int *i) {
  const char *a = argv[*i] + 1 + (argv[*i][1] == '-'), *v;
  bool ignored;
  if (strncmp(a, "json=", 5) == 0) {
    c->json = true;
    split_commas(a + 5, &c->fields);
  } else if (bool_flag(a, "json", &c->json) || bool_flag(a, "m", &c->modules) ||
             bool_flag(a, "deps", &c->deps) || bool_flag(a, "test", &c->test) ||
             bool_flag(a, "e", &c->errors) || bool_flag(a, "find", &c->find) || bool_flag(a, "v", &ignored)) {
    return true;
  } else if ((v = value_flag(argc, argv, i, a, "f"))) {
    c->format = v;
  } else if ((v = value_flag(argc, argv, i, a, "tags"))) {
    StrVec tags = {0};
    split_commas(v, &tags);
    for (u32 k = 0; k < tags.n; k++) VEC_PUSH(NULL, &c->load.tags, atom_cstr(tags.v[k]));
    VEC_FREE(&tags);
  } else if ((v = value_flag(argc, argv, i, a, "modfile"))) {
    c->load.modfile = v;
  } else if ((v = value_flag(argc, argv, i, a, "mod"))) {
    c->load.mod = v;
  } else {
    return false;
  }
  return true;
}

static int parse_flags(ListCommand *c, int argc, char **argv) {
  int i = 1;
  for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
    if (strcmp(argv[i], "--") == 0) {
      i++;
      break;
    }
    if (take_flag(c, argc, argv, &i)) continue;
    fprintf(stderr, "flag provided but not defined: %s\n", argv[i]);
    return cli_usage(usage);
  }
  c->args = (const char *const *)argv + i;
  c->nargs = (u32)(argc - i);
  const char *clash = c->format && c->json                 ? "go list -f cannot be used with -json"
                      : c->modules && c->deps              ? "go list -deps cannot be used with -m"
                      : c->modules && c->find              ? "go list -find cannot be used with -m"
                      : c->modules && c->test              ? "go list -test cannot be used with -m"
                      : c->find && c->deps                 ? "go list -deps cannot be used with -find"
                      : c->find && c->test                 ? "go list -test cannot be used with -find"
                                                           : NULL;
  if (clash) fprintf(stderr, "%s\n", clash);
  return clash ? 1 : 0;
}

/* ---- printing ---- */

typedef struct Printer {
  const ListCommand *command;
  Template *format;
  Lister *lister;
} Printer;

/* Prints one value; plain is what it looks like without -json and -f. False after an error. */
static bool print_value(const Printer *p, const Value *v, const char *plain) {
  const ListCommand *c = p->command;
  StrBuf b = {0};
  Err e;
  bool ok = true;
  if (c->json) {
    value_json(v, c->fields.n ? c->fields.v : NULL, c->fields.n, &b);
  } else if (p->format) {
    ok = template_execute(p->format, &p->lister->arena, v, &b, &e);
  } else {
    sb_puts(&b, plain);
  }
  fwrite(sb_cstr(&b), 1, b.n, stdout);
  if (b.n && b.p[b.n - 1] != '\n') putchar('\n');
  sb_free(&b);
  if (!ok) fflush(stdout), fprintf(stderr, "%s\n", e.msg);
  return ok;
}

static void print_error(const char *text) {
  fflush(stdout);
  fprintf(stderr, "%s\n", text);
}

/* ---- packages ---- */

/* Prints the errors of packages and drops those that have one. True when there were none. */
static bool drop_broken(Lister *l, ListPackages *list) {
  u32 kept = 0, n = list->n;
  for (u32 i = 0; i < n; i++) {
    ListPackage *p = list->v[i];
    if (p->error) print_error(lister_error(l, p));
    if (!p->error) list->v[kept++] = p;
  }
  list->n = kept;
  return kept == n;
}

static bool wants_embed_files(const ListCommand *c) {
  bool wanted = c->fields.n == 0;
  for (u32 i = 0; i < c->fields.n; i++) wanted |= strstr(c->fields.v[i], "EmbedFiles") != NULL;
  return wanted;
}

static int list_packages(const ListCommand *c, Printer *p) {
  Lister *l = p->lister;
  ListPackages list = {0}, all = {0};
  int status = 0;
  l->find_only = c->find;
  l->embeds = (c->json && wants_embed_files(c)) || (c->format && strstr(c->format, "EmbedFiles"));
  lister_load(l, c->args, c->nargs, &list);
  if (!c->errors && (!drop_broken(l, &list) || l->sink->nerrors)) return 1;
  if (c->test) lister_add_tests(l, &list);
  if (c->deps) {
    lister_deps(l, &list, &all);
    list = all;
    for (u32 i = 0; i < list.n && !c->errors; i++) {
      if (!list.v[i]->error) continue;
      print_error(lister_error(l, list.v[i]));
      status = 1;
    }
  }
  for (u32 i = 0; i < list.n; i++) {
    const Value *v = c->json || c->format ? lister_value(l, list.v[i]) : NULL;
    if (!print_value(p, v, list.v[i]->path->s)) return 1;
  }
  return status;
}

/* ---- modules ---- */

static bool print_module(const Printer *p, Modules *m, Module *mod) {
  if (!mod->is_main && !modules_vendoring(m)) modules_fetch_known(m, mod);
  const Value *v = p->command->json || p->format ? lister_module_value(p->lister, mod) : NULL;
  return print_value(p, v, lister_module_text(p->lister, mod));
}

/* The modules that one argument names. */
static bool match_modules(const Printer *p, Modules *m, const char *arg, ModuleList *out) {
  ModuleList all = {0};
  const char *error;
  u32 before = out->n;
  if (strchr(arg, '@'))
    return cli_error("list -m %s: only a network knows other versions than those that go.mod selects; use go "
                     "list -m %s",
                     arg, arg),
           false;
  if (modules_vendoring(m) && (strcmp(arg, "all") == 0 || strstr(arg, "..."))) {
    fprintf(stderr, "go: can't %s using the vendor directory\n\t(Use -mod=mod or -mod=readonly to bypass.)\n",
            strcmp(arg, "all") == 0 ? "compute 'all'" : "match module patterns");
    return false;
  }
  if (!modules_build_list(m, &all, &error)) {
    if (*error) fprintf(stderr, "go: %s\n", error);
    load_modules(p->lister->loader, NULL);
    return false;
  }
  for (u32 i = 0; i < all.n; i++)
    if (strcmp(arg, "all") == 0 || pattern_match(arg, all.v[i]->path->s))
      VEC_PUSH(&p->lister->arena, out, all.v[i]);
  if (out->n > before || strstr(arg, "...")) {
    if (out->n == before)
      fprintf(stderr, "go: warning: pattern \"%s\" matched no module dependencies\n", arg);
    return true;
  }
  fprintf(stderr, "go: module %s: not a known dependency\n", arg);
  return false;
}

static int list_modules(const ListCommand *c, Printer *p) {
  Modules *m = load_modules(p->lister->loader, NULL);
  ModuleList list = {0};
  bool ok = true;
  if (!m) return 1;
  if (modules_mode(m) == MODE_GOPATH)
    return fprintf(stderr, "go: list -m cannot be used with GO111MODULE=off\n"), 1;
  if (modules_main(m)->n == 0 && c->nargs == 0) /* as the go command calls the module it makes up */
    VEC_PUSH(&p->lister->arena, &list, modules_command_line(m));
  for (u32 i = 0; c->nargs == 0 && i < modules_main(m)->n; i++)
    VEC_PUSH(&p->lister->arena, &list, modules_main(m)->v[i]);
  for (u32 i = 0; i < c->nargs; i++) ok &= match_modules(p, m, c->args[i], &list);
  if (!ok && !c->errors) return 1;
  for (u32 i = 0; i < list.n; i++)
    if (!print_module(p, m, list.v[i])) return 1;
  return ok ? 0 : 1;
}

/* ---- the command ---- */

int cmd_list(int argc, char **argv) {
  ListCommand c = {0};
  DiagSink sink = {0};
  Err e;
  image_use();
  int status = parse_flags(&c, argc, argv);
  if (status) return status;
  c.load.goroot = image_goroot(&e);
  for (u32 i = 0; i < image.names.n; i++) VEC_PUSH(NULL, &c.load.std_names, image.names.v[i]);
  if (image.std) c.load.goroot_name = image.goroot->s;
  c.load.overlay_dir = "";
  if (c.format && !*c.format) c.format = NULL;
  if (!c.load.goroot) return cli_error("%s", e.msg);
  if (!*c.load.goroot) c.load.goroot = NULL; /* names are all there is of std */
  Lister l = {.loader = loader_new(&c.load, &sink), .sink = &sink};
  Printer p = {.command = &c, .lister = &l};
  if (c.format && !(p.format = template_parse(&l.arena, c.format, &e))) {
    fprintf(stderr, "%s\n", e.msg);
    status = 1;
  } else {
    status = c.modules ? list_modules(&c, &p) : list_packages(&c, &p);
  }
  if (sink.nerrors) {
    fflush(stdout);
    diag_print(&sink, stderr, 0);
    if (!c.errors || !load_modules(l.loader, NULL)) status = 1;
  }
  lister_free(&l);
  loader_free(l.loader);
  diag_free(&sink);
  VEC_FREE(&c.fields);
  VEC_FREE(&c.load.tags);
  return status;
}

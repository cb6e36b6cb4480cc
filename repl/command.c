/* command.c - the REPL's commands: one row of `commands` and one function each. */
#include "repl/command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "frontend/lower.h"
#include "repl/report.h"
#include "runtime/sched.h"

bool command_quit;

typedef bool CommandFn(Session *s, const char *arg, size_t n);
static CommandFn run_help, run_type, run_vars, run_funcs, run_types, run_imports, run_load, run_dump,
    run_time, run_quit;

static const struct Command {
  const char *name, *arg, *what;
  CommandFn *run;
  bool needs_arg;
} commands[] = {
    {"help", "", "show this text", run_help, false},
    {"type", "EXPR", "the type of an expression, which is not evaluated", run_type, true},
    {"vars", "", "the variables and constants of the session", run_vars, false},
    {"funcs", "", "its functions", run_funcs, false},
    {"types", "", "its types, with their methods", run_types, false},
    {"imports", "", "its imports", run_imports, false},
    {"load", "FILE", "evaluate a file of Go declarations, statements or commands", run_load, true},
    {"dump", "FUNC or EXPR", "the bytecode of a function or of an evaluation", run_dump, true},
    {"time", "EXPR", "evaluate and show how long it took", run_time, true},
    {"quit", "", "leave, as Ctrl-D does", run_quit, false},
};
const char *const command_names[] = {"help", "type", "vars", "funcs", "types", "imports",
                                     "load", "dump", "time", "quit",  NULL};
static_assert(ARRAY_LEN(command_names) == ARRAY_LEN(commands) + 1, "command names");

static bool run_help(Session *s, const char *arg, size_t n) {
  (void)s, (void)arg, (void)n;
  report_text(
      "Type Go: declarations, statements, expressions, whole files, in any order. An expression is shown as\n"
      "value : type. Names may be declared again. Packages of std are imported when they are used.\n"
      "Unfinished input goes on in the next line; Ctrl-C drops it, or stops what runs; Ctrl-D leaves.\n"
      "Goroutines run on while you type. Tab completes; the arrow keys and Ctrl-R recall earlier inputs.\n\n");
  for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
    StrBuf b = {0};
    sb_printf(&b, ":%s %s", commands[i].name, commands[i].arg);
    report_text("  %-20s %s\n", sb_cstr(&b), commands[i].what);
    sb_free(&b);
  }
  return true;
}

static bool run_type(Session *s, const char *arg, size_t n) {
  ExprFacts x;
  if (!session_expr(s, arg, n, &x)) return false;
  StrBuf b = {0};
  if (x.mode == TV_NOVALUE || !x.type) sb_puts(&b, "no value");
  else if (x.mode == TV_BUILTIN) sb_puts(&b, "built-in function");
  else session_type_string(&b, x.type);
  report_value(b.p, b.n);
  sb_free(&b);
  return true;
}

/* ---- lists ---- */
typedef VEC(Object *) Objects;

/* The session's visible objects of these kinds, the oldest first. */
static void collect(const Session *s, u32 kinds, Objects *out) {
  for (Scope *sc = s->scope; sc && sc != universe; sc = sc->parent) {
    for (u32 i = sc->elems.n; i-- > 0;) {
      Object *o = sc->elems.entries[i].val;
      if (!o || !(kinds & 1u << o->kind) || atom_is(o->name, "_") || session_lookup(s, o->name) != o)
        continue;
      VEC_PUSH(NULL, out, o);
    }
  }
  for (u32 i = 0; i < out->n / 2; i++) {
    Object *t = out->v[i];
    out->v[i] = out->v[out->n - 1 - i];
    out->v[out->n - 1 - i] = t;
  }
}

static bool run_vars(Session *s, const char *arg, size_t n) {
  (void)arg, (void)n;
  Objects list = {0};
  collect(s, 1u << OBJ_VAR | 1u << OBJ_CONST, &list);
  bool ok = true;
  for (u32 i = 0; i < list.n; i++) {
    StrBuf label = {0};
    sb_printf(&label, "%s = ", list.v[i]->name->s);
    report_label(sb_cstr(&label));
    ok &= session_eval(s, list.v[i]->name->s, list.v[i]->name->len, false);
    report_label("");
    sb_free(&label);
  }
  VEC_FREE(&list);
  return ok;
}

static void print_func(const char *before, const Object *f) {
  StrBuf b = {0};
  session_type_string(&b, f->type);
  const char *sig = sb_cstr(&b);
  report_text("%s%s%s\n", before, f->name->s, strncmp(sig, "func", 4) == 0 ? sig + 4 : sig);
  sb_free(&b);
}

static bool run_funcs(Session *s, const char *arg, size_t n) {
  (void)arg, (void)n;
  Objects list = {0};
  collect(s, 1u << OBJ_FUNC, &list);
  for (u32 i = 0; i < list.n; i++) print_func("func ", list.v[i]);
  VEC_FREE(&list);
  return true;
}

static bool run_types(Session *s, const char *arg, size_t n) {
  (void)arg, (void)n;
  Objects list = {0};
  collect(s, 1u << OBJ_TYPENAME, &list);
  for (u32 i = 0; i < list.n; i++) {
    StrBuf b = {0};
    session_type_string(&b, list.v[i]->is_alias ? list.v[i]->type : type_under(list.v[i]->type));
    report_text("type %s%s %s\n", list.v[i]->name->s, list.v[i]->is_alias ? " =" : "", sb_cstr(&b));
    sb_free(&b);
    Named *named = list.v[i]->is_alias ? NULL : type_as_named(list.v[i]->type);
    for (u32 k = 0; named && k < named_num_methods(named); k++) print_func("  ", named_method(named, k));
  }
  VEC_FREE(&list);
  return true;
}

static bool run_imports(Session *s, const char *arg, size_t n) {
  (void)arg, (void)n;
  Objects list = {0};
  collect(s, 1u << OBJ_PKGNAME, &list);
  for (u32 i = 0; i < list.n; i++) {
    const Package *p = list.v[i]->imported;
    if (p->name == list.v[i]->name) report_text("import \"%s\"\n", p->path->s);
    else report_text("import %s \"%s\"\n", list.v[i]->name->s, p->path->s);
  }
  VEC_FREE(&list);
  return true;
}

/* ---- evaluating ---- */
static bool run_load(Session *s, const char *arg, size_t n) {
  static u32 depth;
  char *path = xmalloc(n + 1);
  memcpy(path, arg, n);
  path[n] = 0;
  StrBuf text = {0};
  char buf[8192];
  FILE *f = fopen(path, "re");
  bool ok = f != NULL;
  for (size_t k; ok && (k = fread(buf, 1, sizeof buf, f)) > 0;) sb_write(&text, buf, k);
  if (f && ferror(f)) ok = false;
  if (!ok) {
    report_error("open %s: %s", path, strerror(errno));
  } else if (depth >= 16) {
    report_error(":load %s: files load each other too deeply", path);
    ok = false;
  } else {
    depth++;
    ok = session_eval(s, sb_cstr(&text), text.n, false);
    depth--;
  }
  if (f) fclose(f);
  sb_free(&text);
  xfree(path);
  return ok;
}

static void dump_module(const BcModule *m) {
  for (u32 i = 0; i < m->funcs.n; i++) {
    const BcFunc *f = &m->funcs.v[i];
    if (f->flags & BCF_EXTERN || !f->ncode || strncmp(f->name->s, "main.init", 9) != 0) continue;
    StrBuf b = {0};
    func_disasm(m, f, &b);
    report_text("%s", sb_cstr(&b));
    sb_free(&b);
  }
}

/* The code of the function in the module that defines it; false when there is none. */
static bool dump_symbol(const Session *s, const Atom *symbol) {
  for (u32 i = s->modules.n; i-- > 0;) {
    const BcModule *m = s->modules.v[i];
    for (u32 k = 0; k < m->funcs.n; k++) {
      const BcFunc *f = &m->funcs.v[k];
      if (f->symbol != symbol || f->flags & BCF_EXTERN || !f->ncode) continue;
      StrBuf b = {0};
      func_disasm(m, f, &b);
      report_text("%s", sb_cstr(&b));
      sb_free(&b);
      return true;
    }
  }
  return false;
}

static bool run_dump(Session *s, const char *arg, size_t n) {
  Object *o = session_lookup(s, atom_new(arg, n));
  if (o && o->kind == OBJ_FUNC && dump_symbol(s, lower_func_symbol(o))) return true;
  BcModule *m = session_compile(s, arg, n);
  if (!m) return false;
  dump_module(m);
  module_free(m);
  return true;
}

static bool run_time(Session *s, const char *arg, size_t n) {
  i64 start = nanotime();
  bool ok = session_eval(s, arg, n, false);
  double ms = (double)(nanotime() - start) / 1e6;
  report_text("took %.3f ms\n", ms);
  return ok;
}

static bool run_quit(Session *s, const char *arg, size_t n) {
  (void)s, (void)arg, (void)n;
  return command_quit = true;
}

bool command_run(Session *s, const char *text, size_t n) {
  size_t name_n = 1;
  while (name_n < n && text[name_n] != ' ' && text[name_n] != '\t') name_n++;
  const char *arg = text + name_n, *end = text + n;
  while (arg < end && (*arg == ' ' || *arg == '\t')) arg++;
  while (end > arg && strchr(" \t\r\n", end[-1])) end--;
  for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
    const struct Command *c = &commands[i];
    if (strlen(c->name) != name_n - 1 || memcmp(c->name, text + 1, name_n - 1) != 0) continue;
    if (c->needs_arg != (arg < end)) {
      report_error("usage: :%s %s", c->name, c->arg);
      return false;
    }
    return c->run(s, arg, (size_t)(end - arg));
  }
  report_error("unknown command %.*s; :help lists the commands", (int)name_n, text);
  return false;
}

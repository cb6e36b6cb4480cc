/* session.c - from an item of an input to a linked module that runs. See session.h.
 *
 * An item becomes the text of a Go file: declarations as they are; `a := x` as a variable declaration;
 * statements as the body of an init function, so that running an item is initialising its package. A line
 * directive gives everything the positions it has in the input. An expression is checked first, then compiled
 * as the argument of the function that shows values. Start reading at session_eval(), then run_item(). */
#include "repl/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "frontend/lower.h"
#include "repl/command.h"
#include "repl/eval.h"
#include "repl/report.h"
#include "runtime/str.h"
#include "vm/govm.h"
#include "vm/link.h"

#define SHOW_PATH "internal/replshow"
#define SHOW_NAME "\xca\x98" /* a letter nobody uses: the name that package is imported as */

bool session_start(Session *s, const SessionConfig *cfg, Err *e) {
  *s = (Session){.cfg = *cfg};
  types_init();
  s->symbols = cfg->symbols ? cfg->symbols : xcalloc(1, sizeof *s->symbols);
  s->load = (LoadConfig){.goroot = cfg->goroot,
                         .goroot_name = cfg->goroot_name,
                         .overlay_dir = cfg->overlay_dir,
                         .external = cfg->external,
                         .allow_internal = true};
  s->loader = loader_new(&s->load, &s->load_sink);
  return session_import(s, atom_cstr("runtime"), e) && session_import(s, atom_cstr(SHOW_PATH), e);
}

/* ---- names ---- */
static Object *lookup_from(const Scope *scope, const Atom *name) {
  for (; scope; scope = scope->parent) {
    Object *o = scope_lookup(scope, name);
    if (o) return o;
  }
  return NULL;
}
Object *session_lookup(const Session *s, const Atom *name) {
  return lookup_from(s->scope ? s->scope : universe, name);
}

static const char *plain_qualifier(void *ctx, const Package *p) {
  (void)ctx;
  return p->link_name ? "" : p->name->s;
}
void session_type_string(StrBuf *out, Type *t) { type_string(out, t, plain_qualifier, NULL); }

/* ---- checking ---- */
typedef struct Unit { /* one item as a package */
  Session *s;
  const char *input; /* the whole input, for reports */
  size_t input_n;
  VEC(const Atom *) imports; /* added because a name was undefined and is that of a std package */
  DiagSink sink;
  File *file;
  Package *pkg;
} Unit;

static Package *import_package(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)pos;
  return session_import(((Unit *)ctx)->s, path, e);
}

static void unit_reset(Unit *u) {
  diag_free(&u->sink);
  u->sink = (DiagSink){0};
  u->file = NULL;
  u->pkg = NULL;
}
static void unit_free(Unit *u) {
  unit_reset(u);
  VEC_FREE(&u->imports);
}

/* Parses and checks head + the bytes [start, end) of the input, from line:col on, + tail. Diagnostics stay in
 * u->sink. */
static bool check_text(Unit *u, const char *head, const char *body, size_t n, u32 line, u32 col,
                       const char *tail) {
  Session *s = u->s;
  StrBuf b = {0};
  unit_reset(u);
  sb_puts(&b, "package main;");
  for (u32 i = 0; i < u->imports.n; i++) sb_printf(&b, "import \"%s\";", u->imports.v[i]->s);
  sb_printf(&b, "%s/*line input:%u:%u*/", head, line, col);
  sb_write(&b, body, n);
  sb_puts(&b, tail);
  const Atom *name = atom_printf("input %u", ++s->ninputs);
  ParseOptions opt = {.check_branches = true};
  u->file = syntax_parse(&s->trees, &u->sink, name->s, name->s, sb_cstr(&b), b.n, &opt);
  sb_free(&b);
  if (u->sink.nerrors) return false;
  CheckConfig cfg = {
      .outer = s->scope,
      .link_name = atom_printf("main\xc2\xb7%u", s->ninputs),
      .allow_unused_imports = true,
      .complete = true,
      .import = import_package,
      .ctx = u,
  };
  u->pkg = check_package(&cfg, atom_cstr("main"), &u->file, 1, &u->sink);
  return u->sink.nerrors == 0;
}

static const char undefined[] = "undefined: ";

/* Adds imports for names that are undefined and those of std packages; false when there is none to add. */
static bool add_missing_imports(Unit *u) {
  u32 before = u->imports.n;
  for (u32 i = 0; i < u->sink.diags.n; i++) {
    const char *msg = u->sink.diags.v[i].msg;
    if (strncmp(msg, undefined, sizeof undefined - 1) != 0) continue;
    const char *path = std_path_of(msg + sizeof undefined - 1);
    const Atom *atom = path ? atom_cstr(path) : NULL;
    for (u32 k = 0; atom && k < u->imports.n; k++)
      if (u->imports.v[k] == atom) atom = NULL;
    if (atom) VEC_PUSH(NULL, &u->imports, atom);
  }
  return u->imports.n > before;
}

static bool check_item(Unit *u, const char *head, const Item *it, const char *tail) {
  while (!check_text(u, head, u->input + it->start, it->end - it->start, it->line, it->col, tail))
    if (!u->pkg || !add_missing_imports(u)) return false;
  return true;
}

static PRINTF(2, 3) void note(const Session *s, const char *fmt, ...) {
  if (s->cfg.quiet) return;
  va_list ap;
  va_start(ap, fmt);
  report_note(fmt, ap);
  va_end(ap);
}

/* Tells which packages an undefined name may mean, when there are several. */
static void suggest_imports(const Unit *u) {
  for (u32 i = 0; i < u->sink.diags.n; i++) {
    const char *msg = u->sink.diags.v[i].msg;
    if (strncmp(msg, undefined, sizeof undefined - 1) != 0) continue;
    StrBuf paths = {0};
    std_paths_named(msg + sizeof undefined - 1, &paths);
    if (paths.n) note(u->s, "import one of%s", sb_cstr(&paths));
    sb_free(&paths);
  }
}

static bool fail(Unit *u) {
  if (u->pkg) check_undo(u->pkg);
  report_diags(&u->sink, u->input, u->input_n);
  suggest_imports(u);
  return false;
}

/* ---- redefinition ---- */
static bool is_generic_func(const Object *o) {
  const Signature *sig = (Signature *)type_under(o->type);
  return (sig->tparams && sig->tparams->n) || (sig->rparams && sig->rparams->n);
}

/* The object of an earlier input that o hides. */
static Object *hidden_by(const Object *o) {
  Object *old = lookup_from(o->pkg->scope->parent, o->name);
  return old && old->pkg && old->pkg->link_name && old->kind != OBJ_PKGNAME ? old : NULL;
}

static bool is_initialised(const Package *p, const Object *var) {
  for (u32 i = 0; i < p->init_order.n; i++)
    for (u32 k = 0; k < p->init_order.v[i].nlhs; k++)
      if (p->init_order.v[i].lhs[k] == var) return true;
  return false;
}

/* Before lowering: variables that go on as the ones they hide. */
static void share_variables(Package *p) {
  for (u32 i = 0; i < p->scope->elems.n; i++) {
    Object *o = p->scope->elems.entries[i].val, *old;
    if (!o || o->kind != OBJ_VAR || !(old = hidden_by(o)) || old->kind != OBJ_VAR) continue;
    if (types_identical(o->type, old->type) && is_initialised(p, o)) o->origin = old;
  }
}

static void redefine_func(Session *s, Object *o, Object *hidden) {
  if (hidden->kind != OBJ_FUNC) return;
  if (is_generic_func(o) || is_generic_func(hidden)) {
    note(s, "%s: instances made before keep the old code", o->name->s);
    return;
  }
  bool any = false;
  const char *symbol = lower_func_symbol(o)->s;
  for (Scope *sc = o->pkg->scope->parent; sc; sc = sc->parent) {
    Object *old = scope_lookup(sc, o->name);
    bool same = old && old->kind == OBJ_FUNC && old->pkg && old->pkg->link_name && !is_generic_func(old) &&
                types_identical(o->type, old->type);
    if (same) vm_redefine(lower_func_symbol(old)->s, symbol), any = true;
  }
  note(s,
       any ? "%s is redefined for all its callers"
           : "%s has another signature now; functions declared before call the old one",
       o->name->s);
}

/* After linking: functions, methods; notes about the rest. */
static void redefine(Session *s, Package *p) {
  for (u32 i = 0; i < p->scope->elems.n; i++) {
    Object *o = p->scope->elems.entries[i].val, *old;
    if (!o || o->pkg != p || !(old = hidden_by(o))) continue;
    if (o->kind == OBJ_FUNC) redefine_func(s, o, old);
    else if (o->kind == OBJ_TYPENAME && old->kind == OBJ_TYPENAME)
      note(s, "%s is a new type; values made before keep the old one", o->name->s);
    else if (o->kind == OBJ_VAR && old->kind == OBJ_VAR && !o->origin)
      note(s, "%s is a new variable; functions declared before use the old one", o->name->s);
  }
  for (u32 i = 0; i < p->method_changes.n; i++) {
    const MethodChange *c = &p->method_changes.v[i];
    Object *now = c->base->methods.v[c->index];
    if (!c->before || is_generic_func(now)) continue;
    bool same = types_identical(now->type, c->before->type);
    if (same) vm_redefine(lower_func_symbol(c->before)->s, lower_func_symbol(now)->s);
    note(s,
         same ? "%s.%s is redefined for all its callers"
              : "%s.%s has another signature now; functions declared before call the old one",
         c->base->obj->name->s, now->name->s);
  }
}

/* ---- methods for earlier types ---- */
typedef VEC(Type *) Types;

static bool embeds_something(Type *t) {
  Struct *st = type_under(t)->kind == TYPE_STRUCT ? (Struct *)type_under(t) : NULL;
  for (u32 i = 0; st && i < st->nfields; i++)
    if (st->fields[i]->embedded) return true;
  return false;
}

/* Types whose descriptors must be made anew: those that got methods, and any that may promote them. */
static void changed_types(Package *p, Types *out) {
  if (!p->method_changes.n) return;
  for (Scope *sc = p->scope->parent; sc; sc = sc->parent) {
    for (u32 i = 0; i < sc->elems.n; i++) {
      Object *o = sc->elems.entries[i].val;
      Named *n = o && o->kind == OBJ_TYPENAME && o->pkg && o->pkg->link_name ? type_as_named(o->type) : NULL;
      if (!n || o->is_alias || (n->tparams && n->tparams->n) || type_is_interface(o->type)) continue;
      bool changed = embeds_something(o->type);
      for (u32 k = 0; k < p->method_changes.n; k++) changed |= p->method_changes.v[k].base == n;
      if (changed) VEC_PUSH(NULL, out, o->type);
    }
  }
}

/* ---- linking and running ---- */
static BcModule *lower_unit(Unit *u) {
  Types anew = {0};
  changed_types(u->pkg, &anew);
  share_variables(u->pkg);
  LowerConfig cfg = {
      .library = true, .defined = u->s->symbols, .anew = anew.v, .nanew = anew.n, .replaceable = true};
  BcModule *m = lower_program(&cfg, &u->pkg, 1, NULL, &u->sink);
  VEC_FREE(&anew);
  return m;
}

/* The file's imports belong to the session from now on. */
static void keep_imports(Unit *u) {
  Scope *file = u->pkg->scope->first_child;
  for (u32 i = 0; file && i < file->elems.n; i++) {
    Object *o = file->elems.entries[i].val;
    if (!o || (o->kind == OBJ_PKGNAME && atom_is(o->name, SHOW_NAME))) continue;
    ptrmap_set(&u->pkg->scope->elems, o->name, o);
  }
  for (u32 i = 0; i < u->imports.n; i++) note(u->s, "import \"%s\"", u->imports.v[i]->s);
}

/* Links and initialises the checked unit. An item that fails when it runs declares nothing if it is a
 * definition. */
static bool run_unit(Unit *u, bool define) {
  Session *s = u->s;
  Err e;
  BcModule *m = lower_unit(u);
  if (!m) return fail(u);
  if (!vm_load(m, &e)) {
    check_undo(u->pkg);
    report_error("%s", e.msg);
    return false;
  }
  symbols_add_module(s->symbols, m);
  VEC_PUSH(NULL, &s->modules, m);
  Scope *before = s->scope;
  redefine(s, u->pkg);
  keep_imports(u);
  if (u->pkg->scope->elems.n) s->scope = u->pkg->scope;
  EvalEnd end = eval_run(vm_inits_func(m));
  if (end != EVAL_DONE && define) s->scope = before;
  return end == EVAL_DONE;
}

/* ---- expressions ---- */
/* The expression that the unit, checked as statements of an init function, consists of; NULL when it is none.
 */
static Expr *only_expr(const Unit *u) {
  FuncDecl *f = u->file && u->file->decls.n ? (FuncDecl *)VEC_LAST(&u->file->decls) : NULL;
  if (!f || f->d.n.kind != N_FuncDecl || !f->body || f->body->list.n != 1) return NULL;
  Stmt *st = f->body->list.v[0];
  return st->n.kind == N_ExprStmt ? ((ExprStmt *)st)->x : NULL;
}

static bool ends_in(const char *s, const char *end) {
  size_t n = strlen(s), k = strlen(end);
  return n >= k && strcmp(s + n - k, end) == 0;
}

/* Checks it as a statement; that its value is not used is no error here. *x is NULL when it is no expression.
 */
static bool check_expr_item(Unit *u, const Item *it, Expr **x) {
  bool ok = check_item(u, "func init(){", it, "\n}");
  *x = u->pkg ? only_expr(u) : NULL;
  if (ok || !*x) return ok;
  u32 others = 0;
  for (u32 i = 0; i < u->sink.diags.n; i++) {
    const Diag *d = &u->sink.diags.v[i];
    if (!ends_in(d->msg, "is not used") && !ends_in(d->msg, "is not an expression"))
      u->sink.diags.v[others++] = *d;
  }
  if (!others) return (*x)->mode != TV_NONE;
  u->sink.diags.n = others;
  return false;
}

/* Print functions of fmt: nobody wants to see how many bytes they wrote. */
static bool is_print_call(const Expr *x) {
  if (x->n.kind != N_CallExpr) return false;
  const Expr *fun = ((const CallExpr *)x)->fun;
  if (fun->n.kind != N_SelectorExpr) return false;
  const Name *sel = ((const SelectorExpr *)fun)->sel;
  const Object *o = sel->obj;
  return o && o->kind == OBJ_FUNC && o->pkg && atom_is(o->pkg->path, "fmt") && strstr(o->name->s, "rint");
}

static void put_quoted_type(StrBuf *b, Type *t) {
  StrBuf text = {0};
  if (type_is_interface(t)) sb_putc(&text, '!');
  session_type_string(&text, t);
  const_exact_string(b, const_make_string(sb_cstr(&text), text.n));
  sb_free(&text);
}

/* Integers that no variable can hold are shown exactly, as the constants they are; false for everything else.
 */
static bool show_big_const(const Expr *x) {
  i64 v;
  if (x->mode != TV_CONST || types_default(x->type) != typ[BK_INT] || const_kind(x->val) != CONST_INT)
    return false;
  if (const_int64_val(x->val, &v)) return false;
  StrBuf b = {0};
  const_exact_string(&b, x->val);
  sb_puts(&b, " : ");
  session_type_string(&b, typ[BK_UNTYPED_INT]);
  report_value(b.p, b.n);
  sb_free(&b);
  return true;
}

/* Evaluates the expression with the results shown. */
static bool run_shown(Unit *u, const Item *it, Expr *x) {
  StrBuf head = {0};
  sb_puts(&head, "import " SHOW_NAME " \"" SHOW_PATH "\";func init(){" SHOW_NAME ".As(");
  if (x->type->kind == TYPE_TUPLE) {
    Tuple *t = (Tuple *)x->type;
    for (u32 i = 0; i < t->n; i++) {
      if (i) sb_putc(&head, ',');
      put_quoted_type(&head, t->vars[i]->type);
    }
  } else {
    put_quoted_type(&head, types_default(x->type));
  }
  sb_puts(&head, ").Show(");
  const GoString *text = link_global(SHOW_PATH ".Text");
  bool ok = check_item(u, sb_cstr(&head), it, ")}") ? run_unit(u, false) : fail(u);
  sb_free(&head);
  if (ok) report_value((const char *)text->p, (size_t)text->len);
  return ok;
}

static bool run_expr(Unit *u, const Item *it, Expr *x) {
  switch (x->mode) {
  case TV_NOVALUE: return run_unit(u, false);
  case TV_NILVALUE: return report_value("nil", 3), true;
  case TV_TYPE: {
    StrBuf b = {0};
    session_type_string(&b, x->type);
    sb_puts(&b, " : type");
    report_value(b.p, b.n);
    sb_free(&b);
    return true;
  }
  case TV_BUILTIN: return fail(u);
  default:
    if (show_big_const(x)) return true;
    return u->sink.nerrors == 0 && is_print_call(x) ? run_unit(u, false) : run_shown(u, it, x);
  }
}

/* ---- items ---- */
/* a, b := x as var a, b = x: the operator loses its colon, the columns stay. */
static bool run_define(Unit *u, const Item *it) {
  char *text = xmalloc(u->input_n + 1);
  const char *whole = u->input;
  memcpy(text, whole, u->input_n);
  text[it->define] = ' ';
  u->input = text;
  bool ok = check_item(u, "var ", it, "\n");
  u->input = whole;
  xfree(text);
  return ok ? run_unit(u, true) : fail(u);
}

static bool run_item(Session *s, const char *text, size_t n, const Item *it) {
  Unit u = {.s = s, .input = text, .input_n = n};
  bool ok = false;
  Expr *x;
  switch (it->kind) {
  case ITEM_DECLS: ok = check_item(&u, "", it, "\n") ? run_unit(&u, false) : fail(&u); break;
  case ITEM_DEFINE: ok = run_define(&u, it); break;
  case ITEM_STMT:
    if (!check_expr_item(&u, it, &x)) ok = fail(&u);
    else ok = x ? run_expr(&u, it, x) : run_unit(&u, false);
    break;
  case ITEM_STRAY: report_at(text, n, it->define, "syntax error: unexpected %c", text[it->define]); break;
  case ITEM_COMMAND: break;
  }
  unit_free(&u);
  return ok;
}

bool session_eval(Session *s, const char *text, size_t n, bool keep_going) {
  ItemList items = {0};
  input_split(text, n, &items);
  bool all = true;
  for (u32 i = 0; i < items.n && (all || keep_going); i++) {
    const Item *it = &items.v[i];
    bool ok = it->kind == ITEM_COMMAND ? command_run(s, text + it->start, it->end - it->start)
                                       : run_item(s, text, n, it);
    all &= ok;
  }
  VEC_FREE(&items);
  return all;
}

/* ---- for commands ---- */
bool session_expr(Session *s, const char *text, size_t n, ExprFacts *out) {
  Unit u = {.s = s, .input = text, .input_n = n};
  Item it = {.end = (u32)n, .line = 1, .col = 1};
  Expr *x;
  bool ok = check_expr_item(&u, &it, &x) && x;
  if (ok) *out = (ExprFacts){x->mode, x->type, x->val};
  else if (u.sink.nerrors) fail(&u);
  else report_error("not an expression");
  unit_free(&u);
  return ok;
}

BcModule *session_compile(Session *s, const char *text, size_t n) {
  Unit u = {.s = s, .input = text, .input_n = n};
  Item it = {.end = (u32)n, .line = 1, .col = 1};
  BcModule *m = NULL;
  if (check_item(&u, "func init(){", &it, "\n}") ||
      (u.pkg && only_expr(&u) && check_item(&u, "func init(){_=", &it, "\n}")))
    m = lower_unit(&u);
  if (!m) fail(&u);
  unit_free(&u);
  return m;
}

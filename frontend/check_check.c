/* check_check.c - the checker's driver (types2/check.go): environments, delayed actions, phases of a package.
 *
 * Phases: collect the package's objects; find direct type cycles; check declarations (types, then aliases,
 * then the rest); run the delayed actions, among them all function bodies; clean up; order initialisations;
 * report unused imports; give untyped expressions their last recorded type; look for endless instantiation.
 * Start reading at check_package(). */
#include "frontend/check.h"

Checker *types_current_checker;
SNAPSHOT Arena types_arena;

/* ---- environment ---- */

/* The scope that has name, looking outwards, and its object; both NULL when there is none. The object's
 * parent may be another scope when it was dot-imported. */
Scope *check_lookup_scope(Checker *check, const Atom *name, Object **obj) {
  for (Scope *s = check->scope; s; s = s->parent)
    if ((*obj = scope_lookup(s, name))) return s;
  *obj = NULL;
  return NULL;
}

/* The object that name denotes here, or NULL. */
Object *check_lookup(Checker *check, const Atom *name) {
  Object *obj;
  check_lookup_scope(check, name, &obj);
  return obj;
}

/* Notes that the package-level declaration being checked depends on `to`. */
void check_add_decl_dep(Checker *check, Object *to) {
  if (check->decl && ptrmap_has(&check->obj_map, to)) decl_add_dep(check->decl, to);
}

/* Notes an untyped expression, whose type is recorded when it becomes final. */
void check_remember_untyped(Checker *check, Expr *e, bool lhs, OperandMode mode, Type *type,
                            const Const *val) {
  ExprInfo *info = ptrmap_get(&check->untyped, e);
  if (!info) {
    info = NEW(&types_arena, ExprInfo);
    ptrmap_set(&check->untyped, e, info);
  }
  *info = (ExprInfo){.is_lhs = lhs, .mode = mode, .type = type, .val = val};
}

void check_later(Checker *check, LaterFn f, void *ctx) {
  VEC_PUSH(NULL, &check->delayed, (Action){.version = check->version, .f = f, .ctx = ctx});
}

/* ---- the path of declarations being checked ---- */

void check_push(Checker *check, Object *obj) {
  VEC_PUSH(NULL, &check->obj_path, obj);
  obj->color = check->obj_path.n;
}

/* Ends what check_push() began. */
void check_pop(Checker *check) { VEC_POP(&check->obj_path)->color = 0; }

/* Has t completed when the package is done. */
void check_needs_cleanup(Checker *check, Type *t) { VEC_PUSH(NULL, &check->cleaners, t); }

/* The name instantiated by expr. */
Name *types_instantiated_ident(Expr *expr) {
  if (expr->n.kind == N_IndexExpr) expr = ((IndexExpr *)expr)->x;
  if (expr->n.kind == N_Name) return (Name *)expr;
  if (expr->n.kind == N_SelectorExpr) return ((SelectorExpr *)expr)->sel;
  BUG("no identifier in instantiated expression of kind %d", expr->n.kind);
}

/* ---- phases ---- */

/* Takes the files that belong to the package, which is named after the first, and their language versions. */
static void init_files(Checker *check, File **files, u32 nfiles) {
  Package *pkg = check->pkg;
  check->files = NEW_ARRAY(&types_arena, File *, nfiles);
  check->file_versions = NEW_ARRAY(&types_arena, GoVersion, nfiles);
  for (u32 i = 0; i < nfiles; i++) {
    const Atom *name = files[i]->pkgname ? files[i]->pkgname->name : NULL;
    if (!name) continue; /* a syntax error was reported */
    if (!pkg->name) {
      if (atom_is(name, "_"))
        check_error(check, files[i]->pkgname, E_BlankPkgName, "invalid package name _");
      else
        pkg->name = name;
    } else if (name != pkg->name) {
      check_errorf(check, files[i], E_MismatchedPkgName, "package %s; expected package %s", name->s,
                   pkg->name->s);
      continue;
    }
    check->files[check->nfiles++] = files[i];
    VEC_PUSH(&types_arena, &pkg->files, files[i]);
  }
  if (!pkg->name) pkg->name = atom_cstr("");

  GoVersion version = types_as_go_version(check->conf.goversion ? check->conf.goversion->s : NULL);
  if (version > GO_CURRENT && nfiles > 0)
    check_errorf(check, files[0], E_TooNew,
                 "package requires newer Go version %s (application built with %s)", version_string(version),
                 version_string(GO_CURRENT));
  for (u32 i = 0; i < check->nfiles; i++) {
    File *f = check->files[i];
    GoVersion v = types_as_go_version(f->goversion ? f->goversion->s : NULL);
    check->file_versions[i] = v ? (v > GO1(21) ? v : GO1(21)) : version;
    if (v > GO_CURRENT)
      check_errorf(check, f->pkgname, E_TooNew, "file requires newer Go version %s", version_string(v));
  }
}

/* Runs the actions delayed after `top`, which may add more. */
void check_process_delayed(Checker *check, u32 top) {
  GoVersion saved = check->version;
  for (u32 i = top; i < check->delayed.n; i++) {
    Action a = check->delayed.v[i];
    check->version = a.version;
    a.f(check, a.ctx);
  }
  check->delayed.n = top;
  check->version = saved;
}

/* Completes every type that was made; cleaning up one may make more. */
static void cleanup(Checker *check) {
  for (u32 i = 0; i < check->cleaners.n; i++) {
    Type *t = check->cleaners.v[i];
    switch (t->kind) {
    case TYPE_NAMED: named_cleanup((Named *)t); break;
    case TYPE_TYPEPARAM: typeparam_cleanup((TypeParam *)t); break;
    case TYPE_INTERFACE: interface_cleanup((Interface *)t); break;
    case TYPE_ALIAS: alias_cleanup((AliasType *)t); break;
    default: BUG("type of kind %d needs no cleanup", t->kind);
    }
  }
  check->cleaners.n = 0;
}

static void check_files(Checker *check, File **files, u32 nfiles) {
  init_files(check, files, nfiles);
  check_collect_objects(check);
  check_direct_cycles(check);
  check_package_objects(check);
  check_process_delayed(check, 0);
  cleanup(check);
  if (!check->conf.skeletons) check_init_order(check);
  if (!check->conf.allow_unused_imports && !check->conf.lazy_bodies) check_unused_imports(check);
  check_record_untyped(check);
  if (!check->first_err && !check->conf.lazy_bodies) check_monomorph(check);
  if (!check->first_err && !check->conf.lazy_bodies) check_gc_restrictions(check);
}

/* Checks the body of a function or method whose declaration is d, when it waits for that. Not while another
 * declaration or statement of the package is being checked. */
void check_pending_body(Checker *check, Object *fn, DeclInfo *d) {
  if (!d->body_pending) return;
  d->body_pending = false;
  CHECK(check->delayed.n == 0 && check->obj_path.n == 0);
  Environment saved = check->env;
  check->env = (Environment){.scope = d->file, .version = d->version};
  check_function_body(check, d, fn->name->s, (Signature *)fn->type, d->fdecl->body, NULL);
  check_process_delayed(check, 0);
  cleanup(check);
  check_record_untyped(check);
  check->env = saved;
}

bool check_func_body(Object *fn) {
  fn = obj_origin(fn);
  Checker *check = fn->pkg ? fn->pkg->checker : NULL;
  DeclInfo *d = check ? ptrmap_get(&check->obj_map, fn) : NULL;
  if (!d || !d->body_pending) return true;
  Checker *outer = types_current_checker;
  types_current_checker = check;
  u32 before = check->pkg->nerrors;
  check_pending_body(check, fn, d);
  types_current_checker = outer;
  return check->pkg->nerrors == before;
}

static void set_height(Package *pkg) {
  for (u32 i = 0; i < pkg->imports.n; i++)
    if (pkg->imports.v[i]->height >= pkg->height) pkg->height = pkg->imports.v[i]->height + 1;
}

Package *check_package(const CheckConfig *cfg, const Atom *path, File **files, u32 nfiles, DiagSink *sink) {
  Checker *check = NEW(&types_arena, Checker);
  Checker *outer = types_current_checker;
  check->conf = *cfg;
  check->sink = sink;
  check->pkg = types_new_package(path, NULL);
  check->pkg->goversion = cfg->goversion;
  check->pkg->link_name = cfg->link_name;
  if (cfg->outer) check->pkg->scope->parent = cfg->outer;
  check->pkg->checker = check;
  types_current_checker = check;
  check_files(check, files, nfiles);
  set_height(check->pkg);
  check->pkg->complete = true;
  types_current_checker = outer;
  return check->pkg;
}

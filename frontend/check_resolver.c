/* check_resolver.c - collecting a package's objects: imports, declarations, methods (types2/resolver.go).
 *
 * After check_collect_objects() every package-level object and every method is in check->obj_map with what
 * its declaration says, in source order in check->obj_list, and methods wait in check->methods under their
 * base type's name. Nothing is type-checked before check_package_objects(). Start reading at
 * check_collect_objects(). */
#include "frontend/check.h"
#include <stdlib.h>

/* ---- declaration info ---- */

bool decl_has_initializer(const DeclInfo *d) { return d->init || (d->fdecl && d->fdecl->body); }

/* Notes that the declaration refers to obj. */
void decl_add_dep(DeclInfo *d, Object *obj) { ptrmap_set(&d->deps, obj, obj); }

static DeclInfo *new_decl(Checker *check, Scope *file) {
  DeclInfo *d = NEW(&types_arena, DeclInfo);
  d->file = file;
  d->version = check->version;
  return d;
}

static void add_to_obj_map(Checker *check, Object *obj, DeclInfo *d) {
  ptrmap_set(&check->obj_map, obj, d);
  VEC_PUSH(NULL, &check->obj_list, obj);
  obj->order = check->obj_list.n;
}

/* Checks that names and initialisation values of a const or var declaration pair up. `inits` has ninits
 * values, from an earlier declaration when inherited. */
void check_arity(Checker *check, Pos pos, u32 nnames, Name **names, u32 ninits, Expr *inits, bool const_decl,
                 bool inherited) {
  if (nnames < ninits) {
    Expr *n = expr_list_at(inits, nnames);
    if (inherited)
      check_errorf_pos(check, pos, E_WrongAssignCount, "extra init expr at %s", S_pos(n->n.pos));
    else
      check_errorf(check, n, E_WrongAssignCount, "extra init expr %s", S_expr(n));
  } else if (nnames > ninits &&
             (const_decl || ninits != 1)) { /* one value may be a call with several results */
    Name *n = names[ninits];
    check_errorf(check, n, E_WrongAssignCount, "missing init expr for %s", n->name->s);
  }
}

/* ---- imports ---- */

static bool is_space_or_control(i32 r) {
  return r <= ' ' || (r >= 0x7f && r <= 0xa0) || r == 0x1680 || (r >= 0x2000 && r <= 0x200f) ||
         (r >= 0x2028 && r <= 0x202f) || r == 0x205f || r == 0x3000 || r == 0xfeff || r == RUNE_ERROR;
}

/* The path in an import declaration; NULL and *why when it is malformed. */
const Atom *types_validated_import_path(const BasicLit *lit, const char **why) {
  const Const *c = const_from_literal(lit->value->s, lit->value->len, LIT_STRING);
  if (const_kind(c) != CONST_STRING) return *why = "invalid syntax", NULL;
  const Atom *path = const_string_val(c);
  if (path->len == 0) return *why = "empty string", NULL;
  for (u32 i = 0; i < path->len;) {
    i32 r;
    i += (u32)utf8_decode(path->s + i, path->len - i, &r);
    if (is_space_or_control(r) || (r < 0x80 && strchr("!\"#$%&'()*,:;<=>?[\\]^{|}`", r))) {
      char utf8[5] = {0};
      utf8_encode(utf8, r);
      *why = r >= ' ' && r != 0x7f ? S_printf("invalid character U+%04X '%s'", (u32)r, utf8)
                                   : S_printf("invalid character U+%04X", (u32)r);
      return NULL;
    }
  }
  return path;
}

/* What gc's importer says of a path that no package can have; NULL when it may name one. */
const char *types_import_path_error(const Atom *path) {
  if (path->s[0] == '/') return "import path cannot be absolute path";
  if (!strstr(path->s, "//")) return NULL;
  StrBuf clean = {0};
  for (const char *p = path->s; *p; p++)
    if (*p != '/' || p[1] != '/') sb_putc(&clean, *p);
  const char *msg = S_printf("non-canonical import path \"%s\" (should be \"%s\")", path->s, sb_cstr(&clean));
  sb_free(&clean);
  return msg;
}

/* A package to go on with after a failed import; lookups in it are not reported. */
static Package *fake_package(const Atom *path) {
  const char *name = path->s, *slash = strrchr(path->s, '/');
  if (slash && slash[1]) name = slash + 1;
  Package *pkg = types_new_package(path, atom_cstr(name));
  pkg->fake = true;
  return pkg;
}

static Package *import_package(Checker *check, Pos pos, const Atom *path) {
  Package *imp = ptrmap_get(&check->imp_map, path);
  if (imp) return imp;
  if (atom_is(path, "unsafe")) {
    imp = package_unsafe;
  } else {
    Err e = {0};
    const char *bad = types_import_path_error(path);
    if (bad || !check->conf.import)
      err_set(&e, "%s", bad ? bad : "no importer");
    else
      imp = check->conf.import(check->conf.ctx, path, pos, &e);
    if (!imp) {
      check_errorf_pos(check, pos, E_BrokenImport, "could not import %s (%s)", path->s, e.msg);
      imp = fake_package(path);
    }
  }
  ptrmap_set(&check->imp_map, path, imp);
  check_mark_imports(check, imp);
  return imp;
}

/* Enters the exported objects of a dot-imported package into the file's scope. Their parent stays the package
 * that declares them. */
static void dot_import(Checker *check, ImportDecl *s, Scope *file, Package *imp, Object *pkgname) {
  PtrMap *names = ptrmap_get(&check->dot_imports, file);
  if (!names) {
    names = NEW(&types_arena, PtrMap);
    ptrmap_set(&check->dot_imports, file, names);
  }
  for (u32 i = 0; i < imp->scope->elems.n; i++) {
    const Atom *name = imp->scope->elems.entries[i].key;
    if (!name || !types_is_exported(name)) continue;
    Object *alt = scope_lookup(file, name);
    if (alt) {
      ErrorDesc *err = check_new_error(check, E_DuplicateDecl);
      err_addf(err, s->local, "%s redeclared in this block", name->s);
      err_add_alt_decl(err, alt);
      err_report(err);
      continue;
    }
    ptrmap_set(&file->elems, name, imp->scope->elems.entries[i].val);
    ptrmap_set(names, name, pkgname);
  }
}

static void add_import(Package *pkg, Package *imp) {
  for (u32 i = 0; i < pkg->imports.n; i++)
    if (pkg->imports.v[i] == imp) return;
  VEC_PUSH(&types_arena, &pkg->imports, imp);
}

static void collect_import(Checker *check, ImportDecl *s, Scope *file) {
  if (!s->path || s->path->bad) return;
  const char *why = NULL;
  const Atom *path = types_validated_import_path(s->path, &why);
  if (!path) {
    check_errorf(check, s->path, E_BadImportPath, "invalid import path (%s)", why);
    return;
  }
  Package *imp = import_package(check, s->path->e.n.pos, path);
  const Atom *name = imp->name;
  if (s->local) {
    name = s->local->name;
    if (atom_is(path, "C")) {
      check_error(check, s->local, E_ImportCRenamed, "cannot rename import \"C\"");
      return;
    }
  }
  if (atom_is(name, "init")) {
    check_error(check, s, E_InvalidInitDecl, "cannot import package as init - init must be a func");
    return;
  }
  add_import(check->pkg, imp);
  Object *pkgname = obj_new_pkgname(s->d.n.pos, check->pkg, name, imp);
  if (s->local)
    check_record_def(check, s->local, pkgname);
  else
    check_record_implicit(check, s, pkgname);
  if (imp->fake) pkgname->used = true;
  VEC_PUSH(NULL, &check->imports, pkgname);
  if (atom_is(name, "."))
    dot_import(check, s, file, imp, pkgname);
  else
    check_declare(check, file, NULL, pkgname, (Pos){0});
}

/* ---- declarations ---- */

static void declare_pkg_obj(Checker *check, Name *ident, Object *obj, DeclInfo *d) {
  if (atom_is(ident->name, "init")) {
    check_error(check, ident, E_InvalidInitDecl, "cannot declare init - must be func");
    return;
  }
  if (atom_is(ident->name, "main") && atom_is(check->pkg->name, "main")) {
    check_error(check, ident, E_InvalidMainDecl, "cannot declare main - must be func");
    return;
  }
  check_declare(check, check->pkg->scope, ident, obj, (Pos){0});
  add_to_obj_map(check, obj, d);
}

/* Moves on to declaration s, the index-th of its list, which follows prev (NULL: none). */
void const_group_next(ConstGroup *g, u32 index, ConstDecl *s, Decl *prev) {
  bool same = g->first >= 0 && s->group && prev && prev->n.kind == N_ConstDecl &&
              ((ConstDecl *)prev)->group == s->group;
  if (!same) {
    g->first = (int)index;
    g->last = NULL;
  }
  g->iota = const_make_int64((i64)index - g->first);
  g->inherited = !s->type && !s->values && g->last;
  if (s->type || s->values) g->last = s;
  g->type = g->last ? g->last->type : NULL;
  g->values = g->last ? g->last->values : NULL;
  g->nvalues = expr_list_len(g->values);
}

static void collect_const(Checker *check, ConstDecl *s, const ConstGroup *g, Scope *file) {
  for (u32 i = 0; i < s->names.n; i++) {
    Name *name = s->names.v[i];
    DeclInfo *d = new_decl(check, file);
    d->vtype = g->type;
    d->init = i < g->nvalues ? expr_list_at(g->values, i) : NULL;
    d->inherited = g->inherited;
    declare_pkg_obj(check, name, obj_new_const(name->e.n.pos, check->pkg, name->name, NULL, g->iota), d);
  }
  check_arity(check, s->d.n.pos, s->names.n, s->names.v, g->nvalues, g->values, true, g->inherited);
}

/* With one initialisation expression (or none) all variables share a DeclInfo, else each has its own. */
static void collect_var(Checker *check, VarDecl *s, Scope *file) {
  u32 n = s->names.n, nvalues = expr_list_len(s->values);
  Object **lhs = NEW_ARRAY(&types_arena, Object *, n);
  DeclInfo *shared = NULL;
  if (!s->values || s->values->n.kind != N_ListExpr) {
    shared = new_decl(check, file);
    shared->nlhs = n;
    shared->lhs = lhs;
    shared->vtype = s->type;
    shared->init = s->values;
  }
  for (u32 i = 0; i < n; i++) {
    Name *name = s->names.v[i];
    DeclInfo *d = shared;
    lhs[i] = obj_new_var(name->e.n.pos, check->pkg, name->name, NULL, VAR_PACKAGE);
    if (!d) {
      d = new_decl(check, file);
      d->vtype = s->type;
      d->init = i < nvalues ? expr_list_at(s->values, i) : NULL;
    }
    declare_pkg_obj(check, name, lhs[i], d);
  }
  if (!s->type || s->values) check_arity(check, s->d.n.pos, n, s->names.v, nvalues, s->values, false, false);
}

typedef struct MethodInfo {
  Object *obj;
  bool ptr;
  Name *recv; /* the receiver type's name */
} MethodInfo;
typedef VEC(MethodInfo) MethodInfos;

/* init and main have no type parameters, arguments or results. True when type parameters were reported. */
static bool check_special_func(Checker *check, FuncDecl *s, bool is_main) {
  ErrCode code = is_main ? E_InvalidMainDecl : E_InvalidInitDecl;
  bool tparam_error = s->tparams.n != 0;
  if (tparam_error)
    check_soft_errorf(check, s->tparams.v[0], code, "func %s must have no type parameters", s->name->name->s);
  if (s->type->params.n || s->type->results.n)
    check_soft_errorf(check, s->name, code, "func %s must have no arguments and no return values",
                      s->name->name->s);
  return tparam_error;
}

static void collect_func(Checker *check, FuncDecl *s, Scope *file, MethodInfos *methods) {
  const Atom *name = s->name->name;
  Package *pkg = check->pkg;
  Object *obj = obj_new_func(s->name->e.n.pos, pkg, name, NULL);
  obj->decl = s;
  bool tparam_error = false;
  if (!s->recv) {
    bool is_init = atom_is(name, "init"), is_main = atom_is(name, "main") && atom_is(pkg->name, "main");
    if (is_init || is_main) tparam_error = check_special_func(check, s, is_main);
    if (is_init) { /* cannot be referred to, so it is in no scope */
      obj->parent = pkg->scope;
      check_record_def(check, s->name, obj);
      if (!s->body) check_soft_errorf_pos(check, obj->pos, E_MissingInitBody, "func init must have a body");
    } else {
      check_declare(check, pkg->scope, s->name, obj, (Pos){0});
    }
  } else {
    bool ptr;
    Expr *base = check_unpack_recv(check, s->recv->type, false, &ptr, NULL);
    if (base->n.kind == N_Name && !atom_is(name, "_"))
      VEC_PUSH(NULL, methods, (MethodInfo){obj, ptr, (Name *)base});
    check_record_def(check, s->name, obj);
  }
  if (s->tparams.n && !tparam_error) check_verify_versionf(check, s->tparams.v[0], GO1(18), "type parameter");
  DeclInfo *d = new_decl(check, file);
  d->fdecl = s;
  add_to_obj_map(check, obj, d);
  VEC_PUSH(&types_arena, &pkg->funcs, s);
}

static void collect_file(Checker *check, File *f, Scope *scope, MethodInfos *methods) {
  ConstGroup group = {.first = -1};
  for (u32 i = 0; i < f->decls.n; i++) {
    Decl *decl = f->decls.v[i];
    if (decl->n.kind != N_ConstDecl) group.first = -1;
    switch (decl->n.kind) {
    case N_ImportDecl: collect_import(check, (ImportDecl *)decl, scope); break;
    case N_ConstDecl:
      const_group_next(&group, i, (ConstDecl *)decl, i ? f->decls.v[i - 1] : NULL);
      collect_const(check, (ConstDecl *)decl, &group, scope);
      break;
    case N_VarDecl: collect_var(check, (VarDecl *)decl, scope); break;
    case N_TypeDecl: {
      TypeDecl *s = (TypeDecl *)decl;
      DeclInfo *d = new_decl(check, scope);
      d->tdecl = s;
      declare_pkg_obj(check, s->name, obj_new_typename(s->name->e.n.pos, check->pkg, s->name->name, NULL), d);
      break;
    }
    case N_FuncDecl: collect_func(check, (FuncDecl *)decl, scope, methods); break;
    default: check_error(check, decl, E_InvalidSyntaxTree, "unknown declaration");
    }
  }
}

/* Names of the package and of a file's imports must differ. */
static void check_file_scope(Checker *check, const Scope *file) {
  for (u32 i = 0; i < file->elems.n; i++) {
    const Atom *name = file->elems.entries[i].key;
    Object *alt = name ? scope_lookup(check->pkg->scope, name) : NULL, *obj = file->elems.entries[i].val;
    if (!alt) continue;
    ErrorDesc *err = check_new_error(check, E_DuplicateDecl);
    bool is_import = obj->kind == OBJ_PKGNAME;
    const Package *pkg = is_import ? obj->imported : obj->pkg;
    err_addf_pos(err, alt->pos, "%s already declared through %s of package %s (\"%s\")", alt->name->s,
                 is_import ? "import" : "dot-import", pkg->name->s, pkg->path->s);
    err_add_alt_decl(err, obj);
    err_report(err);
  }
}

static Object *resolve_base_type_name(Checker *check, bool *ptr, Name *name);

/* Enters all objects of the package and its files; see above. */
void check_collect_objects(Checker *check) {
  MethodInfos methods = {0};
  Scope **scopes = NEW_ARRAY(&types_arena, Scope *, check->nfiles);
  for (u32 i = 0; i < check->nfiles; i++) {
    File *f = check->files[i];
    check->version = check->file_versions[i];
    scopes[i] = scope_new(check->pkg->scope, f->n.pos, f->eof);
    collect_file(check, f, scopes[i], &methods);
  }
  for (u32 i = 0; i < check->nfiles; i++) check_file_scope(check, scopes[i]);

  for (u32 i = 0; i < methods.n; i++) {
    MethodInfo *m = &methods.v[i];
    bool ptr = m->ptr;
    Object *base = resolve_base_type_name(check, &ptr, m->recv);
    if (!base) continue;
    m->obj->has_ptr_recv = ptr;
    ObjectVec *list = ptrmap_get(&check->methods, base);
    if (!list) {
      list = NEW(&types_arena, ObjectVec);
      ptrmap_set(&check->methods, base, list);
    }
    VEC_PUSH(&types_arena, list, m->obj);
  }
  for (u32 i = 0; i < methods.n; i++) { /* types of earlier inputs are declared already */
    bool ptr = methods.v[i].ptr;
    Object *base = resolve_base_type_name(check, &ptr, methods.v[i].recv);
    if (base && base->pkg != check->pkg) check_collect_methods(check, base);
  }
  VEC_FREE(&methods);
}

/* ---- receivers ---- */

static Expr *ptr_base(Expr *x) {
  Operation *op = (Operation *)x;
  return x->n.kind == N_Operation && op->op == OP_MUL && !op->y ? op->x : NULL;
}

/* For *T[A, _]: the result is T, *ptr is set, and *tparams (when unpack_params is set) gets A and _. */
Expr *check_unpack_recv(Checker *check, Expr *rtyp, bool unpack_params, bool *ptr, NameList *tparams) {
  Expr *base = ast_unparen(rtyp), *elem = ptr_base(base);
  *ptr = elem != NULL;
  if (elem) base = ast_unparen(elem);
  if (base->n.kind != N_IndexExpr) return base;
  IndexExpr *inst = (IndexExpr *)base;
  for (u32 i = 0; unpack_params && i < expr_list_len(inst->index); i++) {
    Expr *arg = expr_list_at(inst->index, i);
    Name *par = (Name *)arg;
    if (arg->n.kind != N_Name) {
      if (arg->n.kind != N_BadExpr)
        check_errorf(check, arg, E_BadDecl, "receiver type parameter %s must be an identifier", S_expr(arg));
      par = NEW(&types_arena, Name);
      par->e.n = (Node){N_Name, arg->n.pos};
      par->name = atom_cstr("_");
    }
    VEC_PUSH(&types_arena, tparams, par);
  }
  return inst->x;
}

/* The defined type that name denotes in the earlier inputs of a session, NULL when there is none. */
static Object *earlier_type_name(Checker *check, const Atom *name) {
  Object *obj = NULL;
  for (Scope *s = check->conf.outer; s && !obj; s = s->parent) obj = scope_lookup(s, name);
  Named *named = obj && obj->kind == OBJ_TYPENAME ? type_as_named(obj->type) : NULL;
  return named && package_same_session(named->obj->pkg, check->pkg) ? named_origin(named)->obj : NULL;
}

/* Follows `name` through non-generic aliases of this package, with at most one pointer in all, to the name of
 * a defined type; NULL when there is none. */
static Object *resolve_base_type_name(Checker *check, bool *ptr, Name *name) {
  ObjectVec seen = {0};
  while (name) {
    Object *tname = scope_lookup(check->pkg->scope, name->name);
    if (!tname) return earlier_type_name(check, name->name);
    if (tname->kind != OBJ_TYPENAME) return NULL;
    for (u32 i = 0; i < seen.n; i++)
      if (seen.v[i] == tname) return NULL;
    const TypeDecl *tdecl = ((DeclInfo *)ptrmap_get(&check->obj_map, tname))->tdecl;
    if (!tdecl->alias) return tname;
    if (tdecl->tparams.n) return NULL;
    VEC_PUSH(&types_arena, &seen, tname);
    Expr *t = ast_unparen(tdecl->type), *elem = ptr_base(t);
    if (elem) {
      if (*ptr) return NULL;
      *ptr = true;
      t = ast_unparen(elem);
    }
    name = t->n.kind == N_Name ? (Name *)t : NULL;
  }
  return NULL;
}

/* ---- checking ---- */

/* Types first, then aliases, then the rest: so an alias's type is nearly always known when it is needed. */
void check_package_objects(Checker *check) {
  for (int phase = 0; phase < 3; phase++) {
    for (u32 i = 0; i < check->obj_list.n; i++) {
      Object *obj = check->obj_list.v[i];
      int want = 2;
      if (obj->kind == OBJ_TYPENAME)
        want = ((DeclInfo *)ptrmap_get(&check->obj_map, obj))->tdecl->alias ? 1 : 0;
      if (want == phase) check_obj_decl(check, obj);
    }
  }
  ptrmap_free(&check->methods);
}

static void unused_import(Checker *check, const Object *obj) {
  const Atom *path = obj->imported->path;
  const char *slash = strrchr(path->s, '/'), *elem = slash ? slash + 1 : path->s;
  if (obj->name->len == 0 || atom_is(obj->name, ".") || strcmp(obj->name->s, elem) == 0)
    check_soft_errorf_pos(check, obj->pos, E_UnusedImport, "\"%s\" imported and not used", path->s);
  else
    check_soft_errorf_pos(check, obj->pos, E_UnusedImport, "\"%s\" imported as %s and not used", path->s,
                          obj->name->s);
}

/* Reports imports that no file uses. */
void check_unused_imports(Checker *check) {
  if (check->conf.ignore_func_bodies) return;
  for (u32 i = 0; i < check->imports.n; i++) {
    const Object *obj = check->imports.v[i];
    if (!atom_is(obj->name, "_") && !obj->used) unused_import(check, obj);
  }
}

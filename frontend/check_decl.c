/* check_decl.c - declarations of constants, variables, types and functions (types2/decl.go).
 *
 * An object is white (no type, not on the path), grey (on check->obj_path, its declaration is being checked)
 * or black (has a type). Meeting a grey object closes a cycle, which may be valid: check_valid_cycle()
 * decides. Start reading at check_obj_decl(). */
#include "frontend/check.h"

/* Enters obj into scope, visible from scope_pos on; `_` is not entered. */
void check_declare(Checker *check, Scope *scope, Name *id, Object *obj, Pos scope_pos) {
  if (!atom_is(obj->name, "_")) {
    Object *alt = scope_insert(scope, obj);
    if (alt) {
      ErrorDesc *err = check_new_error(check, E_DuplicateDecl);
      err_addf_pos(err, obj->pos, "%s redeclared in this block", obj->name->s);
      err_add_alt_decl(err, alt);
      err_report(err);
      return;
    }
    obj->scope_pos = scope_pos;
  }
  if (id) check_record_def(check, id, obj);
}

/* obj is grey. A value without a type cannot be waited for; it becomes invalid, and the initialisation order
 * reports the cycle. A function keeps its signature. */
static void close_cycle(Checker *check, Object *obj) {
  bool valid = check_valid_cycle(check, obj);
  switch (obj->kind) {
  case OBJ_CONST:
  case OBJ_VAR:
    if (!valid || !obj->type) obj->type = typ[BK_INVALID];
    break;
  case OBJ_TYPENAME:
    if (!valid) obj->type = typ[BK_INVALID];
    break;
  default: break;
  }
  CHECK(obj->type != NULL);
}

/* Gives obj its type, checking its declaration in the environment of its file. */
void check_obj_decl(Checker *check, Object *obj) {
  if (obj->color) {
    close_cycle(check, obj);
    return;
  }
  if (obj->type) return;
  if (!check_depth_ok(check, obj->pos)) {
    obj->type = typ[BK_INVALID];
    return;
  }
  check_push(check, obj);
  DeclInfo *d = ptrmap_get(&check->obj_map, obj);
  CHECK(d != NULL);
  Environment saved = check->env;
  check->env = (Environment){.scope = d->file, .version = d->version};
  switch (obj->kind) {
  case OBJ_CONST:
    check->decl = d;
    check_const_decl(check, obj, d->vtype, d->init, d->inherited);
    break;
  case OBJ_VAR:
    check->decl = d;
    check_var_decl(check, obj, d->nlhs, d->lhs, d->vtype, d->init);
    break;
  case OBJ_TYPENAME:
    check_type_decl(check, obj, d->tdecl);
    check_collect_methods(check, obj);
    break;
  case OBJ_FUNC: check_func_decl(check, obj, d); break;
  default: BUG("object of kind %d has no declaration", obj->kind);
  }
  check->env = saved;
  check_pop(check);
}

/* ---- cycles ---- */

/* Reports the cycle that starts with obj unless it is valid: through a type parameter list, among values only
 * (the initialisation order finds those), or among types of which one is defined. */
bool check_valid_cycle(Checker *check, Object *obj) {
  CHECK(obj->color > 0);
  Object **cycle = check->obj_path.v + obj->color - 1;
  u32 n = check->obj_path.n - (obj->color - 1), nval = 0, ndef = 0;
  for (u32 i = 0; i < n; i++) {
    switch (cycle[i]->kind) {
    case OBJ_CONST:
    case OBJ_VAR: nval++; break;
    case OBJ_TYPENAME:
      if (check->in_tparam_list && cycle[i]->type && types_is_generic(cycle[i]->type)) return true;
      if (!obj_is_alias(cycle[i])) ndef++;
      break;
    default: break;
    }
  }
  if (nval == n || (nval == 0 && ndef > 0)) return true;
  check_cycle_error(check, n, cycle, types_first_in_src(n, cycle));
  return false;
}

static const char *cycle_name(Checker *check, const Object *obj) {
  StrBuf b = {0};
  types_write_package_prefix(&b, obj->pkg, check_qualifier, check);
  const char *s = S_printf("%s%s", sb_cstr(&b), obj->name->s);
  sb_free(&b);
  return s;
}

/* Reports the cycle, beginning at cycle[start]. */
void check_cycle_error(Checker *check, u32 n, Object **cycle, u32 start) {
  Object *obj = cycle[start];
  bool is_type = obj->kind == OBJ_TYPENAME;
  const char *name = cycle_name(check, obj);
  if (is_type && type_is(obj->type, TYPE_ALIAS)) ((AliasType *)obj->type)->fromRHS = typ[BK_INVALID];
  if (n == 1) {
    check_errorf_pos(check, obj->pos, E_InvalidDeclCycle, "invalid %s: %s refers to itself",
                     is_type ? "recursive type" : "cycle in declaration", name);
    return;
  }
  ErrorDesc *err = check_new_error(check, E_InvalidDeclCycle);
  err_addf_pos(err, obj->pos, "invalid %s %s", is_type ? "recursive type" : "cycle in declaration of", name);
  for (u32 i = 0; i < n; i++) {
    Object *next = cycle[(start + i + 1) % n];
    err_addf_pos(err, obj->pos, "%s refers to %s", cycle_name(check, obj), cycle_name(check, next));
    obj = next;
  }
  err_report(err);
}

/* The index of the object that comes first in the source; n > 0. */
u32 types_first_in_src(u32 n, Object **path) {
  u32 first = 0;
  for (u32 i = 1; i < n; i++)
    if (pos_cmp(path[i]->pos, path[first]->pos) < 0) first = i;
  return first;
}

/* ---- constants and variables ---- */

/* obj->val holds the iota of the declaration and gets the constant's value. */
void check_const_decl(Checker *check, Object *obj, Expr *type, Expr *init, bool inherited) {
  CHECK(!obj->type);
  const Const *saved_iota = check->iota;
  Pos saved_errpos = check->errpos;
  check->iota = obj->val;
  check->errpos = (Pos){0};
  obj->val = const_unknown;

  bool ok = true;
  if (type) {
    Type *t = check_type(check, type);
    ok = types_is_const_type(t);
    if (!ok && types_is_valid(type_under(t)))
      check_errorf(check, type, E_InvalidConstType, "invalid constant type %s", S_type(check, t));
    obj->type = ok ? t : typ[BK_INVALID];
  }
  if (ok) {
    Operand x = {0};
    if (init) {
      /* Errors in an inherited expression are placed at the constant that inherits it. */
      if (inherited) check->errpos = obj->pos;
      check_expr(check, NULL, &x, init);
    }
    check_init_const(check, obj, &x);
  }
  check->iota = saved_iota;
  check->errpos = saved_errpos;
}

/* lhs: the variables of an n:1 declaration of which obj is one, else nlhs is 0. */
void check_var_decl(Checker *check, Object *obj, u32 nlhs, Object **lhs, Expr *type, Expr *init) {
  CHECK(!obj->type);
  if (type) obj->type = check_var_type(check, type);
  if (!init) {
    if (!type) obj->type = typ[BK_INVALID];
    return;
  }
  if (nlhs <= 1) {
    Operand x = {0};
    check_expr(check, types_new_target(obj->type, obj->name->s), &x, init);
    check_init_var(check, obj, &x, "variable declaration");
    return;
  }
  if (type)
    for (u32 i = 0; i < nlhs; i++) lhs[i]->type = obj->type;
  check_init_vars(check, nlhs, lhs, 1, &init, NULL);
}

/* ---- types ---- */

/* Whether t is an imported interface that only constraints may use. */
bool check_is_imported_constraint(Checker *check, Type *t) {
  Named *named = type_as_named(t);
  if (!named || package_same_session(named->obj->pkg, check->pkg) || !named->obj->pkg) return false;
  Interface *u = under_interface((Type *)named);
  return u && !typeset_is_method_set(interface_type_set(u));
}

typedef struct TypeDeclCtx {
  Object *obj;
  TypeDecl *tdecl;
  Type *rhs;
  bool version_err; /* a version error was reported */
} TypeDeclCtx;

static void type_decl_later(Checker *check, void *ctx) {
  TypeDeclCtx *c = ctx;
  Named *n = type_as_named(c->obj->type);
  if (n) check_valid_type(check, n);
  if (!c->version_err && c->rhs && check_is_imported_constraint(check, c->rhs))
    check_verify_versionf(check, c->tdecl->type, GO1(18), "using type constraint %s", S_type(check, c->rhs));
}

static void alias_decl(Checker *check, TypeDeclCtx *c) {
  TypeDecl *tdecl = c->tdecl;
  Field *tparam0 = tdecl->tparams.n ? tdecl->tparams.v[0] : NULL;
  c->version_err = (tparam0 && !check_verify_versionf(check, tparam0, GO1(23), "generic type alias")) ||
                   !check_verify_versionf(check, tdecl, GO1(9), "type alias");
  AliasType *alias = check_new_alias(check, c->obj, NULL);
  c->obj->is_alias = true;
  if (tparam0) {
    check_open_scope(check, tdecl);
    check_collect_type_params(check, &alias->tparams, tdecl->tparams.n, tdecl->tparams.v);
  }
  Type *rhs = c->rhs = check_declared_type(check, tdecl->type, c->obj);
  alias->fromRHS = rhs;
  for (u32 i = 0; rhs->kind == TYPE_TYPEPARAM && i < tparams_len(alias->tparams); i++) {
    if (alias->tparams->v[i] != (TypeParam *)rhs) continue;
    check_error(check, tdecl->type, E_MisplacedTypeParam,
                "cannot use type parameter declared in alias declaration as RHS");
    alias->fromRHS = typ[BK_INVALID];
  }
  if (tparam0) check_close_scope(check);
}

/* Declares a defined type or an alias; obj gets its type. */
void check_type_decl(Checker *check, Object *obj, TypeDecl *tdecl) {
  CHECK(!obj->type);
  TypeDeclCtx *c = NEW(&types_arena, TypeDeclCtx);
  *c = (TypeDeclCtx){.obj = obj, .tdecl = tdecl};
  check_later(check, type_decl_later, c);
  if (tdecl->alias) {
    alias_decl(check, c);
    return;
  }
  Field *tparam0 = tdecl->tparams.n ? tdecl->tparams.v[0] : NULL;
  c->version_err = tparam0 && !check_verify_versionf(check, tparam0, GO1(18), "type parameter");
  Named *named = check_new_named(check, obj, NULL);
  if (tparam0) {
    check_open_scope(check, tdecl);
    check_collect_type_params(check, &named->tparams, tdecl->tparams.n, tdecl->tparams.v);
  }
  c->rhs = named->fromRHS = check_declared_type(check, tdecl->type, obj);
  if (types_is_type_param(c->rhs)) {
    check_error(check, tdecl->type, E_MisplacedTypeParam,
                "cannot use a type parameter as RHS in type declaration");
    named->fromRHS = typ[BK_INVALID];
  }
  if (tparam0) check_close_scope(check);
}

/* ---- type parameters ---- */

/* A type parameter's constraint; ~T and A|B are wrapped into an implicit interface. */
static Type *bound(Checker *check, Expr *x) {
  Operation *op = (Operation *)x;
  if (x->n.kind != N_Operation || (op->op != OP_TILDE && op->op != OP_OR)) return check_type(check, x);
  Field *f = NEW(&types_arena, Field);
  f->e.n = (Node){N_Field, x->n.pos};
  f->type = x;
  InterfaceType *wrap = NEW(&types_arena, InterfaceType);
  wrap->e.n = (Node){N_InterfaceType, x->n.pos};
  VEC_PUSH(&types_arena, &wrap->methods, f);
  Type *t = check_type(check, (Expr *)wrap);
  if (type_is(t, TYPE_INTERFACE)) ((Interface *)t)->implicit = true;
  return t;
}

/* Declares the type parameters of list in the current scope and sets *dst before any constraint is looked at,
 * since constraints may use the type that is being declared. */
void check_collect_type_params(Checker *check, TypeParamList **dst, u32 n, Field **list) {
  TypeParam **tparams = NEW_ARRAY(&types_arena, TypeParam *, n);
  for (u32 i = 0; i < n; i++) tparams[i] = check_declare_type_param(check, list[i]->name, list[0]->e.n.pos);
  *dst = types_bind_tparams(n, tparams);

  CHECK(!check->in_tparam_list);
  check->in_tparam_list = true;
  Type *b = NULL;
  for (u32 i = 0; i < n; i++) {
    /* Parameters declared together share a constraint; so they are also printed together. */
    if (i == 0 || list[i]->type != list[i - 1]->type) {
      b = bound(check, list[i]->type);
      if (types_is_type_param(b)) {
        check_error(check, list[i]->type, E_MisplacedTypeParam, "cannot use a type parameter as constraint");
        b = typ[BK_INVALID];
      }
    }
    tparams[i]->bound = b;
  }
  check->in_tparam_list = false;
}

/* Declares a type parameter whose constraint is not known yet. */
TypeParam *check_declare_type_param(Checker *check, Name *name, Pos scope_pos) {
  Object *tname = obj_new_typename(name->e.n.pos, check->pkg, name->name, NULL);
  TypeParam *tpar = check_new_type_param(check, tname, typ[BK_INVALID]);
  check_declare(check, check->scope, name, tname, scope_pos);
  return tpar;
}

/* ---- methods and functions ---- */

/* The non-blank fields of a struct and its methods have different names. */
static void check_field_uniqueness(Checker *check, void *ctx) {
  Named *base = ctx;
  Struct *s = under_struct((Type *)base);
  if (!s || named_num_methods(base) == 0) return;
  PtrMap set = {0};
  for (u32 i = 0; i < named_num_methods(base); i++) objset_insert(&set, named_method(base, i));
  for (u32 i = 0; i < s->nfields; i++) {
    Object *fld = s->fields[i], *alt;
    if (atom_is(fld->name, "_") || !(alt = objset_insert(&set, fld))) continue;
    ErrorDesc *err = check_new_error(check, E_DuplicateFieldAndMethod);
    err_addf_pos(err, alt->pos, "field and method with the same name %s", fld->name->s);
    err_add_alt_decl(err, fld);
    err_report(err);
  }
  ptrmap_free(&set);
}

/* Attaches m to base; in a session it takes the place of an earlier input's method of that name. */
static void attach_method(Checker *check, Named *base, Object *m) {
  int at = base->obj->pkg == check->pkg ? -1 : named_method_index(base, m->name, false);
  MethodChange change = {base, at < 0 ? base->methods.n : (u32)at, at < 0 ? NULL : base->methods.v[at]};
  if (at >= 0) base->methods.v[at] = m;
  else named_add_method(base, m);
  if (base->obj->pkg != check->pkg) VEC_PUSH(&types_arena, &check->pkg->method_changes, change);
}

void check_undo(Package *pkg) {
  while (pkg->method_changes.n) {
    MethodChange c = VEC_POP(&pkg->method_changes);
    if (c.before) c.base->methods.v[c.index] = c.before;
    else c.base->methods.n = c.index;
  }
}

/* Attaches the methods that the resolver found for obj to its type. */
void check_collect_methods(Checker *check, Object *obj) {
  ObjectVec *methods = ptrmap_get(&check->methods, obj);
  if (!methods) return;
  ptrmap_delete(&check->methods, obj);
  Named *base = type_as_named(obj->type);
  if (base) check_later(check, check_field_uniqueness, base);
  PtrMap set = {0};
  for (u32 i = 0; i < methods->n; i++) {
    Object *m = methods->v[i], *alt = objset_insert(&set, m);
    if (alt)
      check_errorf_pos(check, m->pos, E_DuplicateMethod, "method %s.%s already declared at %s", obj->name->s,
                       m->name->s, S_pos(alt->pos));
    else if (base)
      attach_method(check, base, m);
  }
  ptrmap_free(&set);
}

typedef struct FuncBodyCtx {
  Object *obj;
  DeclInfo *decl;
  Signature *sig;
} FuncBodyCtx;

static void func_body_later(Checker *check, void *ctx) {
  FuncBodyCtx *c = ctx;
  check_function_body(check, c->decl, c->obj->name->s, c->sig, c->decl->fdecl->body, NULL);
}

/* Gives a function or method its signature and has its body checked later. */
void check_func_decl(Checker *check, Object *obj, DeclInfo *decl) {
  CHECK(!obj->type);
  FuncDecl *fdecl = decl->fdecl;
  Signature *sig = NEW(&types_arena, Signature);
  sig->t.kind = TYPE_SIGNATURE;
  obj->type = (Type *)sig; /* guards against cycles */
  check_func_type(check, sig, fdecl->recv, fdecl->tparams.n, fdecl->tparams.v, fdecl->type);
  sig->scope->pos = fdecl->d.n.pos;
  sig->scope->end = ast_end_pos(fdecl);
  if (fdecl->tparams.n && !fdecl->body)
    check_soft_errorf(check, fdecl, E_BadDecl, "generic function is missing function body");
  if (check->conf.ignore_func_bodies || !fdecl->body) return;
  decl->body_pending = check->conf.lazy_bodies;
  if (decl->body_pending) return;
  FuncBodyCtx *c = NEW(&types_arena, FuncBodyCtx);
  *c = (FuncBodyCtx){.obj = obj, .decl = decl, .sig = sig};
  check_later(check, func_body_later, c);
}

/* ---- declarations in functions ---- */

/* The scope of a constant or variable begins after its declaration; function literals in it are checked
 * before. */
static void declare_all(Checker *check, u32 top, void *decl, u32 n, Name **names, Object **lhs) {
  check_process_delayed(check, top);
  Pos scope_pos = ast_end_pos(decl);
  for (u32 i = 0; i < n; i++) check_declare(check, check->scope, names[i], lhs[i], scope_pos);
}

static void local_const(Checker *check, ConstDecl *s, const ConstGroup *g) {
  u32 top = check->delayed.n, n = s->names.n;
  Object **lhs = NEW_ARRAY(&types_arena, Object *, n);
  for (u32 i = 0; i < n; i++) {
    Name *name = s->names.v[i];
    lhs[i] = obj_new_const(name->e.n.pos, check->pkg, name->name, NULL, g->iota);
    check_const_decl(check, lhs[i], g->type, i < g->nvalues ? expr_list_at(g->values, i) : NULL,
                     g->inherited);
  }
  check_arity(check, s->d.n.pos, n, s->names.v, g->nvalues, g->values, true, g->inherited);
  declare_all(check, top, s, n, s->names.v, lhs);
}

static void local_var(Checker *check, VarDecl *s) {
  u32 top = check->delayed.n, n = s->names.n, nvalues = expr_list_len(s->values);
  Object **lhs = NEW_ARRAY(&types_arena, Object *, n);
  for (u32 i = 0; i < n; i++)
    lhs[i] = obj_new_var(s->names.v[i]->e.n.pos, check->pkg, s->names.v[i]->name, NULL, VAR_LOCAL);
  for (u32 i = 0; i < n; i++) {
    if (nvalues == 1) {
      /* One variable, or one call with a result for each: done with the first. */
      check_var_decl(check, lhs[i], n == 1 ? 0 : n, lhs, s->type, expr_list_at(s->values, 0));
      break;
    }
    check_var_decl(check, lhs[i], 0, NULL, s->type, i < nvalues ? expr_list_at(s->values, i) : NULL);
  }
  if (!s->type || s->values) check_arity(check, s->d.n.pos, n, s->names.v, nvalues, s->values, false, false);
  declare_all(check, top, s, n, s->names.v, lhs);
}

static void local_type(Checker *check, TypeDecl *s) {
  Object *obj = obj_new_typename(s->name->e.n.pos, check->pkg, s->name->name, NULL);
  check_declare(check, check->scope, s->name, obj, s->name->e.n.pos);
  check_push(check, obj);
  check_type_decl(check, obj, s);
  check_pop(check);
}

/* Checks the declarations of a DeclStmt. */
void check_decl_stmt(Checker *check, u32 n, Decl **list) {
  ConstGroup group = {.first = -1};
  for (u32 i = 0; i < n; i++) {
    if (list[i]->n.kind != N_ConstDecl) group.first = -1;
    switch (list[i]->n.kind) {
    case N_ConstDecl:
      const_group_next(&group, i, (ConstDecl *)list[i], i ? list[i - 1] : NULL);
      local_const(check, (ConstDecl *)list[i], &group);
      break;
    case N_VarDecl: local_var(check, (VarDecl *)list[i]); break;
    case N_TypeDecl: local_type(check, (TypeDecl *)list[i]); break;
    default: check_error(check, list[i], E_InvalidSyntaxTree, "unknown declaration");
    }
  }
}

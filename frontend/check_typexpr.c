/* check_typexpr.c - identifiers and type expressions (types2/typexpr.go).
 *
 * Conditions on a type's underlying type are checked later, when every type is set up: variable types that
 * are constraints, map keys, type arguments. Start reading at check_ident() and type_internal(). */
#include "frontend/check.h"

/* Marks the dot-import through which name was found in scope, if it was, as used. */
static void use_dot_import(Checker *check, const Scope *scope, const Atom *name) {
  if (!check->dot_imports.n) return;
  PtrMap *names = ptrmap_get(&check->dot_imports, scope);
  Object *pkgname = names ? ptrmap_get(names, name) : NULL;
  if (pkgname) pkgname->used = true;
}

/* The object that e denotes; NULL after an error. */
static Object *resolve_ident(Checker *check, Name *e, Scope **scope) {
  Object *obj;
  *scope = check_lookup_scope(check, e->name, &obj);
  if (!obj) {
    if (atom_is(e->name, "_"))
      check_error(check, e, E_InvalidBlank, "cannot use _ as value or type");
    else if (types_is_valid_name(e->name))
      check_errorf(check, e, E_UndeclaredName, "undefined: %s", e->name->s);
    return NULL;
  }
  if ((obj == universe_comparable || obj == universe_any) &&
      !check_verify_versionf(check, e, GO1(18), "predeclared %s", e->name->s))
    return NULL;
  check_record_use(check, e, obj);
  return obj;
}

/* Checks the identifier e, which should be a type when want_type is set, into x. */
void check_ident(Checker *check, Operand *x, Name *e, bool want_type) {
  x->mode = OM_INVALID;
  x->expr = (Expr *)e;
  Scope *scope;
  Object *obj = resolve_ident(check, e, &scope);
  if (!obj) return;
  bool own_var = obj->kind == OBJ_VAR && obj->pkg == check->pkg, got_type = obj->kind == OBJ_TYPENAME;
  if (!got_type && want_type) {
    check_errorf(check, e, E_NotAType, "%s (%s) is not a type", obj->name->s, types_object_kind(obj));
    if (own_var) obj->used = true; /* no second error */
    return;
  }
  /* An object that has a type is not checked again, except a type of this package: that may close a cycle. */
  if (!obj->type || (got_type && want_type && obj->pkg == check->pkg)) check_obj_decl(check, obj);
  Type *type = obj->type;
  CHECK(type != NULL);
  use_dot_import(check, scope, obj->name);

  switch (obj->kind) {
  case OBJ_PKGNAME:
    check_errorf(check, e, E_InvalidPkgUse, "use of package %s not in selector", obj->name->s);
    return;
  case OBJ_CONST:
    check_add_decl_dep(check, obj);
    if (!types_is_valid(type)) return;
    x->val = obj->val;
    if (obj == universe_iota) {
      if (!check->iota) {
        check_error(check, e, E_InvalidIota, "cannot use iota outside constant declaration");
        return;
      }
      x->val = check->iota;
    }
    x->mode = OM_CONSTANT;
    break;
  case OBJ_TYPENAME: x->mode = OM_TYPEXPR; break;
  case OBJ_VAR:
    if (own_var) obj->used = true;
    check_add_decl_dep(check, obj);
    if (!types_is_valid(type)) return;
    x->mode = OM_VARIABLE;
    break;
  case OBJ_FUNC:
    check_add_decl_dep(check, obj);
    x->mode = OM_VALUE;
    break;
  case OBJ_BUILTIN:
    x->id = obj->builtin;
    x->mode = OM_BUILTIN;
    break;
  case OBJ_NIL: x->mode = OM_NILVALUE; break;
  case OBJ_LABEL: BUG("label in scope");
  }
  x->type = type;
}

/* ---- types ---- */

static Type *type_internal(Checker *check, Expr *e, Object *def);

/* The type e denotes, or the invalid type; not a generic type without instantiation. */
Type *check_type(Checker *check, Expr *e) { return check_declared_type(check, e, NULL); }

/* A type that variables may have. */
Type *check_var_type(Checker *check, Expr *e) {
  Type *t = check_declared_type(check, e, NULL);
  check_valid_var_type(check, e, t);
  return t;
}

typedef struct TypeAtCtx {
  Type *type;
  Expr *at;
} TypeAtCtx;

static void valid_var_type(Checker *check, void *ctx) {
  TypeAtCtx *c = ctx;
  Interface *t = under_interface(c->type);
  if (!t) return;
  Pos pos = ast_start_pos(c->at);
  TypeSet *tset = types_compute_interface_type_set(check, pos, t);
  if (typeset_is_method_set(tset)) return;
  check_soft_errorf_pos(check, pos, E_MisplacedConstraintIface,
                        "cannot use type %s outside a type constraint: interface %s", S_type(check, c->type),
                        tset->comparable ? "is (or embeds) comparable" : "contains type constraints");
}

/* Reports, later, a constraint interface. Only what may turn out to be an interface is worth a delayed
 * action. */
void check_valid_var_type(Checker *check, Expr *e, Type *t) {
  if (types_is_type_param(t)) return;
  if (t->kind != TYPE_NAMED && t->kind != TYPE_ALIAS && t->kind != TYPE_INTERFACE) return;
  TypeAtCtx *c = NEW(&types_arena, TypeAtCtx);
  *c = (TypeAtCtx){t, e};
  check_later(check, valid_var_type, c);
}

/* As check_type, for the right-hand side of the declaration of the type name def (NULL: none). */
Type *check_declared_type(Checker *check, Expr *e, Object *def) {
  Type *t = type_internal(check, e, def);
  if (types_is_generic(t)) {
    check_errorf(check, e, E_WrongTypeArgCount, "cannot use generic type %s without instantiation",
                 S_type(check, t));
    t = typ[BK_INVALID];
  }
  check_record_type_and_value(check, e, OM_TYPEXPR, t, NULL);
  return t;
}

/* A generic type; *cause says when e is a valid type that is not generic. */
Type *check_generic_type(Checker *check, Expr *e, StrBuf *cause) {
  Type *t = type_internal(check, e, NULL);
  if (types_is_valid(t) && !types_is_generic(t)) {
    cause_set(cause, "%s is not a generic type", S_type(check, t));
    t = typ[BK_INVALID];
  }
  check_record_type_and_value(check, e, OM_TYPEXPR, t, NULL);
  return t;
}

/* The type of a name or qualified name that was evaluated to x. */
static Type *operand_as_type(Checker *check, Operand *x) {
  if (x->mode == OM_TYPEXPR) return x->type;
  if (x->mode == OM_NOVALUE)
    check_errorf(check, x->expr, E_NotAType, "%s used as type", S_operand(check, x));
  else if (x->mode != OM_INVALID)
    check_errorf(check, x->expr, E_NotAType, "%s is not a type", S_operand(check, x));
  return typ[BK_INVALID];
}

static Type *array_type(Checker *check, ArrayType *e) {
  i64 len = -1;
  if (e->len)
    len = check_array_length(check, e->len);
  else
    check_error(check, e, E_BadDotDotDotSyntax, "invalid use of [...] array (outside a composite literal)");
  Type *elem = check_var_type(check, e->elem);
  return len >= 0 ? type_new_array(elem, len) : typ[BK_INVALID];
}

/* An invalid base makes the pointer invalid too: dereferencing it would only give follow-on errors. */
static Type *pointer_type(Checker *check, Operation *e) {
  Pointer *p = (Pointer *)type_new_pointer(typ[BK_INVALID]);
  p->base = check_var_type(check, e->x);
  return types_is_valid(p->base) ? (Type *)p : typ[BK_INVALID];
}

static void check_map_key(Checker *check, void *ctx) {
  TypeAtCtx *c = ctx;
  if (type_comparable_(c->type)) return;
  check_errorf(check, c->at, E_IncomparableMapKey, "invalid map key type %s%s", S_type(check, c->type),
               types_is_type_param(c->type) ? " (missing comparable constraint)" : "");
}

static Type *map_type(Checker *check, MapType *e) {
  Type *key = check_var_type(check, e->key);
  Type *elem = check_var_type(check, e->value);
  TypeAtCtx *c = NEW(&types_arena, TypeAtCtx);
  *c = (TypeAtCtx){key, e->key};
  check_later(check, check_map_key, c);
  return type_new_map(key, elem);
}

static Type *instantiated_type(Checker *check, Expr *x, Expr *xlist);

/* Must only be called by check_declared_type and check_generic_type. */
static Type *type_internal(Checker *check, Expr *e0, Object *def) {
  switch (e0->n.kind) {
  case N_BadExpr: return typ[BK_INVALID];
  case N_Name: {
    Operand x = {0};
    check_ident(check, &x, (Name *)e0, true);
    return operand_as_type(check, &x);
  }
  case N_SelectorExpr: {
    Operand x = {0};
    check_selector(check, &x, (SelectorExpr *)e0, true);
    return operand_as_type(check, &x);
  }
  case N_IndexExpr:
    check_verify_versionf(check, e0, GO1(18), "type instantiation");
    return instantiated_type(check, ((IndexExpr *)e0)->x, ((IndexExpr *)e0)->index);
  case N_ParenExpr: return check_declared_type(check, ((ParenExpr *)e0)->x, def);
  case N_ArrayType: return array_type(check, (ArrayType *)e0);
  case N_SliceType: return type_new_slice(check_var_type(check, ((SliceType *)e0)->elem));
  case N_DotsType:
    check_error(check, e0, E_InvalidSyntaxTree, "invalid use of ...");
    return typ[BK_INVALID];
  case N_StructType: {
    Struct *s = (Struct *)type_new_struct(NULL, 0, NULL);
    check_struct_type(check, s, (StructType *)e0);
    return (Type *)s;
  }
  case N_Operation:
    if (((Operation *)e0)->op == OP_MUL && !((Operation *)e0)->y) return pointer_type(check, (Operation *)e0);
    break;
  case N_FuncType: {
    Signature *sig = NEW(&types_arena, Signature);
    check_func_type(check, sig, NULL, 0, NULL, (FuncType *)e0);
    return (Type *)sig;
  }
  case N_InterfaceType: {
    Interface *t = check_new_interface(check);
    check_interface_type(check, t, (InterfaceType *)e0, def);
    return (Type *)t;
  }
  case N_MapType: return map_type(check, (MapType *)e0);
  case N_ChanType: return type_new_chan(((ChanType *)e0)->dir, check_var_type(check, ((ChanType *)e0)->elem));
  default: break;
  }
  check_errorf(check, e0, E_NotAType, "%s is not a type", S_expr(e0));
  check_use(check, 1, &e0);
  return typ[BK_INVALID];
}

/* ---- instantiation ---- */

typedef struct InstCtx {
  Expr *x, *xlist;
  TypeList *targs;
  Type *inst;
} InstCtx;

/* Verifies an instance that the source mentions. */
static void verify_instance(Checker *check, void *ctx) {
  InstCtx *c = ctx;
  check_record_instance(check, c->x, c->targs, c->inst);
  bool alias = c->inst->kind == TYPE_ALIAS;
  const Atom *name = alias ? ((AliasType *)c->inst)->obj->name : ((Named *)c->inst)->obj->name;
  TypeParamList *tparams = alias ? ((AliasType *)c->inst)->tparams : named_type_params((Named *)c->inst);
  Pos pos = c->x->n.pos;
  if (!check_validate_targ_len(check, pos, name->s, (int)tparams_len(tparams), (int)c->targs->n)) return;
  StrBuf cause = {0};
  int i = check_verify(check, pos, tparams, c->targs, check_context(check), &cause);
  u32 nx = expr_list_len(c->xlist);
  if (i >= 0) {
    Pos at = (u32)i < nx ? ast_start_pos(expr_list_at(c->xlist, (u32)i)) : pos;
    check_soft_errorf_pos(check, at, E_InvalidTypeArg, "%s", sb_cstr(&cause));
  } else {
    Expr **v = NEW_ARRAY(&types_arena, Expr *, nx);
    for (u32 k = 0; k < nx; k++) v[k] = expr_list_at(c->xlist, k);
    mono_record_instance(&check->mono, check->pkg, pos, tparams, c->targs, nx, v);
  }
  sb_free(&cause);
}

/* x[xlist] for a generic type x. */
static Type *instantiated_type(Checker *check, Expr *x, Expr *xlist) {
  u32 n = expr_list_len(xlist);
  Expr **v = NEW_ARRAY(&types_arena, Expr *, n);
  for (u32 i = 0; i < n; i++) v[i] = expr_list_at(xlist, i);
  StrBuf cause = {0};
  Type *gtyp = check_generic_type(check, x, &cause);
  if (cause.n)
    check_errorf(check, x, E_NotAGenericType, "invalid operation: %s%s (%s)", S_expr(x), S_exprs(n, v),
                 sb_cstr(&cause));
  sb_free(&cause);
  if (!types_is_valid(gtyp)) return gtyp;
  TypeList *targs = check_type_list(check, n, v);
  if (!targs) return typ[BK_INVALID];
  Type *inst = check_instance(check, x->n.pos, gtyp, targs, NULL, check_context(check));
  if (!type_is(inst, TYPE_NAMED) && !type_is(inst, TYPE_ALIAS)) return typ[BK_INVALID];
  InstCtx *c = NEW(&types_arena, InstCtx);
  *c = (InstCtx){x, xlist, targs, inst};
  check_later(check, verify_instance, c); /* the type parameters may not be set up yet */
  return inst;
}

/* ---- lists ---- */

/* The length of an array type, or -1 after an error. */
i64 check_array_length(Checker *check, Expr *e) {
  if (e->n.kind == N_Name) { /* perhaps meant to be a type parameter without constraint */
    const Atom *name = ((Name *)e)->name;
    Object *obj = check_lookup(check, name);
    if (!obj) {
      check_errorf(check, e, E_InvalidArrayLen, "undefined array length %s or missing type constraint",
                   name->s);
      return -1;
    }
    if (obj->kind != OBJ_CONST) {
      check_errorf(check, e, E_InvalidArrayLen, "invalid array length %s", name->s);
      return -1;
    }
  }
  Operand x = {0};
  check_expr(check, NULL, &x, e);
  if (x.mode != OM_CONSTANT) {
    if (x.mode != OM_INVALID)
      check_errorf(check, x.expr, E_InvalidArrayLen, "array length %s must be constant",
                   S_operand(check, &x));
    return -1;
  }
  bool is_int = types_is_integer(x.type);
  if (types_is_untyped(x.type) || is_int) {
    const Const *val = const_to_int(x.val);
    i64 n;
    if (const_kind(val) == CONST_INT && types_representable_const(val, check, typ[BK_INT], NULL) &&
        const_int64_val(val, &n) && n >= 0)
      return n;
  }
  check_errorf(check, x.expr, E_InvalidArrayLen,
               is_int ? "invalid array length %s" : "array length %s must be integer", S_operand(check, &x));
  return -1;
}

/* The types of a list of type arguments. */
TypeList *check_type_list(Checker *check, u32 n, Expr **list) {
  Type **v = NEW_ARRAY(&types_arena, Type *, n);
  bool ok = n > 0;
  for (u32 i = 0; i < n; i++) {
    v[i] = check_var_type(check, list[i]);
    if (!types_is_valid(v[i])) ok = false;
  }
  return ok ? types_new_type_list(n, v) : NULL;
}

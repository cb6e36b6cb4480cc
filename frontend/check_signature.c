/* check_signature.c - function types, parameters and receivers (types2/signature.go).
 * Start reading at check_func_type(). */
#include "frontend/check.h"

/* A method has recv and may have rparams, a function may have tparams. */
Signature *types_new_signature_type(Object *recv, TypeParamList *rparams, TypeParamList *tparams,
                                    Tuple *params, Tuple *results, bool variadic) {
  CHECK(!variadic || tuple_len(params) > 0);
  Signature *sig = NEW(&types_arena, Signature);
  *sig = (Signature){.t = {.kind = TYPE_SIGNATURE}, .recv = recv, .rparams = rparams, .tparams = tparams,
                     .params = params, .results = results, .variadic = variadic};
  return sig;
}

typedef struct ParamList {
  u32 n;
  Name **names; /* NULL entries: anonymous */
  Object **vars;
  bool variadic;
} ParamList;

/* Makes the variables of a parameter or result list, without declaring them. */
static ParamList collect_params(Checker *check, VarKind kind, const FieldList *list) {
  ParamList p = {.n = list->n};
  p.names = NEW_ARRAY(&types_arena, Name *, list->n);
  p.vars = NEW_ARRAY(&types_arena, Object *, list->n);
  Type *type = NULL;
  Expr *prev = NULL;
  bool named = false, anonymous = false;
  for (u32 i = 0; i < list->n; i++) {
    Field *field = list->v[i];
    if (field->type != prev) { /* the type of grouped names is checked once */
      Expr *ftype = prev = field->type;
      if (ftype->n.kind == N_DotsType) {
        if (kind == VAR_PARAM && i == list->n - 1)
          p.variadic = true;
        else
          check_error(check, ftype, E_InvalidSyntaxTree, "invalid use of ...");
        ftype = ((DotsType *)ftype)->elem;
      }
      type = check_var_type(check, ftype);
    }
    Name *name = p.names[i] = field->name;
    named |= name != NULL;
    anonymous |= name == NULL;
    p.vars[i] = obj_new_var(name ? name->e.n.pos : field->e.n.pos, check->pkg,
                            name ? name->name : atom_cstr(""), type, kind);
  }
  if (named && anonymous)
    check_error(check, list->v[0], E_InvalidSyntaxTree, "list contains both named and anonymous parameters");
  if (p.variadic) {
    Object *last = p.vars[p.n - 1];
    last->type = type_new_slice(last->type);
    check_record_type_and_value(check, list->v[p.n - 1]->type, OM_TYPEXPR, last->type, NULL);
  }
  return p;
}

static void declare_params(Checker *check, const ParamList *p, Pos scope_pos) {
  for (u32 i = 0; i < p->n; i++)
    if (p->names[i] && p->names[i]->name->len)
      check_declare(check, check->scope, p->names[i], p->vars[i], scope_pos);
}

/* t without its leading pointers. */
Type *types_unpointer(Type *t) {
  while (type_is(t, TYPE_POINTER)) t = ((Pointer *)t)->base;
  return t;
}

/* Records the type of (*(T[P])), *(T[P]), (T[P]), T[P], which all follow from type. */
static void record_parenthesized_recv_types(Checker *check, Expr *expr, Type *type) {
  for (;;) {
    check_record_type_and_value(check, expr, OM_TYPEXPR, type, NULL);
    if (expr->n.kind == N_ParenExpr) {
      expr = ((ParenExpr *)expr)->x;
    } else if (expr->n.kind == N_Operation && ((Operation *)expr)->op == OP_MUL && !((Operation *)expr)->y) {
      expr = ((Operation *)expr)->x;
      if (!type_is(type, TYPE_POINTER)) return;
      type = ((Pointer *)type)->base;
    } else {
      return;
    }
  }
}

static TypeParamList *type_params_of(Type *t) {
  switch (t->kind) {
  case TYPE_NAMED: return named_type_params((Named *)t);
  case TYPE_ALIAS: return ((AliasType *)t)->tparams;
  case TYPE_SIGNATURE: return ((Signature *)t)->tparams;
  default: return NULL;
  }
}

/* The type of a receiver without type parameters. */
static Type *plain_recv_type(Checker *check, Field *rparam, Expr *rbase) {
  Type *type = check_var_type(check, rparam->type);
  /* Methods on instantiated types are not permitted, also not through aliases. */
  for (AliasType *a = as_alias(types_unpointer(type)); a;) {
    Type *base = types_unpointer(a->fromRHS);
    if (base && type_params_of(base)) {
      check_errorf(check, rbase, E_InvalidRecv, "cannot define new methods on instantiated type %s",
                   S_type(check, base));
      return typ[BK_INVALID];
    }
    a = as_alias(base);
  }
  return type;
}

/* The generic type that rbase denotes; NULL, with an error, when it is none that can have methods. */
static Named *generic_recv_base(Checker *check, Expr *rbase) {
  StrBuf cause = {0};
  Type *t = check_generic_type(check, rbase, &cause);
  Named *base = NULL;
  if (!types_is_valid(t)) {
    if (cause.n) check_errorf(check, rbase, E_InvalidRecv, "%s", sb_cstr(&cause));
  } else if (t->kind == TYPE_NAMED) {
    base = (Named *)t;
  } else {
    check_errorf(check, rbase, E_InvalidRecv, "cannot define new methods on generic alias type %s",
                 S_type(check, t));
  }
  sb_free(&cause);
  return base;
}

/* The bounds of the receiver's type parameters are those of the base type's, in terms of the receiver's. */
static void bind_recv_bounds(Checker *check, Expr *rbase, Named *base, TypeParamList *recv_tparams) {
  TypeParamList *base_tparams = named_type_params(base);
  if (tparams_len(recv_tparams) != tparams_len(base_tparams)) {
    check_errorf(check, rbase, E_BadRecv, "receiver declares %s, but receiver base type declares %u",
                 types_measure((int)tparams_len(recv_tparams), "type parameter"), tparams_len(base_tparams));
    return;
  }
  SubstMap smap = types_make_rename_map(base_tparams, recv_tparams);
  for (u32 i = 0; i < recv_tparams->n; i++) {
    TypeParam *r = recv_tparams->v[i];
    mono_record_canon(&check->mono, r, base_tparams->v[i]);
    r->bound = check_subst(check, r->obj->pos, base_tparams->v[i]->bound, smap, NULL, check_context(check));
  }
}

/* The type of a receiver *T[A, B] or T[A, B], whose type parameters are declared here. */
static Type *generic_recv_type(Checker *check, Field *rparam, Expr *rbase, bool ptr, const NameList *names,
                               Pos scope_pos, TypeParamList **rparams) {
  Named *base = generic_recv_base(check, rbase); /* before the parameters, which may have the same name */
  TypeParam **tparams = NEW_ARRAY(&types_arena, TypeParam *, names->n);
  for (u32 i = 0; i < names->n; i++) {
    tparams[i] = check_declare_type_param(check, names->v[i], scope_pos);
    check_record_use(check, names->v[i], tparams[i]->obj);
    check_record_type_and_value(check, (Expr *)names->v[i], OM_TYPEXPR, (Type *)tparams[i], NULL);
  }
  *rparams = types_bind_tparams(names->n, tparams);
  if (!base) return typ[BK_INVALID];

  bind_recv_bounds(check, rbase, base, *rparams);
  check_verify_versionf(check, rbase, GO1(18), "type instantiation");
  TypeList *targs = types_new_type_list(names->n, (Type **)tparams);
  Type *type = check_instance(check, rparam->type->n.pos, (Type *)base, targs, NULL, check_context(check));
  check_record_instance(check, rbase, targs, type);
  if (ptr && types_is_valid(type)) type = type_new_pointer(type);
  record_parenthesized_recv_types(check, rparam->type, type);
  return type;
}

static bool is_cgo_type_obj(const Object *obj) {
  if (strncmp(obj->name->s, "_Ctype_", 7) == 0) return true;
  const Atom *file = obj->pos.base ? pos_base(obj->pos.base)->filename : NULL;
  if (!file) return false;
  const char *slash = strrchr(file->s, '/');
  return strncmp(slash ? slash + 1 : file->s, "_cgo_", 5) == 0;
}

typedef struct RecvCtx {
  Expr *at;
  Object *recv;
} RecvCtx;

/* The receiver base type is a defined type of this package, neither a pointer nor an interface. */
static void valid_recv(Checker *check, void *ctx) {
  RecvCtx *c = ctx;
  bool was_ptr;
  Type *rtyp = types_deref(c->recv->type, &was_ptr), *atyp = type_unalias(rtyp);
  if (!types_is_valid(atyp)) return;
  if (atyp->kind == TYPE_NAMED &&
      !(!package_same_session(((Named *)atyp)->obj->pkg, check->pkg) || is_cgo_type_obj(((Named *)atyp)->obj))) {
    Type *u = type_under(atyp);
    const char *cause = u == typ[BK_UNSAFEPOINTER]                                ? "unsafe.Pointer"
                        : u->kind == TYPE_POINTER || u->kind == TYPE_INTERFACE ? "pointer or interface type"
                                                                                   : NULL;
    if (cause)
      check_errorf(check, c->at, E_InvalidRecv, "invalid receiver type %s (%s)", S_type(check, rtyp), cause);
  } else if (atyp->kind == TYPE_NAMED || atyp->kind == TYPE_BASIC) {
    check_errorf(check, c->at, E_InvalidRecv, "cannot define new methods on non-local type %s",
                 S_type(check, rtyp));
  } else {
    check_errorf(check, c->at, E_InvalidRecv, "invalid receiver type %s", S_type(check, c->recv->type));
  }
}

/* Makes the receiver variable and declares its type parameters, but not the variable itself. */
static Object *collect_recv(Checker *check, Field *rparam, Pos scope_pos, TypeParamList **rparams) {
  bool ptr;
  NameList names = {0};
  Expr *rbase = check_unpack_recv(check, rparam->type, true, &ptr, &names);
  Type *type = names.n == 0 ? plain_recv_type(check, rparam, rbase)
                            : generic_recv_type(check, rparam, rbase, ptr, &names, scope_pos, rparams);
  bool named = rparam->name && rparam->name->name->len;
  Object *recv = obj_new_var(named ? rparam->name->e.n.pos : rparam->e.n.pos, check->pkg,
                             named ? rparam->name->name : atom_cstr(""), type, VAR_RECV);
  RecvCtx *c = NEW(&types_arena, RecvCtx);
  *c = (RecvCtx){rbase, recv};
  check_later(check, valid_recv, c);
  return recv;
}

/* Type-checks a function or method type into sig, whose scope holds the parameters. recv_par NULL: no
 * receiver. */
void check_func_type(Checker *check, Signature *sig, Field *recv_par, u32 ntparams, Field **tparams,
                     FuncType *ftyp) {
  check_open_scope(check, ftyp);
  check->scope->is_func = true;
  sig->t.kind = TYPE_SIGNATURE;
  sig->scope = check->scope;

  Object *recv = NULL;
  TypeParamList *rparams = NULL;
  if (recv_par) recv = collect_recv(check, recv_par, ftyp->e.n.pos, &rparams);
  if (ntparams) check_collect_type_params(check, &sig->tparams, ntparams, tparams);
  ParamList params = collect_params(check, VAR_PARAM, &ftyp->params);
  ParamList results = collect_params(check, VAR_RESULT, &ftyp->results);

  Pos scope_pos = ast_end_pos(ftyp);
  if (recv && recv->name->len) check_declare(check, check->scope, recv_par->name, recv, scope_pos);
  declare_params(check, &params, scope_pos);
  declare_params(check, &results, scope_pos);
  sig->recv = recv;
  sig->rparams = rparams;
  sig->params = type_new_tuple(params.vars, params.n);
  sig->results = type_new_tuple(results.vars, results.n);
  sig->variadic = params.variadic;
  check_close_scope(check);
}

/* check_builtins.c - calls of built-in functions, those of package unsafe included.
 *
 * Each built-in has a function that checks its arguments (already evaluated, but for make, new and Offsetof),
 * makes x the result and records the signature of the call for the lowering, unless the result is constant.
 * Follows types2/builtins.go. Start reading at check_builtin(). */
#include "frontend/check.h"

#define INVALID_OP "invalid operation: "
#define INVALID_ARG "invalid argument: "

/* A call of a built-in being checked. */
typedef struct BuiltinCall {
  Checker *check;
  Operand *x; /* the first argument, then the result */
  CallExpr *call;
  BuiltinId id;
  const char *name;
  u32 nargs;
  Operand **args; /* evaluated arguments */
} BuiltinCall;

/* The signature of a call with these argument types (untyped ones get their defaults); res may be NULL. */
Signature *types_make_sig(Type *res, u32 nargs, Type **args) {
  Object **vars = NEW_ARRAY(&types_arena, Object *, nargs + 1);
  const Atom *none = atom_cstr("");
  for (u32 i = 0; i < nargs; i++) vars[i] = obj_new_param((Pos){0}, NULL, none, types_default(args[i]));
  Tuple *results = res ? types_new_tuple1(obj_new_var((Pos){0}, NULL, none, res, VAR_RESULT)) : NULL;
  return (Signature *)type_new_signature(NULL, nargs ? type_new_tuple(vars, nargs) : NULL, results, false);
}

static void record_sig(BuiltinCall *b, Type *res, u32 nargs, Type **args) {
  check_record_builtin_type(b->check, b->call->fun, types_make_sig(res, nargs, args));
}
#define RECORD_SIG(b, res, ...) \
  record_sig(b, res, sizeof((Type *[]){__VA_ARGS__}) / sizeof(Type *), (Type *[]){__VA_ARGS__})

/* Makes x a value of type t. */
static bool value_result(Operand *x, Type *t) {
  x->mode = OM_VALUE;
  x->type = t;
  return true;
}

static bool no_result(Operand *x) {
  x->mode = OM_NOVALUE;
  return true;
}

/* The array when t is a pointer to one, else t. */
Type *types_array_ptr_deref(Type *t) {
  Pointer *p = as_pointer(t);
  Array *a = p ? under_array(p->base) : NULL;
  return a ? (Type *)a : t;
}

static bool is_byte_slice(Type *u) {
  return type_is(u, TYPE_SLICE) && types_identical(((Slice *)u)->elem, type_byte);
}

/* ---- append, copy ---- */

typedef struct SliceElemWalk {
  Operand *x;
  Type *elem;
  const char *err;
} SliceElemWalk;

static bool slice_elem_step(void *ctx, Type *t, Type *u) {
  (void)t;
  SliceElemWalk *w = ctx;
  if (!type_is(u, TYPE_SLICE)) {
    w->err = operand_is_nil(w->x) ? "argument must be a slice; have untyped nil"
                                  : S_printf("argument must be a slice; have %s", S_operand(NULL, w->x));
    return false;
  }
  Type *elem = ((Slice *)u)->elem;
  if (w->elem && !types_identical(w->elem, elem)) {
    w->err = S_printf("mismatched slice element types %s and %s in %s", S_type(NULL, w->elem),
                      S_type(NULL, elem), S_operand(NULL, w->x));
    return false;
  }
  if (!w->elem) w->elem = elem;
  return true;
}

/* The element type of slice x (or of all slices of its type set); NULL and *err when there is none. */
static Type *slice_elem(Operand *x, const char **err) {
  SliceElemWalk w = {.x = x};
  types_typeset(x->type, slice_elem_step, &w);
  *err = w.err;
  return w.err ? NULL : w.elem;
}

static bool bytes_or_string_step(void *ctx, Type *t, Type *u) {
  (void)t;
  bool *has_string = ctx;
  if (is_byte_slice(u)) return true;
  if (!u || !types_is_string(u)) return false;
  *has_string = true;
  return true;
}

/* Whether the type set of t is of []byte and strings only. */
static bool bytes_or_string(Type *t, bool *has_string) {
  *has_string = false;
  return types_all(t, bytes_or_string_step, has_string);
}

static bool assignable_to_bytes(BuiltinCall *b) {
  ErrCode ignored;
  return operand_assignable_to(b->x, b->check, type_new_slice(type_byte), NULL, &ignored);
}

static bool builtin_append(BuiltinCall *b) {
  Operand *x = b->x;
  const char *err;
  Type *elem = slice_elem(x, &err);
  if (!elem) {
    check_errorf(b->check, x->expr, E_InvalidAppend, "invalid append: %s", err);
    return false;
  }
  bool has_string;
  Signature *sig;
  if (b->nargs == 2 && b->call->has_dots && assignable_to_bytes(b) &&
      bytes_or_string(b->args[1]->type, &has_string) && has_string) {
    sig = types_make_sig(x->type, 2, (Type *[]){x->type, b->args[1]->type}); /* append(bytes, string...) */
    sig->variadic = true;
  } else {
    sig = types_make_sig(x->type, 2, (Type *[]){x->type, type_new_slice(elem)});
    sig->variadic = true;
    check_append_arguments(b->check, b->call, sig, (OperandList){b->nargs, b->args});
  }
  check_record_builtin_type(b->check, b->call->fun, sig);
  x->mode = OM_VALUE;
  return true;
}

static bool builtin_copy(BuiltinCall *b) {
  Operand *x = b->x, *y = b->args[1];
  bool has_string;
  if (!assignable_to_bytes(b) || !bytes_or_string(y->type, &has_string)) {
    const char *err;
    Type *dst = slice_elem(x, &err);
    if (!dst) {
      check_errorf(b->check, x->expr, E_InvalidCopy, "invalid copy: %s", err);
      return false;
    }
    Type *src = slice_elem(y, &err);
    if (!src && types_all_string(y->type)) src = type_byte; /* for a better message below */
    if (!src) {
      check_errorf(b->check, y->expr, E_InvalidCopy, "invalid copy: %s", err);
      return false;
    }
    if (!types_identical(dst, src)) {
      check_errorf(b->check, x->expr, E_InvalidCopy,
                   "invalid copy: arguments %s and %s have different element types %s and %s",
                   S_operand(b->check, x), S_operand(b->check, y), S_type(b->check, dst),
                   S_type(b->check, src));
      return false;
    }
  }
  RECORD_SIG(b, typ[BK_INT], x->type, y->type);
  return value_result(x, typ[BK_INT]);
}

/* ---- len, cap ---- */

static bool len_under(void *ctx, Type *u) {
  BuiltinId id = *(BuiltinId *)ctx;
  if (!u) return false;
  Type *t = types_array_ptr_deref(u);
  switch (t->kind) {
  case TYPE_BASIC: return types_is_string(t) && id == B_LEN;
  case TYPE_ARRAY:
  case TYPE_SLICE:
  case TYPE_CHAN: return true;
  case TYPE_MAP: return id == B_LEN;
  default: return false;
  }
}

static bool builtin_len_cap(BuiltinCall *b) {
  Operand *x = b->x;
  OperandMode mode = OM_INVALID;
  const Const *val = NULL;
  Type *t = types_array_ptr_deref(type_under(x->type));
  if (t->kind == TYPE_INTERFACE) {
    if (types_is_type_param(x->type) && types_under_is(x->type, len_under, &b->id)) mode = OM_VALUE;
  } else if (len_under(&b->id, t)) {
    mode = OM_VALUE;
    if (t->kind == TYPE_BASIC && x->mode == OM_CONSTANT) {
      mode = OM_CONSTANT;
      val = const_kind(x->val) == CONST_STRING ? const_make_int64(const_string_val(x->val)->len)
                                               : const_unknown;
    } else if (t->kind == TYPE_ARRAY && !b->check->has_call_or_recv) { /* x is not evaluated */
      mode = OM_CONSTANT;
      val = ((Array *)t)->len >= 0 ? const_make_int64(((Array *)t)->len) : const_unknown;
    }
  }
  if (mode == OM_INVALID) {
    if (types_is_valid(type_under(x->type)))
      check_errorf(b->check, x->expr, b->id == B_LEN ? E_InvalidLen : E_InvalidCap,
                   INVALID_ARG "%s for built-in %s", S_operand(b->check, x), b->name);
    return false;
  }
  if (mode != OM_CONSTANT) RECORD_SIG(b, typ[BK_INT], x->type);
  x->mode = mode;
  x->type = typ[BK_INT];
  x->val = val;
  return true;
}

/* ---- clear, close, delete ---- */

static bool clear_under(void *ctx, Type *u) {
  BuiltinCall *b = ctx;
  if (type_is(u, TYPE_MAP) || type_is(u, TYPE_SLICE)) return true;
  check_errorf(b->check, b->x->expr, E_InvalidClear,
               INVALID_ARG "cannot clear %s: argument must be (or constrained by) map or slice",
               S_operand(b->check, b->x));
  return false;
}

static bool builtin_clear(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(21), "clear");
  if (!types_under_is(b->x->type, clear_under, b)) return false;
  RECORD_SIG(b, NULL, b->x->type);
  return no_result(b->x);
}

static bool close_under(void *ctx, Type *u) {
  BuiltinCall *b = ctx;
  const char *problem = NULL;
  if (!type_is(u, TYPE_CHAN)) problem = "non-channel";
  else if (((Chan *)u)->dir == CHAN_RECV) problem = "receive-only channel";
  if (!problem) return true;
  check_errorf(b->check, b->x->expr, E_InvalidClose, INVALID_OP "cannot close %s %s", problem,
               S_operand(b->check, b->x));
  return false;
}

static bool builtin_close(BuiltinCall *b) {
  if (!types_under_is(b->x->type, close_under, b)) return false;
  RECORD_SIG(b, NULL, b->x->type);
  return no_result(b->x);
}

typedef struct DeleteWalk {
  BuiltinCall *b;
  Type *key;
} DeleteWalk;

static bool delete_under(void *ctx, Type *u) {
  DeleteWalk *w = ctx;
  BuiltinCall *b = w->b;
  if (!type_is(u, TYPE_MAP)) {
    check_errorf(b->check, b->x->expr, E_InvalidDelete, INVALID_ARG "%s is not a map",
                 S_operand(b->check, b->x));
    return false;
  }
  Type *key = ((Map *)u)->key;
  if (w->key && !types_identical(key, w->key)) {
    check_errorf(b->check, b->x->expr, E_InvalidDelete,
                 INVALID_ARG "maps of %s must have identical key types", S_operand(b->check, b->x));
    return false;
  }
  w->key = key;
  return true;
}

static bool builtin_delete(BuiltinCall *b) {
  Type *map = b->x->type;
  DeleteWalk w = {b, NULL};
  if (!types_under_is(map, delete_under, &w)) return false;
  *b->x = *b->args[1];
  check_assignment(b->check, b->x, w.key, "argument to delete");
  if (b->x->mode == OM_INVALID) return false;
  RECORD_SIG(b, NULL, map, w.key);
  return no_result(b->x);
}

/* ---- complex, real, imag ---- */

typedef Type *(*TypeFunc)(Type *t);

static Type *complex_of(Type *t) {
  Basic *b = under_basic(t);
  switch (b ? b->bkind : BK_INVALID) {
  case BK_FLOAT32: return typ[BK_COMPLEX64];
  case BK_FLOAT64: return typ[BK_COMPLEX128];
  case BK_UNTYPED_FLOAT: return typ[BK_UNTYPED_COMPLEX];
  default: return NULL;
  }
}

static Type *float_of(Type *t) {
  Basic *b = under_basic(t);
  switch (b ? b->bkind : BK_INVALID) {
  case BK_COMPLEX64: return typ[BK_FLOAT32];
  case BK_COMPLEX128: return typ[BK_FLOAT64];
  case BK_UNTYPED_COMPLEX: return typ[BK_UNTYPED_FLOAT];
  default: return NULL;
  }
}

typedef struct TypeFuncWalk {
  TypeFunc f;
  VEC(Term *) terms;
} TypeFuncWalk;

static bool type_func_term(void *ctx, Term *t) {
  TypeFuncWalk *w = ctx;
  Type *r = t ? w->f(t->type) : NULL;
  if (!r) return false;
  VEC_PUSH(&types_arena, &w->terms, types_new_term(t->tilde, r));
  return true;
}

/* f applied to x's type, NULL when f is not defined there. For a type parameter it is a new type parameter
 * constrained by the results for all terms; gc does not support that yet, which is reported. */
static Type *apply_type_func(BuiltinCall *b, TypeFunc f, ErrCode code) {
  TypeParam *tp = as_typeparam(b->x->type);
  if (!tp) return f(b->x->type);
  TypeFuncWalk w = {.f = f};
  if (!typeparam_is(tp, type_func_term, &w)) return NULL;
  check_soft_errorf(b->check, b->x->expr, code,
                    "%s not supported as argument to built-in %s for go1.18 (see go.dev/issue/50937)",
                    S_operand(b->check, b->x), b->name);
  Object *tname = obj_new_typename((Pos){0}, b->check->pkg, tp->obj->name, NULL);
  Type *bound = (Type *)types_new_union(w.terms.n, w.terms.v);
  Type **embedded = NEW(&types_arena, Type *);
  *embedded = bound;
  TypeParam *res = check_new_type_param(b->check, tname, (Type *)types_new_interface(0, NULL, 1, embedded));
  res->index = tp->index;
  return (Type *)res;
}

/* An untyped constant number without imaginary part is taken as a float. */
static void to_untyped_float(Operand *x) {
  if (types_is_numeric(x->type) && const_sign(const_imag(x->val)) == 0) x->type = typ[BK_UNTYPED_FLOAT];
}

/* Converts the untyped ones of complex' arguments. */
static void match_complex_args(Checker *check, Operand *x, Operand *y) {
  bool ux = types_is_untyped(x->type), uy = types_is_untyped(y->type);
  if (ux && !uy) {
    check_convert_untyped(check, x, y->type);
  } else if (uy && !ux) {
    check_convert_untyped(check, y, x->type);
  } else if (ux && x->mode == OM_CONSTANT && y->mode == OM_CONSTANT) {
    to_untyped_float(x);
    to_untyped_float(y);
  } else if (ux) { /* an untyped shift: an error, as shifts of floats are */
    check_convert_untyped(check, x, typ[BK_FLOAT64]);
    check_convert_untyped(check, y, typ[BK_FLOAT64]);
  }
}

static bool builtin_complex(BuiltinCall *b) {
  Operand *x = b->x, *y = b->args[1];
  match_complex_args(b->check, x, y);
  if (x->mode == OM_INVALID || y->mode == OM_INVALID) return false;
  if (!types_identical(x->type, y->type)) {
    check_errorf(b->check, x->expr, E_InvalidComplex, INVALID_OP "%s (mismatched types %s and %s)",
                 S_expr(b->call), S_type(b->check, x->type), S_type(b->check, y->type));
    return false;
  }
  Type *res = apply_type_func(b, complex_of, E_InvalidComplex);
  if (!res) {
    check_errorf(b->check, x->expr, E_InvalidComplex,
                 INVALID_ARG "arguments have type %s, expected floating-point", S_type(b->check, x->type));
    return false;
  }
  if (x->mode == OM_CONSTANT && y->mode == OM_CONSTANT) {
    x->val = const_binary(const_to_float(x->val), OP_ADD, const_make_imag(const_to_float(y->val)));
  } else {
    x->mode = OM_VALUE;
    RECORD_SIG(b, res, x->type, x->type);
  }
  x->type = res;
  return true;
}

static bool builtin_real_imag(BuiltinCall *b) {
  Operand *x = b->x;
  bool real = b->id == B_REAL;
  if (types_is_untyped(x->type)) {
    if (x->mode == OM_CONSTANT) {
      if (types_is_numeric(x->type)) x->type = typ[BK_UNTYPED_COMPLEX];
    } else { /* an untyped shift: an error */
      check_convert_untyped(b->check, x, typ[BK_COMPLEX128]);
      if (x->mode == OM_INVALID) return false;
    }
  }
  ErrCode code = real ? E_InvalidReal : E_InvalidImag;
  Type *res = apply_type_func(b, float_of, code);
  if (!res) {
    check_errorf(b->check, x->expr, code, INVALID_ARG "argument has type %s, expected complex type",
                 S_type(b->check, x->type));
    return false;
  }
  if (x->mode == OM_CONSTANT) {
    x->val = real ? const_real(x->val) : const_imag(x->val);
  } else {
    x->mode = OM_VALUE;
    RECORD_SIG(b, res, x->type);
  }
  x->type = res;
  return true;
}

/* ---- make, new, min, max ---- */

static TypeError *make_cond(void *ctx, Type *t, Type *u) {
  (void)ctx;
  (void)t;
  if (!u) return types_type_errorf("no specific type");
  if (u->kind == TYPE_SLICE || u->kind == TYPE_MAP || u->kind == TYPE_CHAN) return NULL;
  return types_type_errorf("type must be slice, map, or channel");
}

static bool builtin_make(BuiltinCall *b) {
  Expr **arg = b->call->args.v;
  Type *T = check_var_type(b->check, arg[0]);
  if (!types_is_valid(T)) return false;
  TypeError *err = NULL;
  Type *u = types_common_under(T, make_cond, NULL, &err);
  if (err) {
    check_errorf(b->check, arg[0], E_InvalidMake, INVALID_ARG "cannot make %s: %s", S_expr(arg[0]), err->msg);
    return false;
  }
  u32 min = u->kind == TYPE_SLICE ? 2 : 1;
  if (b->nargs < min || min + 1 < b->nargs) {
    check_errorf(b->check, b->call, E_WrongArgCount, INVALID_OP "%s expects %u or %u arguments; found %u",
                 S_expr(b->call), min, min + 1, b->nargs);
    return false;
  }
  Type *types[3] = {T};
  i64 sizes[2];
  u32 nsizes = 0; /* constant ones */
  for (u32 i = 1; i < b->nargs; i++) {
    i64 size;
    types[i] = check_index(b->check, arg[i], -1, &size);
    if (size >= 0) sizes[nsizes++] = size;
  }
  if (nsizes == 2 && sizes[0] > sizes[1])
    check_error(b->check, arg[1], E_SwappedMakeArgs, INVALID_ARG "length and capacity swapped");
  record_sig(b, T, b->nargs, types);
  return value_result(b->x, T);
}

static bool builtin_new(BuiltinCall *b) {
  Expr *arg = b->call->args.v[0];
  Operand *x = b->x;
  check_expr_or_type(b->check, x, arg, false);
  check_exclude(b->check, x, 1 << OM_NOVALUE | 1 << OM_BUILTIN);
  if (x->mode == OM_INVALID) return false;
  if (x->mode == OM_TYPEXPR) {
    check_valid_var_type(b->check, arg, x->type);
  } else {
    if (types_is_untyped(x->type)) {
      check_assignment(b->check, x, NULL, "argument to new");
      if (x->mode == OM_INVALID) return false;
    }
    check_verify_versionf(b->check, b->call->fun, GO1(26), "new(%s)", S_expr(arg));
  }
  Type *T = x->type, *ptr = type_new_pointer(T);
  RECORD_SIG(b, ptr, T);
  return value_result(x, ptr);
}

/* Takes argument a into the minimum or maximum x so far. */
static bool min_max_arg(BuiltinCall *b, Operand *a) {
  Operand *x = b->x;
  check_match_types(b->check, x, a);
  if (x->mode == OM_INVALID) return false;
  if (!types_identical(x->type, a->type)) {
    check_errorf(b->check, a->expr, E_MismatchedTypes,
                 INVALID_ARG "mismatched types %s (previous argument) and %s (type of %s)",
                 S_type(b->check, x->type), S_type(b->check, a->type), S_expr(a->expr));
    return false;
  }
  if (x->mode == OM_CONSTANT && a->mode == OM_CONSTANT) {
    if (const_compare(a->val, b->id == B_MAX ? OP_GTR : OP_LSS, x->val)) *x = *a;
  } else {
    x->mode = OM_VALUE;
  }
  return true;
}

static bool builtin_min_max(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  check_verify_versionf(check, b->call->fun, GO1(21), "built-in %s", b->name);
  for (u32 i = 0; i < b->nargs; i++) {
    Operand *a = b->args[i];
    if (a->mode == OM_INVALID) return false;
    if (!types_all_ordered(a->type)) {
      check_errorf(check, a->expr, E_InvalidMinMaxOperand, INVALID_ARG "%s cannot be ordered",
                   S_operand(check, a));
      return false;
    }
    if (i > 0 && !min_max_arg(b, a)) return false;
  }
  if (x->mode != OM_CONSTANT) {
    x->mode = OM_VALUE;
    check_assignment(check, x, type_empty_interface,
                     S_printf("argument to built-in %s", b->name)); /* not untyped */
    if (x->mode == OM_INVALID) return false;
  }
  Type **types = NEW_ARRAY(&types_arena, Type *, b->nargs);
  for (u32 i = 0; i < b->nargs; i++) {
    check_update_expr_type(check, b->args[i]->expr, x->type, true);
    types[i] = x->type;
  }
  if (x->mode != OM_CONSTANT) record_sig(b, x->type, b->nargs, types);
  return true;
}

/* ---- panic, print, recover ---- */

static bool builtin_panic(BuiltinCall *b) {
  Checker *check = b->check;
  if (check->sig && tuple_len(check->sig->results) > 0) { /* check_is_terminating() will ask */
    if (!check->is_panic) check->is_panic = NEW(&types_arena, PtrMap);
    ptrmap_set(check->is_panic, b->call, b->call);
  }
  check_assignment(check, b->x, type_empty_interface, "argument to panic");
  if (b->x->mode == OM_INVALID) return false;
  RECORD_SIG(b, NULL, type_empty_interface);
  return no_result(b->x);
}

static bool builtin_print(BuiltinCall *b) {
  const char *context = S_printf("argument to built-in %s", b->name);
  Type **types = NEW_ARRAY(&types_arena, Type *, b->nargs);
  for (u32 i = 0; i < b->nargs; i++) {
    check_assignment(b->check, b->args[i], NULL, context);
    if (b->args[i]->mode == OM_INVALID) return false;
    types[i] = b->args[i]->type;
  }
  record_sig(b, NULL, b->nargs, types);
  return no_result(b->x);
}

static bool builtin_recover(BuiltinCall *b) {
  record_sig(b, type_empty_interface, 0, NULL);
  return value_result(b->x, type_empty_interface);
}

/* ---- package unsafe ---- */

/* Whether the size of t depends on type parameters (or is infinite, for a cycle that is not checked yet).
 * seen holds the Named types on the way and, once known, their result (NULL: none seen yet). */
bool types_has_var_size(Type *t, PtrMap *seen) {
  static char yes, no;
  PtrMap own = {0};
  bool outer = !seen;
  if (outer) seen = &own;
  Named *named = type_as_named(t);
  bool res = false;
  if (named) {
    void *known = ptrmap_get(seen, named);
    if (known) return known == &yes;
    ptrmap_set(seen, named, &yes); /* cyclic until proven otherwise */
  }
  Type *u = type_under(t);
  if (u->kind == TYPE_ARRAY) {
    res = types_has_var_size(((Array *)u)->elem, seen);
  } else if (u->kind == TYPE_STRUCT) {
    Struct *s = (Struct *)u;
    for (u32 i = 0; i < s->nfields && !res; i++) res = types_has_var_size(s->fields[i]->type, seen);
  } else if (u->kind == TYPE_INTERFACE) {
    res = types_is_type_param(t);
  }
  if (named) ptrmap_set(seen, named, res ? &yes : &no);
  if (outer) ptrmap_free(&own);
  return res;
}

/* Makes x the uintptr constant val, or a value when the size of `var` is variable; args is the type for the
 * signature in that case. */
static bool size_result(BuiltinCall *b, bool variable, Type *arg, i64 val) {
  Operand *x = b->x;
  if (variable) {
    RECORD_SIG(b, typ[BK_UINTPTR], arg);
    return value_result(x, typ[BK_UINTPTR]);
  }
  if (val < 0) {
    check_errorf(b->check, x->expr, E_TypeTooLarge, "%s is too large", S_operand(b->check, x));
    return false;
  }
  x->mode = OM_CONSTANT;
  x->val = const_make_int64(val);
  x->type = typ[BK_UINTPTR];
  return true;
}

static bool builtin_sizeof_alignof(BuiltinCall *b) {
  Operand *x = b->x;
  check_assignment(b->check, x, NULL,
                   b->id == B_SIZEOF ? "argument to unsafe.Sizeof" : "argument to unsafe.Alignof");
  if (x->mode == OM_INVALID) return false;
  bool variable = types_has_var_size(x->type, NULL);
  i64 val = variable ? 0 : b->id == B_SIZEOF ? type_sizeof(x->type) : type_alignof(x->type);
  return size_result(b, variable, x->type, val);
}

static bool builtin_offsetof(BuiltinCall *b) {
  Checker *check = b->check;
  Operand *x = b->x;
  Expr *arg = b->call->args.v[0];
  SelectorExpr *selx = (SelectorExpr *)ast_unparen(arg);
  if (selx->e.n.kind != N_SelectorExpr) {
    check_errorf(check, arg, E_BadOffsetofSyntax, INVALID_ARG "%s is not a selector expression", S_expr(arg));
    check_use(check, 1, &arg);
    return false;
  }
  check_expr(check, NULL, x, selx->x);
  if (x->mode == OM_INVALID) return false;

  Type *base = types_deref_struct_ptr(x->type);
  const Atom *sel = selx->sel->name;
  int *index = NULL;
  u32 nindex = 0;
  bool indirect = false;
  Object *obj = types_lookup_field_or_method(base, false, check->pkg, sel, false, &index, &nindex, &indirect);
  if (!obj) {
    check_errorf(check, x->expr, E_MissingFieldOrMethod, INVALID_ARG "%s has no single field %s",
                 S_type(check, base), sel->s);
    return false;
  }
  if (obj->kind == OBJ_FUNC) {
    check_errorf(check, arg, E_InvalidOffsetof, INVALID_ARG "%s is a method value", S_expr(arg));
    return false;
  }
  if (indirect) {
    check_errorf(check, x->expr, E_InvalidOffsetof, INVALID_ARG "field %s is embedded via a pointer in %s",
                 sel->s, S_type(check, base));
    return false;
  }
  check_record_selection(check, selx, SEL_FIELD, base, obj, index, nindex, false);
  Operand field = {
      .mode = x->mode == OM_VARIABLE ? OM_VARIABLE : OM_VALUE, .expr = (Expr *)selx, .type = obj->type};
  check_record(check, &field);
  bool variable = types_has_var_size(base, NULL);
  return size_result(b, variable, obj->type, variable ? 0 : types_offsetof(base, nindex, index));
}

static bool builtin_unsafe_add(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(17), "unsafe.Add");
  check_assignment(b->check, b->x, typ[BK_UNSAFEPOINTER], "argument to unsafe.Add");
  Operand *y = b->args[1];
  if (b->x->mode == OM_INVALID || !check_is_valid_index(b->check, y, E_InvalidUnsafeAdd, "length", true))
    return false;
  RECORD_SIG(b, typ[BK_UNSAFEPOINTER], typ[BK_UNSAFEPOINTER], y->type);
  return value_result(b->x, typ[BK_UNSAFEPOINTER]);
}

static bool builtin_unsafe_slice(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(17), "unsafe.Slice");
  Type *u = type_core(b->x->type);
  if (!type_is(u, TYPE_POINTER)) {
    check_errorf(b->check, b->x->expr, E_InvalidUnsafeSlice, INVALID_ARG "%s is not a pointer",
                 S_operand(b->check, b->x));
    return false;
  }
  Operand *y = b->args[1];
  if (!check_is_valid_index(b->check, y, E_InvalidUnsafeSlice, "length", false)) return false;
  Type *res = type_new_slice(((Pointer *)u)->base);
  RECORD_SIG(b, res, u, y->type);
  return value_result(b->x, res);
}

static bool builtin_slice_data(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(20), "unsafe.SliceData");
  Type *u = type_core(b->x->type);
  if (!type_is(u, TYPE_SLICE)) {
    check_errorf(b->check, b->x->expr, E_InvalidUnsafeSliceData, INVALID_ARG "%s is not a slice",
                 S_operand(b->check, b->x));
    return false;
  }
  Type *res = type_new_pointer(((Slice *)u)->elem);
  RECORD_SIG(b, res, u);
  return value_result(b->x, res);
}

static bool builtin_unsafe_string(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(20), "unsafe.String");
  Type *ptr = type_new_pointer(type_byte);
  check_assignment(b->check, b->x, ptr, "argument to unsafe.String");
  Operand *y = b->args[1];
  if (b->x->mode == OM_INVALID || !check_is_valid_index(b->check, y, E_InvalidUnsafeString, "length", false))
    return false;
  RECORD_SIG(b, typ[BK_STRING], ptr, y->type);
  return value_result(b->x, typ[BK_STRING]);
}

static bool builtin_string_data(BuiltinCall *b) {
  check_verify_versionf(b->check, b->call->fun, GO1(20), "unsafe.StringData");
  check_assignment(b->check, b->x, typ[BK_STRING], "argument to unsafe.StringData");
  if (b->x->mode == OM_INVALID) return false;
  Type *res = type_new_pointer(type_byte);
  RECORD_SIG(b, res, typ[BK_STRING]);
  return value_result(b->x, res);
}

static bool (*const builtin_funcs[])(BuiltinCall *) = {
    [B_APPEND] = builtin_append,
    [B_CAP] = builtin_len_cap,
    [B_CLEAR] = builtin_clear,
    [B_CLOSE] = builtin_close,
    [B_COMPLEX] = builtin_complex,
    [B_COPY] = builtin_copy,
    [B_DELETE] = builtin_delete,
    [B_IMAG] = builtin_real_imag,
    [B_LEN] = builtin_len_cap,
    [B_MAKE] = builtin_make,
    [B_MAX] = builtin_min_max,
    [B_MIN] = builtin_min_max,
    [B_NEW] = builtin_new,
    [B_PANIC] = builtin_panic,
    [B_PRINT] = builtin_print,
    [B_PRINTLN] = builtin_print,
    [B_REAL] = builtin_real_imag,
    [B_RECOVER] = builtin_recover,
    [B_ADD] = builtin_unsafe_add,
    [B_ALIGNOF] = builtin_sizeof_alignof,
    [B_OFFSETOF] = builtin_offsetof,
    [B_SIZEOF] = builtin_sizeof_alignof,
    [B_SLICE] = builtin_unsafe_slice,
    [B_SLICEDATA] = builtin_slice_data,
    [B_STRING] = builtin_unsafe_string,
    [B_STRINGDATA] = builtin_string_data,
};

/* Evaluates the arguments, except for built-ins with special arguments, and counts them; false after an
 * error. */
static bool evaluate_args(BuiltinCall *b) {
  CallExpr *call = b->call;
  b->nargs = call->args.n;
  if (b->id != B_MAKE && b->id != B_NEW && b->id != B_OFFSETOF) {
    OperandList args = check_expr_list(b->check, call->args.n, call->args.v);
    b->nargs = args.n;
    b->args = args.v;
    for (u32 i = 0; i < args.n; i++)
      if (args.v[i]->mode == OM_INVALID) return false;
    if (args.n > 0) *b->x = *args.v[0];
  }
  const BuiltinInfo *bin = &predeclared_funcs[b->id];
  const char *msg = b->nargs < bin->nargs                     ? "not enough"
                    : !bin->variadic && b->nargs > bin->nargs ? "too many"
                                                              : NULL;
  if (!msg) return true;
  check_errorf(b->check, call, E_WrongArgCount, INVALID_OP "%s arguments for %s (expected %u, found %u)", msg,
               S_expr(call), bin->nargs, b->nargs);
  return false;
}

/* Checks a call of the built-in and makes x its result (but for x->expr). False after an error; then x is
 * undefined. */
bool check_builtin(Checker *check, Operand *x, CallExpr *call, BuiltinId id) {
  BuiltinCall b = {.check = check, .x = x, .call = call, .id = id, .name = predeclared_funcs[id].name};
  if (call->has_dots && id != B_APPEND) {
    check_errorf(check, call, E_InvalidDotDotDot, INVALID_OP "invalid use of ... with built-in %s", b.name);
    check_use(check, call->args.n, call->args.v);
    return false;
  }
  /* len and cap of an array are constant when the argument has no calls or receives */
  bool save = check->has_call_or_recv;
  bool special = id == B_LEN || id == B_CAP;
  if (special) check->has_call_or_recv = false;
  bool ok = evaluate_args(&b) && builtin_funcs[id](&b);
  if (special) check->has_call_or_recv = save;
  return ok;
}

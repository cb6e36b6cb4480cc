/* check_conversions.c - explicit conversions T(x) of constants, values and type parameters.
 * Follows types2/conversions.go. Start reading at check_conversion(). */
#include "frontend/check.h"

/* Whether constant x converts to type T; *val (when wanted) becomes the converted constant. */
static bool const_convertible_to(Checker *check, Operand *x, Type *T, const Const **val) {
  Basic *t = under_basic(T);
  if (!t) return false;
  if (types_representable_const(x->val, check, (Type *)t, val)) return true;
  if (!types_is_integer(x->type) || !(t->info & BI_STRING)) return false;
  if (val) {
    u64 i;
    char buf[4];
    i32 rune = const_uint64_val(x->val, &i) && i <= 0x10FFFF ? (i32)i : RUNE_ERROR;
    *val = const_make_string(buf, (size_t)utf8_encode(buf, rune));
  }
  return true;
}

typedef struct ConvWalk {
  Checker *check;
  Operand *x;
  Type *T;            /* the target */
  TypeParam *Vp, *Tp; /* type parameters being walked, or NULL */
  StrBuf *cause;
} ConvWalk;

static bool const_converts_to_under(void *ctx, Type *u) {
  ConvWalk *w = ctx;
  if (!u) {
    cause_set(w->cause, "%s does not contain specific types", S_type(w->check, w->T));
    return false;
  }
  if (types_is_string(w->x->type) && types_is_bytes_or_runes(u)) return true;
  if (const_convertible_to(w->check, w->x, u, NULL)) return true;
  if (types_is_integer(w->x->type) && types_is_integer(u))
    cause_set(w->cause, "constant %s overflows %s (in %s)", S_const(w->x->val), S_type(w->check, u),
              S_type(w->check, w->T));
  else
    cause_set(w->cause, "cannot convert %s to type %s (in %s)", S_operand(w->check, w->x),
              S_type(w->check, u), S_type(w->check, w->T));
  return false;
}

/* The final type of an untyped conversion argument, which stays untyped nil in one case only. */
static Type *final_arg_type(Operand *x, Type *T, bool const_arg) {
  if (x->type == typ[BK_UNTYPED_NIL]) return T;
  if (types_is_non_type_param_interface(T) || (const_arg && !types_is_const_type(T)))
    return types_default(x->type);
  if (x->mode == OM_CONSTANT && types_is_integer(x->type) && types_all_string(T)) return x->type;
  return T;
}

/* Checks the conversion T(x) and makes x its result. */
void check_conversion(Checker *check, Operand *x, Type *T) {
  bool const_arg = x->mode == OM_CONSTANT, ok = false;
  StrBuf cause = {0};

  if (const_arg && types_is_const_type(T)) {
    ok = const_convertible_to(check, x, T, &x->val);
    if (!ok && types_is_integer(x->type) && types_is_integer(T)) {
      check_errorf(check, x->expr, E_InvalidConversion, "constant %s overflows %s", S_const(x->val),
                   S_type(check, T));
      x->mode = OM_INVALID;
      return;
    }
  } else if (const_arg && types_is_type_param(T)) {
    ConvWalk w = {.check = check, .x = x, .T = T, .cause = &cause};
    ok = types_under_is(T, const_converts_to_under, &w);
    x->mode = OM_VALUE; /* a type parameter is no constant type */
  } else if (operand_convertible_to(x, check, T, &cause)) {
    ok = true;
    x->mode = OM_VALUE;
  }

  if (!ok) {
    check_errorf(check, x->expr, E_InvalidConversion, "cannot convert %s to type %s%s%s", S_operand(check, x),
                 S_type(check, T), cause.n ? ": " : "", sb_cstr(&cause));
    x->mode = OM_INVALID;
    sb_free(&cause);
    return;
  }
  sb_free(&cause);
  if (types_is_untyped(x->type))
    check_update_expr_type(check, x->expr, final_arg_type(x, T, const_arg), true);
  x->type = T;
}

static bool term_converts(ConvWalk *w, Type *T) {
  return operand_convertible_to(w->x, w->check, T, w->cause);
}

static bool both_convertible_inner(void *ctx, Term *t) {
  ConvWalk *w = ctx;
  if (!t) return false;
  if (term_converts(w, t->type)) return true;
  if (w->cause)
    cause_prepend(w->cause, S_printf("cannot convert %s (in %s) to type %s (in %s)",
                                     S_type(w->check, w->x->type), S_type(w->check, (Type *)w->Vp),
                                     S_type(w->check, t->type), S_type(w->check, (Type *)w->Tp)));
  return false;
}

static bool both_convertible(void *ctx, Term *t) {
  ConvWalk *w = ctx;
  if (!t) return false;
  w->x->type = t->type;
  return typeparam_is(w->Tp, both_convertible_inner, w);
}

static bool from_term_convertible(void *ctx, Term *t) {
  ConvWalk *w = ctx;
  if (!t) return false;
  w->x->type = t->type;
  if (term_converts(w, type_unalias(w->T))) return true;
  if (w->cause)
    cause_prepend(w->cause, S_printf("cannot convert %s (in %s) to type %s", S_type(w->check, t->type),
                                     S_type(w->check, (Type *)w->Vp), S_type(w->check, w->T)));
  return false;
}

static bool to_term_convertible(void *ctx, Term *t) {
  ConvWalk *w = ctx;
  if (!t) return false;
  if (term_converts(w, t->type)) return true;
  if (w->cause)
    cause_prepend(w->cause, S_printf("cannot convert %s to type %s (in %s)", S_type(w->check, w->x->type),
                                     S_type(w->check, t->type), S_type(w->check, (Type *)w->Tp)));
  return false;
}

/* Slices convert to arrays and to pointers to arrays of the same element type. *done is set when that
 * decides. */
static bool slice_to_array(Checker *check, Slice *s, Type *Tu, StrBuf *cause, bool *done) {
  bool ptr = Tu->kind == TYPE_POINTER;
  Array *a = ptr ? under_array(((Pointer *)Tu)->base) : Tu->kind == TYPE_ARRAY ? (Array *)Tu : NULL;
  *done = a && types_identical(s->elem, a->elem);
  if (!*done) return false;
  if (!check || check_allow_version(check, ptr ? GO1(17) : GO1(20))) return true;
  cause_set(cause, ptr ? "conversion of slice to array pointer requires go1.17 or later"
                       : "conversion of slice to array requires go1.20 or later");
  return false;
}

/* Pointers with base types that are identical but for tags, as long as no type parameter is involved. */
static bool pointers_convertible(Type *V, Type *T) {
  if (V->kind != TYPE_POINTER || T->kind != TYPE_POINTER) return false;
  Type *vb = ((Pointer *)V)->base, *tb = ((Pointer *)T)->base;
  return types_identical_ignore_tags(type_under(vb), type_under(tb)) && !types_is_type_param(vb) &&
         !types_is_type_param(tb);
}

/* Reports whether T(x) is valid for a non-constant x; *cause (may be NULL) may get a reason when it is not.
 */
bool operand_convertible_to(Operand *x, Checker *check, Type *T, StrBuf *cause) {
  ErrCode code;
  if (operand_assignable_to(x, check, T, cause, &code)) return true;

  Type *orig_t = T, *V = type_unalias(x->type);
  T = type_unalias(T);
  Type *Vu = type_under(V), *Tu = type_under(T);
  TypeParam *Vp = as_typeparam(V), *Tp = as_typeparam(T);

  if (!Vp && !Tp && types_identical_ignore_tags(Vu, Tu)) return true;
  if (pointers_convertible(V, T)) return true;
  if (types_is_integer_or_float(Vu) && types_is_integer_or_float(Tu)) return true;
  if (types_is_complex(Vu) && types_is_complex(Tu)) return true;
  if ((types_is_integer(Vu) || types_is_bytes_or_runes(Vu)) && types_is_string(Tu)) return true;
  if (types_is_string(Vu) && types_is_bytes_or_runes(Tu)) return true;
  if ((types_is_pointer(Vu) || types_is_uintptr(Vu)) && types_is_unsafe_pointer(Tu)) return true;
  if (types_is_unsafe_pointer(Vu) && (types_is_pointer(Tu) || types_is_uintptr(Tu))) return true;
  if (Vu->kind == TYPE_SLICE) {
    bool done;
    bool ok = slice_to_array(check, (Slice *)Vu, Tu, cause, &done);
    if (done) return ok;
  }

  Operand copy = *x;
  ConvWalk w = {.check = check, .x = &copy, .T = orig_t, .Vp = Vp, .Tp = Tp, .cause = cause};
  if (Vp && Tp) return typeparam_is(Vp, both_convertible, &w);
  if (Vp) return typeparam_is(Vp, from_term_convertible, &w);
  if (Tp) return typeparam_is(Tp, to_term_convertible, &w);
  return false;
}

static bool is_basic_kind(Type *t, BasicKind k) {
  Basic *b = under_basic(t);
  return b && b->bkind == k;
}
bool types_is_uintptr(Type *t) { return is_basic_kind(t, BK_UINTPTR); }
bool types_is_unsafe_pointer(Type *t) { return is_basic_kind(t, BK_UNSAFEPOINTER); }
bool types_is_pointer(Type *t) { return under_pointer(t) != NULL; }
bool types_is_bytes_or_runes(Type *t) {
  Slice *s = under_slice(t);
  return s && (is_basic_kind(s->elem, BK_BYTE) || is_basic_kind(s->elem, BK_RUNE));
}

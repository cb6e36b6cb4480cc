/* check_operand.c - operands: what the checker knows about an expression in hand, how it is described in
 * messages, and assignability. Follows types2/operand.go. Start reading at operand_assignable_to(). */
#include "frontend/check.h"

static const char *const mode_string[] = {
    [OM_INVALID] = "invalid operand",
    [OM_NOVALUE] = "no value",
    [OM_BUILTIN] = "built-in",
    [OM_TYPEXPR] = "type",
    [OM_CONSTANT] = "constant",
    [OM_VARIABLE] = "variable",
    [OM_MAPINDEX] = "map index expression",
    [OM_VALUE] = "value",
    [OM_NILVALUE] = "nil",
    [OM_COMMAOK] = "comma, ok expression",
    [OM_COMMAERR] = "comma, error expression",
    [OM_CGOFUNC] = "cgo function",
};

/* The position of x's expression; unknown when x has none. */
Pos operand_pos(const Operand *x) { return x->expr ? x->expr->n.pos : (Pos){0}; }

/* " of [generic ][kind ]type T[ constrained by C]" */
static void write_operand_type(StrBuf *out, Type *t, Qualifier q, void *ctx) {
  if (!types_is_valid(t)) {
    sb_puts(out, " with invalid type");
    return;
  }
  sb_puts(out, " of ");
  if (types_is_generic(t)) sb_puts(out, "generic ");
  TypeParam *tpar = as_typeparam(t);
  if (!tpar && (t->kind == TYPE_ALIAS || t->kind == TYPE_NAMED)) {
    /* describe the structure behind a name, as in "int32 type MyInt" */
    const char *what = types_composite_kind(t);
    sb_printf(out, "%s ", *what ? what : ((Basic *)type_under(t))->name);
  }
  sb_puts(out, "type ");
  type_string(out, t, q, ctx);
  if (tpar) {
    sb_puts(out, " constrained by ");
    type_string(out, tpar->bound, q, ctx);
    if (types_has_empty_typeset((Type *)tpar)) sb_puts(out, " with empty type set");
  }
}

/* Appends the description of x that error messages use: expr (mode value of type T), with untyped kinds in
 * front of the mode. */
void operand_string(StrBuf *out, Operand *x, Qualifier q, void *ctx) {
  if (x->mode == OM_NILVALUE) {
    if (!x->type || x->type == typ[BK_INVALID]) {
      sb_puts(out, "nil (with invalid type)");
    } else if (x->type == typ[BK_UNTYPED_NIL]) {
      sb_puts(out, "nil");
    } else {
      sb_puts(out, "nil (of type ");
      type_string(out, x->type, q, ctx);
      sb_putc(out, ')');
    }
    return;
  }

  StrBuf expr = {0};
  if (x->expr) ast_expr_string(&expr, x->expr);
  else if (x->mode == OM_BUILTIN) sb_puts(&expr, predeclared_funcs[x->id].name);
  else if (x->mode == OM_TYPEXPR) type_string(&expr, x->type, q, ctx);
  else if (x->mode == OM_CONSTANT) const_string(&expr, x->val);
  if (expr.n) sb_printf(out, "%s (", sb_cstr(&expr));

  bool has_type = false;
  if (x->mode > OM_TYPEXPR && x->type) {
    if (types_is_untyped(x->type)) sb_printf(out, "%s ", ((Basic *)x->type)->name);
    else has_type = true;
  }
  sb_puts(out, mode_string[x->mode]);
  if (x->mode == OM_CONSTANT) {
    const char *s = S_const(x->val);
    if (strcmp(s, sb_cstr(&expr)) != 0) sb_printf(out, " %s", s);
  }
  if (has_type) write_operand_type(out, x->type, q, ctx);
  if (expr.n) sb_putc(out, ')');
  sb_free(&expr);
}

/* "array", "func", ... for a composite underlying type, "" for a basic one. */
const char *types_composite_kind(Type *t) {
  switch (type_under(t)->kind) {
  case TYPE_BASIC: return "";
  case TYPE_ARRAY: return "array";
  case TYPE_SLICE: return "slice";
  case TYPE_STRUCT: return "struct";
  case TYPE_POINTER: return "pointer";
  case TYPE_SIGNATURE: return "func";
  case TYPE_INTERFACE: return "interface";
  case TYPE_MAP: return "map";
  case TYPE_CHAN: return "chan";
  case TYPE_TUPLE: return "tuple";
  case TYPE_UNION: return "union";
  default: BUG("no underlying type");
  }
}

/* Makes x the untyped constant that a literal's source text denotes; OM_INVALID when it has no value. */
void operand_set_const(Operand *x, LitKind k, const Atom *lit) {
  static const BasicKind kinds[] = {[LIT_INT] = BK_UNTYPED_INT,
                                    [LIT_FLOAT] = BK_UNTYPED_FLOAT,
                                    [LIT_IMAG] = BK_UNTYPED_COMPLEX,
                                    [LIT_RUNE] = BK_UNTYPED_RUNE,
                                    [LIT_STRING] = BK_UNTYPED_STRING};
  const Const *val = const_from_literal(lit->s, lit->len, k);
  if (const_kind(val) == CONST_UNKNOWN) {
    x->mode = OM_INVALID;
    x->type = typ[BK_INVALID];
    return;
  }
  x->mode = OM_CONSTANT;
  x->type = typ[kinds[k]];
  x->val = val;
}

bool operand_is_nil(const Operand *x) { return x->mode == OM_NILVALUE; }

/* Puts msg in front of *cause, which moves to a line of its own. */
void cause_prepend(StrBuf *cause, const char *msg) {
  if (!cause) return;
  const char *rest = cause->n ? S_printf("\n\t%s", sb_cstr(cause)) : "";
  cause_set(cause, "%s%s", msg, rest);
}

/* State of the walks over the terms of a type parameter's type set. */
typedef struct TermWalk {
  Checker *check;
  Operand *x;
  Type *T;         /* the type assigned to, as written */
  TypeParam *tpar; /* the type parameter whose terms are walked */
  StrBuf *cause;
  ErrCode code;
  bool ok;
} TermWalk;

static bool term_holds_untyped(void *ctx, Term *t) {
  TermWalk *w = ctx;
  const Const *val;
  ErrCode code;
  return t && check_implicit_type_and_value(w->check, w->x, t->type, &val, &code);
}

static bool assignable_to_term(void *ctx, Term *t) {
  TermWalk *w = ctx;
  if (!t) return false;
  w->ok = operand_assignable_to(w->x, w->check, t->type, w->cause, &w->code);
  if (!w->ok && w->cause)
    cause_prepend(w->cause, S_printf("cannot assign %s to %s (in %s)", S_type(w->check, w->x->type),
                                     S_type(w->check, t->type), S_type(w->check, (Type *)w->tpar)));
  return w->ok;
}

static bool assignable_from_term(void *ctx, Term *t) {
  TermWalk *w = ctx;
  if (!t) return false;
  w->x->type = t->type;
  w->ok = operand_assignable_to(w->x, w->check, type_unalias(w->T), w->cause, &w->code);
  if (!w->ok && w->cause)
    cause_prepend(w->cause, S_printf("cannot assign %s (in %s) to %s", S_type(w->check, t->type),
                                     S_type(w->check, (Type *)w->tpar), S_type(w->check, w->T)));
  return w->ok;
}

/* Reports whether x can be assigned to a variable of type T. When not, *code says what kind of error that is
 * and *cause (may be NULL) may get a reason. */
bool operand_assignable_to(Operand *x, Checker *check, Type *T, StrBuf *cause, ErrCode *code) {
  *code = E_None;
  if (x->mode == OM_INVALID || !types_is_valid(T)) return true; /* avoid follow-up errors */

  Type *orig_t = T, *V = type_unalias(x->type);
  T = type_unalias(T);
  if (types_identical(V, T)) return true;

  Type *Vu = type_under(V), *Tu = type_under(T);
  TypeParam *Vp = as_typeparam(V), *Tp = as_typeparam(T);

  if (types_is_untyped(Vu)) {
    *code = E_IncompatibleAssign;
    if (Tp) { /* representable by each specific type of the type set */
      TermWalk w = {.check = check, .x = x};
      return typeparam_is(Tp, term_holds_untyped, &w);
    }
    const Const *val;
    ErrCode ignored;
    return check_implicit_type_and_value(check, x, T, &val, &ignored) != NULL;
  }

  /* identical underlying types, one of them not named, no type parameters */
  if (!Vp && !Tp && types_identical(Vu, Tu) && (!types_has_name(V) || !types_has_name(T))) return true;

  /* T is an interface that V implements; pointers to interfaces are here for the sake of the cause */
  if ((Tu->kind == TYPE_INTERFACE && !Tp) || types_is_interface_ptr(Tu)) {
    if (check_implements(check, V, T, false, cause)) return true;
    if (!Vp) {
      *code = E_InvalidIfaceAssign;
      return false;
    }
    if (cause) sb_reset(cause); /* V may still be assignable term by term */
  }

  if (Vu->kind == TYPE_INTERFACE && !Vp && check_implements(check, T, V, false, NULL)) {
    cause_set(cause, "need type assertion");
    *code = E_IncompatibleAssign;
    return false;
  }

  /* a bidirectional channel to a channel of the same element type, one of them not named */
  if (Vu->kind == TYPE_CHAN && ((Chan *)Vu)->dir == CHAN_BOTH && Tu->kind == TYPE_CHAN &&
      types_identical(((Chan *)Vu)->elem, ((Chan *)Tu)->elem)) {
    *code = E_InvalidChanAssign;
    return !types_has_name(V) || !types_has_name(T);
  }

  *code = E_IncompatibleAssign;
  if (Tp && !types_has_name(V)) {
    TermWalk w = {.check = check, .x = x, .tpar = Tp, .cause = cause, .code = E_IncompatibleAssign};
    typeparam_is(Tp, assignable_to_term, &w);
    *code = w.code;
    return w.ok;
  }
  if (Vp && !types_has_name(T)) {
    Operand copy = *x;
    TermWalk w = {
        .check = check, .x = &copy, .T = orig_t, .tpar = Vp, .cause = cause, .code = E_IncompatibleAssign};
    typeparam_is(Vp, assignable_from_term, &w);
    *code = w.code;
    return w.ok;
  }
  return false;
}

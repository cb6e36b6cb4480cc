/* check_under.c - iterating over the underlying types of a type's type set, and their common underlying type.
 * Source of the algorithms and messages: types2's under.go. */
#include "frontend/check.h"

typedef struct UnderIs {
  bool (*f)(void *ctx, Type *u);
  void *ctx;
} UnderIs;
static bool call_under_is(void *ctx, Type *t, Type *u) {
  (void)t;
  UnderIs *c = ctx;
  return c->f(c->ctx, u);
}

/* f(underlying type of t); for a type parameter of each type of its type set (NULL: no specific type). */
bool types_under_is(Type *t, bool (*f)(void *ctx, Type *u), void *ctx) {
  return types_all(t, call_under_is, &(UnderIs){f, ctx});
}

/* As types_under_is, with the type and its underlying type. */
bool types_all(Type *t, bool (*f)(void *ctx, Type *t, Type *u), void *ctx) {
  TypeParam *p = as_typeparam(t);
  return p ? typeparam_typeset(p, f, ctx) : f(ctx, t, type_under(t));
}

bool types_typeset(Type *t, bool (*f)(void *ctx, Type *t, Type *u), void *ctx) {
  return types_all(t, f, ctx);
}

TypeError *types_type_errorf(const char *fmt, ...) {
  static TypeError empty = {""};
  if (strcmp(fmt, "%s") == 0) { /* plain texts are common and some are empty */
    va_list ap;
    va_start(ap, fmt);
    const char *s = va_arg(ap, const char *);
    va_end(ap);
    if (!*s) return &empty;
    TypeError *err = NEW(&types_arena, TypeError);
    err->msg = s;
    return err;
  }
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  TypeError *err = NEW(&types_arena, TypeError);
  err->msg = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return err;
}

typedef struct CommonUnder {
  TypeError *(*cond)(void *ctx, Type *t, Type *u);
  void *ctx;
  Type *ct, *cu; /* a type and the underlying type common so far */
  TypeError *err;
} CommonUnder;

static bool fail(CommonUnder *c, const char *fmt, Type *t) {
  c->err = types_type_errorf("%s", S_printf(fmt, S_type(NULL, c->ct), S_type(NULL, t)));
  return false;
}

static bool common_channel(CommonUnder *c, Chan *chu, Type *t, Chan *ch) {
  if (!types_identical(chu->elem, ch->elem))
    return fail(c, "channels %s and %s have different element types", t);
  if (chu->dir == ch->dir) return true;
  if (chu->dir == CHAN_BOTH) {
    c->ct = t;
    c->cu = (Type *)ch;
  } else if (ch->dir != CHAN_BOTH) {
    return fail(c, "channels %s and %s have conflicting directions", t);
  }
  return true;
}

static bool common_under_step(void *ctx, Type *t, Type *u) {
  CommonUnder *c = ctx;
  if (c->cond && (c->err = c->cond(c->ctx, t, u))) return false;
  if (!u) {
    c->err = types_type_errorf("no specific type");
    return false;
  }
  if (!c->cu) {
    c->ct = t;
    c->cu = u;
    return true;
  }
  if (type_is(c->cu, TYPE_CHAN) && type_is(u, TYPE_CHAN))
    return common_channel(c, (Chan *)c->cu, t, (Chan *)u);
  if (!types_identical(c->cu, u)) return fail(c, "%s and %s have different underlying types", t);
  return true;
}

/* The underlying type that all types of t's type set share (channels of the same element type: the most
 * restricted one), if all fulfil cond (may be NULL). Else NULL and *err (may be NULL). */
Type *types_common_under(Type *t, TypeError *(*cond)(void *ctx, Type *t, Type *u), void *ctx,
                         TypeError **err) {
  CommonUnder c = {.cond = cond, .ctx = ctx};
  types_all(t, common_under_step, &c);
  if (err) *err = c.err;
  return c.err ? NULL : c.cu;
}

Type *type_core(Type *t) { return types_common_under(t, NULL, NULL, NULL); }

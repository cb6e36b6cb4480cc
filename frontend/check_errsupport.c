/* check_errsupport.c - the message for a selector or field name that was not found (types2/errsupport.go). */
#include "frontend/check.h"

typedef enum LookupCase {
  LOOKUP_MISSING,      /* no object */
  LOOKUP_MISSPELLED,   /* one that is spelled differently */
  LOOKUP_UNEXPORTED,   /* one that differs in the case of its first letter */
  LOOKUP_INACCESSIBLE, /* one of another package */
} LookupCase;

/* s without its first rune. */
static const char *tail(const Atom *s) {
  i32 r;
  return s->s + utf8_decode(s->s, s->len, &r);
}

static LookupCase lookup_case(Checker *check, const Atom *sel, const Object *obj) {
  if (!obj) return LOOKUP_MISSING;
  const Atom *alt = obj->name;
  if (obj->pkg == check->pkg) return LOOKUP_MISSPELLED;
  bool same_tail = strcmp(tail(sel), tail(alt)) == 0;
  if (types_is_exported(sel)) {
    if (types_is_exported(alt)) return LOOKUP_MISSPELLED;
    return same_tail ? LOOKUP_UNEXPORTED : LOOKUP_MISSING;
  }
  if (types_is_exported(alt)) return same_tail ? LOOKUP_MISSPELLED : LOOKUP_MISSING;
  return sel == alt ? LOOKUP_INACCESSIBLE : LOOKUP_MISSING;
}

/* Why type has no field or method sel. obj is a similar one, or NULL. */
const char *check_lookup_error(Checker *check, Type *type, const Atom *sel, Object *obj, bool struct_lit) {
  LookupCase c = lookup_case(check, sel, obj);
  const char *t = S_type(check, type), *alt = obj ? obj->name->s : "";
  if (struct_lit) {
    switch (c) {
    case LOOKUP_MISSING: return S_printf("unknown field %s in struct literal of type %s", sel->s, t);
    case LOOKUP_MISSPELLED:
      return S_printf("unknown field %s in struct literal of type %s, but does have %s", sel->s, t, alt);
    case LOOKUP_UNEXPORTED:
      return S_printf("unknown field %s in struct literal of type %s, but does have unexported %s", sel->s, t,
                      alt);
    case LOOKUP_INACCESSIBLE:
      return S_printf("cannot refer to unexported field %s in struct literal of type %s", alt, t);
    }
  }
  const char *what = !obj                    ? "object"
                     : obj->kind == OBJ_VAR  ? "field"
                     : obj->kind == OBJ_FUNC ? "method"
                                             : "object";
  switch (c) {
  case LOOKUP_MISSING: return S_printf("type %s has no field or method %s", t, sel->s);
  case LOOKUP_MISSPELLED:
    return S_printf("type %s has no field or method %s, but does have %s %s", t, sel->s, what, alt);
  case LOOKUP_UNEXPORTED:
    return S_printf("type %s has no field or method %s, but does have unexported %s %s", t, sel->s, what,
                    alt);
  case LOOKUP_INACCESSIBLE: break;
  }
  return S_printf("cannot refer to unexported %s %s", what, alt);
}

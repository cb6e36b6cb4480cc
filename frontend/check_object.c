/* check_object.c - the objects names denote: construction, identity, printing (types2/object.go).
 * An Object's color is its index + 1 on the checker's path of declarations in progress, else 0. */
#include "frontend/check.h"
#include "frontend/unicode.h"
#include <strings.h>

/* ---- names ---- */

bool types_is_exported(const Atom *name) {
  u8 c = (u8)name->s[0];
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  i32 r;
  utf8_decode(name->s, name->len, &r);
  return unicode_is_upper(r);
}

/* What identifies a field or method of that name: exported names are the same in every package. */
const Atom *types_id(const Package *pkg, const Atom *name) {
  if (types_is_exported(name)) return name;
  return atom_printf("%s.%s", pkg && pkg->path->len ? pkg->path->s : "_", name->s);
}

/* Equal but for the case of letters; letters beyond ASCII must match exactly. */
bool types_equal_fold(const Atom *a, const Atom *b) { return a == b || strcasecmp(a->s, b->s) == 0; }

/* Whether pkg means obj by name. */
bool obj_same_id(const Object *obj, const Package *pkg, const Atom *name, bool fold_case) {
  if (fold_case && types_equal_fold(obj->name, name)) return true;
  if (obj->name != name) return false;
  return types_is_exported(name) || types_same_pkg(obj->pkg, pkg);
}

/* Exported names first, then by name, then (unexported ones) by package path; NULL comes first of all. */
int obj_cmp(const Object *a, const Object *b) {
  if (a == b) return 0;
  if (!a) return -1;
  if (!b) return 1;
  bool ea = types_is_exported(a->name), eb = types_is_exported(b->name);
  if (ea != eb) return ea ? -1 : 1;
  if (a->name != b->name) return strcmp(a->name->s, b->name->s);
  if (!ea && a->pkg != b->pkg) return strcmp(a->pkg ? a->pkg->path->s : "", b->pkg ? b->pkg->path->s : "");
  return 0;
}

/* Whether other packages may use obj. */
bool obj_exported(const Object *o) { return types_is_exported(o->name); }

/* ---- construction ---- */

Object *obj_new(ObjectKind kind, Pos pos, Package *pkg, const Atom *name, Type *type) {
  Object *o = NEW(&types_arena, Object);
  o->kind = kind;
  o->pos = pos;
  o->pkg = pkg;
  o->name = name;
  o->type = type;
  return o;
}

Object *obj_new_pkgname(Pos pos, Package *pkg, const Atom *name, Package *imported) {
  Object *o = obj_new(OBJ_PKGNAME, pos, pkg, name, typ[BK_INVALID]);
  o->imported = imported;
  return o;
}

Object *obj_new_const(Pos pos, Package *pkg, const Atom *name, Type *type, const Const *val) {
  Object *o = obj_new(OBJ_CONST, pos, pkg, name, type);
  o->val = val;
  return o;
}

Object *obj_new_typename(Pos pos, Package *pkg, const Atom *name, Type *type) {
  return obj_new(OBJ_TYPENAME, pos, pkg, name, type);
}

Object *obj_new_var(Pos pos, Package *pkg, const Atom *name, Type *type, VarKind kind) {
  Object *o = obj_new(OBJ_VAR, pos, pkg, name, type);
  o->varkind = (u8)kind;
  return o;
}

Object *obj_new_param(Pos pos, Package *pkg, const Atom *name, Type *type) {
  return obj_new_var(pos, pkg, name, type, VAR_PARAM);
}

Object *obj_new_field(Pos pos, Package *pkg, const Atom *name, Type *type, bool embedded) {
  Object *o = obj_new_var(pos, pkg, name, type, VAR_FIELD);
  o->embedded = embedded;
  return o;
}

Object *obj_new_func(Pos pos, Package *pkg, const Atom *name, Signature *sig) {
  return obj_new(OBJ_FUNC, pos, pkg, name, (Type *)sig);
}

Object *obj_new_label(Pos pos, Package *pkg, const Atom *name) {
  return obj_new(OBJ_LABEL, pos, pkg, name, typ[BK_INVALID]);
}

/* ---- properties ---- */

Object *obj_origin(Object *o) { return o->origin ? o->origin : o; }

/* Whether an initialisation may depend on o. */
bool obj_is_dependency(const Object *o) {
  return o->kind == OBJ_CONST || o->kind == OBJ_VAR || o->kind == OBJ_FUNC;
}

/* Whether the type name is an alias; false while it has no type. */
bool obj_is_alias(const Object *o) {
  const Type *t = o->type;
  if (!t) return false;
  switch (t->kind) {
  case TYPE_BASIC:
    if (o->pkg == package_unsafe) return false;
    /* Any other name than the basic type's own is an alias; byte and rune are although they have their own
     * types. */
    return o->pkg || strcmp(((const Basic *)t)->name, o->name->s) != 0 || t == type_byte || t == type_rune;
  case TYPE_NAMED: {
    const Named *n = (const Named *)t;
    return o != n->obj && !(n->inst && o == n->inst->obj);
  }
  case TYPE_TYPEPARAM: return o != ((const TypeParam *)t)->obj;
  default: return true;
  }
}

/* The type of a function; an empty signature before it is known. */
Signature *func_signature(const Object *f) {
  return f->type ? (Signature *)f->type : NEW(&types_arena, Signature);
}

/* The receiver of a method may not be set up yet; then what the resolver saw counts. */
bool func_has_ptr_recv(const Object *f) {
  const Signature *sig = (const Signature *)f->type;
  if (!sig || !sig->recv) return f->has_ptr_recv;
  bool ptr;
  types_deref(sig->recv->type, &ptr);
  return ptr;
}

/* What messages call such an object. */
const char *types_object_kind(const Object *o) {
  switch (o->kind) {
  case OBJ_PKGNAME: return "package name";
  case OBJ_CONST: return "constant";
  case OBJ_TYPENAME:
    return obj_is_alias(o)                    ? "type alias"
           : type_is(o->type, TYPE_TYPEPARAM) ? "type parameter"
                                              : "defined type";
  case OBJ_VAR:
    switch ((VarKind)o->varkind) {
    case VAR_PACKAGE: return "package-level variable";
    case VAR_LOCAL: return "local variable";
    case VAR_RECV: return "receiver";
    case VAR_PARAM: return "parameter";
    case VAR_RESULT: return "result variable";
    case VAR_FIELD: return "struct field";
    case VAR_NONE: break;
    }
    break;
  case OBJ_FUNC: return func_signature(o)->recv ? "method" : "function";
  case OBJ_LABEL: return "label";
  case OBJ_BUILTIN: return "built-in function";
  case OBJ_NIL: return "untyped nil";
  }
  return "unknown symbol";
}

/* ---- printing ---- */

void types_write_package_prefix(StrBuf *out, const Package *pkg, Qualifier q, void *ctx) {
  if (!pkg) return;
  const char *s = q ? q(ctx, pkg) : pkg->path->s;
  if (*s) sb_printf(out, "%s.", s);
}

static void write_func_name(StrBuf *out, const Object *f, Qualifier q, void *ctx) {
  if (f->type) {
    const Object *recv = ((Signature *)f->type)->recv;
    if (recv) {
      sb_putc(out, '(');
      if (type_is(recv->type, TYPE_INTERFACE))
        sb_puts(out, "interface");
      else
        type_string(out, recv->type, q, ctx);
      sb_puts(out, ").");
    } else {
      types_write_package_prefix(out, f->pkg, q, ctx);
    }
  }
  sb_puts(out, f->name->s);
}

/* "pkg.F" or "(T).M", with full package paths. */
const char *func_full_name(const Object *f) {
  StrBuf b = {0};
  write_func_name(&b, f, NULL, NULL);
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

/* What follows a type's name: type parameters, "=" of an alias, and the type it stands for; NULL: nothing. */
static Type *write_type_name_tail(StrBuf *out, const Object *o, Qualifier q, void *ctx) {
  Type *t = o->type;
  TypeParamList *tparams = NULL;
  if (t->kind == TYPE_BASIC) return NULL;
  if (t->kind == TYPE_NAMED) tparams = named_type_params((Named *)t);
  if (t->kind == TYPE_ALIAS) tparams = ((AliasType *)t)->tparams;
  if (tparams_len(tparams)) types_write_tparam_list(out, tparams, q, ctx);
  if (obj_is_alias(o)) {
    sb_puts(out, " =");
    return t->kind == TYPE_ALIAS ? ((AliasType *)t)->fromRHS : t;
  }
  return t->kind == TYPE_TYPEPARAM ? ((TypeParam *)t)->bound : type_under(t);
}

/* ObjectString: kind, name, type. */
void types_write_object(StrBuf *out, const Object *o, Qualifier q, void *ctx) {
  Type *t = o->type;
  switch (o->kind) {
  case OBJ_PKGNAME:
    sb_printf(out, "package %s", o->name->s);
    if (o->imported->path->len && o->imported->path != o->name)
      sb_printf(out, " (\"%s\")", o->imported->path->s);
    return;
  case OBJ_CONST: sb_puts(out, "const"); break;
  case OBJ_TYPENAME: sb_puts(out, types_is_type_param(t) ? "type parameter" : "type"); break;
  case OBJ_VAR: sb_puts(out, o->varkind == VAR_FIELD ? "field" : "var"); break;
  case OBJ_FUNC:
    sb_puts(out, "func ");
    write_func_name(out, o, q, ctx);
    if (t) types_write_signature(out, (Signature *)t, q, ctx);
    return;
  case OBJ_LABEL: sb_puts(out, "label"); t = NULL; break;
  case OBJ_BUILTIN: sb_puts(out, "builtin"); t = NULL; break;
  case OBJ_NIL: sb_puts(out, "nil"); return;
  }
  sb_putc(out, ' ');
  if (o->pkg && scope_lookup(o->pkg->scope, o->name) == o) types_write_package_prefix(out, o->pkg, q, ctx);
  sb_puts(out, o->name->s);
  if (t && o->kind == OBJ_TYPENAME) t = write_type_name_tail(out, o, q, ctx);
  if (!t) return;
  if (o == universe_any) t = type_empty_interface;
  sb_putc(out, ' ');
  type_string(out, t, q, ctx);
}

static const char *relative_qualifier(void *ctx, const Package *p) { return p == ctx ? "" : p->path->s; }

/* ObjectString with full package paths, except for relative_to. */
void obj_string(StrBuf *out, const Object *o, const Package *relative_to) {
  types_write_object(out, o, relative_qualifier, (void *)relative_to);
}

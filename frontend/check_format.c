/* check_format.c - the arguments of error messages as strings (types2/format.go).
 * Package names are written as the package being checked sees them: none for its own objects, the quoted
 * import path when two packages in the import graph have the same name. */
#include "frontend/check.h"

static const char *finish(StrBuf *b) {
  const char *s = arena_strdup(&types_arena, sb_cstr(b));
  sb_free(b);
  return s;
}

const char *S_printf(const char *fmt, ...) {
  StrBuf b = {0};
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  return finish(&b);
}

void cause_set(StrBuf *cause, const char *fmt, ...) {
  if (!cause) return;
  StrBuf b = {0}; /* the old cause may be an argument */
  va_list ap;
  va_start(ap, fmt);
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  sb_reset(cause);
  sb_puts(cause, sb_cstr(&b));
  sb_free(&b);
}

/* Notes the import paths of every package name in pkg's import graph. */
static void mark_imports(Checker *check, Package *pkg) {
  if (ptrmap_has(&check->seen_pkg_map, pkg)) return;
  ptrmap_set(&check->seen_pkg_map, pkg, pkg);
  if (pkg->name) {
    PtrMap *paths = ptrmap_get(&check->pkg_path_map, pkg->name);
    if (!paths) {
      paths = NEW(&types_arena, PtrMap);
      ptrmap_set(&check->pkg_path_map, pkg->name, paths);
    }
    ptrmap_set(paths, pkg->path, pkg);
  }
  for (u32 i = 0; i < pkg->imports.n; i++) mark_imports(check, pkg->imports.v[i]);
}

void check_mark_imports(Checker *check, Package *pkg) {
  if (check->seen_pkg_map.n) mark_imports(check, pkg);
}

const char *check_qualifier(void *ctx, const Package *pkg) {
  Checker *check = ctx;
  if (!check) return pkg->path->s;
  if (package_same_session(pkg, check->pkg)) return "";
  mark_imports(check, check->pkg);
  const PtrMap *paths = pkg->name ? ptrmap_get(&check->pkg_path_map, pkg->name) : NULL;
  if (paths && paths->n > 1) return S_printf("\"%s\"", pkg->path->s);
  return pkg->name ? pkg->name->s : "";
}

static Checker *or_current(Checker *check) { return check ? check : types_current_checker; }

const char *S_type(Checker *check, Type *t) {
  if (!t) return "<nil>";
  StrBuf b = {0};
  type_string(&b, t, check_qualifier, or_current(check));
  return finish(&b);
}

const char *S_obj(Checker *check, const Object *obj) {
  StrBuf b = {0};
  types_write_object(&b, obj, check_qualifier, or_current(check));
  return finish(&b);
}

const char *S_expr(const void *e) {
  StrBuf b = {0};
  ast_expr_string(&b, e);
  return finish(&b);
}

const char *S_exprs(u32 n, Expr **v) {
  StrBuf b = {0};
  sb_putc(&b, '[');
  for (u32 i = 0; i < n; i++) {
    if (i) sb_puts(&b, ", ");
    ast_expr_string(&b, v[i]);
  }
  sb_putc(&b, ']');
  return finish(&b);
}

const char *S_operand(Checker *check, Operand *x) {
  StrBuf b = {0};
  operand_string(&b, x, check_qualifier, or_current(check));
  return finish(&b);
}

const char *S_types(Checker *check, u32 n, Type **v) {
  StrBuf b = {0};
  sb_putc(&b, '[');
  for (u32 i = 0; i < n; i++) sb_printf(&b, "%s%s", i ? ", " : "", S_type(check, v[i]));
  sb_putc(&b, ']');
  return finish(&b);
}

const char *S_typelist(Checker *check, const TypeList *l) {
  return S_types(check, typelist_len(l), l ? l->v : NULL);
}

const char *S_tparams(Checker *check, const TypeParamList *l) {
  return S_types(check, tparams_len(l), l ? (Type **)l->v : NULL);
}

const char *S_const(const Const *c) {
  StrBuf b = {0};
  const_string(&b, c);
  return finish(&b);
}

/* check_recording.c - what the checker found out, written into the syntax tree (types2/recording.go).
 * An untyped expression waits in check->untyped until its final type is known or the package is done. */
#include "frontend/check.h"

/* Records what was found out about x->expr, now or when its type is final. */
void check_record(Checker *check, Operand *x) {
  Type *type = x->mode == OM_INVALID ? typ[BK_INVALID] : x->mode == OM_NOVALUE ? NULL : x->type;
  const Const *val = x->mode == OM_CONSTANT ? x->val : NULL;
  CHECK(x->expr && (type || x->mode == OM_NOVALUE));
  if (type && types_is_untyped(type))
    check_remember_untyped(check, x->expr, false, x->mode, type, val);
  else
    check_record_type_and_value(check, x->expr, x->mode, type, val);
}

/* Types of expressions that no context gave a type to (conditions, constants that are never used) become
 * final: the tree has no untyped values but nil. */
void check_record_untyped(Checker *check) {
  for (u32 i = 0; i < check->untyped.n; i++) {
    PtrMapEntry *e = &check->untyped.entries[i];
    if (!e->key) continue;
    const ExprInfo *info = e->val;
    check_record_type_and_value(check, (Expr *)e->key, info->mode, types_default(info->type), info->val);
  }
  ptrmap_free(&check->untyped);
}

/* Writes mode, type and value into the node; invalid operands are left out. */
void check_record_type_and_value(Checker *check, Expr *x, OperandMode mode, Type *type, const Const *val) {
  (void)check;
  if (mode == OM_INVALID) return;
  x->mode = (u8)mode;
  x->type = type;
  x->val = mode == OM_CONSTANT ? val : NULL;
}

/* f is a possibly parenthesised, possibly qualified name of a built-in. */
void check_record_builtin_type(Checker *check, Expr *f, Signature *sig) {
  for (;;) {
    check_record_type_and_value(check, f, OM_BUILTIN, (Type *)sig, NULL);
    if (f->n.kind != N_ParenExpr) return;
    f = ((ParenExpr *)f)->x;
  }
}

/* x is used in a comma-ok form: its type becomes a pair. */
void check_record_comma_ok_types(Checker *check, Expr *x, Operand *a[2]) {
  if (a[0]->mode == OM_INVALID) return;
  for (;;) {
    Object **vars = NEW_ARRAY(&types_arena, Object *, 2);
    for (int i = 0; i < 2; i++)
      vars[i] = obj_new_var(x->n.pos, check->pkg, atom_cstr(""), a[i]->type, VAR_LOCAL);
    x->type = (Type *)type_new_tuple(vars, 2);
    if (x->n.kind != N_ParenExpr) return;
    x = ((ParenExpr *)x)->x;
  }
}

/* Notes the type arguments at the name that is instantiated. */
void check_record_instance(Checker *check, Expr *expr, TypeList *targs, Type *type) {
  (void)check, (void)type;
  Name *id = types_instantiated_ident(expr);
  CHECK(id != NULL);
  id->inst = targs;
}

/* id declares obj. */
void check_record_def(Checker *check, Name *id, Object *obj) {
  (void)check;
  id->obj = obj;
}

/* id refers to obj. */
void check_record_use(Checker *check, Name *id, Object *obj) {
  (void)check;
  id->obj = obj;
}

/* Only the clauses of type switches have a place for their implicit object. */
void check_record_implicit(Checker *check, void *node, Object *obj) {
  (void)check;
  if (((Node *)node)->kind == N_CaseClause) ((CaseClause *)node)->implicit = obj;
}

/* x selects a field or method of recv; the arguments are those of Selection. */
void check_record_selection(Checker *check, SelectorExpr *x, SelectionKind kind, Type *recv, Object *obj,
                            int *index, u32 nindex, bool indirect) {
  check_record_use(check, x->sel, obj);
  Selection *s = NEW(&types_arena, Selection);
  *s = (Selection){
      .kind = kind, .recv = recv, .obj = obj, .index = index, .nindex = nindex, .indirect = indirect};
  s->type = selection_type(s);
  x->selection = s;
}

/* Only function literals have a place for their scope. */
void check_record_scope(Checker *check, void *node, Scope *scope) {
  (void)check;
  if (((Node *)node)->kind == N_FuncLit) ((FuncLit *)node)->scope = scope;
}

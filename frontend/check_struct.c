/* check_struct.c - struct types (types2/struct.go). */
#include "frontend/check.h"

typedef struct StructCtx {
  Struct *s;
  VEC(Object *) fields;
  VEC(const Atom *) tags; /* one per field once there is a tag */
  bool has_tags;
  PtrMap set;
} StructCtx;

/* False, with an error, when the set has an object of that name already. */
bool check_declare_in_set(Checker *check, PtrMap *oset, Pos pos, Object *obj) {
  Object *alt = objset_insert(oset, obj);
  if (!alt) return true;
  ErrorDesc *err = check_new_error(check, E_DuplicateDecl);
  err_addf_pos(err, pos, "%s redeclared", obj->name->s);
  err_add_alt_decl(err, alt);
  err_report(err);
  return false;
}

static void add_field(Checker *check, StructCtx *c, Name *id, Type *type, const Atom *tag, bool embedded) {
  Object *fld = obj_new_field(id->e.n.pos, check->pkg, id->name, type, embedded);
  if (!atom_is(id->name, "_") && !check_declare_in_set(check, &c->set, id->e.n.pos, fld)) return;
  VEC_PUSH(&types_arena, &c->fields, fld);
  VEC_PUSH(&types_arena, &c->tags, tag);
  if (tag) c->has_tags = true;
  check_record_def(check, id, fld);
}

static const Atom *field_tag(Checker *check, BasicLit *t) {
  if (!t || t->bad) return NULL;
  const Const *c =
      t->lit == LIT_STRING ? const_from_literal(t->value->s, t->value->len, LIT_STRING) : const_unknown;
  if (const_kind(c) != CONST_STRING) {
    StrBuf b = {0};
    const_quote(&b, t->value->s, t->value->len);
    check_errorf(check, t, E_InvalidSyntaxTree, "incorrect tag syntax: %s", sb_cstr(&b));
    sb_free(&b);
    return NULL;
  }
  const Atom *tag = const_string_val(c);
  return tag->len ? tag : NULL;
}

typedef struct EmbeddedCtx {
  Type *type;
  Pos pos;
} EmbeddedCtx;

/* An embedded field is T or *T for a type name T that is no pointer, and for *T no interface. */
static void check_embedded(Checker *check, void *ctx) {
  EmbeddedCtx *c = ctx;
  bool is_ptr;
  Type *t = types_deref(c->type, &is_ptr), *u = type_under(t);
  if (u == typ[BK_UNSAFEPOINTER])
    check_error_pos(check, c->pos, E_InvalidPtrEmbed, "embedded field type cannot be unsafe.Pointer");
  else if (u->kind == TYPE_POINTER)
    check_error_pos(check, c->pos, E_InvalidPtrEmbed, "embedded field type cannot be a pointer");
  else if (u->kind == TYPE_INTERFACE && types_is_type_param(t))
    check_error_pos(check, c->pos, E_MisplacedTypeParam,
                    "embedded field type cannot be a (pointer to a) type parameter");
  else if (u->kind == TYPE_INTERFACE && is_ptr)
    check_error_pos(check, c->pos, E_InvalidPtrEmbed,
                    "embedded field type cannot be a pointer to an interface");
}

static void add_embedded(Checker *check, StructCtx *c, Field *f, Type *type, const Atom *tag) {
  Pos pos = ast_start_pos(f->type);
  Name *name = types_embedded_field_ident(f->type);
  if (!name) { /* an invalid field keeps the number of fields that of the source */
    check_errorf_pos(check, pos, E_InvalidSyntaxTree, "invalid embedded field type %s", S_expr(f->type));
    name = NEW(&types_arena, Name);
    name->e.n = (Node){N_Name, pos};
    name->name = atom_cstr("_");
    add_field(check, c, name, typ[BK_INVALID], NULL, true);
    return;
  }
  Object *use = name->obj; /* the name is first of all a use of the type; add_field() records the field */
  add_field(check, c, name, type, tag, true);
  name->obj = use;
  EmbeddedCtx *e = NEW(&types_arena, EmbeddedCtx);
  *e = (EmbeddedCtx){type, pos};
  check_later(check, check_embedded, e);
}

/* Sets styp up from its syntax. */
void check_struct_type(Checker *check, Struct *styp, StructType *e) {
  StructCtx c = {.s = styp};
  Type *type = NULL;
  Expr *prev = NULL;
  for (u32 i = 0; i < e->fields.n; i++) {
    Field *f = e->fields.v[i];
    if (i == 0 || f->type != prev) { /* the type of fields declared together is checked once */
      type = check_var_type(check, f->type);
      prev = f->type;
    }
    const Atom *tag = i < e->tags.n ? field_tag(check, e->tags.v[i]) : NULL;
    if (f->name)
      add_field(check, &c, f->name, type, tag, false);
    else
      add_embedded(check, &c, f, type, tag);
  }
  ptrmap_free(&c.set);
  styp->nfields = c.fields.n;
  styp->fields = c.fields.v;
  styp->tags = c.has_tags ? c.tags.v : NULL;
}

static Expr *ptr_base(Expr *x) {
  Operation *op = (Operation *)x;
  return x->n.kind == N_Operation && op->op == OP_MUL && !op->y ? op->x : NULL;
}

/* The name of an embedded field of type e; NULL when e cannot be embedded. */
Name *types_embedded_field_ident(Expr *e) {
  switch (e->n.kind) {
  case N_Name: return (Name *)e;
  case N_Operation: {
    Expr *base = ptr_base(e);
    return base && !ptr_base(base) ? types_embedded_field_ident(base) : NULL;
  }
  case N_SelectorExpr: return ((SelectorExpr *)e)->sel;
  case N_IndexExpr: return types_embedded_field_ident(((IndexExpr *)e)->x);
  default: return NULL;
  }
}

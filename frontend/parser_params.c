/* parser_params.c - the grammar's actions for fields, parameters and type parameters.
 * A parameter that is one name may turn out to be a type or to share the type of a later parameter; it is
 * kept as a Field with a name and no type until its list is complete (build_params).
 */
#include "frontend/parser_build.h"

static Field *new_field(Build *g, Pos pos, Name *name, Expr *type) {
  Field *f = NODE(g->ps, Field, pos);
  f->name = name;
  f->type = type;
  return f;
}

/* ---- struct fields and interface elements ---- */

void build_fields(Build *g, u32 names, Expr *type, BasicLit *tag) {
  NameList list = {0};
  parse_list_take(g->ps, names, &list);
  for (u32 i = 0; i < list.n; i++) {
    parse_list_push(g->ps, new_field(g, list.v[i]->e.n.pos, list.v[i], type));
    parse_list_push(g->ps, tag);
  }
}

void build_embedded(Build *g, TypeVal type, BasicLit *tag) {
  parse_list_push(g->ps, new_field(g, type.start, NULL, type.x));
  parse_list_push(g->ps, tag);
}

void build_method(Build *g, LexToken name, FuncType *type) {
  parse_list_push(g->ps, new_field(g, name.pos, build_name(g, name), &type->e));
}

/* gc reads Name[A, B] at the start of an element as a parameter list: the position of the list is where A
 * starts. */
static void fix_instance_list(Build *g, Expr *x) {
  while (x->n.kind == N_Operation && ((Operation *)x)->op == OP_OR) x = ((Operation *)x)->x;
  if (x->n.kind != N_IndexExpr || ((IndexExpr *)x)->x->n.kind != N_Name) return;
  Expr *index = ((IndexExpr *)x)->index;
  if (index->n.kind != N_ListExpr) return;
  const Expr *first = expr_list_at(index, 0);
  if (first->n.kind == N_FuncType) build_give_up(g); /* its position is not its start */
  index->n.pos = ast_start_pos(first);
}

void build_interface_elem(Build *g, TypeVal type) {
  fix_instance_list(g, type.x);
  parse_list_push(g->ps, new_field(g, type.start, NULL, type.x));
}

/* ---- parameters ---- */

void build_param(Build *g, const LexToken *name, const LexToken *dots, TypeVal type) {
  Expr *t = type.x;
  Pos pos = name ? name->pos : dots ? dots->pos : type.start;
  if (dots) {
    DotsType *d = NODE(g->ps, DotsType, dots->pos);
    d->elem = t;
    t = &d->e;
  }
  if (!name && t->n.kind == N_Name && pos_eq(t->n.pos, pos)) {
    parse_list_push(g->ps, new_field(g, pos, (Name *)t, NULL));
  } else {
    parse_list_push(g->ps, new_field(g, pos, name ? build_name(g, *name) : NULL, t));
  }
}

void build_result(Build *g, TypeVal type) { parse_list_push(g->ps, new_field(g, type.start, NULL, type.x)); }

/* Every name without a type gets the next one's. */
static void distribute_types(Build *g, FieldList *list) {
  Expr *type = NULL;
  for (u32 i = list->n; i-- > 0;) {
    Field *f = list->v[i];
    if (f->type) type = f->type;
    f->type = type;
    if (!f->name || !type) build_give_up(g);
  }
}

void build_params(Build *g, u32 mark, bool dots_ok, FieldList *out) {
  bool named = false;
  parse_list_take(g->ps, mark, out);
  for (u32 i = 0; i < out->n; i++) named |= out->v[i]->name && out->v[i]->type;
  if (named) {
    distribute_types(g, out);
  } else {
    for (u32 i = 0; i < out->n; i++) {
      Field *f = out->v[i];
      if (!f->name) continue;
      f->type = &f->name->e;
      f->name = NULL;
    }
  }
  for (u32 i = 0; i < out->n; i++) {
    const Expr *t = out->v[i]->type;
    if (t && t->n.kind == N_DotsType && (!dots_ok || i + 1 < out->n)) build_give_up(g);
  }
}

Field *build_receiver(Build *g, u32 mark) {
  FieldList list = {0};
  build_params(g, mark, false, &list);
  if (list.n == 1) return list.v[0];
  build_give_up(g);
  return NULL;
}

/* ---- type parameters ---- */

void build_type_param(Build *g, LexToken name, Expr *constraint) {
  parse_list_push(g->ps, new_field(g, name.pos, build_name(g, name), constraint));
}

void build_type_item(Build *g, Expr *x, Expr *constraint) {
  if (!constraint) {
    parse_list_push(g->ps, new_field(g, x->n.pos, NULL, x));
    return;
  }
  if (x->n.kind != N_Name) build_give_up(g);
  parse_list_push(g->ps, new_field(g, x->n.pos, (Name *)x, constraint));
}

/* Whether gc's parser of constraints would build the same tree for what was parsed as the operand of an
 * operator. */
static bool is_plain_constraint(const Expr *x) {
  switch (x->n.kind) {
  case N_Name:
  case N_SelectorExpr:
  case N_InterfaceType:
  case N_SliceType:
  case N_ArrayType:
  case N_MapType: return true;
  case N_Operation: {
    const Operation *o = (const Operation *)x;
    if (o->y) return o->op == OP_OR && is_plain_constraint(o->x) && is_plain_constraint(o->y);
    return (o->op == OP_MUL || o->op == OP_TILDE) && is_plain_constraint(o->x);
  }
  default: return false;
  }
}

void build_type_params(Build *g, u32 mark, FieldList *out) {
  parse_list_take(g->ps, mark, out);
  for (u32 i = 0; i < out->n; i++) {
    Field *f = out->v[i];
    if (f->name) continue;
    f->type = parse_extract_name(g->ps, f->type, true, &f->name);
    if (!f->name || (i > 0 && f->type && !is_plain_constraint(f->type))) {
      build_give_up(g);
      return;
    }
    f->e.n.pos = f->name->e.n.pos;
  }
  distribute_types(g, out);
}

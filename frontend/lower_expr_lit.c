/* lower_expr_lit.c - composite literals.
 *
 * complit_fill stores a literal's elements straight into a fresh destination; nested literals fill their part
 * of it. A struct literal whose fields are all whole words becomes one tuple value without going through
 * memory. Slice literals of constants are copied from a read-only global. */
#include "frontend/lower_priv.h"

/* ---- elements ---- */
static void fill_value(Fn *fn, Expr *e, Type *t, Place dst, bool zeroed) {
  Expr *x = ast_unparen(e);
  if (x->n.kind == N_CompositeLit && dst.ly->vc == VC_AGG && types_identical(expr_type(fn, x), t)) {
    complit_fill(fn, (CompositeLit *)x, dst, zeroed);
    return;
  }
  if (is_big_copy(fn, x, t) && copy_big(fn, &dst, x, t)) return;
  IrValue *v = lower_expr_to(fn, e, t);
  set_pos(fn, e);
  place_store(fn, dst, v);
}

static void fill_of(Fn *fn, CompositeLit *l, Type *t, Place dst, bool zeroed);

/* {...} standing for &T{...} in a literal whose element type is *T. */
static IrValue *elided_ptr(Fn *fn, CompositeLit *l, Type *ptr) {
  Type *base = fn_type(fn, ((Pointer *)type_under(ptr))->base);
  const Layout *ly = lower_layout(fn->lw, base);
  set_pos(fn, l);
  IrValue *p = lower_alloc(fn, ly, l->e.esc & ESC_ADDR);
  if (ly->vc == VC_AGG) fill_of(fn, l, base, place_of_mem(p, 0, ly), true);
  else store_mem(fn, p, 0, ly, lower_complit_of(fn, l, base));
  return p;
}

static Expr *elem_value(Expr *e) { return e->n.kind == N_KeyValueExpr ? ((KeyValueExpr *)e)->value : e; }

/* The index of the struct field that element i of the literal gives. */
static u32 field_index(Struct *s, Expr *e, u32 i) {
  if (e->n.kind != N_KeyValueExpr) return i;
  Name *key = (Name *)((KeyValueExpr *)e)->key;
  for (u32 k = 0; k < s->nfields; k++)
    if (s->fields[k]->name == key->name) return k;
  BUG("no field %s", key->name->s);
}

static void fill_struct(Fn *fn, CompositeLit *l, Struct *s, Type *t, Place dst, bool zeroed) {
  if (!zeroed) place_zero(fn, dst);
  for (u32 i = 0; i < l->elems.n; i++) {
    Type *ft;
    u32 k = field_index(s, l->elems.v[i], i);
    i64 off = field_offset(fn, t, k, &ft);
    if (atom_is(s->fields[k]->name, "_")) { /* blank fields stay zero */
      lower_effect(fn, elem_value(l->elems.v[i]));
      continue;
    }
    fill_value(fn, elem_value(l->elems.v[i]), ft, place_field(fn, dst, off, lower_layout(fn->lw, ft)), true);
  }
}

static i64 elem_index(Expr *e, i64 next) {
  if (e->n.kind != N_KeyValueExpr) return next;
  const Const *c = ((KeyValueExpr *)e)->key->val;
  i64 k = 0;
  CHECK(c && const_int64_val(const_to_int(c), &k));
  return k;
}

static i64 literal_len(CompositeLit *l) {
  i64 n = 0, next = 0;
  for (u32 i = 0; i < l->elems.n; i++) {
    next = elem_index(l->elems.v[i], next) + 1;
    if (next > n) n = next;
  }
  return n;
}

static void fill_array(Fn *fn, CompositeLit *l, Type *elem, Place dst, bool zeroed) {
  const Layout *ely = lower_layout(fn->lw, elem);
  i64 next = 0;
  if (!zeroed) place_zero(fn, dst);
  for (u32 i = 0; i < l->elems.n; i++) {
    i64 k = elem_index(l->elems.v[i], next);
    fill_value(fn, elem_value(l->elems.v[i]), elem, place_field(fn, dst, k * ely->size, ely), true);
    next = k + 1;
  }
}

static void fill_of(Fn *fn, CompositeLit *l, Type *t, Place dst, bool zeroed) {
  Type *u = type_under(t);
  if (u->kind != TYPE_STRUCT && u->kind != TYPE_ARRAY) u = type_core(t);
  if (u->kind == TYPE_STRUCT) fill_struct(fn, l, (Struct *)u, t, dst, zeroed);
  else fill_array(fn, l, fn_type(fn, ((Array *)u)->elem), dst, zeroed);
}

void complit_fill(Fn *fn, CompositeLit *l, Place dst, bool zeroed) {
  Type *t = expr_type(fn, &l->e);
  set_pos(fn, l);
  u32 g;
  if (dst.kind == PL_MEM && literal_is_static(fn, l, t, &g)) {
    IrValue *src = with_imm(op0(fn, BC_LEAG, &ir_shape_ptr), g);
    IrValue *to = dst.off ? with_imm(op1(fn, BC_LEA, &ir_shape_ptr, dst.base), dst.off) : dst.base;
    op2(fn, BC_MOVE_T, &ir_shape_none, to, src)->imm = lower_type(fn->lw, t);
    return;
  }
  fill_of(fn, l, t, dst, zeroed);
}

/* ---- values ---- */
/* Every field a whole number of words: the value is the fields side by side. */
static IrValue *struct_tuple(Fn *fn, CompositeLit *l, Struct *s, const Layout *ly) {
  if (s->nfields > 16 || ly->shape.nslots > 32 || ly->shape.nslots == 0) return NULL;
  IrValue *parts[16] = {0};
  u32 slots = 0;
  for (u32 i = 0; i < s->nfields; i++) {
    const Layout *f = fn_layout(fn, s->fields[i]->type);
    if (f->size % 8 != 0) return NULL;
    slots += f->shape.nslots;
  }
  if (slots != ly->shape.nslots) return NULL; /* padding after a last field of size 0 */
  for (u32 i = 0; i < l->elems.n; i++) {
    u32 k = field_index(s, l->elems.v[i], i);
    Type *ft = fn_type(fn, s->fields[k]->type);
    Expr *x = ast_unparen(elem_value(l->elems.v[i]));
    parts[k] = lower_expr_to(fn, x, ft);
    if (atom_is(s->fields[k]->name, "_")) parts[k] = NULL;
  }
  set_pos(fn, l);
  for (u32 k = 0; k < s->nfields; k++)
    if (!parts[k]) parts[k] = zero_value(fn, fn_layout(fn, s->fields[k]->type));
  return tuple_value(fn, &ly->shape, parts, s->nfields);
}

static IrValue *slice_literal(Fn *fn, CompositeLit *l, Type *elem) {
  i64 n = literal_len(l);
  Type *at = type_new_array(elem, n);
  const Layout *aly = lower_layout(fn->lw, at);
  IrLocal *area = l->e.esc & ESC_SELF ? addressed_local(fn, aly, NULL) : NULL;
  IrValue *p = area ? place_addr(fn, place_of_local(area, aly))
                    : with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, at));
  u32 g;
  if (n >= 4 && array_literal_is_static(fn, l, at, &g)) {
    IrValue *src = with_imm(op0(fn, BC_LEAG, &ir_shape_ptr), g);
    op2(fn, BC_MOVE_T, &ir_shape_none, p, src)->imm = lower_type(fn->lw, at);
  } else if (area) {
    fill_array(fn, l, elem, place_of_local(area, aly), false);
  } else {
    fill_array(fn, l, elem, place_of_mem(p, 0, aly), true);
  }
  set_pos(fn, l);
  IrValue *len = k64(fn, n);
  return op3(fn, BC_MK3, &ir_shape_slice, p, len, len);
}

static IrValue *map_literal(Fn *fn, CompositeLit *l, Map *m, Type *t) {
  Type *kt = fn_type(fn, m->key), *vt = fn_type(fn, m->elem);
  u32 type = lower_type(fn->lw, t);
  IrValue *map = with_imm(op1(fn, BC_MAKEMAP, &ir_shape_ptr, k64(fn, l->elems.n)), type);
  for (u32 i = 0; i < l->elems.n; i++) {
    KeyValueExpr *kv = (KeyValueExpr *)l->elems.v[i];
    IrValue *k = lower_expr_to(fn, kv->key, kt), *v = lower_expr_to(fn, kv->value, vt);
    set_pos(fn, kv);
    op3(fn, BC_MAPSET, &ir_shape_none, map, k, v)->imm = type;
  }
  return map;
}

IrValue *lower_complit_of(Fn *fn, CompositeLit *l, Type *t) {
  const Layout *ly = lower_layout(fn->lw, t);
  Type *u = ly->under;
  set_pos(fn, l);
  if (u->kind == TYPE_SLICE) return slice_literal(fn, l, fn_type(fn, ((Slice *)u)->elem));
  if (u->kind == TYPE_MAP) return map_literal(fn, l, (Map *)u, t);
  if (u->kind == TYPE_STRUCT) {
    IrValue *v = struct_tuple(fn, l, (Struct *)u, ly);
    if (v) return v;
  }
  if (ly->size > BIG_LOCAL) {
    IrValue *p = with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, t));
    fill_of(fn, l, t, place_of_mem(p, 0, ly), true);
    return load_mem(fn, p, 0, ly);
  }
  IrLocal *area = temp_local(fn, ly);
  Place p = place_of_local(area, ly);
  fill_of(fn, l, t, p, false);
  return place_load(fn, p);
}

IrValue *lower_complit(Fn *fn, CompositeLit *l) {
  Type *t = expr_type(fn, &l->e);
  if (!l->type && type_under(t)->kind == TYPE_POINTER) return elided_ptr(fn, l, t);
  return lower_complit_of(fn, l, t);
}

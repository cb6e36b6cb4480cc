/* lower_expr_place.c - places: what can be assigned, addressed or read piecewise.
 *
 * place_of() evaluates the operands of an addressable expression (in source order) and returns where its
 * value lives; checks (nil, bounds) happen when the place is read, written or its address is formed, so that
 * `*p = f()` calls f first. Frame areas with a computed index into part of them, or elements of odd sizes,
 * are reached through LEAL's address. The memo holds operand values that had to be evaluated ahead of the
 * rest of an assignment. */
#include "frontend/lower_priv.h"
#include <stdlib.h>

/* ---- memory through an address ---- */
static u16 load_op(const Layout *ly) {
  switch (ly->size) {
  case 1: return ly->vc == VC_INT && ly->is_signed ? BC_LD_I8 : BC_LD_U8;
  case 2: return ly->vc == VC_INT && ly->is_signed ? BC_LD_I16 : BC_LD_U16;
  case 4: return ly->vc == VC_INT && ly->is_signed ? BC_LD_I32 : BC_LD_U32;
  case 8: return BC_LD_64;
  default: return BC_LD_N;
  }
}
static u16 store_op(i64 size) {
  return size == 1 ? BC_ST_8 : size == 2 ? BC_ST_16 : size == 4 ? BC_ST_32 : BC_ST_64;
}
static bool is_pow2_scalar(i64 size) { return size == 1 || size == 2 || size == 4 || size == 8; }
static u32 pad_of(const Layout *ly) { return ly->shape.nslots * 8 - (u32)ly->size; }

/* Offsets beyond the immediate are added to the address first. */
static IrValue *fit_offset(Fn *fn, IrValue *addr, i64 *off) {
  if (*off == (i32)*off) return addr;
  op1(fn, BC_NILCHK, &ir_shape_none, addr);
  addr = op2(fn, BC_ADDP, &ir_shape_ptr, addr, k64(fn, *off));
  *off = 0;
  return addr;
}

IrValue *load_mem(Fn *fn, IrValue *addr, i64 off, const Layout *ly) {
  if (ly->shape.nslots == 0) {
    op1(fn, BC_NILCHK, &ir_shape_none, addr);
    return zero_value(fn, ly);
  }
  addr = fit_offset(fn, addr, &off);
  u16 op = load_op(ly);
  if (ly->size == 16) op = BC_LD_2;
  if (ly->size == 24) op = BC_LD_3;
  IrValue *v = op1(fn, op, &ly->shape, addr);
  v->imm = off;
  if (op == BC_LD_N) {
    v->u[0] = pad_of(ly);
    v->u[1] = ly->shape.nslots;
  }
  return v;
}

void store_mem(Fn *fn, IrValue *addr, i64 off, const Layout *ly, IrValue *v) {
  if (ly->shape.nslots == 0) {
    op1(fn, BC_NILCHK, &ir_shape_none, addr);
    return;
  }
  addr = fit_offset(fn, addr, &off);
  IrValue *st;
  if (!ly->has_ptrs && is_pow2_scalar(ly->size)) {
    st = op2(fn, store_op(ly->size), &ir_shape_none, addr, v);
    st->imm = off;
  } else if (!ly->has_ptrs) {
    st = op2(fn, BC_ST_N, &ir_shape_none, addr, v);
    st->imm = off;
    st->u[0] = pad_of(ly);
    st->u[1] = ly->shape.nslots;
  } else if (ly->size == 8) {
    st = op2(fn, BC_ST_P, &ir_shape_none, addr, v);
    st->imm = off;
  } else {
    st = op2(fn, BC_ST_T, &ir_shape_none, addr, v);
    st->imm = lower_type(fn->lw, ly->type);
    st->u[0] = (u32)off;
  }
}

/* ---- frame areas ---- */
/* A part as long as the whole; but a narrow scalar is extended in its slot, an aggregate around it has clear
 * pads. */
static bool whole_area(const Place *p) {
  if (p->off != 0 || p->ly->size != p->whole->size) return false;
  if (p->local->addressed && p->ly->vc != VC_AGG && p->ly->size % 8) return false;
  return p->ly->size % 8 == 0 || (p->ly->vc == VC_AGG) == (p->whole->vc == VC_AGG);
}

static u16 frame_load_op(const Layout *ly) {
  switch (load_op(ly)) {
  case BC_LD_I8: return BC_LDF_I8;
  case BC_LD_U8: return BC_LDF_U8;
  case BC_LD_I16: return BC_LDF_I16;
  case BC_LD_U16: return BC_LDF_U16;
  case BC_LD_I32: return BC_LDF_I32;
  case BC_LD_U32: return BC_LDF_U32;
  case BC_LD_64: return BC_LDF_64;
  default: return BC_LDF_N;
  }
}
static u16 frame_store_op(const Layout *ly) {
  switch (ly->size) {
  case 1: return BC_STF_8;
  case 2: return BC_STF_16;
  case 4: return BC_STF_32;
  case 8: return BC_STF_64;
  default: return BC_STF_N;
  }
}

static IrValue *load_area(Fn *fn, const Place *p) {
  IrValue *v;
  if (whole_area(p)) {
    v = op0(fn, IR_READ_LOCAL, &p->ly->shape);
    v->local = p->local;
    return v;
  }
  u16 op = frame_load_op(p->ly);
  v = op0(fn, op, &p->ly->shape);
  v->local = p->local;
  v->imm = p->off;
  if (op == BC_LDF_N) {
    v->u[0] = pad_of(p->ly);
    v->u[1] = p->ly->shape.nslots;
  }
  return v;
}

static void store_area(Fn *fn, const Place *p, IrValue *v) {
  if (whole_area(p)) {
    op1(fn, IR_WRITE_LOCAL, &ir_shape_none, v)->local = p->local;
    return;
  }
  u16 op = frame_store_op(p->ly);
  IrValue *st = op1(fn, op, &ir_shape_none, v);
  st->local = p->local;
  st->imm = p->off;
  if (op == BC_STF_N) {
    st->u[0] = pad_of(p->ly);
    st->u[1] = p->ly->shape.nslots;
  }
}

/* LDXF and STXF take elements of 1, 2, 4 bytes or of whole slots. */
static bool indexable_elem(const Layout *ly) {
  return ly->size > 0 && (is_pow2_scalar(ly->size) || ly->size % 8 == 0);
}

static IrValue *load_area_elem(Fn *fn, const Place *p) {
  u16 op = frame_load_op(p->ly);
  /* LDXF rows follow their LDF rows in the table */
  IrValue *v = op1(fn, op == BC_LDF_N ? BC_LDXF_N : op + 1, &p->ly->shape, p->index);
  v->local = p->local;
  v->imm = p->len;
  v->u[0] = p->ly->shape.nslots;
  return v;
}

static void store_area_elem(Fn *fn, const Place *p, IrValue *val) {
  u16 op = frame_store_op(p->ly);
  IrValue *st = op2(fn, op == BC_STF_N ? BC_STXF_N : op + 1, &ir_shape_none, p->index, val);
  st->local = p->local;
  st->imm = p->len;
  st->u[0] = p->ly->shape.nslots;
}
static_assert(BC_LDXF_I8 == BC_LDF_I8 + 1 && BC_LDXF_64 == BC_LDF_64 + 1 && BC_STXF_8 == BC_STF_8 + 1 &&
                  BC_STXF_64 == BC_STF_64 + 1,
              "indexed rows follow");

/* ---- globals ---- */
static IrValue *global_addr(Fn *fn, u32 g, i64 off) {
  IrValue *v = with_imm(op0(fn, BC_LEAG, &ir_shape_ptr), g);
  v->u[0] = (u32)off;
  return v;
}

static IrValue *load_global(Fn *fn, const Place *p) {
  const Layout *ly = p->ly;
  if (ly->shape.nslots == 0) return zero_value(fn, ly);
  u16 op = 0;
  switch (load_op(ly)) {
  case BC_LD_I8: op = BC_LDG_I8; break;
  case BC_LD_U8: op = BC_LDG_U8; break;
  case BC_LD_I16: op = BC_LDG_I16; break;
  case BC_LD_U16: op = BC_LDG_U16; break;
  case BC_LD_I32: op = BC_LDG_I32; break;
  case BC_LD_U32: op = BC_LDG_U32; break;
  case BC_LD_64: op = BC_LDG_64; break;
  default: op = ly->size == 16 ? BC_LDG_2 : ly->size == 24 ? BC_LDG_3 : 0;
  }
  if (!op) return load_mem(fn, global_addr(fn, p->global, p->off), 0, ly);
  IrValue *v = with_imm(op0(fn, op, &ly->shape), p->global);
  v->u[0] = (u32)p->off;
  return v;
}

static void store_global(Fn *fn, const Place *p, IrValue *val) {
  const Layout *ly = p->ly;
  if (ly->shape.nslots == 0) return;
  u16 op = 0;
  if (ly->has_ptrs) op = ly->size == 8 ? BC_STG_P : 0;
  else if (is_pow2_scalar(ly->size))
    op = ly->size == 1 ? BC_STG_8 : ly->size == 2 ? BC_STG_16 : ly->size == 4 ? BC_STG_32 : BC_STG_64;
  if (!op) {
    store_mem(fn, global_addr(fn, p->global, p->off), 0, ly, val);
    return;
  }
  IrValue *v = with_imm(op1(fn, op, &ir_shape_none, val), p->global);
  v->u[0] = (u32)p->off;
}

/* ---- slice elements ---- */
static IrValue *load_slice_elem(Fn *fn, const Place *p) {
  const Layout *ly = p->ly;
  if (ly->shape.nslots == 0) {
    op2(fn, BC_BOUNDS, &ir_shape_none, p->index, extract(fn, p->base, 1, &ir_shape_word));
    return zero_value(fn, ly);
  }
  u16 op;
  switch (load_op(ly)) {
  case BC_LD_I8: op = BC_LDX_I8; break;
  case BC_LD_U8: op = BC_LDX_U8; break;
  case BC_LD_I16: op = BC_LDX_I16; break;
  case BC_LD_U16: op = BC_LDX_U16; break;
  case BC_LD_I32: op = BC_LDX_I32; break;
  case BC_LD_U32: op = BC_LDX_U32; break;
  case BC_LD_64: op = BC_LDX_64; break;
  default: op = ly->size == 16 ? BC_LDX_2 : ly->size == 24 ? BC_LDX_3 : BC_LDX_N;
  }
  IrValue *v = op2(fn, op, &ly->shape, p->base, p->index);
  if (op == BC_LDX_N) {
    v->imm = ly->size;
    v->u[0] = ly->shape.nslots;
  }
  return v;
}

static void store_slice_elem(Fn *fn, const Place *p, IrValue *val) {
  const Layout *ly = p->ly;
  if (ly->shape.nslots == 0) {
    op2(fn, BC_BOUNDS, &ir_shape_none, p->index, extract(fn, p->base, 1, &ir_shape_word));
    return;
  }
  u16 op = BC_STX_T;
  if (ly->has_ptrs) op = ly->size == 8 ? BC_STX_P : BC_STX_T;
  else if (is_pow2_scalar(ly->size))
    op = ly->size == 1 ? BC_STX_8 : ly->size == 2 ? BC_STX_16 : ly->size == 4 ? BC_STX_32 : BC_STX_64;
  IrValue *v = op3(fn, op, &ir_shape_none, p->base, p->index, val);
  if (op == BC_STX_T) v->imm = lower_type(fn->lw, ly->type);
}

/* ---- places ---- */
Place place_of_mem(IrValue *addr, i64 off, const Layout *ly) {
  return (Place){.kind = PL_MEM, .base = addr, .off = off, .ly = ly};
}
Place place_of_local(IrLocal *l, const Layout *ly) {
  return (Place){.kind = PL_LOCAL, .local = l, .ly = ly, .whole = ly};
}

Place place_of_obj(Fn *fn, Object *o) {
  if (o->varkind == VAR_PACKAGE)
    return (Place){.kind = PL_GLOBAL, .global = lower_global(fn->lw, o), .ly = fn_layout(fn, o->type)};
  Binding *b = bind_lookup(fn, o);
  switch (b->kind) {
  case BIND_SSA: return (Place){.kind = PL_VAR, .var = b->var, .ly = b->ly};
  case BIND_LOCAL: return place_of_local(b->local, b->ly);
  default: return place_of_mem(ir_var_read(fn->f, fn->b, b->var), b->off, b->ly);
  }
}

IrValue *place_load(Fn *fn, Place p) {
  switch (p.kind) {
  case PL_VAR: return ir_var_read(fn->f, fn->b, p.var);
  case PL_PART: return agg_field(fn, ir_var_read(fn->f, fn->b, p.var), p.whole, p.off, p.ly);
  case PL_LOCAL: return p.ly->shape.nslots ? load_area(fn, &p) : zero_value(fn, p.ly);
  case PL_LOCALX: return load_area_elem(fn, &p);
  case PL_GLOBAL: return load_global(fn, &p);
  case PL_MEM: return load_mem(fn, p.base, p.off, p.ly);
  case PL_SLICE: return load_slice_elem(fn, &p);
  case PL_MAP: {
    IrValue *v = op2(fn, BC_MAPGET, &p.ly->shape, p.base, p.index);
    v->imm = p.map_type;
    v->u[0] = p.ly->shape.nslots;
    return v;
  }
  case PL_BLANK: break;
  }
  BUG("read of a blank place");
}

void place_store(Fn *fn, Place p, IrValue *v) {
  if (p.kind != PL_BLANK) v = recast(fn, v, &p.ly->shape);
  switch (p.kind) {
  case PL_BLANK: return;
  case PL_VAR: ir_var_write(fn->f, fn->b, p.var, v); return;
  case PL_LOCAL:
    if (p.ly->shape.nslots) store_area(fn, &p, v);
    return;
  case PL_LOCALX: store_area_elem(fn, &p, v); return;
  case PL_GLOBAL: store_global(fn, &p, v); return;
  case PL_MEM: store_mem(fn, p.base, p.off, p.ly, v); return;
  case PL_SLICE: store_slice_elem(fn, &p, v); return;
  case PL_MAP: op3(fn, BC_MAPSET, &ir_shape_none, p.base, p.index, v)->imm = p.map_type; return;
  case PL_PART: break;
  }
  BUG("store to a part of an SSA variable");
}

void place_zero(Fn *fn, Place p) {
  if (p.kind == PL_LOCAL && p.ly->shape.nslots && whole_area(&p)) {
    op0(fn, IR_ZERO_LOCAL, &ir_shape_none)->local = p.local;
  } else if (p.kind == PL_MEM && p.ly->shape.nslots > 3) {
    IrValue *a = p.off ? with_imm(op1(fn, BC_LEA, &ir_shape_ptr, p.base), p.off) : p.base;
    op1(fn, BC_ZERO_T, &ir_shape_none, a)->imm = lower_type(fn->lw, p.ly->type);
  } else {
    place_store(fn, p, zero_value(fn, p.ly));
  }
}

IrValue *place_addr(Fn *fn, Place p) {
  switch (p.kind) {
  case PL_GLOBAL: /* all variables of size 0 have the address that allocations of size 0 have */
    if (p.ly->size == 0) return with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, p.ly->type));
    return global_addr(fn, p.global, p.off);
  case PL_MEM: {
    i64 off = p.off;
    IrValue *a = fit_offset(fn, p.base, &off);
    return with_imm(op1(fn, BC_LEA, &ir_shape_ptr, a), off);
  }
  case PL_SLICE: return with_imm(op2(fn, BC_LEAX, &ir_shape_ptr, p.base, p.index), p.ly->size);
  case PL_LOCAL: {
    IrValue *v = with_imm(op0(fn, BC_LEAL, &ir_shape_ptr), p.off);
    v->local = p.local;
    return v;
  }
  case PL_LOCALX: {
    op1(fn, BC_BOUNDSI, &ir_shape_none, p.index)->imm = p.len;
    IrValue *v = with_imm(op0(fn, BC_LEAL, &ir_shape_ptr), 0);
    v->local = p.local;
    return with_imm(op2(fn, BC_LEAXP, &ir_shape_ptr, v, p.index), p.ly->size);
  }
  default: BUG("place %d has no address", p.kind);
  }
}

Place place_field(Fn *fn, Place p, i64 off, const Layout *ly) {
  switch (p.kind) {
  case PL_VAR: return (Place){.kind = PL_PART, .var = p.var, .whole = p.ly, .off = off, .ly = ly};
  case PL_PART:
  case PL_LOCAL:
  case PL_GLOBAL:
  case PL_MEM:
    p.off += off;
    p.ly = ly;
    return p;
  default: return place_of_mem(place_addr(fn, p), off, ly);
  }
}

static bool const_index_of(const Expr *e, i64 *v) {
  return e && e->val && const_int64_val(const_to_int(e->val), v);
}

static void check_index(Fn *fn, IrValue *index, i64 len) {
  if (len == (i32)len) op1(fn, BC_BOUNDSI, &ir_shape_none, index)->imm = len;
  else op2(fn, BC_BOUNDS, &ir_shape_none, index, k64(fn, len));
}

/* Element `index` of the array at place p; const_index: its expression when known, NULL. */
Place place_elem(Fn *fn, Place p, IrValue *index, const Expr *const_index, const Layout *elem, i64 len) {
  i64 k;
  if (const_index_of(const_index, &k) && k >= 0 && k < len) return place_field(fn, p, k * elem->size, elem);
  if (p.kind == PL_LOCAL && p.whole->shape.nslots == 0) { /* no area to index */
    check_index(fn, index ? index : k64(fn, k), len);
    return place_of_local(temp_local(fn, elem), elem);
  }
  if (p.kind == PL_LOCAL && whole_area(&p) && p.ly == p.whole && indexable_elem(elem) && len == (i32)len)
    return (Place){.kind = PL_LOCALX, .local = p.local, .index = index, .ly = elem, .len = len};
  IrValue *base = place_addr(fn, p);
  check_index(fn, index, len);
  if (elem->size != (i32)elem->size) {
    IrValue *byte_off = op2(fn, BC_MUL_64, &ir_shape_word, index, k64(fn, elem->size));
    return place_of_mem(op2(fn, BC_ADDP, base->shape, base, byte_off), 0, elem);
  }
  return place_of_mem(with_imm(op2(fn, BC_LEAXP, base->shape, base, index), elem->size), 0, elem);
}

i64 field_offset(Fn *fn, Type *struct_type, u32 index, Type **field_type) {
  Type *u = under_of(fn, struct_type);
  if (u->kind != TYPE_STRUCT) u = type_core(u);
  Struct *s = (Struct *)u;
  i64 *off = xcalloc(s->nfields, sizeof *off);
  struct_offsets(s, off);
  i64 r = off[index];
  xfree(off);
  *field_type = fn_type(fn, s->fields[index]->type);
  return r;
}

bool is_placeable(Fn *fn, Expr *e) {
  if (fn->memo.n && memo_find(fn, e)) return false;
  switch (e->n.kind) {
  case N_ParenExpr: return is_placeable(fn, ((ParenExpr *)e)->x);
  case N_Name: {
    Object *o = ((Name *)e)->obj;
    return o && o->kind == OBJ_VAR;
  }
  case N_Operation: return ((Operation *)e)->op == OP_MUL && !((Operation *)e)->y;
  case N_SelectorExpr: {
    SelectorExpr *s = (SelectorExpr *)e;
    if (!s->selection) return s->sel->obj && s->sel->obj->kind == OBJ_VAR;
    if (s->selection->kind != SEL_FIELD) return false;
    if (is_placeable(fn, s->x)) return true;
    Type *t = expr_type(fn, s->x); /* through a pointer on the way */
    for (u32 i = 0; i < s->selection->nindex; i++) {
      if (type_under(t)->kind == TYPE_POINTER) return true;
      field_offset(fn, t, (u32)s->selection->index[i], &t);
    }
    return false;
  }
  case N_IndexExpr: {
    IndexExpr *x = (IndexExpr *)e;
    if (x->x->mode == TV_TYPE || x->x->mode == TV_BUILTIN || !x->x->type) return false;
    switch (under_of(fn, x->x->type)->kind) {
    case TYPE_SLICE:
    case TYPE_POINTER: return true;
    case TYPE_ARRAY: return is_placeable(fn, x->x);
    default: return false;
    }
  }
  default: return false;
  }
}

/* x's place; a value that has none (a call's result) is put into a temporary area. */
static Place place_or_temp(Fn *fn, Expr *x) {
  if (is_placeable(fn, x)) return place_of(fn, x);
  const Layout *ly = expr_layout(fn, x);
  if (ly->vc != VC_AGG) {
    IrVar *v = ir_var_new(fn->f, &ly->shape, NULL);
    ir_var_write(fn->f, fn->b, v, lower_expr(fn, x));
    return (Place){.kind = PL_VAR, .var = v, .ly = ly};
  }
  IrLocal *l = temp_local(fn, ly);
  Place p = place_of_local(l, ly);
  place_store(fn, p, lower_expr(fn, x));
  return p;
}

static Place selector_place(Fn *fn, SelectorExpr *s) {
  if (!s->selection) return place_of_obj(fn, s->sel->obj);
  Type *t = expr_type(fn, s->x);
  Place p = {0};
  bool have_place = false;
  for (u32 i = 0; i < s->selection->nindex; i++) {
    Type *u = type_under(t);
    if (u->kind == TYPE_POINTER) {
      IrValue *ptr = have_place ? place_load(fn, p) : lower_expr(fn, s->x);
      t = fn_type(fn, ((Pointer *)u)->base);
      p = place_of_mem(ptr, 0, fn_layout(fn, t));
    } else if (!have_place) {
      p = place_or_temp(fn, s->x);
    }
    have_place = true;
    Type *ft;
    i64 off = field_offset(fn, t, (u32)s->selection->index[i], &ft);
    set_pos(fn, s);
    p = place_field(fn, p, off, fn_layout(fn, ft));
    t = ft;
  }
  return p;
}

static Place index_place(Fn *fn, IndexExpr *x) {
  Type *t = expr_type(fn, x->x), *u = type_under(t);
  if (u->kind == TYPE_INTERFACE) u = type_core(t);
  switch (u->kind) {
  case TYPE_SLICE: {
    const Layout *elem = fn_layout(fn, ((Slice *)u)->elem);
    IrValue *base = lower_expr(fn, x->x), *index = lower_expr(fn, x->index);
    set_pos(fn, x);
    return (Place){.kind = PL_SLICE, .base = base, .index = index, .ly = elem};
  }
  case TYPE_MAP: {
    Map *m = (Map *)u;
    IrValue *base = lower_expr(fn, x->x), *key = lower_expr_to(fn, x->index, fn_type(fn, m->key));
    set_pos(fn, x);
    return (Place){.kind = PL_MAP,
                   .base = base,
                   .index = key,
                   .map_type = lower_type(fn->lw, t),
                   .ly = fn_layout(fn, m->elem)};
  }
  case TYPE_POINTER: {
    Array *a = (Array *)under_of(fn, ((Pointer *)u)->base);
    IrValue *base = lower_expr(fn, x->x), *index = x->index->val ? NULL : lower_expr(fn, x->index);
    set_pos(fn, x);
    return place_elem(fn, place_of_mem(base, 0, lower_layout(fn->lw, &a->t)), index, x->index,
                      fn_layout(fn, a->elem), a->len);
  }
  default: {
    Array *a = (Array *)u;
    Place p = place_or_temp(fn, x->x);
    IrValue *index = x->index->val ? NULL : lower_expr(fn, x->index);
    set_pos(fn, x);
    return place_elem(fn, p, index, x->index, fn_layout(fn, a->elem), a->len);
  }
  }
}

Place place_of(Fn *fn, Expr *e) {
  set_pos(fn, e);
  switch (e->n.kind) {
  case N_ParenExpr: return place_of(fn, ((ParenExpr *)e)->x);
  case N_Name: {
    Name *n = (Name *)e;
    if (!n->obj) return (Place){.kind = PL_BLANK};
    return place_of_obj(fn, n->obj);
  }
  case N_SelectorExpr: return selector_place(fn, (SelectorExpr *)e);
  case N_IndexExpr: return index_place(fn, (IndexExpr *)e);
  case N_Operation: { /* *p */
    IrValue *p = lower_expr(fn, ((Operation *)e)->x);
    set_pos(fn, e);
    return place_of_mem(p, 0, expr_layout(fn, e));
  }
  default: BUG("node %d is no place", e->n.kind);
  }
}

/* dst = src for values too large to pass through slots. */
bool copy_big(Fn *fn, const Place *dst, Expr *src, Type *t) {
  const Layout *ly = lower_layout(fn->lw, t);
  src = ast_unparen(src);
  if (!is_big_copy(fn, src, t)) return false;
  IrValue *from;
  if (src->n.kind == N_CompositeLit) {
    from = with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, t));
    complit_fill(fn, (CompositeLit *)src, place_of_mem(from, 0, ly), true);
  } else {
    from = place_addr(fn, place_of(fn, src));
  }
  op2(fn, BC_MOVE_T, &ir_shape_none, place_addr(fn, *dst), from)->imm = lower_type(fn->lw, t);
  return true;
}

bool is_big_copy(Fn *fn, Expr *src, Type *t) {
  src = ast_unparen(src);
  if (lower_layout(fn->lw, t)->size <= BIG_LOCAL || !src->type || !types_identical(expr_type(fn, src), t))
    return false;
  return src->n.kind == N_CompositeLit || is_placeable(fn, src);
}

/* ---- parts of values ---- */
static IrValue *narrow_part(Fn *fn, IrValue *word, i64 bit, const Layout *ly) {
  static const u16 ext[2][3] = {{BC_EXT_U8, BC_EXT_U16, BC_EXT_U32}, {BC_EXT_I8, BC_EXT_I16, BC_EXT_I32}};
  if (bit) word = with_imm(op1(fn, BC_SHRI_U64, &ir_shape_word, word), bit);
  u16 op = ext[ly->vc == VC_INT && ly->is_signed][ly->size == 1 ? 0 : ly->size == 2 ? 1 : 2];
  return op1(fn, op, &ly->shape, word);
}

IrValue *agg_field(Fn *fn, IrValue *v, const Layout *agg, i64 off, const Layout *ly) {
  if (ly->shape.nslots == 0) return zero_value(fn, ly);
  if (off % 8 == 0 && ly->size % 8 == 0) return extract(fn, v, (u32)(off / 8), &ly->shape);
  if (is_pow2_scalar(ly->size) &&
      off % 8 + ly->size <= 8) { /* not so: two words of 32 bits that straddle slots */
    IrValue *word = extract(fn, v, (u32)(off / 8), &ir_shape_word);
    return narrow_part(fn, word, off % 8 * 8, ly);
  }
  IrLocal *l = temp_local(fn, agg);
  Place p = place_of_local(l, agg);
  place_store(fn, p, v);
  return place_load(fn, place_field(fn, p, off, ly));
}

/* ---- order of evaluation ---- */
void memo_push(Fn *fn, const Expr *e, IrValue *v) { VEC_PUSH(&fn->f->arena, &fn->memo, (Memo){e, v}); }

IrValue *memo_find(Fn *fn, const Expr *e) {
  for (u32 i = fn->memo.n; i-- > 0;)
    if (fn->memo.v[i].e == e) return fn->memo.v[i].v;
  return NULL;
}

static void memo_eval(Fn *fn, Expr *e) {
  if (e->val || memo_find(fn, e)) return;
  memo_push(fn, e, lower_expr(fn, e));
}

void snapshot_place(Fn *fn, Expr *e) {
  switch (e->n.kind) {
  case N_ParenExpr: snapshot_place(fn, ((ParenExpr *)e)->x); return;
  case N_SelectorExpr: {
    SelectorExpr *s = (SelectorExpr *)e;
    if (!s->selection) return;
    if (under_of(fn, s->x->type)->kind == TYPE_POINTER || !is_placeable(fn, s->x)) memo_eval(fn, s->x);
    else snapshot_place(fn, s->x);
    return;
  }
  case N_IndexExpr: {
    IndexExpr *x = (IndexExpr *)e;
    Type *u = under_of(fn, x->x->type);
    if (u->kind == TYPE_ARRAY && is_placeable(fn, x->x)) snapshot_place(fn, x->x);
    else memo_eval(fn, x->x);
    memo_eval(fn, x->index);
    return;
  }
  case N_Operation:
    if (((Operation *)e)->op == OP_MUL) memo_eval(fn, ((Operation *)e)->x);
    return;
  default: return;
  }
}

static bool find_call(void *ctx, void *node) {
  bool *found = ctx;
  switch (((Node *)node)->kind) {
  case N_FuncLit: return false;
  case N_CallExpr:
    if (!((CallExpr *)node)->e.val && !is_conversion(node)) *found = true;
    break;
  case N_Operation:
    if (((Operation *)node)->op == OP_RECV && !((Operation *)node)->y) *found = true;
    break;
  default: break;
  }
  return !*found;
}

bool has_call(Fn *fn, const Expr *e) {
  (void)fn;
  bool found = false;
  if (e) ast_inspect((void *)e, find_call, &found);
  return found;
}

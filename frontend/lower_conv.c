/* lower_conv.c - constants as values, implicit and explicit conversions, interface values and type
 * assertions.
 *
 * An interface value is (type or itab, data word). The data word is the value itself for pointer-shaped types
 * (Layout.direct_iface), else the address of an immutable copy.
 * Follows cmd/compile/internal/walk/convert.go and ssagen's conversions. */
#include "frontend/lower_priv.h"

#include <math.h>

/* ---- constants ---- */
static u64 float_bits(const Const *c, i64 size) {
  c = const_to_float(c);
  if (size == 4) {
    float f = const_float32_val(c);
    u32 u;
    memcpy(&u, &f, 4);
    return u;
  }
  double d = const_float64_val(c);
  u64 u;
  memcpy(&u, &d, 8);
  return u;
}

static u64 int_bits(const Const *c) {
  i64 i;
  u64 u;
  c = const_to_int(c);
  if (const_int64_val(c, &i)) return (u64)i;
  if (const_uint64_val(c, &u)) return u;
  BUG("integer constant does not fit");
}

static IrValue *string_const(Fn *fn, const Atom *s) {
  if (s->len == 0) return zero_value(fn, lower_layout(fn->lw, typ[BK_STRING]));
  return with_imm(op0(fn, BC_LDSTR, &ir_shape_str), lower_string(fn->lw, s->s, s->len));
}

IrValue *const_value(Fn *fn, const Const *c, Type *t) {
  const Layout *ly = lower_layout(fn->lw, t);
  switch (ly->vc) {
  case VC_INT:
    if (const_kind(c) == CONST_BOOL) return k64(fn, const_bool_val(c));
    return k64(fn, (i64)int_bits(c));
  case VC_PTR: return ir_const(fn->f, fn->b, int_bits(c), &ir_shape_ptr);
  case VC_FLOAT: return k64(fn, (i64)float_bits(c, ly->size));
  case VC_COMPLEX: {
    c = const_to_complex(c);
    u64 re = float_bits(const_real(c), ly->size / 2), im = float_bits(const_imag(c), ly->size / 2);
    if (ly->size == 8) return k64(fn, (i64)(re | im << 32));
    return op2(fn, BC_MK2, &ir_shape_2words, k64(fn, (i64)re), k64(fn, (i64)im));
  }
  case VC_STRING: return string_const(fn, const_string_val(c));
  default: BUG("constant of type %s", type_symbol(fn->lw, t)->s);
  }
}

/* ---- interfaces ---- */
IrValue *iface_word_of(Fn *fn, Type *concrete, Type *iface) {
  if (!lower_layout(fn->lw, iface)->iface_has_methods) return ld_type(fn, concrete);
  return with_imm(op0(fn, BC_LDITAB, &ir_shape_ptr), lower_itab(fn->lw, iface, concrete));
}

IrValue *make_iface_in(Fn *fn, IrValue *v, Type *from, Type *to, bool in_frame) {
  const Layout *ly = lower_layout(fn->lw, from);
  IrLocal *area;
  IrValue *data;
  if (ly->direct_iface) {
    data = recast(fn, v, &ir_shape_ptr);
  } else if (ly->shape.nslots == 0) {
    data = with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, from));
  } else if (in_frame && (area = addressed_local(fn, ly, NULL)) != NULL) {
    place_store(fn, place_of_local(area, ly), v);
    data = place_addr(fn, place_of_local(area, ly));
  } else {
    data = with_imm(op1(fn, BC_BOX, &ir_shape_ptr, v), lower_type(fn->lw, from));
    data->u[0] = ly->shape.nslots;
  }
  return op2(fn, BC_MK2, &ir_shape_iface, iface_word_of(fn, from, to), data);
}

IrValue *make_iface(Fn *fn, IrValue *v, Type *from, Type *to) {
  return make_iface_in(fn, v, from, to, false);
}

IrValue *const_iface(Fn *fn, const Const *c, Type *from, Type *to) {
  u32 g = lower_static_const(fn->lw, c, from);
  IrValue *data = with_imm(op0(fn, BC_LEAG, &ir_shape_ptr), g);
  return op2(fn, BC_MK2, &ir_shape_iface, iface_word_of(fn, from, to), data);
}

IrValue *iface_type_word(Fn *fn, IrValue *v, Type *iface) {
  IrValue *w = extract(fn, v, 0, &ir_shape_ptr);
  if (!lower_layout(fn->lw, iface)->iface_has_methods) return w;
  return op1(fn, BC_ITABTYPE, &ir_shape_ptr, w);
}

IrValue *to_eface(Fn *fn, IrValue *v, Type *iface) {
  if (!lower_layout(fn->lw, iface)->iface_has_methods) return v;
  return op2(fn, BC_MK2, &ir_shape_iface, iface_type_word(fn, v, iface), extract(fn, v, 1, &ir_shape_ptr));
}

IrValue *iface_data(Fn *fn, IrValue *data, const Layout *ly) {
  if (ly->direct_iface) return recast(fn, data, &ly->shape);
  if (ly->shape.nslots == 0) return zero_value(fn, ly);
  return load_mem(fn, data, 0, ly);
}

static IrValue *convert_iface(Fn *fn, IrValue *v, Type *from, Type *to) {
  const Layout *src = lower_layout(fn->lw, from), *dst = lower_layout(fn->lw, to);
  if (!dst->iface_has_methods) return to_eface(fn, v, from);
  if (types_identical(src->under, dst->under)) return v;
  IrValue *r = with_imm(op1(fn, BC_CONVI, &ir_shape_iface, v), lower_type(fn->lw, to));
  r->u[0] = src->iface_has_methods;
  return r;
}

IrValue *convert_implicit(Fn *fn, IrValue *v, Type *from, Type *to) {
  if (from == to) return v;
  const Layout *dst = lower_layout(fn->lw, to), *src = lower_layout(fn->lw, from);
  if (dst->vc == VC_IFACE) {
    if (src->vc == VC_IFACE) return convert_iface(fn, v, from, to);
    return make_iface(fn, v, from, to);
  }
  return recast(fn, v, &dst->shape);
}

/* ---- numbers ---- */
static IrValue *extend(Fn *fn, IrValue *v, const Layout *to) {
  static const u16 ops[2][3] = {{BC_EXT_U8, BC_EXT_U16, BC_EXT_U32}, {BC_EXT_I8, BC_EXT_I16, BC_EXT_I32}};
  if (to->size == 8) return v;
  return op1(fn, ops[to->is_signed][to->size == 1 ? 0 : to->size == 2 ? 1 : 2], &ir_shape_word, v);
}

static IrValue *int_to_int(Fn *fn, IrValue *v, const Layout *from, const Layout *to) {
  if (to->size == 8) return v;
  if (!from->is_signed && from->size < to->size) return v;
  if (from->is_signed == to->is_signed && from->size <= to->size) return v;
  return extend(fn, v, to);
}

static IrValue *int_to_float(Fn *fn, IrValue *v, const Layout *from, const Layout *to) {
  u16 op = to->size == 8     ? (from->is_signed ? BC_I64_F64 : BC_U64_F64)
           : from->is_signed ? BC_I64_F32
                             : BC_U64_F32;
  return op1(fn, op, &ir_shape_word, v);
}

static IrValue *float_to_int(Fn *fn, IrValue *v, const Layout *from, const Layout *to) {
  bool u = !to->is_signed && to->size == 8;
  u16 op = from->size == 8 ? (u ? BC_F64_U64 : BC_F64_I64) : u ? BC_F32_U64 : BC_F32_I64;
  return extend(fn, op1(fn, op, &ir_shape_word, v), to);
}

static IrValue *convert_number(Fn *fn, IrValue *v, const Layout *from, const Layout *to) {
  if (from->vc == VC_INT)
    return to->vc == VC_INT ? int_to_int(fn, v, from, to) : int_to_float(fn, v, from, to);
  if (to->vc == VC_INT) return float_to_int(fn, v, from, to);
  if (from->size == to->size) return v;
  return op1(fn, to->size == 8 ? BC_F64_F32 + 1 : BC_F64_F32, &ir_shape_word, v);
}
static_assert(BC_F32_F64 == BC_F64_F32 + 1, "order of the float conversions");

/* ---- strings and slices ---- */
static IrValue *to_string(Fn *fn, IrValue *v, const Layout *from) {
  if (from->vc == VC_INT) return op1(fn, BC_STR_RUNE, &ir_shape_str, v);
  Type *elem = type_core(from->under);
  const Layout *e = fn_layout(fn, ((Slice *)elem)->elem);
  return op1(fn, e->size == 1 ? BC_STR_BYTES : BC_STR_RUNES, &ir_shape_str, v);
}

static bool is_bytes(Fn *fn, const Layout *ly) {
  Type *u = ly->vc == VC_SLICE ? type_core(ly->under) : NULL;
  return u && fn_layout(fn, ((Slice *)u)->elem)->size == 1;
}

/* The address of n words of the frame without pointers; NULL when there is no room. */
static IrValue *text_buffer(Fn *fn, i64 n) {
  const Layout *ly = lower_layout(fn->lw, type_new_array(typ[BK_UINT64], n));
  IrLocal *l = addressed_local(fn, ly, NULL);
  return l ? place_addr(fn, place_of_local(l, ly)) : NULL;
}

/* The bytes of a string that nobody writes to, as a slice that is not nil. */
static IrValue *shared_bytes(Fn *fn, IrValue *s) {
  IrVar *p = ir_var_new(fn->f, &ir_shape_ptr, NULL);
  IrValue *ptr = extract(fn, s, 0, &ir_shape_ptr), *len = extract(fn, s, 1, &ir_shape_word);
  IrBlock *none = new_block(fn), *done = new_block(fn);
  none->unlikely = true;
  ir_var_write(fn->f, fn->b, p, ptr);
  ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, ptr), 0), none, done);
  start_block(fn, none);
  Type *empty = type_new_struct(NULL, 0, NULL);
  ir_var_write(fn->f, fn->b, p, with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, empty)));
  jump_to(fn, done);
  start_block(fn, done);
  return op3(fn, BC_MK3, &ir_shape_slice, ir_var_read(fn->f, fn->b, p), len, len);
}

IrValue *convert_text_in_frame(Fn *fn, IrValue *v, u8 esc, Type *from, Type *to) {
  const Layout *src = lower_layout(fn->lw, from), *dst = lower_layout(fn->lw, to);
  bool rune = dst->vc == VC_STRING && src->vc == VC_INT;
  bool string = dst->vc == VC_STRING && is_bytes(fn, src), bytes = src->vc == VC_STRING && is_bytes(fn, dst);
  if (bytes && esc & ESC_SHARED) return shared_bytes(fn, v);
  if (!(esc & ESC_SELF) || !(rune || string || bytes)) return NULL;
  IrValue *buf = text_buffer(fn, rune ? 1 : 4);
  if (!buf) return NULL;
  if (bytes) return op2(fn, BC_BYTES_STR_T, &ir_shape_slice, v, buf);
  return op2(fn, rune ? BC_STR_RUNE_T : BC_STR_BYTES_T, &ir_shape_str, v, buf);
}

/* string(b) where it is only looked at: b's own bytes. NULL when e is something else. */
IrValue *string_view(Fn *fn, Expr *e) {
  e = ast_unparen(e);
  if (e->n.kind != N_CallExpr || e->val || !is_conversion((CallExpr *)e)) return NULL;
  if (fn->memo.n && memo_find(fn, e)) return NULL;
  Expr *x = ((CallExpr *)e)->args.v[0];
  if (expr_layout(fn, e)->vc != VC_STRING || x->mode == TV_NILVALUE || x->val) return NULL;
  if (!is_bytes(fn, expr_layout(fn, x))) return NULL;
  IrValue *b = lower_expr(fn, x);
  set_pos(fn, e);
  return op2(fn, BC_MK2, &ir_shape_str, extract(fn, b, 0, &ir_shape_ptr), extract(fn, b, 1, &ir_shape_word));
}

static IrValue *slice_to_array(Fn *fn, IrValue *v, Array *a) {
  IrValue *p = op1(fn, BC_SLICE_ARR, &ir_shape_ptr, v);
  p->imm = a->len;
  return p;
}

IrValue *convert_explicit(Fn *fn, IrValue *v, Type *from, Type *to) {
  const Layout *src = lower_layout(fn->lw, from), *dst = lower_layout(fn->lw, to);
  if (dst->vc == VC_IFACE) return convert_implicit(fn, v, from, to);
  if ((src->vc == VC_INT || src->vc == VC_FLOAT) && (dst->vc == VC_INT || dst->vc == VC_FLOAT))
    return convert_number(fn, v, src, dst);
  if (src->vc == VC_COMPLEX && src->size != dst->size)
    return op1(fn, dst->size == 16 ? BC_C64_C128 : BC_C128_C64, &dst->shape, v);
  if (dst->vc == VC_STRING && src->vc != VC_STRING) return to_string(fn, v, src);
  if (dst->vc == VC_SLICE && src->vc == VC_STRING) {
    const Layout *e = fn_layout(fn, ((Slice *)dst->under)->elem);
    return op1(fn, e->size == 1 ? BC_BYTES_STR : BC_RUNES_STR, &ir_shape_slice, v);
  }
  if (src->vc == VC_SLICE && dst->under->kind == TYPE_POINTER)
    return slice_to_array(fn, v, (Array *)type_under(((Pointer *)dst->under)->base));
  if (src->vc == VC_SLICE && dst->under->kind == TYPE_ARRAY) {
    IrValue *p = slice_to_array(fn, v, (Array *)dst->under);
    return dst->shape.nslots ? load_mem(fn, p, 0, dst) : zero_value(fn, dst);
  }
  if (src->vc == VC_INT && dst->vc == VC_PTR && !(*ir_resolve(v)->shape->ptrs & 1))
    return op1(fn, BC_MOV, &ir_shape_ptr,
               v); /* a uintptr becomes a pointer: from here on maps have to mark it */
  if (src->vc == VC_PTR && dst->vc == VC_INT) /* a value of its own: maps mark the pointer, not its number */
    return op1(fn, BC_ADDI_64, &ir_shape_word, v);
  return recast(fn, v, &dst->shape);
}

/* ---- assertions ---- */
IrValue *assert_type_test(Fn *fn, IrValue *x, Type *iface, Type *want) {
  return op2(fn, BC_EQ_64, &ir_shape_word, iface_type_word(fn, x, iface), ld_type(fn, want));
}

static IrValue *assert_to_iface(Fn *fn, IrValue *x, Type *xt, Type *t, IrValue **ok) {
  IrValue *v = op1(fn, ok ? BC_ASSERT_I2 : BC_ASSERT_I, ok ? &ir_shape_3words_iface : &ir_shape_iface, x);
  v->imm = lower_type(fn->lw, t);
  v->u[0] = lower_layout(fn->lw, xt)->iface_has_methods;
  if (!ok) return v;
  *ok = extract(fn, v, 2, &ir_shape_word);
  return extract(fn, v, 0, &ir_shape_iface);
}

static void panic_dottype(Fn *fn, IrValue *x, Type *xt, Type *t) {
  bool has_methods = lower_layout(fn->lw, xt)->iface_has_methods;
  call_runtime(fn, has_methods ? "runtime.panicdottypeI" : "runtime.panicdottypeE", NULL, 3,
               extract(fn, x, 0, &ir_shape_ptr), ld_type(fn, t), ld_type(fn, xt));
  ir_term(fn->f, fn->b, BC_TRAP, 0);
}

/* x.(T); with ok, the comma-ok form: the zero value when the dynamic type is another. */
static IrValue *assert_value(Fn *fn, IrValue *x, Type *xt, Type *t, IrValue **ok) {
  const Layout *ly = lower_layout(fn->lw, t);
  if (ly->vc == VC_IFACE) return assert_to_iface(fn, x, xt, t, ok);
  IrBlock *yes = new_block(fn), *no = new_block(fn), *done = new_block(fn);
  IrValue *test = assert_type_test(fn, x, xt, t);
  if (!ok) {
    no->unlikely = true;
    ir_branch(fn->f, fn->b, test, yes, no);
    start_block(fn, no);
    panic_dottype(fn, x, xt, t);
    start_block(fn, yes);
    return iface_data(fn, extract(fn, x, 1, &ir_shape_ptr), ly);
  }
  IrVar *val = ir_var_new(fn->f, &ly->shape, NULL), *okv = ir_var_new(fn->f, &ir_shape_word, NULL);
  bool by_area = ly->vc == VC_AGG && ly->shape.nslots;
  IrLocal *area = by_area ? temp_local(fn, ly) : NULL;
  ir_branch(fn->f, fn->b, test, yes, no);
  for (int hit = 1; hit >= 0; hit--) {
    start_block(fn, hit ? yes : no);
    IrValue *v = hit ? iface_data(fn, extract(fn, x, 1, &ir_shape_ptr), ly) : zero_value(fn, ly);
    if (by_area) place_store(fn, place_of_local(area, ly), v);
    else if (ly->shape.nslots) ir_var_write(fn->f, fn->b, val, v);
    ir_var_write(fn->f, fn->b, okv, k64(fn, hit));
    jump_to(fn, done);
  }
  start_block(fn, done);
  *ok = ir_var_read(fn->f, fn->b, okv);
  if (by_area) return place_load(fn, place_of_local(area, ly));
  return ly->shape.nslots ? ir_var_read(fn->f, fn->b, val) : zero_value(fn, ly);
}

IrValue *lower_assert(Fn *fn, AssertExpr *a, IrValue **ok) {
  IrValue *x = lower_expr(fn, a->x);
  set_pos(fn, a);
  return assert_value(fn, x, expr_type(fn, a->x), expr_type(fn, a->type), ok);
}

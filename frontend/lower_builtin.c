/* lower_builtin.c - calls of predeclared functions and those of package unsafe.
 *
 * Statement-like functions (close, delete, print, panic ...) are split into operands and effect, because go
 * and defer evaluate the operands at once and run the effect later, in a thunk. print and println become the
 * sequence of runtime calls that gc's walk makes. */
#include "frontend/lower_priv.h"

static Type *arg_type(Fn *fn, CallExpr *c, u32 i) { return expr_type(fn, c->args.v[i]); }
static Type *core_under(Type *t) {
  Type *u = type_under(t);
  return u->kind == TYPE_INTERFACE ? type_core(t) : u;
}

/* ---- lengths ---- */
static IrValue *length(Fn *fn, CallExpr *c, bool cap) {
  Expr *x = c->args.v[0];
  Type *u = core_under(expr_type(fn, x));
  IrValue *v = lower_expr(fn, x);
  set_pos(fn, c);
  switch (u->kind) {
  case TYPE_MAP: return op1(fn, BC_MAPLEN, &ir_shape_word, v);
  case TYPE_CHAN: return op1(fn, cap ? BC_CHANCAP : BC_CHANLEN, &ir_shape_word, v);
  case TYPE_ARRAY: return k64(fn, ((Array *)u)->len);
  case TYPE_POINTER: return k64(fn, ((Array *)under_of(fn, ((Pointer *)u)->base))->len);
  default: return extract(fn, v, cap ? 2 : 1, &ir_shape_word);
  }
}

/* ---- making things ---- */
static IrValue *size_arg(Fn *fn, CallExpr *c, u32 i, IrValue *dflt) {
  if (c->args.n <= i) return dflt;
  Expr *e = c->args.v[i];
  if (!e->val) return lower_expr(fn, e);
  i64 k = 0;
  if (!const_int64_val(const_to_int(e->val), &k)) k = -1;
  return k64(fn, k);
}

/* make([]T, len, cap) with constants, when the elements may live in the frame; NULL: they may not. */
static IrValue *make_in_frame(Fn *fn, CallExpr *c, Type *elem) {
  i64 len, cap;
  const Expr *first = c->args.v[1], *last = c->args.v[c->args.n - 1];
  if (!(c->e.esc & ESC_SELF) || !first->val || !last->val) return NULL;
  if (!const_int64_val(const_to_int(first->val), &len) || !const_int64_val(const_to_int(last->val), &cap))
    return NULL;
  i64 size = lower_layout(fn->lw, elem)->size;
  if (len < 0 || len > cap || size == 0 || cap == 0 || cap > BIG_LOCAL / size) return NULL;
  set_pos(fn, c);
  IrValue *p = lower_alloc(fn, lower_layout(fn->lw, type_new_array(elem, cap)), true);
  return op3(fn, BC_MK3, &ir_shape_slice, p, k64(fn, len), k64(fn, cap));
}

static IrValue *make(Fn *fn, CallExpr *c) {
  Type *t = expr_type(fn, c->args.v[0]), *u = core_under(t);
  switch (u->kind) {
  case TYPE_SLICE: {
    IrValue *s = make_in_frame(fn, c, fn_type(fn, ((Slice *)u)->elem));
    if (s) return s;
    IrValue *len = size_arg(fn, c, 1, NULL), *cap = size_arg(fn, c, 2, len);
    set_pos(fn, c);
    return with_imm(op2(fn, BC_MAKESLICE, &ir_shape_slice, len, cap),
                    lower_type(fn->lw, fn_type(fn, ((Slice *)u)->elem)));
  }
  case TYPE_MAP: {
    IrValue *hint = size_arg(fn, c, 1, NULL);
    if (!hint) hint = k64(fn, 0);
    set_pos(fn, c);
    return with_imm(op1(fn, BC_MAKEMAP, &ir_shape_ptr, hint), lower_type(fn->lw, t));
  }
  default: {
    IrValue *size = size_arg(fn, c, 1, NULL);
    if (!size) size = k64(fn, 0);
    set_pos(fn, c);
    return with_imm(op1(fn, BC_MAKECHAN, &ir_shape_ptr, size), lower_type(fn->lw, t));
  }
  }
}

static IrValue *lower_new(Fn *fn, CallExpr *c) {
  Expr *x = c->args.v[0];
  Type *t = fn_type(fn, ((Pointer *)under_of(fn, c->e.type))->base);
  IrValue *init = x->mode == TV_TYPE ? NULL : lower_expr_to(fn, x, t);
  set_pos(fn, c);
  const Layout *ly = lower_layout(fn->lw, t);
  IrValue *p = lower_alloc(fn, ly, c->e.esc & ESC_SELF);
  if (init) store_mem(fn, p, 0, ly, init);
  return p;
}

/* ---- append and copy ---- */
/* The first two words of a slice, or a string: where the elements are. */
static IrValue *ptr_len(Fn *fn, IrValue *v) {
  if (v->shape->nslots == 2) return v;
  return op2(fn, BC_MK2, &ir_shape_str, extract(fn, v, 0, &ir_shape_ptr), extract(fn, v, 1, &ir_shape_word));
}

IrValue *append_values(Fn *fn, IrValue *slice, Type *elem, IrValue **vals, u32 n) {
  const Layout *ly = lower_layout(fn->lw, elem);
  IrValue *old = extract(fn, slice, 1, &ir_shape_word);
  IrValue *r = with_imm(op2(fn, BC_GROW, &ir_shape_slice, slice, k64(fn, n)), lower_type(fn->lw, elem));
  for (u32 i = 0; i < n && ly->shape.nslots; i++) {
    IrValue *at = i ? with_imm(op1(fn, BC_ADDI_64, &ir_shape_word, old), i) : old;
    place_store(fn, (Place){.kind = PL_SLICE, .base = r, .index = at, .ly = ly}, vals[i]);
  }
  return r;
}

static void panic_if(Fn *fn, IrValue *cond, const char *func);

/* append(s, make([]T, n)...) makes nothing: the operand is n zeros, for APPENDS a nil pointer and n. NULL: x
 * is something else. */
static IrValue *made_operand(Fn *fn, Expr *x) {
  BuiltinId id;
  x = ast_unparen(x);
  if (x->n.kind != N_CallExpr || is_conversion((CallExpr *)x) || !is_builtin_call((CallExpr *)x, &id))
    return NULL;
  CallExpr *m = (CallExpr *)x;
  if (id != B_MAKE || m->args.n != 2 || core_under(expr_type(fn, x))->kind != TYPE_SLICE) return NULL;
  IrValue *n = size_arg(fn, m, 1, NULL);
  set_pos(fn, m);
  if (!m->args.v[1]->val)
    panic_if(fn, op2(fn, BC_LT_I64, &ir_shape_word, n, k64(fn, 0)), "runtime.panicmakeslicelen");
  return op2(fn, BC_MK2, &ir_shape_str, ir_const(fn->f, fn->b, 0, &ir_shape_ptr), n);
}

static IrValue *append(Fn *fn, CallExpr *c) {
  Type *t = expr_type(fn, &c->e);
  Type *elem = fn_type(fn, ((Slice *)core_under(t))->elem);
  u32 n = c->args.n - 1;
  IrValue *s = lower_expr_to(fn, c->args.v[0], t);
  if (c->has_dots) {
    if (c->args.v[1]->mode == TV_NILVALUE) return s;
    IrValue *zeros = made_operand(fn, c->args.v[1]);
    if (zeros) return with_imm(op2(fn, BC_APPENDS, &ir_shape_slice, s, zeros), lower_type(fn->lw, elem));
    IrValue *more = lower_expr(fn, c->args.v[1]);
    set_pos(fn, c);
    return with_imm(op2(fn, BC_APPENDS, &ir_shape_slice, s, ptr_len(fn, more)), lower_type(fn->lw, elem));
  }
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  for (u32 i = 0; i < n; i++) vals[i] = lower_expr_to(fn, c->args.v[i + 1], elem);
  set_pos(fn, c);
  return n ? append_values(fn, s, elem, vals, n) : s;
}

static IrValue *copy_elems(Fn *fn, IrValue *dst, IrValue *src, Type *slice) {
  u32 elem = lower_type(fn->lw, fn_type(fn, ((Slice *)core_under(slice))->elem));
  return with_imm(op2(fn, BC_COPY, &ir_shape_word, dst, ptr_len(fn, src)), elem);
}

/* ---- clear ---- */
static void clear_slice(Fn *fn, IrValue *s, const Layout *ly) {
  if (ly->shape.nslots == 0) return;
  IrVar *iv = ir_var_new(fn->f, &ir_shape_word, NULL);
  IrBlock *head = new_block(fn), *body = new_block(fn), *done = new_block(fn);
  ir_var_write(fn->f, fn->b, iv, k64(fn, 0));
  jump_to(fn, head);
  fn->b = head;
  IrValue *i = ir_var_read(fn->f, fn->b, iv);
  ir_branch(fn->f, fn->b, op2(fn, BC_LT_I64, &ir_shape_word, i, extract(fn, s, 1, &ir_shape_word)), body,
            done);
  start_block(fn, body);
  place_store(fn, (Place){.kind = PL_SLICE, .base = s, .index = i, .ly = ly}, zero_value(fn, ly));
  ir_var_write(fn->f, fn->b, iv, with_imm(op1(fn, BC_ADDI_64, &ir_shape_word, i), 1));
  jump_to(fn, head);
  ir_seal(fn->f, head);
  start_block(fn, done);
}

/* ---- min and max ---- */
static IrValue *pick(Fn *fn, const Layout *ly, IrValue *a, IrValue *b, bool max) {
  if (ly->vc == VC_FLOAT) {
    u16 op = ly->size == 8 ? (max ? BC_MAX_F64 : BC_MIN_F64) : max ? BC_MAX_F32 : BC_MIN_F32;
    return op2(fn, op, &ir_shape_word, a, b);
  }
  IrVar *r = ir_var_new(fn->f, &ly->shape, NULL);
  IrBlock *take = new_block(fn), *done = new_block(fn);
  ir_var_write(fn->f, fn->b, r, a);
  ir_branch(fn->f, fn->b, compare_values(fn, max ? OP_GTR : OP_LSS, ly, b, a), take, done);
  start_block(fn, take);
  ir_var_write(fn->f, fn->b, r, b);
  jump_to(fn, done);
  start_block(fn, done);
  return ir_var_read(fn->f, fn->b, r);
}

static IrValue *min_max(Fn *fn, CallExpr *c, bool max) {
  Type *t = expr_type(fn, &c->e);
  const Layout *ly = lower_layout(fn->lw, t);
  IrValue *v[64] = {NULL};
  u32 n = c->args.n < ARRAY_LEN(v) ? c->args.n : ARRAY_LEN(v);
  for (u32 i = 0; i < n; i++) {
    Expr *x = c->args.v[i];
    v[i] = x->val ? const_value(fn, x->val, t) : lower_expr_to(fn, x, t);
  }
  set_pos(fn, c);
  IrValue *r = v[0];
  for (u32 i = 1; i < n; i++) r = pick(fn, ly, r, v[i], max);
  for (u32 i = n; i < c->args.n; i++) r = pick(fn, ly, r, lower_expr_to(fn, c->args.v[i], t), max);
  return r;
}

/* ---- complex ---- */
static IrValue *make_complex(Fn *fn, CallExpr *c) {
  const Layout *ly = expr_layout(fn, &c->e);
  Type *part = ly->size == 16 ? typ[BK_FLOAT64] : typ[BK_FLOAT32];
  IrValue *v[2];
  for (u32 i = 0; i < 2; i++) {
    Expr *x = c->args.v[i];
    v[i] = x->val ? const_value(fn, x->val, part) : lower_expr(fn, x);
  }
  set_pos(fn, c);
  return op2(fn, ly->size == 16 ? BC_MK2 : BC_MK_C64, &ly->shape, v[0], v[1]);
}

static IrValue *complex_part(Fn *fn, CallExpr *c, bool imag) {
  Expr *x = c->args.v[0];
  Type *t = expr_type(fn, x);
  if (lower_layout(fn->lw, t)->vc != VC_COMPLEX)
    t = expr_layout(fn, &c->e)->size == 8 ? typ[BK_COMPLEX128] : typ[BK_COMPLEX64];
  IrValue *v = x->val ? const_value(fn, x->val, t) : lower_expr(fn, x);
  set_pos(fn, c);
  if (v->shape->nslots == 2) return extract(fn, v, imag, &ir_shape_word);
  return op1(fn, imag ? BC_IM_C64 : BC_RE_C64, &ir_shape_word, v);
}

/* ---- unsafe ---- */
static void panic_if(Fn *fn, IrValue *cond, const char *func) {
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  ir_branch(fn->f, fn->b, cond, bad, ok);
  start_block(fn, bad);
  call_runtime(fn, func, NULL, 0);
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
}

/* unsafe.Slice and unsafe.String: the checks of runtime's unsafeslice and unsafestring. The length must be
 * positive and the bytes must not wrap around the address space, which with a nil pointer means that there
 * are none. */
static void check_unsafe_span(Fn *fn, IrValue *p, IrValue *len, i64 size, bool str) {
  const char *bad_len = str ? "runtime.panicunsafestringlen" : "runtime.panicunsafeslicelen";
  i64 max = size > 0 ? INT64_MAX / size : INT64_MAX;
  panic_if(fn, op2(fn, BC_LT_U64, &ir_shape_word, k64(fn, max), len), bad_len);
  if (size == 0) return;
  IrValue *bytes = size == 1 ? len : op2(fn, BC_MUL_64, &ir_shape_word, len, k64(fn, size));
  IrValue *room = op1(fn, BC_NEG_64, &ir_shape_word, p);
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  ir_branch(fn->f, fn->b, op2(fn, BC_LT_U64, &ir_shape_word, room, bytes), bad, ok);
  start_block(fn, bad);
  panic_if(fn, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, p), 0),
           str ? "runtime.panicunsafestringnilptr" : "runtime.panicunsafeslicenilptr");
  call_runtime(fn, bad_len, NULL, 0);
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
}

static IrValue *unsafe_span(Fn *fn, CallExpr *c, bool str) {
  IrValue *p = lower_expr(fn, c->args.v[0]), *len = size_arg(fn, c, 1, NULL);
  set_pos(fn, c);
  Type *elem = str ? typ[BK_UINT8] : fn_type(fn, ((Pointer *)core_under(arg_type(fn, c, 0)))->base);
  check_unsafe_span(fn, p, len, lower_layout(fn->lw, elem)->size, str);
  if (str) return op2(fn, BC_MK2, &ir_shape_str, p, len);
  return op3(fn, BC_MK3, &ir_shape_slice, p, len, len);
}

/* ---- print ---- */
static const char *print_func(const Layout *ly, Type *t) {
  if (ly->under->kind == TYPE_BASIC && ((Basic *)ly->under)->info & BI_BOOLEAN) return "runtime.printbool";
  switch (ly->vc) {
  case VC_INT:
    if (type_unalias(t)->kind == TYPE_NAMED && is_runtime_hex(t)) return "runtime.printhex";
    return ly->is_signed ? "runtime.printint" : "runtime.printuint";
  case VC_FLOAT: return ly->size == 8 ? "runtime.printfloat64" : "runtime.printfloat32";
  case VC_COMPLEX: return ly->size == 16 ? "runtime.printcomplex128" : "runtime.printcomplex64";
  case VC_STRING: return "runtime.printstring";
  case VC_SLICE: return "runtime.printslice";
  case VC_IFACE: return ly->iface_has_methods ? "runtime.printiface" : "runtime.printeface";
  default: return "runtime.printpointer";
  }
}

bool is_runtime_hex(Type *t) {
  Object *o = type_as_named(t)->obj;
  return atom_is(o->name, "hex") && o->pkg && atom_is(o->pkg->path, "runtime");
}

static void print_values(Fn *fn, bool ln, IrValue **vals, Type **types, u32 n) {
  call_runtime(fn, "runtime.printlock", NULL, 0);
  for (u32 i = 0; i < n; i++) {
    const Layout *ly = lower_layout(fn->lw, types[i]);
    if (ln && i) call_runtime(fn, "runtime.printsp", NULL, 0);
    call_runtime(fn, print_func(ly, types[i]), NULL, 1, vals[i]);
  }
  if (ln) call_runtime(fn, "runtime.printnl", NULL, 0);
  call_runtime(fn, "runtime.printunlock", NULL, 0);
}

/* ---- statements in two halves ---- */
u32 builtin_operands(Fn *fn, CallExpr *c, BuiltinId id, IrValue **vals, Type **types) {
  u32 n = c->args.n;
  for (u32 i = 0; i < n; i++) {
    Expr *x = c->args.v[i];
    types[i] = expr_type(fn, x);
    if (id == B_PANIC) types[i] = type_empty_interface;
    if (id == B_DELETE && i == 1) types[i] = fn_type(fn, ((Map *)core_under(types[0]))->key);
    if (id == B_COPY && x->mode == TV_NILVALUE) types[i] = types[0];
    vals[i] = lower_expr_to(fn, x, types[i]);
  }
  set_pos(fn, c);
  return n;
}

void builtin_effect(Fn *fn, CallExpr *c, BuiltinId id, IrValue **vals, Type **types, u32 n) {
  (void)c;
  switch (id) {
  case B_CLOSE: op1(fn, BC_CLOSE, &ir_shape_none, vals[0]); return;
  case B_DELETE:
    op2(fn, BC_MAPDEL, &ir_shape_none, vals[0], vals[1])->imm = lower_type(fn->lw, types[0]);
    return;
  case B_PANIC:
    ir_term(fn->f, fn->b, BC_PANIC, 1, vals[0]);
    set_unreachable(fn);
    return;
  case B_PRINT:
  case B_PRINTLN: print_values(fn, id == B_PRINTLN, vals, types, n); return;
  case B_RECOVER: op0(fn, BC_RECOVER, &ir_shape_iface); return;
  case B_COPY: copy_elems(fn, vals[0], vals[1], types[0]); return;
  case B_CLEAR: {
    Type *u = core_under(types[0]);
    if (u->kind == TYPE_MAP)
      op1(fn, BC_MAPCLEAR, &ir_shape_none, vals[0])->imm = lower_type(fn->lw, types[0]);
    else clear_slice(fn, vals[0], fn_layout(fn, ((Slice *)u)->elem));
    return;
  }
  default: BUG("predeclared function %d is no statement", id);
  }
}

static IrValue *statement(Fn *fn, CallExpr *c, BuiltinId id) {
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, c->args.n + 1);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, c->args.n + 1);
  u32 n = builtin_operands(fn, c, id, vals, types);
  builtin_effect(fn, c, id, vals, types, n);
  return NULL;
}

static IrValue *lower_copy(Fn *fn, CallExpr *c) {
  IrValue *v[2];
  Type *t[2];
  builtin_operands(fn, c, B_COPY, v, t);
  return copy_elems(fn, v[0], v[1], t[0]);
}

static IrValue *size_of(Fn *fn, CallExpr *c, bool align) {
  const Layout *ly = expr_layout(fn, c->args.v[0]);
  return k64(fn, align ? ly->align : ly->size);
}

static IrValue *offset_of(Fn *fn, CallExpr *c) {
  SelectorExpr *s = (SelectorExpr *)ast_unparen(c->args.v[0]);
  Type *t = deref_type(expr_type(fn, s->x));
  i64 off = 0;
  for (u32 i = 0; i < s->selection->nindex; i++) off += field_offset(fn, t, (u32)s->selection->index[i], &t);
  return k64(fn, off);
}

static IrValue *builtin_value(Fn *fn, CallExpr *c, BuiltinId id) {
  switch (id) {
  case B_APPEND: return append(fn, c);
  case B_CAP: return length(fn, c, true);
  case B_LEN: return length(fn, c, false);
  case B_COMPLEX: return make_complex(fn, c);
  case B_COPY: return lower_copy(fn, c);
  case B_IMAG: return complex_part(fn, c, true);
  case B_REAL: return complex_part(fn, c, false);
  case B_MAKE: return make(fn, c);
  case B_MAX: return min_max(fn, c, true);
  case B_MIN: return min_max(fn, c, false);
  case B_NEW: return lower_new(fn, c);
  case B_RECOVER: return op0(fn, BC_RECOVER, &ir_shape_iface);
  case B_ADD: {
    IrValue *p = lower_expr(fn, c->args.v[0]), *n = size_arg(fn, c, 1, NULL);
    set_pos(fn, c);
    return op2(fn, BC_ADDP, &ir_shape_ptr, p, n);
  }
  case B_ALIGNOF: return size_of(fn, c, true);
  case B_SIZEOF: return size_of(fn, c, false);
  case B_OFFSETOF: return offset_of(fn, c);
  case B_SLICE: return unsafe_span(fn, c, false);
  case B_STRING: return unsafe_span(fn, c, true);
  case B_SLICEDATA:
  case B_STRINGDATA: return extract(fn, lower_expr(fn, c->args.v[0]), 0, &ir_shape_ptr);
  default: return statement(fn, c, id);
  }
}

/* f(g()) where g has several results: a call with one operand per result. */
static CallExpr *spread_results(Fn *fn, CallExpr *c) {
  if (c->args.n != 1 || !c->args.v[0]->type || c->args.v[0]->type->kind != TYPE_TUPLE) return c;
  Expr *call = c->args.v[0];
  Tuple *t = (Tuple *)call->type;
  IrValue *all = lower_expr(fn, call);
  CallExpr *copy = arena_dup(&fn->lw->arena, c, sizeof *c);
  copy->args = (ExprList){NEW_ARRAY(&fn->lw->arena, Expr *, t->n), t->n, t->n};
  for (u32 i = 0; i < t->n; i++) {
    ParenExpr *p = NEW(&fn->lw->arena, ParenExpr);
    p->e = (Expr){.n = {N_ParenExpr, call->n.pos}, .mode = TV_VALUE, .type = t->vars[i]->type};
    copy->args.v[i] = &p->e;
    memo_push(fn, &p->e, results_at(fn, all, t, i));
  }
  return copy;
}

IrValue *lower_builtin(Fn *fn, CallExpr *c, BuiltinId id) {
  u32 memo = fn->memo.n;
  IrValue *v = builtin_value(fn, spread_results(fn, c), id);
  fn->memo.n = memo;
  return v;
}

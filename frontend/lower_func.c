/* lower_func.c - functions: parameters, results, the storage of variables, return, and the entry points of
 * lower.h.
 *
 * A variable is an SSA value when it is a scalar, string, slice, interface or a small struct that is never
 * assigned piecewise, a frame area when it is another struct or array, or is shared with a closure or has its
 * address taken but does not escape (escape.h), and a heap object when it escapes or is larger than BIG_LOCAL. In a function with defer statements
 * every result has a home in the frame (or a box whose address has one), because recover_block, which the VM
 * enters after a recovered panic, can read nothing else. */
#include "frontend/lower_priv.h"

/* ---- types ---- */
Type *fn_type(Fn *fn, Type *t) {
  if (!t) return NULL;
  if (fn->fi->targs && fn->fi->tparams) t = type_subst(t, fn->fi->tparams, fn->fi->targs);
  t = type_unalias(t);
  if (t->kind != TYPE_BASIC) return t;
  switch (((Basic *)t)->bkind) {
  case BK_UNTYPED_BOOL: return typ[BK_BOOL];
  case BK_UNTYPED_INT: return typ[BK_INT];
  case BK_UNTYPED_RUNE: return typ[BK_INT32];
  case BK_UNTYPED_FLOAT: return typ[BK_FLOAT64];
  case BK_UNTYPED_COMPLEX: return typ[BK_COMPLEX128];
  case BK_UNTYPED_STRING: return typ[BK_STRING];
  case BK_UNTYPED_NIL: return typ[BK_UNSAFEPOINTER];
  default: return t;
  }
}

const Layout *expr_layout(Fn *fn, const Expr *e) { return fn_layout(fn, e->type); }

Type *deref_type(Type *t) {
  Type *u = type_under(t);
  return u->kind == TYPE_POINTER ? ((Pointer *)u)->base : t;
}

Tuple *fn_tuple(Fn *fn, Tuple *t) {
  if (!t || !fn->fi->targs) return t;
  return (Tuple *)type_subst(&t->t, fn->fi->tparams, fn->fi->targs);
}

/* ---- emitting ---- */
static const u64 iface_bits[1] = {3};
const IrShape ir_shape_3words_iface = {3, iface_bits};

IrValue *zero_value(Fn *fn, const Layout *ly) {
  if (ly->shape.nslots == 0) return op0(fn, IR_UNDEF, &ly->shape);
  if (ly->shape.nslots == 1) return ir_const(fn->f, fn->b, 0, &ly->shape);
  IrValue *v = op0(fn, BC_ZERO, &ly->shape);
  v->u[0] = ly->shape.nslots;
  return v;
}

IrValue *tuple_value(Fn *fn, const IrShape *shape, IrValue **parts, u32 n) {
  IrValue **p = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  u32 k = 0;
  for (u32 i = 0; i < n; i++)
    if (parts[i]->shape->nslots) p[k++] = parts[i];
  if (k == 0) return op0(fn, IR_UNDEF, shape);
  if (k == 1) return recast(fn, p[0], shape);
  return ir_value_v(fn->f, fn->b, IR_TUPLE, shape, k, p);
}

IrValue *recast(Fn *fn, IrValue *v, const IrShape *shape) {
  if (v->shape == shape || shape->nslots == 0) return v;
  return op1(fn, IR_COPY, shape, v);
}

IrBlock *new_block(Fn *fn) { return ir_block_new(fn->f); }

void start_block(Fn *fn, IrBlock *b) {
  fn->b = b;
  ir_seal(fn->f, b);
}

void jump_to(Fn *fn, IrBlock *to) { ir_jump(fn->f, fn->b, to); }

void set_unreachable(Fn *fn) { start_block(fn, new_block(fn)); }

IrValue *ld_type(Fn *fn, Type *t) { return with_imm(op0(fn, BC_LDTY, &ir_shape_ptr), lower_type(fn->lw, t)); }

IrValue *call_index(Fn *fn, u32 func, const IrShape *result, IrValue **args, u32 nargs) {
  u32 slots = 0, k = 0;
  IrValue **a = NEW_ARRAY(&fn->f->arena, IrValue *, nargs + 1);
  for (u32 i = 0; i < nargs; i++) {
    if (!args[i] || args[i]->shape->nslots == 0) continue;
    slots += args[i]->shape->nslots;
    a[k++] = args[i];
  }
  IrValue *v = ir_value_v(fn->f, fn->b, BC_CALL, result ? result : &ir_shape_none, k, a);
  v->imm = func;
  v->u[0] = slots;
  v->u[1] = v->shape->nslots;
  return v;
}

IrValue *call_runtime(Fn *fn, const char *symbol, const IrShape *result, u32 nargs, ...) {
  IrValue *args[8];
  va_list ap;
  va_start(ap, nargs);
  for (u32 i = 0; i < nargs; i++) args[i] = va_arg(ap, IrValue *);
  va_end(ap);
  return call_index(fn, lower_runtime_func(fn->lw, symbol), result, args, nargs);
}

Fn *fn_new(Lower *lw, FuncInst *fi) {
  IrFunc *f = ir_func_new(fi->symbol, fi->name);
  Fn *fn = NEW(&f->arena, Fn);
  fn->lw = lw;
  fn->fi = fn->root_fi = fi;
  fn->f = f;
  fn->b = f->blocks.n ? f->blocks.v[0] : ir_block_new(f);
  ir_seal(f, fn->b);
  return fn;
}

void fn_emit(Fn *fn) {
  IrFunc *f = fn->f;
  for (u32 i = 0; i < fn->labels.n; i++) ir_seal(f, fn->labels.entries[i].val);
  if (!ir_block_done(fn->b)) ir_term(f, fn->b, BC_TRAP, 0);
  Err e = {0};
  if (!ir_emit(f, fn->lw->m, fn->fi->index, &e))
    diag_report(fn->lw->diags, f->pos, false, false, 0, "%s", e.msg);
  ptrmap_free(&fn->binds);
  ptrmap_free(&fn->labels);
  ir_func_free(f);
}

void fn_add_param(Fn *fn, const Layout *ly, u32 *slot, bool result) {
  IrFunc *f = fn->f;
  BcParam *p = &f->params[f->nparams + f->nresults];
  p->size = (u32)ly->size;
  p->align = (u8)ly->align;
  p->ext = ly->vc == VC_INT && ly->size < 8      ? (ly->is_signed ? 1 : 2)
           : ly->vc == VC_FLOAT && ly->size == 4 ? 2
                                                 : 0;
  p->slot = (u16)*slot;
  p->type = lower_type(fn->lw, ly->type);
  *slot += ly->shape.nslots;
  if (result) f->nresults++;
  else f->nparams++;
}

void fn_params_of(Fn *fn, Signature *sig, const Layout *recv) {
  IrFunc *f = fn->f;
  u32 np = sig->params ? sig->params->n : 0, nr = sig->results ? sig->results->n : 0, slot = 0;
  f->params = NEW_ARRAY(&f->arena, BcParam, np + nr + 2);
  if (recv) fn_add_param(fn, recv, &slot, false);
  for (u32 i = 0; i < np; i++) fn_add_param(fn, fn_layout(fn, sig->params->vars[i]->type), &slot, false);
  f->nargs = slot;
  slot = 0;
  for (u32 i = 0; i < nr; i++) fn_add_param(fn, fn_layout(fn, sig->results->vars[i]->type), &slot, true);
  f->nres = slot;
  if (sig->variadic) f->flags |= BCF_VARIADIC;
}

IrValue *fn_param(Fn *fn, const Layout *ly, u32 slot) {
  if (ly->shape.nslots == 0) return zero_value(fn, ly);
  return with_imm(op0(fn, IR_PARAM, &ly->shape), slot);
}

/* ---- variables ---- */
static bool room_for(const Fn *fn, const Layout *ly) {
  return ly->shape.nslots && ly->size <= BIG_LOCAL && fn->area_slots + ly->shape.nslots <= FRAME_AREAS;
}

IrLocal *addressed_local(Fn *fn, const Layout *ly, const Atom *name) {
  if (!room_for(fn, ly)) {
    fn->f->areas_always |= ly->shape.nslots != 0; /* what takes its place on the heap may hold addresses */
    return NULL;
  }
  IrLocal *l = ir_local_new(fn->f, &ly->shape, name);
  l->addressed = true;
  fn->area_slots += ly->shape.nslots;
  return l;
}

IrValue *lower_alloc(Fn *fn, const Layout *ly, bool in_frame) {
  IrLocal *l = in_frame ? addressed_local(fn, ly, NULL) : NULL;
  if (!l) return with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, ly->type));
  op0(fn, IR_ZERO_LOCAL, &ir_shape_none)->local = l;
  return place_addr(fn, place_of_local(l, ly));
}

/* Pointers to the variable exist. */
static bool needs_address(const Object *o, const Layout *ly) {
  const VarInfo *vi = o->lowered;
  return vi && (vi->addr_taken || (vi->captured && !var_by_value(vi, ly)));
}

bool var_boxed(Fn *fn, Object *o, const Layout *ly) {
  if (ly->size > BIG_LOCAL) return true;
  if (!needs_address(o, ly)) return false;
  bool in_frame = ((VarInfo *)o->lowered)->in_frame, room = room_for(fn, ly);
  fn->f->areas_always |= in_frame && !room;
  return !in_frame || !room;
}

Binding *bind_lookup(Fn *fn, Object *o) {
  Binding *b = ptrmap_get(&fn->binds, o);
  if (!b) BUG("variable %s has no storage in %s", o->name ? o->name->s : "?", fn->fi->symbol->s);
  return b;
}

/* Whether every part of the struct can be taken out of a value with an extract and perhaps a shift. */
static bool simple_parts(Fn *fn, Type *t) {
  Struct *s = (Struct *)type_under(t);
  for (u32 i = 0; i < s->nfields; i++) {
    Type *ft;
    i64 off = field_offset(fn, t, i, &ft);
    const Layout *ly = lower_layout(fn->lw, ft);
    if (ly->vc != VC_AGG || ly->shape.nslots == 0) continue;
    if (ly->under->kind != TYPE_STRUCT || off % 8 || ly->size % 8 || !simple_parts(fn, ft)) return false;
  }
  return true;
}

/* A small struct that is only read and assigned as a whole is an SSA value. */
static bool is_ssa_struct(Fn *fn, Object *o, const Layout *ly) {
  const VarInfo *vi = o->lowered;
  if (ly->under->kind != TYPE_STRUCT || ly->shape.nslots == 0 || ly->shape.nslots > SSA_STRUCT_SLOTS)
    return false;
  return vi && !vi->part_assigned && simple_parts(fn, ly->type);
}

static Binding *bind_new(Fn *fn, Object *o) {
  Binding *b = ptrmap_get(&fn->binds, o);
  if (b) return b;
  b = NEW(&fn->f->arena, Binding);
  b->ly = fn_layout(fn, o->type);
  if (var_boxed(fn, o, b->ly)) {
    b->kind = BIND_BOX;
    b->var = ir_var_new(fn->f, &ir_shape_ptr, o->name);
  } else if (needs_address(o, b->ly)) {
    b->kind = BIND_LOCAL;
    b->local = addressed_local(fn, b->ly, o->name);
  } else if (b->ly->vc == VC_AGG && !is_ssa_struct(fn, o, b->ly)) {
    b->kind = BIND_LOCAL;
    b->local = ir_local_new(fn->f, &b->ly->shape, o->name);
  } else {
    b->kind = BIND_SSA;
    b->var = ir_var_new(fn->f, &b->ly->shape, o->name);
  }
  ptrmap_set(&fn->binds, o, b);
  return b;
}

static IrValue *new_box(Fn *fn, const Layout *ly) {
  return with_imm(op0(fn, BC_NEW, &ir_shape_ptr), lower_type(fn->lw, ly->type));
}

Binding *var_declare(Fn *fn, Object *o) {
  Binding *b = bind_new(fn, o);
  if (b->kind == BIND_BOX) {
    IrValue *p = new_box(fn, b->ly);
    ir_var_write(fn->f, fn->b, b->var, p);
    if (b->local) op1(fn, IR_WRITE_LOCAL, &ir_shape_none, p)->local = b->local;
  }
  return b;
}

void var_declare_init(Fn *fn, Object *o, IrValue *v) {
  Binding *b = var_declare(fn, o);
  if (v) place_store(fn, place_of_obj(fn, o), v);
  else if (b->kind != BIND_BOX) place_zero(fn, place_of_obj(fn, o));
}

void var_fresh_copy(Fn *fn, Object *o) {
  Binding *b = ptrmap_get(&fn->binds, o);
  if (!b || b->kind != BIND_BOX) return;
  IrValue *old = place_load(fn, place_of_obj(fn, o));
  IrValue *p = new_box(fn, b->ly);
  store_mem(fn, p, 0, b->ly, old);
  ir_var_write(fn->f, fn->b, b->var, p);
}

IrLocal *temp_local(Fn *fn, const Layout *ly) { return ir_local_new(fn->f, &ly->shape, NULL); }

/* ---- results ---- */
static bool is_blank(const Object *o) { return !o->name || o->name->len == 0 || atom_is(o->name, "_"); }

/* Storage of result i: zeroed at entry. Results without a name need none unless something must find them. */
static void declare_result(Fn *fn, u32 i, Object *o) {
  const VarInfo *vi = o->lowered;
  const Layout *ly = fn->result_lys[i] = fn_layout(fn, o->type);
  if (is_blank(o) && !fn->has_defer && !(vi && vi->captured)) return;
  Binding *b = NEW(&fn->f->arena, Binding);
  b->ly = ly;
  bool shared = needs_address(o, ly);
  b->kind = var_boxed(fn, o, ly)                             ? BIND_BOX
            : shared || fn->has_defer || ly->vc == VC_AGG ? BIND_LOCAL
                                                             : BIND_SSA;
  if (b->kind == BIND_LOCAL)
    b->local = shared ? addressed_local(fn, ly, o->name) : ir_local_new(fn->f, &ly->shape, o->name);
  else b->var = ir_var_new(fn->f, b->kind == BIND_BOX ? &ir_shape_ptr : &ly->shape, o->name);
  if (b->kind == BIND_BOX && fn->has_defer) b->local = ir_local_new(fn->f, &ir_shape_ptr, o->name);
  ptrmap_set(&fn->binds, o, b);
  fn->results[i] = b;
  var_declare_init(fn, o, NULL);
}

static void declare_results(Fn *fn, Tuple *results) {
  u32 n = fn->nresults = results ? results->n : 0;
  fn->results = NEW_ARRAY(&fn->f->arena, Binding *, n + 1);
  fn->result_lys = NEW_ARRAY(&fn->f->arena, const Layout *, n + 1);
  fn->result_objs = results ? results->vars : NULL;
  for (u32 i = 0; i < n; i++) declare_result(fn, i, results->vars[i]);
}

static void ret(Fn *fn, IrValue **vals) {
  u32 slots = fn->f->nres;
  if (slots == 0) {
    ir_term(fn->f, fn->b, BC_RET0, 0);
  } else {
    IrValue *v = tuple_value(fn, results_shape(fn, fn->info && fn->info->sig ? fn->info->sig->results : NULL),
                             vals, fn->nresults);
    IrValue *t = ir_term(fn->f, fn->b, slots == 1 ? BC_RET1 : BC_RETN, 1, v);
    if (slots > 1) t->u[0] = slots;
  }
  set_unreachable(fn);
}

static IrValue **current_results(Fn *fn) {
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, fn->nresults + 1);
  for (u32 i = 0; i < fn->nresults; i++)
    vals[i] = fn->results[i] ? place_load(fn, place_of_obj(fn, fn->result_objs[i]))
                             : zero_value(fn, fn->result_lys[i]);
  return vals;
}

static bool any_result_boxed(Fn *fn) {
  for (u32 i = 0; i < fn->nresults; i++)
    if (fn->results[i] && fn->results[i]->kind == BIND_BOX) return true;
  return false;
}

void return_values(Fn *fn, IrValue **vals) {
  if (fn->info->is_range) {
    Tuple *rs = fn->info->root->sig ? fn->info->root->sig->results : NULL;
    for (u32 i = 0; vals && rs && i < rs->n; i++) place_store(fn, place_of_obj(fn, rs->vars[i]), vals[i]);
    range_body_return(fn);
    return;
  }
  if (fn->has_defer || any_result_boxed(fn)) {
    for (u32 i = 0; vals && i < fn->nresults; i++)
      if (fn->results[i]) place_store(fn, place_of_obj(fn, fn->result_objs[i]), vals[i]);
    if (fn->has_defer) {
      op0(fn, BC_RUNDEFERS, &ir_shape_none);
      vals = NULL;
    }
  }
  ret(fn, vals ? vals : current_results(fn));
}

/* After a recovered panic: run what is left of the deferred calls, return the results as they are. */
static void make_recover_block(Fn *fn) {
  IrBlock *b = new_block(fn);
  fn->f->recover_block = b;
  b->unlikely = true;
  start_block(fn, b);
  op0(fn, BC_RUNDEFERS, &ir_shape_none);
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, fn->nresults + 1);
  for (u32 i = 0; i < fn->nresults; i++) {
    Binding *r = fn->results[i];
    if (r->kind == BIND_BOX) {
      IrValue *box = op0(fn, IR_READ_LOCAL, r->local->shape);
      box->local = r->local;
      vals[i] = load_mem(fn, box, 0, r->ly);
    } else {
      vals[i] = place_load(fn, place_of_local(r->local, r->ly));
    }
  }
  ret(fn, vals);
}

/* ---- bodies ---- */
static void declare_param(Fn *fn, Object *o, u32 *slot) {
  const Layout *ly = fn_layout(fn, o->type);
  IrValue *v = fn_param(fn, ly, *slot);
  *slot += ly->shape.nslots;
  if (!is_blank(o)) var_declare_init(fn, o, v);
}

static void lower_body(Fn *fn, FnInfo *info, Signature *sig, BlockStmt *body) {
  fn->info = info;
  fn->has_defer = info->has_defer;
  if (fn->has_defer) fn->f->flags |= BCF_HASDEFER;
  fn_params_of(fn, sig, sig->recv ? fn_layout(fn, sig->recv->type) : NULL);
  u32 slot = 0;
  if (sig->recv) declare_param(fn, sig->recv, &slot);
  for (u32 i = 0; sig->params && i < sig->params->n; i++) declare_param(fn, sig->params->vars[i], &slot);
  bind_captures(fn);
  declare_results(fn, sig->results);
  if (info->next_var) var_declare_init(fn, info->next_var, NULL);
  if (info->defers_var) var_declare_init(fn, info->defers_var, NULL);
  lower_stmts(fn, &body->list);
  fn->f->cur_pos = body->rbrace;
  return_values(fn, NULL);
  if (fn->has_defer) make_recover_block(fn);
  fn->f->end = body->rbrace;
}

/* A function without a body: described, but provided by C or by another package's symbol. */
static void native_func(Lower *lw, FuncInst *fi, Signature *sig) {
  Fn *fn = fn_new(lw, fi);
  fn_params_of(fn, sig, sig->recv ? fn_layout(fn, sig->recv->type) : NULL);
  IrFunc *f = fn->f;
  escape_func(lw, fi->decl);
  escape_params(fi->decl, f->params, f->nparams);
  BcFunc *b = &lw->m->funcs.v[fi->index];
  *b =
      (BcFunc){.symbol = fi->symbol, .name = fi->name, .flags = f->flags | BCF_NATIVE, .recover_pc = BC_NONE};
  b->nargs = (u16)f->nargs;
  b->nres = (u16)f->nres;
  b->nslots = f->nargs > f->nres ? f->nargs : f->nres;
  b->nparams = f->nparams;
  b->nresults = f->nresults;
  b->params = arena_dup(&lw->m->arena, f->params, sizeof(BcParam) * (f->nparams + f->nresults));
  b->file = BC_NONE;
  ir_func_free(f);
}

void lower_func_body(Lower *lw, FuncInst *fi) {
  FuncDecl *d = fi->decl;
  Signature *sig = (Signature *)type_under(d->name->obj->type);
  if (!d->body) {
    native_func(lw, fi, sig);
    return;
  }
  if (!check_func_body(d->name->obj)) return; /* reported by the checker */
  FnInfo *info = analyze_func(lw, d);
  escape_func(lw, d);
  Fn *fn = fn_new(lw, fi);
  fn->f->pos = fn->f->cur_pos = d->d.n.pos;
  lower_body(fn, info, sig, d->body);
  escape_params(d, fn->f->params, fn->f->nparams);
  fn_emit(fn);
}

void lower_func_lit_generate(Lower *lw, FuncInst *fi) {
  InnerSpec *spec = fi->gen_data;
  FuncLit *l = (FuncLit *)spec->info->node;
  Fn *fn = fn_new(lw, fi);
  fn->f->pos = fn->f->cur_pos = l->e.n.pos;
  lower_body(fn, spec->info, spec->info->sig, l->body);
  fn_emit(fn);
}

static void lower_init_step(Fn *fn, InitStep *s) {
  IrValue *vals[64];
  Type *types[64];
  CHECK(s->nlhs <= ARRAY_LEN(vals));
  if (s->nlhs == 0) {
    lower_effect(fn, s->rhs);
    return;
  }
  for (u32 i = 0; i < s->nlhs; i++) types[i] = fn_type(fn, s->lhs[i]->type);
  if (s->nlhs == 1 && !atom_is(s->lhs[0]->name, "_") && is_big_copy(fn, s->rhs, types[0])) {
    Place p = place_of_obj(fn, s->lhs[0]);
    copy_big(fn, &p, s->rhs, types[0]);
    return;
  }
  lower_multi(fn, s->rhs, s->nlhs, types, vals);
  for (u32 i = 0; i < s->nlhs; i++)
    if (!atom_is(s->lhs[i]->name, "_")) place_store(fn, place_of_obj(fn, s->lhs[i]), vals[i]);
}

void lower_vars_init_generate(Lower *lw, FuncInst *fi) {
  Package *p = fi->gen_data;
  Fn *fn = fn_new(lw, fi);
  fn->info = analyze_package_vars(lw, p);
  escape_package_vars(lw, p, fn->info);
  FuncInst *root = NEW(&lw->arena, FuncInst);
  *root = *fi;
  root->symbol = root->name = atom_printf("%s.init", pkg_symbol_prefix(p)->s);
  fn->root_fi = root;
  for (u32 i = 0; i < p->init_order.n; i++) {
    InitStep *s = &p->init_order.v[i];
    if (s->nlhs == 1 && !s->lhs[0]->origin && lower_var_is_static(lw, s->lhs[0], s->rhs)) continue;
    if (s->nlhs >= 1) fn->f->cur_pos = s->lhs[0]->pos;
    lower_init_step(fn, s);
  }
  ir_term(fn->f, fn->b, BC_RET0, 0);
  fn_emit(fn);
}

/* lower_wrap.c - functions without source: method wrappers, bound methods (x.M as a value), and the thunks of
 * go and defer statements. All are flagged BCF_WRAPPER, so that recover() and runtime.Callers look through
 * them, and end in a tail call where the callee is known.
 *
 * A thunk reads what it needs from its closure, struct { F uintptr; X0, X1 ... }: the function value or
 * receiver first, then the arguments. Its ThunkSpec outlives the function that makes the closure. */
#include "frontend/lower_priv.h"

typedef struct ThunkSpec {
  CalleeKind kind;
  u32 func, method;
  Type *iface;
  Signature *sig;
  bool has_recv;     /* FUNC: X0 is the receiver */
  Type **parts;      /* types of the captured values */
  u32 nparts, nkeep; /* the last nkeep parts are only kept alive */
  CallExpr *builtin; /* a predeclared function instead */
  BuiltinId id;
} ThunkSpec;

/* ---- thunk bodies ---- */
static Fn *thunk_new(Lower *lw, FuncInst *fi) {
  Fn *fn = fn_new(lw, fi);
  fn->f->flags |= BCF_WRAPPER;
  return fn;
}

/* The captured values. */
static IrValue **thunk_parts(Fn *fn, Type **types, u32 n) {
  IrValue **v = NEW_ARRAY(&fn->f->arena, IrValue *, n + 1);
  if (n == 0) return v;
  fn->f->flags |= BCF_CLOSURE;
  IrValue *ctx = op0(fn, BC_GETCTX, &ir_shape_ptr);
  i64 *off = NEW_ARRAY(&fn->f->arena, i64, n + 1);
  struct_offsets((Struct *)closure_struct_type(fn->lw, types, n), off);
  for (u32 i = 0; i < n; i++) {
    const Layout *ly = lower_layout(fn->lw, types[i]);
    v[i] = ly->shape.nslots ? load_mem(fn, ctx, off[i + 1], ly) : zero_value(fn, ly);
  }
  return v;
}

/* Splits the parts into callee and arguments. */
static u32 thunk_callee(const ThunkSpec *s, Callee *c, IrValue **parts) {
  *c = (Callee){.kind = s->kind, .func = s->func, .method = s->method, .iface = s->iface, .sig = s->sig};
  if (s->kind != CALLEE_FUNC) c->fn = parts[0];
  else if (s->has_recv) c->recv = parts[0];
  return s->kind != CALLEE_FUNC || s->has_recv;
}

static void go_defer_generate(Lower *lw, FuncInst *fi) {
  ThunkSpec *s = fi->gen_data;
  Fn *fn = thunk_new(lw, fi);
  if (s->builtin) set_pos(fn, s->builtin);
  IrValue **parts = thunk_parts(fn, s->parts, s->nparts);
  if (s->builtin) {
    builtin_effect(fn, s->builtin, s->id, parts, s->parts, s->nparts);
    ir_term(fn->f, fn->b, BC_RET0, 0);
  } else {
    Callee c;
    u32 first = thunk_callee(s, &c, parts), n = s->nparts - s->nkeep;
    if (s->nkeep == 0) {
      tail_callee(fn, &c, parts + first, n - first);
    } else {
      call_callee(fn, &c, parts + first, n - first);
      for (u32 i = n; i < s->nparts; i++) op1(fn, BC_KEEP, &ir_shape_none, parts[i]);
      ir_term(fn->f, fn->b, BC_RET0, 0);
    }
  }
  fn_emit(fn);
}

static u32 go_defer_thunk(Fn *fn, ThunkSpec *s, bool is_defer) {
  FuncInst *root = fn->root_fi;
  u32 n = ++root->nwraps;
  const char *mid = is_defer ? "deferwrap" : "gowrap";
  FuncInst *fi = lower_new_func(fn->lw, atom_printf("%s.%s%u", root->symbol->s, mid, n),
                                atom_printf("%s.%s%u", root->name->s, mid, n));
  fi->pkg = fn->fi->pkg;
  fi->tparams = fn->fi->tparams;
  fi->targs = fn->fi->targs;
  fi->generate = go_defer_generate;
  fi->gen_data = s;
  return fi->index;
}

static void start_or_defer(Fn *fn, CallStmt *s, IrValue *closure) {
  set_pos(fn, s);
  if (s->tok == CALL_GO) {
    op1(fn, BC_GO, &ir_shape_none, closure);
  } else if (fn->info->is_range) {
    IrValue *token = place_load(fn, place_of_obj(fn, fn->info->root->defers_var));
    op2(fn, BC_DEFERAT, &ir_shape_none, token, closure);
  } else {
    op1(fn, BC_DEFER, &ir_shape_none, closure);
  }
}

static IrValue *thunk_closure(Fn *fn, CallStmt *st, ThunkSpec *s, IrValue **vals) {
  s->parts = arena_dup(&fn->lw->arena, s->parts, sizeof(Type *) * (s->nparts + 1));
  ThunkSpec *copy = arena_dup(&fn->lw->arena, s, sizeof *s);
  u32 func = go_defer_thunk(fn, copy, st->tok == CALL_DEFER);
  bool in_frame = ast_unparen(st->call)->esc & ESC_THUNK;
  return closure_of_values(fn, func, copy->parts, vals, s->nparts, in_frame);
}

static void go_defer_builtin(Fn *fn, CallStmt *st, CallExpr *call, BuiltinId id) {
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, call->args.n + 1);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, call->args.n + 1);
  u32 n = builtin_operands(fn, call, id, vals, types);
  ThunkSpec s = {.builtin = call, .id = id, .parts = types, .nparts = n};
  start_or_defer(fn, st, thunk_closure(fn, st, &s, vals));
}

void lower_go_defer(Fn *fn, CallStmt *st) {
  CallExpr *call = (CallExpr *)ast_unparen(st->call);
  BuiltinId id;
  if (is_builtin_call(call, &id)) {
    go_defer_builtin(fn, st, call, id);
    return;
  }
  Callee c;
  lower_callee(fn, call, &c);
  u32 np = c.sig->params ? c.sig->params->n : 0, nr = c.sig->results ? c.sig->results->n : 0;
  if (np == 0 && nr == 0 && c.kind != CALLEE_IFACE && !c.recv) {
    IrValue *f = c.kind == CALLEE_VALUE ? c.fn : with_imm(op0(fn, BC_LDFN, &ir_shape_ptr), c.func);
    start_or_defer(fn, st, f);
    return;
  }
  u32 most = np + 2 + call->args.n;
  IrValue **vals = NEW_ARRAY(&fn->f->arena, IrValue *, most),
          **keep = NEW_ARRAY(&fn->f->arena, IrValue *, most);
  Type **types = NEW_ARRAY(&fn->f->arena, Type *, most);
  ThunkSpec s = {
      .kind = c.kind, .func = c.func, .method = c.method, .iface = c.iface, .sig = c.sig, .parts = types};
  if (c.kind == CALLEE_IFACE) {
    op1(fn, BC_NILCHK, &ir_shape_none, extract(fn, c.fn, 0, &ir_shape_ptr));
    types[0] = c.iface;
    vals[s.nparts++] = c.fn;
  } else if (c.kind == CALLEE_VALUE) {
    types[0] = typ[BK_UNSAFEPOINTER];
    vals[s.nparts++] = c.fn;
  } else if (c.recv) {
    s.has_recv = true;
    types[0] = c.recv_type;
    vals[s.nparts++] = c.recv;
  }
  u32 memo = fn->memo.n;
  s.nkeep = keep_alive_operands(fn, call, &c, keep);
  lower_args(fn, call, c.sig, vals + s.nparts);
  fn->memo.n = memo;
  for (u32 i = 0; i < np; i++) types[s.nparts++] = fn_type(fn, c.sig->params->vars[i]->type);
  for (u32 i = 0; i < s.nkeep; i++) {
    types[s.nparts] = typ[BK_UNSAFEPOINTER];
    vals[s.nparts++] = keep[i];
  }
  start_or_defer(fn, st, thunk_closure(fn, st, &s, vals));
}

/* ---- bound methods ---- */
static IrValue **thunk_params(Fn *fn, Signature *sig, u32 slot) {
  u32 np = sig->params ? sig->params->n : 0;
  IrValue **args = NEW_ARRAY(&fn->f->arena, IrValue *, np + 1);
  for (u32 i = 0; i < np; i++) {
    const Layout *ly = fn_layout(fn, sig->params->vars[i]->type);
    args[i] = fn_param(fn, ly, slot);
    slot += ly->shape.nslots;
  }
  return args;
}

static void bound_method_generate(Lower *lw, FuncInst *fi) {
  ThunkSpec *s = fi->gen_data;
  Fn *fn = thunk_new(lw, fi);
  fn_params_of(fn, s->sig, NULL);
  IrValue **args = thunk_params(fn, s->sig, 0);
  IrValue **parts = thunk_parts(fn, s->parts, s->nparts);
  Callee c;
  thunk_callee(s, &c, parts);
  tail_callee(fn, &c, args, s->sig->params ? s->sig->params->n : 0);
  fn_emit(fn);
}

IrValue *bound_method(Fn *fn, const Callee *c, const Atom *name, bool in_frame) {
  Lower *lw = fn->lw;
  bool iface = c->kind == CALLEE_IFACE;
  const Atom *symbol, *shown;
  if (iface) {
    symbol = shown = atom_printf("%s.%s-fm", type_symbol(lw, c->iface)->s, name->s);
  } else {
    symbol = atom_printf("%s-fm", lw->m->funcs.v[c->func].symbol->s);
    shown = atom_printf("%s-fm", lw->m->funcs.v[c->func].name->s);
  }
  Type *part = iface ? c->iface : c->recv_type;
  FuncInst *fi = ptrmap_get(&lw->funcs_by_symbol, symbol);
  if (!fi) {
    ThunkSpec *s = NEW(&lw->arena, ThunkSpec);
    *s = (ThunkSpec){.kind = c->kind, .func = c->func, .method = c->method, .iface = c->iface, .sig = c->sig,
                     .has_recv = !iface, .parts = NEW_ARRAY(&lw->arena, Type *, 1), .nparts = 1};
    s->parts[0] = part;
    fi = lower_new_func(lw, symbol, shown);
    fi->pkg = fn->fi->pkg;
    fi->generate = bound_method_generate;
    fi->gen_data = s;
  }
  IrValue *v = iface ? c->fn : c->recv;
  return closure_of_values(fn, fi->index, &part, &v, 1, in_frame);
}

/* ---- method wrappers ---- */
static void panic_if_nil(Fn *fn, IrValue *p) {
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, p), 0), bad, ok);
  start_block(fn, bad);
  call_runtime(fn, "runtime.panicwrap", NULL, 0);
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
}

/* (*T).M for a method of T itself: a nil receiver is reported as gc's wrappers do. */
static bool wraps_value_method(const WrapSpec *s) {
  int *index;
  u32 n;
  bool indirect;
  if (type_under(s->recv)->kind != TYPE_POINTER) return false;
  Object *m = type_lookup(s->recv, true, s->pkg, s->name, &index, &n, &indirect);
  Signature *sig = (Signature *)type_under(obj_origin(m)->type);
  return n == 1 && sig->recv && type_unalias(sig->recv->type)->kind != TYPE_POINTER;
}

void lower_wrap_generate(Lower *lw, FuncInst *fi) {
  WrapSpec *s = fi->gen_data;
  Fn *fn = thunk_new(lw, fi);
  int *index;
  u32 n;
  bool indirect;
  Object *m = type_lookup(s->recv, true, s->pkg, s->name, &index, &n, &indirect);
  Signature *sig = (Signature *)type_under(m->type);
  Type *rt = s->iface_entry ? type_new_pointer(s->recv) : s->recv;
  const Layout *rly = lower_layout(lw, rt), *ly = lower_layout(lw, s->recv);
  fn_params_of(fn, sig, rly);
  IrValue *recv = fn_param(fn, rly, 0);
  IrValue **args = thunk_params(fn, sig, rly->shape.nslots);
  Callee c = {.sig = sig};
  if (s->iface_entry) {
    Place p = place_of_mem(recv, 0, ly);
    resolve_method(fn, &c, s->recv, s->pkg, s->name, &p, NULL);
  } else {
    if (wraps_value_method(s)) panic_if_nil(fn, recv);
    resolve_method(fn, &c, s->recv, s->pkg, s->name, NULL, recv);
  }
  tail_callee(fn, &c, args, sig->params ? sig->params->n : 0);
  fn_emit(fn);
}

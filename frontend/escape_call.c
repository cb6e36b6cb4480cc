/* escape_call.c - data flow of calls: arguments to parameters and results,
 * predeclared functions, conversions, go and defer, method values (call.go).
 *
 * Of a callee that is known the parameters' summary says where arguments flow,
 * or, when it belongs to the batch, its own locations do. Everything given to
 * an unknown callee flows to the heap. */
#include "frontend/escape_priv.h"

typedef struct Target { /* what is called */
  FuncDecl *decl;       /* a declared function or method, NULL */
  FnInfo *lit;          /* a function literal of the batch, NULL */
  Signature *sig;       /* as seen at the call */
  bool all_heap;        /* abi.EscapeNonString */
} Target;

bool esc_is_replaceable(const Esc *e, const FuncDecl *d) {
  const Package *p = d->name->obj->pkg;
  return e->lw->config->replaceable && !(p && p->is_std);
}

static bool in_batch(const Esc *e, const FuncDecl *d) {
  return ptrmap_has(e->batch, d) && !esc_is_replaceable(e, d);
}

FuncDecl *esc_callee_decl(Object *f) {
  f = obj_origin(f);
  return f->kind == OBJ_FUNC ? f->decl : NULL;
}

static bool known(const Target *t) { return t->decl || t->lit; }

/* The results' variables of a callee of the batch, NULL. */
static Tuple *batch_results(const Esc *e, const Target *t) {
  if (t->lit) return t->lit->sig->results;
  if (!t->decl || !in_batch(e, t->decl)) return NULL;
  return ((Signature *)type_under(t->decl->name->obj->type))->results;
}

static Object *batch_param(const Esc *e, const Target *t, u32 i, bool recv) {
  Signature *s = t->lit ? t->lit->sig : NULL;
  if (!s && in_batch(e, t->decl)) s = (Signature *)type_under(t->decl->name->obj->type);
  if (!s) return NULL;
  return recv ? s->recv : s->params->vars[i];
}

static bool is_unnamed(const Object *o) { return !o->name || o->name->len == 0 || atom_is(o->name, "_"); }

/* Where the argument for parameter i (or the receiver) flows. */
static EscHole param_hole(Esc *e, const Target *t, EscHole *ks, u32 nks, u32 i, bool recv) {
  if (t->all_heap || !known(t)) return heap_hole(e);
  Object *o = batch_param(e, t, i, recv);
  if (o) return is_unnamed(o) ? discard_hole(e) : hole(esc_var(e, o));
  const EscSummary *s = t->decl->esc;
  bool has_recv = t->decl->recv != NULL;
  u32 at = recv ? 0 : i + has_recv;
  if (!s || at >= s->n) return heap_hole(e);
  EscHole to[ESC_LEAKS];
  u32 n = 0;
  const u8 *l = s->params[at].v;
  if (l[ESC_LEAK_HEAP]) to[n++] = shift(heap_hole(e), l[ESC_LEAK_HEAP] - 1);
  if (l[ESC_LEAK_MUTATOR]) to[n++] = shift(mutator_hole(e), l[ESC_LEAK_MUTATOR] - 1);
  if (l[ESC_LEAK_CALLEE]) to[n++] = shift(hole(&e->callee), l[ESC_LEAK_CALLEE] - 1);
  for (u32 r = 0; ks && r < ESC_LEAKS - ESC_LEAK_RESULT; r++)
    if (l[ESC_LEAK_RESULT + r]) to[n++] = r < nks ? shift(ks[r], l[ESC_LEAK_RESULT + r] - 1) : heap_hole(e);
  return esc_tee(e, to, n);
}

/* ---- callees ---- */
static Name *func_name(Expr *x) {
  if (x->n.kind == N_IndexExpr) x = ast_unparen(((IndexExpr *)x)->x);
  if (x->n.kind == N_Name) return (Name *)x;
  if (x->n.kind == N_SelectorExpr && !((SelectorExpr *)x)->selection) return ((SelectorExpr *)x)->sel;
  return NULL;
}

Object *esc_static_method(Type *end, Object *m, i32 *delta) {
  *delta = 0;
  bool is_ptr = type_under(end)->kind == TYPE_POINTER && !esc_is_tparam(end);
  Type *base = is_ptr ? ((Pointer *)type_under(end))->base : end;
  if (esc_is_tparam(base) || type_is_interface(base)) return NULL;
  Signature *s = (Signature *)type_under(obj_origin(m)->type);
  bool ptr_recv = s->recv && type_unalias(s->recv->type)->kind == TYPE_POINTER;
  if (ptr_recv && !is_ptr) *delta = -1;
  if (!ptr_recv && is_ptr) *delta = 1;
  return esc_callee_decl(m) ? m : NULL;
}

static FnInfo *static_lit(Expr *f) {
  if (f->n.kind == N_FuncLit) return info_of(f);
  if (f->n.kind != N_Name) return NULL;
  Object *o = ((Name *)f)->obj;
  if (!o || o->kind != OBJ_VAR || o->varkind != VAR_LOCAL || !o->lowered) return NULL;
  const VarInfo *vi = o->lowered;
  return vi->lit && !vi->reassigned && !vi->addr_taken ? info_of(vi->lit) : NULL;
}

static bool is_escape_non_string(const Object *f) {
  return f->pkg && atom_is(f->pkg->path, "internal/abi") && atom_is(f->name, "EscapeNonString");
}

/* ---- arguments ---- */
/* uintptr(unsafe.Pointer(p)) given to a function that says so escapes. */
static void escaping_uintptr(Esc *e, const Target *t, Expr *arg) {
  if (!t->decl || !t->decl->pragma || !(t->decl->pragma->flags & PRAGMA_UINTPTRESCAPES)) return;
  arg = ast_unparen(arg);
  if (arg->n.kind != N_CallExpr || arg->val || !is_conversion((CallExpr *)arg)) return;
  Expr *p = ((CallExpr *)arg)->args.v[0];
  if (type_under(arg->type) == typ[BK_UINTPTR] && p->type && type_under(p->type) == typ[BK_UNSAFEPOINTER])
    esc_expr(e, heap_hole(e), p);
}

static Type *variadic_elem(Signature *s) {
  Type *u = esc_core(s->params->vars[s->params->n - 1]->type);
  return u->kind == TYPE_SLICE ? ((Slice *)u)->elem : typ[BK_UINT8];
}

static EscHole variadic_hole(Esc *e, EscHole k, CallExpr *c, Signature *s, u32 n) {
  EscHole args = esc_spill(e, k, &c->e, ESC_ARGS);
  i64 size = esc_sizeof(variadic_elem(s));
  if (size > 0 && n > BIG_LOCAL / size) esc_flow(e, shift(heap_hole(e), -1), args.dst);
  return args;
}

/* f(g()): the results of g are the arguments. */
static void spread_args(Esc *e, const Target *t, EscHole *ks, u32 nks, CallExpr *c, const EscHole *extra) {
  CallExpr *g = (CallExpr *)ast_unparen(c->args.v[0]);
  Tuple *rs = (Tuple *)c->args.v[0]->type;
  u32 np = t->sig->params->n;
  EscHole *to = NEW_ARRAY(&e->arena, EscHole, rs->n), rest = {0};
  for (u32 i = 0; i < rs->n; i++) {
    bool var = t->sig->variadic && i + 1 >= np;
    Type *pt = var ? variadic_elem(t->sig) : t->sig->params->vars[i]->type;
    EscHole k = var && rest.dst ? rest : param_hole(e, t, ks, nks, var ? np - 1 : i, false);
    if (extra) k = tee2(e, k, *extra);
    if (var && !rest.dst) k = rest = variadic_hole(e, k, c, t->sig, rs->n);
    to[i] = esc_converted(e, k, rs->vars[i]->type, pt);
  }
  esc_call(e, to, rs->n, g);
}

/* extra: also flows there (the closure of go and defer). */
static void call_args(Esc *e, const Target *t, EscHole *ks, u32 nks, CallExpr *c, u32 first,
                      const EscHole *extra) {
  Signature *s = t->sig;
  u32 np = s->params ? s->params->n : 0, n = c->args.n;
  if (n == 1 && c->args.v[0]->type && c->args.v[0]->type->kind == TYPE_TUPLE) {
    spread_args(e, t, ks, nks, c, extra);
    return;
  }
  bool spread = s->variadic && !c->has_dots;
  EscHole rest = {0};
  for (u32 i = first; i < n; i++) {
    Expr *arg = c->args.v[i];
    u32 p = i - first;
    escaping_uintptr(e, t, arg);
    bool var = spread && p + 1 >= np;
    if (!var || !rest.dst) {
      EscHole k = param_hole(e, t, ks, nks, var ? np - 1 : p, false);
      if (extra) k = tee2(e, k, *extra);
      if (var)
        rest = variadic_hole(e, k, c, s, n - i);
      else
        esc_expr_to(e, k, arg, s->params->vars[p]->type);
    }
    if (var) esc_expr_to(e, rest, arg, variadic_elem(s));
  }
}

static void flow_results(Esc *e, const Target *t, EscHole *ks, u32 nks) {
  Tuple *rs = batch_results(e, t);
  for (u32 i = 0; ks && rs && i < rs->n && i < nks; i++)
    if (ks[i].derefs < 0 || esc_has_ptrs(rs->vars[i]->type)) esc_flow(e, ks[i], esc_var(e, rs->vars[i]));
}

static bool any_result_used(const Esc *e, const EscHole *ks, u32 nks) {
  for (u32 i = 0; ks && i < nks; i++)
    if (ks[i].dst != &e->blank) return true;
  return false;
}

/* The call of a method x.M(): the receiver's flow. */
static void method_target(Esc *e, Target *t, EscHole *ks, u32 nks, SelectorExpr *s, const EscHole *extra) {
  Type *end;
  i32 delta;
  Selection *sel = s->selection;
  esc_path(discard_hole(e), s->x->type, sel, sel->nindex - 1, &end);
  Object *m = esc_static_method(end, sel->obj, &delta);
  t->decl = m ? esc_callee_decl(m) : NULL;
  EscHole k = param_hole(e, t, ks, nks, 0, true);
  if (extra) k = tee2(e, k, *extra);
  k = esc_path(shift(k, delta), s->x->type, sel, sel->nindex - 1, &end);
  esc_expr(e, k, s->x);
}

/* T.M(x, ...) with M declared for T itself: the receiver is the first argument.
 */
static bool method_expr_target(Esc *e, Target *t, EscHole *ks, u32 nks, SelectorExpr *s, CallExpr *c,
                               const EscHole *extra) {
  Selection *sel = s->selection;
  i32 delta;
  Object *m = sel->nindex == 1 ? esc_static_method(s->x->type, sel->obj, &delta) : NULL;
  if (!m || delta < 0 || c->args.n == 0 || c->args.v[0]->type->kind == TYPE_TUPLE) return false;
  t->decl = esc_callee_decl(m);
  t->sig = (Signature *)type_under(sel->obj->type);
  EscHole k = param_hole(e, t, ks, nks, 0, true);
  if (extra) k = tee2(e, k, *extra);
  esc_expr(e, shift(k, delta), c->args.v[0]);
  return true;
}

/* A call other than of a predeclared function. thunk: a closure that holds the
 * operands until they are used. */
static void call_func(Esc *e, EscHole *ks, u32 nks, CallExpr *c, const EscHole *thunk) {
  Expr *f = ast_unparen(c->fun);
  Target t = {.sig = (Signature *)esc_core(f->type)};
  Name *n = func_name(f);
  u32 first = 0;
  if (n && n->obj && n->obj->kind == OBJ_FUNC) {
    t.decl = esc_callee_decl(n->obj);
    if (is_escape_non_string(n->obj)) t.all_heap = true;
  } else if (f->n.kind == N_SelectorExpr && ((SelectorExpr *)f)->selection &&
             ((SelectorExpr *)f)->selection->kind == SEL_METHOD_VAL) {
    method_target(e, &t, ks, nks, (SelectorExpr *)f, thunk);
  } else if (f->n.kind == N_SelectorExpr && ((SelectorExpr *)f)->selection &&
             ((SelectorExpr *)f)->selection->kind == SEL_METHOD_EXPR) {
    first = method_expr_target(e, &t, ks, nks, (SelectorExpr *)f, c, thunk);
  } else {
    t.lit = static_lit(f);
    EscHole k = !t.lit && any_result_used(e, ks, nks) ? hole(&e->callee) : discard_hole(e);
    esc_expr(e, thunk ? tee2(e, k, *thunk) : k, f);
  }
  flow_results(e, &t, ks, nks);
  call_args(e, &t, ks, nks, c, first, thunk);
}

/* ---- conversions ---- */
typedef enum TextKind { TEXT_NO, TEXT_STRING, TEXT_BYTES, TEXT_RUNES, TEXT_INT } TextKind;
static TextKind text_kind(Type *t) {
  Type *u = esc_core(t);
  if (u->kind == TYPE_BASIC) {
    u32 info = ((Basic *)u)->info;
    return info & BI_STRING ? TEXT_STRING : info & BI_INTEGER ? TEXT_INT : TEXT_NO;
  }
  if (u->kind != TYPE_SLICE) return TEXT_NO;
  Type *elem = type_under(((Slice *)u)->elem);
  if (elem->kind != TYPE_BASIC) return TEXT_NO;
  return ((Basic *)elem)->bkind == BK_UINT8   ? TEXT_BYTES
         : ((Basic *)elem)->bkind == BK_INT32 ? TEXT_RUNES
                                              : TEXT_NO;
}

static void conversion(Esc *e, EscHole k, CallExpr *c) {
  Expr *x = c->args.v[0];
  Type *to = c->e.type, *from = x->type;
  if (type_is_interface(to) && !esc_is_tparam(to)) {
    esc_expr_to(e, k, x, to);
    return;
  }
  TextKind a = text_kind(from), b = text_kind(to);
  Type *fu = esc_core(from), *tu = esc_core(to);
  bool generic = esc_is_tparam(from) || esc_is_tparam(to);
  if (tu == typ[BK_UNSAFEPOINTER] && fu == typ[BK_UINTPTR]) {
    esc_unsafe_value(e, k, x);
  } else if (a != b && a != TEXT_NO && b != TEXT_NO && (a == TEXT_STRING || b == TEXT_STRING) && !generic) {
    esc_spill(e, k, &c->e, ESC_SELF);
    esc_discard(e, x);
  } else if (fu->kind == TYPE_SLICE && tu->kind == TYPE_ARRAY && !generic) {
    esc_expr(e, shift(k, 1), x);
  } else {
    esc_expr(e, k, x);
  }
}

/* ---- predeclared functions ---- */
static void append_call(Esc *e, EscHole k, CallExpr *c) {
  Type *u = esc_core(c->e.type), *elem = u->kind == TYPE_SLICE ? ((Slice *)u)->elem : typ[BK_UINT8];
  EscHole dst = tee2(e, k, mutator_hole(e));
  if (esc_has_ptrs(elem)) dst = tee2(e, dst, shift(heap_hole(e), 1));
  esc_expr_to(e, dst, c->args.v[0], c->e.type);
  for (u32 i = 1; i < c->args.n; i++) {
    if (!c->has_dots)
      esc_expr_to(e, heap_hole(e), c->args.v[i], elem);
    else
      esc_expr(e, esc_has_ptrs(elem) ? shift(heap_hole(e), 1) : discard_hole(e), c->args.v[i]);
  }
}

static void make_call(Esc *e, EscHole k, CallExpr *c) {
  Type *u = esc_core(c->e.type);
  if (u->kind == TYPE_SLICE) {
    EscHole s = esc_spill(e, k, &c->e, ESC_SELF);
    Expr *n = c->args.v[c->args.n - 1];
    i64 cap, size = esc_sizeof(((Slice *)u)->elem);
    bool fits = n->val && const_int64_val(const_to_int(n->val), &cap) && cap >= 0 && size != 0 &&
                cap <= BIG_LOCAL / (size > 0 ? size : 1);
    if (!fits) esc_flow(e, shift(heap_hole(e), -1), s.dst);
  }
  for (u32 i = 1; i < c->args.n; i++) esc_discard(e, c->args.v[i]);
}

static void new_call(Esc *e, EscHole k, CallExpr *c) {
  Expr *x = c->args.v[0];
  Type *base = ((Pointer *)type_under(c->e.type))->base;
  EscHole p = esc_spill(e, k, &c->e, ESC_SELF);
  if (esc_sizeof(base) > BIG_LOCAL) esc_flow(e, shift(heap_hole(e), -1), p.dst);
  if (x->mode != TV_TYPE) esc_expr_to(e, p, x, base);
}

static void builtin_args(Esc *e, CallExpr *c, EscHole k) {
  for (u32 i = 0; i < c->args.n; i++) esc_expr(e, k, c->args.v[i]);
}

/* f(g()) with the results of g as operands of a predeclared function: all of
 * them to the heap. */
static bool spread_builtin(Esc *e, CallExpr *c) {
  if (c->args.n != 1 || !c->args.v[0]->type || c->args.v[0]->type->kind != TYPE_TUPLE) return false;
  Tuple *rs = (Tuple *)c->args.v[0]->type;
  EscHole *to = NEW_ARRAY(&e->arena, EscHole, rs->n);
  for (u32 i = 0; i < rs->n; i++) to[i] = heap_hole(e);
  esc_call(e, to, rs->n, (CallExpr *)ast_unparen(c->args.v[0]));
  return true;
}

static void builtin(Esc *e, EscHole k, CallExpr *c, BuiltinId id) {
  if (spread_builtin(e, c)) return;
  switch (id) {
  case B_APPEND: append_call(e, k, c); return;
  case B_COPY: {
    Type *src = esc_core(c->args.v[1]->type);
    bool ptrs = src->kind == TYPE_SLICE && esc_has_ptrs(((Slice *)src)->elem);
    esc_expr(e, mutator_hole(e), c->args.v[0]);
    esc_expr(e, ptrs ? shift(heap_hole(e), 1) : discard_hole(e), c->args.v[1]);
    return;
  }
  case B_PANIC: esc_expr_to(e, heap_hole(e), c->args.v[0], type_empty_interface); return;
  case B_CLEAR: builtin_args(e, c, mutator_hole(e)); return;
  case B_DELETE: {
    Type *u = esc_core(c->args.v[0]->type);
    esc_discard(e, c->args.v[0]);
    esc_expr_to(e, discard_hole(e), c->args.v[1], u->kind == TYPE_MAP ? ((Map *)u)->key : NULL);
    return;
  }
  case B_MIN:
  case B_MAX:
  case B_STRINGDATA:
  case B_SLICEDATA: builtin_args(e, c, k); return;
  case B_ADD:
  case B_SLICE:
  case B_STRING:
    esc_expr(e, k, c->args.v[0]);
    esc_discard(e, c->args.v[1]);
    return;
  case B_MAKE: make_call(e, k, c); return;
  case B_NEW: new_call(e, k, c); return;
  case B_SIZEOF:
  case B_ALIGNOF:
  case B_OFFSETOF: return;
  default: builtin_args(e, c, discard_hole(e)); return;
  }
}

void esc_call(Esc *e, EscHole *ks, u32 nks, CallExpr *c) {
  BuiltinId id;
  if (is_conversion(c))
    conversion(e, ks ? ks[0] : discard_hole(e), c);
  else if (is_builtin_call(c, &id))
    builtin(e, ks && nks ? ks[0] : discard_hole(e), c, id);
  else
    call_func(e, ks, nks, c, NULL);
}

/* ---- go, defer, method values ---- */
void esc_go_defer(Esc *e, CallStmt *s) {
  CallExpr *c = (CallExpr *)ast_unparen(s->call);
  BuiltinId id;
  EscHole k = heap_hole(e);
  if (s->tok == CALL_DEFER && e->depth == 1 && !e->fn->is_range) k = hole(esc_loc(e));
  if (is_builtin_call(c, &id)) {
    EscHole thunk = esc_spill(e, k, &c->e, ESC_THUNK);
    if (spread_builtin(e, c)) return;
    for (u32 i = 0; i < c->args.n; i++) {
      EscHole to = id == B_PANIC            ? heap_hole(e)
                   : id == B_COPY && i == 1 ? shift(heap_hole(e), 1)
                                            : mutator_hole(e);
      Type *t = c->args.v[i]->type;
      if (id == B_PANIC) t = type_empty_interface;
      if (id == B_DELETE && i == 1) t = ((Map *)esc_core(c->args.v[0]->type))->key;
      esc_expr_to(e, tee2(e, thunk, to), c->args.v[i], t);
    }
    return;
  }
  Expr *f = ast_unparen(c->fun);
  Signature *sig = (Signature *)esc_core(f->type);
  bool method = f->n.kind == N_SelectorExpr && ((SelectorExpr *)f)->selection &&
                ((SelectorExpr *)f)->selection->kind == SEL_METHOD_VAL;
  if (!method && !(sig->params && sig->params->n) && !(sig->results && sig->results->n)) {
    esc_expr(e, k, f);
    return;
  }
  EscHole thunk = esc_spill(e, k, &c->e, ESC_THUNK);
  i64 size = method ? esc_sizeof(f->type) : 0;
  for (u32 i = 0; sig->params && i < sig->params->n; i++) size += esc_sizeof(sig->params->vars[i]->type);
  if (size > BIG_LOCAL / 2) esc_flow(e, shift(heap_hole(e), -1), thunk.dst);
  call_func(e, NULL, 0, c, &thunk);
}

void esc_method_value(Esc *e, EscHole k, SelectorExpr *s) {
  Selection *sel = s->selection;
  Type *end;
  i32 delta;
  EscHole closure = esc_spill(e, k, &s->e, ESC_SELF), ks[8];
  esc_path(closure, s->x->type, sel, sel->nindex - 1, &end);
  Object *m = esc_static_method(end, sel->obj, &delta);
  Type *held = m && delta > 0 ? ((Pointer *)type_under(end))->base : end;
  if (!(m && delta < 0) && esc_sizeof(held) > BIG_LOCAL - 8)
    esc_flow(e, shift(heap_hole(e), -1), closure.dst);
  Target t = {.decl = m ? esc_callee_decl(m) : NULL, .sig = (Signature *)type_under(sel->obj->type)};
  u32 n = t.sig->results ? t.sig->results->n : 0;
  if (n > ARRAY_LEN(ks)) n = ARRAY_LEN(ks);
  for (u32 i = 0; i < n; i++) ks[i] = heap_hole(e);
  EscHole to = tee2(e, param_hole(e, &t, ks, n, 0, true), closure);
  esc_expr(e, esc_path(shift(to, delta), s->x->type, sel, sel->nindex - 1, &end), s->x);
}

/* The call of an iterator function with the closure of a loop's body. */
void esc_range_call(Esc *e, Expr *fun, EscLoc *body) {
  Expr *f = ast_unparen(fun);
  Target t = {.sig = (Signature *)esc_core(f->type)};
  Name *n = func_name(f);
  if (n && n->obj && n->obj->kind == OBJ_FUNC) {
    t.decl = esc_callee_decl(n->obj);
  } else if (f->n.kind == N_SelectorExpr && ((SelectorExpr *)f)->selection &&
             ((SelectorExpr *)f)->selection->kind == SEL_METHOD_VAL) {
    Selection *sel = ((SelectorExpr *)f)->selection;
    Type *end;
    i32 delta;
    esc_path(discard_hole(e), ((SelectorExpr *)f)->x->type, sel, sel->nindex - 1, &end);
    Object *m = esc_static_method(end, sel->obj, &delta);
    t.decl = m ? esc_callee_decl(m) : NULL;
  } else {
    t.lit = static_lit(f);
  }
  esc_discard(e, f);
  esc_flow(e, shift(param_hole(e, &t, NULL, 0, 0, false), -1), body);
}

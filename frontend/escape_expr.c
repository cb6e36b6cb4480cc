/* escape_expr.c - data flow of expressions, and of places that are assigned to
 * (expr.go, assign.go).
 *
 * Implicit operations that gc's IR has as nodes are found from the types here:
 * conversions to interfaces, dereferences in selectors, addresses taken by
 * slicing an array. Where a type depends on a type argument the flow is the
 * union of what its instances do. */
#include "frontend/escape_priv.h"

/* ---- types ---- */
Type *esc_core(Type *t) {
  Type *c = type_core(t);
  return c ? c : type_under(t);
}

/* Facts about named types are found once: types may hold others along
 * exponentially many paths. */
enum { FACT_KNOWN = 1, FACT_TPARAM = 2, FACT_PTRS = 4 };
static PtrMap facts;
void esc_forget_types(void) { ptrmap_free(&facts); }

static bool has_tparam(Type *t);
static bool has_ptrs(Type *t);

static u32 type_facts(Type *t) {
  u32 f = (u32)(uintptr_t)ptrmap_get(&facts, t);
  if (f) return f;
  f = FACT_KNOWN | (has_tparam(t) ? FACT_TPARAM : 0) | (has_ptrs(t) ? FACT_PTRS : 0);
  ptrmap_set(&facts, t, (void *)(uintptr_t)f);
  return f;
}

bool esc_has_tparam(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_TYPEPARAM) return true;
  return t->kind == TYPE_NAMED ? type_facts(t) & FACT_TPARAM : has_tparam(t);
}

static bool has_tparam(Type *t) {
  Type *u = type_under(t);
  if (u->kind == TYPE_ARRAY) return esc_has_tparam(((Array *)u)->elem);
  if (u->kind != TYPE_STRUCT) return false;
  Struct *s = (Struct *)u;
  for (u32 i = 0; i < s->nfields; i++)
    if (esc_has_tparam(s->fields[i]->type)) return true;
  return false;
}

i64 esc_sizeof(Type *t) {
  if (!esc_has_tparam(t)) return type_sizeof(t);
  Type *c = esc_is_tparam(t) ? type_core(t) : NULL;
  return c && !esc_has_tparam(c) ? type_sizeof(c) : -1;
}

bool esc_has_ptrs(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_TYPEPARAM) {
    Type *c = type_core(t);
    return !c || c->kind == TYPE_INTERFACE || esc_has_ptrs(c);
  }
  return t->kind == TYPE_NAMED ? type_facts(t) & FACT_PTRS : has_ptrs(t);
}

static bool has_ptrs(Type *t) {
  Type *u = t->kind == TYPE_TUPLE ? t : type_under(t);
  switch (u->kind) {
  case TYPE_BASIC: {
    BasicKind k = ((Basic *)u)->bkind;
    return k == BK_STRING || k == BK_UNSAFEPOINTER || k == BK_UNTYPED_STRING || k == BK_UNTYPED_NIL;
  }
  case TYPE_ARRAY: return ((Array *)u)->len != 0 && esc_has_ptrs(((Array *)u)->elem);
  case TYPE_STRUCT:
    for (u32 i = 0; i < ((Struct *)u)->nfields; i++)
      if (esc_has_ptrs(((Struct *)u)->fields[i]->type)) return true;
    return false;
  default: return true;
  }
}

/* The data word of an interface is the value itself. */
static bool is_direct(Type *t) {
  Type *u = type_under(t);
  switch (u->kind) {
  case TYPE_POINTER:
  case TYPE_CHAN:
  case TYPE_MAP:
  case TYPE_SIGNATURE: return true;
  case TYPE_BASIC: return ((Basic *)u)->bkind == BK_UNSAFEPOINTER;
  case TYPE_ARRAY: return ((Array *)u)->len == 1 && is_direct(((Array *)u)->elem);
  case TYPE_STRUCT: return ((Struct *)u)->nfields == 1 && is_direct(((Struct *)u)->fields[0]->type);
  default: return false;
  }
}

BoxKind esc_box_kind(Type *from, Type *to) {
  if (!to || !from || esc_is_tparam(to) || !type_is_interface(to)) return BOX_NONE;
  if (esc_has_tparam(from)) return BOX_EITHER;
  from = type_unalias(from);
  if (from == typ[BK_UNTYPED_NIL] || type_is_interface(from) || is_direct(from)) return BOX_NONE;
  return BOX_COPY;
}

/* ---- conversions ---- */
static EscHole boxed(Esc *e, EscHole k, Expr *x, BoxKind kind) {
  EscHole box = esc_spill(e, k, x, ESC_BOX);
  i64 size = esc_sizeof(x->type);
  if (size > BIG_LOCAL) esc_flow(e, shift(heap_hole(e), -1), box.dst);
  return kind == BOX_EITHER ? tee2(e, k, box) : box;
}

void esc_expr_to(Esc *e, EscHole k, Expr *x, Type *to) {
  if (x->val || x->mode == TV_NILVALUE) return;
  BoxKind kind = esc_box_kind(x->type, to);
  esc_expr(e, kind == BOX_NONE ? k : boxed(e, k, x, kind), x);
}

EscHole esc_converted(Esc *e, EscHole k, Type *from, Type *to) {
  switch (esc_box_kind(from, to)) {
  case BOX_NONE: return k;
  case BOX_COPY: return heap_hole(e);
  default: return tee2(e, k, heap_hole(e));
  }
}

bool esc_is_header_data(Expr *x) {
  x = ast_unparen(x);
  if (x->n.kind != N_SelectorExpr) return false;
  const SelectorExpr *s = (SelectorExpr *)x;
  if (!s->selection || s->selection->kind != SEL_FIELD || !atom_is(s->sel->name, "Data") || !s->x->type)
    return false;
  Type *t = type_unalias(s->x->type);
  if (t->kind == TYPE_POINTER) t = type_unalias(((Pointer *)t)->base);
  const Object *o = t->kind == TYPE_NAMED ? ((Named *)t)->obj : NULL;
  return o && o->pkg && atom_is(o->pkg->path, "reflect") &&
         (atom_is(o->name, "SliceHeader") || atom_is(o->name, "StringHeader"));
}

/* uintptrs that become pointers: flows through arithmetic (unsafeValue). */
void esc_unsafe_value(Esc *e, EscHole k, Expr *x) {
  x = ast_unparen(x);
  if (x->val) return;
  if (x->n.kind == N_CallExpr && is_conversion((CallExpr *)x)) {
    Expr *from = ((CallExpr *)x)->args.v[0];
    Type *u = from->type ? type_under(from->type) : NULL;
    if (u && (u == typ[BK_UNSAFEPOINTER] || esc_is_tparam(from->type)))
      esc_expr(e, k, from);
    else
      esc_discard(e, from);
    return;
  }
  if (esc_is_header_data(x)) {
    SelectorExpr *s = (SelectorExpr *)x;
    bool ptr = type_under(s->x->type)->kind == TYPE_POINTER;
    esc_expr(e, shift(k, ptr), s->x);
    return;
  }
  if (x->n.kind != N_Operation) {
    esc_discard(e, x);
    return;
  }
  Operation *o = (Operation *)x;
  switch (o->op) {
  case OP_ADD:
  case OP_SUB:
  case OP_OR:
  case OP_XOR:
  case OP_MUL:
  case OP_DIV:
  case OP_REM:
  case OP_AND:
  case OP_ANDNOT:
    if (!o->y && (o->op == OP_MUL || o->op == OP_AND)) break;
    esc_unsafe_value(e, k, o->x);
    if (o->y) esc_unsafe_value(e, k, o->y);
    return;
  case OP_SHL:
  case OP_SHR:
    esc_unsafe_value(e, k, o->x);
    esc_discard(e, o->y);
    return;
  default: break;
  }
  esc_discard(e, x);
}

/* ---- selectors ---- */
static Type *pointer_base(Type *t) {
  Type *u = esc_core(t);
  return u->kind == TYPE_POINTER ? ((Pointer *)u)->base : NULL;
}

EscHole esc_path(EscHole k, Type *t, const Selection *s, u32 n, Type **end) {
  for (u32 i = 0; i < n; i++) {
    Type *base = pointer_base(t);
    if (base) k = shift(k, 1), t = base;
    Type *u = esc_core(t);
    CHECK(u->kind == TYPE_STRUCT);
    t = ((Struct *)u)->fields[s->index[i]]->type;
  }
  *end = t;
  return k;
}

static void selector(Esc *e, EscHole k, SelectorExpr *s) {
  if (!s->selection) return; /* of another package */
  Type *end;
  switch (s->selection->kind) {
  case SEL_FIELD:
    esc_expr(e, esc_path(k, s->x->type, s->selection, s->selection->nindex, &end), s->x);
    return;
  case SEL_METHOD_VAL: esc_method_value(e, k, s); return;
  default: return;
  }
}

/* ---- literals ---- */
static Expr *elem_value(Expr *x) { return x->n.kind == N_KeyValueExpr ? ((KeyValueExpr *)x)->value : x; }

static Type *field_type(Struct *s, Expr *elem, u32 i) {
  if (elem->n.kind != N_KeyValueExpr) return s->fields[i]->type;
  const Name *key = (Name *)((KeyValueExpr *)elem)->key;
  for (u32 k = 0; k < s->nfields; k++)
    if (s->fields[k]->name == key->name) return s->fields[k]->type;
  BUG("no field %s", key->name->s);
}

static i64 literal_len(CompositeLit *l) {
  i64 n = 0, next = 0;
  for (u32 i = 0; i < l->elems.n; i++) {
    Expr *x = l->elems.v[i];
    i64 k = next;
    if (x->n.kind == N_KeyValueExpr && ((KeyValueExpr *)x)->key->val)
      const_int64_val(const_to_int(((KeyValueExpr *)x)->key->val), &k);
    next = k + 1;
    if (next > n) n = next;
  }
  return n;
}

static void limit_size(Esc *e, EscLoc *l, i64 n, Type *elem) {
  i64 size = esc_sizeof(elem);
  if (n > BIG_LOCAL || (size > 0 && n > BIG_LOCAL / size)) esc_flow(e, shift(heap_hole(e), -1), l);
}

/* The elements of l as a value of type t. */
static void literal(Esc *e, EscHole k, CompositeLit *l, Type *t) {
  Type *u = esc_core(t);
  switch (u->kind) {
  case TYPE_STRUCT:
    for (u32 i = 0; i < l->elems.n; i++)
      esc_expr_to(e, k, elem_value(l->elems.v[i]), field_type((Struct *)u, l->elems.v[i], i));
    return;
  case TYPE_MAP:
    for (u32 i = 0; i < l->elems.n; i++) {
      KeyValueExpr *kv = (KeyValueExpr *)l->elems.v[i];
      esc_expr_to(e, heap_hole(e), kv->key, ((Map *)u)->key);
      esc_expr_to(e, heap_hole(e), kv->value, ((Map *)u)->elem);
    }
    return;
  case TYPE_SLICE:
    k = esc_spill(e, k, &l->e, ESC_SELF);
    limit_size(e, k.dst, literal_len(l), ((Slice *)u)->elem);
    break;
  default: break;
  }
  Type *elem = u->kind == TYPE_SLICE ? ((Slice *)u)->elem : ((Array *)u)->elem;
  for (u32 i = 0; i < l->elems.n; i++) esc_expr_to(e, k, elem_value(l->elems.v[i]), elem);
}

/* &T{...}, written or elided. */
static void pointer_literal(Esc *e, EscHole k, CompositeLit *l, Type *t) {
  EscHole lit = esc_spill(e, k, &l->e, ESC_ADDR);
  limit_size(e, lit.dst, 1, t);
  literal(e, lit, l, t);
}

void esc_func_lit(Esc *e, EscHole k, FuncLit *l) {
  FnInfo *info = info_of(l), *outer = e->fn;
  k = esc_spill(e, k, &l->e, ESC_SELF);
  k.dst->closure = info;
  VEC_PUSH(&e->arena, &e->closures, ((EscClosure){k, info}));
  i32 depth = e->depth;
  e->fn = info;
  e->depth = 1;
  esc_init_params(e, info);
  esc_block(e, &l->body->list);
  e->fn = outer;
  e->depth = depth;
}

/* ---- operators ---- */
static bool is_string(Type *t) {
  Type *u = t ? type_under(t) : NULL;
  return u && u->kind == TYPE_BASIC && ((Basic *)u)->info & BI_STRING;
}

static void address_of(Esc *e, EscHole k, Expr *x) {
  x = ast_unparen(x);
  if (x->n.kind == N_CompositeLit)
    pointer_literal(e, k, (CompositeLit *)x, x->type);
  else
    esc_expr(e, shift(k, -1), x);
}

static void operation(Esc *e, EscHole k, Operation *o) {
  if (!o->y) {
    if (o->op == OP_AND)
      address_of(e, k, o->x);
    else if (o->op == OP_MUL)
      esc_expr(e, shift(k, 1), o->x);
    else
      esc_discard(e, o->x);
    return;
  }
  if (o->op == OP_ADD && is_string(o->e.type)) esc_spill(e, k, &o->e, ESC_SELF);
  esc_discard(e, o->x);
  esc_discard(e, o->y);
}

static void index_expr(Esc *e, EscHole k, IndexExpr *x) {
  if (!x->x->type || x->x->mode == TV_TYPE || x->x->mode == TV_BUILTIN) return;
  Type *u = esc_core(x->x->type);
  switch (u->kind) {
  case TYPE_SIGNATURE: return; /* an instance of a generic function */
  case TYPE_MAP:
    esc_discard(e, x->x);
    esc_expr_to(e, discard_hole(e), x->index, ((Map *)u)->key);
    return;
  case TYPE_ARRAY:
  case TYPE_INTERFACE: esc_expr(e, k, x->x); break; /* the latter: a type parameter without core type */
  default: esc_expr(e, shift(k, 1), x->x); break;
  }
  esc_discard(e, x->index);
}

static void slice_expr(Esc *e, EscHole k, SliceExpr *s) {
  bool array = esc_core(s->x->type)->kind == TYPE_ARRAY;
  esc_expr(e, array ? shift(k, -1) : k, s->x);
  for (u32 i = 0; i < 3; i++)
    if (s->index[i]) esc_discard(e, s->index[i]);
}

static void assertion(Esc *e, EscHole k, AssertExpr *a) {
  if (esc_box_kind(a->type->type, type_empty_interface) == BOX_COPY) k = shift(k, 1);
  esc_expr(e, k, a->x);
}

void esc_expr(Esc *e, EscHole k, Expr *x) {
  x = ast_unparen(x);
  if (x->val || x->mode == TV_NILVALUE || x->mode == TV_TYPE) return;
  if (k.derefs >= 0 && x->type && x->type->kind != TYPE_TUPLE && !esc_has_ptrs(x->type)) k = discard_hole(e);
  switch (x->n.kind) {
  case N_Name: {
    Object *o = ((Name *)x)->obj;
    if (o && o->kind == OBJ_VAR && o->varkind != VAR_PACKAGE) esc_flow(e, k, esc_var(e, o));
    return;
  }
  case N_FuncLit: esc_func_lit(e, k, (FuncLit *)x); return;
  case N_CompositeLit: {
    Type *base = !((CompositeLit *)x)->type ? pointer_base(x->type) : NULL;
    if (base)
      pointer_literal(e, k, (CompositeLit *)x, base);
    else
      literal(e, k, (CompositeLit *)x, x->type);
    return;
  }
  case N_SelectorExpr: selector(e, k, (SelectorExpr *)x); return;
  case N_IndexExpr: index_expr(e, k, (IndexExpr *)x); return;
  case N_SliceExpr: slice_expr(e, k, (SliceExpr *)x); return;
  case N_AssertExpr: assertion(e, k, (AssertExpr *)x); return;
  case N_Operation: operation(e, k, (Operation *)x); return;
  case N_CallExpr:
    if (k.derefs < 0) k.derefs = 0; /* an element of a call's result, whose type is a type parameter */
    esc_call(e, &k, 1, (CallExpr *)x);
    return;
  case N_BasicLit: return;
  default: BUG("expression node %d", x->n.kind);
  }
}

/* ---- places ---- */
static void mutate(Esc *e, i32 derefs, Expr *x) { esc_expr(e, shift(mutator_hole(e), derefs), x); }

static EscHole addr_selector(Esc *e, SelectorExpr *s) {
  if (!s->selection) return heap_hole(e);
  Type *t = s->x->type;
  i32 derefs = 0, last = -1; /* pointers passed on the path; before the last of them */
  for (u32 i = 0; i < s->selection->nindex; i++) {
    Type *base = pointer_base(t);
    if (base) last = derefs++, t = base;
    t = ((Struct *)esc_core(t))->fields[s->selection->index[i]]->type;
  }
  if (last < 0) return esc_addr(e, s->x);
  mutate(e, last, s->x);
  return heap_hole(e);
}

EscHole esc_addr(Esc *e, Expr *x) {
  x = ast_unparen(x);
  switch (x->n.kind) {
  case N_Name: {
    Object *o = ((Name *)x)->obj;
    if (!o) return discard_hole(e);
    return o->varkind == VAR_PACKAGE ? heap_hole(e) : hole(esc_var(e, o));
  }
  case N_SelectorExpr: return addr_selector(e, (SelectorExpr *)x);
  case N_IndexExpr: {
    IndexExpr *i = (IndexExpr *)x;
    Type *u = esc_core(i->x->type);
    if (u->kind == TYPE_MAP) {
      esc_discard(e, i->x);
      esc_expr_to(e, heap_hole(e), i->index, ((Map *)u)->key);
      return heap_hole(e);
    }
    esc_discard(e, i->index);
    if (u->kind == TYPE_ARRAY) return esc_addr(e, i->x);
    mutate(e, 0, i->x);
    return heap_hole(e);
  }
  case N_Operation: mutate(e, 0, ((Operation *)x)->x); return heap_hole(e);
  default: return heap_hole(e);
  }
}

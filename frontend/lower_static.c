/* lower_static.c - data laid out at compile time: initial values of package variables and read-only literals.
 *
 * Follows cmd/compile/internal/staticinit: constants, nil, names of functions, addresses of variables and of
 * literals, and composite literals of these. First static_ok() decides without changing anything, then put()
 * writes the bytes and relocations of a global. Inside functions literals may only be static when sharing
 * them cannot be seen: no addresses. A package variable is laid out when something first refers to it
 * (lower_static_var), so unused tables cost nothing. */
#include "frontend/lower_priv.h"

#define STATIC_MIN_ELEMS 4

typedef struct Static {
  Lower *lw;
  Fn *fn;         /* for fn_type */
  bool in_func;   /* the literal is evaluated many times: no addresses of new variables */
} Static;

typedef struct Data { /* a global being filled */
  u32 g;
  u8 *bytes;
  VEC(BcReloc) relocs;
} Data;

static Type *st_type(Static *s, const Expr *e) { return fn_type(s->fn, e->type); }

/* ---- what can be static ---- */
static bool static_ok(Static *s, Expr *e, Type *t);

static bool literal_ok(Static *s, CompositeLit *l, Type *t) {
  Type *u = type_under(t);
  Type *elem = NULL;
  if (u->kind == TYPE_ARRAY) elem = ((Array *)u)->elem;
  else if (u->kind == TYPE_SLICE && !s->in_func) elem = ((Slice *)u)->elem;
  else if (u->kind != TYPE_STRUCT) return false;
  if (elem) elem = fn_type(s->fn, elem);
  for (u32 i = 0; i < l->elems.n; i++) {
    Expr *e = l->elems.v[i];
    KeyValueExpr *kv = e->n.kind == N_KeyValueExpr ? (KeyValueExpr *)e : NULL;
    Type *et = elem;
    if (!elem) {
      Struct *st = (Struct *)u;
      u32 k = i;
      if (kv)
        for (k = 0; k < st->nfields && st->fields[k]->name != ((Name *)kv->key)->name; k++) {}
      et = fn_type(s->fn, st->fields[k]->type);
    }
    if (!static_ok(s, kv ? kv->value : e, et)) return false;
  }
  return true;
}

static Object *plain_func(Expr *e) {
  Object *o = NULL;
  if (e->n.kind == N_Name && !((Name *)e)->inst) o = ((Name *)e)->obj;
  if (e->n.kind == N_SelectorExpr && !((SelectorExpr *)e)->selection && !((SelectorExpr *)e)->sel->inst)
    o = ((SelectorExpr *)e)->sel->obj;
  return o && o->kind == OBJ_FUNC ? o : NULL;
}

static Object *package_var(Expr *e) {
  Object *o = NULL;
  if (e->n.kind == N_Name) o = ((Name *)e)->obj;
  if (e->n.kind == N_SelectorExpr && !((SelectorExpr *)e)->selection) o = ((SelectorExpr *)e)->sel->obj;
  return o && o->kind == OBJ_VAR && o->varkind == VAR_PACKAGE ? o : NULL;
}

static bool address_ok(Static *s, Expr *x, Type *base) {
  x = ast_unparen(x);
  if (s->in_func) return false;
  if (package_var(x)) return true;
  return x->n.kind == N_CompositeLit && literal_ok(s, (CompositeLit *)x, base);
}

static Type *ptr_base(Static *s, Type *t) { return fn_type(s->fn, ((Pointer *)type_under(t))->base); }

/* e converted to type t can be laid out. */
static bool static_ok(Static *s, Expr *e, Type *t) {
  e = ast_unparen(e);
  if (e->mode == TV_NILVALUE) return true;
  if (e->val) return lower_layout(s->lw, t)->size > 0;
  if (!e->type || e->type->kind == TYPE_TUPLE) return false;
  Type *et = st_type(s, e);
  const Layout *ly = lower_layout(s->lw, et), *dst = lower_layout(s->lw, t);
  if (dst->vc == VC_IFACE && (ly->vc == VC_IFACE || !ly->direct_iface)) return false;
  switch (e->n.kind) {
  case N_CompositeLit:
    if (ly->under->kind == TYPE_POINTER)
      return !s->in_func && literal_ok(s, (CompositeLit *)e, ptr_base(s, et));
    return literal_ok(s, (CompositeLit *)e, et);
  case N_Operation:
    return ((Operation *)e)->op == OP_AND && !((Operation *)e)->y && ly->under->kind == TYPE_POINTER &&
           address_ok(s, ((Operation *)e)->x, ptr_base(s, et));
  case N_Name:
  case N_SelectorExpr: return plain_func(e) != NULL;
  default: return false;
  }
}

/* ---- laying out ---- */
static void put(Static *s, Data *d, i64 off, Expr *e, Type *t);
static void put_literal(Static *s, Data *d, i64 off, CompositeLit *l, Type *t);

static Data data_begin(Static *s, u32 g, Type *t) {
  i64 size = lower_layout(s->lw, t)->size;
  return (Data){.g = g, .bytes = arena_alloc(&s->lw->m->arena, (size_t)(size ? size : 1))};
}

static void data_end(Static *s, Data *d, Type *t) {
  BcGlobal *g = &s->lw->m->globals.v[d->g];
  g->init = d->bytes;
  g->ninit = (u32)lower_layout(s->lw, t)->size;
  g->relocs = d->relocs.v;
  g->nrelocs = d->relocs.n;
}

static void reloc(Static *s, Data *d, i64 off, BcRelocKind kind, u32 index) {
  VEC_PUSH(&s->lw->m->arena, &d->relocs, (BcReloc){.offset = (u64)off, .kind = kind, .index = index});
}

static void put_word(Data *d, i64 off, u64 v) { memcpy(d->bytes + off, &v, 8); }

static u64 float_word(const Const *c, i64 size) {
  u64 u = 0;
  c = const_to_float(c);
  if (size == 4) {
    float f = const_float32_val(c);
    memcpy(&u, &f, 4);
  } else {
    double f = const_float64_val(c);
    memcpy(&u, &f, 8);
  }
  return u;
}

static void put_string(Static *s, Data *d, i64 off, const Atom *str) {
  if (str->len == 0) return;
  reloc(s, d, off, BCR_STRING, lower_string(s->lw, str->s, str->len));
  put_word(d, off + 8, str->len);
}

static void put_const(Static *s, Data *d, i64 off, const Const *c, Type *t) {
  const Layout *ly = lower_layout(s->lw, t);
  u64 u = 0;
  switch (ly->vc) {
  case VC_STRING: put_string(s, d, off, const_string_val(c)); return;
  case VC_FLOAT: u = float_word(c, ly->size); break;
  case VC_COMPLEX: {
    c = const_to_complex(c);
    u64 re = float_word(const_real(c), ly->size / 2), im = float_word(const_imag(c), ly->size / 2);
    memcpy(d->bytes + off, &re, (size_t)ly->size / 2);
    memcpy(d->bytes + off + ly->size / 2, &im, (size_t)ly->size / 2);
    return;
  }
  default:
    if (const_kind(c) == CONST_BOOL) {
      u = const_bool_val(c);
    } else {
      i64 i = 0;
      c = const_to_int(c);
      if (const_int64_val(c, &i)) u = (u64)i;
      else CHECK(const_uint64_val(c, &u));
    }
  }
  memcpy(d->bytes + off, &u, (size_t)ly->size);
}

static u32 new_literal(Static *s, CompositeLit *l, Type *t) {
  u32 g = lower_static(s->lw, t, NULL);
  Data d = data_begin(s, g, t);
  put_literal(s, &d, 0, l, t);
  data_end(s, &d, t);
  return g;
}

static void put_literal_elems(Static *s, Data *d, i64 off, CompositeLit *l, Type *elem) {
  i64 size = lower_layout(s->lw, elem)->size, next = 0;
  for (u32 i = 0; i < l->elems.n; i++) {
    Expr *e = l->elems.v[i];
    if (e->n.kind == N_KeyValueExpr) {
      CHECK(const_int64_val(const_to_int(((KeyValueExpr *)e)->key->val), &next));
      e = ((KeyValueExpr *)e)->value;
    }
    put(s, d, off + next++ * size, e, elem);
  }
}

static i64 elems_len(CompositeLit *l) {
  i64 next = 0, n = 0;
  for (u32 i = 0; i < l->elems.n; i++) {
    Expr *e = l->elems.v[i];
    if (e->n.kind == N_KeyValueExpr)
      CHECK(const_int64_val(const_to_int(((KeyValueExpr *)e)->key->val), &next));
    if (++next > n) n = next;
  }
  return n;
}

static void put_slice(Static *s, Data *d, i64 off, CompositeLit *l, Type *elem) {
  i64 n = elems_len(l);
  Type *at = type_new_array(elem, n);
  u32 g = lower_static(s->lw, at, NULL);
  Data back = data_begin(s, g, at);
  put_literal_elems(s, &back, 0, l, elem);
  data_end(s, &back, at);
  reloc(s, d, off, BCR_GLOBAL, g);
  put_word(d, off + 8, (u64)n);
  put_word(d, off + 16, (u64)n);
}

static void put_literal(Static *s, Data *d, i64 off, CompositeLit *l, Type *t) {
  Type *u = type_under(t);
  if (u->kind == TYPE_ARRAY) {
    put_literal_elems(s, d, off, l, fn_type(s->fn, ((Array *)u)->elem));
    return;
  }
  if (u->kind == TYPE_SLICE) {
    put_slice(s, d, off, l, fn_type(s->fn, ((Slice *)u)->elem));
    return;
  }
  Struct *st = (Struct *)u;
  for (u32 i = 0; i < l->elems.n; i++) {
    Expr *e = l->elems.v[i];
    u32 k = i;
    if (e->n.kind == N_KeyValueExpr) {
      const Atom *name = ((Name *)((KeyValueExpr *)e)->key)->name;
      for (k = 0; st->fields[k]->name != name; k++) {}
      e = ((KeyValueExpr *)e)->value;
    }
    Type *ft;
    i64 at = field_offset(s->fn, t, k, &ft);
    if (!atom_is(st->fields[k]->name, "_")) put(s, d, off + at, e, ft);
  }
}

static void put_iface(Static *s, Data *d, i64 off, Expr *e, Type *t) {
  Type *et = st_type(s, e);
  if (lower_layout(s->lw, t)->iface_has_methods) reloc(s, d, off, BCR_ITAB, lower_itab(s->lw, t, et));
  else reloc(s, d, off, BCR_TYPE, lower_type(s->lw, et));
  if (e->val) reloc(s, d, off + 8, BCR_GLOBAL, lower_static_const(s->lw, e->val, et));
  else put(s, d, off + 8, e, et);
}

static void put(Static *s, Data *d, i64 off, Expr *e, Type *t) {
  e = ast_unparen(e);
  if (e->mode == TV_NILVALUE) return;
  Type *et = st_type(s, e);
  if (lower_layout(s->lw, t)->vc == VC_IFACE) {
    put_iface(s, d, off, e, t);
  } else if (e->val) {
    put_const(s, d, off, e->val, t);
  } else if (e->n.kind == N_CompositeLit) {
    bool ptr = type_under(et)->kind == TYPE_POINTER;
    if (ptr) reloc(s, d, off, BCR_GLOBAL, new_literal(s, (CompositeLit *)e, ptr_base(s, et)));
    else put_literal(s, d, off, (CompositeLit *)e, et);
  } else if (e->n.kind == N_Operation) {
    Expr *x = ast_unparen(((Operation *)e)->x);
    Object *v = package_var(x);
    reloc(s, d, off, BCR_GLOBAL,
          v ? lower_global(s->lw, v) : new_literal(s, (CompositeLit *)x, ptr_base(s, et)));
  } else {
    reloc(s, d, off, BCR_FUNCVAL, lower_func(s->lw, plain_func(e), NULL));
  }
}

/* ---- entry points ---- */
static Static static_context(Lower *lw, Fn *fn, FuncInst *none) {
  *fn = (Fn){.lw = lw, .fi = none};
  return (Static){.lw = lw, .fn = fn};
}

bool lower_static_init(Lower *lw, u32 g, Expr *x, Type *t) {
  FuncInst none = {0};
  Fn fn;
  Static s = static_context(lw, &fn, &none);
  if (!static_ok(&s, x, t)) return false;
  Data d = data_begin(&s, g, t);
  put(&s, &d, 0, x, t);
  data_end(&s, &d, t);
  return true;
}

bool lower_var_is_static(Lower *lw, Object *var, Expr *init) {
  FuncInst none = {0};
  Fn fn;
  Static s = static_context(lw, &fn, &none);
  return !atom_is(var->name, "_") && static_ok(&s, init, var->type);
}

void lower_static_var(Lower *lw, Object *var, u32 g) {
  Package *p = var->pkg;
  if (!ptrmap_has(&lower_shared.var_inits, p)) {
    ptrmap_set(&lower_shared.var_inits, p, p);
    for (u32 i = 0; i < p->init_order.n; i++)
      if (p->init_order.v[i].nlhs == 1)
        ptrmap_set(&lower_shared.var_inits, p->init_order.v[i].lhs[0], p->init_order.v[i].rhs);
  }
  Expr *x = ptrmap_get(&lower_shared.var_inits, var);
  if (x) lower_static_init(lw, g, x, var->type);
  else lower_embed_var(lw, var, g);
}

static const Atom *const_symbol(Lower *lw, const Const *c, Type *t) {
  const char *type = type_symbol(lw, t)->s;
  if (const_kind(c) == CONST_STRING) {
    const Atom *a = const_string_val(c);
    return atom_printf("..const.%s.s%u", type, lower_string(lw, a->s, a->len));
  }
  StrBuf b = {0};
  const_exact_string(&b, c);
  const Atom *a = atom_printf("..const.%s.%s", type, sb_cstr(&b));
  sb_free(&b);
  return a;
}

u32 lower_static_const(Lower *lw, const Const *c, Type *t) {
  const Atom *symbol = const_symbol(lw, c, t);
  uintptr_t have = (uintptr_t)ptrmap_get(&lw->globals_by_symbol, symbol);
  if (have) return (u32)have - 1;
  FuncInst none = {0};
  Fn fn;
  Static s = static_context(lw, &fn, &none);
  u32 g = lower_static(lw, t, symbol);
  ptrmap_set(&lw->globals_by_symbol, symbol, (void *)((uintptr_t)g + 1));
  Data d = data_begin(&s, g, t);
  put_const(&s, &d, 0, c, t);
  data_end(&s, &d, t);
  lw->m->globals.v[g].rodata = true;
  return g;
}

static bool literal_to_global(Fn *fn, CompositeLit *l, Type *t, u32 *g, bool array) {
  Static s = {fn->lw, fn, true};
  if (l->elems.n < STATIC_MIN_ELEMS) return false;
  Type *elem = array ? fn_type(fn, ((Array *)type_under(t))->elem) : NULL;
  for (u32 i = 0; array && i < l->elems.n; i++) {
    Expr *e = l->elems.v[i];
    if (!static_ok(&s, e->n.kind == N_KeyValueExpr ? ((KeyValueExpr *)e)->value : e, elem)) return false;
  }
  if (!array && !literal_ok(&s, l, t)) return false;
  *g = lower_static(fn->lw, t, NULL);
  Data d = data_begin(&s, *g, t);
  if (array) put_literal_elems(&s, &d, 0, l, elem);
  else put_literal(&s, &d, 0, l, t);
  data_end(&s, &d, t);
  fn->lw->m->globals.v[*g].rodata = true;
  return true;
}

bool literal_is_static(Fn *fn, CompositeLit *l, Type *t, u32 *g) {
  return literal_to_global(fn, l, t, g, false);
}
bool array_literal_is_static(Fn *fn, CompositeLit *l, Type *array, u32 *g) {
  return literal_to_global(fn, l, array, g, true);
}

/* lower_symbols.c - what has a symbol: functions, methods, instances, globals, strings; link names; intrinsics.
 *
 * Symbols are gc's: "main.f", "main.(*T).M", "main.F[int]", "main.T[int].M"; names, which runtime.Func.Name prints, have
 * "[...]" for type arguments. A declared function or global exists once per symbol; asking for it the first time queues it.
 * What an earlier module defines becomes an extern entry and is not queued.
 * Link names (//go:linkname local remote): a bodyless local pulls `remote`; a local with a body pushes itself to `remote`.
 * Not here: code (lower_func.c), the work list's loop (lower.c). */
#include "frontend/lower.h"

/* ---- strings ---- */
u32 lower_string(Lower *lw, const char *s, size_t n) {
  const Atom *a = atom_new(s, n);
  uintptr_t at = (uintptr_t)ptrmap_get(&lw->strings, a);
  if (!at) {
    VEC_PUSH(&lw->m->arena, &lw->m->strings, (BcString){(u32)n, (const u8 *)a->s});
    at = lw->m->strings.n;
    ptrmap_set(&lw->strings, a, (void *)at);
  }
  return (u32)at - 1;
}

/* ---- functions ---- */
FuncInst *lower_new_func(Lower *lw, const Atom *symbol, const Atom *name) {
  CHECK(!ptrmap_has(&lw->funcs_by_symbol, symbol));
  FuncInst *fi = NEW(&lw->arena, FuncInst);
  fi->index = lw->m->funcs.n;
  fi->symbol = symbol;
  fi->name = name = symbol_plain(name);
  VEC_PUSH(&lw->m->arena, &lw->m->funcs, (BcFunc){.symbol = symbol, .name = name, .recover_pc = BC_NONE});
  ptrmap_set(&lw->funcs_by_symbol, symbol, fi);
  VEC_PUSH(&lw->arena, &lw->queue, fi);
  return fi;
}

/* ---- what earlier modules define ---- */
const BcFunc *lower_defined_func(const Lower *lw, const Atom *symbol) {
  const LowerConfig *c = lw->config;
  const BcFunc *f = c->defined ? ptrmap_get(&c->defined->funcs, symbol) : NULL;
  for (u32 i = 0; !f && i < c->nimports; i++) f = ptrmap_get(&c->imports[i]->funcs, symbol);
  return f;
}

const BcType *lower_defined_type(const Lower *lw, const Atom *key) {
  const LowerConfig *c = lw->config;
  const BcType *t = c->defined ? ptrmap_get(&c->defined->types, key) : NULL;
  for (u32 i = 0; !t && i < c->nimports; i++) t = ptrmap_get(&c->imports[i]->types, key);
  return t;
}

const BcGlobal *lower_defined_global(const Lower *lw, const Atom *symbol) {
  const LowerConfig *c = lw->config;
  const BcGlobal *g = c->defined ? ptrmap_get(&c->defined->globals, symbol) : NULL;
  for (u32 i = 0; !g && i < c->nimports; i++) g = ptrmap_get(&c->imports[i]->globals, symbol);
  return g;
}

/* The entry of a function that an earlier module defines, NULL when none does. */
static FuncInst *extern_func(Lower *lw, const Atom *symbol) {
  const BcFunc *have = lower_defined_func(lw, symbol);
  if (!have) return NULL;
  FuncInst *fi = NEW(&lw->arena, FuncInst);
  fi->index = lw->m->funcs.n;
  fi->symbol = symbol;
  fi->name = have->name;
  BcFunc f = {.symbol = symbol, .name = have->name, .nargs = have->nargs, .nres = have->nres, .recover_pc = BC_NONE};
  f.nslots = f.nargs > f.nres ? f.nargs : f.nres;
  f.flags = BCF_EXTERN | (have->flags & (BCF_WRAPPER | BCF_CLOSURE | BCF_VARIADIC));
  VEC_PUSH(&lw->m->arena, &lw->m->funcs, f);
  ptrmap_set(&lw->funcs_by_symbol, symbol, fi);
  return fi;
}

static const Atom *type_args_text(Lower *lw, TypeList *targs) {
  StrBuf b = {0};
  for (u32 i = 0; i < targs->n; i++) sb_printf(&b, "%s%s", i ? "," : "", type_symbol(lw, targs->v[i])->s);
  const Atom *a = atom_new(sb_cstr(&b), b.n);
  sb_free(&b);
  return a;
}

/* "pkg.f", "pkg.T.m", "pkg.(*T).m"; targs_text NULL: not generic. */
static const Atom *func_symbol(const Object *fn, const char *targs_text) {
  const char *pkg = fn->pkg ? pkg_symbol_prefix(fn->pkg)->s : "_";
  const char *open = targs_text ? "[" : "", *args = targs_text ? targs_text : "", *close = targs_text ? "]" : "";
  Object *recv = fn->type ? ((Signature *)type_under(fn->type))->recv : NULL;
  if (!recv) return atom_printf("%s.%s%s%s%s", pkg, fn->name->s, open, args, close);
  Type *t = type_unalias(recv->type);
  bool ptr = t->kind == TYPE_POINTER;
  if (ptr) t = type_unalias(((Pointer *)t)->base);
  const char *tname = t->kind == TYPE_NAMED ? ((Named *)t)->obj->name->s : "interface";
  return atom_printf(ptr ? "%s.(*%s%s%s%s).%s" : "%s.%s%s%s%s.%s", pkg, tname, open, args, close, fn->name->s);
}

const Atom *lower_func_symbol(const Object *fn) { return func_symbol(fn, NULL); }

/* Follows link names of a function without a body to the symbol that provides it. */
static const Atom *link_symbol(const Atom *symbol) {
  for (int hops = 0; hops < 8; hops++) {
    const Atom *target = ptrmap_get(&lower_shared.linknames, symbol);
    if (!target || target == symbol) break;
    symbol = target;
  }
  return symbol;
}

/* The declared object of a symbol "path.name" or "path.(*T).name", NULL when no package of the program has it. */
Object *lower_symbol_object(const Atom *symbol) {
  const char *s = symbol->s, *slash = strrchr(s, '/'), *dot = strchr(slash ? slash : s, '.');
  if (!dot) return NULL;
  Package *p = ptrmap_get(&lower_shared.packages, atom_new(s, (size_t)(dot - s)));
  if (!p) return NULL;
  const char *name = dot + 1, *last = strrchr(name, '.');
  if (!last) return scope_lookup(p->scope, atom_cstr(name));
  const Atom *method = atom_cstr(last + 1);
  size_t n = (size_t)(last - name);
  if (name[0] == '(' && n > 3) name += 2, n -= 3;
  Object *tn = scope_lookup(p->scope, atom_new(name, n));
  Named *named = tn && tn->kind == OBJ_TYPENAME ? type_as_named(tn->type) : NULL;
  for (u32 i = 0; named && i < named_num_methods(named); i++)
    if (named_method(named, i)->name == method) return named_method(named, i);
  return NULL;
}

static TypeParamList *func_tparams(Object *origin) {
  Signature *sig = (Signature *)type_under(origin->type);
  return sig->rparams ? sig->rparams : sig->tparams;
}

u32 lower_func(Lower *lw, Object *fn, TypeList *targs) {
  Object *origin = obj_origin(fn);
  if (targs && targs->n == 0) targs = NULL;
  const Atom *symbol = func_symbol(origin, targs ? type_args_text(lw, targs)->s : NULL);
  FuncDecl *decl = origin->decl;
  bool bodyless = decl && !decl->body;
  if (bodyless) {
    const Atom *target = link_symbol(symbol);
    Object *o = target == symbol ? NULL : lower_symbol_object(target);
    if (o && o->kind == OBJ_FUNC && o != origin && o->decl) return lower_func(lw, o, targs);
    symbol = target;
  }
  if (!bodyless && atom_is(origin->name, "init") && decl && !decl->recv) /* many functions of one name */
    symbol = atom_printf("%s.init.%u", pkg_symbol_prefix(origin->pkg)->s, origin->order);
  FuncInst *fi = ptrmap_get(&lw->funcs_by_symbol, symbol);
  if (!bodyless && atom_is(origin->name, "_")) fi = NULL, symbol = atom_printf("%s._.%u", pkg_symbol_prefix(origin->pkg)->s, lw->nstmp++);
  if (!fi) fi = extern_func(lw, symbol);
  if (!fi) {
    if (!targs && !bodyless && origin->pkg && origin->pkg->compiled) BUG("%s is in no linked module", symbol->s);
    const Atom *name = targs ? func_symbol(origin, "...") : symbol;
    fi = lower_new_func(lw, symbol, name);
    fi->fn = origin;
    fi->decl = decl;
    fi->pkg = origin->pkg;
    fi->targs = targs;
    fi->tparams = targs ? func_tparams(origin) : NULL;
  }
  return fi->index;
}

u32 lower_runtime_func(Lower *lw, const char *symbol) {
  Object *o = lower_symbol_object(atom_cstr(symbol));
  if (!o || o->kind != OBJ_FUNC) BUG("the overlay lacks %s", symbol);
  return lower_func(lw, o, NULL);
}

/* ---- methods ---- */
/* T, or the base of T when it is a pointer, as a Named; NULL for other types. */
static Named *receiver_named(Type *t) {
  t = type_unalias(t);
  if (t->kind == TYPE_POINTER) t = type_unalias(((Pointer *)t)->base);
  return t->kind == TYPE_NAMED ? (Named *)t : NULL;
}

static bool method_has_ptr_recv(Object *m) {
  Signature *s = (Signature *)type_under(obj_origin(m)->type);
  return s->recv && type_unalias(s->recv->type)->kind == TYPE_POINTER;
}

u32 lower_method(Lower *lw, Type *t, Package *pkg, const Atom *name, bool iface_entry) {
  t = type_unalias(t);
  int *index;
  u32 nindex;
  bool indirect, is_ptr = t->kind == TYPE_POINTER;
  Object *m = type_lookup(t, true, pkg, name, &index, &nindex, &indirect);
  CHECK(m && m->kind == OBJ_FUNC);
  Named *named = receiver_named(t);
  bool direct = lower_layout(lw, t)->direct_iface;
  bool iface_method = type_is_interface(((Signature *)type_under(obj_origin(m)->type))->recv->type);
  if (nindex == 1 && named && !iface_method && method_has_ptr_recv(m) == is_ptr && (!iface_entry || direct))
    return lower_func(lw, m, named_targs(named));

  WrapSpec *spec = NEW(&lw->arena, WrapSpec);
  *spec = (WrapSpec){t, pkg, name, iface_entry && !direct};
  const char *suffix = spec->iface_entry ? "\xc2\xb7i" : "\xc2\xb7w";
  const char *from = obj_exported(m) || !m->pkg ? "" : m->pkg->path->s;
  if (m->pkg && m->pkg->link_name) from = m->pkg->link_name->s; /* a later input may declare it anew */
  const Atom *symbol = atom_printf("%s.%s%s%s", type_symbol(lw, t)->s, name->s, suffix, from);
  FuncInst *fi = ptrmap_get(&lw->funcs_by_symbol, symbol);
  if (!fi) fi = extern_func(lw, symbol);
  if (!fi) {
    StrBuf b = {0};
    if (named && is_ptr) sb_printf(&b, "%s.(*%s).%s", named->obj->pkg ? pkg_symbol_prefix(named->obj->pkg)->s : "", named->obj->name->s, name->s);
    else sb_printf(&b, "%s.%s", type_symbol(lw, t)->s, name->s);
    fi = lower_new_func(lw, symbol, atom_new(b.p, b.n));
    sb_free(&b);
    fi->pkg = pkg;
    fi->generate = lower_wrap_generate;
    fi->gen_data = spec;
  }
  return fi->index;
}

void lower_iface_call(Lower *lw, const Atom *name) {
  if (!ptrmap_has(&lw->iface_called, name)) ptrmap_set(&lw->iface_called, name, (void *)name);
}

/* ---- globals ---- */
u32 lower_static(Lower *lw, Type *t, const Atom *symbol) {
  u32 at = lw->m->globals.n;
  if (!symbol) symbol = atom_printf("..stmp_%u", lw->nstmp++);
  u32 type = lower_type(lw, t);
  VEC_PUSH(&lw->m->arena, &lw->m->globals, (BcGlobal){.symbol = symbol, .type = type, .owner = lower_init_of(lw, lw->pkg)});
  return at;
}

/* A package variable remembers its index + 1 in the module of the Lower at work. */
static u32 known_global(const Object *var) {
  u64 v = (u64)(uintptr_t)var->lowered;
  return v >> 32 == lower_shared.generation ? (u32)v : 0;
}

u32 lower_global(Lower *lw, Object *var) {
  if (var->origin) return lower_global(lw, var->origin); /* redeclared in a session */
  CHECK(var->kind == OBJ_VAR && var->pkg);
  if (known_global(var)) return known_global(var) - 1;
  const Atom *symbol = atom_printf("%s.%s", pkg_symbol_prefix(var->pkg)->s, var->name->s);
  const Atom *target = link_symbol(symbol);
  Object *o = target == symbol ? NULL : lower_symbol_object(target);
  u32 at, before = lw->m->globals.n;
  Package *pkg = lw->pkg;
  lw->pkg = var->pkg;
  if (o && o->kind == OBJ_VAR && o != var) {
    at = lower_global(lw, o);
  } else if (atom_is(var->name, "_")) {
    at = lower_static(lw, var->type, NULL);
  } else {
    uintptr_t have = (uintptr_t)ptrmap_get(&lw->globals_by_symbol, target);
    at = have ? (u32)have - 1 : lower_static(lw, var->type, target);
    ptrmap_set(&lw->globals_by_symbol, target, (void *)((uintptr_t)at + 1));
  }
  var->lowered = (void *)((uintptr_t)lower_shared.generation << 32 | (at + 1));
  if (at == before && lower_defined_global(lw, target)) lw->m->globals.v[at].is_extern = true;
  else if (at == before) lower_static_var(lw, var, at);
  lw->pkg = pkg;
  return at;
}

/* ---- intrinsics: functions that are one opcode ---- */
static const struct {
  const char *symbol;
  u16 op;
} intrinsics[] = {
    {"math.Sqrt", BC_SQRT_F64}, {"math.sqrt", BC_SQRT_F64}, {"math.Abs", BC_ABS_F64}, {"math.Floor", BC_FLOOR_F64},
    {"math.Ceil", BC_CEIL_F64}, {"math.Trunc", BC_TRUNC_F64}, {"math.FMA", BC_FMA_F64},
    {"math/bits.OnesCount64", BC_POPCNT_64}, {"math/bits.TrailingZeros64", BC_CTZ_64},
    {"math/bits.LeadingZeros64", BC_CLZ_64}, {"math/bits.ReverseBytes64", BC_BSWAP_64}, {"math/bits.Mul64", BC_MULHI_U64},
    {"internal/runtime/sys.TrailingZeros64", BC_CTZ_64}, {"internal/runtime/sys.LeadingZeros64", BC_CLZ_64},
    {"internal/runtime/sys.Bswap64", BC_BSWAP_64}, {"internal/runtime/sys.OnesCount64", BC_POPCNT_64},
};

bool lower_is_intrinsic(Object *fn, u16 *opcode) {
  if (!fn->pkg || !fn->pkg->is_std || !fn->decl || fn->decl->recv) return false;
  for (size_t i = 0; i < ARRAY_LEN(intrinsics); i++) {
    const char *s = intrinsics[i].symbol, *name = strrchr(s, '.') + 1;
    size_t n = (size_t)(name - 1 - s);
    if (!atom_is(fn->name, name) || fn->pkg->path->len != n || memcmp(fn->pkg->path->s, s, n) != 0) continue;
    *opcode = intrinsics[i].op;
    return true;
  }
  return false;
}

/* merge.c - links modules into one, keeping what is reachable (merge.h).
 *
 * Work lists of functions, types and globals of the inputs: each gets its index in the result when
 * something first refers to it and its contents when its turn comes, which may refer to more. Invariant: an
 * entry of the result's tables that has not been filled is on a work list. Order of the result: order of
 * discovery, which depends on nothing but the inputs. Start reading at module_merge().
 */
#include "bytecode/merge.h"

#include <stdlib.h>

#include "base/map.h"
#include "bytecode/symbols.h"

typedef struct Ref { /* an entry of an input */
  u32 mod, index;
} Ref;
typedef struct Source {
  const BcModule *m;
  u32 *funcs, *types, *globals, *strings, *itabs, *files; /* its index -> the result's + 1, or 0 */
} Source;
typedef struct Pending { /* a method of a reached type that nothing is known to call */
  Ref type;
  u32 out, method;
} Pending;
typedef struct Merge {
  BcModule *out;
  Source *src;
  PtrMap inits; /* path -> index in the result's inits, + 1 */
  u32 n;
  Arena arena;
  Err *err;
  bool failed;
  PtrMap funcs, types, globals; /* symbol or key -> Ref of the definition */
  PtrMap strings, itabs, files; /* text Atom, (iface, type), name Atom -> index in the result + 1 */
  PtrMap called;                /* names of methods called through interfaces */
  bool keep_exported;           /* reflection may call any exported method */
  VEC(Ref) func_queue, type_queue, global_queue;
  VEC(Pending) methods;
} Merge;

static const char *const entries[] = {
#define RTFUNC(id, symbol, nargs) symbol,
#include "bytecode/rtfuncs.def"
#undef RTFUNC
};
static const char *const reflect_funcs[] = {
#define REACH_REFLECT(symbol) symbol,
#define REACH_CALLEE(native, callee)
#include "bytecode/reach.def"
#undef REACH_REFLECT
#undef REACH_CALLEE
};
static const struct { const char *native, *callee; } callees[] = {
#define REACH_REFLECT(symbol)
#define REACH_CALLEE(native, callee) {native, callee},
#include "bytecode/reach.def"
#undef REACH_REFLECT
#undef REACH_CALLEE
};

/* ---- symbols ---- */
static void define(Merge *mg, PtrMap *map, const Atom *name, u32 mod, u32 index) {
  if (symbol_is_private(name) || ptrmap_has(map, name)) return;
  Ref *r = NEW(&mg->arena, Ref);
  *r = (Ref){mod, index};
  ptrmap_set(map, name, r);
}

static void define_all(Merge *mg, u32 mod) {
  const BcModule *m = mg->src[mod].m;
  for (u32 i = 0; i < m->funcs.n; i++)
    if (!(m->funcs.v[i].flags & BCF_EXTERN)) define(mg, &mg->funcs, m->funcs.v[i].symbol, mod, i);
  for (u32 i = 0; i < m->types.n; i++)
    if (!m->types.v[i].is_extern) define(mg, &mg->types, m->types.v[i].key, mod, i);
  for (u32 i = 0; i < m->globals.n; i++)
    if (!m->globals.v[i].is_extern) define(mg, &mg->globals, m->globals.v[i].symbol, mod, i);
}

/* The definition of what entry r, of that name, stands for. Of an undefined one, after an error, r itself. */
static Ref definition(Merge *mg, const PtrMap *map, const Atom *name, Ref r, bool is_extern) {
  Ref *def = symbol_is_private(name) ? NULL : ptrmap_get(map, name);
  if (def) return *def;
  if (is_extern && !mg->failed) {
    err_set(mg->err, "relocation target %s not defined", name->s);
    mg->failed = true;
  }
  return r;
}

/* A private name as no other module has it. */
static const Atom *own_name(const Atom *name, u32 mod) {
  return mod && symbol_is_private(name) ? atom_printf("..%u%s", mod, name->s + 1) : name;
}

/* ---- references: the index in the result ---- */
static u32 reach_func(Merge *mg, u32 mod, u32 index) {
  if (index == BC_NONE) return BC_NONE;
  u32 *at = &mg->src[mod].funcs[index];
  if (*at) return *at - 1;
  const BcFunc *f = &mg->src[mod].m->funcs.v[index];
  Ref def = definition(mg, &mg->funcs, f->symbol, (Ref){mod, index}, f->flags & BCF_EXTERN);
  u32 *def_at = &mg->src[def.mod].funcs[def.index];
  if (!*def_at) {
    VEC_PUSH(&mg->out->arena, &mg->out->funcs, (BcFunc){.recover_pc = BC_NONE});
    VEC_PUSH(&mg->arena, &mg->func_queue, def);
    *def_at = mg->out->funcs.n;
  }
  *at = *def_at;
  return *at - 1;
}

static u32 reach_type(Merge *mg, u32 mod, u32 index) {
  if (index == BC_NONE) return BC_NONE;
  u32 *at = &mg->src[mod].types[index];
  if (*at) return *at - 1;
  const BcType *t = &mg->src[mod].m->types.v[index];
  Ref def = definition(mg, &mg->types, t->key, (Ref){mod, index}, t->is_extern);
  u32 *def_at = &mg->src[def.mod].types[def.index];
  if (!*def_at) {
    VEC_PUSH(&mg->out->arena, &mg->out->types, (BcType){0});
    VEC_PUSH(&mg->arena, &mg->type_queue, def);
    *def_at = mg->out->types.n;
  }
  *at = *def_at;
  return *at - 1;
}

static u32 reach_global(Merge *mg, u32 mod, u32 index) {
  u32 *at = &mg->src[mod].globals[index];
  if (*at) return *at - 1;
  const BcGlobal *g = &mg->src[mod].m->globals.v[index];
  Ref def = definition(mg, &mg->globals, g->symbol, (Ref){mod, index}, g->is_extern);
  u32 *def_at = &mg->src[def.mod].globals[def.index];
  if (!*def_at) {
    VEC_PUSH(&mg->out->arena, &mg->out->globals, (BcGlobal){0});
    VEC_PUSH(&mg->arena, &mg->global_queue, def);
    *def_at = mg->out->globals.n;
  }
  *at = *def_at;
  return *at - 1;
}

/* Short strings of equal text are one; long ones are rarely equal and not worth a name. */
static u32 reach_string(Merge *mg, u32 mod, u32 index) {
  u32 *at = &mg->src[mod].strings[index];
  if (*at) return *at - 1;
  BcString s = mg->src[mod].m->strings.v[index];
  const Atom *text = s.len <= 256 ? atom_new((const char *)s.p, s.len) : NULL;
  *at = text ? (u32)(uintptr_t)ptrmap_get(&mg->strings, text) : 0;
  if (!*at) {
    VEC_PUSH(&mg->out->arena, &mg->out->strings, s);
    *at = mg->out->strings.n;
    if (text) ptrmap_set(&mg->strings, text, (void *)(uintptr_t)*at);
  }
  return *at - 1;
}

static u32 reach_itab(Merge *mg, u32 mod, u32 index) {
  u32 *at = &mg->src[mod].itabs[index];
  if (*at) return *at - 1;
  const BcItab *it = &mg->src[mod].m->itabs.v[index];
  u32 iface = reach_type(mg, mod, it->iface), type = reach_type(mg, mod, it->type);
  const void *key = (const void *)(((uintptr_t)iface << 32 | type) + 1);
  *at = (u32)(uintptr_t)ptrmap_get(&mg->itabs, key);
  if (!*at) {
    VEC_PUSH(&mg->out->arena, &mg->out->itabs, ((BcItab){iface, type}));
    *at = mg->out->itabs.n;
    ptrmap_set(&mg->itabs, key, (void *)(uintptr_t)*at);
  }
  return *at - 1;
}

static u32 reach_file(Merge *mg, u32 mod, u32 index) {
  if (index >= mg->src[mod].m->files.n) return index;
  u32 *at = &mg->src[mod].files[index];
  if (*at) return *at - 1;
  const Atom *name = mg->src[mod].m->files.v[index];
  *at = (u32)(uintptr_t)ptrmap_get(&mg->files, name);
  if (!*at) {
    VEC_PUSH(&mg->out->arena, &mg->out->files, name);
    *at = mg->out->files.n;
    ptrmap_set(&mg->files, name, (void *)(uintptr_t)*at);
  }
  return *at - 1;
}

/* By symbol; nothing when no module defines it. */
static void reach_symbol(Merge *mg, const char *symbol) {
  Ref *r = ptrmap_get(&mg->funcs, atom_cstr(symbol));
  if (r) reach_func(mg, r->mod, r->index);
}

/* ---- contents ---- */
static void fill_insn(Merge *mg, u32 mod, Insn *i) {
  u32 index = (u32)i->imm;
  switch (op_info[i->op].imm) {
  case OPK_FN: i->imm = (i32)reach_func(mg, mod, index); break;
  case OPK_TY: i->imm = (i32)reach_type(mg, mod, index); break;
  case OPK_IT: i->imm = (i32)reach_itab(mg, mod, index); break;
  case OPK_GL: i->imm = (i32)reach_global(mg, mod, index); break;
  case OPK_STR: i->imm = (i32)reach_string(mg, mod, index); break;
  default: break;
  }
}

/* What being reached brings along that no instruction says. */
static void note_func(Merge *mg, const BcFunc *f) {
  for (u32 i = 0; i < f->ncalled; i++)
    if (!ptrmap_has(&mg->called, f->called[i])) ptrmap_set(&mg->called, f->called[i], (void *)f->called[i]);
  for (size_t i = 0; i < ARRAY_LEN(reflect_funcs); i++)
    if (atom_is(f->symbol, reflect_funcs[i])) mg->keep_exported = true;
  for (size_t i = 0; i < ARRAY_LEN(callees); i++)
    if (atom_is(f->symbol, callees[i].native)) reach_symbol(mg, callees[i].callee);
}

static void fill_func(Merge *mg, Ref r) {
  const BcModule *m = mg->src[r.mod].m;
  Arena *a = &mg->out->arena;
  BcFunc whole;
  const BcFunc *f = func_unpack(m, &m->funcs.v[r.index], &whole, a, NULL);
  BcFunc x = *f;
  note_func(mg, f);
  x.symbol = own_name(f->symbol, r.mod);
  x.file = reach_file(mg, r.mod, f->file);
  x.params = arena_dup(a, f->params, (f->nparams + f->nresults) * sizeof *x.params);
  for (u32 i = 0; i < f->nparams + f->nresults; i++)
    x.params[i].type = reach_type(mg, r.mod, f->params[i].type);
  x.code = arena_dup(a, f->code, f->ncode * sizeof *x.code);
  for (u32 i = 0; i < f->ncode; i++) fill_insn(mg, r.mod, &x.code[i]);
  x.lines = arena_dup(a, f->lines, f->nlines * sizeof *x.lines);
  for (u32 i = 0; i < f->nlines; i++) x.lines[i].file = reach_file(mg, r.mod, f->lines[i].file);
  mg->out->funcs.v[mg->src[r.mod].funcs[r.index] - 1] = x;
}

static void fill_methods(Merge *mg, Ref r, BcType *x, u32 out) {
  bool is_iface = x->kind == BCK_INTERFACE;
  x->methods = arena_dup(&mg->out->arena, x->methods, x->nmethods * sizeof *x->methods);
  for (u32 i = 0; i < x->nmethods; i++) {
    BcMethod *m = &x->methods[i];
    if (!is_iface && (m->ifn != BC_NONE || m->tfn != BC_NONE))
      VEC_PUSH(&mg->arena, &mg->methods, ((Pending){r, out, i}));
    m->mtype = reach_type(mg, r.mod, m->mtype);
    m->ifn = m->tfn = BC_NONE;
  }
}

static void fill_type(Merge *mg, Ref r) {
  const BcType *t = &mg->src[r.mod].m->types.v[r.index];
  Arena *a = &mg->out->arena;
  u32 out = mg->src[r.mod].types[r.index] - 1;
  BcType x = *t;
  x.elem = reach_type(mg, r.mod, t->elem);
  x.key_type = reach_type(mg, r.mod, t->key_type);
  x.slice_type = reach_type(mg, r.mod, t->slice_type);
  x.ptr_to = reach_type(mg, r.mod, t->ptr_to);
  x.map_group = reach_type(mg, r.mod, t->map_group);
  x.inout = arena_dup(a, t->inout, (t->nin + t->nout) * sizeof *x.inout);
  for (u32 i = 0; i < t->nin + t->nout; i++) x.inout[i] = reach_type(mg, r.mod, t->inout[i]);
  x.fields = arena_dup(a, t->fields, t->nfields * sizeof *x.fields);
  for (u32 i = 0; i < t->nfields; i++) x.fields[i].type = reach_type(mg, r.mod, t->fields[i].type);
  fill_methods(mg, r, &x, out);
  mg->out->types.v[out] = x;
}

/* Where the initialiser of a package is in the result; BC_NONE when it does not run. */
static u32 result_init(const Merge *mg, const BcModule *from, u32 init) {
  uintptr_t at = init == BC_NONE ? 0 : (uintptr_t)ptrmap_get(&mg->inits, from->inits.v[init].path);
  return at ? (u32)at - 1 : BC_NONE;
}

static void fill_global(Merge *mg, Ref r) {
  const BcGlobal *g = &mg->src[r.mod].m->globals.v[r.index];
  BcGlobal x = *g;
  x.symbol = own_name(g->symbol, r.mod);
  x.owner = result_init(mg, mg->src[r.mod].m, g->owner);
  x.type = reach_type(mg, r.mod, g->type);
  x.relocs = arena_dup(&mg->out->arena, g->relocs, g->nrelocs * sizeof *x.relocs);
  for (u32 i = 0; i < g->nrelocs; i++) {
    u32 *index = &x.relocs[i].index;
    switch (x.relocs[i].kind) {
    case BCR_GLOBAL: *index = reach_global(mg, r.mod, *index); break;
    case BCR_STRING: *index = reach_string(mg, r.mod, *index); break;
    case BCR_TYPE: *index = reach_type(mg, r.mod, *index); break;
    case BCR_ITAB: *index = reach_itab(mg, r.mod, *index); break;
    case BCR_FUNCVAL: *index = reach_func(mg, r.mod, *index); break;
    }
  }
  mg->out->globals.v[mg->src[r.mod].globals[r.index] - 1] = x;
}

/* ---- the work list ---- */
/* Gives code to the methods that have become reachable; true when there were any. */
static bool reach_methods(Merge *mg) {
  u32 left = 0, n = mg->methods.n;
  for (u32 i = 0; i < n; i++) {
    Pending p = mg->methods.v[i];
    const BcMethod *from = &mg->src[p.type.mod].m->types.v[p.type.index].methods[p.method];
    if (!ptrmap_has(&mg->called, from->name) && (!mg->keep_exported || from->pkgpath)) {
      mg->methods.v[left++] = p;
      continue;
    }
    BcMethod *to = &mg->out->types.v[p.out].methods[p.method];
    to->ifn = reach_func(mg, p.type.mod, from->ifn);
    to->tfn = reach_func(mg, p.type.mod, from->tfn);
  }
  mg->methods.n = left;
  return left < n;
}

static void drain(Merge *mg) {
  do {
    while (mg->func_queue.n + mg->type_queue.n + mg->global_queue.n) {
      while (mg->func_queue.n) fill_func(mg, VEC_POP(&mg->func_queue));
      while (mg->type_queue.n) fill_type(mg, VEC_POP(&mg->type_queue));
      while (mg->global_queue.n) fill_global(mg, VEC_POP(&mg->global_queue));
    }
  } while (reach_methods(mg));
}

/* ---- package initialisation ---- */
typedef struct InitSet {
  PtrMap all;     /* path -> BcInit, of every module */
  PtrMap wanted;  /* those that run, in order of discovery: a work list */
} InitSet;

static void want_package(InitSet *s, const Atom *path) {
  BcInit *in = path ? ptrmap_get(&s->all, path) : NULL;
  if (in && !ptrmap_has(&s->wanted, path)) ptrmap_set(&s->wanted, path, in);
}

static void add_init(Merge *mg, const InitSet *s, u32 mod, const BcInit *in) {
  Arena *a = &mg->out->arena;
  BcInit x = {.path = in->path, .ninits = in->ninits};
  x.vars_func = reach_func(mg, mod, in->vars_func);
  x.inits = NEW_ARRAY(a, u32, in->ninits);
  for (u32 i = 0; i < in->ninits; i++) x.inits[i] = reach_func(mg, mod, in->inits[i]);
  x.imports = NEW_ARRAY(a, const Atom *, in->nimports);
  for (u32 i = 0; i < in->nimports; i++)
    if (ptrmap_has(&s->wanted, in->imports[i])) x.imports[x.nimports++] = in->imports[i];
  VEC_PUSH(a, &mg->out->inits, x);
  ptrmap_set(&mg->inits, in->path, (void *)(uintptr_t)mg->out->inits.n);
}

/* The initialisers of main's package, of runtime and of what they import, in the order of the modules. */
static void reach_inits(Merge *mg) {
  InitSet s = {0};
  for (u32 i = 0; i < mg->n; i++)
    for (u32 k = 0; k < mg->src[i].m->inits.n; k++) {
      BcInit *in = &mg->src[i].m->inits.v[k];
      if (!ptrmap_has(&s.all, in->path)) ptrmap_set(&s.all, in->path, in);
    }
  want_package(&s, atom_cstr("runtime"));
  want_package(&s, mg->out->main_path);
  for (u32 i = 0; i < s.wanted.n; i++) {
    const BcInit *in = s.wanted.entries[i].val;
    for (u32 k = 0; k < in->nimports; k++) want_package(&s, in->imports[k]);
  }
  for (u32 i = 0; i < mg->n; i++)
    for (u32 k = 0; k < mg->src[i].m->inits.n; k++) {
      const BcInit *in = &mg->src[i].m->inits.v[k];
      if (ptrmap_get(&s.wanted, in->path) == in) add_init(mg, &s, i, in);
    }
  ptrmap_free(&s.all);
  ptrmap_free(&s.wanted);
}

/* ---- the whole ---- */
static void open_source(Merge *mg, u32 mod, const BcModule *m) {
  Source *s = &mg->src[mod];
  s->m = m;
  s->funcs = NEW_ARRAY(&mg->arena, u32, m->funcs.n);
  s->types = NEW_ARRAY(&mg->arena, u32, m->types.n);
  s->globals = NEW_ARRAY(&mg->arena, u32, m->globals.n);
  s->strings = NEW_ARRAY(&mg->arena, u32, m->strings.n);
  s->itabs = NEW_ARRAY(&mg->arena, u32, m->itabs.n);
  s->files = NEW_ARRAY(&mg->arena, u32, m->files.n);
  define_all(mg, mod);
  if (m->goversion && !mg->out->goversion) mg->out->goversion = m->goversion;
}

static void reach_roots(Merge *mg) {
  for (u32 i = mg->n; i-- > 0;) {
    const BcModule *m = mg->src[i].m;
    if (m->main_func == BC_NONE) continue;
    mg->out->main_path = m->main_path;
    mg->out->main_func = reach_func(mg, i, m->main_func);
    break;
  }
  reach_inits(mg);
  for (size_t i = 0; i < ARRAY_LEN(entries); i++) reach_symbol(mg, entries[i]);
}

/* A type may come from a module that did not know its pointer type, which another one has. */
static void complete_pointers(BcModule *m) {
  for (u32 i = 0; i < m->types.n; i++) {
    const BcType *t = &m->types.v[i];
    if (t->kind == BCK_POINTER && m->types.v[t->elem].ptr_to == BC_NONE) m->types.v[t->elem].ptr_to = i;
  }
}

BcModule *module_merge(const BcModule *const *mods, u32 n, Err *e) {
  Merge mg = {.out = module_new(), .n = n, .err = e};
  mg.src = NEW_ARRAY(&mg.arena, Source, n);
  for (u32 i = 0; i < n; i++) open_source(&mg, i, mods[i]);
  reach_roots(&mg);
  drain(&mg);
  if (mg.out->main_func == BC_NONE && !mg.failed)
    mg.failed = !err_set(e, "runtime.main_main\xc2\xb7" "f: function main is undeclared in the main package");
  if (!mg.failed) complete_pointers(mg.out);
  PtrMap *maps[] = {&mg.funcs, &mg.types, &mg.globals, &mg.strings, &mg.itabs, &mg.files, &mg.called, &mg.inits};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) ptrmap_free(maps[i]);
  arena_free(&mg.arena);
  if (!mg.failed) return mg.out;
  module_free(mg.out);
  return NULL;
}

bool module_set_string_var(BcModule *m, const char *symbol, const char *value, size_t n, Err *e) {
  const Atom *name = atom_cstr(symbol);
  BcGlobal *g = NULL;
  for (u32 i = 0; i < m->globals.n && !g; i++)
    if (m->globals.v[i].symbol == name) g = &m->globals.v[i];
  if (!g) return true;
  if (!atom_is(m->types.v[g->type].key, "string"))
    return err_set(e, "%s: cannot set with -X: not a var of type string (type:%s)", symbol,
                   m->types.v[g->type].key->s);
  u64 words[2] = {0, n};
  VEC_PUSH(&m->arena, &m->strings, ((BcString){(u32)n, arena_dup(&m->arena, value, n)}));
  g->ninit = sizeof words;
  g->init = arena_dup(&m->arena, words, sizeof words);
  g->nrelocs = 1;
  g->relocs = NEW(&m->arena, BcReloc);
  *g->relocs = (BcReloc){.kind = BCR_STRING, .index = m->strings.n - 1};
  return true;
}

/* lower.c - the program's work list: from main (or all functions of the packages) to everything reachable.
 *
 * A function is lowered when something refers to it; a method of a type's table when its type has a descriptor and a method
 * of that name is called through some interface, or reflection may call any exported method (as gc's linker decides).
 * Start reading at lower_program(). */
#include "frontend/lower.h"

#include <stdlib.h>

/* Functions whose being reached means that methods may be called by name at run time. */
static const char *const reflect_method_funcs[] = {
#define REACH_REFLECT(symbol) symbol,
#define REACH_CALLEE(native, callee)
#include "bytecode/reach.def"
#undef REACH_REFLECT
#undef REACH_CALLEE
};

/* Go functions that a native calls: reached when it is. */
static const struct { const char *native, *callee; } native_callees[] = {
#define REACH_REFLECT(symbol)
#define REACH_CALLEE(native, callee) {native, callee},
#include "bytecode/reach.def"
#undef REACH_REFLECT
#undef REACH_CALLEE
};

SNAPSHOT LowerShared lower_shared;

static void note_linknames(Package *p) {
  const char *prefix = pkg_symbol_prefix(p)->s;
  for (u32 i = 0; i < p->files.n; i++) {
    for (u32 j = 0; j < p->files.v[i]->linknames.n; j++) {
      Linkname *l = &p->files.v[i]->linknames.v[j];
      if (!l->remote) continue;
      const Atom *local = atom_printf("%s.%s", prefix, l->local->s);
      Object *o = scope_lookup(p->scope, l->local);
      bool has_body = o && o->kind == OBJ_FUNC && o->decl && o->decl->body;
      /* A function with a body is pushed to the remote name; the rest pulls it. */
      const Atom *from = has_body ? l->remote : local, *to = has_body ? local : l->remote;
      if (from != to && !ptrmap_has(&lower_shared.linknames, from)) ptrmap_set(&lower_shared.linknames, from, (void *)to);
    }
  }
}

static bool has_init(const Package *p) { return p != package_unsafe; }

static void queue_init(Lower *lw, Package *p) {
  BcInit init = {.path = pkg_symbol_prefix(p), .vars_func = BC_NONE};
  init.imports = NEW_ARRAY(&lw->m->arena, const Atom *, p->imports.n);
  for (u32 i = 0; i < p->imports.n; i++)
    if (has_init(p->imports.v[i])) init.imports[init.nimports++] = pkg_symbol_prefix(p->imports.v[i]);
  if (p->init_order.n) {
    const Atom *symbol = atom_printf("%s.init", init.path->s);
    FuncInst *fi = lower_new_func(lw, symbol, symbol);
    fi->pkg = p;
    fi->generate = lower_vars_init_generate;
    fi->gen_data = p;
    init.vars_func = fi->index;
  }
  VEC(u32) inits = {0};
  for (u32 i = 0; i < p->funcs.n; i++) {
    FuncDecl *d = p->funcs.v[i];
    if (d->recv || !d->body || !atom_is(d->name->name, "init")) continue;
    const Atom *symbol = atom_printf("%s.init.%u", init.path->s, inits.n);
    FuncInst *fi = lower_new_func(lw, symbol, symbol);
    fi->fn = d->name->obj;
    fi->decl = d;
    fi->pkg = p;
    VEC_PUSH(&lw->m->arena, &inits, fi->index);
  }
  init.ninits = inits.n;
  init.inits = inits.v;
  VEC_PUSH(&lw->m->arena, &lw->m->inits, init);
  ptrmap_set(&lw->inits, p, (void *)(uintptr_t)lw->m->inits.n);
}

/* Every function and method of p that is not generic. */
static void queue_package(Lower *lw, Package *p) {
  for (u32 i = 0; i < p->funcs.n; i++) {
    FuncDecl *d = p->funcs.v[i];
    Object *fn = d->name->obj;
    if (!d->body || !fn || (!d->recv && atom_is(d->name->name, "init"))) continue;
    Signature *s = (Signature *)type_under(fn->type);
    if ((s->tparams && s->tparams->n) || (s->rparams && s->rparams->n)) continue;
    lower_func(lw, fn, NULL);
  }
}

/* Everything that later modules may refer to. Instances are made where they are needed. */
static void queue_library(Lower *lw, Package *p) {
  queue_package(lw, p);
  for (u32 i = 0; i < p->scope->elems.n; i++) {
    Object *o = p->scope->elems.entries[i].val;
    if (!o || o->pkg != p) continue;
    if (o->kind == OBJ_VAR && !atom_is(o->name, "_")) lower_global(lw, o);
    if (o->kind != OBJ_TYPENAME || o->is_alias || !o->type || type_is_generic(o->type)) continue;
    Named *n = type_as_named(o->type);
    if (n && n->tparams && n->tparams->n) continue;
    lower_type(lw, type_new_pointer(o->type));
  }
}

u32 lower_init_of(const Lower *lw, const Package *p) {
  uintptr_t at = p ? (uintptr_t)ptrmap_get(&lw->inits, p) : 0;
  return at ? (u32)at - 1 : BC_NONE;
}

static void queue_first(Lower *lw, const char *const *symbols) {
  for (; symbols && *symbols; symbols++) {
    Object *o = lower_symbol_object(atom_cstr(*symbols));
    if (!o || o->kind != OBJ_FUNC || !o->decl || !o->decl->body) continue;
    const Signature *s = (const Signature *)type_under(o->type);
    if (!s->tparams && !s->rparams) lower_func(lw, o, NULL);
  }
}

static void lower_one(Lower *lw, FuncInst *fi) {
  lw->pkg = fi->pkg;
  if (fi->generate) {
    fi->generate(lw, fi);
    return;
  }
  lower_func_body(lw, fi);
}

/* Gives code to the methods that have become reachable; true when there were any. */
static bool reach_methods(Lower *lw) {
  bool any = false;
  for (u32 i = 0; i < lw->methods.n; i++) {
    PendingMethod p = lw->methods.v[i];
    if (!p.recv) continue;
    BcMethod *m = &lw->m->types.v[p.type].methods[p.method];
    bool wanted = lw->library || ptrmap_has(&lw->iface_called, p.name) || (lw->keep_all_methods && !m->pkgpath);
    if (!wanted) continue;
    lw->methods.v[i].recv = NULL;
    u32 ifn = lower_method(lw, p.recv, p.pkg, p.name, true);
    u32 tfn = lower_method(lw, p.recv, p.pkg, p.name, false);
    m = &lw->m->types.v[p.type].methods[p.method];
    m->ifn = ifn;
    m->tfn = tfn;
    any = true;
  }
  return any;
}

/* What is reached without being named; a library has it all. */
static void reach_unnamed(Lower *lw) {
  for (size_t i = 0; !lw->keep_all_methods && i < ARRAY_LEN(reflect_method_funcs); i++)
    lw->keep_all_methods = ptrmap_has(&lw->funcs_by_symbol, atom_cstr(reflect_method_funcs[i]));
  for (size_t i = 0; i < ARRAY_LEN(native_callees); i++)
    if (ptrmap_has(&lw->funcs_by_symbol, atom_cstr(native_callees[i].native)))
      lower_runtime_func(lw, native_callees[i].callee);
}

static void drain(Lower *lw) {
  do {
    for (; lw->next < lw->queue.n; lw->next++) lower_one(lw, lw->queue.v[lw->next]);
    if (!lw->library) reach_unnamed(lw);
  } while (reach_methods(lw) || lw->next < lw->queue.n);
}

/* Functions that the VM enters by symbol (bytecode/rtfuncs.def) and that nothing in Go need refer to: exported from the overlay
 * with //go:linkname name name, one row of the package's directives each. */
static void queue_runtime_entries(Lower *lw, Package *p) {
  for (u32 i = 0; i < p->files.n; i++) {
    for (u32 j = 0; j < p->files.v[i]->linknames.n; j++) {
      Linkname *l = &p->files.v[i]->linknames.v[j];
      if (!l->remote || strncmp(l->remote->s, "vm.", 3) != 0) continue;
      Object *o = scope_lookup(p->scope, l->local);
      if (o && o->kind == OBJ_FUNC) lower_func(lw, o, NULL);
    }
  }
}

/* Descriptors of types that an earlier module describes too, for the linker to take the methods from. */
static void describe_anew(Lower *lw, const LowerConfig *cfg) {
  for (u32 i = 0; i < cfg->nanew; i++) {
    const Atom *keys[] = {type_symbol(lw, cfg->anew[i]), type_symbol(lw, type_new_pointer(cfg->anew[i]))};
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) ptrmap_set(&lw->anew, keys[k], (void *)keys[k]);
  }
  for (u32 i = 0; i < cfg->nanew; i++) lower_type(lw, cfg->anew[i]);
}

void lower_know_package(Package *p) {
  const Atom *prefix = pkg_symbol_prefix(p);
  if (ptrmap_get(&lower_shared.packages, prefix) == p) return;
  ptrmap_set(&lower_shared.packages, prefix, p);
  if (!ptrmap_has(&lower_shared.packages, p->path)) ptrmap_set(&lower_shared.packages, p->path, p);
  note_linknames(p);
}

BcModule *lower_program(const LowerConfig *cfg, Package **pkgs, u32 n, Package *main, DiagSink *diags) {
  Lower *lw = xcalloc(1, sizeof *lw);
  lw->m = module_new();
  lw->diags = diags;
  u32 errors = diags->nerrors;
  lw->config = cfg;
  lw->library = cfg->library;
  lower_shared.generation++;
  for (u32 i = 0; i < n; i++) lower_know_package(pkgs[i]);
  for (u32 i = 0; i < n; i++) queue_init(lw, pkgs[i]);
  for (u32 i = 0; i < n; i++)
    if (atom_is(pkgs[i]->path, "runtime")) queue_runtime_entries(lw, pkgs[i]);
  describe_anew(lw, cfg);
  queue_first(lw, cfg->first);
  for (u32 i = 0; cfg->library && i < n; i++) queue_library(lw, pkgs[i]);
  lw->m->main_func = BC_NONE;
  if (main) {
    Object *o = scope_lookup(main->scope, atom_cstr("main"));
    lw->m->main_path = pkg_symbol_prefix(main);
    if (atom_is(main->name, "main") && o && o->kind == OBJ_FUNC) lw->m->main_func = lower_func(lw, o, NULL);
    if (cfg->whole_packages) queue_package(lw, main);
  }
  drain(lw);
  BcModule *m = lw->m;
  arena_free(&lw->arena);
  PtrMap *maps[] = {&lw->funcs_by_symbol, &lw->globals_by_symbol, &lw->strings,      &lw->itabs,
                    &lw->inits,           &lw->local_types,     &lw->iface_called,      &lw->anew};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) ptrmap_free(maps[i]);
  xfree(lw);
  if (diags->nerrors == errors) return m;
  module_free(m);
  return NULL;
}

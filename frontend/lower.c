/* lower.c - the program's work list: from main (or all functions of the packages) to everything reachable.
 *
 * A function is lowered when something refers to it; a method of a type's table when its type has a descriptor and a method
 * of that name is called through some interface, or reflection may call any exported method (as gc's linker decides).
 * Start reading at lower_program(). */
#include "frontend/lower.h"

#include <stdlib.h>

/* Functions whose being reached means that methods may be called by name at run time (cmd/link's ReflectMethod). */
static const char *const reflect_method_funcs[] = {
    "reflect.Value.Method", "reflect.Value.MethodByName", "reflect.(*rtype).Method", "reflect.(*rtype).MethodByName",
};

/* Go functions that a native calls: reached when it is. */
static const struct { const char *native, *callee; } native_callees[] = {
    {"reflect.makeFuncStub", "reflect.callReflect"},
    {"reflect.methodValueCall", "reflect.callMethod"},
};

static void note_linknames(Lower *lw, Package *p) {
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
      if (from != to && !ptrmap_has(&lw->linknames, from)) ptrmap_set(&lw->linknames, from, (void *)to);
    }
  }
}

static void queue_init(Lower *lw, Package *p) {
  BcInit init = {.path = pkg_symbol_prefix(p), .vars_func = BC_NONE};
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

static void lower_one(Lower *lw, FuncInst *fi) {
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
    bool wanted = ptrmap_has(&lw->iface_called, p.name) || (lw->keep_all_methods && !m->pkgpath);
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

static void drain(Lower *lw) {
  do {
    for (; lw->next < lw->queue.n; lw->next++) lower_one(lw, lw->queue.v[lw->next]);
    for (size_t i = 0; !lw->keep_all_methods && i < ARRAY_LEN(reflect_method_funcs); i++)
      lw->keep_all_methods = ptrmap_has(&lw->funcs_by_symbol, atom_cstr(reflect_method_funcs[i]));
    for (size_t i = 0; i < ARRAY_LEN(native_callees); i++)
      if (ptrmap_has(&lw->funcs_by_symbol, atom_cstr(native_callees[i].native)))
        lower_runtime_func(lw, native_callees[i].callee);
  } while (reach_methods(lw) || lw->next < lw->queue.n);
}

/* Functions that the VM enters by symbol (vm/rtfuncs.def) and that nothing in Go need refer to: exported from the overlay
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

/* ---- initialisation order of packages ---- */
static bool imports_done(const Package *p, const PtrMap *done) {
  for (u32 i = 0; i < p->imports.n; i++)
    if (p->imports.v[i] != package_unsafe && !ptrmap_has(done, p->imports.v[i])) return false;
  return true;
}

static void queue_package_init(Lower *lw, Package *p, PtrMap *done) {
  ptrmap_set(done, p, p);
  queue_init(lw, p);
}

/* Package runtime and what it needs come first, as given. Then, always, the first package in the order of import paths whose
 * imports are initialised (the language's rule since Go 1.21). */
static void queue_inits(Lower *lw, Package **pkgs, u32 n) {
  PtrMap done = {0};
  u32 left = n, runtime = 0;
  while (runtime < n && !atom_is(pkgs[runtime]->path, "runtime")) runtime++;
  for (u32 i = 0; runtime < n && i <= runtime; i++, left--) queue_package_init(lw, pkgs[i], &done);
  while (left > 0) {
    Package *first = NULL;
    for (u32 i = 0; i < n; i++) {
      Package *p = pkgs[i];
      if (ptrmap_has(&done, p) || !imports_done(p, &done)) continue;
      if (!first || strcmp(p->path->s, first->path->s) < 0) first = p;
    }
    CHECK(first); /* the import graph has no cycles */
    queue_package_init(lw, first, &done);
    left--;
  }
  ptrmap_free(&done);
}

BcModule *lower_program(const LowerConfig *cfg, Package **pkgs, u32 n, Package *main, DiagSink *diags) {
  Lower *lw = xcalloc(1, sizeof *lw);
  lw->m = module_new();
  lw->diags = diags;
  u32 errors = diags->nerrors;
  for (u32 i = 0; i < n; i++) {
    ptrmap_set(&lw->packages, pkg_symbol_prefix(pkgs[i]), pkgs[i]);
    if (!ptrmap_has(&lw->packages, pkgs[i]->path)) ptrmap_set(&lw->packages, pkgs[i]->path, pkgs[i]);
  }
  for (u32 i = 0; i < n; i++) note_linknames(lw, pkgs[i]);
  queue_inits(lw, pkgs, n);
  for (u32 i = 0; i < n; i++)
    if (atom_is(pkgs[i]->path, "runtime")) queue_runtime_entries(lw, pkgs[i]);
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
  PtrMap *maps[] = {&lw->funcs_by_symbol, &lw->globals_by_symbol, &lw->layouts, &lw->strings,
                    &lw->itabs, &lw->packages, &lw->linknames, &lw->local_types, &lw->iface_called,
                    &lw->fn_infos, &lw->var_inits};
  for (size_t i = 0; i < ARRAY_LEN(maps); i++) ptrmap_free(maps[i]);
  xfree(lw);
  if (diags->nerrors == errors) return m;
  module_free(m);
  return NULL;
}

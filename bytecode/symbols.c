/* symbols.c - tables of what modules define (symbols.h). */
#include "bytecode/symbols.h"

static void add(PtrMap *m, const Atom *name, const void *v) {
  if (!symbol_is_private(name) && !ptrmap_has(m, name)) ptrmap_set(m, name, (void *)v);
}

void symbols_add_module(Symbols *s, const BcModule *m) {
  for (u32 i = 0; i < m->funcs.n; i++)
    if (!(m->funcs.v[i].flags & BCF_EXTERN)) add(&s->funcs, m->funcs.v[i].symbol, &m->funcs.v[i]);
  for (u32 i = 0; i < m->types.n; i++)
    if (!m->types.v[i].is_extern) add(&s->types, m->types.v[i].key, &m->types.v[i]);
  for (u32 i = 0; i < m->globals.n; i++)
    if (!m->globals.v[i].is_extern) add(&s->globals, m->globals.v[i].symbol, &m->globals.v[i]);
}

void symbols_free(Symbols *s) {
  ptrmap_free(&s->funcs);
  ptrmap_free(&s->types);
  ptrmap_free(&s->globals);
}

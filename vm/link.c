/* link.c - modules into the process: function records, globals with their initial data, symbols, strings,
 * natives.
 *
 * Records and globals are made when a module is linked, because addresses of both go everywhere; types,
 * itabs and strings only when something first refers to them (types.c, itab.c). A symbol that an earlier
 * module defines wins, so that instances compiled into several modules are one function.
 * Start reading at link_module().
 */
#include "vm/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/snapshot.h"
#include "bytecode/symbols.h"
#include "runtime/heap.h"
#include "vm/types.h"
#include "vm/vm_priv.h"

SNAPSHOT LowRegion low_meta, low_code, low_globals;
SNAPSHOT LinkedModules link_modules;
static SNAPSHOT PtrMap func_symbols; /* Atom -> FuncRec */
static SNAPSHOT PtrMap global_symbols; /* Atom -> home (link_home_make) of the BcGlobal */
static SNAPSHOT PtrMap native_symbols; /* Atom -> NativeFn */

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* The regions follow each other in one reservation. The kernel puts the break anywhere in the first GB
 * behind the executable, so the first candidate is above that; AddressSanitizer's shadow begins just below
 * 2 GB. */
void low_init(void) {
  const u64 meta = (u64)128 << 20, code = (u64)128 << 20, globals = (u64)632 << 20;
  const u64 total = meta + code + globals;
  for (u64 base = 0x48000000; base >= 0x2000000; base -= 0x1000000) {
    u8 *p = mmap((void *)base, total, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == MAP_FAILED) continue;
    low_meta = (LowRegion){p, p, p + meta};
    low_code = (LowRegion){p + meta, p + meta, p + meta + code};
    low_globals = (LowRegion){p + meta + code, p + meta + code, p + total};
    return;
  }
  fprintf(stderr, "govm: cannot reserve %lu MB of address space below 2 GB\n", (unsigned long)(total >> 20));
  exit(2);
}

void *low_alloc(LowRegion *r, size_t n, size_t align) {
  u8 *p = (u8 *)ALIGN_UP((uintptr_t)r->next, align);
  if (unlikely(n > (size_t)(r->end - p))) {
    fprintf(stderr, "govm: program too large: no room for %lu bytes below 2 GB\n", (unsigned long)n);
    exit(2);
  }
  r->next = p + n;
  return p;
}

static void add_range(const LowRegion *r) {
  snapshot_add_range(r->base, ALIGN_UP((size_t)(r->next - r->base), (size_t)4096));
}

void link_snapshot(void) {
  for (u32 i = 0; i < link_modules.n; i++) {
    LinkedModule *lm = link_modules.v[i];
    for (u32 k = 0; k < lm->m->types.n; k++) link_type(lm, k);
    for (u32 k = 0; k < lm->m->itabs.n; k++) link_itab(lm, k);
    for (u32 k = 0; k < lm->m->strings.n; k++) link_string(lm, k);
  }
  u32 spare = 4096;
  ptrmap_reserve(&func_symbols, spare);
  ptrmap_reserve(&global_symbols, spare);
  link_types_reserve(spare);
  heap_reserve_roots(spare);
  add_range(&low_meta);
  add_range(&low_globals);
}

void link_register_natives(const NativeDef *defs, u32 n) {
  for (u32 i = 0; i < n; i++) ptrmap_set(&native_symbols, atom_cstr(defs[i].symbol), (void *)defs[i].fn);
}

bool link_has_native(const Atom *symbol) { return ptrmap_get(&native_symbols, symbol) != NULL; }

FuncRec *link_func(const char *symbol) { return ptrmap_get(&func_symbols, atom_cstr(symbol)); }
/* Address of a variable; NULL when no module defines it. */
static void *link_global_atom(const Atom *symbol) {
  void *home = ptrmap_get(&global_symbols, symbol);
  return home ? link_home_module(home)->globals[link_home_index(home)] : NULL;
}
void *link_global(const char *symbol) { return link_global_atom(atom_cstr(symbol)); }

/* Called where a function without a body and without a native would run. */
static Status no_body(G *g, Slot *fp) {
  (void)fp;
  FuncRec *rec = func_of_insn(g->pc - 1);
  static char text[256];
  snprintf(text, sizeof text, "function %s has no body", rec ? rec->info->fn->symbol->s : "?");
  go_fatal(text);
}

static void make_record(LinkedModule *lm, u32 index) {
  const BcFunc *f = &lm->m->funcs.v[index];
  FuncRec *old = ptrmap_get(&func_symbols, f->symbol);
  if (old) {
    lm->funcs[index] = old;
    return;
  }
  FuncRec *rec = &lm->recs[index];
  FuncInfo *info = &lm->infos[index];
  u32 window = f->nargs > f->nres ? f->nargs : f->nres;
  *rec = (FuncRec){.entry = &vm_stubs[STUB_EXPAND], .self = rec,
                   .nslots = f->nslots > window ? f->nslots : window, .nargs = f->nargs, .nres = f->nres,
                   .flags = f->flags, .ncode = f->ncode, .info = info};
  *info = (FuncInfo){.fn = f, .mod = lm, .rec = rec};
  if (f->ncode == 0) {
    rec->flags |= BCF_NATIVE;
    rec->ncode = 2; /* NATIVE, RET0 */
    info->native = (NativeFn)ptrmap_get(&native_symbols, f->symbol);
    if (!info->native) info->native = no_body;
  }
  lm->funcs[index] = rec;
  ptrmap_set(&func_symbols, f->symbol, rec);
}

/* Memory for a variable. Very large ones lie as low as possible when something is free there: programs that
 * test nil checks with offsets beyond the first page want one that starts in the first 256 MB. */
static u8 *global_memory(u64 size, u64 align) {
  if (size >= (u64)64 << 20) {
    for (u64 base = 0x1000000; base <= 0xff00000; base += 0x100000) {
      u8 *p = mmap((void *)base, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
      if (p != MAP_FAILED) return p;
    }
  }
  return low_alloc(&low_globals, size ? size : 8, align);
}

/* False when an earlier module defines it: then its data are that module's. */
static bool make_global(LinkedModule *lm, u32 index) {
  const BcGlobal *gl = &lm->m->globals.v[index];
  bool private = symbol_is_private(gl->symbol);
  u8 *old = private ? NULL : link_global_atom(gl->symbol);
  if (old) {
    lm->globals[index] = old;
    return false;
  }
  const BcType *t = &lm->m->types.v[gl->type];
  u8 *p = global_memory(t->size, t->align > 8 ? t->align : 8);
  lm->globals[index] = p;
  if (!private) ptrmap_set(&global_symbols, gl->symbol, link_home_make(lm->number, index));
  return true;
}

static u64 reloc_target(LinkedModule *lm, const BcReloc *r) {
  switch (r->kind) {
  case BCR_GLOBAL: return (u64)lm->globals[r->index];
  case BCR_STRING: return link_string(lm, r->index);
  case BCR_TYPE: return (u64)link_type(lm, r->index);
  case BCR_ITAB: return (u64)link_itab(lm, r->index);
  case BCR_FUNCVAL: return (u64)&lm->funcs[r->index]->self;
  }
  return 0;
}
static void init_global(LinkedModule *lm, u32 index) {
  const BcGlobal *gl = &lm->m->globals.v[index];
  u8 *p = lm->globals[index];
  if (gl->ninit) memcpy(p, gl->init, gl->ninit);
  for (u32 i = 0; i < gl->nrelocs; i++) {
    const BcReloc *r = &gl->relocs[i];
    u64 v = reloc_target(lm, r) + (u64)r->addend;
    memcpy(p + r->offset, &v, 8);
  }
}

/* Variables that may hold pointers into the heap are roots: from the start, or once the package that owns them is
 * initialised. The latter wait in lm->roots, those of one package together. */
static void make_roots(LinkedModule *lm, const bool *mine) {
  const BcModule *m = lm->m;
  u32 *count = xcalloc(m->inits.n + 1, sizeof *count), total = 0;
  for (int fill = 0; fill < 2; fill++) {
    for (u32 i = 0; i < m->globals.n; i++) {
      const BcGlobal *g = &m->globals.v[i];
      if (!mine[i] || g->rodata || !recipe_ptr_bytes(lm, g->type)) continue;
      AbiType *t = link_type(lm, g->type);
      if (g->owner == BC_NONE) {
        if (fill) heap_add_root(lm->globals[i], t);
      } else if (fill) {
        lm->roots[lm->roots_of[g->owner] + --count[g->owner]] = (HeapRoot){lm->globals[i], t};
      } else {
        count[g->owner]++;
      }
    }
    if (fill) break;
    lm->roots_of = xcalloc(m->inits.n + 1, sizeof *lm->roots_of);
    for (u32 i = 0; i < m->inits.n; i++) lm->roots_of[i] = total, total += count[i];
    lm->roots_of[m->inits.n] = total;
    lm->roots = xcalloc(total + 1, sizeof *lm->roots);
  }
  xfree(count);
}

void link_add_roots(const LinkedModule *lm, u32 init) {
  for (u32 i = lm->roots_of[init]; i < lm->roots_of[init + 1]; i++) heap_add_root(lm->roots[i].addr, lm->roots[i].type);
}

/* What the module refers to as extern exists and is what it takes it for. */
static bool check_externs(const BcModule *m, Err *e) {
  for (u32 i = 0; i < m->funcs.n; i++) {
    const BcFunc *f = &m->funcs.v[i];
    const FuncRec *rec = ptrmap_get(&func_symbols, f->symbol);
    if (!rec && f->flags & BCF_EXTERN) return err_set(e, "undefined function %s", f->symbol->s);
    if (rec && (rec->nargs != f->nargs || rec->nres != f->nres))
      return err_set(e, "function %s is used with another signature", f->symbol->s);
  }
  for (u32 i = 0; i < m->globals.n; i++) {
    const BcGlobal *g = &m->globals.v[i];
    void *home = symbol_is_private(g->symbol) ? NULL : ptrmap_get(&global_symbols, g->symbol);
    if (!home && g->is_extern) return err_set(e, "undefined variable %s", g->symbol->s);
    if (!home) continue;
    const BcModule *d = link_home_module(home)->m;
    if (d->types.v[d->globals.v[link_home_index(home)].type].key != m->types.v[g->type].key)
      return err_set(e, "variable %s is used with another type", g->symbol->s);
  }
  return link_types_check(m, e);
}

LinkedModule *link_module(const BcModule *m, Err *e) {
  u64 globals_size = 0;
  for (u32 i = 0; i < m->globals.n; i++)
    if (!m->globals.v[i].is_extern) globals_size += m->types.v[m->globals.v[i].type].size + 16;
  if (globals_size > (u64)(low_globals.end - low_globals.next)) {
    err_set(e, "the program's variables need %lu MB; the limit is %lu MB", (unsigned long)(globals_size >> 20),
            (unsigned long)((low_globals.end - low_globals.base) >> 20));
    return NULL;
  }
  if (!check_externs(m, e)) return NULL;
  LinkedModule *lm = xcalloc(1, sizeof *lm);
  lm->m = m;
  lm->number = link_modules.n;
  lm->funcs = xcalloc(m->funcs.n + 1, sizeof *lm->funcs);
  lm->globals = xcalloc(m->globals.n + 1, sizeof *lm->globals);
  lm->types = xcalloc(m->types.n + 1, sizeof *lm->types);
  lm->itabs = xcalloc(m->itabs.n + 1, sizeof *lm->itabs);
  lm->strings = xcalloc(m->strings.n + 1, sizeof *lm->strings);
  lm->infos = xcalloc(m->funcs.n + 1, sizeof *lm->infos);
  lm->recs = low_alloc(&low_meta, m->funcs.n * sizeof(FuncRec), 64);
  VEC_PUSH(NULL, &link_modules, lm);
  for (u32 i = 0; i < m->funcs.n; i++) make_record(lm, i);
  link_types_add_module(lm);
  bool *mine = xcalloc(m->globals.n + 1, sizeof *mine);
  for (u32 i = 0; i < m->globals.n; i++) mine[i] = make_global(lm, i);
  for (u32 i = 0; i < m->globals.n; i++)
    if (mine[i]) init_global(lm, i);
  make_roots(lm, mine);
  xfree(mine);
  return lm;
}

u32 link_string(LinkedModule *lm, u32 index) {
  u32 addr = lm->strings[index];
  if (addr) return addr;
  const BcString *s = &lm->m->strings.v[index];
  if ((uintptr_t)s->p + s->len < INT32_MAX) {
    addr = (u32)(uintptr_t)s->p;
  } else {
    u8 *copy = low_alloc(&low_meta, s->len ? s->len : 1, 1);
    memcpy(copy, s->p, s->len);
    addr = (u32)(uintptr_t)copy;
  }
  return lm->strings[index] = addr;
}

/* init.c - the order in which packages are initialised.
 *
 * The language's rule since Go 1.21: of the packages whose imports are all initialised, the first by import path is
 * next. Package runtime and what it imports go before everything else. Packages are known by path from the modules that
 * were linked; each is initialised once, when a module that needs it is first run.
 */
#include <stdlib.h>

#include "vm/vm_priv.h"

static SNAPSHOT PtrMap packages; /* path Atom -> home (link_home_make) of the BcInit */
static SNAPSHOT PtrMap done;     /* paths whose initialisers were handed out */

void init_add_module(LinkedModule *lm) {
  for (u32 i = 0; i < lm->m->inits.n; i++) {
    ptrmap_set(&packages, lm->m->inits.v[i].path, link_home_make(lm->number, i));
    ptrmap_delete(&done, lm->m->inits.v[i].path);
  }
}

static const BcInit *package_init(const Atom *path) {
  const void *home = ptrmap_get(&packages, path);
  return home ? &link_home_module(home)->m->inits.v[link_home_index(home)] : NULL;
}

typedef VEC(const BcInit *) InitList;

/* Adds the package and all it imports that are not initialised. */
static void need(InitList *list, PtrMap *seen, const Atom *path) {
  const BcInit *in = package_init(path);
  if (!in || ptrmap_has(&done, path) || ptrmap_has(seen, path)) return;
  ptrmap_set(seen, path, (void *)in);
  for (u32 i = 0; i < in->nimports; i++) need(list, seen, in->imports[i]);
  VEC_PUSH(NULL, list, in);
}

static int by_path(const void *a, const void *b) {
  return strcmp((*(const BcInit *const *)a)->path->s, (*(const BcInit *const *)b)->path->s);
}

static bool ready(const BcInit *in) {
  for (u32 i = 0; i < in->nimports; i++)
    if (ptrmap_has(&packages, in->imports[i]) && !ptrmap_has(&done, in->imports[i])) return false;
  return true;
}

static void add_calls(const BcInit *in, VmCalls *calls) {
  const void *home = ptrmap_get(&packages, in->path);
  const BcModule *m = link_home_module(home)->m;
  link_add_roots(link_home_module(home), link_home_index(home));
  ptrmap_set(&done, in->path, (void *)in);
  if (in->vars_func != BC_NONE) VEC_PUSH(NULL, calls, &m->funcs.v[in->vars_func]);
  for (u32 j = 0; j < in->ninits; j++) VEC_PUSH(NULL, calls, &m->funcs.v[in->inits[j]]);
}

/* Orders the list, which holds all missing imports of its members. */
static void order(InitList *list, VmCalls *calls) {
  if (list->n) qsort(list->v, list->n, sizeof *list->v, by_path);
  for (u32 left = list->n; left;) {
    u32 before = left;
    for (u32 i = 0; i < list->n; i++) {
      if (!list->v[i] || !ready(list->v[i])) continue;
      add_calls(list->v[i], calls);
      list->v[i] = NULL;
      left--;
      break;
    }
    if (left == before) rt_throw("packages import each other");
  }
}

static void collect(const Atom *const *roots, u32 n, VmCalls *calls) {
  InitList list = {0};
  PtrMap seen = {0};
  for (u32 i = 0; i < n; i++) need(&list, &seen, roots[i]);
  order(&list, calls);
  VEC_FREE(&list);
  ptrmap_free(&seen);
}

void init_collect(const BcModule *m, VmCalls *calls) {
  const Atom *runtime = atom_cstr("runtime");
  collect(&runtime, 1, calls);
  VEC(const Atom *) roots = {0};
  for (u32 i = 0; i < m->inits.n; i++) VEC_PUSH(NULL, &roots, m->inits.v[i].path);
  collect(roots.v, roots.n, calls);
  VEC_FREE(&roots);
}

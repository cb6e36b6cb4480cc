/* itab.c - itabs: static ones of modules and those that conversions and assertions ask for, one per
 * (interface, type). Source: Go's runtime/iface.go. A negative answer is an itab too, with fun[0] NULL.
 * Also the offsets that reflect registers at run time.
 */
#include <stdlib.h>

#include "runtime/heap.h"
#include "vm/vm_priv.h"

static SNAPSHOT AbiItab **table; /* open addressing; size is a power of two */
static SNAPSHOT u32 table_size, table_count;
static SNAPSHOT VEC(AbiItab *) heap_itabs; /* of types that reflect made */

static u64 itab_hash(const AbiInterfaceType *inter,
    const AbiType *t) { return inter->t.hash ^ (u64)t->hash * 31; }

static AbiItab **table_place(AbiItab **tab, u32 size, const AbiInterfaceType *inter, const AbiType *t) {
  u32 i = (u32)hash_u64(itab_hash(inter, t)) & (size - 1);
  while (tab[i] && (tab[i]->inter != inter || tab[i]->type != t)) i = (i + 1) & (size - 1);
  return &tab[i];
}
static void table_grow(void) {
  u32 size = table_size ? table_size * 2 : 512;
  AbiItab **grown = xcalloc(size, sizeof *grown);
  for (u32 i = 0; i < table_size; i++)
    if (table[i]) *table_place(grown, size, table[i]->inter, table[i]->type) = table[i];
  xfree(table);
  table = grown;
  table_size = size;
}

/* ---- reflect's own offsets ---- */
static SNAPSHOT VEC(void *) reflect_offs;
static SNAPSHOT PtrMap reflect_off_of; /* address -> index in reflect_offs + 1 */

void *type_resolve_off(i32 off) {
  if (off >= 0) return abi_off(off);
  u32 i = (u32)(-(i64)off) - 1;
  return i < reflect_offs.n ? reflect_offs.v[i] : NULL;
}
i32 type_add_reflect_off(void *p) {
  if ((uintptr_t)p <= INT32_MAX) return (i32)(uintptr_t)p;
  uintptr_t have = (uintptr_t)ptrmap_get(&reflect_off_of, p);
  if (!have) {
    VEC_PUSH(NULL, &reflect_offs, p);
    have = reflect_offs.n;
    ptrmap_set(&reflect_off_of, p, (void *)have);
  }
  return -(i32)have;
}
void itab_roots(GcWork *w) {
  for (u32 i = 0; i < reflect_offs.n; i++) gc_mark_word(w, reflect_offs.v[i]);
  for (u32 i = 0; i < heap_itabs.n; i++) gc_mark_word(w, heap_itabs.v[i]->type), gc_mark_word(w, heap_itabs.v[i]->inter);
}

/* ---- making one ---- */
static bool same_text(GoString a, GoString b) { return a.len == b.len && memcmp(a.p, b.p,
    (size_t)a.len) == 0; }

static bool method_matches(const AbiInterfaceType *inter, const AbiImethod *im, const AbiUncommon *u,
    const AbiMethod *m) {
  const u8 *iname = type_resolve_off(im->name), *mname = type_resolve_off(m->name);
  if (type_resolve_off(im->typ) != type_resolve_off(m->mtyp)) return false;
  if (!same_text(abi_name_text(iname), abi_name_text(mname))) return false;
  if (mname[0] & ABI_NAME_EXPORTED) return true;
  const u8 *ipkg = abi_name_pkgpath(iname), *mpkg = abi_name_pkgpath(mname);
  if (!ipkg) ipkg = inter->pkgpath.bytes;
  if (!mpkg) mpkg = type_resolve_off(u->pkgpath);
  return same_text(abi_name_text(ipkg), abi_name_text(mpkg));
}
/* Both method lists are sorted alike: one pass. Returns the first missing method's index, or -1. */
static i64 fill_itab(AbiItab *tab) {
  const AbiInterfaceType *inter = tab->inter;
  const AbiUncommon *u = abi_type_uncommon(tab->type);
  u32 n = u ? u->mcount : 0, j = 0;
  const AbiMethod *methods = u ? abi_uncommon_methods(u) : NULL;
  for (i64 k = 0; k < inter->nmethods; k++) {
    while (j < n && !method_matches(inter, &inter->methods[k], u, &methods[j])) j++;
    if (j == n) {
      tab->fun[0] = NULL;
      return k;
    }
    void *fn = type_resolve_off(methods[j].ifn);
    tab->fun[k] = fn ? fn : rt_unreachable_method();
  }
  return -1;
}

static AbiItab *itab_find(AbiInterfaceType *inter, AbiType *t) {
  if (table_count * 4 >= table_size * 3) table_grow();
  AbiItab **place = table_place(table, table_size, inter, t);
  if (*place) return *place;
  AbiItab *tab = low_alloc(&low_meta, sizeof *tab + (size_t)inter->nmethods * 8, 8);
  tab->inter = inter;
  tab->type = t;
  tab->hash = t->hash;
  fill_itab(tab);
  if ((uintptr_t)t > INT32_MAX || (uintptr_t)inter > INT32_MAX) VEC_PUSH(NULL, &heap_itabs, tab);
  *place = tab;
  table_count++;
  return tab;
}

AbiItab *itab_get(AbiInterfaceType *inter, AbiType *t, GoString *missing) {
  AbiItab *tab = itab_find(inter, t);
  if (tab->fun[0]) return tab;
  if (missing) {
    i64 k = fill_itab(tab);
    *missing = abi_name_text(type_resolve_off(inter->methods[k].name));
  }
  return NULL;
}

void itab_refresh(const AbiType *t) {
  for (u32 i = 0; i < table_size; i++)
    if (table[i] && table[i]->type == t) fill_itab(table[i]);
}

AbiItab *link_itab(LinkedModule *lm, u32 index) {
  AbiItab *tab = lm->itabs[index];
  if (tab) return tab;
  const BcItab *it = &lm->m->itabs.v[index];
  return lm->itabs[index] = itab_find((AbiInterfaceType *)link_type(lm, it->iface), link_type(lm, it->type));
}

/* check_context.c - the table of instances: one type per generic type (or function) and identical type
 * arguments. There is one context per process, so that an instance is the same pointer in every package;
 * entries are never removed. Source of the idea: types2's context.go; we hash types (type_hash) instead of
 * writing strings. */
#include <stdlib.h>

#include "frontend/check.h"

typedef struct ContextEntry {
  u32 hash;
  u32 next; /* index + 1 of the next entry of the same bucket, 0: none */
  Type *orig, *inst;
  TypeList *targs;
} ContextEntry;

struct Context {
  VEC(ContextEntry) entries;
  u32 *buckets; /* index + 1 of the newest entry */
  u32 nbuckets; /* a power of two */
};

SNAPSHOT Context *types_context;

Context *types_new_context(void) {
  Context *c = NEW(&types_arena, Context);
  c->nbuckets = 256;
  c->buckets = xcalloc(c->nbuckets, sizeof *c->buckets);
  return c;
}

/* Equal for the same orig and identical type arguments. */
u32 context_instance_hash(Type *orig, TypeList *targs) {
  u64 h = hash_u64((u64)(uintptr_t)orig);
  for (u32 i = 0; i < typelist_len(targs); i++) h = hash_u64(h ^ type_hash(targs->v[i]));
  return (u32)h;
}

Type *context_lookup(Context *ctxt, u32 h, Type *orig, TypeList *targs) {
  for (u32 i = ctxt->buckets[h & (ctxt->nbuckets - 1)]; i; i = ctxt->entries.v[i - 1].next) {
    ContextEntry *e = &ctxt->entries.v[i - 1];
    if (e->hash == h && types_identical_instance(orig, targs, e->orig, e->targs)) return e->inst;
  }
  return NULL;
}

static void link_entry(Context *ctxt, u32 index) {
  ContextEntry *e = &ctxt->entries.v[index];
  u32 *bucket = &ctxt->buckets[e->hash & (ctxt->nbuckets - 1)];
  e->next = *bucket;
  *bucket = index + 1;
}

static void grow_buckets(Context *ctxt) {
  xfree(ctxt->buckets);
  ctxt->nbuckets *= 2;
  ctxt->buckets = xcalloc(ctxt->nbuckets, sizeof *ctxt->buckets);
  for (u32 i = 0; i < ctxt->entries.n; i++) link_entry(ctxt, i);
}

/* Enters inst unless an identical type with hash h is there already; gives the one that is in the table. */
Type *context_update(Context *ctxt, u32 h, Type *orig, TypeList *targs, Type *inst) {
  for (u32 i = ctxt->buckets[h & (ctxt->nbuckets - 1)]; i; i = ctxt->entries.v[i - 1].next) {
    ContextEntry *e = &ctxt->entries.v[i - 1];
    if (e->hash == h && types_identical(inst, e->inst)) return e->inst;
  }
  if (ctxt->entries.n >= ctxt->nbuckets) grow_buckets(ctxt);
  VEC_PUSH(NULL, &ctxt->entries, (ContextEntry){.hash = h, .orig = orig, .targs = targs, .inst = inst});
  link_entry(ctxt, ctxt->entries.n - 1);
  return inst;
}

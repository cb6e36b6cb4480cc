/* iface.h - equality and hashing by walking type descriptors; boxing of values. Never calls a descriptor's Equal or Hasher.
 * Functions that can meet an uncomparable dynamic type return ST_PANIC with the run-time error set in g:
 * "comparing uncomparable type T", "hash of unhashable type T". */
#ifndef GOVM_RUNTIME_IFACE_H
#define GOVM_RUNTIME_IFACE_H
#include "runtime/heap.h"

/* ---- equality ---- */
Status efaceeq(G *g, const Slot *a, const Slot *b, bool *eq); /* interface{} values: type and data words */
Status ifaceeq(G *g, const Slot *a, const Slot *b, bool *eq); /* interfaces with methods: itab and data words */
/* Two values of type t in memory; t is comparable, interfaces inside it may still panic. */
Status type_equal(G *g, const AbiType *t, const void *a, const void *b, bool *eq);
static inline bool str_bytes_equal(const GoString *a, const GoString *b) {
  return a->len == b->len && (a->p == b->p || memcmp(a->p, b->p, (size_t)a->len) == 0);
}
/* Raises run-time error prefix + the type's string: "hash of unhashable type []int". */
Status panic_with_type(G *g, const char *prefix, const AbiType *t);
static inline bool type_comparable(const AbiType *t) { return t->equal != NULL; }

/* ---- hashing: Go's hash64.go and alg.go, the same values wherever C or Go asks ---- */
void hash_init(void); /* draws the process's hash keys */
u64 memhash(const void *p, u64 seed, u64 n);
u64 memhash32(const void *p, u64 seed);
u64 memhash64(const void *p, u64 seed);
u64 f32hash(const void *p, u64 seed);
u64 f64hash(const void *p, u64 seed);
u64 c64hash(const void *p, u64 seed);
u64 c128hash(const void *p, u64 seed);
static inline u64 strhash(const void *p, u64 seed) {
  const GoString *s = p;
  return memhash(s->p, seed, (u64)s->len);
}
Status nilinterhash(G *g, const void *p, u64 seed, u64 *h);
Status interhash(G *g, const void *p, u64 seed, u64 *h);
Status typehash(G *g, const AbiType *t, const void *p, u64 seed, u64 *h);

/* ---- boxing ---- */
/* The data word for a value of type t in `src` slots: the word itself for direct types, else a pointer to a copy; zero-size,
 * single bytes and zero values share read-only memory. */
void *iface_box(const AbiType *t, const Slot *src);
/* The same for a value in memory. */
void *iface_box_mem(const AbiType *t, const void *src);
/* Where the value of an interface's data word lies: the word itself for direct types. */
static inline const void *iface_data(const AbiType *t, const Slot *data) { return abi_direct_iface(t) ? data : data->p; }
#endif

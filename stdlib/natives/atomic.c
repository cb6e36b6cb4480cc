/* atomic.c - sync/atomic and internal/runtime/atomic: sequentially consistent operations on Go memory.
 * Results narrower than a word are extended as their Go type says. Pointer stores go through the write barrier. */
#include "stdlib/natives/natives.h"

#define SEQ __ATOMIC_SEQ_CST

/* The family of one integer type T; `out` is the slot member that extends it: i or u. */
#define ATOMIC_FAMILY(suffix, T, out)                                  \
  NATIVE_FN(atomic_load_##suffix) {                                    \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    fp[0].out = __atomic_load_n(p, SEQ);                               \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_store_##suffix) {                                   \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    __atomic_store_n(p, (T)fp[1].u, SEQ);                              \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_swap_##suffix) {                                    \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    fp[0].out = __atomic_exchange_n(p, (T)fp[1].u, SEQ);               \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_cas_##suffix) {                                     \
    T *p = fp[0].p, old = (T)fp[1].u;                                  \
    NIL_CHECK(p);                                                      \
    fp[0].u = __atomic_compare_exchange_n(p, &old, (T)fp[2].u, false, SEQ, SEQ); \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_add_##suffix) {                                     \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    fp[0].out = (T)__atomic_add_fetch(p, (T)fp[1].u, SEQ);             \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_and_##suffix) {                                     \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    fp[0].out = __atomic_fetch_and(p, (T)fp[1].u, SEQ);                \
    return ST_OK;                                                      \
  }                                                                    \
  NATIVE_FN(atomic_or_##suffix) {                                      \
    T *p = fp[0].p;                                                    \
    NIL_CHECK(p);                                                      \
    fp[0].out = __atomic_fetch_or(p, (T)fp[1].u, SEQ);                 \
    return ST_OK;                                                      \
  }
ATOMIC_FAMILY(i32, i32, i)
ATOMIC_FAMILY(u32, u32, u)
ATOMIC_FAMILY(i64, i64, i)
ATOMIC_FAMILY(u64, u64, u)
ATOMIC_FAMILY(u8, u8, u)

NATIVE_FN(atomic_store_ptr) {
  NIL_CHECK(fp[0].p);
  ptr_store(fp[0].p, fp[1].p);
  return ST_OK;
}

NATIVE_FN(atomic_swap_ptr) {
  void **p = fp[0].p;
  NIL_CHECK(p);
  void *old = __atomic_load_n(p, SEQ);
  ptr_store(p, fp[1].p);
  fp[0].p = old;
  return ST_OK;
}

NATIVE_FN(atomic_cas_ptr) {
  void **p = fp[0].p;
  NIL_CHECK(p);
  bool same = __atomic_load_n(p, SEQ) == fp[1].p;
  if (same) ptr_store(p, fp[2].p);
  fp[0].u = same;
  return ST_OK;
}

/* natives.h - what the files of stdlib/natives share. A native is one row of stdlib/natives.def and one function
 *   NATIVE_FN(name) { ... return ST_OK; }
 * with its arguments at fp[0], fp[1] ... and its results written from fp[0] on (runtime/native.h). */
#ifndef GOVM_STDLIB_NATIVES_H
#define GOVM_STDLIB_NATIVES_H
#include "runtime/heap.h"
#include "runtime/iface.h"
#include "runtime/str.h"
#include "vm/vm_priv.h"

#define NATIVE_FN(name) Status name(G *g __attribute__((unused)), Slot *fp __attribute__((unused)))
/* Natives that dereference a pointer argument check it first, as compiled code would. */
#define NIL_CHECK(p) \
  do {               \
    if (unlikely(!(p))) return panic_rt(g, RT_PANIC_MEM, 0, 0); \
  } while (0)

static inline GoString arg_string(const Slot *s) { return (GoString){s[0].b, s[1].i}; }
static inline void ret_string(Slot *fp, GoString s) {
  fp[0].p = (void *)s.p;
  fp[1].i = s.len;
}
static inline void ret_slice(Slot *fp, GoSlice s) {
  fp[0].p = s.p;
  fp[1].i = s.len;
  fp[2].i = s.cap;
}
/* A NUL-terminated copy in malloc memory. */
static inline char *c_string(GoString s) {
  char *p = xmalloc((size_t)s.len + 1);
  memcpy(p, s.p, (size_t)s.len);
  p[s.len] = 0;
  return p;
}
#endif

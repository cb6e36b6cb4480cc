/* ops.c - the work of long instructions (ops.h), and Go's arithmetic where C's differs. */
#include "vm/ops.h"

#include <math.h>
#include <x86intrin.h>

#include "runtime/chan.h"
#include "runtime/iface.h"
#include "runtime/map.h"
#include "runtime/slice.h"
#include "runtime/str.h"
#include "vm/fault.h"
#include "vm/vm_priv.h"

#define A (&fp[pc->a])
#define B (&fp[pc->b])
#define C (&fp[pc->c])
#define TYPE ((AbiType *)(uintptr_t)(u32)pc->imm)
#define MAP_TYPE ((const AbiMapType *)TYPE)
#define OP_HELPER(name) Status op_##name##_c(G *g, Slot *fp, const Insn *pc)
#define UNUSED_G ((void)g)

/* ---- equality ---- */
/* Runs a comparison of values that may lie in memory which is not there. */
#define COMPARE(call)                 \
  bool eq = false;                    \
  fault_restartable = true;           \
  Status st = (call);                 \
  fault_restartable = false;          \
  if (st == ST_OK) A->u = eq;         \
  return st
OP_HELPER(EQ_EFACE) { COMPARE(efaceeq(g, B, C, &eq)); }
OP_HELPER(EQ_IFACE) { COMPARE(ifaceeq(g, B, C, &eq)); }
OP_HELPER(EQ_T) { COMPARE(type_equal(g, TYPE, B, C, &eq)); }
OP_HELPER(EQ_MT) {
  if (TYPE->size && (!B->p || !C->p)) return panic_rt(g, RT_PANIC_MEM, 0, 0);
  COMPARE(type_equal(g, TYPE, B->p, C->p, &eq));
}

/* ---- strings and slices ---- */
static GoString slot_string(const Slot *s) { return (GoString){s[0].b, s[1].i}; }
static Status put_string(Slot *d, GoString s) {
  d[0].p = (void *)s.p;
  d[1].i = s.len;
  return ST_OK;
}
static Status put_slice(Slot *d, GoSlice s) {
  d[0].p = s.p;
  d[1].i = s.len;
  d[2].i = s.cap;
  return ST_OK;
}
OP_HELPER(CONCAT) {
  UNUSED_G;
  return put_string(A, str_concat(slot_string(B), slot_string(C)));
}
OP_HELPER(CONCATN) {
  UNUSED_G;
  return put_string(A, str_concat_n(B, pc->c));
}
OP_HELPER(STR_BYTES) {
  UNUSED_G;
  return put_string(A, str_from_bytes(B[0].b, B[1].i));
}
OP_HELPER(BYTES_STR) {
  UNUSED_G;
  return put_slice(A, str_to_bytes(slot_string(B)));
}
OP_HELPER(STR_RUNES) {
  UNUSED_G;
  return put_string(A, str_from_runes(B[0].p, B[1].i));
}
OP_HELPER(RUNES_STR) {
  UNUSED_G;
  return put_slice(A, str_to_runes(slot_string(B)));
}
OP_HELPER(STR_RUNE) {
  UNUSED_G;
  return put_string(A, str_from_rune(B->i));
}
OP_HELPER(STR_BYTES_T) {
  UNUSED_G;
  return put_string(A, str_from_bytes_in(C->b, B[0].b, B[1].i));
}
OP_HELPER(BYTES_STR_T) {
  UNUSED_G;
  return put_slice(A, str_to_bytes_in(C->b, slot_string(B)));
}
OP_HELPER(STR_RUNE_T) {
  UNUSED_G;
  return put_string(A, str_from_rune_in(C->b, B->i));
}
OP_HELPER(STR_NEXT) {
  UNUSED_G;
  i64 next;
  i32 r = str_next_rune(slot_string(B), C->i, &next);
  A[0].i = r;
  A[1].i = next;
  return ST_OK;
}
OP_HELPER(MAKESLICE) { return slice_make(g, TYPE, B->i, C->i, A); }
OP_HELPER(GROW) { return slice_grow(g, TYPE, B, C->i, A); }
OP_HELPER(APPENDS) { return slice_append(g, TYPE, B, C[0].p, C[1].i, A); }

/* ---- maps, channels ---- */
OP_HELPER(MAKEMAP) {
  UNUSED_G;
  A->p = map_make(MAP_TYPE, B->i);
  return ST_OK;
}
OP_HELPER(MAKECHAN) { return chan_make(g, (const AbiChanType *)TYPE, B->i, A); }
/* The zero value when elem is NULL. */
static void put_elem(Slot *d, u32 nslots, const void *elem, const AbiType *t) {
  if (elem) slot_load(d, elem, t);
  else memset(d, 0, nslots * sizeof(Slot));
}
OP_HELPER(MAPGET) {
  void *e = NULL;
  Status st = map_get(g, MAP_TYPE, B->p, C, &e);
  if (st == ST_OK) put_elem(A, pc->d, e, MAP_TYPE->elem);
  return st;
}
OP_HELPER(MAPGET2) {
  void *e = NULL;
  Status st = map_get(g, MAP_TYPE, B->p, C, &e);
  if (st != ST_OK) return st;
  Slot *d = A;
  put_elem(d, pc->d, e, MAP_TYPE->elem);
  d[pc->d].u = e != NULL;
  return ST_OK;
}
OP_HELPER(MAPSET) {
  void *e = NULL;
  Status st = map_assign(g, MAP_TYPE, A->p, B, &e);
  if (st == ST_OK) slot_store(e, C, MAP_TYPE->elem);
  return st;
}
OP_HELPER(MAPADDR) {
  void *e = NULL;
  Status st = map_assign(g, MAP_TYPE, B->p, C, &e);
  if (st == ST_OK) A->p = e;
  return st;
}
OP_HELPER(MAPDEL) { return map_delete(g, MAP_TYPE, A->p, B); }
OP_HELPER(RECV) {
  Hchan *c = B->p;
  memset(A, 0, pc->d * sizeof(Slot));
  return chan_recv(g, c, pc->d ? A : NULL, NULL);
}
OP_HELPER(RECV2) {
  Hchan *c = B->p;
  Slot *d = A;
  memset(d, 0, (pc->d + 1u) * sizeof(Slot));
  return chan_recv(g, c, pc->d ? d : NULL, &d[pc->d]);
}
OP_HELPER(GO) {
  if (!A->p) go_fatal("go of nil func value");
  sched_go(g, A->p, pc + 1);
  return ST_OK;
}

/* ---- interfaces ---- */
static AbiType *dynamic_type(const Slot *iface, bool has_methods) {
  if (!has_methods || !iface->p) return iface->p;
  return ((AbiItab *)iface->p)->type;
}
/* The first word of an interface of type inter that holds a t; NULL when t lacks a method. */
static void *iface_word(AbiInterfaceType *inter, AbiType *t, GoString *missing) {
  return inter->nmethods == 0 ? (void *)t : itab_get(inter, t, missing);
}
OP_HELPER(CONVI) {
  UNUSED_G;
  Slot *d = A, data = B[1];
  AbiType *t = dynamic_type(B, pc->c);
  void *word = t ? iface_word((AbiInterfaceType *)TYPE, t, NULL) : NULL;
  if (t && !word) rt_throw("conversion to an interface that the type does not implement");
  d[0].p = word;
  d[1].p = t ? data.p : NULL;
  return ST_OK;
}
OP_HELPER(ASSERT_I) {
  Slot *d = A, data = B[1];
  AbiType *t = dynamic_type(B, pc->c);
  GoString missing = {0};
  void *word = t ? iface_word((AbiInterfaceType *)TYPE, t, &missing) : NULL;
  if (!word) {
    panic_rt(g, RT_PANIC_ASSERT_I, (u64)t, (u64)TYPE);
    g->panic_args[2].p = (void *)missing.p;
    g->panic_args[3].i = missing.len;
    return ST_PANIC;
  }
  d[0].p = word;
  d[1] = data;
  return ST_OK;
}
OP_HELPER(ASSERT_I2) {
  UNUSED_G;
  Slot *d = A, data = B[1];
  AbiType *t = dynamic_type(B, pc->c);
  void *word = t ? iface_word((AbiInterfaceType *)TYPE, t, NULL) : NULL;
  d[0].p = word;
  d[1].p = word ? data.p : NULL;
  d[2].u = word != NULL;
  return ST_OK;
}

/* ---- floating point ---- */
double go_fmin(double a, double b) {
  if (a != a || b != b) return __builtin_nan("");
  if (a == 0 && b == 0) return signbit(a) ? a : b;
  return a < b ? a : b;
}
double go_fmax(double a, double b) {
  if (a != a || b != b) return __builtin_nan("");
  if (a == 0 && b == 0) return signbit(a) ? b : a;
  return a > b ? a : b;
}
u64 go_f64_to_u64(double f) {
  if (f < 9223372036854775808.0) return (u64)_mm_cvttsd_si64(_mm_set_sd(f));
  return (u64)_mm_cvttsd_si64(_mm_set_sd(f - 9223372036854775808.0)) ^ (u64)1 << 63;
}

static double inf2one(double f) { return copysign(isinf(f) ? 1 : 0, f); }
static bool is_finite(double f) { return f - f == 0; }

static void complex_div(double a, double b, double c, double d, double *re, double *im) {
  double e, f;
  if (fabs(c) >= fabs(d)) {
    double ratio = d / c, denom = c + ratio * d;
    e = (a + b * ratio) / denom;
    f = (b - a * ratio) / denom;
  } else {
    double ratio = c / d, denom = d + ratio * c;
    e = (a * ratio + b) / denom;
    f = (b * ratio - a) / denom;
  }
  if (isnan(e) && isnan(f)) { /* infinities and zeros, as C99 Annex G has them */
    if (c == 0 && d == 0 && (!isnan(a) || !isnan(b))) {
      e = copysign(INFINITY, c) * a;
      f = copysign(INFINITY, c) * b;
    } else if ((isinf(a) || isinf(b)) && is_finite(c) && is_finite(d)) {
      a = inf2one(a);
      b = inf2one(b);
      e = INFINITY * (a * c + b * d);
      f = INFINITY * (b * c - a * d);
    } else if ((isinf(c) || isinf(d)) && is_finite(a) && is_finite(b)) {
      c = inf2one(c);
      d = inf2one(d);
      e = 0 * (a * c + b * d);
      f = 0 * (b * c - a * d);
    }
  }
  *re = e;
  *im = f;
}
void go_complex128_div(Slot *out, const Slot *a, const Slot *b) {
  double re, im;
  complex_div(a[0].f, a[1].f, b[0].f, b[1].f, &re, &im);
  out[0].f = re;
  out[1].f = im;
}
void go_complex64_div(Slot *out, const Slot *a, const Slot *b) {
  const float *x = (const float *)a, *y = (const float *)b;
  double re, im;
  complex_div(x[0], x[1], y[0], y[1], &re, &im);
  float *d = (float *)out;
  d[0] = (float)re;
  d[1] = (float)im;
}

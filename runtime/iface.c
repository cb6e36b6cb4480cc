/* iface.c - equality of Go values by walking descriptors, and boxing. See iface.h; Go's runtime/alg.go and iface.go.
 * Struct fields are compared in order, blank ones skipped; like gc's generated code, an uncomparable dynamic type panics
 * only when the comparison gets there. */
#include "runtime/iface.h"

Status panic_with_type(G *g, const char *prefix, const AbiType *t) {
  StrBuf b = {0};
  GoString name = t->str > 0 ? abi_type_string(t) : (GoString){(const u8 *)"?", 1};
  sb_puts(&b, prefix);
  sb_write(&b, name.p, (size_t)name.len);
  Status st = native_panic_error(g, sb_cstr(&b));
  sb_free(&b);
  return st;
}

/* Values of the same dynamic type t, given by their data words. */
static Status data_equal(G *g, const AbiType *t, const Slot *a, const Slot *b, bool *eq) {
  if (!t->equal) return panic_with_type(g, "comparing uncomparable type ", t);
  if (abi_direct_iface(t)) {
    *eq = a->p == b->p;
    return ST_OK;
  }
  if (a->p == b->p && t->tflag & ABI_TFLAG_REGULAR_MEMORY) {
    *eq = true;
    return ST_OK;
  }
  return type_equal(g, t, a->p, b->p, eq);
}

Status efaceeq(G *g, const Slot *a, const Slot *b, bool *eq) {
  *eq = a[0].p == b[0].p;
  return *eq && a[0].p ? data_equal(g, a[0].p, a + 1, b + 1, eq) : ST_OK;
}
/* By dynamic type, not by itab: a value keeps its itab when it is converted between identical interface types. */
Status ifaceeq(G *g, const Slot *a, const Slot *b, bool *eq) {
  const AbiItab *x = a[0].p, *y = b[0].p;
  *eq = x == y || (x && y && x->type == y->type);
  return *eq && x ? data_equal(g, x->type, a + 1, b + 1, eq) : ST_OK;
}

static bool field_is_blank(const AbiStructField *f) {
  GoString s = abi_name_text(f->name.bytes);
  return s.len == 1 && s.p[0] == '_';
}

/* Can comparing values of this type panic? Those that hold interfaces. */
static bool equal_may_panic(const AbiType *t) {
  if (t->kind == BCK_INTERFACE) return true;
  if (t->kind == BCK_ARRAY) return equal_may_panic(((const AbiArrayType *)t)->elem);
  const AbiStructType *s = (const AbiStructType *)t;
  for (i64 i = 0; t->kind == BCK_STRUCT && i < s->nfields; i++)
    if (equal_may_panic(s->fields[i].typ)) return true;
  return false;
}

/* As gc orders it: of the fields between two that may panic, lengths of strings come first, their bytes last. */
static Status struct_equal(G *g, const AbiStructType *s, const u8 *a, const u8 *b, bool *eq) {
  *eq = true;
  for (i64 i = 0; i < s->nfields;) {
    i64 end = i;
    while (end < s->nfields && !equal_may_panic(s->fields[end].typ)) end++;
    for (u32 bytes = 0; bytes < 2; bytes++)
      for (i64 j = i; j < end; j++) {
        const AbiStructField *f = &s->fields[j];
        if (field_is_blank(f)) continue;
        const u8 *x = a + f->offset, *y = b + f->offset;
        bool is_string = f->typ->kind == BCK_STRING;
        if (is_string && !bytes) *eq = ((const GoString *)x)->len == ((const GoString *)y)->len;
        else if (is_string == (bool)bytes) type_equal(g, f->typ, x, y, eq);
        if (!*eq) return ST_OK;
      }
    if (end < s->nfields && !field_is_blank(&s->fields[end])) {
      const AbiStructField *f = &s->fields[end];
      Status st = type_equal(g, f->typ, a + f->offset, b + f->offset, eq);
      if (st != ST_OK || !*eq) return st;
    }
    i = end + 1;
  }
  return ST_OK;
}

static Status array_equal(G *g, const AbiArrayType *t, const u8 *a, const u8 *b, bool *eq) {
  *eq = true;
  for (u64 i = 0; i < t->len && *eq; i++) {
    Status st = type_equal(g, t->elem, a + i * t->elem->size, b + i * t->elem->size, eq);
    if (st != ST_OK) return st;
  }
  return ST_OK;
}

Status type_equal(G *g, const AbiType *t, const void *a, const void *b, bool *eq) {
  if (t->tflag & ABI_TFLAG_REGULAR_MEMORY) {
    *eq = t->size == 8 ? mem_ld_64(a) == mem_ld_64(b) : memcmp(a, b, t->size) == 0;
    return ST_OK;
  }
  switch (t->kind) {
  case BCK_FLOAT32: *eq = mem_ld_f32(a) == mem_ld_f32(b); return ST_OK;
  case BCK_FLOAT64: *eq = mem_ld_f64(a) == mem_ld_f64(b); return ST_OK;
  case BCK_COMPLEX64: {
    const float *x = a, *y = b;
    *eq = x[0] == y[0] && x[1] == y[1];
    return ST_OK;
  }
  case BCK_COMPLEX128: {
    const double *x = a, *y = b;
    *eq = x[0] == y[0] && x[1] == y[1];
    return ST_OK;
  }
  case BCK_STRING: {
    const GoString *x = a, *y = b;
    *eq = str_bytes_equal(x, y);
    return ST_OK;
  }
  case BCK_INTERFACE: return ((const AbiInterfaceType *)t)->nmethods ? ifaceeq(g, a, b, eq) : efaceeq(g, a, b, eq);
  case BCK_ARRAY: return array_equal(g, (const AbiArrayType *)t, a, b, eq);
  case BCK_STRUCT: return struct_equal(g, (const AbiStructType *)t, a, b, eq);
  default: *eq = memcmp(a, b, t->size) == 0; return ST_OK;
  }
}

/* ---- boxing ---- */
static u8 single_bytes[256 * 8]; /* values 0..255, 8 bytes apart */
static u64 zero_value[128];      /* shared by boxed zero values up to 1024 bytes */

static void single_bytes_init(void) {
  for (u32 i = 0; i < 256; i++) single_bytes[i * 8] = (u8)i;
}

void *iface_box_mem(const AbiType *t, const void *src) {
  u64 size = t->size;
  if (abi_direct_iface(t)) return mem_ld_ptr(src);
  if (size == 0) return &heap_zerobase;
  if (size <= 8 && !t->ptr_bytes) {
    u64 v = 0;
    memcpy(&v, src, size);
    if (v < 256) {
      if (!single_bytes[8]) single_bytes_init();
      return single_bytes + v * 8;
    }
  } else if (t->kind == BCK_STRING || t->kind == BCK_SLICE) {
    const u64 *w = src;
    if (!w[0] && !w[1]) return zero_value;
  }
  u8 *p = heap_new(t);
  memcpy(p, src, size);
  return p;
}

void *iface_box(const AbiType *t, const Slot *src) { return iface_box_mem(t, src); }

/* check_constmap.c - hash maps keyed by constant values (chained; memory is malloc's).
 * Follows goVal (stmt.go) and keyVal (expr.go) of types2. */
#include "frontend/check_constmap.h"
#include <stdlib.h>

enum {
  KEY_UINT = 16,
  KEY_FLOAT,
  KEY_COMPLEX
}; /* besides ConstKind, for the parts that Go's `any` keys tell apart */

static u64 float_bits(double d) {
  u64 bits;
  if (d == 0) d = 0; /* -0 and 0 are one key */
  memcpy(&bits, &d, sizeof bits);
  return bits;
}

static bool int_key(ConstKey *key, const Const *val) {
  i64 i;
  u64 u;
  if (const_int64_val(val, &i)) *key = (ConstKey){CONST_INT, (u64)i, 0};
  else if (const_uint64_val(val, &u)) *key = (ConstKey){KEY_UINT, u, 0};
  else return false;
  return true;
}

bool constkey_case(ConstKey *key, const Const *val) {
  if (!val) return false;
  switch (const_kind(val)) {
  case CONST_INT: return int_key(key, val);
  case CONST_FLOAT: {
    double d = const_float64_val(val);
    if (__builtin_isinf(d) || !const_compare(const_make_float64(d), OP_EQL, val)) return false;
    *key = (ConstKey){KEY_FLOAT, float_bits(d), 0};
    return true;
  }
  case CONST_STRING: *key = (ConstKey){CONST_STRING, (u64)(uintptr_t)const_string_val(val), 0}; return true;
  default: return false;
  }
}

bool constkey_literal(ConstKey *key, const Const *val) {
  if (const_kind(val) == CONST_COMPLEX) {
    const Const *f = const_to_float(val);
    if (const_kind(f) != CONST_FLOAT && const_kind(f) != CONST_INT) {
      *key = (ConstKey){KEY_COMPLEX, float_bits(const_float64_val(const_real(val))),
                        float_bits(const_float64_val(const_imag(val)))};
      return true;
    }
    val = f;
  }
  if (const_kind(val) == CONST_FLOAT) {
    const Const *i = const_to_int(val);
    if (const_kind(i) != CONST_INT) {
      *key = (ConstKey){KEY_FLOAT, float_bits(const_float64_val(val)), 0};
      return true;
    }
    val = i;
  }
  switch (const_kind(val)) {
  case CONST_INT: return int_key(key, val);
  case CONST_STRING: *key = (ConstKey){CONST_STRING, (u64)(uintptr_t)const_string_val(val), 0}; return true;
  case CONST_BOOL: *key = (ConstKey){CONST_BOOL, const_bool_val(val), 0}; return true;
  default: return false;
  }
}

static u32 head_of(const ConstMap *m, ConstKey k) {
  return (u32)hash_u64(k.a ^ hash_u64(k.b + k.kind * 0x9e3779b97f4a7c15u)) & (m->nheads - 1);
}

static bool same_key(ConstKey x, ConstKey y) { return x.kind == y.kind && x.a == y.a && x.b == y.b; }

static const ConstMapEntry *chain_find(const ConstMap *m, u32 index, ConstKey key) {
  while (index && !same_key(m->entries.v[index - 1].key, key)) index = m->entries.v[index - 1].next;
  return index ? &m->entries.v[index - 1] : NULL;
}

const ConstMapEntry *constmap_find(const ConstMap *m, ConstKey key) {
  return m->nheads ? chain_find(m, m->heads[head_of(m, key)], key) : NULL;
}

const ConstMapEntry *constmap_next(const ConstMap *m, const ConstMapEntry *e) {
  return chain_find(m, e->next, e->key);
}

static void rehash(ConstMap *m, u32 nheads) {
  xfree(m->heads);
  m->heads = xcalloc(nheads, sizeof(u32));
  m->nheads = nheads;
  for (u32 i = 0; i < m->entries.n; i++) {
    u32 h = head_of(m, m->entries.v[i].key);
    m->entries.v[i].next = m->heads[h];
    m->heads[h] = i + 1;
  }
}

void constmap_add(ConstMap *m, ConstKey key, Type *type, Pos pos) {
  if (m->entries.n >= m->nheads) rehash(m, m->nheads ? m->nheads * 2 : 16);
  u32 h = head_of(m, key);
  VEC_PUSH(NULL, &m->entries, (ConstMapEntry){key, type, pos, m->heads[h]});
  m->heads[h] = m->entries.n;
}

void constmap_free(ConstMap *m) {
  VEC_FREE(&m->entries);
  xfree(m->heads);
  *m = (ConstMap){0};
}

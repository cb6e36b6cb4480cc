/* check_sizes.c - sizes, alignments and field offsets as gc lays values out on amd64.
 * -1 stands for "too large"; additions may wrap to a negative number, which then means the same.
 * Source of the rules: types2's gcsizes.go and sizes.go. */
#include "frontend/check.h"

enum { WORD_SIZE = 8, MAX_ALIGN = 8 };

/* x rounded up to a multiple of a; negative when that overflows. */
static i64 align_up(i64 x, i64 a) { return (i64)(((u64)x + (u64)a - 1) & ~((u64)a - 1)); }

/* sync/atomic's marker type, which makes a struct 8-byte aligned everywhere. */
static bool is_sync_atomic_align64(Type *t) {
  Named *n = type_as_named(t);
  if (!n || !n->obj->pkg || !atom_is(n->obj->name, "align64")) return false;
  return atom_is(n->obj->pkg->path, "sync/atomic") || atom_is(n->obj->pkg->path, "internal/runtime/atomic");
}

static i64 struct_align(Type *T, Struct *s) {
  if (s->nfields == 0 && is_sync_atomic_align64(T)) return 8;
  i64 max = 1;
  for (u32 i = 0; i < s->nfields; i++) {
    i64 a = type_alignof(s->fields[i]->type);
    if (a > max) max = a;
  }
  return max;
}

static i64 alignof_type(Type *T) {
  Type *u = type_under(T);
  switch (u->kind) {
    case TYPE_ARRAY: return type_alignof(((Array *)u)->elem);
    case TYPE_STRUCT: return struct_align(T, (Struct *)u);
    case TYPE_BASIC: break;
    default: return WORD_SIZE;
  }
  if (types_is_string(u)) return WORD_SIZE;
  i64 a = type_sizeof(u);
  if (a < 1) return 1;
  if (types_is_complex(u)) a /= 2;
  return a > MAX_ALIGN ? MAX_ALIGN : a;
}

/* The offsets of the fields; -1 from the first one on that is out of range. */
void struct_offsets(Struct *s, i64 *offsets) {
  i64 offs = 0;
  for (u32 i = 0; i < s->nfields; i++) {
    offsets[i] = -1;
    if (offs < 0) continue;
    Type *t = s->fields[i]->type;
    offs = align_up(offs, type_alignof(t));
    offsets[i] = offs;
    i64 d = type_sizeof(t);
    offs = d >= 0 && offs >= 0 ? (i64)((u64)offs + (u64)d) : -1;
  }
}

static i64 basic_size(Basic *b) {
  switch (b->bkind) {
    case BK_BOOL:
    case BK_INT8:
    case BK_UINT8: return 1;
    case BK_INT16:
    case BK_UINT16: return 2;
    case BK_INT32:
    case BK_UINT32:
    case BK_FLOAT32: return 4;
    case BK_COMPLEX128:
    case BK_STRING: return 16;
    default: return WORD_SIZE;
  }
}

static i64 array_size(Array *a) {
  if (a->len <= 0) return 0;
  i64 esize = type_sizeof(a->elem), size;
  if (esize <= 0) return esize;
  return __builtin_mul_overflow(esize, a->len, &size) ? -1 : size;
}

/* A trailing field of size 0 gets a byte, so that its address is not that of the next object. */
static i64 struct_size(Type *T, Struct *s) {
  i64 offs = 0, last = 0;
  for (u32 i = 0; i < s->nfields; i++) {
    if (offs < 0 || last < 0) return -1;
    offs = align_up((i64)((u64)offs + (u64)last), type_alignof(s->fields[i]->type));
    last = type_sizeof(s->fields[i]->type);
  }
  if (offs < 0 || last < 0) return -1;
  if (offs > 0 && last == 0) last = 1;
  i64 size = (i64)((u64)offs + (u64)last);
  return size < 0 ? -1 : align_up(size, struct_align(T, s));
}

static i64 sizeof_type(Type *T) {
  Type *u = type_under(T);
  switch (u->kind) {
    case TYPE_BASIC: return basic_size((Basic *)u);
    case TYPE_ARRAY: return array_size((Array *)u);
    case TYPE_SLICE: return WORD_SIZE * 3;
    case TYPE_STRUCT: return struct_size(T, (Struct *)u);
    case TYPE_INTERFACE: return WORD_SIZE * 2;
    default: return WORD_SIZE;
  }
}

/* Sizes are kept in named types, but not while a type may still be incomplete. */
static Named *sized_named(Type *T) {
  Named *n = type_as_named(T);
  if (!n || n->check) return NULL;
  if (n->align == 0) {
    n->size = sizeof_type((Type *)n);
    n->align = (i32)alignof_type((Type *)n);
  }
  return n;
}

i64 type_sizeof(Type *T) {
  Named *n = sized_named(T);
  return n ? n->size : sizeof_type(T);
}

i64 type_alignof(Type *T) {
  Named *n = sized_named(T);
  return n ? n->align : alignof_type(T);
}

/* The offset of the field that the index path leads to, through embedded structs; -1: out of range. */
i64 types_offsetof(Type *T, u32 nindex, const int *index) {
  i64 offs = 0;
  for (u32 i = 0; i < nindex; i++) {
    Struct *s = under_struct(T);
    i64 *offsets = NEW_ARRAY(&types_arena, i64, s->nfields);
    struct_offsets(s, offsets);
    i64 d = offsets[index[i]];
    if (d < 0 || (offs = (i64)((u64)offs + (u64)d)) < 0) return -1;
    T = s->fields[index[i]]->type;
  }
  return offs;
}

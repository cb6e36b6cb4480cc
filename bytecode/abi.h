/* abi.h - Go's type descriptors, itabs and value headers in memory: internal/abi's type.go, map.go, iface.go.
 *
 * Everything here has gc's layout byte for byte (DESIGN D3), because reflect, internal/reflectlite, unique
 * and the map code read it from Go; the static asserts at the end pin the offsets. NameOff, TypeOff and
 * TextOff are the addresses themselves: descriptors, names and function records live below 2 GB; negative
 * numbers belong to reflect.addReflectOff. vm/link.c builds the descriptors; Equal and Hasher closures in
 * them are for Go code only, C walks the descriptor.
 */
#ifndef GOVM_BYTECODE_ABI_H
#define GOVM_BYTECODE_ABI_H
#include "bytecode/module.h"

typedef i32 AbiNameOff, AbiTypeOff, AbiTextOff;

enum AbiTFlag {
  ABI_TFLAG_UNCOMMON = 1 << 0,
  ABI_TFLAG_EXTRA_STAR = 1 << 1,
  ABI_TFLAG_NAMED = 1 << 2,
  ABI_TFLAG_REGULAR_MEMORY = 1 << 3,
  ABI_TFLAG_GCMASK_ON_DEMAND = 1 << 4,
  ABI_TFLAG_DIRECT_IFACE = 1 << 5
};
#define ABI_MAX_PTRMASK_BYTES 2048 /* longer masks are made on demand */

typedef struct AbiType AbiType;
struct AbiType {
  u64 size;
  u64 ptr_bytes;      /* prefix of the value that may hold pointers */
  u32 hash;
  u8 tflag;           /* AbiTFlag */
  u8 align, field_align;
  u8 kind;            /* BcKind */
  void *equal;        /* func(unsafe.Pointer, unsafe.Pointer) bool; NULL: not comparable */
  /* bit per word of ptr_bytes; with GCMASK_ON_DEMAND: where the pointer to the mask is kept */
  u8 *gcdata;
  AbiNameOff str;
  AbiTypeOff ptr_to_this;
};

/* flags, varint length, text, [varint length, tag], [NameOff pkgpath] */
typedef struct AbiName { const u8 *bytes; } AbiName;
enum AbiNameFlag { ABI_NAME_EXPORTED = 1, ABI_NAME_TAG = 2, ABI_NAME_PKGPATH = 4, ABI_NAME_EMBEDDED = 8 };

typedef struct AbiMethod {
  AbiNameOff name;
  AbiTypeOff mtyp;    /* 0: unexported or unknown */
  AbiTextOff ifn;     /* FuncRec called with a one-word receiver */
  AbiTextOff tfn;     /* FuncRec called with the receiver itself */
} AbiMethod;
typedef struct AbiUncommon {
  AbiNameOff pkgpath;
  u16 mcount, xcount;
  u32 moff;           /* from this struct to its AbiMethod[mcount] */
  u32 unused;
} AbiUncommon;
typedef struct AbiImethod {
  AbiNameOff name;
  AbiTypeOff typ;
} AbiImethod;

typedef struct AbiArrayType {
  AbiType t;
  AbiType *elem, *slice;
  u64 len;
} AbiArrayType;
typedef struct AbiChanType {
  AbiType t;
  AbiType *elem;
  i64 dir;            /* 1 recv, 2 send, 3 both */
} AbiChanType;
typedef struct AbiFuncType { /* then AbiUncommon when UNCOMMON, then AbiType *[in + out] */
  AbiType t;
  u16 in_count, out_count; /* top bit of out_count: variadic */
} AbiFuncType;
#define ABI_FUNC_VARIADIC 0x8000u
typedef struct AbiInterfaceType {
  AbiType t;
  AbiName pkgpath;
  AbiImethod *methods;
  i64 nmethods, cap;
} AbiInterfaceType;
typedef struct AbiMapType {
  AbiType t;
  AbiType *key, *elem, *group;
  void *hasher;       /* func(unsafe.Pointer, uintptr) uintptr */
  u64 group_size, slot_size, elem_off;
  u32 flags;          /* AbiMapFlag */
} AbiMapType;
enum AbiMapFlag {
  ABI_MAP_NEED_KEY_UPDATE = 1,
  ABI_MAP_HASH_MIGHT_PANIC = 2,
  ABI_MAP_INDIRECT_KEY = 4,
  ABI_MAP_INDIRECT_ELEM = 8
};
enum { ABI_MAP_GROUP_SLOTS = 8, ABI_MAP_MAX_KEY_BYTES = 128, ABI_MAP_MAX_ELEM_BYTES = 128 };
typedef struct AbiPtrType {
  AbiType t;
  AbiType *elem;
} AbiPtrType;
typedef struct AbiSliceType {
  AbiType t;
  AbiType *elem;
} AbiSliceType;
typedef struct AbiStructField {
  AbiName name;
  AbiType *typ;
  u64 offset;
} AbiStructField;
typedef struct AbiStructType {
  AbiType t;
  AbiName pkgpath;
  AbiStructField *fields;
  i64 nfields, cap;
} AbiStructType;

typedef struct AbiItab {
  AbiInterfaceType *inter;
  AbiType *type;
  u32 hash;           /* of type */
  u32 pad;
  void *fun[];        /* FuncRecs, one per method of inter */
} AbiItab;

/* ---- value headers ---- */
typedef struct GoString { const u8 *p; i64 len; } GoString;
typedef struct GoSlice { u8 *p; i64 len, cap; } GoSlice;
typedef struct GoEface { AbiType *type; void *data; } GoEface;
typedef struct GoIface { AbiItab *itab; void *data; } GoIface;

/* ---- reading names ---- */
static inline const u8 *abi_varint(const u8 *p, u64 *v) {
  *v = 0;
  for (int shift = 0;; shift += 7) {
    u8 x = *p++;
    *v |= (u64)(x & 0x7f) << shift;
    if (!(x & 0x80)) return p;
  }
}
static inline GoString abi_name_text(const u8 *name) { /* name may be NULL */
  if (!name) return (GoString){0, 0};
  u64 n;
  const u8 *p = abi_varint(name + 1, &n);
  return (GoString){p, (i64)n};
}
static inline GoString abi_name_tag(const u8 *name) {
  if (!name || !(name[0] & ABI_NAME_TAG)) return (GoString){0, 0};
  GoString s = abi_name_text(name);
  u64 n;
  const u8 *p = abi_varint(s.p + s.len, &n);
  return (GoString){p, (i64)n};
}
/* The package path of an unexported name, an AbiName's bytes; NULL when it has none. */
static inline const u8 *abi_name_pkgpath(const u8 *name) {
  if (!name || !(name[0] & ABI_NAME_PKGPATH)) return NULL;
  GoString s = name[0] & ABI_NAME_TAG ? abi_name_tag(name) : abi_name_text(name);
  i32 off;
  memcpy(&off, s.p + s.len, 4);
  return (const u8 *)(uintptr_t)(u32)off;
}
/* What a NameOff, TypeOff or TextOff of a linked module stands for. */
static inline void *abi_off(i32 off) { return (void *)(uintptr_t)(u32)off; }
/* Type.String(). */
static inline GoString abi_type_string(const AbiType *t) {
  GoString s = abi_name_text(abi_off(t->str));
  if (t->tflag & ABI_TFLAG_EXTRA_STAR) s.p++, s.len--;
  return s;
}
/* The size of the kind-specific descriptor without uncommon part. */
static inline size_t abi_type_header_size(u8 kind) {
  switch (kind) {
  case BCK_ARRAY: return sizeof(AbiArrayType);
  case BCK_CHAN: return sizeof(AbiChanType);
  case BCK_FUNC: return sizeof(AbiFuncType);
  case BCK_INTERFACE: return sizeof(AbiInterfaceType);
  case BCK_MAP: return sizeof(AbiMapType);
  case BCK_POINTER: return sizeof(AbiPtrType);
  case BCK_SLICE: return sizeof(AbiSliceType);
  case BCK_STRUCT: return sizeof(AbiStructType);
  default: return sizeof(AbiType);
  }
}
static inline AbiUncommon *abi_type_uncommon(const AbiType *t) {
  return t->tflag & ABI_TFLAG_UNCOMMON ? (AbiUncommon *)((u8 *)t + abi_type_header_size(t->kind)) : NULL;
}
static inline AbiMethod *abi_uncommon_methods(const AbiUncommon *u) {
  return (AbiMethod *)((u8 *)u + u->moff);
}
/* Parameter types, then result types, of a func type. */
static inline AbiType **abi_func_types(const AbiFuncType *f) {
  return (AbiType **)((u8 *)(f + 1) + (f->t.tflag & ABI_TFLAG_UNCOMMON ? sizeof(AbiUncommon) : 0));
}
static inline bool abi_direct_iface(const AbiType *t) { return t->tflag & ABI_TFLAG_DIRECT_IFACE; }
static inline u32 abi_type_slots(const AbiType *t) { return (u32)((t->size + 7) / 8); }

#define ABI_OFFSET(T, f, n) static_assert(offsetof(T, f) == (n), "gc's layout of " #T "." #f)
ABI_OFFSET(AbiType, ptr_bytes, 8);
ABI_OFFSET(AbiType, hash, 16);
ABI_OFFSET(AbiType, tflag, 20);
ABI_OFFSET(AbiType, align, 21);
ABI_OFFSET(AbiType, field_align, 22);
ABI_OFFSET(AbiType, kind, 23);
ABI_OFFSET(AbiType, equal, 24);
ABI_OFFSET(AbiType, gcdata, 32);
ABI_OFFSET(AbiType, str, 40);
ABI_OFFSET(AbiType, ptr_to_this, 44);
static_assert(sizeof(AbiType) == 48, "abi.Type");
static_assert(sizeof(AbiMethod) == 16 && sizeof(AbiUncommon) == 16 && sizeof(AbiImethod) == 8,
    "abi.Method, UncommonType");
static_assert(sizeof(AbiArrayType) == 72 && sizeof(AbiChanType) == 64 && sizeof(AbiFuncType) == 56,
    "array, chan, func");
static_assert(sizeof(AbiInterfaceType) == 80 && sizeof(AbiPtrType) == 56 && sizeof(AbiSliceType) == 56,
    "iface, ptr, slice");
static_assert(sizeof(AbiStructType) == 80 && sizeof(AbiStructField) == 24 && sizeof(AbiMapType) == 112,
    "struct, map");
ABI_OFFSET(AbiMapType, group, 64);
ABI_OFFSET(AbiMapType, hasher, 72);
ABI_OFFSET(AbiMapType, group_size, 80);
ABI_OFFSET(AbiMapType, slot_size, 88);
ABI_OFFSET(AbiMapType, elem_off, 96);
ABI_OFFSET(AbiMapType, flags, 104);
ABI_OFFSET(AbiItab, hash, 16);
ABI_OFFSET(AbiItab, fun, 24);
ABI_OFFSET(AbiUncommon, moff, 8);
#undef ABI_OFFSET
#endif

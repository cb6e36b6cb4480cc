/* link.h - linked modules: function records, globals, types, itabs, symbols, and what a pc belongs to.
 *
 * Three regions below 2 GB, reserved once and touched lazily: `meta` (records, descriptors, names, itabs,
 * strings), `code` (expanded instructions) and `globals`. Nothing in them moves or is freed. A module stays
 * alive as long as the process. Types, itabs and strings are made when something first refers to them.
 */
#ifndef GOVM_VM_LINK_H
#define GOVM_VM_LINK_H
#include "base/map.h"
#include "bytecode/abi.h"
#include "runtime/heap.h"
#include "runtime/hooks.h"
#include "runtime/native.h"

typedef struct LinkedModule {
  const BcModule *m;
  FuncRec **funcs;   /* by function index; may be records of an earlier module */
  u8 **globals;      /* by index */
  AbiType **types;   /* by index, NULL until needed */
  AbiItab **itabs;   /* by index, NULL until needed */
  u32 *strings;      /* by index, 0 until needed */
  FuncInfo *infos;
  FuncRec *recs;
  HeapRoot *roots;   /* variables that are roots once their package is initialised, grouped by package */
  u32 *roots_of;     /* by index of BcInit: where its group begins; one more for the end */
  u32 number;        /* its place in link_modules */
} LinkedModule;
typedef VEC(LinkedModule *) LinkedModules;
extern SNAPSHOT LinkedModules link_modules; /* in the order of linking */

/* Where a symbol is defined, as a value of symbol tables: a module's number and an index in one of its lists. */
static inline void *link_home_make(u32 module, u32 index) { return (void *)((u64)module << 32 | ((u64)index + 1)); }
static inline LinkedModule *link_home_module(const void *home) { return link_modules.v[(u64)home >> 32]; }
static inline u32 link_home_index(const void *home) { return (u32)(u64)home - 1; }

struct FuncInfo {
  const BcFunc *fn;
  LinkedModule *mod;
  FuncRec *rec;
  NativeFn native;   /* of functions without code */
};

typedef struct LowRegion { u8 *base, *next, *end; } LowRegion;
extern SNAPSHOT LowRegion low_meta, low_code, low_globals;
void low_init(void);                                   /* reserves the regions; exits when it cannot */
void *low_alloc(LowRegion *r, size_t n, size_t align); /* zeroed; go_fatal when the region is full */

void link_snapshot(void); /* see vm_snapshot */
/* Natives by symbol: must be registered before the modules that declare them are linked. Later tables win. */
void link_register_natives(const NativeDef *defs, u32 n);
bool link_has_native(const Atom *symbol);
/* Makes records and globals of m, applies the initial data. m must outlive the process. NULL and *e on
 * errors. */
LinkedModule *link_module(const BcModule *m, Err *e);

void link_add_roots(const LinkedModule *lm, u32 init); /* the package of that BcInit is about to be initialised */
FuncRec *link_func(const char *symbol);                /* NULL when there is none */
void *link_global(const char *symbol);                 /* address, NULL when there is none */
AbiType *link_type(LinkedModule *lm, u32 index);       /* canonical descriptor, made on first use */
AbiType *link_type_by_key(const char *key);            /* of any linked module; NULL */
AbiItab *link_itab(LinkedModule *lm, u32 index);
/* Types that lm describes although an earlier module does: their descriptors get the methods of lm's description. */
void link_types_refresh(LinkedModule *lm);
u32 link_string(LinkedModule *lm, u32 index);          /* address below 2 GB */
/* Every descriptor of the linked modules, sorted by String(): what reflect.typelinks gives. */
AbiType **link_typelinks(u32 *n);

/* ---- itab.c: dynamic itabs ---- */
/* The itab of concrete type t for interface inter (which has methods). NULL when t lacks a method: its name
 * goes to *missing when that is not NULL. */
AbiItab *itab_get(AbiInterfaceType *inter, AbiType *t, GoString *missing);
void itab_refresh(const AbiType *t);      /* t has got methods: its itabs, those of negative answers too, are made anew */
/* The method set test of reflect: t implements inter. */
void *type_resolve_off(i32 off);          /* NameOff, TypeOff, TextOff, reflect's negative ones included */
i32 type_add_reflect_off(void *p);        /* reflect.addReflectOff */

/* ---- expand.c ---- */
const Insn *func_expand(FuncRec *rec);    /* makes and publishes the code; returns its entry */
/* The function that the instruction at pc belongs to; NULL for stubs and foreign addresses. */
FuncRec *func_of_insn(const Insn *pc);
/* line of an instruction; *file is an index into the module's files */
u32 func_line(const BcFunc *f, u32 index, u32 *file);
#endif

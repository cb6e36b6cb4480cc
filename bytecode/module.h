/* module.h - a module: what the front end makes and the VM links. In-memory form; codec.c writes and reads it.
 *
 * A module owns all its memory (one arena) and points into nothing of the front end's. References between its parts are
 * indices (u32, BC_NONE for none). A module holds one package or many: std as a whole (the image), the packages of a
 * program, one input of a session. What it uses of modules linked earlier it names by symbol: functions, globals and
 * types marked extern. Symbols with the same name in modules linked later resolve to the one linked first; names that
 * start with ".." are the module's own.
 */
#ifndef GOVM_BYTECODE_MODULE_H
#define GOVM_BYTECODE_MODULE_H
#include "bytecode/insn.h"

#define BC_NONE UINT32_MAX

/* ---- type recipes: enough to build internal/abi's descriptors, canonicalised by `key` at link time ---- */
typedef enum BcKind { /* reflect.Kind */
  BCK_INVALID, BCK_BOOL, BCK_INT, BCK_INT8, BCK_INT16, BCK_INT32, BCK_INT64, BCK_UINT, BCK_UINT8, BCK_UINT16,
  BCK_UINT32, BCK_UINT64, BCK_UINTPTR, BCK_FLOAT32, BCK_FLOAT64, BCK_COMPLEX64, BCK_COMPLEX128, BCK_ARRAY, BCK_CHAN,
  BCK_FUNC, BCK_INTERFACE, BCK_MAP, BCK_POINTER, BCK_SLICE, BCK_STRING, BCK_STRUCT, BCK_UNSAFEPOINTER
} BcKind;

typedef struct BcField {
  const Atom *name;
  const Atom *pkgpath; /* of an unexported field, else NULL */
  const Atom *tag;     /* NULL: none */
  u32 type;
  bool embedded;
  u64 offset;
} BcField;
typedef struct BcMethod {
  const Atom *name;
  const Atom *pkgpath; /* of an unexported method, else NULL */
  u32 mtype;           /* func type without receiver */
  u32 ifn, tfn;        /* functions: called with a one-word receiver / with the receiver itself; BC_NONE in interfaces */
} BcMethod;
typedef struct BcType {
  BcKind kind;
  const Atom *key;     /* identifies the type in the process: like string, but with full package paths and, for local
                          types, a unique suffix; equal keys mean identical types */
  const Atom *string;  /* reflect's String(): "main.T", "map[string]int", "*main.T" */
  const Atom *name;    /* Name(): of defined types, "T" or "Pair[int,string]"; NULL otherwise */
  const Atom *pkgpath; /* of defined types; NULL for predeclared and unnamed ones */
  u64 size;
  u8 align, field_align;
  bool comparable, variadic, direct_iface;
  bool has_uncommon;   /* named, or has methods */
  bool is_extern;      /* a module linked earlier has it under the same key. Here only what instructions need: kind,
                          key, string, size, align, elem of maps and chans, key_type of maps */
  u8 chandir;          /* reflect.ChanDir: 1 recv, 2 send, 3 both */
  i64 len;             /* array */
  u32 elem, key_type;  /* elem: array, chan, map, pointer, slice; key_type: map */
  u32 slice_type;      /* array: the slice type of its elements */
  u32 ptr_to;          /* *T when the module has it, else BC_NONE */
  u32 map_group;       /* map: struct type of internal/runtime/maps' group {ctrl uint64; slots [8]struct{key K; elem E}} */
  u32 nin, nout;       /* func */
  u32 *inout;          /* nin parameter types, then nout result types */
  u32 nfields;
  BcField *fields;
  u32 nmethods;        /* interface: all methods; otherwise the full method set. Sorted as gc does: exported by name
                          first, then unexported by name and package path */
  BcMethod *methods;
} BcType;

/* ---- functions ---- */
typedef enum BcFuncFlags {
  BCF_WRAPPER = 1,     /* method wrapper, bound method, defer/go thunk: invisible to Callers and recover() */
  BCF_CLOSURE = 2,     /* reads its closure (GETCTX): frame word LINK_CTX is a root */
  BCF_HASDEFER = 4,    /* may have deferred calls: recover_pc is set */
  BCF_NATIVE = 8,      /* no code: provided by C, by symbol */
  BCF_VARIADIC = 16,
  BCF_RANGEBODY = 32,  /* body of a range-over-func loop */
  BCF_NOTINHEAP = 64,
  BCF_EXTERN = 128     /* no code: a module linked earlier defines the symbol; signature (nargs, nres) as there */
} BcFuncFlags;

typedef struct BcLine { u32 pc; u32 file; u32 line; } BcLine; /* from instruction pc on; file: index into files */
/* The state of the frame after instruction pc completed (calls: while the callee runs; taken back jumps: at the target;
 * parking instructions: also while parked). Slots not marked hold no live pointer. */
typedef struct BcSafepoint { u32 pc; u32 map; } BcSafepoint; /* sorted by pc; map: index into maps, in u64 words */
typedef struct BcParam { /* how one argument or result sits in slots and in gc's ABI0 memory layout */
  u32 size;            /* bytes */
  u8 align;
  u8 ext;              /* scalars narrower than a word: 1 sign-extend, 2 zero-extend; 0: copy the bytes */
  u16 slot;            /* first slot in the window: arguments from 0 on, results from 0 on */
  u32 type;            /* type index */
  u8 esc[8];           /* argument of a declared function, for compilers of callers: how its value leaves the function
                          (frontend/escape.h, EscLeaks, but 255 for [0] = 0); all 0: unknown */
} BcParam;
typedef struct BcArea { u32 slot, nslots; } BcArea; /* a local aggregate that L operands and SELECT name */
typedef struct BcFunc {
  const Atom *symbol;  /* unique: "main.main", "main.(*T).M", "main.F[int]", "main.f.func1" */
  const Atom *name;    /* as runtime.Func.Name prints it: "main.F[...]" */
  u32 flags;
  u32 nslots;          /* frame size without link area, call windows included */
  u16 nargs, nres;     /* slots */
  u32 nparams, nresults;
  BcParam *params;     /* nparams arguments (receiver first), then nresults results */
  u32 packed, npacked; /* npacked > 0: the rest, to `called`, is in these bytes of the module's `bodies`; only ncode is
                          set. func_unpack gives it all */
  u32 ncode;
  Insn *code;
  u32 nlines;
  BcLine *lines;
  u32 nsafepoints;
  BcSafepoint *safepoints;
  u32 map_words;       /* u64 words of each map: (nslots + 63) / 64 */
  u32 nmaps;           /* words in maps */
  u64 *maps;           /* bit i: slot i holds a live pointer (interfaces: both words count) */
  u32 nareas;
  BcArea *areas;       /* sorted by slot, disjoint; live from the entry on */
  u32 ncalled;
  const Atom **called; /* names of the methods that CALLI and TAILI call: what keeps methods of types when linking */
  u32 recover_pc;      /* BCF_HASDEFER: where a recovered panic goes on: runs defers, returns the named results */
  u32 file, line;      /* of the declaration, line of "func" */
  u32 end_line;
} BcFunc;

/* ---- data ---- */
typedef enum BcRelocKind { BCR_GLOBAL, BCR_STRING, BCR_TYPE, BCR_ITAB, BCR_FUNCVAL } BcRelocKind;
typedef struct BcReloc { /* an address (8 bytes) to put at `offset` of a global's data */
  u64 offset;
  BcRelocKind kind;
  u32 index;
  i64 addend;
} BcReloc;
typedef struct BcGlobal {
  const Atom *symbol;  /* "main.x", "strings.asciiSpace", "main..stmp_1" */
  u32 type;            /* gives pointer bitmap, size, alignment */
  u32 ninit;           /* bytes of init, the rest is zero */
  u8 *init;
  u32 nrelocs;
  BcReloc *relocs;
  u32 owner;           /* the BcInit of its package: until that runs it holds no pointer into the heap. BC_NONE: it may */
  bool rodata;         /* never written */
  bool is_extern;      /* no data: a module linked earlier defines the symbol */
} BcGlobal;
typedef struct BcString { u32 len; const u8 *p; } BcString;
typedef struct BcItab { u32 iface, type; } BcItab;
typedef struct BcInit { /* per package; the VM orders them: imports first, then by path */
  const Atom *path;
  u32 nimports;
  const Atom **imports; /* paths of packages with a BcInit in this module or an earlier one */
  u32 vars_func;       /* function that runs the variable initialisers, BC_NONE */
  u32 ninits;
  u32 *inits;          /* init functions in order */
} BcInit;

typedef struct BcModule {
  Arena arena;
  VEC(BcType) types;
  VEC(BcFunc) funcs;
  VEC(BcGlobal) globals;
  VEC(BcString) strings;
  VEC(BcItab) itabs;
  VEC(const Atom *) files;
  VEC(BcInit) inits;
  u32 main_func;       /* main.main, BC_NONE for a library */
  const Atom *main_path;
  const Atom *goversion; /* "go1.26.11": of the GOROOT it was compiled from */
  const u8 *bodies;      /* of packed functions, in the compact form; their names are indices + 1 of body_atoms */
  const Atom **body_atoms;
  u32 nbody_atoms;
} BcModule;

BcModule *module_new(void);
void module_free(BcModule *m);
/* codec.c: the compact form of D8. write appends to out; read checks everything it reads (sizes, indices, opcodes,
 * operands) and never trusts a length; false and *e on bad input. */
void module_write(const BcModule *m, StrBuf *out);
BcModule *module_read(const u8 *p, size_t n, Err *e);
/* The same for large modules that are trusted: functions stay packed, so that what is read takes about as much memory as
 * the compact form. Everything but the bodies is checked. */
BcModule *module_read_packed(const u8 *p, size_t n, Err *e);
/* f itself when it is not packed; else *out, filled, with its tables in a. Its code is put in `code` (room for f->ncode)
 * when that is not NULL, else in a too. */
const BcFunc *func_unpack(const BcModule *m, const BcFunc *f, BcFunc *out, Arena *a, Insn *code);
/* verifier.c: opcodes, operand ranges, jump targets, windows, tables, definedness and class (pointer or not) of slots. */
bool module_verify(const BcModule *m, Err *e);
/* disasm.c: text that asm.c reads back to an equal module. */
void module_disasm(const BcModule *m, StrBuf *out);
void func_disasm(const BcModule *m, const BcFunc *f, StrBuf *out);
BcModule *module_assemble(const char *text, Err *e);
/* Slots that operand `kind` covers in instruction i; for RK/RV/RT/WX by the module's types. */
u32 operand_width(const BcModule *m, const Insn *i, OperandKind kind);
u32 module_type_slots(const BcModule *m, u32 type);
#endif

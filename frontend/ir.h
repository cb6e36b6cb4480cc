/* ir.h - the SSA form between the typed syntax tree and bytecode.
 *
 * An IrValue's op is a bytecode opcode (bytecode/opcodes.def gives operands and flags) or one of the pseudo-ops below.
 * A value is 0..N slots wide; its args are values in the order of the opcode's reading operand columns (a, b, c, d), each
 * as wide as the column says. Local variables whose address is not taken are SSA variables (IrVar; Braun et al., "Simple
 * and Efficient Construction of SSA Form"); local structs and arrays that are assigned piecewise are IrLocals, frame areas
 * that L operands name; everything else is on the heap.
 *
 * Passes work here; without any it is -O0. ir_emit.c leaves SSA (copies for phis, coalescing on liveness), allocates slots,
 * lays out blocks, computes safepoint maps and writes a BcFunc.
 * Memory: the function's arena, freed after emission.
 */
#ifndef GOVM_FRONTEND_IR_H
#define GOVM_FRONTEND_IR_H
#include "bytecode/module.h"
#include "frontend/pos.h"

enum IrPseudoOp {
  IR_PHI = BC_COUNT, /* args in the order of block->preds */
  IR_PARAM,          /* imm: first slot in the window; only in the entry block */
  IR_EXTRACT,        /* slots [imm, imm + nslots) of args[0] */
  IR_COPY,           /* args[0]; also what a trivial phi becomes, see ir_resolve() */
  IR_READ_LOCAL,     /* the whole of `local` as a value (a snapshot) */
  IR_WRITE_LOCAL,    /* local = args[0] */
  IR_ZERO_LOCAL,     /* local = zero */
  IR_UNDEF,          /* any value; reading a variable on a path where it is never set */
  IR_TUPLE,          /* any number of args, laid out one after the other as one wide value (results, aggregates) */
  IR_OP_COUNT
};
/* Windows: for CALL, CALLC, CALLI, CONCATN, TAILCALL, TAILI, SELECT the window's contents are args, laid out one after
 * the other from the window's slot 0; CALLC's closure and CALLI's and TAILI's itab are args[0], before them. For CALLI and
 * TAILI the data word is args[1]. The value's own width is the number of result slots; several results are one wide
 * value, taken apart with IR_EXTRACT. SELECT: args are the cases' (chan, dir) pairs; `locals` the value areas. */

typedef struct IrFunc IrFunc;
typedef struct IrBlock IrBlock;
typedef struct IrValue IrValue;
typedef struct IrVar IrVar;
typedef struct IrLocal IrLocal;

/* The shape of a value: how many slots, and which of them hold pointers. Shared, immutable. */
typedef struct IrShape {
  u32 nslots;
  const u64 *ptrs; /* (nslots + 63) / 64 words; bit i: slot i is a pointer word (interfaces: both words) */
} IrShape;
extern const IrShape ir_shape_none, ir_shape_word /* no pointer */, ir_shape_ptr, ir_shape_str, ir_shape_slice, ir_shape_iface,
    ir_shape_2words, ir_shape_3words;

struct IrValue {
  u16 op;
  u32 nargs;
  u32 id;            /* dense within the function */
  const IrShape *shape;
  IrBlock *block;
  IrValue **args;
  union {            /* the imm or k column */
    i64 imm;         /* IMM, I; FN, TY, IT, STR, GL: the index */
    u64 k;
  };
  u32 u[2];          /* the U columns in order, or the byte offset of GL and of ST_T in u[0] */
  IrLocal *local;    /* the L column */
  IrLocal **locals;  /* SELECT */
  Pos pos;
  u32 uses;
  i32 slot;          /* ir_emit: assigned slot, -1 none */
  void *aux;         /* passes' scratch */
};

struct IrBlock {
  u32 id;
  VEC(IrValue *) phis;   /* args in the order of preds */
  VEC(IrValue *) values; /* the last one is the terminator (OPF_TERM) once the block is finished */
  VEC(IrBlock *) preds;
  IrBlock *succs[2];     /* JMP: [0]; conditional jumps: [0] taken, [1] not taken */
  bool sealed;           /* all predecessors are known */
  bool unlikely;         /* laid out at the end: panics */
  VEC(IrVar *) incomplete; /* construction: variables of an unsealed block's phis, parallel to its first phis */
  u32 order;             /* layout */
  void *aux;
};

struct IrVar { /* a source variable or compiler temporary kept as SSA */
  u32 id;
  const IrShape *shape;
  const Atom *name;
};
struct IrLocal { /* a frame area; live and scanned from the start of the function, zeroed at entry when it has pointers */
  u32 id;
  const IrShape *shape;
  const Atom *name;
  i32 slot;
  bool addressed;  /* written through pointers: a scalar narrower than a slot is accessed by its size */
};

struct IrFunc {
  Arena arena;
  const Atom *symbol, *name;
  u32 flags;                  /* BcFuncFlags */
  u32 nargs, nres;            /* slots */
  u32 nparams, nresults;
  BcParam *params;            /* copied to the BcFunc */
  Pos pos, end;
  VEC(IrBlock *) blocks;      /* [0] is the entry; it has no predecessors */
  VEC(IrVar *) vars;
  VEC(IrLocal *) locals;
  bool areas_always;          /* addressed locals are live everywhere: some of their addresses are in heap objects */
  u32 nvalues;
  struct IrDef *defs;         /* construction: (block, variable) -> current value */
  u32 ndefs, defs_cap;
  IrBlock *recover_block;     /* BCF_HASDEFER: RUNDEFERS, then returns the named results; entered only by the VM: every
                                 value it reads comes from IrLocals */
  Pos cur_pos;                /* position given to new values */
};

/* ---- construction (ir.c) ---- */
IrFunc *ir_func_new(const Atom *symbol, const Atom *name);
void ir_func_free(IrFunc *f);
IrBlock *ir_block_new(IrFunc *f);
/* Appends op to b. nargs values follow. */
IrValue *ir_value(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs, ...);
IrValue *ir_value_v(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs, IrValue *const *args);
IrValue *ir_const(IrFunc *f, IrBlock *b, u64 k, const IrShape *shape); /* LDK */
IrValue *ir_extract(IrFunc *f, IrBlock *b, IrValue *v, u32 first, const IrShape *shape); /* folds MK2/MK3/whole values */
/* Terminators; they add the edges. jmp may be called on a finished block: then it does nothing. */
void ir_jump(IrFunc *f, IrBlock *b, IrBlock *to);
void ir_branch(IrFunc *f, IrBlock *b, IrValue *cond, IrBlock *yes, IrBlock *no); /* fuses a comparison used only here */
IrValue *ir_term(IrFunc *f, IrBlock *b, u16 op, u32 nargs, ...); /* RET*, PANIC, TRAP, TAIL* */
IrValue *ir_term_v(IrFunc *f, IrBlock *b, u16 op, u32 nargs, IrValue *const *args);
bool ir_block_done(const IrBlock *b);
void ir_seal(IrFunc *f, IrBlock *b);   /* no more predecessors will come */
IrVar *ir_var_new(IrFunc *f, const IrShape *shape, const Atom *name);
void ir_var_write(IrFunc *f, IrBlock *b, IrVar *var, IrValue *v);
IrValue *ir_var_read(IrFunc *f, IrBlock *b, IrVar *var);
IrLocal *ir_local_new(IrFunc *f, const IrShape *shape, const Atom *name);
IrValue *ir_resolve(IrValue *v);       /* looks through IR_COPY: the value itself */
const char *ir_op_name(u16 op);
bool ir_op_is_term(u16 op);
void ir_dump(StrBuf *out, const IrFunc *f);
void ir_check(const IrFunc *f);        /* invariants; CHECKs */

/* ---- SSA to bytecode (ir_emit*.c) ---- */
/* Appends the function to the module at index `index` (already reserved in m->funcs). `file_index` maps a position base's
 * file to m->files. Unreachable blocks are dropped. Fails (Err) only when a frame needs more than 65,000 slots. */
bool ir_emit(IrFunc *f, BcModule *m, u32 index, Err *e);
#endif

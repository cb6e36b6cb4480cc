/* ir_priv.h - what the files behind ir_emit() share. The order of the stages:
 *
 *   ir_prep.c      copies and dead values dropped, immediate operands, edges split
 *   ir_loops.c     loops, dominators (used by the next two)
 *   ir_opt.c       common subexpressions, constants out of loops
 *   ir_layout.c    the order of blocks
 *   ir_live.c      positions of values; live ranges
 *   ir_addresses.c which instructions may reach a local through a pointer
 *   ir_locals.c    locals: what is read and made in place, when they are live
 *   ir_coalesce.c  values that shall share slots joined to classes
 *   ir_slots.c     call windows, slots of classes
 *   ir_moves.c     parallel copies
 *   ir_emit.c      instructions, jumps, lines, safepoint maps
 *
 * Positions: each block start and each value has an even number p in layout order. Operands are read at p,
 * results are written at p + 1; at a block's start (p even) its phis are defined. The copies for the phis
 * of a successor read at the position of the terminator and write one later. A live range [start, end)
 * covers the positions at which a slot holds the value: from the write to one past the last read.
 */
#ifndef GOVM_FRONTEND_IR_PRIV_H
#define GOVM_FRONTEND_IR_PRIV_H
#include "frontend/ir.h"

#define MAX_FRAME 65000 /* slots of a frame: operands are 16 bits wide */

typedef struct Range {
  u32 start, end;
} Range;
typedef VEC(Range) RangeVec; /* sorted, disjoint, not adjacent */

typedef VEC(IrValue *) IrValueVec;
typedef VEC(IrBlock *) IrBlockVec;

/* Values that share slots: member values at an offset from the class's first slot. A laned class has a
 * range list per slot, any other one for all. */
typedef struct SlotClass {
  u32 width;
  bool laned;
  bool fixed;      /* a parameter: stays at `slot` and does not grow */
  bool placed;
  bool over_call;  /* live across a call */
  i32 slot;        /* valid when placed or fixed */
  RangeVec *lanes; /* laned ? width : 1 of them */
  IrValueVec members;
} SlotClass;

typedef struct ValueInfo { /* by value id */
  u32 pos;
  u32 offset;       /* in cls */
  RangeVec live;
  SlotClass *cls;   /* NULL: no slots, an alias, or only rematerialised */
  IrLocal *home;    /* the value lives in this local's slots: nothing to copy */
  bool alias;       /* an IR_EXTRACT read in place, from the slots of its argument */
  bool needed;      /* emitted at its own place; constants read only by copies are not */
} ValueInfo;

typedef struct BlockInfo { /* block->aux */
  u32 start, end;   /* positions */
  u32 depth;        /* loops around it */
  IrBlock *loop;    /* header of the innermost loop, itself for a header; NULL outside */
  u32 pc;           /* first instruction */
  u32 edge;         /* the block's place among its only successor's predecessors */
  IrBlock *forward; /* an empty block's target */
  bool placed;
} BlockInfo;
#define BLOCK_INFO(b) ((BlockInfo *)(b)->aux)

typedef VEC(IrLocal *) LocalVec;
typedef struct AddressUses { /* where addresses of locals flow */
  u32 *group;       /* by local id: the group's number */
  bool *always;     /* by local id: the group is live everywhere */
  LocalVec *members; /* by group */
  u32 *derived;     /* by value id: 1 + group that it may point into, 0 none; group[] gives the final number */
} AddressUses;

typedef struct LocalInfo { /* by local id */
  bool always;      /* live everywhere: its address is somewhere, or the recover block reads it */
  bool at_entry;    /* live at the function's entry */
  RangeVec live;
} LocalInfo;

typedef struct CallSite { /* an instruction with a window */
  IrValue *v;
  u32 pos;
  u32 first_arg;    /* args before it are ordinary operands */
  u32 nargs;        /* slots of the window's contents */
  u32 nres;         /* result slots left at the window, 0 when the instruction has a result operand */
  u32 gap;          /* link area */
  u32 top;          /* slots below are live across the call */
  u32 window;
} CallSite;

typedef struct Emitter {
  IrFunc *f;
  Arena *arena;       /* the function's */
  IrBlockVec order;   /* layout */
  ValueInfo *info;
  LocalInfo *locals;
  AddressUses *addresses;
  u32 npos;
  VEC(CallSite) calls; /* by position */
  u32 nslots;
} Emitter;

/* ---- ir_loops.c ---- */
typedef struct FlowGraph {
  u32 n;
  IrBlock **rpo;
  IrBlock **parent; /* by id of a loop's header: header of the loop around it */
  IrBlock **idom;   /* ir_dominators: by block id; NULL for the entry and the recover block */
  u32 *dom_in, *dom_out; /* numbering of the dominator tree */
} FlowGraph;
void ir_flow_graph(IrFunc *f, FlowGraph *g); /* gives every block a fresh BlockInfo with loop and depth */
void ir_dominators(IrFunc *f, FlowGraph *g);
static inline bool ir_dominates(const FlowGraph *g, const IrBlock *a, const IrBlock *b) {
  return g->dom_in[a->id] <= g->dom_in[b->id] && g->dom_out[b->id] <= g->dom_out[a->id];
}
/* ---- ir_prep.c, ir_opt.c, ir_layout.c ---- */
void ir_prepare(IrFunc *f);           /* resolved, reachable, immediate operands, no dead values */
void ir_optimize(IrFunc *f); /* values computed once, constants out of loops; keeps what ir_prepare() gives */
void ir_drop_copies(IrFunc *f);       /* resolves IR_COPY and drops dead values */
void ir_split_edges(IrFunc *f);       /* critical edges into blocks with phis */
void ir_layout(Emitter *e);           /* e->order, loops, rotation */
/* ---- ir_live.c ---- */
void ir_live(Emitter *e);
u32 ir_read_end(const Emitter *e,
                const IrValue *user); /* end of the ranges of user's operands that die there */
/* ---- ir_addresses.c ---- */
void ir_addresses(Emitter *e);
/* ---- ir_locals.c: the first before ranges are known, the second after ---- */
void ir_local_homes(Emitter *e);
void ir_local_ranges(Emitter *e);
static inline bool value_is_remat(const IrValue *v) { /* as cheap to make anew as to copy */
  switch (v->op) {
    case BC_LDK: case BC_LDSTR: case BC_LDFN: case BC_LDREC: case BC_LDTY: case BC_LDITAB: case BC_LEAG:
    case BC_ZERO:
      return true;
    default: return false;
  }
}
static inline bool op_is_tuple(u16 op) { return op == IR_TUPLE || op == BC_MK2 || op == BC_MK3; }
bool value_is_call(const IrValue *v); /* has a window */
bool arg_is_copied(const IrValue *user,
                   u32 i); /* argument i is only copied somewhere: a constant is made there */
bool ranges_meet(const RangeVec *a, const RangeVec *b);
bool ranges_inside(const RangeVec *inner, const RangeVec *outer);
void ranges_add(Arena *arena, RangeVec *to, Range r);
void ranges_union(Arena *arena, RangeVec *to, const RangeVec *from);
/* ---- ir_coalesce.c ---- */
void ir_coalesce(Emitter *e);
static inline const RangeVec *class_lane(const SlotClass *c, u32 i) { return &c->lanes[c->laned ? i : 0]; }
/* ---- ir_slots.c ---- */
bool ir_slots(Emitter *e, Err *err);
/* The slot where v is read or written. */
static inline u32 value_slot(const Emitter *e, const IrValue *v) {
  const ValueInfo *in = &e->info[v->id];
  if (in->alias) return value_slot(e, v->args[0]) + (u32)v->imm;
  if (in->home) return (u32)in->home->slot;
  return in->cls ? (u32)in->cls->slot + in->offset : 0;
}
/* ---- ir_moves.c ---- */
typedef struct Move { /* slots [dst, dst + n) = [src, ...), or a value made anew */
  u32 dst, src, n;
  const IrValue *remat;
} Move;
typedef VEC(Move) MoveVec;
typedef struct Code {
  Arena *arena;
  VEC(Insn) insns;
} Code;
void ir_remat(Code *code, const IrValue *v, u32 dst);
/* All at once; `tmp` is a free slot for cycles; moves->n is 0 afterwards. Uses and updates *nslots when tmp
 * is used. */
void ir_parallel_moves(Code *code, MoveVec *moves, u32 tmp, u32 *nslots);
void ir_push(Code *code, Insn i);
#endif

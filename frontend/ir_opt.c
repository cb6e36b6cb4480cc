/* ir_opt.c - what is computed once stays computed.
 *
 *   common subexpressions   a value equal to one of a dominating block is that one. Equal: same operation on
 *       the same values. Only operations without effect, or whose only effect is a panic that the first would
 *       have raised (nil and bounds checks, division). Loads are equal within a block when nothing was called
 *       since, and nothing stored that can be the same memory; a load of a word stored before is that word.
 *       Constants and addresses of globals are shared within a block only: they are cheaper to make again
 *       than to keep over calls.
 *   invariants out of loops  a constant that an instruction in a loop reads, or an operation without effect
 *       on values from outside, is made in the block before the outermost loop it does not change in.
 *
 * In reverse postorder every dominator comes before what it dominates, so one pass and one table do: an entry
 * is good when its block dominates; a stale one is replaced.
 */
#include "frontend/ir_priv.h"

typedef struct Table { /* open addressing, by hash of the operation and its operands */
  IrValue **v;
  u32 *epoch;         /* of loads: the memory state */
  u32 cap;
} Table;
typedef struct Store { /* of size bytes at base + offset */
  u32 epoch;
  const IrValue *base;
  i64 offset;
  u32 size;
} Store;
#define MAX_STORES 16
typedef struct Opt {
  IrFunc *f;
  FlowGraph g;
  Table table;
  u32 epoch;          /* counts stores and calls */
  u32 barrier;        /* epoch of the last change that may be anywhere */
  Store stores[MAX_STORES]; /* since then */
  u32 nstores;
  u32 *hoisted; /* by block id: constants put there for loops */
} Opt;

typedef enum Sharing { SHARE_NO, SHARE_DOMINATED, SHARE_BLOCK, SHARE_LOAD } Sharing;

/* How far a value may stand for an equal one. */
static Sharing sharing(const IrValue *v) {
  if (v->op == IR_EXTRACT) return SHARE_DOMINATED;
  if (v->op >= BC_COUNT || v->locals || v->local) return SHARE_NO;
  if (value_is_remat(v)) return v->op == BC_ZERO ? SHARE_NO : SHARE_BLOCK;
  switch (v->op) {
    case BC_NOP: case BC_MK2: case BC_MK3: case BC_MOV: case BC_MOV2: case BC_MOV3: case BC_MOVN:
    case BC_GETCTX:
      return SHARE_NO;
    case BC_LEA: case BC_LEAX: case BC_LEAXP: case BC_BOUNDS: case BC_BOUNDSI: case BC_NILCHK:
    case BC_CHKSHIFT:
    case BC_SLICE_ARR: case BC_LDX_STR: case BC_DIV_I64: case BC_DIV_I32: case BC_DIV_I16: case BC_DIV_I8:
    case BC_DIV_U64: case BC_REM_I64: case BC_REM_U64:
      return SHARE_DOMINATED;
    case BC_LD_I8: case BC_LD_U8: case BC_LD_I16: case BC_LD_U16: case BC_LD_I32: case BC_LD_U32:
    case BC_LD_64:
    case BC_LD_2: case BC_LD_3: case BC_LDX_I8: case BC_LDX_U8: case BC_LDX_I16: case BC_LDX_U16:
    case BC_LDX_I32:
    case BC_LDX_U32: case BC_LDX_64: case BC_LDX_2: case BC_LDX_3: case BC_LDG_I8: case BC_LDG_U8:
    case BC_LDG_I16:
    case BC_LDG_U16: case BC_LDG_I32: case BC_LDG_U32: case BC_LDG_64: case BC_LDG_2: case BC_LDG_3:
      return SHARE_LOAD;
    default: return (op_info[v->op].flags & OPF_PURE) ? SHARE_DOMINATED : SHARE_NO;
  }
}

static u32 hash_value(const IrValue *v) {
  u64 h = hash_u64((u64)v->op << 32 | v->shape->nslots);
  for (u32 i = 0; i < v->nargs; i++) h = hash_u64(h ^ v->args[i]->id);
  return (u32)hash_u64(h ^ v->k ^ (u64)v->u[0] << 20 ^ (u64)v->u[1] << 40);
}

static bool same_value(const IrValue *a, const IrValue *b) {
  if (a->op != b->op || a->nargs != b->nargs || a->k != b->k || a->u[0] != b->u[0] || a->u[1] != b->u[1])
    return false;
  if (a->shape->nslots != b->shape->nslots) return false;
  for (u32 i = 0; i < (a->shape->nslots + 63) / 64; i++) {
    if (a->shape->ptrs[i] != b->shape->ptrs[i]) return false;
  }
  for (u32 i = 0; i < a->nargs; i++) {
    if (a->args[i] != b->args[i]) return false;
  }
  return true;
}

/* Bytes that a load from or store to pointer + offset moves; 0 for other instructions. */
static u32 access_size(u16 op) {
  switch (op) {
    case BC_LD_I8: case BC_LD_U8: case BC_ST_8: return 1;
    case BC_LD_I16: case BC_LD_U16: case BC_ST_16: return 2;
    case BC_LD_I32: case BC_LD_U32: case BC_ST_32: return 4;
    case BC_LD_64: case BC_ST_64: case BC_ST_P: return 8;
    case BC_LD_2: return 16;
    case BC_LD_3: return 24;
    default: return 0;
  }
}

/* Whether both point into elements of one slice at the same offset: then offsets tell the memory apart. */
static bool same_elements(const IrValue *a, const IrValue *b, i64 end) {
  return a->op == BC_LEAX && b->op == BC_LEAX && a->args[0] == b->args[0] && a->imm == b->imm &&
         end <= a->imm;
}

static bool may_touch(const Store *s, const IrValue *load, u32 size) {
  i64 from = load->imm, to = load->imm + size, sfrom = s->offset, sto = s->offset + s->size;
  if (from < sto && sfrom < to) return true;
  return s->base != load->args[0] && !same_elements(s->base, load->args[0], to > sto ? to : sto);
}

static bool memory_unchanged(const Opt *o, const IrValue *load, u32 since) {
  if (since == o->epoch) return true;
  u32 size = access_size(load->op);
  if (since < o->barrier || !size) return false;
  for (u32 i = 0; i < o->nstores; i++) {
    if (o->stores[i].epoch > since && may_touch(&o->stores[i], load, size)) return false;
  }
  return true;
}

static bool usable(const Opt *o, const IrValue *old, u32 epoch, const IrValue *v, Sharing sh) {
  if (old->op == IR_COPY) return false;
  switch (sh) {
    case SHARE_DOMINATED: return ir_dominates(&o->g, old->block, v->block);
    case SHARE_BLOCK: return old->block == v->block;
    default: return old->block == v->block && memory_unchanged(o, v, epoch);
  }
}

/* The equal value that v can be replaced by, or NULL; v is then in the table. */
static IrValue *find_equal(Opt *o, IrValue *v, Sharing sh) {
  u32 mask = o->table.cap - 1, i = hash_value(v) & mask;
  for (; o->table.v[i]; i = (i + 1) & mask) {
    if (o->table.v[i] == v) return NULL;
    if (!same_value(o->table.v[i], v)) continue;
    if (usable(o, o->table.v[i], o->table.epoch[i], v, sh))
      return o->table.v[i]->aux ? o->table.v[i]->aux : o->table.v[i];
    break; /* out of reach from here on in most cases: the new one takes its place */
  }
  o->table.v[i] = v;
  o->table.epoch[i] = o->epoch;
  return NULL;
}

/* Loads after v may see other values than loads before it. */
static bool changes_memory(const IrValue *v) {
  if (v->op >= BC_COUNT) return v->op == IR_WRITE_LOCAL || v->op == IR_ZERO_LOCAL;
  return (op_info[v->op].flags & (OPF_STORE | OPF_CALLS)) || op_info[v->op].a == OPK_L || v->op == BC_MAPNEXT;
}

/* A load of the word that `st` stored is the value stored: the table gets a load that is in no block, with
 * that value. */
static void forward_store(Opt *o, const IrValue *st) {
  IrValue *load = NEW(&o->f->arena, IrValue);
  *load = (IrValue){.op = BC_LD_64, .nargs = 1, .id = st->id, .shape = st->args[1]->shape, .block = st->block,
                    .args = st->args, .imm = st->imm, .slot = -1, .aux = st->args[1]};
  u32 mask = o->table.cap - 1, i = hash_value(load) & mask;
  while (o->table.v[i] && !same_value(o->table.v[i], load)) i = (i + 1) & mask;
  o->table.v[i] = load;
  o->table.epoch[i] = o->epoch;
}

static void note_change(Opt *o, const IrValue *v) {
  u32 size = v->nargs == 2 && v->op < BC_COUNT ? access_size(v->op) : 0;
  o->epoch++;
  if (!size || o->nstores == MAX_STORES) {
    o->barrier = o->epoch;
    o->nstores = 0;
  } else {
    o->stores[o->nstores++] = (Store){o->epoch, v->args[0], v->imm, size};
  }
  if (size == 8 && !value_is_remat(v->args[1])) forward_store(o, v);
}

static void share_block(Opt *o, IrBlock *b) {
  o->barrier = ++o->epoch;
  o->nstores = 0;
  for (u32 k = 0; k < b->values.n; k++) {
    IrValue *v = b->values.v[k];
    for (u32 i = 0; i < v->nargs; i++) v->args[i] = ir_resolve(v->args[i]);
    Sharing sh = sharing(v);
    if (changes_memory(v)) note_change(o, v);
    if (sh == SHARE_NO) continue;
    IrValue *same = find_equal(o, v, sh);
    if (!same) continue;
    if (v->shape->nslots) {
      v->op = IR_COPY;
      v->nargs = 1;
      if (!v->args) v->args = NEW(&o->f->arena, IrValue *);
      v->args[0] = same;
    } else {
      v->op = BC_NOP;
      v->nargs = 0;
    }
  }
}

/* ---- invariants out of loops ---- */

#define MAX_HOISTED 16 /* per block: each takes a slot for as long as the loop runs */

static bool in_loop(const Opt *o, const IrBlock *b, const IrBlock *h) {
  for (const IrBlock *l = BLOCK_INFO(b)->loop; l; l = o->g.parent[l->id]) {
    if (l == h) return true;
  }
  return false;
}

/* The only block outside of the loop with header h that leads into it; NULL when there are several. */
static IrBlock *preheader(const Opt *o, const IrBlock *h) {
  IrBlock *p = NULL;
  for (u32 i = 0; i < h->preds.n; i++) {
    if (in_loop(o, h->preds.v[i], h)) continue;
    if (p) return NULL;
    p = h->preds.v[i];
  }
  return p;
}

/* v's operands are made in blocks that come before the end of `to`. */
static bool operands_reach(const Opt *o, const IrValue *v, const IrBlock *to) {
  for (u32 i = 0; i < v->nargs; i++) {
    if (!ir_dominates(&o->g, ir_resolve(v->args[i])->block, to)) return false;
  }
  return true;
}

/* The block before the outermost loop around v that its operands allow; NULL when there is none. */
static IrBlock *hoist_target(const Opt *o, const IrValue *v) {
  IrBlock *best = NULL;
  for (IrBlock *h = BLOCK_INFO(v->block)->loop; h; h = o->g.parent[h->id]) {
    IrBlock *p = preheader(o, h);
    if (!p || !ir_dominates(&o->g, p, v->block) || !operands_reach(o, v, p)) break;
    best = p;
  }
  return best;
}

static void insert_before_terminator(IrFunc *f, IrBlock *b, IrValue *v) {
  IrValue *term = VEC_LAST(&b->values);
  VEC_PUSH(&f->arena, &b->values, term);
  b->values.v[b->values.n - 2] = v;
  v->block = b;
}

/* Marks the constants that some instruction of a loop reads, other than to copy them. */
static void find_read_constants(const Opt *o, bool *read) {
  for (u32 i = 0; i < o->g.n; i++) {
    const IrBlock *b = o->g.rpo[i];
    if (b->unlikely || !BLOCK_INFO(b)->depth) continue;
    for (u32 k = 0; k < b->values.n; k++) {
      const IrValue *v = b->values.v[k];
      if (v->op == IR_COPY) continue;
      for (u32 j = 0; j < v->nargs; j++) {
        IrValue *a = ir_resolve(v->args[j]);
        if (value_is_remat(a) && a->op != BC_ZERO && !arg_is_copied(v, j)) read[a->id] = true;
      }
    }
  }
}

/* STR_NEXT reads the string where a comparison inside the loop allows it. */
static bool hoistable(const IrValue *v, const bool *read) {
  if (value_is_remat(v)) return read[v->id];
  if (v->op == BC_STR_NEXT) return false;
  return v->op < BC_COUNT && v->nargs && (op_info[v->op].flags & OPF_PURE) && sharing(v) == SHARE_DOMINATED;
}

static void hoist_block(Opt *o, IrBlock *b, const bool *read) {
  if (!BLOCK_INFO(b)->depth || b->unlikely) return;
  u32 n = 0;
  for (u32 k = 0; k < b->values.n; k++) {
    IrValue *v = b->values.v[k];
    b->values.v[n++] = v;
    if (!hoistable(v, read)) continue;
    IrBlock *to = hoist_target(o, v);
    if (!to || o->hoisted[to->id] == MAX_HOISTED) continue;
    v->block = to;
    IrValue *same = value_is_remat(v) ? find_equal(o, v, SHARE_BLOCK) : NULL;
    if (same) {
      v->block = b;
      v->op = IR_COPY;
      v->nargs = 1;
      v->args = NEW(&o->f->arena, IrValue *);
      v->args[0] = same;
      continue;
    }
    o->hoisted[to->id]++;
    insert_before_terminator(o->f, to, v);
    n--;
  }
  b->values.n = n;
}

void ir_optimize(IrFunc *f) {
  Opt o = {.f = f};
  u32 nvalues = 0;
  for (u32 i = 0; i < f->blocks.n; i++) nvalues += f->blocks.v[i]->values.n;
  for (o.table.cap = 16; o.table.cap < 2 * nvalues; o.table.cap *= 2) {}
  o.table.v = NEW_ARRAY(&f->arena, IrValue *, o.table.cap);
  o.table.epoch = NEW_ARRAY(&f->arena, u32, o.table.cap);
  ir_flow_graph(f, &o.g);
  ir_dominators(f, &o.g);
  for (u32 i = 0; i < o.g.n; i++) share_block(&o, o.g.rpo[i]);
  bool *read = NEW_ARRAY(&f->arena, bool, f->nvalues);
  o.hoisted = NEW_ARRAY(&f->arena, u32, f->blocks.n);
  find_read_constants(&o, read);
  for (u32 i = 0; i < o.g.n; i++) hoist_block(&o, o.g.rpo[i], read);
  ir_drop_copies(f);
}

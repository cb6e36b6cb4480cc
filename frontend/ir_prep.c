/* ir_prep.c - the first stage of emission: cleans the SSA form up.
 * After ir_prepare(): every argument is a value that is emitted, no IR_COPY is left, blocks that cannot be
 * reached are gone from f->blocks (ids are dense again) and from the predecessors' lists, small constant
 * operands are immediates, values without effect and use are gone, and `uses` is exact. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

/* ---- reachability ---- */

static void mark_reachable(IrFunc *f, bool *seen) {
  IrBlockVec work = {0};
  VEC_PUSH(NULL, &work, f->blocks.v[0]);
  if (f->recover_block) VEC_PUSH(NULL, &work, f->recover_block);
  for (u32 i = 0; i < work.n; i++) seen[work.v[i]->id] = true;
  while (work.n) {
    IrBlock *b = VEC_POP(&work);
    CHECK(ir_block_done(b));
    for (u32 i = 0; i < 2; i++) {
      IrBlock *s = b->succs[i];
      if (!s || seen[s->id]) continue;
      seen[s->id] = true;
      VEC_PUSH(NULL, &work, s);
    }
  }
  VEC_FREE(&work);
}

static void prune_preds(IrBlock *b, const bool *seen) {
  u32 n = 0;
  for (u32 i = 0; i < b->preds.n; i++) {
    if (!seen[b->preds.v[i]->id]) continue;
    b->preds.v[n] = b->preds.v[i];
    for (u32 k = 0; k < b->phis.n; k++) {
      if (b->phis.v[k]->op == IR_PHI) b->phis.v[k]->args[n] = b->phis.v[k]->args[i];
    }
    n++;
  }
  b->preds.n = n;
  for (u32 k = 0; k < b->phis.n; k++) {
    IrValue *phi = b->phis.v[k];
    if (phi->op != IR_PHI) continue;
    phi->nargs = n;
    if (n == 1) phi->op = IR_COPY;
  }
}

static void drop_unreachable(IrFunc *f) {
  bool *seen = NEW_ARRAY(&f->arena, bool, f->blocks.n);
  mark_reachable(f, seen);
  u32 n = 0;
  for (u32 i = 0; i < f->blocks.n; i++) {
    if (seen[i]) prune_preds(f->blocks.v[i], seen);
  }
  for (u32 i = 0; i < f->blocks.n; i++) {
    if (!seen[i]) continue;
    f->blocks.v[n] = f->blocks.v[i];
    f->blocks.v[n]->id = n;
    n++;
  }
  f->blocks.n = n;
}

/* ---- copies ---- */

static void resolve_args(IrFunc *f) {
  for (u32 i = 0; i < f->blocks.n; i++) {
    IrBlock *b = f->blocks.v[i];
    u32 n = 0;
    for (u32 k = 0; k < b->phis.n; k++) {
      IrValue *v = b->phis.v[k];
      for (u32 j = 0; j < v->nargs; j++) v->args[j] = ir_resolve(v->args[j]);
      if (v->op != IR_COPY) b->phis.v[n++] = v;
    }
    b->phis.n = n;
    n = 0;
    for (u32 k = 0; k < b->values.n; k++) {
      IrValue *v = b->values.v[k];
      for (u32 j = 0; j < v->nargs; j++) v->args[j] = ir_resolve(v->args[j]);
      if (v->op != IR_COPY) b->values.v[n++] = v;
    }
    b->values.n = n;
  }
}

/* ---- immediate operands ---- */

/* Operation with two register operands -> the one with an immediate. `negate`: of the immediate (SUB,
 * ANDNOT). */
typedef enum ImmChange { IMM_SAME, IMM_NEGATE, IMM_INVERT, IMM_SHIFT } ImmChange;
static const struct {
  u16 op, imm_op;
  u8 change;
} imm_ops[] = {
    {BC_ADD_64, BC_ADDI_64, IMM_SAME},     {BC_SUB_64, BC_ADDI_64, IMM_NEGATE},
    {BC_ADD_I32, BC_ADDI_I32, IMM_SAME},   {BC_SUB_I32, BC_ADDI_I32, IMM_NEGATE},
    {BC_ADD_U32, BC_ADDI_U32, IMM_SAME},   {BC_SUB_U32, BC_ADDI_U32, IMM_NEGATE},
    {BC_ADD_I16, BC_ADDI_I16, IMM_SAME},   {BC_SUB_I16, BC_ADDI_I16, IMM_NEGATE},
    {BC_ADD_U16, BC_ADDI_U16, IMM_SAME},   {BC_SUB_U16, BC_ADDI_U16, IMM_NEGATE},
    {BC_ADD_I8, BC_ADDI_I8, IMM_SAME},     {BC_SUB_I8, BC_ADDI_I8, IMM_NEGATE},
    {BC_ADD_U8, BC_ADDI_U8, IMM_SAME},     {BC_SUB_U8, BC_ADDI_U8, IMM_NEGATE},
    {BC_MUL_64, BC_MULI_64, IMM_SAME},     {BC_AND_64, BC_ANDI_64, IMM_SAME},
    {BC_OR_64, BC_ORI_64, IMM_SAME},       {BC_XOR_64, BC_XORI_64, IMM_SAME},
    {BC_ANDNOT_64, BC_ANDI_64, IMM_INVERT}, {BC_SHL_64, BC_SHLI_64, IMM_SHIFT},
    {BC_SHR_I64, BC_SHRI_I64, IMM_SHIFT},  {BC_SHR_U64, BC_SHRI_U64, IMM_SHIFT},
    {BC_EQ_64, BC_EQI_64, IMM_SAME},       {BC_NE_64, BC_NEI_64, IMM_SAME},
};

static bool change_imm(u8 change, i64 *k) {
  switch (change) {
    case IMM_NEGATE: *k = (i64)(0 - (u64)*k); break;
    case IMM_INVERT: *k = ~*k; break;
    case IMM_SHIFT: return (u64)*k < 64;
  }
  return *k == (i32)*k;
}

static void use_immediate(IrValue *v) {
  if (v->nargs != 2 || v->op >= BC_COUNT) return;
  if ((op_info[v->op].flags & OPF_COMM) && v->args[0]->op == BC_LDK) {
    IrValue *t = v->args[0];
    v->args[0] = v->args[1];
    v->args[1] = t;
  }
  if (v->args[1]->op != BC_LDK) return;
  for (u32 i = 0; i < ARRAY_LEN(imm_ops); i++) {
    if (imm_ops[i].op != v->op) continue;
    i64 k = v->args[1]->imm;
    if (!change_imm(imm_ops[i].change, &k)) return;
    v->op = imm_ops[i].imm_op;
    v->nargs = 1;
    v->imm = k;
    return;
  }
  u64 k = v->args[1]->k;
  bool pow2 = k && !(k & (k - 1));
  if (v->op == BC_DIV_U64 && pow2) {
    *v = (IrValue){.op = BC_SHRI_U64, .nargs = 1, .id = v->id, .shape = v->shape, .block = v->block, .args = v->args,
                   .imm = __builtin_ctzll(k), .pos = v->pos, .slot = -1};
  } else if (v->op == BC_REM_U64 && pow2 && k - 1 <= INT32_MAX) {
    v->op = BC_ANDI_64;
    v->nargs = 1;
    v->imm = (i64)(k - 1);
  }
}

/* ---- dead values ---- */

static bool value_has_effect(const IrValue *v) {
  if (v->op >= BC_COUNT) return v->op == IR_WRITE_LOCAL || v->op == IR_ZERO_LOCAL;
  const OpInfo *o = &op_info[v->op];
  if (o->flags & (OPF_PANICS | OPF_CALLS | OPF_STORE | OPF_TERM)) return true;
  if (v->op == BC_DEFERTOK || v->op == BC_MAPNEXT)
    return true; /* other allocations that nobody uses are dropped */
  return !(o->a >= OPK_W1 && o->a <= OPK_WX) && v->op != BC_NOP;
}

static void mark_needed(IrFunc *f, bool *needed) {
  IrValueVec work = {0};
  for (u32 i = 0; i < f->blocks.n; i++) {
    IrBlock *b = f->blocks.v[i];
    for (u32 k = 0; k < b->phis.n; k++) b->phis.v[k]->uses = 0;
    for (u32 k = 0; k < b->values.n; k++) {
      IrValue *v = b->values.v[k];
      v->uses = 0;
      if (!value_has_effect(v)) continue;
      needed[v->id] = true;
      VEC_PUSH(NULL, &work, v);
    }
  }
  while (work.n) {
    IrValue *v = VEC_POP(&work);
    for (u32 i = 0; i < v->nargs; i++) {
      IrValue *a = v->args[i];
      if (needed[a->id]) continue;
      needed[a->id] = true;
      VEC_PUSH(NULL, &work, a);
    }
  }
  VEC_FREE(&work);
}

static u32 keep_needed(IrValue **v, u32 n, const bool *needed) {
  u32 out = 0;
  for (u32 i = 0; i < n; i++) {
    if (!needed[v[i]->id]) continue;
    for (u32 k = 0; k < v[i]->nargs; k++) v[i]->args[k]->uses++;
    v[out++] = v[i];
  }
  return out;
}

static void drop_dead(IrFunc *f) {
  bool *needed = NEW_ARRAY(&f->arena, bool, f->nvalues);
  mark_needed(f, needed);
  for (u32 i = 0; i < f->blocks.n; i++) {
    IrBlock *b = f->blocks.v[i];
    b->phis.n = keep_needed(b->phis.v, b->phis.n, needed);
    b->values.n = keep_needed(b->values.v, b->values.n, needed);
  }
}

void ir_drop_copies(IrFunc *f) {
  resolve_args(f);
  drop_dead(f);
}

void ir_prepare(IrFunc *f) {
  drop_unreachable(f);
  resolve_args(f);
  for (u32 i = 0; i < f->blocks.n; i++) {
    IrBlock *b = f->blocks.v[i];
    for (u32 k = 0; k < b->values.n; k++) use_immediate(b->values.v[k]);
  }
  drop_dead(f);
}

/* ---- critical edges ---- */

static void split_edge(IrFunc *f, IrBlock *from, u32 i) {
  IrBlock *to = from->succs[i], *e = ir_block_new(f);
  e->sealed = true;
  e->unlikely = to->unlikely || from->unlikely;
  f->cur_pos = VEC_LAST(&from->values)->pos;
  ir_value(f, e, BC_JMP, NULL, 0);
  e->succs[0] = to;
  VEC_PUSH(&f->arena, &e->preds, from);
  from->succs[i] = e;
  for (u32 k = 0; k < to->preds.n; k++) {
    if (to->preds.v[k] != from) continue;
    to->preds.v[k] = e;
    return;
  }
  BUG("edge without predecessor");
}

void ir_split_edges(IrFunc *f) {
  u32 n = f->blocks.n;
  for (u32 i = 0; i < n; i++) {
    IrBlock *b = f->blocks.v[i];
    if (!b->succs[1]) continue;
    for (u32 k = 0; k < 2; k++) {
      if (b->succs[k]->phis.n) split_edge(f, b, k);
    }
  }
}

/* peephole.c - better handlers for expanded code, without changing an instruction but its handler's address.
 *
 * Two things, both within straight-line code: an instruction that reads the slot which the one before wrote takes the value
 * from the accumulator (ra, fa) where that one left it; and frequent pairs run as one handler, which stands in the first
 * one's place and skips the second. The second keeps its own handler for jumps to it. An instruction that can be entered
 * otherwise than from the one before (jump target, recover_pc, behind a call) never gets an accumulator form.
 */
#include <stdlib.h>

#include "vm/vm_priv.h"

/* ---- accumulators ---- */
typedef enum Acc { ACC_NONE, ACC_RA, ACC_FA } Acc;

/* Where an instruction leaves the value that it writes to slot a. */
static Acc acc_of(u32 op) {
  switch (op) {
  case BC_ADD_F64: case BC_SUB_F64: case BC_MUL_F64: case BC_DIV_F64: case BC_NEG_F64: case BC_SQRT_F64: case BC_ABS_F64:
  case BC_I64_F64: case BC_F32_F64:
    return ACC_FA;
  case BC_LD_64: case BC_LDX_64: case BC_LDG_64:
    return ACC_RA;
  default: return ACC_NONE;
  }
}
static u32 float_form(XOp x, Acc acc, bool left, bool right) {
  if (left) return vm_xhandlers[x + (acc == ACC_FA ? 0 : 2)];
  return right ? vm_xhandlers[x + (acc == ACC_FA ? 1 : 3)] : 0;
}
/* The handler of `in` when the value of slot `slot` is in acc; 0: the plain one. */
static u32 acc_form(const Insn *in, Acc acc, u16 slot) {
  bool left = in->b == slot, right = in->c == slot;
  switch (in->op) {
  case BC_ADD_F64: return float_form(XOP_ADD_F64_x, acc, left, right);
  case BC_SUB_F64: return float_form(XOP_SUB_F64_x, acc, left, right);
  case BC_DIV_F64: return float_form(XOP_DIV_F64_x, acc, left, right);
  case BC_MUL_F64:
    if (left && right && acc == ACC_FA) return vm_xhandlers[XOP_MUL_F64_xx];
    return float_form(XOP_MUL_F64_x, acc, left, right);
  case BC_SQRT_F64: return left && acc == ACC_FA ? vm_xhandlers[XOP_SQRT_F64_x] : 0;
  default: return 0;
  }
}

/* ---- pairs ---- */
static u32 pair_form(const Insn *x, const Insn *y) {
#define PAIR(a, b) if (x->op == BC_##a && y->op == BC_##b) return vm_xhandlers[XOP_##a##__##b]
  PAIR(ADDI_64, JLT_I64_B);
  PAIR(ADDI_64, CALL);
  PAIR(LD_64, LD_64);
  PAIR(LDX_64, LDX_64);
  PAIR(LDX_64, ADD_64);
  PAIR(MOV, MOV);
  PAIR(MOV, CALL);
  PAIR(LDK, CALL);
#undef PAIR
  if (x->op == BC_MUL_F64 && y->c == x->a && y->b != x->a) {
    if (y->op == BC_ADD_F64) return vm_xhandlers[XOP_MUL_F64__ADD_F64_y];
    if (y->op == BC_SUB_F64) return vm_xhandlers[XOP_MUL_F64__SUB_F64_y];
  }
  return 0;
}

static void mark_targets(const BcFunc *f, u8 *target) {
  for (u32 i = 0; i < f->ncode; i++)
    if (op_info[f->code[i].op].flags & OPF_JUMP) target[f->code[i].imm] = 1;
  if (f->flags & BCF_HASDEFER) target[f->recover_pc] = 1;
}

void peephole(const BcFunc *f, Insn *code) {
  u8 *target = xcalloc(f->ncode + 1, 1);
  mark_targets(f, target);
  for (u32 i = 1; i < f->ncode; i++) {
    const Insn *before = &f->code[i - 1], *in = &f->code[i];
    Acc acc = target[i] ? ACC_NONE : acc_of(before->op);
    u32 h = acc ? acc_form(in, acc, before->a) : 0;
    if (h) code[i].op = h;
  }
  for (u32 i = 0; i + 1 < f->ncode; i++) {
    if (code[i].op != vm_handlers[f->code[i].op]) continue; /* reads an accumulator */
    u32 h = pair_form(&f->code[i], &f->code[i + 1]);
    if (!h) continue;
    code[i].op = h;
    i++;
  }
  free(target);
}

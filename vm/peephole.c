/* peephole.c - better handlers for expanded code, without changing an instruction but its handler's
 * address.
 *
 * Two things, both within straight-line code: an instruction that reads the slot which the one before
 * wrote takes the value from the accumulator (ra, fa) where that one left it; and frequent pairs run as
 * one handler, which stands in the first one's place and skips the second. The second keeps its own
 * handler for jumps to it. An instruction that can be entered otherwise than from the one before (jump
 * target, recover_pc, behind a call) never gets an accumulator form.
 */
#include <stdlib.h>

#include "vm/vm_priv.h"

/* ---- accumulators ---- */
typedef enum Acc { ACC_NONE, ACC_RA, ACC_FA } Acc;

/* Where an instruction leaves the value that it writes to slot a. */
static Acc acc_of(u32 op) {
  switch (op) {
  case BC_ADD_F64: case BC_SUB_F64: case BC_MUL_F64: case BC_DIV_F64: case BC_NEG_F64:
  case BC_SQRT_F64: case BC_ABS_F64:
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
  case BC_ST_64: return left && in->a != slot && acc == ACC_FA ? vm_xhandlers[XOP_ST_64_f] : 0;
  case BC_SQRT_F64: return left && acc == ACC_FA ? vm_xhandlers[XOP_SQRT_F64_x] : 0;
  default: return 0;
  }
}

/* ---- pairs: a hash table from the two handlers to that of the pair ---- */
typedef struct PairEntry { u32 first, second, both; } PairEntry;
enum { PAIR_TABLE = 4096 };
static PairEntry pair_table[PAIR_TABLE];

static PairEntry *pair_place(u32 first, u32 second) {
  u32 i = (u32)hash_u64((u64)first << 32 | second) & (PAIR_TABLE - 1);
  while (pair_table[i].both && (pair_table[i].first != first || pair_table[i].second != second))
    i = (i + 1) & (PAIR_TABLE - 1);
  return &pair_table[i];
}

/* Bodies of pairs by name, and the handlers that they stand for. */
#define BODY_OPS(X) \
  X(MOV) X(LDK) X(ADD_64) X(SUB_64) X(MUL_64) X(AND_64) X(OR_64) X(XOR_64) X(ADDI_64) X(ANDI_64) \
  X(SHLI_64) X(SHRI_U64) X(LD_64) X(LDX_64) X(LDX_U8) X(ST_64) X(STX_64) X(STX_8) X(LEAX) X(ADD_F64) \
  X(SUB_F64) X(MUL_F64) X(DIV_F64) X(JMP) X(JMP_B) X(JLT_I64_B) X(JLT_I64) X(JLE_I64) X(JEQ_64) X(JNE_64) \
  X(JEQI_64) X(JNEI_64) X(JLTI_I64) X(JGEI_I64) X(CALL) X(RET1)
#define BODY_XOPS(X) \
  X(ADD_F64_x) X(ADD_F64_y) X(ADD_F64_r) X(ADD_F64_s) X(SUB_F64_x) X(SUB_F64_y) X(SUB_F64_r) X(SUB_F64_s) \
  X(MUL_F64_x) X(MUL_F64_y) X(MUL_F64_r) X(MUL_F64_s) X(DIV_F64_x) X(DIV_F64_y) X(DIV_F64_r) X(DIV_F64_s) \
  X(ST_64_f)
enum Body {
#define BODY(name) BODY_##name,
  BODY_OPS(BODY) BODY_XOPS(BODY)
#undef BODY
  BODY_COUNT
};

static void pairs_init(void) {
  u32 handler[BODY_COUNT];
#define BODY(name) handler[BODY_##name] = vm_handlers[BC_##name];
  BODY_OPS(BODY)
#undef BODY
#define BODY(name) handler[BODY_##name] = vm_xhandlers[XOP_##name];
  BODY_XOPS(BODY)
#undef BODY
#define PAIR(a, b)                                    \
  *pair_place(handler[BODY_##a], handler[BODY_##b]) = \
      (PairEntry){handler[BODY_##a], handler[BODY_##b], vm_xhandlers[XOP_##a##__##b]};
#define PAIR_T(a, b) PAIR(a, b)
#include "vm/pairs.def"
#undef PAIR
#undef PAIR_T
  (void)handler;
}

static void mark_targets(const BcFunc *f, u8 *target) {
  for (u32 i = 0; i < f->ncode; i++)
    if (op_info[f->code[i].op].flags & OPF_JUMP) target[f->code[i].imm] = 1;
  if (f->flags & BCF_HASDEFER) target[f->recover_pc] = 1;
}

void peephole(const BcFunc *f, Insn *code) {
  static bool ready;
  if (!ready) pairs_init();
  ready = true;
  u8 *target = xcalloc(f->ncode + 1, 1);
  mark_targets(f, target);
  for (u32 i = 1; i < f->ncode; i++) {
    const Insn *before = &f->code[i - 1], *in = &f->code[i];
    Acc acc = target[i] ? ACC_NONE : acc_of(before->op);
    u32 h = acc ? acc_form(in, acc, before->a) : 0;
    if (h) code[i].op = h;
  }
  for (u32 i = 0; i + 1 < f->ncode; i++) {
    u32 both = pair_place(code[i].op, code[i + 1].op)->both;
    if (both) code[i++].op = both;
  }
  xfree(target);
}

/* insn.h - instructions as modules and the VM hold them: 16 bytes each, one length.
 * In a module `op` is the opcode and references are indices; expansion (vm/expand.c) makes the VM's copy, where `op` is
 * the handler's address and references are addresses. The instruction index is the same in both, so tables are too. */
#ifndef GOVM_BYTECODE_INSN_H
#define GOVM_BYTECODE_INSN_H
#include "base/base.h"

typedef enum Opcode {
#define OP(name, a, b, c, d, imm, flags, what) BC_##name,
#include "bytecode/opcodes.def"
#undef OP
  BC_COUNT
} Opcode;

typedef struct Insn {
  u32 op; /* module: Opcode; expanded: address of the handler */
  u16 a, b;
  union {
    struct {
      u16 c, d;
      i32 imm;
    };
    u64 k;
    i64 i;
    double f;
  };
} Insn;
static_assert(sizeof(Insn) == 16, "one instruction is 16 bytes");

typedef enum OperandKind {
  OPK__, OPK_R1, OPK_R2, OPK_R3, OPK_RN, OPK_RK, OPK_RV, OPK_RT, OPK_W1, OPK_W2, OPK_W3, OPK_WN, OPK_WX, OPK_L,
  OPK_WIN, OPK_U, OPK_I, OPK_IMM, OPK_J, OPK_FN, OPK_TY, OPK_IT, OPK_GL, OPK_K64, OPK_STR
} OperandKind;
enum OpFlags {
  OPF_PURE = 1, OPF_COMM = 2, OPF_PANICS = 4, OPF_ALLOC = 8, OPF_CALLS = 16, OPF_PARKS = 32, OPF_TERM = 64,
  OPF_JUMP = 128, OPF_BACK = 256, OPF_STORE = 512, OPF_LOAD = 1024, OPF_INTERNAL = 2048,
  OPF_SAFEPOINT = OPF_ALLOC | OPF_CALLS | OPF_BACK
};
typedef struct OpInfo {
  const char *name;
  u8 a, b, c, d, imm; /* OperandKind */
  u16 flags;
  const char *what;
} OpInfo;
extern const OpInfo op_info[BC_COUNT]; /* opinfo.c */
#endif

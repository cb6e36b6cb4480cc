/* opinfo.c - opcodes.def as a table. */
#include "bytecode/insn.h"
#define PURE OPF_PURE
#define COMM OPF_COMM
#define PANICS OPF_PANICS
#define ALLOC OPF_ALLOC
#define CALLS OPF_CALLS
#define PARKS OPF_PARKS
#define TERM OPF_TERM
#define JUMP OPF_JUMP
#define BACK OPF_BACK
#define STORE OPF_STORE
#define LOAD OPF_LOAD
#define INTERNAL OPF_INTERNAL
const OpInfo op_info[BC_COUNT] = {
#define OP(name, a, b, c, d, imm, flags, what) {#name, OPK_##a, OPK_##b, OPK_##c, OPK_##d, OPK_##imm, flags, what},
#include "bytecode/opcodes.def"
#undef OP
};

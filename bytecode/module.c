/* module.c - creating and freeing modules; widths of operands. */
#include "bytecode/module.h"

#include <stdlib.h>

BcModule *module_new(void) {
  BcModule *m = xcalloc(1, sizeof *m);
  m->main_func = BC_NONE;
  return m;
}

void module_free(BcModule *m) {
  if (!m) return;
  arena_free(&m->arena);
  xfree(m);
}

u32 module_type_slots(const BcModule *m, u32 type) {
  if (type >= m->types.n) return 0;
  u64 slots = (m->types.v[type].size + 7) / 8;
  return slots > UINT32_MAX ? UINT32_MAX : (u32)slots;
}

/* The map type an instruction names: its key's or element's slots. */
static u32 map_part_slots(const BcModule *m, const Insn *i, bool key) {
  if ((u32)i->imm >= m->types.n) return 0;
  const BcType *t = &m->types.v[i->imm];
  return t->kind == BCK_MAP ? module_type_slots(m, key ? t->key_type : t->elem) : 0;
}

u32 operand_width(const BcModule *m, const Insn *i, OperandKind kind) {
  switch (kind) {
    case OPK_R1: case OPK_W1: return 1;
    case OPK_R2: case OPK_W2: return 2;
    case OPK_R3: case OPK_W3: return 3;
    case OPK_RN: case OPK_WN: return i->d;
    case OPK_WX: return (u32)i->d + 1;
    case OPK_RK: return map_part_slots(m, i, true);
    case OPK_RV: return map_part_slots(m, i, false);
    case OPK_RT: return module_type_slots(m, (u32)i->imm);
    default: return 0;
  }
}

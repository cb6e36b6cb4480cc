/* types.h - type descriptors from recipes; for vm/ only, others use link.h. */
#ifndef GOVM_VM_TYPES_H
#define GOVM_VM_TYPES_H
#include "vm/link.h"

void link_types_init(void);
void link_types_reserve(u32 spare); /* room in the tables for that many more types */
/* Extern types of m are in linked modules and look the same there. */
bool link_types_check(const BcModule *m, Err *e);
void link_types_add_module(LinkedModule *lm); /* makes its types findable by key */
/* Bytes of the prefix of a value of this recipe that may hold pointers. */
u64 recipe_ptr_bytes(LinkedModule *lm, u32 index);
#endif

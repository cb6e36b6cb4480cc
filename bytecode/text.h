/* text.h - the words of the text form of modules, shared by disasm.c and asm.c. */
#ifndef GOVM_BYTECODE_TEXT_H
#define GOVM_BYTECODE_TEXT_H
extern const char *const text_type_flags[5]; /* comparable, variadic, direct_iface, has_uncommon, is_extern */
extern const char *const text_func_flags[8]; /* BcFuncFlags by bit */
extern const char *const text_kinds[27];     /* BcKind */
extern const char *const text_relocs[5];     /* BcRelocKind */
#endif

/* symbols.h - what linked or finished modules define, by name: the compiler of a further module refers to it as extern.
 *
 * The tables point into the modules, which must outlive them. The first module that defines a symbol wins, as when
 * linking. Symbols that start with ".." are private to their module and not entered.
 */
#ifndef GOVM_BYTECODE_SYMBOLS_H
#define GOVM_BYTECODE_SYMBOLS_H
#include "base/map.h"
#include "bytecode/module.h"

typedef struct Symbols {
  PtrMap funcs;   /* symbol Atom -> BcFunc */
  PtrMap types;   /* key Atom -> BcType */
  PtrMap globals; /* symbol Atom -> BcGlobal */
} Symbols;

void symbols_add_module(Symbols *s, const BcModule *m); /* its definitions; externs are skipped */
void symbols_free(Symbols *s);
/* Functions, types and globals whose names start with ".." belong to their module alone. */
static inline bool symbol_is_private(const Atom *a) { return a->s[0] == '.' && a->s[1] == '.'; }
#endif

/* merge.h - several modules into one that stands alone: what `govm build` and `govm test` put behind the
 * runner.
 *
 * The result has no externs and only what is reachable: from main, from the initialisers of the packages that
 * main and package runtime import (BcInit.imports, transitively), and from what the VM enters by symbol
 * (rtfuncs.def, reach.def). Methods stay in the tables of reached types when a reached function calls a method
 * of that name through an interface (BcFunc.called), or reflection may call any exported one; the others' code
 * pointers become BC_NONE.
 */
#ifndef GOVM_BYTECODE_MERGE_H
#define GOVM_BYTECODE_MERGE_H
#include "bytecode/module.h"

/* Links mods[0..n), in the order in which the VM would load them: of several definitions of a symbol the first
 * counts; names that start with ".." are kept apart. main.main is the last module's that has one. The result
 * passes module_verify when the inputs do; it shares the inputs' memory, which must outlive it. NULL and *e
 * when a symbol is not defined anywhere or there is no main function. */
BcModule *module_merge(const BcModule *const *mods, u32 n, Err *e);

/* The linker's -X: the package variable `symbol` ("main.version") starts as value[0..n). A variable that the
 * module does not have (nothing uses it) is no error. False and *e when it is no string variable. */
bool module_set_string_var(BcModule *m, const char *symbol, const char *value, size_t n, Err *e);
#endif

/* govm.h - the embedding API: load modules, run a program. One VM per process.
 *
 *   vm_new(argc, argv);  stdlib_register_natives();  vm_load(image, &e);  vm_load(program, &e);  code =
 *   vm_run_main();
 */
#ifndef GOVM_VM_GOVM_H
#define GOVM_VM_GOVM_H
#include "bytecode/module.h"
#include "runtime/frame.h"

/* Starts the runtime: reads GOVM_DEBUG, GOGC and their like from the environment. argv, which must outlive
 * the program, is what Go sees as os.Args. */
void vm_new(int argc, char **argv);
/* The parts of vm_new that concern linking alone, for a process that records a snapshot or maps one. vm_prepare reserves the
 * address space that linked modules use, before a snapshot is mapped there; vm_low_base is where that is. vm_link_new makes
 * the linker's tables; false when they exist, from a snapshot too. vm_snapshot makes all that is otherwise made on first use,
 * and adds the linker's memory to the snapshot being recorded. */
void vm_prepare(void);
u64 vm_low_base(void);
bool vm_link_new(void);
void vm_snapshot(void);
int vm_argc(void);
char **vm_argv(void);
/* Links a module; natives must be registered before. m must outlive the VM. */
bool vm_load(const BcModule *m, Err *e);
/* Takes the last module with a main function: initialises its packages and all they import, as far as that has not been
 * done, then runs main.main. Returns the exit code when main returns: 0. os.Exit, panics and fatal errors end the
 * process instead. */
int vm_run_main(void);
/* Initialises the packages of m, which was loaded, and all they import, as far as that has not been done. */
void vm_run_inits(const BcModule *m);
/* A function without parameters that does what vm_run_inits does, for a goroutine of the caller's. */
FuncRec *vm_inits_func(const BcModule *m);
/* From now on calls of the function old_symbol run new_symbol's code, which has the same signature; frames that are in
 * the old code finish it. */
void vm_redefine(const char *old_symbol, const char *new_symbol);
/* Runs func() value or function `symbol` in a goroutine of its own until it returns (tests, REPL); false
 * when unknown. */
bool vm_run_func(const char *symbol);
#endif

/* eval.h - running what was compiled: one goroutine for each evaluation, beside those that earlier ones left
 * behind.
 *
 * A panic, a fatal error, a deadlock and Ctrl-C end the evaluation, not the process; what happens to other
 * goroutines is told and the rest goes on. All of it runs on the one M, between calls of the functions below.
 */
#ifndef GOVM_REPL_EVAL_H
#define GOVM_REPL_EVAL_H
#include "runtime/frame.h"

typedef enum EvalEnd { EVAL_DONE, EVAL_PANIC, EVAL_FATAL, EVAL_INTERRUPTED } EvalEnd;

/* Sets up the hooks of host.h and SIGINT; once, after vm_new. input: reads what the user types (see
 * eval_wait). */
void eval_init(void (*input)(void));
/* Runs rec() in a goroutine until it ends. Messages about its end are printed on standard error. */
EvalEnd eval_run(FuncRec *rec);
/* Runs the other goroutines until *done is set, by `input` or by Ctrl-C: then *interrupted is set too. */
void eval_wait(int fd, const bool *done, bool *interrupted);
/* Before the prompt is shown: a Ctrl-C that came too late to stop the evaluation is void. */
void eval_forget_interrupt(void);
/* Makes eval_wait look at *done. */
void eval_wake(void);
#endif

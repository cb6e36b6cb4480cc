/* command.h - lines that start with ":". */
#ifndef GOVM_REPL_COMMAND_H
#define GOVM_REPL_COMMAND_H
#include "repl/session.h"

/* Runs the command text[0..n), ":" included; false after a printed error. */
bool command_run(Session *s, const char *text, size_t n);
extern bool command_quit; /* :quit was given */
/* Names of the commands, without their ":", NULL at the end. */
extern const char *const command_names[];
#endif

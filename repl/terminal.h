/* terminal.h - lines from the user: GNU readline in its callback form, driven by the scheduler, so that
 * goroutines run while the prompt waits; their output appears above the line being edited. History is kept in
 * a file. */
#ifndef GOVM_REPL_TERMINAL_H
#define GOVM_REPL_TERMINAL_H
#include "repl/session.h"

typedef enum LineEnd { LINE_OK, LINE_EOF, LINE_INTERRUPTED } LineEnd;

void terminal_init(const Session *s); /* after eval_init */
/* Reads one line (without its newline; a pasted text may hold several) to out. */
LineEnd terminal_read(const char *prompt, StrBuf *out);
/* Adds a whole input to the history and its file. */
void terminal_history_add(const char *input);
/* Reads the hook of eval_init. */
void terminal_input(void);

/* complete.c */
void complete_init(const Session *s);
/* What the name that ends the text (behind the last dot) may become, in byte order: a malloc'ed list of
 * malloc'ed strings that ends in NULL. */
char **complete_words(const Session *s, const char *text, size_t n);
#endif

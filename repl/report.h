/* report.h - what a session prints: results on standard output, errors and notes on standard error. */
#ifndef GOVM_REPL_REPORT_H
#define GOVM_REPL_REPORT_H
#include "frontend/diag.h"

void report_value(const char *text, size_t n);        /* and a newline */
void report_label(const char *text);                  /* to stand before the next value */
void report_text(const char *fmt, ...) PRINTF(1, 2);  /* standard output, as is */
void report_error(const char *fmt, ...) PRINTF(1, 2); /* and a newline */
void report_note(const char *fmt, va_list ap);
/* Diagnostics of an input, at most 10: position, message, the line and a caret. */
void report_diags(DiagSink *sink, const char *input, size_t n);
/* The same for one message at byte `at` of the input. */
void report_at(const char *input, size_t n, u32 at, const char *fmt, ...) PRINTF(4, 5);
/* Whether the cursor is behind some output rather than at the start of a line. */
bool report_in_line(void);
/* For host.h: bytes that others write to standard output and error. */
void report_seen(const void *p, size_t n);
#endif

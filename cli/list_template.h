/* list_template.h - the part of text/template that `govm list -f` knows: text, {{- -}}, comments, fields
 * and chains of them, variables, pipelines, parentheses, constants, if, else, with, range, and the functions
 * join, len, index, eq, ne, lt, le, gt, ge, and, or, not, print, printf, println. */
#ifndef GOVM_CLI_LIST_TEMPLATE_H
#define GOVM_CLI_LIST_TEMPLATE_H
#include "cli/list_value.h"

typedef struct Template Template;

/* Parses text; NULL and *e ("template: main:1: ...") when it is malformed or uses what is not known. */
Template *template_parse(Arena *a, const char *text, Err *e);
/* Appends what it makes of v to out; false and *e when it cannot. */
bool template_execute(const Template *t, Arena *a, const Value *v, StrBuf *out, Err *e);
#endif

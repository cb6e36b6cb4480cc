/* syntax.h - from bytes to a syntax tree.
 * The parser is re2c + lemon (lexer.re, grammar.y); on the first syntax error of a file a recursive-descent pass
 * (diagnose.c) runs over the same text and words the messages as gc does. */
#ifndef GOVM_FRONTEND_SYNTAX_H
#define GOVM_FRONTEND_SYNTAX_H
#include "frontend/ast.h"
#include "frontend/diag.h"

typedef struct ParseOptions {
  bool check_branches; /* report misplaced break/continue/goto/labels (syntax/branches.go); always set BranchStmt.target */
  bool skip_bodies;    /* reserved */
  bool std;            /* a file of the standard library: directives reserved to it are allowed */
  bool diagnose_only;  /* skip the table-driven parser (tests compare the two) */
} ParseOptions;

/* Parses text[0..n) as the file `name` (printed in diagnostics) found at `abspath`. Never returns NULL: after errors,
 * which are in `sink`, the tree holds what could be understood and f->nerrors > 0. The text may be freed afterwards. */
File *syntax_parse(Arena *arena, DiagSink *sink, const char *name, const char *abspath, const char *text, size_t n,
                   const ParseOptions *opt);
/* The same without the bodies of functions that are not generic: `{}` with the line of the closing brace. */
File *syntax_parse_skeleton(Arena *arena, DiagSink *sink, const char *name, const char *abspath, const char *text, size_t n,
                            const ParseOptions *opt);
/* Parses one file from disk; false and *e when it cannot be read (or is a directory). */
bool syntax_parse_file(Arena *arena, DiagSink *sink, const char *name, const char *path, const ParseOptions *opt,
                       File **out, Err *e);
/* Prints every token with its position (govm dump --tokens). False when there were lexical errors. */
bool syntax_dump_tokens(void *file /* FILE* */, const char *name, const char *text, size_t n);
#endif

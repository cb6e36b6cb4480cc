/* parser.h - what the two parsers of a file share: the state of one parse, node construction, and the
 * comments that mean something (//line, //go:).
 *
 * A file is parsed by the table-driven parser (lexer.re, grammar.y, parser.c) first. It words no errors: on
 * anything wrong it gives up, and the diagnosing parser (diagnose.h) parses the text again from the start.
 * Both build the same tree; tests compare them.
 */
#ifndef GOVM_FRONTEND_PARSER_H
#define GOVM_FRONTEND_PARSER_H
#include "frontend/buildtags.h"
#include "frontend/syntax.h"

typedef struct ParseState {
  Arena *arena;
  DiagSink *sink;
  const ParseOptions *opt;
  File *file;
  bool silent;       /* the table-driven pass: errors are counted, not reported */
  bool before_pkg;   /* no package clause yet: //go:build lines count */
  u32 file_base;     /* PosBase of the file */
  u32 base;          /* the current one: file_base or that of the last line directive */
  u32 nerrors;       /* all errors of the file */
  u32 nsyntax;       /* those of scanner and parser: they stop checks that need a whole tree */
  Pragma *pragma;    /* collected since the last declaration, or NULL */
  VEC(void *) stack; /* elements of the lists that are being parsed, innermost last; malloc's */
} ParseState;

static inline Pos parse_pos_at(const ParseState *ps, u32 line, u32 col) {
  return (Pos){.base = ps->base,
               .line = line < (1u << 24) ? line : (1u << 24) - 1,
               .col = col < (1u << 20) ? col : (1u << 20) - 1};
}

void *parse_node_new(ParseState *ps, size_t size, NodeKind kind, Pos pos);
#define NODE(ps, T, pos) ((T *)parse_node_new((ps), sizeof(T), N_##T, (pos)))
Name *parse_name_new(ParseState *ps, Pos pos, const Atom *name);

/* Lists: push elements on the stack, then take all those above `mark` into an exactly sized VEC of pointers.
 */
static inline u32 parse_list_mark(const ParseState *ps) { return ps->stack.n; }
static inline void parse_list_push(ParseState *ps, void *node) { VEC_PUSH(NULL, &ps->stack, node); }
void parse_list_take(ParseState *ps, u32 mark, void *vec /* VEC of pointers */);

/* Reports msg at pos (unless silent) and counts it. Messages that start with "syntax error" are syntax
 * errors. */
void parse_error(ParseState *ps, Pos pos, const char *fmt, ...) PRINTF(3, 4);
/* The same for errors beside the grammar (labels, directives): not counted in nsyntax. */
void parse_complain(ParseState *ps, Pos pos, const char *fmt, ...) PRINTF(3, 4);

/* A comment that starts with "//line ", "/" "*line " or "//go:", at its position; text has no newline at its
 * end. `blank`: nothing but white space stands before it on its line. */
void parse_directive(ParseState *ps, u32 line, u32 col, bool blank, const char *text, size_t n);
Pragma *parse_take_pragma(ParseState *ps); /* the collected pragma, for a declaration */
void parse_clear_pragma(ParseState *ps);   /* no declaration follows: complain about what was collected */

/* Rewrites x, when it reads like a type parameter, into its name and constraint; *name is NULL when it does
 * not. `force`: whatever follows shows that it is one (a comma). The tree of x is modified only on success.
 */
Expr *parse_extract_name(ParseState *ps, Expr *x, bool force, Name **name);
bool parse_is_type_elem(const Expr *x);
bool parse_is_value(const Expr *x); /* x cannot be a type */

/* branches.c: checks labels and branch statements of one function body and sets BranchStmt.target. */
void parse_check_branches(ParseState *ps, BlockStmt *body);

/* parser.c: the table-driven parser; false when the text has any error, in which case the caller starts over.
 */
bool parse_table_driven(ParseState *ps, const char *text, size_t n);
/* diagnose.c: the diagnosing parser; leaves what it understood in ps->file. */
void parse_diagnosing(ParseState *ps, const char *text, size_t n);
#endif

/* mod_lines.h - the syntax of go.mod and go.work: lines of words, some of them in blocks. */
#ifndef GOVM_FRONTEND_MOD_LINES_H
#define GOVM_FRONTEND_MOD_LINES_H
#include "base/base.h"

typedef struct ModLine {
  u32 line, col;
  VEC(const char *) words; /* of a line in a block without the block's verb */
  const char *verb;        /* the first word, or the block's */
  const char *comment;     /* the comments before it and on it, without slashes, one per line */
  const char *suffix;      /* the comment on its own line, "" for none */
  bool is_block;           /* the head of a block: words are what stands before "(" */
} ModLine;
typedef VEC(ModLine) ModLines;

/* Splits the text; false and a message "name:line[:col]: ..." for a syntax error, which may name path too. */
bool modlines_split(Arena *a, const char *name, const char *path, const char *text, size_t n, ModLines *out,
                    const char **error);
#endif

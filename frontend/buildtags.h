/* buildtags.h - //go:build expressions: parsing, evaluating, and the Go version they imply. */
#ifndef GOVM_FRONTEND_BUILDTAGS_H
#define GOVM_FRONTEND_BUILDTAGS_H
#include "base/base.h"

typedef enum BuildOp { BUILD_TAG, BUILD_NOT, BUILD_AND, BUILD_OR } BuildOp;
typedef struct BuildExpr {
  BuildOp op;
  const Atom *tag;
  struct BuildExpr *x, *y;
} BuildExpr;

/* Parses a whole line "//go:build expr" (without newline). NULL when it is no well-formed build line. */
BuildExpr *buildtags_parse(Arena *arena, const char *line, size_t n);
bool buildtags_eval(const BuildExpr *x, bool (*has_tag)(void *ctx, const Atom *tag), void *ctx);
/* The Go version that a build line implies ("go1.21"): the empty atom for none, NULL when the line is
 * malformed. */
const Atom *buildtags_go_version(const char *line, size_t n);
#endif

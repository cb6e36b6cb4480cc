/* embed.h - the files that //go:embed patterns stand for (cmd/go/internal/load: resolveEmbed). */
#ifndef GOVM_FRONTEND_EMBED_H
#define GOVM_FRONTEND_EMBED_H
#include "base/base.h"

typedef struct EmbedPattern {
  const Atom *pattern;
  VEC(const char *) files; /* sorted, relative to the package's directory */
} EmbedPattern;

/* Finds the files for out->pattern in the package directory dir. False and *error, "pattern x: ..." as the go
 * command words it, when the pattern is malformed, matches nothing, or something that may not be embedded. */
bool embed_resolve(Arena *a, const char *dir, EmbedPattern *out, const char **error);
#endif

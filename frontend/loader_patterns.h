/* loader_patterns.h - patterns of package paths: "..." stands for any string, "x/..." for x too
 * (cmd/internal/pkgpattern). */
#ifndef GOVM_FRONTEND_LOADER_PATTERNS_H
#define GOVM_FRONTEND_LOADER_PATTERNS_H
#include "base/base.h"

/* Whether name matches the pattern. A wildcard does not match an element "vendor" unless the pattern names
 * it. */
bool pattern_match(const char *pattern, const char *name);
/* Whether name, or something below it, can match. */
bool pattern_tree_can_match(const char *pattern, const char *name);
#endif

/* godebug.h - GODEBUG settings: which exist, and the defaults that a program's Go version and its godebug
 * lines give it (internal/godebugs, cmd/go/internal/load/godebug.go). */
#ifndef GOVM_FRONTEND_GODEBUG_H
#define GOVM_FRONTEND_GODEBUG_H
#include "frontend/mod.h"

/* What is wrong with key=value; NULL when nothing is. verb says where it stands ("godebug"). */
const char *godebug_check(Arena *a, const char *verb, const char *key, const char *value);
/* Splits a line "//go:debug key=value": false for another line, and for a malformed one with *error set. */
bool godebug_parse_line(Arena *a, const char *line, const Atom **key, const Atom **value, const char **error);
/* The default GODEBUG of a main package: "key=value,..." sorted by key, "" for none. directives are its
 * files'
 * //go: lines. m may be NULL: then the defaults are those of the local version. */
const char *godebug_default(Arena *a, const Modules *m, const char *const *directives, u32 n);
#endif

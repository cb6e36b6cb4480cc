/* pkgscan_head.h - the head of one Go file: comments, package clause, imports, and //go:embed lines. */
#ifndef GOVM_FRONTEND_PKGSCAN_HEAD_H
#define GOVM_FRONTEND_PKGSCAN_HEAD_H
#include "frontend/pkgscan.h"

typedef struct FileHead {
  const Atom *package; /* NULL: malformed before its name */
  const char *doc;     /* text of the comment right before the package clause, or "" */
  ScanNames imports, embeds;
  StrVec directives;
  const char *error; /* NULL, or "LINE:COL: message" */
  bool imports_c;
} FileHead;

/* Never fails: what is malformed sets head->error. file is the name that positions carry. */
void filehead_scan(Arena *a, const char *file, const char *text, size_t n, FileHead *head);
/* Adds the arguments of the line behind "//go:embed" to out; false when a string in it is malformed. */
bool embed_parse_args(Arena *a, const char *args, size_t n, const char *file, u32 line, u32 col,
                      ScanNames *out);
#endif

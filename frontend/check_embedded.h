/* check_embedded.h - the breadth-first walk over embedded fields that lookup and method sets share
 * (check_lookup.c). A list holds the entries of all depths, shallowest first; entry 0 is the type itself. */
#ifndef GOVM_FRONTEND_CHECK_EMBEDDED_H
#define GOVM_FRONTEND_CHECK_EMBEDDED_H
#include "frontend/types.h"

typedef struct EmbeddedType {
  Type *type;     /* pointers removed */
  int parent;     /* the entry of the struct that embeds it, -1 for entry 0 */
  int field;      /* its field index there */
  bool indirect;  /* a pointer was followed on the way */
  bool multiples; /* the type is there several times at this depth */
} EmbeddedType;

typedef struct EmbeddedList {
  u32 n, cap;
  EmbeddedType *v;
  EmbeddedType first[8]; /* most types need no more */
} EmbeddedList;

void embedded_init(EmbeddedList *l, Type *t, bool indirect);
void embedded_push(EmbeddedList *l, Type *t, int parent, int field, bool indirect, bool multiples);
void embedded_free(EmbeddedList *l);
void embedded_consolidate(EmbeddedList *l, u32 from);
bool embedded_seen(const EmbeddedList *l, u32 i); /* entry i has a named type */
/* The field indices that lead to the entry, then `last`; in types_arena. */
int *embedded_path(const EmbeddedList *l, u32 entry, int last, u32 *n);
#endif

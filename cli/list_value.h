/* list_value.h - what `govm list` shows of a package or module: values with Go's shapes, printed as
 * encoding/json prints them, and walked by templates (list_template.h). Memory is an arena's. */
#ifndef GOVM_CLI_LIST_VALUE_H
#define GOVM_CLI_LIST_VALUE_H
#include "base/base.h"

typedef enum ValueKind {
  VALUE_NIL,
  VALUE_BOOL,
  VALUE_INT,
  VALUE_STRING,
  VALUE_LIST,
  VALUE_MAP,
  VALUE_STRUCT
} ValueKind;

typedef struct Value Value;
typedef struct Member { /* a field of a struct, or an entry of a map in the order of its keys */
  const char *name;
  const Value *value;
} Member;
struct Value {
  ValueKind kind;
  const char *type; /* of a struct, as messages name it: "*load.PackagePublic" */
  bool boolean;
  i64 integer;
  const char *string; /* of a struct: what %v prints of it, NULL for its fields */
  VEC(const Value *) items;
  VEC(Member) members;
};

Value *value_string(Arena *a, const char *s);
Value *value_bool(Arena *a, bool b);
Value *value_int(Arena *a, i64 i);
Value *value_list(Arena *a);
Value *value_struct(Arena *a, const char *type);
Value *value_map(Arena *a);
void value_append(Arena *a, Value *list, const Value *item);
/* Sets a field or key that is new; a NULL value is nil. */
void value_set(Arena *a, Value *v, const char *name, const Value *value);
const Value *value_get(const Value *v, const char *name); /* NULL: no such field or key */
/* Go's notion of empty: false, 0, "", nil, no elements; never a struct. */
bool value_is_empty(const Value *v);
/* As fmt's %v. */
void value_print(const Value *v, StrBuf *out);
/* Indented by tabs as json.MarshalIndent does, empty members of structs left out. only: the names of the
 * members of v to print, or NULL for all. */
void value_json(const Value *v, const char *const *only, u32 nonly, StrBuf *out);
#endif

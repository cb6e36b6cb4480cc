/* list_value.c - values of `govm list` and their two printed forms (list_value.h). */
#include "cli/list_value.h"

static Value *new_value(Arena *a, ValueKind kind) {
  Value *v = NEW(a, Value);
  v->kind = kind;
  return v;
}

Value *value_string(Arena *a, const char *s) {
  Value *v = new_value(a, VALUE_STRING);
  v->string = s ? s : "";
  return v;
}

Value *value_bool(Arena *a, bool b) {
  Value *v = new_value(a, VALUE_BOOL);
  v->boolean = b;
  return v;
}

Value *value_int(Arena *a, i64 i) {
  Value *v = new_value(a, VALUE_INT);
  v->integer = i;
  return v;
}

Value *value_list(Arena *a) { return new_value(a, VALUE_LIST); }
Value *value_map(Arena *a) { return new_value(a, VALUE_MAP); }

Value *value_struct(Arena *a, const char *type) {
  Value *v = new_value(a, VALUE_STRUCT);
  v->type = type;
  return v;
}

void value_append(Arena *a, Value *list, const Value *item) { VEC_PUSH(a, &list->items, item); }

void value_set(Arena *a, Value *v, const char *name, const Value *value) {
  VEC_PUSH(a, &v->members, (Member){name, value ? value : new_value(a, VALUE_NIL)});
}

const Value *value_get(const Value *v, const char *name) {
  for (u32 i = 0; i < v->members.n; i++)
    if (strcmp(v->members.v[i].name, name) == 0) return v->members.v[i].value;
  return NULL;
}

bool value_is_empty(const Value *v) {
  switch (v->kind) {
  case VALUE_NIL: return true;
  case VALUE_BOOL: return !v->boolean;
  case VALUE_INT: return v->integer == 0;
  case VALUE_STRING: return !*v->string;
  case VALUE_LIST: return v->items.n == 0;
  case VALUE_MAP: return v->members.n == 0;
  case VALUE_STRUCT: return false;
  }
  return false;
}

void value_print(const Value *v, StrBuf *out) {
  switch (v->kind) {
  case VALUE_NIL: sb_puts(out, "<nil>"); break;
  case VALUE_BOOL: sb_puts(out, v->boolean ? "true" : "false"); break;
  case VALUE_INT: sb_printf(out, "%lld", (long long)v->integer); break;
  case VALUE_STRING: sb_puts(out, v->string); break;
  case VALUE_LIST:
    sb_putc(out, '[');
    for (u32 i = 0; i < v->items.n; i++) {
      if (i) sb_putc(out, ' ');
      value_print(v->items.v[i], out);
    }
    sb_putc(out, ']');
    break;
  case VALUE_MAP:
  case VALUE_STRUCT:
    if (v->string) {
      sb_puts(out, v->string);
      break;
    }
    sb_puts(out, v->kind == VALUE_MAP ? "map[" : "&{");
    for (u32 i = 0; i < v->members.n; i++) {
      if (i) sb_putc(out, ' ');
      if (v->kind == VALUE_MAP) sb_printf(out, "%s:", v->members.v[i].name);
      value_print(v->members.v[i].value, out);
    }
    sb_putc(out, v->kind == VALUE_MAP ? ']' : '}');
    break;
  }
}

/* ---- JSON ---- */

static void json_string(const char *s, StrBuf *out) {
  sb_putc(out, '"');
  for (; *s; s++) {
    u8 c = (u8)*s;
    if (c == '"' || c == '\\') {
      sb_printf(out, "\\%c", c);
    } else if (c == '\n' || c == '\t' || c == '\r') {
      sb_printf(out, "\\%c", c == '\n' ? 'n' : c == '\t' ? 't' : 'r');
    } else if (c < ' ' || c == '<' || c == '>' || c == '&') {
      sb_printf(out, "\\u%04x", c);
    } else {
      sb_putc(out, c);
    }
  }
  sb_putc(out, '"');
}

static void indent(StrBuf *out, int depth) {
  sb_putc(out, '\n');
  while (depth-- > 0) sb_putc(out, '\t');
}

static bool is_wanted(const char *name, const char *const *only, u32 nonly) {
  for (u32 i = 0; only && i < nonly; i++)
    if (strcmp(only[i], name) == 0) return true;
  return !only;
}

static void json(const Value *v, const char *const *only, u32 nonly, int depth, StrBuf *out) {
  bool is_list = v->kind == VALUE_LIST;
  u32 n = is_list ? v->items.n : v->members.n, shown = 0;
  switch (v->kind) {
  case VALUE_NIL: sb_puts(out, "null"); return;
  case VALUE_STRING: json_string(v->string, out); return;
  case VALUE_BOOL:
  case VALUE_INT: value_print(v, out); return;
  case VALUE_LIST:
  case VALUE_MAP:
  case VALUE_STRUCT: break;
  }
  sb_putc(out, is_list ? '[' : '{');
  for (u32 i = 0; i < n; i++) {
    const Value *x = is_list ? v->items.v[i] : v->members.v[i].value;
    if (!is_list && !is_wanted(v->members.v[i].name, only, nonly)) continue;
    if (v->kind == VALUE_STRUCT && value_is_empty(x)) continue;
    if (shown++) sb_putc(out, ',');
    indent(out, depth + 1);
    if (!is_list) {
      json_string(v->members.v[i].name, out);
      sb_puts(out, ": ");
    }
    json(x, NULL, 0, depth + 1, out);
  }
  if (shown) indent(out, depth);
  sb_putc(out, is_list ? ']' : '}');
}

void value_json(const Value *v, const char *const *only, u32 nonly, StrBuf *out) {
  json(v, only, nonly, 0, out);
}

/* parser_state.c - what both parsers do alike: building nodes and lists, telling type parameters from array
 * lengths, and the comments that mean something. Follows cmd/compile/internal/syntax/parser.go and
 * noder/noder.go (directives). Start reading at parse_directive().
 */
#include <stdlib.h>

#include "frontend/parser.h"

/* ---- nodes and lists ---- */

void *parse_node_new(ParseState *ps, size_t size, NodeKind kind, Pos pos) {
  Node *n = arena_alloc(ps->arena, size);
  n->kind = kind;
  n->pos = pos;
  return n;
}

Name *parse_name_new(ParseState *ps, Pos pos, const Atom *name) {
  Name *n = NODE(ps, Name, pos);
  n->name = name;
  return n;
}

void parse_list_take(ParseState *ps, u32 mark, void *vec) {
  ExprList *out = vec; /* all VECs of pointers look alike */
  u32 n = ps->stack.n - mark;
  if (n == 0) return;
  out->v = arena_dup(ps->arena, ps->stack.v + mark, n * sizeof(void *));
  out->n = out->cap = n;
  ps->stack.n = mark;
}

/* ---- errors ---- */

static void report(ParseState *ps, Pos pos, const char *fmt, va_list ap) {
  StrBuf b = {0};
  ps->nerrors++;
  if (ps->silent) return;
  sb_vprintf(&b, fmt, ap);
  const char *msg = sb_cstr(&b);
  diag_report(ps->sink, pos, strncmp(msg, "syntax error", 12) == 0, false, 0, "%s", msg);
  sb_free(&b);
}

void parse_error(ParseState *ps, Pos pos, const char *fmt, ...) {
  va_list ap;
  ps->nsyntax++;
  va_start(ap, fmt);
  report(ps, pos, fmt, ap);
  va_end(ap);
}

void parse_complain(ParseState *ps, Pos pos, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  report(ps, pos, fmt, ap);
  va_end(ap);
}

/* ---- type parameters that read like expressions ---- */

bool parse_is_type_elem(const Expr *x) {
  switch (x->n.kind) {
  case N_ArrayType:
  case N_StructType:
  case N_FuncType:
  case N_InterfaceType:
  case N_SliceType:
  case N_MapType:
  case N_ChanType: return true;
  case N_Operation: {
    const Operation *o = (const Operation *)x;
    return parse_is_type_elem(o->x) || (o->y && parse_is_type_elem(o->y)) || o->op == OP_TILDE;
  }
  case N_ParenExpr: return parse_is_type_elem(((const ParenExpr *)x)->x);
  default: return false;
  }
}

bool parse_is_value(const Expr *x) {
  switch (x->n.kind) {
  case N_BasicLit:
  case N_CompositeLit:
  case N_FuncLit:
  case N_SliceExpr:
  case N_AssertExpr:
  case N_TypeSwitchGuard:
  case N_CallExpr: return true;
  case N_Operation: return ((const Operation *)x)->op != OP_MUL || ((const Operation *)x)->y;
  case N_ParenExpr: return parse_is_value(((const ParenExpr *)x)->x);
  case N_IndexExpr:
    return parse_is_value(((const IndexExpr *)x)->x) || parse_is_value(((const IndexExpr *)x)->index);
  default: return false;
  }
}

static Operation *copy_operation(ParseState *ps, const Operation *o, Expr *x, Expr *y) {
  Operation *c = arena_dup(ps->arena, o, sizeof *o);
  c->x = x;
  c->y = y;
  return c;
}

static Expr *extract_from_operation(ParseState *ps, const Operation *o, bool force, Name **name) {
  if (o->op == OP_MUL && o->x->n.kind == N_Name && (force || parse_is_type_elem(o->y))) {
    *name = (Name *)o->x; /* name * T */
    return &copy_operation(ps, o, o->y, NULL)->e;
  }
  if (o->op == OP_OR) {
    Expr *lhs = parse_extract_name(ps, o->x, force || parse_is_type_elem(o->y), name);
    if (*name && lhs) return &copy_operation(ps, o, lhs, o->y)->e; /* name lhs | T */
    *name = NULL;
  }
  return NULL;
}

Expr *parse_extract_name(ParseState *ps, Expr *x, bool force, Name **name) {
  *name = NULL;
  if (x->n.kind == N_Name) {
    *name = (Name *)x;
    return NULL;
  }
  if (x->n.kind == N_Operation && ((Operation *)x)->y) {
    Expr *t = extract_from_operation(ps, (Operation *)x, force, name);
    if (*name) return t;
  } else if (x->n.kind == N_CallExpr) {
    CallExpr *c = (CallExpr *)x;
    if (c->fun->n.kind == N_Name && c->args.n == 1 && !c->has_dots &&
        (force || parse_is_type_elem(c->args.v[0]))) {
      *name = (Name *)c->fun; /* name (T) */
      return ast_unparen(c->args.v[0]);
    }
  }
  return x;
}

/* ---- line directives ---- */

enum { POS_MAX = 1 << 30 }; /* the largest line or column a directive may name */

/* Finds the last ":" of text[0..n). *after: offset behind it, 0 when there is none; *value: the number that
 * follows. True when a number does. */
static bool trailing_digits(const char *text, size_t n, size_t *after, u64 *value) {
  *after = 0;
  *value = 0;
  size_t i = n;
  while (i > 0 && text[i - 1] != ':') i--;
  if (i == 0) return false;
  *after = i;
  u64 v = 0;
  for (size_t k = i; k < n; k++) {
    if (text[k] < '0' || text[k] > '9' || __builtin_mul_overflow(v, (u64)10, &v) ||
        __builtin_add_overflow(v, (u64)(text[k] - '0'), &v))
      return false;
  }
  *value = v;
  return i < n;
}

static void bad_line_number(ParseState *ps, u32 line, u32 col, const char *what, const char *text, size_t i,
                            size_t n) {
  parse_error(ps, parse_pos_at(ps, line, col + (u32)i), "invalid %s number: %.*s", what, (int)(n - i),
              text + i);
}

/* text[0..n) at line:col is what follows "line "; pos is where the new base starts. */
static void update_base(ParseState *ps, Pos pos, u32 line, u32 col, const char *text, size_t n) {
  size_t i, i2, end = n;
  u64 num, num2, rel_col = 0;
  bool ok = trailing_digits(text, n, &i, &num);
  if (i == 0) return;
  if (!ok) {
    bad_line_number(ps, line, col, "line", text, i, n);
    return;
  }
  bool has_col = trailing_digits(text, i - 1, &i2, &num2);
  if (has_col) { /* filename:line:col */
    size_t t = i;
    i = i2;
    i2 = t;
    rel_col = num;
    num = num2;
    if (rel_col == 0 || rel_col > POS_MAX) {
      bad_line_number(ps, line, col, "column", text, i2, n);
      return;
    }
    end = i2 - 1;
  }
  if (num == 0 || num > POS_MAX) {
    bad_line_number(ps, line, col, "line", text, i, end);
    return;
  }
  const PosBase *old = pos_base(ps->base);
  PosBase b = {.pos = pos, .line = (u32)num, .col = (u32)rel_col, .filename = atom_new(text, i - 1)};
  b.abspath = b.filename;
  if (b.filename->len == 0 && has_col) {
    b.filename = old->filename;
    b.abspath = old->abspath;
    b.trimmed = old->trimmed;
  }
  ps->base = pos_base_add(b);
}

/* ---- //go: directives ---- */

static bool starts_with(const Atom *a, const char *prefix) {
  return strncmp(a->s, prefix, strlen(prefix)) == 0;
}

static const struct {
  const char *verb;
  u32 flags;
  bool runtime_only;
} directive_flags[] = {
    {"//go:build", PRAGMA_GOBUILD, false},
    {"//go:noescape", PRAGMA_NOESCAPE, false},
    {"//go:norace", PRAGMA_NORACE, false},
    {"//go:nosplit", PRAGMA_NOSPLIT, false},
    {"//go:noinline", PRAGMA_NOINLINE, false},
    {"//go:systemstack", PRAGMA_SYSTEMSTACK, true},
    {"//go:uintptrkeepalive", PRAGMA_UINTPTRKEEPALIVE, false},
    {"//go:uintptrescapes", PRAGMA_UINTPTRESCAPES | PRAGMA_UINTPTRKEEPALIVE, false},
    {"//go:nocheckptr", PRAGMA_OTHER, false},
    {"//go:nowritebarrier", PRAGMA_OTHER, true},
    {"//go:nowritebarrierrec", PRAGMA_OTHER, true},
    {"//go:yeswritebarrierrec", PRAGMA_OTHER, true},
    {"//go:cgo_unsafe_args", PRAGMA_OTHER, false},
    {"//go:registerparams", PRAGMA_OTHER, false},
};

static u32 flags_of(const char *verb, size_t n, bool *runtime_only) {
  for (size_t i = 0; i < ARRAY_LEN(directive_flags); i++) {
    if (strlen(directive_flags[i].verb) != n || memcmp(directive_flags[i].verb, verb, n) != 0) continue;
    *runtime_only = directive_flags[i].runtime_only;
    return directive_flags[i].flags;
  }
  *runtime_only = false;
  return 0;
}

/* Splits at white space; at most max fields are stored, all are counted. */
static u32 split_fields(const Atom *text, const Atom **out, u32 max) {
  u32 n = 0;
  for (const char *p = text->s;;) {
    while (*p && strchr(" \t\r\n\v\f", *p)) p++;
    if (!*p) return n;
    const char *start = p;
    while (*p && !strchr(" \t\r\n\v\f", *p)) p++;
    if (n < max) out[n] = atom_new(start, (size_t)(p - start));
    n++;
  }
}

static void linkname_directive(ParseState *ps, Pos pos, const Atom *text) {
  const Atom *f[3];
  u32 n = split_fields(text, f, 3);
  if (n < 2 || n > 3) {
    parse_complain(ps, pos, "usage: //go:linkname localname [linkname]");
    return;
  }
  Linkname l = {.pos = pos, .local = f[1], .remote = n == 3 ? f[2] : NULL};
  VEC_PUSH(ps->arena, &ps->file->linknames, l);
}

/* The arguments of cgo's own directives: quoted ones for the dynamic linker and flags, symbols for the
 * others. */
static void check_cgo_usage(ParseState *ps, Pos pos, const Atom *text) {
  static const struct {
    const char *verb, *args;
    bool quoted;
    u32 min, max;
  } usages[] = {
      {"//go:cgo_ldflag", "\"arg\"", true, 1, 1},
      {"//go:cgo_dynamic_linker", "\"path\"", true, 1, 1},
      {"//go:cgo_import_static", "local", false, 1, 1},
      {"//go:cgo_export_static", "local [remote]", false, 1, 2},
      {"//go:cgo_export_dynamic", "local [remote]", false, 1, 2},
  };
  const Atom *f[2];
  u32 n = split_fields(text, f, 2);
  for (size_t i = 0; i < ARRAY_LEN(usages); i++) {
    if (!atom_is(f[0], usages[i].verb)) continue;
    bool fits = n > usages[i].min && n <= usages[i].max + 1 && (f[1]->s[0] == '"') == usages[i].quoted;
    if (!fits) parse_complain(ps, pos, "usage: %s %s", usages[i].verb, usages[i].args);
  }
}

/* Complains about a directive that only std, the runtime or cgo may use. */
static void check_reserved(ParseState *ps, Pos pos, const Atom *text, int verb_len, u32 flags,
                           bool runtime_only) {
  if (starts_with(text, "//go:cgo_")) {
    parse_complain(ps, pos, "%s only allowed in cgo-generated code", text->s);
    check_cgo_usage(ps, pos, text);
  }
  if (runtime_only) parse_complain(ps, pos, "%.*s only allowed in runtime", verb_len, text->s);
  if (flags == PRAGMA_UINTPTRKEEPALIVE)
    parse_complain(ps, pos, "%.*s is only allowed in the standard library", verb_len, text->s);
}

static void add_pragma(ParseState *ps, Pos pos, const Atom *text) {
  const char *space = strchr(text->s, ' ');
  size_t n = space ? (size_t)(space - text->s) : text->len;
  bool runtime_only;
  u32 flags = flags_of(text->s, n, &runtime_only);
  if (n == 10 && strncmp(text->s, "//go:embed", n) == 0) {
    const Atom *f[2];
    if (split_fields(text, f, 2) < 2) {
      parse_complain(ps, pos, "usage: //go:embed pattern...");
      return;
    }
    flags = PRAGMA_EMBED;
  }
  if (!ps->opt->std) check_reserved(ps, pos, text, (int)n, flags, runtime_only);
  ps->pragma->flags |= flags;
  VEC_PUSH(ps->arena, &ps->pragma->all, (PragmaPos){pos, text, flags});
}

static void go_directive(ParseState *ps, Pos pos, bool blank, const Atom *text) {
  VEC_PUSH(ps->arena, &ps->file->directives, (PragmaPos){pos, text, 0});
  if (!ps->pragma) ps->pragma = NEW(ps->arena, Pragma);
  if (!blank) {
    parse_complain(ps, pos, "misplaced compiler directive");
  } else if (starts_with(text, "//go:linkname ")) {
    linkname_directive(ps, pos, text);
  } else {
    add_pragma(ps, pos, text);
  }
}

void parse_directive(ParseState *ps, u32 line, u32 col, bool blank, const char *text, size_t n) {
  bool full = text[1] == '*';
  const char *body = text + 2;
  size_t len = full ? n - 4 : n - 2;
  if (!full && len > 0 && body[len - 1] == '\r') len--;
  if (len >= 5 && memcmp(body, "line ", 5) == 0) {
    if (!full && col != 1) return;
    Pos after = {.base = ps->file_base, .line = line, .col = col + (u32)n};
    if (!full) after = (Pos){.base = ps->file_base, .line = line + 1, .col = 1};
    update_base(ps, after, line, col + 7, body + 5, len - 5);
    return;
  }
  if (full || len < 3 || memcmp(body, "go:", 3) != 0) return;
  if (ps->before_pkg && n >= 10 && memcmp(text, "//go:build", 10) == 0) {
    const Atom *v = buildtags_go_version(text, n);
    if (v) ps->file->goversion = v->len ? v : NULL;
  }
  go_directive(ps, parse_pos_at(ps, line, col + 2), blank, atom_new(text, len + 2));
}

Pragma *parse_take_pragma(ParseState *ps) {
  Pragma *p = ps->pragma;
  ps->pragma = NULL;
  return p;
}

void parse_clear_pragma(ParseState *ps) {
  Pragma *p = parse_take_pragma(ps);
  if (!p) return;
  for (u32 i = 0; i < p->all.n; i++) {
    if (!p->all.v[i].flag) continue;
    parse_complain(ps, p->all.v[i].pos,
                   p->all.v[i].flag == PRAGMA_EMBED ? "misplaced go:embed directive"
                                                    : "misplaced compiler directive");
  }
}

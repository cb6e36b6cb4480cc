/* list_template.c - parses and executes templates (list_template.h).
 * A template is a tree of steps; an action's pipeline is a list of commands, a command a list of operands.
 * Words inside {{ }} are lexed on the fly. Start reading at template_parse() and run_steps().
 */
#include "cli/list_template.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the tree ---- */

typedef struct Pipe Pipe;

typedef enum OperandKind {
  OPERAND_DOT,
  OPERAND_FIELD,
  OPERAND_VAR,
  OPERAND_CONST,
  OPERAND_CALL,
  OPERAND_PIPE
} OperandKind;

typedef struct Operand {
  OperandKind kind;
  const char *text, *at;      /* as it stands, for messages; and where */
  const char *name;           /* of a variable or function */
  VEC(const char *) fields;   /* .A.B behind it */
  const Value *constant;
  Pipe *pipe; /* in parentheses */
} Operand;

typedef struct Command {
  VEC(Operand) operands;
  const char *text;
} Command;

struct Pipe {
  const char *vars[2]; /* "$x :=", "$i, $x :=" */
  u32 nvars;
  bool declares; /* := rather than = */
  VEC(Command) commands;
};

typedef enum StepKind { STEP_TEXT, STEP_PRINT, STEP_IF, STEP_WITH, STEP_RANGE } StepKind;
typedef struct Step Step;
typedef VEC(Step *) Steps;
struct Step {
  StepKind kind;
  const char *text;
  size_t n;
  Pipe *pipe;
  Steps body, otherwise;
};

struct Template {
  const char *text;
  Steps steps;
};

/* ---- lexing ---- */

typedef struct Parser {
  Arena *a;
  Err *e;
  const char *p, *end; /* the rest of the template */
  const char *in;      /* within an action: its rest; NULL outside */
  const char *in_end;
  u32 line;
  const char *keyword; /* what ended a list of steps: "end", "else" */
} Parser;

static bool PRINTF(2, 3) fail(Parser *p, const char *fmt, ...) {
  char what[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  if (!*p->e->msg) err_set(p->e, "template: main:%u: %s", p->line, what);
  return false;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(Parser *p) {
  while (p->in < p->in_end && is_blank(*p->in)) p->in++;
}
static bool at_end(Parser *p) { return skip_blanks(p), p->in >= p->in_end; }
static char peek(Parser *p) { return p->in < p->in_end ? *p->in : 0; }

static const char *take_word(Parser *p) {
  const char *start = p->in;
  while (p->in < p->in_end && is_word(*p->in)) p->in++;
  return arena_printf(p->a, "%.*s", (int)(p->in - start), start);
}

/* ---- operands and pipelines ---- */

static bool parse_pipe(Parser *p, Pipe **out);

static bool is_function(const char *name) {
  static const char *const names[] = {"join", "len", "index", "eq", "ne", "lt", "le", "gt", "ge",
                                      "and",  "or",  "not",   "print", "printf", "println"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

static bool parse_string(Parser *p, const Value **out) {
  StrBuf b = {0};
  char quote = *p->in++;
  while (p->in < p->in_end && *p->in != quote) {
    char c = *p->in++;
    if (c == '\\' && quote == '"' && p->in < p->in_end) {
      c = *p->in++;
      c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    }
    sb_putc(&b, c);
  }
  bool closed = p->in < p->in_end;
  *out = value_string(p->a, arena_strdup(p->a, sb_cstr(&b)));
  sb_free(&b);
  if (!closed) return fail(p, quote == '"' ? "unterminated quoted string" : "unterminated raw quoted string");
  p->in++;
  return true;
}

static bool parse_word(Parser *p, Operand *o) {
  const char *w = take_word(p);
  if (strcmp(w, "true") == 0 || strcmp(w, "false") == 0) {
    o->kind = OPERAND_CONST;
    o->constant = value_bool(p->a, *w == 't');
  } else if (*w >= '0' && *w <= '9') {
    char *end;
    o->kind = OPERAND_CONST;
    o->constant = value_int(p->a, strtoll(w, &end, 0));
    if (*end) return fail(p, "bad number syntax: \"%s\"", w);
  } else if (strcmp(w, "nil") == 0) {
    o->kind = OPERAND_CONST;
    o->constant = NEW(p->a, Value);
  } else if (is_function(w)) {
    o->kind = OPERAND_CALL;
    o->name = w;
  } else {
    return fail(p, "function \"%s\" not defined", w);
  }
  return true;
}

static bool parse_head(Parser *p, Operand *o) {
  char c = peek(p);
  if (c == '(') {
    p->in++;
    o->kind = OPERAND_PIPE;
    if (!parse_pipe(p, &o->pipe)) return false;
    if (peek(p) != ')') return fail(p, "unclosed left paren");
    p->in++;
  } else if (c == '"' || c == '`') {
    o->kind = OPERAND_CONST;
    return parse_string(p, &o->constant);
  } else if (c == '$') {
    p->in++;
    o->kind = OPERAND_VAR;
    o->name = take_word(p);
  } else if (c == '.') {
    o->kind = p->in + 1 < p->in_end && is_word(p->in[1]) ? OPERAND_FIELD : OPERAND_DOT;
    if (o->kind == OPERAND_DOT) p->in++;
  } else if (is_word(c)) {
    return parse_word(p, o);
  } else {
    return fail(p, "unexpected \"%c\" in operand", c);
  }
  return true;
}

static bool parse_operand(Parser *p, Operand *o) {
  const char *start = p->in;
  *o = (Operand){0};
  if (!parse_head(p, o)) return false;
  while (o->kind != OPERAND_CALL && peek(p) == '.' && p->in + 1 < p->in_end && is_word(p->in[1])) {
    p->in++;
    VEC_PUSH(p->a, &o->fields, take_word(p));
  }
  o->at = start;
  o->text = arena_printf(p->a, "%.*s", (int)(p->in - start), start);
  return true;
}

static bool parse_command(Parser *p, Command *c) {
  *c = (Command){0};
  skip_blanks(p);
  const char *start = p->in, *end = start;
  while (!at_end(p) && peek(p) != '|' && peek(p) != ')') {
    Operand o;
    if (!parse_operand(p, &o)) return false;
    VEC_PUSH(p->a, &c->operands, o);
    end = p->in;
  }
  c->text = arena_printf(p->a, "%.*s", (int)(end - start), start);
  if (c->operands.n == 0) return fail(p, "missing value for command");
  if (c->operands.n > 1 && c->operands.v[0].kind != OPERAND_CALL)
    return fail(p, "can't give argument to non-function %s", c->operands.v[0].text);
  return true;
}

/* "$x :=", "$i, $x :=" or "$x =" in front of a pipeline. */
static void parse_declaration(Parser *p, Pipe *pipe) {
  const char *start = p->in;
  pipe->nvars = 0;
  while (peek(p) == '$' && pipe->nvars < 2) {
    p->in++;
    pipe->vars[pipe->nvars++] = take_word(p);
    skip_blanks(p);
    if (peek(p) != ',') break;
    p->in++;
    skip_blanks(p);
  }
  bool declares = p->in + 1 < p->in_end && p->in[0] == ':' && p->in[1] == '=';
  bool assigns = peek(p) == '=';
  if (pipe->nvars && (declares || assigns)) {
    pipe->declares = declares;
    p->in += declares ? 2 : 1;
  } else {
    pipe->nvars = 0;
    p->in = start;
  }
}

static bool parse_pipe(Parser *p, Pipe **out) {
  Pipe *pipe = *out = NEW(p->a, Pipe);
  skip_blanks(p);
  parse_declaration(p, pipe);
  for (;;) {
    Command c;
    if (!parse_command(p, &c)) return false;
    VEC_PUSH(p->a, &pipe->commands, c);
    if (peek(p) != '|') break;
    p->in++;
  }
  return true;
}

/* ---- steps ---- */

static bool parse_steps(Parser *p, Steps *out, bool nested);

/* Finds the end of the action that starts at "{{", its keyword and its limits. False when it is not closed.
 */
static bool enter_action(Parser *p, bool *trim_after) {
  const char *s = p->p + 2;
  if (s + 1 < p->end && *s == '-' && is_blank(s[1])) s += 2;
  for (const char *q = s; q + 1 < p->end; q++) {
    if (*q == '"' || *q == '`') {
      char quote = *q++;
      while (q < p->end && *q != quote) q += *q == '\\' && quote == '"' ? 2 : 1;
      if (q >= p->end) return fail(p, "unterminated quoted string");
    } else if (q[0] == '}' && q[1] == '}') {
      *trim_after = q - s >= 2 && q[-1] == '-' && is_blank(q[-2]);
      p->in = s;
      p->in_end = *trim_after ? q - 1 : q;
      p->p = q + 2;
      return true;
    }
  }
  return fail(p, "unclosed action");
}

/* The parts of if, with and range up to {{end}}. */
static bool parse_block(Parser *p, Step *s) {
  if (!parse_pipe(p, &s->pipe)) return false;
  if (!at_end(p)) return fail(p, "unexpected \"%c\" in command", peek(p));
  if (!parse_steps(p, &s->body, true)) return false;
  if (strcmp(p->keyword, "end") == 0) return true;
  if (at_end(p)) {
    if (!parse_steps(p, &s->otherwise, true)) return false;
    return strcmp(p->keyword, "end") == 0 || fail(p, "expected end; found {{else}}");
  }
  const char *w = take_word(p); /* {{else if ...}} has the block's {{end}} as its own */
  StepKind kind = strcmp(w, "with") == 0 ? STEP_WITH : STEP_IF;
  if (s->kind == STEP_RANGE || kind != s->kind || (kind == STEP_IF && strcmp(w, "if") != 0))
    return fail(p, "unexpected <%s> in {{else}}", w);
  Step *inner = NEW(p->a, Step);
  inner->kind = kind;
  VEC_PUSH(p->a, &s->otherwise, inner);
  return parse_block(p, inner);
}

static bool parse_action(Parser *p, Steps *out, bool nested, bool *ends) {
  if (at_end(p)) return fail(p, "missing value for command");
  const char *stop = p->in_end;
  while (stop > p->in && is_blank(stop[-1])) stop--;
  if (stop - p->in >= 4 && memcmp(p->in, "/*", 2) == 0 && memcmp(stop - 2, "*/", 2) == 0) return true;
  const char *start = p->in, *w = take_word(p);
  Step *s = NEW(p->a, Step);
  if (strcmp(w, "end") == 0 || strcmp(w, "else") == 0) {
    if (!nested) return fail(p, "unexpected {{%s}}", w);
    p->keyword = w;
    *ends = true;
    return strcmp(w, "end") != 0 || at_end(p) || fail(p, "unexpected \"%c\" in end", peek(p));
  }
  static const char *const unknown[] = {"template", "define", "block", "break", "continue"};
  for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
    if (strcmp(w, unknown[i]) == 0) return fail(p, "govm list does not know {{%s}}", w);
  VEC_PUSH(p->a, out, s);
  s->kind = strcmp(w, "if") == 0      ? STEP_IF
            : strcmp(w, "with") == 0  ? STEP_WITH
            : strcmp(w, "range") == 0 ? STEP_RANGE
                                      : STEP_PRINT;
  if (s->kind != STEP_PRINT) return parse_block(p, s);
  p->in = start;
  if (!parse_pipe(p, &s->pipe)) return false;
  return at_end(p) || fail(p, "unexpected \"%c\" in command", peek(p));
}

static bool parse_steps(Parser *p, Steps *out, bool nested) {
  bool trim = false, ends = false;
  if (nested) trim = p->in_end < p->p - 2; /* the action before ended in "-}}" */
  for (;;) {
    const char *start = p->p, *open = strstr(start, "{{");
    const char *stop = open ? open : p->end;
    while (trim && start < stop && is_blank(*start)) start++;
    if (open && open + 3 < p->end && open[2] == '-' && is_blank(open[3]))
      while (stop > start && is_blank(stop[-1])) stop--;
    if (stop > start) {
      Step *s = NEW(p->a, Step);
      *s = (Step){.kind = STEP_TEXT, .text = start, .n = (size_t)(stop - start)};
      VEC_PUSH(p->a, out, s);
    }
    for (const char *q = p->p; q < (open ? open : p->end); q++) p->line += *q == '\n';
    if (!open) {
      p->p = p->end;
      return !nested || fail(p, "unexpected EOF");
    }
    p->p = open;
    if (!enter_action(p, &trim) || !parse_action(p, out, nested, &ends)) return false;
    if (ends) return true;
    trim = p->in_end < p->p - 2;
  }
}

Template *template_parse(Arena *a, const char *text, Err *e) {
  Template *t = NEW(a, Template);
  *e = (Err){{0}};
  Parser p = {.a = a, .e = e, .p = text, .end = text + strlen(text), .line = 1};
  t->text = text;
  return parse_steps(&p, &t->steps, false) ? t : NULL;
}

/* ---- execution ---- */

typedef struct Variable {
  const char *name;
  const Value *value;
} Variable;

typedef struct Run {
  Arena *a;
  Err *e;
  StrBuf *out;
  VEC(Variable) vars;
  const char *text;      /* of the template */
  const char *what, *at; /* the operand or command being evaluated, and where it stands */
} Run;

static const Value *PRINTF(2, 3) run_error(Run *r, const char *fmt, ...) {
  char what[400];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(what, sizeof what, fmt, ap);
  va_end(ap);
  u32 line = 1;
  const char *start = r->text;
  for (const char *p = r->text; p < r->at; p++)
    if (*p == '\n') line++, start = p + 1;
  err_set(r->e, "template: main:%u:%u: executing \"main\" at <%s>: %s", line, (u32)(r->at - start), r->what,
          what);
  return NULL;
}

static const Value *eval_pipe(Run *r, const Pipe *p, const Value *dot);

static const Value *follow(Run *r, const Operand *o, const Value *v) {
  for (u32 i = 0; v && i < o->fields.n; i++) {
    const char *name = o->fields.v[i];
    r->what = o->text;
    r->at = o->at;
    if (v->kind == VALUE_NIL) return run_error(r, "nil pointer evaluating nil.%s", name);
    const Value *x = value_get(v, name);
    if (!x && v->kind == VALUE_MAP) return run_error(r, "map has no entry for key \"%s\"", name);
    if (!x && v->kind == VALUE_STRUCT)
      return run_error(r, "can't evaluate field %s in type %s", name, v->type);
    if (!x) return run_error(r, "can't evaluate field %s in type string", name);
    v = x;
  }
  return v;
}

static const Value *variable(Run *r, const char *name) {
  for (u32 i = r->vars.n; i-- > 0;)
    if (strcmp(r->vars.v[i].name, name) == 0) return r->vars.v[i].value;
  return run_error(r, "undefined variable: $%s", name);
}

static const Value *eval_operand(Run *r, const Operand *o, const Value *dot) {
  switch (o->kind) {
  case OPERAND_DOT:
  case OPERAND_FIELD: return follow(r, o, dot);
  case OPERAND_VAR: return follow(r, o, variable(r, o->name));
  case OPERAND_CONST: return follow(r, o, o->constant);
  case OPERAND_PIPE: return follow(r, o, eval_pipe(r, o->pipe, dot));
  case OPERAND_CALL: break;
  }
  return NULL;
}

/* -1, 0, 1, or 2 when the two cannot be compared. */
static int compare(const Value *x, const Value *y) {
  if (x->kind != y->kind) return 2;
  if (x->kind == VALUE_INT) return (x->integer > y->integer) - (x->integer < y->integer);
  if (x->kind == VALUE_BOOL) return x->boolean != y->boolean;
  if (x->kind != VALUE_STRING) return x->kind == VALUE_NIL ? 0 : 2;
  int c = strcmp(x->string, y->string);
  return (c > 0) - (c < 0);
}

static const Value *call_compare(Run *r, const char *name, const Value **args, u32 n) {
  if (n < 2) return run_error(r, "wrong number of args for %s: want at least 2 got %u", name, n);
  if (strcmp(name, "eq") == 0) {
    bool equal = false;
    for (u32 i = 1; i < n; i++) {
      int c = compare(args[0], args[i]);
      if (c == 2) return run_error(r, "error calling eq: incompatible types for comparison");
      equal |= c == 0;
    }
    return value_bool(r->a, equal);
  }
  int c = compare(args[0], args[1]);
  if (c == 2) return run_error(r, "error calling %s: incompatible types for comparison", name);
  bool ok = strcmp(name, "ne") == 0   ? c != 0
            : strcmp(name, "lt") == 0 ? c < 0
            : strcmp(name, "le") == 0 ? c <= 0
            : strcmp(name, "gt") == 0 ? c > 0
                                      : c >= 0;
  return value_bool(r->a, ok);
}

static const Value *call_join(Run *r, const Value **args, u32 n) {
  if (n != 2) return run_error(r, "wrong number of args for join: want 2 got %u", n);
  if (args[0]->kind != VALUE_LIST || args[1]->kind != VALUE_STRING)
    return run_error(r, "wrong type for value; expected []string");
  StrBuf b = {0};
  for (u32 i = 0; i < args[0]->items.n; i++) {
    if (i) sb_puts(&b, args[1]->string);
    value_print(args[0]->items.v[i], &b);
  }
  const Value *v = value_string(r->a, arena_strdup(r->a, sb_cstr(&b)));
  sb_free(&b);
  return v;
}

static const Value *call_index(Run *r, const Value **args, u32 n) {
  const Value *v = n ? args[0] : NULL;
  for (u32 i = 1; v && i < n; i++) {
    if (v->kind == VALUE_LIST && args[i]->kind == VALUE_INT) {
      i64 k = args[i]->integer;
      if (k < 0 || k >= (i64)v->items.n)
        return run_error(r, "error calling index: index out of range: %lld", (long long)k);
      v = v->items.v[k];
    } else if (v->kind == VALUE_MAP && args[i]->kind == VALUE_STRING) {
      v = value_get(v, args[i]->string);
      if (!v) v = value_string(r->a, "");
    } else {
      return run_error(r, "error calling index: cannot index that item");
    }
  }
  return v ? v : run_error(r, "wrong number of args for index");
}

static const Value *call_len(Run *r, const Value **args, u32 n) {
  if (n != 1) return run_error(r, "wrong number of args for len: want 1 got %u", n);
  switch (args[0]->kind) {
  case VALUE_STRING: return value_int(r->a, (i64)strlen(args[0]->string));
  case VALUE_LIST: return value_int(r->a, args[0]->items.n);
  case VALUE_MAP: return value_int(r->a, args[0]->members.n);
  default: return run_error(r, "error calling len: len of that type");
  }
}

static bool print_formatted(Run *r, const Value **args, u32 n, StrBuf *b) {
  u32 next = 1;
  if (n == 0 || args[0]->kind != VALUE_STRING)
    return run_error(r, "wrong type for value; expected string"), false;
  for (const char *p = args[0]->string; *p; p++) {
    if (*p != '%') {
      sb_putc(b, *p);
      continue;
    }
    p++;
    if (*p == '%') {
      sb_putc(b, '%');
    } else if (!*p || !strchr("vsdqt", *p)) {
      return run_error(r, "govm list's printf does not know %%%c", *p ? *p : ' '), false;
    } else if (next >= n) {
      sb_printf(b, "%%!%c(MISSING)", *p);
    } else if (*p == 'q') {
      sb_putc(b, '"');
      value_print(args[next++], b);
      sb_putc(b, '"');
    } else {
      value_print(args[next++], b);
    }
  }
  return true;
}

static const Value *call_print(Run *r, const char *name, const Value **args, u32 n) {
  StrBuf b = {0};
  bool ok = true, lines = strcmp(name, "println") == 0;
  if (strcmp(name, "printf") == 0) {
    ok = print_formatted(r, args, n, &b);
  } else {
    for (u32 i = 0; i < n; i++) {
      bool space = lines || (i && args[i]->kind != VALUE_STRING && args[i - 1]->kind != VALUE_STRING);
      if (i && space) sb_putc(&b, ' ');
      value_print(args[i], &b);
    }
    if (lines) sb_putc(&b, '\n');
  }
  const Value *v = ok ? value_string(r->a, arena_strdup(r->a, sb_cstr(&b))) : NULL;
  sb_free(&b);
  return v;
}

static const Value *call(Run *r, const char *name, const Value **args, u32 n) {
  if (strcmp(name, "join") == 0) return call_join(r, args, n);
  if (strcmp(name, "len") == 0) return call_len(r, args, n);
  if (strcmp(name, "index") == 0) return call_index(r, args, n);
  if (strncmp(name, "print", 5) == 0) return call_print(r, name, args, n);
  if (strcmp(name, "not") == 0)
    return n == 1 ? value_bool(r->a, value_is_empty(args[0]))
                  : run_error(r, "wrong number of args for not: want 1 got %u", n);
  if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0) {
    if (n == 0) return run_error(r, "wrong number of args for %s: want at least 1 got 0", name);
    for (u32 i = 0; i + 1 < n; i++)
      if (value_is_empty(args[i]) == (*name == 'a')) return args[i];
    return args[n - 1];
  }
  return call_compare(r, name, args, n);
}

static const Value *eval_command(Run *r, const Command *c, const Value *dot, const Value *piped) {
  const Value *args[16];
  u32 n = 0;
  const Operand *first = &c->operands.v[0];
  if (first->kind != OPERAND_CALL) {
    if (piped) return run_error(r, "can't give argument to non-function %s", first->text);
    return eval_operand(r, first, dot);
  }
  for (u32 i = 1; i < c->operands.n; i++) {
    const Operand *o = &c->operands.v[i];
    if (n + 1 == ARRAY_LEN(args)) return run_error(r, "too many arguments for %s", first->name);
    args[n] = o->kind == OPERAND_CALL ? call(r, o->name, NULL, 0) : eval_operand(r, o, dot);
    if (!args[n++]) return NULL;
  }
  if (piped) args[n++] = piped;
  r->what = c->text;
  r->at = first->at;
  return call(r, first->name, args, n);
}

static const Value *eval_pipe(Run *r, const Pipe *p, const Value *dot) {
  const Value *v = NULL;
  for (u32 i = 0; i < p->commands.n; i++) {
    v = eval_command(r, &p->commands.v[i], dot, v);
    if (!v) return NULL;
  }
  return v;
}

static bool run_steps(Run *r, const Steps *steps, const Value *dot);

/* Gives the variables of a pipeline their values; of two, the first is the key. */
static void set_variables(Run *r, const Pipe *p, const Value *key, const Value *value) {
  for (u32 i = 0; i < p->nvars; i++) {
    const Value *v = p->nvars == 2 && i == 0 ? key : value;
    if (p->declares) {
      VEC_PUSH(r->a, &r->vars, (Variable){p->vars[i], v});
      continue;
    }
    for (u32 k = r->vars.n; k-- > 0;) {
      if (strcmp(r->vars.v[k].name, p->vars[i]) != 0) continue;
      r->vars.v[k].value = v;
      break;
    }
  }
}

static bool run_range(Run *r, const Step *s, const Value *list) {
  if (list->kind != VALUE_LIST && list->kind != VALUE_MAP && list->kind != VALUE_NIL) {
    StrBuf b = {0};
    value_print(list, &b);
    run_error(r, "range can't iterate over %s", sb_cstr(&b));
    sb_free(&b);
    return false;
  }
  u32 n = list->kind == VALUE_LIST ? list->items.n : list->members.n;
  for (u32 i = 0; i < n; i++) {
    u32 scope = r->vars.n;
    const Value *x = list->kind == VALUE_LIST ? list->items.v[i] : list->members.v[i].value;
    const Value *key =
        list->kind == VALUE_LIST ? value_int(r->a, i) : value_string(r->a, list->members.v[i].name);
    set_variables(r, s->pipe, key, x);
    if (!run_steps(r, &s->body, x)) return false;
    r->vars.n = scope;
  }
  return n > 0;
}

static bool run_step(Run *r, const Step *s, const Value *dot) {
  if (s->kind == STEP_TEXT) return sb_write(r->out, s->text, s->n), true;
  u32 scope = r->vars.n;
  const Value *v = eval_pipe(r, s->pipe, dot);
  if (!v) return false;
  bool ok;
  if (s->kind == STEP_RANGE) {
    ok = run_range(r, s, v) || (!*r->e->msg && run_steps(r, &s->otherwise, dot));
  } else {
    set_variables(r, s->pipe, NULL, v);
    if (s->kind == STEP_PRINT) {
      if (!s->pipe->nvars) value_print(v, r->out);
      return true; /* its variable stays */
    }
    bool empty = value_is_empty(v);
    ok = run_steps(r, empty ? &s->otherwise : &s->body, s->kind == STEP_WITH && !empty ? v : dot);
  }
  r->vars.n = scope;
  return ok;
}

static bool run_steps(Run *r, const Steps *steps, const Value *dot) {
  u32 scope = r->vars.n;
  for (u32 i = 0; i < steps->n; i++)
    if (!run_step(r, steps->v[i], dot)) return false;
  r->vars.n = scope;
  return true;
}

bool template_execute(const Template *t, Arena *a, const Value *v, StrBuf *out, Err *e) {
  *e = (Err){{0}};
  Run r = {.a = a, .e = e, .out = out, .text = t->text, .at = t->text, .what = ""};
  VEC_PUSH(a, &r.vars, (Variable){"", v});
  return run_steps(&r, &t->steps, v);
}

/* input.c - cutting inputs into items (input.h), with gc's scanner; where only the parser knows (headers of
 * statements, what may follow the end of the text), a trial parse decides. Invariant: items do not overlap
 * and are in source order. Start reading at input_split(). */
#include "repl/input.h"

#include <stdlib.h>

#include "frontend/diagnose.h"

/* ---- the scanner, outside of any file ---- */
typedef struct Scan {
  StrBuf text; /* a copy that ends in a newline: the last line's comment or open string ends there, too */
  Arena arena;
  DiagSink sink;
  ParseOptions opt;
  ParseState ps;
  Dx d;
  int depth;       /* open brackets */
  bool broken;     /* the text ends inside a raw string or a comment */
  u32 stray;       /* offset + 1 of the first closing bracket since it was reset that closes nothing */
  size_t prev_end; /* behind the token before the current one */
  Token prev;
} Scan;

static void scan_start(Scan *s, const char *text, size_t n) {
  *s = (Scan){.opt = {.std = true}};
  sb_write(&s->text, text, n);
  sb_putc(&s->text, '\n');
  static u32 base;
  PosBase b = {.filename = atom_cstr("input"), .abspath = atom_cstr("input"), .is_file = true};
  b.line = b.col = b.pos.line = b.pos.col = 1;
  if (!base) base = pos_base_add(b);
  s->ps = (ParseState){.arena = &s->arena, .sink = &s->sink, .opt = &s->opt, .file_base = base, .base = base};
  s->ps.file = NEW(&s->arena, File);
  s->ps.file->arena = &s->arena;
  s->d.ps = &s->ps;
  scan_init(&s->d, s->text.p, s->text.n);
}
static void scan_end(Scan *s) {
  VEC_FREE(&s->ps.stack);
  sb_free(&s->text);
  diag_free(&s->sink);
  arena_free(&s->arena);
}

static void advance(Scan *s) {
  s->prev = s->d.s.tok;
  s->prev_end = s->d.s.r - s->d.s.chw;
  if (s->prev == TOK_Lparen || s->prev == TOK_Lbrack || s->prev == TOK_Lbrace) s->depth++;
  u32 before = s->sink.diags.n;
  scan_next(&s->d);
  Token t = s->d.s.tok;
  if (t == TOK_Rparen || t == TOK_Rbrack || t == TOK_Rbrace) {
    if (s->depth > 0) s->depth--;
    else if (!s->stray) s->stray = (u32)s->d.s.start + 1;
  }
  for (u32 i = before; i < s->sink.diags.n; i++)
    if (strstr(s->sink.diags.v[i].msg, "not terminated")) s->broken = true;
}

/* ---- trial parses ---- */
/* Whether the statements are free of syntax errors, or, with at_end, have their first one behind the last
 * line. */
static bool try_parse(const char *before, const char *text, size_t n, const char *after, bool at_end) {
  Arena arena = {0};
  DiagSink sink = {0};
  StrBuf b = {0};
  ParseOptions opt = {0};
  sb_puts(&b, before);
  sb_write(&b, text, n);
  u32 lines = 1;
  for (size_t i = 0; i < b.n; i++) lines += b.p[i] == '\n';
  sb_puts(&b, after);
  syntax_parse(&arena, &sink, "input", NULL, sb_cstr(&b), b.n, &opt);
  diag_sort(&sink);
  bool found = at_end ? sink.diags.n > 0 && sink.diags.v[0].pos.line > lines : sink.diags.n == 0;
  sb_free(&b);
  diag_free(&sink);
  arena_free(&arena);
  return found;
}
static const char stmt_before[] = "package p;func _(){";

/* ---- items ---- */
static bool is_decl_token(Token t) {
  return t == TOK_Import || t == TOK_Const || t == TOK_Type || t == TOK_Var || t == TOK_Package;
}
static bool is_header_token(Token t) {
  return t == TOK_If || t == TOK_For || t == TOK_Switch || t == TOK_Select;
}

typedef struct Shape { /* what the first tokens of an item tell */
  bool decl, header, package;
  u32 define; /* where ":=" is, behind a list of names; 0: nowhere */
} Shape;

/* Looks at the item from its first token on, in a scan of its own. */
static Shape shape_of(const char *text, size_t n) {
  Scan s;
  Shape shape = {0};
  scan_start(&s, text, n);
  advance(&s);
  Token first = s.d.s.tok;
  shape.decl = is_decl_token(first);
  shape.package = first == TOK_Package;
  shape.header = is_header_token(first);
  if (first == TOK_Func) {
    advance(&s);
    shape.decl = s.d.s.tok == TOK_Name;
    if (s.d.s.tok == TOK_Lparen) { /* a method has a name and a parameter list behind its receiver */
      do advance(&s);
      while (s.d.s.tok != TOK_EOF && !(s.d.s.tok == TOK_Rparen && s.depth == 0));
      advance(&s);
      bool name = s.d.s.tok == TOK_Name;
      advance(&s);
      shape.decl = name && (s.d.s.tok == TOK_Lparen || s.d.s.tok == TOK_Lbrack);
    }
  } else if (first == TOK_Name) {
    advance(&s);
    bool label = s.d.s.tok == TOK_Colon;
    while (s.d.s.tok == TOK_Comma) {
      advance(&s);
      if (s.d.s.tok != TOK_Name) break;
      advance(&s);
    }
    if (s.d.s.tok == TOK_Define) shape.define = (u32)s.d.s.start;
    if (label) {
      do advance(&s);
      while (s.d.s.tok == TOK_Semi);
      shape.header = is_header_token(s.d.s.tok);
    }
  }
  scan_end(&s);
  return shape;
}

/* Skips to the semicolon that ends the item begun at `start`; the end of its text. */
static u32 item_end(Scan *s, const char *text, u32 start, bool header) {
  u32 first_candidate = 0;
  for (;;) {
    while (s->d.s.tok != TOK_EOF && !(s->d.s.tok == TOK_Semi && s->depth == 0)) advance(s);
    u32 end = (u32)s->prev_end;
    if (s->d.s.tok == TOK_EOF || !header) return end;
    if (s->prev == TOK_Rbrace) {
      if (try_parse(stmt_before, text + start, end - start, "\n}", false)) return end;
      if (!first_candidate) first_candidate = end;
    }
    advance(s);
    if (s->d.s.tok == TOK_EOF) return first_candidate ? first_candidate : (u32)s->prev_end;
  }
}

static u32 trim_end(const char *text, u32 start, u32 end) {
  while (end > start && strchr(" \t\r\n", text[end - 1])) end--;
  return end;
}

/* The command's line; the scan goes on behind it. */
static u32 command_end(Scan *s, const char *text, size_t n, u32 start) {
  const char *nl = memchr(text + start, '\n', n - start);
  u32 end = nl ? (u32)(nl - text) : (u32)n;
  while (s->d.s.tok != TOK_EOF && s->d.s.start < end) advance(s);
  s->depth = 0;
  return end;
}

static void add_item(ItemList *out, Item item, const char *text, size_t n) {
  if (item.end > n) item.end = (u32)n;
  item.end = trim_end(text, item.start, item.end);
  Item *last = out->n ? &VEC_LAST(out) : NULL;
  if (last && last->kind == ITEM_DECLS && item.kind == ITEM_DECLS) last->end = item.end;
  else VEC_PUSH(NULL, out, item);
}

static u32 offset_of(const char *text, size_t n, u32 line, u32 col) {
  const char *p = text;
  for (; line > 1 && (p = memchr(p, '\n', n - (size_t)(p - text))); line--) p++;
  u32 at = p ? (u32)(p - text) + col - 1 : (u32)n;
  return at < n ? at : (u32)n;
}

/* The next item's first byte: the current token, or what the scanner objected to before it. */
static Item item_start(const Scan *s, const char *text, size_t n, u32 errors_before) {
  Item item = {.kind = ITEM_STMT, .start = (u32)s->d.s.start, .line = s->d.s.line, .col = s->d.s.col};
  if (s->sink.diags.n == errors_before) return item;
  Pos p = s->sink.diags.v[errors_before].pos;
  u32 at = offset_of(text, n, p.line, p.col);
  if (at >= item.start) return item;
  return (Item){.kind = ITEM_STMT, .start = at, .line = p.line, .col = p.col};
}

void input_split(const char *text, size_t n, ItemList *out) {
  Scan s;
  u32 errors = 0;
  scan_start(&s, text, n);
  advance(&s);
  while (s.d.s.tok != TOK_EOF || s.sink.diags.n > errors) {
    if (s.d.s.tok == TOK_Semi && s.sink.diags.n == errors) {
      advance(&s);
      continue;
    }
    Item item = item_start(&s, text, n, errors);
    u32 start = (u32)s.d.s.start;
    if (s.d.s.tok == TOK_EOF) {
      item.end = (u32)n;
      add_item(out, item, text, n);
      break;
    }
    if (s.d.s.tok == TOK_Colon) {
      item.kind = ITEM_COMMAND;
      item.end = command_end(&s, text, n, start);
      errors = s.sink.diags.n;
      add_item(out, item, text, n);
      continue;
    }
    Shape shape = shape_of(text + start, n - start);
    if (shape.decl) item.kind = ITEM_DECLS;
    else if (shape.define) item.kind = ITEM_DEFINE, item.define = start + shape.define;
    s.stray = 0;
    if (s.d.s.tok == TOK_Rparen || s.d.s.tok == TOK_Rbrack || s.d.s.tok == TOK_Rbrace) s.stray = start + 1;
    advance(&s);
    item.end = item_end(&s, text, start, shape.header);
    errors = s.sink.diags.n;
    if (s.stray) item.kind = ITEM_STRAY, item.define = s.stray - 1;
    if (!shape.package) add_item(out, item, text, n);
  }
  scan_end(&s);
}

bool input_incomplete(const char *text, size_t n) {
  Scan s;
  scan_start(&s, text, n);
  do advance(&s);
  while (s.d.s.tok != TOK_EOF);
  bool open = (s.broken || s.depth > 0) && !s.stray;
  scan_end(&s);
  if (open) return true;
  ItemList items = {0};
  input_split(text, n, &items);
  bool more = false;
  if (items.n && VEC_LAST(&items).kind <= ITEM_STMT) {
    const Item *last = &VEC_LAST(&items);
    u32 end = (u32)n;
    bool decl = last->kind == ITEM_DECLS;
    more = try_parse(decl ? "package p;" : stmt_before, text + last->start, end - last->start,
                     decl ? "\n" : "\n}", true);
  }
  VEC_FREE(&items);
  return more;
}

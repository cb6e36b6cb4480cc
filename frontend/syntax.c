/* syntax.c - the entry points of parsing: one file from memory or disk, and the token dump.
 * Invariant: the table-driven parser reports nothing; whatever it does not accept is parsed again by the
 * diagnosing parser, from the same text, into a fresh File.
 */
#include "frontend/syntax.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "frontend/diagnose.h"

static void start_file(ParseState *ps, Arena *arena, u32 base) {
  File *f = NEW(arena, File);
  f->arena = arena;
  f->base = base;
  ps->file = f;
  ps->base = base;
  ps->before_pkg = true;
  ps->pragma = NULL;
  ps->nerrors = ps->nsyntax = 0;
  ps->stack.n = 0;
}

File *syntax_parse(Arena *arena, DiagSink *sink, const char *name, const char *abspath, const char *text,
                   size_t n, const ParseOptions *opt) {
  static const ParseOptions defaults = {.check_branches = true};
  PosBase b = {.filename = atom_cstr(name), .abspath = atom_cstr(abspath ? abspath : name), .is_file = true};
  b.line = b.col = b.pos.line = b.pos.col = 1;
  ParseState ps = {.arena = arena, .sink = sink, .opt = opt ? opt : &defaults};
  ps.file_base = pos_base_add(b);
  bool done = false;
  if (!ps.opt->diagnose_only) {
    ps.silent = true;
    start_file(&ps, arena, ps.file_base);
    done = parse_table_driven(&ps, text, n);
  }
  if (!done) {
    ps.silent = false;
    start_file(&ps, arena, ps.file_base);
    parse_diagnosing(&ps, text, n);
  }
  ps.file->nerrors = ps.nerrors;
  VEC_FREE(&ps.stack);
  return ps.file;
}

bool syntax_parse_file(Arena *arena, DiagSink *sink, const char *name, const char *path,
                       const ParseOptions *opt, File **out, Err *e) {
  StrBuf text = {0};
  bool ok = file_read(path, &text, e);
  if (ok) *out = syntax_parse(arena, sink, name, path, sb_cstr(&text), text.n, opt);
  sb_free(&text);
  return ok;
}

static void dump_token(FILE *f, const Scanner *s) {
  static const char *const kinds[] = {"int", "float", "imag", "rune", "string"};
  fprintf(f, "%u:%u\t", s->line, s->col);
  switch (s->tok) {
  case TOK_Name: fprintf(f, "name\t%s\n", s->lit->s); break;
  case TOK_Literal: fprintf(f, "%s\t%s\n", kinds[s->kind], s->lit->s); break;
  case TOK_Semi: fprintf(f, ";\t%s\n", s->lit->s); break;
  case TOK_Operator: fprintf(f, "op\t%s\n", op_string(s->op)); break;
  case TOK_AssignOp: fprintf(f, "op=\t%s=\n", op_string(s->op)); break;
  case TOK_IncOp: fprintf(f, "op\t%s%s\n", op_string(s->op), op_string(s->op)); break;
  default: fprintf(f, "%s\n", token_string(s->tok)); break;
  }
}

bool syntax_dump_tokens(void *file, const char *name, const char *text, size_t n) {
  FILE *f = file;
  Arena arena = {0};
  DiagSink sink = {0};
  PosBase b = {.filename = atom_cstr(name), .abspath = atom_cstr(name), .is_file = true};
  b.line = b.col = b.pos.line = b.pos.col = 1;
  ParseOptions opt = {.std = true};
  ParseState ps = {.arena = &arena, .sink = &sink, .opt = &opt, .file_base = pos_base_add(b)};
  start_file(&ps, &arena, ps.file_base);
  Dx d = {.ps = &ps};
  scan_init(&d, text, n);
  do {
    scan_next(&d);
    dump_token(f, &d.s);
  } while (d.s.tok != TOK_EOF);
  diag_sort(&sink);
  diag_print(&sink, stderr, 0);
  bool ok = ps.nsyntax == 0;
  VEC_FREE(&ps.stack);
  diag_free(&sink);
  arena_free(&arena);
  return ok;
}

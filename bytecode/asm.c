/* asm.c - the text form of modules (disasm.c) read back, and written by hand for tests of the VM.
 *
 * What disasm.c writes is read to an equal module. For hands:
 *   - a function's name, "code N", and everything after "func" that is zero may be left out; so may
 *     instruction numbers;
 *   - "label:" before an instruction, "->label" as a target; f"symbol", g"symbol", t"key" for an index;
 *   - "safepoint {1 4}" without a map index;  LDK takes "#1.5" too;  words may be separated by commas.
 * One pass; jumps to labels and references by name are fixed up at the end of the function and of the text.
 */
#include <errno.h>
#include <stdlib.h>

#include "bytecode/module.h"
#include "bytecode/text.h"

typedef struct NameFixup { /* code[pc] of function `func` names something */
  u32 func, pc;
  u8 kind; /* OPK_FN, OPK_GL, OPK_TY */
  const Atom *name;
  u32 line;
} NameFixup;
typedef struct Label {
  const Atom *name;
  u32 pc, line;
} Label;
typedef struct Asm {
  const char *p;       /* rest of the text */
  u32 line;
  BcModule *m;
  Err *err;
  Arena scratch;
  BcType *type;        /* what indented lines belong to */
  BcGlobal *global;
  bool in_func;
  BcFunc func;         /* under construction; pushed at its end */
  VEC(Insn) code;
  VEC(BcLine) lines;
  VEC(BcSafepoint) safepoints;
  VEC(u64) maps;
  VEC(BcParam) params;
  VEC(BcArea) areas;
  VEC(const Atom *) called;
  VEC(BcField) fields;
  VEC(BcMethod) methods;
  VEC(BcReloc) relocs;
  VEC(Label) labels, jumps;
  VEC(NameFixup) names;
} Asm;

static bool asm_error(Asm *a, const char *what, const char *arg) {
  return err_set(a->err, "line %u: %s%s%s", a->line, what, arg ? ": " : "", arg ? arg : "");
}

/* ---- words ---- */

static void skip_space(Asm *a) {
  while (*a->p == ' ' || *a->p == '\t' || *a->p == '\r' || *a->p == ',') a->p++;
  if (*a->p == ';') {
    while (*a->p && *a->p != '\n') a->p++;
  }
}

static bool at_end(Asm *a) {
  skip_space(a);
  return *a->p == '\n' || *a->p == 0;
}

typedef struct Word {
  const char *s;
  u32 n;
} Word;

static bool is_delim(char c) { return !c || strchr(" \t\r\n,;{}\"", c); }

static Word peek_word(Asm *a) {
  skip_space(a);
  Word w = {a->p, 0};
  while (!is_delim(w.s[w.n])) w.n++;
  return w;
}

static Word next_word(Asm *a) {
  Word w = peek_word(a);
  a->p += w.n;
  return w;
}

static bool word_is(Word w, const char *s) { return strlen(s) == w.n && !memcmp(w.s, s, w.n); }

static bool accept(Asm *a, const char *s) {
  Word w = peek_word(a);
  if (!word_is(w, s)) return false;
  a->p += w.n;
  return true;
}

static bool read_i64(Asm *a, i64 *v) {
  skip_space(a);
  char *end;
  errno = 0;
  *v = *a->p == '-' ? strtoll(a->p, &end, 0) : (i64)strtoull(a->p, &end, 0);
  if (end == a->p || errno) return asm_error(a, "a number is expected", NULL);
  a->p = end;
  return true;
}

static bool read_u64(Asm *a, u64 max, u64 *v) {
  i64 x = 0;
  *v = 0;
  if (!read_i64(a, &x)) return false;
  if ((u64)x > max) return asm_error(a, "number too large", NULL);
  *v = (u64)x;
  return true;
}

static bool read_u32(Asm *a, u32 *v) {
  u64 x;
  if (!read_u64(a, UINT32_MAX, &x)) return false;
  *v = (u32)x;
  return true;
}

static bool read_index(Asm *a, u32 *v) {
  if (accept(a, "_")) {
    *v = BC_NONE;
    return true;
  }
  return read_u32(a, v);
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/* A quoted string's bytes, appended to out. */
static bool read_string(Asm *a, StrBuf *out) {
  skip_space(a);
  if (*a->p != '"') return asm_error(a, "a string is expected", NULL);
  for (a->p++; *a->p != '"'; a->p++) {
    if (!*a->p || *a->p == '\n') return asm_error(a, "unterminated string", NULL);
    if (*a->p != '\\') {
      sb_putc(out, *a->p);
      continue;
    }
    char c = *++a->p;
    if (c == 'n') {
      sb_putc(out, '\n');
    } else if (c == 'x' && hex_digit(a->p[1]) >= 0 && hex_digit(a->p[2]) >= 0) {
      sb_putc(out, hex_digit(a->p[1]) * 16 + hex_digit(a->p[2]));
      a->p += 2;
    } else if (c == '"' || c == '\\') {
      sb_putc(out, c);
    } else {
      return asm_error(a, "unknown escape in string", NULL);
    }
  }
  a->p++;
  return true;
}

static bool read_bytes(Asm *a, u32 *n, const u8 **p) {
  StrBuf b = {0};
  bool ok = read_string(a, &b);
  *n = (u32)b.n;
  *p = ok ? arena_dup(&a->m->arena, sb_cstr(&b), b.n) : NULL;
  sb_free(&b);
  return ok;
}

static bool read_atom(Asm *a, const Atom **v) {
  *v = NULL;
  if (accept(a, "-")) return true;
  StrBuf b = {0};
  bool ok = read_string(a, &b);
  if (ok) *v = atom_new(sb_cstr(&b), b.n);
  sb_free(&b);
  return ok;
}

static bool keyword_u32(Asm *a, const char *key, u32 *v) {
  if (!accept(a, key)) return asm_error(a, "expected", key);
  return read_u32(a, v);
}

static bool read_choice(Asm *a, const char *const *names, u32 n, u32 *v) {
  Word w = next_word(a);
  for (*v = 0; *v < n; ++*v) {
    if (word_is(w, names[*v])) return true;
  }
  return asm_error(a, "unknown word", NULL);
}

/* ---- types and data ---- */

static void end_type(Asm *a) {
  if (!a->type) return;
  a->type->nfields = a->fields.n;
  a->type->fields = arena_dup(&a->m->arena, a->fields.v, a->fields.n * sizeof(BcField));
  a->type->nmethods = a->methods.n;
  a->type->methods = arena_dup(&a->m->arena, a->methods.v, a->methods.n * sizeof(BcMethod));
  a->type = NULL;
}

static bool read_type(Asm *a) {
  BcType t = {0};
  u32 kind, align, falign, chandir;
  if (!read_choice(a, text_kinds, ARRAY_LEN(text_kinds), &kind) || !read_atom(a, &t.key) ||
      !read_atom(a, &t.string) || !read_atom(a, &t.name) || !read_atom(a, &t.pkgpath))
    return false;
  t.kind = (BcKind)kind;
  if (!accept(a, "size")) return asm_error(a, "expected", "size");
  if (!read_u64(a, UINT64_MAX, &t.size) || !keyword_u32(a, "align", &align) || !read_u32(a, &falign))
    return false;
  t.align = (u8)align;
  t.field_align = (u8)falign;
  bool *flags[] = {&t.comparable, &t.variadic, &t.direct_iface, &t.has_uncommon, &t.is_extern};
  for (u32 i = 0; i < ARRAY_LEN(flags); i++) *flags[i] = accept(a, text_type_flags[i]);
  if (!keyword_u32(a, "chandir", &chandir)) return false;
  t.chandir = (u8)chandir;
  if (!accept(a, "len")) return asm_error(a, "expected", "len");
  if (!read_i64(a, &t.len)) return false;
  if (!accept(a, "refs")) return asm_error(a, "expected", "refs");
  if (!read_index(a, &t.elem) || !read_index(a, &t.key_type) || !read_index(a, &t.slice_type) ||
      !read_index(a, &t.ptr_to) || !read_index(a, &t.map_group))
    return false;
  if (!keyword_u32(a, "in", &t.nin) || !keyword_u32(a, "out", &t.nout)) return false;
  VEC(u32) inout = {0};
  while (!at_end(a)) {
    u32 v;
    if (!read_index(a, &v)) return false;
    VEC_PUSH(&a->m->arena, &inout, v);
  }
  if ((u64)t.nin + t.nout != inout.n) return asm_error(a, "wrong number of parameter types", NULL);
  t.inout = inout.v;
  VEC_PUSH(&a->m->arena, &a->m->types, t);
  a->type = &VEC_LAST(&a->m->types);
  a->fields.n = a->methods.n = 0;
  return true;
}

static bool read_field(Asm *a) {
  BcField f = {0};
  if (!read_atom(a, &f.name) || !read_atom(a, &f.pkgpath) || !read_atom(a, &f.tag) || !read_index(a, &f.type))
    return false;
  if (!accept(a, "offset")) return asm_error(a, "expected", "offset");
  if (!read_u64(a, UINT64_MAX, &f.offset)) return false;
  f.embedded = accept(a, "embedded");
  VEC_PUSH(&a->scratch, &a->fields, f);
  return true;
}

static bool read_method(Asm *a) {
  BcMethod x = {0};
  if (!read_atom(a, &x.name) || !read_atom(a, &x.pkgpath) || !read_index(a, &x.mtype) ||
      !read_index(a, &x.ifn) || !read_index(a, &x.tfn))
    return false;
  VEC_PUSH(&a->scratch, &a->methods, x);
  return true;
}

static void end_global(Asm *a) {
  if (!a->global) return;
  a->global->nrelocs = a->relocs.n;
  a->global->relocs = arena_dup(&a->m->arena, a->relocs.v, a->relocs.n * sizeof(BcReloc));
  a->global = NULL;
}

static bool read_global(Asm *a) {
  BcGlobal g = {0};
  const u8 *init;
  if (!read_atom(a, &g.symbol) || !read_index(a, &g.type)) return false;
  g.rodata = accept(a, "rodata");
  g.is_extern = !g.rodata && accept(a, "extern");
  if (!g.rodata && !g.is_extern && !accept(a, "data")) return asm_error(a, "expected", "data");
  g.owner = BC_NONE;
  if (accept(a, "owner") && !read_u32(a, &g.owner)) return false;
  if (!read_bytes(a, &g.ninit, &init)) return false;
  g.init = (u8 *)init;
  VEC_PUSH(&a->m->arena, &a->m->globals, g);
  a->global = &VEC_LAST(&a->m->globals);
  a->relocs.n = 0;
  return true;
}

static bool read_reloc(Asm *a) {
  BcReloc r = {0};
  u32 kind;
  if (!read_u64(a, UINT64_MAX, &r.offset) || !read_choice(a, text_relocs, ARRAY_LEN(text_relocs), &kind) ||
      !read_u32(a, &r.index) || !read_i64(a, &r.addend))
    return false;
  r.kind = (BcRelocKind)kind;
  VEC_PUSH(&a->scratch, &a->relocs, r);
  return true;
}

static bool read_init(Asm *a) {
  BcInit in = {0};
  VEC(u32) inits = {0};
  VEC(const Atom *) imports = {0};
  if (!read_atom(a, &in.path) || !read_index(a, &in.vars_func)) return false;
  while (!at_end(a) && !accept(a, "imports")) {
    u32 v;
    if (!read_index(a, &v)) return false;
    VEC_PUSH(&a->m->arena, &inits, v);
  }
  while (!at_end(a)) {
    const Atom *path;
    if (!read_atom(a, &path)) return false;
    VEC_PUSH(&a->m->arena, &imports, path);
  }
  in.ninits = inits.n;
  in.inits = inits.v;
  in.nimports = imports.n;
  in.imports = imports.v;
  VEC_PUSH(&a->m->arena, &a->m->inits, in);
  return true;
}

/* ---- functions ---- */

static bool fix_jumps(Asm *a) {
  for (u32 i = 0; i < a->jumps.n; i++) {
    Label *j = &a->jumps.v[i];
    u32 k = 0;
    while (k < a->labels.n && a->labels.v[k].name != j->name) k++;
    a->line = j->line;
    if (k == a->labels.n) return asm_error(a, "no such label", j->name->s);
    a->code.v[j->pc].imm = (i32)a->labels.v[k].pc;
  }
  return true;
}

static bool end_func(Asm *a) {
  if (!a->in_func) return true;
  Arena *ma = &a->m->arena;
  BcFunc *f = &a->func;
  a->in_func = false;
  if (!fix_jumps(a)) return false;
  f->ncode = a->code.n;
  f->code = arena_dup(ma, a->code.v, a->code.n * sizeof(Insn));
  f->nlines = a->lines.n;
  f->lines = arena_dup(ma, a->lines.v, a->lines.n * sizeof(BcLine));
  f->nsafepoints = a->safepoints.n;
  f->safepoints = arena_dup(ma, a->safepoints.v, a->safepoints.n * sizeof(BcSafepoint));
  f->nmaps = a->maps.n;
  f->maps = arena_dup(ma, a->maps.v, a->maps.n * sizeof(u64));
  f->params = arena_dup(ma, a->params.v, a->params.n * sizeof(BcParam));
  f->nareas = a->areas.n;
  f->areas = arena_dup(ma, a->areas.v, a->areas.n * sizeof(BcArea));
  f->ncalled = a->called.n;
  f->called = arena_dup(ma, a->called.v, a->called.n * sizeof *f->called);
  VEC_PUSH(ma, &a->m->funcs, *f);
  return true;
}

static bool read_func_flag(Asm *a) {
  for (u32 i = 0; i < ARRAY_LEN(text_func_flags); i++) {
    if (!accept(a, text_func_flags[i])) continue;
    a->func.flags |= 1u << i;
    return true;
  }
  return asm_error(a, "unknown word after func", NULL);
}

static bool read_func(Asm *a) {
  BcFunc *f = &a->func;
  *f = (BcFunc){0};
  if (!read_atom(a, &f->symbol)) return false;
  f->name = f->symbol;
  skip_space(a);
  if (*a->p == '"' || *a->p == '-') {
    if (!read_atom(a, &f->name)) return false;
  }
  u32 args = 0, results = 0, code;
  struct {
    const char *key;
    u32 *v;
  } keys[] = {{"slots", &f->nslots}, {"args", &args},     {"results", &results},  {"recover", &f->recover_pc},
              {"file", &f->file},    {"line", &f->line}, {"end", &f->end_line}, {"code", &code}};
  while (!at_end(a)) {
    u32 i = 0;
    while (i < ARRAY_LEN(keys) && !accept(a, keys[i].key)) i++;
    if (i < ARRAY_LEN(keys) ? !read_u32(a, keys[i].v) : !read_func_flag(a)) return false;
  }
  if (args > UINT16_MAX || results > UINT16_MAX) return asm_error(a, "too many arguments or results", NULL);
  f->nargs = (u16)args;
  f->nres = (u16)results;
  f->map_words = (u32)(((u64)f->nslots + 63) / 64);
  a->in_func = true;
  a->code.n = a->lines.n = a->safepoints.n = a->maps.n = a->params.n = 0;
  a->areas.n = a->called.n = a->labels.n = a->jumps.n = 0;
  return true;
}

static bool read_param(Asm *a, bool result) {
  BcParam p = {0};
  u32 slot, align, ext;
  if (!keyword_u32(a, "slot", &slot) || !keyword_u32(a, "size", &p.size) ||
      !keyword_u32(a, "align", &align) || !keyword_u32(a, "ext", &ext))
    return false;
  if (!accept(a, "type")) return asm_error(a, "expected", "type");
  if (!read_index(a, &p.type)) return false;
  u64 esc = 0;
  if (accept(a, "esc") && !read_u64(a, UINT64_MAX, &esc)) return false;
  memcpy(p.esc, &esc, sizeof esc);
  p.slot = (u16)slot;
  p.align = (u8)align;
  p.ext = (u8)ext;
  if (result) a->func.nresults++;
  else a->func.nparams++;
  VEC_PUSH(&a->scratch, &a->params, p);
  return true;
}

/* ["at" of an existing map] {slots}: the map's words are stored at the index, or found, or appended. */
static bool read_safepoint(Asm *a) {
  BcFunc *f = &a->func;
  u32 words = f->map_words, at = BC_NONE;
  if (!a->code.n) return asm_error(a, "safepoint before any instruction", NULL);
  skip_space(a);
  if (*a->p != '{' && !read_u32(a, &at)) return false;
  skip_space(a);
  if (*a->p++ != '{') return asm_error(a, "expected", "{");
  u64 *map = NEW_ARRAY(&a->scratch, u64, words);
  for (skip_space(a); *a->p != '}'; skip_space(a)) {
    u64 slot;
    if (!read_u64(a, UINT32_MAX, &slot)) return false;
    if (slot >= f->nslots) return asm_error(a, "slot beyond the frame", NULL);
    map[slot / 64] |= 1ull << slot % 64;
  }
  a->p++;
  if (at == BC_NONE) {
    for (at = 0; at + words <= a->maps.n && words; at += words) {
      if (!memcmp(a->maps.v + at, map, words * sizeof *map)) break;
    }
  }
  if (at > (1u << 26)) return asm_error(a, "map index too large", NULL);
  while (a->maps.n < at + words) VEC_PUSH(&a->scratch, &a->maps, 0);
  if (words) memcpy(a->maps.v + at, map, words * sizeof *map);
  VEC_PUSH(&a->scratch, &a->safepoints, ((BcSafepoint){a->code.n - 1, at}));
  return true;
}

static bool read_area(Asm *a) {
  BcArea area;
  if (!read_u32(a, &area.slot) || !read_u32(a, &area.nslots)) return false;
  VEC_PUSH(&a->scratch, &a->areas, area);
  return true;
}

static bool read_called(Asm *a) {
  const Atom *name;
  if (!read_atom(a, &name)) return false;
  VEC_PUSH(&a->scratch, &a->called, name);
  return true;
}

static bool read_line(Asm *a) {
  BcLine l = {.pc = a->code.n};
  if (!read_u32(a, &l.file) || !read_u32(a, &l.line)) return false;
  VEC_PUSH(&a->scratch, &a->lines, l);
  return true;
}

static void skip_prefix(Asm *a, const char *prefix) {
  skip_space(a);
  size_t n = strlen(prefix);
  if (!strncmp(a->p, prefix, n)) a->p += n;
}

static bool read_field_operand(Asm *a, u8 kind, u16 *v) {
  if (kind == OPK__) return true;
  skip_prefix(a, kind == OPK_U || kind == OPK_I ? "" : kind == OPK_L ? "&" : kind == OPK_WIN ? "@" : "r");
  i64 x;
  if (!read_i64(a, &x)) return false;
  if (kind == OPK_I ? x != (i16)x : (u64)x > UINT16_MAX) return asm_error(a, "operand too large", NULL);
  *v = (u16)x;
  return true;
}

static bool read_target(Asm *a, Insn *i) {
  skip_prefix(a, "->");
  if (*a->p >= '0' && *a->p <= '9') {
    u32 v;
    if (!read_u32(a, &v)) return false;
    i->imm = (i32)v;
    return true;
  }
  Word w = next_word(a);
  if (!w.n) return asm_error(a, "a target is expected", NULL);
  VEC_PUSH(&a->scratch, &a->jumps, ((Label){atom_new(w.s, w.n), a->code.n, a->line}));
  return true;
}

static bool read_reference(Asm *a, u8 kind, const char *prefix, Insn *i) {
  skip_prefix(a, prefix);
  if (*a->p == '"') {
    const Atom *name;
    if (!read_atom(a, &name)) return false;
    VEC_PUSH(&a->scratch, &a->names, ((NameFixup){a->m->funcs.n, a->code.n, kind, name, a->line}));
  } else {
    u32 v;
    if (!read_u32(a, &v)) return false;
    i->imm = (i32)v;
  }
  if (kind != OPK_GL) return true;
  u32 offset = 0;
  if (*a->p == '+') {
    a->p++;
    if (!read_u32(a, &offset)) return false;
  }
  i->c = (u16)offset;
  i->d = (u16)(offset >> 16);
  return true;
}

static bool read_k64(Asm *a, Insn *i) {
  skip_prefix(a, "#");
  Word w = peek_word(a);
  bool is_float = false;
  for (u32 k = 0; k < w.n; k++) is_float |= w.s[k] == '.';
  if (!is_float) return read_i64(a, &i->i);
  i->f = strtod(w.s, NULL);
  a->p += w.n;
  return true;
}

static bool read_imm(Asm *a, u8 kind, Insn *i) {
  i64 x;
  switch (kind) {
    case OPK__: return true;
    case OPK_J: return read_target(a, i);
    case OPK_FN: return read_reference(a, kind, "f", i);
    case OPK_TY: return read_reference(a, kind, "t", i);
    case OPK_IT: return read_reference(a, kind, "i", i);
    case OPK_STR: return read_reference(a, kind, "s", i);
    case OPK_GL: return read_reference(a, kind, "g", i);
    case OPK_K64: return read_k64(a, i);
    default:
      skip_prefix(a, "#");
      if (!read_i64(a, &x)) return false;
      if (x != (i32)x) return asm_error(a, "immediate too large", NULL);
      i->imm = (i32)x;
      return true;
  }
}

static bool read_insn(Asm *a) {
  Word w = next_word(a);
  if (w.n > 1 && w.s[w.n - 1] == ':') {
    VEC_PUSH(&a->scratch, &a->labels, ((Label){atom_new(w.s, w.n - 1), a->code.n, a->line}));
    if (at_end(a)) return true;
    w = next_word(a);
  }
  u32 op = 0;
  while (op < BC_COUNT && !word_is(w, op_info[op].name)) op++;
  if (op == BC_COUNT) return asm_error(a, "unknown instruction", NULL);
  const OpInfo *o = &op_info[op];
  Insn i = {.op = op};
  if (!read_field_operand(a, o->a, &i.a) || !read_field_operand(a, o->b, &i.b)) return false;
  if (!read_field_operand(a, o->c, &i.c) || !read_field_operand(a, o->d, &i.d)) return false;
  if (!read_imm(a, o->imm, &i)) return false;
  VEC_PUSH(&a->scratch, &a->code, i);
  return true;
}

static bool fix_names(Asm *a) {
  BcModule *m = a->m;
  for (u32 i = 0; i < a->names.n; i++) {
    NameFixup *nf = &a->names.v[i];
    u32 n = nf->kind == OPK_FN ? m->funcs.n : nf->kind == OPK_GL ? m->globals.n : m->types.n, k = 0;
    while (k < n && (nf->kind == OPK_FN   ? m->funcs.v[k].symbol
                     : nf->kind == OPK_GL ? m->globals.v[k].symbol
                                          : m->types.v[k].key) != nf->name)
      k++;
    a->line = nf->line;
    if (k == n) return asm_error(a, "no such name", nf->name->s);
    m->funcs.v[nf->func].code[nf->pc].imm = (i32)k;
  }
  return true;
}

/* ---- lines ---- */

static bool read_declaration(Asm *a, Word w) {
  end_type(a);
  end_global(a);
  if (!end_func(a)) return false;
  BcModule *m = a->m;
  if (word_is(w, "module"))
    return read_atom(a, &m->goversion) && read_atom(a, &m->main_path) && read_index(a, &m->main_func);
  if (word_is(w, "type")) return read_type(a);
  if (word_is(w, "global")) return read_global(a);
  if (word_is(w, "init")) return read_init(a);
  if (word_is(w, "func")) return read_func(a);
  if (word_is(w, "file")) {
    const Atom *name;
    if (!read_atom(a, &name)) return false;
    VEC_PUSH(&m->arena, &m->files, name);
    return true;
  }
  if (word_is(w, "itab")) {
    BcItab it;
    if (!read_u32(a, &it.iface) || !read_u32(a, &it.type)) return false;
    VEC_PUSH(&m->arena, &m->itabs, it);
    return true;
  }
  if (word_is(w, "string")) {
    BcString s;
    if (!read_bytes(a, &s.len, &s.p)) return false;
    VEC_PUSH(&m->arena, &m->strings, s);
    return true;
  }
  return asm_error(a, "unknown declaration", NULL);
}

static bool read_body(Asm *a) {
  if (a->type && accept(a, "field")) return read_field(a);
  if (a->type) return accept(a, "method") ? read_method(a) : asm_error(a, "expected field or method", NULL);
  if (a->global) return accept(a, "reloc") ? read_reloc(a) : asm_error(a, "expected", "reloc");
  if (!a->in_func) return asm_error(a, "a line outside of any declaration", NULL);
  Word w = peek_word(a);
  if (w.n && *w.s >= '0' && *w.s <= '9') next_word(a); /* the instruction's number */
  if (accept(a, "line")) return read_line(a);
  if (accept(a, "safepoint")) return read_safepoint(a);
  if (accept(a, "area")) return read_area(a);
  if (accept(a, "called")) return read_called(a);
  if (accept(a, "param")) return read_param(a, false);
  if (accept(a, "result")) return read_param(a, true);
  return read_insn(a);
}

static bool read_text_line(Asm *a) {
  bool indented = *a->p == ' ' || *a->p == '\t';
  if (at_end(a)) return true;
  Word w = peek_word(a);
  bool label = w.n && w.s[w.n - 1] == ':';
  if (indented || label) {
    if (!read_body(a)) return false;
  } else {
    next_word(a);
    if (!read_declaration(a, w)) return false;
  }
  return at_end(a) || asm_error(a, "text after the end of the line's contents", NULL);
}

BcModule *module_assemble(const char *text, Err *e) {
  Asm a = {.p = text, .line = 1, .m = module_new(), .err = e};
  bool ok = true;
  for (; ok && *a.p; a.line++) {
    ok = read_text_line(&a);
    if (ok && *a.p == '\n') a.p++;
  }
  end_type(&a);
  end_global(&a);
  ok = ok && end_func(&a) && fix_names(&a);
  arena_free(&a.scratch);
  if (ok) return a.m;
  module_free(a.m);
  return NULL;
}

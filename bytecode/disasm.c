/* disasm.c - modules as text. The text is complete: asm.c reads it back to an equal module.
 *
 * One declaration per line; a function's body follows its line, indented. Names are quoted as in C, with
 * \xHH for bytes that are not printable ASCII; "-" is NULL, "_" is BC_NONE. Every list item carries its
 * index as a comment where it helps reading; ";" starts a comment.
 */
#include "bytecode/module.h"
#include "bytecode/text.h"

static void put_str(StrBuf *out, const void *p, size_t n) {
  const u8 *s = p;
  sb_putc(out, '"');
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '"' || s[i] == '\\') {
      sb_putc(out, '\\');
      sb_putc(out, s[i]);
    } else if (s[i] == '\n') {
      sb_puts(out, "\\n");
    } else if (s[i] >= 0x20 && s[i] < 0x7f) {
      sb_putc(out, s[i]);
    } else {
      sb_printf(out, "\\x%02x", s[i]);
    }
  }
  sb_putc(out, '"');
}

static void put_atom(StrBuf *out, const Atom *a) {
  sb_putc(out, ' ');
  if (a) put_str(out, a->s, a->len);
  else sb_putc(out, '-');
}

static void put_index(StrBuf *out, u32 i) {
  if (i == BC_NONE) sb_puts(out, " _");
  else sb_printf(out, " %u", i);
}

const char *const text_type_flags[] = {"comparable", "variadic", "direct", "uncommon", "extern"};
const char *const text_func_flags[] = {"wrapper", "closure", "hasdefer", "native", "variadic", "rangebody",
                                       "notinheap", "extern"};
const char *const text_kinds[] = {
    "invalid", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64",
    "uintptr", "float32", "float64", "complex64", "complex128", "array", "chan", "func", "interface", "map", "pointer",
    "slice", "string", "struct", "unsafepointer"};
const char *const text_relocs[] = {"global", "string", "type", "itab", "funcval"};

/* ---- types ---- */

static void put_type(StrBuf *out, const BcModule *m, u32 index) {
  const BcType *t = &m->types.v[index];
  bool flags[] = {t->comparable, t->variadic, t->direct_iface, t->has_uncommon, t->is_extern};
  sb_printf(out, "type %s", text_kinds[t->kind]);
  put_atom(out, t->key);
  put_atom(out, t->string);
  put_atom(out, t->name);
  put_atom(out, t->pkgpath);
  sb_printf(out, " size %llu align %u %u", (unsigned long long)t->size, t->align, t->field_align);
  for (u32 i = 0; i < ARRAY_LEN(flags); i++) {
    if (flags[i]) sb_printf(out, " %s", text_type_flags[i]);
  }
  sb_printf(out, " chandir %u len %lld refs", t->chandir, (long long)t->len);
  put_index(out, t->elem);
  put_index(out, t->key_type);
  put_index(out, t->slice_type);
  put_index(out, t->ptr_to);
  put_index(out, t->map_group);
  sb_printf(out, " in %u out %u", t->nin, t->nout);
  for (u32 i = 0; i < t->nin + t->nout; i++) put_index(out, t->inout[i]);
  sb_printf(out, "  ; t%u\n", index);
  for (u32 i = 0; i < t->nfields; i++) {
    const BcField *f = &t->fields[i];
    sb_puts(out, "  field");
    put_atom(out, f->name);
    put_atom(out, f->pkgpath);
    put_atom(out, f->tag);
    put_index(out, f->type);
    sb_printf(out, " offset %llu%s\n", (unsigned long long)f->offset, f->embedded ? " embedded" : "");
  }
  for (u32 i = 0; i < t->nmethods; i++) {
    const BcMethod *x = &t->methods[i];
    sb_puts(out, "  method");
    put_atom(out, x->name);
    put_atom(out, x->pkgpath);
    put_index(out, x->mtype);
    put_index(out, x->ifn);
    put_index(out, x->tfn);
    sb_putc(out, '\n');
  }
}

/* ---- functions ---- */

/* The symbol, string or type that the instruction names, as a comment. */
static void put_reference(StrBuf *out, const BcModule *m, const Insn *i) {
  u32 index = (u32)i->imm;
  switch (op_info[i->op].imm) {
    case OPK_FN:
      if (index < m->funcs.n && m->funcs.v[index].symbol)
        sb_printf(out, "  ; %s", m->funcs.v[index].symbol->s);
      break;
    case OPK_TY:
      if (index < m->types.n && m->types.v[index].string)
        sb_printf(out, "  ; %s", m->types.v[index].string->s);
      break;
    case OPK_GL:
      if (index < m->globals.n && m->globals.v[index].symbol)
        sb_printf(out, "  ; %s", m->globals.v[index].symbol->s);
      break;
    case OPK_STR:
      if (index >= m->strings.n) break;
      sb_puts(out, "  ; ");
      put_str(out, m->strings.v[index].p, m->strings.v[index].len > 40 ? 40 : m->strings.v[index].len);
      break;
    case OPK_IT: {
      if (index >= m->itabs.n) break;
      BcItab it = m->itabs.v[index];
      if (it.iface < m->types.n && it.type < m->types.n && m->types.v[it.iface].string &&
          m->types.v[it.type].string)
        sb_printf(out, "  ; %s, %s", m->types.v[it.iface].string->s, m->types.v[it.type].string->s);
      break;
    }
    default: break;
  }
}

static void put_operand(StrBuf *out, u8 kind, u16 v, bool *first) {
  if (kind == OPK__) return;
  sb_puts(out, *first ? " " : ", ");
  *first = false;
  if (kind == OPK_U) sb_printf(out, "%u", v);
  else if (kind == OPK_I) sb_printf(out, "%d", (i16)v);
  else if (kind == OPK_L) sb_printf(out, "&%u", v);
  else if (kind == OPK_WIN) sb_printf(out, "@%u", v);
  else sb_printf(out, "r%u", v);
}

static void put_insn(StrBuf *out, const BcModule *m, const Insn *i) {
  const OpInfo *o = &op_info[i->op];
  bool first = true;
  sb_puts(out, o->name);
  put_operand(out, o->a, i->a, &first);
  put_operand(out, o->b, i->b, &first);
  put_operand(out, o->c, i->c, &first);
  put_operand(out, o->d, i->d, &first);
  const char *sep = first ? " " : ", ";
  switch (o->imm) {
    case OPK__: break;
    case OPK_K64:
      sb_printf(out, "%s#%lld", sep, (long long)i->i);
      if (i->i > 1 << 30 || i->i < -(1 << 30))
        sb_printf(out, "  ; %g, 0x%llx", i->f, (unsigned long long)i->k);
      break;
    case OPK_GL: sb_printf(out, "%sg%d+%u", sep, i->imm, (u32)i->c | (u32)i->d << 16); break;
    case OPK_J: sb_printf(out, "%s->%d", sep, i->imm); break;
    case OPK_FN: sb_printf(out, "%sf%d", sep, i->imm); break;
    case OPK_TY: sb_printf(out, "%st%d", sep, i->imm); break;
    case OPK_IT: sb_printf(out, "%si%d", sep, i->imm); break;
    case OPK_STR: sb_printf(out, "%ss%d", sep, i->imm); break;
    default: sb_printf(out, "%s#%d", sep, i->imm); break;
  }
  put_reference(out, m, i);
}

static void put_map(StrBuf *out, const BcFunc *f, u32 map) {
  sb_puts(out, " {");
  const char *sep = "";
  for (u32 i = 0; i < f->map_words * 64 && map + i / 64 < f->nmaps; i++) {
    if (!(f->maps[map + i / 64] >> i % 64 & 1)) continue;
    sb_printf(out, "%s%u", sep, i);
    sep = " ";
  }
  sb_putc(out, '}');
}

static void put_code(StrBuf *out, const BcModule *m, const BcFunc *f) {
  u32 line = 0, sp = 0;
  for (u32 pc = 0; pc < f->ncode; pc++) {
    for (; line < f->nlines && f->lines[line].pc <= pc; line++) {
      sb_printf(out, "  line %u %u", f->lines[line].file, f->lines[line].line);
      u32 file = f->lines[line].file;
      if (file < m->files.n) sb_printf(out, "  ; %s", m->files.v[file]->s);
      sb_putc(out, '\n');
    }
    sb_printf(out, "  %4u  ", pc);
    put_insn(out, m, &f->code[pc]);
    sb_putc(out, '\n');
    for (; sp < f->nsafepoints && f->safepoints[sp].pc <= pc; sp++) {
      sb_printf(out, "        safepoint %u", f->safepoints[sp].map);
      put_map(out, f, f->safepoints[sp].map);
      sb_putc(out, '\n');
    }
  }
}

void func_disasm(const BcModule *m, const BcFunc *func, StrBuf *out) {
  Arena scratch = {0};
  BcFunc whole;
  const BcFunc *f = func_unpack(m, func, &whole, &scratch, NULL);
  sb_puts(out, "func");
  put_atom(out, f->symbol);
  put_atom(out, f->name);
  sb_printf(out, " slots %u args %u results %u recover %u file %u line %u end %u code %u", f->nslots,
            f->nargs, f->nres, f->recover_pc, f->file, f->line, f->end_line, f->ncode);
  for (u32 i = 0; i < ARRAY_LEN(text_func_flags); i++) {
    if (f->flags >> i & 1) sb_printf(out, " %s", text_func_flags[i]);
  }
  sb_putc(out, '\n');
  for (u32 i = 0; i < f->nparams + f->nresults; i++) {
    const BcParam *p = &f->params[i];
    sb_printf(out, "  %s slot %u size %u align %u ext %u type", i < f->nparams ? "param" : "result", p->slot,
              p->size, p->align, p->ext);
    put_index(out, p->type);
    u64 esc;
    memcpy(&esc, p->esc, sizeof esc);
    if (esc) sb_printf(out, " esc %llu", (unsigned long long)esc);
    sb_putc(out, '\n');
  }
  for (u32 i = 0; i < f->nareas; i++) sb_printf(out, "  area %u %u\n", f->areas[i].slot, f->areas[i].nslots);
  for (u32 i = 0; i < f->ncalled; i++) {
    sb_puts(out, "  called");
    put_atom(out, f->called[i]);
    sb_putc(out, '\n');
  }
  put_code(out, m, f);
  arena_free(&scratch);
}

/* ---- data ---- */

static void put_global(StrBuf *out, const BcModule *m, u32 index) {
  const BcGlobal *g = &m->globals.v[index];
  sb_puts(out, "global");
  put_atom(out, g->symbol);
  put_index(out, g->type);
  sb_puts(out, g->is_extern ? " extern " : g->rodata ? " rodata " : " data ");
  if (g->owner != BC_NONE) sb_printf(out, "owner %u ", g->owner);
  put_str(out, g->init, g->ninit);
  sb_printf(out, "  ; g%u\n", index);
  for (u32 i = 0; i < g->nrelocs; i++) {
    const BcReloc *r = &g->relocs[i];
    sb_printf(out, "  reloc %llu %s %u %lld\n", (unsigned long long)r->offset, text_relocs[r->kind], r->index,
              (long long)r->addend);
  }
}

void module_disasm(const BcModule *m, StrBuf *out) {
  sb_puts(out, "module");
  put_atom(out, m->goversion);
  put_atom(out, m->main_path);
  put_index(out, m->main_func);
  sb_putc(out, '\n');
  for (u32 i = 0; i < m->files.n; i++) {
    sb_puts(out, "file");
    put_atom(out, m->files.v[i]);
    sb_printf(out, "  ; %u\n", i);
  }
  for (u32 i = 0; i < m->types.n; i++) put_type(out, m, i);
  for (u32 i = 0; i < m->itabs.n; i++)
    sb_printf(out, "itab %u %u  ; i%u\n", m->itabs.v[i].iface, m->itabs.v[i].type, i);
  for (u32 i = 0; i < m->strings.n; i++) {
    sb_puts(out, "string ");
    put_str(out, m->strings.v[i].p, m->strings.v[i].len);
    sb_printf(out, "  ; s%u\n", i);
  }
  for (u32 i = 0; i < m->globals.n; i++) put_global(out, m, i);
  for (u32 i = 0; i < m->inits.n; i++) {
    const BcInit *in = &m->inits.v[i];
    sb_puts(out, "init");
    put_atom(out, in->path);
    put_index(out, in->vars_func);
    for (u32 k = 0; k < in->ninits; k++) put_index(out, in->inits[k]);
    if (in->nimports) sb_puts(out, " imports");
    for (u32 k = 0; k < in->nimports; k++) put_atom(out, in->imports[k]);
    sb_putc(out, '\n');
  }
  for (u32 i = 0; i < m->funcs.n; i++) {
    sb_printf(out, "\n; f%u\n", i);
    func_disasm(m, &m->funcs.v[i], out);
  }
}

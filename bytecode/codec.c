/* codec.c - writes modules in the compact form (codec.h describes it). */
#include "bytecode/codec.h"

#include "base/map.h"

u64 codec_abi_hash(void) {
  u64 h = hash_u64(CODEC_VERSION) ^ sizeof(Insn);
  for (u32 i = 0; i < BC_COUNT; i++) {
    const OpInfo *o = &op_info[i];
    u64 kinds = (u64)o->a | (u64)o->b << 8 | (u64)o->c << 16 | (u64)o->d << 24 | (u64)o->imm << 32 |
                (u64)o->flags << 40;
    h = hash_u64(h ^ hash_bytes(o->name, strlen(o->name)));
    h = hash_u64(h ^ kinds);
  }
  return h;
}

u64 codec_content_hash(const u8 *p, size_t n) {
  size_t half = n / 2;
  return (u64)hash_bytes(p, half) << 32 | hash_bytes(p + half, n - half);
}

typedef struct Writer {
  const BcModule *m;
  StrBuf *out;
  StrBuf *bodies;
  PtrMap atoms; /* Atom -> index + 1 */
} Writer;

static void put_u(Writer *w, u64 v) {
  for (; v >= 0x80; v >>= 7) sb_putc(w->out, (int)(v & 0x7f) | 0x80);
  sb_putc(w->out, (int)v);
}
static void put_s(Writer *w, i64 v) { put_u(w, zigzag(v)); }
static void put_ref(Writer *w, u32 i) { put_u(w, i == BC_NONE ? 0 : (u64)i + 1); }
static void put_bytes(Writer *w, const void *p, size_t n) {
  put_u(w, n);
  if (n) sb_write(w->out, p, n);
}

static void put_atom(Writer *w, const Atom *a) {
  if (!a) {
    put_u(w, 0);
    return;
  }
  uintptr_t i = (uintptr_t)ptrmap_get(&w->atoms, a);
  if (!i) {
    i = w->atoms.n + 1;
    ptrmap_set(&w->atoms, a, (void *)i);
  }
  put_u(w, i);
}

/* ---- sections ---- */

static void write_meta(Writer *w) {
  put_atom(w, w->m->goversion);
  put_atom(w, w->m->main_path);
  put_ref(w, w->m->main_func);
}

static void write_files(Writer *w) {
  put_u(w, w->m->files.n);
  for (u32 i = 0; i < w->m->files.n; i++) put_atom(w, w->m->files.v[i]);
}

static void write_type(Writer *w, const BcType *t) {
  put_u(w, t->kind);
  put_atom(w, t->key);
  put_atom(w, t->string);
  put_atom(w, t->name);
  put_atom(w, t->pkgpath);
  put_u(w, t->size);
  put_u(w, t->align);
  put_u(w, t->field_align);
  put_u(w,
        (u64)t->comparable | (u64)t->variadic << 1 | (u64)t->direct_iface << 2 |
            (u64)t->has_uncommon << 3 | (u64)t->is_extern << 4);
  put_u(w, t->chandir);
  put_s(w, t->len);
  put_ref(w, t->elem);
  put_ref(w, t->key_type);
  put_ref(w, t->slice_type);
  put_ref(w, t->ptr_to);
  put_ref(w, t->map_group);
  put_u(w, t->nin);
  put_u(w, t->nout);
  for (u32 i = 0; i < t->nin + t->nout; i++) put_ref(w, t->inout[i]);
  put_u(w, t->nfields);
  for (u32 i = 0; i < t->nfields; i++) {
    const BcField *f = &t->fields[i];
    put_atom(w, f->name);
    put_atom(w, f->pkgpath);
    put_atom(w, f->tag);
    put_ref(w, f->type);
    put_u(w, f->offset << 1 | f->embedded);
  }
  put_u(w, t->nmethods);
  for (u32 i = 0; i < t->nmethods; i++) {
    const BcMethod *x = &t->methods[i];
    put_atom(w, x->name);
    put_atom(w, x->pkgpath);
    put_ref(w, x->mtype);
    put_ref(w, x->ifn);
    put_ref(w, x->tfn);
  }
}

static void write_types(Writer *w) {
  put_u(w, w->m->types.n);
  for (u32 i = 0; i < w->m->types.n; i++) write_type(w, &w->m->types.v[i]);
}

static void write_itabs(Writer *w) {
  put_u(w, w->m->itabs.n);
  for (u32 i = 0; i < w->m->itabs.n; i++) {
    put_ref(w, w->m->itabs.v[i].iface);
    put_ref(w, w->m->itabs.v[i].type);
  }
}

static void write_strings(Writer *w) {
  put_u(w, w->m->strings.n);
  for (u32 i = 0; i < w->m->strings.n; i++) put_bytes(w, w->m->strings.v[i].p, w->m->strings.v[i].len);
}

static void write_globals(Writer *w) {
  put_u(w, w->m->globals.n);
  for (u32 i = 0; i < w->m->globals.n; i++) {
    const BcGlobal *g = &w->m->globals.v[i];
    put_atom(w, g->symbol);
    put_ref(w, g->type);
    put_u(w, (u64)g->rodata | (u64)g->is_extern << 1);
    put_ref(w, g->owner);
    put_bytes(w, g->init, g->ninit);
    put_u(w, g->nrelocs);
    for (u32 k = 0; k < g->nrelocs; k++) {
      const BcReloc *r = &g->relocs[k];
      put_u(w, r->offset);
      put_u(w, r->kind);
      put_ref(w, r->index);
      put_s(w, r->addend);
    }
  }
}

static void write_inits(Writer *w) {
  put_u(w, w->m->inits.n);
  for (u32 i = 0; i < w->m->inits.n; i++) {
    const BcInit *in = &w->m->inits.v[i];
    put_atom(w, in->path);
    put_u(w, in->nimports);
    for (u32 k = 0; k < in->nimports; k++) put_atom(w, in->imports[k]);
    put_ref(w, in->vars_func);
    put_u(w, in->ninits);
    for (u32 k = 0; k < in->ninits; k++) put_ref(w, in->inits[k]);
  }
}

static void write_k64(Writer *w, u64 k) {
  u64 z = zigzag((i64)k);
  if (z < 1ull << 49) {
    put_u(w, z << 1);
    return;
  }
  put_u(w, 1);
  sb_write(w->out, &k, sizeof k);
}

static void write_insn(Writer *w, const Insn *i, u32 pc) {
  const OpInfo *o = &op_info[i->op];
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u16 fields[4] = {i->a, i->b, 0, 0};
  if (o->imm != OPK_K64) {
    fields[2] = i->c;
    fields[3] = i->d;
  }
  put_u(w, i->op);
  for (u32 k = 0; k < 4; k++) {
    if (kinds[k] == OPK_I) put_s(w, (i16)fields[k]);
    else if (kinds[k] != OPK__) put_u(w, fields[k]);
  }
  switch (o->imm) {
    case OPK__: break;
    case OPK_K64: write_k64(w, i->k); break;
    case OPK_GL:
      put_u(w, (u32)i->imm);
      put_u(w, (u32)i->c | (u32)i->d << 16);
      break;
    case OPK_J: put_s(w, (i64)i->imm - pc); break;
    case OPK_IMM: put_s(w, i->imm); break;
    default: put_u(w, (u32)i->imm); break;
  }
}

static void write_body(Writer *w, const BcFunc *f) {
  u32 pc = 0, line = 0;
  put_u(w, f->nareas);
  for (u32 i = 0; i < f->nareas; i++) {
    put_u(w, f->areas[i].slot);
    put_u(w, f->areas[i].nslots);
  }
  put_u(w, f->ncalled);
  for (u32 i = 0; i < f->ncalled; i++) put_atom(w, f->called[i]);
  for (u32 i = 0; i < f->ncode; i++) write_insn(w, &f->code[i], i);
  put_u(w, f->nlines);
  for (u32 i = 0; i < f->nlines; i++) {
    put_s(w, (i64)f->lines[i].pc - pc);
    put_u(w, f->lines[i].file);
    put_s(w, (i64)f->lines[i].line - line);
    pc = f->lines[i].pc;
    line = f->lines[i].line;
  }
  put_u(w, f->map_words);
  put_u(w, f->nmaps);
  for (u32 i = 0; i < f->nmaps; i++) put_u(w, f->maps[i]);
  put_u(w, f->nsafepoints);
  pc = 0;
  for (u32 i = 0; i < f->nsafepoints; i++) {
    put_s(w, (i64)f->safepoints[i].pc - pc);
    put_u(w, f->safepoints[i].map);
    pc = f->safepoints[i].pc;
  }
}

static void write_func(Writer *w, const BcFunc *f) {
  put_atom(w, f->symbol);
  put_atom(w, f->name);
  u32 heads[] = {f->flags,    f->nslots,     f->nargs, f->nres, f->nparams,
                 f->nresults, f->recover_pc, f->file,  f->line, f->end_line};
  for (u32 i = 0; i < ARRAY_LEN(heads); i++) put_u(w, heads[i]);
  for (u32 i = 0; i < f->nparams + f->nresults; i++) {
    const BcParam *p = &f->params[i];
    put_u(w, p->size);
    put_u(w, (u64)p->align << 2 | p->ext);
    put_u(w, p->slot);
    put_ref(w, p->type);
    u64 esc;
    memcpy(&esc, p->esc, sizeof esc);
    put_u(w, esc);
  }
  StrBuf *heads_out = w->out;
  size_t start = w->bodies->n;
  w->out = w->bodies;
  write_body(w, f);
  w->out = heads_out;
  put_u(w, f->ncode);
  put_u(w, w->bodies->n - start);
}

static void write_funcs(Writer *w) {
  put_u(w, w->m->funcs.n);
  for (u32 i = 0; i < w->m->funcs.n; i++) {
    Arena scratch = {0};
    BcFunc whole;
    write_func(w, func_unpack(w->m, &w->m->funcs.v[i], &whole, &scratch, NULL));
    arena_free(&scratch);
  }
}

/* Last, since writing the others finds the atoms. */
static void write_atoms(Writer *w) {
  put_u(w, w->atoms.n);
  for (u32 i = 0; i < w->atoms.n; i++) {
    const Atom *a = w->atoms.entries[i].key;
    put_bytes(w, a->s, a->len);
  }
}

void module_write(const BcModule *m, StrBuf *out) {
  static void (*const writers[SEC_END])(Writer *) = {
      [SEC_ATOMS] = write_atoms,     [SEC_META] = write_meta,       [SEC_FILES] = write_files,
      [SEC_TYPES] = write_types,     [SEC_ITABS] = write_itabs,     [SEC_STRINGS] = write_strings,
      [SEC_GLOBALS] = write_globals, [SEC_INITS] = write_inits,     [SEC_FUNCS] = write_funcs};
  StrBuf sections[SEC_END] = {0};
  Writer w = {.m = m, .bodies = &sections[SEC_BODIES]};
  for (u32 id = SEC_END - 1; id >= 1; id--) {
    w.out = &sections[id];
    if (writers[id]) writers[id](&w); /* bodies are written with the functions */
  }
  ptrmap_free(&w.atoms);
  StrBuf body = {0};
  u64 offset = CODEC_HEADER + CODEC_SECTIONS * CODEC_ENTRY;
  for (u32 id = 1; id < SEC_END; id++) {
    CodecEntry e = {.id = id, .offset = offset, .length = sections[id].n};
    sb_write(&body, &e, sizeof e);
    offset += sections[id].n;
  }
  for (u32 id = 1; id < SEC_END; id++) {
    if (sections[id].n) sb_write(&body, sections[id].p, sections[id].n);
    sb_free(&sections[id]);
  }
  CodecHeader h = {.version = CODEC_VERSION, .nsections = CODEC_SECTIONS, .abi_hash = codec_abi_hash(),
                   .content_hash = codec_content_hash((const u8 *)body.p, body.n)};
  memcpy(h.magic, CODEC_MAGIC, sizeof h.magic);
  sb_write(out, &h, sizeof h);
  sb_write(out, body.p, body.n);
  sb_free(&body);
}

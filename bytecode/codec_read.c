/* codec_read.c - reads the compact form of modules (codec.h describes it).
 * Nothing read is trusted: a number has a limit, a count is bounded by the bytes that are left before
 * anything is allocated for it, an opcode is in the table, an operand fits its field. A reader that has
 * failed gives zeros, so that the code below needs no test at every step. What the numbers mean is the
 * verifier's business: module_verify(). */
#include "base/map.h"
#include "bytecode/codec.h"

typedef struct Reader {
  const u8 *p, *end;
  BcModule *m;
  Arena *arena; /* of bodies: the module's, or where one function is unpacked */
  const Atom **atoms;
  u32 natoms;
  const u8 *bodies; /* the section; body_at: of the next function */
  u32 nbodies, body_at;
  PtrMap param_lists; /* length and hash -> BcParam * */
  VEC(BcParam) params;
  Err *err;
  bool packed, bad;
} Reader;

static void reader_fail(Reader *r, const char *what) {
  if (!r->bad) err_set(r->err, "damaged module: %s", what);
  r->bad = true;
  r->p = r->end;
}

static u64 get_u(Reader *r, u64 max) {
  u64 v = 0;
  for (u32 shift = 0; shift < 64; shift += 7) {
    if (r->p == r->end) break;
    u8 b = *r->p++;
    if (shift == 63 && b > 1) break;
    v |= (u64)(b & 0x7f) << shift;
    if (b & 0x80) continue;
    if (v <= max) return v;
    break;
  }
  reader_fail(r, "bad number");
  return 0;
}
static u32 get_u32(Reader *r) { return (u32)get_u(r, UINT32_MAX); }

static i64 get_s(Reader *r, i64 min, i64 max) {
  i64 v = unzigzag(get_u(r, UINT64_MAX));
  if (v >= min && v <= max) return v;
  reader_fail(r, "bad number");
  return 0;
}

static u32 get_ref(Reader *r) {
  u32 v = get_u32(r);
  return v ? v - 1 : BC_NONE;
}

/* A count of items that take at least `least` bytes each. */
static u32 get_count(Reader *r, u32 least) {
  u64 n = get_u(r, UINT32_MAX);
  if (n <= (u64)(r->end - r->p) / least) return (u32)n;
  reader_fail(r, "bad count");
  return 0;
}

static const u8 *get_bytes(Reader *r, u32 *n) {
  *n = get_count(r, 1);
  const u8 *p = r->p;
  r->p += *n;
  return p;
}

static const Atom *get_atom(Reader *r) {
  u32 i = get_u32(r);
  if (!i) return NULL;
  if (i <= r->natoms) return r->atoms[i - 1];
  reader_fail(r, "bad name");
  return NULL;
}

/* ---- sections ---- */

static void read_atoms(Reader *r) {
  u32 n = get_count(r, 1);
  if (!r->bad) atoms_reserve(n);
  r->atoms = NEW_ARRAY(&r->m->arena, const Atom *, n);
  for (u32 i = 0; i < n && !r->bad; i++) {
    u32 len;
    const u8 *p = get_bytes(r, &len);
    r->atoms[i] = atom_new((const char *)p, len);
  }
  r->natoms = n;
}

static void read_meta(Reader *r) {
  r->m->goversion = get_atom(r);
  r->m->main_path = get_atom(r);
  r->m->main_func = get_ref(r);
}

static void read_files(Reader *r) {
  u32 n = get_count(r, 1);
  for (u32 i = 0; i < n; i++) VEC_PUSH(&r->m->arena, &r->m->files, get_atom(r));
}

static void read_fields(Reader *r, BcType *t) {
  t->nfields = get_count(r, 5);
  t->fields = NEW_ARRAY(&r->m->arena, BcField, t->nfields);
  for (u32 i = 0; i < t->nfields; i++) {
    BcField *f = &t->fields[i];
    f->name = get_atom(r);
    f->pkgpath = get_atom(r);
    f->tag = get_atom(r);
    f->type = get_ref(r);
    f->offset = get_u(r, UINT64_MAX);
    f->embedded = f->offset & 1;
    f->offset >>= 1;
  }
}

static void read_methods(Reader *r, BcType *t) {
  t->nmethods = get_count(r, 5);
  t->methods = NEW_ARRAY(&r->m->arena, BcMethod, t->nmethods);
  for (u32 i = 0; i < t->nmethods; i++) {
    BcMethod *x = &t->methods[i];
    x->name = get_atom(r);
    x->pkgpath = get_atom(r);
    x->mtype = get_ref(r);
    x->ifn = get_ref(r);
    x->tfn = get_ref(r);
  }
}

static void read_type(Reader *r, BcType *t) {
  t->kind = (BcKind)get_u(r, BCK_UNSAFEPOINTER);
  t->key = get_atom(r);
  t->string = get_atom(r);
  t->name = get_atom(r);
  t->pkgpath = get_atom(r);
  t->size = get_u(r, UINT64_MAX);
  t->align = (u8)get_u(r, UINT8_MAX);
  t->field_align = (u8)get_u(r, UINT8_MAX);
  u64 flags = get_u(r, 31);
  t->comparable = flags & 1;
  t->variadic = flags >> 1 & 1;
  t->direct_iface = flags >> 2 & 1;
  t->has_uncommon = flags >> 3 & 1;
  t->is_extern = flags >> 4;
  t->chandir = (u8)get_u(r, 3);
  t->len = get_s(r, INT64_MIN, INT64_MAX);
  t->elem = get_ref(r);
  t->key_type = get_ref(r);
  t->slice_type = get_ref(r);
  t->ptr_to = get_ref(r);
  t->map_group = get_ref(r);
  t->nin = get_count(r, 1);
  t->nout = get_count(r, 1);
  u64 n = (u64)t->nin + t->nout;
  if (n > (u64)(r->end - r->p)) {
    reader_fail(r, "bad count");
    t->nin = t->nout = 0;
    n = 0;
  }
  t->inout = NEW_ARRAY(&r->m->arena, u32, n);
  for (u32 i = 0; i < n; i++) t->inout[i] = get_ref(r);
  read_fields(r, t);
  read_methods(r, t);
}

static void read_types(Reader *r) {
  u32 n = get_count(r, 20);
  VEC_RESERVE(&r->m->arena, &r->m->types, n);
  for (u32 i = 0; i < n && !r->bad; i++) {
    BcType t = {0};
    read_type(r, &t);
    VEC_PUSH(&r->m->arena, &r->m->types, t);
  }
}

static void read_itabs(Reader *r) {
  u32 n = get_count(r, 2);
  for (u32 i = 0; i < n; i++) {
    u32 iface = get_ref(r);
    VEC_PUSH(&r->m->arena, &r->m->itabs, ((BcItab){iface, get_ref(r)}));
  }
}

static void read_strings(Reader *r) {
  u32 n = get_count(r, 1);
  VEC_RESERVE(&r->m->arena, &r->m->strings, n);
  for (u32 i = 0; i < n && !r->bad; i++) {
    u32 len;
    const u8 *p = get_bytes(r, &len);
    VEC_PUSH(&r->m->arena, &r->m->strings, ((BcString){len, arena_dup(&r->m->arena, p, len)}));
  }
}

static void read_global(Reader *r, BcGlobal *g) {
  Arena *a = &r->m->arena;
  g->symbol = get_atom(r);
  g->type = get_ref(r);
  u64 flags = get_u(r, 3);
  g->rodata = flags & 1;
  g->is_extern = flags >> 1;
  g->owner = get_ref(r);
  const u8 *init = get_bytes(r, &g->ninit);
  g->init = arena_dup(a, init, g->ninit);
  g->nrelocs = get_count(r, 4);
  g->relocs = NEW_ARRAY(a, BcReloc, g->nrelocs);
  for (u32 k = 0; k < g->nrelocs; k++) {
    BcReloc *x = &g->relocs[k];
    x->offset = get_u(r, UINT64_MAX);
    x->kind = (BcRelocKind)get_u(r, BCR_FUNCVAL);
    x->index = get_ref(r);
    x->addend = get_s(r, INT64_MIN, INT64_MAX);
  }
}

static void read_globals(Reader *r) {
  u32 n = get_count(r, 5);
  VEC_RESERVE(&r->m->arena, &r->m->globals, n);
  for (u32 i = 0; i < n && !r->bad; i++) {
    BcGlobal g = {0};
    read_global(r, &g);
    VEC_PUSH(&r->m->arena, &r->m->globals, g);
  }
}

static void read_inits(Reader *r) {
  u32 n = get_count(r, 3);
  for (u32 i = 0; i < n && !r->bad; i++) {
    BcInit in = {.path = get_atom(r)};
    in.nimports = get_count(r, 1);
    in.imports = NEW_ARRAY(&r->m->arena, const Atom *, in.nimports);
    for (u32 k = 0; k < in.nimports; k++) in.imports[k] = get_atom(r);
    in.vars_func = get_ref(r);
    in.ninits = get_count(r, 1);
    in.inits = NEW_ARRAY(&r->m->arena, u32, in.ninits);
    for (u32 k = 0; k < in.ninits; k++) in.inits[k] = get_ref(r);
    VEC_PUSH(&r->m->arena, &r->m->inits, in);
  }
}

/* ---- functions ---- */

static u64 get_k64(Reader *r) {
  u64 v = get_u(r, UINT64_MAX);
  if (!(v & 1)) return (u64)unzigzag(v >> 1);
  if (r->end - r->p < 8) {
    reader_fail(r, "bad constant");
    return 0;
  }
  memcpy(&v, r->p, sizeof v);
  r->p += 8;
  return v;
}

static Insn read_insn(Reader *r, u32 pc) {
  Insn i = {.op = (u32)get_u(r, BC_COUNT - 1)};
  const OpInfo *o = &op_info[i.op];
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u16 *fields[4] = {&i.a, &i.b, &i.c, &i.d};
  if (o->flags & OPF_INTERNAL) reader_fail(r, "the VM's own instruction");
  for (u32 k = 0; k < 4; k++) {
    if (kinds[k] == OPK_I) *fields[k] = (u16)get_s(r, INT16_MIN, INT16_MAX);
    else if (kinds[k] != OPK__) *fields[k] = (u16)get_u(r, UINT16_MAX);
  }
  switch (o->imm) {
    case OPK__: break;
    case OPK_K64: i.k = get_k64(r); break;
    case OPK_GL: {
      i.imm = (i32)get_u(r, INT32_MAX);
      u32 offset = get_u32(r);
      i.c = (u16)offset;
      i.d = (u16)(offset >> 16);
      break;
    }
    case OPK_J: {
      i64 to = get_s(r, INT32_MIN, INT32_MAX) + pc;
      if (to < 0 || to > INT32_MAX) reader_fail(r, "bad jump");
      else i.imm = (i32)to;
      break;
    }
    case OPK_IMM: i.imm = (i32)get_s(r, INT32_MIN, INT32_MAX); break;
    default: i.imm = (i32)get_u(r, INT32_MAX); break;
  }
  return i;
}

/* `code` as in func_unpack. */
static void read_code(Reader *r, BcFunc *f, Insn *code) {
  if (f->ncode > (u64)(r->end - r->p)) {
    reader_fail(r, "bad count");
    f->ncode = 0;
    return;
  }
  f->code = code ? code : NEW_ARRAY(r->arena, Insn, f->ncode);
  for (u32 i = 0; i < f->ncode && !r->bad; i++) f->code[i] = read_insn(r, i);
}

static void read_tables(Reader *r, BcFunc *f) {
  Arena *a = r->arena;
  u32 pc = 0, line = 0;
  f->nlines = get_count(r, 3);
  f->lines = NEW_ARRAY(a, BcLine, f->nlines);
  for (u32 i = 0; i < f->nlines; i++) {
    pc = (u32)(pc + get_s(r, INT32_MIN, INT32_MAX));
    u32 file = get_u32(r);
    line = (u32)(line + get_s(r, -(i64)UINT32_MAX, UINT32_MAX));
    f->lines[i] = (BcLine){pc, file, line};
  }
  f->map_words = get_u32(r);
  f->nmaps = get_count(r, 1);
  f->maps = NEW_ARRAY(a, u64, f->nmaps);
  for (u32 i = 0; i < f->nmaps; i++) f->maps[i] = get_u(r, UINT64_MAX);
  f->nsafepoints = get_count(r, 2);
  f->safepoints = NEW_ARRAY(a, BcSafepoint, f->nsafepoints);
  pc = 0;
  for (u32 i = 0; i < f->nsafepoints; i++) {
    pc = (u32)(pc + get_s(r, INT32_MIN, INT32_MAX));
    f->safepoints[i] = (BcSafepoint){pc, get_u32(r)};
  }
}

static void read_body(Reader *r, BcFunc *f, Insn *code) {
  f->nareas = get_count(r, 2);
  f->areas = NEW_ARRAY(r->arena, BcArea, f->nareas);
  for (u32 i = 0; i < f->nareas; i++) {
    u32 slot = get_u32(r);
    f->areas[i] = (BcArea){slot, get_u32(r)};
  }
  f->ncalled = get_count(r, 1);
  f->called = NEW_ARRAY(r->arena, const Atom *, f->ncalled);
  for (u32 i = 0; i < f->ncalled; i++) f->called[i] = get_atom(r);
  read_code(r, f, code);
  read_tables(r, f);
}

/* One list for all functions with equal ones. */
static BcParam *share_params(Reader *r, const BcParam *params, u32 n) {
  size_t size = n * sizeof *params;
  const void *key = (const void *)((u64)n << 32 | hash_bytes(params, size));
  if (!n) return NULL;
  BcParam *known = ptrmap_get(&r->param_lists, key);
  if (known && memcmp(known, params, size) == 0) return known;
  BcParam *own = arena_dup(&r->m->arena, params, size);
  if (!known) ptrmap_set(&r->param_lists, key, own);
  return own;
}

static void read_params(Reader *r, BcFunc *f) {
  u64 n = (u64)f->nparams + f->nresults;
  if (n * 5 > (u64)(r->end - r->p)) {
    reader_fail(r, "bad count");
    f->nparams = f->nresults = 0;
    return;
  }
  r->params.n = 0;
  for (u32 i = 0; i < n; i++) {
    BcParam p = {.size = get_u32(r)};
    u64 x = get_u(r, 1023);
    p.align = (u8)(x >> 2);
    p.ext = x & 3;
    p.slot = (u16)get_u(r, UINT16_MAX);
    p.type = get_ref(r);
    u64 esc = get_u(r, UINT64_MAX);
    memcpy(p.esc, &esc, sizeof esc);
    VEC_PUSH(NULL, &r->params, p);
  }
  f->params = share_params(r, r->params.v, (u32)n);
}

static void read_func(Reader *r, BcFunc *f) {
  f->symbol = get_atom(r);
  f->name = get_atom(r);
  f->flags = get_u32(r);
  f->nslots = get_u32(r);
  f->nargs = (u16)get_u(r, UINT16_MAX);
  f->nres = (u16)get_u(r, UINT16_MAX);
  f->nparams = get_count(r, 4);
  f->nresults = get_count(r, 4);
  f->recover_pc = get_u32(r);
  f->file = get_u32(r);
  f->line = get_u32(r);
  f->end_line = get_u32(r);
  read_params(r, f);
  f->ncode = get_u32(r);
  f->packed = r->body_at;
  f->npacked = (u32)get_u(r, r->nbodies - r->body_at);
  r->body_at += f->npacked;
  if (f->npacked == 0) reader_fail(r, "function without a body");
}

/* A reader of f's body in the bytes at `bodies`. */
static Reader body_reader(const Reader *r, const BcFunc *f, const u8 *bodies) {
  Reader b = *r;
  b.p = bodies + f->packed;
  b.end = b.p + f->npacked;
  return b;
}

static void unpack(Reader *b, BcFunc *f, Insn *code) {
  f->packed = f->npacked = 0;
  read_body(b, f, code);
  if (!b->bad && b->p != b->end) reader_fail(b, "body of a wrong length");
}

static void read_funcs(Reader *r) {
  u32 n = get_count(r, 14);
  VEC_RESERVE(&r->m->arena, &r->m->funcs, n);
  for (u32 i = 0; i < n && !r->bad; i++) {
    BcFunc f = {0};
    read_func(r, &f);
    if (!r->bad && !r->packed) {
      Reader b = body_reader(r, &f, r->bodies);
      unpack(&b, &f, NULL);
      if (b.bad) r->bad = true;
    }
    VEC_PUSH(&r->m->arena, &r->m->funcs, f);
  }
  if (r->body_at != r->nbodies) reader_fail(r, "section of a wrong length");
}

static void read_bodies(Reader *r) {
  if (r->end - r->p > UINT32_MAX) reader_fail(r, "too many bodies");
  r->bodies = r->p;
  r->nbodies = (u32)(r->end - r->p);
  r->p = r->end;
  if (!r->packed || r->bad) return;
  r->m->bodies = arena_dup(&r->m->arena, r->bodies, r->nbodies);
  r->m->body_atoms = r->atoms;
  r->m->nbody_atoms = r->natoms;
}

const BcFunc *func_unpack(const BcModule *m, const BcFunc *f, BcFunc *out, Arena *a, Insn *code) {
  if (!f->npacked) return f;
  Err e;
  Reader r = {.arena = a, .atoms = m->body_atoms, .natoms = m->nbody_atoms, .err = &e};
  Reader b = body_reader(&r, f, m->bodies);
  *out = *f;
  unpack(&b, out, code);
  if (b.bad) BUG("body of %s: %s", f->symbol->s, e.msg);
  return out;
}

/* ---- the container ---- */

static bool read_header(const u8 *p, size_t n, Err *e) {
  CodecHeader h;
  size_t table = CODEC_HEADER + CODEC_SECTIONS * CODEC_ENTRY;
  if (n < sizeof h) return err_set(e, "not a govm module");
  memcpy(&h, p, sizeof h);
  if (memcmp(h.magic, CODEC_MAGIC, sizeof h.magic)) return err_set(e, "not a govm module");
  if (h.version != CODEC_VERSION)
    return err_set(e, "module of format version %u, this govm reads %u", h.version, CODEC_VERSION);
  if (h.abi_hash != codec_abi_hash())
    return err_set(e, "module made by another build of govm: compile it again");
  if (h.nsections != CODEC_SECTIONS || n < table) return err_set(e, "damaged module: sections");
  if (h.content_hash != codec_content_hash(p + CODEC_HEADER, n - CODEC_HEADER))
    return err_set(e, "damaged module: wrong checksum");
  return true;
}

static BcModule *read_module(const u8 *p, size_t n, bool packed, Err *e) {
  static void (*const readers[SEC_END])(Reader *) = {
      [SEC_ATOMS] = read_atoms,     [SEC_META] = read_meta,       [SEC_FILES] = read_files,
      [SEC_TYPES] = read_types,     [SEC_ITABS] = read_itabs,     [SEC_STRINGS] = read_strings,
      [SEC_GLOBALS] = read_globals, [SEC_INITS] = read_inits,     [SEC_BODIES] = read_bodies,
      [SEC_FUNCS] = read_funcs};
  if (!read_header(p, n, e)) return NULL;
  Reader r = {.m = module_new(), .err = e, .packed = packed};
  r.arena = &r.m->arena;
  u64 at = CODEC_HEADER + CODEC_SECTIONS * CODEC_ENTRY;
  for (u32 id = 1; id < SEC_END && !r.bad; id++) {
    CodecEntry entry;
    memcpy(&entry, p + CODEC_HEADER + (id - 1) * CODEC_ENTRY, sizeof entry);
    if (entry.id != id || entry.zero || entry.offset != at || entry.length > n - at) {
      reader_fail(&r, "sections");
      break;
    }
    r.p = p + at;
    r.end = r.p + entry.length;
    readers[id](&r);
    if (r.p != r.end) reader_fail(&r, "section of a wrong length");
    at += entry.length;
  }
  if (!r.bad && at != n) reader_fail(&r, "text behind the last section");
  ptrmap_free(&r.param_lists);
  VEC_FREE(&r.params);
  if (!r.bad) return r.m;
  module_free(r.m);
  return NULL;
}

BcModule *module_read(const u8 *p, size_t n, Err *e) { return read_module(p, n, false, e); }
BcModule *module_read_packed(const u8 *p, size_t n, Err *e) { return read_module(p, n, true, e); }

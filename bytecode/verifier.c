/* verifier.c - checks a whole module before the VM links it.
 *
 * What is promised of a module that passes: the VM's own structures stay whole. Every operand lies in its
 * frame, every index in its table, every jump on an instruction of the same function, execution never falls
 * off the end, call windows with their link areas are inside the frame and agree with the callee, no slot
 * is read before it is written (dataflow.c), every safepoint has a map, the map marks only slots that are
 * written, and pointers known as such are not read after a safepoint whose map left them out. What is not:
 * unsafe.Pointer arithmetic is ordinary code, so a module can still form any address; running untrusted
 * modules needs a sandbox. Time is linear in the module's size. First error only.
 */
#include "bytecode/verifier_priv.h"

#include <stdlib.h>

bool verify_fail(Verify *v, const char *fmt, ...) {
  char what[256];
  va_list ap;
  va_start(ap, fmt);
  StrBuf b = {0};
  sb_vprintf(&b, fmt, ap);
  va_end(ap);
  size_t n = b.n < sizeof what - 1 ? b.n : sizeof what - 1;
  memcpy(what, sb_cstr(&b), n);
  what[n] = 0;
  sb_free(&b);
  if (!v->f) return err_set(v->err, "invalid module: %s", what);
  return err_set(v->err, "invalid module: %.200s: instruction %u: %s", v->f->symbol ? v->f->symbol->s : "?",
                 v->pc, what);
}

#define REQUIRE(cond, ...)                          \
  do {                                              \
    if (!(cond)) return verify_fail(v, __VA_ARGS__); \
  } while (0)

static bool index_or_none(u32 i, u32 n) { return i == BC_NONE || i < n; }

/* ---- types ---- */

static bool verify_methods(Verify *v, const BcType *t) {
  for (u32 i = 0; i < t->nmethods; i++) {
    const BcMethod *x = &t->methods[i];
    REQUIRE(x->name, "a method without a name");
    REQUIRE(index_or_none(x->mtype, v->m->types.n), "method type out of range");
    REQUIRE(index_or_none(x->ifn, v->m->funcs.n) && index_or_none(x->tfn, v->m->funcs.n),
            "method out of range");
  }
  return true;
}

static bool verify_type(Verify *v, const BcType *t) {
  u32 n = v->m->types.n;
  REQUIRE(t->kind > BCK_INVALID && t->kind <= BCK_UNSAFEPOINTER, "unknown kind of type");
  REQUIRE(t->key && t->string, "a type without a name");
  REQUIRE(t->size < 1ull << 40, "type too large");
  REQUIRE(t->align && !(t->align & (t->align - 1)) && t->align <= 8, "bad alignment of a type");
  REQUIRE(index_or_none(t->elem, n) && index_or_none(t->key_type, n) && index_or_none(t->slice_type, n) &&
              index_or_none(t->ptr_to, n) && index_or_none(t->map_group, n),
          "type reference out of range");
  bool has_elem = t->kind == BCK_ARRAY || t->kind == BCK_CHAN || t->kind == BCK_MAP ||
                  t->kind == BCK_POINTER || t->kind == BCK_SLICE;
  if (t->is_extern) {
    REQUIRE(!t->nmethods && !t->nfields && !t->nin && !t->nout, "an extern type with parts");
    REQUIRE((t->kind != BCK_MAP && t->kind != BCK_CHAN) || t->elem < n, "a type without its element");
    REQUIRE(t->kind != BCK_MAP || t->key_type < n, "a map type without its key");
    return true;
  }
  REQUIRE(!has_elem || t->elem < n, "a type without its element");
  REQUIRE(t->kind != BCK_MAP || (t->key_type < n && t->map_group < n), "a map type without its key or group");
  REQUIRE(t->kind != BCK_ARRAY || t->len >= 0, "negative array length");
  for (u32 i = 0; i < t->nin + t->nout; i++) REQUIRE(t->inout[i] < n, "parameter type out of range");
  for (u32 i = 0; i < t->nfields; i++) {
    const BcField *f = &t->fields[i];
    REQUIRE(f->name && f->type < n, "bad field");
    REQUIRE(f->offset <= t->size && v->m->types.v[f->type].size <= t->size - f->offset,
            "field outside its struct");
  }
  return verify_methods(v, t);
}

/* Struct fields and array elements must not lead back to the type. */
static bool verify_finite(Verify *v) {
  enum { NEW_TYPE, OPEN, DONE };
  typedef struct Frame {
    u32 type, next;
  } Frame;
  const BcModule *m = v->m;
  u8 *state = NEW_ARRAY(&v->scratch, u8, m->types.n);
  VEC(Frame) stack = {0};
  for (u32 root = 0; root < m->types.n; root++) {
    if (state[root] == NEW_TYPE) VEC_PUSH(&v->scratch, &stack, ((Frame){root, 0}));
    while (stack.n) {
      Frame *fr = &VEC_LAST(&stack);
      const BcType *t = &m->types.v[fr->type];
      u32 parts = t->is_extern ? 0 : t->kind == BCK_STRUCT ? t->nfields : t->kind == BCK_ARRAY ? 1 : 0;
      state[fr->type] = OPEN;
      if (fr->next == parts) {
        state[fr->type] = DONE;
        stack.n--;
        continue;
      }
      u32 part = t->kind == BCK_ARRAY ? t->elem : t->fields[fr->next].type;
      fr->next++;
      REQUIRE(state[part] != OPEN, "type %s contains itself", m->types.v[part].key->s);
      if (state[part] == NEW_TYPE) VEC_PUSH(&v->scratch, &stack, ((Frame){part, 0}));
    }
  }
  return true;
}

/* ---- data ---- */

static bool verify_global(Verify *v, const BcGlobal *g) {
  const BcModule *m = v->m;
  REQUIRE(g->symbol && g->type < m->types.n && index_or_none(g->owner, m->inits.n), "bad global");
  u64 size = m->types.v[g->type].size;
  REQUIRE(!g->is_extern || (!g->ninit && !g->nrelocs), "an extern global with data");
  REQUIRE(g->ninit <= size, "initial value larger than the global %s", g->symbol->s);
  for (u32 i = 0; i < g->nrelocs; i++) {
    const BcReloc *r = &g->relocs[i];
    u32 limits[] = {m->globals.n, m->strings.n, m->types.n, m->itabs.n, m->funcs.n};
    REQUIRE((u32)r->kind < ARRAY_LEN(limits) && r->index < limits[r->kind], "reference of %s out of range",
            g->symbol->s);
    REQUIRE(r->offset <= size && size - r->offset >= 8, "reference outside the global %s", g->symbol->s);
  }
  return true;
}

static bool verify_data(Verify *v) {
  const BcModule *m = v->m;
  for (u32 i = 0; i < m->types.n; i++) {
    if (!verify_type(v, &m->types.v[i])) return false;
  }
  if (!verify_finite(v)) return false;
  for (u32 i = 0; i < m->itabs.n; i++)
    REQUIRE(m->itabs.v[i].iface < m->types.n && m->itabs.v[i].type < m->types.n, "itab out of range");
  for (u32 i = 0; i < m->globals.n; i++) {
    if (!verify_global(v, &m->globals.v[i])) return false;
  }
  for (u32 i = 0; i < m->inits.n; i++) {
    const BcInit *in = &m->inits.v[i];
    REQUIRE(in->path && index_or_none(in->vars_func, m->funcs.n), "bad package initialisation");
    for (u32 k = 0; k < in->nimports; k++) REQUIRE(in->imports[k], "an import without a path");
    for (u32 k = 0; k < in->ninits; k++) REQUIRE(in->inits[k] < m->funcs.n, "init function out of range");
  }
  REQUIRE(index_or_none(m->main_func, m->funcs.n), "main function out of range");
  return true;
}

/* ---- operands ---- */

bool insn_window(const Insn *i, u32 *window, u32 *nargs, u32 *nres, u32 *gap) {
  *gap = 3;
  *window = i->a;
  switch (i->op) {
    case BC_CALL: *nargs = i->b; *nres = i->c; return true;
    case BC_CALLC: *nargs = i->c; *nres = i->d; return true;
    case BC_CALLI: *nargs = (u32)i->imm & 0xffff; *nres = (u32)i->imm >> 16; return true;
    case BC_CONCATN: *window = i->b; *nargs = 2u * i->c; break;
    case BC_SELECT: *window = i->b; *nargs = 3u * i->c; break;
    default: return false;
  }
  *gap = *nres = 0;
  return true;
}

static const BcArea *area_at(const BcFunc *f, u32 slot) {
  u32 lo = 0, hi = f->nareas;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (f->areas[mid].slot + f->areas[mid].nslots > slot) hi = mid;
    else lo = mid + 1;
  }
  return lo < f->nareas && f->areas[lo].slot <= slot ? &f->areas[lo] : NULL;
}

/* Bytes of one element that a load from or store to a frame area moves. */
static u64 area_element(const Insn *i) {
  switch (i->op) {
    case BC_LDF_I8: case BC_LDF_U8: case BC_LDXF_I8: case BC_LDXF_U8: case BC_STF_8: case BC_STXF_8: return 1;
    case BC_LDF_I16: case BC_LDF_U16: case BC_LDXF_I16: case BC_LDXF_U16: case BC_STF_16:
    case BC_STXF_16: return 2;
    case BC_LDF_I32: case BC_LDF_U32: case BC_LDXF_I32: case BC_LDXF_U32: case BC_STF_32:
    case BC_STXF_32: return 4;
    case BC_LDF_N: case BC_STF_N: return (u64)i->d * 8 - i->c;
    case BC_LDXF_N: case BC_STXF_N: return (u64)i->d * 8;
    case BC_LEAL: return 0;
    default: return 8;
  }
}

static bool verify_area(Verify *v, const Insn *i, u32 slot) {
  const BcArea *a = area_at(v->f, slot);
  REQUIRE(a, "slot %u is in no area", slot);
  REQUIRE(i->imm >= 0, "negative area offset");
  u64 room = (u64)(a->slot + a->nslots - slot) * 8, size = area_element(i);
  bool indexed = strstr(op_info[i->op].name, "XF_") != NULL;
  u64 end = indexed ? (u64)i->imm * size : (u64)i->imm + size;
  REQUIRE(end <= room, "access outside an area");
  return true;
}

static bool verify_index(Verify *v, const Insn *i, u8 kind) {
  const BcModule *m = v->m;
  u32 index = (u32)i->imm;
  switch (kind) {
    case OPK_FN: REQUIRE(index < m->funcs.n, "function out of range"); break;
    case OPK_TY: REQUIRE(index < m->types.n, "type out of range"); break;
    case OPK_IT: REQUIRE(index < m->itabs.n, "itab out of range"); break;
    case OPK_STR: REQUIRE(index < m->strings.n, "string out of range"); break;
    case OPK_J: REQUIRE(index < v->f->ncode, "jump out of the function"); break;
    case OPK_GL: {
      REQUIRE(index < m->globals.n, "global out of range");
      u64 offset = (u32)i->c | (u32)i->d << 16, size = m->types.v[m->globals.v[index].type].size;
      REQUIRE(offset <= size, "offset outside the global");
      break;
    }
    default: break;
  }
  return true;
}

static bool verify_call(Verify *v, const Insn *i) {
  const BcFunc *f = v->f;
  u32 window, nargs, nres, gap;
  if (insn_window(i, &window, &nargs, &nres, &gap)) {
    REQUIRE(window >= gap, "no room for the link area");
    REQUIRE((u64)window + (nargs > nres ? nargs : nres) <= f->nslots, "window outside the frame");
  }
  if (i->op == BC_CALL || i->op == BC_TAILCALL) {
    const BcFunc *callee = &v->m->funcs.v[(u32)i->imm];
    REQUIRE(i->b == callee->nargs && i->c == callee->nres, "arguments or results do not fit %s",
            callee->symbol ? callee->symbol->s : "?");
  }
  if (i->op == BC_TAILCALL) REQUIRE(i->b <= f->nslots && i->c == f->nres, "tail call with other results");
  if (i->op == BC_TAILI)
    REQUIRE(((u32)i->imm & 0xffff) <= f->nslots && (u32)i->imm >> 16 == f->nres,
            "tail call with other results");
  return true;
}

/* A SELECT's third words name areas: they are constants, loaded just before it. */
static bool verify_select(Verify *v, const Insn *i, const bool *target) {
  const BcFunc *f = v->f;
  REQUIRE(v->pc >= i->c && i->d <= 1, "bad select");
  for (u32 k = 0; k < i->c; k++) {
    const Insn *ld = i - i->c + k;
    REQUIRE(ld->op == BC_LDK && ld->a == i->b + 3 * k + 2, "select without its areas");
    REQUIRE(ld->k == 0 || area_at(f, ld->k > UINT16_MAX ? BC_NONE : (u32)ld->k), "select into no area");
    REQUIRE(!target[v->pc - k], "jump into a select");
  }
  return true;
}

static bool verify_special(Verify *v, const Insn *i) {
  const BcFunc *f = v->f;
  const BcModule *m = v->m;
  const OpInfo *o = &op_info[i->op];
  bool by_map =
      o->b == OPK_RK || o->c == OPK_RV || i->op == BC_MAPITER || i->op == BC_MAKEMAP || i->op == BC_MAPCLEAR;
  if (by_map) REQUIRE(m->types.v[i->imm].kind == BCK_MAP, "not a map type");
  if (i->op == BC_MAKECHAN) REQUIRE(m->types.v[i->imm].kind == BCK_CHAN, "not a channel type");
  if (o->a == OPK_WN && o->b == OPK_R1 && o->imm == OPK_TY)
    REQUIRE(i->d == module_type_slots(m, m->types.v[i->imm].elem), "wrong width of a map element");
  if (o->a == OPK_WX && o->imm == OPK_TY)
    REQUIRE(i->d == module_type_slots(m, m->types.v[i->imm].elem), "wrong width of a map element");
  if (i->op == BC_BOX) REQUIRE(i->d == module_type_slots(m, (u32)i->imm), "wrong width of a boxed value");
  if (o->c == OPK_U && o->d == OPK_U && (o->a == OPK_WN || o->b == OPK_RN))
    REQUIRE(i->c < 8 && (i->d || !i->c), "bad padding");
  if (i->op == BC_SHLI_64 || i->op == BC_SHRI_I64 || i->op == BC_SHRI_U64)
    REQUIRE((u32)i->imm < 64, "bad shift count");
  if (i->op == BC_RET0) REQUIRE(f->nres == 0, "return without results");
  if (i->op == BC_RET1) REQUIRE(f->nres == 1, "return with one result");
  if (i->op == BC_RETN) REQUIRE(i->d == f->nres, "return with a wrong number of results");
  return true;
}

static bool verify_insn(Verify *v, const Insn *i) {
  const BcFunc *f = v->f;
  REQUIRE(i->op < BC_COUNT && !(op_info[i->op].flags & OPF_INTERNAL), "unknown opcode %u", i->op);
  const OpInfo *o = &op_info[i->op];
  if (!verify_index(v, i, o->imm)) return false;
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u16 slots[4] = {i->a, i->b, i->c, i->d};
  for (u32 k = 0; k < 4; k++) {
    if (kinds[k] == OPK_L && !verify_area(v, i, slots[k])) return false;
    if (!kind_reads(kinds[k]) && !kind_writes(kinds[k])) continue;
    u32 width = operand_width(v->m, i, kinds[k]);
    REQUIRE((u64)slots[k] + width <= f->nslots, "slot %u outside the frame", slots[k]);
  }
  if ((o->flags & OPF_JUMP) && (u32)i->imm <= v->pc)
    REQUIRE(o->flags & OPF_BACK, "backward jump that does not poll");
  return verify_call(v, i) && verify_special(v, i);
}

/* ---- functions ---- */

static bool verify_tables(Verify *v) {
  const BcFunc *f = v->f;
  const BcModule *m = v->m;
  for (u32 i = 0; i < f->nparams + f->nresults; i++) {
    const BcParam *p = &f->params[i];
    u32 limit = i < f->nparams ? f->nargs : f->nres;
    REQUIRE(p->type < m->types.n && p->ext <= 2, "bad parameter");
    REQUIRE(p->size <= m->types.v[p->type].size && (u64)p->slot + (p->size + 7) / 8 <= limit,
            "parameter outside the window");
  }
  for (u32 i = 0, end = 0; i < f->nareas; i++) {
    REQUIRE(f->areas[i].slot >= end && f->areas[i].nslots && f->areas[i].slot < f->nslots &&
                f->areas[i].nslots <= f->nslots - f->areas[i].slot,
            "bad area");
    end = f->areas[i].slot + f->areas[i].nslots;
  }
  for (u32 i = 0; i < f->nlines; i++) {
    REQUIRE(f->lines[i].file < m->files.n, "file out of range");
    REQUIRE(i == 0 || f->lines[i].pc > f->lines[i - 1].pc, "line table out of order");
    REQUIRE(f->lines[i].pc <= f->ncode, "line table outside the code");
  }
  REQUIRE(f->map_words == (f->nslots + 63) / 64, "wrong size of maps");
  for (u32 i = 0; i < f->nsafepoints; i++) {
    BcSafepoint s = f->safepoints[i];
    REQUIRE(s.pc < f->ncode && (i == 0 || s.pc > f->safepoints[i - 1].pc), "safepoints out of order");
    REQUIRE((u64)s.map + f->map_words <= f->nmaps, "map out of range");
    u32 spare = f->nslots % 64;
    if (spare) REQUIRE(!(f->maps[s.map + f->map_words - 1] >> spare), "map of slots outside the frame");
  }
  return true;
}

static bool verify_safepoints(Verify *v) {
  const BcFunc *f = v->f;
  u32 s = 0;
  for (v->pc = 0; v->pc < f->ncode; v->pc++) {
    bool wanted = op_info[f->code[v->pc].op].flags & OPF_SAFEPOINT;
    bool there = s < f->nsafepoints && f->safepoints[s].pc == v->pc;
    REQUIRE(wanted == there, wanted ? "no map for the safepoint" : "a map where no safepoint is");
    s += there;
  }
  return true;
}

static bool verify_selects(Verify *v) {
  const BcFunc *f = v->f;
  bool *target = NULL;
  for (v->pc = 0; v->pc < f->ncode; v->pc++) {
    if (f->code[v->pc].op != BC_SELECT) continue;
    if (!target) {
      target = NEW_ARRAY(&v->scratch, bool, f->ncode + 1);
      for (u32 i = 0; i < f->ncode; i++) {
        if (op_info[f->code[i].op].flags & OPF_JUMP) target[f->code[i].imm] = true;
      }
    }
    if (!verify_select(v, &f->code[v->pc], target)) return false;
  }
  return true;
}

static bool verify_func(Verify *v) {
  const BcFunc *f = v->f;
  v->pc = 0;
  REQUIRE(f->symbol && f->name, "a function without a name");
  REQUIRE(f->nslots <= UINT16_MAX && f->nargs <= UINT16_MAX, "frame too large");
  if (f->flags & (BCF_NATIVE | BCF_EXTERN) || !f->ncode) {
    REQUIRE(!f->ncode, "native or extern function with code");
    return true;
  }
  REQUIRE(f->nargs <= f->nslots && f->nres <= f->nslots, "frame smaller than the arguments or results");
  REQUIRE(op_info[f->code[f->ncode - 1].op < BC_COUNT ? f->code[f->ncode - 1].op : 0].flags & OPF_TERM,
          "execution falls off the end");
  u32 last = f->code[f->ncode - 1].op;
  bool conditional = (op_info[last].flags & OPF_JUMP) && last != BC_JMP && last != BC_JMP_B;
  REQUIRE(!conditional, "execution falls off the end");
  REQUIRE(f->recover_pc < f->ncode, "recovery outside the code");
  if (!verify_tables(v)) return false;
  for (v->pc = 0; v->pc < f->ncode; v->pc++) {
    if (!verify_insn(v, &f->code[v->pc])) return false;
  }
  return verify_safepoints(v) && verify_selects(v) && verify_flow(v);
}

bool module_verify(const BcModule *m, Err *e) {
  Verify v = {.m = m, .err = e};
  bool ok = verify_data(&v);
  for (u32 i = 0; ok && i < m->funcs.n; i++) {
    BcFunc whole;
    v.f = func_unpack(m, &m->funcs.v[i], &whole, &v.scratch, NULL);
    ok = verify_func(&v);
    if (v.scratch.total > (1u << 20)) arena_free(&v.scratch);
  }
  arena_free(&v.scratch);
  return ok;
}

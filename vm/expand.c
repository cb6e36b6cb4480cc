/* expand.c - the first call of a function: from the module's instructions to those the interpreter runs.
 *
 * Instructions keep their indices, so all tables of the module stay valid. References become addresses,
 * jump targets byte displacements, opcodes handler addresses. Expanded code lies in low_code in the order
 * of expansion, never moves and is never freed: a pc is mapped to its function through the first function
 * of each page and a short walk.
 */
#include "vm/vm_priv.h"

#include <stdio.h>

#include "runtime/map.h"

enum { CODE_PAGE = 512 };
static VEC(FuncRec *) expanded;  /* by address of their code */
static u32 *page_first;          /* per page of low_code: index in expanded of the function at its start */

static Arena whole_funcs;        /* packed functions that were called: FuncInfo, BcFunc and its tables */
static VEC(Insn) insns;

static void register_code(FuncRec *rec) {
  u64 pages = (u64)(low_code.end - low_code.base) / CODE_PAGE;
  if (!page_first) page_first = xcalloc(pages + 1, sizeof *page_first);
  u32 index = expanded.n;
  VEC_PUSH(NULL, &expanded, rec);
  u64 first = (u64)((const u8 *)rec->code - low_code.base + CODE_PAGE - 1) / CODE_PAGE;
  u64 last = (u64)((const u8 *)(rec->code + rec->ncode) - 1 - low_code.base) / CODE_PAGE;
  for (u64 p = first; p <= last; p++) page_first[p] = index;
  if (last + 1 <= pages) page_first[last + 1] = index; /* until a later function starts there exactly */
}

FuncRec *func_of_insn(const Insn *pc) {
  const u8 *p = (const u8 *)pc;
  if (p < low_code.base || p >= low_code.next || expanded.n == 0) return NULL;
  u32 i = page_first[(u64)(p - low_code.base) / CODE_PAGE];
  while (i + 1 < expanded.n && expanded.v[i + 1]->code <= pc) i++;
  FuncRec *rec = expanded.v[i];
  return pc >= rec->code && pc < rec->code + rec->ncode ? rec : NULL;
}

u32 func_line(const BcFunc *f, u32 index, u32 *file) {
  u32 lo = 0, hi = f->nlines;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (f->lines[mid].pc <= index) lo = mid + 1;
    else hi = mid;
  }
  *file = lo ? f->lines[lo - 1].file : f->file;
  return lo ? f->lines[lo - 1].line : f->line;
}

const Insn *insn_target(const Insn *jump) { return (const Insn *)((const u8 *)jump + jump->imm); }

static u32 address32(const void *p) {
  if (unlikely((uintptr_t)p > INT32_MAX)) rt_throw("an address in code is beyond 2 GB");
  return (u32)(uintptr_t)p;
}

/* Specialised handlers for what is known of the operands. */
static u32 choose_handler(const Insn *in, const Insn *out) {
  if (in->op == BC_MAPGET || in->op == BC_MAPGET2) {
    bool two = in->op == BC_MAPGET2;
    switch (map_key_class((const AbiMapType *)(uintptr_t)(u32)out->imm)) {
    case MAP_KEY_32: return vm_xhandlers[two ? XOP_MAPGET2_32 : XOP_MAPGET_32];
    case MAP_KEY_64: return vm_xhandlers[two ? XOP_MAPGET2_64 : XOP_MAPGET_64];
    case MAP_KEY_STR: return vm_xhandlers[two ? XOP_MAPGET2_str : XOP_MAPGET_str];
    default: break;
    }
  }
  return vm_handlers[in->op];
}

static void expand_insn(LinkedModule *lm, const Insn *in, Insn *out, u32 index) {
  *out = *in;
  switch (op_info[in->op].imm) {
  case OPK_J: out->imm = (i32)((i64)in->imm - index) * (i32)sizeof(Insn); break;
  case OPK_FN: {
    FuncRec *f = lm->funcs[in->imm];
    out->imm = (i32)address32(in->op == BC_LDFN ? (void *)&f->self : (void *)f);
    break;
  }
  case OPK_TY: out->imm = (i32)address32(link_type(lm, (u32)in->imm)); break;
  case OPK_IT: out->imm = (i32)address32(link_itab(lm, (u32)in->imm)); break;
  case OPK_GL: out->imm = (i32)address32(lm->globals[in->imm] + ((u32)in->c | (u32)in->d << 16)); break;
  case OPK_STR: {
    u32 len = lm->m->strings.v[in->imm].len;
    out->k = link_string(lm, (u32)in->imm) | (u64)len << 32;
    break;
  }
  default: break;
  }
  out->op = choose_handler(in, out);
}

/* The function with its instructions: *whole when it is packed, valid until the next call. Its tables then go
 * to new memory: pages of the module's that nothing is written to are shared between processes. */
static const BcFunc *whole_func(FuncRec *rec, BcFunc *whole) {
  const FuncInfo *info = rec->info;
  const BcFunc *f = info->fn;
  if (!f->npacked) return f;
  struct Whole { FuncInfo info; BcFunc fn; } *w = NEW(&whole_funcs, struct Whole);
  VEC_RESERVE(NULL, &insns, f->ncode);
  func_unpack(info->mod->m, f, whole, &whole_funcs, insns.v);
  w->fn = *whole;
  w->fn.packed = f->packed; /* its code is still to be had only there */
  w->fn.npacked = f->npacked;
  w->fn.code = NULL;
  w->info = *info;
  w->info.fn = &w->fn;
  rec->info = &w->info;
  return whole;
}

const Insn *func_expand(FuncRec *rec) {
  if (rec->code) return rec->code;
  FuncInfo *info = rec->info;
  if (unlikely(debug_flags.trace_expand)) fprintf(stderr, "expand %s\n", info->fn->symbol->s);
  Insn *code = low_alloc(&low_code, rec->ncode * sizeof(Insn), sizeof(Insn));
  if (info->native) {
    code[0] = (Insn){.op = vm_handlers[BC_NATIVE], .k = (u64)info->native};
    code[1] = (Insn){.op = vm_handlers[BC_RET0]};
  } else {
    BcFunc whole;
    const BcFunc *f = whole_func(rec, &whole);
    for (u32 i = 0; i < rec->ncode; i++) expand_insn(info->mod, &f->code[i], &code[i], i);
    peephole(f, code);
  }
  rec->code = code;
  register_code(rec);
  __atomic_store_n(&rec->entry, code, __ATOMIC_RELEASE);
  return code;
}

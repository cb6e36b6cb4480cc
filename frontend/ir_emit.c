/* ir_emit.c - from SSA values with slots to a BcFunc: instructions, jumps, the line table, safepoint maps.
 * ir_emit() runs the stages of ir_priv.h. A jump to a block at or before it polls: it becomes its _B twin,
 * and is a safepoint whose map is the state at the target. Blocks that hold nothing but a jump are skipped
 * by the jumps to them. A map marks, of the slots and locals live at its position, those that hold
 * pointers; locals live at the entry are cleared there. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

typedef struct SafepointAt {
  u32 pc;
  u32 key; /* twice the position whose live slots are marked, plus 1: without what is written there (a call's
              results) */
} SafepointAt;
typedef struct Fixup {
  u32 pc;
  IrBlock *target;
} Fixup;

typedef struct Emission {
  Emitter e;
  BcModule *m;
  Code code;
  VEC(Fixup) fixups;
  VEC(SafepointAt) safepoints;
  VEC(BcLine) lines;
  u32 line_base, line; /* of the last entry */
  u32 file;
  u32 next_call;       /* in e.calls */
  MoveVec moves;
  u32 tmp;             /* first slot above all others: for cyclic moves */
} Emission;

/* ---- lines ---- */

static u32 module_file(BcModule *m, const Atom *name) {
  for (u32 i = m->files.n; i-- > 0;) {
    if (m->files.v[i] == name) return i;
  }
  VEC_PUSH(&m->arena, &m->files, name);
  return m->files.n - 1;
}

static const Atom *base_file(u32 base) {
  const PosBase *b = pos_base(base);
  const Atom *name = b->is_file && b->abspath ? b->abspath : b->filename;
  if (name->len == 0) name = atom_cstr("??"); /* after //line :1, as gc */
  return name ? name : atom_cstr("");
}

static void mark_line(Emission *em, Pos pos) {
  if (!pos_known(pos) || !pos.base || (pos.base == em->line_base && pos.line == em->line)) return;
  RelPos rel = pos_rel(pos);
  if (pos.base != em->line_base) em->file = module_file(em->m, base_file(pos.base));
  em->line_base = pos.base;
  em->line = pos.line;
  BcLine entry = {em->code.insns.n, em->file, rel.line};
  BcLine *last = em->lines.n ? &VEC_LAST(&em->lines) : NULL;
  if (last && last->file == entry.file && last->line == entry.line) return;
  if (last && last->pc == entry.pc) *last = entry;
  else VEC_PUSH(em->e.arena, &em->lines, entry);
}

/* ---- values ---- */

static void add_safepoint(Emission *em, u32 pc, u32 position, bool before_results) {
  VEC_PUSH(em->e.arena, &em->safepoints, ((SafepointAt){pc, position * 2 + before_results}));
}

static void add_move(Emission *em, u32 dst, const IrValue *v) {
  Move m = {.dst = dst, .n = v->shape->nslots};
  if (value_is_remat(v)) m.remat = v;
  else m.src = value_slot(&em->e, v);
  VEC_PUSH(em->e.arena, &em->moves, m);
}

static void flush_moves(Emission *em) { ir_parallel_moves(&em->code, &em->moves, em->tmp, &em->e.nslots); }

static bool kind_is_reg_read(u8 k) { return (k >= OPK_R1 && k <= OPK_RN) || (k >= OPK_RK && k <= OPK_RT); }
static bool kind_is_write(u8 k) { return k >= OPK_W1 && k <= OPK_WX; }

/* The U columns that give the width of the RN, WN or WX operand: field d always. */
static u32 width_operand(const IrValue *v, const OpInfo *o) {
  if (o->a == OPK_WX) return v->shape->nslots - 1;
  if (o->a == OPK_WN) return v->shape->nslots;
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  for (u32 i = 0, n = 0; i < 4; i++) {
    if (kinds[i] == OPK_RN) return v->args[n]->shape->nslots;
    n += kind_is_reg_read(kinds[i]);
  }
  return UINT32_MAX;
}

static void set_imm(Insn *i, const IrValue *v, const OpInfo *o) {
  switch (o->imm) {
    case OPK__: case OPK_J: break;
    case OPK_K64: i->k = v->k; break;
    case OPK_GL:
      i->c = (u16)v->u[0];
      i->d = (u16)(v->u[0] >> 16);
      i->imm = (i32)v->imm;
      break;
    default: i->imm = (i32)v->imm; break;
  }
}

/* The instruction of v with its operands' slots; windows, moves and jump targets are the caller's. */
static Insn plain_insn(const Emission *em, const IrValue *v) {
  const OpInfo *o = &op_info[v->op];
  Insn i = {.op = v->op};
  u16 *fields[4] = {&i.a, &i.b, &i.c, &i.d};
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u32 narg = 0, nu = 0;
  set_imm(&i, v, o);
  for (u32 k = 0; k < 4; k++) {
    if (kind_is_reg_read(kinds[k])) *fields[k] = (u16)value_slot(&em->e, v->args[narg++]);
    else if (kind_is_write(kinds[k])) *fields[k] = (u16)value_slot(&em->e, v);
    else if (kinds[k] == OPK_L) *fields[k] = (u16)v->local->slot;
    else if (kinds[k] == OPK_U) *fields[k] = (u16)v->u[nu < 2 ? nu++ : 1];
    else if (kinds[k] == OPK_I) *fields[k] = (u16)v->imm;
  }
  u32 width = width_operand(v, o);
  if (width != UINT32_MAX) i.d = (u16)width;
  if (v->op == BC_ST_T) {
    i.c = (u16)v->u[0];
    i.d = (u16)(v->u[0] >> 16);
  }
  return i;
}

static void emit_call(Emission *em, const IrValue *v) {
  const CallSite *site = &em->e.calls.v[em->next_call++];
  CHECK(site->v == v);
  u32 at = site->window;
  for (u32 i = site->first_arg; i < v->nargs; i++) {
    if (v->op == BC_SELECT) at = site->window + (i / 2) * 3 + i % 2;
    add_move(em, at, v->args[i]);
    at += v->args[i]->shape->nslots;
  }
  flush_moves(em);
  for (u32 i = 0; v->op == BC_SELECT && i < v->nargs / 2; i++) {
    u32 area = v->locals && v->locals[i] ? (u32)v->locals[i]->slot : 0;
    ir_push(&em->code, (Insn){.op = BC_LDK, .a = (u16)(site->window + i * 3 + 2), .k = area});
  }
  Insn i = {.op = v->op, .a = (u16)site->window};
  u32 first = v->nargs ? value_slot(&em->e, v->args[0]) : 0;
  switch (v->op) {
    case BC_CALL: i.b = (u16)site->nargs; i.c = (u16)site->nres; i.imm = (i32)v->imm; break;
    case BC_CALLC: i.b = (u16)first; i.c = (u16)site->nargs; i.d = (u16)site->nres; break;
    case BC_CALLI:
      i.b = (u16)first;
      i.c = (u16)v->u[0];
      i.imm = (i32)(site->nargs | site->nres << 16);
      break;
    case BC_CONCATN: i.a = (u16)value_slot(&em->e, v); i.b = (u16)site->window; i.c = (u16)v->nargs; break;
    default: /* SELECT */
      i.a = (u16)value_slot(&em->e, v);
      i.b = (u16)site->window;
      i.c = (u16)(v->nargs / 2);
      i.d = (u16)v->u[1];
  }
  u32 pc = em->code.insns.n;
  ir_push(&em->code, i);
  add_safepoint(em, pc, site->pos + 1, site->gap > 0);
  const ValueInfo *r = &em->e.info[v->id];
  if (site->nres && r->cls) {
    VEC_PUSH(em->e.arena, &em->moves,
             ((Move){.dst = value_slot(&em->e, v), .src = site->window, .n = site->nres}));
    flush_moves(em);
  }
}

static void emit_pseudo(Emission *em, const IrValue *v) {
  u32 slot = value_slot(&em->e, v);
  switch (v->op) {
    case IR_PARAM: CHECK(!em->e.info[v->id].cls || slot == (u32)v->imm); return;
    case IR_UNDEF: CHECK(!v->shape->nslots || em->e.info[v->id].cls);
      for (u32 i = 0; i < v->shape->nslots; i++)
        ir_push(&em->code, (Insn){.op = BC_LDK, .a = (u16)(slot + i)});
      return;
    case IR_TUPLE:
      for (u32 i = 0; i < v->nargs; i++) {
        add_move(em, slot, v->args[i]);
        slot += v->args[i]->shape->nslots;
      }
      break;
    case IR_READ_LOCAL:
      if (em->e.info[v->id].home) return;
      VEC_PUSH(em->e.arena, &em->moves,
               ((Move){.dst = slot, .src = (u32)v->local->slot, .n = v->shape->nslots}));
      break;
    case IR_WRITE_LOCAL: add_move(em, (u32)v->local->slot, v->args[0]); break;
    case IR_ZERO_LOCAL: {
      u32 n = v->local->shape->nslots;
      if (n == 1) ir_push(&em->code, (Insn){.op = BC_LDK, .a = (u16)v->local->slot});
      else if (n) ir_push(&em->code, (Insn){.op = BC_ZERO, .a = (u16)v->local->slot, .d = (u16)n});
      return;
    }
    default: BUG("%s in the code", ir_op_name(v->op));
  }
  flush_moves(em);
}

/* Consecutive extracts of one value are one parallel copy. Returns how many values were emitted. */
static u32 emit_extracts(Emission *em, const IrBlock *b, u32 at) {
  u32 k = at;
  for (; k < b->values.n; k++) {
    const IrValue *v = b->values.v[k];
    if (v->op != IR_EXTRACT || v->args[0] != b->values.v[at]->args[0]) break;
    if (em->e.info[v->id].alias || !v->shape->nslots) continue;
    u32 src = value_slot(&em->e, v->args[0]) + (u32)v->imm;
    VEC_PUSH(em->e.arena, &em->moves,
             ((Move){.dst = value_slot(&em->e, v), .src = src, .n = v->shape->nslots}));
  }
  mark_line(em, b->values.v[at]->pos);
  flush_moves(em);
  return k - at;
}

static void emit_value(Emission *em, const IrValue *v) {
  const ValueInfo *in = &em->e.info[v->id];
  if (!in->needed || v->op == BC_NOP) return;
  mark_line(em, v->pos);
  if (value_is_call(v)) {
    emit_call(em, v);
  } else if (op_is_tuple(v->op)) {
    u32 at = value_slot(&em->e, v);
    for (u32 i = 0; i < v->nargs; i++) {
      add_move(em, at, v->args[i]);
      at += v->args[i]->shape->nslots;
    }
    flush_moves(em);
  } else if (v->op >= BC_COUNT) {
    emit_pseudo(em, v);
  } else if (value_is_remat(v)) {
    ir_remat(&em->code, v, value_slot(&em->e, v));
  } else {
    u32 pc = em->code.insns.n;
    ir_push(&em->code, plain_insn(em, v));
    u32 flags = op_info[v->op].flags;
    if (!(flags & OPF_SAFEPOINT)) return;
    add_safepoint(em, pc, in->pos + 1, (flags & OPF_CALLS) && !(flags & OPF_PARKS));
  }
}

/* ---- control flow ---- */

/* The jump taken when op's is not; *swap: with its operands exchanged. */
static u16 inverse_jump(u16 op, bool *swap) {
  *swap = false;
  switch (op) {
    case BC_JT: return BC_JF;
    case BC_JF: return BC_JT;
    case BC_JEQ_64: return BC_JNE_64;
    case BC_JNE_64: return BC_JEQ_64;
    case BC_JLT_I64: *swap = true; return BC_JLE_I64;
    case BC_JLE_I64: *swap = true; return BC_JLT_I64;
    case BC_JLT_U64: *swap = true; return BC_JLE_U64;
    case BC_JLE_U64: *swap = true; return BC_JLT_U64;
    case BC_JEQI_64: return BC_JNEI_64;
    case BC_JNEI_64: return BC_JEQI_64;
    case BC_JLTI_I64: return BC_JGEI_I64;
    case BC_JLEI_I64: return BC_JGTI_I64;
    case BC_JGTI_I64: return BC_JLEI_I64;
    case BC_JGEI_I64: return BC_JLTI_I64;
    case BC_JEQ_F64: return BC_JNE_F64;
    case BC_JNE_F64: return BC_JEQ_F64;
    case BC_JLT_F64: return BC_JNLT_F64;
    case BC_JLE_F64: return BC_JNLE_F64;
    case BC_JNLT_F64: return BC_JLT_F64;
    case BC_JNLE_F64: return BC_JLE_F64;
    default: BUG("%s is not a conditional jump", op_info[op].name);
  }
}

static IrBlock *final_target(IrBlock *b) {
  while (BLOCK_INFO(b)->forward) b = BLOCK_INFO(b)->forward;
  return b;
}

static void push_jump(Emission *em, const IrBlock *from, Insn i, IrBlock *to) {
  VEC_PUSH(em->e.arena, &em->fixups, ((Fixup){em->code.insns.n, to}));
  if (to->order <= from->order) {
    i.op++; /* the _B twin */
    add_safepoint(em, em->code.insns.n, BLOCK_INFO(to)->start, false);
  }
  ir_push(&em->code, i);
}

static void emit_phi_moves(Emission *em, const IrBlock *b) {
  const IrBlock *to = b->succs[0];
  if (!to || b->succs[1] || !to->phis.n) return;
  u32 edge = BLOCK_INFO(b)->edge;
  for (u32 i = 0; i < to->phis.n; i++) {
    const IrValue *phi = to->phis.v[i];
    if (phi->op == IR_PHI && phi->shape->nslots) add_move(em, value_slot(&em->e, phi), phi->args[edge]);
  }
}

/* Arguments go to the frame's own slots from 0 on; TAILI's itab is saved above everything. */
static void emit_tail_call(Emission *em, const IrValue *v) {
  u32 at = 0, first = v->op == BC_TAILI;
  for (u32 i = first; i < v->nargs; i++) {
    add_move(em, at, v->args[i]);
    at += v->args[i]->shape->nslots;
  }
  if (at > em->e.nslots) em->e.nslots = at;
  u32 itab = at > em->tmp ? at : em->tmp;
  u32 spare = itab + 1 + (u32)v->nargs;
  if (first) {
    add_move(em, itab, v->args[0]);
    em->e.nslots = itab + 1 > em->e.nslots ? itab + 1 : em->e.nslots;
  }
  ir_parallel_moves(&em->code, &em->moves, spare, &em->e.nslots);
  u32 nres = em->e.f->nres;
  Insn i = {.op = v->op, .b = (u16)at, .c = (u16)nres, .imm = (i32)v->imm};
  if (first) i = (Insn){.op = v->op, .b = (u16)itab, .c = (u16)v->u[0], .imm = (i32)(at | nres << 16)};
  add_safepoint(em, em->code.insns.n, em->e.npos, true);
  ir_push(&em->code, i);
}

static void emit_body(Emission *em, const IrBlock *b) {
  for (u32 k = 0; k < b->phis.n; k++) {
    if (b->phis.v[k]->op == IR_UNDEF && em->e.info[b->phis.v[k]->id].cls) emit_pseudo(em, b->phis.v[k]);
  }
  for (u32 k = 0; k + 1 < b->values.n;) {
    const IrValue *v = b->values.v[k];
    if (v->op == IR_EXTRACT) {
      k += emit_extracts(em, b, k);
    } else {
      emit_value(em, v);
      k++;
    }
  }
}

/* The conditional jump that ends `b`, emitted where `next` follows. */
static void emit_branch(Emission *em, const IrBlock *from, const IrBlock *b, const IrBlock *next) {
  const IrValue *v = VEC_LAST(&b->values);
  IrBlock *yes = final_target(b->succs[0]), *no = final_target(b->succs[1]);
  Insn i = plain_insn(em, v);
  mark_line(em, v->pos);
  if (yes == next) {
    bool swap;
    i.op = inverse_jump(v->op, &swap);
    if (swap) {
      u16 t = i.a;
      i.a = i.b;
      i.b = t;
    }
    push_jump(em, from, i, no);
    return;
  }
  push_jump(em, from, i, yes);
  if (no != next) push_jump(em, from, (Insn){.op = BC_JMP}, no);
}

#define MAX_COPIED 4

/* A loop's condition, at its bottom, that is short enough to be tested once more where the loop is entered
 * instead of jumping down to it. Its slots hold the same values there. */
static bool copy_condition(const Emission *em, const IrBlock *cond, const IrBlock *next) {
  if (!cond->succs[1] || cond->values.n > MAX_COPIED) return false;
  if (final_target(cond->succs[0]) != next && final_target(cond->succs[1]) != next) return false;
  for (u32 k = 0; k + 1 < cond->values.n; k++) {
    const IrValue *v = cond->values.v[k];
    if (v->op == IR_EXTRACT && em->e.info[v->id].alias) continue;
    if (v->op >= BC_COUNT || value_is_call(v) || (op_info[v->op].flags & OPF_SAFEPOINT)) return false;
  }
  return final_target(cond->succs[0]) != final_target(cond->succs[1]);
}

static void emit_terminator(Emission *em, const IrBlock *b, IrBlock *next) {
  const IrValue *v = VEC_LAST(&b->values);
  emit_phi_moves(em, b);
  flush_moves(em);
  if (v->op == BC_TAILCALL || v->op == BC_TAILI) {
    mark_line(em, v->pos);
    emit_tail_call(em, v);
    return;
  }
  if (!(op_info[v->op].flags & OPF_JUMP)) {
    emit_value(em, v);
    return;
  }
  IrBlock *yes = final_target(b->succs[0]), *no = b->succs[1] ? final_target(b->succs[1]) : yes;
  if (v->op != BC_JMP && yes != no) {
    emit_branch(em, b, b, next);
  } else if (yes != next && yes->order > b->order && copy_condition(em, yes, next)) {
    emit_body(em, yes);
    emit_branch(em, b, yes, next);
  } else if (yes != next) {
    mark_line(em, v->pos);
    push_jump(em, b, (Insn){.op = BC_JMP}, yes);
  }
}

static bool moves_nothing(Emission *em, const IrBlock *b) {
  const IrBlock *to = b->succs[0];
  u32 edge = BLOCK_INFO(b)->edge;
  for (u32 i = 0; i < to->phis.n; i++) {
    const IrValue *phi = to->phis.v[i], *a = phi->nargs ? phi->args[edge] : NULL;
    if (phi->op != IR_PHI || !phi->shape->nslots) continue;
    if (value_is_remat(a) || value_slot(&em->e, phi) != value_slot(&em->e, a)) return false;
  }
  return true;
}

/* Blocks that emit nothing and go on at one place are jumped over; not the entry, and never in a circle. */
static void find_empty_blocks(Emission *em) {
  for (u32 i = 1; i < em->e.order.n; i++) {
    IrBlock *b = em->e.order.v[i];
    if (b->succs[1] || !b->succs[0] || b->phis.n || b == em->e.f->recover_block) continue;
    bool empty = true;
    for (u32 k = 0; k + 1 < b->values.n && empty; k++) {
      const ValueInfo *in = &em->e.info[b->values.v[k]->id];
      empty = !in->needed || in->alias || (in->home && b->values.v[k]->op == IR_READ_LOCAL);
    }
    if (!empty || !moves_nothing(em, b)) continue;
    if (final_target(b->succs[0]) != b) BLOCK_INFO(b)->forward = b->succs[0];
  }
}

static void emit_block(Emission *em, IrBlock *b, IrBlock *next) {
  BLOCK_INFO(b)->pc = em->code.insns.n;
  emit_body(em, b);
  emit_terminator(em, b, next);
}

static bool has_pointers(const IrShape *s) {
  for (u32 i = 0; i < (s->nslots + 63) / 64; i++) {
    if (s->ptrs[i]) return true;
  }
  return false;
}

static void clear_locals(Emission *em) {
  u32 lo = UINT32_MAX, hi = 0;
  for (u32 i = 0; i < em->e.f->locals.n; i++) {
    const IrLocal *l = em->e.f->locals.v[i];
    if (!has_pointers(l->shape) || !em->e.locals[i].at_entry) continue;
    if ((u32)l->slot < lo) lo = (u32)l->slot;
    if (l->slot + l->shape->nslots > hi) hi = l->slot + l->shape->nslots;
  }
  if (lo >= hi) return;
  if (hi - lo == 1) ir_push(&em->code, (Insn){.op = BC_LDK, .a = (u16)lo});
  else ir_push(&em->code, (Insn){.op = BC_ZERO, .a = (u16)lo, .d = (u16)(hi - lo)});
}

static void number_edges(const Emitter *e) {
  for (u32 i = 0; i < e->order.n; i++) {
    const IrBlock *to = e->order.v[i];
    for (u32 k = 0; k < to->preds.n; k++) {
      if (!to->preds.v[k]->succs[1]) BLOCK_INFO(to->preds.v[k])->edge = k;
    }
  }
}

static void emit_blocks(Emission *em) {
  number_edges(&em->e);
  find_empty_blocks(em);
  mark_line(em, em->e.f->pos);
  clear_locals(em);
  IrBlockVec *order = &em->e.order;
  for (u32 i = 0; i < order->n;) {
    IrBlock *b = order->v[i++];
    while (i < order->n && BLOCK_INFO(order->v[i])->forward) i++;
    emit_block(em, b, i < order->n ? order->v[i] : NULL);
  }
  for (u32 i = 0; i < em->fixups.n; i++) {
    Fixup *fx = &em->fixups.v[i];
    em->code.insns.v[fx->pc].imm = (i32)BLOCK_INFO(fx->target)->pc;
  }
}

/* ---- safepoint maps ---- */

typedef struct MapBuilder {
  u64 *raw;       /* a map per entry of `order` */
  u32 words;
  u32 *order;     /* safepoints by position */
  u32 *keys;      /* sorted */
  u32 n;
} MapBuilder;

static void mark_slots(u64 *map, u32 slot, const IrShape *shape) {
  for (u32 w = 0; w < (shape->nslots + 63) / 64; w++) {
    for (u64 bits = shape->ptrs[w]; bits; bits &= bits - 1) {
      u32 s = slot + w * 64 + (u32)__builtin_ctzll(bits);
      map[s / 64] |= 1ull << s % 64;
    }
  }
}

static void map_ranges(MapBuilder *mb, const RangeVec *live, u32 slot, const IrShape *shape) {
  for (u32 i = 0; i < live->n; i++) {
    Range r = live->v[i];
    u32 lo = 0, hi = mb->n;
    while (lo < hi) {
      u32 mid = (lo + hi) / 2;
      if (mb->keys[mid] >= r.start * 2) hi = mid;
      else lo = mid + 1;
    }
    for (; lo < mb->n && mb->keys[lo] < r.end * 2; lo++) {
      /* the results, and the callee's own word, which may lie in the link area by then */
      if (mb->keys[lo] == r.start * 2 + 1 || mb->keys[lo] == r.end * 2 - 1) continue;
      mark_slots(mb->raw + (size_t)lo * mb->words, slot, shape);
    }
  }
}

static void map_value(const Emission *em, MapBuilder *mb, const IrValue *v) {
  const ValueInfo *in = &em->e.info[v->id];
  if (in->cls && has_pointers(v->shape)) map_ranges(mb, &in->live, value_slot(&em->e, v), v->shape);
}

static void map_local(const Emission *em, MapBuilder *mb, const IrLocal *l) {
  const LocalInfo *in = &em->e.locals[l->id];
  if (!has_pointers(l->shape)) return;
  if (!in->always) map_ranges(mb, &in->live, (u32)l->slot, l->shape);
  for (u32 i = 0; in->always && i < mb->n; i++)
    mark_slots(mb->raw + (size_t)i * mb->words, (u32)l->slot, l->shape);
}

static const SafepointAt *sort_base;
static int by_key(const void *a, const void *b) {
  u32 x = sort_base[*(const u32 *)a].key, y = sort_base[*(const u32 *)b].key;
  return x < y ? -1 : x > y;
}

static void build_maps(Emission *em, MapBuilder *mb) {
  Arena *a = em->e.arena;
  mb->n = em->safepoints.n;
  mb->words = (em->e.nslots + 63) / 64;
  mb->order = NEW_ARRAY(a, u32, mb->n);
  mb->keys = NEW_ARRAY(a, u32, mb->n);
  mb->raw = NEW_ARRAY(a, u64, (size_t)mb->n * mb->words);
  bool sorted = true;
  for (u32 i = 0; i < mb->n; i++) {
    mb->order[i] = i;
    sorted &= i == 0 || em->safepoints.v[i - 1].key <= em->safepoints.v[i].key;
  }
  sort_base = em->safepoints.v;
  if (!sorted) qsort(mb->order, mb->n, sizeof(u32), by_key);
  for (u32 i = 0; i < mb->n; i++) {
    mb->keys[i] = em->safepoints.v[mb->order[i]].key;
  }
  for (u32 i = 0; i < em->e.f->locals.n; i++) map_local(em, mb, em->e.f->locals.v[i]);
  for (u32 i = 0; i < em->e.order.n; i++) {
    const IrBlock *b = em->e.order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) map_value(em, mb, b->phis.v[k]);
    for (u32 k = 0; k < b->values.n; k++) map_value(em, mb, b->values.v[k]);
  }
}

/* Equal maps are stored once. */
static void store_maps(Emission *em, const MapBuilder *mb, BcFunc *out) {
  Arena *ma = &em->m->arena;
  u32 cap = 16, words = mb->words;
  while (cap < 2 * mb->n) cap *= 2;
  u32 *table = NEW_ARRAY(em->e.arena, u32, cap);
  u64 *maps = NEW_ARRAY(em->e.arena, u64, (size_t)mb->n * words);
  u32 nmaps = 0;
  out->safepoints = NEW_ARRAY(ma, BcSafepoint, mb->n);
  out->nsafepoints = mb->n;
  for (u32 i = 0; i < mb->n; i++) {
    const u64 *map = mb->raw + (size_t)i * words;
    u32 h = hash_bytes(map, words * sizeof *map) & (cap - 1);
    while (table[h] && memcmp(maps + (size_t)(table[h] - 1) * words, map, words * sizeof *map))
      h = (h + 1) & (cap - 1);
    if (!table[h]) {
      memcpy(maps + (size_t)nmaps * words, map, words * sizeof *map);
      table[h] = ++nmaps;
    }
    u32 k = mb->order[i];
    out->safepoints[k] = (BcSafepoint){em->safepoints.v[k].pc, (table[h] - 1) * words};
  }
  out->map_words = words;
  out->nmaps = nmaps * words;
  out->maps = arena_dup(ma, maps, (size_t)nmaps * words * sizeof *maps);
}

/* ---- the function ---- */

static int area_order(const void *a, const void *b) {
  const BcArea *x = a, *y = b;
  return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static void write_areas(const Emission *em, BcFunc *out) {
  const IrFunc *f = em->e.f;
  out->areas = NEW_ARRAY(&em->m->arena, BcArea, f->locals.n);
  for (u32 i = 0; i < f->locals.n; i++) {
    const IrLocal *l = f->locals.v[i];
    if (l->shape->nslots) out->areas[out->nareas++] = (BcArea){(u32)l->slot, l->shape->nslots};
  }
  if (out->nareas) qsort(out->areas, out->nareas, sizeof(BcArea), area_order);
}

static void write_func(Emission *em, u32 index) {
  const IrFunc *f = em->e.f;
  Arena *ma = &em->m->arena;
  BcFunc *out = &em->m->funcs.v[index];
  MapBuilder mb = {0};
  build_maps(em, &mb);
  u32 file = 0, line = 0, end_line = 0;
  if (pos_known(f->pos) && f->pos.base) {
    file = module_file(em->m, base_file(f->pos.base));
    line = pos_rel(f->pos).line;
    end_line = pos_known(f->end) && f->end.base ? pos_rel(f->end).line : line;
  } else {
    file = module_file(em->m, atom_cstr("<autogenerated>"));
    line = end_line = 1;
    if (!em->lines.n) VEC_PUSH(em->e.arena, &em->lines, ((BcLine){0, file, 1}));
  }
  *out = (BcFunc){.symbol = f->symbol,
                  .name = f->name,
                  .flags = f->flags,
                  .nslots = em->e.nslots,
                  .nargs = (u16)f->nargs,
                  .nres = (u16)f->nres,
                  .nparams = f->nparams,
                  .nresults = f->nresults,
                  .ncode = em->code.insns.n,
                  .nlines = em->lines.n,
                  .file = file,
                  .line = line,
                  .end_line = end_line,
                  .ncalled = out->ncalled,
                  .called = out->called};
  out->params = arena_dup(ma, f->params, (f->nparams + f->nresults) * sizeof(BcParam));
  out->code = arena_dup(ma, em->code.insns.v, em->code.insns.n * sizeof(Insn));
  out->lines = arena_dup(ma, em->lines.v, em->lines.n * sizeof(BcLine));
  if (f->recover_block) out->recover_pc = BLOCK_INFO(f->recover_block)->pc;
  store_maps(em, &mb, out);
  write_areas(em, out);
}

/* Before any work that is proportional to slots: values and areas of hundreds of megabytes end here. */
static bool fits_frame(const IrFunc *f) {
  if (f->nargs > MAX_FRAME || f->nres > MAX_FRAME) return false;
  for (u32 i = 0; i < f->locals.n; i++)
    if (f->locals.v[i]->shape->nslots > MAX_FRAME) return false;
  for (u32 i = 0; i < f->blocks.n; i++)
    for (u32 k = 0; k < f->blocks.v[i]->values.n; k++)
      if (f->blocks.v[i]->values.v[k]->shape->nslots > MAX_FRAME) return false;
  return true;
}

bool ir_emit(IrFunc *f, BcModule *m, u32 index, Err *err) {
  ir_prepare(f);
  if (!fits_frame(f)) return err_set(err, "%s: frame too large", f->name->s);
  ir_optimize(f);
  ir_split_edges(f);
  Emission em = {.e = {.f = f, .arena = &f->arena}, .m = m, .code = {.arena = &f->arena}};
  Emitter *e = &em.e;
  ir_layout(e);
  e->info = NEW_ARRAY(e->arena, ValueInfo, f->nvalues);
  ir_live(e);
  ir_coalesce(e);
  if (!ir_slots(e, err)) return false;
  em.tmp = e->nslots;
  emit_blocks(&em);
  write_func(&em, index);
  return true;
}

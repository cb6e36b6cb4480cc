/* dataflow.c - the verifier's second half: what each slot holds at each instruction.
 *
 * A slot is UNSET (never written, or lost: overwritten by a call, a pointer left out of a safepoint's map),
 * SCALAR (never a pointer: comparisons, floats, lengths), WORD (anything) or PTR (certainly a heap
 * pointer). Reading UNSET is an error; so is marking UNSET or SCALAR in a map. Slots of areas are always
 * WORD: the emitter clears those with pointers. States are kept where jumps lead; a work list runs until
 * nothing changes. Where paths join, the stricter class holds, SCALAR > WORD > PTR > UNSET: a slot goes
 * down three times at most, so jump targets are visited a few times.
 */
#include "bytecode/verifier_priv.h"

enum SlotState { UNSET, PTR, WORD, SCALAR };

#define MAX_STATE (256u << 20) /* bytes of states of one function */

typedef struct Flow {
  Verify *v;
  const BcFunc *f;
  u32 nslots;
  u8 *cur, *taken; /* state at hand; on a taken back jump */
  u8 **at;        /* by pc: state on entry of a jump target, NULL before the first visit */
  bool *target, *queued;
  bool *area;     /* by slot */
  VEC(u32) work;
  u64 used;
} Flow;

#define REQUIRE(cond, ...)                               \
  do {                                                   \
    if (!(cond)) return verify_fail(fl->v, __VA_ARGS__); \
  } while (0)

/* Joins `state` into the one at pc, which is queued when it changed. */
static bool flow_to(Flow *fl, u32 pc, const u8 *state) {
  u8 *to = fl->at[pc];
  bool changed = !to;
  if (!to) {
    fl->used += fl->nslots;
    REQUIRE(fl->used <= MAX_STATE, "function too large to verify");
    to = fl->at[pc] = arena_dup(&fl->v->scratch, state, fl->nslots);
  } else {
    for (u32 i = 0; i < fl->nslots; i++) {
      u8 x = to[i] < state[i] ? to[i] : state[i];
      changed |= x != to[i];
      to[i] = x;
    }
  }
  if (changed && !fl->queued[pc]) {
    fl->queued[pc] = true;
    VEC_PUSH(&fl->v->scratch, &fl->work, pc);
  }
  return true;
}

static bool in_map(const BcFunc *f, u32 map, u32 slot) { return f->maps[map + slot / 64] >> slot % 64 & 1; }

static u32 map_of(const BcFunc *f, u32 pc) {
  u32 lo = 0, hi = f->nsafepoints;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (f->safepoints[mid].pc >= pc) hi = mid;
    else lo = mid + 1;
  }
  return f->safepoints[lo].map;
}

/* The collector may run: marked slots must hold something, pointers that are not marked are lost. */
static bool safepoint(Flow *fl, u8 *state, u32 pc) {
  const BcFunc *f = fl->f;
  u32 map = map_of(f, pc);
  for (u32 i = 0; i < fl->nslots; i++) {
    if (fl->area[i]) continue;
    bool marked = in_map(f, map, i);
    REQUIRE(!marked || state[i] == PTR || state[i] == WORD, "the map marks slot %u, which holds no pointer",
            i);
    if (!marked && state[i] == PTR) state[i] = UNSET;
  }
  return true;
}

/* ---- results ---- */

/* Classes of the first slots of an instruction's result; every further slot is WORD. */
static void result_class(u32 op, u8 out[3]) {
  out[0] = out[1] = out[2] = WORD;
  switch (op) {
    case BC_NEW: case BC_MAKEMAP: case BC_MAKECHAN: case BC_BOX: case BC_MAPADDR: case BC_MAPITER:
    case BC_LEA:
    case BC_LEAX: case BC_LEAXP:
      out[0] = PTR;
      break;
    case BC_BYTES_STR_T: case BC_GROW: case BC_APPENDS: case BC_MAKESLICE: case BC_BYTES_STR: case BC_RUNES_STR: case BC_SLICE:
    case BC_SLICE3:
      out[0] = PTR;
      out[1] = out[2] = SCALAR;
      break;
    case BC_STR_BYTES_T: case BC_STR_RUNE_T: case BC_CONCAT: case BC_CONCATN: case BC_STR_BYTES: case BC_STR_RUNES: case BC_STR_RUNE:
      out[0] = PTR;
      out[1] = SCALAR;
      break;
    case BC_LDSTR: case BC_SLICE_STR: out[1] = SCALAR; break;
    case BC_STR_NEXT: case BC_SELECT: out[0] = out[1] = SCALAR; break;
    case BC_ASSERT_I2: out[2] = SCALAR; break;
    case BC_COPY: case BC_MAPLEN: case BC_MAPNEXT: case BC_CHANLEN: case BC_CHANCAP: case BC_LDX_STR:
    case BC_EQ_T:
    case BC_EQ_MT: case BC_EQ_EFACE: case BC_EQ_IFACE:
      out[0] = SCALAR;
      break;
    default:
      if (op >= BC_EQ_64 && op <= BC_EQ_C64) out[0] = SCALAR;
      if (op >= BC_ADD_F64 && op <= BC_F32_F64) out[0] = SCALAR;
      break;
  }
}

static void copy_slots(Flow *fl, const Insn *i) {
  u8 *s = fl->cur;
  u32 n = i->op == BC_MOV ? 1 : i->op == BC_MOV2 ? 2 : i->op == BC_MOV3 ? 3 : i->d;
  memmove(s + i->a, s + i->b, n);
}

/* Writes the classes of i's results. */
static void set_results(Flow *fl, const Insn *i) {
  u8 *s = fl->cur;
  switch (i->op) {
    case BC_MOV: case BC_MOV2: case BC_MOV3: case BC_MOVN: copy_slots(fl, i); return;
    case BC_MK2: case BC_MK3: {
      u8 b = s[i->b], c = s[i->c], d = s[i->op == BC_MK3 ? i->d : i->b];
      s[i->a] = b;
      s[i->a + 1] = c;
      if (i->op == BC_MK3) s[i->a + 2] = d;
      return;
    }
    default: break;
  }
  if (!kind_writes(op_info[i->op].a)) return;
  u8 c[3];
  result_class(i->op, c);
  u32 n = operand_width(fl->v->m, i, op_info[i->op].a);
  for (u32 k = 0; k < n; k++) s[i->a + k] = k < 3 ? c[k] : (u8)WORD;
}

/* ---- one instruction ---- */

static bool read_slots(Flow *fl, u32 slot, u32 n) {
  for (u32 i = slot; i < slot + n; i++)
    REQUIRE(fl->area[i] || fl->cur[i] != UNSET, "slot %u is read before it is written", i);
  return true;
}

static bool read_operands(Flow *fl, const Insn *i) {
  const OpInfo *o = &op_info[i->op];
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u16 slots[4] = {i->a, i->b, i->c, i->d};
  for (u32 k = 0; k < 4; k++) {
    if (kind_reads(kinds[k]) && !read_slots(fl, slots[k], operand_width(fl->v->m, i, kinds[k]))) return false;
  }
  u32 window, nargs, nres, gap;
  if (insn_window(i, &window, &nargs, &nres, &gap)) return read_slots(fl, window, nargs);
  if (i->op == BC_TAILCALL) return read_slots(fl, 0, i->b);
  if (i->op == BC_TAILI) return read_slots(fl, 0, (u32)i->imm & 0xffff);
  return true;
}

/* A call takes everything from its link area on, and leaves its results. */
static bool flow_call(Flow *fl, u32 pc, u32 window, u32 nres) {
  memset(fl->cur + window - 3, UNSET, fl->nslots - window + 3);
  if (!safepoint(fl, fl->cur, pc)) return false;
  memset(fl->cur + window, WORD, nres);
  return true;
}

/* Returns false on an error; *stop when execution does not go on at pc + 1. */
static bool flow_insn(Flow *fl, u32 pc, bool *stop) {
  const Insn *i = &fl->f->code[pc];
  u32 flags = op_info[i->op].flags, window, nargs, nres, gap;
  fl->v->pc = pc;
  *stop = false;
  if (!read_operands(fl, i)) return false;
  if (flags & OPF_JUMP) {
    u8 *state = fl->cur;
    if (flags & OPF_BACK) {
      state = memcpy(fl->taken, fl->cur, fl->nslots);
      if (!safepoint(fl, state, pc)) return false;
    }
    *stop = i->op == BC_JMP || i->op == BC_JMP_B;
    return flow_to(fl, (u32)i->imm, state);
  }
  if (flags & OPF_TERM) {
    *stop = true;
    return true;
  }
  if (insn_window(i, &window, &nargs, &nres, &gap) && gap) return flow_call(fl, pc, window, nres);
  if ((flags & OPF_CALLS) && !(flags & OPF_PARKS)) {
    if (!safepoint(fl, fl->cur, pc)) return false;
    set_results(fl, i);
    return true;
  }
  set_results(fl, i);
  return !(flags & OPF_SAFEPOINT) || safepoint(fl, fl->cur, pc);
}

static bool flow_from(Flow *fl, u32 pc) {
  memcpy(fl->cur, fl->at[pc], fl->nslots);
  for (;; pc++) {
    bool stop;
    if (!flow_insn(fl, pc, &stop)) return false;
    if (stop) return true;
    if (fl->target[pc + 1]) return flow_to(fl, pc + 1, fl->cur);
  }
}

bool verify_flow(Verify *v) {
  const BcFunc *f = v->f;
  Arena *a = &v->scratch;
  u32 n = f->nslots;
  Flow flow = {.v = v, .f = f, .nslots = n, .cur = NEW_ARRAY(a, u8, n), .taken = NEW_ARRAY(a, u8, n),
               .at = NEW_ARRAY(a, u8 *, f->ncode),
               .target = NEW_ARRAY(a, bool, f->ncode + 1), .queued = NEW_ARRAY(a, bool, f->ncode),
               .area = NEW_ARRAY(a, bool, n)};
  Flow *fl = &flow;
  for (u32 i = 0; i < f->nareas; i++) memset(fl->area + f->areas[i].slot, true, f->areas[i].nslots);
  for (u32 i = 0; i < f->ncode; i++) {
    if (op_info[f->code[i].op].flags & OPF_JUMP) fl->target[f->code[i].imm] = true;
  }
  for (u32 i = 0; i < n; i++) fl->cur[i] = fl->area[i] ? WORD : UNSET;
  if ((f->flags & BCF_HASDEFER) && f->recover_pc) {
    fl->target[f->recover_pc] = true;
    if (!flow_to(fl, f->recover_pc, fl->cur)) return false;
  }
  memset(fl->cur, WORD, f->nargs);
  fl->target[0] = true;
  if (!flow_to(fl, 0, fl->cur)) return false;
  while (fl->work.n) {
    u32 pc = VEC_POP(&fl->work);
    fl->queued[pc] = false;
    if (!flow_from(fl, pc)) return false;
  }
  return true;
}

/* ir_live.c - positions and live ranges.
 * Ranges are found value by value: from each use up through the predecessors to the definition, as in
 * Brandner et al., "Computing Liveness Sets for SSA-Form Programs"; the work is proportional to the ranges'
 * sizes in blocks, and nothing is kept for values that live inside one block but one range.
 * What does not follow from "written at the definition, read at the uses":
 *   - constants and addresses are made anew where only a copy wants them (phi, window, tuple): such a use
 *     is none;
 *   - EXTRACT of a value that is live at all uses of the part is read in place (alias);
 *   - values with a home (ir_locals.c) have no slots of their own;
 *   - operands of parking instructions live one position longer: their slots are not the results';
 *   - so does the function or itab of a call: moving arguments into the window must not overwrite it;
 *   - so do operands of instructions with wide results, unless the VM is known to read all operands first. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

/* ---- range lists ---- */

/* First range that ends after p. */
static u32 range_find(const RangeVec *v, u32 p) {
  u32 lo = 0, hi = v->n;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (v->v[mid].end > p) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

bool ranges_meet(const RangeVec *a, const RangeVec *b) {
  if (a->n > b->n) {
    const RangeVec *t = a;
    a = b;
    b = t;
  }
  if (!a->n || a->v[0].start >= VEC_LAST(b).end || b->v[0].start >= VEC_LAST(a).end) return false;
  if (b->n > 8 * a->n) {
    for (u32 i = 0; i < a->n; i++) {
      u32 k = range_find(b, a->v[i].start);
      if (k < b->n && b->v[k].start < a->v[i].end) return true;
    }
    return false;
  }
  for (u32 i = 0, k = 0; i < a->n && k < b->n;) {
    if (a->v[i].end <= b->v[k].start) i++;
    else if (b->v[k].end <= a->v[i].start) k++;
    else return true;
  }
  return false;
}

bool ranges_inside(const RangeVec *inner, const RangeVec *outer) {
  for (u32 i = 0; i < inner->n; i++) {
    u32 k = range_find(outer, inner->v[i].start);
    if (k == outer->n || outer->v[k].start > inner->v[i].start || outer->v[k].end < inner->v[i].end)
      return false;
  }
  return true;
}

void ranges_add(Arena *arena, RangeVec *to, Range r) {
  if (r.start >= r.end) return;
  u32 i = to->n && VEC_LAST(to).end < r.start ? to->n : range_find(to, r.start ? r.start - 1 : 0);
  u32 k = i; /* [i, k) are merged with r */
  while (k < to->n && to->v[k].start <= r.end) {
    if (to->v[k].start < r.start) r.start = to->v[k].start;
    if (to->v[k].end > r.end) r.end = to->v[k].end;
    k++;
  }
  if (k > i) {
    to->v[i] = r;
    memmove(to->v + i + 1, to->v + k, (to->n - k) * sizeof(Range));
    to->n -= k - i - 1;
    return;
  }
  VEC_PUSH(arena, to, r);
  memmove(to->v + i + 1, to->v + i, (to->n - 1 - i) * sizeof(Range));
  to->v[i] = r;
}

void ranges_union(Arena *arena, RangeVec *to, const RangeVec *from) {
  for (u32 i = 0; i < from->n; i++) ranges_add(arena, to, from->v[i]);
}

/* ---- positions ---- */

bool value_is_call(const IrValue *v) {
  switch (v->op) {
    case BC_CALL: case BC_CALLC: case BC_CALLI: case BC_CONCATN: case BC_SELECT: return true;
    default: return false;
  }
}

static CallSite call_site(const IrValue *v, u32 pos) {
  bool call = v->op == BC_CALL || v->op == BC_CALLC || v->op == BC_CALLI;
  CallSite c = {.v = (IrValue *)v, .pos = pos, .first_arg = v->op == BC_CALLC || v->op == BC_CALLI,
                .nres = call ? v->shape->nslots : 0, .gap = call ? 3 : 0};
  for (u32 i = c.first_arg; i < v->nargs; i++) c.nargs += v->args[i]->shape->nslots;
  if (v->op == BC_SELECT) c.nargs = v->nargs / 2 * 3;
  return c;
}

/* Consecutive extracts of one value are one parallel instruction: they share a position. */
static void assign_positions(Emitter *e) {
  u32 pos = 0;
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    BLOCK_INFO(b)->start = pos;
    for (u32 k = 0; k < b->phis.n; k++) e->info[b->phis.v[k]->id].pos = pos;
    const IrValue *prev = NULL;
    for (u32 k = 0; k < b->values.n; k++) {
      IrValue *v = b->values.v[k];
      bool same = prev && prev->op == IR_EXTRACT && v->op == IR_EXTRACT && prev->args[0] == v->args[0];
      if (!same) pos += 2;
      e->info[v->id].pos = pos;
      if (value_is_call(v)) VEC_PUSH(e->arena, &e->calls, call_site(v, pos));
      prev = v;
    }
    pos += 2;
    BLOCK_INFO(b)->end = pos;
  }
  e->npos = pos + 2;
}

/* ---- uses ---- */

typedef struct Use {
  IrBlock *block;
  u32 end; /* of the range that this use demands in its block */
} Use;
typedef struct Uses { /* by value id: uses [first[id], first[id + 1]) */
  u32 *first;
  Use *v;
} Uses;

/* Instructions with wide results whose operands may lie in the result's slots: the VM reads them all first.
 * */
static bool reads_first(u16 op) {
  switch (op) {
    case BC_MOV2: case BC_MOV3: case BC_MOVN: case BC_MK2: case BC_MK3: case IR_TUPLE: case IR_EXTRACT:
    case BC_LD_2: case BC_LD_3: case BC_LD_N: case BC_LDX_2: case BC_LDX_3: case BC_LDX_N:
    case BC_SLICE: case BC_SLICE_STR: case BC_GROW: case BC_APPENDS: case BC_CONCAT: case BC_STR_BYTES:
    case BC_BYTES_STR: case BC_CONCATN: case BC_CALL: case BC_CALLC: case BC_CALLI:
      return true;
    default: return false;
  }
}

u32 ir_read_end(const Emitter *e, const IrValue *user) {
  u32 pos = e->info[user->id].pos;
  if (user->op < BC_COUNT && (op_info[user->op].flags & OPF_PARKS)) return pos + 2;
  return pos + (user->shape->nslots > 1 && !reads_first(user->op) ? 2 : 1);
}

bool arg_is_copied(const IrValue *user, u32 i) {
  if (op_is_tuple(user->op) || user->op == IR_PHI || user->op == IR_WRITE_LOCAL) return true;
  if (user->op == BC_TAILCALL) return true;
  if (user->op == BC_TAILI) return i > 0;
  return value_is_call(user) && i >= (u32)(user->op == BC_CALLC || user->op == BC_CALLI);
}

/* Calls fn for each use that keeps the argument's slots alive. */
typedef void UseFn(Emitter *e, Uses *u, IrValue *arg, Use use);

static void each_use(Emitter *e, Uses *u, UseFn *fn) {
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) {
      IrValue *phi = b->phis.v[k];
      for (u32 j = 0; j < phi->nargs; j++) {
        IrBlock *p = b->preds.v[j];
        if (!value_is_remat(phi->args[j])) fn(e, u, phi->args[j], (Use){p, BLOCK_INFO(p)->end - 1});
      }
    }
    for (u32 k = 0; k < b->values.n; k++) {
      IrValue *v = b->values.v[k];
      u32 end = ir_read_end(e, v);
      for (u32 j = 0; j < v->nargs; j++) {
        if (value_is_remat(v->args[j]) && arg_is_copied(v, j)) continue;
        bool callee = j == 0 && (v->op == BC_CALLC || v->op == BC_CALLI);
        fn(e, u, v->args[j], (Use){b, callee ? e->info[v->id].pos + 2 : end});
      }
    }
  }
}

static void count_use(Emitter *e, Uses *u, IrValue *arg, Use use) {
  (void)use;
  u->first[arg->id + 1]++;
  e->info[arg->id].needed = true;
}

static void add_use(Emitter *e, Uses *u, IrValue *arg, Use use) {
  (void)e;
  u->v[u->first[arg->id]++] = use;
}

static Uses collect_uses(Emitter *e) {
  u32 n = e->f->nvalues;
  Uses u = {NEW_ARRAY(e->arena, u32, n + 2), NULL};
  each_use(e, &u, count_use);
  for (u32 i = 0; i < n; i++) u.first[i + 1] += u.first[i];
  u.v = NEW_ARRAY(e->arena, Use, u.first[n] + 1);
  each_use(e, &u, add_use); /* moves first[i] to the end of i's uses */
  memmove(u.first + 1, u.first, n * sizeof *u.first);
  u.first[0] = 0;
  return u;
}

/* ---- ranges of one value ---- */

typedef struct Walk {
  u32 *mark;     /* by block id: value id + 1 when touched by this value */
  u32 *end;      /* by block id: end of the range in it */
  IrBlockVec touched; /* blocks where the value is live in */
} Walk;

static void live_in(Walk *w, u32 id, IrBlock *b, u32 end) {
  if (w->mark[b->id] == id + 1) {
    if (end > w->end[b->id]) w->end[b->id] = end;
    return;
  }
  w->mark[b->id] = id + 1;
  w->end[b->id] = end;
  VEC_PUSH(NULL, &w->touched, b);
}

static int by_order(const void *a, const void *b) {
  u32 x = (*(IrBlock *const *)a)->order, y = (*(IrBlock *const *)b)->order;
  return x < y ? -1 : x > y;
}

static void value_ranges(Emitter *e, Walk *w, const Uses *u, IrValue *v) {
  ValueInfo *in = &e->info[v->id];
  u32 start = v->op == IR_PHI || v->op == IR_PARAM ? BLOCK_INFO(v->block)->start : in->pos + 1;
  u32 own_end = 0; /* of the range in the defining block */
  w->touched.n = 0;
  for (u32 i = u->first[v->id]; i < u->first[v->id + 1]; i++) {
    Use use = u->v[i];
    if (use.block != v->block) live_in(w, v->id, use.block, use.end);
    else if (use.end > own_end) own_end = use.end;
  }
  for (u32 i = 0; i < w->touched.n; i++) {
    IrBlock *b = w->touched.v[i];
    for (u32 k = 0; k < b->preds.n; k++) {
      IrBlock *p = b->preds.v[k];
      u32 end = BLOCK_INFO(p)->end;
      if (p == v->block) own_end = end;
      else live_in(w, v->id, p, end);
    }
  }
  if (own_end <= start) own_end = start + 1;
  if (w->touched.n > 1) qsort(w->touched.v, w->touched.n, sizeof(IrBlock *), by_order);
  ranges_add(e->arena, &in->live, (Range){start, own_end});
  for (u32 i = 0; i < w->touched.n; i++) {
    IrBlock *b = w->touched.v[i];
    ranges_add(e->arena, &in->live, (Range){BLOCK_INFO(b)->start, w->end[b->id]});
  }
  for (u32 k = 0; v->op == IR_PHI && k < v->block->preds.n; k++) { /* copied to before the jump */
    u32 end = BLOCK_INFO(v->block->preds.v[k])->end;
    ranges_add(e->arena, &in->live, (Range){end - 1, end});
  }
}

/* ---- aliases ---- */

static void find_alias(Emitter *e, IrValue *v) {
  ValueInfo *in = &e->info[v->id], *src = &e->info[v->args[0]->id];
  if (src->home || !v->shape->nslots || !ranges_inside(&in->live, &src->live)) return;
  in->alias = true;
  in->live.n = 0;
}

void ir_live(Emitter *e) {
  u32 nblocks = e->f->blocks.n;
  assign_positions(e);
  ir_local_homes(e);
  Uses u = collect_uses(e);
  Walk w = {NEW_ARRAY(e->arena, u32, nblocks), NEW_ARRAY(e->arena, u32, nblocks), {0}};
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) {
      if (b->phis.v[k]->shape->nslots) value_ranges(e, &w, &u, b->phis.v[k]);
      e->info[b->phis.v[k]->id].needed = true;
    }
    for (u32 k = 0; k < b->values.n; k++) {
      IrValue *v = b->values.v[k];
      ValueInfo *in = &e->info[v->id];
      if (!value_is_remat(v)) in->needed = true;
      bool used = u.first[v->id] < u.first[v->id + 1];
      if (!in->needed || in->home || !v->shape->nslots || (value_is_call(v) && !used && v->op != BC_SELECT))
        continue;
      if (v->op == IR_PARAM && !used) continue;
      value_ranges(e, &w, &u, v);
    }
  }
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->values.n; k++) {
      if (b->values.v[k]->op == IR_EXTRACT) find_alias(e, b->values.v[k]);
    }
  }
  VEC_FREE(&w.touched);
  ir_local_ranges(e);
}

/* ir_locals.c - locals (frame areas): what can live in them, and when they are live.
 *
 * Homes: a snapshot of a local that nothing changes before its last use is read in place, and a value whose
 * only use is to be written to a local is made there.
 * Liveness: a local is live from where it is written or cleared as a whole to its last read; writing a part
 * is neither, and every instruction that may reach it through a pointer reads it (ir_addresses.c). One whose
 * address goes elsewhere, or that the recover block reads, is live everywhere. Safepoint maps have only live locals, and only locals with pointers that are live at the entry are cleared there.
 * Slots are not shared.
 */
#include "frontend/ir_priv.h"

#include <stdlib.h>

/* ---- locals read and made in place ---- */

static bool writes_local(const IrValue *v, const IrLocal *l) {
  if (v->op == IR_WRITE_LOCAL || v->op == IR_ZERO_LOCAL) return v->local == l;
  return v->op < BC_COUNT && op_info[v->op].a == OPK_L && v->local == l;
}

#define HOME_WINDOW 64 /* instructions looked at */

/* The snapshot v = READ_LOCAL is used only inside its block before anything can change the local. */
static void read_in_place(Emitter *e, const IrBlock *b, u32 at, const bool *address_taken) {
  IrValue *v = b->values.v[at];
  u32 left = v->uses, limit = at + HOME_WINDOW;
  for (u32 i = at + 1; i < b->values.n && i < limit && left; i++) {
    const IrValue *x = b->values.v[i];
    for (u32 k = 0; k < x->nargs; k++) left -= x->args[k] == v;
    if (!left) break;
    if (writes_local(x, v->local)) return;
    if (address_taken[v->local->id] && x->op < BC_COUNT && (op_info[x->op].flags & (OPF_STORE | OPF_CALLS)))
      return;
  }
  if (!left) e->info[v->id].home = v->local;
}

static bool same_pointers(const IrShape *a, const IrShape *b) {
  if (a->nslots != b->nslots) return false;
  return !memcmp(a->ptrs, b->ptrs, (a->nslots + 63) / 64 * sizeof(u64));
}

/* w = WRITE_LOCAL v, v's only use, and nothing touches the local from v's definition on. */
static void made_in_place(Emitter *e, const IrBlock *b, u32 at, const bool *address_taken) {
  const IrValue *w = b->values.v[at];
  IrValue *v = w->args[0];
  if (v->uses != 1 || v->block != b || value_is_call(v) || value_is_remat(v)) return;
  if (v->op >= BC_COUNT && v->op != IR_TUPLE) return;
  if (address_taken[w->local->id] || !same_pointers(v->shape, w->local->shape)) return;
  u32 lowest = at > HOME_WINDOW ? at - HOME_WINDOW : 0;
  for (u32 i = at; i-- > lowest;) {
    const IrValue *x = b->values.v[i];
    if (x->local == w->local || x->locals) return;
    for (u32 k = 0; k < x->nargs; k++) {
      if (e->info[x->args[k]->id].home == w->local) return;
    }
    if (x == v) {
      e->info[v->id].home = w->local;
      return;
    }
  }
}

void ir_local_homes(Emitter *e) {
  u32 n = e->f->locals.n;
  e->locals = NEW_ARRAY(e->arena, LocalInfo, n);
  if (!n) return;
  bool *taken = NEW_ARRAY(e->arena, bool, n);
  for (u32 i = 0; i < e->order.n; i++) {
    for (u32 k = 0; k < e->order.v[i]->values.n; k++) {
      const IrValue *v = e->order.v[i]->values.v[k];
      if (v->op == BC_LEAL) taken[v->local->id] = true;
      for (u32 j = 0; v->locals && j < v->nargs / 2; j++) {
        if (v->locals[j]) taken[v->locals[j]->id] = true;
      }
    }
  }
  for (u32 i = 0; i < e->order.n; i++) {
    const IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->values.n; k++) {
      if (b->values.v[k]->op == IR_READ_LOCAL) read_in_place(e, b, k, taken);
      if (b->values.v[k]->op == IR_WRITE_LOCAL) made_in_place(e, b, k, taken);
    }
  }
  ir_addresses(e);
  for (u32 i = 0; i < n; i++) e->locals[i].always = e->addresses->always[i];
}

/* ---- liveness ---- */

/* Sets of locals, one per block: live at its end, and at its start. */
typedef struct LocalSets {
  u32 words;
  u64 *out, *in;
} LocalSets;

static void set_bit(u64 *set, u32 i) { set[i / 64] |= 1ull << i % 64; }
static void clear_bit(u64 *set, u32 i) { set[i / 64] &= ~(1ull << i % 64); }
static bool has_bit(const u64 *set, u32 i) { return set[i / 64] >> i % 64 & 1; }

static bool reads_area(const IrValue *v) {
  return v->local && (v->op == IR_READ_LOCAL || (v->op < BC_COUNT && op_info[v->op].b == OPK_L));
}

/* The local that v writes as a whole; NULL when none. What is made in place is written where it is made. */
static const IrLocal *writes_whole(const Emitter *e, const IrValue *v) {
  if (v->op == IR_ZERO_LOCAL) return v->local;
  if (v->op == IR_WRITE_LOCAL) return e->info[v->args[0]->id].home == v->local ? NULL : v->local;
  return v->op == IR_READ_LOCAL ? NULL : e->info[v->id].home;
}

/* v may reach locals through its operand a; a call does so while its callee runs. */
static void read_group(const Emitter *e, const IrValue *v, const IrValue *a, u64 *live, u32 *end) {
  const AddressUses *u = e->addresses;
  if (!u->derived[a->id]) return;
  const LocalVec *l = &u->members[u->group[u->derived[a->id] - 1]];
  for (u32 i = 0; i < l->n; i++) {
    u32 id = l->v[i]->id;
    if (has_bit(live, id)) continue;
    set_bit(live, id);
    end[id] = e->info[v->id].pos + 3;
  }
}

/* Walks b backwards from the locals live at its end. ranges: notes the live ranges too. */
static void walk_block(Emitter *e, const IrBlock *b, u64 *live, u32 *end, bool ranges) {
  u32 nlocals = e->f->locals.n;
  for (u32 i = 0; ranges && i < nlocals; i++) end[i] = has_bit(live, i) ? BLOCK_INFO(b)->end : 0;
  for (u32 k = b->values.n; k-- > 0;) {
    const IrValue *v = b->values.v[k];
    const IrLocal *w = writes_whole(e, v);
    if (w && has_bit(live, w->id)) {
      clear_bit(live, w->id);
      if (ranges) ranges_add(e->arena, &e->locals[w->id].live, (Range){e->info[v->id].pos + 1, end[w->id]});
    }
    for (u32 i = 0; i <= v->nargs; i++) {
      const IrLocal *r = i < v->nargs ? e->info[v->args[i]->id].home : reads_area(v) ? v->local : NULL;
      if (i < v->nargs) read_group(e, v, v->args[i], live, end);
      if (!r || has_bit(live, r->id)) continue;
      set_bit(live, r->id);
      end[r->id] = ir_read_end(e, v);
    }
  }
  for (u32 i = 0; ranges && i < nlocals; i++) {
    if (has_bit(live, i)) ranges_add(e->arena, &e->locals[i].live, (Range){BLOCK_INFO(b)->start, end[i]});
  }
}

static bool update_block(Emitter *e, LocalSets *s, const IrBlock *b, u64 *live, u32 *end) {
  u64 *out = s->out + (size_t)b->id * s->words, *in = s->in + (size_t)b->id * s->words;
  bool changed = false;
  for (u32 k = 0; k < 2 && b->succs[k]; k++) {
    for (u32 w = 0; w < s->words; w++) out[w] |= s->in[(size_t)b->succs[k]->id * s->words + w];
  }
  memcpy(live, out, s->words * sizeof *live);
  walk_block(e, b, live, end, false);
  for (u32 w = 0; w < s->words; w++) changed |= in[w] != live[w];
  memcpy(in, live, s->words * sizeof *live);
  return changed;
}

void ir_local_ranges(Emitter *e) {
  u32 n = e->f->locals.n, nblocks = e->order.n;
  if (!n) return;
  LocalSets s = {.words = (n + 63) / 64};
  s.out = NEW_ARRAY(e->arena, u64, (size_t)nblocks * s.words);
  s.in = NEW_ARRAY(e->arena, u64, (size_t)nblocks * s.words);
  u64 *live = NEW_ARRAY(e->arena, u64, s.words);
  u32 *end = NEW_ARRAY(e->arena, u32, n);
  for (bool changed = true; changed;) {
    changed = false;
    for (u32 i = nblocks; i-- > 0;) changed |= update_block(e, &s, e->order.v[i], live, end);
  }
  const IrBlock *entry = e->f->blocks.v[0], *recover = e->f->recover_block;
  for (u32 i = 0; i < n; i++) {
    LocalInfo *l = &e->locals[i];
    if (recover && has_bit(s.in + (size_t)recover->id * s.words, i)) l->always = true;
    l->at_entry = l->always || has_bit(s.in + (size_t)entry->id * s.words, i);
  }
  for (u32 i = 0; i < nblocks; i++) {
    const IrBlock *b = e->order.v[i];
    memcpy(live, s.out + (size_t)b->id * s.words, s.words * sizeof *live);
    walk_block(e, b, live, end, true);
  }
}

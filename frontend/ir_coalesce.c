/* ir_coalesce.c - joins values to classes that get the same slots, so that copies between them vanish.
 *   phi and its arguments (innermost loops first): a loop variable stays in one slot;
 *   a tuple and its parts, a wide value and its extracts: the part lies at its place in the whole.
 * Two classes are joined only when their live ranges do not meet in any common slot. A class of parts of
 * unlike ranges is laned: it has one range list per slot, and at most MAX_LANES slots. A parameter's class
 * is fixed: it does not grow. Joining the smaller list into the larger keeps the total cost near linear. */
#include "frontend/ir_priv.h"

#define MAX_LANES 16

static SlotClass *class_new(Emitter *e, IrValue *v) {
  SlotClass *c = NEW(e->arena, SlotClass);
  ValueInfo *in = &e->info[v->id];
  c->width = v->shape->nslots;
  c->lanes = NEW(e->arena, RangeVec);
  c->lanes[0] = in->live;
  in->live.v = arena_dup(e->arena, in->live.v, in->live.n * sizeof(Range)); /* maps need the value's own */
  in->live.cap = in->live.n;
  c->slot = -1;
  if (v->op == IR_PARAM) {
    c->fixed = true;
    c->slot = (i32)v->imm;
  }
  VEC_PUSH(e->arena, &c->members, v);
  in->cls = c;
  return c;
}

/* The range lists of c as a class of `width` slots in which it begins at `shift`. */
static void make_laned(Emitter *e, SlotClass *c, u32 width, u32 shift) {
  if (c->laned && c->width == width && !shift) return;
  RangeVec *lanes = NEW_ARRAY(e->arena, RangeVec, width);
  for (u32 i = 0; i < c->width; i++) {
    if (c->laned || i == 0) {
      lanes[shift + i] = *class_lane(c, i);
    } else {
      ranges_union(e->arena, &lanes[shift + i], &lanes[shift]);
    }
  }
  for (u32 i = 0; shift && i < c->members.n; i++) e->info[c->members.v[i]->id].offset += shift;
  c->lanes = lanes;
  c->laned = true;
  c->width = width;
}

static bool lanes_meet(const SlotClass *a, const SlotClass *b, u32 shift) {
  if (!a->laned && !b->laned) return ranges_meet(&a->lanes[0], &b->lanes[0]);
  for (u32 i = 0; i < b->width && shift + i < a->width; i++) {
    if (ranges_meet(class_lane(a, shift + i), class_lane(b, i))) return true;
  }
  return false;
}

static void adopt(Emitter *e, SlotClass *a, SlotClass *b, u32 shift) {
  for (u32 i = 0; i < b->members.n; i++) {
    ValueInfo *in = &e->info[b->members.v[i]->id];
    in->cls = a;
    in->offset += shift;
    VEC_PUSH(e->arena, &a->members, b->members.v[i]);
  }
  b->members.n = 0;
}

static u32 class_weight(const SlotClass *c) {
  u32 n = c->members.n;
  for (u32 i = 0; i < (c->laned ? c->width : 1); i++) n += c->lanes[i].n;
  return n;
}

/* Joins b to a, b's slot 0 at a's slot `shift`, when nothing meets. */
static bool join(Emitter *e, SlotClass *a, SlotClass *b, i64 shift) {
  if (a == b) return false;
  if (shift < 0) return join(e, b, a, -shift);
  u32 width = a->width > shift + b->width ? a->width : (u32)(shift + b->width);
  bool uniform = !a->laned && !b->laned && !shift && a->width == b->width;
  if (!uniform && width > MAX_LANES) return false;
  if (a->fixed && (b->fixed || width > a->width)) return false;
  if (b->fixed && (shift || width > b->width)) return false;
  if (lanes_meet(a, b, (u32)shift)) return false;
  if (!uniform) {
    make_laned(e, a, width, 0);
    make_laned(e, b, width, (u32)shift);
  }
  if (class_weight(a) < class_weight(b)) {
    SlotClass *t = a;
    a = b;
    b = t;
  }
  for (u32 i = 0; i < (a->laned ? width : 1); i++) ranges_union(e->arena, &a->lanes[i], &b->lanes[i]);
  if (b->fixed) {
    a->fixed = true;
    a->slot = b->slot;
  }
  adopt(e, a, b, 0);
  return true;
}

/* part = slots [at, ...) of whole. */
static void join_part(Emitter *e, const IrValue *whole, const IrValue *part, u32 at) {
  const ValueInfo *w = &e->info[whole->id], *p = &e->info[part->id];
  if (!w->cls || !p->cls) return;
  join(e, w->cls, p->cls, (i64)w->offset + at - p->offset);
}

#define DEPTHS 8

static void join_phis(Emitter *e) {
  typedef struct Copy {
    IrValue *phi, *arg;
  } Copy;
  VEC(Copy) copies[DEPTHS] = {0};
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) {
      IrValue *phi = b->phis.v[k];
      for (u32 j = 0; j < phi->nargs; j++) {
        u32 d = BLOCK_INFO(b->preds.v[j])->depth;
        VEC_PUSH(e->arena, &copies[d < DEPTHS ? d : DEPTHS - 1], ((Copy){phi, phi->args[j]}));
      }
    }
  }
  for (u32 d = DEPTHS; d-- > 0;) {
    for (u32 i = 0; i < copies[d].n; i++) join_part(e, copies[d].v[i].phi, copies[d].v[i].arg, 0);
  }
}

static void join_parts(Emitter *e, const IrValue *v) {
  if (v->op == IR_EXTRACT) {
    if (!e->info[v->id].alias) join_part(e, v->args[0], v, (u32)v->imm);
  } else if (op_is_tuple(v->op)) {
    u32 at = 0;
    for (u32 i = 0; i < v->nargs; i++) {
      join_part(e, v, v->args[i], at);
      at += v->args[i]->shape->nslots;
    }
  }
}

void ir_coalesce(Emitter *e) {
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) {
      if (e->info[b->phis.v[k]->id].live.n) class_new(e, b->phis.v[k]);
    }
    for (u32 k = 0; k < b->values.n; k++) {
      if (e->info[b->values.v[k]->id].live.n) class_new(e, b->values.v[k]);
    }
  }
  join_phis(e);
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->values.n; k++) join_parts(e, b->values.v[k]);
  }
}

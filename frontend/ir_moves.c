/* ir_moves.c - parallel copies: all sources are read before any destination is written.
 * Works slot by slot: a move whose destination nobody still reads is ready; when none is, what is left are
 * cycles, and one slot of a cycle is saved in a temporary. Neighbouring moves are then merged: to MOV2,
 * MOV3, MOVN when the sources are neighbours too, else to MK2, MK3. Values made anew (constants) come when
 * their destination is not read any more. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

void ir_push(Code *code, Insn i) { VEC_PUSH(code->arena, &code->insns, i); }

void ir_remat(Code *code, const IrValue *v, u32 dst) {
  const OpInfo *o = &op_info[v->op];
  Insn i = {.op = v->op, .a = (u16)dst};
  switch (o->imm) {
    case OPK_K64: i.k = v->k; break;
    case OPK_GL:
      i.c = (u16)v->u[0];
      i.d = (u16)(v->u[0] >> 16);
      i.imm = (i32)v->imm;
      break;
    default: i.imm = (i32)v->imm; break;
  }
  if (o->d == OPK_U) { /* ZERO */
    i.d = (u16)v->shape->nslots;
    if (i.d == 1) i = (Insn){.op = BC_LDK, .a = (u16)dst};
  }
  ir_push(code, i);
}

typedef struct SlotMove {
  u32 dst, src;
} SlotMove;

/* A run of n moves to neighbouring slots becomes one instruction, or two. */
static void push_run(Code *code, const SlotMove *m, u32 n, bool block) {
  Insn i = {.a = (u16)m->dst, .b = (u16)m->src};
  if (n == 1) {
    i.op = BC_MOV;
  } else if (block) {
    u32 apart = m->dst > m->src ? m->dst - m->src : m->src - m->dst;
    i.op = n == 2 && apart >= 2 ? BC_MOV2 : n == 3 && apart >= 3 ? BC_MOV3 : BC_MOVN;
    if (i.op == BC_MOVN) i.d = (u16)n;
  } else {
    i.op = n == 2 ? BC_MK2 : BC_MK3;
    i.c = (u16)m[1].src;
    if (n == 3) i.d = (u16)m[2].src;
  }
  ir_push(code, i);
}

/* Moves in an order that is right one by one -> instructions. */
static void push_moves(Code *code, SlotMove *m, u32 n) {
  for (u32 i = 0; i < n;) {
    u32 up = 1, down = 1, fan = 1;
    while (i + up < n && m[i + up].dst == m[i].dst + up && m[i + up].src == m[i].src + up) up++;
    while (i + down < n && m[i + down].dst + down == m[i].dst && m[i + down].src + down == m[i].src) down++;
    if (down > up) { /* copied from the end down: the areas overlap, which MOVN allows */
      push_run(code, &m[i + down - 1], down, true);
      i += down;
      continue;
    }
    while (fan < 3 && i + fan < n && m[i + fan].dst == m[i].dst + fan) fan++;
    if (up == 1 && fan > 1) {
      push_run(code, &m[i], fan, false);
      i += fan;
    } else {
      push_run(code, &m[i], up, true);
      i += up;
    }
  }
}

/* Scratch state of one parallel copy; slot arrays are as long as the highest slot in use. */
typedef struct Parallel {
  u32 n, limit;
  SlotMove *in, *out;
  u32 nout;
  u32 *readers; /* by slot: moves that still read it */
  u32 *writer;  /* by slot: index + 1 of the move to it, 0 when done or none */
  u32 *ready, nready;
} Parallel;

static void perform(Parallel *p, u32 i) {
  SlotMove m = p->in[i];
  p->out[p->nout++] = m;
  p->writer[m.dst] = 0;
  if (--p->readers[m.src] == 0 && p->writer[m.src]) p->ready[p->nready++] = p->writer[m.src] - 1;
}

static void order_moves(Parallel *p, u32 tmp, u32 *nslots) {
  for (u32 i = 0; i < p->n; i++) {
    p->readers[p->in[i].src]++;
    p->writer[p->in[i].dst] = i + 1;
  }
  for (u32 i = 0; i < p->n; i++) { /* in order as far as possible: neighbours stay together */
    if (p->writer[p->in[i].dst] != i + 1 || p->readers[p->in[i].dst]) continue;
    perform(p, i);
    while (p->nready) perform(p, p->ready[--p->nready]);
  }
  for (u32 i = 0; i < p->n;
       i++) { /* cycles: save the slot that move i overwrites, its readers read the copy */
    u32 dst = p->in[i].dst;
    if (p->writer[dst] != i + 1) continue;
    if (tmp + 1 > *nslots) *nslots = tmp + 1;
    p->out[p->nout++] = (SlotMove){tmp, dst};
    for (u32 k = 0; k < p->n; k++) {
      if (p->writer[p->in[k].dst] != k + 1 || p->in[k].src != dst) continue;
      p->in[k].src = tmp;
      p->readers[tmp]++;
    }
    p->readers[dst] = 0;
    perform(p, i);
    while (p->nready) perform(p, p->ready[--p->nready]);
  }
}

/* One move, or moves that do not touch each other's slots. */
static bool independent(const MoveVec *moves) {
  if (moves->n > 8) return false;
  for (u32 i = 0; i < moves->n; i++) {
    const Move *d = &moves->v[i];
    for (u32 k = 0; k < moves->n; k++) {
      const Move *s = &moves->v[k];
      if (i != k && !s->remat && s->src < d->dst + d->n && d->dst < s->src + s->n) return false;
    }
  }
  return true;
}

static void general_moves(Code *code, MoveVec *moves, u32 tmp, u32 *nslots) {
  Parallel p = {.limit = tmp + 1};
  u32 total = 0;
  for (u32 i = 0; i < moves->n; i++) total += moves->v[i].remat ? 0 : moves->v[i].n;
  p.in = xmalloc(total * sizeof *p.in);
  p.out = xmalloc((2 * total + 1) * sizeof *p.out);
  p.ready = xmalloc((total + 1) * sizeof *p.ready);
  for (u32 i = 0; i < moves->n; i++) {
    Move m = moves->v[i];
    if (m.remat) continue;
    for (u32 k = 0; k < m.n; k++) p.in[p.n++] = (SlotMove){m.dst + k, m.src + k};
    if (m.dst + m.n > p.limit) p.limit = m.dst + m.n;
    if (m.src + m.n > p.limit) p.limit = m.src + m.n;
  }
  p.readers = xcalloc(p.limit, sizeof *p.readers);
  p.writer = xcalloc(p.limit, sizeof *p.writer);
  order_moves(&p, tmp, nslots);
  push_moves(code, p.out, p.nout);
  xfree(p.in);
  xfree(p.out);
  xfree(p.ready);
  xfree(p.readers);
  xfree(p.writer);
}

void ir_parallel_moves(Code *code, MoveVec *moves, u32 tmp, u32 *nslots) {
  u32 n = 0, nmoves = 0;
  for (u32 i = 0; i < moves->n; i++) {
    Move m = moves->v[i];
    if (!m.n || (!m.remat && m.dst == m.src)) continue;
    moves->v[n++] = m;
    nmoves += !m.remat;
  }
  moves->n = n;
  if (nmoves == 1 && n == 1) {
    SlotMove one = {moves->v[0].dst, moves->v[0].src};
    push_run(code, &one, moves->v[0].n, true);
  } else if (nmoves && independent(moves)) {
    SlotMove small[64];
    u32 k = 0;
    for (u32 i = 0; i < n; i++) {
      Move m = moves->v[i];
      if (m.remat) continue;
      if (m.n > 8) { /* pushed on its own, in its place */
        push_moves(code, small, k);
        k = 0;
        SlotMove wide = {m.dst, m.src};
        push_run(code, &wide, m.n, true);
        continue;
      }
      for (u32 j = 0; j < m.n; j++) small[k++] = (SlotMove){m.dst + j, m.src + j};
    }
    push_moves(code, small, k);
  } else if (nmoves) {
    general_moves(code, moves, tmp, nslots);
  }
  for (u32 i = 0; i < n; i++) {
    if (moves->v[i].remat) ir_remat(code, moves->v[i].remat, moves->v[i].dst);
  }
  moves->n = 0;
}

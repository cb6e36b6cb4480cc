/* ir_layout.c - the order of blocks.
 * Reverse postorder, each loop's blocks together, unlikely blocks at the end. A loop that is left from its
 * first blocks is rotated: they go behind its last block, so that the conditional jump at the bottom is the
 * loop's only jump; the loop is then entered by a jump to them. Only quality depends on loops here, never
 * correctness. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

/* The items of a loop (or of the function): blocks, and headers standing for whole inner loops. */
static bool leaves_loop(const IrBlock *b, const IrBlock *h, IrBlock *const *parent) {
  for (u32 i = 0; i < 2; i++) {
    const IrBlock *s = b->succs[i];
    if (!s) continue;
    const IrBlock *l = BLOCK_INFO(s)->loop;
    while (l && l != h) l = parent[l->id];
    if (l != h) return true;
  }
  return false;
}

/* Moves the leading blocks that leave the loop behind the rest when the last block is an unconditional jump
 * back. */
static void rotate(IrBlockVec *items, const IrBlock *h, IrBlock *const *parent) {
  u32 n = items->n, k = 0;
  if (n < 2) return;
  IrBlock *last = items->v[n - 1];
  if (last->succs[1] || last->succs[0] != h) return;
  while (k + 1 < n) {
    IrBlock *b = items->v[k];
    bool inner = k > 0 && BLOCK_INFO(b)->loop == b;
    if (inner || !b->succs[1] || !leaves_loop(b, h, parent)) break;
    k++;
  }
  if (!k) return;
  IrBlock **head = xmalloc(k * sizeof *head);
  memcpy(head, items->v, k * sizeof *head);
  memmove(items->v, items->v + k, (n - k) * sizeof *head);
  memcpy(items->v + n - k, head, k * sizeof *head);
  xfree(head);
}

static void flatten(Emitter *e, const IrBlockVec *lists, const IrBlockVec *items, const IrBlock *self) {
  for (u32 i = 0; i < items->n; i++) {
    IrBlock *b = items->v[i];
    if (BLOCK_INFO(b)->loop == b && b != self) {
      flatten(e, lists, &lists[b->id], b);
    } else {
      VEC_PUSH(e->arena, &e->order, b);
    }
  }
}

void ir_layout(Emitter *e) {
  IrFunc *f = e->f;
  u32 n = f->blocks.n;
  FlowGraph g;
  ir_flow_graph(f, &g);
  IrBlockVec *lists = NEW_ARRAY(e->arena, IrBlockVec, n), top = {0}, cold = {0};
  for (u32 i = 0; i < n; i++) {
    IrBlock *b = g.rpo[i];
    IrBlock *loop = BLOCK_INFO(b)->loop;
    if (b->unlikely && loop != b && b != f->blocks.v[0]) {
      VEC_PUSH(e->arena, &cold, b);
      continue;
    }
    if (loop == b) VEC_PUSH(e->arena, g.parent[b->id] ? &lists[g.parent[b->id]->id] : &top, b);
    VEC_PUSH(e->arena, loop ? &lists[loop->id] : &top, b);
  }
  for (u32 i = 0; i < n; i++) {
    if (lists[i].n) rotate(&lists[i], f->blocks.v[i], g.parent);
  }
  flatten(e, lists, &top, NULL);
  for (u32 i = 0; i < cold.n; i++) VEC_PUSH(e->arena, &e->order, cold.v[i]);
  CHECK(e->order.n == n);
  for (u32 i = 0; i < n; i++) e->order.v[i]->order = i;
}

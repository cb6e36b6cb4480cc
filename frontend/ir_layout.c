/* ir_layout.c - loops, and the order of blocks.
 * Reverse postorder, each loop's blocks together, unlikely blocks at the end. A loop that is left from its first blocks
 * is rotated: they go behind its last block, so that the conditional jump at the bottom is the loop's only jump; the
 * loop is then entered by a jump to them. Loops are found as Havlak does ("Nesting of Reducible and Irreducible Loops");
 * entries into the middle of a loop are ignored, since only the layout's quality and the depth depend on loops. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

typedef struct Dfs {
  u32 *pre, *last; /* preorder number from 1; highest number in the subtree */
  IrBlock **by_pre; /* [1..n] */
  IrBlock **rpo;
  u32 n, post;
} Dfs;

static void dfs_from(Dfs *d, IrBlock *root) {
  typedef struct Frame {
    IrBlock *b;
    u32 next;
  } Frame;
  VEC(Frame) stack = {0};
  d->pre[root->id] = ++d->n;
  d->by_pre[d->n] = root;
  VEC_PUSH(NULL, &stack, ((Frame){root, 0}));
  while (stack.n) {
    Frame *fr = &VEC_LAST(&stack);
    IrBlock *b = fr->b;
    if (fr->next == 2) {
      d->last[b->id] = d->n;
      d->rpo[--d->post] = b;
      stack.n--;
      continue;
    }
    IrBlock *s = b->succs[1 - fr->next++]; /* the last visited comes first in the order: succs[0] */
    if (!s || d->pre[s->id]) continue;
    d->pre[s->id] = ++d->n;
    d->by_pre[d->n] = s;
    VEC_PUSH(NULL, &stack, ((Frame){s, 0}));
  }
  VEC_FREE(&stack);
}

static bool is_ancestor(const Dfs *d, const IrBlock *a, const IrBlock *b) {
  return d->pre[a->id] <= d->pre[b->id] && d->pre[b->id] <= d->last[a->id];
}

static u32 find(u32 *set, u32 i) {
  while (set[i] != i) i = set[i] = set[set[i]];
  return i;
}

/* Sets the loop of the blocks of the loop with header h; inner loops are done already and count as one block. */
static void find_loop(Emitter *e, const Dfs *d, IrBlock *h, u32 *set, u32 *mark, IrBlockVec *body) {
  IrBlock **blocks = e->f->blocks.v;
  body->n = 0;
  bool is_header = false;
  for (u32 i = 0; i < h->preds.n; i++) {
    IrBlock *p = h->preds.v[i];
    if (!is_ancestor(d, h, p)) continue;
    is_header = true;
    p = blocks[find(set, p->id)];
    if (p == h || mark[p->id] == h->id + 1) continue;
    mark[p->id] = h->id + 1;
    VEC_PUSH(NULL, body, p);
  }
  if (!is_header) return;
  for (u32 i = 0; i < body->n; i++) {
    IrBlock *x = body->v[i];
    for (u32 k = 0; k < x->preds.n; k++) {
      IrBlock *y = x->preds.v[k];
      if (is_ancestor(d, x, y)) continue; /* a back edge of x's own loop */
      y = blocks[find(set, y->id)];
      if (y == h || mark[y->id] == h->id + 1 || !is_ancestor(d, h, y)) continue;
      mark[y->id] = h->id + 1;
      VEC_PUSH(NULL, body, y);
    }
  }
  BLOCK_INFO(h)->loop = h;
  for (u32 i = 0; i < body->n; i++) {
    IrBlock *x = body->v[i];
    set[x->id] = h->id;
    if (!BLOCK_INFO(x)->loop) BLOCK_INFO(x)->loop = h;
  }
}

/* parent[h]: header of the loop around the loop of h. */
static void find_loops(Emitter *e, const Dfs *d, IrBlock **parent) {
  u32 n = e->f->blocks.n;
  u32 *set = NEW_ARRAY(e->arena, u32, n), *mark = NEW_ARRAY(e->arena, u32, n);
  IrBlockVec body = {0};
  for (u32 i = 0; i < n; i++) set[i] = i;
  for (u32 i = d->n; i > 0; i--) {
    IrBlock *h = d->by_pre[i];
    find_loop(e, d, h, set, mark, &body);
    for (u32 k = 0; k < body.n; k++) {
      if (BLOCK_INFO(body.v[k])->loop == body.v[k]) parent[body.v[k]->id] = h;
    }
  }
  VEC_FREE(&body);
  for (u32 i = 1; i <= d->n; i++) { /* preorder: a header comes before its loop's blocks */
    BlockInfo *in = BLOCK_INFO(d->by_pre[i]);
    if (!in->loop) continue;
    IrBlock *p = in->loop == d->by_pre[i] ? parent[d->by_pre[i]->id] : NULL;
    in->depth = in->loop == d->by_pre[i] ? (p ? BLOCK_INFO(p)->depth + 1 : 1) : BLOCK_INFO(in->loop)->depth;
  }
}

/* ---- order ---- */

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

/* Moves the leading blocks that leave the loop behind the rest when the last block is an unconditional jump back. */
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
  free(head);
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
  Dfs d = {NEW_ARRAY(e->arena, u32, n), NEW_ARRAY(e->arena, u32, n), NEW_ARRAY(e->arena, IrBlock *, n + 1),
           NEW_ARRAY(e->arena, IrBlock *, n), 0, n};
  for (u32 i = 0; i < n; i++) f->blocks.v[i]->aux = NEW(e->arena, BlockInfo);
  if (f->recover_block) dfs_from(&d, f->recover_block);
  if (!d.pre[f->blocks.v[0]->id]) dfs_from(&d, f->blocks.v[0]);
  CHECK(d.n == n);
  IrBlock **parent = NEW_ARRAY(e->arena, IrBlock *, n);
  find_loops(e, &d, parent);
  IrBlockVec *lists = NEW_ARRAY(e->arena, IrBlockVec, n), top = {0}, cold = {0};
  for (u32 i = 0; i < n; i++) {
    IrBlock *b = d.rpo[i];
    IrBlock *loop = BLOCK_INFO(b)->loop;
    if (b->unlikely && loop != b && b != f->blocks.v[0]) {
      VEC_PUSH(e->arena, &cold, b);
      continue;
    }
    if (loop == b) VEC_PUSH(e->arena, parent[b->id] ? &lists[parent[b->id]->id] : &top, b);
    VEC_PUSH(e->arena, loop ? &lists[loop->id] : &top, b);
  }
  for (u32 i = 0; i < n; i++) {
    if (lists[i].n) rotate(&lists[i], f->blocks.v[i], parent);
  }
  flatten(e, lists, &top, NULL);
  for (u32 i = 0; i < cold.n; i++) VEC_PUSH(e->arena, &e->order, cold.v[i]);
  CHECK(e->order.n == n);
  for (u32 i = 0; i < n; i++) e->order.v[i]->order = i;
}

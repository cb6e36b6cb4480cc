/* ir_loops.c - reverse postorder, loops, dominators.
 * Loops are found as Havlak does ("Nesting of Reducible and Irreducible Loops"); entries into the middle of
 * a loop are ignored. Dominators are Cooper, Harvey and Kennedy's ("A Simple, Fast Dominance Algorithm");
 * the entry and the recover block have none. Both are linear for the graphs that Go programs have. */
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

/* Sets the loop of the blocks of the loop with header h; inner loops are done already and count as one
 * block. */
static void find_loop(const IrFunc *f, const Dfs *d, IrBlock *h, u32 *set, u32 *mark, IrBlockVec *body) {
  IrBlock **blocks = f->blocks.v;
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
static void find_loops(IrFunc *f, const Dfs *d, IrBlock **parent) {
  u32 n = f->blocks.n;
  u32 *set = NEW_ARRAY(&f->arena, u32, n), *mark = NEW_ARRAY(&f->arena, u32, n);
  IrBlockVec body = {0};
  for (u32 i = 0; i < n; i++) set[i] = i;
  for (u32 i = d->n; i > 0; i--) {
    IrBlock *h = d->by_pre[i];
    find_loop(f, d, h, set, mark, &body);
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

void ir_flow_graph(IrFunc *f, FlowGraph *g) {
  Arena *a = &f->arena;
  u32 n = f->blocks.n;
  Dfs d = {NEW_ARRAY(a, u32, n),
           NEW_ARRAY(a, u32, n),
           NEW_ARRAY(a, IrBlock *, n + 1),
           NEW_ARRAY(a, IrBlock *, n),
           0,
           n};
  for (u32 i = 0; i < n; i++) f->blocks.v[i]->aux = NEW(a, BlockInfo);
  if (f->recover_block) dfs_from(&d, f->recover_block);
  if (!d.pre[f->blocks.v[0]->id]) dfs_from(&d, f->blocks.v[0]);
  CHECK(d.n == n);
  *g = (FlowGraph){.n = n, .rpo = d.rpo, .parent = NEW_ARRAY(a, IrBlock *, n)};
  find_loops(f, &d, g->parent);
}

/* ---- dominators ---- */

/* Both chains lead to a root; NULL when to different ones. order: index in reverse postorder. */
static IrBlock *common_dominator(const FlowGraph *g, const u32 *order, IrBlock *a, IrBlock *b) {
  while (a != b) {
    if (!a || !b) return NULL;
    if (order[a->id] > order[b->id]) a = g->idom[a->id];
    else b = g->idom[b->id];
  }
  return a;
}

/* Numbers the dominator tree: children lists, then an iterative walk. */
static void number_tree(IrFunc *f, FlowGraph *g) {
  Arena *a = &f->arena;
  u32 n = g->n, t = 0;
  u32 *child = NEW_ARRAY(a, u32, n), *sibling = NEW_ARRAY(a, u32, n); /* id + 1 */
  IrBlockVec stack = {0};
  g->dom_in = NEW_ARRAY(a, u32, n);
  g->dom_out = NEW_ARRAY(a, u32, n);
  for (u32 i = n; i-- > 0;) {
    IrBlock *b = g->rpo[i], *d = g->idom[b->id];
    if (!d) continue;
    sibling[b->id] = child[d->id];
    child[d->id] = b->id + 1;
  }
  for (u32 i = 0; i < n; i++) {
    if (g->idom[g->rpo[i]->id]) continue;
    VEC_PUSH(NULL, &stack, g->rpo[i]);
    g->dom_in[g->rpo[i]->id] = ++t;
    while (stack.n) {
      IrBlock *b = VEC_LAST(&stack);
      u32 c = child[b->id];
      if (!c) {
        g->dom_out[b->id] = ++t;
        stack.n--;
        continue;
      }
      child[b->id] = sibling[c - 1];
      g->dom_in[c - 1] = ++t;
      VEC_PUSH(NULL, &stack, f->blocks.v[c - 1]);
    }
  }
  VEC_FREE(&stack);
}

void ir_dominators(IrFunc *f, FlowGraph *g) {
  u32 n = g->n;
  u32 *order = NEW_ARRAY(&f->arena, u32, n);
  bool *done = NEW_ARRAY(&f->arena, bool, n);
  g->idom = NEW_ARRAY(&f->arena, IrBlock *, n);
  for (u32 i = 0; i < n; i++) order[g->rpo[i]->id] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (u32 i = 0; i < n; i++) {
      IrBlock *b = g->rpo[i], *d = NULL;
      bool first = true;
      for (u32 k = 0; k < b->preds.n && b != f->recover_block; k++) {
        IrBlock *p = b->preds.v[k];
        if (!done[p->id]) continue;
        d = first ? p : common_dominator(g, order, d, p);
        first = false;
      }
      changed |= d != g->idom[b->id] || !done[b->id];
      g->idom[b->id] = d;
      done[b->id] = true;
    }
  }
  number_tree(f, g);
}

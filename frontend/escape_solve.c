/* escape_solve.c - the graph of the escape analysis and its solution (graph.go,
 * solve.go).
 *
 * From every location the graph is walked backwards; derefs of a path is its
 * sum, never below 0 after a step. A location reached with -1 has its address
 * at the root: when the root outlives it, it escapes, and everything that flows
 * to it flows to the heap. A location is walked again when it escapes, so there
 * are at most twice as many walks as locations. */
#include "frontend/escape_priv.h"

/* ---- building ---- */
EscLoc *esc_loc(Esc *e) {
  EscLoc *l = NEW(&e->arena, EscLoc);
  l->fn = e->fn;
  l->depth = e->depth;
  VEC_PUSH(&e->arena, &e->locs, l);
  return l;
}

EscLoc *esc_var(Esc *e, Object *o) {
  VarInfo *vi = o->lowered;
  if (vi->loc) return vi->loc;
  EscLoc *l = esc_loc(e);
  l->var = o;
  l->fn = vi->home;
  if (vi->home != e->fn) l->depth = 1;
  vi->loc = l;
  if (o->varkind == VAR_LOCAL && esc_sizeof(o->type) > BIG_LOCAL) esc_flow(e, shift(heap_hole(e), -1), l);
  return l;
}

void esc_flow(Esc *e, EscHole k, EscLoc *src) {
  EscLoc *dst = k.dst;
  if (dst == &e->blank || (dst == src && k.derefs >= 0)) return;
  if ((dst->attrs & LOC_ESCAPES) && k.derefs < 0) {
    src->attrs |= LOC_ESCAPES | LOC_MUTATES | LOC_CALLS;
    return;
  }
  VEC_PUSH(&e->arena, &dst->edges, ((EscEdge){src, k.derefs}));
}

EscHole esc_tee(Esc *e, EscHole *k, u32 n) {
  u32 live = 0, last = 0;
  for (u32 i = 0; i < n; i++) {
    CHECK(k[i].derefs >= 0);
    if (k[i].dst != &e->blank) live++, last = i;
  }
  if (live == 0) return discard_hole(e);
  if (live == 1) return k[last];
  EscLoc *l = esc_loc(e);
  for (u32 i = 0; i < n; i++) esc_flow(e, k[i], l);
  return hole(l);
}

EscHole esc_spill(Esc *e, EscHole k, Expr *x, u8 mark) {
  EscLoc *l = esc_loc(e);
  l->x = x;
  l->mark = mark;
  esc_flow(e, shift(k, -1), l);
  return hole(l);
}

/* ---- solving ---- */
typedef struct Queue { /* a deque; cap is a power of two */
  EscLoc **v;
  u32 head, n, cap;
} Queue;

static void queue_grow(Queue *q) {
  u32 cap = q->cap ? q->cap * 2 : 64;
  EscLoc **v = xmalloc(cap * sizeof *v);
  for (u32 i = 0; i < q->n; i++) v[i] = q->v[(q->head + i) & (q->cap - 1)];
  xfree(q->v);
  *q = (Queue){v, 0, q->n, cap};
}
static void push_front(Queue *q, EscLoc *l) {
  if (q->n == q->cap) queue_grow(q);
  q->head = (q->head - 1) & (q->cap - 1);
  q->v[q->head] = l;
  q->n++;
}
static void push_back(Queue *q, EscLoc *l) {
  if (q->n == q->cap) queue_grow(q);
  q->v[(q->head + q->n++) & (q->cap - 1)] = l;
}
static EscLoc *pop_front(Queue *q) {
  EscLoc *l = q->v[q->head];
  q->head = (q->head + 1) & (q->cap - 1);
  q->n--;
  return l;
}

static void enqueue(Queue *q, EscLoc *l) {
  if (l->queued) return;
  l->queued = true;
  if (l->attrs & LOC_ESCAPES)
    push_front(q, l);
  else
    push_back(q, l);
}

static bool contains_closure(const FnInfo *f, const FnInfo *c) {
  if (f == c) return false;
  for (; c; c = c->parent)
    if (c == f) return true;
  return false;
}

/* Whether values stored in l may be used after `other` is gone. */
static bool outlives(const Esc *e, const EscLoc *l, const EscLoc *other) {
  if (l->attrs & LOC_ESCAPES) return true;
  if (l == &e->mutator || l == &e->callee) return false;
  /* A closure may return what lies outside of it, when all its calls are known.
   */
  if (l->param_out) return !(contains_closure(other->fn, l->fn) && !l->fn->results_lost);
  if (l->fn == other->fn && l->depth < other->depth) return true;
  return contains_closure(l->fn, other->fn);
}

static void leak_add(EscLeaks *l, u32 i, i32 derefs) {
  u32 v = derefs + 1 > UINT8_MAX ? UINT8_MAX : (u32)derefs + 1;
  if (l->v[i] == 0 || v < l->v[i]) l->v[i] = (u8)v;
}

static void leak_to(EscLoc *l, const EscLoc *sink, i32 derefs) {
  bool result = !(sink->attrs & LOC_ESCAPES) && sink->param_out && sink->fn == l->fn &&
                sink->result < ESC_LEAKS - ESC_LEAK_RESULT;
  leak_add(&l->leaks, result ? ESC_LEAK_RESULT + sink->result : ESC_LEAK_HEAP, derefs);
}

/* The results of a closure that is called somewhere unknown flow to the heap.
 */
static void lose_results(Queue *all, EscLoc *root) {
  FnInfo *f = root->closure;
  if (!(root->attrs & LOC_CALLS) || !f || f->results_lost) return;
  f->results_lost = true;
  Tuple *rs = f->sig ? f->sig->results : NULL;
  for (u32 i = 0; rs && i < rs->n; i++) {
    VarInfo *vi = rs->vars[i]->lowered;
    if (vi && vi->loc) enqueue(all, vi->loc);
  }
}

static void visit_loc(Esc *e, Queue *all, Queue *todo, EscLoc *root, EscLoc *l, u32 walk) {
  i32 derefs = l->derefs;
  u8 attrs = 0;
  l->queued_walk = 0;
  if (derefs < 0) {
    derefs = 0;
    if (outlives(e, root, l)) attrs = LOC_ESCAPES | LOC_MUTATES | LOC_CALLS;
  }
  if (derefs == 0) attrs |= root->attrs & (LOC_MUTATES | LOC_CALLS);
  if (l->param) {
    if (outlives(e, root, l)) leak_to(l, root, derefs);
    if (root->attrs & LOC_MUTATES) leak_add(&l->leaks, ESC_LEAK_MUTATOR, derefs);
    if (root->attrs & LOC_CALLS) leak_add(&l->leaks, ESC_LEAK_CALLEE, derefs);
  }
  if (attrs & ~l->attrs) {
    l->attrs |= attrs;
    enqueue(all, l);
    if (l->attrs & LOC_ESCAPES) return;
  }
  for (u32 i = 0; i < l->edges.n; i++) {
    EscLoc *src = l->edges.v[i].src;
    i32 d = derefs + l->edges.v[i].derefs;
    if ((src->attrs & LOC_ESCAPES) || (src->walk == walk && src->derefs <= d)) continue;
    src->walk = walk;
    src->derefs = d;
    if (src->queued_walk == walk) continue;
    src->queued_walk = walk;
    push_back(todo, src);
  }
}

void esc_solve(Esc *e) {
  Queue all = {0}, todo = {0};
  EscLoc *special[] = {&e->mutator, &e->callee, &e->heap};
  for (u32 i = 0; i < e->locs.n + ARRAY_LEN(special); i++) {
    EscLoc *l = i < e->locs.n ? e->locs.v[i] : special[i - e->locs.n];
    l->queued = true;
    push_front(&all, l);
  }
  u32 walk = 0;
  while (all.n) {
    EscLoc *root = pop_front(&all);
    root->queued = false;
    root->walk = ++walk;
    root->derefs = 0;
    lose_results(&all, root);
    push_front(&todo, root);
    while (todo.n) visit_loc(e, &all, &todo, root, pop_front(&todo), walk);
  }
  xfree(all.v);
  xfree(todo.v);
}

/* check_initorder.c - the order in which package-level variables are initialised (types2/initorder.go).
 *
 * Constants and variables are the nodes of a graph; an edge says that one refers to the other, directly or
 * through functions. The node with the fewest open dependencies goes next, in source order among equals;
 * constants come first of all. A node that still has dependencies is on a cycle. Unlike types2, which removes
 * function nodes from the graph one by one, the edges of a node are found by a search through the functions
 * it reaches: the same edges, without copying. Start reading at check_init_order(). */
#include "frontend/check.h"
#include <stdlib.h>

typedef struct GraphNode GraphNode;
struct GraphNode {
  Object *obj;
  VEC(GraphNode *) pred; /* nodes that depend on this one */
  u32 ndeps;             /* dependencies that have not been initialised */
  u32 index;             /* in the queue */
};
typedef struct InitGraph {
  Checker *check;
  PtrMap nodes;   /* Object -> GraphNode */
  PtrMap visited; /* Object -> the GraphNode whose search reached it last */
  VEC(GraphNode *) queue;
  ObjectVec todo; /* functions reached by the search */
} InitGraph;

/* ---- priority queue: a binary heap ---- */

static bool node_less(const GraphNode *x, const GraphNode *y) {
  bool xc = x->obj->kind == OBJ_CONST, yc = y->obj->kind == OBJ_CONST;
  if (xc != yc) return xc;
  return x->ndeps < y->ndeps || (x->ndeps == y->ndeps && x->obj->order < y->obj->order);
}

static void queue_put(InitGraph *g, u32 i, GraphNode *n) {
  g->queue.v[i] = n;
  n->index = i;
}

static void queue_up(InitGraph *g, u32 i) {
  GraphNode *n = g->queue.v[i];
  for (; i > 0 && node_less(n, g->queue.v[(i - 1) / 2]); i = (i - 1) / 2)
    queue_put(g, i, g->queue.v[(i - 1) / 2]);
  queue_put(g, i, n);
}

static void queue_down(InitGraph *g, u32 i) {
  GraphNode *n = g->queue.v[i];
  for (;;) {
    u32 c = 2 * i + 1;
    if (c >= g->queue.n) break;
    if (c + 1 < g->queue.n && node_less(g->queue.v[c + 1], g->queue.v[c])) c++;
    if (!node_less(g->queue.v[c], n)) break;
    queue_put(g, i, g->queue.v[c]);
    i = c;
  }
  queue_put(g, i, n);
}

static GraphNode *queue_pop(InitGraph *g) {
  GraphNode *n = g->queue.v[0], *last = VEC_POP(&g->queue);
  if (g->queue.n) {
    queue_put(g, 0, last);
    queue_down(g, 0);
  }
  n->index = UINT32_MAX;
  return n;
}

/* ---- dependency graph ---- */

static DeclInfo *decl_of(Checker *check, const Object *obj) { return ptrmap_get(&check->obj_map, obj); }

/* Adds an edge from n to what obj refers to; functions go to g->todo. What a function refers to is known once
 * its body is checked. */
static void add_direct_edges(InitGraph *g, GraphNode *n, Object *obj) {
  DeclInfo *d = decl_of(g->check, obj);
  check_pending_body(g->check, obj, d);
  for (u32 i = 0; i < d->deps.n; i++) {
    Object *dep = (Object *)d->deps.entries[i].key;
    if (!dep || ptrmap_get(&g->visited, dep) == n) continue;
    ptrmap_set(&g->visited, dep, n);
    if (dep->kind == OBJ_FUNC) {
      VEC_PUSH(NULL, &g->todo, dep);
      continue;
    }
    GraphNode *m = ptrmap_get(&g->nodes, dep);
    if (!m) continue;
    n->ndeps++;
    VEC_PUSH(&types_arena, &m->pred, n);
  }
}

/* Adds an edge from n to every constant and variable that it refers to, directly or through functions. */
static void add_edges(InitGraph *g, GraphNode *n) {
  add_direct_edges(g, n, n->obj);
  while (g->todo.n) add_direct_edges(g, n, VEC_POP(&g->todo));
}

static void build_graph(InitGraph *g) {
  Checker *check = g->check;
  for (u32 i = 0; i < check->obj_list.n; i++) {
    Object *obj = check->obj_list.v[i];
    if (obj->kind != OBJ_CONST && obj->kind != OBJ_VAR) continue;
    GraphNode *n = NEW(&types_arena, GraphNode);
    n->obj = obj;
    n->index = g->queue.n;
    ptrmap_set(&g->nodes, obj, n);
    VEC_PUSH(NULL, &g->queue, n);
  }
  for (u32 i = 0; i < g->queue.n; i++) add_edges(g, g->queue.v[i]);
  for (u32 i = g->queue.n / 2; i-- > 0;) queue_down(g, i);
}

/* ---- cycles ---- */

static int cmp_order(const void *a, const void *b) {
  u32 x = (*(Object *const *)a)->order, y = (*(Object *const *)b)->order;
  return x < y ? -1 : x > y;
}

/* Appends to path, in reverse, the objects from a dependency of `from` to `to`; false when there is no such
 * path. */
static bool find_path(Checker *check, Object *from, Object *to, PtrMap *seen, ObjectVec *path) {
  if (ptrmap_has(seen, from) || !check_depth_ok(check, from->pos)) return false;
  ptrmap_set(seen, from, from);
  ObjectVec deps = {0};
  DeclInfo *d = decl_of(check, from);
  for (u32 i = 0; i < d->deps.n; i++)
    if (d->deps.entries[i].key) VEC_PUSH(&types_arena, &deps, (Object *)d->deps.entries[i].key);
  if (deps.n) qsort(deps.v, deps.n, sizeof *deps.v, cmp_order);
  for (u32 i = 0; i < deps.n; i++) {
    if (deps.v[i] != to && !find_path(check, deps.v[i], to, seen, path)) continue;
    VEC_PUSH(&types_arena, path, deps.v[i]);
    return true;
  }
  return false;
}

static void report_cycle(Checker *check, const ObjectVec *cycle) {
  Object *obj = cycle->v[0];
  if (cycle->n == 1) {
    check_errorf_pos(check, obj->pos, E_InvalidInitCycle, "initialization cycle: %s refers to itself",
                     obj->name->s);
    return;
  }
  ErrorDesc *err = check_new_error(check, E_InvalidInitCycle);
  err_addf_pos(err, obj->pos, "initialization cycle for %s", obj->name->s);
  for (u32 j = cycle->n; j-- > 0;) {
    Object *next = cycle->v[j];
    err_addf_pos(err, obj->pos, "%s refers to %s", obj->name->s, next->name->s);
    obj = next;
  }
  err_report(err);
}

/* An object that only leads to a cycle is on none; the cycle is reported when one of its objects comes up. */
static void check_node_cycle(Checker *check, Object *obj) {
  PtrMap seen = {0};
  ObjectVec cycle = {0};
  if (find_path(check, obj, obj, &seen, &cycle)) report_cycle(check, &cycle);
  ptrmap_free(&seen);
}

/* Emits the initialisation of v; the variables of an n:1 declaration share one, emitted for the first of
 * them. */
static void emit_init(Checker *check, Object *v, PtrMap *emitted) {
  DeclInfo *d = decl_of(check, v);
  if (!d->init || ptrmap_has(emitted, d)) return;
  ptrmap_set(emitted, d, d);
  InitStep step = {.nlhs = d->nlhs, .lhs = d->lhs, .rhs = d->init};
  if (!step.nlhs) {
    step.nlhs = 1;
    step.lhs = NEW(&types_arena, Object *);
    step.lhs[0] = v;
  }
  VEC_PUSH(&types_arena, &check->pkg->init_order, step);
}

/* Fills in pkg->init_order and reports initialisation cycles. */
void check_init_order(Checker *check) {
  InitGraph g = {.check = check};
  PtrMap emitted = {0};
  build_graph(&g);
  while (g.queue.n) {
    GraphNode *n = queue_pop(&g);
    if (n->ndeps > 0) check_node_cycle(check, n->obj);
    for (u32 i = 0; i < n->pred.n; i++) {
      GraphNode *p = n->pred.v[i];
      p->ndeps--;
      if (p->index != UINT32_MAX) queue_up(&g, p->index);
    }
    if (n->obj->kind == OBJ_VAR) emit_init(check, n->obj, &emitted);
  }
  ptrmap_free(&emitted);
  ptrmap_free(&g.nodes);
  ptrmap_free(&g.visited);
  VEC_FREE(&g.queue);
  VEC_FREE(&g.todo);
}

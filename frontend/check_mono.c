/* check_mono.c - finds generic code whose instantiation would never end.
 * A graph over type parameters (and local types of generic functions): an edge says that the source flows
 * into the destination's type argument, with weight 1 when it is wrapped in a larger type. A cycle of
 * positive weight means infinitely many instances. Source of the algorithm and messages: types2's mono.go. */
#include "frontend/check.h"

/* A Qualifier: types of other packages are written with their full path. */
static const char *relative_to(void *pkg, const Package *other) { return other == pkg ? "" : other->path->s; }

static const char *type_text(Package *pkg, Type *t) {
  StrBuf b = {0};
  type_string(&b, t, relative_to, pkg);
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

static void report_instance_loop(Checker *check, int v) {
  MonoGraph *w = &check->mono;
  VEC(int) stack = {0};
  bool *seen = NEW_ARRAY(&types_arena, bool, w->vertices.n);
  while (!seen[v]) { /* the path back from v, up to the vertex where it closes */
    VEC_PUSH(&types_arena, &stack, v);
    seen[v] = true;
    v = w->edges.v[w->vertices.v[v].pre].src;
  }
  u32 first = 0;
  while (stack.v[first] != v) first++;

  ErrorDesc *err = check_new_error(check, E_InvalidInstanceCycle);
  err_addf_pos(err, w->vertices.v[v].obj->pos, "instantiation cycle:");
  for (u32 i = first; i < stack.n; i++) {
    MonoEdge *edge = &w->edges.v[w->vertices.v[stack.v[i]].pre];
    Object *obj = w->vertices.v[edge->dst].obj;
    const char *how = type_is(obj->type, TYPE_NAMED) ? "implicitly parameterized by" : "instantiated as";
    err_addf_pos(err, edge->pos, "%s %s %s", obj->name->s, how, type_text(check->pkg, edge->type));
  }
  err_report(err);
}

/* Reports an infinite instantiation cycle, if there is one: heaviest paths by relaxation. */
void check_monomorph(Checker *check) {
  MonoGraph *w = &check->mono;
  for (bool again = true; again;) {
    again = false;
    for (u32 i = 0; i < w->edges.n; i++) {
      MonoEdge *edge = &w->edges.v[i];
      MonoVertex *src = &w->vertices.v[edge->src], *dst = &w->vertices.v[edge->dst];
      int weight = src->weight + edge->weight;
      if (weight <= dst->weight) continue;
      dst->pre = (int)i;
      dst->len = src->len + 1;
      if (dst->len == (int)w->vertices.n) { /* longer than any path without a cycle */
        report_instance_loop(check, edge->dst);
        return;
      }
      dst->weight = weight;
      again = true;
    }
  }
}

/* A method's receiver type parameter mpar stands for its type's tpar. */
void mono_record_canon(MonoGraph *w, TypeParam *mpar, TypeParam *tpar) { ptrmap_set(&w->canon, mpar, tpar); }

static int add_vertex(MonoGraph *w, Object *obj) {
  VEC_PUSH(&types_arena, &w->vertices, (MonoVertex){.obj = obj});
  return (int)w->vertices.n - 1;
}

static void add_edge(MonoGraph *w, int dst, int src, int weight, Pos pos, Type *t) {
  VEC_PUSH(&types_arena, &w->edges,
           (MonoEdge){.dst = dst, .src = src, .weight = weight, .pos = pos, .type = t});
}

static int typeparam_vertex(MonoGraph *w, TypeParam *tpar) {
  TypeParam *canon = ptrmap_get(&w->canon, tpar);
  Object *obj = (canon ? canon : tpar)->obj;
  if (ptrmap_has(&w->name_idx, obj)) return (int)(intptr_t)ptrmap_get(&w->name_idx, obj) - 1;
  int idx = add_vertex(w, obj);
  ptrmap_set(&w->name_idx, obj, (void *)(intptr_t)(idx + 1));
  return idx;
}

/* The vertex of a local type, which depends on the type parameters in scope where it is declared; -1 for
 * other types. */
static int local_named_vertex(MonoGraph *w, Package *pkg, Named *named) {
  Object *obj = named->obj;
  if (obj->pkg != pkg || obj->parent == pkg->scope) return -1;
  if (ptrmap_has(&w->name_idx, obj)) return (int)(intptr_t)ptrmap_get(&w->name_idx, obj) - 1;
  int idx = -1;
  for (Scope *s = obj->parent; s && s != pkg->scope; s = s->parent) {
    for (u32 i = 0; i < s->elems.n; i++) {
      Object *o = s->elems.entries[i].val;
      if (!s->elems.entries[i].key || o->kind != OBJ_TYPENAME || obj_is_alias(o) ||
          pos_cmp(o->pos, obj->pos) >= 0)
        continue;
      if (!type_is(o->type, TYPE_TYPEPARAM)) continue;
      if (idx < 0) idx = add_vertex(w, obj);
      add_edge(w, idx, typeparam_vertex(w, (TypeParam *)o->type), 1, obj->pos, o->type);
    }
  }
  ptrmap_set(&w->name_idx, obj, (void *)(intptr_t)(idx + 1));
  return idx;
}

typedef struct Assign { /* targ is the type argument for tpar, written at pos */
  MonoGraph *w;
  Package *pkg;
  Pos pos;
  TypeParam *tpar;
  Type *targ;
} Assign;

static void flow(Assign *a, int src, Type *t) {
  add_edge(a->w, typeparam_vertex(a->w, a->tpar), src, t == a->targ ? 0 : 1, a->pos, a->targ);
}

static void assign_type(Assign *a, Type *t);

static void assign_tuple(Assign *a, Tuple *t) {
  for (u32 i = 0; i < tuple_len(t); i++) assign_type(a, t->vars[i]->type);
}

/* Adds an edge for each type parameter and local type that t mentions. */
static void assign_type(Assign *a, Type *t) {
  t = type_unalias(t);
  switch (t->kind) {
    case TYPE_TYPEPARAM: flow(a, typeparam_vertex(a->w, (TypeParam *)t), t); break;
    case TYPE_NAMED: {
      int src = local_named_vertex(a->w, a->pkg, named_origin((Named *)t));
      if (src >= 0) flow(a, src, t);
      TypeList *targs = named_targs((Named *)t);
      for (u32 i = 0; i < typelist_len(targs); i++) assign_type(a, targs->v[i]);
      break;
    }
    case TYPE_ARRAY: assign_type(a, ((Array *)t)->elem); break;
    case TYPE_CHAN: assign_type(a, ((Chan *)t)->elem); break;
    case TYPE_MAP:
      assign_type(a, ((Map *)t)->key);
      assign_type(a, ((Map *)t)->elem);
      break;
    case TYPE_POINTER: assign_type(a, ((Pointer *)t)->base); break;
    case TYPE_SLICE: assign_type(a, ((Slice *)t)->elem); break;
    case TYPE_INTERFACE: {
      TypeSet *tset = interface_type_set((Interface *)t);
      for (u32 i = 0; i < tset->nmethods; i++) assign_type(a, tset->methods[i]->type);
      break;
    }
    case TYPE_SIGNATURE:
      assign_tuple(a, ((Signature *)t)->params);
      assign_tuple(a, ((Signature *)t)->results);
      break;
    case TYPE_STRUCT:
      for (u32 i = 0; i < ((Struct *)t)->nfields; i++) assign_type(a, ((Struct *)t)->fields[i]->type);
      break;
    default: break;
  }
}

/* Notes that tparams are instantiated with targs at pos, or where the explicit argument xlist[i] starts. Only
 * type parameters of this package matter: others cannot be part of a cycle through it. */
void mono_record_instance(MonoGraph *w, Package *pkg, Pos pos, TypeParamList *tparams, TypeList *targs,
                          u32 nx, Expr **xlist) {
  for (u32 i = 0; i < tparams_len(tparams); i++) {
    TypeParam *tpar = tparams->v[i];
    if (tpar->obj->pkg != pkg) continue;
    Assign a = {w, pkg, i < nx ? ast_start_pos(xlist[i]) : pos, tpar, targs->v[i]};
    assign_type(&a, a.targ);
  }
}

/* escape.c - escape analysis: batches and results. See escape.h; the graph is
 * described in escape_priv.h.
 *
 * escape_func() runs Tarjan's algorithm over the static call graph from one
 * function on: functions whose bodies are analysed already are leaves, every
 * component found is solved at once. References count as calls. What has no
 * body is described by its pragmas. Very deep call chains are cut: a function
 * without a summary is an unknown one. */
#include "frontend/escape_priv.h"

#include <stdlib.h>

#define MAX_DEPTH 4000  /* of the search, which recurses */
#define MAX_LOCS 400000 /* a batch with more stays on the heap */

/* ---- the report ---- */
typedef struct Finding {
  Pos pos;
  u32 order;
  const Atom *text;
} Finding;
static struct {
  const Package *package; /* NULL: no report */
  bool now;               /* what is analysed belongs to it */
  VEC(Finding) findings;
} report;

static void note(Pos pos, const char *fmt, const char *what) {
  if (!report.now) return;
  VEC_PUSH(NULL, &report.findings, ((Finding){pos, report.findings.n, atom_printf(fmt, what)}));
}

void escape_report_begin(const Package *p) { report.package = p; }

static int by_position(const void *a, const void *b) {
  const Finding *x = a, *y = b;
  if (x->pos.base != y->pos.base) return x->pos.base < y->pos.base ? -1 : 1;
  if (x->pos.line != y->pos.line) return x->pos.line < y->pos.line ? -1 : 1;
  if (x->pos.col != y->pos.col) return x->pos.col < y->pos.col ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

void escape_report_end(StrBuf *out) {
  if (report.findings.n) qsort(report.findings.v, report.findings.n, sizeof(Finding), by_position);
  for (u32 i = 0; i < report.findings.n; i++) {
    Finding *f = &report.findings.v[i];
    RelPos r = pos_rel(f->pos);
    sb_printf(out, "%s:%u:%u: %s\n", pos_base(f->pos.base)->filename->s, r.line, r.col, f->text->s);
  }
  VEC_FREE(&report.findings);
  report.package = NULL;
  report.now = false;
}

/* ---- locations of parameters ---- */
static void init_params(Esc *e, Tuple *vars, bool result) {
  for (u32 i = 0; vars && i < vars->n; i++) {
    EscLoc *l = esc_var(e, vars->vars[i]);
    l->param = !result;
    l->param_out = result;
    l->result = i < UINT8_MAX ? (u8)i : UINT8_MAX;
  }
}

void esc_init_params(Esc *e, FnInfo *info) {
  if (!info->sig) return;
  if (info->sig->recv) esc_var(e, info->sig->recv)->param = true;
  init_params(e, info->sig->params, false);
  init_params(e, info->sig->results, true);
}

/* ---- one batch ---- */
static void batch_start(Esc *e, Lower *lw, const PtrMap *batch) {
  *e = (Esc){.lw = lw, .batch = batch, .depth = 1};
  e->heap.attrs = LOC_ESCAPES | LOC_MUTATES | LOC_CALLS;
  e->mutator.attrs = LOC_MUTATES;
  e->callee.attrs = LOC_CALLS;
}

/* Captured variables flow to their closures: the value, or the address of those
 * that are shared. */
static void flow_captures(Esc *e) {
  e->fn = NULL;
  for (u32 i = 0; i < e->closures.n; i++) {
    EscClosure c = e->closures.v[i];
    for (u32 k = 0; k < c.info->captures.n; k++) {
      Object *o = c.info->captures.v[k];
      const VarInfo *vi = o->lowered;
      i64 size = esc_sizeof(o->type);
      bool by_value = !vi->addr_taken && !vi->reassigned && size >= 0 && size <= BYVAL_MAX;
      esc_flow(e, shift(c.k, by_value ? 0 : -1), esc_var(e, o));
    }
  }
}

static const char *describe(const EscLoc *l) {
  switch (l->mark) {
  case ESC_ARGS: return "... argument";
  case ESC_THUNK: return "thunk";
  default: break;
  }
  if (l->x->n.kind == N_FuncLit) return "func literal";
  StrBuf b = {0};
  if (l->mark == ESC_ADDR && ((CompositeLit *)l->x)->type) sb_putc(&b, '&');
  for (const char *s = ast_expr_cstr(l->x); *s;) { /* gc prints three dots here */
    bool dots = strncmp(s, "\xe2\x80\xa6", 3) == 0;
    if (dots)
      sb_puts(&b, "...");
    else
      sb_putc(&b, *s);
    s += dots ? 3 : 1;
  }
  const Atom *text = atom_new(sb_cstr(&b), b.n);
  sb_free(&b);
  return text->s;
}

static void finish_loc(EscLoc *l) {
  bool escapes = l->attrs & LOC_ESCAPES;
  if (l->var) {
    VarInfo *vi = l->var->lowered;
    vi->in_frame = !escapes;
    vi->loc = NULL;
    if (escapes) note(l->var->pos, "moved to heap: %s", l->var->name ? l->var->name->s : "");
  } else if (l->x) {
    if (!escapes) l->x->esc |= l->mark;
    if (l->mark == ESC_SELF && !(l->attrs & LOC_MUTATES)) l->x->esc |= ESC_SHARED;
    if (l->mark != ESC_THUNK)
      note(l->x->n.pos, escapes ? "%s escapes to heap" : "%s does not escape", describe(l));
  } else if (l->closure) {
    l->closure->in_frame = !escapes;
  }
}

static void batch_finish(Esc *e) {
  flow_captures(e);
  if (e->locs.n <= MAX_LOCS)
    esc_solve(e);
  else
    for (u32 i = 0; i < e->locs.n; i++) {
      e->locs.v[i]->attrs = e->heap.attrs;
      e->locs.v[i]->leaks = (EscLeaks){{[ESC_LEAK_HEAP] = 1}};
    }
}

/* ---- summaries ---- */
static bool is_blank(const Object *o) { return !o->name || o->name->len == 0 || atom_is(o->name, "_"); }

/* With a way to the heap, ways at least as long are of no interest. */
static EscLeaks optimize(EscLeaks l) {
  u8 heap = l.v[ESC_LEAK_HEAP];
  for (u32 i = 1; heap && i < ESC_LEAKS; i++)
    if (l.v[i] >= heap) l.v[i] = 0;
  return l;
}

static void report_param(const Object *o, EscLeaks l, const Signature *sig) {
  const char *name = o->name->s;
  if (l.v[ESC_LEAK_HEAP])
    note(o->pos, l.v[ESC_LEAK_HEAP] == 1 ? "leaking param: %s" : "leaking param content: %s", name);
  bool any = l.v[ESC_LEAK_HEAP];
  for (u32 i = 0; i < ESC_LEAKS - ESC_LEAK_RESULT; i++) {
    if (!l.v[ESC_LEAK_RESULT + i]) continue;
    const Atom *res = sig->results->vars[i]->name;
    const char *r = res && res->len ? res->s : atom_printf("~r%u", i)->s;
    note(o->pos, "leaking param: %s",
         atom_printf("%s to result %s level=%d", name, r, l.v[ESC_LEAK_RESULT + i] - 1)->s);
    any = true;
  }
  if (!any) note(o->pos, "%s does not escape", name);
}

/* Function literals have no summary, but gc reports their parameters too. */
static void report_literals(Esc *e) {
  for (u32 i = 0; report.now && i < e->closures.n; i++) {
    const Signature *sig = e->closures.v[i].info->sig;
    for (u32 k = 0; sig && sig->params && k < sig->params->n; k++) {
      const Object *o = sig->params->vars[k];
      const EscLoc *l = o->lowered ? ((VarInfo *)o->lowered)->loc : NULL;
      if (l && !is_blank(o) && esc_has_ptrs(o->type) && !(l->attrs & LOC_ESCAPES))
        report_param(o, optimize(l->leaks), sig);
    }
  }
}

static void batch_end(Esc *e) {
  report_literals(e);
  for (u32 i = 0; i < e->locs.n; i++) finish_loc(e->locs.v[i]);
  ptrmap_free(&e->looping);
  arena_free(&e->arena);
}

static EscLeaks param_leaks(const Object *o, const FuncDecl *d, const Signature *sig) {
  EscLeaks l = {{0}};
  if (!esc_has_ptrs(o->type)) return l;
  if (!d->body) {
    bool noescape = d->pragma && d->pragma->flags & PRAGMA_NOESCAPE;
    if (noescape)
      l.v[ESC_LEAK_MUTATOR] = l.v[ESC_LEAK_CALLEE] = 1;
    else
      l.v[ESC_LEAK_HEAP] = 1;
    if (!is_blank(o)) note(o->pos, noescape ? "%s does not escape" : "leaking param: %s", o->name->s);
    return l;
  }
  if (is_blank(o)) return l;
  const EscLoc *loc = ((VarInfo *)o->lowered)->loc;
  l = optimize(loc->leaks);
  if (!(loc->attrs & LOC_ESCAPES))
    report_param(o, l, sig);
  else if (!l.v[ESC_LEAK_HEAP])
    l.v[ESC_LEAK_HEAP] = 1;
  return l;
}

static bool is_generic(const Signature *s) {
  return (s->tparams && s->tparams->n) || (s->rparams && s->rparams->n);
}

/* Takes d's summary from the module that defines it; false when there is none.
 */
static bool linked_summary(Lower *lw, FuncDecl *d) {
  const Signature *sig = (Signature *)type_under(d->name->obj->type);
  const BcFunc *f = is_generic(sig) ? NULL : lower_defined_func(lw, lower_func_symbol(d->name->obj));
  u32 n = (sig->params ? sig->params->n : 0) + (sig->recv != NULL);
  if (!f || f->nparams != n) return false;
  EscSummary *s = arena_alloc(&types_arena, sizeof *s + n * sizeof(EscLeaks));
  s->n = n;
  d->esc = s;
  for (u32 i = 0; i < n; i++) {
    EscLeaks *l = &s->params[i];
    memcpy(l->v, f->params[i].esc, sizeof l->v);
    u64 any;
    memcpy(&any, l->v, sizeof any);
    if (!any)
      l->v[ESC_LEAK_HEAP] = 1;
    else if (l->v[ESC_LEAK_HEAP] == UINT8_MAX)
      l->v[ESC_LEAK_HEAP] = 0;
  }
  return true;
}

void escape_params(const FuncDecl *d, BcParam *params, u32 n) {
  for (u32 i = 0; d->esc && i < n && i < d->esc->n; i++) {
    EscLeaks l = d->esc->params[i];
    if (!l.v[ESC_LEAK_HEAP]) l.v[ESC_LEAK_HEAP] = UINT8_MAX;
    memcpy(params[i].esc, l.v, sizeof l.v);
  }
}

static void summarize(Esc *e, FuncDecl *d) {
  Signature *sig = (Signature *)type_under(d->name->obj->type);
  u32 np = sig->params ? sig->params->n : 0, n = 0;
  EscSummary *s = arena_alloc(&types_arena, sizeof *s + (np + 1) * sizeof(EscLeaks));
  s->n = np + (sig->recv != NULL);
  d->esc = s;
  if (sig->recv) s->params[n++] = param_leaks(sig->recv, d, sig);
  for (u32 i = 0; i < np; i++) s->params[n++] = param_leaks(sig->params->vars[i], d, sig);
  for (u32 i = 0; e && esc_is_replaceable(e, d) && i < n; i++)
    s->params[i] = (EscLeaks){{[ESC_LEAK_HEAP] = 1}};
}

/* ---- the call graph ---- */
typedef struct Search {
  Lower *lw;
  PtrMap number; /* FuncDecl -> 1 + order of its visit */
  u32 next, depth;
  VEC(FuncDecl *) stack;
} Search;
typedef struct CalleeVec {
  VEC(FuncDecl *) v;
} CalleeVec;

static bool find_callee(void *ctx, void *node) {
  CalleeVec *out = ctx;
  Object *o = NULL;
  if (((Node *)node)->kind == N_Name) o = ((Name *)node)->obj;
  if (((Node *)node)->kind == N_SelectorExpr && ((SelectorExpr *)node)->selection)
    o = ((SelectorExpr *)node)->selection->obj;
  if (!o || o->kind != OBJ_FUNC) return true;
  FuncDecl *d = esc_callee_decl(o);
  if (d && !d->esc) VEC_PUSH(NULL, &out->v, d);
  return true;
}

static void solve_component(Search *s, u32 from) {
  PtrMap batch = {0};
  Esc e;
  for (u32 i = from; i < s->stack.n; i++) ptrmap_set(&batch, s->stack.v[i], s->stack.v[i]);
  batch_start(&e, s->lw, &batch);
  for (u32 i = from; i < s->stack.n; i++) {
    e.fn = info_of(s->stack.v[i]);
    esc_init_params(&e, e.fn);
  }
  for (u32 i = from; i < s->stack.n; i++) {
    FuncDecl *d = s->stack.v[i];
    e.fn = info_of(d);
    e.pkg = d->name->obj->pkg;
    e.depth = 1;
    esc_find_loops(&e, d->body);
    esc_block(&e, &d->body->list);
  }
  batch_finish(&e);
  report.now = report.package && e.pkg == report.package;
  for (u32 i = from; i < s->stack.n; i++) summarize(&e, s->stack.v[i]);
  batch_end(&e);
  ptrmap_free(&batch);
  s->stack.n = from;
}

/* The lowest number reachable from d that is on the stack. */
static u32 visit(Search *s, FuncDecl *d) {
  u32 have = (u32)(uintptr_t)ptrmap_get(&s->number, d);
  if (have) return have;
  if (!d->name->obj || !d->name->obj->type || s->depth >= MAX_DEPTH || linked_summary(s->lw, d))
    return UINT32_MAX;
  if (!d->body) {
    report.now = report.package && d->name->obj->pkg == report.package;
    summarize(NULL, d);
    return UINT32_MAX;
  }
  if (!check_func_body(d->name->obj)) return UINT32_MAX;
  analyze_func(s->lw, d);
  u32 number = ++s->next, low = number, from = s->stack.n;
  ptrmap_set(&s->number, d, (void *)(uintptr_t)number);
  VEC_PUSH(NULL, &s->stack, d);
  CalleeVec callees = {0};
  ast_inspect(d->body, find_callee, &callees);
  s->depth++;
  for (u32 i = 0; i < callees.v.n; i++) {
    if (callees.v.v[i]->esc) continue;
    u32 l = visit(s, callees.v.v[i]);
    if (l < low) low = l;
  }
  s->depth--;
  VEC_FREE(&callees.v);
  if (low == number) solve_component(s, from);
  return low;
}

void escape_func(Lower *lw, FuncDecl *d) {
  if (d->esc) return;
  Search s = {.lw = lw};
  visit(&s, d);
  ptrmap_free(&s.number);
  VEC_FREE(&s.stack);
  esc_forget_types();
}

void escape_package_vars(Lower *lw, Package *p, FnInfo *info) {
  Search s = {.lw = lw};
  PtrMap none = {0};
  for (u32 i = 0; i < p->init_order.n; i++) {
    CalleeVec callees = {0};
    ast_inspect(p->init_order.v[i].rhs, find_callee, &callees);
    for (u32 k = 0; k < callees.v.n; k++)
      if (!callees.v.v[k]->esc) visit(&s, callees.v.v[k]);
    VEC_FREE(&callees.v);
  }
  ptrmap_free(&s.number);
  VEC_FREE(&s.stack);
  Esc e;
  batch_start(&e, lw, &none);
  e.fn = info;
  e.pkg = p;
  for (u32 i = 0; i < p->init_order.n; i++) {
    InitStep *step = &p->init_order.v[i];
    esc_find_loops(&e, step->rhs);
    if (step->nlhs > 1) {
      Expr *x = ast_unparen(step->rhs);
      EscHole *ks = NEW_ARRAY(&e.arena, EscHole, step->nlhs);
      for (u32 k = 0; k < step->nlhs; k++) ks[k] = heap_hole(&e);
      if (x->n.kind == N_CallExpr)
        esc_call(&e, ks, step->nlhs, (CallExpr *)x);
      else
        esc_expr(&e, ks[0], x);
    } else {
      bool blank = step->nlhs == 0 || atom_is(step->lhs[0]->name, "_");
      esc_expr_to(&e, blank ? discard_hole(&e) : heap_hole(&e), step->rhs, blank ? NULL : step->lhs[0]->type);
    }
  }
  batch_finish(&e);
  report.now = report.package && p == report.package;
  batch_end(&e);
  esc_forget_types();
}

/* lower_rangefunc.c - range over functions, as cmd/compile/internal/rangefunc rewrites it.
 *
 * The loop body becomes a function literal func(k, v) bool that is given to the iterator function. Three
 * kinds of hidden variables, captured by reference: #state, one per loop, which catches iterators that
 * misbehave; #next of the enclosing real function, which says how to go on after a body stopped the iteration
 * (-1 return, -2 and below one code per branch); #defers, its defer list. Leaving the body: set #next, mark
 * the loop done, return false; the code after the call of the iterator looks at #next and takes the same exit
 * one level further out. */
#include "frontend/lower_priv.h"

enum { RF_DONE, RF_READY, RF_PANIC, RF_EXHAUSTED, RF_MISSING_PANIC }; /* internal/abi's RF_State */
enum { NEXT_RETURN = -1 };

static void set_var(Fn *fn, Object *o, i64 k) { place_store(fn, place_of_obj(fn, o), k64(fn, k)); }
static IrValue *get_var(Fn *fn, Object *o) { return place_load(fn, place_of_obj(fn, o)); }

static void leave_body(Fn *fn, int state, bool result) {
  set_var(fn, fn->info->state_var, state);
  ir_term(fn->f, fn->b, BC_RET1, 1, k64(fn, result));
  set_unreachable(fn);
}

void range_body_return(Fn *fn) {
  set_var(fn, fn->info->root->next_var, NEXT_RETURN);
  leave_body(fn, RF_DONE, false);
}

void range_body_branch(Fn *fn, BranchTok tok, Stmt *target) {
  if (target == (Stmt *)fn->info->node) {
    if (tok == BR_CONTINUE) leave_body(fn, RF_READY, true);
    else leave_body(fn, RF_DONE, false);
    return;
  }
  for (u32 i = 0; i < fn->info->exits.n; i++) {
    RangeExit *x = &fn->info->exits.v[i];
    if (x->tok != tok || x->target != target) continue;
    set_var(fn, fn->info->root->next_var, x->code);
    leave_body(fn, RF_DONE, false);
    return;
  }
  BUG("branch out of a range function body was not analysed");
}

/* ---- after the iterator returned ---- */
static void check_missing_panic(Fn *fn, FnInfo *body) {
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  IrValue *st = get_var(fn, body->state_var);
  ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, st), RF_PANIC), bad, ok);
  start_block(fn, bad);
  call_runtime(fn, "runtime.panicrangestate", NULL, 1, k64(fn, RF_MISSING_PANIC));
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
  set_var(fn, body->state_var, RF_EXHAUSTED);
}

static bool seen_before(const FnInfo *body, u32 i) {
  for (u32 k = 0; k < i; k++)
    if (body->exits.v[k].code == body->exits.v[i].code) return true;
  return false;
}

static void take_exits(Fn *fn, FnInfo *body) {
  if (body->exits.n == 0) return;
  Object *next = fn->info->root->next_var;
  for (u32 i = 0; i < body->exits.n; i++) {
    RangeExit x = body->exits.v[i];
    if (seen_before(body, i)) continue;
    IrBlock *take = new_block(fn), *other = new_block(fn);
    ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, get_var(fn, next)), x.code), take,
              other);
    start_block(fn, take);
    if (!x.target) {
      return_values(fn, NULL);
    } else {
      set_var(fn, next, 0);
      lower_branch(fn, x.tok, x.target);
    }
    jump_to(fn, other);
    start_block(fn, other);
  }
}

void lower_range_func(Fn *fn, ForStmt *s, RangeClause *r) {
  FnInfo *body = info_of(s);
  var_declare_init(fn, body->state_var, k64(fn, RF_READY));
  Object *defers = fn->info->root->defers_var;
  if (defers && !fn->info->is_range)
    place_store(fn, place_of_obj(fn, defers), op0(fn, BC_DEFERTOK, &ir_shape_ptr));
  Type *t = expr_type(fn, r->x), *u = type_under(t);
  if (u->kind != TYPE_SIGNATURE) u = type_core(t);
  Callee c = {.kind = CALLEE_VALUE, .sig = (Signature *)u};
  c.fn = lower_expr(fn, r->x);
  IrValue *yield = make_closure(fn, body, range_body_generate, body->in_frame);
  set_pos(fn, r);
  call_callee(fn, &c, &yield, 1);
  check_missing_panic(fn, body);
  take_exits(fn, body);
}

/* ---- the body ---- */
static void enter_body(Fn *fn) {
  IrBlock *bad = new_block(fn), *ok = new_block(fn);
  bad->unlikely = true;
  Object *state = fn->info->state_var;
  IrValue *st = get_var(fn, state);
  ir_branch(fn->f, fn->b, with_imm(op1(fn, BC_EQI_64, &ir_shape_word, st), RF_READY), ok, bad);
  start_block(fn, bad);
  set_var(fn, state, RF_PANIC);
  call_runtime(fn, "runtime.panicrangestate", NULL, 1, st);
  ir_term(fn->f, fn->b, BC_TRAP, 0);
  start_block(fn, ok);
  set_var(fn, state, RF_PANIC);
}

/* The iteration variables from the parameters of the body function. */
static void bind_iteration(Fn *fn, RangeClause *r, Signature *yield) {
  u32 slot = 0, np = yield->params ? yield->params->n : 0, memo = fn->memo.n;
  IrValue *v[8];
  const Layout *ly[8];
  for (u32 i = 0; i < np && i < ARRAY_LEN(v); i++) {
    ly[i] = fn_layout(fn, yield->params->vars[i]->type);
    v[i] = fn_param(fn, ly[i], slot);
    slot += ly[i]->shape.nslots;
  }
  bind_captures(fn);
  enter_body(fn);
  u32 n = expr_list_len(r->lhs);
  for (u32 i = 0; !r->def && n > 1 && i < n; i++) snapshot_place(fn, expr_list_at(r->lhs, i));
  for (u32 i = 0; i < n && i < np; i++)
    lower_assign_to(fn, expr_list_at(r->lhs, i), v[i], ly[i]->type, r->def);
  fn->memo.n = memo;
}

void range_body_generate(Lower *lw, FuncInst *fi) {
  InnerSpec *spec = fi->gen_data;
  ForStmt *s = (ForStmt *)spec->info->node;
  RangeClause *r = (RangeClause *)s->init;
  Fn *fn = fn_new(lw, fi);
  fn->root_fi = spec->root;
  fn->info = spec->info;
  fn->f->flags |= BCF_RANGEBODY;
  fn->f->pos = fn->f->cur_pos = s->s.n.pos;
  Type *t = expr_type(fn, r->x), *u = type_under(t);
  if (u->kind != TYPE_SIGNATURE) u = type_core(t);
  Signature *yield = (Signature *)under_of(fn, ((Signature *)u)->params->vars[0]->type);
  if (yield->t.kind != TYPE_SIGNATURE) yield = (Signature *)type_core(&yield->t);
  fn_params_of(fn, yield, NULL);
  fn->nresults = 1;
  bind_iteration(fn, r, yield);
  lower_block(fn, s->body);
  fn->f->cur_pos = s->body->rbrace;
  leave_body(fn, RF_READY, true);
  fn->f->end = s->body->rbrace;
  fn_emit(fn);
}

/* test_ir.c - the SSA builder and the way to bytecode: functions built by hand, run by a small evaluator, or
 * compared as text. The evaluator knows integer arithmetic, jumps, moves, slices made of slots, and calls
 * within the module; a frame's slots above a call's window are overwritten by every call, so that a value
 * kept there is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "frontend/ir.h"

/* ---- the evaluator ---- */

#define STACK 4096
typedef struct Machine {
  const BcModule *m;
  i64 stack[STACK];
  u64 steps;
} Machine;

static void eval(Machine *vm, u32 func, u32 base);

static i64 *slot_at(Machine *vm, u32 base, u32 s) {
  assert_true(base + s < STACK);
  return &vm->stack[base + s];
}

static bool eval_jump(const Insn *i, i64 a, i64 b) {
  u16 op = (u16)(op_info[i->op].flags & OPF_BACK ? i->op - 1 : i->op);
  i64 k = (i16)i->b;
  switch (op) {
    case BC_JMP: return true;
    case BC_JT: return a != 0;
    case BC_JF: return a == 0;
    case BC_JEQ_64: return a == b;
    case BC_JNE_64: return a != b;
    case BC_JLT_I64: return a < b;
    case BC_JLE_I64: return a <= b;
    case BC_JEQI_64: return a == k;
    case BC_JNEI_64: return a != k;
    case BC_JLTI_I64: return a < k;
    case BC_JLEI_I64: return a <= k;
    case BC_JGTI_I64: return a > k;
    case BC_JGEI_I64: return a >= k;
    default: fail_msg("evaluator: %s", op_info[i->op].name); return false;
  }
}

static void eval_call(Machine *vm, const BcFunc *f, const Insn *i, u32 base) {
  const BcFunc *callee = &vm->m->funcs.v[i->imm];
  assert_int_equal(i->b, callee->nargs);
  assert_int_equal(i->c, callee->nres);
  assert_true(i->a >= 3 && i->a + (i->b > i->c ? i->b : i->c) <= f->nslots);
  for (u32 s = 1; s <= 3; s++) *slot_at(vm, base, i->a - s) = -777;
  for (u32 s = i->a + i->b; s < f->nslots + 64; s++) *slot_at(vm, base, s) = -778;
  eval(vm, (u32)i->imm, base + i->a);
  for (u32 s = i->a + i->c; s < f->nslots; s++) *slot_at(vm, base, s) = -779;
}

/* long: one case per opcode */
static void eval(Machine *vm, u32 func, u32 base) {
  const BcFunc *f = &vm->m->funcs.v[func];
  for (u32 pc = 0;;) {
    assert_true(pc < f->ncode);
    assert_true(++vm->steps < 100000);
    const Insn *i = &f->code[pc++];
    const OpInfo *o = &op_info[i->op];
#define S(x) (*slot_at(vm, base, (x)))
    if (o->flags & OPF_JUMP) {
      i64 a = o->a == OPK_R1 ? S(i->a) : 0, b = o->b == OPK_R1 ? S(i->b) : 0;
      bool back = (u32)i->imm < pc;
      assert_true(back == !!(o->flags & OPF_BACK));
      if (eval_jump(i, a, b)) pc = (u32)i->imm;
      continue;
    }
    switch (i->op) {
      case BC_LDK: S(i->a) = i->i; break;
      case BC_ZERO: memset(&S(i->a), 0, i->d * sizeof(i64)); break;
      case BC_MOV: S(i->a) = S(i->b); break;
      case BC_MOV2:
        S(i->a) = S(i->b);
        S(i->a + 1) = S(i->b + 1);
        break; /* careless on purpose: overlap is MOVN's */
      case BC_MOV3: S(i->a) = S(i->b); S(i->a + 1) = S(i->b + 1); S(i->a + 2) = S(i->b + 2); break;
      case BC_MOVN: memmove(&S(i->a), &S(i->b), i->d * sizeof(i64)); break;
      case BC_MK2: S(i->a) = S(i->b); S(i->a + 1) = S(i->c); break;
      case BC_MK3: S(i->a) = S(i->b); S(i->a + 1) = S(i->c); S(i->a + 2) = S(i->d); break;
      case BC_ADD_64: S(i->a) = S(i->b) + S(i->c); break;
      case BC_SUB_64: S(i->a) = S(i->b) - S(i->c); break;
      case BC_MUL_64: S(i->a) = S(i->b) * S(i->c); break;
      case BC_ADDI_64: S(i->a) = S(i->b) + i->imm; break;
      case BC_MULI_64: S(i->a) = S(i->b) * i->imm; break;
      case BC_LDF_64: S(i->a) = S(i->b + i->imm / 8); break;
      case BC_STF_64: S(i->a + i->imm / 8) = S(i->b); break;
      case BC_CALL: eval_call(vm, f, i, base); break;
      case BC_TAILCALL: eval(vm, (u32)i->imm, base); return;
      case BC_RET0: return;
      case BC_RET1: S(0) = S(i->a); return;
      case BC_RETN: memmove(&S(0), &S(i->a), i->d * sizeof(i64)); return;
      default: fail_msg("evaluator: %s", o->name);
    }
#undef S
  }
}

/* Also has the verifier look at the module: definedness of slots, maps, windows. */
static i64 run(const BcModule *m, u32 func, const i64 *args, u32 nargs) {
  Err e;
  if (!module_verify(m, &e)) fail_msg("%s", e.msg);
  Machine *vm = calloc(1, sizeof *vm);
  vm->m = m;
  for (u32 i = 0; i < STACK; i++) vm->stack[i] = -555;
  for (u32 i = 0; i < nargs; i++) vm->stack[i] = args[i];
  eval(vm, func, 0);
  i64 r = vm->stack[0];
  free(vm);
  return r;
}

/* ---- building ---- */

typedef struct Build {
  BcModule *m;
  IrFunc *f;
  IrBlock *entry;
  IrValue *params[8];
} Build;

static Build begin(BcModule *m, const char *name, u32 nargs, u32 nres) {
  Build b = {.m = m, .f = ir_func_new(atom_cstr(name), atom_cstr(name))};
  b.f->nargs = nargs;
  b.f->nres = nres;
  b.entry = ir_block_new(b.f);
  ir_seal(b.f, b.entry);
  for (u32 i = 0; i < nargs; i++) {
    b.params[i] = ir_value(b.f, b.entry, IR_PARAM, &ir_shape_word, 0);
    b.params[i]->imm = i;
  }
  return b;
}

static u32 reserve(BcModule *m) {
  VEC_PUSH(&m->arena, &m->funcs, (BcFunc){0});
  return m->funcs.n - 1;
}

static void finish(Build *b, u32 index) {
  Err e;
  ir_check(b->f);
  if (!ir_emit(b->f, b->m, index, &e)) fail_msg("%s", e.msg);
  ir_func_free(b->f);
}

static IrValue *word(Build *b, IrBlock *at, u16 op, IrValue *x, IrValue *y) {
  return ir_value(b->f, at, op, &ir_shape_word, 2, x, y);
}
static IrValue *konst(Build *b, IrBlock *at, i64 k) { return ir_const(b->f, at, (u64)k, &ir_shape_word); }

static IrValue *call(Build *b, IrBlock *at, u32 func, const IrShape *shape, u32 n, IrValue *const *args) {
  IrValue *v = ir_value_v(b->f, at, BC_CALL, shape, n, args);
  v->imm = func;
  return v;
}

/* Lines of the code that `what` occurs in. */
static u32 count_code(const BcModule *m, u32 func, u16 op) {
  u32 n = 0;
  for (u32 i = 0; i < m->funcs.v[func].ncode; i++) n += m->funcs.v[func].code[i].op == op;
  return n;
}

static void show(const BcModule *m, u32 func) {
  if (!getenv("SHOW")) return;
  StrBuf s = {0};
  func_disasm(m, &m->funcs.v[func], &s);
  print_message("%s\n", sb_cstr(&s));
  sb_free(&s);
}

static u32 build_fib(BcModule *m) {
  u32 self = reserve(m);
  Build b = begin(m, "fib", 1, 1);
  IrBlock *small = ir_block_new(b.f), *rec = ir_block_new(b.f);
  ir_branch(b.f, b.entry, word(&b, b.entry, BC_LT_I64, b.params[0], konst(&b, b.entry, 2)), small, rec);
  ir_seal(b.f, small);
  ir_seal(b.f, rec);
  ir_term(b.f, small, BC_RET1, 1, b.params[0]);
  IrValue *a = word(&b, rec, BC_SUB_64, b.params[0], konst(&b, rec, 1));
  IrValue *x = call(&b, rec, self, &ir_shape_word, 1, &a);
  IrValue *c = word(&b, rec, BC_SUB_64, b.params[0], konst(&b, rec, 2));
  IrValue *y = call(&b, rec, self, &ir_shape_word, 1, &c);
  ir_term(b.f, rec, BC_RET1, 1, word(&b, rec, BC_ADD_64, x, y));
  finish(&b, self);
  return self;
}

/* Arguments are computed in their windows, results stay there: seven instructions and the shortcut's RET1. */
static void test_fib(void **state) {
  (void)state;
  BcModule *m = module_new();
  u32 fib = build_fib(m);
  show(m, fib);
  assert_int_equal(run(m, fib, (i64[]){10}, 1), 55);
  assert_int_equal(m->funcs.v[fib].ncode, 8);
  module_free(m);
}

/* for i := 0; i < n; i++ { s += i * k } */
static void test_loop(void **state) {
  (void)state;
  BcModule *m = module_new();
  u32 self = reserve(m);
  Build b = begin(m, "loop", 2, 1);
  IrVar *i = ir_var_new(b.f, &ir_shape_word, atom_cstr("i")),
        *s = ir_var_new(b.f, &ir_shape_word, atom_cstr("s"));
  IrBlock *head = ir_block_new(b.f), *body = ir_block_new(b.f), *out = ir_block_new(b.f);
  ir_var_write(b.f, b.entry, i, konst(&b, b.entry, 0));
  ir_var_write(b.f, b.entry, s, konst(&b, b.entry, 0));
  ir_jump(b.f, b.entry, head);
  ir_branch(b.f, head, word(&b, head, BC_LT_I64, ir_var_read(b.f, head, i), b.params[0]), body, out);
  ir_seal(b.f, body);
  ir_seal(b.f, out);
  IrValue *t = word(&b, body, BC_MUL_64, ir_var_read(b.f, body, i), b.params[1]);
  ir_var_write(b.f, body, s, word(&b, body, BC_ADD_64, ir_var_read(b.f, body, s), t));
  ir_var_write(b.f, body, i, word(&b, body, BC_ADD_64, ir_var_read(b.f, body, i), konst(&b, body, 1)));
  ir_jump(b.f, body, head);
  ir_seal(b.f, head);
  ir_term(b.f, out, BC_RET1, 1, ir_var_read(b.f, out, s));
  finish(&b, self);
  show(m, self);
  assert_int_equal(run(m, self, (i64[]){10, 3}, 2), 135);
  assert_int_equal(run(m, self, (i64[]){0, 3}, 2), 0);
  assert_int_equal(m->funcs.v[self].ncode, 8); /* LDK LDK JLE | MUL ADD ADDI JLT_B | RET1 */
  assert_int_equal(count_code(m, self, BC_MOV), 0);
  assert_int_equal(count_code(m, self, BC_JLT_I64_B), 1);
  assert_int_equal(m->funcs.v[self].nsafepoints, 1);
  module_free(m);
}

/* for ; n > 0; n-- { a, b = b, a }; return a*10 + b : the swap problem; with `lost` the value of a before the
 * last exchange is returned: the lost-copy problem. */
static u32 build_swap(BcModule *m, bool lost) {
  u32 self = reserve(m);
  Build b = begin(m, "swap", 3, 1);
  IrVar *n = ir_var_new(b.f, &ir_shape_word, NULL), *x = ir_var_new(b.f, &ir_shape_word, NULL),
        *y = ir_var_new(b.f, &ir_shape_word, NULL);
  IrBlock *body = ir_block_new(b.f), *out = ir_block_new(b.f);
  ir_var_write(b.f, b.entry, n, b.params[0]);
  ir_var_write(b.f, b.entry, x, b.params[1]);
  ir_var_write(b.f, b.entry, y, b.params[2]);
  ir_jump(b.f, b.entry, body);
  IrValue *x0 = ir_var_read(b.f, body, x), *y0 = ir_var_read(b.f, body, y);
  ir_var_write(b.f, body, x, y0);
  ir_var_write(b.f, body, y, x0);
  IrValue *n1 = word(&b, body, BC_SUB_64, ir_var_read(b.f, body, n), konst(&b, body, 1));
  ir_var_write(b.f, body, n, n1);
  ir_branch(b.f, body, word(&b, body, BC_LT_I64, konst(&b, body, 0), n1), body, out);
  ir_seal(b.f, body);
  ir_seal(b.f, out);
  IrValue *hi = lost ? x0 : ir_var_read(b.f, out, x), *lo = lost ? y0 : ir_var_read(b.f, out, y);
  hi = word(&b, out, BC_MUL_64, hi, konst(&b, out, 10));
  ir_term(b.f, out, BC_RET1, 1, word(&b, out, BC_ADD_64, hi, lo));
  finish(&b, self);
  show(m, self);
  return self;
}

static void test_swap(void **state) {
  (void)state;
  BcModule *m = module_new();
  u32 swap = build_swap(m, false), lost = build_swap(m, true);
  for (i64 n = 1; n < 5; n++) {
    i64 args[] = {n, 1, 2};
    assert_int_equal(run(m, swap, args, 3), n % 2 ? 21 : 12);
    assert_int_equal(run(m, lost, args, 3), n % 2 ? 12 : 21);
  }
  module_free(m);
}

/* divmod-like pair(x, y) = (x + y, x - y); nest(a, b) = pair(pair(a, b)...) first + 7 * second, in a loop */
static void test_results_as_arguments(void **state) {
  (void)state;
  BcModule *m = module_new();
  u32 pair = reserve(m), self = reserve(m);
  Build p = begin(m, "pair", 2, 2);
  IrValue *sum = word(&p, p.entry, BC_ADD_64, p.params[0], p.params[1]);
  IrValue *diff = word(&p, p.entry, BC_SUB_64, p.params[0], p.params[1]);
  IrValue *both = ir_value(p.f, p.entry, IR_TUPLE, &ir_shape_2words, 2, sum, diff);
  ir_term(p.f, p.entry, BC_RETN, 1, both);
  finish(&p, pair);
  show(m, pair);
  Build b = begin(m, "nest", 2, 1);
  IrValue *r = call(&b, b.entry, pair, &ir_shape_2words, 2, b.params);
  IrValue *args[2] = {ir_extract(b.f, b.entry, r, 0, &ir_shape_word),
                      ir_extract(b.f, b.entry, r, 1, &ir_shape_word)};
  r = call(&b, b.entry, pair, &ir_shape_2words, 2, args);
  IrValue *hi = ir_extract(b.f, b.entry, r, 0, &ir_shape_word),
          *lo = ir_extract(b.f, b.entry, r, 1, &ir_shape_word);
  lo = word(&b, b.entry, BC_MUL_64, lo, konst(&b, b.entry, 7));
  ir_term(b.f, b.entry, BC_RET1, 1, word(&b, b.entry, BC_ADD_64, hi, lo));
  finish(&b, self);
  show(m, self);
  assert_int_equal(run(m, self, (i64[]){5, 3}, 2), 10 + 7 * 6);
  assert_int_equal(m->funcs.v[self].ncode,
                   6); /* MOV2 CALL CALL MULI ADD RET1: the results are the arguments */
  module_free(m);
}

/* f(a, g(b), g(g(c))) with a, b, c live afterwards */
static void test_nested_calls(void **state) {
  (void)state;
  BcModule *m = module_new();
  u32 g = reserve(m), h = reserve(m), self = reserve(m);
  Build b = begin(m, "g", 1, 1);
  ir_term(b.f, b.entry, BC_RET1, 1, word(&b, b.entry, BC_MUL_64, b.params[0], b.params[0]));
  finish(&b, g);
  b = begin(m, "h", 3, 1);
  IrValue *v = word(&b, b.entry, BC_MUL_64, b.params[0], konst(&b, b.entry, 1000));
  v = word(&b, b.entry, BC_ADD_64, v, word(&b, b.entry, BC_MUL_64, b.params[1], konst(&b, b.entry, 100)));
  ir_term(b.f, b.entry, BC_RET1, 1, word(&b, b.entry, BC_ADD_64, v, b.params[2]));
  finish(&b, h);
  b = begin(m, "nested", 3, 1);
  IrValue *args[3];
  args[0] = word(&b, b.entry, BC_ADD_64, b.params[0], konst(&b, b.entry, 1));
  args[1] = call(&b, b.entry, g, &ir_shape_word, 1, &b.params[1]);
  v = call(&b, b.entry, g, &ir_shape_word, 1, &b.params[2]);
  args[2] = call(&b, b.entry, g, &ir_shape_word, 1, &v);
  v = call(&b, b.entry, h, &ir_shape_word, 3, args);
  v = word(&b, b.entry, BC_ADD_64, v, b.params[0]);
  v = word(&b, b.entry, BC_ADD_64, v, b.params[1]);
  ir_term(b.f, b.entry, BC_RET1, 1, word(&b, b.entry, BC_ADD_64, v, b.params[2]));
  finish(&b, self);
  show(m, self);
  assert_int_equal(run(m, self, (i64[]){1, 2, 3}, 3), 2000 + 400 + 81 + 6);
  module_free(m);
}

/* Random structured programs: variables, ifs, loops and calls, run by the evaluator and, as they are built,
 * by constant folding in C. */
#define PAIRS 3
typedef struct Gen {
  Build b;
  u32 rng, callee;
  u32 pair;         /* function: pair(x, y) = (x + y, x - y) */
  IrVar *vars[8], *pairs[PAIRS];
  IrLocal *locals[PAIRS];
  u32 nvars, budget;
} Gen;
typedef struct Values { /* what the variables hold */
  i64 v[8], pair[PAIRS][2], local[PAIRS][2];
} Values;

static u32 rnd(Gen *g, u32 n) {
  g->rng = g->rng * 1664525 + 1013904223;
  return (g->rng >> 8) % n;
}

/* A statement tree, interpreted in C and lowered to IR. */
typedef struct Stmt Stmt;
struct Stmt {
  enum {
    ASSIGN,
    IF,
    LOOP,
    CALL2,
    SWAP,
    PACK,
    UNPACK,
    PAIR_CALL,
    PAIR_SWAP,
    TO_LOCAL,
    FROM_LOCAL,
    SET_LOCAL,
    GET_LOCAL
  } kind;
  u32 x, y, z, p, q;
  i64 k;
  Stmt *body, *other, *next;
};

static Stmt *gen_stmts(Gen *g, Arena *a, u32 n, u32 depth) {
  Stmt *first = NULL;
  while (n-- && g->budget) {
    g->budget--;
    Stmt *s = NEW(a, Stmt);
    u32 kind = rnd(g, 18);
    s->kind = kind < 4 ? ASSIGN : kind < 6 ? IF : kind < 7 ? LOOP : kind < 9 ? CALL2 : SWAP + (kind - 9);
    if (depth > 3 && (s->kind == IF || s->kind == LOOP)) s->kind = ASSIGN;
    s->x = rnd(g, g->nvars);
    s->y = rnd(g, g->nvars);
    s->z = rnd(g, g->nvars);
    s->p = rnd(g, PAIRS);
    s->q = rnd(g, PAIRS);
    s->k = (i64)rnd(g, 7) - 3;
    if (s->kind == IF || s->kind == LOOP) s->body = gen_stmts(g, a, 1 + rnd(g, 4), depth + 1);
    if (s->kind == IF && rnd(g, 2)) s->other = gen_stmts(g, a, 1 + rnd(g, 4), depth + 1);
    s->next = first;
    first = s;
  }
  return first;
}

static i64 add(i64 a, i64 b) { return (i64)((u64)a + (u64)b); }
static i64 mul(i64 a, i64 b) { return (i64)((u64)a * (u64)b); }

static void interpret(const Stmt *s, Values *st) {
  i64 *v = st->v;
  for (; s; s = s->next) {
    i64 t = v[s->x], *p = st->pair[s->p], *q = st->pair[s->q], *l = st->local[s->q];
    switch (s->kind) {
      case ASSIGN: v[s->x] = add(v[s->y], mul(v[s->z], s->k)); break;
      case IF: interpret(v[s->y] < v[s->z] ? s->body : s->other, st); break;
      case LOOP:
        for (i64 i = 0; i < s->k; i++) interpret(s->body, st);
        break;
      case CALL2: v[s->x] = add(v[s->y], mul(v[s->z], -3)); break;
      case SWAP: v[s->x] = v[s->y]; v[s->y] = t; break;
      case PACK: p[0] = v[s->y]; p[1] = v[s->z]; break;
      case UNPACK: v[s->x] = add(p[0], mul(p[1], 2)); v[s->y] = p[0]; break;
      case PAIR_CALL: t = add(v[s->x], v[s->y]); p[1] = add(v[s->x], mul(v[s->y], -1)); p[0] = t; break;
      case PAIR_SWAP:
        for (u32 i = 0; i < 2; i++) t = p[i], p[i] = q[i], q[i] = t;
        break;
      case TO_LOCAL: l[0] = p[0]; l[1] = p[1]; break;
      case FROM_LOCAL: p[0] = l[0]; p[1] = l[1]; break;
      case SET_LOCAL: l[1] = v[s->x]; break;
      case GET_LOCAL: v[s->x] = l[s->p & 1]; break;
    }
  }
}

static IrBlock *lower_stmts(Gen *g, const Stmt *s, IrBlock *at);

static IrBlock *lower_if(Gen *g, const Stmt *s, IrBlock *at) {
  IrFunc *f = g->b.f;
  IrBlock *yes = ir_block_new(f), *no = ir_block_new(f), *join = ir_block_new(f);
  IrValue *y = ir_var_read(f, at, g->vars[s->y]), *z = ir_var_read(f, at, g->vars[s->z]);
  ir_branch(f, at, word(&g->b, at, BC_LT_I64, y, z), yes, no);
  ir_seal(f, yes);
  ir_seal(f, no);
  ir_jump(f, lower_stmts(g, s->body, yes), join);
  ir_jump(f, lower_stmts(g, s->other, no), join);
  ir_seal(f, join);
  return join;
}

static IrBlock *lower_loop(Gen *g, const Stmt *s, IrBlock *at) {
  IrFunc *f = g->b.f;
  IrVar *i = ir_var_new(f, &ir_shape_word, NULL);
  IrBlock *head = ir_block_new(f), *body = ir_block_new(f), *out = ir_block_new(f);
  ir_var_write(f, at, i, konst(&g->b, at, 0));
  ir_jump(f, at, head);
  ir_branch(f, head, word(&g->b, head, BC_LT_I64, ir_var_read(f, head, i), konst(&g->b, head, s->k)), body,
            out);
  ir_seal(f, body);
  ir_seal(f, out);
  body = lower_stmts(g, s->body, body);
  ir_var_write(f, body, i, word(&g->b, body, BC_ADD_64, ir_var_read(f, body, i), konst(&g->b, body, 1)));
  ir_jump(f, body, head);
  ir_seal(f, head);
  return out;
}

static IrValue *on_local(Gen *g, IrBlock *at, u16 op, const IrShape *shape, IrLocal *l, IrValue *arg) {
  IrValue *v = ir_value_v(g->b.f, at, op, shape, arg ? 1 : 0, &arg);
  v->local = l;
  return v;
}

/* Statements on pairs and locals. */
static void lower_wide(Gen *g, const Stmt *s, IrBlock *at) {
  IrFunc *f = g->b.f;
  IrVar *x = g->vars[s->x], *y = g->vars[s->y], *p = g->pairs[s->p], *q = g->pairs[s->q];
  IrLocal *l = g->locals[s->q];
  IrValue *two[] = {ir_var_read(f, at, x), ir_var_read(f, at, y)}, *t;
  switch (s->kind) {
    case PACK:
      t = ir_value(f, at, IR_TUPLE, &ir_shape_2words, 2, two[1], ir_var_read(f, at, g->vars[s->z]));
      ir_var_write(f, at, p, t);
      break;
    case UNPACK: {
      IrValue *w = ir_var_read(f, at, p);
      IrValue *lo = ir_extract(f, at, w, 0, &ir_shape_word), *hi = ir_extract(f, at, w, 1, &ir_shape_word);
      hi = word(&g->b, at, BC_MUL_64, hi, konst(&g->b, at, 2));
      ir_var_write(f, at, x, word(&g->b, at, BC_ADD_64, lo, hi));
      ir_var_write(f, at, y, lo);
      break;
    }
    case PAIR_CALL: ir_var_write(f, at, p, call(&g->b, at, g->pair, &ir_shape_2words, 2, two)); break;
    case PAIR_SWAP:
      t = ir_var_read(f, at, p);
      ir_var_write(f, at, p, ir_var_read(f, at, q));
      ir_var_write(f, at, q, t);
      break;
    case TO_LOCAL: on_local(g, at, IR_WRITE_LOCAL, &ir_shape_none, l, ir_var_read(f, at, p)); break;
    case FROM_LOCAL: ir_var_write(f, at, p, on_local(g, at, IR_READ_LOCAL, &ir_shape_2words, l, NULL)); break;
    case SET_LOCAL: on_local(g, at, BC_STF_64, &ir_shape_none, l, two[0])->imm = 8; break;
    default:
      t = on_local(g, at, BC_LDF_64, &ir_shape_word, l, NULL);
      t->imm = (s->p & 1) * 8;
      ir_var_write(f, at, x, t);
  }
}

static IrBlock *lower_stmts(Gen *g, const Stmt *s, IrBlock *at) {
  IrFunc *f = g->b.f;
  for (; s; s = s->next) {
    IrVar *x = g->vars[s->x], *y = g->vars[s->y], *z = g->vars[s->z];
    if (s->kind == ASSIGN) {
      IrValue *t = word(&g->b, at, BC_MUL_64, ir_var_read(f, at, z), konst(&g->b, at, s->k));
      ir_var_write(f, at, x, word(&g->b, at, BC_ADD_64, ir_var_read(f, at, y), t));
    } else if (s->kind == CALL2) {
      IrValue *args[] = {ir_var_read(f, at, y), ir_var_read(f, at, z)};
      ir_var_write(f, at, x, call(&g->b, at, g->callee, &ir_shape_word, 2, args));
    } else if (s->kind == SWAP) {
      IrValue *t = ir_var_read(f, at, x);
      ir_var_write(f, at, x, ir_var_read(f, at, y));
      ir_var_write(f, at, y, t);
    } else if (s->kind == IF) {
      at = lower_if(g, s, at);
    } else if (s->kind == LOOP) {
      at = lower_loop(g, s, at);
    } else {
      lower_wide(g, s, at);
    }
  }
  return at;
}

static void build_callees(Gen *g, BcModule *m) {
  g->callee = reserve(m);
  g->pair = reserve(m);
  Build c = begin(m, "callee", 2, 1);
  IrValue *t = word(&c, c.entry, BC_MUL_64, c.params[1], konst(&c, c.entry, 3));
  ir_term(c.f, c.entry, BC_RET1, 1, word(&c, c.entry, BC_SUB_64, c.params[0], t));
  finish(&c, g->callee);
  c = begin(m, "pair", 2, 2);
  IrValue *sum = word(&c, c.entry, BC_ADD_64, c.params[0], c.params[1]);
  IrValue *diff = word(&c, c.entry, BC_SUB_64, c.params[0], c.params[1]);
  ir_term(c.f, c.entry, BC_RETN, 1, ir_value(c.f, c.entry, IR_TUPLE, &ir_shape_2words, 2, sum, diff));
  finish(&c, g->pair);
}

/* sum += v * k, in the program and in C. */
static void fold(Gen *g, IrBlock *at, IrValue **sum, i64 *want, IrValue *v, i64 known, i64 k) {
  *sum = word(&g->b, at, BC_ADD_64, *sum, word(&g->b, at, BC_MUL_64, v, konst(&g->b, at, k)));
  *want = add(*want, mul(known, k));
}

static void random_program(u32 seed) {
  BcModule *m = module_new();
  Gen g = {.rng = seed, .nvars = 3 + seed % 5, .budget = 60};
  Arena arena = {0};
  build_callees(&g, m);
  u32 self = reserve(m);
  g.b = begin(m, "random", 2, 1);
  IrFunc *f = g.b.f;
  Values st = {.v = {11, 5}};
  for (u32 i = 0; i < g.nvars; i++) {
    g.vars[i] = ir_var_new(f, &ir_shape_word, NULL);
    if (i >= 2) st.v[i] = i * 3;
    ir_var_write(f, g.b.entry, g.vars[i], i < 2 ? g.b.params[i] : konst(&g.b, g.b.entry, st.v[i]));
  }
  for (u32 i = 0; i < PAIRS; i++) {
    g.pairs[i] = ir_var_new(f, &ir_shape_2words, NULL);
    ir_var_write(f, g.b.entry, g.pairs[i], ir_value(f, g.b.entry, BC_ZERO, &ir_shape_2words, 0));
    g.locals[i] = ir_local_new(f, &ir_shape_2words, NULL);
    on_local(&g, g.b.entry, IR_ZERO_LOCAL, &ir_shape_none, g.locals[i], NULL);
  }
  const Stmt *prog = gen_stmts(&g, &arena, 14, 0);
  interpret(prog, &st);
  IrBlock *at = lower_stmts(&g, prog, g.b.entry);
  IrValue *sum = konst(&g.b, at, 0);
  i64 want = 0;
  for (u32 i = 0; i < g.nvars; i++) fold(&g, at, &sum, &want, ir_var_read(f, at, g.vars[i]), st.v[i], i + 1);
  for (u32 i = 0; i < PAIRS * 2; i++) {
    IrValue *p = ir_var_read(f, at, g.pairs[i / 2]);
    fold(&g, at, &sum, &want, ir_extract(f, at, p, i % 2, &ir_shape_word), st.pair[i / 2][i % 2], 10 + i);
    IrValue *l = on_local(&g, at, BC_LDF_64, &ir_shape_word, g.locals[i / 2], NULL);
    l->imm = i % 2 * 8;
    fold(&g, at, &sum, &want, l, st.local[i / 2][i % 2], 20 + i);
  }
  ir_term(f, at, BC_RET1, 1, sum);
  finish(&g.b, self);
  show(m, self);
  i64 got = run(m, self, (i64[]){11, 5}, 2);
  if (got != want) fail_msg("seed %u: got %lld, want %lld", seed, (long long)got, (long long)want);
  module_free(m);
  arena_free(&arena);
}

static void test_random(void **state) {
  (void)state;
  const char *one = getenv("SEED");
  if (one) {
    random_program((u32)atoi(one));
    return;
  }
  for (u32 seed = 1; seed <= 4000; seed++) random_program(seed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fib),          cmocka_unit_test(test_loop),
      cmocka_unit_test(test_swap),         cmocka_unit_test(test_results_as_arguments),
      cmocka_unit_test(test_nested_calls), cmocka_unit_test(test_random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

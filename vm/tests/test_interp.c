/* test_interp.c - the interpreter on modules built by hand: arithmetic, jumps, calls, closures, stack
 * segments, defers, panics, goroutines, natives. Every test links a module of its own; results come back
 * through globals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/debug.h"
#include "runtime/heap.h"
#include "vm/govm.h"
#include "vm/link.h"

/* ---- building ---- */
static BcModule *m;
static u32 test_count;

static u32 add_type(BcKind kind, const char *name, u64 size) {
  for (u32 i = 0; i < m->types.n; i++)
    if (atom_is(m->types.v[i].key, name)) return i;
  u8 align = (u8)(size > 8 ? 8 : size);
  BcType t = {.kind = kind, .size = size, .align = align, .field_align = align, .comparable = true,
              .elem = BC_NONE, .key_type = BC_NONE, .slice_type = BC_NONE, .ptr_to = BC_NONE,
              .map_group = BC_NONE};
  t.key = t.string = t.name = atom_cstr(name);
  VEC_PUSH(&m->arena, &m->types, t);
  return m->types.n - 1;
}
static u32 int_type(void) { return add_type(BCK_INT, "int", 8); }
static u32 ptr_type(void) {
  u32 t = add_type(BCK_UNSAFEPOINTER, "unsafe.Pointer", 8);
  m->types.v[t].direct_iface = true;
  return t;
}
static void begin(void) {
  m = module_new();
  m->main_func = BC_NONE;
  VEC_PUSH(&m->arena, &m->files, atom_cstr("test.go"));
  test_count++;
}
static const Atom *unique(const char *name) { return atom_printf("t%u.%s", test_count, name); }
static u32 add_global(const char *name, u32 type) {
  BcGlobal g = {.symbol = unique(name), .type = type};
  VEC_PUSH(&m->arena, &m->globals, g);
  return m->globals.n - 1;
}
static u32 add_func(const char *name, u32 flags, u32 nslots, u32 nargs, u32 nres, const Insn *code, u32 n) {
  BcFunc f = {.symbol = unique(name), .flags = flags, .nslots = nslots, .nargs = (u16)nargs,
              .nres = (u16)nres, .ncode = n};
  f.name = f.symbol;
  f.code = arena_dup(&m->arena, code, n * sizeof *code);
  f.lines = NEW(&m->arena, BcLine);
  f.nlines = 1;
  VEC_PUSH(&m->arena, &m->funcs, f);
  return m->funcs.n - 1;
}
#define FUNC(name, flags, nslots, nargs, nres, ...)                                   \
  ({                                                                                  \
    const Insn code_[] = {__VA_ARGS__};                                               \
    add_func(name, flags, nslots, nargs, nres, code_, (u32)ARRAY_LEN(code_));         \
  })
#define I3(o, x, y, z) {.op = BC_##o, .a = (x), .b = (y), .c = (z)}
#define I2(o, x, y) {.op = BC_##o, .a = (x), .b = (y)}
#define I1(o, x) {.op = BC_##o, .a = (x)}
#define I0(o) {.op = BC_##o}
#define II(o, x, y, n) {.op = BC_##o, .a = (x), .b = (y), .imm = (i32)(n)}
#define LDK(x, v) {.op = BC_LDK, .a = (x), .k = (u64)(v)}
#define CALL(w, na, nr, fn) {.op = BC_CALL, .a = (w), .b = (na), .c = (nr), .imm = (i32)(fn)}
#define STG(x, gl) {.op = BC_STG_64, .a = (x), .imm = (i32)(gl)}
#define LDG(x, gl) {.op = BC_LDG_64, .a = (x), .imm = (i32)(gl)}

static void link_and_run(const char *func) {
  Err e;
  if (!vm_load(m, &e)) fail_msg("%s", e.msg);
  assert_true(vm_run_func(unique(func)->s));
}
static i64 global_value(const char *name) { return *(i64 *)link_global(unique(name)->s); }

/* ---- arithmetic ---- */
/* The result of one binary instruction. */
static i64 binary(Opcode op, i64 x, i64 y) {
  begin();
  u32 out = add_global("out", int_type());
  FUNC("main", 0, 3, 0, 0, LDK(0, x), LDK(1, y), {.op = op, .a = 2, .b = 0, .c = 1}, STG(2, out), I0(RET0));
  link_and_run("main");
  return global_value("out");
}
static void test_wraps(void **state) {
  (void)state;
  assert_int_equal(binary(BC_ADD_64, INT64_MAX, 1), INT64_MIN);
  assert_int_equal(binary(BC_ADD_I8, 127, 1), -128);
  assert_int_equal(binary(BC_ADD_U8, 255, 1), 0);
  assert_int_equal(binary(BC_SUB_U32, 0, 1), UINT32_MAX);
  assert_int_equal(binary(BC_MUL_I32, 1 << 20, 1 << 20), 0);
  assert_int_equal(binary(BC_MUL_I16, 300, 300), (i16)90000);
  assert_int_equal(binary(BC_SHL_I32, 1, 31), INT32_MIN);
  assert_int_equal(binary(BC_SHL_I32, 1, 32), 0);
  assert_int_equal(binary(BC_SHL_64, 1, 64), 0);
  assert_int_equal(binary(BC_SHR_I64, -5, 100), -1);
  assert_int_equal(binary(BC_SHR_U64, -5, 64), 0);
  assert_int_equal(binary(BC_DIV_I64, -7, 2), -3);
  assert_int_equal(binary(BC_REM_I64, -7, 2), -1);
  assert_int_equal(binary(BC_DIV_I64, INT64_MIN, -1), INT64_MIN);
  assert_int_equal(binary(BC_REM_I64, INT64_MIN, -1), 0);
  assert_int_equal(binary(BC_DIV_I32, INT32_MIN, -1), INT32_MIN);
  assert_int_equal(binary(BC_DIV_U64, -1, 2), INT64_MAX);
  assert_int_equal(binary(BC_ANDNOT_64, 0xff, 0x0f), 0xf0);
  assert_int_equal(binary(BC_LT_U64, 1, -1), 1);
  assert_int_equal(binary(BC_LT_I64, 1, -1), 0);
}
static void test_float_conversions(void **state) {
  (void)state;
  union { double f; i64 i; } big = {.f = 1e300}, nan = {.f = __builtin_nan("")}, neg = {.f = -3.9};
  begin();
  u32 x = add_global("x", int_type()), y = add_global("y", int_type()), z = add_global("z", int_type());
  FUNC("main", 0, 2, 0, 0, LDK(0, big.i), I2(F64_I64, 1, 0), STG(1, x), LDK(0, nan.i), I2(F64_I64, 1, 0),
      STG(1, y),
       LDK(0, neg.i), I2(F64_I64, 1, 0), STG(1, z), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("x"), INT64_MIN);
  assert_int_equal(global_value("y"), INT64_MIN);
  assert_int_equal(global_value("z"), -3);
}

/* ---- calls ---- */
/* func fib(n) { if n < 2 { return n }; return fib(n-1) + fib(n-2) } */
static u32 add_fib(void) {
  u32 self = m->funcs.n;
  return FUNC("fib", 0, 9, 1, 1, II(JGEI_I64, 0, 2, 2), I1(RET1, 0), II(ADDI_64, 4, 0, -1), CALL(4, 1, 1,
      self),
              I2(MOV, 1, 4), II(ADDI_64, 5, 0, -2), CALL(5, 1, 1, self), I3(ADD_64, 1, 1, 5), I1(RET1, 1));
}
static void test_fib(void **state) {
  (void)state;
  begin();
  u32 out = add_global("out", int_type()), fib = add_fib();
  FUNC("main", 0, 4, 0, 0, LDK(3, 20), CALL(3, 1, 1, fib), STG(3, out), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("out"), 6765);
}
/* func sum(n) { if n == 0 { return 0 }; return n + sum(n-1) }: frames in many segments. */
static void test_deep_recursion(void **state) {
  (void)state;
  begin();
  i64 depth = debug_flags.gcstress ? 2000 : 200000;
  u32 out = add_global("out", int_type()), self = m->funcs.n;
  FUNC("sum", 0, 6, 1, 1, II(JNEI_64, 0, 0, 2), I1(RET1, 0), II(ADDI_64, 5, 0, -1), CALL(5, 1, 1, self),
       I3(ADD_64, 5, 5, 0), I1(RET1, 5));
  FUNC("main", 0, 4, 0, 0, LDK(3, depth), CALL(3, 1, 1, self), STG(3, out), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("out"), depth * (depth + 1) / 2);
}
static void test_segment_at_every_call(void **state) {
  (void)state;
  debug_flags.stackseg = 1;
  begin();
  u32 out = add_global("out", int_type()), fib = add_fib();
  FUNC("main", 0, 4, 0, 0, LDK(3, 15), CALL(3, 1, 1, fib), STG(3, out), I0(RET0));
  link_and_run("main");
  debug_flags.stackseg = 0;
  assert_int_equal(global_value("out"), 610);
}
static void test_tail_call(void **state) {
  (void)state;
  begin();
  /* func loop(n, acc) { if n == 0 { return acc }; loop(n-1, acc+n) } */
  u32 out = add_global("out", int_type()), loop = m->funcs.n;
  FUNC("loop", 0, 2, 2, 1, II(JNEI_64, 0, 0, 2), I1(RET1, 1), I3(ADD_64, 1, 1, 0), II(ADDI_64, 0, 0, -1),
       {.op = BC_TAILCALL, .b = 2, .c = 1, .imm = (i32)loop});
  FUNC("main", 0, 5, 0, 0, LDK(3, 100000), LDK(4, 0), CALL(3, 2, 1, loop), STG(3, out), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("out"), 5000050000);
}

/* A closure {code pointer, captured int} made by hand in a global. */
static void test_closure(void **state) {
  (void)state;
  begin();
  u32 out = add_global("out", int_type()), cell = add_global("cell", add_type(BCK_COMPLEX128, "pair", 16));
  u32 add = FUNC("add", BCF_CLOSURE, 3, 1, 1, I1(GETCTX, 1), II(LD_64, 2, 1, 8), I3(ADD_64, 0, 0, 2),
      I1(RET1, 0));
  FUNC("main", 0, 6, 0, 0, II(LDREC, 0, 0, add), STG(0, cell), LDK(0, 40),
       {.op = BC_STG_64, .a = 0, .c = 8, .imm = (i32)cell}, {.op = BC_LEAG, .a = 1, .imm = (i32)cell},
       LDK(5, 2),
       {.op = BC_CALLC, .a = 5, .b = 1, .c = 1, .d = 1}, STG(5, out), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("out"), 42);
}

/* ---- defers and panics ---- */
/* A function that appends digit k to global log: log = log * 10 + k. */
static u32 add_logger(const char *name, u32 log, i64 k, u32 flags) {
  return FUNC(name, flags, 2, 0, 0, LDG(0, log), II(MULI_64, 0, 0, 10), II(ADDI_64, 0, 0, k), STG(0,
      log), I0(RET0));
}
static void test_defer_order(void **state) {
  (void)state;
  begin();
  u32 log = add_global("log", int_type());
  u32 f1 = add_logger("f1", log, 1, 0), f2 = add_logger("f2", log, 2, 0), f3 = add_logger("f3", log, 3, 0);
  FUNC("main", BCF_HASDEFER, 4, 0, 0, II(LDFN, 0, 0, f1), I1(DEFER, 0), II(LDFN, 0, 0, f2), I1(DEFER, 0),
       CALL(3, 0, 0, f3), I0(RUNDEFERS), I0(RET0));
  m->funcs.v[m->funcs.n - 1].recover_pc = 5;
  link_and_run("main");
  assert_int_equal(global_value("log"), 321);
}
/* f defers recoverer, panics; after it main goes on with f's result in its home slot. */
static void test_recover(void **state) {
  (void)state;
  begin();
  u32 log = add_global("log", int_type()), res = add_global("res", int_type()), val = add_global("val",
      int_type());
  u32 t = ptr_type(), after = add_logger("after", log, 5, 0);
  u32 recoverer = FUNC("recoverer", 0, 3, 0, 0, I1(RECOVER, 0), STG(1, val), LDG(0, log), II(MULI_64, 0,
      0, 10),
                       II(ADDI_64, 0, 0, 4), STG(0, log), I0(RET0));
  u32 f = FUNC("f", BCF_HASDEFER, 4, 0, 1, LDK(0, 77), II(LDFN, 1, 0, after), I1(DEFER, 1), II(LDFN, 1,
      0, recoverer),
               I1(DEFER, 1), II(LDTY, 2, 0, t), LDK(3, 1234), I1(PANIC, 2), I0(RUNDEFERS), I1(RET1, 0));
  m->funcs.v[f].recover_pc = 8;
  FUNC("main", 0, 4, 0, 0, CALL(3, 0, 1, f), STG(3, res), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("log"), 45);
  assert_int_equal(global_value("res"), 77);
  assert_int_equal(global_value("val"), 1234);
}
/* recover() works only directly in the deferred function: not one call deeper, but through a wrapper. */
static void test_recover_depth(void **state) {
  (void)state;
  for (u32 wrapper = 0; wrapper < 2; wrapper++) {
    begin();
    u32 deep = add_global("deep", int_type()), last = add_global("last", int_type()), t = ptr_type();
    u32 rec1 = FUNC("rec1", 0, 3, 0, 0, I1(RECOVER, 0), STG(1, deep), I0(RET0));
    u32 rec2 = FUNC("rec2", 0, 3, 0, 0, I1(RECOVER, 0), STG(1, last), I0(RET0));
    u32 thunk = FUNC("thunk", wrapper ? BCF_WRAPPER : 0, 3, 0, 0, CALL(3, 0, 0, rec1), I0(RET0));
    u32 f = FUNC("f", BCF_HASDEFER, 4, 0, 0, II(LDFN, 1, 0, rec2), I1(DEFER, 1), II(LDFN, 1, 0, thunk),
        I1(DEFER, 1),
                 II(LDTY, 2, 0, t), LDK(3, 9), I1(PANIC, 2), I0(RUNDEFERS), I0(RET0));
    m->funcs.v[f].recover_pc = 7;
    FUNC("main", 0, 4, 0, 0, CALL(3, 0, 0, f), I0(RET0));
    link_and_run("main");
    assert_int_equal(global_value("deep"), wrapper ? 9 : 0);
    assert_int_equal(global_value("last"), wrapper ? 0 : 9);
  }
}
/* A panic in a deferred call replaces the first one; recovering it drops both. Segments at every call in
 * the second round. */
static void test_nested_panic(void **state) {
  (void)state;
  for (i64 stackseg = 0; stackseg < 2; stackseg++) {
    debug_flags.stackseg = stackseg;
    begin();
    u32 val = add_global("val", int_type()), res = add_global("res", int_type()), t = ptr_type();
    u32 rec = FUNC("rec", 0, 3, 0, 0, I1(RECOVER, 0), STG(1, val), I0(RET0));
    u32 second = FUNC("second", 0, 2, 0, 0, II(LDTY, 0, 0, t), LDK(1, 2), I1(PANIC, 0));
    u32 inner = FUNC("inner", BCF_HASDEFER, 4, 0, 0, II(LDFN, 1, 0, second), I1(DEFER, 1), II(LDTY, 2, 0,
        t), LDK(3, 1),
                     I1(PANIC, 2), I0(RUNDEFERS), I0(RET0));
    m->funcs.v[inner].recover_pc = 5;
    u32 f = FUNC("f", BCF_HASDEFER, 6, 0, 1, LDK(0, 6), II(LDFN, 1, 0, rec), I1(DEFER, 1), CALL(5, 0, 0,
        inner),
                 I0(RUNDEFERS), I1(RET1, 0));
    m->funcs.v[f].recover_pc = 4;
    FUNC("main", 0, 4, 0, 0, CALL(3, 0, 1, f), STG(3, res), I0(RET0));
    link_and_run("main");
    debug_flags.stackseg = 0;
    assert_int_equal(global_value("val"), 2);
    assert_int_equal(global_value("res"), 6);
  }
}

/* ---- goroutines, natives ---- */
static void test_goexit_runs_defers(void **state) {
  (void)state;
  begin();
  u32 log = add_global("log", int_type()), f1 = add_logger("f1", log, 1, 0), f2 = add_logger("f2", log, 2, 0);
  const Atom *goexit_name = atom_cstr("runtime.Goexit");
  BcFunc goexit = {.symbol = goexit_name, .name = goexit_name, .flags = BCF_NATIVE};
  VEC_PUSH(&m->arena, &m->funcs, goexit);
  u32 exit_func = m->funcs.n - 1;
  u32 inner = FUNC("inner", 0, 4, 0, 0, CALL(3, 0, 0, exit_func), CALL(3, 0, 0, f2), I0(RET0));
  u32 g = FUNC("g", BCF_HASDEFER, 4, 0, 0, II(LDFN, 0, 0, f1), I1(DEFER, 0), CALL(3, 0, 0, inner),
      CALL(3, 0, 0, f2),
               I0(RUNDEFERS), I0(RET0));
  m->funcs.v[g].recover_pc = 4;
  /* main waits until log changes; the back jump lets the other goroutine run */
  FUNC("main", 0, 4, 0, 0, II(LDFN, 0, 0, g), I1(GO, 0), LDG(1, log), II(JEQI_64_B, 1, 0, 2), I0(RET0));
  link_and_run("main");
  assert_int_equal(global_value("log"), 1);
}

static Status resume_add(G *g, Slot *fp, Slot *results) {
  i64 left = --g->native->state[1].i, sum = g->native->state[2].i += results[0].i;
  if (left == 0) {
    fp[0].i = sum;
    return ST_OK;
  }
  Slot arg = {.i = left};
  native_call(g, fp, g->native->state[0].p, &arg, 1, resume_add);
  return ST_CALL;
}
/* native apply(f func(int) int, n int) int: the sum of f(i) for i = n .. 1 */
static Status apply(G *g, Slot *fp) {
  void *f = fp[0].p;
  Slot arg = {.i = fp[1].i};
  NativeFrame *n = native_call(g, fp, f, &arg, 1, resume_add);
  n->state[0].p = f;
  n->state[1] = arg;
  n->state[2].i = 0;
  n->state_ptrs = 1;
  return ST_CALL;
}
static void test_native_calls_back(void **state) {
  (void)state;
  for (i64 stackseg = 0; stackseg < 2; stackseg++) {
    debug_flags.stackseg = stackseg;
    begin();
    u32 out = add_global("out", int_type());
    NativeDef def = {unique("apply")->s, apply};
    link_register_natives(&def, 1);
    BcFunc native = {.symbol = unique("apply"), .name = unique("apply"), .flags = BCF_NATIVE, .nargs = 2,
        .nres = 1, .nslots = 2};
    VEC_PUSH(&m->arena, &m->funcs, native);
    u32 native_index = m->funcs.n - 1;
    u32 fib = add_fib();
    FUNC("main", 0, 5, 0, 0, II(LDFN, 3, 0, fib), LDK(4, 10), CALL(3, 2, 1, native_index), STG(3, out),
        I0(RET0));
    link_and_run("main");
    debug_flags.stackseg = 0;
    assert_int_equal(global_value("out"), 143);
  }
}

/* Allocation in a loop with collections at the safepoints: the newest object stays reachable through its
 * slot's map. */
static void test_collection(void **state) {
  (void)state;
  begin();
  u32 out = add_global("out", int_type()), t = int_type();
  /* p := new(int); *p = 5; for i := 100000; i > 0; i-- { new(int) }; out = *p */
  u32 f = FUNC("main", 0, 4, 0, 0, {.op = BC_NEW, .a = 0, .imm = (i32)t}, LDK(1, 5), II(ST_64, 0, 1, 0),
      LDK(2, 100000),
               {.op = BC_NEW, .a = 3, .imm = (i32)t}, II(ADDI_64, 2, 2, -1), II(JGTI_I64_B, 2, 0, 4),
                   II(LD_64, 1, 0, 0),
               STG(1, out), I0(RET0));
  BcFunc *fn = &m->funcs.v[f];
  static u64 maps[] = {1, 1 | 8};
  static BcSafepoint safepoints[] = {{0, 0}, {4, 1}, {6, 0}};
  fn->maps = maps;
  fn->nmaps = 2;
  fn->map_words = 1;
  fn->safepoints = safepoints;
  fn->nsafepoints = 3;
  debug_flags.gcstress = 100;
  link_and_run("main");
  debug_flags.gcstress = 0;
  assert_int_equal(global_value("out"), 5);
  assert_true(gc_cycles() > 0);
}

int main(int argc, char **argv) {
  vm_new(argc, argv);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wraps),          cmocka_unit_test(test_float_conversions),
      cmocka_unit_test(test_fib),            cmocka_unit_test(test_deep_recursion),
      cmocka_unit_test(test_segment_at_every_call), cmocka_unit_test(test_tail_call),
      cmocka_unit_test(test_closure),        cmocka_unit_test(test_defer_order),
      cmocka_unit_test(test_recover),        cmocka_unit_test(test_recover_depth),
      cmocka_unit_test(test_nested_panic),   cmocka_unit_test(test_goexit_runs_defers),
      cmocka_unit_test(test_native_calls_back), cmocka_unit_test(test_collection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

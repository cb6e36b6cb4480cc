/* fake_vm.h - a stand-in for the VM in the runtime's unit tests: goroutines are C functions called step by step, panics note
 * their text in the goroutine, and type descriptors are made by hand. Included by each test program once. */
#ifndef GOVM_RUNTIME_TESTS_FAKE_VM_H
#define GOVM_RUNTIME_TESTS_FAKE_VM_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/debug.h"
#include "runtime/fatal.h"
#include "runtime/heap.h"
#include "runtime/hooks.h"
#include "runtime/iface.h"
#include "runtime/rand.h"
#include "runtime/sched.h"
#include "runtime/stack.h"
#include "runtime/timer.h"

/* A goroutine: step is called with its state until it returns STEP_EXIT; what it parked in is complete at the next call. */
typedef struct Task Task;
enum { STEP_EXIT = -1 };
struct Task {
  FuncRec *rec; /* word 0 of a closure */
  int (*step)(G *g, Task *t);
  int pc;
  i64 n;
  void *p;
  Slot slots[16];
  Slot *root_slots; /* words marked by the collector */
  u32 nroots;
};
static FuncRec fake_rec;
static char last_panic[256];

static inline void fake_execute(G *g) {
  while (g) {
    Task *t = g->start_closure;
    if (g->resume_status == ST_PANIC) {
      g->resume_status = ST_OK;
      t->pc = -2;
    }
    int next = t->step(g, t);
    if (next == STEP_EXIT) {
      sched_exit(g);
      g = sched_switch();
      continue;
    }
    t->pc = next;
    if (g->status == G_RUNNING) {
      if (!g->preempt) continue;
      if (!sched_safepoint(g)) continue;
      sched_requeue(g);
    }
    g = sched_switch();
  }
}
static inline void fake_roots(G *g, GcWork *w) {
  Task *t = g->start_closure;
  if (!t) return;
  gc_mark_word(w, t->p);
  gc_mark_words(w, t->slots, ARRAY_LEN(t->slots));
  if (t->root_slots) gc_mark_words(w, t->root_slots, t->nroots);
}
VmHooks vm_hooks = {.execute = fake_execute, .g_roots = fake_roots};

Status native_panic_error(G *g, const char *text) {
  (void)g;
  snprintf(last_panic, sizeof last_panic, "runtime error: %s", text);
  return ST_PANIC;
}
Status native_panic_plain(G *g, const char *text) {
  (void)g;
  snprintf(last_panic, sizeof last_panic, "%s", text);
  return ST_PANIC;
}

static inline void fake_go(Task *t, int (*step)(G *g, Task *t)) {
  t->rec = &fake_rec;
  t->step = step;
  t->pc = 0;
  sched_ready(g_new(NULL, t), false);
}

/* sched_loop, then runs what is still runnable to its end, as its state lies in the test's frame. */
static inline void fake_loop(void) {
  sched_loop();
  for (G *g; (g = sched_switch());) fake_execute(g);
}

static jmp_buf fatal_jump;
static const char *fatal_text;
static void fake_fatal(const char *text) {
  fatal_text = text;
  longjmp(fatal_jump, 1);
}

static int fake_setup(void **state) {
  (void)state;
  Err e;
  const char *spec = getenv("GOVM_DEBUG");
  if (spec && !debug_parse(spec, &e)) fail_msg("%s", e.msg);
  rand_init();
  heap_init();
  hash_init();
  sched_init();
  timer_init();
  return 0;
}

/* ---- types ---- */
#define FAKE_EQUAL ((void *)1)
static u8 mask_one[] = {1}, mask_two[] = {3};
#define BASIC(kind_, size_) \
  {.size = size_, .align = size_, .field_align = size_, .kind = kind_, .tflag = ABI_TFLAG_REGULAR_MEMORY, .equal = FAKE_EQUAL}
static AbiType type_int = BASIC(BCK_INT, 8), type_i32 = BASIC(BCK_INT32, 4), type_i8 = BASIC(BCK_INT8, 1);
static AbiType type_f64 = {.size = 8, .align = 8, .kind = BCK_FLOAT64, .equal = FAKE_EQUAL};
static AbiType type_string = {
    .size = 16, .ptr_bytes = 8, .align = 8, .kind = BCK_STRING, .equal = FAKE_EQUAL, .gcdata = mask_one};
static AbiPtrType type_ptr = {.t = {.size = 8, .ptr_bytes = 8, .align = 8, .kind = BCK_POINTER, .equal = FAKE_EQUAL,
                                    .tflag = ABI_TFLAG_REGULAR_MEMORY | ABI_TFLAG_DIRECT_IFACE, .gcdata = mask_one}};
static AbiInterfaceType type_any = {
    .t = {.size = 16, .ptr_bytes = 16, .align = 8, .kind = BCK_INTERFACE, .equal = FAKE_EQUAL, .gcdata = mask_two}};
/* struct { next *node; value int } */
static AbiType type_node = {.size = 16, .ptr_bytes = 8, .align = 8, .kind = BCK_STRUCT, .gcdata = mask_one};
typedef struct Node Node;
struct Node {
  Node *next;
  i64 value;
};
static inline void fake_use_types(void) {
  (void)type_int, (void)type_i32, (void)type_i8, (void)type_f64, (void)type_string, (void)type_ptr, (void)type_any;
  (void)type_node, (void)mask_two, (void)fake_fatal, (void)fake_setup, (void)fatal_jump, (void)fatal_text;
}
#endif

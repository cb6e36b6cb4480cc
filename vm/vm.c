/* vm.c - the embedding API and the start of a program: runtime.main as a function of instructions made
 * here. */
#include "vm/govm.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/debug.h"
#include "base/snapshot.h"
#include "runtime/iface.h"
#include "runtime/print.h"
#include "runtime/rand.h"
#include "runtime/signal.h"
#include "runtime/timer.h"
#include "vm/fault.h"
#include "vm/types.h"
#include "vm/vm_priv.h"

VmHooks vm_hooks = {
    .execute = interp_run,
    .g_roots = walk_roots,
    .frame_first = walk_first,
    .frame_next = walk_next,
    .func_pos = walk_func_pos,
};
static int program_argc;
static char **program_argv;

int vm_argc(void) { return program_argc; }
char **vm_argv(void) { return program_argv; }

void vm_new(int argc, char **argv) {
  Err e;
  program_argc = argc;
  program_argv = argv;
  if (!debug_parse(getenv("GOVM_DEBUG"), &e)) {
    fprintf(stderr, "govm: %s\n", e.msg);
    exit(2);
  }
  vm_prepare();
  rand_init();
  heap_init();
  hash_init();
  sched_init();
  timer_init();
  signal_init();
  interp_init();
  fault_init();
  call_init();
  heap_add_root_fn(itab_roots);
  vm_link_new();
}

void vm_prepare(void) {
  static bool done;
  if (!done) low_init();
  done = true;
}

u64 vm_low_base(void) { return (u64)low_meta.base; }

bool vm_link_new(void) {
  static SNAPSHOT bool done;
  if (done) return false;
  done = true;
  link_types_init();
  link_register_natives(vm_natives, vm_natives_count);
  panic_init();
  return true;
}

void vm_snapshot(void) { link_snapshot(); }

bool vm_load(const BcModule *m, Err *e) {
  if (debug_flags.verify && !module_verify(m, e)) return false;
  LinkedModule *lm = link_module(m, e);
  if (!lm) return false;
  link_types_refresh(lm);
  natives_bind();
  init_add_module(lm);
  return true;
}

/* ---- runtime.main ---- */
static Status main_done(G *g, Slot *fp) {
  (void)fp;
  print_flush();
  sched_stop();
  return sched_park(g, (WaitReason)0);
}

/* A function that calls these one after the other, then ends the program or returns. Its module declares them by
 * symbol. */
static FuncRec *make_main(BcModule *m, const char *symbol, const VmCalls *calls, bool returns) {
  u32 n = calls->n + 1;
  Insn *code = NEW_ARRAY(&m->arena, Insn, n + 1);
  for (u32 i = 0; i < n; i++) {
    const Atom *callee = i < calls->n ? calls->v[i]->symbol : atom_cstr("runtime.vmMainDone");
    BcFunc f = {.symbol = callee, .name = callee, .flags = BCF_NATIVE, .nslots = 1};
    VEC_PUSH(&m->arena, &m->funcs, f);
    code[i] = (Insn){.op = BC_CALL, .a = LINK_SLOTS, .imm = (i32)i};
  }
  code[n].op = BC_TRAP;
  if (returns) code[n - 1] = (Insn){.op = BC_RET0};
  u64 *map = NEW(&m->arena, u64);
  BcSafepoint *safepoints = NEW_ARRAY(&m->arena, BcSafepoint, n);
  for (u32 i = 0; i < n; i++) safepoints[i].pc = i;
  BcLine *line = NEW(&m->arena, BcLine);
  BcFunc f = {.symbol = atom_cstr(symbol), .name = atom_cstr("runtime.main"), .nslots = LINK_SLOTS,
      .ncode = n + 1, .code = code,
              .nsafepoints = n, .safepoints = safepoints, .map_words = 1, .nmaps = 1, .maps = map,
                  .nlines = 1, .lines = line};
  VEC_PUSH(&m->arena, &m->funcs, f);
  VEC_PUSH(&m->arena, &m->files, atom_cstr("runtime/proc.go"));
  m->main_func = BC_NONE;
  Err e;
  if (!link_module(m, &e)) rt_throw("runtime.main does not link");
  return link_func(symbol);
}

static FuncRec *caller_of(VmCalls *calls, BcModule *m, bool returns) {
  static u32 count;
  char symbol[64];
  NativeDef done = {"runtime.vmMainDone", main_done};
  link_register_natives(&done, 1);
  snprintf(symbol, sizeof symbol, count ? "runtime.main.%u" : "runtime.main", count);
  count++;
  return make_main(m, symbol, calls, returns);
}

static void run(VmCalls *calls, BcModule *m) {
  FuncRec *rec = caller_of(calls, m, false);
  sched_ready(g_new(NULL, &rec->self), true);
  sched_loop();
}

/* Makes the goroutine's function, runs it to its end. */
static void run_calls(VmCalls *calls) {
  run(calls, module_new());
  VEC_FREE(calls);
}

int vm_run_main(void) {
  const BcModule *m = NULL;
  for (u32 i = 0; i < link_modules.n; i++)
    if (link_modules.v[i]->m->main_func != BC_NONE) m = link_modules.v[i]->m;
  VmCalls calls = {0};
  if (!m) m = link_modules.v[link_modules.n - 1]->m;
  init_collect(m, &calls);
  if (m->main_func != BC_NONE) VEC_PUSH(NULL, &calls, &m->funcs.v[m->main_func]);
  run_calls(&calls);
  return 0;
}

void vm_run_inits(const BcModule *m) {
  VmCalls calls = {0};
  init_collect(m, &calls);
  run_calls(&calls);
}

FuncRec *vm_inits_func(const BcModule *m) {
  VmCalls calls = {0};
  init_collect(m, &calls);
  FuncRec *rec = caller_of(&calls, module_new(), true);
  VEC_FREE(&calls);
  return rec;
}

void vm_redefine(const char *old_symbol, const char *new_symbol) {
  FuncRec *old = link_func(old_symbol), *rec = link_func(new_symbol);
  if (!old || !rec || old == rec) return;
  const Insn *code = func_expand(rec);
  if (old->nslots < rec->nslots) old->nslots = rec->nslots; /* what runs in the old code needs its own */
  if (!old->code) old->code = code; /* never entered; else frames of that code find the old record by their pc */
  __atomic_store_n(&old->entry, rec->entry, __ATOMIC_RELEASE);
}

bool vm_run_func(const char *symbol) {
  FuncRec *rec = link_func(symbol);
  if (!rec) return false;
  VmCalls calls = {0};
  VEC_PUSH(NULL, &calls, rec->info->fn);
  run_calls(&calls);
  return true;
}

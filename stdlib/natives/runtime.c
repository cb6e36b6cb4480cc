/* runtime.c - natives of the overlay package runtime, of runtime/debug and weak: callers, scheduler, memory, finalizers. */
#include <stdlib.h>
#include <unistd.h>

#include "runtime/godebug.h"
#include "runtime/metrics.h"
#include "runtime/fatal.h"
#include "runtime/print.h"
#include "runtime/stack.h"
#include "runtime/traceback.h"
#include "stdlib/natives/natives.h"

/* ---- frames ---- */
/* The frame that called the native whose window is fp. */
static FrameIter caller_frame(const G *g, Slot *fp) {
  FrameIter it = {.g = g, .fp = fp, .seg = g->seg};
  walk_next(&it);
  return it;
}

NATIVE_FN(runtime_callers) { /* (skip int, pcs []uintptr, all bool) int */
  i64 skip = fp[0].i, max = fp[2].i, n = 0;
  u64 *pcs = fp[1].p;
  bool all = fp[4].u & 1;
  for (FrameIter it = caller_frame(g, fp); it.rec && n < max; walk_next(&it)) {
    if (!all && (it.flags & BCF_WRAPPER)) continue;
    if (skip-- > 0) continue;
    pcs[n++] = (u64)(uintptr_t)(it.exact ? it.pc + 1 : it.pc);
  }
  fp[0].i = n;
  return ST_OK;
}

/* A pc in Go's hands is a return address, one less than that, a code pointer (reflect's Value.Pointer) or an address a little
 * behind one (goexit's, in what Callers gives). */
static const FuncRec *code_pointer(u64 pc) {
  pc &= ~(u64)7;
  if (pc < (u64)(uintptr_t)low_meta.base || pc + sizeof(FuncRec) > (u64)(uintptr_t)low_meta.next) return NULL;
  const FuncRec *rec = (const FuncRec *)(uintptr_t)pc;
  return rec->self == rec ? rec : NULL;
}

static const char *file_of(const FuncRec *rec) { /* "": a native of the VM's own */
  const LinkedModule *lm = rec->info->mod;
  return lm && rec->info->fn->file < lm->m->files.n ? lm->m->files.v[rec->info->fn->file]->s : "";
}
static void ret_position(Slot *fp, const char *name, const char *file, i64 line) {
  ret_string(fp, str_from_c(name));
  ret_string(fp + 2, str_from_c(file));
  fp[4].i = line;
}

NATIVE_FN(runtime_pc_info) { /* (pc uintptr) (name, file string, line int, entry uintptr) */
  u64 pc = fp[0].u;
  FuncPos pos;
  const FuncRec *rec = code_pointer(pc);
  if (rec) {
    const BcFunc *f = rec->info->fn;
    ret_position(fp, f->name->s, file_of(rec), f->line);
    fp[5].p = (void *)rec;
    return ST_OK;
  }
  const Insn *at = (const Insn *)(uintptr_t)((pc - 1) & ~(u64)(sizeof(Insn) - 1));
  if (pc == 0 || !func_of_insn(at) || !walk_func_pos(at, true, &pos)) {
    memset(fp, 0, 6 * sizeof *fp);
    return ST_OK;
  }
  ret_position(fp, pos.func, pos.file, pos.line);
  fp[5].p = (void *)pos.entry;
  return ST_OK;
}

NATIVE_FN(runtime_func_start) { /* (entry uintptr) (name, file string, line int) */
  const FuncRec *rec = code_pointer(fp[0].u);
  if (!rec) {
    memset(fp, 0, 5 * sizeof *fp);
    return ST_OK;
  }
  const BcFunc *f = rec->info->fn;
  ret_position(fp, f->name->s, file_of(rec), f->line);
  return ST_OK;
}

NATIVE_FN(runtime_stack) { /* (buf []byte, all bool) int */
  u8 *buf = fp[0].p;
  i64 len = fp[1].i;
  bool all = fp[3].u & 1;
  FrameIter it = caller_frame(g, fp);
  const Insn *pc = g->pc;
  Slot *saved_fp = g->fp;
  Segment *seg = g->seg;
  g->pc = it.pc;
  g->fp = it.fp;
  g->seg = (Segment *)it.seg;
  StrBuf out = {0};
  traceback_stack(g, all, &out);
  g->pc = pc;
  g->fp = saved_fp;
  g->seg = seg;
  i64 n = (i64)out.n < len ? (i64)out.n : len;
  if (n) memcpy(buf, out.p, (size_t)n);
  sb_free(&out);
  fp[0].i = n;
  return ST_OK;
}

/* ---- types ---- */
NATIVE_FN(runtime_type_string) {
  ret_string(fp, abi_type_string(fp[0].p));
  return ST_OK;
}

NATIVE_FN(runtime_type_pkgpath) {
  const AbiType *t = fp[0].p;
  AbiUncommon *u = abi_type_uncommon(t);
  const u8 *name = u ? type_resolve_off(u->pkgpath) : NULL;
  if (!u && t->kind == BCK_STRUCT) name = ((const AbiStructType *)t)->pkgpath.bytes;
  if (!u && t->kind == BCK_INTERFACE) name = ((const AbiInterfaceType *)t)->pkgpath.bytes;
  ret_string(fp, abi_name_text(name));
  return ST_OK;
}

NATIVE_FN(runtime_implements) { /* (iface, concrete *Type) bool */
  fp[0].u = itab_get(fp[0].p, fp[1].p, NULL) != NULL;
  return ST_OK;
}

NATIVE_FN(runtime_convert_for_finalizer) { /* (arg, iface, concrete) itab word */
  fp[0].p = itab_get(fp[1].p, fp[2].p, NULL);
  return ST_OK;
}

/* ---- scheduler ---- */
NATIVE_FN(runtime_gosched) { return ST_YIELD; }

NATIVE_FN(runtime_gomaxprocs) {
  fp[0].i = sched_set_gomaxprocs(fp[0].i);
  return ST_OK;
}

NATIVE_FN(runtime_num_cpu) {
  fp[0].i = sysconf(_SC_NPROCESSORS_ONLN);
  return ST_OK;
}

NATIVE_FN(runtime_num_goroutine) {
  fp[0].i = sched_num_goroutines();
  return ST_OK;
}

NATIVE_FN(runtime_lock_thread) {
  g->locked_to_thread = true;
  return ST_OK;
}

NATIVE_FN(runtime_unlock_thread) {
  g->locked_to_thread = false;
  return ST_OK;
}

NATIVE_FN(runtime_start_system) {
  sched_go_system(fp[0].p);
  return ST_OK;
}

NATIVE_FN(runtime_fatal) { /* (s string): fatal and throw of Go code */
  char *s = c_string(arg_string(fp));
  go_fatal(s);
}

/* ---- memory ---- */
NATIVE_FN(runtime_gc_start) {
  gc_request_full();
  return ST_YIELD;
}

NATIVE_FN(runtime_find_object) { /* (p) (base unsafe.Pointer, size uintptr) */
  size_t size = 0;
  fp[0].p = heap_find_object(fp[0].p, &size);
  fp[1].u = size;
  return ST_OK;
}

NATIVE_FN(runtime_in_static_data) {
  const u8 *p = fp[0].p;
  fp[0].u = p >= low_globals.base && p < low_globals.end;
  return ST_OK;
}

NATIVE_FN(runtime_set_finalizer) { /* (obj, fn, nret, argType, objType) bool */
  fp[0].u = heap_set_finalizer(fp[0].p, fp[1].p, fp[2].u, fp[3].p, fp[4].p);
  return ST_OK;
}

NATIVE_FN(runtime_remove_finalizer) {
  heap_remove_finalizer(fp[0].p);
  return ST_OK;
}

NATIVE_FN(runtime_add_cleanup) {
  fp[0].u = heap_add_cleanup(fp[0].p, fp[1].p);
  return ST_OK;
}

NATIVE_FN(runtime_remove_cleanup) {
  heap_remove_cleanup(fp[0].p, fp[1].u);
  return ST_OK;
}

NATIVE_FN(runtime_finq_next) { /* () (fn, arg, nret, argType, objType, ok) */
  FinqEntry e = {0};
  bool ok = finq_next(&e);
  fp[0].p = e.fn;
  fp[1].p = e.arg;
  fp[2].u = e.nret;
  fp[3].p = e.arg_type;
  fp[4].p = e.obj_ptr_type;
  fp[5].u = ok;
  return ST_OK;
}

NATIVE_FN(runtime_finq_wait) { return finq_wait(g); }

NATIVE_FN(runtime_gc_cycles) {
  fp[0].u = gc_cycles();
  return ST_OK;
}

NATIVE_FN(runtime_gc_cycle_wait) { return gc_cycle_wait(g, fp[0].u); }

NATIVE_FN(runtime_block_until_drained) { /* (timeout int64) bool: std's tests wait here for finalizers and cleanups */
  if (!finq_drained()) return ST_AGAIN;
  fp[0].u = true;
  return ST_OK;
}

NATIVE_FN(debug_read_gc_stats) { /* (*[]time.Duration): pauses, their ends, last GC, number, total; newest first */
  GoSlice *out = fp[0].p;
  HeapStats s;
  heap_read_stats(&s);
  i64 *p = (i64 *)out->p;
  u32 n = s.num_gc < ARRAY_LEN(s.pause_ns) ? s.num_gc : (u32)ARRAY_LEN(s.pause_ns);
  if (out->cap < (i64)(2 * ARRAY_LEN(s.pause_ns) + 3)) go_fatal("short slice passed to readGCStats");
  for (u32 i = 0; i < n; i++) {
    u32 j = (s.num_gc - 1 - i) % ARRAY_LEN(s.pause_ns);
    p[i] = (i64)s.pause_ns[j];
    p[n + i] = (i64)s.pause_end[j];
  }
  p[2 * n] = (i64)s.last_gc_unix_ns;
  p[2 * n + 1] = s.num_gc;
  p[2 * n + 2] = (i64)s.pause_total_ns;
  out->len = 2 * n + 3;
  return ST_OK;
}

NATIVE_FN(weak_register) {
  fp[0].p = heap_weak_handle(fp[0].p);
  return ST_OK;
}

NATIVE_FN(weak_strong) {
  fp[0].p = heap_weak_strong(fp[0].p);
  return ST_OK;
}

/* runtime.MemStats, field by field. */
typedef struct GoMemStats {
  u64 alloc, total_alloc, sys, lookups, mallocs, frees;
  u64 heap_alloc, heap_sys, heap_idle, heap_inuse, heap_released, heap_objects;
  u64 stack_inuse, stack_sys, mspan_inuse, mspan_sys, mcache_inuse, mcache_sys, buckhash_sys, gc_sys, other_sys;
  u64 next_gc, last_gc, pause_total_ns, pause_ns[256], pause_end[256];
  u32 num_gc, num_forced_gc;
  double gc_cpu_fraction;
  bool enable_gc, debug_gc;
  struct { u32 size; u64 mallocs, frees; } by_size[61];
} GoMemStats;

NATIVE_FN(runtime_read_mem_stats) {
  HeapStats s;
  GoMemStats *m = fp[0].p;
  heap_read_stats(&s);
  m->alloc = m->heap_alloc = s.alloc;
  m->total_alloc = s.total_alloc;
  m->sys = s.sys;
  m->mallocs = s.mallocs;
  m->frees = s.frees;
  m->heap_sys = s.heap_sys;
  m->heap_idle = s.heap_idle;
  m->heap_inuse = s.heap_inuse;
  m->heap_released = s.heap_released;
  m->heap_objects = s.heap_objects;
  m->stack_inuse = s.stack_inuse;
  m->stack_sys = s.stack_sys;
  m->mspan_inuse = s.mspan_inuse;
  m->mspan_sys = s.mspan_sys;
  m->gc_sys = s.gc_sys;
  m->other_sys = s.other_sys;
  m->next_gc = s.next_gc;
  m->last_gc = s.last_gc_unix_ns;
  m->pause_total_ns = s.pause_total_ns;
  memcpy(m->pause_ns, s.pause_ns, sizeof m->pause_ns);
  memcpy(m->pause_end, s.pause_end, sizeof m->pause_end);
  m->num_gc = s.num_gc;
  m->num_forced_gc = s.num_forced_gc;
  m->gc_cpu_fraction = s.gc_cpu_fraction;
  for (size_t i = 0; i < ARRAY_LEN(m->by_size); i++) {
    m->by_size[i].size = s.by_size[i].size;
    m->by_size[i].mallocs = s.by_size[i].mallocs;
    m->by_size[i].frees = s.by_size[i].frees;
  }
  return ST_OK;
}

/* ---- runtime/debug ---- */
NATIVE_FN(debug_set_gc_percent) {
  fp[0].i = gc_set_percent((i32)fp[0].i);
  return ST_OK;
}

NATIVE_FN(debug_set_memory_limit) {
  fp[0].i = gc_set_memory_limit(fp[0].i);
  return ST_OK;
}

NATIVE_FN(debug_set_panic_on_fault) {
  bool old = g->paniconfault;
  g->paniconfault = fp[0].u & 1;
  fp[0].u = old;
  return ST_OK;
}

NATIVE_FN(debug_set_max_threads) {
  static i64 max_threads = 10000;
  i64 old = max_threads;
  max_threads = fp[0].i;
  fp[0].i = old;
  return ST_OK;
}

NATIVE_FN(debug_set_max_stack) {
  fp[0].i = stack_set_max(fp[0].i);
  return ST_OK;
}

NATIVE_FN(debug_free_os_memory) {
  gc_free_os_memory();
  return ST_YIELD;
}

NATIVE_FN(debug_set_traceback) {
  char *s = c_string(arg_string(fp));
  traceback_set_level(s);
  xfree(s);
  return ST_OK;
}

NATIVE_FN(metrics_counters) {
  metrics_read(fp[0].p);
  return ST_OK;
}

NATIVE_FN(runtime_godebug_parse) {
  GoString s = arg_string(fp);
  godebug_parse((const char *)s.p, (u64)s.len);
  return ST_OK;
}

NATIVE_FN(debug_write_heap_dump) { /* (fd uintptr) */
  heap_dump((int)fp[0].u);
  return ST_OK;
}
NATIVE_FN(runtime_set_crash_fd) { /* (fd uintptr) uintptr */
  fp[0].u = print_set_crash_fd(fp[0].u);
  return ST_OK;
}

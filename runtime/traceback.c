/* traceback.c - goroutine tracebacks. See traceback.h; Go's runtime/traceback.go and runtime1.go (GOTRACEBACK).
 * Shown are frames whose function has a package other than runtime, exported functions of runtime, and runtime.gopanic below
 * the first frame, as "panic(...)"; wrappers are hidden; with level 2 everything. Nothing here allocates Go memory. */
#include "runtime/traceback.h"

#include <stdlib.h>

#include "runtime/hooks.h"
#include "runtime/print.h"
#include "runtime/sched.h"

enum { INNER_FRAMES = 50, OUTER_FRAMES = 50 };

static TracebackLevel trace_level = {1, false, false};
static bool level_read;

void traceback_set_level(const char *s) {
  level_read = true;
  char *end;
  if (!*s || strcmp(s, "single") == 0) trace_level = (TracebackLevel){1, false, false};
  else if (strcmp(s, "none") == 0) trace_level = (TracebackLevel){0, false, false};
  else if (strcmp(s, "all") == 0) trace_level = (TracebackLevel){1, true, false};
  else if (strcmp(s, "system") == 0) trace_level = (TracebackLevel){2, true, false};
  else if (strcmp(s, "crash") == 0) trace_level = (TracebackLevel){2, true, true};
  else {
    long n = strtol(s, &end, 10);
    trace_level = (TracebackLevel){*end || n < 0 ? 1 : (i32)n, true, false};
  }
}
TracebackLevel traceback_level(void) {
  if (!level_read) {
    const char *env = getenv("GOTRACEBACK");
    traceback_set_level(env ? env : "");
  }
  return trace_level;
}

/* ---- which frames ---- */
static bool is_exported_runtime(const char *name) {
  name += strlen("runtime.");
  const char *dot = strrchr(name, '.'), *method = dot ? dot + 1 : name;
  if (*method < 'A' || *method > 'Z') return false;
  if (!dot) return true;
  if (name[0] == '(' && name[1] == '*') name += 2;
  return *name >= 'A' && *name <= 'Z';
}
static bool frame_shown(const FuncPos *pos, bool first) {
  if (traceback_level().level > 1) return true;
  if (pos->flags & BCF_WRAPPER) return false;
  if (strcmp(pos->func, "runtime.gopanic") == 0) return !first;
  if (!strchr(pos->func, '.')) return false;
  return strncmp(pos->func, "runtime.", 8) != 0 || is_exported_runtime(pos->func);
}

static void print_frame(const FrameIter *it, const FuncPos *pos) {
  const char *name = strcmp(pos->func, "runtime.gopanic") == 0 ? "panic" : pos->func;
  print_c(name);
  print_c(it->rec->nargs ? "(...)\n" : "()\n");
  print_format("\t%s:%u", pos->file, pos->line);
  if (pos->offset) print_format(" +0x%llx", (unsigned long long)pos->offset);
  print_c("\n");
}

/* Walks from *it on: skips `skip` shown frames, prints at most `max`; the number of shown frames met after the skipped. */
static u32 print_frames(FrameIter *it, u32 skip, u32 max, bool print, bool *first) {
  u32 n = 0;
  for (; it->rec && n < max; vm_hooks.frame_next(it)) {
    FuncPos pos;
    bool known = vm_hooks.func_pos(it->pc, it->exact, &pos);
    bool shown = known && frame_shown(&pos, *first);
    *first = false;
    if (!shown) continue;
    if (skip) {
      skip--;
      continue;
    }
    if (print) print_frame(it, &pos);
    n++;
  }
  return n;
}

static void print_created_by(G *g) {
  FuncPos pos;
  if (!g->gopc || g->id == 1 || !vm_hooks.func_pos(g->gopc, false, &pos) || !frame_shown(&pos, false)) return;
  print_format("created by %s", pos.func);
  if (g->parent_id) print_format(" in goroutine %llu", (unsigned long long)g->parent_id);
  print_format("\n\t%s:%u", pos.file, pos.line);
  if (pos.offset) print_format(" +0x%llx", (unsigned long long)pos.offset);
  print_c("\n");
}

static void print_stack(G *g) {
  if (g->pc && vm_hooks.frame_first) {
    FrameIter it;
    bool first = true;
    vm_hooks.frame_first(&it, g);
    if (print_frames(&it, 0, INNER_FRAMES, true, &first) == INNER_FRAMES) {
      FrameIter rest = it;
      u32 left = print_frames(&it, 0, UINT32_MAX, false, &first);
      u32 elided = left > OUTER_FRAMES ? left - OUTER_FRAMES : 0;
      if (elided) print_format("...%u frames elided...\n", elided);
      print_frames(&rest, elided, OUTER_FRAMES, true, &first);
    }
  }
  print_created_by(g);
}

/* ---- goroutines ---- */
static const char *status_text(const G *g) {
  switch ((GStatus)g->status) {
  case G_IDLE: return "idle";
  case G_RUNNABLE: return "runnable";
  case G_RUNNING: return "running";
  case G_SYSCALL: return "syscall";
  case G_WAITING: return g->wait_reason != WAIT_ZERO ? wait_reason_text[g->wait_reason] : "waiting";
  case G_DEAD: return "dead";
  }
  return "???";
}

void traceback_header(G *g) {
  print_format("goroutine %llu [%s", (unsigned long long)g->id, status_text(g));
  if ((g->status == G_WAITING || g->status == G_SYSCALL) && g->wait_since) {
    i64 minutes = (nanotime() - g->wait_since) / 60000000000;
    if (minutes >= 1) print_format(", %lld minutes", (long long)minutes);
  }
  if (g->locked_to_thread) print_c(", locked to thread");
  print_c("]:\n");
}

void traceback_goroutine(G *g) {
  traceback_header(g);
  print_stack(g);
}

/* Goroutines are listed by id; the list of all is newest first and reuses dead ones, so it is sorted here. */
static int by_id(const void *a, const void *b) {
  u64 x = (*(G *const *)a)->id, y = (*(G *const *)b)->id;
  return x < y ? -1 : x > y;
}

void traceback_others(G *me) {
  VEC(G *) gs = {0};
  for (G *g = sched_all_gs(); g; g = g->all_link) {
    if (g == me || g->status == G_DEAD || g->status == G_IDLE) continue;
    if (g->is_system && traceback_level().level < 2) continue;
    VEC_PUSH(NULL, &gs, g);
  }
  if (gs.n) qsort(gs.v, gs.n, sizeof(G *), by_id);
  for (u32 i = 0; i < gs.n; i++) {
    print_c("\n");
    traceback_goroutine(gs.v[i]);
  }
  VEC_FREE(&gs);
}

void traceback_stack(G *g, bool all, StrBuf *out) {
  print_begin(out);
  traceback_goroutine(g);
  if (all) traceback_others(g);
  print_end();
}

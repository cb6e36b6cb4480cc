/* walk.c - the frame walker: one for the collector, tracebacks, Callers and recover.
 *
 * A frame's caller is in its link area, except that three return addresses are stubs: SEGRET (the segment
 * knows the caller), RESUME (the caller is a native, whose record is in g->native) and GOEXIT0 (the
 * goroutine's first frame). Slot maps: see module.h; the arguments of a frame that has not started are
 * described by its parameter types, and an instruction without a map can only have raised a panic, after
 * which nothing but recover_pc runs in that frame.
 */
#include "base/debug.h"
#include "vm/vm_priv.h"

static void set_frame(FrameIter *it, Slot *fp, const Insn *pc, bool exact) {
  it->fp = fp;
  it->pc = pc;
  it->exact = exact;
  FuncRec *rec = func_of_insn(exact ? pc : pc - 1);
  if (!rec) rt_throw("frame walker: return address is not in any function");
  it->rec = rec;
  it->flags = rec->flags;
}

void walk_first(FrameIter *it, const G *g) {
  *it = (FrameIter){.g = g, .seg = g->seg};
  if (!g->pc || !g->fp) return;
  const FuncRec *rec = func_of_insn(g->pc);
  set_frame(it, g->fp, g->pc, g->at_jump || (rec && rec->code == g->pc));
}

static const NativeFrame *native_of(const G *g, const Slot *fp) {
  for (const NativeFrame *n = g->native; n; n = n->link)
    if (n->fp == fp) return n;
  rt_throw("frame walker: a native's record is missing");
}

void walk_next(FrameIter *it) {
  const Insn *pc = it->fp[LINK_PC].pc;
  Slot *fp = it->fp[LINK_FP].fp;
  while (pc == &vm_stubs[STUB_SEGRET]) {
    pc = it->seg->caller_pc;
    fp = it->seg->caller_fp;
    it->seg = it->seg->prev;
  }
  if (pc == &vm_stubs[STUB_GOEXIT0]) {
    it->rec = NULL;
    it->fp = NULL;
    return;
  }
  if (pc == &vm_stubs[STUB_RESUME]) {
    const NativeFrame *n = native_of(it->g, fp);
    if (n->new_segment) it->seg = it->seg->prev;
    pc = n->pc;
  }
  set_frame(it, fp, pc, false);
}

bool walk_func_pos(const Insn *pc, bool exact, FuncPos *pos) {
  const Insn *at = exact ? pc : pc - 1;
  FuncRec *rec = func_of_insn(at);
  if (!rec) return false;
  const BcFunc *f = rec->info->fn;
  const LinkedModule *lm = rec->info->mod;
  u32 file;
  u32 line = func_line(f, (u32)(at - rec->code), &file);
  *pos = (FuncPos){.func = f->name->s, .line = line, .entry_line = f->line, .entry = rec, .flags = rec->flags,
                   .file = lm && file < lm->m->files.n ? lm->m->files.v[file]->s : "",
                   .offset = (u64)((const u8 *)pc - (const u8 *)rec->code)};
  return true;
}

/* ---- roots ---- */
static const BcSafepoint *safepoint_from(const BcFunc *f, u32 index) { /* the first at or after it */
  u32 lo = 0, hi = f->nsafepoints;
  while (lo < hi) {
    u32 mid = (lo + hi) / 2;
    if (f->safepoints[mid].pc < index) lo = mid + 1;
    else hi = mid;
  }
  return lo < f->nsafepoints ? &f->safepoints[lo] : NULL;
}
static const u64 *frame_map(const BcFunc *f, u32 index) {
  const BcSafepoint *s = safepoint_from(f, index);
  if (s && s->pc == index) return f->maps + s->map;
  if (!(f->flags & BCF_HASDEFER)) return NULL;
  s = safepoint_from(f, f->recover_pc);
  return s ? f->maps + s->map : NULL;
}

static void mark_frame(GcWork *w, const FrameIter *it) {
  const FuncRec *rec = it->rec;
  if (rec->flags & (BCF_CLOSURE | BCF_NATIVE)) gc_mark_word(w, it->fp[LINK_CTX].p);
  if (unlikely(debug_flags.stackcons)) gc_mark_words(w, it->fp, rec->nslots);
  bool starting = it->exact && it->pc == rec->code && !(it->fp == it->g->fp && it->g->at_jump);
  if (starting || (rec->flags & BCF_NATIVE)) {
    u32 nargs, nres;
    call_window(rec, it->fp[LINK_CTX].p, &nargs, &nres);
    gc_mark_words(w, it->fp, starting || nargs > nres ? nargs : nres);
    return;
  }
  const u64 *map = frame_map(rec->info->fn, (u32)((it->exact ? it->pc : it->pc - 1) - rec->code));
  if (map) gc_mark_masked(w, it->fp, map, rec->info->fn->nslots);
}

static void mark_defers(GcWork *w, const Defer *d) {
  for (; d; d = d->link) {
    if (d->rangefunc) mark_defers(w, d->head);
    else gc_mark_word(w, d->fn);
  }
}

void walk_roots(G *g, GcWork *w) {
  if (g->status == G_DEAD) return;
  gc_mark_word(w, g->start_closure);
  gc_mark_word(w, g->labels);
  gc_mark_words(w, g->panic_value, 2);
  gc_mark_words(w, g->panic_args, 4);
  mark_defers(w, g->defers);
  for (Panic *p = g->panics; p; p = p->link) gc_mark_words(w, p->arg, 2);
  for (NativeFrame *n = g->native; n; n = n->link)
    for (u32 i = 0; i < ARRAY_LEN(n->state); i++)
      if (n->state_ptrs & 1u << i) gc_mark_word(w, n->state[i].p);
  FrameIter it;
  for (walk_first(&it, g); it.rec; walk_next(&it)) mark_frame(w, &it);
}

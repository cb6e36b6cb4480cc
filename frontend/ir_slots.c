/* ir_slots.c - slots of classes and windows of calls.
 *
 * The frame: parameters in their slots, then locals, then everything else. A call's window lies above all
 * that is live across the call (CallSite.top), with the link area between. Three passes, so that every
 * constraint is known when a choice is made:
 *   1. linear scan by start over the classes live across some call, except those that only wait for a later
 *      call's window; a class that begins with a call's result asks for the place where that window would be;
 *   2. the calls, last first: the window is at the result's slot when that lies high enough, else just
 *      above `top`; arguments that die there, and results not placed yet, get their slots in the window
 *   when those are free; 3. linear scan over the rest, which no call crosses: any free slots, also above
 * windows. A class live across a call is always placed before that call is visited: it was placed in pass
 * 1, or it waits for a later call, which was visited earlier. Slots in a window that an argument must be
 * copied to are reserved at the call. Each slot has the list of ranges during which it is taken; in a
 * linear scan a bit set says which are taken now. */
#include "frontend/ir_priv.h"

#include <stdlib.h>

#define NO_EVENT UINT32_MAX
#define WAIT_SPAN 400 /* positions: how long an argument may wait in its window */

typedef struct Event { /* a slot becomes taken or free at a position */
  u32 slot, next;
} Event;
typedef struct Slots {
  Emitter *e;
  VEC(RangeVec) taken;   /* by slot */
  VEC(SlotClass *) classes; /* by start */
  u64 *busy;             /* linear scan: taken at `now` */
  u32 busy_words;
  u32 now;
  u32 *take, *release;   /* by position: list of events */
  VEC(Event) events;
  bool scanning;
} Slots;

static u32 class_start(const SlotClass *c) {
  u32 s = UINT32_MAX;
  for (u32 i = 0; i < (c->laned ? c->width : 1); i++) {
    if (c->lanes[i].n && c->lanes[i].v[0].start < s) s = c->lanes[i].v[0].start;
  }
  return s;
}

static u32 class_end(const SlotClass *c) {
  u32 s = 0;
  for (u32 i = 0; i < (c->laned ? c->width : 1); i++) {
    if (c->lanes[i].n && VEC_LAST(&c->lanes[i]).end > s) s = VEC_LAST(&c->lanes[i]).end;
  }
  return s;
}

/* ---- the table of slots ---- */

static void need_slots(Slots *s, u32 n) {
  while (s->taken.n < n) VEC_PUSH(s->e->arena, &s->taken, (RangeVec){0});
  if (n > s->e->nslots) s->e->nslots = n;
  u32 words = (s->taken.n + 63) / 64;
  if (words <= s->busy_words) return;
  u64 *busy = NEW_ARRAY(s->e->arena, u64, words * 2);
  if (s->busy_words) memcpy(busy, s->busy, s->busy_words * sizeof *busy);
  s->busy = busy;
  s->busy_words = words * 2;
}

static void add_event(Slots *s, u32 *list, u32 pos, u32 slot) {
  VEC_PUSH(s->e->arena, &s->events, ((Event){slot, list[pos]}));
  list[pos] = s->events.n - 1;
}

static void range_events(Slots *s, u32 slot, Range r) {
  if (r.end <= s->now) return;
  if (r.start <= s->now) s->busy[slot / 64] |= 1ull << slot % 64;
  else add_event(s, s->take, r.start, slot);
  add_event(s, s->release, r.end, slot);
}

static void take_range(Slots *s, u32 slot, Range r) {
  need_slots(s, slot + 1);
  ranges_add(s->e->arena, &s->taken.v[slot], r);
  if (s->scanning) range_events(s, slot, r);
}

static bool lane_fits(const Slots *s, u32 slot, const RangeVec *lane) {
  return slot >= s->taken.n || !ranges_meet(&s->taken.v[slot], lane);
}

static bool class_fits(const Slots *s, const SlotClass *c, u32 base) {
  for (u32 i = 0; i < c->width; i++) {
    if (!lane_fits(s, base + i, class_lane(c, i))) return false;
  }
  return true;
}

/* Calls that c, or lane i of it, is live across get `top` above it. */
static void raise_tops(Slots *s, const RangeVec *lane, u32 top) {
  Emitter *e = s->e;
  u32 lo = 0;
  for (u32 i = 0; i < lane->n; i++) {
    Range r = lane->v[i];
    u32 hi = e->calls.n;
    while (lo < hi) { /* first call at or after r.start */
      u32 mid = (lo + hi) / 2;
      if (e->calls.v[mid].pos >= r.start) hi = mid;
      else lo = mid + 1;
    }
    for (; lo < e->calls.n && e->calls.v[lo].pos + 1 < r.end; lo++) {
      if (e->calls.v[lo].top < top) e->calls.v[lo].top = top;
    }
  }
}

static void place(Slots *s, SlotClass *c, u32 base) {
  c->slot = (i32)base;
  c->placed = true;
  for (u32 i = 0; i < c->width; i++) {
    const RangeVec *lane = class_lane(c, i);
    for (u32 k = 0; k < lane->n; k++) take_range(s, base + i, lane->v[k]);
    if (c->laned || i == c->width - 1) raise_tops(s, lane, base + i + 1);
  }
}

/* ---- which classes cross calls ---- */

static bool lane_crosses(const Emitter *e, const RangeVec *lane) {
  u32 lo = 0;
  for (u32 i = 0; i < lane->n; i++) {
    u32 hi = e->calls.n;
    while (lo < hi) {
      u32 mid = (lo + hi) / 2;
      if (e->calls.v[mid].pos >= lane->v[i].start) hi = mid;
      else lo = mid + 1;
    }
    if (lo < e->calls.n && e->calls.v[lo].pos + 1 < lane->v[i].end) return true;
  }
  return false;
}

static void collect_class(Slots *s, IrValue *v) {
  SlotClass *c = s->e->info[v->id].cls;
  if (!c || c->members.v[0] != v) return;
  for (u32 i = 0; i < (c->laned ? c->width : 1); i++) {
    if (lane_crosses(s->e, &c->lanes[i])) c->over_call = true;
  }
  VEC_PUSH(s->e->arena, &s->classes, c);
}

/* Counting sort by start. */
static void collect_classes(Slots *s) {
  Emitter *e = s->e;
  for (u32 i = 0; i < e->order.n; i++) {
    IrBlock *b = e->order.v[i];
    for (u32 k = 0; k < b->phis.n; k++) collect_class(s, b->phis.v[k]);
    for (u32 k = 0; k < b->values.n; k++) collect_class(s, b->values.v[k]);
  }
  u32 n = s->classes.n;
  u32 *at = NEW_ARRAY(e->arena, u32, e->npos + 2);
  SlotClass **sorted = NEW_ARRAY(e->arena, SlotClass *, n);
  for (u32 i = 0; i < n; i++) at[class_start(s->classes.v[i]) + 1]++;
  for (u32 i = 0; i <= e->npos; i++) at[i + 1] += at[i];
  for (u32 i = 0; i < n; i++) sorted[at[class_start(s->classes.v[i])]++] = s->classes.v[i];
  s->classes.v = sorted;
}

/* ---- linear scan ---- */

static void scan_begin(Slots *s) {
  s->now = 0;
  s->scanning = true;
  s->events.n = 0;
  if (s->busy_words) memset(s->busy, 0, s->busy_words * sizeof *s->busy);
  memset(s->take, 0xff, (s->e->npos + 2) * sizeof(u32));
  memset(s->release, 0xff, (s->e->npos + 2) * sizeof(u32));
  for (u32 i = 0; i < s->taken.n; i++) {
    for (u32 k = 0; k < s->taken.v[i].n; k++) range_events(s, i, s->taken.v[i].v[k]);
  }
}

static void scan_to(Slots *s, u32 pos) {
  while (s->now < pos) {
    s->now++;
    for (u32 i = s->release[s->now]; i != NO_EVENT; i = s->events.v[i].next)
      s->busy[s->events.v[i].slot / 64] &= ~(1ull << s->events.v[i].slot % 64);
    for (u32 i = s->take[s->now]; i != NO_EVENT; i = s->events.v[i].next)
      s->busy[s->events.v[i].slot / 64] |= 1ull << s->events.v[i].slot % 64;
  }
}

/* First slot >= from not taken now. */
static u32 next_free(const Slots *s, u32 from) {
  for (u32 w = from / 64; w < s->busy_words; w++) {
    u64 freebits = ~s->busy[w];
    if (w == from / 64) freebits &= ~0ull << from % 64;
    if (freebits) return w * 64 + (u32)__builtin_ctzll(freebits);
  }
  return from > s->busy_words * 64 ? from : s->busy_words * 64;
}

/* Lowest slots >= from where c fits for good. use_busy: the scan has reached c's start, and no lane begins
 * earlier. */
static u32 find_slots(const Slots *s, const SlotClass *c, u32 from, bool use_busy) {
  bool whole = use_busy && !c->laned;
  for (u32 base = whole ? next_free(s, from) : from;;) {
    u32 i = 0;
    while (i < c->width && lane_fits(s, base + i, class_lane(c, i))) i++;
    if (i == c->width) return base;
    base = c->laned ? base + 1 : base + i + 1;
    if (whole) base = next_free(s, base);
  }
}

/* The call whose result is what c begins with; *offset is the result's place in c. */
static const CallSite *first_result(const Emitter *e, const SlotClass *c, u32 *offset) {
  u32 start = class_start(c);
  for (u32 i = 0; i < c->members.n && i < 8; i++) {
    const IrValue *v = c->members.v[i];
    if (e->info[v->id].pos + 1 != start || !value_is_call(v)) continue;
    u32 lo = 0, hi = e->calls.n;
    while (lo < hi) {
      u32 mid = (lo + hi) / 2;
      if (e->calls.v[mid].pos >= e->info[v->id].pos) hi = mid;
      else lo = mid + 1;
    }
    *offset = e->info[v->id].offset;
    return e->calls.v[lo].nres ? &e->calls.v[lo] : NULL;
  }
  return NULL;
}

static void scan_class(Slots *s, SlotClass *c) {
  u32 offset = 0, from = 0;
  scan_to(s, class_start(c));
  const CallSite *site = c->over_call ? first_result(s->e, c, &offset) : NULL;
  if (site && site->top + site->gap > offset) from = site->top + site->gap - offset;
  place(s, c, find_slots(s, c, from, true));
}

/* ---- windows ---- */

/* Whether c dies at the call and has not been live for long: it may be made in the window. */
static bool waits_for(const SlotClass *c, const CallSite *site) {
  u32 end = class_end(c);
  return !c->fixed && end <= site->pos + 2 && end > site->pos && end - class_start(c) <= WAIT_SPAN;
}

/* Window slot of argument i. A SELECT's window has a third word per case, which no argument fills. */
static u32 arg_offset(const CallSite *site, u32 i) {
  const IrValue *v = site->v;
  if (v->op == BC_SELECT) return i / 2 * 3 + i % 2;
  u32 at = 0;
  for (u32 k = site->first_arg; k < i; k++) at += v->args[k]->shape->nslots;
  return at;
}

/* They look placed during pass 1. */
static void mark_waiting(Slots *s) {
  Emitter *e = s->e;
  for (u32 i = 0; i < e->calls.n; i++) {
    CallSite *site = &e->calls.v[i];
    for (u32 k = site->first_arg; k < site->v->nargs; k++) {
      SlotClass *c = e->info[site->v->args[k]->id].cls;
      if (c && !c->placed && waits_for(c, site)) c->placed = true;
    }
  }
}

static void choose_window(Slots *s, CallSite *site) {
  const ValueInfo *r = &s->e->info[site->v->id];
  u32 lowest = site->top + site->gap;
  site->window = lowest;
  if (!site->nres || !r->cls) return;
  if (r->cls->placed) {
    u32 at = (u32)r->cls->slot + r->offset;
    if (at >= lowest) site->window = at;
    return;
  }
  u32 base = lowest > r->offset ? lowest - r->offset : 0;
  if (r->cls->fixed || !class_fits(s, r->cls, base)) return;
  site->window = base + r->offset;
  place(s, r->cls, base);
}

static void place_args(Slots *s, const CallSite *site) {
  const IrValue *v = site->v;
  u32 at = 0;
  Range here = {site->pos, site->pos + (op_info[v->op].flags & OPF_PARKS ? 2 : 1)};
  for (u32 i = site->first_arg; i < v->nargs; i++) {
    if (v->op == BC_SELECT) at = arg_offset(site, i);
    u32 w = v->args[i]->shape->nslots;
    const ValueInfo *a = &s->e->info[v->args[i]->id];
    SlotClass *c = a->cls;
    u32 slot = site->window + at;
    if (c && !c->placed && waits_for(c, site) && slot >= a->offset && class_fits(s, c, slot - a->offset))
      place(s, c, slot - a->offset);
    bool there = c && c->placed && (u32)c->slot + a->offset == slot;
    for (u32 k = 0; k < w && !there; k++) take_range(s, slot + k, here);
    at += w;
  }
  for (u32 i = 2; v->op == BC_SELECT && i < site->nargs; i += 3) take_range(s, site->window + i, here);
  for (u32 i = 1; i <= site->gap; i++) take_range(s, site->window - i, here);
}

/* Those that waited in vain and cross another call are needed before that call is visited. */
static void place_left(Slots *s, const CallSite *site) {
  for (u32 i = site->first_arg; i < site->v->nargs; i++) {
    SlotClass *c = s->e->info[site->v->args[i]->id].cls;
    if (c && !c->placed && c->over_call) place(s, c, find_slots(s, c, 0, false));
  }
}

static void place_windows(Slots *s) {
  for (u32 i = s->e->calls.n; i-- > 0;) {
    CallSite *site = &s->e->calls.v[i];
    choose_window(s, site);
    place_args(s, site);
    place_left(s, site);
    u32 size = site->nargs > site->nres ? site->nargs : site->nres;
    need_slots(s, site->window + size);
  }
}

/* ---- the frame ---- */

static u32 place_locals(Emitter *e, u32 at) {
  for (int with_ptrs = 1; with_ptrs >= 0; with_ptrs--) {
    for (u32 i = 0; i < e->f->locals.n; i++) {
      IrLocal *l = e->f->locals.v[i];
      bool ptrs = false;
      for (u32 k = 0; k < (l->shape->nslots + 63) / 64; k++) ptrs |= l->shape->ptrs[k] != 0;
      if (ptrs != (with_ptrs == 1)) continue;
      l->slot = (i32)at;
      at += l->shape->nslots;
    }
  }
  return at;
}

bool ir_slots(Emitter *e, Err *err) {
  IrFunc *f = e->f;
  Slots s = {.e = e};
  u32 locals_end = place_locals(e, f->nargs);
  if (locals_end > MAX_FRAME) return err_set(err, "%s: frame too large", f->name->s);
  s.take = NEW_ARRAY(e->arena, u32, e->npos + 2);
  s.release = NEW_ARRAY(e->arena, u32, e->npos + 2);
  need_slots(&s, locals_end > f->nres ? locals_end : f->nres);
  for (u32 i = f->nargs; i < locals_end; i++) take_range(&s, i, (Range){0, e->npos});
  for (u32 i = 0; i < e->calls.n; i++) e->calls.v[i].top = f->locals.n ? locals_end : 0;
  collect_classes(&s);
  for (u32 i = 0; i < s.classes.n; i++) {
    if (s.classes.v[i]->fixed) place(&s, s.classes.v[i], (u32)s.classes.v[i]->slot);
  }
  mark_waiting(&s);
  scan_begin(&s);
  for (u32 i = 0; i < s.classes.n; i++) {
    SlotClass *c = s.classes.v[i];
    if (c->over_call && !c->placed) scan_class(&s, c);
  }
  s.scanning = false;
  for (u32 i = 0; i < s.classes.n; i++) {
    if (s.classes.v[i]->slot < 0) s.classes.v[i]->placed = false;
  }
  place_windows(&s);
  scan_begin(&s);
  for (u32 i = 0; i < s.classes.n; i++) {
    if (!s.classes.v[i]->placed) scan_class(&s, s.classes.v[i]);
  }
  if (e->nslots > MAX_FRAME) return err_set(err, "%s: frame too large", f->name->s);
  return true;
}

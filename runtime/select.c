/* select.c - select statements. See chan.h; Go's runtime/select.go.
 * A ready case is chosen with equal probability among all ready ones. When none is, one sudog per case waits; whoever
 * completes one of them removes the others (select_dequeue_others) and writes the result, so a select never fires twice. */
#include <stdlib.h>

#include "runtime/chan_priv.h"
#include "runtime/rand.h"
#include "runtime/synctest.h"

typedef struct Case {
  Hchan *c;
  ChanPlace place;
  bool send;
  u32 index;
} Case;

void select_dequeue_others(G *g, Sudog *fired) {
  for (Sudog *s = g->waiting, *next; s; s = next) {
    next = s->waitlink;
    if (s == fired) continue;
    waitq_remove(s->is_send ? &s->c->sendq : &s->c->recvq, s);
    if (s->c->timer) timer_unblock_chan(s->c->timer);
    sudog_release(s);
  }
}

/* The case to run among n, each ready one equally likely; NULL when none is ready. */
static Case *choose(Case *cases, u32 n) {
  Case *chosen = NULL;
  u32 ready = 0;
  for (u32 i = 0; i < n; i++) {
    Hchan *c = cases[i].c;
    if (!c) continue;
    if (c->timer) timer_maybe_run_chan(c->timer);
    if (!(cases[i].send ? chan_can_send(c) : chan_can_recv(c))) continue;
    ready++;
    if (ready == 1 || cheaprandn(ready) == 0) chosen = &cases[i];
  }
  return chosen;
}

static void enqueue(G *g, Case *cases, u32 n, Slot *result) {
  Sudog **link = &g->waiting;
  for (u32 i = 0; i < n; i++) {
    Case *k = &cases[i];
    if (!k->c) continue;
    Sudog *s = sudog_acquire(g);
    s->c = k->c;
    s->elem.mem = k->place.p;
    s->is_mem = k->place.is_mem;
    s->is_send = k->send;
    s->is_select = true;
    s->case_index = k->index;
    s->ok = result;
    *link = s;
    link = &s->waitlink;
    waitq_push(k->send ? &k->c->sendq : &k->c->recvq, s);
    if (k->c->timer) timer_block_chan(k->c->timer);
  }
  *link = NULL;
}

/* Checks that g may use all channels; whether all belong to g's bubble, so that only it can wake g. */
static bool check_bubbles(const G *g, const Case *cases, u32 n) {
  bool all = bubble_id(g) != 0;
  for (u32 i = 0; i < n; i++) {
    if (!cases[i].c) continue;
    if (cases[i].c->bubbled) bubble_check_chan(g, cases[i].c, "select on synctest channel from outside bubble");
    else all = false;
  }
  return all;
}

static Status select_run(G *g, Case *cases, u32 n, i64 dflt, bool has_default, Slot *result) {
  bool durable = check_bubbles(g, cases, n);
  Case *k = choose(cases, n);
  if (k) {
    bool ok = false;
    if (!k->send) chan_do_recv(k->c, k->place, &ok);
    else if (k->c->closed) return native_panic_plain(g, "send on closed channel");
    else chan_do_send(k->c, k->place.p);
    result[0].i = k->index;
    result[1].u = ok;
    return ST_OK;
  }
  if (has_default) {
    result[0].i = dflt;
    result[1].u = 0;
    return ST_OK;
  }
  enqueue(g, cases, n, result);
  return sched_park(g, !n ? WAIT_SELECT_NO_CASES : durable ? WAIT_SYNCTEST_SELECT : WAIT_SELECT);
}

enum { FEW_CASES = 16 };

Status chan_select(G *g, Slot *fp, Slot *cases, u32 n, bool has_default, Slot *result) {
  Case few[FEW_CASES], *list = n <= FEW_CASES ? few : xmalloc(n * sizeof(Case));
  for (u32 i = 0; i < n; i++) {
    Slot *s = cases + i * SELECT_CASE_SLOTS;
    list[i] = (Case){s[SELECT_CHAN].p, {fp + s[SELECT_AREA].u, false}, s[SELECT_DIR].i == SELECT_DIR_SEND, i};
  }
  Status st = select_run(g, list, n, -1, has_default, result);
  if (list != few) xfree(list);
  return st;
}

Status chan_rselect(G *g, RuntimeSelect *cases, i64 n, Slot *result) {
  enum { DIR_SEND = 1, DIR_RECV, DIR_DEFAULT };
  Case few[FEW_CASES], *list = n <= FEW_CASES ? few : xmalloc((size_t)n * sizeof(Case));
  u32 used = 0;
  i64 dflt = -1;
  for (i64 i = 0; i < n; i++) {
    RuntimeSelect *s = &cases[i];
    if (s->dir == DIR_DEFAULT) dflt = i;
    else list[used++] = (Case){s->ch, {s->val, true}, s->dir == DIR_SEND, (u32)i};
  }
  Status st = select_run(g, list, used, dflt, dflt >= 0, result);
  if (list != few) xfree(list);
  return st;
}

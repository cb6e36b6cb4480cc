/* chan.c - channels: make, send, receive, close. See chan.h; Go's runtime/chan.go.
 * Invariants: at least one of sendq and recvq is empty, except that one select may wait in both of a channel;
 * qcount > 0 => recvq is empty; qcount < dataqsiz => sendq is empty. One M: there is no lock.
 * The peer of a parked goroutine does all that remains of its operation (chan_wake), so nothing is left to do on resumption.
 * Not here: select (select.c), timers on channels (timer.c). Start reading at chan_send(). May allocate: chan_make only. */
#include "runtime/chan_priv.h"
#include "runtime/godebug.h"
#include "runtime/synctest.h"

static u8 hchan_mask[] = {1 << 2 | 1 << 4 | 1 << 5}; /* buf, timer, elemtype */
static const AbiType hchan_type = {
    .size = sizeof(Hchan), .ptr_bytes = 48, .align = 8, .field_align = 8, .kind = BCK_STRUCT, .gcdata = hchan_mask};
static_assert(offsetof(Hchan, timer) == 32, "word 4");

Status chan_make(G *g, const AbiChanType *t, i64 size, Slot *out) {
  const AbiType *elem = t->elem;
  u64 bytes;
  if (__builtin_mul_overflow(elem->size, (u64)size, &bytes) || bytes > HEAP_MAX_ALLOC - sizeof(Hchan) || size < 0)
    return native_panic_plain(g, "makechan: size out of range");
  Hchan *c;
  if (elem->ptr_bytes == 0) { /* one object; descriptors are never collected, so it needs no scanning */
    c = heap_alloc(sizeof(Hchan) + bytes, NULL);
    c->buf = (u8 *)(c + 1);
  } else {
    c = heap_new(&hchan_type);
    c->buf = bytes ? heap_alloc(bytes, elem) : NULL;
  }
  c->dataqsiz = (u64)size;
  c->elemsize = (u16)elem->size;
  c->rep = (u8)slot_rep(elem);
  c->elemtype = (AbiType *)elem;
  c->bubble = bubble_id(g);
  c->bubbled = c->bubble != 0;
  out->p = c;
  return ST_OK;
}

/* ---- moving values ---- */
static inline void copy_elem(const Hchan *c, void *dst, const void *src) {
  if (likely(c->elemsize == 8)) mem_st_64(dst, mem_ld_64(src));
  else memmove(dst, src, c->elemsize);
}
static inline void give(const Hchan *c, ChanPlace dst, const void *src) {
  if (!dst.p) return;
  if (dst.is_mem) copy_elem(c, dst.p, src);
  else slot_load_rep(dst.p, src, c->rep, c->elemsize);
}
static void give_zero(const Hchan *c, ChanPlace dst) {
  if (dst.p && c->elemsize) memset(dst.p, 0, dst.is_mem ? c->elemsize : ALIGN_UP((size_t)c->elemsize, 8));
}
static inline ChanPlace sudog_place(const Sudog *s) { return (ChanPlace){s->elem.mem, s->is_mem}; }

void chan_wake(Sudog *s, bool success) {
  G *g = s->g;
  if (s->is_select) {
    select_dequeue_others(g, s);
    s->ok[0].i = s->case_index;
    s->ok[1].u = success && !s->is_send;
  } else if (s->ok) {
    s->ok->u = success;
  }
  if (unlikely(s->c->timer)) timer_unblock_chan(s->c->timer);
  if (unlikely(!success && s->is_send)) {
    native_panic_plain(g, "send on closed channel");
    g->resume_status = ST_PANIC;
  }
  g->waiting = NULL;
  sudog_release(s);
  sched_ready(g, true);
}

void chan_do_send(Hchan *c, const void *value) {
  Sudog *r = waitq_pop(&c->recvq);
  if (r) {
    give(c, sudog_place(r), value);
    chan_wake(r, true);
    return;
  }
  copy_elem(c, chan_buf(c, c->sendx), value);
  c->sendx = chan_next_index(c, c->sendx);
  c->qcount++;
}

void chan_do_recv(Hchan *c, ChanPlace dst, bool *ok) {
  *ok = true;
  if (c->qcount > 0) {
    u8 *slot = chan_buf(c, c->recvx);
    give(c, dst, slot);
    c->recvx = chan_next_index(c, c->recvx);
    Sudog *s = waitq_pop(&c->sendq);
    if (s) { /* the buffer was full: the sender's value takes the place that became free */
      copy_elem(c, slot, s->elem.mem);
      c->sendx = c->recvx;
      chan_wake(s, true);
      return;
    }
    if (c->elemtype->ptr_bytes) typed_memclr(c->elemtype, slot);
    c->qcount--;
    return;
  }
  Sudog *s = waitq_pop(&c->sendq);
  if (s) {
    give(c, dst, s->elem.mem);
    chan_wake(s, true);
    return;
  }
  *ok = false;
  give_zero(c, dst);
}

/* ---- parking ---- */
static Status park_on(G *g, Hchan *c, ChanPlace place, Slot *ok, bool send) {
  Sudog *s = sudog_acquire(g);
  s->c = c;
  s->elem.mem = place.p;
  s->is_mem = place.is_mem;
  s->ok = ok;
  s->is_send = send;
  g->waiting = s;
  waitq_push(send ? &c->sendq : &c->recvq, s);
  if (unlikely(c->timer)) timer_block_chan(c->timer);
  if (unlikely(c->bubbled)) return sched_park(g, send ? WAIT_SYNCTEST_CHAN_SEND : WAIT_SYNCTEST_CHAN_RECEIVE);
  return sched_park(g, send ? WAIT_CHAN_SEND : WAIT_CHAN_RECEIVE);
}

static inline Status send_place(G *g, Hchan *c, ChanPlace value, bool block, bool *done) {
  *done = true;
  if (unlikely(!c)) {
    *done = false;
    return block ? sched_park(g, WAIT_CHAN_SEND_NIL) : ST_OK;
  }
  if (unlikely(c->bubbled)) bubble_check_chan(g, c, "send on synctest channel from outside bubble");
  if (chan_can_send(c)) {
    if (unlikely(c->closed)) return native_panic_plain(g, "send on closed channel");
    chan_do_send(c, value.p);
    return ST_OK;
  }
  *done = false;
  return block ? park_on(g, c, value, NULL, true) : ST_OK;
}

static inline Status recv_place(G *g, Hchan *c, ChanPlace dst, Slot *okp, bool block, bool *done) {
  *done = true;
  if (unlikely(!c)) {
    *done = false;
    return block ? sched_park(g, WAIT_CHAN_RECEIVE_NIL) : ST_OK;
  }
  if (unlikely(c->bubbled)) bubble_check_chan(g, c, "receive on synctest channel from outside bubble");
  if (unlikely(c->timer)) timer_maybe_run_chan(c->timer);
  if (chan_can_recv(c)) {
    bool ok;
    chan_do_recv(c, dst, &ok);
    if (okp) okp->u = ok;
    return ST_OK;
  }
  *done = false;
  return block ? park_on(g, c, dst, okp, false) : ST_OK;
}

Status chan_send(G *g, Hchan *c, Slot *value) {
  bool done;
  return send_place(g, c, (ChanPlace){value, false}, true, &done);
}
Status chan_recv(G *g, Hchan *c, Slot *dst, Slot *ok) {
  bool done;
  return recv_place(g, c, (ChanPlace){dst, false}, ok, true, &done);
}
Status chan_send_mem(G *g, Hchan *c, void *value, bool block, bool *done) {
  return send_place(g, c, (ChanPlace){value, true}, block, done);
}
Status chan_recv_mem(G *g, Hchan *c, void *dst, Slot *ok, bool block, bool *done) {
  return recv_place(g, c, (ChanPlace){dst, true}, ok, block, done);
}

Status chan_close(G *g, Hchan *c) {
  if (!c) return native_panic_plain(g, "close of nil channel");
  if (unlikely(c->bubbled)) bubble_check_chan(g, c, "close of synctest channel from outside bubble");
  if (c->closed) return native_panic_plain(g, "close of closed channel");
  c->closed = 1;
  Sudog *s;
  while ((s = waitq_pop(&c->recvq))) {
    give_zero(c, sudog_place(s));
    chan_wake(s, false);
  }
  while ((s = waitq_pop(&c->sendq))) chan_wake(s, false);
  return ST_OK;
}

/* Channels of timers look empty and unbuffered to the program, unless GODEBUG asks for the old rules. */
i64 chan_len(Hchan *c) {
  if (!c) return 0;
  if (likely(!c->timer)) return (i64)c->qcount;
  if (!godebug.asynctimerchan) return 0;
  timer_maybe_run_chan(c->timer);
  return (i64)c->qcount;
}
i64 chan_cap(Hchan *c) { return !c || (c->timer && !godebug.asynctimerchan) ? 0 : (i64)c->dataqsiz; }

bool chan_timer_send(Hchan *c, const void *value) {
  if (c->closed || !chan_can_send(c)) return false;
  chan_do_send(c, value);
  return true;
}

void chan_discard_buffer(Hchan *c) {
  while (c->qcount > 0) {
    bool ok;
    chan_do_recv(c, (ChanPlace){NULL, true}, &ok);
  }
}

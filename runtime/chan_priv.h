/* chan_priv.h - what chan.c and select.c share. */
#ifndef GOVM_RUNTIME_CHAN_PRIV_H
#define GOVM_RUNTIME_CHAN_PRIV_H
#include "runtime/chan.h"
#include "runtime/timer.h"

static inline void waitq_push(WaitQ *q, Sudog *s) {
  s->next = NULL;
  s->prev = q->last;
  if (q->last) q->last->next = s;
  else q->first = s;
  q->last = s;
}
static inline void waitq_remove(WaitQ *q, Sudog *s) {
  if (s->prev) s->prev->next = s->next;
  else q->first = s->next;
  if (s->next) s->next->prev = s->prev;
  else q->last = s->prev;
  s->next = s->prev = NULL;
}
static inline Sudog *waitq_pop(WaitQ *q) {
  Sudog *s = q->first;
  if (s) waitq_remove(q, s);
  return s;
}
/* Element i of the buffer. */
static inline u8 *chan_buf(Hchan *c, u64 i) { return c->buf + i * c->elemsize; }
static inline u64 chan_next_index(const Hchan *c, u64 i) { return i + 1 == c->dataqsiz ? 0 : i + 1; }

/* Where one side of a transfer has its value. */
typedef struct ChanPlace {
  void *p;     /* slots or memory; NULL: the value is not wanted */
  bool is_mem;
} ChanPlace;
/* The channel can go on at once. */
static inline bool chan_can_send(const Hchan *c) { return c->closed || c->recvq.first || c->qcount < c->dataqsiz; }
static inline bool chan_can_recv(const Hchan *c) { return c->qcount > 0 || c->sendq.first || c->closed; }
/* Only when chan_can_send and not closed / chan_can_recv; *ok: a value came (false: closed). */
void chan_do_send(Hchan *c, const void *value);
void chan_do_recv(Hchan *c, ChanPlace dst, bool *ok);
/* s, taken off its queue, is complete: readies its goroutine, which finds ok / the select's result written; a sender
 * without success finds a panic to raise. Releases s, of a select all its sudogs. */
void chan_wake(Sudog *s, bool success);
void select_dequeue_others(G *g, Sudog *fired);
#endif

/* chan.h - channels: make, send, receive, close, select, with Go's runtime/chan.go and select.go as the source.
 *
 * Values come from and go to frame slots (the opcodes) or memory (reflect, natives). A blocking operation that cannot go on
 * parks the goroutine and returns ST_PARK; the peer then copies straight between the two goroutines' frames and writes ok,
 * so the parked instruction is complete when the goroutine runs again. A goroutine parked in send whose channel is closed
 * resumes with g->resume_status == ST_PANIC. The caller has cleared the result slots.
 */
#ifndef GOVM_RUNTIME_CHAN_H
#define GOVM_RUNTIME_CHAN_H
#include "runtime/heap.h"
#include "runtime/sched.h"

typedef struct WaitQ { Sudog *first, *last; } WaitQ;
typedef struct Hchan Hchan;
struct Hchan {          /* the first fields are at gc's offsets */
  u64 qcount;           /* values in the buffer */
  u64 dataqsiz;         /* its capacity */
  u8 *buf;
  u16 elemsize;
  u8 rep;               /* SlotRep of the element */
  bool bubbled;         /* it has a bubble */
  u32 closed;
  struct Timer *timer;  /* feeds this channel */
  AbiType *elemtype;
  u64 sendx, recvx;
  WaitQ recvq, sendq;   /* sudogs, off-heap */
  u64 bubble;           /* id of the synctest bubble it was made in, 0: none */
};
static_assert(offsetof(Hchan, dataqsiz) == 8 && offsetof(Hchan, buf) == 16 && offsetof(Hchan, elemtype) == 40, "hchan");

/* make(chan T, size): ST_PANIC "makechan: size out of range". */
Status chan_make(G *g, const AbiChanType *t, i64 size, Slot *out);
Status chan_send(G *g, Hchan *c, Slot *value);                 /* c <- value; OK, PARK, PANIC */
Status chan_recv(G *g, Hchan *c, Slot *dst, Slot *ok);         /* dst, ok may be NULL; OK, PARK */
Status chan_close(G *g, Hchan *c);                             /* OK, PANIC */
/* The same with values in memory; block false: *done tells whether it happened (never ST_PARK). */
Status chan_send_mem(G *g, Hchan *c, void *value, bool block, bool *done);
Status chan_recv_mem(G *g, Hchan *c, void *dst, Slot *ok, bool block, bool *done);
i64 chan_len(Hchan *c);
i64 chan_cap(Hchan *c);

/* One case of a select: 3 slots in the frame. */
enum { SELECT_CHAN, SELECT_DIR, SELECT_AREA, SELECT_CASE_SLOTS };
enum { SELECT_DIR_RECV = 0, SELECT_DIR_SEND = 1 };
/* The SELECT instruction: n cases; result[0] = chosen case or -1 (default), result[1] = received ok. fp is the frame that
 * SELECT_AREA numbers refer to. OK, PARK, PANIC. n == 0 without default parks for ever. */
Status chan_select(G *g, Slot *fp, Slot *cases, u32 n, bool has_default, Slot *result);
/* select for reflect.rselect: memory instead of frame areas. dir: 1 send, 2 recv, 3 default (reflect.SelectDir). */
typedef struct RuntimeSelect {
  i64 dir;
  void *typ;
  Hchan *ch;
  void *val;
} RuntimeSelect;
Status chan_rselect(G *g, RuntimeSelect *cases, i64 n, Slot *result);

/* For timer.c: a value for a timer channel, dropped when its one-element buffer is full. */
bool chan_timer_send(Hchan *c, const void *value);
void chan_discard_buffer(Hchan *c); /* stale value of a stopped timer */
#endif

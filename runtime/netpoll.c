/* netpoll.c - the network poller. See netpoll.h; Go's runtime/netpoll.go and netpoll_epoll.go.
 * Per direction a PollDesc is idle, ready (an edge came and nobody has used it yet) or has a waiting goroutine. Edge-triggered
 * epoll tells readiness once, so `ready` is kept until reset. Closed descriptors are recycled; their sequence number, part of
 * the event's data, makes late events harmless. Only the M touches PollDescs; other threads use the eventfd. */
#include "runtime/netpoll.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "runtime/host.h"
#include "runtime/sched_priv.h"

typedef struct PollSide {
  bool ready;
  G *g;          /* waits */
  Slot *result;  /* where its POLL_* goes */
  i64 deadline;  /* absolute, 0 none, < 0 passed */
  Timer timer;
} PollSide;
struct PollDesc {
  PollDesc *next; /* free list */
  PollDesc *all;  /* the list of all: Go memory, which refers to those in use, is no root of leak checkers */
  int fd;
  u16 seq;
  bool closing, event_err;
  PollSide side[2]; /* read, write */
};
enum { SIDE_READ, SIDE_WRITE };
enum { BREAK_DATA, HOST_DATA }; /* event data of what is no PollDesc */

static int epfd = -1, break_fd = -1;
static _Atomic bool break_pending;
static PollDesc *free_descs, *all_descs;
static int waiters;

void netpoll_init(void) {
  if (epfd >= 0) return;
  epfd = epoll_create1(EPOLL_CLOEXEC);
  break_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event ev = {.events = EPOLLIN, .data.u64 = BREAK_DATA};
  if (epfd < 0 || break_fd < 0 || epoll_ctl(epfd, EPOLL_CTL_ADD, break_fd, &ev) != 0)
    rt_throw("runtime: netpollinit failed");
}

bool netpoll_is_poll_descriptor(u64 fd) { return epfd >= 0 && (fd == (u64)epfd || fd == (u64)break_fd); }
int netpoll_waiters(void) { return waiters; }

/* ---- descriptors ---- */
static void deadline_expired(PollDesc *pd, int side);
static void read_deadline_fired(Timer *t, i64 delay) {
  (void)delay;
  deadline_expired((PollDesc *)((u8 *)t - offsetof(PollDesc, side[SIDE_READ].timer)), SIDE_READ);
}
static void write_deadline_fired(Timer *t, i64 delay) {
  (void)delay;
  deadline_expired((PollDesc *)((u8 *)t - offsetof(PollDesc, side[SIDE_WRITE].timer)), SIDE_WRITE);
}

/* The sequence number sits in the top 16 bits, which addresses leave free. */
static u64 event_data(const PollDesc *pd) { return (u64)(uintptr_t)pd | (u64)pd->seq << 48; }

PollDesc *netpoll_open(int fd, int *err) {
  netpoll_init();
  PollDesc *pd = free_descs;
  if (pd) free_descs = pd->next;
  else {
    pd = xcalloc(1, sizeof(*pd));
    pd->all = all_descs;
    all_descs = pd;
  }
  *pd = (PollDesc){.all = pd->all, .fd = fd, .seq = (u16)(pd->seq + 1)};
  timer_setup(&pd->side[0].timer);
  timer_setup(&pd->side[1].timer);
  struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.u64 = event_data(pd)};
  *err = 0;
  if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) == 0) return pd;
  *err = errno;
  pd->next = free_descs;
  free_descs = pd;
  return NULL;
}

int netpoll_close(PollDesc *pd) {
  struct epoll_event ev = {0};
  int err = epoll_ctl(epfd, EPOLL_CTL_DEL, pd->fd, &ev) == 0 ? 0 : errno;
  pd->next = free_descs;
  pd->seq++;
  free_descs = pd;
  return err;
}

static int check_error(const PollDesc *pd, int side) {
  if (pd->closing) return POLL_ERR_CLOSING;
  if (pd->side[side].deadline < 0) return POLL_ERR_TIMEOUT;
  if (side == SIDE_READ && pd->event_err) return POLL_ERR_NOT_POLLABLE;
  return POLL_NO_ERROR;
}
static int side_of(int mode) { return mode == 'w' ? SIDE_WRITE : SIDE_READ; }

int netpoll_reset(PollDesc *pd, int mode) {
  int err = check_error(pd, side_of(mode));
  if (err == POLL_NO_ERROR) pd->side[side_of(mode)].ready = false;
  return err;
}

static Status wait_on(G *g, PollDesc *pd, int side, Slot *result) {
  PollSide *s = &pd->side[side];
  if (s->ready) {
    s->ready = false;
    if (result) result->i = POLL_NO_ERROR;
    return ST_OK;
  }
  s->g = g;
  s->result = result;
  waiters++;
  return sched_park(g, WAIT_IO_WAIT);
}

Status netpoll_wait(G *g, PollDesc *pd, int mode, Slot *result) {
  int err = check_error(pd, side_of(mode));
  if (err != POLL_NO_ERROR) {
    result->i = err;
    return ST_OK;
  }
  return wait_on(g, pd, side_of(mode), result);
}
Status netpoll_wait_canceled(G *g, PollDesc *pd, int mode) { return wait_on(g, pd, side_of(mode), NULL); }

/* Wakes the side's goroutine; without one, readiness by I/O is remembered. */
static void side_wake(PollDesc *pd, int side, bool io_ready) {
  PollSide *s = &pd->side[side];
  if (!s->g) {
    if (io_ready) s->ready = true;
    return;
  }
  G *g = s->g;
  s->g = NULL;
  waiters--;
  if (s->result) s->result->i = check_error(pd, side);
  sched_ready(g, false);
}

/* ---- deadlines ---- */
static void deadline_expired(PollDesc *pd, int side) {
  pd->side[side].deadline = -1;
  side_wake(pd, side, false);
}

static void set_deadline(PollDesc *pd, i64 d, int side) {
  PollSide *s = &pd->side[side];
  timer_stop(&s->timer);
  s->deadline = d;
  if (d < 0) side_wake(pd, side, false);
  else if (d > 0) timer_start(&s->timer, d, side == SIDE_READ ? read_deadline_fired : write_deadline_fired);
}

void netpoll_set_deadline(PollDesc *pd, i64 d, int mode) {
  if (pd->closing) return;
  if (d > 0) { /* internal/poll gives the time from now on */
    i64 now = nanotime();
    if (__builtin_add_overflow(d, now, &d)) d = INT64_MAX;
  }
  if (mode == 'r' || mode == 'r' + 'w') set_deadline(pd, d, SIDE_READ);
  if (mode == 'w' || mode == 'r' + 'w') set_deadline(pd, d, SIDE_WRITE);
}

void netpoll_unblock(PollDesc *pd) {
  pd->closing = true;
  for (int side = 0; side < 2; side++) {
    timer_stop(&pd->side[side].timer);
    side_wake(pd, side, false);
  }
}

/* ---- polling ---- */
void netpoll_break(void) {
  if (atomic_exchange(&break_pending, true)) return;
  u64 one = 1;
  while (write(break_fd, &one, sizeof(one)) < 0 && errno == EINTR) {}
}

/* ---- the host's descriptor: level-triggered, as it may leave bytes unread ---- */
bool host_watch(int fd) {
  static int watched = -1;
  netpoll_init();
  struct epoll_event ev = {.events = EPOLLIN, .data.u64 = HOST_DATA};
  if (watched >= 0) epoll_ctl(epfd, EPOLL_CTL_DEL, watched, &ev);
  watched = fd;
  if (fd < 0 || epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) == 0) return true;
  watched = -1;
  return false;
}

static void handle_event(const struct epoll_event *ev) {
  if (ev->data.u64 == HOST_DATA) {
    if (host.input) host.input();
    return;
  }
  if (ev->data.u64 == BREAK_DATA) {
    u64 n;
    while (read(break_fd, &n, sizeof(n)) < 0 && errno == EINTR) {}
    atomic_store(&break_pending, false);
    return;
  }
  PollDesc *pd = (PollDesc *)(uintptr_t)(ev->data.u64 & (((u64)1 << 48) - 1));
  if (pd->seq != (u16)(ev->data.u64 >> 48)) return;
  pd->event_err = ev->events == EPOLLERR;
  if (ev->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) side_wake(pd, SIDE_READ, true);
  if (ev->events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) side_wake(pd, SIDE_WRITE, true);
}

int netpoll_poll(i64 ns) {
  if (epfd < 0) return 0; /* nothing to look at; who waits has called netpoll_init() */
  struct epoll_event events[128];
  struct timespec ts = {ns / 1000000000, ns % 1000000000};
  int n = epoll_pwait2(epfd, events, ARRAY_LEN(events), ns < 0 ? NULL : &ts, NULL);
  if (n < 0 && errno == ENOSYS) {
    i64 ms = ns < 0 ? -1 : ns >= 1000000000000 ? 1000000 : (ns + 999999) / 1000000;
    n = epoll_wait(epfd, events, ARRAY_LEN(events), (int)ms);
  }
  int before = waiters;
  for (int i = 0; i < n; i++) handle_event(&events[i]);
  return before - waiters;
}

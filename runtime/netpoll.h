/* netpoll.h - the network poller on epoll: what internal/poll's runtime_poll* functions do (runtime/netpoll.go).
 * Modes are 'r', 'w' and, for deadlines, 'r' + 'w'. Error codes are internal/poll's. PollDescs live in C memory. */
#ifndef GOVM_RUNTIME_NETPOLL_H
#define GOVM_RUNTIME_NETPOLL_H
#include "runtime/timer.h"

enum { POLL_NO_ERROR, POLL_ERR_CLOSING, POLL_ERR_TIMEOUT, POLL_ERR_NOT_POLLABLE };
typedef struct PollDesc PollDesc;

void netpoll_init(void);
PollDesc *netpoll_open(int fd, int *err);   /* edge-triggered registration; NULL and errno, e.g. EPERM for plain files */
int netpoll_close(PollDesc *pd);            /* after netpoll_unblock */
int netpoll_reset(PollDesc *pd, int mode);  /* before an operation: POLL_* */
/* Waits until fd is ready: result[0] = POLL_*; OK or PARK (the result is written when it is woken). */
Status netpoll_wait(G *g, PollDesc *pd, int mode, Slot *result);
Status netpoll_wait_canceled(G *g, PollDesc *pd, int mode);
/* d: time from now in ns, as internal/poll gives it: 0 none, < 0 in the past. */
void netpoll_set_deadline(PollDesc *pd, i64 d, int mode);
void netpoll_unblock(PollDesc *pd);         /* closing: waiters get POLL_ERR_CLOSING */
bool netpoll_is_poll_descriptor(u64 fd);

/* For the scheduler: readies goroutines whose fds are ready; waits up to ns (0: not at all, < 0: for ever) or netpoll_break.
 * The number readied. */
int netpoll_poll(i64 ns);
void netpoll_break(void);                   /* from any thread or signal handler */
int netpoll_waiters(void);                  /* goroutines parked in netpoll_wait */
#endif

/* host.h - what a host that outlives the code it runs (the REPL) adds to the runtime: it is told of
 * goroutines that end or panic and of output, looks at a descriptor of its own while goroutines run, and ends
 * goroutines.
 *
 * All hooks run on the M. Without a host (host.active false) they are NULL and nothing here costs anything.
 * Fatal errors come through fatal_set_handler (fatal.h). */
#ifndef GOVM_RUNTIME_HOST_H
#define GOVM_RUNTIME_HOST_H
#include "runtime/g.h"

typedef struct HostHooks {
  bool active;
  void (*attention)(void); /* outside any goroutine, soon after host_notify() */
  void (*input)(void);     /* outside any goroutine: the watched descriptor is readable */
  void (*exited)(G *g);    /* g ends: it returned, Goexit, a panic */
  void (*panicked)(G *g);  /* g ends in a panic that was printed; its frames are those of the panic */
  void (*output)(int fd, const void *p, size_t n); /* before bytes go to descriptor 1 or 2 */
  void (*output_end)(int fd);                      /* and after */
} HostHooks;
extern HostHooks host;

void host_notify(void); /* from any thread or signal handler: host.attention will run */
/* Has host.input called while fd is readable; -1: not any more. False when fd cannot be polled. */
bool host_watch(int fd);
/* Ends g, which does not run now, as runtime.Goexit would: its wait is given up, deferred calls run. A
 * goroutine in a system call or waiting for the network ends when that is over. */
void host_kill(G *g);
/* After a fatal error: g is over, no deferred call runs. */
void host_bury(G *g);

/* For writers to standard output and error. */
static inline void host_output(int fd, const void *p, size_t n) {
  if (unlikely(host.output) && (fd == 1 || fd == 2)) host.output(fd, p, n);
}
static inline void host_output_end(int fd) {
  if (unlikely(host.output_end) && (fd == 1 || fd == 2)) host.output_end(fd);
}
#endif

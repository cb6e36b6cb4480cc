/* signal.h - signals: SIGQUIT's goroutine dump, os/signal's queue (runtime/sigqueue.go), SIGPIPE and SIGINT defaults. */
#ifndef GOVM_RUNTIME_SIGNAL_H
#define GOVM_RUNTIME_SIGNAL_H
#include "runtime/sched.h"

void signal_init(void);
void signal_enable(u32 sig);
void signal_disable(u32 sig);
void signal_ignore(u32 sig);
bool signal_ignored(u32 sig);
bool signal_wanted(u32 sig); /* Notify was called for it */
/* os/signal.signal_recv: result[0] = the next signal; OK or PARK. */
Status signal_recv(G *g, Slot *result);
bool signal_idle(void); /* every signal that came has been received and dealt with */
#endif

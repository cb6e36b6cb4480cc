/* profile.h - the block and mutex profiles, and the stacks of all goroutines, for runtime/pprof. Go's runtime/mprof.go.
 * Stacks are return addresses as runtime.Callers gives them, without wrappers. */
#ifndef GOVM_RUNTIME_PROFILE_H
#define GOVM_RUNTIME_PROFILE_H
#include "runtime/sched.h"

typedef enum ProfileKind { PROFILE_BLOCK, PROFILE_MUTEX, PROFILE_KINDS } ProfileKind;
enum { PROFILE_DEPTH = 128 };
extern i64 profile_rate[PROFILE_KINDS]; /* block: ns per sample; mutex: one in so many; <= 0: off */

/* For the scheduler while profile_rate[PROFILE_BLOCK] > 0: g parks; g, parked and saved, becomes ready. */
void profile_park(G *g);
void profile_unpark(G *g);
/* The running goroutine, in a native with window fp, ends a wait of ns for a mutex. */
void profile_mutex(const G *g, Slot *fp, i64 ns);

u32 profile_count(ProfileKind kind);
/* Record i: its stack goes to pcs, its length is returned. */
u32 profile_read(ProfileKind kind, u32 i, u64 pcs[PROFILE_DEPTH], i64 *count, i64 *ns);
/* The stack of a goroutine that does not run; of the running one from the caller of the native with window fp. */
u32 profile_stack(const G *g, Slot *fp, u64 *pcs, u32 max);
#endif

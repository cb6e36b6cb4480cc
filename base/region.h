/* region.h - where xmalloc, xcalloc, xrealloc and xfree (base.h) get their memory.
 *
 * Normally that is libc's heap. While a snapshot is recorded (snapshot.h) it is the region: a reservation at
 * a fixed address, so that what was made there can be saved and found again at the same place by a later
 * process. In such a process the saved blocks are still valid for xrealloc, which moves them to libc's heap,
 * and for xfree, which leaves them alone; new memory is libc's.
 * Invariants: every block of the region starts zeroed, whatever it held before, so that the region's contents
 * depend on nothing but the calls; a block's capacity is in the 8 bytes before it.
 * The region is used by one thread: recording processes compile and link, they run no Go code.
 */
#ifndef GOVM_BASE_REGION_H
#define GOVM_BASE_REGION_H
#include "base/base.h"

/* Below all that the kernel hands out by itself. AddressSanitizer: in HighMem. ThreadSanitizer: in the low
 * application range, which ends at 512 GB in older versions. */
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define REGION_BASE ((uintptr_t)0x4000000000)
#endif
#endif
#ifndef REGION_BASE
#define REGION_BASE ((uintptr_t)0x200000000000)
#endif
#define REGION_SIZE ((size_t)8 << 30)

static inline bool region_has(const void *p) { return (uintptr_t)p - REGION_BASE < REGION_SIZE; }

bool region_start(Err *e);    /* reserves the region; from now on the allocation functions use it */
bool region_recording(void);  /* whether they do */
size_t region_stop(void);     /* back to libc's heap; the bytes from REGION_BASE that were ever handed out */
NORETURN void region_out_of_memory(void);
#endif

/* rand.h - random numbers of the runtime: chacha8 for what Go programs can see (runtime.rand), wyrand for cheap choices. */
#ifndef GOVM_RUNTIME_RAND_H
#define GOVM_RUNTIME_RAND_H
#include "base/base.h"

void rand_init(void);          /* from the kernel; from the seed when GOVM_DEBUG=schedfuzz */
u64 rt_rand(void);             /* runtime.rand */
u32 cheaprand(void);           /* no quality promised */
u32 cheaprandn(u32 n);         /* 0 .. n-1 */
#endif

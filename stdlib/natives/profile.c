/* profile.c - natives of the overlay's profile.go; runtime/profile.h does the work. */
#include "runtime/profile.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(profile_set_rate) { /* (kind, rate int) (old int) */
  i64 *rate = &profile_rate[fp[0].i], old = *rate;
  *rate = fp[1].i;
  fp[0].i = old;
  return ST_OK;
}
NATIVE_FN(profile_count_n) { /* (kind int) int */
  fp[0].i = profile_count((ProfileKind)fp[0].i);
  return ST_OK;
}
NATIVE_FN(profile_read_n) { /* (kind, i int, pcs *[128]uintptr) (n int, count, ns int64) */
  i64 count, ns;
  fp[0].i = profile_read((ProfileKind)fp[0].i, (u32)fp[1].i, fp[2].p, &count, &ns);
  fp[1].i = count;
  fp[2].i = ns;
  return ST_OK;
}

/* goroutineStacks(pcs [][128]uintptr, counts []int, labels []unsafe.Pointer) int: the caller's stack first, then those of the
 * other goroutines of the program; how many there are, of which as many as fit are written. */
NATIVE_FN(profile_goroutines) {
  u64(*pcs)[PROFILE_DEPTH] = fp[0].p;
  i64 *counts = fp[3].p, n = 0, max = fp[1].i;
  void **labels = fp[6].p;
  for (G *other = g, *next = sched_all_gs(); other; other = next, next = next ? next->all_link : NULL) {
    if (n && other == g) continue;
    if (other->is_system || other->status == G_DEAD || other->status == G_IDLE) continue;
    if (n < max) {
      counts[n] = profile_stack(other, other == g ? fp : NULL, pcs[n], PROFILE_DEPTH);
      ptr_store(&labels[n], other->labels);
    }
    n++;
  }
  fp[0].i = n;
  return ST_OK;
}
NATIVE_FN(profile_set_labels) {
  g->labels = fp[0].p;
  return ST_OK;
}
NATIVE_FN(profile_get_labels) {
  fp[0].p = g->labels;
  return ST_OK;
}

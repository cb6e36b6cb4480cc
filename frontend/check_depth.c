/* check_depth.c - keeps the checker's recursion off the end of the C stack.
 * The parser bounds nesting, but chains (x + x + ..., f()()(), constants defined by each other) are as deep
 * as the source is long. Half of the stack is left to the passes after the checker, which are deeper in
 * nothing that it accepted. A bigger stack (ulimit -s, or a thread's) raises the limit. */
#define _GNU_SOURCE
#include <pthread.h>

#include "frontend/check.h"

/* The lowest address the checker may use on this thread. */
static uintptr_t stack_floor(void) {
  static _Thread_local uintptr_t floor;
  if (floor) return floor;
  uintptr_t here = (uintptr_t)__builtin_frame_address(0), size = 1 << 20; /* when the system does not tell */
  uintptr_t low = here - size;
  pthread_attr_t attr;
  void *addr;
  size_t n;
  if (pthread_getattr_np(pthread_self(), &attr) == 0) {
    if (pthread_attr_getstack(&attr, &addr, &n) == 0) low = (uintptr_t)addr;
    pthread_attr_destroy(&attr);
  }
  return floor = low + (here - low) / 2;
}

/* Whether there is stack left to go deeper; reports an error at pos when there is not. */
bool check_depth_ok(Checker *check, Pos pos) {
  if (likely((uintptr_t)__builtin_frame_address(0) > stack_floor())) return true;
  check_error_pos(check, pos, E_UnsupportedFeature, "nesting too deep");
  return false;
}

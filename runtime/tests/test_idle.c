/* test_idle.c - the first wait of a process: whoever sees that the M is idle can wake it, then and later. */
#include <unistd.h>

#include "runtime/sched_priv.h"
#include "runtime/tests/fake_vm.h"

/* Wakes the M at the moment at which it begins to wait. */
static _Atomic bool started;
static void call_until_idle(void *arg) {
  (void)arg;
  atomic_store(&started, true);
  while (!atomic_load(&sched.idle)) continue;
  sched_wake();
}
/* Ends while the M waits. */
static void slow_call(void *arg) {
  (void)arg;
  usleep(20000);
}
static bool finished;
static int offloader(G *g, Task *t) {
  switch (t->pc) {
  case 0: sched_offload(g, call_until_idle, NULL, NULL); return 1;
  case 1: sched_offload(g, slow_call, NULL, NULL); return 2;
  default: finished = true; sched_stop(); return STEP_EXIT;
  }
}
/* Keeps the M from waiting before the helper thread runs. */
static int spinner(G *g, Task *t) {
  (void)t;
  if (atomic_load(&started)) return STEP_EXIT;
  sched_requeue(g);
  return 0;
}
static void test_first_wait(void **state) {
  (void)state;
  Task a = {0}, b = {0};
  fake_go(&a, offloader);
  fake_go(&b, spinner);
  fake_loop();
  assert_true(finished);
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_wait)};
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

/* test_sema.c - semaphores and notify lists: counting, order of waiters, hand-off, many addresses; helper threads. */
#include "runtime/sema.h"

#include <unistd.h>

#include "runtime/tests/fake_vm.h"

static u32 sems[2000];
static int order[8], order_n;

static int acquirer(G *g, Task *t) {
  if (t->pc == 0) {
    sema_acquire(g, t->p, t->slots[0].u, WAIT_SEMACQUIRE);
    return 1;
  }
  order[order_n++] = (int)t->n;
  return STEP_EXIT;
}
static int releaser(G *g, Task *t) {
  if (t->n-- == 0) {
    sched_stop();
    return STEP_EXIT;
  }
  Status st = sema_release(g, t->p, false, NULL);
  assert_int_equal(st, ST_OK);
  sched_requeue(g);
  return 0;
}
static void test_order(void **state) {
  (void)state;
  if (debug_flags.schedfuzz) skip();
  Task w[4] = {{.n = 0}, {.n = 1}, {.n = 2}, {.n = 3}}, r = {.n = 4, .p = &sems[0]};
  order_n = 0;
  w[2].slots[0].u = 1; /* lifo: in front of those that wait already */
  for (int i = 0; i < 4; i++) {
    w[i].p = &sems[0];
    fake_go(&w[i], acquirer);
  }
  fake_go(&r, releaser);
  fake_loop();
  assert_int_equal(order_n, 4);
  assert_int_equal(order[0], 2);
  assert_int_equal(order[1], 0);
  assert_int_equal(order[2], 1);
  assert_int_equal(order[3], 3);
  assert_int_equal(sems[0], 0);
}
static void test_count(void **state) {
  (void)state;
  u32 s = 0;
  sema_release(NULL, &s, false, NULL);
  sema_release(NULL, &s, false, NULL);
  assert_int_equal(s, 2);
  assert_int_equal(sema_acquire(NULL, &s, false, WAIT_SEMACQUIRE), ST_OK);
  assert_int_equal(s, 1);
}

static int release_all(G *g, Task *t) {
  (void)t;
  for (u32 i = 0; i < ARRAY_LEN(sems); i++) assert_int_equal(sema_release(g, &sems[i], true, NULL), ST_YIELD);
  sched_stop();
  return STEP_EXIT;
}
static i64 woken;
static int wait_one(G *g, Task *t) {
  if (t->pc == 0) {
    sema_acquire(g, t->p, false, WAIT_SEMACQUIRE);
    return 1;
  }
  woken++;
  return STEP_EXIT;
}
static void test_many_addresses(void **state) {
  (void)state;
  if (debug_flags.schedfuzz) skip();
  static Task w[ARRAY_LEN(sems)];
  Task r = {0};
  for (u32 i = 0; i < ARRAY_LEN(sems); i++) {
    w[i].p = &sems[i];
    fake_go(&w[i], wait_one);
  }
  fake_go(&r, release_all);
  fake_loop();
  Task again = {0};
  again.n = 0;
  fake_go(&again, releaser);
  fake_loop();
  assert_int_equal(woken, ARRAY_LEN(sems));
}

static NotifyList list;
static int cond_waiter(G *g, Task *t) {
  if (t->pc == 0) {
    notify_list_wait(g, &list, notify_list_add(&list));
    return 1;
  }
  order[order_n++] = (int)t->n;
  return STEP_EXIT;
}
static int cond_notifier(G *g, Task *t) {
  (void)g;
  switch (t->n++) {
  case 0: notify_list_notify_one(&list); break;
  case 1: assert_int_equal(order_n, 1), notify_list_notify_all(&list); break;
  default: sched_stop(); return STEP_EXIT;
  }
  sched_requeue(g);
  return 0;
}
static void test_notify_list(void **state) {
  (void)state;
  if (debug_flags.schedfuzz) skip();
  Task w[3] = {{.n = 0}, {.n = 1}, {.n = 2}}, n = {0};
  order_n = 0;
  for (int i = 0; i < 3; i++) fake_go(&w[i], cond_waiter);
  fake_go(&n, cond_notifier);
  fake_loop();
  assert_int_equal(order_n, 3);
  assert_int_equal(order[0], 0);
  assert_null(list.head);
}

static void slow_call(void *arg) {
  usleep(20000);
  *(int *)arg = 7;
}
static void slow_done(G *g, void *arg) {
  Task *t = g->start_closure;
  t->slots[0].i = *(int *)arg;
}
static i64 spins;
static bool offload_finished;
static int offloader(G *g, Task *t) {
  if (t->pc == 0) {
    sched_offload(g, slow_call, slow_done, &t->slots[1]);
    return 1;
  }
  assert_int_equal(t->slots[0].i, 7);
  offload_finished = true;
  sched_stop();
  return STEP_EXIT;
}
static int spinner(G *g, Task *t) {
  (void)t;
  spins++;
  if (offload_finished) return STEP_EXIT;
  sched_requeue(g);
  return 0;
}
static void test_offload(void **state) {
  (void)state;
  Task a = {0}, b = {0};
  fake_go(&a, offloader);
  fake_go(&b, spinner);
  fake_loop();
  assert_true(offload_finished);
  assert_true(spins > 10); /* others ran meanwhile */
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_count),
                                     cmocka_unit_test(test_many_addresses), cmocka_unit_test(test_notify_list),
                                     cmocka_unit_test(test_offload)};
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

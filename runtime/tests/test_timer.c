/* test_timer.c - order of timers, Sleep, timer channels with Go 1.23's rules, deadlines of the poller, preemption. */
#include "runtime/timer.h"

#include <unistd.h>

#include "runtime/netpoll.h"
#include "runtime/tests/fake_vm.h"

enum { N = 500 };
static Timer timers[N];
static i64 fired_at[N], fired, last_when;

static void note(Timer *t, i64 delay) {
  assert_true(delay >= 0);
  i64 i = t - timers;
  assert_true(fired_at[i] >= last_when);
  last_when = fired_at[i];
  fired++;
}
static void test_heap_order(void **state) {
  (void)state;
  for (u32 i = 0; i < N; i++) {
    timer_setup(&timers[i]);
    fired_at[i] = 1000 + cheaprandn(100000);
    timer_start(&timers[i], fired_at[i], note);
  }
  for (u32 i = 0; i < N; i += 3) assert_true(timer_stop(&timers[i]));
  for (u32 i = 1; i < N; i += 3) { /* moves them */
    fired_at[i] = 1000 + cheaprandn(100000);
    timer_start(&timers[i], fired_at[i], note);
  }
  i64 next = 1;
  for (i64 now = 0; next; now += 500) next = timer_run_due(now);
  assert_int_equal(fired, N - (N + 2) / 3);
  assert_int_equal(timer_next_when(), 0);
  assert_false(timer_stop(&timers[1]));
}

static int sleepers_done;
static i64 last_deadline;
static int sleeper(G *g, Task *t) {
  if (t->pc == 0) {
    t->slots[0].i = nanotime() + t->n;
    timer_sleep(g, t->n);
    return 1;
  }
  assert_true(nanotime() >= t->slots[0].i);
  assert_true(t->slots[0].i > last_deadline); /* they wake in the order of their deadlines */
  last_deadline = t->slots[0].i;
  if (++sleepers_done == 3) sched_stop();
  return STEP_EXIT;
}
static void test_sleep(void **state) {
  (void)state;
  static Task a = {.n = 30000000}, b = {.n = 10000000}, c = {.n = 20000000};
  fake_go(&a, sleeper);
  fake_go(&b, sleeper);
  fake_go(&c, sleeper);
  fake_loop();
  assert_int_equal(sleepers_done, 3);
}

/* time.Time and chan Time */
static u8 time_mask[] = {4};
static AbiType type_time = {.size = 24, .ptr_bytes = 24, .align = 8, .kind = BCK_STRUCT, .gcdata = time_mask};
static AbiChanType chan_time = {.t = {.size = 8, .kind = BCK_CHAN}, .elem = &type_time, .dir = 3};
static int send_time_fn, go_func_fn, local_loc;

static Timer *new_chan_timer(i64 ns, i64 period, Hchan **c) {
  timer_set_known(&send_time_fn, &go_func_fn, &local_loc);
  Slot out;
  chan_make(NULL, &chan_time, 1, &out);
  *c = out.p;
  Slot arg[2] = {{.p = &chan_time}, {.p = *c}};
  return timer_new(nanotime() + ns, period, &send_time_fn, arg, *c);
}
static void test_channel_timer(void **state) {
  (void)state;
  Hchan *c;
  Timer *t = new_chan_timer(1000000, 0, &c);
  assert_int_equal(t->index, -1); /* nobody waits: not in the heap */
  assert_int_equal(chan_cap(c), 0);
  Slot v[3] = {0}, ok = {0};
  bool done;
  chan_recv_mem(NULL, c, v, &ok, false, &done);
  assert_false(done);
  usleep(3000);
  chan_recv_mem(NULL, c, v, &ok, false, &done);
  assert_true(done);
  assert_ptr_equal(v[2].p, &local_loc);
  assert_true(v[0].u >> 63);
  assert_false(timer_stop(t));
  assert_false(timer_reset(t, nanotime() + 1000, 0));
  usleep(2000);
  assert_true(timer_stop(t)); /* fired, but nobody received: Stop takes it back */
  chan_recv_mem(NULL, c, v, &ok, false, &done);
  assert_false(done);
}
static int ticks;
static int tick_receiver(G *g, Task *t) {
  if (t->pc == 1 && ++ticks == 3) {
    sched_stop();
    return STEP_EXIT;
  }
  t->pc = 1;
  chan_recv(g, t->p, t->slots, NULL);
  return 1;
}
static void test_ticker(void **state) {
  (void)state;
  Hchan *c;
  Timer *t = new_chan_timer(2000000, 2000000, &c);
  Task r = {.p = c};
  i64 start = nanotime();
  fake_go(&r, tick_receiver);
  fake_loop();
  assert_int_equal(ticks, 3);
  assert_true(nanotime() - start >= 6000000);
  assert_int_equal(t->index, -1);
  timer_stop(t);
}

static int poll_result;
static int poll_reader(G *g, Task *t) {
  if (t->pc == 0) {
    netpoll_wait(g, t->p, 'r', t->slots);
    return 1;
  }
  poll_result = (int)t->slots[0].i;
  sched_stop();
  return STEP_EXIT;
}
static int pipe_fds[2];
static int poll_writer(G *g, Task *t) {
  if (t->pc == 0) {
    timer_sleep(g, 2000000);
    return 1;
  }
  assert_int_equal(write(pipe_fds[1], "x", 1), 1);
  return STEP_EXIT;
}
static void test_netpoll(void **state) {
  (void)state;
  assert_int_equal(pipe(pipe_fds), 0);
  int err;
  PollDesc *pd = netpoll_open(pipe_fds[0], &err);
  assert_non_null(pd);
  Task r = {.p = pd}, w = {0};
  assert_int_equal(netpoll_reset(pd, 'r'), POLL_NO_ERROR);
  fake_go(&r, poll_reader);
  fake_go(&w, poll_writer);
  fake_loop();
  assert_int_equal(poll_result, POLL_NO_ERROR);
  assert_int_equal(netpoll_reset(pd, 'r'), POLL_NO_ERROR);
  netpoll_set_deadline(pd, 5000000, 'r' + 'w');
  Task again = {.p = pd};
  fake_go(&again, poll_reader);
  fake_loop();
  assert_int_equal(poll_result, POLL_ERR_TIMEOUT);
  assert_int_equal(netpoll_reset(pd, 'w'), POLL_ERR_TIMEOUT);
  netpoll_unblock(pd);
  assert_int_equal(netpoll_reset(pd, 'r'), POLL_ERR_CLOSING);
  assert_int_equal(netpoll_close(pd), 0);
}

/* A goroutine that never parks gives way to one whose timer is due. */
static bool woke;
static int busy(G *g, Task *t) {
  (void)t, (void)g;
  return woke ? STEP_EXIT : 0;
}
static int waker(G *g, Task *t) {
  if (t->pc == 0) {
    timer_sleep(g, 3000000);
    return 1;
  }
  woke = true;
  sched_stop();
  return STEP_EXIT;
}
static void test_preemption(void **state) {
  (void)state;
  Task a = {0}, b = {0};
  fake_go(&a, waker);
  fake_go(&b, busy);
  fake_loop();
  assert_true(woke);
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_heap_order), cmocka_unit_test(test_sleep),
                                     cmocka_unit_test(test_channel_timer), cmocka_unit_test(test_ticker),
                                     cmocka_unit_test(test_netpoll), cmocka_unit_test(test_preemption)};
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

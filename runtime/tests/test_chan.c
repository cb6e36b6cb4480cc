/* test_chan.c - channels and select between fake goroutines: values, order, blocking, closing, fairness, deadlock. */
#include "runtime/chan.h"

#include "runtime/tests/fake_vm.h"

static AbiChanType chan_int = {.t = {.size = 8, .kind = BCK_CHAN}, .elem = &type_int, .dir = 3};
static AbiChanType chan_i8 = {.t = {.size = 8, .kind = BCK_CHAN}, .elem = &type_i8, .dir = 3};
static AbiChanType chan_str = {.t = {.size = 8, .kind = BCK_CHAN}, .elem = &type_string, .dir = 3};

static Hchan *make(const AbiChanType *t, i64 n) {
  Slot out;
  assert_int_equal(chan_make(NULL, t, n, &out), ST_OK);
  return out.p;
}
static void run(void) {
  if (setjmp(fatal_jump) == 0) {
    fatal_text = NULL;
    fake_loop();
  }
}

/* Sends n, n-1 ... 1, then closes when slots[5] asks for it. */
static int sender(G *g, Task *t) {
  if (t->n == 0) {
    if (t->slots[5].u) chan_close(g, t->p);
    return STEP_EXIT;
  }
  t->slots[0].i = t->n--;
  chan_send(g, t->p, t->slots);
  return 0;
}
static i64 received_sum, received_count, last_received;
static int receiver(G *g, Task *t) {
  switch (t->pc) {
  case 0:
    t->slots[0].i = t->slots[1].i = 0;
    t->pc = 1;
    chan_recv(g, t->p, &t->slots[0], &t->slots[1]);
    return 1;
  default:
    if (!t->slots[1].u) {
      sched_stop();
      return STEP_EXIT;
    }
    received_sum += t->slots[0].i;
    received_count++;
    last_received = t->slots[0].i;
    return 0;
  }
}
static void transfer(i64 buffer, i64 n) {
  Task s = {.n = n, .p = make(&chan_int, buffer)}, r = {.p = s.p};
  s.slots[5].u = 1;
  received_sum = received_count = 0;
  fake_go(&r, receiver);
  fake_go(&s, sender);
  run();
  assert_null(fatal_text);
  assert_int_equal(received_count, n);
  assert_int_equal(received_sum, n * (n + 1) / 2);
  assert_int_equal(last_received, 1);
}
static void test_transfer(void **st) {
  (void)st;
  transfer(0, 10000);
  transfer(1, 10000);
  transfer(7, 10000);
  transfer(20000, 10000);
}

static void test_narrow_values_are_extended(void **st) {
  (void)st;
  Hchan *c = make(&chan_i8, 3);
  Slot v = {.i = -5}, dst = {.u = 0x1234567812345678}, ok;
  assert_int_equal(chan_send(NULL, c, &v), ST_OK);
  assert_int_equal(chan_len(c), 1);
  assert_int_equal(chan_cap(c), 3);
  assert_int_equal(chan_recv(NULL, c, &dst, &ok), ST_OK);
  assert_int_equal(dst.i, -5);
  assert_int_equal(ok.u, 1);
}

static void test_closed(void **st) {
  (void)st;
  Hchan *c = make(&chan_str, 2);
  Slot s[2] = {{.p = "abc"}, {.i = 3}}, dst[2], ok;
  chan_send(NULL, c, s);
  assert_int_equal(chan_close(NULL, c), ST_OK);
  chan_recv(NULL, c, dst, &ok);
  assert_ptr_equal(dst[0].p, s[0].p);
  assert_int_equal(ok.u, 1);
  chan_recv(NULL, c, dst, &ok);
  assert_null(dst[0].p);
  assert_int_equal(dst[1].i, 0);
  assert_int_equal(ok.u, 0);
  assert_int_equal(chan_send(NULL, c, s), ST_PANIC);
  assert_string_equal(last_panic, "send on closed channel");
  assert_int_equal(chan_close(NULL, c), ST_PANIC);
  assert_string_equal(last_panic, "close of closed channel");
  assert_int_equal(chan_close(NULL, NULL), ST_PANIC);
  assert_string_equal(last_panic, "close of nil channel");
  Slot out;
  assert_int_equal(chan_make(NULL, &chan_int, -1, &out), ST_PANIC);
  assert_string_equal(last_panic, "makechan: size out of range");
}

/* A sender parked on a channel that is closed panics when it runs again. */
static bool sender_panicked;
static int blocked_sender(G *g, Task *t) {
  if (t->pc == -2) {
    sender_panicked = true;
    sched_stop();
    return STEP_EXIT;
  }
  assert_int_equal(chan_send(g, t->p, t->slots), ST_PARK);
  return 1;
}
static int closer(G *g, Task *t) {
  chan_close(g, t->p);
  return STEP_EXIT;
}
static void test_close_wakes_sender(void **st) {
  (void)st;
  if (debug_flags.schedfuzz) skip();
  Task a = {.p = make(&chan_int, 0)}, b = {.p = a.p};
  sender_panicked = false;
  fake_go(&a, blocked_sender);
  fake_go(&b, closer);
  run();
  assert_true(sender_panicked);
}

/* select over two channels fed by two senders, until both have delivered everything. */
static i64 chosen_count[2], select_left;
static int selector(G *g, Task *t) {
  Slot *s = t->slots; /* cases at 0..5, values at 6 and 7, result at 8 */
  if (t->pc == 1) {
    i64 i = s[8].i;
    assert_true(i == 0 || i == 1);
    assert_true(s[9].u);
    chosen_count[i]++;
    if (--select_left == 0) {
      sched_stop();
      return STEP_EXIT;
    }
  }
  Hchan **c = t->p;
  s[0].p = c[0], s[1].i = SELECT_DIR_RECV, s[2].u = 6;
  s[3].p = c[1], s[4].i = SELECT_DIR_RECV, s[5].u = 7;
  t->pc = 1;
  chan_select(g, s, s, 2, false, &s[8]);
  return 1;
}
static void test_select(void **st) {
  (void)st;
  Hchan *c[2] = {make(&chan_int, 0), make(&chan_int, 0)};
  Task sel = {.p = c}, a = {.p = c[0], .n = 500}, b = {.p = c[1], .n = 500};
  select_left = 1000;
  memset(chosen_count, 0, sizeof chosen_count);
  fake_go(&sel, selector);
  fake_go(&a, sender);
  fake_go(&b, sender);
  run();
  assert_null(fatal_text);
  assert_int_equal(chosen_count[0], 500);
  assert_int_equal(chosen_count[1], 500);
  assert_null(c[0]->recvq.first);
  assert_null(c[1]->recvq.first);
}
static void test_select_is_fair(void **st) {
  (void)st;
  Hchan *c[3];
  for (int i = 0; i < 3; i++) c[i] = make(&chan_int, 3000);
  Slot v = {.i = 1}, s[12], result[2];
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3000; k++) chan_send(NULL, c[i], &v);
  i64 n[3] = {0};
  for (int k = 0; k < 3000; k++) {
    for (int i = 0; i < 3; i++) s[3 * i].p = c[i], s[3 * i + 1].i = SELECT_DIR_RECV, s[3 * i + 2].u = 9;
    assert_int_equal(chan_select(NULL, s, s, 3, true, result), ST_OK);
    n[result[0].i]++;
  }
  for (int i = 0; i < 3; i++) assert_in_range(n[i], 800, 1200);
  Hchan *empty = make(&chan_int, 0);
  s[0].p = empty, s[3].p = NULL;
  assert_int_equal(chan_select(NULL, s, s, 2, true, result), ST_OK);
  assert_int_equal(result[0].i, -1);
}

static int nil_receiver(G *g, Task *t) {
  if (t->pc) fail();
  chan_recv(g, NULL, t->slots, NULL);
  return 1;
}
static void test_deadlock(void **st) {
  (void)st;
  fatal_set_handler(fake_fatal);
  Task a = {0};
  fake_go(&a, nil_receiver);
  run();
  assert_string_equal(fatal_text, "all goroutines are asleep - deadlock!");
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_transfer), cmocka_unit_test(test_narrow_values_are_extended), cmocka_unit_test(test_closed),
      cmocka_unit_test(test_close_wakes_sender), cmocka_unit_test(test_select), cmocka_unit_test(test_select_is_fair),
      cmocka_unit_test(test_deadlock)};
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

/* test_stack.c - segments: the limit that calls are checked against is the current segment's, whatever another thread asks
 * for meanwhile. */
#include "runtime/stack.h"

#include "runtime/tests/fake_vm.h"

/* The two stores of sched_preempt() are not one: here the second has not been made yet. */
static void test_limit_during_request(void **state) {
  (void)state;
  G g = {0};
  stack_push(&g, 1);
  assert_ptr_equal(g_limit(&g), segment_limit(g.seg));
  for (int again = 0; again < 3; again++) {
    Segment *first = g.seg;
    Slot *old = segment_limit(first);
    g_set_limit(&g, old);
    g.preempt = 1;
    stack_push(&g, 300);
    assert_ptr_not_equal(g.seg, first);
    assert_ptr_equal(g.seg_limit, segment_limit(g.seg));
    assert_null(g_limit(&g));
    g_set_limit(&g, g.seg_limit);
    stack_pop(&g);
    assert_ptr_equal(g.seg, first);
    assert_ptr_equal(g.seg_limit, old);
    assert_null(g_limit(&g));
    g.preempt = 0;
    stack_push(&g, 300);
    assert_ptr_equal(g_limit(&g), segment_limit(g.seg));
  }
  stack_free_all(&g);
  assert_null(g_limit(&g));
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_limit_during_request),
  };
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

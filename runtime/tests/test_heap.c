/* test_heap.c - allocation, marking through all kinds of layouts, sweeping, finalizers, weak handles, statistics. */
#include "runtime/heap_priv.h"
#include "runtime/tests/fake_vm.h"

static Slot roots[64];
static void roots_fn(GcWork *w) { gc_mark_words(w, roots, ARRAY_LEN(roots)); }

static int setup(void **state) {
  fake_setup(state);
  heap_add_root_fn(roots_fn);
  return 0;
}
static int clear_roots(void **state) {
  (void)state;
  memset(roots, 0, sizeof roots);
  gc_collect_full();
  return 0;
}
static u64 objects(void) {
  HeapStats s;
  heap_read_stats(&s);
  return s.heap_objects;
}

static void test_zeroed_and_disjoint(void **state) {
  (void)state;
  enum { N = 4000 };
  static u8 *p[N];
  static u32 size[N];
  for (int round = 0; round < 3; round++) {
    for (u32 i = 0; i < N; i++) {
      size[i] = 1 + cheaprandn(i % 50 == 0 ? 100000 : 600);
      p[i] = heap_alloc(size[i], NULL);
      for (u32 k = 0; k < size[i]; k++) assert_int_equal(p[i][k], 0);
      memset(p[i], (int)(i % 255) + 1, size[i]);
    }
    for (u32 i = 0; i < N; i++)
      for (u32 k = 0; k < size[i]; k++) assert_int_equal(p[i][k], i % 255 + 1);
    gc_collect(); /* nothing is reachable: the next round reuses the memory */
  }
}

static void test_list_survives(void **state) {
  (void)state;
  Node *head = NULL;
  roots[0].p = &head;
  for (i64 i = 0; i < 100000; i++) {
    Node *n = heap_new(&type_node);
    n->next = head;
    n->value = i;
    head = n;
    heap_new(&type_node); /* garbage */
  }
  roots[0].p = head;
  for (int round = 0; round < 3; round++) {
    gc_collect();
    for (int i = 0; i < 50000; i++) heap_new(&type_node)  ;
    i64 want = 99999;
    for (Node *n = head; n; n = n->next) assert_int_equal(n->value, want--);
    assert_int_equal(want, -1);
  }
  roots[0].p = NULL;
  u64 before = objects();
  gc_collect_full();
  assert_true(before - objects() >= 100000);
}

static void test_arrays_and_interior(void **state) {
  (void)state;
  Node *arr = heap_new_array(&type_node, 5000); /* large object */
  for (i64 i = 0; i < 5000; i++) {
    arr[i].next = heap_new(&type_node);
    arr[i].next->value = i;
  }
  roots[0].p = &arr[4999].value; /* interior pointer keeps the whole */
  gc_collect_full();
  for (int i = 0; i < 20000; i++) ((Node *)heap_new(&type_node))->value = -1;
  for (i64 i = 0; i < 5000; i++) assert_int_equal(arr[i].next->value, i);
  size_t size;
  assert_ptr_equal(heap_find_object(&arr[17], &size), arr);
  assert_int_equal(size, 5000 * sizeof(Node));
  assert_null(heap_find_object(&size, NULL));
}

/* struct { a int; p *T } repeated: only every second word is a pointer. */
static void test_integers_are_no_pointers(void **state) {
  (void)state;
  static u8 mask[] = {2};
  static AbiType pair = {.size = 16, .ptr_bytes = 16, .align = 8, .kind = BCK_STRUCT, .gcdata = mask};
  u64 *obj = heap_new(&pair);
  roots[0].p = obj;
  heap_weak_handle(heap_new(&type_node));
  Node *seen = heap_new(&type_node), *hidden = heap_new(&type_node);
  void *weak_seen = heap_weak_handle(seen), *weak_hidden = heap_weak_handle(hidden);
  roots[1].p = weak_seen;
  roots[2].p = weak_hidden;
  obj[0] = (uintptr_t)hidden;
  obj[1] = (uintptr_t)seen;
  gc_collect_full();
  assert_ptr_equal(heap_weak_strong(weak_seen), seen);
  assert_null(heap_weak_strong(weak_hidden));
}

static void test_masks_on_demand(void **state) {
  (void)state;
  static u8 *cell;
  static AbiArrayType big = {.t = {.size = 16 * 2000, .ptr_bytes = 16 * 1999 + 8, .align = 8, .kind = BCK_ARRAY,
                                   .tflag = ABI_TFLAG_GCMASK_ON_DEMAND, .gcdata = (u8 *)&cell},
                             .elem = &type_node, .len = 2000};
  Node *a = heap_new(&big.t);
  roots[0].p = a;
  for (i64 i = 0; i < 2000; i++) {
    a[i].next = heap_new(&type_node);
    a[i].next->value = i;
  }
  gc_collect_full();
  for (int i = 0; i < 20000; i++) ((Node *)heap_new(&type_node))->value = -1;
  for (i64 i = 0; i < 2000; i++) assert_int_equal(a[i].next->value, i);
}

static void test_finalizers(void **state) {
  (void)state;
  FinqEntry e;
  while (finq_next(&e)) {}
  Node *a = heap_new(&type_node), *b = heap_new(&type_node);
  a->next = b;
  b->value = 42;
  Task fn = {.rec = &fake_rec};
  void *weak = heap_weak_handle(a);
  roots[1].p = weak;
  assert_true(heap_set_finalizer(a, &fn, 0, NULL, NULL));
  assert_false(heap_set_finalizer(a, &fn, 0, NULL, NULL));
  u64 id = heap_add_cleanup(b, &fn);
  assert_true(id != 0);
  roots[0].p = a;
  gc_collect_full();
  assert_false(finq_next(&e));
  roots[0].p = NULL;
  gc_collect_full();
  assert_null(heap_weak_strong(weak)); /* cleared although the finalizer revives the object */
  assert_true(finq_next(&e));
  assert_ptr_equal(e.arg, a);
  assert_int_equal(((Node *)e.arg)->next->value, 42);
  assert_false(finq_next(&e));
  gc_collect_full(); /* now both are gone, and b's cleanup is due */
  assert_true(finq_next(&e));
  assert_null(e.arg);
  assert_false(finq_next(&e));
}

static void test_stats_count_exactly(void **state) {
  (void)state;
  HeapStats a, b;
  heap_read_stats(&a);
  for (int i = 0; i < 1000; i++) heap_new(&type_node);
  heap_alloc(100000, NULL);
  heap_read_stats(&b);
  assert_int_equal(b.mallocs - a.mallocs, 1001);
  assert_int_equal(b.total_alloc - a.total_alloc, 16 * 1000 + ALIGN_UP(100000, 8192));
  gc_collect_full();
  heap_read_stats(&b);
  assert_true(b.heap_objects < 1000);
}

static void test_memory_returns(void **state) {
  (void)state;
  for (int i = 0; i < 40; i++) {
    u8 *p = heap_alloc(8 << 20, NULL);
    memset(p, 1, 8 << 20);
    if (i % 4 == 3) gc_collect_full();
  }
  gc_free_os_memory();
  assert_true(gc_wanted());
  gc_collect();
  HeapStats s;
  heap_read_stats(&s);
  assert_true(s.heap_sys <= (u64)64 << 20);
  assert_true(s.heap_sys - s.heap_released < (u64)8 << 20);
}

static void test_round_up(void **state) {
  (void)state;
  assert_int_equal(sc_round_up(5, true), 8);
  assert_int_equal(sc_round_up(513, true), 576);
  assert_int_equal(sc_round_up(513, false), 576 - 8);
  assert_int_equal(sc_round_up(1025, true), 1152);
  assert_int_equal(sc_round_up(32768, true), 32768);
  assert_int_equal(sc_round_up(32768, false), 40960 - 8192);
  assert_int_equal(sc_round_up(40000, true), 40960);
}

int main(void) {
  fake_use_types();
#define T(name) cmocka_unit_test_setup_teardown(name, clear_roots, clear_roots)
  const struct CMUnitTest tests[] = {
      T(test_zeroed_and_disjoint), T(test_list_survives), T(test_arrays_and_interior), T(test_integers_are_no_pointers),
      T(test_masks_on_demand), T(test_finalizers), T(test_stats_count_exactly), T(test_memory_returns), T(test_round_up)};
  return cmocka_run_group_tests(tests, setup, NULL);
}

/* test_map.c - maps against a plain model: random operations, growth, deletion, clearing, iteration while all that happens. */
#include "runtime/map.h"

#include "runtime/tests/fake_vm.h"

enum { KEYS = 6000 };
static u8 group_mask[64];
static Arena types; /* of the group types, which live as long as the program */

/* A map type for small keys and elements, with the group's layout as gc makes it. */
static AbiMapType make_type(AbiType *key, AbiType *elem, u32 flags) {
  u64 ks = flags & ABI_MAP_INDIRECT_KEY ? 8 : key->size, es = flags & ABI_MAP_INDIRECT_ELEM ? 8 : elem->size;
  u64 elem_off = ALIGN_UP(ks, es < 8 && es ? es : 8), slot = ALIGN_UP(elem_off + es, 8);
  AbiType *group = NEW(&types, AbiType);
  memset(group_mask, 0xff, sizeof group_mask); /* every word: harmless for integers */
  *group = (AbiType){.size = 8 + 8 * slot, .ptr_bytes = 8 + 8 * slot, .align = 8, .kind = BCK_STRUCT, .gcdata = group_mask};
  return (AbiMapType){.t = {.size = 8, .ptr_bytes = 8, .kind = BCK_MAP}, .key = key, .elem = elem, .group = group,
                      .group_size = group->size, .slot_size = slot, .elem_off = elem_off, .flags = flags};
}

/* ---- keys of each class, made from a number ---- */
typedef struct KeyBuf {
  u64 w[2];
  char text[16];
} KeyBuf;
typedef void (*MakeKey)(KeyBuf *k, u32 i);
static void key_int(KeyBuf *k, u32 i) { k->w[0] = i * (u64)2654435761u; }
static void key_i32(KeyBuf *k, u32 i) { k->w[0] = i; }
static void key_f64(KeyBuf *k, u32 i) {
  double d = i * 0.5 - 100;
  memcpy(k->w, &d, 8);
}
static char key_texts[KEYS][12];
static void key_string(KeyBuf *k, u32 i) {
  snprintf(key_texts[i], sizeof key_texts[i], "key-%u", i);
  k->w[0] = (uintptr_t)key_texts[i];
  k->w[1] = strlen(key_texts[i]);
}
static u64 boxed[KEYS];
static void key_any(KeyBuf *k, u32 i) {
  boxed[i] = i;
  k->w[0] = (uintptr_t)&type_int;
  k->w[1] = (uintptr_t)&boxed[i];
}

static void *get(const AbiMapType *t, GoMap *m, MakeKey mk, u32 i) {
  KeyBuf k;
  mk(&k, i);
  void *e;
  assert_int_equal(map_get(NULL, t, m, k.w, &e), ST_OK);
  void *stored, *e2;
  assert_int_equal(map_get_entry(NULL, t, m, k.w, &stored, &e2), ST_OK);
  assert_ptr_equal(e, e2);
  return e;
}
static void put(const AbiMapType *t, GoMap *m, MakeKey mk, u32 i, i64 v) {
  KeyBuf k;
  mk(&k, i);
  void *e;
  assert_int_equal(map_assign(NULL, t, m, k.w, &e), ST_OK);
  *(i64 *)e = v;
}
static void del(const AbiMapType *t, GoMap *m, MakeKey mk, u32 i) {
  KeyBuf k;
  mk(&k, i);
  assert_int_equal(map_delete(NULL, t, m, k.w), ST_OK);
}

static void random_ops(AbiType *key, u32 flags, MakeKey mk, i64 hint) {
  AbiMapType t = make_type(key, &type_int, flags);
  GoMap *m = map_make(&t, hint);
  static i64 model[KEYS];
  static bool present[KEYS];
  memset(present, 0, sizeof present);
  i64 count = 0;
  for (int phase = 0; phase < 6; phase++) {
    u32 bias = phase % 2 ? 30 : 70; /* per cent of insertions */
    for (int op = 0; op < 15000; op++) {
      u32 i = cheaprandn(KEYS);
      if (cheaprandn(100) < bias) {
        put(&t, m, mk, i, op);
        count += !present[i];
        present[i] = true;
        model[i] = op;
      } else {
        del(&t, m, mk, i);
        count -= present[i];
        present[i] = false;
      }
      assert_int_equal(map_len(m), count);
    }
    for (u32 i = 0; i < KEYS; i++) {
      i64 *e = get(&t, m, mk, i);
      assert_int_equal(e != NULL, present[i]);
      if (e) assert_int_equal(*e, model[i]);
    }
    if (phase == 3) {
      GoMap *copy = map_clone(&t, m);
      map_clear(&t, m);
      assert_int_equal(map_len(m), 0);
      for (u32 i = 0; i < KEYS; i++) assert_null(get(&t, m, mk, i));
      for (u32 i = 0; i < KEYS; i++) assert_int_equal(get(&t, copy, mk, i) != NULL, present[i]);
      memset(present, 0, sizeof present);
      count = 0;
    }
  }
}
static void test_int(void **s) { (void)s, random_ops(&type_int, 0, key_int, 0); }
static void test_int_hint(void **s) { (void)s, random_ops(&type_int, 0, key_int, 5000); }
static void test_i32(void **s) { (void)s, random_ops(&type_i32, 0, key_i32, 0); }
static void test_f64(void **s) { (void)s, random_ops(&type_f64, ABI_MAP_NEED_KEY_UPDATE, key_f64, 9); }
static void test_string(void **s) { (void)s, random_ops(&type_string, ABI_MAP_NEED_KEY_UPDATE, key_string, 0); }
static void test_any(void **s) { (void)s, random_ops(&type_any.t, ABI_MAP_HASH_MIGHT_PANIC, key_any, 0); }
static void test_indirect(void **s) {
  (void)s;
  random_ops(&type_string, ABI_MAP_INDIRECT_KEY | ABI_MAP_INDIRECT_ELEM, key_string, 0);
}

/* Iterates while the map changes: no key twice, none that was deleted before it came, all that stayed, latest values. */
static void iterate_and_change(u32 start, u32 ops_per_step) {
  AbiMapType t = make_type(&type_int, &type_int, 0);
  GoMap *m = map_make(&t, 0);
  enum { SPACE = 20000 };
  static u8 state[SPACE]; /* 0 absent, 1 present all along, 2 present at some time */
  static bool now[SPACE], seen[SPACE];
  static i64 value[SPACE];
  memset(state, 0, sizeof state);
  memset(now, 0, sizeof now);
  memset(seen, 0, sizeof seen);
  for (u32 i = 0; i < start; i++) {
    put(&t, m, key_i32, i, i);
    value[i] = i;
    now[i] = true;
    state[i] = 1;
  }
  MapIter *it = map_iter_new(&t, m);
  u32 fresh = start;
  for (map_iter_next(it); it->key; map_iter_next(it)) {
    u32 k = (u32) * (u64 *)it->key;
    assert_false(seen[k]);
    assert_true(now[k]);
    assert_int_equal(*(i64 *)it->elem, value[k]);
    seen[k] = true;
    for (u32 op = 0; op < ops_per_step; op++) {
      u32 i = cheaprandn(fresh);
      switch (cheaprandn(3)) {
      case 0:
        if (fresh < SPACE) {
          put(&t, m, key_i32, fresh, 7);
          now[fresh] = true;
          value[fresh++] = 7;
        }
        break;
      case 1:
        del(&t, m, key_i32, i);
        now[i] = false;
        state[i] = 2;
        break;
      default:
        if (!now[i]) break;
        put(&t, m, key_i32, i, op + 1000);
        value[i] = op + 1000;
      }
    }
  }
  for (u32 i = 0; i < start; i++)
    if (state[i] == 1) assert_true(seen[i]);
}
static void test_iteration(void **s) {
  (void)s;
  static const u32 sizes[] = {0, 1, 5, 8, 9, 100, 1000, 3000};
  for (u32 i = 0; i < ARRAY_LEN(sizes); i++)
    for (u32 ops = 0; ops < 6; ops++) iterate_and_change(sizes[i], ops);
}

static void test_nan(void **s) {
  (void)s;
  AbiMapType t = make_type(&type_f64, &type_int, ABI_MAP_NEED_KEY_UPDATE);
  GoMap *m = map_make(&t, 0);
  double nan = __builtin_nan("");
  void *e;
  for (i64 i = 0; i < 100; i++) {
    map_assign(NULL, &t, m, &nan, &e);
    *(i64 *)e = i;
  }
  assert_int_equal(map_len(m), 100);
  map_get(NULL, &t, m, &nan, &e);
  assert_null(e);
  i64 sum = 0;
  MapIter *it = map_iter_new(&t, m);
  for (map_iter_next(it); it->key; map_iter_next(it)) {
    sum += *(i64 *)it->elem;
    map_assign(NULL, &t, m, &(double){(double)sum}, &e); /* makes it grow */
    *(i64 *)e = 0;
  }
  assert_int_equal(sum, 99 * 100 / 2);
}

static void test_panics(void **s) {
  (void)s;
  AbiMapType t = make_type(&type_any.t, &type_int, ABI_MAP_HASH_MIGHT_PANIC);
  static const u8 name[] = {0, 5, '[', ']', 'i', 'n', 't'};
  static AbiSliceType slice = {.t = {.size = 24, .ptr_bytes = 8, .kind = BCK_SLICE, .gcdata = mask_one}};
  slice.t.str = (AbiNameOff)(uintptr_t)name;
  u64 dummy[3] = {0}, key[2] = {(uintptr_t)&slice, (uintptr_t)dummy};
  void *e;
  assert_int_equal(map_get(NULL, &t, NULL, key, &e), ST_PANIC);
  assert_string_equal(last_panic, "hash of unhashable type: []int");
  GoMap *m = map_make(&t, 0);
  assert_int_equal(map_assign(NULL, &t, m, key, &e), ST_PANIC);
  assert_string_equal(last_panic, "runtime error: hash of unhashable type []int");
  assert_int_equal(map_assign(NULL, &t, NULL, key, &e), ST_PANIC);
  assert_string_equal(last_panic, "assignment to entry in nil map");
}

int main(void) {
  fake_use_types();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_int), cmocka_unit_test(test_int_hint), cmocka_unit_test(test_i32), cmocka_unit_test(test_f64),
      cmocka_unit_test(test_string), cmocka_unit_test(test_any), cmocka_unit_test(test_indirect),
      cmocka_unit_test(test_iteration), cmocka_unit_test(test_nan), cmocka_unit_test(test_panics)};
  return cmocka_run_group_tests(tests, fake_setup, NULL);
}

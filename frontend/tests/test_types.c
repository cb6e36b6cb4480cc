/* test_types.c - what the lowering asks of types: identity and hashes, canonical instances, substitution (local types
 * of generic functions too), methods of instances, method sets, sizes, type strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>

#include "frontend/syntax.h"
#include "frontend/types.h"

static Arena arena;
static DiagSink sink;
static Package *pkg;

static const char source[] =
    "package p\n"
    "type Pair[K comparable, V any] struct { key K; val V; next *Pair[K, V] }\n"
    "func (p *Pair[A, B]) Swap(a A) (B, *Pair[A, B2[int]]) { return p.val, nil }\n"
    "func (p Pair[_, B]) Val() B { return p.val }\n"
    "type B2[T any] [2]T\n"
    "type List[T any] []T\n"
    "type Alias[T any] = map[string]List[T]\n"
    "func F[T any](x T) any {\n"
    "  type L struct { x T; self *L }\n"
    "  type G[P any] struct { t T; p P; l *L }\n"
    "  type A = []T\n"
    "  var l L; var g G[string]; var a A; var m map[string]G[L]\n"
    "  _, _, _ = g, a, m\n"
    "  return l\n"
    "}\n"
    "type Base struct { n int8 }\n"
    "func (Base) Get() int { return 1 }\n"
    "func (*Base) Set(int) {}\n"
    "func (Base) hidden() {}\n"
    "type Other struct{}\n"
    "func (Other) Get() int { return 2 }\n"
    "func (Other) Only() {}\n"
    "type Iface interface { Get() int; M(Iface) interface{ Get() int } }\n"
    "type Emb struct { Base; *Other; s string; Only2 }\n"
    "type Only2 interface { Set2() }\n"
    "type PtrEmb struct { *Base }\n"
    "type NamedPtr *Base\n"
    "type Big struct { a bool; b int64; c [3]byte; d struct{} }\n"
    "type Cplx struct { a int8; c complex64; d complex128; e any; f string }\n"
    "var t1 func(a int, b ...string) (r map[Base][]chan<- *int, err error)\n"
    "var t2 func(int, ...string) (map[Base][]chan<- *int, error)\n"
    "var t3 func(int, []string) (map[Base][]chan<- *int, error)\n"
    "var t4 struct { a int `x:\"y\"`; B2[int] }\n"
    "var t5 struct { a int; B2[int] }\n"
    "var t6 interface { M(); Base() int }\n"
    "var t7 interface { Base() int; M() }\n"
    "var t8 interface { interface{ M() }; interface { Base() int } }\n"
    "var t9 chan (<-chan int)\n"
    "var t10 Pair[string, List[int]]\n"
    "var t11 Alias[int]\n"
    "var t12 [3]any\n"
    "var t13 map[string]List[int]\n"
    "var t14 interface { M() }\n";

static Package *no_imports(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)ctx;
  (void)pos;
  err_set(e, "package %s is not in std", path->s);
  return NULL;
}

static int setup(void **state) {
  (void)state;
  types_init();
  ParseOptions opt = {.check_branches = true};
  File *f = syntax_parse(&arena, &sink, "p.go", "p.go", source, sizeof source - 1, &opt);
  CheckConfig cfg = {.import = no_imports};
  pkg = check_package(&cfg, atom_cstr("p"), &f, 1, &sink);
  diag_print(&sink, stderr, 0);
  return pkg->nerrors != 0;
}

static Object *lookup(const char *name) {
  Object *o = scope_lookup(pkg->scope, atom_cstr(name));
  if (!o) fail_msg("no %s", name);
  return o;
}
static Type *type_of(const char *name) { return lookup(name)->type; }

static TypeList *targs_of(u32 n, ...) {
  TypeList *l = NEW(&arena, TypeList);
  l->n = n;
  l->v = NEW_ARRAY(&arena, Type *, n);
  va_list ap;
  va_start(ap, n);
  for (u32 i = 0; i < n; i++) l->v[i] = va_arg(ap, Type *);
  va_end(ap);
  return l;
}

static void expect_text(Type *t, const char *want) {
  StrBuf b = {0};
  type_string(&b, t, NULL, NULL);
  assert_string_equal(sb_cstr(&b), want);
  sb_free(&b);
}

static void test_identity(void **state) {
  (void)state;
  static const struct {
    const char *x, *y;
    bool same;
  } cases[] = {{"t1", "t2", true},   {"t1", "t3", false}, {"t4", "t4", true},  {"t4", "t5", false},
               {"t6", "t7", true},   {"t6", "t8", true},  {"t6", "t14", false}, {"t11", "t13", true},
               {"t10", "t13", false}, {"Base", "Other", false}};
  for (u32 i = 0; i < ARRAY_LEN(cases); i++) {
    Type *x = type_of(cases[i].x), *y = type_of(cases[i].y);
    if (types_identical(x, y) != cases[i].same) fail_msg("%s and %s", cases[i].x, cases[i].y);
    if (cases[i].same) assert_int_equal(type_hash(x), type_hash(y));
  }
  assert_true(types_identical(type_new_slice(typ[BK_INT]), type_new_slice(typ[BK_INT])));
  assert_false(types_identical(type_new_array(typ[BK_INT], 2), type_new_array(typ[BK_INT], 3)));
  assert_true(types_identical(type_byte, typ[BK_UINT8]));
}

static void test_instances(void **state) {
  (void)state;
  Type *pair = type_of("Pair"), *list = type_of("List");
  Type *ints = type_instantiate(list, targs_of(1, typ[BK_INT]));
  assert_ptr_equal(ints, type_instantiate(list, targs_of(1, typ[BK_INT])));
  Type *p = type_instantiate(pair, targs_of(2, typ[BK_STRING], ints));
  assert_ptr_equal(p, type_of("t10"));
  assert_ptr_equal(type_instantiate(list, targs_of(1, type_new_slice(ints))),
                   type_instantiate(list, targs_of(1, type_new_slice(ints))));
  Struct *s = (Struct *)type_under(p);
  assert_ptr_equal(s->fields[1]->type, ints);
  assert_ptr_equal(((Pointer *)s->fields[2]->type)->base, p);
  assert_ptr_equal(obj_origin(s->fields[1]), ((Struct *)type_under(pair))->fields[1]);
  assert_false(type_is_generic(p));
  assert_true(type_is_generic(pair));
  expect_text(p, "p.Pair[string, p.List[int]]");
}

static void test_instance_methods(void **state) {
  (void)state;
  Named *p = (Named *)type_instantiate(type_of("Pair"), targs_of(2, typ[BK_STRING], typ[BK_BOOL]));
  assert_int_equal(named_num_methods(p), 2);
  Object *swap = named_method(p, 0);
  assert_ptr_equal(swap, named_method(p, 0));
  assert_non_null(obj_origin(swap)->decl);
  assert_ptr_equal(obj_origin(swap), named_method(named_origin(p), 0));
  expect_text(swap->type, "func(a string) (bool, *p.Pair[string, p.B2[int]])");
  Signature *sig = (Signature *)swap->type;
  assert_ptr_equal(((Pointer *)sig->recv->type)->base, p);
  MethodSet *val = type_method_set((Type *)p), *ptr = type_method_set(type_new_pointer((Type *)p));
  assert_int_equal(val->n, 1);
  assert_int_equal(ptr->n, 2);
  assert_string_equal(ptr->v[0]->obj->name->s, "Swap");
}

/* The local variable `name` of function F. */
static Type *local_type(const char *name) {
  Signature *sig = (Signature *)type_of("F");
  for (Scope *s = sig->scope; s; s = s->first_child) {
    Object *o = scope_lookup(s, atom_cstr(name));
    if (o) return o->type;
  }
  fail_msg("no local %s", name);
  return NULL;
}

static void test_local_types(void **state) {
  (void)state;
  TypeParamList *tparams = ((Signature *)type_of("F"))->tparams;
  TypeList *ints = targs_of(1, typ[BK_INT]), *strs = targs_of(1, typ[BK_STRING]);
  Type *l = local_type("l");
  assert_true(type_is_generic(l));
  Type *li = type_subst(l, tparams, ints), *ls = type_subst(l, tparams, strs);
  assert_ptr_equal(li, type_subst(l, tparams, ints));
  assert_false(types_identical(li, ls));
  assert_false(type_is_generic(li));
  assert_ptr_equal(type_subst(li, tparams, strs), li);
  Struct *s = (Struct *)type_under(li);
  assert_ptr_equal(s->fields[0]->type, typ[BK_INT]);
  assert_ptr_equal(((Pointer *)s->fields[1]->type)->base, li);
  assert_int_equal(named_num_implicit((Named *)li), 1);
  expect_text(li, "p.L[int]");

  Type *g = type_subst(local_type("g"), tparams, ints);
  s = (Struct *)type_under(g);
  assert_ptr_equal(s->fields[0]->type, typ[BK_INT]);
  assert_ptr_equal(s->fields[1]->type, typ[BK_STRING]);
  assert_ptr_equal(((Pointer *)s->fields[2]->type)->base, li);
  assert_int_equal(named_num_implicit((Named *)g), 1);
  expect_text(g, "p.G[int, string]");
  expect_text(type_subst(local_type("m"), tparams, ints), "map[string]p.G[int, p.L[int]]");
  expect_text(type_unalias(type_subst(local_type("a"), tparams, ints)), "[]int");
}

static void expect_methods(const char *what, Type *t, const char *want) {
  StrBuf b = {0};
  MethodSet *set = type_method_set(t);
  for (u32 i = 0; i < set->n; i++) {
    Selection *s = set->v[i];
    sb_printf(&b, "%s%s", i ? " " : "", s->obj->name->s);
    for (u32 k = 0; k < s->nindex; k++) sb_printf(&b, ".%d", s->index[k]);
  }
  if (strcmp(sb_cstr(&b), want) != 0) fail_msg("%s: got %s, want %s", what, sb_cstr(&b), want);
  sb_free(&b);
}

static void test_method_sets(void **state) {
  (void)state;
  expect_methods("Base", type_of("Base"), "Get.0 hidden.2");
  expect_methods("*Base", type_new_pointer(type_of("Base")), "Get.0 Set.1 hidden.2");
  /* Get is ambiguous, Base.Set needs an addressable Emb */
  expect_methods("Emb", type_of("Emb"), "Only.1.1 Set2.3.0 hidden.0.2");
  expect_methods("*Emb", type_new_pointer(type_of("Emb")), "Only.1.1 Set.0.1 Set2.3.0 hidden.0.2");
  expect_methods("PtrEmb", type_of("PtrEmb"), "Get.0.0 Set.0.1 hidden.0.2");
  expect_methods("NamedPtr", type_of("NamedPtr"), "");
  expect_methods("Iface", type_of("Iface"), "Get.0 M.1");
  expect_methods("*Iface", type_new_pointer(type_of("Iface")), "");
  assert_true(type_implements(type_new_pointer(type_of("Base")), type_of("t14")) == false);
}

static void test_lookup(void **state) {
  (void)state;
  int *index;
  u32 n;
  bool indirect;
  Object *f = type_lookup(type_of("Emb"), false, pkg, atom_cstr("n"), &index, &n, &indirect);
  assert_non_null(f);
  assert_int_equal(n, 2);
  assert_int_equal(index[0], 0);
  assert_null(type_lookup(type_of("Emb"), false, pkg, atom_cstr("Get"), &index, &n, &indirect));
  assert_non_null(index); /* ambiguous */
  assert_null(type_lookup(type_of("Emb"), false, pkg, atom_cstr("Set"), &index, &n, &indirect));
  assert_true(indirect);
  assert_non_null(type_lookup(type_of("Emb"), true, pkg, atom_cstr("Set"), &index, &n, &indirect));
  assert_null(type_lookup(type_of("Emb"), true, NULL, atom_cstr("hidden"), &index, &n, &indirect));
}

static void test_sizes(void **state) {
  (void)state;
  assert_int_equal(type_sizeof(type_of("Big")), 24);
  i64 offs[5];
  struct_offsets((Struct *)type_under(type_of("Cplx")), offs);
  const i64 want[] = {0, 4, 16, 32, 48};
  assert_memory_equal(offs, want, sizeof want);
  assert_int_equal(type_sizeof(type_of("Cplx")), 64);
  assert_int_equal(type_alignof(typ[BK_COMPLEX64]), 4);
  assert_int_equal(type_sizeof(type_new_array(typ[BK_INT64], INT64_MAX)), -1);
  assert_int_equal(type_sizeof(type_new_array(type_of("Big"), 0)), 0);
}

static void test_strings(void **state) {
  (void)state;
  expect_text(type_of("t1"), "func(a int, b ...string) (r map[p.Base][]chan<- *int, err error)");
  expect_text(type_of("t4"), "struct{a int \"x:\\\"y\\\"\"; p.B2[int]}");
  expect_text(type_of("t9"), "chan (<-chan int)");
  expect_text(type_of("t11"), "p.Alias[int]");
  expect_text(type_of("t12"), "[3]any");
  expect_text(type_of("Pair"), "p.Pair[K comparable, V any]");
  expect_text(type_of("F"), "func[T any](x T) any");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_identity),    cmocka_unit_test(test_instances),   cmocka_unit_test(test_instance_methods),
      cmocka_unit_test(test_local_types), cmocka_unit_test(test_method_sets), cmocka_unit_test(test_lookup),
      cmocka_unit_test(test_sizes),       cmocka_unit_test(test_strings),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}

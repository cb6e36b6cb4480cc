/* check_universe.c - predeclared types, constants, functions; package unsafe (types2/universe.go). */
#include "frontend/check.h"

SNAPSHOT Scope *universe;
SNAPSHOT Package *package_unsafe;
SNAPSHOT Type *type_byte, *type_rune, *type_any, *type_error, *type_comparable, *type_empty_interface;
SNAPSHOT Object *universe_any, *universe_any_no_alias, *universe_comparable, *universe_iota, *universe_nil;

static SNAPSHOT Basic basics[BK_COUNT] = {
#define BASIC_INIT(k, i, n) {{.kind = TYPE_BASIC}, k, i, n}
#define BASIC(k, i, n) [k] = BASIC_INIT(k, i, n)
    BASIC(BK_INVALID, 0, "invalid type"),
    BASIC(BK_BOOL, BI_BOOLEAN, "bool"),
    BASIC(BK_INT, BI_INTEGER, "int"),
    BASIC(BK_INT8, BI_INTEGER, "int8"),
    BASIC(BK_INT16, BI_INTEGER, "int16"),
    BASIC(BK_INT32, BI_INTEGER, "int32"),
    BASIC(BK_INT64, BI_INTEGER, "int64"),
    BASIC(BK_UINT, BI_INTEGER | BI_UNSIGNED, "uint"),
    BASIC(BK_UINT8, BI_INTEGER | BI_UNSIGNED, "uint8"),
    BASIC(BK_UINT16, BI_INTEGER | BI_UNSIGNED, "uint16"),
    BASIC(BK_UINT32, BI_INTEGER | BI_UNSIGNED, "uint32"),
    BASIC(BK_UINT64, BI_INTEGER | BI_UNSIGNED, "uint64"),
    BASIC(BK_UINTPTR, BI_INTEGER | BI_UNSIGNED, "uintptr"),
    BASIC(BK_FLOAT32, BI_FLOAT, "float32"),
    BASIC(BK_FLOAT64, BI_FLOAT, "float64"),
    BASIC(BK_COMPLEX64, BI_COMPLEX, "complex64"),
    BASIC(BK_COMPLEX128, BI_COMPLEX, "complex128"),
    BASIC(BK_STRING, BI_STRING, "string"),
    BASIC(BK_UNSAFEPOINTER, 0, "Pointer"),
    BASIC(BK_UNTYPED_BOOL, BI_BOOLEAN | BI_UNTYPED, "untyped bool"),
    BASIC(BK_UNTYPED_INT, BI_INTEGER | BI_UNTYPED, "untyped int"),
    BASIC(BK_UNTYPED_RUNE, BI_INTEGER | BI_UNTYPED, "untyped rune"),
    BASIC(BK_UNTYPED_FLOAT, BI_FLOAT | BI_UNTYPED, "untyped float"),
    BASIC(BK_UNTYPED_COMPLEX, BI_COMPLEX | BI_UNTYPED, "untyped complex"),
    BASIC(BK_UNTYPED_STRING, BI_STRING | BI_UNTYPED, "untyped string"),
    BASIC(BK_UNTYPED_NIL, BI_UNTYPED, "untyped nil"),
};
static SNAPSHOT Basic basic_byte = BASIC_INIT(BK_BYTE, BI_INTEGER | BI_UNSIGNED, "byte");
static SNAPSHOT Basic basic_rune = BASIC_INIT(BK_RUNE, BI_INTEGER, "rune");
#undef BASIC
#undef BASIC_INIT

SNAPSHOT Type *typ[BK_COUNT];

const BuiltinInfo predeclared_funcs[] = {
    [B_APPEND] = {"append", 1, true, EK_EXPRESSION},
    [B_CAP] = {"cap", 1, false, EK_EXPRESSION},
    [B_CLEAR] = {"clear", 1, false, EK_STATEMENT},
    [B_CLOSE] = {"close", 1, false, EK_STATEMENT},
    [B_COMPLEX] = {"complex", 2, false, EK_EXPRESSION},
    [B_COPY] = {"copy", 2, false, EK_STATEMENT},
    [B_DELETE] = {"delete", 2, false, EK_STATEMENT},
    [B_IMAG] = {"imag", 1, false, EK_EXPRESSION},
    [B_LEN] = {"len", 1, false, EK_EXPRESSION},
    [B_MAKE] = {"make", 1, true, EK_EXPRESSION},
    [B_MAX] = {"max", 1, true, EK_EXPRESSION},
    [B_MIN] = {"min", 1, true, EK_EXPRESSION},
    [B_NEW] = {"new", 1, false, EK_EXPRESSION},
    [B_PANIC] = {"panic", 1, false, EK_STATEMENT},
    [B_PRINT] = {"print", 0, true, EK_STATEMENT},
    [B_PRINTLN] = {"println", 0, true, EK_STATEMENT},
    [B_REAL] = {"real", 1, false, EK_EXPRESSION},
    [B_RECOVER] = {"recover", 0, false, EK_STATEMENT},
    [B_ADD] = {"Add", 2, false, EK_EXPRESSION},
    [B_ALIGNOF] = {"Alignof", 1, false, EK_EXPRESSION},
    [B_OFFSETOF] = {"Offsetof", 1, false, EK_EXPRESSION},
    [B_SIZEOF] = {"Sizeof", 1, false, EK_EXPRESSION},
    [B_SLICE] = {"Slice", 2, false, EK_EXPRESSION},
    [B_SLICEDATA] = {"SliceData", 1, false, EK_EXPRESSION},
    [B_STRING] = {"String", 2, false, EK_EXPRESSION},
    [B_STRINGDATA] = {"StringData", 1, false, EK_EXPRESSION},
    [B_ASSERT] = {"assert", 1, false, EK_STATEMENT},
    [B_TRACE] = {"trace", 0, true, EK_STATEMENT},
};

/* Enters obj into the universe, or into package unsafe when its name is exported. */
static Object *define(Object *obj) {
  Scope *scope = universe;
  if (obj_exported(obj)) {
    scope = package_unsafe->scope;
    obj->pkg = package_unsafe;
  }
  CHECK(scope_insert(scope, obj) == NULL);
  return obj;
}

static Object *type_name(const char *name, Type *t) {
  return obj_new_typename((Pos){0}, NULL, atom_cstr(name), t);
}

static void define_basic(Basic *t) {
  if (strchr(t->name, ' ')) return; /* internal names are in no scope */
  Object *obj = define(type_name(t->name, (Type *)t));
  obj->is_alias = t == &basic_byte || t == &basic_rune;
}

static Interface *complete_interface(TypeSet *tset) {
  Interface *i = NEW(&types_arena, Interface);
  i->t.kind = TYPE_INTERFACE;
  i->complete = true;
  i->tset = tset;
  return i;
}

/* type any = interface{}; its interface is distinguished, so that it is printed as any. */
static void define_any(void) {
  universe_any_no_alias = type_name("any", (Type *)complete_interface(&top_type_set));
  universe_any_no_alias->parent = universe;
  universe_any = type_name("any", NULL);
  alias_cleanup(check_new_alias(NULL, universe_any, universe_any_no_alias->type));
  universe_any->is_alias = true;
  type_any = define(universe_any)->type;
}

static Type *define_named_interface(const char *name, Interface *iface) {
  Object *obj = type_name(name, NULL);
  Named *n = check_new_named(NULL, obj, NULL);
  if (iface->nmethods) {
    Object *m = iface->methods[0];
    ((Signature *)m->type)->recv = obj_new_var((Pos){0}, NULL, atom_cstr(""), (Type *)n, VAR_RECV);
    types_compute_interface_type_set(NULL, (Pos){0}, iface);
  }
  n->fromRHS = (Type *)iface;
  named_under(n);
  return define(obj)->type;
}

/* type error interface{ Error() string } */
static void define_error(void) {
  Object *res = obj_new_var((Pos){0}, NULL, atom_cstr(""), typ[BK_STRING], VAR_RESULT);
  Signature *sig = (Signature *)type_new_signature(NULL, NULL, type_new_tuple(&res, 1), false);
  Interface *iface = complete_interface(NULL);
  iface->nmethods = 1;
  iface->methods = NEW(&types_arena, Object *);
  iface->methods[0] = obj_new_func((Pos){0}, NULL, atom_cstr("Error"), sig);
  type_error = define_named_interface("error", iface);
}

/* type comparable interface{}, marked as comparable */
static void define_comparable(void) {
  TypeSet *s = NEW(&types_arena, TypeSet);
  *s = (TypeSet){.terms = all_termlist, .comparable = true};
  type_comparable = define_named_interface("comparable", complete_interface(s));
}

static void define_consts(void) {
  define(obj_new_const((Pos){0}, NULL, atom_cstr("true"), typ[BK_UNTYPED_BOOL], const_make_bool(true)));
  define(obj_new_const((Pos){0}, NULL, atom_cstr("false"), typ[BK_UNTYPED_BOOL], const_make_bool(false)));
  universe_iota =
      define(obj_new_const((Pos){0}, NULL, atom_cstr("iota"), typ[BK_UNTYPED_INT], const_make_int64(0)));
}

/* Sets up the universe and package unsafe, once per process. */
void types_init(void) {
  if (universe) return;
  for (u32 i = 0; i < BK_COUNT; i++) typ[i] = (Type *)&basics[i];
  type_byte = (Type *)&basic_byte;
  type_rune = (Type *)&basic_rune;
  types_context = types_new_context();
  universe = scope_new(NULL, (Pos){0}, (Pos){0});
  package_unsafe = types_new_package(atom_cstr("unsafe"), atom_cstr("unsafe"));
  package_unsafe->complete = package_unsafe->is_unsafe = package_unsafe->is_std = true;
  type_empty_interface = (Type *)complete_interface(&top_type_set);

  for (u32 i = 0; i < BK_COUNT; i++) define_basic(&basics[i]);
  define_basic(&basic_byte);
  define_basic(&basic_rune);
  define_any();
  define_error();
  define_comparable();
  universe_comparable = scope_lookup(universe, atom_cstr("comparable"));
  define_consts();
  universe_nil = define(obj_new(OBJ_NIL, (Pos){0}, NULL, atom_cstr("nil"), typ[BK_UNTYPED_NIL]));
  for (u32 id = 0; id < B_ASSERT; id++) {
    Object *o = obj_new(OBJ_BUILTIN, (Pos){0}, NULL, atom_cstr(predeclared_funcs[id].name), typ[BK_INVALID]);
    o->builtin = (u8)id;
    define(o);
  }
}

/* Defines assert and trace, which only tests of the checker use. */
void types_define_test_funcs(void) {
  for (u32 id = B_ASSERT; id <= B_TRACE; id++) {
    const Atom *name = atom_cstr(predeclared_funcs[id].name);
    if (scope_lookup(universe, name)) continue;
    Object *o = obj_new(OBJ_BUILTIN, (Pos){0}, NULL, name, typ[BK_INVALID]);
    o->builtin = (u8)id;
    define(o);
  }
}

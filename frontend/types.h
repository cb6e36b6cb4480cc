/* types.h - Go's types, objects, scopes and packages, and the type checker's entry points.
 *
 * The shapes are those of cmd/compile/internal/types2, one C file per file of that package (check_*.c, types_*.c), so
 * that a reader who knows one finds the way in the other. Everything lives in the process's type arena and is never
 * freed; package-level objects are unique per package, types are not (compare with types_identical).
 * check.h has what only the checker's files share. The lowering uses this header only. */
#ifndef GOVM_FRONTEND_TYPES_H
#define GOVM_FRONTEND_TYPES_H
#include "base/map.h"
#include "frontend/ast.h"
#include "frontend/constant.h"
#include "frontend/diag.h"

extern SNAPSHOT Arena types_arena;

/* ---- types ---- */
typedef enum TypeKind {
  TYPE_BASIC, TYPE_ARRAY, TYPE_SLICE, TYPE_STRUCT, TYPE_POINTER, TYPE_TUPLE, TYPE_SIGNATURE, TYPE_UNION,
  TYPE_INTERFACE, TYPE_MAP, TYPE_CHAN, TYPE_NAMED, TYPE_TYPEPARAM, TYPE_ALIAS
} TypeKind;

typedef enum BasicKind { /* order of types2's basic.go */
  BK_INVALID,
  BK_BOOL, BK_INT, BK_INT8, BK_INT16, BK_INT32, BK_INT64,
  BK_UINT, BK_UINT8, BK_UINT16, BK_UINT32, BK_UINT64, BK_UINTPTR,
  BK_FLOAT32, BK_FLOAT64, BK_COMPLEX64, BK_COMPLEX128, BK_STRING, BK_UNSAFEPOINTER,
  BK_UNTYPED_BOOL, BK_UNTYPED_INT, BK_UNTYPED_RUNE, BK_UNTYPED_FLOAT, BK_UNTYPED_COMPLEX, BK_UNTYPED_STRING,
  BK_UNTYPED_NIL, BK_COUNT,
  BK_BYTE = BK_UINT8, BK_RUNE = BK_INT32
} BasicKind;
enum { /* BasicInfo */
  BI_BOOLEAN = 1, BI_INTEGER = 2, BI_UNSIGNED = 4, BI_FLOAT = 8, BI_COMPLEX = 16, BI_STRING = 32, BI_UNTYPED = 64,
  BI_ORDERED = BI_INTEGER | BI_FLOAT | BI_STRING,
  BI_NUMERIC = BI_INTEGER | BI_FLOAT | BI_COMPLEX,
  BI_CONST_TYPE = BI_BOOLEAN | BI_NUMERIC | BI_STRING
};

struct Type {
  TypeKind kind;
  u32 visit;      /* scratch of graph walks */
  void *lowered;  /* owned by the lowering: its cached descriptor of this type */
};
typedef VEC(Type *) TypeVec;
struct TypeList { u32 n; Type **v; }; /* immutable */

typedef struct Named Named;
typedef struct TypeParam TypeParam;
typedef struct TypeSet TypeSet; /* check.h */
typedef struct Checker Checker; /* check.h */
typedef VEC(TypeParam *) TypeParamVec;
typedef struct TypeParamList { u32 n; TypeParam **v; } TypeParamList;

typedef struct Basic { Type t; BasicKind bkind; u32 info; const char *name; } Basic;
typedef struct Array { Type t; i64 len; /* < 0: unknown */ Type *elem; } Array;
typedef struct Slice { Type t; Type *elem; } Slice;
typedef struct Struct { Type t; u32 nfields; Object **fields; /* Vars */ const Atom **tags; /* NULL or one per field, NULL: none */ } Struct;
typedef struct Pointer { Type t; Type *base; } Pointer;
typedef struct Tuple { Type t; u32 n; Object **vars; } Tuple; /* a NULL Tuple* is the empty tuple */
typedef struct Signature {
  Type t;
  TypeParamList *rparams; /* receiver type parameters, NULL */
  TypeParamList *tparams; /* NULL */
  Scope *scope;           /* of parameters; NULL for instantiated signatures */
  Object *recv;           /* NULL: not a method */
  Tuple *params, *results;
  bool variadic;          /* the last parameter's type is a slice (or string for append's special case) */
} Signature;
typedef struct Term { bool tilde; Type *type; } Term;
typedef struct Union { Type t; u32 n; Term **terms; } Union;
typedef struct Interface {
  Type t;
  Checker *check;        /* pending type-set computation */
  u32 nmethods;
  Object **methods;      /* explicitly declared Funcs */
  u32 nembeddeds;
  Type **embeddeds;
  Pos *embed_pos;
  bool implicit;         /* wraps a constraint literal */
  bool complete;
  TypeSet *tset;         /* computed lazily; types_method_set_iface() */
} Interface;
typedef struct Map { Type t; Type *key, *elem; } Map;
typedef struct Chan { Type t; ChanDir dir; Type *elem; } Chan;
struct TypeParam {
  Type t;
  Checker *check;
  u64 id;
  Object *obj;
  int index;   /* -1 until bound */
  Type *bound; /* any type; its underlying type is an interface after checking */
};
typedef struct Instance Instance; /* check.h: the origin and expansion state of an instantiated Named */
struct Named {
  Type t;
  Checker *check;
  Object *obj;            /* TypeName; shared by all instances of a generic type */
  Type *fromRHS;
  Instance *inst;         /* NULL: not an instance */
  u32 state;
  Type *underlying;       /* use type_under() */
  TypeParamList *tparams; /* of a generic type; NULL */
  VEC(Object *) methods;  /* explicitly declared Funcs (of the origin; instances are expanded lazily) */
  bool finite, valid;
  i32 align;              /* of a complete type, once type_alignof and type_sizeof were asked; else 0 */
  i64 size;
};
typedef struct AliasType {
  Type t;
  Object *obj;
  struct AliasType *orig;
  TypeParamList *tparams;
  TypeList *targs;
  Type *fromRHS, *actual;
} AliasType;

/* The canonical basic types; byte and rune have their own objects with names "byte" and "rune". */
extern SNAPSHOT Type *typ[BK_COUNT];
extern SNAPSHOT Type *type_byte, *type_rune, *type_any /* the alias any */, *type_error, *type_comparable, *type_empty_interface;

/* ---- objects ---- */
typedef enum ObjectKind { OBJ_PKGNAME, OBJ_CONST, OBJ_TYPENAME, OBJ_VAR, OBJ_FUNC, OBJ_LABEL, OBJ_BUILTIN, OBJ_NIL } ObjectKind;
typedef enum VarKind { VAR_NONE, VAR_PACKAGE, VAR_LOCAL, VAR_RECV, VAR_PARAM, VAR_RESULT, VAR_FIELD } VarKind;

typedef struct DeclInfo DeclInfo; /* check.h */
struct Object {
  ObjectKind kind;
  u8 varkind;       /* Var */
  bool used;        /* Var, PkgName, Label */
  bool embedded;    /* Var: embedded field */
  bool has_ptr_recv; /* Func: used before its signature is known */
  bool is_alias;    /* TypeName: declared with = or universe byte/rune */
  bool captured;    /* Var: [lowering] referenced from a nested function literal */
  bool addr_taken;  /* Var: [lowering] */
  u8 builtin;       /* Builtin: BuiltinId */
  u32 color;        /* checker's state, see object.go */
  u32 order;        /* source order of package-level objects, > 0 */
  Pos pos, scope_pos;
  Scope *parent;
  Package *pkg;     /* NULL for the universe */
  const Atom *name;
  Type *type;
  const Const *val; /* Const */
  Package *imported; /* PkgName */
  Object *origin;   /* Var (field), Func: the generic object this is an instance of; NULL: itself. obj_origin().
                       Package variable of a session: the earlier variable that it redeclares and shares */
  FuncDecl *decl;   /* Func with source: its declaration; methods of interfaces have none */
  void *lowered;    /* owned by the lowering */
};
Object *obj_origin(Object *o);
bool obj_exported(const Object *o);
/* "pkg.Name", "(*pkg.T).M" as runtime and linker name it is the lowering's business; this is types2's ObjectString. */
void obj_string(StrBuf *out, const Object *o, const Package *relative_to);

typedef enum BuiltinId { /* order of universe.go */
  B_APPEND, B_CAP, B_CLEAR, B_CLOSE, B_COMPLEX, B_COPY, B_DELETE, B_IMAG, B_LEN, B_MAKE, B_MAX, B_MIN, B_NEW, B_PANIC,
  B_PRINT, B_PRINTLN, B_REAL, B_RECOVER,
  B_ADD, B_ALIGNOF, B_OFFSETOF, B_SIZEOF, B_SLICE, B_SLICEDATA, B_STRING, B_STRINGDATA, /* package unsafe */
  B_ASSERT, B_TRACE
} BuiltinId;

struct Scope {
  Scope *parent;
  Scope *first_child, *last_child, *next_sibling;
  u32 number;
  PtrMap elems; /* Atom -> Object; entries keep insertion order */
  Pos pos, end;
  bool is_func;
};
Object *scope_lookup(const Scope *s, const Atom *name);
extern SNAPSHOT Scope *universe;

/* ---- selections (selection.go) ---- */
typedef enum SelectionKind { SEL_FIELD, SEL_METHOD_VAL, SEL_METHOD_EXPR } SelectionKind;
struct Selection {
  SelectionKind kind;
  Type *recv;     /* type of x in x.f */
  Object *obj;    /* field Var or method Func */
  u32 nindex;
  int *index;     /* path of field indices; the last one is the field or method index */
  bool indirect;  /* a pointer was dereferenced on the path */
  Type *type;     /* selection_type(): type of the selector expression */
};

/* ---- packages ---- */
typedef struct InitStep { /* one package-level variable initialisation, in execution order */
  u32 nlhs;
  Object **lhs; /* Vars; "_" included */
  Expr *rhs;
} InitStep;
typedef struct MethodChange { /* a method that an input of a session gave to an earlier one's type */
  Named *base;
  u32 index;      /* among its methods */
  Object *before; /* what it replaced, NULL: nothing */
} MethodChange;
struct Package {
  const Atom *path, *name;
  const Atom *link_name;      /* what symbols of the package start with when that is not the path: the inputs of a
                                 session are all "main" to Go and told apart by it; else NULL */
  Scope *scope;
  VEC(Package *) imports;
  VEC(File *) files;
  VEC(InitStep) init_order;
  VEC(MethodChange) method_changes;
  VEC(FuncDecl *) funcs;      /* every function and method declaration in source order; decl->name->obj is its Func */
  const Atom *goversion;      /* "go1.26" or older; NULL: latest */
  u32 height;                 /* longest path to a leaf of the import graph */
  bool complete, fake, is_std;
  bool compiled;              /* its code is in a linked module; bodies that are not generic are not here */
  bool is_unsafe;
  u32 nerrors;
  void *loader;               /* the loader's record */
  Checker *checker;           /* owned by the checker: for bodies checked on demand */
  void *lowered;              /* owned by the lowering */
};
extern SNAPSHOT Package *package_unsafe;

typedef struct CheckConfig {
  const Atom *goversion;      /* language version, "go1.26"; NULL: latest */
  bool ignore_func_bodies;    /* declarations only */
  bool lazy_bodies;           /* bodies are checked by check_func_body on demand */
  bool skeletons;             /* most bodies are left out of the trees: no order of initialisation is found */
  bool allow_unused_imports;
  bool complete;              /* the package has no assembly: report functions without a body */
  bool disable_unused_check;
  bool trace;
  int error_limit;            /* stop after this many; 0: all */
  Scope *outer;               /* a session: the scope of its latest input, seen by this one; NULL: the universe. Methods
                                 may then be declared on types of earlier inputs, also anew */
  const Atom *link_name;      /* the Package's */
  Package *(*import)(void *ctx, const Atom *path, Pos pos, Err *e); /* NULL and *e when there is no such package */
  void *ctx;
} CheckConfig;

/* Once per process: universe, package unsafe. */
void types_init(void);
/* Type-checks the files (all parsed) as one package. Diagnostics go to `sink`, worded and placed as gc's. The package
 * is returned also after errors (pkg->nerrors > 0), then not fit for lowering. */
Package *check_package(const CheckConfig *cfg, const Atom *path, File **files, u32 nfiles, DiagSink *sink);
/* Takes back what the package, an input of a session that is not going to be used, did to types of earlier ones. */
void check_undo(Package *pkg);
/* pkg is an input of the session that `of` is one of, so that they see each other's unexported names as one package. */
static inline bool package_same_session(const Package *pkg, const Package *of) {
  return pkg == of || (pkg && of && pkg->link_name && of->link_name);
}
/* The path of an import declaration; NULL and *why when it is malformed. check_package() reports both this and what
 * types_import_path_error() objects to (NULL: nothing), so a loader leaves such imports alone. */
const Atom *types_validated_import_path(const BasicLit *lit, const char **why);
const char *types_import_path_error(const Atom *path);
/* With lazy_bodies: checks the body of fn once (and function literals in it); false when there were errors. */
bool check_func_body(Object *fn);

/* ---- queries for the lowering (all accept aliases and named types) ---- */
Type *types_default(Type *t);       /* what a variable gets from an untyped constant; every other type is its own */
Type *type_unalias(Type *t);
Type *type_under(Type *t);          /* underlying type, never Named or Alias; a TypeParam's is its constraint interface */
Named *type_as_named(Type *t);      /* NULL when t is not (an alias of) a named type */
TypeList *named_targs(Named *n);    /* NULL: not an instance */
Named *named_origin(Named *n);
/* Of an instance made by type_subst: how many leading type arguments are those of the generic function that declares
 * the type (F[int].L[string] has the arguments int and string, the first of them implicit). */
u32 named_num_implicit(Named *n);
u32 named_num_methods(Named *n);
Object *named_method(Named *n, u32 i); /* the i-th method Func, substituted for instances; obj_origin() has the decl */
bool types_identical(Type *x, Type *y);
u32 type_hash(Type *t);             /* equal for identical types */
bool type_comparable_(Type *t);     /* == is defined (dynamic: interfaces count) */
bool type_is_interface(Type *t);    /* not a type parameter */
bool type_is_generic(Type *t);      /* mentions a type parameter */
u32 iface_num_methods(Type *t);     /* of the complete, sorted method set of an interface type */
Object *iface_method(Type *t, u32 i); /* sorted by Id as types2 does: exported by name, then unexported with package path */
bool type_implements(Type *t, Type *iface); /* method sets only, no constraints */
/* Field or method `name` (seen from pkg) in T: types2's LookupFieldOrMethod. NULL when not found. */
Object *type_lookup(Type *t, bool addressable, Package *pkg, const Atom *name, int **index, u32 *nindex, bool *indirect);
/* The complete method set of T (promoted methods included) as Selections of kind SEL_METHOD_VAL, sorted like
 * iface_method. Pointer-receiver methods only when T is a pointer or addressable is set. */
typedef struct MethodSet { u32 n; Selection **v; } MethodSet;
MethodSet *type_method_set(Type *t);
Type *type_core(Type *t);           /* core type, NULL when there is none */
/* Substitution: t with tparams[i] replaced by targs->v[i]. Returns t itself when nothing changes. */
Type *type_subst(Type *t, TypeParamList *tparams, TypeList *targs);
Type *type_instantiate(Type *orig, TypeList *targs); /* a Named or Signature or Alias, not validated, canonicalised */

i64 type_sizeof(Type *t);           /* gc's sizes for amd64 (gcsizes.go); a bad or too large type: -1 */
i64 type_alignof(Type *t);
void struct_offsets(Struct *s, i64 *offsets); /* offsets[0..nfields) */

/* types2's TypeString; qualifier NULL: full package paths, else what the package is written as ("" for none). */
typedef const char *(*Qualifier)(void *ctx, const Package *p);
void type_string(StrBuf *out, Type *t, Qualifier q, void *ctx);

/* ---- construction ---- */
Type *type_new_pointer(Type *base);
Type *type_new_slice(Type *elem);
Type *type_new_array(Type *elem, i64 len);
Type *type_new_map(Type *key, Type *elem);
Type *type_new_chan(ChanDir dir, Type *elem);
Tuple *type_new_tuple(Object **vars, u32 n);
Type *type_new_signature(Object *recv, Tuple *params, Tuple *results, bool variadic);
Type *type_new_struct(Object **fields, u32 n, const Atom **tags);
Object *obj_new_var(Pos pos, Package *pkg, const Atom *name, Type *type, VarKind kind);
#endif

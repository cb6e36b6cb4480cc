/* lower.h - from the typed syntax tree to a module: shared by the lower_*.c files.
 *
 *   lower.c         the work list: functions reachable from main (or all of a package's) are lowered once per instance
 *   lower_types.c   Go types -> type recipes, shapes, names; itabs; method tables
 *   lower_symbols.c symbols of functions, methods, closures, instances; globals; strings; link names
 *   lower_func.c    function bodies: parameters, results, closures, defer and recover blocks
 *   lower_stmt*.c, lower_expr*.c, lower_call.c, lower_builtin.c, lower_rangefunc.c, lower_wrap.c ...
 * A generic function's body is checked once with type parameters; an instance is lowered by substituting them in every
 * type read from the tree: use fn_type(fn, t), never t itself.
 */
#ifndef GOVM_FRONTEND_LOWER_H
#define GOVM_FRONTEND_LOWER_H
#include "bytecode/symbols.h"
#include "frontend/ir.h"
#include "frontend/types.h"

typedef struct Lower Lower;
typedef struct LowerConfig LowerConfig;

/* How a type's values are held. One per canonical type, cached in Lower. */
typedef enum ValueClass {
  VC_INT,     /* integers, bool, uintptr: one slot, extended; see `size` and `is_signed` */
  VC_FLOAT,   /* float32, float64 */
  VC_PTR,     /* pointers, maps, chans, funcs, unsafe.Pointer: one pointer word */
  VC_COMPLEX, VC_STRING, VC_SLICE, VC_IFACE,
  VC_AGG      /* struct, array, tuple: memory layout in slots (a zero-size one has no slot) */
} ValueClass;
typedef struct Layout {
  Type *type;          /* under substitution, canonical */
  Type *under;
  ValueClass vc;
  bool is_signed;
  bool has_ptrs;
  bool plain_mem;      /* == is comparison of all its bytes (no padding, floats, strings, interfaces) */
  bool direct_iface;   /* the data word of an interface is the value itself */
  bool iface_has_methods;
  i64 size, align;
  IrShape shape;
} Layout;

typedef struct FuncInst { /* one function to lower */
  u32 index;           /* in module->funcs */
  const Atom *symbol, *name;
  Object *fn;          /* declared function or method; NULL for closures and generated ones */
  FuncDecl *decl;
  TypeParamList *tparams; /* what to substitute in the body, NULL when not generic */
  TypeList *targs;
  Package *pkg;
  void (*generate)(Lower *lw, struct FuncInst *fi); /* wrappers and thunks: makes the code itself */
  void *gen_data;
  u32 nclosures;       /* numbering of func1, func2 ... */
  u32 nwraps, nranges;
} FuncInst;

typedef struct PendingMethod { /* a method of a type's table whose code is not known to be needed yet */
  Type *recv;
  u32 type, method;    /* indices: module->types, its methods */
  Package *pkg;        /* an unexported name is seen from here */
  const Atom *name;
} PendingMethod;

/* What depends on declarations alone and outlives the lowering of one module: a process that makes several modules
 * makes it once. Memory: types_arena. */
typedef struct LowerShared {
  PtrMap packages;    /* path and symbol prefix Atom -> Package, every package known */
  PtrMap linknames;   /* "pkg.local" Atom -> target symbol Atom (pull), and pushes: target -> "pkg.local" */
  PtrMap layouts;     /* key Atom -> TypeInfo */
  PtrMap var_inits;   /* Package: itself, when done; package variable -> Expr that initialises it alone */
  PtrMap fn_infos;    /* FuncDecl, FuncLit, ForStmt, Package -> FnInfo (lower_closure.c) */
  u32 generation;     /* of the Lower at work: tells its cached indices from those of earlier ones */
} LowerShared;
extern SNAPSHOT LowerShared lower_shared;

struct Lower {
  BcModule *m;
  const LowerConfig *config;
  DiagSink *diags;     /* errors found only now (too large frames ...) */
  PtrMap funcs_by_symbol;   /* Atom -> FuncInst */
  PtrMap globals_by_symbol; /* Atom -> index + 1 */
  PtrMap strings;           /* Atom -> index + 1 */
  PtrMap itabs;
  PtrMap local_types;       /* TypeName declared in a function -> number, as far as names need it */
  PtrMap iface_called;      /* method names called through interfaces */
  VEC(PendingMethod) methods;
  bool keep_all_methods;    /* reflection may call any exported method */
  bool library;             /* every method is reachable */
  PtrMap anew;              /* keys of types to describe though `defined` has them */
  VEC(FuncInst *) queue;
  PtrMap inits;             /* Package -> index in m->inits, + 1 */
  Package *pkg;             /* whose function or variable is being lowered */
  u32 next;
  u32 nstmp;
  Arena arena;
};

/* ---- lower_types.c ---- */
const Layout *lower_layout(Lower *lw, Type *t);  /* t has no type parameters left */
u32 lower_type(Lower *lw, Type *t);              /* index of its recipe */
u32 lower_itab(Lower *lw, Type *iface, Type *concrete);
const Atom *type_symbol(Lower *lw, Type *t);     /* key: full package paths, unique for local types */
const Atom *type_reflect_string(Lower *lw, Type *t);
const Layout *lower_tuple_layout(Lower *lw, Tuple *t); /* as result window: every component starts at a slot */
Type *closure_struct_type(Lower *lw, Type *const *captured, u32 n); /* struct { F uintptr; X0 T0; ... } */

/* ---- lower_symbols.c ---- */
/* What names that programs see start with: a session's inputs are all "main", their symbols "main\xc2\xb7" and a number. */
const Atom *pkg_path_symbol(const Package *p);
const Atom *lower_func_symbol(const Object *fn); /* of a function or method that is not generic */
const Atom *symbol_plain(const Atom *symbol); /* without those numbers */
const Atom *pkg_symbol_prefix(const Package *p); /* "main", "strings", "encoding/json": as gc's symbols */
/* Index of the function; queues it for lowering on first use. targs NULL when not generic. For methods of instantiated
 * types targs are the receiver's type arguments. */
u32 lower_func(Lower *lw, Object *fn, TypeList *targs);
/* The function that is called for method `name` (seen from pkg) of concrete type T with a receiver of exactly type T
 * (promoted methods: a wrapper is made). iface_entry: called with a one-word receiver, as through an itab. */
u32 lower_method(Lower *lw, Type *t, Package *pkg, const Atom *name, bool iface_entry);
Object *lower_symbol_object(const Atom *symbol); /* what "path.name" or "path.(*T).name" declares, NULL when nothing known does */
u32 lower_runtime_func(Lower *lw, const char *symbol); /* "runtime.panicdottypeE": an overlay function */
FuncInst *lower_new_func(Lower *lw, const Atom *symbol, const Atom *name); /* closures, thunks: unique symbol demanded */
u32 lower_global(Lower *lw, Object *var);
/* What a module linked earlier defines under that name, NULL when none does. */
const BcFunc *lower_defined_func(const Lower *lw, const Atom *symbol);
const BcType *lower_defined_type(const Lower *lw, const Atom *key);
const BcGlobal *lower_defined_global(const Lower *lw, const Atom *symbol);
u32 lower_init_of(const Lower *lw, const Package *p);    /* index of its BcInit; BC_NONE when it is not of this module */
u32 lower_static(Lower *lw, Type *t, const Atom *symbol); /* an anonymous global; data filled by the caller */
u32 lower_string(Lower *lw, const char *s, size_t n);
bool lower_is_intrinsic(Object *fn, u16 *opcode);  /* math.Sqrt, bits.TrailingZeros64 ...: replaced by an opcode */

/* Note that method `name` is called through an interface somewhere: methods of that name of every type with a descriptor
 * become reachable. To be called wherever a CALLI or TAILI is made. */
void lower_iface_call(Lower *lw, const Atom *name);

/* ---- lower_wrap.c ---- */
typedef struct WrapSpec { /* gen_data of a method wrapper */
  Type *recv;          /* the wrapper's receiver type T: it calls method `name` of T, promoted or on *T / T's base */
  Package *pkg;        /* seen from */
  const Atom *name;
  bool iface_entry;    /* the receiver comes as an interface's data word: a pointer to a T unless T is direct_iface */
} WrapSpec;
void lower_wrap_generate(Lower *lw, FuncInst *fi); /* FuncInst.generate of wrappers; lower_symbols.c makes the FuncInst */

/* ---- lower_func.c and below ---- */
/* Generates the function that runs a package's variable initialisers that could not be laid out statically;
 * gen_data is the Package*. Called as FuncInst.generate. */
void lower_vars_init_generate(Lower *lw, FuncInst *fi);
void lower_func_body(Lower *lw, FuncInst *fi);   /* makes IR for fi and emits it into the module */
/* Try to lay `x` out statically as the initial value of global `g` (constants, addresses, composite literals of these);
 * false: nothing was changed, it must be evaluated at run time. */
bool lower_static_init(Lower *lw, u32 g, Expr *x, Type *t);
void lower_embed_var(Lower *lw, Object *var, u32 g); /* lays out a variable that a //go:embed directive fills, no other */
void lower_static_var(Lower *lw, Object *var, u32 g); /* the same for a package variable, when it is first referred to */

/* ---- lower.c ---- */
struct LowerConfig {
  bool whole_packages;    /* every non-generic function of main, not only what main reaches (compile tests) */
  bool library;           /* every function, package-level type and method of all pkgs: a module that later ones build on */
  const char *const *first; /* library: symbols of functions that go first in the module, as far as there are such; NULL at the end */
  const Symbols *defined; /* what modules linked earlier define: becomes extern; NULL: nothing */
  const Symbols *const *imports; /* more of the same: by package that pkgs import, transitively */
  u32 nimports;
  Type **anew;            /* defined types among those, to be described again: a session gave them methods */
  u32 nanew;
  bool replaceable;       /* functions of pkgs may be redefined later: callers assume nothing about their parameters */
};
/* Lowers pkgs, all checked without errors; main is one of them or NULL. What they import is among pkgs, or its symbols
 * are in cfg->defined. NULL after errors, which are in diags. */
/* Makes a package known that is not lowered here: its symbols are in some LowerConfig.defined. */
void lower_know_package(Package *p);
BcModule *lower_program(const LowerConfig *cfg, Package **pkgs, u32 n, Package *main, DiagSink *diags);
#endif

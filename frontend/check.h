/* check.h - what the type checker's files share; the lowering and everybody else include types.h only.
 *
 * The checker is that of cmd/compile/internal/types2, one C file per Go file; names are derived mechanically:
 * `func (check *Checker) fooBar(a)` is check_foo_bar(check, a); methods of other types carry the type's name;
 * plain functions are types_foo_bar unless types.h names them. Conventions of all prototypes below:
 *   - []Type is a TypeList *, []*TypeParam a TypeParamList * (NULL: empty); other slices are `u32 n, T **v`;
 *   - several results: the first is returned, the others come back through pointers at the end (not NULL
 * unless said);
 *   - `cause` is a StrBuf that a failing predicate overwrites with the reason; NULL when nobody wants it;
 *   - `at` is any AST node, its error position is check_pos_at(at); functions ending in _pos take a Pos
 * instead;
 *   - a nil Go interface is NULL, the invalid type is typ[BK_INVALID], a nil constant.Value is NULL.
 * Everything is allocated in types_arena. One thread, so no locks; imports are checked from source, so
 * nothing loads lazily. A Checker stays alive after check_package() for bodies that are checked on demand. */
#ifndef GOVM_FRONTEND_CHECK_H
#define GOVM_FRONTEND_CHECK_H
#include "frontend/types.h"

/* ---- error codes ---- */
typedef enum ErrCode {
  E_None = 0,
  E_InvalidSyntaxTree = -1,
#define ERRCODE(name, value) E_##name = value,
#include "frontend/errcodes.def"
#undef ERRCODE
} ErrCode;

/* ---- language versions: 0 is "none given", everything allowed ---- */
typedef u32 GoVersion;
#define GO1(minor) ((GoVersion)(1u << 16 | (minor)))
#define GO_CURRENT GO1(26)

/* ---- operands ---- */
typedef enum OperandMode { /* same order as ValueMode */
  OM_INVALID = TV_NONE, OM_NOVALUE, OM_BUILTIN, OM_TYPEXPR, OM_CONSTANT, OM_VARIABLE, OM_MAPINDEX, OM_VALUE,
  OM_NILVALUE, OM_COMMAOK, OM_COMMAERR, OM_CGOFUNC
} OperandMode;
typedef struct Operand {
  OperandMode mode;
  BuiltinId id;
  Expr *expr;
  Type *type;
  const Const *val;
} Operand;
typedef struct OperandList { u32 n; Operand **v; } OperandList;
typedef VEC(Operand *) OperandVec;
typedef VEC(Object *) ObjectVec;

typedef enum ExprKind { EK_CONVERSION, EK_EXPRESSION, EK_STATEMENT } ExprKind;
/* The function type an expression is assigned to, for reverse type inference. */
typedef struct Target {
  Signature *sig;
  const char *desc;
} Target;
typedef struct ExprInfo { /* of an untyped expression */
  bool is_lhs; /* left operand of a shift whose check is delayed */
  OperandMode mode;
  Type *type; /* Basic */
  const Const *val;
} ExprInfo;

/* ---- type sets ---- */
/* A NULL Term is the empty set, a Term with type NULL the set of all types. */
typedef struct TermList { u32 n; Term **v; } TermList;
struct TypeSet {
  u32 nmethods;
  Object **methods; /* sorted by Id */
  TermList terms;
  bool comparable;  /* implies that terms is all types */
};
extern SNAPSHOT TypeSet top_type_set, invalid_type_set;
/* Why a type operation failed; the text is made when the error is. */
typedef struct TypeError {
  const char *msg;
} TypeError;

/* ---- instances ---- */
enum {
  NAMED_UNPACKED = 1,
  NAMED_HAS_METHODS = 2,
  NAMED_HAS_UNDER = 4,
  NAMED_HAS_FINITE = 8
};                              /* Named.state */
typedef struct Context Context; /* context.c: canonicalises instances */
extern SNAPSHOT Context *types_context;  /* the one of the process; made by types_init */
struct Instance {
  Object *obj; /* own TypeName at the instantiation's position; Named.obj is the origin's */
  Named *orig;
  TypeList *targs;
  u32 expanded_methods;
  Context *ctxt;
};
/* What types2 calls t.obj (not t.Obj()): distinct for every instance. */
static inline Object *named_own_obj(Named *n) { return n->inst ? n->inst->obj : n->obj; }
typedef struct SubstMap { /* tparams->v[i] -> targs->v[i] */
  TypeParamList *tparams;
  TypeList *targs;
} SubstMap;

/* ---- instantiation graph (mono.c) ---- */
typedef struct MonoVertex { int weight, pre, len; Object *obj; } MonoVertex;
typedef struct MonoEdge { int dst, src, weight; Pos pos; Type *type; } MonoEdge;
typedef struct MonoGraph {
  VEC(MonoVertex) vertices;
  VEC(MonoEdge) edges;
  PtrMap canon;    /* TypeParam -> TypeParam */
  PtrMap name_idx; /* Object -> vertex index + 1 */
} MonoGraph;

/* ---- declarations ---- */
struct DeclInfo {
  Scope *file;
  GoVersion version;
  u32 nlhs;
  Object **lhs;    /* of n:1 variable declarations, else nlhs == 0 */
  Expr *vtype;     /* const and var declarations */
  Expr *init;
  bool inherited;  /* init is taken from an earlier constant declaration */
  TypeDecl *tdecl;
  FuncDecl *fdecl;
  PtrMap deps;     /* set of Objects */
  bool body_pending; /* the body waits for check_func_body */
};

#define ENVIRONMENT_FIELDS                                                                     \
  DeclInfo *decl;        /* package-level declaration being checked */                        \
  Scope *scope;          /* innermost scope for lookups */                                     \
  GoVersion version;     /* of the current file */                                             \
  const Const *iota;     /* in a constant declaration, else NULL */                            \
  Pos errpos;            /* known: the name of a constant with inherited initializer */        \
  bool in_tparam_list;                                                                         \
  Signature *sig;        /* of the enclosing function */                                       \
  PtrMap *is_panic;      /* set of CallExprs that call panic; NULL until there is one */       \
  bool has_label;        /* the function uses labels */                                        \
  bool has_call_or_recv;
typedef struct Environment { ENVIRONMENT_FIELDS } Environment;

typedef void (*LaterFn)(Checker *check, void *ctx);
typedef struct Action {
  GoVersion version;
  LaterFn f;
  void *ctx;
} Action;
struct Checker {
  CheckConfig conf;
  Package *pkg;
  DiagSink *sink;
  u64 next_id;
  PtrMap obj_map;     /* Object -> DeclInfo: package-level objects and methods */
  ObjectVec obj_list; /* its keys in source order */
  PtrMap imp_map;     /* path Atom -> Package */
  PtrMap pkg_path_map; /* package name Atom -> PtrMap * set of path Atoms; filled for the first error that
                          needs it */
  PtrMap seen_pkg_map;

  u32 nfiles;
  File **files;
  ObjectVec imports;       /* PkgNames */
  PtrMap dot_imports;      /* file Scope -> PtrMap * from name Atom to the PkgName it came through */
  GoVersion *file_versions; /* by index in files */
  PtrMap union_type_sets;  /* Union -> TypeSet */
  MonoGraph mono;

  bool first_err;          /* an error was reported */
  PtrMap methods;          /* TypeName -> ObjectVec *: methods not collected yet */
  PtrMap untyped;          /* Expr -> ExprInfo */
  VEC(Action) delayed;
  ObjectVec obj_path;      /* declarations being checked; Object.color is the index + 1 */
  TypeVec cleaners;        /* Named, TypeParam, Interface, Alias: cleaned up when checking ends */

  union { /* check->scope and check->env.scope are the same */
    Environment env;
    struct { ENVIRONMENT_FIELDS };
  };
};

/* ---- typed views; the _under_ ones look through names and aliases and give NULL for another kind ---- */
static inline bool type_is(const Type *t, TypeKind k) { return t && t->kind == k; }
#define TYPE_VIEW(fn, T, K)                                                   \
  static inline T *as_##fn(Type *t) { /* t itself or what it is an alias of */ \
    t = t ? type_unalias(t) : NULL;                                           \
    return type_is(t, K) ? (T *)t : NULL;                                     \
  }                                                                           \
  static inline T *under_##fn(Type *t) {                                      \
    t = t ? type_under(t) : NULL;                                             \
    return type_is(t, K) ? (T *)t : NULL;                                     \
  }
TYPE_VIEW(basic, Basic, TYPE_BASIC)
TYPE_VIEW(array, Array, TYPE_ARRAY)
TYPE_VIEW(slice, Slice, TYPE_SLICE)
TYPE_VIEW(struct, Struct, TYPE_STRUCT)
TYPE_VIEW(pointer, Pointer, TYPE_POINTER)
TYPE_VIEW(tuple, Tuple, TYPE_TUPLE)
TYPE_VIEW(signature, Signature, TYPE_SIGNATURE)
TYPE_VIEW(union, Union, TYPE_UNION)
TYPE_VIEW(interface, Interface, TYPE_INTERFACE)
TYPE_VIEW(map, Map, TYPE_MAP)
TYPE_VIEW(chan, Chan, TYPE_CHAN)
#undef TYPE_VIEW
static inline TypeParam *as_typeparam(Type *t) {
  t = t ? type_unalias(t) : NULL;
  return type_is(t, TYPE_TYPEPARAM) ? (TypeParam *)t : NULL;
}
static inline AliasType *as_alias(Type *t) { return type_is(t, TYPE_ALIAS) ? (AliasType *)t : NULL; }

static inline u32 tuple_len(const Tuple *t) { return t ? t->n : 0; }
static inline u32 typelist_len(const TypeList *l) { return l ? l->n : 0; }
static inline u32 tparams_len(const TypeParamList *l) { return l ? l->n : 0; }
static inline u32 term_list_len(const TermList *l) { return l->n; }
static inline const Atom *struct_tag(const Struct *s, u32 i) { /* NULL: none, or the empty one */
  return s->tags && s->tags[i] && s->tags[i]->len > 0 ? s->tags[i] : NULL;
}

/* Runs f later: at the end of the current statement or declaration, or of the package. */
void check_later(Checker *check, LaterFn f, void *ctx);

/* ==== prototypes, by file ==== */

/* check_alias.c */
AliasType *check_new_alias(Checker *check, Object *obj, Type *rhs);
AliasType *check_new_alias_instance(Checker *check, Pos pos, AliasType *orig, TypeList *targs,
                                    Named *expanding, Context *ctxt);
void alias_cleanup(AliasType *a);

/* check_assignments.c */
void check_assignment(Checker *check, Operand *x, Type *T, const char *context);
void check_init_const(Checker *check, Object *lhs, Operand *x);
void check_init_var(Checker *check, Object *lhs, Operand *x, const char *context);
Object *check_lhs_ident_var(Checker *check, const Name *ident);
void check_assign_var(Checker *check, Expr *lhs, Expr *rhs, Operand *x,
                      const char *context); /* one of rhs, x */
TypeList *types_operand_types(u32 n, Operand **list);
TypeList *types_var_types(u32 n, Object **list);
const char *types_measure(int x, const char *unit);
const char *check_types_summary(Checker *check, TypeList *list, bool variadic, bool has_dots);
void check_init_vars(Checker *check, u32 nlhs, Object **lhs, u32 nrhs, Expr **rhs, Stmt *return_stmt);
void check_assign_vars(Checker *check, u32 nlhs, Expr **lhs, u32 nrhs, Expr **rhs);
void check_short_var_decl(Checker *check, const void *at, u32 nlhs, Expr **lhs, u32 nrhs, Expr **rhs);

/* check_builtins.c */
bool check_builtin(Checker *check, Operand *x, CallExpr *call, BuiltinId id);
bool types_has_var_size(Type *t, PtrMap *seen);
Signature *types_make_sig(Type *res, u32 nargs, Type **args);
Type *types_array_ptr_deref(Type *t);

/* check_call.c */
TypeList *check_func_inst(Checker *check, Target *T, Pos pos, Operand *x, IndexExpr *inst, bool infer);
Signature *check_instantiate_signature(Checker *check, Pos pos, Expr *expr, Signature *type, TypeList *targs,
                                       u32 nx, Expr **xlist);
ExprKind check_call_expr(Checker *check, Operand *x, CallExpr *call);
OperandList check_expr_list(Checker *check, u32 n, Expr **elist);
/* targs_list: one TypeList per operand (NULL entries; the array is NULL when there is none). */
OperandList check_generic_expr_list(Checker *check, u32 n, Expr **elist, TypeList ***targs_list);
void check_append_arguments(Checker *check, CallExpr *call, Signature *sig, OperandList args);
bool check_use(Checker *check, u32 n, Expr **args);
bool check_use_lhs(Checker *check, u32 n, Expr **args);
bool check_use1(Checker *check, Expr *e, bool lhs);

/* check_check.c */
Scope *check_lookup_scope(Checker *check, const Atom *name, Object **obj); /* env.lookupScope */
Object *check_lookup(Checker *check, const Atom *name);
void check_add_decl_dep(Checker *check, Object *to);
void check_remember_untyped(Checker *check, Expr *e, bool lhs, OperandMode mode, Type *type,
                            const Const *val);
void check_push(Checker *check, Object *obj);
void check_pop(Checker *check);
void check_needs_cleanup(Checker *check, Type *t);
void check_process_delayed(Checker *check, u32 top);
Name *types_instantiated_ident(Expr *expr);
void check_pending_body(Checker *check, Object *fn, DeclInfo *d);
extern Checker *types_current_checker; /* whose qualifier S_type(NULL, ...) uses */

/* check_const.c */
void check_overflow(Checker *check, Operand *x, Pos op_pos);
bool types_representable_const(const Const *x, Checker *check, Type *basic,
                               const Const **rounded); /* rounded may be NULL */
void check_representable(Checker *check, Operand *x, Type *basic);
const Const *check_representation(Checker *check, Operand *x, Type *basic, ErrCode *code);
void check_invalid_conversion(Checker *check, ErrCode code, Operand *x, Type *target);
void check_convert_untyped(Checker *check, Operand *x, Type *target);

/* check_context.c */
Context *types_new_context(void);
u32 context_instance_hash(Type *orig, TypeList *targs);
Type *context_lookup(Context *ctxt, u32 h, Type *orig, TypeList *targs); /* NULL: no such instance */
Type *context_update(Context *ctxt, u32 h, Type *orig, TypeList *targs, Type *inst);

/* check_conversions.c */
void check_conversion(Checker *check, Operand *x, Type *T);
bool operand_convertible_to(Operand *x, Checker *check, Type *T, StrBuf *cause);
bool types_is_uintptr(Type *t);
bool types_is_unsafe_pointer(Type *t);
bool types_is_pointer(Type *t);
bool types_is_bytes_or_runes(Type *t);

/* check_cycles.c */
void check_direct_cycles(Checker *check);
bool check_finite_size(Checker *check, Type *t);

/* check_decl.c */
void check_declare(Checker *check, Scope *scope, Name *id, Object *obj, Pos scope_pos); /* id may be NULL */
void check_obj_decl(Checker *check, Object *obj);
bool check_valid_cycle(Checker *check, Object *obj);
void check_cycle_error(Checker *check, u32 n, Object **cycle, u32 start);
u32 types_first_in_src(u32 n, Object **path);
void check_const_decl(Checker *check, Object *obj, Expr *type, Expr *init, bool inherited);
void check_var_decl(Checker *check, Object *obj, u32 nlhs, Object **lhs, Expr *type, Expr *init);
void check_type_decl(Checker *check, Object *obj, TypeDecl *tdecl);
void check_collect_type_params(Checker *check, TypeParamList **dst, u32 n, Field **list);
void check_collect_methods(Checker *check, Object *obj);
void check_func_decl(Checker *check, Object *obj, DeclInfo *decl);
void check_decl_stmt(Checker *check, u32 n, Decl **list);
TypeParam *check_declare_type_param(Checker *check, Name *name, Pos scope_pos);
bool check_is_imported_constraint(Checker *check, Type *type);

/* check_depth.c */
bool check_depth_ok(Checker *check, Pos pos);

/* check_errors.c, check_format.c */
typedef struct ErrorDesc ErrorDesc;
ErrorDesc *check_new_error(Checker *check, ErrCode code);
void err_addf(ErrorDesc *err, const void *at, const char *fmt, ...) PRINTF(3, 4);
void err_addf_pos(ErrorDesc *err, Pos at, const char *fmt, ...) PRINTF(3, 4);
void err_add_alt_decl(ErrorDesc *err, Object *obj);
void err_set_soft(ErrorDesc *err);
bool err_empty(const ErrorDesc *err);
Pos err_pos(const ErrorDesc *err);
const char *err_msg(const ErrorDesc *err); /* all parts of the message but the first position */
void err_report(ErrorDesc *err);
void check_error(Checker *check, const void *at, ErrCode code, const char *msg);
void check_error_pos(Checker *check, Pos at, ErrCode code, const char *msg);
void check_errorf(Checker *check, const void *at, ErrCode code, const char *fmt, ...) PRINTF(4, 5);
void check_errorf_pos(Checker *check, Pos at, ErrCode code, const char *fmt, ...) PRINTF(4, 5);
void check_soft_errorf(Checker *check, const void *at, ErrCode code, const char *fmt, ...) PRINTF(4, 5);
void check_soft_errorf_pos(Checker *check, Pos at, ErrCode code, const char *fmt, ...) PRINTF(4, 5);
void check_version_errorf(Checker *check, const void *at, GoVersion v, const char *fmt, ...) PRINTF(4, 5);
void check_version_errorf_pos(Checker *check, Pos at, GoVersion v, const char *fmt, ...) PRINTF(4, 5);
Pos check_pos_at(const void *at); /* errors.go's atPos */
/* Arguments of messages as strings in types_arena, packages written as check (NULL: the current one)
 * qualifies them. */
const char *S_type(Checker *check, Type *t);
const char *S_obj(Checker *check, const Object *obj);
const char *S_expr(const void *e);
const char *S_operand(Checker *check, Operand *x);
const char *S_types(Checker *check, u32 n, Type **v);          /* "[int, string]" */
const char *S_typelist(Checker *check, const TypeList *l);
const char *S_tparams(Checker *check, const TypeParamList *l); /* "[P, Q]" */
const char *S_const(const Const *c);
const char *S_pos(Pos p);
const char *S_exprs(u32 n, Expr **v); /* "[a, b]" */
const char *S_printf(const char *fmt, ...) PRINTF(1, 2); /* a string in types_arena */
void cause_set(StrBuf *cause, const char *fmt, ...) PRINTF(2, 3); /* overwrites; nothing when cause is NULL */
const char *check_qualifier(void *check, const Package *pkg);   /* a Qualifier */
void check_mark_imports(Checker *check, Package *pkg); /* a package was imported after the first error */

/* check_errsupport.c */
const char *check_lookup_error(Checker *check, Type *type, const Atom *sel, Object *obj, bool struct_lit);

/* check_expr.c */
void check_update_expr_val(Checker *check, Expr *x, const Const *val);
void check_update_expr_type(Checker *check, Expr *x, Type *type, bool final);
Type *check_implicit_type_and_value(Checker *check, Operand *x, Type *target, const Const **val,
                                    ErrCode *code);
Target *types_new_target(Type *t, const char *desc);
void check_non_generic(Checker *check, Operand *x);
ExprKind check_raw_expr(Checker *check, Target *T, Operand *x, Expr *e, Type *hint, bool allow_generic);
void check_type_assertion(Checker *check, Expr *e, Operand *x, Type *T, bool type_switch);
void check_expr(Checker *check, Target *T, Operand *x, Expr *e);
void check_generic_expr(Checker *check, Operand *x, Expr *e);
OperandList check_unpack_operand(Checker *check, Operand *x, Expr *e);
OperandList check_multi_expr(Checker *check, Expr *e, bool allow_comma_ok, bool *comma_ok);
void check_expr_with_hint(Checker *check, Operand *x, Expr *e, Type *hint);
void check_expr_or_type(Checker *check, Operand *x, Expr *e, bool allow_generic);
void check_exclude(Checker *check, Operand *x, u32 modeset);
void check_single_value(Checker *check, Operand *x);

/* check_gc.c: what cmd/compile checks after types2 */
void check_gc_restrictions(Checker *check);

/* check_index.c */
bool check_index_expr(Checker *check, Operand *x, IndexExpr *e);
void check_slice_expr(Checker *check, Operand *x, SliceExpr *e);
Expr *check_single_index(Checker *check, IndexExpr *e);
Type *check_index(Checker *check, Expr *index, i64 max, i64 *val);
bool check_is_valid_index(Checker *check, Operand *x, ErrCode code, const char *what, bool allow_negative);

/* check_infer.c */
TypeList *check_infer(Checker *check, Pos pos, TypeParamList *tparams, TypeList *targs, Tuple *params,
                      u32 nargs, Operand **args, bool reverse, ErrorDesc *err);
TypeParamList *check_rename_tparams(Checker *check, Pos pos, TypeParamList *tparams, Type *type,
                                    Type **renamed);
const char *types_type_params_string(TypeParamList *list);
bool types_is_parameterized(TypeParamList *tparams, Type *type);

/* check_initorder.c */
void check_init_order(Checker *check);

/* check_instantiate.c */
Type *check_instance(Checker *check, Pos pos, Type *orig, TypeList *targs, Named *expanding, Context *ctxt);
bool check_validate_targ_len(Checker *check, Pos pos, const char *name, int want, int got);
/* -1 when all constraints hold, else the index of the first offending argument and *cause. */
int check_verify(Checker *check, Pos pos, TypeParamList *tparams, TypeList *targs, Context *ctxt,
                 StrBuf *cause);
bool check_implements(Checker *check, Type *V, Type *T, bool constraint, StrBuf *cause);

/* check_interface.c */
TypeSet *interface_type_set(Interface *t);
Interface *check_new_interface(Checker *check);
void interface_cleanup(Interface *t);
void check_interface_type(Checker *check, Interface *ityp, InterfaceType *iface, Object *def);
Interface *types_new_interface(u32 nmethods, Object **methods, u32 nembeddeds, Type **embeddeds);

/* check_literals.c */
void check_basic_lit(Checker *check, Operand *x, BasicLit *e);
void check_func_lit(Checker *check, Operand *x, FuncLit *e);
void check_composite_lit(Checker *check, Operand *x, CompositeLit *e, Type *hint);
i64 check_indexed_elts(Checker *check, u32 n, Expr **elts, Type *type, i64 length);

/* check_lookup.c */
/* index, nindex and indirect may be NULL. */
Object *types_lookup_field_or_method(Type *T, bool addressable, Package *pkg, const Atom *name,
                                     bool fold_case, int **index, u32 *nindex, bool *indirect);
Object *check_missing_method(Checker *check, Type *V, Type *T, bool is_static,
                             bool (*equivalent)(void *ctx, Type *x, Type *y), void *ctx, StrBuf *cause,
                             bool *wrong_type);
bool check_has_all_methods(Checker *check, Type *V, Type *T, bool is_static,
                           bool (*equivalent)(void *ctx, Type *x, Type *y), void *ctx, StrBuf *cause);
bool types_equivalent_identical(void *ctx, Type *x, Type *y); /* the usual `equivalent` */
const char *check_interface_ptr_error(Checker *check, Type *T);
const char *check_func_string(Checker *check, Object *f, bool pkg_info);
bool check_assertable_to(Checker *check, Type *V, Type *T, StrBuf *cause);
bool check_new_assertable_to(Checker *check, Type *V, Type *T, StrBuf *cause);
bool types_is_interface_ptr(Type *T);
Type *types_deref(Type *t, bool *was_pointer);
Type *types_deref_struct_ptr(Type *t);
int types_field_index(u32 n, Object **fields, Package *pkg, const Atom *name, bool fold_case);
int types_method_index(u32 n, Object **methods, Package *pkg, const Atom *name, bool fold_case,
                       Object **method);

/* check_mono.c */
void check_monomorph(Checker *check);
void mono_record_canon(MonoGraph *w, TypeParam *mpar, TypeParam *tpar);
void mono_record_instance(MonoGraph *w, Package *pkg, Pos pos, TypeParamList *tparams, TypeList *targs,
                          u32 nx, Expr **xlist);

/* check_named.c */
Named *named_unpack(Named *n);
Named *check_new_named(Checker *check, Object *obj, Type *from_rhs);
Named *check_new_named_instance(Checker *check, Pos pos, Named *orig, TypeList *targs, Named *expanding);
void named_cleanup(Named *n);
TypeParamList *named_type_params(Named *n);
Object *named_expand_method(Named *t, u32 i);
void named_set_underlying(Named *t, Type *u);
void named_add_method(Named *t, Object *m);
int named_method_index(Named *t, const Atom *name, bool fold_case);
int named_lookup_method(Named *t, Package *pkg, const Atom *name, bool fold_case, Object **method);
Type *named_rhs(Named *n);
Type *named_under(Named *n); /* Named.Underlying */
Context *check_context(Checker *check);

/* check_object.c, check_objset.c */
bool types_is_exported(const Atom *name);
const Atom *types_id(const Package *pkg,
                     const Atom *name); /* exported: the name, else qualified by the path */
bool types_equal_fold(const Atom *a, const Atom *b);
bool obj_same_id(const Object *obj, const Package *pkg, const Atom *name, bool fold_case);
int obj_cmp(const Object *a, const Object *b);
Object *obj_new(ObjectKind kind, Pos pos, Package *pkg, const Atom *name, Type *type);
Object *obj_new_pkgname(Pos pos, Package *pkg, const Atom *name, Package *imported);
Object *obj_new_const(Pos pos, Package *pkg, const Atom *name, Type *type, const Const *val);
Object *obj_new_typename(Pos pos, Package *pkg, const Atom *name, Type *type);
Object *obj_new_param(Pos pos, Package *pkg, const Atom *name, Type *type);
Object *obj_new_field(Pos pos, Package *pkg, const Atom *name, Type *type, bool embedded);
Object *obj_new_func(Pos pos, Package *pkg, const Atom *name, Signature *sig);
Object *obj_new_label(Pos pos, Package *pkg, const Atom *name);
bool obj_is_dependency(const Object *obj); /* Const, Var, Func */
bool obj_is_alias(const Object *obj);      /* TypeName.IsAlias */
Signature *func_signature(const Object *f);
const char *func_full_name(const Object *f);
bool func_has_ptr_recv(const Object *f);
const char *types_object_kind(const Object *obj);
void types_write_package_prefix(StrBuf *out, const Package *pkg, Qualifier q, void *ctx);
void types_write_object(StrBuf *out, const Object *o, Qualifier q, void *ctx);
Object *objset_insert(PtrMap *set, Object *obj); /* the alternative with the same Id, or NULL */

/* check_operand.c */
Pos operand_pos(const Operand *x);
void operand_string(StrBuf *out, Operand *x, Qualifier q, void *ctx);
const char *types_composite_kind(Type *t);
void operand_set_const(Operand *x, LitKind k, const Atom *lit);
bool operand_is_nil(const Operand *x);
bool operand_assignable_to(Operand *x, Checker *check, Type *T, StrBuf *cause, ErrCode *code);
void cause_prepend(StrBuf *cause, const char *msg);

/* check_operators.c */
bool check_op(Checker *check, Operand *x, Op op, bool unary);
Pos types_op_pos(Expr *x);
const char *types_op_name(Expr *x);
void check_unary(Checker *check, Operand *x, Operation *e);
Type *check_chan_elem(Checker *check, const void *at, Operand *x, bool recv);
bool types_is_shift(Op op);
bool types_is_comparison(Op op);
void check_comparison(Checker *check, Operand *x, Operand *y, Op op, bool switch_case);
const char *check_incomparable_cause(Checker *check, Type *t);
void check_binary(Checker *check, Operand *x, Expr *e, Expr *lhs, Expr *rhs, Op op);
void check_match_types(Checker *check, Operand *x, Operand *y);

/* check_package.c */
Package *types_new_package(const Atom *path, const Atom *name);

/* check_predicates.c */
bool types_is_valid(Type *t);
bool types_is_boolean(Type *t);
bool types_is_integer(Type *t);
bool types_is_unsigned(Type *t);
bool types_is_float(Type *t);
bool types_is_complex(Type *t);
bool types_is_numeric(Type *t);
bool types_is_string(Type *t);
bool types_is_integer_or_float(Type *t);
bool types_is_const_type(Type *t);
bool types_is_basic(Type *t, u32 info);
bool types_all_boolean(Type *t);
bool types_all_integer(Type *t);
bool types_all_unsigned(Type *t);
bool types_all_numeric(Type *t);
bool types_all_string(Type *t);
bool types_all_ordered(Type *t);
bool types_all_numeric_or_string(Type *t);
bool types_all_basic(Type *t, u32 info);
bool types_has_name(Type *t);
bool types_is_type_lit(Type *t);
bool types_is_typed(Type *t);
bool types_is_untyped(Type *t);
bool types_is_untyped_numeric(Type *t);
bool types_is_non_type_param_interface(Type *t);
bool types_is_type_param(Type *t);
bool types_has_empty_typeset(Type *t);
bool types_is_generic(Type *t); /* a generic, uninstantiated type (isGeneric); not type_is_generic() */
TypeError *types_comparable_type(Type *T, bool dynamic, PtrMap *seen); /* NULL: comparable */
bool types_has_nil(Type *t);
bool types_same_pkg(const Package *a, const Package *b);
typedef struct IfacePair IfacePair;
struct IfacePair { Interface *x, *y; IfacePair *prev; };
bool iface_pair_identical(const IfacePair *p, const IfacePair *q);
typedef struct Comparer { bool ignore_tags, ignore_invalids; } Comparer;
bool comparer_identical(const Comparer *c, Type *x, Type *y, IfacePair *p);
bool types_identical_ignore_tags(Type *x, Type *y);
bool types_identical_origin(Named *x, Named *y);
bool types_identical_instance(Type *xorig, TypeList *xargs, Type *yorig, TypeList *yargs);
Type *types_max_type(Type *x, Type *y);
bool types_is_valid_name(const Atom *s);

/* check_range.c */
void check_range_stmt(Checker *check, ForStmt *s, RangeClause *rclause);
Type *types_range_key_val(Checker *check, Type *orig, Type **val, const char **cause,
                          bool *ok); /* check NULL: all versions */

/* check_recording.c */
void check_record(Checker *check, Operand *x);
void check_record_untyped(Checker *check);
void check_record_type_and_value(Checker *check, Expr *x, OperandMode mode, Type *type, const Const *val);
void check_record_builtin_type(Checker *check, Expr *f, Signature *sig);
void check_record_comma_ok_types(Checker *check, Expr *x, Operand *a[2]);
void check_record_instance(Checker *check, Expr *expr, TypeList *targs, Type *type);
void check_record_def(Checker *check, Name *id, Object *obj);
void check_record_use(Checker *check, Name *id, Object *obj);
void check_record_implicit(Checker *check, void *node, Object *obj);
void check_record_selection(Checker *check, SelectorExpr *x, SelectionKind kind, Type *recv, Object *obj,
                            int *index, u32 nindex, bool indirect);
void check_record_scope(Checker *check, void *node, Scope *scope);

/* check_resolver.c */
void decl_add_dep(DeclInfo *d, Object *obj);
bool decl_has_initializer(const DeclInfo *d);
void check_arity(Checker *check, Pos pos, u32 nnames, Name **names, u32 ninits, Expr *inits, bool const_decl,
                 bool inherited);
/* The progress through a group of constant declarations, where type and values may be those of an earlier
 * one. */
typedef struct ConstGroup {
  int first;       /* index of the group's first declaration, -1: in no group */
  ConstDecl *last; /* the latest with a type or values */
  const Const *iota;
  Expr *type, *values;
  u32 nvalues;
  bool inherited;
} ConstGroup;
void const_group_next(ConstGroup *g, u32 index, ConstDecl *s, Decl *prev);
void check_collect_objects(Checker *check);
/* The base type expression of a receiver; *tparams get its type parameter names when unpack_params is set. */
Expr *check_unpack_recv(Checker *check, Expr *rtyp, bool unpack_params, bool *ptr, NameList *tparams);
void check_package_objects(Checker *check);
void check_unused_imports(Checker *check);

/* check_return.c */
bool check_is_terminating(Checker *check, Stmt *s, const Atom *label);

/* check_scope.c */
Scope *scope_new(Scope *parent, Pos pos, Pos end);
Object *scope_insert(Scope *s, Object *obj); /* the object already there, or NULL */
u32 scope_lookup_ignoring_case(const Scope *s, const Atom *name, bool exported, Object ***objs);

/* check_selection.c */
Type *selection_type(Selection *s);

/* check_selector.c */
void check_selector(Checker *check, Operand *x, SelectorExpr *e, bool want_type);

/* check_signature.c */
Signature *types_new_signature_type(Object *recv, TypeParamList *rparams, TypeParamList *tparams,
                                    Tuple *params, Tuple *results, bool variadic);
void check_func_type(Checker *check, Signature *sig, Field *recv, u32 ntparams, Field **tparams,
                     FuncType *ftyp);
Type *types_unpointer(Type *t);

/* check_sizes.c, check_gcsizes.c */
i64 types_offsetof(Type *T, u32 nindex, const int *index);

/* check_stmt.c */
/* check.funcBody (check_func_body is the public on-demand entry). */
void check_function_body(Checker *check, DeclInfo *decl, const char *name, Signature *sig, BlockStmt *body,
                         const Const *iota);
void check_usage(Checker *check, Scope *scope);
void check_open_scope(Checker *check, void *node);
void check_close_scope(Checker *check);
void check_simple_stmt(Checker *check, Stmt *s);
void check_stmt_list(Checker *check, const StmtList *list);
void check_stmt(Checker *check, Stmt *s);

/* check_struct.c */
void check_struct_type(Checker *check, Struct *styp, StructType *e);
Name *types_embedded_field_ident(Expr *e);
bool check_declare_in_set(Checker *check, PtrMap *oset, Pos pos, Object *obj);

/* check_subst.c */
SubstMap types_make_subst_map(TypeParamList *tparams, TypeList *targs);
SubstMap types_make_rename_map(TypeParamList *from, TypeParamList *to);
bool subst_map_empty(const SubstMap *m);
Type *subst_map_lookup(const SubstMap *m, TypeParam *tpar);
Type *check_subst(Checker *check, Pos pos, Type *t, SubstMap smap, Named *expanding, Context *ctxt);
Object **types_replace_recv_type(u32 n, Object **in, Type *old, Type *new_, bool *copied);

/* check_termlist.c, check_typeterm.c */
extern const TermList all_termlist;
bool termlist_is_empty(TermList xl);
bool termlist_is_all(TermList xl);
TermList termlist_norm(TermList xl);
TermList termlist_union(TermList xl, TermList yl);
TermList termlist_intersect(TermList xl, TermList yl);
bool termlist_equal(TermList xl, TermList yl);
bool termlist_includes(TermList xl, Type *t);
bool termlist_superset_of(TermList xl, Term *y);
bool termlist_subset_of(TermList xl, TermList yl);
void termlist_string(StrBuf *out, TermList xl, Qualifier q, void *ctx);
void term_string(StrBuf *out, Term *x, Qualifier q, void *ctx);
bool term_equal(Term *x, Term *y);
Term *term_union(Term *x, Term *y, Term **second);
Term *term_intersect(Term *x, Term *y);
bool term_includes(Term *x, Type *t);
bool term_subset_of(Term *x, Term *y);
bool term_disjoint(Term *x, Term *y);
Term *types_new_term(bool tilde, Type *t);

/* check_typelists.c */
TypeList *types_new_type_list(u32 n, Type **v); /* NULL when n == 0; copies v */
TypeParamList *types_bind_tparams(u32 n, TypeParam **list);

/* check_typeparam.c */
TypeParam *check_new_type_param(Checker *check, Object *obj, Type *constraint);
void typeparam_cleanup(TypeParam *t);
Interface *typeparam_iface(TypeParam *t);
bool typeparam_is(TypeParam *t, bool (*f)(void *ctx, Term *t), void *ctx);
bool typeparam_typeset(TypeParam *t, bool (*f)(void *ctx, Type *t, Type *u), void *ctx);

/* check_typeset.c */
bool typeset_is_empty(TypeSet *s);
bool typeset_is_all(TypeSet *s);
bool typeset_is_method_set(TypeSet *s);
bool typeset_is_comparable(TypeSet *s, PtrMap *seen);
int typeset_lookup_method(TypeSet *s, Package *pkg, const Atom *name, bool fold_case, Object **method);
bool typeset_has_terms(TypeSet *s);
bool typeset_subset_of(TypeSet *s1, TypeSet *s2);
bool typeset_all(TypeSet *s, bool (*f)(void *ctx, Type *t, Type *u), void *ctx);
bool typeset_is(TypeSet *s, bool (*f)(void *ctx, Term *t), void *ctx);
TypeSet *types_compute_interface_type_set(Checker *check, Pos pos, Interface *ityp);
TypeSet *types_compute_union_type_set(Checker *check, PtrMap *union_sets, Pos pos, Union *utyp);
int types_compare_func(const Object *a, const Object *b);
void types_sort_methods(u32 n, Object **list);

/* check_typestring.c */
void types_write_signature(StrBuf *out, Signature *sig, Qualifier q, void *ctx);
void types_write_tparam_list(StrBuf *out, TypeParamList *list, Qualifier q, void *ctx); /* "[P any, Q C]" */
void types_write_tuple(StrBuf *out, Tuple *t, bool variadic, Qualifier q, void *ctx);
/* For messages about methods: parameter types only, and with pkg_info the package of an unexported field. */
void types_write_method_signature(StrBuf *out, Signature *sig, Qualifier q, void *ctx, bool pkg_info);
const char *S_pos(Pos p); /* syntax.Pos.String: file:line:col */

/* check_typexpr.c */
void check_ident(Checker *check, Operand *x, Name *e, bool want_type);
Type *check_type(Checker *check, Expr *e); /* check.typ */
Type *check_var_type(Checker *check, Expr *e);
void check_valid_var_type(Checker *check, Expr *e, Type *t);
Type *check_declared_type(Checker *check, Expr *e, Object *def);
Type *check_generic_type(Checker *check, Expr *e, StrBuf *cause);
i64 check_array_length(Checker *check, Expr *e);
TypeList *check_type_list(Checker *check, u32 n, Expr **list); /* NULL after an error or when n == 0 */

/* check_types.c */
Tuple *types_new_tuple1(Object *v);

/* check_under.c */
bool types_under_is(Type *t, bool (*f)(void *ctx, Type *u), void *ctx);
bool types_all(Type *t, bool (*f)(void *ctx, Type *t, Type *u), void *ctx);
bool types_typeset(Type *t, bool (*f)(void *ctx, Type *t, Type *u),
                   void *ctx); /* range over typeset(t); f false: stop */
TypeError *types_type_errorf(const char *fmt, ...) PRINTF(1, 2);
Type *types_common_under(Type *t, TypeError *(*cond)(void *ctx, Type *t, Type *u), void *ctx,
                         TypeError **err);

/* check_unify.c */
typedef enum UnifyMode { UNIFY_ASSIGN = 1, UNIFY_EXACT = 2 } UnifyMode;
typedef struct Unifier Unifier;
Unifier *types_new_unifier(TypeParamList *tparams, TypeList *targs, bool enable_interface_inference);
bool unifier_unify(Unifier *u, Type *x, Type *y, u32 mode);
Type *unifier_at(Unifier *u, TypeParam *x);
void unifier_set(Unifier *u, TypeParam *x, Type *t);
u32 unifier_unknowns(Unifier *u);
TypeList *unifier_inferred(Unifier *u, TypeParamList *tparams); /* entries may be NULL */
TypeParam *unifier_as_bound_type_param(Unifier *u, Type *x);

/* check_union.c */
Type *types_parse_union(Checker *check, Expr *uexpr);
Union *types_new_union(u32 n, Term **terms);

/* check_universe.c */
void types_define_test_funcs(void);
extern SNAPSHOT Object *universe_any, *universe_comparable, *universe_iota, *universe_nil, *universe_any_no_alias;
typedef struct BuiltinInfo {
  const char *name;
  u32 nargs;
  bool variadic;
  ExprKind kind;
} BuiltinInfo;
extern const BuiltinInfo predeclared_funcs[];

/* check_validtype.c */
void check_valid_type(Checker *check, Named *t);

/* check_version.c */
GoVersion types_as_go_version(const char *v); /* 0 when v is no Go version */
const char *version_string(GoVersion v);
bool check_allow_version(Checker *check, GoVersion want);
bool check_verify_versionf(Checker *check, const void *at, GoVersion v, const char *fmt, ...) PRINTF(4, 5);
bool check_verify_versionf_pos(Checker *check, Pos at, GoVersion v, const char *fmt, ...) PRINTF(4, 5);
#endif

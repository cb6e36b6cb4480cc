/* check_index.c - index and slice expressions.
 * Follows types2/index.go. Start reading at check_index_expr() and check_slice_expr(). */
#include "frontend/check.h"

#define INVALID_OP "invalid operation: "
#define INVALID_ARG "invalid argument: "

/* The length of a constant string operand, else -1. */
static i64 const_string_len(const Operand *x) {
  return x->mode == OM_CONSTANT && const_kind(x->val) == CONST_STRING ? (i64)const_string_val(x->val)->len
                                                                      : -1;
}

/* Makes x the map element that e denotes; false when there is no index. */
static bool map_index(Checker *check, Operand *x, IndexExpr *e, Type *key, Type *elem) {
  Expr *index = check_single_index(check, e);
  if (!index) {
    x->mode = OM_INVALID;
    return false;
  }
  Operand k = {0};
  check_expr(check, NULL, &k, index);
  check_assignment(check, &k, key, "map index"); /* after an error the element type is still known */
  x->mode = OM_MAPINDEX;
  x->type = elem;
  x->expr = (Expr *)e;
  return true;
}

/* What indexing the types of a type parameter's type set has in common. */
typedef struct IndexWalk {
  Operand *x;
  OperandMode mode;
  i64 length;       /* the smallest one, < 0: none */
  Type *key, *elem; /* key: all are maps */
} IndexWalk;

static bool index_under(void *ctx, Type *u) {
  IndexWalk *w = ctx;
  i64 l = -1;
  Type *k = NULL, *e = NULL;
  Array *a;
  if (!u) return false;
  switch (u->kind) {
  case TYPE_BASIC:
    if (!types_is_string(u)) break;
    e = type_byte;
    w->mode = OM_VALUE;
    break;
  case TYPE_ARRAY:
    l = ((Array *)u)->len;
    e = ((Array *)u)->elem;
    if (w->x->mode != OM_VARIABLE) w->mode = OM_VALUE;
    break;
  case TYPE_POINTER:
    a = under_array(((Pointer *)u)->base);
    if (!a) break;
    l = a->len;
    e = a->elem;
    break;
  case TYPE_SLICE: e = ((Slice *)u)->elem; break;
  case TYPE_MAP:
    k = ((Map *)u)->key;
    e = ((Map *)u)->elem;
    break;
  default: break;
  }
  if (!e) return false;
  if (!w->elem) { /* the first type */
    w->length = l;
    w->key = k;
    w->elem = e;
    return true;
  }
  /* maps do not mix with others, and elements must agree */
  if (!w->key != !k || (k && !types_identical(w->key, k)) || !types_identical(w->elem, e)) return false;
  if (l >= 0 && l < w->length) w->length = l;
  return true;
}

typedef enum IndexResult { INDEX_BAD, INDEX_OK, INDEX_DONE } IndexResult;

/* Makes x the element type of its operand type. INDEX_DONE: a map, or an error that was reported; nothing is
 * left to do. INDEX_OK: *length is the bound of the index, < 0 when unknown. */
static IndexResult index_operand(Checker *check, Operand *x, IndexExpr *e, i64 *length) {
  Type *u = type_under(x->type);
  switch (u->kind) {
  case TYPE_BASIC:
    if (!types_is_string(u)) return INDEX_BAD;
    *length = const_string_len(x);
    x->mode = OM_VALUE; /* a byte value even if string and index are constant */
    x->type = type_byte;
    return INDEX_OK;
  case TYPE_ARRAY:
    *length = ((Array *)u)->len;
    if (x->mode != OM_VARIABLE) x->mode = OM_VALUE;
    x->type = ((Array *)u)->elem;
    return INDEX_OK;
  case TYPE_POINTER: {
    Array *a = under_array(((Pointer *)u)->base);
    if (!a) return INDEX_BAD;
    *length = a->len;
    x->mode = OM_VARIABLE;
    x->type = a->elem;
    return INDEX_OK;
  }
  case TYPE_SLICE:
    x->mode = OM_VARIABLE;
    x->type = ((Slice *)u)->elem;
    return INDEX_OK;
  case TYPE_MAP: map_index(check, x, e, ((Map *)u)->key, ((Map *)u)->elem); return INDEX_DONE;
  case TYPE_INTERFACE: {
    IndexWalk w = {.x = x, .mode = OM_VARIABLE, .length = -1};
    if (!types_is_type_param(x->type) || !types_under_is(x->type, index_under, &w)) return INDEX_BAD;
    if (w.key) {
      map_index(check, x, e, w.key, w.elem);
      return INDEX_DONE;
    }
    *length = w.length;
    x->mode = w.mode;
    x->type = w.elem;
    return INDEX_OK;
  }
  default: return INDEX_BAD;
  }
}

/* Checks the index expression e and makes x its result. True when e instantiates a generic function: then x
 * is that function and the caller must instantiate it. */
bool check_index_expr(Checker *check, Operand *x, IndexExpr *e) {
  check_expr_or_type(check, x, e->x, true);
  if (x->mode == OM_INVALID) {
    check_use(check, 1, &e->index);
    return false;
  }
  if (x->mode == OM_TYPEXPR) { /* the instantiation of a generic type */
    x->mode = OM_INVALID;
    x->type = check_var_type(check, (Expr *)e);
    if (types_is_valid(x->type)) x->mode = OM_TYPEXPR;
    return false;
  }
  if (x->mode == OM_VALUE) {
    Signature *sig = under_signature(x->type);
    if (sig && tparams_len(sig->tparams) > 0) return true;
  }
  check_non_generic(check, x);
  if (x->mode == OM_INVALID) return false;

  i64 length = -1, ignored;
  IndexResult res = index_operand(check, x, e, &length);
  if (res == INDEX_DONE) return false;
  if (res == INDEX_BAD) {
    check_errorf_pos(check, e->e.n.pos, E_NonSliceableOperand, "cannot index %s", S_operand(check, x));
    check_use(check, 1, &e->index);
    x->mode = OM_INVALID;
    return false;
  }
  Expr *index = check_single_index(check, e);
  if (!index) {
    x->mode = OM_INVALID;
    return false;
  }
  if (!x->type) x->type = typ[BK_INVALID]; /* the element type of an invalid cycle may not be set yet */
  check_index(check, index, length, &ignored);
  return false;
}

/* The common underlying type of the operand of a slice expression. */
typedef struct SliceWalk {
  Checker *check;
  Operand *x;
  Type *ct, *cu; /* a type and its underlying type; cu NULL after an error */
  bool has_string;
} SliceWalk;

static bool slice_under(void *ctx, Type *t, Type *u) {
  SliceWalk *w = ctx;
  if (!u) {
    check_errorf(w->check, w->x->expr, E_NonSliceableOperand, "cannot slice %s: no specific type in %s",
                 S_operand(w->check, w->x), S_type(w->check, w->x->type));
    w->cu = NULL;
    return false;
  }
  if (types_is_string(u)) { /* like bytes, but remembered */
    u = type_new_slice(type_byte);
    w->has_string = true;
  }
  if (!w->cu) {
    w->ct = t;
    w->cu = u;
    return true;
  }
  if (types_identical(w->cu, u)) return true;
  check_errorf(w->check, w->x->expr, E_NonSliceableOperand,
               "cannot slice %s: %s and %s have different underlying types", S_operand(w->check, w->x),
               S_type(w->check, w->ct), S_type(w->check, t));
  w->cu = NULL;
  return false;
}

/* Makes x the slice or string that slicing an operand with underlying type u gives; false after an error. */
static bool slice_operand(Checker *check, Operand *x, SliceExpr *e, Type *u, i64 *length) {
  Array *a;
  switch (u->kind) {
  case TYPE_BASIC:
    if (!types_is_string(u)) break;
    if (e->full) {
      check_error(check, e->index[2] ? (void *)e->index[2] : e, E_InvalidSliceExpr,
                  INVALID_OP "3-index slice of string");
      return false;
    }
    *length = const_string_len(x);
    if (types_is_untyped(x->type)) x->type = typ[BK_STRING];
    return true;
  case TYPE_ARRAY:
    a = (Array *)u;
    *length = a->len;
    if (x->mode != OM_VARIABLE) {
      check_errorf(check, x->expr, E_NonSliceableOperand, "cannot slice unaddressable value %s",
                   S_operand(check, x));
      return false;
    }
    x->type = type_new_slice(a->elem);
    return true;
  case TYPE_POINTER:
    a = under_array(((Pointer *)u)->base);
    if (!a) break;
    *length = a->len;
    x->type = type_new_slice(a->elem);
    return true;
  case TYPE_SLICE: return true;
  default: break;
  }
  check_errorf(check, x->expr, E_NonSliceableOperand, "cannot slice %s", S_operand(check, x));
  return false;
}

/* Checks the indices of e against the operand's length and, where constant, against each other. */
static void slice_indices(Checker *check, SliceExpr *e, i64 length) {
  i64 ind[3];
  for (u32 i = 0; i < 3; i++) {
    i64 v = -1;
    if (e->index[i]) check_index(check, e->index[i], length >= 0 ? length + 1 : -1, &v);
    else if (i == 0) v = 0;
    else if (length >= 0) v = length;
    ind[i] = v;
  }
  for (u32 i = 0; i < 2; i++) {
    for (u32 j = i + 1; j < 3; j++) {
      if (ind[i] <= 0 || ind[j] < 0 || ind[j] >= ind[i]) continue;
      /* not at a default: those are the largest indices there are */
      check_errorf(check, e->index[j], E_SwappedSliceIndices, "invalid slice indices: %lld < %lld",
                   (long long)ind[j], (long long)ind[i]);
      return;
    }
  }
}

/* Checks the slice expression e and makes x its result. */
void check_slice_expr(Checker *check, Operand *x, SliceExpr *e) {
  check_expr(check, NULL, x, e->x);
  if (x->mode == OM_INVALID) {
    check_use(check, 3, e->index);
    return;
  }
  SliceWalk w = {.check = check, .x = x};
  types_typeset(x->type, slice_under, &w);
  Type *cu = w.cu;
  if (w.has_string) cu = types_is_type_param(x->type) ? typ[BK_STRING] : type_under(x->type);
  i64 length = -1;
  if (!cu || !slice_operand(check, x, e, cu, &length)) {
    x->mode = OM_INVALID;
    return;
  }
  x->mode = OM_VALUE;
  if (e->full && (!e->index[1] || !e->index[2])) {
    check_error(check, e, E_InvalidSyntaxTree, "2nd and 3rd index required in 3-index slice");
    x->mode = OM_INVALID;
    return;
  }
  slice_indices(check, e, length);
}

/* The index of e; NULL (reported) when there is none. Of several the first is taken, after an error. */
Expr *check_single_index(Checker *check, IndexExpr *e) {
  if (!e->index) {
    check_errorf(check, e, E_InvalidSyntaxTree, "missing index for %s", S_expr(e->x));
    return NULL;
  }
  if (e->index->n.kind != N_ListExpr) return e->index;
  ListExpr *l = (ListExpr *)e->index;
  if (l->elems.n <= 1) {
    check_errorf(check, e, E_InvalidSyntaxTree,
                 "invalid use of ListExpr for index expression %s with %u indices", S_expr(e), l->elems.n);
    return NULL;
  }
  check_error(check, l->elems.v[1], E_InvalidIndex, INVALID_OP "more than one index");
  return l->elems.v[0];
}

/* Checks an index below max (< 0: unbounded). The result is its integer type, or the invalid type after an
 * error; *val is its value when constant, else -1. */
Type *check_index(Checker *check, Expr *index, i64 max, i64 *val) {
  *val = -1;
  Operand x = {0};
  check_expr(check, NULL, &x, index);
  if (!check_is_valid_index(check, &x, E_InvalidIndex, "index", false)) return typ[BK_INVALID];
  if (x.mode != OM_CONSTANT) return x.type;
  i64 v;
  if (const_kind(x.val) == CONST_UNKNOWN || !const_int64_val(x.val, &v)) return typ[BK_INVALID];
  if (max >= 0 && v >= max) {
    check_errorf(check, x.expr, E_InvalidIndex, INVALID_ARG "index %s out of bounds [0:%lld]", S_const(x.val),
                 (long long)max);
    return typ[BK_INVALID];
  }
  *val = v;
  return x.type;
}

/* Checks that x can be an index (or what `what` says): an integer, and when constant an int that is not
 * negative unless allowed. */
bool check_is_valid_index(Checker *check, Operand *x, ErrCode code, const char *what, bool allow_negative) {
  if (x->mode == OM_INVALID) return false;
  check_convert_untyped(check, x, typ[BK_INT]);
  if (x->mode == OM_INVALID) return false;
  const char *problem = NULL;
  if (!types_all_integer(x->type)) problem = "must be integer";
  else if (x->mode != OM_CONSTANT) return true;
  else if (!allow_negative && const_sign(x->val) < 0) problem = "must not be negative";
  else if (!types_representable_const(x->val, check, typ[BK_INT], &x->val)) problem = "overflows int";
  if (!problem) return true;
  check_errorf(check, x->expr, code, INVALID_ARG "%s %s %s", what, S_operand(check, x), problem);
  return false;
}

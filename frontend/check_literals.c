/* check_literals.c - basic, function and composite literals.
 * Follows types2/literals.go. Start reading at check_composite_lit(). */
#include "frontend/check.h"
#include "frontend/check_constmap.h"
#include <stdlib.h>

/* Number literals of a form that the language version does not have yet. */
static void lang_compat(Checker *check, BasicLit *lit) {
  const char *s = lit->value->s;
  if (lit->value->len <= 2 || check_allow_version(check, GO1(13))) return;
  int radix = s[0] == '0' ? s[1] | 0x20 : 0;
  if (strchr(s, '_')) check_version_errorf(check, lit, GO1(13), "underscore in numeric literal");
  else if (radix == 'b') check_version_errorf(check, lit, GO1(13), "binary literal");
  else if (radix == 'o') check_version_errorf(check, lit, GO1(13), "0o/0O-style octal literal");
  else if (radix == 'x' && lit->lit != LIT_INT)
    check_version_errorf(check, lit, GO1(13), "hexadecimal floating-point literal");
}

/* Makes x the constant that literal e denotes. */
void check_basic_lit(Checker *check, Operand *x, BasicLit *e) {
  if (e->lit == LIT_INT || e->lit == LIT_FLOAT || e->lit == LIT_IMAG) {
    lang_compat(check, e);
    enum { LIMIT = 10000 }; /* digits beyond any precision, not worth converting */
    if (e->value->len > LIMIT) {
      check_errorf(check, e, E_InvalidConstVal, "excessively long constant: %.10s... (%u chars)", e->value->s,
                   e->value->len);
      x->mode = OM_INVALID;
      return;
    }
  }
  operand_set_const(x, e->lit, e->value);
  if (x->mode == OM_INVALID) {
    /* the syntax is right, so the value over- or underflows */
    check_errorf(check, e, E_InvalidConstVal, "malformed constant: %s", e->value->s);
    return;
  }
  x->expr = (Expr *)e;
  check_overflow(check, x, types_op_pos(x->expr));
}

typedef struct FuncLitBody {
  DeclInfo *decl;
  const Const *iota;
  Signature *sig;
  BlockStmt *body;
} FuncLitBody;

static void check_func_lit_body(Checker *check, void *ctx) {
  FuncLitBody *b = ctx;
  check_function_body(check, b->decl, "<function literal>", b->sig, b->body, b->iota);
}

/* Makes x the function value of literal e. The body is checked later, before the enclosing scope changes: it
 * may belong to a type declaration that it refers to. Its dependencies count for the enclosing declaration.
 */
void check_func_lit(Checker *check, Operand *x, FuncLit *e) {
  Type *t = check_type(check, (Expr *)e->type);
  if (t->kind != TYPE_SIGNATURE) {
    check_errorf(check, e, E_InvalidSyntaxTree, "invalid function literal %s", S_expr(e));
    x->mode = OM_INVALID;
    return;
  }
  Signature *sig = (Signature *)t;
  sig->scope->pos = e->e.n.pos;
  sig->scope->end = ast_end_pos(e);
  e->scope = sig->scope;
  if (!check->conf.ignore_func_bodies && e->body) {
    FuncLitBody *b = NEW(&types_arena, FuncLitBody);
    *b = (FuncLitBody){check->decl, check->iota, sig, e->body};
    check_later(check, check_func_lit_body, b);
  }
  x->mode = OM_VALUE;
  x->type = t;
}

static KeyValueExpr *as_key_value(Expr *e) { return e->n.kind == N_KeyValueExpr ? (KeyValueExpr *)e : NULL; }

/* One field: value element of a struct literal; visited has a flag per field. */
static void keyed_field(Checker *check, Operand *x, Expr *e, Struct *s, Type *base, bool *visited) {
  KeyValueExpr *kv = as_key_value(e);
  if (!kv) {
    check_error(check, e, E_MixedStructLit, "mixture of field:value and value elements in struct literal");
    return;
  }
  check_expr(check, NULL, x, kv->value); /* first, so that it is checked whatever the key is */
  if (kv->key->n.kind != N_Name) {
    check_errorf(check, kv, E_InvalidLitField, "invalid field name %s in struct literal", S_expr(kv->key));
    return;
  }
  Name *key = (Name *)kv->key;
  int i = types_field_index(s->nfields, s->fields, check->pkg, key->name, false);
  if (i < 0) {
    int j = types_field_index(s->nfields, s->fields, check->pkg, key->name, true);
    check_error(check, kv->key, E_MissingLitField,
                check_lookup_error(check, base, key->name, j >= 0 ? s->fields[j] : NULL, true));
    return;
  }
  check_record_use(check, key, s->fields[i]);
  check_assignment(check, x, s->fields[i]->type, "struct literal");
  if (visited[i])
    check_errorf(check, kv, E_DuplicateLitField, "duplicate field name %s in struct literal", key->name->s);
  visited[i] = true;
}

static void keyed_fields(Checker *check, Operand *x, CompositeLit *e, Struct *s, Type *base) {
  bool *visited = xcalloc(s->nfields + 1, sizeof(bool));
  for (u32 i = 0; i < e->elems.n; i++) keyed_field(check, x, e->elems.v[i], s, base, visited);
  xfree(visited);
}

static void positional_fields(Checker *check, Operand *x, CompositeLit *e, Struct *s, Type *base) {
  for (u32 i = 0; i < e->elems.n; i++) {
    Expr *elem = e->elems.v[i];
    if (as_key_value(elem)) {
      check_error(check, elem, E_MixedStructLit,
                  "mixture of field:value and value elements in struct literal");
      continue;
    }
    check_expr(check, NULL, x, elem);
    if (i >= s->nfields) {
      check_errorf(check, x->expr, E_InvalidStructLit, "too many values in struct literal of type %s",
                   S_type(check, base));
      break;
    }
    Object *fld = s->fields[i];
    if (!obj_exported(fld) && !package_same_session(fld->pkg, check->pkg)) {
      check_errorf(check, x->expr, E_UnexportedLitField,
                   "implicit assignment to unexported field %s in struct literal of type %s", fld->name->s,
                   S_type(check, base));
      continue;
    }
    check_assignment(check, x, fld->type, "struct literal");
  }
  if (e->elems.n < s->nfields)
    check_errorf_pos(check, e->rbrace, E_InvalidStructLit, "too few values in struct literal of type %s",
                     S_type(check, base));
}

/* Whether constant key x was seen before; keys of interface type are equal only when their types are. */
static bool duplicate_key(Operand *x, bool by_type, ConstMap *seen) {
  ConstKey key;
  if (!constkey_literal(&key, x->val)) return false;
  const ConstMapEntry *dup = constmap_find(seen, key);
  while (dup && by_type && !types_identical(dup->type, x->type)) dup = constmap_next(seen, dup);
  if (!dup) constmap_add(seen, key, x->type, x->expr->n.pos);
  return dup != NULL;
}

static void map_elems(Checker *check, Operand *x, CompositeLit *e, Map *m) {
  bool by_type = types_is_non_type_param_interface(m->key);
  ConstMap seen = {0};
  for (u32 i = 0; i < e->elems.n; i++) {
    KeyValueExpr *kv = as_key_value(e->elems.v[i]);
    if (!kv) {
      check_error(check, e->elems.v[i], E_MissingLitKey, "missing key in map literal");
      continue;
    }
    check_expr_with_hint(check, x, kv->key, m->key);
    check_assignment(check, x, m->key, "map literal");
    if (x->mode == OM_INVALID) continue;
    if (x->mode == OM_CONSTANT && duplicate_key(x, by_type, &seen)) {
      check_errorf(check, x->expr, E_DuplicateLitKey, "duplicate key %s in map literal", S_const(x->val));
      continue;
    }
    check_expr_with_hint(check, x, kv->value, m->elem);
    check_assignment(check, x, m->elem, "map literal");
  }
  constmap_free(&seen);
}

static void array_elems(Checker *check, CompositeLit *e, Array *a) {
  i64 n = check_indexed_elts(check, e->elems.n, e->elems.v, a->elem, a->len);
  if (a->len >= 0) return;
  /* [...]T, or [n]T with an invalid n, for which the literal's length is as good a guess as any */
  a->len = n;
  if (e->type) check_record_type_and_value(check, e->type, OM_TYPEXPR, (Type *)a, NULL);
}

/* Checks the values in a literal whose type takes none; false when that was reported here. */
static bool unusable_elems(Checker *check, CompositeLit *e, Type *utyp, Type *type, bool is_elem) {
  for (u32 i = 0; i < e->elems.n; i++) {
    KeyValueExpr *kv = as_key_value(e->elems.v[i]);
    check_use(check, 1, kv ? &kv->value : &e->elems.v[i]); /* a key may be a field name: not looked at */
  }
  if (utyp && !types_is_valid(utyp)) return true;
  check_errorf(check, e, E_InvalidLit, "invalid composite literal%s type %s%s", is_elem ? " element" : "",
               S_type(check, type), utyp ? "" : " (no common underlying type)");
  return false;
}

/* The type of literal e as written or hinted; *base is it without the pointer that an element may leave out.
 */
static Type *literal_type(Checker *check, CompositeLit *e, Type *hint, Type **base) {
  if (e->type) {
    if (e->type->n.kind == N_ArrayType && !((ArrayType *)e->type)->len) /* [...]T: the length follows */
      return *base = type_new_array(check_var_type(check, ((ArrayType *)e->type)->elem), -1);
    return *base = check_type(check, e->type);
  }
  if (hint) {
    bool is_ptr = false;
    Type *u = types_common_under(hint, NULL, NULL, NULL);
    Type *b = u ? types_deref(u, &is_ptr) : NULL;
    *base = is_ptr ? b : hint; /* *T stands for &T{} */
    return hint;
  }
  check_error(check, e, E_UntypedLit, "missing type in composite literal");
  return *base = typ[BK_INVALID]; /* go on, so that the elements are used */
}

/* Checks composite literal e and makes x its value; hint (may be NULL) is its type when e has none. */
void check_composite_lit(Checker *check, Operand *x, CompositeLit *e, Type *hint) {
  Type *base, *type = literal_type(check, e, hint, &base);
  Type *utyp = types_common_under(base, NULL, NULL, NULL);
  switch (utyp ? utyp->kind : TYPE_TUPLE) {
  case TYPE_STRUCT:
    if (e->elems.n == 0) break;
    if (as_key_value(e->elems.v[0])) keyed_fields(check, x, e, (Struct *)utyp, base);
    else positional_fields(check, x, e, (Struct *)utyp, base);
    break;
  case TYPE_ARRAY: array_elems(check, e, (Array *)utyp); break;
  case TYPE_SLICE: check_indexed_elts(check, e->elems.n, e->elems.v, ((Slice *)utyp)->elem, -1); break;
  case TYPE_MAP: map_elems(check, x, e, (Map *)utyp); break;
  default:
    if (unusable_elems(check, e, utyp, type, !e->type && hint)) break;
    x->mode = OM_INVALID;
    return;
  }
  x->mode = OM_VALUE;
  x->type = type;
}

/* The indices that an array or slice literal has set: those of consecutive elements from 0 need no table. */
typedef struct IndexSet {
  i64 run; /* [0, run) are in */
  ConstMap others;
} IndexSet;

static bool index_set_insert(IndexSet *s, i64 i) {
  ConstKey key = {CONST_INT, (u64)i, 0};
  if (i < s->run || constmap_find(&s->others, key)) return false;
  if (i == s->run) s->run++;
  else constmap_add(&s->others, key, NULL, (Pos){0});
  return true;
}

/* Checks the elements of an array or slice literal against the element type and their indices against the
 * length (< 0: unknown). The result is the largest index plus one. */
i64 check_indexed_elts(Checker *check, u32 n, Expr **elts, Type *type, i64 length) {
  IndexSet visited = {0};
  i64 index = 0, max = 0;
  for (u32 k = 0; k < n; k++) {
    Expr *e = elts[k], *eval = e;
    bool valid_index = false;
    KeyValueExpr *kv = as_key_value(e);
    if (kv) {
      i64 i;
      if (types_is_valid(check_index(check, kv->key, length, &i))) {
        if (i >= 0) {
          index = i;
          valid_index = true;
        } else {
          check_errorf(check, e, E_InvalidLitIndex, "index %s must be integer constant", S_expr(kv->key));
        }
      }
      eval = kv->value;
    } else if (length >= 0 && index >= length) {
      check_errorf(check, e, E_OversizeArrayLit, "index %lld is out of bounds (>= %lld)", (long long)index,
                   (long long)length);
    } else {
      valid_index = true;
    }
    if (valid_index && !index_set_insert(&visited, index))
      check_errorf(check, e, E_DuplicateLitKey, "duplicate index %lld in array or slice literal",
                   (long long)index);
    if (++index > max) max = index;

    Operand x = {0};
    check_expr_with_hint(check, &x, eval, type);
    check_assignment(check, &x, type, "array or slice literal");
  }
  constmap_free(&visited.others);
  return max;
}

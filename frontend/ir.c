/* ir.c - building the SSA form (ir.h): values, edges, variables.
 *
 * Variables follow Braun, Buchwald, Hack et al., "Simple and Efficient Construction of Static Single Assignment Form":
 * a read in a block without a definition asks the predecessors; a block whose predecessors are not all known gets an
 * operandless phi that ir_seal() completes. Differences: reading is a worklist, not a recursion (functions with tens of
 * thousands of blocks exist), and a trivial phi is not replaced in its users but becomes IR_COPY, which ir_resolve()
 * looks through; ir_prepare() (ir_prep.c) drops the copies before anything else sees the function.
 * Invariants:
 *   I1  a phi without args is either in a block not sealed or in the pending list of the read under way;
 *   I2  v->aux of a phi is its list of phis that use it (NULL: none) until ir_prepare();
 *   I3  block->phis holds IR_PHI, IR_COPY (was a phi) and IR_UNDEF, block->values everything else.
 */
#include "frontend/ir.h"

#include <stdlib.h>

static const u64 bits_none[1] = {0}, bits_first[1] = {1}, bits_two[1] = {3};
const IrShape ir_shape_none = {0, bits_none}, ir_shape_word = {1, bits_none}, ir_shape_ptr = {1, bits_first},
              ir_shape_str = {2, bits_first}, ir_shape_slice = {3, bits_first}, ir_shape_iface = {2, bits_two},
              ir_shape_2words = {2, bits_none}, ir_shape_3words = {3, bits_none};

typedef VEC(IrValue *) ValueVec;
typedef struct IrDef { /* an entry of the open-addressed table f->defs */
  u64 key;             /* block id << 32 | variable id, plus 1; 0: empty */
  IrValue *value;
} IrDef;

IrFunc *ir_func_new(const Atom *symbol, const Atom *name) {
  IrFunc *f = xcalloc(1, sizeof *f);
  f->symbol = symbol;
  f->name = name;
  return f;
}

void ir_func_free(IrFunc *f) {
  if (!f) return;
  arena_free(&f->arena);
  xfree(f);
}

IrBlock *ir_block_new(IrFunc *f) {
  IrBlock *b = NEW(&f->arena, IrBlock);
  b->id = f->blocks.n;
  VEC_PUSH(&f->arena, &f->blocks, b);
  return b;
}

IrVar *ir_var_new(IrFunc *f, const IrShape *shape, const Atom *name) {
  IrVar *var = NEW(&f->arena, IrVar);
  var->id = f->vars.n;
  var->shape = shape;
  var->name = name;
  VEC_PUSH(&f->arena, &f->vars, var);
  return var;
}

IrLocal *ir_local_new(IrFunc *f, const IrShape *shape, const Atom *name) {
  IrLocal *l = NEW(&f->arena, IrLocal);
  l->id = f->locals.n;
  l->shape = shape;
  l->name = name;
  l->slot = -1;
  VEC_PUSH(&f->arena, &f->locals, l);
  return l;
}

/* ---- values ---- */

bool ir_op_is_term(u16 op) { return op < BC_COUNT && (op_info[op].flags & OPF_TERM); }
bool ir_block_done(const IrBlock *b) { return b->values.n && ir_op_is_term(VEC_LAST(&b->values)->op); }

IrValue *ir_resolve(IrValue *v) {
  while (v->op == IR_COPY) v = v->args[0];
  return v;
}

static IrValue *value_alloc(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs) {
  IrValue *v = NEW(&f->arena, IrValue);
  v->op = op;
  v->id = f->nvalues++;
  v->shape = shape ? shape : &ir_shape_none;
  v->block = b;
  v->pos = f->cur_pos;
  v->slot = -1;
  v->nargs = nargs;
  if (nargs) v->args = NEW_ARRAY(&f->arena, IrValue *, nargs);
  return v;
}

static IrValue *value_append(IrFunc *f, IrBlock *b, IrValue *v) {
  CHECK(!ir_block_done(b));
  VEC_PUSH(&f->arena, &b->values, v);
  return v;
}

static void value_set_arg(IrValue *v, u32 i, IrValue *arg) {
  v->args[i] = ir_resolve(arg);
  v->args[i]->uses++;
}

IrValue *ir_value_v(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs, IrValue *const *args) {
  IrValue *v = value_alloc(f, b, op, shape, nargs);
  for (u32 i = 0; i < nargs; i++) value_set_arg(v, i, args[i]);
  return value_append(f, b, v);
}

static IrValue *value_va(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs, va_list ap) {
  IrValue *v = value_alloc(f, b, op, shape, nargs);
  for (u32 i = 0; i < nargs; i++) value_set_arg(v, i, va_arg(ap, IrValue *));
  return value_append(f, b, v);
}

IrValue *ir_value(IrFunc *f, IrBlock *b, u16 op, const IrShape *shape, u32 nargs, ...) {
  va_list ap;
  va_start(ap, nargs);
  IrValue *v = value_va(f, b, op, shape, nargs, ap);
  va_end(ap);
  return v;
}

IrValue *ir_const(IrFunc *f, IrBlock *b, u64 k, const IrShape *shape) {
  IrValue *v = ir_value(f, b, BC_LDK, shape, 0);
  v->k = k;
  return v;
}

/* The argument of a value built from parts that holds slots [*first, *first + n), with *first made relative to it. */
static IrValue *part_holding(IrValue *v, u32 *first, u32 n) {
  u32 at = 0;
  for (u32 i = 0; i < v->nargs; i++) {
    u32 w = v->args[i]->shape->nslots;
    if (*first >= at && *first + n <= at + w && w) {
      *first -= at;
      return ir_resolve(v->args[i]);
    }
    at += w;
  }
  return NULL;
}

IrValue *ir_extract(IrFunc *f, IrBlock *b, IrValue *v, u32 first, const IrShape *shape) {
  u32 n = shape->nslots;
  v = ir_resolve(v);
  for (;;) {
    CHECK(first + n <= v->shape->nslots);
    if (first == 0 && n == v->shape->nslots) return v;
    IrValue *part = NULL;
    if (v->op == BC_MK2 || v->op == BC_MK3 || v->op == IR_TUPLE) {
      part = part_holding(v, &first, n);
    } else if (v->op == IR_EXTRACT) {
      first += (u32)v->imm;
      part = ir_resolve(v->args[0]);
    } else if (v->op == BC_ZERO && n == 1) {
      return ir_const(f, b, 0, shape);
    }
    if (!part) break;
    v = part;
  }
  IrValue *e = ir_value(f, b, IR_EXTRACT, shape, 1, v);
  e->imm = first;
  return e;
}

/* ---- terminators ---- */

static void add_edge(IrFunc *f, IrBlock *from, u32 i, IrBlock *to) {
  CHECK(!to->sealed);
  from->succs[i] = to;
  VEC_PUSH(&f->arena, &to->preds, from);
}

void ir_jump(IrFunc *f, IrBlock *b, IrBlock *to) {
  if (ir_block_done(b)) return;
  ir_value(f, b, BC_JMP, NULL, 0);
  add_edge(f, b, 0, to);
}

IrValue *ir_term(IrFunc *f, IrBlock *b, u16 op, u32 nargs, ...) {
  CHECK(ir_op_is_term(op) && !(op_info[op].flags & OPF_JUMP));
  va_list ap;
  va_start(ap, nargs);
  IrValue *v = value_va(f, b, op, NULL, nargs, ap);
  va_end(ap);
  return v;
}

static bool const_i16(const IrValue *v, i64 *k) {
  if (v->op != BC_LDK || v->imm != (i16)v->imm) return false;
  *k = v->imm;
  return true;
}

/* Comparison -> jump; the immediate forms are tried when the right (ri) or the left (li) operand is a small constant. */
static const struct {
  u16 cmp, jump, ri, li;
} fusions[] = {
    {BC_EQ_64, BC_JEQ_64, BC_JEQI_64, BC_JEQI_64},   {BC_NE_64, BC_JNE_64, BC_JNEI_64, BC_JNEI_64},
    {BC_LT_I64, BC_JLT_I64, BC_JLTI_I64, BC_JGTI_I64}, {BC_LE_I64, BC_JLE_I64, BC_JLEI_I64, BC_JGEI_I64},
    {BC_LT_U64, BC_JLT_U64, 0, 0},                   {BC_LE_U64, BC_JLE_U64, 0, 0},
    {BC_EQ_F64, BC_JEQ_F64, 0, 0},                   {BC_NE_F64, BC_JNE_F64, 0, 0},
    {BC_LT_F64, BC_JLT_F64, 0, 0},                   {BC_LE_F64, BC_JLE_F64, 0, 0},
};

/* The jump taken when `cond` holds, appended to b; its operands are the comparison's when it can be fused. */
static void append_cond_jump(IrFunc *f, IrBlock *b, IrValue *cond) {
  i64 k;
  if ((cond->op == BC_EQI_64 || cond->op == BC_NEI_64) && cond->imm == (i16)cond->imm) {
    IrValue *j = ir_value(f, b, cond->op == BC_EQI_64 ? BC_JEQI_64 : BC_JNEI_64, NULL, 1, cond->args[0]);
    j->imm = cond->imm;
    return;
  }
  for (u32 i = 0; i < ARRAY_LEN(fusions); i++) {
    if (fusions[i].cmp != cond->op) continue;
    IrValue *x = ir_resolve(cond->args[0]), *y = ir_resolve(cond->args[1]);
    if (fusions[i].ri && const_i16(y, &k)) {
      ir_value(f, b, fusions[i].ri, NULL, 1, x)->imm = k;
    } else if (fusions[i].li && const_i16(x, &k)) {
      ir_value(f, b, fusions[i].li, NULL, 1, y)->imm = k;
    } else {
      ir_value(f, b, fusions[i].jump, NULL, 2, x, y);
    }
    return;
  }
  ir_value(f, b, BC_JT, NULL, 1, cond);
}

IrValue *ir_term_v(IrFunc *f, IrBlock *b, u16 op, u32 nargs, IrValue *const *args) {
  CHECK(ir_op_is_term(op) && !(op_info[op].flags & OPF_JUMP));
  return ir_value_v(f, b, op, NULL, nargs, args);
}

void ir_branch(IrFunc *f, IrBlock *b, IrValue *cond, IrBlock *yes, IrBlock *no) {
  if (ir_block_done(b)) return;
  cond = ir_resolve(cond);
  while (cond->op == BC_NOT_B) {
    IrBlock *t = yes;
    yes = no;
    no = t;
    cond = ir_resolve(cond->args[0]);
  }
  if (cond->op == BC_LDK || yes == no) {
    ir_jump(f, b, cond->op == BC_LDK && !cond->k ? no : yes);
    return;
  }
  append_cond_jump(f, b, cond);
  add_edge(f, b, 0, yes);
  add_edge(f, b, 1, no);
}

/* ---- variables ---- */

static u64 def_key(const IrBlock *b, const IrVar *var) { return ((u64)b->id << 32 | var->id) + 1; }

static IrDef *def_slot(IrDef *defs, u32 cap, u64 key) {
  u32 i = (u32)hash_u64(key) & (cap - 1);
  while (defs[i].key && defs[i].key != key) i = (i + 1) & (cap - 1);
  return &defs[i];
}

static IrValue *def_get(const IrFunc *f, const IrBlock *b, const IrVar *var) {
  if (!f->defs_cap) return NULL;
  IrDef *d = def_slot(f->defs, f->defs_cap, def_key(b, var));
  return d->key ? ir_resolve(d->value) : NULL;
}

static void def_set(IrFunc *f, const IrBlock *b, const IrVar *var, IrValue *v) {
  if ((u64)f->ndefs * 4 >= (u64)f->defs_cap * 3) {
    u32 cap = f->defs_cap ? f->defs_cap * 2 : 64;
    IrDef *defs = NEW_ARRAY(&f->arena, IrDef, cap);
    for (u32 i = 0; i < f->defs_cap; i++) {
      if (f->defs[i].key) *def_slot(defs, cap, f->defs[i].key) = f->defs[i];
    }
    f->defs = defs;
    f->defs_cap = cap;
  }
  IrDef *d = def_slot(f->defs, f->defs_cap, def_key(b, var));
  if (!d->key) f->ndefs++;
  *d = (IrDef){def_key(b, var), v};
}

void ir_var_write(IrFunc *f, IrBlock *b, IrVar *var, IrValue *v) {
  CHECK(v->shape->nslots == var->shape->nslots);
  def_set(f, b, var, v);
}

static IrValue *phi_new(IrFunc *f, IrBlock *b, IrVar *var, u16 op) {
  IrValue *v = value_alloc(f, b, op, var->shape, 0);
  VEC_PUSH(&f->arena, &b->phis, v);
  def_set(f, b, var, v);
  return v;
}

/* A read under way: phis that still need their operands, with the variable each stands for. */
typedef struct PendingPhi {
  IrValue *phi;
  IrVar *var;
} PendingPhi;
typedef struct Reading {
  VEC(PendingPhi) pending;
  u32 done; /* operands were added to pending[0..done) */
} Reading;

/* The definition of var at the end of b as far as it is known: may be a phi that is put on the pending list. Long
 * chains of single predecessors get a definition at every eighth block, so that later reads stop there. */
static IrValue *lookup(IrFunc *f, Reading *r, IrBlock *start, IrVar *var) {
  IrBlock *b = start;
  IrValue *v = NULL;
  u32 steps = 0;
  for (; !(v = def_get(f, b, var)); b = b->preds.v[0], steps++) {
    if (b->sealed && b->preds.n == 1 && steps < f->blocks.n) continue;
    if (!b->sealed) {
      while (b->incomplete.n < b->phis.n) VEC_PUSH(&f->arena, &b->incomplete, NULL);
      VEC_PUSH(&f->arena, &b->incomplete, var);
      v = phi_new(f, b, var, IR_PHI);
    } else if (b->preds.n <= 1) { /* the entry, or blocks that cannot be reached */
      v = phi_new(f, b, var, IR_UNDEF);
    } else {
      v = phi_new(f, b, var, IR_PHI);
      VEC_PUSH(NULL, &r->pending, ((PendingPhi){v, var}));
    }
    break;
  }
  u32 i = 0;
  for (IrBlock *p = start; p != b; p = p->preds.v[0], i++) {
    if (i % 8 == 0) def_set(f, p, var, v);
  }
  return v;
}

static void phi_add_user(IrFunc *f, IrValue *used, IrValue *user) {
  if (used->op != IR_PHI) return;
  if (!used->aux) used->aux = NEW(&f->arena, ValueVec);
  VEC_PUSH(&f->arena, (ValueVec *)used->aux, user);
}

static void phi_add_operands(IrFunc *f, Reading *r, IrValue *phi, IrVar *var) {
  IrBlock *b = phi->block;
  u32 n = b->preds.n;
  IrValue **args = NEW_ARRAY(&f->arena, IrValue *, n);
  for (u32 i = 0; i < n; i++) {
    args[i] = lookup(f, r, b->preds.v[i], var);
    args[i]->uses++;
    phi_add_user(f, args[i], phi);
  }
  phi->args = args;
  phi->nargs = n;
}

/* The one value other than the phi itself that it can have; NULL when there are several, &undef_phi when none. */
static IrValue undef_phi;
static IrValue *phi_only_value(const IrValue *phi) {
  IrValue *same = NULL;
  for (u32 i = 0; i < phi->nargs; i++) {
    IrValue *a = ir_resolve(phi->args[i]);
    if (a == phi || a == same) continue;
    if (same) return NULL;
    same = a;
  }
  return same ? same : &undef_phi;
}

/* Turns phi into a copy when it is trivial, then the phis that used it, and so on. */
static void remove_trivial(IrFunc *f, IrValue *first) {
  ValueVec work = {0};
  VEC_PUSH(NULL, &work, first);
  while (work.n) {
    IrValue *phi = VEC_POP(&work);
    if (phi->op != IR_PHI || !phi->nargs) continue;
    IrValue *same = phi_only_value(phi);
    if (!same) continue;
    if (same == &undef_phi) {
      phi->op = IR_UNDEF;
      phi->nargs = 0;
    } else {
      phi->op = IR_COPY;
      phi->args[0] = same;
      phi->nargs = 1;
      same->uses += phi->uses;
    }
    ValueVec *users = phi->aux;
    phi->aux = NULL;
    for (u32 i = 0; users && i < users->n; i++) {
      IrValue *u = users->v[i];
      if (u->op != IR_PHI) continue;
      phi_add_user(f, same, u);
      VEC_PUSH(NULL, &work, u);
    }
  }
  VEC_FREE(&work);
}

/* Gives every pending phi its operands, then removes the trivial ones, innermost first. */
static void reading_finish(IrFunc *f, Reading *r) {
  while (r->done < r->pending.n) {
    PendingPhi p = r->pending.v[r->done++];
    phi_add_operands(f, r, p.phi, p.var);
  }
  for (u32 i = r->pending.n; i-- > 0;) remove_trivial(f, r->pending.v[i].phi);
  VEC_FREE(&r->pending);
}

IrValue *ir_var_read(IrFunc *f, IrBlock *b, IrVar *var) {
  Reading r = {0};
  IrValue *v = lookup(f, &r, b, var);
  if (r.pending.n) reading_finish(f, &r);
  return ir_resolve(v);
}

void ir_seal(IrFunc *f, IrBlock *b) {
  if (b->sealed) return;
  b->sealed = true;
  Reading r = {0};
  for (u32 i = 0; i < b->incomplete.n; i++) {
    if (!b->incomplete.v[i]) continue;
    VEC_PUSH(NULL, &r.pending, ((PendingPhi){b->phis.v[i], b->incomplete.v[i]}));
    if (b->preds.n) continue;
    b->phis.v[i]->op = IR_UNDEF; /* a block that cannot be reached */
    r.pending.n--;
  }
  b->incomplete.n = 0;
  reading_finish(f, &r);
}

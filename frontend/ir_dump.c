/* ir_dump.c - the SSA form as text, and a check of its invariants. */
#include "frontend/ir.h"

static const char *const pseudo_names[] = {
    [IR_PHI - BC_COUNT] = "phi",       [IR_PARAM - BC_COUNT] = "param",
    [IR_EXTRACT - BC_COUNT] = "extract", [IR_COPY - BC_COUNT] = "copy",
    [IR_READ_LOCAL - BC_COUNT] = "read_local", [IR_WRITE_LOCAL - BC_COUNT] = "write_local",
    [IR_ZERO_LOCAL - BC_COUNT] = "zero_local", [IR_UNDEF - BC_COUNT] = "undef",
    [IR_TUPLE - BC_COUNT] = "tuple",
};

const char *ir_op_name(u16 op) {
  if (op < BC_COUNT) return op_info[op].name;
  const char *s = op < IR_OP_COUNT ? pseudo_names[op - BC_COUNT] : NULL;
  return s ? s : "?";
}

static bool op_has_imm(u16 op) {
  if (op >= BC_COUNT) return op == IR_PARAM || op == IR_EXTRACT;
  const OpInfo *o = &op_info[op];
  return (o->imm != OPK__ && o->imm != OPK_J) || o->b == OPK_I;
}

static u32 op_count_u(u16 op) {
  if (op >= BC_COUNT) return 0;
  const OpInfo *o = &op_info[op];
  if (o->imm == OPK_GL) return 1;
  return (u32)(o->b == OPK_U) + (o->c == OPK_U) + (o->d == OPK_U);
}

static void dump_value(StrBuf *out, const IrValue *v) {
  sb_puts(out, "  ");
  if (v->shape->nslots) {
    sb_printf(out, "v%u", v->id);
    if (v->shape->nslots > 1) sb_printf(out, ":%u", v->shape->nslots);
    sb_puts(out, " = ");
  }
  sb_puts(out, ir_op_name(v->op));
  for (u32 i = 0; i < v->nargs; i++) sb_printf(out, " v%u", v->args[i]->id);
  if (v->local) sb_printf(out, " %%%u", v->local->id);
  for (u32 i = 0; i < op_count_u(v->op); i++) sb_printf(out, " u%u=%u", i, v->u[i]);
  if (op_has_imm(v->op)) sb_printf(out, " #%lld", (long long)v->imm);
  if (ir_op_is_term(v->op)) {
    for (u32 i = 0; i < 2 && v->block->succs[i]; i++) sb_printf(out, " b%u", v->block->succs[i]->id);
  }
  if (v->slot >= 0) sb_printf(out, "  @%d", v->slot);
  if (pos_known(v->pos)) sb_printf(out, "  ; line %u", (u32)v->pos.line);
  sb_putc(out, '\n');
}

void ir_dump(StrBuf *out, const IrFunc *f) {
  sb_printf(out, "func %s args %u results %u\n", f->symbol->s, f->nargs, f->nres);
  for (u32 i = 0; i < f->locals.n; i++) {
    const IrLocal *l = f->locals.v[i];
    sb_printf(out, "  local %%%u %s: %u slots\n", l->id, l->name ? l->name->s : "_", l->shape->nslots);
  }
  for (u32 i = 0; i < f->blocks.n; i++) {
    const IrBlock *b = f->blocks.v[i];
    sb_printf(out, "b%u:%s%s", b->id, b->unlikely ? " unlikely" : "",
              b == f->recover_block ? " recover" : "");
    for (u32 k = 0; k < b->preds.n; k++) sb_printf(out, "%s b%u", k ? "" : " <-", b->preds.v[k]->id);
    sb_putc(out, '\n');
    for (u32 k = 0; k < b->phis.n; k++) dump_value(out, b->phis.v[k]);
    for (u32 k = 0; k < b->values.n; k++) dump_value(out, b->values.v[k]);
  }
}

/* ---- ir_check ---- */

static bool kind_reads(u8 kind) {
  return (kind >= OPK_R1 && kind <= OPK_RN) || kind == OPK_RK || kind == OPK_RV || kind == OPK_RT;
}

static void check_args(const IrFunc *f, const IrValue *v) {
  for (u32 i = 0; i < v->nargs; i++) {
    if (!v->args[i] || !v->args[i]->block) BUG("%s: v%u: argument %u is missing", f->symbol->s, v->id, i);
  }
  if (v->op >= BC_COUNT) return;
  const OpInfo *o = &op_info[v->op];
  if (o->a == OPK_WIN || o->b == OPK_WIN ||
      (o->flags & OPF_TERM && o->flags & OPF_CALLS && v->op != BC_PANIC))
    return;
  u8 kinds[4] = {o->a, o->b, o->c, o->d};
  u32 n = 0;
  for (u32 i = 0; i < 4; i++) {
    if (!kind_reads(kinds[i])) continue;
    u32 want = kinds[i] >= OPK_R1 && kinds[i] <= OPK_R3 ? kinds[i] - OPK_R1 + 1 : 0;
    if (n >= v->nargs) BUG("%s: v%u: %s has too few arguments", f->symbol->s, v->id, o->name);
    u32 got = v->args[n]->shape->nslots;
    if (want && got != want)
      BUG("%s: v%u: argument %u of %s is %u slots wide", f->symbol->s, v->id, n, o->name, got);
    n++;
  }
  if (n != v->nargs) BUG("%s: v%u: %s has %u arguments", f->symbol->s, v->id, o->name, v->nargs);
  u32 width = o->a >= OPK_W1 && o->a <= OPK_W3 ? (u32)(o->a - OPK_W1 + 1) : 0;
  if (width && v->shape->nslots != width)
    BUG("%s: v%u: %s has a result of %u slots", f->symbol->s, v->id, o->name, v->shape->nslots);
  if ((o->a == OPK_L || o->b == OPK_L) && !v->local) BUG("%s: v%u: no local", f->symbol->s, v->id);
}

static bool has_edge(const IrBlock *from, const IrBlock *to) {
  return from->succs[0] == to || from->succs[1] == to;
}

static void check_block(const IrFunc *f, const IrBlock *b) {
  if (!ir_block_done(b)) BUG("%s: b%u has no terminator", f->symbol->s, b->id);
  for (u32 i = 0; i < b->phis.n; i++) {
    const IrValue *v = b->phis.v[i];
    if (v->op == IR_PHI && v->nargs != b->preds.n)
      BUG("%s: phi v%u has %u arguments for %u predecessors", f->symbol->s, v->id, v->nargs, b->preds.n);
    if (v->op == IR_PHI) check_args(f, v);
  }
  for (u32 i = 0; i < b->values.n; i++) {
    const IrValue *v = b->values.v[i];
    if (v->block != b) BUG("%s: v%u is listed in b%u", f->symbol->s, v->id, b->id);
    if (ir_op_is_term(v->op) != (i + 1 == b->values.n))
      BUG("%s: b%u: misplaced terminator", f->symbol->s, b->id);
    check_args(f, v);
  }
  for (u32 i = 0; i < b->preds.n; i++) {
    if (!has_edge(b->preds.v[i], b)) BUG("%s: b%u: predecessor without edge", f->symbol->s, b->id);
  }
}

void ir_check(const IrFunc *f) {
  CHECK(f->blocks.n && !f->blocks.v[0]->preds.n);
  for (u32 i = 0; i < f->blocks.n; i++) {
    if (f->blocks.v[i]->preds.n || i == 0 || f->blocks.v[i] == f->recover_block)
      check_block(f, f->blocks.v[i]);
  }
}

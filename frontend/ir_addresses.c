/* ir_addresses.c - which instructions may reach a local through a pointer.
 *
 * The address of a local (LEAL) flows through copies, phis, slices, interfaces,
 * results of calls, and through other locals that it is stored in. Locals whose
 * addresses meet form a group; a value that may point into a group is
 * "derived", and an instruction with such an operand counts as a read of all
 * its locals (ir_locals.c): a local is live, for the collector, up to the last
 * of them. That is enough because escape analysis put into the frame only what
 * neither callees keep nor the heap refers to. A group whose addresses go
 * anywhere else nevertheless is live everywhere (deferred closures; objects
 * that found no room in the frame). Results of calls and loads may be derived
 * or not: where they are stored or returned it is known that they are not.
 */
#include "frontend/ir_priv.h"

typedef struct Flow {
  Emitter *e;
  AddressUses *u;
  u32 *first; /* by value id: users [first[id], first[id + 1]) */
  IrValue **users;
  IrValueVec work, loads; /* loads: of memory of some group */
  bool *contains;         /* by group: addresses are stored in its locals */
  bool *certain;          /* by value id: derived for sure */
} Flow;

static u32 group_find(AddressUses *u, u32 l) {
  while (u->group[l] != l) l = u->group[l] = u->group[u->group[l]];
  return l;
}

static void join(Flow *f, u32 a, u32 b) {
  a = group_find(f->u, a);
  b = group_find(f->u, b);
  if (a == b) return;
  f->u->group[b] = a;
  f->u->always[a] |= f->u->always[b];
  f->contains[a] |= f->contains[b];
}

static bool has_pointer(const IrShape *s) {
  for (u32 i = 0; i < (s->nslots + 63) / 64; i++)
    if (s->ptrs[i]) return true;
  return false;
}

static void derive(Flow *f, IrValue *v, u32 group, bool certain) {
  if (!has_pointer(v->shape)) return;
  bool known = f->u->derived[v->id];
  if (known) join(f, f->u->derived[v->id] - 1, group);
  if (known && (f->certain[v->id] || !certain)) return;
  f->certain[v->id] = certain;
  f->u->derived[v->id] = group + 1;
  VEC_PUSH(f->e->arena, &f->work, v);
}

static void set_always(Flow *f, u32 group) { f->u->always[group_find(f->u, group)] = true; }

static void store_into(Flow *f, u32 group, u32 local) {
  join(f, group, local);
  f->contains[group_find(f->u, local)] = true;
}

/* A derived value is stored through pointer `base`. */
static void store_through(Flow *f, u32 group, bool certain, const IrValue *base) {
  u32 d = f->u->derived[base->id];
  if (d)
    store_into(f, group, d - 1);
  else if (certain)
    set_always(f, group);
}

/* v of a group is an operand of x. */
static void flow_use(Flow *f, u32 group, const IrValue *v, IrValue *x) {
  bool certain = f->certain[v->id];
  switch (x->op) {
  case IR_WRITE_LOCAL:
  case BC_STF_8:
  case BC_STF_16:
  case BC_STF_32:
  case BC_STF_64:
  case BC_STF_N:
  case BC_STXF_8:
  case BC_STXF_16:
  case BC_STXF_32:
  case BC_STXF_64:
  case BC_STXF_N:
    if (x->args[x->nargs - 1] == v) store_into(f, group, x->local->id);
    return;
  case BC_ST_8:
  case BC_ST_16:
  case BC_ST_32:
  case BC_ST_64:
  case BC_ST_P:
  case BC_ST_N:
  case BC_ST_T:
    if (x->args[1] == v) store_through(f, group, certain, x->args[0]);
    return;
  case BC_STX_8:
  case BC_STX_16:
  case BC_STX_32:
  case BC_STX_64:
  case BC_STX_P:
  case BC_STX_T:
    if (x->args[2] == v) store_through(f, group, certain, x->args[0]);
    return;
  case BC_MOVE_T:
  case BC_COPY: /* the bytes there may be addresses */
    if (x->args[1] == v) store_through(f, group, certain, x->args[0]);
    return;
  case BC_APPENDS:
    if (x->args[1] == v)
      store_through(f, group, certain, x->args[0]);
    else
      derive(f, x, group, certain);
    return;
  case BC_LD_64:
  case BC_LD_2:
  case BC_LD_3:
  case BC_LD_N:
  case BC_LDX_64:
  case BC_LDX_2:
  case BC_LDX_3:
  case BC_LDX_N:
    if (has_pointer(x->shape)) VEC_PUSH(f->e->arena, &f->loads, x);
    return;
  case BC_ZERO_T:
  case BC_KEEP:
  case BC_MAPGET:
  case BC_MAPGET2:
  case BC_MAPDEL:
  case BC_CONCAT:
  case BC_CONCATN:
  case BC_STR_BYTES:
  case BC_BYTES_STR:
  case BC_STR_RUNES:
  case BC_RUNES_STR: return;
  case BC_STR_BYTES_T:
  case BC_BYTES_STR_T:
  case BC_STR_RUNE_T: derive(f, x, group, certain); return;
  case BC_CALL:
  case BC_CALLC:
  case BC_CALLI: derive(f, x, group, false); return;
  case BC_DEFER:
  case BC_DEFERAT: set_always(f, group); return;
  default: break;
  }
  if (certain && x->op < BC_COUNT &&
      (op_info[x->op].flags & (OPF_STORE | OPF_CALLS | OPF_TERM | OPF_ALLOC)) && x->op != BC_GROW &&
      !(op_info[x->op].flags & OPF_JUMP))
    set_always(f, group);
  derive(f, x, group, certain);
}

static void collect_users(Flow *f) {
  Emitter *e = f->e;
  u32 n = e->f->nvalues;
  f->first = NEW_ARRAY(e->arena, u32, n + 2);
  for (int pass = 0; pass < 2; pass++) {
    for (u32 i = 0; i < e->order.n; i++) {
      IrBlock *b = e->order.v[i];
      for (u32 k = 0; k < b->phis.n + b->values.n; k++) {
        IrValue *v = k < b->phis.n ? b->phis.v[k] : b->values.v[k - b->phis.n];
        for (u32 j = 0; j < v->nargs; j++) {
          if (pass == 0)
            f->first[v->args[j]->id + 1]++;
          else
            f->users[f->first[v->args[j]->id]++] = v;
        }
      }
    }
    if (pass == 1) break;
    for (u32 i = 0; i < n; i++) f->first[i + 1] += f->first[i];
    f->users = NEW_ARRAY(e->arena, IrValue *, f->first[n] + 1);
  }
  memmove(f->first + 1, f->first, n * sizeof *f->first); /* the second pass moved each to its end */
  f->first[0] = 0;
}

static void drain(Flow *f) {
  while (f->work.n) {
    IrValue *v = VEC_POP(&f->work);
    u32 group = f->u->derived[v->id] - 1;
    for (u32 i = f->first[v->id]; i < f->first[v->id + 1]; i++) flow_use(f, group, v, f->users[i]);
  }
}

/* The group whose memory v loads from, or its own when v is the address itself;
 * UINT32_MAX: none. */
static u32 loads_from(const Flow *f, const IrValue *v) {
  if (v->local) return v->local->id;
  for (u32 i = 0; i < v->nargs; i++)
    if (f->u->derived[v->args[i]->id]) return f->u->derived[v->args[i]->id] - 1;
  return UINT32_MAX;
}

static void start(Flow *f) {
  Emitter *e = f->e;
  for (u32 i = 0; i < e->order.n; i++) {
    for (u32 k = 0; k < e->order.v[i]->values.n; k++) {
      IrValue *v = e->order.v[i]->values.v[k];
      for (u32 j = 0; v->locals && j < v->nargs / 2; j++)
        if (v->locals[j]) set_always(f, v->locals[j]->id);
      if (v->op == BC_LEAL)
        derive(f, v, v->local->id, true);
      else if (v->local && (v->op == IR_READ_LOCAL || (v->op < BC_COUNT && op_info[v->op].b == OPK_L)) &&
               has_pointer(v->shape))
        VEC_PUSH(e->arena, &f->loads, v);
    }
  }
}

/* e->addresses: empty groups when no address is taken. */
void ir_addresses(Emitter *e) {
  u32 n = e->f->locals.n;
  AddressUses *u = NEW(e->arena, AddressUses);
  Flow f = {.e = e, .u = u, .contains = NEW_ARRAY(e->arena, bool, n)};
  u->group = NEW_ARRAY(e->arena, u32, n);
  u->always = NEW_ARRAY(e->arena, bool, n);
  f.certain = NEW_ARRAY(e->arena, bool, e->f->nvalues);
  u->derived = NEW_ARRAY(e->arena, u32, e->f->nvalues);
  for (u32 i = 0; i < n; i++) u->group[i] = i;
  e->addresses = u;
  collect_users(&f);
  start(&f);
  for (bool changed = true; changed;) {
    changed = false;
    drain(&f);
    for (u32 i = 0; i < f.loads.n; i++) {
      IrValue *v = f.loads.v[i];
      u32 g = loads_from(&f, v);
      if (g == UINT32_MAX || u->derived[v->id] || !f.contains[group_find(u, g)]) continue;
      derive(&f, v, g, false);
      changed = true;
    }
  }
  u->members = NEW_ARRAY(e->arena, LocalVec, n);
  for (u32 i = 0; i < n; i++) {
    u32 g = group_find(u, i);
    u->group[i] = g;
    u->always[i] |= u->always[g] | (e->f->areas_always && e->f->locals.v[i]->addressed);
    VEC_PUSH(e->arena, &u->members[g], e->f->locals.v[i]);
  }
}

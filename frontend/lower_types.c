/* lower_types.c - Go types for the back half: layouts (how a value sits in slots), recipes (BcType), names, itabs.
 *
 * Invariants: a type given to these functions has no type parameters left; identical types have one Layout and one recipe,
 * found through their key (type_symbol). `Type.lowered` caches the TypeInfo of each Type node.
 * Names and strings follow cmd/compile/internal/types/fmt.go (reflect's String) with full package paths in keys.
 * Not here: where methods' code comes from (lower_symbols.c), which methods are reachable (lower.c). */
#include "frontend/lower.h"

#include <stdlib.h>

/* Values wider than this many slots are never SSA values or frame areas; their pointer bits are not needed. */
#define SHAPE_MAX_SLOTS (1u << 16)

static const u64 zero_bits[SHAPE_MAX_SLOTS / 64];

/* ---- names ---- */
typedef enum NameMode {
  NAME_STRING, /* reflect's: package names; type arguments in link form */
  NAME_LINK,   /* gc's link form: package paths, types declared in functions numbered */
  NAME_KEY     /* package paths, types declared in functions marked with their position */
} NameMode;
static void write_type(Lower *lw, StrBuf *b, Type *t, NameMode key);

const Atom *pkg_symbol_prefix(const Package *p) { return p->link_name ? p->link_name : pkg_path_symbol(p); }

const Atom *pkg_path_symbol(const Package *p) {
  const char *s = p->path->s, *slash = strrchr(s, '/'), *last = slash ? slash + 1 : s;
  if (!strchr(last, '.')) return p->path;
  StrBuf b = {0};
  sb_write(&b, s, (size_t)(last - s));
  for (; *last; last++) {
    if (*last == '.') sb_puts(&b, "%2e");
    else sb_putc(&b, *last);
  }
  const Atom *a = atom_new(b.p, b.n);
  sb_free(&b);
  return a;
}

const Atom *symbol_plain(const Atom *symbol) {
  static const char mark[] = "main\xc2\xb7";
  const char *s = symbol->s, *at = strstr(s, mark);
  if (!at) return symbol;
  StrBuf b = {0};
  for (; at; at = strstr(s, mark)) {
    sb_write(&b, s, (size_t)(at - s) + 4);
    s = at + sizeof mark - 1;
    s += strspn(s, "0123456789");
  }
  sb_puts(&b, s);
  const Atom *a = atom_new(b.p, b.n);
  sb_free(&b);
  return a;
}

/* Numbers the types declared in functions of package p in source order, as gc's export data does. */
typedef struct LocalTypes {
  Lower *lw;
  uintptr_t n;
} LocalTypes;

static bool number_local_type(void *ctx, void *node) {
  LocalTypes *l = ctx;
  if (((Node *)node)->kind != N_TypeDecl) return true;
  TypeDecl *d = node;
  if (!d->alias && d->name->obj) ptrmap_set(&l->lw->local_types, d->name->obj, (void *)++l->n);
  return true;
}

static void number_local_types(Lower *lw, Package *p) {
  LocalTypes l = {lw, 0};
  ptrmap_set(&lw->local_types, p, p);
  for (u32 i = 0; i < p->files.n; i++)
    for (u32 k = 0; k < p->files.v[i]->decls.n; k++)
      if (p->files.v[i]->decls.v[k]->n.kind != N_TypeDecl) ast_inspect(p->files.v[i]->decls.v[k], number_local_type, &l);
}

static bool is_local_type(const Object *o) {
  return o->pkg && o->parent && o->parent != o->pkg->scope && o->parent != universe;
}

static void write_local_number(Lower *lw, StrBuf *b, const Object *o) {
  if (!is_local_type(o)) return;
  if (!ptrmap_has(&lw->local_types, o->pkg)) number_local_types(lw, o->pkg);
  uintptr_t n = (uintptr_t)ptrmap_get(&lw->local_types, o);
  if (!n) ptrmap_set(&lw->local_types, o, (void *)(n = lw->local_types.n + 1000)); /* its body was checked late */
  sb_printf(b, "\xc2\xb7%u", (u32)n);
}

/* Types declared in functions are told apart by where they are declared: that is the same in every module that refers to
 * them, also when it was compiled from the declarations alone. */
static void write_local_mark(StrBuf *b, const Object *o) {
  if (!is_local_type(o)) return;
  const char *file = o->pos.base ? pos_base(o->pos.base)->abspath->s : "", *slash = strrchr(file, '/');
  sb_printf(b, "\xc2\xb7%s:%u:%u", slash ? slash + 1 : file, (u32)o->pos.line, (u32)o->pos.col);
}

/* [a,b]; types declared in generic functions [outer;own]. */
static void write_type_args(Lower *lw, StrBuf *b, Named *n, NameMode mode) {
  TypeList *targs = named_targs(n);
  if (!targs || targs->n == 0) return;
  u32 outer = named_num_implicit(n);
  sb_putc(b, '[');
  for (u32 i = 0; i < targs->n; i++) {
    if (i) sb_putc(b, i == outer ? ';' : ',');
    write_type(lw, b, targs->v[i], mode == NAME_KEY ? NAME_KEY : NAME_LINK);
  }
  sb_putc(b, ']');
}

static void write_named(Lower *lw, StrBuf *b, Named *n, NameMode key) {
  Object *o = n->obj;
  if (o->pkg) {
    sb_puts(b, key ? pkg_symbol_prefix(o->pkg)->s : o->pkg->name->s);
    sb_putc(b, '.');
  }
  sb_puts(b, o->name->s);
  write_type_args(lw, b, n, key);
  if (key == NAME_KEY) write_local_mark(b, o);
  if (key == NAME_LINK) write_local_number(lw, b, o);
}

static void write_params(Lower *lw, StrBuf *b, Tuple *params, bool variadic, NameMode key) {
  sb_putc(b, '(');
  for (u32 i = 0; params && i < params->n; i++) {
    Type *t = params->vars[i]->type;
    if (i) sb_puts(b, ", ");
    if (variadic && i == params->n - 1) {
      sb_puts(b, "...");
      t = ((Slice *)type_under(t))->elem;
    }
    write_type(lw, b, t, key);
  }
  sb_putc(b, ')');
}

static void write_signature(Lower *lw, StrBuf *b, Signature *s, NameMode key) {
  write_params(lw, b, s->params, s->variadic, key);
  u32 n = s->results ? s->results->n : 0;
  if (n == 0) return;
  sb_putc(b, ' ');
  if (n == 1) write_type(lw, b, s->results->vars[0]->type, key);
  else write_params(lw, b, s->results, false, key);
}

static void write_struct(Lower *lw, StrBuf *b, Struct *s, NameMode key) {
  sb_puts(b, "struct {");
  for (u32 i = 0; i < s->nfields; i++) {
    Object *f = s->fields[i];
    sb_puts(b, i ? "; " : " ");
    if (!f->embedded) {
      if (key && !obj_exported(f) && f->pkg) sb_printf(b, "%s.", pkg_path_symbol(f->pkg)->s);
      sb_printf(b, "%s ", f->name->s);
    } else if (key) { /* the name may be an alias's */
      sb_printf(b, "?%s.%s ", f->pkg && !obj_exported(f) ? pkg_path_symbol(f->pkg)->s : "", f->name->s);
    }
    write_type(lw, b, f->type, key);
    if (s->tags && s->tags[i] && s->tags[i]->len) {
      sb_putc(b, ' ');
      const_exact_string(b, const_make_string(s->tags[i]->s, s->tags[i]->len));
    }
  }
  sb_puts(b, s->nfields ? " }" : "}");
}

static void write_interface(Lower *lw, StrBuf *b, Type *t, NameMode key) {
  u32 n = iface_num_methods(t);
  sb_puts(b, "interface {");
  for (u32 i = 0; i < n; i++) {
    Object *m = iface_method(t, i);
    sb_puts(b, i ? "; " : " ");
    if (!obj_exported(m) && m->pkg) sb_printf(b, "%s.", key ? pkg_path_symbol(m->pkg)->s : m->pkg->name->s);
    sb_puts(b, m->name->s);
    write_signature(lw, b, (Signature *)type_under(m->type), key);
  }
  sb_puts(b, n ? " }" : "}");
}

static void write_chan(Lower *lw, StrBuf *b, Chan *c, NameMode key) {
  Type *elem = type_unalias(c->elem);
  bool paren = c->dir != CHAN_RECV && elem->kind == TYPE_CHAN && ((Chan *)elem)->dir == CHAN_RECV && c->dir == CHAN_BOTH;
  sb_puts(b, c->dir == CHAN_RECV ? "<-chan " : c->dir == CHAN_SEND ? "chan<- " : "chan ");
  if (paren) sb_putc(b, '(');
  write_type(lw, b, c->elem, key);
  if (paren) sb_putc(b, ')');
}

static void write_type(Lower *lw, StrBuf *b, Type *t, NameMode key) {
  t = type_unalias(t);
  switch (t->kind) {
  case TYPE_BASIC: {
    Basic *x = (Basic *)t;
    if (x->bkind == BK_UNSAFEPOINTER) sb_puts(b, "unsafe.Pointer");
    else sb_puts(b, ((Basic *)typ[x->bkind])->name);
    return;
  }
  case TYPE_NAMED: write_named(lw, b, (Named *)t, key); return;
  case TYPE_POINTER:
    sb_putc(b, '*');
    write_type(lw, b, ((Pointer *)t)->base, key);
    return;
  case TYPE_SLICE:
    sb_puts(b, "[]");
    write_type(lw, b, ((Slice *)t)->elem, key);
    return;
  case TYPE_ARRAY:
    sb_printf(b, "[%lld]", (long long)((Array *)t)->len);
    write_type(lw, b, ((Array *)t)->elem, key);
    return;
  case TYPE_MAP:
    sb_puts(b, "map[");
    write_type(lw, b, ((Map *)t)->key, key);
    sb_putc(b, ']');
    write_type(lw, b, ((Map *)t)->elem, key);
    return;
  case TYPE_CHAN: write_chan(lw, b, (Chan *)t, key); return;
  case TYPE_STRUCT: write_struct(lw, b, (Struct *)t, key); return;
  case TYPE_INTERFACE: write_interface(lw, b, t, key); return;
  case TYPE_SIGNATURE:
    sb_puts(b, "func");
    write_signature(lw, b, (Signature *)t, key);
    return;
  case TYPE_TUPLE: write_params(lw, b, (Tuple *)t, false, key); return;
  case TYPE_TYPEPARAM: {
    TypeParam *p = (TypeParam *)t;
    BUG("type parameter %s left in a type to lower", p->obj->name->s);
  }
  case TYPE_ALIAS:
  case TYPE_UNION: break;
  }
  BUG("type kind %d has no name", t->kind);
}

static const Atom *type_name_atom(Lower *lw, Type *t, NameMode key) {
  StrBuf b = {0};
  write_type(lw, &b, t, key);
  const Atom *a = atom_new(sb_cstr(&b), b.n);
  sb_free(&b);
  return a;
}

/* ---- layouts ---- */
typedef struct TypeInfo {
  Layout layout;
  const Atom *key;
  u32 recipe, generation; /* index + 1 in the module of that Lower */
} TypeInfo;

static void mark_pointers(Lower *lw, u64 *bits, u64 word, Type *t);

static void mark_bit(u64 *bits, u64 word) { bits[word / 64] |= 1ull << (word % 64); }

static void mark_struct(Lower *lw, u64 *bits, u64 word, Struct *s) {
  i64 *off = xcalloc(s->nfields ? s->nfields : 1, sizeof *off);
  struct_offsets(s, off);
  for (u32 i = 0; i < s->nfields; i++)
    if (lower_layout(lw, s->fields[i]->type)->has_ptrs) mark_pointers(lw, bits, word + (u64)off[i] / 8, s->fields[i]->type);
  xfree(off);
}

/* Sets the bits of t's pointer words when t starts at word `word` (types with pointers are word aligned). */
static void mark_pointers(Lower *lw, u64 *bits, u64 word, Type *t) {
  const Layout *l = lower_layout(lw, t);
  if (!l->has_ptrs) return;
  switch (l->vc) {
  case VC_PTR:
  case VC_STRING:
  case VC_SLICE: mark_bit(bits, word); return;
  case VC_IFACE:
    mark_bit(bits, word);
    mark_bit(bits, word + 1);
    return;
  case VC_AGG: break;
  default: return;
  }
  if (l->under->kind == TYPE_STRUCT) {
    mark_struct(lw, bits, word, (Struct *)l->under);
    return;
  }
  Array *a = (Array *)l->under;
  u64 step = (u64)lower_layout(lw, a->elem)->size / 8;
  for (i64 i = 0; i < a->len; i++) mark_pointers(lw, bits, word + (u64)i * step, a->elem);
}

static void layout_basic(Layout *l, BasicKind k) {
  switch (k) {
  case BK_STRING:
  case BK_UNTYPED_STRING:
    l->vc = VC_STRING;
    l->has_ptrs = true;
    return;
  case BK_FLOAT32:
  case BK_FLOAT64:
  case BK_UNTYPED_FLOAT: l->vc = VC_FLOAT; return;
  case BK_COMPLEX64:
  case BK_COMPLEX128:
  case BK_UNTYPED_COMPLEX: l->vc = VC_COMPLEX; return;
  case BK_UNSAFEPOINTER:
  case BK_UNTYPED_NIL:
    l->vc = VC_PTR;
    l->has_ptrs = l->plain_mem = true;
    return;
  default:
    l->vc = VC_INT;
    l->plain_mem = true;
    l->is_signed = (k >= BK_INT && k <= BK_INT64) || k == BK_UNTYPED_INT || k == BK_UNTYPED_RUNE;
  }
}

static void layout_struct(Lower *lw, Layout *l, Struct *s) {
  i64 *off = xcalloc(s->nfields ? s->nfields : 1, sizeof *off);
  struct_offsets(s, off);
  i64 next = 0;
  l->vc = VC_AGG;
  l->plain_mem = true;
  for (u32 i = 0; i < s->nfields; i++) {
    const Layout *f = lower_layout(lw, s->fields[i]->type);
    l->has_ptrs |= f->has_ptrs;
    if (!f->plain_mem || off[i] != next || atom_is(s->fields[i]->name, "_")) l->plain_mem = false;
    next = off[i] + f->size;
  }
  if (next != l->size) l->plain_mem = false;
  xfree(off);
}

static void layout_kind(Lower *lw, Layout *l) {
  Type *u = l->under;
  switch (u->kind) {
  case TYPE_BASIC: layout_basic(l, ((Basic *)u)->bkind); return;
  case TYPE_POINTER:
  case TYPE_MAP:
  case TYPE_CHAN:
  case TYPE_SIGNATURE:
    l->vc = VC_PTR;
    l->has_ptrs = true;
    l->plain_mem = u->kind == TYPE_POINTER || u->kind == TYPE_CHAN;
    return;
  case TYPE_SLICE:
    l->vc = VC_SLICE;
    l->has_ptrs = true;
    return;
  case TYPE_INTERFACE:
    l->vc = VC_IFACE;
    l->has_ptrs = true;
    l->iface_has_methods = iface_num_methods(u) > 0;
    return;
  case TYPE_STRUCT: layout_struct(lw, l, (Struct *)u); return;
  case TYPE_ARRAY: {
    Array *a = (Array *)u;
    const Layout *e = lower_layout(lw, a->elem);
    l->vc = VC_AGG;
    l->has_ptrs = a->len > 0 && e->has_ptrs;
    l->plain_mem = e->plain_mem;
    return;
  }
  default: BUG("no layout for type kind %d", u->kind);
  }
}

static const IrShape *word_shape(const Layout *l) {
  switch (l->vc) {
  case VC_STRING: return &ir_shape_str;
  case VC_SLICE: return &ir_shape_slice;
  case VC_IFACE: return &ir_shape_iface;
  case VC_PTR: return &ir_shape_ptr;
  case VC_COMPLEX: return l->size == 16 ? &ir_shape_2words : &ir_shape_word;
  case VC_INT:
  case VC_FLOAT: return &ir_shape_word;
  case VC_AGG: break;
  }
  return NULL;
}

static IrShape aggregate_shape(Lower *lw, const Layout *l) {
  u64 n = (u64)ALIGN_UP(l->size, 8) / 8;
  if (n > SHAPE_MAX_SLOTS) return (IrShape){n > UINT32_MAX ? UINT32_MAX : (u32)n, NULL};
  if (!l->has_ptrs) return (IrShape){(u32)n, zero_bits};
  u64 *bits = NEW_ARRAY(&types_arena, u64, (n + 63) / 64);
  mark_pointers(lw, bits, 0, l->type);
  return (IrShape){(u32)n, bits};
}

static TypeInfo *type_info(Lower *lw, Type *t) {
  t = type_unalias(t);
  if (t->lowered) return t->lowered;
  const Atom *key = type_name_atom(lw, t, NAME_KEY);
  TypeInfo *ti = ptrmap_get(&lower_shared.layouts, key);
  if (!ti) {
    ti = NEW(&types_arena, TypeInfo);
    ti->key = key;
    Layout *l = &ti->layout;
    l->type = t;
    l->under = type_under(t);
    l->size = type_sizeof(t);
    l->align = type_alignof(t);
    ptrmap_set(&lower_shared.layouts, key, ti);
    layout_kind(lw, l);
    l->direct_iface = l->size == 8 && l->has_ptrs;
    const IrShape *s = word_shape(l);
    l->shape = s ? *s : aggregate_shape(lw, l);
  }
  t->lowered = ti;
  return ti;
}

const Layout *lower_layout(Lower *lw, Type *t) { return &type_info(lw, t)->layout; }
const Atom *type_symbol(Lower *lw, Type *t) { return type_info(lw, t)->key; }
const Atom *type_reflect_string(Lower *lw, Type *t) { return symbol_plain(type_name_atom(lw, t, NAME_STRING)); }

Type *closure_struct_type(Lower *lw, Type *const *captured, u32 n) {
  (void)lw;
  Object **fields = NEW_ARRAY(&types_arena, Object *, n + 1);
  fields[0] = obj_new_var((Pos){0}, NULL, atom_cstr("F"), typ[BK_UINTPTR], VAR_FIELD);
  for (u32 i = 0; i < n; i++)
    fields[i + 1] = obj_new_var((Pos){0}, NULL, atom_printf("X%u", i), captured[i], VAR_FIELD);
  return type_new_struct(fields, n + 1, NULL);
}

const Layout *lower_tuple_layout(Lower *lw, Tuple *t) {
  Layout *l = NEW(&lw->arena, Layout);
  l->vc = VC_AGG;
  u32 n = 0, at = 0;
  for (u32 i = 0; t && i < t->n; i++) n += lower_layout(lw, t->vars[i]->type)->shape.nslots;
  u64 *bits = NEW_ARRAY(&lw->arena, u64, n / 64 + 1);
  for (u32 i = 0; t && i < t->n; i++) {
    mark_pointers(lw, bits, at, t->vars[i]->type);
    const Layout *e = lower_layout(lw, t->vars[i]->type);
    l->has_ptrs |= e->has_ptrs;
    at += e->shape.nslots;
  }
  l->size = (i64)n * 8;
  l->align = 8;
  l->shape = (IrShape){n, bits};
  return l;
}

/* ---- recipes ---- */
static const u8 basic_kinds[BK_COUNT] = {
    [BK_BOOL] = BCK_BOOL, [BK_INT] = BCK_INT, [BK_INT8] = BCK_INT8, [BK_INT16] = BCK_INT16, [BK_INT32] = BCK_INT32,
    [BK_INT64] = BCK_INT64, [BK_UINT] = BCK_UINT, [BK_UINT8] = BCK_UINT8, [BK_UINT16] = BCK_UINT16,
    [BK_UINT32] = BCK_UINT32, [BK_UINT64] = BCK_UINT64, [BK_UINTPTR] = BCK_UINTPTR, [BK_FLOAT32] = BCK_FLOAT32,
    [BK_FLOAT64] = BCK_FLOAT64, [BK_COMPLEX64] = BCK_COMPLEX64, [BK_COMPLEX128] = BCK_COMPLEX128,
    [BK_STRING] = BCK_STRING, [BK_UNSAFEPOINTER] = BCK_UNSAFEPOINTER, [BK_UNTYPED_NIL] = BCK_UNSAFEPOINTER,
};

static BcKind type_bckind(Type *under) {
  switch (under->kind) {
  case TYPE_BASIC: return basic_kinds[((Basic *)under)->bkind];
  case TYPE_ARRAY: return BCK_ARRAY;
  case TYPE_CHAN: return BCK_CHAN;
  case TYPE_SIGNATURE: return BCK_FUNC;
  case TYPE_INTERFACE: return BCK_INTERFACE;
  case TYPE_MAP: return BCK_MAP;
  case TYPE_POINTER: return BCK_POINTER;
  case TYPE_SLICE: return BCK_SLICE;
  case TYPE_STRUCT: return BCK_STRUCT;
  default: BUG("no reflect kind for type kind %d", under->kind);
  }
}

static Type *map_slot_part(Lower *lw, Type *t) { return lower_layout(lw, t)->size > 128 ? type_new_pointer(t) : t; }

/* The struct type of a group of internal/runtime/maps; see group.go there and reflectdata/map.go. */
static Type *map_group_type(Lower *lw, Map *m) {
  Object **slot = NEW_ARRAY(&types_arena, Object *, 2), **group = NEW_ARRAY(&types_arena, Object *, 2);
  slot[0] = obj_new_var((Pos){0}, NULL, atom_cstr("key"), map_slot_part(lw, m->key), VAR_FIELD);
  slot[1] = obj_new_var((Pos){0}, NULL, atom_cstr("elem"), map_slot_part(lw, m->elem), VAR_FIELD);
  group[0] = obj_new_var((Pos){0}, NULL, atom_cstr("ctrl"), typ[BK_UINT64], VAR_FIELD);
  group[1] = obj_new_var((Pos){0}, NULL, atom_cstr("slots"), type_new_array(type_new_struct(slot, 2, NULL), 8), VAR_FIELD);
  return type_new_struct(group, 2, NULL);
}

static const Atom *unexported_pkg(const Object *o) {
  return obj_exported(o) || !o->pkg ? NULL : pkg_path_symbol(o->pkg);
}

static void recipe_func(Lower *lw, u32 at, Signature *s) {
  u32 nin = s->params ? s->params->n : 0, nout = s->results ? s->results->n : 0;
  u32 *inout = NEW_ARRAY(&lw->m->arena, u32, nin + nout);
  for (u32 i = 0; i < nin; i++) inout[i] = lower_type(lw, s->params->vars[i]->type);
  for (u32 i = 0; i < nout; i++) inout[nin + i] = lower_type(lw, s->results->vars[i]->type);
  BcType *b = &lw->m->types.v[at];
  b->nin = nin;
  b->nout = nout;
  b->inout = inout;
  b->variadic = s->variadic;
}

static void recipe_struct(Lower *lw, u32 at, Struct *s) {
  BcField *fields = NEW_ARRAY(&lw->m->arena, BcField, s->nfields);
  i64 *off = xcalloc(s->nfields ? s->nfields : 1, sizeof *off);
  struct_offsets(s, off);
  for (u32 i = 0; i < s->nfields; i++) {
    Object *f = s->fields[i];
    const Atom *tag = s->tags && s->tags[i] && s->tags[i]->len ? s->tags[i] : NULL;
    fields[i] = (BcField){f->name, unexported_pkg(f), tag, lower_type(lw, f->type), f->embedded, (u64)off[i]};
  }
  xfree(off);
  lw->m->types.v[at].nfields = s->nfields;
  lw->m->types.v[at].fields = fields;
}

static int method_cmp(const void *x, const void *y) {
  const BcMethod *a = x, *b = y;
  bool ea = !a->pkgpath, eb = !b->pkgpath;
  if (ea != eb) return ea ? -1 : 1;
  int c = strcmp(a->name->s, b->name->s);
  return c || ea ? c : strcmp(a->pkgpath->s, b->pkgpath->s);
}

static Signature *without_receiver(Signature *s) {
  return (Signature *)type_new_signature(NULL, s->params, s->results, s->variadic);
}

static void recipe_interface(Lower *lw, u32 at, Type *t) {
  u32 n = iface_num_methods(t);
  BcMethod *ms = NEW_ARRAY(&lw->m->arena, BcMethod, n);
  for (u32 i = 0; i < n; i++) {
    Object *m = iface_method(t, i);
    Type *sig = (Type *)without_receiver((Signature *)type_under(m->type));
    ms[i] = (BcMethod){m->name, unexported_pkg(m), lower_type(lw, sig), BC_NONE, BC_NONE};
  }
  qsort(ms, n, sizeof *ms, method_cmp);
  lw->m->types.v[at].nmethods = n;
  lw->m->types.v[at].methods = ms;
}

/* The method table of a concrete type. Code is filled in when the methods turn out to be reachable (lower.c). */
static void recipe_methods(Lower *lw, u32 at, Type *t) {
  MethodSet *set = type_method_set(t);
  if (!set || set->n == 0) return;
  BcMethod *ms = NEW_ARRAY(&lw->m->arena, BcMethod, set->n);
  Package **seen_from = NEW_ARRAY(&lw->arena, Package *, set->n);
  for (u32 i = 0; i < set->n; i++) {
    Object *m = set->v[i]->obj;
    Type *sig = (Type *)without_receiver((Signature *)type_under(m->type));
    ms[i] = (BcMethod){m->name, unexported_pkg(m), lower_type(lw, sig), BC_NONE, BC_NONE};
    if (m->pkg) seen_from[i] = m->pkg;
  }
  /* Unexported names resolve within the package of their method; remember it per name. */
  for (u32 i = 0; i < set->n; i++) VEC_PUSH(&lw->arena, &lw->methods, (PendingMethod){t, at, 0, seen_from[i], ms[i].name});
  qsort(ms, set->n, sizeof *ms, method_cmp);
  lw->m->types.v[at].nmethods = set->n;
  lw->m->types.v[at].methods = ms;
  lw->m->types.v[at].has_uncommon = true;
  u32 first = lw->methods.n - set->n;
  for (u32 i = first; i < lw->methods.n; i++) {
    PendingMethod *p = &lw->methods.v[i];
    for (u32 j = 0; j < set->n; j++) {
      bool same_pkg = !ms[j].pkgpath || (p->pkg && ms[j].pkgpath == pkg_path_symbol(p->pkg));
      if (ms[j].name == p->name && same_pkg) p->method = j;
    }
  }
}

static void recipe_named(Lower *lw, BcType *b, Named *n) {
  StrBuf name = {0};
  sb_puts(&name, n->obj->name->s);
  write_type_args(lw, &name, n, NAME_STRING);
  b->name = symbol_plain(atom_new(name.p, name.n));
  sb_free(&name);
  b->pkgpath = n->obj->pkg ? pkg_path_symbol(n->obj->pkg) : NULL;
  b->has_uncommon = true;
}

static void recipe_parts(Lower *lw, u32 at, Type *u) {
  u32 elem = BC_NONE, key = BC_NONE, slice = BC_NONE, group = BC_NONE;
  switch (u->kind) {
  case TYPE_ARRAY:
    elem = lower_type(lw, ((Array *)u)->elem);
    slice = lower_type(lw, type_new_slice(((Array *)u)->elem));
    lw->m->types.v[at].len = ((Array *)u)->len;
    break;
  case TYPE_CHAN:
    elem = lower_type(lw, ((Chan *)u)->elem);
    lw->m->types.v[at].chandir = ((Chan *)u)->dir == CHAN_BOTH ? 3 : ((Chan *)u)->dir == CHAN_SEND ? 2 : 1;
    break;
  case TYPE_POINTER: elem = lower_type(lw, ((Pointer *)u)->base); break;
  case TYPE_SLICE: elem = lower_type(lw, ((Slice *)u)->elem); break;
  case TYPE_MAP:
    key = lower_type(lw, ((Map *)u)->key);
    elem = lower_type(lw, ((Map *)u)->elem);
    group = lower_type(lw, map_group_type(lw, (Map *)u));
    break;
  case TYPE_SIGNATURE: recipe_func(lw, at, (Signature *)u); break;
  case TYPE_STRUCT: recipe_struct(lw, at, (Struct *)u); break;
  case TYPE_INTERFACE: recipe_interface(lw, at, u); break;
  default: break;
  }
  BcType *b = &lw->m->types.v[at];
  b->elem = elem;
  b->key_type = key;
  b->slice_type = slice;
  b->map_group = group;
}

/* What instructions ask of a type that another module describes. */
static void extern_recipe(Lower *lw, u32 at, const Layout *l) {
  u32 elem = BC_NONE, key = BC_NONE;
  Type *u = l->under;
  if (u->kind == TYPE_MAP) key = lower_type(lw, ((Map *)u)->key), elem = lower_type(lw, ((Map *)u)->elem);
  if (u->kind == TYPE_CHAN) elem = lower_type(lw, ((Chan *)u)->elem);
  lw->m->types.v[at].is_extern = true;
  lw->m->types.v[at].elem = elem;
  lw->m->types.v[at].key_type = key;
}

static bool is_session_pointer(Type *t) {
  Named *base = t->kind == TYPE_POINTER ? type_as_named(((Pointer *)t)->base) : NULL;
  return base && base->obj->pkg && base->obj->pkg->link_name;
}

u32 lower_type(Lower *lw, Type *t) {
  TypeInfo *ti = type_info(lw, t);
  if (ti->recipe && ti->generation == lower_shared.generation) return ti->recipe - 1;
  u32 at = lw->m->types.n;
  ti->recipe = at + 1;
  ti->generation = lower_shared.generation;
  VEC_PUSH(&lw->m->arena, &lw->m->types, (BcType){0});
  const Layout *l = &ti->layout;
  t = l->type;
  BcType b = {
      .kind = type_bckind(l->under),
      .key = ti->key,
      .string = type_reflect_string(lw, t),
      .size = (u64)l->size,
      .align = (u8)l->align,
      .field_align = (u8)l->align,
      .comparable = type_comparable_(t),
      .direct_iface = l->direct_iface,
      .elem = BC_NONE, .key_type = BC_NONE, .slice_type = BC_NONE, .ptr_to = BC_NONE, .map_group = BC_NONE,
  };
  if (t->kind == TYPE_NAMED) recipe_named(lw, &b, (Named *)t);
  else if (t->kind == TYPE_BASIC) {
    b.name = atom_cstr(((Basic *)t)->bkind == BK_UNSAFEPOINTER ? "Pointer" : b.string->s);
    if (((Basic *)t)->bkind == BK_UNSAFEPOINTER) b.pkgpath = atom_cstr("unsafe");
    b.has_uncommon = true;
  }
  lw->m->types.v[at] = b;
  if (lower_defined_type(lw, b.key) && !ptrmap_has(&lw->anew, b.key)) {
    extern_recipe(lw, at, l);
    return at;
  }
  recipe_parts(lw, at, l->under);
  if (l->under->kind != TYPE_INTERFACE) recipe_methods(lw, at, t);
  if (is_session_pointer(t)) lw->m->types.v[at].has_uncommon = true; /* room for methods that later inputs declare */
  /* *T may have methods that T lacks; reflect.New must find them. */
  bool embeds = false;
  for (u32 i = 0; i < lw->m->types.v[at].nfields; i++) embeds |= lw->m->types.v[at].fields[i].embedded;
  if ((t->kind == TYPE_NAMED || embeds) && l->under->kind != TYPE_INTERFACE) {
    u32 ptr = lower_type(lw, type_new_pointer(t));
    lw->m->types.v[at].ptr_to = ptr;
  }
  return at;
}

u32 lower_itab(Lower *lw, Type *iface, Type *concrete) {
  BcItab it = {lower_type(lw, iface), lower_type(lw, concrete)};
  const Atom *key = atom_printf("%u,%u", it.iface, it.type);
  uintptr_t n = (uintptr_t)ptrmap_get(&lw->itabs, key);
  if (!n) {
    VEC_PUSH(&lw->m->arena, &lw->m->itabs, it);
    n = lw->m->itabs.n;
    ptrmap_set(&lw->itabs, key, (void *)n);
  }
  return (u32)n - 1;
}

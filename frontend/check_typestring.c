/* check_typestring.c - the text of types, signatures and positions in messages.
 * A type that contains itself without a name in between (an error reported elsewhere) is cut at the cycle.
 * Source of the format: types2's typestring.go, syntax/pos.go. */
#include "frontend/check.h"

typedef struct Seen { /* the types being written, innermost first */
  Type *type;
  const struct Seen *up;
} Seen;

typedef struct TypeWriter {
  StrBuf *out;
  Qualifier q;
  void *ctx;
  const Seen *seen;
  bool param_names; /* write the names of parameters */
  bool pkg_info;    /* annotate the first unexported field with its package */
} TypeWriter;

static void write_type(TypeWriter *w, Type *t);

/* A separator, followed by a space. */
static void write_sep(TypeWriter *w, char c) {
  sb_putc(w->out, c);
  sb_putc(w->out, ' ');
}

static const char *go_type_name(Type *t) {
  static const char *const names[] = {
      [TYPE_BASIC] = "*Basic",         [TYPE_ARRAY] = "*Array",         [TYPE_SLICE] = "*Slice",
      [TYPE_STRUCT] = "*Struct",       [TYPE_POINTER] = "*Pointer",     [TYPE_TUPLE] = "*Tuple",
      [TYPE_SIGNATURE] = "*Signature", [TYPE_UNION] = "*Union",         [TYPE_INTERFACE] = "*Interface",
      [TYPE_MAP] = "*Map",             [TYPE_CHAN] = "*Chan",           [TYPE_NAMED] = "*Named",
      [TYPE_TYPEPARAM] = "*TypeParam", [TYPE_ALIAS] = "*Alias",
  };
  return names[t->kind];
}

static void write_package_prefix(TypeWriter *w, const Package *pkg) {
  if (!pkg) return;
  const char *s = w->q ? w->q(w->ctx, pkg) : pkg->path->s;
  if (!*s) return;
  sb_puts(w->out, s);
  sb_putc(w->out, '.');
}

static void write_type_name(TypeWriter *w, const Object *obj) {
  write_package_prefix(w, obj->pkg);
  sb_puts(w->out, obj->name->s);
}

static void write_type_list(TypeWriter *w, const TypeList *list) {
  sb_putc(w->out, '[');
  for (u32 i = 0; i < list->n; i++) {
    if (i > 0) write_sep(w, ',');
    write_type(w, list->v[i]);
  }
  sb_putc(w->out, ']');
}

/* [P, Q C1, R C2]: a constraint is written once for neighbours that share it. */
static void write_tparam_list(TypeWriter *w, const TypeParamList *list) {
  sb_putc(w->out, '[');
  Type *prev = NULL;
  for (u32 i = 0; i < list->n; i++) {
    TypeParam *tpar = list->v[i];
    if (i > 0) {
      if (tpar->bound != prev) {
        sb_putc(w->out, ' ');
        write_type(w, prev);
      }
      write_sep(w, ',');
    }
    prev = tpar->bound;
    write_type(w, (Type *)tpar);
  }
  if (prev) {
    sb_putc(w->out, ' ');
    write_type(w, prev);
  }
  sb_putc(w->out, ']');
}

static void write_tuple(TypeWriter *w, Tuple *t, bool variadic) {
  sb_putc(w->out, '(');
  for (u32 i = 0; i < tuple_len(t); i++) {
    Object *v = t->vars[i];
    if (i > 0) write_sep(w, ',');
    if (w->param_names && v->name && v->name->len > 0) sb_printf(w->out, "%s ", v->name->s);
    if (!variadic || i != t->n - 1) {
      write_type(w, v->type);
    } else if (type_is(v->type, TYPE_SLICE)) {
      sb_puts(w->out, "...");
      write_type(w, ((Slice *)v->type)->elem);
    } else { /* append([]byte, string...) */
      write_type(w, v->type);
      sb_puts(w->out, "...");
    }
  }
  sb_putc(w->out, ')');
}

static void write_signature(TypeWriter *w, Signature *sig) {
  if (tparams_len(sig->tparams) > 0) write_tparam_list(w, sig->tparams);
  write_tuple(w, sig->params, sig->variadic);
  u32 n = tuple_len(sig->results);
  if (n == 0) return;
  sb_putc(w->out, ' ');
  const Atom *name = sig->results->vars[0]->name;
  if (n == 1 && (!name || name->len == 0)) write_type(w, sig->results->vars[0]->type);
  else write_tuple(w, sig->results, false);
}

static void write_struct(TypeWriter *w, Struct *s) {
  sb_puts(w->out, "struct{");
  for (u32 i = 0; i < s->nfields; i++) {
    Object *f = s->fields[i];
    if (i > 0) write_sep(w, ';');
    bool annotate = !w->q && w->pkg_info && !types_is_exported(f->name);
    if (annotate) w->pkg_info = false;
    if (!f->embedded) sb_printf(w->out, "%s ", f->name->s);
    write_type(w, f->type);
    if (annotate) sb_printf(w->out, " /* package %s */ ", f->pkg->path->s);
    const Atom *tag = struct_tag(s, i);
    if (tag) {
      sb_putc(w->out, ' ');
      const_quote(w->out, tag->s, tag->len);
    }
  }
  sb_putc(w->out, '}');
}

static void write_interface(TypeWriter *w, Interface *t) {
  if ((Type *)t == type_under(type_any)) {
    sb_puts(w->out, "any");
    return;
  }
  if ((Type *)t == type_as_named(type_comparable)->underlying) {
    sb_puts(w->out, "interface{comparable}");
    return;
  }
  if (t->implicit) {
    if (t->nmethods == 0 && t->nembeddeds == 1) {
      write_type(w, t->embeddeds[0]);
      return;
    }
    sb_puts(w->out, "/* implicit */ ");
  }
  sb_puts(w->out, "interface{");
  for (u32 i = 0; i < t->nmethods; i++) {
    if (i > 0) write_sep(w, ';');
    sb_puts(w->out, t->methods[i]->name->s);
    write_signature(w, (Signature *)t->methods[i]->type);
  }
  for (u32 i = 0; i < t->nembeddeds; i++) {
    if (i > 0 || t->nmethods > 0) write_sep(w, ';');
    write_type(w, t->embeddeds[i]);
  }
  sb_putc(w->out, '}');
}

static void write_chan(TypeWriter *w, Chan *c) {
  static const char *const prefix[] = {
      [CHAN_BOTH] = "chan ", [CHAN_SEND] = "chan<- ", [CHAN_RECV] = "<-chan "};
  bool parens = c->dir == CHAN_BOTH && type_is(c->elem, TYPE_CHAN) && ((Chan *)c->elem)->dir == CHAN_RECV;
  sb_puts(w->out, prefix[c->dir]);
  if (parens) sb_putc(w->out, '(');
  write_type(w, c->elem);
  if (parens) sb_putc(w->out, ')');
}

static void write_union(TypeWriter *w, Union *u) {
  for (u32 i = 0; i < u->n; i++) {
    if (i > 0) sb_puts(w->out, " | ");
    if (u->terms[i]->tilde) sb_putc(w->out, '~');
    write_type(w, u->terms[i]->type);
  }
}

static void write_basic(TypeWriter *w, Basic *b) {
  if (types_is_exported(atom_cstr(b->name))) write_package_prefix(w, package_unsafe);
  sb_puts(w->out, b->name);
}

static void write_typeparam(TypeWriter *w, TypeParam *t) {
  sb_puts(w->out, t->obj->name->s);
  /* a type parameter that shadows a predeclared name would be taken for it */
  if (scope_lookup(universe, t->obj->name))
    sb_printf(w->out, " /* with %s declared at %s */", t->obj->name->s, S_pos(t->obj->pos));
}

static void write_type_kind(TypeWriter *w, Type *t) {
  switch (t->kind) {
    case TYPE_BASIC: write_basic(w, (Basic *)t); break;
    case TYPE_ARRAY:
      sb_printf(w->out, "[%lld]", (long long)((Array *)t)->len);
      write_type(w, ((Array *)t)->elem);
      break;
    case TYPE_SLICE:
      sb_puts(w->out, "[]");
      write_type(w, ((Slice *)t)->elem);
      break;
    case TYPE_STRUCT: write_struct(w, (Struct *)t); break;
    case TYPE_POINTER:
      sb_putc(w->out, '*');
      write_type(w, ((Pointer *)t)->base);
      break;
    case TYPE_TUPLE: write_tuple(w, (Tuple *)t, false); break;
    case TYPE_SIGNATURE:
      sb_puts(w->out, "func");
      write_signature(w, (Signature *)t);
      break;
    case TYPE_UNION: write_union(w, (Union *)t); break;
    case TYPE_INTERFACE: write_interface(w, (Interface *)t); break;
    case TYPE_MAP:
      sb_puts(w->out, "map[");
      write_type(w, ((Map *)t)->key);
      sb_putc(w->out, ']');
      write_type(w, ((Map *)t)->elem);
      break;
    case TYPE_CHAN: write_chan(w, (Chan *)t); break;
    case TYPE_NAMED: {
      Named *n = (Named *)t;
      write_type_name(w, n->obj);
      if (n->inst) write_type_list(w, n->inst->targs);
      else if (tparams_len(named_type_params(n)) > 0) write_tparam_list(w, n->tparams);
      break;
    }
    case TYPE_TYPEPARAM: write_typeparam(w, (TypeParam *)t); break;
    case TYPE_ALIAS: {
      AliasType *a = (AliasType *)t;
      write_type_name(w, a->obj);
      if (typelist_len(a->targs) > 0) write_type_list(w, a->targs);
      else if (tparams_len(a->tparams) > 0) write_tparam_list(w, a->tparams);
      break;
    }
  }
}

static void write_type(TypeWriter *w, Type *t) {
  if (!t) {
    sb_puts(w->out, "<nil>");
    return;
  }
  for (const Seen *s = w->seen; s; s = s->up) {
    if (s->type != t) continue;
    sb_printf(w->out, "<cycle to %s>", go_type_name(t));
    return;
  }
  Seen here = {t, w->seen};
  w->seen = &here;
  write_type_kind(w, t);
  w->seen = here.up;
}

void type_string(StrBuf *out, Type *t, Qualifier q, void *ctx) {
  write_type(&(TypeWriter){.out = out, .q = q, .ctx = ctx, .param_names = true}, t);
}

void types_write_signature(StrBuf *out, Signature *sig, Qualifier q, void *ctx) {
  write_signature(&(TypeWriter){.out = out, .q = q, .ctx = ctx, .param_names = true}, sig);
}

void types_write_tuple(StrBuf *out, Tuple *t, bool variadic, Qualifier q, void *ctx) {
  write_tuple(&(TypeWriter){.out = out, .q = q, .ctx = ctx, .param_names = true}, t, variadic);
}

void types_write_method_signature(StrBuf *out, Signature *sig, Qualifier q, void *ctx, bool pkg_info) {
  write_signature(&(TypeWriter){.out = out, .q = q, .ctx = ctx, .pkg_info = pkg_info}, sig);
}

void types_write_tparam_list(StrBuf *out, TypeParamList *list, Qualifier q, void *ctx) {
  write_tparam_list(&(TypeWriter){.out = out, .q = q, .ctx = ctx, .param_names = true}, list);
}

/* ---- positions ---- */

static const char *position_string(const Atom *file, u32 line, u32 col) {
  const char *name = file ? file->s : "";
  if (line == 0) return *name ? name : "<unknown position>";
  return col == 0 ? S_printf("%s:%u", name, line) : S_printf("%s:%u:%u", name, line, col);
}

const char *S_pos(Pos p) {
  RelPos rel = pos_rel(p);
  const char *s = position_string(rel.filename, rel.line, rel.col);
  const PosBase *base = p.base ? pos_base(p.base) : NULL;
  const Atom *file = base ? pos_rel(base->pos).filename : NULL;
  if (!base || base->is_file || (file == rel.filename && p.line == rel.line && p.col == rel.col)) return s;
  return S_printf("%s[%s]", s, position_string(file, p.line, p.col));
}

/* types.c - internal/abi's descriptors from the recipes of modules, one per type and process.
 *
 * A descriptor is made when something first refers to it, together with everything it refers to (a work
 * list, as types are recursive). Sizes, pointer masks and flags are computed from recipes alone, so they
 * never depend on a descriptor that is only half made. Descriptors with equal keys are one: `canonical`
 * maps keys to them. Descriptors made by reflect at run time are not known here.
 */
#include "vm/types.h"

#include <locale.h>
#include <stdlib.h>
#include <wctype.h>

#include "runtime/heap.h"
#include "runtime/iface.h"
#include "vm/vm_priv.h"

typedef struct Pending { LinkedModule *lm; u32 index; AbiType *t; } Pending;
static VEC(Pending) work;
static SNAPSHOT PtrMap canonical;        /* key atom -> AbiType */
static SNAPSHOT PtrMap plain_names[4];   /* text atom -> name bytes, by EXPORTED and EMBEDDED */
static SNAPSHOT PtrMap noalg;            /* AbiTypes made for maps' groups: not in typelinks */
static SNAPSHOT FuncRec equal_rec, hash_rec;

/* ---- recipes ---- */
static SNAPSHOT PtrMap homes; /* key atom -> home (link_home_make) of the recipe */

/* The recipe; when it is extern, that of the module that has it, to which *lm and *index then refer. */
static const BcType *recipe(LinkedModule **lm, u32 *index) {
  const BcType *t = &(*lm)->m->types.v[*index];
  if (!t->is_extern) return t;
  const void *home = ptrmap_get(&homes, t->key);
  *lm = link_home_module(home);
  *index = link_home_index(home);
  return &(*lm)->m->types.v[*index];
}
static u64 recipe_size(const LinkedModule *lm, u32 index) { return lm->m->types.v[index].size; }

/* What is asked of a type through all its parts. Computed once per recipe: a type may hold another along
 * very many paths. */
typedef struct Facts {
  u64 ptr_bytes;       /* of the prefix of a value that may hold pointers */
  bool regular;        /* == is comparison of the bytes */
  bool need_update;    /* equal map keys may differ: an assignment replaces the key */
  bool may_panic;      /* hashing may panic */
} Facts;
static SNAPSHOT PtrMap facts_of; /* BcType of a struct or array -> Facts */
static SNAPSHOT Arena facts_arena;

static Facts recipe_facts(LinkedModule *lm, u32 index);

static Facts struct_facts(LinkedModule *lm, const BcType *t) {
  Facts all = {.regular = true};
  u64 end = 0;
  for (u32 i = 0; i < t->nfields; i++) {
    const BcField *f = &t->fields[i];
    Facts part = recipe_facts(lm, f->type);
    if (part.ptr_bytes) all.ptr_bytes = f->offset + part.ptr_bytes;
    all.regular &= part.regular && f->offset == end && !atom_is(f->name, "_");
    all.need_update |= part.need_update;
    all.may_panic |= part.may_panic;
    end = f->offset + recipe_size(lm, f->type);
  }
  all.regular &= end == t->size;
  return all;
}
static Facts array_facts(LinkedModule *lm, const BcType *t) {
  Facts all = recipe_facts(lm, t->elem);
  all.regular = t->comparable && (t->len == 0 || all.regular);
  if (all.ptr_bytes) all.ptr_bytes = t->len ? (u64)(t->len - 1) * recipe_size(lm, t->elem) + all.ptr_bytes : 0;
  return all;
}
static Facts recipe_facts(LinkedModule *lm, u32 index) {
  const BcType *t = recipe(&lm, &index);
  switch (t->kind) {
  case BCK_CHAN: case BCK_POINTER: case BCK_UNSAFEPOINTER: return (Facts){.ptr_bytes = 8, .regular = true};
  case BCK_FUNC: case BCK_MAP: case BCK_SLICE: return (Facts){.ptr_bytes = 8};
  case BCK_STRING: return (Facts){.ptr_bytes = 8, .need_update = true};
  case BCK_INTERFACE: return (Facts){.ptr_bytes = 16, .need_update = true, .may_panic = true};
  case BCK_FLOAT32: case BCK_FLOAT64: case BCK_COMPLEX64: case BCK_COMPLEX128:
    return (Facts){.need_update = true};
  case BCK_ARRAY: case BCK_STRUCT: break;
  default: return (Facts){.regular = true};
  }
  const Facts *known = ptrmap_get(&facts_of, t);
  if (known) return *known;
  Facts *all = NEW(&facts_arena, Facts);
  *all = t->kind == BCK_ARRAY ? array_facts(lm, t) : struct_facts(lm, t);
  ptrmap_set(&facts_of, t, all);
  return *all;
}

u64 recipe_ptr_bytes(LinkedModule *lm, u32 index) { return recipe_facts(lm, index).ptr_bytes; }

static void fill_mask(LinkedModule *lm, u32 index, u8 *mask, u64 word) {
  const BcType *t = recipe(&lm, &index);
  switch (t->kind) {
  case BCK_ARRAY:
    if (recipe_ptr_bytes(lm, t->elem) == 0) return;
    for (i64 i = 0; i < t->len; i++) fill_mask(lm, t->elem, mask, word + (u64)i * recipe_size(lm, t->elem) / 8);
    return;
  case BCK_STRUCT:
    for (u32 i = 0; i < t->nfields; i++)
      if (recipe_ptr_bytes(lm, t->fields[i].type))
        fill_mask(lm, t->fields[i].type, mask, word + t->fields[i].offset / 8);
    return;
  case BCK_INTERFACE:
    mask[word / 8] |= (u8)(1 << word % 8);
    word++;
    break;
  default: break;
  }
  if (recipe_ptr_bytes(lm, index)) mask[word / 8] |= (u8)(1 << word % 8);
}

/* ---- names ---- */
static u32 put_varint(u8 *p, u64 n) {
  u32 i = 0;
  for (; n >= 0x80; n >>= 7) p[i++] = (u8)(n | 0x80);
  p[i++] = (u8)n;
  return i;
}
static const u8 *make_name(const Atom *text, const Atom *tag, const Atom *pkgpath, bool exported,
    bool embedded);

/* Begins with an upper-case letter. */
static bool is_exported(const Atom *name) {
  i32 r;
  utf8_decode(name->s, name->len, &r);
  if (r < 0x80) return r >= 'A' && r <= 'Z';
  static locale_t unicode;
  if (!unicode) unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
  return unicode && iswupper_l((wint_t)r, unicode);
}

static AbiNameOff name_off(const u8 *p) { return (AbiNameOff)(uintptr_t)p; }
static AbiNameOff text_name_off(const Atom *text) { return text ? name_off(make_name(text, NULL, NULL,
    false, false)) : 0; }

static const u8 *make_name(const Atom *text, const Atom *tag, const Atom *pkgpath, bool exported,
    bool embedded) {
  bool plain = !(tag && tag->len) && !pkgpath;
  PtrMap *cache = &plain_names[exported + 2 * embedded];
  const u8 *known = plain ? ptrmap_get(cache, text) : NULL;
  if (known) return known;
  AbiNameOff pkg = text_name_off(pkgpath); /* before p: what is behind p's end is given back */
  u8 *p = low_alloc(&low_meta, 1 + 10 + text->len + (tag ? 10 + tag->len : 0) + 4, 1), *q = p;
  *q++ = (u8)((exported ? ABI_NAME_EXPORTED : 0) | (tag && tag->len ? ABI_NAME_TAG : 0) |
              (pkgpath ? ABI_NAME_PKGPATH : 0) | (embedded ? ABI_NAME_EMBEDDED : 0));
  q += put_varint(q, text->len);
  memcpy(q, text->s, text->len);
  q += text->len;
  if (tag && tag->len) {
    q += put_varint(q, tag->len);
    memcpy(q, tag->s, tag->len);
    q += tag->len;
  }
  if (pkgpath) {
    memcpy(q, &pkg, 4);
    q += 4;
  }
  low_meta.next = q;
  if (plain) ptrmap_set(cache, text, p);
  return p;
}

/* ---- the closures behind Equal and Hasher: {record, type} ---- */
static Status equal_native(G *g, Slot *fp) {
  const AbiType *t = ((void **)fp[LINK_CTX].p)[1];
  bool eq = false;
  Status st = type_equal(g, t, fp[0].p, fp[1].p, &eq);
  if (st == ST_OK) fp[0].u = eq;
  return st;
}
static Status hash_native(G *g, Slot *fp) {
  const AbiType *t = ((void **)fp[LINK_CTX].p)[1];
  u64 h = 0;
  Status st = typehash(g, t, fp[0].p, fp[1].u, &h);
  if (st == ST_OK) fp[0].u = h;
  return st;
}
static void *type_closure(FuncRec *rec, const AbiType *t) {
  void **c = low_alloc(&low_meta, 16, 8);
  c[0] = rec;
  c[1] = (void *)t;
  return c;
}

/* ---- descriptors ---- */
static size_t methods_offset(const BcType *r) {
  size_t func_types = r->kind == BCK_FUNC ? 8 * (r->nin + r->nout) : 0;
  return ALIGN_UP(abi_type_header_size((u8)r->kind) + sizeof(AbiUncommon) + func_types, 8);
}
static size_t descriptor_size(const BcType *r) {
  size_t func_types = r->kind == BCK_FUNC ? 8 * (r->nin + r->nout) : 0;
  if (!r->has_uncommon) return abi_type_header_size((u8)r->kind) + func_types;
  return methods_offset(r) + (r->kind == BCK_INTERFACE ? 0 : r->nmethods * sizeof(AbiMethod));
}

/* What does not depend on other descriptors. */
static void fill_base(LinkedModule *lm, u32 index, AbiType *t) {
  const BcType *r = recipe(&lm, &index);
  t->size = r->size;
  t->ptr_bytes = recipe_ptr_bytes(lm, index);
  t->hash = hash_bytes(r->key->s, r->key->len);
  t->align = r->align;
  t->field_align = r->field_align;
  t->kind = (u8)r->kind;
  t->tflag = (u8)((r->has_uncommon ? ABI_TFLAG_UNCOMMON : 0) | (r->name ? ABI_TFLAG_NAMED : 0) |
                  (recipe_facts(lm, index).regular ? ABI_TFLAG_REGULAR_MEMORY : 0) |
                  (r->direct_iface ? ABI_TFLAG_DIRECT_IFACE : 0));
  const BcType *named = r;
  if (r->kind == BCK_POINTER && !r->name) {
    LinkedModule *home = lm;
    u32 elem = r->elem;
    named = recipe(&home, &elem);
  }
  t->str = name_off(make_name(r->string, NULL, NULL, named->name && is_exported(named->name), false));
  if (r->comparable) t->equal = type_closure(&equal_rec, t);
  u64 words = t->ptr_bytes / 8, bytes = (words + 7) / 8;
  if (bytes > ABI_MAX_PTRMASK_BYTES) {
    t->tflag |= ABI_TFLAG_GCMASK_ON_DEMAND;
    t->gcdata = low_alloc(&low_meta, 8, 8);
  } else if (bytes) {
    t->gcdata = low_alloc(&low_meta, ALIGN_UP(bytes, 8), 8);
    fill_mask(lm, index, t->gcdata, 0);
  }
}

/* The descriptor of a recipe; queued to be filled when it is new. */
static AbiType *declare(LinkedModule *lm, u32 index) {
  if (index == BC_NONE) return NULL;
  AbiType *t = lm->types[index];
  if (t) return t;
  u32 at = index;
  LinkedModule *home = lm;
  const BcType *r = recipe(&home, &at);
  t = ptrmap_get(&canonical, r->key);
  if (!t) {
    t = low_alloc(&low_meta, descriptor_size(r), 8);
    ptrmap_set(&canonical, r->key, t);
    fill_base(home, at, t);
    VEC_PUSH(NULL, &work, ((Pending){home, at, t}));
  }
  return lm->types[index] = t;
}

static void fill_map(LinkedModule *lm, const BcType *r, AbiMapType *t) {
  t->key = declare(lm, r->key_type);
  t->elem = declare(lm, r->elem);
  t->hasher = type_closure(&hash_rec, t->key);
  if (r->map_group != BC_NONE) {
    t->group = declare(lm, r->map_group);
    LinkedModule *home = lm;
    u32 at = r->map_group;
    const BcType *group = recipe(&home, &at);
    ptrmap_set(&noalg, declare(home, group->fields[1].type), t);
    const BcType *slots = recipe(&home, (at = group->fields[1].type, &at));
    ptrmap_set(&noalg, declare(home, slots->elem), t);
    const BcType *slot = recipe(&home, (at = slots->elem, &at));
    t->group_size = group->size;
    t->slot_size = slot->size;
    t->elem_off = slot->fields[1].offset;
    ptrmap_set(&noalg, t->group, t);
  }
  Facts key = recipe_facts(lm, r->key_type);
  t->flags = (key.need_update ? ABI_MAP_NEED_KEY_UPDATE : 0) |
             (key.may_panic ? ABI_MAP_HASH_MIGHT_PANIC : 0) |
             (t->key->size > ABI_MAP_MAX_KEY_BYTES ? ABI_MAP_INDIRECT_KEY : 0) |
             (t->elem->size > ABI_MAP_MAX_ELEM_BYTES ? ABI_MAP_INDIRECT_ELEM : 0);
}
static void fill_struct(LinkedModule *lm, const BcType *r, AbiStructType *t) {
  t->fields = low_alloc(&low_meta, r->nfields * sizeof(AbiStructField) + 1, 8);
  t->nfields = t->cap = r->nfields;
  for (u32 i = 0; i < r->nfields; i++) {
    const BcField *f = &r->fields[i];
    if (f->pkgpath && !t->pkgpath.bytes) t->pkgpath.bytes = make_name(f->pkgpath, NULL, NULL, false, false);
    t->fields[i] = (AbiStructField){.name.bytes = make_name(f->name, f->tag, NULL, !f->pkgpath, f->embedded),
                                    .typ = declare(lm, f->type), .offset = f->offset};
  }
}
/* A method's name carries its package only when that is not the type's. */
static AbiNameOff method_name(const BcType *r, const BcMethod *m) {
  return name_off(make_name(m->name, NULL, m->pkgpath && m->pkgpath != r->pkgpath ? m->pkgpath : NULL,
      !m->pkgpath, false));
}
static void fill_interface(LinkedModule *lm, const BcType *r, AbiInterfaceType *t) {
  if (r->pkgpath) t->pkgpath.bytes = make_name(r->pkgpath, NULL, NULL, false, false);
  t->methods = low_alloc(&low_meta, r->nmethods * sizeof(AbiImethod) + 1, 8);
  t->nmethods = t->cap = r->nmethods;
  for (u32 i = 0; i < r->nmethods; i++)
    t->methods[i] = (AbiImethod){.name = method_name(r, &r->methods[i]),
                                 .typ = (AbiTypeOff)(uintptr_t)declare(lm, r->methods[i].mtype)};
}
static void fill_methods(LinkedModule *lm, const BcType *r, AbiUncommon *u);
static void fill_uncommon(LinkedModule *lm, const BcType *r, AbiType *t) {
  AbiUncommon *u = abi_type_uncommon(t);
  u->pkgpath = text_name_off(r->pkgpath);
  if (r->kind == BCK_INTERFACE) return;
  u->moff = (u32)(methods_offset(r) - abi_type_header_size(t->kind));
  fill_methods(lm, r, u);
}
static void fill_methods(LinkedModule *lm, const BcType *r, AbiUncommon *u) {
  AbiMethod *out = abi_uncommon_methods(u);
  u->mcount = (u16)r->nmethods;
  u->xcount = 0;
  for (u32 i = 0; i < r->nmethods; i++) {
    const BcMethod *m = &r->methods[i];
    if (!m->pkgpath) u->xcount++;
    out[i] = (AbiMethod){.name = method_name(r, m),
                         .mtyp = (AbiTypeOff)(uintptr_t)declare(lm, m->mtype),
                         .ifn = m->ifn == BC_NONE ? 0 : (AbiTextOff)(uintptr_t)lm->funcs[m->ifn],
                         .tfn = m->tfn == BC_NONE ? 0 : (AbiTextOff)(uintptr_t)lm->funcs[m->tfn]};
  }
}
static void fill(LinkedModule *lm, u32 index, AbiType *t) {
  const BcType *r = recipe(&lm, &index);
  switch (r->kind) {
  case BCK_ARRAY: {
    AbiArrayType *a = (AbiArrayType *)t;
    a->elem = declare(lm, r->elem);
    a->slice = declare(lm, r->slice_type);
    a->len = (u64)r->len;
    break;
  }
  case BCK_CHAN:
    ((AbiChanType *)t)->elem = declare(lm, r->elem);
    ((AbiChanType *)t)->dir = r->chandir;
    break;
  case BCK_FUNC: {
    AbiFuncType *f = (AbiFuncType *)t;
    f->in_count = (u16)r->nin;
    f->out_count = (u16)(r->nout | (r->variadic ? ABI_FUNC_VARIADIC : 0));
    for (u32 i = 0; i < r->nin + r->nout; i++) abi_func_types(f)[i] = declare(lm, r->inout[i]);
    break;
  }
  case BCK_INTERFACE: fill_interface(lm, r, (AbiInterfaceType *)t); break;
  case BCK_MAP: fill_map(lm, r, (AbiMapType *)t); break;
  case BCK_POINTER: ((AbiPtrType *)t)->elem = declare(lm, r->elem); break;
  case BCK_SLICE: ((AbiSliceType *)t)->elem = declare(lm, r->elem); break;
  case BCK_STRUCT: fill_struct(lm, r, (AbiStructType *)t); break;
  default: break;
  }
  if (r->ptr_to != BC_NONE) t->ptr_to_this = (AbiTypeOff)(uintptr_t)declare(lm, r->ptr_to);
  if (r->has_uncommon) fill_uncommon(lm, r, t);
}

static void fill_declared(void) {
  while (work.n) {
    Pending p = VEC_POP(&work);
    fill(p.lm, p.index, p.t);
  }
}
AbiType *link_type(LinkedModule *lm, u32 index) {
  if (lm->types[index]) return lm->types[index];
  AbiType *t = declare(lm, index);
  fill_declared();
  return t;
}

/* A descriptor that is in use already gets a longer method table elsewhere. */
static void replace_methods(LinkedModule *lm, const BcType *r, AbiType *t) {
  AbiUncommon *u = abi_type_uncommon(t);
  if (!u) return;
  u8 *table = low_alloc(&low_meta, r->nmethods * sizeof(AbiMethod) + 1, 8);
  u->moff = (u32)(table - (u8 *)u);
  fill_methods(lm, r, u);
  fill_declared();
  itab_refresh(t);
}

void link_types_refresh(LinkedModule *lm) {
  for (u32 i = 0; i < lm->m->types.n; i++) {
    const BcType *r = &lm->m->types.v[i];
    const void *home = r->is_extern || !r->has_uncommon || r->kind == BCK_INTERFACE ? NULL : ptrmap_get(&homes, r->key);
    if (!home || link_home_module(home) == lm) continue;
    ptrmap_set(&homes, r->key, link_home_make(lm->number, i));
    AbiType *t = ptrmap_get(&canonical, r->key);
    if (t) replace_methods(lm, r, t);
  }
}

AbiType *link_type_by_key(const char *key) {
  const Atom *atom = atom_cstr(key);
  const void *home = ptrmap_get(&homes, atom);
  return home ? link_type(link_home_module(home), link_home_index(home)) : NULL;
}

static int by_string(const void *a, const void *b) {
  GoString x = abi_type_string(*(AbiType *const *)a), y = abi_type_string(*(AbiType *const *)b);
  int c = memcmp(x.p, y.p, (size_t)(x.len < y.len ? x.len : y.len));
  return c ? c : x.len < y.len ? -1 : x.len > y.len;
}
AbiType **link_typelinks(u32 *n) {
  static VEC(AbiType *) links;
  static u32 modules, types; /* the list is current for so many */
  if (modules == link_modules.n && types == canonical.n) return *n = links.n, links.v;
  for (u32 i = 0; i < link_modules.n; i++)
    for (u32 j = 0; j < link_modules.v[i]->m->types.n; j++) link_type(link_modules.v[i], j);
  links.n = 0;
  for (u32 i = 0; i < canonical.n; i++) {
    AbiType *t = canonical.entries[i].val;
    if (canonical.entries[i].key && t && !ptrmap_has(&noalg, t)) VEC_PUSH(NULL, &links, t);
  }
  qsort(links.v, links.n, sizeof *links.v, by_string);
  modules = link_modules.n;
  types = canonical.n;
  *n = links.n;
  return links.v;
}

static bool same_part(const BcModule *m, u32 a, const BcModule *of_b, u32 b) {
  return a == BC_NONE || b == BC_NONE || m->types.v[a].key == of_b->types.v[b].key;
}
bool link_types_check(const BcModule *m, Err *e) {
  for (u32 i = 0; i < m->types.n; i++) {
    const BcType *t = &m->types.v[i];
    if (!t->is_extern) continue;
    const void *home = ptrmap_get(&homes, t->key);
    if (!home) return err_set(e, "undefined type %s", t->key->s);
    const BcModule *d = link_home_module(home)->m;
    const BcType *have = &d->types.v[link_home_index(home)];
    if (have->kind != t->kind || have->size != t->size || have->align != t->align ||
        !same_part(m, t->elem, d, have->elem) || !same_part(m, t->key_type, d, have->key_type))
      return err_set(e, "type %s is used with another shape", t->key->s);
  }
  return true;
}

void link_types_add_module(LinkedModule *lm) {
  for (u32 i = 0; i < lm->m->types.n; i++) {
    const BcType *t = &lm->m->types.v[i];
    if (!t->is_extern && !ptrmap_has(&homes, t->key)) ptrmap_set(&homes, t->key, link_home_make(lm->number, i));
  }
}

/* Records of the VM's own natives, for which no module declares anything. */
static void own_native(FuncRec *rec, FuncInfo *info, BcFunc *f, const char *symbol, NativeFn fn) {
  *f = (BcFunc){.symbol = atom_cstr(symbol), .name = atom_cstr(symbol), .flags = BCF_NATIVE, .nslots = 2,
      .nargs = 2, .nres = 1};
  *info = (FuncInfo){.fn = f, .rec = rec, .native = fn};
  *rec = (FuncRec){.entry = &vm_stubs[STUB_EXPAND], .self = rec, .nslots = 2, .nargs = 2, .nres = 1,
      .flags = BCF_NATIVE,
                   .ncode = 2, .info = info};
}
void link_types_reserve(u32 spare) {
  ptrmap_reserve(&canonical, spare);
  ptrmap_reserve(&homes, spare);
  ptrmap_reserve(&noalg, spare);
  ptrmap_reserve(&facts_of, spare);
  for (u32 i = 0; i < ARRAY_LEN(plain_names); i++) ptrmap_reserve(&plain_names[i], spare);
}
void link_types_init(void) {
  static SNAPSHOT FuncInfo infos[2];
  static SNAPSHOT BcFunc funcs[2];
  own_native(&equal_rec, &infos[0], &funcs[0], "runtime.typeEqual", equal_native);
  own_native(&hash_rec, &infos[1], &funcs[1], "runtime.typeHash", hash_native);
}

/* lower_embed.c - variables of //go:embed directives: strings, byte slices and embed.FS, laid out as static
 * data (cmd/compile/internal/staticdata: WriteEmbed). An embed.FS points to a slice of files, directories
 * among them, sorted by directory and then by name; embed.go describes the order.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <stdlib.h>

#include "frontend/loader.h"
#include "frontend/lower_priv.h"
#include "frontend/mod_hash.h"

typedef struct EmbedEntry { /* a file, or a directory: its name ends in "/" and it has no data */
  const char *name;
  const LoadFile *file;
} EmbedEntry;

typedef struct Embed {
  Lower *lw;
  const LoadEmbed *e;
} Embed;

/* ---- globals with data ---- */

typedef struct Data {
  u32 g;
  u8 *bytes;
  size_t size;
  VEC(BcReloc) relocs;
} Data;

static Data data_begin(Lower *lw, u32 g, size_t size) {
  return (Data){.g = g, .bytes = arena_alloc(&lw->m->arena, size ? size : 1), .size = size};
}

static void data_end(Lower *lw, Data *d) {
  BcGlobal *g = &lw->m->globals.v[d->g];
  g->init = d->bytes;
  g->ninit = (u32)d->size;
  g->relocs = d->relocs.v;
  g->nrelocs = d->relocs.n;
}

static void put_address(Lower *lw, Data *d, u64 offset, BcRelocKind kind, u32 index) {
  VEC_PUSH(&lw->m->arena, &d->relocs, (BcReloc){.offset = offset, .kind = kind, .index = index});
}

static void put_word(Data *d, u64 offset, u64 v) { memcpy(d->bytes + offset, &v, 8); }

static void put_string(Lower *lw, Data *d, u64 offset, const char *s, size_t n) {
  if (n == 0) return;
  put_address(lw, d, offset, BCR_STRING, lower_string(lw, s, n));
  put_word(d, offset + 8, n);
}

/* ---- embed.FS ---- */

/* Lengths of the directory part and where the last element starts; dir is "." when there is none. */
static const char *split(const char *name, const char **dir, size_t *ndir, size_t *nelem) {
  size_t n = strlen(name);
  if (n && name[n - 1] == '/') n--;
  const char *slash = n ? memrchr(name, '/', n) : NULL;
  const char *elem = slash ? slash + 1 : name;
  *dir = slash ? name : ".";
  *ndir = slash ? (size_t)(slash - name) : 1;
  *nelem = n - (size_t)(elem - name);
  return elem;
}

static int compare(const char *a, size_t n, const char *b, size_t k) {
  int c = memcmp(a, b, n < k ? n : k);
  return c ? c : n < k ? -1 : n > k;
}

static int by_place(const void *x, const void *y) {
  const char *xdir, *ydir;
  size_t nx, ny, kx, ky;
  const char *xelem = split(((const EmbedEntry *)x)->name, &xdir, &nx, &kx);
  const char *yelem = split(((const EmbedEntry *)y)->name, &ydir, &ny, &ky);
  int c = compare(xdir, nx, ydir, ny);
  return c ? c : compare(xelem, kx, yelem, ky);
}

typedef VEC(EmbedEntry) EmbedEntries;

static void add_directories(Embed *e, const char *file, EmbedEntries *out) {
  for (size_t n = strlen(file); n-- > 0;) {
    if (file[n] != '/') continue;
    const char *dir = arena_printf(&e->lw->m->arena, "%.*s/", (int)n, file);
    bool have = false;
    for (u32 i = 0; i < out->n && !have; i++) have = strcmp(out->v[i].name, dir) == 0;
    if (have) return;
    VEC_PUSH(NULL, out, (EmbedEntry){dir, NULL});
  }
}

/* Writes the struct embed.file {name, data string; hash [16]byte}. */
static void put_entry(Lower *lw, Data *d, u64 offset, const EmbedEntry *entry) {
  put_string(lw, d, offset, entry->name, strlen(entry->name));
  if (!entry->file) return;
  Sha256 s;
  u8 sum[32];
  put_string(lw, d, offset + 16, entry->file->data, entry->file->n);
  sha256_init(&s);
  sha256_write(&s, entry->file->data, entry->file->n);
  sha256_sum(&s, sum);
  memcpy(d->bytes + offset + 32, sum, 16);
}

/* FS is struct{ files *[]file }. */
static void embed_fs(Embed *e, u32 g, Type *fs) {
  Lower *lw = e->lw;
  Type *slice = ((Pointer *)type_under(((Struct *)type_under(fs))->fields[0]->type))->base;
  Type *file = ((Slice *)type_under(slice))->elem;
  EmbedEntries entries = {0};
  for (u32 i = 0; i < e->e->files.n; i++) {
    VEC_PUSH(NULL, &entries, (EmbedEntry){e->e->files.v[i].name, &e->e->files.v[i]});
    add_directories(e, e->e->files.v[i].name, &entries);
  }
  if (entries.n) qsort(entries.v, entries.n, sizeof *entries.v, by_place);
  size_t size = (size_t)lower_layout(lw, file)->size;
  CHECK(size == 48);
  Type *array = type_new_array(file, entries.n);
  u32 files = lower_static(lw, array, NULL), header = lower_static(lw, slice, NULL);
  Data back = data_begin(lw, files, size * entries.n), head = data_begin(lw, header, 24),
       var = data_begin(lw, g, 8);
  for (u32 i = 0; i < entries.n; i++) put_entry(lw, &back, i * size, &entries.v[i]);
  put_address(lw, &head, 0, BCR_GLOBAL, files);
  put_word(&head, 8, entries.n);
  put_word(&head, 16, entries.n);
  put_address(lw, &var, 0, BCR_GLOBAL, header);
  data_end(lw, &back);
  data_end(lw, &head);
  data_end(lw, &var);
  VEC_FREE(&entries);
}

/* ---- one file ---- */

static void embed_bytes(Embed *e, u32 g, Type *slice, const LoadFile *f) {
  Lower *lw = e->lw;
  u32 bytes = lower_static(lw, type_new_array(((Slice *)type_under(slice))->elem, (i64)f->n), NULL);
  Data back = data_begin(lw, bytes, f->n), var = data_begin(lw, g, 24);
  memcpy(back.bytes, f->data, f->n);
  put_address(lw, &var, 0, BCR_GLOBAL, bytes);
  put_word(&var, 8, f->n);
  put_word(&var, 16, f->n);
  data_end(lw, &back);
  data_end(lw, &var);
}

static bool is_bytes(Type *t) {
  Type *u = type_under(t);
  if (u->kind != TYPE_SLICE) return false;
  Type *elem = type_under(((Slice *)u)->elem);
  return elem->kind == TYPE_BASIC && ((Basic *)elem)->bkind == BK_UINT8;
}

void lower_embed_var(Lower *lw, Object *var, u32 g) {
  const LoadPackage *p = var->pkg->loader;
  for (u32 i = 0; p && i < p->embeds.n; i++) {
    Embed e = {lw, &p->embeds.v[i]};
    if (e.e->var != var->name) continue;
    Type *u = type_under(var->type);
    if (u->kind == TYPE_STRUCT) return embed_fs(&e, g, var->type);
    if (e.e->files.n != 1) {
      StrBuf b = {0};
      type_string(&b, var->type, NULL, NULL);
      diag_report(lw->diags, var->pos, false, false, 0, "invalid go:embed: multiple files for type %s",
                  sb_cstr(&b));
      sb_free(&b);
      return;
    }
    if (is_bytes(var->type)) return embed_bytes(&e, g, var->type, &e.e->files.v[0]);
    Data d = data_begin(lw, g, 16);
    put_string(lw, &d, 0, e.e->files.v[0].data, e.e->files.v[0].n);
    return data_end(lw, &d);
  }
}

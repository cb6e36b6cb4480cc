/* loader_embed.c - the files that a package's //go:embed directives name are found and read with its sources.
 * Directives in the wrong place are the checker's to report (check_gc.c); here they are passed over.
 */
#include <stdlib.h>

#include "frontend/embed.h"
#include "frontend/loader_priv.h"
#include "frontend/pkgscan_head.h"

/* Reads a file of the package, once per variable; errors are reported at pos. */
static void add_file(Loader *l, LoadPackage *p, LoadEmbed *e, const char *name, Pos pos) {
  for (u32 i = 0; i < e->files.n; i++)
    if (strcmp(e->files.v[i].name, name) == 0) return;
  StrBuf text = {0};
  Err why;
  const char *path = *p->dir->s ? arena_printf(&p->arena, "%s/%s", p->dir->s, name) : name;
  if (!file_read(path, &text, &why)) {
    load_error(l, p, pos, "%s", why.msg);
  } else {
    LoadFile f = {arena_strdup(&p->arena, name), arena_dup(&p->arena, sb_cstr(&text), text.n + 1), text.n};
    VEC_PUSH(&p->arena, &e->files, f);
    load_hash_source(p, name, &text);
  }
  sb_free(&text);
}

static void resolve(Loader *l, LoadPackage *p, LoadEmbed *e, const ScanName *pattern, Pos pos) {
  EmbedPattern x = {.pattern = pattern->name};
  const char *error;
  pos.col = pattern->col;
  if (!embed_resolve(&p->arena, p->dir->s, &x, &error)) return load_error(l, p, pos, "%s", error);
  for (u32 i = 0; i < x.files.n; i++) add_file(l, p, e, x.files.v[i], pos);
}

static void add_variable(Loader *l, LoadPackage *p, const VarDecl *d) {
  LoadEmbed e = {.var = d->names.v[0]->name};
  for (u32 i = 0; i < d->pragma->all.n; i++) {
    const PragmaPos *at = &d->pragma->all.v[i];
    ScanNames patterns = {0};
    if (at->flag != PRAGMA_EMBED) continue;
    const char *args = at->text->s + strlen("//go:embed");
    size_t n = strlen(args);
    if (!embed_parse_args(&p->arena, args, n, "", at->pos.line, at->pos.col + 8, &patterns)) {
      load_error(l, p, at->pos, "invalid quoted string in //go:embed: %s", args);
      continue;
    }
    for (u32 k = 0; k < patterns.n; k++) resolve(l, p, &e, &patterns.v[k], at->pos);
  }
  VEC_PUSH(&p->arena, &p->embeds, e);
}

static bool imports_embed(const File *f) {
  for (u32 i = 0; i < f->decls.n; i++) {
    if (f->decls.v[i]->n.kind != N_ImportDecl) continue;
    const BasicLit *b = ((ImportDecl *)f->decls.v[i])->path;
    if (b && (atom_is(b->value, "\"embed\"") || atom_is(b->value, "`embed`"))) return true;
  }
  return false;
}

void load_embeds(Loader *l, LoadPackage *p) {
  if (l->config.no_embeds) return;
  for (u32 i = 0; i < p->files.n; i++) {
    const File *f = p->files.v[i];
    if (!imports_embed(f)) continue;
    for (u32 k = 0; k < f->decls.n; k++) {
      const VarDecl *d = (const VarDecl *)f->decls.v[k];
      if (d->d.n.kind == N_VarDecl && d->pragma && d->pragma->flags & PRAGMA_EMBED && d->names.n == 1 &&
          !d->values)
        add_variable(l, p, d);
    }
  }
}

/* mod_sum.c - go.sum and go.work.sum (modfetch/fetch.go). Nothing is added to them here: a module without an
 * entry is an error where go.sum must be complete.
 */
#include "frontend/loader_priv.h"
#include "frontend/mod_priv.h"

/* The hash of an empty go.mod, which old versions of the go command wrote by mistake. */
static const char empty_gomod_hash[] = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=";

static void read_lines(Modules *m, const char *text, const Atom *file) {
  u32 lineno = 0;
  for (const char *p = text; *p; p += *p == '\n') {
    const char *field[4];
    size_t len[4], end = strcspn(p, "\n"), n = 0;
    lineno++;
    for (const char *q = p; q < p + end;) {
      q += strspn(q, " \t\r");
      size_t k = strcspn(q, " \t\r\n");
      if (k && n < 4) {
        field[n] = q;
        len[n] = k;
      }
      n += k > 0;
      q += k;
    }
    if (n == 3) {
      SumEntry s = {
          {atom_new(field[0], len[0]), atom_new(field[1], len[1])}, atom_new(field[2], len[2]), file};
      if (!atom_is(s.hash, empty_gomod_hash)) VEC_PUSH(&m->arena, &m->sums, s);
    } else if (n > 0 && !m->error) {
      m->error =
          arena_printf(&m->arena, "malformed go.sum:\n%s:%u: wrong number of fields %zu", file->s, lineno, n);
    }
    p += end;
  }
}

static void read_file(Modules *m, const char *path) {
  StrBuf text = {0};
  if (file_read(path, &text, NULL)) read_lines(m, sb_cstr(&text), atom_cstr(path));
  sb_free(&text);
}

/* The .sum beside a .mod file. */
static const char *sum_beside(Modules *m, const char *gomod) {
  return arena_printf(&m->arena, "%.*s.sum", (int)strlen(gomod) - 4, gomod);
}

static void read_sums(Modules *m) {
  if (m->sums_read) return;
  m->sums_read = true;
  for (u32 i = 0; i < m->mains.n; i++) read_file(m, sum_beside(m, m->mains.v[i].mod->gomod));
  if (m->work_file) read_file(m, arena_printf(&m->arena, "%s.sum", m->work_file));
}

bool mod_must_have_sums(const Modules *m) {
  return m->mode == MODE_MODULE && strcmp(m->mod, "readonly") == 0;
}

static ModVersion key_of(ModVersion v, bool gomod) {
  if (gomod) v.version = atom_printf("%s/go.mod", v.version->s);
  return v;
}

const char *mod_sum_of(Modules *m, ModVersion v, bool gomod) {
  ModVersion key = key_of(v, gomod);
  read_sums(m);
  for (u32 i = 0; i < m->sums.n; i++)
    if (modversion_eq(m->sums.v[i].mod, key) && strncmp(m->sums.v[i].hash->s, "h1:", 3) == 0)
      return m->sums.v[i].hash->s;
  return NULL;
}

bool mod_have_sum(Modules *m, ModVersion v, bool gomod) { return mod_sum_of(m, v, gomod) != NULL; }

bool mod_check_sum(Modules *m, ModVersion v, bool gomod, const char *hash, const char **error) {
  ModVersion key = key_of(v, gomod);
  const SumEntry *other = NULL;
  read_sums(m);
  for (u32 i = 0; i < m->sums.n; i++) {
    const SumEntry *s = &m->sums.v[i];
    if (!modversion_eq(s->mod, key) || strncmp(s->hash->s, "h1:", 3) != 0) continue;
    if (atom_is(s->hash, hash)) return true;
    other = s;
  }
  if (!other) return true;
  *error = "";
  const char *file = m->mode == MODE_WORKSPACE ? other->file->s : "go.sum";
  m->error = arena_printf(
      &m->arena,
      "verifying %s@%s: checksum mismatch\n\tdownloaded: %s\n\t%s:     %s\n\nSECURITY ERROR\n"
      "This download does NOT match an earlier download recorded in go.sum.\n"
      "The bits may have been replaced on the origin server, or an attacker may\n"
      "have intercepted the download attempt.\n\nFor more information, see 'go help module-auth'.",
      key.path->s, key.version->s, hash, file, other->hash->s);
  return false;
}

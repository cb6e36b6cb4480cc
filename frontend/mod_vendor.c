/* mod_vendor.c - vendor/modules.txt and its agreement with go.mod (modload/vendor.go). */
#include "frontend/loader_priv.h"
#include "frontend/mod_priv.h"

/* ---- reading ---- */

static u32 fields(Modules *m, const char *line, size_t n, const char **out, u32 max) {
  u32 k = 0;
  for (const char *p = line, *end = line + n; p < end;) {
    size_t blank = strspn(p, " \t\r");
    p += blank;
    size_t len = p < end ? strcspn(p, " \t\r\n") : 0;
    if (len && k < max) out[k] = arena_printf(&m->arena, "%.*s", (int)len, p);
    k += len > 0;
    p += len;
    if (!len) break;
  }
  return k;
}

static VendorModule *vendor_module(Modules *m, ModVersion v) {
  for (u32 i = 0; i < m->vendored.n; i++)
    if (modversion_eq(m->vendored.v[i].mod, v)) return &m->vendored.v[i];
  VEC_PUSH(&m->arena, &m->vendored, (VendorModule){.mod = v});
  return &VEC_LAST(&m->vendored);
}

/* "# path version [=> path [version]]" or "# path => path [version]": the module that follows, or NULL. */
static VendorModule *module_line(Modules *m, const char *line, size_t n) {
  const char *f[8];
  u32 k = fields(m, line, n, f, 8), at = 3;
  if (k < 3 || k > 8) return NULL;
  ModVersion v = {atom_cstr(f[1]), atom_cstr("")};
  if (semver_valid(f[2])) {
    v.version = atom_cstr(f[2]);
  } else if (strcmp(f[2], "=>") == 0) {
    at = 2;
  } else {
    return NULL;
  }
  VendorModule *x = vendor_module(m, v);
  if (k >= at + 2 && strcmp(f[at], "=>") == 0) {
    bool versioned = k == at + 3 && semver_valid(f[at + 2]);
    if (versioned || k == at + 2)
      x->replace = (ModVersion){atom_cstr(f[at + 1]), atom_cstr(versioned ? f[at + 2] : "")};
  }
  return x;
}

static void annotation_line(Modules *m, VendorModule *x, const char *p, size_t n) {
  for (const char *end = p + n; p < end;) {
    size_t len = 0;
    p += strspn(p, " \t\r");
    while (p + len < end && p[len] != ';') len++;
    size_t used = len;
    while (used && strchr(" \t\r", p[used - 1])) used--;
    if (used == 8 && memcmp(p, "explicit", 8) == 0) x->is_explicit = true;
    if (used > 3 && memcmp(p, "go ", 3) == 0)
      x->goversion = arena_printf(&m->arena, "%.*s", (int)used - 3, p + 3);
    p += len + 1;
  }
}

void mod_vendor_read(Modules *m) {
  if (m->vendor_read) return;
  m->vendor_read = true;
  StrBuf text = {0};
  VendorModule *x = NULL;
  if (file_read(mod_join(&m->arena, modules_vendor_dir(m), "modules.txt"), &text, NULL)) {
    for (const char *p = sb_cstr(&text); *p;) {
      size_t n = strcspn(p, "\n");
      const char *f[1];
      if (n > 2 && memcmp(p, "# ", 2) == 0) {
        x = module_line(m, p, n);
      } else if (x && n > 3 && memcmp(p, "## ", 3) == 0) {
        annotation_line(m, x, p + 3, n - 3);
      } else if (x && fields(m, p, n, f, 1) == 1 && !modpath_check_import(&m->arena, f[0])) {
        x->provides = true;
        ptrmap_set(&m->vendor_packages, atom_cstr(f[0]), (void *)(uintptr_t)(x - m->vendored.v + 1));
      }
      p += n + (p[n] == '\n');
    }
  }
  sb_free(&text);
}

const VendorModule *mod_vendor_package(Modules *m, const Atom *path) {
  mod_vendor_read(m);
  uintptr_t i = (uintptr_t)ptrmap_get(&m->vendor_packages, path);
  return i ? &m->vendored.v[i - 1] : NULL;
}

/* ---- checking ---- */

typedef struct Check {
  Modules *m;
  StrBuf out;
  bool before_114;
} Check;

static void PRINTF(3, 4) complain(Check *c, ModVersion v, const char *fmt, ...) {
  va_list ap;
  sb_printf(&c->out, "\n\t%s: ", modversion_string(&c->m->arena, v));
  va_start(ap, fmt);
  sb_vprintf(&c->out, fmt, ap);
  va_end(ap);
}

static const VendorModule *listed(Modules *m, ModVersion v) {
  for (u32 i = 0; i < m->vendored.n; i++)
    if (modversion_eq(m->vendored.v[i].mod, v)) return &m->vendored.v[i];
  return NULL;
}

/* The version of path that provides vendored packages. */
static const Atom *provided(Modules *m, const Atom *path) {
  for (u32 i = 0; i < m->vendored.n; i++)
    if (m->vendored.v[i].mod.path == path && m->vendored.v[i].provides) return m->vendored.v[i].mod.version;
  return NULL;
}

static void check_requires(Check *c, const ModFile *f) {
  for (u32 i = 0; i < f->require.n; i++) {
    ModVersion v = f->require.v[i].mod;
    const VendorModule *x = listed(c->m, v);
    if (x && x->is_explicit) continue;
    const Atom *other = provided(c->m, v.path);
    if (!c->before_114) {
      complain(c, v, "is explicitly required in go.mod, but not marked as explicit in vendor/modules.txt");
    } else if (other && other != v.version) {
      complain(c, v, "is explicitly required in go.mod, but vendor/modules.txt indicates %s@%s", v.path->s,
               other->s);
    }
  }
}

/* A replacement as vendor/modules.txt writes it. */
static ModVersion canonical_target(Check *c, const Replacement *r) {
  ModVersion to = r->r.to;
  if (to.version->len || !c->m->work_file || *to.path->s == '/') return to;
  const char *dir = mod_join(&c->m->arena, r->base, to.path->s),
             *work = mod_join(&c->m->arena, c->m->work_file, "..");
  size_t n = strlen(work);
  if (strncmp(dir, work, n) == 0 && dir[n] == '/') to.path = atom_printf("./%s", dir + n + 1);
  return to;
}

static void check_replaces(Check *c) {
  for (u32 i = 0; i < c->m->replacements.n; i++) {
    const Replacement *r = &c->m->replacements.v[i];
    ModVersion from = r->r.from, to = canonical_target(c, r);
    const VendorModule *x = listed(c->m, from);
    const char *source = mod_short_path(c->m, &c->m->arena, r->source);
    if (!x || !x->replace.path) {
      const Atom *other = provided(c->m, from.path);
      if (c->before_114 && (from.version->len == 0 || other != from.version)) continue;
      complain(c, from, "is replaced in %s, but not marked as replaced in vendor/modules.txt", source);
    } else if (!modversion_eq(x->replace, to)) {
      complain(c, from, "is replaced by %s in %s, but marked as replaced by %s in vendor/modules.txt",
               modversion_string(&c->m->arena, r->r.to), source, modversion_string(&c->m->arena, x->replace));
    }
  }
}

static bool is_required(Modules *m, ModVersion v) {
  for (u32 i = 0; i < m->mains.n; i++)
    for (u32 k = 0; k < m->mains.v[i].file.require.n; k++)
      if (modversion_eq(m->mains.v[i].file.require.v[k].mod, v)) return true;
  return false;
}

static void check_listed(Check *c) {
  bool work = c->m->mode == MODE_WORKSPACE;
  for (u32 i = 0; i < c->m->vendored.n; i++) {
    const VendorModule *x = &c->m->vendored.v[i];
    if (x->provides && x->is_explicit && !is_required(c->m, x->mod))
      complain(c, x->mod,
               "is marked as explicit in vendor/modules.txt, but not explicitly required in %sgo.mod",
               work ? "a " : "");
  }
  for (u32 i = 0; i < c->m->vendored.n; i++) {
    const VendorModule *x = &c->m->vendored.v[i];
    if (x->replace.path && !mod_replacement(c->m, x->mod))
      complain(c, x->mod, "is marked as replaced in vendor/modules.txt, but not replaced in %s",
               work ? "the workspace" : "go.mod");
  }
}

bool mod_vendor_check(Modules *m, const char **error) {
  Check c = {.m = m};
  bool work = m->mode == MODE_WORKSPACE;
  const Atom *go = m->mains.v[0].file.go;
  c.before_114 = !work && goversion_compare(go ? go->s : "", "1.14") < 0;
  mod_vendor_read(m);
  for (u32 i = 0; i < m->mains.n; i++) check_requires(&c, &m->mains.v[i].file);
  check_replaces(&c);
  check_listed(&c);
  bool ok = c.out.n == 0;
  if (!ok)
    *error = arena_printf(
        &m->arena,
        "inconsistent vendoring in %s:%s\n\n\tTo ignore the vendor directory, use -mod=readonly or "
        "-mod=mod.\n\tTo sync the vendor directory, run:\n\t\tgo %s vendor",
        mod_join(&m->arena, modules_vendor_dir(m), ".."), c.out.p, work ? "work" : "mod");
  sb_free(&c.out);
  return ok;
}

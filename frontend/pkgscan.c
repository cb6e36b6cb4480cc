/* pkgscan.c - sorts the files of a directory into a package (go/build's build.go: Context.Import).
 * Start reading at pkgscan_dir().
 */
#include "frontend/pkgscan.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>

#include "frontend/loader_priv.h"
#include "frontend/pkgscan_head.h"

static bool has_suffix(const char *s, const char *suffix) {
  size_t n = strlen(s), k = strlen(suffix);
  return n >= k && strcmp(s + n - k, suffix) == 0;
}

/* ---- synopsis: go/doc's Synopsis of a comment's text ---- */

static bool illegal_start(const char *s) {
  static const char *const prefixes[] = {"copyright", "all rights", "author"};
  for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
    if (strncasecmp(s, prefixes[i], strlen(prefixes[i])) == 0) return true;
  return false;
}

/* The length of the first sentence of s: up to a ". " that ends no abbreviation like "A. B". */
static size_t first_sentence(const char *s) {
  char ppp = 0, pp = 0, p = 0;
  for (size_t i = 0; s[i]; i++) {
    char q = s[i];
    if (q == ' ' && p == '.' && (!isupper((u8)pp) || isupper((u8)ppp))) return i;
    if (strncmp(s + i, "\xe3\x80\x82", 3) == 0 || strncmp(s + i, "\xef\xbc\x8e", 3) == 0) return i + 3;
    ppp = pp;
    pp = p;
    p = q;
  }
  return strlen(s);
}

/* The length of a link "[pkg]", "[pkg/path]" or "[pkg.Name]" at s, whose brackets are not shown; 0 for none.
 */
static size_t doc_link(const char *s) {
  size_t n = 1 + strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789/");
  if (n < 3 || !islower((u8)s[1])) return 0;
  while (s[n] == '.' && isupper((u8)s[n + 1]))
    for (n++; isalnum((u8)s[n]) || s[n] == '_'; n++) continue;
  return s[n] == ']' && (!s[n + 1] || !isalnum((u8)s[n + 1])) ? n + 1 : 0;
}

static const char *synopsis(Arena *a, const char *doc) {
  while (*doc == '\n' || *doc == ' ' || *doc == '\t' || *doc == '\r') {
    if (*doc == '\t') return "";
    doc++;
  }
  StrBuf b = {0};
  while (*doc) { /* the first paragraph, its blanks made single */
    const char *nl = strchr(doc, '\n');
    size_t n = nl ? (size_t)(nl - doc) : strlen(doc), blank = 0;
    while (blank < n && isspace((u8)doc[blank])) blank++;
    if (blank == n) break;
    if (b.n) sb_putc(&b, ' ');
    for (size_t i = 0; i < n; i++) {
      bool space = isspace((u8)doc[i]);
      size_t link = doc[i] == '[' && (!i || isspace((u8)doc[i - 1])) ? doc_link(doc + i) : 0;
      if (link) {
        sb_write(&b, doc + i + 1, link - 2);
        i += link - 1;
        continue;
      }
      if (!space) sb_putc(&b, doc[i]);
      if (space && b.n && b.p[b.n - 1] != ' ') sb_putc(&b, ' ');
    }
    while (b.n && b.p[b.n - 1] == ' ') b.p[--b.n] = 0;
    if (!nl) break;
    doc = nl + 1;
  }
  const char *s = sb_cstr(&b);
  const char *out = illegal_start(s) ? "" : arena_printf(a, "%.*s", (int)first_sentence(s), s);
  sb_free(&b);
  return out;
}

/* ---- files ---- */

typedef struct Scan {
  Arena *a;
  const char *dir, *shown;
  const FileFilter *filter;
  PkgScan *out;
  const char *first_file;
} Scan;

static StrVec *other_list(PkgScan *p, const char *name) {
  static const struct { const char *ext; size_t offset; } kinds[] = {
      {".c", offsetof(PkgScan, c)},          {".cc", offsetof(PkgScan, cxx)},
      {".cpp", offsetof(PkgScan, cxx)},      {".cxx", offsetof(PkgScan, cxx)},
      {".m", offsetof(PkgScan, m)},          {".h", offsetof(PkgScan, h)},
      {".hh", offsetof(PkgScan, h)},         {".hpp", offsetof(PkgScan, h)},
      {".hxx", offsetof(PkgScan, h)},        {".f", offsetof(PkgScan, f)},
      {".F", offsetof(PkgScan, f)},          {".for", offsetof(PkgScan, f)},
      {".f90", offsetof(PkgScan, f)},        {".s", offsetof(PkgScan, s)},
      {".S", offsetof(PkgScan, ignored_other)}, {".sx", offsetof(PkgScan, ignored_other)},
      {".swig", offsetof(PkgScan, swig)},    {".swigcxx", offsetof(PkgScan, swigcxx)},
      {".syso", offsetof(PkgScan, syso)},
  };
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot && i < ARRAY_LEN(kinds); i++)
    if (strcmp(dot, kinds[i].ext) == 0) return (StrVec *)((char *)p + kinds[i].offset);
  return NULL;
}

static void bad_file(Scan *s, const char *name, const char *why) {
  PkgScan *p = s->out;
  if (!p->error) p->error = why;
  if (p->invalid.n == 0 || strcmp(VEC_LAST(&p->invalid), name) != 0) VEC_PUSH(s->a, &p->invalid, name);
}

static const char *path_of(Scan *s, const char *name) {
  return *s->dir && strcmp(s->dir, ".") != 0 ? arena_printf(s->a, "%s/%s", s->dir, name) : name;
}

static void add_names(Scan *s, ScanNames *to, const ScanNames *from) {
  for (u32 i = 0; i < from->n; i++) VEC_PUSH(s->a, to, from->v[i]);
}

static void add_go_file(Scan *s, const char *name, FileHead *head) {
  PkgScan *p = s->out;
  if (head->error) bad_file(s, name, arena_printf(s->a, "%s:%s", path_of(s, name), head->error));
  if (atom_is(head->package, "documentation")) {
    VEC_PUSH(s->a, &p->ignored, name);
    return;
  }
  bool test = has_suffix(name, "_test.go"), xtest = false;
  const Atom *pkg = head->package ? head->package : atom_cstr("");
  if (test && has_suffix(pkg->s, "_test") && p->name != pkg) {
    xtest = true;
    pkg = atom_new(pkg->s, pkg->len - 5);
  }
  if (!p->name || p->name->len == 0) {
    p->name = pkg;
    s->first_file = name;
  } else if (pkg != p->name) {
    bad_file(s, name,
             arena_printf(s->a, "found packages %s (%s) and %s (%s) in %s", p->name->s, s->first_file, pkg->s,
                          name, s->shown));
  }
  if (!*p->doc && !test && *head->doc) p->doc = synopsis(s->a, head->doc);
  if (head->imports_c) {
    VEC_PUSH(s->a, &p->ignored, name);
    return;
  }
  ScanGroup *g = xtest ? &p->xtest : test ? &p->test : &p->go;
  VEC_PUSH(s->a, &g->files, name);
  add_names(s, &g->imports, &head->imports);
  add_names(s, &g->embeds, &head->embeds);
  for (u32 i = 0; i < head->directives.n; i++) VEC_PUSH(s->a, &g->directives, head->directives.v[i]);
}

static void scan_go_file(Scan *s, const char *name, bool filtered) {
  StrBuf text = {0};
  Err e;
  if (!file_read(path_of(s, name), &text, &e)) {
    bad_file(s, name, arena_strdup(s->a, e.msg));
  } else if (filtered && !file_filter_match(s->filter, name, sb_cstr(&text), text.n)) {
    VEC_PUSH(s->a, &s->out->ignored, name);
  } else {
    FileHead head;
    filehead_scan(s->a, name, sb_cstr(&text), text.n, &head);
    add_go_file(s, name, &head);
  }
  sb_free(&text);
}

static void scan_other_file(Scan *s, const char *name) {
  StrVec *list = other_list(s->out, name);
  if (!list) return;
  StrBuf text = {0};
  bool match = !file_read(path_of(s, name), &text, NULL) ||
               file_filter_match(s->filter, name, sb_cstr(&text), text.n);
  if (!match) list = &s->out->ignored_other;
  VEC_PUSH(s->a, list, name);
  sb_free(&text);
}

/* ---- the result ---- */

static int by_place(const void *x, const void *y) {
  const ScanName *a = x, *b = y;
  int c = strcmp(a->name->s, b->name->s);
  if (!c) c = strcmp(a->file, b->file);
  if (!c) c = a->line != b->line ? (a->line < b->line ? -1 : 1) : 0;
  return c ? c : (int)a->col - (int)b->col;
}

static void clean_names(ScanNames *names) {
  u32 kept = 0;
  if (names->n) qsort(names->v, names->n, sizeof *names->v, by_place);
  for (u32 i = 0; i < names->n; i++)
    if (kept == 0 || names->v[kept - 1].name != names->v[i].name) names->v[kept++] = names->v[i];
  names->n = kept;
}

static void finish(Scan *s) {
  PkgScan *p = s->out;
  ScanGroup *groups[] = {&p->go, &p->test, &p->xtest};
  u32 files = 0;
  for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
    clean_names(&groups[i]->imports);
    clean_names(&groups[i]->embeds);
    files += groups[i]->files.n;
  }
  if (p->error) {
    p->problem = SCAN_BAD;
  } else if (files == 0) {
    p->problem = p->ignored.n ? SCAN_EXCLUDED : SCAN_NO_GO;
  }
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static bool is_plain_file(Scan *s, const struct dirent *e) {
  if (e->d_type == DT_DIR) return false;
  if (e->d_type == DT_REG) return true;
  return !load_is_dir(path_of(s, e->d_name));
}

void pkgscan_dir(Arena *a, const char *dir, const char *shown, const FileFilter *filter, PkgScan *out) {
  *out = (PkgScan){.doc = ""};
  Scan s = {.a = a, .dir = dir, .shown = shown, .filter = filter, .out = out};
  DIR *d = opendir(*dir ? dir : ".");
  if (!d) {
    out->problem = SCAN_NO_DIR;
    return;
  }
  StrVec names = {0};
  for (struct dirent *e; (e = readdir(d));)
    if (e->d_name[0] != '_' && e->d_name[0] != '.' && is_plain_file(&s, e))
      VEC_PUSH(a, &names, arena_strdup(a, e->d_name));
  closedir(d);
  if (names.n) qsort(names.v, names.n, sizeof *names.v, by_name);
  for (u32 i = 0; i < names.n; i++) {
    if (has_suffix(names.v[i], ".go")) {
      scan_go_file(&s, names.v[i], true);
    } else {
      scan_other_file(&s, names.v[i]);
    }
  }
  finish(&s);
}

void pkgscan_files(Arena *a, const char *const *files, u32 n, PkgScan *out) {
  *out = (PkgScan){.doc = ""};
  const char *slash = n ? strrchr(files[0], '/') : NULL;
  const char *dir = slash ? arena_printf(a, "%.*s", (int)(slash - files[0]), files[0]) : "";
  Scan s = {.a = a, .dir = dir, .shown = dir, .out = out};
  for (u32 i = 0; i < n; i++) {
    const char *base = strrchr(files[i], '/');
    scan_go_file(&s, base ? base + 1 : files[i], false);
  }
  finish(&s);
}

bool pkgscan_has_go_files(const char *dir) {
  DIR *d = opendir(*dir ? dir : ".");
  if (!d) return false;
  bool found = false;
  for (struct dirent *e; !found && (e = readdir(d));)
    found = has_suffix(e->d_name, ".go") &&
            (e->d_type == DT_REG || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN);
  closedir(d);
  return found;
}

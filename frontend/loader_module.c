/* loader_module.c - the main module: the nearest go.mod above a directory, its path and its go line.
 * Requirements are not resolved: modules other than the main one are found in its vendor directory only.
 */
#include <stdlib.h>

#include "frontend/loader_priv.h"

/* The word after the directive at p, when the line starts with it; quotes are stripped. */
static const Atom *directive_word(const char *p, const char *directive) {
  size_t n = strlen(directive);
  if (strncmp(p, directive, n) != 0 || (p[n] != ' ' && p[n] != '\t')) return NULL;
  p += n + strspn(p + n, " \t\"");
  n = strcspn(p, " \t\r\n\"/");
  if (p[n] == '/') n = strcspn(p, " \t\r\n\"");
  return atom_new(p, n);
}

static void parse_go_mod(Loader *l, const char *text) {
  for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
    p += strspn(p, " \t");
    const Atom *w = directive_word(p, "module");
    if (w) l->module_path = w;
    w = directive_word(p, "go");
    if (!w) continue;
    const char *dot = strchr(w->s, '.');
    size_t minor = dot ? strspn(dot + 1, "0123456789") : 0;
    l->module_go = atom_printf("go%.*s", dot ? (int)((size_t)(dot - w->s) + 1 + minor) : (int)w->len, w->s);
  }
}

void load_find_module(Loader *l, const char *dir) {
  if (l->module_known) return;
  l->module_known = true;
  char *abs = realpath(*dir ? dir : ".", NULL);
  if (!abs) return;
  StrBuf path = {0}, text = {0};
  for (;;) {
    sb_reset(&path);
    sb_printf(&path, "%s/go.mod", strcmp(abs, "/") == 0 ? "" : abs);
    if (load_read_file(path.p, &text, NULL)) {
      l->module_root = atom_cstr(abs);
      parse_go_mod(l, sb_cstr(&text));
      break;
    }
    char *slash = strrchr(abs, '/');
    if (!slash || strcmp(abs, "/") == 0) break;
    slash[slash == abs] = 0;
  }
  sb_free(&path);
  sb_free(&text);
  free(abs);
}

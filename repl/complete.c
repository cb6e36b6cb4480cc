/* complete.c - completion of the word before the cursor: keywords, predeclared names, the session's names,
 * packages of std; behind a dot the members of a package, or the fields and methods of what the dotted path
 * denotes. What a name means comes from the checker's scopes; nothing is evaluated. Start reading at
 * complete_words(). */
#include <stdio.h>
#include <stdlib.h>

#include <readline/readline.h>

#include "repl/command.h"
#include "repl/terminal.h"

static const Session *session;

static const char *const keywords[] = {
    "break", "case",   "chan",   "const",  "continue", "default", "defer",     "else", "fallthrough",
    "for",   "func",   "go",     "goto",   "if",       "import",  "interface", "map",  "package",
    "range", "return", "select", "struct", "switch",   "type",    "var",
};

typedef struct Words {
  VEC(char *) list;
  const char *head; /* what stands before the part to complete, "a.b." */
  size_t head_n;
  const char *prefix;
  size_t prefix_n;
} Words;

static void add(Words *w, const char *name) {
  if (strncmp(name, w->prefix, w->prefix_n) != 0) return;
  if (!w->prefix_n && name[0] == '_') return;
  char *word = strdup(name); /* readline frees it */
  VEC_PUSH(NULL, &w->list, word);
}

static bool is_exported(const Atom *name) { return name->s[0] >= 'A' && name->s[0] <= 'Z'; }

static void add_scope(Words *w, const Scope *s, bool exported) {
  for (u32 i = 0; i < s->elems.n; i++) {
    const Atom *name = s->elems.entries[i].key;
    if (name && s->elems.entries[i].val && (!exported || is_exported(name))) add(w, name->s);
  }
}

/* ---- members ---- */
static bool visible(const Object *o) { return is_exported(o->name) || (o->pkg && o->pkg->link_name); }

static void add_fields(Words *w, Type *t, int depth) {
  t = type_under(t);
  if (t->kind == TYPE_POINTER) t = type_under(((Pointer *)t)->base);
  if (t->kind != TYPE_STRUCT || depth > 4) return;
  Struct *st = (Struct *)t;
  for (u32 i = 0; i < st->nfields; i++) {
    if (visible(st->fields[i])) add(w, st->fields[i]->name->s);
    if (st->fields[i]->embedded) add_fields(w, st->fields[i]->type, depth + 1);
  }
}

static void add_methods(Words *w, Type *t, bool addressable) {
  if (type_is_interface(t)) {
    for (u32 i = 0; i < iface_num_methods(t); i++)
      if (visible(iface_method(t, i))) add(w, iface_method(t, i)->name->s);
    return;
  }
  bool ptr = type_unalias(t)->kind == TYPE_POINTER;
  MethodSet *set = type_method_set(addressable && !ptr ? type_new_pointer(t) : t);
  for (u32 i = 0; i < set->n; i++)
    if (visible(set->v[i]->obj)) add(w, set->v[i]->obj->name->s);
}

/* The type of the member `name` of a value of type t, NULL: none, or a method's, which has no members. */
static Type *member_type(Type *t, const Atom *name) {
  int *index;
  u32 n;
  bool indirect;
  Object *pkg_of = NULL;
  Named *named = type_as_named(t);
  if (named) pkg_of = named->obj;
  Object *o = type_lookup(t, true, pkg_of ? pkg_of->pkg : NULL, name, &index, &n, &indirect);
  return o && o->kind == OBJ_VAR ? o->type : NULL;
}

static Package *package_named(const Atom *name) {
  Object *o = session_lookup(session, name);
  if (o) return o->kind == OBJ_PKGNAME ? o->imported : NULL;
  const char *path = std_path_of(name->s);
  Err e;
  return path ? session_import((Session *)session, atom_cstr(path), &e) : NULL;
}

/* Members of what the path in head, "a.b.", denotes. */
static void add_members(Words *w) {
  const char *p = w->head, *end = w->head + w->head_n - 1; /* without the last dot */
  const char *dot = memchr(p, '.', (size_t)(end - p));
  const Atom *first = atom_new(p, (size_t)((dot ? dot : end) - p));
  Package *pkg = package_named(first);
  Object *o = session_lookup(session, first);
  if (pkg) {
    if (!dot) {
      add_scope(w, pkg->scope, true);
      return;
    }
    p = dot + 1;
    dot = memchr(p, '.', (size_t)(end - p));
    o = scope_lookup(pkg->scope, atom_new(p, (size_t)((dot ? dot : end) - p)));
  }
  if (!o || !o->type || (o->kind != OBJ_VAR && o->kind != OBJ_CONST && o->kind != OBJ_TYPENAME)) return;
  Type *t = o->type;
  while (dot && t) {
    p = dot + 1;
    dot = memchr(p, '.', (size_t)(end - p));
    t = member_type(t, atom_new(p, (size_t)((dot ? dot : end) - p)));
  }
  if (!t || t->kind == TYPE_BASIC) return;
  if (o->kind != OBJ_TYPENAME) add_fields(w, t, 0);
  add_methods(w, t, o->kind == OBJ_VAR);
}

static void add_names(Words *w) {
  for (const Scope *s = session->scope; s; s = s->parent) add_scope(w, s, false);
  if (!session->scope) add_scope(w, universe, false);
  for (size_t i = 0; i < ARRAY_LEN(keywords); i++) add(w, keywords[i]);
  for (size_t i = 0; w->prefix_n && std_paths[i]; i++) {
    const char *slash = strrchr(std_paths[i], '/'), *name = slash ? slash + 1 : std_paths[i];
    if (std_path_of(name)) add(w, name);
  }
}

/* ---- words ---- */
static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void sort_unique(Words *w) {
  u32 n = 0;
  if (w->list.n) qsort(w->list.v, w->list.n, sizeof *w->list.v, by_text);
  for (u32 i = 0; i < w->list.n; i++) {
    if (n && strcmp(w->list.v[n - 1], w->list.v[i]) == 0) free(w->list.v[i]);
    else w->list.v[n++] = w->list.v[i];
  }
  w->list.n = n;
}

static bool in_word(char c) {
  return c == '_' || c == '.' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
         (u8)c >= 0x80;
}

char **complete_words(const Session *s, const char *text, size_t n) {
  session = s;
  const char *word = text + n, *end = text + n;
  while (word > text && in_word(word[-1])) word--;
  const char *name = end;
  while (name > word && name[-1] != '.') name--;
  Words w = {.head = word, .head_n = (size_t)(name - word), .prefix = name, .prefix_n = (size_t)(end - name)};
  bool command = word > text && word[-1] == ':' && word - 1 == text;
  if (command) {
    for (size_t i = 0; command_names[i]; i++) add(&w, command_names[i]);
  } else if (w.head_n) {
    add_members(&w);
  } else {
    add_names(&w);
  }
  sort_unique(&w);
  VEC_PUSH(NULL, &w.list, NULL);
  char **out = malloc(w.list.n * sizeof *out);
  if (out) memcpy(out, w.list.v, w.list.n * sizeof *out);
  VEC_FREE(&w.list);
  return out;
}

/* ---- readline ---- */
static char **words;
static char *next_word(const char *text, int state) {
  static int at;
  (void)text;
  if (state == 0) at = 0;
  char *word = words && words[at] ? words[at++] : NULL;
  return word; /* readline frees it */
}

static char **attempt(const char *text, int start, int end) {
  rl_attempted_completion_over = 1; /* no file names */
  rl_completion_append_character = '\0';
  (void)start;
  words = complete_words(session, rl_line_buffer, (size_t)end);
  char **matches = rl_completion_matches(text, next_word);
  free(words);
  words = NULL;
  return matches;
}

/* Tab in front of the first word of a line indents. */
static int tab(int count, int key) {
  (void)count, (void)key;
  for (int i = 0; i < rl_point; i++)
    if (rl_line_buffer[i] != ' ' && rl_line_buffer[i] != '\t')
      return rl_complete_internal(rl_completion_mode(tab));
  return rl_insert_text("\t");
}

void complete_init(const Session *s) {
  session = s;
  rl_attempted_completion_function = attempt;
  rl_basic_word_break_characters = " \t\n\"\\'`@$><=;|&{}()[]+-*/%!^~,:.?";
  rl_completer_word_break_characters = (char *)rl_basic_word_break_characters;
  rl_bind_key('\t', tab);
}

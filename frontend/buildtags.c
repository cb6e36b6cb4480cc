/* buildtags.c - //go:build expressions. Follows go/build/constraint (expr.go, vers.go).
 * Grammar: or = and { "||" and }; and = not { "&&" not }; not = [ "!" ] atom; atom = tag | "(" or ")".
 * Start reading at buildtags_parse().
 */
#include "frontend/buildtags.h"

#include <stdlib.h>

#include "frontend/unicode.h"

enum { MAX_NODES = 1000 }; /* as constraint.maxSize */

typedef struct TagParser {
  Arena *arena;
  const char *p, *end;
  int nodes;
  bool bad;
} TagParser;

static BuildExpr *parse_or(TagParser *t);

static void skip_space(TagParser *t) {
  while (t->p < t->end && (*t->p == ' ' || *t->p == '\t')) t->p++;
}

static bool got(TagParser *t, const char *op) {
  size_t n = strlen(op);
  skip_space(t);
  if ((size_t)(t->end - t->p) < n || memcmp(t->p, op, n) != 0) return false;
  t->p += n;
  return true;
}

static BuildExpr *new_expr(TagParser *t, BuildOp op, BuildExpr *x, BuildExpr *y) {
  BuildExpr *e = NEW(t->arena, BuildExpr);
  *e = (BuildExpr){.op = op, .x = x, .y = y};
  if (++t->nodes > MAX_NODES) t->bad = true;
  return e;
}

static BuildExpr *parse_tag(TagParser *t) {
  skip_space(t);
  const char *start = t->p;
  while (t->p < t->end) {
    i32 c;
    int n = utf8_decode(t->p, (size_t)(t->end - t->p), &c);
    if (!unicode_is_letter(c) && !unicode_is_digit(c) && c != '_' && c != '.') break;
    t->p += n;
  }
  BuildExpr *e = new_expr(t, BUILD_TAG, NULL, NULL);
  e->tag = atom_new(start, (size_t)(t->p - start));
  if (e->tag->len == 0) t->bad = true;
  return e;
}

static BuildExpr *parse_not(TagParser *t) {
  if (got(t, "!")) {
    if (got(t, "!")) t->bad = true; /* double negation is not allowed */
    return t->bad ? NULL : new_expr(t, BUILD_NOT, parse_not(t), NULL);
  }
  if (!got(t, "(")) return parse_tag(t);
  BuildExpr *e = t->nodes++ > MAX_NODES ? NULL : parse_or(t);
  if (!e || !got(t, ")")) t->bad = true;
  return e;
}

static BuildExpr *parse_and(TagParser *t) {
  BuildExpr *x = parse_not(t);
  while (!t->bad && got(t, "&&")) x = new_expr(t, BUILD_AND, x, parse_not(t));
  return x;
}

static BuildExpr *parse_or(TagParser *t) {
  BuildExpr *x = parse_and(t);
  while (!t->bad && got(t, "||")) x = new_expr(t, BUILD_OR, x, parse_and(t));
  return x;
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

BuildExpr *buildtags_parse(Arena *arena, const char *line, size_t n) {
  static const char prefix[] = "//go:build";
  size_t plen = sizeof prefix - 1;
  while (n > 0 && is_space(line[n - 1])) n--;
  if (n < plen || memcmp(line, prefix, plen) != 0) return NULL;
  if (n == plen || !is_space(line[plen])) return NULL;
  TagParser t = {.arena = arena, .p = line + plen, .end = line + n};
  BuildExpr *x = parse_or(&t);
  skip_space(&t);
  return t.bad || t.p != t.end ? NULL : x;
}

bool buildtags_eval(const BuildExpr *x, bool (*has_tag)(void *ctx, const Atom *tag), void *ctx) {
  switch (x->op) {
  case BUILD_NOT: return !buildtags_eval(x->x, has_tag, ctx);
  case BUILD_AND: return buildtags_eval(x->x, has_tag, ctx) && buildtags_eval(x->y, has_tag, ctx);
  case BUILD_OR: return buildtags_eval(x->x, has_tag, ctx) || buildtags_eval(x->y, has_tag, ctx);
  case BUILD_TAG: break;
  }
  return has_tag(ctx, x->tag);
}

/* The N of a tag go1.N, 0 for "go1", -1 for other tags. */
static int tag_version(const Atom *tag) {
  if (atom_is(tag, "go1")) return 0;
  const char *p = strstr(tag->s, "go1.");
  if (!p) return -1;
  char *end;
  long v = strtol(p + 4, &end, 10);
  return end == p + 4 || *end || v > 1000000 ? -1 : (int)v;
}

/* The minor version that x implies, or that its negation does; -1 for none. */
static int min_version(const BuildExpr *x, bool negated) {
  if (x->op == BUILD_NOT) return min_version(x->x, !negated);
  if (x->op == BUILD_TAG) return negated ? -1 : tag_version(x->tag);
  int a = min_version(x->x, negated), b = min_version(x->y, negated);
  return ((x->op == BUILD_AND) != negated) == (a > b) ? a : b;
}

const Atom *buildtags_go_version(const char *line, size_t n) {
  Arena a = {0};
  BuildExpr *x = buildtags_parse(&a, line, n);
  int v = x ? min_version(x, false) : -1;
  arena_free(&a);
  if (!x) return NULL;
  return v < 0 ? atom_cstr("") : v == 0 ? atom_cstr("go1") : atom_printf("go1.%d", v);
}

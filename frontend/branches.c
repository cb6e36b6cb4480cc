/* branches.c - labels, break, continue, goto and fallthrough of one function body: finds their targets and
 * complains about misplaced, missing, unused and repeated ones. Invariant: `fwd` holds the gotos that found
 * no label yet; those of the block being checked are the ones from the block's `lo` on, in source order, and
 * the first `nbad` of all jump over a variable declaration of that block. Function literals are bodies of
 * their own. Follows cmd/compile/internal/syntax/branches.go. Start reading at parse_check_branches().
 */
#include <stdlib.h>

#include "base/map.h"
#include "frontend/parser.h"

typedef struct Block {
  struct Block *parent;
  u32 id; /* from 1, in the order of the blocks' starts */
  Pos start;
  LabeledStmt *lstmt; /* the label of the statement this block belongs to */
} Block;

typedef struct Label {
  u32 block; /* id of the block that declares it */
  Pos block_start;
  LabeledStmt *lstmt;
  bool used;
} Label;

typedef struct LabelScope {
  ParseState *ps;
  PtrMap labels; /* Atom -> Label */
  VEC(BranchStmt *) fwd;
  u32 nblocks;
} LabelScope;

#define complain(ls, ...)                                                                                    \
  do {                                                                                                       \
    if ((ls)->ps->opt->check_branches) parse_complain((ls)->ps, __VA_ARGS__);                                \
  } while (0)

/* What break, continue and fallthrough refer to. */
typedef struct Targets {
  Stmt *breaks; /* ForStmt, SwitchStmt or SelectStmt */
  ForStmt *continues;
  int case_index; /* in the immediately enclosing switch, or -1 */
} Targets;

static Label *find_label(LabelScope *ls, const Name *n) { return ptrmap_get(&ls->labels, n->name); }

/* A position as gc prints it inside a message. */
static const char *pos_text(LabelScope *ls, Pos p) {
  RelPos r = pos_rel(p);
  StrBuf b = {0};
  sb_puts(&b, r.filename->s);
  if (r.line) sb_printf(&b, ":%u", r.line);
  if (r.line && r.col) sb_printf(&b, ":%u", r.col);
  const Atom *file = pos_rel(pos_base(p.base)->pos).filename;
  if (file != r.filename || r.line != p.line || r.col != p.col)
    sb_printf(&b, "[%s:%u:%u]", file->s, p.line, p.col);
  char *s = arena_strdup(ls->ps->arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

static Label *declare_label(LabelScope *ls, Block *b, LabeledStmt *s) {
  Label *old = find_label(ls, s->label);
  if (old) {
    complain(ls, s->label->e.n.pos, "label %s already defined at %s", s->label->name->s,
             pos_text(ls, old->lstmt->label->e.n.pos));
    return old;
  }
  Label *l = NEW(ls->ps->arena, Label);
  *l = (Label){.block = b->id, .block_start = b->start, .lstmt = s};
  ptrmap_set(&ls->labels, s->label->name, l);
  return l;
}

/* ---- branch statements ---- */

static void unlabeled_fallthrough(LabelScope *ls, BranchStmt *s, const Targets *t, bool last) {
  const char *msg = "fallthrough statement out of place";
  if (t->breaks && t->breaks->n.kind == N_SwitchStmt) {
    SwitchStmt *sw = (SwitchStmt *)t->breaks;
    if (sw->tag && sw->tag->n.kind == N_TypeSwitchGuard) {
      msg = "cannot fallthrough in type switch";
    } else if (t->case_index >= 0 && last) {
      if (t->case_index + 1 < (int)sw->body.n) return;
      msg = "cannot fallthrough final case in switch";
    }
  }
  complain(ls, s->s.n.pos, "%s", msg);
}

static void unlabeled_branch(LabelScope *ls, BranchStmt *s, const Targets *t, bool last) {
  switch (s->tok) {
  case BR_BREAK:
    s->target = t->breaks;
    if (!s->target) complain(ls, s->s.n.pos, "break is not in a loop, switch, or select");
    break;
  case BR_CONTINUE:
    s->target = t->continues ? &t->continues->s : NULL;
    if (!s->target) complain(ls, s->s.n.pos, "continue is not in a loop");
    break;
  case BR_FALLTHROUGH: unlabeled_fallthrough(ls, s, t, last); break;
  case BR_GOTO: break; /* has a label unless there was a syntax error */
  }
}

/* The labelled statement of that name around block b, or NULL; *defined tells whether the label exists at
 * all. */
static Stmt *enclosing_target(LabelScope *ls, Block *b, const Name *name, bool *defined) {
  Label *l = find_label(ls, name);
  *defined = l != NULL;
  if (!l) return NULL;
  l->used = true;
  for (; b; b = b->parent)
    if (b->lstmt == l->lstmt) return l->lstmt->stmt;
  return NULL;
}

static LabeledStmt *goto_target(LabelScope *ls, Block *b, const Name *name) {
  Label *l = find_label(ls, name);
  if (!l) return NULL;
  l->used = true;
  for (; b; b = b->parent)
    if (b->id == l->block) return l->lstmt;
  return NULL;
}

static void labeled_branch(LabelScope *ls, Block *b, BranchStmt *s) {
  bool defined;
  if (s->tok == BR_GOTO) {
    LabeledStmt *t = goto_target(ls, b, s->label);
    if (t) {
      s->target = &t->s;
    } else {
      VEC_PUSH(NULL, &ls->fwd, s);
    }
    return;
  }
  const char *what = s->tok == BR_BREAK ? "break" : "continue", *name = s->label->name->s;
  Stmt *t = enclosing_target(ls, b, s->label, &defined);
  NodeKind k = t ? t->n.kind : N_None;
  if (k == N_ForStmt || (s->tok == BR_BREAK && (k == N_SwitchStmt || k == N_SelectStmt))) {
    s->target = t;
  } else if (defined) {
    complain(ls, s->label->e.n.pos, "invalid %s label %s", what, name);
  } else {
    complain(ls, s->label->e.n.pos, "%s label not defined: %s", what, name);
  }
}

/* ---- blocks ---- */

typedef struct BlockState {
  Block block;
  u32 lo;   /* first entry of fwd that belongs to this block */
  u32 nbad; /* entries of fwd below this index jump over var_name's declaration */
  Pos var_pos;
  const Expr *var_name;
} BlockState;

static void check_block(LabelScope *ls, Block *parent, const Targets *t, LabeledStmt *lstmt, Pos start,
                        Stmt *const *list, u32 n);

static void record_var_decl(LabelScope *ls, BlockState *bs, Pos pos, const Expr *name) {
  bs->var_pos = pos;
  bs->var_name = name;
  bs->nbad = ls->fwd.n;
}

/* Resolves the pending gotos of the block to the label that s declares. */
static void resolve_gotos(LabelScope *ls, BlockState *bs, LabeledStmt *s) {
  Label *l = declare_label(ls, &bs->block, s);
  u32 kept = bs->lo, bad_kept = bs->lo;
  for (u32 i = bs->lo; i < ls->fwd.n; i++) {
    BranchStmt *g = ls->fwd.v[i];
    if (g->label->name != s->label->name) {
      ls->fwd.v[kept++] = g;
      if (i < bs->nbad) bad_kept = kept;
      continue;
    }
    g->target = &s->s;
    l->used = true;
    if (i >= bs->nbad || !pos_known(bs->var_pos)) continue;
    StrBuf b = {0};
    ast_expr_string(&b, bs->var_name);
    complain(ls, g->label->e.n.pos, "goto %s jumps over declaration of %s at %s", s->label->name->s,
             sb_cstr(&b), pos_text(ls, bs->var_pos));
    sb_free(&b);
  }
  ls->fwd.n = kept;
  bs->nbad = bad_kept;
}

static void check_if(LabelScope *ls, Block *b, Targets t, LabeledStmt *lstmt, IfStmt *s) {
  t.case_index = -1;
  check_block(ls, b, &t, lstmt, s->then->s.n.pos, s->then->list.v, s->then->list.n);
  if (s->els) check_block(ls, b, &t, lstmt, s->els->n.pos, &s->els, 1);
}

static void check_switch(LabelScope *ls, Block *b, Targets t, LabeledStmt *lstmt, SwitchStmt *s) {
  t.breaks = &s->s;
  for (u32 i = 0; i < s->body.n; i++) {
    CaseClause *c = s->body.v[i];
    t.case_index = (int)i;
    check_block(ls, b, &t, lstmt, c->n.pos, c->body.v, c->body.n);
  }
}

static void check_select(LabelScope *ls, Block *b, Targets t, LabeledStmt *lstmt, SelectStmt *s) {
  t.breaks = &s->s;
  t.case_index = -1;
  for (u32 i = 0; i < s->body.n; i++) {
    CommClause *c = s->body.v[i];
    check_block(ls, b, &t, lstmt, c->n.pos, c->body.v, c->body.n);
  }
}

static void check_stmt(LabelScope *ls, BlockState *bs, Stmt *stmt, const Targets *t, bool last) {
  LabeledStmt *lstmt = NULL;
  Block *b = &bs->block;
  while (stmt->n.kind == N_LabeledStmt) {
    LabeledStmt *s = (LabeledStmt *)stmt;
    if (!atom_is(s->label->name, "_")) {
      resolve_gotos(ls, bs, s);
      lstmt = s;
    }
    stmt = s->stmt;
  }
  switch (stmt->n.kind) {
  case N_DeclStmt: {
    DeclStmt *s = (DeclStmt *)stmt;
    for (u32 i = 0; i < s->list.n; i++) {
      if (s->list.v[i]->n.kind != N_VarDecl) continue;
      record_var_decl(ls, bs, s->list.v[i]->n.pos, &((VarDecl *)s->list.v[i])->names.v[0]->e);
      break;
    }
    break;
  }
  case N_AssignStmt:
    if (((AssignStmt *)stmt)->op == OP_DEF) record_var_decl(ls, bs, stmt->n.pos, ((AssignStmt *)stmt)->lhs);
    break;
  case N_BranchStmt:
    if (((BranchStmt *)stmt)->label) {
      labeled_branch(ls, b, (BranchStmt *)stmt);
    } else {
      unlabeled_branch(ls, (BranchStmt *)stmt, t, last);
    }
    break;
  case N_BlockStmt: {
    BlockStmt *s = (BlockStmt *)stmt;
    check_block(ls, b, &(Targets){t->breaks, t->continues, -1}, lstmt, s->s.n.pos, s->list.v, s->list.n);
    break;
  }
  case N_IfStmt: check_if(ls, b, *t, lstmt, (IfStmt *)stmt); break;
  case N_ForStmt: {
    ForStmt *s = (ForStmt *)stmt;
    check_block(ls, b, &(Targets){stmt, s, -1}, lstmt, s->body->s.n.pos, s->body->list.v, s->body->list.n);
    break;
  }
  case N_SwitchStmt: check_switch(ls, b, *t, lstmt, (SwitchStmt *)stmt); break;
  case N_SelectStmt: check_select(ls, b, *t, lstmt, (SelectStmt *)stmt); break;
  default: break;
  }
}

static void check_block(LabelScope *ls, Block *parent, const Targets *t, LabeledStmt *lstmt, Pos start,
                        Stmt *const *list, u32 n) {
  BlockState bs = {.block = {parent, ++ls->nblocks, start, lstmt}, .lo = ls->fwd.n, .nbad = ls->fwd.n};
  while (n > 0 && list[n - 1]->n.kind == N_EmptyStmt) n--; /* so that fallthrough counts as last */
  for (u32 i = 0; i < n; i++) check_stmt(ls, &bs, list[i], t, i + 1 == n);
}

void parse_check_branches(ParseState *ps, BlockStmt *body) {
  LabelScope ls = {.ps = ps};
  if (!body) return;
  check_block(&ls, NULL, &(Targets){.case_index = 0}, NULL, body->s.n.pos, body->list.v, body->list.n);
  for (u32 i = 0; i < ls.fwd.n; i++) {
    const Name *name = ls.fwd.v[i]->label;
    Label *l = find_label(&ls, name);
    if (l) {
      l->used = true;
      complain(&ls, name->e.n.pos, "goto %s jumps into block starting at %s", name->name->s,
               pos_text(&ls, l->block_start));
    } else {
      complain(&ls, name->e.n.pos, "label %s not defined", name->name->s);
    }
  }
  for (u32 i = 0; i < ls.labels.n; i++) {
    if (!ls.labels.entries[i].key) continue;
    Label *l = ls.labels.entries[i].val;
    if (!l->used)
      complain(&ls, l->lstmt->label->e.n.pos, "label %s defined and not used", l->lstmt->label->name->s);
  }
  ptrmap_free(&ls.labels);
  VEC_FREE(&ls.fwd);
}

/* check_return.c - terminating statements, as the Go spec defines them.
 *
 * A function with results must end in a terminating statement. Calls of the predeclared panic were noted by
 * check_builtin() in env.is_panic while the body was checked, so this runs after the body only.
 * Follows types2/return.go. Start reading at check_is_terminating(). */
#include "frontend/check.h"

static bool has_break(const Stmt *s, const Atom *label, bool implicit);

static bool has_break_list(const StmtList *list, const Atom *label, bool implicit) {
  for (u32 i = 0; i < list->n; i++)
    if (has_break(list->v[i], label, implicit)) return true;
  return false;
}

/* Whether s is or contains a break out of the statement labelled `label` or, when implicit is set, out of the
 * closest enclosing breakable statement. */
static bool has_break(const Stmt *s, const Atom *label, bool implicit) {
  switch (s->n.kind) {
  case N_LabeledStmt: return has_break(((const LabeledStmt *)s)->stmt, label, implicit);
  case N_BranchStmt: {
    const BranchStmt *b = (const BranchStmt *)s;
    if (b->tok != BR_BREAK) return false;
    return b->label ? b->label->name == label : implicit;
  }
  case N_BlockStmt: return has_break_list(&((const BlockStmt *)s)->list, label, implicit);
  case N_IfStmt: {
    const IfStmt *i = (const IfStmt *)s;
    return has_break((const Stmt *)i->then, label, implicit) ||
           (i->els && has_break(i->els, label, implicit));
  }
  case N_SwitchStmt: {
    const SwitchStmt *sw = (const SwitchStmt *)s;
    if (!label) return false;
    for (u32 i = 0; i < sw->body.n; i++)
      if (has_break_list(&sw->body.v[i]->body, label, false)) return true;
    return false;
  }
  case N_SelectStmt: {
    const SelectStmt *sel = (const SelectStmt *)s;
    if (!label) return false;
    for (u32 i = 0; i < sel->body.n; i++)
      if (has_break_list(&sel->body.v[i]->body, label, false)) return true;
    return false;
  }
  case N_ForStmt: return label && has_break((const Stmt *)((const ForStmt *)s)->body, label, false);
  default: return false;
  }
}

/* The last statement that is not empty decides; a list of empty statements does not terminate. */
static bool is_terminating_list(Checker *check, const StmtList *list) {
  for (u32 i = list->n; i > 0; i--)
    if (list->v[i - 1]->n.kind != N_EmptyStmt) return check_is_terminating(check, list->v[i - 1], NULL);
  return false;
}

static bool is_terminating_switch(Checker *check, const SwitchStmt *s, const Atom *label) {
  bool has_default = false;
  for (u32 i = 0; i < s->body.n; i++) {
    const CaseClause *cc = s->body.v[i];
    if (!cc->cases) has_default = true;
    if (!is_terminating_list(check, &cc->body) || has_break_list(&cc->body, label, true)) return false;
  }
  return has_default;
}

/* Reports whether s is a terminating statement; label is the name of the label in front of it, or NULL. */
bool check_is_terminating(Checker *check, Stmt *s, const Atom *label) {
  switch (s->n.kind) {
  case N_LabeledStmt:
    return check_is_terminating(check, ((LabeledStmt *)s)->stmt, ((LabeledStmt *)s)->label->name);
  case N_ExprStmt: {
    Expr *call = ast_unparen(((ExprStmt *)s)->x);
    return call->n.kind == N_CallExpr && check->is_panic && ptrmap_has(check->is_panic, call);
  }
  case N_ReturnStmt: return true;
  case N_BranchStmt: return ((BranchStmt *)s)->tok == BR_GOTO || ((BranchStmt *)s)->tok == BR_FALLTHROUGH;
  case N_BlockStmt: return is_terminating_list(check, &((BlockStmt *)s)->list);
  case N_IfStmt: {
    IfStmt *i = (IfStmt *)s;
    return i->els && check_is_terminating(check, (Stmt *)i->then, NULL) &&
           check_is_terminating(check, i->els, NULL);
  }
  case N_SwitchStmt: return is_terminating_switch(check, (SwitchStmt *)s, label);
  case N_SelectStmt: {
    SelectStmt *sel = (SelectStmt *)s;
    for (u32 i = 0; i < sel->body.n; i++) {
      const CommClause *cc = sel->body.v[i];
      if (!is_terminating_list(check, &cc->body) || has_break_list(&cc->body, label, true)) return false;
    }
    return true;
  }
  case N_ForStmt: {
    ForStmt *f = (ForStmt *)s;
    if (f->init && f->init->n.kind == N_RangeClause) return false; /* a range loop ends by itself */
    return !f->cond && !has_break((const Stmt *)f->body, label, true);
  }
  default: return false;
  }
}

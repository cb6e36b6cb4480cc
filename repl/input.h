/* input.h - the text of an input, cut into what is evaluated one after the other.
 *
 * An input is any sequence of declarations, statements, expressions and commands. The cut follows Go's own
 * rules: a semicolon, written or automatic, outside all brackets ends an item; the header of if, for, switch
 * and select may hold some. Declarations that follow each other are one item, so that they may refer to each
 * other in any order.
 */
#ifndef GOVM_REPL_INPUT_H
#define GOVM_REPL_INPUT_H
#include "base/base.h"

typedef enum ItemKind {
  ITEM_DECLS,   /* imports, constants, types, variables, functions, methods */
  ITEM_DEFINE,  /* a, b := x */
  ITEM_STMT,    /* any other statement, an expression too */
  ITEM_COMMAND, /* a line that starts with ":" */
  ITEM_STRAY    /* Go with a bracket that closes nothing */
} ItemKind;
typedef struct Item {
  ItemKind kind;
  u32 start, end; /* its bytes */
  u32 line, col;  /* of the first, from 1 */
  u32 define;     /* ITEM_DEFINE: where the ":=" is; ITEM_STRAY: the bracket */
} Item;
typedef VEC(Item) ItemList;

/* The items of text; malloc'ed. Whatever is wrong with the text stays in some item, to be found when that is
 * parsed. */
void input_split(const char *text, size_t n, ItemList *out);
/* More lines are needed: a bracket, raw string or comment is open, or the text ends where an operand must
 * follow. */
bool input_incomplete(const char *text, size_t n);
#endif

/* session.h - a session: what its inputs declared, and the compilation of the next one into the running
 * process.
 *
 * Each item of an input is a package of its own, compiled to a module and linked. To Go all of them are
 * package main: that is the path of their types and unexported names. Their symbols start with "main\xc2\xb7"
 * and a number (Package.link_name), so a second type T is another type than the first. Names are looked up
 * through the scopes of the inputs, the newest first, then the universe; imports belong to the session.
 * Package variables of earlier inputs, their functions and types are extern to the modules of later ones.
 *
 * Redefinition. A function or method with the signature it had before replaces the old one for all callers
 * (vm_redefine). A variable of the same type, given a value, is the same variable. Anything else is a new
 * thing of that name, and code compiled before keeps the old one.
 */
#ifndef GOVM_REPL_SESSION_H
#define GOVM_REPL_SESSION_H
#include "bytecode/symbols.h"
#include "frontend/loader.h"
#include "frontend/types.h"
#include "repl/input.h"

typedef struct SessionConfig {
  const char *goroot, *overlay_dir; /* where std's source is; "" and NULL with `external` */
  const char *goroot_name;          /* LoadConfig's */
  void *(*external)(void *ctx, const Atom *path,
                    const Atom **name); /* LoadConfig's: packages that are linked already */
  Symbols *symbols; /* what they define; the session adds to it; NULL: nothing is linked yet */
  bool quiet;       /* no notes about redefinitions and imports */
} SessionConfig;

typedef struct Session {
  SessionConfig cfg;
  Loader *loader;
  LoadConfig load;
  DiagSink load_sink;
  Arena trees;      /* syntax trees of inputs; generic bodies are needed for ever */
  Symbols *symbols; /* of all linked modules */
  VEC(BcModule *) modules;
  Scope *scope; /* of the latest input that declared something, NULL */
  u32 ninputs;  /* packages made so far */
} Session;

/* Loads and links what every session needs; the VM exists. */
bool session_start(Session *s, const SessionConfig *cfg, Err *e);
/* Evaluates text[0..n) item by item. Errors, results and notes are printed. With keep_going an item that
 * fails does not end the input. False when some item failed. */
bool session_eval(Session *s, const char *text, size_t n, bool keep_going);
/* What name denotes for the next input, NULL. */
Object *session_lookup(const Session *s, const Atom *name);
/* A type as results show it: package main is not written. */
void session_type_string(StrBuf *out, Type *t);

/* ---- for commands ---- */
typedef struct ExprFacts { /* what is known of an expression without running it */
  u8 mode;                 /* ValueMode */
  Type *type;
  const Const *val;
} ExprFacts;
/* Checks one expression; false after printed errors. */
bool session_expr(Session *s, const char *text, size_t n, ExprFacts *out);
/* The module of one expression's evaluation, not linked; NULL after printed errors. */
BcModule *session_compile(Session *s, const char *text, size_t n);

/* ---- packages.c ---- */
/* The package of that import path, loaded and linked with all it imports; initialised when an input that uses
 * it runs. NULL and *e on errors. */
Package *session_import(Session *s, const Atom *path, Err *e);
/* The import path of the only std package named so; NULL when there is none or several. */
const char *std_path_of(const char *name);
void std_paths_named(const char *name, StrBuf *out); /* all of them: " \"math/rand\" \"crypto/rand\"" */
extern const char *const std_paths[];                /* all importable ones, NULL at the end */
#endif

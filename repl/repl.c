/* repl.c - the loops over inputs: from a terminal and from a file (repl.h). */
#include "repl/repl.h"

#include <errno.h>
#include <unistd.h>

#include "repl/command.h"
#include "repl/eval.h"
#include "repl/report.h"
#include "repl/terminal.h"

static int run_file(Session *s) {
  StrBuf text = {0};
  char buf[65536];
  ssize_t n;
  while ((n = read(STDIN_FILENO, buf, sizeof buf)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0) sb_write(&text, buf, (size_t)n);
  bool ok = session_eval(s, sb_cstr(&text), text.n, true);
  sb_free(&text);
  return ok ? 0 : 1;
}

/* Reads lines until they make an input; false at the end of the session. Dropped input leaves *text empty. */
static bool read_input(StrBuf *text, bool prompts) {
  for (;;) {
    switch (terminal_read(!prompts ? "" : text->n ? "... " : "> ", text)) {
    case LINE_INTERRUPTED: sb_reset(text); return true;
    case LINE_EOF:
      if (text->n) report_error("unfinished input at the end of the session is dropped");
      return false;
    case LINE_OK: break;
    }
    if (text->n && text->p[0] == ':') return true;
    if (!input_incomplete(sb_cstr(text), text->n)) return true;
    sb_putc(text, '\n');
  }
}

static bool is_blank(const char *s) { return s[strspn(s, " \t\r\n")] == 0; }

static int run_terminal(Session *s, const ReplConfig *cfg) {
  bool prompts = !cfg->session.quiet;
  terminal_init(s);
  if (prompts) report_text("govm, Go %s. :help tells what to type, Ctrl-D leaves.\n", cfg->goversion + 2);
  StrBuf text = {0};
  while (!command_quit) {
    sb_reset(&text);
    if (!read_input(&text, prompts)) break;
    if (!text.n || is_blank(sb_cstr(&text))) continue;
    terminal_history_add(sb_cstr(&text));
    session_eval(s, sb_cstr(&text), text.n, false);
  }
  sb_free(&text);
  return 0;
}

int repl_run(const ReplConfig *cfg) {
  Session *s =
      xcalloc(1, sizeof *s); /* lives as long as the process: completion and exit handlers refer to it */
  Err e;
  eval_init(terminal_input);
  if (!session_start(s, &cfg->session, &e)) {
    report_error("govm: %s", e.msg);
    return 1;
  }
  return isatty(STDIN_FILENO) ? run_terminal(s, cfg) : run_file(s);
}

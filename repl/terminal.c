/* terminal.c - the prompt, its line and the history (terminal.h).
 * History file: one input per line, newlines in it written as \n and backslashes as \\; appended in one
 * write, so that several sessions may share it; shortened when it has grown far beyond the limit, by
 * replacing it whole. */
#include "repl/terminal.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "repl/eval.h"
#include "repl/report.h"
#include "runtime/host.h"

enum { HISTORY_MAX = 5000 };

static bool active; /* a prompt is shown */
static bool have_line;
static char *line; /* NULL: end of input */
static char *history_path;

/* ---- the line ---- */
static void on_line(char *text) {
  rl_callback_handler_remove();
  active = false;
  line = text;
  have_line = true;
  report_seen("\n", 1);
  eval_wake();
}

void terminal_input(void) {
  if (active) rl_callback_read_char();
}

static void before_output(int fd, const void *p, size_t n) {
  (void)fd;
  if (active) {
    rl_clear_visible_line();
    fflush(rl_outstream);
  }
  report_seen(p, n);
}
static void after_output(int fd) {
  if (!active) return;
  if (report_in_line()) {
    while (write(fd, "\n", 1) < 0 && errno == EINTR) {}
    report_seen("\n", 1);
  }
  rl_on_new_line();
  rl_redisplay();
}

static void drop_line(void) {
  report_text("^C\n");
  if (active) {
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_callback_handler_remove();
  } else {
    free(line);
  }
  active = false;
}

LineEnd terminal_read(const char *prompt, StrBuf *out) {
  bool interrupted;
  if (report_in_line()) report_text("\n");
  eval_forget_interrupt();
  have_line = false;
  active = true;
  rl_callback_handler_install(prompt, on_line);
  eval_wait(STDIN_FILENO, &have_line, &interrupted);
  if (interrupted) {
    drop_line();
    return LINE_INTERRUPTED;
  }
  if (!line) {
    report_text("\n");
    return LINE_EOF;
  }
  sb_puts(out, line);
  free(line);
  return LINE_OK;
}

/* os.Exit and the like while a prompt is shown. */
static void restore_terminal(void) {
  if (active) rl_deprep_terminal();
}

/* ---- history ---- */
static void make_parents(char *path) {
  for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
    *p = 0;
    mkdir(path, 0700);
    *p = '/';
  }
}

static char *find_history(void) {
  const char *own = getenv("GOVM_HISTORY"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  StrBuf b = {0};
  if (own) sb_puts(&b, own);
  else if (state && *state) sb_printf(&b, "%s/govm/history", state);
  else if (home && *home) sb_printf(&b, "%s/.local/state/govm/history", home);
  return b.n ? b.p : NULL; /* an empty GOVM_HISTORY: none is kept */
}

static void escape(StrBuf *b, const char *s) {
  for (; *s; s++) {
    if (*s == '\n') sb_puts(b, "\\n");
    else if (*s == '\\') sb_puts(b, "\\\\");
    else sb_putc(b, *s);
  }
  sb_putc(b, '\n');
}
static void unescape(char *s) {
  char *to = s;
  for (; *s; s++) {
    if (*s == '\\' && s[1]) *to++ = *++s == 'n' ? '\n' : *s;
    else *to++ = *s;
  }
  *to = 0;
}

/* Replaces the file by what readline's list holds. */
static void rewrite_history(void) {
  StrBuf text = {0}, tmp = {0};
  HIST_ENTRY **list = history_list();
  for (int i = 0; list && list[i]; i++) escape(&text, list[i]->line);
  sb_printf(&tmp, "%s.tmp%d", history_path, (int)getpid());
  int fd = open(tmp.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool ok = fd >= 0 && file_write_all(fd, text.p, text.n) && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!ok || rename(tmp.p, history_path) != 0) unlink(tmp.p);
  sb_free(&text);
  sb_free(&tmp);
}

static void load_history(void) {
  FILE *f = history_path ? fopen(history_path, "re") : NULL;
  if (!f) return;
  char *text = NULL;
  size_t cap = 0;
  u32 n = 0;
  for (ssize_t k; (k = getline(&text, &cap, f)) > 0; n++) {
    if (text[k - 1] != '\n') break; /* cut off while it was written */
    text[k - 1] = 0;
    unescape(text);
    if (*text) add_history(text);
  }
  free(text);
  fclose(f);
  stifle_history(HISTORY_MAX);
  if (n > 2 * HISTORY_MAX) rewrite_history();
}

void terminal_history_add(const char *input) {
  HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
  if (last && strcmp(last->line, input) == 0) return;
  add_history(input);
  if (!history_path) return;
  StrBuf b = {0};
  escape(&b, input);
  int fd = open(history_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0) {
    file_write_all(fd, b.p, b.n);
    close(fd);
  }
  sb_free(&b);
}

void terminal_init(const Session *s) {
  rl_readline_name = "govm";
  rl_catch_signals = 0;
  rl_instream = stdin;
  rl_outstream = stdout;
  host.output = before_output;
  host.output_end = after_output;
  atexit(restore_terminal);
  complete_init(s);
  using_history();
  history_path = find_history();
  if (history_path) make_parents(history_path);
  load_history();
}

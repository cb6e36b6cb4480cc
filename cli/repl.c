/* repl.c - `govm repl`, and `govm` alone on a terminal: the interactive session (repl/). */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "repl/repl.h"
#include "stdlib/natives.h"
#include "vm/govm.h"

int cmd_repl(int argc, char **argv) {
  ReplConfig cfg = {0};
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "-q") != 0 && strcmp(argv[i], "--quiet") != 0) return cli_usage("repl [-q]");
    cfg.session.quiet = true;
  }
  Err e;
  cfg.session.goroot = cli_goroot(&e);
  cfg.session.overlay_dir = cli_overlay();
  if (!cfg.session.goroot) return cli_error("%s", e.msg);
  cfg.goversion = cli_go_version(cfg.session.goroot);
  static char *args[] = {"govm", NULL};
  vm_new(1, args);
  stdlib_set_args(1, args);
  stdlib_set_goroot(cfg.goversion, cfg.session.goroot);
  stdlib_register_natives();
  int status = repl_run(&cfg);
  fflush(stdout);
  exit(status);
}

/* repl.c - `govm repl`, and `govm` alone on a terminal: the interactive session (repl/). */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/image.h"
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
  if (image_use()) {
    cfg.session.goroot = "";
    cfg.session.goroot_name = image.goroot->s;
    cfg.session.external = image_external;
    cfg.session.symbols = &image.symbols;
    cfg.goversion = image.goversion->s;
  } else {
    cfg.session.goroot = cfg.session.goroot_name = cli_goroot(&e);
    if (!cfg.session.goroot) return cli_error("%s", e.msg);
    cfg.goversion = cli_go_version(cfg.session.goroot);
  }
  cfg.session.overlay_dir = cli_overlay();
  static char *args[] = {"govm", NULL};
  vm_new(1, args);
  stdlib_set_args(1, args);
  stdlib_set_goroot(cfg.goversion, cfg.session.goroot_name);
  if (!image.std) stdlib_register_natives();
  int status = repl_run(&cfg);
  fflush(stdout);
  exit(status);
}

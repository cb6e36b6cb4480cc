/* check.c - `govm check`: parses and type-checks, prints diagnostics, nothing else. */
#include "cli/image.h"
#include "cli/program.h"

int cmd_check(int argc, char **argv) {
  image_use();
  ProgramFlags f = {0};
  int i = 1, status = 0;
  if (!program_flags(&f, argc, argv, &i)) return 2;
  if (i == argc) return cli_usage("check [-lang=go1.N] [-e] FILES | DIR | IMPORTPATH...");
  while (i < argc) {
    Program p = {0};
    int n = program_count_args(argc - i, argv + i);
    if (!program_load(&p, &f, argv + i, n, false)) status = 1;
    program_free(&p);
    i += n;
  }
  return status;
}

/* runner.c - govm-runner: executes the module that `govm build` or `govm test` put behind it
 * (bytecode/bundle.h).
 *
 * VM, runtime and the natives of the standard library, nothing of the front end; linked statically, so that a
 * program runs where nothing is installed. govm carries the runner's bytes (cli/bundle.c). The module was
 * verified when the program was built; module_read checks its sum and its form.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bytecode/bundle.h"
#include "stdlib/natives.h"
#include "vm/govm.h"

static int fail(const char *what) {
  fprintf(stderr, "govm-runner: %s\n", what);
  return 2;
}

int main(int argc, char **argv) {
  Err e;
  Bundle b;
  if (!bundle_of_self(&b)) return fail("there is no program behind this executable");
  BcModule *m = module_read_packed(b.module, b.nmodule, &e);
  if (!m) return fail(e.msg);
  vm_new(argc, argv);
  stdlib_set_args(argc, argv);
  stdlib_set_goroot(m->goversion ? m->goversion->s : "go1.26", "");
  stdlib_register_natives();
  if (!vm_load(m, &e)) return fail(e.msg);
  int status = vm_run_main();
  fflush(stdout);
  exit(status);
}

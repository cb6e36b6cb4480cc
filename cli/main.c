/* main.c - govm's entry: reads GOVM_DEBUG, finds the subcommand and runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/debug.h"
#include "cli/cache.h"
#include "cli/program.h"

static const struct Command {
  const char *name, *args, *what; /* what NULL: for the build only */
  int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "[flags] FILES.go | DIR | IMPORTPATH | X.gbc [args]", "compile and run a program", cmd_run},
    {"check", "[-lang=go1.N] [-e] FILES | DIR | IMPORTPATH...", "parse and type-check", cmd_check},
    {"build", "[-o OUTPUT] [build flags] [PACKAGES]", "compile packages; a program becomes one executable", cmd_build},
    {"test", "[-run RE] [-v] [-short] ... PACKAGES", "test packages, as go test does", cmd_test},
    {"image", NULL, NULL, cmd_image},
    {"repl", "[-q] [< FILE]", "the interactive session; also govm alone on a terminal", cmd_repl},
    {"clean", "-cache", "remove the packages that were kept compiled", cmd_clean},
    {"dump", "--tokens | --ast | --escape | --bytecode FILES", "show a stage of the compiler", cmd_dump},
    {"list", "[-json] [-deps] [-m] [-f FORMAT] ... PACKAGES", "list packages or modules", cmd_list},
    {"env", "[NAME...]", "print the environment govm works in", cmd_env},
    {"version", "", "print the version", cmd_version},
    {"help", "", "print this text", cmd_help},
};

int cmd_help(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("govm runs Go %s without compiling it to machine code.\n\nUsage: govm COMMAND [arguments]\n\n", "1.26");
  for (size_t i = 0; i < ARRAY_LEN(commands); i++)
    if (commands[i].what) printf("  %-8s %-54s %s\n", commands[i].name, commands[i].args, commands[i].what);
  printf("\nEnvironment: GOMAXPROCS, GOGC, GODEBUG, GOTRACEBACK, GOFLAGS and the like as Go documents them; GOVM_GOROOT, a Go tree\n"
         "for what is not inside govm; GOVM_IMAGE=off, to compile std from it; GOVM_CACHE, where packages are kept compiled;\n"
         "GOVM_DEBUG, switches:\n");
#define DEBUG_SWITCH(name, what) printf("  %-12s %s\n", #name, what);
#include "base/debug.def"
#undef DEBUG_SWITCH
  return 0;
}

int main(int argc, char **argv) {
  Err e;
  if (!debug_parse(getenv("GOVM_DEBUG"), &e)) return cli_error("%s", e.msg);
  if (argc < 2 && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)) return cmd_repl(argc, argv);
  if (argc < 2) {
    cmd_help(0, NULL);
    return 2;
  }
  const char *name = argv[1];
  if (strcmp(name, "-h") == 0 || strcmp(name, "--help") == 0) name = "help";
  if (strcmp(name, "--version") == 0) name = "version";
  for (size_t i = 0; i < ARRAY_LEN(commands); i++)
    if (strcmp(commands[i].name, name) == 0) return commands[i].run(argc - 1, argv + 1);
  fprintf(stderr, "govm %s: unknown command\nRun 'govm help' for usage.\n", name);
  return 2;
}

/* cli.h - the subcommands of govm: one file each, cmd_NAME(argc, argv) with argv[0] the subcommand's name.
 * They return the exit status: 0, 1 for errors of the input, 2 for a wrong command line. */
#ifndef GOVM_CLI_H
#define GOVM_CLI_H
#include "base/base.h"

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_build(int argc, char **argv);
int cmd_test(int argc, char **argv);
int cmd_image(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_repl(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_env(int argc, char **argv);
int cmd_version(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* The Go tree: GOVM_GOROOT, `go env GOROOT` when that is 1.26, the usual places. NULL and *e with what to install. */
const char *cli_goroot(Err *e);
/* "go1.26.11" of that tree; "go1.26" when it does not say. */
const char *cli_go_version(const char *goroot);
/* Where the overlay of the standard library is: GOVM_OVERLAY, else beside the sources it was built from. */
const char *cli_overlay(void);
/* Appends the file's bytes to out; false and *e when it cannot be read. */
bool cli_read_file(const char *path, StrBuf *out, Err *e);
/* Prints "govm: ..." on standard error and returns 1. */
int cli_error(const char *fmt, ...) PRINTF(1, 2);
/* Prints the usage line of a subcommand on standard error and returns 2. */
int cli_usage(const char *usage);
#endif

/* buildinfo.h - what a program says about how it was built: debug.ReadBuildInfo, `govm version -m`. */
#ifndef GOVM_CLI_BUILDINFO_H
#define GOVM_CLI_BUILDINFO_H
#include "cli/build_flags.h"

/* The lines path, mod, dep and build as the go command writes them (runtime/debug.BuildInfo's text without
 * the go version). */
void buildinfo_text(const BuildFlags *f, const Program *p, StrBuf *out);
/* Makes the text what ReadBuildInfo finds in module m: with the framing of the go command around it. */
bool buildinfo_set(BcModule *m, const char *text, Err *e);
/* The same in this process, whose modules are linked and which has not started main. */
void buildinfo_set_linked(const char *text);
/* `govm version FILE...`: the Go version of executables that govm built; -m: their build information too. */
int buildinfo_print(int argc, char **argv, bool modules);
#endif

/* test_main.h - package main of a test binary. */
#ifndef GOVM_CLI_TEST_MAIN_H
#define GOVM_CLI_TEST_MAIN_H
#include "frontend/loader.h"

/* Writes the source of the tests' main, as cmd/go does: tables of the tests, benchmarks, fuzz targets and
 * examples found in p and p->xtest. False when the package has no test files; wrong signatures are reported.
 */
bool test_main_text(LoadPackage *p, StrBuf *text, DiagSink *sink);
/* Whether r is a lower case letter: behind "Test" or "Benchmark" it makes the name an ordinary one. */
bool test_rune_is_lower(i32 r);
#endif

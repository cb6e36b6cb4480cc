/* test_json.h - the events of `govm test -json`: converts what a test binary prints under -test.v=test2json,
 * and the messages of a build. */
#ifndef GOVM_CLI_TEST_JSON_H
#define GOVM_CLI_TEST_JSON_H
#include <stdio.h>

#include "base/base.h"

typedef struct TestJson TestJson;

/* A converter for one package; the event "start" is written at once. Events go to `out` as whole lines. */
TestJson *test_json_new(FILE *out, const char *package);
/* The next bytes of the package's output. */
void test_json_write(TestJson *c, const char *p, size_t n);
/* Ends the output: writes what is left and the package's result. failed_build names the package whose build
 * failed, NULL when none did. Frees the converter. */
void test_json_close(TestJson *c, bool ok, const char *failed_build);

/* The messages of a build that failed, as events "build-output" and "build-fail". */
void test_json_build(FILE *out, const char *import_path, const char *text, size_t n);
#endif

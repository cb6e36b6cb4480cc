/* debug.c - parses GOVM_DEBUG into debug_flags. */
#include "base/debug.h"

#include <stdlib.h>

DebugFlags debug_flags;

static const struct {
  const char *name;
  i64 *flag;
} switches[] = {
#define DEBUG_SWITCH(name, what) {#name, &debug_flags.name},
#include "base/debug.def"
#undef DEBUG_SWITCH
};

static bool set_switch(const char *name, i64 val) {
  for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
    if (strcmp(switches[i].name, name) != 0) continue;
    *switches[i].flag = val;
    return true;
  }
  return false;
}

bool debug_parse(const char *spec, Err *e) {
  while (spec && *spec) {
    char item[64];
    size_t n = strcspn(spec, ",");
    if (n >= sizeof item) return err_set(e, "GOVM_DEBUG: switch too long: %.60s", spec);
    memcpy(item, spec, n);
    item[n] = 0;
    spec += n + (spec[n] == ',');
    if (n == 0) continue;
    char *eq = strchr(item, '='), *end;
    i64 val = 1;
    if (eq) *eq = 0;
    if (eq && strcmp(item, "trace") == 0) {
      char name[80] = "trace_";
      strcat(name, eq + 1);
      if (!set_switch(name, 1)) return err_set(e, "GOVM_DEBUG: unknown trace '%s'", eq + 1);
      continue;
    }
    if (eq) val = strtoll(eq + 1, &end, 0);
    if (eq && (*end || end == eq + 1)) return err_set(e, "GOVM_DEBUG: %s wants a number, not '%s'", item, eq + 1);
    if (!set_switch(item, val)) return err_set(e, "GOVM_DEBUG: unknown switch '%s'", item);
  }
  return true;
}

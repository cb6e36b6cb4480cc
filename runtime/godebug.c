/* godebug.c - see godebug.h; Go's runtime/runtime1.go, parsegodebug. */
#include "runtime/godebug.h"

#include <stdlib.h>

Godebug godebug;

static void set(const char *name, u64 n, i64 value) {
  if (n == 14 && !memcmp(name, "asynctimerchan", n)) godebug.asynctimerchan = value;
  if (n == 8 && !memcmp(name, "panicnil", n)) godebug.panicnil = value;
}

void godebug_parse(const char *text, u64 n) {
  godebug = (Godebug){0};
  for (const char *p = text, *end = text + n, *next; p < end; p = next + 1) {
    next = memchr(p, ',', (size_t)(end - p));
    if (!next) next = end;
    const char *eq = memchr(p, '=', (size_t)(next - p));
    if (!eq) continue;
    i64 value = 0;
    const char *digit = eq + 1;
    while (digit < next && *digit >= '0' && *digit <= '9' && value < 1000000) value = value * 10 + (*digit++ - '0');
    if (digit == next && digit > eq + 1) set(p, (u64)(eq - p), value);
  }
}

void godebug_init(void) {
  const char *env = getenv("GODEBUG");
  if (env) godebug_parse(env, strlen(env));
}

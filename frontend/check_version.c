/* check_version.c - language versions (types2/version.go, go/version). */
#include "frontend/check.h"
#include <stdlib.h>

/* Accepts go1, go1.N, go1.N.P, go1.NrcM, go1.NbetaM and drops what follows the minor version. */
GoVersion types_as_go_version(const char *v) {
  if (!v || strncmp(v, "go", 2) != 0) return 0;
  char *end;
  const char *p = v + 2;
  if (*p < '0' || *p > '9') return 0;
  unsigned long major = strtoul(p, &end, 10), minor = 0;
  if (*end == '.') {
    p = end + 1;
    if (*p < '0' || *p > '9') return 0;
    minor = strtoul(p, &end, 10);
    bool patch = *end == '.' && end[1] >= '0' && end[1] <= '9';
    bool pre = strncmp(end, "rc", 2) == 0 || strncmp(end, "beta", 4) == 0 || *end == '-';
    if (*end && !patch && !pre) return 0;
  } else if (*end) {
    return 0;
  }
  return major > 0xffff || minor > 0xffff ? 0 : (GoVersion)(major << 16 | minor);
}

/* "go1.N" */
const char *version_string(GoVersion v) { return S_printf("go%u.%u", v >> 16, v & 0xffff); }

/* Whether the current language version is at least `want`. */
bool check_allow_version(Checker *check, GoVersion want) { return !check->version || check->version >= want; }

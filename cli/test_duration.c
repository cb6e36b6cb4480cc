/* test_duration.c - durations as package time reads and writes them (test_flags.h). */
#include <stdlib.h>

#include "cli/test_flags.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Takes the number at *s: whole part and fraction over scale. False when there are no digits or it overflows.
 */
static bool take_number(const char **s, u64 *whole, u64 *fraction, double *scale) {
  const char *p = *s;
  *whole = *fraction = 0;
  *scale = 1;
  for (; is_digit(*p); p++) {
    if (*whole > ((u64)1 << 63) / 10) return false;
    *whole = *whole * 10 + (u64)(*p - '0');
  }
  bool digits = p > *s;
  if (*p == '.') {
    p++;
    for (; is_digit(*p); p++) {
      digits = true;
      if (*fraction > (((u64)1 << 63) - 10) / 10) continue;
      *fraction = *fraction * 10 + (u64)(*p - '0');
      *scale *= 10;
    }
  }
  *s = p;
  return digits;
}

/* Nanoseconds of the unit at *s, 0 when there is none. */
static u64 take_unit(const char **s) {
  static const struct {
    const char *name;
    u64 ns;
  } units[] = {{"ns", 1},       {"us", 1000},      {"µs", 1000},       {"μs", 1000},
               {"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
  size_t n = 0;
  while ((*s)[n] && (*s)[n] != '.' && !is_digit((*s)[n])) n++;
  for (size_t i = 0; i < ARRAY_LEN(units); i++) {
    if (strlen(units[i].name) != n || strncmp(*s, units[i].name, n) != 0) continue;
    *s += n;
    return units[i].ns;
  }
  return 0;
}

bool test_parse_duration(const char *s, i64 *ns) {
  bool negative = *s == '-';
  u64 total = 0, limit = (u64)1 << 63;
  if (*s == '-' || *s == '+') s++;
  if (strcmp(s, "0") == 0) return *ns = 0, true;
  if (!*s) return false;
  while (*s) {
    u64 whole, fraction;
    double scale;
    if (!take_number(&s, &whole, &fraction, &scale)) return false;
    u64 unit = take_unit(&s);
    if (unit == 0 || whole > limit / unit) return false;
    total += whole * unit + (u64)((double)fraction * ((double)unit / scale));
    if (total > limit) return false;
  }
  if (!negative && total == limit) return false;
  *ns = (i64)(negative ? 0 - total : total);
  return true;
}

/* Adds v without trailing zeros of its fraction of `digits` digits. */
static void put_fraction(StrBuf *out, u64 v, int digits) {
  char text[32];
  u64 unit = 1;
  for (int i = 0; i < digits; i++) unit *= 10;
  sb_printf(out, "%llu", (unsigned long long)(v / unit));
  for (v %= unit; v && v % 10 == 0; v /= 10) digits--;
  if (v == 0) return;
  for (int i = digits; i-- > 0; v /= 10) text[i] = (char)('0' + v % 10);
  sb_printf(out, ".%.*s", digits, text);
}

void test_format_duration(i64 ns, StrBuf *out) {
  u64 v = ns < 0 ? 0 - (u64)ns : (u64)ns;
  const u64 second = 1000000000;
  if (ns < 0) sb_putc(out, '-');
  if (v == 0) {
    sb_puts(out, "0s");
  } else if (v < second) {
    int digits = v < 1000 ? 0 : v < 1000000 ? 3 : 6;
    put_fraction(out, v, digits);
    sb_puts(out, digits == 0 ? "ns" : digits == 3 ? "µs" : "ms");
  } else {
    u64 minutes = v / (60 * second);
    if (minutes >= 60) sb_printf(out, "%lluh", (unsigned long long)(minutes / 60));
    if (minutes > 0) sb_printf(out, "%llum", (unsigned long long)(minutes % 60));
    put_fraction(out, v % (60 * second), 9);
    sb_putc(out, 's');
  }
}

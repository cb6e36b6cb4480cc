/* print.c - print, println and the texts of crashes. See print.h; Go's runtime/print.go and error.go.
 * Output gathers in one buffer and leaves with print_flush(), in one write, so that lines of several writers stay whole. */
#include "runtime/print.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/host.h"

static char out[4096];
static size_t out_n;
static StrBuf *target; /* NULL: standard error */

static u64 crash_fd = UINT64_MAX; /* where crashes are also written: debug.SetCrashOutput */
static bool crashing;

static void write_all(int fd, const char *p, size_t n) {
  while (n) {
    ssize_t k = write(fd, p, n);
    if (k < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return;
    }
    p += k;
    n -= (size_t)k;
  }
}
static void write_out(const char *p, size_t n) {
  if (!n) return;
  host_output(STDERR_FILENO, p, n);
  write_all(STDERR_FILENO, p, n);
  if (crashing && crash_fd != UINT64_MAX) write_all((int)crash_fd, p, n);
  host_output_end(STDERR_FILENO);
}
void print_flush(void) {
  size_t n = out_n;
  out_n = 0;
  write_out(out, n);
}
void print_crash(void) {
  if (crashing) return;
  print_flush();
  crashing = true;
}
u64 print_set_crash_fd(u64 fd) {
  if (crashing) return UINT64_MAX;
  u64 old = crash_fd;
  crash_fd = fd;
  return old;
}
void print_begin(StrBuf *to) {
  if (!target) print_flush();
  target = to;
}
void print_end(void) { target = NULL; }

void print_write(const void *p, size_t n) {
  if (target) {
    sb_write(target, p, n);
    return;
  }
  if (n > sizeof(out) - out_n) print_flush();
  if (n > sizeof(out)) {
    write_out(p, n);
    return;
  }
  memcpy(out + out_n, p, n);
  out_n += n;
}
void print_c(const char *s) { print_write(s, strlen(s)); }
void print_format(const char *fmt, ...) {
  char buf[1024];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(buf, sizeof(buf), fmt, ap);
  va_end(ap);
  print_write(buf, (size_t)n < sizeof(buf) ? (size_t)n : sizeof(buf) - 1);
}
void print_string(GoString s) { print_write(s.p, (size_t)s.len); }
void print_bool(bool b) { print_c(b ? "true" : "false"); }
void print_int(i64 v) { print_format("%lld", (long long)v); }
void print_uint(u64 v) { print_format("%llu", (unsigned long long)v); }
void print_hex(u64 v) { print_format("0x%llx", (unsigned long long)v); }
void print_pointer(const void *p) { print_hex((uintptr_t)p); }

/* strconv.FormatFloat(v, 'g', -1, bits): the shortest digits that read back as v; at most 40 characters. */
static void float_text(char *text, double v, bool is32) {
  if (v != v) {
    strcpy(text, "NaN");
    return;
  }
  if (__builtin_isinf(v)) {
    strcpy(text, v > 0 ? "+Inf" : "-Inf");
    return;
  }
  char digits[40];
  for (int prec = 0;; prec++) {
    snprintf(digits, sizeof(digits), "%.*e", prec, v);
    if (is32 ? strtof(digits, NULL) == (float)v : strtod(digits, NULL) == v) break;
  }
  char *e = strchr(digits, 'e');
  int exp = atoi(e + 1);
  if (exp < -4 || exp >= 6) {
    strcpy(text, digits);
    return;
  }
  int ndigits = (int)(e - digits) - (digits[0] == '-') - (strchr(digits, '.') != NULL);
  sprintf(text, "%.*f", ndigits - 1 > exp ? ndigits - 1 - exp : 0, v);
}
static void complex_text(double re, double im, bool is32) {
  char a[48], b[48];
  float_text(a, re, is32);
  float_text(b, im, is32);
  print_format("(%s%s%si)", a, b[0] == '-' || b[0] == '+' ? "" : "+", b);
}
void print_float(double v) {
  char text[48];
  float_text(text, v, false);
  print_c(text);
}
void print_float32(float v) {
  char text[48];
  float_text(text, v, true);
  print_c(text);
}
void print_complex(double re, double im) { complex_text(re, im, false); }
void print_complex64(float re, float im) { complex_text(re, im, true); }

void print_slice(const void *p, i64 len, i64 cap) {
  print_format("[%lld/%lld]", (long long)len, (long long)cap);
  print_pointer(p);
}
void print_eface(const void *type, const void *data) {
  print_c("(");
  print_pointer(type);
  print_c(",");
  print_pointer(data);
  print_c(")");
}

/* A string with every line after the first indented, so that it cannot look like a traceback. */
static void print_indented(GoString s) {
  const u8 *p = s.p, *end = p + s.len, *nl;
  while (p < end && (nl = memchr(p, '\n', (size_t)(end - p)))) {
    print_write(p, (size_t)(nl + 1 - p));
    print_c("\t");
    p = nl + 1;
  }
  if (p < end) print_write(p, (size_t)(end - p));
}

static bool print_basic(const AbiType *t, const void *v) {
  u64 u = 0;
  if (t->size <= 8) memcpy(&u, v, t->size);
  switch (t->kind) {
  case BCK_BOOL: print_bool(u); return true;
  case BCK_INT8: print_int((i8)u); return true;
  case BCK_INT16: print_int((i16)u); return true;
  case BCK_INT32: print_int((i32)u); return true;
  case BCK_INT: case BCK_INT64: print_int((i64)u); return true;
  case BCK_UINT8: case BCK_UINT16: case BCK_UINT32: case BCK_UINT: case BCK_UINT64: case BCK_UINTPTR:
    print_uint(u);
    return true;
  case BCK_FLOAT32: print_float32(*(const float *)v); return true;
  case BCK_FLOAT64: print_float(*(const double *)v); return true;
  default: return false;
  }
}

void print_any(const AbiType *t, const void *value) {
  if (!t) {
    print_c("nil");
    return;
  }
  bool defined = (t->tflag & ABI_TFLAG_NAMED) && memchr(abi_type_string(t).p, '.', (size_t)abi_type_string(t).len);
  if (defined && t->kind >= BCK_BOOL && (t->kind <= BCK_COMPLEX128 || t->kind == BCK_STRING)) {
    print_string(abi_type_string(t));
    if (t->kind == BCK_STRING) {
      print_c("(\"");
      print_indented(*(const GoString *)value);
      print_c("\")");
      return;
    }
    bool complex = t->kind == BCK_COMPLEX64 || t->kind == BCK_COMPLEX128;
    if (!complex) print_c("(");
    if (t->kind == BCK_COMPLEX64) print_complex64(((const float *)value)[0], ((const float *)value)[1]);
    else if (t->kind == BCK_COMPLEX128) print_complex(((const double *)value)[0], ((const double *)value)[1]);
    else print_basic(t, value);
    if (!complex) print_c(")");
    return;
  }
  if (t->kind == BCK_STRING) {
    print_indented(*(const GoString *)value);
  } else if (t->kind == BCK_COMPLEX64) {
    print_complex64(((const float *)value)[0], ((const float *)value)[1]);
  } else if (t->kind == BCK_COMPLEX128) {
    print_complex(((const double *)value)[0], ((const double *)value)[1]);
  } else if (!print_basic(t, value)) {
    print_c("(");
    print_string(abi_type_string(t));
    print_c(") ");
    print_pointer(abi_direct_iface(t) ? *(void *const *)value : value);
  }
}

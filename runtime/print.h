/* print.h - the built-in print and println, written to standard error as gc's runtime prints, or into a buffer. */
#ifndef GOVM_RUNTIME_PRINT_H
#define GOVM_RUNTIME_PRINT_H
#include "bytecode/abi.h"

void print_flush(void);              /* output is buffered up to a flush: callers flush at the end of a statement or crash */
void print_crash(void);              /* what follows is the text of the crash that ends the program */
u64 print_set_crash_fd(u64 fd);      /* a crash is written there too, UINT64_MAX: nowhere else; returns the old one */
void print_begin(StrBuf *to);        /* sends output into `to` until print_end; NULL: to stderr */
void print_end(void);
void print_write(const void *p, size_t n);
void print_c(const char *s);
void print_format(const char *fmt, ...) PRINTF(1, 2);
void print_string(GoString s);
void print_bool(bool b);
void print_int(i64 v);
void print_uint(u64 v);
void print_hex(u64 v);               /* 0x1f */
void print_float(double v);          /* shortest text that reads back: 1.5, 1e+06, NaN, +Inf */
void print_float32(float v);
void print_complex(double re, double im); /* (1+2i) */
void print_complex64(float re, float im);
void print_pointer(const void *p);
void print_slice(const void *p, i64 len, i64 cap);   /* [2/3]0xc000012345 */
void print_eface(const void *type, const void *data); /* (0x1234,0xc0000) */
/* The value of a panic as Go's printpanicval: strings and numbers plainly, of defined types as main.T(5), else (main.T) 0x...;
 * errors and Stringers have been replaced by their texts before. t NULL: nil. value: where the value lies. */
void print_any(const AbiType *t, const void *value);
#endif

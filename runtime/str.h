/* str.h - strings: concatenation, conversions, comparison, rune iteration. Strings are (ptr, len); results are new heap
 * memory without pointers unless stated. Nothing here parks or collects. */
#ifndef GOVM_RUNTIME_STR_H
#define GOVM_RUNTIME_STR_H
#include "runtime/heap.h"

static inline bool str_equal(const u8 *a, i64 na, const u8 *b, i64 nb) {
  return na == nb && (a == b || memcmp(a, b, (size_t)na) == 0);
}
/* <0, 0, >0, by bytes. */
static inline int str_compare(const u8 *a, i64 na, const u8 *b, i64 nb) {
  i64 n = na < nb ? na : nb;
  int c = n ? memcmp(a, b, (size_t)n) : 0;
  return c ? c : na < nb ? -1 : na > nb;
}
GoString str_concat(GoString a, GoString b);       /* an operand itself when the other is empty */
GoString str_concat_n(const Slot *strs, u32 n);    /* n strings in consecutive slots */
enum { STR_TMP = 32 };
/* The same, in buf of STR_TMP bytes when it fits: for strings that do not outlive their frame. */
GoString str_from_bytes_in(u8 *buf, const u8 *p, i64 n);
GoString str_from_rune_in(u8 *buf, i64 r);
GoSlice str_to_bytes_in(u8 *buf, GoString s);
GoString str_from_bytes(const u8 *p, i64 n);       /* one byte: a shared string */
GoString str_from_runes(const i32 *p, i64 n);
GoString str_from_rune(i64 r);                     /* invalid: "\uFFFD" */
GoSlice str_to_bytes(GoString s);                  /* capacity rounded up as gc does */
GoSlice str_to_runes(GoString s);
/* The rune at byte i < s.len, and the index behind it. */
static inline i32 str_next_rune(GoString s, i64 i, i64 *next) {
  u8 c = s.p[i];
  if (likely(c < 0x80)) {
    *next = i + 1;
    return c;
  }
  i32 r;
  *next = i + utf8_decode((const char *)s.p + i, (size_t)(s.len - i), &r);
  return r;
}
i64 str_count_runes(GoString s);
GoString str_from_c(const char *s);                /* a heap copy */
#endif

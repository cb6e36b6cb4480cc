/* str.c - see str.h; Go's runtime/string.go. Strings of one byte share a table, as gc's do. */
#include "runtime/str.h"

#include "runtime/heap_priv.h"

static const u8 *one_byte(u8 c) {
  static u8 bytes[256];
  static bool ready;
  if (!ready) {
    for (int i = 0; i < 256; i++) bytes[i] = (u8)i;
    ready = true;
  }
  return &bytes[c];
}

static u8 *str_raw(i64 n) { return heap_alloc_noscan_uninit((size_t)n); }

/* s itself when its bytes outlive every frame, else a copy: a string made in a frame may be an operand. */
static GoString lasting(GoString s) {
  if (s.len == 0 || heap_contains(s.p) || (u64)s.p < (u64)1 << 31) return s;
  return str_from_bytes(s.p, s.len);
}

GoString str_concat(GoString a, GoString b) {
  if (a.len == 0) return lasting(b);
  if (b.len == 0) return lasting(a);
  i64 n = a.len + b.len;
  if (n < 0) rt_throw("string concatenation too long");
  u8 *p = str_raw(n);
  memcpy(p, a.p, (size_t)a.len);
  memcpy(p + a.len, b.p, (size_t)b.len);
  return (GoString){p, n};
}

GoString str_concat_n(const Slot *strs, u32 n) {
  i64 total = 0;
  u32 used = 0, last = 0;
  for (u32 i = 0; i < n; i++) {
    if (!strs[2 * i + 1].i) continue;
    total += strs[2 * i + 1].i;
    if (total < 0) rt_throw("string concatenation too long");
    used++;
    last = i;
  }
  if (used <= 1) return used ? lasting((GoString){strs[2 * last].b, strs[2 * last + 1].i}) : (GoString){0, 0};
  u8 *p = str_raw(total), *q = p;
  for (u32 i = 0; i < n; i++) {
    size_t len = (size_t)strs[2 * i + 1].i;
    if (len) memcpy(q, strs[2 * i].p, len);
    q += len;
  }
  return (GoString){p, total};
}

GoString str_from_bytes(const u8 *p, i64 n) {
  if (n == 0) return (GoString){0, 0};
  if (n == 1) return (GoString){one_byte(*p), 1};
  u8 *q = str_raw(n);
  memcpy(q, p, (size_t)n);
  return (GoString){q, n};
}

GoString str_from_bytes_in(u8 *buf, const u8 *p, i64 n) {
  if (n <= 1 || n > STR_TMP) return str_from_bytes(p, n);
  memcpy(buf, p, (size_t)n);
  return (GoString){buf, n};
}

GoString str_from_c(const char *s) { return str_from_bytes((const u8 *)s, (i64)strlen(s)); }

GoString str_from_runes(const i32 *p, i64 n) {
  char buf[4];
  i64 total = 0;
  for (i64 i = 0; i < n; i++) total += utf8_encode(buf, p[i]);
  if (total == 0) return (GoString){0, 0};
  u8 *out = str_raw(total + 3), *q = out; /* an encoder may write 4 bytes for any rune */
  for (i64 i = 0; i < n; i++) q += utf8_encode((char *)q, p[i]);
  return (GoString){out, total};
}

GoString str_from_rune(i64 r) {
  if (r >= 0 && r < 0x80) return (GoString){one_byte((u8)r), 1};
  i32 rune = r == (i32)r ? (i32)r : RUNE_ERROR;
  char buf[4];
  int n = utf8_encode(buf, rune);
  return str_from_bytes((u8 *)buf, n);
}

GoString str_from_rune_in(u8 *buf, i64 r) {
  if (r >= 0 && r < 0x80) return (GoString){one_byte((u8)r), 1};
  return (GoString){buf, utf8_encode((char *)buf, r == (i32)r ? (i32)r : RUNE_ERROR)};
}
GoSlice str_to_bytes_in(u8 *buf, GoString s) {
  if (s.len > STR_TMP) return str_to_bytes(s);
  memset(buf, 0, STR_TMP);
  memcpy(buf, s.p, (size_t)s.len);
  return (GoSlice){buf, s.len, STR_TMP};
}
GoSlice str_to_bytes(GoString s) {
  size_t cap = sc_round_up((size_t)s.len, true);
  if (cap == 0) return (GoSlice){(u8 *)&heap_zerobase, 0, 0};
  u8 *p = heap_alloc_noscan_uninit(cap);
  memcpy(p, s.p, (size_t)s.len);
  memset(p + s.len, 0, cap - (size_t)s.len);
  return (GoSlice){p, s.len, (i64)cap};
}

i64 str_count_runes(GoString s) {
  i64 n = 0;
  for (i64 i = 0; i < s.len; n++) str_next_rune(s, i, &i);
  return n;
}

GoSlice str_to_runes(GoString s) {
  i64 n = str_count_runes(s);
  size_t bytes = sc_round_up((size_t)n * 4, true);
  if (bytes == 0) return (GoSlice){(u8 *)&heap_zerobase, 0, 0};
  i32 *p = heap_alloc_noscan_uninit(bytes);
  memset((u8 *)p + n * 4, 0, bytes - (size_t)n * 4);
  i64 k = 0;
  for (i64 i = 0; i < s.len;) p[k++] = str_next_rune(s, i, &i);
  return (GoSlice){(u8 *)p, n, (i64)(bytes / 4)};
}

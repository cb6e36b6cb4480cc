/* heapdump.c - runtime/debug.WriteHeapDump: the heap in the format of Go's runtime/heapdump.go ("go1.7 heap dump").
 * Written are the parameters, objects with their contents and pointer fields, goroutines and statistics. Buffered; a failing
 * write ends the output silently, as there. */
#include <errno.h>
#include <unistd.h>

#include "runtime/heap_priv.h"
#include "runtime/sched.h"

enum { TAG_EOF, TAG_OBJECT = 1, TAG_GOROUTINE = 4, TAG_PARAMS = 6, TAG_MEMSTATS = 10 };
enum { FIELD_END, FIELD_PTR };

typedef struct Dump {
  int fd;
  StrBuf buf;
} Dump;

static void dump_flush(Dump *d) {
  const char *p = d->buf.p;
  for (size_t n = d->buf.n; n;) {
    ssize_t k = write(d->fd, p, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) break;
    p += k;
    n -= (size_t)k;
  }
  d->buf.n = 0;
}
static void put(Dump *d, const void *p, size_t n) {
  sb_write(&d->buf, p, n);
  if (d->buf.n > 1 << 16) dump_flush(d);
}
static void put_int(Dump *d, u64 v) {
  u8 b[10];
  u32 n = 0;
  for (; v >= 0x80; v >>= 7) b[n++] = (u8)(v | 0x80);
  b[n++] = (u8)v;
  put(d, b, n);
}
static void put_ptr(Dump *d, const void *p) { put_int(d, (uintptr_t)p); }
static void put_bytes(Dump *d, const void *p, size_t n) {
  put_int(d, n);
  put(d, p, n);
}
static void put_text(Dump *d, const char *s) { put_bytes(d, s, strlen(s)); }

/* The offsets of the pointers in repeated values of type t. */
static void put_fields(Dump *d, const AbiType *t, u64 bytes) {
  const u8 *mask = heap_gc_mask(t);
  for (u64 at = 0; at + t->size <= bytes; at += t->size)
    for (u64 w = 0; w < t->ptr_bytes / 8; w++)
      if (mask[w / 8] >> (w & 7) & 1) {
        put_int(d, FIELD_PTR);
        put_int(d, at + w * 8);
      }
}

static void dump_span(Dump *d, const HeapSpan *s) {
  u64 bytes = span_elem_bytes(s);
  for (u32 i = 0; i < s->nelems; i++) {
    if (!span_bit(s->alloc_bits, i)) continue;
    const u8 *obj = s->base + i * bytes;
    put_int(d, TAG_OBJECT);
    put_ptr(d, obj);
    put_bytes(d, obj, bytes);
    if (s->tags && s->tags[i] && heap_tag_type(s->tags[i])->ptr_bytes) put_fields(d, heap_tag_type(s->tags[i]), bytes);
    put_int(d, FIELD_END);
  }
}

static void dump_goroutine(Dump *d, const G *g) {
  static const u8 status[] = {[G_IDLE] = 0, [G_RUNNABLE] = 1, [G_RUNNING] = 2, [G_SYSCALL] = 3, [G_WAITING] = 4};
  put_int(d, TAG_GOROUTINE);
  put_ptr(d, g);
  put_ptr(d, g->fp);
  put_int(d, g->id);
  put_ptr(d, g->gopc);
  put_int(d, status[g->status]);
  put_int(d, g->is_system);
  put_int(d, false);
  put_int(d, (u64)g->wait_since);
  put_text(d, wait_reason_text[g->status == G_WAITING ? g->wait_reason : WAIT_ZERO]);
  put_int(d, 0);
  put_int(d, 0);
  put_ptr(d, g->defers);
  put_ptr(d, g->panics);
}

static void dump_stats(Dump *d, const HeapStats *s) {
  const u64 values[] = {s->alloc, s->total_alloc, s->sys, 0, s->mallocs, s->frees, s->alloc, s->heap_sys, s->heap_idle,
                        s->heap_inuse, s->heap_released, s->heap_objects, s->stack_inuse, s->stack_sys, s->mspan_inuse,
                        s->mspan_sys, 0, 0, 0, s->gc_sys, s->other_sys, s->next_gc, s->last_gc_unix_ns, s->pause_total_ns};
  put_int(d, TAG_MEMSTATS);
  for (u32 i = 0; i < ARRAY_LEN(values); i++) put_int(d, values[i]);
  for (u32 i = 0; i < ARRAY_LEN(s->pause_ns); i++) put_int(d, s->pause_ns[i]);
  put_int(d, s->num_gc);
}

void heap_dump(int fd) {
  Dump d = {.fd = fd};
  HeapStats stats;
  heap_read_stats(&stats); /* sweeps, and makes alloc_bits exact */
  const char header[] = "go1.7 heap dump\n";
  put(&d, header, sizeof(header) - 1);
  put_int(&d, TAG_PARAMS);
  put_int(&d, false); /* little-endian */
  put_int(&d, 8);
  put_ptr(&d, heap.base);
  put_ptr(&d, heap.base + heap.used);
  put_text(&d, "amd64");
  put_text(&d, "");
  put_int(&d, (u64)sysconf(_SC_NPROCESSORS_ONLN));
  for (u32 i = 0; i < heap.spans.n; i++)
    if (heap.spans.v[i]->state >= SPAN_SMALL) dump_span(&d, heap.spans.v[i]);
  for (const G *g = sched_all_gs(); g; g = g->all_link)
    if (g->status != G_DEAD) dump_goroutine(&d, g);
  dump_stats(&d, &stats);
  put_int(&d, TAG_EOF);
  dump_flush(&d);
  sb_free(&d.buf);
}

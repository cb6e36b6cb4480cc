/* sizeclass.c - the tables of sizeclass.h. The sizes and page counts are those of Go's internal/runtime/gc/sizeclasses.go. */
#include "runtime/sizeclass.h"

const u16 sc_size[SC_COUNT] = {
    0,    8,    16,   24,   32,   48,   64,   80,   96,    112,   128,   144,   160,   176,   192,   208,   224,
    240,  256,  288,  320,  352,  384,  416,  448,  480,   512,   576,   640,   704,   768,   896,   1024,  1152,
    1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200,  3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,
    8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};
const u8 sc_pages[SC_COUNT] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                               1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 1, 3, 2, 3, 1, 3,
                               2, 3, 4, 5, 6, 1, 7, 6, 5, 4, 3, 5, 7, 2, 9, 7, 5, 8, 3, 10, 7, 4};
u8 sc_class8[SC_SMALL_MAX / 8 + 1];
u8 sc_class128[(SC_MAX_SMALL - SC_SMALL_MAX) / 128 + 1];

void sc_init(void) {
  u8 class = 1;
  for (u32 i = 1; i <= SC_SMALL_MAX / 8; i++) {
    while (sc_size[class] < i * 8) class++;
    sc_class8[i] = class;
  }
  sc_class8[0] = 1;
  for (u32 i = 0; i <= (SC_MAX_SMALL - SC_SMALL_MAX) / 128; i++) {
    while (sc_size[class] < SC_SMALL_MAX + i * 128) class++;
    sc_class128[i] = class;
  }
}

size_t sc_round_up(size_t size, bool noscan) {
  enum { HEADER = 8 };
  if (size <= SC_MAX_SMALL - HEADER) {
    if (size == 0) return 0;
    size_t header = !noscan && size > SC_MIN_HEADER ? HEADER : 0;
    return sc_size[sc_class(size + header)] - header;
  }
  size_t up = size + SC_PAGE_SIZE - 1;
  return up < size ? size : up & ~(size_t)(SC_PAGE_SIZE - 1);
}

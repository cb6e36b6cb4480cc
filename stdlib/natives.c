/* natives.c - the table of stdlib's natives, from natives.def. */
#include "stdlib/natives.h"

#define NATIVE(symbol, fn) Status fn(G *g, Slot *fp);
#include "stdlib/natives.def"
#undef NATIVE

static const NativeDef natives[] = {
#define NATIVE(symbol, fn) {symbol, fn},
#include "stdlib/natives.def"
#undef NATIVE
};

void stdlib_register_natives(void) { link_register_natives(natives, ARRAY_LEN(natives)); }

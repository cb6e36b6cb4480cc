/* godebug.h - the settings of GODEBUG that the runtime itself obeys; the program may change them while it runs. */
#ifndef GOVM_RUNTIME_GODEBUG_H
#define GOVM_RUNTIME_GODEBUG_H
#include "base/base.h"

typedef struct Godebug {
  i64 asynctimerchan; /* timer channels are as before Go 1.23; 2: but collectable */
  i64 panicnil;       /* panic(nil) panics with nil */
} Godebug;
extern Godebug godebug;

void godebug_init(void);                         /* from the environment */
void godebug_parse(const char *text, u64 n);     /* "name=value,..."; what is not named gets its default */
#endif

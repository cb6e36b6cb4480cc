/* debug.h - the switches of the GOVM_DEBUG environment variable (debug.def is the table). */
#ifndef GOVM_BASE_DEBUG_H
#define GOVM_BASE_DEBUG_H
#include "base/base.h"

typedef struct DebugFlags {
#define DEBUG_SWITCH(name, what) i64 name;
#include "base/debug.def"
#undef DEBUG_SWITCH
} DebugFlags;
extern DebugFlags debug_flags; /* all zero until debug_parse; read-only afterwards */

/* Reads "a=1,b,c=2" (trace=gc is trace_gc=1). False and *e on an unknown name or a bad number. */
bool debug_parse(const char *spec, Err *e);
#endif

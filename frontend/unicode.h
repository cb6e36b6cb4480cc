/* unicode.h - character classes as Go's unicode and strconv packages define them. A negative or too large
 * rune is in no class. */
#ifndef GOVM_FRONTEND_UNICODE_H
#define GOVM_FRONTEND_UNICODE_H
#include "base/base.h"

bool unicode_is_letter(i32 c); /* category L */
bool unicode_is_digit(i32 c);  /* category Nd */
bool unicode_is_upper(i32 c);  /* category Lu: what makes an identifier exported */
bool unicode_is_print(i32 c);  /* strconv.IsPrint */
#endif

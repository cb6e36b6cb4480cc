/* print.c - what the built-in print and println are compiled to. */
#include "runtime/print.h"
#include "stdlib/natives/natives.h"

NATIVE_FN(print_lock) { return ST_OK; }
NATIVE_FN(print_unlock) {
  print_flush();
  return ST_OK;
}
NATIVE_FN(print_bool_n) {
  print_bool(fp[0].u & 1);
  return ST_OK;
}
NATIVE_FN(print_float_n) {
  print_float(fp[0].f);
  return ST_OK;
}
NATIVE_FN(print_float32_n) {
  print_float32(fp[0].f32);
  return ST_OK;
}
NATIVE_FN(print_int_n) {
  print_int(fp[0].i);
  return ST_OK;
}
NATIVE_FN(print_uint_n) {
  print_uint(fp[0].u);
  return ST_OK;
}
NATIVE_FN(print_hex_n) {
  print_hex(fp[0].u);
  return ST_OK;
}
NATIVE_FN(print_complex_n) {
  print_complex(fp[0].f, fp[1].f);
  return ST_OK;
}
NATIVE_FN(print_complex64_n) {
  float part[2];
  memcpy(part, fp, sizeof part);
  print_complex64(part[0], part[1]);
  return ST_OK;
}
NATIVE_FN(print_string_n) {
  print_string(arg_string(fp));
  return ST_OK;
}
NATIVE_FN(print_pointer_n) {
  print_pointer(fp[0].p);
  return ST_OK;
}
NATIVE_FN(print_slice_n) {
  print_slice(fp[0].p, fp[1].i, fp[2].i);
  return ST_OK;
}
NATIVE_FN(print_eface_n) {
  print_eface(fp[0].p, fp[1].p);
  return ST_OK;
}
NATIVE_FN(print_nl_n) {
  print_c("\n");
  return ST_OK;
}
NATIVE_FN(print_sp_n) {
  print_c(" ");
  return ST_OK;
}

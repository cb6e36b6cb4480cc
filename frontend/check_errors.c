/* check_errors.c - reporting of type errors (types2/errors.go).
 *
 * An error has a main part, whose position is the error's, and further parts that become tab-indented lines
 * with their own positions. Follow-on errors are recognised as types2 does: a message that mentions an
 * invalid operand or type anywhere but at its start is dropped once there has been an error. */
#include "frontend/check.h"

typedef struct ErrorPart {
  Pos pos;
  const char *msg;
} ErrorPart;
struct ErrorDesc {
  Checker *check;
  VEC(ErrorPart) parts;
  ErrCode code;
  bool soft;
};

/* Where errors about a node are placed: its leftmost position. */
Pos check_pos_at(const void *at) { return ast_start_pos(at); }

/* An error without parts; nothing is reported before err_report(). */
ErrorDesc *check_new_error(Checker *check, ErrCode code) {
  ErrorDesc *err = NEW(&types_arena, ErrorDesc);
  err->check = check;
  err->code = code;
  return err;
}

static const char *vformat(const char *fmt, va_list ap) {
  StrBuf b = {0};
  sb_vprintf(&b, fmt, ap);
  const char *s = arena_strdup(&types_arena, sb_cstr(&b));
  sb_free(&b);
  return s;
}

static void err_add(ErrorDesc *err, Pos at, const char *msg) {
  VEC_PUSH(&types_arena, &err->parts, (ErrorPart){at, msg});
}

#define VFORMAT(msg, fmt)            \
  const char *msg;                   \
  do {                               \
    va_list ap;                      \
    va_start(ap, fmt);               \
    msg = vformat(fmt, ap);          \
    va_end(ap);                      \
  } while (0)

/* Adds a part: the first is the error, the others explain it. */
void err_addf(ErrorDesc *err, const void *at, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  err_add(err, check_pos_at(at), msg);
}

void err_addf_pos(ErrorDesc *err, Pos at, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  err_add(err, at, msg);
}

/* "other", not "previous": the declaration seen first may come later in the text. */
void err_add_alt_decl(ErrorDesc *err, Object *obj) {
  if (pos_known(obj->pos)) err_addf_pos(err, obj->pos, "other declaration of %s", obj->name->s);
}

/* Makes it one that does not keep the package from being used. */
void err_set_soft(ErrorDesc *err) { err->soft = true; }

bool err_empty(const ErrorDesc *err) { return err->parts.n == 0; }

Pos err_pos(const ErrorDesc *err) { return err->parts.n ? err->parts.v[0].pos : (Pos){0}; }

const char *err_msg(const ErrorDesc *err) {
  StrBuf msg = {0};
  for (u32 i = 0; i < err->parts.n; i++) {
    const ErrorPart *p = &err->parts.v[i];
    if (i > 0) {
      sb_puts(&msg, "\n\t");
      if (pos_known(p->pos)) sb_printf(&msg, "%s: ", S_pos(p->pos));
    }
    sb_puts(&msg, p->msg);
  }
  const char *s = arena_strdup(&types_arena, sb_cstr(&msg));
  sb_free(&msg);
  return s;
}

/* The index of the file that contains pos, or -1. */
static int file_index(Checker *check, Pos pos) {
  u32 base = pos.base;
  while (base && !pos_base(base)->is_file && pos_base(base)->pos.base != base)
    base = pos_base(base)->pos.base;
  for (u32 i = 0; i < check->nfiles; i++)
    if (check->files[i]->base == base) return (int)i;
  return -1;
}

/* gc's hint after "... requires go1.N or later": where the language version came from. */
static void add_version_hint(Checker *check, Pos pos, StrBuf *msg) {
  const char *p = strstr(sb_cstr(msg), "requires go");
  if (!p || !strstr(p, " or later")) return;
  int i = file_index(check, pos);
  if (i < 0) return;
  const File *f = check->files[i];
  const char *version = check->file_versions[i] ? version_string(check->file_versions[i]) : "";
  if (f->goversion && strcmp(f->goversion->s, version) == 0)
    sb_printf(msg, " (file declares //go:build %s)", version);
  else
    sb_printf(msg, " (-lang was set to %s; check go.mod)",
              check->conf.goversion ? check->conf.goversion->s : "");
}

/* Reports the error, once; it must have a part. */
void err_report(ErrorDesc *err) {
  CHECK(err->parts.n > 0);
  Checker *check = err->check;
  const ErrorPart *first = &err->parts.v[0];
  if (check->first_err) {
    const char *a = strstr(first->msg, "invalid operand"), *b = strstr(first->msg, "invalid type");
    if ((a && a > first->msg) || (b && b > first->msg)) return;
  }
  StrBuf msg = {0};
  if (err->code == E_InvalidSyntaxTree) sb_puts(&msg, "invalid syntax tree: ");
  sb_puts(&msg, err_msg(err));
  Pos pos = pos_known(check->errpos) ? check->errpos : first->pos;
  add_version_hint(check, pos, &msg);
  check->first_err = true;
  check->pkg->nerrors++;
  diag_report(check->sink, pos, false, err->soft, err->code, "%s", sb_cstr(&msg));
  sb_free(&msg);
  err->parts.n = 0;
}

static void report(Checker *check, Pos at, ErrCode code, bool soft, const char *msg) {
  ErrorDesc *err = check_new_error(check, code);
  err_add(err, at, msg);
  err->soft = soft;
  err_report(err);
}

/* These report an error of one part, at a node or (_pos) at a position. */
void check_error(Checker *check, const void *at, ErrCode code, const char *msg) {
  report(check, check_pos_at(at), code, false, msg);
}

void check_error_pos(Checker *check, Pos at, ErrCode code, const char *msg) {
  report(check, at, code, false, msg);
}

void check_errorf(Checker *check, const void *at, ErrCode code, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  report(check, check_pos_at(at), code, false, msg);
}

void check_errorf_pos(Checker *check, Pos at, ErrCode code, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  report(check, at, code, false, msg);
}

void check_soft_errorf(Checker *check, const void *at, ErrCode code, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  report(check, check_pos_at(at), code, true, msg);
}

void check_soft_errorf_pos(Checker *check, Pos at, ErrCode code, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  report(check, at, code, true, msg);
}

static void version_error(Checker *check, Pos at, GoVersion v, const char *msg) {
  check_errorf_pos(check, at, E_UnsupportedFeature, "%s requires %s or later", msg, version_string(v));
}

/* Reports that something "requires go1.N or later". */
void check_version_errorf(Checker *check, const void *at, GoVersion v, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  version_error(check, check_pos_at(at), v, msg);
}

void check_version_errorf_pos(Checker *check, Pos at, GoVersion v, const char *fmt, ...) {
  VFORMAT(msg, fmt);
  version_error(check, at, v, msg);
}

/* False, with an error, when the language version is older than v. */
bool check_verify_versionf(Checker *check, const void *at, GoVersion v, const char *fmt, ...) {
  if (check_allow_version(check, v)) return true;
  VFORMAT(msg, fmt);
  version_error(check, check_pos_at(at), v, msg);
  return false;
}

bool check_verify_versionf_pos(Checker *check, Pos at, GoVersion v, const char *fmt, ...) {
  if (check_allow_version(check, v)) return true;
  VFORMAT(msg, fmt);
  version_error(check, at, v, msg);
  return false;
}

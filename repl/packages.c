/* packages.c - where a session's imports come from: packages that are linked already, else GOROOT's and the
 * module's source, compiled whole and linked on first import. Start reading at session_import(). */
#include <stdlib.h>

#include "frontend/lower.h"
#include "repl/session.h"
#include "vm/govm.h"

const char *const std_paths[] = {
  "archive/tar", "archive/zip", "bufio", "bytes", "cmp", "compress/bzip2", "compress/flate",
  "compress/gzip", "compress/lzw", "compress/zlib", "container/heap", "container/list", "container/ring",
  "context", "crypto", "crypto/aes", "crypto/cipher", "crypto/des", "crypto/dsa", "crypto/ecdh",
  "crypto/ecdsa", "crypto/ed25519", "crypto/elliptic", "crypto/fips140", "crypto/hkdf", "crypto/hmac",
  "crypto/hpke", "crypto/md5", "crypto/mlkem", "crypto/mlkem/mlkemtest", "crypto/pbkdf2", "crypto/rand",
  "crypto/rc4", "crypto/rsa", "crypto/sha1", "crypto/sha256", "crypto/sha3", "crypto/sha512",
  "crypto/subtle", "crypto/tls", "crypto/x509", "crypto/x509/pkix", "database/sql", "database/sql/driver",
  "debug/buildinfo", "debug/dwarf", "debug/elf", "debug/gosym", "debug/macho", "debug/pe",
  "debug/plan9obj", "embed", "encoding", "encoding/ascii85", "encoding/asn1", "encoding/base32",
  "encoding/base64", "encoding/binary", "encoding/csv", "encoding/gob", "encoding/hex", "encoding/json",
  "encoding/pem", "encoding/xml", "errors", "expvar", "flag", "fmt", "go/ast", "go/build",
  "go/build/constraint", "go/constant", "go/doc", "go/doc/comment", "go/format", "go/importer",
  "go/parser", "go/printer", "go/scanner", "go/token", "go/types", "go/version", "hash", "hash/adler32",
  "hash/crc32", "hash/crc64", "hash/fnv", "hash/maphash", "html", "html/template", "image", "image/color",
  "image/color/palette", "image/draw", "image/gif", "image/jpeg", "image/png", "index/suffixarray", "io",
  "io/fs", "io/ioutil", "iter", "log", "log/slog", "log/syslog", "maps", "math", "math/big", "math/bits",
  "math/cmplx", "math/rand", "math/rand/v2", "mime", "mime/multipart", "mime/quotedprintable", "net",
  "net/http", "net/http/cgi", "net/http/cookiejar", "net/http/fcgi", "net/http/httptest",
  "net/http/httptrace", "net/http/httputil", "net/http/pprof", "net/mail", "net/netip", "net/rpc",
  "net/rpc/jsonrpc", "net/smtp", "net/textproto", "net/url", "os", "os/exec", "os/signal", "os/user",
  "path", "path/filepath", "plugin", "reflect", "regexp", "regexp/syntax", "runtime", "runtime/coverage",
  "runtime/debug", "runtime/metrics", "runtime/pprof", "runtime/race", "runtime/trace", "slices", "sort",
  "strconv", "strings", "structs", "sync", "sync/atomic", "syscall", "testing", "testing/cryptotest",
  "testing/fstest", "testing/iotest", "testing/quick", "testing/slogtest", "testing/synctest",
  "text/scanner", "text/tabwriter", "text/template", "text/template/parse", "time", "time/tzdata",
  "unicode", "unicode/utf16", "unicode/utf8", "unique", "unsafe", "weak",
    NULL,
};

/* Whether the package of that path is called so. */
static bool is_named(const char *path, const char *name) {
  size_t n = strlen(path), k = strlen(name);
  if (n > 3 && strcmp(path + n - 3, "/v2") == 0) n -= 3;
  return n >= k && memcmp(path + n - k, name, k) == 0 && (n == k || path[n - k - 1] == '/');
}

void std_paths_named(const char *name, StrBuf *out) {
  for (size_t i = 0; std_paths[i]; i++)
    if (is_named(std_paths[i], name)) sb_printf(out, " \"%s\"", std_paths[i]);
}

const char *std_path_of(const char *name) {
  const char *found = NULL;
  for (size_t i = 0; std_paths[i]; i++) {
    if (!is_named(std_paths[i], name)) continue;
    if (found) return NULL;
    found = std_paths[i];
  }
  return found;
}

/* ---- compiling what was loaded ---- */
static Package *import_loaded(void *ctx, const Atom *path, Pos pos, Err *e) {
  (void)pos;
  if (atom_is(path, "unsafe")) return package_unsafe;
  LoadPackage *p = load_import_of(ctx, path);
  if (p && p->types) return p->types;
  err_set(e, "package %s is not in std", path->s);
  return NULL;
}

static Package *check_loaded(LoadPackage *lp, DiagSink *sink) {
  CheckConfig cfg = {
      .goversion = lp->goversion,
      .lazy_bodies = lp->is_std,
      .allow_unused_imports = lp->is_overlaid,
      .disable_unused_check = lp->is_std,
      .complete = !lp->is_std,
      .import = import_loaded,
      .ctx = lp,
  };
  Package *pkg = check_package(&cfg, lp->path, lp->files.v, lp->files.n, sink);
  pkg->is_std = lp->is_std;
  pkg->loader = lp;
  lp->types = pkg;
  return pkg;
}

typedef VEC(Package *) PackageList;

/* Checks the loaded packages that have not been; false after errors. */
static bool check_new(Session *s, PackageList *out) {
  const LoadPackageList *order = loader_order(s->loader);
  for (u32 i = 0; i < order->n; i++) {
    LoadPackage *lp = order->v[i];
    if (lp->is_unsafe || lp->is_external || lp->types) continue;
    Package *pkg = check_loaded(lp, &s->load_sink);
    if (pkg->nerrors) return lp->types = NULL, false;
    VEC_PUSH(NULL, out, pkg);
  }
  return true;
}

static bool link_new(Session *s, PackageList *pkgs, Err *e) {
  LowerConfig cfg = {.library = true, .defined = s->symbols};
  BcModule *m = lower_program(&cfg, pkgs->v, pkgs->n, NULL, &s->load_sink);
  if (!m || !vm_load(m, e)) return false;
  symbols_add_module(s->symbols, m);
  VEC_PUSH(NULL, &s->modules, m);
  return true;
}

/* The first diagnostic, as one message. */
static void take_error(DiagSink *sink, Err *e) {
  if (!sink->diags.n) return;
  diag_sort(sink);
  const Diag *d = &sink->diags.v[0];
  RelPos p = pos_rel(d->pos);
  if (p.filename && p.filename->len && p.line) err_set(e, "%s:%u:%u: %s", p.filename->s, p.line, p.col, d->msg);
  else err_set(e, "%s", d->msg);
  diag_free(sink);
  *sink = (DiagSink){0};
}

Package *session_import(Session *s, const Atom *path, Err *e) {
  if (atom_is(path, "unsafe")) return package_unsafe;
  const Atom *name;
  Package *linked = s->cfg.external ? s->cfg.external(NULL, path, &name) : NULL;
  if (linked) return linked;
  LoadPackage *known = loader_find(s->loader, path);
  if (known && known->types) return known->types;
  *e = (Err){0};
  LoadPackage *lp = loader_path(s->loader, path->s);
  PackageList pkgs = {0};
  bool ok = lp && s->load_sink.nerrors == 0 && check_new(s, &pkgs) && (!pkgs.n || link_new(s, &pkgs, e));
  VEC_FREE(&pkgs);
  if (ok && lp->types) return lp->types;
  take_error(&s->load_sink, e);
  if (!*e->msg) err_set(e, "package %s cannot be loaded", path->s);
  return NULL;
}

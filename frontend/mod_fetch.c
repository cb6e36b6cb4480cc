/* mod_fetch.c - the module cache: GOMODCACHE/path@version, and GOMODCACHE/cache/download, which is filled
 * from GOPROXY=file:// directories (modfetch/cache.go, fetch.go, proxy.go). Networks are never used.
 * Invariant: a directory in the cache is complete: it is unpacked beside its place and renamed.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* mkostemps */
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontend/loader_priv.h"
#include "frontend/mod_env.h"
#include "frontend/mod_priv.h"
#include "frontend/mod_zip.h"

/* ---- places ---- */

static const char *cache_root(Modules *m) { return mod_join(&m->arena, "/", goenv_get("GOMODCACHE")); }

const char *mod_cache_file(Modules *m, ModVersion v, const char *suffix) {
  Arena *a = &m->arena;
  return arena_printf(a, "%s/cache/download/%s/@v/%s.%s", cache_root(m), modpath_escape(a, v.path->s),
                      modpath_escape(a, v.version->s), suffix);
}

static const char *cache_dir(Modules *m, ModVersion v) {
  Arena *a = &m->arena;
  return arena_printf(a, "%s/%s@%s", cache_root(m), modpath_escape(a, v.path->s),
                      modpath_escape(a, v.version->s));
}

static bool fail(Modules *m, ModVersion v, const char **error, const char *why) {
  *error = arena_printf(&m->arena, "%s: %s", modversion_string(&m->arena, v), why);
  return false;
}

/* ---- writing ---- */

/* Writes a file of the cache through a temporary one. */
static bool put_file(Modules *m, const char *path, const char *text, size_t n, Err *e) {
  char *tmp = arena_printf(&m->arena, "%s.XXXXXX.tmp", path);
  char *slash = strrchr(tmp, '/');
  *slash = 0;
  bool ok = make_dirs(tmp, e);
  *slash = '/';
  if (!ok) return false;
  int fd = mkostemps(tmp, 4, O_CLOEXEC);
  if (fd < 0) return err_set(e, "open %s: %s", tmp, strerror(errno));
  ok = write(fd, text, n) == (ssize_t)n && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
  ok = close(fd) == 0 && ok && rename(tmp, path) == 0;
  if (ok) return true;
  err_set(e, "write %s: %s", path, strerror(errno));
  unlink(tmp);
  return false;
}

/* ---- proxies ---- */

/* The directory of a "file://..." URL, "%20" and the like decoded; NULL for another URL. */
static const char *file_url(Arena *a, const char *url, size_t n) {
  if (n < 8 || strncmp(url, "file:///", 8) != 0) return NULL;
  char *out = arena_alloc(a, n), *p = out;
  for (size_t i = 7; i < n; i++) {
    unsigned c;
    if (url[i] == '%' && i + 2 < n && sscanf(url + i + 1, "%2x", &c) == 1) {
      *p++ = (char)c;
      i += 2;
    } else {
      *p++ = url[i];
    }
  }
  return out;
}

/* Reads a file of a module from the proxies in turn; false and the reason. */
static bool read_from_proxy(Modules *m, ModVersion v, const char *suffix, StrBuf *text, const char **error) {
  Arena *a = &m->arena;
  const char *list = goenv_get("GOPROXY"), *first_error = NULL;
  for (const char *p = list; *p;) {
    size_t n = strcspn(p, ",|");
    const char *dir = file_url(a, p, n);
    if (dir) {
      Err e;
      const char *name = arena_printf(a, "%s/%s/@v/%s.%s", dir, modpath_escape(a, v.path->s),
                                      modpath_escape(a, v.version->s), suffix);
      if (file_read(name, text, &e)) return true;
      bool missing = access(name, F_OK) != 0;
      if (!first_error)
        first_error =
            arena_printf(a, "reading file://%s: %s", name, missing ? "no such file or directory" : e.msg);
      if (!missing && p[n] != '|') break;
    } else if (n == 3 && strncmp(p, "off", 3) == 0) {
      if (first_error) break;
      return *error = "module lookup disabled by GOPROXY=off", false;
    } else {
      first_error = arena_printf(
          a, "not in the module cache, and govm uses no network; to bring it:\n\tgo mod download %s",
          modversion_string(a, v));
      break;
    }
    p += n + (p[n] != 0);
  }
  return fail(m, v, error,
              first_error ? first_error : "GOPROXY list is not the empty string, but contains no entries");
}

/* ---- go.mod of dependencies ---- */

bool mod_fetch_gomod(Modules *m, const Module *mod, StrBuf *text, const char **error) {
  ModVersion v = {mod->path, mod->version};
  Err e;
  const char *file = mod_cache_file(m, v, "mod");
  bool cached = file_read(file, text, NULL);
  if (!cached && !read_from_proxy(m, v, "mod", text, error)) return false;
  if (!mod_check_sum(m, v, true, dirhash_gomod(&m->arena, sb_cstr(text), text->n), error)) return false;
  if (!cached && !put_file(m, file, sb_cstr(text), text->n, &e)) return fail(m, v, error, e.msg);
  return true;
}

/* ---- source ---- */

/* The recorded hash of the zip file, NULL when there is none. */
static const char *recorded_hash(Modules *m, ModVersion v) {
  StrBuf text = {0};
  const char *out = NULL;
  if (file_read(mod_cache_file(m, v, "ziphash"), &text, NULL)) {
    size_t n = strcspn(sb_cstr(&text), " \r\n");
    if (n > 3 && strncmp(text.p, "h1:", 3) == 0) out = arena_printf(&m->arena, "%.*s", (int)n, text.p);
  }
  sb_free(&text);
  return out;
}

/* One process unpacks at a time: holds the lock file that the go command takes too. -1 when there is none. */
static int lock_version(Modules *m, ModVersion v) {
  const char *file = mod_cache_file(m, v, "lock");
  char *dir = arena_printf(&m->arena, "%.*s", (int)(strrchr(file, '/') - file), file);
  if (!make_dirs(dir, NULL)) return -1;
  int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

/* Whether GOPROXY begins with something else than a network's address. */
static bool tries_proxy(void) {
  const char *p = goenv_get("GOPROXY");
  return strncmp(p, "file://", 7) == 0 || strncmp(p, "off", 3) == 0;
}

/* Brings the .info file, which says when a version was made, when a proxy has it. */
static void fetch_info(Modules *m, ModVersion v) {
  StrBuf text = {0};
  const char *ignored, *file = mod_cache_file(m, v, "info");
  if (!mod_is_file(file) && read_from_proxy(m, v, "info", &text, &ignored))
    put_file(m, file, sb_cstr(&text), text.n, NULL);
  sb_free(&text);
}

/* A module that needs a newer Go ends the go command. */
static bool new_enough(Modules *m, ModVersion v, const char *dir, const char **error) {
  StrBuf text = {0};
  ModFile f;
  const char *ignored, *too_new = NULL;
  if (file_read(mod_join(&m->arena, dir, "go.mod"), &text, NULL) &&
      modfile_parse(&m->arena, "go.mod", "go.mod", sb_cstr(&text), text.n, MODFILE_DEPENDENCY, &f,
                    &ignored) &&
      f.go)
    too_new = mod_too_new(m, modversion_string(&m->arena, v), f.go->s);
  sb_free(&text);
  if (!too_new) return true;
  m->error = arena_printf(&m->arena, "go: %s", too_new);
  *error = "";
  return false;
}

/* Makes sure that the zip file is in the cache and has the hash that go.sum wants. */
static bool fetch_zip(Modules *m, ModVersion v, const char **zipfile, const char **error) {
  const char *file = mod_cache_file(m, v, "zip"), *hash;
  StrBuf text = {0};
  Err e;
  *zipfile = file;
  if (!mod_is_file(file)) {
    if (tries_proxy()) fprintf(stderr, "go: downloading %s %s\n", v.path->s, v.version->s);
    fetch_info(m, v);
    bool ok = read_from_proxy(m, v, "zip", &text, error);
    if (ok && !put_file(m, file, sb_cstr(&text), text.n, &e)) ok = fail(m, v, error, e.msg);
    sb_free(&text);
    if (!ok) return false;
  }
  Zip z;
  hash = zip_open(&z, file, &e) ? zip_hash(&m->arena, &z, &e) : NULL;
  zip_close(&z);
  if (!hash) return fail(m, v, error, arena_printf(&m->arena, "%s: %s", file, e.msg));
  if (!mod_check_sum(m, v, false, hash, error)) {
    unlink(file);
    return false;
  }
  if (!put_file(m, mod_cache_file(m, v, "ziphash"), hash, strlen(hash), &e)) return fail(m, v, error, e.msg);
  return true;
}

static bool unpack(Modules *m, ModVersion v, const char *zipfile, const char *dir, Err *e) {
  Zip z;
  char *tmp = arena_printf(&m->arena, "%s.tmp-%d", dir, (int)getpid());
  const char *prefix = arena_printf(&m->arena, "%s@%s", v.path->s, v.version->s);
  bool ok = zip_open(&z, zipfile, e) && zip_unpack(&z, prefix, tmp, m->config.needs_cache_rw, e);
  zip_close(&z);
  if (ok && load_is_dir(dir)) ok = tree_remove(dir, e); /* what another program left half done */
  if (ok && rename(tmp, dir) != 0) ok = err_set(e, "rename %s: %s", dir, strerror(errno));
  if (!ok && load_is_dir(tmp)) tree_remove(tmp, NULL);
  return ok;
}

static bool is_complete(Modules *m, ModVersion v, const char *dir) {
  return load_is_dir(dir) && !mod_is_file(mod_cache_file(m, v, "partial")) && recorded_hash(m, v);
}

static bool fetch_version(Modules *m, ModVersion v, const char **dir, const char **error) {
  *dir = cache_dir(m, v);
  if (is_complete(m, v, *dir)) return mod_check_sum(m, v, false, recorded_hash(m, v), error);
  int lock = lock_version(m, v);
  const char *zipfile = NULL;
  Err e;
  bool ok = is_complete(m, v, *dir) || fetch_zip(m, v, &zipfile, error);
  if (ok && !is_complete(m, v, *dir)) {
    ok = unpack(m, v, zipfile, *dir, &e) || fail(m, v, error, e.msg);
    if (ok) unlink(mod_cache_file(m, v, "partial"));
  }
  if (lock >= 0) close(lock);
  return ok;
}

bool mod_fetch_dir(Modules *m, Module *mod, const char **dir, const char **error) {
  ModVersion v = {mod->path, mod->version};
  if (mod->dir) return *dir = mod->dir, true;
  const Replacement *r = mod_replacement(m, v);
  if (r && r->r.to.version->len == 0) {
    *dir = mod_join(&m->arena, r->base, r->r.to.path->s);
    if (!load_is_dir(*dir))
      return fail(m, v, error,
                  arena_printf(&m->arena, "replacement directory %s does not exist", r->r.to.path->s));
    mod->dir = *dir;
    return true;
  }
  if (r) v = r->r.to;
  if (mod_must_have_sums(m) && !mod_have_sum(m, v, false)) return fail(m, v, error, "missing go.sum entry");
  if (!fetch_version(m, v, dir, error) || !new_enough(m, v, *dir, error)) return false;
  mod->dir = *dir;
  return true;
}

bool modules_fetch_known(Modules *m, Module *mod) {
  ModVersion v = {mod->path, mod->version};
  const Replacement *r = mod_replacement(m, v);
  if (r && r->r.to.version->len == 0) {
    mod->dir = mod_join(&m->arena, r->base, r->r.to.path->s);
  } else {
    if (r) v = r->r.to;
    const char *dir = cache_dir(m, v);
    if (is_complete(m, v, dir)) mod->dir = dir;
  }
  if (mod->replace) mod->replace->dir = mod->dir;
  return mod->dir != NULL;
}

/* The value of "Time" in a version's .info file. */
static const char *version_time(Modules *m, ModVersion v) {
  StrBuf text = {0};
  const char *out = NULL, *p;
  if (file_read(mod_cache_file(m, v, "info"), &text, NULL) && (p = strstr(sb_cstr(&text), "\"Time\":"))) {
    p += 7 + strspn(p + 7, " \t");
    size_t n = *p == '"' ? strcspn(p + 1, "\"") : 0;
    if (n) out = arena_printf(&m->arena, "%.*s", (int)n, p + 1);
  }
  sb_free(&text);
  return out;
}

void modules_facts(Modules *m, const Module *mod, const char **sum, const char **gomod_sum,
                   const char **time) {
  ModVersion v = {mod->path, mod->version};
  *sum = mod_sum_of(m, v, false);
  *gomod_sum = mod_sum_of(m, v, true);
  *time = version_time(m, v);
}

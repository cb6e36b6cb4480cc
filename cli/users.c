/* users.c - the user database that readline asks for "~name" and, without $HOME, for the home directory: empty.
 * govm is linked statically; libc's would load shared libraries of the machine it was built on. */
#include <pwd.h>
#include <stddef.h>

struct passwd *getpwnam(const char *name) {
  (void)name;
  return NULL;
}
struct passwd *getpwuid(uid_t uid) {
  (void)uid;
  return NULL;
}
struct passwd *getpwent(void) { return NULL; }
void setpwent(void) {}
void endpwent(void) {}

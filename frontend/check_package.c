/* check_package.c - packages (types2/package.go). */
#include "frontend/check.h"

/* An empty package; name NULL: not known yet. */
Package *types_new_package(const Atom *path, const Atom *name) {
  Package *pkg = NEW(&types_arena, Package);
  pkg->path = path;
  pkg->name = name;
  pkg->scope = scope_new(universe, (Pos){0}, (Pos){0});
  return pkg;
}

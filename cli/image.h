/* image.h - the standard library inside the executable: all of std compiled, type-checked and linked when govm was built.
 *
 * It is a snapshot (base/snapshot.h) behind the executable's own bytes, followed by an ImageTrailer. Mapping it takes well
 * under a millisecond; what is not touched is never read. Then the packages of std are there as checked Packages, without
 * bodies except those of generic functions, and their code, types and variables as a linked module.
 */
#ifndef GOVM_CLI_IMAGE_H
#define GOVM_CLI_IMAGE_H
#include "bytecode/symbols.h"
#include "frontend/loader.h"
#include "frontend/types.h"

typedef struct Image {
  PtrMap packages;        /* import path Atom -> Package */
  Symbols symbols;        /* of the library, and of what was compiled since */
  const BcModule *std;    /* its functions are packed; NULL: there is no image */
  LoadPathList names;     /* what `list std` prints */
  const Atom *goversion;  /* of the GOROOT that it was made from */
  const Atom *goroot;     /* where that was */
  u8 identity[32];        /* hash of the library and of the packages' sources */
} Image;
extern Image image;

/* Maps the image of the running executable. To be called by a subcommand before it does anything else. False: there is
 * none, or GOVM_IMAGE=off says not to use it; std is compiled from GOROOT's source then. Exits when the image is damaged. */
bool image_use(void);
/* The Go tree to find sources in: the one that cli_goroot finds; with an image in use GOVM_GOROOT or the one that it was made
 * from, as far as it is there, else "": only packages that are not in the image need it. NULL and *e without both. */
const char *image_goroot(Err *e);
/* LoadConfig.external: packages of the image. */
void *image_external(void *ctx, const Atom *path, const Atom **name);
#endif

/* snapshot.h - the compiler's and the linker's state: one process saves it, a later one maps it back.
 *
 * Both processes run the same executable, which is linked to fixed addresses (no PIE), so that functions and
 * static data are where they were. The state consists of
 *   - the static variables marked SNAPSHOT (base.h), which the linker gathers in one section;
 *   - everything that xmalloc and its family gave since snapshot_record (region.h);
 *   - other memory at fixed addresses, named with snapshot_add_range.
 * Saved memory must not refer to anything else: libc's heap, stacks and shared libraries are elsewhere the
 * next time. snapshot_write checks that. Nor may it depend on anything but the process's input: two
 * recordings of the same input are equal byte for byte.
 *
 * File format: a head (SnapHead, the table of runs, the SNAPSHOT section) and the runs' contents, all page
 * aligned. Long runs of zero pages are not stored. The head has a checksum; the contents, like the executable
 * that they are appended to, are taken on trust.
 */
#ifndef GOVM_BASE_SNAPSHOT_H
#define GOVM_BASE_SNAPSHOT_H
#include <sys/types.h>

#include "base/base.h"

/* To be called before any of the state exists: first thing in main, with main's argv. May start the
 * executable anew, without randomised addresses. */
bool snapshot_record(char **argv, Err *e) MUST_USE;
/* [base, base + n), page aligned, is part of the state. Its owner keeps it mapped while recording and, when
 * other memory might take the place, reserves it before snapshot_map, which maps over it. */
void snapshot_add_range(void *base, size_t n);
/* Writes the state at offset `at` (page aligned) of fd. `build` identifies what the addresses of functions
 * do not: formats, tables, versions of inputs. Ends the recording: afterwards the process is like one that
 * has mapped the snapshot. */
bool snapshot_write(int fd, off_t at, u64 build, Err *e) MUST_USE;
/* Restores the state that snapshot_write wrote at offset `at` of fd; fd may be closed afterwards. To be
 * called before any of the state exists: what xmalloc gave before stays valid, but marked variables are
 * overwritten. When the snapshot is cut short, damaged, or of another executable or build, nothing has
 * changed. */
bool snapshot_map(int fd, off_t at, u64 build, Err *e) MUST_USE;
/* Takes pages of the region that were only read out of the process's memory, as the kernel maps many around each that is
 * touched; whoever touches one again gets it from the file again. For the moment when most of the state has done its work. */
void snapshot_release_read_pages(void);
#endif

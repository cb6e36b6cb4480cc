/* bundle.c - modules in executables: the format (bundle.h). */
#include "bytecode/bundle.h"

#include <elf.h>
#include <sys/auxv.h>

#define PAGE 4096u

typedef struct Trailer {
  u64 module_length, info_length;
  char magic[8];
} Trailer;
static const char magic[8] = "govmEXE";

/* The bundle that ends at p + n and begins at or behind p. */
static bool find(const u8 *p, size_t n, Bundle *b) {
  Trailer t;
  if (n < sizeof t) return false;
  n -= sizeof t;
  memcpy(&t, p + n, sizeof t);
  if (memcmp(t.magic, magic, sizeof magic) != 0) return false;
  if (t.module_length > n || t.info_length > n - t.module_length) return false;
  const u8 *module = p + (n - t.module_length - t.info_length);
  *b = (Bundle){module, t.module_length, (const char *)module + t.module_length, t.info_length};
  return true;
}

bool bundle_of_self(Bundle *b) {
  const Elf64_Phdr *ph = (const Elf64_Phdr *)getauxval(AT_PHDR);
  u64 n = getauxval(AT_PHNUM);
  for (u64 i = 0; ph && i < n; i++)
    if (ph[i].p_type == PT_LOAD && ph[i].p_vaddr == BUNDLE_ADDRESS)
      return find((const u8 *)BUNDLE_ADDRESS, ph[i].p_filesz, b);
  return false;
}

bool bundle_in_file(const u8 *p, size_t n, Bundle *b) {
  return n > SELFMAG && memcmp(p, ELFMAG, SELFMAG) == 0 && find(p, n, b);
}

/* The program header to be replaced; its offset in the file, 0 when there is none. */
static size_t spare_header(const u8 *elf, size_t n) {
  Elf64_Ehdr h;
  size_t spare = 0;
  if (n < sizeof h || memcmp(elf, ELFMAG, SELFMAG) != 0) return 0;
  memcpy(&h, elf, sizeof h);
  if (h.e_phentsize != sizeof(Elf64_Phdr) || h.e_phoff > n) return 0;
  if (h.e_phnum > (n - h.e_phoff) / sizeof(Elf64_Phdr)) return 0;
  for (u32 i = 0; i < h.e_phnum; i++) {
    Elf64_Phdr ph;
    memcpy(&ph, elf + h.e_phoff + i * sizeof ph, sizeof ph);
    if (ph.p_type == PT_NOTE) spare = h.e_phoff + i * sizeof ph;
    if (ph.p_type == PT_LOAD && ph.p_vaddr + ph.p_memsz > BUNDLE_ADDRESS) return 0;
  }
  return spare;
}

bool bundle_make(const u8 *runner, size_t n, const BcModule *m, const char *info, StrBuf *out, Err *e) {
  size_t header = spare_header(runner, n);
  if (!header) return err_set(e, "the runner has no program header to spare");
  sb_write(out, runner, n);
  while (out->n % PAGE) sb_putc(out, 0);
  size_t start = out->n;
  Trailer t = {.info_length = strlen(info)};
  memcpy(t.magic, magic, sizeof magic);
  module_write(m, out);
  t.module_length = out->n - start;
  sb_puts(out, info);
  sb_write(out, &t, sizeof t);
  u64 size = out->n - start;
  Elf64_Phdr ph = {.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = start, .p_vaddr = BUNDLE_ADDRESS,
                   .p_paddr = BUNDLE_ADDRESS, .p_filesz = size, .p_memsz = size, .p_align = PAGE};
  memcpy(out->p + header, &ph, sizeof ph);
  return true;
}

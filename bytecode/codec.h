/* codec.h - the compact form of modules on disk: what codec.c (writes) and codec_read.c (reads) agree on.
 *
 *   header    magic (8 bytes) | version u32 | number of sections u32 |
 *             hash of the opcode table and layouts u64 | hash of everything behind the header u64
 *   table     per section: id u32 | 0 u32 | offset u64 | length u64; ascending ids, sections follow each
 *             other directly
 *   sections  streams of LEB128 numbers; signed ones are zigzag. A list is its count, then the items.
 *
 * Names are indices + 1 into the section of atoms, 0 for NULL; other references are the index + 1, 0 for
 * BC_NONE. An instruction is its opcode, then its operands in the order of the columns a b c d imm; a jump
 * target is relative to the instruction; a 64-bit constant is 2 * zigzag when that is short, else 1 and 8
 * bytes.
 *
 * Functions are in two sections: what is known of one without running it, its length in the other section
 * included, and the bodies one after the other: areas, method names, code, lines, maps, safepoints. So bodies
 * can be left packed until they are called (func_unpack).
 */
#ifndef GOVM_BYTECODE_CODEC_H
#define GOVM_BYTECODE_CODEC_H
#include "bytecode/module.h"

#define CODEC_MAGIC "govm\x1f" "bc\n"
#define CODEC_VERSION 3u

enum CodecSection {
  SEC_ATOMS = 1,
  SEC_META,
  SEC_FILES,
  SEC_TYPES,
  SEC_ITABS,
  SEC_STRINGS,
  SEC_GLOBALS,
  SEC_INITS,
  SEC_BODIES,
  SEC_FUNCS,
  SEC_END
};
#define CODEC_SECTIONS (SEC_END - 1)
#define CODEC_HEADER 32
#define CODEC_ENTRY 24

typedef struct CodecHeader {
  char magic[8];
  u32 version, nsections;
  u64 abi_hash, content_hash;
} CodecHeader;
static_assert(sizeof(CodecHeader) == CODEC_HEADER, "the header has no padding");
typedef struct CodecEntry {
  u32 id, zero;
  u64 offset, length;
} CodecEntry;
static_assert(sizeof(CodecEntry) == CODEC_ENTRY, "entries have no padding");

u64 codec_abi_hash(void); /* of opcode names, operands and flags, and of the structures' sizes */
u64 codec_content_hash(const u8 *p, size_t n);
static inline u64 zigzag(i64 v) { return ((u64)v << 1) ^ (u64)(v >> 63); }
static inline i64 unzigzag(u64 v) { return (i64)(v >> 1) ^ -(i64)(v & 1); }
#endif

/* sample.h - a module as text that has at least one of everything; it passes the verifier. */
#ifndef GOVM_BYTECODE_TESTS_SAMPLE_H
#define GOVM_BYTECODE_TESTS_SAMPLE_H

#define SAMPLE_TYPES                                                                                               \
  "module \"go1.26.0\" \"main\" 0\n"                                                                               \
  "file \"/src/a.go\"\n"                                                                                           \
  "file \"/src/b \\\"q\\\".go\"\n"                                                                                 \
  "type int \"int\" \"int\" \"int\" - size 8 align 8 8 comparable uncommon chandir 0 len 0 refs _ _ _ 1 _ in 0 out 0\n" \
  "type pointer \"*int\" \"*int\" - - size 8 align 8 8 comparable direct chandir 0 len 0 refs 0 _ _ _ _ in 0 out 0\n"  \
  "type struct \"main.T\" \"main.T\" \"T\" \"main\" size 24 align 8 8 uncommon chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n" \
  "  field \"x\" \"main\" - 0 offset 0\n"                                                                          \
  "  field \"P\" - \"json:\\\"p\\\"\\x00\\xff\" 1 offset 8 embedded\n"                                             \
  "  method \"String\" - 3 1 1\n"                                                                                  \
  "type func \"func(int) int\" \"func(int) int\" - - size 8 align 8 8 direct chandir 0 len 0 refs _ _ _ _ _ in 1 out 1 0 0\n" \
  "type interface \"main.I\" \"main.I\" \"I\" \"main\" size 16 align 8 8 comparable chandir 0 len 0 refs _ _ _ _ _ in 0 out 0\n" \
  "  method \"String\" - 3 _ _\n"                                                                                  \
  "type array \"[3]int\" \"[3]int\" - - size 24 align 8 8 comparable chandir 0 len 3 refs 0 _ 6 _ _ in 0 out 0\n"   \
  "type slice \"[]int\" \"[]int\" - - size 24 align 8 8 chandir 0 len 0 refs 0 _ _ _ _ in 0 out 0\n"               \
  "type chan \"chan int\" \"chan int\" - - size 8 align 8 8 comparable direct chandir 3 len 0 refs 0 _ _ _ _ in 0 out 0\n" \
  "itab 4 2\n"                                                                                                     \
  "string \"hello\\n\\x00\\xc3\\xa9\"\n"                                                                           \
  "global \"main.g\" 2 data \"\\x01\\x00\"\n"                                                                      \
  "  reloc 8 global 0 16\n"                                                                                        \
  "global \"main.ro\" 0 rodata \"\"\n"                                                                             \
  "init \"main\" _ 0\n"

#define SAMPLE_FUNCS                                                                    \
  "func \"main.main\" slots 30 line 3 end 20\n"                                         \
  "  line 0 3\n"                                                                        \
  "  LDK r0, #10\n"                                                                     \
  "  LDK r1, #1.5\n"                                                                    \
  "  NEW r2, t\"main.T\"\n"                                                             \
  "  safepoint {2}\n"                                                                   \
  "  line 0 4\n"                                                                        \
  "  ADDI_64 r9, r0, #-1\n"                                                             \
  "  CALL @9, 1, 1, f\"main.twice\"\n"                                                  \
  "  safepoint {2}\n"                                                                   \
  "loop:\n"                                                                             \
  "  ADDI_64 r0, r0, #-1\n"                                                             \
  "  JGTI_I64_B r0, 0, ->loop\n"                                                        \
  "  safepoint {2}\n"                                                                   \
  "  ST_64 r2, r9, #0\n"                                                                \
  "  LDSTR r3, s0\n"                                                                    \
  "  LDITAB r5, i0\n"                                                                   \
  "  LDG_64 r6, g\"main.g\"+8\n"                                                        \
  "  JEQI_64 r6, 0, ->end\n"                                                            \
  "  MAKESLICE r6, r0, r9, t0\n"                                                        \
  "  safepoint {6}\n"                                                                   \
  "  GROW r6, r6, r9, t0\n"                                                             \
  "  safepoint {6}\n"                                                                   \
  "end:\n"                                                                              \
  "  line 1 19\n"                                                                       \
  "  RET0\n"                                                                            \
  "func \"main.twice\" \"main.twice[...]\" slots 12 args 1 results 1 file 1 line 30 wrapper hasdefer recover 8\n" \
  "  param slot 0 size 8 align 8 ext 0 type 0\n"                                        \
  "  result slot 0 size 8 align 8 ext 0 type 0\n"                                       \
  "  area 1 3\n"                                                                        \
  "  called \"String\"\n"                                                                \
  "  LDK r5, #2\n"                                                                      \
  "  MAKECHAN r4, r5, t7\n"                                                             \
  "  safepoint {4}\n"                                                                   \
  "  STXF_64 &1, r5, r0, #3\n"                                                          \
  "  MOV r7, r4\n"                                                                      \
  "  LDK r8, #0\n"                                                                      \
  "  LDK r9, #1\n"                                                                      \
  "  SELECT r10, @7, 1, 1\n"                                                            \
  "  safepoint {4 7}\n"                                                                 \
  "  JMP ->out\n"                                                                       \
  "  RUNDEFERS\n"                                                                       \
  "  safepoint {}\n"                                                                    \
  "out:\n"                                                                              \
  "  LDF_64 r4, &1, #16\n"                                                              \
  "  RET1 r4\n"
#define SAMPLE SAMPLE_TYPES SAMPLE_FUNCS
#endif

#!/usr/bin/env python3
"""Finds static variables that are neither in a snapshot nor known not to belong there.

    tools/check_snapshot.py BUILD_DIR

Every writable variable of base, bytecode, frontend and vm is state of the compiler or the linker and marked SNAPSHOT
(base/base.h), or it is of one run and listed here with the reason.
"""
import re
import subprocess
import sys

FOLDERS = ["base", "bytecode", "frontend", "vm"]

SCRATCH = "scratch within a call"
START = "computed when a process starts"
RUN = "of the running program"
CONSTANT = "never written"
MARK = "only its address is used"

EXEMPT = {
    "base": {
        "debug_flags": START,
        "ranges": "of the recording itself",
        "mapped_size": "of the process",
        "region": "of the recording itself",
    },
    "frontend": {
        "ast_expr_cstr.bufs": SCRATCH,
        "ast_expr_cstr.next": SCRATCH,
        "report": "where -m output goes, of one command",
        "facts": "forgotten after each lowering",
        "types_has_var_size.no": MARK,
        "types_has_var_size.yes": MARK,
        "types_current_checker": "the checker at work; none between packages",
        "stack_floor.floor": RUN,
        "type_method_set.empty": CONSTANT,
        "types_type_errorf.empty": CONSTANT,
        "dx_token_text.buf": SCRATCH,
        "dx_token_text.next": SCRATCH,
        "goversion_local": START,
        "undef_phi": MARK,
        "sort_base": SCRATCH,
        "yyTraceFILE": "of the parser generator's tracing",
        "yyTracePrompt": "of the parser generator's tracing",
    },
    "vm": {
        "free_natives": RUN,
        "free_defers": RUN,
        "free_panics": RUN,
        "vm_stubs": START,
        "vm_handlers": START,
        "vm_xhandlers": START,
        "pair_table": START,
        "peephole.ready": START,
        "expanded": "expanded code is not saved",
        "page_first": "expanded code is not saved",
        "whole_funcs": "of functions that were called",
        "insns": SCRATCH,
        "fault_address": RUN,
        "fault_code": RUN,
        "fault_raise.text": RUN,
        "fault_restartable": RUN,
        "interp_entry_sp": RUN,
        "no_body.text": SCRATCH,
        "pointer_word.mask": CONSTANT,
        "pointer_word.t": CONSTANT,
        "work": SCRATCH,
        "is_exported.unicode": "libc's memory",
        "link_typelinks.links": SCRATCH,
        "link_typelinks.modules": SCRATCH,
        "link_typelinks.types": SCRATCH,
        "program_argc": RUN,
        "vm_prepare.done": "of the process: the address space is reserved",
        "program_argv": RUN,
        "caller_of.count": RUN,
        "vm_hooks": CONSTANT,
    },
}


def variables(library):
    """(object file, name, section) of each writable variable of a static library."""
    out = subprocess.run(["objdump", "-t", library], check=True, capture_output=True, text=True).stdout
    member = "?"
    for line in out.splitlines():
        if m := re.match(r"(\S+):\s+file format", line):
            member = m.group(1)
        elif m := re.match(r"[0-9a-f]+ (.{7}) (\S+)\t([0-9a-f]+) (?:\.\w+ )?(\S+)$", line):
            flags, section, size, name = m.groups()
            if "O" in flags and int(size, 16):
                yield member, name, section


def is_writable(section):
    return section in ("*COM*", "snapshot") or re.match(r"\.(data|bss|tdata|tbss)(?!\.rel\.ro)", section) is not None


def source_name(name):
    """Local statics: function.name or function.name.3 (clang), name.3 (gcc)."""
    return re.sub(r"\.\d+$", "", name)


def is_exempt(folder, name):
    name = source_name(name)
    table = EXEMPT.get(folder, {})
    return name in table or any("." in k and k.split(".")[1] == name for k in table)


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    bad = marked = 0
    for folder in FOLDERS:
        for member, name, section in variables(f"{sys.argv[1]}/lib{folder}.a"):
            if section == "snapshot":
                marked += 1
            elif is_writable(section) and not is_exempt(folder, name):
                bad += 1
                print(f"{folder}/{member}: {name} is neither marked SNAPSHOT nor listed in tools/check_snapshot.py")
    if not marked:
        print("no variable is marked SNAPSHOT")
        bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

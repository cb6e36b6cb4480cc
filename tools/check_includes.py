#!/usr/bin/env python3
"""check_includes.py [CC]: includes run one way between the folders, and every header compiles alone.

Ends with 'N passed, N failed': one check per source file and one per header."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What each folder may include besides itself (docs/architecture.md).
ALLOWED = {
    "base": set(),
    "bytecode": {"base"},
    "frontend": {"base", "bytecode"},
    "runtime": {"base", "bytecode"},
    "vm": {"base", "bytecode", "runtime"},
    "stdlib": {"base", "bytecode", "runtime", "vm"},
    "runner": {"base", "bytecode", "runtime", "vm", "stdlib"},
    "repl": {"base", "bytecode", "frontend", "runtime", "vm", "stdlib"},
    "cli": {"base", "bytecode", "frontend", "runtime", "vm", "stdlib", "repl"},
}


def wrong_includes(path):
    folder = path.relative_to(ROOT).parts[0]
    for n, line in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+"([a-z]+)/', line)
        if m and m[1] in ALLOWED and m[1] != folder and m[1] not in ALLOWED[folder]:
            yield f"{path.relative_to(ROOT)}:{n}: {folder}/ must not include {m[1]}/"


def compiles_alone(cc, header, gen):
    p = subprocess.run([cc, "-std=gnu17", "-Wall", "-Wextra", "-Wno-pragma-once-outside-header", "-fsyntax-only",
                        "-I", str(ROOT), *(["-I", str(gen)] if gen.exists() else []), "-x", "c", str(header)],
                       capture_output=True, text=True)
    return "" if p.returncode == 0 else f"{header.relative_to(ROOT)} does not compile alone:\n{p.stderr[:600]}"


def main():
    cc = sys.argv[1] if len(sys.argv) > 1 else "clang-19"
    gen = ROOT / "build" / "release" / "gen"
    good = bad = 0
    for folder in ALLOWED:
        for path in sorted((ROOT / folder).rglob("*.[chy]")) + sorted((ROOT / folder).rglob("*.re")):
            complaints = list(wrong_includes(path))
            if path.suffix == ".h":
                complaints += filter(None, [compiles_alone(cc, path, gen)])
            for c in complaints:
                print("FAIL", c)
            good, bad = good + (not complaints), bad + bool(complaints)
    print(f"{good} passed, {bad} failed")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()

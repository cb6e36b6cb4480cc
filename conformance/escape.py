#!/usr/bin/env python3
"""escape.py --govm GOVM --goroot GOROOT - compares `govm dump --escape` with what GOROOT/test expects of gc -m -l.

Every case of test/ and test/fixedbugs whose first line asks for -m and -l (findings of escape analysis, nothing inlined) is
analysed, and its // ERROR comments matched against the findings of their lines. DIFFERS lists the cases that disagree, with
the reason; one of them that agrees is a failure. Ends with 'N passed, N failed, N skipped'."""
import argparse
import pathlib
import re
import subprocess
import sys

WORDS = "texts of expressions, append, constants, maps or self-assignments are reported otherwise or not at all"
BODY = "functions without a body are rejected before they are analysed"
DEVIRT = "calls through interfaces are not devirtualised"
MAKE = "make with a length that is no literal is always on the heap"
DIFFERS = {
    "escape2.go": BODY, "escape2n.go": BODY, "escape_calls.go": BODY,
    "escape5.go": WORDS, "escape6.go": MAKE, "escape_array.go": MAKE, "escape_iface.go": DEVIRT,
    "escape_closure.go": WORDS, "escape_map.go": WORDS, "escape_mutations.go": "wants findings about mutation",
    "escape_param.go": WORDS, "escape_reflect.go": WORDS, "escape_runtime_atomic.go": BODY, "escape_slice.go": WORDS,
    "escape_unique.go": "unique.Make keeps its argument on the heap", "fixedbugs/issue12006.go": WORDS,
    "bounds.go": "about bounds checks", "fixedbugs/issue39292.go": "variables above 64 KB are on the heap, gc says 128 KB",
    "fixedbugs/issue13799.go": WORDS, "fixedbugs/issue31573.go": "arguments of go statements are on the heap",
    "uintptrescapes2.go": "uintptr parameters are not reported",
}


def cases(root):
    for f in sorted(root.glob("*.go")) + sorted(root.glob("fixedbugs/*.go")):
        with open(f, errors="replace") as text:
            words = text.readline().split()
        if words[:1] == ["//"] and words[1:2] and words[1].startswith("errorcheck") and "-m" in words and "-l" in words:
            yield f


def findings(govm, f):
    out = subprocess.run([govm, "dump", "--escape", f], capture_output=True, text=True, timeout=120)
    lines = {}
    for x in out.stdout.splitlines():
        m = re.match(r".*?:(\d+):\d+: (.*)", x)
        if m:
            lines.setdefault(int(m[1]), []).append(m[2])
    return lines


def disagreements(govm, f):
    got = findings(govm, f)
    wrong = []
    for n, line in enumerate(f.read_text(errors="replace").splitlines(), 1):
        m = re.search(r"// (?:GC_)?ERROR (.*)", line)
        for want in re.findall(r'"([^"]*)"', m[1]) if m else []:
            left = [x for x in got.get(n, []) if not re.search(want, x)]
            if len(left) == len(got.get(n, [])):
                wrong.append(f"{n}: no {want!r} among {left}")
            got[n] = left
    return wrong + [f"{n}: {x!r} is not expected" for n in sorted(got) for x in got[n]]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--govm", required=True)
    p.add_argument("--goroot", required=True)
    a = p.parse_args()
    root = pathlib.Path(a.goroot) / "test"
    passed = failed = skipped = 0
    for f in cases(root):
        name = str(f.relative_to(root))
        wrong = disagreements(a.govm, f)
        if bool(wrong) == (name in DIFFERS):
            skipped += bool(wrong)
            passed += not wrong
            continue
        failed += 1
        print(f"FAIL {name}: " + ("; ".join(wrong[:3]) if wrong else "agrees now: its row must go"))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

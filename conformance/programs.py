#!/usr/bin/env python3
"""programs.py --govm GOVM - runs our own programs: conformance/acceptance, conformance/regress and,
with its folders, conformance/spec.

NAME.want is what NAME.go prints on standard output, a line /.../ being a regular expression; NAME.out is the same, literally.
NAME.code is its exit status, 0 without it; NAME.stderr1 the first line of standard error, NAME.err its first lines.
known_failures.txt of a folder lists programs that do not pass yet, with reasons: they are run and counted as skipped, and
one that passes is a failure.
Ends with 'N passed, N failed, N skipped'."""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FOLDERS = ["acceptance", "regress", "spec"]
# Programs whose output depends on time slices or on sleeping long enough, under gc too: one good run of a few is enough.
TIME_SLICED = {"gosched_round_robin", "startup_order", "runtime_metrics"}
TRIES = 5
# Under gcstress collections use up time slices, and goroutines are preempted where they would not be: then the lines of
# these come in any order.
ORDER_OF_SLICES = {"gosched_round_robin"}


def side(go, *suffixes):
    for s in suffixes:
        p = go.with_suffix(s)
        if p.exists():
            return p.read_text(errors="replace")
    return None


def check(govm, go, timeout):
    """None when the program does what its files say, else why not."""
    for _ in range(TRIES if go.stem in TIME_SLICED else 1):
        why = check_once(govm, go, timeout)
        if not why:
            break
    return why


def check_once(govm, go, timeout):
    try:
        p = subprocess.run([govm, "run", str(go)], capture_output=True, text=True, errors="replace", timeout=timeout,
                           stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return f"no end in {timeout} s"
    patterns = side(go, ".want")
    want = (side(go, ".out") if patterns is None else patterns) or ""
    want, got = want.splitlines(), p.stdout.splitlines()
    code = int(side(go, ".code") or 0)
    if p.returncode != code:
        return f"exit status {p.returncode}, want {code}: {p.stderr.strip()[-1500:]}"
    if len(want) != len(got):
        return f"{len(got)} lines, want {len(want)}: {p.stdout[:300]!r}"
    if go.stem in ORDER_OF_SLICES and "gcstress" in os.environ.get("GOVM_DEBUG", ""):
        want, got = sorted(want), sorted(got)
    for w, g in zip(want, got):
        hit = re.search(w[1:-1], g) if patterns is not None and len(w) > 1 and w[0] == w[-1] == "/" else w == g
        if not hit:
            return f"got {g!r}, want {w!r}"
    first = side(go, ".stderr1")
    if first and (p.stderr.splitlines() or [""])[0] != first.strip():
        return f"standard error begins {p.stderr[:80]!r}, want {first.strip()!r}"
    begin = (side(go, ".err") or "").splitlines()
    if p.stderr.splitlines()[: len(begin)] != begin:
        return f"standard error begins {p.stderr[:300]!r}, want {begin!r}"
    return None


def read_known(folder):
    p = HERE / folder / "known_failures.txt"
    lines = p.read_text().splitlines() if p.exists() else []
    return dict(line.split(None, 1) for line in lines if line and not line.startswith("#"))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--govm", required=True)
    ap.add_argument("--only", default="", metavar="TEXT", help="only programs with TEXT in folder/NAME.go")
    ap.add_argument("--timeout", type=float, default=300)
    args = ap.parse_args()
    govm = str(pathlib.Path(args.govm).resolve())
    programs, known = [], {}
    for folder in FOLDERS:
        known.update({(folder, name): why for name, why in read_known(folder).items()})
        programs += [(folder, go) for go in sorted((HERE / folder).rglob("*.go"))]
    programs = [(f, go) for f, go in programs if args.only in str(go.relative_to(HERE))]
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda p: check(govm, p[1], args.timeout), programs)
        for (folder, go), why in zip(programs, results):
            name = str(go.relative_to(HERE / folder))
            reason = known.get((folder, name))
            if reason and why:
                skipped += 1
                print(f"known {folder}/{name}: {reason}")
            elif reason:
                failed += 1
                print(f"FAIL {folder}/{name}: passes now; take it out of known_failures.txt")
            elif why:
                failed += 1
                print(f"FAIL {folder}/{name}: {why}")
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed > 0 or passed == 0)


if __name__ == "__main__":
    main()

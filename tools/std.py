#!/usr/bin/env python3
"""Runs the tests of the standard library's packages with `govm test -short` and writes conformance/std.md.

usage: tools/std.py --govm GOVM --goroot GOROOT [--jobs N] [--limit SECONDS] [--out FILE] [PACKAGE...]

Without packages every directory of GOROOT/src that has tests is taken (cmd, vendored packages and testdata are left out).
A row says pass, fail, build (it does not compile), timeout or none (no tests are left after the build constraints), and
for failures the first line that gives a reason. With packages the table is printed and no file is written.
"""
import argparse
import collections
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
REASONS = [
    re.compile(r"^\s*(panic: .*|fatal error: .*|unexpected fault.*|signal: .*|govm: .*)"),
    re.compile(r"^\s*(--- FAIL: \S+)"),
    re.compile(r"^(\S+\.go:\d+.*)"),
]
Result = collections.namedtuple("Result", "package status seconds reason")


def packages(goroot):
    src = os.path.join(goroot, "src")
    for folder, dirs, files in os.walk(src, followlinks=True):
        dirs[:] = sorted(d for d in dirs if d not in ("testdata", "vendor") and d[0] not in "._" and
                         os.path.join(folder, d) != os.path.join(src, "cmd"))
        if any(f.endswith("_test.go") for f in files):
            yield os.path.relpath(folder, src)


def first_reason(output):
    lines = output.splitlines()
    for pattern in REASONS:
        for i, line in enumerate(lines):
            m = pattern.match(line)
            if not m:
                continue
            reason = m.group(1).strip()
            if reason.startswith("--- FAIL") and i + 1 < len(lines) and lines[i + 1].startswith(" "):
                reason += ": " + lines[i + 1].strip()
            return reason
    return next((line for line in lines if line.strip()), "")


def run(args, package):
    start = time.time()
    cmd = [args.govm, "test", "-short", "-timeout", "%ds" % args.limit, package]
    env = dict(os.environ, GOVM_GOROOT=args.goroot)
    with subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
                          start_new_session=True) as p:
        try:
            output = p.communicate(timeout=args.limit + 60)[0].decode("utf-8", "replace")
            status = "pass" if p.returncode == 0 else "fail"
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            output, status = p.communicate()[0].decode("utf-8", "replace"), "timeout"
    if args.keep:
        with open(os.path.join(args.keep, package.replace("/", "_")), "w") as f:
            f.write(output)
    if "build constraints exclude all Go files" in output:
        status = "none"
    elif "[build failed]" in output or "[setup failed]" in output:
        status = "build"
    elif "panic: test timed out" in output:
        status = "timeout"
    elif "[no test files]" in output:
        status = "none"
    for tree in (args.goroot, os.path.realpath(args.goroot), os.path.realpath(os.path.join(args.goroot, "src/..")),
                 ROOT):
        output = output.replace(tree, "$GOROOT" if tree != ROOT else ".")
    bad = status not in ("pass", "none")
    return Result(package, status, time.time() - start, first_reason(output) if bad else "")


def write_table(path, results, version):
    count = collections.Counter(r.status for r in results)
    with open(path, "w") as f:
        f.write("# Tests of the standard library\n\nMade by `./dev std` (tools/std.py): `govm test -short` on every package of "
                "GOROOT/src that has tests, %s.\n\n" % version)
        f.write(", ".join("%s %d" % kv for kv in sorted(count.items())) + ", of %d.\n\n" % len(results))
        f.write("| package | result | seconds | first reason |\n|---|---|---|---|\n")
        for r in results:
            reason = r.reason.replace("|", "\\|").replace("<", "&lt;")[:110]
            f.write("| %s | %s | %.1f | %s |\n" % (r.package, r.status, r.seconds, reason))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", required=True)
    ap.add_argument("--goroot", required=True)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--limit", type=int, default=120, help="seconds per package")
    ap.add_argument("--out", default=os.path.join(ROOT, "conformance", "std.md"))
    ap.add_argument("--keep", help="a directory for the packages' outputs")
    ap.add_argument("packages", nargs="*")
    args = ap.parse_args()
    args.govm, args.goroot = os.path.abspath(args.govm), os.path.abspath(args.goroot)
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    results = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        todo = [pool.submit(run, args, p) for p in args.packages or packages(args.goroot)]
        for job in concurrent.futures.as_completed(todo):
            r = job.result()
            results.append(r)
            print("%-7s %6.1fs  %-30s %s" % (r.status, r.seconds, r.package, r.reason[:100]), flush=True)
    results.sort()
    count = collections.Counter(r.status for r in results)
    print(", ".join("%s %d" % kv for kv in sorted(count.items())))
    if not args.packages:
        version = subprocess.run([args.govm, "version"], capture_output=True, text=True, check=True).stdout.strip()
        write_table(args.out, results, version)
    return any(r.status not in ("pass", "none") for r in results)


if __name__ == "__main__":
    sys.exit(main())

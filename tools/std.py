#!/usr/bin/env python3
"""Runs the tests of the standard library's packages with `govm test -short` and writes conformance/std.md.

usage: tools/std.py --govm GOVM --goroot GOROOT [--jobs N] [--limit SECONDS] [--only REGEX] [--json FILE] [--keep DIR]
                    [--out FILE] [--rest FILE] [PACKAGE...]

Without packages every directory of GOROOT/src that has tests is taken (cmd, vendored packages and testdata are left out).
A package's result is
  pass      all its tests passed or skipped themselves
  native    the tests that failed fail with the native toolchain too (conformance/std_native.tsv)
  fail      tests failed, or the test binary ended early
  build     it does not compile
  timeout   it took longer than the limit
  none      nothing to run: build constraints exclude all its tests (conformance/std_none.tsv says which), or govm has another
            package in its place
The table names the failing tests, each with the first line it printed. With --only or packages the table is printed and no
file is written, unless --out says so. --json writes everything known about each package; --rest takes the results of the
packages that are not run from such a file. Exit status 1 when one did not pass.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NATIVE_FILE = os.path.join(ROOT, "conformance", "std_native.tsv")
NONE_FILE = os.path.join(ROOT, "conformance", "std_none.tsv")
ENDS = re.compile(r"^(panic: .*|fatal error: .*|unexpected fault.*|signal: .*|exit status .*|govm: .*|SIG[A-Z]+: .*)")
NOISE = re.compile(r"^\s*(=== |--- |\*\*\* |goroutine |PASS|FAIL|ok  )|^\s*$")
GRACE = 120  # seconds for compiling, and for a test that does not end by itself

Result = collections.namedtuple("Result", "package status seconds passed failed skipped failures reason")


def packages(goroot):
    src = os.path.join(goroot, "src")
    for folder, dirs, files in os.walk(src, followlinks=True):
        dirs[:] = sorted(d for d in dirs if d not in ("testdata", "vendor") and d[0] not in "._" and
                         os.path.join(folder, d) != os.path.join(src, "cmd"))
        if any(f.endswith("_test.go") for f in files):
            yield os.path.relpath(folder, src)


def read_list(path):
    with open(path) as f:
        return [tuple(line.rstrip("\n").split("\t", 1)) for line in f if line.strip() and line[0] != "#"]


class Events:
    """What `govm test -json` said: counts, failing tests, their output."""

    def __init__(self, text):
        self.count = collections.Counter()
        self.failed, self.output, self.plain, self.running = [], collections.defaultdict(list), [], {}
        for line in text.splitlines():
            try:
                self.add(json.loads(line))
            except ValueError:
                self.plain.append(line)

    def add(self, e):
        action, test = e["Action"], e.get("Test", "")
        if action in ("output", "build-output"):
            self.output[test].append(e["Output"].rstrip("\n"))
            self.plain.append(e["Output"].rstrip("\n"))
        elif test and action == "run":
            self.running[test] = True
        elif test and action in ("pass", "fail", "skip"):
            self.running.pop(test, None)
            self.count[action] += 1
            if action == "fail":
                self.failed.append(test)

    def failures(self):
        """The failing tests without those that only failed because of a subtest, each with its first line."""
        leaves = [t for t in self.failed if not any(o.startswith(t + "/") for o in self.failed)]
        return [(t, next((o.strip() for o in self.output[t] if not NOISE.match(o)), "")) for t in leaves]

    def end(self):
        """Why the binary ended early: by a crash, or else, when no test failed, what was printed last."""
        crash = next((m.group(1) for m in map(ENDS.match, self.plain) if m), "")
        if crash or self.failed:
            return crash
        return next((o.strip() for o in reversed(self.plain) if not NOISE.match(o)), "")


def execute(args, package, tmp):
    cmd = [args.govm, "test", "-short", "-json", "-timeout", "%ds" % args.limit, package]
    env = dict(os.environ, GOVM_GOROOT=args.goroot, TMPDIR=tmp)
    with subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env,
                          start_new_session=True) as p:
        try:
            output, late = p.communicate(timeout=args.limit + GRACE)[0], False
        except subprocess.TimeoutExpired:
            late = True
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        if late:
            output = p.communicate()[0]
    return output.decode("utf-8", "replace"), p.returncode, late


def judge(events, code, late, limit):
    minutes, seconds = divmod(limit, 60)
    timed_out = "panic: test timed out after " + ("%dm%ds" % (minutes, seconds) if minutes else "%ds" % seconds)
    text = "\n".join(events.plain)
    if "build constraints exclude all Go files" in text or "[no test files]" in text:
        return "none"
    if "[build failed]" in text or "[setup failed]" in text:
        return "build"
    if late or any(o == timed_out or o.startswith("*** Test killed") for o in events.plain):
        return "timeout"
    return "pass" if code == 0 else "fail"


def run(args, package):
    start = time.time()
    tmp = tempfile.mkdtemp(prefix="std")
    try:
        output, code, late = execute(args, package, tmp)
    finally:
        subprocess.run(["chmod", "-R", "u+rwx", tmp], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(tmp, ignore_errors=True)
    if args.keep:
        with open(os.path.join(args.keep, package.replace("/", "_")), "w") as f:
            f.write(output)
    roots = {args.goroot, os.path.realpath(args.goroot), os.path.realpath(os.path.join(args.goroot, "src/.."))}
    for root in sorted(roots, key=len, reverse=True):
        output = output.replace(root, "$GOROOT")
    events = Events(output.replace(tmp, "$TMP").replace(ROOT, "."))
    status = judge(events, code, late, args.limit)
    reason, early, failed = "", events.end(), [t for t, _ in events.failures()]
    if status == "build":
        reason = next((l for l in events.plain if re.search(r"\.go:\d+|: ", l) and not l.startswith("#")), "")
    elif status == "timeout":
        reason = "in " + ", ".join(list(events.running)[-2:]) if events.running else "does not end"
    elif status == "none":
        reason = dict(read_list(NONE_FILE)).get(package, "not in conformance/std_none.tsv")
    elif status == "fail" and not early and failed and all((package, t) in read_list(NATIVE_FILE) for t in failed):
        status = "native"
    elif status == "fail":
        reason = early
    count = events.count
    return Result(package, status, time.time() - start, count["pass"], count["fail"], count["skip"], events.failures(), reason)


def summary(r, limit):
    """One cell: how it ended, and the failing tests."""
    parts = [r.reason] if r.reason else []
    parts += ["%s: %s" % f if f[1] else f[0] for f in r.failures[:limit]]
    if len(r.failures) > limit:
        parts.append("and %d more" % (len(r.failures) - limit))
    return "; ".join(p[:160] for p in parts)


def totals(results):
    count = collections.Counter(r.status for r in results)
    return ", ".join("%s %d" % kv for kv in sorted(count.items())) + ", of %d" % len(results)


def write_table(path, results, version, args):
    tests = sum(r.passed for r in results), sum(r.failed for r in results), sum(r.skipped for r in results)
    with open(path, "w") as f:
        f.write("# Tests of the standard library\n\nMade by `./dev std` (tools/std.py): `govm test -short` on every package of "
                "GOROOT/src that has tests, %s, at most %d seconds per package, %d at a time.\n\n" % (version, args.limit, args.jobs))
        f.write("Packages: %s. Tests and subtests: %d passed, %d failed, %d skipped.\n\n" % ((totals(results),) + tests))
        f.write("| package | result | passed | failed | skipped | seconds | why |\n|---|---|---|---|---|---|---|\n")
        for r in results:
            why = summary(r, 6).replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
            f.write("| %s | %s | %d | %d | %d | %.1f | %s |\n" %
                    (r.package, r.status, r.passed, r.failed, r.skipped, r.seconds, why))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", required=True)
    ap.add_argument("--goroot", required=True)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--limit", type=int, default=300, help="seconds per package")
    ap.add_argument("--only", metavar="REGEX", help="packages whose path matches")
    ap.add_argument("--out", help="the table, by default conformance/std.md when all packages are run")
    ap.add_argument("--json", metavar="FILE", help="all results as JSON")
    ap.add_argument("--rest", metavar="FILE", help="a file of --json, for the packages that are not run")
    ap.add_argument("--keep", metavar="DIR", help="a directory for the packages' outputs")
    ap.add_argument("packages", nargs="*")
    args = ap.parse_args()
    args.govm, args.goroot = os.path.abspath(args.govm), os.path.abspath(args.goroot)
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    todo = args.packages or list(packages(args.goroot))
    todo = [p for p in todo if not args.only or re.search(args.only, p)]
    results = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for job in concurrent.futures.as_completed([pool.submit(run, args, p) for p in todo]):
            r = job.result()
            results.append(r)
            print("%-7s %6.1fs  %-30s %s" % (r.status, r.seconds, r.package, summary(r, 2)[:110]), flush=True)
    if args.rest:
        with open(args.rest) as f:
            results += [Result(**{**r, "failures": [tuple(t) for t in r["failures"]]}) for r in json.load(f)
                        if r["package"] not in todo]
    results.sort()
    print(totals(results))
    if args.json:
        with open(args.json, "w") as f:
            json.dump([r._asdict() for r in results], f, indent=1)
    out = args.out or ("" if args.packages or args.only else os.path.join(ROOT, "conformance", "std.md"))
    if out:
        version = subprocess.run([args.govm, "version"], capture_output=True, text=True, check=True).stdout.strip()
        write_table(out, results, version, args)
    return any(r.status not in ("pass", "native", "none") for r in results)


if __name__ == "__main__":
    sys.exit(main())

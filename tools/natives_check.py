#!/usr/bin/env python3
"""Lists the functions without a body that packages of the standard library reach and that nothing provides.

usage: tools/natives_check.py --govm GOVM --goroot GOROOT [PACKAGE...]

Without packages: every package of GOROOT/src outside cmd. Each is compiled with `govm dump --natives`. The exit status is 1
when something is missing or a package does not compile.
"""
import argparse
import collections
import concurrent.futures
import os
import subprocess
import sys


def packages(src):
    for folder, dirs, files in os.walk(src, followlinks=True):
        dirs[:] = sorted(d for d in dirs if d not in ("testdata", "vendor", "cmd") and d[0] not in "._")
        if any(f.endswith(".go") and not f.endswith("_test.go") for f in files) and folder != src:
            yield os.path.relpath(folder, src)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", required=True)
    ap.add_argument("--goroot", required=True)
    ap.add_argument("packages", nargs="*")
    args = ap.parse_args()
    env = dict(os.environ, GOVM_GOROOT=args.goroot)

    def missing(package):
        p = subprocess.run([args.govm, "dump", "--natives", package], capture_output=True, text=True, env=env)
        return package, p.stdout.split(), p.stderr.strip()

    users, broken = collections.defaultdict(list), []
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for package, symbols, errors in pool.map(missing, args.packages or list(packages(os.path.join(args.goroot, "src")))):
            for s in symbols:
                users[s].append(package)
            if errors and "build constraints exclude all Go files" not in errors:
                broken.append((package, errors.splitlines()[0]))
    for s in sorted(users):
        print("%-60s %d packages, %s" % (s, len(users[s]), users[s][0]))
    for package, error in broken:
        print("%s: %s" % (package, error))
    return bool(users or broken)


if __name__ == "__main__":
    sys.exit(main())

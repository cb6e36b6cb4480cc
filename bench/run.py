#!/usr/bin/env python3
"""run.py - times bench/programs under govm, beside the native Go toolchain and other interpreters when they are there.

Method: CPU time (user + system) of whole processes, the least of --runs runs, the peers interleaved so that noise of the
machine hits all alike; native programs are compiled before. Every program prints a checksum, which must be the same
everywhere. Ratios below a few percent mean nothing."""
import argparse
import math
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CPU_BOUND = ["fib", "loops", "sieve", "nbody", "matmul"]
RUNTIME_BOUND = ["strings", "maps"]


def cpu_seconds(argv):
    """CPU time of one run and what it printed on standard error and output."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    p = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, argv))}: exit status {p.returncode}\n{p.stdout.decode()[:500]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, p.stdout


def find_go():
    for go in (os.environ.get("GOVM_BENCH_GO"), shutil.which("go"), "/usr/lib/go-1.26/bin/go"):
        if go and os.access(go, os.X_OK):
            return go
    return None


def geomean(xs):
    return math.exp(sum(map(math.log, xs)) / len(xs)) if xs else float("nan")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--govm", required=True)
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("programs", nargs="*", default=CPU_BOUND + RUNTIME_BOUND)
    args = ap.parse_args()
    go, yaegi = find_go(), shutil.which("yaegi")
    if not go:
        print("no native Go toolchain (set GOVM_BENCH_GO): govm's times only")
    with tempfile.TemporaryDirectory() as tmp:
        empty = pathlib.Path(tmp) / "empty.go"
        empty.write_text("package main\n\nfunc main() {}\n")
        start = min(cpu_seconds([args.govm, "run", empty])[0] for _ in range(args.runs))
        print(f"start-up of an empty program, taken off govm's times: {start * 1000:.0f} ms CPU")
        print(f"{'program':10} {'govm ms':>9} {'native ms':>10} {'ratio':>7}" + ("  yaegi ms  yaegi/govm" if yaegi else ""))
        ratios = {}
        for name in args.programs:
            source = HERE / "programs" / f"{name}.go"
            peers = {"govm": [args.govm, "run", source]}
            if go:
                exe = pathlib.Path(tmp) / name
                env = dict(os.environ, GOTOOLCHAIN="local", GOFLAGS="", GOCACHE=os.path.join(tmp, "cache"), CGO_ENABLED="0")
                subprocess.run([go, "build", "-o", exe, source], check=True, env=env)
                peers["native"] = [exe]
            if yaegi:
                peers["yaegi"] = [yaegi, "run", source]
            best, outputs = {}, set()
            for _ in range(args.runs):
                for peer, argv in peers.items():
                    seconds, out = cpu_seconds(argv)
                    best[peer] = min(seconds, best.get(peer, 1e9))
                    outputs.add(out)
            if len(outputs) != 1:
                sys.exit(f"bench: {name}: results differ: {outputs}")
            mine = max(best["govm"] - start, 1e-4)
            line = f"{name:10} {mine * 1000:9.1f}"
            if "native" in best:
                ratios[name] = mine / max(best["native"], 1e-3)
                line += f" {best['native'] * 1000:10.1f} {ratios[name]:7.2f}"
            if "yaegi" in best:
                line += f" {best['yaegi'] * 1000:9.0f} {best['yaegi'] / mine:11.1f}"
            print(line, flush=True)
        for kind, names in (("CPU-bound", CPU_BOUND), ("runtime-bound", RUNTIME_BOUND)):
            xs = [ratios[n] for n in names if n in ratios]
            if xs:
                print(f"geomean {kind}: {geomean(xs):.2f} x native")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""run.py - runs Go's own test corpus, GOROOT/test, in place against govm.

What a directive means and how errors are matched follows cmd/internal/testdir. corpus.tsv says which cases apply and why
the others do not; known_failures.tsv lists the cases that do not pass yet, each with its reason. A case that fails and is
not listed there makes the run fail; so does a listed case that passes (its row must go).
Prints one line per failure, a table per mode, and closes with 'N passed, N failed, N skipped'."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MODES = ["run", "rundir", "runoutput", "runindir", "buildrun", "errorcheck", "errorcheckdir", "errorcheckoutput",
         "errorcheckandrundir", "compile", "compiledir", "build"]
ERROR_RX = re.compile(r"// (?:GC_)?ERROR (.*)")
AUTO_RX = re.compile(r"// (?:GC_)?ERRORAUTO (.*)")


# testdir's types2Failures: the ERROR comments fit an older compiler, so a compiler like gc must not match them.
FAILS_IN_GC = {"shift1.go", "fixedbugs/issue10700.go", "fixedbugs/issue18331.go", "fixedbugs/issue18419.go",
               "fixedbugs/issue20233.go", "fixedbugs/issue20245.go", "fixedbugs/issue31053.go"}


class Failure(Exception):
    pass


class Case:
    def __init__(self, klass, reason, name, test_dir):
        self.klass, self.reason, self.name = klass, reason, name
        self.path = test_dir / name
        self.dir = self.path.with_suffix(".dir")
        self.words = directive(self.path)
        self.mode = self.words[0] if self.words else ""


def directive(path):
    """The words of the first line that is neither empty nor a build constraint, without the comment sign."""
    for line in path.read_text(errors="replace").splitlines():
        if not line.strip() or line.startswith("//go:build"):
            continue
        return shlex.split(line[2:]) if line.startswith("//") else []
    return []


class Runner:
    def __init__(self, govm, goroot, timeout):
        self.govm, self.goroot, self.timeout = govm, goroot, timeout
        self.test_dir = goroot / "test"

    def exec(self, args, cwd=None, env=None):
        """Runs govm; (exit status, stdout + stderr in order)."""
        full = dict(os.environ, GOVM_GOROOT=str(self.goroot), **(env or {}))
        try:
            p = subprocess.run([self.govm, *args], cwd=cwd or self.test_dir, env=full, timeout=self.timeout,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end in {self.timeout} s")
        return p.returncode, p.stdout.decode(errors="surrogateescape")

    def must(self, args, **kw):
        status, out = self.exec(args, **kw)
        if status != 0:
            raise Failure(f"exit status {status}: {out[:2000]}")
        return out

    # ---- the modes ----
    def run(self, case):
        flags, args, env = split_flags(case.words[1:])
        out = self.must(["run", *self.passed_flags(flags), case.path, *args], env=env)
        self.compare(case, out)

    buildrun = run

    def runoutput(self, case):
        flags, args, env = split_flags(case.words[1:])
        program = self.must(["run", *self.passed_flags(flags), case.path, *args], env=env)
        with tempfile.TemporaryDirectory() as tmp:
            path = pathlib.Path(tmp) / "x.go"
            path.write_text(program, errors="surrogateescape")
            self.compare(case, self.must(["run", path], cwd=tmp))

    def rundir(self, case):
        flags, args, env = split_flags(case.words[1:])
        packages = dir_packages(case.dir, "-s" in flags)
        out = self.must(["run", *self.passed_flags(flags), *import_maps(packages), *packages[-1], "--", *args], env=env)
        self.compare(case, out)

    errorcheckandrundir = rundir

    def runindir(self, case):
        version = split_flags(case.words[1:])[2].get("GOMODVERSION", "1.14")
        with tempfile.TemporaryDirectory() as tmp:
            top = pathlib.Path(tmp) / "src" / case.dir.name
            shutil.copytree(case.dir, top)
            (top / "go.mod").write_text(f"module {case.dir.name}\ngo {version}\n")
            self.compare(case, self.must(["run", "."], cwd=top, env={"GOPATH": tmp}))

    def compile(self, case):
        flags, _, _ = split_flags(case.words[1:])
        self.build([case.path], flags, [])

    def compiledir(self, case):
        flags, _, _ = split_flags(case.words[1:])
        packages = dir_packages(case.dir, "-s" in flags)
        for i, files in enumerate(packages):
            self.build(files, flags, import_maps(packages[:i + 1]))

    def build_mode(self, case):
        flags, _, _ = split_flags(case.words[1:])
        self.build([case.path], flags, [])

    def build(self, files, flags, maps):
        with tempfile.TemporaryDirectory() as tmp:
            self.must(["build", "-o", pathlib.Path(tmp) / "x.gbc", *self.passed_flags(flags), *maps, *files])

    def errorcheck(self, case):
        flags, _, env = split_flags(case.words[1:])
        self.check_errors([case.path], self.check_flags(flags), [], "-0" not in flags)

    def errorcheckoutput(self, case):
        flags, args, env = split_flags(case.words[1:])
        program = self.must(["run", case.path, *args], env=env)
        with tempfile.TemporaryDirectory() as tmp:
            path = pathlib.Path(tmp) / "tmp__.go"
            path.write_text(program, errors="surrogateescape")
            self.check_errors([path], self.check_flags(flags), [], "-0" not in flags)

    def errorcheckdir(self, case):
        flags, _, _ = split_flags(case.words[1:])
        packages = dir_packages(case.dir, "-s" in flags)
        for i, files in enumerate(packages):
            last = i == len(packages) - 1
            self.check_errors(files, self.check_flags(flags), import_maps(packages[:i + 1]), last and "-0" not in flags,
                              may_fail=not last)

    def fails_as_in_gc(self, case):
        try:
            self.errorcheckdir(case) if case.mode == "errorcheckdir" else self.errorcheck(case)
        except Failure:
            return None
        return "matches, though testdir says that gc's output does not"

    # ---- parts ----
    @staticmethod
    def passed_flags(flags):
        """What of a directive's flags concerns the language; bodies may be missing unless -complete says otherwise."""
        return [f for f in flags if f.startswith("-lang=")] + ([] if "-complete" in flags else ["-complete=false"])

    def check_flags(self, flags):
        return self.passed_flags(flags) + ([] if "-e=0" in flags else ["-e"])

    def compare(self, case, out):
        want_path = case.path.with_suffix(".out")
        want = want_path.read_text(errors="surrogateescape") if want_path.exists() else ""
        if out != want:
            raise Failure(f"output differs, got {out[:400]!r}, want {want[:400]!r}")

    def check_errors(self, files, flags, maps, want_error, may_fail=False):
        status, out = self.exec(["check", *flags, *maps, *files])
        if status not in (0, 1):
            raise Failure(f"exit status {status}: {out[:1000]}")
        if want_error and status == 0:
            raise Failure("compilation succeeded unexpectedly")
        if not want_error and not may_fail and status != 0:
            raise Failure(f"unexpected errors: {out[:1000]}")
        match_errors(out, [pathlib.Path(f) for f in files])

    def result(self, case):
        """None when it passes, else why not."""
        mode = "build_mode" if case.mode == "build" else case.mode
        method = getattr(self, mode, None)
        if case.name in FAILS_IN_GC:
            return self.fails_as_in_gc(case)
        if case.klass == "B" and case.mode == "errorcheck":
            method = self.compile
        if case.klass == "B" and case.mode == "errorcheckandrundir":
            method = self.rundir
        if case.klass == "B" and case.mode in ("errorcheckwithauto", "errorcheckandrun"):
            method = self.run
        if method is None:
            return f"unknown mode {case.mode!r}"
        try:
            method(case)
        except Failure as e:
            return str(e)
        except Exception as e:  # a broken case must not end the run
            return f"runner: {e!r}"
        return None


def split_flags(words):
    """(flags before the arguments, arguments, environment) of a directive."""
    flags, env, words = [], {}, list(words)
    while words and words[0].startswith("-"):
        w = words.pop(0)
        if w == "-t":
            words.pop(0)
        elif w == "-goexperiment":
            env["GOEXPERIMENT"] = words.pop(0)
        elif w == "-godebug":
            env["GODEBUG"] = ",".join(filter(None, [env.get("GODEBUG"), words.pop(0)]))
        elif w == "-gomodversion":
            env["GOMODVERSION"] = words.pop(0)
        elif w == "-ldflags":
            words.clear()
        else:
            flags.append(w)
    return flags, words, env


def dir_packages(folder, single_file):
    """Lists of files, one per package, in lexicographic order of their first file."""
    packages, index = [], {}
    for path in sorted(folder.glob("*.go")):
        m = re.search(r"^package\s+(\w+)", path.read_text(errors="replace"), re.M)
        name = m[1] if m else ""
        if name in index and not single_file:
            packages[index[name]].append(path)
            continue
        index[name] = len(packages)
        packages.append([path])
    return packages


def import_maps(packages):
    """-importmap flags for all but the last package: ./a and test/a are the package whose first file is a.go."""
    return [f"-importmap=test/{files[0].stem}={','.join(map(str, files))}" for files in packages[:-1]]


def wanted_errors(path):
    for n, line in enumerate(path.read_text(errors="replace").split("\n"), 1):
        if "////" in line or AUTO_RX.search(line):
            continue
        m = ERROR_RX.search(line)
        if not m:
            continue
        for rx in re.findall(r'"([^"]*)"', m[1]):
            rx = re.sub(r"LINE(([+-])(\d+))?", lambda k: f"{path.name}:{n + int((k[2] or '+') + (k[3] or '0'))}", rx)
            yield n, rx


def match_errors(out, files):
    """Raises Failure unless the diagnostics in `out` and the ERROR comments of the files match one another."""
    got = []
    for line in out.split("\n"):
        line = line.rstrip("\r")
        if line.startswith("\t") and got:
            got[-1] += "\n" + line
        elif not line or line.startswith("#") or line == "too many errors":
            continue
        else:
            got.append(line)
    for path in files:
        got = [line.replace(str(path), path.name) for line in got]
    got = list(dict.fromkeys(re.sub(r"^(\S*?\.go:\d+):\d+:", r"\1:", line) for line in got))
    problems = []
    for path in files:
        for n, rx in wanted_errors(path):
            prefix = re.compile(r"^(.*/)?" + re.escape(f"{path.name}:{n}") + "[:[]")
            here = [line for line in got if prefix.match(line)]
            got = [line for line in got if not prefix.match(line)]
            if not here:
                problems.append(f"{path.name}:{n}: missing error {rx!r}")
                continue
            text = lambda line: line.split(" ", 1)[1] if " " in line else line
            hits = [line for line in here if re.search(go_regexp(rx), text(line))]
            got += [line for line in here if line not in hits]
            if not hits:
                problems.append(f"{path.name}:{n}: no match for {rx!r} in {here}")
    names = {path.name for path in files}
    extra = [line for line in got if any(re.match(r"^(.*/)?" + re.escape(n) + ":", line) for n in names)]
    problems += [f"unmatched: {line}" for line in extra]
    if problems:
        raise Failure("; ".join(problems)[:3000])


def go_regexp(rx):
    """RE2 syntax that Python's re writes otherwise."""
    return re.sub(r"\[\[:(\w+):\]\]", lambda m: {"space": r"\s", "alpha": "[A-Za-z]", "digit": r"\d"}.get(m[1], m[0]), rx)


def read_known(path):
    known = {}
    if path.exists():
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                name, reason = line.split("\t", 1)
                known[name] = reason
    return known


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--govm", required=True)
    ap.add_argument("--goroot", required=True, type=pathlib.Path)
    ap.add_argument("--modes", default=",".join(MODES), help="comma-separated list of " + ", ".join(MODES))
    ap.add_argument("--only", default="", help="regular expression on the file's path under GOROOT/test")
    ap.add_argument("--json", help="write every result to this file")
    ap.add_argument("--scoreboard", help="write the table of results to this Markdown file")
    ap.add_argument("--record", help="write known_failures.tsv anew from this run, keeping reasons that are still true")
    ap.add_argument("--timeout", type=float, default=60)
    ap.add_argument("-j", type=int, default=os.cpu_count())
    ap.add_argument("-v", action="store_true", help="also list known failures")
    args = ap.parse_args()

    modes, only = set(args.modes.split(",")), re.compile(args.only)
    runner = Runner(str(pathlib.Path(args.govm).resolve()), args.goroot.resolve(), args.timeout)
    cases, excluded = [], 0
    for line in (HERE / "corpus.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        klass, reason, name = line.split("\t")
        if klass == "X":
            excluded += 1
            continue
        if not only.search(name):
            continue
        case = Case(klass, reason, name, runner.test_dir)
        if case.mode in modes or (case.mode not in MODES and "run" in modes):
            cases.append(case)

    known = read_known(HERE / "known_failures.tsv")
    table, results, unexpected = {}, [], 0
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for i, (case, why) in enumerate(zip(cases, pool.map(runner.result, cases)), 1):
            row = table.setdefault(case.mode, [0, 0])
            row[why is not None] += 1
            results.append({"file": case.name, "mode": case.mode, "class": case.klass, "pass": why is None, "why": why})
            if why is not None and case.name not in known:
                unexpected += 1
                print(f"FAIL {case.mode} {case.name}: {why.splitlines()[0][:300] if why else ''}", flush=True)
            elif why is not None and args.v:
                print(f"known {case.mode} {case.name}: {known[case.name]}")
            elif why is None and case.name in known:
                unexpected += 1
                print(f"FAIL {case.mode} {case.name}: passes now; take it out of known_failures.tsv", flush=True)
            if i % 200 == 0:
                print(f"... {i} of {len(cases)}", file=sys.stderr, flush=True)

    lines = ["| mode | cases | passed | failed |", "|---|---|---|---|"]
    for mode in sorted(table, key=lambda m: -sum(table[m])):
        good, bad = table[mode]
        lines.append(f"| {mode} | {good + bad} | {good} | {bad} |")
    good, bad = sum(r[0] for r in table.values()), sum(r[1] for r in table.values())
    lines.append(f"| all | {good + bad} | {good} | {bad} |")
    print("\n".join(lines))
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(results, indent=1) + "\n")
    if args.scoreboard:
        text = "# GOROOT/test\n\nMade by `./dev conformance --scoreboard FILE`; reasons: known_failures.tsv, corpus.tsv.\n\n"
        pathlib.Path(args.scoreboard).write_text(text + "\n".join(lines) + f"\n\nLeft out, with reasons: {excluded}.\n")
    if args.record:
        head = "# Cases that do not pass yet: file, reason.\n"
        rows = sorted(f"{r['file']}\t{known.get(r['file']) or first_line(r['why'])}\n" for r in results if not r["pass"])
        pathlib.Path(args.record).write_text(head + "".join(rows))
    print(f"known failures: {bad - max(0, unexpected) if not args.record else bad}; unexpected: {unexpected}")
    print(f"{good} passed, {bad} failed, {excluded} skipped")
    sys.exit(unexpected > 0 and not args.record)


def first_line(why):
    return re.sub(r"\s+", " ", why.replace("\n", " "))[:160]


if __name__ == "__main__":
    main()

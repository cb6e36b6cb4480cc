#!/usr/bin/env python3
"""Compares `govm test` with recorded output of go test.

usage: conformance/gotest/run.py --govm GOVM [--goroot GOROOT] [--record GO] [--jobs N] [CASE...]

want/NAME.txt is a case: a line "dir: FOLDER" (of this folder), a line "args: ..." as a shell would split them, then what go
test prints on standard output and standard error and its exit status, with times, addresses and paths replaced (normal()).
$OUT in the arguments is a folder of the case's own. --record GO writes the expected parts again with a native go command; a
case with a line "differs: WHY" keeps its own. What files cannot say is in the functions test_* below.
Every case runs with a temporary folder of its own, which must be empty afterwards.
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 120  # seconds per command, before it counts as hung

REPLACEMENTS = [
    (re.compile(r"\d+\.\d+s\b|(?<=\()\d+s(?=\))"), "0.00s"),
    (re.compile(r'"Time":"[^"]*",'), ""),
    (re.compile(r'"Elapsed":[0-9.e-]+'), '"Elapsed":0'),
    (re.compile(r" +\d+(\.\d+)? (ns|B|allocs)/op"), r" N \2/op"),
    (re.compile(r'\\t"}\n\{[^\n]*"Output":"( +\d+\\t)'), r"\\t\1"),  # a benchmark's line that was read in two parts
    (re.compile(r"cpu: [^\"\n\\]*"), "cpu: X"),
    (re.compile(r"goroutine \d+"), "goroutine N"),
    # Tracebacks: arguments, offsets and lines inside the library; a frame that govm does not have.
    (re.compile(r"(?<=[\w)\]])\((\.\.\.|[^() ]*0x[^()]*)\)(?=\\n|$)", re.M), "(...)"),
    (re.compile(r" \+0x[0-9a-f]+(?=\\n|$)", re.M), ""),
    (re.compile(r"\$GOROOT/src/(\S+\.go):\d+"), r"\1:N"),
    (re.compile(r"((?:^|\\t|\t)runtime/\w+\.go):\d+", re.M), r"\1:N"),
    (re.compile(r"^.*created by time\.goFunc(\\n.*|)\n.*\n", re.M), ""),
    (re.compile(r"-test\.shuffle \d{6,}"), "-test.shuffle N"),
    (re.compile(r"\$TMP/go[^/\s]*"), "$WORK"),
    (re.compile(r"^(govm|go): ", re.M), "go: "),
    (re.compile(r"^usage: govm ", re.M), "usage: go "),
    (re.compile(r"^Run 'go help test' and 'go help testflag' for details\.\n", re.M), ""),
]


def normal(text, places):
    for path, name in places:
        text = text.replace(path, name)
    for pattern, to in REPLACEMENTS:
        text = pattern.sub(to, text)
    return text


class Runner:
    def __init__(self, tool, goroot, native):
        self.tool, self.goroot, self.native = tool, goroot, native

    def environment(self, tmp, args):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GO", "GOVM")) or k == "GOVM_DEBUG"}
        env.update(TMPDIR=os.path.join(tmp, "tmp"), HOME=os.path.join(tmp, "home"), GOMAXPROCS="2", TZ="UTC", LC_ALL="C.UTF-8")
        if self.native:
            env.update(GOTOOLCHAIN="local", GOPROXY="off", GOCACHE=os.path.join(tempfile.gettempdir(), "gotest-gocache"),
                       CGO_ENABLED="0", GOFLAGS="-vet=off" + ("" if "-count" in " ".join(args) else " -count=1"))
        else:
            env["GOVM_GOROOT"] = self.goroot
        return env

    def places(self, folder, tmp):
        out = [(os.path.join(tmp, "tmp"), "$TMP"), (os.path.join(tmp, "out"), "$OUT"), (os.path.realpath(folder), "$DIR")]
        roots = {self.goroot, os.path.realpath(self.goroot), os.path.realpath(os.path.join(self.goroot, "src/.."))}
        return out + [(r, "$GOROOT") for r in sorted(roots, key=len, reverse=True)]

    def start(self, folder, args, tmp, **more):
        for name in ("tmp", "home", "out"):
            os.makedirs(os.path.join(tmp, name), exist_ok=True)
        args = [a.replace("$OUT", os.path.join(tmp, "out")) for a in args]
        return subprocess.Popen([self.tool, "test"] + args, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=self.environment(tmp, args), start_new_session=True, **more)

    def run(self, folder, args, tmp):
        """Output, errors and exit status of one command, replaced; and what it left behind."""
        with self.start(folder, args, tmp) as p:
            try:
                out, err = p.communicate(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                out, err = p.communicate()
                err += b"HUNG\n"
        places = self.places(folder, tmp)
        left = os.listdir(os.path.join(tmp, "tmp"))
        return normal(out.decode("utf-8", "replace"), places), normal(err.decode("utf-8", "replace"), places), p.returncode, left


def read_case(path):
    """The head's fields, and the text behind it."""
    head, _, body = open(path).read().partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), body


def write_case(path, head, body):
    with open(path, "w") as f:
        f.write("".join("%s: %s\n" % kv for kv in head.items()) + "\n" + body)


def shown(out, err, status):
    text = "".join("1| %s\n" % line for line in out.splitlines()) + "".join("2| %s\n" % line for line in err.splitlines())
    return text + "exit %d\n" % status


def run_case(runner, name, record):
    path = os.path.join(HERE, "want", name + ".txt")
    head, want = read_case(path)
    folder = os.path.join(HERE, head["dir"])
    if record and "differs" in head:
        return None
    with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
        out, err, status, left = runner.run(folder, shlex.split(head["args"]), tmp)
    got = shown(out, err, status)
    if record:
        write_case(path, head, got)
        return None
    if left:
        got += "left behind: %s\n" % " ".join(left)
    if got == want:
        return None
    return "".join(difflib.unified_diff(want.splitlines(True), got.splitlines(True), "want", "got"))


def check(ok, what):
    return None if ok else what + "\n"


def run_alone(folder, binary, args):
    """Runs an executable where there is nothing but itself: in an empty folder as root directory."""
    shutil.copy(binary, os.path.join(folder, "prog"))
    if os.geteuid() == 0:
        def enter():
            os.chroot(folder)
            os.chdir("/")
        return subprocess.run(["/prog"] + args, capture_output=True, text=True, env={}, timeout=LIMIT, check=False, preexec_fn=enter)
    return subprocess.run(["unshare", "--map-root-user", "chroot", folder, "/prog"] + args, capture_output=True, text=True, env={},
                          timeout=LIMIT, check=False)


def test_binary(runner):
    """-c -o: the executable runs alone."""
    with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
        binary = os.path.join(tmp, "out", "tally.test")
        runner.run(os.path.join(HERE, "mod"), ["-c", "-o", binary, "./tally"], tmp)
        p = run_alone(os.path.join(tmp, "home"), binary, ["-test.run=TestOf", "-test.v"])
        want = "=== RUN   TestOf\n--- PASS: TestOf (0.00s)\nPASS\n"
        return check(normal(p.stdout, []) == want and p.returncode == 0, "printed %r %r" % (p.stdout, p.stderr))


def test_build(runner):
    """govm build of the module's program, which then runs alone."""
    with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
        os.makedirs(os.path.join(tmp, "home"))
        binary = os.path.join(tmp, "area")
        env = runner.environment(tmp, [])
        p = subprocess.run([runner.tool, "build", "-ldflags=-X main.version=v1.2", "-o", binary, "./cmd/area"], env=env,
                           cwd=os.path.join(HERE, "mod"), capture_output=True, text=True, timeout=LIMIT, check=False)
        if p.returncode or p.stdout or p.stderr:
            return "build: exit %d, printed %r %r\n" % (p.returncode, p.stdout, p.stderr)
        p = run_alone(os.path.join(tmp, "home"), binary, ["3", "4"])
        return check(p.stdout == "v1.2 12 (2 words)\n" and p.returncode == 0, "printed %r %r" % (p.stdout, p.stderr))


def test_interrupt(runner):
    """SIGTERM ends the tests that run, and nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
        p = runner.start(os.path.join(HERE, "bad"), ["-v", "-run", "Slow", "./slow"], tmp)
        while b"TestSlow/sub" not in p.stdout.readline():
            pass
        p.send_signal(signal.SIGTERM)
        out, _ = p.communicate(timeout=LIMIT)
        left = os.listdir(os.path.join(tmp, "tmp"))
        return check(p.returncode == 1 and not left, "exit %d, left %s, printed %r" % (p.returncode, left, out))


def test_json_is_json(runner):
    """Every line of -json is an object with the fields in go's order."""
    order = ["Time", "Action", "Package", "Test", "Elapsed", "Output", "FailedBuild", "Key", "Value", "Path"]
    with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
        with runner.start(os.path.join(HERE, "mod"), ["-json", "./..."], tmp) as p:
            out = p.communicate(timeout=LIMIT)[0].decode()
    for line in out.splitlines():
        keys = list(json.loads(line))
        stamp = re.match(r'{"Time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z",', line)
        if not stamp or keys != [k for k in order if k in keys]:
            return "bad event: %s\n" % line
    return check(out.count('"Action":"start"') == 5, "start events: %d" % out.count('"Action":"start"'))


def test_test2json(runner):
    """The converter on the files of cmd/internal/test2json, printed by what -exec runs in the test's place."""
    data = os.path.join(runner.goroot, "src/cmd/internal/test2json/testdata")
    bad = ""
    for name in sorted(f[:-5] for f in os.listdir(data) if f.endswith(".test")):
        with open(os.path.join(data, name + ".json")) as f:
            want = [json.loads(line) for line in f]
        with tempfile.TemporaryDirectory(prefix="gotest") as tmp:
            cat = "sh -c 'cat %s'" % os.path.join(data, name + ".test")
            with runner.start(os.path.join(HERE, "mod"), ["-json", "-exec", cat, "./tally"], tmp) as p:
                got = [json.loads(line) for line in p.communicate(timeout=LIMIT)[0].decode().splitlines()]
        for event in got + want:
            for key in ("Time", "Package", "Elapsed"):
                event.pop(key, None)
        while want and "Test" not in want[-1]:  # the last lines are govm's own
            want.pop()
        if got[:len(want)] != want:
            at = next(i for i, w in enumerate(want) if got[i:i + 1] != [w])
            bad += "%s: event %d: want %s, got %s\n" % (name, at + 1, want[at], got[at:at + 1])
    return bad or None


TESTS = {f.__name__: f for f in (test_binary, test_build, test_interrupt, test_json_is_json, test_test2json)}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm")
    ap.add_argument("--goroot", default=os.environ.get("GOVM_GOROOT", ""))
    ap.add_argument("--record", metavar="GO", help="write the cases' expected output with this go command")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("cases", nargs="*")
    args = ap.parse_args()
    if not args.record and not (args.govm and args.goroot):
        ap.error("--govm and --goroot (or GOVM_GOROOT) are needed")
    tool = os.path.abspath(args.record or args.govm)
    goroot = args.goroot
    if args.record:
        env = dict(os.environ, GOTOOLCHAIN="local")
        goroot = subprocess.run([tool, "env", "GOROOT"], capture_output=True, text=True, check=True, env=env).stdout.strip()
    runner = Runner(tool, os.path.abspath(goroot), bool(args.record))
    names = sorted(f[:-4] for f in os.listdir(os.path.join(HERE, "want"))) + ([] if args.record else sorted(TESTS))
    if args.cases:
        names = [n for n in names if any(re.search(c, n) for c in args.cases)]
    failed, start = 0, time.time()

    def one(name):
        return TESTS[name](runner) if name in TESTS else run_case(runner, name, args.record)

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, diff in zip(names, pool.map(one, names)):
            if diff:
                failed += 1
                print("FAIL %s\n%s" % (name, diff), end="", flush=True)
    print("%d passed, %d failed, %.0f s" % (len(names) - failed, failed, time.time() - start))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

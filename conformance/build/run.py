#!/usr/bin/env python3
"""run.py --govm GOVM: `govm build`, what it writes, and what that does where nothing is installed.

Every case is a function case_*; it gets a Box: a folder of its own with a module of three packages, where commands are
run. What cannot be tried here (no root and no user namespaces, no native go) is counted as skipped, by name.
Ends with 'N passed, N failed, N skipped'."""
import argparse
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

LIMIT = 120  # seconds per command, before it counts as hung

MODULE = {
    "go.mod": "module example.com/m\n\ngo 1.26\n",
    "lib/lib.go": """package lib

import "runtime"

var Version = "dev"

type Shape interface{ Area() int }

type Square struct{ Side int }

func (s Square) Area() int     { return s.Side * s.Side }
func (s Square) Unused() string { return "by name" }

func Where() (string, int) {
	_, file, line, _ := runtime.Caller(0)
	return file, line
}

func Map[T, U any](in []T, f func(T) U) (out []U) {
	for _, x := range in {
		out = append(out, f(x))
	}
	return out
}
""",
    "mid/mid.go": """package mid

import "example.com/m/lib"

func Shapes(n int) (out []lib.Shape) {
	for i := range n {
		out = append(out, lib.Square{i})
	}
	return out
}
""",
    "cmd/app/main.go": """package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"strings"

	"example.com/m/lib"
	"example.com/m/mid"
)

var (
	name   string
	number = 7
)

func main() {
	switch strings.Join(os.Args[1:], " ") {
	case "where":
		fmt.Println(lib.Where())
	case "info":
		bi, ok := debug.ReadBuildInfo()
		fmt.Print(ok, "\\n", bi)
	case "method":
		m := reflect.ValueOf(lib.Square{2}).MethodByName(os.Getenv("METHOD"))
		fmt.Println(m.Call(nil)[0])
	case "panic":
		var m map[string]int
		m["x"] = 1
	case "exit":
		os.Exit(3)
	default:
		sum := 0
		for _, s := range mid.Shapes(4) {
			sum += s.Area()
		}
		b, _ := json.Marshal(map[string]any{"sum": sum, "name": name, "version": lib.Version, "number": number,
			"args": len(os.Args), "map": lib.Map([]int{1, 2}, func(i int) string { return fmt.Sprint(i) })})
		fmt.Println(string(b))
	}
}
""",
}
OUTPUT = '{"args":1,"map":["1","2"],"name":"","number":7,"sum":14,"version":"dev"}\n'


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def want(got, expected, what="output"):
    if got != expected:
        raise Failure(f"{what}: got {got!r}, want {expected!r}")


def want_match(got, pattern, what="output"):
    if not re.search(pattern, got):
        raise Failure(f"{what}: {got!r} has no {pattern!r}")


class Box:
    def __init__(self, govm, root):
        self.govm, self.root = govm, pathlib.Path(root)
        self.dir = self.root / "m"
        for name, text in MODULE.items():
            self.write(name, text)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GO") or k in ("GOVM_GOROOT", "GOVM_IMAGE")}
        # A compiler ends when it is done: what it leaves to the system is no leak.
        self.env.setdefault("ASAN_OPTIONS", "detect_leaks=0")
        self.env.update(GOVM_CACHE=str(self.root / "cache"), HOME=str(self.root), GOFLAGS="", GOPROXY="off")

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *argv, code=0, cwd=None, env=None, preexec=None):
        p = subprocess.run([str(a) for a in argv], cwd=cwd or self.dir, env={**self.env, **(env or {})}, text=True,
                           errors="replace", capture_output=True, timeout=LIMIT, stdin=subprocess.DEVNULL,
                           preexec_fn=preexec)
        if p.returncode != code:
            raise Failure(f"{' '.join(map(str, argv))}: exit status {p.returncode}, want {code}: {p.stderr[-600:]}")
        return p

    def build(self, *args, **kw):
        return self.run(self.govm, "build", *args, **kw)

    def files(self):
        return sorted(str(p.relative_to(self.dir)) for p in self.dir.rglob("*") if p.is_file() and
                      str(p.relative_to(self.dir)) not in MODULE)


# ---- names and places ----
def case_default_name(b):
    b.build("./cmd/app")
    want(b.files(), ["app"], "files")
    want(b.run("./app").stdout, OUTPUT)


def case_here(b):
    b.build(cwd=b.dir / "cmd/app")
    want(b.files(), ["cmd/app/app"], "files")


def case_version_element(b):
    """A last element v2 is a major version: the one before it names the program."""
    b.write("tool/v2/main.go", "package main\n\nfunc main() { println(\"tool\") }\n")
    b.build(cwd=b.dir / "tool/v2")
    want(b.files(), ["tool/v2/main.go", "tool/v2/tool"], "files")


def case_files(b):
    b.write("one.go", "package main\n\nfunc main() { print(two()) }\n")
    b.write("two.go", "package main\n\nfunc two() string { return \"2\" }\n")
    b.build("one.go", "two.go")
    want(b.run("./one").stderr, "2")


def case_output_file(b):
    b.build("-o", "new/dir/prog", "./cmd/app")
    want(b.files(), ["new/dir/prog"], "files")
    want(b.run("new/dir/prog").stdout, OUTPUT)


def case_output_folder(b):
    b.write("cmd/other/main.go", "package main\n\nfunc main() { println(\"other\") }\n")
    b.build("-o", "bin/", "./...")
    want(b.files(), ["bin/app", "bin/other", "cmd/other/main.go"], "files")
    want(b.run("bin/other").stderr, "other\n")
    want(b.run("bin/app").stdout, OUTPUT)


def case_several_are_discarded(b):
    b.build("./...")
    b.build("./lib", "./cmd/app")
    b.build("./lib")
    b.build("-o", "/dev/null", "./cmd/app")
    want(b.files(), [], "files")
    if not os.path.exists("/dev/null") or not pathlib.Path("/dev/null").is_char_device():
        raise Failure("/dev/null is gone")


def case_output_errors(b):
    p = b.build("-o", "x", "./lib", "./cmd/app", code=1)
    want(p.stderr, "govm: cannot write multiple packages to non-directory x\n")
    want_match(b.build("-o", "out/", "./lib", code=1).stderr, "^govm: no main packages to build\n$")
    b.write("app", "a text\n")
    want(b.build("./cmd/app", code=1).stderr, 'example.com/m/cmd/app: govm build example.com/m/cmd/app: build output "app" '
         "already exists and is not an object file\n")
    want((b.dir / "app").read_text(), "a text\n", "file")
    (b.dir / "app").unlink()
    (b.dir / "app").mkdir()
    want(b.build("./cmd/app", code=1).stderr, 'govm: build output "app" already exists and is a directory\n')


def case_replaces(b):
    b.build("./cmd/app")
    b.build("-ldflags=-X main.name=again", "./cmd/app")
    want_match(b.run("./app").stdout, '"name":"again"')


# ---- the executable ----
def enter(root, *argv):
    """The command that runs argv in the folder `root` as its whole world; None when that is not allowed here."""
    if os.geteuid() == 0 and shutil.which("chroot"):
        return ["chroot", root, *argv]
    if shutil.which("unshare"):
        probe = subprocess.run(["unshare", "-r", "true"], capture_output=True)
        if probe.returncode == 0:
            return ["unshare", "-r", "chroot", root, *argv]
    return None


def is_dynamic(program):
    return b"ld-linux" in pathlib.Path(program).read_bytes()[:8192]


def case_empty_chroot(b):
    world = b.root / "world"
    world.mkdir()
    b.build("-o", world / "app", "./cmd/app")
    if is_dynamic(world / "app"):
        raise Skip("this build of the runner is dynamic (sanitizers)")
    command = enter(world, "/app")
    if not command:
        raise Skip("neither root nor user namespaces")
    env = {"PATH": os.environ["PATH"]}
    b.env = env
    want(b.run(*command, cwd="/").stdout, OUTPUT)
    want(sorted(os.listdir(world)), ["app"], "files")
    p = b.run(*command, "panic", cwd="/", code=2)
    want_match(p.stderr, r"^panic: assignment to entry in nil map\n\ngoroutine 1 \[running\]:\nmain\.main\(\)\n\t/.*main\.go:\d+ ")
    b.run(*command, "exit", cwd="/", code=3)
    want(b.run(*command, "method", cwd="/", env={"METHOD": "Unused"}).stdout, "by name\n")


def case_static(b):
    b.build("./cmd/app")
    if is_dynamic(b.dir / "app"):
        raise Skip("this build of the runner is dynamic (sanitizers)")
    head = (b.dir / "app").read_bytes()
    if b"libgmp" in head or b"libmpfr" in head or b"libreadline" in head:
        raise Failure("the front end's libraries are in the runner")


def case_moved(b):
    """The program needs neither its name nor its source."""
    b.build("-o", "prog", "./cmd/app")
    far = b.root / "elsewhere"
    far.mkdir()
    shutil.move(b.dir / "prog", far / "renamed")
    shutil.rmtree(b.dir)
    want(b.run(far / "renamed", cwd=far, env={"GOVM_GOROOT": "/nonexistent"}).stdout, OUTPUT)


def case_damaged_program(b):
    """What is behind the runner has a checksum."""
    b.build("./cmd/app")
    whole = (b.dir / "app").read_bytes()
    start = whole.rindex(b"govm\x1fbc\n")
    for at in range(start, len(whole) - 600, max(1, (len(whole) - start) // 30)):
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        (b.dir / "bad").write_bytes(damaged)
        (b.dir / "bad").chmod(0o755)
        want_match(b.run("./bad", code=2).stderr, r"^govm-runner: .*\n$", f"byte {at - start}")


# ---- bytecode ----
def case_bytecode(b):
    b.build("-o", "x.gbc", "./cmd/app")
    want(b.files(), ["x.gbc"], "files")
    want(b.run(b.govm, "run", "x.gbc").stdout, OUTPUT)
    want_match(b.run(b.govm, "run", "x.gbc", "info").stdout, r"^true\n.*\npath\texample.com/m/cmd/app\n")
    whole = (b.dir / "x.gbc").read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 40)):
        damaged = bytearray(whole)
        damaged[at] ^= 0x41
        (b.dir / "bad.gbc").write_bytes(damaged)
        want_match(b.run(b.govm, "run", "bad.gbc", code=1).stderr, r"^govm: bad\.gbc: invalid bytecode: .*\n$", f"byte {at}")
    (b.dir / "bad.gbc").write_bytes(whole[: len(whole) // 2])
    want_match(b.run(b.govm, "run", "bad.gbc", code=1).stderr, "invalid bytecode")


def case_bytecode_of_library(b):
    b.build("-o", "lib.gbc", "./lib")
    want_match(b.run(b.govm, "run", "lib.gbc", code=1).stderr, "is not a main package")


# ---- flags that change the program ----
def case_set_variables(b):
    b.build("-ldflags", "-s -w -X main.name=n1 -X=example.com/m/lib.Version=v3", "./cmd/app")
    want_match(b.run("./app").stdout, '"name":"n1".*"version":"v3"')
    b.build("-ldflags=-X 'main.name=two words' -X main.nosuch=1 -X no/such.thing=2", "./cmd/app")
    want_match(b.run("./app").stdout, '"name":"two words".*"version":"dev"')
    b.build("-ldflags=all=-X main.name=a", "./cmd/app")
    want_match(b.run("./app").stdout, '"name":"a"')
    b.build("-ldflags=example.com/other=-X main.name=a", "./cmd/app")
    want(b.run("./app").stdout, OUTPUT)


def case_set_variables_errors(b):
    p = b.build("-ldflags=-X main.number=3", "./cmd/app", code=1)
    want(p.stderr, "# example.com/m/cmd/app\nmain.number: cannot set with -X: not a var of type string (type:int)\n")
    p = b.build("-ldflags=-X main", "./cmd/app", code=1)
    want(p.stderr, "# example.com/m/cmd/app\ngovm link: -X flag requires argument of the form importpath.name=value\n")
    p = b.build("-ldflags=-nosuch", "./cmd/app", code=1)
    want(p.stderr, "# example.com/m/cmd/app\nflag provided but not defined: -nosuch\n")
    want(b.files(), [], "files")


def case_trimpath(b):
    b.build("./cmd/app")
    want_match(b.run("./app", "where").stdout, f"^{re.escape(os.path.realpath(b.dir))}/lib/lib.go ")
    b.build("-trimpath", "./cmd/app")
    want_match(b.run("./app", "where").stdout, "^example.com/m/lib/lib.go ")
    p = b.run("./app", "panic", code=2)
    want_match(p.stderr, r"\n\texample.com/m/cmd/app/main\.go:\d+ ")
    if os.path.realpath(b.dir).encode() in (b.dir / "app").read_bytes():
        raise Failure("the folder's name is in the executable")
    b.build("-trimpath", "-o", "f", "main.go", cwd=b.dir / "cmd/app")
    want_match(b.run("cmd/app/f", "panic", code=2).stderr, r"\n\t\./main\.go:\d+ ")


def case_tags(b):
    b.write("cmd/t/a.go", "//go:build special\n\npackage main\n\nconst what = \"special\"\n")
    b.write("cmd/t/b.go", "//go:build !special\n\npackage main\n\nconst what = \"plain\"\n")
    b.write("cmd/t/main.go", "package main\n\nfunc main() { println(what) }\n")
    for flags, what in (([], "plain"), (["-tags", "special"], "special"), (["-tags=x,special"], "special"), ([], "plain")):
        b.build(*flags, "-o", "t", "./cmd/t")
        want(b.run("./t").stderr, what + "\n")


def case_build_info(b):
    b.build("-tags=a,b", "-ldflags=-X main.name=x", "./cmd/app")
    lines = ["path\texample.com/m/cmd/app", "mod\texample.com/m\t(devel)\t", "build\t-buildmode=exe", "build\t-compiler=gc",
             'build\t-ldflags="-X main.name=x"', "build\t-tags=a,b", "build\tCGO_ENABLED=0", "build\tGOARCH=amd64",
             "build\tGOOS=linux", "build\tGOAMD64=v1"]
    out = b.run("./app", "info").stdout.split("\n")
    want(out[0], "true")
    want_match(out[1], r"^go\tgo1\.26")
    want(out[2:-1], lines)
    out = b.run(b.govm, "version", "-m", "app").stdout.split("\n")
    want_match(out[0], r"^app: go1\.26")
    want(out[1:-1], ["\t" + line for line in lines])
    want_match(b.run(b.govm, "version", "app").stdout, r"^app: go1\.26[.0-9]*\n$")
    want_match(b.run(b.govm, "version", "go.mod", "nosuch", code=1).stderr, "nosuch")


def case_godebug(b):
    b.write("cmd/d/main.go", "//go:debug panicnil=1\npackage main\n\nfunc main() {\n\tdefer func() { println(recover() == nil) }()\n"
            "\tpanic(nil)\n}\n")
    b.build("./cmd/d")
    want(b.run("./d").stderr, "true\n")
    want(b.run("./d", env={"GODEBUG": "panicnil=0"}).stderr, "false\n")
    want_match(b.run(b.govm, "version", "-m", "d").stdout, "\n\tbuild\tDefaultGODEBUG=panicnil=1\n")


def case_no_main(b):
    b.write("cmd/n/main.go", "package main\n")
    p = b.build("./cmd/n", code=1)
    want(p.stderr, "# example.com/m/cmd/n\nruntime.main_main\u00b7f: function main is undeclared in the main package\n")


def case_run_knows_the_build(b):
    out = b.run(b.govm, "run", "./cmd/app", "info").stdout
    want_match(out, "^true\ngo\tgo1.26[.0-9]*\npath\texample.com/m/cmd/app\nmod\texample.com/m\t\\(devel\\)\t\n")


def case_run_sets_variables(b):
    flags = "-ldflags=-X main.name=run -X example.com/m/lib.Version=v9"
    want_match(b.run(b.govm, "run", flags, "./cmd/app").stdout, '"name":"run".*"version":"v9"')
    p = b.run(b.govm, "run", "-ldflags=-X main.number=3", "./cmd/app", code=1)
    want(p.stderr, "main.number: cannot set with -X: not a var of type string (type:int)\n")
    want(b.run(b.govm, "run", "-nosuch", ".", code=2).stderr, "flag provided but not defined: -nosuch\n"
         "usage: govm run [build flags] package [arguments...]\nRun 'govm help run' for details.\n")


# ---- what is printed ----
def case_verbose(b):
    all_three = "example.com/m/lib\nexample.com/m/mid\nexample.com/m/cmd/app\n"
    want(b.build("-v", "-a", "./cmd/app").stderr, all_three)
    want(b.build("-v=0", "-a", "./cmd/app").stderr, "")


def case_commands(b):
    p = b.build("-n", "-a", "./cmd/app")
    want_match(p.stderr, r"cd .*lib\ngovm compile -p example.com/m/lib -lang=go1.26 \./lib.go # internal\n")
    want_match(p.stderr, r"\ngovm link -o app # internal\n$")
    want(b.files(), [], "files")
    want(b.build("-x", "-a", "./cmd/app").stderr, p.stderr)
    want(b.files(), ["app"], "files")


USAGE = "usage: govm build [-o output] [build flags] [packages]\nRun 'govm help build' for details.\n"


def case_flag_errors(b):
    for args, text in (
            (["-foo"], "flag provided but not defined: -foo"), (["--foo=1"], "flag provided but not defined: -foo"),
            (["-o"], "flag needs an argument: -o"), (["-v=maybe"], 'invalid boolean value "maybe" for -v: parse error'),
            (["-p", "x"], 'invalid value "x" for flag -p: parse error'), (["-=x"], "bad flag syntax: -=x"),
            (["-compiler=foo"], 'invalid value "foo" for flag -compiler: unknown compiler "foo"'),
            (["-gcflags", "x"], 'invalid value "x" for flag -gcflags: missing =<value> in <pattern>=<value>'),
            (["-ldflags=-X 'a"], "invalid value \"-X 'a\" for flag -ldflags: unterminated ' string"),
            (["-v", "-C", "lib"], 'invalid value "lib" for flag -C: -C flag must be first flag on command line')):
        want(b.build(*args, code=2).stderr, f"{text}\n{USAGE}", " ".join(args))
    for flag in ("race", "msan", "asan", "cover"):
        want(b.build("-" + flag, "./cmd/app", code=2).stderr, f"govm: -{flag} is not supported on linux/amd64\n")
    want(b.build("-buildmode=c-shared", "./cmd/app", code=1).stderr, "-buildmode=c-shared not supported on linux/amd64\n")
    want(b.build("-buildmode=foo", "./cmd/app", code=1).stderr, "buildmode=foo not supported\n")
    b.build("-gcflags=-N -l", "-gcflags=all=-m", "-asmflags=-S", "-p=2", "-buildmode=exe", "-o=y", "./cmd/app")
    want(b.files(), ["y"], "files")


def case_goflags(b):
    b.build("./cmd/app", env={"GOFLAGS": "-trimpath -ldflags=-X=main.name=env -count=3"})
    want_match(b.run("./app").stdout, '"name":"env"')
    want_match(b.run("./app", "where").stdout, "^example.com/m/lib/lib.go ")
    b.build("-ldflags=-X=main.name=arg", "./cmd/app", env={"GOFLAGS": "-ldflags=-X=main.name=env"})
    want_match(b.run("./app").stdout, '"name":"arg"')
    want(b.build("./cmd/app", code=1, env={"GOFLAGS": "-nosuch"}).stderr, "go: parsing $GOFLAGS: unknown flag -nosuch\n")


def case_change_folder(b):
    b.build("-C", "cmd/app", "-o", "here")
    want(b.files(), ["cmd/app/here"], "files")


def case_errors_in_packages(b):
    b.write("lib/bad.go", "package lib\n\nfunc f() { x }\n")
    want(b.build("./cmd/app", code=1).stderr, "# example.com/m/lib\nlib/bad.go:3:12: undefined: x\n")
    want(b.build(cwd=b.dir / "lib", code=1).stderr, "# example.com/m/lib\n./bad.go:3:12: undefined: x\n")
    b.write("lib/bad.go", "package lib\n\nimport \"nosuch/x\"\n")
    want_match(b.build("./cmd/app", code=1).stderr, r"^lib/bad\.go:3:8: package nosuch/x is not in std")
    (b.dir / "lib/bad.go").unlink()
    want_match(b.build("./nosuch", code=1).stderr, "nosuch: directory not found")
    want(b.files(), [], "files")


# ---- nothing half-written ----
def case_full_disk(b):
    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
    b.build("-o", "app", "./cmd/app")
    before = (b.dir / "app").read_bytes()
    p = b.build("-o", "app", "./cmd/app", code=1, preexec=small_files)
    want_match(p.stderr, "File too large")
    want(b.files(), ["app"], "files")
    want((b.dir / "app").read_bytes() == before, True, "the file is what it was")


def case_same_bytes(b):
    b.build("-o", "one", "./cmd/app")
    b.build("-o", "two", "-a", "./cmd/app")
    want((b.dir / "one").read_bytes() == (b.dir / "two").read_bytes(), True, "two builds are equal")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", required=True)
    ap.add_argument("cases", nargs="*")
    args = ap.parse_args()
    govm = pathlib.Path(args.govm).resolve()
    passed = failed = skipped = 0
    for name, case in sorted(globals().items()):
        if not name.startswith("case_") or (args.cases and name[5:] not in args.cases):
            continue
        with tempfile.TemporaryDirectory(prefix="govm-build-") as root:
            try:
                case(Box(govm, root))
                passed += 1
            except Skip as e:
                skipped += 1
                print(f"skipped {name[5:]}: {e}")
            except (Failure, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"FAIL {name[5:]}: {e}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

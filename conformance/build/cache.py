#!/usr/bin/env python3
"""cache.py --govm GOVM: the package cache never changes what a program does.

Compiling is stopped at random points with kill -9, disks are full or read-only, entries are damaged, several processes
work at once: after each the program prints what it should. Random choices come from a fixed seed, which is printed with
a failure. What cannot be tried here (mounting needs root) is counted as skipped, by name.
Ends with 'N passed, N failed, N skipped'."""
import argparse
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LIMIT = 120    # seconds per command, before it counts as hung
PACKAGES = 12  # of the program
KILLS = 200
OFFSETS = 120
SEED = 20260

WARNING = re.compile(r"govm: warning: the package cache is not used: [^\n]*\n\Z")


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def want(got, expected, what="output"):
    if got != expected:
        raise Failure(f"{what}: got {got!r}, want {expected!r}")


def package(i):
    uses = f'import "example.com/m/p{i - 1}"\n\nfunc Sum() int {{ return {i} + p{i - 1}.Sum() }}\n' if i else \
        "func Sum() int { return 0 }\n"
    return f"""package p{i}

{uses}
type T struct{{ N int }}

func (t *T) String() string {{ return "p{i}" }}

func Each[E any](list []E, f func(E)) {{
	type pair struct {{
		i int
		e E
	}}
	for i, e := range list {{
		f(pair{{i, e}}.e)
	}}
}}

var Table = map[string]*T{{"a": {{1}}, "b": {{{i}}}}}

func init() {{ Table["c"] = &T{{len(Table)}} }}
"""


class Box:
    def __init__(self, govm, root):
        self.govm, self.root = govm, pathlib.Path(root)
        self.dir, self.cache = self.root / "m", self.root / "cache"
        self.write("go.mod", "module example.com/m\n\ngo 1.26\n")
        for i in range(PACKAGES):
            self.write(f"p{i}/p.go", package(i))
        self.last = f"p{PACKAGES - 1}"
        self.write("main.go", f"""package main

import (
	"fmt"

	"example.com/m/{self.last}"
)

func main() {{
	sum := 0
	{self.last}.Each([]int{{1, 2, 3}}, func(n int) {{ sum += n }})
	fmt.Println({self.last}.Sum(), sum, {self.last}.Table["c"], len({self.last}.Table))
}}
""")
        self.expected = f"{sum(range(PACKAGES))} 6 {self.last} 3\n"
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GO")}
        self.env.setdefault("ASAN_OPTIONS", "detect_leaks=0")  # a compiler leaves its memory to the system
        self.env.update(GOVM_CACHE=str(self.cache), HOME=str(self.root / "home"), GOFLAGS="")

    def write(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self, *args, env=None, preexec=None):
        return subprocess.Popen([str(self.govm), *args], cwd=self.dir, env={**self.env, **(env or {})}, text=True,
                                errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, preexec_fn=preexec)

    def run(self, *args, code=0, **kw):
        p = self.start(*args, **kw)
        out, err = p.communicate(timeout=LIMIT)
        if p.returncode != code:
            raise Failure(f"govm {' '.join(args)}: exit status {p.returncode}, want {code}: {err[-600:]}")
        return out, err

    def good(self, warns=False, **kw):
        """The program runs as it should; a warning is there when wanted (None: it may be)."""
        out, err = self.run("run", ".", **kw)
        want(out, self.expected)
        if warns is None and not err:
            return
        if not WARNING.fullmatch(err) if warns is not False else err:
            raise Failure(f"standard error is {err!r}")

    def entries(self):
        return sorted(p for p in self.cache.rglob("*.gbc"))

    def clear(self):
        shutil.rmtree(self.cache, ignore_errors=True)

    def compiled(self, *args):
        """The packages that a build compiles now."""
        err = self.run("build", "-v", "-o", "/dev/null", *args, ".")[1]
        return {line.rsplit("/", 1)[-1] for line in err.splitlines()}


# ---- what decides ----
def case_reuse(b):
    everything = {f"p{i}" for i in range(PACKAGES)} | {"m"}
    want(b.compiled(), everything)
    want(b.compiled(), set())
    want(len(b.entries()), PACKAGES + 1, "entries")
    b.good()
    want(b.compiled("-a"), everything)


def case_changes(b):
    b.compiled()
    b.write("p5/p.go", package(5).replace("return 5 +", "return 105 +"))
    want(b.compiled(), {f"p{i}" for i in range(5, PACKAGES)} | {"m"})
    b.expected = b.expected.replace(str(sum(range(PACKAGES))), str(sum(range(PACKAGES)) + 100))
    b.good()
    b.write("p5/more.go", "package p5\n\nfunc init() { Table[\"d\"] = nil }\n")
    want(b.compiled(), {f"p{i}" for i in range(5, PACKAGES)} | {"m"})
    b.good()
    (b.dir / "p5/more.go").unlink()
    want(b.compiled(), set())
    b.write("go.mod", "module example.com/m\n\ngo 1.25\n")
    want(len(b.compiled()), PACKAGES + 1)
    b.good()


def case_named_or_imported(b):
    """What was compiled because it was named is there when it is imported."""
    b.run("build", "./...")
    want(b.compiled(), set())
    b.clear()
    b.compiled()
    want(b.run("build", "-v", "./...")[1], "")


def case_embedded_files(b):
    b.write("p2/e.go", "package p2\n\nimport \"embed\"\n\n//go:embed data\nvar files embed.FS\n\n"
            "//go:embed data/a.txt\nvar text string\n\nfunc init() {\n\tl, _ := files.ReadDir(\"data\")\n\tprintln(text, len(l))\n}\n")
    b.write("p2/data/a.txt", "one")
    for change, printed in ((None, "one 1\n"), (None, "one 1\n"), (("p2/data/a.txt", "two"), "two 1\n"),
                            (("p2/data/b.txt", ""), "two 2\n"), (("p2/data/a.txt", "one"), "one 2\n")):
        if change:
            b.write(*change)
        want(b.run("run", "."), (b.expected, printed))
    want(b.compiled(), set())
    (b.dir / "p2/data/b.txt").unlink()
    want(b.compiled(), set())
    want(b.run("run", "."), (b.expected, "one 1\n"))


def case_places(b):
    """File names are in modules: the same package in another folder is another one."""
    b.compiled()
    moved = b.root / "moved"
    b.dir.rename(moved)
    b.dir = moved
    want(len(b.compiled()), PACKAGES + 1)
    b.good()


def case_errors_are_not_kept(b):
    b.write("p3/p.go", package(3).replace("return 3", "return x3"))
    for _ in range(2):
        want(b.run("run", ".", code=1)[1], "p3/p.go:5:25: undefined: x3\n")
    b.write("p3/p.go", package(3))
    b.good()


def case_unused_things_are_errors_again(b):
    b.good()
    b.write("p3/p.go", package(3) + "\nfunc unused() { x := 1 }\n")
    for _ in range(2):
        if "declared and not used: x" not in b.run("run", ".", code=1)[1]:
            raise Failure("no complaint about an unused variable")


def case_other_programs(b):
    """A module may only use what its imports define, whatever else was compiled when it was made."""
    b.write("cmd/one/main.go", """package main

import (
	"fmt"

	"example.com/m/ga"
	"example.com/m/gb"
)

func main() { fmt.Println(ga.Use(), gb.Use()) }
""")
    b.write("cmd/two/main.go", "package main\n\nimport \"example.com/m/gb\"\n\nfunc main() { println(gb.Use()) }\n")
    b.write("g/g.go", """package g

type L[T any] []T

func (l L[T]) Len() int { return len(l) }

func Of[T any](x ...T) L[T] { return x }

func Any[T any](x T) any {
	type box struct{ X T }
	return box{x}
}
""")
    for name in ("ga", "gb"):
        b.write(f"{name}/x.go", f"package {name}\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/m/g\"\n)\n\n"
                "func Use() string { return fmt.Sprintf(\"%d %T %v\", g.Of(1, 2).Len(), g.Any(1.5), g.Any(\"s\")) }\n")
    text = "2 g.box[float64] {s}"
    for first, second in (("one", "two"), ("two", "one")):
        b.clear()
        for name in (first, second, first):
            out, err = b.run("run", f"./cmd/{name}")
            want((out or err).strip(), f"{text} {text}" if name == "one" else text, name)
            want(bool(out and err), False, "an error")


def case_no_folder(b):
    env = {k: "" for k in ("GOVM_CACHE", "XDG_CACHE_HOME", "HOME")}
    b.good(env=env)
    b.good(env={"GOVM_CACHE": "off"})
    b.good(env={"GOVM_CACHE": "", "XDG_CACHE_HOME": str(b.root / "xdg")})
    want((b.root / "xdg/govm").is_dir(), True, "the folder of XDG_CACHE_HOME")
    b.good(env={"GOVM_CACHE": "", "XDG_CACHE_HOME": ""})
    want((b.root / "home/.cache/govm").is_dir(), True, "the folder of HOME")


def case_clean(b):
    b.good()
    b.run("clean", "-cache")
    want([p.name for p in b.cache.rglob("*")], [], "files left")
    b.good()


# ---- interruptions ----
def case_kill(b):
    """kill -9 at random points of a compilation that fills the cache."""
    rand = random.Random(SEED)
    start = time.monotonic()
    b.good()
    span = time.monotonic() - start
    killed = partial = 0
    tries = 0
    while killed < KILLS:
        tries += 1
        if tries > 5 * KILLS:
            raise Failure(f"only {killed} of {tries} processes were killed before their end")
        b.clear()
        p = b.start("run", ".")
        time.sleep(rand.random() * span)
        p.send_signal(signal.SIGKILL)
        p.communicate(timeout=LIMIT)
        killed += p.returncode == -signal.SIGKILL
        partial += 0 < len(b.entries()) < PACKAGES + 1
        b.good()
        b.good()
    print(f"kill: {killed} of {tries} were killed before their end, {partial} with some entries written (seed {SEED})")


def case_several_processes(b):
    for _ in range(10):
        b.clear()
        running = [b.start("run", ".") for _ in range(4)]
        for p in running:
            out, err = p.communicate(timeout=LIMIT)
            want((p.returncode, out, err), (0, b.expected, ""), "one of four")
    leftovers = [p.name for p in b.cache.rglob("*") if p.is_file() and p.suffix != ".gbc" and p.name != "trim.txt"]
    want(leftovers, [], "unfinished entries")


def case_leftovers(b):
    """What a killed process left is removed when the cache is trimmed."""
    b.good()
    old = b.cache / "00" / ("0" * 64 + ".1.0")
    old.parent.mkdir(exist_ok=True)
    old.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    (b.cache / "trim.txt").unlink()
    b.write("p1/more.go", "package p1\n")
    b.good()
    want(old.exists(), False, "the unfinished entry is there")


# ---- damage ----
def case_damage(b):
    rand = random.Random(SEED)
    b.good()
    whole = {p: p.read_bytes() for p in b.entries()}
    places = [(p, at) for p, data in whole.items() for at in range(len(data))]
    for path, at in rand.sample(places, min(OFFSETS, len(places))):
        data = bytearray(whole[path])
        data[at] ^= 1 << rand.randrange(8)
        path.write_bytes(data)
        b.good(warns=True)
        b.good()
        want(path.read_bytes() == whole[path], True, f"{path.name} was written again")
    for path in list(whole)[:4]:
        for size in (0, 1, 31, 32, 33, len(whole[path]) // 2, len(whole[path]) - 1):
            path.write_bytes(whole[path][:size])
            b.good(warns=True)
            b.good()


def case_swapped(b):
    """An entry under another entry's name is damage."""
    b.good()
    one, two = b.entries()[:2]
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    b.good(warns=True)
    b.good()
    want(one.read_bytes() == data, True, "the entry was written again")


def case_folder_in_the_way(b):
    b.good()
    path = b.entries()[0]
    path.unlink()
    path.mkdir()
    b.good(warns=True)
    b.clear()
    b.cache.write_text("a file")
    b.good(warns=True)


# ---- disks ----
def limited(nbytes):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (nbytes, nbytes))


def case_limited_file_size(b):
    for nbytes in (0, 1, 100, 600, 1000):
        b.clear()
        b.good(warns=None if nbytes >= 600 else True, preexec=limited(nbytes))
        b.good()


def mount(kind, options, where):
    if os.geteuid() != 0:
        raise Skip("mounting needs root")
    where.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", kind, "-o", options, "none", str(where)], capture_output=True).returncode:
        raise Skip("mounting is not allowed here")


def case_full_disk(b):
    disk = b.root / "disk"
    mount("tmpfs", "size=32k", disk)
    try:
        env = {"GOVM_CACHE": str(disk / "cache")}
        for fill in (0, 8, 20, 31, 32):
            shutil.rmtree(disk / "cache", ignore_errors=True)
            try:
                (disk / "fill").write_bytes(b"x" * 1024 * fill)
            except OSError:
                pass
            b.good(warns=None if fill == 0 else True, env=env)
            b.good(warns=None, env=env)
            (disk / "fill").unlink(missing_ok=True)
        shutil.rmtree(disk / "cache", ignore_errors=True)
        (disk / "fill").unlink(missing_ok=True)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def case_read_only(b):
    disk = b.root / "disk"
    mount("tmpfs", "size=4m", disk)
    try:
        env = {"GOVM_CACHE": "", "XDG_CACHE_HOME": "", "HOME": str(disk)}
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        b.good(warns=True, env=env)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        b.good(env=env)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        b.good(env=env)  # everything is there
        b.write("p1/more.go", "package p1\n")
        b.good(warns=True, env=env)
        out, err = b.run("build", "-o", "app", ".", env=env)
        if not WARNING.fullmatch(err):
            raise Failure(f"build: standard error is {err!r}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def case_no_permission(b):
    if os.geteuid() == 0:
        raise Skip("root may write everywhere; case read_only has the same paths")
    b.cache.mkdir(mode=0o555)
    b.good(warns=True)


# ---- size ----
def case_last_use(b):
    b.good()
    now = time.time()
    paths = b.entries()
    for p in paths:
        os.utime(p, (now - 7200,) * 2)
    b.good()
    want([p for p in paths if p.stat().st_mtime < now - 3600], [], "entries not marked as used")
    for p in paths:
        os.utime(p, (now - 600,) * 2)
    b.good()
    want([p for p in paths if p.stat().st_mtime > now - 300], [], "entries marked within the hour")


def case_trim(b):
    b.good()
    names = {p.name for p in b.entries()}
    for p in b.entries():
        os.utime(p, (time.time() - 6 * 86400,) * 2)
    (b.cache / "trim.txt").unlink()
    b.write("cmd/x/main.go", "package main\n\nfunc main() {}\n")
    b.run("run", "./cmd/x")
    want({p.name for p in b.entries()} & names, set(), "entries not used for days")
    big = {}
    for i in range(4):  # each about half a megabyte
        b.write("cmd/x/main.go", f"package main\n\nconst s = `{str(i) * (1 << 19)}`\n\nfunc main() {{ print(len(s), f(s)) }}\n\n"
                "func f(s string) string { return s[:1] }\n")
        before = set(b.entries())
        want(b.run("run", "./cmd/x", env={"GOVM_CACHE_SIZE": "1"})[1], f"{1 << 19}{i}")
        for p in set(b.entries()) - before:
            big[p] = i
            os.utime(p, (time.time() - 3000 + 100 * i,) * 2)
    total = sum(p.stat().st_size for p in b.entries())
    if total > 1 << 20:
        raise Failure(f"{total} bytes are more than the limit")
    left = [i for p, i in big.items() if p.exists()]
    want(left, sorted(left), "order")
    want(3 in left and 0 not in left, True, f"the newest stays and the oldest goes: {left}")


def has_image(govm):
    with tempfile.TemporaryDirectory(prefix="govm-cache-") as d:
        go = pathlib.Path(d) / "x.go"
        go.write_text("package main\n\nfunc main() {}\n")
        env = {**os.environ, "GOVM_CACHE": d + "/cache"}
        p = subprocess.run([str(govm), "run", str(go)], env=env, capture_output=True, text=True)
        if p.returncode:
            sys.exit(f"govm does not work: {p.stderr}")
        return os.path.isdir(d + "/cache")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", required=True)
    ap.add_argument("cases", nargs="*")
    args = ap.parse_args()
    govm = pathlib.Path(args.govm).resolve()
    cases = [(name[5:], case) for name, case in sorted(globals().items()) if name.startswith("case_")]
    if not has_image(govm):
        print(f"skipped: this govm has no image, so it keeps nothing\n0 passed, 0 failed, {len(cases)} skipped")
        return 0
    passed = failed = skipped = 0
    for name, case in cases:
        if args.cases and name not in args.cases:
            continue
        with tempfile.TemporaryDirectory(prefix="govm-cache-") as root:
            try:
                case(Box(govm, root))
                passed += 1
            except Skip as e:
                skipped += 1
                print(f"skipped {name}: {e}")
            except (Failure, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"FAIL {name} (seed {SEED}): {e}")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())

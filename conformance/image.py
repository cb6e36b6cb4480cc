#!/usr/bin/env python3
"""The standard library inside the executable (cli/image.h): that it is whole, needs no GOROOT, is reproducible, and that a
damaged one is refused.

    conformance/image.py --govm build/govm [--bare build/release/govm-bare] [--only NAME]

Closes with `N passed, N failed, N skipped`. Checks that need root to hide GOROOT are skipped, and counted, without it.
"""
import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
HELLO = os.path.join(HERE, "..", "examples", "hello.go")
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18


class Skip(Exception):
    pass


def run(*cmd, env=None, preexec=None, cwd=None):
    p = subprocess.run(cmd, capture_output=True, text=True, errors="replace", timeout=600, env=env, preexec_fn=preexec, cwd=cwd)
    return p.returncode, p.stdout, p.stderr


def expect(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def go_env(govm, name):
    return run(govm, "env", name)[1].strip()


def hide(path, empty):
    """A preexec function: in the child `path` is an empty directory."""
    libc = ctypes.CDLL(None, use_errno=True)

    def f():
        for args in ((b"none", b"/", None, MS_REC | MS_PRIVATE, None),):
            if libc.unshare(CLONE_NEWNS) or libc.mount(*args):
                os._exit(125)
        if libc.mount(empty.encode(), path.encode(), None, MS_BIND, None):
            os._exit(125)
    return f


def no_goroot(a, tmp):
    """Environment and preexec function of a process that has no Go tree."""
    if os.geteuid() != 0:
        raise Skip("hiding GOROOT needs root")
    empty = os.path.join(tmp, "empty")
    os.makedirs(empty, exist_ok=True)
    env = {k: v for k, v in os.environ.items() if k != "GOVM_GOROOT"}
    code, _, _ = run("true", env=env, preexec=hide(a.goroot, empty))
    if code == 125:
        raise Skip("no mount namespaces here")
    return env, hide(a.goroot, empty)


def test_hello_without_goroot(a, tmp):
    env, preexec = no_goroot(a, tmp)
    expect(run(a.govm, "run", HELLO, env=env, preexec=preexec), (0, "Hello, World!\n", ""), "hello.go")


def test_list_without_goroot(a, tmp):
    env, preexec = no_goroot(a, tmp)
    code, out, err = run(a.govm, "list", "std", env=env, preexec=preexec)
    expect((code, err), (0, ""), "list std")
    expect(out, run(a.govm, "list", "std")[1], "list std without GOROOT")


def test_missing_package_without_goroot(a, tmp):
    env, preexec = no_goroot(a, tmp)
    path = os.path.join(tmp, "m.go")
    with open(path, "w") as f:
        f.write('package main\n\nimport _ "no/such"\n\nfunc main() {}\n')
    code, out, err = run(a.govm, "run", path, env=env, preexec=preexec)
    expect((code, out), (1, ""), "exit code")
    if f"{path}:3:8: package no/such is not in std" not in err:
        raise AssertionError(f"message: {err!r}")


# wait4 counts what the forking process had too, so that one must be small.
PEAK = """import os, sys
pid = os.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(status, usage.ru_maxrss)
"""


def test_memory(a, tmp):
    """hello.go, compiled and run, in at most 16 MB, in a build without sanitizers."""
    if a.sanitized:
        raise Skip("a sanitizer's memory counts too")
    env = dict(os.environ, XDG_CACHE_HOME=tmp)
    for what in ("compiled", "from the cache"):
        out = run(sys.executable, "-S", "-c", PEAK, a.govm, "run", HELLO, env=env)[1].split()
        expect(out[0], "0", "status")
        if int(out[1]) > 16 << 10:
            raise AssertionError(f"{what}: {out[1]} KB")


def test_every_package(a, tmp):
    """A program that imports all of std: every package's initialisers run."""
    names = run(a.govm, "list", "-f", "{{if .GoFiles}}{{.ImportPath}}{{end}}", "std")[1].split()
    names = [n for n in names if not n.startswith("vendor/") and n != "unsafe"]
    if len(names) < 300:
        raise AssertionError(f"only {len(names)} packages")
    path = os.path.join(tmp, "all.go")
    with open(path, "w") as f:
        f.write("package main\n\nimport (\n" + "".join(f'\t_ "{n}"\n' for n in names) + ')\n\nfunc main() { println("ready") }\n')
    expect(run(a.govm, "run", "-complete=false", path), (0, "", "ready\n"), "all of std")


def test_reproducible(a, tmp):
    for name in ("one", "two"):
        std = os.path.join(tmp, f"{name}.gbc")
        for cmd in ((a.bare, "image", "-o", std), (a.bare, "image", "-o", os.path.join(tmp, name), std)):
            expect(run(*cmd, cwd=tmp if name == "one" else "/", env=dict(os.environ, HOME="/" + name))[0], 0, " ".join(cmd))
    for one, two in (("one.gbc", "two.gbc"), ("one", "two")):
        if run("cmp", os.path.join(tmp, one), os.path.join(tmp, two))[0] != 0:
            raise AssertionError(f"{one} and {two} differ")
    if run("cmp", os.path.join(tmp, "one"), a.govm)[0] != 0:
        raise AssertionError("a new image differs from the executable's")


def test_damage(a, tmp):
    """A changed head, or a file cut short: refused with a message."""
    with open(a.govm, "rb") as f:
        f.seek(-24, 2)
        at = int.from_bytes(f.read(8), "little")
    size = os.path.getsize(a.govm)
    for what, change in (("magic", at + 1), ("checksum", at + 18), ("run", at + 70)):
        path = os.path.join(tmp, "damaged")
        shutil.copyfile(a.govm, path)
        with open(path, "r+b") as f:
            f.seek(change)
            b = f.read(1)
            f.seek(change)
            f.write(bytes([b[0] ^ 0x55]))
        os.chmod(path, 0o755)
        code, out, err = run(path, "run", HELLO)
        if code != 2 or out or "cannot be used" not in err:
            raise AssertionError(f"{what}: exit {code}, {out!r} {err!r}")
    with open(a.govm, "rb") as f, open(os.path.join(tmp, "short"), "wb") as g:
        shutil.copyfileobj(f, g)
        f.seek(-24, 2)
        trailer = f.read()
        g.truncate(at + (size - at) // 2)
        g.seek(0, 2)
        g.write(trailer)
    os.chmod(os.path.join(tmp, "short"), 0o755)
    code, out, err = run(os.path.join(tmp, "short"), "run", HELLO)
    if code != 2 or out or "cannot be used" not in err:
        raise AssertionError(f"cut short: exit {code}, {out!r} {err!r}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--govm", default="build/govm")
    p.add_argument("--bare")
    p.add_argument("--only", default="")
    a = p.parse_args()
    a.govm = os.path.realpath(a.govm)
    a.bare = os.path.realpath(a.bare) if a.bare else a.govm + "-bare"
    a.goroot = go_env(a.govm, "GOROOT")
    a.sanitized = b"__asan_init" in open(a.bare, "rb").read() or b"__tsan_init" in open(a.bare, "rb").read()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for name, f in list(globals().items()):
        if not name.startswith("test_") or a.only not in name:
            continue
        with tempfile.TemporaryDirectory() as tmp:
            try:
                f(a, tmp)
                count["passed"] += 1
            except Skip as e:
                count["skipped"] += 1
                print(f"skip {name}: {e}")
            except (AssertionError, subprocess.TimeoutExpired) as e:
                count["failed"] += 1
                print(f"FAIL {name}: {e}")
    print(", ".join(f"{n} {what}" for what, n in count.items()))
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())

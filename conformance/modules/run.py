#!/usr/bin/env python3
"""run.py --govm GOVM [--record BINARY] [CASE...] - modules, packages and `govm list`, in trees made for each case.

A case is a file of cases/: an archive of files whose head is a session. Lines of the head:
  # text            a comment
  env NAME=VALUE    sets a variable for the commands that follow
  cd DIR            changes the directory, from the case's root
  $ COMMAND ARGS    runs govm; the lines up to the next command are what it prints: standard output, then standard
                    error with "! " before each line, then "[exit N]" when the status is not 0; lines about downloads are sorted and first. The go command's
                    headings "# PACKAGE" above compile errors are left out
Then come files, each behind a line "-- PATH --". PATH@VERSION below proxy/ is a module that the script packs into a
GOPROXY=file:// directory; a hash "?" in a go.sum is computed from it. $WORK is the case's root, $GOROOT, $CACHE (the module
cache) and $PROXY are replaced in files, commands, settings and expectations.
--record writes what BINARY prints into the cases, for use with the native go command; cases that begin with "# govm only"
are left alone then, unless they are named.
Ends with 'N passed, N failed, N skipped'."""
import argparse
import base64
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent


def parse(path):
    """(lines of the session, {file: text})."""
    head, files, name = [], {}, None
    for line in path.read_text().splitlines(keepends=True):
        m = re.fullmatch(r"-- (.+) --\n?", line)
        if m:
            name = m[1]
            files[name] = ""
        elif name is None:
            head.append(line.rstrip("\n"))
        else:
            files[name] += line
    return head, files


def hash1(files):
    """dirhash.Hash1 of {name: bytes}."""
    lines = "".join("%s  %s\n" % (hashlib.sha256(files[n]).hexdigest(), n) for n in sorted(files))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def escaped(s):
    return re.sub("[A-Z]", lambda m: "!" + m[0].lower(), s)


class Proxy:
    """A GOPROXY=file:// directory with the modules of a case."""

    def __init__(self, root):
        self.root, self.modules = root, {}

    def add(self, name, text):
        m = re.fullmatch(r"(.+)@(v[^/]+)/(.+)", name)
        self.modules.setdefault((m[1], m[2]), {})[m[3]] = text.encode()

    def zip_files(self, path, version):
        return {"%s@%s/%s" % (path, version, n): t for n, t in self.modules[path, version].items()}

    def go_mod(self, path, version):
        return self.modules[path, version].get("go.mod", ("module %s\n" % path).encode())

    def sum(self, path, version):
        if version.endswith("/go.mod"):
            return hash1({"go.mod": self.go_mod(path, version[:-7])})
        return hash1(self.zip_files(path, version))

    def write(self):
        for path, version in self.modules:
            folder = self.root / escaped(path) / "@v"
            folder.mkdir(parents=True, exist_ok=True)
            base = folder / escaped(version)
            base.with_name(base.name + ".mod").write_bytes(self.go_mod(path, version))
            base.with_name(base.name + ".info").write_text('{"Version":"%s","Time":"2020-01-02T03:04:05Z"}' % version)
            with zipfile.ZipFile(base.with_name(base.name + ".zip"), "w", zipfile.ZIP_DEFLATED) as z:
                for name, data in sorted(self.zip_files(path, version).items()):
                    z.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
            with open(folder / "list", "a") as f:
                f.write(version + "\n")


class Case:
    def __init__(self, path, binary, goroot):
        self.path, self.binary, self.goroot = path, binary, goroot
        self.head, self.files = parse(path)
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="govm-modules-")).resolve()
        self.work = self.root / "work"
        self.names = {"$WORK": str(self.work), "$CACHE": str(self.root / "cache"), "$PROXY": str(self.root / "proxy"),
                      "$GOROOT": str(goroot)}

    def expand(self, s):
        for name, value in self.names.items():
            s = s.replace(name, value)
        return s

    def shrink(self, s):
        for name, value in self.names.items():
            s = s.replace(value, name)
        return s

    def make_tree(self):
        proxy = Proxy(self.root / "proxy")
        for name, text in self.files.items():
            if name.startswith("proxy/"):
                proxy.add(name[6:], text)
        proxy.write()
        self.work.mkdir()
        for name, text in self.files.items():
            if name.startswith("proxy/"):
                continue
            if name.endswith("go.sum"):
                text = re.sub(r"^(\S+) (\S+) \?$", lambda m: "%s %s %s" % (m[1], m[2], proxy.sum(m[1], m[2])), text, flags=re.M)
            file = self.work / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.expand(text))

    def environment(self):
        home = self.root / "home"
        home.mkdir(exist_ok=True)
        keep = {k: v for k, v in os.environ.items() if not k.startswith("GO") or k in ("GOCACHE", "GOVM_GOROOT", "GOVM_DEBUG", "GOMAXPROCS")}
        return keep | {"HOME": str(home), "GOPATH": str(self.root / "gopath"), "GOMODCACHE": self.names["$CACHE"],
                       "GOPROXY": "off", "GOSUMDB": "off", "GOFLAGS": "", "GOENV": "off", "GOTOOLCHAIN": "local",
                       "CGO_ENABLED": "0", "TMPDIR": str(self.root), "XDG_CACHE_HOME": str(home / "cache")}

    def run(self, command, env, cwd):
        r = subprocess.run([self.binary] + shlex.split(self.expand(command)), cwd=cwd, env=env | {"PWD": str(cwd)},
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        out = r.stdout.decode(errors="replace").splitlines()
        err = ["! " + l for l in r.stderr.decode(errors="replace").splitlines()]
        loads = [l for l in err if l.startswith("! go: downloading ")]  # in any order
        out += sorted(loads) + [l for l in err if l not in loads]
        if r.returncode:
            out.append("[exit %d]" % r.returncode)
        return [self.shrink(l).rstrip() for l in out if not l.startswith("! # ")]

    def play(self):
        """[(command, expected lines, printed lines)], and the session with what was printed."""
        results, session, env, cwd, want = [], [], self.environment(), self.work, None
        for line in self.head:
            if line.startswith("env "):
                name, value = line[4:].split("=", 1)
                env[name] = self.expand(value)
            elif line.startswith("cd "):
                cwd = self.work / line[3:]
            elif line.startswith("$ "):
                want = []
                session.append(line)
                got = self.run(line[2:], env, cwd)
                results.append((line[2:], want, got))
                session += got
                continue
            elif want is not None and line and not line.startswith("#"):
                want.append(line.rstrip())
                continue
            session.append(line)
            if line.startswith(("env ", "cd ")):
                want = None
        return results, session

    def close(self):
        for folder, _, _ in os.walk(self.root):  # the module cache is read-only
            os.chmod(folder, stat.S_IRWXU)
        shutil.rmtree(self.root)


def record(case, session):
    text = "\n".join(session).rstrip("\n") + "\n"
    for name, body in case.files.items():
        text += "-- %s --\n%s" % (name, body)
    case.path.write_text(text)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", default="build/govm")
    ap.add_argument("--record", metavar="BINARY")
    ap.add_argument("cases", nargs="*")
    args = ap.parse_args()
    binary = shutil.which(args.record or args.govm) or args.govm
    binary = str(pathlib.Path(binary).resolve())
    goroot = subprocess.run([binary, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    passed = failed = 0
    for path in sorted((HERE / "cases").glob("*.txt")):
        if args.cases and path.stem not in args.cases:
            continue
        if args.record and not args.cases and path.read_text().startswith("# govm only"):
            continue
        case = Case(path, binary, goroot)
        try:
            case.make_tree()
            results, session = case.play()
        finally:
            case.close()
        if args.record:
            record(case, session)
            continue
        for command, want, got in results:
            if want == got:
                passed += 1
                continue
            failed += 1
            print("FAIL %s: govm %s" % (path.stem, command))
            print("".join("  want %s\n" % l for l in want) + "".join("  got  %s\n" % l for l in got), end="")
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

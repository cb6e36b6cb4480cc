#!/usr/bin/env python3
"""docs.py [--check] - writes docs/bytecode.md from bytecode/opcodes.def and the introduction docs/bytecode.in.md.

With --check nothing is written: it fails when docs/bytecode.md is not what would be written, and when a document (docs/*.md,
README.md) names a path of the repository, in a link or between backticks, that does not exist.
Ends with 'N passed, N failed': one check for bytecode.md, one per document."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OPCODES = ROOT / "bytecode/opcodes.def"
INTRO = ROOT / "docs/bytecode.in.md"
TARGET = ROOT / "docs/bytecode.md"
COLUMNS = ["a", "b", "c", "d", "imm"]


# ---- opcodes.def ----
def split_args(text):
    """Arguments of a macro call: split at commas outside parentheses and string literals."""
    args, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(text):
        ch = text[i]
        if quoted and ch == "\\":
            i += 1
        elif ch == '"':
            quoted = not quoted
        elif not quoted and ch == "(":
            depth += 1
        elif not quoted and ch == ")":
            depth -= 1
        elif not quoted and ch == "," and depth == 0:
            args.append(text[start:i].strip())
            start = i + 1
        i += 1
    return args + [text[start:].strip()]


def calls(text):
    """Macro calls NAME(args) one after the other, as (name, args)."""
    at = 0
    while m := re.compile(r"\s*(\w+)\(").match(text, at):
        depth, quoted, i = 1, False, m.end()
        while depth:
            if text[i] == "\\" and quoted:
                i += 1
            elif text[i] == '"':
                quoted = not quoted
            elif not quoted:
                depth += {"(": 1, ")": -1}.get(text[i], 0)
            i += 1
        yield m[1], split_args(text[m.end():i - 1])
        at = i
    if text[at:].strip():
        sys.exit(f"docs.py: cannot read opcodes.def near {text[at:at + 60]!r}")


def substitute(body, params, args):
    values = dict(zip(params, args))
    body = re.sub(r"(\w+)?##(\w+)", lambda m: values.get(m[1], m[1] or "") + values.get(m[2], m[2]), body)
    return re.sub(r'"(?:\\.|[^"\\])*"|\w+', lambda m: values.get(m[0], m[0]), body)


def expand(text, macros):
    """Rows (name, a, b, c, d, imm, flags, what) of the calls in text."""
    for name, args in calls(text):
        if name == "OP":
            yield args
        else:
            params, body = macros[name]
            # a ## b ## c joins pairwise
            yield from expand(substitute(body, params, args), macros)


def sections():
    """(title, rows) of opcodes.def in its order."""
    text = OPCODES.read_text().replace("\\\n", " ")
    head, rest = text.split("*/", 1)
    parts = re.split(r"/\* ---- (.*?) ---- \*/", rest)
    if parts[0].strip():
        sys.exit("docs.py: opcodes.def has rows before its first section")
    macros = {}
    for title, body in zip(parts[1::2], parts[2::2]):
        rows, lines = [], ""
        for line in re.sub(r"/\*.*?\*/", "", body, flags=re.S).split("\n"):
            if m := re.match(r"\s*#define (\w+)\(([^)]*)\)(.*)", line):
                macros[m[1]] = ([p.strip() for p in m[2].split(",")], m[3])
            elif line.startswith("#undef"):
                rows += expand(lines, macros)
                lines = ""
            else:
                lines += line + "\n"
        rows += expand(lines, macros)
        yield title, rows


def head_lists():
    """The operand kinds and flags as the head comment of opcodes.def explains them, as preformatted text."""
    lines = OPCODES.read_text().split("*/", 1)[0].split("\n")
    lines = [re.sub(r"^ \* ?", "", line) for line in lines]
    first = next(i for i, line in enumerate(lines) if line.startswith("Operand columns"))
    last = next(i for i, line in enumerate(lines) if line.startswith("Scalars in slots"))
    return "\n".join(lines[first:last]).rstrip()


def bytecode_md():
    out = [INTRO.read_text().rstrip(), "", "## Operand kinds and flags", "", "```", head_lists(), "```", ""]
    for title, rows in sections():
        out += [f"## {title[0].upper()}{title[1:]}", "", "| opcode | a | b | c | d | imm | flags | meaning |",
                "|---|---|---|---|---|---|---|---|"]
        for name, *cols, flags, what in rows:
            what = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', what)).replace("|", "\\|").replace("*", "\\*")
            flags = "" if flags == "0" else flags.replace(" |", "")
            cells = ["" if c == "_" else c for c in cols]
            out.append("| " + " | ".join([f"`{name}`", *cells, flags, what]) + " |")
        out.append("")
    return "\n".join(out)


# ---- paths in documents ----
TOP = sorted(p.name for p in ROOT.iterdir() if p.is_dir() and p.name not in (".git", "build"))
PATH_RX = re.compile(r"^(?:\.\./|\./)?((?:%s)/[\w./*{},+-]*|README\.md|CMakeLists\.txt|CMakePresets\.json|dev)$" %
                     "|".join(map(re.escape, TOP)))


def exists(path, doc):
    if re.search(r"[{},]", path):
        m = re.fullmatch(r"([^{]*)\{([^{}]*)\}(.*)", path)
        return bool(m) and all(exists(m[1] + x + m[3], doc) for x in m[2].split(","))
    if "*" in path:
        return any(ROOT.glob(path))
    return (ROOT / path).exists() or (doc.parent / path).exists()


def named_paths(text):
    """(line number, path) of repository paths in links and between backticks outside fenced blocks."""
    fenced = False
    for n, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
            if not re.match(r"[a-z]+:", link):
                yield n, link
        for code in re.findall(r"`([^`]+)`", line):
            for word in code.split():
                if m := PATH_RX.match(word.rstrip(".,:;")):
                    yield n, m[1]


def missing_paths(doc):
    for n, path in named_paths(doc.read_text()):
        if not exists(path.split(":")[0], doc):
            yield f"{doc.relative_to(ROOT)}:{n}: no such path: {path}"


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    if not sys.argv[1:]:
        TARGET.write_text(bytecode_md())
    passed = failed = 0
    if not TARGET.exists() or TARGET.read_text() != bytecode_md():
        failed += 1
        print("docs/bytecode.md is stale: run tools/docs.py")
    else:
        passed += 1
    for doc in sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("README.md")]):
        wrong = list(missing_paths(doc))
        print("\n".join(wrong), end="\n" if wrong else "")
        failed += bool(wrong)
        passed += not wrong
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fills in what gc says about the programs of a case file: gen_check_cases.py FILE [path of the go command].

A case is `=== name`, the program without its package clause, `---`, and gc's messages without the file name. A line
`// -lang=go1.N` in the program is the compiler's flag."""
import re
import subprocess
import sys
import tempfile

path, go = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "go"
parts = re.split(r"^=== (.*)\n", open(path).read(), flags=re.M)[1:]
out = []
with tempfile.TemporaryDirectory() as tmp:
    file = tmp + "/case.go"
    for name, body in zip(parts[::2], parts[1::2]):
        source = re.split(r"^---\n", body, flags=re.M)[0]
        with open(file, "w") as f:
            f.write("package p\n" + source)
        lang = re.findall(r"-lang=\S+", source)
        cmd = [go, "tool", "compile", "-e", "-p", "p", "-o", tmp + "/case.o"] + lang + [file]
        run = subprocess.run(cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        out.append("=== %s\n%s---\n%s" % (name, source, run.stdout.replace(file + ":", "")))
with open(path, "w") as f:
    f.write("".join(out))

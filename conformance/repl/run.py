#!/usr/bin/env python3
"""Drives `govm repl` through a pseudo terminal: every session types inputs and compares what appears.

usage: run.py [--govm PATH] [-v] [NAME...]
GOVM_DEBUG and the like are passed on, so the same sessions run under gcstress=1 and with sanitizer builds. Nothing waits
for time to pass: a step waits for the prompt, or for the text it expects.
"""
import argparse
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

LIMIT = float(os.environ.get("GOVM_TEST_LIMIT", "120"))  # seconds until a step counts as hanging
ANSI = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r|\x07")


class Failure(Exception):
    pass


class Repl:
    """One session on a terminal of 200 columns."""

    def __init__(self, govm, home, args=("repl",), inputrc="set enable-bracketed-paste off\n"):
        rc = os.path.join(home, "inputrc")
        with open(rc, "w") as f:
            f.write(inputrc)
        env = dict(os.environ, TERM="xterm", INPUTRC=rc, GOVM_HISTORY=os.path.join(home, "history"), HOME=home, COLUMNS="200", LINES="50")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(govm, [govm, *args], env)
        termios.tcsetwinsize(self.fd, (50, 200))
        self.text = ""  # what came and was not waited for yet, without control sequences
        self.raw = b""  # everything

    def more(self, what):
        ready, _, _ = select.select([self.fd], [], [], max(0, self.deadline - time.monotonic()))
        if not ready:
            raise Failure("no %r within %d s; last output: %r" % (what, LIMIT, self.text[-500:]))
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            raise Failure("the session ended before %r; last output: %r" % (what, self.text[-500:]))
        self.raw += data
        self.text += ANSI.sub("", data.decode(errors="replace"))

    def wait(self, pattern):
        """Waits until the output matches the regular expression; takes and returns everything up to its end."""
        self.deadline = time.monotonic() + LIMIT
        while True:
            m = re.search(pattern, self.text)
            if m:
                out, self.text = self.text[: m.end()], self.text[m.end() :]
                return out
            self.more(pattern)

    def type(self, keys):
        data = keys.encode()
        while data:
            data = data[os.write(self.fd, data[:512]) :]

    def prompt(self):
        return self.wait(r"(?:^|\n)> $")

    def run(self, line):
        """Types a line and returns what it printed, without the echo."""
        self.type(line + "\r")
        self.wait(r"\n")  # the echo
        self.text = "\n" + self.text
        out = self.prompt()
        return out[1 : -len("\n> ")] if out.startswith("\n") else out

    def check(self, line, want):
        out = self.run(line)
        if out.strip("\n") != want.strip("\n"):
            raise Failure("%s\n   gives %r\n   wants %r" % (line, out, want))

    def match(self, line, *patterns):
        out = self.run(line)
        for p in patterns:
            if not re.search(p, out):
                raise Failure("%s\n   gives %r\n   wants /%s/" % (line, out, p))

    def end(self, keys="\x04", want=0):
        """Ends the session and checks its exit status."""
        self.type(keys)
        self.deadline = time.monotonic() + LIMIT
        try:
            while True:
                self.more("end")
        except Failure as e:
            if "ended before" not in str(e):
                raise
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.pid = None
        if status != want:
            raise Failure("exit status %d, want %d; last output: %r" % (status, want, self.text[-500:]))

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


SESSIONS = []


def session(fn):
    SESSIONS.append(fn)
    return fn


# ---- sessions on a terminal: each gets a Repl after its first prompt ----
@session
def first_steps(r):
    r.check("x := 41", "")
    r.check("x + 1", "42 : int")
    r.check('"hello" + " world"', '"hello world" : string')
    r.check("x = 7", "")
    r.check("x", "7 : int")
    r.check("var a, b = 1, 2.5; a; b", "1 : int\n2.5 : float64")
    r.check("1 << 100", "1267650600228229401496703205376 : untyped int")
    r.check("'a'", "'a' : rune")
    r.check("x > 3", "true : bool")
    r.check("nil", "nil")
    r.check("int", "int : type")
    r.end()


@session
def values(r):
    r.check("[]int{1, 2, 3}", "[]int{1, 2, 3} : []int")
    r.check('map[string]int{"b": 2, "a": 1}', 'map[string]int{"a": 1, "b": 2} : map[string]int')
    r.check("type P struct { X, Y int; next *P }", "")
    r.check("p := P{X: 1}; p", "P{X: 1, Y: 0, next: nil} : P")
    r.check("&p", "&P{X: 1, Y: 0, next: nil} : *P")
    r.check("func two() (int, error) { return 1, nil }", "")
    r.check("two()", "1 : int\nnil : error")
    r.check("var i any = P{}; i", "P{X: 0, Y: 0, next: nil} : any (P)")
    r.check("[]byte(\"abc\")", '[]byte("abc") : []byte')
    r.check("struct{ A [2]bool }{}", "struct { A [2]bool }{A: [2]bool{false, false}} : struct{A [2]bool}")
    r.check('[]any{1, "a", nil}', '[]any{1, "a", nil} : []any')
    r.match("reflect.TypeOf(5)", r"\nint : reflect.Type \(\*reflect.rtype\)")
    r.check("3 * time.Second", '// import "time"\n3s : time.Duration')
    r.check("[]error{errors.New(\"x\")}", '// import "errors"\n[]error{x} : []error')
    r.match("&p == nil; func() {}", "func literal : func\\(\\)")
    r.end()


@session
def statements(r):
    r.check("n := 0; for i := range 5 { n += i }; n", "10 : int")
    r.check("if n > 3 { n = 100 } else { n = 200 }", "")
    r.check("switch { case n == 100: n++ }", "")
    r.check("n", "101 : int")
    r.check("s := []int{}; s = append(s, 1, 2); len(s)", "2 : int")
    r.check("for i := range []int{1, 2} { s = append(s, i) }; s", "[]int{1, 2, 0, 1} : []int")
    r.check("a, ok := map[int]int{1: 2}[1]; ok", "true : bool")
    r.check("c := make(chan int, 1); select { case c <- 5: default: }; <-c", "5 : int")
    r.end()


@session
def imports(r):
    r.check('import "strings"', "")
    r.check('strings.ToUpper("abc")', '"ABC" : string')
    r.check('import str "strconv"', "")
    r.check("str.Itoa(5)", '"5" : string')
    r.match('fmt.Println("hi")', r'// import "fmt"', r"\nhi$")
    r.check('fmt.Println("again")', "again")
    r.match("rand.Int()", r"undefined: rand", r'// import one of "crypto/rand" "math/rand" "math/rand/v2"')
    r.match('import "no/such/package"', r"package no/such/package is not in std")
    r.check(":imports", 'import "strings"\nimport str "strconv"\nimport "fmt"')
    r.end()


@session
def redefined_function(r):
    r.check("func f(n int) int { return n * 2 }", "")
    r.check("func h(n int) int { return f(n) + 1 }", "")
    r.check("g := f", "")
    r.check("h(10)", "21 : int")
    r.check("func f(n int) int { return n * 100 }", "// f is redefined for all its callers")
    r.check("h(10)", "1001 : int")
    r.check("g(10)", "1000 : int")
    r.match('func f(s string) string { return s + s }', "another signature")
    r.check("h(10)", "1001 : int")
    r.check('f("ab")', '"abab" : string')
    r.match("func f(n int) int { x := [64]int{}; x[n] = n; return x[n] - 1 }", "redefined for all its callers")
    r.check("h(10)", "10 : int")
    r.end()


@session
def redefined_type(r):
    r.check("type T struct { A int }; t := T{1}", "")
    r.check("func show(t T) int { return t.A }", "")
    r.match("type T struct { A, B int }", "T is a new type")
    r.check("t", "T{A: 1} : T")
    r.check("u := T{1, 2}; u", "T{A: 1, B: 2} : T")
    r.check("show(t)", "1 : int")
    r.match("show(u)", "cannot use u")
    r.check("var i any = t; _, ok := i.(T); ok", "false : bool")
    r.match('fmt.Printf("%T %T\\n", t, u)', "main.T main.T")
    r.end()


@session
def redefined_variable(r):
    r.check("x := 1; func get() int { return x }", "")
    r.check("x := 2; get()", "2 : int")
    r.match('x := "str"', "x is a new variable")
    r.check("x", '"str" : string')
    r.check("get()", "2 : int")
    r.check("const x = 5; x * x", "25 : int")
    r.end()


@session
def generics(r):
    r.check("func Map[A, B any](xs []A, f func(A) B) (out []B) { for _, x := range xs { out = append(out, f(x)) }; return }", "")
    r.check("Map([]int{1, 2}, func(i int) bool { return i > 1 })", "[]bool{false, true} : []bool")
    r.check("type Pair[K comparable, V any] struct { Key K; Val V }", "")
    r.check("func (p Pair[K, V]) Swap() Pair[string, K] { return Pair[string, K]{\"swapped\", p.Key} }", "")
    r.check("p := Pair[int, bool]{1, true}; p.Swap()", 'Pair[string,int]{Key: "swapped", Val: 1} : Pair[string, int]')
    r.check("func (p Pair[K, V]) Twice() [2]K { return [2]K{p.Key, p.Key} }", "")
    r.check("p.Twice()", "[2]int{1, 1} : [2]int")
    r.check("type T int; Map([]T{3}, func(t T) T { return t + 1 })", "[]T{4} : []T")
    r.end()


@session
def methods_on_earlier_types(r):
    r.check("type T struct { n int }; t := T{5}; var i any = t", "")
    r.check('_, ok := i.(interface{ Double() int }); ok', "false : bool")
    r.check("func (t T) Double() int { return t.n * 2 }", "")
    r.check("t.Double()", "10 : int")
    r.check("i.(interface{ Double() int }).Double()", "10 : int")
    r.check("type E struct { T }; var e any = E{t}", "")
    r.check("func (t *T) Inc() { t.n++ }", "")
    r.check("t.Inc(); t.Double()", "12 : int")
    r.check("f := t.Double", "")
    r.check("func (t T) Double() int { return t.n * 200 }", "// T.Double is redefined for all its callers")
    r.check("t.Double()", "1200 : int")
    r.check("f()", "1200 : int")
    r.check("i.(interface{ Double() int }).Double()", "1000 : int")
    r.check("e.(interface{ Double() int }).Double()", "1000 : int")
    r.check('func (t T) String() string { return "T!" }', "")
    r.match("fmt.Println(t, e)", "T! T!")
    r.match("func (t T) n() int { return 1 }", "field and method with the same name n")
    r.match("func (i int) M() {}", "cannot define new methods on non-local type int")
    r.check("t.n", "6 : int")
    r.end()


@session
def closures(r):
    r.check("func counter() func() int { n := 0; return func() int { n++; return n } }", "")
    r.check("a, b := counter(), counter()", "")
    r.check("a(); a(); b()", "1 : int\n2 : int\n1 : int")
    r.check("x := 10; add := func(n int) int { return x + n }", "")
    r.check("x = 20; add(1)", "21 : int")
    r.end()


@session
def goroutine_prints_later(r):
    r.check('import ("fmt"; "os"; "time")', "")
    start = os.path.join(r.home, "start")
    r.check('waitfor := func() { for { if _, err := os.Stat("%s"); err == nil { break }; time.Sleep(time.Millisecond) } }' % start, "")
    r.check('go func() { waitfor(); fmt.Println("later") }()', "")
    r.type("1 + 2")
    r.wait(r"1 \+ 2")
    open(start, "w").close()
    r.wait(r"later\n.*> 1 \+ 2")
    r.type("\r")
    r.wait("3 : int\n> ")
    if not re.search(rb"\r\x1b\[K\r?later", r.raw):
        raise Failure("the line is not cleared before the output: %r" % r.raw[-300:])
    r.check("done := make(chan int); go func() { done <- 9 }()", "")
    r.check("<-done", "9 : int")
    r.end()


@session
def goroutine_panics(r):
    r.type('go func() { panic("boom") }()\r')
    r.wait(r"panic: boom\n(?s:.*)the session goes on\)\n> $")
    r.check("1 + 1", "2 : int")
    r.end()


@session
def panics(r):
    r.match('panic("oh no")', r"^panic: oh no\n", r"goroutine \d+ \[running\]:\nmain\.init\.0\(\)\n\tinput:1")
    r.match("[]int{1, 2}[n()]; func n() int { return 5 }", "undefined: n")
    r.check("func n() int { return 5 }", "")
    r.match("[]int{1, 2}[n()]", r"panic: runtime error: index out of range \[5\] with length 2")
    r.match("var p *struct{ A int }; p.A", "invalid memory address or nil pointer dereference")
    r.match("func deep() { panic(errors.New(\"inner\")) }", "")
    r.match("deep()", r"panic: .*inner", r"main\.deep\(\)\n\tinput:1")
    r.check('func safe() (s string) { defer func() { s = fmt.Sprint(recover()) }(); panic(1) }', '// import "fmt"')
    r.check("safe()", '"1" : string')
    r.match("x := 1 / (n() - 5)", "integer divide by zero")
    r.match("x", "undefined: x")
    r.match("var m map[string]int; m[\"a\"] = 1", "assignment to entry in nil map")
    r.check("m", "map[string]int(nil) : map[string]int")
    r.end()


@session
def fatal_errors(r):
    r.match("ch := make(chan int); <-ch", r"fatal error: all goroutines are asleep - deadlock!", r"\[chan receive\]")
    r.match("select {}", "all goroutines are asleep - deadlock!", r"select \(no cases\)")
    r.match("var mu sync.Mutex; mu.Lock(); mu.Lock()", "deadlock!")
    r.check("mu.Unlock(); mu.TryLock()", "true : bool")
    r.check("1 + 1", "2 : int")
    r.match("runtime.Goexit()", "")
    r.check("2 + 2", "4 : int")
    r.end()


@session
def stack_overflow(r):
    r.match("func rec(n int) int { return rec(n+1) + 1 }", "")
    r.match("rec(0)", "fatal error: stack overflow", r"main\.rec\(\.\.\.\)\n\tinput:1", "frames elided")
    r.check("1 + 1", "2 : int")
    r.end()


@session
def interrupts(r):
    r.check('import ("time"; "sync")', "")
    r.type('println("spinning"); for {}\r')
    r.wait("spinning\n")
    r.type("\x03")
    r.wait(r"interrupted\n(?s:.*)> $")
    r.run("alarm := time.AfterFunc(time.Hour, func() {}); ch := make(chan int)")  # no deadlock while a timer is pending
    for wait in ("<-ch", "ch <- 1", "select { case <-ch: }", "time.Sleep(time.Hour)", "var wg sync.WaitGroup; wg.Add(1); wg.Wait()"):
        r.type('go func() { time.Sleep(time.Millisecond); println("waiting") }(); ' + wait + "\r")
        r.wait("\nwaiting\n")
        r.type("\x03")
        r.wait(r"interrupted\n(?s:.*)> $")
    r.check("go func() { ch <- 7 }(); <-ch", "7 : int")
    r.check("n := 0", "")
    r.type('func() { defer func() { n = 99 }(); println("go"); for {} }()\r')
    r.wait("go\n")
    r.type("\x03")
    r.wait(r"interrupted\n(?s:.*)> $")
    r.check("n", "99 : int")
    r.type("half an input\x03")
    r.wait(r"\^C\n> $")
    r.check("n", "99 : int")
    r.end()


@session
def interrupts_at_any_moment(r):
    rnd = random.Random(7)
    r.run("ch := make(chan int); var mu sync.Mutex; x := 0; alarm := time.AfterFunc(time.Hour, func() {})")
    r.run("func fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }")
    inputs = ("for {}", "<-ch", "time.Sleep(time.Hour)", "fib(50)", "mu.Lock(); mu.Lock()", "select {}", "half an input", "func g() {",
              "func() { defer func() { x++ }(); for {} }()", "m := map[int]int{}; for i := 0; ; i++ { m[i%1000] = i }",
              "var wg sync.WaitGroup; for range 3 { wg.Go(func() { fib(12) }) }; wg.Wait()", "for { fmt.Sprint(x) }", "x + 1")
    for i in range(60):
        r.type(rnd.choice(inputs) + rnd.choice(("\r", "\r", "")))
        r.deadline = time.monotonic() + LIMIT
        marker = "%d : int" % (1000000 + i)
        while marker not in r.text:  # how far the input gets before the signal is left to chance
            r.type("\x03")
            r.type("%d + 0\r" % (1000000 + i))
            ready, _, _ = select.select([r.fd], [], [], 0.5)
            if ready or time.monotonic() > r.deadline:
                r.more(marker)
        r.text = ""
    r.type("\x03")
    r.wait(r"\n> $")
    r.check("1 + 1", "2 : int")
    r.end()


@session
def reads_standard_input(r):
    r.check('import ("bufio"; "os")', "")
    r.type("in := bufio.NewReader(os.Stdin); println(\"ready\"); in.ReadString('\\n')\r")
    r.wait("ready\n")
    r.type("some words\r")
    r.wait(r'"some words\\n" : string\nnil : error\n> $')
    r.end()


@session
def multi_line(r):
    r.type("func f(n int) int {\r")
    r.wait(r"\n\.\.\. $")
    r.type("\r")
    r.wait(r"\n\.\.\. $")
    r.type("return n +\r")
    r.wait(r"\n\.\.\. $")
    r.check("1 }", "")
    r.check("f(1)", "2 : int")
    for lines, want in (
        (["f(", "3,", ")"], "4 : int"),
        (["`raw", "string`"], '"raw\\nstring" : string'),
        (["/* a", "comment */ f(5)"], "6 : int"),
        (["1 +", "", "2"], "3 : int"),
        (["if f(1) == 2 {", "f(7)", "} else {", "}"], ""),
        (["x :=", "5"], ""),
        (["type S struct {", "A int", "}"], ""),
    ):
        for line in lines[:-1]:
            r.type(line + "\r")
            r.wait(r"\n\.\.\. $")
        r.check(lines[-1], want)
    r.type("func g() {\r")
    r.wait(r"\n\.\.\. $")
    r.type("\x03")
    r.wait(r"\n> $")
    r.match("g()", "undefined: g")
    r.type("func g() {\r")
    r.wait(r"\n\.\.\. $")
    r.end()


@session
def compile_errors(r):
    r.check("1 + y", "1:5: undefined: y\n\t1 + y\n\t    ^")
    r.match("x := \"a\" * 2", r'1:6: .*"a" \* 2')
    r.match("func f() int { }", "1:16: missing return")
    r.match("var s string = 5", "cannot use 5")
    r.match("for i := 0; i < 3 { }", "syntax error")
    r.match(")", "syntax error")
    r.match('"abc', "newline in string")
    r.match("}", "1:1: syntax error: unexpected }")
    r.match("func g() { x := 1 }", "declared and not used: x")
    r.match("len", r"len \(built-in\) must be called")
    r.match("break", "break is not in a loop")
    r.match("a := 1; b := undefinedname; c := 2", "1:14: undefined: undefinedname")
    r.check("a", "1 : int")
    r.match("c", "undefined: c")
    r.match("return 5", "too many return values")
    r.check("\t", "")
    r.check("// nothing", "")
    r.end()


@session
def commands(r):
    r.match(":help", ":type EXPR", "Ctrl-D leaves")
    r.check("x := 5; const k = 2; func f(a int) int { return a }; type T struct{ A int }", "")
    r.check("func (t T) M(s string) {}", "")
    r.check(":type x + k", "int")
    r.check(":type f", "func(a int) int")
    r.match(":type y", "undefined: y")
    r.check(":vars", "x = 5 : int\nk = 2 : int")
    r.check(":funcs", "func f(a int) int")
    r.check(":types", "type T struct{A int}\n  M(s string)")
    r.match(":dump f", "main.*f")
    r.match(":dump x + 1", "RET0|ret0")
    r.match(":time x", r"5 : int\ntook [0-9.]+ ms")
    r.match(":type", "usage: :type EXPR")
    r.match(":nonsense", "unknown command :nonsense; :help lists the commands")
    r.match(":load /no/such/file", "open /no/such/file: No such file or directory")
    path = os.path.join(r.home, "load.go")
    with open(path, "w") as f:
        f.write('package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(helper()) }\n\nfunc helper() string { return "loaded" }\n')
    r.check(":load " + path, "")
    r.check("main()", "loaded")
    r.end(":quit\r")


@session
def completion(r):
    r.check('import "strings"', "")
    r.check("type Point struct { Xcoord, Ycoord int }; func (p *Point) Distance() int { return 1 }; somepoint := Point{}", "")
    r.type("strings.ToUpp\t")
    r.wait("strings.ToUpper")
    r.type('("x")\r')
    r.wait('"X" : string\n> $')
    r.type("somep\t")
    r.wait("somepoint")
    r.type(".Xc\t")
    r.wait(".Xcoord")
    r.type("\r")
    r.wait("0 : int\n> $")
    r.type("somepoint.Dist\t()\r")
    r.wait("1 : int\n> $")
    r.type("strings.Trim\t\t")
    r.wait(r"\nTrim +TrimFunc(?s:.*)TrimSuffix *\n> strings.Trim$")
    r.type("\x15conti\t")
    r.wait("continue")
    r.type("\x15:hel\t")
    r.wait(":help")
    r.type("\r")
    r.wait("Ctrl-D leaves(?s:.*)> $")
    r.type("strconv.Ito\t(5)\r")
    r.wait('"5" : string\n> $')
    r.end()


@session
def history(r):
    r.check("first := 1", "")
    r.type("func f() int {\r")
    r.wait(r"\n\.\.\. $")
    r.check("return 5 }", "")
    r.check("f()", "5 : int")
    r.type("\x1b[A\r")  # the last input
    r.wait(r"5 : int\n> $")
    r.type("\x1b[A\x1b[A")  # the function, whole
    r.wait(r"return 5 \}")
    r.type("\r")
    r.wait(r"redefined for all its callers\n> $")
    r.end()
    r.again()
    r.type("\x12first")  # ctrl-R
    r.wait("first := 1")
    r.type("\r")
    r.wait("> $")
    r.check("first", "1 : int")
    with open(os.path.join(r.home, "history")) as f:
        lines = f.read().split("\n")
    if "func f() int {\\nreturn 5 }" not in lines:
        raise Failure("history file: %r" % lines)
    r.end()


@session
def collections(r):
    r.check('import "runtime"', "")
    r.check("type Node struct { val int; next *Node }; var list *Node", "")
    r.check("for i := range 1000 { list = &Node{i, list} }", "")
    r.check("m := map[string][]int{}; for i := range 100 { m[string(rune('a'+i%26))] = append(m[string(rune('a'+i%26))], i) }", "")
    r.check("f := func() int { return len(m) + list.val }", "")
    for _ in range(3):
        r.check("runtime.GC()", "")
        r.check("n := 0; for p := list; p != nil; p = p.next { n += p.val }; n", "499500 : int")
        r.check('f(); m["a"]', "1025 : int\n[]int{0, 26, 52, 78} : []int")
        r.match("type Node2 struct { Node; more []*Node }; x := Node2{*list, []*Node{list}}", "")
        r.check("x.more[0].val", "999 : int")
        r.run("func (n *Node) Len() int { if n == nil { return 0 }; return 1 + n.next.Len() }")
        r.check("list.Len()", "1000 : int")
    r.end()


@session
def exits(r):
    r.match('import "os"', "")
    r.end("os.Exit(7)\r", 7)


@session
def alone_on_a_terminal(r):
    r.check("6 * 7", "42 : int")
    r.end()


@session
def quiet_on_a_terminal(r):
    r.type("6 * 7\r")
    r.wait("42 : int\n")
    r.end(":quit\r")


@session
def paste(r):
    lines = ["type Shape%d struct { W, H int }\nfunc (s Shape%d) Area() int {\n\treturn s.W * s.H\n}\n" % (i, i) for i in range(24)]
    text = "total := 0\n" + "\n".join(lines) + "\nfor _, a := range []int{Shape0{1, 2}.Area(), Shape23{3, 4}.Area()} {\n\ttotal += a\n}\ntotal"
    r.type("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~\r")
    r.wait(r"\n14 : int\n> $")
    r.check("Shape7{2, 5}.Area()", "10 : int")
    r.end()


@session
def many_inputs(r):
    for i in range(60):
        r.check("v%d := %d" % (i, i), "")
        r.check("func g%d() int { return v%d * 2 }" % (i, i), "")
    r.check("g0() + g30() + g59()", "178 : int")
    r.end()


# Sessions left out when GOVM_DEBUG has a switch, and why.
NOT_WITH = {"stack_overflow": ("gcstress", "each of many collections scans a stack of 1 GB")}
ARGS = {"alone_on_a_terminal": [], "quiet_on_a_terminal": ["repl", "-q"]}
INPUTRC = {"paste": "set enable-bracketed-paste on\n"}


def run_session(fn, govm, home):
    args = ARGS.get(fn.__name__, ["repl"])
    r = Repl(govm, home, args, INPUTRC.get(fn.__name__, "set enable-bracketed-paste off\n"))

    def again():
        os.close(r.fd)
        r.__init__(govm, home, args)
        r.prompt()

    r.home, r.again = home, again
    try:
        if "-q" not in args:
            r.prompt()
        fn(r)
    finally:
        r.close()


# ---- standard input that is no terminal ----
SCRIPTS = [
    ("exit_0", 'x := 1\nfmt.Println(x)\nx + 1\n', 0, "1\n2 : int\n", ""),
    ("goes_on_after_errors", "y\n1 / 0\npanic(5)\n7\n", 1, "7 : int\n", r"1:1: undefined: y(?s:.*)2:5: .*division by zero(?s:.*)panic: 5(?s:.*)input:3"),
    ("functions_in_any_order", 'package main\n\nfunc main() { println(two()) }\n\nfunc two() int { return 2 }\n\nmain()\n', 0, "", "^2\n$"),
    ("header_semicolons", "for i := 0; i < 2; i++ {\n\tprintln(i)\n}\nif a := []int{1}; len(a) == 1 {\n\tprintln(\"one\")\n}\n", 0, "", "^0\n1\none\n$"),
    ("commands", "x := 5\n:type x\n:type\nx\n", 1, "int\n5 : int\n", "usage: :type EXPR"),
    ("unfinished", "func f() {\n", 1, "", "syntax error: unexpected EOF|syntax error"),
    ("os_exit", "import \"os\"\nos.Exit(5)\n1\n", 5, "", "^$"),
    ("no_output_for_nothing", "", 0, "", "^$"),
    ("deadlock", "<-make(chan int)\n1\n", 1, "1 : int\n", "all goroutines are asleep - deadlock!"),
    ("labels", "n := 0\nouter:\nfor i := 0; i < 3; i++ {\n\tfor {\n\t\tn++\n\t\tcontinue outer\n\t}\n}\nn\n", 0, "3 : int\n", "^$"),
    ("defer_and_goroutines", "func f() (n int) { defer func() { n *= 2 }(); c := make(chan int); go func() { c <- 21 }(); return <-c }\nf()\n", 0, "42 : int\n", "^$"),
    ("stray_brackets", "}\n1\n(2))\n3\n/* open", 1, "1 : int\n3 : int\n", r"1:1: syntax error: unexpected \}(?s:.*)3:4: syntax error: unexpected \)(?s:.*)5:1: comment not terminated"),
    ("nul_and_garbage", "\x00\x01\n\xff\n2\n", 1, "2 : int\n", "invalid (NUL|character)"),
]


def run_script(govm, script):
    name, text, status, out, err = script
    p = subprocess.run([govm, "repl", "-q"], input=text.encode("latin-1"), capture_output=True, timeout=LIMIT)
    got_out, got_err = p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace")
    if p.returncode != status:
        raise Failure("exit status %d, want %d\n%s%s" % (p.returncode, status, got_out, got_err))
    if name != "nul_and_garbage" and got_out != out:
        raise Failure("prints %r, want %r; standard error %r" % (got_out, out, got_err))
    if not re.search(err, got_err):
        raise Failure("standard error %r, want /%s/" % (got_err, err))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--govm", default="build/release/govm")
    ap.add_argument("-v", action="store_true")
    ap.add_argument("names", nargs="*")
    a = ap.parse_args()
    govm = os.path.abspath(a.govm)
    cases = [(f.__name__, f) for f in SESSIONS] + [("script_" + s[0], s) for s in SCRIPTS]
    passed = failed = skipped = 0
    for name, case in cases:
        if a.names and name not in a.names:
            continue
        switch, why = NOT_WITH.get(name, (None, None))
        if switch and switch in os.environ.get("GOVM_DEBUG", ""):
            skipped += 1
            print("skip %s: %s" % (name, why), flush=True)
            continue
        try:
            with tempfile.TemporaryDirectory() as home:
                if callable(case):
                    run_session(case, govm, home)
                else:
                    run_script(govm, case)
            passed += 1
            if a.v:
                print("ok   " + name, flush=True)
        except (Failure, subprocess.TimeoutExpired) as e:
            failed += 1
            print("FAIL %s: %s" % (name, e), flush=True)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


sys.exit(main())

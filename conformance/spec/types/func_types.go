// Functions as values: in maps, structs, slices, channels; recursion through variables; nil; methods; comparison to nil.
package main

import (
	"fmt"
	"sort"
	"strings"
)

type op func(float64, float64) float64
type handler func(string) (string, bool)

func (h handler) or(g handler) handler {
	return func(s string) (string, bool) {
		if r, ok := h(s); ok {
			return r, ok
		}
		return g(s)
	}
}

type middleware func(handler) handler

func chain(h handler, ms ...middleware) handler {
	for i := len(ms) - 1; i >= 0; i-- {
		h = ms[i](h)
	}
	return h
}

type machine struct {
	state func(*machine, byte) bool
	out   strings.Builder
}

func upper(m *machine, b byte) bool {
	if b == '-' {
		m.state = lower
		return true
	}
	m.out.WriteString(strings.ToUpper(string(b)))
	return b != '.'
}
func lower(m *machine, b byte) bool {
	if b == '+' {
		m.state = upper
		return true
	}
	m.out.WriteByte(b)
	return true
}

func compose[A, B, C any](f func(A) B, g func(B) C) func(A) C { return func(a A) C { return g(f(a)) } }

func curry(a int) func(int) func(int) int {
	return func(b int) func(int) int { return func(c int) int { a++; return a*100 + b*10 + c } }
}

func memo(f func(int) int) func(int) int {
	m := map[int]int{}
	return func(n int) int {
		if v, ok := m[n]; ok {
			return v
		}
		v := f(n)
		m[n] = v
		return v
	}
}

func main() {
	ops := map[string]op{"+": func(a, b float64) float64 { return a + b }, "/": func(a, b float64) float64 { return a / b }}
	fmt.Println(ops["+"](1, 2), ops["/"](1, 4), ops["-"] == nil)
	h := handler(func(s string) (string, bool) { return "h:" + s, len(s) > 3 })
	g := h.or(func(s string) (string, bool) { return "short", false }).or(func(s string) (string, bool) { return s + s, true })
	fmt.Println(g("abcd"))
	fmt.Println(g("ab"))
	tag := func(t string) middleware {
		return func(next handler) handler {
			return func(s string) (string, bool) { r, ok := next(s + t); return "<" + t + r + ">", ok }
		}
	}
	fmt.Println(chain(h, tag("1"), tag("2"))("x"))
	m := &machine{state: upper}
	for _, b := range []byte("ab-cd+ef.gh") {
		if !m.state(m, b) {
			break
		}
	}
	fmt.Println(m.out.String())
	fmt.Println(compose(strings.TrimSpace, func(s string) int { return len(s) })("  abc "))
	f := curry(1)(2)
	fmt.Println(f(3), f(3))
	var fib func(int) int
	calls := 0
	fib = memo(func(n int) int {
		calls++
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	})
	fmt.Println(fib(50), calls)
	ch := make(chan func() string, 2)
	for _, s := range []string{"a", "b"} {
		ch <- func() string { s += "!"; return s }
	}
	a, b := <-ch, <-ch
	fmt.Println(a(), b(), a())
	var fs [3]func(int) int
	for i := range fs {
		fs[i] = func(x int) int { return x*i + i }
	}
	s := fs[:]
	sort.Slice(s, func(i, j int) bool { return s[i](1) > s[j](1) })
	fmt.Println(fs[0](10), fs[1](10), fs[2](10))
	var nilf func()
	fmt.Println(nilf == nil, fs[0] != nil, func() int { return 3 }())
	func(fs ...func()) {
		for _, f := range fs {
			f()
		}
	}(func() { fmt.Print("x ") }, func() { fmt.Println("y") })
}

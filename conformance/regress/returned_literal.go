// run
// *f(x) of a function that returns the address of a literal: operands once and in order, nothing allocated.
package main

import (
	"fmt"
	"testing"
)

type P struct {
	a, b int
	s    []byte
	e    any
}

func mk(a int, s []byte) *P { return &P{a: a, s: s, b: 7} }
func two() (int, []byte)    { return 5, []byte("x") }
func boxed(n int) *P        { return &P{e: n} }

var g P

func main() {
	x := 3
	f := func() int { x++; return x }
	g = *mk(f(), []byte("hi"))
	fmt.Println(g.a, g.b, string(g.s), g.e)
	g = *mk(two())
	fmt.Println(g.a, string(g.s))
	q, r := *mk(x, nil), *mk(f(), nil)
	fmt.Println(q.a, r.a, (*boxed(9)).e)
	n := testing.AllocsPerRun(100, func() { g = *mk(1, nil) })
	fmt.Println(n)
	fmt.Println((*mk(4, nil)).a, mk(5, nil).a)
}

// Variables start at zero each time they are declared, also inside loops and after goto; large and nested ones too.
package main

import "fmt"

type nested struct {
	a [3]struct {
		s string
		p *int
		m map[string]int
	}
	i any
	f func()
	e error
	c complex64
}

func dirty() [64]int {
	var a [64]int
	for i := range a {
		a[i] = i + 1
	}
	return a
}

func clean() (sum int) {
	var a [64]int
	for _, v := range a {
		sum += v
	}
	return
}

func named() (n nested, s []int, str string) { return }

func main() {
	var n nested
	fmt.Println(n.a[1].s == "", n.a[2].p == nil, n.a[0].m == nil, n.i == nil, n.f == nil, n.e == nil, n.c)
	for i := range 3 {
		var x [4]int
		var s string
		var p *int
		var sl []int
		fmt.Print(x, s, p == nil, len(sl), " ")
		x[i], s, p, sl = 9, "dirty", &i, append(sl, 1)
	}
	fmt.Println(dirty()[63], clean())
	m, s, str := named()
	fmt.Println(m.a[0].s, s == nil, str == "")
	p := new(nested)
	q := new([5]int)
	fmt.Println(p.i, *q, *new(string) == "", *new(any))
	i := 0
again:
	var y int
	y += 5
	fmt.Print(y, " ")
	if i++; i < 3 {
		goto again
	}
	make1 := make([]struct{ a, b int }, 2)
	mm := map[string]nested{}
	fmt.Println(make1, mm["none"].a[0].p, len(make([]int, 0)), (<-func() chan int { c := make(chan int); close(c); return c }()))
}

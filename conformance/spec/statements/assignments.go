// Assignment forms: op-assign evaluates its operand once, tuples, blank, struct fields, map elements, pointers, swaps.
package main

import "fmt"

var calls int

func idx() int { calls++; return calls - 1 }

type node struct {
	v    int
	next *node
}

func ptr(p *int) *int { calls++; return p }

func main() {
	a := []int{10, 20, 30}
	a[idx()] += 5
	a[idx()]++
	*ptr(&a[2]) <<= 1
	fmt.Println(a, calls)
	m := map[string]*node{"x": {v: 1}}
	m["x"].v *= 7
	m["y"], m["z"] = &node{v: 2}, m["x"]
	m["z"].v++
	fmt.Println(m["x"].v, m["y"].v, len(m))
	var list *node
	for i := range 4 {
		list = &node{i, list}
	}
	var rev *node
	for list != nil {
		list.next, rev, list = rev, list, list.next
	}
	for n := rev; n != nil; n = n.next {
		fmt.Print(n.v, " ")
	}
	fmt.Println()
	i, j, k := 1, 2, 3
	i, j, k = k, i, j
	fmt.Println(i, j, k)
	var x any = 1
	x, ok := x.(string)
	fmt.Printf("%v %v %T\n", x, ok, x)
	_, _ = idx(), idx()
	fmt.Println(calls)
	b := [3]int{1, 2, 3}
	p := &b
	p[0], p[1] = p[1], p[0]
	(*p)[2] ^= 7
	b2, b := b, [3]int{}
	fmt.Println(b2, b)
	s := "a"
	s, t := s+"b", s+"c"
	fmt.Println(s, t)
	ms := map[string]string{}
	ms["k"] += "v"
	ms["k"] += "w"
	mi := map[int][]string{}
	mi[1] = append(mi[1], "p")
	fmt.Println(ms, mi)
	f, g := 1.5, uint8(255)
	f *= 2
	g += 2
	g &^= 1
	fmt.Println(f, g)
	sw := struct{ a, b []int }{[]int{1}, []int{2, 3}}
	sw.a, sw.b = sw.b, sw.a
	fmt.Println(sw)
	var e1, e2 any = 1, "two"
	e1, e2 = e2, e1
	fmt.Println(e1, e2)
	func() {
		defer func() { fmt.Println(recover(), a) }()
		q := []int{1}
		a[0], q[5] = 1000, 2
	}()
}

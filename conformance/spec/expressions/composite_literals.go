// Composite literals: elided types, keys, nested pointers, addresses are fresh each time, evaluation with maps.
package main

import "fmt"

type P struct{ X, Y int }
type L struct {
	a, b *P
	in   struct{ z []P }
	m    map[P]*P
}

func mk() *P { return &P{1, 2} }

func main() {
	a := []*P{{1, 2}, {Y: 3}, nil}
	fmt.Println(*a[0], *a[1], a[2] == nil)
	b := [...][]P{{{1, 1}}, 2: {{}, {2, 2}}}
	fmt.Println(len(b), b)
	m := map[P]P{{1, 2}: {3, 4}, {X: 5}: {Y: 6}}
	fmt.Println(m[P{1, 2}], m[P{5, 0}], len(m))
	l := L{a: &P{1, 2}, m: map[P]*P{{0, 1}: {7, 8}}}
	l.in.z = []P{{9, 9}}
	fmt.Println(*l.a, l.b == nil, *l.m[P{0, 1}], l.in)
	fmt.Println(mk() == mk(), *mk() == *mk(), mk() != nil)
	idx := [...]string{'a': "A", 'c': "C"}
	fmt.Println(len(idx), idx['a'], idx['b'] == "")
	const k = 2
	s := []int{k: 5, 6, 0: 1}
	fmt.Println(s, len(s))
	if (P{1, 2} == P{1, 2}) {
		fmt.Println("equal")
	}
	var ps []*P
	for i := range 3 {
		ps = append(ps, &P{i, i})
	}
	ps[0].X = 100
	fmt.Println(*ps[0], *ps[1], *ps[2])
	x, y := P{1, 2}, P{3, 4}
	x, y = P{y.X, x.Y}, P{x.X, y.Y}
	fmt.Println(x, y)
	x = P{x.Y, x.X}
	fmt.Println(x)
	arr := [3]int{1, 2, 3}
	arr = [3]int{arr[2], arr[1], arr[0]}
	fmt.Println(arr)
	sl := [][]int{{1}, {2, 3}, {}}
	sl[0] = append(sl[0], sl[1]...)
	fmt.Println(sl, &[]int{1}, &map[string]int{"a": 1}, &[2]bool{true})
	anon := []struct {
		n string
		f func(int) int
	}{{"inc", func(i int) int { return i + 1 }}, {"dbl", func(i int) int { return i * 2 }}}
	for _, e := range anon {
		fmt.Print(e.n, e.f(5), " ")
	}
	fmt.Println(struct{ P }{P{1, 2}}.X)
}

// Arrays are values: assignment, parameters, range and composite literals copy them.
package main

import "fmt"

type grid [2][3]int

func mutate(g grid) grid { g[0][0] = 99; return g }

func (g grid) set(v int)   { g[1][1] = v }
func (g *grid) pset(v int) { g[1][1] = v }

func main() {
	a := grid{{1, 2, 3}, {4, 5, 6}}
	b := a
	b[1][2] = -1
	fmt.Println(a, b, mutate(a), a)
	a.set(7)
	fmt.Println(a)
	a.pset(7)
	fmt.Println(a)
	row := a[0]
	row[0] = 50
	fmt.Println(a[0], row)
	arr := [3]int{1, 2, 3}
	for i, v := range arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println("copy", v)
		}
	}
	arr = [3]int{1, 2, 3}
	for i, v := range &arr {
		arr[2] = 10
		if i == 2 {
			fmt.Println("pointer", v)
		}
	}
	sl := []int{1, 2, 3}
	for i, v := range sl {
		sl[2] = 10
		if i == 2 {
			fmt.Println("slice", v)
		}
	}
	m := map[string][2]int{"k": {1, 2}}
	x := m["k"]
	x[0] = 9
	fmt.Println(m, x)
	var i any = arr
	arr[0] = 77
	fmt.Println(i, arr)
	c := [...]string{3: "d", 1: "b", "c"}
	fmt.Println(len(c), fmt.Sprintf("%q", c))
	s := struct{ in [2]int }{[2]int{1, 2}}
	t := s
	t.in[0] = 5
	fmt.Println(s, t, s == t)
	p := &arr
	q := *p
	p[1] = 1000
	fmt.Println(q, *p, len(p), cap(p))
	ch := make(chan [2]int, 1)
	v := [2]int{1, 2}
	ch <- v
	v[0] = 100
	fmt.Println(<-ch)
	f := func() [2]int { return v }
	fmt.Println(f()[0])
	arr2 := [3]int(sl)
	sl[0] = -5
	fmt.Println(arr2, sl)
	arr[0], arr[1], arr[2] = arr[2], arr[0], arr[1]
	fmt.Println(arr)
}

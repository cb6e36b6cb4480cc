// Loads and stores through aliases: the latest store is what a load sees, whatever lies between.
package main

import "fmt"

type T struct {
	a, b int
	p    *T
	s    []int
	arr  [3]int
}

func alias(x, y *T) (int, int) {
	x.a = 1
	y.a = 2
	r := x.a
	x.p = y
	x.p.b = 5
	y.b++
	return r, x.p.b
}

func slices(a, b []int) int {
	a[0] = 1
	b[0] = 2
	t := a[0]
	b[1] = a[0] + 5
	a[1]++
	return t*100 + b[1]
}

var g int

func setg(v int) int { g = v; return v }

func global() int {
	g = 1
	x := g
	setg(7)
	return x*10 + g
}

func loop(p *int, n int) (s int) {
	for i := 0; i < n; i++ {
		s += *p
		*p++
	}
	return
}

func lens(s *[]int) int {
	n := 0
	for i := 0; i < len(*s); i++ {
		if i < 3 {
			*s = append(*s, i)
		}
		n += (*s)[i]
	}
	return n*100 + len(*s)
}

func cond(p *T, c bool) int {
	v := p.a
	if c {
		p.a = 50
	} else {
		p.b = 60
	}
	return v + p.a + p.b
}

func arr(t T, i int) (int, [3]int) {
	t.arr[i] = 9
	u := t.arr
	t.arr[0] = 4
	return u[0] + u[i], t.arr
}

func div(a, b int) (r int) {
	defer func() {
		if recover() != nil {
			r = g
		}
	}()
	g = 100
	x := a / b
	g = 200
	return x
}

func ptrs() int {
	x, y := 1, 2
	p, q := &x, &y
	for range 3 {
		p, q = q, p
		*p += 10
	}
	return x*100 + y
}

func closures() (int, int) {
	x := 1
	f := func() { x *= 2 }
	y := x
	f()
	z := x
	f()
	return y*10 + z, x
}

func ifaces(e any) int {
	t := e.(*T)
	t.a = 3
	u := e.(*T)
	u.a++
	return t.a
}

func bytes(b []byte) string {
	s := string(b)
	b[0] = 'X'
	return s + string(b)
}

func main() {
	var t, u T
	fmt.Println(alias(&t, &t))
	fmt.Println(alias(&t, &u))
	s := []int{0, 0, 0}
	fmt.Println(slices(s, s), slices(s[1:], s), slices(s, []int{0, 0}))
	fmt.Println(global())
	n := 1
	fmt.Println(loop(&n, 5), n)
	l := []int{1}
	fmt.Println(lens(&l), l)
	fmt.Println(cond(&T{a: 1, b: 2}, true), cond(&T{a: 1, b: 2}, false))
	fmt.Println(arr(T{}, 0))
	fmt.Println(arr(T{}, 2))
	fmt.Println(div(6, 3), div(1, 0), ptrs())
	fmt.Println(closures())
	fmt.Println(ifaces(&t), bytes([]byte("abc")))
	m := map[string]*T{"a": &t}
	m["a"].a = 8
	v := m["a"].a
	t.a = 9
	fmt.Println(v, m["a"].a)
	c := make(chan *T, 1)
	c <- &t
	t.a = 10
	fmt.Println((<-c).a)
}

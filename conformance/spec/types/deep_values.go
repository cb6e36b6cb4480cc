// Large and nested values through calls, maps, channels, interfaces and closures keep all their parts.
package main

import "fmt"

type V struct {
	a int8
	b string
	c [3]int16
	d struct {
		x float32
		y []int
		z any
	}
	e *V
	f func() int
	g bool
}
type M [4][4]float64

func (m M) mul(n M) (r M) {
	for i := range m {
		for j := range n[0] {
			for k := range n {
				r[i][j] += m[i][k] * n[k][j]
			}
		}
	}
	return
}
func ident() (m M) {
	for i := range m {
		m[i][i] = 1
	}
	return
}

func mk(i int) V {
	v := V{a: int8(i), b: fmt.Sprint("s", i), c: [3]int16{int16(i), int16(-i)}, g: i%2 == 0}
	v.d.x, v.d.y, v.d.z = float32(i)/2, []int{i}, i
	v.f = func() int { return int(v.a) + i }
	return v
}

func (v V) sum() int { return int(v.a) + len(v.b) + int(v.c[0]) + v.d.y[0] + v.f() }

func pass(v V, n int) V {
	if n == 0 {
		return v
	}
	v.a++
	v.c[n%3]++
	w := pass(v, n-1)
	w.e = &v
	return w
}

func two(v V) (V, V, error) { w := v; w.b += "w"; v.c[2] = 9; return v, w, nil }

type small struct{ a, b uint8 }
type padded struct {
	a bool
	b int32
	c bool
}

func swap[T any](a, b T) (T, T) { return b, a }

func main() {
	v := mk(3)
	fmt.Println(v.sum(), v.c, v.d.x, v.d.z, v.g)
	w := pass(v, 5)
	fmt.Println(w.a, w.c, w.e.a, v.a, v.c)
	a, b, _ := two(v)
	fmt.Println(a.b, b.b, a.c, b.c)
	m := map[string]V{"v": v}
	x := m["v"]
	x.c[0] = 77
	m["x"] = x
	fmt.Println(m["v"].c[0], m["x"].c[0], m["none"].f == nil, m["none"].c)
	ch := make(chan V, 2)
	ch <- v
	v.c[0] = 55
	r := <-ch
	fmt.Println(r.c[0], r.sum())
	var i any = v
	v.c[0] = 66
	fmt.Println(i.(V).c[0], v.c[0])
	t := M{{0, 1}, {1, 0}, {0, 0, 2, 3}, {0, 0, 0, 4}}
	fmt.Println(t.mul(t), t.mul(ident()) == t)
	vs := []V{mk(1), mk(2)}
	for _, e := range vs {
		e.c[0] = 100
	}
	p := &vs[1]
	p.d.y = append(p.d.y, 5)
	vs[0], vs[1] = vs[1], vs[0]
	fmt.Println(vs[0].c, vs[0].d.y, p.b, len(vs))
	s := small{1, 2}
	sm := map[small]padded{s: {true, -1, true}, {3, 4}: {}}
	s.a, s.b = swap(s.a, s.b)
	fmt.Println(sm[small{1, 2}], sm[s], s, len(sm))
	p1, p2 := swap(padded{true, 5, false}, padded{false, -5, true})
	fmt.Println(p1, p2, p1 == padded{c: true, b: -5})
	arr := [2][2]small{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}
	brr := arr
	k := 1
	brr[k][k-1].b = 99
	arr[0], arr[1] = arr[1], arr[0]
	fmt.Println(arr, brr, arr[k][0])
	f := func(v V) (g func() V) { v.a = 9; return func() V { v.a++; return v } }(v)
	f()
	fmt.Println(f().a, v.a)
	var e struct{}
	es := [3]struct{}{}
	fmt.Println(e == es[1], len(es), struct{ a, b struct{} }{})
}

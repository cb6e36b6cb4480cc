// append and copy: growth, aliasing, self-append, strings into bytes, elements evaluated before growing, large structs.
package main

import "fmt"

type big struct {
	a [5]int
	s string
	p *int
}

func grow(s []int) []int { s[0] = 100; return append(s, 1) }

func main() {
	s := make([]int, 1, 1)
	t := grow(s)
	t[0] = 5
	fmt.Println(s, t)
	s = []int{1, 2, 3}
	s = append(s, s[0], s[1], s[2])
	s = append(s, s...)
	fmt.Println(s, len(s))
	b := append([]byte("ab"), "cd"...)
	b = append(b, 'e')
	fmt.Println(string(b), string(append([]byte(nil), b[1:3]...)))
	var bs []big
	x := 3
	for i := range 10 {
		bs = append(bs, big{[5]int{i}, fmt.Sprint(i), &x})
	}
	bs = append(bs[:2], bs[5:]...)
	fmt.Println(len(bs), bs[2].a[0], bs[6].s, *bs[3].p)
	bs = append(bs, bs[0])
	bs[0].a[0] = 77
	fmt.Println(bs[7].a[0], bs[0].a[0])
	q := []int{1, 2, 3, 4, 5}
	fmt.Println(copy(q[1:], q), q, copy(q, q[1:]), q)
	fmt.Println(copy(q, []int{9, 9, 9, 9, 9, 9, 9}), q)
	var e []int
	e = append(e, append([]int{1}, append([]int{2}, 3)...)...)
	fmt.Println(e)
	ss := append([]string{"x"}, []string{"y", "z"}...)
	ss = append(ss[:1], ss...)
	fmt.Println(ss)
	ia := append([]any{1}, nil, "s", 2.5)
	fmt.Println(ia, len(ia))
	ifs := append([]error(nil), nil, fmt.Errorf("e"))
	fmt.Println(ifs)
	f := func() []int { s[0] = -1; return s }
	r := append([]int{s[1]}, f()[0], s[2])
	fmt.Println(r)
	i8 := append([]int8(nil), -1, 127)
	st := append([]struct{}{}, struct{}{}, struct{}{})
	fmt.Println(i8, len(st), st)
	n := 0
	var c []int
	last := -1
	for i := range 2000 {
		c = append(c, i)
		if cap(c) != last {
			last = cap(c)
			n++
		}
	}
	fmt.Println(n > 8, len(c), c[1999], cap(c) >= 2000)
	k := [][]int{{1}, {2}}
	k[0] = append(k[0], k[1]...)
	k = append(k, k[0])
	k[2][0] = 50
	fmt.Println(k)
}

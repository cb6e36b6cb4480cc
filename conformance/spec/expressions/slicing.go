// Slice expressions: capacity, full slices, aliasing by append and copy, arrays, strings, nil, and their panics.
package main

import "fmt"

func try(f func()) {
	defer func() { fmt.Println(recover()) }()
	f()
}

func main() {
	a := [6]int{0, 1, 2, 3, 4, 5}
	s := a[1:3]
	fmt.Println(s, len(s), cap(s), s[:5], s[2:4:5], cap(s[2:4:5]))
	t := append(s, 99)
	fmt.Println(a, t)
	u := append(s[:2:2], 77)
	u[0] = -1
	fmt.Println(a, u)
	copy(a[1:], a[:])
	fmt.Println(a)
	copy(a[:], a[2:])
	fmt.Println(a, copy(a[:], []int{}), copy(s, s))
	b := []byte("hello world")
	fmt.Println(copy(b[6:], "there"), string(b))
	s = append(s[:0], s[1:]...)
	fmt.Println(s, a)
	x := []int{1, 2, 3}
	x = append(x, x...)
	x = append(x[:1], x[2:]...)
	fmt.Println(x)
	var n []int
	fmt.Println(n[:] == nil, n[0:0] == nil, x[:0] == nil, append(n) == nil, append(n, n...) == nil, len(append(n, 1)))
	y := make([]int, 2, 10)
	p, q := append(y, 1), append(y, 2)
	fmt.Println(p, q, y[:3])
	i, j := 2, 1
	try(func() { _ = x[i:j] })
	try(func() { _ = x[:100] })
	try(func() { _ = x[6:] })
	try(func() { _ = x[1:2:100] })
	try(func() { _ = x[1:i:j] })
	try(func() { _ = x[i:j:5] })
	try(func() { i = -1; _ = x[i] })
	try(func() { _ = x[i:] })
	try(func() { _ = "abc"[5+i:] })
	try(func() { _ = "abc"[i+4 : 2] })
	try(func() { _ = a[i+10] })
	try(func() { var pa *[3]int; _ = pa[:]; fmt.Println(len(pa)); _ = pa[1] })
	try(func() { _ = make([]int, i) })
	try(func() { _ = make([]int, 2, i+2) })
	try(func() { var u8 uint8 = 200; _ = a[u8] })
	try(func() { _ = n[0] })
}

// Variables and allocations that may or may not live in the frame: each prints what it must when storage is chosen right.
package main

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sort"
	"strings"
)

type node struct {
	v    int
	next *node
}

var global *int
var sink any

//go:noinline
func leak(p *int) { global = p }

//go:noinline
func pass(p *int) *int { return p }

//go:noinline
func churn() {
	var s []*node
	for i := 0; i < 200; i++ {
		s = append(s, &node{v: i})
	}
	runtime.GC()
	stackFill(40)
}

//go:noinline
func stackFill(n int) int {
	var a [64]int
	for i := range a {
		a[i] = n
	}
	if n > 0 {
		return stackFill(n-1) + a[n]
	}
	return a[0]
}

func loopsFresh() {
	var ps []*int
	for i := 0; i < 3; i++ {
		x := i * 10
		ps = append(ps, &x)
		ps = append(ps, &i)
	}
	churn()
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	fmt.Println()
	var last *int
	for i := range 3 {
		y := i + 100
		if last != nil {
			fmt.Print(*last, " ")
		}
		last = &y
	}
	churn()
	fmt.Println(*last)
	var prev *int
	for i, p := 0, (*int)(nil); i < 3; i++ {
		if p != nil {
			fmt.Print(*p, ":", p == prev, " ")
		}
		p = &i
		prev = p
	}
	fmt.Println()
}

func gotoLoop() {
	var keep []*int
	n := 0
again:
	x := n
	keep = append(keep, &x)
	p := &x
	n++
	if n < 3 {
		goto again
	}
	churn()
	*p++
	for _, q := range keep {
		fmt.Print(*q, " ")
	}
	fmt.Println()
	var first *int
	m := 0
back:
	y := m
	if first == nil {
		first = &y
	}
	m++
	if m < 3 {
		goto back
	}
	fmt.Println(*first, y)
}

func closures() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	churn()
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	n := 0
	inc := func() { n++ }
	inc()
	inc()
	func() { inc(); n *= 2 }()
	fmt.Println(n)
	get := func() *int { m := 7; return &m }
	a, b := get(), get()
	*a++
	churn()
	fmt.Println(*a, *b)
	u := 1
	self := func() *int { return &u }
	*self() = 42
	fmt.Println(u)
	var fact func(int) int
	fact = func(k int) int {
		if k == 0 {
			return 1
		}
		return k * fact(k-1)
	}
	fmt.Println(fact(10))
}

func counter() (func() int, func()) {
	c := 0
	return func() int { c++; return c }, func() { c = 100 }
}

func deferred(fail bool) (r *int, err error) {
	x, y := 1, 2
	defer func() {
		x++
		if e := recover(); e != nil {
			err = fmt.Errorf("caught %v with %d %d", e, x, y)
			z := x
			r = &z
		}
	}()
	for i := 0; i < 3; i++ {
		defer func() { y += i }()
		defer add(&y, i)
	}
	if fail {
		panic(errors.New("boom"))
	}
	return &y, nil
}

func add(p *int, n int) { *p += n }

func goroutines() {
	done := make(chan *int)
	for i := range 3 {
		x := i
		go func() { x += 5; churn(); done <- &x }()
	}
	sum := 0
	for range 3 {
		sum += *<-done
	}
	fmt.Println(sum)
	buf := [4]int{1, 2, 3, 4}
	ch := make(chan []int, 1)
	ch <- buf[1:3]
	churn()
	fmt.Println(<-ch)
}

func seq(n int) iter.Seq2[int, *int] {
	return func(yield func(int, *int) bool) {
		for i := 0; i < n; i++ {
			v := i * i
			if !yield(i, &v) {
				return
			}
		}
	}
}

func find(n, want int) *int {
	for i, p := range seq(n) {
		if i == want {
			defer func() { *p += 1000 }()
			return p
		}
	}
	return nil
}

func rangefunc() {
	total := 0
	var keep []*int
	for i, p := range seq(4) {
		total += *p
		keep = append(keep, p, &i)
		for j := range seq(2) {
			if j == 1 {
				break
			}
			total++
		}
	}
	churn()
	fmt.Print(total, ": ")
	for _, p := range keep {
		fmt.Print(*p, " ")
	}
	fmt.Println(*find(9, 3), find(2, 5))
}

type pair struct {
	a, b int
	arr  [4]int
}

func (p *pair) inc()     { p.a++ }
func (p pair) sum() int  { return p.a + p.b }
func (p *pair) ref() *int { return &p.arr[2] }

func parts() {
	var p pair
	p.inc()
	q := p.ref()
	*q = 9
	churn()
	fmt.Println(p, p.sum())
	inc := p.inc
	inc()
	sum := p.sum
	p.b = 100
	fmt.Println(p.a, sum())
	leak(p.ref())
	*global = 77
	churn()
	fmt.Println(*global, p.arr)
	arr := [3]pair{}
	e := &arr[1].arr[3]
	*e = 5
	s := arr[:]
	s[2].b = 6
	s2 := append(s[:1], pair{a: 8})
	fmt.Println(arr, len(s2), s2[1].a)
	small := []int8{1, 2, 3}
	for i := range small {
		r := &small[i]
		*r = -*r
	}
	var i16 int16 = 300
	ip := &i16
	*ip *= 100
	var b bool
	bp := &b
	*bp = true
	fmt.Println(small, i16, b)
}

func escapingSlices() ([]int, []string) {
	a := [5]int{1, 2, 3, 4, 5}
	m := make([]string, 2, 4)
	m[0] = "x"
	n := append(m, "y")
	c := make([]int, 3)
	copy(c, a[2:])
	return a[1:4], append(n, fmt.Sprint(c))
}

type shape interface{ area() int }
type sq struct{ s int }

func (s *sq) area() int { return s.s * s.s }

type big struct {
	x [5]int
	p *int
}

func (b big) area() int { return b.x[0] + *b.p }

//go:noinline
func areaOf(s shape) int { churn(); return s.area() }

//go:noinline
func keepShape(s shape) { sink = s }

func interfaces() {
	k := 4
	fmt.Println(areaOf(&sq{5}), areaOf(big{[5]int{3}, &k}))
	local := 6
	keepShape(big{[5]int{1}, &local})
	churn()
	fmt.Println(sink.(shape).area())
	var e any = local
	local++
	fmt.Println(e, e == any(6), local)
	type key struct{ a, b any }
	m := map[key]int{{1, "x"}: 5}
	fmt.Println(m[key{1, "x"}], m[key{2, nil}])
}

func variadic(ps ...*int) *int {
	for _, p := range ps {
		*p *= 2
	}
	return ps[len(ps)-1]
}

func recursive(n int, up *int) int {
	mine := n
	if n > 0 {
		recursive(n-1, &mine)
	}
	*up += mine
	return mine
}

func list(n int) (sum int) {
	head := &node{v: 0}
	cur := head
	for i := 1; i < n; i++ {
		cur.next = &node{v: i}
		cur = cur.next
	}
	for ; head != nil; head = head.next {
		sum += head.v
	}
	return
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(v T) *T { s.items = append(s.items, v); return &s.items[len(s.items)-1] }
func mapped[T, U any](in []T, f func(*T) U) []U {
	var out []U
	for _, v := range in {
		out = append(out, f(&v))
	}
	return out
}
func ptr[T any](v T) *T           { return &v }
func local[T any](v T) T          { p := &v; q := &p; return **q }
func boxed[T any](v T) string     { return fmt.Sprint(any(v)) }
func holder[T any](v T) func() *T { return func() *T { return &v } }

func generics() {
	var s stack[string]
	p := s.push("a")
	*p += "b"
	fmt.Println(s.items, *ptr(3), *ptr("z"), local(big{x: [5]int{1, 2}}).x, boxed(pair{a: 1}), boxed(&node{v: 1}) != "")
	h := holder([2]int{1, 2})
	h()[1] = 9
	churn()
	fmt.Println(*h(), *mapped([]int{1, 2, 3}, func(p *int) *int { return p })[2])
}

func text() {
	b := []byte("hello")
	s := string(b)
	b[0] = 'j'
	m := map[string]int{"jello": 1, "hello": 2}
	fmt.Println(s, m[string(b)], m[s], string(b) == "jello", s+string(b))
	t := []byte(s)
	for i, c := range t {
		t[i] = c - 32
	}
	fmt.Println(s, string(t), strings.Repeat(string(t[:2]), 2))
	read := []byte(s)
	n := 0
	for _, c := range read {
		n += int(c)
	}
	empty := []byte("")
	fmt.Println(n, empty == nil, len([]byte(s[:0])))
}

func sorting() {
	words := []string{"pear", "fig", "apple"}
	calls := 0
	sort.Slice(words, func(i, j int) bool { calls++; return words[i] < words[j] })
	slices.SortFunc(words, func(a, b string) int { calls++; return len(a) - len(b) })
	fmt.Println(words, calls > 0)
}

func nested() (out []func() string) {
	for _, w := range []string{"a", "b"} {
		x := w
		outer := func() func() string {
			y := x + "!"
			return func() string { x += "."; y += "?"; return x + y }
		}
		out = append(out, outer())
	}
	return
}

func selects() {
	a, b := make(chan *pair, 1), make(chan int, 1)
	p := pair{a: 3}
	a <- &p
	select {
	case q := <-a:
		q.b = 4
	case v := <-b:
		fmt.Println(v)
	}
	x := 5
	switch v := any(&x).(type) {
	case *int:
		*v++
	case int:
	}
	fmt.Println(p.a, p.b, x)
}

func main() {
	loopsFresh()
	gotoLoop()
	closures()
	next, reset := counter()
	next()
	reset()
	churn()
	fmt.Println(next())
	for _, fail := range []bool{false, true} {
		r, err := deferred(fail)
		churn()
		fmt.Println(*r, err)
	}
	goroutines()
	rangefunc()
	parts()
	x, y := escapingSlices()
	churn()
	fmt.Println(x, y)
	interfaces()
	i, j := 1, 2
	fmt.Println(*variadic(&i, &j), i, j, *pass(&i))
	up := 0
	fmt.Println(recursive(20, &up), up, list(50))
	generics()
	text()
	sorting()
	for _, f := range nested() {
		f()
		churn()
		fmt.Print(f(), " ")
	}
	fmt.Println()
	selects()
}

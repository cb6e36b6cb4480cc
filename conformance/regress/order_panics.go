// run

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

var trace []string

func t(s string) int                         { trace = append(trace, s); return len(s) }
func ti(s string, i int) int                 { trace = append(trace, s); return i }
func tp(s string, p *int) *int               { trace = append(trace, s); return p }
func tm(s string, m map[int]int) map[int]int { trace = append(trace, s); return m }
func two(s string) (int, int)                { trace = append(trace, s); return 1, 2 }
func show(s string)                          { fmt.Println(s, strings.Join(trace, " ")); trace = nil }

type S struct {
	a, b int
	arr  [4]int
	p    *S
	m    map[string]int
}

func (s S) val(x int) int { trace = append(trace, "val"); return s.a + x }
func (s *S) ptr(x int) *S { trace = append(trace, "ptr"); s.b += x; return s }

func catch(name string, f func()) {
	defer func() {
		r := recover()
		if e, ok := r.(error); ok {
			fmt.Println(name, "error:", e, errors.Is(e, os.ErrNotExist))
		} else {
			fmt.Println(name, "value:", r)
		}
	}()
	f()
}

func order() {
	a := []int{1, 2, 3, 4}
	m := map[int]int{}
	a[ti("i", 1)], m[ti("k", 2)] = ti("x", 5), ti("y", 6)
	show("assign2")
	*tp("p", &a[0]), a[ti("j", 2)] = two("two")
	show("multi")
	tm("m", m)[ti("k", 3)] += ti("v", 4)
	show("opassign")
	fmt.Println(a, m)
	i := 0
	i, a[i] = 1, 99
	fmt.Println(i, a)
	x := []int{1, 2, 3}
	j := 0
	j, x[j] = 2, 7
	x[0], x[0] = 1, 2
	fmt.Println(j, x)
	s := &S{a: 1}
	s.ptr(ti("a1", 1)).ptr(ti("a2", 2)).val(ti("a3", 3))
	show("chain")
	_ = []int{ti("e1", 1), ti("e2", 2)}
	_ = map[int]int{ti("mk", 1): ti("mv", 2)}
	_ = S{b: ti("fb", 1), a: ti("fa", 2)}
	show("lits")
	var arr [3]int
	k := 1
	arr[k], k = 5, 2
	fmt.Println(arr, k)
	pp := &s.arr
	pp[ti("idx", 1)], pp = 3, nil
	fmt.Println(s.arr, pp == nil)
	trace = nil
}

func panics() {
	var np *S
	var nm map[string]int
	var ns []int
	var ni interface{ val(int) int }
	var e interface{} = "str"
	z := 0
	arr := [3]int{1, 2, 3}
	five := 5
	neg := -1
	catch("nilptr", func() { _ = np.a })
	catch("nilptrarr", func() { np.arr[z] = 1 })
	catch("nilmap", func() { nm["a"] = 1 })
	catch("idx", func() { _ = ns[five] })
	catch("idx2", func() { _ = arr[five] })
	catch("idxneg", func() { _ = arr[neg] })
	catch("slice", func() { _ = ns[1:five] })
	catch("slice2", func() { _ = arr[five:] })
	catch("slice3", func() { _ = ns[five:z] })
	catch("slice4", func() { _ = "abc"[five:] })
	catch("slice5", func() { _ = "abc"[2 : neg+2] })
	catch("slice6", func() { _ = arr[:][0:2:five] })
	catch("div", func() { _ = 1 / z })
	catch("mod", func() { _ = 1 % z })
	catch("shift", func() { _ = 1 << neg })
	catch("assert", func() { _ = e.(int) })
	catch("assert2", func() { _ = e.(fmt.Stringer) })
	catch("assert3", func() { var x fmt.Stringer; _ = x.(error) })
	catch("assert4", func() { var x interface{}; _ = x.(int) })
	catch("iface", func() { ni.val(1) })
	catch("methval", func() { _ = ni.val })
	catch("funcnil", func() { var f func(); f() })
	catch("chan", func() { var c chan int; close(c) })
	catch("chan2", func() { c := make(chan int); close(c); close(c) })
	catch("make", func() { _ = make([]int, neg) })
	catch("make2", func() { _ = make([]int, 1, z) })
	catch("arrptr", func() { _ = [4]int(ns) })
	catch("cmp", func() { var a, b interface{} = []int{1}, []int{1}; _ = a == b })
	catch("mapkey", func() { m := map[interface{}]int{}; m[[]int{1}] = 2 })
	catch("custom", func() { panic(fmt.Errorf("wrap %w", os.ErrNotExist)) })
}

func named() (x int, err error) {
	defer func() {
		if r := recover(); r != nil {
			x *= 2
			err = fmt.Errorf("recovered %v", r)
		}
	}()
	x = 21
	panic("boom")
}

func deferOrder() (s string) {
	for i := 0; i < 3; i++ {
		defer func() { s += fmt.Sprint(i) }()
		defer func(n int) { s += fmt.Sprint("a", n) }(i)
	}
	return "r"
}

type Shape interface {
	Area() float64
	Name() string
}
type base struct{ name string }

func (b *base) Name() string { return b.name }

type Sq struct {
	*base
	side float64
}

func (s Sq) Area() float64 { return s.side * s.side }

type Circ struct {
	base
	r float64
}

func (c *Circ) Area() float64 { return 3 * c.r * c.r }

func ifaces() {
	shapes := []Shape{Sq{&base{"sq"}, 2}, &Circ{base{"c"}, 3}, &Sq{&base{"psq"}, 4}}
	for _, s := range shapes {
		f, g := s.Area, s.Name
		fmt.Println(f(), g())
		switch v := s.(type) {
		case Sq:
			fmt.Println("Sq", v.side, v.Name())
		case *Circ, *Sq:
			fmt.Printf("%T\n", v)
		}
	}
	h := Sq.Area
	k := (*Circ).Name
	l := Shape.Area
	fmt.Println(h(Sq{side: 5}), k(&Circ{base: base{"z"}}), l(shapes[1]))
}

type Num interface {
	~int | ~int8 | ~uint8 | ~float64 | ~string
}

func Sum[T Num](xs ...T) (r T) {
	for _, x := range xs {
		r += x
	}
	return
}

type List[T any] struct {
	head *node[T]
	n    int
}
type node[T any] struct {
	v    T
	next *node[T]
}

func (l *List[T]) Push(v T) { l.head = &node[T]{v, l.head}; l.n++ }
func (l *List[T]) All() func(yield func(int, T) bool) {
	return func(yield func(int, T) bool) {
		i := 0
		for n := l.head; n != nil; n = n.next {
			if !yield(i, n.v) {
				return
			}
			i++
		}
	}
}
func Map[T, U any](l *List[T], f func(T) U) *List[U] {
	r := &List[U]{}
	for _, v := range l.All() {
		r.Push(f(v))
	}
	return r
}

func find[T comparable](l *List[T], x T) (idx int, ok bool) {
	defer func() { trace = append(trace, "deferred") }()
outer:
	for i, v := range l.All() {
		for j := range 3 {
			if j == 2 {
				continue outer
			}
			if v == x {
				defer func() { trace = append(trace, fmt.Sprint("found", i, j)) }()
				return i, true
			}
		}
	}
	return -1, false
}

func generics() {
	fmt.Println(Sum(1, 2, 3), Sum("a", "b"), Sum[float64](1.5, 2), Sum[int8](100, 100), Sum[uint8]())
	l := &List[string]{}
	for _, s := range []string{"x", "yy", "zzz"} {
		l.Push(s)
	}
	m := Map(l, func(s string) int { return len(s) })
	for i, v := range m.All() {
		fmt.Print(i, v, " ")
	}
	fmt.Println(find(l, "yy"))
	show("find")
	fmt.Println(find(m, 77))
	show("find2")
}

func consts() {
	const big = 1 << 100
	var f32 float32 = big
	var c complex64 = 1 + 2i
	var u8 uint8 = 255
	var i8 int8 = -128
	u8++
	i8--
	fmt.Println(f32, c*c, u8, i8, -i8, ^u8, big>>98, 7.0/2, 7/2, 'a'+1, "s"+"t")
	var x uint = 70
	fmt.Println(1<<x, int32(1)<<x, -1>>x, int64(-5)/2, -5%3, 5%-3)
	ff := 1e20
	fmt.Println(uint8(int(ff/1e18)), float32(0.1), int(-3.7+ff*0))
	var str = "héllo, 世界\xff"
	for i, r := range str {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println(len(str), []rune(str)[1], []byte(str)[1], string([]rune{65, 0x4e16}), min(3, 1, 2), max(2.5, 1), min("b", "a"))
}

func closures() {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	acc := 0
	add := func(n int) func() int { return func() int { acc += n; return acc } }
	a, b := add(1), add(10)
	fmt.Println(a(), b(), a(), acc)
	var fib func(int) int
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	fmt.Println(fib(15))
	var arr [3]struct{ x, y int16 }
	for i := range arr {
		arr[i].x = int16(i)
		p := &arr[i]
		p.y = p.x * 2
	}
	c := arr
	arr[0].x = 9
	fmt.Println(arr, c, c == arr)
}

func gotos() {
	i := 0
loop:
	if i < 3 {
		fmt.Print("g", i, " ")
		i++
		goto loop
	}
	switch i {
	case 3:
		fmt.Print("three ")
		fallthrough
	case 4:
		fmt.Print("four ")
	default:
		fmt.Print("def ")
	}
	switch x := interface{}(i).(type) {
	case nil:
	case int, string:
		fmt.Printf("%T ", x)
	}
	switch {
	case i > 2 && i < 10:
		fmt.Println("in")
	case i == 0:
	}
}

func main() {
	order()
	panics()
	fmt.Println(named())
	fmt.Println(deferOrder())
	ifaces()
	generics()
	consts()
	closures()
	gotos()
}

// run

package main

import (
	"fmt"
	"math"
	"strings"
	"unsafe"
)

type odd struct{ a, b, c byte }
type mix struct {
	a byte
	b int32
	c int16
	d string
	e [3]odd
	f struct{}
}
type z struct{}

func (z) hi() string { return "hi" }

type arr3 [3]int

func (a arr3) sum() (s int) {
	for _, v := range a {
		s += v
	}
	return
}
func (a *arr3) set(i, v int) { a[i] = v }

func multi() (a [2]int, b odd, c string, d z, e float32) {
	a[1] = 5
	b.c = 9
	c = "c"
	e = 1.25
	return
}

func locals(i, j int) {
	var m [4][3]int
	m[i][j] = 7
	m[j][i%3]++
	var o [5]odd
	o[i] = odd{1, 2, 3}
	o[j].b = 200
	o[j].b += 100
	x := mix{a: 1, d: "d", e: [3]odd{{1, 2, 3}, 2: {7, 8, 9}}}
	x.e[i].c = 77
	x.b = -5
	x.c--
	y := x
	y.e[0] = o[i]
	fmt.Println(m, o, x, y, x == y, x.e == y.e, x.e[1] == y.e[1])
	p := &x
	p.e[j], p.d = odd{4, 4, 4}, "pd"
	fmt.Println(*p, unsafe.Sizeof(x), unsafe.Offsetof(x.e))
	var zz [4]z
	fmt.Println(zz[i].hi(), len(zz), zz == [4]z{})
	f := func() int { return m[i][j] + x.e[1].sumb() }
	m[i][j] = 70
	fmt.Println(f())
	a, b, c, d, e := multi()
	fmt.Println(a, b, c, d, e)
	var a3 arr3
	a3.set(i, 4)
	g := a3.sum
	a3.set(0, 100)
	fmt.Println(g(), a3.sum(), arr3{1, 2}.sum())
	aa := [...]int{5: 1, 2, 1: 9}
	for k, v := range aa {
		aa[6] = 50
		fmt.Print(k, v, " ")
	}
	for k, v := range &aa {
		aa[6] = 60
		fmt.Print(k, v, " ")
	}
	fmt.Println()
}
func (o odd) sumb() int { return int(o.a) + int(o.b) + int(o.c) }

func ints(n int) {
	var i8 int8 = -128
	var u8 uint8 = 250
	var i16 int16 = 32767
	var u16 uint16 = 65535
	var i32 int32 = math.MinInt32
	var u32 uint32 = 1 << 31
	var i64 int64 = math.MinInt64
	var u64 uint64 = 1 << 63
	m := int8(n - 2)
	fmt.Println(i8/m, i8*m, i8-1, u8+10, u8*u8, i16+1, u16+1, i32/int32(m), i32-1, u32<<1, u32*2, i64/int64(m), u64*2, -i8, ^u16)
	for _, s := range []uint{0, 1, 7, 8, 15, 16, 31, 32, 63, 64, 100} {
		fmt.Print(i8>>s, i8<<s, u8>>s, u8<<s, i16<<s, u16>>s, i32>>s, u32<<s, i64>>s, u64>>s, 1<<s, " ")
	}
	fmt.Println()
	fmt.Println(i8%m, i64%int64(m), u64%7, int8(u8), uint16(i8), uint32(i64>>3), int64(u64), uint8(i16), int32(u32))
	f := float64(n)
	fmt.Println(f/0, -f/0, int64(f*1e9), uint64(f*1e18*10), float32(f)/3, f/3, math.Sqrt(f), uint8(f*20), int8(-f))
	nan := math.NaN()
	fmt.Println(nan == nan, nan != nan, nan < 1, nan > 1, !(nan < 1), min(nan, 1), max(1, nan), min(0.0, math.Copysign(0, -1)))
	c := complex(f, -f)
	c2 := complex64(c)
	fmt.Println(c*c, c/c, c2+1, real(c), imag(c2), c == complex128(c2), -c)
	u := u64
	fmt.Println(float64(u), float32(u), u&^1, u|1, u^u, i64&int64(u8), u32&^3)
	x := 10
	x <<= 2
	x |= 1
	x &^= 8
	x %= 7
	x ^= -1
	fmt.Println(x, -7>>1, -7/2, uint32(7)&3)
}

func slices() {
	s := make([]int, 3, 10)
	t := append(s, 1)
	u := append(s, 2)
	fmt.Println(t[3], u[3], len(s), cap(s[1:2:5]))
	s = []int{1, 2, 3, 4, 5}
	s = append(s[:1], s...)
	fmt.Println(s)
	n := copy(s[1:], s)
	fmt.Println(n, s, copy(make([]byte, 2), "hello"))
	var nilS []string
	nilS = append(nilS, nilS...)
	fmt.Println(nilS == nil, append(nilS, "a", "b"), append([]byte("x"), "yz"...))
	d := [][]string{{"a"}, {}, nil, {"b", "c"}}
	d[1] = append(d[1], "q")
	fmt.Println(d, len(d[3]))
	sp := []*odd{{1, 2, 3}, nil}
	ms := map[string]odd{"k": {9, 9, 9}}
	mp := map[odd][]int{{1, 1, 1}: {4}}
	mp[odd{1, 1, 1}] = append(mp[odd{1, 1, 1}], 5)
	fmt.Println(*sp[0], ms["k"].b, ms["none"], mp)
	mm := map[float64]int{math.NaN(): 1, math.NaN(): 2, 0: 3}
	fmt.Println(len(mm))
	clear(mm)
	fmt.Println(len(mm))
	sum := 0
	big := map[int]int{}
	for i := range 1000 {
		big[i] = i
	}
	for k, v := range big {
		sum += v
		if k%2 == 0 {
			delete(big, k)
		}
	}
	fmt.Println(sum, len(big))
	clear(s[1:3])
	fmt.Println(s, (*[2]int)(s)[1], [3]int(s))
	str := "abc"
	bs := []byte(str)
	bs[0] = 'z'
	fmt.Println(str, string(bs), str[1:], str < "abd", str+"d"+string(bs)+"e", strings.Repeat(str, 2))
	type key struct {
		a any
		b string
	}
	mk := map[key]int{{1, "x"}: 1, {"s", "y"}: 2}
	mk[key{1, "x"}] += 10
	fmt.Println(mk[key{1, "x"}], mk[key{int64(1), "x"}])
	v, ok := mk[key{"s", "y"}]
	_, ok2 := mk[key{}]
	fmt.Println(v, ok, ok2)
}

type Stringer interface{ String() string }
type N int

func (n N) String() string { return fmt.Sprintf("N(%d)", int(n)) }

type Pair[A Stringer, B any] struct {
	A A
	B B
	*Inner[B]
}
type Inner[T any] struct{ v T }

func (i *Inner[T]) Get() T                          { return i.v }
func (p Pair[A, B]) Str() string                    { return p.A.String() + fmt.Sprint(p.B) }
func Apply[T Stringer](x T) (string, func() string) { return x.String(), x.String }
func Zero[T any]() (t T)                            { return }
func Conv[T, U ~int | ~uint8 | ~float32](x T) U     { return U(x) }
func Keys[M ~map[K]V, K comparable, V any](m M) int {
	n := 0
	for range m {
		n++
	}
	return n
}
func Kind[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case []T:
		return "slice"
	case fmt.Stringer:
		return "stringer"
	}
	return fmt.Sprintf("%T", x)
}
func Len[T ~[]byte | ~string](x T) (int, byte) { y := x[1:]; return len(y) + len(x), x[0] }
func Ptr[T any, P interface {
	*T
	Set(int)
}](n int) T            { var t T; P(&t).Set(n); return t }
func (n *N) Set(i int) { *n = N(i) }

func generics() {
	p := Pair[N, string]{1, "b", &Inner[string]{"in"}}
	f := p.Get
	fmt.Println(p.Str(), p.Get(), f(), p.v)
	s, g := Apply(N(5))
	fmt.Println(s, g(), Zero[[2]string](), Zero[*int]() == nil, Conv[int, uint8](300), Conv[float32, int](2.9), Keys(map[string]int{"a": 1}))
	fmt.Println(Kind(1), Kind(N(2)), Kind("s"), Kind([]int{}), Ptr[N](8))
	fmt.Println(Len("héy"))
	fmt.Println(Len([]byte("ab")))
	type local[T any] struct{ x T }
	fmt.Printf("%v %T\n", local[int]{3}, local[N]{3})
}

func chans() {
	c := make(chan odd, 3)
	c <- odd{1, 2, 3}
	c <- odd{4, 5, 6}
	close(c)
	for o := range c {
		fmt.Print(o, " ")
	}
	o, ok := <-c
	fmt.Println(o, ok, len(c), cap(c))
	a, b := make(chan int), make(chan string, 1)
	go func() { a <- 1 }()
	var arr [3]int
	var done int
L:
	for {
		select {
		case arr[done+1] = <-a:
			done++
			b <- "s"
		case s, ok := <-b:
			fmt.Println(s, ok, arr)
			break L
		}
	}
	select {
	case x := <-a:
		fmt.Println(x)
	default:
		fmt.Println("default")
	}
	var nilc chan int
	select {
	case nilc <- 1:
	case b <- "q":
		fmt.Println("sent", <-b)
	}
	e := make(chan struct{})
	go func() { defer close(e); e <- struct{}{} }()
	<-e
	_, ok = <-e
	fmt.Println(ok)
}

func sw(s string, n int) string {
	r := ""
	switch s {
	case "a", "b", "cc", "ddd", "e", "f", "g", "hhhh", "i":
		r = "L" + s
	case "zz", "y":
		r = "Z"
	default:
		r = "D"
	}
	switch n {
	case 1, 2, 3:
		r += "1-3"
	case 10, 20, 30, 40, 50, 60:
		r += "tens"
		if n == 20 {
			break
		}
		r += "!"
	case -5:
		r += "neg"
		fallthrough
	case 7:
		r += "7"
	}
	return r
}

func retdefer() (n int, s []int, m mix) {
	defer func() { n++; s = append(s, n); m.c = 3 }()
	defer func() {
		if recover() != nil {
			n = 100
			m.d = "rec"
		}
	}()
	n = 1
	func() { s = append(s, 1); panic(1) }()
	return 5, nil, m
}

func nestedPanic() {
	defer func() { fmt.Println("outer", recover()) }()
	defer func() {
		defer func() { fmt.Println("inner", recover()) }()
		panic("second")
	}()
	panic("first")
}

func main() {
	locals(1, 2)
	ints(1)
	slices()
	generics()
	chans()
	for _, s := range []string{"a", "cc", "hhhh", "i", "zz", "y", "", "h", "q"} {
		for _, n := range []int{1, 20, 30, -5, 7, 0, 60} {
			fmt.Print(sw(s, n), " ")
		}
	}
	fmt.Println()
	fmt.Println(retdefer())
	nestedPanic()
}

// Instances are distinct types with distinct statics; type parameters in switches, conversions, arrays, channels, closures.
package main

import (
	"fmt"
	"unsafe"
)

func size[T any]() uintptr { var z T; return unsafe.Sizeof(z) }

func conv[To, From ~int8 | ~uint8 | ~int | ~float64 | ~uint16](f From) To { return To(f) }

func kind[T any]() string {
	var z T
	switch any(z).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case fmt.Stringer:
		return "Stringer"
	}
	return fmt.Sprintf("%T", *new(T))
}

func counter[T any]() func() int {
	n := int(size[T]())
	return func() int { n++; return n }
}

type box[T any] struct{ v T }

func (b box[T]) String() string { return fmt.Sprintf("box(%v)", b.v) }

func nest[T any](n int, v T) string {
	type local struct{ t T }
	if n == 0 {
		return fmt.Sprintf("%T %v", local{v}, local{v})
	}
	return nest(n-1, v)
}

func chans[T any](vs ...T) <-chan T {
	c := make(chan T, len(vs))
	defer close(c)
	for _, v := range vs {
		c <- v
	}
	return c
}

func rangeOver[T ~[]E, E any](t T) (n int) {
	for range t {
		n++
	}
	return n
}

func bytesOf[S ~string | ~[]byte](s S) (sum int) {
	for i := 0; i < len(s); i++ {
		sum += int(s[i])
	}
	return sum + len(s[1:])
}

func eq[T comparable](a, b T) bool { return a == b }

func ptr[T any](v T) *T { return &v }

func arr[T any](v T) (a [3]T) {
	for i := range a {
		a[i] = v
	}
	return
}

type set[T comparable] map[T]struct{}

func (s set[T]) add(v ...T) set[T] {
	for _, x := range v {
		s[x] = struct{}{}
	}
	return s
}

type num interface{ ~int | ~float64 }

func reduce[T, A any](s []T, a A, f func(A, T) A) A {
	for _, v := range s {
		a = f(a, v)
	}
	return a
}

type alias[T any] = map[string]box[T]

func main() {
	fmt.Println(size[int8](), size[string](), size[[3]int32](), size[struct{}](), size[any]())
	fmt.Println(conv[uint8](-1), conv[int8](200.0), conv[float64](uint8(7)), conv[uint16](int8(-2)))
	fmt.Println(kind[int](), kind[string](), kind[box[int]](), kind[[]box[string]](), kind[error]())
	a, b := counter[int32](), counter[int64]()
	a()
	fmt.Println(a(), b())
	fmt.Println(nest(2, 5), nest(1, "s"))
	for v := range chans(box[int]{1}, box[int]{2}) {
		fmt.Print(v, " ")
	}
	fmt.Println(rangeOver([]int{1, 2}), rangeOver([]string{""}))
	fmt.Println(bytesOf("abc"), bytesOf([]byte{1, 2}))
	fmt.Println(eq(1, 1), eq("a", "b"), eq[any](1, 1.0), eq([2]int{1}, [2]int{1, 0}), eq(box[string]{"x"}, box[string]{"x"}))
	p, q := ptr(1), ptr(1)
	fmt.Println(p != q, *p == *q, arr("z"), arr(box[bool]{true}))
	fmt.Println(len(set[string]{}.add("a", "b", "a")))
	fmt.Println(reduce([]int{1, 2, 3}, "", func(s string, i int) string { return s + fmt.Sprint(i) }))
	var x, y any = box[int]{1}, box[int8]{1}
	_, ok := x.(box[int8])
	fmt.Println(x == y, ok)
	fmt.Printf("%T %T\n", alias[int]{}, box[box[[]int]]{})
	defer func() { fmt.Println(recover()) }()
	eq[any]([]int{}, []int{})
}

// Calls: multi-value arguments, variadic slices passed through and aliased, many results, large values by copy.
package main

import "fmt"

func three() (int, string, []int)             { return 1, "x", []int{2, 3} }
func take(i int, s string, r ...[]int) string { return fmt.Sprint(i, s, r) }
func v(xs ...int) (int, bool)                 { return len(xs), xs == nil }
func set(xs ...int)                           { xs[0] = 99 }
func any1(xs ...any) int                      { return len(xs) }

type big struct{ a [40]int }

func (b big) with(i, v int) big { b.a[i] = v; return b }
func swap(a, b big) (big, big)  { return b, a }
func many(a int8, b uint16, c float32, d string, e []int, f any, g bool, h [3]int8, i complex64, j error) string {
	return fmt.Sprint(a, b, c, d, e, f, g, h, i, j)
}
func results() (a int8, b string, c [2]int, d any, e float32, f error, g uint64) {
	a, b, c, d, e, g = -1, "b", [2]int{3, 4}, 5, 6.5, 7
	return
}

func fact(n uint64) uint64 {
	if n == 0 {
		return 1
	}
	return n * fact(n-1)
}

func deep(n int) (int, string) {
	if n == 0 {
		return 0, ""
	}
	i, s := deep(n - 1)
	return i + 1, s[:0]
}

func main() {
	fmt.Println(take(three()))
	fmt.Println(v())
	fmt.Println(v(1, 2))
	fmt.Println(v([]int{}...))
	fmt.Println(v(nil...))
	s := []int{1, 2}
	set(s...)
	fmt.Println(s)
	fmt.Println(any1(nil), any1(nil...), any1([]any{1, 2}...), any1([]int{1, 2}), any1(three()))
	var b big
	c := b.with(3, 7).with(39, 8)
	b, c = swap(b, c)
	fmt.Println(b.a[3], b.a[39], c.a[3])
	fmt.Println(many(-1, 65535, 1.5, "s", s, c.a[0], true, [3]int8{1, -2, 3}, 1i, nil))
	fmt.Println(results())
	fmt.Println(fact(20))
	fmt.Println(deep(100000))
	f := results
	_, _, arr, _, _, _, g := f()
	fmt.Println(arr, g)
	func(a, b int, rest ...string) { fmt.Println(a, b, rest, len(rest)) }(1, 2)
	defer func(args ...any) { fmt.Println(args...) }("deferred", s[0])
	s[0] = 1
	go func() {}()
}

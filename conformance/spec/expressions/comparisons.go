// Comparisons and conditions of every kind: mixed signs, strings, floats with NaN in branches, pointers, channels.
package main

import (
	"fmt"
	"math"
)

func branches(a, b float64) (s string) {
	if a < b {
		s += "<"
	}
	if !(a < b) {
		s += "!<"
	}
	if a <= b {
		s += "<="
	}
	if !(a >= b) {
		s += "!>="
	}
	if a == b {
		s += "=="
	}
	if a != b {
		s += "!="
	}
	for !(a > b) {
		s += "!>"
		break
	}
	switch {
	case a > b:
		s += " gt"
	case a < b:
		s += " lt"
	default:
		s += " none"
	}
	return
}

func u(a, b uint64) string { return fmt.Sprint(a < b, a <= b, a > b, a >= b, a-b > 0) }
func i8(a int8) string     { return fmt.Sprint(a < 0, a == -a, a-1 < a, uint8(a) > 127, a>>7 == -1) }

func logic(a, b, c bool) int {
	n := 0
	if a && (b || !c) {
		n |= 1
	}
	if !(a && b) || c {
		n |= 2
	}
	x := a != b
	if x == c {
		n |= 4
	}
	for y := a; y && !b; y = false {
		n |= 8
	}
	return n
}

func str(a, b string) string { return fmt.Sprint(a == b, a != b, a < b, a <= b, a > b, a >= b) }

type E struct{}

func main() {
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range [][2]float64{{1, 2}, {2, 1}, {1, 1}, {nan, 1}, {1, nan}, {nan, nan}, {inf, -inf}, {0, math.Copysign(0, -1)}} {
		fmt.Println(p, branches(p[0], p[1]), float32(p[0]) < float32(p[1]))
	}
	fmt.Println(u(1, 2), u(1<<63, 1), u(math.MaxUint64, 0))
	fmt.Println(i8(-128), i8(127), i8(0))
	for i := range 8 {
		fmt.Print(logic(i&1 != 0, i&2 != 0, i&4 != 0), " ")
	}
	fmt.Println()
	fmt.Println(str("a", "ab"), str("", ""), str("b", "aa"), str("\x80", "z"))
	a, b := new(int), new(int)
	c, d := make(chan int), make(chan int)
	fmt.Println(a == b, a == a, c == d, c == c, (*int)(nil) == nil)
	var e1, e2 any = E{}, E{}
	var s1 fmt.Stringer
	fmt.Println(e1 == e2, e1 == s1, s1 == nil, any(1) == any(1), any("a") == any('a'), 1 == any(1), any(2.0) == 2.0)
	x, y := uint8(200), uint8(100)
	fmt.Println(x+y < x, int(x)+int(y) > 255, x-y-y == 0, y-x > 0)
	k := 5
	fmt.Println(k == 5 == true, k&1 == 1 != false, -k < 0, ^k == -6, !(k < 3 || k > 7))
	var i32 int32 = math.MinInt32
	fmt.Println(i32-1 > 0, -i32 == i32, int64(i32)-1 < int64(i32), uint32(i32) == 1<<31)
	var arr [3]bool
	arr[1] = k > 3
	arr[2] = arr[1] && k < 3
	fmt.Println(arr, arr == [3]bool{1: true}, arr != [...]bool{false, false, true})
}

// Comparison of structs, arrays and interfaces: field by field, blank fields ignored, floats by value, panics on func.
package main

import (
	"fmt"
	"math"
)

type point struct {
	x int8
	_ int32
	y float64
	s string
}

type pair [2]any

func try(a, b any) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("panic:", r)
		}
	}()
	fmt.Println(a == b)
}

func main() {
	a, b := point{x: 1, y: 2, s: "ab"}, point{x: 1, y: 2, s: "a" + string([]byte{'b'})}
	fmt.Println(a == b, a != b)
	b.y = math.NaN()
	c := b
	fmt.Println(b == c)
	a.y, c.y = 0, math.Copysign(0, -1)
	fmt.Println(a == c, a.x == c.x)
	try(a, c)
	try(pair{1, "x"}, pair{1, "x"})
	try(pair{1, []int{1}}, pair{1, []int{1}})
	try(pair{1, []int{1}}, pair{2, []int{1}})
	try(func() {}, func() {})
	try(func() {}, 1)
	try(struct{ f func() }{}, struct{ f func() }{})
	try(int32(1), int64(1))
	try(nil, nil)
	try((*int)(nil), nil)
	try((*int)(nil), (*int)(nil))
	var e1, e2 error
	try(e1, e2)
	fmt.Println([0]int{} == [0]int{}, struct{}{} == struct{}{})
	m := map[any]int{1: 1, int8(1): 2, "1": 3, 1.0: 4, [1]int{1}: 5, struct{ a int }{1}: 6}
	fmt.Println(len(m), m[1], m[int8(1)], m["1"], m[1.0], m[[1]int{1}], m[struct{ a int }{1}])
	defer func() { fmt.Println(recover()) }()
	m[map[string]int{}] = 1
}

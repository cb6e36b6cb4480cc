// min, max and clear; new with an expression of a type; len and cap of everything; delete and copy results.
package main

import (
	"fmt"
	"math"
)

type S string

func side(i int) int { fmt.Print("s", i, " "); return i }

func lo[T int | float64 | string](a T, r ...T) T {
	for _, v := range r {
		a = min(a, v)
	}
	return a
}

func wipe[M ~map[K]V | ~[]V, K comparable, V any](m M) {}

func main() {
	fmt.Println(min(3, 1, 2), max(3, 1, 2), min(2.5, 1), max("b", "abc"), min(S("x"), "w"))
	fmt.Println(min(side(2), side(1), side(3)))
	nz := math.Copysign(0, -1)
	fmt.Println(1/min(nz, 0), 1/max(nz, 0), max(math.NaN(), 1), min(math.Inf(-1), math.NaN()))
	var i8 int8 = -128
	var u8 uint8 = 255
	fmt.Println(min(i8, 5), max(u8, 3), min(i8), lo(3, 1, 2), lo("b", "a"), lo(2.5))
	const c = min(1, 2.0, 'a')
	fmt.Printf("%T %v\n", c, c)
	m := map[string]int{"a": 1}
	m2 := m
	clear(m)
	fmt.Println(len(m2), m2)
	s := []any{1, "x", nil}
	clear(s[:2])
	fmt.Println(s, len(s))
	arr := [3]string{"a", "b", "c"}
	clear(arr[1:])
	fmt.Printf("%q\n", arr)
	var nm map[int]int
	var ns []int
	clear(nm)
	clear(ns)
	st := []struct {
		p *int
		n [2]int
	}{{new(int), [2]int{1, 2}}}
	clear(st)
	fmt.Println(st[0].p == nil, st[0].n)
	var pa *[7]int
	fmt.Println(len(pa), cap(pa), len(arr), len("é"), len(m), cap(make(chan int, 4)), len([3]int{}))
	for i := range pa {
		if i > 5 {
			fmt.Println("range nil array pointer", i)
		}
	}
	fmt.Println(*new(int), real(2i), imag(2i), complex(1, 2))
	delete(m, "none")
	p := new(5)
	q := new(side(3))
	fmt.Println(*p, *q, *new("str"))
}

// Texts of run-time errors, seen through recover as runtime.Error.
package main

import (
	"fmt"
	"runtime"
)

type T struct {
	a [1 << 16]byte
	f int
}
type I interface{ M() }
type X int

func (X) M() {}

func try(name string, f func()) {
	defer func() {
		r := recover()
		_, re := r.(runtime.Error)
		fmt.Println(name, re, r)
	}()
	f()
}

func main() {
	zero, neg, five := 0, -1, 5
	s := []int{1, 2, 3}
	var a [4]int
	var p *T
	var i any
	var in I
	try("div", func() { _ = 1 / zero })
	try("mod", func() { _ = uint8(1) % uint8(zero) })
	try("index", func() { s[five] = 1 })
	try("index neg", func() { _ = s[neg] })
	try("array", func() { a[five]++ })
	try("string", func() { _ = "abc"[five] })
	try("slice", func() { _ = s[five:] })
	try("slice2", func() { _ = s[2:zero] })
	try("nil", func() { p.f = 1 })
	try("nil read", func() { _ = p.a[five] })
	try("nil func", func() { var f func(); f() })
	try("nil iface", func() { in.M() })
	try("assert", func() { _ = i.(int) })
	try("assert2", func() { i = "s"; _ = i.(int) })
	try("assert3", func() { _ = i.(I) })
	try("assert4", func() { in = X(1); _ = in.(fmt.Stringer) })
	try("map", func() { var m map[string]int; m["a"]++ })
	try("hash", func() { m := map[any]int{}; m[func() {}] = 1 })
	try("hash2", func() { m := map[any]int{}; _ = m[struct{ s []int }{}] })
	try("compare", func() { var x, y any = s, s; _ = x == y })
	try("shift", func() { _ = 1 << neg })
	try("make", func() { _ = make([]int, neg) })
	try("make cap", func() { _ = make([]int, five, zero) })
	try("make huge", func() { _ = make([]int64, 1<<60+zero) })
	try("chan", func() { _ = make(chan int, neg) })
	try("close", func() { c := make(chan int); close(c); close(c) })
	try("closed", func() { c := make(chan int); close(c); c <- 1 })
	try("array conv", func() { _ = [4]int(s) })
	try("panic nil", func() { panic(nil) })
	try("custom", func() { panic(fmt.Errorf("custom %d", 1)) })
}

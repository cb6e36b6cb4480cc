// A pointer made from a uintptr keeps its object alive from the conversion on.
package main

import (
	"runtime"
	"unsafe"
)

type T struct{ a *int }

//go:noinline
func addr(t *T) uintptr { return uintptr(unsafe.Pointer(t)) }

func mk() *T {
	n := 5
	return &T{a: &n}
}

var sink []*T

func main() {
	p := (*T)(unsafe.Pointer(addr(mk())))
	runtime.GC()
	for range 1000 {
		n := 7
		sink = append(sink, &T{&n})
	}
	if *p.a != 5 {
		panic(*p.a)
	}
}

// Range over functions: break, continue, labels, return, defer inside the body, goto-free exits, and misuse panics.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("<", n, ">")
		for i := range n {
			if !yield(i) {
				fmt.Print("stop ")
				return
			}
		}
	}
}

func pairs(s ...string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i, v := range s {
			if !yield(i, v) {
				return
			}
		}
	}
}

func find(n int) (r string) {
	defer func() { r += "!" }()
	for i := range count(10) {
		for _, s := range pairs("a", "b") {
			defer func() { fmt.Print("d", i, s, " ") }()
			if i == n && s == "b" {
				return fmt.Sprint("found ", i, s)
			}
		}
	}
	return "none"
}

func labels() {
outer:
	for i := range count(5) {
		for j := range count(5) {
			switch {
			case j == 1 && i == 1:
				continue outer
			case i == 2:
				break outer
			case j == 2:
				break
			case j == 3:
				continue outer
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println("end")
}

func try(f func()) {
	defer func() { fmt.Println("panic:", recover()) }()
	f()
}

func main() {
	for i := range count(3) {
		fmt.Print(i, " ")
	}
	fmt.Println()
	fmt.Println(find(2))
	fmt.Println(find(20))
	labels()
	var fs []func() int
	for i := range count(3) {
		fs = append(fs, func() int { i++; return i })
	}
	fmt.Println(fs[0](), fs[0](), fs[2]())
	try(func() {
		for i := range count(3) {
			if i == 1 {
				panic("body")
			}
		}
	})
	try(func() {
		for range func(yield func() bool) { yield(); yield() } {
			break
		}
	})
	try(func() {
		var keep func(int) bool
		for range func(yield func(int) bool) { keep = yield; yield(1) } {
		}
		keep(2)
	})
	try(func() {
		for range func(yield func() bool) {
			defer func() { recover() }()
			yield()
		} {
			panic("lost")
		}
	})
	next, stop := iter.Pull(count(4))
	a, ok := next()
	b, _ := next()
	fmt.Println(a, b, ok)
	stop()
	_, ok = next()
	fmt.Println(ok)
	m := map[string]int{"x": 1, "y": 2, "z": 3}
	fmt.Println(slices.Sorted(maps.Keys(m)), slices.Collect(pairsKeys(pairs("p", "q"))))
	x := 0
	for x = range count(4) {
	}
	fmt.Println(x)
}

func pairsKeys[K, V any](s iter.Seq2[K, V]) iter.Seq[K] {
	return func(yield func(K) bool) {
		for k := range s {
			if !yield(k) {
				return
			}
		}
	}
}

// Deferred calls: argument evaluation, methods through interfaces, loops, recursion, results, built-ins and closures.
package main

import (
	"fmt"
	"os"
	"strings"
)

type R struct{ log []string }

func (r *R) add(s string) *R { r.log = append(r.log, s); return r }
func (r R) val() string      { return strings.Join(r.log, ",") }

type shower interface{ show(string) }
type A int

func (a A) show(s string) { fmt.Println("A", int(a), s) }

func multi() (a, b int, err error) {
	defer func() {
		if a++; err == nil {
			err = fmt.Errorf("late %d", b)
		}
	}()
	defer func(x int) { b += x }(a + 10)
	a, b = 1, 2
	return b, a, nil
}

func rec(n int) (s string) {
	defer func() { s += fmt.Sprint(n) }()
	if n == 0 {
		return "x"
	}
	return rec(n-1) + "."
}

func builtins() {
	m := map[string]int{"a": 1, "b": 2}
	s := []int{1, 2, 3}
	c := make(chan int, 1)
	func() {
		defer delete(m, "a")
		defer copy(s, []int{9, 9})
		defer close(c)
		defer clear(s[2:])
		fmt.Println(m, s)
	}()
	_, ok := <-c
	fmt.Println(m, s, ok)
}

func loop() (out []int) {
	for i := range 4 {
		if i%2 == 0 {
			defer func() { out = append(out, i) }()
		}
	}
	return []int{-1}
}

func big() (r [20]int) {
	defer func() { r[19] += r[0] }()
	r[0] = 3
	x := r
	x[19] = 4
	return x
}

func cond(p bool) (s string) {
	if p {
		defer func() { s += "deferred" }()
	}
	s = "body "
	return s
}

func main() {
	r := &R{}
	func() {
		defer r.add("first").add("second").add("third")
		fmt.Println(r.val())
	}()
	fmt.Println(r.val())
	var sh shower = A(1)
	func() {
		defer sh.show("deferred")
		sh = A(2)
		sh.show("direct")
	}()
	fmt.Println(multi())
	fmt.Println(rec(3))
	builtins()
	fmt.Println(loop(), big()[19], cond(true), cond(false))
	v := r.val
	r.add("more")
	func() {
		defer fmt.Println("bound:", v())
		f := func() { fmt.Println("old") }
		defer f()
		f = func() { fmt.Println("new") }
	}()
	func() {
		defer func() {
			defer func() { fmt.Println("inner", recover()) }()
			fmt.Println("outer", recover())
			panic("again")
		}()
		defer fmt.Fprintln(os.Stdout, "before recover")
		panic("once")
	}()
	for i := range 3 {
		func() {
			defer func() {
				if e := recover(); e != nil {
					fmt.Println(i, e)
				}
			}()
			_ = []int{1, 2}[i]
		}()
	}
}

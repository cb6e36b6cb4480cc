// Deferred calls run last first, may change results, recover only when called directly by the deferred function.
package main

import (
	"errors"
	"fmt"
)

func a() (s string) {
	defer func() { s += "1" }()
	defer func() { s += "2" }()
	return "r"
}

func b() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	n = 5
	panic("boom")
}

func helper() any { return recover() }

func c() (r string) {
	defer func() {
		if x := recover(); x != nil {
			r = fmt.Sprint("outer ", x)
		}
	}()
	defer func() { helper(); func() { recover() }() }()
	panic("c")
}

func d() (r string) {
	defer func() { r = fmt.Sprint(recover()) }()
	defer func() { panic("second") }()
	panic("first")
}

func e() {
	defer fmt.Println("e: after", recover())
	defer func() {
		defer func() { fmt.Println("inner", recover()) }()
		panic("in defer")
	}()
}

func f() {
	for i := range 3 {
		defer func(n int) {
			if r := recover(); r != nil {
				fmt.Println("f", n, r)
				if n > 0 {
					panic(fmt.Sprint("again", n))
				}
			}
		}(i)
	}
	panic("start")
}

func g() (err error) {
	defer func() {
		r := recover()
		err, _ = r.(error)
	}()
	var m map[string]int
	m["x"] = 1
	return nil
}

type T struct{ n int }

func (t T) show()   { fmt.Println("T", t.n) }
func (t *T) pshow() { fmt.Println("*T", t.n) }

func h() {
	t := T{1}
	defer t.show()
	defer t.pshow()
	t.n = 2
	x := 1
	defer fmt.Println("x", x)
	x = 2
	var fn func()
	defer func() { fmt.Println("nil func:", recover()) }()
	defer fn()
	fmt.Println("body")
}

func k() (n int) {
	defer func() { recover(); n++ }()
	for {
		defer func() { n += 10 }()
		n++
		if n == 3 {
			panic(errors.New("stop"))
		}
	}
}

func main() {
	fmt.Println(a())
	fmt.Println(b())
	fmt.Println(c())
	fmt.Println(d())
	e()
	f()
	fmt.Println(g())
	h()
	fmt.Println(k())
	defer func() { fmt.Println(recover() == nil) }()
	func() {
		defer func() {
			var pe error
			fmt.Println(errors.As(recover().(error), &pe), pe)
		}()
		panic(nil)
	}()
}

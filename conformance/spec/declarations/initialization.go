// Package variables are initialised in dependency order, through functions and methods; then init functions in order.
package main

import "fmt"

var (
	a    = c + b
	b    = f()
	c    = 1
	d    = func() int { log("d"); return e * 2 }()
	e    = t.get()
	t    = &T{5}
	_    = log("blank")
	g, h = pair()
	m    = map[string]func() int{"f": f}
	arr  = [...]int{len(m), a, cap(make([]int, 3))}
	s    = struct{ p *int }{&c}
)

type T struct{ n int }

func (t *T) get() int { log("get"); return t.n }

var order []string

func log(s string) int { order = append(order, s); return len(order) }
func f() int           { log("f"); c++; return c }
func pair() (int, string) {
	log("pair")
	return d, fmt.Sprint(a)
}

func init() { log("init1") }
func init() { log("init2"); *s.p = 50 }

var late = log("late")

func main() {
	fmt.Println(order)
	fmt.Println(a, b, c, d, e, g, h, arr, late)
	fmt.Println(m["f"]())
	fmt.Println(c)
	fmt.Println(order)
}

func init() { log("init3") }

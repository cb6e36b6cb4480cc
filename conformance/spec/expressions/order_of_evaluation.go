// Calls, receives and method calls happen left to right; operands of assignments are evaluated before any is assigned.
package main

import "fmt"

var log []string

func t(name string, v int) int { log = append(log, fmt.Sprint(name, v)); return v }

func show(what string) { fmt.Println(what, log); log = nil }

func get(name string, p []int) []int { log = append(log, name); return p }

type obj struct{ n int }

func (o *obj) m(a, b int) *obj {
	o.n = o.n*10 + a + b
	log = append(log, fmt.Sprint("m", o.n))
	return o
}

func two() (int, int) { log = append(log, "two"); return 1, 2 }

var a1, b1 = c1 + 1, f1()
var c1 = f1() + 10

func f1() int { cnt++; return cnt }

var cnt int = t("init", 0)

func main() {
	show("vars")
	fmt.Println(a1, b1, c1)
	_ = t("a", 1) + t("b", 2)*t("c", 3)
	show("arith")
	_ = []int{t("x", 0), t("y", 1), 5: t("z", 2)}
	_ = map[int]int{t("k", 1): t("v", 2), t("k", 3): t("v", 4)}
	show("lit")
	arr := make([]int, 5)
	get("arr", arr)[t("i", 1)], get("arr2", arr)[t("j", 2)] = t("r", 5), t("s", 6)
	show("assign")
	i := 0
	i, arr[i] = 3, 77
	fmt.Println(i, arr)
	arr[0], arr[1] = arr[1], arr[0]
	x := []int{1, 2, 3}
	i = 0
	i, x[i] = 1, 2
	x[0], x[0] = 1, 2
	x[1], x[2] = 4, 5
	fmt.Println(i, x, arr)
	(&obj{}).m(t("p", 1), t("q", 2)).m(t("u", 3), t("v", 4))
	show("chain")
	_ = t("l", 0) == 1 && t("no", 1) == 1 || t("yes", 2) == 2
	show("short circuit")
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	ch <- 3
	y := <-ch*100 + <-ch*10 + <-ch
	fmt.Println(y)
	defer func() { fmt.Println(recover()); show("panic") }()
	var m map[string]int
	func() {
		defer func() { fmt.Println(recover()); show("nil map") }()
		m[fmt.Sprint(t("key", 1))] = t("val", 2)
	}()
	func() {
		defer func() { fmt.Println(recover()); show("nil ptr") }()
		var p *obj
		p.n = t("rhs", 3)
	}()
	func() {
		defer func() { fmt.Println(recover()); show("index") }()
		arr[t("idx", 9)] = t("rhs", 4)
	}()
	p, q := two()
	p, q = q, p
	fmt.Println(p, q)
	var nilf func(int)
	nilf(t("arg", 1))
}

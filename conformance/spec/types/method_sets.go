// Method values bind a copy of the receiver; method expressions take it as a parameter; interface method values.
package main

import "fmt"

type T struct{ n int }

func (t T) Val(a int) int  { return t.n + a }
func (t *T) Ptr(a int) int { t.n += a; return t.n }

type I interface{ Val(int) int }
type F func(int) int

func (f F) Twice(x int) int { return f(f(x)) }

type Int int

func (i Int) Add(j Int) Int { return i + j }

func main() {
	t := T{1}
	v, p := t.Val, t.Ptr
	t.n = 10
	fmt.Println(v(1), p(1), t.n, v(1))
	pt := &t
	pv := pt.Val
	pt.n = 100
	fmt.Println(pv(0), T.Val(t, 5), (*T).Val(pt, 6), (*T).Ptr(pt, 1))
	var i I = t
	iv := i.Val
	i = T{-1}
	fmt.Println(iv(0), i.Val(0), I.Val(i, 3))
	fmt.Println(F(func(x int) int { return x * 3 }).Twice(2))
	add := Int(3).Add
	fmt.Println(add(4), Int.Add(1, 2))
	fs := []func(int) int{t.Val, t.Ptr, i.Val}
	for _, f := range fs {
		fmt.Print(f(1), " ")
	}
	fmt.Println(t.n)
	defer fmt.Println("deferred", t.Val(0), pt.n)
	t.n = 0
	func() {
		defer func() { fmt.Println(recover()) }()
		var np *T
		f := np.Val
		fmt.Println("not reached", f)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var ni I
		f := ni.Val
		fmt.Println("not reached", f)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		var np *T
		f := np.Ptr
		fmt.Println("bound")
		f(1)
	}()
}

// Dynamic types: assertions, nil interfaces against interfaces holding nil, embedding, comparison of identity.
package main

import (
	"errors"
	"fmt"
)

type A interface{ M() string }
type B interface {
	A
	N() int
}
type impl struct{ s string }

func (i impl) M() string { return "impl." + i.s }
func (i impl) N() int    { return len(i.s) }

type half struct{ _ int }

func (*half) M() string { return "half" }

type myErr struct{}

func (*myErr) Error() string { return "myErr" }

func mayFail(fail bool) error {
	var e *myErr
	if fail {
		e = &myErr{}
	}
	return e
}

func try(f func()) {
	defer func() {
		r := recover()
		err, ok := r.(error)
		fmt.Println(ok, err)
	}()
	f()
}

func main() {
	var a A = impl{"abc"}
	b, ok := a.(B)
	fmt.Println(b.M(), b.N(), ok)
	a = &half{}
	b, ok = a.(B)
	fmt.Println(b == nil, ok)
	fmt.Println(mayFail(false) == nil, mayFail(true))
	try(func() { _ = a.(B) })
	try(func() { _ = a.(impl) })
	try(func() { var n A; _ = n.(impl) })
	try(func() { var n A; _ = n.(B) })
	try(func() { var n any = "x"; _ = n.(int) })
	try(func() { var n any = "x"; _ = n.(A) })
	try(func() { var n A; n.M() })
	var x any = a
	_, ok = x.(interface{ M() string })
	fmt.Println(ok, x == any(a), a == A(&half{}))
	var f any = 3.0
	n, ok := f.(int)
	fmt.Println(n, ok)
	e := fmt.Errorf("wrap: %w", mayFail(true))
	var me *myErr
	fmt.Println(errors.As(e, &me), me)
	type local struct{ int }
	var l any = local{3}
	fmt.Printf("%T %v %T\n", l, l, struct {
		a int `t:"x"`
	}{})
}

// Captured variables are shared; each iteration of a for loop has its own; defer sees the variables, not their values.
package main

import "fmt"

func counter() (inc func() int, get func() int) {
	n := 0
	return func() int { n++; return n }, func() int { return n }
}

func named() (r int) {
	defer func() { r *= 2 }()
	r = 5
	return r + 1
}

func main() {
	inc, get := counter()
	inc()
	inc()
	fmt.Println(get())
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i += 10; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()
	var ps []*int
	for i := 0; i < 6; i++ {
		ps = append(ps, &i)
		i++
	}
	fmt.Println(*ps[0], *ps[1], *ps[2])
	var gs []func()
	for i, s := range []string{"a", "b"} {
		gs = append(gs, func() { fmt.Print(i, s, " "); s += "!" })
	}
	for k := range 2 {
		gs = append(gs, func() { fmt.Print(k, " ") })
	}
	for _, g := range gs {
		g()
		g()
	}
	fmt.Println(named())
	for i := 0; i < 3; i++ {
		defer func() { fmt.Print("d", i, " ") }()
		defer fmt.Print("v", i, " ")
	}
	fib := func(n int) int { return n }
	fib = func(n int) int {
		if n < 2 {
			return n
		}
		return fib(n-1) + fib(n-2)
	}
	fmt.Println(fib(15))
	x := 1
	f := func() func() int { x++; return func() int { x *= 3; return x } }
	fmt.Println(f()(), x)
	for i := 0; i < 5; i++ {
		if i == 1 {
			continue
		}
		func() { i++ }()
		fmt.Print(i, " ")
	}
	arr := [3]int{1, 2, 3}
	st := struct{ a, b string }{"x", "y"}
	mod := func() { arr[1] = 20; st.b = "z" }
	mod()
	fmt.Println(arr, st)
	fmt.Println(func(a ...int) (n int) {
		for _, v := range a {
			n += v
		}
		return
	}(1, 2, 3))
}

// Per-iteration loop variables: captured and addressed in conditions, posts, nested loops and after continue.
package main

import "fmt"

func main() {
	var fs []func() int
	for i, step := 0, 1; i < 6; i, step = i+step, step+1 {
		fs = append(fs, func() int { i += 100; return i*10 + step })
		if i == 1 {
			continue
		}
		fs = append(fs, func() int { return i })
	}
	for _, f := range fs {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	var addr []*int
	for i := 0; i < 3; i++ {
		addr = append(addr, &i)
		defer func() { fmt.Print("defer", i, " ") }()
	}
	*addr[0] = 77
	fmt.Println(*addr[0], *addr[1], *addr[2], addr[0] != addr[1])
	n := 0
	for i := 0; func() bool { return i < 3 }(); func() { i++ }() {
		n += i
	}
	fmt.Println(n)
	var gs []func()
	for i := range 2 {
		for j := i; j < 2; j++ {
			gs = append(gs, func() { fmt.Print(i, j, " "); j += 10; i += 5 })
		}
	}
	for range 2 {
		for _, g := range gs {
			g()
		}
	}
	fmt.Println()
	s := []int{1, 2, 3}
	for i, v := range s {
		s = append(s, v*10)
		s[i] = 0
	}
	fmt.Println(s)
	var last func() int
	for i := 0; ; i++ {
		if i > 2 {
			break
		}
		prev := last
		last = func() int {
			if prev == nil {
				return i
			}
			return prev()*10 + i
		}
	}
	fmt.Println(last())
	var k, v int
	m := map[int]int{5: 6}
	for k, v = range m {
	}
	a := [2]int{}
	for a[0], a[1] = range []int{7, 8, 9} {
	}
	fmt.Println(k, v, a)
	type node struct{ n *node }
	for p := (&node{&node{&node{}}}); p != nil; p = p.n {
		fmt.Print("n ")
	}
	for i := 0; i < 3; i++ {
		switch {
		case i == 1:
			continue
		}
		fmt.Print("i", i, " ")
	}
	fmt.Println()
}

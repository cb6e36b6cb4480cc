// Labelled break and continue through switch, select and loops; goto over blocks; the same name as a variable.
package main

import "fmt"

func gotos(n int) (s string) {
	i := 0
loop:
	if i < n {
		s += fmt.Sprint(i)
		i++
		if i == 3 {
			goto done
		}
		goto loop
	}
	s += "full"
done:
	s += "."
	return
}

func main() {
outer:
	for i := 0; i < 4; i++ {
	inner:
		for j := 0; ; j++ {
			switch {
			case j == 1:
				continue inner
			case j == 3:
				continue outer
			case i == 2:
				break outer
			case j == 2:
				break
			default:
				fmt.Print("def ")
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
	fmt.Println(gotos(2), gotos(5))
sw:
	switch x := 3; x {
	case 3:
		for {
			break sw
		}
		fmt.Println("unreachable")
	case 4:
	}
	ch := make(chan int, 1)
	ch <- 1
L:
	for {
		select {
		case v := <-ch:
			fmt.Println("got", v)
			continue L
		default:
			break L
		}
	}
	L, k := 5, 0
	var fs []func() int
	fmt.Println(L)
	{
		if L == 5 {
			goto out
		}
		fmt.Println("no")
	}
out:
	fmt.Println("out")
again:
	v := k * 10
	fs = append(fs, func() int { v++; return v })
	k++
	if k < 3 {
		goto again
	}
	fmt.Println(fs[0](), fs[1](), fs[2](), fs[0]())
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		if i == 1 {
			continue
		}
		fmt.Print(i, j, " ")
	}
	for range 2 {
		fmt.Print("r ")
	}
	n := 3
	for i := range n {
		n = 100
		fmt.Print(i, " ")
	}
	for i := range uint8(3) {
		fmt.Printf("%T%d ", i, i)
	}
	fmt.Println()
}

// Channels and select: nil channels block, closed ones are ready, evaluation order, ranges, direction, len and cap.
package main

import (
	"fmt"
	"sync"
	"time"
)

func ev(s string, c chan int) chan int { fmt.Print(s, " "); return c }
func val(v int) int                    { fmt.Print("v", v, " "); return v }

func try(f func()) {
	defer func() { fmt.Println(recover()) }()
	f()
}

func main() {
	var nilc chan int
	c := make(chan int, 2)
	select {
	case <-ev("nil", nilc):
	case ev("c", c) <- val(1):
		fmt.Println("sent")
	case ev("nil2", nilc) <- val(2):
	}
	fmt.Println(len(c), cap(c), len(nilc))
	c <- 2
	select {
	case c <- 3:
		fmt.Println("no")
	default:
		fmt.Println("full")
	}
	close(c)
	for v := range c {
		fmt.Print(v, " ")
	}
	v, ok := <-c
	fmt.Println(v, ok)
	try(func() { c <- 1 })
	try(func() { close(c) })
	try(func() { close(nilc) })
	try(func() { _ = make(chan int, val(-1)) })
	u := make(chan string)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Add(1)
		go func() { defer wg.Done(); u <- fmt.Sprint("g", i) }()
	}
	go func() { wg.Wait(); close(u) }()
	n := 0
	for s := range u {
		n += len(s)
	}
	fmt.Println(n)
	arr := [3]int{}
	i := 0
	d := make(chan int, 3)
	d <- 5
	d <- 6
	select {
	case arr[i] = <-d:
		i++
	}
	select {
	case arr[i], ok = <-d:
	}
	fmt.Println(arr, ok)
	select {
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timeout")
	case <-nilc:
	}
	res := make(chan int)
	quit := make(chan struct{})
	go func() {
		a, b := 0, 1
		for {
			select {
			case res <- a:
				a, b = b, a+b
			case <-quit:
				close(res)
				return
			}
		}
	}()
	for range 10 {
		fmt.Print(<-res, " ")
	}
	close(quit)
	for range res { // the select may choose res a few times more
	}
	_, ok = <-res
	fmt.Println(ok)
	cc := make(chan chan int, 1)
	c2 := make(chan int, 1)
	cc <- c2
	(<-cc) <- 42
	fmt.Println(<-c2)
	counts := [2]int{}
	x, y := make(chan int), make(chan int)
	close(x)
	close(y)
	for range 1000 {
		select {
		case <-x:
			counts[0]++
		case <-y:
			counts[1]++
		}
	}
	fmt.Println(counts[0] > 300, counts[1] > 300)
}

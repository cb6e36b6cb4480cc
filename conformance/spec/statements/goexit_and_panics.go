// runtime.Goexit runs deferred calls and is not recovered; a recovered panic inside its defers does not stop it.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	done := make(chan string, 4)
	go func() {
		defer close(done)
		defer func() { done <- fmt.Sprint("recover ", recover()) }()
		defer func() {
			defer func() { done <- fmt.Sprint("inner ", recover()) }()
			panic("in defer")
		}()
		func() {
			defer func() { done <- "deferred" }()
			runtime.Goexit()
		}()
		done <- "unreachable"
	}()
	for s := range done {
		fmt.Println(s)
	}
	ch := make(chan int)
	go func() {
		defer func() { ch <- 1 }()
		defer func() { runtime.Goexit() }()
		panic("dropped by Goexit")
	}()
	fmt.Println(<-ch)
}

// Profiles of goroutines, of blocking and of contention name the functions that waited or held a lock.
package main

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

func waiter(c chan int) { <-c }

func holder(mu *sync.Mutex, locked chan bool) {
	mu.Lock()
	close(locked)
	time.Sleep(5 * time.Millisecond)
	mu.Unlock()
}

func contender(mu *sync.Mutex) {
	mu.Lock()
	mu.Unlock()
}

func has(name string, functions ...string) {
	var b bytes.Buffer
	pprof.Lookup(name).WriteTo(&b, 1)
	for _, f := range functions {
		fmt.Println(name, f, strings.Contains(b.String(), f))
	}
}

func main() {
	runtime.SetBlockProfileRate(1)
	fmt.Println(runtime.SetMutexProfileFraction(1), runtime.SetMutexProfileFraction(-1))

	c := make(chan int)
	for range 3 {
		pprof.Do(context.Background(), pprof.Labels("role", "waiter"), func(context.Context) { go waiter(c) })
	}
	time.Sleep(5 * time.Millisecond)
	has("goroutine", "main.waiter", "main.main", `"role":"waiter"`)
	fmt.Println(pprof.Lookup("goroutine").Count())
	for range 3 {
		c <- 1
	}

	var mu sync.Mutex
	locked := make(chan bool)
	go holder(&mu, locked)
	<-locked
	contender(&mu)
	time.Sleep(time.Millisecond)
	has("block", "main.waiter", "main.contender")
	has("mutex", "main.holder", "sync.(*Mutex).Unlock")
}

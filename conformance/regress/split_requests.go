// Calls for which the segment of the stack has no room, again and again, while other threads ask the goroutine to give
// way: each of these calls is checked against the limit of its own segment, whatever the moment of the request. A call
// that was not would write over the segments of the waiting goroutines.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const words = 200

var ones [words]int

// A large frame, all of it written.
//
//go:noinline
func large(x int) (int, int) {
	a := ones
	a[x] = x
	return a[x], a[x+1]
}

//go:noinline
func repeat(x int) bool {
	a, b := large(x)
	c, d := large(a)
	e, f := large(c)
	g, h := large(e)
	i, j := large(g)
	k, l := large(i)
	m, n := large(k)
	return m == x && b+d+f+h+j+l+n == 7
}

// Frames of different depths, so that some call of large is the first without room.
//
//go:noinline
func at(depth int, until *atomic.Bool) bool {
	if depth > 0 {
		return at(depth-1, until) && depth > 0
	}
	ok := true
	for !until.Load() {
		for i := range 10 {
			ok = repeat(i) && ok
		}
	}
	return ok
}

// Waits with values in its frames, which are compared afterwards.
//
//go:noinline
func wait(depth, key int, c chan bool) bool {
	k := key + depth
	if depth == 0 {
		return <-c
	}
	return wait(depth-1, key, c) && k == key+depth
}

func main() {
	for i := range ones {
		ones[i] = 1
	}
	var stop atomic.Bool
	var sleepers, waiters sync.WaitGroup
	for range 3 {
		sleepers.Go(func() {
			for ts := (syscall.Timespec{Nsec: 1}); !stop.Load(); {
				syscall.Nanosleep(&ts, nil)
			}
		})
	}
	var bad atomic.Bool
	for depth := 0; depth < 60; depth += 3 {
		var until atomic.Bool
		c, done := make(chan bool), make(chan bool)
		go func() { done <- at(depth, &until) }()
		for i := range 4 {
			waiters.Go(func() {
				if !wait(10, i, c) {
					bad.Store(true)
				}
			})
		}
		time.Sleep(10 * time.Millisecond)
		until.Store(true)
		if !<-done {
			bad.Store(true)
		}
		for range 4 {
			c <- true
		}
	}
	stop.Store(true)
	sleepers.Wait()
	waiters.Wait()
	fmt.Println(!bad.Load())
}

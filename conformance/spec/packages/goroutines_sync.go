// sync and context across goroutines: Mutex, WaitGroup, Once, Cond, atomic counters, cancellation.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var hits atomic.Int64
	total := 0
	for i := range 50 {
		wg.Go(func() {
			for range 100 {
				mu.Lock()
				total += i
				mu.Unlock()
				hits.Add(1)
			}
		})
	}
	wg.Wait()
	fmt.Println(total, hits.Load())
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	val := sync.OnceValue(func() int { fmt.Println("computed"); return 7 })
	fmt.Println(val(), val())
	cond := sync.NewCond(&mu)
	ready := 0
	for range 3 {
		wg.Go(func() {
			mu.Lock()
			for ready == 0 {
				cond.Wait()
			}
			ready++
			mu.Unlock()
		})
	}
	mu.Lock()
	ready = 1
	mu.Unlock()
	cond.Broadcast()
	wg.Wait()
	fmt.Println(ready)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), errors.Is(ctx.Err(), context.DeadlineExceeded))
	c2, cancel2 := context.WithCancelCause(context.WithValue(context.Background(), "k", 5))
	cancel2(errors.New("why"))
	fmt.Println(c2.Err(), context.Cause(c2), c2.Value("k"))
	var m sync.Map
	m.Store("a", 1)
	v, loaded := m.LoadOrStore("a", 2)
	fmt.Println(v, loaded)
	p := sync.Pool{New: func() any { return "new" }}
	fmt.Println(p.Get())
	defer func() { fmt.Println(recover()) }()
	wg.Add(-1)
}

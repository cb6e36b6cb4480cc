// Bubbles: a fake clock that moves when all goroutines are durably blocked; channels, timers, groups of the bubble.
package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func main() {
	tests := []testing.InternalTest{{"Clock", clock}, {"Wait", wait}, {"Context", deadline}, {"Ticker", ticker}}
	testing.Main(func(pat, str string) (bool, error) { return true, nil }, tests, nil, nil)
}

func clock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		time.Sleep(24 * time.Hour)
		fmt.Println(start.UTC(), time.Since(start))
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() { time.Sleep(time.Duration(i+1) * time.Second) })
		}
		wg.Wait()
		fmt.Println(time.Since(start))
	})
}

func wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		done, c := false, make(chan int)
		go func() {
			<-c
			done = true
		}()
		synctest.Wait()
		fmt.Println(done)
		c <- 1
		synctest.Wait()
		fmt.Println(done)
	})
}

func deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		time.Sleep(time.Minute - time.Nanosecond)
		synctest.Wait()
		fmt.Println(ctx.Err())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		fmt.Println(ctx.Err())
	})
}

func ticker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		after := time.After(150 * time.Minute)
		for n := 0; ; {
			select {
			case <-tick.C:
				n++
			case now := <-after:
				fmt.Println(n, now.Sub(start))
				return
			}
		}
	})
}

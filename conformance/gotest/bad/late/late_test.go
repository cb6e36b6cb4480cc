// Package late logs after its test has ended.
package late

import (
	"testing"
	"time"
)

func TestLate(t *testing.T) {
	go func() {
		time.Sleep(50 * time.Millisecond)
		t.Log("late")
	}()
}

func TestWait(t *testing.T) { time.Sleep(time.Minute) }

// Package panics ends with a panic.
package panics

import "testing"

func TestBefore(t *testing.T) {}

func TestPanic(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		t.Log("logged before")
		panic("oh")
	})
}

func TestAfter(t *testing.T) {}

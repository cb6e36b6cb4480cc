// Package fails has tests that fail in every way.
package fails

import (
	"fmt"
	"os"
	"testing"
)

func TestFirst(t *testing.T) { fmt.Println("printed by a passing test") }

func TestError(t *testing.T) {
	t.Log("logged")
	t.Error("failed", 1)
	t.Errorf("and goes on: %d\nin two lines", 2)
}

func TestFatal(t *testing.T) {
	defer fmt.Fprintln(os.Stderr, "deferred")
	t.Fatal("fatal")
}

func TestSub(t *testing.T) {
	t.Run("good", func(t *testing.T) { t.Log("good") })
	t.Run("bad", func(t *testing.T) {
		t.Run("deep/er", func(t *testing.T) { t.Fail() })
		t.Helper()
		t.Error("bad")
	})
	t.Skip("skipped after a failure")
}

func TestLast(t *testing.T) { t.Log("last") }

func ExampleWrong() {
	fmt.Println("got")
	// Output: want
}

func Example_empty() {
	// Output:
}

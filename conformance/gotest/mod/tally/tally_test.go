package tally

import "testing"

func TestOf(t *testing.T) {
	if n := Of("one", "two three", ""); n != 3 {
		t.Fatalf("Of counts %d words", n)
	}
}

func TestSkipped(t *testing.T) {
	t.Skipf("always %s", "skipped")
	t.Error("not reached")
}

func TestGroup(t *testing.T) {
	t.Run("group", func(t *testing.T) {
		t.Run("parallel", func(t *testing.T) {
			t.Parallel()
			if Of("x") != 1 {
				t.Error("x")
			}
		})
		t.Run("sequential", func(t *testing.T) {})
	})
	t.Cleanup(func() { t.Log("cleaned up") })
}

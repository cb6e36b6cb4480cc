// Package seeds has a fuzz target one of whose seeds fails.
package seeds

import "testing"

func FuzzShort(f *testing.F) {
	f.Add("ab")
	f.Add("long enough")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 4 {
			t.Errorf("%q is too long", s)
		}
	})
}

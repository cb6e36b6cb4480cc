package intest

import "testing"

func TestF(t *testing.T) {
	if F() == "one" {
		t.Error()
	}
	undefined()
}

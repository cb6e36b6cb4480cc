package main

import "testing"

func TestRun(t *testing.T) {
	if got := run([]string{"3", "4"}); got != "12 (2 words)" {
		t.Errorf("run: %q", got)
	}
	if version != "unknown" {
		t.Errorf("version: %q", version)
	}
}

//go:debug panicnil=1
package main

import (
	"runtime/debug"
	"testing"
)

func TestRun(t *testing.T) {
	if got := run([]string{"3", "4"}); got != "12 (2 words)" {
		t.Errorf("run: %q", got)
	}
}

func TestBuild(t *testing.T) {
	info, _ := debug.ReadBuildInfo()
	t.Log(version, info.Path, info.Main.Path)
	for _, s := range info.Settings {
		t.Log(s.Key, s.Value)
	}
}

func TestPanicNil(t *testing.T) {
	defer func() { t.Log(recover()) }()
	panic(nil)
}

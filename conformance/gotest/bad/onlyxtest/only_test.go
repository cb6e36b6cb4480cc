// Package onlyxtest_test has no package beside it.
package onlyxtest_test

import (
	"fmt"
	"testing"
)

func TestNewline(t *testing.T) { fmt.Print("no newline") }

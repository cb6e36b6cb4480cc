// Package exits calls os.Exit in a test.
package exits

import (
	"fmt"
	"os"
	"testing"
)

func TestZero(t *testing.T) { os.Exit(0) }

func TestThree(t *testing.T) {
	fmt.Print("without newline")
	os.Exit(3)
}

func TestSilent(t *testing.T) { os.Exit(4) }

package cycle

import (
	"testing"

	"example.com/bad/cycle/other"
)

func TestF(t *testing.T) { other.F() }

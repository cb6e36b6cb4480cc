package missing

import (
	"testing"

	_ "example.com/bad/nothere"
	_ "notinstd"
)

func TestF(t *testing.T) {}

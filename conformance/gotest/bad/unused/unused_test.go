package unused

import (
	"os"
	"testing"
)

func TestF(t *testing.T) { x := 1 }

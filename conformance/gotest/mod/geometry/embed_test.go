package geometry

import (
	_ "embed"
	"os"
	"testing"
)

//go:embed testdata/sides.txt
var sides string

func TestEmbed(t *testing.T) {
	if text, err := os.ReadFile("testdata/sides.txt"); err != nil || string(text) != sides {
		t.Errorf("embedded %q, read %q, %v", sides, text, err)
	}
}

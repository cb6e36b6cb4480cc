package types

import "testing"

func TestF(t *testing.T) { F() }

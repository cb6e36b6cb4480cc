package user

import "testing"

func TestF(t *testing.T) { F() }

package syntest

import "testing"

func TestF(t *testing.T) { for }

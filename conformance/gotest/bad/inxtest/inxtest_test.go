package inxtest_test

import (
	"testing"

	"example.com/bad/inxtest"
)

func TestF(t *testing.T) { inxtest.G() }

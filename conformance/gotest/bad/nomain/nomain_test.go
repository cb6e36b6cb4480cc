// Package nomain has a TestMain that does not run the tests.
package nomain

import "testing"

func TestMain(m *testing.M) {}

func TestF(t *testing.T) {}

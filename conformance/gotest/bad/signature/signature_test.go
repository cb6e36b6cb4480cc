package signature

import "testing"

func TestF(n int) {}

func BenchmarkG[T any](b *testing.B) {}

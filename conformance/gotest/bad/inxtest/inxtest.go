// Package inxtest compiles, its external tests do not.
package inxtest

func F() int { return 1 }

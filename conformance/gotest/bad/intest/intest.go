// Package intest compiles, its tests do not.
package intest

func F() int { return 1 }

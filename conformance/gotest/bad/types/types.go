// Package types does not compile.
package types

func F() int {
	x := "one"
	return "two"
}

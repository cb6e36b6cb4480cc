// Package syntax has a syntax error.
package syntax

func F( int {
}

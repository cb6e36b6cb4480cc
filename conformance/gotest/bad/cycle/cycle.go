// Package cycle has tests that import a package which imports it.
package cycle

func F() int { return 1 }

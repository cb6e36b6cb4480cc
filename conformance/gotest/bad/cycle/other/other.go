// Package other imports its parent.
package other

import "example.com/bad/cycle"

func F() int { return cycle.F() }

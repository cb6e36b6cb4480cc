// Package user imports a package that does not compile.
package user

import "example.com/bad/types"

func F() int { return types.F() }

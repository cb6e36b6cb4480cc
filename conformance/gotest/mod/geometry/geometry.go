// Package geometry has the package tests, an example, a benchmark and a fuzz target.
package geometry

import "errors"

// ErrNegative is the error of a side below zero.
var ErrNegative = errors.New("negative side")

// Area returns the area of a rectangle.
func Area(w, h int) (int, error) {
	if w < 0 || h < 0 {
		return 0, ErrNegative
	}
	return w * h, nil
}

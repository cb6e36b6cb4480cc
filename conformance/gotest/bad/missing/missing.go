// Package missing has tests that import what is not there.
package missing

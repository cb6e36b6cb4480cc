// Package syntest has a syntax error in its tests.
package syntest

// Package notest has no tests and does not compile.
package notest

var X int = "x"

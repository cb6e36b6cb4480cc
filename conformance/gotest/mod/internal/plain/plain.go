// Package plain has no tests.
package plain

// Answer is a constant.
const Answer = 42

// Package words has a TestMain, an external test package and what that package is shown of its inside.
package words

import "strings"

func split(s string) []string { return strings.Fields(s) }

// Count counts the words of s.
func Count(s string) int { return len(split(s)) }

// Package tally imports a package of the same module; its tests have a skipped one and subtests.
package tally

import "example.com/fixture/words"

// Of counts the words of all texts.
func Of(texts ...string) (n int) {
	for _, s := range texts {
		n += words.Count(s)
	}
	return n
}

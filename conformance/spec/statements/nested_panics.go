// Uncaught panics print the chain with [recovered] marks and exit with status 2.
package main

import "fmt"

type stringer struct{ n int }

func (s stringer) Error() string { return fmt.Sprint("err", s.n) }

func main() {
	defer fmt.Println("main's defer runs")
	defer func() {
		defer func() {
			panic(fmt.Sprint("third after ", recover()))
		}()
		panic(stringer{2})
	}()
	panic("first")
}

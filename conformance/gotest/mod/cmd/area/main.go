// Area prints the area of a rectangle; it is a program, and has tests all the same.
package main

import (
	"fmt"
	"os"
	"strconv"

	"example.com/fixture/geometry"
	"example.com/fixture/tally"
)

var version = "unknown"

func run(args []string) string {
	w, _ := strconv.Atoi(args[0])
	h, _ := strconv.Atoi(args[1])
	a, err := geometry.Area(w, h)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d (%d words)", a, tally.Of("two words"))
}

func main() {
	fmt.Println(version, run(os.Args[1:]))
}

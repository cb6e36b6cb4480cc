package geometry_test

import (
	"fmt"

	"example.com/fixture/geometry"
)

func ExampleArea() {
	fmt.Println(geometry.Area(3, 4))
	fmt.Println(geometry.Area(-3, 4))
	// Output:
	// 12 <nil>
	// 0 negative side
}

func ExampleArea_unordered() {
	for side := range map[int]bool{1: true, 2: true, 3: true} {
		a, _ := geometry.Area(side, side)
		fmt.Println(a)
	}
	// Unordered output:
	// 4
	// 9
	// 1
}

func ExampleErrNegative() {
	fmt.Println("an example without expected output is compiled, not run")
}

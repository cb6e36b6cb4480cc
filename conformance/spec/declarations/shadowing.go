// Scopes: redeclaration with :=, shadowed predeclared names, if/else chains, method and field names, package-level.
package main

import "fmt"

var x = "package"

func f() (int, error) { return 1, nil }

type T struct{ T int }

func (t T) x() string { return x }

func main() {
	fmt.Println(x)
	x := 1
	{
		x := x + 1
		x++
		fmt.Println(x)
	}
	if x := "if"; false {
	} else if y := x + "!"; y == "" {
	} else {
		fmt.Println(x, y)
	}
	fmt.Println(x, T{3}.x())
	n, err := f()
	m, err := f()
	fmt.Println(n, m, err)
	{
		true := false
		len := func(string) int { return 42 }
		int := "int"
		nil := 0
		fmt.Println(true, len("x"), int, nil)
	}
	for i := 0; i < 2; i++ {
		i := i * 10
		fmt.Print(i, " ")
	}
	switch x := any(x).(type) {
	case int:
		x++
		fmt.Println(x)
	}
	func(x string) { fmt.Println(x) }("param")
	type string float64
	fmt.Println(string(1.5))
	fmt := struct{ Println func(...any) (int, error) }{fmt.Println}
	fmt.Println("field", x)
	var recover = func() int { return 7 }
	fmt.Println(recover())
	const x2 = 5
	{
		const x2 = x2 + 1
		fmt.Println(x2)
	}
	var g = func() int { return 1 }
	{
		g := func() int { return g() + 1 }
		fmt.Println(g())
	}
}
